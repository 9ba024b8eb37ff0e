"""A limit for code that may never end: seconds of the processor, and, for code that only waits, of the clock.

What else this machine has to do makes code no slower by the processor's count, so a limit costs nobody their answer
because the machine is busy.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

#: so many times as long a limit may last by the clock
CLOCK = 3.0


@contextlib.contextmanager
def limited(
    seconds: float, error: Callable[[], BaseException], again: float = 0.0
) -> Iterator[None]:
    """Raise an error in this block after `seconds` of processor time, at the latest after CLOCK times as many seconds.

    Another one follows every `again` seconds until one gets out, for code that catches everything; 0: none.
    Without signals (Windows) or outside the main thread there is no limit: a learner interrupts the kernel.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    running = True

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if running:
            raise error()

    timers = {
        signal.ITIMER_PROF: (signal.SIGPROF, seconds),
        signal.ITIMER_REAL: (signal.SIGALRM, CLOCK * seconds),
    }
    previous = {number: signal.signal(number, ring) for number, _ in timers.values()}
    try:
        for timer, (_, limit) in timers.items():
            signal.setitimer(timer, limit, again)
        try:
            yield
        finally:
            running = False
    finally:
        running = False  # it may have rung just before
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)
