# SPDX-License-Identifier: Apache-2.0
"""The contract of every loss, and each formula against plain torch."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional

import multilabel as ml

NAN = math.nan
EVERY = [
    pytest.param(ml.loss.BCEWithLogits, id="BCEWithLogits"),
    pytest.param(ml.loss.Asymmetric, id="Asymmetric"),
    pytest.param(
        lambda **options: ml.loss.Asymmetric(gamma_negative=2.5, clip=0.0, focus_gradient="full", **options),
        id="Asymmetric-full",
    ),
]

# With a detached focusing weight the gradient is not the derivative, on purpose; the paper's formula checks it.
DIFFERENTIATED = [every for every in EVERY if every.id != "Asymmetric"]


def batch(n=6, labels=5, *, seed=0, dtype=torch.float32, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    logits = (torch.randn(n, labels, generator=generator, dtype=torch.float64) * scale).to(dtype)
    targets = (torch.rand(n, labels, generator=generator) < 0.4).to(dtype)
    return logits, targets


def value_and_gradient(loss, logits, targets, **inputs):
    logits = logits.clone().requires_grad_(True)
    value = loss(logits, targets, **inputs)
    value.sum().backward()
    return value.detach(), logits.grad


def plain_asymmetric(logits, targets, gamma_negative, gamma_positive, clip, focus_gradient):
    """The paper's formula in float64, with logarithms of probabilities."""
    p = torch.sigmoid(logits)
    q = (p - clip).clamp(min=0)
    focus_positive, focus_negative = (1 - p) ** gamma_positive, q**gamma_negative
    if focus_gradient == "detached":
        focus_positive, focus_negative = focus_positive.detach(), focus_negative.detach()
    return -(targets * focus_positive * p.log() + (1 - targets) * focus_negative * (1 - q).log())


@pytest.mark.parametrize("pos_weight", [None, [0.5, 1.0, 2.0, 3.0, 10.0]])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_bce_equals_torch(pos_weight, reduction):
    logits, targets = batch(seed=1)
    weight = None if pos_weight is None else torch.tensor(pos_weight)
    ours = value_and_gradient(ml.loss.BCEWithLogits(pos_weight=pos_weight, reduction=reduction), logits, targets)
    theirs = value_and_gradient(nn.BCEWithLogitsLoss(pos_weight=weight, reduction=reduction), logits, targets)
    torch.testing.assert_close(ours, theirs, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("focus_gradient", ["detached", "full"])
@pytest.mark.parametrize(
    ("gamma_negative", "gamma_positive", "clip"), [(4, 1, 0.05), (4, 0, 0.05), (2, 0, 0), (0, 0, 0)]
)
def test_asymmetric_equals_the_papers_formula(gamma_negative, gamma_positive, clip, focus_gradient):
    logits, targets = batch(seed=2, dtype=torch.float64)
    arguments = {"gamma_negative": gamma_negative, "gamma_positive": gamma_positive, "clip": clip}
    loss = ml.loss.Asymmetric(**arguments, focus_gradient=focus_gradient, reduction="sum")
    theirs = value_and_gradient(
        lambda x, y: plain_asymmetric(x, y, **arguments, focus_gradient=focus_gradient).sum(), logits, targets
    )
    torch.testing.assert_close(value_and_gradient(loss, logits, targets), theirs, rtol=1e-9, atol=1e-9)
    in_float = value_and_gradient(loss, logits.float(), targets.float())
    torch.testing.assert_close(in_float, tuple(t.float() for t in theirs), rtol=1e-5, atol=1e-6)


def test_asymmetric_gradient_modes_have_equal_values_and_other_gradients():
    logits, targets = batch(seed=3)
    detached, full = (
        value_and_gradient(ml.loss.Asymmetric(focus_gradient=mode), logits, targets) for mode in ("detached", "full")
    )
    assert detached[0] == full[0]
    assert (full[1] / detached[1]).nan_to_num().max() > 1.5  # 0 / 0 where a negative is below the clip


@pytest.mark.parametrize("make", DIFFERENTIATED)
@pytest.mark.parametrize("reduction", ["mean", "sum", "sum_per_image", "none"])
def test_gradient_is_the_derivative(make, reduction):
    logits, targets = batch(4, 3, seed=4, dtype=torch.float64, scale=2.0)
    targets[0, 1], targets[2, 2] = NAN, -1
    loss = make(
        reduction=reduction, pos_weight=[1.0, 2.0, 0.5], class_weight=[0.3, 1.0, 2.0], label_smoothing=(0.1, 0.02)
    )
    weight = torch.tensor([1.0, 2.0, 0.0, 0.5], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda x: loss(x, targets, sample_weight=weight), logits.requires_grad_(True), eps=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("how", ["nan", "minus one", "mask"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_unknown_cells_count_nothing(make, how, reduction):
    logits, targets = batch(6, 5, seed=5)
    unknown = torch.zeros(6, 5, dtype=torch.bool)
    unknown[1] = True  # a whole image, so that it can be removed from the batch as well
    logits[1, 2] = NAN
    hidden = targets.masked_fill(unknown, {"nan": NAN, "minus one": -1.0, "mask": 1.0}[how])
    mask = ~unknown if how == "mask" else None
    loss = make(reduction=reduction)
    value, gradient = value_and_gradient(loss, logits, hidden, mask=mask)
    rest = [0, 2, 3, 4, 5]
    expected_value, expected_gradient = value_and_gradient(loss, logits[rest], targets[rest])
    torch.testing.assert_close(gradient[rest], expected_gradient)
    assert (gradient[1] == 0).all()
    torch.testing.assert_close(value[rest] if reduction == "none" else value, expected_value)


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("reduction", ["mean", "sum", "sum_per_image"])
def test_a_batch_without_a_known_cell_gives_zero(make, reduction):
    logits, targets = batch()
    value, gradient = value_and_gradient(make(reduction=reduction), logits, torch.full_like(targets, NAN))
    assert value == 0
    assert (gradient == 0).all()


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize(
    ("dtype", "largest"), [(torch.float32, 1e4), (torch.float64, 1e4), (torch.float16, 60.0), (torch.bfloat16, 60.0)]
)
def test_large_logits_stay_finite(make, dtype, largest):
    logits = torch.tensor([[-largest, -18.0, -1e-4, 0.0, 1e-4, 18.0, largest]] * 3, dtype=dtype)
    targets = torch.tensor([[0.0], [1.0], [0.5]]).expand(3, 7)
    value, gradient = value_and_gradient(make(reduction="none"), logits, targets)
    assert value.isfinite().all()
    assert gradient.isfinite().all()
    assert gradient.dtype == dtype
    assert value.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@pytest.mark.parametrize("make", EVERY)
def test_permuting_images_permutes_the_gradient(make):
    logits, targets = batch(seed=6)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    value, gradient = value_and_gradient(make(), logits, targets)
    permuted_value, permuted_gradient = value_and_gradient(make(), logits[order], targets[order])
    torch.testing.assert_close(permuted_value, value)
    assert torch.equal(permuted_gradient, gradient[order])


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("enabled", [True, False])
def test_gradient_mode_is_left_alone(make, enabled):
    logits, targets = batch()
    with torch.set_grad_enabled(enabled):
        value = make()(logits.requires_grad_(True), targets)
        assert torch.is_grad_enabled() == enabled
    assert value.requires_grad == enabled


@pytest.mark.parametrize("make", EVERY)
def test_targets_of_any_type(make):
    logits, targets = batch(seed=7)
    expected = make()(logits, targets)
    for dtype in (torch.bool, torch.uint8, torch.int8, torch.int64, torch.float64, torch.bfloat16):
        assert make()(logits, targets.to(dtype)) == expected


@pytest.mark.parametrize("make", EVERY)
def test_reductions_agree_with_none(make):
    logits, targets = batch(6, 5, seed=8)
    targets[0, 0] = NAN
    cells = make(reduction="none")(logits, targets)
    torch.testing.assert_close(make(reduction="sum")(logits, targets), cells.sum())
    torch.testing.assert_close(make(reduction="mean")(logits, targets), cells.sum() / 29)
    torch.testing.assert_close(make(reduction="sum_per_image")(logits, targets), cells.sum() / 6)


@pytest.mark.parametrize("make", EVERY)
def test_weights_multiply(make):
    logits, targets = batch(3, 2, seed=9)
    cells = make(reduction="none")(logits, targets)
    weighted = make(reduction="none", class_weight=[2.0, 0.5])(
        logits, targets, sample_weight=torch.tensor([1.0, 0.0, 3.0])
    )
    torch.testing.assert_close(weighted, cells * torch.tensor([[2.0, 0.5], [0.0, 0.0], [6.0, 1.5]]))


def test_label_smoothing_is_kerass():
    logits, targets = batch(seed=10)
    smoothed = ml.loss.BCEWithLogits(label_smoothing=0.1)(logits, targets)
    by_hand = functional.binary_cross_entropy_with_logits(logits, targets * 0.9 + 0.05)
    torch.testing.assert_close(smoothed, by_hand)


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize(
    ("targets", "inputs", "sentence"),
    [
        (torch.full((6, 5), 2.0), {}, r"targets must be in \[0, 1\], or NaN or -1 where unknown; got 2"),
        (torch.zeros(6, 4), {}, r"same shape \[n, labels\]; got \[6, 5\] and \[6, 4\]"),
        (torch.zeros(6, 5), {"mask": torch.ones(6, 5)}, "mask must be bool"),
        (torch.zeros(6, 5), {"sample_weight": torch.ones(5)}, "one value for each of the 6 images"),
    ],
)
def test_bad_input_is_named(make, targets, inputs, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()(batch()[0], targets, **inputs)


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"class_weight": [1.0]}, "class_weight must have one value for each of the 5 labels; got 1"),
        ({"pos_weight": [1.0]}, "pos_weight must have one value for each of the 5 labels; got 1"),
        ({"pos_weight": [-1.0] * 5}, "pos_weight must be finite and not negative; got -1"),
        ({"label_smoothing": 3.0}, r"label_smoothing must be in \[0, 1\]"),
        ({"reduction": "average"}, "reduction must be one of 'mean', 'sum', 'sum_per_image', 'none'; got 'average'"),
    ],
)
def test_bad_options_are_named(make, options, sentence):
    with pytest.raises(ml.Error, match=sentence):
        make(**options)(*batch())


def test_integer_logits_are_refused():
    with pytest.raises(ml.ArgumentError, match="logits must be floating-point"):
        ml.loss.BCEWithLogits()(torch.zeros(2, 2, dtype=torch.int64), torch.zeros(2, 2))


@pytest.mark.parametrize("make", EVERY)
def test_copies_and_pickles_compute_the_same(make):
    loss = make(label_smoothing=0.1)
    expected = loss(*batch())
    assert copy.deepcopy(loss)(*batch()) == expected
    assert pickle.loads(pickle.dumps(loss))(*batch()) == expected


@pytest.mark.parametrize("name", ["softmax", "CategoricalCrossEntropy", "categorical_crossentropy", "cross-entropy"])
def test_softmax_is_refused_with_the_reason(name):
    with pytest.raises(ml.ArgumentError, match="labels of an image compete"):
        ml.loss.get(name)


def test_get_knows_losses_in_any_spelling():
    assert isinstance(ml.loss.get("BCE-with-logits", reduction="sum"), ml.loss.BCEWithLogits)
    assert isinstance(ml.loss.get("asymmetric"), ml.loss.Asymmetric)
    with pytest.raises(ml.ArgumentError, match="must be one of asymmetric, bce_with_logits"):
        ml.loss.get("hinge")
