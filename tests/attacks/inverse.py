"""How many attacks succeed where nbgrader grades alone? By hand, or in `make test-long`: takes some minutes.

Shows that the tests of this folder can fail. What could harm the machine is left out.
"""

import os
import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


class Tally:
    """The lines of the list that were tried, and those whose attack succeeded."""

    def __init__(self) -> None:
        self.tried: set[int] = set()
        self.succeeded: set[int] = set()
        self.broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        line = re.search(r"::test_(\d\d)_", report.nodeid)
        if line and report.when == "call" and not report.skipped:
            self.tried.add(int(line[1]))
            if report.failed:
                self.succeeded.add(int(line[1]))
        elif report.failed and report.when != "call":
            self.broken.append(report.nodeid)


def main() -> int:
    os.environ["BYHAND_ATTACKS"] = "stock"
    tally = Tally()
    pytest.main(["-q", "--tb=no", "-p", "no:cacheprovider", str(HERE), *sys.argv[1:]], [tally])
    if tally.broken:
        print(f"{len(tally.broken)} tests could not be tried at all")
        return 1
    held = sorted(tally.tried - tally.succeeded)
    print(f"{len(tally.succeeded)} of {len(tally.tried)} attacks succeed without the boundary")
    print("without it fail: " + ", ".join(map(str, held)))
    return 0 if len(tally.succeeded) > len(tally.tried) / 2 else 1


if __name__ == "__main__":
    sys.exit(main())
