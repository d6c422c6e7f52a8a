# SPDX-License-Identifier: Apache-2.0
"""multilabel.report: the page says what the files say, whatever the labels are called, and loads nothing."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as peer

import multilabel as ml

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")
safetensors = pytest.importorskip("safetensors.numpy")

import markupsafe  # noqa: E402

from multilabel import report  # noqa: E402

LABELS = ["sky", "sea & shore", "<b>boat</b>", '"quoted"', "$math$"]
TUNED = 0.37


def save_held_out(
    path: Path, seed: int, samples: int, labels: list[str], **overrides: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    targets = (random.random((samples, len(labels))) < 0.4).astype(np.float32)
    logits = (3 * targets - 1.7 + random.normal(0, 1.3, targets.shape)).astype(np.float32)
    tensors = {"targets": targets, "logits": logits, "scores": 1 / (1 + np.exp(-logits))} | overrides
    images = [f"images/{i}.png" for i in range(samples)]
    safetensors.save_file(tensors, path, metadata={"images": json.dumps(images), "labels": json.dumps(labels)})
    return tensors["targets"], tensors["scores"].astype(float)


def save_manifest(run: Path, thresholds: list[float], **tuned_for: str) -> None:
    manifest = {"format": "multilabel.bundle", "labels": LABELS, "threshold": {"thresholds": thresholds, **tuned_for}}
    (run / "model" / "multilabel.json").write_text(json.dumps(manifest))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "images").mkdir()
    for i in range(40):
        Image.new("RGB", (9, 6), (i, 80, 90)).save(tmp_path / "images" / f"{i}.png")
    save_held_out(tmp_path / "test.safetensors", 1, 40, LABELS)
    save_held_out(tmp_path / "validation.safetensors", 2, 30, LABELS)
    save_manifest(tmp_path, [TUNED], metric="f1", average="samples")
    (tmp_path / "history.csv").write_text(
        "epoch,training_loss,validation_loss,mean_average_precision,learning_rate,seconds\n1,0.9,0.8,0.3,0.001,30\n2,0.5,0.6,0.4,0.0005,31\n"
    )
    return tmp_path


def answers(run: Path) -> tuple[np.ndarray, np.ndarray]:
    tensors = safetensors.load_file(run / "test.safetensors")
    return tensors["targets"].astype(int), tensors["scores"].astype(float)


def cells(page: str, first: str) -> list[str]:
    """Return the texts of the table row that begins with ``first``."""
    row = re.search(rf"<tr[^>]*><td>{re.escape(str(markupsafe.escape(first)))}</td>(.*?)</tr>", page, re.DOTALL)
    assert row, f"no row {first}"
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]


def test_the_tiles_equal_scikit_learn(run):
    page = report.write_html(run).read_text()
    targets, scores = answers(run)
    predicted = (scores >= TUNED).astype(int)
    expected = {
        "mAP": peer.average_precision_score(targets, scores, average="macro"),
        "samples F1": peer.f1_score(targets, predicted, average="samples", zero_division=0),
        "micro F1": peer.f1_score(targets, predicted, average="micro"),
        "macro F1": peer.f1_score(targets, predicted, average="macro"),
        "subset accuracy": peer.accuracy_score(targets, predicted),
        "Hamming loss": peer.hamming_loss(targets, predicted),
    }
    shown = re.findall(r'<div class="value">([^<]*)</div><div class="name">([^<]*)</div>', page)
    assert {name: value for value, name in shown} == {name: f"{value:.3f}" for name, value in expected.items()}


def test_the_thresholds_stand_beside_each_other(run):
    page = report.write_html(run).read_text()
    targets, scores = answers(run)
    for name, cut in ((f"tuned {TUNED:.3f}", TUNED), ("0.3", 0.3), ("0.5", 0.5), ("0.7", 0.7)):
        predicted = (scores >= cut).astype(int)
        row = cells(page, name)
        assert row[0] == f"{peer.f1_score(targets, predicted, average='samples', zero_division=0):.3f}"
        assert row[3] == f"{peer.precision_score(targets, predicted, average='micro', zero_division=0):.3f}"
        assert row[6] == f"{peer.hamming_loss(targets, predicted):.4f}"
        assert row[7] == f"{predicted.sum(axis=1).mean():.3f}"


def test_the_table_of_labels_equals_scikit_learn(run):
    page = report.write_html(run).read_text()
    targets, scores = answers(run)
    predicted = (scores >= TUNED).astype(int)
    precision, recall, f1, support = peer.precision_recall_fscore_support(targets, predicted, average=None)
    for i, name in enumerate(LABELS):
        ap = peer.average_precision_score(targets[:, i], scores[:, i])
        numbers = [f"{value:.3f}" for value in (TUNED, precision[i], recall[i], f1[i], ap)]
        assert cells(page, name) == [str(support[i]), str(predicted[:, i].sum()), *numbers]


def test_labels_with_markup_are_shown_not_run(run):
    page = report.write_html(run, title="<script>alert(1)</script>").read_text()
    assert "<b>boat" not in page
    assert "&lt;b&gt;boat&lt;/b&gt;" in page
    assert "<script" not in page
    assert "sea &amp; shore" in page
    assert "$math$" in page


def test_the_page_loads_nothing(run):
    page = report.write_html(run).read_text()
    assert not re.findall(r"https?:|//[a-z0-9.-]+\.[a-z]{2,}/|@import|<link|<script|<iframe", page)
    sources = re.findall(r'(?:src|xlink:href|href|url)[=(]"?([^")\s>]+)', page)
    assert sources
    assert all(source.startswith(("data:image/", "#")) for source in sources)
    assert page.count("<svg") == page.count("</svg>") >= 6


def test_the_same_folder_gives_the_same_page(run):
    assert report.write_html(run).read_text() == report.write_html(run, output=run / "again.html").read_text()


def test_pictures_carry_what_was_found_missed_and_made_up(run):
    page = report.write_html(run, thumbnails=40).read_text()
    targets, scores = answers(run)
    predicted = scores >= TUNED
    cards = re.findall(
        r'title="images/(\d+)\.png">.*?<figcaption>(.*?)</figcaption>',
        page.split('id="predictions"')[1].split("</section>")[0],
        re.DOTALL,
    )
    assert len(cards) > 5
    for number, tags in cards:
        truth, guess = targets[int(number)] > 0, predicted[int(number)]
        for kind, row in {"found": truth & guess, "missing": truth & ~guess, "spurious": ~truth & guess}.items():
            shown = {html.unescape(name) for name in re.findall(rf'<span class="tag {kind}">. (.*?) <b>', tags)}
            assert shown == {LABELS[i] for i in np.flatnonzero(row)}


def test_pictures_that_are_not_there_are_counted_and_said(run):
    (run / "images" / "3.png").unlink()
    (run / "images" / "4.png").write_bytes(b"not a picture")
    page = report.write_html(run, thumbnails=40).read_text()
    assert "picture not found" in page
    assert "could not be read" in page
    assert "could not be read" not in report.write_html(run, thumbnails=0).read_text()


def test_without_a_bundle_the_threshold_is_tuned_on_validation(run):
    (run / "model" / "multilabel.json").unlink()
    tensors = safetensors.load_file(run / "validation.safetensors")
    rule = ml.threshold.tune(tensors["targets"], tensors["scores"], metric="f1", average="samples")
    page = report.write_html(run).read_text()
    assert f"tuned {rule.thresholds_[0]:.3f}" in page
    assert "tuned here on the validation images" in page


def test_the_test_set_alone_is_enough(run):
    for path in (run / "model" / "multilabel.json", run / "validation.safetensors", run / "history.csv"):
        path.unlink()
    page = report.write_html(run).read_text()
    assert 'id="training"' not in page
    assert "the usual 0.5" in page


def test_one_threshold_a_label_is_listed_and_used(run):
    thresholds = [0.2, 0.3, 0.4, 0.5, 0.6]
    save_manifest(run, thresholds, metric="f1", average="micro")
    page = report.write_html(run).read_text()
    targets, scores = answers(run)
    assert [cells(page, name)[2] for name in LABELS] == [f"{value:.3f}" for value in thresholds]
    assert (
        f"{peer.f1_score(targets, scores >= thresholds, average='micro'):.3f}" == cells(page, "tuned, one a label")[1]
    )


def test_a_label_without_positives_is_named_not_averaged(run):
    targets, scores = answers(run)
    targets[:, 1] = 0
    save_held_out(run / "test.safetensors", 1, 40, LABELS, targets=targets.astype(np.float32))
    page = report.write_html(run).read_text()
    assert "No test image carries sea &amp; shore" in page
    assert cells(page, "sea & shore")[-1] == "–"
    rest = [0, 2, 3, 4]
    expected = peer.average_precision_score(targets[:, rest], scores[:, rest], average="macro")
    assert f'<div class="value">{expected:.3f}</div><div class="name">mAP' in page


def test_unknown_cells_are_neither_right_nor_wrong(run):
    targets, scores = answers(run)
    unknown = targets.astype(np.float32)
    unknown[:20, 0] = np.nan
    save_held_out(run / "test.safetensors", 1, 40, LABELS, targets=unknown)
    page = report.write_html(run).read_text()
    predicted = scores >= TUNED
    assert cells(page, "sky")[5] == f"{peer.f1_score(targets[20:, 0], predicted[20:, 0]):.3f}"
    assert "% of the cells unknown" in page


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        (
            lambda run: (run / "test.safetensors").unlink(),
            ml.DataError,
            r"test\.safetensors must be a file of held_out\.save.*must be readable",
        ),
        (
            lambda run: (run / "test.safetensors").write_bytes(b"short"),
            ml.DataError,
            "must be at least 8 bytes long; got 5",
        ),
        (
            lambda run: (run / "test.safetensors").write_bytes((run / "test.safetensors").read_bytes()[:-9]),
            ml.DataError,
            "the tensors must end with the file",
        ),
        (
            lambda run: save_held_out(
                run / "test.safetensors", 1, 40, LABELS, scores=np.full((40, 5), np.nan, np.float32)
            ),
            ml.DataError,
            "scores must be numbers; got NaN in row 0",
        ),
        (
            lambda run: save_held_out(run / "test.safetensors", 1, 40, LABELS, scores=np.zeros((40, 4), np.float32)),
            ml.DataError,
            "scores must have one column for each of the 5 labels; got 4",
        ),
        (
            lambda run: save_held_out(run / "validation.safetensors", 2, 30, [*LABELS[1:], LABELS[0]]),
            ml.LabelError,
            "got 'sea & shore' where 'sky' is expected .*only the order differs",
        ),
        (
            lambda run: save_held_out(run / "validation.safetensors", 2, 30, [*LABELS[:4], "moon"]),
            ml.LabelError,
            r"only one side has",
        ),
        (
            lambda run: (run / "model" / "multilabel.json").write_text("{"),
            ml.BundleError,
            "must be a readable JSON file",
        ),
        (
            lambda run: save_manifest(run, [0.1, 0.2]),
            ml.BundleError,
            "one number or one per label, 5; got 2",
        ),
        (
            lambda run: (run / "history.csv").write_text("epoch,loss\n1\n"),
            ml.DataError,
            "line 2 must have 2 cells; got 1",
        ),
        (
            lambda run: (run / "history.csv").write_text("epoch,loss\n1,fast\n"),
            ml.DataError,
            "column loss must be a number; got 'fast'",
        ),
    ],
)
def test_damaged_parts_are_named(run, spoil, error, sentence):
    spoil(run)
    with pytest.raises(error, match=sentence):
        report.write_html(run)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ml.DataError, match="nowhere must be the output folder of a training"):
        report.write_html(tmp_path / "nowhere")


def test_the_command_writes_the_page_and_the_picture_and_fails_in_one_line(run, tmp_path):
    command = [sys.executable, "-m", "multilabel.report"]
    picture = tmp_path / "curve.png"
    good = subprocess.run([*command, str(run), "--picture", str(picture)], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout.strip(), good.stderr) == (0, str(run / "report.html"), "")
    assert Image.open(picture).format == "PNG"
    bad = subprocess.run([*command, str(run / "nowhere")], capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert bad.stderr.count("\n") == 1


def test_the_whole_data_set_is_inspected_when_it_is_there(run):
    labels = [["sky"], ["sky", LABELS[1]], [], [LABELS[2]]]
    columns = {"split": ["train", "train", "train", "test"]}
    dataset = ml.data.Dataset([str(run / "images" / f"{i}.png") for i in range(4)], labels, columns=columns)
    page = report.write_html(run, data=dataset).read_text()
    assert "4 images (train 3, test 1), with 1.00 labels each and at most 2" in page
    assert "the most frequent label is 2.0 times as frequent as the rarest" in page
    assert str(markupsafe.escape(ml.data.inspect(dataset).to_text())) in page
