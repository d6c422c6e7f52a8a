# SPDX-License-Identifier: Apache-2.0
"""Data sets, images and loaders from Python."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from multilabel import ArgumentError, DataError, LabelError, ShapeError
from multilabel.augmentation import CenterCrop, Compose, HorizontalFlip, evaluation, restrained
from multilabel.data import DataLoader, Dataset, inspect, read_csv, read_image

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPENCLIPART = ROOT / "examples/data/openclipart"


@pytest.fixture(scope="module")
def drawings():
    return read_csv(OPENCLIPART / "labels.csv", image="image", labels="labels", delimiter="|")


@pytest.fixture(scope="module")
def names(drawings):
    return sorted({label for row in drawings.labels for label in row})


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_openclipart_splits(drawings, names):
    train, validation, test = drawings.split_by("split", ["train", "val", "test"])
    assert (len(drawings), len(train), len(validation), len(test)) == (3456, 2277, 495, 684)
    assert len(names) == 46
    assert drawings.columns == ["split"]
    assert pathlib.Path(drawings.images[0]).is_file()


def test_slicing_as_a_list(drawings):
    assert drawings[5:9].images == drawings.images[5:9]
    assert drawings[::-1].labels == drawings.labels[::-1]
    assert drawings[-1] == (drawings.images[-1], drawings.labels[-1])
    assert drawings[[3, 1]].images == [drawings.images[3], drawings.images[1]]
    mask = np.zeros(len(drawings), bool)
    mask[[2, 7]] = True
    assert drawings[mask].images == [drawings.images[2], drawings.images[7]]
    birds = drawings.filter(lambda image, labels: "bird" in labels)
    assert len(birds) == 54
    assert len(birds + drawings[:3]) == 57
    with pytest.raises(IndexError, match="below 3456; got 3456"):
        drawings[3456]


def test_iterating_ends(drawings):
    assert [image for image, labels in drawings[:3]] == drawings.images[:3]


def test_targets_have_nan_where_unknown(tmp_path):
    table = write(tmp_path / "t.csv", "image,labels\na.png,x|?y\nb.png,\n")
    targets = read_csv(table, unknown_mark="?", empty="unknown").targets(["x", "y", "z"])
    np.testing.assert_array_equal(targets, np.array([[1, np.nan, 0], [np.nan] * 3], np.float32))


def test_quotes_crlf_and_byte_order_mark(tmp_path):
    table = write(tmp_path / "t.csv", b'\xef\xbb\xbfimage,labels\r\n"a, b.png","sea | ""big"" sky"\r\n')
    data = read_csv(table)
    assert data.labels == [["sea", '"big" sky']]
    assert data.images == [str(tmp_path / "a, b.png")]


def test_missing_csv_names_the_path(tmp_path):
    with pytest.raises(DataError, match="does not exist") as caught:
        read_csv(tmp_path / "none.csv")
    assert caught.value.path == str(tmp_path / "none.csv")
    assert isinstance(caught.value, OSError)


def test_missing_column_offers_those_there_are(tmp_path):
    table = write(tmp_path / "t.csv", "image,label\na.png,x\n")
    with pytest.raises(DataError, match=r"'image', 'label'.*Did you mean 'label'") as caught:
        read_csv(table)
    assert caught.value.row == 1


def test_ragged_row_names_its_line(tmp_path):
    with pytest.raises(DataError, match=r"must have 2 cells.*got 3") as caught:
        read_csv(write(tmp_path / "t.csv", "image,labels\na.png,x\nb.png,x,y\n"))
    assert caught.value.row == 3


def test_empty_label_cell_is_no_labels_or_an_error_as_asked(tmp_path):
    table = write(tmp_path / "t.csv", "image,labels\na.png,x\nb.png,\n")
    assert read_csv(table).labels == [["x"], []]
    with pytest.raises(DataError, match="must name a label; got an empty cell") as caught:
        read_csv(table, empty="error")
    assert caught.value.row == 3
    with pytest.raises(ArgumentError, match="empty must be one of 'none', 'unknown', 'error'"):
        read_csv(table, empty="raise")


def test_delimiter_must_be_one_character(tmp_path):
    with pytest.raises(ArgumentError, match="delimiter must be one character"):
        read_csv(tmp_path / "t.csv", delimiter="||")


def test_unknown_split_offers_those_that_occur(drawings):
    with pytest.raises(ArgumentError, match="'test', 'train', 'val'; got 'valid'"):
        drawings.split_by("split", ["valid"])


def test_unknown_label_names_image_and_nearest(drawings, names):
    wrong = ["animals" if name == "animal" else name for name in names]
    with pytest.raises(LabelError, match=r"got 'animal' beside '.*0000.png' \(row 2\).*Did you mean 'animals'"):
        DataLoader(drawings, wrong, evaluation(size=8))
    assert DataLoader(drawings, wrong, evaluation(size=8), ignore_unknown=True).ignored_labels == 289


def test_lengths_must_agree():
    with pytest.raises(ShapeError, match="same length; got 2 and 1"):
        Dataset(["a", "b"], [["x"]])
    with pytest.raises(ShapeError, match="must have 1 cells"):
        Dataset(["a"], [["x"]], columns={"split": ["train", "val"]})


def test_read_image_is_rgb(tmp_path):
    image = read_image(OPENCLIPART / "images/0003.jpg")
    assert image.shape == (128, 128, 3)
    assert image.dtype == np.uint8


def test_bad_images_are_refused_by_name(tmp_path):
    whole = (OPENCLIPART / "images/0003.jpg").read_bytes()
    for name, content, message in (
        ("cut.jpg", whole[: len(whole) // 2], "cut short"),
        ("empty.jpg", b"", "0 bytes"),
        ("text.jpg", b"hello world", "another kind"),
    ):
        path = write(tmp_path / name, content)
        with pytest.raises(DataError, match=message) as caught:
            read_image(path)
        assert caught.value.path == str(path)
    with pytest.raises(DataError, match="does not exist"):
        read_image(tmp_path / "none.jpg")


def test_batches_are_what_augmenting_each_image_gives(drawings, names):
    part = drawings[:10]
    recipe = restrained(size=24)
    loader = DataLoader(part, names, recipe, batch_size=4, seed=9)
    assert len(loader) == 3
    images = np.concatenate([batch.copy() for batch, _ in loader.epoch(2)])
    targets = np.concatenate([batch.copy() for _, batch in loader.epoch(2)])
    np.testing.assert_array_equal(targets, part.targets(names))
    for i, path in enumerate(part.images):
        np.testing.assert_array_equal(images[i], recipe.write(read_image(path), seed=9, epoch=2, index=i))


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_workers_change_nothing(drawings, names, workers):
    def epoch(count):
        loader = DataLoader(
            drawings[:40], names, restrained(size=16), batch_size=8, workers=count, shuffle=True, seed=5
        )
        return np.concatenate([images.copy() for images, _ in loader.epoch(1)])

    np.testing.assert_array_equal(epoch(workers), epoch(2))


def test_each_iteration_is_the_next_epoch(drawings, names):
    loader = DataLoader(drawings[:20], names, restrained(size=8), shuffle=True)
    first, second = (np.concatenate([images.copy() for images, _ in loader]) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(second, np.concatenate([images.copy() for images, _ in loader.epoch(1)]))
    assert sorted(loader.order(0)) == list(range(20))


def test_arrays_outlive_the_loader(drawings, names):
    loader = DataLoader(drawings[:40], names, evaluation(size=8), batch_size=2)
    held = list(loader)
    copies = [(images.copy(), targets.copy()) for images, targets in loader.epoch(0)]
    del loader
    for (images, targets), (expected_images, expected_targets) in zip(held, copies, strict=True):
        np.testing.assert_array_equal(images, expected_images)
        np.testing.assert_array_equal(targets, expected_targets)


def test_torch_tensors_share_the_memory(drawings, names):
    torch = pytest.importorskip("torch")
    loader = DataLoader(drawings[:4], names, evaluation(size=8), batch_size=4)
    ((images, targets),) = loader.torch()
    assert isinstance(images, torch.Tensor)
    assert images.shape == (4, 3, 8, 8)
    assert targets.dtype == torch.float32


def test_importing_data_does_not_import_torch():
    code = "import sys, multilabel.data, multilabel.augmentation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_bad_file_is_named_and_ends_the_epoch(drawings, names, tmp_path):
    bad = write(tmp_path / "bad.png", "not an image")
    data = Dataset([*drawings.images[:5], str(bad), *drawings.images[6:9]], drawings.labels[:9])
    epoch = DataLoader(data, names, evaluation(size=8), batch_size=2).epoch(0)
    next(epoch)
    next(epoch)
    with pytest.raises(DataError, match=r"bad.png") as caught:
        next(epoch)
    assert caught.value.path == str(bad)


def test_a_bad_file_can_be_skipped_and_is_reported(drawings, names, tmp_path):
    bad = write(tmp_path / "bad.png", "not an image")
    data = Dataset([*drawings.images[:5], str(bad), *drawings.images[6:9]], drawings.labels[:9])
    loader = DataLoader(data, names, evaluation(size=8), batch_size=4, on_error="skip")
    images = [batch.copy() for batch, _ in loader]
    assert [len(batch) for batch in images] == [4, 4, 1]
    np.testing.assert_array_equal(images[1][1], images[1][2])  # sample 6 in the place of 5
    assert [sample for sample, _ in loader.skipped] == [5]
    assert "bad.png" in loader.skipped[0][1]
    with pytest.raises(ArgumentError, match="on_error must be 'raise' or 'skip'; got 'ignore'"):
        DataLoader(data, names, evaluation(size=8), on_error="ignore")


def test_an_augmentation_that_fails_names_the_image(drawings, names):
    loader = DataLoader(drawings[:3], names, Compose([CenterCrop(500, 500)]))
    with pytest.raises(ShapeError, match=r"at least 500 x 500.*0000.png"):
        next(iter(loader))


def test_a_python_function_runs_in_the_workers_without_dead_lock(drawings, names):
    threads = set()

    def note(image, random):
        threads.add(threading.get_ident())
        return image

    for workers in (0, 2):
        loader = DataLoader(drawings[:60], names, Compose([note, *evaluation(size=8)]), batch_size=4, workers=workers)
        assert sum(len(images) for images, _ in loader) == 60
        next(iter(loader))  # left early, with workers inside the function
    assert len(threads) > 1


def test_a_function_that_fails_in_a_worker_raises_its_own_exception(drawings, names):
    def fails(image, random):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        next(iter(DataLoader(drawings[:4], names, Compose([fails, *evaluation(size=8)]))))


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_ends_a_wait(drawings, names):
    def slow(image, random):
        time.sleep(3)
        return image

    loader = DataLoader(drawings[:4], names, Compose([slow, *evaluation(size=8)]), workers=1)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(iter(loader))
    assert time.monotonic() - began < 6  # one image in hand is finished, the next is not begun


def test_loader_refuses_what_does_not_fit(drawings, names):
    with pytest.raises(ArgumentError, match="must deliver images of one size"):
        DataLoader(drawings, names, Compose([HorizontalFlip()]))
    with pytest.raises(ArgumentError, match=r"dataset must be a multilabel.data.Dataset; got list"):
        DataLoader([], names, evaluation(size=8))
    with pytest.raises(
        ArgumentError, match=r"augmentation must be a multilabel.augmentation.Compose.*got HorizontalFlip"
    ):
        DataLoader(drawings, names, HorizontalFlip())
    with pytest.raises(ArgumentError, match="batch_size must be at least 1"):
        DataLoader(drawings, names, evaluation(size=8), batch_size=0)
    with pytest.raises(ArgumentError, match="workers must not be negative"):
        DataLoader(drawings, names, evaluation(size=8), workers=-1)
    with pytest.raises(ArgumentError, match="labels must be"):
        DataLoader(drawings, "animal", evaluation(size=8))


def test_inspect_finds_faults(tmp_path, drawings):
    found = inspect(drawings)
    assert (found.samples, found.label_sets, found.most_labels) == (3456, 223, 5)
    assert not found.unreadable
    assert "3456 samples, 46 labels" in str(found)
    table = write(tmp_path / "t.csv", f"image,labels\n{drawings.images[0]},a\n{drawings.images[0]},A\nnone.png,\n")
    found = inspect(read_csv(table))
    assert found.duplicates == [[0, 1]]
    assert found.similar == [("A", "a")]
    assert found.empty == [2]
    assert found.unreadable[0].sample == 2
    assert "none.png" in found.unreadable[0].reason
