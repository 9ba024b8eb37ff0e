"""`check("sigmoid")` in a notebook: judge this exercise here and now and show the verdict."""

import difflib
import os
import re
import sys
import textwrap
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from byhand.another_way import another_way, fold
from byhand.exercise import Exercise, find_hidden_tests, known_exercises
from byhand.front_end import display_both, ipython, notebook_shell
from byhand.hints import hint_titles, next_hint, open_notebook
from byhand.judge import judge
from byhand.progress import is_run_by_a_machine, learner_folder, overview, remember
from byhand.student import NamespaceStudent
from byhand.verdict import Status, Verdict

NO_HIDDEN_TESTS = (
    "The tests that decide are not here. Until you hand in your work, "
    "the checks you can see in this cell are all there is."
)

#: failed checks in a row, by notebook and exercise, for as long as the kernel lives
_failures: dict[tuple[str, str], int] = {}


class CheckFailed(Exception):
    """An exercise is not right yet. Notebooks show its message and no stack trace."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Checks:
    """The checks of one notebook, bound to the functions a learner writes there.

    `check("sigmoid")` shows the verdict on `sigmoid` and, unless it is right, raises `CheckFailed`.
    """

    def __init__(self, notebook: str, namespace: dict[str, Any]) -> None:
        self.notebook = notebook
        self._namespace = namespace

    def __call__(self, name: str) -> None:
        """Judge the exercise and show what came out; raises CheckFailed where it is not right."""
        exercises = self._exercises()
        if exercises is None:
            print(NO_HIDDEN_TESTS)
            self._see_the_cell_end(name)
            return
        verdict = self._judge(name, exercises)
        news = verdict.right and self._passed(name)
        if verdict.right and not verdict.blamed:
            self._show(verdict)
            if news:
                self._show_what_next()
            return
        # the asserts below would fail too, and say less
        verdict = _unless_unread(verdict)
        hint = self._failed(name) if verdict.status is Status.WRONG else ""
        text = verdict.text(details=not _is_graded())
        raise CheckFailed("\n\n".join([_wrapped(text), *([_wrapped(hint)] if hint else [])]))

    def grade(self, name: str) -> None:
        """Emit the score as a result of the cell; without hidden tests there is none.

        The last line of defence where nbgrader runs without our preprocessors: see docs/trust.md.
        """
        exercises = self._exercises()
        if exercises is None:
            return
        sys.displayhook(self._judge(name, exercises).score)

    def verdict(self, name: str) -> Verdict | None:
        """The verdict itself, or None where the hidden tests are not present."""
        exercises = self._exercises()
        return None if exercises is None else self._judge(name, exercises)

    def _show(self, verdict: Verdict) -> None:
        """The verdict on a right answer and, for a learner alone, the course's own if it goes another way."""
        name, other = verdict.exercise, None
        tests = find_hidden_tests(self.notebook, Path.cwd())
        if tests is not None and notebook_shell() is not None and not is_run_by_a_machine():
            other = another_way(tests.parents[2], self.notebook, name, self._namespace[name])
        display_both(verdict.text(), verdict.html() + (fold(other) if other else ""))

    def _show_what_next(self) -> None:
        """Where to go on, when the last open exercise of the notebook was passed."""
        here = Path.cwd()
        if notebook_shell() is None or is_run_by_a_machine():
            return
        if found := overview(learner_folder(here)).after(self.notebook, here):
            text, html = found
            display_both(text, f'<p role="status">{html}</p>')

    def _passed(self, name: str) -> bool:
        """Remember that a check was passed in a notebook; whether that is news."""
        _failures.pop((self.notebook, name), None)
        if notebook_shell() is None:
            return False
        return remember(learner_folder(Path.cwd()), self.notebook, name)

    def _failed(self, name: str) -> str:
        """Count a failure; the sentence that offers help, or ""."""
        if is_run_by_a_machine():
            return ""
        key = (self.notebook, name)
        _failures[key] = _failures.get(key, 0) + 1
        return next_hint(
            hint_titles(open_notebook(self.notebook, Path.cwd()), name), _failures[key]
        )

    def _see_the_cell_end(self, name: str) -> None:
        """Without hidden tests the asserts that follow in the cell decide whether the check is passed."""
        shell = notebook_shell()
        if shell is None:
            return

        def ended(result: Any) -> None:
            shell.events.unregister("post_run_cell", ended)
            if result.success and "assert" in result.info.raw_cell:
                if self._passed(name):
                    self._show_what_next()
            elif _is_wrong(name, result.error_in_exec) and (hint := self._failed(name)):
                display_both(hint, f'<p role="status">{escape(hint)}</p>')

        shell.events.register("post_run_cell", ended)

    def _judge(self, name: str, exercises: dict[str, type[Exercise]]) -> Verdict:
        if name not in exercises:
            near = difflib.get_close_matches(name, exercises, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(exercises)}."
            raise CheckFailed(f"There is no exercise {name!r} in this notebook. {hint}")
        return judge(exercises[name], NamespaceStudent(self._namespace), earlier=exercises)

    def _exercises(self) -> dict[str, type[Exercise]] | None:
        path = find_hidden_tests(self.notebook, Path.cwd())
        return None if path is None else known_exercises(path)


def checks(notebook: str) -> Checks:
    """The checks of a notebook, for the functions defined where this is called.

    The hidden tests are looked for in `tests/hidden/` of the working directory and the folders above it.
    """
    return Checks(notebook, sys._getframe(1).f_globals)


def _is_graded() -> bool:
    """Whether nbgrader is grading, so that hidden inputs must not be shown."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _is_wrong(name: str, error: BaseException | None) -> bool:
    """Whether what ended a cell shows a wrong answer, not one that is missing."""
    missing = isinstance(error, NameError) and error.name == name
    return (
        isinstance(error, Exception)
        and not isinstance(error, NotImplementedError | CheckFailed)
        and not missing
    )


def _unless_unread(verdict: Verdict) -> Verdict:
    """Only the news that the newest definition did not run, if a syntax error kept it from running."""
    shell = ipython()
    cells = shell.user_ns.get("In", []) if shell is not None else []
    definition = re.compile(rf"^\s*def {re.escape(verdict.exercise)}\b", re.M)
    newest = next((cell for cell in reversed(cells) if definition.search(cell)), "")
    try:
        compile(shell.transform_cell(newest) if newest else "", "cell", "exec")
    except SyntaxError:
        sentence = (
            f"The newest cell with `def {verdict.exercise}` has a syntax error and did not run:"
            " mend it, run it, then check again."
        )
        return replace(verdict, sentence=sentence, details="")
    return verdict


def _wrapped(text: str, width: int = 92) -> str:
    lines = text.split("\n")
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 2))
        if i > 1
        else textwrap.fill(line, width)
        for i, line in enumerate(lines)
    )
