"""A class whose gradebook is in PostgreSQL, on a server that the tests start: the same as in SQLite."""

import csv
import shutil

import classroom
import pytest
from class_course import byhand, gradebook_rows
from classroom import NOTEBOOK, TRUE_SCORES, UNIT
from postgres import new_database, server

from byhand.grading.demo import run_nbgrader
from byhand.grading.report import write_report
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.seeds import SECRET, course_secret
from byhand.problem import Problem

pytestmark = [
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
    pytest.mark.xdist_group("class"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The class, graded by `byhand grade`; its folder and the address of its gradebook."""
    address = new_database("gradebook")
    course = shutil.copytree(classroom.handed_in(), tmp_path_factory.mktemp("pg") / "course")
    (course / "gradebook.db").unlink()
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        # PostgreSQL, unlike SQLite, holds nbgrader to its foreign keys: the course needs a name
        config.write(f"\nc.CourseDirectory.db_url = {address!r}\n")
        config.write('c.CourseDirectory.course_id = "backprop"\n')
    run_nbgrader(course, "generate_assignment", UNIT)
    classroom.grade(course)
    return course, address


def test_byhand_grade_writes_the_same_rows_as_into_sqlite(course):
    folder, address = course
    assert not (folder / "gradebook.db").exists()
    rows = gradebook_rows(folder, address)
    assert rows == gradebook_rows(classroom.graded_course())
    assert {row[1] for row in rows["submissions"]} == TRUE_SCORES.keys()


def test_report_and_exports_are_the_same_as_from_sqlite(course, tmp_path):
    ours = write_report(course[0], UNIT, tmp_path / "ours.html")
    theirs = write_report(classroom.graded_course(), UNIT, tmp_path / "theirs.html")
    assert {one.student: one.score for one in ours.submissions} == TRUE_SCORES
    assert ours.mistakes() == theirs.mistakes()
    assert ours.remarks() == theirs.remarks()
    assert ours.groups == theirs.groups
    assert (ours.results.absent, ours.results.ungraded) == (["zoe"], ["late"])
    roster = tmp_path / "roster.csv"
    with open(roster, "w", encoding="utf-8", newline="") as file:
        header = ["Student", "ID", "SIS Login ID", "Section"]
        rows = [["x", i, s, "A"] for i, s in enumerate(TRUE_SCORES)]
        csv.writer(file).writerows([header, *rows])
    files = []
    for folder in (course[0], classroom.graded_course()):
        files.append(tmp_path / f"{len(files)}.csv")
        run_nbgrader(
            folder,
            "export",
            "--exporter=byhand.grading.exports.CanvasExport",
            f"--CanvasExport.roster={roster}",
            f"--to={files[-1]}",
        )
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_text().splitlines()) == len(TRUE_SCORES) + 2


def test_a_secret_that_is_missing_is_not_made_anew_once_there_are_grades(course, tmp_path):
    with pytest.raises(Problem, match="secret is missing, but grades exist"):
        course_secret(tmp_path, course[1])
    assert not (tmp_path / SECRET).exists()


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(tmp_path):
    nobody = f"postgresql+psycopg://byhand:geheim@/nothing?host={server()}&port=9"
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.db_url = {nobody!r}\n"
    )
    run = byhand(tmp_path, "report", UNIT)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "cannot be opened" in run.stderr
    assert "geheim" not in run.stderr


def test_nbgrader_autograde_and_feedback_work_as_well(course):
    """The last test: it adds a student who has written what m1 has."""
    folder, address = course
    shutil.copytree(folder / "submitted" / "m1", folder / "submitted" / "again")
    run_nbgrader(folder, "autograde", UNIT, "--student=again")
    run_nbgrader(folder, "generate_feedback", UNIT, "--student=again")
    rows = gradebook_rows(folder, address)
    for what in ("grades", "comments"):
        ours, theirs = (
            [row[2:] for row in rows[what] if row[1] == student] for student in ("m1", "again")
        )
        assert ours == theirs
        assert ours
    assert (folder / "feedback" / "again" / UNIT / f"{NOTEBOOK}.html").is_file()
