"""A tab of Chromium with JupyterLab in it, for tests."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SECONDS_TO_START = 120
SECONDS_TO_ANSWER = 120  # generous: the tests may share two cores with others

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# in a container its own sandbox does not start as root, and /dev/shm is small
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage"]


class Tab:
    """JupyterLab in a tab of the browser, and what it complained about.

    Scripts in the page may use `here()`, the element of the document in front.
    """

    def __init__(self, chromium: Any, server: dict[str, Any], path: str = "") -> None:
        #: warnings and errors in the console, exceptions nobody caught, answers with an error
        self.complaints: list[str] = []
        self.page = chromium.new_page(viewport={"width": 1280, "height": 900})
        self.page.add_init_script("window.here = () => jupyterapp.shell.currentWidget.node")
        self.page.set_default_timeout(SECONDS_TO_ANSWER * 1000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("response", self._look_at)
        self.page.goto(f"{server['url']}lab{path}?token={server['token']}")
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget")

    def _hear(self, message: Any) -> None:
        if message.type in ("warning", "error"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _look_at(self, response: Any) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def do(self, script: str, argument: object = None) -> Any:
        """Run an asynchronous function in the page and return its result; a hang is an error."""
        timed = f"""async argument => {{
            const late = new Promise((_, fail) =>
                setTimeout(() => fail(Error('no answer')), {SECONDS_TO_ANSWER * 1000}));
            return await Promise.race([({script})(argument), late]);
        }}"""
        return self.page.evaluate(timed, argument)

    def open(self, path: str) -> None:
        """Open a notebook, and wait until it can be worked on."""
        self.do(
            "async path => void await jupyterapp.commands.execute('docmanager:open', {path})", path
        )
        self.do(READY)

    def run_all_cells(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Run all cells, also after errors; return the source and the outputs of each code cell."""
        return self.do(RUN_ALL_CELLS)

    def save_and_close(self) -> None:
        """Save the notebook, end its kernel and close it."""
        self.do("""async () => {
            const panel = jupyterapp.shell.currentWidget;
            await panel.context.save();
            await panel.sessionContext.shutdown();
            await jupyterapp.commands.execute('application:close');
        }""")

    def close(self) -> None:
        """End the kernel of the notebook and close it, without saving it."""
        self.do("""async () => {
            const panel = jupyterapp.shell.currentWidget;
            await panel.sessionContext.shutdown();
            panel.dispose();
        }""")


READY = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""

# JupyterLab's own "Run All Cells". An error would stop it; not so in cells with this tag.
RUN_ALL_CELLS = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
    for (const cell of cells) cell.model.setMetadata('tags', ['raises-exception']);
    await jupyterapp.commands.execute('notebook:run-all-cells');
    const kernel = panel.sessionContext.session.kernel;
    while (kernel.status !== 'idle' || cells.some(cell => !cell.model.executionCount))
        await new Promise(done => setTimeout(done, 50));
    return cells.map(cell => [cell.model.sharedModel.getSource(), cell.model.outputs.toJSON()]);
}"""


@contextmanager
def running(command: list[str | Path], folder: Path, scratch: Path) -> Iterator[dict[str, Any]]:
    """A JupyterLab; yields what it notes about itself: url, token."""
    homes = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
    settings = {
        "ServerApp": {"allow_root": True, "open_browser": False},
        "LabApp": {"expose_app_in_browser": True},  # so that tests can call its commands
    }
    (scratch / "jupyter_server_config.json").write_text(json.dumps(settings))
    with (scratch / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | dict.fromkeys(homes, str(scratch)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _started(process, scratch)
    finally:
        process.terminate()
        process.wait()


def _started(process: subprocess.Popen, scratch: Path) -> dict[str, Any]:
    for _ in range(SECONDS_TO_START * 10):
        for note in scratch.glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is there before all of it is written
                return json.loads(note.read_text())
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{(scratch / 'log').read_text()}")
