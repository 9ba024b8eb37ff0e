"""A Dask cluster on this machine, as on many: a scheduler and workers, each started by its own command."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

DASK = str(Path(sys.executable).with_name("dask"))


@dataclass
class Cluster:
    """Its address, every port it listens on, and the processes of its workers."""

    address: str
    ports: list[int]
    workers: list[subprocess.Popen]


@contextlib.contextmanager
def dask_cluster(
    folder: Path, workers: int, environment: dict[str, str] | None = None
) -> Iterator[Cluster]:
    """Start it, and end it afterwards."""
    folder.mkdir(exist_ok=True)
    file = folder / "scheduler.json"
    quiet = ["--no-dashboard", "--host=127.0.0.1", f"--scheduler-file={file}"]
    commands = [[DASK, "scheduler", "--port=0", *quiet]]
    commands += [
        [DASK, "worker", "--nthreads=1", f"--name=w{i}", f"--local-directory={folder}", *quiet]
        for i in range(workers)
    ]
    processes: list[subprocess.Popen] = []
    try:
        for number, command in enumerate(commands):
            with open(folder / f"log{number}", "w") as log:
                processes.append(
                    subprocess.Popen(
                        command,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env=environment or dict(os.environ),
                    )
                )
            if number == 0:
                _wait(lambda: file.exists() and bool(file.read_text()), folder)
        address = json.loads(file.read_text())["address"]
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(workers, timeout=120)
            known = client.scheduler_info(n_workers=-1)["workers"]
            addresses = [address, *known, *(one["nanny"] for one in known.values())]
        ports = sorted({int(a.rpartition(":")[2]) for a in addresses if a})
        yield Cluster(address, ports, processes[1:])
    finally:
        # the scheduler last: a nanny waits for a worker it has just started, and that for the scheduler
        for group in (processes[1:], processes[:1]):
            for process in group:
                process.terminate()
            for process in group:
                _end(process)


def _end(process: subprocess.Popen) -> None:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()
        process.wait(20)


def _wait(condition, folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        logs = "\n".join(path.read_text() for path in folder.glob("log*"))
        assert time.monotonic() < deadline, logs
        time.sleep(0.05)
