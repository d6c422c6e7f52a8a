# SPDX-License-Identifier: Apache-2.0
"""Compositions, storing, replaying and the habits of albumentations, from Python."""

import inspect
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from multilabel import ArgumentError, ShapeError, _core, augmentation
from multilabel import augmentation as A
from multilabel._core import augmentation as compiled
from multilabel.augmentation import Compose, from_dict, load, replay, save


@pytest.fixture
def image():
    y, x = np.mgrid[0:40, 0:50]
    return np.stack([5 * x, 6 * y, 3 * x + 2 * y], axis=2).astype(np.uint8)


def everything():
    """One of every kind, with parameters that are not the defaults."""
    return Compose(
        [
            A.Sequential([A.HorizontalFlip(p=0.25), A.VerticalFlip()], p=0.9),
            A.OneOf([A.Rotate(limit=10, crop_border=True), A.SafeRotate((-20, 5), fill=7), A.NoOp()], p=0.8),
            A.Affine(scale={"x": (0.9, 1.1), "y": 1}, translate_px=3, rotate=(-5, 5), shear=(-2, 2), border_mode=4),
            A.ShiftScaleRotate(shift_limit_x=0.1, rotate_limit=(0, 9), interpolation=2),
            A.Perspective(scale=0.06, fit_output=True),
            A.PadIfNeeded(None, 60, pad_height_divisor=16, position="top_left"),
            A.RandomCrop(30, 30, pad_if_needed=True, pad_position="random"),
            A.CenterCrop(28, 28),
            A.LongestMaxSize([24, 26], area_for_downscale="image"),
            A.SmallestMaxSize(max_size_hw=(20, None)),
            A.RandomResizedCrop((16, 18), scale=(0.5, 1), area_for_downscale="image"),
            A.LabelSafeCrop(10, 10, min_kept=0.9),
            A.Resize(12, 12, interpolation="lanczos4"),
            A.SomeOf(
                [
                    A.RandomBrightnessContrast(0.1, (-0.3, 0.2), ensure_safe_range=True),
                    A.RandomGamma(110),
                    A.Posterize([2, (3, 5), 4]),
                    A.Solarize((0.7, 0.9)),
                    A.Equalize("pil", by_channels=False),
                    A.CLAHE(tile_grid_size=(2, 3)),
                    A.HueSaturationValue(5, (0, 9)),
                    A.ColorJitter(0.1, 0.2, 0.3, 0.05),
                    A.ToGray(method="pca"),
                    A.GaussianBlur((3, 5), 1),
                    A.MotionBlur(5, allow_shifted=False),
                    A.Sharpen(method="gaussian", sigma=2),
                    A.ISONoise(intensity=(0.2, 0.3)),
                    A.ImageCompression("webp", (30, 40)),
                    A.GaussNoise(std_range=(0.1, 0.2), noise_scale_factor=0.5),
                    A.CoarseDropout((2, 3), (2, 3), (1, 4), fill="random"),
                    A.CoarseDropout(fill=(1, 2, 3)),
                ],
                n=4,
                replace=True,
                p=0.95,
            ),
            A.Normalize(mean=0.5, std=0.25),
            A.ToTensorV2(),
        ],
        seed=3,
        save_applied_params=True,
    )


def inner(composition):
    for one in composition:
        yield one
        if hasattr(one, "transforms"):
            yield from inner(one)


def test_everything_is_everything():
    used = {type(one).__name__ for one in inner(everything())}
    assert used == set(augmentation._KINDS)


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_saved_and_loaded(tmp_path, suffix):
    pipeline = everything()
    save(pipeline, tmp_path / f"pipeline{suffix}")
    loaded = load(tmp_path / f"pipeline{suffix}")
    assert loaded == pipeline
    assert loaded.to_dict() == pipeline.to_dict()
    assert repr(loaded) == repr(pipeline)
    save(pipeline[1], tmp_path / "one", data_format="yaml")
    assert load(tmp_path / "one", data_format="yaml") == pipeline[1]


def test_repr_and_pickle_give_equal_pipelines():
    pipeline = everything()
    assert eval(repr(pipeline), vars(augmentation)) == pipeline
    assert pickle.loads(pickle.dumps(pipeline)) == pipeline
    assert repr(Compose([A.HorizontalFlip(), A.Resize(3, 4, p=0.5)])) == (
        "Compose([\n    HorizontalFlip(),\n    Resize(height=3, width=4, p=0.5),\n])"
    )


def test_repr_of_what_is_inside_is_indented():
    lines = repr(Compose([A.OneOf([A.HorizontalFlip(), A.NoOp()], p=0.2)])).splitlines()
    assert lines[0] == "Compose(["
    assert lines[1] == "    OneOf(transforms=[HorizontalFlip(), NoOp()], p=0.2),"


def test_files_that_hold_no_pipeline(tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("- 3", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"a\.json' must hold a saved pipeline"):
        load(tmp_path / "a.json")
    with pytest.raises(ArgumentError, match=r"b\.yaml' must hold a saved pipeline; got list"):
        load(tmp_path / "b.yaml")
    with pytest.raises(ArgumentError, match="data_format must be 'json' or 'yaml'; got 'toml'"):
        save(Compose([]), tmp_path / "c", data_format="toml")
    with pytest.raises(ArgumentError, match="transforms of OneOf must be a list"):
        from_dict({"name": "OneOf", "p": 1})


def test_yaml_without_pyyaml_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ArgumentError, match="PyYAML is missing"):
        save(Compose([]), tmp_path / "a.yaml")


def test_replayed_pixels_are_the_same(image):
    pipeline = everything()
    for index in range(20):
        key = {"seed": 9, "epoch": 1, "index": index}
        record = json.loads(json.dumps(pipeline.record(image, **key)))
        expected = pipeline(image=image, **key)["image"]
        np.testing.assert_array_equal(replay(record, image)["image"].numpy(), expected.numpy())


def test_a_record_can_be_changed_by_hand(image):
    record = Compose([A.Rotate(p=1)]).record(image, seed=1)
    record["draws"][0]["values"] = [["applied", 1.0], ["angle", 180.0]]
    np.testing.assert_array_equal(replay(record, image)["image"][1:-1, 1:-1], image[::-1, ::-1][1:-1, 1:-1])
    record["draws"][0]["values"] = [["applied", 0.0]]
    np.testing.assert_array_equal(replay(record, image)["image"], image)
    with pytest.raises(ArgumentError, match="the record must have angle of Rotate; got none"):
        replay({**record, "draws": [{"name": "Rotate", "values": [["applied", 1.0]]}]}, image)
    with pytest.raises(ArgumentError, match="record must have 'transform'"):
        replay({}, image)


def test_applied_transforms_tell_what_happened(image):
    pipeline = Compose(
        [A.HorizontalFlip(p=0), A.OneOf([A.RandomGamma()], p=1), A.CoarseDropout((2, 2), p=1)], save_applied_params=True
    )
    names, numbers = zip(*pipeline(image=image, seed=1)["applied_transforms"], strict=True)
    assert names == ("OneOf", "RandomGamma", "CoarseDropout")
    assert 80 <= numbers[1]["gamma"] <= 120
    assert len(numbers[2]["x"]) == 2


def test_calls_without_a_key_draw_anew_and_a_seed_repeats_them(image):
    flips = [A.RandomCrop(5, 5)]
    free = Compose(flips)
    assert len({free(image=image)["image"].tobytes() for _ in range(30)}) > 15
    first, second = Compose(flips, seed=5), Compose(flips, seed=5)
    runs = [[one(image=image)["image"].tobytes() for _ in range(10)] for one in (first, second)]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 5
    np.testing.assert_array_equal(Compose(flips, seed=5)(image=image)["image"], first(image=image, index=0)["image"])


def test_workers_of_torch_do_not_repeat_each_other(image):
    torch = pytest.importorskip("torch")

    class Pictures(torch.utils.data.Dataset):
        pipeline = Compose([A.RandomCrop(4, 4)], seed=1)

        def __len__(self):
            return 16

        def __getitem__(self, index):
            return self.pipeline(image=image)["image"].tobytes()

    loader = torch.utils.data.DataLoader(Pictures(), batch_size=None, num_workers=2)
    epochs = [list(loader), list(loader)]
    assert len(set(epochs[0])) > 12  # albumentations 2.0.8 gives 8: both workers draw the same
    assert epochs[0] != epochs[1]  # and the same again in every epoch


def test_to_tensor_gives_planes(image):
    torch = pytest.importorskip("torch")
    whole = Compose([A.ToTensorV2()])(image=image)["image"]
    assert (whole.dtype, tuple(whole.shape)) == (torch.uint8, (3, 40, 50))
    np.testing.assert_array_equal(whole.numpy(), image.transpose(2, 0, 1))
    scaled = Compose([A.Normalize(mean=0, std=1), A.ToTensorV2()])(image=image)["image"]
    assert scaled.dtype == torch.float32
    assert scaled.is_contiguous()


def test_a_probability_for_all(image):
    pipeline = Compose([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], p=0.3)
    happened = [not np.array_equal(pipeline(image=image, index=i)["image"], image) for i in range(400)]
    assert 84 <= sum(happened) <= 156  # 120 and four deviations


def test_a_function_inside_one_of(image):
    def black(picture, random):
        return np.zeros_like(picture)

    pipeline = Compose([A.OneOf([A.Custom(black, p=0.25), A.NoOp(p=0.75)], p=1)])
    dark = [pipeline(image=image, index=i)["image"].max() == 0 for i in range(400)]
    assert 65 <= sum(dark) <= 135  # a quarter, and four deviations
    sometimes = Compose([A.Custom(black, p=0.5)])
    assert 160 <= sum(sometimes(image=image, index=i)["image"].max() == 0 for i in range(400)) <= 240


@pytest.mark.parametrize("name", ["trivial_augment", "rand_augment"])
def test_recipes_give_the_pixels_of_cpp(image, name):
    recipe = getattr(augmentation, name)(size=16)
    for index in range(30):
        expected = getattr(compiled, f"call_{name}")(image, 16, 3, 1, index)
        np.testing.assert_array_equal(recipe(image=image, seed=3, epoch=1, index=index)["image"], expected)


def test_normalisation_by_the_image_is_a_format_of_its_own(image):
    pipeline = Compose([A.Resize(8, 8, "area"), A.Normalize(normalization="min_max")])
    values = pipeline(image=image)["image"]
    assert values.min() == 0
    assert values.max() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(pipeline.write(image), values.transpose(2, 0, 1))
    assert pipeline.preprocessing.normalization.name == "min_max"
    assert A.evaluation(pipeline.preprocessing).preprocessing == pipeline.preprocessing
    np.testing.assert_array_equal(A.evaluation(pipeline.preprocessing).write(image), pipeline.write(image))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"height": -1}, "height and width must not be negative; got -1 and 0"),
        ({"std": (1, 0, 1)}, "std must be above 0 and finite; got 0"),
        ({"mean": (float("nan"), 0, 0)}, "mean must be finite; got nan"),
        ({"interpolation": "best"}, "interpolation must be one of 'nearest', 'linear', .*; got 'best'"),
        ({"normalization": "own"}, "normalization must be one of 'standard', 'image', .*; got 'own'"),
    ],
)
def test_preprocessing_refuses_what_is_out_of_range(parameters, message):
    with pytest.raises(ArgumentError, match=f"augmentation.Preprocessing: {message}"):
        A.Preprocessing(**parameters)


def test_preprocessing_is_shown_with_every_number_and_pickles():
    for made in (
        A.Preprocessing(height=8, width=9, mean=(0.485, 0, 1), std=(0.1, 1 / 3, 2)),
        A.Preprocessing(interpolation="linear", normalization="image"),
        Compose([A.HorizontalFlip()]).preprocessing,
    ):
        assert eval(repr(made), {"Preprocessing": A.Preprocessing}) == made
        assert pickle.loads(pickle.dumps(made)) == made


def test_a_range_of_nothing_has_no_sign():
    assert repr(A.Rotate(limit=0)) == "Rotate(limit=(0.0, 0.0))"


@pytest.mark.parametrize(
    "make",
    [
        lambda fill: A.Rotate(fill=fill),
        lambda fill: A.Affine(fill=fill),
        lambda fill: A.ShiftScaleRotate(fill=fill),
        lambda fill: A.SafeRotate(fill=fill),
        lambda fill: A.Perspective(fill=fill),
        lambda fill: A.CoarseDropout(fill=fill),
        lambda fill: A.PadIfNeeded(fill=fill),
        lambda fill: A.CenterCrop(1, 1, fill=fill),
        lambda fill: A.RandomCrop(1, 1, fill=fill),
    ],
)
def test_a_colour_beyond_0_to_255_is_refused(make):
    for fill in (300, (0, -1, 0)):
        with pytest.raises(ArgumentError, match=f"{type(make(0)).__name__}: fill must be between 0 and 255"):
            make(fill)


def test_errors_of_shift_scale_rotate_bear_its_name():
    with pytest.raises(ArgumentError, match=r"ShiftScaleRotate: scale_limit must be above -1"):
        A.ShiftScaleRotate(scale_limit=(-1, 0))
    with pytest.raises(ArgumentError, match=r"ShiftScaleRotate: rotate_limit must be"):
        A.ShiftScaleRotate(rotate_limit=(3, 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: A.OneOf([]), "at least one operation inside"),
        (lambda: A.SomeOf([A.NoOp()], n=2), "n without replacement must be at most 1; got 2"),
        (lambda: A.OneOf([A.Normalize()]), "Normalize must not depend on chance"),
        (lambda: A.Affine(translate_px=1, translate_percent=0.1), "only one of translate_percent and translate_px"),
        (lambda: A.Affine(scale={"z": 1}), "scale must have the keys 'x' and 'y'"),
        (lambda: A.Posterize(9), "num_bits must be .*between 1 and 7"),
        (lambda: A.Posterize([1, 2, 3, 4]), "num_bits must be one range or three"),
        (lambda: A.CoarseDropout(fill="inpaint_ns"), "fill must be a number, three of them, 'random'"),
        (lambda: A.CoarseDropout((1.5, 2)), "num_holes_range must be two whole numbers"),
        (lambda: A.ImageCompression(quality_range=(0, 5)), "quality_range must be .*between 1 and 100"),
        (lambda: A.ImageCompression("png"), "compression_type must be one of 'jpeg', 'webp'; got 'png'"),
        (lambda: A.ToGray(num_output_channels=1), "num_output_channels must be 3"),
        (lambda: A.ToGray(method="mean"), "method must be one of 'weighted_average'"),
        (lambda: A.LongestMaxSize(), "exactly one of max_size and max_size_hw must be given; got neither"),
        (lambda: A.Resize(3, 3, area_for_downscale=True), "area_for_downscale must be None, 'image'"),
        (lambda: A.PadIfNeeded(pad_height_divisor=8), "exactly one of min_height and pad_height_divisor"),
        (lambda: A.rand_augment(magnitude=11), "magnitude must be between 0 and 10"),
        (lambda: A.Custom(len, p=2), "p must be between 0 and 1"),
        (lambda: A.GaussianBlur(sigma_limit=(3, 1)), "sigma_limit must be"),
    ],
)
def test_options_out_of_range(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_crops_of_smaller_images_say_what_to_do(image):
    with pytest.raises(ShapeError, match="at least 60 x 60"):
        Compose([A.RandomCrop(60, 60)])(image=image)


def test_every_operation_documents_its_parameters():
    for name, kind in augmentation._KINDS.items():
        text = inspect.getdoc(kind)
        assert text, name
        for parameter in list(inspect.signature(kind.__init__).parameters)[1:]:
            if parameter != "p" or len(inspect.signature(kind.__init__).parameters) > 2:
                assert parameter in text, (name, parameter)


def stored():
    """Return what tests/augmentation/pipeline_json.test.cpp calls stored()."""
    return Compose(
        [
            A.HorizontalFlip(p=0.25),
            A.OneOf(
                [
                    A.Rotate(limit=10, border_mode="reflect_101"),
                    A.Affine(scale={"x": (0.9, 1.1)}, translate_px={"x": 3}),
                    A.NoOp(),
                ],
                p=0.9,
            ),
            A.Resize(24, 28, "area"),
            A.SomeOf(
                [A.RandomGamma(110, p=1), A.Posterize([2, (3, 5), 4], p=1), A.CoarseDropout(fill="random")],
                n=2,
                replace=True,
            ),
            A.GaussNoise(std_range=(0.01, 0.03)),
            A.Normalize(),
        ],
        guard=A.Guard("ignore", attempts=3),
        fuse=False,
    )


ROOT = Path(__file__).resolve().parents[2]


def test_the_file_that_the_tests_in_cpp_read_is_the_one_that_save_writes(tmp_path):
    save(stored(), tmp_path / "pipeline.json")
    kept = ROOT / "tests" / "augmentation" / "python_pipeline.json"
    assert kept.read_text(encoding="utf-8") == (tmp_path / "pipeline.json").read_text(encoding="utf-8")
    assert load(kept) == stored()


def in_cpp(pipeline):
    """Return the pipeline that C++ reads out of what Python writes."""
    return _core.augmentation.pipeline_from_json(json.dumps(pipeline.to_dict()))


@pytest.mark.parametrize("pipeline", [everything(), stored(), *A.restrained(size=24), *inner(everything())], ids=repr)
def test_cpp_reads_what_python_writes_and_draws_the_same_pixels(pipeline, image):
    pipeline = pipeline if isinstance(pipeline, Compose) else Compose([pipeline])
    twin = in_cpp(pipeline)
    assert twin.describe() == pipeline.describe()
    for index in range(8):
        expected = pipeline._pipeline(image, 1, 0, index)
        np.testing.assert_array_equal(twin(image, 1, 0, index), expected)


@pytest.mark.parametrize("pipeline", [stored(), *inner(everything())], ids=repr)
def test_python_reads_what_cpp_writes(pipeline, image):
    pipeline = pipeline if isinstance(pipeline, Compose) else Compose([pipeline])
    written = json.loads(_core.augmentation.pipeline_to_json(pipeline._pipeline))
    if isinstance(pipeline[0], A.ShiftScaleRotate):  # what stands for both axes is not kept beside the two
        written["transforms"][0]["shift_limit"] = pipeline[0].shift_limit
    assert from_dict(written) == pipeline


@pytest.mark.parametrize("one", list(inner(everything())), ids=repr)
def test_every_operation_leaves_the_image_it_was_given_untouched(one, image):
    if "p" in one._parameters() and not isinstance(one, A.Normalize):
        one = from_dict({**one.to_dict(), "p": 1})
    given = image.copy()
    Compose([one])(image=given, seed=1)
    np.testing.assert_array_equal(given, image)


def test_every_operation_has_the_parameters_in_cpp_that_it_has_in_python():
    for one in inner(everything()):
        written = json.loads(_core.augmentation.pipeline_to_json(Compose([one])._pipeline))["transforms"][0]
        assert list(written) == list(one.to_dict())


@pytest.mark.parametrize("p", [0.0, 0.5])
def test_the_probability_of_a_whole_pipeline_goes_into_its_file(p, image):
    pipeline = Compose([A.HorizontalFlip(p=1), A.Rotate(p=1)], p=p)
    for index in range(8):
        np.testing.assert_array_equal(in_cpp(pipeline)(image, 1, 0, index), pipeline._pipeline(image, 1, 0, index))


def test_cpp_names_what_a_file_has_wrong():
    with pytest.raises(ArgumentError, match=r"parameters of Rotate must be among limit, .*; got 'limits'"):
        _core.augmentation.pipeline_from_json('{"name": "Rotate", "limits": 1}')
