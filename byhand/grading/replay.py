"""`byhand replay`: one exercise of one graded submission again, and whether the verdict is the same."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from byhand.exercise import find_hidden_tests, load_exercises
from byhand.grading.graded_run import GradedRun
from byhand.grading.preprocessors import GradeInSandbox, log_path
from byhand.grading.seeds import SECRET, exercise_seed
from byhand.grading.session import Limits, Worker
from byhand.problem import Problem
from byhand.verdict import Verdict

ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # another one in every process


@dataclass(frozen=True)
class Replay:
    """What came out this time, and in what it differs from what was logged."""

    student: str
    notebook: str
    exercise: str
    seed: int
    level: str
    notes: list[str]
    #: None if the submission did not get as far as this exercise
    verdict: Verdict | None
    #: one line for everything that is no longer what the log says
    differences: list[str]

    @property
    def same(self) -> bool:
        return not self.differences

    def text(self) -> str:
        """Everything about it, safe to print whatever a student wrote."""
        lines = [
            f"{self.student}, {self.notebook}, {self.exercise}: seed {self.seed}, sandbox {self.level}",
            *(f"note: {note}" for note in self.notes),
            "",
            self.verdict.text(details=True) if self.verdict else "This exercise was not reached.",
            "",
            *self.differences,
            "The same verdict as in the log." if self.same else "Not the verdict that is logged.",
        ]
        return visible("\n".join(lines))


def replay(course: Path, student: str, assignment: str, exercise: str) -> Replay:
    """Run the notebook in autograded/ again and judge one exercise, with the seed it was graded with.

    The exercise may be given as `notebook/exercise`. Raises Problem if there is nothing of this name, if nothing has
    been graded, if the secret is missing, or if this machine has no sandbox.
    """
    path, name = _find(course, student, assignment, exercise)
    logged = _logged(course, assignment, student, path.stem)
    if not (course / SECRET).is_file():
        raise Problem(
            f"{course / SECRET} is missing: without it nobody can draw the inputs of this grade again. "
            "Put it back from a backup."
        )
    settings = course_settings(course)
    worker = Worker(settings.allow_unsandboxed)
    try:
        run = _run(course, path, assignment, name, worker, limits_of(settings))
        level = worker.level.value
    finally:
        worker.close()
    verdict = run.verdicts.get(name)
    differences = _differences(logged.get("verdicts", {}).get(name), as_logged(verdict))
    if logged.get("level") != level:
        differences.append(f"sandbox: was {logged.get('level')}, is {level}")
    seed = run.seed(name)
    logged_seed = logged.get("seeds", {}).get(name, seed)
    if logged_seed != seed:
        differences.append(f"seed was: {logged_seed} (is this the secret of that time?)")
    return Replay(student, path.stem, name, seed, level, run.notes, verdict, differences)


def course_config(course: Path) -> Any:
    """The settings in nbgrader_config.py in `course`; none where there is no such file."""
    from traitlets.config import Config, PyFileConfigLoader

    if not (course / "nbgrader_config.py").is_file():
        return Config()
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def course_settings(course: Path) -> GradeInSandbox:
    """The grader as nbgrader_config.py in `course` sets it up; as it comes where there is none."""
    return GradeInSandbox(config=course_config(course))


def limits_of(settings: GradeInSandbox) -> Limits:
    """What one submission may use."""
    return Limits(**{field.name: getattr(settings, field.name) for field in fields(Limits)})


def _run(
    course: Path, path: Path, assignment: str, exercise: str, worker: Worker, limits: Limits
) -> GradedRun:
    import nbformat

    hidden = find_hidden_tests(path.stem, course)
    if hidden is None:
        raise Problem(f"The hidden tests of {path.stem} are not in {course / 'tests' / 'hidden'}.")
    run = GradedRun(
        nbformat.read(path, as_version=4),
        load_exercises(hidden),
        worker=worker,
        limits=limits,
        files=path.parent,
        seed=lambda name: exercise_seed(course, assignment, path.stem, name),
    )
    run.grade(only=exercise)
    return run


# --- finding what is meant -----------------------------------------------------------------------


def _find(course: Path, student: str, assignment: str, exercise: str) -> tuple[Path, str]:
    """The notebook that holds the exercise, and the exercise's name."""
    graded = course / "autograded"
    if not any(graded.glob("*/*/*.ipynb")):
        raise Problem(
            f"Nothing has been graded in {course} yet: run `nbgrader autograde {assignment}` first."
        )
    _known("student", student, _folders(graded))
    _known(f"assignment of {student}", assignment, _folders(graded / student))
    places = {
        f"{path.stem}/{name}": (path, name)
        for path in sorted((graded / student / assignment).glob("*.ipynb"))
        for name in _exercises(path)
    }
    meant = [place for place in places if exercise in (place, places[place][1])]
    if len(meant) > 1:
        raise Problem(f"`{exercise}` is in several notebooks: say {' or '.join(meant)}.")
    if not meant:
        _known(f"exercise of {assignment}", exercise, [name for _, name in places.values()])
    return places[meant[0]]


def _known(what: str, name: str, names: Iterable[str]) -> None:
    """Raise Problem, with the nearest match, if the name is none of these."""
    names = sorted(set(names))
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    instead = f"did you mean `{near[0]}`?" if near else f"there is {', '.join(names) or 'none'}."
    raise Problem(f"No {what} is called `{name}`: {instead}")


def _folders(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if any(path.rglob("*.ipynb"))]


def _exercises(path: Path) -> list[str]:
    """The exercises that have a test cell in a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    settings = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return [s["grade_id"] for s in settings if s.get("grade") and not s.get("solution")]


# --- comparing with the log ----------------------------------------------------------------------


def as_logged(verdict: Verdict | None) -> dict[str, Any] | None:
    """A verdict in the form it has in a log."""
    if verdict is None:
        return None
    content = asdict(verdict) | {"status": verdict.status.value}
    return json.loads(json.dumps(content))


def _logged(course: Path, assignment: str, student: str, notebook: str) -> dict[str, Any]:
    path = log_path(course, assignment, student, notebook)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"{path} is missing: grade {student} again, and it is there.") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Problem(f"{path} cannot be read: grade {student} again, and it is made anew.")
    return content


def _differences(then: dict[str, Any] | None, now: dict[str, Any] | None) -> list[str]:
    """One line for each field that has changed; addresses in memory are never the same and do not count."""
    if then is None or now is None:
        was, is_ = ("not reached" if one is None else "judged" for one in (then, now))
        return [] if was == is_ else [f"it was {was}, now it is {is_}"]
    lines = []
    for key in now:
        old, new = then.get(key), now[key]
        if ADDRESS.sub("", str(old)) != ADDRESS.sub("", str(new)):
            lines.append(f"{key} was: {old}")
    return lines


def visible(text: str) -> str:
    """The text without characters that would steer a terminal."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )
