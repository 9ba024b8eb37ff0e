"""What shows results to a learner: a notebook, or else a terminal."""

import sys
from typing import Any


def notebook_shell() -> Any:
    """IPython's shell in the kernel of a notebook; None in a script, a terminal and while grading."""
    shell = ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def ipython() -> Any:
    """IPython's shell, or None where there is none; IPython is not imported for that."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def display_both(text: str, html: str) -> None:
    """Show `html` in a notebook, with `text` for those who cannot; in a script print `text`."""
    if ipython() is None:
        print(text)
        return
    from IPython.display import display

    display({"text/plain": text, "text/html": html}, raw=True)
