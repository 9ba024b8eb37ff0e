"""Attacks on the grader, graded by the nbgrader executable.

With BYHAND_ATTACKS=stock nbgrader grades without our boundary, and many of them succeed: see inverse.py.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

STOCK = os.environ.get("BYHAND_ATTACKS") == "stock"


def pytest_collection_modifyitems(items):
    """One process of pytest-xdist takes them all: they wait for the same run of nbgrader."""
    for item in items:
        if Path(item.path).parent == HERE and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("attacks"))


@pytest.fixture(scope="session")
def graded(request, tmp_path_factory):
    """All submissions of the tests that run in this session, graded once, also under pytest-xdist."""
    if sys.platform != "linux":
        pytest.skip("not here: the boundary is one of Linux")
    from course import grade_once

    lines = {item.name[5:7] for item in request.session.items if Path(item.path).parent == HERE}
    everything = "al" in lines  # test_all_…
    wanted = None if everything and len(lines) == 1 else {int(n) for n in lines if n.isdigit()}
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    return grade_once(shared / "attacks", wanted, stock=STOCK)


HERE = Path(__file__).parent
