"""The journal of a class run: what it holds after whatever has happened to it."""

import os

import pytest

from byhand.grading.journal import Journal, key_of

ONE, TWO, THREE = (
    {
        "assignment": "a",
        "student": student,
        "timestamp": None,
        "force": False,
        "changes": {"é": 1.5},
    }
    for student in ("s1", "s\n2", "漢")
)


@pytest.fixture
def path(tmp_path):
    """A journal with one entry in the gradebook and one that waits."""
    path = tmp_path / "run" / "journal"
    journal = Journal(path)
    journal.add(ONE)
    journal.mark_applied()
    journal.add(TWO)
    journal.sync()
    journal.close(finished=False)
    return path


def test_it_holds_what_was_added_and_knows_what_is_in_the_gradebook(path):
    journal = Journal(path)
    assert journal.waiting == [TWO]
    assert journal.applied == {key_of(ONE)}
    journal.mark_applied()
    assert not Journal(path).waiting


@pytest.mark.parametrize("lost", range(1, 12))
def test_a_line_that_was_not_finished_counts_as_not_written(path, lost):
    os.truncate(path, path.stat().st_size - lost)
    journal = Journal(path)
    assert journal.waiting == []
    assert journal.applied == {key_of(ONE)}
    journal.add(THREE)
    assert Journal(path).waiting == [THREE]


def test_nothing_behind_a_damaged_line_is_believed(path):
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    journal = Journal(path)
    assert (journal.waiting, journal.applied) == ([], set())
    assert path.stat().st_size == 0


def test_where_a_line_does_not_fit_on_the_disk_nothing_of_it_stays(path, monkeypatch):
    """A disk that takes only a part of a line, as a mock of os.write."""
    journal, size, write = Journal(path), path.stat().st_size, os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:9]))
    with pytest.raises(OSError, match="No space left"):
        journal.add(THREE)
    monkeypatch.undo()
    assert path.stat().st_size == size
    assert Journal(path).waiting == [TWO]


def test_a_finished_run_leaves_no_journal(path):
    Journal(path).close(finished=True)
    assert not path.exists()
