"""`byhand demo`: an instructor's job, end to end, with plain nbgrader on a simulated class."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from byhand.exercise import Exercise, load_exercises
from byhand.grading.simulated_class import SimulatedStudent, simulated_class, write_submission
from byhand.problem import Problem

ASSIGNMENT, NOTEBOOK = "1_chain_rule", "chain_rule"
SIZE = 24
MARKER = ".made-by-byhand-demo"

Scores = dict[str, dict[str, float]]


def demo(
    root: Path,
    console: Console,
    size: int = SIZE,
    folder: Path | None = None,
    assignment: str = ASSIGNMENT,
) -> bool:
    """Release, hand in, grade, write feedback and export; return whether all scores are the true ones.

    Everything is written to `folder` (default: `demo/` in the checkout at `root`), which is made anew each time.
    Raises Problem if it holds something else, if there is no such assignment, or if nbgrader fails.
    """
    course = folder or root / "demo"
    prepare(root, course, assignment)
    students = simulated_class(exercises_of(root, assignment), size)

    console.print(f"Releasing {assignment} …")
    run_nbgrader(course, "generate_assignment", assignment)
    for student in students:
        write_submission(student, course / "notebooks", course / "submitted", assignment)
    console.print(f"{size} students have handed in. Grading …")
    run_nbgrader(course, "autograde", assignment)
    console.print("Writing feedback, exporting grades …")
    run_nbgrader(course, "generate_feedback", assignment)
    run_nbgrader(course, "export", "--to=grades.csv")

    graded = read_gradebook(course, assignment)
    console.print(_grade_table(students, graded))
    wrong = [s.name for s in students if graded.get(s.name) != _true_scores(s)]
    for student in students:
        for name, true in _true_scores(student).items():
            if graded.get(student.name, {}).get(name) != true:
                got = graded.get(student.name, {}).get(name)
                label = student.answers[name].label
                console.print(f"{student.name}: {name} ({label}) is worth {true:g}, graded {got}")
    console.print(f"Feedback: {course / 'feedback'}", soft_wrap=True)
    console.print(f"Grades: {course / 'grades.csv'}", soft_wrap=True)
    agree = len(students) - len(wrong)
    console.print(f"{agree} of {len(students)} students have exactly their true scores.")
    return not wrong


def exercises_of(root: Path, assignment: str) -> dict[str, type[Exercise]]:
    """The exercises of all notebooks of an assignment, by name."""
    notebooks = sorted((root / "source" / assignment).glob("*.md"))
    hidden = [root / "tests" / "hidden" / f"{path.stem}.py" for path in notebooks]
    return {name: exercise for path in hidden for name, exercise in load_exercises(path).items()}


def prepare(root: Path, course: Path, assignment: str = ASSIGNMENT) -> None:
    """An empty course folder with the sources and settings of the checkout."""
    if not (root / "tests" / "hidden").is_dir():
        raise Problem(
            f"There are no hidden tests in {root}: run the demo in a checkout of the course."
        )
    if not (root / "source" / assignment).is_dir():
        there = ", ".join(sorted(path.parent.name for path in root.glob("source/*/*.md")))
        raise Problem(f"There is no assignment {assignment}: choose one of {there}.")
    if course.exists() and not (course / MARKER).exists():
        raise Problem(f"{course} exists and was not made by the demo: move it away, and try again.")
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    (course / MARKER).touch()
    shutil.copy(root / "nbgrader_config.py", course)
    without_notebooks = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints")
    unit = Path("source", assignment)
    shutil.copytree(root / unit, course / unit, ignore=without_notebooks)
    if root not in course.parents:  # the notebooks look upwards for the hidden tests
        shutil.copytree(root / "tests" / "hidden", course / "tests" / "hidden")


def run_nbgrader(course: Path, *arguments: str) -> None:
    """Run an nbgrader command in a course folder; raise Problem with its last lines if it fails."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    run = subprocess.run(command, cwd=course, capture_output=True, text=True)
    if run.returncode:
        last = "\n".join((run.stdout + run.stderr).strip().splitlines()[-15:])
        raise Problem(f"`nbgrader {' '.join(arguments)}` failed. Its last lines:\n{last}")


def read_gradebook(course: Path, assignment: str = ASSIGNMENT) -> Scores:
    """The automatic scores in the gradebook, by student and exercise."""
    from nbgrader.api import Gradebook

    scores: Scores = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            scores[submission.student.id] = {grade.name: grade.auto_score for grade in grades}
    return scores


def _true_scores(student: SimulatedStudent) -> dict[str, float]:
    return {name: answer.earns for name, answer in student.answers.items()}


def _grade_table(students: Sequence[SimulatedStudent], graded: Scores) -> Table:
    names = list(students[0].answers)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("student")
    for name in [*names, "graded", "true"]:
        table.add_column(name.replace("_", "\n"), justify="right", vertical="bottom")
    for student in students:
        scores = graded.get(student.name, {})
        cells = [f"{scores[name]:g}" if name in scores else "–" for name in names]
        table.add_row(student.name, *cells, f"{sum(scores.values()):g}", f"{student.score:g}")
    return table
