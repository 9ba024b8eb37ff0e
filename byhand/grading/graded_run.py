"""Run one submission in the sandbox and write a score into every grade cell."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbformat.notebooknode import from_dict

from byhand.exercise import Exercise
from byhand.grading.session import Limits, Output, Submission, SubmissionDied, Worker
from byhand.judge import judge
from byhand.verdict import Status, Verdict

MOST_RESTARTS = 8


class GradedRun:
    """One notebook being graded.

    Its cells are run twice, in two processes that never meet. The first gives the outputs that a student gets back; it
    is gone before any hidden input is drawn. The second runs the cells up to each exercise and is judged there; what it
    prints is dropped, so that no hidden input finds a way back to a student.

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
        #: sentences for the instructor about what was not as it should be
        self.notes: list[str] = []
        self._skipped: set[int] = set()

    def grade(self, only: str | None = None) -> None:
        """Run all cells and judge every exercise, or `only` one; outputs and scores go into the cells."""
        for cell in self.cells:
            cell.outputs, cell.execution_count = [], None
            if _is_test(cell):
                _write_score(cell, 0, "This exercise was not reached.")
        if only is None:
            self._repeat(self._run_all)
        self._repeat(lambda submission: self._judge_all(submission, only))

    def _repeat(self, walk: Callable[[Submission], bool]) -> None:
        """Walk through the notebook, from the top in a fresh process, until a walk comes to its end."""
        self._end = time.monotonic() + self.limits.submission_seconds
        for _ in range(MOST_RESTARTS):
            submission = self.worker.begin(self.limits, self.files)
            try:
                if walk(submission):
                    return
            finally:
                submission.close()
        self.notes.append(f"was started {MOST_RESTARTS} times and ended every time")

    def _run_all(self, submission: Submission) -> bool:
        """Run all cells for their outputs; False if the process did not survive one of them."""
        for number, cell in self._left(test_cells=False):
            try:
                _set_outputs(cell, submission.run(cell.source), number)
            except SubmissionDied as death:
                self._leave_out(number, cell, death)
                return False
        return True

    def _judge_all(self, submission: Submission, only: str | None) -> bool:
        """Run the cells and judge each exercise right after its test cell's place; False to start again."""
        for number, cell in self._left(test_cells=True):
            if _is_test(cell):
                if only in (None, _name(cell)) and not self._judge(submission, cell):
                    return False
                if len(self.verdicts) == len(self.exercises):
                    return True
                continue
            try:
                submission.run(cell.source)
            except SubmissionDied as death:
                self._leave_out(number, cell, death)
                return False
        return True

    def _left(self, test_cells: bool) -> Iterator[tuple[int, Any]]:
        """The cells that are still to be run, numbered, until the time is used up."""
        for number, cell in enumerate(self.cells, 1):
            if time.monotonic() > self._end:
                note = (
                    f"used up its {self.limits.submission_seconds:g} seconds before cell {number}"
                )
                self.notes += [note] if note not in self.notes else []
                return
            if number not in self._skipped and (test_cells or not _is_test(cell)):
                yield number, cell

    def _leave_out(self, number: int, cell: Any, death: SubmissionDied) -> None:
        self._skipped.add(number)
        self.notes.append(f"cell {number} {death}")
        words = f"This cell {death}. The others were run without it."
        _set_outputs(cell, [_error("CellEnded", words)], number)

    def _judge(self, submission: Submission, cell: Any) -> bool:
        """Judge the exercise of a test cell; False if the submission has to be started again afterwards."""
        name = _name(cell)
        if name in self.verdicts:
            return True
        if name not in self.exercises:
            self.notes.append(f"{name} has no hidden tests and scores 0")
            return True
        student = submission.exercise()
        exercise = self.exercises[name]
        try:
            verdict = judge(exercise, student, seed=self.seed(name), earlier=self.exercises)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            words = "What this gives back could not be judged."
            self.notes.append(f"{name} could not be judged ({type(error).__name__})")
            verdict = Verdict(name, exercise.points, 0, Status.WRONG, words)
        self.verdicts[name] = verdict
        _write_score(cell, verdict.score, verdict.text())
        if student.violation is None:
            try:
                student.end()
            except SubmissionDied as death:
                student.violation = str(death)
        if student.violation is not None:
            self.notes.append(f"{name}: the process {student.violation}")
            return False
        return True


def _name(cell: Any) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _is_test(cell: Any) -> bool:
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("grade")) and not settings.get("solution")


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
