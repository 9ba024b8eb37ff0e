"""A learner's installation, on their machine and on Binder: exact versions that were tested."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def lines(path: str) -> list[str]:
    """Return the lines of a file of the checkout that are not empty and not comments."""
    stripped = (line.partition("#")[0].strip() for line in (ROOT / path).read_text().splitlines())
    return [line for line in stripped if line]


def pins() -> dict[str, str]:
    """Return the versions in requirements.txt, by canonical name."""
    pinned = (line.split("==") for line in lines("requirements.txt") if line != "-e .")
    return {canonicalize_name(name): version for name, version in pinned}


def ranges() -> dict[str, SpecifierSet]:
    """Return the ranges in pyproject.toml, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = map(Requirement, project["dependencies"])
    return {canonicalize_name(each.name): each.specifier for each in requirements}


def test_requirements_pin_what_the_package_needs_and_then_install_it() -> None:
    assert pins().keys() == ranges().keys()
    assert lines("requirements.txt")[-1] == "-e ."


@pytest.mark.parametrize("name", sorted(pins()))
def test_a_pin_is_tested_and_fits_the_package_and_every_python(name: str) -> None:
    pinned, installed = pins()[name], metadata(name)

    assert installed["Version"] == pinned, "the tests run with another version than learners get"
    assert pinned in ranges()[name], "pyproject.toml excludes the pinned version"
    for python in ("3.11", "3.12", "3.13"):
        assert python in SpecifierSet(installed["Requires-Python"]), f"not for Python {python}"


def test_binder_installs_what_every_learner_gets() -> None:
    (included,) = lines("binder/requirements.txt")

    assert (ROOT / "binder" / included.removeprefix("-r ")).samefile(ROOT / "requirements.txt")


def test_repo2docker_plans_the_environment_that_binder_builds() -> None:
    pytest.importorskip("repo2docker", reason="no jupyter-repo2docker: install the extra [dev]")
    (python,) = lines("binder/runtime.txt")

    command = [sys.executable, "-m", "repo2docker", "--debug", "--no-build", "."]
    planned = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    plan = planned.stdout + planned.stderr
    assert planned.returncode == 0, plan
    assert f"Building conda environment for {python.replace('-', '=')}\n" in plan
    steps = re.findall(r"^RUN .*(pip install .*|\./binder/.*)$", plan, re.MULTILINE)
    assert steps == [
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "./binder/postBuild",
    ]
