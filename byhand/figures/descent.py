"""The figures of unit 2, Walking downhill on |x|."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from contourpy import FillType, contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.ticker import FuncFormatter, MaxNLocator

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

TICK_NUMBERS = FuncFormatter(lambda value, _: number(value))


def _is(value: float) -> str:
    """ "= 0.5", or "≈ 0" where four decimals would hide that the value is not 0."""
    return "≈ 0" if 0 < abs(value) < 5e-5 else f"= {number(value)}"


def _plain_ticks(axes: Axes, most: int = 5) -> None:
    for ticks in (axes.xaxis, axes.yaxis):
        ticks.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))
        ticks.set_major_formatter(TICK_NUMBERS)


# ---------------------------------------------------------------------------------------------
# The whole unit


@in_house_style
def draw_unit_map() -> Picture:
    """The way through the unit: its seven sections along one path, and what comes after."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("Slope of |x|,\none step", _icon_one_step),
        ("Keep\nwalking", _icon_walk),
        ("Back and forth\nfor ever", _icon_bounce),
        ("Shrink\nthe rate", _icon_shrink),
        ("A round\nvalley", _icon_round),
        ("Two\nvalleys", _icon_two_valleys),
        ("A whole\nsurface", _icon_surface),
        ("Next: a cost\nto walk down", _icon_cost),
    ]
    names = [title.replace("\n", " ") for title, _ in stations]
    names = [name[0].lower() + name[1:] for name in names]
    listed = ", ".join(f"{i} {name}" for i, name in enumerate(names[:-1], 1)).replace(
        "|x|, ", "|x| and "
    )
    picture, axes = canvas(
        7,
        4,
        f"The way through the unit has seven stations: {listed}. Then unit 3: a cost to walk down.",
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


def _icon_valley(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.33, x, x + 0.33], [y + 0.2, y - 0.24, y + 0.2], color=INK, lw=1.8)


def _icon_one_step(axes: Axes, x: float, y: float) -> None:
    _icon_valley(axes, x, y)
    axes.plot(x + 0.27, y + 0.22, "o", color=FORWARD, ms=8)
    arrow(axes, [(x + 0.15, y + 0.14), (x - 0.0, y - 0.07)], BACKWARD, zorder=4)


def _icon_walk(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.34, 0.34, 40)
    axes.plot(x + across, y - 0.24 + 4 * across**2, color=INK, lw=1.8)
    right = np.array([0.32, 0.16, 0.08])
    axes.plot(x + right, y - 0.22 + 4 * right**2, "o", color=FORWARD, ms=6)


def _icon_bounce(axes: Axes, x: float, y: float) -> None:
    _icon_valley(axes, x, y)
    for side in (-1, 1):
        axes.plot(x + 0.17 * side, y + 0.05, "o", color=FORWARD, ms=7)
        arrow(axes, [(x - 0.15 * side, y + 0.17), (x + 0.15 * side, y + 0.17)], BACKWARD, zorder=4)


def _icon_shrink(axes: Axes, x: float, y: float) -> None:
    for i, length in enumerate((0.62, 0.4, 0.26, 0.16)):
        height = y + 0.22 - 0.15 * i
        arrow(axes, [(x + 0.31, height), (x + 0.31 - length, height)], BACKWARD, zorder=4)


def _icon_round(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.34, 0.34, 40)
    axes.plot(x + across, y - 0.24 + 4 * across**2, color=INK, lw=1.8)
    steps = np.array([-0.32, 0.24, -0.15, 0.07])
    axes.plot(x + steps, y - 0.22 + 4 * steps**2, color=BACKWARD, lw=1.3, zorder=1)
    axes.plot(x + steps, y - 0.22 + 4 * steps**2, "o", color=FORWARD, ms=6)


def _icon_two_valleys(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-1.72, 1.5, 60)
    axes.plot(x + across * 0.22 + 0.02, y + 0.02 + well(across) * 0.42, color=INK, lw=1.8)
    for start, marker in ((-0.9, "s"), (0.62, "o")):
        axes.plot(
            x + start * 0.22 + 0.02, y + 0.08 + well(start) * 0.42, marker, color=FORWARD, ms=7
        )


def _icon_surface(axes: Axes, x: float, y: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 60)
    for size in (1, 0.68, 0.36):
        across, up = 0.4 * size * np.cos(turn), 0.2 * size * np.sin(turn)
        axes.plot(x + across - 0.25 * up, y - 0.02 + up + 0.35 * across, color=INK, lw=1.3)
    path = np.array([[0.2, 0.28], [0.19, 0.15], [0.12, 0.06], [0.02, -0.01]])
    axes.plot(*(path + np.array([x, y])).T, "o-", color=FORWARD, ms=5, lw=1.5)


def _icon_cost(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(0, 0.62, 40)
    axes.plot([x - 0.31, x - 0.31, x + 0.33], [y + 0.28, y - 0.25, y - 0.25], color=QUIET, lw=1.3)
    axes.plot(x - 0.29 + across, y - 0.2 + 0.44 * np.exp(-6 * across), color=FORWARD, lw=2.2)


# ---------------------------------------------------------------------------------------------
# |x| and its slope


@in_house_style
def draw_abs_value() -> Picture:
    """|x| beside its slope, which has three values only."""
    picture = Picture(
        7,
        3.1,
        "Left, the valley |x|: a straight line down to 0 and a straight line up again. Right, its"
        " slope: −1 for every negative x, +1 for every positive x, and, by agreement, 0 at x = 0.",
    )
    valley = picture.add_axes((0.07, 0.2, 0.4, 0.64), xlabel="x", xlim=(-2.1, 2.1), ylim=(0, 2.2))
    valley.set_title("value |x|", color=FORWARD, weight="bold")
    valley.plot([-2, 0, 2], [2, 0, 2], color=FORWARD, lw=2.4, clip_on=False)
    slope = picture.add_axes(
        (0.57, 0.2, 0.41, 0.64), xlabel="x", xlim=(-2.1, 2.1), ylim=(-1.5, 1.5)
    )
    slope.set_title("its slope", color=BACKWARD, weight="bold")
    slope.axhline(0, color=LINE, lw=1, zorder=0)
    slope.plot([-2, -0.08], [-1, -1], "--", color=BACKWARD, lw=2.4)
    slope.plot([0.08, 2], [1, 1], "--", color=BACKWARD, lw=2.4)
    slope.plot([0, 0], [-1, 1], "o", color=BACKWARD, mfc=PAPER, mew=1.8, ms=8)
    slope.plot(0, 0, "o", color=BACKWARD, ms=9)
    mark: dict[str, Any] = {"color": BACKWARD, "ha": "center", "weight": "bold"}
    slope.text(-1, -0.85, "−1", **mark)
    slope.text(1.05, 0.65, "+1", **mark)
    slope.text(0.35, -0.12, "0", **mark)
    for axes in (valley, slope):
        _plain_ticks(axes)
        axes.set_xticks([-2, -1, 0, 1, 2], ["−2", "−1", "0", "1", "2"])
    valley.set_yticks([0, 1, 2])
    slope.set_yticks([-1, 0, 1], ["−1", "0", "1"])
    return picture


# ---------------------------------------------------------------------------------------------
# A ball on |x|


def abs_walk(start: float, rate: float, steps: int) -> np.ndarray:
    """Every place of a ball on |x|, in decimal numbers: 1 at rate 0.1 lands on 0 exactly."""
    places = [start]
    for _ in range(steps):
        places.append(round(places[-1] - rate * np.sign(places[-1]), 9))
    return np.array(places)


@in_house_style
def draw_valley(start: float = 1, rate: float = 0.3, steps: int = 8) -> Picture:
    """A ball on |x| after `steps` steps of a fixed rate, and below it where it was before."""
    places = abs_walk(start, rate, steps)
    now = float(places[-1])
    ends = sorted(abs_walk(start, rate, 60)[-2:])  # 60 steps are enough for every slider
    rests = ends == [0, 0]
    fate = "rests at 0" if rests else f"{number(ends[0])} and {number(ends[1])} by turns, for ever"
    picture = Picture(
        7,
        5.2,
        f"A ball on the valley |x| starts at {number(start)} with rate {number(rate)}. After"
        f" {steps} step{'' if steps == 1 else 's'} it is at x = {number(now)}, where the slope is"
        f" {_signed(np.sign(now))}. In the end: {fate}.",
    )
    valley = picture.add_axes((0.1, 0.5, 0.87, 0.4), xlim=(-2.15, 2.15), ylim=(-0.12, 2.25))
    valley.plot([-2.15, 0, 2.15], [2.15, 0, 2.15], color=FORWARD, lw=2.4, zorder=1)
    valley.plot(places, np.abs(places), "o", color=FORWARD, mfc=FORWARD_TINT, ms=7, zorder=2)
    move = -rate * float(np.sign(now))
    if move:
        arrow(valley, [(now, abs(now)), (now + move, abs(now))], BACKWARD, width=2.4, zorder=4)
    valley.plot(now, abs(now), "o", color=FORWARD, ms=15, zorder=5)
    valley.set_xticks([-2, -1, 0, 1, 2], [])
    valley.set_yticks([0, 1, 2])
    valley.set_ylabel("|x|")
    picture.text(
        0.1, 0.94, f"step {steps}:  x = {number(now)},  |x| = {number(abs(now))}",
        color=FORWARD, weight="bold",
    )  # fmt: skip
    picture.text(
        0.97, 0.94, f"slope {_signed(np.sign(now))}, next move {_signed(move)}",
        color=BACKWARD, weight="bold", ha="right",
    )  # fmt: skip

    trail = picture.add_axes((0.1, 0.19, 0.87, 0.27), xlim=(-2.15, 2.15), xlabel="x")
    longest = max(steps, 5)
    trail.set_ylim(longest * 1.04, -0.04 * longest)
    for axes in (valley, trail):
        for end in ends:
            axes.axvline(end, color=INK, lw=1, ls=(0, (2, 3)), zorder=0)
    trail.plot(places, range(steps + 1), color=FORWARD, lw=1.4)
    trail.plot(places, range(steps + 1), "o", color=FORWARD, mfc=FORWARD_TINT, ms=5)
    trail.plot(now, steps, "o", color=FORWARD, ms=9, clip_on=False)
    trail.set_xticks([-2, -1, 0, 1, 2], ["−2", "−1", "0", "1", "2"])
    trail.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    trail.set_ylabel("steps")
    picture.text(0.535, 0.02, f"in the end: {fate}", ha="center", weight="bold")
    return picture


def _signed(value: float) -> str:
    text = number(value)
    return f"+{text}" if value > 0 else text


def valley_figure() -> LiveFigure:
    """Choose where the ball starts, how long its steps are and how many it takes."""
    return LiveFigure(
        draw_valley,
        {
            "start": slider("start x", 1.0, -2.0, 2.0, 0.05),
            "rate": slider("rate α", 0.3, 0.05, 1.0, 0.05),
            "steps": slider("steps", 8, 0, 40),
        },
    )


# ---------------------------------------------------------------------------------------------
# Rates that shrink


@in_house_style
def draw_decay(decay: float = 0.5) -> Picture:
    """Thirty steps on |x| from 1 with a fixed rate, a halved one, and 0.3/(1 + decay·t)."""
    steps = 30
    t = np.arange(steps)
    schedules = {
        "fixed, 0.3": np.full(steps, 0.3),
        "halved each step": 0.3 * 0.5**t,
        f"0.3/(1 + {number(decay)}·t)": 0.3 / (1 + decay * t),
    }
    styles = ((INK, ":", "s"), (INK, "--", "^"), (FORWARD, "-", "o"))
    walks = {}
    for name, rates in schedules.items():
        places = [1.0]
        for rate in rates:
            places.append(round(places[-1] - float(rate) * np.sign(places[-1]), 12))
        walks[name] = np.array(places)
    fixed, halved, shrunk = (number(walk[-1]) for walk in walks.values())
    last = [_is(float(rates[-1])) for rates in schedules.values()]
    picture = Picture(
        7,
        4.3,
        f"Thirty steps on |x| from 1. At the fixed rate 0.3 the ball ends at {fixed}, still"
        f" jumping. With a rate that is halved each step it stays up at {halved}. With the rate"
        f" 0.3/(1 + {number(decay)}·t) it ends at {shrunk}, and its last move is {last[-1].removeprefix('= ')} long.",
    )
    axes = picture.add_axes((0.1, 0.14, 0.87, 0.51), xlim=(-0.5, 30.5), ylim=(-0.38, 1.08))
    axes.set(ylabel="x")
    axes.axhline(0, color=LINE, lw=1, zorder=0)
    heading: dict[str, Any] = {"weight": "bold", "ha": "right"}
    picture.text(0.76, 0.93, "step 30", **heading)
    picture.text(0.97, 0.93, "last move", **heading)
    for i, ((name, walk), (colour, line, marker)) in enumerate(
        zip(walks.items(), styles, strict=True)
    ):
        axes.plot(walk, line, marker=marker, color=colour, ms=5 if i < 2 else 6, lw=1.6, zorder=i)
        height = 0.86 - 0.07 * i
        sample = picture.add_axes((0.12, height - 0.01, 0.07, 0.05), xlim=(0, 1), ylim=(-1, 1))
        sample.set_axis_off()
        sample.plot(
            [0, 0.5, 1], [0, 0, 0], line, marker=marker, color=colour, ms=6, lw=1.6, clip_on=False
        )
        picture.text(0.22, height, name, color=colour)
        picture.text(0.76, height, f"x = {number(walk[-1])}", color=colour, ha="right")
        picture.text(0.97, height, last[i].removeprefix("= "), color=colour, ha="right")
    axes.set_xticks([0, 10, 20, 30])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_xlabel("step")
    return picture


def decay_figure() -> LiveFigure:
    """Choose how fast the rate shrinks: not at all, or so fast that the ball is late."""
    return LiveFigure(draw_decay, {"decay": slider("decay", 0.5, 0.0, 3.0, 0.1)})


# ---------------------------------------------------------------------------------------------
# Four rates on a round valley


RATES = (0.05, 0.5, 0.9, 1.05)


def _kind(shrink: float) -> str:
    """What a walk does that multiplies x by `shrink` at every step."""
    if abs(shrink) < 1e-9:
        return "best"
    if abs(abs(shrink) - 1) < 1e-9:
        return "for ever"
    if abs(shrink) > 1:
        return "diverging"
    if shrink < 0:
        return "bouncing"
    return "crawling" if shrink >= 0.7 else "walking"


@in_house_style
def draw_rates(k: float = 2) -> Picture:
    """Ten steps from x = 1 on ½kx², at four fixed rates side by side."""
    steps = 10
    factors = [1 - rate * k for rate in RATES]
    said = "; ".join(
        f"rate {number(rate)} {_kind(shrink)}, factor {number(shrink)}, to x {_is(shrink**steps)}"
        for rate, shrink in zip(RATES, factors, strict=True)
    )
    picture = Picture(7, 4, f"Ten steps from x = 1 on ½kx² with k = {number(k)}: {said}.")
    across = np.linspace(-1.75, 1.75, 80)
    for i, (rate, shrink) in enumerate(zip(RATES, factors, strict=True)):
        left = 0.015 + 0.246 * i
        axes = picture.add_axes((left, 0.32, 0.232, 0.46), xlim=(-1.75, 1.75), ylim=(-0.16, 3.0))
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.set(xticks=[], yticks=[])
        axes.plot(across, k / 2 * across**2, color=FORWARD, lw=2)
        places = shrink ** np.arange(steps + 1)
        heights = k / 2 * places**2
        axes.plot(places, heights, color=BACKWARD, lw=1.3, zorder=2)
        axes.plot(places, heights, "o", color=FORWARD, mfc=FORWARD_TINT, ms=5, zorder=3)
        axes.plot(1, k / 2, "o", color=FORWARD, mfc=PAPER, mew=2, ms=10, zorder=2.5)
        axes.plot(places[-1], heights[-1], "o", color=FORWARD, ms=9, zorder=4)
        middle = left + 0.116
        mark: dict[str, Any] = {"ha": "center"}
        picture.text(middle, 0.91, _kind(shrink), weight="bold", **mark)
        picture.text(middle, 0.82, f"α = {number(rate)}", **mark)
        for height, name, value, colour in (
            (0.24, "each step", f"× {factor(shrink)}", BACKWARD),
            (0.09, "after 10 steps", f"x {_is(places[-1])}", FORWARD),
        ):
            picture.text(middle, height, name, color=colour, size=12, **mark)
            picture.text(middle, height - 0.065, value, color=colour, weight="bold", **mark)
    return picture


def rates_figure() -> LiveFigure:
    """Make the valley steeper or flatter: the same four rates change their nature."""
    return LiveFigure(draw_rates, {"k": slider("curvature k", 2.0, 1.0, 3.0, 0.1)})


# ---------------------------------------------------------------------------------------------
# Two valleys


VALLEYS = (-1.2, 1.0)  # the hill between them is at 0.2
BASIN_COLOURS = ("#CC79A7", "#009E73")  # of the same palette; values and slopes own the others
BASIN_HATCHES = ("\\\\\\", "...")


def well(x: Any) -> Any:
    """The tilted double well: valleys at −1.2 and 1, a hill at 0.2."""
    return x**4 / 4 - 0.62 * x**2 + 0.24 * x


def well_slope(x: Any) -> Any:
    """Its slope, which is (x + 1.2)(x − 0.2)(x − 1) multiplied out."""
    return x * x * x - 1.24 * x + 0.24


@lru_cache(maxsize=64)
def _basins(rate: float) -> list[tuple[float, float, int]]:
    """Where starts between −1.75 and 1.75 end: strips (from, to, which valley) at this rate."""
    starts = np.round(np.linspace(-1.75, 1.75, 701), 3)  # 0.2, the hilltop, is one of them
    x = starts.copy()
    for _ in range(300):
        x = x - rate * well_slope(x)
    valley = (np.abs(x - VALLEYS[1]) < np.abs(x - VALLEYS[0])).astype(int)
    edges = [0, *(np.flatnonzero(np.diff(valley)) + 1).tolist(), len(starts)]
    between = np.append(starts, 1.75)  # a strip ends where the next one starts
    return [(float(between[a]), float(between[b]), int(valley[a])) for a, b in pairwise(edges)]


@in_house_style
def draw_wells(start: float = 0.3, rate: float = 0.1) -> Picture:
    """The path from `start` on the tilted double well, and from where each valley is reached."""
    places = [round(start, 9)]
    for _ in range(200):
        places.append(places[-1] - rate * well_slope(places[-1]))
    path = np.array(places)
    end = float(path[-1])
    strips = _basins(round(rate, 4))
    edges = [a for a, _, _ in strips[1:]]
    border = "the border is at " if len(edges) == 1 else "the borders are near "
    picture = Picture(
        7,
        4.6,
        "A tilted double well: a deep valley at −1.2, a hill at 0.2, a shallow valley at 1."
        f" A ball from {number(start)} at rate {number(rate)} ends at {number(end)}. For starts"
        f" between −1.75 and 1.75 {border}{', '.join(number(round(edge, 2)) for edge in edges)}.",
    )
    axes = picture.add_axes((0.03, 0.24, 0.94, 0.58), xlim=(-1.8, 1.8), ylim=(-0.8, 0.98))
    axes.set_axis_off()
    strip = picture.add_axes((0.03, 0.13, 0.94, 0.1), xlim=(-1.8, 1.8), ylim=(0, 1))
    strip.set(yticks=[])
    strip.spines["left"].set_visible(False)
    strip.set_xticks([-1.2, 0.2, 1], ["−1.2", "0.2", "1"])
    for a, b, valley in strips:
        look: dict[str, Any] = {
            "facecolor": PAPER, "edgecolor": BASIN_COLOURS[valley],
            "hatch": BASIN_HATCHES[valley], "linewidth": 0,
        }  # fmt: skip
        strip.add_artist(Rectangle((a, 0), b - a, 1, **look))
        axes.axvspan(a, b, color=BASIN_COLOURS[valley], alpha=0.16, lw=0)
    across = np.linspace(-1.75, 1.75, 160)
    axes.plot(across, well(across), color=FORWARD, lw=2.4)
    axes.plot(path, well(path), color=BACKWARD, lw=1.2, zorder=2)
    axes.plot(path, well(path), "o", color=FORWARD, mfc=FORWARD_TINT, ms=6, zorder=3)
    axes.plot(
        start, well(start), "o", color=FORWARD, mfc=PAPER, mew=2.2, ms=13, zorder=2.5, clip_on=False
    )
    axes.plot(end, well(end), "o", color=FORWARD, ms=12, zorder=4)
    slope = well_slope(start)
    picture.text(
        0.03, 0.94, f"start x = {number(start)}: slope {_signed(round(slope, 4))}",
        color=BACKWARD, weight="bold",
    )  # fmt: skip
    picture.text(
        0.97, 0.94, f"end x = {number(end)}", color=FORWARD, weight="bold", ha="right",
    )  # fmt: skip
    for valley, left in ((0, 0.03), (1, 0.53)):
        swatch = picture.add_axes((left, 0.855, 0.06, 0.05), xlim=(0, 1), ylim=(0, 1))
        swatch.set(xticks=[], yticks=[])
        for spine in swatch.spines.values():
            spine.set_visible(False)
        swatch.add_artist(
            Rectangle(
                (0, 0), 1, 1, facecolor=PAPER, edgecolor=BASIN_COLOURS[valley],
                hatch=BASIN_HATCHES[valley], linewidth=0,
            )
        )  # fmt: skip
        picture.text(left + 0.075, 0.862, f"starts that end at {number(VALLEYS[valley])}")
    picture.text(0.5, 0.015, "start x", ha="center")
    return picture


def wells_figure() -> LiveFigure:
    """Put the ball anywhere: which valley does it find, and does that depend on the rate?"""
    return LiveFigure(
        draw_wells,
        {
            "start": slider("start x", 0.3, -1.75, 1.75, 0.05),
            "rate": slider("rate α", 0.1, 0.05, 0.6, 0.05),
        },
    )


# ---------------------------------------------------------------------------------------------
# A surface


def surface(x: Any, y: Any) -> Any:
    """The double well in x, and a round valley around the line y = x/2."""
    return well(x) + (y - x / 2) ** 2 / 2


def surface_gradient(x: float, y: float) -> Point:
    """The two slopes of `surface`."""
    across = y - x / 2
    return well_slope(x) - across / 2, across


X_REACH, Y_REACH = 1.5, 1.2
STARTS = ((-0.1, 1.1), (1.4, -0.6))
MARKERS = ("s", "^")
LEVELS = np.arange(-0.75, 2.4, 0.15)


def _project(points: np.ndarray) -> np.ndarray:
    """Points of the map (n, 2), put on the surface and seen from the front, left and above."""
    x, y = points.T
    turn, tilt = np.radians(-120), np.radians(50)
    back = -np.cos(turn) * x - np.sin(turn) * y
    right = -np.sin(turn) * x + np.cos(turn) * y
    return np.stack([right, np.sin(tilt) * back + np.cos(tilt) * surface(x, y)], axis=-1)


@lru_cache(maxsize=1)
def _height_bands() -> tuple[list[Curve], np.ndarray, list[np.ndarray]]:
    """The surface as bands between neighbouring heights, their colours, and the lines between.

    Seen from where `_project` stands no part hides another, so the bands may come in any order.
    """
    x, y = np.linspace(-X_REACH, X_REACH, 81), np.linspace(-Y_REACH, Y_REACH, 65)
    heights = surface(*np.meshgrid(x, y))
    generator: Any = contour_generator(x, y, heights, fill_type=FillType.OuterCode)
    low, high = np.array([0.45, 0.69, 0.86]), np.array([0.9, 0.95, 0.98])
    bands, colours = [], []
    for i, (bottom, top) in enumerate(pairwise(LEVELS)):
        for outline, codes in zip(*generator.filled(bottom, top), strict=True):
            bands.append(Curve(_project(outline), codes))
            colours.append(low + (high - low) * (i / len(LEVELS)) ** 0.6)
    return bands, np.array(colours), [line for at in LEVELS for line in generator.lines(at)]


def surface_walk(start: Point, rate: float, steps: int) -> np.ndarray:
    """Every point of a walk down the surface, (steps + 1, 2); it stops where it leaves the map."""
    path = [start]
    for _ in range(steps):
        x, y = path[-1]
        dx, dy = surface_gradient(x, y)
        if abs(x) < 50:
            path.append((x - rate * dx, y - rate * dy))
    return np.array(path)


@in_house_style
def draw_landscape(x: float = 0.4, y: float = -1.1, rate: float = 0.2) -> Picture:
    """Walks of forty steps from (x, y) and from two other starts: on a surface and on its map."""
    starts = ((x, y), *STARTS)
    paths = [surface_walk(start, rate, 40) for start in starts]
    ends = [f"({number(round(a, 2))}, {number(round(b, 2))})" for a, b in (p[-1] for p in paths)]
    walks = "; ".join(
        f"({number(a)}, {number(b)}) to {end}" for (a, b), end in zip(starts, ends, strict=True)
    )
    picture = Picture(
        7,
        3.7,
        "A landscape with two valleys, as a surface and as a map with lines of equal height. Forty"
        f" steps at rate {number(rate)} lead from {walks}.",
    )
    solid = picture.add_axes((0.0, 0.0, 0.52, 0.88), aspect="equal", anchor="C")
    solid.set_axis_off()
    bands, colours, lines = _height_bands()
    solid.add_collection(
        PathCollection(bands, facecolors=colours, edgecolors=colours, linewidths=0.5)
    )
    rings: dict[str, Any] = {"colors": FORWARD, "linewidths": 0.8, "alpha": 0.45}
    solid.add_collection(LineCollection([_project(line) for line in lines], **rings))
    solid.autoscale_view()
    corner = np.array([-1.7, -1.5])  # free, left of the surface: which way x and y grow
    for name, along in (("x", np.array([0.87, 0.38])), ("y", np.array([-0.5, 0.66]))):
        arrow(solid, [tuple(corner), tuple(corner + 0.42 * along)], INK, width=1.4, zorder=4)
        tip = corner + 0.6 * along
        solid.text(tip[0], tip[1], name, ha="center", va="center")
    chart = picture.add_axes(
        (0.57, 0.14, 0.42, 0.73), xlim=(-X_REACH, X_REACH), ylim=(-Y_REACH, Y_REACH), aspect="equal"
    )
    chart.add_collection(LineCollection(lines, **rings))
    for i, path in enumerate(paths):
        a, b = path.T
        marker, size = ("o", 6) if i == 0 else (MARKERS[i - 1], 5)
        colour = FORWARD if i == 0 else INK
        line: dict[str, Any] = {"color": colour, "lw": 1.4, "mec": "white", "mew": 0.3}
        inside = (np.abs(a) <= X_REACH) & (np.abs(b) <= Y_REACH)
        right, up = _project(np.where(inside[:, None], path, np.nan)).T
        for axes, across, along in ((solid, right, up), (chart, a, b)):
            axes.plot(across, along, marker=marker, ms=size, zorder=5 + (i == 0), **line)
            axes.plot(
                across[0],
                along[0],
                marker,
                color=colour,
                ms=size + 6,
                mec="white",
                zorder=8,
                clip_on=False,
            )
    chart.plot(*paths[0][:2].T, color=BACKWARD, lw=3, zorder=7)
    dx, dy = surface_gradient(x, y)
    chart.set_xticks([-1, 0, 1], ["−1", "0", "1"])
    chart.set_yticks([-1, 0, 1], ["−1", "0", "1"])
    chart.set_xlabel("x", labelpad=0)
    chart.set_ylabel("y", labelpad=-6)
    picture.text(0.02, 0.93, f"start ({number(x)}, {number(y)})", color=FORWARD, weight="bold")
    picture.text(
        0.35, 0.93, f"slopes ({_signed(round(dx, 2))}, {_signed(round(dy, 2))})",
        color=BACKWARD, weight="bold",
    )  # fmt: skip
    picture.text(0.98, 0.93, f"end {ends[0]}", color=FORWARD, weight="bold", ha="right")
    return picture


def landscape_figure() -> LiveFigure:
    """Start anywhere on the surface and follow the walk on the map beside it."""
    return LiveFigure(
        draw_landscape,
        {
            "x": slider("start x", 0.4, -1.5, 1.5, 0.1),
            "y": slider("start y", -1.1, -1.2, 1.2, 0.1),
            "rate": slider("rate α", 0.2, 0.05, 0.5, 0.05),
        },
    )


# ---------------------------------------------------------------------------------------------
# What the unit was about


@in_house_style
def draw_concept_map() -> Picture:
    """The ideas of the unit, what each gives to the next, and the way to unit 3."""
    picture, axes = canvas(
        7,
        4.3,
        "The step w ← w − α·dw, repeated, is a walk. On |x| a fixed rate jumps for ever unless it"
        " lands on 0, so shrink it; on ½kx² it settles if it is below 2/k. The start decides the"
        " valley, and with two slopes the same walk goes down a surface. Next: a cost to walk down.",
    )
    for x, y, words, formula, width, colour in (
        (1.15, 3.8, "One step", "w ← w − α·dw", 1.9, BACKWARD),
        (4.35, 3.8, "A walk", "the same step, again and again", 3.4, INK),
        (0.92, 2.2, "Sharp valley", "shrink α", 1.56, INK),
        (2.64, 2.2, "Round valley", "α < 2/k", 1.56, INK),
        (4.36, 2.2, "Two valleys", "start decides", 1.56, INK),
        (6.08, 2.2, "Surface", "two slopes", 1.56, BACKWARD),
        (5.16, 0.6, "Next: log-loss", "a cost, with slopes dw and db", 3.4, INK),
    ):
        axes.add_artist(
            FancyBboxPatch(
                (x - width / 2, y - 0.4), width, 0.8,
                boxstyle="round,pad=0,rounding_size=0.16", facecolor="white",
                edgecolor=QUIET, linewidth=1.3, zorder=3,
            )
        )  # fmt: skip
        axes.text(x, y + 0.1, words, ha="center", weight="bold", zorder=4)
        axes.text(x, y - 0.22, formula, ha="center", color=colour, zorder=4)
    arrow(axes, [(2.1, 3.8), (2.65, 3.8)], QUIET, zorder=4)
    for x in (0.92, 2.64, 4.36, 6.08):
        arrow(axes, [(x, 3.0), (x, 2.6)], QUIET, zorder=4)
    axes.plot([0.92, 6.08], [3.0, 3.0], color=QUIET, lw=1.8)
    axes.plot([4.36, 4.36], [3.4, 3.0], color=QUIET, lw=1.8)
    arrow(axes, [(6.08, 1.8), (6.08, 1.0)], QUIET, zorder=4)
    axes.text(2.6, 3.12, "walked on", ha="center", color=QUIET)
    axes.text(5.95, 1.32, "a cost for the height", ha="right", color=QUIET)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "unit_map": draw_unit_map,
    "abs_value": draw_abs_value,
    "valley": draw_valley,
    "decay": draw_decay,
    "rates": draw_rates,
    "wells": draw_wells,
    "landscape": draw_landscape,
    "concept_map": draw_concept_map,
}
