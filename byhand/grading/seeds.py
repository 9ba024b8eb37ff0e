"""Seeds that nobody can guess and everybody who grades can draw again.

A seed depends on the course's secret, the assignment, the notebook and the exercise: all students of a course get
the same inputs, and grading again gives the same verdict.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from byhand.problem import Problem

SECRET = Path(".byhand", "secret")


def exercise_seed(course: Path, assignment: str, notebook: str, exercise: str) -> int:
    """The seed of an exercise's hidden cases in the course at `course`."""
    message = "\0".join((assignment, notebook, exercise)).encode()
    return int.from_bytes(hmac.digest(course_secret(course), message, hashlib.sha256)[:8])


def course_secret(course: Path) -> bytes:
    """The secret of a course, made on first use.

    Raises Problem if it is missing although something has been graded: other seeds could give other grades.
    """
    path = course / SECRET
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    if _has_grades(course):
        raise Problem(
            f"{path} is missing, but grades exist that were made with it. Put it back from a backup, or move "
            "gradebook.db away and grade everybody anew."
        )
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        with contextlib.suppress(FileExistsError):  # somebody else was faster: theirs counts
            os.link(file.name, path)
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except ValueError:
        secret = b""
    if len(secret) < 16:
        raise Problem(
            f"{path} does not hold a secret of at least 32 hexadecimal digits: put it back from a backup."
        )
    return secret


def _has_grades(course: Path) -> bool:
    """Whether the gradebook beside the secret holds an automatic score."""
    import sqlite3

    path = course / "gradebook.db"
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as gradebook:
            query = "SELECT COUNT(*) FROM grade WHERE auto_score IS NOT NULL"
            return bool(gradebook.execute(query).fetchone()[0])
    except sqlite3.Error:
        return False
