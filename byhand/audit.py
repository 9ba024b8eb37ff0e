"""Prove hidden tests: every known mistake is rejected with the points it earns, every known right answer accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byhand.exercise import Exercise, Mistake
from byhand.judge import judge
from byhand.student import NamespaceStudent, call, identical
from byhand.plain import plain
from byhand.verdict import Status, Verdict

Kind = Literal["reference", "alternative", "mistake", "stub", "cases"]


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


def audit(
    exercises: Mapping[str, type[Exercise]], stubs: Mapping[str, str], seeds: Iterable[int]
) -> list[Finding]:
    """Judge all known answers of the exercises of one notebook on all seeds.

    `stubs` are the cells a learner starts from, by exercise; they must be judged "not attempted".
    """
    seeds = list(seeds)
    findings = []
    for exercise in exercises.values():
        findings.append(_audit_cases(exercise, seeds))
        findings.append(_audit_right(exercise, "reference", exercise.reference, exercises, seeds))
        for right in exercise.alternatives.values():
            findings.append(_audit_right(exercise, "alternative", right.function, exercises, seeds))
        for wrong in exercise.mistakes.values():
            findings.append(_audit_mistake(exercise, wrong, exercises, seeds))
        findings.append(_audit_stub(exercise, stubs, exercises))
    return findings


def _verdict(exercise: type[Exercise], function, exercises, seed: int) -> Verdict:  # type: ignore[no-untyped-def]
    student = NamespaceStudent({exercise.name: function})
    return judge(exercise, student, seed=seed, earlier=exercises)


def _audit_cases(exercise: type[Exercise], seeds: list[int]) -> Finding:
    """Different seeds must give different cases, unless the exercise is constant."""
    drawn = [plain([[vars_of(a) for a in args] for args in exercise.calls(seed)]) for seed in seeds]
    repeated = any(identical(drawn[0], other) for other in drawn[1:])
    if exercise.constant == repeated or len(seeds) < 2:
        return Finding(exercise.name, "cases", "cases", ok=True)
    remark = (
        "is declared constant, but its cases differ between seeds"
        if exercise.constant
        else "two seeds give identical cases: draw them from rng, or declare the exercise constant"
    )
    return Finding(exercise.name, "cases", "cases", ok=False, remark=remark)


def vars_of(argument: object) -> object:
    """An argument as something comparable: functions by their source."""
    return getattr(argument, "source", argument)


def _audit_right(exercise, kind: Kind, function, exercises, seeds) -> Finding:  # type: ignore[no-untyped-def]
    for seed in seeds:
        verdict = _verdict(exercise, function, exercises, seed)
        if not verdict.right:
            remark = f"rejected on seed {seed}: {verdict.sentence}\n{verdict.details}".strip()
            return Finding(exercise.name, kind, function.__name__, ok=False, remark=remark)
    return Finding(exercise.name, kind, function.__name__, ok=True)


def _audit_mistake(  # type: ignore[no-untyped-def]
    exercise: type[Exercise], wrong: Mistake, exercises, seeds: list[int]
) -> Finding:
    unnamed: tuple[str, ...] | None = None
    for seed in seeds[:1] if wrong.slow else seeds:
        verdict = _verdict(exercise, wrong.function, exercises, seed)
        if verdict.status is not Status.WRONG or not np.isclose(verdict.score, wrong.earns):
            remark = f"seed {seed}: {verdict.status.value}, earns {verdict.score:g} where {wrong.earns:g} is declared"
            return Finding(exercise.name, "mistake", wrong.name, ok=False, remark=remark)
        if verdict.mistake != wrong.name:
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


def _audit_stub(  # type: ignore[no-untyped-def]
    exercise: type[Exercise], stubs: Mapping[str, str], exercises
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
