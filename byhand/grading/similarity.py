"""Which submissions hold nearly the same code, found without comparing each with each.

Fingerprints as in Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD
2003), without the winnowing, because answers are short. What all answers have in common says nothing about two of
them: sequences that stand in a known answer, or in the answers of many, are left out before anything is compared.
"""

import builtins
import functools
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

#: symbols in one sequence
SEQUENCE = 8
#: of what is distinctive in two answers, the share in both from which on they are nearly identical
ALIKE = 0.7
#: distinctive sequences that two submissions share at least: a few lines in several exercises …
LEAST = 40
#: … or many in one. The answers in tests/blind were written independently: two are alike in one exercise, with 52.
LEAST_IN_ONE = 100
#: an answer longer than this is cut, because nobody writes it by hand
LONGEST = 20_000

_SYMBOL = re.compile(
    r"""
      (?P<skipped> \#[^\n]* | \"{3}.*?\"{3} | '{3}.*?'{3} )
    | (?P<text> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<number> (?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)? )
    | (?P<attribute> \.\s*[^\W\d]\w* )
    | (?P<name> [^\W\d]\w* )
    | (?P<sign> [^\s(),:;] )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEPT_NAMES = {*keyword.kwlist, *dir(builtins), "np", "math"}


@dataclass(frozen=True)
class Group:
    """Submissions that are nearly identical to one another, and the exercises in which they are."""

    students: tuple[str, ...]
    #: exercise and the share of its distinctive code that the two least similar have in common
    exercises: Mapping[str, float]
    #: distinctive sequences shared by the two that share most
    weight: int


def symbols(source: str) -> list[str]:
    """The code without what is easily changed: comments, docstrings, layout, brackets around, names of variables."""
    found = []
    for match in _SYMBOL.finditer(source[:LONGEST]):
        kind, text = match.lastgroup, match.group().replace(" ", "")
        if kind == "number":
            text = f"{float(text):g}"
        elif kind == "text":
            text = f'"{text[1:-1]}"'
        elif kind == "name" and text not in _KEPT_NAMES:
            text = "_"
        if kind != "skipped":
            found.append(text)
    return found


@functools.lru_cache(maxsize=4096)
def fingerprints(source: str) -> frozenset[int]:
    """The hashes of all sequences of `SEQUENCE` symbols; of shorter code there are none."""
    code = symbols(source)
    return frozenset(hash(tuple(code[i : i + SEQUENCE])) for i in range(len(code) - SEQUENCE + 1))


def alike(
    answers: Mapping[str, Mapping[str, str]], known: Mapping[str, Iterable[str]]
) -> list[Group]:
    """Groups of nearly identical submissions, those that share most first.

    `answers` holds, by exercise and student, what was written; `known`, by exercise, code that says nothing: the stub,
    right answers, known mistakes. Time and memory grow with the number of answers, not with its square.
    """
    shared: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for exercise, sources in answers.items():
        expected = set().union(*map(fingerprints, known.get(exercise, ())))
        for pair, (common, share) in _alike_in(sources, expected).items():
            shared[pair] += common
            where[pair][exercise] = share
    pairs = [
        pair
        for pair, common in shared.items()
        if common >= (LEAST if len(where[pair]) > 1 else LEAST_IN_ONE)
    ]
    groups = [_group(students, pairs, shared, where) for students in _connected(pairs)]
    return sorted(groups, key=lambda group: (-group.weight, group.students))


def _alike_in(
    sources: Mapping[str, str], expected: set[int]
) -> dict[tuple[str, str], tuple[int, float]]:
    """The pairs whose answers to one exercise are nearly identical: sequences shared, and their share."""
    prints = {student: fingerprints(source) - expected for student, source in sources.items()}
    holders: dict[int, list[str]] = defaultdict(list)
    for student in sorted(prints):
        for fingerprint in prints[student]:
            holders[fingerprint].append(student)
    most = common_from(len(sources))
    telling = {f: students for f, students in holders.items() if len(students) < most}
    size = Counter(student for students in telling.values() for student in students)
    together: Counter[tuple[str, str]] = Counter()
    for students in telling.values():
        together.update(combinations(students, 2))
    found = {}
    for (one, other), common in together.items():
        share = common / (size[one] + size[other] - common)
        if share >= ALIKE:
            found[one, other] = (common, share)
    return found


def common_from(answers: int) -> int:
    """From this many students on, what they share is what people write."""
    return max(6, min(answers // 20, 30))


def _connected(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The students that are linked by pairs, directly or over others."""
    leader: dict[str, str] = {}

    def lead(student: str) -> str:
        while leader.setdefault(student, student) != student:
            student = leader[student]
        return student

    for one, other in pairs:
        leader[lead(one)] = lead(other)
    groups: dict[str, list[str]] = defaultdict(list)
    for student in sorted(leader):
        groups[lead(student)].append(student)
    return list(groups.values())


def _group(
    students: list[str],
    pairs: list[tuple[str, str]],
    shared: Mapping[tuple[str, str], int],
    where: Mapping[tuple[str, str], Mapping[str, float]],
) -> Group:
    inside = [pair for pair in pairs if pair[0] in students]
    least: dict[str, float] = {}
    for pair in inside:
        for exercise, share in where[pair].items():
            least[exercise] = min(share, least.get(exercise, 1))
    return Group(tuple(students), least, max(shared[pair] for pair in inside))
