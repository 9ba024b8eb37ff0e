"""The outcome of judging one exercise, and the words it is shown in."""

from dataclasses import dataclass
from enum import Enum
from html import escape


class Status(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Verdict:
    """What came out of judging one exercise.

    `sentence` is for the learner and never contains hidden inputs, expected values or messages of exceptions.
    `details` do; they are for the instructor, and for a learner who studies alone.
    """

    exercise: str
    points: int
    score: float
    status: Status
    sentence: str
    details: str = ""
    #: name of the known mistake that does exactly the same, if they all have one sentence, or of the property that
    #: does not hold
    mistake: str | None = None
    #: names of all known mistakes that do exactly the same on these inputs
    fitting: tuple[str, ...] = ()
    #: earlier functions of the learner's own that are wrong, where this one is right
    blamed: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return self.status is Status.RIGHT

    @property
    def mark(self) -> str:
        return {Status.RIGHT: "✓", Status.WRONG: "✗", Status.NOT_ATTEMPTED: "○"}[self.status]

    @property
    def headline(self) -> str:
        return f"{self.mark} {self.exercise} · {self.result}"

    @property
    def result(self) -> str:
        """2 of 3 points; where there are no points to earn, the status in words."""
        if self.points:
            unit = "point" if self.points == 1 else "points"
            return f"{self.score:g} of {self.points} {unit}"
        return "not right yet" if self.status is Status.WRONG else self.status.value

    def text(self, details: bool = False) -> str:
        """The verdict as plain text, with the details where the learner studies alone."""
        lines = [self.headline, self.sentence]
        if details and self.details:
            lines += ["", self.details]
        return "\n".join(lines)

    def html(self) -> str:
        """The verdict as a quiet box that follows JupyterLab's light and dark themes."""
        return (
            '<div role="status" style="border-left:4px solid var(--jp-brand-color1,#0072B2);'
            'padding:.3em .8em;max-width:46em;color:var(--jp-content-font-color1,inherit)">'
            f"<strong>{escape(self.headline)}</strong><br>{escape(self.sentence)}</div>"
        )
