"""The course in a real browser: Chromium, and the JupyterLab that `byhand study` starts.

Starting JupyterLab and Chromium takes long, so all these tests share one of each, in one process.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_tab import CHROMIUM, ROOT, Tab, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder where there is no browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium: install chromium"))


@pytest.fixture(scope="session")
def tab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A learner's tab: `byhand study` in a clone of the course, with the solutions beside."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "notebooks", course / "notebooks")
    shutil.copytree(ROOT / "solutions", course / "my-work" / "solutions")
    (course / "tests").mkdir()
    (course / "tests" / "hidden").symlink_to(ROOT / "tests" / "hidden")
    byhand = Path(sys.executable).with_name("byhand")
    with running([byhand, "study"], course, tmp_path_factory.mktemp("jupyter")) as server:
        yield Tab(chromium, server, "/tree/1_chain_rule/chain_rule.ipynb")
