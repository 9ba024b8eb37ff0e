"""From text to notebooks: `source/*/*.md` → `.ipynb` → `notebooks/`, `solutions/`, a class bundle.

The text is the truth. `sync` makes the notebook beside each text; plain nbgrader makes the rest.
"""

import ast
import hashlib
import importlib.util
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from byhand.problem import Problem

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MADE_BY = b"1\n"  # raise it when the same text would give other cells: every notebook is made anew
MAX_BYTES = 1_000_000

SOLUTION_MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
TEST_CELL = (
    "### BEGIN HIDDEN TESTS",
    'check.grade("{name}")',
    "### END HIDDEN TESTS",
    'check("{name}")',
)

CLASS_README = """\
# Backprop by Hand

You need Python 3.11 or newer. In this folder, once:

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt

(on Windows `.venv\\Scripts\\python` instead of `.venv/bin/python`). Then, whenever you work:

    .venv/bin/python -m jupyter lab notebooks

In each notebook replace `raise NotImplementedError()` by your code and run the cell below it.
Hand in the notebook under the name it has.
"""


class SourceError(Problem):
    """A text source is wrong. The message is one line: where, what, and what to do."""


class BuildError(Problem):
    """Notebooks cannot be made. The message is one line: what is wrong and what to do."""


# --- text → .ipynb beside it -------------------------------------------------------------------


def sync(root: Path) -> None:
    """Make the notebook beside every text source whose content has changed since it was made.

    Does nothing, silently, where there is no `source/` or no jupytext (a learner's machine).
    A notebook that was edited is kept, and a sentence on stderr says so. Raises SourceError, before
    anything is written, if a text is wrong.
    """
    _remove_leftovers(root)
    changed = [text for text in _texts(root) if _made_from(_notebook(text)) != _text_hash(text)]
    if not changed or importlib.util.find_spec("jupytext") is None:
        return
    edited = [text for text in changed if is_edited(_notebook(text))]
    made = {text: _recorded(text, root) for text in changed if text not in edited}
    for text, content in made.items():
        _replace(_notebook(text), content)
    for text in edited:
        _say(_edited(text, root))


def sync_on_load(root: Path) -> None:
    """`sync`, for nbgrader_config.py: tells what is wrong in a line on stderr and raises nothing.

    A config file that raises would make nbgrader go on without any of its settings.
    """
    try:
        sync(root)
    except (SourceError, OSError) as problem:
        _say(str(problem))


def is_edited(notebook: Path) -> bool:
    """Whether the cells (type, source, nbgrader metadata) are not those it was made with.

    Outputs, execution counts and what Jupyter adds to metadata are no edit. A notebook that does
    not exist is not edited; one that was not made here is.
    """
    if not notebook.exists():
        return False
    try:
        content = json.loads(notebook.read_text("utf-8"))
        return bool(content["metadata"]["byhand"]["cells"] != _cells_hash(content))
    except (ValueError, KeyError, TypeError):
        return True


def _texts(root: Path) -> list[Path]:
    return sorted(root.glob("source/*/*.md"))


def _notebook(text: Path) -> Path:
    return text.with_suffix(".ipynb")


def _text_hash(text: Path) -> str:
    # read_text makes \r\n to \n: the same text on every system
    return hashlib.sha256(MADE_BY + text.read_text("utf-8").encode()).hexdigest()


def _cells_hash(notebook: dict[str, Any]) -> str:
    cells = [
        (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader"))
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _made_from(notebook: Path) -> str | None:
    """The hash of the text that a notebook was made from; None if there is no such notebook."""
    try:
        return str(json.loads(notebook.read_text("utf-8"))["metadata"]["byhand"]["text"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove_leftovers(root: Path) -> None:
    """Remove notebooks whose text is gone, or nbgrader would go on releasing them."""
    for notebook in root.glob("source/*/*.ipynb"):
        gone = not notebook.with_suffix(".md").exists()
        if gone and _made_from(notebook) is not None and not is_edited(notebook):
            notebook.unlink(missing_ok=True)


def _recorded(text: Path, root: Path) -> str:
    """The notebook of a text as JSON, with the record of what it was made from."""
    import nbformat

    made_from = _text_hash(text)
    notebook = read_text_notebook(text, text.relative_to(root).as_posix())
    notebook.metadata["byhand"] = {"cells": _cells_hash(notebook), "text": made_from}
    return str(nbformat.writes(notebook)) + "\n"


def _replace(path: Path, content: str) -> None:
    """Write a file such that no other process ever sees half of it."""
    # one folder up: nbgrader copies whatever lies beside a notebook
    temporary = path.parent.parent / f".{path.parent.name}.{path.name}.{os.getpid()}"
    try:
        temporary.write_text(content, "utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _edited(text: Path, root: Path) -> str:
    notebook = _notebook(text)
    return (
        f"{notebook.relative_to(root).as_posix()} was edited since it was made and is left as it "
        f"is: copy the changes you want to keep into {text.name}, then delete {notebook.name}."
    )


_said: set[str] = set()


def _say(sentence: str) -> None:
    """Say it on stderr, once: nbgrader loads its config several times per command."""
    if sentence not in _said:
        _said.add(sentence)
        print(sentence, file=sys.stderr)


# --- reading a text source, and everything that can be wrong in it -----------------------------


def read_text_notebook(text: Path, name: str) -> Any:
    """Return the notebook (nbformat 4.5) that a jupytext Markdown file describes.

    `name` is what error messages call it. Raises SourceError if anything in it is wrong.
    """
    import jupytext

    content = text.read_text("utf-8")
    _check_fences(content, name)
    _check_region_markers(content, name)
    try:
        notebook = jupytext.reads(content, fmt="md")
    except Exception as error:  # a YAML parser's, mostly
        reason = str(error).splitlines()[0]
        raise SourceError(f"{name}: jupytext cannot read it ({reason}): see its header.") from error
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = type(notebook)(kernelspec=KERNELSPEC)
    # empty lines at the end of a text would be a cell
    notebook.cells = [cell for cell in notebook.cells if cell.source or cell.cell_type == "code"]
    cell_name = re.sub(r"[^a-zA-Z0-9_-]", "-", text.stem)[:58]
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"{cell_name}-{number:02}"
        cell.metadata.pop("lines_to_next_cell", None)
    _check_cells(notebook.cells, name, content, text.stem)
    return notebook


def _check_fences(content: str, name: str) -> None:
    """Raise SourceError at a fence that is not closed, as CommonMark counts them."""
    opened, fence = 0, ""
    for number, line in enumerate(content.splitlines(), 1):
        found = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if not found or (found[1][0] == "`" and "`" in found[2]):
            continue
        if not fence:
            opened, fence = number, found[1]
        elif found[1].startswith(fence):
            if found[2].strip():
                break
            fence = ""
    if fence:
        raise SourceError(
            f"{name}, line {opened}: this code fence is not closed before the next one opens or "
            f"the text ends: add a line {fence} after the code."
        )


def _check_region_markers(content: str, name: str) -> None:
    """Raise SourceError at a region that is not closed: it would swallow the cells after it."""
    opened = 0
    for number, line in enumerate(content.splitlines(), 1):
        if re.match(r"<!--\s*#(region|markdown|md|raw)\b", line) and not opened:
            opened = number
        elif re.match(r"<!--\s*#end(region|markdown|md|raw)\b", line):
            opened = 0
    if opened:
        raise SourceError(
            f"{name}, line {opened}: this region is not closed: add <!-- #endregion --> after it."
        )


class _WrongCellError(Exception):
    """What is wrong in a cell and what to do."""


def _check_cells(cells: list[Any], name: str, content: str, notebook: str) -> None:
    """Raise SourceError at the first cell that is wrong."""
    seen: dict[str, dict[str, Any]] = {}
    for number, cell in enumerate(cells, 1):
        settings = cell.metadata.get("nbgrader")
        grade_id = settings.get("grade_id") if isinstance(settings, dict) else None
        try:
            _check_metadata(cell)
            if cell.cell_type == "code":
                _check_code(cell, content)
                _check_binding(cell.source, notebook)
            else:
                _check_fold(cell.source)
            _check_marked_regions(cell)
            if settings is not None:
                _check_settings(settings)
                _check_place(settings, cell, seen)
                seen[settings["grade_id"]] = settings
        except _WrongCellError as wrong:
            where = f"cell {number}" + (f" (grade_id {grade_id})" if grade_id else "")
            raise SourceError(f"{name}, {where}: {wrong}") from None


def _check_metadata(cell: Any) -> None:
    if cell.cell_type == "raw":
        raise _WrongCellError("a raw cell, which no reader sees: make it Markdown or Python.")
    if "incorrectly_encoded_metadata" in cell.metadata:
        raise _WrongCellError(
            "the metadata after ```python are not valid JSON: "
            f"{cell.metadata['incorrectly_encoded_metadata']}"
        )
    if extra := sorted(set(cell.metadata) - {"nbgrader", "tags"}):
        raise _WrongCellError(f"unknown metadata {', '.join(extra)}: remove them.")
    if not isinstance(cell.metadata.get("nbgrader", {}), dict):
        raise _WrongCellError('nbgrader must be an object: nbgrader={"grade": …}.')
    if "nbgrader" in cell.metadata and cell.cell_type != "code":
        raise _WrongCellError("nbgrader metadata on Markdown: only code cells are graded here.")


def _check_code(cell: Any, content: str) -> None:
    first = cell.source.split("\n", 1)[0]
    if first.startswith("%%") and first not in content:
        raise _WrongCellError(
            f"the fence ```{first[2:]} became a code cell: write ```text, or wrap the passage in "
            "<!-- #region --> and <!-- #endregion -->."
        )
    _check_syntax(cell.source, "")
    stub = re.sub(
        r"(?ms)^([ \t]*)### BEGIN SOLUTION$.*?^[ \t]*### END SOLUTION$",
        r"\1raise NotImplementedError()",
        cell.source,
    )
    _check_syntax(stub, " once the solution is cut out: indent ### BEGIN SOLUTION like the code")


def _check_binding(source: str, notebook: str) -> None:
    # names of exercises repeat: copied from another unit, this would judge by the wrong tests
    bound = re.search(r"byhand\.checks\((.*?)\)", source)
    if bound and bound[1].strip("\"'") != notebook:
        raise _WrongCellError(f'write byhand.checks("{notebook}"): that is the notebook\'s name.')


def _check_syntax(source: str, when: str) -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        with warnings.catch_warnings():
            # a stray "\s" would greet the learner with a SyntaxWarning
            warnings.simplefilter("error")
            code = TransformerManager().transform_cell(source)
            compile(code, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        line = f"line {error.lineno} of the cell" if error.lineno else "the cell"
        raise _WrongCellError(f"{line} is not valid Python ({error.msg}){when}.") from None
    except ValueError as error:
        raise _WrongCellError(f"the cell is not valid Python ({error}){when}.") from None


def _check_fold(source: str) -> None:
    prose = re.sub(r"(?ms)^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1[`~]*$|`[^`\n]*`", "", source)
    opened = len(re.findall(r"<details\b", prose))
    closed = len(re.findall(r"</details>", prose))
    if opened > closed:
        raise _WrongCellError(
            "a <details> fold does not end in the cell it begins in (a code fence or two empty "
            "lines end a cell): wrap the fold in <!-- #region --> and <!-- #endregion -->."
        )
    if closed > opened:
        raise _WrongCellError("</details> without <details> in the same cell: remove it.")


def _check_marked_regions(cell: Any) -> None:
    """nbgrader looks for these words in every cell, prose too."""
    settings = cell.metadata.get("nbgrader", {})
    for words, key in (("SOLUTION", "solution"), ("HIDDEN TESTS", "grade")):
        regions = _count_regions(cell.source, words)
        if regions and settings.get(key) is not True:
            raise _WrongCellError(
                f"a {words} region in a cell that is no {key} cell: set "
                f'"{key}": true in its nbgrader metadata or remove the region.'
            )
        if key == "solution" and settings.get(key) is True and not regions:
            raise _WrongCellError(
                "a solution cell without ### BEGIN SOLUTION … ### END SOLUTION: put them around "
                "what learners write, or nbgrader removes the whole cell."
            )


def _count_regions(source: str, words: str) -> int:
    """The number of BEGIN … END regions; raises _WrongCellError if they are not balanced."""
    inside, regions = False, 0
    for line in source.split("\n"):
        for edge in ("BEGIN", "END"):
            marker = f"### {edge} {words}"
            if f"{edge} {words}" not in line:
                continue
            if line.strip() != marker:
                raise _WrongCellError(f"write exactly {marker}, alone on its line.")
            if inside == (edge == "BEGIN"):
                other = "END" if edge == "BEGIN" else "BEGIN"
                raise _WrongCellError(f"{marker} without ### {other} {words} before it: add it.")
            inside = edge == "BEGIN"
            regions += inside
    if inside:
        raise _WrongCellError(f"### BEGIN {words} without ### END {words} after it: add it.")
    return regions


def _check_settings(settings: dict[str, Any]) -> None:
    """Raise _WrongCellError unless nbgrader metadata is of schema 3 and agrees with itself."""
    known = {"grade", "grade_id", "locked", "points", "schema_version", "solution"}
    if unknown := sorted(set(settings) - known):
        raise _WrongCellError(f"unknown nbgrader metadata {', '.join(unknown)}: remove them.")
    if missing := sorted(known - {"points"} - set(settings)):
        raise _WrongCellError(f"nbgrader metadata lack {', '.join(missing)}: add them.")
    if settings["schema_version"] != 3 or isinstance(settings["schema_version"], bool):
        raise _WrongCellError("schema_version must be 3.")
    for key in ("grade", "locked", "solution"):
        if not isinstance(settings[key], bool):
            raise _WrongCellError(f"{key} must be true or false, not {settings[key]!r}.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(settings["grade_id"])):
        raise _WrongCellError("grade_id must consist of letters, digits, _ and -.")
    if settings["grade"] and settings["solution"]:
        raise _WrongCellError("grade and solution exclude each other: test in a cell of its own.")
    if settings["locked"] == settings["solution"]:
        raise _WrongCellError("locked must be false in a solution cell and true in every other.")
    _check_points(settings)


def _check_points(settings: dict[str, Any]) -> None:
    if not settings["grade"]:
        if "points" in settings:
            raise _WrongCellError("points in a cell that is not graded: remove them.")
        return
    points = settings.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise _WrongCellError("a grade cell needs points, a number that is not negative.")


def _check_place(settings: dict[str, Any], cell: Any, seen: dict[str, dict[str, Any]]) -> None:
    """Raise _WrongCellError at a second cell of that name, or a test cell that is not like one."""
    name = settings["grade_id"]
    if name in seen:
        raise _WrongCellError("an earlier cell has this grade_id: every cell needs its own.")
    if not settings["grade"]:
        return
    expected = [line.format(name=name) for line in TEST_CELL]
    lines = cell.source.split("\n")
    if lines[: len(expected)] != expected or _count_regions(cell.source, "HIDDEN TESTS") > 1:
        raise _WrongCellError(
            f"a test cell must begin with these four lines, and have no other hidden ones: "
            f"{' | '.join(expected)}"
        )
    if not seen.get(f"{name}_code", {}).get("solution"):
        raise _WrongCellError(f"no solution cell with grade_id {name}_code comes before it.")


# --- notebooks/ and solutions/ -----------------------------------------------------------------


class NormalizeMetadata(Preprocessor):
    """Keep only metadata that are the same on every machine: no versions, times, record."""

    enabled = Bool(True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        for key in set(nb.metadata) - {"kernelspec"}:
            del nb.metadata[key]
        for cell in nb.cells:
            for key in set(cell.metadata) - {"deletable", "editable", "nbgrader", "tags"}:
                del cell.metadata[key]
        return nb, resources


class RemoveSolutionMarkers(Preprocessor):
    """Remove the lines around a solution, which say nothing to those who read it."""

    enabled = Bool(True)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        kept = [line for line in cell.source.split("\n") if line.strip() not in SOLUTION_MARKERS]
        cell.source = "\n".join(kept)
        return cell, resources


def build(root: Path) -> list[Path]:
    """Make `notebooks/` and `solutions/` anew; return the files that changed.

    A solution whose cells are as before keeps its file, because pictures differ between machines:
    delete the file to have its outputs made anew. Raises SourceError or BuildError, and then
    `notebooks/` and `solutions/` are as they were.
    """
    sync(root)
    for text in _texts(root):
        if is_edited(_notebook(text)):
            raise BuildError(_edited(text, root))
    with tempfile.TemporaryDirectory() as folder:
        released, solved = Path(folder, "notebooks"), Path(folder, "solutions")
        config = _settings(root, Path(folder))
        for unit in _units(root):
            _convert("GenerateAssignment", unit, config)
            _convert("GenerateSolution", unit, config)
        for notebook in sorted(solved.glob("*/*.ipynb")):
            _check_solution(notebook)
        return [
            *_mirror(released, root / "notebooks", lambda new, old: new == old),
            *_mirror(solved, root / "solutions", _same_but_for_outputs),
        ]


def draw_pictures(root: Path) -> None:
    """Draw `source/<unit>/img/` anew for each notebook that has a module in `byhand.figures`."""
    from byhand.figures import write_pictures

    for text in _texts(root):
        if importlib.util.find_spec(f"byhand.figures.{text.stem}"):
            write_pictures(text.stem, text.parent / "img")


def _units(root: Path) -> list[str]:
    return sorted({notebook.parent.name for notebook in root.glob("source/*/*.ipynb")})


def _settings(root: Path, folder: Path) -> Any:
    """nbgrader_config.py, but with everything that nbgrader writes going into `folder`."""
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.release_directory = str(folder / "notebooks")
    config.CourseDirectory.solution_directory = str(folder / "solutions")
    config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    # no cells in the author's IPython history, no warnings of the kernel on the terminal
    config.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
    return config


def _convert(converter: str, unit: str, config: Any) -> None:
    """Run one of nbgrader's converters on a unit; raise BuildError with its reason if it fails."""
    from nbgrader import converters
    from nbgrader.coursedir import CourseDirectory

    # nbgrader logs every step and whole tracebacks: keep them, show the last line only
    errors: list[str] = []
    log = logging.Logger("nbgrader")
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: errors.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)

    coursedir = CourseDirectory(config=config, log=log, assignment_id=unit)
    try:
        getattr(converters, converter)(coursedir=coursedir, config=config, log=log).start()
    except converters.base.NbGraderException:
        tracebacks = [error for error in errors if error.startswith("Traceback")]
        reason = (tracebacks or errors)[0].strip().splitlines()[-1]
        raise BuildError(f"source/{unit}: nbgrader's {converter} failed: {reason}") from None


def _check_solution(notebook: Path) -> None:
    """Raise BuildError if a cell failed or the notebook is too large."""
    name = f"source/{notebook.parent.name}/{notebook.stem}.md"
    for number, cell in enumerate(json.loads(notebook.read_text("utf-8"))["cells"], 1):
        for output in cell.get("outputs", []):
            if output["output_type"] != "error" or "raises-exception" in _tags(cell):
                continue
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            where = f"cell {number}" + (f" (grade_id {grade_id})" if grade_id else "")
            reason = " ".join(f"{output['ename']}: {output['evalue']}".split())
            raise BuildError(f"{name}, {where} fails in the solved notebook: {reason}")
    size = notebook.stat().st_size
    if size > MAX_BYTES:
        raise BuildError(
            f"{name}: the solved notebook has {size / 1e6:.1f} MB, more than "
            f"{MAX_BYTES / 1e6:.0f} MB: draw fewer or simpler pictures."
        )


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def _mirror(new: Path, old: Path, same: Callable[[bytes, bytes], bool]) -> list[Path]:
    """Make `old` hold the files of `new`, touching only what is not the `same`; return those."""
    changed = []
    wanted = {file.relative_to(new) for file in _files(new)}
    for file in {file.relative_to(old) for file in _files(old)} - wanted:
        (old / file).unlink()
        changed.append(old / file)
    for file in wanted:
        target = old / file
        if target.is_file() and same((new / file).read_bytes(), target.read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(new / file, target)
        changed.append(target)
    for folder in sorted((path for path in old.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return sorted(changed)


def _files(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in folder.glob("*/**/*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    )


def _same_but_for_outputs(new: bytes, old: bytes) -> bool:
    return new == old or _without_outputs(new) == _without_outputs(old)


def _without_outputs(content: bytes) -> Any:
    try:
        notebook = json.loads(content)
        for cell in notebook["cells"]:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    except (ValueError, TypeError, KeyError):  # a picture, or a broken notebook
        return content
    return notebook


# --- what a class gets -------------------------------------------------------------------------


def class_bundle(root: Path, directory: Path) -> None:
    """Fill `directory` with what students get: notebooks, wheel, requirements, a few lines to read.

    Raises BuildError, before anything is touched, if it holds files already or something cannot be
    made, and SourceError if a text is wrong.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BuildError(f"{directory} is not empty: name a new or an empty folder.")
    sync(root)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "class")
        bundle.mkdir()
        config = _settings(root, bundle)
        config.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
        for unit in _units(root):
            _convert("GenerateAssignment", unit, config)
        wheel = _build_wheel(root, bundle)
        (bundle / "requirements.txt").write_text(_class_requirements(root, wheel), "utf-8")
        (bundle / "README.md").write_text(CLASS_README, "utf-8")
        shutil.copytree(bundle, directory, dirs_exist_ok=True)


def _build_wheel(root: Path, directory: Path) -> str:
    """Build the wheel of this package with the hatchling that is installed; return its name."""
    if importlib.util.find_spec("hatchling") is None:
        raise BuildError(
            'hatchling is needed to build the wheel: pip install "backprop-by-hand[grading]".'
        )
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    wheels = list(directory.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        lines = run.stderr.strip().splitlines() or ["no wheel came out"]
        raise BuildError(f"the wheel cannot be built: {lines[-1]}")
    return wheels[0].name


def _class_requirements(root: Path, wheel: str) -> str:
    """requirements.txt with the wheel beside it in place of the checkout."""
    pins = re.findall(r"(?m)^\w\S*==\S+$", (root / "requirements.txt").read_text("utf-8"))
    return "\n".join([*pins, f"./{wheel}", ""])
