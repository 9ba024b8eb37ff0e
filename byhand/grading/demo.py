"""`byhand demo`: an instructor's job, end to end, on a simulated class."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from byhand.exercise import Exercise, load_exercises
from byhand.grading.class_run import grade_class
from byhand.grading.report import write_report
from byhand.grading.run_progress import RunProgress, print_summary
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
    assignments: Sequence[str] = (ASSIGNMENT,),
) -> bool:
    """Release, hand in, grade, write feedback and reports, export; return whether all scores are the true ones.

    Everything is written to `folder` (default: `demo/` in the checkout at `root`), which is made anew each time.
    Raises Problem if it holds something else, if there is no such assignment, or if nbgrader fails.
    """
    course = folder or root / "demo"
    prepare(root, course, *assignments)
    classes = {each: simulated_class(exercises_of(root, each), size) for each in assignments}

    console.print(f"Releasing {', '.join(assignments)} …")
    for assignment, students in classes.items():
        run_nbgrader(course, "generate_assignment", assignment)
        for student in students:
            write_submission(student, course / "notebooks", course / "submitted", assignment)
    console.print(f"{size} students have handed in.")
    with RunProgress(console) as progress:
        print_summary(grade_class(course, assignments, progress=progress), console)
    console.print("Writing feedback and reports, exporting grades …")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda each: run_nbgrader(course, "generate_feedback", each), assignments))
    reports = [course / "reports" / f"{assignment}.html" for assignment in assignments]
    for assignment, path in zip(assignments, reports, strict=True):
        write_report(course, assignment, path)
    run_nbgrader(course, "export", "--to=grades.csv")

    wrong = set()
    graded = {assignment: read_gradebook(course, assignment) for assignment in assignments}
    tables = [_grade_table(classes[each], graded[each]) for each in assignments]
    console.print(tables[0] if len(tables) == 1 else _table_of_all(classes, graded))
    for assignment, students in classes.items():
        for student in students:
            for name, true in _true_scores(student).items():
                got = graded[assignment].get(student.name, {}).get(name)
                if got != true:
                    wrong.add(student.name)
                    label = student.answers[name].label
                    words = f"{name} ({label}) is worth {true:g}, graded {got}"
                    console.print(f"{student.name}: {words}")
    for title, name in (("Feedback", "feedback"), ("Grades", "grades.csv")):
        console.print(f"{title}: {course / name}", soft_wrap=True)
    for path in reports:
        console.print(f"Report: {path}", soft_wrap=True)
    console.print(f"{size - len(wrong)} of {size} students have exactly their true scores.")
    return not wrong


def all_assignments(root: Path) -> list[str]:
    """Those of the checkout, in their order."""
    return sorted({path.parent.name for path in root.glob("source/*/*.md")})


def exercises_of(root: Path, assignment: str) -> dict[str, type[Exercise]]:
    """The exercises of all notebooks of an assignment, by name."""
    notebooks = sorted((root / "source" / assignment).glob("*.md"))
    hidden = [root / "tests" / "hidden" / f"{path.stem}.py" for path in notebooks]
    return {name: exercise for path in hidden for name, exercise in load_exercises(path).items()}


def prepare(root: Path, course: Path, *assignments: str) -> None:
    """An empty course folder with the sources and settings of the checkout."""
    if not (root / "tests" / "hidden").is_dir():
        raise Problem(
            f"There are no hidden tests in {root}: run the demo in a checkout of the course."
        )
    there = all_assignments(root)
    for assignment in assignments:
        if assignment not in there:
            raise Problem(f"There is no assignment {assignment}: choose one of {', '.join(there)}.")
    if course.exists() and not (course / MARKER).exists():
        raise Problem(f"{course} exists and was not made by the demo: move it away, and try again.")
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    (course / MARKER).touch()
    shutil.copy(root / "nbgrader_config.py", course)
    without_notebooks = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints")
    for assignment in assignments:
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


def _table_of_all(
    classes: Mapping[str, Sequence[SimulatedStudent]], graded: Mapping[str, Scores]
) -> Table:
    """What each student has in each assignment: graded, and the true score where that is another."""
    titles = [assignment.replace("_", " ") for assignment in classes]
    table = Table("student", *titles, box=None, pad_edge=False)
    for students in zip(*classes.values(), strict=True):
        cells = []
        for assignment, student in zip(classes, students, strict=True):
            got = sum(graded[assignment].get(student.name, {}).values())
            cells.append(
                f"{got:g}" if got == student.score else f"{got:g} (true: {student.score:g})"
            )
        table.add_row(students[0].name, *cells)
    return table


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
