"""How long grading takes for each submission: `byhand grade`, against nbgrader with its own `Execute`, unit by unit.

Both sides grade the same simulated class of each unit in course folders of their own, one after the other. nbgrader
needs seconds for each submission, so it grades a few of the class only, evenly spread, and its time for the class is
calculated from that: starting once, plus the time for each. Ours grades the whole class in one command, starting
included. Then `byhand grade` once more inside this process, with stopwatches around what it consists of.

There are two floors. The bare one forks a warm shell for each submission and runs the same student cells, on as many
cores, nothing else. The answered one also answers, in the same process, the calls of the hidden tests: this is what
student code takes in any grader that starts no process for an exercise and runs nothing twice.

And there is what `byhand grade` takes for everything but student code, "no student code": it starts, lets nbgrader
convert each submission, and writes files and gradebook, but runs and judges nothing.

The last three lines are, over all units, a limit (nbgrader's seconds / those without student code and of the answered
floor together: a grader that converts by nbgrader, has no sandbox, and judges in no time), nbgrader's / ours and ours /
the bare floor's.

`--nbgrader` compares `nbgrader autograde` with our steps to nbgrader as it comes instead, and `--scaling` one worker to
two.
"""

import argparse
import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import nbformat

from byhand.exercise import load_exercises
from byhand.grading import demo
from byhand.grading.demo import ASSIGNMENT, NOTEBOOK, read_gradebook, run_nbgrader
from byhand.grading.sandbox import ONE_THREAD
from byhand.grading.simulated_class import SimulatedStudent, simulated_class, write_submission
from byhand.problem import Problem

ROOT = Path(__file__).parent.parent
STOCK = """
# benchmark: nbgrader as it comes
for section in ("Autograde", "BaseConverter"):
    c.pop(section, None)
"""
CONVERSION_ALONE = """
# benchmark: no student code
c.Autograde.autograde_preprocessors.remove("byhand.grading.preprocessors.GradeInSandbox")
"""
SIDES = ("stock", "ours")
FLOORS = ("bare floor", "answered floor")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=240, help="the class")
    parser.add_argument("--stock", type=int, default=8, help="how many of them nbgrader grades")
    parser.add_argument("--units", nargs="*", default=demo.all_assignments(ROOT))
    parser.add_argument("--quick", action="store_true", help="12 students, 2 by nbgrader: rough")
    parser.add_argument("--nbgrader", action="store_true", help="`nbgrader autograde`, both sides")
    parser.add_argument("--scaling", action="store_true", help="one worker against two")
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor is not None:
        run_floor(options.floor)
        return
    if options.quick:
        options.students, options.stock = 12, 2
    with tempfile.TemporaryDirectory(prefix="byhand-benchmark-") as folder:
        if options.nbgrader:
            right = benchmark(Path(folder), 8 if options.quick else min(options.students, 40))
        elif options.scaling:
            right = scaling(Path(folder), options.units, options.students)
        else:
            right = class_runs(Path(folder), options.units, options.students, options.stock)
    sys.exit(not right)


# --- byhand grade --------------------------------------------------------------------------------


def class_runs(folder: Path, units: Sequence[str], size: int, sample: int) -> bool:
    """Measure and print everything, unit by unit; whether all scores were the true ones."""
    totals: dict[str, float] = defaultdict(float)
    agree = True
    for unit in units:
        print(
            f"\n{unit}, {size} submissions, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        seconds, parts, right = one_unit(folder / unit, unit, size, sample)
        agree = agree and right
        for side, value in seconds.items():
            totals[side] += value
            print(f"  {side:34} {value / size:8.4f} s per submission")
        print(f"  {'limit, speedup, floor':34} " + " ".join(f"{r:8.1f}" for r in ratios(seconds)))
        print("  ours in one process, with stopwatches, seconds per submission:")
        for name, value in parts.items():
            print(f"    {name:32} {value:8.4f}")
    limit, speedup, floor = ratios(totals)
    print(f"\nlimit {limit:.1f}\nspeedup {speedup:.1f}\nfloor {floor:.1f}")
    return agree


def ratios(seconds: Mapping[str, float]) -> tuple[float, float, float]:
    """The limit, the speedup and how far from the bare floor we are."""
    stock, ours, bare, answered = (seconds[side] for side in (*SIDES, *FLOORS))
    return stock / (seconds["no student code"] + answered), stock / ours, ours / bare


def one_unit(
    folder: Path, unit: str, size: int, sample: int
) -> tuple[dict[str, float], dict[str, float], bool]:
    """Seconds for the class by side, what ours consists of, and whether all scores were the true ones."""
    students = class_of(unit, size)
    ours = make_course(folder / "ours", students, unit)
    some = students[:: max(1, size // sample)][:sample]
    stock = make_course(folder / "stock", some, unit)
    with open(stock / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(STOCK)
    empty = make_course(folder / "empty", students, unit)
    with open(empty / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(CONVERSION_ALONE)
    seconds = {}
    for side, course in (("ours", ours), ("no student code", empty)):
        begun = time.perf_counter()
        run_byhand(course, "grade", unit)
        seconds[side] = time.perf_counter() - begun
    start = time_to_start(stock, unit)
    begun = time.perf_counter()
    run_nbgrader(stock, "autograde", unit)
    each = (time.perf_counter() - begun - start) / len(some)
    seconds |= {"stock": start + size * each}
    seconds |= {floor: time_of_floor(floor, folder, ours, unit) for floor in FLOORS}
    graded = {"stock": read_gradebook(stock, unit), "ours": read_gradebook(ours, unit)}
    agree = print_scores(some, {"stock": graded["stock"]}, sides=("stock",))
    agree = print_scores(students, {"ours": graded["ours"]}, sides=("ours",)) and agree
    return seconds, split_class_run(ours, unit), agree


def class_of(unit: str, size: int) -> list[SimulatedStudent]:
    return [
        SimulatedStudent(f"s{number:04}", student.answers)
        for number, student in enumerate(simulated_class(demo.exercises_of(ROOT, unit), size))
    ]


def run_byhand(course: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "byhand", *arguments], cwd=course, check=True, capture_output=True
    )


def time_of_floor(floor: str, folder: Path, course: Path, unit: str) -> float:
    """Seconds for the student code of the whole class in forks of warm shells, one shell for each core."""
    calls = calls_of(unit) if floor == "answered floor" else {}
    cells = []
    for student in sorted((course / "autograded").glob(f"*/{unit}")):
        notebooks = [nbformat.read(path, as_version=4) for path in sorted(student.glob("*.ipynb"))]
        code = [c for notebook in notebooks for c in notebook.cells if c.cell_type == "code"]
        asked = [calls.get(c.metadata.get("nbgrader", {}).get("grade_id")) for c in code]
        steps = [a or (c.execution_count and c.source) for c, a in zip(code, asked, strict=True)]
        cells.append([step for step in steps if step])
    cores = os.cpu_count() or 1
    processes = []
    for number in range(cores):
        share = folder / f"cells{number}.json"
        share.write_text(json.dumps(cells[number::cores]))
        command = [sys.executable, __file__, "--floor", str(share)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=os.environ | ONE_THREAD,
            text=True,
        )
        processes.append(process)
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "warm\n"
    begun = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        if process.returncode:
            raise RuntimeError("The floor has failed, so its time tells nothing.")
    return time.perf_counter() - begun


def calls_of(unit: str) -> dict[str, Any]:
    """By test cell: what the worker would be asked."""
    from byhand.grading.session import BATCH, encoded
    from byhand.judge import questions

    return {
        name: {
            "op": "calls",
            "name": name,
            "cases": base64.b64encode(encoded(questions(exercise, 0))).decode(),  # type: ignore[arg-type]
            "seconds": exercise.time_limit,
            "every": BATCH,
        }
        for name, exercise in demo.exercises_of(ROOT, unit).items()
    }


def run_floor(share: Path) -> None:
    """In a process of its own: warm up, wait for the signal, run the cells of each submission in a fork.

    What stands there for a test cell is answered there, too.
    """
    from byhand.grading import wire
    from byhand.grading.graded_run import DRAWS
    from byhand.grading.worker import _answers, _fork, _get_ready_to_draw, _warm_shell

    submissions = json.loads(share.read_text())
    shell = _warm_shell()
    if any(DRAWS.search(s) for cells in submissions for s in cells if isinstance(s, str)):
        _get_ready_to_draw()
    nowhere = open(os.devnull, "wb", buffering=0)  # noqa: SIM115
    print("warm", flush=True)
    sys.stdin.readline()
    for cells in submissions:
        pid = _fork()
        if pid == 0:
            try:
                for cell in cells:
                    if isinstance(cell, str):
                        shell.run(cell)
                    else:
                        cases = base64.b64decode(cell["cases"])
                        for answer in _answers(shell, cell | {"cases": cases}):
                            wire.send(nowhere, answer)
                os._exit(0)
            finally:
                os._exit(1)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("A process of the floor has failed, so its time tells nothing.")


def scaling(folder: Path, units: Sequence[str], size: int) -> bool:
    """One worker against two, on the same class, whole commands; whether all gave the same grades.

    A worker and its supervisor are two processes, so that one worker alone makes some use of a second processor: it is
    measured with it and without.
    """
    processors = sorted(os.sched_getaffinity(0))
    ways = {
        "1 worker on 1 processor": (1, processors[:1]),
        "1 worker on 2 processors": (1, processors[:2]),
        "2 workers on 2 processors": (2, processors[:2]),
    }
    seconds, same = dict.fromkeys(ways, 0.0), True
    for unit in units:
        scores = {}
        course = make_course(folder / unit, class_of(unit, size), unit)
        for way, (workers, used) in ways.items():
            begun = time.perf_counter()
            os.sched_setaffinity(0, used)
            run_byhand(course, "grade", unit, "--force", f"--workers={workers}")
            os.sched_setaffinity(0, processors)
            seconds[way] += time.perf_counter() - begun
            scores[way] = read_gradebook(course, unit)
        same = same and all(those == scores["1 worker on 1 processor"] for those in scores.values())
    count = size * len(units)
    for way, value in seconds.items():
        print(f"{way}: {value:.1f} s, {count / value:.1f} submissions per second")
    alone, helped, two = seconds.values()
    print(f"the same grades: {same}\nfrom 1 worker that has both processors: {helped / two:.2f}")
    print(f"scaling {alone / two:.2f}")
    return same


class Here:
    """An executor that does everything at once, in this process."""

    size = 1

    def ready(self) -> None:
        pass

    def submit(self, packed: bytes, submitted: Any) -> Future:
        from byhand.grading.one_submission import grade

        future: Future = Future()
        future.set_result(grade(packed, submitted))
        return future

    def renew(self, running: object) -> list[Future]:
        return []


def split_class_run(course: Path, unit: str) -> dict[str, float]:
    """Grade some of the class again inside this process; seconds per submission by what they were spent on."""
    from nbgrader.converters import Autograde

    from byhand.grading import graded_run, one_submission, preprocessors
    from byhand.grading.class_run import RUN, ClassRun
    from byhand.grading.course_gradebook import CourseGradebook
    from byhand.grading.journal import Journal
    from byhand.grading.session import Process, Submission, Worker

    students = sorted(os.listdir(course / "submitted"))[:30]
    watches = Stopwatches("class run: bookkeeping")
    with contextlib.ExitStack() as restored:
        for owner, functions, name in (
            (Worker, ("_started",), "starting the worker"),
            (Worker, ("begin",), "worker: forks, files, cleaning up"),
            (
                Submission,
                ("hold", "wake", "end_strays", "may_have_strays", "close"),
                "worker: forks, files, cleaning up",
            ),
            (Process, ("send", "receive"), "worker: cells and calls"),
            (graded_run.GradedRun, ("_judge_together", "_judge"), "judge"),
            (preprocessors.GradeInSandbox, ("preprocess",), "our steps, the rest"),
            (Autograde, ("convert_notebooks",), "nbgrader's conversion"),
            (CourseGradebook, ("write", "known"), "class run: gradebook"),
            (CourseGradebook, ("put_in_place",), "class run: files"),
            (Journal, ("add", "sync", "mark_applied"), "class run: journal"),
        ):
            for function in functions:
                restored.callback(setattr, owner, function, getattr(owner, function))
                watches.watch(owner, function, name)
        journal = Journal(course / RUN / "journal")
        with watches.run("starting the worker"):
            one_submission.start(str(course))
            run = ClassRun(course, journal, Here(), None)  # type: ignore[arg-type]
        with watches.run("class run: bookkeeping"):
            run.grade([unit], students, force=True)
        journal.close(finished=True)
        preprocessors.close_shared_worker()
    watches.seconds.pop("starting the worker")
    most_first = sorted(watches.seconds.items(), key=lambda item: -item[1])
    return {name: seconds / len(students) for name, seconds in most_first}


# --- nbgrader autograde with our steps -----------------------------------------------------------


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


def make_course(course: Path, students: Sequence[SimulatedStudent], unit: str = ASSIGNMENT) -> Path:
    """A course folder in which the whole class has handed in."""
    demo.prepare(ROOT, course, unit)
    run_nbgrader(course, "generate_assignment", unit)
    for student in students:
        write_submission(student, course / "notebooks", course / "submitted", unit)
    return course


def time_to_start(course: Path, unit: str = ASSIGNMENT) -> float:
    """What the command takes until it has found out that there is nothing to grade: the shortest of three."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        with contextlib.suppress(Problem):
            run_nbgrader(course, "autograde", unit, "--student=nobody")
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


def print_scores(
    students: Sequence[SimulatedStudent],
    graded: dict[str, demo.Scores],
    sides: Sequence[str] = SIDES,
) -> bool:
    """Every score that is not the true one; whether there is none."""
    agree = True
    for side in sides:
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

    def __init__(self, rest: str = "nbgrader, conversion") -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running = [rest]
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
        for function in ("_judge_together", "_judge"):
            watches.watch(graded_run.GradedRun, function, "judge")
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
