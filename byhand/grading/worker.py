"""The process that runs student code: started once in the sandbox, forked for each submission and each exercise.

It is started as `python -P worker.py SCRATCH`, imports what notebooks import, and then waits on stdin for submissions.
For each it forks a child, confined to a folder of its own, which talks to the supervisor over two named pipes. The
child runs cells, and then answers calls; or it forks a copy of itself for an exercise, which sleeps until the child is
gone, and answers then.

Nothing here knows a hidden test, the reference of the exercise being judged, or a seed: whatever student code does to
this process, it can only change its own answers.
"""

import _thread
import contextlib
import ctypes
import functools
import gc
import importlib.util
import inspect
import io
import os
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from byhand.grading import wire
from byhand.student import NamespaceStudent, Outcome
from byhand.time_limit import limited

LIBC = ctypes.PyDLL(None, use_errno=True)  # keeps Python's lock during calls, as a fork needs it

#: bytes of outcomes after which they are sent
MOST_IN_BATCH = 2**16

#: where this process is asked, and where it answers: the first pair while it runs cells, another one when it is judged
Channels = dict[int, tuple[io.FileIO, io.FileIO]]


def main(scratch: Path) -> None:
    """Warm up, then fork a child for every submission that the supervisor announces."""
    _become_subreaper()
    shell = _warm_shell()
    own = os.getpid()
    pipes: dict[str, io.FileIO] = {}
    null = os.open(os.devnull, os.O_RDWR)
    wire.send(sys.stdout.buffer, {"op": "ready", "pid": own})
    while True:
        try:
            request = wire.receive(sys.stdin.buffer)
        except wire.WireClosed:
            return
        if request["op"] == "begin":
            if request["draws"]:
                _get_ready_to_draw()
            # opened here and not in each child, since the sandbox looks at every opening
            for requests, answers in request["channels"]:
                if requests not in pipes:
                    pipes[requests] = open(requests, "rb", buffering=0)
                    pipes[answers] = open(answers, "wb", buffering=0)
            pid = os.fork()
            if pid == 0:
                _serve_submission(shell, request, pipes, null, own)
            wire.send(sys.stdout.buffer, {"op": "begun", "pid": pid})
        elif request["op"] == "ping":
            wire.send(sys.stdout.buffer, {"op": "pong"})
        elif request["op"] == "reap":  # the supervisor has killed whatever was left
            _reap()
            wire.send(sys.stdout.buffer, {"op": "reaped"})


def _become_subreaper() -> None:
    """Orphans of a submission become children of this process, so that none gets lost."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _end_with_parent() -> None:
    """From now on, the death of the parent, or of the one that takes its place, is the death of this process."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _prctl(option: int, value: int) -> None:
    LIBC.prctl(option, value, 0, 0, 0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0)[0]:
            pass


def _warm_shell() -> Any:
    """An IPython shell that has run a cell and shown an error, so that no submission pays for the first time."""
    import encodings.unicode_escape  # noqa: F401
    import graphlib  # noqa: F401

    import ipywidgets  # noqa: F401
    import numpy.ma  # noqa: F401  (NumPy loads it when it is first used, as answers are encoded)
    from traitlets.config import Config

    import byhand.figures
    from byhand import marks
    from byhand.grading.shell import Shell

    with contextlib.suppress(ImportError):  # where there is no sandbox
        import sandlock  # noqa: F401

    marks.arrays()  # read here, they need not be read in each submission
    _name_files()
    for figures in pkgutil.iter_modules(byhand.figures.__path__):
        setattr(byhand.figures, figures.name, _loaded_when_used(f"byhand.figures.{figures.name}"))
    config = Config()
    config.HistoryManager.enabled = False
    shell = Shell.instance(config=config)
    _rehearse(shell)
    shell.reset(new_session=True)
    gc.collect()
    gc.freeze()
    return shell


def _rehearse(shell: Any) -> None:
    """Do what submissions do: what is used for the first time takes long, and needs memory of its own in each copy."""
    shell.run("import numpy as np\n1 / 0")
    shell.run("def f(x, times=1):\n    return times * x @ x\n\nprint(f(2.5))\nf(np.ones((3, 3)))")
    cases = wire.encode([(2.5,), (np.ones((2, 3)),), ([1, 2.5],)])
    with open(os.devnull, "wb", buffering=0) as nowhere:
        for message in (
            {"op": "lacks", "name": "f"},
            {"op": "is pure", "name": "f"},
            {"op": "calls", "name": "f", "cases": cases, "seconds": 1.0, "every": 1.0},
        ):
            for answer in _answers(shell, message):
                wire.send(nowhere, {"id": 1, "answer": answer})


def _loaded_when_used(name: str) -> ModuleType:
    """A module that is executed when something in it is first asked for."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _name_files() -> None:
    """Say which file is which module's: a traceback would look for links in the paths of all of them."""
    for name, module in [*sys.modules.items()]:
        if path := getattr(module, "__file__", None):
            inspect.modulesbyfile[path] = name


@functools.cache
def _get_ready_to_draw() -> None:
    """Load what pictures need, and draw one: for submissions that do, since every copy of this process gets larger."""
    import byhand.figures

    for figures in pkgutil.iter_modules(byhand.figures.__path__):
        _ = getattr(byhand.figures, figures.name).__doc__

    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1])
    figure.canvas.draw()
    plt.close("all")
    _name_files()
    gc.collect()
    gc.freeze()


# --- one submission ------------------------------------------------------------------------------


def _serve_submission(
    shell: Any, request: dict[str, Any], pipes: dict[str, io.FileIO], null: int, worker: int
) -> None:
    """Run one submission in this fork of the worker, and end it."""
    _end_with_parent()
    if os.getppid() != worker:  # it was gone before that
        os._exit(0)
    try:
        channels = _enter(request, pipes, null)
        own = 0
        while True:
            requests, answers = channels[own]
            message = wire.receive(requests)
            for exercise in message.get("remember", ()):
                shell.remember(exercise)
            if exercise := message.get("recall"):
                shell.recall(exercise)
            if message["op"] == "hold":
                parents = {os.getpid(), worker}  # the worker takes over when this process ends
                pid = _fork()
                if pid == 0:
                    own = _sleep(message["patience"], parents, len(channels))
                    if not message["spare"]:
                        _close_all_but(channels, own)
                    continue
                if own:
                    _close_all_but(channels, own)
                wire.send(answers, {"id": message["id"], "answer": pid})
            for answer in _answers(shell, message):
                wire.send(answers, {"id": message["id"], "answer": answer})
    except BaseException:
        pass
    finally:
        os._exit(0)


def _fork() -> int:
    """`os.fork`, without what Python does in the child for the sake of threads where there is one thread only.

    That takes as long as the copy itself. It would also seed `random` anew, and so forget what seed a cell has set.
    Raises OSError.
    """
    if _thread._count() > 0:
        return os.fork()
    pid = LIBC.fork()
    if pid < 0:
        raise OSError(ctypes.get_errno(), "fork")
    return pid


def _close_all_but(channels: Channels, own: int) -> None:
    """Nobody writes where others are asked."""
    for number in [number for number in channels if number != own]:
        for stream in channels.pop(number):
            stream.close()


def _sleep(patience: float, parents: set[int], channels: int) -> int:
    """Until the supervisor wakes this process: the channel on which it will be asked.

    For ever is too long, and so is longer than its parents live.
    """
    os.stat(os.devnull)  # without any such call the sandbox never counts this process out
    end = time.monotonic() + patience
    while (woken := signal.sigtimedwait(_wakers(channels), 1)) is None:
        if time.monotonic() > end or os.getppid() not in parents:
            os._exit(0)
    _end_with_parent()
    if os.getppid() not in parents:
        os._exit(0)
    return woken.si_signo - wire.WAKE


def _wakers(channels: int) -> range:
    return range(wire.WAKE, wire.WAKE + channels)


def _answers(shell: Any, message: dict[str, Any]) -> Iterator[Any]:
    """The answers to one message: for calls as many as it takes, else one."""
    student = NamespaceStudent(shell.user_ns)
    match message["op"]:
        case "run":
            yield _run_cell(shell, message["source"], message["seconds"])
        case "define":
            for source in message["sources"]:
                exec(source, shell.user_ns)
            yield None
        case "lacks":
            yield student.lacks(message["name"])
        case "is pure":
            # loaded in the rehearsal: it looks at what there is before any student's code, and after the shell is made
            from byhand.grading.purity import is_pure

            yield is_pure(message["name"], shell.user_ns)
        case "calls":
            there = student.lacks(message["name"]) is None
            cases = wire.decode(message["cases"]) if there else []
            outcomes = student.calls(message["name"], cases, message["seconds"])
            yield from _batches(outcomes, message["every"])


def _batches(outcomes: Iterator[Outcome], every: float) -> Iterator[dict[str, Any]]:
    """Outcomes as they cross the wire: those of `every` so many seconds together, each encoded for itself."""
    batch: list[bytes] = []
    size, begun = 0, time.monotonic()
    for outcome in outcomes:
        batch.append(wire.encode(wire.outcome_to_wire(outcome)))
        size += len(batch[-1])
        if time.monotonic() - begun >= every or size > MOST_IN_BATCH:
            yield {"outcomes": batch, "last": False}
            batch, size, begun = [], 0, time.monotonic()
    yield {"outcomes": batch, "last": True}


def _enter(request: dict[str, Any], pipes: dict[str, io.FileIO], null: int) -> Channels:
    """Take the pipes of this submission, then give up everything that belongs to others."""
    channels = {
        number: (pipes.pop(requests), pipes.pop(answers))
        for number, (requests, answers) in enumerate(request["channels"])
    }
    for others in pipes.values():
        others.close()
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    folder = request["folder"]
    os.chdir(folder)
    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _wakers(len(channels)))  # see _sleep
    os.environ.update(HOME=folder, TMPDIR=folder)
    sys.path.append(folder)  # last: a numpy.py handed in never stands in for NumPy
    sys.argv = sys.orig_argv[:] = ["ipykernel_launcher.py"]
    memory = request["memory"]
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, request["file_bytes"]),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        _limit(limit, value)
    if request["confine"]:
        from sandlock import Protection, Sandbox, confine

        lacking = (Protection.SIGNAL_SCOPE, Protection.ABSTRACT_UNIX_SOCKET_SCOPE)
        confine(
            Sandbox(
                fs_readable=request["readable"],
                fs_writable=[folder, os.devnull],
                allow_degraded=lacking if request["degraded"] else [],
            )
        )
        _refuse_what_the_sandbox_allows()
    return channels


def _refuse_what_the_sandbox_allows() -> None:
    """Let the kernel refuse this process every socket but those of Unix, and the names behind links.

    Landlock knows TCP and UDP alone, and sandlock reads links for a process, those to folders and open files of others
    in /proc included. A filter in classic BPF, as in Linux' Documentation/userspace-api/seccomp_filter.rst; the sandbox
    has set no_new_privs already.
    """
    import errno
    import socket
    import struct

    architecture, socket_call, links = {
        "x86_64": (0xC000003E, 41, (89, 267)),  # socket; readlink, readlinkat
        "aarch64": (0xC00000B7, 198, (78, 78)),
    }[os.uname().machine]
    load, equal, not_less, end = 0x20, 0x15, 0x35, 0x06
    allow, deny = 0x7FFF0000, 0x00050000
    program = [  # operation, steps to jump if true, if false, operand
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 0, 7, architecture),
        (load, 0, 0, 0),  # seccomp_data.nr
        (not_less, 5, 0, 0x40000000),  # the numbers of x32
        (equal, 4, 0, links[0]),
        (equal, 3, 0, links[1]),
        (equal, 0, 3, socket_call),
        (load, 0, 0, 16),  # its first argument
        (equal, 1, 2, socket.AF_UNIX),
        (end, 0, 0, deny | errno.EACCES),
        (end, 0, 0, allow),
        (end, 0, 0, deny | errno.EAFNOSUPPORT),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    filters = ctypes.create_string_buffer(code)
    address = struct.pack("HP", len(program), ctypes.addressof(filters))
    if LIBC.prctl(22, 2, ctypes.create_string_buffer(address), 0, 0):  # PR_SET_SECCOMP, FILTER
        raise OSError(ctypes.get_errno(), "seccomp")


def _limit(limit: int, value: int) -> None:
    """setrlimit for this process only: the call that Python uses could reach others, and fails in the sandbox."""
    number = {"x86_64": 160, "aarch64": 164}.get(os.uname().machine)
    if number is None:
        resource.setrlimit(limit, (value, value))
        return
    if LIBC.syscall(number, limit, (ctypes.c_ulong * 2)(value, value)):
        raise OSError(ctypes.get_errno(), "setrlimit")


def _run_cell(shell: Any, source: str, seconds: float) -> list[dict[str, Any]]:
    words = f"This cell was stopped after {seconds:g} seconds."
    try:
        with limited(seconds, lambda: CellTimeout(words)):
            return shell.run(source)
    except CellTimeout:  # after the cell itself, while its figures were drawn
        if "matplotlib.pyplot" in sys.modules:  # or the next cell would try to draw them again
            sys.modules["matplotlib.pyplot"].close("all")
        return [
            {"output_type": "error", "ename": "CellTimeout", "evalue": words, "traceback": [words]}
        ]


class CellTimeout(BaseException):
    """The cell has run for too long."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
