"""`byhand carry-over`: answers move into the new version of a lesson, and whatever happens nothing is lost."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import nbformat
import pytest

from byhand.carry_over import carry_over
from byhand.problem import Problem
from byhand.progress import find_lessons
from byhand.study import KEPT, update

UNIT, NAME = "1_chain_rule", "chain_rule"
STUB = "def {0}(x):\n    raise NotImplementedError()"
ANSWER = "def {0}(x):\n    return x"


def text(number, source):
    return nbformat.v4.new_markdown_cell(source, id=f"{NAME}-{number:02}")


def code(number, source):
    return nbformat.v4.new_code_cell(source, id=f"{NAME}-{number:02}")


def exercise(number, name, stub=STUB):
    """The two cells of an exercise, as nbgrader releases them."""
    settings = {"grade": False, "locked": False, "schema_version": 3, "solution": True}
    answer = code(number, stub.format(name))
    answer.metadata.nbgrader = settings | {"grade_id": f"{name}_code"}
    test = code(number + 1, f'check("{name}")')
    test.metadata.nbgrader = settings | {
        "grade_id": name, "grade": True, "solution": False, "points": 1, "locked": True,
    }  # fmt: skip
    return [answer, test]


START = [text(1, "# Unit 1"), code(2, f'check = byhand.checks("{NAME}")')]
OLD = [*START, text(3, "one"), *exercise(4, "first"), code(6, "plot(3)"), *exercise(7, "second"),
       text(9, "the end")]  # fmt: skip
# a paragraph more, so that all numbers shift; a better text; a new exercise
NEW = [*START, text(3, "a new paragraph"), text(4, "one, better"), *exercise(5, "first"),
       code(7, "plot(3)"), *exercise(8, "second"), *exercise(10, "third"), text(12, "the end")]  # fmt: skip


def write(path, cells):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.from_dict(json.loads(json.dumps(cell))) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


class Lesson:
    """A lesson in a checkout that was given out as OLD, and that a learner changes."""

    def __init__(self, root):
        self.root = root
        self.work = root / "my-work"
        self.mine = self.work / UNIT / f"{NAME}.ipynb"
        self.new = self.mine.with_stem(f"{NAME} (new version)")
        self.publish(OLD)

    def publish(self, cells):
        write(self.root / "notebooks" / UNIT / f"{NAME}.ipynb", cells)
        return update(self.root / "notebooks", self.work)

    def edit(self, change, path=None):
        """Let the learner change the list of cells."""
        path = path or self.mine
        notebook = nbformat.read(path, as_version=4)
        change(notebook.cells)
        nbformat.write(notebook, path)

    def answer(self, name, source=ANSWER, path=None):
        def put(cells):
            for cell in cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{name}_code":
                    cell.source = source.format(name)

        self.edit(put, path)

    def carry_over(self):
        return "\n".join(carry_over([self.mine], self.root))

    def sources(self, path=None):
        return [cell.source for cell in nbformat.read(path or self.mine, as_version=4).cells]

    def backups(self):
        return sorted(self.mine.parent.glob("*(backup*"))


@pytest.fixture
def lesson(tmp_path):
    return Lesson(tmp_path)


def test_answers_go_where_their_exercise_is_now(lesson):
    lesson.answer("second")
    lesson.publish(NEW)
    before = lesson.mine.read_bytes()

    said = lesson.carry_over()

    expected = [cell.source for cell in NEW]
    expected[expected.index(STUB.format("second"))] = ANSWER.format("second")
    assert lesson.sources() == expected
    (backup,) = lesson.backups()
    assert backup.name == f"{NAME} (backup {date.today().isoformat()}).ipynb"
    assert backup.read_bytes() == before
    assert not lesson.new.exists()
    assert "with your answers to `second` in it" in said
    assert backup.name in said
    assert "Not carried over" not in said


def test_cells_of_the_learners_own_stay_after_the_cell_they_came_after(lesson):
    def add(cells):
        cells.insert(7, nbformat.v4.new_code_cell("my_experiment = 1", id="a1b2c3d4"))
        cells.insert(8, nbformat.v4.new_markdown_cell("my note"))
        cells.insert(0, nbformat.v4.new_markdown_cell("on top"))
        cells.append(nbformat.v4.new_code_cell(""))

    lesson.edit(add)
    lesson.publish(NEW)

    said = lesson.carry_over()

    sources = lesson.sources()
    place = sources.index("my_experiment = 1")
    assert sources[place - 1 : place + 2] == [STUB.format("second"), "my_experiment = 1", "my note"]
    assert sources[0] == "on top"
    assert len(sources) == len(NEW) + 3
    assert "3 cells of your own" in said
    nbformat.validate(nbformat.read(lesson.mine, as_version=4))


def test_a_cell_of_the_lesson_that_the_learner_changed_stays_so_where_the_lesson_has_it(lesson):
    def change(cells):
        cells[2].source = "one, and my note"  # the new version has another text
        cells[5].source = "plot(5)"  # the new version has it as it was

    lesson.edit(change)
    lesson.publish(NEW)

    said = lesson.carry_over()

    sources = lesson.sources()
    assert "plot(5)" in sources
    assert "plot(3)" not in sources
    assert "one, better" in sources
    assert "1 of its cells as you had changed them" in said
    assert (
        "Not carried over, but in that backup: the cell you changed that begins “one, and" in said
    )


def test_a_cell_that_the_learner_mended_as_the_course_did_is_no_news(lesson):
    def mend(cells):
        cells[2].source = "one, better"

    lesson.edit(mend)
    lesson.publish(NEW)

    assert "Not carried over" not in lesson.carry_over()
    assert lesson.sources() == [cell.source for cell in NEW]


def test_an_answer_to_an_exercise_that_is_gone_is_kept_in_a_cell_and_named(lesson):
    lesson.answer("first")
    lesson.publish([cell for cell in NEW if "first" not in str(cell)])

    said = lesson.carry_over()

    assert ANSWER.format("first") in lesson.sources()
    kept = nbformat.read(lesson.mine, as_version=4).cells[
        lesson.sources().index(ANSWER.format("first"))
    ]
    assert "nbgrader" not in kept.metadata
    assert "`first`, which is no exercise any more" in said


def test_of_a_duplicated_answer_the_last_one_counts_and_the_other_is_kept(lesson):
    lesson.answer("first", "def {0}(x):\n    return 1")

    def duplicate(cells):
        again = nbformat.from_dict(json.loads(json.dumps(cells[3])))
        again.id, again.source = "another", ANSWER.format("first")
        cells.insert(4, again)

    lesson.edit(duplicate)
    lesson.publish(NEW)

    lesson.carry_over()

    sources = lesson.sources()
    older = sources.index("def first(x):\n    return 1")
    assert older < sources.index(ANSWER.format("first")), "what comes last counts in Python too"
    ids = [
        c.metadata.get("nbgrader", {}).get("grade_id") for c in nbformat.read(lesson.mine, 4).cells
    ]
    assert ids.count("first_code") == 1
    assert ids[older] is None


def test_an_answer_the_learner_gave_in_the_new_version_stays_and_the_other_is_named(lesson):
    lesson.answer("first")
    lesson.publish(NEW)
    lesson.answer("first", "def {0}(x):\n    return 1 * x", lesson.new)

    said = lesson.carry_over()

    assert "def first(x):\n    return 1 * x" in lesson.sources()
    assert "`first`, which the new version has another answer of yours to" in said
    assert ANSWER.format("first") in lesson.sources(lesson.backups()[0])


def test_an_answer_cell_that_was_deleted_costs_nothing_else(lesson):
    lesson.answer("second")
    lesson.edit(lambda cells: cells.pop(3))
    lesson.publish(NEW)

    lesson.carry_over()

    assert STUB.format("first") in lesson.sources()
    assert ANSWER.format("second") in lesson.sources()


def test_half_an_answer_is_an_answer(lesson):
    half = "def {0}(x):\n    # I think\n    raise NotImplementedError()"
    lesson.answer("first", half)
    lesson.publish(NEW)
    lesson.carry_over()
    assert half.format("first") in lesson.sources()


def test_without_the_release_answers_are_carried_over_all_the_same(lesson):
    lesson.answer("first")
    lesson.edit(lambda cells: cells.insert(3, nbformat.v4.new_code_cell("mine = 1")))
    lesson.publish(NEW)
    for kept in (lesson.work / KEPT).rglob("*.ipynb"):
        kept.write_text("{")

    lesson.carry_over()

    sources = lesson.sources()
    assert ANSWER.format("first") in sources
    assert "mine = 1" in sources
    assert "one" not in sources, "the old text of the lesson is not the learner's"
    assert len(sources) == len(NEW) + 1


def test_a_learner_who_named_the_new_version_as_the_lesson_loses_nothing_the_next_time(lesson):
    lesson.answer("first")
    lesson.publish(NEW)
    lesson.new.replace(lesson.mine)
    lesson.answer("second")
    lesson.publish([*NEW, text(13, "an afterword")])

    said = lesson.carry_over()

    assert "Not carried over" not in said
    assert "cells" not in said
    assert ANSWER.format("second") in lesson.sources()
    assert lesson.sources()[-1] == "an afterword"


def test_again_on_one_day_makes_another_backup(lesson):
    for number, cells in enumerate((NEW, OLD, NEW)):
        lesson.answer("first", f"def {{0}}(x):\n    return {number}")
        lesson.publish(cells)
        lesson.carry_over()
    today = date.today().isoformat()
    assert [path.stem for path in lesson.backups()] == [
        f"{NAME} (backup {today})", f"{NAME} (backup {today}, 2)", f"{NAME} (backup {today}, 3)"
    ]  # fmt: skip
    assert "def first(x):\n    return 2" in lesson.sources()
    assert [found.path for found in find_lessons(lesson.work)] == [lesson.mine]


def test_an_older_new_version_the_learner_worked_in_stays_and_is_named(lesson):
    lesson.answer("first")
    lesson.publish(NEW)
    lesson.answer("second", path=lesson.new)
    lesson.publish([*NEW, text(13, "an afterword")])

    said = lesson.carry_over()

    assert lesson.sources()[-1] == "an afterword"
    assert ANSWER.format("second") in lesson.sources(lesson.new)
    assert f'You have also worked in "{lesson.new.name}": it stays as it is.' in said


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{"source": 3}]}'])
@pytest.mark.parametrize("which", ["mine", "new"])
def test_a_broken_notebook_is_one_sentence_and_no_file_is_changed(lesson, which, content):
    lesson.answer("first")
    lesson.publish(NEW)
    getattr(lesson, which).write_text(content)
    before = {path: path.read_bytes() for path in lesson.mine.parent.iterdir()}

    with pytest.raises(Problem, match=r"cannot be read as a notebook, so nothing was carried over"):
        lesson.carry_over()

    assert {path: path.read_bytes() for path in lesson.mine.parent.iterdir()} == before


def test_where_nothing_can_be_written_it_is_one_sentence(lesson, monkeypatch):
    lesson.answer("first")
    lesson.publish(NEW)
    before = lesson.mine.read_bytes()
    (lesson.mine.parent / f".{NAME} (backup {date.today().isoformat()}).ipynb.part").mkdir()

    with pytest.raises(Problem, match=r"cannot be changed .*writable, and try again"):
        lesson.carry_over()

    assert lesson.mine.read_bytes() == before
    assert lesson.new.exists()


def byhand(*arguments, folder):
    command = [sys.executable, "-c", "from byhand.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ)


def test_the_command_finds_what_there_is_to_carry_over(lesson):
    assert "nothing to carry over" in byhand("carry-over", folder=lesson.root).stdout

    lesson.answer("first")
    (sentence,) = lesson.publish(NEW)
    assert re.search(r"To move your answers into it: byhand carry-over$", sentence)
    run = byhand("carry-over", folder=lesson.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert "your answers to `first`" in run.stdout
    assert ANSWER.format("first") in lesson.sources()


def test_the_command_names_what_is_not_there(lesson, tmp_path_factory):
    for arguments, folder, words in (
        (["nowhere.ipynb"], lesson.root, "There is no notebook nowhere.ipynb"),
        ([lesson.mine], lesson.root, "There is no new version beside"),
        ([], tmp_path_factory.mktemp("elsewhere"), "There are no lessons near"),
    ):
        run = byhand("carry-over", *arguments, folder=folder)
        assert run.returncode == 1
        assert run.stderr.startswith(words)
        assert "Traceback" not in run.stderr


def test_the_new_version_itself_may_be_named(lesson):
    lesson.answer("first")
    lesson.publish(NEW)
    byhand("carry-over", lesson.new.relative_to(lesson.root), folder=lesson.root)
    assert ANSWER.format("first") in lesson.sources()


def test_every_solution_of_the_course_is_carried_over_into_a_changed_lesson(tmp_path):
    root = Path(__file__).parent.parent
    for path in sorted(root.glob("notebooks/*/*.ipynb")):
        released = nbformat.read(path, as_version=4)
        solved = nbformat.read(root / "solutions" / path.parent.name / path.name, as_version=4)
        target = tmp_path / "notebooks" / path.parent.name / path.name
        write(target, released.cells)
        update(tmp_path / "notebooks", tmp_path / "my-work")
        mine = tmp_path / "my-work" / path.parent.name / path.name
        write(mine, solved.cells)
        write(target, [text(99, "A new beginning"), *released.cells])
        update(tmp_path / "notebooks", tmp_path / "my-work")

        said = "\n".join(carry_over([mine], tmp_path))

        sources = [cell.source for cell in nbformat.read(mine, as_version=4).cells]
        assert sources == ["A new beginning", *(cell.source for cell in solved.cells)], path
        assert "Not carried over" not in said
