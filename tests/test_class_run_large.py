"""A class of 2,000: how long it takes, and that no process grows with the number of submissions."""

import shutil
import sys
import time
from collections import Counter

import psutil
import pytest
from class_course import gradebook_rows, make_course

from byhand.grading.sandbox import Level, protection_level

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
]
ASSIGNMENT = "1_chain_rule"
SIZE, DIFFERENT = 2_000, 40
#: megabytes a process may gain in the second half of the run
MOST_GROWTH = 10


def kind_of(process):
    """What a process of the run is for; "" for the short-lived ones."""
    command = process.cmdline()
    if "byhand" in command:
        return "parent"
    if command[-2].endswith("grading/worker.py"):
        return "sandboxed" if not command_of_parent(process).count("worker.py") else ""
    return "supervisor" if "forkserver" in command_of_parent(process) else ""


def command_of_parent(process):
    return " ".join(process.parent().cmdline())


def memory(run):
    """Megabytes that each process has in memory, by kind and process id."""
    found = {}
    for process in [run, *run.children(recursive=True)]:
        try:
            if kind := kind_of(process):
                found[kind, process.pid] = process.memory_info().rss / 1e6
        except (psutil.Error, IndexError, AttributeError):
            continue
    return found


def test_2000_submissions_are_graded_with_flat_memory(tmp_path):
    course = make_course(tmp_path / "course", [ASSIGNMENT], DIFFERENT)
    for number in range(DIFFERENT, SIZE):
        original = course / "submitted" / f"s{number % DIFFERENT + 1:02}"
        shutil.copytree(original, course / "submitted" / f"t{number:04}")
    begun = time.monotonic()
    command = [sys.executable, "-m", "byhand", "grade", ASSIGNMENT]
    curve = []
    with open(tmp_path / "printed", "w") as printed:
        run = psutil.Popen(command, cwd=course, stdout=printed)
        while run.poll() is None:
            done = len(list((course / "autograded").glob("*")))
            if done:
                curve.append((done, memory(run)))
            time.sleep(2)
    seconds = time.monotonic() - begun
    times = Counter(key for _, megabytes in curve for key in megabytes)
    lasting = {key for key, count in times.items() if count > len(curve) / 10}
    curve = [(done, {k: v for k, v in m.items() if k in lasting}) for done, m in curve]
    said = (tmp_path / "printed").read_text()
    assert f"{SIZE} graded, 0 skipped, 0 repaired, 0 failed" in said, said
    rows = gradebook_rows(course)
    assert len(rows["submissions"]) == SIZE
    scores = {}
    for _, student, _, name, _, auto_score, *_ in rows["grades"]:
        scores.setdefault(student, {})[name] = auto_score
    for number in range(DIFFERENT, SIZE):
        assert scores[f"t{number:04}"] == scores[f"s{number % DIFFERENT + 1:02}"]

    print(f"\n{SIZE} submissions in {seconds:.0f} s, {SIZE / seconds:.1f} per second")
    print("megabytes in memory (RSS), by process, over the run")
    for done, megabytes in curve[:: max(1, len(curve) // 12)]:
        shown = ", ".join(f"{kind} {value:.0f}" for (kind, _), value in sorted(megabytes.items()))
        print(f"  {done:5} graded: {shown}")
    peaks = {key: max(m.get(key, 0) for _, m in curve) for key in lasting}
    print("peak:", ", ".join(f"{kind} {value:.0f}" for (kind, _), value in sorted(peaks.items())))
    half = next(m for done, m in curve if done >= SIZE // 2)
    late = [m for done, m in curve if done >= SIZE * 0.9]
    for key, value in half.items():
        growth = max((m[key] for m in late if key in m), default=0) - value
        assert growth < MOST_GROWTH, f"{key[0]} has grown by {growth:.0f} MB"
