"""The `byhand` command: thin; the work is done by the module of the same name."""

import atexit
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from byhand.problem import Problem

if TYPE_CHECKING:
    from byhand.check_notebook import NotebookResult

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(highlight=False)


@app.callback()
def byhand() -> None:
    """Learn backpropagation by writing it; grade it without fear."""


@app.command()
def study() -> None:
    """Open the course in JupyterLab, in your own working copy `my-work/`."""
    from byhand.study import study

    study(Path.cwd())


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks, or folders of them; your own if none is named."),
    ] = None,
) -> None:
    """Run notebooks and show what is right, what to mend and, of your own, what is next."""
    from byhand.check_notebook import (
        check_notebook,
        find_notebooks,
        own_notebooks,
        remember_verdicts,
    )

    notebooks = [notebook for path in paths or [] for notebook in find_notebooks(path)]
    right, results = True, []
    for path in notebooks or own_notebooks(Path.cwd()):
        try:
            result = check_notebook(path)
        except Problem as problem:  # the other notebooks are still checked
            print(problem, file=sys.stderr)
            right = False
            continue
        right = right and result.right
        results.append(result)
        console.print(_verdict_table(result))
        if not result.hidden:
            console.print("The hidden tests are not here: these are the checks you can see.")
    overview = remember_verdicts(results, Path.cwd())
    if overview is not None:
        print(f"\n{overview.text()}")
    raise typer.Exit(0 if right else 1)


@app.command()
def carry_over(
    notebooks: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Lessons with a new version beside them; all of yours if none is named."
        ),
    ] = None,
) -> None:
    """Move your answers into the new version of a lesson; the old file stays as a backup."""
    from byhand.carry_over import carry_over

    for sentence in carry_over(notebooks or [], Path.cwd()):
        print(sentence)


def _verdict_table(result: "NotebookResult") -> Table:
    table = Table(
        "", "exercise", "points", "what to fix", title=str(result.path), title_justify="left"
    )
    for v in result.verdicts:
        sentence = "" if v.right else v.sentence
        earned = f"{v.score:g} of {v.points}" if v.points else v.result
        table.add_row(v.mark, v.exercise, earned, escape(sentence))
    score, points = (sum(getattr(v, key) for v in result.verdicts) for key in ("score", "points"))
    table.add_section()
    right = sum(v.right for v in result.verdicts)
    together = f"{score:g} of {points}" if points else f"{right} of {len(result.verdicts)} right"
    table.add_row("", "together", together, "")
    return table


@app.command()
def audit(
    notebook: Annotated[str, typer.Argument(help="Only this one, such as chain_rule.")] = "*",
    seeds: Annotated[int, typer.Option(min=1, help="How many draws of the hidden inputs.")] = 50,
) -> None:
    """Prove the hidden tests: every known wrong answer rejected, every known right one accepted."""
    from byhand.audit import audit_course, summary

    findings = audit_course(Path.cwd(), range(seeds), notebook)
    table = Table("exercise", "kind", "answer", "", "named", "remark")
    for finding in findings:
        named = {True: "yes", False: "no"}[finding.named] if finding.kind == "mistake" else ""
        mark = "✓" if finding.ok else "✗"
        table.add_row(
            finding.exercise, finding.kind, finding.answer, mark, named, escape(finding.remark)
        )
    console.print(table)
    print(summary(findings))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command()
def build(
    bundle: Annotated[
        Path | None, typer.Option("--class", metavar="DIR", help="Write what a class gets to DIR.")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Draw source/*/img/ anew first.")
    ] = False,
) -> None:
    """Make notebooks/ and solutions/ from the text in source/."""
    from byhand.build import build, class_bundle, draw_pictures, write_address

    root = Path.cwd()
    if pictures:
        draw_pictures(root)
    if bundle is not None:
        class_bundle(root, bundle)
        print(f"The class bundle is in {bundle}.")
        return
    changed = [*write_address(root), *build(root)]
    for path in changed:
        print(path.relative_to(root))
    print(f"{len(changed)} files changed.")


@app.command()
def grade(
    assignments: Annotated[
        list[str], typer.Argument(metavar="ASSIGNMENT…", help="Folders in submitted/<student>/.")
    ],
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many at a time; as many as there are cores.")
    ] = None,
    student: Annotated[
        list[str],
        typer.Option(metavar="ID", help="Only these; a pattern such as 's1*', or several."),
    ] = ["*"],  # noqa: B006 (typer reads it)
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Also what is graded already.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Of a Dask cluster, which then does the work."),
    ] = None,
) -> None:
    """Grade a class in parallel: what `nbgrader autograde` does, with the same results, much faster.

    Run it in the course folder. A run that was stopped or killed goes on where it was: give the same command again.
    """
    from byhand.grading.class_run import grade_class
    from byhand.grading.run_progress import RunProgress, print_summary

    try:
        with RunProgress(console) as progress:
            summary = grade_class(
                Path.cwd(),
                assignments,
                students=student,
                force=force,
                workers=workers,
                scheduler=scheduler,
                progress=progress,
            )
    except KeyboardInterrupt:
        print(
            "Stopped. What is graded is kept: the same command goes on from here.", file=sys.stderr
        )
        raise typer.Exit(130) from None
    print_summary(summary, console)


@app.command()
def replay(
    student: Annotated[str, typer.Argument(help="As in autograded/.")],
    assignment: Annotated[str, typer.Argument(help="As in autograded/<student>/.")],
    exercise: Annotated[str, typer.Argument(help="Its name, or notebook/name.")],
) -> None:
    """Run one exercise of a graded submission again and compare the verdict with the log."""
    from byhand.grading.replay import replay

    again = replay(Path.cwd(), student, assignment, exercise)
    print(again.text())
    raise typer.Exit(0 if again.same else 1)


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="As in the gradebook.")],
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Instead of reports/ASSIGNMENT.html.")
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Numbers instead of students, for sharing.")
    ] = False,
) -> None:
    """Write a page about how the class did: scores, mistakes, who needs help, what looks odd."""
    from byhand.grading.report import write_report

    target = to or Path("reports", f"{assignment}.html")
    print(write_report(Path.cwd(), assignment, target, anonymous).summary())
    print(target)


@app.command()
def doctor() -> None:
    """Show what protects grading on this machine, tried out from inside the sandbox."""
    from byhand.grading.doctor import diagnose_course, show

    diagnosis = diagnose_course(Path.cwd())
    show(diagnosis, console)
    raise typer.Exit(1 if diagnosis.why_not else 0)


@app.command()
def demo(
    assignments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT…]", help="Folders in source/, all by default."),
    ] = None,
    students: Annotated[int, typer.Option(min=1, help="How many are in the class.")] = 24,
) -> None:
    """Do an instructor's job on a simulated class: release, grade, feedback, reports, export."""
    from byhand.grading.demo import all_assignments, demo

    root = Path.cwd()
    right = demo(root, console, students, assignments=assignments or all_assignments(root))
    raise typer.Exit(0 if right else 1)


def main() -> None:
    """Run the command; a problem the user can solve is one sentence on stderr and exit status 1."""
    # as the process ends: to look for garbage then takes a third of a second, for nothing
    atexit.register(gc.freeze)
    try:
        app()
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
