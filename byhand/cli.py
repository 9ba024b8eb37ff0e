"""The `byhand` command: one thin function per subcommand; the work is done elsewhere in the package."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def main_options() -> None:
    """Learn backpropagation by writing it."""


def main() -> None:
    app()
