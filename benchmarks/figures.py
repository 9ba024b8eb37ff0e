"""How long an interactive figure takes to draw itself anew when a slider moves.

Every control of every figure of every lesson is moved through its range, with the others at their defaults. Prints the
median in milliseconds for each figure and, last, the slowest of these medians.
"""

import re
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
STOPS = 15
GOAL = 80


def stops(control) -> list:
    """Values over the range of a slider, or all choices of another control."""
    if hasattr(control, "min"):
        kind = type(control.value)
        return [kind(v) for v in np.linspace(control.min, control.max, STOPS)]
    options = getattr(control, "options", (False, True))
    return [o[1] if isinstance(o, tuple) else o for o in options]


def median(live) -> float:
    """Milliseconds of one redraw, over all stops of all controls."""
    live.redraw()
    times = []
    for control in live.controls.values():
        start = control.value
        for value in [*stops(control), start]:
            if value != control.value:
                begun = time.perf_counter()
                control.value = value
                times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def main() -> None:
    medians = {}
    for path in sorted((ROOT / "source").glob("*/*.md")):
        module = import_module(f"byhand.figures.{path.stem}")
        text = path.read_text("utf-8")
        for name in dict.fromkeys(re.findall(r"^figures\.(\w+)\(\)", text, re.MULTILINE)):
            medians[path.stem, name] = median(getattr(module, name)())
            print(f"{path.stem + ' · ' + name:42} {medians[path.stem, name]:6.1f} ms")
    slowest = max(medians.values())
    print(f"slowest {slowest:.1f} ms")
    sys.exit(slowest > GOAL)


if __name__ == "__main__":
    main()
