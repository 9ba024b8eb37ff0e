"""Grading one submission in a process of a class run: nbgrader's own conversion, with a gradebook in memory.

The process supervises a sandboxed worker of its own and never runs student code. It touches neither the gradebook nor
autograded/: files go to a folder of the run, and the rows that changed go back to where the run was started.
"""

import contextlib
import errno
import gc
import multiprocessing
import os
import pickle
import re
import resource
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any
from uuid import uuid4

from nbconvert.writers import FilesWriter
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process
from traitlets import Unicode

from byhand.grading import preprocessors
from byhand.grading.preprocessors import write_missing_log
from byhand.grading.private_gradebook import PRIVATE, PrivateGradebook, share
from byhand.grading.reading import SubmissionExporter, printable
from byhand.grading.rows import Rows
from byhand.problem import Problem

#: what the machine lacks, not the student
INFRASTRUCTURE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}

#: packages whose preprocessors keep nothing from one notebook for the next
STATELESS = {"byhand", "nbconvert", "nbgrader"}

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Task:
    """What is the same for all submissions of an assignment in one run."""

    course: str
    assignment: str
    #: where the graded files go, in the place of autograded/: each submission into a folder of its own
    files: str
    source: Rows

    def packed(self) -> bytes:
        return pickle.dumps(self)


@dataclass(frozen=True)
class Submitted:
    """One submission: its folder, its notebooks, and the rows that the gradebook has about it."""

    student: str
    folder: str
    notebooks: list[str]
    known: Rows


@dataclass(frozen=True)
class Graded:
    """What came out: files in the folder of the run, changed rows, and what the instructor should know."""

    changes: dict[str, Any]
    #: the name of its folder below `Task.files`
    folder: str
    notes: list[str] = field(default_factory=list)
    #: why there are no files, if there are none
    failure: str = ""
    seconds: float = 0
    #: largest memory of this process so far, in bytes
    memory: int = 0


def start(course: str) -> None:
    """Get ready: nbgrader's settings read, the sandboxed worker started. Raises Problem if it cannot be."""
    with _one_at_a_time, contextlib.chdir(course):
        step = preprocessors.GradeInSandbox(parent=_application(course))
        worker = preprocessors.shared_worker(step.allow_unsandboxed)
        assert worker.level
    gc.collect()
    gc.freeze()  # what is there now stays: it need not be looked through again and again
    gc.enable()


def grade(packed: bytes, submitted: Submitted) -> Graded:
    """Grade a submission as `nbgrader autograde` does. Raises Problem for what is not the student's doing."""
    begun = time.monotonic()
    with _one_at_a_time:
        converter = _converter(packed)
        PrivateGradebook.current = converter.gradebook
        with contextlib.chdir(converter.coursedir.root):
            graded = converter.grade(submitted)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Graded(**graded, seconds=time.monotonic() - begun, memory=memory)


@lru_cache(maxsize=1)
def _application(course: str) -> AutogradeApp:
    """nbgrader's application with the course's settings; what it logs goes nowhere."""
    with contextlib.chdir(course):
        application = AutogradeApp()
        application.initialize(["--log-level=CRITICAL"])
    # of the logger itself: else every line is made, and dropped
    application.log.setLevel("CRITICAL")
    return application


@lru_cache(maxsize=4)
def _converter(packed: bytes) -> "SubmissionConverter":
    task: Task = pickle.loads(packed)
    try:
        return SubmissionConverter(task, _application(task.course))
    except Exception as error:
        raise Problem(
            f"nbgrader cannot grade with the settings in nbgrader_config.py ({type(error).__name__}: {error})."
        ) from error


class StagedCourse(CourseDirectory):
    """A course whose autograded/ is, for the submission in work, a folder of its own."""

    staged = Unicode()

    def format_path(
        self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False
    ) -> str:
        if nbgrader_step != self.autograded_directory:
            path: str = super().format_path(nbgrader_step, student_id, assignment_id, escape)
            return path
        staged = re.escape(self.staged) if escape else self.staged
        return os.path.join(staged, student_id, assignment_id)


class InMemoryExporter(SubmissionExporter):
    """Hands the repaired notebook on as it is, with no file in between."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        if self.parent._sanitizing:
            result: tuple[Any, Any] = self._preprocess(nb, self._init_resources(resources))
            return result
        return super().from_notebook_node(nb, resources)

    def _read_sanitized(self, path: Path) -> Any:
        return self.parent.sanitized


class SubmissionConverter(Autograde):
    """nbgrader's conversion, made once for all submissions of an assignment."""

    def __init__(self, task: Task, application: AutogradeApp) -> None:
        coursedir = StagedCourse(parent=application, db_url=PRIVATE, assignment_id=task.assignment)
        super().__init__(coursedir=coursedir, parent=application)
        share()
        self.gradebook = PrivateGradebook(task.source)
        self.files = task.files
        self._steps: dict[bool, list[Any]] = {}
        self.writer = FilesWriter(parent=self, config=self.config)
        chosen: Any = getattr(self, "exporter_class")  # noqa: B009 (its type is unknown to mypy)
        kind = InMemoryExporter if chosen is SubmissionExporter else chosen
        self.exporter = kind(parent=self, config=self.config)

    def grade(self, submitted: Submitted) -> dict[str, Any]:
        """The fields of `Graded`."""
        self.gradebook.take_up(submitted.student, submitted.known)
        self.coursedir.student_id = submitted.student
        folder = uuid4().hex
        self.coursedir.staged = os.path.join(self.files, folder)
        self.assignments = {submitted.folder: submitted.notebooks}
        self.notes: list[str] = []
        self.error: Exception | None = None
        failure = ""
        try:
            os.makedirs(self._format_dest(self.coursedir.assignment_id, submitted.student))
            self.convert_notebooks()
        except Exception as error:
            cause = self.error or error
            if _is_infrastructure(cause):
                raise _as_problem(cause) from None
            failure = f"{type(cause).__name__}: {cause}"
        changes = self.gradebook.changes()
        return {"changes": changes, "folder": folder, "notes": self.notes, "failure": failure}

    def _init_preprocessors(self) -> None:
        """The steps of this conversion: nbgrader's own and ours are made once, others for each notebook, as it does."""
        if self._sanitizing not in self._steps:
            super()._init_preprocessors()
            steps = self.exporter._preprocessors
            if all(type(step).__module__.split(".")[0] in STATELESS for step in steps):
                self._steps[self._sanitizing] = steps
        else:
            self.exporter._preprocessors = self._steps[self._sanitizing]

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Decided already, where the run was started."""
        return True

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        handed_in = {Path(notebook).stem for notebook in self.notebooks}
        with self._noticing_errors():
            try:
                super().init_assignment(assignment_id, student_id)
            except NbGraderException:
                if self.notebooks:
                    raise
                self._score_nothing(assignment_id, student_id)  # where nbgrader gives up
            self._note_names(handed_in, assignment_id, student_id)

    def _score_nothing(self, assignment_id: str, student_id: str) -> None:
        """What nbgrader does for a missing notebook, for all of them."""
        submission = self.gradebook.find_submission(assignment_id, student_id)
        for grade in [grade for notebook in submission.notebooks for grade in notebook.grades]:
            grade.auto_score, grade.needs_manual_grade = 0, False

    def _note_names(self, handed_in: set[str], assignment_id: str, student_id: str) -> None:
        """Name notebooks that are missing, with what was handed in in their place, and those nobody asked for."""
        notebooks = self.gradebook.find_assignment(assignment_id).notebooks
        asked = [notebook.name for notebook in notebooks]
        others = sorted(handed_in.difference(asked))
        for name in asked:
            if name not in handed_in:
                note = _missing(name, others)
                self.notes.append(note)
                write_missing_log(Path.cwd(), assignment_id, student_id, name, note)
        if others and handed_in.issuperset(asked):
            names = ", ".join(f"{printable(name, 60)}.ipynb" for name in others[:5])
            self.notes.append(f"also handed in and not graded: {names}")

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noticing_errors():
            super().convert_single_notebook(notebook_filename)

    def write_single_notebook(self, output: Any, resources: Any) -> None:
        if isinstance(output, str):
            super().write_single_notebook(output, resources)
        else:
            self.writer.build_directory = self._format_dest(
                self.coursedir.assignment_id, self.coursedir.student_id
            )
            self.sanitized = output
        if not self._sanitizing:
            notes = resources.get("byhand", {}).get("notes", [])
            self.notes += [note for note in notes if note not in self.notes]

    def run_post_convert_hook(self) -> None:
        """Done where the run was started, once the files are in place."""

    @contextlib.contextmanager
    def _noticing_errors(self) -> Iterator[None]:
        """nbgrader logs errors and goes on: keep the first."""
        try:
            yield
        except Exception as error:
            self.error = self.error or error
            raise


def _missing(name: str, others: list[str]) -> str:
    """The sentence about a missing notebook."""
    best = process.extractOne(
        name, others, scorer=fuzz.WRatio, processor=default_process, score_cutoff=70
    )
    if best is not None:
        return (
            f"{name}.ipynb is missing and scores 0, but {printable(best[0], 60)}.ipynb looks like it: rename that, and "
            "grade again with --force"
        )
    instead = ", ".join(f"{printable(other, 60)}.ipynb" for other in others[:5])
    return f"{name}.ipynb is missing and scores 0" + (f"; handed in: {instead}" if instead else "")


def _is_infrastructure(error: Exception) -> bool:
    return isinstance(error, Problem) or getattr(error, "errno", None) in INFRASTRUCTURE


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    return Problem(
        f"Grading stopped ({error}). Nothing is lost: mend that, and run the same command again."
    )


# --- as a process of a pool ----------------------------------------------------------------------


def begin_process(processor: int | None) -> None:
    """In a new process of a pool: interrupts are for the one that started it, and it ends when that one is gone.

    It may get a processor for itself and its sandbox.
    """
    if processor is not None:
        os.sched_setaffinity(0, {processor})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    Finalize(None, preprocessors.close_shared_worker, exitpriority=10)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # asked twice, it would wait for itself
    preprocessors.close_shared_worker()
    os._exit(0)


def _end_with(parent: Any) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os._exit(0)
