"""The processes that a test process has started."""

import psutil


def children() -> set[int]:
    """The pids of our living child processes, servers of other tests included."""
    return {
        child.pid for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE
    }
