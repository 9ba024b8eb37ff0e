"""Try to kill, trace, slow down, read and stop other processes: the supervisor, and one of the test's own."""

import ctypes
import os
import signal
from pathlib import Path

libc, failed = ctypes.CDLL(None, use_errno=True), 0
victim, parent = PLACES["victim"], os.getppid()
PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17


def attempt(how, what, function, *arguments):
    global failed
    try:
        got = function(*arguments)
    except BaseException:
        failed += 1
    else:
        print("GOT", how, what, repr(got)[:100])


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno())
    return result


def trace(pid, request):
    check(libc.ptrace(request, pid, None, None))
    libc.ptrace(PTRACE_DETACH, pid, None, None)


def read_memory(pid):
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        if "[stack]" in line:
            start = int(line.split("-")[0], 16)
            with open(f"/proc/{pid}/mem", "rb") as memory:
                memory.seek(start)
                return len(memory.read(4096)) or 1 / 0
    raise OSError


def read_remotely(pid):
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    check(libc.process_vm_readv(pid, local, 1, remote, 1, 0))


def steal_descriptor(pid):
    descriptor = check(libc.syscall(434, pid, 0))
    return [check(libc.syscall(438, descriptor, number, 0)) for number in range(3)]


def signal_by_descriptor(pid):
    descriptor = check(libc.syscall(434, pid, 0))
    check(libc.syscall(424, descriptor, 0, None, 0))


for name, pid in {"parent": parent, "init": 1, "victim": victim}.items():
    for how, function in {
        "kill": lambda pid: os.kill(pid, 0),
        "continue": lambda pid: os.kill(pid, signal.SIGCONT),
        "tgkill": lambda pid: check(libc.syscall(234, pid, pid, 0)),
        "tkill": lambda pid: check(libc.syscall(200, pid, 0)),
        "pidfd": signal_by_descriptor,
        "environment": lambda pid: Path(f"/proc/{pid}/environ").read_bytes() or 1 / 0,
        "memory": read_memory,
        "vm": read_remotely,
        "descriptors": lambda pid: os.listdir(f"/proc/{pid}/fd"),
        "descriptor": lambda pid: open(f"/proc/{pid}/fd/0", "rb", 0),
        "steal": steal_descriptor,
        "folder": lambda pid: os.readlink(f"/proc/{pid}/cwd"),
        "score": lambda pid: Path(f"/proc/{pid}/oom_score_adj").write_text("1000"),
    }.items():
        if name != "init":
            attempt(how, name, function, pid)
for how, function in {
    "trace": lambda pid: trace(pid, PTRACE_ATTACH),
    "seize": lambda pid: trace(pid, PTRACE_SEIZE),
    "renice": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 7),
    "limit": lambda pid: check(libc.prlimit64(pid, 7, (ctypes.c_uint64 * 2)(5, 5), None)),
    "affinity": lambda pid: os.sched_setaffinity(pid, {0}),
    "schedule": lambda pid: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
    "stop": lambda pid: os.kill(pid, signal.SIGSTOP),
    "terminate": lambda pid: os.kill(pid, signal.SIGTERM),
    "kill": lambda pid: os.kill(pid, signal.SIGKILL),
}.items():
    attempt(how, "victim", function, victim)
attempt(
    "group",
    "parent's",
    lambda: os.killpg(os.getpgid(parent), 0) if os.getpgid(parent) != os.getpgid(0) else 1 / 0,
)
print(f"DONE: {failed} attempts failed")


def two_weights(x1, x2, k):
    attempt("kill in the call", "victim", os.kill, victim, 9)
    attempt("trace in the call", "parent", trace, os.getppid(), PTRACE_ATTACH)
    return 0.0, 0.0
