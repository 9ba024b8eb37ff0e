"""An IPython shell without a front end: runs a cell and gives its outputs back as a notebook keeps them."""

import ast
import base64
import contextlib
import inspect
import io
import os
import re
import sys
import warnings
from types import CodeType
from typing import Any

from IPython.core.autocall import IPyAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from IPython.core.macro import Macro
from traitlets import Type

MOST_TEXT = 50_000  # characters of each stream and each result
MOST_SHOWN = 20  # displayed things for each cell
MOST_IMAGE = 1_000_000  # characters of base64
FIRST_WORD = re.compile(r"\w*")
ANSI = re.compile(r"\x1b\[[0-9;]*m")

Output = dict[str, Any]


class CappedText(io.TextIOBase):
    """Keeps the beginning of what is written to it and counts the rest."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = MOST_TEXT - self.length
        if room > 0:
            self.kept.append(text[:room])
        self.length += len(text)
        return len(text)

    def text(self) -> str:
        cut = f"\n… ({self.length - MOST_TEXT} more characters)" if self.length > MOST_TEXT else ""
        return "".join(self.kept) + cut


class ResultHook(DisplayHook):
    """Keeps the value of a cell's last expression instead of printing it."""

    results: list[dict[str, Any]] = []  # noqa: RUF012  (traitlets makes one for each instance)

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.results.append(format_dict)

    def finish_displayhook(self) -> None:
        pass


class CellCompiler(CachingCompiler):
    """Says at once which module a cell belongs to: a traceback would search for its file among all modules."""

    def cache(self, *cell: Any, **named: Any) -> str:
        name = super().cache(*cell, **named)
        inspect.modulesbyfile[os.path.abspath(name)] = "__main__"
        return name


class Shell(InteractiveShell):
    """Runs cells as a notebook kernel would, for a reader who only sees text and pictures."""

    compiler_class = Type(CellCompiler)
    displayhook_class = Type(ResultHook)
    colors = "nocolor"

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._shown = CapturingDisplayPublisher()
        self._remembered: dict[str, dict[str, Any]] = {}

    def run(self, source: str) -> list[Output]:
        """Run a cell; return its outputs in nbformat's form, capped, with nothing a browser would execute."""
        self.displayhook.results = []
        self.tracebacks: list[list[str]] = []
        shown = self._shown
        shown.outputs = []
        # the first time, or an earlier cell has made something else of it
        if self.display_pub is not shown:  # type: ignore[has-type]
            self.display_pub = shown
        out, err = CappedText(), CappedText()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            result = self._run_plain(source) or self.run_cell(source, store_history=True)
            self._flush_figures()
        outputs: list[Output] = [
            {"output_type": "stream", "name": name, "text": stream.text()}
            for name, stream in (("stdout", out), ("stderr", err))
            if stream.length
        ]
        for display in shown.outputs[:MOST_SHOWN]:
            outputs.append({"output_type": "display_data", "data": passive(display["data"])})
        for data in self.displayhook.results[:1]:
            outputs.append({"output_type": "execute_result", "data": passive(data)})
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            outputs.append(self._error(error))
        return outputs

    def _plain(self, source: str) -> list[CodeType] | None:
        """What is to be executed, if the cell is Python and IPython is as it comes; None where more may be needed."""
        line = source.strip()
        if any(word in line for word in ("await", "async", "In [")) or not line:
            return None
        # in a cell of one line the first word may be a magic, or call something, as `exit` does
        word = FIRST_WORD.match(line)[0]  # type: ignore[index]
        calls = isinstance(self.user_ns.get(word), IPyAutocall | Macro)
        if "\n" not in line and (calls or self.find_line_magic(word) is not None):
            return None
        if self.ast_node_interactivity != "last_expr" or self.ast_transformers or self.autocall:
            return None
        name = self.compile.cache(source + "\n", self.execution_count, raw_code=source)
        try:
            tree = self.compile.ast_parse(source + "\n", filename=name)
            shown = [tree.body.pop()] if isinstance(tree.body[-1], ast.Expr) else []
            codes = [self.compile(tree, name, "exec")] if tree.body else []
            return codes + [self.compile(ast.Interactive([node]), name, "single") for node in shown]
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError, IndexError):
            return None

    def _run_plain(self, source: str) -> ExecutionResult | None:
        """Do what `run_cell` does with a cell of Python, in fewer steps; None, and nothing done, for other cells.

        Each step costs a fresh process a copy of the memory that it touches.
        """
        codes = self._plain(source)
        if codes is None:
            return None
        info = ExecutionInfo(source, True, False, True, None)
        result = ExecutionResult(info)
        count: int = self.execution_count  # type: ignore[has-type]
        result.execution_count, self.execution_count = count, count + 1
        self.events.trigger("pre_execute")
        self.events.trigger("pre_run_cell", info)
        self.history_manager.store_inputs(count, source + "\n", source)
        with self.builtin_trap, self.display_trap:
            self.displayhook.exec_result = result
            for code in codes:
                step = self.run_code(code, result)
                try:
                    step.send(None)
                except StopIteration as end:
                    if end.value:  # it has raised something
                        break
            self.displayhook.exec_result = None
        self.last_execution_succeeded = result.error_in_exec is None
        self.last_execution_result = result
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        return result

    def remember(self, exercise: str) -> None:
        """Keep in mind what every name stands for now."""
        self._remembered[exercise] = {**self.user_ns}

    def recall(self, exercise: str) -> None:
        """Let every name stand for what it stood for then; what has been changed in place stays changed."""
        self.user_ns.clear()
        self.user_ns.update(self._remembered[exercise])

    def transform_cell(self, raw_cell: str) -> str:
        """The cell as Python: what is Python already stays as it is, which is found out faster than IPython does."""
        # in a cell of one line a name such as `exit` may mean more, and a copied prompt is Python, too
        if "\n" in raw_cell.strip() and "In [" not in raw_cell:
            with (
                contextlib.suppress(SyntaxError, ValueError, MemoryError, RecursionError),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore")  # they come when it is compiled
                ast.parse(raw_cell)
                return raw_cell + "\n"
        return super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell: str, **named: Any) -> bool:
        """Whether the cell awaits something: where no such word is, nothing need be compiled to find out."""
        may = "await" in raw_cell or "async" in raw_cell
        return may and super().should_run_async(raw_cell, **named)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window system here; `%matplotlib inline` asks all the same."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.tracebacks.append(stb)

    def _error(self, error: BaseException) -> Output:
        lines = self.tracebacks[-1] if self.tracebacks else [f"{type(error).__name__}: {error}"]
        return {
            "output_type": "error",
            "ename": type(error).__name__[:200],
            "evalue": str(error)[:2_000],
            "traceback": [ANSI.sub("", line)[:5_000] for line in lines[:50]],
        }

    def _flush_figures(self) -> None:
        if "matplotlib.pyplot" not in sys.modules:
            return
        from matplotlib_inline.backend_inline import flush_figures

        with contextlib.suppress(Exception):
            flush_figures()


def passive(data: dict[str, Any]) -> dict[str, str]:
    """Text and pictures of something displayed; what could be active in a browser stays here."""
    kept = {}
    text = data.get("text/plain")
    if isinstance(text, str):
        kept["text/plain"] = text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "\n… (cut)"
    image = data.get("image/png")
    if isinstance(image, bytes):
        image = base64.b64encode(image).decode()
    if isinstance(image, str) and len(image) <= MOST_IMAGE:
        kept["image/png"] = image
    return kept
