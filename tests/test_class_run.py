"""`byhand grade` on real classes: the same as `nbgrader autograde`, only faster."""

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys

import nbformat
import pytest
from class_course import byhand, gradebook_rows, graded_files, make_course
from nbgrader.api import Gradebook

from byhand.grading import class_run, demo
from byhand.grading.class_run import RUN, Pool, grade_class
from byhand.grading.journal import Journal
from byhand.grading.rows import write_results
from byhand.grading.sandbox import Level, protection_level
from byhand.problem import Problem

pytestmark = [
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
    pytest.mark.xdist_group("class run"),
]
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


def test_the_summary_counts_and_gives_one_reason_for_what_was_not_as_it_should_be(both):
    *_, printed = both
    assert "10 graded, 0 skipped, 4 repaired, 0 failed" in printed
    for words in (
        "s07, 3_log_loss: missing cells are back as released: sigmoid",
        "s08, 3_log_loss: unreadable: it is not valid JSON",
        "s09, 3_log_loss: loss_zoo.ipynb is missing and scores 0",
        "s10, 3_log_loss: also handed in and not graded: scratch.ipynb",
    ):
        assert words in printed


def test_taking_over_a_result_twice_changes_nothing_and_keeps_what_was_corrected_by_hand(
    both, tmp_path
):
    path = shutil.copy(both[0] / "gradebook.db", tmp_path)
    with Gradebook(f"sqlite:///{path}") as gradebook:
        assignment = gradebook.find_assignment(ASSIGNMENT)
        notebook = gradebook.find_notebook("log_loss", ASSIGNMENT)
        cell, answer = notebook.grade_cells[0], notebook.solution_cells[0]
        parts = {
            "columns": {"late_submission_penalty": 1.0},
            "grades": {cell.id: {"auto_score": 0.5, "needs_manual_grade": False}},
            "comments": {answer.id: {"auto_comment": "Look here."}},
        }
        timestamp = {"timestamp": "2026-02-01T10:00:00"}
        result = {"student": {}, "submission": timestamp, "notebooks": {notebook.id: parts}}
        rows = []
        for _ in range(2):
            with gradebook.engine.begin() as connection:
                write_results(connection, assignment.id, {"s04": result, "new": result})
            rows.append(gradebook_rows(tmp_path))
    assert rows[0] == rows[1]
    grades = {
        row[1]: row[5:]
        for row in rows[0]["grades"]
        if row[1] in ("s04", "new") and row[3] == cell.name
    }
    assert grades["new"] == (0.5, None, None, False)
    assert grades["s04"][0] == 0.5
    by_hand = [row for row in rows[0]["grades"] if row[6] is not None]
    assert [(row[1], row[6], row[7]) for row in by_hand] == [("s04", 0.5, 0.25)]


# --- which submissions are graded ----------------------------------------------------------------


def test_what_is_graded_is_skipped_unless_it_was_handed_in_anew(both):
    _, ours, _ = both
    before = graded_files(ours)
    (ours / "submitted/s04" / ASSIGNMENT / "timestamp.txt").write_text("2026-02-03 10:00:00 UTC")
    run = byhand(ours, "grade", ASSIGNMENT, "--student=s0*", "--workers=1")
    assert "1 graded, 8 skipped" in run.stdout
    changed = {name for name, facts in graded_files(ours).items() if facts != before[name]}
    assert changed == {"s04/3_log_loss/timestamp.txt"}


def test_force_grades_again_those_that_are_named(both):
    _, ours, _ = both
    place = ours / "autograded/s02" / ASSIGNMENT / "log_loss.ipynb"
    before = place.stat().st_ino, place.read_bytes()
    run = byhand(ours, "grade", ASSIGNMENT, "--student=s02", "--student=s03", "--force")
    assert "2 graded, 0 skipped" in run.stdout
    assert place.stat().st_ino != before[0]
    assert place.read_bytes() == before[1]


def test_force_does_not_grade_again_what_a_killed_run_has_graded_by_force(both, tmp_path):
    course = shutil.copytree(both[1], tmp_path / "course")
    left = Journal(course / RUN / "journal")
    left.add({"assignment": ASSIGNMENT, "student": "s02", "timestamp": None, "force": True})
    left.mark_applied()
    left.close(finished=False)
    run = byhand(course, "grade", ASSIGNMENT, "--student=s02", "--student=s03", "--force")
    assert "1 graded, 1 skipped" in run.stdout, run.stdout + run.stderr
    run = byhand(course, "grade", ASSIGNMENT, "--student=s02", "--student=s03", "--force")
    assert "2 graded, 0 skipped" in run.stdout, run.stdout + run.stderr


# --- what it refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignment", "keywords", "words"),
    [
        ("1_chain_rule", {}, "run `nbgrader generate_assignment 1_chain_rule` first"),
        (ASSIGNMENT, {"students": ["nobody"]}, "no submission of 3_log_loss by nobody"),
        (ASSIGNMENT, {"scheduler": "tcp://127.0.0.1:9"}, "no Dask scheduler at tcp://127.0.0.1:9"),
    ],
)
def test_what_cannot_be_graded_is_one_sentence(handed_in, assignment, keywords, words):
    with pytest.raises(Problem, match=words):
        grade_class(handed_in, [assignment], workers=1, **keywords)


def test_two_runs_in_one_course_do_not_meet(handed_in):
    folder = handed_in / RUN
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Problem, match="Another `byhand grade` is at work"):
            grade_class(handed_in, [ASSIGNMENT])


def test_a_read_only_gradebook_is_told_before_anything_is_graded(handed_in, tmp_path):
    course = shutil.copytree(handed_in, tmp_path / "course")
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(
            f"\nc.CourseDirectory.db_url = 'sqlite:///file:{course}/gradebook.db?mode=ro&uri=true'\n"
        )
    before = gradebook_rows(course)
    run = byhand(course, "grade", ASSIGNMENT)
    assert run.returncode == 1
    assert len(run.stderr.strip().splitlines()) == 1
    assert "The gradebook cannot be written (attempt to write a readonly database)" in run.stderr
    assert "Nothing is lost" in run.stderr
    assert gradebook_rows(course) == before
    assert not (course / "autograded/s01").exists()


#: in the place of the worker's end, one that takes its time and, as the real one, must not be begun within itself
TOLD_TWICE = """
import threading, time
from byhand.grading import one_submission

lock = threading.Lock()

def close():
    with lock:
        print("ending", flush=True)
        time.sleep(1)

one_submission.preprocessors.close_shared_worker = close
one_submission.begin_process(None)
print("begun", flush=True)
time.sleep(60)
"""


def test_a_process_of_a_pool_that_is_told_twice_to_end_ends():
    command = [sys.executable, "-c", TOLD_TWICE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            for word in ("begun", "ending"):
                assert process.stdout.readline() == f"{word}\n"
                process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_garbage_is_collected_once_everything_is_loaded(handed_in):
    pool = Pool(handed_in, 1)
    try:
        pool.ready()
        assert pool._executor.submit(gc.isenabled).result()
    finally:
        pool.close()
    assert gc.isenabled()


def test_a_process_of_a_pool_that_does_not_end_when_told_is_killed(handed_in, monkeypatch):
    monkeypatch.setattr(class_run, "ENDING_SECONDS", 0.5)
    pool = Pool(handed_in, 1)
    pool.ready()
    (process,) = pool._executor._processes.values()
    os.kill(process.pid, signal.SIGSTOP)
    pool.close()
    process.join(30)
    assert not process.is_alive()


DEADLY = """
from byhand.grading.reading import remove_special_files

def deadly(*, student, **keywords):
    if student == "s02":
        import os
        os.kill(os.getpid(), 9)
    remove_special_files(student=student, **keywords)

c.Autograde.pre_convert_hook = deadly
"""


def test_who_ends_the_process_that_grades_every_time_is_given_up_and_nobody_else(
    handed_in, both, tmp_path
):
    course = shutil.copytree(handed_in, tmp_path / "course")
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(DEADLY)
    run = byhand(course, "grade", ASSIGNMENT, "--student=s0[1-5]", "--workers=1")
    assert run.returncode == 0, run.stderr
    assert "s02, 3_log_loss: the process that graded it was lost 3 times" in run.stdout
    assert "4 graded, 0 skipped, 0 repaired, 1 failed" in run.stdout
    others = ("s01", "s03", "s04", "s05")
    expected = [row for row in gradebook_rows(both[0])["grades"] if row[1] in others]
    assert gradebook_rows(course)["grades"] == expected


FULL_DISK = """
set -e
mount -t tmpfs -o size=60m tmpfs "$1"
cp -r "$2"/. "$1"; cd "$1"
free=$(df --output=avail -k . | tail -1)
head -c "$((free - 150))k" /dev/zero > ballast
status=0
"$3" -m byhand grade 3_log_loss --workers=1 >first 2>&1 || status=$?
rm ballast
"$3" -m byhand grade 3_log_loss --workers=1 >second 2>&1
echo "status $status" >>first
cp -r . "$4"
"""


def test_a_full_disk_loses_nothing_and_the_same_command_goes_on(handed_in, both, tmp_path):
    small, result = tmp_path / "small", tmp_path / "result"
    small.mkdir()
    result.mkdir()
    mount = ["unshare", "-m" if os.getuid() == 0 else "-Urm", "sh", "-c"]
    if subprocess.run([*mount, f"mount -t tmpfs tmpfs {small}"], capture_output=True).returncode:
        pytest.skip("not here: a small disk of its own cannot be mounted")
    places = map(str, (small, handed_in, sys.executable, result))
    run = subprocess.run([*mount, FULL_DISK, "sh", *places], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr + (small / "second").read_text()
    first, second = ((result / name).read_text() for name in ("first", "second"))
    assert "No space left on device" in first or "disk is full" in first, first
    assert "Nothing is lost" in first
    assert "status 1" in first
    assert "0 failed" in second
    assert gradebook_rows(result) == gradebook_rows(both[0])
    assert graded_files(result) == graded_files(both[0])
