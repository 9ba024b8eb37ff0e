"""`download_my_work()`: what is in the archive, what it says, and that the link downloads in JupyterLab."""

import os
import zipfile
from pathlib import Path

import pytest

from byhand import download
from byhand.download import ARCHIVE, CannotPack, download_my_work, pack


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A learner's folder with two units, as seen from unit 1."""
    work = tmp_path / "my-work"
    for name, content in {
        "1_chain_rule/chain_rule.ipynb": "{mine}",
        "1_chain_rule/chain_rule (new version).ipynb": "{theirs}",
        "1_chain_rule/img/unit_map.png": "a picture of the lesson",
        "1_chain_rule/.ipynb_checkpoints/chain_rule-checkpoint.ipynb": "{}",
        "2_descent/notes.txt": "what I thought",
        "Untitled.ipynb": "{}",
        ".byhand/progress.txt": "chain_rule forward passed",
    }.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(content)
    monkeypatch.chdir(work / "1_chain_rule")
    return work


def names_in(archive):
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        return packed.namelist()


def test_everything_the_learner_wrote_is_in_it_and_nothing_else(work):
    archive, files, unreadable = pack(work)
    assert names_in(archive) == [
        "my-work/Untitled.ipynb",
        "my-work/1_chain_rule/chain_rule (new version).ipynb",
        "my-work/1_chain_rule/chain_rule.ipynb",
        "my-work/2_descent/notes.txt",
    ]
    assert (files, unreadable) == (4, [])
    with zipfile.ZipFile(archive) as packed:
        assert packed.read("my-work/1_chain_rule/chain_rule.ipynb") == b"{mine}"


def test_packing_again_replaces_the_archive_and_never_packs_it(work):
    pack(work)
    (work / "2_descent" / "more.txt").write_text("more")
    archive, files, _ = pack(work)
    assert files == 5
    assert f"my-work/{ARCHIVE}" not in names_in(archive)
    assert [path.name for path in work.glob("*zip*")] == [ARCHIVE]
    assert not list(work.glob(".*.part"))


def test_it_says_how_large_it_is_and_that_binder_forgets(work, capsys):
    download_my_work()
    printed = capsys.readouterr().out
    assert f"Your work is in {work / ARCHIVE} (4 files, 1 kB)" in printed
    assert "Binder forgets everything after about ten minutes" in printed
    assert "Ctrl-S" in printed


def test_in_a_home_directory_only_the_units_are_packed(work, monkeypatch):
    monkeypatch.setenv("HOME", str(work))
    monkeypatch.setenv("USERPROFILE", str(work))
    (work / "Photos").mkdir()
    (work / "Photos" / "cat.ipynb").write_text("{}")
    (work / "taxes.txt").write_text("secret")
    names = names_in(pack(work)[0])
    assert "my-work/1_chain_rule/chain_rule.ipynb" in names
    assert not {"my-work/Photos/cat.ipynb", "my-work/taxes.txt"} & set(names)


def test_too_much_is_refused_with_a_sentence_and_the_earlier_archive_stays(
    work, monkeypatch, capsys
):
    archive, _, _ = pack(work)
    before = archive.read_bytes()
    monkeypatch.setattr(download, "MOST_BYTES", 100_000)
    (work / "2_descent" / "large.csv").write_bytes(b"1" * 200_000)

    download_my_work()

    printed = capsys.readouterr().out
    assert "more than 0.1 MB, too much for one download (large.csv alone has 0.2 MB)" in printed
    assert "right-click and Download" in printed
    assert archive.read_bytes() == before
    assert not list(work.glob(".*.part"))


def test_where_nothing_can_be_written_it_says_what_to_do_instead(work, capsys):
    (work / ARCHIVE).mkdir()  # unlike a permission, it stops root as well
    download_my_work()
    printed = capsys.readouterr().out
    assert "cannot be packed" in printed
    assert "one by one" in printed
    assert not list(work.glob(".*.part"))


def test_files_that_cannot_be_read_are_named_and_the_others_are_packed(work, capsys, monkeypatch):
    real = Path.read_bytes

    def refuse(path):  # a permission does not stop root, so this stands for one
        if path.name == "notes.txt":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    download_my_work()
    assert f"cannot be read: {Path('2_descent/notes.txt')}." in capsys.readouterr().out
    assert "my-work/1_chain_rule/chain_rule.ipynb" in names_in(work / ARCHIVE)


def test_links_that_lead_nowhere_pipes_and_old_dates_do_no_harm(work):
    (work / "2_descent" / "gone").symlink_to(work / "nowhere")
    os.mkfifo(work / "2_descent" / "pipe")
    os.utime(work / "2_descent" / "notes.txt", (0, 0))
    assert pack(work)[1:] == (4, [])


def test_nothing_is_packed_while_a_machine_runs_the_notebook(work, capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "build")
    download_my_work()
    assert not (work / ARCHIVE).exists()
    assert "in your own notebook" in capsys.readouterr().out


def test_without_any_work_the_archive_is_not_made(tmp_path):
    with pytest.raises(CannotPack, match="nothing to download"):
        pack(tmp_path)
    assert not (tmp_path / ARCHIVE).exists()
