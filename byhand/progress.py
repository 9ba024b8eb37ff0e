"""What a learner has got right so far: remembered in a small file of their own, shown as an overview.

The file is `.byhand/progress.txt` in the learner's folder, one line for each check passed. Lines are only
ever added, each in one write, so that two notebooks may write at once; a line that makes no sense is
passed over. Whatever is wrong with it, a lesson goes on.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from byhand.front_end import display_both

RECORD = Path(".byhand", "progress.txt")
MOST_BYTES = 1_000_000  # of the record: it has a few thousand; more is something else
UNIT = re.compile(r"(\d+)_\w+")
SPARE = re.compile(r" \((new version( \d+)?|backup [^()]*)\)$")
CHECKS = re.compile(r"""byhand\.checks\(\s*["'](\w+)["']\s*\)""")

#: what reading a notebook raises that is none, or broken
NOT_A_NOTEBOOK = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError)

Key = tuple[str, str]  # the notebook's name in `byhand.checks("…")`, and the exercise's

#: passed in this process, for as long as it lives: what could not be written is not forgotten at once
_passed_here: dict[Path, set[Key]] = {}


@dataclass(frozen=True)
class Lesson:
    """One notebook of the learner's, with its exercises in order and what each is worth."""

    name: str
    path: Path
    title: str
    exercises: dict[str, float] = field(default_factory=dict)
    #: whether the file could be read as a notebook
    sound: bool = True


@dataclass(frozen=True)
class Overview:
    """All lessons in a learner's folder, and the checks passed there."""

    folder: Path
    lessons: list[Lesson]
    passed: set[Key]
    #: whether some of them are remembered by this process only
    unkept: bool = False

    def done(self, *lessons: Lesson) -> tuple[int, int, float, float]:
        """Exercises passed, all exercises, points earned, all points, in these lessons or in all."""
        all_of_them = [
            ((lesson.name, name) in self.passed, points)
            for lesson in lessons or self.lessons
            for name, points in lesson.exercises.items()
        ]
        right = [points for passed, points in all_of_them if passed]
        return len(right), len(all_of_them), sum(right), sum(points for _, points in all_of_them)

    @property
    def next(self) -> tuple[Lesson, str] | None:
        """The first exercise that is not passed yet, in the order of the course."""
        for lesson in self.lessons:
            for name in lesson.exercises:
                if (lesson.name, name) not in self.passed:
                    return lesson, name
        return None

    def mark(self, lesson: Lesson) -> str:
        right, exercises, _, _ = self.done(lesson)
        return "○" if right == 0 else "✓" if right == exercises else "◐"

    def text(self) -> str:
        """The overview as plain text."""
        if not self.lessons:
            return self._nothing()
        rows = [self._row(lesson) for lesson in self.lessons]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [
            "  ".join([self.mark(lesson), *map(str.ljust, row, widths)]).rstrip()
            for lesson, row in zip(self.lessons, rows, strict=True)
        ]
        return "\n".join([self._headline(), "", *lines, "", self._next_text(), *self._notes()])

    def html(self, here: Path) -> str:
        """The overview for a notebook in folder `here`; its links open the lessons in JupyterLab."""
        if not self.lessons:
            return f'<p role="status">{escape(self._nothing())}</p>'
        rows = ""
        for lesson in self.lessons:
            right, exercises, _, _ = self.done(lesson)
            title, done, points = self._row(lesson)
            bar = f'<progress value="{right}" max="{exercises or 1}" aria-hidden="true"></progress>'
            rows += (
                f'<tr><td style="text-align:left">{self.mark(lesson)} '
                f'<a href="{_link(lesson.path, here)}">{escape(title)}</a></td>'
                f"<td>{bar}</td><td>{escape(done)}</td><td>{escape(points)}</td></tr>"
            )
        closing = "<br>".join([self._next_html(here), *map(escape, self._notes())])
        return (
            '<div role="status" style="color:var(--jp-content-font-color1,inherit)">'
            f"<strong>{escape(self._headline())}</strong>"
            '<table style="margin:.5em 0"><thead><tr><th scope="col" style="text-align:left">Lesson</th>'
            '<th aria-hidden="true"></th>'
            '<th scope="col">Done</th><th scope="col">Points</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>{closing}</div>"
        )

    def _headline(self) -> str:
        right, exercises, earned, points = self.done()
        return f"Your progress: {right} of {exercises} exercises, {earned:g} of {points:g} points"

    def _row(self, lesson: Lesson) -> tuple[str, str, str]:
        right, exercises, earned, points = self.done(lesson)
        if not lesson.sound:
            return lesson.title, "cannot be read", ""
        worth = f"{earned:g} of {points:g} points" if points else ""
        return lesson.title, f"{right} of {exercises} exercises", worth

    def after(self, name: str, here: Path) -> tuple[str, str] | None:
        """What is next, as text and as HTML, once all exercises of the lesson with this name are passed."""
        for lesson in self.lessons:
            right, exercises, _, _ = self.done(lesson)
            if lesson.name == name and right == exercises:
                done = "Every exercise of this lesson is right."
                return f"{done} {self._next_text()}", f"{done} {self._next_html(here)}"
        return None

    def _next_text(self) -> str:
        if self.next is not None:
            lesson, name = self.next
            return f"Next: {name} in {lesson.title}"
        return "Every exercise of the course is done."

    def _next_html(self, here: Path) -> str:
        if self.next is None:
            return escape(self._next_text())
        lesson, name = self.next
        return (
            f"<strong>Next:</strong> <code>{escape(name)}</code> in "
            f'<a href="{_link(lesson.path, here)}">{escape(lesson.title)}</a>'
        )

    def _notes(self) -> list[str]:
        if not self.unkept:
            return []
        return [
            f"This cannot be remembered: {self.folder / RECORD} cannot be written."
            " It lasts until the kernel stops."
        ]

    def _nothing(self) -> str:
        return (
            f"There are no lessons in {self.folder}: open a notebook of the course and try there."
        )


def progress() -> None:
    """Show units, exercises, points and what is next, from the checks passed so far."""
    here = Path.cwd()
    found = overview(learner_folder(here))
    display_both(found.text(), found.html(here))


def overview(folder: Path) -> Overview:
    """Read the lessons in a learner's folder and the checks passed; never raises for what is there."""
    kept = passed(folder)
    here = _passed_here.get(folder, set())
    unkept = bool(here - kept) and not is_run_by_a_machine()
    return Overview(folder, find_lessons(folder), kept | here, unkept)


def remember(folder: Path, notebook: str, exercise: str, right: bool = True) -> bool:
    """Note that a check was passed (or, with `right=False`, that it is no longer); return whether that is news.

    Nothing is written while nbgrader runs the notebook; what cannot be written lasts as long as this process.
    """
    key, kept = (notebook, exercise), passed(folder)
    here = _passed_here.setdefault(folder, set())
    news = (key in kept | here) != right
    (here.add if right else here.discard)(key)
    if (key in kept) != right and not is_run_by_a_machine():
        with suppress(OSError):
            add_line(folder / RECORD, f"{notebook} {exercise} {'passed' if right else 'open'}\n")
    return news


def add_line(path: Path, line: str) -> None:
    """Add a line to a file in one write, on a line of its own; raises OSError."""
    path.parent.mkdir(exist_ok=True)
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else f"\n{line}"
        file.write(line.encode())


def passed(folder: Path) -> set[Key]:
    """The checks that the record in `folder` says were passed: of two lines on one check the later counts."""
    found: set[Key] = set()
    if is_run_by_a_machine():
        return found
    with suppress(OSError), (folder / RECORD).open("rb") as file:
        for line in file.read(MOST_BYTES).decode(errors="replace").splitlines():
            match line.split():
                case [notebook, exercise, "passed"]:
                    found.add((notebook, exercise))
                case [notebook, exercise, "open"]:
                    found.discard((notebook, exercise))
    return found


def is_run_by_a_machine() -> bool:
    """Whether nbgrader, `byhand build` or `byhand check` runs the notebook, not a learner."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def learner_folder(here: Path) -> Path:
    """The folder that holds the units, seen from a notebook's folder `here`."""
    return here.parent if UNIT.fullmatch(here.name) else here


def find_lessons(folder: Path) -> list[Lesson]:
    """The lessons in `folder` and its units, in order: one for each name in a `byhand.checks("…")`.

    Of two notebooks with one name the one whose file has it counts, so copies and new versions do not.
    """
    paths: list[Path] = []
    with suppress(OSError):
        paths += sorted(folder.glob("*.ipynb"))
    with suppress(OSError):
        units = [unit for unit in folder.iterdir() if UNIT.fullmatch(unit.name) and unit.is_dir()]
        for unit in sorted(units, key=lambda unit: (int(unit.name.split("_")[0]), unit.name)):
            with suppress(OSError):
                paths += sorted(unit.glob("*.ipynb"))
    lessons: dict[str, Lesson] = {}
    for path in paths:
        lesson = read_lesson(path)
        if lesson and (lesson.name not in lessons or path.stem == lesson.name):
            lessons[lesson.name] = lesson
    return list(lessons.values())


def find_work(start: Path) -> Path | None:
    """The learner's folder, seen from anywhere in the course: with lessons in it, or None.

    It is the folder `start` is in or else, of `start` and the folders above it, `my-work` or `notebooks`.
    """
    start = start.resolve()
    candidates = [learner_folder(start)]
    for above in (start, *start.parents):
        candidates += [above / "my-work", above / "notebooks"]
    return next((folder for folder in candidates if find_lessons(folder)), None)


def is_spare(path: Path) -> bool:
    """Whether a notebook lies beside the one a learner works in: a new version or a backup of it."""
    return SPARE.search(path.stem) is not None


def read_lesson(path: Path) -> Lesson | None:
    """Read one notebook; None if it has no checks and no exercises."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        sources = [source_of(cell) for cell in cells]
        exercises = {
            str(settings["grade_id"]): float(settings.get("points") or 0)
            for cell in cells
            if (settings := cell.get("metadata", {}).get("nbgrader") or {}).get("grade")
        }
    except NOT_A_NOTEBOOK:
        return Lesson(path.stem, path, path.stem, sound=False)
    names = [found[1] for source in sources if (found := CHECKS.search(source))]
    titles = [found[1] for source in sources if (found := re.match(r"\s*# +(.+)", source))]
    if not names and not exercises:
        return None
    title = plain_text(titles[0]) if titles else path.stem
    return Lesson(names[0] if names else path.stem, path, title, exercises)


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell, which a file may hold as one string or as lines."""
    return "".join(cell["source"])


def plain_text(markdown: str) -> str:
    """A heading or summary without tags and the signs of Markdown around code and emphasis."""
    return unescape(re.sub(r"<[^>]*>|[`*]", "", markdown)).strip()


def _link(path: Path, here: Path) -> str:
    return escape(quote(Path(os.path.relpath(path, here)).as_posix()))
