"""Feedback pages in which nothing that a student wrote can run."""

import re
from typing import Any

from bleach.sanitizer import ALLOWED_TAGS
from nbconvert.preprocessors.sanitize import SanitizeHTML
from traitlets import Bool

#: a Markdown link or picture, or an address of its own, that would run something
ACTIVE_ADDRESS = re.compile(
    r"(?i)(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:|data\s*:\s*text/html"
)


#: what could colour a terminal or turn the direction of text around
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class PassiveFeedback(SanitizeHTML):
    """Keeps of HTML in text cells what lessons use (folds, pictures, tables), and escapes the rest."""

    enabled = Bool(True)
    tags = [  # noqa: RUF012
        *sorted(ALLOWED_TAGS),
        *("details", "summary", "img", "br", "hr", "p", "sub", "sup", "table", "tr", "td", "th"),
    ]
    attributes = {"a": ["href", "title"], "img": ["src", "alt", "width"]}  # noqa: RUF012

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        if cell.cell_type == "raw":  # would go into the page as it is
            cell.cell_type = "markdown"
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        cell.source = CONTROL.sub("", cell.source)
        for output in cell.get("outputs", []):
            for place, key in ((output, "text"), (output, "evalue"), (output, "ename")):
                if isinstance(place.get(key), str):
                    place[key] = CONTROL.sub("", place[key])
            output.get("data", {}).update(
                {"text/plain": CONTROL.sub("", text)}
                if isinstance(text := output.get("data", {}).get("text/plain"), str)
                else {}
            )
            if "traceback" in output:
                output.traceback = [CONTROL.sub("", line) for line in output.traceback]
        if cell.cell_type == "markdown":
            cell.source = ACTIVE_ADDRESS.sub("inactive:", cell.source)
        return cell, resources
