"""Grades as the files that Canvas and Moodle import: `nbgrader export --exporter=byhand.grading.exports.CanvasExport`.

Both take a roster, which the learning platform itself exports: it holds the ids that it knows its students by. The
columns are those that the platforms publish and their importers look for (Canvas: `gradebook_importer.rb`; Moodle:
`grade/import/csv`, docs.moodle.org/en/Grade_import).
"""

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode

from byhand.grading.feedback import CONTROL
from byhand.grading.reading import printable
from byhand.grading.results import Results, Submission, results_in
from byhand.problem import Problem

#: what a spreadsheet takes for the beginning of a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Roster:
    """The students as the learning platform knows them."""

    name: str
    header: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        return [row[place] for row in self.rows]


class RosterExport(ExportPlugin):
    """What the exports for learning platforms have in common."""

    roster = Unicode(
        "roster.csv", help="The students as the platform exports them: a CSV file."
    ).tag(config=True)
    student_column = Unicode(
        "",
        help="The column of the roster that holds nbgrader's student ids. Default: the one with most of them.",
    ).tag(config=True)
    columns = Dict(
        help="The platform's heading for an assignment, where it is not the assignment's name."
    ).tag(config=True)

    platform = ""
    encoding = "utf-8"

    def export(self, gradebook: Any) -> None:
        """Write the file `to`; on bad input say why in one sentence, write nothing and exit with 1."""
        try:
            target = Path(self.to or f"{self.platform.lower()}.csv")
            table = self._table(gradebook)
            text = io.StringIO(newline="")
            csv.writer(text).writerows([[escaped(cell) for cell in row] for row in table])
            target.write_bytes(text.getvalue().encode(self.encoding))
        except Problem as problem:
            self.log.critical(str(problem))
            sys.exit(1)
        except OSError as error:
            self.log.critical("%s cannot be written: %s", target, error.strerror)
            sys.exit(1)
        self.log.info("Written for %s: %s", self.platform, target)

    def headings(self, assignment: str, roster: Roster) -> list[str]:
        """The headings of the columns of one assignment."""
        raise NotImplementedError

    def cells(self, submission: Submission | None) -> list[str]:
        """What stands below them for one student; None: nothing was handed in."""
        raise NotImplementedError

    def kept(self, roster: Roster, student_column: str) -> list[str]:
        """The columns of the roster that the platform wants to see again."""
        raise NotImplementedError

    def is_student(self, row: Sequence[str]) -> bool:
        """Whether a row of the roster is about a student."""
        return any(cell.strip() for cell in row)

    def above(self, kept: Sequence[str], results: Sequence[Results]) -> list[list[str]]:
        """Rows between the header and the students."""
        return []

    def _table(self, gradebook: Any) -> list[list[str]]:
        course = Path(self.parent.coursedir.root)
        chosen = [str(name) for name in self.assignment]
        results = [
            results_in(gradebook, course, name) for name in chosen or _graded_assignments(gradebook)
        ]
        graded = {same_id(one.student): {} for result in results for one in result.submissions}  # type: dict[str, dict[str, Submission]]
        for result in results:
            for one in result.submissions:
                graded[same_id(one.student)][result.assignment] = one
        if self.student:
            wanted = {same_id(str(student)) for student in self.student}
            graded = {student: by for student, by in graded.items() if student in wanted}
        roster = read_roster(Path(self.roster), self.is_student)
        column = self.student_column or _column_with(graded, roster)
        if column not in roster.header:
            raise Problem(
                f"{roster.name} has no column `{column}`: there is {', '.join(roster.header)}."
            )
        kept = self.kept(roster, column)
        headings = [h for result in results for h in self.headings(result.assignment, roster)]
        table = [[*kept, *headings], *self.above(kept, results)]
        written: set[str] = set()
        for student, row in self._students(roster, column):
            by_assignment = graded.get(student)
            if by_assignment is None:
                continue
            written.add(student)
            own = [row[roster.header.index(name)] for name in kept]
            scores = (self.cells(by_assignment.get(result.assignment)) for result in results)
            table.append([*own, *(cell for cells in scores for cell in cells)])
        self._say_what_is_not_there(results, graded, roster, column, written)
        return table

    def _students(self, roster: Roster, column: str) -> list[tuple[str, list[str]]]:
        """nbgrader's id and row of each student; none of those whose rows are about different people."""
        rows: dict[str, list[list[str]]] = {}
        for row, student in zip(roster.rows, roster.column(column), strict=True):
            if student.strip():
                rows.setdefault(same_id(student), []).append(row)
        twice = {s: len(set(map(tuple, of_one))) for s, of_one in rows.items() if len(of_one) > 1}
        self._warn(
            [student for student, different in twice.items() if different == 1],
            "in {roster} more than once, with the same row: written once",
            roster,
        )
        self._warn(
            [student for student, different in twice.items() if different > 1],
            "in {roster} with different rows, and nobody can tell whose the score is: left out; correct the roster and "
            "export again",
            roster,
        )
        return [
            (student, of_one[0]) for student, of_one in rows.items() if twice.get(student, 1) == 1
        ]

    def _say_what_is_not_there(
        self,
        results: Sequence[Results],
        graded: dict[str, dict[str, Submission]],
        roster: Roster,
        column: str,
        written: set[str],
    ) -> None:
        in_roster = {same_id(student) for student in roster.column(column) if student.strip()}
        self._warn(
            sorted(graded.keys() - in_roster),
            "in the gradebook, not in {roster}: left out, the scores stay in the gradebook",
            roster,
        )
        if not self.student:
            self._warn(
                sorted(in_roster - graded.keys()),
                "in {roster}, without anything graded: left out, so that the platform keeps what it has",
                roster,
            )
        for result in results:
            without = {s for s in written if result.assignment not in graded[s]}
            self._warn(sorted(without), f"without a score in {result.assignment}: empty", roster)
            waiting = [o.student for o in result.submissions if o.waits_for_hand]
            self._warn(
                [student for student in waiting if same_id(student) in written],
                f"still to be graded by hand in {result.assignment}: written as it is now",
                roster,
            )
        self._warn(
            sorted(student for student in written if escaped(student) != student),
            "an id that a spreadsheet or a terminal would run: written so that none does; check whether {platform} "
            "takes the score",
            roster,
        )

    def _warn(self, students: Iterable[str], what: str, roster: Roster) -> None:
        """One sentence that names all of them, if there are any."""
        names = [printable(student) for student in students]
        if names:
            words = what.format(roster=roster.name, platform=self.platform)
            self.log.warning("%s: %s.", ", ".join(names), words)


class CanvasExport(RosterExport):
    """For Canvas: Grades → Import. The roster is what Grades → Export gives.

    UTF-8 without a byte order mark: Canvas compares the first heading letter by letter where it is `LastName`.
    """

    platform = "Canvas"

    def kept(self, roster: Roster, student_column: str) -> list[str]:
        names = roster.header
        begins_right = names[:2] == ["Student", "ID"] or names[:3] == [
            "LastName",
            "FirstName",
            "ID",
        ]
        if not begins_right or "Section" not in names:
            raise Problem(
                f"{roster.name} is not what Canvas exports: its columns should begin with Student, ID and go on to "
                f"Section, and are {', '.join(names[:6])}."
            )
        return names[: names.index("Section") + 1]

    def headings(self, assignment: str, roster: Roster) -> list[str]:
        of_canvas = re.compile(re.escape(assignment) + r"( \(\d+\))?")
        known = next((name for name in roster.header if of_canvas.fullmatch(name)), assignment)
        return [self.columns.get(assignment, known)]

    def cells(self, submission: Submission | None) -> list[str]:
        return ["" if submission is None else _number(submission.score)]

    def is_student(self, row: Sequence[str]) -> bool:
        return bool(row[0].strip() or row[1].strip()) and "Points Possible" not in row[0]

    def above(self, kept: Sequence[str], results: Sequence[Results]) -> list[list[str]]:
        points = [_number(result.points) for result in results]
        return [["    Points Possible", *[""] * (len(kept) - 1), *points]]


class MoodleExport(RosterExport):
    """For Moodle: Grades → Import → CSV file. The roster is what Grades → Export → Plain text file gives.

    UTF-8 with a byte order mark: Moodle takes it off, and Excel needs it to show names as they are.
    """

    platform = "Moodle"
    encoding = "utf-8-sig"

    #: columns about the person; all others of an export are grades
    about = ("First name", "Last name", "Surname", "Username", "ID number", "Email address")

    def kept(self, roster: Roster, student_column: str) -> list[str]:
        return [name for name in roster.header if name in (*self.about, student_column)]

    def headings(self, assignment: str, roster: Roster) -> list[str]:
        name = self.columns.get(assignment, assignment)
        return [name, f"{name} (feedback)"]

    def cells(self, submission: Submission | None) -> list[str]:
        return (
            ["", ""] if submission is None else [_number(submission.score), _feedback(submission)]
        )


def _feedback(submission: Submission) -> str:
    """A line about each exercise that is not right: what the student reads in nbgrader's feedback as well."""
    said = [
        f"{exercise.name} ({_number(result.score)} of {_number(result.points)}): {result.sentence}"
        for exercise, result in submission.results.items()
        if result.outcome != "right" and result.sentence
    ]
    return " ".join(" ".join(line.split()) for line in said)


def _graded_assignments(gradebook: Any) -> list[str]:
    """The assignments in which somebody has a grade."""
    from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook

    rows = (
        gradebook.db.query(Assignment.name)
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .distinct()
    )
    names = sorted(name for (name,) in rows)
    if not names:
        raise Problem("Nothing in the gradebook has been graded yet: there is nothing to export.")
    return names


def _column_with(graded: Iterable[str], roster: Roster) -> str:
    """The column of the roster that holds most of these ids."""
    students = set(graded)
    found = {
        name: len(students.intersection(map(same_id, roster.column(name))))
        for name in roster.header
    }
    best = max(found, key=lambda name: found[name])
    if not found[best]:
        example = printable(min(students, default=""))
        raise Problem(
            f"No column of {roster.name} holds an id of the gradebook, such as `{example}`: add one that does."
        )
    return best


def read_roster(path: Path, is_student: Any) -> Roster:
    """The roster in a CSV file, separated by commas, semicolons or tabs. Raises Problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Problem(
            f"There is no {path}: export the students of the course from your platform, and save the file under this "
            "name."
        ) from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8: save it as `CSV UTF-8`.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if len(rows) < 2 or len(rows[0]) < 2:
        raise Problem(f"{path} has no rows with columns: is it the CSV file of the platform?")
    header = [name.strip() for name in rows[0]]
    filled = [(row + [""] * len(header))[: len(header)] for row in rows[1:]]
    return Roster(path.name, header, [row for row in filled if is_student(row)])


def same_id(student: str) -> str:
    """The form in which ids are compared: é is one letter, or e with an accent, depending on who typed it."""
    return unicodedata.normalize("NFC", student.strip())


def escaped(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run, and without control characters.

    Numbers stay numbers.
    """
    if _NUMBER.fullmatch(cell):
        return cell
    quote = "'" if cell.lstrip(" ").startswith(FORMULA) else ""
    return quote + CONTROL.sub("", cell)


def _number(value: float) -> str:
    return f"{value:.10g}"
