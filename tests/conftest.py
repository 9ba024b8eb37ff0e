"""What many tests need."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser_tab import CHROMIUM, CHROMIUM_OPTIONS

from byhand.grading.session import Worker


@pytest.fixture(scope="module")
def worker():
    """The sandboxed worker, one for all tests of a module."""
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser, one for all tests of a process."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()
