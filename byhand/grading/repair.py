"""Repairing a submitted notebook, so that nbgrader and our own steps can grade it without surprise."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from byhand.grading.reading import (
    UnreadableError,
    add_note,
    make_cell,
    make_ids_unique,
    read_notebook,
)


@dataclass(frozen=True)
class GivenCell:
    """A cell that has a grade_id, as the gradebook knows it; the source of an answer is its stub."""

    kind: str
    source: str
    settings: Mapping[str, Any]
    cell_id: str | None = None
    #: the source that students got, without hidden tests; None: not known
    released: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether students write in it: then their source counts, else the instructor's."""
        return not self.settings["locked"]

    def with_source(self, source: str) -> Any:
        return make_cell(self.kind, source, {"nbgrader": dict(self.settings)}, self.cell_id)


GivenCells = dict[str, GivenCell]
#: a student's notebook: cells with their grade_id, None for a plain cell
Sequence = list[tuple[str | None, Any]]


@dataclass
class Repairs:
    """What was repaired: grade_ids of the instructor, by kind of repair."""

    restored: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    tagged: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    recognised: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """One sentence for each kind of repair."""
        sentences = (
            (self.restored, "missing cells are back as released: {}"),
            (self.edited, "edited or retyped cells are back as released: {}"),
            (self.settings, "changed nbgrader settings are restored: {}"),
            (self.tagged, "tags are removed: {}"),
            (self.moved, "moved cells are back in their order: {}"),
            (self.copied, "several copies, of which only one counts: {}"),
            (self.retyped, "not attempted, because the cell type was changed: {}"),
            (self.recognised, "answers recognised without nbgrader's settings: {}"),
        )
        return [sentence.format(", ".join(names)) for names, sentence in sentences if names]


class RepairNotebook(NbGraderPreprocessor):
    """The first of nbgrader's sanitize preprocessors: makes one notebook of the student's and the instructor's.

    What comes back has every cell of the gradebook exactly once, in the order of the release, with the instructor's
    type and settings. Locked cells have the instructor's source. An answer has the student's source:

    - of several copies the last one with code counts. Earlier ones stay where they are as plain cells, because a split
      cell may leave helpers there; copies that are empty or untouched go: a stub behind the answer would undo it;
    - a cell that lost its settings is known by `def NAME(` for the grade_id `NAME_code`, else by its cell id;
    - one that is no code cell any more stays as text, and the untouched stub comes back: not attempted.

    All other cells stay beside their neighbours, without metadata. Outputs, execution counts, tags and the metadata of
    the notebook go. Each kind of repair is a note; the notes travel in the notebook's metadata to where nbgrader reads
    it again.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        byhand = resources.setdefault("byhand", {"notes": []})
        given, kernelspec = self._given_cells(resources)
        if byhand.get("unreadable"):
            nb.cells, _ = repaired(_with_stubs(nb.cells, given), given)
        else:
            nb.cells, repairs = repaired(nb.cells, given)
            for note in repairs.notes():
                add_note(resources, self.log, note)
        nb.metadata = from_dict({"byhand": {"notes": list(byhand["notes"])}})
        if kernelspec:
            nb.metadata["kernelspec"] = from_dict(kernelspec)
        nb.nbformat, nb.nbformat_minor = 4, 5
        return nb, resources

    def _given_cells(self, resources: Any) -> tuple[GivenCells, dict[str, Any]]:
        """The instructor's cells in their order, and the kernelspec."""
        ids = resources["nbgrader"]
        with Gradebook(ids["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(ids["notebook"], ids["assignment"])
            given = _cells_in_gradebook(notebook)
            kernelspec = json.loads(notebook.kernelspec or "{}")
        release, source = (resources["byhand"].get(key) for key in ("release", "source"))
        if release or source:
            given = _ordered_as_in(Path(release or source), given, is_release=bool(release))
        return given, kernelspec


def _with_stubs(cells: list[Any], given: GivenCells) -> list[Any]:
    for cell in cells:
        known = given.get(_grade_id(cell))
        if known is not None and known.is_answer:
            cell.source = known.source
    return cells


def _cells_in_gradebook(notebook: Any) -> GivenCells:
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded = {cell.name for cell in notebook.grade_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    given = {}
    for cell in notebook.source_cells:
        settings = {
            "schema_version": 3,
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "grade": cell.name in graded,
            "solution": cell.name in answers,
            "locked": cell.locked,
        }
        # nbgrader's schema wants strings and numbers where there is something, not null
        settings |= {"checksum": cell.checksum} if cell.checksum else {}
        settings |= {"points": points[cell.name]} if cell.name in points else {}
        settings |= {"task": True} if cell.name in tasks else {}
        given[cell.name] = GivenCell(cell.cell_type, cell.source or "", settings)
    return given


def _ordered_as_in(version: Path, given: GivenCells, is_release: bool) -> GivenCells:
    """The same cells with order, cell ids and released sources of the instructor's notebook.

    The gradebook alone does not promise an order. Cells that only it knows come last.
    """
    try:
        in_notebook = _cells_of_version(version, version.stat().st_mtime_ns)
    except (OSError, UnreadableError):
        return given
    ordered: GivenCells = {}
    for grade_id in [*(g for g in in_notebook if g in given), *given]:
        known, cell = given[grade_id], in_notebook.get(grade_id)
        if cell is not None:
            released = cell.source if is_release else None
            known = GivenCell(known.kind, known.source, known.settings, cell.id, released)
        ordered.setdefault(grade_id, known)
    return ordered


@lru_cache(maxsize=32)
def _cells_of_version(version: Path, _changed: int) -> dict[str, Any]:
    """The instructor's cells by grade_id, read once for a class: nobody may change them."""
    notebook, _ = read_notebook(version.read_bytes())
    return {_grade_id(cell): cell for cell in notebook.cells}


def _settings(cell: Any) -> dict[str, Any]:
    """What a cell claims to be."""
    settings = cell.metadata.get("nbgrader")
    return settings if isinstance(settings, dict) else {}


def _grade_id(cell: Any) -> str:
    grade_id = _settings(cell).get("grade_id")
    return grade_id if isinstance(grade_id, str) else ""


def repaired(cells: list[Any], given: GivenCells) -> tuple[list[Any], Repairs]:
    """Return the cells of a submission after repair, and what was repaired."""
    repairs = Repairs()
    chosen, dropped = _choose(cells, given, repairs)
    sequence: Sequence = []
    for index, cell in enumerate(cells):
        grade_id = chosen.get(index)
        if grade_id is not None:
            sequence.append((grade_id, _restored(cell, grade_id, given[grade_id], repairs)))
        elif index not in dropped:
            plain = make_cell(cell.cell_type, cell.source, {}, cell.get("id"))
            sequence.append((None, plain))
    result = _arranged(sequence, given, repairs)
    make_ids_unique(result)
    return result, repairs


def _choose(
    cells: list[Any], given: GivenCells, repairs: Repairs
) -> tuple[dict[int, str], set[int]]:
    """Which cell, by index, is which of the given ones; and which are dropped."""
    chosen: dict[int, str] = {}
    dropped: set[int] = set()
    claims: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        claims.setdefault(_grade_id(cell), []).append(index)
    for grade_id, known in given.items():
        claiming = claims.get(grade_id, [])
        counting = claiming[:1]  # of locked cells the first, so that imports stay at the top
        if known.is_answer:
            counting, superfluous = _counting_answer(cells, claiming, known)
            dropped.update(superfluous)
        if len(claiming) > 1:
            repairs.copied.append(grade_id)
        chosen |= dict.fromkeys(counting, grade_id)
        if claiming and not counting:
            repairs.retyped.append(grade_id)
    for grade_id in [name for name in given if name not in chosen.values()]:
        plain = [i for i, c in enumerate(cells) if i not in chosen and _grade_id(c) not in given]
        for index in _recognised(cells, plain, grade_id, given[grade_id]):
            chosen[index] = grade_id
            repairs.recognised.append(grade_id)
    repairs.retyped = [name for name in repairs.retyped if name not in repairs.recognised]
    return chosen, dropped


def _counting_answer(
    cells: list[Any], claiming: list[int], known: GivenCell
) -> tuple[list[int], list[int]]:
    """Of the copies of an answer: the one that counts, if there is one, and those to drop."""
    # words may come from a cell of any type, code only from a code cell
    usable = [i for i in claiming if known.kind != "code" or cells[i].cell_type == "code"]
    untouched = [i for i in usable if cells[i].source.strip() in ("", known.source.strip())]
    answers = [i for i in usable if i not in untouched]
    counting = (answers or usable)[-1:]
    return counting, [i for i in untouched if i not in counting]


def _recognised(cells: list[Any], plain: list[int], grade_id: str, known: GivenCell) -> list[int]:
    """The plain code cell, if there is one, that is an answer which no cell claims to be."""
    if not known.is_answer or known.kind != "code":
        return []
    code = [i for i in plain if cells[i].cell_type == "code"]
    name = re.escape(grade_id.removesuffix("_code"))
    # ids count cells: in an older release the same id may be another cell, so code comes first
    defining = [i for i in code if re.search(rf"(?m)^def {name}\s*\(", cells[i].source)]
    same_id = [i for i in code if known.cell_id and cells[i].get("id") == known.cell_id]
    return (defining or same_id)[-1:]


def _restored(cell: Any, grade_id: str, known: GivenCell, repairs: Repairs) -> Any:
    """The cell with the instructor's type and settings, and source where that is locked."""
    claimed = _settings(cell)
    compared = ("grade", "solution", "locked", "points")
    if claimed and any(claimed.get(key) != known.settings.get(key) for key in compared):
        repairs.settings.append(grade_id)
    if cell.metadata.get("tags"):
        repairs.tagged.append(grade_id)
    if known.is_answer:
        return known.with_source(cell.source)
    edited = known.released is not None and cell.source != known.released
    if cell.cell_type != known.kind or edited:
        repairs.edited.append(grade_id)
    return known.with_source(known.source)


def _arranged(sequence: Sequence, given: GivenCells, repairs: Repairs) -> list[Any]:
    """Put the given cells in their order, and plain ones beside the neighbours they had.

    As few cells as possible move, tests rather than answers: a student's helpers stay before the answer that
    needs them. A missing or moved cell goes right behind the given one before it.
    """
    present = {grade_id: cell for grade_id, cell in sequence if grade_id is not None}
    staying = _longest_in_order([g for g, _ in sequence if g is not None], given)
    trailing: dict[str, list[Any]] = {"": []}
    last = ""
    for grade_id, cell in sequence:
        if grade_id is None:
            trailing[last].append(cell)
        elif grade_id in staying:
            last = grade_id
            trailing[last] = []
    result: list[Any] = []
    waiting = trailing[""]
    for grade_id, known in given.items():
        if grade_id in staying:
            result += waiting
            waiting = trailing[grade_id]
        elif grade_id in present:
            repairs.moved.append(grade_id)
        elif grade_id not in repairs.retyped:
            repairs.restored.append(grade_id)
        result.append(present.get(grade_id) or known.with_source(known.source))
    return result + waiting


def _longest_in_order(found: list[str], given: GivenCells) -> set[str]:
    """The cells that need not move: the longest subsequence in the given order, answers preferred."""
    place = {grade_id: number for number, grade_id in enumerate(given)}
    best: list[tuple[int, int, list[str]]] = []
    for grade_id in found:
        before = [chain for chain in best if place[chain[2][-1]] < place[grade_id]]
        length, answers, names = max(before, key=lambda chain: chain[:2], default=(0, 0, []))
        answers += given[grade_id].is_answer
        best.append((length + 1, answers, [*names, grade_id]))
    return set(max(best, key=lambda chain: chain[:2])[2]) if best else set()
