"""The figures of unit 3, part 2, A zoo of losses."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from byhand.figures.live import LiveFigure, slider
from byhand.figures.palette import (
    BACKWARD,
    FORWARD,
    FORWARD_TINT,
    INK,
    LINE,
    PAPER,
    QUIET,
    number,
)
from byhand.figures.picture import Picture, canvas, in_house_style

Curve = Callable[[np.ndarray], np.ndarray]


class Pen(NamedTuple):
    """How a loss is drawn: never by colour alone."""

    line: str
    colour: str
    marker: str


PENS = (Pen("-", FORWARD, "o"), Pen("--", INK, "s"), Pen(":", INK, "^"), Pen("-.", QUIET, "D"))


def _log_loss(margin: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(-margin))


def _hinge(margin: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - margin)


def _squared_hinge(margin: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - margin) ** 2


def _cross_entropy(p: np.ndarray, t: float = 1) -> np.ndarray:
    """Of the two shares (p, 1 − p) when the target is (t, 1 − t)."""
    others = (1 - t) * np.log(1 - p) if t < 1 else 0
    return -t * np.log(p) - others


def _kl(p: np.ndarray, t: float = 1) -> np.ndarray:
    return _cross_entropy(p, t) - (_cross_entropy(np.asarray(t), t) if t < 1 else 0)


def _msle(prediction: np.ndarray, target: float) -> np.ndarray:
    return (np.log1p(prediction) - np.log1p(target)) ** 2


def _short(value: float | np.ndarray) -> str:
    """The number with three decimals at most."""
    return number(round(float(value), 3))


# ---------------------------------------------------------------------------------------------
# The whole lesson


@in_house_style
def draw_map() -> Picture:
    """The way through the lesson: six sections in a row, and the arrow to unit 4."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("Ten\nlosses", _icon_opinions),
        ("Two\nclasses", _icon_two_classes),
        ("K\nclasses", _icon_k_classes),
        ("Shares\nas target", _icon_shares),
        ("Plain\nnumbers", _icon_numbers),
        ("The\nchoice", _icon_choice),
    ]
    names = [title.lower().replace("\n", " ").replace("k c", "K c") for title, _ in stations]
    listed = ", ".join(f"{i} {name}" for i, name in enumerate(names, 1))
    picture, axes = canvas(
        7, 1.95, f"The way through the lesson has six stations: {listed}. Then unit 4: a network."
    )
    y = 1.32
    axes.add_artist(
        FancyArrowPatch(
            (0.6, y), (6.95, y), arrowstyle="-|>,head_length=0.6,head_width=0.35",
            mutation_scale=16, color=LINE, linewidth=4, shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
    for i, (title, icon) in enumerate(stations):
        x = 0.58 + 1.1 * i
        axes.add_artist(Circle((x, y), 0.43, facecolor="white", edgecolor=QUIET, linewidth=1.3))
        icon(axes, x, y)
        axes.add_artist(Circle((x - 0.36, y + 0.35), 0.15, facecolor=INK, edgecolor=PAPER))
        axes.text(
            x - 0.36, y + 0.34, str(i + 1), color="white", size=11, weight="bold",
            ha="center", va="center",
        )  # fmt: skip
        for line, words in enumerate(title.split("\n")):
            axes.text(x, y - 0.72 - 0.25 * line, words, ha="center", size=12.5)
    axes.text(6.97, y + 0.3, "unit 4", ha="right", color=QUIET, size=11)
    return picture


def _icon_opinions(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.28, 0.28, 41)
    axes.plot(x + across, y - 0.2 + 5 * across**2, color=FORWARD, lw=1.8)
    axes.plot(x + across, y - 0.2 + 1.1 * np.abs(across), "--", color=INK, lw=1.8)


def _icon_two_classes(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.3, x + 0.05, x + 0.3], [y + 0.22, y - 0.18, y - 0.18], color=FORWARD, lw=2.2)


def _icon_k_classes(axes: Axes, x: float, y: float) -> None:
    for column in (-1, 0, 1):
        for row in (-1, 0, 1):
            place = (x + 0.17 * column - 0.075, y + 0.17 * row - 0.075)
            picked = (column, row) in ((-1, 1), (1, 0), (0, -1))
            axes.add_artist(
                Rectangle(place, 0.15, 0.15, facecolor=FORWARD if picked else FORWARD_TINT)
            )


def _icon_shares(axes: Axes, x: float, y: float) -> None:
    for dx, target, predicted in ((-0.15, 0.38, 0.24), (0.15, 0.14, 0.26)):
        axes.add_artist(
            Rectangle((x + dx - 0.12, y - 0.2), 0.11, target, facecolor="white", edgecolor=INK)
        )
        axes.add_artist(Rectangle((x + dx + 0.01, y - 0.2), 0.11, predicted, facecolor=FORWARD))


def _icon_numbers(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.32, x + 0.32], [y - 0.05] * 2, color=INK, lw=1.3)
    axes.plot(x + np.array([-0.27, -0.18, -0.09, 0]), [y - 0.05] * 4, "o", color=INK, ms=5)
    axes.plot(x + 0.27, y - 0.05, "o", color=FORWARD, ms=7)


def _icon_choice(axes: Axes, x: float, y: float) -> None:
    for up in (0.2, 0, -0.2):
        axes.plot([x - 0.26, x + 0.2], [y, y + up], color=INK, lw=1.5)
        axes.plot(x + 0.22, y + up, "o", color=FORWARD, ms=6)
    axes.plot(x - 0.26, y, "o", color=INK, ms=6)


# ---------------------------------------------------------------------------------------------
# Each loss against its margin, probability or prediction

TARGET = 2.0  # of the panel with plain numbers
SHARE = 0.75  # of the true class, where the target is no longer one-hot


class Panel(NamedTuple):
    """One kind of problem: its losses over one prediction."""

    title: str
    axis: str
    across: np.ndarray
    ticks: Sequence[float]
    losses: Sequence[tuple[str, Pen, Curve]]


def _panels() -> tuple[Panel, ...]:
    solid, dashed, dotted, mixed = PENS
    return (
        Panel(
            "Two classes",
            "margin y · score",
            np.linspace(-1, 2, 61),
            (-1, 0, 1, 2),
            (
                ("log-loss", solid, _log_loss),
                ("hinge", dashed, _hinge),
                ("squared hinge", dotted, _squared_hinge),
            ),
        ),
        Panel(
            "K classes",
            "p of the first class",
            np.linspace(0.0167, 0.992, 123),
            (0, 0.5, 1),
            (
                ("cross-entropy", solid, _cross_entropy),
                ("sparse form", solid, _cross_entropy),
                ("KL, one-hot", solid, _kl),
                ("KL, 75 : 25", dashed, lambda p: _kl(p, SHARE)),
            ),
        ),
        Panel(
            "A number",
            "prediction (target 2)",
            np.linspace(0, 4, 81),
            (0, 2, 4),
            (
                ("mse", solid, lambda p: (p - TARGET) ** 2),
                ("mae", dashed, lambda p: np.abs(p - TARGET)),
                ("msle", dotted, lambda p: _msle(p, TARGET)),
                ("mape", mixed, lambda p: np.abs(p - TARGET) / TARGET),
            ),
        ),
    )


PANELS = _panels()
HEIGHTS = [[curve(panel.across) for _, _, curve in panel.losses] for panel in PANELS]


@in_house_style
def draw_losses(margin: float = -0.5, p: float = 0.3, prediction: float = 3.5) -> Picture:
    """Every loss of one example, in three panels, and what each says about one prediction."""
    at = (margin, p, prediction)
    said = [
        {name: float(curve(np.asarray(x))) for name, _, curve in panel.losses}
        for panel, x in zip(PANELS, at, strict=True)
    ]

    def shown(name: str, value: float) -> str:
        return f"{_short(100 * value)} %" if name == "mape" else _short(value)

    two, many, plain = (
        {name: shown(name, value) for name, value in losses.items()} for losses in said
    )
    picture, page = canvas(
        7,
        5,
        f"Three panels of losses. At margin {number(margin)}: log-loss {two['log-loss']},"
        f" hinge {two['hinge']}, squared hinge {two['squared hinge']}. At p = {number(p)}:"
        f" cross-entropy {many['cross-entropy']}, KL to the target 75 : 25 {many['KL, 75 : 25']}."
        f" At prediction {number(prediction)} for target 2: mse {plain['mse']},"
        f" mae {plain['mae']}, msle {plain['msle']}, mape {plain['mape']}.",
    )
    page.plot([2.345, 2.345, np.nan, 4.705, 4.705], [0.2, 4.9, np.nan, 0.2, 4.9], color=LINE, lw=1)
    for i, (panel, here, values) in enumerate(zip(PANELS, at, (two, many, plain), strict=True)):
        left = 0.12 + 2.36 * i
        inches = _Inches(left + 0.22, 2.32, 1.8, 0.53, panel.ticks[0], panel.ticks[-1])
        inches.draw_axes(page, panel, numbered=i == 0)
        x = float(inches.across(here))
        page.plot([x, x], [2.32, inches.up(4.1)], color=LINE, lw=1.2, zorder=0)
        for (_, pen, _), line in zip(panel.losses, HEIGHTS[i], strict=True):
            seen = line <= 4.1
            across, up = inches.across(panel.across[seen]), inches.up(line[seen])
            page.plot(across, up, pen.line, color=pen.colour, lw=2.2)
        for row, (name, pen, _) in enumerate(panel.losses):
            y = 1.42 - 0.36 * row
            page.plot(x, inches.up(said[i][name]), pen.marker, color=pen.colour, ms=8)
            page.plot(
                [left, left + 0.17, left + 0.34], [y] * 3, pen.line, marker=pen.marker,
                markevery=[1], color=pen.colour, lw=2.2, ms=7,
            )  # fmt: skip
            page.text(left + 0.43, y - 0.06, name, size=11.5)
            page.text(left + 2.12, y - 0.06, values[name], size=11.5, ha="right", weight="bold")
    return picture


class _Inches(NamedTuple):
    """Where the numbers of one panel are on the page: one axes for all three redraws fast."""

    left: float
    bottom: float
    width: float
    unit: float
    low: float
    high: float

    def across(self, value: Any) -> Any:
        return self.left + self.width * (value - self.low) / (self.high - self.low)

    def up(self, value: Any) -> Any:
        return self.bottom + self.unit * value

    def draw_axes(self, page: Axes, panel: Panel, numbered: bool) -> None:
        """Both axes, their ticks, the title above and the name below; heights if `numbered`."""
        xs, ys = [self.left + self.width, self.left, self.left], [self.bottom] * 2 + [self.up(4.1)]
        for tick in panel.ticks:
            x = self.across(tick)
            xs += [np.nan, x, x]
            ys += [np.nan, self.bottom, self.bottom - 0.06]
            page.text(x, self.bottom - 0.25, number(tick), ha="center", color=QUIET, size=12)
        for height in range(5):
            xs += [np.nan, self.left, self.left - 0.06]
            ys += [np.nan, self.up(height), self.up(height)]
            if numbered:
                page.text(
                    self.left - 0.1, self.up(height), str(height), ha="right", va="center",
                    color=QUIET, size=12,
                )  # fmt: skip
        page.plot(xs, ys, color=QUIET, lw=1, solid_capstyle="butt")
        middle = self.left + self.width / 2
        page.text(middle, self.up(4.1) + 0.2, panel.title, ha="center", weight="bold")
        page.text(middle, self.bottom - 0.52, panel.axis, ha="center", size=12)


def zoo_losses_figure() -> LiveFigure:
    """Move one prediction of each kind and read what every loss says about it."""
    return LiveFigure(
        draw_losses,
        {
            "margin": slider("margin", -0.5, -1, 2, 0.1),
            "p": slider("p of first class", 0.3, 0.02, 0.98, 0.01),
            "prediction": slider("prediction", 3.5, 0, 4, 0.1),
        },
    )


# ---------------------------------------------------------------------------------------------
# The margin


@in_house_style
def draw_margin() -> Picture:
    """The hinge over the margin in its three zones, with the four examples of the lesson."""
    picture = Picture(
        7,
        4,
        "The hinge loss over the margin: it falls with slope −1 until the margin is 1 and is 0"
        " from there on, with slope 0. Four examples: A with margin 2 costs 0, B with 0.5 costs"
        " 0.5, C with −0.25 costs 1.25 and D with 3 costs 0.",
    )
    axes = picture.add_axes(
        (0.08, 0.17, 0.9, 0.8), xlim=(-1, 3.5), ylim=(0, 2.75), xlabel="margin y · score"
    )
    axes.set_yticks([0, 1, 2])
    axes.set_xticks([-1, 0, 1, 2, 3], [number(tick) for tick in (-1, 0, 1, 2, 3)])
    for border in (0, 1):
        axes.axvline(border, color=LINE, lw=1.2, ls=(0, (4, 3)), zorder=0)
    for middle, words in (
        (-0.5, "wrong side"),
        (0.5, "right side,\ntoo near"),
        (2.25, "right side, safe: costs nothing"),
    ):
        axes.text(middle, 2.68, words, ha="center", va="top", color=QUIET, linespacing=1.3)
    across = np.array([-1, 1, 3.5])
    axes.plot(across, _hinge(across), color=FORWARD, lw=2.6, zorder=3)
    for name, margin in zip("ABCD", (2, 0.5, -0.25, 3), strict=True):
        cost = max(0.0, 1 - margin)
        axes.plot([margin, margin], [0, cost], ":", color=FORWARD, lw=1.8)
        axes.plot(margin, cost, "o", color=FORWARD, ms=10, clip_on=False)
        axes.annotate(
            f"{name} costs {number(cost)}", (margin, cost),
            (0, 13) if cost == 0 else (12, 4), textcoords="offset points",
            color=FORWARD, weight="bold", ha="center" if cost == 0 else "left",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.text(-0.92, 0.62, "slope\n−1", color=BACKWARD, weight="bold", linespacing=1.3)
    axes.plot([-0.92, -0.42], [1.62, 1.12], "--", color=BACKWARD, lw=2)
    axes.text(2.5, 0.62, "slope 0", color=BACKWARD, weight="bold", ha="center")
    axes.plot([2.2, 2.8], [0.52, 0.52], "--", color=BACKWARD, lw=2)
    return picture


# ---------------------------------------------------------------------------------------------
# One-hot rows pick one probability


@in_house_style
def draw_pick() -> Picture:
    """Labels, one-hot rows and probabilities side by side: one entry per row is picked."""
    P = ((0.7, 0.2, 0.1), (0.6, 0.3, 0.1))
    labels = (0, 2)
    picked = [row[label] for row, label in zip(P, labels, strict=True)]
    costs = [-np.log(p) for p in picked]
    mean = _short(float(np.mean(costs)))
    picture, axes = canvas(
        7,
        2.75,
        "Two examples, three classes fox, owl and seal. The labels 0 and 2 are the one-hot rows"
        f" 1 0 0 and 0 0 1. They pick {number(picked[0])} and {number(picked[1])} from the"
        f" probabilities; minus their logs are {_short(costs[0])} and {_short(costs[1])},"
        f" on average {mean}.",
    )
    rows, size = (1.5, 0.9), 0.6
    big: dict[str, Any] = {"ha": "center", "va": "center"}
    for x, title in ((0.45, "labels"), (2.13, "Y"), (4.28, "P"), (6.13, "−log p")):
        axes.text(x, 2.5, title, weight="bold", **big)
    for left in (1.23, 3.38):
        for k, animal in enumerate(("fox", "owl", "seal")):
            axes.text(left + size * (k + 0.5), 2.13, animal, color=QUIET, size=12, **big)
    for (y, label), row in zip(zip(rows, labels, strict=True), P, strict=True):
        axes.text(0.45, y, str(label), size=15, **big)
        for k, p in enumerate(row):
            chosen = k == label
            for left, words in ((1.23, str(int(chosen))), (3.38, number(p))):
                axes.add_artist(
                    Rectangle(
                        (left + size * k, y - size / 2), size, size,
                        facecolor=FORWARD_TINT if chosen else "white",
                        edgecolor=FORWARD if chosen else LINE,
                        linewidth=2.4 if chosen else 1, zorder=3 if chosen else 2,
                    )
                )  # fmt: skip
                axes.text(
                    left + size * (k + 0.5), y, words, zorder=4,
                    weight="bold" if chosen else "normal",
                    color=FORWARD if chosen else QUIET, **big,
                )  # fmt: skip
        axes.text(6.13, y, _short(-np.log(row[label])), color=FORWARD, weight="bold", **big)
    for x0, x1 in ((0.68, 1.13), (5.28, 5.72)):
        for y in rows:
            axes.annotate("", (x1, y), (x0, y), arrowprops={"arrowstyle": "->", "color": QUIET})
    axes.text(6.13, 0.3, f"mean {mean}", color=FORWARD, weight="bold", **big)
    axes.text(0.12, 0.3, "one entry per row counts, the one of the true class", va="center",
              color=QUIET, size=12)  # fmt: skip
    return picture


# ---------------------------------------------------------------------------------------------
# Cross-entropy and KL divergence


@in_house_style
def draw_divergence(t: float = 0.75, p: float = 0.5) -> Picture:
    """Cross-entropy and KL divergence of (p, 1 − p) to the target (t, 1 − t), over all p."""
    across = np.linspace(0.012, 0.988, 123)
    entropy = float(_cross_entropy(np.asarray(p), t) - _kl(np.asarray(p), t))
    crossed, apart = float(_cross_entropy(np.asarray(p), t)), float(_kl(np.asarray(p), t))
    picture = Picture(
        7,
        4,
        f"The target is ({number(t)}, {_short(1 - t)}). For the prediction ({number(p)},"
        f" {_short(1 - p)}) the cross-entropy is {_short(crossed)} and the KL divergence"
        f" {_short(apart)}. At every p the gap between the two curves is {_short(entropy)}, and"
        f" both are lowest at p = {number(t)}.",
    )
    axes = picture.add_axes((0.07, 0.17, 0.53, 0.8), xlim=(0, 1), ylim=(0, 3.2))
    axes.set(xlabel="p, predicted for fox", yticks=[0, 1, 2, 3])
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    upper, lower = _cross_entropy(across, t), _kl(across, t)
    axes.fill_between(across, lower, upper, color=FORWARD_TINT, lw=0)
    axes.plot(across, upper, color=FORWARD, lw=2.4)
    axes.plot(across, lower, "--", color=INK, lw=2.4)
    axes.axvline(t, color=QUIET, lw=1.2, ls=":", zorder=0)
    axes.text(t - 0.02, 3.02, "target t", ha="right", color=QUIET, size=12)
    axes.plot([p, p], [apart, crossed], color=QUIET, lw=1.5)
    axes.plot(p, crossed, "o", color=FORWARD, ms=9, clip_on=False)
    axes.plot(p, apart, "s", color=INK, ms=8, clip_on=False)

    page = picture.add_axes((0, 0, 1, 1), xlim=(0, 7), ylim=(0, 4))
    page.set_axis_off()
    for y, pen, name, value in (
        (3.62, PENS[0], "cross-entropy", crossed),
        (3.24, PENS[1], "KL divergence", apart),
    ):
        page.plot([4.4, 4.82], [y, y], pen.line, color=pen.colour, lw=2.4)
        page.plot(4.61, y, pen.marker, color=pen.colour, ms=8)
        page.text(4.92, y - 0.06, name, size=12)
        page.text(6.9, y - 0.06, f"{value:.3f}", size=12, ha="right", weight="bold")
    page.add_artist(Rectangle((4.4, 2.76), 0.42, 0.2, facecolor=FORWARD_TINT, edgecolor="none"))
    page.text(4.92, 2.8, "gap", size=12)
    page.text(6.9, 2.8, f"{entropy:.3f}", size=12, ha="right", weight="bold")

    for left, name, mine, theirs in ((4.5, "fox", t, p), (5.85, "owl", 1 - t, 1 - p)):
        page.text(left + 0.45, 0.28, name, ha="center", size=12)
        looks: tuple[tuple[float, float, dict[str, Any]], ...] = (
            (left, mine, {"facecolor": "white", "edgecolor": INK, "hatch": "//"}),
            (left + 0.47, theirs, {"facecolor": FORWARD, "edgecolor": FORWARD}),
        )
        for x, share, look in looks:
            page.add_artist(Rectangle((x, 0.55), 0.42, 1.1 * share, lw=1.2, **look))
            page.text(x + 0.21, 0.62 + 1.1 * share, _short(share), ha="center", size=11)
    page.add_artist(
        Rectangle((4.42, 2.2), 0.2, 0.18, facecolor="white", edgecolor=INK, hatch="//", lw=1.2)
    )
    page.text(4.7, 2.23, "target", size=11)
    page.add_artist(Rectangle((5.55, 2.2), 0.2, 0.18, facecolor=FORWARD, edgecolor=FORWARD))
    page.text(5.83, 2.23, "prediction", size=11)
    return picture


def zoo_divergence_figure() -> LiveFigure:
    """Move the target and the prediction: the gap depends on the target alone."""
    return LiveFigure(
        draw_divergence,
        {
            "t": slider("target t", SHARE, 0.5, 1, 0.05),
            "p": slider("prediction p", 0.5, 0.05, 0.95, 0.05),
        },
    )


# ---------------------------------------------------------------------------------------------
# One answer for five targets


@in_house_style
def draw_outlier(last: float = 20, answer: float = 4.5) -> Picture:
    """mse and mae of one `answer` to the targets 1, 2, 3, 4 and `last`, over all answers."""
    targets = np.array([1, 2, 3, 4, last], dtype=float)
    mean, median = float(np.mean(targets)), float(np.median(targets))

    def squared(c: np.ndarray) -> np.ndarray:
        return np.mean((np.asarray(c)[..., None] - targets) ** 2, axis=-1)

    def absolute(c: np.ndarray) -> np.ndarray:
        return np.mean(np.abs(np.asarray(c)[..., None] - targets), axis=-1)

    here = np.asarray(answer)
    picture = Picture(
        7,
        4.6,
        f"Five targets, 1, 2, 3, 4 and {number(last)}, and one answer c for all. At"
        f" c = {number(answer)} the mse is {_short(squared(here))} and the mae"
        f" {_short(absolute(here))}. The mse is least at the mean, {_short(mean)}; the mae is"
        f" least at the median, {_short(median)}.",
    )
    line = picture.add_axes((0.03, 0.7, 0.94, 0.29), xlim=(-0.5, 31), ylim=(-1.25, 1.25))
    line.set_axis_off()
    line.plot([0, 30.5], [0, 0], color=QUIET, lw=1.2, zorder=1)
    line.plot(targets, np.zeros(5), "o", color=FORWARD, ms=9, zorder=3)
    for target in targets:
        line.text(target, -0.55, number(target), ha="center", color=FORWARD, size=12)
    ends = [0.2, 0.66, np.nan, -0.82, -0.64]
    line.plot([mean, mean, np.nan, median, median], ends, color=INK, lw=1.8)
    line.plot([answer, answer], [-0.2, 0.5], color=FORWARD, lw=3, zorder=2)
    is_left = answer < mean
    line.text(
        answer + (-0.25 if is_left else 0.25), 0.27, "c", ha="right" if is_left else "left",
        color=FORWARD, weight="bold",
    )  # fmt: skip
    for x, height, words in ((mean, 0.88, "mean"), (median, -1.18, "median")):
        line.text(x, height, f"{words} {_short(x)}", ha="center", weight="bold", size=12)
    for left, name, cost, best, top, pen in (
        (0.09, "mse", squared, mean, 200, PENS[0]),
        (0.58, "mae", absolute, median, 12, PENS[1]),
    ):
        axes = picture.add_axes((left, 0.13, 0.4, 0.44), xlim=(0, 12), ylim=(0, top))
        axes.set(xlabel="answer c", xticks=[0, 3, 6, 9, 12], yticks=[0, top / 2, top])
        axes.set_title(f"{name} = {_short(cost(here))}", color=pen.colour, weight="bold")
        across = np.linspace(0, 12, 97)
        axes.plot(across, cost(across), pen.line, color=pen.colour, lw=2.4)
        lowest = float(cost(np.asarray(best)))
        axes.plot([best, best], [0, lowest], color=QUIET, lw=1.2, ls=":")
        axes.plot(answer, cost(here), pen.marker, color=pen.colour, ms=9, clip_on=False)
        axes.plot(best, lowest, "v", color=PAPER, mec=INK, mew=1.6, ms=8, clip_on=False, zorder=4)
        axes.text(6, top * 0.86, f"least at {_short(best)}", ha="center", color=INK, size=12)
    return picture


def zoo_outlier_figure() -> LiveFigure:
    """Move the last target away, and look for the answer that each loss likes best."""
    return LiveFigure(
        draw_outlier,
        {
            "last": slider("last target", 20, 5, 30),
            "answer": slider("answer c", 4.5, 0, 12, 0.1),
        },
    )


# ---------------------------------------------------------------------------------------------
# Which loss for which problem


@in_house_style
def draw_choice() -> Picture:
    """The three kinds of target, the losses for each with their curves, and the way to unit 4."""
    reasons = (
        (
            "one of two classes",
            ("a probability", "score with margin", "far misses worst"),
        ),
        (
            "K classes",
            ("one-hot rows", "integer labels", "shares as target"),
        ),
        (
            "a number",
            ("big errors rule", "outliers rule less", "ratios, from 0 up", "percent of target"),
        ),
    )
    names = (
        ("log-loss", "hinge", "squared hinge"),
        ("cross-entropy", "sparse form", "KL divergence"),
        ("mse", "mae", "msle", "mape"),
    )
    curves = ((0, 1, 2), (0, 1, 3), (0, 1, 2, 3))
    picture, axes = canvas(
        7,
        5,
        "Which loss? One of two classes: log-loss for a probability, hinge or squared hinge for a"
        " score. K classes: cross-entropy for one-hot rows, its sparse form for labels, KL"
        " divergence for shares. A number: mse, mae, msle or mape. Then unit 4: the slope of the"
        " loss starts the backward pass.",
    )
    axes.text(3.5, 4.72, "What is the target?", ha="center", weight="bold", size=14)
    for i, ((title, conditions), losses) in enumerate(zip(reasons, names, strict=True)):
        left = 0.1 + 2.3 * i
        axes.plot([3.5, left + 1.1], [4.63, 4.38], color=QUIET, lw=1.3)
        axes.add_artist(
            FancyBboxPatch(
                (left, 3.98), 2.2, 0.4, boxstyle="round,pad=0,rounding_size=0.16",
                facecolor="white", edgecolor=QUIET, linewidth=1.3,
            )
        )  # fmt: skip
        axes.text(left + 1.1, 4.18, title, ha="center", va="center")
        for row, (name, condition) in enumerate(zip(losses, conditions, strict=True)):
            y = 3.44 - 0.68 * row
            panel, k = PANELS[i], curves[i][row]
            inside = HEIGHTS[i][k] <= 4
            low, high = panel.across[0], panel.across[-1]
            x = left + 0.05 + 0.5 * (panel.across[inside] - low) / (high - low)
            pen = panel.losses[k][1]
            height = 0.42 * HEIGHTS[i][k][inside] / HEIGHTS[i][k][inside].max()
            axes.plot([left + 0.02, left + 0.58], [y - 0.22] * 2, color=LINE, lw=1)
            axes.add_artist(Line2D(x, y - 0.2 + height, color=FORWARD, lw=2, ls=pen.line))
            axes.text(left + 0.7, y + 0.04, name, weight="bold", size=12.5)
            axes.text(left + 0.7, y - 0.2, condition, size=11, color=QUIET)
    axes.add_artist(
        FancyBboxPatch(
            (0.1, 0.12), 6.8, 0.72, boxstyle="round,pad=0,rounding_size=0.16",
            facecolor="white", edgecolor=QUIET, linewidth=1.3, linestyle=(0, (4, 3)),
        )
    )  # fmt: skip
    axes.text(3.5, 0.57, "Next: the [2, 3, 1] network", ha="center", weight="bold")
    axes.text(
        3.5, 0.27, "the slope of the loss starts the way back", ha="center",
        color=BACKWARD, size=12,
    )  # fmt: skip
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "zoo_map": draw_map,
    "zoo_losses": draw_losses,
    "zoo_margin": draw_margin,
    "zoo_pick": draw_pick,
    "zoo_divergence": draw_divergence,
    "zoo_outlier": draw_outlier,
    "zoo_choice": draw_choice,
}
