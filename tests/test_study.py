"""`byhand study`: updates never cost a learner their work, and JupyterLab opens on the first lesson."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from byhand.problem import Problem
from byhand.study import KEPT, RECORD, find_course, study, update

LESSON = Path("1_chain_rule", "chain_rule.ipynb")
START_HERE = Path("0_start_here", "start_here.ipynb")
BESIDE = LESSON.with_stem("chain_rule (new version)")
BESIDE_2 = LESSON.with_stem("chain_rule (new version 2)")
PICTURE = LESSON.parent / "img" / "unit.svg"


def write_notebook(path: Path, code: str, outputs: tuple[str, ...] = ()) -> None:
    cell = {
        "cell_type": "code",
        "id": "answer",
        "metadata": {"nbgrader": {"grade": True, "grade_id": "answer", "points": 1}},
        "source": code.splitlines(keepends=True),
        "execution_count": 1 if outputs else None,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": list(outputs)}][
            : len(outputs)
        ],
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")


def code_in(path: Path) -> str:
    (cell,) = json.loads(path.read_text("utf-8"))["cells"]
    return "".join(cell["source"])


class Course:
    """A checkout in a temporary folder, whose releases a test publishes and a learner takes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notebooks = root / "notebooks"
        self.work = root / "my-work"

    def publish(self, code: str) -> None:
        write_notebook(self.notebooks / LESSON, code)

    def answer(self, code: str, file: Path = LESSON) -> None:
        write_notebook(self.work / file, code)

    def update(self) -> list[str]:
        return update(self.notebooks, self.work)

    def codes(self) -> dict[str, str]:
        """Return what each notebook of the learner's unit 1 says."""
        return {path.name: code_in(path) for path in (self.work / LESSON.parent).glob("*.ipynb")}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path)
    course.publish("release 1")
    return course


def test_the_first_time_the_whole_release_is_copied(course: Course) -> None:
    (course.notebooks / PICTURE).parent.mkdir()
    (course.notebooks / PICTURE).write_text("<svg/>")
    left_behind = course.notebooks / ".ipynb_checkpoints" / "chain_rule-checkpoint.ipynb"
    write_notebook(left_behind, "of no use to the learner")

    assert course.update() == []

    copied = {path.relative_to(course.work) for path in course.work.rglob("*") if path.is_file()}
    assert {path for path in copied if KEPT not in path.parents} == {LESSON, PICTURE, RECORD}
    assert (course.work / LESSON).read_bytes() == (course.notebooks / LESSON).read_bytes()


def test_a_notebook_the_learner_only_ran_is_updated(course: Course) -> None:
    course.update()
    write_notebook(course.work / LESSON, "release 1", outputs=("a result\n",))
    course.publish("release 2")

    assert course.update() == []
    assert course.codes() == {LESSON.name: "release 2"}


def test_a_run_notebook_keeps_its_outputs_while_the_course_is_the_same(course: Course) -> None:
    course.update()
    write_notebook(course.work / LESSON, "release 1", outputs=("a result\n",))

    course.update()

    assert "a result" in (course.work / LESSON).read_text()


def test_the_learners_work_stays_and_the_new_version_lies_beside_it(course: Course) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")

    (sentence,) = course.update()

    assert course.codes() == {LESSON.name: "mine", BESIDE.name: "release 2"}
    assert LESSON.as_posix() in sentence
    assert BESIDE.name in sentence


def test_work_on_an_unchanged_release_is_left_alone_in_silence(course: Course) -> None:
    course.update()
    course.answer("mine")

    assert course.update() == []
    assert course.codes() == {LESSON.name: "mine"}


def test_a_new_version_is_offered_once(course: Course) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")
    course.update()
    (course.work / BESIDE).unlink()

    assert course.update() == []
    assert course.codes() == {LESSON.name: "mine"}


def test_both_changed_twice_replaces_only_an_untouched_new_version(course: Course) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")
    course.update()
    course.answer("mine, better")
    course.publish("release 3")

    assert len(course.update()) == 1
    assert course.codes() == {LESSON.name: "mine, better", BESIDE.name: "release 3"}


def test_a_new_version_the_learner_works_in_is_never_overwritten(course: Course) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")
    course.update()
    course.answer("mine again", BESIDE)
    course.publish("release 3")

    (sentence,) = course.update()

    assert course.codes() == {
        LESSON.name: "mine",
        BESIDE.name: "mine again",
        BESIDE_2.name: "release 3",
    }
    assert BESIDE_2.name in sentence


def test_a_learner_who_took_the_new_version_gets_the_next_one_in_place(course: Course) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")
    course.update()
    (course.work / BESIDE).replace(course.work / LESSON)
    course.publish("release 3")

    assert course.update() == []
    assert course.codes() == {LESSON.name: "release 3"}


def test_a_notebook_the_learner_deleted_comes_back(course: Course) -> None:
    course.update()
    (course.work / LESSON).unlink()

    course.update()

    assert course.codes() == {LESSON.name: "release 1"}


def test_a_notebook_that_is_not_json_counts_as_the_learners_work(course: Course) -> None:
    course.update()
    (course.work / LESSON).write_text("{ half a notebo")
    course.publish("release 2")

    course.update()

    assert (course.work / LESSON).read_text() == "{ half a notebo"
    assert code_in(course.work / BESIDE) == "release 2"


def test_pictures_follow_the_course(course: Course) -> None:
    picture = course.notebooks / PICTURE
    picture.parent.mkdir()
    picture.write_text("<svg/>")
    course.update()
    (course.work / PICTURE).write_text("<svg>scribble</svg>")
    picture.write_text("<svg>new</svg>")

    assert course.update() == []
    assert (course.work / PICTURE).read_text() == "<svg>new</svg>"


@pytest.mark.parametrize("record", [None, "", "{ half", "[1, 2]", '{"1_chain_rule": 3}', "\0\xff"])
def test_without_a_sound_record_nothing_is_overwritten(course: Course, record: str | None) -> None:
    course.update()
    course.answer("mine")
    course.publish("release 2")
    (course.work / RECORD).unlink()
    if record is not None:
        (course.work / RECORD).write_text(record, "latin-1")

    assert len(course.update()) == 1
    assert course.codes() == {LESSON.name: "mine", BESIDE.name: "release 2"}
    assert course.update() == [], "the record is not sound again after an update"


def test_a_record_that_cannot_be_written_costs_no_work_and_no_update(course: Course) -> None:
    (course.work / RECORD).mkdir(parents=True)  # unlike a permission, it stops root as well

    course.update()
    course.answer("mine")
    course.publish("release 2")

    assert len(course.update()) == 1
    assert course.codes() == {LESSON.name: "mine", BESIDE.name: "release 2"}


def test_each_release_is_kept_once_and_never_in_the_way(course: Course) -> None:
    course.update()
    course.update()
    course.publish("release 2")
    course.update()

    kept = [path for path in (course.work / KEPT).rglob("*") if path.is_file()]
    assert sorted(map(code_in, kept)) == ["release 1", "release 2"]


def test_where_releases_cannot_be_kept_the_course_works_without(course: Course) -> None:
    (course.work / KEPT).parent.mkdir(parents=True)
    (course.work / KEPT).write_text("a file where the folder should be")

    course.update()

    assert course.codes() == {LESSON.name: "release 1"}


def test_the_course_is_found_from_inside_the_working_copy(course: Course) -> None:
    course.update()

    assert find_course(course.work / LESSON.parent) == course.root


def test_outside_the_course_one_sentence_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"no course in .*notebooks/.*change to"):
        study(tmp_path)


def test_a_file_called_my_work_is_named(course: Course) -> None:
    course.work.write_text("notes")

    with pytest.raises(Problem, match=r"my-work is a file.*rename"):
        course.update()
    assert course.work.read_text() == "notes"


def test_a_place_that_cannot_be_written_is_named(course: Course) -> None:
    course.work.mkdir()
    (course.work / LESSON.parent).write_text("a file where the unit's folder should be")

    with pytest.raises(Problem, match=r"cannot be written .*1_chain_rule.*try again"):
        course.update()


def test_without_jupyterlab_the_cure_is_named(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)  # what an absent module looks like

    with pytest.raises(Problem, match=r"not installed .* -r requirements\.txt"):
        study(course.root)


class Lab:
    """`study()` in a process of its own, with a browser that only notes what it is shown."""

    def __init__(self, course: Course, scratch: Path, port: int, terminal: int) -> None:
        (scratch / "jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
        browser = scratch / "browser"
        browser.write_text('#!/bin/sh\necho "$1" > "$0.part"\nmv "$0.part" "$0.shown"\n')
        browser.chmod(0o755)
        environment = {
            "BROWSER": str(browser),
            "HOME": str(scratch),
            "JUPYTER_CONFIG_DIR": str(scratch),
            "JUPYTER_PORT": str(port),
            "JUPYTER_RUNTIME_DIR": str(scratch),
        }
        script = "import sys, pathlib, byhand.study as s; s.study(pathlib.Path(sys.argv[1]))"
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, course.root],
            env=os.environ | environment,
            stdin=terminal,  # without one, Jupyter would not ask whether Ctrl-C was meant
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def shown(self) -> str:
        """Return the page that the browser was asked to show, once it was."""
        for _ in range(600):
            if (note := self.scratch / "browser.shown").exists():
                return Path(urlsplit(note.read_text().strip()).path).read_text()
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.process.kill()
        pytest.fail(f"no browser was opened; JupyterLab said:\n{self.process.communicate()[0]}")

    def server(self) -> dict[str, Any]:
        """Return what JupyterLab notes about itself: url, port, token."""
        (note,) = self.scratch.glob("jpserver-*.json")
        return json.loads(note.read_text())

    def get(self, path: str) -> str:
        """Return the server's answer."""
        server = self.server()
        with urlopen(f"{server['url']}{path}?token={server['token']}", timeout=10) as answer:
            return answer.read().decode()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("localhost", 0)) as taken:
        yield taken.getsockname()[1]


@pytest.fixture
def terminal() -> Iterator[int]:
    ends = os.openpty()
    yield ends[1]
    for end in ends:
        os.close(end)


@pytest.fixture
def lab(
    course: Course, taken_port: int, terminal: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    write_notebook(course.notebooks / START_HERE, "welcome")
    lab = Lab(course, tmp_path_factory.mktemp("jupyter"), taken_port, terminal)
    yield lab
    lab.process.kill()
    lab.process.communicate()


def test_jupyterlab_opens_the_first_lesson_and_ends_with_one_ctrl_c(
    lab: Lab, taken_port: int
) -> None:
    assert f"/lab/tree/{START_HERE.as_posix()}" in lab.shown()
    assert lab.server()["port"] != taken_port

    served = json.loads(lab.get(f"api/contents/{LESSON.as_posix()}"))
    assert served["content"]["cells"][0]["source"] == "release 1"
    (disabled,) = re.findall(r'"disabledExtensions": (\[.*?\])', lab.get("lab"))
    assert "@jupyterlab/apputils-extension:announcements" in disabled, "it would ask about news"
    assert "@jupyter/nbgrader:create-assignment" in disabled, "learners would get this panel"

    lab.process.send_signal(signal.SIGINT)
    printed, _ = lab.process.communicate(timeout=15)
    assert lab.process.returncode == 0, printed
    assert "Traceback" not in printed
