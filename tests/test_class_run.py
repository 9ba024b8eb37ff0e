"""`byhand grade` on real classes: the same as `nbgrader autograde`, only faster."""

import shutil

import nbformat
import pytest
from class_course import byhand, gradebook_rows, graded_files, make_course
from nbgrader.api import Gradebook

from byhand.grading import demo
from byhand.grading.sandbox import Level, protection_level

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)
#: two notebooks, so that one may be missing
ASSIGNMENT = "3_log_loss"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A class in which much is not as it should be; nothing is graded yet but s04."""
    course = make_course(tmp_path_factory.mktemp("class") / "course", [ASSIGNMENT], 10)
    with open(course / "nbgrader_config.py", "a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-31 12:00:00 UTC")
        gradebook.add_student("s05", first_name="Ana", last_name="Li")
    folder = course / "submitted"
    for student, time in (("s01", "2026-02-01 10:00:00 UTC"), ("s06", "2026-01-30 10:00:00 UTC")):
        (folder / student / ASSIGNMENT / "timestamp.txt").write_text(time)
    _edit(folder / "s07", lambda cells: cells.pop(_index(cells, "sigmoid")))
    (folder / "s08" / ASSIGNMENT / "log_loss.ipynb").write_text("{")
    (folder / "s09" / ASSIGNMENT / "loss_zoo.ipynb").unlink()
    (folder / "s10" / ASSIGNMENT / "extra").mkdir()
    (folder / "s10" / ASSIGNMENT / "extra" / "notes.txt").write_text("mine")
    (folder / "s10" / ASSIGNMENT / "scratch.ipynb").write_text("{}")
    # graded, corrected by hand, and handed in again
    (folder / "s04" / ASSIGNMENT / "timestamp.txt").write_text("2026-01-20 10:00:00 UTC")
    demo.run_nbgrader(course, "autograde", ASSIGNMENT, "--student=s04")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook("log_loss", ASSIGNMENT, "s04")
        grade = min(notebook.grades, key=lambda grade: grade.name)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 0.5, 0.25, False
        notebook.comments[0].manual_comment = "Look at the sign."
        gradebook.db.commit()
    (folder / "s04" / ASSIGNMENT / "timestamp.txt").write_text("2026-02-02 10:00:00 UTC")
    return course


def _edit(folder, change):
    path = folder / ASSIGNMENT / "log_loss.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)


def _index(cells, grade_id):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    return ids.index(grade_id)


@pytest.fixture(scope="module")
def both(handed_in, tmp_path_factory):
    """The class graded by nbgrader, and by us; and what our command said."""
    folder = tmp_path_factory.mktemp("both")
    theirs, ours = (shutil.copytree(handed_in, folder / name) for name in ("theirs", "ours"))
    demo.run_nbgrader(theirs, "autograde", ASSIGNMENT)
    run = byhand(ours, "grade", ASSIGNMENT)
    assert run.returncode == 0, run.stdout + run.stderr
    return theirs, ours, run.stdout


@pytest.mark.parametrize("what", ["students", "submissions", "notebooks", "grades", "comments"])
def test_the_gradebook_is_the_same_as_after_nbgrader_autograde(both, what):
    theirs, ours, _ = both
    assert gradebook_rows(ours)[what] == gradebook_rows(theirs)[what]
    assert gradebook_rows(ours)[what]


def test_the_graded_files_are_the_same_bytes_with_the_same_permissions(both):
    theirs, ours, _ = both
    assert graded_files(ours) == graded_files(theirs)
    assert "s10/3_log_loss/extra/notes.txt" in graded_files(ours)
