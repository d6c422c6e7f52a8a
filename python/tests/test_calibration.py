# SPDX-License-Identifier: Apache-2.0
import json
import pickle

import numpy as np
import pytest
from scipy import optimize
from sklearn import calibration as peer
from sklearn.isotonic import IsotonicRegression

from multilabel import ArgumentError, ShapeError
from multilabel.calibration import IsotonicCalibration, PlattScaling, TemperatureScaling, reliability_curve
from multilabel.metrics import expected_calibration_error

CALIBRATORS = [TemperatureScaling, PlattScaling, IsotonicCalibration]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def overconfident(samples, seed, labels=8, dtype=np.float32):
    """Logits of the right ranking, 2.5 times too large."""
    random = np.random.default_rng(seed)
    honest = random.normal(-0.5, 1.5, (samples, labels))
    targets = (random.random((samples, labels)) < sigmoid(honest)).astype(np.int64)
    return targets, (2.5 * honest).astype(dtype)


def logistic_loss(slope, intercept, targets, logits):
    z = slope * logits + intercept
    return np.mean(np.logaddexp(0, z) - targets * z)


@pytest.mark.parametrize("per_label", [False, True])
@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_each_calibrator_halves_the_held_out_error_of_an_overconfident_model(calibrator, per_label):
    targets, logits = overconfident(4000, 0)
    new_targets, new_logits = overconfident(4000, 1)
    before = reliability_curve(new_targets, sigmoid(new_logits.astype(float))).expected_error
    fitted = calibrator.fit(targets, logits, per_label=per_label)
    after = reliability_curve(new_targets, fitted.apply(new_logits)).expected_error
    assert before > 0.05
    assert after < before / 2


def test_temperature_is_the_likeliest():
    targets, logits = overconfident(3000, 2, dtype=np.float64)
    fitted = TemperatureScaling.fit(targets, logits)
    best = optimize.minimize_scalar(
        lambda t: logistic_loss(1 / t, 0, targets, logits), bounds=(0.5, 5), method="bounded", options={"xatol": 1e-10}
    )
    assert fitted.temperatures_ == pytest.approx([best.x], rel=1e-6)
    own = TemperatureScaling.fit(targets, logits, per_label=True).temperatures_
    for label in range(8):
        assert own[label] == pytest.approx(
            TemperatureScaling.fit(targets[:, [label]], logits[:, [label]]).temperatures_[0]
        )
        assert own[label] == pytest.approx(2.5, rel=0.2)


def test_platt_equals_scikit_learn_on_logits():
    targets, logits = overconfident(3000, 3, dtype=np.float64)
    logits = logits + np.arange(8) / 2
    fitted = PlattScaling.fit(targets, logits, per_label=True)
    for label in range(8):
        expected = peer._SigmoidCalibration().fit(logits[:, label], targets[:, label])
        assert fitted.slopes_[label] == pytest.approx(-expected.a_, rel=2e-3)
        assert fitted.intercepts_[label] == pytest.approx(-expected.b_, abs=5e-3)
        ours = fitted.apply(logits)[:, label]
        np.testing.assert_allclose(ours, expected.predict(logits[:, label]), atol=1e-3)
        yes = (targets[:, label].sum() + 1) / (targets[:, label].sum() + 2)
        no = 1 / (len(targets) - targets[:, label].sum() + 2)
        smooth = np.where(targets[:, label] == 1, yes, no)
        mine = logistic_loss(fitted.slopes_[label], fitted.intercepts_[label], smooth, logits[:, label])
        assert mine <= logistic_loss(-expected.a_, -expected.b_, smooth, logits[:, label]) + 1e-15


@pytest.mark.parametrize("samples", [50, 9000])
def test_platt_gradient_is_zero_also_where_a_sample_of_the_rows_started_it(samples):
    targets, logits = overconfident(samples, 4, dtype=np.float64)
    fitted = PlattScaling.fit(targets, logits, per_label=True)
    positives = targets.sum(0)
    smooth = np.where(targets == 1, (positives + 1) / (positives + 2), 1 / (samples - positives + 2))
    rest = sigmoid(logits * fitted.slopes_ + fitted.intercepts_) - smooth
    np.testing.assert_allclose(rest.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose((rest * logits).mean(0), 0, atol=1e-8)


def test_platt_stays_finite_where_a_label_separates():
    targets = np.array([[0], [0], [1], [1]])
    fitted = PlattScaling.fit(targets, [[-30.0], [-20.0], [20.0], [30.0]], per_label=True)
    assert np.isfinite(fitted.slopes_).all()
    assert fitted.apply([[-25.0], [25.0]]).ravel() == pytest.approx([0.25, 0.75], abs=0.01)  # Platt's smoothed targets


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_isotonic_equals_scikit_learn_with_ties(dtype):
    for seed in range(20):
        targets, logits = overconfident(60, seed, labels=3, dtype=dtype)
        logits = logits.round(0 if seed % 2 else 3)
        fitted = IsotonicCalibration.fit(targets, logits, per_label=True)
        points = np.linspace(-12, 12, 101).astype(dtype)
        for label in range(3):
            expected = IsotonicRegression(out_of_bounds="clip").fit(logits[:, label].astype(float), targets[:, label])
            ours = fitted.apply(np.repeat(points[:, None], 3, 1))[:, label]
            np.testing.assert_allclose(
                ours, expected.predict(points.astype(float)), atol=1e-6 if dtype == np.float32 else 1e-12
            )
        pooled = IsotonicCalibration.fit(targets, logits)
        expected = IsotonicRegression(out_of_bounds="clip").fit(logits.astype(float).ravel(), targets.ravel())
        np.testing.assert_allclose(
            pooled.apply(logits).ravel(), expected.predict(logits.astype(float).ravel()), atol=1e-6
        )


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_unknown_cells_are_as_if_they_were_not_there(calibrator):
    random = np.random.default_rng(7)
    targets, logits = overconfident(300, 5, labels=2, dtype=np.float64)
    hidden = random.random(targets.shape) < 0.4
    fitted = calibrator.fit(np.where(hidden, -1, targets), np.where(hidden, 1e6, logits), per_label=True)
    points = np.linspace(-5, 5, 21)[:, None]
    for label in range(2):
        keep = ~hidden[:, label]
        alone = calibrator.fit(targets[keep][:, [label]], logits[keep][:, [label]])
        np.testing.assert_allclose(
            fitted.apply(np.repeat(points, 2, 1))[:, label], alone.apply(points)[:, 0], rtol=1e-7
        )


@pytest.mark.parametrize("per_label", [False, True])
@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_a_mask_is_what_nan_in_its_place_would_be(calibrator, per_label):
    targets, logits = overconfident(300, 9, labels=2)
    hidden = np.random.default_rng(3).random(targets.shape) < 0.4
    expected = calibrator.fit(np.where(hidden, np.nan, targets), logits, per_label=per_label)
    assert calibrator.fit(np.where(hidden, 7, targets), logits, per_label=per_label, mask=~hidden) == expected
    assert calibrator.fit(targets, logits, per_label=per_label) != expected
    with pytest.raises(ShapeError, match="mask must have the shape of the targets"):
        calibrator.fit(targets, logits, mask=~hidden[1:])


def test_reliability_curve_takes_a_mask():
    targets, logits = overconfident(80, 2, labels=2, dtype=np.float64)
    hidden = np.random.default_rng(3).random(targets.shape) < 0.4
    curve = reliability_curve(np.where(hidden, 7, targets), sigmoid(logits), mask=~hidden)
    for found, expected in zip(
        curve, reliability_curve(np.where(hidden, np.nan, targets), sigmoid(logits)), strict=True
    ):
        np.testing.assert_array_equal(found, expected)
    assert curve.counts.sum() == (~hidden).sum()


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_a_label_of_one_kind_takes_the_fit_of_all(calibrator):
    targets, logits = overconfident(200, 6, labels=3)
    targets[:, 1] = 0
    fitted = calibrator.fit(targets, logits, per_label=True).apply(logits)
    np.testing.assert_allclose(fitted[:, 1], calibrator.fit(targets, logits).apply(logits)[:, 1], rtol=1e-6)


@pytest.mark.parametrize("calibrator", CALIBRATORS)
@pytest.mark.parametrize("per_label", [False, True])
def test_calibrators_survive_json_and_pickle(calibrator, per_label):
    targets, logits = overconfident(100, 8)
    fitted = calibrator.fit(targets, logits, per_label=per_label)
    again = calibrator.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert json.loads(fitted.to_json()) == fitted.to_dict()
    assert (
        calibrator.from_json(fitted.to_json()) == calibrator.from_json(json.dumps(fitted.to_dict(), indent=1)) == fitted
    )
    assert again == fitted
    assert pickle.loads(pickle.dumps(fitted)) == fitted
    assert again.apply(logits).dtype == np.float32


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_reliability_curve_equals_scikit_learn(strategy):
    for seed in range(10):
        targets, logits = overconfident(80, seed, labels=2, dtype=np.float64)
        scores = sigmoid(logits).round(2)
        curve = reliability_curve(targets, scores, n_bins=7, strategy=strategy)
        rates, means = peer.calibration_curve(targets.ravel(), scores.ravel(), n_bins=7, strategy=strategy)
        np.testing.assert_allclose(curve.rates, rates, atol=1e-12)
        np.testing.assert_allclose(curve.scores, means, atol=1e-12)
        assert curve.counts.sum() == targets.size
        assert curve.expected_error == pytest.approx((curve.counts * abs(rates - means)).sum() / targets.size)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match=r"PlattScaling.*logits must be finite"):
        PlattScaling.fit([[1]], [[np.nan]])
    with pytest.raises(ShapeError, match="targets and logits must have the same shape"):
        TemperatureScaling.fit([[1]], [[1.0, 2.0]])
    with pytest.raises(ShapeError, match="the matrix must have 2 labels"):
        TemperatureScaling([1.0, 2.0]).apply([[1.0, 2.0, 3.0]])
    with pytest.raises(ArgumentError, match="temperatures must be"):
        TemperatureScaling([0.0])
    with pytest.raises(ArgumentError, match="slopes and intercepts must be"):
        PlattScaling([1.0], [])
    with pytest.raises(ArgumentError, match="as many ascending scores"):
        IsotonicCalibration.from_dict({"curves": [{"scores": [1.0, 0.5], "probabilities": [0.1, 0.2]}]})
    with pytest.raises(ArgumentError, match="the key 'curves'"):
        IsotonicCalibration.from_dict({})
    with pytest.raises(ArgumentError, match=r"scores must be probabilities in \[0, 1\]; got 2"):
        reliability_curve([[1]], [[2.0]])
    with pytest.raises(ArgumentError, match="strategy must be one of 'uniform', 'quantile'"):
        reliability_curve([[1]], [[0.5]], strategy="adaptive")
    with pytest.raises(ArgumentError, match="n_bins must be a whole number from 1 to 1000000; got 0"):
        reliability_curve([[1]], [[0.5]], n_bins=0)
    with pytest.raises(ArgumentError, match=r"n_bins must be a whole number .*got 2.5"):
        reliability_curve([[1]], [[0.5]], n_bins=2.5)
    with pytest.raises(ArgumentError, match=r"strategy must be one of .*got None"):
        reliability_curve([[1]], [[0.5]], strategy=None)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_the_metric_and_the_curve_cut_the_same_bins(strategy):
    for seed in range(5):
        targets, logits = overconfident(83, seed, labels=3, dtype=np.float64)
        scores = sigmoid(logits).round(2)
        curve = reliability_curve(targets, scores, n_bins=7, strategy=strategy)
        error = expected_calibration_error(targets, scores, n_bins=7, strategy=strategy)
        assert error == pytest.approx(curve.expected_error, abs=1e-12)
