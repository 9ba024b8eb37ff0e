"""`byhand grade` when processes are killed at random moments: every submission is graded exactly once all the same.

Dask runs as it would on a cluster: a scheduler and workers, each started by its own command, on ports of this machine.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest
from class_course import byhand, gradebook_rows, graded_files, make_course
from dask_cluster import dask_cluster

from byhand.grading.class_run import RUN
from byhand.grading.sandbox import Level, protection_level

pytestmark = [
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
    pytest.mark.xdist_group("class run"),
]
ASSIGNMENT = "1_chain_rule"
SEED = random.randrange(10**6)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("few"), 12)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("sixty"), 60)


class Undisturbed:
    """A class, and what comes out when one worker grades it and nobody is killed."""

    def __init__(self, folder, size):
        self.size = size
        self.handed_in = make_course(folder / "handed in", [ASSIGNMENT], size)
        course = shutil.copytree(self.handed_in, folder / "graded")
        run = byhand(course, "grade", ASSIGNMENT, "--workers=1")
        assert f"{size} graded, 0 skipped" in run.stdout, run.stdout + run.stderr
        self.rows, self.files = gradebook_rows(course), graded_files(course)

    def check(self, course):
        assert gradebook_rows(course) == self.rows
        assert graded_files(course) == self.files


class Disturbed:
    """A run of the command, its processes, and what it has written to its journal."""

    def __init__(self, course, *arguments):
        self.course = course
        self.log = course.parent / "log"
        self.begun = time.monotonic()
        with open(self.log, "w") as log:
            self.process = psutil.Popen(
                [sys.executable, "-m", "byhand", "grade", ASSIGNMENT, *arguments],
                cwd=course,
                stdout=log,
                stderr=subprocess.STDOUT,
                # a shell ignores interrupts for what it runs in the background, tests for example
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        self.seen = {}

    def look(self):
        """Every process of the run, by what it is for."""
        kinds = {"supervisor": [], "sandboxed": []}
        below = self.process.children(recursive=True)
        for process in below:
            try:
                command, parent = process.cmdline(), process.parent()
                if any(part.endswith("grading/worker.py") for part in command):
                    self.seen[process.pid] = process, command[-1]
                    if not any("worker.py" in part for part in parent.cmdline()):
                        kinds["sandboxed"].append(process)
                        kinds["supervisor"].append(parent)
            except (psutil.Error, AttributeError):
                continue
        return kinds

    def wait_for(self, count):
        """Until so many submissions are graded, and the run is still going; then a moment more."""
        while self.process.poll() is None and len(journal(self.course)) < count:
            time.sleep(0.01)
        time.sleep(random.random() * 0.2)
        return self.process.poll() is None

    def end(self):
        self.process.wait(300)
        return self.log.read_text()

    def leaves_nothing(self):
        """All processes in the sandbox are gone, and their files."""
        processes = [process for process, _ in self.seen.values()]
        _, alive = psutil.wait_procs(processes, timeout=30)
        assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
        deadline = time.monotonic() + 30
        while left := [folder for _, folder in self.seen.values() if os.path.exists(folder)]:
            assert time.monotonic() < deadline, left
            time.sleep(0.1)


def journal(course):
    """The students in the journal, as far as its lines are whole."""
    path = course / RUN / "journal"
    lines = path.read_bytes().splitlines() if path.exists() else []
    records = [json.loads(line[9:]) for line in lines if line.endswith(b"}")]
    return [record["student"] for record in records if "student" in record]


def summary(printed):
    """How many the run has graded, skipped, and taken over."""
    found = re.search(r"(\d+) graded, (\d+) skipped, \d+ repaired, 0 failed", printed)
    assert found, printed
    taken = re.search(r"(\d+) had been graded by a run that was stopped", printed)
    return int(found[1]), int(found[2]), int(taken[1]) if taken else 0


def kill_parents(undisturbed, folder, kills):
    """Kill the command itself, again and again, interrupt it once, and let it end."""
    course = shutil.copytree(undisturbed.handed_in, folder / "course")
    random.seed(SEED)
    for _ in range(kills):
        before = journal(course)
        run = Disturbed(course, "--workers=2")
        most = max(1, (undisturbed.size - len(before)) // (kills + 1))
        assert run.wait_for(len(before) + random.randint(1, most)), run.end()
        run.look()
        run.process.kill()
        run.end()
        run.leaves_nothing()
        assert journal(course)[: len(before)] == before
    interrupt(Disturbed(course, "--workers=2"), len(journal(course)) + 1)
    graded_before = journal(course)
    assert max(Counter(graded_before).values()) == 1, SEED
    graded, skipped, taken = summary(Disturbed(course, "--workers=2").end())
    assert graded + skipped == undisturbed.size
    assert graded - taken == undisturbed.size - len(graded_before)
    undisturbed.check(course)


def interrupt(run, count):
    """As with Ctrl-C, when so many are graded."""
    assert run.wait_for(count), run.end()
    run.look()
    run.process.send_signal(signal.SIGINT)
    printed = run.end()
    assert run.process.returncode == 130
    assert "Stopped. What is graded is kept" in printed
    assert "Traceback" not in printed
    run.leaves_nothing()


def kill_children(undisturbed, folder, kind, kills):
    """Kill one process after the other of one run."""
    course = shutil.copytree(undisturbed.handed_in, folder / "course")
    random.seed(SEED)
    run = Disturbed(course, "--workers=2")
    count = 0
    for number in range(kills):
        count += random.randint(1, max(1, undisturbed.size // (kills + 1)))
        assert run.wait_for(count), f"{number} kills: {run.end()}"
        while not (victims := run.look()[kind]):
            assert run.process.poll() is None, f"{number} kills: {run.end()}"
            time.sleep(0.01)
        random.choice(victims).kill()
    graded, skipped, _ = summary(run.end())
    assert (graded, skipped) == (undisturbed.size, 0)
    run.leaves_nothing()
    undisturbed.check(course)


def test_attack_54_the_command_is_killed_again_and_again(few, tmp_path):
    kill_parents(few, tmp_path, 4)


@pytest.mark.parametrize("kind", ["supervisor", "sandboxed"])
def test_attack_54_a_process_of_the_pool_or_its_sandboxed_worker_is_killed(few, tmp_path, kind):
    kill_children(few, tmp_path, kind, 2)


def test_attack_54_dask_workers_are_killed_and_their_submissions_graded_by_others(few, tmp_path):
    kill_dask_workers(few, tmp_path, workers=2, kills=2)


def test_attack_55_sixteen_workers_give_what_one_gives(few, tmp_path):
    course = shutil.copytree(few.handed_in, tmp_path / "course")
    run = byhand(course, "grade", ASSIGNMENT, "--workers=16")
    assert summary(run.stdout) == (few.size, 0, 0)
    few.check(course)


def kill_dask_workers(undisturbed, folder, workers, kills):
    """Kill workers of a cluster, which starts them anew, while it grades."""
    course = shutil.copytree(undisturbed.handed_in, folder / "course")
    random.seed(SEED)
    with dask_cluster(folder / "dask", workers) as cluster:
        run = Disturbed(course, f"--scheduler={cluster.address}")
        count = 0
        for number in range(kills):
            count += random.randint(1, max(1, undisturbed.size // (kills + 1)))
            assert run.wait_for(count), f"{number} kills: {run.end()}"
            nanny = psutil.Process(random.choice(cluster.workers).pid)
            for process in nanny.children():
                if "resource_tracker" not in " ".join(process.cmdline()):
                    process.kill()
        assert summary(run.end()) == (undisturbed.size, 0, 0)
    undisturbed.check(course)


@pytest.mark.long
def test_10_kills_of_dask_workers_over_a_class_of_60(sixty, tmp_path):
    kill_dask_workers(sixty, tmp_path, workers=4, kills=10)


@pytest.mark.long
def test_attack_55_one_and_sixteen_workers_twice(sixty, tmp_path):
    for number, workers in enumerate((16, 16, 1)):
        course = shutil.copytree(sixty.handed_in, tmp_path / str(number))
        run = byhand(course, "grade", ASSIGNMENT, f"--workers={workers}")
        assert summary(run.stdout) == (sixty.size, 0, 0)
        sixty.check(course)


@pytest.mark.long
def test_50_kills_of_the_command_over_a_class_of_60(sixty, tmp_path):
    for number in range(5):
        (tmp_path / str(number)).mkdir()
        kill_parents(sixty, tmp_path / str(number), 10)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["supervisor", "sandboxed"])
def test_20_kills_of_processes_of_a_pool_over_a_class_of_60(sixty, tmp_path, kind):
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        kill_children(sixty, tmp_path / str(number), kind, 5)
