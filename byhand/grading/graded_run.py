"""Run one submission in the sandbox and write a score into every grade cell."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from nbformat.notebooknode import from_dict

from byhand.exercise import Exercise
from byhand.grading.session import (
    DoubtfulError,
    Limits,
    Output,
    RemoteStudent,
    Submission,
    SubmissionDied,
    Worker,
)
from byhand.judge import judge
from byhand.verdict import Status, Verdict

MOST_RESTARTS = 8
#: in the place of a picture of the course
NOT_DRAWN = {
    "output_type": "display_data",
    "data": {"text/plain": "(This picture of the course is not drawn while grading.)"},
    "metadata": {},
}

Step = TypeVar("Step", bound=tuple)


class GradedRun:
    """One notebook being graded.

    One process runs the cells. It gives the outputs that a student gets back, and is gone before any hidden input is
    drawn. Copies of it are judged, each exercise with what every name stood for right after its test cell; whatever
    they print is dropped. What is not right in a copy that has answered for other exercises before is judged again in a
    fresh one, so that no exercise costs another anything.

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
        self.worker, self.limits, self.files, self.seed = worker, limits, files, seed
        self.verdicts: dict[str, Verdict] = {}
        #: wall time that judging each exercise added
        self.seconds: dict[str, float] = {}
        #: sentences for the instructor about what was not as it should be
        self.notes: list[str] = []
        self._skipped: set[int] = set()
        self._judging = False

    def grade(self, only: str | None = None) -> None:
        """Run all cells and judge every exercise, or `only` one; outputs and scores go into the cells."""
        for cell in self.cells:
            cell.outputs, cell.execution_count = [], None
            if _is_test(cell):
                _write_score(cell, 0, "This exercise was not reached.")
                if _name(cell) not in self.exercises:
                    self.notes.append(f"{_name(cell)} has no hidden tests and scores 0")
        fruitless = 0
        while fruitless < MOST_RESTARTS:
            fruitless, judged = fruitless + 1, len(self.verdicts)
            submission = self.worker.begin(self.limits, self.files)
            try:
                names, whole = self._run(submission, only, fruitless == MOST_RESTARTS)
                if whole and self._judge_all(submission, names):
                    break
            finally:
                submission.close()
            if whole and len(self.verdicts) > judged:
                fruitless = 0
        if fruitless == MOST_RESTARTS:
            self.notes.append(f"was started {MOST_RESTARTS} times and ended every time")
        self.notes = list(dict.fromkeys(self.notes))
        for cell in self.cells:
            if _is_test(cell) and (verdict := self.verdicts.get(_name(cell))) is not None:
                _write_score(cell, verdict.score, verdict.text())

    def _run(
        self, submission: Submission, only: str | None, carefully: bool
    ) -> tuple[list[str], bool]:
        """Run all cells; the exercises to be judged, and whether the process survived every cell.

        Carefully is: only those before the last one that it did not survive.
        """
        names: list[str] = []
        number = 0
        end = max(self._skipped, default=None) if carefully else None
        try:
            for number, cell in self._in_time(list(enumerate(self.cells, 1))[:end]):
                if not _is_test(cell):
                    self._run_cell(submission, cell, number)
                elif only in (None, _name(cell)) and self._is_open(_name(cell)):
                    submission.keep(_name(cell))
                    names.append(_name(cell))
                if only in names:
                    break
            submission.settle()
        except SubmissionDied as death:
            if number:
                self._leave_out(number, self.cells[number - 1], death)
            return names, False
        return names, True

    def _run_cell(self, submission: Submission, cell: Any, number: int) -> None:
        if only_draws(cell.source):
            _set_outputs(cell, [NOT_DRAWN], None)
            return
        outputs = submission.run(cell.source)
        if not self._judging:
            _set_outputs(cell, outputs, number)

    def _judge_all(self, submission: Submission, names: list[str]) -> bool:
        """Judge these exercises in copies of the process that has run the cells; False to start again.

        Once the settled process is gone, there is no other copy: what is still open is run again.
        """
        self._judging = True
        for (name,) in self._in_time([(name,) for name in names]):
            if not submission.can_be_judged:
                return False
            begun = time.monotonic()
            student = RemoteStudent(submission.judged, name)
            verdict = self._judge(student)
            if not student.fresh and (verdict is None or not verdict.right or verdict.blamed):
                if not submission.can_be_judged:
                    return False
                student = student.afresh()
                verdict = self._judge(student)
            if verdict is None:
                return False
            if student.violation is not None:
                self.notes.append(f"{name}: the process {student.violation}")
            self.verdicts[name] = verdict
            self.seconds[name] = round(time.monotonic() - begun, 4)
            if not verdict.right:
                submission.judged.end()
            try:
                submission.end_strays()
            except SubmissionDied as death:
                self.notes.append(f"{name}: the process {death}")
                return False
        return True

    def _is_open(self, name: str) -> bool:
        return name in self.exercises and name not in self.verdicts

    def _in_time(self, steps: list[Step]) -> Iterator[Step]:
        """These steps, until the time for a submission is used up."""
        end = time.monotonic() + self.limits.submission_seconds
        for number, step in enumerate(steps, 1):
            if isinstance(step[0], int) and step[0] in self._skipped:
                continue
            if time.monotonic() > end:
                what = step[0] if isinstance(step[0], str) else f"cell {number}"
                self.notes.append(
                    f"used up its {self.limits.submission_seconds:g} seconds before {what}"
                )
                return
            yield step

    def _leave_out(self, number: int, cell: Any, death: SubmissionDied) -> None:
        self._skipped.add(number)
        self.notes.append(f"cell {number} {death}")
        if _is_test(cell):
            return
        words = f"This cell {death}. The others were run without it."
        _set_outputs(cell, [_error("CellEnded", words)], number)

    def _judge(self, student: RemoteStudent) -> Verdict | None:
        """The verdict; None if only a fresh copy can tell."""
        name = student.name
        exercise = self.exercises[name]
        try:
            return judge(exercise, student, seed=self.seed(name), earlier=self.exercises)
        except DoubtfulError:
            return None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            words = "What this gives back could not be judged."
            self.notes.append(f"{name} could not be judged ({type(error).__name__})")
            return Verdict(name, exercise.points, 0, Status.WRONG, words)


def _name(cell: Any) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _is_test(cell: Any) -> bool:
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("grade")) and not settings.get("solution")


def only_draws(source: str) -> bool:
    """Whether a cell is one picture of the course, drawn with what the course gives: no grade can depend on it."""
    return re.fullmatch(r"\s*figures\.\w+\(\)\s*", source) is not None


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
