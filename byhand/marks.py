"""The marks of unit 5, circles, triangles and squares at places in the plane, and weights of networks that learn them.

Kept apart from the figures, so that who needs numbers alone does not load Matplotlib.
"""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

Thetas = list[np.ndarray]

ARRAYS = Path(__file__).with_suffix(".npz")
SIZES = (2, 8, 6, 3)  # the network that learns the marks


def training() -> tuple[np.ndarray, np.ndarray]:
    """Thirty places (30, 2) and their labels (30,): 0 circle, 1 triangle, 2 square."""
    return arrays()["X_train"].copy(), arrays()["labels_train"].copy()


def validation() -> tuple[np.ndarray, np.ndarray]:
    """Ninety more places (90, 2) and their labels (90,), drawn in the same way."""
    return arrays()["X_valid"].copy(), arrays()["labels_valid"].copy()


def start_weights() -> Thetas:
    """The Θ with which every training in unit 5 begins: 2 inputs, layers of 8, 6 and 3 nodes."""
    return unpack(arrays()["start"].copy())


def trained_weights(lam: float = 0.0) -> Thetas:
    """The Θ after 1,500 steps at rate 3 from `start_weights()`, for λ = 0, 0.02, … 1."""
    return unpack(arrays()["trained"][index_of(lam)].astype(float))


@cache
def arrays() -> dict[str, np.ndarray]:
    """All that is kept, by name."""
    with np.load(ARRAYS) as kept:
        return {name: kept[name] for name in kept.files}


def index_of(lam: float) -> int:
    """Which of the trainings that are kept has the λ nearest to this one."""
    return int(np.argmin(np.abs(arrays()["lams"] - lam)))


def unpack(flat: np.ndarray) -> Thetas:
    """The matrices Θ of the network, from all their entries in a row."""
    shapes = [(n_out, n_in + 1) for n_in, n_out in pairwise(SIZES)]
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    return [p.reshape(s) for p, s in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
