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


def exercise_seed(
    course: Path, assignment: str, notebook: str, exercise: str, gradebook: str | None = None
) -> int:
    """The seed of an exercise's hidden cases in the course at `course`; for `gradebook` see `course_secret`."""
    message = "\0".join((assignment, notebook, exercise)).encode()
    secret = course_secret(course, gradebook)
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8])


def course_secret(course: Path, gradebook: str | None = None) -> bytes:
    """The secret of a course, made on first use.

    Raises Problem if it is missing although something has been graded, in gradebook.db or the one at this address:
    other seeds could give other grades.
    """
    path = course / SECRET
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    if _has_grades(course, gradebook):
        raise Problem(
            f"{path} is missing, but grades exist that were made with it. Put it back from a backup, or begin with "
            "an empty gradebook (move gradebook.db away) and grade everybody anew."
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


def _has_grades(course: Path, gradebook: str | None) -> bool:
    """Whether gradebook.db beside the secret, or the gradebook at this address, holds an automatic score."""
    beside = f"sqlite:///{course / 'gradebook.db'}"
    return any(map(_holds_scores, {beside, gradebook or beside}))


def _holds_scores(gradebook: str) -> bool:
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        url = make_url(gradebook)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return False
        with create_engine(url).connect() as connection:
            query = text("SELECT COUNT(*) FROM grade WHERE auto_score IS NOT NULL")
            return bool(connection.execute(query).scalar())
    except SQLAlchemyError:  # nothing of nbgrader's in it
        return False
