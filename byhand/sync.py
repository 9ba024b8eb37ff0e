"""Bring the notebook beside each text source up to date: `source/*/*.md` → `.ipynb`.

nbgrader_config.py does this whenever nbgrader starts, also in learners' JupyterLab: imports stay few.
"""

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from byhand.text_source import SourceError, read_text_notebook

MADE_BY = b"1\n"  # raise it when the same text would give other cells: every notebook is made anew


def sync(root: Path) -> None:
    """Make the notebook beside every text source whose content has changed since it was made.

    Does nothing, silently, where there is no `source/` or no jupytext (a learner's machine).
    A notebook that was edited is kept, and a sentence on stderr says so. Raises SourceError, before
    anything is written, if a text is wrong.
    """
    _remove_leftovers(root)
    changed = [text for text in texts(root) if _made_from(notebook_of(text)) != _text_hash(text)]
    if not changed or importlib.util.find_spec("jupytext") is None:
        return
    edited = [text for text in changed if is_edited(notebook_of(text))]
    made = {text: _recorded(text, root) for text in changed if text not in edited}
    for text, content in made.items():
        _replace(notebook_of(text), content)
    for text in edited:
        _say(edited_sentence(text, root))


def sync_on_load(root: Path) -> None:
    """`sync`, for nbgrader_config.py: tells what is wrong in a line on stderr and raises nothing.

    A config file that raises would make nbgrader go on without any of its settings.
    """
    try:
        sync(root)
    except (SourceError, OSError) as problem:
        _say(str(problem))


def is_edited(notebook: Path) -> bool:
    """Whether the cells (type, source, nbgrader metadata) are not those it was made with.

    Outputs, execution counts and what Jupyter adds to metadata are no edit. A notebook that does
    not exist is not edited; one that was not made here is.
    """
    try:
        content = json.loads(notebook.read_text("utf-8"))
        return bool(content["metadata"]["byhand"]["cells"] != _cells_hash(content))
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError):
        return True


def texts(root: Path) -> list[Path]:
    return sorted(root.glob("source/*/*.md"))


def notebook_of(text: Path) -> Path:
    return text.with_suffix(".ipynb")


def _text_hash(text: Path) -> str:
    # read_text makes \r\n to \n: the same text on every system
    return hashlib.sha256(MADE_BY + text.read_text("utf-8").encode()).hexdigest()


def _cells_hash(notebook: dict[str, Any]) -> str:
    cells = [
        (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader"))
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _made_from(notebook: Path) -> str | None:
    """The hash of the text that a notebook was made from; None if there is no such notebook."""
    try:
        return str(json.loads(notebook.read_text("utf-8"))["metadata"]["byhand"]["text"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove_leftovers(root: Path) -> None:
    """Remove notebooks whose text is gone, or nbgrader would go on releasing them."""
    for notebook in root.glob("source/*/*.ipynb"):
        gone = not notebook.with_suffix(".md").exists()
        if gone and _made_from(notebook) is not None and not is_edited(notebook):
            notebook.unlink(missing_ok=True)


def _recorded(text: Path, root: Path) -> str:
    """The notebook of a text as JSON, with the record of what it was made from."""
    import nbformat

    made_from = _text_hash(text)
    notebook = read_text_notebook(text, text.relative_to(root).as_posix())
    notebook.metadata["byhand"] = {"cells": _cells_hash(notebook), "text": made_from}
    return str(nbformat.writes(notebook)) + "\n"


def _replace(path: Path, content: str) -> None:
    """Write a file such that no other process ever sees half of it."""
    # one folder up: nbgrader copies whatever lies beside a notebook
    temporary = path.parent.parent / f".{path.parent.name}.{path.name}.{os.getpid()}"
    try:
        temporary.write_text(content, "utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def edited_sentence(text: Path, root: Path) -> str:
    notebook = notebook_of(text)
    return (
        f"{notebook.relative_to(root).as_posix()} was edited since it was made and is left as it "
        f"is: copy the changes you want to keep into {text.name}, then delete {notebook.name}."
    )


_said: set[str] = set()


def _say(sentence: str) -> None:
    """Say it on stderr, once: nbgrader loads its config several times per command."""
    if sentence not in _said:
        _said.add(sentence)
        print(sentence, file=sys.stderr)
