"""A class whose true scores are known: notebooks made of right answers, known mistakes and stubs.

The true scores come from what the authors declared (`points`, `earns`), never from the judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from byhand.exercise import Exercise, source_as

CRASH = "raise RuntimeError('this cell was never tried')\n"


@dataclass(frozen=True)
class Answer:
    """What one student wrote for one exercise, and what it truly earns; no source: left as it was."""

    label: str
    source: str | None
    earns: float


@dataclass(frozen=True)
class SimulatedStudent:
    """One student: an answer to each exercise."""

    name: str
    answers: Mapping[str, Answer]

    @property
    def score(self) -> float:
        return sum(answer.earns for answer in self.answers.values())


def simulated_class(
    exercises: Mapping[str, type[Exercise]], size: int, seed: int = 0
) -> list[SimulatedStudent]:
    """A class in which every known answer is handed in by somebody, as far as `size` allows.

    The first student is right everywhere, the second hands in the notebook untouched, the third's first cell crashes.
    """
    random = Random(seed)
    columns = {name: _answers(exercise, size, random) for name, exercise in exercises.items()}
    students = []
    for i in range(size):
        answers = {name: column[i] for name, column in columns.items()}
        if i == 2:
            first = next(iter(answers))
            source = CRASH + (answers[first].source or "")
            answers[first] = Answer("crash", source, 0)
        students.append(SimulatedStudent(f"s{i + 1:02}", answers))
    return students


def _answers(exercise: type[Exercise], size: int, random: Random) -> list[Answer]:
    def answer(label: str, function: object, earns: float) -> Answer:
        return Answer(label, source_as(function, exercise.name), earns)

    right = answer("reference", exercise.reference, exercise.points)
    untouched = Answer("not attempted", None, 0)
    known = [
        untouched,
        *(answer(m.name, m, m.earns) for m in exercise.mistakes.values()),
        *(answer(a.name, a, exercise.points) for a in exercise.alternatives.values()),
    ]
    fixed = [right, untouched, right]
    known += [right] * max(0, size - len(fixed) - len(known))
    random.shuffle(known)
    return (fixed + known)[:size]


def write_submission(
    student: SimulatedStudent, release: Path, submitted: Path, assignment: str
) -> None:
    """Write the student's notebooks to `submitted/<student>/<assignment>/`."""
    import nbformat

    folder = submitted / student.name / assignment
    folder.mkdir(parents=True)
    for path in sorted((release / assignment).glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            answer = student.answers.get(grade_id.removesuffix("_code"))
            if grade_id.endswith("_code") and answer is not None and answer.source is not None:
                cell.source = answer.source
        nbformat.write(notebook, folder / path.name)
