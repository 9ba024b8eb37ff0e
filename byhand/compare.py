"""Where an answer differs from the expected one, and how to say so.

Generous about containers (a list for a tuple, a list for a row of numbers, (1, 1) for a scalar, int for float), never
about the shape of an array.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from byhand.exercise import Tolerance
from byhand.plain import describe, identical, is_number


class Stage(IntEnum):
    """What is looked at, in this order; feedback is about the first that fails."""

    NOT_ATTEMPTED = 0
    EXCEPTION = 1
    TYPE = 2
    SHAPE = 3
    VALUE = 4
    ARGUMENTS = 5
    WARNING = 6
    INVARIANT = 7


@dataclass(frozen=True)
class Difference:
    """One place where an answer is not the expected one.

    `part` is the name of the returned part, or None when it is about the answer as a whole. `problem` reads on after
    the name of the part. `conventions()` finds the ways in which this part would be right: names of `CONVENTIONS`.
    """

    part: str | None
    stage: Stage
    problem: str
    conventions: Callable[[], frozenset[str]] = frozenset


def differences(
    expected: Any,
    actual: Any,
    tolerance: Tolerance,
    names: tuple[str, ...] = (),
    examples: int = 0,
) -> list[Difference]:
    """All differences of a plain `actual` from a plain `expected`; [] if there are none.

    `names` are the names of the parts of an expected tuple. `examples` is the number m of examples in the inputs, for
    the convention 1/m; 0 if there is none.
    """
    if identical(expected, actual):  # quick, and most answers are
        return []
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _in_dict(expected, actual, tolerance, examples)
    if isinstance(expected, tuple) and names:
        return _in_parts(expected, actual, tolerance, names, examples)
    return list(_in_value(expected, actual, tolerance, None, examples))


def _in_dict(expected: dict, actual: dict, tolerance: Tolerance, m: int) -> list[Difference]:
    found: list[Difference] = []
    for key, value in expected.items():
        part = key if isinstance(key, str) else repr(key)
        if key not in actual:
            found.append(Difference(part, Stage.TYPE, "is missing from the dictionary you return"))
        else:
            found += _in_value(value, actual[key], tolerance, part, m)
    return found


def _in_parts(
    expected: tuple, actual: Any, tolerance: Tolerance, names: tuple[str, ...], m: int
) -> list[Difference]:
    if isinstance(actual, np.ndarray) and actual.ndim == 1:
        actual = actual.tolist()
    if not isinstance(actual, tuple | list) or len(actual) != len(expected):
        wanted = f"({', '.join(names)})"
        return [
            Difference(None, Stage.TYPE, f"must return {wanted}, but returns {describe(actual)}")
        ]
    parts = zip(expected, actual, names, strict=True)
    return [d for e, a, name in parts for d in _in_value(e, a, tolerance, name, m)]


def _in_value(
    expected: Any, actual: Any, tolerance: Tolerance, part: str | None, m: int
) -> Iterator[Difference]:
    verb = "is" if part else "returns"
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from (
            Difference(part, d.stage, f"[{d.part}] {d.problem}")
            for d in _in_dict(expected, actual, tolerance, m)
        )
    elif is_number(expected) and np.ndim(expected) == 0:
        if not is_number(actual):
            shape = np.shape(actual) if isinstance(actual, np.ndarray) else None
            stage = Stage.SHAPE if shape else Stage.TYPE
            yield Difference(
                part, stage, f"{verb} {describe(actual)} where a single number is wanted"
            )
        else:
            yield from _in_numbers(_floats(expected), _floats(actual), tolerance, part, m)
    elif (row := _as_row(expected)) is not None:
        yield from _in_array(row, _as_row(actual, actual), tolerance, part, m)
    elif isinstance(expected, tuple | list):
        if not isinstance(actual, tuple | list) or len(actual) != len(expected):
            yield Difference(
                part, Stage.TYPE, f"{verb} {describe(actual)} where {describe(expected)} is wanted"
            )
        else:
            for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
                found = _in_value(e, a, tolerance, part or f"entry {i}", m)
                yield from (
                    Difference(part, d.stage, f"[{i}] {d.problem}") if part else d for d in found
                )
    elif type(expected) is not type(actual):
        yield Difference(
            part, Stage.TYPE, f"{verb} {describe(actual)} where {describe(expected)} is wanted"
        )
    elif expected != actual:
        yield Difference(part, Stage.VALUE, "is not the expected one")


def _as_row(value: Any, otherwise: Any = None) -> Any:
    """An array, or a list or tuple of numbers as one."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, tuple | list) and value and all(map(is_number, value)):
        return np.concatenate([_floats(number) for number in value])
    return otherwise


def _in_array(
    expected: np.ndarray, actual: Any, tolerance: Tolerance, part: str | None, m: int
) -> Iterator[Difference]:
    verb = "is" if part else "returns"
    if not isinstance(actual, np.ndarray):
        yield Difference(part, Stage.TYPE, f"{verb} {describe(actual)} where an array is wanted")
    elif actual.dtype.kind == "b" and expected.dtype.kind != "b":
        yield Difference(part, Stage.TYPE, f"{verb} an array of True and False, not of numbers")
    elif actual.shape != expected.shape:
        transposed = actual.shape == expected.shape[::-1] and _agree(expected.T, actual, tolerance)
        yield Difference(
            part, Stage.SHAPE, _shape_problem(expected.shape, actual.shape, transposed)
        )
    else:
        yield from _in_numbers(np.ravel(expected), np.ravel(actual), tolerance, part, m)


def _shape_problem(expected: tuple[int, ...], actual: tuple[int, ...], transposed: bool) -> str:
    if len(expected) == len(actual) == 1:
        return f"has length {actual[0]} where {expected[0]} is wanted"
    problem = f"has shape {actual} where {expected} is wanted"
    if transposed:
        return f"{problem}: it is transposed"
    if len(expected) == 2 and actual == expected[::-1]:
        return f"{problem}: rows and columns are exchanged"
    if len(expected) == 2 and actual in [(size,) for size in expected if np.prod(expected) == size]:
        return f"{problem}: keep it two-dimensional (keepdims=True, or reshape)"
    return problem


def _in_numbers(
    expected: np.ndarray, actual: np.ndarray, tolerance: Tolerance, part: str | None, m: int
) -> Iterator[Difference]:
    if _agree(expected, actual, tolerance):
        return
    if not np.isfinite(actual).all() and np.isfinite(expected).all():
        yield Difference(part, Stage.VALUE, "contains nan or inf")
        return
    if np.isfinite(actual).all() and np.isinf(expected).any():
        yield Difference(part, Stage.VALUE, "is finite where it must be infinite")
        return
    with np.errstate(all="ignore"):
        off = np.max(np.abs(actual.astype(float) - expected))
    conventions = functools.partial(_conventions, expected, actual, tolerance, m)
    by = "by" if expected.size == 1 else "by up to"
    yield Difference(part, Stage.VALUE, f"is off {by} {off:.3g}", conventions)


def _conventions(
    expected: np.ndarray, actual: np.ndarray, tolerance: Tolerance, m: int
) -> frozenset[str]:
    scales = {"−1": -1.0, "2": 2.0, "½": 0.5}
    if m > 1:
        scales |= {"m": float(m), "1/m": 1 / m}
    fitting = {name for name, c in scales.items() if _agree(c * expected, actual, tolerance)}
    if any(np.array_equal(np.round(expected, places), actual) for places in range(9)):
        fitting.add("rounded")
    return frozenset(fitting)


def _floats(value: Any) -> np.ndarray:
    """The numbers of a value as floats; an int that is too large for one counts as infinite."""
    try:
        return np.ravel(np.asarray(value, dtype=float))
    except OverflowError:
        return np.array([np.inf])


def _agree(expected: np.ndarray, actual: np.ndarray, tolerance: Tolerance) -> bool:
    """|actual − expected| ≤ atol + rtol·|expected|; infinities and nan agree with themselves only."""
    if np.array_equal(actual, expected):
        return True
    expected, actual = np.asarray(expected, dtype=float), np.asarray(actual, dtype=float)
    with np.errstate(all="ignore"):
        near = np.abs(actual - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)
    near &= np.isfinite(expected)
    near |= (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    return bool(near.all())


#: what a learner reads when a part is right up to a convention, on every input
CONVENTIONS = {
    "−1": "is exactly −1 times the expected one: is a sign the wrong way round?",
    "2": "is exactly 2 times the expected one: is a ½ missing, or something counted twice?",
    "½": "is exactly ½ of the expected one: is there a ½ too many, or something counted once instead of twice?",
    "m": "is exactly m times the expected one: is the 1/m missing?",
    "1/m": "is exactly 1/m of the expected one: is 1/m applied twice?",
    "rounded": "is rounded: return the number as it is, and round only what you print.",
}
