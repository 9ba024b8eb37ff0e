"""What many tests need."""

import pytest

from byhand.grading.session import Worker


@pytest.fixture(scope="module")
def worker():
    """The sandboxed worker, one for all tests of a module."""
    worker = Worker()
    yield worker
    worker.close()
