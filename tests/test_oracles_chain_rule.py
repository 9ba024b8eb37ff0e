"""Unit 1's references and worked numbers against judges that know nothing of them.

HIPS autograd differentiates by itself, central differences measure, and paths are counted by brute force.
"""

import math
import sys
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from byhand.exercise import Keywords, load_exercises

EXERCISES = load_exercises(Path(__file__).parent / "hidden" / "chain_rule.py")
SEEDS = range(10)


def calls(name):
    exercise = EXERCISES[name]
    return [args for seed in SEEDS for args in exercise.calls(seed)]


def reference(name):
    return EXERCISES[name].reference


def F(a, b, c):
    return 5 * (a * b + c)


def measured(f, args, i, h=1e-5):
    """The slope of f with respect to argument i by a central difference."""
    up, down = list(map(float, args)), list(map(float, args))
    up[i], down[i] = up[i] + h, down[i] - h
    return (f(*up) - f(*down)) / (2 * h)


@pytest.mark.parametrize("args", calls("forward"))
def test_forward_is_the_formula(args):
    u, v, output = reference("forward")(*args)
    assert (u, v) == (args[0] * args[1], args[0] * args[1] + args[2])
    assert math.isclose(output, F(*args), abs_tol=1e-12)


@pytest.mark.parametrize("args", calls("slopes"))
def test_slopes_agree_with_autograd_and_central_differences(args):
    found = reference("slopes")(*args)
    for i, slope in enumerate(found):
        assert math.isclose(slope, autograd.grad(F, i)(*map(float, args)), rel_tol=1e-12)
        assert math.isclose(slope, measured(F, args, i), rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.parametrize("args", calls("local_slopes"))
def test_local_slopes_agree_with_autograd_and_central_differences(args):
    a, b, c = map(float, args)
    found = reference("local_slopes")(*args)
    nodes = {
        "dF/dv": (lambda v: 5 * v, a * b + c),
        "dv/du": (lambda u: u + c, a * b),
        "dv/dc": (lambda c: a * b + c, c),
        "du/da": (lambda a: a * b, a),
        "du/db": (lambda b: a * b, b),
    }
    assert found.keys() == nodes.keys()
    for name, (node, at) in nodes.items():
        assert math.isclose(found[name], autograd.grad(node)(at), rel_tol=1e-12)
        assert math.isclose(found[name], measured(node, [at], 0), rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.parametrize("args", calls("two_weights"))
def test_two_weights_agree_with_autograd_and_central_differences(args):
    x1, x2, k = map(float, args)

    def L(w1, w2):
        return k * (x1 * w1 + x2 * w2)

    for i, slope in enumerate(reference("two_weights")(*args)):
        assert math.isclose(slope, autograd.grad(L, i)(0.3, -0.7), rel_tol=1e-12)
        assert math.isclose(slope, measured(L, (0.3, -0.7), i), rel_tol=1e-6, abs_tol=1e-6)


def test_nudge_comes_near_the_slope_that_autograd_finds():
    for f, at in [
        (lambda x: x**3, 2.0),
        (anp.sin, 0.7),
        (anp.exp, -1.3),
        (lambda x: 1 / x, 0.5),
    ]:
        assert math.isclose(reference("nudge")(f, at), autograd.grad(f)(at), rel_tol=1e-8)


@pytest.mark.parametrize("args", calls("nudge"))
def test_the_step_of_every_nudge_case_is_large_enough_to_tell_the_quotients_apart(args):
    f, x, *rest = args
    eps = rest[0]["eps"] if rest and isinstance(rest[0], Keywords) else rest[0] if rest else 1e-5
    central = (f(x + eps) - f(x - eps)) / (2 * eps)
    forward = (f(x + eps) - f(x)) / eps
    if rest:
        assert abs(forward - central) > 1e-4


def evaluate(edges, node, values):
    """The value of a node when every node is the sum of slope × value over the edges into it."""
    if node not in values:
        into = [(start, slope) for (start, end), slope in edges.items() if end == node]
        return sum(slope * evaluate(edges, start, values) for start, slope in into)
    return values[node]


@pytest.mark.parametrize(("edges", "source", "target"), calls("slope_by_paths"))
def test_slope_by_paths_is_the_measured_slope_of_the_linear_graph(edges, source, target):
    found = reference("slope_by_paths")(edges, source, target)

    def output(value):
        return evaluate(edges, target, {source: value})

    assert math.isclose(found, output(1.0) - output(0.0), rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(("edges", "target"), calls("backprop"))
def test_backprop_agrees_with_paths_autograd_and_central_differences(edges, target):
    found = reference("backprop")(edges, target)
    assert found.keys() == {node for edge in edges for node in edge}
    for node, slope in found.items():
        by_paths = reference("slope_by_paths")(edges, node, target)
        assert math.isclose(slope, by_paths, rel_tol=1e-9, abs_tol=1e-12)

        def output(value, node=node):
            return evaluate(edges, target, {node: value}) + 0.0 * value

        assert math.isclose(slope, autograd.grad(output)(0.4), rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(slope, measured(output, [0.4], 0), rel_tol=1e-6, abs_tol=1e-6)


def test_backprop_of_forty_diamonds_is_the_closed_form():
    edges, target = EXERCISES["backprop"].slow_case()
    assert len(edges) == 160
    assert math.isclose(reference("backprop")(edges, target)[0], (2 * 0.5 * 1.0) ** 40)


@pytest.mark.parametrize(("analytic", "numeric"), calls("relative_error"))
def test_relative_error_by_sums_of_squares(analytic, numeric):
    a, n = np.ravel(analytic).tolist(), np.ravel(numeric).tolist()
    top = math.sqrt(math.fsum((x - y) ** 2 for x, y in zip(a, n, strict=True)))
    bottom = math.sqrt(math.fsum(x * x for x in a)) + math.sqrt(math.fsum(x * x for x in n))
    expected = top / bottom if bottom else 0.0
    assert math.isclose(reference("relative_error")(analytic, numeric), expected, rel_tol=1e-12)


def multiplications_of_the_recursion(diamonds):
    """How often the lesson's own `slope_by_paths` multiplies, counted by the numbers it multiplies."""

    class Counted(float):
        times = 0

        def __mul__(self, other):
            Counted.times += 1
            return Counted(float(self) * float(other))

    make = sys.modules["hidden_chain_rule"].diamonds
    edges = {edge: Counted(slope) for edge, slope in make(diamonds).items()}
    reference("slope_by_paths")(edges, 0, 3 * diamonds)
    return Counted.times


def test_the_numbers_in_the_text():
    """Every number that the prose of unit 1 states and no cell beside it prints."""
    # 1: the first step
    x1, x2, k = 0.5, 0.2, 5
    loss = lambda w1, w2: k * (x1 * w1 + x2 * w2)  # noqa: E731
    assert loss(1, 1) == 3.5
    assert math.isclose(loss(0.9, 1) - loss(1, 1), -0.25)
    assert math.isclose(loss(1, 0.9) - loss(1, 1), -0.1)
    assert math.isclose(loss(0.75, 0.9), 2.775)
    assert math.isclose(loss(1.01, 1) - loss(1, 1), 0.025)
    # 2 to 4: the running example
    assert reference("forward")(3, 2, -2) == (6, 4, 20)
    assert math.isclose(3.1 * 2, 6.2)
    assert reference("slopes")(3, 2, -2) == (10, 15, 5)
    assert math.isclose(F(3, 2.1, -2) - F(3, 2, -2), 1.5)
    # 5: nudging x³ at 2
    cube = lambda x: x**3  # noqa: E731
    errors = {
        eps: ((cube(2 + eps) - cube(2)) / eps - 12, reference("nudge")(cube, 2, eps) - 12)
        for eps in (0.1, 0.01)
    }
    assert np.allclose(errors[0.1], (0.61, 0.01), rtol=0, atol=1e-9)
    assert np.allclose(errors[0.01], (0.0601, 0.0001), rtol=0, atol=1e-9)
    error = {e: abs(reference("nudge")(cube, 2, e) - 12) for e in (1e-3, 1e-5, 1e-8, 1e-12)}
    assert error[1e-5] < error[1e-3] < 1e-5, "closer for a smaller ε"
    assert error[1e-5] < error[1e-8] < error[1e-12], "until rounding takes over"
    three_ways = {("x", i): 1.0 for i in range(3)} | {(i, "y"): 2.0 * 2.0 for i in range(3)}
    assert reference("backprop")(three_ways, "y")["x"] == 12
    # 6: two ways
    y = lambda x: (x + 1) * (3 * x)  # noqa: E731
    assert y(2) == 18
    assert math.isclose(autograd.grad(y)(2.0), 15)
    two_ways = {("x", "p"): 1, ("x", "q"): 3, ("p", "y"): 6, ("q", "y"): 3}
    assert reference("backprop")(two_ways, "y") == {"x": 15, "p": 6, "q": 3, "y": 1}
    # 7: twenty and forty diamonds
    assert 2**20 == 1_048_576
    assert 4 * 20 == 80
    assert 2**40 > 10**12
    assert multiplications_of_the_recursion(10) == 4 * (2**10 - 1)
    assert 4 * (2**20 - 1) == 4_194_300


def test_the_given_order_puts_every_node_before_those_its_edges_lead_to():
    order_of = sys.modules["hidden_chain_rule"].topological_order
    for edges, _ in calls("backprop"):
        order = order_of(edges)
        assert sorted(map(str, order)) == sorted({str(n) for edge in edges for n in edge})
        assert all(order.index(start) < order.index(end) for start, end in edges)
