"""What is remembered of a learner's passed checks, and the overview: in real kernels, and when the file is broken."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from kernel import run_cells

from byhand.progress import (
    RECORD,
    find_lessons,
    learner_folder,
    overview,
    passed,
    read_lesson,
    remember,
)

ROOT = Path(__file__).parent.parent
RIGHT = "def two_weights(x1, x2, k):\n    return k * x1, k * x2"
START = "import byhand\ncheck = byhand.checks('chain_rule')"
CHECK = "check('two_weights')\nassert two_weights(1, 2, 3) == (3, 6)"
DONE = ("chain_rule", "two_weights")


@pytest.fixture
def work(tmp_path):
    """A learner's folder inside the course, with units 1 and 2."""
    shutil.copytree(ROOT / "tests" / "hidden", tmp_path / "tests" / "hidden")
    for unit in ("1_chain_rule", "2_descent"):
        shutil.copytree(ROOT / "notebooks" / unit, tmp_path / "my-work" / unit)
    return tmp_path / "my-work"


def write_lesson(path, name, title, points):
    """A small lesson with exercises named as in `points`."""
    test = lambda n: {"grade": True, "grade_id": n, "points": points[n], "solution": False}  # noqa: E731
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell(f"# {title}"),
        nbformat.v4.new_code_cell(f'check = byhand.checks("{name}")'),
        *(nbformat.v4.new_code_cell("", metadata={"nbgrader": test(n)}) for n in points),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def test_a_check_passed_is_remembered_when_the_kernel_starts_again(work):
    unit = work / "1_chain_rule"
    before = run_cells(unit, START, "byhand.progress()", RIGHT, CHECK)
    after = run_cells(unit, START, "byhand.progress()")

    assert before[1][0].data["text/plain"].startswith("Your progress: 0 of 16 exercises, 0 of 30")
    (shown,) = after[1]
    assert shown.data["text/plain"].startswith("Your progress: 1 of 16 exercises, 1 of 30 points")
    assert "Next: forward in Unit 1" in shown.data["text/plain"]
    assert "1 of 8 exercises" in shown.data["text/html"]
    assert 'href="../2_descent/descent.ipynb"' in shown.data["text/html"]


@pytest.mark.parametrize("alone", [True, False])
def test_with_the_last_exercise_of_a_lesson_comes_where_to_go_on(work, alone):
    if not alone:
        shutil.rmtree(work.parent / "tests")
    for name in set(read_lesson(work / "1_chain_rule/chain_rule.ipynb").exercises) - {DONE[1]}:
        remember(work, "chain_rule", name)

    *_, outputs, again = run_cells(work / "1_chain_rule", START, RIGHT, CHECK, CHECK)

    assert len(again) == 1, "it is said once"
    shown = outputs[-1].data
    words = "Every exercise of this lesson is right. Next: abs_slope in Unit 2"
    assert shown["text/plain"].startswith(words)
    assert 'href="../2_descent/descent.ipynb"' in shown["text/html"]


REMEMBERED = "from pathlib import Path; print(Path('../.byhand').exists())"


def test_a_check_that_fails_is_not_remembered_and_takes_nothing_back(work):
    unit, wrong = work / "1_chain_rule", RIGHT.replace("k * x1, k * x2", "k * x2, k * x1")
    _, _, _, before, *_ = run_cells(
        unit, START, wrong, CHECK, REMEMBERED, RIGHT, CHECK, wrong, CHECK
    )
    assert before[0].text == "False\n"
    assert passed(work) == {DONE}


def test_in_a_class_the_checks_that_can_be_seen_decide(work):
    shutil.rmtree(work.parent / "tests")
    failing, no_assert = CHECK.replace("(3, 6)", "(6, 3)"), "check('two_weights')"
    *_, before, _ = run_cells(
        work / "1_chain_rule", START, RIGHT, failing, no_assert, REMEMBERED, CHECK
    )
    assert before[0].text == "False\n", "a failed assert, and a cell without any, show nothing"
    assert passed(work) == {DONE}


def test_nothing_is_written_while_nbgrader_runs_the_notebook(work):
    cells = START, RIGHT, CHECK, "byhand.progress()"
    outputs = run_cells(work / "1_chain_rule", *cells, NBGRADER_EXECUTION="validate")
    assert not (work / RECORD).parent.exists()
    assert "1 of 16 exercises" in outputs[3][0].data["text/plain"]


BROKEN = {
    "empty": b"",
    "not text": b"\x00\xff\xfe chain_rule",
    "half a line": b"chain_rule two_wei",
    "something else": b"[1, 2]\n{}\nchain_rule two_weights passed yesterday\n",
    "far too large": b"x" * 3_000_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_passed_over_and_goes_on(work, content):
    (work / RECORD).parent.mkdir()
    (work / RECORD).write_bytes(content)

    assert overview(work).done()[0] == 0
    remember(work, *DONE)
    assert overview(work).done()[0] == 1
    if len(content) < 1_000_000:
        assert passed(work) == {DONE}


@pytest.mark.parametrize("where", [RECORD, RECORD.parent])
def test_where_the_record_cannot_be_written_the_kernel_remembers_and_says_so(work, where):
    blocked = work / where
    if where == RECORD:  # unlike a permission, these stop root as well
        blocked.mkdir(parents=True)
    else:
        blocked.write_text("a file where the folder should be")

    outputs = run_cells(work / "1_chain_rule", START, RIGHT, CHECK, "byhand.progress()")

    assert outputs[2][0].data["text/plain"].startswith("✓ two_weights")
    text = outputs[3][0].data["text/plain"]
    assert text.startswith("Your progress: 1 of 16")
    assert "cannot be written" in text


def test_two_notebooks_that_write_at_once_lose_nothing(tmp_path):
    script = (
        "import sys; from pathlib import Path; from byhand.progress import remember\n"
        "for i in range(50): remember(Path(sys.argv[1]), sys.argv[2], f'exercise_{i}')"
    )
    names = ["a", "b", "c", "d"]
    command = [sys.executable, "-c", script, str(tmp_path)]
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda name: subprocess.run([*command, name]), names))

    assert [run.returncode for run in runs] == [0] * 4
    assert len(passed(tmp_path)) == 200


def test_passing_again_and_again_does_not_make_the_file_longer(tmp_path):
    for _ in range(3):
        remember(tmp_path, *DONE)
    assert (tmp_path / RECORD).read_text() == "chain_rule two_weights passed\n"


def test_what_is_no_longer_right_is_open_again(tmp_path):
    remember(tmp_path, *DONE)
    remember(tmp_path, *DONE, right=False)
    assert passed(tmp_path) == set()


def test_exercises_without_points_count_as_exercises(tmp_path):
    write_lesson(tmp_path / "0_start/start.ipynb", "start", "Start here", {"hello": 0, "row": 0})
    write_lesson(tmp_path / "1_one/one.ipynb", "one", "Unit 1", {"two": 2})
    remember(tmp_path, "start", "hello")

    text = overview(tmp_path).text()

    assert "1 of 3 exercises, 0 of 2 points" in text
    assert "◐  Start here  1 of 2 exercises\n" in text
    assert "Next: row in Start here" in text


def test_when_all_is_done_the_overview_says_so(tmp_path):
    write_lesson(tmp_path / "1_one/one.ipynb", "one", "Unit 1", {"two": 2})
    remember(tmp_path, "one", "two")
    assert "Every exercise of the course is done" in overview(tmp_path).text()


def test_units_are_in_order_and_copies_and_new_versions_are_not_lessons(tmp_path):
    for number in (10, 9):
        write_lesson(tmp_path / f"{number}_u/u{number}.ipynb", f"u{number}", f"Unit {number}", {})
    for copy in ("u9-Copy1", "a copy of u9", "u9 (new version)", "u9 (new version 2)"):
        write_lesson(tmp_path / f"9_u/{copy}.ipynb", "u9", "A copy", {"extra": 1})
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "9_u/Untitled.ipynb")

    assert [lesson.title for lesson in find_lessons(tmp_path)] == ["Unit 9", "Unit 10"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [3]}', "\x00"])
def test_a_broken_notebook_is_named_in_the_overview_and_the_others_are_shown(tmp_path, content):
    write_lesson(tmp_path / "1_one/one.ipynb", "one", "Unit 1", {"two": 2})
    (tmp_path / "1_one/broken.ipynb").write_text(content)

    text = overview(tmp_path).text()

    assert "broken" in text
    assert "cannot be read" in text
    assert "0 of 1 exercises" in text


def test_without_any_lesson_the_overview_says_where_it_looked(tmp_path):
    found = overview(tmp_path)
    assert found.text() == found.text()
    assert f"no lessons in {tmp_path}" in found.text()
    assert str(tmp_path) in found.html(tmp_path)


def test_a_title_is_shown_and_never_becomes_part_of_the_page(tmp_path):
    write_lesson(
        tmp_path / "1_one/o ne.ipynb", "one", "**Unit** `1` <b>&lt;script></b>", {"a<b": 1}
    )
    html = overview(tmp_path).html(tmp_path / "1_one")
    assert "Unit 1 &lt;script&gt;" in html
    assert "<code>a&lt;b</code>" in html
    assert 'href="o%20ne.ipynb"' in html


def test_the_folder_of_a_learner_is_above_a_unit_and_else_where_they_are(tmp_path):
    assert learner_folder(tmp_path / "my-work" / "3_log_loss") == tmp_path / "my-work"
    assert learner_folder(tmp_path / "Downloads") == tmp_path / "Downloads"


def test_importing_byhand_loads_nothing_that_is_only_needed_later():
    heavy = "{'matplotlib', 'IPython', 'nbformat', 'zipfile', 'nbgrader', 'rich'}"
    script = f"import sys, byhand; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout == "[]\n"
