"""The gradebook for steps that ask about every cell: nbgrader's answers, with fewer questions."""

import os
import sysconfig

import pytest
from class_course import make_course
from nbgrader.api import Course, Gradebook, MissingEntry
from sqlalchemy import event

from byhand.grading import gradebook as opening
from byhand.grading.gradebook import NotebookGradebook

UNIT, NOTEBOOK, STUDENT = "1_chain_rule", "chain_rule", "ana"
OF_STUDENT = UNIT, STUDENT


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A released assignment, which one student has handed in."""
    course = make_course(tmp_path_factory.mktemp("gradebook") / "course", [UNIT], 0)
    with Gradebook(address(course)) as gradebook:
        gradebook.add_student(STUDENT)
        gradebook.add_submission(*OF_STUDENT)
    return course


@pytest.fixture(autouse=True)
def alembic_is_found(monkeypatch):
    """nbgrader starts it by name when it makes a gradebook."""
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)


def address(course):
    return f"sqlite:///{course / 'gradebook.db'}"


def courses_of(gradebook):
    return [course.id for course in gradebook.db.query(Course)]


def ask(gradebook, names):
    """What the gradebook says about each of these cells."""
    questions = {
        "find_source_cell": (NOTEBOOK, UNIT),
        "find_graded_cell": (NOTEBOOK, UNIT),
        "find_grade": (NOTEBOOK, *OF_STUDENT),
        "find_comment": (NOTEBOOK, *OF_STUDENT),
    }
    answers = {}
    for name in names:
        for question, place in questions.items():
            try:
                found = getattr(gradebook, question)(name, *place)
                answers[name, question] = type(found), found.id
            except MissingEntry:
                answers[name, question] = None
    return answers


def test_every_question_gets_nbgraders_answer_and_all_cells_come_with_the_first(course):
    with Gradebook(address(course)) as gradebook:
        cells = gradebook.find_notebook(NOTEBOOK, UNIT).source_cells
        names = [cell.name for cell in cells] + ["no_such_cell"]
        expected = ask(gradebook, names)
    assert {"forward", "forward_code"} <= {*names}
    statements = []
    with NotebookGradebook(address(course)) as gradebook:
        event.listen(
            gradebook.engine,
            "before_cursor_execute",
            lambda *arguments: statements.append(arguments[2]),
        )
        assert ask(gradebook, names) == expected
    assert len(statements) < 12 < len(names)


def test_who_has_handed_in_nothing_has_no_grades(course):
    with NotebookGradebook(address(course)) as gradebook, pytest.raises(MissingEntry):
        gradebook.find_grade("forward", NOTEBOOK, UNIT, "nobody")


@pytest.mark.parametrize("how", ["emptied", "gone"])
def test_a_gradebook_that_was_replaced_is_opened_as_a_new_one(tmp_path, how):
    file = tmp_path / "gradebook.db"
    with Gradebook(f"sqlite:///{file}") as gradebook:
        gradebook.add_student("ana")
    if how == "emptied":
        os.truncate(file, 0)
    else:
        file.unlink()
    with Gradebook(f"sqlite:///{file}") as gradebook:
        assert gradebook.students == []
        assert courses_of(gradebook) == ["default_course"]


def test_another_course_in_the_same_gradebook_is_looked_for(tmp_path):
    address = f"sqlite:///{tmp_path / 'gradebook.db'}"
    for course in ("first", "second", "first"):
        with Gradebook(address, course) as gradebook:
            assert course in courses_of(gradebook)


def test_a_gradebook_opened_before_is_not_asked_for_its_tables(tmp_path):
    address = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(address):
        pass
    with Gradebook(address) as gradebook:
        statements = []
        event.listen(
            gradebook.engine, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
    with Gradebook(address):
        pass
    assert statements == []
    assert Gradebook.__init__ is opening._open
