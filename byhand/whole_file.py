"""Files that are there whole or not at all, whenever the process that writes them is ended."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write `path` at once: nobody ever sees half of it. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
