"""How long it takes from `make study` in a fresh clone to the first answered check in the browser.

The clone has no .venv. Packages come from pip's cache, if it has them: run this twice, and believe the second time.
Prints the seconds since the start at which JupyterLab was up, the first lesson was drawn and the check answered.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LESSON = "0_start_here/start_here.ipynb"
GOAL = 60

ANSWER = """async answers => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    const {content: notebook} = panel;
    const id = cell => cell.model.getMetadata('nbgrader')?.grade_id;
    for (const [i, cell] of notebook.widgets.entries()) {
        if (cell.model.type !== 'code') continue;
        if (id(cell) in answers) cell.model.sharedModel.setSource(answers[id(cell)]);
        notebook.activeCellIndex = i;
        await jupyterapp.commands.execute('notebook:run-cell');
        if (cell.model.getMetadata('nbgrader')?.grade)
            return cell.outputArea.node.textContent;
    }
}"""


def answers() -> dict[str, str]:
    """The solutions of the first lesson, by cell."""
    cells = json.loads((ROOT / "solutions" / LESSON).read_text("utf-8"))["cells"]
    marked = [(cell["metadata"].get("nbgrader", {}), cell["source"]) for cell in cells]
    return {how["grade_id"]: "".join(source) for how, source in marked if how.get("solution")}


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        clone, jupyter = Path(folder, "clone"), Path(folder, "jupyter")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        jupyter.mkdir()
        settings = {
            "ServerApp": {"allow_root": True, "open_browser": False},
            "LabApp": {"expose_app_in_browser": True},
        }
        (jupyter / "jupyter_server_config.json").write_text(json.dumps(settings))
        homes = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"), str(jupyter))
        begun = time.perf_counter()
        study = subprocess.Popen(
            ["make", "study"], cwd=clone, env=os.environ | homes, start_new_session=True
        )
        try:
            while not (notes := list(jupyter.glob("jpserver-*.json"))):
                if study.poll() is not None:
                    sys.exit("make study ended before JupyterLab was up")
                time.sleep(0.05)
            server = json.loads(notes[0].read_text())
            print(f"JupyterLab is up      {time.perf_counter() - begun:6.1f} s")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                page = browser.new_page()
                page.set_default_timeout(300_000)
                page.goto(f"{server['url']}lab/tree/{LESSON}?token={server['token']}")
                page.locator(".jp-Notebook h1").first.wait_for()
                print(f"first lesson is drawn {time.perf_counter() - begun:6.1f} s")
                said = page.evaluate(ANSWER, answers())
                seconds = time.perf_counter() - begun
                print(f"first check answered  {seconds:6.1f} s: {said.strip()[:60]}")
                browser.close()
        finally:
            os.killpg(study.pid, signal.SIGTERM)
            study.wait()
    sys.exit(seconds > GOAL or not said.strip().startswith("✓"))


if __name__ == "__main__":
    main()
