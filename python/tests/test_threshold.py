# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as peer

import multilabel
from multilabel import ArgumentError, ShapeError
from multilabel.calibration import IsotonicCalibration, PlattScaling
from multilabel.threshold import (
    HIGH_PRECISION,
    HIGH_RECALL,
    FixedThreshold,
    ThresholdRule,
    conformal,
    decode_expected_f1,
    decode_expected_f1_joint,
    sweep,
    tune,
)

AVERAGES = ["micro", "macro", "weighted", "samples"]


def peer_value(targets, predictions, metric, average, beta=1.0):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if metric == "accuracy":
            return peer.accuracy_score(targets, predictions)
        if metric == "hamming":
            return peer.hamming_loss(targets, predictions)
        extra = {"beta": beta} if metric == "fbeta" else {}
        function = {
            "f1": peer.f1_score,
            "fbeta": peer.fbeta_score,
            "jaccard": peer.jaccard_score,
            "precision": peer.precision_score,
            "recall": peer.recall_score,
        }[metric]
        return function(targets, predictions, average=average, zero_division=0, **extra)


def small_case(seed, samples=7, labels=3, levels=5):
    """Few levels, so that ties are the rule; some rows and labels are empty."""
    random = np.random.default_rng(seed)
    targets = (random.random((samples, labels)) < random.choice([0.1, 0.4, 0.8], labels)).astype(np.int64)
    scores = random.integers(0, levels, (samples, labels)) / levels
    if seed % 2:
        scores = scores.astype(np.float32)
    return targets, scores


def sample_case(samples=400, labels=12, seed=0, dtype=np.float32):
    random = np.random.default_rng(seed)
    rate = np.minimum(0.5, 0.6 / (1 + np.arange(labels)))
    targets = (random.random((samples, labels)) < rate).astype(np.int64)
    logits = np.log(rate / (1 - rate)) + random.standard_normal((samples, labels)) + np.where(targets, 2.0, -0.5)
    return targets, (1 / (1 + np.exp(-logits))).astype(dtype)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("metric", ["f1", "fbeta", "jaccard", "precision", "recall"])
def test_sweep_equals_scikit_learn_at_every_distinct_score(metric, average):
    for seed in range(12):
        targets, scores = small_case(seed)
        thresholds, values, best = sweep(targets, scores, metric=metric, average=average, beta=0.5)
        assert thresholds[:-1].tolist() == sorted(set(scores.astype(float).ravel().tolist()))
        expected = [peer_value(targets, scores >= t, metric, average, 0.5) for t in thresholds.astype(scores.dtype)]
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)
        assert best.value_ == pytest.approx(values.max(), abs=1e-13)
        assert best.thresholds_[0] == thresholds[values > values.max() - 1e-12].max()


@pytest.mark.parametrize("metric", ["accuracy", "hamming"])
def test_sweep_equals_scikit_learn_for_whole_rows_and_cells(metric):
    for seed in range(12):
        targets, scores = small_case(seed)
        average = "samples" if metric == "accuracy" else "micro"
        thresholds, values, best = sweep(targets, scores, metric=metric, average=average)
        expected = [peer_value(targets, scores >= t, metric, average) for t in thresholds.astype(scores.dtype)]
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)
        assert best.value_ == pytest.approx(values.min() if metric == "hamming" else values.max(), abs=1e-13)


@pytest.mark.parametrize("average", AVERAGES)
def test_sweep_of_many_cells_which_threads_share_out(average):
    """240,000 cells, above the size from which threads are used; many scores come twice."""
    targets, scores = sample_case(samples=3000, labels=80, seed=2)
    scores = scores.round(4)
    thresholds, values, best = sweep(targets, scores, average=average)
    assert thresholds[:-1].astype(np.float32).tolist() == np.unique(scores).tolist()
    places = np.linspace(0, len(thresholds) - 1, 12).astype(int)
    for place in places:
        expected = peer_value(targets, scores >= np.float32(thresholds[place]), "f1", average)
        assert values[place] == pytest.approx(expected, abs=1e-12)
    given = sweep(targets, scores, average=average, thresholds=thresholds[places]).values
    np.testing.assert_allclose(given, values[places], rtol=0, atol=1e-13)
    assert best.value_ == values.max()
    rule = tune(targets, scores, average="macro", per_label=True)
    for label in range(0, 80, 20):
        column = targets[:, [label]]
        f1 = [peer_value(column, scores[:, [label]] >= t, "f1", "binary") for t in np.unique(scores[:, label])[::50]]
        assert peer_value(column, rule.apply(scores)[:, [label]], "f1", "binary") >= max(f1)


def test_the_number_of_threads_changes_no_bit():
    if not hasattr(multilabel, "set_num_threads"):
        pytest.skip("the threads of the process cannot be set yet")
    targets, scores = sample_case(samples=4000, labels=80, seed=4)
    scores = scores.round(5)
    logits = np.log(scores.clip(1e-4, 0.9999) / (1 - scores.clip(1e-4, 0.9999)))
    answers = []
    for threads in (1, 2, 3, 7):
        multilabel.set_num_threads(threads)
        try:
            curve = sweep(targets, scores, metric="jaccard")
            answers.append(
                [
                    curve.thresholds.tobytes() + curve.values.tobytes(),
                    sweep(targets, scores, thresholds=np.arange(1, 100) / 100).values.tobytes(),
                    *(tune(targets, scores, average=average, per_label=average != "samples") for average in AVERAGES),
                    PlattScaling.fit(targets, logits, per_label=True),
                    PlattScaling.fit(targets, logits),
                    IsotonicCalibration.fit(targets, logits, per_label=True),
                ]
            )
        finally:
            multilabel.set_num_threads(0)
    assert all(answer == answers[0] for answer in answers)


def test_sweep_last_threshold_predicts_nothing():
    targets, scores = sample_case()
    thresholds, values, _ = sweep(targets, scores, average="micro")
    assert FixedThreshold(thresholds[-1]).apply(scores).sum() == 0
    assert FixedThreshold(thresholds[-2]).apply(scores).sum() >= 1
    assert values[-1] == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("average", AVERAGES)
def test_sweep_at_given_thresholds_equals_scikit_learn(average, dtype):
    targets, scores = sample_case(dtype=dtype)
    scores = scores.round(2)
    grid = np.concatenate([np.arange(1, 100) / 100, [0.5, -1.0, 2.0, 0.123]])
    for metric in ["f1", "jaccard", "recall"]:
        thresholds, values, best = sweep(targets, scores, metric=metric, average=average, thresholds=grid)
        expected = [peer_value(targets, scores >= dtype(t), metric, average) for t in grid]
        np.testing.assert_array_equal(thresholds, grid)
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)
        assert best.thresholds_[0] == grid[values > values.max() - 1e-12].max()


def test_sweep_skips_unknown_cells():
    random = np.random.default_rng(3)
    for seed in range(20):
        targets, scores = small_case(seed, samples=6, labels=4)
        hidden = random.random(targets.shape) < 0.3
        hidden[0] = True
        signed = np.where(hidden, -1, targets)
        floating = np.where(hidden, np.nan, targets)
        thresholds, values, _ = sweep(signed, scores)
        np.testing.assert_array_equal(values, sweep(floating, scores).values)
        for t, value in zip(thresholds, values, strict=True):
            rows = []
            for row in range(len(targets)):
                keep = ~hidden[row]
                if not keep.any():
                    continue
                truth, guess = targets[row, keep], scores[row, keep] >= t
                both = truth.sum() + guess.sum()
                rows.append(2 * (truth * guess).sum() / both if both else 0.0)
            assert value == pytest.approx(np.mean(rows), abs=1e-12)


@pytest.mark.parametrize(
    "fitted",
    [
        sweep,
        tune,
        lambda targets, scores, **mask: tune(targets, scores, average="macro", per_label=True, cross_fit=3, **mask),
        lambda targets, scores, **mask: conformal(targets, scores, alpha=0.3, **mask),
    ],
    ids=["sweep", "tune", "tune per label", "conformal"],
)
def test_a_mask_is_what_nan_in_its_place_would_be(fitted):
    random = np.random.default_rng(4)
    for seed in range(5):
        targets, scores = sample_case(samples=40, labels=3, seed=seed)
        hidden = random.random(targets.shape) < 0.3
        expected = pickle.dumps(fitted(np.where(hidden, np.nan, targets), scores))
        lies = np.where(hidden, 7, targets)  # what the mask hides is not looked at
        for kind in [np.int64, np.uint8, np.float32]:
            assert pickle.dumps(fitted(lies.astype(kind), scores, mask=~hidden)) == expected
        assert pickle.dumps(fitted(targets, scores)) != expected
        half = np.where(hidden & (random.random(targets.shape) < 0.5), -1, lies)  # a mask and -1 together
        assert pickle.dumps(fitted(half, scores, mask=(~hidden).astype(int))) == expected


@pytest.mark.parametrize("function", [sweep, tune, conformal])
def test_a_bad_mask_is_named(function):
    with pytest.raises(ShapeError, match=r"mask must have the shape of the targets, \(1, 2\); got \(2,\)"):
        function([[1, 0]], [[0.4, 0.6]], mask=[True, False])
    with pytest.raises(ArgumentError, match="mask must hold True or False"):
        function([[1, 0]], [[0.4, 0.6]], mask=[[1, 2]])
    with pytest.raises(ArgumentError, match=r"targets must be 0, 1, or unknown .*got 7"):
        function([[7, 0]], [[0.4, 0.6]], mask=[[True, False]])
    with pytest.raises(ArgumentError, match="targets must have a known cell"):
        function([[1, 0]], [[0.4, 0.6]], mask=[[False, False]])


def test_sweep_youden_and_cost_by_their_definition():
    targets, scores = sample_case()
    thresholds, values, best = sweep(targets, scores, metric="youden", average="micro")
    fpr, tpr, cuts = peer.roc_curve(targets.ravel(), scores.ravel(), drop_intermediate=False)
    np.testing.assert_allclose(values[:-1][::-1], (tpr - fpr)[1:], atol=1e-12)
    np.testing.assert_array_equal(thresholds[:-1][::-1], cuts[1:].astype(np.float64))
    cost = {"false_positive": 1.0, "false_negative": 5.0, "true_positive": -0.5}
    thresholds, values, best = sweep(
        targets, scores, metric="cost", average="micro", cost=cost, thresholds=[0.1, 0.4, 0.7]
    )
    for t, value in zip(thresholds, values, strict=True):
        guess = scores >= np.float32(t)
        right, missed, false = (guess * targets).sum(), ((1 - guess) * targets).sum(), (guess * (1 - targets)).sum()
        assert value == pytest.approx((false + 5 * missed - 0.5 * right) / targets.size, abs=1e-12)
    assert best.value_ == pytest.approx(values.min(), abs=1e-13)


def test_tune_returns_the_best_of_the_sweep_and_its_value_is_scikit_learns():
    for average in AVERAGES:
        targets, scores = sample_case(seed=5)
        rule = tune(targets, scores, metric="f1", average=average)
        best = sweep(targets, scores, average=average).best
        assert rule.thresholds_ == best.thresholds_
        assert rule.value_ == pytest.approx(peer_value(targets, rule.apply(scores), "f1", average), abs=1e-12)
        grid = [peer_value(targets, scores >= t, "f1", average) for t in np.arange(1, 100) / 100]
        assert rule.value_ >= max(grid)


@pytest.mark.parametrize("metric", ["f1", "fbeta", "jaccard", "hamming", "precision", "youden", "cost"])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_tune_per_label_is_the_exhaustive_optimum(metric, average):
    for seed in range(12):
        targets, scores = small_case(seed, samples=6, labels=3, levels=4)
        cost = {"false_positive": 1.0, "false_negative": 3.0, "true_negative": -0.25}
        rule = tune(targets, scores, metric=metric, average=average, per_label=True, beta=2.0, cost=cost)
        cuts = [*np.unique(scores), 2.0]
        best = -np.inf
        sign = -1 if metric in ("hamming", "cost") else 1
        for choice in itertools.product(cuts, repeat=3):
            value = brute_value(targets, scores >= np.array(choice, scores.dtype), metric, average, 2.0, cost)
            best = max(best, sign * value)
        assert rule.value_ == pytest.approx(sign * best, abs=1e-12)
        reached = brute_value(targets, rule.apply(scores).astype(bool), metric, average, 2.0, cost)
        assert rule.value_ == pytest.approx(reached, abs=1e-12)


def brute_value(targets, guess, metric, average, beta, cost):
    def one(truth, guessed):
        tp, pp, p, n = (truth * guessed).sum(), guessed.sum(), truth.sum(), truth.size
        ratios = {
            "f1": (2 * tp, p + pp),
            "fbeta": ((1 + beta**2) * tp, beta**2 * p + pp),
            "jaccard": (tp, p + pp - tp),
            "precision": (tp, pp),
            "hamming": (p + pp - 2 * tp, n),
            "cost": (
                cost["false_positive"] * (pp - tp)
                + cost["false_negative"] * (p - tp)
                + cost["true_negative"] * (n - p - pp + tp),
                n,
            ),
        }
        if metric == "youden":
            return (tp / p if p else 0.0) - ((pp - tp) / (n - p) if n > p else 1.0)
        above, below = ratios[metric]
        return above / below if below else 0.0

    if average == "micro":
        return one(targets.ravel(), guess.ravel())
    values = [one(targets[:, j], guess[:, j]) for j in range(targets.shape[1])]
    weights = targets.sum(0) if average == "weighted" else np.ones(targets.shape[1])
    if weights.sum() == 0:
        weights = np.ones(targets.shape[1])
    return np.average(values, weights=weights)


@pytest.mark.parametrize("metric", ["f1", "jaccard", "accuracy", "hamming"])
def test_tune_per_label_samples_is_a_local_optimum_not_below_the_global_one(metric):
    sign = -1 if metric == "hamming" else 1
    for seed in range(6):
        targets, scores = sample_case(samples=60, labels=5, seed=seed)
        single = tune(targets, scores, metric=metric, average="samples")
        rule = tune(targets, scores, metric=metric, average="samples", per_label=True)
        value = peer_value(targets, rule.apply(scores), metric, "samples")
        assert rule.value_ == pytest.approx(value, abs=1e-12)
        assert sign * rule.value_ >= sign * single.value_
        for label in range(5):
            for cut in np.unique(scores[:, label]):
                moved = rule.thresholds_.astype(np.float32)
                moved[label] = cut
                assert sign * peer_value(targets, scores >= moved, metric, "samples") <= sign * value + 1e-12


def test_tune_shrinkage_lies_between_the_own_and_the_global_threshold():
    targets, scores = sample_case(seed=1, dtype=np.float64)
    own = tune(targets, scores, average="macro", per_label=True).thresholds_
    single = tune(targets, scores, average="macro").thresholds_[0]
    shrunk = tune(targets, scores, average="macro", per_label=True, shrinkage=10.0).thresholds_
    n = targets.sum(0)
    np.testing.assert_allclose(shrunk, (n * own + 10 * single) / (n + 10), rtol=1e-12)
    infinite = tune(targets, scores, average="macro", per_label=True, shrinkage=float("inf"))
    np.testing.assert_array_equal(infinite.thresholds_, np.full(12, single))


def test_tune_cross_fit_value_is_out_of_fold_and_below_the_flattering_one():
    targets, scores = sample_case(samples=120, labels=20, seed=2)
    plain = tune(targets, scores, average="macro", per_label=True)
    honest = tune(targets, scores, average="macro", per_label=True, cross_fit=5)
    assert honest.value_ < plain.value_
    assert tune(targets, scores, average="macro", per_label=True, cross_fit=5) == honest


def test_tune_cross_fit_never_falls_below_one_threshold_and_keeps_most_of_the_gain():
    """100 rows, 20 labels, some rare: in the worst of 20 draws the guarded thresholds lose nothing, on average they gain.

    Plain thresholds per label lose 1.7 points in the worst draw.
    """
    guarded, plain = [], []
    for seed in range(20):
        targets, scores = sample_case(samples=600, labels=20, seed=seed)
        fit, test = slice(0, 100), slice(100, None)

        def score(rule, test=test, targets=targets, scores=scores):
            return peer_value(targets[test], rule.apply(scores[test]), "f1", "samples")

        single = score(tune(targets[fit], scores[fit]))
        guarded.append(score(tune(targets[fit], scores[fit], per_label=True, cross_fit=5)) - single)
        plain.append(score(tune(targets[fit], scores[fit], per_label=True)) - single)
    assert np.mean(guarded) > 0.01
    assert min(guarded) > -0.002 > -0.01 > min(plain)


def openclipart_scores():
    """Real scores of a linear head on frozen features; scripts/make_openclipart_scores.py wrote them."""
    with np.load(Path(__file__).parents[2] / "examples/data/openclipart/scores.npz") as arrays:
        return [
            arrays[f"{split}_{what}"].astype(np.float32 if what == "scores" else int)
            for split in ("val", "test")
            for what in ("targets", "scores")
        ]


@pytest.mark.parametrize("average", ["samples", "macro", "micro"])
def test_tune_cross_fit_does_not_fall_below_one_threshold_on_real_scores(average):
    """495 rows, labels of 6 to 75 positives: plain thresholds per label lose 1.3 to 3 points, guarded ones 0.2 at most."""
    targets, scores, new_targets, new_scores = openclipart_scores()

    def tested(**options):
        rule = tune(targets, scores, average=average, **options)
        return 100 * peer_value(new_targets, rule.apply(new_scores), "f1", average)

    single = tested()
    assert tested(per_label=True) < single - 1
    guarded = [tested(per_label=True, cross_fit=5, seed=seed) - single for seed in range(6)]
    assert min(guarded) >= -0.2


def test_tune_cross_fit_still_gains_where_labels_differ():
    """Half of the labels need another threshold, and there are rows enough to tell: the guard does not hold them back."""
    targets, scores = sample_case(samples=4000, labels=8, seed=3)
    scores[:, ::2] = scores[:, ::2] ** 4
    fit, test = slice(0, 2000), slice(2000, None)

    def score(rule):
        return peer_value(targets[test], rule.apply(scores[test]), "f1", "macro")

    single = score(tune(targets[fit], scores[fit], average="macro"))
    guarded = tune(targets[fit], scores[fit], average="macro", per_label=True, cross_fit=5)
    assert score(guarded) > single + 0.05
    assert guarded.value_ == pytest.approx(score(guarded), abs=0.03)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("quantity", ["precision", "recall"])
def test_tune_one_threshold_within_a_bound_is_the_best_of_those_that_keep_it(quantity, average):
    for seed in range(8):
        targets, scores = small_case(seed, samples=12)
        reachable = sweep(targets, scores, metric=quantity, average=average)
        bound = float(np.quantile(reachable.values, 0.8))
        rule = tune(targets, scores, average=average, constraint=f"{quantity} >= {bound!r}")
        f1 = sweep(targets, scores, average=average).values
        assert rule.value_ == pytest.approx(f1[reachable.values >= bound - 1e-12].max(), abs=1e-12)
        assert peer_value(targets, rule.apply(scores), quantity, average) >= bound - 1e-12


@pytest.mark.parametrize("average", AVERAGES)
def test_tune_keeps_a_cap_of_predictions_per_image(average):
    targets, scores = sample_case(samples=150, labels=8, seed=4)
    free = tune(targets, scores, average=average).apply(scores).sum() / 150
    for cap in (free / 2, 0.0):
        single = tune(targets, scores, average=average, constraint=f"predictions_per_image <= {cap}")
        own = tune(targets, scores, average=average, constraint=f"predictions_per_image <= {cap}", per_label=True)
        for rule in (single, own):
            assert rule.apply(scores).sum() / 150 <= cap + 1e-12
            assert rule.value_ == pytest.approx(peer_value(targets, rule.apply(scores), "f1", average), abs=1e-12)
        assert own.value_ >= single.value_


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("quantity", ["precision", "recall"])
def test_tune_per_label_every_label_keeps_its_own_bound(quantity, average):
    targets, scores = sample_case(samples=80, labels=6, seed=9)
    targets[:, 5] = 0
    rule = tune(targets, scores, average=average, per_label=True, constraint=f"{quantity} >= 0.75")
    for label in range(6):
        column = [label]
        cuts = np.unique(scores[:, label])
        reached = [peer_value(targets[:, column], scores[:, column] >= t, quantity, "binary") for t in cuts]
        f1 = [peer_value(targets[:, column], scores[:, column] >= t, "f1", "binary") for t in cuts]
        kept = [value for value, bound in zip(f1, reached, strict=True) if bound >= 0.75]
        ours = peer_value(targets[:, column], rule.apply(scores)[:, column], "f1", "binary")
        assert ours == pytest.approx(max(kept, default=0.0), abs=1e-12)
    assert rule.apply(scores)[:, 5].sum() == 0


@pytest.mark.parametrize("average", ["micro", "samples"])
def test_tune_per_label_the_average_keeps_its_bound(average):
    targets, scores = sample_case(samples=80, labels=6, seed=9)
    bound = sweep(targets, scores, metric="precision", average=average).best.value_ - 0.02
    single = tune(targets, scores, average=average, constraint=f"precision >= {bound}")
    rule = tune(targets, scores, average=average, per_label=True, constraint=f"precision >= {bound}")
    assert peer_value(targets, rule.apply(scores), "precision", average) >= bound - 1e-12
    assert rule.value_ > single.value_


def test_constraints_that_cannot_be_kept_or_read_are_named():
    targets, scores = [[0, 1], [1, 0]], [[0.9, 0.1], [0.2, 0.8]]
    with pytest.raises(ArgumentError, match=r"a threshold must keep precision >= 0.9; got none that does"):
        tune(targets, scores, constraint="precision >= 0.9")
    with pytest.raises(ArgumentError, match=r"the bound must be in \[0, 1\]; got recall >= 2"):
        tune(targets, scores, constraint="recall >= 2")
    with pytest.raises(ArgumentError, match=r"constraint must be 'precision >= p'.*got 'precision > 0.5'"):
        tune(targets, scores, constraint="precision > 0.5")
    with pytest.raises(ArgumentError, match="shrinkage must be 0 with a constraint"):
        tune(targets, scores, constraint="recall >= 0.5", shrinkage=3.0, per_label=True)


def test_tune_keeps_the_global_threshold_where_no_threshold_matters():
    targets = np.array([[1, 0], [0, 0], [1, 0]])
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.3]])
    rule = tune(targets, scores, average="macro", per_label=True)
    assert rule.thresholds_.tolist() == [0.6, tune(targets, scores, average="macro").thresholds_[0]]


def test_rule_compares_in_the_scores_own_precision():
    score = np.array([[0.35]], np.float32)
    assert float(score[0, 0]) < 0.35
    assert FixedThreshold(0.35).apply(score).tolist() == [[1]]
    assert FixedThreshold(0.35).apply(score.astype(np.float64)).tolist() == [[0]]


def test_rule_survives_json_and_pickle():
    targets, scores = sample_case()
    for rule in [tune(targets, scores, average="macro", per_label=True), FixedThreshold(0.25), HIGH_RECALL]:
        again = ThresholdRule.from_dict(json.loads(json.dumps(rule.to_dict())))
        assert again == rule
        assert rule.to_json() == json.dumps(rule.to_dict(), separators=(",", ":"))  # the text that C++ writes
        assert ThresholdRule.from_json(rule.to_json()) == rule
        assert ThresholdRule.from_json(json.dumps(rule.to_dict(), indent=2)) == rule
        assert pickle.loads(pickle.dumps(rule)) == rule
        np.testing.assert_array_equal(again.apply(scores), rule.apply(scores))


def test_profiles():
    assert HIGH_RECALL.thresholds_.tolist() == [0.3]
    assert HIGH_PRECISION.thresholds_.tolist() == [0.7]
    assert FixedThreshold().apply([[0.5, 0.49, 0.7]]).tolist() == [[1, 0, 1]]


def test_inputs_may_be_tensors_sparse_lists_and_non_contiguous():
    torch = pytest.importorskip("torch")
    sparse = pytest.importorskip("scipy.sparse")
    targets, scores = sample_case()
    expected = tune(targets, scores)
    assert tune(torch.tensor(targets), torch.tensor(scores, requires_grad=True)) == expected
    assert tune(sparse.csr_matrix(targets), scores) == expected
    assert tune(targets.tolist(), scores) == expected
    assert tune(np.asfortranarray(targets), scores[::1, :]) == expected
    assert tune(targets.astype(bool), np.asfortranarray(scores)) == expected
    for kind in [np.int8, np.int32, np.uint8, np.uint16, np.float16, np.float32, np.float64]:
        assert tune(targets.astype(kind), scores) == expected
    assert tune(targets, torch.tensor(scores).bfloat16()).value_ == pytest.approx(expected.value_, abs=0.01)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"scores": [[0.1, np.nan]]}, ArgumentError, "scores must be finite"),
        ({"scores": [[0.1, np.inf]]}, ArgumentError, "scores must be finite"),
        ({"scores": [[0.1]]}, ShapeError, r"targets and scores must have the same shape .*got \[1, 2\] and \[1, 1\]"),
        ({"scores": [0.1, 0.2]}, ShapeError, "scores must have two dimensions"),
        ({"targets": [[2, 0]]}, ArgumentError, "targets must be 0, 1, or unknown .*got 2"),
        ({"targets": [[0.5, 0]]}, ArgumentError, "targets must be 0, 1, or unknown .*got 0.5"),
        ({"targets": [["cat", "dog"]]}, ArgumentError, "targets must be numbers"),
        ({"targets": [[-1, -1]]}, ArgumentError, "targets must have a known cell"),
        ({"targets": np.zeros((0, 2)), "scores": np.zeros((0, 2))}, ShapeError, "at least one sample"),
        ({"metric": "f2"}, ArgumentError, "metric must be one of 'f1', .*got 'f2'"),
        ({"average": "binary"}, ArgumentError, "average must be one of .*got 'binary'"),
        ({"metric": "accuracy", "average": "macro"}, ArgumentError, "average must be samples for the accuracy"),
        ({"metric": "fbeta", "beta": -1.0}, ArgumentError, "beta must be finite and at least 0"),
        ({"metric": "cost", "cost": {"false_positive": -1}}, ArgumentError, "a wrong cell must cost"),
        ({"metric": "cost", "cost": {"fp": 1}}, ArgumentError, "got 'fp'"),
        ({"metric": "cost", "cost": {3: 1}}, ArgumentError, "got 3"),
        ({"metric": "cost", "cost": {"false_positive": "high"}}, ArgumentError, "must be a number; got 'high'"),
        ({"metric": "cost", "cost": [1, 2]}, ArgumentError, "must be a dict of .*got .1, 2."),
        ({"metric": None}, ArgumentError, "metric must be one of .*got None"),
        ({"average": None}, ArgumentError, "average must be one of .*got None"),
        ({"beta": "two"}, ArgumentError, "beta must be a number; got 'two'"),
    ],
)
@pytest.mark.parametrize("function", [sweep, tune])
def test_bad_input_is_named(function, change, error, message):
    arguments = {"targets": [[1, 0]], "scores": [[0.4, 0.6]], **change}
    with pytest.raises(error, match=message) as caught:
        function(arguments.pop("targets"), arguments.pop("scores"), **arguments)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("function", "change", "message"),
    [
        (tune, {"cross_fit": -1}, "threshold.tune: cross_fit must be a whole number from 0 to .*got -1"),
        (tune, {"cross_fit": 2.5}, "cross_fit must be a whole number .*got 2.5"),
        (tune, {"seed": -1}, "seed must be a whole number from 0 to 18446744073709551615; got -1"),
        (tune, {"seed": 2**64}, "seed must be a whole number .*got 18446744073709551616"),
        (tune, {"passes": 0}, "passes must be a whole number from 1"),
        (tune, {"per_label": "yes"}, "per_label must be True or False; got 'yes'"),
        (tune, {"shrinkage": "much"}, "shrinkage must be a number; got 'much'"),
        (tune, {"constraint": 0.5}, "constraint must be 'precision >= p'.*got 0.5"),
        (sweep, {"thresholds": 0.5}, "thresholds must be a sequence of finite numbers; got 0.5"),
        (sweep, {"thresholds": ["half"]}, "thresholds must be a number; got 'half'"),
        (sweep, {"thresholds": "0.5"}, "thresholds must be a sequence of finite numbers; got '0.5'"),
        (sweep, {"thresholds": [np.nan]}, "thresholds must be a sequence of finite numbers"),
        (conformal, {"points": 0}, "threshold.conformal: points must be a whole number from 1 to 1000000; got 0"),
        (conformal, {"points": 9.5}, "points must be a whole number .*got 9.5"),
        (conformal, {"alpha": None}, "alpha must be a number; got None"),
        (conformal, {"alpha": np.nan}, "alpha must be"),
        (conformal, {"delta": "small"}, "delta must be a number; got 'small'"),
        (conformal, {"method": None}, "method must be one of 'crc', 'rcps', 'ltt'; got None"),
        (conformal, {"bound": 3}, "bound must be one of 'hoeffding_bentkus', 'betting'; got 3"),
        (conformal, {"risk": None}, "risk must be one of .*got None"),
    ],
)
def test_arguments_of_the_wrong_kind_are_named(function, change, message):
    with pytest.raises(ArgumentError, match=message):
        function([[1, 0]], [[0.4, 0.6]], **change)


def test_decode_names_arguments_of_the_wrong_kind():
    with pytest.raises(ArgumentError, match=r"threads must be a whole number from 0 .*got -1"):
        decode_expected_f1([[0.5]], threads=-1)
    with pytest.raises(ArgumentError, match="negligible must be a number; got None"):
        decode_expected_f1([[0.5]], negligible=None)


def test_bad_rules_are_named():
    with pytest.raises(ShapeError, match="scores must have 2 labels, one per threshold; got \\[1, 3\\]"):
        ThresholdRule([0.1, 0.2]).apply([[0.1, 0.2, 0.3]])
    with pytest.raises(ArgumentError, match="scores must not be NaN"):
        FixedThreshold(0.5).apply([[np.nan]])
    with pytest.raises(ArgumentError, match="thresholds must be finite"):
        FixedThreshold(float("nan"))
    with pytest.raises(ArgumentError, match="thresholds must hold one value"):
        ThresholdRule([])
    with pytest.raises(ArgumentError, match="must have the key 'value'"):
        ThresholdRule.from_dict({"thresholds": [0.5], "metric": "", "average": ""})
    with pytest.raises(ArgumentError, match="thresholds must hold at least one value"):
        sweep([[1]], [[0.5]], thresholds=[])
    with pytest.raises(ArgumentError, match="cross_fit must be 0 or from 2"):
        tune([[1], [0]], [[0.5], [0.4]], cross_fit=3)
    with pytest.raises(ArgumentError, match="shrinkage must be at least 0"):
        tune([[1], [0]], [[0.5], [0.4]], per_label=True, shrinkage=-1.0)


def test_conformal_crc_is_the_highest_threshold_of_its_definition():
    for seed in range(5):
        targets, scores = sample_case(samples=120, labels=6, seed=seed)
        rule = conformal(targets, scores, alpha=0.2)
        positives = np.maximum(targets.sum(1), 1)

        def risk(threshold, targets=targets, scores=scores, positives=positives):
            return (((scores < threshold) & (targets == 1)).sum(1) / positives).mean()

        cuts = np.unique(scores[targets == 1])
        kept = [t for t in cuts if (120 * risk(t) + 1) / 121 <= 0.2]
        assert rule.thresholds_[0] == max(kept)
        assert rule.value_ == pytest.approx(risk(max(kept)), abs=1e-12)


@pytest.mark.parametrize("risk", ["fnr", "fpr", "fdr", "f1", "jaccard"])
@pytest.mark.parametrize("bound", ["hoeffding_bentkus", "betting"])
def test_conformal_ltt_controls_every_risk_on_new_rows(risk, bound):
    targets, scores = sample_case(samples=4000, labels=6, seed=1)
    alpha = 0.6 if risk in ("f1", "jaccard") else 0.3
    rule = conformal(targets[:2000], scores[:2000], risk=risk, alpha=alpha, method="ltt", bound=bound)
    guess, truth = rule.apply(scores[2000:]), targets[2000:]
    both, predicted, present = (guess * truth).sum(1), guess.sum(1), truth.sum(1)
    above, below = {
        "fnr": (present - both, present),
        "fpr": (predicted - both, 6 - present),
        "fdr": (predicted - both, predicted),
        "f1": (predicted + present - 2 * both, predicted + present),
        "jaccard": (predicted + present - 2 * both, predicted + present - both),
    }[risk]
    losses = above / np.maximum(below, 1)
    assert losses.mean() <= alpha + 3 * losses.std() / np.sqrt(
        len(losses)
    )  # alpha bounds the risk, not this sample's mean


def test_conformal_refuses_by_name():
    with pytest.raises(ArgumentError, match="risk must be one of 'fnr', 'fpr', 'fdr', 'f1', 'jaccard'; got 'recall'"):
        conformal([[1]], [[0.5]], risk="recall")
    with pytest.raises(ArgumentError, match="none that can promise it"):
        conformal([[1]], [[0.5]])
    with pytest.raises(ArgumentError, match="crc and rcps must have a risk"):
        conformal([[1]], [[0.5]], risk="f1")


def test_decoded_sets_beat_the_best_threshold_on_true_probabilities():
    random = np.random.default_rng(0)
    scores = random.beta(0.6, 1.5, (3000, 8))
    targets = (random.random(scores.shape) < scores).astype(int)
    decoded = decode_expected_f1(scores)

    def f1(guess):
        return peer.f1_score(targets, guess, average="samples", zero_division=1)

    assert f1(decoded) > max(f1(scores >= t) for t in np.arange(1, 100) / 100)
    np.testing.assert_array_equal(decode_expected_f1(scores.astype(np.float64), threads=2), decoded)


def test_decode_joint_uses_what_independence_cannot_see():
    np.testing.assert_array_equal(decode_expected_f1_joint([[0.0, 0.4], [0.0, 0.4]]), [0, 0])
    np.testing.assert_array_equal(decode_expected_f1_joint([[0.0, 0.6], [0.0, 0.6]]), [1, 1])
    with pytest.raises(ShapeError, match="joint must be square"):
        decode_expected_f1_joint([[0.5, 0.5]])


def test_a_rule_takes_its_thresholds_once_and_names_the_wrong_one():
    assert ThresholdRule(cut for cut in (0.2, 0.4)).thresholds_.tolist() == [0.2, 0.4]
    with pytest.raises(ArgumentError, match="thresholds must be a number; got 'a'"):
        ThresholdRule(cut for cut in (0.5, "a"))
    with pytest.raises(ArgumentError, match="value must be finite or NaN; got inf"):
        ThresholdRule([0.5], "f1", "micro", float("inf"))
