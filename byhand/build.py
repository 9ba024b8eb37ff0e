"""From text to notebooks: `source/*/*.md` → `notebooks/`, `solutions/`, and the bundle for a class.

The text is the truth. `byhand.sync` makes the notebook beside each text; plain nbgrader makes the rest.
"""

import importlib.util
import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from byhand.problem import Problem
from byhand.sync import edited_sentence, is_edited, notebook_of, sync, texts
from byhand.text_source import SOLUTION_MARKERS

MAX_BYTES = 1_000_000

CLASS_README = """\
# Backprop by Hand

You need Python 3.11 or newer. In this folder, once:

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt

(on Windows `.venv\\Scripts\\python` instead of `.venv/bin/python`). Then, whenever you work:

    .venv/bin/python -m jupyter lab notebooks

Begin with `0_start_here`. In each notebook replace `raise NotImplementedError()` by your code
and run the cell below it. Hand in the notebook under the name it has.
"""


#: what stands before OWNER/REPOSITORY in the links of the README
ADDRESS = re.compile(
    r"(git clone https://github\.com/|mybinder\.org/v2/gh/|codespaces\.new/)[\w.-]+/[\w.-]+"
)


class BuildError(Problem):
    """Notebooks cannot be made. The message is one line: what is wrong and what to do."""


class NormalizeMetadata(Preprocessor):
    """Keep only what is the same on every machine: no versions, times, record, ids of widgets."""

    enabled = Bool(True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        for key in set(nb.metadata) - {"kernelspec"}:
            del nb.metadata[key]
        for cell in nb.cells:
            for key in set(cell.metadata) - {"deletable", "editable", "nbgrader", "tags"}:
                del cell.metadata[key]
            for output in cell.get("outputs", []):  # an error in JupyterLab: its kernel is gone
                output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
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
    for text in texts(root):
        if is_edited(notebook_of(text)):
            raise BuildError(edited_sentence(text, root))
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


def write_address(root: Path) -> list[Path]:
    """Write the repository's address of `pyproject.toml` into the README's links; return changes."""
    readme, project = root / "README.md", root / "pyproject.toml"
    if not (readme.is_file() and project.is_file()):
        return []
    address = tomllib.loads(project.read_text("utf-8"))["project"]["urls"]["Repository"]
    repository = address.removeprefix("https://github.com/")
    text = readme.read_text("utf-8")
    written = ADDRESS.sub(lambda link: link[1] + repository, text)
    if written == text:
        return []
    readme.write_text(written, "utf-8")
    return [readme]


def draw_pictures(root: Path) -> None:
    """Draw `source/<unit>/img/` anew for each notebook that has a module in `byhand.figures`."""
    from byhand.figures.picture import write_pictures

    for text in texts(root):
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
    from nbgrader.utils import setenv

    # nbgrader logs every step and whole tracebacks: keep them, show the last line only
    errors: list[str] = []
    log = logging.Logger("nbgrader")
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: errors.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)

    coursedir = CourseDirectory(config=config, log=log, assignment_id=unit)
    try:
        with setenv(NBGRADER_EXECUTION="build"):  # no checks passed are remembered
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
    """What was built, without hidden files: what Jupyter and those who work here leave."""
    return (
        path
        for path in folder.glob("*/**/*")
        if path.is_file() and not any(p[0] == "." for p in path.relative_to(folder).parts)
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
