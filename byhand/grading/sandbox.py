"""Starting the worker where it can do no harm: files, network, memory and processes restricted.

`sandlock` does the work (Landlock and seccomp, no root, no namespaces). What it enforces depends on the kernel:
`protection_level` says what holds here.
"""

import contextlib
import os
import platform
import secrets
import shutil
import site
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from byhand.problem import Problem

#: Landlock's version from which signals and abstract sockets are scoped, too (Linux 6.12)
STRICT_ABI = 6
#: the oldest with which files and TCP are restricted (Linux 6.7)
OLDEST_ABI = 4
#: with an older kernel than Linux 6.12, no process in the sandbox may signal any other
SIGNALS = ("kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
#: what Landlock leaves open to processes of one user: rights, owners and times of any file they can name, and the
#: priority and limits of any process
OTHERS = (
    *("fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat", "utimensat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    *("setpriority", "ioprio_set", "prlimit64", "sched_setaffinity", "sched_setattr"),
    *("sched_setparam", "sched_setscheduler"),
)
#: another root folder, and device files
NEVER = ("chroot", "mknodat")
#: the same, under names that only x86 has
OTHERS_X86 = ("chmod", "chown", "lchown", "utime", "utimes", "futimesat", "mknod")
MOST_PROCESSES = 64
#: for the libraries behind NumPy: a submission has one processor
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


class Level(Enum):
    """How much of the sandbox this machine can enforce."""

    STRICT = "strict"
    DEGRADED = "degraded"
    NONE = "none"


def landlock_abi() -> int:
    """Landlock's version on this machine, −1 where there is none."""
    if sys.platform != "linux":
        return -1
    try:
        import sandlock
    except ImportError:
        return -1
    return int(sandlock.landlock_abi_version())


def protection_level() -> Level:
    """What this machine can enforce."""
    abi = landlock_abi()
    if abi >= STRICT_ABI:
        return Level.STRICT
    return Level.DEGRADED if abi >= OLDEST_ABI else Level.NONE


@dataclass
class WorkerProcess:
    """The worker, running: its pipes, its process id, and how to end it."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    pid: int
    end: Callable[[], None]
    level: Level
    stderr: IO[bytes] | None = None
    #: to be called once it has answered for the first time
    has_started: Callable[[], None] = lambda: None

    def last_words(self) -> str:
        """What it wrote to stderr before it ended: its last line."""
        if self.stderr is None:
            return ""
        os.set_blocking(self.stderr.fileno(), False)
        text = (self.stderr.read() or b"").decode(errors="replace")
        return text.strip().rpartition("\n")[2][:500]


def readable_paths(library: Path) -> list[str]:
    """What the worker may read: Python, the installed packages, system libraries, fonts, and `library`."""
    paths = {
        sys.prefix,
        sys.base_prefix,
        *site.getsitepackages(),
        "/usr",
        "/lib",
        "/lib64",
        "/etc/fonts",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/dev/null",
        "/dev/zero",
        "/dev/urandom",
        str(library),
    }
    return sorted(path for path in paths if os.path.exists(path))


def copy_library(library: Path) -> None:
    """Copy of this package what notebooks and the worker need: no grading code, and nothing from a checkout.

    What Python has compiled comes along where it is known: compiling takes longer than the rest of the start.
    """
    package = Path(__file__).resolve().parent.parent
    target = library / "byhand"
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("grading"))
    (target / "grading" / "__pycache__").mkdir(parents=True)
    for name in ("__init__", "wire", "shell", "purity", "worker"):
        for path in (
            package / "grading" / f"{name}.py",
            *package.glob(f"grading/__pycache__/{name}.*.pyc"),
        ):
            shutil.copy2(path, target / path.relative_to(package))


def denied_syscalls(level: Level) -> list[str]:
    """System calls that fail for every process in the sandbox."""
    denied = [*NEVER, *OTHERS, *(OTHERS_X86 if platform.machine() == "x86_64" else ())]
    return denied + (list(SIGNALS) if level is Level.DEGRADED else [])


def start_worker(scratch: Path, allow_unsandboxed: bool) -> WorkerProcess:
    """Start the worker with everything in `scratch`; raise Problem where that is not safe."""
    level = protection_level()
    library = scratch / "library"
    copy_library(library)
    _prepare_home(scratch / "home")
    command = [
        sys.executable,
        "-P",
        str(library / "byhand" / "grading" / "worker.py"),
        str(scratch),
    ]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch / "home"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(library),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as in a notebook
        "MPLCONFIGDIR": str(scratch / "home"),
        "IPYTHONDIR": str(scratch / "home"),
        **ONE_THREAD,
    }
    if level is not Level.NONE:
        return _start_sandboxed(command, environment, scratch, library, level)
    if not allow_unsandboxed:
        raise Problem(
            "Student code would run here without a sandbox: this needs Linux 6.7 or newer with Landlock, and the "
            "package sandlock. `byhand doctor` says what is missing. To grade people you trust without it, set "
            "c.GradeInSandbox.allow_unsandboxed = True in nbgrader_config.py."
        )
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=scratch,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def end() -> None:
        process.kill()
        process.wait()

    return WorkerProcess(process.stdin, process.stdout, process.pid, end, level)


def _start_sandboxed(
    command: list[str], environment: dict[str, str], scratch: Path, library: Path, level: Level
) -> WorkerProcess:
    from sandlock import Protection, Sandbox, StdioMode

    lacking = (Protection.SIGNAL_SCOPE, Protection.ABSTRACT_UNIX_SOCKET_SCOPE)
    sandbox = Sandbox(
        fs_readable=readable_paths(library),
        fs_writable=[str(scratch / "home"), str(scratch / "work"), "/dev/null"],
        max_processes=MOST_PROCESSES,
        clean_env=True,
        name=f"jupyter-{secrets.token_hex(4)}",  # the host name inside; no two at once may have one
        env=environment,
        cwd=str(scratch / "work"),
        no_coredump=True,
        extra_deny_syscalls=denied_syscalls(level),
        allow_degraded=lacking if level is Level.DEGRADED else [],
    )
    threads, processors = _threads("self"), os.sched_getaffinity(0)
    # The sandbox looks at every file the worker opens: from another processor that takes five times as long, and
    # imports open thousands. So both share one until the worker has started.
    os.sched_setaffinity(0, {sorted(processors)[os.getpid() % len(processors)]})
    try:
        process = sandbox.popen(
            command, stdin=StdioMode.PIPED, stdout=StdioMode.PIPED, stderr=StdioMode.PIPED
        )
    finally:
        os.sched_setaffinity(0, processors)
    assert process.stdin is not None
    assert process.stdout is not None
    of_sandbox = _threads("self") - threads

    def spread() -> None:
        for thread in of_sandbox | _threads(process.pid):
            with contextlib.suppress(OSError):  # it has ended
                os.sched_setaffinity(thread, processors)

    def end() -> None:
        process.kill()
        process.wait()

    return WorkerProcess(
        process.stdin, process.stdout, process.pid, end, level, process.stderr, spread
    )


def _threads(process: int | str) -> set[int]:
    try:
        return set(map(int, os.listdir(f"/proc/{process}/task")))
    except OSError:
        return set()


def _prepare_home(home: Path) -> None:
    """Matplotlib's list of fonts, which takes seconds to make, and a file that IPython would otherwise chmod."""
    home.mkdir(parents=True, exist_ok=True)
    for lists in _font_lists():
        shutil.copy(lists, home)
    startup = home / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "README").touch()


def _font_lists() -> list[Path]:
    """Where Matplotlib keeps them by its documentation; only if there are none it is asked, since it loads slowly."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    usual = Path(os.environ.get("MPLCONFIGDIR") or caches / "matplotlib")
    if found := [*usual.glob("fontlist-*.json")]:
        return found
    import matplotlib

    return [*Path(matplotlib.get_cachedir()).glob("fontlist-*.json")]
