"""A learner's installation, on their machine, on Binder and in a Codespace, and the links that lead there."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from byhand.build import write_address

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


# --- links, and a Codespace

FIRST_LESSON = "notebooks/0_start_here/start_here.ipynb"


def links(host: str) -> list[str]:
    """Return the addresses on a host that the README links to."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.findall(rf"https://{re.escape(host)}/(?:v2/gh/)?[^\s)]+(?=\))", readme)


def test_the_badges_open_the_first_lesson_of_the_repository_that_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    repository = project["urls"]["Repository"].removeprefix("https://github.com/")
    binder = [urlsplit(link) for link in links("mybinder.org") if "/v2/" in link]

    assert [link.path for link in binder] == [f"/v2/gh/{repository}/HEAD"]
    assert parse_qs(binder[0].query) == {"labpath": [FIRST_LESSON]}
    assert links("codespaces.new") == [f"https://codespaces.new/{repository}"]
    assert f"git clone https://github.com/{repository} " in (ROOT / "README.md").read_text("utf-8")


def test_the_address_is_written_into_the_links_from_one_place(tmp_path: Path) -> None:
    for name in ("README.md", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    project = tmp_path / "pyproject.toml"
    moved = re.sub(
        r"(?m)^(Repository = ).*$",
        r'\1"https://github.com/ada/back.prop-2"',
        project.read_text("utf-8"),
    )
    project.write_text(moved, "utf-8")

    assert write_address(tmp_path) == [tmp_path / "README.md"]
    assert write_address(tmp_path) == []
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "/v2/gh/ada/back.prop-2/HEAD?labpath=" in readme
    assert "(https://codespaces.new/ada/back.prop-2)" in readme
    assert "git clone https://github.com/ada/back.prop-2 backprop-by-hand" in readme


def test_pictures_of_the_readme_exist_are_described_and_small() -> None:
    pictures = re.findall(r"<img (.*?)>", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    for picture in pictures:
        source, alt = (re.search(rf'{name}="([^"]+)"', picture)[1] for name in ("src", "alt"))
        assert (ROOT / source).stat().st_size < 60_000, source
        assert len(alt) > 20, source


def test_a_codespace_installs_what_every_learner_gets_and_opens_the_first_lesson() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    (python,) = lines("binder/runtime.txt")

    assert container["image"].endswith(f"/python:{python.removeprefix('python-')}")
    assert container["postCreateCommand"] == "python -m pip install -r requirements.txt"
    assert container["customizations"]["codespaces"]["openFiles"] == [FIRST_LESSON]
    assert (ROOT / FIRST_LESSON).is_file()
