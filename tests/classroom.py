"""A small class whose truth is known, graded once by the byhand executable, for all tests that look at results."""

import functools
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from class_course import SECRET, byhand

from byhand.exercise import load_exercises, source_as
from byhand.grading.demo import prepare, run_nbgrader
from byhand.grading.simulated_class import Answer, SimulatedStudent, write_submission

ROOT = Path(__file__).parent.parent
UNIT, NOTEBOOK = "1_chain_rule", "chain_rule"
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / f"{NOTEBOOK}.py")
POINTS = sum(exercise.points for exercise in EXERCISES.values())

#: ids that would run, colour, turn or break something where they are not escaped
HOSTILE = (
    "<b onclick=alert(1)>&amp;",
    "=HYPERLINK(A1)",
    "José Núñez, (2)",
    "漢字",
)
#: who made which known mistake; everything else they wrote is right
MISTAKES = {
    "m1": {"backprop": "overwrites", "forward": "adds_a_and_b"},
    "m2": {"backprop": "overwrites", "nudge": "precedence"},
    "m3": {"backprop": "overwrites", "nudge": "precedence", "slopes": "swapped"},
    "m4": {"slopes": "swapped", "local_slopes": "product_swapped"},
}
#: what the copyist of `kim` did to hide it
DISGUISE = (
    (r"\btotal\b|\bresult\b|\bout\b", "answer_of_lee"),
    (r"(?m)^(def .*)$", r"\1  # my own work"),
    (r"(?m)^    return ", "    # finally\n    return "),
)


def wrote(student: str, **labels: str) -> SimulatedStudent:
    """Someone who made these mistakes, by exercise; "" leaves an exercise untouched."""
    answers = {}
    for name, exercise in EXERCISES.items():
        label = labels.get(name, "reference")
        if label == "":
            answers[name] = Answer("not attempted", None, 0)
            continue
        known = exercise.mistakes.get(label)
        function, earns = (known, known.earns) if known else (exercise.reference, exercise.points)
        answers[name] = Answer(label, source_as(function, name), earns)
    return SimulatedStudent(student, answers)


def wrote_blind(student: str, author: str, disguise: bool = False) -> SimulatedStudent:
    """Someone who handed in the right answers that this author of tests/blind wrote independently."""
    text = (ROOT / "tests" / "blind" / f"{NOTEBOOK}_{author}.py").read_text(encoding="utf-8")
    pieces = re.split(r"^# %% (.+)$", text, flags=re.MULTILINE)
    answers = {}
    for title, source in zip(pieces[1::2], pieces[2::2], strict=True):
        name, kind, _ = title.split(" · ", 2)
        if kind == "right":
            for pattern, instead in DISGUISE if disguise else ():
                source = re.sub(pattern, instead, source)
            answers.setdefault(name, Answer(f"blind {author}", source, EXERCISES[name].points))
    return SimulatedStudent(student, answers)


STUDENTS = [
    wrote("right"),
    wrote("untouched", **dict.fromkeys(EXERCISES, "")),
    *(wrote(student, **labels) for student, labels in MISTAKES.items()),
    wrote_blind("kim", "a"),
    wrote_blind("lee", "a", disguise=True),
    wrote_blind("max", "b"),
    wrote("exits", slopes=""),
    wrote("unreadable", **dict.fromkeys(EXERCISES, "")),
    wrote("deleter"),
    *(
        wrote(student, **dict.fromkeys(EXERCISES, "") | {"backprop": "overwrites"})
        for student in HOSTILE
    ),
]
TRUE_SCORES = {student.name: student.score for student in STUDENTS}


def true_counts() -> Counter:
    """How many were told each sentence, by exercise: from the labels, never from the judge."""
    return Counter(
        (name, EXERCISES[name].mistakes[answer.label].sentence)
        for student in STUDENTS
        for name, answer in student.answers.items()
        if answer.label in EXERCISES[name].mistakes
    )


def hand_in(course: Path) -> None:
    """Everybody's notebooks into submitted/, and the three accidents."""
    submitted = course / "submitted"
    for student in STUDENTS:
        write_submission(student, course / "notebooks", submitted, UNIT)
    unreadable = submitted / "unreadable" / UNIT / f"{NOTEBOOK}.ipynb"
    unreadable.write_text(unreadable.read_text()[:-500])
    _edit(submitted / "exits", "slopes_code", "import os\nos._exit(1)")
    _edit(submitted / "deleter", "forward", None)


def _edit(student: Path, grade_id: str, source: str | None) -> None:
    import nbformat

    path = student / UNIT / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in list(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            if source is None:
                notebook.cells.remove(cell)
            else:
                cell.source = source
    nbformat.write(notebook, path)


@functools.cache
def handed_in() -> Path:
    """The course folder before anything is graded. Nobody changes it."""
    folder = tempfile.TemporaryDirectory(prefix="byhand-class-")
    FOLDERS.append(folder)  # until the process ends
    course = Path(folder.name, "course")
    prepare(ROOT, course, UNIT)
    (course / ".byhand").mkdir()
    (course / ".byhand" / "secret").write_text(SECRET)
    run_nbgrader(course, "generate_assignment", UNIT)
    hand_in(course)
    return course


@functools.cache
def graded_course() -> Path:
    """The course folder after the class was graded. Nobody changes it: tests that do make a copy."""
    course = Path(shutil.copytree(handed_in(), handed_in().parent / "graded"))
    grade(course)
    return course


def grade(course: Path) -> None:
    """Grade the class; one student has handed in nothing, and one comes too late."""
    run = byhand(course, "grade", UNIT)
    assert run.returncode == 0, run.stdout + run.stderr
    run_nbgrader(course, "db", "student", "add", "zoe")
    write_submission(wrote("late"), course / "notebooks", course / "submitted", UNIT)


FOLDERS: list[tempfile.TemporaryDirectory] = []


def copy_of_course(target: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(graded_course(), target))
