"""The learner's working copy `my-work/`: made, kept up to date, opened in JupyterLab."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path, PurePosixPath

from byhand.problem import Problem
from byhand.progress import find_lessons
from byhand.whole_file import write_whole

RECORD = Path(".byhand", "released.json")
KEPT = Path(".byhand", "released")

# file name within the course → digest of the release that the learner was last given
Record = dict[str, str]


def study(start: Path) -> None:
    """Bring `my-work/` up to date and run JupyterLab on the first lesson until the learner stops it.

    Raises Problem if `start` is not in the course, `my-work/` cannot be written, or
    JupyterLab is not installed.
    """
    course = find_course(start)
    work = course / "my-work"
    for sentence in update(course / "notebooks", work):
        print(sentence)
    first = find_lessons(course / "notebooks")[0].path
    open_lab(work, first.relative_to(course / "notebooks"))


def find_course(start: Path) -> Path:
    """Return the folder of the course, `start` or one above it; raise Problem if none is."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if find_lessons(folder / "notebooks"):
            return folder
    raise Problem(
        f"There is no course in {start} (no folder notebooks/ with lessons):"
        " change to the folder you cloned or unpacked, and try again."
    )


def update(release: Path, work: Path) -> list[str]:
    """Bring `work` up to date with `release` without overwriting what the learner wrote.

    Returns a sentence for each file that both the learner and the course have changed.
    Raises Problem if `work` cannot be written.
    """
    if work.exists() and not work.is_dir():
        raise Problem(
            f"{work} is a file, but your work should live in a folder of that name:"
            " rename the file, and try again."
        )
    given = read_record(work / RECORD)
    try:
        sentences = [update_file(release, work, name, given) for name in released(release)]
    except OSError as error:
        raise Problem(
            f"Your copy of the course cannot be written ({error.strerror}: {error.filename}):"
            " make this place writable or move the course to one that is, and try again."
        ) from error
    write_record(work / RECORD, given)
    return [sentence for sentence in sentences if sentence]


def update_file(release: Path, work: Path, name: str, given: Record) -> str:
    """Bring one file up to date and note that in `given`.

    Returns "" or, if the learner's version stays and the new one lies beside it, a sentence.
    """
    new, mine = release / name, work / name
    keep_release(new, work, name)
    before, given[name] = given.get(name), digest(new)
    if "img" in PurePosixPath(name).parts:
        before = digest(mine)  # nobody works in a picture: the course's is the right one
    if place(new, mine, before) or before == given[name]:
        return ""
    beside = next(b for b in new_version_names(name) if place(new, work / b, given.get(b)))
    given[beside] = given[name]
    return (
        f"You have changed {name}, and so has the course: yours stays as it is, and the new one is"
        f' beside it as "{PurePosixPath(beside).name}". To move your answers into it:'
        f" {command()} carry-over"
    )


def command() -> str:
    """How this command was called: the learner's shell need not know where it is."""
    return sys.argv[0] if Path(sys.argv[0]).stem == "byhand" else "byhand"


def keep_release(new: Path, work: Path, name: str) -> None:
    """Keep how the course gave out a notebook, so that what the learner changed can be told from it."""
    kept = kept_in(work, Path(name)) / f"{digest(new)[:16]}.ipynb"
    if new.suffix == ".ipynb" and not kept.exists():
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_whole(kept, new.read_bytes())


def kept_releases(work: Path, name: Path) -> list[Path]:
    """All releases of a notebook that the learner was given."""
    return sorted(kept_in(work, name).glob("*.ipynb"))


def kept_in(work: Path, name: Path) -> Path:
    """Where the releases of `unit/a.ipynb` are kept."""
    return work / KEPT / name.with_suffix("")


def place(new: Path, target: Path, given: str | None) -> bool:
    """Make `target` equal `new` unless it differs from what was `given`; return whether it does."""
    current = digest(target)
    if current == digest(new):
        return True
    if current and current != given:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, new.read_bytes())
    return True


def new_version_names(name: str) -> Iterator[str]:
    """Yield `unit/a (new version).ipynb`, `unit/a (new version 2).ipynb`, … for `unit/a.ipynb`."""
    path = PurePosixPath(name)
    yield str(path.with_name(f"{path.stem} (new version){path.suffix}"))
    for number in count(2):
        yield str(path.with_name(f"{path.stem} (new version {number}){path.suffix}"))


def released(release: Path) -> list[str]:
    """Return the names of the released files, in order, without what Jupyter and Python leave."""
    names = (path.relative_to(release) for path in release.rglob("*") if path.is_file())
    hidden = (".", "__")
    return sorted(n.as_posix() for n in names if not any(p.startswith(hidden) for p in n.parts))


def digest(path: Path) -> str:
    """Return a digest of what `path` says, or "" if there is no such file.

    Of a notebook only the cells' source counts: running it is not changing it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ""
    if path.suffix == ".ipynb":
        with suppress(ValueError, TypeError, KeyError):  # a broken notebook is any other file
            cells = json.loads(content)["cells"]
            sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
            content = json.dumps(sources).encode()
    return hashlib.sha256(content).hexdigest()


def read_record(path: Path) -> Record:
    """Return what the learner was given; without a readable record, nothing.

    Every file that differs from the release then counts as the learner's work.
    """
    with suppress(OSError, ValueError, AttributeError):
        return {str(name): str(given) for name, given in json.loads(path.read_bytes()).items()}
    return {}


def write_record(path: Path, given: Record) -> None:
    """Keep the record for the next update, if it can be kept: the course works without it."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(given, indent=1, sort_keys=True).encode())


def open_lab(work: Path, lesson: Path) -> None:
    """Run JupyterLab on a lesson in this process until Ctrl-C, which ends it and its kernels.

    If the port is taken, it uses the next one. Raises Problem if JupyterLab is not installed.
    """
    try:
        from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]
    except ImportError as error:
        raise Problem(
            "JupyterLab is not installed for this Python:"
            " run `python -m pip install -r requirements.txt` in the folder of the course."
        ) from error
    print(f"JupyterLab opens in your browser, in {work}. Ctrl-C here ends it.", flush=True)
    os.chdir(work)  # where the notebook and its kernel are looked for
    # byhand/labconfig/ hides what only instructors need, and the question about news
    paths = os.environ.get("JUPYTER_CONFIG_PATH", ""), str(Path(__file__).parent)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    LabApp.launch_instance(
        [
            str(lesson),
            f"--ServerApp.root_dir={work}",
            "--Application.log_level=WARN",  # the address, but not 40 lines before it
            "--ServerApp.answer_yes=True",  # one Ctrl-C is enough: notebooks save themselves
        ]
    )
