"""The figures of unit 1 say the numbers they compute."""

import numpy as np
import pytest
from matplotlib.text import Text

from byhand.figures import chain_rule as figures
from byhand.figures.palette import factor, number
from byhand.figures.picture import Picture


def words(picture: Picture) -> str:
    """Everything that is written in a picture."""
    return " | ".join(t.get_text() for t in picture.findobj(Text) if t.get_visible())


# --- what the figures say


def test_two_weights_shows_the_step_it_computes():
    picture = figures.draw_two_weights()
    for part in ("(2.5, 1)", "(1, 1)", "L = 3.5", "(0.75, 0.9)", "L = 2.775"):
        assert part in picture.alt
    x, w = np.array([0.3, 0.4]), np.array([2.0, 1.0])
    picture = figures.draw_two_weights(tuple(x), 10, tuple(w), 0.05)
    after = w - 0.05 * 10 * x
    for loss in (10 * x @ w, 10 * x @ after):
        assert f"L = {number(loss)}" in picture.alt
        assert f"L = {number(loss)}" in words(picture)


@pytest.mark.parametrize(("a", "b", "c"), [(3, 2, -2), (-1, 4, 2), (0, -5, 9)])
def test_formula_graph_shows_values_and_slopes(a, b, c):
    picture = figures.draw_formula_graph(a, b, c)

    def F(a, b, c):
        return 5 * (a * b + c)

    shown = {"u": a * b, "v": a * b + c, "F": F(a, b, c), "dF/dv": 5, "dF/du": 5}
    shown["dF/da"] = (F(a + 1, b, c) - F(a - 1, b, c)) / 2
    shown["dF/db"] = (F(a, b + 1, c) - F(a, b - 1, c)) / 2
    shown["dF/dc"] = (F(a, b, c + 1) - F(a, b, c - 1)) / 2
    for name, value in shown.items():
        assert f"{name} = {number(value)}" in picture.alt
        assert f"{name} = {number(value)}" in words(picture)
    assert f"dF/da = {number(shown['dF/da'])}\n= 5 × {factor(b)}" in words(picture)


def test_each_backward_step_reveals_one_more_slope():
    slopes = ["dF/dv = 5", "dF/du = 5", "dF/dc = 5", "dF/da = 10", "dF/db = 15"]
    for step in range(6):
        picture = figures.draw_formula_graph(step=step)
        for said in (picture.alt, words(picture)):
            assert [slope in said for slope in slopes] == [i < step for i in range(5)]
            assert ("dF/dF = 1" in said) == (step > 0)


def test_rectangle_grows_by_y_times_eps_whatever_x_is():
    for x in (2, 5):
        picture = figures.draw_rectangle(x, 4, 0.3)
        assert f"area {2 * x * 2}" in picture.alt
        assert "4 × 0.3 = 1.2" in picture.alt
        assert "= 1.2" in words(picture)
        assert "slope y = 4" in words(picture)


@pytest.mark.parametrize(("x", "eps"), [(1, 1), (0.5, 0.5), (1.2, 0.1)])
def test_nudge_shows_the_difference_quotients(x, eps):
    picture = figures.draw_nudge(x, eps)
    slopes = {
        "one-sided": ((x + eps) ** 3 - x**3) / eps,
        "two-sided": ((x + eps) ** 3 - (x - eps) ** 3) / (2 * eps),
        "exact": 3 * x**2,
    }
    for name, slope in slopes.items():
        assert number(slope) in picture.alt
        assert f"{name} {number(slope)}" in words(picture)
        assert number(abs(slope - slopes["exact"])) in picture.alt or name == "exact"


@pytest.mark.parametrize("k", [1, 4, 7, 20])
def test_diamonds_shows_its_counts(k):
    picture = figures.draw_diamonds(k)
    for part in (f"{4 * k} arrows", f"{2**k:,} paths"):
        assert part in picture.alt
        assert part in words(picture)
    for counted in (figures.BY_PATHS, figures.BY_SWEEP):
        assert number(counted[k - 1]) in picture.alt
        assert number(counted[k - 1]) in words(picture)
        assert number(counted[-1]) in picture.alt


def test_the_concept_map_points_to_the_next_unit():
    assert "w ← w − α·dw" in words(figures.draw_concept_map())


# --- the multiplications of the diamonds, counted again


class Counted(float):
    """A number that counts how often it is multiplied by another."""

    multiplications = 0

    def __mul__(self, other):
        Counted.multiplications += 1
        return Counted(float(self) * other)


def chain(k):
    """The edges of k diamonds, each with local slope ½, as {node: [(next node, slope), …]}."""
    graph = {}
    for i in range(k):
        graph[i, "start"] = [((i, "up"), 0.5), ((i, "down"), 0.5)]
        graph[i, "up"] = graph[i, "down"] = [((i + 1, "start"), 0.5)]
    return graph


def slope_along_every_path(graph, here, end, passed=()):
    if here == end:
        product = Counted(1)
        for local in passed:
            product = product * local
        return float(product)
    return sum(
        slope_along_every_path(graph, there, end, (*passed, local)) for there, local in graph[here]
    )


def slope_by_one_sweep(graph, start, end):
    slopes = {end: Counted(1)}
    for here in reversed(graph):  # the chain is built from start to end
        slopes[here] = Counted(sum(slopes[there] * local for there, local in graph[here]))
    return float(slopes[start])


def count(method, k):
    Counted.multiplications = 0
    assert method(chain(k), (0, "start"), (k, "start")) == 2.0**-k
    return Counted.multiplications


@pytest.mark.parametrize("k", range(1, 13))
def test_multiplications_of_both_methods(k):
    assert count(slope_along_every_path, k) == figures.BY_PATHS[k - 1]


@pytest.mark.long
@pytest.mark.parametrize("k", range(13, 21))
def test_multiplications_of_the_longest_chains(k):
    assert count(slope_along_every_path, k) == figures.BY_PATHS[k - 1]


def test_multiplications_of_the_sweep():
    assert tuple(count(slope_by_one_sweep, k) for k in range(1, 21)) == figures.BY_SWEEP
