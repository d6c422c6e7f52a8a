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
COUNTS = {"positives": [3.0, 20.0, 50.0, 7.0, 90.0], "images": 100.0}


def with_counts(**options):
    """DistributionBalanced for as many labels as the batch has; tests take 5, 3, 2 or 1."""
    labels = next((len(options[name]) for name in ("class_weight", "pos_weight") if options.get(name)), 5)
    return ml.loss.DistributionBalanced(**{**COUNTS, "positives": (COUNTS["positives"] * 2)[:labels]}, **options)


def splc_correcting(**options):
    loss = ml.loss.SPLC(**{"unknown": "ignore", **options})
    loss.on_epoch_begin(2)
    return loss


# Losses that are a sum over cells, each with unknown cells counting nothing.
CELLS = {
    "BCEWithLogits": ml.loss.BCEWithLogits,
    "Focal": ml.loss.Focal,
    "Focal-alpha": lambda **o: ml.loss.Focal(gamma=1.5, alpha=0.75, **o),
    "Asymmetric": ml.loss.Asymmetric,
    "Asymmetric-full": lambda **o: ml.loss.Asymmetric(focus_gradient="full", **o),
    "Asymmetric-unclipped": lambda **o: ml.loss.Asymmetric(
        gamma_negative=2.5, gamma_positive=0.0, clip=0.0, focus_gradient="full", **o
    ),
    "AsymmetricPolynomial": lambda **o: ml.loss.AsymmetricPolynomial(
        gamma_positive=1.0, epsilon_negative=0.3, focus_gradient="full", **o
    ),
    "DistributionBalanced": with_counts,
    "Hill": lambda **o: ml.loss.Hill(**{"unknown": "ignore", **o}),
    "SPLC": lambda **o: ml.loss.SPLC(**{"unknown": "ignore", **o}),
    "SPLC-correcting": splc_correcting,
    "PartialAsymmetric": lambda **o: ml.loss.PartialAsymmetric(mode="ignore", focus_gradient="full", clip=0.02, **o),
    "WeakAssumeNegative": lambda **o: ml.loss.WeakAssumeNegative(**{"unknown": "ignore", "negative_weight": 0.25, **o}),
}
IMAGES = {"ZLPR": ml.loss.ZLPR, "SoftMargin": ml.loss.SoftMargin}  # one number an image
BATCH = {  # one number a batch
    "TwoWay": ml.loss.TwoWay,
    "SoftF1": lambda **o: ml.loss.SoftF1(memory=0.0, **o),
}


def entropy_with_pseudo(**options):
    loss = ml.loss.EntropyMaximization(warmup_epochs=0, negative_share=0.5, **options)
    loss.on_epoch_begin(1)
    return loss


def large_loss_in_epoch_two(mode):
    def make(**options):
        loss = ml.loss.LargeLoss(mode=mode, percent_per_epoch=20, **options)
        loss.on_epoch_begin(2)
        return loss

    return make


# Losses to which unknown cells say something.
USING_UNKNOWN = {
    "EPR": lambda **o: ml.loss.EPR(expected_positives=1.5, **o),
    "EntropyMaximization": ml.loss.EntropyMaximization,
    "EntropyMaximization-pseudo": entropy_with_pseudo,
    "PartialAsymmetric-selective": lambda **o: ml.loss.PartialAsymmetric(
        focus_gradient="full", likeliest_per_image=0.5, **o
    ),
    "PartialAsymmetric-negative": lambda **o: ml.loss.PartialAsymmetric(
        focus_gradient="full", mode="negative", alpha_unknown=0.3, **o
    ),
    "LargeLoss": ml.loss.LargeLoss,
    "LargeLoss-reject": large_loss_in_epoch_two("reject"),
    "LargeLoss-correct": large_loss_in_epoch_two("correct"),
    "Hill-negative": ml.loss.Hill,
    "BCEWithLogits-negative": lambda **o: ml.loss.BCEWithLogits(**{"unknown": "negative", **o}),
}
EVERYTHING = {**CELLS, **IMAGES, **BATCH, **USING_UNKNOWN}


def params(losses):
    return [pytest.param(make, id=name) for name, make in losses.items()]


EVERY = params(EVERYTHING)
IGNORING = params({**CELLS, **IMAGES, **BATCH})
PER_CELL = params(CELLS)
# With a detached focusing weight the gradient is not the derivative, on purpose; the paper's formula checks it.
DIFFERENTIATED = params({name: make for name, make in EVERYTHING.items() if name != "Asymmetric"})


def reductions(make):
    """The reductions that the loss has; a loss of a batch may not have "none"."""
    try:
        make(reduction="none")
    except ml.ArgumentError:
        return ["mean", "sum", "sum_per_image"]
    return ["mean", "sum", "sum_per_image", "none"]


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


def log1p_exp(z):
    return torch.logaddexp(z, torch.zeros_like(z))


def focal(x, gamma):
    return (1 - torch.sigmoid(x)) ** gamma * log1p_exp(-x)


def plain_asymmetric_parts(x, gamma_negative, gamma_positive, clip):
    ones = torch.ones_like(x)
    return (
        plain_asymmetric(x, ones, gamma_negative, gamma_positive, clip, "full"),
        plain_asymmetric(x, 0 * ones, gamma_negative, gamma_positive, clip, "full"),
    )


def plain_polynomial(x, y):
    p, q = torch.sigmoid(x), (torch.sigmoid(x) - 0.05).clamp(min=0)
    positive = (1 - p) * -(p.log() + (1 - p) - 2.5 / 2 * (1 - p) ** 2)
    return y * positive + (1 - y) * q**4 * -((1 - q).log() + 0.3 * q)


def plain_distribution_balanced(x, y):
    counts = torch.tensor(COUNTS["positives"], dtype=torch.float64)
    prior = counts / COUNTS["images"]
    ratio = (1 / counts) / ((y > 0.5) / counts).sum(1, keepdim=True)
    weight = 0.1 + torch.sigmoid(10 * (ratio - 0.2))
    z = x + 0.05 / 2 * torch.logit(prior)
    return 2 * weight * (y * focal(z, 2) + (1 - y) * focal(-2 * z, 2) / 2)


def plain_splc(x, y, correcting):
    negative = focal(-x, 2)
    if correcting:
        negative = torch.where(torch.sigmoid(x) > 0.6, focal(x, 2), negative)
    return y * focal(x - 1, 2) + (1 - y) * negative


def plain_partial(x, y):
    p, q = torch.sigmoid(x), (torch.sigmoid(x) - 0.02).clamp(min=0)
    return -y * p.log() - (1 - y) * q * (1 - q).log()


PLAIN_CELLS = {
    "BCEWithLogits": functional.binary_cross_entropy_with_logits,
    "Focal": lambda x, y: y * focal(x, 2) + (1 - y) * focal(-x, 2),
    "Focal-alpha": lambda x, y: 0.75 * y * focal(x, 1.5) + 0.25 * (1 - y) * focal(-x, 1.5),
    "Asymmetric-full": lambda x, y: plain_asymmetric(x, y, 4, 1, 0.05, "full"),
    "Asymmetric": lambda x, y: plain_asymmetric(x, y, 4, 1, 0.05, "detached"),
    "Asymmetric-unclipped": lambda x, y: plain_asymmetric(x, y, 2.5, 0, 0, "full"),
    "AsymmetricPolynomial": plain_polynomial,
    "DistributionBalanced": plain_distribution_balanced,
    "Hill": lambda x, y: y * focal(x - 1, 2) + (1 - y) * (1.5 - torch.sigmoid(x)) * torch.sigmoid(x) ** 2,
    "SPLC": lambda x, y: plain_splc(x, y, False),
    "SPLC-correcting": lambda x, y: plain_splc(x, y, True),
    "PartialAsymmetric": plain_partial,
    "WeakAssumeNegative": lambda x, y: y * log1p_exp(-x) + 0.25 * (1 - y) * log1p_exp(x),
}


def plain_zlpr(x, y):
    return torch.log1p(((1 - y) * x.exp()).sum(1)) + torch.log1p((y * (-x).exp()).sum(1))


def plain_two_way(x, y):
    def along(dim):
        negatives = ((1 - y) * x.exp()).sum(dim)
        positives = (y * (-x / 4).exp()).sum(dim)
        some = positives > 0
        both = some & (negatives > 0)
        return torch.log1p(negatives[both] * positives[both] ** 4).sum() / some.sum()

    return along(1) + along(0)


def plain_soft_f1(x, y):
    s = torch.sigmoid(x)
    tp, fp, fn = (s * y).sum(0), (s * (1 - y)).sum(0), ((1 - s) * y).sum(0)
    return (1 - 2 * tp / (2 * tp + fp + fn))[y.sum(0) > 0].mean()


def plain_epr(x, y):
    return (y * log1p_exp(-x)).sum(1).mean() + ((torch.sigmoid(x).sum(1).mean() - 1.5) / x.shape[1]) ** 2


PLAIN_REST = {
    "ZLPR": lambda x, y: plain_zlpr(x, y).mean(),
    "SoftMargin": functional.multilabel_soft_margin_loss,
    "TwoWay": plain_two_way,
    "SoftF1": plain_soft_f1,
    "EPR": plain_epr,
}


@pytest.mark.parametrize("name", PLAIN_CELLS)
@pytest.mark.parametrize("soft", [False, True])
def test_cells_equal_the_formula(name, soft):
    logits, targets = batch(20, 5, seed=11, dtype=torch.float64)
    if soft and name != "DistributionBalanced":
        targets = targets * 0.7 + 0.2
    plain = PLAIN_CELLS[name]
    loss = EVERYTHING[name](reduction="sum")
    theirs = value_and_gradient(
        lambda x, y: (plain(x, y) + 0 * x).sum() if name != "BCEWithLogits" else plain(x, y, reduction="sum"),
        logits,
        targets,
    )
    torch.testing.assert_close(value_and_gradient(loss, logits, targets), theirs, rtol=1e-9, atol=1e-9)
    in_float = value_and_gradient(loss, logits.float(), targets.float())
    torch.testing.assert_close(in_float, tuple(t.float() for t in theirs), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", PLAIN_REST)
def test_losses_of_images_and_batches_equal_the_formula(name):
    logits, targets = batch(20, 5, seed=12, dtype=torch.float64)
    targets[:, 2] = 0  # a label without a positive
    targets[3] = 0  # an image without one
    targets[4] = 1  # and one without a negative
    targets[4, 2] = 0
    theirs = value_and_gradient(PLAIN_REST[name], logits, targets)
    loss = EVERYTHING[name]()
    torch.testing.assert_close(value_and_gradient(loss, logits, targets), theirs, rtol=1e-9, atol=1e-9)
    in_float = value_and_gradient(EVERYTHING[name](), logits.float(), targets.float())
    torch.testing.assert_close(in_float, tuple(t.float() for t in theirs), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("targets", [[[1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]], [[1.0, 1.0, 1.0]]])
def test_zlpr_may_lack_a_side(targets):
    x, y = torch.tensor([[0.5, -1.0, 2.0]]), torch.tensor(targets)
    torch.testing.assert_close(ml.loss.ZLPR()(x, y), plain_zlpr(x, y).mean())


def test_unknown_cells_of_entropy_maximization():
    x = torch.tensor([[0.3, -2.0, 1.0, -0.5]], dtype=torch.float64)
    y = torch.tensor([[1.0, -1.0, 0.0, NAN]], dtype=torch.float64)
    p = torch.sigmoid(x)
    entropy = -(p * p.log() + (1 - p) * (1 - p).log())
    expected = torch.stack([-p[0, 0].log(), -0.1 * entropy[0, 1], -(1 - p[0, 2]).log(), -0.1 * entropy[0, 3]])
    loss = ml.loss.EntropyMaximization(reduction="none", negative_share=0.5, warmup_epochs=3)
    torch.testing.assert_close(loss(x, y)[0], expected)
    loss.on_epoch_begin(3)
    torch.testing.assert_close(loss(x, y)[0], expected)
    loss.on_epoch_begin(4)  # the lower scored of two unknown cells is a weak negative now
    expected[1] = -0.9 * (1 - p[0, 1]).log()
    torch.testing.assert_close(loss(x, y)[0], expected)


def test_partial_asymmetric_selects_the_likeliest_and_the_frequent():
    x = torch.tensor([[3.0, 1.0, 0.0, 2.0], [0.5, -1.0, 0.2, 0.1]])
    y = torch.tensor([[1.0, -1.0, -1.0, 0.0], [-1.0, -1.0, -1.0, -1.0]])
    loss = ml.loss.PartialAsymmetric(reduction="none", likeliest_per_image=1, prior=[0.1, 0.1, 0.1, 0.9])
    counted = loss(x, y) != 0
    # Two images: the two likeliest unknown cells, 1.0 and 0.5, count nothing; nor do the unknown cells of the last label.
    assert counted.tolist() == [[True, False, True, True], [False, True, True, False]]


def test_large_loss_rejects_or_corrects_more_with_each_epoch():
    x, y = torch.tensor([[5.0, 1.0, -1.0, 3.0]]), torch.tensor([[1.0, 0.0, 0.0, -1.0]])
    plain = ml.loss.BCEWithLogits(reduction="none", unknown="negative")(x, y)
    reject = ml.loss.LargeLoss(percent_per_epoch=25, reduction="none")
    correct = ml.loss.LargeLoss(mode="correct", percent_per_epoch=25, reduction="none")
    torch.testing.assert_close(reject(x, y), plain)
    for epoch, suspects in ((1, []), (2, [3]), (3, [3, 1])):  # a quarter of four cells more in each epoch
        reject.on_epoch_begin(epoch)
        correct.on_epoch_begin(epoch)
        rejected, corrected = plain.clone(), plain.clone()
        rejected[0, suspects] = 0
        corrected[0, suspects] = functional.softplus(-x[0, suspects])
        torch.testing.assert_close(reject(x, y), rejected)
        torch.testing.assert_close(correct(x, y), corrected)


def test_large_loss_may_trust_annotated_zeros():
    loss = ml.loss.LargeLoss(percent_per_epoch=100, zeros_are_unknown=False, reduction="none")
    loss.on_epoch_begin(2)
    assert (loss(torch.ones(1, 3), torch.tensor([[1.0, 0.0, -1.0]])) != 0).tolist() == [[True, True, False]]


def test_splc_corrects_after_its_epoch_only():
    x, y = torch.tensor([[2.0, -2.0]]), torch.zeros(1, 2)
    loss = ml.loss.SPLC(change_epoch=2, reduction="none")
    before = loss(x, y)
    loss.on_epoch_begin(2)
    assert torch.equal(loss(x, y), before)
    loss.on_epoch_begin(3)
    after = loss(x, y)
    assert after[0, 0] < before[0, 0]
    assert after[0, 1] == before[0, 1]
    assert torch.equal(copy.deepcopy(loss)(x, y), after)  # a copy knows the epoch


def test_soft_f1_counts_over_the_epoch_and_forgets():
    logits, targets = batch(8, 3, seed=13, dtype=torch.float64)
    logits.requires_grad_(True)
    loss = ml.loss.SoftF1()
    loss(logits[:4], targets[:4])
    with torch.no_grad():
        loss(logits[:2], targets[:2])  # leaves no trace
    whole = ml.loss.SoftF1(memory=0.0)(logits, targets)
    torch.testing.assert_close(loss(logits[4:], targets[4:]), whole)
    loss.on_epoch_begin(2)
    torch.testing.assert_close(loss(logits[4:], targets[4:]), ml.loss.SoftF1(memory=0.0)(logits[4:], targets[4:]))


def test_soft_f1_of_a_perfect_classifier_is_zero():
    targets = batch(50, 4, seed=14)[1]
    assert ml.loss.SoftF1()(targets * 200 - 100, targets) < 1e-6


def test_weak_assume_negative_weighs_by_the_number_of_labels():
    logits, targets = batch(6, 5, seed=15)
    targets[0, 0] = NAN
    expected = ml.loss.WeakAssumeNegative(negative_weight=0.25)(logits, targets.nan_to_num(0))
    torch.testing.assert_close(ml.loss.WeakAssumeNegative()(logits, targets), expected)


@pytest.mark.parametrize(
    "make",
    params({n: m for n, m in CELLS.items() if n not in ("DistributionBalanced",) and not n.startswith("Partial")}),
)
def test_unknown_cells_may_count_as_negatives(make):
    logits, targets = batch(6, 5, seed=16)
    hidden = targets.clone()
    hidden[targets == 0] = NAN
    assert torch.equal(make(unknown="negative")(logits, hidden), make()(logits, targets))


def test_class_balanced_weights():
    # Effective numbers by hand for beta 0.5: n = 1: 1; n = 2: 1.5. Weights 1 and 2/3, scaled to a mean of 1: 1.2 and 0.8.
    assert ml.loss.ClassBalanced([1, 2], beta=0.5).class_weight == pytest.approx([1.2, 0.8])
    assert ml.loss.ClassBalanced([0, 1, 7], beta=0.0).class_weight == pytest.approx([1, 1, 1])
    weights = ml.loss.PriorWeighting([25, 50], 100)
    logits, targets = batch(6, 2, seed=17)
    share = torch.tensor([0.25, 0.5])
    by_hand = torch.where(targets > 0, (1 - share).exp(), share.exp())
    cells = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = ml.loss.BCEWithLogits(reduction="none", **weights.options)
    torch.testing.assert_close(loss(logits, targets), cells * by_hand)


def test_asymmetric_gradient_modes_have_equal_values_and_other_gradients():
    logits, targets = batch(seed=3)
    detached, full = (
        value_and_gradient(ml.loss.Asymmetric(focus_gradient=mode), logits, targets) for mode in ("detached", "full")
    )
    assert detached[0] == full[0]
    assert (full[1] / detached[1]).nan_to_num().max() > 1.5  # 0 / 0 where a negative is below the clip


@pytest.mark.parametrize("make", DIFFERENTIATED)
def test_gradient_is_the_derivative(make):
    logits, targets = batch(4, 3, seed=4, dtype=torch.float64, scale=2.0)
    targets[0, 1], targets[2, 2] = NAN, -1
    weight = torch.tensor([1.0, 2.0, 0.0, 0.5], dtype=torch.float64)
    logits.requires_grad_(True)
    for reduction in reductions(make):
        for smoothing in (0.0, (0.1, 0.02)):
            loss = make(
                reduction=reduction, pos_weight=[1.0, 2.0, 0.5], class_weight=[0.3, 1.0, 2.0], label_smoothing=smoothing
            )
            assert torch.autograd.gradcheck(
                lambda x, loss=loss: loss(x, targets, sample_weight=weight), logits, eps=1e-6, atol=1e-6
            )


@pytest.mark.parametrize("make", DIFFERENTIATED)
def test_second_derivatives_work(make):
    logits, targets = batch(3, 3, seed=20, dtype=torch.float64, scale=2.0)
    targets[0, 1] = NAN
    loss = make(class_weight=[1.0, 2.0, 0.5])
    assert torch.autograd.gradgradcheck(lambda x: loss(x, targets), logits.requires_grad_(True), atol=1e-6)


@pytest.mark.parametrize("make", IGNORING)
@pytest.mark.parametrize("how", ["nan", "minus one", "mask"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
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
    assert torch.equal(gradient[rest], expected_gradient)
    assert (gradient[1] == 0).all()
    assert torch.equal(value, expected_value)


@pytest.mark.parametrize("make", IGNORING)
@pytest.mark.parametrize("reduction", ["mean", "sum", "sum_per_image"])
@pytest.mark.parametrize("labels", [5, 133])
def test_a_masked_batch_is_the_batch_without_those_labels_bit_for_bit(make, reduction, labels):
    logits, targets = batch(23, labels, seed=18, scale=4.0)
    kept = torch.rand(labels, generator=torch.Generator().manual_seed(labels)) < 0.7
    weight = [0.5 + (7 * j) % 11 for j in range(labels)]
    counts = [3 + (5 * j) % 60 for j in range(labels)]

    def loss(chosen):
        options = {"reduction": reduction, "class_weight": [weight[j] for j in chosen]}
        if make is with_counts:
            return ml.loss.DistributionBalanced(positives=[counts[j] for j in chosen], images=100, **options)
        return make(**options)

    mask = kept.expand(23, labels)
    value, gradient = value_and_gradient(loss(range(labels)), logits, targets, mask=mask)
    fewer = loss(kept.nonzero().flatten().tolist())
    expected_value, expected_gradient = value_and_gradient(fewer, logits[:, kept], targets[:, kept])
    assert torch.equal(value, expected_value)
    assert torch.equal(gradient[:, kept], expected_gradient)
    assert (gradient[:, ~kept] == 0).all()


@pytest.mark.parametrize("make", IGNORING)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_what_is_written_in_unknown_cells_does_not_matter(make, reduction, dtype):
    if make is with_counts:
        make = lambda **o: ml.loss.DistributionBalanced(positives=[5] * 67, images=100, **o)  # noqa: E731
    logits, targets = batch(9, 67, seed=28, dtype=dtype, scale=4.0)
    known = torch.rand(9, 67, generator=torch.Generator().manual_seed(28)) < 0.6
    results = []
    for logit, target, mask in ((0.0, 0.0, known), (NAN, 1.0, known), (1e4, NAN, None), (-7.0, -1.0, None)):
        x, y = logits.masked_fill(~known, logit), targets.masked_fill(~known, target)
        results.append(value_and_gradient(make(reduction=reduction), x, y, **({} if mask is None else {"mask": mask})))
    for value, gradient in results[1:]:
        assert torch.equal(value, results[0][0])
        assert torch.equal(gradient, results[0][1])
    assert (results[0][1][~known] == 0).all()


@pytest.mark.parametrize("make", IGNORING)
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
    targets = torch.tensor([[0.0], [1.0], [0.5]]).repeat(1, 7)
    loss = (
        make(reduction=reductions(make)[-1])
        if make is not with_counts
        else ml.loss.DistributionBalanced(positives=[3, 20, 50, 7, 90, 3, 4], images=100)
    )
    value, gradient = value_and_gradient(loss, logits, targets)
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
    torch.testing.assert_close(permuted_gradient, gradient[order])


@pytest.mark.parametrize("make", params({n: m for n, m in EVERYTHING.items() if m is not with_counts}))
def test_permuting_labels_permutes_the_gradient(make):
    logits, targets = batch(seed=19)
    targets[1, 2] = NAN
    order = torch.tensor([4, 2, 0, 1, 3])
    value, gradient = value_and_gradient(make(), logits, targets)
    permuted_value, permuted_gradient = value_and_gradient(make(), logits[:, order], targets[:, order])
    torch.testing.assert_close(permuted_value, value)
    torch.testing.assert_close(permuted_gradient, gradient[:, order])


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


@pytest.mark.parametrize("make", PER_CELL)
def test_reductions_agree_with_none(make):
    logits, targets = batch(6, 5, seed=8)
    targets[0, 0] = NAN
    cells = make(reduction="none")(logits, targets)
    torch.testing.assert_close(make(reduction="sum")(logits, targets), cells.sum())
    torch.testing.assert_close(make(reduction="mean")(logits, targets), cells.sum() / 29)
    torch.testing.assert_close(make(reduction="sum_per_image")(logits, targets), cells.sum() / 6)


@pytest.mark.parametrize("make", PER_CELL)
def test_weights_multiply(make):
    logits, targets = batch(3, 2, seed=9)
    cells = make(reduction="none", class_weight=[1.0, 1.0])(logits, targets)
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
    if make is with_counts and [1.0] in options.values():
        sentence = "positives must have one value for each of the 5 labels; got 1"  # it notices its own first
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
    with pytest.raises(ml.ArgumentError, match="must be one of asymmetric, asymmetric_polynomial, bce_with"):
        ml.loss.get("hinge")


TRACEABLE = params(EVERYTHING)


@pytest.mark.parametrize("make", TRACEABLE)
def test_compile_gives_the_same_value_and_gradient(make):
    logits, targets = batch(6, 5, seed=21)
    targets[1, 2] = NAN
    weight = torch.rand(6, generator=torch.Generator().manual_seed(1))
    for reduction in reductions(make):
        loss = make(reduction=reduction)
        torch.compiler.reset()
        compiled = torch.compile(loss, backend="aot_eager", fullgraph=True)
        ours = value_and_gradient(compiled, logits, targets, sample_weight=weight)
        torch.testing.assert_close(ours, value_and_gradient(loss, logits, targets, sample_weight=weight))


def test_the_operator_keeps_torchs_rules():
    logits, targets = batch(4, 3, seed=22)
    spec = ml.loss.Asymmetric(reduction="none")._spec
    arguments = (logits.requires_grad_(True), targets, torch.ones(4, 3, dtype=torch.bool), None, spec)
    # Not the check that differentiates the second output, the gradient: second derivatives are refused.
    torch.library.opcheck(
        torch.ops.multilabel.loss,
        arguments,
        test_utils=("test_schema", "test_autograd_registration", "test_faketensor"),
    )
    wide = logits.detach().double().requires_grad_(True)
    spec = ml.loss.Focal(reduction="sum")._spec
    assert torch.autograd.gradcheck(
        lambda x: torch.ops.multilabel.loss(x, targets.double(), None, None, spec)[0], wide, eps=1e-6, atol=1e-6
    )


def test_export_carries_the_loss():
    class Step(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.loss = nn.Linear(4, 3), ml.loss.Asymmetric()

        def forward(self, features, targets):
            return self.loss(self.head(features), targets)

    module = Step()
    arguments = torch.randn(5, 4), torch.ones(5, 3)
    program = torch.export.export(module, arguments)
    torch.testing.assert_close(program.module()(*arguments), module(*arguments))


@pytest.mark.parametrize("make", EVERY)
def test_autocast_computes_in_float32(make):
    logits, targets = batch(4, 5, seed=23, dtype=torch.bfloat16)
    expected = make()(logits.float(), targets.float())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = make()(logits, targets.float())
        weight = torch.zeros(5, 5, dtype=torch.bfloat16)
        assert (logits @ weight).dtype == torch.bfloat16
    assert inside.dtype == torch.float32
    torch.testing.assert_close(inside, expected)


@pytest.mark.parametrize("make", EVERY)
def test_odd_shapes_and_strides_agree_with_double(make):
    if make is with_counts:
        make = lambda **o: ml.loss.DistributionBalanced(positives=[5] * 19, images=100, **o)  # noqa: E731
    logits, targets = batch(19, 7, seed=24, dtype=torch.float64)
    targets[2, 3] = NAN
    for x, y in ((logits.T, targets.T), (logits.T.contiguous()[::2], targets.T.contiguous()[::2])):
        ours = value_and_gradient(make(), x.float(), y.float())
        expected = value_and_gradient(make(), x, y)
        torch.testing.assert_close(ours, tuple(t.float() for t in expected), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("make", EVERY)
def test_the_number_of_threads_changes_nothing(make):
    if make is with_counts:
        make = lambda **o: ml.loss.DistributionBalanced(positives=[5] * 1000, images=100, **o)  # noqa: E731
    logits, targets = batch(700, 1000, seed=25)  # three blocks of rows
    results, before = [], torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            results.append(value_and_gradient(make(), logits, targets))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


@pytest.mark.parametrize("make", [ml.loss.TwoWay, ml.loss.ZLPR])
def test_logits_far_apart_take_the_other_path(make):
    logits, targets = batch(6, 5, seed=26, scale=200.0)
    ours = value_and_gradient(make(), logits, targets)
    expected = value_and_gradient(make(), logits.double(), targets.double())
    torch.testing.assert_close(ours, tuple(t.float() for t in expected), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "sum", "sum_per_image"])
def test_two_way_with_every_option_agrees_with_double(reduction):
    logits, targets = batch(20, 11, seed=27)
    targets[3, 4], targets[5] = NAN, -1
    options = {
        "reduction": reduction,
        "pos_weight": [0.5, 2.0, 1.0] * 3 + [1.0, 3.0],
        "class_weight": [1.0, 0.3, 2.0] * 3 + [0.0, 1.0],
        "label_smoothing": (0.1, 0.02),
        "temperature_positive": 2.0,
    }
    weight = torch.rand(20, generator=torch.Generator().manual_seed(2))
    for terms in ("both", "images", "labels"):
        loss = ml.loss.TwoWay(terms=terms, **options)
        ours = value_and_gradient(loss, logits, targets, sample_weight=weight)
        expected = value_and_gradient(loss, logits.double(), targets.double(), sample_weight=weight.double())
        torch.testing.assert_close(ours, tuple(t.float() for t in expected), rtol=5e-6, atol=1e-6)


def test_a_formula_of_ones_own_has_the_whole_contract():
    options = {
        "class_weight": [0.3, 1.0, 2.0, 1.0, 1.0],
        "pos_weight": [1.0, 2.0, 3.0, 1.0, 1.0],
        "label_smoothing": 0.1,
    }
    logits, targets = batch(6, 5, seed=28)
    targets[1, 2], targets[2] = NAN, -1
    softplus = functional.softplus
    for reduction in ("mean", "sum", "sum_per_image", "none"):
        for unknown in ("ignore", "negative"):
            every = {**options, "reduction": reduction, "unknown": unknown}
            own = ml.loss.CellLoss(lambda x: softplus(-x), softplus, **every)
            weight = torch.rand(6)
            assert isinstance(own, ml.loss.Loss)
            torch.testing.assert_close(
                value_and_gradient(own, logits, targets, sample_weight=weight),
                value_and_gradient(ml.loss.BCEWithLogits(**every), logits, targets, sample_weight=weight),
            )
    with pytest.raises(ml.ArgumentError, match=r"targets must be in \[0, 1\]"):
        ml.loss.CellLoss(softplus, softplus)(logits, targets + 3)


def test_backward_twice_needs_a_kept_graph():
    logits, targets = batch(seed=29)
    value = ml.loss.BCEWithLogits(reduction="sum")(logits.requires_grad_(True), targets)
    value.backward(retain_graph=True)
    once = logits.grad.clone()
    logits.grad.mul_(0)  # must not reach what the graph has kept
    value.backward()
    assert torch.equal(logits.grad, once)
    with pytest.raises((ml.Error, RuntimeError)):
        value.backward()


def test_second_derivatives_of_the_compiled_path_are_right():
    logits, targets = batch(3, 4, seed=30)
    for loss in (ml.loss.BCEWithLogits(), ml.loss.Hill(reduction="none"), ml.loss.TwoWay()):
        second = []
        for dtype in (torch.float32, torch.float64):
            x = logits.to(dtype).requires_grad_(True)
            (first,) = torch.autograd.grad(loss(x, targets.to(dtype)).sum(), x, create_graph=True)
            (again,) = torch.autograd.grad((first**2).sum(), x)
            second.append(again.float())
        torch.testing.assert_close(second[0], second[1], rtol=1e-4, atol=1e-5)  # float32, twice


@pytest.mark.parametrize("make", EVERY)
def test_a_logit_that_is_no_number_shows(make):
    logits, targets = batch(seed=31)
    logits[2, 3] = NAN
    assert make()(logits, targets).isnan()


def test_lists_of_positives_make_targets_for_any_loss():
    logits, targets = batch(6, 5, seed=32)
    lists = [row.nonzero().flatten().tolist() for row in targets]
    made = ml.loss.index_targets(lists, 5)
    assert torch.equal(made, targets)
    assert torch.equal(
        ml.loss.index_targets(torch.tensor([[4, -1], [1, 1]], dtype=torch.int32), 5).nonzero()[:, 1],
        torch.tensor([4, 1]),
    )
    assert ml.loss.ZLPR()(logits, made) == ml.loss.ZLPR()(logits, targets)
    with pytest.raises(ml.ArgumentError, match=r"in \[0, 5\), or -1 for none; got 7"):
        ml.loss.index_targets([[0, 7]], 5)
    with pytest.raises(ml.ShapeError, match="integers of shape"):
        ml.loss.index_targets(torch.zeros(2, 2), 5)


@pytest.mark.parametrize(
    "make", params({"Asymmetric": ml.loss.Asymmetric, "Hill": ml.loss.Hill, "TwoWay": ml.loss.TwoWay})
)
def test_the_compiled_path_keeps_one_tensor(make):
    logits, targets = batch(64, 500, seed=33)
    loss = make()
    logits.requires_grad_(True)
    with torch.profiler.profile(profile_memory=True) as profile:
        value = loss(logits, targets)
    taken = sum(max(0, event.self_cpu_memory_usage) for event in profile.events())
    assert logits.nbytes <= taken < 1.1 * logits.nbytes  # the gradient, and a number
    assert value.requires_grad


def test_weights_of_a_mapping_go_by_columns():
    x, y = torch.zeros(2, 3), torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    by_column = ml.loss.BCEWithLogits(class_weight={2: 2.0, 0: 1.0, 1: 5.0}, pos_weight={0: 1, 1: 2, 2: 3})
    assert by_column(x, y) == ml.loss.BCEWithLogits(class_weight=[1.0, 5.0, 2.0], pos_weight=[1, 2, 3])(x, y)
    assert ml.loss.ClassBalanced({1: 5, 0: 9}).class_weight == ml.loss.ClassBalanced([9, 5]).class_weight


@pytest.mark.parametrize("given", ["123", b"123", {1.0, 2.0, 3.0}, {"cat": 1.0, "dog": 2.0}, {0: 1.0, 2: 2.0}, 3])
def test_weights_that_are_no_sequence_are_refused(given):
    for make in (
        lambda: ml.loss.BCEWithLogits(class_weight=given),
        lambda: ml.loss.Focal(pos_weight=given),
        lambda: ml.loss.ClassBalanced(given),
        lambda: ml.loss.PriorWeighting(given, 10),
        lambda: ml.model.create("resnet18", labels=3, csra_temperatures=given),
    ):
        with pytest.raises(ml.ArgumentError, match=r"sequence of finite numbers|number for each column"):
            make()
