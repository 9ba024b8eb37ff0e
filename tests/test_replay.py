"""`byhand replay`, with a submission that the nbgrader executable has graded in the sandbox."""

import json
import secrets
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from byhand.cli import app
from byhand.exercise import load_exercises, source_as
from byhand.grading import demo as instructor
from byhand.grading.replay import Replay, _differences, as_logged, replay
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.seeds import SECRET, exercise_seed
from byhand.grading.simulated_class import Answer, simulated_class, write_submission
from byhand.problem import Problem
from byhand.verdict import Status, Verdict

ROOT = Path(__file__).parent.parent
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / "chain_rule.py")
UNIT = instructor.ASSIGNMENT
FORWARD = EXERCISES["forward"]
#: right on the cases that are the same for every seed, and on no other
BY_HEART = f"""\
{source_as(FORWARD.reference, "right")}
def forward(*args):
    return right(*args) if args in {[c for c in FORWARD.calls(1) if c in FORWARD.calls(2)]} else None
"""
LOG = Path(".byhand", "log", UNIT, "s04", "chain_rule.json")

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in which one student has been graded, whose answers are right, wrong and missing."""
    course = tmp_path_factory.mktemp("course") / "class"
    instructor.prepare(ROOT, course, UNIT)
    instructor.run_nbgrader(course, "generate_assignment", UNIT)
    student = simulated_class(EXERCISES, 6)[3]
    student = replace(
        student, answers={**student.answers, "forward": Answer("by heart", BY_HEART, 0)}
    )
    write_submission(student, course / "notebooks", course / "submitted", UNIT)
    instructor.run_nbgrader(course, "autograde", UNIT)
    return course


@pytest.fixture
def course(graded, tmp_path, monkeypatch):
    """A copy that a test may break."""
    shutil.copytree(graded, tmp_path / "class")
    monkeypatch.chdir(tmp_path / "class")
    return tmp_path / "class"


def logged(course):
    return json.loads((course / LOG).read_text(encoding="utf-8"))["verdicts"]


def test_the_same_verdict_with_everything_an_instructor_asks_for(course):
    name = "forward"
    again = replay(course, "s04", UNIT, name)
    assert again.same, again.differences
    assert as_logged(again.verdict) == logged(course)[name]
    text = again.text()
    assert f"seed {exercise_seed(course, UNIT, 'chain_rule', name)}" in text
    assert f"sandbox {protection_level().value}" in text
    for word in (f"{name}(", "expected:", "yours:", again.verdict.sentence):
        assert word in text


def test_with_another_secret_the_command_says_so_and_fails(course):
    (course / SECRET).write_text(secrets.token_hex(32))
    run = CliRunner().invoke(app, ["replay", "s04", UNIT, "chain_rule/forward"])
    assert run.exit_code == 1
    assert "Not the verdict that is logged." in run.output
    assert "details was:" in run.output


def test_a_score_that_is_not_the_logged_one_is_named():
    then = as_logged(Verdict("f", 2, 2, Status.RIGHT, "Right."))
    now = as_logged(Verdict("f", 2, 0, Status.WRONG, "Wrong."))
    assert _differences(then, then) == []
    assert [line.split()[0] for line in _differences(then, now)] == ["score", "status", "sentence"]
    assert _differences(None, now) == ["it was not reached, now it is judged"]


def test_an_address_in_memory_is_no_difference():
    one, other = (
        as_logged(Verdict("f", 2, 0, Status.WRONG, "", f"TypeError: <function f at {a}>"))
        for a in ("0x7f01", "0x7f02")
    )
    assert _differences(one, other) == []


def test_what_a_student_wrote_does_not_steer_the_terminal():
    verdict = Verdict("forward", 1, 0, Status.WRONG, "", "ValueError: \x1b[2J\u202egood")
    again = Replay("s04", "chain_rule", "forward", 1, "strict", ["\x07"], verdict, [])
    assert "\x1b" not in again.text()
    assert "\u202e" not in again.text()
    assert "\\x1b[2J\\u202egood" in again.text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("s4", UNIT, "forward"), "No student is called `s4`: did you mean `s04`?"),
        (("s04", "chain_rule", "forward"), f"called `chain_rule`: did you mean `{UNIT}`?"),
        (("s04", UNIT, "foward"), "called `foward`: did you mean `forward`?"),
        (("s04", UNIT, "xyz"), "called `xyz`: there is "),
        (("..", UNIT, "forward"), "No student is called `..`"),
    ],
)
def test_what_does_not_exist_is_a_sentence_with_the_nearest_name(course, arguments, sentence):
    with pytest.raises(Problem) as problem:
        replay(course, *arguments)
    assert sentence in str(problem.value)


def test_an_exercise_in_two_notebooks_has_to_be_told_apart(course):
    folder = course / "autograded" / "s04" / UNIT
    shutil.copy(folder / "chain_rule.ipynb", folder / "other.ipynb")
    with pytest.raises(Problem, match=r"say chain_rule/forward or other/forward\."):
        replay(course, "s04", UNIT, "forward")


def test_nothing_graded_no_secret_no_log_are_sentences(course, tmp_path):
    with pytest.raises(Problem, match="Nothing has been graded"):
        replay(tmp_path, "s04", UNIT, "forward")
    (course / SECRET).rename(tmp_path / "secret")
    with pytest.raises(Problem, match="secret is missing: without it"):
        replay(course, "s04", UNIT, "forward")
    assert not (course / SECRET).exists()
    (course / LOG).write_text("{")
    with pytest.raises(Problem, match="cannot be read: grade s04 again"):
        replay(course, "s04", UNIT, "forward")
    (course / LOG).unlink()
    with pytest.raises(Problem, match="is missing: grade s04 again"):
        replay(course, "s04", UNIT, "forward")
