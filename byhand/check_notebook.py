"""Run a whole notebook and judge every exercise in it: the work behind `byhand check PATH`."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from byhand.exercise import find_hidden_tests, load_exercises
from byhand.problem import Problem
from byhand.progress import (
    Overview,
    find_lessons,
    find_work,
    is_spare,
    overview,
    read_lesson,
    remember,
)
from byhand.verdict import Status, Verdict

VERDICT = "application/vnd.byhand.verdict+json"
SECONDS_PER_CELL = 60


class CheckError(Problem):
    """A notebook cannot be checked. The message is one sentence: why, and what to do."""


@dataclass(frozen=True)
class NotebookResult:
    """What came out of one notebook: its verdicts in the order of its exercises."""

    path: Path
    verdicts: list[Verdict]
    #: whether the hidden tests judged, or only the checks that can be seen
    hidden: bool = True

    @property
    def right(self) -> bool:
        return all(verdict.right for verdict in self.verdicts)


def find_notebooks(path: Path) -> list[Path]:
    """The notebook itself, or all lessons in a folder and below; raises CheckError if there is none.

    A folder's new versions, backups, notebooks without exercises and what lies below a folder with a dot
    (`.byhand`, `.ipynb_checkpoints`) are not looked at.
    """
    if not path.exists():
        raise CheckError(f"There is nothing at {path}: name a notebook or a folder of notebooks.")
    if path.is_file():
        if path.suffix != ".ipynb":
            raise CheckError(f"{path} is not a notebook: its name should end in .ipynb.")
        return [path]
    found = [
        p
        for p in sorted(path.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in p.relative_to(path).parts)
        and not is_spare(p)
        and read_lesson(p) is not None
    ]
    if not found:
        raise CheckError(f"There is no notebook in {path} or below it.")
    return found


def own_notebooks(start: Path) -> list[Path]:
    """The lessons in the learner's own folder, in order; raises CheckError if there is none near `start`."""
    folder = find_work(start)
    if folder is None:
        raise CheckError(
            f"There are no lessons near {start}: change to the folder of the course,"
            " or name a notebook or a folder of notebooks."
        )
    return [lesson.path for lesson in find_lessons(folder)]


def check_notebook(path: Path) -> NotebookResult:
    """Run a notebook in a kernel of its own and judge each exercise right after its test cell.

    The file itself is not changed. Raises CheckError if it cannot be read or its kernel dies.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    notebook = _read(path)
    hidden = find_hidden_tests(path.stem, path.resolve().parent) or find_hidden_tests(
        path.stem, Path.cwd()
    )
    exercises = _exercises(notebook, hidden)
    for name, cell in exercises.items():
        code = _judging_code(hidden, name)
        if cell is None:
            notebook.cells.append(nbformat.v4.new_code_cell(code))
        elif hidden is not None:
            cell.source = code
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        # asked to end, a kernel may complain on the terminal: its threads close each other's sockets
        shutdown_kernel="immediate",
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"],
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    try:
        client.execute(env=os.environ | {"NBGRADER_EXECUTION": "check"})
    except DeadKernelError:
        raise CheckError(
            f"{path}: the kernel died while the notebook ran. Look for a cell that ends Python "
            "(exit, os._exit) or needs more memory than there is."
        ) from None
    return NotebookResult(path, list(_verdicts(notebook, exercises, hidden)), hidden is not None)


def remember_verdicts(results: list[NotebookResult], start: Path) -> Overview | None:
    """Let the learner's record say what is right now; return their overview, None if nothing is in their folder.

    `start` is where the learner is: a class's submissions are somebody else's.
    """
    folder = find_work(start)
    if folder is None:
        return None
    names = {lesson.path.resolve(): lesson.name for lesson in find_lessons(folder)}
    own = [(names[p], r) for r in results if (p := r.path.resolve()) in names]
    for name, result in own:
        for verdict in result.verdicts:
            remember(folder, name, verdict.exercise, verdict.right)
    return overview(folder) if own else None


def emit_verdict(hidden: str, name: str, namespace: dict[str, Any]) -> None:
    """Judge an exercise in a notebook that is being checked and put the verdict among its outputs."""
    from IPython.display import display

    from byhand.judge import judge
    from byhand.student import NamespaceStudent

    exercises = load_exercises(Path(hidden))
    verdict = judge(exercises[name], NamespaceStudent(namespace), earlier=exercises)
    fields = {**asdict(verdict), "status": verdict.status.value}
    display({VERDICT: json.dumps(fields)}, raw=True)


def _read(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # whatever a broken file makes nbformat raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckError(f"{path} cannot be read as a notebook: {reason[:100]}") from None


def _exercises(notebook: Any, hidden: Path | None) -> dict[str, Any]:
    """The test cell of each exercise (None if the notebook has lost it), in the notebook's order."""
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    if hidden is not None:
        names = load_exercises(hidden)
        cells = {name: cell for name, cell in cells.items() if name in names}
        cells |= {name: None for name in names if name not in cells}
    if not cells:
        raise CheckError("This notebook has no exercises.")
    return cells


def _judging_code(hidden: Path | None, name: str) -> str:
    return (
        "from byhand.check_notebook import emit_verdict\n"
        f"emit_verdict({str(hidden)!r}, {name!r}, globals())"
    )


def _verdicts(notebook: Any, exercises: dict[str, Any], hidden: Path | None) -> Iterator[Verdict]:
    if hidden is None:
        for name, cell in exercises.items():
            yield _visible_verdict(name, cell)
        return
    emitted = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if VERDICT in output.get("data", {}):
                fields = json.loads(output["data"][VERDICT])
                fields |= {"status": Status(fields["status"])}
                fields |= {key: tuple(fields[key]) for key in ("fitting", "blamed")}
                emitted[fields["exercise"]] = Verdict(**fields)
    judged = load_exercises(hidden)
    missing = "The check did not come to an end: look for an endless loop in the notebook."
    for name in exercises:
        yield emitted.get(name) or Verdict(name, judged[name].points, 0, Status.WRONG, missing)


def _visible_verdict(name: str, cell: Any) -> Verdict:
    """What the checks that can be seen say: all or nothing."""
    points = int(cell.metadata.nbgrader.points)
    for output in cell.outputs:
        if output.output_type == "error" and output.ename == "NotImplementedError":
            return Verdict(name, points, 0, Status.NOT_ATTEMPTED, "Not attempted yet.")
        if output.output_type == "error":
            lines = f"{output.ename}: {output.evalue}".splitlines()
            return Verdict(name, points, 0, Status.WRONG, lines[0])
    return Verdict(name, points, points, Status.RIGHT, "Passes the checks that can be seen.")
