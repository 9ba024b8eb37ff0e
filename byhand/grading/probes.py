"""The attempts that `byhand doctor` makes from inside the sandbox, and what they say about this machine.

A probe is a cell that must fail. Where it does not fail, it has done no harm: it touches only what the doctor has put
up for it, sends the signal 0, and lets go of what it has taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byhand.grading.sandbox import MOST_PROCESSES, Level

if TYPE_CHECKING:
    from byhand.grading.session import Limits

#: attack tests of `nbgrader autograde`, in tests/attacks/; the others are about grading a whole class at once
NUMBERS = tuple(n for n in range(1, 54) if n not in (15, 16, 17, 42))

SANDBOXED = frozenset({Level.STRICT, Level.DEGRADED})
ALWAYS = frozenset(Level)


@dataclass(frozen=True)
class Places:
    """What probes try to reach. A socket is None where this machine has no such thing."""

    folder: str
    course: str
    bystander: int
    tcp: tuple[str, int] | None
    udp: tuple[str, int] | None
    unix: str | None
    abstract: str | None
    neighbour: str = ""


@dataclass(frozen=True)
class Probe:
    """One protection: the levels at which it is promised, the attack tests that need it, and the attempt."""

    name: str
    promised: frozenset[Level]
    attacks: tuple[int, ...]
    cell: "Callable[[Places, Limits], str]"
    #: name of the place without which it cannot be tried
    needs: str = ""
    #: wall time for the cell, if not the usual
    seconds: float | None = None

    def advice(self, level: Level) -> str:
        """What to do where this protection was not seen."""
        if level in self.promised:
            return "do not grade here: this should hold; please report it"
        if level is Level.DEGRADED:
            return "Linux 6.12 or newer"
        return "Linux 6.12 or newer with Landlock, and the package sandlock"


def _connect(kind: str, address: object) -> str:
    family, _, kind = kind.partition(" ")
    return (
        f"with socket.socket(socket.AF_{family}, socket.SOCK_{kind}) as s:\n"
        f"    s.settimeout(2)\n    s.connect({address!r})\n    s.send(b'x')"
    )


_SHARED = """\
c = ctypes.CDLL(None, use_errno=True)
segment = c.shmget(0, 4096, 0o600)
if segment < 0:
    raise OSError(ctypes.get_errno(), "no shared memory")
c.shmctl(segment, 0, None)
"""

_FORKS = f"""\
waiting, holding = os.pipe()
try:
    for _ in range({MOST_PROCESSES + 8}):
        if os.fork() == 0:
            os.close(holding)
            os.read(waiting, 1)  # until the cell ends
            os._exit(0)
finally:
    os.close(holding)
    try:
        while os.wait():
            pass
    except ChildProcessError:
        pass
"""

_MEMORY = """\
import mmap
mmap.mmap(-1, {}).close()  # address space only: nothing is written to it
"""

_FILE = """\
with open("large", "wb") as file:
    file.seek({})
    file.write(b"x")
os.remove("large")
"""

_FILES = """\
held = []
try:
    while len(held) < 1000:
        held.append(os.open(os.devnull, os.O_RDONLY))
finally:
    for descriptor in held:
        os.close(descriptor)
"""

PROBES = (
    Probe(
        "files outside: reading",
        SANDBOXED,
        (24, 29, 34),
        lambda at, _: f"open({at.folder + '/secret.txt'!r}).read()",
    ),
    Probe(
        "the course folder: listing",
        SANDBOXED,
        (29, 34),
        lambda at, _: f"os.listdir({at.course!r})",
    ),
    Probe(
        "files outside: writing",
        SANDBOXED,
        (35, 38),
        lambda at, _: f"open({at.folder + '/new.txt'!r}, 'w').close()",
    ),
    Probe(
        "files of other submissions",
        SANDBOXED,
        (34, 35, 38),
        lambda at, _: f"open({at.neighbour!r}).read()",
    ),
    Probe(
        "TCP",
        SANDBOXED,
        (40,),
        lambda at, _: _connect("INET STREAM", at.tcp),
        needs="tcp",
    ),
    Probe(
        "UDP",
        SANDBOXED,
        (40,),
        lambda at, _: _connect("INET DGRAM", at.udp),
        needs="udp",
    ),
    Probe(
        "sockets of other protocols",
        SANDBOXED,
        (40,),
        lambda *_: (
            "for family, protocol in ((socket.AF_INET, 262), (16, 0)):  # MPTCP, netlink\n"
            "    socket.socket(family, socket.SOCK_STREAM if protocol else 3, protocol).close()"
        ),
    ),
    Probe(
        "Unix sockets with a path",
        SANDBOXED,
        (40,),
        lambda at, _: _connect("UNIX STREAM", at.unix),
        needs="unix",
    ),
    Probe(
        "abstract Unix sockets",
        frozenset({Level.STRICT}),
        (40,),
        lambda at, _: _connect("UNIX STREAM", at.abstract),
        needs="abstract",
    ),
    Probe(
        "signals to the grading process",
        SANDBOXED,
        (41,),
        lambda at, _: f"os.kill({at.bystander}, 0)",
    ),
    Probe(
        "signals to the worker",
        SANDBOXED,
        (41,),
        lambda *_: "os.kill(os.getppid(), 0)",
    ),
    Probe(
        "/proc of the grading process",
        SANDBOXED,
        (34, 41),
        lambda at, _: f"open('/proc/{at.bystander}/environ', 'rb').read()",
    ),
    Probe(
        "folders of the grading process",
        SANDBOXED,
        (41,),
        lambda at, _: f"os.readlink('/proc/{at.bystander}/cwd')",
    ),
    Probe(
        "shared memory of System V",
        SANDBOXED,
        (38,),
        lambda *_: _SHARED,
    ),
    Probe(
        "number of processes",
        SANDBOXED,
        (47,),
        lambda *_: _FORKS,
    ),
    Probe(
        "memory",
        ALWAYS,
        (46,),
        lambda _, limits: _MEMORY.format(limits.memory_bytes),
    ),
    Probe(
        "size of a file",
        ALWAYS,
        (49,),
        lambda _, limits: _FILE.format(limits.file_bytes),
    ),
    Probe(
        "open files",
        ALWAYS,
        (51,),
        lambda *_: _FILES,
    ),
    Probe(
        "a cell that never ends",
        ALWAYS,
        (44, 45),
        lambda *_: "while True:\n    pass",
        seconds=1,
    ),
    Probe(
        "rights and times of files outside",
        SANDBOXED,
        (35,),
        lambda at, _: f"os.chmod({at.folder + '/secret.txt'!r}, 0o600)",
    ),
    Probe(
        "priority of the grading process",
        SANDBOXED,
        (41,),
        lambda at, _: f"os.setpriority(os.PRIO_PROCESS, {at.bystander}, 5)",
    ),
    Probe(
        "resource limits of the grading process",
        SANDBOXED,
        (41,),
        lambda at, _: f"resource.prlimit({at.bystander}, resource.RLIMIT_CORE, (0, 0))",
    ),
)
