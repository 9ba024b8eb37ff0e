"""The losses of unit 3 against scikit-learn, and against SciPy where it has the formula."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.special import kl_div, rel_entr
from scipy.stats import entropy
from sklearn import metrics

from byhand.exercise import load_exercises

EXERCISES = load_exercises(Path(__file__).parent / "hidden" / "loss_zoo.py")
SEEDS = range(10)
SIZES = (1, 2, 3, 8, 50)


def reference(name):
    return EXERCISES[name].reference


def calls(name):
    return [args for seed in SEEDS for args in EXERCISES[name].calls(seed)]


def generator():
    return np.random.default_rng(33)


def agree(found, expected):
    assert isinstance(found, float)
    assert math.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-13), (found, expected)


def scores():
    """Scores and labels from the cases, and more: on the margin, far out, one class only."""
    yield from calls("hinge")
    yield np.zeros(4), np.array([1, -1, 1, -1])
    yield np.array([1.0, -1.0]), np.array([1, -1])
    yield np.array([1e6, -1e6, 1e-12]), np.array([-1, -1, 1])
    yield np.nextafter([1.0, 1.0], [0.0, 2.0]), np.array([1, 1])
    rng = generator()
    for m in SIZES:
        yield 3 * rng.normal(size=m), rng.choice([-1, 1], size=m)


def scikit_learns_hinge(score, y):
    """Where all labels are equal, scikit-learn takes them for −1; a mirrored twin of each example changes no mean."""
    if len(set(y)) == 1:
        score, y = np.concatenate([score, -score]), np.concatenate([y, -y])
    return metrics.hinge_loss(y, score)


def test_hinge_agrees_with_scikit_learn():
    alone = 0
    for score, y in scores():
        agree(reference("hinge")(score, y), scikit_learns_hinge(score, y))
        alone += len(set(y)) == 2
    assert alone > 50


def test_squared_hinge_is_the_mean_square_of_scikit_learns_hinge_of_single_examples():
    for score, y in scores():
        single = [scikit_learns_hinge(score[i : i + 1], y[i : i + 1]) for i in range(len(score))]
        agree(reference("squared_hinge")(score, y), metrics.mean_squared_error(single, 0 * score))


def distributions():
    """Probabilities and labels from the cases, and more: nearly certain, nearly impossible, uniform."""
    yield from calls("sparse_cross_entropy")
    for p in (1e-12, 1e-6, 0.5, 1 - 1e-6, 1 - 1e-12):
        yield np.array([[p, 1 - p]]), np.array([0])
        yield np.array([[p, 1 - p], [0.25, 0.75]]), np.array([1, 0])
    yield np.full((5, 4), 0.25), np.array([3, 0, 0, 2, 1])
    rng = generator()
    for m in SIZES:
        for K in (2, 3, 7):
            yield rng.dirichlet(np.ones(K), size=m), rng.integers(0, K, size=m)


def test_cross_entropy_agrees_with_scikit_learns_log_loss():
    for P, labels in distributions():
        expected = metrics.log_loss(labels, P, labels=list(range(P.shape[1])))
        agree(reference("sparse_cross_entropy")(P, labels), expected)
        Y = np.eye(P.shape[1])[labels]
        agree(reference("cross_entropy")(P, Y), expected)
        agree(reference("cross_entropy")(P, Y.astype(int)), expected)


def test_cross_entropy_agrees_with_scipys_relative_entropy():
    """Against a one-hot target, whose own entropy is 0, cross-entropy and divergence are the same."""
    for P, labels in distributions():
        Y = np.eye(P.shape[1])[labels]
        agree(reference("cross_entropy")(P, Y), rel_entr(Y, P).sum() / len(P))


def pairs_of_distributions():
    """Targets and predictions from the cases, and more: zeros in either, zeros in both, equal rows."""
    yield from calls("kl_divergence")
    yield np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    yield np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])
    yield np.array([[0.0, 1.0]]), np.array([[1e-300, 1.0]])
    yield np.array([[1e-300, 1.0]]), np.array([[0.5, 0.5]])
    rng = generator()
    for m in SIZES:
        for K in (2, 3, 7):
            t, p = rng.dirichlet(np.ones(K), size=(2, m))
            yield t, p
            yield t * (t > 0.1) / np.sum(t * (t > 0.1), axis=1, keepdims=True), p
            yield t, p * (p > 0.1) / np.sum(p * (p > 0.1), axis=1, keepdims=True)


def test_kl_divergence_agrees_with_scipys_rel_entr_kl_div_and_entropy():
    infinite = 0
    for t, p in pairs_of_distributions():
        found = reference("kl_divergence")(t, p)
        agree(found, rel_entr(t, p).sum() / len(t))
        agree(found, np.mean([entropy(*row) for row in zip(t, p, strict=True)]))
        if np.isfinite(found):  # kl_div has − t + p in each term, which adds up to 0
            assert math.isclose(found, kl_div(t, p).sum() / len(t), rel_tol=1e-9, abs_tol=1e-12)
        infinite += np.isinf(found)
    assert infinite > 5


def test_kl_divergence_of_zeros_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reference("kl_divergence")(np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]]))


def regressions(name):
    """Predictions and targets from the cases, and more: equal, tiny, huge, all on one side."""
    yield from calls(name)
    rng = generator()
    for m in SIZES:
        for scale in (1e-6, 1.0, 1e6):
            target = scale * rng.uniform(0.5, 2, size=m)
            yield scale * rng.gamma(1.5, size=m), target
            yield target, target
            yield target + scale, target
    if name != "msle":
        for m in SIZES:
            yield rng.normal(size=m), rng.uniform(0.5, 2, size=m) * rng.choice([-1, 1], size=m)
    else:
        yield np.zeros(3), np.zeros(3)
        yield np.zeros(3), np.array([0.0, 1.0, 1e9])


@pytest.mark.parametrize(
    ("name", "theirs", "factor"),
    [
        ("mse", metrics.mean_squared_error, 1),
        ("msle", metrics.mean_squared_log_error, 1),
        ("mae", metrics.mean_absolute_error, 1),
        ("mape", metrics.mean_absolute_percentage_error, 100),
    ],
)
def test_losses_of_regression_agree_with_scikit_learn(name, theirs, factor):
    for prediction, target in regressions(name):
        found = reference(name)(prediction, target)
        expected = factor * theirs(target, prediction)
        assert isinstance(found, float)
        assert math.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-20), (name, found, expected)


def test_inputs_keep_to_the_contract():
    for name in ("hinge", "squared_hinge"):
        assert all(set(np.unique(y)) <= {-1, 1} for _, y in calls(name))
    for P, Y in calls("cross_entropy"):
        assert ((P > 0) & (P < 1)).all()
        assert np.allclose(P.sum(axis=1), 1)
        assert ((Y == 0) | (Y == 1)).all()
        assert (Y.sum(axis=1) == 1).all()
    assert all(len(P) != P.shape[1] for P, _ in calls("cross_entropy"))
    assert any(labels.max() < P.shape[1] - 1 for P, labels in calls("sparse_cross_entropy"))
    for t, p in calls("kl_divergence"):
        assert np.allclose([t.sum(axis=1), p.sum(axis=1)], 1)
        assert (t >= 0).all()
        assert (p >= 0).all()
    assert all((p >= 0).all() and (t >= 0).all() for p, t in calls("msle"))
    assert all((np.abs(t) >= 0.5).all() for _, t in calls("mape"))
