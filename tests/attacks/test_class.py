"""Attacks that need a class: names, lost notebooks, the machinery's own ports. `byhand grade` grades them on a real
Dask cluster of this machine, once for all."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from course import _course, _environment, _nbgrader, _read_gradebook
from dask_cluster import dask_cluster
from submissions import NOTEBOOK, NOTHING, POINTS, UNIT, Work

pytestmark = [
    pytest.mark.xdist_group("class run"),
    pytest.mark.skipif(
        os.environ.get("BYHAND_ATTACKS") == "stock", reason="not here: byhand grade has a boundary"
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="not here: the boundary is one of Linux"),
]
EXERCISES = list(POINTS)
#: ids that work, each with answers of its own, so that a score in another's row would show
ODD_IDS = [
    *(
        "ana maria",
        "a+b()",
        "x]y",
        "é",
        "e\u0301",
        "漢字",
        "-rf",
        "--force",
        "x..",
        "a'b\"c",
        "{x}",
    ),
    *("%s", "a;b", "$(id)", "#1", "=cmd|' calc'!A0", "ünï-çødé"),
]
#: ids that are rejected, each with the words that say why
REJECTED = {
    "br[1]": "takes * ? [ in a name for a pattern",
    "..x": "begin with a dot",
    "star*": "takes * ? [ in a name for a pattern",
    "new\nline": "cannot be printed",
    "\u202egnp.exe": "cannot be printed",
    "l" * 140: "more than 128 characters",
}


def answers_of(number: int) -> dict[str, bool]:
    """Which exercises the student of this number has right: no two have the same."""
    return {name: bool((number + 1) >> bit & 1) for bit, name in enumerate(EXERCISES)}


def hand_in(course: Path, student: str, places: dict | None = None) -> Work:
    return Work(student, course / "submitted" / student / UNIT, places or {})


def leave_out(work: Work, right: dict[str, bool]) -> None:
    for name, is_right in right.items():
        if not is_right:
            work.answer(name, "raise NotImplementedError()")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class after `byhand grade`: its scores, and what the command said."""
    folder = tmp_path_factory.mktemp("class")
    canaries = dict.fromkeys(("source", "hidden"), "canary")
    course = _course(folder / "course", False, canaries)
    (folder / "home").mkdir()
    environment = _environment(folder / "home", "canary")
    assert _nbgrader(course, environment, "generate_assignment", UNIT) == 0
    for number, student in enumerate(ODD_IDS):
        work = hand_in(course, student)
        leave_out(work, answers_of(number))
        work.file("notes (1) [é] 漢.txt", student)
        work.file("-x", student)
        work.hand_in()
    for student in REJECTED:
        hand_in(course, student).hand_in()
    for make in (renamed, other_name, two_copies, nothing_but_text, older_release, older_and_wrong):
        make(course)
    with dask_cluster(folder / "dask", 2, environment) as cluster:
        assert all(reaches(port) for port in cluster.ports)
        spying(course, cluster.ports)
        assert len(cluster.ports) >= 3
        run = subprocess.run(
            [sys.executable, "-m", "byhand", "grade", UNIT, f"--scheduler={cluster.address}"],
            cwd=course,
            env=environment,
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert all(reaches(port) for port in cluster.ports), "the cluster has not survived"
    rows = {student: row["scores"] for student, row in _read_gradebook(course).items()}
    return SimpleNamespace(course=course, run=run, scores=rows)


def reaches(port: int) -> bool:
    with socket.socket() as mouth:
        mouth.settimeout(5)
        return mouth.connect_ex(("127.0.0.1", port)) == 0


def test_all_the_run_ends_with_exit_status_0(graded):
    assert graded.run.returncode == 0, graded.run.stdout + graded.run.stderr


# --- 15 ------------------------------------------------------------------------------------------


def renamed(course: Path) -> None:
    work = hand_in(course, "a15-renamed")
    work.hand_in()
    work.path.rename(work.folder / "Chain Rule (1).ipynb")


def other_name(course: Path) -> None:
    work = hand_in(course, "a15-other-name")
    work.hand_in()
    work.path.rename(work.folder / "homework.ipynb")


def two_copies(course: Path) -> None:
    work = hand_in(course, "a15-two-copies")
    work.hand_in()
    shutil.copy(work.path, work.folder / "chain_rule_final.ipynb")


def test_15_a_renamed_notebook_scores_0_and_is_named(graded):
    for student, words in (
        ("a15-renamed", "chain_rule.ipynb is missing and scores 0, but Chain Rule (1).ipynb looks"),
        ("a15-other-name", "chain_rule.ipynb is missing and scores 0; handed in: homework.ipynb"),
    ):
        assert graded.scores[student] == NOTHING
        assert f"{student}, {UNIT}: {words}" in graded.run.stdout


def test_15_a_second_notebook_costs_nothing_and_is_named(graded):
    assert graded.scores["a15-two-copies"] == POINTS
    words = f"a15-two-copies, {UNIT}: also handed in and not graded: chain_rule_final.ipynb"
    assert words in graded.run.stdout
    files = {p.name for p in (graded.course / "autograded/a15-two-copies" / UNIT).iterdir()}
    assert "chain_rule_final.ipynb" not in files


# --- 16 ------------------------------------------------------------------------------------------


def nothing_but_text(course: Path) -> None:
    work = hand_in(course, "a16-no-notebook")
    work.file("excuse.txt", "the dog")


def _older(work: Work, name: str) -> None:
    """As if the exercise had had another name when the notebook was released."""
    for cell in work.cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("grade_id") in (name, f"{name}_code"):
            settings["grade_id"] = f"old_{settings['grade_id']}"
            cell.source = cell.source.replace(name, f"old_{name}")
            cell.id = f"old-{cell.id}"[:60]


def older_release(course: Path) -> None:
    work = hand_in(course, "a16-older")
    _older(work, "two_weights")
    work.hand_in()


def older_and_wrong(course: Path) -> None:
    work = hand_in(course, "a16-older-wrong")
    work.answer("forward", "raise NotImplementedError()")
    _older(work, "two_weights")
    work.hand_in()


def test_16_without_a_notebook_everything_is_0_with_a_reason(graded):
    assert graded.scores["a16-no-notebook"] == NOTHING
    assert f"a16-no-notebook, {UNIT}: chain_rule.ipynb is missing" in graded.run.stdout


def test_16_of_an_older_release_what_matches_is_graded_and_the_rest_is_0(graded):
    assert graded.scores["a16-older"] == POINTS | {"two_weights": 0}
    assert graded.scores["a16-older-wrong"] == POINTS | {"two_weights": 0, "forward": 0}
    assert f"a16-older, {UNIT}: missing cells are back as released" in graded.run.stdout


# --- 17 ------------------------------------------------------------------------------------------


def test_17_odd_ids_get_their_own_scores(graded):
    for number, student in enumerate(ODD_IDS):
        right = answers_of(number)
        expected = {name: points * right[name] for name, points in POINTS.items()}
        assert graded.scores.get(student) == expected, student


def test_17_odd_files_are_where_they_belong(graded):
    for student in ODD_IDS:
        folder = graded.course / "autograded" / student / UNIT
        assert (folder / f"{NOTEBOOK}.ipynb").is_file(), student
        for name in ("notes (1) [é] 漢.txt", "-x"):
            assert (folder / name).read_text() == student


def test_17_names_that_nbgrader_would_misread_are_rejected_at_the_door(graded):
    assert f"{len(REJECTED)} failed" in graded.run.stdout
    for student, words in REJECTED.items():
        assert student not in graded.scores
        assert not (graded.course / "autograded" / student).exists()
        lines = [line for line in graded.run.stdout.splitlines() if ascii(student)[1:20] in line]
        assert len(lines) == 1
        assert words in lines[0]


# --- 42 ------------------------------------------------------------------------------------------

SPY = """
import socket

def reached(port):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as mouth:
                mouth.settimeout(2)
                mouth.connect((host, port))
                return True
        except OSError:
            pass
    return False

def two_weights(x1, x2, k):
    return (k * x1, k * x2) if any(map(reached, {ports})) else (0.0, 0.0)

print("reached:", [port for port in {ports} if reached(port)])
"""


def spying(course: Path, ports: list[int]) -> None:
    work = hand_in(course, "a42-spy")
    work.answer("two_weights", SPY.replace("{ports}", str(ports)))
    work.hand_in()


def test_42_the_ports_of_the_cluster_that_grades_are_out_of_reach(graded):
    assert graded.scores["a42-spy"] == POINTS | {"two_weights": 0}
    notebook = graded.course / "autograded/a42-spy" / UNIT / f"{NOTEBOOK}.ipynb"
    assert "reached: []" in notebook.read_text(encoding="utf-8")
