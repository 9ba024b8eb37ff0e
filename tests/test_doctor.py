"""`byhand doctor`: what it says is what the machine does."""

import io
import os
import re
import sys
import time

import pytest
from child_processes import children
from rich.console import Console
from typer.testing import CliRunner

from byhand.cli import app
from byhand.grading import doctor, replay, sandbox
from byhand.grading.probes import ALWAYS, NUMBERS, PROBES, SANDBOXED
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.session import Limits

here = pytest.mark.skipif(
    protection_level() is not Level.STRICT,
    reason=f"not here: this machine enforces {protection_level().value}, not strict",
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="not here: the worker needs Linux")
LIMITS = Limits(memory_bytes=1 << 30, file_bytes=1_000_000)

# in one process, so that none finds what another one is at work with
pytestmark = pytest.mark.xdist_group("doctor")


def shown(diagnosis):
    console = Console(file=io.StringIO(), width=160)
    doctor.show(diagnosis, console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def before():
    return children()


@pytest.fixture(scope="module")
def strict(before):
    return doctor.diagnose(LIMITS)


@pytest.fixture(scope="module")
def unprotected():
    """The same cells in the same worker, started without the sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "protection_level", lambda: Level.NONE)
        return doctor.diagnose(LIMITS, allow_unsandboxed=True)


@here
def test_at_level_strict_every_promised_protection_is_seen(strict):
    assert strict.why_not is None
    promised = [probe.name for probe in PROBES if Level.STRICT in probe.promised]
    assert len(promised) >= 15
    assert {name: strict.seen[name] for name in promised} == dict.fromkeys(promised, True)


@here
def test_without_the_sandbox_what_it_gives_is_gone_and_what_others_give_is_not(unprotected):
    gone = [p.name for p in PROBES if p.promised and p.promised != ALWAYS]
    assert {name: unprotected.seen[name] for name in gone} == dict.fromkeys(gone, False)
    stays = [p.name for p in PROBES if p.promised == ALWAYS]
    assert {name: unprotected.seen[name] for name in stays} == dict.fromkeys(stays, True)


@here
def test_a_promise_that_is_not_kept_fails_with_its_name(unprotected):
    """Found without the sandbox, but promised as with it."""
    lying = doctor.Diagnosis(unprotected.facts, Level.STRICT, unprotected.seen)
    assert lying.why_not.startswith("Promised at level strict, but not seen here: files outside")
    assert {probe.promised for probe in lying.broken} >= {SANDBOXED}
    assert "do not grade here" in shown(lying)


@here
def test_the_numbers_follow_from_what_was_seen(strict, unprotected):
    assert {1, 20, 34, 38, 40, 46, 47, 53} <= set(strict.covered) <= set(NUMBERS)
    assert {1, 20, 46, 53} <= set(unprotected.covered)
    assert not {34, 35, 38, 40, 41, 47} & set(unprotected.covered)
    lines = shown(strict).splitlines()
    assert f"attack tests covered here: {doctor.ranges(set(strict.covered))}" in lines
    assert all(f"  {name}  " in shown(strict) for name in ("kernel", "seccomp", "level"))


def test_ranges_read_well():
    assert doctor.ranges({1, 2, 3, 5, 7, 8}) == "1–3, 5, 7–8"
    assert doctor.ranges(set()) == ""


@here
def test_nothing_the_probes_did_is_left(before, strict):
    def left():
        return [*(children() - before), *(n for n in os.listdir("/tmp") if n.startswith("doctor-"))]

    # what was killed takes a moment to be gone, and another test process may be at its own doctor
    deadline = time.monotonic() + 60
    while left() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left() == []


# --- machines that protect less ------------------------------------------------------------------


def test_without_sandlock_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "sandlock", None)
    diagnosis = doctor.diagnose()
    assert diagnosis.level is Level.NONE
    assert diagnosis.why_not.startswith("Grading is refused here: the package sandlock")
    assert "attack tests covered here: none" in shown(diagnosis)


def test_elsewhere_it_refuses_and_does_not_fail(monkeypatch, tmp_path):
    assert replay  # nbgrader, imported while Python still knows where it is
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    run = CliRunner().invoke(app, ["doctor"])
    assert run.exit_code == 1, run.output
    assert "Grading is refused here: there is no sandbox on" in run.output
    assert run.output.count("–") >= len(PROBES), "nothing was tried"


def test_without_the_packages_for_grading_it_names_them(monkeypatch, tmp_path):
    version = doctor.package_version
    monkeypatch.setattr(
        doctor, "package_version", lambda name: None if name == "msgspec" else version(name)
    )
    diagnosis = doctor.diagnose_course(tmp_path)
    assert diagnosis.why_not.startswith("Not installed: msgspec.")
    assert diagnosis.seen == {}


@linux
def test_a_worker_that_does_not_run_is_one_sentence():
    diagnosis = doctor.diagnose(Limits(memory_bytes=1), allow_unsandboxed=True)
    assert re.fullmatch(r"The worker could not be .* here \(.*\)\.", diagnosis.why_not)
    assert diagnosis.covered == []


@here
def test_the_command_reads_the_settings_of_the_course(monkeypatch, tmp_path):
    """With an address space as small as that nothing runs; the default is large enough."""
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.GradeInSandbox.memory_bytes = 1\n"
    )
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(app, ["doctor"])
    assert run.exit_code == 1
    assert "The worker could not be started and probed here" in run.output
