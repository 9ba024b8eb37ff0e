"""Rows of nbgrader's gradebook as plain data: what grading a submission needs of it, and what comes back.

Only the process of the class run reads and writes the gradebook itself. A submission is graded against a private one
in memory (see `byhand.grading.private_gradebook`), which is filled with these rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Course,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Connection, bindparam, insert, select, update

Row = dict[str, Any]
#: rows by table
Rows = dict[str, list[Row]]

ASSIGNMENT, NOTEBOOK = Assignment.__table__, Notebook.__table__
BASE_CELL = BaseCell.__table__
STUDENT, SUBMISSION = Student.__table__, SubmittedAssignment.__table__
SUBMITTED, GRADE, COMMENT = SubmittedNotebook.__table__, Grade.__table__, Comment.__table__


def source_rows(connection: Connection, assignment: str) -> Rows | None:
    """All rows about an assignment as the instructor made it; None if the gradebook does not know it."""
    where = ASSIGNMENT.c.name == assignment
    rows = {"assignment": _rows(connection, select(ASSIGNMENT).where(where))}
    if not rows["assignment"]:
        return None
    course = rows["assignment"][0]["course_id"]
    rows["course"] = _rows(
        connection, select(Course.__table__).where(Course.__table__.c.id == course)
    )
    query = select(NOTEBOOK).where(NOTEBOOK.c.assignment_id == rows["assignment"][0]["id"])
    rows["notebook"] = _rows(connection, query)
    notebooks = [row["id"] for row in rows["notebook"]]
    for table in (BASE_CELL, SourceCell.__table__):
        query = select(table).where(table.c.notebook_id.in_(notebooks))
        rows[table.name] = _rows(connection, query)
    cells = [row["id"] for row in rows["base_cell"]]
    for table in (GradeCell.__table__, SolutionCell.__table__, TaskCell.__table__):
        query = select(table).where(table.c.id.in_(cells))
        rows[table.name] = _rows(connection, query)
    return rows


def known_rows(
    connection: Connection, assignment_id: str, students: Sequence[str]
) -> dict[str, Rows]:
    """What the gradebook knows of each of these students and of what they handed in before."""
    known: dict[str, Rows] = {student: {} for student in students}
    for row in _rows(connection, select(STUDENT).where(STUDENT.c.id.in_(students))):
        known[row["id"]]["student"] = [row]
    of_these = (SUBMISSION.c.assignment_id == assignment_id) & SUBMISSION.c.student_id.in_(students)
    owner: dict[str, str] = {}
    for row in _rows(connection, select(SUBMISSION).where(of_these)):
        owner[row["id"]] = row["student_id"]
        known[row["student_id"]]["submitted_assignment"] = [row]
    submissions = select(SUBMISSION.c.id).where(of_these)
    in_these = SUBMITTED.c.assignment_id.in_(submissions)
    for row in _rows(connection, select(SUBMITTED).where(in_these)):
        owner[row["id"]] = owner[row["assignment_id"]]
        known[owner[row["id"]]].setdefault("submitted_notebook", []).append(row)
    for table in (GRADE, COMMENT):
        query = select(table).where(table.c.notebook_id.in_(select(SUBMITTED.c.id).where(in_these)))
        for row in _rows(connection, query):
            known[owner[row["notebook_id"]]].setdefault(table.name, []).append(row)
    return known


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


# --- what comes back -----------------------------------------------------------------------------
#
# {"student": {…}, "submission": {…}, "notebooks": {notebook id: {"columns": {…}, "grades": {cell id: {…}}, "comments":
# {cell id: {…}}}}}: columns with their new values where nbgrader's steps have changed them. JSON can hold it.


def write_results(connection: Connection, assignment_id: str, results: Mapping[str, Any]) -> None:
    """Bring what came back, by student, into the gradebook. Doing it again changes nothing."""
    students = list(results)
    known = known_rows(connection, assignment_id, students)
    changes = _Changes()
    for student, result in results.items():
        rows, columns = known[student], result["student"]
        if "student" not in rows:
            changes.insert(STUDENT, {"id": student} | columns)
        else:
            changes.update(STUDENT, student, columns)
        columns = dict(result["submission"])
        if columns.get("timestamp"):
            columns["timestamp"] = datetime.fromisoformat(columns["timestamp"])
        keys = {"assignment_id": assignment_id, "student_id": student}
        submission = changes.put(SUBMISSION, rows, keys, columns)
        for notebook, parts in result["notebooks"].items():
            keys = {"assignment_id": submission, "notebook_id": notebook}
            submitted = changes.put(SUBMITTED, rows, keys, parts["columns"])
            for table, cells in ((GRADE, parts["grades"]), (COMMENT, parts["comments"])):
                for cell, columns in cells.items():
                    keys = {"notebook_id": submitted, "cell_id": cell}
                    changes.put(table, rows, keys, columns)
    changes.execute(connection)


class _Changes:
    """Rows to insert and to update, written with as few statements as possible."""

    def __init__(self) -> None:
        self._inserts: dict[Any, list[Row]] = {
            table: [] for table in (STUDENT, SUBMISSION, SUBMITTED, GRADE, COMMENT)
        }
        self._updates: dict[tuple[Any, tuple[str, ...]], list[Row]] = {}

    def put(self, table: Any, known: Rows, keys: Row, columns: Row) -> str:
        """Update the known row with these keys, or insert one; its id."""
        for row in known.get(table.name, ()):
            if all(row[key] == value for key, value in keys.items()):
                self.update(table, row["id"], columns)
                return str(row["id"])
        new = uuid4().hex
        self.insert(table, {"id": new} | keys | columns)
        return new

    def insert(self, table: Any, row: Row) -> None:
        self._inserts[table].append(row)

    def update(self, table: Any, identity: str, columns: Row) -> None:
        if columns:
            rows = self._updates.setdefault((table, tuple(sorted(columns))), [])
            rows.append({"row_id": identity} | {f"new_{k}": v for k, v in columns.items()})

    def execute(self, connection: Connection) -> None:
        for table, rows in self._inserts.items():
            for some in _of_one_shape(rows):
                connection.execute(insert(table), some)
        for (table, names), rows in self._updates.items():
            values: Row = {name: bindparam(f"new_{name}") for name in names}
            connection.execute(
                update(table).where(table.c.id == bindparam("row_id")).values(values), rows
            )


def _of_one_shape(rows: Iterable[Row]) -> list[list[Row]]:
    shapes: dict[frozenset[str], list[Row]] = {}
    for row in rows:
        shapes.setdefault(frozenset(row), []).append(row)
    return list(shapes.values())
