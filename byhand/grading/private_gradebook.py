"""nbgrader's gradebook for one submission, in memory.

nbgrader's steps open the gradebook a dozen times for each submission, which takes longer than all they do in it. Here
they get, for the address `PRIVATE`, the one gradebook of this process, filled with the rows of one assignment and one
student. What the steps ask most is looked up; everything else that `nbgrader.api.Gradebook` can do is asked of SQLite.
"""

from typing import Any

from nbgrader.api import (
    Assignment,
    Base,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import StaticPool

from byhand.grading.gradebook import or_missing
from byhand.grading.rows import Row, Rows

PRIVATE = "sqlite://"


class _Transaction(Session):
    """One that never ends: in memory there is nothing to make last, and a query sees everything before it."""

    def commit(self) -> None:
        pass


class PrivateGradebook(Gradebook):
    """The gradebook of one assignment and, after `take_up`, of one student."""

    current: "PrivateGradebook"

    def __init__(self, source: Rows | str, *_: Any, **__: Any) -> None:
        """With the rows of an assignment; when nbgrader's steps open `PRIVATE`, they get the current one."""
        if isinstance(source, str):
            return
        self.engine = create_engine(
            PRIVATE, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        self.db = scoped_session(
            sessionmaker(self.engine, class_=_Transaction, expire_on_commit=False),
            scopefunc=lambda: None,  # whichever thread asks
        )
        self.course_id = source["assignment"][0]["course_id"]
        self.authenticator = None
        with self.engine.begin() as connection:
            Base.metadata.create_all(connection)
            for table in Base.metadata.sorted_tables:
                if source.get(table.name):
                    connection.execute(insert(table), source[table.name])
        self._load_source()

    def _load_source(self) -> None:
        """Every object of the assignment, with the relations nbgrader's steps follow."""
        [self._assignment] = self.db.query(Assignment).all()
        self._notebooks = {notebook.name: notebook for notebook in self.db.query(Notebook)}
        cells = [
            cell for kind in (GradeCell, SolutionCell, TaskCell) for cell in self.db.query(kind)
        ]
        sources = self.db.query(SourceCell).all()
        self._cells = {cell.id: cell for cell in cells}
        self._sources: dict[tuple[str, str], SourceCell] = {}
        self._graded: dict[tuple[str, str], BaseCell] = {}
        set_committed_value(
            self._assignment,
            "notebooks",
            [self._notebooks[name] for name in sorted(self._notebooks)],
        )
        for name, notebook in self._notebooks.items():
            own = [cell for cell in cells if cell.notebook_id == notebook.id]
            set_committed_value(notebook, "_base_cells", own)
            set_committed_value(notebook, "assignment", self._assignment)
            source = [cell for cell in sources if cell.notebook_id == notebook.id]
            set_committed_value(notebook, "source_cells", source)
            self._sources |= {(name, cell.name): cell for cell in source}
            for cell in own:
                set_committed_value(cell, "notebook", notebook)
                if not isinstance(cell, SolutionCell):
                    self._graded[name, cell.name] = cell

    def close(self) -> None:
        """It stays open for the next step."""

    # --- one student ---

    def take_up(self, student: str, known: Rows) -> None:
        """Forget the student before, and take up this one with what the gradebook knows already."""
        self._forget()
        self._student = self._submission = None
        self._known = {row["id"]: row for rows in known.values() for row in rows}
        self._name = student
        if "student" in known:
            self._student = Student(**known["student"][0])
            self.db.add(self._student)
        if "submitted_assignment" in known:
            self._take_up_submission(known)

    def _take_up_submission(self, known: Rows) -> None:
        [row] = known["submitted_assignment"]
        submission = SubmittedAssignment(**row)
        set_committed_value(submission, "assignment", self._assignment)
        set_committed_value(submission, "student", self._student)
        by_id = {notebook.id: notebook for notebook in self._notebooks.values()}
        notebooks = []
        for row in known.get("submitted_notebook", ()):
            notebook = SubmittedNotebook(**row)
            set_committed_value(notebook, "notebook", by_id.get(row["notebook_id"]))
            set_committed_value(notebook, "assignment", submission)
            for name, kind in (("grades", Grade), ("comments", Comment)):
                own = [
                    r for r in known.get(kind.__tablename__, ()) if r["notebook_id"] == row["id"]
                ]
                objects = [kind(**row) for row in own]
                for entry in objects:
                    set_committed_value(entry, "notebook", notebook)
                set_committed_value(notebook, name, objects)
            notebooks.append(notebook)
        set_committed_value(submission, "notebooks", notebooks)
        self._index(submission)

    def _index(self, submission: SubmittedAssignment) -> None:
        """Let what belongs to a submission be found; it becomes part of the session."""
        for notebook in submission.notebooks:
            for entry in [*notebook.grades, *notebook.comments]:
                set_committed_value(entry, "cell", self._cells.get(entry.cell_id))
        self.db.add(submission)
        self._submission = submission

    def _forget(self) -> None:
        """Everything about a student leaves the session, and SQLite if it got there."""
        fresh = list(self.db.new)
        if any(isinstance(one, _OF_STUDENTS) for one in self.db.identity_map.values()):
            self.db.rollback()
            self.db.expunge_all()
            self._load_source()
            return
        for one in fresh:
            self.db.expunge(one)
        self.db.expire(self._assignment, ["submissions"])
        for notebook in self._notebooks.values():
            self.db.expire(notebook, ["submissions"])

    def changes(self) -> dict[str, Any]:
        """What is different from the rows that were taken up: see `byhand.grading.rows`."""
        student, submission = self._student, self._submission
        result = {"student": self._changed(student, Student), "submission": {}, "notebooks": {}}
        if submission is None:
            return result
        result["submission"] = self._changed(submission, SubmittedAssignment)
        if submission.timestamp is not None:
            result["submission"]["timestamp"] = submission.timestamp.isoformat()
        for notebook in submission.notebooks:
            result["notebooks"][notebook.notebook.id] = {
                "columns": self._changed(notebook, SubmittedNotebook),
                "grades": {g.cell_id: self._changed(g, Grade) for g in notebook.grades},
                "comments": {c.cell_id: self._changed(c, Comment) for c in notebook.comments},
            }
        return result

    def _changed(self, one: Any, kind: Any) -> Row:
        """Columns with other values than before; what is empty in a new row is left out."""
        if one is None:
            return {}
        before = self._known.get(one.id, {})
        names = [column.name for column in kind.__table__.columns if not _is_key(column)]
        now = {name: getattr(one, name) for name in names}
        return {name: value for name, value in now.items() if value != before.get(name)}

    # --- what nbgrader's steps ask for ---

    def find_assignment(self, name: str) -> Assignment:
        return or_missing(self._assignment if name == self._assignment.name else None, name)

    def find_notebook(self, name: str, assignment: str) -> Notebook:
        return or_missing(self._notebooks.get(name), name)

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        return or_missing(self._sources.get((notebook, name)), name)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> BaseCell:
        return or_missing(self._graded.get((notebook, name)), name)

    def find_student(self, student_id: str) -> Student:
        return or_missing(self._student if student_id == self._name else None, student_id)

    def add_student(self, student_id: str, **kwargs: Any) -> Student:
        self._student = super().add_student(student_id, **kwargs)
        return self._student

    def find_submission(self, assignment: str, student: str) -> SubmittedAssignment:
        submission = or_missing(self._submission if student == self._name else None, student)
        if submission.total_seconds_late > 0:
            self.db.flush()  # its score, which SQLite adds up, is asked next
        return submission

    def add_submission(self, assignment: str, student: str, **kwargs: Any) -> SubmittedAssignment:
        with self.db.no_autoflush:
            submission = super().add_submission(assignment, student, **kwargs)
            self._index(submission)
        return submission

    def find_submission_notebook(
        self, notebook: str, assignment: str, student: str
    ) -> SubmittedNotebook:
        of_student: Any = self._submission.notebooks if self._submission is not None else []
        for found in of_student:
            if found.notebook.name == notebook and student == self._name:
                return found
        return or_missing(None, notebook)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        found = self.find_submission_notebook(notebook, assignment, student)
        return _named(grade_cell, found.grades)

    def find_comment(
        self, solution_cell: str, notebook: str, assignment: str, student: str
    ) -> Comment:
        found = self.find_submission_notebook(notebook, assignment, student)
        return _named(solution_cell, found.comments)


_OF_STUDENTS = (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)


def _is_key(column: Any) -> bool:
    return bool(column.primary_key or column.foreign_keys)


def _named(name: str, entries: Any) -> Any:
    return or_missing(
        next((e for e in entries if e.cell is not None and e.cell.name == name), None), name
    )


def _new(cls: type[Gradebook], db_url: str = "", *_: Any, **__: Any) -> Gradebook:
    return PrivateGradebook.current if db_url == PRIVATE else object.__new__(cls)


def share() -> None:
    """From now on, nbgrader's steps in this process get the private gradebook for the address PRIVATE."""
    Gradebook.__new__ = _new
