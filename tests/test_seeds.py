"""Seeds and the secret they come from."""

import hashlib
import hmac
import multiprocessing
import os
import secrets
import shutil
import stat
import sys
import sysconfig
import time

import pytest

from byhand.grading.seeds import SECRET, course_secret, exercise_seed
from byhand.problem import Problem

PLACE = ("1_chain_rule", "chain_rule", "forward")


def course_with(folder, secret):
    (folder / SECRET).parent.mkdir(parents=True)
    (folder / SECRET).write_text(secret + "\n")
    return folder


def test_a_seed_depends_on_nothing_but_the_secret_and_the_names(tmp_path):
    """Computed here once more: with another derivation, no grade given so far could be replayed."""
    course = course_with(tmp_path, "ab" * 32)
    digest = hmac.new(b"\xab" * 32, b"1_chain_rule\0chain_rule\0forward", hashlib.sha256).digest()
    assert exercise_seed(course, *PLACE) == int.from_bytes(digest[:8], "big")
    assert exercise_seed(course, *PLACE) == exercise_seed(course, *PLACE)


def test_seeds_differ_by_secret_assignment_notebook_and_exercise(tmp_path):
    one = course_with(tmp_path / "one", "ab" * 32)
    other = course_with(tmp_path / "other", "ac" * 32)
    places = [
        PLACE,
        ("2", *PLACE[1:]),
        (PLACE[0], "2", PLACE[2]),
        (*PLACE[:2], "backward"),
        ("a", "bc", "d"),
        ("ab", "c", "d"),
        ("a", "b", "cd"),
    ]
    seeds = [exercise_seed(course, *place) for course in (one, other) for place in places]
    assert len(set(seeds)) == 2 * len(places)


def test_the_secret_is_made_on_first_use_for_its_owner_only(tmp_path):
    secret = course_secret(tmp_path)
    path = tmp_path / SECRET
    assert len(secret) == 32
    assert bytes.fromhex(path.read_text()) == secret == course_secret(tmp_path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_two_courses_get_the_same_secret(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert course_secret(tmp_path / "one") != course_secret(tmp_path / "other")


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """nbgrader's own gradebook, with one cell of one student that has not been graded."""
    from nbgrader.api import Gradebook

    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:  # nbgrader starts `alembic` by name
        patch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
        book = Gradebook(f"sqlite:///{path}")
    with book:
        book.add_assignment("1")
        book.add_notebook("n", "1")
        book.add_grade_cell("forward", "n", "1", max_score=1, cell_type="code")
        book.add_student("ana")
        book.add_submission("1", "ana")
    return path


def score(gradebook, points):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{gradebook}") as book:
        book.find_grade("forward", "n", "1", "ana").auto_score = points
        book.db.commit()


def test_a_secret_that_is_missing_is_not_made_anew_once_there_are_grades(tmp_path, gradebook):
    shutil.copy(gradebook, tmp_path)
    course_secret(tmp_path)  # nobody has been graded: it may be made
    (tmp_path / SECRET).unlink()
    score(tmp_path / "gradebook.db", 0)  # a zero is a grade, too
    with pytest.raises(Problem, match=r"secret is missing, but grades exist.*backup"):
        course_secret(tmp_path)
    assert not (tmp_path / SECRET).exists()


@pytest.mark.parametrize("content", [b"", b"not hexadecimal", b"abcd", b"\xff\xfe\x00", b"a" * 33])
def test_a_secret_that_is_none_is_a_sentence_and_is_left_alone(tmp_path, content):
    path = course_with(tmp_path, "") / SECRET
    path.write_bytes(content)
    with pytest.raises(Problem, match=r"does not hold a secret.*put it back from a backup"):
        course_secret(tmp_path)
    assert path.read_bytes() == content


def make_slowly(course, barrier, answers):
    """What a process does that grades first, on a machine that is busy."""
    drawn = secrets.token_hex

    def slow(length):
        time.sleep(0.3)
        return drawn(length)

    secrets.token_hex = slow
    barrier.wait()
    try:
        answers.put(course_secret(course))
    except Problem as problem:
        answers.put(str(problem))


@pytest.mark.parametrize("late", [0, 0.15])
def test_processes_that_make_the_secret_at_once_agree(tmp_path, late):
    """The second also comes while the first is in the middle of it."""
    context = multiprocessing.get_context("spawn")
    answers, barrier = context.Queue(), context.Barrier(2)
    first = context.Process(target=make_slowly, args=(tmp_path, barrier, answers))
    first.start()
    barrier.wait()
    time.sleep(late)
    try:
        mine = course_secret(tmp_path)
    finally:
        theirs = answers.get(timeout=20)
        first.join()
    assert mine == theirs == course_secret(tmp_path)
