"""Grading needs no privileges: an ordinary user grades in the sandbox, which holds for that user too.

As root, the test runs this file as the user `nobody`, whose home and course folder are temporary ones.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from byhand.exercise import load_exercises
from byhand.grading.sandbox import Level, protection_level

ROOT = Path(__file__).parent.parent
UNIT, NOTEBOOK = "1_chain_rule", "chain_rule"
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / f"{NOTEBOOK}.py")
NOBODY = 65534
DAC_READ_SEARCH = 2  # the number of the capability to read whatever its permissions

#: a cell that tries what this user may do outside of the sandbox; everything has to be denied
HOSTILE = """\
import os, signal, socket

def denied(action):
    try:
        action()
    except OSError:
        return True
    return False

print(denied(lambda: open({secret!r}).read()))
print(denied(lambda: os.listdir({home!r})))
print(denied(lambda: open({home!r} + "/new.txt", "w")))
print(denied(lambda: os.unlink({secret!r})))
print(denied(lambda: os.kill({pid}, 0)))
print(denied(lambda: socket.create_connection(("127.0.0.1", {port}), timeout=5)))
"""


@pytest.mark.skipif(protection_level() is Level.NONE, reason="not here: there is no sandbox")
def test_an_ordinary_user_grades_in_the_sandbox():
    home = Path(tempfile.mkdtemp(prefix="byhand-user-"))
    try:
        graded = run_as_ordinary_user(home)
    finally:
        shutil.rmtree(home)
    assert graded["uid"] != 0
    assert graded["capabilities"] & ~(1 << DAC_READ_SEARCH) == 0
    assert graded["level"] == protection_level().value
    assert graded["scores"] == {name: e.points for name, e in EXERCISES.items()}
    assert graded["hostile"].split() == ["True"] * HOSTILE.count("print(")
    assert graded["notes"] == []


def run_as_ordinary_user(home):
    """What `grade_as_this_user` says in a process of an ordinary user."""
    command = [sys.executable, str(Path(__file__).resolve()), str(home)]
    becoming = []
    if os.getuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("not here: there is no `setpriv` to become an ordinary user with")
        becoming = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        none = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]
        # through env, because setpriv itself may still start what the user may not
        try_it = ["env", sys.executable, "-c", f"import byhand; open({str(Path(__file__))!r})"]
        if subprocess.run([*becoming, *none, *try_it], capture_output=True).returncode == 0:
            becoming += none
        else:  # Python or the checkout lie in root's home: nobody may read there, but nothing more
            only = "-all,+dac_read_search"
            becoming += [f"--inh-caps={only}", f"--ambient-caps={only}"]
            if subprocess.run([*becoming, *try_it], capture_output=True).returncode:
                pytest.skip("not here: Python is installed where only root can read it")
    environment = {"HOME": str(home), "TMPDIR": str(home), "PATH": os.environ.get("PATH", "")}
    run = subprocess.run(
        [*becoming, *command], env=environment, cwd=home, capture_output=True, timeout=300
    )
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


def grade_as_this_user(home):
    """Grade the solved notebook with one hostile cell more; what came of it."""
    import socket

    from byhand.grading.graded_run import GradedRun
    from byhand.grading.session import Limits, Worker

    course = home / "course"
    course.mkdir()
    secret = course / "secret.txt"
    secret.write_text("secret")
    notebook = nbformat.read(ROOT / "solutions" / UNIT / f"{NOTEBOOK}.ipynb", as_version=4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = HOSTILE.format(
            secret=str(secret), home=str(home), pid=os.getpid(), port=server.getsockname()[1]
        )
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source))
        worker = Worker()
        try:
            run = GradedRun(
                notebook, EXERCISES, worker=worker, limits=Limits(), files=course, seed=lambda _: 1
            )
            run.grade()
            level = worker.level.value
        finally:
            worker.close()
    return {
        "uid": os.getuid(),
        "capabilities": effective_capabilities(),
        "level": level,
        "scores": {name: verdict.score for name, verdict in run.verdicts.items()},
        "hostile": "".join(output.get("text", "") for output in run.cells[0].outputs),
        "notes": run.notes,
    }


def effective_capabilities():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("CapEff:")), 16)


if __name__ == "__main__":
    print(json.dumps(grade_as_this_user(Path(sys.argv[1]))))
