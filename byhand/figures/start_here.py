"""The figures of Start here: the way through the course, and the shapes of arrays."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

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
Shape = tuple[int, ...]


# ---------------------------------------------------------------------------------------------
# The whole course

CARD = (1.72, 1.72)
COLUMNS, ROWS = (0.98, 3.7, 6.42), (3.75, 0.98)


@in_house_style
def draw_course_map() -> Picture:
    """The six units, and what each gives to those after it."""
    picture, axes = canvas(
        7.4,
        5,
        "The course: 0 Start here, where you are, gives checks to 1 One slope, which gives slopes to"
        " 2 Downhill, which gives steps to 3 Sigmoid, which gives a neuron to 4 [2, 3, 1], which gives"
        " a network to 5 Deep nets. Unit 4 also needs shapes from 0 and the sweep back from 1.",
    )
    high, low = ROWS
    left, middle, right = COLUMNS
    for n, (place, title, icon) in enumerate(
        (
            ((left, high), "Start here", _icon_arrays),
            ((middle, high), "One slope", _icon_graph),
            ((right, high), "Downhill", _icon_valley),
            ((right, low), "Sigmoid", _icon_sigmoid),
            ((middle, low), "[2, 3, 1]", _icon_network),
            ((left, low), "Deep nets", _icon_deep),
        )
    ):
        _card(axes, place, n, title)
        icon(axes, place[0], place[1] - 0.19)
    half, gap = CARD[0] / 2, 0.06
    top, bottom = low + CARD[1] / 2 + gap, high - CARD[1] / 2 - gap
    for start, end, words, at in (
        ((left + half, high), (middle - half - gap, high), "checks", ((left + middle) / 2, high)),
        ((middle + half, high), (right - half - gap, high), "slopes", ((middle + right) / 2, high)),
        ((right, bottom), (right, top), "steps", (right + 0.14, (top + bottom) / 2)),
        ((right - half, low), (middle + half + gap, low), "a neuron", ((middle + right) / 2, low)),
        ((middle - half, low), (left + half + gap, low), "a network", ((left + middle) / 2, low)),
        ((middle, bottom), (middle, top), "sweep back", (middle + 0.14, (top + bottom) / 2)),
        ((left, bottom), (middle - 0.6, top), "shapes", (left + 1.02, top + 0.62)),
    ):
        arrow(axes, [start, end], QUIET, width=2.2, head=16, zorder=3)
        level = start[1] == end[1]
        axes.text(
            at[0], at[1] + (0.14 if level else 0), words, color=INK,
            ha="center" if level else "left", va="bottom" if level else "center",
        )  # fmt: skip
    axes.text(left, high + CARD[1] / 2 + 0.11, "you are here", weight="bold", ha="center")
    return picture


def _card(axes: Axes, at: Point, number_of_unit: int, title: str) -> None:
    """A card with the number and the name of a unit; the first one is where the reader is."""
    here = number_of_unit == 0
    width, height = CARD
    axes.add_artist(
        FancyBboxPatch(
            (at[0] - width / 2, at[1] - height / 2), width, height,
            boxstyle="round,pad=0,rounding_size=0.14",
            facecolor="white", edgecolor=INK if here else LINE, linewidth=3 if here else 1.6,
        )
    )  # fmt: skip
    corner = (at[0] - width / 2 + 0.22, at[1] + height / 2 - 0.27)
    axes.add_artist(Circle(corner, 0.16, facecolor=INK, edgecolor="none"))
    axes.text(
        corner[0], corner[1] - 0.01, str(number_of_unit), color="white", size=13, weight="bold",
        ha="center", va="center",
    )  # fmt: skip
    axes.text(corner[0] + 0.23, corner[1] - 0.01, title, size=13, weight="bold", va="center")


def _icon_arrays(axes: Axes, x: float, y: float) -> None:
    cell = 0.21
    for left, top, rows, columns in ((-0.76, 0.31, 3, 1), (-0.41, 0.1, 1, 3), (0.36, 0.31, 3, 2)):
        for i in range(rows):
            for j in range(columns):
                axes.add_artist(
                    Rectangle((x + left + j * cell, y + top - (i + 1) * cell), cell, cell,
                              facecolor=FORWARD_TINT, edgecolor=FORWARD, linewidth=1.4)
                )  # fmt: skip


def _icon_graph(axes: Axes, x: float, y: float) -> None:
    nodes = {"a": (-0.65, 0.3), "b": (-0.65, -0.3), "u": (0, 0), "F": (0.65, 0)}
    for start, end in (("a", "u"), ("b", "u"), ("u", "F")):
        (x0, y0), (x1, y1) = nodes[start], nodes[end]
        away = np.array([-(y1 - y0), x1 - x0]) / np.hypot(x1 - x0, y1 - y0) * 0.07
        along = np.array([x1 - x0, y1 - y0])
        first = np.array([x + x0, y + y0])
        there, back = first + along * np.array([[0.2], [0.76]]) + away, first - away
        arrow(axes, [tuple(there[0]), tuple(there[1])], FORWARD, width=2, head=12, zorder=3)
        way = [tuple(back + 0.74 * along), tuple(back + 0.18 * along)]
        arrow(axes, way, BACKWARD, dashed=True, width=2, head=12, zorder=3)
    for dx, dy in nodes.values():
        axes.plot(x + dx, y + dy, "o", color=INK, ms=11)


def _icon_valley(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.72, 0.72, 60)
    valley = lambda t: y - 0.4 + 1.6 * t**2  # noqa: E731
    axes.plot(x + across, valley(across), color=INK, lw=2.2)
    steps = np.array([-0.66, -0.4, -0.23, -0.11, 0])
    axes.plot(x + steps, valley(steps) + 0.1, "o", color=FORWARD, ms=9)
    axes.plot(x + steps, valley(steps) + 0.1, ":", color=FORWARD, lw=1.6)


def _icon_sigmoid(axes: Axes, x: float, y: float) -> None:
    across = np.linspace(-0.75, 0.75, 60)
    axes.plot(x + across, y - 0.38 + 0.76 / (1 + np.exp(-7 * across)), color=FORWARD, lw=2.6)
    axes.plot(x + np.array([-0.6, -0.38, 0.12]), [y - 0.38] * 3, "o", color=INK, ms=8)
    axes.plot(x + np.array([-0.12, 0.4, 0.62]), [y + 0.38] * 3, "s", color=INK, ms=8)


def _layers(axes: Axes, x: float, y: float, places: list[tuple[float, list[float]]]) -> None:
    """A small network: layers at dx, their nodes at dy, every node joined with the next layer."""
    for (here, nodes), (there, targets) in pairwise(places):
        for dy in nodes:
            for target in targets:
                axes.plot([x + here, x + there], [y + dy, y + target], color=LINE, lw=1.5, zorder=1)
    for i, (dx, nodes) in enumerate(places):
        colour = INK if i == 0 else FORWARD
        axes.plot([x + dx] * len(nodes), [y + dy for dy in nodes], "o", color=colour, ms=10)


def _icon_network(axes: Axes, x: float, y: float) -> None:
    _layers(axes, x, y + 0.1, [(-0.6, [0.2, -0.2]), (0, [0.32, 0, -0.32]), (0.6, [0])])
    way = [(x + 0.55, y - 0.42), (x - 0.6, y - 0.42)]
    arrow(axes, way, BACKWARD, dashed=True, width=2.2, head=16, zorder=3)


def _icon_deep(axes: Axes, x: float, y: float) -> None:
    four = [0.42, 0.14, -0.14, -0.42]
    three = [0.28, 0, -0.28]
    _layers(
        axes, x, y + 0.02,
        [(-0.72, three[:2]), (-0.36, four), (0, four), (0.36, four), (0.72, three)],
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------
# Arrays as grids


def _grid(
    axes: Axes,
    left: float,
    top: float,
    values: np.ndarray,
    cell: float,
    marked: np.ndarray | None = None,
    copies: np.ndarray | None = None,
) -> None:
    """Numbers in cells; `marked` cells are filled, `copies` dashed and pale (both: arrays of bool)."""
    for (i, j), value in np.ndenumerate(values):
        strong = marked is not None and marked[i, j]
        copied = copies is not None and copies[i, j]
        place = (left + j * cell, top - (i + 1) * cell)
        axes.add_artist(
            Rectangle(
                place, cell, cell, facecolor=FORWARD if strong else PAPER if copied else FORWARD_TINT,
                edgecolor=QUIET if copied else FORWARD, linewidth=1 if copied else 1.5,
                linestyle=(0, (3, 2)) if copied else "-", zorder=2 if copied else 3,
            )
        )  # fmt: skip
        axes.text(
            place[0] + cell / 2, place[1] + cell / 2 - 0.01, number(value), ha="center", va="center",
            size=12, color="white" if strong else QUIET if copied else INK,
            weight="bold" if strong else "normal", zorder=4,
        )  # fmt: skip


@in_house_style
def draw_shapes() -> Picture:
    """The numbers 5, 6, 7 in three shapes, and the axes of a table."""
    picture, axes = canvas(
        7,
        3.5,
        "The numbers 5, 6, 7 in three shapes: (3,), flat, [5, 6, 7]; (1, 3), a row, [[5, 6, 7]];"
        " (3, 1), a column, [[5], [6], [7]]. Beside them X, a table of shape (4, 2): axis 0 runs down"
        " its four rows, axis 1 across its two columns.",
    )
    cell, top = 0.46, 2.75
    numbers = np.array([[5, 6, 7]])
    for left, values, words, shape, code in (
        (0.25, numbers, "flat", "(3,)", "[5, 6, 7]"),
        (2.05, numbers, "a row", "(1, 3)", "[[5, 6, 7]]"),
        (3.95, numbers.T, "a column", "(3, 1)", "[[5],\n [6],\n [7]]"),
        (5.45, np.array([[1, 5], [2, 6], [3, 7], [4, 8]]), "X, a table", "(4, 2)", ""),
    ):
        mid = left + values.shape[1] * cell / 2
        _grid(axes, left, top, values, cell)
        axes.text(mid, 3.16, shape, ha="center", weight="bold", size=15, color=FORWARD)
        axes.text(mid, 2.87, words, ha="center", size=13, color=QUIET)
        axes.text(mid, top - values.shape[0] * cell - 0.15, code, ha="center", va="top",
                  family="DejaVu Sans Mono", size=12, linespacing=1.3)  # fmt: skip
    arrow(axes, [(5.28, top - 0.06), (5.28, top - 4 * cell + 0.06)], QUIET, zorder=3)
    axes.text(5.12, top - 2 * cell, "axis 0", rotation=90, ha="center", va="center", color=QUIET)
    arrow(axes, [(5.45, 0.72), (5.45 + 2 * cell, 0.72)], QUIET, zorder=3)
    axes.text(5.45 + cell, 0.42, "axis 1", ha="center", color=QUIET)
    return picture


# ---------------------------------------------------------------------------------------------
# Broadcasting

SHAPES: dict[str, Shape] = {
    "(4, 3)": (4, 3),
    "(4, 1)": (4, 1),
    "(1, 3)": (1, 3),
    "(3,)": (3,),
    "(4,)": (4,),
    "()": (),
}


def example(shape: Shape) -> np.ndarray:
    """An array of this shape: 10, 20, … down, 1, 2, … across, their sums in a table."""
    down, across = 10 * np.arange(1, 5), np.arange(1, 4)
    table = down[:, None] + across
    full = {(4, 3): table, (4, 1): down[:, None], (1, 3): across[None], (3,): across, (4,): down}
    return full.get(shape, np.array(10))


def stretched(left: Shape, right: Shape) -> Shape | None:
    """The shape of left − right, None where NumPy refuses."""
    try:
        return np.broadcast_shapes(left, right)
    except ValueError:
        return None


@in_house_style
def draw_broadcast(left: str = "(4, 3)", right: str = "(1, 3)") -> Picture:
    """left − right: how both are stretched to one shape, and the shapes lined up from the right."""
    shapes = [SHAPES[left], SHAPES[right]]
    result = stretched(*shapes)
    outcome = f"gives {result}" if result is not None else "is refused: the sizes do not fit"
    how = "; copies fill the stretched sizes" if shapes[0] != shapes[1] and result else ""
    arrays = [example(shape) for shape in shapes]
    numbers = " − ".join(_in_brackets(array) for array in arrays)
    if result is not None:
        numbers += f" = {_in_brackets(arrays[0] - arrays[1])}"
    picture, axes = canvas(
        7,
        4.3,
        f"An array of shape {left} minus one of shape {right} {outcome}{how}. In numbers: {numbers}.",
    )
    cell, middle = 0.42, 2.9
    for mid, array, name in zip((1.1, 3.45), arrays, (left, right), strict=True):
        full = array if result is None else np.broadcast_to(array, result)
        full, own = (np.atleast_2d(a) for a in (full, array))
        copies = np.ones(full.shape, dtype=bool)
        copies[: own.shape[0], : own.shape[1]] = False
        _placed(axes, mid, middle, full, cell, copies)
        axes.text(mid, 3.98, name, ha="center", weight="bold", size=15, color=FORWARD)
    axes.text(2.28, middle, "−", ha="center", va="center", size=22, weight="bold")
    axes.text(4.62, middle, "=", ha="center", va="center", size=22, weight="bold")
    if result is None:
        axes.text(5.8, middle, "✗", ha="center", va="center", size=42)
        axes.text(5.8, 3.98, "refused", ha="center", weight="bold", size=15)
    else:
        _placed(axes, 5.8, middle, np.atleast_2d(arrays[0] - arrays[1]), cell)
        axes.text(5.8, 3.98, str(result), ha="center", weight="bold", size=15, color=FORWARD)
    _line_up(axes, shapes)
    return picture


def _in_brackets(array: np.ndarray) -> str:
    """The numbers as Python writes them, a pair of brackets for each axis, with a true minus sign."""
    return str(array.tolist()).replace("-", "−")


def _placed(
    axes: Axes, mid: float, middle: float, values: np.ndarray, cell: float, copies: Any = None
) -> None:
    rows, columns = values.shape
    _grid(axes, mid - columns * cell / 2, middle + rows * cell / 2, values, cell, copies=copies)


def _line_up(axes: Axes, shapes: list[Shape]) -> None:
    """The sizes of both shapes under each other, from the right, and what becomes of each pair."""
    axes.text(0.3, 1.62, "The shapes, lined up from the right:", color=QUIET)
    for y, name in ((1.24, "left"), (0.9, "right"), (0.42, "result")):
        axes.text(0.6, y, name, color=QUIET)
    axes.plot([0.6, 4.9], [0.76, 0.76], color=LINE, lw=1.4)
    for x, place in ((4.3, 0), (2.6, 1)):
        sizes = [shape[-1 - place] if place < len(shape) else None for shape in shapes]
        if sizes == [None, None]:
            continue
        for y, size in zip((1.24, 0.9), sizes, strict=True):
            axes.text(x, y, "–" if size is None else str(size), ha="center", size=15,
                      weight="bold", color=QUIET if size is None else FORWARD)  # fmt: skip
        known = {size for size in sizes if size is not None and size != 1}
        refused, same = len(known) > 1, sizes[0] == sizes[1]
        together = "✗" if refused else str(max(known, default=1))
        axes.text(x, 0.42, together, ha="center", size=15, weight="bold")
        what = "refused" if refused else "equal" if same else "stretched"
        axes.text(x, 0.13, what, ha="center", weight="bold" if refused else "normal")


def broadcast() -> LiveFigure:
    """Put two shapes together and see what is stretched."""
    return LiveFigure(
        draw_broadcast,
        {"left": _choice("left", "(4, 3)"), "right": _choice("right", "(1, 3)")},
    )


def _choice(name: str, value: str) -> widgets.Dropdown:
    return widgets.Dropdown(
        description=name,
        options=list(SHAPES),
        value=value,
        layout=widgets.Layout(width="420px", max_width="calc(100% - 4px)"),
        style={"description_width": "8em"},
    )


@in_house_style
def draw_trap() -> Picture:
    """A column minus the same numbers without columns: a square of differences."""
    picture = draw_broadcast("(4, 1)", "(4,)")
    picture.alt += " On the diagonal stand the four zeros that were meant."
    return picture


# ---------------------------------------------------------------------------------------------
# The matrix product

INPUTS = np.array([[1, 2], [0, 3], [5, 1], [2, -1]])
WEIGHTS = np.array([[2, 1, 0], [-1, 3, 5]])


@in_house_style
def draw_product(row: int = 2, column: int = 1) -> Picture:
    """X @ W with one entry on its way: row `row` of X meets column `column` of W (counted from 0)."""
    product = INPUTS @ WEIGHTS
    terms = " + ".join(
        f"{number(a)} × {factor(b)}" for a, b in zip(INPUTS[row], WEIGHTS[:, column], strict=True)
    )
    entry = number(product[row, column])
    picture, axes = canvas(
        7,
        4.4,
        f"X of shape (4, 2) at W of shape (2, 3) gives (4, 3). Row {row} of X meets column {column} of W"
        f" in entry [{row}, {column}]: {terms} = {entry}.",
    )
    cell, left, right, top = 0.52, 0.75, 2.65, 2.52
    in_row = np.arange(4)[:, None] == row
    in_column = np.arange(3)[None] == column
    _grid(axes, left, top, INPUTS, cell, marked=in_row & np.ones((4, 2), dtype=bool))
    _grid(axes, right, 4.05, WEIGHTS, cell, marked=in_column & np.ones((2, 3), dtype=bool))
    _grid(axes, right, top, product, cell, marked=in_row & in_column)
    y, x = top - (row + 0.5) * cell, right + (column + 0.5) * cell
    for start, end in (
        ((left + 2 * cell + 0.05, y), (right - 0.05, y)),
        ((x, 4.05 - 2 * cell - 0.05), (x, top + 0.05)),
    ):
        arrow(axes, [start, end], FORWARD, width=1.6, head=12, zorder=3)
    name: dict[str, Any] = {"weight": "bold", "size": 15, "color": FORWARD}
    axes.text(left + cell, top + 0.14, "X (4, 2)", ha="center", **name)
    axes.text(right - 0.15, 4.05 - cell, "W (2, 3)", ha="right", va="center", **name)
    axes.text(right + 1.5 * cell, top - 4 * cell - 0.32, "X @ W (4, 3)", ha="center", **name)
    axes.text(4.5, 2.02, f"entry [{row}, {column}]", weight="bold")
    axes.text(4.5, 1.66, f"{terms} = {entry}")
    axes.text(4.5, 3.62, "(4, 2) @ (2, 3)", size=15, weight="bold")
    axes.text(4.5, 3.28, "inner sizes 2 = 2 meet", size=13)
    axes.text(4.5, 2.98, "outer sizes 4, 3 remain", size=13)
    return picture


def product() -> LiveFigure:
    """Choose an entry of X @ W and see which row and which column make it."""
    return LiveFigure(
        draw_product,
        {"row": slider("row of X", 2, 0, 3), "column": slider("column of W", 1, 0, 2)},
    )


# ---------------------------------------------------------------------------------------------
# Sums along an axis


@in_house_style
def draw_axis() -> Picture:
    """The sums of a table down its columns and across its rows, with and without keepdims."""
    table = np.array([[1, 2, 3], [4, 0, 1], [2, 2, 2], [5, 1, 0]])
    picture, axes = canvas(
        7,
        4,
        "A table X of shape (4, 3). Down the columns, X.sum(axis=0) gives 12, 5, 6: shape (3,), or"
        " (1, 3) with keepdims. Across the rows, X.sum(axis=1) gives 6, 5, 6, 6: shape (4,), or"
        " (4, 1) with keepdims.",
    )
    cell, left, top = 0.5, 1.0, 3.45
    bottom, right = top - 4 * cell, left + 3 * cell
    _grid(axes, left, top, table, cell)
    axes.text(left + 1.5 * cell, top + 0.14, "X (4, 3)", ha="center", weight="bold", size=15,
              color=FORWARD)  # fmt: skip
    for x in left + (np.arange(3) + 0.5) * cell:
        arrow(axes, [(x, bottom - 0.06), (x, bottom - 0.34)], FORWARD, width=1.6, head=12, zorder=3)
    for y in top - (np.arange(4) + 0.5) * cell:
        arrow(axes, [(right + 0.06, y), (right + 0.34, y)], FORWARD, width=1.6, head=12, zorder=3)
    _grid(
        axes,
        left,
        bottom - 0.4,
        table.sum(axis=0, keepdims=True),
        cell,
        np.ones((1, 3), dtype=bool),
    )
    _grid(
        axes, right + 0.4, top, table.sum(axis=1, keepdims=True), cell, np.ones((4, 1), dtype=bool)
    )
    axes.text(left - 0.12, bottom - 0.2, "axis 0", ha="right", va="center", color=QUIET)
    axes.text(right + 0.2, top + 0.12, "axis 1", ha="center", color=QUIET)
    x = 3.6
    for y, code, shape, kept in (
        (2.62, "X.sum(axis=1)", "(4,)", "(4, 1)"),
        (0.98, "X.sum(axis=0)", "(3,)", "(1, 3)"),
    ):
        axes.text(x, y, code, family="DejaVu Sans Mono", size=13, weight="bold")
        axes.text(x + 2.05, y, shape, size=15, weight="bold", color=FORWARD)
        axes.text(x, y - 0.36, "with keepdims=True", size=13, color=QUIET)
        axes.text(x + 2.05, y - 0.36, kept, size=15, weight="bold", color=FORWARD)
    return picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "course_map": draw_course_map,
    "shapes": draw_shapes,
    "broadcast": draw_broadcast,
    "trap": draw_trap,
    "product": draw_product,
    "axis": draw_axis,
}
