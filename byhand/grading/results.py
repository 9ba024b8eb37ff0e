"""What came out of grading an assignment: the scores of the gradebook, and beside them what the logs say."""

import contextlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from byhand.grading.preprocessors import UNSANDBOXED, log_path
from byhand.grading.replay import course_config
from byhand.problem import Problem
from byhand.verdict import Status


class Exercise(NamedTuple):
    """One exercise of an assignment."""

    notebook: str
    name: str


@dataclass(frozen=True)
class Result:
    """One exercise of one student: points from the gradebook, words from the log."""

    score: float
    points: float
    #: of the log; None if there is none, or the submission did not get as far
    status: Status | None = None
    sentence: str = ""
    #: whether the sentence is that of a known mistake or of a property that does not hold
    named: bool = False
    #: wall time of judging
    seconds: float | None = None

    @property
    def outcome(self) -> str:
        """One of "right", "partly", "wrong", "not attempted". Points given by hand count, where there are any."""
        if self.points == 0:
            return self.status.value if self.status else "wrong"
        if self.score >= self.points:
            return "right"
        if self.score > 0:
            return "partly"
        return "not attempted" if self.status is Status.NOT_ATTEMPTED else "wrong"


@dataclass
class Submission:
    """One student's graded submission."""

    student: str
    penalty: float = 0
    waits_for_hand: bool = False
    results: dict[Exercise, Result] = field(default_factory=dict)
    #: what was not as it should be
    notes: list[str] = field(default_factory=list)
    unsandboxed: bool = False
    #: notebooks whose log is missing or unreadable
    unlogged: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Points after a penalty for being late, as nbgrader exports them."""
        return max(0.0, sum(result.score for result in self.results.values()) - self.penalty)

    def count(self, outcome: str) -> int:
        return sum(result.outcome == outcome for result in self.results.values())


@dataclass
class Results:
    """An assignment of a whole class."""

    assignment: str
    points: float
    exercises: list[Exercise]
    submissions: list[Submission]
    #: students in the gradebook who have handed in nothing
    absent: list[str]
    #: students whose folder in submitted/ has no grade
    ungraded: list[str]


def read_results(course: Path, assignment: str) -> Results:
    """All grades of an assignment.

    Raises Problem where there is no gradebook, no such assignment in it, or no grade.
    """
    with open_gradebook(course) as gradebook:
        return results_in(gradebook, course, assignment)


def results_in(gradebook: Any, course: Path, assignment: str) -> Results:
    """The same from a gradebook that is open. Raises Problem where there is no such assignment, or no grade."""
    names = [each.name for each in gradebook.assignments]
    if assignment not in names:
        there = f"there is {', '.join(names)}" if names else "it holds no assignment yet"
        raise Problem(f"The gradebook has no assignment `{assignment}`: {there}.")
    submissions = _submissions(gradebook, assignment)
    if not submissions:
        raise Problem(
            f"Nobody's {assignment} has been graded yet: run `byhand grade {assignment}` first."
        )
    order: dict[str, int] = {}
    for submission in submissions.values():
        _add_logs(course, assignment, submission, order)
    exercises = {each for one in submissions.values() for each in one.results}
    handed_in = _handed_in(course, assignment)
    students = [student.id for student in gradebook.students]
    return Results(
        assignment,
        float(gradebook.find_assignment(assignment).max_score),
        sorted(exercises, key=lambda e: (e.notebook, order.get(e.name, len(order)), e.name)),
        [submissions[student] for student in sorted(submissions)],
        sorted(s for s in students if s not in submissions and s not in handed_in),
        sorted(s for s in handed_in if s not in submissions),
    )


@contextlib.contextmanager
def open_gradebook(course: Path) -> Iterator[Any]:
    """The gradebook that nbgrader_config.py names. Raises Problem if it cannot be opened; never makes one."""
    from nbgrader.api import Gradebook
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    directory = course_directory(course)
    try:
        url = make_url(directory.db_url)
        if url.get_backend_name() == "sqlite" and not os.path.isfile(url.database or ""):
            raise Problem(
                f"There is no gradebook at {url.database}: `nbgrader generate_assignment` makes it."
            )
        gradebook = Gradebook(directory.db_url, directory.course_id)
    except (SQLAlchemyError, ImportError) as error:
        raise Problem(_not_opened(directory.db_url, error)) from None
    with gradebook:
        yield gradebook


def _not_opened(address: str, error: Exception) -> str:
    from sqlalchemy.engine import make_url

    with contextlib.suppress(Exception):
        address = make_url(address).render_as_string(hide_password=True)
    if isinstance(error, ImportError):
        return (
            f"The gradebook {address} needs {error.name or 'a driver'}, which is not installed: for PostgreSQL, "
            "`pip install 'backprop-by-hand[postgres]'`."
        )
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return f"The gradebook {address} cannot be opened: {reason}"


def course_directory(course: Path) -> Any:
    """nbgrader's CourseDirectory as nbgrader_config.py in `course` sets it up."""
    from nbgrader.coursedir import CourseDirectory

    config = course_config(course)
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(course)
    return CourseDirectory(config=config)


def _handed_in(course: Path, assignment: str) -> set[str]:
    """Students with a notebook in their folder in submitted/."""
    directory = course_directory(course)
    submitted = directory.submitted_directory
    students = Path(directory.root, submitted)
    return {
        folder.name
        for folder in (students.iterdir() if students.is_dir() else ())
        if any(Path(directory.format_path(submitted, folder.name, assignment)).glob("*.ipynb"))
    }


def _submissions(gradebook: Any, assignment: str) -> dict[str, Submission]:
    """By student, in one query: the gradebook's objects would take thousands."""
    from nbgrader.api import (
        Assignment,
        BaseCell,
        Grade,
        Notebook,
        SubmittedAssignment,
        SubmittedNotebook,
    )

    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Notebook.name,
            BaseCell.name,
            Grade.score,
            Grade.max_score,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(Assignment.name == assignment)
    )
    submissions: dict[str, Submission] = {}
    for student, notebook, name, score, points, waits in rows:
        submission = submissions.setdefault(student, Submission(student))
        submission.results[Exercise(notebook, name)] = Result(float(score), float(points))
        submission.waits_for_hand |= bool(waits)
    penalties = (
        gradebook.db.query(
            SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty
        )
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.name == assignment)
    )
    for student, penalty in penalties:
        if student in submissions:
            submissions[student].penalty += penalty or 0
    return submissions


def _add_logs(course: Path, assignment: str, submission: Submission, order: dict[str, int]) -> None:
    """Put in what the logs know; `order` collects the exercises' names as they stand in the notebooks."""
    by_notebook: dict[str, list[Exercise]] = defaultdict(list)
    for exercise in submission.results:
        by_notebook[exercise.notebook].append(exercise)
    for notebook, exercises in sorted(by_notebook.items()):
        log = _read_log(log_path(course, assignment, submission.student, notebook))
        if log is None:
            submission.unlogged.append(notebook)
            continue
        notes = [note for note in log.get("notes", []) if note != UNSANDBOXED]
        submission.notes += notes
        submission.unsandboxed |= log.get("level") == "none"
        for name in log["verdicts"]:
            order.setdefault(name, len(order))
        for exercise in exercises:
            verdict = log["verdicts"].get(exercise.name)
            if verdict is None:
                continue
            graded = submission.results[exercise]
            submission.results[exercise] = Result(
                graded.score,
                graded.points,
                Status(verdict["status"]),
                verdict["sentence"],
                verdict.get("mistake") is not None,
                log.get("seconds", {}).get(exercise.name),
            )


def _read_log(path: Path) -> dict[str, Any] | None:
    try:
        log = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return log if isinstance(log, dict) and isinstance(log.get("verdicts"), dict) else None
