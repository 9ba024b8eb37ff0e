"""Run one submission in the sandbox and write a score into every grade cell."""

import contextlib
import functools
import itertools
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from nbformat.notebooknode import from_dict

from byhand.exercise import Exercise
from byhand.grading.session import (
    Limits,
    Output,
    Process,
    RemoteStudent,
    Submission,
    SubmissionDied,
    Wanted,
    Worker,
)
from byhand.judge import cases_of, judge, questions
from byhand.time_limit import CLOCK
from byhand.verdict import Status, Verdict

MOST_RESTARTS = 8
PROCESSORS = os.cpu_count() or 1
#: cells that are nothing but a picture of the course, or what it shows a learner about their work
SHOWS = re.compile(
    r"\s*(figures\.\w+\(\)|from byhand import (progress|download_my_work)\s+\2\(\))\s*"
)
#: what tells that a cell may draw, so that the worker loads Matplotlib before
DRAWS = re.compile(r"\bfigures\.\w|\bmatplotlib\b|\bpyplot\b|\bpylab\b")
NOT_SHOWN = {
    "output_type": "display_data",
    "data": {"text/plain": "(The course does not show this while grading.)"},
    "metadata": {},
}

#: what may be raised by the comparison with an answer that nobody has thought of
UNJUDGEABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

#: verdicts on right answers, by exercise, seed and a digest of all that was answered
RIGHT: dict[tuple[type[Exercise], int, bytes | None], Verdict] = {}
MOST_RIGHT = 10_000

T = TypeVar("T")
Step = TypeVar("Step", bound=tuple)


class GradedRun:
    """One notebook being graded.

    One process runs the cells and gives the outputs that a student gets back. Then no output is taken from it any
    more, and it is asked for the answers to all exercises. Most are right, and count, if nothing else has happened; so
    do wrong ones that would be as wrong anywhere.

    For all others the cells are run again, in a process that leaves a sleeping copy of itself at each test cell and is
    gone before any of them is woken. These are judged one after the other, so that no exercise suffers from what
    another one does, or what a later cell does.

    Fail closed: every grade cell holds the score 0 from the start. If a cell ends or hangs the process, the submission
    is run again without that cell, so that a crash costs what it broke and nothing else.
    """

    def __init__(
        self,
        notebook: Any,
        exercises: Mapping[str, type[Exercise]],
        *,
        worker: Worker,
        limits: Limits,
        files: Path | None,
        seed: Callable[[str], int],
    ) -> None:
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.exercises = exercises
        self.worker, self.limits, self.files = worker, limits, files
        self.seed = functools.cache(seed)
        self.verdicts: dict[str, Verdict] = {}
        #: wall time that judging each exercise added
        self.seconds: dict[str, float] = {}
        #: sentences for the instructor about what was not as it should be
        self.notes: list[str] = []
        self._draws = any(DRAWS.search(c.source) and not only_shows(c.source) for c in self.cells)
        self._skipped: set[int] = set()
        self._judging = False
        self._one_by_one = False

    def grade(self, only: str | None = None) -> None:
        """Run all cells and judge every exercise, or `only` one; outputs and scores go into the cells."""
        self.worker.start()
        self._expect(only)  # while the worker gets ready, the first time
        for cell in self.cells:
            cell.outputs, cell.execution_count = [], None
            if _is_test(cell):
                _write_score(cell, 0, "This exercise was not reached.")
                if _name(cell) not in self.exercises:
                    self.notes.append(f"{_name(cell)} has no hidden tests and scores 0")
        if only is not None or not self._grade_together():
            self._grade_apart(only)
        self.worker.get_ready(Wanted(self.limits, self._draws))
        self.notes = list(dict.fromkeys(self.notes))
        for cell in self.cells:
            if _is_test(cell) and (verdict := self.verdicts.get(_name(cell))) is not None:
                _write_score(cell, verdict.score, verdict.text())

    def _begin(self) -> contextlib.closing[Submission]:
        return contextlib.closing(self.worker.begin(self.limits, self.files, self._draws))

    def _grade_together(self) -> bool:
        """Run all cells and find out which exercises are right; whether that was all there is to do."""
        with self._begin() as submission:
            names, survived = self._run(submission, None, submission.remember)
            if survived:
                self._judge_together(submission, [*names])
        return survived and not self._open(None)

    def _grade_apart(self, only: str | None) -> None:
        """Run all cells, as often as it takes to judge all open exercises, or `only` one."""
        fruitless = 0
        while fruitless < MOST_RESTARTS:
            fruitless, judged = fruitless + 1, len(self.verdicts)
            with self._begin() as submission:
                students, survived = self._run(submission, only, self._exercise_of(submission))
                if fruitless == MOST_RESTARTS and not survived:
                    self._judge_all(submission, students)
                elif survived and self._judge_all(submission, students):
                    return
            if survived and len(self.verdicts) > judged:
                fruitless = 0
        self.notes.append(f"was started {MOST_RESTARTS} times and ended every time")

    def _exercise_of(self, submission: Submission) -> Callable[[str], RemoteStudent]:
        return lambda name: submission.exercise(spare=bool(self.exercises[name].uses))

    def _run(
        self, submission: Submission, only: str | None, at_test: Callable[[str], T]
    ) -> tuple[dict[str, T], bool]:
        """Run all cells, and do something at the test cell of each open exercise.

        Gives what came of it, by exercise, and whether the process survived every cell. Cells behind the last of these
        are left out, once there are outputs of all.
        """
        found: dict[str, T] = {}
        tested = self._open(only)
        for number, cell in self._in_time(submission, list(enumerate(self.cells, 1))):
            try:
                if only_shows(cell.source):
                    _set_outputs(cell, [NOT_SHOWN], None)
                elif not _is_test(cell):
                    outputs = submission.run(cell.source)
                    if not self._judging:
                        _set_outputs(cell, outputs, number)
                elif _name(cell) in tested:
                    found[_name(cell)] = at_test(_name(cell))
            except SubmissionDied as death:
                if self.worker.answers:  # else it is not the student's doing: all is run again
                    self._leave_out(number, cell, death)
                return found, False
            if (only or self._judging) and tested <= found.keys():
                break
        return found, True

    def _judge_together(self, submission: Submission, names: list[str]) -> None:
        """Judge in the process that has run all cells.

        What is right counts, and what is wrong for no other reason than its own code. Nothing counts if the process
        does not survive that, leaves something running or takes too long.
        """
        self._judging = True
        verdicts, seconds, begun = {}, {}, time.monotonic()
        for name in names:
            exercise, student = self.exercises[name], submission.together(name)
            start = time.monotonic()
            with contextlib.suppress(*UNJUDGEABLE):
                verdict = self._verdict_together(student, exercise)
                if (verdict.right and not verdict.blamed) or student.stands(name):
                    verdicts[name], seconds[name] = verdict, round(time.monotonic() - start, 4)
            elapsed = time.monotonic() - begun
            if student.is_gone or student.is_deaf or elapsed > self.limits.submission_seconds:
                return
        if not submission.may_have_strays():
            self.verdicts |= verdicts
            self.seconds |= seconds

    def _verdict_together(self, student: RemoteStudent, exercise: type[Exercise]) -> Verdict:
        """What `judge` says; who answers the same as somebody who is right is right, and no comparison is made."""
        seed = self.seed(exercise.name)
        asked = questions(exercise, seed)  # type: ignore[arg-type]
        digest = student.hear(exercise.name, asked, exercise.time_limit)
        if (known := RIGHT.get((exercise, seed, digest))) is not None:
            return known
        verdict = judge(exercise, student, seed=seed, earlier=self.exercises)
        if digest is not None and verdict.right and student.asked == 1:
            if len(RIGHT) >= MOST_RIGHT:
                RIGHT.clear()
            RIGHT[exercise, seed, digest] = verdict
        return verdict

    def _judge_all(self, submission: Submission, students: dict[str, RemoteStudent]) -> bool:
        """Judge each exercise in a process that has run the cells before its test; False to start again.

        While one is judged, the next one begins with its calls. If a process is gone then, another one may have killed
        it: everything still open is run again, and judged one by one. Who dies even then is believed only if nobody was
        asked before, and may have taken others along: the rest is run again after each.
        """
        self._judging = True
        following = dict(itertools.pairwise([*students, ""]))
        for name, student in self._in_time(submission, list(students.items())):
            start = time.monotonic()
            busy = [] if self._one_by_one else self._ask_ahead(students, following[name])
            verdict = self._judge(student, self.exercises[name])
            self.seconds[name] = round(time.monotonic() - start, 4)
            is_gone = student.is_gone
            student.end()
            if self.worker.is_gone or (is_gone and not self.worker.answers):
                return False
            suspicious = is_gone and not (self._one_by_one and name == next(iter(students)))
            if verdict is None or suspicious:
                self.notes += [] if suspicious else [f"{name}: the process was killed by another"]
                self._one_by_one = True
                return False
            self.verdicts[name] = verdict
            if student.violation is not None:
                self.notes.append(f"{name}: the process {student.violation}")
            if is_gone:
                return False
            try:
                submission.end_strays(busy)
            except SubmissionDied as death:
                self.notes.append(f"{name}: the process {death}")
                return False
        return True

    def _ask_ahead(self, students: dict[str, RemoteStudent], name: str) -> list[Process]:
        """Let the exercise of this name begin; its process."""
        if not name:
            return []
        exercise, student = self.exercises[name], students[name]
        if not student.is_lost:
            asked = questions(exercise, self.seed(name))  # type: ignore[arg-type]
            student.ask_ahead(name, asked, exercise.time_limit)
        return [student.process] if student.process is not None else []

    def _expect(self, only: str | None) -> None:
        """Draw the cases and find out what is right: once for a whole class."""
        for name in self._open(only):
            for case in cases_of(self.exercises[name], self.seed(name)):  # type: ignore[arg-type]
                case.expected  # noqa: B018

    def _open(self, only: str | None) -> set[str]:
        """The exercises that have a test cell and no verdict yet, or `only` one of them."""
        tested = {_name(cell) for cell in self.cells if _is_test(cell)}
        chosen = tested.intersection(self.exercises).difference(self.verdicts)
        return chosen if only is None else chosen & {only}

    def _in_time(self, submission: Submission, steps: list[Step]) -> Iterator[Step]:
        """These steps, until the time for a submission is used up: of the processor, or by the clock."""
        most, begun = self.limits.submission_seconds, time.monotonic()
        for number, step in enumerate(steps, 1):
            if isinstance(step[0], int) and step[0] in self._skipped:
                continue
            elapsed = time.monotonic() - begun
            may_be = elapsed * PROCESSORS > most  # to find out takes long
            if elapsed > CLOCK * most or (may_be and submission.processor_seconds > most):
                what = step[0] if isinstance(step[0], str) else f"cell {number}"
                self.notes.append(f"used up its {most:g} seconds before {what}")
                return
            yield step

    def _leave_out(self, number: int, cell: Any, death: SubmissionDied) -> None:
        self._skipped.add(number)
        self.notes.append(f"cell {number} {death}")
        if _is_test(cell):
            return
        words = f"This cell {death}. The others were run without it."
        _set_outputs(cell, [_error("CellEnded", words)], number)

    def _judge(self, student: RemoteStudent, exercise: type[Exercise]) -> Verdict | None:
        """The verdict; None if the process was gone before it was asked anything."""
        if student.is_lost:
            return None
        name = exercise.name
        try:
            verdict = judge(exercise, student, seed=self.seed(name), earlier=self.exercises)
        except UNJUDGEABLE as error:
            words = "What this gives back could not be judged."
            self.notes.append(f"{name} could not be judged ({type(error).__name__})")
            verdict = Verdict(name, exercise.points, 0, Status.WRONG, words)
        return verdict


def _name(cell: Any) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _is_test(cell: Any) -> bool:
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("grade")) and not settings.get("solution")


def only_shows(source: str) -> bool:
    """Whether a cell only shows what the course gives, so that no grade can depend on it."""
    return SHOWS.fullmatch(source) is not None


def _write_score(cell: Any, score: float, words: str) -> None:
    """The words, and exactly one number between 0 and the points of the cell."""
    score = min(max(float(score), 0.0), float(cell.metadata.nbgrader.points))
    shown = {"output_type": "display_data", "data": {"text/plain": words}, "metadata": {}}
    result = {
        "output_type": "execute_result",
        "data": {"text/plain": f"{score:g}"},
        "metadata": {},
        "execution_count": None,
    }
    _set_outputs(cell, [shown, result], None)


def _set_outputs(cell: Any, outputs: list[Output], count: int | None) -> None:
    cell.outputs = [from_dict(output) for output in outputs]
    cell.execution_count = count


def _error(name: str, words: str) -> Output:
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": [words]}
