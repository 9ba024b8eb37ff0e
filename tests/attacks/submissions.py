"""What students hand in here: the released notebook, solved, and then changed by one attack.

`@submission(two_weights=0)` over a function `a20_allclose(work)` registers student `a20-allclose`, whose score is full
except for `two_weights`. A set of numbers is a choice: `two_weights={0, 1}`.
"""

import json
import textwrap
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
UNIT, NOTEBOOK = "1_chain_rule", "chain_rule"
ATTACKERS = Path(__file__).parent / "attackers"

#: a wrong answer to the exercise most attacks attack: it stands in the middle, and no other builds on it
WRONG = "def two_weights(x1, x2, k):\n    return 0.0, 0.0\n"
RIGHT = "def two_weights(x1, x2, k):\n    return k * x1, k * x2\n"


@cache
def _read(kind: str) -> Any:
    return nbformat.read(ROOT / kind / UNIT / f"{NOTEBOOK}.ipynb", as_version=4)


def _settings(cell: Any) -> dict[str, Any]:
    return cell.metadata.get("nbgrader", {})


#: the points of each exercise, in the order of the notebook
POINTS: dict[str, float] = {
    _settings(cell)["grade_id"]: _settings(cell)["points"]
    for cell in _read("notebooks").cells
    if _settings(cell).get("grade")
}
SOLUTIONS: dict[str, str] = {
    _settings(cell)["grade_id"]: cell.source
    for cell in _read("solutions").cells
    if _settings(cell).get("solution")
}
NOTHING = dict.fromkeys(POINTS, 0)


@dataclass(frozen=True)
class Submission:
    """One student: how the work is made, and what it earns at most and at least."""

    student: str
    make: Callable[["Work"], None]
    earns: dict[str, set[float]]
    #: may run where nothing confines it
    safe: bool
    #: words (a regular expression) the instructor has to read in the log or in a comment
    says: str | None

    @property
    def line(self) -> int:
        return int(self.student[1:3])

    @property
    def loses(self) -> list[str]:
        return [name for name, earned in self.earns.items() if POINTS[name] not in earned]


SUBMISSIONS: dict[str, Submission] = {}


def submission(
    *, safe: bool = True, says: str | None = None, **earns: float | set[float]
) -> Callable[[Callable[["Work"], None]], str]:
    """Register the function below as a student; its name in the module becomes the student's id."""

    def register(make: Callable[["Work"], None]) -> str:
        student = make.__name__.replace("_", "-")
        choices = {name: {points} for name, points in POINTS.items()}
        choices |= {n: e if isinstance(e, set) else {e} for n, e in earns.items()}
        assert student not in SUBMISSIONS, f"two students are called {student}"
        SUBMISSIONS[student] = Submission(student, make, choices, safe, says)
        return student

    return register


def answers(student: str, safe: bool = True, says: str | None = None, **sources: str) -> str:
    """Register a student who gives other answers to some exercises, all of them worth nothing."""

    def make(work: "Work") -> None:
        for name, source in sources.items():
            work.answer(name, source)

    make.__name__ = student
    return submission(safe=safe, says=says, **dict.fromkeys(sources, 0))(make)


def innocent(work: "Work") -> None:
    """Everything is right, nothing else."""


def innocents(lines: list[int]) -> list[str]:
    """One before all attacks and one behind those of each line, in the order in which nbgrader grades."""
    return ["a00z", *(f"a{line:02}z" for line in lines)]


@dataclass
class Work:
    """A notebook in the making, and the folder it is handed in with."""

    student: str
    folder: Path
    #: whatever an attacker may know about the machine: paths, ports, process ids
    places: dict[str, Any]

    def __post_init__(self) -> None:
        self.notebook = deepcopy(_read("notebooks"))
        #: written in the place of the notebook, if an attack sets it
        self.raw: bytes | None = None
        for grade_id, source in SOLUTIONS.items():
            self.cell(grade_id).source = source
        self.folder.mkdir(parents=True)

    @property
    def path(self) -> Path:
        return self.folder / f"{NOTEBOOK}.ipynb"

    @property
    def cells(self) -> list[Any]:
        return self.notebook.cells

    def cell(self, grade_id: str) -> Any:
        return next(c for c in self.cells if _settings(c).get("grade_id") == grade_id)

    def answer(self, exercise: str, source: str) -> Any:
        """Put `source` into the solution cell of the exercise."""
        cell = self.cell(f"{exercise}_code")
        cell.source = textwrap.dedent(source).strip()
        return cell

    def insert_before(self, grade_id: str, source: str, kind: str = "code") -> Any:
        return self._insert(grade_id, 0, source, kind)

    def insert_after(self, grade_id: str, source: str, kind: str = "code") -> Any:
        return self._insert(grade_id, 1, source, kind)

    def _insert(self, grade_id: str, offset: int, source: str, kind: str) -> Any:
        new = getattr(nbformat.v4, f"new_{kind}_cell")(textwrap.dedent(source).strip())
        self.cells.insert(self.cells.index(self.cell(grade_id)) + offset, new)
        return new

    def attacker(self, name: str) -> str:
        """The source of attackers/<name>.py, which finds its targets in PLACES."""
        source = (ATTACKERS / f"{name}.py").read_text(encoding="utf-8")
        return f"PLACES = {self.places!r}\n" + source

    def file(self, name: str, content: str | bytes) -> None:
        """A further file beside the notebook."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def text(self) -> str:
        return json.dumps(self.notebook, ensure_ascii=False, indent=1)

    def hand_in(self) -> None:
        if not self.path.is_symlink() and not self.path.exists():
            self.path.write_bytes(self.text().encode() if self.raw is None else self.raw)
