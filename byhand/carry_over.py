"""`byhand carry-over`: a learner's answers move into the new version of a lesson, and nothing is lost.

`byhand study` puts a new version beside a lesson that the learner has changed. Here the two become one: the new
version, with what the learner wrote in its place. The old file stays as a dated backup.
"""

import copy
import json
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from byhand.problem import Problem
from byhand.progress import NOT_A_NOTEBOOK, find_work, learner_folder, source_of
from byhand.study import kept_releases
from byhand.whole_file import write_whole

LESSON_ID = re.compile(r"\w+-\d+")  # Jupyter's own ids have no dash, or four
NEW = re.compile(r"(.+) \(new version(?: (\d+))?\)")

Cell = dict[str, Any]


@dataclass
class Merge:
    """What became of the learner's cells: the new cells, and the names of those that moved or could not."""

    cells: list[Cell]
    answers: list[str] = field(default_factory=list)
    changed: int = 0
    extra: int = 0
    left: list[str] = field(default_factory=list)


def carry_over(paths: list[Path], start: Path) -> list[str]:
    """Carry answers over into the new versions of these notebooks, or of all in the learner's folder.

    Returns sentences on what was done. Raises Problem, before anything is changed in that notebook, where there is
    no new version, or one of the two cannot be read, or nothing can be written.
    """
    found = [own_name(path) for path in paths] or with_new_version(start)
    if not found:
        return ["No lesson has a new version beside it: there is nothing to carry over."]
    return [sentence for path in found for sentence in carry_over_one(path)]


def own_name(path: Path) -> Path:
    """The notebook the learner works in, also where its new version was named."""
    new = NEW.fullmatch(path.stem)
    return path.with_name(f"{new[1]}{path.suffix}") if new else path


def with_new_version(start: Path) -> list[Path]:
    """The notebooks in the learner's folder that have a new version beside them."""
    work = find_work(start)
    if work is None:
        raise Problem(
            f"There are no lessons near {start}: change to the folder of the course, or name a notebook."
        )
    found = {own_name(path) for path in work.glob("*/*.ipynb") if NEW.fullmatch(path.stem)}
    return sorted(path for path in found if path.is_file())


def new_versions(path: Path) -> list[Path]:
    """The new versions beside a notebook, the newest last."""
    found = [
        (int(new[2] or 1), beside)
        for beside in path.parent.glob("*.ipynb")
        if (new := NEW.fullmatch(beside.stem)) and new[1] == path.stem
    ]
    return [beside for _, beside in sorted(found)]


def carry_over_one(path: Path) -> list[str]:
    """Make one notebook its new version with the learner's work in it; return sentences on what was done."""
    if not path.is_file():
        raise Problem(f"There is no notebook {path}: name one of yours.")
    versions = new_versions(path)
    if not versions:
        raise Problem(f"There is no new version beside {path}: there is nothing to carry over.")
    *older, new = versions
    mine, merged = read_notebook(path), read_notebook(new)
    released = [released_cells(path, notebook["cells"]) for notebook in (mine, merged)]
    merge = merge_cells(mine["cells"], merged["cells"], *released)
    merged["cells"] = merge.cells
    backup = backup_name(path)
    try:
        write_whole(backup, path.read_bytes())
        write_whole(path, (json.dumps(merged, indent=1, ensure_ascii=False) + "\n").encode())
        new.unlink()
    except OSError as error:
        raise Problem(
            f"{path} cannot be changed ({error.strerror}: {error.filename}): make its folder writable, and try again."
        ) from error
    return [*report(path, backup, merge), *(also_there(older))]


def report(path: Path, backup: Path, merge: Merge) -> list[str]:
    """What was done, for the learner."""
    what = [f"your answers to {listed(merge.answers)}"] if merge.answers else []
    what += [f"{merge.changed} of its cells as you had changed them"] if merge.changed else []
    what += [f"{merge.extra} cell{'s' * (merge.extra > 1)} of your own"] if merge.extra else []
    done = (
        f"{path} is the new version now, with {listed(what)} in it."
        if what
        else f"{path} is the new version now."
    )
    sentences = [
        f'{done} As it was before, it is beside it as "{backup.name}".'
        " If it is open in JupyterLab, choose File, Reload Notebook from Disk."
    ]
    if merge.left:
        sentences.append(f"Not carried over, but in that backup: {'; '.join(merge.left)}.")
    return sentences


def also_there(older: list[Path]) -> list[str]:
    """A word on earlier new versions, which are there only because the learner worked in them."""
    return [f'You have also worked in "{path.name}": it stays as it is.' for path in older]


def listed(words: list[str]) -> str:
    """Words as in a sentence: a, b and c."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), words[-1]])


# --- cells ---------------------------------------------------------------------------------------


def merge_cells(
    mine: list[Cell],
    new: list[Cell],
    mine_released: dict[str, str] | None,
    new_released: dict[str, str] | None,
) -> Merge:
    """The cells of the new version with the learner's work in them.

    An answer goes where its exercise is (by grade_id), a changed cell of the lesson where the lesson still has it
    as it was, a cell of the learner's own after the cell it came after. `*_released` say how the course gave the
    cells out; without them an answer is what has no `raise NotImplementedError`.
    """
    merge = Merge(copy.deepcopy(new))
    at_grade_id = {grade_id(cell): cell for cell in merge.cells if grade_id(cell)}
    by_source = {source_of(cell): cell for cell in merge.cells}
    answers = last_answers(mine, mine_released)
    after: Cell | None = (
        None  # the cell of the new version that the next one of the learner's own follows
    )
    for cell in mine:
        name, source, before = grade_id(cell), source_of(cell), given(cell, mine_released)
        target = (
            at_grade_id.get(name) if name else by_source.get(source if before is None else before)
        )
        if is_solution(cell) and attempted(cell, mine_released):
            if target is not None and cell is answers[name]:
                put_answer(merge, cell, target, new_released)
                after = target
                continue
            if target is None:
                merge.left.append(
                    f"`{answer_to(name)}`, which is no exercise any more (your code is kept in a cell)"
                )
        elif name or is_lessons(cell, before) or source in by_source or not source.strip():
            if before is not None and source != before and source not in by_source:
                change(merge, cell, None if name else target)
            after = target or after
            continue
        else:
            merge.extra += 1
        after = insert_after(merge.cells, after, cell)
    return merge


def is_lessons(cell: Cell, before: str | None) -> bool:
    """Whether a cell came with the lesson: known from its release, or by an id as lessons have them."""
    return before is not None or LESSON_ID.fullmatch(str(cell.get("id"))) is not None


def put_answer(merge: Merge, cell: Cell, target: Cell, released: dict[str, str] | None) -> None:
    """Put an answer where the new version has its exercise, unless there is another answer already."""
    name = answer_to(grade_id(cell))
    if source_of(target) == source_of(cell):
        return
    if attempted(target, released):
        merge.left.append(f"`{name}`, which the new version has another answer of yours to")
        return
    target["source"] = cell["source"]
    merge.answers.append(f"`{name}`")


def change(merge: Merge, cell: Cell, target: Cell | None) -> None:
    """Let a cell of the lesson be as the learner has changed it, if the lesson still has it."""
    if target is None:
        first = source_of(cell).strip().split("\n")[0]
        merge.left.append(f"the cell you changed that begins “{first[:50]}”")
        return
    target["source"] = cell["source"]
    merge.changed += 1


def insert_after(cells: list[Cell], after: Cell | None, cell: Cell) -> Cell:
    """Insert a copy of a cell as the learner's own: no part of an exercise, with an id of its own."""
    own = copy.deepcopy(cell)
    own["metadata"] = {k: v for k, v in own.get("metadata", {}).items() if k not in LESSONS_OWN}
    if "id" not in own or own["id"] in {cell.get("id") for cell in cells}:
        own["id"] = uuid.uuid4().hex[:8]
    place = next((i for i, c in enumerate(cells) if c is after), -1)
    cells.insert(place + 1, own)
    return own


LESSONS_OWN = ("nbgrader", "deletable", "editable")


def last_answers(cells: list[Cell], released: dict[str, str] | None) -> dict[str, Cell]:
    """For each exercise the answer that counts where a cell was duplicated: the last one attempted."""
    return {
        grade_id(c): c for c in cells if is_solution(c) and attempted(c, released) and grade_id(c)
    }


def attempted(cell: Cell, released: dict[str, str] | None) -> bool:
    """Whether the learner has written something into the cell of an answer."""
    before = given(cell, released)
    if before is not None:
        return source_of(cell) != before
    return not re.search(r"(?m)^\s*raise NotImplementedError", source_of(cell))


def given(cell: Cell, released: dict[str, str] | None) -> str | None:
    """What the course had in this cell when it gave the notebook out; None if it is not known, or not the course's."""
    return (released or {}).get(key(cell))


def key(cell: Cell) -> str:
    """What a cell of a lesson is known by: nbgrader's name or its id."""
    return grade_id(cell) or str(cell.get("id"))


def grade_id(cell: Cell) -> str:
    """nbgrader's name of a cell, or ""."""
    settings = cell.get("metadata", {}).get("nbgrader")
    return str(settings.get("grade_id", "")) if isinstance(settings, dict) else ""


def is_solution(cell: Cell) -> bool:
    """Whether a learner answers in this cell."""
    return bool(grade_id(cell) and cell["metadata"]["nbgrader"].get("solution"))


def answer_to(name: str) -> str:
    """The exercise that the cell `sigmoid_code` answers."""
    return name.removesuffix("_code")


# --- files ---------------------------------------------------------------------------------------


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook; raise Problem if it is not one."""
    try:
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            source_of(cell), cell["cell_type"], cell.get("metadata", {}).get("nbgrader")
    except NOT_A_NOTEBOOK:
        raise Problem(
            f"{path} cannot be read as a notebook, so nothing was carried over and no file was changed."
        ) from None
    return notebook


def released_cells(path: Path, cells: list[Cell]) -> dict[str, str] | None:
    """How the course gave out these cells: source by grade_id or id; None if that was not kept.

    Of the releases kept, it is the one that has most of the cells.
    """
    folder = learner_folder(path.resolve().parent)
    found = []
    for kept in kept_releases(folder, own_name(path.resolve()).relative_to(folder)):
        with suppress(Problem):
            release = {key(cell): source_of(cell) for cell in read_notebook(kept)["cells"]}
            found.append((sum(given(c, release) == source_of(c) for c in cells), release))
    shared, release = max(found, key=lambda pair: pair[0], default=(0, {}))
    return release if shared else None


def backup_name(path: Path) -> Path:
    """A name that is free: `a (backup 2026-11-27).ipynb`, then `a (backup 2026-11-27, 2).ipynb`."""
    today = date.today().isoformat()
    names = (f"{path.stem} (backup {today}{f', {n}' if n > 1 else ''})" for n in count(1))
    return next(p for name in names if not (p := path.with_name(f"{name}{path.suffix}")).exists())
