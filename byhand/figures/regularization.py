"""The figures of unit 5, Deep, many outputs, regularized."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Curve

from byhand import marks
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
    number,
)
from byhand.figures.picture import Picture, arrow, canvas, in_house_style
from byhand.marks import Thetas

Point = tuple[float, float]
RATE, STEPS = 3.0, 1500
CLASSES = (  # name, marker, colour of the marks, colour of their region
    ("circle", "o", "#00664F", "#D3EBE1"),
    ("triangle", "^", "#8A2F6E", "#F1DCEB"),
    ("square", "s", "#6E5600", "#F6EBBE"),
)


def _short(value: float, decimals: int = 2) -> str:
    """The number with so many decimals, and a true minus sign."""
    return f"{round(float(value), decimals) + 0:.{decimals}f}".replace("-", "−")


# ---------------------------------------------------------------------------------------------
# Networks that learn the marks


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2


def _forward(X: np.ndarray, thetas: Thetas) -> list[np.ndarray]:
    activations = [X]
    for theta in thetas:
        activations.append(_sigmoid(activations[-1] @ theta[:, 1:].T + theta[:, 0]))
    return activations


def _cost(h: np.ndarray, Y: np.ndarray) -> float:
    h = np.clip(h, 1e-15, 1 - 1e-15)
    return float(-np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y))


def _slopes(X: np.ndarray, Y: np.ndarray, thetas: Thetas, lam: float) -> Thetas:
    activations = _forward(X, thetas)
    delta = (activations[-1] - Y) / len(X)
    slopes: Thetas = []
    for theta, a in zip(reversed(thetas), reversed(activations[:-1]), strict=True):
        weights = delta.T @ a + lam / len(X) * theta[:, 1:]
        slopes.insert(0, np.hstack([delta.sum(axis=0)[:, None], weights]))
        delta = delta @ theta[:, 1:] * a * (1 - a)
    return slopes


def make_arrays() -> None:
    """Make marks.npz anew: the marks, the start, one training for each λ, no biases."""
    rng = np.random.default_rng(22)
    centres = np.array([[-1.0, -0.6], [1.0, -0.6], [0.0, 1.0]])
    arrays: dict[str, Any] = {}
    for name, m in (("train", 30), ("valid", 90)):
        arrays[f"labels_{name}"] = np.arange(m) % 3
        scatter = rng.normal(0, 0.85, (m, 2))
        arrays[f"X_{name}"] = np.round(centres[np.arange(m) % 3] + scatter, 2)
    rng = np.random.default_rng(1)
    start: Thetas = []
    for n_in, n_out in pairwise(marks.SIZES):
        weights = rng.normal(0, 1.5 / np.sqrt(n_in), (n_out, n_in))
        start.append(np.round(np.hstack([np.zeros((n_out, 1)), weights]), 2))
    arrays["start"] = np.concatenate([theta.ravel() for theta in start])
    arrays["lams"] = np.round(np.arange(51) * 0.02, 2)
    X, Y = arrays["X_train"], np.eye(3)[arrays["labels_train"]]
    trained = []
    for lam in arrays["lams"]:
        thetas: Thetas = start
        for _ in range(STEPS):
            slopes = _slopes(X, Y, thetas, lam)
            thetas = [theta - RATE * slope for theta, slope in zip(thetas, slopes, strict=True)]
        trained.append(np.concatenate([theta.ravel() for theta in thetas]))
    arrays["trained"] = np.array(trained, dtype=np.float32)
    arrays["classes"] = np.array([_classes(flat) for flat in arrays["trained"]])
    arrays["without_bias"] = np.array([_fit_without_bias(s) for s in SHIFTS])
    np.savez_compressed(marks.ARRAYS, **arrays)


# ---------------------------------------------------------------------------------------------
# The whole unit


@in_house_style
def draw_unit_map() -> Picture:
    """The way through the unit: its seven sections along one path, and what comes after."""
    stations: list[tuple[str, Callable[[Axes, float, float], None]]] = [
        ("The bias\nis a node", _icon_bias),
        ("Deep,\nK outputs", _icon_deep),
        ("One\ncost", _icon_cost),
        ("δ, layer\nby layer", _icon_delta),
        ("Too good\nto be true", _icon_overfit),
        ("Pull weights\ntowards 0", _icon_shrink),
        ("Choose\nλ", _icon_choose),
        ("Next: a network\nof your own", _icon_graph),
    ]
    names = [title.replace("\n", " ") for title, _ in stations]
    names = [name[0].lower() + name[1:] for name in names]
    listed = "; ".join(f"{i} {name}" for i, name in enumerate(names[:-1], 1))
    picture, axes = canvas(
        7,
        4,
        f"The way through the unit has seven stations: {listed}. Then: a network of your own.",
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
            continue  # what comes after has no number
        axes.add_artist(Circle((x - 0.42, y + 0.4), 0.15, facecolor=INK, edgecolor=PAPER))
        axes.text(
            x - 0.42, y + 0.39, str(i), color="white", size=11, weight="bold",
            ha="center", va="center",
        )  # fmt: skip
    return picture


def _icon_net(axes: Axes, x: float, y: float, layers: Sequence[Sequence[float]]) -> list[Point]:
    """Dots in columns, all joined; returns them."""
    gap = 0.64 / (len(layers) - 1)
    columns = [[(x - 0.32 + gap * i, y + up) for up in layer] for i, layer in enumerate(layers)]
    for left, right in pairwise(columns):
        axes.add_collection(
            LineCollection([[p, q] for p in left for q in right], colors=LINE, linewidths=1.2)
        )
    return [dot for column in columns for dot in column]


def _icon_bias(axes: Axes, x: float, y: float) -> None:
    node, ends = (x - 0.2, y + 0.08), [(x + 0.28, y + 0.14), (x + 0.28, y - 0.2)]
    for start, colour in (((x - 0.28, y - 0.24), LINE), (node, FORWARD)):
        for end in ends:
            axes.plot(*zip(start, end, strict=True), color=colour, lw=1.4, zorder=1)
    for dot in ((x - 0.28, y - 0.24), *ends):
        axes.plot(*dot, "o", color=FORWARD, ms=7)
    axes.plot(*node, "o", color=FORWARD, mfc="white", ms=20, mew=1.4)
    axes.text(node[0], node[1] - 0.01, "+1", ha="center", va="center", size=11, weight="bold",
              color=FORWARD)  # fmt: skip


def _icon_deep(axes: Axes, x: float, y: float) -> None:
    layers = [(0.1, -0.1), (0.2, 0, -0.2), (0.2, 0, -0.2), (0.2, 0, -0.2)]
    for dot in _icon_net(axes, x, y, layers):
        axes.plot(*dot, "o", color=FORWARD, ms=5.5)


def _icon_cost(axes: Axes, x: float, y: float) -> None:
    for up in (0.24, 0, -0.24):
        axes.plot(x - 0.3, y + up, "o", color=FORWARD, ms=7)
        arrow(
            axes, [(x - 0.22, y + up * 0.9), (x + 0.14, y + up * 0.2)], FORWARD, width=1.3, zorder=4
        )
    axes.text(x + 0.27, y, "J", ha="center", va="center", weight="bold", size=16, color=FORWARD)


def _icon_delta(axes: Axes, x: float, y: float) -> None:
    layers = [(0.1, -0.1), (0.2, 0, -0.2), (0.2, 0, -0.2)]
    for dot in _icon_net(axes, x, y + 0.08, layers):
        axes.plot(*dot, "o", color=BACKWARD, ms=5.5)
    arrow(axes, [(x + 0.3, y - 0.3), (x - 0.3, y - 0.3)], BACKWARD, dashed=True, zorder=4)


def _icon_overfit(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.36, 0.36, 80)
    axes.plot(x + across, y + 0.2 * np.sin(19 * across), color=INK, lw=1.6)
    for dx, dy, marker in (
        (-0.25, 0.05, "o"),
        (0.08, -0.02, "o"),
        (-0.08, 0.0, "s"),
        (0.25, 0, "s"),
    ):
        axes.plot(x + dx, y + dy, marker, color=FORWARD, ms=5.5)


def _icon_shrink(axes: Axes, x: float, y: float) -> None:
    for dx, tall in ((-0.27, 0.5), (-0.09, -0.4), (0.09, 0.3), (0.27, -0.5)):
        axes.add_artist(
            Rectangle((x + dx - 0.05, y), 0.1, tall * 0.65, facecolor="white", edgecolor=QUIET)
        )
        axes.add_artist(Rectangle((x + dx - 0.05, y), 0.1, tall * 0.25, facecolor=FORWARD))
    axes.plot([x - 0.36, x + 0.36], [y, y], color=INK, lw=1.3)


def _icon_choose(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.32, 0.34, 40)
    axes.plot(x + across, y - 0.12 + 3.2 * (across - 0.03) ** 2, color=INK, lw=1.8)
    axes.plot(x + across, y - 0.22 + 0.3 * (across + 0.32), "--", color=FORWARD, lw=1.8)
    axes.plot(x + 0.03, y - 0.12, "o", color=INK, ms=7)


def _icon_graph(axes: Axes, x: float, y: float) -> None:
    dots = [(x - 0.28, y + 0.16), (x - 0.28, y - 0.16), (x, y), (x + 0.28, y)]
    for a, b in ((0, 2), (1, 2), (2, 3)):
        axes.plot(*zip(dots[a], dots[b], strict=True), color=INK, lw=1.3)
    for dot in dots:
        axes.plot(*dot, "o", color=FORWARD, ms=6)
    arrow(
        axes,
        [(x + 0.26, y - 0.24), (x - 0.12, y - 0.24)],
        BACKWARD,
        dashed=True,
        width=1.5,
        zorder=4,
    )


# ---------------------------------------------------------------------------------------------
# With and without bias nodes


SHIFTS = tuple(np.round(np.arange(-4, 5) * 0.5, 1))
PLACES = np.arange(-15.5, 16) / 4  # 32 places; the edges of the bump lie between them


def _bump(shift: float) -> np.ndarray:
    """The target of the bias figure: 1 where x is less than 1 away from `shift`, else 0."""
    return (np.abs(PLACES - shift) < 1).astype(float)


def _fit_without_bias(shift: float) -> np.ndarray:
    """Two hidden weights and two output weights of [1, 2, 1]: the best of forty trainings."""
    rng = np.random.default_rng(5)
    w1, w2 = rng.normal(0, 2, (40, 1, 2)), rng.normal(0, 2, (40, 2, 1))
    x, t = PLACES[None, :, None], _bump(shift)[None, :, None]
    for _ in range(6000):
        a = _sigmoid(x @ w1)
        delta = (_sigmoid(a @ w2) - t) / len(PLACES)
        back = delta @ w2.transpose(0, 2, 1) * a * (1 - a)
        w2 = w2 - 1.0 * a.transpose(0, 2, 1) @ delta
        w1 = w1 - 1.0 * x.transpose(0, 2, 1) @ back
    h = np.clip(_sigmoid(_sigmoid(x @ w1) @ w2), 1e-15, 1 - 1e-15)
    best = np.argmin(-np.mean(t * np.log(h) + (1 - t) * np.log(1 - h), axis=(1, 2)))
    return np.concatenate([w1[best].ravel(), w2[best].ravel()])


@in_house_style
def draw_bias_node(shift: float = 0.5) -> Picture:
    """The network [1, 2, 1] without and with bias nodes, on a bump moved by `shift`."""
    t = _bump(shift)[:, None]
    across = np.linspace(-4, 4, 129)[:, None]
    w = marks.arrays()["without_bias"][int(np.argmin(np.abs(np.array(SHIFTS) - shift)))]
    nets = {
        "without bias nodes": [
            np.column_stack([[0, 0], w[:2]]),
            np.array([[0, *w[2:]]]),
        ],
        "with bias nodes": [
            np.array([[12 - 12 * shift, 12], [-12 - 12 * shift, 12]]),
            np.array([[-6.0, 12, -12]]),
        ],
    }
    costs = [_cost(_forward(PLACES[:, None], thetas)[-1], t) for thetas in nets.values()]
    picture = Picture(
        7,
        4.5,
        f"A target that is 1 around x = {number(shift)} and 0 elsewhere. Without bias nodes both"
        " hidden nodes say ½ at x = 0, and the best network found costs"
        f" {_short(costs[0], 3)}. With bias nodes they say ½ at {number(shift - 1)} and"
        f" {number(shift + 1)}, and the cost is {_short(costs[1], 3)}.",
    )
    board = picture.add_axes((0, 0, 1, 1), xlim=(0, 7), ylim=(0, 4.5))
    board.set_axis_off()
    for i, ((name, thetas), cost) in enumerate(zip(nets.items(), costs, strict=True)):
        left = 0.075 + 0.485 * i
        middle = 7 * left + 1.54
        dots = np.array([(-1.24, 3.23), (-0.09, 3.55), (-0.09, 3.1), (1.06, 3.32)])
        dots[:, 0] += middle
        ways = [dots[[j, k]] for j, k in ((0, 1), (0, 2), (1, 3), (2, 3))]
        board.add_collection(LineCollection(ways, colors=LINE, linewidths=1.6, zorder=1))
        node: dict[str, Any] = {"ls": "", "marker": "o", "ms": 21, "mew": 1.4, "zorder": 2}
        board.plot(*dots.T, **node, mfc="white", mec=QUIET)
        label: dict[str, Any] = {"size": 11, "ha": "center", "va": "center", "zorder": 3}
        for (x, y), text in zip(dots, ("x", "a₁", "a₂", "h"), strict=True):
            board.text(x, y - 0.01, text, **label)
        if i == 1:
            ones = np.array([(middle - 1.24, 3.88), (middle - 0.09, 4.0)])
            ways = [np.array([ones[j], dots[k]]) for j, k in ((0, 1), (0, 2), (1, 3))]
            board.add_collection(LineCollection(ways, colors=FORWARD, linewidths=2.2, zorder=1))
            board.plot(*ones.T, **node, mfc=FORWARD_TINT, mec=FORWARD)
            for x, y in ones:
                board.text(x, y - 0.01, "+1", **label)
        board.text(middle, 4.25, name, ha="center", weight="bold")
        board.text(
            middle, 2.72, f"J = {_short(cost, 3)}", color=FORWARD, weight="bold", ha="center"
        )
        chart = picture.add_axes((left, 0.2, 0.44, 0.38), xlim=(-4.2, 4.2), ylim=(-0.08, 1.12))
        _, a, h = _forward(across, thetas)
        chart.plot(across, a[:, 0], ":", color=INK, lw=1.6)
        chart.plot(across, a[:, 1], "--", color=INK, lw=1.4)
        undecided = -thetas[0][:, 0] / thetas[0][:, 1]
        chart.plot(undecided, [0.5, 0.5], "D", color=INK, ms=7, zorder=5)
        chart.plot(across, h, color=FORWARD, lw=2.6)
        chart.plot(PLACES, t, "o", color=FORWARD, mfc=PAPER, ms=5, zorder=4)
        chart.set_xticks([-4, -2, 0, 2, 4], ["−4", "−2", "0", "2", "4"])
        chart.set_yticks([0, 0.5, 1], ["0", "½", "1"] if i == 0 else [])
        chart.set_xlabel("x", labelpad=1)
    for x, style, words in (
        (0.4, {"marker": "o", "ls": "", "mfc": PAPER, "color": FORWARD}, "target"),
        (1.6, {"ls": "-", "lw": 2.6, "color": FORWARD}, "output h"),
        (3.05, {"ls": ":", "lw": 1.8, "color": INK}, "a₁"),
        (3.85, {"ls": "--", "lw": 1.6, "color": INK}, "a₂"),
        (4.75, {"marker": "D", "ls": "", "color": INK}, "hidden node says ½"),
    ):
        both = [x - 0.18, x + 0.18] if style["ls"] else [x]
        board.plot(both, [0.2] * len(both), **style)
        board.text(x + 0.27, 0.2, words, va="center", size=12)
    return picture


def bias_node_figure() -> LiveFigure:
    """Move the bump: the network with bias nodes follows."""
    return LiveFigure(draw_bias_node, {"shift": slider("bump at x", 0.5, -2.0, 2.0, 0.5)})


# ---------------------------------------------------------------------------------------------
# δ, layer by layer


LAYERS = (2, 4, 3, 3)


def _layer_thetas() -> Thetas:
    """Weights without chance: 1.5·sin(21), 1.5·sin(22), … row by row, through all layers."""
    shapes = [(n_out, n_in + 1) for n_in, n_out in pairwise(LAYERS)]
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    entries = 1.5 * np.sin(np.arange(21, 21 + ends[-1]))
    return [p.reshape(s) for p, s in zip(np.split(entries, ends[:-1]), shapes, strict=True)]


@in_house_style
def draw_layers(step: int = 3, label: int = 0) -> Picture:
    """Four layers and one example: activations forward, and δ after `step` backward steps."""
    thetas = _layer_thetas()
    activations = _forward(np.array([[1.0, 0.5]]), thetas)
    Y = np.eye(3)[[label]]
    deltas = [activations[-1] - Y]
    for theta, a in zip(thetas[:0:-1], activations[-2:0:-1], strict=True):
        deltas.insert(0, deltas[0] @ theta[:, 1:] * a * (1 - a))
    h = ", ".join(_short(v) for v in activations[-1][0])
    alt = (
        "A network with 2 inputs and layers of 4, 3 and 3 nodes, and a node +1 before each layer,"
        f" at one example of class {label}. Outputs: {h}."
    )
    seen = deltas[len(deltas) - step :]
    if seen:
        alt += " δ of the outputs: " + ", ".join(_short(v) for v in seen[-1][0]) + "."
    if step > 1:
        alt += f" Then δ has {'reached' if step == 2 else 'gone through'} the hidden layers"
        alt = alt.replace("reached the hidden layers", "reached the second hidden layer")
        alt += "." if step == 2 else ", the second before the first."
    picture, axes = canvas(7, 5.45, alt)
    columns = (0.45, 2.3, 4.3, 6.45)
    place: list[list[Point]] = []
    for x, n in zip(columns, LAYERS, strict=True):
        gap = 0.86
        place.append([(x, 2.45 - (n - 1) * gap / 2 + gap * (n - 1 - i)) for i in range(n)])
    tops = [(x, 4.45) for x in columns[:3]]
    for layer, theta in enumerate(thetas):
        lines = [[here, to] for to in place[layer + 1] for here in place[layer]]
        widths = 0.3 + np.abs(theta[:, 1:]).ravel()
        axes.add_collection(LineCollection(lines, linewidths=widths, colors=LINE, zorder=1))
        start = np.array(tops[layer])
        ways = [np.array(to) - start for to in place[layer + 1]]
        stubs = [[start, start + 0.5 * way / np.hypot(*way)] for way in ways]
        axes.add_collection(LineCollection(stubs, linewidths=0.8, colors=QUIET, zorder=0))
    followed = len(LAYERS) - step  # the layer whose first node is followed
    if step >= 2:
        x, y = place[followed][0]
        for there in place[followed + 1]:
            way = [there[0], x], [there[1], y]
            axes.plot(*way, color=PAPER, lw=3, zorder=1.4)
            axes.plot(*way, color=BACKWARD, lw=2.4, ls=(0, (3, 1.6)), zorder=1.5)
    dots = np.array([dot for nodes in place for dot in nodes])
    disc: dict[str, Any] = {"ls": "", "marker": "o", "zorder": 2}
    axes.plot(*dots.T, **disc, ms=43, mfc=FORWARD_TINT, mec=FORWARD, mew=1.6)
    axes.plot(*np.array(tops).T, **disc, ms=32, mfc="white", mec=QUIET, mew=1.3)
    centred: dict[str, Any] = {"size": 11, "ha": "center", "va": "center", "zorder": 4}
    for x, y in tops:
        axes.text(x, y - 0.01, "+1", **centred)
    for layer, nodes in enumerate(place):
        delta = deltas[layer - 1][0] if layer > len(LAYERS) - 1 - step else None
        for i, (x, y) in enumerate(nodes):
            text = _short(activations[layer][0, i])
            up = 0.0 if delta is None else 0.1
            axes.text(x, y + up, text, color=FORWARD, weight="bold", **centred)
            if delta is not None:
                text = _short(delta[i])
                axes.text(x, y - 0.17, text, color=BACKWARD, weight="bold", **centred)
        if delta is not None:
            corners = np.array([(-0.32, -0.3), (0.32, -0.3), (0.32, -0.03), (-0.32, -0.03)])
            boxes = PolyCollection(
                [corners + np.array(node) for node in nodes],
                facecolors=BACKWARD_TINT if layer == followed else "white",
                edgecolors=BACKWARD,
                linewidths=1.3,
                linestyles="--",
                zorder=3,
            )
            axes.add_collection(boxes)
    for x, name in zip(columns, ("X", "a1", "a2", "h"), strict=True):
        axes.text(x, 0.5, name, ha="center", color=FORWARD, weight="bold")
    rules = (
        "Forward pass done: every node has its activation.",
        "δ3 = (h − Y)/m,  here m = 1",
        "δ2 = (δ3 Θ3 without the column of +1) ∗ a2 (1 − a2)",
        "δ1 = (δ2 Θ2 without the column of +1) ∗ a1 (1 − a1)",
    )
    axes.text(0.12, 5.17, f"step {step} of 3", weight="bold")
    axes.text(1.3, 5.17, rules[step], color=BACKWARD if step else INK)
    if step:
        now = activations[followed][0, 0]
        found = _short(deltas[followed - 1][0, 0])
        if step == 1:
            text = f"first node: {_short(now)} − {number(Y[0, 0])} = {found}"
        else:
            shares = thetas[followed][:, 1] * deltas[followed][0]
            added = " + ".join(_short(share) for share in shares).replace("+ −", "− ")
            text = (
                f"first node: {added} ≈ {_short(shares.sum())},"
                f"  times {_short(now)} · {_short(1 - now)} ≈ {found}"
            )
        axes.text(0.12, 4.87, text, color=BACKWARD, size=11)
    target = "Y = (" + ", ".join(number(v) for v in Y[0]) + ")"
    axes.text(6.35, 3.95, target, ha="center")
    arrow(axes, [(0.35, 0.22), (1.05, 0.22)], FORWARD, zorder=4)
    axes.text(1.17, 0.15, "activation, in the node", color=FORWARD)
    arrow(axes, [(4.75, 0.22), (4.05, 0.22)], BACKWARD, dashed=True, zorder=4)
    axes.text(4.87, 0.15, "δ, in the dashed box", color=BACKWARD)
    return picture


def layers_figure() -> LiveFigure:
    """Walk back through the layers: the last δ first."""
    return LiveFigure(
        draw_layers,
        {"step": slider("backward step", 0, 0, 3), "label": slider("true class", 0, 0, 2)},
    )


# ---------------------------------------------------------------------------------------------
# Decision boundaries and λ


REACH = 3.1


SIDE = 220


@lru_cache(maxsize=64)
def _regions(index: int) -> np.ndarray:
    """The regions of the three classes as an image, with dark lines where they meet."""
    classes = marks.arrays()["classes"][index]
    tints = np.array([[int(c[3][i : i + 2], 16) for i in (1, 3, 5)] for c in CLASSES], np.uint8)
    image = tints[classes]
    border = np.zeros((SIDE, SIDE), bool)
    border[:-1] |= classes[:-1] != classes[1:]
    border[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    image[border] = [int(INK[i : i + 2], 16) for i in (1, 3, 5)]
    return image


def _classes(flat: np.ndarray) -> np.ndarray:
    """What the network with these entries says at each point of a grid over the plane."""
    across = np.linspace(-REACH, REACH, SIDE)
    grid = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    said = _forward(grid, marks.unpack(flat.astype(float)))[-1].argmax(axis=1)
    return said.astype(np.uint8).reshape(SIDE, SIDE)


@cache
def _report() -> dict[str, np.ndarray]:
    """For each λ: both costs without penalty, mistakes, and the typical size of the weights."""
    arrays = marks.arrays()
    rows: dict[str, list[float]] = {}
    for flat in arrays["trained"]:
        thetas = marks.unpack(flat.astype(float))
        for name in ("train", "valid"):
            h = _forward(arrays[f"X_{name}"], thetas)[-1]
            labels = arrays[f"labels_{name}"]
            rows.setdefault(f"cost_{name}", []).append(_cost(h, np.eye(3)[labels]))
            rows.setdefault(f"wrong_{name}", []).append(np.sum(h.argmax(axis=1) != labels))
        weights = np.concatenate([theta[:, 1:].ravel() for theta in thetas])
        rows.setdefault("weight", []).append(float(np.sqrt(np.mean(weights**2))))
    found = {name: np.array(values) for name, values in rows.items()}
    found["bias"] = np.array([marks.unpack(flat)[-1][:, 0] for flat in arrays["trained"]])
    return found


@in_house_style
def draw_boundary(lam: float = 0.16) -> Picture:
    """What a network trained with `lam` says everywhere, with training and validation marks."""
    index, report, arrays = marks.index_of(lam), _report(), marks.arrays()
    shown = {"train": "training", "valid": "validation"}
    thetas = marks.trained_weights(lam)
    said = []
    for name, word in shown.items():
        m = len(arrays[f"labels_{name}"])
        wrong = int(report[f"wrong_{name}"][index])
        said.append(f"{wrong} of {m} {word} marks are wrong, at cost"
                    f" {_short(report[f'cost_{name}'][index])}")  # fmt: skip
    picture = Picture(
        7,
        4.35,
        "The plane divided among circles, triangles and squares by a network trained with"
        f" λ = {number(lam)}. {said[0]}; {said[1]}.",
    )
    picture.text(0.5, 0.94, f"λ = {number(lam)}", ha="center", weight="bold", size=15)
    image = _regions(index)
    for i, (name, word) in enumerate(shown.items()):
        X, labels = arrays[f"X_{name}"], arrays[f"labels_{name}"]
        axes = picture.add_axes(
            (0.015 + 0.495 * i, 0.1, 0.475, 0.475 * 7 / 4.35), xlim=(-REACH, REACH),
            ylim=(-REACH, REACH), xticks=[], yticks=[],
        )  # fmt: skip
        axes.imshow(image, origin="lower", extent=(-REACH, REACH) * 2, interpolation="nearest")
        answers = _forward(X, thetas)[-1].argmax(axis=1)
        for k, (_, marker, colour, _) in enumerate(CLASSES):
            size = 7.5 if i == 0 else 5.5
            right, wrong = (X[(labels == k) & mask] for mask in (answers == k, answers != k))
            axes.plot(*right.T, marker, color=colour, ms=size, mec="white", mew=0.5)
            axes.plot(*wrong.T, marker, color=colour, ms=size, mfc="white", mew=2)
        wrong = int(report[f"wrong_{name}"][index])
        cost = _short(report[f"cost_{name}"][index])
        title = f"{word}: {wrong} of {len(X)} wrong, J = {cost}"
        picture.text(0.2525 + 0.495 * i, 0.885, title, ha="center", size=12)
    key = picture.add_axes((0, 0, 1, 0.085), xlim=(0, 7), ylim=(0, 1))
    key.set_axis_off()
    for x, (name, marker, colour, tint) in zip((0.35, 1.65, 3.1), CLASSES, strict=True):
        key.plot(x, 0.5, "s", color=tint, mec=LINE, ms=17)
        key.plot(x, 0.5, marker, color=colour, ms=7.5)
        key.text(x + 0.22, 0.48, name, va="center", size=12)
    key.plot(4.75, 0.5, "o", color=INK, ms=7)
    key.text(4.9, 0.48, "right", va="center", size=12)
    key.plot(5.75, 0.5, "o", color=INK, mfc="white", mew=2, ms=7)
    key.text(5.9, 0.48, "wrong", va="center", size=12)
    return picture


def boundary_figure() -> LiveFigure:
    """Move λ from 0, where every training mark is right, to 1, where all weights are 0."""
    return LiveFigure(draw_boundary, {"lam": slider("λ", 0.0, 0.0, 1.0, 0.02)})


# ---------------------------------------------------------------------------------------------
# Weights shrink, biases do not


@in_house_style
def draw_shrinking(lam: float = 0.3) -> Picture:
    """The penalty alone on one row of Θ; and the weights and last biases of trained networks."""
    index, report, lams = marks.index_of(lam), _report(), marks.arrays()["lams"]
    row = np.array([1.4, 1.6, -1.2, 0.5, -0.8, 1.1, -1.5])
    factor = (1 - RATE * lam / 30) ** 50
    after = np.append(row[:1], row[1:] * factor)
    weight, biases = report["weight"][index], report["bias"][index]
    listed = ", ".join(_short(b) for b in biases)
    picture = Picture(
        7,
        3.9,
        f"Left: 50 steps of the penalty alone at λ = {number(lam)} multiply each weight of a row"
        f" by {_short(factor)}; the bias stays. Right, trained networks: at λ = {number(lam)} the"
        f" typical weight is {_short(weight)}, the biases of the outputs are {listed}.",
    )
    picture.text(0.5, 0.93, f"λ = {number(lam)}", ha="center", weight="bold", size=15)
    bars = picture.add_axes((0.075, 0.17, 0.4, 0.6), xlim=(-0.7, 6.7), ylim=(-1.7, 1.9))
    bars.set_title(f"penalty alone, 50 steps: weights × {_short(factor)}", size=12)
    bars.axhline(0, color=QUIET, lw=1)
    for heights, look in (
        (row, {"facecolors": "none", "edgecolors": QUIET, "linestyles": "--", "linewidths": 1.2}),
        (after[1:], {"facecolors": FORWARD}),
        (after[:1], {"facecolors": PAPER, "edgecolors": INK, "hatch": "//", "linewidths": 1.4}),
    ):
        first = 1 if len(heights) == 6 else 0
        corners = [
            [(x - 0.35, 0), (x + 0.35, 0), (x + 0.35, height), (x - 0.35, height)]
            for x, height in enumerate(heights, first)
        ]
        bars.add_collection(PolyCollection(corners, **look))
    bars.set_xticks(range(7), ["b", *(f"θ{'₁₂₃₄₅₆'[i]}" for i in range(6))])
    bars.set_yticks([-1, 0, 1], ["−1", "0", "1"])
    chart = picture.add_axes((0.565, 0.17, 0.42, 0.6), xlim=(0, 1.01), ylim=(-7, 5.4), xlabel="λ")
    chart.set_title("trained with λ", size=12)
    chart.axhline(0, color=LINE, lw=1, zorder=0)
    chart.plot(lams, report["weight"], color=FORWARD, lw=2.8)
    for k, (_, marker, _, _) in enumerate(CLASSES):
        chart.plot(lams, report["bias"][:, k], "--", color=INK, lw=1.1, zorder=1)
        chart.plot(lam, biases[k], marker, color=INK, ms=8, mfc=PAPER, mew=1.6, clip_on=False)
    chart.plot(lam, weight, "o", color=FORWARD, ms=10, clip_on=False, zorder=5)
    chart.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    chart.set_yticks([-6, -4, -2, 0, 2, 4], ["−6", "−4", "−2", "0", "2", "4"])
    chart.text(0.99, 3.9, f"typical weight {_short(weight)}", color=FORWARD, weight="bold",
               ha="right")  # fmt: skip
    chart.text(0.99, -6.4, "last biases ○ △ □\n" + ", ".join(_short(b, 1) for b in biases),
               ha="right")  # fmt: skip
    return picture


def shrinking_figure() -> LiveFigure:
    """Raise λ: the weights go towards 0, the biases go where the data want them."""
    return LiveFigure(draw_shrinking, {"lam": slider("λ", 0.3, 0.0, 1.0, 0.02)})


# ---------------------------------------------------------------------------------------------
# Choosing λ


@in_house_style
def draw_choice(lam: float = 0.5) -> Picture:
    """Training and validation cost over λ, with the least validation cost marked."""
    index, report, lams = marks.index_of(lam), _report(), marks.arrays()["lams"]
    train, valid = report["cost_train"], report["cost_valid"]
    best = int(np.argmin(valid))
    picture = Picture(
        7,
        4.2,
        f"Cost without penalty over λ. At λ = {number(lam)} the training cost is"
        f" {_short(train[index])}, the validation cost {_short(valid[index])}. The validation cost"
        f" is least at λ = {number(lams[best])}, where it is {_short(valid[best])}; at λ = 0 it is"
        f" {_short(valid[0])}.",
    )
    axes = picture.add_axes((0.1, 0.15, 0.87, 0.66), xlim=(-0.01, 1.02), ylim=(0, 3.3), xlabel="λ")
    axes.axvline(lams[best], color=INK, lw=1.2, ls=(0, (2, 3)), zorder=0)
    axes.plot([lam, lam], [0, max(train[index], valid[index])], color=LINE, lw=1.5, zorder=0)
    for costs, style, colour, marker in (
        (valid, "-", INK, "s"), (train, "--", FORWARD, "o"),
    ):  # fmt: skip
        axes.plot(lams, costs, style, color=colour, lw=2.4)
        axes.plot(lam, costs[index], marker, color=colour, ms=10, clip_on=False)
    axes.plot(lams[best], valid[best], "*", color=INK, ms=16, zorder=6)
    axes.text(lams[best] + 0.02, 2.85, f"least validation cost: {_short(valid[best])}"
              f" at λ = {number(lams[best])}")  # fmt: skip
    picture.text(0.1, 0.92, f"λ = {number(lam)}", weight="bold")
    picture.text(0.3, 0.92, f"training {_short(train[index])} (dashed, ●)", color=FORWARD)
    picture.text(0.65, 0.92, f"validation {_short(valid[index])} (line, ■)")
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    axes.set_yticks([0, 1, 2, 3])
    axes.set_ylabel("cost J")
    return picture


def choice_figure() -> LiveFigure:
    """Move λ along both curves: one only rises, the other falls first."""
    return LiveFigure(draw_choice, {"lam": slider("λ", 0.5, 0.0, 1.0, 0.02)})


# ---------------------------------------------------------------------------------------------
# What the unit was about


@in_house_style
def draw_concept_map() -> Picture:
    """The ideas of the unit, what each gives to the next, and what comes after."""
    picture, axes = canvas(
        7,
        4.6,
        "One Θ per layer holds weights and biases. Forward makes activations and a cost; δ goes"
        " back layer by layer; δᵀ[1 a] gives the slopes. The penalty adds λθ/m to the slopes of"
        " weights, and validation chooses λ. Next: a network of your own, such as one for digits.",
    )
    for x, y, words, formula, width, colour in (
        (1.05, 4.05, "Θ per layer", "bias first", 1.7, FORWARD),
        (3.5, 4.05, "Forward", "[1 a] Θᵀ, then σ", 2.2, FORWARD),
        (5.95, 4.05, "Cost J", "mean over m", 1.7, FORWARD),
        (5.95, 2.6, "δ at the end", "(h − Y)/m", 1.7, BACKWARD),
        (3.5, 2.6, "δ, layer by layer", "δ Θ[:, 1:] ∗ a(1 − a)", 2.2, BACKWARD),
        (1.05, 2.6, "Slopes dΘ", "δᵀ [1 a]", 1.7, BACKWARD),
        (1.05, 1.15, "Penalty", "+ λ/m · θ", 1.7, BACKWARD),
        (3.5, 1.15, "Validation", "chooses λ", 2.2, INK),
        (5.95, 1.15, "Next: your own", "digits, say", 1.8, INK),
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
    for way in (
        [(1.9, 4.05), (2.4, 4.05)], [(4.6, 4.05), (5.1, 4.05)], [(5.95, 3.65), (5.95, 3.0)],
        [(5.1, 2.6), (4.6, 2.6)], [(2.4, 2.6), (1.9, 2.6)], [(1.05, 2.2), (1.05, 1.55)],
        [(1.9, 1.15), (2.4, 1.15)], [(4.6, 1.15), (5.05, 1.15)],
    ):  # fmt: skip
        arrow(axes, way, QUIET, zorder=4)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "unit_map": draw_unit_map,
    "bias_node": draw_bias_node,
    "layers": draw_layers,
    "overfit": partial(draw_boundary, lam=0.0),
    "boundary": draw_boundary,
    "shrinking": draw_shrinking,
    "choice": draw_choice,
    "concept_map": draw_concept_map,
}
