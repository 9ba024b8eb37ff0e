"""Judge one exercise against one student, wherever the student's functions live."""

import builtins
import contextlib
import copy
import functools
from collections.abc import Callable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand.compare import CONVENTIONS, Difference, Stage, differences
from byhand.exercise import Exercise, Function, Invariant, Keywords, Mistake
from byhand.plain import Foreign, identical, is_number
from byhand.student import Outcome, Student, call
from byhand.verdict import Status, Verdict


class Case:
    """The arguments of one call, and what the reference and known mistakes do with them, found out once."""

    def __init__(self, exercise: type[Exercise], args: tuple, slow: bool) -> None:
        self.exercise, self.args = exercise, args
        #: the case on which slow mistakes never come to an end
        self.slow = slow
        self._wrong: dict[str, Outcome] = {}

    @functools.cached_property
    def expected(self) -> Outcome:
        return _expected(self.exercise, self.args)

    def outcome_of(self, mistake: Mistake) -> Outcome:
        if mistake.name not in self._wrong:
            self._wrong[mistake.name] = call(mistake.function, self.args, self.exercise.time_limit)
        return self._wrong[mistake.name]


@functools.lru_cache(maxsize=64)
def cases_of(exercise: type[Exercise], seed: int) -> tuple[Case, ...]:
    """All cases in order, the first one again at the end: the same for everyone who is judged with this seed."""
    cases = [Case(exercise, args, slow=False) for args in exercise.calls(seed)]
    if exercise.slow_case is not None:
        cases.append(Case(exercise, exercise.slow_case(), slow=True))
    return (*cases, cases[0])


@functools.lru_cache(maxsize=64)
def questions(exercise: type[Exercise], seed: int) -> tuple[tuple, ...]:
    """The arguments of all calls that an attempt takes: those of the cases, then those of the invariants.

    The latter are what the invariants ask of the reference, which is what they ask of everybody who is right.
    """
    asked: list[tuple] = []

    def call_reference(*args: Any) -> Any:
        asked.append(copy.deepcopy(args))
        return _expected(exercise, args).value

    for prop in exercise.invariants.values():
        prop(call_reference, exercise.generator(seed))
    return (*(case.args for case in cases_of(exercise, seed)), *asked)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Trial:
    """One call of the learner's function, beside what was expected of it."""

    case: Case
    actual: Outcome
    found: list[Difference]

    @property
    def args(self) -> tuple:
        return self.case.args

    @property
    def expected(self) -> Outcome:
        return self.case.expected


def judge(
    exercise: type[Exercise],
    student: Student,
    *,
    seed: int = 0,
    earlier: Mapping[str, type[Exercise]] | None = None,
) -> Verdict:
    """Judge a student's answer to one exercise.

    Where the exercise uses earlier ones, it is judged with the student's own and, if that fails, with the references
    of those it `uses` (looked up in `earlier`, the exercises of the same notebook); the better result counts. The same
    seed gives the same verdict.
    """
    absent = student.lacks(exercise.name)
    if absent:
        return Verdict(exercise.name, exercise.points, 0, Status.NOT_ATTEMPTED, absent)
    own = _Attempt(exercise, student, seed)
    if own.right or not exercise.uses or earlier is None:
        return own.verdict()

    def attempt_with(*names: str) -> _Attempt:
        with student.using({name: earlier[name].reference for name in names}):
            return _Attempt(exercise, student, seed)

    given = attempt_with(*exercise.uses)
    if given.score < own.score:
        return own.verdict()
    if not given.right:
        # at equal scores too: it says what is wrong here, not in an earlier one
        return given.verdict()
    blamed = _blamed(exercise.uses, lambda names: attempt_with(*names).right)
    names = " and ".join(f"`{name}`" for name in blamed)
    earns = " and earns its points" if exercise.points else ""
    # what `lacks` says comes from the learner's process, which has seen hidden inputs by now: only whether counts
    absent = next((name for name in blamed if student.lacks(name)), None)
    reason = (
        f"But there is no function `{absent}` now: run the cell that defines it."
        if absent
        else f"What goes wrong comes from your {names}."
    )
    sentence = f"This one is right{earns}. {reason}"
    return replace(given.verdict(), sentence=sentence, blamed=blamed)


def _blamed(
    used: tuple[str, ...], is_right_with: Callable[[tuple[str, ...]], bool]
) -> tuple[str, ...]:
    """The first function whose reference alone makes the answer right; all if there is none.

    Halves are tried, since every trial takes a copy of the learner's process.
    """
    suspects, cured = used, True
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        cured = is_right_with(half)
        suspects = half if cured else suspects[len(half) :]
    return suspects if cured or is_right_with(suspects) else used


class _Attempt:
    """What an answer did in all cases; the words for it take long, and are found when they are asked for."""

    def __init__(self, exercise: type[Exercise], student: Student, seed: int) -> None:
        self.exercise = exercise
        asked = questions(exercise, seed)  # type: ignore[arg-type]
        with contextlib.closing(
            student.calls(exercise.name, asked, exercise.time_limit)
        ) as outcomes:
            self.trials = _trials(exercise, outcomes, seed)
            self.failed = [trial for trial in self.trials if trial.found]
            answers = [] if self.failed else list(outcomes)
        #: the first property that does not hold
        self.broken: Invariant | None = None
        if not self.failed:
            known = list(zip(asked[len(self.trials) :], answers, strict=False))
            self.broken = _broken_invariant(exercise, student, seed, known)

    @property
    def right(self) -> bool:
        return not self.failed and not self.broken

    @property
    def score(self) -> float:
        if self.right:
            return self.exercise.points
        return _score(self.exercise, self.failed) if self._is_one else 0

    @property
    def _is_one(self) -> bool:
        """Whether there was an answer at all, one that can be right in parts."""
        return bool(self.failed) and self.failed[0].found[0].stage is not Stage.NOT_ATTEMPTED

    def verdict(self) -> Verdict:
        exercise, trials, failed = self.exercise, self.trials, self.failed
        if self.right:
            words = f"Right in all {len(trials)} calls.{_side_effect(trials)}"
            return Verdict(exercise.name, exercise.points, self.score, Status.RIGHT, words)
        if self.broken:
            return _verdict(exercise, 0, self.broken.sentence, "", mistake=self.broken.name)
        if not self._is_one:
            words = failed[0].found[0].problem
            return Verdict(exercise.name, exercise.points, 0, Status.NOT_ATTEMPTED, words)
        fitting = tuple(m.name for m in exercise.mistakes.values() if _fits(m, exercise, trials))
        known = {exercise.mistakes[name].sentence for name in fitting}
        telling = [trial for trial in failed if not _is_edge(trial)] or failed
        if len(known) == 1:
            details = _details(exercise, telling[0])
            return _verdict(exercise, self.score, known.pop(), details, fitting, fitting[0])
        stage = min(difference.stage for trial in telling for difference in trial.found)
        shown = next(t for t in telling if any(d.stage is stage for d in t.found))
        if identical(trials[0].args, trials[-1].args) and not _same_twice(trials[0], trials[-1]):
            sentence = (
                f"`{exercise.name}` gives two answers to the same question: something survives from call to call, "
                "a variable outside, random numbers, or a default like `memo={}`."
            )
        else:
            sentence = _first_difference(exercise, trials, shown, stage)
            sentence += _side_effect(trials) if stage is Stage.VALUE else ""
        details = _details(exercise, shown)
        return _verdict(exercise, self.score, sentence, details, fitting)


def _is_edge(trial: Trial) -> bool:
    """Whether an argument is 0 or empty: there an answer fails in its own way, which tells little of the others."""
    given = [v for a in trial.args for v in (a.values() if isinstance(a, Keywords) else (a,))]
    return any(
        value == 0 if is_number(value) else isinstance(value, Sized) and len(value) == 0
        for value in given
    )


def _same_twice(one: Trial, other: Trial) -> bool:
    return (
        identical(one.actual.value, other.actual.value) and one.actual.error == other.actual.error
    )


def _verdict(
    exercise: type[Exercise],
    score: float,
    sentence: str,
    details: str,
    fitting: tuple[str, ...] = (),
    mistake: str | None = None,
) -> Verdict:
    return Verdict(
        exercise.name,
        exercise.points,
        score,
        Status.WRONG,
        sentence,
        details,
        mistake=mistake,
        fitting=fitting,
    )


def _trials(exercise: type[Exercise], outcomes: Iterator[Outcome], seed: int) -> list[Trial]:
    """The outcomes of all cases; fewer where going on would be useless or take long."""
    cases = cases_of(exercise, seed)  # type: ignore[arg-type]
    return [
        Trial(case, actual, _judge_call(exercise, case.args, case.expected, actual))
        for case, actual in zip(cases, outcomes, strict=False)
    ]


#: so much longer a reference may take than an answer: on a busy machine, too, it is never the one that fails
PATIENCE = 20


def _expected(exercise: type[Exercise], args: tuple) -> Outcome:
    outcome = call(exercise.reference, args, PATIENCE * exercise.time_limit)
    if not outcome.returned:
        why = (
            "ran out of time" if outcome.timed_out else f"raised {outcome.error}: {outcome.message}"
        )
        raise RuntimeError(
            f"The reference of {exercise.name} {why}. The exercise is broken, not the answer."
        )
    return outcome


def _judge_call(
    exercise: type[Exercise], args: tuple, expected: Outcome, actual: Outcome
) -> list[Difference]:
    if actual.error == "NotImplementedError":
        problem = "Not attempted yet: put your code in the place of `raise NotImplementedError()`."
        return [Difference(None, Stage.NOT_ATTEMPTED, problem)]
    if actual.timed_out:
        return [Difference(None, Stage.EXCEPTION, _time_problem(exercise))]
    if actual.error is not None:
        return [Difference(None, Stage.EXCEPTION, _error_problem(exercise, actual))]
    if actual.value is None and expected.value is not None:
        return [
            Difference(
                None,
                Stage.TYPE,
                "returns None: is the `return` missing or never reached, or is it `return print(…)`?",
            )
        ]
    found = differences(
        expected.value, actual.value, exercise.tolerance, exercise.returns, _examples(args)
    )
    if exercise.keeps_arguments and actual.changed:
        problem = "changes the arguments it is given: work on a copy, or make new arrays."
        found.append(Difference("arguments", Stage.ARGUMENTS, problem))
    if exercise.warns_not and actual.warnings:
        problem = "is right, but NumPy warns on the way: find a form that never overflows."
        found.append(Difference(None, Stage.WARNING, problem))
    return found


def _time_problem(exercise: type[Exercise]) -> str:
    seconds = f"{exercise.time_limit:g} second{'s' if exercise.time_limit != 1 else ''}"
    return (
        f"was stopped after {seconds} without an answer: "
        "does a loop never end, or does the work double with every step?"
    )


#: exceptions of NumPy that may be named; any other name could be made up to carry a hidden input
OF_NUMPY = ("AxisError", "LinAlgError")


def _error_problem(exercise: type[Exercise], actual: Outcome) -> str:
    if actual.line is None and actual.error == "TypeError":
        return (
            "could not be called with the arguments of the task: compare your `def` line with it."
        )
    if actual.error == "Crash":
        return "ends or crashes Python itself: look for `exit`, or for far too much memory."
    if actual.error in ("ProtocolViolation", "UnreadableAnswer"):
        return "gives an answer that cannot be read."
    if actual.error == "RecursionError":
        return "calls itself without end: does every call come closer to the case where it stops?"
    where = f" in line {actual.line} of your cell" if actual.line else ""
    if actual.error == "TypeError" and "NoneType" in actual.message:
        return (
            f"stops with TypeError{where}: a value there is None. "
            "Does a function end without `return`, or is its `return` inside a loop?"
        )
    if actual.error == "UFuncTypeError":
        return f"stops with UFuncTypeError{where}: is an array of whole numbers to take fractions?"
    known = isinstance(getattr(builtins, actual.error or "", None), type)
    return f"stops with {actual.error if known or actual.error in OF_NUMPY else 'an error'}{where}."


def _examples(args: tuple) -> int:
    """The number m of examples: the rows of the first two-dimensional argument, 0 if there is none."""
    return next((len(a) for a in args if isinstance(a, np.ndarray) and a.ndim == 2), 0)


def _fits(mistake: Mistake, exercise: type[Exercise], trials: list[Trial]) -> bool:
    """Whether on every case the mistake's whole outcome equals the student's."""
    for trial in trials:
        if mistake.slow and trial.case.slow:
            if not trial.actual.timed_out:
                return False
            continue
        known = trial.case.outcome_of(mistake)
        if _missing(trial, known) != _missing(trial, trial.actual):
            return False
        if not _same(known, trial.actual, exercise):
            return False
    return True


def _missing(trial: Trial, outcome: Outcome) -> set:
    """The expected names that the returned dictionary lacks."""
    expected, returned = trial.expected.value, outcome.value
    if not isinstance(expected, dict) or not isinstance(returned, dict):
        return set()
    return expected.keys() - returned.keys()


def _same(one: Outcome, other: Outcome, exercise: type[Exercise]) -> bool:
    """Equal outcomes; warnings count where the exercise is about them."""
    if (one.error, one.timed_out) != (other.error, other.timed_out):
        return False
    if one.changed != other.changed:
        return False
    if exercise.warns_not and one.warnings != other.warnings:
        return False
    if isinstance(one.value, Foreign) or isinstance(other.value, Foreign):
        return type(one.value) is type(other.value) and one.value == other.value
    return not differences(one.value, other.value, exercise.tolerance, exercise.returns)


def _score(exercise: type[Exercise], failed: list[Trial]) -> float:
    """The points of all parts that are right on every case.

    Nothing once the answer as a whole is wrong or something that has no points of its own (an entry of a list), or
    where unchanged arguments are all that is right.
    """
    wrong = {difference.part for trial in failed for difference in trial.found}
    right = {part: points for part, points in exercise.parts.items() if part not in wrong}
    lost = wrong - exercise.parts.keys() or right.keys() == {"arguments"}
    return 0 if lost else sum(right.values())


def _broken_invariant(
    exercise: type[Exercise], student: Student, seed: int, known: list[tuple[tuple, Outcome]]
) -> Invariant | None:
    """The first property that does not hold; `known` are calls made already, in their order."""
    following = iter(known)

    def call_student(*args: Any) -> Any:
        asked, outcome = next(following, ((), None))
        if outcome is None or not identical(args, asked):
            [outcome] = student.calls(exercise.name, [args], exercise.time_limit)
        if not outcome.returned:
            raise _CallFailed
        return outcome.value

    for prop in exercise.invariants.values():
        try:
            holds = bool(prop(call_student, exercise.generator(seed)))
        except (_CallFailed, TypeError, ValueError, KeyError, IndexError):
            holds = False  # the answer has not even the right form there
        if not holds:
            return prop
    return None


class _CallFailed(Exception):
    """The learner's function did not return."""


def _side_effect(trials: list[Trial]) -> str:
    """What a right answer that changes its arguments should know."""
    if not any(trial.actual.changed for trial in trials):
        return ""
    return " It changes the arguments it is given: work on a copy, or the caller's data are gone."


def _first_difference(
    exercise: type[Exercise], trials: list[Trial], shown: Trial, stage: Stage
) -> str:
    """One sentence about what is wrong at this stage in the call that is shown, naming the parts that are."""
    found = [d for d in shown.found if d.stage is stage]
    first = found[0]
    if stage is not Stage.VALUE:
        subject = exercise.name if first.part in (None, "arguments") else first.part
        return _sentence(f"`{subject}` {first.problem}")
    if _ignores_its_arguments(trials):
        return (
            f"`{exercise.name}` gives the same answer whatever its arguments are: "
            "compute it from them, not from fixed numbers or from variables outside."
        )
    if first.part is not None and first.part not in {*exercise.returns, *exercise.parts}:
        entries = len(shown.expected.value)
        how_many = f"{len(found)} of {entries} entries wrong"
        return f"The result of `{exercise.name}` has {how_many}; the first {first.problem}."
    subject = f"`{first.part}`" if first.part else f"The result of `{exercise.name}`"
    convention = _convention(exercise, trials, first.part)
    problem = CONVENTIONS[convention] if convention else first.problem
    here = {d.part: None for d in found}
    anywhere = {d.part: None for t in trials for d in t.found if d.stage is stage}
    return (
        _sentence(f"{subject} {problem}")
        + _also("Not right either", [part for part in here if part != first.part])
        + _also("In other calls", [part for part in anywhere if part not in here])
    )


def _also(words: str, parts: list[str | None]) -> str:
    return f" {words}: {', '.join(f'`{part}`' for part in parts)}." if parts else ""


def _ignores_its_arguments(trials: list[Trial]) -> bool:
    """Whether all answers are the same although the expected ones are not."""
    first, *others = trials
    return all(identical(first.actual.value, t.actual.value) for t in others) and any(
        not identical(first.expected.value, t.expected.value) for t in others
    )


def _convention(exercise: type[Exercise], trials: list[Trial], part: str | None) -> str | None:
    """The convention that explains, on every case, how this part differs from the expected one."""

    def explains(name: str, trial: Trial) -> bool:
        found = [d for d in trial.found if d.part == part]
        if found:
            return all(name in d.conventions() for d in found)
        if name in ("m", "1/m") and _examples(trial.args) == 1:
            return True
        value = _part(trial.expected.value, part, exercise.returns)
        if isinstance(value, dict | list | tuple) and not all(map(is_number, value)):
            return False
        return np.array_equal(np.round(value, 8), value) if name == "rounded" else not np.any(value)

    return next((n for n in CONVENTIONS if all(explains(n, trial) for trial in trials)), None)


def _part(value: Any, part: str | None, names: tuple[str, ...]) -> Any:
    if part is None:
        return value
    return value[part] if isinstance(value, dict) else value[names.index(part)]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else text + "."


def _details(exercise: type[Exercise], trial: Trial) -> str:
    """One failing call: what was given, expected and returned."""
    wrong = {difference.part for difference in trial.found}
    given = ", ".join(map(_shown_argument, trial.args))
    if trial.actual.timed_out:
        yours = "(no answer in time)"
    elif trial.actual.error is not None:
        yours = f"{trial.actual.error}: {trial.actual.message}"
    else:
        yours = _shown_parts(trial.actual.value, exercise.returns, wrong)
    lines = [
        f"{exercise.name}({given})",
        _beside("  expected: ", _shown_parts(trial.expected.value, exercise.returns, wrong)),
        _beside("  yours:    ", yours),
    ]
    if trial.actual.changed and exercise.keeps_arguments:
        lines.append(f"  changed:  argument {', '.join(str(i + 1) for i in trial.actual.changed)}")
    if trial.actual.warnings and exercise.warns_not and trial.actual.returned:
        lines.append(f"  warning:  {trial.actual.message}")
    return "\n".join(lines)


def _shown_parts(value: Any, names: tuple[str, ...], wrong: set[str | None]) -> str:
    """An answer; of one with parts that is longer than a line, those that are wrong."""
    whole = _shown(value, names, most=300)
    if len(whole) <= LINE or None in wrong:
        return whole
    if isinstance(value, dict):
        parts = {
            key: v
            for key, v in value.items()
            if (key if isinstance(key, str) else repr(key)) in wrong
        }
        return _shown(parts, (), most=MOST_PARTS) if parts else whole
    if not isinstance(value, tuple | list):
        return whole
    labels = names if len(names) == len(value) else [f"entry {i}" for i in range(len(value))]
    chosen = [(label, v) for label, v in zip(labels, value, strict=True) if label in wrong]
    if not chosen:
        return whole
    left, right = zip(*chosen, strict=True)
    return _shown(right, left, most=MOST_PARTS)


#: letters of an answer that is shown with all its parts, and of the wrong parts of one that is longer
LINE, MOST_PARTS = 80, 1200


def _beside(words: str, value: str) -> str:
    """The value after the words, the rows of an array below each other."""
    return words + value.replace("\n", "\n" + " " * len(words))


def _parts(names: list[str], values: list[str]) -> str:
    """Named parts in one line, or below each other if one of them has several lines."""
    comma = ",\n" if any("\n" in value for value in values) else ", "
    return comma.join(map(_beside, names, values))


def _shown_argument(argument: Any) -> str:
    if isinstance(argument, Keywords):
        return ", ".join(f"{name}={_shown(value, ())}" for name, value in argument.items())
    if isinstance(argument, Function):
        return argument.source
    text = " ".join(line.strip() for line in _shown(argument, (), most=160).splitlines())
    return f"np.array({text})" if isinstance(argument, np.ndarray) else text


def _shown(value: Any, names: tuple[str, ...], most: int = 200) -> str:
    if isinstance(value, Foreign):
        return value.what
    if names and isinstance(value, tuple | list) and len(value) == len(names):
        text = _parts([f"{name} = " for name in names], [_shown(v, (), most) for v in value])
    elif isinstance(value, float):
        text = f"{value:.10g}"
    elif isinstance(value, np.ndarray):
        text = np.array2string(
            value, precision=6, separator=", ", threshold=30, suppress_small=True
        )
    elif isinstance(value, dict):
        parts = _parts(
            [f"{key!r}: " for key in value], [_shown(v, (), most) for v in value.values()]
        )
        text = _beside("{", parts) + "}"
    elif isinstance(value, tuple | list):
        inner = ", ".join(_shown(v, (), most) for v in value)
        text = f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    else:
        text = repr(value)
    return text if len(text) <= most else text[: most - 2] + " …"
