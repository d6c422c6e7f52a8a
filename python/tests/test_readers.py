# SPDX-License-Identifier: Apache-2.0
"""Readers of annotation files and shards, against Python's own json, xml and tarfile."""

import csv
import io
import json
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from multilabel import ArgumentError, DataError, ShapeError
from multilabel.augmentation import evaluation
from multilabel.data import (
    DataLoader,
    Dataset,
    ShardSampler,
    ShardStream,
    inspect,
    read_coco,
    read_csv,
    read_folder,
    read_image,
    read_jsonl,
    read_sample,
    read_shards,
    read_voc,
)

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPENCLIPART = ROOT / "examples/data/openclipart"
LABELS = ["person", "bicycle", "traffic light", "Straße", "猫"]


@pytest.fixture
def random():
    return np.random.default_rng(7)


def test_one_hot_csv_equals_pythons_csv(tmp_path, random):
    cells = random.choice(["1", "0", "", "nan", "1.0", "-1"], size=(50, len(LABELS)))
    with open(tmp_path / "t.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["file", "fold", *LABELS])
        writer.writerows([f'a "{i}";.png', f"fold\n{i % 3}", *row] for i, row in enumerate(cells))
    data = read_csv(tmp_path / "t.csv", image="file", separator=";", label_columns="*", others=["fold"])
    assert data.vocabulary.labels == LABELS
    assert data.images == [str(tmp_path / f'a "{i}";.png') for i in range(50)]
    assert data.column("fold") == [f"fold\n{i % 3}" for i in range(50)]
    meaning = {"1": 1, "1.0": 1, "0": 0, "": np.nan, "nan": np.nan, "-1": np.nan}
    np.testing.assert_array_equal(data.targets(), np.vectorize(meaning.get)(cells).astype(np.float32))
    again = read_csv(tmp_path / "t.csv", image="file", separator=";", label_columns=LABELS[:2])
    assert again.columns == sorted(["fold", *LABELS[2:]])


def test_jsonl_equals_json(tmp_path, random):
    rows = [
        {
            "image": f"{i}.png",
            "labels": [LABELS[j] for j in range(5) if random.random() < 0.4],
            "boxes": [{"label": LABELS[0], "bbox": [1.5, 2, 3, 4 + i]}],
            "split": ["train", "val"][i % 2],
        }
        for i in range(40)
    ]
    path = tmp_path / "t.jsonl"
    path.write_text(
        "\n".join(json.dumps(row, ensure_ascii=bool(i % 2)) for i, row in enumerate(rows)), encoding="utf-8"
    )
    data = read_jsonl(path, root="/r")
    assert data.labels == [row["labels"] for row in rows]
    assert data.images == [f"/r/{row['image']}" for row in rows]
    assert data.column("split") == [row["split"] for row in rows]
    assert data.boxes[3].tolist() == [[1.5, 2, 4.5, 9]]
    assert data.box_labels[3] == [LABELS[0]]
    path.write_text('{"image": "a"}\n{"image": "b", "labels": 3}')
    with pytest.raises(DataError, match=r"data::read_jsonl: labels must be a list.*line 2") as caught:
        read_jsonl(path)
    assert (caught.value.path, caught.value.row) == (str(path), 2)


def coco_file(random, images=30, annotations=120):
    return {
        "info": {"description": "made up", "nested": [{"images": [1]}]},
        "images": [{"id": 1000 - 3 * i, "file_name": f"{i:03}.jpg", "width": 640} for i in range(images)],
        "annotations": [
            {
                "segmentation": [random.uniform(0, 500, 6).tolist()],
                "area": float(random.uniform(10, 1000)),
                "iscrowd": int(random.random() < 0.2),
                "image_id": 1000 - 3 * int(random.integers(images)),
                "bbox": [round(float(v), 2) for v in random.uniform(1, 200, 4)],
                "category_id": 10 * int(random.integers(len(LABELS))),
                "id": i,
            }
            for i in range(annotations)
        ],
        "categories": [
            {"supercategory": "thing", "id": 10 * i, "name": name} for i, name in reversed(list(enumerate(LABELS)))
        ],
    }


@pytest.mark.parametrize("crowd", ["present", "unknown", "absent"])
def test_coco_equals_json(tmp_path, random, crowd):
    coco = coco_file(random)
    (tmp_path / "c.json").write_text(json.dumps(coco), encoding="utf-8")
    data = read_coco(tmp_path / "c.json", root="/images", crowd=crowd)
    names = {category["id"]: category["name"] for category in coco["categories"]}
    assert data.vocabulary.labels == list(names.values())
    assert data.images == [f"/images/{image['file_name']}" for image in coco["images"]]
    assert data.column("id") == [str(image["id"]) for image in coco["images"]]
    some_unknown = False
    for i, image in enumerate(coco["images"]):
        own = [one for one in coco["annotations"] if one["image_id"] == image["id"]]
        counted = [one for one in own if not one["iscrowd"] or crowd == "present"]
        sure = {names[one["category_id"]] for one in counted}
        assert set(data.labels[i]) == sure
        assert len(data.labels[i]) == len(sure)
        doubtful = {names[one["category_id"]] for one in own} - sure if crowd == "unknown" else set()
        assert set(data.unknown[i]) == doubtful
        some_unknown |= bool(doubtful)
        boxes = [[x, y, x + w, y + h] for x, y, w, h in (one["bbox"] for one in counted)]
        np.testing.assert_array_equal(data.boxes[i], np.asarray(boxes).reshape(-1, 4))
        assert data.box_labels[i] == [names[one["category_id"]] for one in counted]
    assert some_unknown == (crowd == "unknown")
    assert not all(data.labels)  # some image has no annotation, and is there
    dropped = read_coco(tmp_path / "c.json", empty="drop", crowd="absent")
    assert all(dropped.labels)
    assert 0 < len(dropped) < len(data)


def test_coco_errors_name_the_entry(tmp_path, random):
    coco = coco_file(random)
    coco["annotations"][17]["bbox"][2] = "wide"
    path = tmp_path / "c.json"
    path.write_text(json.dumps(coco))
    with pytest.raises(
        DataError, match=r"it must be \[x, y, width, height\]; got text \('.*c.json', annotations\[17\].bbox"
    ):
        read_coco(path)
    path.write_text(json.dumps(coco)[:1000])
    with pytest.raises(DataError, match="it must be JSON") as caught:
        read_coco(path)
    assert caught.value.path == str(path)
    path.write_bytes(b'{"images": [{"id": 1, "file_name": "\xff"}]}')
    with pytest.raises(DataError, match="it must be JSON"):
        read_coco(path)
    with pytest.raises(ArgumentError, match="crowd must be one of 'present', 'unknown', 'absent'; got 'positive'"):
        read_coco(path, crowd="positive")


def voc_file(random, name, encoding):
    root = ElementTree.Element("annotation")
    ElementTree.SubElement(root, "filename").text = name
    for _ in range(int(random.integers(0, 5))):
        thing = ElementTree.SubElement(root, "object")
        ElementTree.SubElement(thing, "name").text = LABELS[int(random.integers(len(LABELS)))]
        ElementTree.SubElement(thing, "difficult").text = str(int(random.random() < 0.4))
        box = ElementTree.SubElement(thing, "bndbox")
        left, top = random.integers(1, 100, 2)
        for edge, value in zip(["xmax", "xmin", "ymin", "ymax"], [left + 9, left, top, top + 5]):
            ElementTree.SubElement(box, edge).text = f" {value} "
        part = ElementTree.SubElement(thing, "part")
        ElementTree.SubElement(part, "name").text = "head"
    return ElementTree.tostring(root, encoding=encoding)


@pytest.mark.parametrize("difficult", ["unknown", "present", "absent"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_voc_equals_element_tree(tmp_path, random, difficult, encoding):
    for part in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (tmp_path / part).mkdir(parents=True)
    names = [f"{i:06}" for i in range(30)]
    for name in names:
        (tmp_path / "Annotations" / f"{name}.xml").write_bytes(voc_file(random, f"{name}.jpg", encoding))
    (tmp_path / "ImageSets/Main/train.txt").write_text("\n".join(names[:20]))
    (tmp_path / "ImageSets/Main/val.txt").write_text("\n".join(f"{name} -1" for name in names[20:]))
    data = read_voc(tmp_path, sets=["train", "val"], difficult=difficult)
    train, validation = data.split_by("split", ["train", "val"])
    assert (len(train), len(validation)) == (20, 10)
    assert data.column("id") == names
    for i, name in enumerate(names):
        root = ElementTree.parse(tmp_path / "Annotations" / f"{name}.xml").getroot()
        objects = [
            (
                thing.find("name").text,
                thing.find("difficult").text == "1",
                [float(thing.find("bndbox").find(edge).text) for edge in ("xmin", "ymin", "xmax", "ymax")],
            )
            for thing in root.iter("object")
        ]
        counted = [one for one in objects if not one[1] or difficult == "present"]
        assert data.labels[i] == sorted({one[0] for one in counted}, key=str.encode)
        hidden = {one[0] for one in objects} - {one[0] for one in counted} if difficult == "unknown" else set()
        assert set(data.unknown[i]) == hidden
        expected = np.asarray([one[2] for one in counted]).reshape(-1, 4) - [1, 1, 0, 0]
        np.testing.assert_array_equal(data.boxes[i], expected)
        assert data.images[i] == str(tmp_path / "JPEGImages" / f"{name}.jpg")


def test_voc_errors_name_the_file(tmp_path):
    (tmp_path / "a.xml").write_text("<annotation><object></annotation>")
    with pytest.raises(DataError, match="it must be XML") as caught:
        read_voc(tmp_path)
    assert caught.value.path == str(tmp_path / "a.xml")


def test_folders_with_a_list_of_labels(tmp_path):
    for name in ("train/n1/a.jpg", "train/n2/b.PNG", "val/n1/c.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "train" / "linked").symlink_to(tmp_path / "val" / "n1")
    (tmp_path / "train" / "n1" / "loop").symlink_to(tmp_path / "train")
    (tmp_path / "list.txt").write_text("n1 dog|animal\nn2\tbig cat|animal\n")
    data = read_folder(tmp_path, splits=["train", "val"], label_list=tmp_path / "list.txt", names={"linked": "dog"})
    assert data.labels == [["dog"], ["dog", "animal"], ["big cat", "animal"], ["dog", "animal"]]
    assert data.column("split") == ["train", "train", "train", "val"]


def tar(path, members, mode="w"):
    with tarfile.open(path, mode) as file:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def drawings(count):
    data = read_csv(OPENCLIPART / "labels.csv")[:count]
    for i, (image, labels) in enumerate(zip(data.images, data.labels)):
        content = pathlib.Path(image).read_bytes()
        yield (
            image,
            labels,
            f"{i:04}{pathlib.Path(image).suffix}",
            content,
            f"{i:04}.json",
            json.dumps({"labels": labels}),
        )


@pytest.fixture
def shards(tmp_path):
    rows = list(drawings(60))
    for shard in range(3):
        part = rows[20 * shard : 20 * shard + 20]
        members = [m for row in part for m in ((row[2], row[3]), (row[4], row[5].encode()))]
        tar(tmp_path / f"s-{shard:02}.tar", members)
        tar(tmp_path / f"s-{shard:02}.tar.gz", members, "w:gz")
    return tmp_path, [row[0] for row in rows], [row[1] for row in rows]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_images_lie_where_tarfile_says(tmp_path, form):
    path = tmp_path / "a.tar"
    folder = "x" * 90 + "/" + "y" * 60 if form != tarfile.USTAR_FORMAT else "x"
    with tarfile.open(path, "w", format=form) as file:
        for i, size in enumerate([1, 511, 512, 513, 5000]):
            info = tarfile.TarInfo(f"{folder}/Straße{i}.jpg" if form != tarfile.USTAR_FORMAT else f"{folder}/{i}.jpg")
            info.size = size
            info.mtime = 1.5  # a header of its own in the pax format
            file.addfile(info, io.BytesIO(bytes([65 + i]) * size))
    data = read_shards(path)
    with tarfile.open(path) as file:
        members = file.getmembers()
        assert [image.removeprefix(f"{path}/") for image in data.images] == [member.name for member in members]
        for i, member in enumerate(members):
            with pytest.raises(DataError, match=f"got {member.size} bytes of another kind"):
                read_sample(data, i)  # it reads exactly the member's bytes, which are no image


def test_shards_hold_what_the_files_hold(shards):
    folder, images, labels = shards
    data = read_shards(folder / "s-{00..02}.tar")
    assert data.labels == labels
    assert data.column("shard") == [f"s-{i // 20:02}.tar" for i in range(60)]
    assert data.column("id") == [f"{i:04}" for i in range(60)]
    for i in (0, 19, 20, 59):
        np.testing.assert_array_equal(read_sample(data, i), read_image(images[i]))
    found = inspect(data)
    assert not found.unreadable
    with pytest.raises(
        DataError, match=r"one compressed by gzip .*Decompress it once \(gunzip -k\), or read it with ShardStr"
    ):
        read_shards(folder / "s-00.tar.gz")


def test_a_loader_takes_shards_in_any_order(shards):
    folder, images, labels = shards
    recipe = evaluation(size=16)
    options = {"batch_size": 8, "shuffle": True, "seed": 3}
    from_shards = DataLoader(
        read_shards([folder / f"s-{i:02}.tar" for i in range(3)]), LOADER_LABELS, recipe, **options
    )
    from_files = DataLoader(Dataset(images, labels), LOADER_LABELS, recipe, **options)
    for (ours, own), (expected, targets) in zip(from_shards.epoch(1), from_files.epoch(1), strict=True):
        np.testing.assert_array_equal(ours, expected)
        np.testing.assert_array_equal(own, targets)


LOADER_LABELS = read_csv(OPENCLIPART / "labels.csv").vocabulary.labels


def test_a_stream_mixes_as_the_sampler_does(shards):
    folder, images, labels = shards
    data = read_shards(folder / "s-{00..02}.tar")
    stream = ShardStream(folder / "s-{00..02}.tar.gz", buffer=10, seed=5)
    sampler = ShardSampler(data, buffer=10, seed=5)
    assert len(sampler) == 60
    for epoch in range(2):
        order = sampler.order(epoch)
        assert sorted(order) == list(range(60))
        for i, (name, image, own) in zip(order, stream, strict=True):
            assert own == labels[i]
            assert pathlib.Path(name).stem == f"{i:04}"
            np.testing.assert_array_equal(image, read_image(images[i]))
    assert not np.array_equal(sampler.order(0), sampler.order(1))
    loader = DataLoader(data, LOADER_LABELS, evaluation(size=8), batch_size=60, sampler=sampler)
    np.testing.assert_array_equal(loader.order(1), order)
    ((_, targets),) = loader.epoch(1)
    np.testing.assert_array_equal(targets, data[order].targets(LOADER_LABELS))
    # A buffer of 10 lets no sample come more than 10 places early within its shard.
    shard = order[:20] // 20
    assert np.count_nonzero(shard == shard[0]) >= 11


def test_inspect_looks_at_pixels_in_memory():
    image = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    found = inspect(Dataset([image, image.copy(), image[::-1].copy()], [["x"], ["y"], ["x"]]))
    assert not found.unreadable
    assert (found.duplicates, found.contradictory) == ([[0, 1]], [0])
    assert found.largest == (10, 10)


@pytest.mark.parametrize("program", ["gzip", "bzip2", "xz", "zstd"])
def test_a_stream_undoes_compression(shards, tmp_path, program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    folder, _, _labels = shards
    packed = tmp_path / "s.tar.packed"
    packed.write_bytes(
        subprocess.run(
            [program, "-c"], input=(folder / "s-00.tar").read_bytes(), capture_output=True, check=True
        ).stdout
    )
    plain = list(ShardStream(folder / "s-00.tar", buffer=1))
    for (_, image, own), (_, expected, same) in zip(ShardStream(packed, buffer=1), plain, strict=True):
        np.testing.assert_array_equal(image, expected)
        assert own == same
    with pytest.raises(DataError, match=f"one compressed by {program}"):
        read_shards(packed)


@pytest.mark.skipif(not pathlib.Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_jsonl_that_cannot_be_read_to_its_end_is_an_error():
    with pytest.raises(DataError, match="the file must be readable to its end"):
        read_jsonl("/proc/self/mem")


def test_a_stream_names_a_broken_shard(tmp_path):
    path = tar(tmp_path / "a.tar", [("a.jpg", b"x" * 5000), ("a.json", b"{}")])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"must be whole.*a.tar"):
        list(ShardStream(path))
    with pytest.raises(DataError, match=r"a.tar"):
        read_shards(path)
    with pytest.raises(DataError, match=r"none.tar"):
        list(ShardStream(tmp_path / "none.tar"))


def test_numbers_stand_for_names(tmp_path):
    path = tar(tmp_path / "a.tar", [("a.jpg", b"x"), ("a.cls", b"2\n"), ("b.jpg", b"x"), ("b.cls", b"0|1")])
    data = read_shards(path, labels="cls", names=["x", "y", "z"])
    assert data.labels == [["z"], ["x", "y"]]
    assert data.targets().tolist() == [[0, 0, 1], [1, 1, 0]]


def test_a_dataset_of_ones_own_has_boxes_unknown_cells_and_a_vocabulary():
    data = Dataset(
        ["a", "b"],
        [["x"], []],
        unknown=[[], ["y"]],
        boxes=[[[1, 2, 3, 4]], np.empty((0, 4))],
        box_labels=[["x"], []],
        vocabulary=["y", "x"],
        columns={"n": ["1", "2"]},
    )
    np.testing.assert_array_equal(data.targets(), [[0, 1], [np.nan, 0]])
    assert data[:1].vocabulary.labels == ["y", "x"]
    assert data[1:].unknown == [["y"]]
    assert data.boxes[0].tolist() == [[1, 2, 3, 4]]
    assert data.boxes[1].shape == (0, 4)
    assert (data + data).column("n") == ["1", "2", "1", "2"]
    with pytest.raises(ShapeError, match="box_labels must have 2 entries, one an image; got 1"):
        Dataset(["a", "b"], [[], []], boxes=[[], []], box_labels=[[]])
    with pytest.raises(ShapeError, match="same length; got 1 and 0 for image 0"):
        Dataset(["a"], [[]], boxes=[[[1, 2, 3, 4]]], box_labels=[[]])
    with pytest.raises(ArgumentError, match="left < right"):
        Dataset(["a"], [[]], boxes=[[[3, 2, 1, 4]]], box_labels=[["x"]])


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_codes_mean_what_is_declared(tmp_path):
    path = write(tmp_path, "t.csv", "image,x,y\na,-1.0,\nb,0.0,1.0\n")
    options = {"label_columns": "*", "unnamed": "absent"}
    for codes, first in ((None, np.nan), ({"-1": 1}, 1), ({-1: 0}, 0), ({"-1": 0.75}, 0.75), ({"-1": None}, np.nan)):
        targets = read_csv(path, codes=codes, **options).targets()
        np.testing.assert_array_equal(targets, np.float32([[first, 0], [0, 1]]))
    own = read_csv(path, label_columns="*", codes={"-1": 0}, label_codes={"x": {"-1": 1}, "y": {"": 0.5}})
    np.testing.assert_array_equal(own.targets(), np.float32([[1, 0.5], [0, 1]]))
    with pytest.raises(ArgumentError, match="codes must stand for 1, 0, None or a number between; got '-1': 'absent'"):
        read_csv(path, codes={"-1": "absent"})


def test_soft_labels_reach_the_loader_and_survive_pickle(tmp_path):
    path = write(tmp_path, "t.csv", f"image,x,y\n{OPENCLIPART}/images/0000.png,0.25,1\n")
    with pytest.raises(DataError, match="probabilities = keep or round"):
        read_csv(path, label_columns="*")
    data = pickle.loads(pickle.dumps(read_csv(path, label_columns="*", probabilities="keep")))
    ((_, targets),) = DataLoader(data, ["x", "y"], evaluation(size=8))
    assert targets.tolist() == [[0.25, 1]]
    assert read_csv(path, label_columns="*", probabilities="round").targets().tolist() == [[0, 1]]


def test_what_was_passed_over_is_listed(tmp_path):
    rows = write(tmp_path, "t.csv", "image,x\na,1\nb\nc,maybe\n")
    lines = write(tmp_path, "t.jsonl", '{"image": "a", "labels": ["x"]}\n{"image": 3}\n')
    for data, place in (
        (read_csv(rows, label_columns="*", on_bad="skip"), "line 3"),
        (read_jsonl(lines, on_bad="skip"), "line 2"),
    ):
        assert len(data) == 1
        assert place in data.passed_over[0][1]
    write(tmp_path, "f/x/a.png", "")
    other = write(tmp_path, "f/x/a.txt", "")
    assert read_folder(tmp_path / "f").passed_over[0][0] == str(other)
    with pytest.raises(ArgumentError, match="on_bad must be one of 'raise', 'skip'; got 'warn'"):
        read_csv(rows, on_bad="warn")


def test_rows_of_cells_in_json(tmp_path):
    path = write(tmp_path, "t.jsonl", '{"image": "a", "labels": [1, 0, null]}\n{"image": "b", "labels": [0, 1, 1]}\n')
    data = read_jsonl(path, label_columns=["x", "y", "z"])
    np.testing.assert_array_equal(data.targets(), np.float32([[1, 0, np.nan], [0, 1, 1]]))
    with pytest.raises(DataError, match="as in a row of 0 and 1"):
        read_jsonl(write(tmp_path, "r.jsonl", '{"image": "a", "labels": [0, 1, 1]}'))
    numbers = write(tmp_path, "n.jsonl", '{"image": "a", "labels": [2, 0]}')
    assert read_jsonl(numbers, names=["x", "y", "z"]).labels == [["z", "x"]]


def test_labels_of_mappings_rows_and_data_frames(tmp_path):
    pandas = pytest.importorskip("pandas")
    cells = Dataset(["a", "b"], [{"x": 1, "y": 0}, {"y": None}], vocabulary=["x", "y", "z"])
    np.testing.assert_array_equal(cells.targets(), [[1, 0, 0], [0, np.nan, 0]])
    assert cells.absent == [["y"], []]
    rows = Dataset(["a", "b"], np.float32([[1, 0], [np.nan, 0.5]]), vocabulary=["x", "y"])
    np.testing.assert_array_equal(rows.targets(), [[1, 0], [np.nan, 0.5]])
    with pytest.raises(
        ShapeError, match=r"one for each label of vocabulary; got 2 .sample 0.*Name the labels in vocabulary"
    ):
        Dataset(["a"], [[1, 0]])
    with pytest.raises(ArgumentError, match="each with 1, 0 or None for unknown; got 'x': 3"):
        Dataset(["a"], [{"x": 3}])
    table = pandas.DataFrame({"path": ["a", "b"], "y": [0, 1], "x": [1, 0]}, index=["p", "q"])
    frame = Dataset(table["path"], table[["y", "x"]].loc[["q", "p"]], columns=table[["y"]])
    assert frame.vocabulary.labels == ["y", "x"]
    assert frame.targets(["x", "y"]).tolist() == [[1, 0], [0, 1]]
    assert frame.column("y") == ["0", "1"]
    with pytest.raises(ArgumentError, match="labels must have the row names of images"):
        Dataset(table["path"], table[["y"]].rename({"p": "r"}))


def test_rows_of_a_data_set_of_ones_own_are_checked_and_named():
    pandas = pytest.importorskip("pandas")

    def loaded(labels):
        class One:
            def __len__(self):
                return 1

            def __getitem__(self, i):
                return np.zeros((8, 8, 3), np.uint8), labels

        return next(iter(DataLoader(One(), ["a", "b", "c"], evaluation(size=8))))[1].tolist()

    with pytest.raises(ArgumentError, match="Numbers of classes are no row"):
        loaded([0, 1, 2])
    with pytest.raises(ArgumentError, match="must hold 1, 0 and what is between"):
        loaded(np.float32([0, -1, 0]))
    assert loaded(pandas.Series({"c": 1, "a": 0, "b": 0.5})) == [[0, 0.5, 1]]
    assert loaded(pandas.Series(["c", "a"])) == [[1, 0, 1]]
    assert loaded(np.array(["b"])) == [[0, 1, 0]]


def test_names_that_are_not_utf8_come_back_as_they_are(tmp_path):
    folder = tmp_path / "cat"
    folder.mkdir()
    picture = (OPENCLIPART / "images/0000.png").read_bytes()
    whole, cut = (os.fsencode(folder) + name for name in (b"/a\xff.png", b"/cut\xfe.png"))
    try:
        for path, content in ((whole, picture), (cut, picture[:50])):
            with open(path, "wb") as file:
                file.write(content)
    except OSError:
        pytest.skip("the file system takes no such names")
    data = read_folder(tmp_path)
    assert data.images == [os.fsdecode(whole), os.fsdecode(cut)]
    np.testing.assert_array_equal(read_sample(data, 0), read_image(data.images[0]))
    with pytest.raises(DataError, match=r"cut\?\.png") as caught:
        read_image(data.images[1])
    assert caught.value.path == os.fsdecode(cut)
    loader = DataLoader(pickle.loads(pickle.dumps(data)), ["cat"], evaluation(size=8), on_error="skip")
    assert sum(len(images) for images, _ in loader) == 1
    assert [i for i, _ in loader.skipped] == [1]
    assert inspect(data).unreadable[0].path == os.fsdecode(cut)


# What docs/data.md says of files that people know: a file of each one's form, and the targets of the call that stands there.
NAN = np.nan
FAMOUS = {
    "list_attr_celeba.csv": ("image_id,Bald,Smiling\n000001.jpg,-1,1\n000002.jpg,-1,-1\n", [[0, 1], [0, 0]]),
    "list_attr_celeba.txt": ("2\nBald Smiling \n000001.jpg -1  1\n000002.jpg -1 -1\n", [[0, 1], [0, 0]]),
    "CheXpert-v1.0/train.csv": (
        "Path,Sex,Age,Frontal/Lateral,AP/PA,Edema,Fracture\n"
        "CheXpert-v1.0/train/p1/v1.jpg,Female,68,Frontal,AP,1.0,\nCheXpert-v1.0/train/p2/v1.jpg,Male,9,Lateral,,-1.0,-1.0\n",
        [[1, 0], [NAN, NAN]],
    ),
    "mimic-cxr-2.0.0-chexpert.csv": (
        "subject_id,study_id,Edema,Fracture\n10000032,50414267,,1.0\n10000032,53189527,-1.0,0.0\n",
        [[0, 1], [NAN, 0]],
    ),
    "train-annotations-human-imagelabels.csv": (
        "ImageID,Source,LabelName,Confidence\n0001,verification,/m/a,1\n0001,verification,/m/b,0\n0002,crowd,/m/b,1\n",
        [[1, 0], [NAN, 1]],
    ),
    "ISIC_2019_Training_GroundTruth.csv": (
        "image,MEL,NV\nISIC_0000000,0.0,1.0\nISIC_0000001,1.0,0.0\n",
        [[0, 1], [1, 0]],
    ),
    "Data_Entry_2017.csv": (
        "Image Index,Finding Labels,Follow-up #,Patient ID,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
        "1.png,Hernia|Mass,0,1,2682,2749,0.143,0.143,\n2.png,No Finding,0,2,2500,2048,0.171,0.171,\n",
        [[1, 1], [0, 0]],
    ),
    "train_v2.csv": ("image_name,tags\ntrain_0,haze primary\ntrain_1,primary\n", [[1, 1], [0, 1]]),
    "train.csv": ("Id,Target\n00070df0,2 0\n000a6c98,1\n", [[1, 0, 1], [0, 1, 0]]),
    "_classes.csv": ("filename, cat, dog\na.jpg, 1, 0\nb.jpg, 1, 1\n", [[1, 0], [1, 1]]),
    "pandas.csv": (",image,cat,dog\n0,a.jpg,1,0\n1,b.jpg,0,1\n", [[1, 0], [0, 1]]),
    "lists.csv": ("image,labels\na.jpg,\"['cat', 'dog']\"\nb.jpg,['dog']\n", [[1, 1], [0, 1]]),
    "answers.csv": ("image,cat,dog\na.jpg,Y,0.8\nb.jpg,n,\n", [[1, np.float32(0.8)], [0, NAN]]),
    "_annotations.coco.json": (
        json.dumps(
            {
                "images": [{"id": 0, "file_name": "a.jpg"}],
                "annotations": [{"id": 0, "image_id": 0, "category_id": 2, "bbox": [1, 2, 3, 4]}],
                "categories": [
                    {"id": 0, "name": "pets", "supercategory": "none"},
                    {"id": 1, "name": "cat", "supercategory": "pets"},
                    {"id": 2, "name": "dog", "supercategory": "pets"},
                ],
            }
        ),
        [[0, 1]],
    ),
    "lvis_v1_val.json": (
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.jpg", "neg_category_ids": [3]}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
                "categories": [{"id": i, "name": name} for i, name in ((1, "ant"), (2, "bee"), (3, "cow"))],
            }
        ),
        [[1, NAN, 0]],
    ),
}


def documented_calls():
    page = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    return re.findall(r"^\| [^|]+ \| `(read_\w+\(.*?\))` \| .* \|$", page, re.MULTILINE)


@pytest.mark.parametrize("call", [call for call in documented_calls() if call.split('"')[1] in FAMOUS])
def test_files_that_people_know_mean_what_the_page_says(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    name = call.split('"')[1]
    text, expected = FAMOUS[name]
    write(tmp_path, name, text)
    data = eval(call, {"read_csv": read_csv, "read_coco": read_coco})
    if "label_codes" in call:  # U-Ones for the one, soft for the other
        expected = [[1, 0], [1, np.float32(0.7)]]
    np.testing.assert_array_equal(data.targets(), np.float32(expected))


def test_the_page_has_a_call_for_each_of_these_files():
    assert {call.split('"')[1] for call in documented_calls()} >= set(FAMOUS)
