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
        if cell.cell_type == "markdown":
            cell.source = ACTIVE_ADDRESS.sub("inactive:", cell.source)
        return cell, resources
