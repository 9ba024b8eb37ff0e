"""The folds below an exercise that help: found in the learner's own notebook, offered one after the other."""

import json
import os
import re
from pathlib import Path

from byhand.progress import NOT_A_NOTEBOOK, plain_text, source_of

FAILURES_BEFORE_HINT = 3


def hint_titles(notebook: Path, exercise: str) -> list[str]:
    """Return the titles of the folds "Help: …" between the exercise's test cell and the next cell of code.

    Without a sound notebook there are none.
    """
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        ids = [(c["metadata"].get("nbgrader") or {}).get("grade_id") for c in cells]
        below = cells[ids.index(exercise) + 1 :]
        text = ""
        for cell in below:
            if cell["cell_type"] == "code":
                break
            text += source_of(cell) + "\n"
    except NOT_A_NOTEBOOK:
        return []
    summaries = re.findall(r"<summary>(.*?)</summary>", text, re.DOTALL)
    return [title for s in summaries if (title := plain_text(s)).startswith("Help")]


def next_hint(titles: list[str], failures: int) -> str:
    """The sentence that offers a fold: the first one at the third failure, then the next; "" before."""
    number = failures - FAILURES_BEFORE_HINT
    if number < 0 or not titles:
        return ""
    return f"Stuck? Open “{titles[min(number, len(titles) - 1)]}” below this cell."


def open_notebook(name: str, folder: Path) -> Path:
    """The file of the notebook that this kernel runs: as Jupyter says, else by its name in the course."""
    said = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    return folder / (said if said.endswith(".ipynb") else f"{name}.ipynb")
