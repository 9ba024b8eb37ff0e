"""nbgrader's gradebook as its steps use it while grading, without asking for the same thing again and again.

Each step of nbgrader opens the gradebook anew, a dozen times for each submission. Importing this lets the tables and
the course be looked for the first time only, and keeps one engine for each address, with what SQLAlchemy has compiled;
closing a gradebook still closes its connections.
"""

import functools
import os
from typing import Any

import nbgrader.api
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SourceCell,
    TaskCell,
)
from sqlalchemy import make_url
from sqlalchemy.orm import scoped_session, sessionmaker

nbgrader.api.create_engine = functools.cache(nbgrader.api.create_engine)
_open_first = Gradebook.__init__
_opened: set[tuple[str, str, int]] = set()


def _open(
    gradebook: Gradebook,
    db_url: str,
    course_id: str = "default_course",
    authenticator: Any = None,
) -> None:
    """As `Gradebook.__init__` does, without looking for what was there before."""
    file = _file_of(db_url)
    if file is not None and (db_url, course_id, file) in _opened:
        gradebook.engine = nbgrader.api.create_engine(db_url, echo=False, future=True)
        gradebook.db = scoped_session(sessionmaker(bind=gradebook.engine))
        gradebook.course_id, gradebook.authenticator = course_id, authenticator
        return
    _open_first(gradebook, db_url, course_id, authenticator)
    if (made := _file_of(db_url)) is not None:
        _opened.add((db_url, course_id, made))


def _file_of(db_url: str) -> int | None:
    """The number of SQLite's file: another one of that name is another gradebook. None where a server has it."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    try:
        with open(url.database, "rb") as file:
            is_database = file.read(16) == b"SQLite format 3\0"  # not emptied meanwhile
            return os.fstat(file.fileno()).st_ino if is_database else None
    except OSError:
        return None


Gradebook.__init__ = _open


class NotebookGradebook(Gradebook):
    """The gradebook for a step that asks about every cell of one notebook: all cells come with the first question."""

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        return or_missing(self._cells(SourceCell, notebook, assignment).get(name), name)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> BaseCell:
        found = self._cells(GradeCell, notebook, assignment).get(name)
        return or_missing(found or self._cells(TaskCell, notebook, assignment).get(name), name)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        grades = self._entries(Grade, notebook, assignment, student)
        return or_missing(grades.get(grade_cell), grade_cell)

    def find_comment(
        self, solution_cell: str, notebook: str, assignment: str, student: str
    ) -> Comment:
        comments = self._entries(Comment, notebook, assignment, student)
        return or_missing(comments.get(solution_cell), solution_cell)

    def _cells(self, kind: Any, notebook: str, assignment: str) -> dict[str, Any]:
        """The cells of this kind in a released notebook, by name."""
        key = kind, notebook, assignment
        if key not in self._found:
            cells = (
                self.db.query(kind)
                .join(Notebook, Notebook.id == kind.notebook_id)
                .join(Assignment, Assignment.id == Notebook.assignment_id)
                .filter(Notebook.name == notebook, Assignment.name == assignment)
            )
            self._found[key] = {cell.name: cell for cell in cells}
        return self._found[key]

    def _entries(self, kind: Any, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        """The grades, or comments, of a submitted notebook, by the names of their cells."""
        key = kind, notebook, assignment, student
        if key not in self._found:
            submitted = self.find_submission_notebook(notebook, assignment, student)
            entries = self.db.query(BaseCell.name, kind).join(kind, kind.cell_id == BaseCell.id)
            self._found[key] = dict(entries.filter(kind.notebook_id == submitted.id).all())
        return self._found[key]

    @functools.cached_property
    def _found(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {}


def or_missing(found: Any, name: str) -> Any:
    """What was found; raises MissingEntry, as nbgrader's own lookups do, if it is None."""
    if found is None:
        raise MissingEntry(f"No such entry: {name}")
    return found
