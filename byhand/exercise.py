"""The vocabulary hidden tests are written in.

An exercise is a class: its docstring says what the function computes, `reference` computes it, `cases` draws inputs,
and the mistakes and alternatives are known wrong and known right answers. They are at once the source of the feedback
and the proof of the tests: `byhand audit` shows that every mistake is rejected and every alternative accepted.
"""

import functools
import importlib.util
import inspect
import re
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """Two numbers agree when |actual − expected| ≤ atol + rtol·|expected|."""

    rtol: float = 1e-7
    atol: float = 1e-10


FORWARD = Tolerance(rtol=1e-7, atol=1e-10)
GRADIENT = Tolerance(rtol=1e-6, atol=1e-9)


class Function:
    """A function that is given to the learner's function as an argument, kept as source text.

    Source text can be shown in feedback, and can cross into a process where this object may not go.
    """

    def __init__(self, source: str) -> None:
        self.source = textwrap.dedent(source).strip()

    def compile(self) -> Callable:
        """A fresh function object made from the source; the source may use `np`."""
        namespace: dict[str, Any] = {"np": np}
        if self.source.startswith("lambda"):
            return eval(self.source, namespace)
        exec(self.source, namespace)
        return namespace[re.findall(r"^def (\w+)", self.source, re.MULTILINE)[-1]]

    def __call__(self, *args: Any) -> Any:
        return self.compile()(*args)

    def __repr__(self) -> str:
        return self.source


class Keywords(dict):
    """Arguments given by name, as the last item of a case: `f, 2.0, Keywords(eps=0.1)`."""


class Named:
    """A function of an exercise that knows the name it was given there."""

    def __init__(self, function: Callable) -> None:
        self.function = function
        self.name = function.__name__

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)


class Mistake(Named):
    """A known wrong answer, the sentence that names it, and the points it still earns."""

    def __init__(self, function: Callable, sentence: str, earns: float, slow: bool) -> None:
        super().__init__(function)
        self.sentence = sentence
        self.earns = earns
        self.slow = slow


class Alternative(Named):
    """A known right answer that looks different from the reference."""


class Invariant(Named):
    """A property every right answer has; its docstring is what a learner reads when it fails."""

    def __init__(self, function: Callable) -> None:
        super().__init__(function)
        self.sentence = " ".join((function.__doc__ or "").split())


def mistake(
    sentence: str, *, earns: float = 0, slow: bool = False
) -> Callable[[Callable], Mistake]:
    """Mark a function of an exercise as a known wrong answer.

    A learner whose function does the same on every case reads `sentence`. A `slow` mistake is right but never
    comes to an end on the exercise's `slow_case`; it is not run there while judging.
    """
    return lambda function: Mistake(function, sentence, earns, slow)


def alternative(function: Callable) -> Alternative:
    """Mark a function of an exercise as a known right answer."""
    return Alternative(function)


def invariant(function: Callable) -> Invariant:
    """Mark a function `(call, rng) -> bool` of an exercise as a property that must hold.

    `call(*args)` calls the learner's function and gives back its answer as plain data. The docstring is the
    sentence for the learner when the property does not hold.
    """
    return Invariant(function)


class Exercise:
    """One exercise: one function that a learner writes.

    Subclasses define `reference(*args)`, `cases(rng)` (a generator: a tuple is the arguments of one call, anything
    else is the only argument) and, where they can, mistakes, alternatives and invariants. None of these takes `self`.
    """

    #: whole points; 0 where it is for practice: judged like any other, and shown as right or wrong
    points: ClassVar[int]
    tolerance: ClassVar[Tolerance] = FORWARD
    #: names of the parts of a returned tuple; a returned dict names its own
    returns: ClassVar[tuple[str, ...]] = ()
    #: points per part, for partial credit; "arguments" is the part that is lost by changing an argument
    parts: ClassVar[dict[str, float]] = {}
    #: earlier exercises a learner may call: judged again with their references, the better result counts
    uses: ClassVar[tuple[str, ...]] = ()
    #: changing an argument costs marks
    keeps_arguments: ClassVar[bool] = False
    #: a warning from NumPy costs marks
    warns_not: ClassVar[bool] = False
    #: the cases are the same for every seed, on purpose
    constant: ClassVar[bool] = False
    #: seconds of the processor for one call; by the clock it may take three times as long
    time_limit: ClassVar[float] = 1.0

    name: ClassVar[str]
    mistakes: ClassVar[dict[str, Mistake]]
    alternatives: ClassVar[dict[str, Alternative]]
    invariants: ClassVar[dict[str, Invariant]]

    reference: ClassVar[Callable]
    cases: ClassVar[Callable]
    #: arguments on which a slow mistake does not come to an end, or None
    slow_case: ClassVar[Callable | None] = None

    def __init_subclass__(cls) -> None:
        cls.name = cls.__dict__.get("name") or snake_case(cls.__name__)
        cls.mistakes = _marked(cls, Mistake)
        cls.alternatives = _marked(cls, Alternative)
        cls.invariants = _marked(cls, Invariant)
        for wanted in ("points", "reference", "cases"):
            if wanted not in cls.__dict__:
                raise TypeError(
                    f"Exercise {cls.__name__} has no `{wanted}`: every exercise needs one."
                )
        if cls.parts and not np.isclose(sum(cls.parts.values()), cls.points):
            raise TypeError(
                f"The parts of {cls.__name__} add up to {sum(cls.parts.values()):g}, "
                f"but the exercise has {cls.points} points."
            )
        for wrong in cls.mistakes.values():
            if not (0 <= wrong.earns < cls.points or wrong.earns == cls.points == 0):
                must = f"at least 0 and less than {cls.points}" if cls.points else "0, like all"
                raise TypeError(
                    f"Mistake {cls.__name__}.{wrong.name} earns {wrong.earns:g}: it must earn {must}."
                )
            if wrong.slow and cls.slow_case is None:
                raise TypeError(
                    f"Mistake {cls.__name__}.{wrong.name} is slow, but there is no `slow_case`."
                )
        for prop in cls.invariants.values():
            if not prop.sentence:
                raise TypeError(
                    f"Invariant {cls.__name__}.{prop.name} has no docstring for the learner."
                )

    @classmethod
    def calls(cls, seed: int) -> Iterator[tuple]:
        """The argument tuples of all ordinary cases for this seed: the same seed gives the same cases."""
        for case in cls.cases(cls.generator(seed)):
            yield case if isinstance(case, tuple) else (case,)

    @classmethod
    def generator(cls, seed: int) -> np.random.Generator:
        """Random numbers that depend on the seed and the exercise's name only."""
        return np.random.default_rng([seed, zlib.crc32(cls.name.encode())])


def _marked(cls: type, kind: type[Named]) -> dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if isinstance(value, kind)}


def snake_case(name: str) -> str:
    """LogLossFromLogits → log_loss_from_logits."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@functools.lru_cache(maxsize=256)
def source_as(function: Callable, name: str) -> str:
    """The source of a function written in an exercise, as a learner would have written it under `name`."""
    source = textwrap.dedent(inspect.getsource(getattr(function, "function", function)))
    _decorators, definition = re.split(r"^def \w+", source, maxsplit=1, flags=re.MULTILINE)
    return f"def {name}{definition}"


def load_exercises(path: Path) -> dict[str, type[Exercise]]:
    """Load a hidden-test module: its exercises by name, in the order they are written.

    Raises FileNotFoundError where there is no such file, and whatever the module itself raises.
    """
    spec = importlib.util.spec_from_file_location(f"hidden_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"There are no hidden tests at {path}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # inspect.getsource looks classes up here
    spec.loader.exec_module(module)
    found = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Exercise))
    return {exercise.name: exercise for exercise in found if exercise is not Exercise}


def known_exercises(path: Path) -> dict[str, type[Exercise]]:
    """The same, loaded once for as long as the file stays as it is: not to be changed."""
    return _known_exercises(path, path.stat().st_mtime_ns)


@functools.cache
def _known_exercises(path: Path, _changed_at: int) -> dict[str, type[Exercise]]:
    return load_exercises(path)


def find_hidden_tests(notebook: str, start: Path) -> Path | None:
    """The hidden tests of a notebook: `tests/hidden/<notebook>.py` in `start` or the nearest folder above it."""
    for folder in (start, *start.parents):
        path = folder / "tests" / "hidden" / f"{notebook}.py"
        if path.is_file():
            return path
    return None
