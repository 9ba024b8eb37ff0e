"""`check("name")` in a real notebook kernel, and `byhand check PATH` on real notebooks."""

import inspect
import json
import linecache
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kernel import run_cells

from byhand.another_way import another_way
from byhand.check import NO_HIDDEN_TESTS
from byhand.check_notebook import CheckError, check_notebook, find_notebooks
from byhand.hints import hint_titles
from byhand.progress import passed, read_lesson, remember
from byhand.verdict import Status, Verdict

ROOT = Path(__file__).parent.parent
RELEASED = ROOT / "notebooks" / "1_chain_rule" / "chain_rule.ipynb"
SOLVED = ROOT / "solutions" / "1_chain_rule" / "chain_rule.ipynb"
START = "import numpy as np\nimport byhand\ncheck = byhand.checks('chain_rule')"
RIGHT = "def two_weights(x1, x2, k):\n    return k * x1, k * x2"
SWAPPED = "def two_weights(x1, x2, k):\n    return k * x2, k * x1"


def texts(outputs):
    return "\n".join(
        "\n".join(o.get("traceback", [])) or o.get("text", "") or o["data"]["text/plain"]
        for o in outputs
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with the hidden tests in it, where what a learner passes may be remembered."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "tests" / "hidden", course / "tests" / "hidden")
    return course


@pytest.fixture(scope="module")
def outputs(course):
    cells = [
        START,
        RIGHT,
        "check('two_weights')",
        SWAPPED,
        "check('two_weights')",
        "check('twoweights')",
        "check.grade('two_weights')\ncheck('two_weights')",
        "def nudge(f, x, eps=1e-5):\n    while True:\n        pass",
        "check('nudge')",
        "def two_weights(x1, x2, k):\n    return 5x1",
        "check('two_weights')",
        RIGHT + "\ndel two_weights",
        "check('two_weights')",
    ]
    return dict(zip(["start", "_", "right", "_", "swapped", "typo", "grade", "_", "endless", "_",
                     "stale", "_", "missing"], run_cells(course, *cells), strict=True))  # fmt: skip


def test_a_right_answer_is_shown_in_words_and_with_a_mark(outputs):
    (shown,) = outputs["right"]
    assert shown.output_type == "display_data"
    assert shown.data["text/plain"].startswith("✓ two_weights · 1 of 1 point\n")
    assert "✓ two_weights · 1 of 1 point" in shown.data["text/html"]


def test_a_wrong_answer_stops_the_cell_with_one_sentence_and_no_stack_trace(outputs):
    (shown,) = outputs["swapped"]
    assert shown.output_type == "error"
    text = "\n".join(shown.traceback)
    assert text.startswith("✗ two_weights · 0 of 1 point\nThe two are swapped:")
    assert "Traceback" not in text
    assert "byhand" not in text


def test_a_learner_who_studies_alone_sees_the_example(outputs):
    text = " ".join(texts(outputs["swapped"]).split())
    assert "two_weights(0.5, 0.2, 5) expected: dL/dw1 = 2.5, dL/dw2 = 1 yours:" in text


def test_a_mistyped_name_is_corrected(outputs):
    assert "Did you mean 'two_weights'?" in texts(outputs["typo"])


def test_the_score_is_the_first_result_of_a_test_cell_even_when_the_check_fails(outputs):
    first, second = outputs["grade"]
    assert (first.output_type, first.data["text/plain"]) == ("execute_result", "0")
    assert second.output_type == "error"


def test_an_endless_loop_is_stopped(outputs):
    assert "was stopped after 1 second without an answer" in " ".join(
        texts(outputs["endless"]).split()
    )


def test_a_definition_that_did_not_run_is_pointed_out(outputs):
    text = " ".join(texts(outputs["stale"]).split())
    assert "two_weights` has a syntax error and did not run" in text
    assert "swapped" not in text, "the older function's fault is not the cause"
    assert "did not run" not in texts(outputs["swapped"])


def test_a_missing_function_is_said_to_be_missing(outputs):
    assert "There is no function `two_weights` yet" in texts(outputs["missing"])


def test_graded_work_shows_the_sentence_and_no_hidden_input(course):
    *_, (shown,) = run_cells(
        course, START, SWAPPED, "check('two_weights')", NBGRADER_EXECUTION="autograde"
    )
    text = "\n".join(shown.traceback)
    assert "The two are swapped" in text
    assert "expected" not in text


def test_without_hidden_tests_check_says_so_and_grade_says_nothing(tmp_path):
    _, _, outputs = run_cells(
        tmp_path, START, SWAPPED, "check('two_weights')\ncheck.grade('two_weights')"
    )
    (shown,) = outputs
    assert "all there is" in shown.text


@pytest.fixture
def work(tmp_path):
    """A folder of a learner in the course, with unit 1."""
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    shutil.copytree(RELEASED.parent, tmp_path / "my-work" / "1_chain_rule")
    shutil.copytree(SOLVED.parent, tmp_path / "solutions" / "1_chain_rule")
    return tmp_path / "my-work" / "1_chain_rule"


def test_from_the_third_failure_on_the_folds_are_offered_one_by_one(work):
    tries = ["check('two_weights')"] * 5
    not_yet = "def two_weights(x1, x2, k):\n    raise NotImplementedError()"
    _, *outputs = run_cells(
        work, START, not_yet, *tries, SWAPPED, *tries, RIGHT, tries[0], SWAPPED, tries[0]
    )
    shown = ["".join(re.findall(r"Stuck\? Open “(.*?)” below", texts(o))) for o in outputs]

    first, last = "Help: the weights are not among the arguments", "Help: almost the answer, please"
    assert shown == ["", *[""] * 5, "", "", "", first, last, last, "", "", "", ""]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"cells": [{}]}', '{"cells": []}'])
def test_without_a_sound_notebook_no_fold_is_offered(tmp_path, content):
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_text(content)
    assert hint_titles(path, "sigmoid") == []


def test_each_exercise_of_the_course_has_folds_that_can_be_offered():
    for path in ROOT.glob("notebooks/*/*.ipynb"):
        for name in read_lesson(path).exercises:
            assert hint_titles(path, name) or not read_lesson(path).exercises[name], (path, name)


OTHER = "def two_weights(x1, x2, k):\n    both = [k * x for x in (x1, x2)]\n    return tuple(both)"


def test_a_learner_alone_sees_another_way_in_a_closed_fold_if_it_is_one(work):
    in_other_names = "def two_weights(x1, x2, k):\n    s = k\n    return s * x1, x2 * s"
    check = "check('two_weights')"
    *_, other, _, same = run_cells(work, START, OTHER, check, in_other_names, check)
    html = other[0].data["text/html"]
    assert "<details" in html
    assert "open" not in html.split("<details")[1].split(">")[0]
    assert "Another way</summary><pre><code>def two_weights(x1, x2, k):\n" in html
    assert "return slope_p * x1, slope_p * x2</code></pre></details>" in html
    assert "Another way" not in same[0].data["text/html"]


def test_in_a_class_nothing_is_given_away_but_the_names_of_the_folds(work):
    shutil.rmtree(work.parent.parent / "tests")
    test = "check('two_weights')\nassert two_weights(1, 2, 3) == (3, 6)"
    cells = START, test, test, test, SWAPPED, test, test, test, OTHER, test
    _, _, _, _, _, first, second, third, _, right = run_cells(work, *cells)

    offered = "Stuck? Open “Help: the weights are not among the arguments” below this cell."
    for outputs, others in (
        (first, ["AssertionError"]),
        (second, ["AssertionError"]),
        (third, ["AssertionError", offered]),
        (right, []),
    ):
        said, *rest = outputs
        assert said.text == NO_HIDDEN_TESTS + "\n"
        assert [o.get("ename") or o["data"]["text/plain"] for o in rest] == others


def test_while_nbgrader_runs_the_notebook_no_way_is_shown(work):
    *_, outputs = run_cells(
        work, START, OTHER, "check('two_weights')", NBGRADER_EXECUTION="validate"
    )
    assert "✓ two_weights" in outputs[0].data["text/html"]
    assert "Another way" not in outputs[0].data["text/html"]


@pytest.fixture
def solved(tmp_path):
    """A course with the solution of one exercise."""
    cell = nbformat.v4.new_code_cell("def area(a, b):\n    total = a * b + 1\n    return total")
    cell.metadata.nbgrader = {"grade_id": "area_code"}
    (tmp_path / "solutions" / "1_unit").mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1"), cell])
    nbformat.write(notebook, tmp_path / "solutions" / "1_unit" / "unit.ipynb")
    return tmp_path


def same(width, height):
    """The area."""
    # a comment
    result = 1 + height * width
    return result


def loop(a, b):
    total = 1
    for _ in range(a):
        total += b
    return total


def under_its_name(function):
    """The function as a learner would have written it, under the name of the exercise."""
    namespace, source = {}, inspect.getsource(function).replace(function.__name__, "area")
    filename = f"<{function.__name__}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), namespace)
    return namespace["area"]


def test_another_way_is_one_that_differs_in_more_than_names_and_order(solved):
    assert another_way(solved, "unit", "area", under_its_name(same)) is None
    assert another_way(solved, "unit", "area", under_its_name(loop)) == (
        "def area(a, b):\n    total = a * b + 1\n    return total"
    )


def test_where_one_of_the_two_is_not_to_be_had_no_way_is_shown(solved):
    other = under_its_name(loop)
    for own in (len, lambda a, b: a * b, 3, eval("lambda a, b: a * b"), loop):
        assert another_way(solved, "unit", "area", own) is None
    assert another_way(solved, "unit", "volume", other) is None
    assert another_way(solved, "zoo", "area", other) is None
    next(solved.glob("*/*/*.ipynb")).write_text("{")
    assert another_way(solved, "unit", "area", other) is None


def test_the_result_follows_the_theme_and_is_announced():
    html = Verdict("sigmoid", 2, 2, Status.RIGHT, "Right in all 4 calls.").html()
    assert 'role="status"' in html
    assert "✓ sigmoid" in html, "not by colour alone"
    colours = re.findall(r"(?:color|border-left|background)[^:;]*:([^;\"]*)", html)
    assert colours
    assert all("var(--jp-" in colour for colour in colours)


def test_check_works_in_a_plain_script_and_leaves_no_file(course):
    folder = course / "scripts"
    folder.mkdir()
    code = f"{START}\n{RIGHT}\ncheck('two_weights')"
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert not list(folder.iterdir())
    assert run.stdout.startswith("✓ two_weights · 1 of 1 point")


# --- byhand check PATH ---------------------------------------------------------------------------


def byhand(*arguments, folder=ROOT):
    return subprocess.run(
        [sys.executable, "-c", "from byhand.cli import main; main()", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "120"},
    )


def with_answer(path, name, source):
    """A copy of the released notebook in which one exercise has an answer."""
    notebook = nbformat.read(RELEASED, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{name}_code":
            cell.source = source
    nbformat.write(notebook, path)
    return path


def test_the_solved_notebook_is_all_right():
    result = check_notebook(SOLVED)
    assert result.right
    assert result.hidden
    assert sum(v.score for v in result.verdicts) == 16


def test_a_half_done_notebook_is_told_what_to_mend(tmp_path):
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    path = with_answer(tmp_path / "chain_rule.ipynb", "two_weights", SWAPPED)
    before = path.read_bytes()
    run = byhand("check", path)
    assert run.returncode == 1
    assert "The two are swapped" in run.stdout
    assert "Not attempted yet" in run.stdout
    assert "0 of 16" in run.stdout
    assert path.read_bytes() == before, "checking must not change the notebook"


def test_a_notebook_without_hidden_tests_is_checked_by_what_can_be_seen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = with_answer(tmp_path / "chain_rule.ipynb", "two_weights", RIGHT)
    result = check_notebook(path)
    statuses = {v.exercise: v.status for v in result.verdicts}
    assert not result.hidden
    assert statuses["two_weights"] is Status.RIGHT
    assert statuses["forward"] is Status.NOT_ATTEMPTED


def test_a_learner_who_deleted_a_test_cell_is_judged_all_the_same(tmp_path):
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    path = with_answer(tmp_path / "chain_rule.ipynb", "two_weights", RIGHT)
    notebook = nbformat.read(path, as_version=4)
    is_test = lambda c: c.metadata.get("nbgrader", {}).get("grade_id") == "two_weights"  # noqa: E731
    notebook.cells = [cell for cell in notebook.cells if not is_test(cell)]
    nbformat.write(notebook, path)
    scores = {v.exercise: v.score for v in check_notebook(path).verdicts}
    assert scores["two_weights"] == 1
    assert len(scores) == 8


def test_a_kernel_that_dies_is_one_sentence(tmp_path):
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    path = with_answer(tmp_path / "chain_rule.ipynb", "forward", "import os\nos._exit(1)")
    run = byhand("check", path)
    assert run.returncode == 1
    assert "the kernel died" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_a_kernel_says_while_it_ends_is_not_on_the_terminal(tmp_path):
    noise = "import atexit, os\natexit.register(os.write, 2, b'Traceback: a socket is closed')\n"
    path = with_answer(tmp_path / "chain_rule.ipynb", "two_weights", noise + RIGHT)
    run = byhand("check", path)
    assert "✓ │ two_weights" in run.stdout
    assert run.stderr == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\x00"])
def test_a_broken_notebook_is_one_sentence(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(CheckError, match="cannot be read as a notebook"):
        check_notebook(tmp_path / "a.ipynb")


def test_beside_a_broken_notebook_the_others_are_still_checked(tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    with_answer(tmp_path / "chain_rule.ipynb", "two_weights", RIGHT)
    run = byhand("check", tmp_path)
    assert run.returncode == 1
    assert "a.ipynb cannot be read as a notebook" in run.stderr
    assert "Traceback" not in run.stderr
    assert "✓ │ two_weights" in run.stdout


def test_paths_that_are_no_notebooks_are_refused_with_a_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    for path, words in [
        (tmp_path / "nowhere", "There is nothing at"),
        (tmp_path / "notes.txt", "is not a notebook"),
        (tmp_path, "There is no notebook in"),
    ]:
        with pytest.raises(CheckError, match=words):
            find_notebooks(path)


def test_copies_in_folders_that_begin_with_a_dot_are_not_checked(tmp_path):
    work = tmp_path / ".course" / "my-work"  # a folder above may be called as it likes
    for folder in (work, work / ".byhand" / "released", work / ".ipynb_checkpoints"):
        folder.mkdir(parents=True)
        shutil.copy(RELEASED, folder)
    assert find_notebooks(work) == [work / RELEASED.name]


def test_without_a_path_the_learners_own_lessons_are_checked_and_what_is_next_is_shown(work):
    with_answer(work / "chain_rule.ipynb", "two_weights", RIGHT)
    shutil.copy(work / "chain_rule.ipynb", work / "chain_rule (new version).ipynb")
    nbformat.write(nbformat.v4.new_notebook(), work / "Untitled.ipynb")
    remember(work.parent, "chain_rule", "forward")  # was right, and is not any more

    run = byhand("check", folder=work.parent.parent)

    assert run.returncode == 1
    assert run.stderr == ""
    assert run.stdout.count("two_weights") == 1
    overview = run.stdout[run.stdout.index("Your progress") :]
    assert overview.startswith("Your progress: 1 of 8 exercises, 1 of 16 points\n")
    assert "◐  Unit 1 · One slope at a time  1 of 8 exercises  1 of 16 points" in overview
    assert "Next: forward in Unit 1" in overview
    assert passed(work.parent) == {("chain_rule", "two_weights")}


def test_what_somebody_handed_in_is_checked_and_nothing_written(work):
    submitted = work.parent.parent / "submitted" / "ana" / "1_chain_rule"
    submitted.mkdir(parents=True)
    with_answer(submitted / "chain_rule.ipynb", "two_weights", RIGHT)

    run = byhand("check", "submitted/ana", folder=work.parent.parent)

    assert "1 of 16" in run.stdout
    assert "Your progress" not in run.stdout
    assert [path.name for path in submitted.parent.rglob("*")] == [
        "1_chain_rule",
        "chain_rule.ipynb",
    ]
    assert passed(work.parent) == set()


def test_outside_the_course_it_says_where_to_go(tmp_path):
    run = byhand("check", folder=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith(f"There are no lessons near {tmp_path}: change to the folder")


def test_a_notebook_without_exercises_is_said_to_have_none(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    with pytest.raises(CheckError, match="no exercises"):
        check_notebook(tmp_path / "empty.ipynb")


def test_emitted_verdicts_are_plain_json(course):
    from byhand.check_notebook import VERDICT

    _, outputs = run_cells(
        course,
        RIGHT,
        "from byhand.check_notebook import emit_verdict\n"
        f"emit_verdict({str(ROOT / 'tests/hidden/chain_rule.py')!r}, 'two_weights', globals())",
    )
    assert json.loads(outputs[0].data[VERDICT])["score"] == 1
