"""`download_my_work()` in a notebook: everything the learner wrote in one file, with a link to it."""

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

from byhand.front_end import display_both
from byhand.progress import UNIT, is_run_by_a_machine, learner_folder

ARCHIVE = "my-work.zip"
MOST_BYTES = 200_000_000
SKIPPED = {"img", "__pycache__"}
AFTERWARDS = (
    "It holds what was saved when this cell ran: to have your latest changes in it, press Ctrl-S (on a Mac ⌘S)"
    " in the notebooks you have open, then run the cell again."
    " Binder forgets everything after about ten minutes without work, so download before you pause."
)


class CannotPack(Exception):
    """The work does not fit into one file or cannot be written. The message is one sentence."""


def download_my_work() -> None:
    """Pack the learner's notebooks and files into `my-work.zip` and show a link that downloads it.

    While nbgrader, `byhand build` or `byhand check` runs the notebook, nobody waits for it: nothing is packed.
    """
    if is_run_by_a_machine():
        print("Run this cell in your own notebook: a link appears here.")
        return
    here = Path.cwd()
    folder = learner_folder(here)
    try:
        archive, files, unreadable = pack(folder)
    except CannotPack as problem:
        display_both(str(problem), f'<p role="status">{escape(str(problem))}</p>')
        return
    size = f"{files} file{'s' if files != 1 else ''}, {_megabytes(archive.stat().st_size)}"
    notes = [AFTERWARDS]
    if unreadable:
        notes.insert(0, f"Not in it, because it cannot be read: {', '.join(unreadable)}.")
    link = escape(quote(Path(os.path.relpath(archive, here)).as_posix()))
    # with `download`, JupyterLab lets the browser fetch the file instead of opening it itself
    display_both(
        "\n".join([f"Your work is in {archive} ({size}).", *notes]),
        f'<div role="status"><a href="{link}" download="{ARCHIVE}"><strong>Download {ARCHIVE}</strong></a>'
        f" ({size})<br>{'<br>'.join(map(escape, notes))}<br>"
        f"No download? The file is {escape(str(archive))}.</div>",
    )


def pack(folder: Path) -> tuple[Path, int, list[str]]:
    """Write the archive of `folder` into it; return its path, how many files it holds, and what it could not read.

    Raises CannotPack, and then an earlier archive is as it was.
    """
    import zipfile

    archive, part = folder / ARCHIVE, folder / f".{ARCHIVE}.{os.getpid()}.part"
    files, size = 0, 0
    unreadable: list[str] = []
    try:
        with zipfile.ZipFile(part, "w") as packed:
            for path in work_files(folder):
                name = path.relative_to(folder)
                try:
                    about = zipfile.ZipInfo.from_file(
                        path, Path("my-work", name), strict_timestamps=False
                    )
                    size += about.file_size
                    if size > MOST_BYTES:
                        raise CannotPack(_too_large(path, about.file_size))
                    content = path.read_bytes()
                except OSError:
                    unreadable.append(str(name))
                    continue
                packed.writestr(about, content, zipfile.ZIP_DEFLATED)
                files += 1
        if not files and not unreadable:
            raise CannotPack(f"There is nothing to download in {folder}.")
        os.replace(part, archive)
    except OSError as error:
        raise CannotPack(
            f"Your work cannot be packed in {folder} ({error.strerror}): download your notebooks one by one"
            " instead, in the file browser with a right-click and Download."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return archive, files, unreadable


def work_files(folder: Path) -> Iterator[Path]:
    """The learner's files: everything but hidden files, the lessons' pictures and the archive itself.

    Where the units lie in a home directory, with everything else a person has, only the units.
    """
    only_units = folder == Path.home()
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and name[0] != ".")
        if only_units and Path(at) == folder:
            folders[:] = [name for name in folders if UNIT.fullmatch(name)]
            names = [name for name in names if name.endswith(".ipynb")]
        for name in sorted(names):
            path = Path(at, name)
            if name[0] != "." and path != folder / ARCHIVE and path.is_file():
                yield path


def _too_large(path: Path, size: int) -> str:
    return (
        f"Your work has more than {_megabytes(MOST_BYTES)}, too much for one download ({path.name} alone has"
        f" {_megabytes(size)}): delete large files you no longer need, or download your notebooks one by one,"
        " in the file browser with a right-click and Download."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
