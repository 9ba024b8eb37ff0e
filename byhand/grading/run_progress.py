"""How a class run shows itself: a bar in a terminal, a line now and then elsewhere, a summary at the end."""

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from byhand.grading.class_run import Summary

LINE_SECONDS = 10.0
MOST_REASONS = 20


class RunProgress:
    """Done of total, submissions per second, time left, failures so far."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bar: Progress | None = None
        self._total = 0
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> "RunProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, total: int) -> None:
        self._total = total
        self._begun = self._told = time.monotonic()
        if not total:
            return
        if not self.console.is_terminal:
            self.console.print(f"Grading {total} submissions …")
            return
        self._bar = Progress(
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[failed]}"),
            console=self.console,
        )
        self._task = self._bar.add_task("", total=total, rate="", failed="")
        self._bar.start()

    def step(self, done: int, failed: int) -> None:
        now = time.monotonic()
        rate = done / max(now - self._begun, 1e-9)
        if self._bar is not None:
            words = f"[red]{failed} failed[/red]" if failed else ""
            self._bar.update(self._task, completed=done, rate=f"{rate:.1f}/s", failed=words)
        elif now - self._told >= LINE_SECONDS or done == self._total:
            self._told = now
            left = (self._total - done) / rate if rate else 0
            self.console.print(
                f"{done} of {self._total} done, {rate:.1f} per second, {left:.0f} s left, {failed} failed"
            )


def print_summary(summary: Summary, console: Console) -> None:
    """What a run has come to, with one reason for each submission that was not as it should be."""
    # loads nbgrader, which takes long, so not before the processes of the run are loading it, too
    from byhand.grading.reading import printable

    parts = [f"{summary.graded} graded", f"{summary.skipped} skipped"]
    parts += [f"{len(summary.repaired)} repaired", f"{len(summary.failed)} failed"]
    for heading, reasons in (("Repaired", summary.repaired), ("Failed", summary.failed)):
        if reasons:
            console.print(f"[bold]{heading}[/bold]")
        for name, reason in sorted(reasons)[:MOST_REASONS]:
            line = f"  {printable(name)}: {printable(reason, 300)}"
            console.print(escape(line), soft_wrap=True)
        if len(reasons) > MOST_REASONS:
            console.print(
                f"  … and {len(reasons) - MOST_REASONS} more: see the comments in the gradebook"
            )
    if summary.resumed:
        console.print(f"{summary.resumed} had been graded by a run that was stopped.")
    console.print(f"{', '.join(parts)}, in {summary.seconds:.1f} s.")
