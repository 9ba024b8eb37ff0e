"""What a learner does in every lesson: run it, move its figures, open its folds, answer, come back."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser_tab import ROOT, Tab

from byhand.exercise import Exercise, load_exercises, source_as

pytestmark = pytest.mark.xdist_group("browser")
LESSONS = sorted(path.relative_to(ROOT / "notebooks") for path in ROOT.glob("notebooks/*/*.ipynb"))


@dataclass
class Lesson:
    """A lesson that was run from top to bottom in JupyterLab."""

    path: Path
    tab: Tab
    #: the source and the outputs of each code cell
    ran: list[tuple[str, list[dict[str, Any]]]]
    #: how many complaints there were before
    before: int

    @property
    def saved(self) -> dict[str, Any]:
        """The notebook as JupyterLab has saved it."""
        return self.tab.do(
            "async path => (await jupyterapp.serviceManager.contents.get(path)).content",
            self.path.as_posix(),
        )

    @property
    def exercises(self) -> dict[str, type[Exercise]]:
        return load_exercises(ROOT / "tests" / "hidden" / f"{self.path.stem}.py")

    @property
    def solved(self) -> list[dict[str, Any]]:
        """The cells of the solution."""
        return json.loads((ROOT / "solutions" / self.path).read_text("utf-8"))["cells"]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(tab: Tab, request: pytest.FixtureRequest) -> Iterator[Lesson]:
    before = len(tab.complaints)
    tab.open(request.param.as_posix())
    yield Lesson(request.param, tab, tab.run_all_cells(), before)
    tab.save_and_close()


def test_nothing_but_an_exercise_not_yet_written_stops_a_cell(lesson: Lesson) -> None:
    untouched, unwritten, missing = 0, set(), set()
    for source, outputs in lesson.ran:
        for output in outputs:
            assert output.get("name") != "stderr", output
            if output["output_type"] != "error":
                continue
            unwritten |= assigned(source)
            if output["ename"] == "CheckFailed":
                assert output["evalue"].startswith("○"), output["evalue"]
                untouched += 1
            elif output["ename"] == "NameError":  # a cell above was to define it, and was stopped
                missing.add(re.match(r"name '(\w+)' is not defined", output["evalue"])[1])
            else:
                assert output["ename"] == "NotImplementedError", (source, output)
            assert missing <= unwritten, source

    assert untouched == len(lesson.exercises)


def assigned(source: str) -> set[str]:
    """The names that a cell defines."""
    names = (node for node in ast.walk(ast.parse(source)))
    return {
        node.id if isinstance(node, ast.Name) else node.name
        for node in names
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


# --- figures

COUNT_CONTROLS = """() => [...here().querySelectorAll('.jp-OutputArea-output .widget-vbox')]
    .filter(figure => figure.querySelector('img'))
    .map(figure => figure.querySelectorAll('[role=slider], select, input, button').length)"""

FOCUS = """([figure, control]) => {
    const box = here().querySelectorAll('.jp-OutputArea-output .widget-vbox')[figure];
    const element = box.querySelectorAll('[role=slider], select, input, button')[control];
    element.scrollIntoView({block: 'center'});
    element.focus();
    const last = element.localName === 'select'
        ? element.selectedIndex === element.length - 1
        : element.ariaValueNow === element.ariaValueMax;
    const key = element.localName === 'select' ? (last ? 'ArrowUp' : 'ArrowDown')
        : element.role === 'slider' ? (last ? 'ArrowLeft' : 'ArrowRight')
        : 'Space';
    return [key, element.tabIndex, box.querySelector('img').src];
}"""

CHANGED = """([figure, before]) => here().querySelectorAll(
    '.jp-OutputArea-output .widget-vbox')[figure].querySelector('img').src !== before"""


def test_every_figure_changes_with_every_control_by_keyboard(lesson: Lesson) -> None:
    page = lesson.tab.page
    shown = [source for source, _ in lesson.ran if re.search(r"^figures\.\w+\(\)", source)]
    page.wait_for_function(f"count => ({COUNT_CONTROLS})().length === count", arg=len(shown))
    for figure, controls in enumerate(page.evaluate(COUNT_CONTROLS)):
        assert controls > 0, shown[figure]
        for control in range(controls):
            key, tab_index, before = page.evaluate(FOCUS, [figure, control])
            assert tab_index == 0, f"{shown[figure]}: Tab does not reach control {control}"
            page.keyboard.press(key)
            page.wait_for_function(CHANGED, arg=[figure, before])


def test_every_picture_is_there_and_has_its_alternative_text(lesson: Lesson) -> None:
    pictures = lesson.tab.page.evaluate(
        """() => [...here().querySelectorAll('img')]
            .map(img => [img.naturalWidth, img.alt, img.src.slice(0, 90)])"""
    )

    assert pictures
    for width, alt, src in pictures:
        assert width > 0, src
        # where there is none, JupyterLab says "Image"
        assert len(alt) > 30, f"{src}: {alt!r}"


# --- folds

FOLDS = "() => [...here().querySelectorAll('.jp-MarkdownOutput details')]"


def test_folds_are_closed_and_open_by_keyboard(lesson: Lesson) -> None:
    page = lesson.tab.page
    texts = [cell["source"] for cell in lesson.solved if cell["cell_type"] == "markdown"]
    written = sum("".join(text).count("<details>") for text in texts)

    # JupyterLab shows cells one after the other, the last ones when it has nothing else to do
    page.wait_for_function(f"count => ({FOLDS})().length >= count", arg=written)
    assert page.evaluate(f"({FOLDS})().map(fold => fold.open)") == [False] * written
    for key, is_open in (("Enter", True), ("Space", False)):
        page.evaluate(f"({FOLDS})()[0].querySelector('summary').focus()")
        page.keyboard.press(key)
        assert page.evaluate(f"({FOLDS})()[0].open") is is_open


# --- answers

TYPE_INTO = """async name => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(
        cell => cell.model.getMetadata('nbgrader')?.grade_id === name + '_code');
    await notebook.scrollToItem(notebook.activeCellIndex);
    await jupyterapp.commands.execute('notebook:enter-edit-mode');
}"""

# textContent, since JupyterLab does not lay out what is far from the screen
RESULT = """([name, before]) => {
    const cell = jupyterapp.shell.currentWidget.content.widgets.find(
        cell => cell.model.getMetadata('nbgrader')?.grade_id === name);
    const words = cell.outputArea.node.textContent.trim();
    const count = cell.model.executionCount;
    return count && count !== before && words && [count, words];
}"""


def answer(lesson: Lesson, name: str, code: str, before: int = 0) -> list[Any]:
    """Type an answer, run it and its check with Shift+Enter; return the check's count and words."""
    page = lesson.tab.page
    lesson.tab.do(TYPE_INTO, name)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    return page.wait_for_function(RESULT, arg=[name, before]).json_value()


def test_a_wrong_answer_is_named_and_a_right_one_passes(lesson: Lesson) -> None:
    exercise = next(e for e in lesson.exercises.values() if e.mistakes)
    mistake = next(iter(exercise.mistakes.values()))
    page, name = lesson.tab.page, exercise.name
    untouched, _ = page.evaluate(RESULT, [name, 0])

    wrong, words = answer(lesson, name, source_as(mistake, name), untouched)
    assert words.startswith(f"✗ {name} · ")
    assert " ".join(mistake.sentence.split()) in " ".join(words.split())
    assert "Traceback" not in words

    (right,) = (
        "".join(cell["source"])
        for cell in lesson.solved
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{name}_code"
    )
    _, words = answer(lesson, name, right, wrong)
    assert words.startswith(f"✓ {name} · ")


# --- legible

# Text whose contrast with what is behind it is too low, and which. WCAG wants 4.5, and 3 for what is
# larger or said in another way as well: the coloured letters in formulas. Code and the traces of
# exceptions are coloured by JupyterLab and IPython.
PALE = """() => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = rgb => {
        const [r, g, b] = rgb.map(v => v / 255).map(
            v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const behind = element => {
        for (; element; element = element.parentElement) {
            const [r, g, b, alpha = 1] = numbers(getComputedStyle(element).backgroundColor);
            if (alpha > 0.99) return [r, g, b];
        }
    };
    const notebook = here();
    const texts = document.createTreeWalker(notebook, NodeFilter.SHOW_TEXT);
    const pale = [];
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim()) continue;
        if (!element.closest('.jp-MarkdownOutput, .jp-OutputArea-output')) continue;
        if (element.closest('pre span, mjx-assistive-mml, script, style')) continue;
        const colours = [numbers(getComputedStyle(element).color).slice(0, 3), behind(element)];
        const [dark, bright] = colours.map(light).sort((a, b) => a - b);
        if (bright / dark < (element.closest('mjx-container') ? 3 : 4.5))
            pale.push([texts.currentNode.data.trim().slice(0, 60), bright / dark, ...colours]);
    }
    return pale;
}"""


@pytest.fixture
def dark(lesson: Lesson) -> Iterator[None]:
    change = (
        "async theme => void await jupyterapp.commands.execute('apputils:change-theme', {theme})"
    )
    lesson.tab.do(change, "JupyterLab Dark")
    lesson.tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    yield
    lesson.tab.do(change, "JupyterLab Light")
    lesson.tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


def test_text_is_legible(lesson: Lesson) -> None:
    assert lesson.tab.page.evaluate(PALE) == []


@pytest.mark.usefixtures("dark")
def test_text_is_legible_in_the_dark_theme(lesson: Lesson) -> None:
    assert lesson.tab.page.evaluate(PALE) == []


# what is wider than its place: a picture, a control of a figure; a table or formula where one
# cannot scroll to the rest of it
CUT_OFF = """() => [...here().querySelectorAll('.jp-MarkdownOutput, .jp-OutputArea-output')].flatMap(
    place => {
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(place).overflowX);
        const all = 'img, .widget-vbox > *' + (scrolls ? '' : ', table, mjx-container');
        const edge = place.getBoundingClientRect().right + 1;
        return [...place.querySelectorAll(all)]
            .filter(each => each.getBoundingClientRect().right > edge)
            .map(each => each.outerHTML.slice(0, 200));
    })"""


def test_nothing_is_cut_off_at_200_percent(lesson: Lesson) -> None:
    """Zooming to 200 % is having half as many CSS pixels in each direction."""
    page = lesson.tab.page
    usual = page.viewport_size
    page.set_viewport_size({side: pixels // 2 for side, pixels in usual.items()})
    try:
        page.wait_for_function("here().clientWidth < 400")
        assert page.evaluate(CUT_OFF) == []
    finally:
        page.set_viewport_size(usual)


# --- coming back


STATES = "application/vnd.jupyter.widget-state+json"

# JupyterLab loads the widgets of a notebook twice at once, from the kernel and from the file. Now
# and then it draws them when only the first is done: the static pictures show, and opening helps.
NOT_LOADED = "model not found"
TIMES_TO_OPEN = 3


def test_a_lesson_opened_again_shows_its_figures(lesson: Lesson) -> None:
    page = lesson.tab.page
    lesson.tab.save_and_close()
    shown = [source for source, _ in lesson.ran if re.search(r"^figures\.\w+\(\)", source)]
    if shown:
        assert lesson.saved["metadata"]["widgets"][STATES]["state"]

    for _ in range(TIMES_TO_OPEN):
        lesson.tab.open(lesson.path.as_posix())
        page.wait_for_function(
            f"count => ({COUNT_CONTROLS})().length === count"
            f" || here().textContent.includes('{NOT_LOADED}')",
            arg=len(shown),
        )
        if len(page.evaluate(COUNT_CONTROLS)) == len(shown):
            return
        lesson.tab.close()
    pytest.fail("The figures were not there again.")


# JupyterLab's own: one scrolls on before it has scrolled to the last cell that ran; a notebook is
# closed while it is about to take the focus
NOT_OURS = re.compile(
    r"warning: Item with index \d+ did not appear within 10000 ms"
    r"|uncaught: Failed to execute 'removeChild' on 'Node'"  # JupyterLab's, while it closes cells
    r"|error: TypeError: Cannot read properties of null \(reading 'footer'\)\s+at \w+\._ensureFocus"
    rf"|error: Error: widget {NOT_LOADED}"
    r"|error: Could not restore the debugger state: Canceled future"  # closed right after opening
    # jupyter_server's answer to who asks for all kernels while one of them is just being started
    r"|(error: Failed to load resource: the server responded with a status of )?500.*/api/kernels\?\d"
)


def complaints(tab: Tab, before: int) -> list[str]:
    """What the browser complained about since there were so many complaints."""
    return [each for each in tab.complaints[before:] if not NOT_OURS.match(each)]


def test_nothing_in_the_browser_complains(lesson: Lesson) -> None:
    assert complaints(lesson.tab, lesson.before) == []


# --- solutions


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_solution_runs_without_an_error(tab: Tab, path: Path) -> None:
    before = len(tab.complaints)
    tab.open(f"solutions/{path.as_posix()}")
    for source, outputs in tab.run_all_cells():
        wrong = [
            out for out in outputs if "error" in out["output_type"] or "stderr" in out.values()
        ]
        assert wrong == [], source
    tab.save_and_close()

    assert complaints(tab, before) == []
