"""The instructor's job with the nbgrader executable itself, on a small simulated class."""

import csv
import io
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from byhand.exercise import load_exercises
from byhand.grading import demo as instructor
from byhand.grading.class_run import Summary
from byhand.grading.simulated_class import CRASH, simulated_class, write_submission
from byhand.problem import Problem

ROOT = Path(__file__).parent.parent
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / "chain_rule.py")
MAX = sum(exercise.points for exercise in EXERCISES.values())


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder after the demo has run on the first five students."""
    folder = tmp_path_factory.mktemp("course") / "demo"
    console = Console(file=io.StringIO(), width=100)
    agree = instructor.demo(ROOT, console, size=5, folder=folder)
    return folder, agree, console.file.getvalue()


def test_every_student_of_the_demo_has_the_true_score(course):
    _, agree, printed = course
    assert agree
    assert "5 of 5 students have exactly their true scores." in printed


def test_right_gets_all_points_untouched_none_and_a_crash_costs_one_exercise(course):
    folder, _, _ = course
    totals = {s: sum(scores.values()) for s, scores in instructor.read_gradebook(folder).items()}
    assert totals["s01"] == MAX
    assert totals["s02"] == 0
    assert totals["s03"] == MAX - EXERCISES["forward"].points


def test_grades_csv_holds_every_student_with_the_score_of_the_gradebook(course):
    folder, _, _ = course
    with open(folder / "grades.csv", encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    graded = instructor.read_gradebook(folder)
    assert rows == {student: sum(scores.values()) for student, scores in graded.items()}


def test_a_report_is_written_and_named(course):
    folder, _, printed = course
    report = folder / "reports" / "1_chain_rule.html"
    assert f"Report: {report}" in printed.replace("\n", "")
    assert "slope_by_paths" in report.read_text(encoding="utf-8")


def test_feedback_is_written_for_every_student_and_names_the_mistake(course):
    folder, _, _ = course
    pages = sorted((folder / "feedback").glob("*/1_chain_rule/chain_rule.html"))
    assert len(pages) == 5
    students = simulated_class(EXERCISES, 5)
    named = 0
    for student, page in zip(students, pages, strict=True):
        text = words_of(page.read_text(encoding="utf-8"))
        for name, answer in student.answers.items():
            known = EXERCISES[name].mistakes.get(answer.label)
            if known is not None and not known.slow:
                assert known.sentence in text
                named += 1
        assert "expected:" not in text, "hidden inputs and expected values stay here"
    assert named > 0


def words_of(page):
    """The text of an HTML page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_the_demo_turns_red_when_a_score_is_not_the_true_one(monkeypatch, tmp_path):
    """The same run, but the judge's scores are not those the authors declared."""
    scores = {"s01": dict.fromkeys(EXERCISES, 0.0)}
    monkeypatch.setattr(instructor, "run_nbgrader", lambda *_: None)
    monkeypatch.setattr(instructor, "grade_class", lambda *_, **__: Summary())
    monkeypatch.setattr(instructor, "write_report", lambda *_: None)
    monkeypatch.setattr(instructor, "read_gradebook", lambda *_: scores)
    monkeypatch.setattr(instructor, "write_submission", lambda *_: None)
    console = Console(file=io.StringIO(), width=100)
    assert not instructor.demo(ROOT, console, size=1, folder=tmp_path / "demo")
    assert "forward (reference) is worth 1, graded 0" in console.file.getvalue()


def test_the_demo_does_not_touch_a_folder_it_did_not_make(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="was not made by the demo"):
        instructor.demo(ROOT, Console(file=io.StringIO()), folder=tmp_path / "demo")
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        ("notebooks/1_chain_rule/chain_rule.ipynb", "VALIDATION FAILED ON 8 CELL(S)"),
        ("solutions/1_chain_rule/chain_rule.ipynb", "Success"),
        ("notebooks/0_start_here/start_here.ipynb", "VALIDATION FAILED ON 5 CELL(S)"),  # 0 points
    ],
)
def test_nbgrader_validate_tells_an_untouched_notebook_from_a_solved_one(notebook, words):
    path = ROOT / notebook
    command = [sys.executable, "-m", "nbgrader", "validate", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert words in " ".join(run.stdout.split()), run.stdout + run.stderr


def test_validate_shows_the_sentence_of_a_wrong_answer(tmp_path):
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    path = tmp_path / "chain_rule.ipynb"
    notebook = nbformat.read(ROOT / "solutions" / "1_chain_rule" / "chain_rule.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "two_weights_code":
            cell.source = "def two_weights(x1, x2, k):\n    return x1, x2"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "nbgrader", "validate", str(path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "VALIDATION FAILED ON 1 CELL(S)" in " ".join(run.stdout.split())
    assert "k is missing" in run.stdout


# --- the simulated class -------------------------------------------------------------------------


def test_a_class_of_24_hands_in_every_known_answer():
    students = simulated_class(EXERCISES, 24)
    for name, exercise in EXERCISES.items():
        handed_in = {student.answers[name].label for student in students}
        assert handed_in >= {*exercise.mistakes, *exercise.alternatives, "not attempted"}, name


def test_true_scores_come_from_what_authors_declare():
    for student in simulated_class(EXERCISES, 24):
        for name, answer in student.answers.items():
            exercise = EXERCISES[name]
            known = exercise.mistakes.get(answer.label)
            if answer.source is None or CRASH in answer.source:
                assert answer.earns == 0
            else:
                assert answer.earns == (known.earns if known else exercise.points)


def test_the_same_seed_makes_the_same_class():
    assert simulated_class(EXERCISES, 9) == simulated_class(EXERCISES, 9)
    assert simulated_class(EXERCISES, 9) != simulated_class(EXERCISES, 9, seed=1)


def test_a_submission_changes_solution_cells_only(tmp_path):
    student = simulated_class(EXERCISES, 1)[0]
    write_submission(student, ROOT / "notebooks", tmp_path, "1_chain_rule")
    handed_in = nbformat.read(tmp_path / "s01/1_chain_rule/chain_rule.ipynb", as_version=4)
    released = nbformat.read(ROOT / "notebooks/1_chain_rule/chain_rule.ipynb", as_version=4)
    for new, old in zip(handed_in.cells, released.cells, strict=True):
        assert new.metadata == old.metadata
        if not new.metadata.get("nbgrader", {}).get("solution"):
            assert new.source == old.source
