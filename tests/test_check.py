"""`check("name")` in a real notebook kernel, and `byhand check PATH` on real notebooks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from byhand.check_notebook import CheckError, check_notebook, find_notebooks
from byhand.verdict import Status

ROOT = Path(__file__).parent.parent
RELEASED = ROOT / "notebooks" / "1_chain_rule" / "chain_rule.ipynb"
SOLVED = ROOT / "solutions" / "1_chain_rule" / "chain_rule.ipynb"
START = "import numpy as np\nimport byhand\ncheck = byhand.checks('chain_rule')"
RIGHT = "def two_weights(x1, x2, k):\n    return k * x1, k * x2"
SWAPPED = "def two_weights(x1, x2, k):\n    return k * x2, k * x1"


def run(*sources, folder=ROOT, **environment):
    """Run cells in a kernel; return the outputs of each."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    client = NotebookClient(
        notebook,
        allow_errors=True,
        timeout=60,
        kernel_name="python3",
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=os.environ | environment)
    return [cell.outputs for cell in notebook.cells]


def texts(outputs):
    return "\n".join(
        "\n".join(o.get("traceback", [])) or o.get("text", "") or o["data"]["text/plain"]
        for o in outputs
    )


@pytest.fixture(scope="module")
def outputs():
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
        "del two_weights",
        "check('two_weights')",
    ]
    return dict(zip(["start", "_", "right", "_", "swapped", "typo", "grade", "_", "endless", "_",
                     "stale", "_", "missing"], run(*cells), strict=True))  # fmt: skip


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
    assert "was stopped after 3 seconds" in " ".join(texts(outputs["endless"]).split())


def test_a_definition_that_did_not_run_is_pointed_out(outputs):
    text = " ".join(texts(outputs["stale"]).split())
    assert "two_weights` has a syntax error and did not run" in text
    assert "did not run" not in texts(outputs["swapped"])


def test_a_missing_function_is_said_to_be_missing(outputs):
    assert "There is no function `two_weights` yet" in texts(outputs["missing"])


def test_graded_work_shows_the_sentence_and_no_hidden_input():
    *_, (shown,) = run(START, SWAPPED, "check('two_weights')", NBGRADER_EXECUTION="autograde")
    text = "\n".join(shown.traceback)
    assert "The two are swapped" in text
    assert "expected" not in text


def test_without_hidden_tests_check_says_so_and_grade_says_nothing(tmp_path):
    _, _, outputs = run(
        START, SWAPPED, "check('two_weights')\ncheck.grade('two_weights')", folder=tmp_path
    )
    (shown,) = outputs
    assert "all there is" in shown.text


def test_check_works_in_a_plain_script():
    code = f"{START}\n{RIGHT}\ncheck('two_weights')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
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


def test_a_notebook_without_exercises_is_said_to_have_none(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    with pytest.raises(CheckError, match="no exercises"):
        check_notebook(tmp_path / "empty.ipynb")


def test_emitted_verdicts_are_plain_json():
    from byhand.check_notebook import VERDICT

    _, outputs = run(
        RIGHT,
        "from byhand.check_notebook import emit_verdict\n"
        f"emit_verdict({str(ROOT / 'tests/hidden/chain_rule.py')!r}, 'two_weights', globals())",
    )
    assert json.loads(outputs[0].data[VERDICT])["score"] == 1
