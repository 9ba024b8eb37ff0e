"""Prove hidden tests: every known mistake is rejected with the points it earns, every known right answer accepted."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from byhand.exercise import Exercise, Function, Mistake, load_exercises
from byhand.judge import judge
from byhand.plain import identical, plain
from byhand.problem import Problem
from byhand.student import NamespaceStudent
from byhand.verdict import Status, Verdict

Kind = Literal["reference", "alternative", "mistake", "stub", "cases"]


Exercises = Mapping[str, type[Exercise]]


@dataclass(frozen=True)
class Finding:
    """What the audit saw of one known answer to one exercise, over all seeds."""

    exercise: str
    kind: Kind
    answer: str
    ok: bool
    #: for a mistake: named by its own sentence on every seed
    named: bool = False
    #: what is wrong, or why a mistake is rejected without being named
    remark: str = ""


def audit_course(root: Path, seeds: Iterable[int], notebook: str = "*") -> list[Finding]:
    """Audit every module in `tests/hidden/`, or that of one notebook, with the stubs of the released notebooks.

    Raises Problem where there is no hidden test or no released notebook.
    """
    modules = sorted(root.glob(f"tests/hidden/{notebook}.py"))
    if not modules:
        whose = "" if notebook == "*" else f" of {notebook}"
        raise Problem(
            f"There are no hidden tests{whose} in {root / 'tests' / 'hidden'}: run this in a checkout."
        )
    seeds = list(seeds)
    return [
        f for path in modules for f in audit(load_exercises(path), stubs(root, path.stem), seeds)
    ]


def stubs(root: Path, notebook: str) -> dict[str, str]:
    """The cells that learners start from, by exercise."""
    found = list(root.glob(f"notebooks/*/{notebook}.ipynb"))
    if not found:
        raise Problem(f"notebooks/ has no {notebook}.ipynb: run `byhand build` first.")
    cells = json.loads(found[0].read_text(encoding="utf-8"))["cells"]
    settings = [(cell["metadata"].get("nbgrader", {}), cell) for cell in cells]
    return {
        nbgrader["grade_id"].removesuffix("_code"): "".join(cell["source"])
        for nbgrader, cell in settings
        if nbgrader.get("solution")
    }


def audit(
    exercises: Exercises, stubs: Mapping[str, str], seeds: list[int], only: str | None = None
) -> list[Finding]:
    """Judge all known answers of the exercises of one notebook, or of `only` one of them, on all seeds.

    `stubs` are the cells a learner starts from, by exercise; they must be judged "not attempted".
    """
    findings = []
    for exercise in exercises.values():
        if only not in (None, exercise.name):
            continue
        findings.append(_audit_cases(exercise, seeds))
        findings.append(_audit_right(exercise, "reference", exercise.reference, exercises, seeds))
        for right in exercise.alternatives.values():
            findings.append(_audit_right(exercise, "alternative", right.function, exercises, seeds))
        for wrong in exercise.mistakes.values():
            findings.append(_audit_mistake(exercise, wrong, exercises, seeds))
        findings.append(_audit_stub(exercise, stubs, exercises))
    return findings


def _verdict(
    exercise: type[Exercise], function: Callable, exercises: Exercises, seed: int
) -> Verdict:
    student = NamespaceStudent({exercise.name: function})
    return judge(exercise, student, seed=seed, earlier=exercises)


def _audit_cases(exercise: type[Exercise], seeds: list[int]) -> Finding:
    """Different seeds must give different cases, unless the exercise is constant."""
    drawn = [plain([comparable(args) for args in exercise.calls(seed)]) for seed in seeds]
    repeated = any(identical(drawn[0], other) for other in drawn[1:])
    if exercise.constant == repeated or len(seeds) < 2:
        return Finding(exercise.name, "cases", "cases", ok=True)
    remark = (
        "is declared constant, but its cases differ between seeds"
        if exercise.constant
        else "two seeds give identical cases: draw them from rng, or declare the exercise constant"
    )
    return Finding(exercise.name, "cases", "cases", ok=False, remark=remark)


def comparable(args: tuple) -> list:
    """The arguments, functions by their source."""
    return [a.source if isinstance(a, Function) else a for a in args]


def _audit_right(
    exercise: type[Exercise], kind: Kind, function: Callable, exercises: Exercises, seeds: list[int]
) -> Finding:
    for seed in seeds:
        verdict = _verdict(exercise, function, exercises, seed)
        if not verdict.right:
            remark = f"rejected on seed {seed}: {verdict.sentence}\n{verdict.details}".strip()
            return Finding(exercise.name, kind, function.__name__, ok=False, remark=remark)
    return Finding(exercise.name, kind, function.__name__, ok=True)


def _audit_mistake(
    exercise: type[Exercise], wrong: Mistake, exercises: Exercises, seeds: list[int]
) -> Finding:
    unnamed: tuple[str, ...] | None = None
    for seed in seeds[:1] if wrong.slow else seeds:
        verdict = _verdict(exercise, wrong.function, exercises, seed)
        if verdict.status is not Status.WRONG or not np.isclose(verdict.score, wrong.earns):
            remark = f"seed {seed}: {verdict.status.value}, earns {verdict.score:g} where {wrong.earns:g} is declared"
            return Finding(exercise.name, "mistake", wrong.name, ok=False, remark=remark)
        if verdict.sentence != wrong.sentence:
            unnamed = verdict.fitting
    if unnamed is None:
        return Finding(exercise.name, "mistake", wrong.name, ok=True, named=True)
    others = [name for name in unnamed if name != wrong.name]
    remark = (
        f"not named: agrees with {', '.join(others)} on these inputs"
        if others
        else "not named: it does not do the same twice"
    )
    return Finding(exercise.name, "mistake", wrong.name, ok=True, remark=remark)


def _audit_stub(
    exercise: type[Exercise], stubs: Mapping[str, str], exercises: Exercises
) -> Finding:
    if exercise.name not in stubs:
        remark = "the released notebook has no cell for it"
        return Finding(exercise.name, "stub", "stub", ok=False, remark=remark)
    namespace: dict = {"np": np}
    exec(stubs[exercise.name], namespace)
    verdict = judge(exercise, NamespaceStudent(namespace), earlier=exercises)
    ok = verdict.status is Status.NOT_ATTEMPTED and verdict.score == 0
    return Finding(exercise.name, "stub", "stub", ok, remark="" if ok else verdict.sentence)


def summary(findings: Iterable[Finding]) -> str:
    """One line: 42/42 mistakes rejected, 40/42 named, 18/18 alternatives accepted, 9/9 stubs not attempted."""
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)

    def share(kind: str, attribute: str = "ok") -> str:
        of_kind = by_kind.get(kind, [])
        return f"{sum(getattr(f, attribute) for f in of_kind)}/{len(of_kind)}"

    return (
        f"{share('mistake')} mistakes rejected, {share('mistake', 'named')} named, "
        f"{share('alternative')} alternatives accepted, {share('stub')} stubs not attempted"
    )
