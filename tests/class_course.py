"""Course folders with a simulated class in them, graded by commands, and read back."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy import text

from byhand.grading import demo
from byhand.grading.simulated_class import simulated_class, write_submission

ROOT = Path(__file__).parent.parent
SECRET = "0123456789abcdef" * 4


def make_course(course: Path, assignments: list[str], size: int) -> Path:
    """A course in which the first students of each simulated class have handed in."""
    demo.prepare(ROOT, course, *assignments)
    (course / ".byhand").mkdir()
    (course / ".byhand" / "secret").write_text(SECRET)
    for assignment in assignments:
        demo.run_nbgrader(course, "generate_assignment", assignment)
        for student in simulated_class(demo.exercises_of(ROOT, assignment), size):
            write_submission(student, course / "notebooks", course / "submitted", assignment)
    return course


def byhand(
    course: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "byhand", *arguments],
        cwd=course,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=500,
    )


ROWS = {
    "students": "SELECT id, first_name, last_name, email, lms_user_id FROM student",
    "submissions": """
        SELECT a.name, s.student_id, s.timestamp, s.extension FROM submitted_assignment s
        JOIN assignment a ON a.id = s.assignment_id""",
    "notebooks": """
        SELECT a.name, s.student_id, nb.name, n.flagged, n.late_submission_penalty {of_notebook}""",
    "grades": """
        SELECT a.name, s.student_id, nb.name, b.name, b.type, g.auto_score, g.manual_score, g.extra_credit,
        g.needs_manual_grade {of_notebook} JOIN grade g ON g.notebook_id = n.id JOIN base_cell b ON b.id = g.cell_id""",
    "comments": """
        SELECT a.name, s.student_id, nb.name, b.name, b.type, g.auto_comment, g.manual_comment {of_notebook}
        JOIN comment g ON g.notebook_id = n.id JOIN base_cell b ON b.id = g.cell_id""",
}
OF_NOTEBOOK = """
    FROM submitted_notebook n JOIN notebook nb ON nb.id = n.notebook_id
    JOIN submitted_assignment s ON s.id = n.assignment_id JOIN assignment a ON a.id = s.assignment_id"""


def gradebook_rows(course: Path, db_url: str = "") -> dict[str, list[tuple]]:
    """Everything in a gradebook that says something, without its random ids."""
    with Gradebook(db_url or f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            name: sorted(
                map(tuple, gradebook.db.execute(text(query.format(of_notebook=OF_NOTEBOOK)))),
                key=repr,
            )
            for name, query in ROWS.items()
        }


def graded_files(course: Path) -> dict[str, tuple[str, str]]:
    """Mode and content of everything in autograded/."""
    folder = course / "autograded"
    return {
        str(path.relative_to(folder)): (
            oct(path.lstat().st_mode),
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }
