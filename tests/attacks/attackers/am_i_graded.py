"""Does anything here tell that this is not a learner at work: environment, arguments, folder, terminal?"""

import os
import sys
from pathlib import Path

SIGNS = ("grad", "sandlock", "submi", "judge", "worker", "attack", "landlock")
TOLD = []
attempts = 0


def ask(what, text):
    global attempts
    attempts += 1
    if any(sign in str(text).lower() for sign in SIGNS):
        TOLD.append(what)
        print("GOT", what, str(text)[:200])


for name, value in os.environ.items():
    ask(f"environment {name}", f"{name}={value}")
for argument in [*sys.argv, *sys.orig_argv]:
    ask("argv", argument)
ask("cwd", os.getcwd())
ask("cwd", [str(path) for path in Path().iterdir()])
ask("name", __name__ if __name__ != "__main__" else "")
ask("main", getattr(sys.modules["__main__"], "__file__", ""))
ask("path", sys.path[0])
for name in ("cmdline", "comm", "environ", "cgroup"):
    try:
        ask(f"/proc/self/{name}", Path("/proc/self", name).read_bytes())
    except OSError:
        ask("unreadable", "")
if sys.stdin is not None and sys.stdin.isatty():
    ask("terminal", "graded on a terminal")
try:
    get_ipython()
except NameError:
    ask("shell", "no shell: graded")
print(f"DONE: {attempts - len(TOLD)} attempts failed")
