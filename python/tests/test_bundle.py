# SPDX-License-Identifier: Apache-2.0
import json
import os
import resource
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

import multilabel as ml

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "examples/data/openclipart/images"
LABELS = ["cat", "dog", "tree"]


@pytest.fixture(scope="module")
def model():
    return ml.model.create("efficientnet_lite0", labels=3, seed=4)


def save(folder, model, **changes):
    arguments = {
        "model": model,
        "vocabulary": ml.Vocabulary(LABELS),
        "preprocessing": ml.augmentation.evaluation(size=32).preprocessing,
        "threshold": ml.threshold.ThresholdRule([0.25, 0.5, 1e-3], "f1", "samples", 0.75),
        "metadata": {"data": "drawings of ours"},
    }
    ml.bundle.save(folder, **(arguments | changes))


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "model"
    save(folder, model)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "model"))


def test_the_folder_holds_what_other_tools_read(saved, model):
    assert sorted(path.name for path in saved.iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
        "multilabel.json",
        "preprocessor_config.json",
    ]
    config = json.loads((saved / "config.json").read_text())
    assert (config["architecture"], config["num_classes"]) == ("efficientnet_lite0", 3)
    preprocessor = json.loads((saved / "preprocessor_config.json").read_text())
    assert preprocessor["size"] == {"height": 32, "width": 32}
    assert preprocessor["image_mean"] == [0.5, 0.5, 0.5]
    manifest = json.loads((saved / "multilabel.json").read_text())
    assert manifest["labels"] == LABELS
    safetensors = pytest.importorskip("safetensors.torch")  # the format's own reader
    tensors = safetensors.load_file(saved / "model.safetensors")
    assert all(torch.equal(tensors[name], tensor) for name, tensor in model.state_dict().items())


def test_checksums_are_those_of_sha256(saved):
    import hashlib

    manifest = json.loads((saved / "multilabel.json").read_text())
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == hashlib.sha256((saved / name).read_bytes()).hexdigest()


def test_a_loaded_predictor_scores_as_the_model(saved, model):
    predictor = ml.load(saved)
    assert predictor.vocabulary == ml.Vocabulary(LABELS)
    assert predictor.metadata == {"data": "drawings of ours"}
    assert list(predictor.threshold.thresholds_) == [0.25, 0.5, 1e-3]
    assert (predictor.threshold.metric, predictor.threshold.average, predictor.threshold.value_) == (
        "f1",
        "samples",
        0.75,
    )
    data = ml.data.Dataset([str(IMAGES / "0003.jpg"), str(IMAGES / "0001.png")], [["cat"], []])
    loader = ml.data.DataLoader(data, LABELS, ml.augmentation.evaluation(size=32))
    batch, _ = next(iter(loader))
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(batch)).sigmoid().numpy()
    # The same pixels, batch and network: equal to the last bit, from a batch, from files and from arrays.
    np.testing.assert_array_equal(predictor.scores(batch), expected)
    np.testing.assert_array_equal(predictor.scores(data.images), expected)
    np.testing.assert_array_equal(predictor.scores([ml.data.read_image(path) for path in data.images]), expected)


def test_a_call_returns_labels_above_their_threshold_best_first(saved):
    predictor = ml.load(saved)
    path = IMAGES / "0003.jpg"
    scores = predictor.scores([path])[0]
    expected = sorted(
        (
            (label, float(score))
            for label, score, threshold in zip(LABELS, scores, [0.25, 0.5, 1e-3], strict=True)
            if score >= threshold
        ),
        key=lambda pair: -pair[1],
    )
    assert expected
    assert predictor(path) == expected
    assert predictor(str(path))[0].label == expected[0][0]
    image = ml.data.read_image(path)
    assert predictor(image) == expected
    assert predictor([str(path), image]) == [expected, expected]
    assert predictor(np.stack([image])) == [expected]
    assert predictor([]) == []


def test_thresholds_may_be_plain_numbers(model, tmp_path):
    save(tmp_path / "model", model, threshold=0.125)
    assert list(ml.load(tmp_path / "model").threshold.thresholds_) == [0.125]
    save(tmp_path / "model", model, threshold=[0.1, 0.2, 0.3])  # in the place of the first
    assert list(ml.load(tmp_path / "model").threshold.thresholds_) == [0.1, 0.2, 0.3]


def test_what_does_not_fit_together_is_not_saved(model, tmp_path):
    with pytest.raises(ml.LabelError, match="each of the model's 3 outputs; got 2 labels"):
        save(tmp_path / "model", model, vocabulary=["cat", "dog"])
    with pytest.raises(ml.BundleError, match="one for each of the 3 labels; got 2"):
        save(tmp_path / "model", model, threshold=[0.5, 0.5])
    with pytest.raises(ml.ArgumentError, match=r"made by multilabel\.model\.create; got Linear"):
        save(tmp_path / "model", torch.nn.Linear(2, 3))
    assert not (tmp_path / "model").exists()


def test_a_folder_with_other_things_is_left_alone(model, tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ml.BundleError, match="must be new, empty or a bundle"):
        save(tmp_path, model)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_another_vocabulary_is_refused(saved):
    predictor = ml.load(saved)
    predictor.require_vocabulary(LABELS)
    with pytest.raises(ml.LabelError, match="same order"):
        predictor.require_vocabulary(["dog", "cat", "tree"])
    with pytest.raises(ml.LabelError, match="'wolf'"):
        predictor.require_vocabulary(["cat", "wolf", "tree"])


def remove(folder):
    (folder / "config.json").unlink()


def cut(folder):
    with open(folder / "model.safetensors", "r+b") as file:
        file.truncate(1000)


def manifest(change):
    def edit(folder):
        content = json.loads((folder / "multilabel.json").read_text())
        change(content)
        (folder / "multilabel.json").write_text(json.dumps(content))

    return edit


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (remove, r"readable; got '.*config\.json"),
        (cut, r"the checksum must be .*model\.safetensors"),
        (lambda folder: (folder / "multilabel.json").write_text("{"), r"must be JSON; .*multilabel\.json"),
        (manifest(lambda m: m.update(version=99)), "field 'version' must be 1 to 2; got 99"),
        (manifest(lambda m: m.pop("labels")), "field 'labels' must be there"),
        (manifest(lambda m: m["labels"].append("wolf")), "field 'fingerprint' must be that of the labels"),
        (manifest(lambda m: m["threshold"].update(thresholds=[0.5, 0.5])), "one for each of the 3 labels; got 2"),
        (
            manifest(lambda m: m["threshold"].update(thresholds="high")),
            "field 'threshold' must have the field 'thresholds' in its type",
        ),
    ],
)
def test_a_damaged_bundle_is_named_by_file_and_field(copy, damage, sentence):
    damage(copy)
    with pytest.raises(ml.BundleError, match=sentence):
        ml.load(copy)


def test_no_bundle_at_all(tmp_path):
    with pytest.raises(ml.BundleError, match="must be a folder"):
        ml.load(tmp_path / "nowhere")
    with pytest.raises(OSError, match=r"multilabel\.json"):  # as a Python user would catch it
        ml.load(tmp_path)


def test_paths_bytes_and_pillow_images_have_one_answer(saved):
    pillow = pytest.importorskip("PIL.Image")
    predictor = ml.load(saved)
    path = IMAGES / "0000.png"  # with a palette
    content = path.read_bytes()
    scores = predictor.scores([path, content, bytearray(content), pillow.open(path)])
    np.testing.assert_array_equal(scores, np.repeat(scores[:1], 4, axis=0))
    np.testing.assert_array_equal(predictor.scores(np.array([str(path)])), scores[:1])
    assert predictor(content) == predictor(pillow.open(path)) == predictor(path)


def test_images_that_are_none_are_named(saved, tmp_path):
    predictor = ml.load(saved)
    (tmp_path / "text.jpg").write_text("no image")
    with pytest.raises(ml.DataError, match=r"text\.jpg"):
        predictor(tmp_path / "text.jpg")
    with pytest.raises(ml.ShapeError, match="uint8 array"):
        predictor(np.zeros((4, 4), np.uint8))
    with pytest.raises(ml.ArgumentError, match="images must be a path, an array or a list"):
        predictor(3)
    with pytest.raises(ml.ShapeError, match=r"a batch must be \[n, 3, 32, 32\]"):
        predictor.scores(torch.zeros(1, 3, 16, 16))


def test_a_full_disk_leaves_the_old_bundle_whole(copy):
    code = textwrap.dedent(
        """
        import resource, sys
        sys.path.insert(0, {tests!r})
        import test_bundle as t
        model = t.ml.model.create("efficientnet_lite0", labels=3, seed=5)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            t.save({folder!r}, model)
        except t.ml.BundleError as error:
            print("caught", "File too large" in str(error))
        """
    ).format(tests=str(Path(__file__).parent), folder=str(copy))
    before = ml.load(copy).scores([IMAGES / "0003.jpg"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.split() == ["caught", "True"], done.stderr
    np.testing.assert_array_equal(ml.load(copy).scores([IMAGES / "0003.jpg"]), before)
    assert [path.name for path in copy.parent.iterdir()] == ["model"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000  # the limit was the child's


def test_a_calibrator_is_served_before_the_thresholds(tmp_path):
    model = ml.model.create("resnet18", labels=2, seed=1)
    format = ml.augmentation.evaluation(size=32).preprocessing
    random = np.random.default_rng(0)
    images = random.integers(0, 255, (4, 32, 32, 3), dtype=np.uint8)
    plain = {"model": model, "vocabulary": ["red", "blue"], "preprocessing": format}
    ml.bundle.save(tmp_path / "plain", **plain)
    raw = ml.load(tmp_path / "plain").scores(images)
    assert ml.load(tmp_path / "plain").calibrator is None
    truth, logits = (random.random((50, 2)) < 0.5).astype(np.float32), random.normal(0, 2, (50, 2)).astype(np.float32)
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    made = [
        (
            ml.calibration.TemperatureScaling.fit(truth, logits, per_label=True),
            lambda fitted: fitted.apply(np.log(raw / (1 - raw))),
        ),
        (ml.calibration.PlattScaling.fit(truth, logits), lambda fitted: fitted.apply(np.log(raw / (1 - raw)))),
        (ml.calibration.IsotonicCalibration.fit(truth, scores), lambda fitted: fitted.apply(raw)),
    ]
    for i, (fitted, expected) in enumerate(made):
        ml.bundle.save(tmp_path / str(i), **plain, calibrator=fitted)
        predictor = ml.load(tmp_path / str(i))
        assert predictor.calibrator == fitted
        np.testing.assert_allclose(predictor.scores(images), expected(fitted), atol=1e-5)
    with pytest.raises(ml.ArgumentError, match=r"calibrator must be one of multilabel.calibration; got float"):
        ml.bundle.save(tmp_path / "wrong", **plain, calibrator=2.0)
    with pytest.raises(ml.ShapeError):
        ml.bundle.save(tmp_path / "wrong", **plain, calibrator=ml.calibration.TemperatureScaling([1.0, 2.0, 3.0]))


def test_a_predictor_answers_in_evaluation_mode(tmp_path):
    model = ml.model.create("resnet18", labels=2, seed=1)
    format = ml.augmentation.evaluation(size=32).preprocessing
    ml.bundle.save(tmp_path / "b", model=model, vocabulary=["red", "blue"], preprocessing=format)
    predictor = ml.load(tmp_path / "b")
    image = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    before = predictor.scores([image])
    predictor.model.train()
    np.testing.assert_array_equal(predictor.scores([image]), before)


def test_threshold_and_top_k_of_one_call(saved):
    predictor, image = ml.load(saved, device="cpu"), np.zeros((32, 32, 3), np.uint8)
    ranked = sorted(zip(LABELS, predictor.scores([image])[0], strict=True), key=lambda pair: -pair[1])
    names = [label for label, _ in ranked]
    assert [label for label, _ in predictor(image, threshold=0.0)] == names
    assert predictor(image, threshold=[1.0, 1.0, 1.0]) == []
    assert [label for label, _ in predictor(image, top_k=2)] == names[:2]
    assert [[label for label, _ in row] for row in predictor([image] * 2, threshold=0.0, top_k=1)] == [names[:1]] * 2
    assert predictor(image, threshold=1.0, top_k=1) == []
    assert predictor(image) == predictor(image, threshold=predictor.threshold)
    for options, sentence in (
        ({"threshold": [0.5, 0.5]}, "thresholds must be one, or one for each of the 3 labels|3"),
        ({"threshold": "0.5"}, "threshold must be a sequence of finite numbers"),
        ({"top_k": 0}, "top_k must be a whole number of at least 1"),
    ):
        with pytest.raises(ml.Error, match=sentence):
            predictor(image, **options)
    with pytest.raises(ml.ArgumentError, match="device must be"):
        ml.load(saved, device="gpu")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_gets_answers(saved):
    code = """
        import multiprocessing, sys
        import numpy as np
        import multilabel as ml

        predictor = ml.load(sys.argv[1])
        image = np.zeros((32, 32, 3), np.uint8)
        here = predictor.scores([image])
        fork = multiprocessing.get_context("fork")
        answers = fork.Queue()
        fork.Process(target=lambda: answers.put(predictor.scores([image])), daemon=True).start()
        np.testing.assert_allclose(answers.get(timeout=60), here, rtol=1e-5)
    """
    program = [sys.executable, "-c", textwrap.dedent(code), str(saved)]
    subprocess.run(program, check=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "2"})


def test_planes_of_a_tensor_are_pictures_where_they_are_bytes(saved):
    predictor = ml.load(saved)
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    planes = torch.from_numpy(picture).permute(2, 0, 1)
    expected = predictor.scores([picture])
    np.testing.assert_array_equal(predictor.scores(planes), expected)
    np.testing.assert_array_equal(predictor.scores(planes[None]), expected)
    assert predictor(planes) == predictor(picture)
    assert predictor(planes[None]) == [predictor(picture)]
    for wrong in (planes.int(), planes[0], picture[None].astype(np.int64)):
        with pytest.raises(ml.Error):
            predictor.scores(wrong)
    with pytest.raises(ml.ArgumentError, match="a tensor must be uint8"):
        predictor(planes.float())
