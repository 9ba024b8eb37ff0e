"""The figures of unit 4, The [2, 3, 1] network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import ipywidgets as widgets
import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Curve

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
from byhand.figures.picture import Picture, canvas, in_house_style

Point = tuple[float, float]
Arrays = dict[str, np.ndarray]

# XOR: four observations, and the weights with which every picture of the unit starts
X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])
START: Arrays = {
    "W1": np.array([[-2.0, -1, 1], [2, 1, -2]]),
    "b1": np.array([[0, -0.5, -1]]),
    "W2": np.array([[3.0], [-1], [-3]]),
    "b2": np.array([[-0.5]]),
}


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def forward_pass(inputs: np.ndarray, params: Arrays) -> Arrays:
    """Every array of the forward pass, by name."""
    z1 = inputs @ params["W1"] + params["b1"]
    a1 = _sigmoid(z1)
    z2 = a1 @ params["W2"] + params["b2"]
    return {"X": inputs, "z1": z1, "a1": a1, "z2": z2, "a2": _sigmoid(z2)}


def backward_pass(targets: np.ndarray, params: Arrays, cache: Arrays) -> Arrays:
    """Every slope of the mean log-loss, by name."""
    delta2 = (cache["a2"] - targets) / len(targets)
    da1 = delta2 @ params["W2"].T
    delta1 = da1 * cache["a1"] * (1 - cache["a1"])
    return {
        "delta2": delta2,
        "da1": da1,
        "delta1": delta1,
        "W1": cache["X"].T @ delta1,
        "b1": delta1.sum(axis=0, keepdims=True),
        "W2": cache["a1"].T @ delta2,
        "b2": delta2.sum(axis=0, keepdims=True),
    }


def mean_log_loss(h: np.ndarray, targets: np.ndarray) -> float:
    """The cost J."""
    return float(-np.mean(targets * np.log(h) + (1 - targets) * np.log(1 - h)))


def random_start(seed: int) -> Arrays:
    """The start of section 3: normal weights with spread 1/√n_in, biases 0."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(0, 1 / np.sqrt(2), (2, 3)),
        "b1": np.zeros((1, 3)),
        "W2": rng.normal(0, 1 / np.sqrt(3), (3, 1)),
        "b2": np.zeros((1, 1)),
    }


def train_xor(params: Arrays, steps: int, rate: float = 5) -> tuple[list[Arrays], np.ndarray]:
    """The params and the cost before each step, and after the last one."""
    path, costs = [params], []
    for _ in range(steps):
        cache = forward_pass(X, path[-1])
        costs.append(mean_log_loss(cache["a2"], Y))
        slopes = backward_pass(Y, path[-1], cache)
        path.append({name: value - rate * slopes[name] for name, value in path[-1].items()})
    costs.append(mean_log_loss(forward_pass(X, path[-1])["a2"], Y))
    return path, np.array(costs)


def _round(value: float, decimals: int = 3) -> str:
    return number(round(float(value), decimals))


def _arrow(
    axes: Axes, points: Sequence[Point], colour: str, dashed: bool = False, width: float = 1.8,
    head: float = 13, zorder: float = 2,
) -> None:  # fmt: skip
    """An arrow along straight lines, or along the cubic curve of exactly four points."""
    curve = len(points) == 4
    codes = [Curve.MOVETO] + [Curve.CURVE4 if curve else Curve.LINETO] * (len(points) - 1)
    axes.add_artist(
        FancyArrowPatch(
            path=Curve(points, codes),
            arrowstyle="-|>,head_length=0.5,head_width=0.25",
            mutation_scale=head,
            color=colour,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "-",
            shrinkA=0,
            shrinkB=0,
            zorder=zorder,
        )
    )


def _rounded(axes: Axes, left: float, bottom: float, width: float, height: float, **style: Any):  # type: ignore[no-untyped-def]
    axes.add_artist(
        FancyBboxPatch(
            (left, bottom), width, height, boxstyle="round,pad=0,rounding_size=0.1",
            **{"facecolor": "white", "edgecolor": QUIET, "linewidth": 1.3, "zorder": 3, **style},
        )
    )  # fmt: skip


def _squares(left: float, top: float, rows: int, columns: int, w: float, h: float) -> np.ndarray:
    """The corners of rows × columns rectangles of w × h, shape (rows · columns, 4, 2)."""
    i, j = np.mgrid[:rows, :columns]
    x, y = left + j.ravel() * w, top - i.ravel() * h
    return np.stack(
        [np.stack([x, x + w, x + w, x], -1), np.stack([y, y, y - h, y - h], -1)], axis=-1
    )


def _grid(
    axes: Axes, left: float, top: float, shape: tuple[int, int], w: float, h: float, back: bool,
    linestyle: str = "-",
) -> None:  # fmt: skip
    """An array as a grid of cells: blue forward values, orange backward slopes."""
    axes.add_collection(
        PolyCollection(
            list(_squares(left, top, *shape, w, h)),
            facecolors=BACKWARD_TINT if back else FORWARD_TINT,
            edgecolors=BACKWARD if back else FORWARD,
            linewidths=1.2,
            linestyles=linestyle,
            zorder=3,
        )
    )


# ---------------------------------------------------------------------------------------------
# The whole unit


@in_house_style
def draw_unit_map() -> Picture:
    """The way through the unit: its nine sections along one path, and what comes after."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("One example,\nby paths", _icon_paths),
        ("Four at once:\nshapes", _icon_shapes),
        ("A start", _icon_start),
        ("The graph\nof gates", _icon_gates),
        ("Three gates,\nbackwards", _icon_backwards),
        ("All the\nway back", _icon_way_back),
        ("Measure\nthe slopes", _icon_measure),
        ("Learn XOR", _icon_xor),
        ("Find\nthe bug", _icon_bug),
        ("Next: deep\nnetworks", _icon_deep),
    ]
    names = [title.replace("\n", " ") for title, _ in stations]
    names = [name[0].lower() + name[1:] for name in names]
    listed = ", ".join(
        f"{i} {name.replace(', ', ' ')}" for i, name in enumerate(names[:-1], 1)
    ).replace("learn xor", "learn XOR")
    picture, axes = canvas(
        7.3,
        4,
        f"The way through the unit has nine stations: {listed}. Then unit 5: deep networks.",
    )
    columns, top, bottom = (0.72, 2.12, 3.52, 4.92, 6.32), 3.33, 1.37
    way = [(columns[0], top), (columns[4], top)]
    bend = [(7.5, top), (7.5, bottom), (columns[4], bottom)]
    codes = [Curve.MOVETO, Curve.LINETO] + [Curve.CURVE4] * 3 + [Curve.LINETO]
    axes.add_artist(
        FancyArrowPatch(
            path=Curve([*way, *bend, (0.04, bottom)], codes),
            arrowstyle="-|>,head_length=0.6,head_width=0.35",
            mutation_scale=16, color=LINE, linewidth=4, shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
    places = [(x, top) for x in columns] + [(x, bottom) for x in reversed(columns)]
    for i, ((title, icon), (x, y)) in enumerate(zip(stations, places, strict=True), 1):
        last = i == len(stations)
        axes.add_artist(
            Circle(
                (x, y), 0.5, facecolor="white", edgecolor=QUIET, linewidth=1.3,
                linestyle=(0, (4, 3)) if last else "-",
            )
        )  # fmt: skip
        icon(axes, x, y)
        for line, words in enumerate(title.split("\n")):
            axes.text(x, y - 0.78 - 0.25 * line, words, ha="center", size=12)
        if not last:
            axes.add_artist(Circle((x - 0.42, y + 0.4), 0.15, facecolor=INK, edgecolor=PAPER))
            axes.text(
                x - 0.42, y + 0.39, str(i), color="white", size=11, weight="bold",
                ha="center", va="center",
            )  # fmt: skip
    return picture


_LAYERS = ((-0.3, (0.13, -0.13)), (0.0, (0.24, 0, -0.24)), (0.3, (0,)))


def _icon_paths(axes: Axes, x: float, y: float) -> None:
    for (x0, first), (x1, second) in pairwise(_LAYERS):
        for p in first:
            for q in second:
                axes.plot([x + x0, x + x1], [y + p, y + q], color=LINE, lw=1)
    axes.plot([x - 0.3, x, x + 0.3], [y - 0.13, y + 0.24, y], color=BACKWARD, lw=2.4)
    for dx, column in _LAYERS:
        axes.plot([x + dx] * len(column), [y + d for d in column], "o", color=FORWARD, ms=6)


def _icon_shapes(axes: Axes, x: float, y: float) -> None:
    _grid(axes, x - 0.38, y + 0.24, (4, 2), 0.12, 0.12, False)
    _grid(axes, x + 0.0, y + 0.12, (2, 3), 0.12, 0.12, False)


def _icon_start(axes: Axes, x: float, y: float) -> None:
    dots = np.random.default_rng(3).normal(0, 0.13, (16, 2)).clip(-0.35, 0.35)
    axes.plot(x + dots[:, 0], y + dots[:, 1], "o", color=FORWARD, ms=5)


def _icon_gates(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.42, x + 0.42], [y, y], color=FORWARD, lw=1.6)
    for dx, sign in ((-0.27, "@"), (0.0, "+"), (0.27, "σ")):
        axes.add_artist(Circle((x + dx, y), 0.115, facecolor="white", edgecolor=INK, zorder=3))
        axes.text(x + dx, y - 0.01, sign, ha="center", va="center", size=11, zorder=4)


def _icon_backwards(axes: Axes, x: float, y: float) -> None:
    axes.add_artist(Circle((x, y), 0.15, facecolor="white", edgecolor=INK, zorder=3))
    axes.text(x, y - 0.01, "@", ha="center", va="center", size=12, zorder=4)
    _arrow(axes, [(x + 0.42, y), (x + 0.17, y)], BACKWARD, dashed=True)
    _arrow(axes, [(x - 0.14, y + 0.08), (x - 0.38, y + 0.22)], BACKWARD, dashed=True)
    _arrow(axes, [(x - 0.14, y - 0.08), (x - 0.38, y - 0.22)], BACKWARD, dashed=True)


def _icon_way_back(axes: Axes, x: float, y: float) -> None:
    _arrow(axes, [(x + 0.38, y + 0.1), (x - 0.38, y + 0.1)], BACKWARD, dashed=True, width=2.4)
    for dx in (-0.3, -0.1, 0.1, 0.3):
        axes.plot(x + dx, y - 0.14, "s", color=BACKWARD, ms=7)


def _icon_measure(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.36, 0.36, 40)
    axes.plot(x + across, y - 0.12 + 6 * across**3 + 1.2 * across**2, color=INK, lw=1.8)
    ends = np.array([-0.25, 0.3])
    heights = y - 0.12 + 6 * ends**3 + 1.2 * ends**2
    axes.plot(x + ends, heights, "o--", color=BACKWARD, lw=1.8, ms=7)


def _icon_xor(axes: Axes, x: float, y: float) -> None:
    axes.add_artist(
        FancyBboxPatch(
            (x - 0.2, y - 0.2), 0.4, 0.4, boxstyle="round,pad=0.02", facecolor=FORWARD_TINT,
            edgecolor="none",
        )
    )  # fmt: skip
    axes.plot([x - 0.2, x + 0.2], [y - 0.2, y + 0.2], "o", mfc="white", color=INK, ms=8)
    axes.plot([x - 0.2, x + 0.2], [y + 0.2, y - 0.2], "s", color=INK, ms=8)


def _icon_bug(axes: Axes, x: float, y: float) -> None:
    axes.add_artist(Circle((x - 0.06, y + 0.05), 0.2, facecolor="none", edgecolor=INK, lw=2.2))
    axes.plot([x + 0.08, x + 0.28], [y - 0.1, y - 0.3], color=INK, lw=3.5)
    axes.text(x - 0.06, y + 0.04, "?", ha="center", va="center", weight="bold", color=BACKWARD)


def _icon_deep(axes: Axes, x: float, y: float) -> None:
    for dx, count in ((-0.33, 2), (-0.11, 3), (0.11, 3), (0.33, 2)):
        heights = y + 0.17 * (np.arange(count) - (count - 1) / 2)
        axes.plot([x + dx] * count, heights, "o", color=FORWARD, ms=6)


# ---------------------------------------------------------------------------------------------
# One example, by paths


WEIGHTS = {f"W1[{i}, {j}]": (1, i, j) for i in range(2) for j in range(3)} | {
    f"W2[{j}, 0]": (2, j, 0) for j in range(3)
}


@in_house_style
def draw_network(x1: float = 1, x2: float = 2, y: float = 0, weight: str = "W1[1, 0]") -> Picture:
    """The network without biases on one example: values, slopes of E at every z, one path."""
    W1, W2 = START["W1"], START["W2"]
    x = np.array([x1, x2])
    a1 = _sigmoid(x @ W1)
    out = float(_sigmoid(a1 @ W2)[0])
    loss = (out - y) ** 2 / 2
    delta2 = (out - y) * out * (1 - out)
    delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
    layer, i, j = WEIGHTS[weight]
    arrow, factors = (x[i], [delta1[j]]) if layer == 1 else (a1[i], [delta2])
    slope = float(factors[0] * arrow)
    picture, axes = canvas(
        7,
        5.1,
        f"The network [2, 3, 1] with inputs {number(x1)} and {number(x2)}: hidden activations"
        f" {', '.join(_round(a) for a in a1)}, output {_round(out)}, target {number(y)},"
        f" E = {_round(loss)}. The path of {weight} gives its slope, {_round(slope, 4)}.",
    )
    at_x = [(0.75, 3.75), (0.75, 2.05)]
    at_h = [(3.35, 4.5), (3.35, 2.9), (3.35, 1.3)]
    at_o = (5.75, 2.9)
    radius = 0.36
    edges: list[tuple[Point, Point, float, bool]] = []
    for a, start in enumerate(at_x):
        for b, end in enumerate(at_h):
            edges.append((start, end, W1[a, b], layer == 1 and (a, b) == (i, j)))
    for b, start in enumerate(at_h):
        on_path = b == (j if layer == 1 else i)
        edges.append((start, at_o, W2[b, 0], on_path))
    for start, end, w, on_path in edges:
        p, q = np.array(start), np.array(end)
        unit = (q - p) / np.hypot(*(q - p))
        p, q = p + radius * unit, q - radius * unit
        axes.plot(
            *zip(p, q, strict=True), color=BACKWARD if on_path else INK, lw=1.6 * abs(w),
            ls="-" if w > 0 else (0, (1.2, 1.2)), alpha=1 if on_path else 0.35, zorder=1,
            dash_capstyle="butt", solid_capstyle="butt",
        )  # fmt: skip
        share = 0.24 if start in at_x else 0.42
        middle = p + share * (q - p)
        axes.text(
            middle[0], middle[1], number(w), ha="center", va="center", size=12, zorder=2,
            color=BACKWARD if on_path else INK, weight="bold" if on_path else "normal",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    nodes = [(at_x[0], x1), (at_x[1], x2), *zip(at_h, a1, strict=True), (at_o, out)]
    for place, value in nodes:
        axes.add_artist(
            Circle(place, radius, facecolor="white", edgecolor=FORWARD, lw=1.8, zorder=3)
        )
        axes.add_artist(
            Circle(
                place, radius, facecolor=FORWARD, alpha=0.35 * min(abs(value), 1),
                edgecolor="none", zorder=3,
            )
        )  # fmt: skip
        axes.text(
            *place, _round(value, 2), ha="center", va="center", weight="bold", color=FORWARD,
            zorder=4,
        )  # fmt: skip
    for (px, py), name in zip(at_x, ("x1", "x2"), strict=True):
        axes.text(px, py + 0.45, name, ha="center", color=FORWARD)
    for (px, py), d in [*zip(at_h, delta1, strict=True), (at_o, delta2)]:
        axes.text(
            px + 0.12, py - 0.42, f"δ {_round(d, 4)}", ha="center", va="top", size=12, zorder=4,
            color=BACKWARD, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.text(5.75, 3.38, "O", ha="center", color=FORWARD)
    axes.text(5.75, 4.6, f"target {number(y)}", ha="center")
    axes.text(5.75, 4.25, f"E = ½(O − y)² = {_round(loss)}", ha="center", color=FORWARD)
    if layer == 1:
        product = (
            f"(O − y) · O(1 − O) · W2[{j}, 0] · a(1 − a) · x{i + 1}",
            f"{factor(round(out - y, 3))} · {_round(out * (1 - out))} · {factor(W2[j, 0])} ·"
            f" {_round(a1[j] * (1 - a1[j]))} · {factor(x[i])} = {_round(slope, 4)}",
        )
    else:
        product = (
            "(O − y) · O(1 − O) · a",
            f"{factor(round(out - y, 3))} · {_round(out * (1 - out))} · {_round(a1[i])}"
            f" = {_round(slope, 4)}",
        )
    axes.text(0.2, 0.48, f"slope at {weight}", color=BACKWARD, weight="bold", size=12)
    axes.text(2.3, 0.48, f"= {product[0]}", color=BACKWARD, size=12)
    axes.text(2.3, 0.16, f"= {product[1]}", color=BACKWARD, size=12)
    return picture


def network_figure() -> LiveFigure:
    """Move the example, pick a weight and follow its path."""
    return LiveFigure(
        draw_network,
        {
            "x1": slider("x1", 1.0, -3.0, 3.0, 0.1),
            "x2": slider("x2", 2.0, -3.0, 3.0, 0.1),
            "y": slider("target y", 0.0, 0.0, 1.0, 0.1),
            "weight": _choice("weight", list(WEIGHTS), "W1[1, 0]"),
        },
    )


def _choice(name: str, options: Sequence[Any], value: Any) -> widgets.Dropdown:
    return widgets.Dropdown(
        description=name,
        options=options,
        value=value,
        layout=widgets.Layout(width="420px", max_width="calc(100% - 4px)"),
        style={"description_width": "8em"},
    )


# ---------------------------------------------------------------------------------------------
# May I multiply these?

OBSERVATIONS, INPUTS, HIDDEN, OUTPUTS = "observations", "inputs", "hidden units", "outputs"
AXES = {
    "X": (OBSERVATIONS, INPUTS),
    "W1": (INPUTS, HIDDEN),
    "a1": (OBSERVATIONS, HIDDEN),
    "δ1": (OBSERVATIONS, HIDDEN),
    "W2": (HIDDEN, OUTPUTS),
    "δ2": (OBSERVATIONS, OUTPUTS),
}
OPERANDS = [name + turn for name in AXES for turn in ("", "ᵀ")]
MEANINGS = {
    ("X", "W1"): "z1 without its bias",
    ("a1", "W2"): "z2 without its bias",
    ("a1ᵀ", "δ2"): "dW2, with the shape of W2",
    ("Xᵀ", "δ1"): "dW1, with the shape of W1",
    ("δ2", "W2ᵀ"): "da1, with the shape of a1",
    ("δ1", "W1ᵀ"): "dX: how J moves with the inputs",
    ("δ2ᵀ", "a1"): "dW2, lying on its side",
    ("δ1ᵀ", "X"): "dW1, lying on its side",
    ("W1ᵀ", "Xᵀ"): "z1 without its bias, lying on its side",
    ("W2ᵀ", "a1ᵀ"): "z2 without its bias, lying on its side",
    ("W2", "δ2ᵀ"): "da1, lying on its side",
    ("W1", "δ1ᵀ"): "dX, lying on its side",
    ("W1", "W2"): "the weights of the one layer that two layers without sigmoid would be",
}


def axes_of(name: str) -> tuple[str, str]:
    """What the rows and the columns of an array count."""
    rows, columns = AXES[name.rstrip("ᵀ")]
    return (columns, rows) if name.endswith("ᵀ") else (rows, columns)


def judge_product(left: str, sign: str, right: str, m: int) -> tuple[str, str, Any]:
    """Verdict, what it means, and the shape of the result (None if NumPy refuses)."""
    size = {OBSERVATIONS: m, INPUTS: 2, HIDDEN: 3, OUTPUTS: 1}
    la, ra = axes_of(left), axes_of(right)
    (p, q), (r, s) = (size[la[0]], size[la[1]]), (size[ra[0]], size[ra[1]])
    if sign == "@":
        if q != r:
            return "not legal", f"inner sizes differ: {q} and {r}", None
        if la[1] != ra[0]:
            return (
                "legal by accident",
                f"pairs {la[1]} with {ra[0]}: both {q}, but not the same thing",
                (p, s),
            )
        known = MEANINGS.get((left, right))
        if known:
            return "legal", f"adds over the {q} {la[1] if q > 1 else la[1][:-1]}: {known}", (p, s)
        return "legal", f"adds over the {la[1]}; the algorithm has no use for it", (p, s)
    shape = tuple(np.maximum((p, q), (r, s)).tolist())
    if any(a != b and 1 not in (a, b) for a, b in zip((p, q), (r, s), strict=True)):
        return "not legal", "entry times entry needs equal shapes, or a size of 1", None
    if la == ra:
        return "legal", "entry times entry: both count the same things", shape
    if (p, q) == (r, s):
        return "legal by accident", "equal sizes, but they count different things", shape
    return "legal, and treacherous", "NumPy repeats the size 1 and says nothing", shape


@in_house_style
def draw_shape_check(left: str = "X", sign: str = "@", right: str = "W1", m: int = 4) -> Picture:
    """Two arrays, whether NumPy multiplies them, and whether the product means anything."""
    size = {OBSERVATIONS: m, INPUTS: 2, HIDDEN: 3, OUTPUTS: 1}
    verdict, meaning, result = judge_product(left, sign, right, m)
    la, ra = axes_of(left), axes_of(right)
    shapes = [(size[a], size[b]) for a, b in (la, ra)]
    outcome = f"gives {result}" if result else "gives nothing"
    picture, axes = canvas(
        7,
        4.2,
        f"{left} {shapes[0]} {sign} {right} {shapes[1]} is {verdict} and {outcome}: {meaning}.",
    )
    cell = 0.29
    middles = (1.35, 3.7, 5.95)
    names = [left, right, "result"]
    kinds = [la, ra, (la[0], ra[1]) if sign == "@" else la]
    for i, (mid, name, shape) in enumerate(zip(middles, names, [*shapes, result], strict=True)):
        if shape is None:
            axes.text(mid, 2.2, "×", ha="center", va="center", size=40, color=BACKWARD)
            continue
        rows, columns = shape
        left_edge, top = mid - columns * cell / 2, 2.2 + rows * cell / 2
        back = name[0] == "δ" or (i == 2 and ("δ" in left or "δ" in right))
        _grid(axes, left_edge, top, shape, cell, cell, back)
        colour = BACKWARD if back else FORWARD
        axes.text(mid, 3.38, f"{name} {shape}", ha="center", weight="bold", color=colour)
        if i < 2 or sign == "@":
            row_kind, column_kind = kinds[i]
            axes.text(
                left_edge - 0.13, 2.2, row_kind, rotation=90, ha="center", va="center",
                size=11, color=QUIET,
            )  # fmt: skip
            axes.text(mid, 2.12 - max(rows * cell / 2, 0.52), column_kind, ha="center", va="top",
                      size=11, color=QUIET)  # fmt: skip
    axes.text(2.42, 2.2, sign, ha="center", va="center", size=20, weight="bold")
    axes.text(4.72, 2.2, "=", ha="center", va="center", size=20, weight="bold")
    if sign == "@":
        (p, q), (r, s) = shapes
        same = q == r
        axes.text(
            2.52, 3.78,
            f"inner sizes {q} {'=' if same else '≠'} {r}" + (f",  outer sizes {p}, {s}" if same else ""),
            ha="center", color=INK,
        )  # fmt: skip
    good = verdict == "legal"
    mark = "✓" if good else "✗" if verdict == "not legal" else "▲"
    axes.text(0.15, 0.55, f"{mark}  {verdict}", weight="bold", color=INK if good else BACKWARD)
    axes.text(0.15, 0.2, meaning, size=12)
    return picture


def shape_check_figure() -> LiveFigure:
    """Put any two arrays of the network together."""
    return LiveFigure(
        draw_shape_check,
        {
            "left": _choice("left", OPERANDS, "X"),
            "sign": _choice("sign", ["@", "*"], "@"),
            "right": _choice("right", OPERANDS, "W1"),
            "m": slider("observations m", 4, 1, 6),
        },
    )


# ---------------------------------------------------------------------------------------------
# A start


def alike(value: float) -> Arrays:
    """A start whose weights are all the same number, with biases 0."""
    return {
        "W1": np.full((2, 3), value),
        "b1": np.zeros((1, 3)),
        "W2": np.full((3, 1), value),
        "b2": np.zeros((1, 1)),
    }


STEPS = 1000


@lru_cache(maxsize=8)
def xor_path(start: str) -> tuple[list[Arrays], np.ndarray]:
    """A thousand steps at rate 5 from "zeros", "equal" or "seed N"."""
    params = {"zeros": alike(0.0), "equal": alike(0.5)}.get(start)
    return train_xor(params or random_start(int(start.split()[1])), STEPS)


@in_house_style
def draw_starts() -> Picture:
    """Three starts: all zero, all equal, random; a row of W1 and the cost over the steps."""
    starts = (("zeros", "all weights 0"), ("equal", "all weights 0.5"), ("seed 2", "random"))
    ends = [_round(xor_path(start)[1][-1]) for start, _ in starts]
    picture = Picture(
        7,
        4.3,
        f"XOR from three starts, 1,000 steps at rate 5 each. All weights 0: nothing moves, J stays {ends[0]}. All"
        f" weights 0.5: the three hidden units stay copies of one another, J ends at {ends[1]}."
        f" Random: they part, and J ends at {ends[2]}.",
    )
    steps = np.arange(STEPS + 1)
    for i, (start, title) in enumerate(starts):
        path, costs = xor_path(start)
        left = 0.085 + 0.31 * i
        weights = picture.add_axes((left, 0.56, 0.26, 0.33), xlim=(0, 300))
        rows = np.array([params["W1"][0] for params in path])
        for j, (style, width) in enumerate((("-", 5), ("-", 2.6), (":", 1.8))):
            colour = (LINE, FORWARD, INK)[j]
            weights.plot(steps, rows[:, j], style, color=colour, lw=width)
        weights.set_title(title, size=12, weight="bold")
        weights.set(xticks=[], yticks=[-8, 0, 8], ylim=(-9, 9))
        weights.set_yticklabels(["−8", "0", "8"] if i == 0 else [])
        cost = picture.add_axes((left, 0.14, 0.26, 0.33), xlim=(0, 300), ylim=(0, 1.05))
        cost.plot(steps, costs, color=FORWARD, lw=2.4)
        cost.set(xticks=[0, 150, 300], yticks=[0, 0.5, 1])
        cost.set_yticklabels(["0", "0.5", "1"] if i == 0 else [])
        picture.text(
            left + 0.25, 0.16 if i < 2 else 0.42, f"at last {ends[i]}", ha="right",
            color=FORWARD, weight="bold", size=12,
        )  # fmt: skip
    picture.text(0.015, 0.935, "W1[0]", weight="bold", size=12)
    picture.text(0.015, 0.49, "J", weight="bold", size=12)
    picture.text(0.53, 0.012, "step at rate 5 (the first 300 of 1,000)", ha="center")
    return picture


# ---------------------------------------------------------------------------------------------
# The graph of gates


@dataclass(frozen=True)
class Step:
    """One step through the graph: what it makes, at which gate, and the sum it does."""

    gate: str
    rule: str
    made: str
    terms: tuple[tuple[str, np.ndarray], ...]
    signs: tuple[str, ...]
    back: bool = False


@lru_cache(maxsize=1)
def gate_steps() -> tuple[Step, ...]:
    """The seven steps forward and the seven steps back, with their numbers."""
    p = START
    c = forward_pass(X, p)
    g = backward_pass(Y, p, c)
    ones = np.ones((1, 4))
    product1, product2 = X @ p["W1"], c["a1"] @ p["W2"]
    J = np.array([[mean_log_loss(c["a2"], Y)]])
    slope = c["a1"] * (1 - c["a1"])
    return (
        Step("multiply gate", "XW1 = X @ W1, added over the 2 inputs", "XW1",
             (("X", X), ("W1", p["W1"]), ("XW1", product1)), ("@", "=")),
        Step("add gate", "z1 = XW1 + b1, the same b1 for every row", "z1",
             (("XW1", product1), ("b1", p["b1"]), ("z1", c["z1"])), ("+", "=")),
        Step("sigmoid gate", "a1 = σ(z1), entry by entry", "a1",
             (("z1", c["z1"]), ("a1", c["a1"])), ("→",)),
        Step("multiply gate", "a1W2 = a1 @ W2, added over the 3 hidden units", "a1W2",
             (("a1", c["a1"]), ("W2", p["W2"]), ("a1W2", product2)), ("@", "=")),
        Step("add gate", "z2 = a1W2 + b2, the same b2 for every row", "z2",
             (("a1W2", product2), ("b2", p["b2"]), ("z2", c["z2"])), ("+", "=")),
        Step("sigmoid gate", "h = σ(z2), entry by entry", "h",
             (("z2", c["z2"]), ("h", c["a2"])), ("→",)),
        Step("cost", "J = mean log-loss of h and y, over the 4 observations", "J",
             (("h", c["a2"]), ("y", Y), ("J", J)), (",", "→")),
        Step("cost and sigmoid", "δ2 = (h − y)/4 has the shape of z2", "δ2",
             (("h", c["a2"]), ("y", Y), ("δ2", g["delta2"])), ("−", "/4 ="), True),
        Step("add gate", "to the product goes δ2 itself, to b2 its sum over the 4 observations", "db2",
             (("1ᵀ", ones), ("δ2", g["delta2"]), ("db2", g["b2"])), ("@", "="), True),
        Step("multiply gate", "dW2 = a1ᵀ @ δ2 has the shape of W2, added over the 4 observations", "dW2",
             (("a1ᵀ", c["a1"].T), ("δ2", g["delta2"]), ("dW2", g["W2"])), ("@", "="), True),
        Step("multiply gate", "da1 = δ2 @ W2ᵀ has the shape of a1, added over the 1 output", "da1",
             (("δ2", g["delta2"]), ("W2ᵀ", p["W2"].T), ("da1", g["da1"])), ("@", "="), True),
        Step("sigmoid gate", "δ1 = da1 * a1(1 − a1) has the shape of z1, entry by entry", "δ1",
             (("da1", g["da1"]), ("a1(1 − a1)", slope), ("δ1", g["delta1"])), ("*", "="), True),
        Step("add gate", "to the product goes δ1 itself, to b1 its sum over the 4 observations", "db1",
             (("1ᵀ", ones), ("δ1", g["delta1"]), ("db1", g["b1"])), ("@", "="), True),
        Step("multiply gate", "dW1 = Xᵀ @ δ1 has the shape of W1, added over the 4 observations", "dW1",
             (("Xᵀ", X.T), ("δ1", g["delta1"]), ("dW1", g["W1"])), ("@", "="), True),
    )  # fmt: skip


ROWS = (5.85, 2.87)
CELL = 0.115
GATES_X = (1.4, 3.1, 4.8)
ARRAYS_X = (0.5, 2.25, 3.95, 5.65)
COST_X = 6.55
FOOT = 1.95


class _Board:
    """The graph of gates while it is drawn: all grids are put on the axes together, for speed."""

    def __init__(self, axes: Axes, new: str) -> None:
        self.axes = axes
        self.new = new
        self.cells: dict[bool, list[np.ndarray]] = {False: [], True: []}
        self.ways: dict[str, list[np.ndarray]] = {FORWARD: [], BACKWARD: [], LINE: []}
        self.heads: dict[str, list[np.ndarray]] = {FORWARD: [], BACKWARD: [], LINE: []}

    def arrow(self, points: Sequence[Point], colour: str) -> None:
        """An arrow along straight lines to the last point; backward ones are dashed."""
        way = np.array(points, float)
        along = (way[-1] - way[-2]) / np.hypot(*(way[-1] - way[-2]))
        across = 0.06 * np.array([-along[1], along[0]])
        tip = way[-1].copy()
        way[-1] -= 0.12 * along
        self.ways[colour].append(way)
        self.heads[colour].append(np.stack([tip, way[-1] + across, way[-1] - across]))

    def grid(
        self, left: float, top: float, shape: tuple[int, int], back: bool, w: float = CELL,
        h: float = CELL,
    ) -> None:  # fmt: skip
        self.cells[back].append(_squares(left, top, *shape, w, h))

    def paint(self) -> None:
        for colour, ways in self.ways.items():
            if ways:
                dashes: Any = (0, (3, 2)) if colour == BACKWARD else "-"
                lines = LineCollection(ways, colors=colour, lw=1.8, linestyles=dashes, zorder=2)
                self.axes.add_collection(lines)
            if self.heads[colour]:
                heads = PolyCollection(self.heads[colour], facecolors=colour, zorder=2)
                heads.set_edgecolor(colour)
                self.axes.add_collection(heads)
        for back, squares in self.cells.items():
            if squares:
                self.axes.add_collection(
                    PolyCollection(
                        list(np.concatenate(squares)),
                        facecolors=BACKWARD_TINT if back else FORWARD_TINT,
                        edgecolors=BACKWARD if back else FORWARD,
                        linewidths=1.1,
                        zorder=3,
                    )
                )

    def label(self, x: float, y: float, text: str, back: bool, new: bool, va: str) -> None:
        tint = {"facecolor": BACKWARD_TINT if back else FORWARD_TINT, "edgecolor": "none", "pad": 2}
        self.axes.text(
            x, y, text, size=11, ha="center", va=va, weight="bold" if new else "normal",
            color=BACKWARD if back else FORWARD, bbox=tint if new else None, linespacing=1.1,
        )  # fmt: skip

    def on_wire(self, x: float, y: float, name: str, shape: tuple[int, int], back: bool) -> None:
        """An array on the wire at height y: blue above it, orange below it."""
        rows, columns = shape
        top = y - 0.12 if back else y + 0.12 + rows * CELL
        self.grid(x - columns * CELL / 2, top, shape, back)
        at = top - rows * CELL - 0.09 if back else top + 0.09
        new = self.new == name
        self.label(x, at, f"{name} {shape}", back, new, "top" if back else "bottom")

    def weight(self, gate: float, y: float, name: str, shape: tuple[int, int], back: bool) -> None:
        """An array at the wire that comes down into a gate: blue left of it, orange right."""
        rows, columns = shape
        x = gate + (0.34 if back else -0.34)
        self.grid(x - columns * CELL / 2, y + 1.08 + rows * CELL / 2, shape, back)
        at = y + 1.12 + 1.5 * CELL
        self.label(x, at, f"{name}\n{shape}", back, self.new == name, "bottom")


@in_house_style
def draw_gates(step: int = 14) -> Picture:
    """The graph of gates after `step` of seven steps forward and seven back."""
    steps = gate_steps()
    done = [s.made for s in steps[:step]]
    if step == 0:
        alt = (
            "The graph of gates of [2, 3, 1] before its first step: X (4, 2), W1 (2, 3), b1 (1, 3),"
            " W2 (3, 1), b2 (1, 1)."
        )
    else:
        now = steps[step - 1]
        listed = ", ".join("J one number" if n == "J" else f"{n} {v.shape}" for n, v in now.terms)
        alt = (
            "The graph of gates of [2, 3, 1] on four observations: multiply, add, sigmoid, twice,"
            f" then the cost. Step {step} of 14, {now.gate}: {now.rule}. Shapes: {listed}."
        )
    picture, axes = canvas(7.4, 7.55, alt)
    board = _Board(axes, done[-1] if done else "")
    top, low = ROWS

    # the wires: blue as far as the values have come
    wires: list[tuple[str, list[Point]]] = [
        ("", [(0.75, top), (1.4, top)]),
        ("XW1", [(1.4, top), (3.1, top)]),
        ("z1", [(3.1, top), (4.8, top)]),
        ("a1W2", [(1.4, low), (3.1, low)]),
        ("z2", [(3.1, low), (4.8, low)]),
        ("h", [(4.8, low), (COST_X, low)]),
    ]
    for colour in (LINE, FORWARD):
        lines = [w for made, w in wires if (not made or made in done) == (colour == FORWARD)]
        board.ways[colour] += [np.array(line) for line in lines]
    around = [(4.8, top), (6.95, top), (6.95, top - 1.06), (0.5, top - 1.06), (0.5, low)]
    board.arrow([*around, (1.18, low)], FORWARD if "a1" in done else LINE)
    gates = [(x, y, sign) for y in ROWS for x, sign in zip(GATES_X, "@+σ", strict=True)]
    gates.append((COST_X, low, "J"))
    busy = _busy_gates(step)
    axes.scatter(
        [x for x, _, _ in gates], [y for _, y, _ in gates], s=(0.4 * 72) ** 2, zorder=4,
        facecolors=[colour or "white" for colour in busy], edgecolors=INK,
        linewidths=[2.4 if colour else 1.3 for colour in busy],
    )  # fmt: skip
    for x, y, sign in gates:
        axes.text(x, y - 0.01, sign, ha="center", va="center", weight="bold", zorder=5)

    shapes = {"XW1": (4, 3), "z1": (4, 3), "a1": (4, 3), "a1W2": (4, 1), "z2": (4, 1), "h": (4, 1)}
    for i, (name, shape) in enumerate(shapes.items()):
        if name in done:
            board.on_wire(ARRAYS_X[1 + i % 3], ROWS[i // 3], name, shape, False)
    board.on_wire(ARRAYS_X[0], top, "X", (4, 2), False)
    board.grid(COST_X - CELL / 2, low + 1.08 + 2 * CELL, (4, 1), False)
    board.label(COST_X, low + 1.4, "y (4, 1)", False, False, "bottom")
    board.arrow([(COST_X, low + 0.8), (COST_X, low + 0.2)], FORWARD)
    if "J" in done:
        board.label(
            COST_X, low - 0.46, f"J = {steps[6].terms[2][1].item():.3f}", False, step == 7, "top"
        )
    for gate, row, name, shape in (
        (0, top, "W1", (2, 3)),
        (1, top, "b1", (1, 3)),
        (0, low, "W2", (3, 1)),
        (1, low, "b2", (1, 1)),
    ):
        x = GATES_X[gate]
        board.weight(x, row, name, shape, False)
        board.arrow([(x, row + 1.42), (x, row + 0.2)], FORWARD)
        if f"d{name}" in done:
            board.weight(x, row, f"d{name}", shape, True)
            board.arrow([(x + 0.09, row + 0.18), (x + 0.09, row + 0.85)], BACKWARD)
    for x, row, name, made, way in (
        (ARRAYS_X[2], low, "δ2", "δ2", (6.5, 4.1)),
        (ARRAYS_X[1], low, "δ2", "db2", (3.8, 2.4)),
        (ARRAYS_X[3], top, "da1", "da1", None),
        (ARRAYS_X[2], top, "δ1", "δ1", (5.4, 4.2)),
        (ARRAYS_X[1], top, "δ1", "db1", (3.7, 2.5)),
    ):
        if made in done:
            board.on_wire(x, row, name, (4, 1) if row == low else (4, 3), True)
            if way:
                board.arrow([(way[0], row - 0.3), (way[1], row - 0.3)], BACKWARD)
    if "da1" in done:
        back = [(2.1, low - 0.3), (0.38, low - 0.3), (0.38, top - 1.2), (7.07, top - 1.2)]
        board.arrow([*back, (7.07, top - 0.35), (5.9, top - 0.35)], BACKWARD)

    axes.add_artist(Rectangle((0, 0), 7.4, FOOT, facecolor="white", edgecolor="none", zorder=0))
    axes.plot([0, 7.4], [FOOT, FOOT], color=LINE, lw=1)
    if step == 0:
        axes.text(0.15, FOOT - 0.3, "Step 0 of 14", weight="bold", size=12)
        axes.text(0.15, FOOT - 0.65, "Every grid is an array: one little square, one number.")
        axes.text(0.15, FOOT - 1.0, "Move the slider: seven steps forward, then seven back.")
    else:
        _draw_sum(board, step, steps[step - 1])
    board.paint()
    return picture


def _busy_gates(step: int) -> list[str]:
    """For each of the seven gates the colour it has in this step, or nothing."""
    order = [0, 1, 2, 3, 4, 5, 6, 6, 4, 3, 3, 2, 1, 0]
    busy = [""] * 7
    if step:
        busy[order[step - 1]] = FORWARD_TINT if step <= 7 else BACKWARD_TINT
    if step == 8:
        busy[5] = BACKWARD_TINT
    return busy


def _draw_sum(board: _Board, step: int, now: Step) -> None:
    """The step in numbers at the foot of the picture."""
    axes = board.axes
    way = "back" if now.back else "forward"
    title = f"Step {step} of 14, {way}: {now.gate}"
    axes.text(0.15, FOOT - 0.27, title, weight="bold", size=12)
    axes.text(0.15, FOOT - 0.53, now.rule, size=12, color=BACKWARD if now.back else FORWARD)
    w, h, gap = 0.61, 0.22, 0.44
    widths = [max(v.shape[1] * w, 0.62) for _, v in now.terms]
    x = (7.4 - sum(widths) - gap * len(now.signs)) / 2
    for i, (name, values) in enumerate(now.terms):
        rows, columns = values.shape
        back = name[:1] in ("d", "δ")
        mid = x + widths[i] / 2
        left, top = mid - columns * w / 2, 0.55 + rows * h / 2
        board.grid(left, top, (rows, columns), back, w, h)
        colour = BACKWARD if back else FORWARD
        whole = np.array_equal(2 * values, np.round(2 * values))
        for (r, c), value in np.ndenumerate(values):
            axes.text(
                left + (c + 0.5) * w, top - (r + 0.52) * h,
                number(value) if whole else f"{value:.3f}".replace("-", "−"),
                size=11, ha="center", va="center", color=colour, zorder=4,
            )  # fmt: skip
        label = name if name == "J" else f"{name} {values.shape}"
        axes.text(mid, 1.05, label, size=11, ha="center", va="bottom", color=colour)
        x += widths[i]
        if i < len(now.signs):
            axes.text(x + gap / 2, 0.55, now.signs[i], ha="center", va="center", weight="bold",
                      size=12)  # fmt: skip
            x += gap


def gates_figure() -> LiveFigure:
    """Step forward through the graph of gates."""
    return LiveFigure(draw_gates, {"step": slider("step", 0, 0, 7)})


def gates_back_figure() -> LiveFigure:
    """Step through the graph of gates, forward and back."""
    return LiveFigure(draw_gates, {"step": slider("step", 7, 0, 14)})


# ---------------------------------------------------------------------------------------------
# What each observation contributes


@in_house_style
def draw_contributions(added: int = 4) -> Picture:
    """dW2 = a1ᵀδ2 as a sum of four shares, one for each observation; `added` of them so far."""
    cache = forward_pass(X, START)
    delta = backward_pass(Y, START, cache)["delta2"][:, 0]
    shares = cache["a1"] * delta[:, None]  # one row for each observation
    sums = shares[:added].sum(axis=0)
    listed = ", ".join(_round(s) for s in sums)
    picture, axes = canvas(
        7,
        5.3,
        "Each observation gives dW2 a share: its own δ2 times its own three activations. "
        + (
            f"The shares of the first {added} of 4 observations, laid end to end, reach {listed}."
            if added
            else "No share has been added yet."
        ),
    )
    left, w, h, right = 1.5, 0.9, 0.25, 6.1
    top, middle = 4.85, 3.2
    board = _Board(axes, "")
    board.grid(left, top, (3, 4), False, w, h)
    board.grid(left, top - 3 * h - 0.12, (1, 4), True, w, h)
    if added:
        board.grid(left, middle, (3, added), True, w, h)
        board.grid(right - w / 2, middle, (3, 1), True, w, h)
    board.paint()
    side: dict[str, Any] = {"weight": "bold", "size": 12, "va": "center"}
    axes.text(0.12, top - 1.5 * h, "a1ᵀ (3, 4)", color=FORWARD, **side)
    axes.text(0.12, top - 3.5 * h - 0.12, "× δ2ᵀ (1, 4)", color=BACKWARD, **side)
    axes.text(0.12, middle - 1.5 * h, "shares", color=BACKWARD, **side)
    entry: dict[str, Any] = {"ha": "center", "va": "center", "size": 11, "zorder": 4}
    for i in range(4):
        x = left + (i + 0.5) * w
        now = "bold" if i == added - 1 else "normal"
        axes.text(x, top + 0.1, f"obs. {i + 1}", ha="center", size=11, weight=now)
        axes.text(x, top - 3.5 * h - 0.13, _four(delta[i]), color=BACKWARD, weight=now, **entry)
        for j in range(3):
            y = (j + 0.52) * h
            axes.text(x, top - y, _four(cache["a1"][i, j]), color=FORWARD, weight=now, **entry)
            if i < added:
                share = _four(shares[i, j])
                axes.text(x, middle - y, share, color=BACKWARD, weight=now, **entry)
    if added:
        axes.text(right, middle + 0.1, f"sum of {added}", ha="center", size=11, color=BACKWARD)
        axes.text(5.38, middle - 1.5 * h, "→", ha="center", va="center")
        for j in range(3):
            y = middle - (j + 0.52) * h
            axes.text(right, y, _four(sums[j]), color=BACKWARD, weight="bold", **entry)

    # the same, laid end to end
    zero, scale, base = 3.9, 27.0, 1.85
    ends = np.vstack([np.zeros(3), np.cumsum(shares, axis=0)])
    axes.plot([zero, zero], [0.1, base + 0.12], color=LINE, lw=1.4, zorder=0)
    axes.text(zero, base + 0.18, "0", ha="center", size=11, color=QUIET)
    for j in range(3):
        y = base - 0.6 * j
        axes.text(0.12, y - 0.2, f"dW2[{j}, 0]", size=12, va="center", color=BACKWARD)
        for i in range(added):
            height = y - 0.13 * i
            begin, end = zero + scale * ends[i, j], zero + scale * ends[i + 1, j]
            axes.plot([begin, end], [height] * 2, color=BACKWARD, lw=2.2, solid_capstyle="butt")
            axes.plot(end, height, ">" if end > begin else "<", color=BACKWARD, ms=6)
        if added:
            reached = zero + scale * sums[j]
            axes.plot([reached] * 2, [y - 0.13 * added + 0.13, y - 0.46], ":", color=QUIET, lw=1.2)
            axes.plot(reached, y - 0.46, "D", color=BACKWARD, ms=7)
    return picture


def _four(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")


def contributions_figure() -> LiveFigure:
    """Add the observations one by one."""
    return LiveFigure(draw_contributions, {"added": slider("observations", 1, 0, 4)})


# ---------------------------------------------------------------------------------------------
# XOR is learned


@lru_cache(maxsize=1)
def _plane() -> tuple[np.ndarray, np.ndarray]:
    across = np.linspace(-0.4, 1.4, 61)
    return across, np.stack(np.meshgrid(across, across), -1).reshape(-1, 2)


@in_house_style
def draw_xor(start: str = "seed 2", step: int = 100) -> Picture:
    """The decision surface, the cost so far and the network after `step` steps at rate 5."""
    path, costs = xor_path(start)
    params = path[step]
    h = forward_pass(X, params)["a2"][:, 0]
    picture, net = canvas(
        7,
        4.9,
        f"XOR after {step} steps at rate 5 from {start}: the outputs for the four observations"
        f" are {', '.join(_round(v) for v in h)}, the targets 0, 1, 1, 0; the cost is"
        f" {_round(costs[step], 4)}.",
    )
    across, points = _plane()
    surface = forward_pass(points, params)["a2"].reshape(len(across), -1)
    plane = picture.add_axes((0.08, 0.13, 0.52, 0.74), aspect="equal")
    light, dark = np.array([0.99, 0.99, 0.98]), np.array([0.3, 0.62, 0.82])
    plane.imshow(
        light + (dark - light) * surface[..., None], extent=(-0.4, 1.4, -0.4, 1.4),
        origin="lower", interpolation="nearest",
    )  # fmt: skip
    generator: Any = contour_generator(across, across, surface)
    plane.add_collection(LineCollection(generator.lines(0.5), colors=INK, linewidths=2))
    for (x1, x2), target, value in zip(X, Y[:, 0], h, strict=True):
        plane.plot(x1, x2, "s" if target else "o", ms=13, color=INK if target else "white",
                   mec=INK, mew=1.8)  # fmt: skip
        plane.text(
            x1, x2 + (0.14 if x2 else -0.14), _round(value), ha="center",
            va="bottom" if x2 else "top", weight="bold",
        )  # fmt: skip
    plane.set(xticks=[0, 1], yticks=[0, 1], xlabel="x1", ylabel="x2")
    plane.set_title("output h; line at h = 0.5", size=12)
    cost = picture.add_axes((0.7, 0.6, 0.26, 0.27), xlim=(0, 400), ylim=(0, 0.9))
    cost.plot(costs, color=LINE, lw=2)
    cost.plot(costs[: step + 1], color=FORWARD, lw=2.6)
    cost.plot(min(step, 400), costs[step], "o", color=FORWARD, ms=9, clip_on=False)
    cost.set(xticks=[0, 200, 400], yticks=[0, 0.5])
    cost.set_yticklabels(["0", "0.5"])
    cost.set_title(f"J = {_round(costs[step], 4)}", size=12, color=FORWARD, weight="bold")
    cost.set_xlabel("step", size=11, labelpad=0)

    at_x, at_h, at_o = (
        [(4.85, 1.45), (4.85, 0.75)],
        [(5.75, 1.8), (5.75, 1.1), (5.75, 0.4)],
        (6.65, 1.1),
    )
    edges = [(at_x[i], at_h[j], params["W1"][i, j]) for i in range(2) for j in range(3)]
    edges += [(at_h[j], at_o, params["W2"][j, 0]) for j in range(3)]
    for positive, style in ((True, "-"), (False, (0, (1.2, 1.2)))):
        kept = [(p, q, w) for p, q, w in edges if (w > 0) == positive]
        widths = [0.65 * abs(w) for _, _, w in kept]
        lines = LineCollection([(p, q) for p, q, _ in kept], linewidths=widths, colors=INK)
        lines.set(alpha=0.55, linestyle=style, capstyle="butt", zorder=1)
        net.add_collection(lines)
    nodes = np.array([*at_x, *at_h, at_o]).T
    net.plot(*nodes, "o", ms=13, color=FORWARD, mec="white", zorder=2)
    net.text(5.75, 2.08, "width = |weight|, dots < 0", ha="center", size=11)
    return picture


def xor_figure() -> LiveFigure:
    """Move through the training, from one of several starts."""
    return LiveFigure(
        draw_xor,
        {
            "start": _choice("start", [f"seed {i}" for i in range(6)], "seed 2"),
            "step": slider("step", 0, 0, 400, 5),
        },
    )


# ---------------------------------------------------------------------------------------------
# Two starts, two minima: the smallest network with a hidden unit, its biases held at −½

TINY_X = np.array([-3.0, -1, 0, 3])
TINY_Y = np.array([0.0, 1, 0, 1])
TINY_BIAS = -0.5
TINY_STEPS, TINY_RATE = 300, 4.0
TINY_LEVELS = (0.58, 0.6, 0.63, 0.66, 0.69, 0.715, 0.722, 0.73, 0.75, 0.79, 0.85, 0.95, 1.1, 1.3)


def tiny_cost(w1: Any, w2: Any) -> Any:
    """The mean log-loss of h = σ(w2·σ(w1·x − ½) − ½) on four observations."""
    z = np.asarray(w2)[..., None] * _sigmoid(np.asarray(w1)[..., None] * TINY_X + TINY_BIAS)
    z = z + TINY_BIAS
    return np.mean(np.logaddexp(0, z) - TINY_Y * z, axis=-1)


def tiny_slopes(w1: float, w2: float) -> Point:
    """The two slopes of `tiny_cost`."""
    a = _sigmoid(w1 * TINY_X + TINY_BIAS)
    delta = (_sigmoid(w2 * a + TINY_BIAS) - TINY_Y) / len(TINY_X)
    return float(np.sum(delta * w2 * a * (1 - a) * TINY_X)), float(np.sum(delta * a))


@lru_cache(maxsize=64)
def tiny_walk(w1: float, w2: float) -> np.ndarray:
    """Every point of a descent, (TINY_STEPS + 1, 2)."""
    path = [(w1, w2)]
    for _ in range(TINY_STEPS):
        d1, d2 = tiny_slopes(*path[-1])
        path.append((path[-1][0] - TINY_RATE * d1, path[-1][1] - TINY_RATE * d2))
    return np.array(path)


@lru_cache(maxsize=1)
def _tiny_lines() -> list[np.ndarray]:
    w1, w2 = np.linspace(-2, 3, 101), np.linspace(-3, 4, 101)
    generator: Any = contour_generator(w1, w2, tiny_cost(*np.meshgrid(w1, w2)))
    return [line for level in TINY_LEVELS for line in generator.lines(level)]


@in_house_style
def draw_minima(w1: float = -1, w2: float = -2) -> Picture:
    """Descents over (w1, w2) of the tiny network: a fixed one, and one from the start chosen."""
    starts = ((2.0, 2.0), (w1, w2))
    walks = [tiny_walk(float(a), float(b)) for a, b in starts]
    ends = [walk[-1] for walk in walks]
    heights = [float(tiny_cost(*end)) for end in ends]
    told = " and ".join(
        f"from ({number(a)}, {number(b)}) to ({_round(e[0], 2)}, {_round(e[1], 2)}) with"
        f" J = {_round(J)}"
        for (a, b), e, J in zip(starts, ends, heights, strict=True)
    )
    picture = Picture(
        7,
        4.1,
        "Map of the cost of the smallest network with a hidden unit over its two weights: in this range"
        f" it has two valleys. Descent of {TINY_STEPS} steps leads {told}.",
    )
    chart = picture.add_axes((0.08, 0.13, 0.52, 0.76), xlim=(-2, 3), ylim=(-3, 4))
    chart.add_collection(LineCollection(_tiny_lines(), colors=FORWARD, linewidths=0.9, alpha=0.5))
    top = 1.04 * max(float(tiny_cost(*walk[0])) for walk in walks)
    cost = picture.add_axes((0.7, 0.13, 0.26, 0.62), xlim=(0, 100), ylim=(0.5, max(0.9, top)))
    for walk, colour, marker, J in zip(walks, (INK, FORWARD), ("s", "o"), heights, strict=True):
        chart.plot(*walk.T, color=colour, lw=2.4, zorder=4)
        chart.plot(*walk[0], marker, color=colour, ms=11, mec="white", zorder=5, clip_on=False)
        chart.plot(*walk[-1], marker, color="white", ms=9, mec=colour, mew=2, zorder=6)
        cost.plot(tiny_cost(*walk.T), color=colour, lw=2.6,
                  ls="-" if marker == "o" else (0, (4, 1.5)))  # fmt: skip
        picture.text(
            0.7, 0.945 if marker == "s" else 0.88,
            f"{'■' if marker == 's' else '●'} ends at J = {_round(J)}",
            color=colour, weight="bold", size=12,
        )  # fmt: skip
    chart.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2, 4], xlabel="w1")
    chart.set_xticklabels(["−2", "0", "2"])
    chart.set_yticklabels(["−2", "0", "2", "4"])
    heights_of_lines = ((0.6, 1.32, 3.29), (0.63, 2.11, 3.37), (0.85, 0.05, -1.61),
                        (1.1, 1.18, -2.01), (0.85, -0.43, 2.12), (1.1, -0.81, 2.96))  # fmt: skip
    for level, x, y in heights_of_lines:
        chart.text(x, y, number(level), size=11, color=FORWARD, ha="center", va="center",
                   bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8})  # fmt: skip
    chart.set_title("cost J over w1 and w2", size=12)
    picture.text(0.7, 0.81, "filled: start, open: end", size=11, color=QUIET)
    chart.set_ylabel("w2", labelpad=0)
    cost.set(xticks=[0, 50, 100], yticks=[0.5, 0.6, 0.7, 0.8, 0.9], xlabel="step")
    return picture


def minima_figure() -> LiveFigure:
    """Move the round start and see where its descent ends."""
    return LiveFigure(
        draw_minima,
        {
            "w1": slider("start w1", -1.0, -1.5, 2.5, 0.1),
            "w2": slider("start w2", -2.0, -2.5, 2.5, 0.1),
        },
    )


# ---------------------------------------------------------------------------------------------
# What the unit was about


@in_house_style
def draw_concept_map() -> Picture:
    """The ideas of the unit, what each gives to the next, and the way to unit 5."""
    picture, axes = canvas(
        7,
        4.4,
        "Forward, three kinds of gate make h from X. δ2 = (h − y)/m starts the way back: the add"
        " gate sums for the bias, the multiply gate gives dW = aᵀδ and da = δWᵀ, the sigmoid gate"
        " multiplies by a(1 − a). Slopes are measured, then used to train. Next: any number of layers.",
    )
    for x, y, words, formula, width, colour in (
        (1.15, 3.9, "Forward", "@, +, σ, twice", 1.9, FORWARD),
        (5.2, 3.9, "δ2", "(h − y)/m", 1.9, BACKWARD),
        (1.15, 2.35, "Multiply gate", "dW = aᵀδ, da = δWᵀ", 2.1, BACKWARD),
        (3.5, 2.35, "Add gate", "db = 1ᵀδ, a sum", 1.9, BACKWARD),
        (5.75, 2.35, "Sigmoid gate", "δ = da · a(1 − a)", 1.9, BACKWARD),
        (1.15, 0.6, "Measure", "every array alone", 1.9, INK),
        (3.5, 0.6, "Train", "w ← w − α·dw", 1.7, INK),
        (5.85, 0.6, "Next: deep", "any number of layers", 2.1, INK),
    ):
        axes.add_artist(
            FancyBboxPatch(
                (x - width / 2, y - 0.4), width, 0.8,
                boxstyle="round,pad=0,rounding_size=0.16", facecolor="white",
                edgecolor=QUIET, linewidth=1.3, zorder=3,
            )
        )  # fmt: skip
        axes.text(x, y + 0.1, words, ha="center", weight="bold", zorder=4)
        axes.text(x, y - 0.22, formula, ha="center", color=colour, zorder=4, size=12)
    _arrow(axes, [(2.1, 3.9), (4.25, 3.9)], QUIET)
    axes.text(3.18, 4.02, "h, then compare with y", ha="center", color=QUIET, size=12)
    axes.plot([1.15, 5.75], [3.1, 3.1], color=QUIET, lw=1.8)
    axes.plot([5.2, 5.2], [3.5, 3.1], color=QUIET, lw=1.8)
    for x in (1.15, 3.5, 5.75):
        _arrow(axes, [(x, 3.1), (x, 2.75)], QUIET)
        axes.plot([x, x], [1.95, 1.6], color=QUIET, lw=1.8)
    axes.text(3.1, 3.2, "backwards through the gates", ha="center", color=QUIET, size=12)
    axes.plot([1.15, 5.75], [1.6, 1.6], color=QUIET, lw=1.8)
    _arrow(axes, [(1.15, 1.6), (1.15, 1.0)], QUIET)
    axes.text(1.3, 1.25, "slopes of every array", color=QUIET, size=12)
    _arrow(axes, [(2.1, 0.6), (2.65, 0.6)], QUIET)
    _arrow(axes, [(4.35, 0.6), (4.8, 0.6)], QUIET)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "unit_map": draw_unit_map,
    "network": draw_network,
    "shape_check": draw_shape_check,
    "starts": draw_starts,
    "gates": partial(draw_gates, step=7),
    "gates_back": draw_gates,
    "contributions": draw_contributions,
    "xor": draw_xor,
    "minima": draw_minima,
    "concept_map": draw_concept_map,
}
