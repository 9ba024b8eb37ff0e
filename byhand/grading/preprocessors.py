"""The steps that `nbgrader autograde` runs in the place of its own, so that student code cannot touch a grade."""

import atexit
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells, SaveAutoGrades
from traitlets import Bool, Float, Integer

from byhand.exercise import find_hidden_tests, known_exercises
from byhand.grading.gradebook import NotebookGradebook
from byhand.grading.graded_run import GradedRun
from byhand.grading.sandbox import Level
from byhand.grading.seeds import exercise_seed
from byhand.grading.session import Limits, Worker
from byhand.time_limit import CLOCK
from byhand.whole_file import write_whole

SECONDS = f"Seconds of the processor for {{}}; by the clock {CLOCK:g} times as many."
UNSANDBOXED = "Graded without a sandbox: this machine has none, and the instructor allowed it"

_worker: Worker | None = None


def shared_worker(allow_unsandboxed: bool) -> Worker:
    """The one worker of this process: started on first use, ended when the process ends."""
    global _worker
    if _worker is None or _worker.allow_unsandboxed != allow_unsandboxed:
        _worker = Worker(allow_unsandboxed)
        atexit.register(_worker.close)
    return _worker


def close_shared_worker() -> None:
    """End it, if there is one: where a process ends without what `atexit` has noted."""
    if _worker is not None:
        _worker.close()


class GradeInSandbox(NbGraderPreprocessor):
    """In the place of nbgrader's `Execute`: runs the cells in the sandbox, and judges from outside.

    Every grade cell ends with exactly one number, written here; what is not judged scores 0.
    """

    cell_seconds = Float(Limits.cell_seconds, help=SECONDS.format("one cell")).tag(config=True)
    call_seconds = Float(
        Limits.call_seconds, help=SECONDS.format("one call of a student's function")
    ).tag(config=True)
    submission_seconds = Float(
        Limits.submission_seconds, help=SECONDS.format("one submission")
    ).tag(config=True)
    memory_bytes = Integer(Limits.memory_bytes, help="Address space of one submission.").tag(
        config=True
    )
    file_bytes = Integer(Limits.file_bytes, help="Size of one file a submission writes.").tag(
        config=True
    )
    allow_unsandboxed = Bool(
        False,
        help="Grade without a sandbox where this machine has none: for people you trust. The gradebook says so.",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        hidden = find_hidden_tests(about["notebook"], Path.cwd())
        exercises = known_exercises(hidden) if hidden is not None else {}
        limits = Limits(
            cell_seconds=self.cell_seconds,
            call_seconds=self.call_seconds,
            submission_seconds=self.submission_seconds,
            memory_bytes=self.memory_bytes,
            file_bytes=self.file_bytes,
        )
        run = GradedRun(
            nb,
            exercises,
            worker=shared_worker(self.allow_unsandboxed),
            limits=limits,
            files=Path(resources["metadata"]["path"]) if "metadata" in resources else None,
            seed=lambda name: exercise_seed(
                Path.cwd(), about["assignment"], about["notebook"], name, about["db_url"]
            ),
        )
        run.grade()
        new = run.notes + ([UNSANDBOXED] if run.worker.level is Level.NONE else [])
        for note in new:
            self.log.warning("%s, %s: %s", about["student"], about["notebook"], note)
        notes = resources.setdefault("byhand", {}).setdefault("notes", [])
        notes += new
        write_log(Path.cwd(), about, run, notes)
        return nb, resources


class RestoreCells(OverwriteCells):
    """nbgrader's own, which asks about each cell, with one question for all of them."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        with NotebookGradebook(about["db_url"]) as self.gradebook:
            for number, cell in enumerate(nb.cells):
                nb.cells[number], resources = self.preprocess_cell(cell, resources, number)
            if self.add_missing_cells:
                nb, resources = self.add_missing_grade_cells(nb, resources)
                nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources


class SaveGrades(SaveAutoGrades):
    """nbgrader's own, which asks and commits for every cell, in one transaction: all grades of a notebook, or none."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id = about["student"]
        with NotebookGradebook(about["db_url"]) as self.gradebook:
            session = self.gradebook.db()
            commit, session.commit = session.commit, lambda: None
            try:
                for number, cell in enumerate(nb.cells):
                    self.preprocess_cell(cell, resources, number)
            finally:
                del session.commit
            commit()
        return nb, resources


class SaveNotes(NbGraderPreprocessor):
    """After the grades: what was not as it should be, as a comment in the gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        notes = resources.get("byhand", {}).get("notes", [])
        about = resources["nbgrader"]
        if notes:
            with Gradebook(about["db_url"]) as gradebook:
                notebook = gradebook.find_submission_notebook(
                    about["notebook"], about["assignment"], about["student"]
                )
                if notebook.comments:
                    comment = min(notebook.comments, key=lambda comment: comment.name)
                    comment.auto_comment = " ".join(f"{note}." for note in notes)
                    gradebook.db.commit()
        return nb, resources


def write_log(course: Path, about: dict[str, str], run: GradedRun, notes: list[str]) -> None:
    """What the instructor needs to understand a grade and to run one exercise again."""
    verdicts = {
        name: asdict(verdict) | {"status": verdict.status.value}
        for name, verdict in run.verdicts.items()
    }
    seeds = {name: run.seed(name) for name in run.verdicts}
    content = {
        "seeds": seeds,
        "level": run.worker.level.value,
        "notes": notes,
        "verdicts": verdicts,
        "seconds": {name: run.seconds[name] for name in run.verdicts},
    }
    _write_log(log_path(course, about["assignment"], about["student"], about["notebook"]), content)


def write_missing_log(
    course: Path, assignment: str, student: str, notebook: str, note: str
) -> None:
    """The log of a notebook that was not handed in."""
    content = {"seeds": {}, "level": "", "notes": [note], "verdicts": {}, "seconds": {}}
    _write_log(log_path(course, assignment, student, notebook), content)


def _write_log(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: the process may be killed at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def log_path(course: Path, assignment: str, student: str, notebook: str) -> Path:
    """Where the log of one graded notebook is, in a folder that students never see."""
    return course / ".byhand" / "log" / assignment / student / f"{notebook}.json"
