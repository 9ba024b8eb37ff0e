"""`byhand report`: one page about how a class did in an assignment, for its instructor."""

import json
import math
import secrets
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from byhand.exercise import Exercise as HiddenTest
from byhand.exercise import find_hidden_tests, load_exercises, source_as
from byhand.grading.reading import printable
from byhand.grading.results import (
    Exercise,
    Result,
    Results,
    Submission,
    course_directory,
    read_results,
)
from byhand.grading.similarity import Group, alike, common_from

MOST_BINS = 12
#: rows of a table, so that the page of a class of thousands can still be read
MOST_ROWS = 50
MOST_MISTAKES = 25
#: mistakes of a single student are listed only as far as there are fewer than this
FEW_MISTAKES = 10
#: who has less than this share is listed under "Who needs help"
HELP_BELOW = 0.5

#: kinds of notes, and words that stand in notes of this kind only; the first kind that fits counts
KINDS = (
    (
        "Broke the sandbox's rules",
        (
            "broke the protocol",
            "killed by another",
            "too many processes",
            "too many or too large files",
            "not followed",
            "reached through a link",
        ),
    ),
    (
        "Missing, or could not be read",
        (
            "is missing and scores 0",
            "unreadable:",
            "cells were read",
            "damaged and left out",
            "too long and was emptied",
        ),
    ),
    (
        "Was ended while it ran",
        (
            "was ended",
            "ended its own process",
            "ended every time",
            "used up its",
            "could not be copied",
        ),
    ),
    (
        "Was repaired",
        (
            "back as released",
            "are restored",
            "tags are removed",
            "back in their order",
            "several copies",
            "cell type was changed",
            "answers recognised",
        ),
    ),
)
OTHER = "Something else"


@dataclass(frozen=True)
class Mistake:
    """A known mistake or a property that does not hold, and how many made it."""

    exercise: Exercise
    sentence: str
    count: int


@dataclass(frozen=True)
class Row:
    """How one exercise went."""

    exercise: Exercise
    points: float
    counts: Mapping[str, int]
    #: wrong or partly right answers that no known mistake and no property names
    unnamed: int
    median_seconds: float | None
    most_seconds: float | None


@dataclass(frozen=True)
class Bin:
    """Scores from `low` up to below `high`; in the last one also those from `high` on."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Remarks:
    """Notes of one kind: who, and what was not as it should be."""

    kind: str
    rows: list[tuple[str, list[str]]]


class Report:
    """What the page says about a class. Every figure comes from the gradebook, the logs and the graded notebooks."""

    def __init__(self, results: Results, groups: list[Group]) -> None:
        self.results = results
        self.submissions = results.submissions
        self.scores = [submission.score for submission in self.submissions]
        self.groups = groups

    def summary(self) -> str:
        """One line for the terminal."""
        looked_at = {student for kind in self.remarks() for student, _ in kind.rows}
        points = self.results.points
        median = f", median {number(self.median)} of {number(points)} points" if points else ""
        return (
            f"{_many(len(self.submissions), 'submission')}{median}; {len(self.in_need())} with less than half, "
            f"{len(looked_at)} not as they should be, {_many(len(self.groups), 'group')} nearly identical."
        )

    @property
    def median(self) -> float:
        return statistics.median(self.scores)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores)

    @property
    def full(self) -> int:
        """How many have all points; where there are none to have, everything right."""
        return sum(self.share(one) >= 1 for one in self.submissions)

    def share(self, submission: Submission) -> float:
        """Of the points; of the exercises that are right, where there are no points."""
        if self.results.points:
            return submission.score / self.results.points
        return submission.count("right") / len(self.results.exercises)

    @property
    def empty(self) -> int:
        """How many have attempted nothing."""
        exercises = len(self.results.exercises)
        return sum(one.count("not attempted") == exercises for one in self.submissions)

    @property
    def late(self) -> int:
        return sum(submission.penalty > 0 for submission in self.submissions)

    @property
    def unsandboxed(self) -> list[str]:
        return [one.student for one in self.submissions if one.unsandboxed]

    @property
    def unlogged(self) -> list[str]:
        return [one.student for one in self.submissions if one.unlogged]

    @property
    def waiting(self) -> list[str]:
        return [one.student for one in self.submissions if one.waits_for_hand]

    @property
    def several_notebooks(self) -> bool:
        return len({exercise.notebook for exercise in self.results.exercises}) > 1

    def distribution(self) -> list[Bin]:
        """The scores in at most `MOST_BINS` bins of equal width, the last one cut at the points there are."""
        points = self.results.points
        width = _bin_width(points)
        count = max(1, math.ceil(points / width - 1e-9))
        filled = Counter(min(int(score / width + 1e-9), count - 1) for score in self.scores)
        return [Bin(i * width, min((i + 1) * width, points), filled[i]) for i in range(count)]

    def rows(self) -> list[Row]:
        return [self._row(exercise) for exercise in self.results.exercises]

    def _row(self, exercise: Exercise) -> Row:
        results = [one.results[exercise] for one in self.submissions if exercise in one.results]
        seconds = [result.seconds for result in results if result.seconds is not None]
        return Row(
            exercise,
            results[0].points,
            Counter(result.outcome for result in results),
            sum(_is_unnamed(result) for result in results),
            statistics.median(seconds) if seconds else None,
            max(seconds, default=None),
        )

    def mistakes(self) -> list[Mistake]:
        """All that was named, what most have made first."""
        counts: Counter[tuple[Exercise, str]] = Counter(
            (exercise, result.sentence)
            for one in self.submissions
            for exercise, result in one.results.items()
            if result.named
        )
        place = {exercise: number for number, exercise in enumerate(self.results.exercises)}
        found = [Mistake(exercise, words, count) for (exercise, words), count in counts.items()]
        return sorted(found, key=lambda m: (-m.count, place[m.exercise], m.sentence))

    def common_mistakes(self) -> list[Mistake]:
        """Of `mistakes`, those that the page shows."""
        mistakes = self.mistakes()
        repeated = sum(mistake.count > 1 for mistake in mistakes)
        return mistakes[: min(max(repeated, FEW_MISTAKES), MOST_MISTAKES)]

    def in_need(self) -> list[Submission]:
        """Who has less than half, those with least first."""
        low = [one for one in self.submissions if self.share(one) < HELP_BELOW]
        return sorted(low, key=lambda one: (self.share(one), one.student))

    def open_exercises(self, submission: Submission, outcomes: Iterable[str]) -> list[str]:
        """The names of those exercises of a submission that came out like this."""
        return [
            exercise.name
            for exercise in self.results.exercises
            if exercise in submission.results and submission.results[exercise].outcome in outcomes
        ]

    def remarks(self) -> list[Remarks]:
        """All notes, by kind."""
        by_kind: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        for one in self.submissions:
            of_one: dict[str, list[str]] = defaultdict(list)
            for note in one.notes:
                of_one[kind_of(note)].append(note)
            for kind, notes in of_one.items():
                by_kind[kind].append((one.student, notes))
        return [
            Remarks(kind, by_kind[kind])
            for kind in [*(kind for kind, _ in KINDS), OTHER]
            if by_kind[kind]
        ]


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def kind_of(note: str) -> str:
    """The kind of thing a note is about."""
    return next((kind for kind, words in KINDS if any(word in note for word in words)), OTHER)


def _is_unnamed(result: Result) -> bool:
    return result.outcome in ("partly", "wrong") and bool(result.sentence) and not result.named


def _bin_width(points: float) -> float:
    """1, 2, 2½ or 5 times a power of ten: the smallest that makes at most `MOST_BINS` bins."""
    if points <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(points / MOST_BINS))
    steps = (step * power for step in (1, 2, 2.5, 5, 10, 20))
    return next(step for step in steps if points / step <= MOST_BINS + 1e-9)


# --- reading what was written --------------------------------------------------------------------


def similar_submissions(course: Path, results: Results) -> list[Group]:
    """Groups of nearly identical submissions, from the notebooks in autograded/ and the hidden tests."""
    directory = course_directory(course)

    def notebook_of(step: str, student: str, notebook: str) -> Path:
        return Path(directory.format_path(step, student, results.assignment), f"{notebook}.ipynb")

    notebooks = {exercise.notebook for exercise in results.exercises}
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    known: dict[str, list[str]] = defaultdict(list)
    for notebook in notebooks:
        for one in results.submissions:
            path = notebook_of(directory.autograded_directory, one.student, notebook)
            for name, source in _answers(path).items():
                answers[_key(notebook, name)][one.student] = source
        stubs = _answers(notebook_of(directory.release_directory, ".", notebook))
        for name, source in stubs.items():
            known[_key(notebook, name)].append(source)
        hidden = find_hidden_tests(notebook, course)
        for name, exercise in (load_exercises(hidden) if hidden else {}).items():
            known[_key(notebook, name)] += _known_answers(exercise)
    return alike(answers, known)


def _key(notebook: str, name: str) -> str:
    return f"{notebook}/{name}"


def _answers(path: Path) -> dict[str, str]:
    """What stands in the answer cells of a notebook, by exercise; nothing if it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    found = {}
    for cell in cells:
        settings = cell.get("metadata", {}).get("nbgrader", {})
        if settings.get("solution") and cell.get("cell_type") == "code":
            source = cell["source"]
            text = source if isinstance(source, str) else "".join(source)
            found[str(settings["grade_id"]).removesuffix("_code")] = text
    return found


def _known_answers(exercise: type[HiddenTest]) -> list[str]:
    answers: list[Callable] = [exercise.reference]
    answers += [*exercise.mistakes.values(), *exercise.alternatives.values()]
    return [source_as(answer, exercise.name) for answer in answers]


# --- the page ------------------------------------------------------------------------------------


def write_report(course: Path, assignment: str, target: Path, anonymous: bool = False) -> Report:
    """Write the page to a file, whose folder is made where there is none.

    With `anonymous`, students are numbers, drawn anew for each page, and no words stand in it that a student could
    have chosen. Raises Problem if there is nothing to report.
    """
    results = read_results(course, assignment)
    report = Report(results, similar_submissions(course, results))
    if anonymous:
        report = without_names(report)
    page = render(report, anonymous)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return report


def without_names(report: Report) -> Report:
    """The same report about students who are numbers, in an order that says nothing about their names."""
    results = report.results
    students = {one.student for one in results.submissions}
    shuffled = sorted(students.union(results.absent, results.ungraded))
    secrets.SystemRandom().shuffle(shuffled)
    digits = len(str(len(shuffled)))
    names = {student: f"Student {n:0{digits}}" for n, student in enumerate(shuffled, 1)}

    def renamed(students: Iterable[str]) -> list[str]:
        return sorted(names[student] for student in students)

    submissions = [replace(one, student=names[one.student]) for one in results.submissions]
    groups = [replace(group, students=tuple(renamed(group.students))) for group in report.groups]
    return Report(
        replace(
            results,
            submissions=sorted(submissions, key=lambda one: one.student),
            absent=renamed(results.absent),
            ungraded=renamed(results.ungraded),
        ),
        groups,
    )


def render(report: Report, anonymous: bool = False) -> str:
    """The page of a report, complete in itself."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "percent": percent,
        "seconds": seconds,
        "printable": printable,
        "prose": prose,
    }
    return environment.get_template("report.html").render(
        report=report,
        results=report.results,
        anonymous=anonymous,
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        most_rows=MOST_ROWS,
        common_from=common_from(len(report.submissions)),
    )


def prose(sentence: str) -> Any:
    """A sentence as HTML: what stands between `backticks` is code."""
    from markupsafe import Markup, escape

    pieces = printable(sentence, 500).split("`")
    code = len(pieces) % 2  # a backtick without a partner is a backtick
    return Markup("" if code else "`").join(
        Markup("<code>{}</code>").format(piece) if code and i % 2 else escape(piece)
        for i, piece in enumerate(pieces)
    )


def number(value: float) -> str:
    """At most three decimals, as many as eighths of a point have, and no trailing zeros."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """Whole percents; none and all are said only where they are true."""
    share = 100 * part / whole if whole else 0
    rounded = min(max(round(share), 1), 99) if 0 < share < 100 else round(share)
    return f"{rounded}\N{NO-BREAK SPACE}%"


def seconds(value: float | None) -> str:
    """Time in a unit that suits it."""
    if value is None:
        return "–"
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"
