"""The figures of unit 1, One slope at a time."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.ticker import FuncFormatter, MaxNLocator

from byhand.figures.live import LiveFigure, slider
from byhand.figures.palette import (
    BACKWARD,
    BACKWARD_TINT,
    FORWARD,
    FORWARD_TINT,
    INK,
    LINE,
    PAPER,
    QUIET,
    factor,
    number,
)
from byhand.figures.picture import Picture, arrow, canvas, in_house_style

Point = tuple[float, float]

TICK_NUMBERS = FuncFormatter(lambda value, _: number(value))


def _box(axes: Axes, at: Point, text: str, width: float, height: float = 0.5) -> None:
    """A rounded box of the given size in inches, centred `at`, with words in it."""
    axes.add_artist(
        FancyBboxPatch(
            (at[0] - width / 2, at[1] - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.16",
            facecolor="white",
            edgecolor=QUIET,
            linewidth=1.3,
            zorder=3,
        )
    )
    axes.text(*at, text, ha="center", va="center", linespacing=1.35, zorder=4)


# ---------------------------------------------------------------------------------------------
# The whole unit


@in_house_style
def draw_unit_map() -> Picture:
    """The way through the unit: its seven sections along one path, and what comes after."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("One step\ndownhill", _icon_step),
        ("Values\nforward", _icon_forward),
        ("Local\nslopes", _icon_local_slope),
        ("Multiply\nalong a path", _icon_multiply),
        ("Nudge\nto check", _icon_nudge),
        ("Add\nover paths", _icon_add),
        ("One sweep\nback", _icon_sweep),
        ("Next:\nkeep walking", _icon_walk),
    ]
    names = [title.lower().replace("\n", " ") for title, _ in stations]
    listed = ", ".join(f"{i} {name}" for i, name in enumerate(names[:-1], 1))
    picture, axes = canvas(
        7, 4, f"The way through the unit has seven stations: {listed}. Then unit 2: keep walking."
    )
    columns, top, bottom = (0.95, 2.6, 4.25, 5.9), 3.33, 1.37
    way = [(columns[0], top), (columns[3], top)]
    bend = [(7.25, top), (7.25, bottom), (columns[3], bottom)]
    codes = [Curve.MOVETO, Curve.LINETO] + [Curve.CURVE4] * 3 + [Curve.LINETO]
    axes.add_artist(
        FancyArrowPatch(
            path=Curve([*way, *bend, (0.12, bottom)], codes),
            arrowstyle="-|>,head_length=0.6,head_width=0.35",
            mutation_scale=16,
            color=LINE,
            linewidth=4,
            shrinkA=0,
            shrinkB=0,
        )
    )
    places = [(x, top) for x in columns] + [(x, bottom) for x in reversed(columns)]
    for i, ((title, icon), (x, y)) in enumerate(zip(stations, places, strict=True), 1):
        axes.add_artist(
            Circle(
                (x, y), 0.5, facecolor="white", edgecolor=QUIET, linewidth=1.3,
                linestyle="-" if i < 8 else (0, (4, 3)),
            )
        )  # fmt: skip
        icon(axes, x, y)
        for line, words in enumerate(title.split("\n")):
            axes.text(x, y - 0.78 - 0.25 * line, words, ha="center")
        if i == 8:
            continue  # the next unit has no number
        axes.add_artist(Circle((x - 0.42, y + 0.4), 0.15, facecolor=INK, edgecolor=PAPER))
        axes.text(
            x - 0.42, y + 0.39, str(i), color="white", size=11, weight="bold",
            ha="center", va="center",
        )  # fmt: skip
    return picture


def _icon_step(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.33, 0.33, 40)
    axes.plot(x + across, y - 0.22 + 4 * across**2, color=INK, lw=1.8)
    axes.plot(x - 0.3, y + 0.14, "o", color=FORWARD, ms=8)
    arrow(axes, [(x - 0.24, y + 0.05), (x - 0.04, y - 0.16)], BACKWARD)


def _icon_forward(axes: Axes, x: float, y: float) -> None:
    for dy in (0.2, -0.2):
        axes.plot(x - 0.28, y + dy, "o", color=FORWARD, ms=8)
        arrow(axes, [(x - 0.22, y + dy * 0.8), (x + 0.2, y + dy * 0.15)], FORWARD)
    axes.plot(x + 0.28, y, "o", color=FORWARD, ms=8)


def _icon_local_slope(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.34, 0.3, 40)
    axes.plot(x + across, y - 0.12 + 2.5 * across**2, color=INK, lw=1.8)
    axes.plot(x + across, y - 0.145 + 0.5 * across, "--", color=BACKWARD, lw=1.8)
    axes.plot(x + 0.1, y - 0.095, "o", color=BACKWARD, ms=7)


def _icon_multiply(axes: Axes, x: float, y: float) -> None:
    for dx in (-0.34, 0, 0.34):
        axes.plot(x + dx, y - 0.05, "o", color=BACKWARD, ms=8)
    for dx in (-0.17, 0.17):
        axes.plot([x + dx - 0.1, x + dx + 0.1], [y - 0.05] * 2, color=BACKWARD, lw=1.8)
        axes.text(x + dx, y + 0.12, "×", color=BACKWARD, ha="center", va="center", weight="bold")


def _icon_nudge(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.36, 0.36, 40)
    axes.plot(x + across, y - 0.12 + 6 * across**3 + 1.2 * across**2, color=INK, lw=1.8)
    ends = np.array([-0.25, 0.3])
    heights = y - 0.12 + 6 * ends**3 + 1.2 * ends**2
    axes.plot(x + ends, heights, "o--", color=BACKWARD, lw=1.8, ms=7)


def _icon_add(axes: Axes, x: float, y: float) -> None:
    axes.plot(
        [x - 0.36, x, x + 0.36, x, x - 0.36], [y, y + 0.24, y, y - 0.24, y],
        "o-", color=BACKWARD, lw=1.8, ms=7,
    )  # fmt: skip
    axes.text(x, y, "+", color=BACKWARD, ha="center", va="center", weight="bold", size=15)


def _icon_sweep(axes: Axes, x: float, y: float) -> None:
    for left in (-0.37, 0):
        axes.plot(
            x + left + np.array([0, 0.185, 0.37, 0.185, 0]),
            y + 0.1 + np.array([0, 0.14, 0, -0.14, 0]),
            "o-", color=INK, lw=1.3, ms=4,
        )  # fmt: skip
    arrow(axes, [(x + 0.3, y - 0.2), (x - 0.32, y - 0.2)], BACKWARD, dashed=True, width=2.2)


def _icon_walk(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.33, 0.33, 40)
    axes.plot(x + across, y - 0.22 + 4 * across**2, color=INK, lw=1.8)
    steps = np.array([-0.3, -0.19, -0.1, -0.03])
    axes.plot(x + steps, y - 0.16 + 4 * steps**2, "o", color=FORWARD, ms=6)


# ---------------------------------------------------------------------------------------------
# One update, so that slopes have a purpose


@in_house_style
def draw_two_weights(
    x: Sequence[float] = (0.5, 0.2),
    k: float = 5,
    w: Sequence[float] = (1.0, 1.0),
    learning_rate: float = 0.1,
) -> Picture:
    """One step down L = k(x1·w1 + x2·w2), on a map of L over the two weights (x and w: 2 each)."""
    slopes = (k * x[0], k * x[1])
    start = (w[0], w[1])
    end = (w[0] - learning_rate * slopes[0], w[1] - learning_rate * slopes[1])
    before, after = (point[0] * slopes[0] + point[1] * slopes[1] for point in (start, end))
    picture = Picture(
        7,
        4.6,
        "A map of the loss L over the two weights, with lines along which L is equal. One step with"
        f" learning rate {number(learning_rate)} against the slopes {_pair(slopes)} goes from w = {_pair(start)},"
        f" where L = {number(before)}, to w = {_pair(end)}, where L = {number(after)}.",
    )
    axes = picture.add_axes((0.12, 0.15, 0.86, 0.82), aspect="equal", xlabel="w1", ylabel="w2")
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    reach = 2.6 * np.hypot(start[0] - middle[0], start[1] - middle[1])
    axes.set_xlim(middle[0] - reach, middle[0] + reach)
    axes.set_ylim(middle[1] - 0.64 * reach, middle[1] + 0.64 * reach)
    for ticks in (axes.xaxis, axes.yaxis):
        ticks.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ticks.set_major_formatter(TICK_NUMBERS)
    grid = np.meshgrid(axes.get_xlim(), axes.get_ylim())
    loss = slopes[0] * grid[0] + slopes[1] * grid[1]
    steps = after + (before - after) / 2 * np.arange(-9, 10)
    axes.contour(*grid, loss, levels=steps, colors=FORWARD, linewidths=1, alpha=0.35)
    axes.contour(*grid, loss, levels=[after, before], colors=FORWARD, linewidths=2.2)
    sticker = {"facecolor": PAPER, "edgecolor": "none", "pad": 2}
    axes.text(0.62, 0.04, "same L on each line", color=FORWARD, ha="center",
              transform=axes.transAxes, bbox=sticker)  # fmt: skip
    corner = (end[0], start[1])
    axes.plot(*zip(start, corner, end, strict=True), "--", color=BACKWARD, lw=1.8)
    axes.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>,head_length=0.6,head_width=0.3", "color": BACKWARD,
                    "linewidth": 3, "shrinkA": 0, "shrinkB": 6, "mutation_scale": 18},
    )  # fmt: skip
    axes.plot(*zip(start, end, strict=True), "o", color=FORWARD, ms=10)
    for at, value, offset, side in ((start, before, 12, "left"), (end, after, -12, "right")):
        axes.annotate(
            f"w = {_pair(at)}\nL = {number(value)}", at, (offset, -8),
            textcoords="offset points", color=FORWARD, weight="bold", ha=side, va="top",
            bbox=sticker,
        )  # fmt: skip
    rate = number(learning_rate)
    for at, shift, side, height, slope in (
        ((middle[0], start[1]), (0, 8), "center", "bottom", slopes[0]),
        ((end[0], middle[1]), (-10, 8), "right", "center", slopes[1]),
    ):
        axes.annotate(
            f"−{rate} × {factor(slope)}", at, shift, textcoords="offset points",
            color=BACKWARD, weight="bold", ha=side, va=height, bbox=sticker,
        )  # fmt: skip
    return picture


def _pair(values: tuple[float, float]) -> str:
    return f"({number(values[0])}, {number(values[1])})"


# ---------------------------------------------------------------------------------------------
# Values forward, slopes backward


@in_house_style
def draw_formula_graph(a: float = 3, b: float = 2, c: float = -2, step: int = 5) -> Picture:
    """The graph of F = 5(ab + c) after `step` of its five backward steps, one for each edge.

    Step 0 shows the values alone; step 1 starts from dF/dF = 1; step 5 shows every slope.
    """
    u = a * b
    v = u + c
    F = 5 * v
    values = {"a": a, "b": b, "c": c, "u": u, "v": v, "F": F}
    # each edge (from, to) with its local slope, in the order of the backward sweep
    edges = [("v", "F", 5.0), ("u", "v", 1.0), ("c", "v", 1.0), ("a", "u", b), ("b", "u", a)]
    slopes = {"F": 1.0}
    came_from = {}
    for here, there, local in edges:
        came_from[here] = f"{number(slopes[there])} × {factor(local)}"
        slopes[here] = slopes[there] * local
    seen = [here for here, _, _ in edges[:step]]
    alt = "The graph of F = 5(ab + c). Forward: " + _equations("{}", values)
    if seen:
        alt += ". Backward: " + _equations("dF/d{}", {n: slopes[n] for n in ["F", *seen]})
    picture, axes = canvas(7.4, 4.4, alt + ".")

    main, high, low, last = 2.6, 3.25, 1.95, 0.8
    for (x, y), text, width in (
        ((0.35, high), "a", 0.5),
        ((0.35, low), "b", 0.5),
        ((0.35, last), "c", 0.5),
        ((2.5, main), "u = ab", 0.86),
        ((4.55, main), "v = u + c", 1.06),
        ((6.8, main), "F = 5v", 0.86),
    ):
        _box(axes, (x, y), text, width)
    # the way of each edge, where its labels go, and how far beside it the slope comes back
    ways: dict[str, tuple[list[Point], float, Point]] = {
        "a": ([(0.6, high), (2.28, high), (2.43, high), (2.5, 2.85)], 1.38, (-0.09, -0.09)),
        "b": ([(0.6, low), (2.28, low), (2.43, low), (2.5, 2.35)], 1.38, (0.09, -0.09)),
        "c": ([(0.6, last), (4.25, last), (4.55, last), (4.55, 2.35)], 1.38, (0.09, -0.09)),
        "u": ([(2.93, main), (4.02, main)], 3.475, (0, -0.09)),
        "v": ([(5.08, main), (6.37, main)], 5.7, (0, -0.09)),
    }
    label: dict[str, Any] = {"ha": "center", "weight": "bold"}
    for name, (way, x, (right, down)) in ways.items():
        y = way[0][1]
        arrow(axes, way, FORWARD)
        axes.text(x, y + 0.1, f"{name} = {number(values[name])}", color=FORWARD, **label)
        if name in seen:
            back = [(max(px + right, 0.62), py + down) for px, py in reversed(way)]
            arrow(axes, back, BACKWARD, dashed=True)
            text = f"dF/d{name} = {number(slopes[name])}\n= {came_from[name]}"
            newest = {"facecolor": BACKWARD_TINT, "edgecolor": "none", "pad": 3}
            axes.text(
                x, y - 0.19, text, va="top", color=BACKWARD, zorder=0,
                bbox=newest if name == seen[-1] else None, **label,
            )  # fmt: skip
    axes.text(6.8, main + 0.35, f"F = {number(F)}", color=FORWARD, **label)
    if seen:
        axes.text(6.8, main - 0.34, "dF/dF = 1", va="top", color=BACKWARD, **label)

    if seen:
        here, there, _ = edges[len(seen) - 1]
        rule = f"dF/d{here} = dF/d{there} × d{there}/d{here} = {came_from[here]}"
        axes.text(0.12, 4.05, f"Step {len(seen)} of 5", weight="bold")
        axes.text(1.5, 4.05, f"{rule} = {number(slopes[here])}", color=BACKWARD)
        arrow(axes, [(5.95, 0.71), (5.2, 0.71)], BACKWARD, dashed=True)
        axes.text(6.1, 0.65, "slope", color=BACKWARD)
    else:
        axes.text(0.12, 4.05, "Forward pass", weight="bold")
    arrow(axes, [(5.2, 1.06), (5.95, 1.06)], FORWARD)
    axes.text(6.1, 1.0, "value", color=FORWARD)
    return picture


def _equations(name: str, values: dict[str, float]) -> str:
    return ", ".join(f"{name.format(key)} = {number(value)}" for key, value in values.items())


def formula_graph() -> LiveFigure:
    """Move a, b and c, and walk back through the graph one edge at a time."""
    return LiveFigure(
        draw_formula_graph,
        {
            "a": slider("a", 3, -5, 5),
            "b": slider("b", 2, -5, 5),
            "c": slider("c", -2, -9, 9),
            "step": slider("backward step", 0, 0, 5),
        },
    )


# ---------------------------------------------------------------------------------------------
# The slope of a product


@in_house_style
def draw_rectangle(x: float = 5, y: float = 7, eps: float = 0.5) -> Picture:
    """f = xy as an area: `eps` more width adds a strip of area y·eps, whatever x is."""
    growth = (x + eps) * y - x * y
    picture = Picture(
        7,
        4,
        f"A rectangle {number(x)} wide and {number(y)} high has area {number(x * y)}. Widened by"
        f" {number(eps)} it gains a strip of area {number(y)} × {number(eps)} = {number(growth)}:"
        f" the growth is a line over the widening, with slope y = {number(y)}.",
    )
    area = picture.add_axes((0.01, 0.05, 0.6, 0.9), aspect="equal", xlim=(-1, 12.6), ylim=(-1.2, 9))
    area.set_axis_off()
    area.add_artist(Rectangle((0, 0), x, y, facecolor=FORWARD_TINT, edgecolor=FORWARD, lw=1.8))
    area.add_artist(
        Rectangle((x, 0), eps, y, facecolor=BACKWARD_TINT, edgecolor=BACKWARD, lw=1.8, hatch="//")
    )
    mark: dict[str, Any] = {"ha": "center", "va": "center", "weight": "bold"}
    area.text(x / 2, y / 2, f"xy = {number(x * y)}", color=FORWARD, **mark)
    area.text(x / 2, -0.6, f"x = {number(x)}", color=FORWARD, **mark)
    area.text(-0.5, y / 2, f"y = {number(y)}", color=FORWARD, rotation=90, **mark)
    area.text(x + eps / 2, y + 0.6, f"ε = {number(eps)}", color=BACKWARD, **mark)
    area.text(x + eps + 0.2, y / 2, f"+ y · ε\n= {number(growth)}", color=BACKWARD, va="center",
              weight="bold")  # fmt: skip

    rise = picture.add_axes((0.69, 0.19, 0.29, 0.65), xlim=(0, 2.08), ylim=(0, 20.8))
    rise.set(xlabel="ε", xticks=[0, 1, 2], yticks=[0, 10, 20])
    rise.set_title("growth = y · ε", pad=12)
    rise.plot([0, 2], [0, 2 * y], "--", color=BACKWARD, lw=2)
    rise.plot([eps, eps, 0], [0, growth, growth], color=BACKWARD, lw=1, alpha=0.6)
    rise.plot(eps, growth, "o", color=BACKWARD, ms=10, clip_on=False)
    rise.text(0.12, 18.4, f"slope y = {number(y)}", color=BACKWARD, weight="bold")
    return picture


def rectangle() -> LiveFigure:
    """Widen the rectangle: the growth per ε is y, whatever ε and x are."""
    return LiveFigure(
        draw_rectangle,
        {
            "x": slider("x", 5, 3, 8),
            "y": slider("y", 7, 2, 8),
            "eps": slider("widening ε", 0.5, 0.1, 2, 0.1),
        },
    )


# ---------------------------------------------------------------------------------------------
# Nudge to check


@in_house_style
def draw_nudge(x: float = 1, eps: float = 1) -> Picture:
    """The slope of x³ at `x`: exact, and by a one-sided and a two-sided quotient of step `eps`."""

    def found(eps: np.ndarray) -> dict[str, np.ndarray]:  # for x³ each quotient comes out whole
        exact = np.full_like(eps, 3 * x**2)
        return {
            "one-sided": exact + 3 * x * eps + eps**2,
            "two-sided": exact + eps**2,
            "exact": exact,
        }

    now = {name: float(slope) for name, slope in found(np.asarray(eps, float)).items()}
    width = np.linspace(0, 1, 60)
    picture = Picture(
        7,
        4.2,
        f"The curve x³ has slope {number(now['exact'])} at x = {number(x)}. With a nudge of"
        f" ε = {number(eps)} the one-sided quotient gives {number(now['one-sided'])}, off by"
        f" {number(now['one-sided'] - now['exact'])}; the two-sided one"
        f" {number(now['two-sided'])}, off by {number(now['two-sided'] - now['exact'])}.",
    )
    curve = picture.add_axes((0.09, 0.16, 0.39, 0.72), xlabel="x")
    curve.set_title("f(x) = x³")
    across = np.linspace(x - 1.1, x + 1.1, 80)
    curve.plot(across, across**3, color=FORWARD, lw=2.4)
    curve.plot(across, x**3 + now["exact"] * (across - x), "-.", color=BACKWARD, lw=2)
    ends = np.array([x - eps, x, x + eps])
    curve.plot(ends[1:], ends[1:] ** 3, ":", color=INK, lw=2.6)
    curve.plot(ends[::2], ends[::2] ** 3, "--", color=INK, lw=2)
    curve.plot(ends, ends**3, "o", color=INK, ms=7)

    slopes = picture.add_axes((0.57, 0.16, 0.41, 0.72), xlabel="ε", xlim=(0, 1.02))
    slopes.set_title("slope found with ε")
    styles = {
        "one-sided": (":", "o", INK),
        "two-sided": ("--", "o", INK),
        "exact": ("-.", "s", BACKWARD),
    }
    for name, rule in found(width).items():
        line, mark, colour = styles[name]
        label = f"{name} {number(now[name])}"
        slopes.plot(width, rule, line, color=colour, lw=2.4, label=label)
        slopes.plot(eps, now[name], mark, color=colour, ms=8, clip_on=False)
    slopes.plot([eps, eps], [0, now["one-sided"]], color=LINE, lw=1, zorder=0)
    slopes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    slopes.set_ylim(0, 1.5 * (3 * x**2 + 3 * x + 1))
    slopes.legend(loc="upper left", frameon=False, borderaxespad=0, handlelength=1.8)
    for ticks in (curve.xaxis, curve.yaxis, slopes.yaxis):
        ticks.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ticks.set_major_formatter(TICK_NUMBERS)
    return picture


def nudge_figure() -> LiveFigure:
    """Shrink ε and see both quotients come to the exact slope, the two-sided one sooner."""
    return LiveFigure(
        draw_nudge,
        {"x": slider("x", 1, 0, 2, 0.05), "eps": slider("nudge ε", 1, 0.05, 1, 0.05)},
    )


# ---------------------------------------------------------------------------------------------
# Why one sweep is enough


# Multiplications, counted while really running both methods on chains of 1, 2, … 20 diamonds.
# Each starts from 1: 2k multiplications for each path, one for each edge of the sweep.
# tests/test_figures.py counts them again.
BY_PATHS = (
    4, 16, 48, 128, 320, 768, 1_792, 4_096, 9_216, 20_480, 45_056, 98_304, 212_992, 458_752,
    983_040, 2_097_152, 4_456_448, 9_437_184, 19_922_944, 41_943_040,
)  # fmt: skip
BY_SWEEP = (4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80)


@in_house_style
def draw_diamonds(k: int = 5) -> Picture:
    """A chain of `k` diamonds (1 to 20) and what its slope costs by paths and by one sweep."""
    paths, edges = 2**k, 4 * k
    by_paths, by_sweep = BY_PATHS[k - 1], BY_SWEEP[k - 1]
    picture = Picture(
        7,
        4.8,
        f"A chain of {k} diamond{'s' if k > 1 else ''} has {number(paths)} paths and {edges} arrows. Multiplying along"
        f" every path takes {number(by_paths)} multiplications, one sweep {by_sweep}; at 20"
        f" diamonds it is {number(BY_PATHS[-1])} against {BY_SWEEP[-1]}.",
    )
    chain = picture.add_axes((0, 0.69, 1, 0.31), xlim=(0, 7), ylim=(0, 1.5))
    chain.set_axis_off()
    power = str(k).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    counts = f"{k} diamonds:  4 × {k} = {edges} arrows,  2{power} = {number(paths)} paths"
    chain.text(3.5, 1.2, counts.replace("1 diamonds", "1 diamond"), ha="center", weight="bold")
    drawn = range(k) if k <= 6 else (0, 1, 2, 4, 5)
    left = 3.5 - (k if k <= 6 else 6) / 2
    for i in drawn:
        across, up = left + i + np.array([0, 0.5, 1]), 0.3 * (-1) ** i
        chain.plot(across, [0.55, 0.55 - up, 0.55], "o-", color=LINE, lw=2, ms=7)
        chain.plot(across, [0.55, 0.55 + up, 0.55], "o-", color=INK, lw=3, ms=7)
    if k > 6:
        chain.text(left + 3.5, 0.55, "· · ·", ha="center", va="center", size=20)

    cost = picture.add_axes((0.14, 0.13, 0.83, 0.48), yscale="log", xlabel="diamonds k")
    cost.set(xlim=(0.4, 20.6), ylim=(1, 3e8), xticks=[1, 5, 10, 15, 20])
    cost.set_yticks([1, 1e3, 1e6], ["1", "1,000", "1 million"])
    cost.minorticks_off()
    cost.set_title("multiplications (log axis)", loc="left", x=-0.13)
    cost.plot([k, k], [1, by_paths], color=LINE, lw=1.5, zorder=0)
    for counted, colour, marker, name in (
        (BY_PATHS, INK, "o", "every path"),
        (BY_SWEEP, BACKWARD, "s", "one sweep"),
    ):
        now, longest = counted[k - 1], counted[-1]
        cost.plot(range(1, 21), counted, marker, color=colour, ms=4)
        cost.plot(k, now, marker, color=colour, ms=10, label=f"{name}: {number(now)}")
        cost.annotate(
            number(longest), (20, longest), (4, 10), textcoords="offset points",
            color=colour, ha="right", weight="bold",
        )  # fmt: skip
    cost.legend(loc="upper left", frameon=False, handletextpad=0.3, borderaxespad=0)
    return picture


def diamonds() -> LiveFigure:
    """Lengthen the chain: paths double with each diamond, arrows only grow by four."""
    return LiveFigure(draw_diamonds, {"k": slider("diamonds k", 5, 1, 20)})


# ---------------------------------------------------------------------------------------------
# What the unit was about


@in_house_style
def draw_concept_map() -> Picture:
    """The ideas of the unit, what each gives to the next, and the way to unit 2."""
    picture, axes = canvas(
        7,
        4,
        "Local slopes are multiplied along a path and added where paths meet; one sweep back"
        " does both for all slopes, and a nudge checks them. The next unit walks downhill with"
        " them: w ← w − α·dw.",
    )
    top, middle, bottom = 3.4, 2.0, 0.55
    for x, y, words, formula, width in (
        (0.95, top, "Local slope", "du/da = b", 1.6),
        (3.6, top, "One path", "5 × 1 × 2 = 10", 1.7),
        (6.05, top, "All paths", "path + path", 1.6),
        (3.6, middle, "One sweep back", "dF/d… for every node", 2.3),
        (0.95, middle, "Nudge", "± ε", 1.1),
        (3.6, bottom, "Next: walking downhill", "w ← w − α·dw", 3.4),
    ):
        _box(axes, (x, y), "", width, 0.8)
        axes.text(x, y + 0.1, words, ha="center", weight="bold", zorder=4)
        is_slope = words not in ("Nudge", "Next: walking downhill")
        colour = BACKWARD if is_slope else INK
        axes.text(x, y - 0.22, formula, ha="center", color=colour, zorder=4)
    for way, at, words in (
        ([(1.75, top), (2.75, top)], (2.22, top + 0.12), "multiply"),
        ([(4.45, top), (5.25, top)], (4.82, top + 0.12), "add"),
        ([(6.05, 3), (6.05, 2.3), (5.7, middle), (4.75, middle)], (5.62, 1.7), "each arrow once"),
        ([(1.5, middle), (2.45, middle)], (1.95, middle + 0.12), "checks"),
        ([(3.6, 1.6), (3.6, 0.95)], (4.2, 1.22), "all slopes"),
    ):
        arrow(axes, way, QUIET)
        axes.text(*at, words, ha="center", color=QUIET)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "unit_map": draw_unit_map,
    "two_weights": draw_two_weights,
    "forward_pass": partial(draw_formula_graph, step=0),
    "formula_graph": draw_formula_graph,
    "rectangle": draw_rectangle,
    "nudge": draw_nudge,
    "diamonds": draw_diamonds,
    "concept_map": draw_concept_map,
}
