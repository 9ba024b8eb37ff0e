"""How long `nbgrader autograde` takes for each submission: with nbgrader's own `Execute`, and with our steps.

Both sides grade the same simulated class of unit 1 in course folders of their own, by turns, a part of the class at a
time, so that what else the machine does hits both. Only the commands are timed. Then our side once more inside this
process, with stopwatches around what it consists of. The last line is stock seconds / our seconds, for the whole class
in one command, starting nbgrader (and our worker) included.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from byhand.exercise import load_exercises
from byhand.grading import demo
from byhand.grading.demo import ASSIGNMENT, NOTEBOOK, read_gradebook, run_nbgrader
from byhand.grading.simulated_class import SimulatedStudent, simulated_class, write_submission
from byhand.problem import Problem

ROOT = Path(__file__).parent.parent
STOCK = """
# benchmark: nbgrader as it comes
for section in ("Autograde", "BaseConverter"):
    c.pop(section, None)
"""
SIDES = ("stock", "ours")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--quick", action="store_true", help="8 students: rough")
    options = parser.parse_args()
    size = 8 if options.quick else options.students
    with tempfile.TemporaryDirectory(prefix="byhand-benchmark-") as folder:
        sys.exit(not benchmark(Path(folder), size))


def benchmark(folder: Path, size: int) -> bool:
    """Measure and print everything; whether both sides gave the true scores."""
    exercises = load_exercises(ROOT / "tests" / "hidden" / f"{NOTEBOOK}.py")
    students = [
        SimulatedStudent(f"s{number:04}", student.answers)
        for number, student in enumerate(simulated_class(exercises, size))
    ]
    courses = {side: make_course(folder / side, students) for side in SIDES}
    with open(courses["stock"] / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(STOCK)

    starting = {side: time_to_start(courses[side]) for side in SIDES}
    seconds, cpu = dict.fromkeys(SIDES, 0.0), dict.fromkeys(SIDES, 0.0)
    commands = 0
    for turn, digits in enumerate(("[0-4]", "[5-9]")):  # stock, ours, ours, stock
        if not any(int(s.name[-1]) in range(5 * turn, 5 * turn + 5) for s in students):
            continue
        commands += 1
        for side in SIDES if turn % 2 == 0 else reversed(SIDES):
            begun, cpu_begun = time.perf_counter(), cpu_of_commands()
            run_nbgrader(courses[side], "autograde", ASSIGNMENT, f"--student=s*{digits}")
            seconds[side] += time.perf_counter() - begun
            cpu[side] += cpu_of_commands() - cpu_begun
    load = os.getloadavg()[0]
    graded = {side: read_gradebook(courses[side]) for side in SIDES}
    parts = split(courses["ours"])

    # as if each side had been one command
    starting["ours"] += parts["starting the worker"]
    for side in SIDES:
        seconds[side] -= (commands - 1) * starting[side]
    print_cells_not_run(courses, students[0].name)
    agree = print_scores(students, graded)
    print(f"\n{size} submissions, load {load:.1f} on {os.cpu_count()} cores")
    print(f"{'seconds':34} {'stock':>8} {'ours':>8}")
    rows = {
        "per submission": {side: seconds[side] / size for side in SIDES},
        "… without starting": {s: (seconds[s] - starting[s]) / size for s in SIDES},
        "starting, once for each command": starting,
        "the whole class": seconds,
        "CPU per submission, with starting": {side: cpu[side] / size for side in SIDES},
    }
    for label, row in rows.items():
        print(f"{label:34} {row['stock']:8.3f} {row['ours']:8.3f}")
    print("\nours, measured inside, per submission")
    for label, value in parts.items():
        if label != "starting the worker":
            print(f"{label:34} {'':8} {value / size:8.3f}")
    warm = rows["… without starting"]
    print(f"\nspeedup without starting {warm['stock'] / warm['ours']:.1f}")
    print(f"speedup {seconds['stock'] / seconds['ours']:.1f}")
    return agree


def make_course(course: Path, students: list[SimulatedStudent]) -> Path:
    """A course folder in which the whole class has handed in."""
    demo.prepare(ROOT, course, ASSIGNMENT)
    run_nbgrader(course, "generate_assignment", ASSIGNMENT)
    for student in students:
        write_submission(student, course / "notebooks", course / "submitted", ASSIGNMENT)
    return course


def time_to_start(course: Path) -> float:
    """What the command takes until it has found out that there is nothing to grade: the shortest of three."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        with contextlib.suppress(Problem):
            run_nbgrader(course, "autograde", ASSIGNMENT, "--student=nobody")
        times.append(time.perf_counter() - begun)
    return min(times)


def cpu_of_commands() -> float:
    """CPU seconds of all commands that have ended, with their own children."""
    times = os.times()
    return times.children_user + times.children_system


# --- what came out -------------------------------------------------------------------------------


def print_cells_not_run(courses: dict[str, Path], student: str) -> None:
    """Cells that have an execution count on one side only: the other did not run them in the student's process."""
    counted = {}
    for side, course in courses.items():
        path = course / "autograded" / student / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
        code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        counted[side] = [(_title(c), c.execution_count is not None) for c in code]
    if [title for title, _ in counted["stock"]] != [title for title, _ in counted["ours"]]:
        print("the two sides did not grade the same cells")
    for side, other in (SIDES, reversed(SIDES)):
        ran = dict(counted[other])
        left_out = [title for title, run in counted[side] if ran.get(title) and not run]
        print(f"{side} runs {sum(run for _, run in counted[side])} cells; not run, but by {other}:")
        print(f"  {', '.join(left_out) or 'none'}")


def _title(cell: Any) -> str:
    first_line = cell.source.strip().split("\n")[0]
    return cell.metadata.get("nbgrader", {}).get("grade_id") or first_line


def print_scores(students: list[SimulatedStudent], graded: dict[str, demo.Scores]) -> bool:
    """Every score that is not the true one; whether there is none."""
    agree = True
    for side in SIDES:
        wrong = [
            f"  {student.name} {name} ({answer.label}): worth {answer.earns:g}, graded {score}"
            for student in students
            for name, answer in student.answers.items()
            if (score := graded[side].get(student.name, {}).get(name)) != answer.earns
        ]
        print(f"{side}: {'all scores are the true ones' if not wrong else 'not the true score:'}")
        print("\n".join(wrong), end="\n" if wrong else "")
        agree = agree and not wrong
    return agree


# --- what ours consists of -----------------------------------------------------------------------


class Stopwatches:
    """Seconds by name; while an inner one runs, the outer ones stand still."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running = ["nbgrader, conversion"]
        self._since = time.perf_counter()

    def _charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    @contextlib.contextmanager
    def run(self, name: str) -> Iterator[None]:
        self._charge()
        self._running.append(name)
        try:
            yield
        finally:
            self._charge()
            self._running.pop()

    def watch(self, owner: Any, function: str, name: str) -> None:
        """Let the stopwatch `name` run during every call of `owner.function`."""
        original = getattr(owner, function)

        def watched(*args: Any, **keywords: Any) -> Any:
            with self.run(name):
                return original(*args, **keywords)

        setattr(owner, function, watched)


def split(course: Path) -> dict[str, float]:
    """Grade the class again with our settings inside this process; seconds by what they were spent on."""
    from nbgrader.api import Gradebook
    from nbgrader.apps.autogradeapp import AutogradeApp
    from sqlalchemy.orm import Query, Session

    from byhand.grading import graded_run, preprocessors
    from byhand.grading.session import Process, Submission, Worker

    with contextlib.chdir(course):
        app = AutogradeApp()
        app.initialize([ASSIGNMENT, "--force", "--log-level=CRITICAL"])
        watches = Stopwatches()
        watches.watch(Worker, "_started", "starting the worker")
        watches.watch(Worker, "begin", "worker: forks, files, cleaning up")
        for function in ("hold", "wake", "end_strays", "close"):
            watches.watch(Submission, function, "worker: forks, files, cleaning up")
        for function in ("send", "receive"):
            watches.watch(Process, function, "worker: cells and calls")
        watches.watch(graded_run.GradedRun, "_judge", "judge")
        for owner, functions in (
            (Gradebook, ("__init__", "close")),
            (Session, ("execute", "commit", "flush", "close")),
            (Query, ("one", "all", "first", "count", "scalar")),
        ):
            for function in functions:
                watches.watch(owner, function, "database")
        with watches.run("nbgrader, conversion"):
            app.start()
        shared = preprocessors._worker
        if shared is not None:
            shared.close()
    order = (
        "worker: cells and calls",
        "worker: forks, files, cleaning up",
        "judge",
        "nbgrader, conversion",
        "database",
        "starting the worker",
    )
    return {name: watches.seconds[name] for name in order}


if __name__ == "__main__":
    main()
