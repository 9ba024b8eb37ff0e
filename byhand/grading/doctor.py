"""`byhand doctor`: what protects grading on this machine, tried out from inside the sandbox."""

import contextlib
import importlib.metadata
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from byhand.grading import sandbox
from byhand.grading.probes import NUMBERS, PROBES, Places, Probe
from byhand.grading.sandbox import Level

if TYPE_CHECKING:
    from byhand.grading.session import Limits, Worker

PACKAGES = ("nbgrader", "jupytext", "msgspec", "sandlock")
INSTALL = "pip install 'backprop-by-hand[grading]'"
REFUSALS = ("PermissionError", "OSError", "BlockingIOError", "MemoryError", "CellTimeout")
ANSWERS = {True: "✓", False: "✗", None: "–"}


@dataclass
class Diagnosis:
    """What was found: facts about the machine, and what each probe saw (None: could not be tried)."""

    facts: dict[str, str]
    level: Level
    seen: dict[str, bool | None] = field(default_factory=dict)
    #: why nothing could be tried, or why grading is refused; one sentence
    obstacle: str | None = None

    @property
    def broken(self) -> list[Probe]:
        """Protections that are promised at this level and were not seen."""
        return [p for p in PROBES if self.level in p.promised and not self.seen.get(p.name)]

    @property
    def why_not(self) -> str | None:
        """One sentence that says why nobody should be graded here; None if all is well."""
        if self.obstacle is None and self.broken:
            names = "; ".join(probe.name for probe in self.broken)
            return f"Promised at level {self.level.value}, but not seen here: {names}."
        return self.obstacle

    @property
    def covered(self) -> list[int]:
        """Numbers of the attack tests for which every protection they need was seen here."""
        lacking = {n for p in PROBES if not self.seen.get(p.name) for n in p.attacks}
        return [] if self.obstacle else [n for n in NUMBERS if n not in lacking]


def diagnose(limits: "Limits | None" = None, allow_unsandboxed: bool = False) -> Diagnosis:
    """Start the worker as grading does, and try from inside what must not be possible.

    Never raises for what is wrong with the machine: the diagnosis says it.
    """
    level = sandbox.protection_level()
    diagnosis = Diagnosis(machine_facts(), level)
    absent = [name for name in PACKAGES[:3] if package_version(name) is None]
    if absent:
        diagnosis.obstacle = f"Not installed: {', '.join(absent)}. {INSTALL} brings all of it."
    elif level is Level.NONE and not allow_unsandboxed:
        diagnosis.obstacle = f"Grading is refused here: {_what_is_missing()}"
    else:
        try:
            diagnosis.seen = _try_everything(limits, allow_unsandboxed)
        except Exception as error:
            what = " ".join(f"{type(error).__name__}: {error}".split())
            diagnosis.obstacle = f"The worker could not be started and probed here ({what})."
    return diagnosis


def diagnose_course(course: Path) -> Diagnosis:
    """`diagnose`, with the limits and the permission that nbgrader_config.py in this folder gives."""
    if any(package_version(name) is None for name in PACKAGES[:3]):
        return diagnose()
    from byhand.grading.replay import course_settings, limits_of

    settings = course_settings(course)
    return diagnose(limits_of(settings), settings.allow_unsandboxed)


def show(diagnosis: Diagnosis, console: Console) -> None:
    """Print the facts, the table of protections, the numbers and the outcome."""
    for name, fact in diagnosis.facts.items():
        console.print(f"{name:>10}  {fact}")
    table = Table("protection", "promised", "seen here", "what to do to get more")
    for probe in PROBES:
        promised, seen = diagnosis.level in probe.promised, diagnosis.seen.get(probe.name)
        advice = "" if seen else probe.advice(diagnosis.level)
        table.add_row(probe.name, "yes" if promised else "no", ANSWERS[seen], advice)
    console.print(table)
    covered = set(diagnosis.covered)
    console.print(f"attack tests covered here: {ranges(covered) or 'none'}")
    console.print(f"not enforced here: {ranges(set(NUMBERS) - covered) or 'none'}")
    console.print(
        diagnosis.why_not or f"Grading works here, at level {diagnosis.level.value}.",
        soft_wrap=True,
    )


def ranges(numbers: set[int]) -> str:
    """{1, 2, 3, 5} → "1–3, 5"."""
    starts = [n for n in sorted(numbers) if n - 1 not in numbers]
    ends = [n for n in sorted(numbers) if n + 1 not in numbers]
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True))


# --- the machine ---------------------------------------------------------------------------------


def machine_facts() -> dict[str, str]:
    """What the protection depends on, in words; nothing here needs to exist on every machine."""
    abi = sandbox.landlock_abi()
    versions = [f"{name} {package_version(name) or 'not installed'}" for name in PACKAGES]
    return {
        "kernel": f"{platform.system()} {platform.release()}",
        "Landlock": f"ABI {abi}" if abi > 0 else "none that can be used",
        "seccomp": _seccomp(),
        "rlimits": _rlimits(),
        "user": _user(),
        "Python": f"{platform.python_version()}, {sys.executable}",
        "packages": ", ".join(versions),
        "level": sandbox.protection_level().value,
    }


def package_version(name: str) -> str | None:
    """The installed version of a package, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _seccomp() -> str:
    try:
        actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text().split()
    except OSError:
        return "none"
    return "with user notification" if "user_notif" in actions else "without user notification"


def _rlimits() -> str:
    try:
        import resource
    except ImportError:
        return "none"
    caps = []
    for name in ("AS", "FSIZE", "NOFILE", "NPROC"):
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
        if hard != resource.RLIM_INFINITY:
            caps.append(f"{name} ≤ {hard:,}")
    return f"yes ({', '.join(caps) or 'no limit of its own'})"


def _user() -> str:
    if not hasattr(os, "getuid"):
        return "unknown"
    return "root: better an ordinary user" if os.getuid() == 0 else f"ordinary ({os.getuid()})"


def _what_is_missing() -> str:
    """Why there is no sandbox, and what to do; one sentence."""
    if sys.platform != "linux":
        return f"there is no sandbox on {platform.system()}; grade on Linux 6.12 or newer."
    try:
        import sandlock  # noqa: F401
    except ImportError:
        return f"the package sandlock cannot be imported; {INSTALL} brings it."
    return (
        f"this kernel ({platform.release()}) has no Landlock that suffices; Linux 6.12 or newer with "
        "`landlock` among its lsm= modules has."
    )


# --- probing -------------------------------------------------------------------------------------


def _try_everything(limits: "Limits | None", allow_unsandboxed: bool) -> dict[str, bool | None]:
    from byhand.grading.session import Limits, Worker

    limits = limits or Limits()
    worker = Worker(allow_unsandboxed)
    try:
        with _outside() as places:
            worker.begin(limits).close()  # so that there is a worker, and a place beside the next
            assert worker.scratch is not None
            neighbour = worker.scratch / "work" / "neighbour.txt"
            neighbour.write_text("an answer")
            places = replace(places, neighbour=str(neighbour))
            return {probe.name: _try(probe, places, worker, limits) for probe in PROBES}
    finally:
        worker.close()


def _try(probe: Probe, places: Places, worker: "Worker", limits: "Limits") -> bool | None:
    """Whether the attempt was stopped, in a submission of its own; None where it cannot be made."""
    if probe.needs and getattr(places, probe.needs) is None:
        return None
    if probe.seconds is not None:
        limits = replace(limits, cell_seconds=probe.seconds)
    submission = worker.begin(limits)
    try:
        if _stopped(submission.run("import ctypes, os, resource, socket")):
            raise RuntimeError("a submission cannot even import")
        return _stopped(submission.run(probe.cell(places, limits)))
    finally:
        submission.close()


def _stopped(outputs: list[dict[str, Any]]) -> bool:
    """Whether the machine said no. Raises RuntimeError for a cell that is itself wrong: it has proved nothing."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    if not errors:
        return False
    if errors[0]["ename"] in REFUSALS:
        return True
    raise RuntimeError(f"a probe failed: {errors[0]['ename']}: {errors[0]['evalue']}")


@contextlib.contextmanager
def _outside() -> Iterator[Places]:
    """A folder, a process and listening sockets of our own, outside the sandbox."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doctor-")))
        (folder / "secret.txt").write_text("a hidden test")
        bystander = subprocess.Popen(
            [sys.executable, "-c", "input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(bystander.wait)
        stack.callback(bystander.kill)
        stack.enter_context(contextlib.closing(bystander.stdin))  # type: ignore[type-var]
        yield Places(
            folder=str(folder),
            course=os.getcwd(),
            bystander=bystander.pid,
            tcp=_listen(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            udp=_listen(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            unix=_listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            abstract=_listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, f"\0doctor-{os.getpid()}"),
        )


def _listen(stack: contextlib.ExitStack, family: int, kind: int, address: Any) -> Any:
    """The address of a socket that listens until the stack unwinds; None where there is no such thing."""
    try:
        ear = stack.enter_context(socket.socket(family, kind))
        ear.bind(address)
        if kind == socket.SOCK_STREAM:
            ear.listen()
    except OSError:
        return None
    return address if family == socket.AF_UNIX else ear.getsockname()
