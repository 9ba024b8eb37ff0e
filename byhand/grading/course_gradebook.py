"""The gradebook and the folders of a course, as one class run uses them: by nbgrader's settings and rules."""

import contextlib
import glob
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nbgrader.api import Course, Gradebook
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.utils import parse_utc, rmtree
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from byhand.grading.journal import Entry
from byhand.grading.one_submission import Task
from byhand.grading.rows import Rows, known_rows, source_rows, write_results
from byhand.grading.seeds import course_secret
from byhand.problem import Problem


class CourseGradebook:
    """One course: what is handed in, what is graded, and the way into the gradebook."""

    def __init__(self, course: Path) -> None:
        with contextlib.chdir(course):
            application = AutogradeApp()
            application.initialize(["--log-level=ERROR"])
        self.converter = Autograde(coursedir=application.coursedir, parent=application)
        self.coursedir = application.coursedir
        self.course = Path(self.coursedir.root)
        if self.coursedir.notebook_id != "*":
            raise Problem(
                "`byhand grade` grades whole submissions: for single notebooks take `nbgrader autograde --notebook`."
            )
        with self._trouble("The gradebook cannot be opened"):
            self._gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
            self._gradebook.db.remove()
        self._engine = self._gradebook.engine
        self._sources: dict[str, Rows] = {}

    def check(self) -> None:
        """Raise Problem now rather than after an hour if grades cannot be written."""
        course_secret(self.course, self.coursedir.db_url)
        with self._trouble("The gradebook cannot be written"), self._engine.connect() as connection:
            connection.execute(update(Course.__table__).values(id=Course.__table__.c.id))
            connection.rollback()

    @contextlib.contextmanager
    def _trouble(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise Problem(
                f"{what} ({reason}). Nothing is lost: mend that, and run the same command again."
            ) from error

    def _source(self, assignment: str) -> Rows:
        if assignment not in self._sources:
            self._sources[assignment] = self._read_source(assignment)
        return self._sources[assignment]

    def _read_source(self, assignment: str) -> Rows:
        with self._trouble("The gradebook cannot be read"), self._engine.connect() as connection:
            rows = source_rows(connection, assignment)
        if rows is None or not rows["notebook"]:
            raise Problem(
                f"The gradebook does not know the assignment {assignment}: run "
                f"`nbgrader generate_assignment {assignment}` first."
            )
        return rows

    def _id(self, assignment: str) -> str:
        return str(self._source(assignment)["assignment"][0]["id"])

    def task(self, assignment: str, files: str) -> bytes:
        """What every submission of an assignment needs."""
        return Task(str(self.course), assignment, files, self._source(assignment)).packed()

    # --- what is handed in ---

    def submitted(self, assignment: str, students: Sequence[str]) -> list[tuple[str, str]]:
        """Students and the folders they handed in. Raises Problem if there is none."""
        self._source(assignment)
        step, found = self.coursedir.submitted_directory, []
        anybody = self.coursedir.format_path(step, "*", glob.escape(assignment))
        pattern = self.coursedir.format_path(step, "(?P<student>.*)", re.escape(assignment), True)
        excluded = self.coursedir.student_id_exclude.split(",")
        for folder in sorted(glob.glob(anybody, include_hidden=True)):
            match = re.fullmatch(pattern, folder, re.DOTALL)
            if match is None or not os.path.isdir(folder):
                continue
            student = match["student"]
            wanted = any(fnmatchcase(student, p) or student == p for p in students)
            if wanted and student not in excluded:
                found.append((student, folder))
        if not found:
            who = "" if list(students) == ["*"] else f" by {' or '.join(students)}"
            raise Problem(f"There is no submission of {assignment}{who}: looked for {anybody}.")
        return found

    def timestamp(self, folder: str) -> datetime | None:
        """When a submission was handed in; None where nothing says so."""
        try:
            text = Path(folder, "timestamp.txt").read_text(encoding="utf-8").strip()
            return parse_utc(text) if text else None
        except (OSError, ValueError, OverflowError):
            return None

    def is_due(self, assignment: str, student: str, folder: str, force: bool) -> bool:
        """nbgrader's rule: not graded yet, or handed in anew since."""
        graded = self.folder(assignment, student)
        if force or not graded.exists():
            return True
        new, old = self.timestamp(folder), self.timestamp(str(graded))
        return new is not None and old is not None and new > old

    def folder(self, assignment: str, student: str) -> Path:
        step = self.coursedir.autograded_directory
        return Path(self.coursedir.format_path(step, student, assignment))

    # --- the gradebook ---

    def known(self, assignment: str, students: Sequence[str]) -> dict[str, Rows]:
        """What the gradebook knows of these students' submissions."""
        with self._trouble("The gradebook cannot be read"), self._engine.connect() as connection:
            return known_rows(connection, self._id(assignment), students)

    def write(self, entries: Sequence[Entry]) -> None:
        """All rows that grading has changed, in one transaction."""
        results: dict[str, dict[str, Any]] = {}
        for entry in entries:
            results.setdefault(entry["assignment"], {})[entry["student"]] = entry["changes"]
        with self._trouble("The gradebook cannot be written"), self._engine.begin() as connection:
            for assignment, of_students in results.items():
                write_results(connection, self._id(assignment), of_students)

    def put_in_place(self, staged: Path, entry: Entry) -> None:
        """The files of a graded submission replace those in autograded/; again if that was interrupted."""
        student, assignment = entry["student"], entry["assignment"]
        new, place = staged / student / assignment, self.folder(assignment, student)
        with self._trouble("Graded files cannot be put in place"):
            in_place = not new.exists() and not entry["failure"]
            if place.exists() and not in_place:
                rmtree(str(place))
            if new.exists() and not entry["failure"]:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(new, place)
            shutil.rmtree(staged, ignore_errors=True)
        if entry["failure"]:
            return
        if self.coursedir.groupshared:
            self.converter.set_permissions(assignment, student)
        self.coursedir.student_id, self.coursedir.assignment_id = student, assignment
        self.converter.run_post_convert_hook()
