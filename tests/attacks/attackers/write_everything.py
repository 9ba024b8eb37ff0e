"""Try every way to change what belongs to the instructor and to other students; say what could be changed."""

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import byhand
import numpy as np

course, mark = PLACES["course"], PLACES["mark"]
libc = ctypes.CDLL(None, use_errno=True)
own = [  # of this test: may really be changed
    f"{course}/source/plans.txt",
    f"{course}/tests/hidden/chain_rule.py",
    f"{course}/nbgrader_config.py",
    f"{PLACES['home']}/secret.txt",
    f"{PLACES['neighbour']}/chain_rule.ipynb",
]
foreign = [
    byhand.__file__,
    np.__file__,
    "/etc/passwd",
    "/usr/bin/env",
    "/proc/self/exe",
    sys.executable,
]
folders = [
    course,
    f"{course}/source",
    f"{course}/submitted/a00z",
    f"{course}/autograded/a00z",
    PLACES["home"],
]
folders += [
    "/",
    "/etc",
    "/usr/lib",
    "/root",
    "/home",
    os.path.dirname(np.__file__),
    os.path.dirname(byhand.__file__),
]
failed = 0


def attempt(how, what, function, *arguments):
    global failed
    try:
        function(*arguments)
    except BaseException:
        failed += 1
    else:
        print("GOT", how, what)


def check(result):
    if result:
        raise OSError(ctypes.get_errno())


def append(path):
    with open(path, "ab") as file:
        file.write(b"\n# changed by a student\n")


def overwrite(path):
    with open(path, "r+b") as file:
        file.write(b"#")


def open_for_writing(path):
    os.close(os.open(path, os.O_RDWR))


def make(folder):
    Path(folder, f"{mark}-file").write_text("x")


def earn():
    with sqlite3.connect(f"{course}/gradebook.db", timeout=1) as database:
        database.execute("update grade set manual_score = 100")


def through_proc(path):
    descriptor = os.open(path, os.O_PATH)
    with open(f"/proc/self/fd/{descriptor}", "ab") as file:
        file.write(b"\n# changed by a student\n")


# what no Landlock rule covers comes first: the mode, the time, the owner and the attributes of a file
for path in [*own, f"{course}/gradebook.db"]:
    attempt("chmod", path, lambda: os.chmod(path, 0o666))
    attempt("fchmodat", path, lambda: check(libc.fchmodat(-100, path.encode(), 0o666, 0)))
    attempt("fchmodat2", path, lambda: check(libc.syscall(452, -100, path.encode(), 0o666, 0)))
    attempt("utime", path, lambda: os.utime(path, (1, 1)))
    attempt("chown", path, lambda: os.chown(path, 65534, 65534))
    attempt("setxattr", path, lambda: os.setxattr(path, "user.changed", b"1"))
for path in own:
    for how, function in {
        "append": append,
        "overwrite": overwrite,
        "open": open_for_writing,
        "through /proc": through_proc,
        "truncate": lambda path: os.truncate(path, 3),
        "truncate in C": lambda path: check(libc.truncate(path.encode(), ctypes.c_long(3))),
        "rename over": lambda path: os.replace(
            __file__ if "__file__" in globals() else "nothing", path
        ),
        "shell": lambda path: subprocess.run(
            ["sh", "-c", f"echo >> {path}"], check=True, stderr=-3
        ),
        "unlink": os.unlink,
    }.items():
        attempt(how, path, function, path)
for path in foreign:
    attempt("open for writing", path, open_for_writing, path)
for folder in folders:
    attempt("make a file", folder, make, folder)
    attempt("make a folder", folder, lambda: os.mkdir(f"{folder}/{mark}-folder"))
    attempt("make a link", folder, lambda: os.symlink("/etc", f"{folder}/{mark}-link"))
    attempt("make a pipe", folder, lambda: os.mkfifo(f"{folder}/{mark}-fifo"))
attempt("rename a folder", course, lambda: os.rename(f"{course}/source", f"{course}/{mark}-source"))
attempt("remove a folder", course, lambda: shutil.rmtree(f"{course}/feedback-{mark}"))
attempt("update the gradebook", course, earn)
attempt("write the gradebook", course, lambda: open_for_writing(f"{course}/gradebook.db"))
attempt("write a disk", "/dev/vda", lambda: open_for_writing("/dev/vda"))
attempt("write memory", "/dev/mem", lambda: open_for_writing("/dev/mem"))
attempt("make a device", "disk", lambda: os.mknod(f"{mark}-disk", 0o60600, os.makedev(254, 0)))
attempt("mount", "/", lambda: check(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)))
attempt("chroot", ".", lambda: os.chroot("."))
attempt("own namespace", "user", lambda: check(libc.unshare(0x10000000)))
attempt("keyring", "session", lambda: check(libc.syscall(250, 0, 0, 0, 0) < 0))
print(f"DONE: {failed} attempts failed")


def two_weights(x1, x2, k):
    for path in own:
        attempt("in the call", path, append, path)
    return 0.0, 0.0
