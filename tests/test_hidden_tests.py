"""The hidden tests prove themselves, and agree with the lessons they belong to."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from byhand.audit import audit, stubs, summary
from byhand.exercise import (
    Exercise,
    Tolerance,
    alternative,
    load_exercises,
    mistake,
    source_as,
)
from byhand.plain import identical, plain

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "tests" / "hidden").glob("*.py"))
BY_NAME = {path.stem: load_exercises(path) for path in MODULES}
ALL = [
    pytest.param(path.stem, name, id=f"{path.stem}-{name}")
    for path in MODULES
    for name in BY_NAME[path.stem]
]


def notebook_cells(kind, notebook):
    (path,) = (ROOT / kind).glob(f"*/{notebook}.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("seeds", [5, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.parametrize(("notebook", "name"), ALL)
def test_audit_of_many_seeds_is_green(notebook, name, seeds):
    findings = audit(BY_NAME[notebook], stubs(ROOT, notebook), list(range(seeds)), only=name)
    assert not [f for f in findings if not f.ok]
    unexplained = [f for f in findings if f.kind == "mistake" and not f.named and not f.remark]
    assert not unexplained


@pytest.mark.parametrize(("notebook", "name"), ALL)
def test_there_are_three_mistakes_and_two_alternatives(notebook, name):
    exercise = BY_NAME[notebook][name]
    assert len(exercise.mistakes) >= 3
    assert len(exercise.alternatives) >= 2
    assert exercise.__doc__


@pytest.mark.parametrize("notebook", BY_NAME)
def test_the_notebook_gives_each_exercise_the_points_it_has(notebook):
    cells = [c["metadata"].get("nbgrader", {}) for c in notebook_cells("notebooks", notebook)]
    points = {cell["grade_id"]: cell["points"] for cell in cells if cell.get("grade")}
    assert points == {name: e.points for name, e in BY_NAME[notebook].items()}


@pytest.mark.parametrize(("notebook", "name"), ALL)
def test_every_right_answer_passes_the_checks_a_learner_can_see(notebook, name):
    """Also where the hidden tests are absent, nobody who is right is told that they are wrong."""
    exercise = BY_NAME[notebook][name]
    for right in [exercise.reference, *exercise.alternatives.values()]:
        namespace = {}
        for cell in notebook_cells("solutions", notebook):
            source = "".join(cell["source"])
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if cell["cell_type"] != "code" or re.search(r"^figures\.", source, re.MULTILINE):
                continue  # a figure is drawn; a figure's numbers may be needed further on
            if grade_id == f"{name}_code":
                source = source_as(right, name)
            exec(re.sub(r"\bcheck\(", "(lambda name: None)(", source), namespace)
            if grade_id == name:
                break
        else:
            pytest.fail(f"{notebook} has no test cell {name}")


@pytest.mark.parametrize("notebook", BY_NAME)
def test_hidden_tests_import_only_numpy_the_standard_library_and_the_vocabulary(notebook):
    code = (
        "import sys; from pathlib import Path; from byhand.exercise import load_exercises\n"
        "before = set(sys.modules)\n"
        f"load_exercises(Path({str(ROOT / 'tests' / 'hidden' / f'{notebook}.py')!r}))\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        f"assert new <= {{'hidden_{notebook}', 'numpy'}}, new"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_given_topological_order_is_the_one_the_hidden_tests_use():
    given = next(
        "".join(cell["source"])
        for cell in notebook_cells("notebooks", "chain_rule")
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "topological_order"
    )
    edges, _ = BY_NAME["chain_rule"]["backprop"].slow_case()
    namespace = {}
    exec(given, namespace)
    mine = sys.modules["hidden_chain_rule"].topological_order(edges)
    assert namespace["topological_order"](edges) == mine


@pytest.mark.parametrize("notebook", BY_NAME)
def test_references_of_used_exercises_work_from_their_source_in_the_notebook(notebook):
    """Where an earlier answer is wrong, its reference is placed beside the learner's code, as text."""
    exercises = BY_NAME[notebook]
    namespace = {}
    for cell in notebook_cells("notebooks", notebook):
        settings = cell["metadata"].get("nbgrader", {})
        if settings.get("locked") and not settings.get("grade") and cell["cell_type"] == "code":
            exec("".join(cell["source"]), namespace)
    for name in {name for exercise in exercises.values() for name in exercise.uses}:
        exec(source_as(exercises[name].reference, name), namespace)
        for args in exercises[name].calls(0):
            expected = exercises[name].reference(*args)
            assert identical(plain(namespace[name](*args)), plain(expected))


# --- an audit that cannot turn red proves nothing ----------------------------------------------


def double(**changes):
    """An exercise that doubles its argument, with known answers; `changes` break something."""
    body = {
        "__doc__": "Twice z.",
        "points": 2,
        "reference": lambda z: 2 * z,
        "cases": lambda rng: iter([float(rng.normal()), rng.normal(size=3)]),
        "half": mistake("Half of it.", earns=0)(half),
        "added": alternative(added),
    }
    return type("Double", (Exercise,), body | changes)


def half(z):
    return z / 2


def added(z):
    return z + z


STUB = {"double": "def double(z):\n    raise NotImplementedError()"}


def audited(**changes):
    exercise = double(**changes)
    return audit({"double": exercise}, STUB, [0, 1, 2])


def broken(findings):
    return [(f.kind, f.answer) for f in findings if not f.ok]


def test_audit_of_a_sound_exercise_is_green():
    findings = audited()
    assert broken(findings) == []
    assert summary(findings) == (
        "1/1 mistakes rejected, 1/1 named, 1/1 alternatives accepted, 1/1 stubs not attempted"
    )


def test_audit_sees_a_broken_reference():
    assert ("alternative", "added") in broken(audited(reference=lambda z: 2.1 * z))


def test_audit_sees_a_mistake_that_is_right():
    assert broken(audited(half=mistake("Half.")(added))) == [("mistake", "half")]


def test_audit_sees_a_tolerance_that_lets_everything_pass():
    assert ("mistake", "half") in broken(audited(tolerance=Tolerance(rtol=0, atol=100)))


def test_audit_sees_points_that_a_mistake_does_not_earn():
    assert broken(audited(half=mistake("Half.", earns=1)(half))) == [("mistake", "half")]


def test_audit_of_an_exercise_without_points_goes_by_the_verdict():
    assert broken(audited(points=0)) == []
    assert broken(audited(points=0, half=mistake("Half.")(added))) == [("mistake", "half")]
    assert ("alternative", "added") in broken(audited(points=0, reference=lambda z: 2.1 * z))


def test_audit_sees_cases_that_do_not_depend_on_the_seed():
    cases = lambda rng: iter([1.0, np.arange(3.0)])  # noqa: E731
    assert broken(audited(cases=cases)) == [("cases", "cases")]
    assert broken(audited(cases=cases, constant=True)) == []


def test_audit_sees_a_stub_that_is_an_answer():
    findings = audit({"double": double()}, {"double": "def double(z):\n    return z"}, [0])
    assert ("stub", "stub") in broken(findings)


def test_audit_says_why_a_rejected_mistake_is_not_named():
    findings = audited(other=mistake("Also half.")(lambda z: 0.5 * z))
    remarks = [f.remark for f in findings if f.kind == "mistake"]
    assert all(f.ok for f in findings)
    assert [f.named for f in findings if f.kind == "mistake"] == [False, False]
    assert all("agrees with" in remark for remark in remarks)
