"""Take the pictures of a failing and a passing check for the README: `python tests/browser/take_pictures.py`."""

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from browser_tab import CHROMIUM, CHROMIUM_OPTIONS, ROOT, Tab, running

from byhand.exercise import load_exercises, source_as

UNIT, LESSON, NAME = "3_log_loss", "log_loss", "gradients"

RUN_UP_TO = """async ([name, answer]) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const id = cell => cell.model.getMetadata('nbgrader')?.grade_id;
    for (const [i, cell] of notebook.widgets.entries()) {
        if (id(cell) === name + '_code') cell.model.sharedModel.setSource(answer);
        if (cell.model.type !== 'code') continue;
        notebook.activeCellIndex = i;
        await jupyterapp.commands.execute('notebook:run-cell');
        if (id(cell) !== name) continue;
        await notebook.scrollToItem(i, 'center');
        cell.outputArea.node.setAttribute('data-picture', '');
        return;
    }
}"""


def main() -> None:
    exercise = load_exercises(ROOT / "tests" / "hidden" / f"{LESSON}.py")[NAME]
    answers = {
        "check_wrong": exercise.mistakes["db_summed"],
        "check_right": exercise.reference,
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work, scratch = Path(folder, "work"), Path(folder, "scratch")
        shutil.copytree(ROOT / "solutions" / UNIT, work / UNIT)
        (work / "tests").mkdir()
        (work / "tests" / "hidden").symlink_to(ROOT / "tests" / "hidden")
        scratch.mkdir()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        with running([sys.executable, "-m", "jupyterlab"], work, scratch) as server:
            tab = Tab(browser, server, f"/tree/{UNIT}/{LESSON}.ipynb")
            tab.open(f"{UNIT}/{LESSON}.ipynb")
            for name, function in answers.items():
                tab.do(RUN_UP_TO, [NAME, source_as(function, NAME)])
                shot = tab.page.locator("[data-picture]").screenshot()
                picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(32)
                picture.save(ROOT / "docs" / "img" / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
