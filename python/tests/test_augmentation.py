# SPDX-License-Identifier: Apache-2.0
"""Augmentation from Python: the same pixels as in C++, albumentations' habits, errors that help."""

import json
import pickle
import threading

import numpy as np
import pytest

from multilabel import ArgumentError, ShapeError, augmentation
from multilabel._core import augmentation as compiled
from multilabel.augmentation import (
    CenterCrop,
    Compose,
    Custom,
    GaussNoise,
    HorizontalFlip,
    LabelSafeCrop,
    LongestMaxSize,
    Normalize,
    PadIfNeeded,
    RandomBrightnessContrast,
    RandomCrop,
    RandomResizedCrop,
    Resize,
    Rotate,
    SmallestMaxSize,
    VerticalFlip,
    evaluation,
    from_dict,
    restrained,
)


@pytest.fixture
def image():
    y, x = np.mgrid[0:40, 0:50]
    return np.stack([5 * x, 6 * y, 3 * x + 2 * y], axis=2).astype(np.uint8)


def test_recipes_give_the_pixels_of_the_cpp_recipes(image):
    for seed in range(5):
        ours = restrained(size=24)(image=image, seed=seed, epoch=1, index=seed)["image"]
        np.testing.assert_array_equal(ours, compiled.call_restrained(image, 24, seed, 1, seed))
    plain = evaluation(size=24)(image=image)["image"]
    np.testing.assert_array_equal(plain, compiled.call_evaluation(image, 24))


def test_recipe_defaults_are_those_of_cpp():
    defaults = compiled.RESTRAINED
    recipe = restrained(defaults["size"])
    assert recipe == restrained()
    flip, rotate, _, levels, noise, normalize = recipe
    assert flip.p == defaults["flip"]
    assert rotate.limit == tuple(defaults["rotate"])
    assert levels.brightness_limit == tuple(defaults["brightness"])
    assert levels.contrast_limit == tuple(defaults["contrast"])
    assert noise.std_range == tuple(defaults["noise"])
    assert (normalize.mean, normalize.std) == (tuple(defaults["mean"]), tuple(defaults["std"]))


def test_equal_keys_equal_pixels_and_every_part_counts(image):
    recipe = restrained(size=24)
    first = recipe(image=image, seed=1, epoch=2, index=3)["image"]
    np.testing.assert_array_equal(first, recipe(image=image, seed=1, epoch=2, index=3)["image"])
    for key in ({"seed": 2}, {"epoch": 3}, {"index": 4}):
        assert not np.array_equal(first, recipe(image=image, **{"seed": 1, "epoch": 2, "index": 3, **key})["image"])


def test_flips_and_crops_move_whole_pixels(image):
    np.testing.assert_array_equal(Compose([HorizontalFlip(p=1)])(image=image)["image"], image[:, ::-1])
    np.testing.assert_array_equal(Compose([VerticalFlip(p=1)])(image=image)["image"], image[::-1])
    np.testing.assert_array_equal(Compose([CenterCrop(10, 20)])(image=image)["image"], image[15:25, 15:35])
    assert Compose([RandomCrop(7, 9)])(image=image)["image"].shape == (7, 9, 3)
    assert Compose([PadIfNeeded(60, 30)])(image=image)["image"].shape == (60, 50, 3)


def test_write_is_planar(image):
    recipe = evaluation(size=24)
    np.testing.assert_array_equal(recipe.write(image), recipe(image=image)["image"].transpose(2, 0, 1))


def test_strided_images_are_read_as_they_are(image):
    flip = Compose([HorizontalFlip(p=1)])
    np.testing.assert_array_equal(flip(image=image[::2, 5:30])["image"], image[::2, 5:30][:, ::-1])
    np.testing.assert_array_equal(flip(image=image[:, ::-1])["image"], image)
    np.testing.assert_array_equal(flip(image=image[:, :, ::-1])["image"], image[:, ::-1, ::-1])


def test_the_input_is_neither_changed_nor_shared(image):
    before = image.copy()
    same = Compose([HorizontalFlip(p=0)])(image=image)["image"]
    same[:] = 0
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 5), np.uint8),
        np.zeros((4, 5, 4), np.uint8),
        np.zeros((4, 5, 3), np.float32),
        np.zeros((0, 5, 3), np.uint8),
    ],
)
def test_images_of_another_shape_or_type_are_refused(wrong):
    with pytest.raises(ShapeError, match=r"uint8 array \[height, width, 3\].*got"):
        restrained(size=8)(image=wrong)
    assert issubclass(ShapeError, ValueError)


def test_dict_and_back_through_json():
    pipeline = Compose(
        [
            HorizontalFlip(p=0.25),
            VerticalFlip(),
            Rotate(limit=10, border_mode=2, fill=7),
            PadIfNeeded(30, 40, border_mode="replicate"),
            RandomCrop(20, 20),
            CenterCrop(16, 16),
            LongestMaxSize(20),
            SmallestMaxSize(18, interpolation="cubic"),
            RandomResizedCrop((12, 12), scale=(0.5, 1)),
            LabelSafeCrop(10, 10, min_kept=0.9),
            Resize(8, 8, interpolation=3),
            RandomBrightnessContrast(0.1, (-0.3, 0.2), brightness_by_max=False),
            GaussNoise(std_range=(0.1, 0.2), per_channel=False),
            Normalize(),
        ]
    )
    assert from_dict(pipeline.to_dict()) == pipeline
    assert repr(from_dict(json.loads(json.dumps(pipeline.to_dict())))) == repr(pipeline)
    assert pickle.loads(pickle.dumps(pipeline)) == pipeline


def test_without_fusion_the_draws_are_the_same_and_it_is_stored(image):
    moves = [HorizontalFlip(), RandomCrop(9, 11), RandomBrightnessContrast(p=1)]
    apart = Compose(moves, fuse=False)
    for index in range(10):
        np.testing.assert_array_equal(
            apart(image=image, index=index)["image"], Compose(moves)(image=image, index=index)["image"]
        )
    assert "pass 3" in apart.describe()
    assert from_dict(json.loads(json.dumps(apart.to_dict()))) == apart != Compose(moves)
    assert eval(repr(apart)) == pickle.loads(pickle.dumps(apart)) == apart


def test_from_dict_names_what_it_does_not_know():
    with pytest.raises(ArgumentError, match=r"must be one of Compose, .*HorizontalFlip.*got 'Flip'"):
        from_dict({"name": "Flip"})
    with pytest.raises(ArgumentError, match=r"parameters of Resize must be among height, width.*got 'size'"):
        from_dict({"name": "Resize", "size": 3})


def test_label_safe_crop_keeps_what_it_promises(image):
    y, x = np.mgrid[0:40, 0:50]
    places = np.stack([x, y, x * 0], axis=2).astype(np.uint8)
    for index in range(50):
        piece = Compose([LabelSafeCrop(100, 100, 0.75, interpolation="nearest")])(image=places, index=index)["image"]
        width, height, _ = piece[-1, -1].astype(int) - piece[0, 0] + 1
        assert width * height >= 0.75 * 40 * 50


def test_repr_can_be_evaluated():
    pipeline = restrained(size=32)
    assert eval(repr(pipeline)) == pipeline


def test_a_function_draws_from_the_key_and_from_nothing_else(image):
    def shift(picture, random):
        return np.roll(picture, int(random.integers(50)), axis=1)

    pipeline = Compose([shift, HorizontalFlip(p=0)])
    results = [pipeline(image=image, seed=4, index=i)["image"] for i in (1, 2, 1)]
    np.testing.assert_array_equal(results[0], results[2])
    assert not np.array_equal(results[0], results[1])
    assert "the pixels: shift" in pipeline.describe()
    with pytest.raises(ArgumentError, match="cannot be stored"):
        pipeline.to_dict()


def test_a_function_that_fails_or_returns_nonsense_says_so(image):
    def fails(picture, random):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Compose([fails])(image=image)
    with pytest.raises(ShapeError, match="the result of nonsense"):
        Compose([Custom(lambda picture, random: picture[:, :, 0], name="nonsense")])(image=image)


def test_threads_of_python_get_the_same_pixels(image):
    recipe = restrained(size=24)
    expected = [recipe(image=image, index=i)["image"] for i in range(8)]
    results = [None] * 8

    def work(i):
        results[i] = recipe(image=image, index=i)["image"]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(expected, results, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HorizontalFlip(p=2), "p must be between 0 and 1; got 2"),
        (lambda: Rotate(limit=(5, -5)), r"limit must be \(low, high\)"),
        (lambda: Rotate(border_mode="mirror"), "border_mode must be one of 'constant' \\(0\\)"),
        (lambda: Resize(0, 5), "height and width must be at least 1"),
        (lambda: Rotate(fill=(1, 2)), "fill must be a number or three"),
        (lambda: GaussNoise(std_range=0.1), r"std_range must be \(low, high\)"),
        (lambda: Compose([Normalize(), HorizontalFlip()]), "Normalize must be the last operation"),
    ],
)
def test_options_out_of_range(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_preprocessing_rebuilds_the_evaluation_pipeline(image):
    recipe = evaluation(size=24, mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))
    rebuilt = evaluation(recipe.preprocessing)
    np.testing.assert_array_equal(rebuilt(image=image)["image"], recipe(image=image)["image"])
    assert restrained(size=24).preprocessing == evaluation(size=24).preprocessing


class TestAlbumentations:
    """Where parameters leave nothing to chance, albumentations 2.0.8 gives the same picture."""

    @pytest.fixture
    def peer(self):
        return pytest.importorskip("albumentations")

    @pytest.fixture
    def photo(self):
        random = np.random.default_rng(3)
        coarse = random.integers(0, 256, (12, 15, 3)).astype(np.float64)
        y, x = np.linspace(0, 10.99, 96), np.linspace(0, 13.99, 120)
        rows = coarse[y.astype(int)] * (1 - y % 1)[:, None, None] + coarse[y.astype(int) + 1] * (y % 1)[:, None, None]
        fine = rows[:, x.astype(int)] * (1 - x % 1)[None, :, None] + rows[:, x.astype(int) + 1] * (x % 1)[None, :, None]
        return fine.round().astype(np.uint8)

    @pytest.mark.parametrize(
        ("name", "arguments", "levels"),
        [
            ("HorizontalFlip", {"p": 1}, 0),
            ("VerticalFlip", {"p": 1}, 0),
            ("CenterCrop", {"height": 51, "width": 64}, 0),
            ("PadIfNeeded", {"min_height": 131, "min_width": 150, "border_mode": 4}, 0),
            ("PadIfNeeded", {"min_height": 131, "min_width": 120, "border_mode": 0, "fill": 9}, 0),
            ("Resize", {"height": 64, "width": 80}, 1),
            ("Resize", {"height": 200, "width": 150}, 1),
            ("LongestMaxSize", {"max_size": 77}, 1),
            ("SmallestMaxSize", {"max_size": 131}, 1),
            ("RandomResizedCrop", {"size": (50, 60), "scale": (1, 1), "ratio": (1.25, 1.25)}, 1),
            # OpenCV rounds coordinates to 1/32 pixel, by version; a step of 255 at the black border shows as 255 / 32.
            ("Rotate", {"limit": (17, 17), "p": 1}, 8),
            ("Rotate", {"limit": (-30, -30), "border_mode": 4, "p": 1}, 1),
            ("RandomBrightnessContrast", {"brightness_limit": (0.1, 0.1), "contrast_limit": (-0.2, -0.2), "p": 1}, 1),
            (
                "RandomBrightnessContrast",
                {"brightness_limit": (0.3, 0.3), "contrast_limit": (0.2, 0.2), "brightness_by_max": False, "p": 1},
                1,
            ),
            ("Normalize", {}, 1e-5),
            ("Normalize", {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.25, 0.125)}, 1e-5),
        ],
    )
    def test_same_picture(self, peer, photo, name, arguments, levels):
        theirs = peer.Compose([getattr(peer, name)(**arguments)])(image=photo)["image"]
        ours = Compose([getattr(augmentation, name)(**arguments)])(image=photo)["image"]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        assert np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max() <= levels

    def test_noise_has_the_deviation_that_was_asked_for(self, peer):
        grey = np.full((200, 200, 3), 128, np.uint8)
        arguments = {"std_range": (0.1, 0.1), "p": 1}
        theirs = peer.Compose([peer.GaussNoise(**arguments)])(image=grey)["image"].std()
        ours = Compose([GaussNoise(**arguments)])(image=grey)["image"].std()
        assert abs(ours - 25.5) < 0.3  # four standard errors of 120,000 values
        assert abs(theirs - ours) < 1.5  # theirs is cut towards zero, not rounded


def test_compose_takes_its_image_by_position_and_no_boxes_as_an_array():
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    flip = Compose([HorizontalFlip(p=1)])
    np.testing.assert_array_equal(flip(image)["image"], image[:, ::-1])
    none = flip(image=image, bboxes=np.zeros((0, 4)), labels=[])
    assert none["bboxes"].shape == (0, 4)
    assert list(none["labels"]) == []


def test_a_side_of_more_than_32767_pixels_can_be_turned():
    image = np.full((3, 40000, 3), 200, np.uint8)
    turned = Compose([Rotate((180, 180), p=1)])(image=image, seed=1)["image"]
    assert (turned[1, 10:-10] == 200).all()
