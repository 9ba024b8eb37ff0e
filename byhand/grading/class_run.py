"""`byhand grade`: what `nbgrader autograde` does, for a whole class in parallel, with the same results.

Processes of an executor grade single submissions (`byhand.grading.one_submission`). This process alone touches the
gradebook and autograded/. What comes back is written to a journal first, then in batches to the gradebook, then the
files are moved into place; so a run that was killed goes on where it was, and every submission is graded exactly once.
"""

import contextlib
import gc
import glob
import itertools
import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from byhand.grading.journal import Entry, Journal, key_of
from byhand.problem import Problem

#: this run's own folder in a course: its lock, its journal, and graded files that are not in place yet
RUN = Path(".byhand", "grading")
BATCH = 32
BATCH_SECONDS = 1.0
#: how often a cluster is asked for its size, which may change
COUNT_SECONDS = 5.0
#: how often the process that grades a submission may be lost before the submission is given up
MOST_LOSSES = 3
#: how often processes may be lost in a row without any submission graded
MOST_FRUITLESS = 3 * MOST_LOSSES
#: how long a process of a pool may take to end when asked to
ENDING_SECONDS = 10.0
#: a pool is replaced when one of its processes has grown beyond this
MOST_MEMORY = 1 << 30


@dataclass
class Summary:
    """How a run ended: by student and assignment, with one reason each where something was not as it should be."""

    graded: int = 0
    skipped: int = 0
    #: taken over from a run that was killed; part of `graded`
    resumed: int = 0
    repaired: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0


class Progress(Protocol):
    """What is told while a class is graded."""

    def begin(self, total: int) -> None: ...
    def step(self, done: int, failed: int) -> None: ...


class Pool:
    """Processes of this machine, each with a sandboxed worker of its own; replaced if one is lost.

    What they are copies of begins to load nbgrader at once, while this process does the same.
    """

    def __init__(self, course: Path, size: int) -> None:
        import multiprocessing
        from multiprocessing import forkserver

        self.course, self.size = course, size
        self._executor: Executor | None = None
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            [f"{__package__}.collector_at_rest", __name__, f"{__package__}.one_submission"]
        )
        forkserver.ensure_running()

    def _start(self) -> None:
        from concurrent.futures import ProcessPoolExecutor

        self._executor = ProcessPoolExecutor(
            self.size, self._context, initializer=_begin_process, initargs=(self._processors(),)
        )
        course = str(self.course)
        self._starting = [self._executor.submit(_start, course) for _ in range(self.size)]

    def _processors(self) -> Any:
        """A queue with a processor for each process, if there are as many: a sandbox answers faster on the same one."""
        queue = self._context.SimpleQueue()
        own = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        for processor in own if len(own) == self.size else [None] * self.size:
            queue.put(processor)
        return queue

    def ready(self) -> None:
        """Start, and wait until the first process can grade. Raises Problem if none can."""
        self._start()
        done, _ = wait(self._starting, return_when=FIRST_COMPLETED)
        for future in done:
            with contextlib.suppress(BrokenExecutor):
                future.result()

    def submit(self, *arguments: Any) -> Future:
        assert self._executor is not None
        return self._executor.submit(_grade, *arguments)

    def renew(self, running: Iterable[Future]) -> list[Future]:
        """Fresh processes in the place of those that are left; what is lost of the running work: all."""
        self.close()
        self._start()
        return list(running)

    def close(self) -> None:
        """End all processes, and remove what a killed one has left."""
        if self._executor is None:
            return
        from byhand.grading.session import remove_abandoned

        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(ENDING_SECONDS)
            process.kill()  # does nothing where it has ended
        remove_abandoned()


class Cluster:
    """The workers of an existing Dask cluster, which see the course folder under the same path."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise Problem(
                "Grading on a Dask cluster needs the package distributed: pip install 'backprop-by-hand[cluster]'."
            ) from None
        try:
            self._client = Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise Problem(f"There is no Dask scheduler at {address} ({error}).") from None
        self._executor = self._client.get_executor(pure=False)
        self._counted_at, self._count = -COUNT_SECONDS, 0

    @property
    def size(self) -> int:
        """How many submissions it can grade at a time: one in each process."""
        now = time.monotonic()
        if now > self._counted_at + COUNT_SECONDS:
            self._counted_at, self._count = now, len(self._workers())
        return max(1, self._count)

    def _workers(self) -> Any:
        return self._client.scheduler_info(n_workers=-1)["workers"]

    def ready(self) -> None:
        if not self._workers():
            raise Problem("The Dask cluster has no workers: start some, and try again.")

    def submit(self, *arguments: Any) -> Future:
        future: Future = self._executor.submit(_grade, *arguments)
        return future

    def renew(self, running: Iterable[Future]) -> list[Future]:
        """Dask starts its workers itself, and nothing else is lost."""
        return []

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()


# imported where they run only: this process would pay for it, and a scheduler has no use for it


def _begin_process(processors: Any) -> None:
    from byhand.grading.one_submission import begin_process

    begin_process(processors.get())


def _start(course: str) -> None:
    from byhand.grading.one_submission import start

    start(course)


def _grade(packed: bytes, submitted: Any) -> Any:
    from byhand.grading.one_submission import grade

    return grade(packed, submitted)


# --- the run -------------------------------------------------------------------------------------


def grade_class(
    course: Path,
    assignments: Sequence[str],
    *,
    students: Sequence[str] = ("*",),
    force: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Grade these assignments of these students (patterns, as in nbgrader) that are not graded yet, or all by `force`.

    Raises Problem where the machine, the gradebook or the settings do not allow it; nothing graded is lost then.
    """
    begun = time.monotonic()
    with _storage_trouble(), _only_run(course):
        journal = Journal(course / RUN / "journal")
        executor = Cluster(scheduler) if scheduler else Pool(course, workers or _cores())
        finished = False
        try:
            run = ClassRun(course, journal, executor, progress)
            run.grade(assignments, students, force)
            finished = True
        finally:
            executor.close()
            journal.close(finished)
    run.summary.seconds = time.monotonic() - begun
    return run.summary


def _cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def _storage_trouble() -> Iterator[None]:
    """A full or read-only disk is a Problem: everything graded is in the journal or in the gradebook."""
    try:
        yield
    except OSError as error:
        raise Problem(
            f"Grading stopped ({error}). Nothing is lost: mend that, and run the same command again."
        ) from error


@contextlib.contextmanager
def _only_run(course: Path) -> Iterator[None]:
    """Nobody else grades in this folder meanwhile."""
    try:
        import fcntl
    except ImportError:
        raise Problem(
            "`byhand grade` needs Linux, where student code can be kept in a sandbox; see docs/trust.md."
        ) from None
    folder = course / RUN
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                f"Another `byhand grade` is at work in {course}: wait until it is done, or stop it."
            ) from None
        yield


@dataclass
class _Submission:
    """One submission on its way."""

    assignment: str
    student: str
    folder: str
    notebooks: list[str]
    timestamp: str | None
    losses: int = 0
    known: Any = None

    @property
    def name(self) -> str:
        return f"{self.student}, {self.assignment}"


class ClassRun:
    """One run over the submissions of some assignments."""

    def __init__(
        self, course: Path, journal: Journal, executor: Pool | Cluster, progress: Progress | None
    ) -> None:
        gc.disable()  # see collector_at_rest
        from byhand.grading.course_gradebook import CourseGradebook

        gc.enable()
        self.course, self.journal, self.executor = course, journal, executor
        self.progress = progress
        self.gradebook = CourseGradebook(course)
        self.summary = Summary()
        self.staging = course / RUN / "files"
        self._tasks: dict[str, bytes] = {}
        self._applied_at = time.monotonic()

    def grade(self, assignments: Sequence[str], students: Sequence[str], force: bool) -> None:
        self.gradebook.check()
        self.force = force
        taken = [entry for entry in self.journal.waiting if not entry["failure"]]
        self._taken_over = {(entry["assignment"], entry["student"]) for entry in taken}
        self._apply()  # what a killed run has left
        self.summary = Summary(graded=len(taken), resumed=len(taken))
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        due = [
            submission
            for assignment in dict.fromkeys(assignments)
            for submission in self._due(assignment, students)
        ]
        if self.progress is not None:
            self.progress.begin(len(due))
        if due:
            self.executor.ready()
            try:
                self._grade(deque(due))
            finally:
                self._apply()
        shutil.rmtree(self.staging, ignore_errors=True)

    def _due(self, assignment: str, students: Sequence[str]) -> list[_Submission]:
        """The submissions to be graded, by nbgrader's rules."""
        due = []
        for student, folder in self.gradebook.submitted(assignment, students):
            reason = _not_gradable(student)
            if reason:
                self.summary.failed.append((f"{student!a}, {assignment}", reason))
                continue
            timestamp = self.gradebook.timestamp(folder)
            submission = _Submission(
                assignment,
                student,
                folder,
                sorted(glob.glob(os.path.join(glob.escape(folder), "*.ipynb"))),
                timestamp.isoformat() if timestamp else None,
            )
            if self.gradebook.is_due(assignment, student, folder, self.force) and not (
                self.force and self._key(submission) in self.journal.applied
            ):
                due.append(submission)
            elif (assignment, student) not in self._taken_over:
                self.summary.skipped += 1
        return due

    def _key(self, submission: _Submission) -> tuple[Any, ...]:
        return key_of(vars(submission) | {"force": self.force})

    # --- grading ---

    def _grade(self, due: deque[_Submission]) -> None:
        self._running: dict[Future, _Submission] = {}
        #: their process was lost: one of them may be the reason, so each is tried alone
        self._suspects: deque[_Submission] = deque()
        self._tired = False
        self._fruitless = 0
        total = len(due)
        while due or self._suspects or self._running:
            self._fill(due)
            finished, _ = wait(self._running, BATCH_SECONDS, FIRST_COMPLETED)
            lost = [s for s in map(self._collect, finished) if s is not None]
            if lost:
                self._replace_processes(lost)
            self._apply_in_batches()
            if self.progress is not None and finished:
                done = total - len(due) - len(self._suspects) - len(self._running)
                self.progress.step(done, len(self.summary.failed))

    def _fill(self, due: deque[_Submission]) -> None:
        """Give the processes enough to do, and no more: what waits here takes memory."""
        if self._tired and not self._running:
            self.executor.renew(())
            self._tired = False
        if self._suspects or any(s.losses for s in self._running.values()):
            if not self._running:
                self._submit(self._suspects.popleft())
            return
        while due and not self._tired and len(self._running) < 2 * self.executor.size:
            self._submit(self._next(due))

    def _collect(self, future: Future) -> _Submission | None:
        """Take over what came out; the submission if its process was lost."""
        submission = self._running.pop(future)
        try:
            graded = future.result()
        except Problem:
            raise
        except Exception as error:
            if _is_loss(error):
                return submission
            self._fail(submission, f"{type(error).__name__}: {error}")
        else:
            self._fruitless = 0
            self._tired |= graded.memory > MOST_MEMORY
            self._take(submission, graded)
        return None

    def _replace_processes(self, lost: list[_Submission]) -> None:
        self._fruitless += 1
        if self._fruitless > MOST_FRUITLESS:
            raise Problem(
                "The processes that grade end again and again, whatever they are given. Nothing is lost: look at the "
                "memory of this machine and at `byhand doctor`, and run the same command again."
            )
        lost += [self._running.pop(future) for future in self.executor.renew(self._running)]
        for submission in lost:
            submission.losses += 1
            if submission.losses < MOST_LOSSES:
                self._suspects.append(submission)
            else:
                words = f"the process that graded it was lost {MOST_LOSSES} times"
                self._fail(submission, words)

    def _next(self, due: deque[_Submission]) -> _Submission:
        """The next submission; what the gradebook knows is read for many at a time."""
        if due[0].known is None:
            assignment = due[0].assignment
            some = [s for s in itertools.islice(due, BATCH) if s.assignment == assignment]
            known = self.gradebook.known(assignment, [s.student for s in some])
            for submission in some:
                submission.known = known[submission.student]
        return due.popleft()

    def _submit(self, submission: _Submission) -> None:
        from byhand.grading.one_submission import Submitted

        given = Submitted(
            submission.student, submission.folder, submission.notebooks, submission.known
        )
        task = self._task(submission.assignment)
        try:
            future = self.executor.submit(task, given)
        except BrokenExecutor as error:  # a process was lost while nothing was asked of it
            future = Future()
            future.set_exception(error)
        self._running[future] = submission

    def _task(self, assignment: str) -> bytes:
        if assignment not in self._tasks:
            self._tasks[assignment] = self.gradebook.task(assignment, str(self.staging))
        return self._tasks[assignment]

    def _take(self, submission: _Submission, graded: Any) -> None:
        """Into the journal: from now on this submission is graded, whatever happens."""
        self.journal.add(
            {
                "assignment": submission.assignment,
                "student": submission.student,
                "timestamp": submission.timestamp,
                "force": self.force,
                "folder": graded.folder,
                "changes": graded.changes,
                "notes": graded.notes,
                "failure": graded.failure,
                "seconds": round(graded.seconds, 3),
            }
        )

    def _fail(self, submission: _Submission, reason: str) -> None:
        self.summary.failed.append((submission.name, reason))

    # --- taking over ---

    def _apply_in_batches(self) -> None:
        waited = time.monotonic() - self._applied_at
        if len(self.journal.waiting) >= BATCH or waited > BATCH_SECONDS:
            self._apply()

    def _apply(self) -> None:
        """Everything in the journal goes into the gradebook, then the files to their place."""
        self._applied_at = time.monotonic()
        waiting = self.journal.waiting
        if not waiting:
            return
        self.journal.sync()
        self.gradebook.write(waiting)
        for entry in waiting:
            self.gradebook.put_in_place(self.staging / entry["folder"], entry)
            self._count(entry)
        self.journal.mark_applied()

    def _count(self, entry: Entry) -> None:
        name = f"{entry['student']}, {entry['assignment']}"
        if entry["failure"]:
            self.summary.failed.append((name, entry["failure"]))
            return
        self.summary.graded += 1
        if entry["notes"]:
            self.summary.repaired.append((name, "; ".join(entry["notes"])))


def _not_gradable(student: str) -> str:
    """Why a folder's name cannot be a student's id; "" if it can."""
    if not student.isprintable():
        return "a name with characters that cannot be printed: rename the folder"
    if student.startswith("."):
        return "nbgrader does not see names that begin with a dot: rename the folder"
    if set(student) & set("*?["):
        return "nbgrader takes * ? [ in a name for a pattern: rename the folder"
    if len(student) > 128:
        return "a name of more than 128 characters: rename the folder"
    return ""


def _is_loss(error: BaseException) -> bool:
    """Whether the process that graded is gone, not the submission at fault."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in (
        "KilledWorker",
        "CancelledError",
        "FutureCancelledError",
    )
