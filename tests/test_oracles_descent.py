"""Unit 2's references against judges that know nothing of them.

HIPS autograd differentiates valleys and surfaces by itself, central differences measure, exact fractions walk, and
closed forms of linear descent say where every ball must be.
"""

import math
import sys
from fractions import Fraction
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from byhand.exercise import Function, load_exercises

EXERCISES = load_exercises(Path(__file__).parent / "hidden" / "descent.py")
HIDDEN = sys.modules["hidden_descent"]
SEEDS = range(4)

#: the valleys and surfaces whose slopes are given in the cases
VALLEYS = {
    "ABS": lambda x: anp.abs(x),
    "BOWL_AT_3": lambda x: (x - 3) ** 2,
    "TWO_VALLEYS": lambda x: x**4 - 2 * x**2 + 0.5 * x,
    "TILTED": lambda x: 1.5 * x,
}
SURFACES = {
    "LONG_BOWL": lambda p: p[0] ** 2 + 3 * p[1] ** 2,
    "TURNED_BOWL": lambda p: p[0] ** 2 + p[0] * p[1] + 1.5 * p[1] ** 2 - p[1],
    "TWO_BOWLS": lambda p: p[0] ** 4 - 2 * p[0] ** 2 + p[0] * p[1] + p[1] ** 2,
}


def calls(name):
    exercise = EXERCISES[name]
    return [args for seed in SEEDS for args in exercise.calls(seed)]


def reference(name):
    return EXERCISES[name].reference


def measured(f, x, h=1e-5):
    """The slope of f at x by a central difference."""
    return (f(x + h) - f(x - h)) / (2 * h)


def close(one, other):
    return np.allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("x", [x for (x,) in calls("abs_slope")])
def test_abs_slope_agrees_with_autograd_and_central_differences(x):
    found = reference("abs_slope")(x)
    assert np.shape(found) == np.shape(x)
    assert np.asarray(found).dtype == float
    assert np.array_equal(found, autograd.elementwise_grad(anp.abs)(np.asarray(x, dtype=float)))
    assert np.allclose(found, measured(np.abs, np.asarray(x, dtype=float)), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", VALLEYS)
def test_given_slopes_are_those_of_their_valleys(name):
    at = np.array([-1.7, -0.6, 0.2, 0.9, 2.5])
    given = getattr(HIDDEN, name)(at)
    assert close(given, autograd.elementwise_grad(VALLEYS[name])(at))
    assert np.allclose(given, measured(VALLEYS[name], at), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", SURFACES)
def test_given_gradients_are_those_of_their_surfaces(name):
    for p in np.array([[-1.2, 0.3], [0.4, -0.8], [2.0, 1.5]]):
        given = getattr(HIDDEN, name)(p)
        assert close(given, autograd.grad(SURFACES[name])(p))
        quotients = [measured(lambda t, e=e, p=p: SURFACES[name](p + t * e), 0) for e in np.eye(2)]
        assert np.allclose(given, quotients, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("x", "slope", "rate"), calls("step"))
def test_step_is_the_formula_in_exact_fractions(x, slope, rate):
    found = np.ravel(reference("step")(x, slope, rate))
    for at, s, end in zip(np.ravel(x), np.ravel(slope), found, strict=True):
        exact = Fraction(float(at)) - Fraction(float(rate)) * Fraction(float(s))
        assert math.isclose(end, exact, rel_tol=1e-12, abs_tol=1e-14)


@pytest.mark.parametrize("name", VALLEYS)
@pytest.mark.parametrize("x0", [-1.3, 0.4, 2])
def test_every_move_of_descend_is_the_rate_times_autograds_slope(name, x0):
    path = reference("descend")(getattr(HIDDEN, name), x0, 0.07, 9)
    assert path.shape == (10,)
    assert path[0] == x0
    slopes = autograd.elementwise_grad(VALLEYS[name])(path[:-1])
    assert close(np.diff(path), -0.07 * slopes)


def test_descend_in_a_bowl_is_the_closed_form():
    rng = np.random.default_rng(2)
    for _ in range(20):
        k, floor, x0, rate = rng.uniform([0.2, -2, -3, 0.05], [3, 2, 3, 0.9])
        bowl = Function(f"lambda x: {k} * (x - {floor})")
        expected = floor + (1 - rate * k) ** np.arange(8) * (x0 - floor)
        assert np.allclose(reference("descend")(bowl, x0, rate, 7), expected, rtol=1e-9)


def test_descend_without_steps_is_the_start():
    assert reference("descend")(HIDDEN.ABS, 3, 0.1, 0).tolist() == [3.0]


def walked_in_fractions(x0, rate):
    """The two positions visited last in a long exact walk."""
    x, rate = Fraction(x0), Fraction(rate)
    for _ in range(400):
        x, last = x - rate * ((x > 0) - (x < 0)), x
    return min(x, last), max(x, last)


@pytest.mark.parametrize(("x0", "rate"), calls("bounce"))
def test_bounce_agrees_with_a_long_exact_walk(x0, rate):
    found = reference("bounce")(x0, rate)
    assert np.allclose(found, [float(end) for end in walked_in_fractions(x0, rate)], atol=1e-12)


@pytest.mark.parametrize(("x0", "rate"), calls("bounce"))
def test_bounce_inputs_land_on_zero_exactly_or_stay_well_away(x0, rate):
    share = Fraction(abs(x0)) / Fraction(rate) % 1
    assert share == 0 or 0.2 <= share <= 0.8


def test_the_bounces_of_the_contract():
    assert np.allclose(reference("bounce")(1.0, 0.3), (-0.2, 0.1))
    assert reference("bounce")(1.0, 0.25) == (0.0, 0.0)


def test_decay_shrinks_the_rate_as_exact_fractions_say():
    path = reference("descend_with_decay")(HIDDEN.TILTED, 1, 0.5, 0.25, 6)
    rates = [Fraction(1, 2) / (1 + Fraction(1, 4) * t) for t in range(6)]
    assert close(-np.diff(path), [float(rate * Fraction(3, 2)) for rate in rates])


def test_decay_in_a_bowl_is_the_closed_form():
    rng = np.random.default_rng(3)
    for _ in range(20):
        k, floor, x0, rate, decay = rng.uniform([0.2, -2, -3, 0.05, 0], [3, 2, 3, 0.9, 2])
        bowl = Function(f"lambda x: {k} * (x - {floor})")
        factors = 1 - k * rate / (1 + decay * np.arange(7))
        expected = floor + np.concatenate([[1], np.cumprod(factors)]) * (x0 - floor)
        found = reference("descend_with_decay")(bowl, x0, rate, decay, 7)
        assert np.allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(("slope", "x0", "rate", "decay", "steps"), calls("descend_with_decay"))
def test_no_decay_is_plain_descent(slope, x0, rate, decay, steps):
    plain = reference("descend")(slope, x0, rate, steps)
    assert np.array_equal(reference("descend_with_decay")(slope, x0, rate, 0, steps), plain)
    if steps > 1 and decay and slope(x0):
        shrinking = reference("descend_with_decay")(slope, x0, rate, decay, steps)
        assert not np.allclose(shrinking, plain, rtol=1e-3)


@pytest.mark.parametrize(("slope", "starts", "rate", "steps"), calls("basins"))
def test_basins_ends_are_the_ends_of_single_walks(slope, starts, rate, steps):
    before = starts.copy()
    found = reference("basins")(slope, starts, rate, steps)
    single = [reference("descend")(slope, float(x0), rate, steps)[-1] for x0 in starts]
    assert close(found, single)
    assert np.array_equal(starts, before)


def test_long_walks_end_at_the_floor_of_their_own_side_of_the_ridge():
    left, ridge, right = np.sort(np.roots([4, 0, -4, 0.5]).real)
    starts = np.linspace(-1.5, 1.5, 13)
    ends = reference("basins")(HIDDEN.TWO_VALLEYS, starts, 0.05, 400)
    assert np.allclose(ends, np.where(starts < ridge, left, right), atol=1e-8)


@pytest.mark.parametrize("name", SURFACES)
def test_every_move_on_a_surface_is_the_rate_times_autograds_gradient(name):
    for start in (np.array([-0.4, 1.2]), np.array([1, -1])):
        path = reference("descend_2d")(getattr(HIDDEN, name), start, 0.06, 7)
        assert path.shape == (8, 2)
        assert np.array_equal(path[0], start)
        slopes = np.array([autograd.grad(SURFACES[name])(p) for p in path[:-1]])
        assert close(np.diff(path, axis=0), -0.06 * slopes)


def test_descent_in_a_turned_bowl_is_the_closed_form():
    hessian, start, rate = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([-1.0, 2.0]), 0.2
    floor = np.linalg.solve(hessian, [0.0, 1.0])
    steps = [np.linalg.matrix_power(np.eye(2) - rate * hessian, t) for t in range(6)]
    expected = [floor + power @ (start - floor) for power in steps]
    assert close(reference("descend_2d")(HIDDEN.TURNED_BOWL, start, rate, 5), expected)


@pytest.mark.parametrize("k", [k for (k,) in calls("largest_stable_rate")])
def test_just_below_the_largest_stable_rate_descent_settles_and_just_above_it_diverges(k):
    limit = reference("largest_stable_rate")(k)
    valley = lambda x: 0.5 * k * x**2  # noqa: E731
    slope = Function(f"lambda x: {k} * x")
    assert close(slope(0.3), autograd.grad(valley)(0.3))
    assert math.isclose(slope(0.3), measured(valley, 0.3), rel_tol=1e-8)
    walk = reference("descend")
    below, above = (np.abs(walk(slope, 1.0, limit * c, 400)) for c in (0.99, 1.01))
    assert below[-1] < 0.05
    assert (np.diff(below) < 0).all()
    assert above[-1] > 50
    assert (np.diff(above) > 0).all()


@pytest.mark.parametrize("name", ["descend", "descend_with_decay", "basins", "descend_2d"])
def test_no_case_lets_rounding_decide(name):
    """A start and a rate that are off in the last places lead to the same answer, far within the tolerance.

    The exception is the walk on |x| that lands on 0 exactly: there every number is a sum of powers of 2.
    """
    for f, start, rate, *rest in calls(name):
        if (f, rate) == (HIDDEN.ABS, 0.25):
            continue
        found = reference(name)(f, start, rate, *rest)
        for nudge in (1e-14, -1e-14):
            moved = start * (1 + nudge) if np.all(start) else start
            other = reference(name)(f, moved, rate * (1 - nudge), *rest)
            assert np.allclose(found, other, rtol=1e-9, atol=1e-11)
