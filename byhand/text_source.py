"""Reading a text source, `source/<unit>/<notebook>.md`, and everything that can be wrong in it."""

import ast
import re
import warnings
from pathlib import Path
from typing import Any

from byhand.problem import Problem

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SOLUTION_MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
TEST_CELL = (
    "### BEGIN HIDDEN TESTS",
    'check.grade("{name}")',
    "### END HIDDEN TESTS",
    'check("{name}")',
)


class SourceError(Problem):
    """A text source is wrong. The message is one line: where, what, and what to do."""


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
