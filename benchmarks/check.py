"""How long a check takes in a running notebook: from Shift+Enter to the answer, per exercise.

Starts a real kernel, runs the solved notebook of each unit, then asks `check("…")` again and again, once with the right
answer and once with a known mistake. Prints the medians in milliseconds and, last, the largest of them.
"""

import statistics
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

from byhand.exercise import load_exercises, source_as

ROOT = Path(__file__).parent.parent
TIMES = 15


def milliseconds(client, code: str) -> float:
    """Run code in the kernel; the time until it is idle again."""
    begun = time.perf_counter()
    client.execute_interactive(code, output_hook=lambda _: None, timeout=60)
    return 1000 * (time.perf_counter() - begun)


def median(client, code: str) -> float:
    milliseconds(client, code)  # the first call loads the hidden tests
    return statistics.median(milliseconds(client, code) for _ in range(TIMES))


def main() -> None:
    worst = 0.0
    print(f"{'exercise':30} {'right':>8} {'mistake':>8}   (ms, median of {TIMES})")
    for path in sorted(ROOT.glob("solutions/*/*.ipynb")):
        manager, client = start_new_kernel(cwd=str(ROOT), extra_arguments=["--log-level=ERROR"])
        try:
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "code":
                    client.execute_interactive(cell.source, output_hook=lambda _: None, timeout=60)
            hidden = ROOT / "tests" / "hidden" / f"{path.stem}.py"
            for name, exercise in load_exercises(hidden).items():
                check = f'check("{name}")'
                right = median(client, check)
                wrong = next(m for m in exercise.mistakes.values() if not m.slow)
                keep = f"right_one = {name}\n"
                milliseconds(client, keep + source_as(wrong, name))
                mistaken = median(client, check)
                milliseconds(client, f"{name} = right_one")
                print(f"{path.stem + ' · ' + name:30} {right:8.1f} {mistaken:8.1f}")
                worst = max(worst, right, mistaken)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    print(f"slowest {worst:.1f} ms")
    sys.exit(worst > 100)


if __name__ == "__main__":
    main()
