"""Calling a learner's function: what can happen, and how it is done in this process."""

import contextlib
import copy
import io
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from byhand.exercise import Function, Keywords
from byhand.plain import identical, plain
from byhand.time_limit import limited


@dataclass(frozen=True)
class Outcome:
    """Everything that one call did, as plain data."""

    value: Any = None
    #: name of the exception's class, or None if the call returned
    error: str | None = None
    #: the message of the exception, else of the first warning: may quote inputs, so never for graded work
    message: str = ""
    #: line of the learner's own cell in which it was raised
    line: int | None = None
    timed_out: bool = False
    #: positions of the arguments that are no longer what they were
    changed: tuple[int, ...] = ()
    #: classes of the warnings shown during the call
    warnings: frozenset[str] = frozenset()

    @property
    def returned(self) -> bool:
        return self.error is None and not self.timed_out

    @property
    def ends_calls(self) -> bool:
        """Whether more calls would be useless or take long."""
        return self.timed_out or self.error == "NotImplementedError"


Outcomes = Generator[Outcome, None, None]


class Student(Protocol):
    """Somebody's functions, wherever they live."""

    def lacks(self, name: str) -> str | None:
        """None if there is a function of this name, else a sentence that says what is there instead."""

    def calls(self, name: str, cases: Sequence[tuple], time_limit: float) -> Outcomes:
        """Call the function with a fresh copy of each case, until an outcome ends it.

        To be closed by who does not want all of them.
        """

    def using(self, references: Mapping[str, Callable]) -> contextlib.AbstractContextManager[None]:
        """While the context is open, these functions stand in the place of the learner's own."""


class NamespaceStudent:
    """A learner whose functions are in a namespace of this process, as in a notebook."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace

    def lacks(self, name: str) -> str | None:
        if name not in self.namespace:
            return f"There is no function `{name}` yet: run the cell that defines it."
        if not callable(self.namespace[name]):
            kind = type(self.namespace[name]).__name__
            return f"`{name}` is no longer a function but a value ({kind}): run the cell that defines it again."
        return None

    def calls(self, name: str, cases: Sequence[tuple], time_limit: float) -> Outcomes:
        for args in cases:
            yield (outcome := call(self.namespace[name], args, time_limit))
            if outcome.ends_calls:
                return

    @contextlib.contextmanager
    def using(self, references: Mapping[str, Callable]) -> Iterator[None]:
        missing = object()
        own = {name: self.namespace.get(name, missing) for name in references}
        self.namespace.update(references)
        try:
            yield
        finally:
            for name, value in own.items():
                if value is missing:
                    del self.namespace[name]
                else:
                    self.namespace[name] = value


def call(function: Callable, args: tuple, time_limit: float) -> Outcome:
    """Call `function` with fresh copies of `args`; whatever it does comes back as an Outcome.

    What it prints is dropped. KeyboardInterrupt passes through, so that a learner can stop an endless loop.
    """
    given = tuple(map(_fresh, args))
    by_name = given[-1] if given and isinstance(given[-1], Keywords) else {}
    by_place = given[: len(given) - bool(by_name)]
    handed_over = [a.compile() if isinstance(a, Function) else a for a in by_place]
    with (
        warnings.catch_warnings(record=True) as shown,
        contextlib.redirect_stdout(_Nowhere()),
        contextlib.redirect_stderr(_Nowhere()),
    ):
        warnings.simplefilter("always")
        outcome: dict[str, Any]
        try:
            with limited(time_limit, _OutOfTime, again=0.1):
                value = plain(function(*handed_over, **by_name))
                outcome = {"value": value, "message": str(shown[0].message) if shown else ""}
        except _OutOfTime:
            return Outcome(timed_out=True)
        except KeyboardInterrupt:
            raise
        except (
            BaseException
        ) as error:  # SystemExit too: a call to exit() must not close the notebook
            outcome = {
                "error": type(error).__name__,
                "message": str(error),
                "line": _line_in(function, error),
            }
    return Outcome(
        **outcome,
        changed=tuple(i for i in range(len(args)) if _has_changed(args[i], given[i])),
        warnings=frozenset(warning.category.__name__ for warning in shown),
    )


#: what nobody can change
FIXED = (type(None), bool, int, float, str, Function)


def _fresh(value: Any) -> Any:
    """A copy that a function may change without harm; faster than `copy.deepcopy` for what most arguments are."""
    kind = type(value)
    if kind in FIXED:
        return value
    if kind is np.ndarray:
        return value.copy(order="K")
    if kind is dict or kind is Keywords:
        return kind((_fresh(key), _fresh(item)) for key, item in value.items())
    if kind is list or kind is tuple:
        return kind(map(_fresh, value))
    return copy.deepcopy(value)


def _has_changed(before: Any, after: Any) -> bool:
    """Whether an argument is no longer what it was."""
    if type(before) in FIXED:
        return False
    if type(before) is np.ndarray:
        return not identical(before, after)
    return not identical(plain(before), plain(after))


def _line_in(function: Callable, error: BaseException) -> int | None:
    """The last line of the file (in a notebook: the cell) of `function` that the error went through."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if code is not None and f.filename == code.co_filename]
    return lines[-1] if lines else None


class _Nowhere(io.TextIOBase):
    """Takes any amount of text and keeps none."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


class _OutOfTime(BaseException):
    """Raised in the learner's function; not an Exception, so that `except Exception` does not catch it."""
