"""Courses full of attackers: made, graded by the nbgrader executable, and read back."""

import ctypes
import fcntl
import hashlib
import json
import os
import re
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import pytest
from child_processes import children
from submissions import (
    NOTEBOOK,
    POINTS,
    ROOT,
    SUBMISSIONS,
    UNIT,
    Submission,
    Work,
    innocent,
    innocents,
)

#: appended to the settings of the course: limits that a test can wait for
LIMITS = """
c.GradeInSandbox.cell_seconds = 2
c.GradeInSandbox.call_seconds = 1
c.GradeInSandbox.submission_seconds = 20
c.GradeInSandbox.memory_bytes = 2 * 1024**3
"""
#: appended instead where the boundary is to be off: nbgrader as it comes
STOCK = """
for section in ("Autograde", "BaseConverter", "GenerateFeedback"):
    c.pop(section, None)
c.Execute.timeout = 4
c.Execute.store_widget_state = False
"""
SILENCE = 90  # seconds without a line in the log after which a run is given up
CLASSES = ("answers", "escapes", "resources")
PR_SET_CHILD_SUBREAPER = 36


def class_of(line: int) -> str:
    if line == 14 or 34 <= line <= 43:
        return "escapes"
    return "answers" if line < 34 else "resources"


@dataclass
class Run:
    """What one class came to: nbgrader's exit status, and whom it could not grade."""

    folder: str
    status: int = 0
    feedback_status: int = 0
    seconds: float = 0
    #: nbgrader said that there was an error
    failed: list[str] = field(default_factory=list)
    #: after these students nobody was graded any more
    fatal: list[str] = field(default_factory=list)


@dataclass
class Observed:
    """What the machine saw while the classes were graded."""

    runs: dict[str, Run]
    places: dict[str, Any]
    canaries: dict[str, str]
    #: files that were there before and are now different, with what is different
    changed: list[str] = field(default_factory=list)
    #: listeners that heard something
    heard: list[str] = field(default_factory=list)
    #: processes that outlived the run: their command lines and names
    survivors: list[str] = field(default_factory=list)
    victim_alive: bool = True
    #: files, shared memory, semaphores and queues with the attackers' mark
    left: list[str] = field(default_factory=list)


def grade_once(shared: Path, lines: set[int] | None, stock: bool) -> "Graded":
    """Grade the submissions of these lines (all if None), once for all processes that share a folder."""
    shared.mkdir(exist_ok=True)
    with open(shared / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        report = shared / "observed.json"
        if not report.exists():
            wanted = [
                s
                for s in SUBMISSIONS.values()
                if (lines is None or s.line in lines) and (s.safe or not stock)
            ]
            observed = _grade(shared, wanted, stock)
            report.write_text(json.dumps(asdict(observed)))
    fields = json.loads(report.read_text())
    fields["runs"] = {name: Run(**run) for name, run in fields["runs"].items()}
    return Graded(Observed(**fields), stock)


def _grade(shared: Path, wanted: list[Submission], stock: bool) -> Observed:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    mark = f"byhand{secrets.token_hex(3)}"
    canaries = {
        name: f"CANARY-{name}-{secrets.token_hex(8)}"
        for name in ("gradebook", "source", "hidden", "home", "environment", "neighbour", "process")
    }
    template = _course(shared / "template", stock, canaries)
    home = shared / "home"
    home.mkdir()
    (home / "secret.txt").write_text(canaries["home"])
    environment = _environment(home, canaries["environment"])
    _nbgrader(template, environment, "generate_assignment", UNIT)
    assert (template / "gradebook.db").exists(), (template / "nbgrader.log").read_text()
    _name_in_gradebook(template, canaries["gradebook"])

    own = children()  # servers that other tests have started
    victim = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(3000)"],
        env={"VICTIM_TOKEN": canaries["process"]},
    )
    runs = {}
    with Listeners(shared) as listeners:
        places = {
            "mark": mark,
            "key": secrets.randbelow(2**30) + 1000,
            "home": str(home),
            "victim": victim.pid,
            "root": str(ROOT),
            **listeners.addresses,
        }
        for name in CLASSES:
            students = [s for s in wanted if class_of(s.line) == name]
            if students:
                course = shared / name
                shutil.copytree(template, course)
                places |= {"course": str(course), "neighbour": _neighbour(course)}
                _hand_in(course, students, dict(places), canaries["neighbour"])
                runs[name] = Run(str(course))
        before = _snapshot([home, *(Path(run.folder) for run in runs.values())])
        with ThreadPoolExecutor() as pool:  # much of it is waiting for time limits
            list(pool.map(lambda run: _run(run, environment), runs.values()))
        time.sleep(1)  # what is dying may die
        observed = Observed(runs, places, canaries)
        observed.victim_alive = victim.poll() is None and os.getpriority(
            0, victim.pid
        ) == os.getpriority(0, 0)
        victim.kill()
        victim.wait()
        observed.survivors = _survivors(mark, own)
        observed.heard = sorted(listeners.heard)
    observed.changed = _changes(before)
    observed.left = _leftovers(mark, places["key"], shared)
    return observed


def _course(course: Path, stock: bool, canaries: dict[str, str]) -> Path:
    without_notebooks = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__")
    shutil.copytree(ROOT / "source" / UNIT, course / "source" / UNIT, ignore=without_notebooks)
    shutil.copytree(ROOT / "tests" / "hidden", course / "tests/hidden", ignore=without_notebooks)
    settings = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(settings + (STOCK if stock else LIMITS))
    (course / "source" / "plans.txt").write_text(canaries["source"])
    with open(course / "tests" / "hidden" / f"{NOTEBOOK}.py", "a", encoding="utf-8") as file:
        file.write(f"\n# {canaries['hidden']}\n")
    return course


def _environment(home: Path, canary: str) -> dict[str, str]:
    """The instructor's environment, in a home of its own."""
    ours = ("PYTEST", "BYHAND", "COV_", "IPYTHONDIR", "JUPYTER", "MPLCONFIGDIR")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    return environment | {"HOME": str(home), "INSTRUCTOR_TOKEN": canary, "PATH": path}


def _name_in_gradebook(course: Path, canary: str) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student("z-never-hands-in", first_name=canary)


def _neighbour(course: Path) -> str:
    return str(course / "submitted" / "a00z" / UNIT)


def _hand_in(course: Path, students: list[Submission], places: dict, canary: str) -> None:
    lines = sorted({s.line for s in students})
    makers: dict[str, Callable[[Work], None]] = {s: innocent for s in innocents(lines)}
    makers |= {s.student: s.make for s in students}
    for student in sorted(makers):
        work = Work(student, course / "submitted" / student / UNIT, places)
        makers[student](work)
        if makers[student] is innocent:
            work.cells[0].source += f"\n\n<!-- {canary} -->"
        work.hand_in()


# --- running nbgrader ----------------------------------------------------------------------------


def _nbgrader(course: Path, environment: dict[str, str], *arguments: str) -> int:
    """The exit status of an nbgrader command; what it says is added to nbgrader.log."""
    limits = f"ulimit -c 0; ulimit -v {20 * 1024**2}; exec nbgrader"  # guards for this machine
    log = course / "nbgrader.log"
    with open(log, "ab") as file:
        process = subprocess.Popen(
            ["sh", "-c", limits + ' "$@"', "nbgrader", *arguments],
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        size, since = -1, time.monotonic()
        while process.poll() is None:
            if log.stat().st_size != size:
                size, since = log.stat().st_size, time.monotonic()
            if time.monotonic() - since > SILENCE:
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.1)
    return process.returncode


def _run(run: Run, environment: dict[str, str]) -> None:
    """Grade a class to its end, also if somebody in it keeps nbgrader from going on, and write feedback."""
    course, start = Path(run.folder), time.monotonic()
    handed_in = {path.name for path in (course / "submitted").iterdir()}
    for attempt in range(40):
        status = _nbgrader(course, environment, "autograde", UNIT)
        run.status = run.status or status
        log = (course / "nbgrader.log").read_text(encoding="utf-8", errors="replace")
        run.failed = sorted(set(re.findall(r"' for student '([^']+)'", log)))
        graded = {p.name for p in (course / "autograded").glob("*") if any(p.glob("*/*.ipynb"))}
        missing = handed_in - graded - set(run.failed) - set(run.fatal)
        if not status or not missing or attempt == 39:
            break
        seen = re.findall(r"(?:submitted|autograded)/([^/\s]+)/", log)
        last = next((s for s in reversed(seen) if s in missing | graded), min(missing))
        run.fatal.append(last)
        (course / "withdrawn").mkdir(exist_ok=True)
        for student in {last, *run.failed}:
            if (course / "submitted" / student).exists():
                shutil.move(course / "submitted" / student, course / "withdrawn" / student)
    run.seconds = time.monotonic() - start
    if course.name == "escapes":
        run.feedback_status = _nbgrader(course, environment, "generate_feedback", UNIT)


# --- what the machine sees -----------------------------------------------------------------------


class Listeners:
    """Ears on this machine: whoever gets through to one of them is written down."""

    def __init__(self, folder: Path) -> None:
        self.heard: set[str] = set()
        self.addresses: dict[str, Any] = {}
        self.selector = selectors.DefaultSelector()
        unix = f"/tmp/{secrets.token_hex(4)}.sock"  # the folder's path may be too long for one
        kinds = {
            "tcp4": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            "udp4": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "udp6": (socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
            "unix": (socket.AF_UNIX, socket.SOCK_STREAM, unix),
            "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + secrets.token_hex(8)),
        }
        self.unix = Path(unix)
        for name, (family, kind, address) in kinds.items():
            try:
                ear = socket.socket(family, kind)
                ear.bind(address)
            except OSError:  # a machine without IPv6
                continue
            if kind == socket.SOCK_STREAM:
                ear.listen()
            self.selector.register(ear, selectors.EVENT_READ, name)
            bound = ear.getsockname()
            if isinstance(bound, bytes):
                bound = bound.decode()
            self.addresses[name] = bound[1] if isinstance(bound, tuple) else bound

    def __enter__(self) -> "Listeners":
        self.open = True
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        return self

    def _listen(self) -> None:
        while self.open:
            for key, _ in self.selector.select(0.2):
                ear: Any = key.fileobj
                self.heard.add(key.data)
                if ear.type == socket.SOCK_STREAM:
                    ear.accept()[0].close()
                else:
                    ear.recv(100)

    def __exit__(self, *_: object) -> None:
        self.open = False
        self.thread.join()
        self.unix.unlink(missing_ok=True)


def _snapshot(folders: list[Path]) -> dict[str, list]:
    """Everything about the files that no submission may change."""
    files = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            kept = path.name not in ("gradebook.db", "nbgrader.log")
            if kept and path.is_file() and not path.is_symlink():
                files[str(path)] = _facts(path)
    return files


def _facts(path: Path) -> list:
    stat = path.stat()
    attributes = [str(os.getxattr(path, name)) for name in os.listxattr(path)]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [digest, stat.st_mode, stat.st_uid, stat.st_mtime_ns, attributes]


def _changes(before: dict[str, list]) -> list[str]:
    names = ("content", "mode", "owner", "time", "attributes")
    changed = []
    for name, facts in before.items():
        path = Path(name)
        if "submitted" in path.parts and not path.exists():
            path = Path(name.replace("/submitted/", "/withdrawn/"))
        if not path.exists():
            changed.append(f"{name}: gone")
        elif (now := _facts(path)) != facts:
            which = [n for n, one, other in zip(names, facts, now, strict=True) if one != other]
            changed.append(f"{name}: {', '.join(which)}")
    return changed


def _survivors(mark: str, own: set[int]) -> list[str]:
    """Processes that have become our children because theirs died, or that bear the mark; they end here."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            name = (folder / "comm").read_text().strip()
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        ours = int(parent) == os.getpid() and int(folder.name) not in own
        if state == "Z" or not (ours or mark in name or mark in command):
            continue
        if ours and "resource_tracker" in command:
            continue
        found.append(f"{name}: {command.strip()[:200]}")
        os.kill(int(folder.name), signal.SIGKILL)
    return sorted(found)


def _leftovers(mark: str, key: int, shared: Path) -> list[str]:
    """Files and System V objects of an attacker; they are removed."""
    found = []
    folders = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/dev/mqueue"), ROOT, shared]
    folders += [
        ROOT / "byhand",
        Path("/"),
        Path("/etc"),
        Path("/usr/lib"),
        Path("/home"),
        Path("/run"),
    ]
    folders += [
        Path(nbformat.__file__).parents[1] / "numpy",
        Path.home(),
        Path.home() / ".ipython/profile_default/startup",
    ]
    for folder in folders:
        search = folder.rglob if folder in (shared, ROOT / "byhand") else folder.glob
        for path in search(f"*{mark}*"):
            found.append(str(path))
            if not path.is_dir():
                path.unlink(missing_ok=True)
    c_library = ctypes.CDLL(None)
    remove = {
        "shm": lambda identifier: c_library.shmctl(identifier, 0, None),
        "sem": lambda identifier: c_library.semctl(identifier, 0, 0),
        "msg": lambda identifier: c_library.msgctl(identifier, 0, None),
    }
    for kind, remove_one in remove.items():
        table = Path("/proc/sysvipc", kind)
        for row in table.read_text().splitlines()[1:] if table.exists() else []:
            if key <= int(row.split()[0]) < key + 10_000:
                found.append(f"System V {kind}")
                remove_one(int(row.split()[1]))
    return found


# --- reading it back -----------------------------------------------------------------------------


class Graded:
    """The graded classes, as the instructor finds them."""

    def __init__(self, observed: Observed, stock: bool) -> None:
        self.observed = observed
        self.stock = stock
        self.places = observed.places
        self.canaries = observed.canaries

    def run(self, student: str) -> Run | None:
        return self.observed.runs.get(class_of(int(student[1:3])))

    def course(self, student: str) -> Path:
        return Path(self.run(student).folder)

    def has(self, student: str) -> bool:
        """Whether the student took part (not where the boundary is off and the attack unsafe)."""
        run = self.run(student)
        return run is not None and any(
            (Path(run.folder) / place / student).exists() for place in ("submitted", "withdrawn")
        )

    @cached_property
    def gradebooks(self) -> dict[str, dict[str, dict]]:
        return {name: _read_gradebook(Path(r.folder)) for name, r in self.observed.runs.items()}

    def row(self, student: str) -> dict:
        return self.gradebooks[class_of(int(student[1:3]))].get(student, {})

    def scores(self, student: str) -> dict[str, float | None]:
        return self.row(student).get("scores", {})

    def log(self, student: str) -> str:
        path = self.course(student) / "nbgrader.log"
        return path.read_text(encoding="utf-8", errors="replace")

    def folder(self, student: str) -> Path:
        return self.course(student) / "autograded" / student / UNIT

    def text(self, student: str) -> str:
        """The autograded notebook, as it is in the file."""
        path = self.folder(student) / f"{NOTEBOOK}.ipynb"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def notebook(self, student: str) -> Any:
        return nbformat.reads(self.text(student), as_version=4)

    def printed(self, student: str) -> str:
        """All that the cells of the student put out, as text."""
        if not self.text(student):
            return ""
        return "\n".join(
            _text_of(output)
            for cell in self.notebook(student).cells
            for output in cell.get("outputs", [])
        )

    def page(self, student: str) -> str:
        path = self.course(student) / "feedback" / student / UNIT / f"{NOTEBOOK}.html"
        return path.read_text(encoding="utf-8")

    def handed_back(self, student: str) -> dict[str, bytes]:
        """Every file in autograded/ and feedback/ of the student."""
        folders = [self.course(student) / place / student for place in ("autograded", "feedback")]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in files}

    def instructor_reads(self, student: str) -> list[str]:
        """Warnings and errors in the log that name the student, and comments in the gradebook."""
        name = re.compile(rf"(?<![\w-]){re.escape(student)}(?![\w-])")
        lines = [
            line
            for line in self.log(student).splitlines()
            if re.search(r"WARN|ERROR", line) and name.search(line)
        ]
        lines = [line for line in lines if "Removing failed" not in line]
        return lines + [c for c in self.row(student).get("comments", []) if c != "No response."]

    def sentence(self, student: str, exercise: str) -> str:
        """What stands below the test cell of an exercise, the score aside."""
        for cell in self.notebook(student).cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
                outputs = [o for o in cell.get("outputs", []) if o.output_type != "execute_result"]
                return "\n".join(_text_of(output) for output in outputs)
        return ""

    def keep_the_rule(self, *students: str) -> None:
        """Exactly what they earned, everyone else untouched, a reason for the instructor, no failure."""
        present = [student for student in students if self.has(student)]
        if not present:
            pytest.skip("not here: not safe without the boundary")
        problems = [problem for student in present for problem in self.problems(student)]
        assert not problems, "\n".join(problems)

    def problems(self, student: str) -> list[str]:
        run, handed_in = self.run(student), SUBMISSIONS[student]
        if student in run.fatal:
            return [f"{student}: after this one nbgrader graded nobody else"]
        if student in run.failed:
            return [f"{student}: could not be graded, nbgrader ends with an error"]
        row, problems = self.row(student), []
        scores = row.get("scores", {})
        for exercise, earned in handed_in.earns.items():
            if scores.get(exercise) not in earned:
                wanted = " or ".join(f"{points:g}" for points in sorted(earned))
                got = scores.get(exercise)
                problems.append(f"{student}: {exercise} is worth {wanted}, graded {got}")
        if row and row["maxima"] != POINTS:
            problems.append(f"{student}: the points of an exercise have changed")
        rows = self.gradebooks[class_of(handed_in.line)]
        for neighbour in self.neighbours(student):
            if rows.get(neighbour, {}).get("scores") != POINTS:
                problems.append(f"{student}: cost {neighbour} something")
        if not self.stock and not problems:
            problems += self._without_reason(handed_in)
        return problems

    def neighbours(self, student: str) -> list[str]:
        """The innocent student graded before this one, and the one behind."""
        course = self.course(student)
        everyone = sorted(p.name for p in (course / "submitted").iterdir() if p.name[-1] == "z")
        before = [s for s in everyone if s < student]
        behind = [s for s in everyone if s > student]
        return before[-1:] + behind[:1]

    def _without_reason(self, handed_in: Submission) -> list[str]:
        student, reads = handed_in.student, "\n".join(self.instructor_reads(handed_in.student))
        if handed_in.says and not re.search(handed_in.says, reads, re.IGNORECASE):
            return [
                f"{student}: no line for the instructor with {handed_in.says!r}, only: {reads!r}"
            ]
        silent = [e for e in handed_in.loses if not reads and not self.sentence(student, e)]
        return [f"{student}: no reason for the score of {name}" for name in silent]


def _text_of(output: Any) -> str:
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}\n" + "\n".join(output.traceback)
    return "\n".join(str(value) for value in output.get("data", {}).values())


def _read_gradebook(course: Path) -> dict[str, dict]:
    from nbgrader.api import Gradebook

    rows = {}
    handed_in = {path.name for path in (course / "submitted").iterdir()}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(UNIT):
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            comments = [c for notebook in submission.notebooks for c in notebook.comments]
            if submission.student.id not in handed_in:
                continue
            rows[submission.student.id] = {
                "scores": {grade.name: grade.auto_score for grade in grades},
                "maxima": {grade.name: grade.max_score for grade in grades},
                "comments": [c.auto_comment for c in comments if c.auto_comment],
                "timestamp": str(submission.timestamp),
            }
    return rows
