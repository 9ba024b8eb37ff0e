"""A class on one machine: work goes through nbgrader's exchange, all of it in the browser or by command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_tab import ROOT, Tab, running

from byhand.exercise import load_exercises, source_as
from byhand.grading.sandbox import Level, protection_level

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
]
UNIT, LESSON = "1_chain_rule", "chain_rule"
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / f"{LESSON}.py")
POINTS = sum(exercise.points for exercise in EXERCISES.values())


class Classroom:
    """An instructor's checkout, a student's home and the exchange between them."""

    def __init__(self, root: Path) -> None:
        self.root, self.instructor, self.student = root, root / "instructor", root / "student"
        exchange = root / "exchange"
        exchange.mkdir()
        exchange.chmod(0o777)  # as nbgrader asks for it
        settings = (
            f'c.CourseDirectory.course_id = "backprop"\nc.Exchange.root = {str(exchange)!r}\n'
        )
        self.instructor.mkdir()
        for folder in (f"source/{UNIT}", "tests/hidden"):
            ignore = shutil.ignore_patterns("*.ipynb", "__pycache__")
            shutil.copytree(ROOT / folder, self.instructor / folder, ignore=ignore)
        config = (ROOT / "nbgrader_config.py").read_text("utf-8")
        (self.instructor / "nbgrader_config.py").write_text(config + settings, "utf-8")
        self.student.mkdir()
        (self.student / "nbgrader_config.py").write_text("c = get_config()\n" + settings)

    def nbgrader(self, *commands: str) -> None:
        """Run commands of the instructor on the unit."""
        tools = Path(sys.executable).parent
        for command in commands:
            ran = subprocess.run(
                [tools / "nbgrader", command, UNIT],
                cwd=self.instructor,
                env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr


def lab(folder: Path, scratch: Path) -> Any:
    scratch.mkdir()
    return running([sys.executable, "-m", "jupyterlab"], folder, scratch)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    classroom.nbgrader("generate_assignment", "release_assignment")
    return classroom


@pytest.fixture(scope="module")
def student(classroom: Classroom, chromium: Any) -> Iterator[Tab]:
    """The student's tab, in the JupyterLab of a class: not started by `byhand study`."""
    with lab(classroom.student, classroom.root / "student's jupyter") as server:
        yield Tab(chromium, server)


FILL_IN = """answers => {
    for (const cell of jupyterapp.shell.currentWidget.content.widgets) {
        const name = cell.model.getMetadata('nbgrader')?.grade_id;
        if (name in answers) cell.model.sharedModel.setSource(answers[name]);
    }
}"""


def validate(tab: Tab) -> str:
    """Press Validate above the notebook; return what nbgrader says."""
    tab.page.get_by_role("button", name="Validate").click()
    dialog = tab.page.locator(".jp-Dialog")
    dialog.wait_for()
    said = dialog.inner_text()
    tab.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    return said


# what the formgrader shows in the boxes for the scores, once they are all filled
SCORES = """() => {
    const scores = [...document.querySelectorAll('input.score')].map(box => box.placeholder);
    return scores.length > 0 && scores.every(Boolean) && scores;
}"""

SHOW_ASSIGNMENTS = """async () =>
    void await jupyterapp.commands.execute('nbgrader:open-assignment-list')"""


def test_a_unit_is_fetched_validated_submitted_graded_and_its_feedback_fetched(
    classroom: Classroom, student: Tab
) -> None:
    page = student.page
    solved = json.loads((ROOT / "solutions" / UNIT / f"{LESSON}.ipynb").read_text("utf-8"))
    right = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in solved["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    exercise = next(iter(EXERCISES.values()))
    mistake = source_as(next(iter(exercise.mistakes.values())), exercise.name)

    student.do(SHOW_ASSIGNMENTS)
    page.get_by_role("button", name="Fetch").click()
    page.get_by_role("button", name="Submit").wait_for()
    student.open(f"{UNIT}/{LESSON}.ipynb")
    page.evaluate(FILL_IN, right | {f"{exercise.name}_code": mistake})
    said = validate(student)
    assert "The following cell failed:" in said
    assert f'check("{exercise.name}")' in said
    page.evaluate(FILL_IN, right)
    assert "Success! Your notebook passes all the tests." in validate(student)

    student.do(SHOW_ASSIGNMENTS)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Fetch Feedback").wait_for()
    classroom.nbgrader("collect", "autograde", "generate_feedback", "release_feedback")
    page.get_by_role("button", name="Fetch Feedback").click()
    link = page.get_by_text("(view feedback)")
    link.wait_for()

    (feedback,) = classroom.student.glob(f"{UNIT}/feedback/*/{LESSON}.html")
    assert f"(Score: {POINTS:.1f} / {POINTS:.1f})" in feedback.read_text("utf-8")


@pytest.mark.usefixtures("student")
def test_the_formgrader_lists_the_unit_and_opens_a_graded_submission(
    classroom: Classroom, chromium: Any
) -> None:
    if not list(classroom.instructor.glob(f"autograded/*/{UNIT}")):
        pytest.fail("nothing was graded: see the test above")
    with lab(classroom.instructor, classroom.root / "instructor's jupyter") as server:
        page = chromium.new_page()
        page.goto(f"{server['url']}formgrader/manage_assignments?token={server['token']}")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=UNIT, exact=True))
        assert row.locator(".num-submissions").inner_text() == "1"

        page.goto(f"{server['url']}formgrader/gradebook/{UNIT}/{LESSON}")
        page.get_by_role("link", name="Submission #1").click()
        page.wait_for_function(SCORES)
        assert sum(map(float, page.evaluate(SCORES))) == POINTS
