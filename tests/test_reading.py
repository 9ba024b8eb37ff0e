"""Reading hostile submissions: a file, a folder, and a class that nbgrader's `Autograde` grades."""

import contextlib
import copy
import json
import logging
import os
import shutil
import socket
import stat
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets.config.loader import PyFileConfigLoader

from byhand.grading import reading
from byhand.grading.reading import (
    Limits,
    SubmissionExporter,
    UnreadableError,
    printable,
    read_notebook,
    read_without_links,
    remove_special_files,
    written,
)
from byhand.grading.repair import RepairNotebook
from byhand.sync import sync

ROOT = Path(__file__).parent.parent
CELL = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": []}
LIMITS = Limits(file_bytes=2_000, cells=3, cell_characters=100, nesting=20)


def notebook_of(*cells, **changes):
    """The bytes of a notebook of nbformat 4.5."""
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    return json.dumps(document | changes).encode()


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(
    source=TEXT,
    output=TEXT,
    metadata=st.dictionaries(TEXT, JSON, max_size=3),
    points=st.floats(0.001, 1000),
)
@settings(max_examples=200, deadline=None)
def test_a_notebook_is_written_to_the_byte_as_nbformat_writes_it(source, output, metadata, points):
    metadata |= {"nbgrader": {"points": points}}
    stream = nbformat.v4.new_output("stream", text=output)
    picture = nbformat.v4.new_output(
        "display_data", data={"text/plain": output, "image/png": "YQ=="}
    )
    cells = [
        nbformat.v4.new_code_cell(source, metadata=metadata, outputs=[stream, picture]),
        nbformat.v4.new_markdown_cell(output, metadata={}),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    assert written(copy.deepcopy(notebook)) == nbformat.writes(notebook) + "\n"


# --- one notebook --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"cells": [', "not valid JSON"),
        (notebook_of(CELL)[:-20], "not valid JSON"),
        (b"\0" * 10, "not valid JSON"),
        ('{"é": 1}'.encode("latin-1"), "UTF-8"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'["\\"", ' + b"[" * 50 + b"]" * 51, "nested"),
        (b"1" * 10_000, "not valid JSON"),
        (b"[]", "not a notebook"),
        (b"{}", "format"),
        (notebook_of(nbformat=2), "format"),
        (notebook_of(nbformat=5), "format"),
        (notebook_of(nbformat="4"), "format"),
        (notebook_of(nbformat=[]), "format"),
        (notebook_of(nbformat=3), "no list of cells"),
        (notebook_of(nbformat=3, worksheets=[1]), "no list of cells"),
        (notebook_of(cells={}), "no list of cells"),
        (reading.REPLACED, "link"),
    ],
)
def test_what_is_not_a_notebook_is_unreadable_with_a_reason(data, reason):
    with pytest.raises(UnreadableError, match=reason):
        read_notebook(data, LIMITS)


def test_brackets_in_strings_are_not_nesting():
    notebook, _ = read_notebook(notebook_of({**CELL, "source": '"' + "[" * 90}), LIMITS)
    assert notebook.cells[0].source.endswith("[" * 90)


def test_a_newer_minor_version_and_a_byte_order_mark_are_read():
    data = b"\xef\xbb\xbf" + notebook_of({**CELL, "new": 1}, nbformat_minor=99, new={})
    notebook, notes = read_notebook(data)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notes == []


def test_nbformat_3_is_upgraded():
    settings = {"nbgrader": {"grade_id": "x"}}
    cells = [
        {"cell_type": "heading", "level": 1, "source": "Title"},
        {"cell_type": "code", "input": ["a = 1\n", "b"], "metadata": settings, "outputs": []},
    ]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    notebook, _ = read_notebook(data)
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code"]
    assert notebook.cells[1].source == "a = 1\nb"
    assert notebook.cells[1].metadata.nbgrader.grade_id == "x"


def test_forged_outputs_counts_metadata_and_attachments_are_not_taken_over():
    forged = {
        **CELL,
        "execution_count": 3,
        "outputs": [{"output_type": "execute_result", "data": {"text/plain": "99"}}],
        "attachments": {"a": {"text/html": "<script>"}},
        "metadata": {"nbgrader": {"grade_id": "x"}, "tags": ["t"], "jupyter": {}, "widgets": 1},
    }
    notebook, _ = read_notebook(notebook_of(forged, metadata={"byhand": {"notes": ["forged"]}}))
    nbformat.validate(notebook)
    cell = notebook.cells[0]
    assert (cell.outputs, cell.execution_count) == ([], None)
    assert set(cell) == {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}
    assert set(cell.metadata) == {"nbgrader", "tags"}
    assert notebook.metadata == {}


def test_duplicate_and_invalid_ids_are_replaced_and_good_ones_kept():
    ids = ["a", "a", "no good!", 3, None, "x" * 65, "cell-1"]
    notebook, _ = read_notebook(notebook_of(*({**CELL, "id": name} for name in ids)))
    nbformat.validate(notebook)
    found = [cell.id for cell in notebook.cells]
    assert len(set(found)) == len(found)
    assert (found[0], found[-1]) == ("a", "cell-1")


def test_damaged_cells_are_left_out_and_counted():
    cells = [
        CELL,
        1,
        {**CELL, "source": 3},
        {**CELL, "source": ["x", 1]},
        {**CELL, "cell_type": []},
    ]
    notebook, notes = read_notebook(notebook_of(*cells))
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells] == ["code", "raw"]
    assert notes == ["cell 2 (and 2 more) is damaged and left out"]


def test_too_many_cells_and_too_long_ones_are_cut_with_a_note():
    long = {**CELL, "source": "x" * 101}
    notebook, notes = read_notebook(notebook_of(CELL, long, CELL, CELL, CELL), LIMITS)
    assert [cell.source for cell in notebook.cells] == ["1", "", "1"]
    assert notes == ["only the first 3 cells were read", "cell 2 is too long and was emptied"]


def test_half_a_surrogate_pair_can_be_written_afterwards():
    notebook, _ = read_notebook(notebook_of({**CELL, "source": "x = '\ud800'"}))
    assert notebook.cells[0].source == "x = '?'"


# --- one file ------------------------------------------------------------------------------------


@pytest.fixture
def base(tmp_path):
    """submitted/, with one right notebook outside of it."""
    (tmp_path / "right.ipynb").write_bytes(notebook_of(CELL))
    base = tmp_path / "submitted"
    (base / "eve" / "unit").mkdir(parents=True)
    return base


def a_symlink(path):
    path.symlink_to(path.parents[3] / "right.ipynb")


def a_dangling_link(path):
    path.symlink_to("nowhere")


def a_hard_link(path):
    os.link(path.parents[3] / "right.ipynb", path)


def a_socket(path):
    # an address has at most 108 characters
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)


def a_large_file(path):
    with open(path, "wb") as file:
        file.truncate(200_000_000)


SPECIAL = {
    "symbolic link": a_symlink,
    "it is a symbolic link": a_dangling_link,
    "hard link": a_hard_link,
    "not a regular file": os.mkfifo,
    "is not a regular file": a_socket,
}


@pytest.mark.parametrize(
    ("reason", "make"),
    [*SPECIAL.items(), ("regular", Path.mkdir), ("MB", a_large_file), ("not there", lambda _: 0)],
)
def test_only_a_regular_file_with_one_name_is_read(base, reason, make):
    path = base / "eve" / "unit" / "chain_rule.ipynb"
    make(path)
    with pytest.raises(UnreadableError, match=reason):
        read_without_links(path, base, 20_000_000)


@pytest.mark.parametrize("link", ["eve", "eve/unit"])
def test_a_folder_that_is_a_link_is_not_followed_but_submitted_itself_may_be_one(base, link):
    elsewhere = base.parent / "elsewhere"
    shutil.move(base, elsewhere)
    base.symlink_to(elsewhere)
    path = base / "eve" / "unit" / "chain_rule.ipynb"
    path.write_bytes(b"x")
    assert read_without_links(path, base, 100) == b"x"
    shutil.move(base / link, base.parent / "moved")
    (base / link).symlink_to(base.parent / "moved")
    with pytest.raises(UnreadableError, match="folder is a link"):
        read_without_links(path, base, 100)


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202eb", "x\ny", "\udcff", "\u2066", "\x9b"])
def test_what_students_name_is_escaped(text):
    assert printable(text).isprintable()
    assert printable("Zoë 漢") == "Zoë 漢"
    assert len(printable("x" * 1000)) == 200


# --- one folder ----------------------------------------------------------------------------------


@pytest.fixture
def clean(base, monkeypatch):
    """The hook as a function, on eve's folder: what it logged."""
    folder = base / "eve" / "unit"
    notebook = folder / "chain_rule.ipynb"

    def run():
        log, lines = logging.Logger("nbgrader"), []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())
        log.addHandler(handler)
        monkeypatch.setattr(reading, "get_logger", lambda: log)
        remove_special_files(assignment="unit", student="*", notebooks=[str(notebook)])
        return lines

    return run


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("make", SPECIAL.values(), ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["data.csv", "chain_rule.ipynb"])
def test_special_files_are_removed_and_named_and_their_targets_untouched(base, clean, make, name):
    folder = base / "eve" / "unit"
    make(folder / name)
    (line,) = clean()
    assert name in line
    assert "removed" in line
    assert (base.parent / "right.ipynb").read_bytes() == notebook_of(CELL)
    if name == "chain_rule.ipynb":
        with pytest.raises(UnreadableError, match="link or a special file"):
            read_notebook(read_without_links(folder / name, base, 1_000))
    else:
        assert not os.path.lexists(folder / name)
    assert clean() == []


def test_a_link_to_a_folder_is_removed_and_not_walked(base, clean):
    folder = base / "eve" / "unit"
    outside = base.parent / "outside"
    outside.mkdir()
    (outside / "link").symlink_to("/dev/null")
    (folder / "img").symlink_to(outside)
    clean()
    assert not (folder / "img").exists()
    assert (outside / "link").is_symlink()


@pytest.mark.parametrize("place", ["eve", "eve/unit"])
def test_a_submission_that_is_a_link_is_removed_and_not_walked(base, clean, place):
    outside = base.parent / "outside"
    shutil.move(base / place, outside)
    (outside / "link").symlink_to("/dev/null")
    (base / place).symlink_to(outside)
    (line,) = clean()
    assert "was a link" in line
    assert not os.path.lexists(base / place)
    assert (outside / "link").is_symlink()


def test_of_two_links_within_a_submission_one_stays(base, clean):
    folder = base / "eve" / "unit"
    (folder / "a.txt").write_text("mine")
    os.link(folder / "a.txt", folder / "b.txt")
    clean()
    assert files_in(folder) == ["b.txt"]


def test_ordinary_files_stay_where_they_are(base, clean):
    folder = base / "eve" / "unit"
    (folder / "img").mkdir()
    for name in ("chain_rule.ipynb", "notes é.txt", "img/a.png", "timestamp.txt"):
        (folder / name).write_text("2025-11-20 10:00:00 UTC")
    before = files_in(folder)
    assert clean() == []
    assert files_in(folder) == before


def test_too_many_and_too_large_files_are_set_aside_and_not_lost(base, clean, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILES", 4)
    folder = base / "eve" / "unit"
    a_large_file(folder / "a_large.bin")
    for name in [*"abcdef", "timestamp.txt", "chain_rule.ipynb"]:
        (folder / name).write_text("2025-11-20 10:00:00 UTC")
    (line,) = clean()
    assert "not copied" in line
    assert "a_large.bin" in line
    (aside,) = folder.glob("not_copied-*")
    assert len(list(aside.iterdir())) == 3
    kept = [name for name in files_in(folder) if "/" not in name]
    assert kept == sorted([*"abcd", "chain_rule.ipynb", "timestamp.txt"])
    assert clean() == [], "set aside once"


@pytest.mark.parametrize(
    "content", [b"half past ten", b"\xff\xfe\0", b"9" * 5_000, b"9999-12-31 23:59:59 -1200"]
)
def test_a_timestamp_at_which_nbgrader_would_stop_is_set_aside(base, clean, content):
    folder = base / "eve" / "unit"
    (folder / "timestamp.txt").write_bytes(content)
    (line,) = clean()
    assert "timestamp" in line
    assert not (folder / "timestamp.txt").exists()
    assert [path.read_bytes() for path in folder.glob("not_copied-*/*")] == [content]


def test_a_timestamp_in_the_future_stays_and_is_warned_of(base, clean):
    folder = base / "eve" / "unit"
    (folder / "timestamp.txt").write_text("2199-01-01 00:00:00 UTC")
    (line,) = clean()
    assert "future" in line
    assert files_in(folder) == ["timestamp.txt"]


def test_unprintable_names_and_deep_folders_are_set_aside(base, clean):
    folder = base / "eve" / "unit"
    (folder / "\x1b[31m.txt").write_text("x")
    deep = folder.joinpath(*["d"] * 50)
    deep.mkdir(parents=True)
    (deep / "bottom").write_text("x")
    (line,) = clean()
    assert line.isprintable()
    paths = list(folder.rglob("*"))
    assert max(len(path.relative_to(folder).parts) for path in paths) < 25
    assert all(path.name.isprintable() for path in paths)
    assert [path.name for path in paths if path.is_file()] == ["1-\\x1b[31m.txt", "bottom"]


def test_locked_folders_and_files_are_opened_for_the_instructor(base, clean):
    folder = base / "eve" / "unit" / "locked"
    folder.mkdir()
    (folder / "file").write_text("x")
    (folder / "link").symlink_to("/dev/null")
    (folder / "file").chmod(0)
    folder.chmod(0)
    clean()
    assert files_in(folder) == ["file"]
    # root reads everything: look at the modes
    assert folder.stat().st_mode & stat.S_IRWXU == stat.S_IRWXU
    assert (folder / "file").stat().st_mode & stat.S_IRUSR


def test_the_hook_never_raises(base, clean, monkeypatch):
    shutil.rmtree(base)
    (line,) = clean()
    assert "look at" in line

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(reading, "_clean", fail)
    (line,) = clean()
    assert "not cleaned" in line


# --- a class -------------------------------------------------------------------------------------

UNIT, NAME = "1_chain_rule", "chain_rule.ipynb"
NOTES: dict[str, list[str]] = {}


class KeepNotes(NbGraderPreprocessor):
    """In the place of the step that runs the cells: keeps the notes, and every test fails but in stubs."""

    def preprocess(self, nb, resources):
        NOTES[resources["nbgrader"]["student"]] = resources["byhand"]["notes"]
        answered = all("NotImplementedError" not in cell.source for cell in nb.cells)
        for cell in nb.cells:
            if cell.cell_type == "code" and not answered:
                cell.outputs = [
                    nbformat.v4.new_output("stream", name="stderr", text="not implemented")
                ]
        return nb, resources


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of one right and many unreadable submissions, after nbgrader's Autograde: folder, scores and log."""
    root = tmp_path_factory.mktemp("course")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = UNIT
    (root / "source" / UNIT).mkdir(parents=True)
    shutil.copy(ROOT / "source" / UNIT / "chain_rule.md", root / "source" / UNIT)
    sync(root)
    start(GenerateAssignment, config)
    hand_in(root)
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.sanitize_preprocessors = [
        RepairNotebook,
        *Autograde.sanitize_preprocessors.default_args[0],
    ]
    config.Autograde.autograde_preprocessors = [KeepNotes, SaveAutoGrades]
    config.Autograde.pre_convert_hook = remove_special_files
    log = start(Autograde, config)
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(UNIT)}
    return root, scores, log


def start(converter, config):
    """Run a converter; return what it logged as warnings. It raises if a submission fails."""
    log, lines = logging.Logger("nbgrader"), []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())
    log.addHandler(handler)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "get_logger", lambda: log)  # the application's, for the executable
        converter(coursedir=CourseDirectory(config=config, log=log), config=config, log=log).start()
    return lines


def hand_in(root):
    right = ROOT / "solutions" / UNIT / NAME
    submissions = {
        "right": lambda path: shutil.copy(right, path),
        "empty": Path.touch,
        "cut": lambda path: path.write_bytes(right.read_bytes()[:5_000]),
        "large": a_large_file,
        "folder": Path.mkdir,
        "fifo": os.mkfifo,
        "link": lambda path: path.symlink_to(root / "submitted" / "right" / UNIT / NAME),
    }
    for student, make in submissions.items():
        folder = root / "submitted" / student / UNIT
        folder.mkdir(parents=True)
        make(folder / NAME)
    (root / "secret").write_text("the gradebook")
    files = root / "submitted" / "right" / UNIT
    (files / "stolen").symlink_to(root / "secret")
    os.mkfifo(files / "waits-for-ever")
    (root / "submitted" / "whole").symlink_to(root / "submitted" / "right")


def test_the_class_goes_on_and_unreadable_submissions_score_nothing(graded):
    _, scores, _ = graded
    assert scores.pop("right") == 16
    assert len(scores) == 7
    assert set(scores.values()) == {0}


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("empty", "unreadable: the file is empty"),
        ("cut", "unreadable: it is not valid JSON"),
        ("large", "unreadable: it is larger than 20 MB"),
        ("folder", "unreadable: it is not a regular file"),
        ("fifo", "unreadable: it was a link or a special file"),
        ("link", "unreadable: it was a link or a special file"),
        ("whole", "unreadable: the file is not there"),
    ],
)
def test_the_reason_is_in_the_log_and_in_the_notes_of_the_second_conversion(
    graded, student, reason
):
    _, _, log = graded
    (note,) = NOTES[student]
    assert note.startswith(reason)
    assert f"{student}, chain_rule: {note}" in log


def test_what_is_graded_instead_is_the_released_notebook(graded):
    root, _, _ = graded
    released = nbformat.read(root / "notebooks" / UNIT / NAME, as_version=4)
    graded_notebook = nbformat.read(root / "autograded" / "cut" / UNIT / NAME, as_version=4)
    assert [cell.id for cell in graded_notebook.cells] == [cell.id for cell in released.cells]


def test_what_links_lead_to_is_not_copied(graded):
    root, _, log = graded
    copied = root / "autograded" / "right" / UNIT
    assert [path.name for path in copied.iterdir()] == [NAME]
    assert any("stolen" in line and "waits-for-ever" in line for line in log)
    assert (root / "secret").read_text() == "the gradebook"


def test_without_a_release_unreadable_submissions_get_stubs(graded, tmp_path):
    root, _, _ = graded
    source = root / "source" / UNIT / NAME
    for version in (str(source), ""):
        notebook = reading.released_notebook(version)
        assert not any("SOLUTION" in cell.source for cell in notebook.cells)
