"""Plain data: the only values an answer may consist of, and the only ones the judge compares.

None, bool, int, float, str, lists, tuples and dicts of these, and NumPy arrays of booleans, integers or floats.
An object of any other class, and an object that only pretends to be one of these, never reaches a comparison.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

DEEPEST = 20
SMALL = 10_000  # bytes


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that is not plain data.

    `what` says what it was, ready for a sentence: "a generator", "an array of objects".
    """

    what: str


#: what may be named in feedback; any other name could be made up to carry a hidden input
NAMED = {
    *(
        "a generator",
        "a function",
        "a set",
        "a frozenset",
        "a complex",
        "a range",
        "a map",
        "a zip",
        "a type",
    ),
    *(
        "a dict_values",
        "a dict_keys",
        "a dict_items",
        "a module",
        "a method",
        "a Fraction",
        "a Decimal",
    ),
    *("an array of objects", "an array of complex numbers", "a masked array"),
    *("a deeply nested container", "a dict with unusual keys"),
}


def with_article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def plain(value: Any, depth: int = 0) -> Any:
    """Rebuild `value` from plain data; what is not plain becomes a `Foreign`.

    Subclasses (a named tuple, a defaultdict, np.float64) come back as their plain base, so that no
    method a learner wrote takes part in a comparison.
    """
    if depth > DEEPEST:
        return Foreign("a deeply nested container")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _plain_numpy(value)
    if isinstance(value, int):
        return int.__pos__(value)
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, tuple):
        return tuple(plain(item, depth + 1) for item in tuple.__iter__(value))
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in list.__iter__(value)]
    if isinstance(value, dict):
        return _plain_dict(value, depth)
    return Foreign(with_article(type(value).__name__))


def _plain_numpy(value: Any) -> Any:
    if isinstance(value, np.ma.MaskedArray):
        return Foreign("a masked array")
    if value.dtype.kind not in "biuf":
        kind = {"O": "objects", "c": "complex numbers"}.get(value.dtype.kind, value.dtype.name)
        return Foreign(f"an array of {kind}" if np.ndim(value) else with_article(value.dtype.name))
    if isinstance(value, np.generic):
        return value.item()
    return np.array(value, subok=False)


def _plain_dict(value: dict, depth: int) -> Any:
    result = {}
    for key, item in dict.items(value):
        plain_key = plain(key, depth + 1)
        try:
            result[plain_key] = plain(item, depth + 1)
        except TypeError:  # a key that holds an array
            return Foreign("a dict with unusual keys")
    return result


def is_number(value: Any) -> bool:
    """An int or float (a bool is not one), or an array that holds exactly one of them."""
    if isinstance(value, np.ndarray):
        return value.size == 1 and value.dtype.kind in "iuf"
    return isinstance(value, int | float) and not isinstance(value, bool)


def describe(value: Any) -> str:
    """What kind of thing a plain value is, for a sentence: "a tuple of 3", "an array of shape (4, 1)"."""
    if isinstance(value, Foreign):
        return value.what if value.what in NAMED else "something that is not plain data"
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return "a single number"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, str):
        return "a piece of text"
    return f"{with_article(type(value).__name__)} of {len(value)}"


def identical(one: Any, other: Any) -> bool:
    """Whether two plain values are the same to the last bit, their types included; nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        # most are, and are small: to compare bytes is ten times faster
        return (one.nbytes < SMALL and one.tobytes() == other.tobytes()) or np.array_equal(
            one, other, equal_nan=one.dtype.kind == "f"
        )
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(identical(one[k], other[k]) for k in one)
    return one == other or (one != one and other != other)
