"""The attacks succeed where nothing stops them."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
def test_more_than_half_of_the_attacks_succeed_without_the_boundary():
    command = [sys.executable, str(Path(__file__).with_name("inverse.py")), "-m", "not long"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    print(run.stdout)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
