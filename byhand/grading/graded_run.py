"""Run one submission in the sandbox and write a score into every grade cell."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbformat.notebooknode import from_dict

from byhand.exercise import Exercise
from byhand.grading.session import Limits, Output, Submission, SubmissionDied, Worker
from byhand.judge import judge
from byhand.verdict import Verdict

MOST_RESTARTS = 8


class GradedRun:
    """One notebook being graded.

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
        self._done: set[int] = set()

    def grade(self, only: str | None = None) -> None:
        """Run all cells and judge every exercise, or `only` one; outputs and scores go into the cells."""
        for cell in self.cells:
            cell.outputs, cell.execution_count = [], None
            if _is_test(cell):
                _write_score(cell, 0, "This exercise was not reached.")
        self._end = time.monotonic() + self.limits.submission_seconds
        for _ in range(MOST_RESTARTS):
            if self._pass(only):
                return
        self.notes.append(f"was started {MOST_RESTARTS} times and ended every time")

    def _pass(self, only: str | None) -> bool:
        """Run the notebook from the top once; whether it came to its end."""
        submission = self.worker.begin(self.limits, self.files)
        try:
            for number, cell in enumerate(self.cells, 1):
                if time.monotonic() > self._end:
                    self.notes.append(
                        f"used up its {self.limits.submission_seconds:g} seconds at cell {number}"
                    )
                    return True
                if number in self._skipped:
                    continue
                if _is_test(cell):
                    if only in (None, _name(cell)) and not self._judge(submission, cell):
                        return False
                elif not self._run(submission, number, cell):
                    return False
            return True
        finally:
            submission.close()

    def _run(self, submission: Submission, number: int, cell: Any) -> bool:
        """Run a cell; False if the process did not survive, and the cell is to be left out."""
        try:
            outputs = submission.run(cell.source)
        except SubmissionDied as death:
            self._skipped.add(number)
            self.notes.append(f"cell {number} {death}")
            outputs = [_error("CellEnded", f"This cell {death}. The others were run without it.")]
            _set_outputs(cell, outputs, number)
            return False
        if number not in self._done:
            self._done.add(number)
            _set_outputs(cell, outputs, number)
        return True

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
        verdict = judge(exercise, student, seed=self.seed(name), earlier=self.exercises)
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
