"""Look for what leave_behind.py of the student before has left."""

import ctypes
import os
import tempfile
from multiprocessing import shared_memory
from pathlib import Path

mark, key, libc, failed = PLACES["mark"], PLACES["key"], ctypes.CDLL(None), 0
home = Path(os.path.expanduser("~"))
paths = [Path(base, ".ipython/profile_default/startup") for base in (home, PLACES["home"])]
paths += [home, PLACES["home"], "/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir(), "."]
for folder in paths:
    try:
        found = [path for path in Path(folder).iterdir() if mark in path.name]
    except OSError:
        found = []
    found += [p for p in [Path(folder, f"{mark}-left.py")] if os.access(p, os.R_OK)]
    failed += not found
    for path in found:
        print("GOT", path)
try:
    print("GOT", bytes(shared_memory.SharedMemory(f"{mark}-memory").buf[:4]))
except BaseException:
    failed += 1
for name in ("shmget", "semget", "msgget"):
    arguments = {"shmget": (4096, 0), "semget": (1, 0), "msgget": (0,)}[name]
    try:
        print("GOT" if getattr(libc, name)(key, *arguments) >= 0 else "", name)
    except BaseException:
        failed += 1
print(f"DONE: {failed} attempts failed")
