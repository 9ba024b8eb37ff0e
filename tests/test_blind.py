"""Solutions written blind, from the contract alone: the wrong ones are rejected, the right ones accepted."""

import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from byhand.exercise import load_exercises
from byhand.judge import judge
from byhand.student import NamespaceStudent
from byhand.verdict import Status

HERE = Path(__file__).parent
SEEDS = range(5)


def solutions():
    for path in sorted((HERE / "blind").glob("*.py")):
        notebook = path.stem.rsplit("_", 1)[0]
        pieces = re.split(r"^# %% (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for number, (title, code) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True), 1):
            exercise, kind, why = title.split(" · ", 2)
            yield pytest.param(
                notebook, exercise, kind, why, code, id=f"{path.stem}-{number}-{exercise}-{kind}"
            )


@pytest.mark.parametrize(("notebook", "exercise", "kind", "why", "code"), list(solutions()))
def test_blind_solution_gets_what_it_deserves(notebook, exercise, kind, why, code):
    exercises = load_exercises(HERE / "hidden" / f"{notebook}.py")
    for seed in SEEDS:
        namespace = {"np": np} | given(notebook)
        exec(code, namespace)
        verdict = judge(
            exercises[exercise], NamespaceStudent(namespace), seed=seed, earlier=exercises
        )
        if kind == "right":
            assert verdict.right, f"{why}\n{verdict.text(details=True)}"
        else:
            assert verdict.status is Status.WRONG, f"accepted although: {why}"


def given(notebook):
    """The functions that the notebook gives: its hidden tests have them under the same names."""
    module = sys.modules[f"hidden_{notebook}"]
    functions = inspect.getmembers(module, inspect.isfunction)
    return {
        name: f for name, f in functions if f.__module__ == module.__name__ and f.__name__ == name
    }
