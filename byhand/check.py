"""`check("sigmoid")` in a notebook: judge this exercise here and now and show the verdict."""

import difflib
import os
import re
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from byhand.exercise import Exercise, find_hidden_tests, load_exercises
from byhand.judge import judge
from byhand.progress import learner_folder, remember
from byhand.student import NamespaceStudent
from byhand.verdict import Verdict

NO_HIDDEN_TESTS = (
    "The tests that decide are not here. Until you hand in your work, "
    "the checks you can see in this cell are all there is."
)


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
        if verdict.right:
            self._remember(name)
        if verdict.right and not verdict.blamed:
            _show(verdict)
        else:  # the asserts below would fail too, and say less
            text = verdict.text(details=not _is_graded())
            raise CheckFailed(_wrapped(text + _unread_definition(name)))

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

    def _remember(self, name: str) -> None:
        remember(learner_folder(Path.cwd()), self.notebook, name)

    def _see_the_cell_end(self, name: str) -> None:
        """Without hidden tests the asserts that follow in the cell decide whether the check is passed."""
        shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if getattr(shell, "kernel", None) is None:  # a notebook's kernel, and not while grading
            return

        def ended(result: Any) -> None:
            shell.events.unregister("post_run_cell", ended)
            if result.success and "assert" in result.info.raw_cell:
                self._remember(name)

        shell.events.register("post_run_cell", ended)

    def _judge(self, name: str, exercises: dict[str, type[Exercise]]) -> Verdict:
        if name not in exercises:
            near = difflib.get_close_matches(name, exercises, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(exercises)}."
            raise CheckFailed(f"There is no exercise {name!r} in this notebook. {hint}")
        return judge(exercises[name], NamespaceStudent(self._namespace), earlier=exercises)

    def _exercises(self) -> dict[str, type[Exercise]] | None:
        path = find_hidden_tests(self.notebook, Path.cwd())
        return None if path is None else _load(path, path.stat().st_mtime_ns)


@cache
def _load(path: Path, _changed_at: int) -> dict[str, type[Exercise]]:
    return load_exercises(path)


def checks(notebook: str) -> Checks:
    """The checks of a notebook, for the functions defined where this is called.

    The hidden tests are looked for in `tests/hidden/` of the working directory and the folders above it.
    """
    return Checks(notebook, sys._getframe(1).f_globals)


def _is_graded() -> bool:
    """Whether nbgrader is grading, so that hidden inputs must not be shown."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _unread_definition(name: str) -> str:
    """A note if the newest definition of the function never ran because of a syntax error."""
    try:
        from IPython import get_ipython
    except ImportError:
        return ""
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell is not None else []
    newest = next((c for c in reversed(cells) if re.search(rf"^\s*def {name}\b", c, re.M)), "")
    try:
        compile(shell.transform_cell(newest) if newest else "", "cell", "exec")
    except SyntaxError:
        return f"\n\nThe newest cell with `def {name}` has a syntax error and did not run."
    return ""


def _wrapped(text: str, width: int = 92) -> str:
    lines = text.split("\n")
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 2))
        if i > 1
        else textwrap.fill(line, width)
        for i, line in enumerate(lines)
    )


def _show(verdict: Verdict) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(verdict.text())
    else:
        display({"text/plain": verdict.text(), "text/html": verdict.html()}, raw=True)
