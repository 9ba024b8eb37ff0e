"""Text → notebooks: what is generated is what is committed, and nothing secret goes with it."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from traitlets.config.loader import Config, PyFileConfigLoader

from byhand import sync as syncing
from byhand.build import BuildError, build, class_bundle
from byhand.sync import is_edited, sync
from byhand.text_source import KERNELSPEC, SourceError

ROOT = Path(__file__).resolve().parents[1]
UNIT = "1_double"


def fence(grade_id: str, solution: bool = False, **points: int) -> str:
    """The line that opens a code cell with nbgrader metadata."""
    settings = {
        "grade": bool(points),
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        **points,
    }
    return f"```python nbgrader={json.dumps(settings, sort_keys=True)}"


BINDING = f"""\
{fence("checks")}
def check(name):
    print(name, "is right")
```
"""
SOLUTION = f"""\
{fence("double_code", solution=True)}
def double(x):
    ### BEGIN SOLUTION
    twice_the_argument = 2 * x
    return twice_the_argument
    ### END SOLUTION
```
"""
TEST = f"""\
{fence("double", points=1)}
### BEGIN HIDDEN TESTS
check.grade("double")
### END HIDDEN TESTS
check("double")
assert double(2) == 4
```
"""
TEXT = f"# Doubling\n\n![two](img/two.svg)\n\n{BINDING}\n{SOLUTION}\n{TEST}\n"


class Course:
    """A course of one small notebook in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.text = root / "source" / UNIT / "double.md"
        self.notebook = self.text.with_suffix(".ipynb")
        self.released = root / "notebooks" / UNIT / "double.ipynb"
        self.solved = root / "solutions" / UNIT / "double.ipynb"
        (self.text.parent / "img").mkdir(parents=True)
        (self.text.parent / "img" / "two.svg").write_text("<svg/>")
        self.text.write_text(TEXT, "utf-8")
        for name in ("nbgrader_config.py", "pyproject.toml", "requirements.txt"):
            shutil.copy(ROOT / name, root)

    def rewrite(self, old: str, new: str) -> None:
        text = self.text.read_text("utf-8")
        assert old in text
        self.text.write_text(text.replace(old, new), "utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file of the course and what is in it."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file()
        }

    def settings(self) -> Config:
        return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    syncing._said.clear()
    root = tmp_path / "course"
    root.mkdir()
    return Course(root)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose notebooks and solutions are made; tests only look at it."""
    course = Course(tmp_path_factory.mktemp("built"))
    build(course.root)
    return course


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository as a fresh clone has it, as far as building needs it."""
    target = tmp_path_factory.mktemp("clone") / "byhand"
    made = shutil.ignore_patterns("__pycache__", "*.ipynb")
    for name in ("byhand", "source", "tests/hidden"):
        shutil.copytree(ROOT / name, target / name, ignore=made)
    for name in ("notebooks", "solutions"):
        shutil.copytree(ROOT / name, target / name)
    for name in (".gitignore", "LICENSE", "README.md", "nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, target)
    shutil.copy(ROOT / "requirements.txt", target)
    return target


def cells(notebook: Path) -> list[dict[str, Any]]:
    return list(json.loads(notebook.read_text("utf-8"))["cells"])


def sources(notebook: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(notebook)]


def edit(notebook: Path, old: str, new: str) -> None:
    content = notebook.read_text("utf-8")
    assert old in content
    notebook.write_text(content.replace(old, new), "utf-8")


# --- sync --------------------------------------------------------------------------------------


def test_a_text_gets_its_notebook(course: Course) -> None:
    sync(course.root)

    assert sources(course.notebook)[0].startswith("# Doubling")
    assert [cell["cell_type"] for cell in cells(course.notebook)] == ["markdown", *["code"] * 3]


def test_a_changed_text_changes_its_notebook(course: Course) -> None:
    sync(course.root)
    course.rewrite("# Doubling", "# Twice as much")

    sync(course.root)

    assert sources(course.notebook)[0].startswith("# Twice as much")


def test_an_unchanged_text_costs_no_jupytext_and_no_write(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(course.root)
    before = course.notebook.stat()
    monkeypatch.setitem(sys.modules, "jupytext", None)  # importing it raises

    sync(course.root)

    assert course.notebook.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"# Doubling', '"# My doubling'),
        ('"points": 1', '"points": 5'),
        ('"cell_type": "markdown"', '"cell_type": "raw"'),
        ('"byhand"', '"elsewhere"'),
        ('"cells"', "no longer JSON"),
    ],
)
def test_an_edited_notebook_is_kept_and_a_sentence_says_so(
    course: Course, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    sync(course.root)
    edit(course.notebook, old, new)
    edited = course.notebook.read_bytes()
    course.rewrite("# Doubling", "# Twice as much")

    sync(course.root)
    sync(course.root)

    assert course.notebook.read_bytes() == edited
    assert capsys.readouterr().err == (
        f"source/{UNIT}/double.ipynb was edited since it was made and is left as it is: copy the "
        "changes you want to keep into double.md, then delete double.ipynb.\n"
    )


def test_running_a_notebook_is_no_edit(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    sync(course.root)
    ran = json.loads(course.notebook.read_text("utf-8"))
    ran["metadata"]["language_info"] = {"name": "python", "version": "3.11.0"}
    for cell in ran["cells"]:
        cell["metadata"]["collapsed"] = False
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["4"]}]
    course.notebook.write_text(json.dumps(ran), "utf-8")
    course.rewrite("# Doubling", "# Twice as much")

    sync(course.root)

    assert sources(course.notebook)[0].startswith("# Twice as much")
    assert not capsys.readouterr().err


def test_a_notebook_whose_text_is_gone_goes_too(course: Course) -> None:
    sync(course.root)
    course.text.rename(course.text.with_name("twice.md"))

    sync(course.root)

    assert [file.name for file in course.text.parent.glob("*.ipynb")] == ["twice.ipynb"]


def test_an_instructors_own_notebook_is_left_alone(course: Course) -> None:
    own = course.text.with_name("own.ipynb")
    own.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')

    sync(course.root)

    assert own.exists()


@pytest.mark.parametrize("missing", ["jupytext", "source"])
def test_a_learners_machine_hears_nothing(
    course: Course,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    if missing == "jupytext":
        monkeypatch.setattr(syncing.importlib.util, "find_spec", lambda name: None)
    else:
        shutil.rmtree(course.root / "source")
    before = course.files()

    sync(course.root)

    assert course.files() == before
    assert capfd.readouterr() == ("", "")


def test_processes_that_sync_at_once_never_show_half_a_notebook(course: Course) -> None:
    code = f"""
import json
from pathlib import Path
from byhand.sync import sync
notebook = Path({str(course.notebook)!r})
for _ in range(60):
    notebook.unlink(missing_ok=True)
    sync(Path({str(course.root)!r}))
    try:
        content = notebook.read_text("utf-8")
    except FileNotFoundError:  # the other one has just removed it
        continue
    assert len(json.loads(content)["cells"]) == 4
"""
    before = set(course.files())
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)
    ]

    errors = [process.communicate()[1].decode() for process in processes]

    assert errors == ["", "", ""]
    assert set(course.files()) - before == {f"source/{UNIT}/double.ipynb"}


def test_cell_ids_are_the_notebooks_name_and_the_position(course: Course) -> None:
    name = "twice (and more) " * 5
    course.text.rename(course.text.with_name(f"{name}.md"))

    sync(course.root)

    ids = [cell["id"] for cell in cells(course.text.with_name(f"{name}.ipynb"))]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id) for cell_id in ids)
    assert ids == [f"{ids[0][:-3]}-{number:02}" for number in (1, 2, 3, 4)]


def test_the_same_text_gives_the_same_bytes_whatever_its_header_says(course: Course) -> None:
    header = "---\njupyter:\n  kernelspec:\n    display_name: Mine\n    name: mine\n---\n\n"
    sync(course.root)
    first = json.loads(course.notebook.read_text("utf-8"))
    course.text.write_text(header + TEXT, "utf-8", newline="\r\n")

    sync(course.root)

    second = json.loads(course.notebook.read_text("utf-8"))
    del first["metadata"]["byhand"]["text"], second["metadata"]["byhand"]["text"]
    assert first == second


# --- what can be wrong in a text ---------------------------------------------------------------

FOLD = "<details><summary>Hint</summary>\n\n```{language}\nx = 1\n```\n\n</details>\n"

WRONG = {
    "code that is no Python": (
        "return twice_the_argument",
        "return return",
        "cell 3 (grade_id double_code): line 4 of the cell is not valid Python (invalid syntax).",
    ),
    "a stray backslash": (
        'print(name, "is right")',
        'print(name, "\\s")',
        "cell 2 (grade_id checks): line 2 of the cell is not valid Python (invalid escape",
    ),
    "a stub that is no Python": (
        "    ### BEGIN SOLUTION",
        "### BEGIN SOLUTION",
        "cell 3 (grade_id double_code): line 2 of the cell is not valid Python (expected an",
    ),
    "metadata that are no JSON": (
        '{"grade": true,',
        "{grade: true,",
        "cell 4: the metadata after ```python are not valid JSON: nbgrader={grade",
    ),
    "metadata of another kind": (
        "```python nbgrader",
        '```python slideshow="none" nbgrader',
        "cell 2 (grade_id checks): unknown metadata slideshow: remove them.",
    ),
    "an unknown key": (
        '"points": 1',
        '"points": 1, "pionts": 2',
        "cell 4 (grade_id double): unknown nbgrader metadata pionts: remove them.",
    ),
    "a missing key": (
        '"locked": true, "points"',
        '"points"',
        "cell 4 (grade_id double): nbgrader metadata lack locked: add them.",
    ),
    "another schema": (
        '"points": 1, "schema_version": 3',
        '"points": 1, "schema_version": 2',
        "cell 4 (grade_id double): schema_version must be 3.",
    ),
    "a flag that is no boolean": (
        '{"grade": true',
        '{"grade": "yes"',
        "cell 4 (grade_id double): a HIDDEN TESTS region in a cell that is no grade cell",
    ),
    "a flag that is a number": (
        '"grade_id": "checks", "locked": true',
        '"grade_id": "checks", "locked": 1',
        "cell 2 (grade_id checks): locked must be true or false, not 1.",
    ),
    "a grade_id with a space": (
        '"checks"',
        '"the checks"',
        "cell 2 (grade_id the checks): grade_id must consist of letters, digits, _ and -.",
    ),
    "a grade_id twice": (
        '"checks"',
        '"double_code"',
        "cell 3 (grade_id double_code): an earlier cell has this grade_id",
    ),
    "no points": (
        '"points": 1, ',
        "",
        "cell 4 (grade_id double): a grade cell needs points, a number that is not negative.",
    ),
    "points that are true": (
        '"points": 1',
        '"points": true',
        "cell 4 (grade_id double): a grade cell needs points, a number that is not negative.",
    ),
    "points where nothing is graded": (
        '"grade_id": "checks"',
        '"grade_id": "checks", "points": 1',
        "cell 2 (grade_id checks): points in a cell that is not graded: remove them.",
    ),
    "an open test cell": (
        '"grade_id": "double", "locked": true',
        '"grade_id": "double", "locked": false',
        "cell 4 (grade_id double): locked must be false in a solution cell and true in every",
    ),
    "a locked solution": (
        '"locked": false',
        '"locked": true',
        "cell 3 (grade_id double_code): locked must be false in a solution cell and true in",
    ),
    "a cell that is both": (
        '"grade_id": "double_code", "locked": false, ',
        '"grade_id": "double_code", "locked": false, "points": 1, ',
        "cell 3 (grade_id double_code): points in a cell that is not graded",
    ),
    "a solution that does not end": (
        "    ### END SOLUTION\n",
        "",
        "cell 3 (grade_id double_code): ### BEGIN SOLUTION without ### END SOLUTION after it",
    ),
    "a solution that does not begin": (
        "    ### BEGIN SOLUTION\n",
        "",
        "cell 3 (grade_id double_code): ### END SOLUTION without ### BEGIN SOLUTION before it",
    ),
    "a marker of another form": (
        "    ### END SOLUTION",
        "    # END SOLUTION",
        "cell 3 (grade_id double_code): write exactly ### END SOLUTION, alone on its line.",
    ),
    "a solution cell without a solution": (
        "    ### BEGIN SOLUTION\n    twice_the_argument = 2 * x\n    return twice_the_argument\n"
        "    ### END SOLUTION",
        "    return 2 * x",
        "cell 3 (grade_id double_code): a solution cell without ### BEGIN SOLUTION",
    ),
    "a solution in prose": (
        "# Doubling",
        "### BEGIN SOLUTION\n### END SOLUTION",
        "cell 1: a SOLUTION region in a cell that is no solution cell",
    ),
    "hidden tests that do not end": (
        "### END HIDDEN TESTS\n",
        "",
        "cell 4 (grade_id double): ### BEGIN HIDDEN TESTS without ### END HIDDEN TESTS after it",
    ),
    "no hidden tests": (
        '### BEGIN HIDDEN TESTS\ncheck.grade("double")\n### END HIDDEN TESTS\n',
        "",
        '## BEGIN HIDDEN TESTS | check.grade("double") | ### END HIDDEN TESTS | check("double")',
    ),
    "hidden tests of another exercise": (
        'check.grade("double")',
        'check.grade("triple")',
        "cell 4 (grade_id double): a test cell must begin with these four lines",
    ),
    "more in the hidden tests": (
        'check.grade("double")',
        'check.grade("double")\nassert double(1) == 2',
        "cell 4 (grade_id double): a test cell must begin with these four lines",
    ),
    "a check of another exercise": (
        'check("double")',
        'check("triple")',
        "cell 4 (grade_id double): a test cell must begin with these four lines",
    ),
    "a test without its solution cell": (
        '"double_code"',
        '"twice_code"',
        "cell 4 (grade_id double): no solution cell with grade_id double_code comes before it.",
    ),
    "the checks of another notebook": (
        "def check(name):",
        'byhand.checks("triple")\ndef check(name):',
        'cell 2 (grade_id checks): write byhand.checks("double")',
    ),
    "a fence that is not closed": (
        "    ### END SOLUTION\n```\n",
        "    ### END SOLUTION\n",
        "line 10: this code fence is not closed before the next one opens or the text ends",
    ),
    "a last fence that is not closed": (
        "assert double(2) == 4\n```\n",
        "assert double(2) == 4\n",
        "line 18: this code fence is not closed before the next one opens or the text ends",
    ),
    "a region that is not closed": (
        "# Doubling",
        "<!-- #region -->\n# Doubling",
        "line 1: this region is not closed: add <!-- #endregion --> after it.",
    ),
    "code in a fold that became a cell": (
        "# Doubling",
        FOLD.format(language="python"),
        "cell 1: a <details> fold does not end in the cell it begins in",
    ),
    "a fold that never began": (
        "# Doubling",
        "# Doubling\n\n</details>",
        "cell 1: </details> without <details> in the same cell: remove it.",
    ),
    "a shell command that became a cell": (
        "# Doubling",
        "# Doubling\n\n```bash\nls\n```",
        "cell 2: the fence ```bash became a code cell: write ```text",
    ),
    "prose that is graded": (
        "# Doubling",
        '<!-- #region nbgrader={"grade": true, "grade_id": "essay"} -->\nx\n<!-- #endregion -->',
        "cell 1 (grade_id essay): nbgrader metadata on Markdown: only code cells are graded here.",
    ),
    "a raw cell": (
        "# Doubling",
        "<!-- #raw -->\nx\n<!-- #endraw -->",
        "cell 1: a raw cell, which no reader sees",
    ),
    "a broken header": (
        "# Doubling",
        "---\njupyter: {a\n---\n\n# Doubling",
        "jupytext cannot read it (while parsing a flow mapping): see its header.",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_text_is_told_in_one_line_and_writes_nothing(course: Course, what: str) -> None:
    old, new, expected = WRONG[what]
    sound = course.text.with_name("another.md")  # comes first, and must not be written either
    sound.write_text("# Another\n", "utf-8")
    course.rewrite(old, new)
    before = course.files()

    with pytest.raises(SourceError) as error:
        sync(course.root)

    message = str(error.value)
    assert re.match(rf"source/{UNIT}/double\.md(, |: )", message)
    assert expected in message
    assert "\n" not in message
    assert course.files() == before


@pytest.mark.parametrize(
    "addition",
    [
        "%matplotlib inline\n!ls",
        "%%time\nx = 1",
        "await something()",
        "x = '''\n### a heading\n'''",
    ],
)
def test_ipython_is_valid_python(course: Course, addition: str) -> None:
    course.text.write_text(f"{TEXT}\n```python\n{addition}\n```\n", "utf-8")

    sync(course.root)

    assert sources(course.notebook)[-1] == addition


def test_a_fold_in_region_markers_stays_one_cell(course: Course) -> None:
    fold = FOLD.format(language="python")
    course.rewrite("# Doubling", f"<!-- #region -->\n{fold}<!-- #endregion -->")

    sync(course.root)

    assert sources(course.notebook)[0] == fold.rstrip()


# --- build -------------------------------------------------------------------------------------


def test_a_release_has_a_stub_for_the_solution_and_no_hidden_test(built: Course) -> None:
    assert sources(built.released)[2:] == [
        "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        'check("double")\nassert double(2) == 4',
    ]


def test_a_solution_is_solved_and_run(built: Course) -> None:
    assert sources(built.solved)[2:] == [
        "def double(x):\n    twice_the_argument = 2 * x\n    return twice_the_argument",
        'check("double")\nassert double(2) == 4',
    ]
    (output,) = cells(built.solved)[-1]["outputs"]
    assert output["text"] == ["double is right\n"]


def test_metadata_say_nothing_about_the_machine(built: Course) -> None:
    for notebook in (built.released, built.solved):
        content = json.loads(notebook.read_text("utf-8"))
        assert content["metadata"] == {"kernelspec": KERNELSPEC}
        known = {"deletable", "editable", "nbgrader"}
        assert all(set(cell["metadata"]) <= known for cell in content["cells"])


def test_pictures_go_with_the_notebooks_and_texts_do_not(built: Course) -> None:
    for folder in ("notebooks", "solutions"):
        files = {path.name for path in (built.root / folder).rglob("*") if path.is_file()}
        assert files == {"double.ipynb", "two.svg"}


def test_building_leaves_nothing_else_behind(built: Course) -> None:
    assert {path.name for path in built.root.iterdir()} == {
        "nbgrader_config.py",
        "notebooks",
        "pyproject.toml",
        "requirements.txt",
        "solutions",
        "source",
    }


def test_a_unit_that_is_gone_goes_and_a_solution_that_is_the_same_stays(course: Course) -> None:
    build(course.root)
    orphan = course.root / "notebooks" / "0_gone" / "img" / "gone.svg"
    orphan.parent.mkdir(parents=True)
    orphan.write_text("<svg/>")
    edit(course.solved, "double is right", "drawn on another machine")

    changed = build(course.root)

    assert changed == [orphan]
    assert [path.name for path in (course.root / "notebooks").iterdir()] == [UNIT]
    assert "drawn on another machine" in course.solved.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "twice_the_argument = 2 * x",
            "twice_the_argument = 2 * y",
            f"source/{UNIT}/double.md, cell 4 (grade_id double) fails in the solved notebook: "
            "NameError: name 'y' is not defined",
        ),
        (
            'print(name, "is right")',
            "print('x' * 1_100_000)",
            f"source/{UNIT}/double.md: the solved notebook has 1.1 MB, more than 1 MB: draw fewer "
            "or simpler pictures.",
        ),
        (
            "twice_the_argument = 2 * x",
            "__import__('os')._exit(1)",
            f"source/{UNIT}: nbgrader's GenerateSolution failed: "
            "nbclient.exceptions.DeadKernelError: Kernel died",
        ),
    ],
)
def test_a_build_that_fails_says_where_and_touches_nothing(
    course: Course, old: str, new: str, expected: str
) -> None:
    course.released.parent.mkdir(parents=True)
    course.released.write_text("as it was")
    course.rewrite(old, new)
    sync(course.root)
    before = course.files()

    with pytest.raises(BuildError) as error:
        build(course.root)

    assert str(error.value) == expected
    assert course.files() == before


def test_a_notebook_that_was_edited_is_not_built(course: Course) -> None:
    sync(course.root)
    edit(course.notebook, "# Doubling", "# My doubling")

    with pytest.raises(BuildError, match=r"double\.ipynb was edited since it was made"):
        build(course.root)

    assert is_edited(course.notebook)
    assert not (course.root / "notebooks").exists()


# --- what is committed -------------------------------------------------------------------------


def test_notebooks_and_solutions_are_what_the_texts_say(copy: Path) -> None:
    changed = [path.relative_to(copy).as_posix() for path in build(copy)]

    assert not changed, f"not what the texts in source/ say: run `byhand build` ({changed})"


def test_what_learners_are_given_is_the_solution_without_the_solution() -> None:
    stub = ["# YOUR CODE HERE", "raise NotImplementedError()"]
    for released in sorted(ROOT.glob("notebooks/*/*.ipynb")):
        solved = ROOT / "solutions" / released.relative_to(ROOT / "notebooks")
        pairs = zip(cells(released), cells(solved), strict=True)
        for number, (given, answer) in enumerate(pairs, 1):
            assert given["id"] == answer["id"]
            lines = "".join(given["source"]).split("\n")
            kept = [line for line in lines if line.strip() not in stub]
            rest: Iterator[str] = iter("".join(answer["source"]).split("\n"))
            missing = [line for line in kept if line not in rest]
            assert not missing, f"{solved}, cell {number} has not, at this place: {missing}"


def test_every_picture_that_a_text_shows_is_there() -> None:
    missing = [
        f"{text.relative_to(ROOT)} shows {picture}"
        for text in ROOT.glob("source/*/*.md")
        for picture in re.findall(r'<img src="([^"]+)"', text.read_text("utf-8"))
        if "://" not in picture and not (text.parent / picture).is_file()
    ]

    assert not missing, "draw them with `byhand build --pictures`, or mend the link"


def test_every_unit_is_released_and_solved() -> None:
    texts = {path.relative_to(ROOT / "source") for path in ROOT.glob("source/*/*.md")}
    for folder in ("notebooks", "solutions"):
        made = {path.relative_to(ROOT / folder) for path in ROOT.glob(f"{folder}/*/*.ipynb")}
        assert made == {text.with_suffix(".ipynb") for text in texts}


# --- nbgrader itself ---------------------------------------------------------------------------


def test_in_a_fresh_clone_nbgrader_fills_the_gradebook_and_changes_nothing(
    copy: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(copy, clone, ignore=shutil.ignore_patterns("*.ipynb", "gradebook.db"))
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, clone / folder, dirs_exist_ok=True)
    unit = next(clone.glob("source/*/*.md")).parent.name
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(clone)]
    for step in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "clone"]):
        subprocess.run([*git, *step], check=True)
    # the environment is not activated: PATH does not lead to its programs
    environment = os.environ | {"PATH": "/usr/bin:/bin"}

    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", unit],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0, run.stderr
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True)
    assert status.stdout == "", "run `byhand build` and commit what it changes"
    with sqlite3.connect(clone / "gradebook.db") as gradebook:
        recorded = {name for (name,) in gradebook.execute("SELECT name FROM base_cell")}
    released = [cell for path in clone.glob(f"notebooks/{unit}/*.ipynb") for cell in cells(path)]
    settings = [cell["metadata"].get("nbgrader", {"grade": False}) for cell in released]
    assert recorded >= {cell["grade_id"] for cell in settings if cell["grade"]} > set()


def test_the_settings_hold_from_any_folder_and_an_instructors_own_win(
    course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('\nc.CourseDirectory.solution_directory = "mine"\n')

    settings = course.settings()

    assert settings.CourseDirectory.root == str(course.root)
    assert settings.CourseDirectory.release_directory == "notebooks"
    assert settings.CourseDirectory.solution_directory == "mine"
    assert course.notebook.exists()


def test_a_wrong_text_costs_nbgrader_a_line_and_no_setting(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course.rewrite("return twice_the_argument", "return return")

    settings = [course.settings() for _ in range(3)][-1]

    assert settings.CourseDirectory.release_directory == "notebooks"
    assert capsys.readouterr().err.count("\n") == 1


def test_without_this_package_the_settings_load_silently(
    course: Course, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "byhand.sync", None)

    settings = course.settings()

    assert settings.GenerateAssignment.force is True
    assert capfd.readouterr() == ("", "")


# --- what a class gets -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for a class, with the wheel unpacked beside it in `wheel/`."""
    folder = tmp_path_factory.mktemp("class")
    class_bundle(copy, folder)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "wheel")
    return folder


def solutions() -> list[list[str]]:
    """The lines of every solution in the texts."""
    regions = [
        region
        for text in ROOT.glob("source/*/*.md")
        for region in re.findall(
            r"(?s)### BEGIN SOLUTION\n(.*?)\s*### END SOLUTION", text.read_text("utf-8")
        )
    ]
    assert regions
    return [without_indents(region).split("\n") for region in regions]


def source_unless_given(cell: dict) -> str:
    """The text of a cell; nothing for locked code: a lesson may give what an earlier unit asked for."""
    settings = cell["metadata"].get("nbgrader", {})
    given = cell["cell_type"] == "code" and settings.get("locked") and not settings.get("grade")
    return "" if given else "".join(cell["source"])


def without_indents(code: str) -> str:
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())


def test_a_class_gets_no_solution_no_hidden_test_and_no_text_source(bundle: Path) -> None:
    files = [path for path in bundle.rglob("*") if path.is_file() and path.suffix != ".whl"]
    names = [path.relative_to(bundle).as_posix() for path in files]
    assert [name for name in names if name.endswith(".md")] == ["README.md"]
    assert not [name for name in names if re.search(r"tests/|hidden|source/|solutions/", name)]
    # two lines of a solution must not stand in a notebook; code that draws may share a formula
    whole = {"\n".join(lines) for lines in solutions()}
    parts = {"\n".join(pair) for lines in solutions() for pair in pairwise(lines)}
    for path in files:
        content = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".ipynb":
            content = "\n".join(map(source_unless_given, cells(path)))
            assert "BEGIN HIDDEN" not in content
            assert "BEGIN SOLUTION" not in content
        # the package's own code names the markers, but no line of it is one
        assert not re.search(r"(?m)^\s*### (BEGIN|END) ", content), path
        assert not re.search(r"(?m)^class \w+\(Exercise\)", content), path
        secrets = whole | parts if path.suffix == ".ipynb" else whole
        assert not [lines for lines in secrets if lines in without_indents(content)], path


def test_a_class_gets_what_it_needs_to_work(bundle: Path) -> None:
    (wheel,) = bundle.glob("*.whl")
    released = {path.relative_to(ROOT) for path in ROOT.glob("notebooks/*/*.ipynb")}
    released |= {path.relative_to(ROOT) for path in ROOT.glob("notebooks/*/img/*")}
    for name in released:
        assert (bundle / name).read_bytes() == (ROOT / name).read_bytes()
    requirements = (bundle / "requirements.txt").read_text("utf-8").splitlines()
    assert requirements[-1] == f"./{wheel.name}"
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in requirements[:-1])
    assert (bundle / "wheel" / "byhand" / "check.py").exists()
    assert "pip install -r requirements.txt" in (bundle / "README.md").read_text("utf-8")


def test_a_folder_with_something_in_it_is_not_touched(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "thesis.txt").write_text("months of work")

    with pytest.raises(BuildError, match="is not empty: name a new or an empty folder"):
        class_bundle(course.root, folder)

    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    assert not course.notebook.exists()
