"""The trusted side of grading: runs a submission's cells in the worker and calls its functions there.

This process holds the hidden tests; it never runs student code. Between the two go cells, inputs and answers, as
plain data; there is no message that carries a score.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from byhand.exercise import source_as
from byhand.grading import wire
from byhand.grading.sandbox import (
    MOST_PROCESSES,
    Level,
    WorkerProcess,
    readable_paths,
    start_worker,
)
from byhand.problem import Problem
from byhand.student import Outcome

GRACE = 1.0  # seconds beyond a limit that the worker keeps itself
LOOK = 0.2  # seconds between two looks at what a submission uses
MOST_FILES = 2_000
MOST_BYTES = 100_000_000

Output = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What one submission may use; seconds are wall time."""

    cell_seconds: float = 30
    call_seconds: float = 10
    submission_seconds: float = 300
    memory_bytes: int = 3 << 30
    file_bytes: int = 50_000_000


class SubmissionDied(Exception):
    """The process that ran the submission is gone; the message says why, in words for the instructor."""


class Worker:
    """The sandboxed worker, started when first needed and used for many submissions."""

    def __init__(self, allow_unsandboxed: bool = False) -> None:
        self.allow_unsandboxed = allow_unsandboxed
        self.process: WorkerProcess | None = None
        self.scratch: Path | None = None
        self.count = 0
        #: processes killed that a submission had started: the sandbox does not give their places back
        self.lost = 0

    @property
    def level(self) -> Level:
        return self._started().level

    def _started(self) -> WorkerProcess:
        if self.process is None:
            self.scratch = Path(tempfile.mkdtemp(prefix="jupyter-")).resolve()
            (self.scratch / "work").mkdir()
            self.process = start_worker(self.scratch, self.allow_unsandboxed)
            try:
                wire.receive(self.process.stdout, deadline=time.monotonic() + 120)
            except wire.WireError:
                last = self.process.last_words()
                self.close()
                raise Problem(
                    "The process that runs student code did not start, so nothing was graded. `byhand doctor` says "
                    f"what this machine lacks. Its last words: {last or 'none'}"
                ) from None
        return self.process

    def close(self) -> None:
        """End the worker and everything in it, and remove its files."""
        if self.process is not None:
            self._kill_descendants()
            for stream in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()
            with contextlib.suppress(Exception):
                self.process.end()
            self.process, self.lost = None, 0
        if self.scratch is not None:
            remove(self.scratch)
            self.scratch = None

    def begin(self, limits: Limits, files: Path | None = None) -> "Submission":
        """A fresh process for one submission, with a copy of the files handed in with it."""
        try:
            return self._begin(limits, files)
        except wire.WireError:  # the worker itself did not survive the submission before: a new one
            self.close()
            return self._begin(limits, files)

    def _begin(self, limits: Limits, files: Path | None) -> "Submission":
        process = self._started()
        assert self.scratch is not None
        self.count += 1
        place = self.scratch / "work" / str(self.count)
        folder = place / "notebooks"
        folder.mkdir(parents=True)
        if files is not None:
            _copy_files(files, folder)
        for name in ("requests", "answers"):
            os.mkfifo(place / name, 0o600)
        answers = open(os.open(place / "answers", os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
        requests = open(os.open(place / "requests", os.O_RDWR), "wb", buffering=0)
        confined = process.level is not Level.NONE
        library = self.scratch / "library"
        request = {
            "op": "begin",
            "requests": str(place / "requests"),
            "answers": str(place / "answers"),
            "folder": str(folder),
            "memory": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "confine": confined,
            "readable": readable_paths(library) if confined else [],
            "degraded": process.level is Level.DEGRADED,
        }
        deadline = time.monotonic() + 30
        try:
            wire.send(process.stdin, request, deadline=deadline)
            begun = wire.receive(process.stdout, deadline=deadline)
        except (wire.WireError, ValueError) as error:  # gone, or its pipes are closed already
            requests.close()
            answers.close()
            raise wire.WireClosed("The worker is gone.") from error
        return Submission(self, place, requests, answers, limits, begun["pid"])

    def reap(self, submission: int) -> None:
        """Kill whatever a submission has left running, and let the worker forget it."""
        if self.process is None:
            return
        self._kill_descendants(submission)
        if self.worn:  # the next submission gets a new worker, with all its places
            self.close()
            return
        deadline = time.monotonic() + 30
        try:
            wire.send(self.process.stdin, {"op": "reap"})
            wire.receive(self.process.stdout, deadline=deadline)
        except wire.WireError:  # the worker itself is gone: the next submission starts a new one
            self.close()

    @property
    def worn(self) -> bool:
        """Whether so many places for processes are lost that a submission might miss them."""
        return self.lost > MOST_PROCESSES // 4

    def end_strays(self, submission: int) -> None:
        """Kill every process below the worker but the submission itself: what its cells and calls have left running."""
        assert self.process is not None
        if _children(self.process.pid) != [submission] or _children(submission):
            self._kill_descendants(submission, spared=submission)

    def _kill_descendants(self, submission: int | None = None, spared: int | None = None) -> None:
        assert self.process is not None
        while living := {*descendants(self.process.pid)} - {spared}:
            self.lost += len(living - {submission})
            for pid in living:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)


def descendants(root: int) -> list[int]:
    """All living processes below `root`, zombies not counted."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = Path("/proc", entry, "stat").read_text()
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state not in "ZX":
                children.setdefault(int(parent), []).append(int(entry))
    found: list[int] = []
    todo = [root]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


class Submission:
    """One submission, running in the worker."""

    def __init__(
        self,
        worker: Worker,
        place: Path,
        requests: IO[bytes],
        answers: IO[bytes],
        limits: Limits,
        pid: int,
    ) -> None:
        self.worker, self.place, self.limits, self.pid = worker, place, limits, pid
        self._requests, self._answers = requests, answers
        self._serial = 0
        self.alive = True

    def close(self) -> None:
        """End the submission's processes and remove its files."""
        self.alive = False
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self.worker.reap(self.pid)
        remove(self.place)

    def run(self, source: str) -> list[Output]:
        """Run a cell; its outputs. Raises SubmissionDied if the process does not survive it."""
        answer = self._ask({"op": "run", "source": source}, self.limits.cell_seconds)
        if answer["id"] == "ended":
            raise SubmissionDied("broke the protocol (an end that nobody had asked for)")
        self.end_strays()
        return checked_outputs(answer.get("outputs"))

    def end_strays(self) -> None:
        """Kill what cells and calls have left running. Raises SubmissionDied if it was more than the sandbox bears."""
        self.worker.end_strays(self.pid)
        if self.worker.worn:
            raise SubmissionDied("started too many processes and was ended")

    def exercise(self) -> "RemoteStudent":
        """The student's functions in their present state, each call in a throwaway copy of the process."""
        return RemoteStudent(self)

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._serial += 1
        request = {"id": self._serial, "seconds": seconds, **request}
        deadline = time.monotonic() + seconds + GRACE
        if _readable(self._answers, 0) and not self._is_closed():
            raise SubmissionDied("broke the protocol (an answer before the question)")
        try:
            wire.send(self._requests, request, deadline=deadline)
            answer = self._receive(deadline)
        except wire.WireTimeout:
            raise SubmissionDied(
                f"did not answer within {seconds:g} seconds and was ended"
            ) from None
        except wire.WireClosed:
            raise SubmissionDied("ended its own process") from None
        except wire.WireError as error:
            raise SubmissionDied(f"broke the protocol ({error})") from None
        if not isinstance(answer, dict) or answer.get("id") not in (self._serial, "ended"):
            raise SubmissionDied("broke the protocol (an answer nobody had asked for)")
        return answer

    def _is_closed(self) -> bool:
        """Whether nobody holds the other end any more: then there is nothing to read but the end."""
        import select

        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        return all(not event & select.POLLIN for _, event in poll.poll(0))

    def _receive(self, deadline: float) -> Any:
        """The next frame, looking now and then whether the submission uses too much."""
        while True:
            slice_end = min(deadline, time.monotonic() + LOOK)
            if _readable(self._answers, slice_end) or slice_end >= deadline:
                return wire.receive(self._answers, deadline=deadline)
            try:
                files, size = _usage(self.place)
            except RecursionError:  # folders in folders in folders
                files, size = MOST_FILES + 1, 0
            if files > MOST_FILES or size > MOST_BYTES:
                raise SubmissionDied("wrote too many or too large files and was ended")
            if _memory([self.pid, *descendants(self.pid)]) > self.limits.memory_bytes:
                raise SubmissionDied("used too much memory and was ended")


class RemoteStudent:
    """A student whose functions live in the worker: `byhand.student.Student` over the wire."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self._process: int | None = None
        self._definitions: list[str] = []
        #: why the process that answered calls had to be ended, if it had to
        self.violation: str | None = None

    def lacks(self, name: str) -> str | None:
        answer = self._ask({"op": "lacks", "name": name}, 5)
        if isinstance(answer, Outcome):
            return f"`{name}` could not be looked at."
        return str(answer)[:500] if answer is not None else None

    def call(self, name: str, args: tuple, time_limit: float) -> Outcome:
        seconds = min(time_limit, self.submission.limits.call_seconds)
        answer = self._ask({"op": "call", "name": name, "args": args}, seconds)
        if isinstance(answer, Outcome):
            return answer
        try:
            return wire.outcome_from_wire(answer)
        except wire.WireError as error:
            self.violation = f"broke the protocol ({error})"
            return Outcome(error="UnreadableAnswer")

    @contextlib.contextmanager
    def using(self, references: Mapping[str, Callable]) -> Iterator[None]:
        self.end()
        self._definitions = [source_as(function, name) for name, function in references.items()]
        try:
            yield
        finally:
            self.end()
            self._definitions = []

    def end(self) -> None:
        """End the throwaway process, so that the submission goes on."""
        if self._process is None or not self.submission.alive:
            return
        self._process = None
        answer = self.submission._ask({"op": "finish"}, 2)
        if answer.get("id") != "ended":
            raise SubmissionDied("broke the protocol (did not end)")
        self.submission.end_strays()

    def _ask(self, request: dict[str, Any], seconds: float) -> Any:
        """The answer, or an Outcome if the process did not give one."""
        if self.violation is not None:
            return Outcome(error="ProtocolViolation")
        try:
            if self._process is None:
                begun = self.submission._ask({"op": "judge", "definitions": self._definitions}, 5)
                if begun.get("id") == "ended":
                    self.violation = "broke the protocol (an end that nobody had asked for)"
                    return Outcome(error="ProtocolViolation")
                self._process = begun["pid"] if isinstance(begun.get("pid"), int) else -1
            answer = self.submission._ask(request, seconds)
        except SubmissionDied as death:
            return self._after_death(str(death))
        if answer.get("id") == "ended":  # the throwaway process is gone, the submission lives
            self._process = None
            return Outcome(error="Crash")
        return answer.get("answer")

    def _after_death(self, why: str) -> Outcome:
        """Kill the throwaway process; if the submission then goes on, only this call is lost."""
        timed_out = "did not answer" in why
        judge, self._process = self._process, None
        if timed_out and judge in descendants(self.submission.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(judge, signal.SIGKILL)
            with contextlib.suppress(SubmissionDied, wire.WireError):
                answer = self.submission._receive(time.monotonic() + 5)
                if isinstance(answer, dict) and answer.get("id") == "ended":
                    return Outcome(timed_out=True)
        self.violation = why
        return Outcome(timed_out=True) if timed_out else Outcome(error="ProtocolViolation")


def checked_outputs(outputs: Any) -> list[Output]:
    """Outputs as nbformat wants them; what is not in its form is left out."""
    good: list[Output] = []
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict) and (output := _checked_output(output)):
            good.append(output)
    return good


def _checked_output(output: dict[Any, Any]) -> Output:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": kind, "name": output["name"], "text": str(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": kind,
            "ename": str(output.get("ename")),
            "evalue": str(output.get("evalue")),
            "traceback": [str(line) for line in lines] if isinstance(lines, list) else [],
        }
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = {k: v for k, v in output["data"].items() if k in ("text/plain", "image/png")}
        if all(isinstance(value, str) for value in data.values()):
            extra = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": data, "metadata": {}, **extra}
    return {}


def _readable(stream: IO[bytes], deadline: float) -> bool:
    import select

    poll = select.poll()
    poll.register(stream, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(max(0, 1000 * (deadline - time.monotonic()))))


def _usage(place: Path) -> tuple[int, int]:
    """Number and bytes on disk of the files in a folder and below; stops counting at the limit."""
    files = size = 0
    for folder, names, leaves in os.walk(place):
        files += len(names) + len(leaves)
        for leaf in leaves:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(folder, leaf)).st_blocks * 512
        if files > MOST_FILES or size > MOST_BYTES:
            break
    return files, size


def remove(folder: Path) -> None:
    """Remove a folder and everything in it, however deep it is."""
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)


def _children(pid: int) -> list[int] | None:
    """Child processes, zombies included, without a look at every process; None where the kernel does not tell."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
    except OSError:
        return None
    return found


def _memory(pids: list[int]) -> int:
    """Bytes of memory these processes hold; what they share after a fork is counted once."""
    kilobytes = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return kilobytes * 1024


def _copy_files(source: Path, target: Path) -> None:
    """Copy regular files, not notebooks, not links; what is large or many stays behind."""
    total = 0
    for number, path in enumerate(sorted(source.rglob("*"))):
        if (
            number > MOST_FILES
            or path.is_symlink()
            or not path.is_file()
            or path.suffix == ".ipynb"
        ):
            continue
        size = path.stat().st_size
        if path.stat().st_nlink > 1 or total + size > MOST_BYTES:
            continue
        total += size
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
