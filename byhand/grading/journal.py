"""What a class run has done so far, on disk before anything else sees it, so that a killed run can go on.

A line for each graded submission: the CRC-32 of its JSON in hexadecimal, a blank, the JSON. Lines are only ever added.
One that a kill or a full disk left unfinished does not fit its checksum and counts as not written.
"""

import errno
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """The journal at `path`, with what is in it already; entries are plain data.

    Raises OSError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: entries that are not in the gradebook yet
        self.waiting: list[Entry] = []
        #: how many there are in all
        self.count = 0
        #: those that are: what `key_of` says of each
        self.applied: set[tuple[Any, ...]] = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        whole = 0
        with open(path, "rb") as file:
            for line in file:
                record = _read(line)
                if record is None:
                    break
                whole += len(line)
                self._take(record)
        os.ftruncate(self._descriptor, whole)

    def add(self, entry: Entry) -> None:
        """Append an entry; it is safe from a kill at once, and from a power cut after `sync`."""
        self._write(entry)
        self._take(entry)

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def mark_applied(self) -> None:
        """Everything added so far is in the gradebook."""
        record = {"applied": self.count}
        self._write(record)
        self._take(record)

    def close(self, finished: bool) -> None:
        """The end of a run; a finished one leaves no journal."""
        os.close(self._descriptor)
        if finished:
            self.path.unlink()

    def _take(self, record: Entry) -> None:
        if "applied" in record:
            self.applied.update(map(key_of, self.waiting))
            self.waiting = []
        else:
            self.count += 1
            self.waiting.append(record)

    def _write(self, record: Mapping[str, Any]) -> None:
        data = json.dumps(record, ensure_ascii=False).encode()
        line = b"%08x %s\n" % (zlib.crc32(data), data)
        start = os.fstat(self._descriptor).st_size
        if os.write(self._descriptor, line) < len(line):
            os.ftruncate(self._descriptor, start)  # nothing may stand behind half a line
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


def key_of(entry: Entry) -> tuple[Any, ...]:
    """Which version of which submission an entry is about, and whether it was to be graded in any case."""
    return tuple(entry.get(name) for name in ("assignment", "student", "timestamp", "force"))


def _read(line: bytes) -> Entry | None:
    """The record of a line; None if it is not whole."""
    checksum, _, data = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(data):
        return None
    record = json.loads(data)
    return record if isinstance(record, dict) else None
