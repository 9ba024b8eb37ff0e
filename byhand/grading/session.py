"""The trusted side of grading: runs a submission's cells in the worker and calls its functions there.

This process holds the hidden tests; it never runs student code. Between the two go cells, inputs and answers, as
plain data; there is no message that carries a score.
"""

import contextlib
import functools
import hashlib
import os
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from byhand.student import Outcome, Outcomes
from byhand.time_limit import CLOCK

SCRATCH = "jupyter-"  # how the folder of a worker is named, below that for temporary files
OWNER = "owner"  # the file in it that says which process made it
GRACE = (
    1.0  # seconds beyond a limit that the worker keeps itself, of the processor and by the clock
)
STARTS = 3  # of the worker: somebody, or the system, may kill one while it starts
LOOK = 0.2  # seconds between two looks at what a submission uses
#: one for the process that runs the cells, one for the copy that is judged and one for the next; and two more, so that
#: nobody has to wait for copies that are just ending
CHANNELS = 5
#: the share of its time that a call gets where exercises are judged together; who needs more is judged again
TOGETHER = 0.1
#: seconds for which outcomes are collected there before they are sent
BATCH = 0.02
#: processes that a submission may leave running before it is ended, and submissions before the worker is replaced
MOST_LOST = MOST_PROCESSES // 4
MOST_FILES = 2_000
MOST_BYTES = 100_000_000
MEMORY_DISK = Path("/dev/shm")

Output = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What one submission may use; seconds are processor time, and by the clock CLOCK times as many."""

    cell_seconds: float = 10
    call_seconds: float = 10
    submission_seconds: float = 100
    memory_bytes: int = 3 << 30
    file_bytes: int = 50_000_000


class SubmissionDied(Exception):
    """The process that ran the submission is gone; the message says why, in words for the instructor."""


class OutOfTime(SubmissionDied):
    """It had to be ended because it did not answer."""


class Ended(SubmissionDied):
    """It ended by itself."""


@dataclass(frozen=True)
class Wanted:
    """What the process of a submission is to have."""

    limits: Limits
    draws: bool


class Worker:
    """The sandboxed worker, started when first needed and used for many submissions."""

    def __init__(self, allow_unsandboxed: bool = False) -> None:
        self.allow_unsandboxed = allow_unsandboxed
        self.process: WorkerProcess | None = None
        self._is_ready = False
        self.scratch: Path | None = None
        self.count = 0
        #: processes killed that a submission had started: the sandbox does not give their places back
        self.lost = 0
        #: of the next submission, if a process for it has been asked for already
        self._next: Place | None = None
        #: pipes of submissions that are over, for others
        self._pipes: list[list[Channel]] = []

    @property
    def level(self) -> Level:
        return self._started().level

    def start(self) -> None:
        """Let it get ready; `begin` waits until it is. Raises Problem where student code must not run."""
        if self.process is None:
            remove_abandoned()
            self.scratch = Path(
                tempfile.mkdtemp(prefix=SCRATCH, dir=_place_for_scratch())
            ).resolve()
            (self.scratch / OWNER).write_text(_identity(os.getpid()))
            (self.scratch / "work" / "pipes").mkdir(parents=True)
            self.process, self._is_ready = start_worker(self.scratch, self.allow_unsandboxed), False

    def _started(self) -> WorkerProcess:
        last = ""
        for _ in range(STARTS):
            self.start()
            assert self.process is not None
            if self._is_ready:
                return self.process
            try:
                wire.receive(self.process.stdout, deadline=time.monotonic() + 120)
                self.process.has_started()
                self._is_ready = True
                return self.process
            except wire.WireError:
                last = self.process.last_words()
                self.close()
        raise Problem(
            "The process that runs student code did not start, so nothing was graded. `byhand doctor` says "
            f"what this machine lacks. Its last words: {last or 'none'}"
        )

    @property
    def is_gone(self) -> bool:
        """Whether it has ended, and so all that it had started."""
        return self.process is None or _stat(self.process.pid)[0] in "ZX"

    @property
    def answers(self) -> bool:
        """Whether it is there; asked for that: one that is being killed may still look alive when its child is dead."""
        if self.process is None:
            return False
        try:
            wire.send(self.process.stdin, {"op": "ping"}, deadline=time.monotonic() + 30)
            wire.receive(self.process.stdout, deadline=time.monotonic() + 30)
        except (wire.WireError, ValueError):
            return False
        return True

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
        if self._next is not None:
            self._next.close()
            self._next = None
        while self._pipes:
            for channel in self._pipes.pop():
                channel.close()
        if self.scratch is not None:
            remove(self.scratch)
            self.scratch = None

    def begin(self, limits: Limits, files: Path | None = None, draws: bool = False) -> "Submission":
        """A fresh process for one submission, with a copy of the files handed in with it.

        Where it `draws`, it finds loaded what pictures need.
        """
        wanted = Wanted(limits, draws)
        try:
            return self._begin(wanted, files)
        except wire.WireError:  # the worker itself did not survive the submission before: a new one
            self.close()
            return self._begin(wanted, files)

    def get_ready(self, wanted: Wanted) -> None:
        """Let a process start for the next submission, which will want the same: while others have work to do."""
        if self.process is not None and self._is_ready and self._next is None:
            with contextlib.suppress(wire.WireError):
                self._next = self._ask_for(wanted, self.process)

    def _begin(self, wanted: Wanted, files: Path | None) -> "Submission":
        process = self._started()
        if self._next is not None and self._next.wanted != wanted:
            self._submission(self._next).close()
            process = self._started()
        place = self._next or self._ask_for(wanted, process)
        if files is not None:
            _copy_files(files, place.folder)
        return self._submission(place)

    def _ask_for(self, wanted: Wanted, process: WorkerProcess) -> "Place":
        """Let the worker start a process for a submission; `_submission` waits for it."""
        assert self.scratch is not None
        self.count += 1
        channels = self._pipes.pop() if self._pipes else self._new_channels()
        place = Place(self.scratch / "work" / str(self.count), wanted, channels)
        confined = process.level is not Level.NONE
        fonts = str(self.scratch / "home")  # Matplotlib's list of them
        request = {
            "op": "begin",
            "channels": [
                (str(channel.requests), str(channel.answers)) for channel in place.channels
            ],
            "folder": str(place.folder),
            "draws": wanted.draws,
            "memory": wanted.limits.memory_bytes,
            "file_bytes": wanted.limits.file_bytes,
            "confine": confined,
            "readable": [*readable_paths(self.scratch / "library"), fonts] if confined else [],
            "degraded": process.level is Level.DEGRADED,
        }
        try:
            wire.send(process.stdin, request, deadline=time.monotonic() + 30)
        except (wire.WireError, ValueError) as error:  # gone, or its pipes are closed already
            place.close()
            raise wire.WireClosed("The worker is gone.") from error
        return place

    def _new_channels(self) -> list["Channel"]:
        assert self.scratch is not None
        folder = self.scratch / "work" / "pipes"
        paths = [folder / f"{self.count}-{number}" for number in range(2 * CHANNELS)]
        return [Channel(*pair) for pair in zip(paths[::2], paths[1::2], strict=True)]

    def take_back(self, place: "Place") -> None:
        """Remove what was a submission's, whose processes are all gone; others may have its pipes."""
        if self.scratch not in place.path.parents:  # it was another worker's
            place.close()
            return
        for channel in place.channels:
            channel.drain()
        self._pipes.append(place.channels)
        remove(place.path)

    def _submission(self, place: "Place") -> "Submission":
        """What has been asked for, once its process is there."""
        assert self.process is not None
        self._next = None
        try:
            begun = wire.receive(self.process.stdout, deadline=time.monotonic() + 30)
        except (wire.WireError, ValueError) as error:
            place.close()
            raise wire.WireClosed("The worker is gone.") from error
        return Submission(self, place, begun["pid"])

    def reap(self, known: set[int]) -> None:
        """Kill whatever a submission has left running, and let the worker forget it; the known ones are dead."""
        if self.process is None:
            return
        self.end_strays(known, (), ())
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
        return self.lost > MOST_LOST

    def end_strays(self, known: set[int], parents: Iterable[int], busy: Iterable[int]) -> None:
        """Kill every process below the worker but the known ones, and those below busy ones.

        Looked for are children of the worker and of these parents: to look at every process takes long.
        """
        if self.may_have_strays(known, parents):
            self._kill_descendants(known, known.union(*map(descendants, busy)))

    def may_have_strays(self, known: set[int], parents: Iterable[int]) -> bool:
        """Whether there are other children than the known ones, or whether the kernel does not tell."""
        assert self.process is not None
        children = [_children(parent) for parent in (self.process.pid, *parents)]
        return None in children or not known.issuperset(
            pid for some in children for pid in some or ()
        )

    def _kill_descendants(self, known: Iterable[int] = (), spared: Iterable[int] = ()) -> None:
        assert self.process is not None
        killed: set[int] = set()
        # one look may find a parent that has just ended, and not yet the child that it has left
        seen_none = 0
        while seen_none < 2:
            living = {*descendants(self.process.pid)}.difference(spared)
            seen_none = 0 if living else seen_none + 1
            killed |= living
            for pid in living:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if living:
                time.sleep(0.002)
        self.lost += len(killed.difference(known))


def descendants(root: int) -> list[int]:
    """All living processes below `root`, zombies not counted."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        state, parent = _stat(int(entry))[:2]
        if state not in "ZX":
            children.setdefault(int(parent), []).append(int(entry))
    found: list[int] = []
    todo = [root]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _stat(pid: int) -> list[str]:
    """What /proc tells of a process from its state on (field 3 in proc(5)); as of a dead one if it is not there."""
    try:
        # it may bear a name that is no UTF-8
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ["X", *["0"] * 49]


def processor_seconds(pid: int) -> float:
    """How long a process has been at work, its threads included; also one that has ended and is not reaped yet."""
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _deadline(seconds: float) -> float:
    """When a limit of so many seconds is over by the clock."""
    return time.monotonic() + CLOCK * seconds + GRACE


class Channel:
    """Two named pipes between this process and one of a submission's."""

    def __init__(self, requests: Path, answers: Path) -> None:
        self.requests, self.answers = requests, answers
        for path in (requests, answers):
            os.mkfifo(path, 0o600)
        # for reading and writing: so neither open waits, and the end of a process is not the end of the pipe
        self.answering = open(os.open(answers, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)
        self.asking = open(os.open(requests, os.O_RDWR), "wb", buffering=0)

    def close(self) -> None:
        self.asking.close()
        self.answering.close()

    def drain(self) -> None:
        """Forget what is in the pipes, once nobody else uses them."""
        for stream in (self.asking, self.answering):
            os.set_blocking(stream.fileno(), False)
            with contextlib.suppress(BlockingIOError):
                while os.read(stream.fileno(), 1 << 20):
                    pass
        os.set_blocking(self.asking.fileno(), True)


class Place:
    """A folder for one submission's files, and the pipes of its processes."""

    def __init__(self, path: Path, wanted: Wanted, channels: list[Channel]) -> None:
        self.path, self.wanted, self.channels = path, wanted, channels
        self.folder = path / "notebooks"
        self.folder.mkdir(parents=True)

    def close(self) -> None:
        """Close the pipes, and remove everything."""
        for channel in self.channels:
            channel.close()
        remove(self.path)


class Process:
    """One process of a submission. Its descriptor never stands for another process."""

    def __init__(self, submission: "Submission", pid: int, channel: Channel | None = None) -> None:
        self.submission, self.pid = submission, pid
        #: none while it is asleep
        self._channel = channel
        self.is_ending = False
        self.descriptor = os.pidfd_open(pid)
        self._serial = 0
        #: what it has sent beyond the answer that was read last
        self._received = bytearray()

    @property
    def is_gone(self) -> bool:
        return _readable(self.descriptor, 0)

    @property
    def channel(self) -> Channel:
        assert self._channel is not None, "it is asleep"
        return self._channel

    def wake(self, channel: Channel, number: int) -> None:
        """It may be asked from now on, over the channel of this number."""
        self._channel = channel
        self.signal(wire.WAKE + number)

    def release(self) -> Channel | None:
        """End it; its channel, which others may have then."""
        self.kill()
        channel, self._channel = self._channel, None
        self._received.clear()
        if channel is not None:
            channel.drain()
        return channel

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, number)

    def end(self) -> None:
        """It is needed no more."""
        self.is_ending = True
        self.signal(signal.SIGKILL)

    def kill(self) -> None:
        """End it, and come back when it is gone."""
        self.signal(signal.SIGKILL)
        _readable(self.descriptor, time.monotonic() + 5)

    def ask(self, request: dict[str, Any], seconds: float) -> Any:
        """The one answer to a request. Raises SubmissionDied."""
        serial = self.send(request, seconds)
        return self.receive(serial, seconds)

    def send(self, request: dict[str, Any], seconds: float) -> int:
        """Ask; the number that answers to this will bear. Raises SubmissionDied."""
        self._serial += 1
        request = {"id": self._serial, "seconds": seconds, **request}
        try:
            wire.send(self.channel.asking, request, deadline=_deadline(seconds))
        except wire.WireError:
            raise SubmissionDied("did not read what it was asked and was ended") from None
        return self._serial

    def receive(self, serial: int, seconds: float) -> Any:
        """The next answer to the request of this number. Raises SubmissionDied."""
        try:
            answer = self._receive(seconds)
        except wire.WireTimeout:
            raise OutOfTime(f"did not answer within {seconds:g} seconds and was ended") from None
        except wire.WireError as error:
            raise SubmissionDied(f"broke the protocol ({error})") from None
        if not isinstance(answer, dict) or answer.get("id") != serial:
            raise SubmissionDied("broke the protocol (an answer nobody had asked for)")
        return answer.get("answer")

    def has_unasked_answer(self) -> bool:
        if self._channel is None:
            return False
        return bool(self._received) or _readable(self._channel.answering, 0)

    def _receive(self, seconds: float) -> Any:
        """The next frame, looking now and then whether the submission uses too much."""
        answering, deadline = self.channel.answering, _deadline(seconds)
        most = None  # most answers come at once, before anything is looked at
        while not self._received:
            slice_end = min(deadline, time.monotonic() + LOOK)
            if ready := _ready((answering.fileno(), self.descriptor), slice_end):
                # it may have answered and ended between the two looks
                if answering.fileno() not in ready and not _readable(answering, 0):
                    raise Ended("ended its own process")
                break
            used = processor_seconds(self.pid)
            most = most or used + seconds + GRACE
            if slice_end >= deadline or used > most:
                raise wire.WireTimeout
            self.submission.check_use()
        soon = min(deadline, time.monotonic() + 5)
        return wire.receive(answering, deadline=soon, ahead=self._received)


class Submission:
    """One submission in the worker: a process that runs its cells, and copies of it that wait to be judged.

    Before a copy is asked anything, the process that ran the cells is gone; where that one is asked itself, no cell is
    run in it any more: no hidden input has a way into outputs.
    """

    def __init__(self, worker: Worker, place: Place, pid: int) -> None:
        self.worker, self.place, self.limits = worker, place, place.wanted.limits
        self._free = place.channels[1:]
        self._lost_before = worker.lost
        self._sealed = False
        #: exercises whose state the process is to remember before it does anything else
        self._to_remember: list[str] = []
        self.main = Process(self, pid, place.channels[0])
        #: every process that is or was part of it
        self.processes = [self.main]

    def close(self) -> None:
        """End the submission's processes and remove its files."""
        for process in self.processes:
            process.signal(signal.SIGKILL)
        for process in self.processes:
            process.kill()
        self.worker.reap({process.pid for process in self.processes})
        for process in self.processes:
            os.close(process.descriptor)
        self.worker.take_back(self.place)

    def run(self, source: str) -> list[Output]:
        """Run a cell; its outputs. Raises SubmissionDied if the process does not survive it."""
        if self.main.has_unasked_answer():
            raise SubmissionDied("broke the protocol (an answer before the question)")
        request = {"op": "run", "source": source, "remember": self.remembered()}
        answer = self.main.ask(request, self.limits.cell_seconds)
        self.end_strays()
        return checked_outputs(answer)

    def remember(self, exercise: str) -> None:
        """Let the process keep in mind what every name stands for now, for the judging of this exercise."""
        self._to_remember.append(exercise)

    def remembered(self) -> list[str]:
        """What it has not been told to remember yet: for the next request."""
        names, self._to_remember = self._to_remember, []
        return names

    def exercise(self, spare: bool = False) -> "RemoteStudent":
        """The student's functions in their present state; `spare` for one that is to be judged more than once."""
        return RemoteStudent(self, self.hold(self.main, spare), spare)

    def together(self, exercise: str) -> "RemoteStudent":
        """The student's functions in the process that has run the cells, which gives no outputs any more.

        It goes back to what it remembers for this exercise, and gets a part of the time only.
        """
        return RemoteStudent(self, self.main, together=exercise)

    def hold(self, process: Process, spare: bool = False) -> Process:
        """A copy of a process as it is now, asleep; `spare` if it is to be copied, too.

        Raises SubmissionDied if there can be none.
        """
        patience = 2 * CLOCK * self.limits.submission_seconds + 60
        request = {"op": "hold", "spare": spare, "patience": patience}
        pid = process.ask(request | {"remember": self.remembered()}, 5)
        try:
            parents = _children(process.pid)
            if not isinstance(pid, int) or pid not in (parents or descendants(process.pid)):
                raise ProcessLookupError
            self.processes.append(Process(self, pid))
        except OSError:
            raise SubmissionDied("could not be copied") from None
        return self.processes[-1]

    def wake(self, process: Process) -> None:
        """From now on this copy may be asked; the process that ran the cells is gone."""
        if not self._sealed:
            self.main.kill()
            self._sealed = True
        for ended in [] if self._free else [p for p in self.processes if p.is_ending]:
            self.release(ended)
        channel = self._free.pop()
        process.wake(channel, self.place.channels.index(channel))

    def release(self, process: Process) -> None:
        """End a copy, and come back when it is gone; another one may have its channel."""
        if channel := process.release():
            self._free.append(channel)

    def end_strays(self, busy: Sequence[Process] = ()) -> None:
        """Kill what cells and calls have left running. Raises SubmissionDied if it was more than the sandbox bears."""
        known = {process.pid for process in self.processes}
        parents = [] if self._sealed else [self.main.pid]
        self.worker.end_strays(known, parents, [process.pid for process in busy])
        if self.worker.lost > self._lost_before + MOST_LOST:
            raise SubmissionDied("started too many processes and was ended")

    def may_have_strays(self) -> bool:
        """Whether calls in the process that has run the cells have left something running."""
        known = {process.pid for process in self.processes}
        return self.worker.may_have_strays(known, [self.main.pid])

    @property
    def processor_seconds(self) -> float:
        """How long its processes have been at work."""
        return sum(processor_seconds(process.pid) for process in self.processes)

    def check_use(self) -> None:
        """Raise SubmissionDied if it uses more files or memory than it may."""
        try:
            files, size = _usage(self.place.path)
        except RecursionError:  # folders in folders in folders
            files, size = MOST_FILES + 1, 0
        if files > MOST_FILES or size > MOST_BYTES:
            raise SubmissionDied("wrote too many or too large files and was ended")
        assert self.worker.process is not None
        if _memory(descendants(self.worker.process.pid)) > self.limits.memory_bytes:
            raise SubmissionDied("used too much memory and was ended")


class RemoteStudent:
    """A student whose functions live in the worker: `byhand.student.Student` over the wire.

    Each time other functions stand in the place of the student's own, a fresh copy of the process takes over: for
    that, one more copy is kept asleep where it is to be judged more than once.

    Where exercises are judged together, there is one process for all: it goes back to what its names stood for at the
    test of the exercise whose name is given.
    """

    def __init__(
        self, submission: Submission, process: Process, spare: bool = False, together: str = ""
    ) -> None:
        self.submission = submission
        self._next: Process | None = None if together else process
        self._spare, self._together = spare, together
        self.process: Process | None = process if together else None
        #: the exercise to whose names it is to go back before it does anything else
        self._recall = together
        #: whether other functions have stood in the place of the student's own in this process
        self._is_spent = False
        #: whether more time or memory might have brought another outcome
        self._ran_short = False
        #: what was asked ahead: the request, and the numbers its answers will bear
        self._ahead: dict[str, int] = {}
        #: what was answered ahead
        self._heard: dict[str, Any] = {}
        #: how often calls have been asked for
        self.asked = 0
        #: whether the process did not even say that a call took too long
        self.is_deaf = False
        #: why the process that answered calls had to be ended, if it had to
        self.violation: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether its process was gone before it answered anything: another one has killed it."""
        process = self.process or self._next
        return process is not None and process.is_gone and not process.has_unasked_answer()

    def ask_ahead(self, name: str, cases: Sequence[tuple], time_limit: float) -> None:
        """Let it begin with what `lacks` and the first `calls` will ask."""
        with self._ends():
            self._take_over()
            self._ahead["lacks"] = self._send_lacks(name)
            self._ahead["calls"] = self._send_calls(name, cases, time_limit)

    def hear(self, name: str, cases: Sequence[tuple], time_limit: float) -> bytes | None:
        """All that `lacks` and the first `calls` will be told; a digest of what calls gave, None if that ended badly.

        Whoever has the same digest has answered the same.
        """
        self.ask_ahead(name, cases, time_limit)
        absent = self.lacks(name)
        answers: list[bytes | Exception] = []
        try:
            if self.violation is None:
                answers += self._answers(name, cases, time_limit)
        except (SubmissionDied, wire.WireError) as error:
            answers.append(error)
        self._heard = {"lacks": absent, "calls": answers}
        digest = hashlib.blake2b()
        for answer in answers:
            if isinstance(answer, Exception):
                return None
            digest.update(struct.pack(">Q", len(answer)))
            digest.update(answer)
        return digest.digest()

    @property
    def is_gone(self) -> bool:
        """Whether the process that answers calls has ended, or is to be: what it has written goes with it."""
        if self.violation is not None:
            return True
        return self.process is not None and self.process.is_gone

    def end(self) -> None:
        """Its processes are needed no more."""
        for process in (self.process, self._next):
            if process is not None:
                process.end()

    def stands(self, name: str) -> bool:
        """Whether what was wrong with this function would be as wrong in a copy of the process: it saw nothing else."""
        with self._ends():
            if not self._ran_short:
                self._take_over()
                return self._ask({"op": "is pure", "name": name}) is True
        return False

    def lacks(self, name: str) -> str | None:
        if "lacks" in self._heard:
            absent: str | None = self._heard.pop("lacks")
            return absent
        with self._ends():
            if self.process is None or self._is_spent:
                self._take_over()
            assert self.process is not None
            serial = self._ahead.pop("lacks", None) or self._send_lacks(name)
            answer = self.process.receive(serial, 5)
            return str(answer)[:500] if answer is not None else None
        return f"`{name}` could not be looked at."

    def calls(self, name: str, cases: Sequence[tuple], time_limit: float) -> Outcomes:
        """The outcomes of all calls, in order: asked for at once, answered one by one."""
        outcomes = self._outcomes(name, cases, time_limit)
        try:
            for outcome in outcomes:  # noqa: UP028  (that would close them, too)
                yield outcome
        finally:  # what nobody wants any more has been asked for all the same
            for _ in outcomes:
                pass

    def _outcomes(self, name: str, cases: Sequence[tuple], time_limit: float) -> Iterator[Outcome]:
        if self.violation is not None or self.process is None:
            yield Outcome(error="ProtocolViolation")
            return
        try:
            answers = iter(self._heard.pop("calls", None) or self._answers(name, cases, time_limit))
            for _ in cases:
                answer = next(answers, None)
                if answer is None:
                    raise wire.WireError("There were fewer answers than questions.")
                if isinstance(answer, Exception):
                    raise answer
                outcome = wire.outcome_from_wire(wire.decode(answer))
                self._ran_short |= outcome.timed_out or outcome.error == "MemoryError"
                yield outcome
                if outcome.ends_calls:
                    break
            for _ in answers:  # the process says that these were all
                pass
        except OutOfTime:
            self._ran_short = self.is_deaf = True
            yield Outcome(timed_out=True)
        except Ended:
            yield Outcome(error="Crash")
        except SubmissionDied as death:
            self.violation = str(death)
            yield Outcome(error="ProtocolViolation")
        except wire.WireError as error:
            self.violation = f"broke the protocol ({error})"
            yield Outcome(error="UnreadableAnswer")

    def _answers(self, name: str, cases: Sequence[tuple], time_limit: float) -> Iterator[bytes]:
        """What the process says of each call. Raises SubmissionDied, WireError if it says more or goes on for ever."""
        assert self.process is not None
        serial = self._ahead.pop("calls", None) or self._send_calls(name, cases, time_limit)
        left, is_last = len(cases), False
        while not is_last:
            batch = self.process.receive(serial, self._seconds(time_limit))
            outcomes, is_last = wire.batch_from_wire(batch)
            left -= len(outcomes)
            if left < 0 or not (outcomes or is_last):
                raise wire.WireError("There were other answers than questions.")
            yield from outcomes

    @contextlib.contextmanager
    def using(self, references: Mapping[str, Callable]) -> Iterator[None]:
        with self._ends():
            self._take_over()
            sources = [source_as(function, name) for name, function in references.items()]
            self._ask({"op": "define", "sources": sources})
        yield
        self._is_spent = True

    def _take_over(self) -> None:
        """Let the copy that sleeps answer from now on, and keep another one if it may be needed."""
        self._recall, self._is_spent = self._together, False
        if self._next is None:
            return
        if self.process is not None:
            self.submission.release(self.process)
        self.process, self._next = self._next, None
        self.submission.wake(self.process)
        if self._spare:
            self._next = self.submission.hold(self.process, spare=True)

    def _send_lacks(self, name: str) -> int:
        return self._send({"op": "lacks", "name": name}, 5)

    def _send_calls(self, name: str, cases: Sequence[tuple], time_limit: float) -> int:
        self.asked += 1
        # what is judged apart is told one by one: if a call ends the process, it is known which one
        every = BATCH if self._together else 0
        request = {"op": "calls", "name": name, "cases": encoded(cases), "every": every}
        return self._send(request, self._seconds(time_limit))

    def _ask(self, request: dict[str, Any]) -> Any:
        serial = self._send(request, 5)
        assert self.process is not None
        return self.process.receive(serial, 5)

    def _send(self, request: dict[str, Any], seconds: float) -> int:
        assert self.process is not None
        names = {"remember": self.submission.remembered(), "recall": self._recall}
        self._recall = ""
        return self.process.send(request | names, seconds)

    def _seconds(self, time_limit: float) -> float:
        """What a call may take."""
        share = TOGETHER if self._together else 1
        return share * min(time_limit, self.submission.limits.call_seconds)

    @contextlib.contextmanager
    def _ends(self) -> Iterator[None]:
        """What kills the process in this block is the student's doing."""
        try:
            yield
        except SubmissionDied as death:
            self.violation = str(death)


def encoded(cases: Sequence[tuple]) -> bytes:
    """Cases as they cross the wire, found out once for those of an exercise, which are drawn once for a whole class."""
    return _encoded(_Same(tuple(cases)))


@dataclass(frozen=True, eq=False)
class _Same:
    """Stands for cases, and equals what stands for the very same objects."""

    cases: tuple

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._ids() == other._ids()

    def __hash__(self) -> int:
        return hash(self._ids())

    def _ids(self) -> tuple[int, ...]:
        return tuple(map(id, self.cases))


@functools.lru_cache(maxsize=256)
def _encoded(same: _Same) -> bytes:
    return wire.encode(list(same.cases))


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


def _readable(stream: IO[bytes] | int, deadline: float) -> bool:
    """Whether there is something to read before the deadline; of the descriptor of a process: whether it is gone."""
    return bool(_ready((stream if isinstance(stream, int) else stream.fileno(),), deadline))


def _ready(descriptors: Iterable[int], deadline: float) -> set[int]:
    """Those of which something can be read, as soon as there is one; none if there is none before the deadline."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    left = max(0, 1000 * (deadline - time.monotonic()))
    return {descriptor for descriptor, _ in poll.poll(left)}


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
    with contextlib.suppress(
        OSError, RecursionError
    ):  # what is too deep for Python is left to `rm`
        shutil.rmtree(folder)
        return
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)


def remove_abandoned() -> None:
    """Remove the folders of workers whose supervisor was killed: this user's, on this machine."""
    places = {Path(tempfile.gettempdir()), MEMORY_DISK}
    for owner in [owner for place in places for owner in place.glob(f"{SCRATCH}*/{OWNER}")]:
        with contextlib.suppress(OSError, ValueError):
            namespace, pid, _ = owner.read_text().split()
            is_ours = owner.lstat().st_uid == os.getuid() and not owner.is_symlink()
            if is_ours and _identity(int(pid)) != owner.read_text() and _namespace() == namespace:
                remove(owner.parent)


def _place_for_scratch() -> Path:
    """Where workers have their folders: where TMPDIR says, else in memory if there is room for all of them.

    On a disk of the usual kind new files take long where many have just been removed: it looks at each of those.
    """
    with contextlib.suppress(OSError):
        room = os.statvfs(MEMORY_DISK)
        workers = os.cpu_count() or 1
        enough = room.f_bavail * room.f_frsize > workers * 5 * MOST_BYTES
        if enough and "TMPDIR" not in os.environ and os.access(MEMORY_DISK, os.W_OK | os.X_OK):
            return MEMORY_DISK
    return Path(tempfile.gettempdir())


def _identity(pid: int) -> str:
    """A process as no other one was or will be: in which namespace its number counts, its number, when it started."""
    return f"{_namespace()} {pid} {_stat(pid)[19]}"


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return "none"


def _children(pid: int) -> list[int] | None:
    """Child processes, zombies included, without a look at every process; None where the kernel does not tell."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb", buffering=0) as children:
                found += map(int, children.read().split())
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
