"""Colours and numbers as every figure shows them.

Forward values are blue, solid and above; backward slopes are vermillion, dashed and below.
Both colours are from the Okabe-Ito palette, and neither ever carries a meaning alone.
"""

FORWARD = "#0072B2"
BACKWARD = "#D55E00"
FORWARD_TINT = "#DCECF6"
BACKWARD_TINT = "#FBE6D9"

INK = "#222222"
QUIET = "#5E5E5E"
LINE = "#B9B9B4"
PAPER = "#FCFCFA"  # opaque, so that a figure reads the same in a dark theme

STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture on every machine
    "font.size": 13,
    "text.color": INK,
    "axes.facecolor": PAPER,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 13,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 1.0,
}


def number(value: float) -> str:
    """The number with at most four decimals, thousands apart and a true minus sign."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def factor(value: float) -> str:
    """The number as it stands after a × sign: in brackets when it is negative."""
    text = number(value)
    return f"({text})" if text.startswith("−") else text
