"""The figures of unit 3, part 1, From a sigmoid to a cost."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle, Ellipse, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Curve

from byhand.figures.live import LiveFigure, slider
from byhand.figures.palette import (
    BACKWARD,
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

STICKER = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}


def sigma(z: Any) -> Any:
    """The sigmoid, without overflow."""
    return np.exp(-np.logaddexp(0.0, np.negative(z)))


def _box(axes: Axes, at: Point, width: float, height: float) -> None:
    """An empty rounded box of the given size in inches, centred `at`."""
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


def _is(value: float) -> str:
    """ "= 0.5", or "≈ 0" where four decimals would hide that the value is not 0."""
    return "≈ 0" if 0 < abs(value) < 5e-5 else f"= {number(value)}"


def _plain_ticks(axes: Axes, x: Sequence[float] = (), y: Sequence[float] = ()) -> None:
    axes.set_xticks(x, [number(value) for value in x])
    axes.set_yticks(y, [number(value) for value in y])


# ---------------------------------------------------------------------------------------------
# The whole lesson


@in_house_style
def draw_map() -> Picture:
    """The way through the lesson: its eight sections along one path, and what comes after."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("Why not\na step", _icon_step),
        ("The\nsigmoid", _icon_sigmoid),
        ("Weight\nand bias", _icon_weight),
        ("The\ncost", _icon_cost),
        ("One\nvalley", _icon_valley),
        ("One\nexample", _icon_one),
        ("All\nexamples", _icon_all),
        ("Train", _icon_train),
        ("Next: a zoo\nof losses", _icon_zoo),
    ]
    names = [title.lower().replace("\n", " ") for title, _ in stations]
    listed = ", ".join(f"{i} {name}" for i, name in enumerate(names[:-1], 1))
    picture, axes = canvas(
        7,
        4,
        f"The way through the lesson has eight stations: {listed}. Then part 2: a zoo of losses.",
    )
    columns, top, bottom = (0.75, 2.05, 3.35, 4.65, 5.95), 3.33, 1.37
    codes = [Curve.MOVETO, Curve.LINETO] + [Curve.CURVE4] * 3 + [Curve.LINETO]
    way = [(columns[0], top), (columns[4], top)]
    bend = [(7.2, top), (7.2, bottom), (columns[4], bottom)]
    axes.add_artist(
        FancyArrowPatch(
            path=Curve([*way, *bend, (1.3, bottom)], codes),
            arrowstyle="-|>,head_length=0.6,head_width=0.35",
            mutation_scale=16,
            color=LINE,
            linewidth=4,
            shrinkA=0,
            shrinkB=0,
        )
    )
    places = [(x, top) for x in columns] + [(x, bottom) for x in reversed(columns[1:])]
    for i, ((title, icon), (x, y)) in enumerate(zip(stations, places, strict=True), 1):
        axes.add_artist(
            Circle(
                (x, y), 0.46, facecolor="white", edgecolor=QUIET, linewidth=1.3,
                linestyle="-" if i < 9 else (0, (4, 3)),
            )
        )  # fmt: skip
        icon(axes, x, y)
        for line, words in enumerate(title.split("\n")):
            axes.text(x, y - 0.74 - 0.25 * line, words, ha="center")
        if i == 9:
            continue  # the next part has no number
        axes.add_artist(Circle((x - 0.4, y + 0.37), 0.15, facecolor=INK, edgecolor=PAPER))
        axes.text(
            x - 0.4, y + 0.36, str(i), color="white", size=11, weight="bold",
            ha="center", va="center",
        )  # fmt: skip
    return picture


def _icon_step(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.32, x], [y - 0.17] * 2, color=FORWARD, lw=2.4)
    axes.plot([x, x + 0.32], [y + 0.17] * 2, color=FORWARD, lw=2.4)
    axes.plot([x, x], [y - 0.17, y + 0.17], ":", color=QUIET, lw=1.5)


def _icon_sigmoid(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.34, 0.34, 40)
    axes.plot(x + across, y - 0.19 + 0.38 * sigma(16 * across), color=FORWARD, lw=2.4)


def _icon_weight(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.34, 0.34, 60)
    for steep, shift, style in ((10, 0.0, ":"), (30, 0.12, "-")):
        curve = y - 0.19 + 0.38 * sigma(steep * (across - shift))
        axes.plot(x + across, curve, style, color=FORWARD, lw=2.2)


def _icon_cost(axes: Axes, x: float, y: float) -> None:
    a = np.linspace(0.03, 0.97, 50)
    for loss, style in ((-np.log(a), "-"), (-np.log(1 - a), "--")):
        axes.plot(x - 0.3 + 0.6 * a, y - 0.24 + 0.13 * loss, style, color=FORWARD, lw=2)


def _icon_valley(axes: Axes, x: float, y: float) -> None:
    for size in (0.32, 0.21, 0.1):
        axes.add_artist(Ellipse((x, y), 2 * size, 1.5 * size, fc="none", ec=FORWARD, lw=1.8))
    axes.plot(x, y, "o", color=FORWARD, ms=5)


def _icon_one(axes: Axes, x: float, y: float) -> None:
    for dx in (-0.3, 0, 0.3):
        axes.plot(x + dx, y + 0.08, "o", color=FORWARD, ms=8)
    arrow(axes, [(x + 0.3, y - 0.14), (x - 0.32, y - 0.14)], BACKWARD, dashed=True, width=2.2)


def _icon_all(axes: Axes, x: float, y: float) -> None:
    for dy in (0.2, 0.0, -0.2):
        for dx in (-0.28, -0.1):
            axes.plot(x + dx, y + dy, "s", color=FORWARD, ms=7)
        arrow(axes, [(x + 0.34, y + dy * 0.4), (x + 0.03, y + dy)], BACKWARD, width=1.5)


def _icon_train(axes: Axes, x: float, y: float) -> None:
    for dx, dy in ((-0.22, -0.1), (-0.06, -0.24), (-0.2, 0.1)):
        axes.plot(x + dx, y + dy, "o", mec=FORWARD, mfc="white", mew=1.8, ms=6)
    for dx, dy in ((0.2, 0.14), (0.06, 0.25), (0.25, -0.08)):
        axes.plot(x + dx, y + dy, "s", color=FORWARD, ms=6)
    axes.plot([x - 0.2, x + 0.2], [y + 0.32, y - 0.3], color=INK, lw=2)


def _icon_zoo(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.32, 0.32, 40)
    axes.plot(x + across, y - 0.2 + 3.6 * across**2, color=FORWARD, lw=1.8)
    axes.plot(x + across, y - 0.2 + 1.2 * np.abs(across), "--", color=INK, lw=1.8)
    axes.plot(x + across, y - 0.2 + np.maximum(0, 0.8 * (0.1 - across)), ":", color=INK, lw=1.8)


# ---------------------------------------------------------------------------------------------
# A step, a line, a sigmoid


@in_house_style
def draw_activations(z: float = 1) -> Picture:
    """A step, a line and the sigmoid with their slopes below, and what each says at `z`."""
    a = float(sigma(z))
    slopes: tuple[float | None, ...] = (None if z == 0 else 0.0, 1.0, a * (1 - a))
    values = (float(z >= 0), float(z), a)
    names = ("step", "line", "sigmoid")
    said = "; ".join(
        f"{name} {number(value)}, slope {'none' if slope is None else number(slope)}"
        for name, value, slope in zip(names, values, slopes, strict=True)
    )
    picture, axes = canvas(
        7,
        4.6,
        "Three ways to turn z into an activation, with their slopes below: the step has slope 0"
        " but for the jump, the line 1 everywhere, the sigmoid a small hill around z = 0."
        f" At z = {number(z)}: {said}.",
    )
    across = np.linspace(-6.4, 6.4, 90)
    curve = sigma(across)
    left, right, ends = across[across < 0], across[across > 0], across[[0, -1]]
    up: dict[str, Any] = {"color": FORWARD, "lw": 2.4}
    back: dict[str, Any] = {"color": BACKWARD, "lw": 2.4, "ls": "--"}
    hollow: dict[str, Any] = {"mfc": PAPER, "mew": 1.5, "ms": 6, "zorder": 5}
    for i, (name, value, slope) in enumerate(zip(names, values, slopes, strict=True)):
        x = 0.5 + 2.28 * i
        span = (-8.2, 8.2) if name == "line" else (-0.08, 1.08)
        marks = (-5, 0, 5) if name == "line" else (0, 1)
        top = _panel(axes, (x, 2.6), (1.85, 1.25), (-6.4, 6.4), span, (-5, 0, 5), marks)
        low = _panel(axes, (x, 0.62), (1.85, 1.05), (-6.4, 6.4), (-0.08, 1.08), (-5, 0, 5), (0, 1))
        if name == "step":
            axes.plot(*top(left, 0 * left), **up)
            axes.plot(*top(right, 0 * right + 1), **up)
            axes.plot(*top(0, 0), "o", mec=FORWARD, **hollow)
            axes.plot(*low(left, 0 * left), *low(right, 0 * right), **back)
            axes.plot(*low(0, 0), "s", mec=BACKWARD, **hollow)
        elif name == "line":
            axes.plot(*top(ends, ends), **up)
            axes.text(x + 1.8, 2.69, "other scale", ha="right", color=QUIET, size=12)
            axes.plot(*low(ends, 0 * ends + 1), **back)
        else:
            axes.plot(*top(across, curve), **up)
            axes.plot(*low(across, curve * (1 - curve)), **back)
        axes.plot(*top(z, value), "o", color=FORWARD, ms=9, zorder=6)
        if slope is not None:
            axes.plot(*low(z, slope), "s", color=BACKWARD, ms=8, zorder=6)
        middle = x + 0.925
        head: dict[str, Any] = {"ha": "center", "weight": "bold"}
        axes.text(middle, 4.34, name, **head)
        axes.text(middle, 4.02, f"a = {number(value)}", color=FORWARD, **head)
        said = "no slope" if slope is None else f"slope {number(slope)}"
        axes.text(middle, 1.85, said, color=BACKWARD, **head)
    axes.text(0.5 + 2.28 + 0.925, 0.1, "z", ha="center")
    return picture


def _panel(
    axes: Axes,
    corner: Point,
    size: Point,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
) -> Callable[[Any, Any], tuple[Any, Any]]:
    """A small chart drawn by hand: while a slider moves, many real axes take too long.

    Returns the function that says where a point of the chart is on the canvas.
    """
    left, bottom = corner
    width, height = size

    def place(x: Any, y: Any) -> tuple[Any, Any]:
        return (
            left + width * (np.asarray(x) - x_range[0]) / (x_range[1] - x_range[0]),
            bottom + height * (np.asarray(y) - y_range[0]) / (y_range[1] - y_range[0]),
        )

    label: dict[str, Any] = {"color": QUIET, "size": 12}
    line = [(left, bottom + height)]
    for y in sorted(y_ticks, reverse=True):
        at = float(place(0, y)[1])
        line += [(left, at), (left - 0.05, at), (left, at)]
        axes.text(left - 0.09, at, number(y), ha="right", va="center", **label)
    line += [(left, bottom)]
    for x in x_ticks:
        at = float(place(x, 0)[0])
        line += [(at, bottom), (at, bottom - 0.05), (at, bottom)]
        axes.text(at, bottom - 0.09, number(x), ha="center", va="top", **label)
    line += [(left + width, bottom)]
    axes.plot(*zip(*line, strict=True), color=QUIET, lw=0.8)
    return place


def activations_figure() -> LiveFigure:
    """Move z: only the sigmoid has a slope that is never 0 and a value between 0 and 1."""
    return LiveFigure(draw_activations, {"z": slider("z", 1, -6, 6, 0.5)})


# ---------------------------------------------------------------------------------------------
# What weight and bias do


def _sum_of_line(w: float, b: float) -> str:
    """The terms of wx + b as a person writes them: 2x − 3, −x, 0."""
    first = {0.0: "", 1.0: "x", -1.0: "−x"}.get(w, f"{number(w)}x")
    if not first:
        return number(b)
    return first if b == 0 else f"{first} {'−' if b < 0 else '+'} {number(abs(b))}"


@in_house_style
def draw_weight_and_bias(w: float = 2, b: float = -3) -> Picture:
    """The curve σ(wx + b), where it passes ½ and how steep it is there, beside σ(x)."""
    formula = f"a = σ({_sum_of_line(w, b)})"
    if w == 0:
        where, steep = f"a = {number(float(sigma(b)))} for every x", "slope 0 everywhere"
    else:
        where = f"a = ½ at x = {number(-b / w)}"
        steep = f"slope there {number(w / 4)}"
    picture = Picture(
        7,
        4,
        f"The curve {formula} over x, beside σ(x): {where}; {steep}.",
    )
    axes = picture.add_axes((0.07, 0.14, 0.91, 0.71), xlim=(-6.2, 6.2), ylim=(-0.04, 1.08))
    axes.set_xlabel("x", labelpad=0)
    _plain_ticks(axes, (-6, -4, -2, 0, 2, 4, 6), (0, 0.5, 1))
    across = np.linspace(-6.2, 6.2, 200)
    axes.axhline(0.5, color=LINE, lw=1, zorder=0)
    axes.plot(across, sigma(across), ":", color=QUIET, lw=2)
    axes.plot(across, sigma(w * across + b), color=FORWARD, lw=3)
    # the label of σ(x) keeps away from the blue curve: to the upper or the lower end
    free = 5.3 if sigma(w * 5.3 + b) < 0.75 else -5.3
    axes.text(
        free, float(sigma(free)) + (-0.11 if free > 0 else 0.05), "σ(x)", color=QUIET, ha="center",
        bbox=STICKER, zorder=1,
    )  # fmt: skip
    if w != 0:
        cross = -b / w
        reach = np.array([-0.3, 0.3]) / max(abs(w) / 4, 0.12)
        axes.plot(cross + reach, 0.5 + w / 4 * reach, "--", color=BACKWARD, lw=2.2)
        axes.plot(cross, 0.5, "o", color=FORWARD, ms=10, zorder=5)
        if abs(cross) < 6.2:
            axes.plot([cross, cross], [-0.04, 0.5], color=FORWARD, lw=1, alpha=0.6)
    for x, words, colour, side in (
        (0.02, formula, INK, "left"),
        (0.5, where, FORWARD, "center"),
        (0.98, steep, BACKWARD, "right"),
    ):
        picture.text(x, 0.92, words, color=colour, weight="bold", ha=side)
    return picture


def weight_and_bias_figure() -> LiveFigure:
    """w steepens the curve, b shifts it."""
    return LiveFigure(
        draw_weight_and_bias,
        {"w": slider("weight w", 2, -4, 4, 0.5), "b": slider("bias b", -3, -6, 6, 0.5)},
    )


# ---------------------------------------------------------------------------------------------
# The price of an error


@in_house_style
def draw_two_logs(a: float = 0.1) -> Picture:
    """−log a for a label 1 and −log(1 − a) for a label 0, each with its slope at `a`."""
    cases = (
        ("label y = 1", "−log a", -np.log(a), -1 / a),
        ("label y = 0", "−log(1 − a)", -np.log(1 - a), 1 / (1 - a)),
    )
    said = "; ".join(
        f"{title}: {name} = {number(loss)}, slope {number(slope)}"
        for title, name, loss, slope in cases
    )
    picture = Picture(
        7,
        4,
        "Left the loss −log a, falling from high up to 0; right −log(1 − a), its mirror image."
        f" At a = {number(a)}, {said}.",
    )
    grid = np.concatenate([np.geomspace(0.003, 0.1, 40), np.linspace(0.11, 0.997, 60)])
    for i, (title, name, loss, slope) in enumerate(cases):
        x = 0.06 + 0.5 * i
        axes = picture.add_axes((x, 0.16, 0.42, 0.62), xlim=(0, 1), ylim=(0, 5.2))
        axes.set_xlabel("a", labelpad=0)
        _plain_ticks(axes, (0, 0.5, 1), (0, 1, 2, 3, 4, 5))
        axes.plot(grid if i == 0 else 1 - grid, -np.log(grid), color=FORWARD, lw=2.6)
        reach = 0.9 / np.hypot(slope / 5.2, 1) * np.array([-0.35, 0.35])
        axes.plot(a + reach, loss + slope * reach, "--", color=BACKWARD, lw=2.2)
        axes.plot([a, a], [0, loss], color=FORWARD, lw=1, alpha=0.6)
        axes.plot(a, loss, "o", color=FORWARD, ms=10, zorder=5, clip_on=False)
        head: dict[str, Any] = {"weight": "bold", "va": "baseline"}
        picture.text(x, 0.92, title, **head)
        picture.text(x, 0.84, f"{name} = {number(loss)}", color=FORWARD, **head)
        picture.text(x + 0.42, 0.92, f"slope {number(slope)}", color=BACKWARD, ha="right", **head)
    return picture


def two_logs_figure() -> LiveFigure:
    """Move the prediction a: the price and its slope for either label."""
    return LiveFigure(draw_two_logs, {"a": slider("prediction a", 0.1, 0.01, 0.99, 0.01)})


# ---------------------------------------------------------------------------------------------
# Cost surfaces over (w, b)


INPUTS, LABELS = np.array([-4.0, 0, 3, 4]), np.array([1.0, 1, 0, 1])
W_GRID = np.linspace(-3, 3, 61)
CUTS = np.arange(4, -4.25, -0.5)  # from back to front
COSTS = ("log-loss", "squared error")
TOPS = (6.5, 0.9)  # the cost at the upper end of each picture


def _costs(w: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean log-loss and mean squared error of σ(wx + b) for the four examples."""
    z = np.multiply.outer(w, INPUTS) + np.asarray(b)[..., None]
    return (
        np.mean(np.logaddexp(0, z) - LABELS * z, axis=-1),
        np.mean((sigma(z) - LABELS) ** 2, axis=-1),
    )


def _along_the_cut(w: Any, b: float) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Slope and curvature along w, of log-loss and of squared error."""
    a = sigma(np.multiply.outer(w, INPUTS) + b)
    hill, off = a * (1 - a), a - LABELS
    bend = 2 * hill * (hill + off * (1 - 2 * a))
    return (
        (np.mean(off * INPUTS, axis=-1), np.mean(hill * INPUTS**2, axis=-1)),
        (np.mean(2 * off * hill * INPUTS, axis=-1), np.mean(bend * INPUTS**2, axis=-1)),
    )


def _seen(w: Any, b: Any, height: Any) -> tuple[Any, Any]:
    """Where a point is drawn, in inches: b leads to the back, which is up and to the right."""
    return 1.73 + 0.41 * (w + 0.22 * b), 3.12 + 0.126 * b + 1.33 * height


@lru_cache(maxsize=1)
def _slices() -> tuple[list[Curve], list[Curve]]:
    """For each cost two walls and the cuts, from back to front: each filled, then its edge."""
    slices: tuple[list[Curve], list[Curve]] = ([], [])

    def add(w: np.ndarray, b: np.ndarray) -> None:
        floor = np.stack(_seen(w[[-1, 0]], b[[-1, 0]], np.zeros(2)), axis=-1)
        for i, cost in enumerate(_costs(w, b)):
            edge = np.stack(_seen(w, b, cost / TOPS[i]), axis=-1)
            aside = np.array([3.5 * i, 0])
            filled = np.concatenate([edge, floor]) + aside
            slices[i].extend([Curve(filled), Curve(edge + aside)])

    for w in W_GRID[[-1, 0]]:
        add(np.full(len(CUTS), w), CUTS)
    for b in CUTS:
        add(W_GRID, np.full(len(W_GRID), b))
    return slices


@in_house_style
def draw_cost_surfaces(w: float = 2.5, b: float = -3) -> Picture:
    """Both costs of one sigmoid as surfaces, the cut at `b` through each, and the slope at `w`."""
    costs = [float(cost) for cost in _costs(w, b)]
    cuts = _costs(W_GRID, np.full(61, b))
    slopes = [float(slope) for slope, _ in _along_the_cut(w, b)]
    bends = [bend for _, bend in _along_the_cut(W_GRID, b)]
    said = "; ".join(
        f"{name} {number(cost)}, slope {_is(slope).removeprefix('= ')}"
        for name, cost, slope in zip(COSTS, costs, slopes, strict=True)
    )
    picture, axes = canvas(
        7,
        5.6,
        "Two costs over weight w and bias b, and the cut through each at one b. The log-loss is a"
        " bowl; the squared error has plateaus, and its cut bends down in places. At"
        f" w = {number(w)}, b = {number(b)}: {said}.",
    )
    head: dict[str, Any] = {"weight": "bold"}
    for i, (name, cost, slope) in enumerate(zip(COSTS, costs, slopes, strict=True)):
        x, top = 3.5 * i, TOPS[i]
        axes.add_collection(
            PathCollection(
                _slices()[i],
                facecolors=[FORWARD_TINT, "none"], edgecolors=["none", FORWARD], linewidths=0.9,
            )
        )  # fmt: skip
        across, up = _seen(W_GRID, b, cuts[i] / top)
        axes.plot(across + x, up, color=INK, lw=2.6)
        across, up = _seen(w, b, cost / top)
        axes.plot(across + x, up, "o", color=FORWARD, mec="white", ms=10)
        for words, at, depth in (("w", 0, -4.9), ("b", 3.7, 0)):
            across, up = _seen(at, depth, 0)
            axes.text(across + x, up, words, ha="center", va="center")

        ticks = (0, 3, 6) if i == 0 else (0, 0.4, 0.8)
        corner, size = (x + 0.455, 0.64), (2.94, 1.4)
        place = _panel(axes, corner, size, (-3.1, 3.1), (0, top), (-3, 0, 3), ticks)
        axes.plot(*place(W_GRID, cuts[i]), color=INK, lw=2.6)
        down = np.where(bends[i] < -0.002, cuts[i], np.nan)  # on plateaus it is hard to see
        axes.plot(*place(W_GRID, down), color=LINE, lw=9, zorder=1, solid_capstyle="butt")
        reach = 1.1 / np.hypot(1, slope / top * 4) * np.array([-1, 1])
        (tangent,) = axes.plot(
            *place(w + reach, cost + slope * reach), "--", color=BACKWARD, lw=2.2, zorder=3
        )
        tangent.set_clip_path(Rectangle(corner, *size, transform=axes.transData))
        axes.plot(*place(w, cost), "o", color=FORWARD, mec="white", ms=10, zorder=5)
        axes.text(x + 0.455 + 1.47, 0.17, "w", ha="center")
        axes.text(x + 0.14, 5.29, name, **head)
        axes.text(x + 3.43, 5.29, f"J = {number(cost)}", color=FORWARD, ha="right", **head)
        axes.text(x + 3.43, 4.98, f"dJ/dw {_is(slope)}", color=BACKWARD, ha="right", **head)
        axes.text(x + 0.14, 2.18, f"cut at b = {number(b)}")
    axes.text(
        6.85, 0.72, "grey: clearly bends down", color=QUIET, ha="right", size=12, bbox=STICKER
    )
    return picture


def cost_surfaces_figure() -> LiveFigure:
    """Choose a cut and a place on it: where does each cost show the way down?"""
    return LiveFigure(
        draw_cost_surfaces,
        {"w": slider("w", 2.5, -3, 3, 0.1), "b": slider("cut at b", -3, -4, 4, 0.5)},
    )


# ---------------------------------------------------------------------------------------------
# One example, forward and back


def _short(value: float) -> str:
    """The number with four digits that count: products of shown numbers nearly fit."""
    return number(_rounded(value)) if abs(value) >= 0.1 else f"{value:.4g}".replace("-", "−")


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _sign(of_shown: float, result: float) -> str:
    """ "≈" where the shown numbers do not give the shown result exactly, else "="."""
    return "=" if np.isclose(of_shown, _rounded(result), rtol=1e-12, atol=0) else "≈"


@in_house_style
def draw_one_example(x: float = 3, w: float = 1, b: float = -3, y: int = 1) -> Picture:
    """The graph of the loss of one example with one feature: its values, and the slopes of L."""
    z = w * x + b
    a = float(sigma(z))
    loss = float(np.logaddexp(0, z) - y * z)
    hill = a * float(sigma(-z))
    da = -1 / a if y == 1 else 1 / float(sigma(-z))
    dz = da * hill
    sign = _sign(_rounded(da) * _rounded(hill), dz)
    product = f"{_short(da)} × {_short(hill)} {sign} {_short(dz)}"
    picture, axes = canvas(
        7.4,
        4.4,
        f"One example with x = {number(x)}, y = {y}. Forward: w = {number(w)}, b = {number(b)},"
        f" z = {number(z)}, a = {_short(a)}, L = {_short(loss)}. Backward: dL/da = {_short(da)},"
        f" dL/dz = {product}, dL/dw = {_short(dz * x)},"
        f" dL/db = {_short(dz)}.",
    )
    high, main, low = 3.05, 1.95, 0.85
    line = {1: "w", -1: "−w"}.get(int(x), f"{number(x)}w")
    for at, words, width, height in (
        ((0.4, high), "w", 0.55, 0.5),
        ((0.4, low), "b", 0.55, 0.5),
        ((2.75, main), f"z = {line} + b", 1.4, 0.5),
        ((4.75, main), "a = σ(z)", 1.05, 0.5),
        ((6.77, main), "", 1.17, 0.8),
    ):
        _box(axes, at, width, height)
        axes.text(*at, words, ha="center", va="center", zorder=5, size=12)
    bold: dict[str, Any] = {"ha": "center", "weight": "bold", "zorder": 5}
    axes.text(
        6.77, main + 0.12, "−log a" if y == 1 else "−log(1 − a)", ha="center", zorder=5, size=12
    )
    axes.text(
        6.77, main - 0.22, f"L = {_short(loss)}", color=FORWARD, ha="center", zorder=5, size=12
    )
    for name, value, slope, times, at_y, way, (dx, dy) in (
        ("w", w, dz * x, x, high,
         [(0.68, high), (2.35, high), (2.65, high), (2.7, main + 0.25)], (-0.09, -0.09)),
        ("b", b, dz, 1, low,
         [(0.68, low), (2.35, low), (2.65, low), (2.7, main - 0.25)], (0.09, -0.09)),
    ):  # fmt: skip
        arrow(axes, way, FORWARD)
        back = [(max(px + dx, 0.7), py + dy) for px, py in reversed(way)]
        arrow(axes, back, BACKWARD, dashed=True)
        axes.text(1.5, at_y + 0.1, f"{name} = {number(value)}", color=FORWARD, **bold)
        sign = _sign(_rounded(dz) * times, slope)
        text = f"dL/d{name} = {_short(slope)}\n{sign} {_short(dz)} × {factor(times)}"
        axes.text(1.5, at_y - 0.28, text, va="top", color=BACKWARD, **bold)
    for name, shown, slope, start, end in (
        ("z", number(z), dz, 3.45, 4.225),
        ("a", _short(a), da, 5.275, 6.185),
    ):
        arrow(axes, [(start, main), (end, main)], FORWARD)
        arrow(axes, [(end, main - 0.09), (start, main - 0.09)], BACKWARD, dashed=True)
        middle = (start + end) / 2
        axes.text(middle, main + 0.46, f"{name} = {shown}", color=FORWARD, **bold)
        text = f"dL/d{name} = {_short(slope)}"
        axes.text(middle, main - 0.48, text, va="top", color=BACKWARD, **bold)
    axes.text(0.12, 4.02, f"x = {number(x)}, label y = {y}", weight="bold")
    axes.text(7.28, 4.02, f"dL/da × da/dz = {product}", color=BACKWARD, ha="right")
    difference = f"{_short(a)} − {y} {_sign(_rounded(a) - y, a - y)} {_short(a - y)}"
    axes.text(7.28, 3.68, f"a − y = {difference}", ha="right")
    return picture


def one_example_figure() -> LiveFigure:
    """Move input, weight, bias and label: dL/dz is a − y, whatever they are."""
    return LiveFigure(
        draw_one_example,
        {
            "x": slider("input x", 3, -3, 3),
            "w": slider("weight w", 1, -1, 1, 0.5),
            "b": slider("bias b", -3, -3, 3),
            "y": slider("label y", 1, 0, 1),
        },
    )


# ---------------------------------------------------------------------------------------------
# Training


# weeks of lessons and practice tests of eight people, and whether each passed the driving test
WEEKS_AND_TESTS = np.array([[1, 1], [2, 2], [4, 1], [3, 4], [1, 4], [3, 3], [5, 2], [4, 5]])
PASSED = np.array([[0], [0], [0], [0], [1], [1], [1], [1]])
RATE, STEPS = 0.3, 300


@lru_cache(maxsize=1)
def training() -> tuple[np.ndarray, np.ndarray]:
    """(w1, w2, b) before each of the steps, and the costs, both with one row more than steps."""
    X = np.column_stack([WEEKS_AND_TESTS, np.ones(8)])
    weights, y = np.zeros((STEPS + 1, 3)), PASSED[:, 0]
    for i in range(STEPS):
        weights[i + 1] = weights[i] - RATE * X.T @ (sigma(X @ weights[i]) - y) / 8
    z = weights @ X.T
    return weights, np.mean(np.logaddexp(0, z) - y * z, axis=1)


@in_house_style
def draw_decision_line(step: int = 50) -> Picture:
    """Where the model is undecided after `step` steps, among the examples, and the cost so far."""
    weights, costs = training()
    w1, w2, b = weights[step]
    right = int(np.sum((WEEKS_AND_TESTS @ [w1, w2] + b > 0) == PASSED[:, 0]))
    found = f"{right} of 8 on the right side" if step else "a = ½ everywhere: no line yet"
    taken = f"{step} step{'' if step == 1 else 's'}"
    picture = Picture(
        7,
        4.2,
        f"Eight examples, four of each label, and the line a = ½ after {taken}: {found}."
        f" The cost began at {number(costs[0])} and is now {number(costs[step])}; after"
        f" {STEPS} steps it is {number(costs[-1])}.",
    )
    picture.text(0.02, 0.925, f"after {taken}", weight="bold")
    picture.text(0.02, 0.855, found)
    picture.text(
        0.98, 0.925, f"J = {number(costs[step])}", color=FORWARD, weight="bold", ha="right"
    )
    chart = picture.add_axes((0.1, 0.15, 0.44, 0.67), xlim=(0, 6), ylim=(0, 6))
    chart.set_xlabel("weeks of lessons", labelpad=0)
    chart.set_ylabel("practice tests", labelpad=2)
    _plain_ticks(chart, (0, 2, 4, 6), (0, 2, 4, 6))
    if step:
        ends = np.array([-1.0, 7])
        line = -(w1 * ends + b) / w2
        chart.fill_between(ends, line, 9 if w2 > 0 else -9, color=FORWARD_TINT, lw=0)
        chart.plot(ends, line, color=INK, lw=2.6)
    for label, marker, fill in ((0, "o", "white"), (1, "s", FORWARD)):
        mine = WEEKS_AND_TESTS[PASSED[:, 0] == label]
        chart.plot(
            *mine.T, marker, mfc=fill, mec=FORWARD, mew=2, ms=10, zorder=5,
            label=f"y = {label}",
        )  # fmt: skip
    cost = picture.add_axes((0.65, 0.15, 0.32, 0.67), xlim=(-6, STEPS + 6), ylim=(0.47, 0.71))
    cost.set_xlabel("steps", labelpad=0)
    _plain_ticks(cost, (0, 100, 200, 300), (0.5, 0.6, 0.7))
    cost.plot(costs, color=LINE, lw=2)
    cost.plot(costs[: step + 1], color=FORWARD, lw=3)
    cost.plot(step, costs[step], "o", color=FORWARD, ms=10, zorder=5)
    cost.legend(
        *chart.get_legend_handles_labels(), loc="upper right", frameon=False, handletextpad=0.1,
        borderaxespad=0,
    )  # fmt: skip
    return picture


def decision_line_figure() -> LiveFigure:
    """Go through the training step by step: the line finds its place while the cost falls."""
    return LiveFigure(draw_decision_line, {"step": slider("steps", 50, 0, STEPS)})


# ---------------------------------------------------------------------------------------------
# What the lesson was about


@in_house_style
def draw_concept_map() -> Picture:
    """The ideas of the lesson, what each gives to the next, and where they lead."""
    picture, axes = canvas(
        7,
        4.2,
        "Forward: z = Xw + b, then a = σ(z), then the cost J, the mean of −log. Backward: δ ="
        " (a − y)/m, then dw = Xᵀδ and db = Σδ. A step w ← w − α·dw begins the next round. Next: a"
        " zoo of losses, and networks.",
    )
    top, middle, bottom = 3.6, 2.15, 0.6
    for x, y, words, formula, width, colour in (
        (1.05, top, "Score", "z = Xw + b", 1.7, FORWARD),
        (3.55, top, "Prediction", "a = σ(z)", 1.5, FORWARD),
        (5.95, top, "Cost", "J = mean of −log", 1.9, FORWARD),
        (5.95, middle, "Slope at z", "δ = (a − y)/m", 1.7, BACKWARD),
        (3.35, middle, "Slopes", "dw = Xᵀδ, db = Σδ", 2.1, BACKWARD),
        (1.05, middle, "Step", "w ← w − α·dw", 1.7, INK),
        (5.35, bottom, "Next: a zoo of losses", "another loss, another δ", 2.9, INK),
        (1.85, bottom, "Unit 4: a network", "the same slopes, more layers", 3.1, INK),
    ):
        _box(axes, (x, y), width, 0.8)
        axes.text(x, y + 0.1, words, ha="center", weight="bold", zorder=5)
        axes.text(x, y - 0.22, formula, ha="center", color=colour, zorder=5)
    for start, end, colour, dashed in (
        ((1.9, top), (2.8, top), FORWARD, False),
        ((4.3, top), (5.0, top), FORWARD, False),
        ((5.95, top - 0.4), (5.95, middle + 0.4), BACKWARD, True),
        ((5.1, middle), (4.4, middle), BACKWARD, True),
        ((2.3, middle), (1.9, middle), QUIET, False),
        ((1.05, middle + 0.4), (1.05, top - 0.4), QUIET, False),
    ):
        arrow(axes, [start, end], colour, dashed)
    axes.text(1.2, 2.83, "again", color=QUIET)
    axes.text(5.8, 2.83, "chain rule", color=BACKWARD, ha="right")
    axes.text(2.35, top + 0.12, "σ", color=FORWARD, ha="center")
    axes.text(4.65, top + 0.12, "y", color=FORWARD, ha="center")
    arrow(axes, [(2.85, middle - 0.4), (2.4, bottom + 0.4)], QUIET)
    arrow(axes, [(5.95, middle - 0.4), (5.95, bottom + 0.4)], QUIET)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "log_loss_map": draw_map,
    "activations": draw_activations,
    "weight_and_bias": draw_weight_and_bias,
    "two_logs": draw_two_logs,
    "cost_surfaces": draw_cost_surfaces,
    "one_example": draw_one_example,
    "decision_line": draw_decision_line,
    "log_loss_concepts": draw_concept_map,
}
