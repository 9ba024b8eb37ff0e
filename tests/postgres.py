"""A PostgreSQL server of our own, started once for a process of tests, reached by a socket of Unix only."""

import atexit
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest


def _program(name: str) -> str | None:
    """Debian keeps the server's programs off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def _as_nobody_special() -> dict:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@functools.cache
def server() -> Path:
    """The folder of the server's socket."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="byhand-pg-", dir="/tmp"))  # a socket's path is short
    owner = _as_nobody_special()
    if owner:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    command = [initdb, f"--pgdata={data}", "--username=byhand", "--auth=trust", "--no-sync"]
    subprocess.run([*command, "--encoding=UTF8", "--locale=C"], check=True, cwd="/", **owner)
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [postgres, "-D", str(data), *options], cwd="/", stdout=log, stderr=log, **owner
        )
    atexit.register(_stop, process, folder)
    for _ in range(600):
        with contextlib.suppress(psycopg.OperationalError):  # not listening, or still starting up
            psycopg.connect(host=str(folder), user="byhand", dbname="postgres").close()
            return folder
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


def _stop(process: subprocess.Popen, folder: Path) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(30)
    shutil.rmtree(folder, ignore_errors=True)


def new_database(name: str) -> str:
    """The address of an empty database, as nbgrader wants it."""
    folder = server()
    with psycopg.connect(host=str(folder), user="byhand", dbname="postgres") as connection:
        connection.autocommit = True
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://byhand@/{name}?host={folder}"
