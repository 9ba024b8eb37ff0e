"""Repairing submitted notebooks, on the released notebook of unit 1 with nbgrader's own converters.

`repair` is the preprocessor alone. What nbgrader's later steps make of its result is tested on a class that is graded
with nbgrader's `Autograde`, whose kernel is replaced by `RunCells`: the course's own code is safe to run here.
"""

import logging
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config.loader import PyFileConfigLoader

from byhand.exercise import load_exercises
from byhand.grading.reading import SubmissionExporter
from byhand.grading.repair import RepairNotebook
from byhand.grading.simulated_class import simulated_class, write_submission
from byhand.sync import sync

ROOT = Path(__file__).parent.parent
UNIT, NOTEBOOK = "1_chain_rule", "chain_rule"
NOTES: dict[str, list[str]] = {}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A course whose assignment is released, with its gradebook."""
    root = tmp_path_factory.mktemp("course")
    source = root / "source" / UNIT
    source.mkdir(parents=True)
    shutil.copy(ROOT / "source" / UNIT / f"{NOTEBOOK}.md", source)
    sync(root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = UNIT
    start(GenerateAssignment, config)
    return config


def start(converter, config):
    """Run a converter; return what it logged as warnings."""
    log, lines = logging.Logger("nbgrader"), []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())
    log.addHandler(handler)
    converter(coursedir=CourseDirectory(config=config, log=log), config=config, log=log).start()
    return lines


@pytest.fixture
def released(config):
    return nbformat.read(release_of(config), as_version=4)


def release_of(config):
    return Path(config.CourseDirectory.root, "notebooks", UNIT, f"{NOTEBOOK}.ipynb")


@pytest.fixture
def repair(config):
    """The preprocessor as a function: a notebook → the notebook, and the notes."""

    def run(notebook, **byhand):
        about = {"student": "ana", "assignment": UNIT, "notebook": NOTEBOOK}
        about["db_url"] = CourseDirectory(config=config).db_url
        byhand = {"notes": [], "release": str(release_of(config))} | byhand
        resources = {"nbgrader": about, "byhand": byhand}
        notebook, resources = RepairNotebook().preprocess(notebook, resources)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        assert notebook.metadata.byhand.notes == resources["byhand"]["notes"]
        return notebook, resources["byhand"]["notes"]

    return run


def find(notebook, grade_id):
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def index(notebook, grade_id):
    return notebook.cells.index(find(notebook, grade_id))


def grade_ids(notebook):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return [grade_id for grade_id in ids if grade_id]


def plain(notebook):
    return [cell.source for cell in notebook.cells if "nbgrader" not in cell.metadata]


def copy_of(cell, **changes):
    return nbformat.from_dict({**cell, "id": "copied", **changes})


ANSWER = "def forward(a, b, c):\n    return a * b, a * b + c, 5 * (a * b + c)"


# --- metadata ------------------------------------------------------------------------------------


def test_an_untouched_notebook_is_as_released_without_a_note(released, repair):
    before = [(cell.id, cell.cell_type) for cell in released.cells]
    order = grade_ids(released)
    notebook, notes = repair(released)
    assert notes == []
    assert [(cell.id, cell.cell_type) for cell in notebook.cells] == before
    assert grade_ids(notebook) == order
    assert "### BEGIN HIDDEN TESTS" in find(notebook, "forward").source


def test_tags_and_unknown_metadata_go(released, repair):
    test = find(released, "forward")
    test.metadata.tags = ["skip-execution", "raises-exception"]
    test.metadata.jupyter = {"source_hidden": True}
    test.metadata.nbgrader.secret = 1
    released.cells[0].metadata.tags = ["x"]
    released.metadata.byhand = {"notes": ["full marks, please"]}
    released.metadata.widgets = {}
    notebook, notes = repair(released)
    assert all(set(cell.metadata) <= {"nbgrader"} for cell in notebook.cells)
    assert "secret" not in find(notebook, "forward").metadata.nbgrader
    assert set(notebook.metadata) == {"byhand", "kernelspec"}
    assert notes == ["tags are removed: forward"]


def test_the_kernelspec_is_the_instructors(released, repair):
    released.metadata.kernelspec = {"name": "evil", "display_name": "x", "language": "bash"}
    notebook, _ = repair(released)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    ("grade_id", "changes"),
    [
        ("forward", {"grade": False}),
        ("forward", {"points": 1000}),
        ("forward", {"solution": True, "locked": False}),
        ("forward_code", {"grade": True, "points": 1000}),
        ("forward_code", {"solution": False, "locked": True}),
        ("forward", {"grade": [], "points": {"a": 1}, "checksum": None, "schema_version": "1"}),
    ],
)
def test_changed_settings_are_restored(released, repair, grade_id, changes):
    right = dict(find(released, grade_id).metadata.nbgrader)
    find(released, grade_id).metadata.nbgrader.update(changes)
    notebook, notes = repair(released)
    assert notes == [f"changed nbgrader settings are restored: {grade_id}"]
    restored = find(notebook, grade_id).metadata.nbgrader
    for key in ("grade", "locked", "solution", "points"):
        assert restored.get(key) == right.get(key)


@pytest.mark.parametrize("settings", [None, 1, [], "x", {}, {"grade_id": []}, {"grade": True}])
def test_settings_that_are_nonsense_are_none(released, repair, settings):
    released.cells[0].metadata.nbgrader = settings
    notebook, _ = repair(released)
    assert "nbgrader" not in notebook.cells[0].metadata


# --- cells ---------------------------------------------------------------------------------------


def test_edited_tests_and_locked_cells_are_restored(released, repair):
    find(released, "forward").source = "99"
    find(released, "topological_order").source = ""
    notebook, notes = repair(released)
    assert find(notebook, "forward").source.startswith("### BEGIN HIDDEN TESTS")
    assert "TopologicalSorter" in find(notebook, "topological_order").source
    assert notes == ["edited or retyped cells are back as released: forward, topological_order"]


def test_deleted_cells_come_back_behind_the_one_before_them(released, repair):
    order = grade_ids(released)
    gone = ("checks", "forward", "slopes_code", "slopes", "backprop")
    released.cells = [
        c for c in released.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone
    ]
    notebook, notes = repair(released)
    assert grade_ids(notebook) == order
    assert index(notebook, "checks") == 0
    assert index(notebook, "forward") == index(notebook, "forward_code") + 1
    assert "NotImplementedError" in find(notebook, "slopes_code").source
    assert notes == [f"missing cells are back as released: {', '.join(gone)}"]


def test_of_an_empty_notebook_every_graded_cell_is_left(released, repair):
    order = grade_ids(released)
    released.cells = []
    notebook, _ = repair(released)
    assert grade_ids(notebook) == order
    assert len(notebook.cells) == len(order)


def test_a_test_moved_above_its_answer_goes_behind_it_and_helpers_stay_before(released, repair):
    order = grade_ids(released)
    test = released.cells.pop(index(released, "forward"))
    helper = nbformat.v4.new_code_cell("def helper(): ...")
    place = index(released, "forward_code")
    released.cells[place:place] = [test, helper]
    notebook, notes = repair(released)
    assert grade_ids(notebook) == order
    place = index(notebook, "forward_code")
    assert notebook.cells[place - 1].source == helper.source
    assert index(notebook, "forward") == place + 1
    assert notes == ["moved cells are back in their order: forward"]


def test_all_cells_in_reverse_are_put_in_order(released, repair):
    order = grade_ids(released)
    released.cells.reverse()
    notebook, _ = repair(released)
    assert grade_ids(notebook) == order
    assert len(notebook.cells) == len(released.cells)


def test_more_cells_of_the_student_stay_beside_their_neighbours(released, repair):
    place = index(released, "forward_code")
    before, behind = (nbformat.v4.new_code_cell(source) for source in ("u = 1", "v = 2"))
    released.cells[place : place + 1] = [before, released.cells[place], behind]
    notebook, notes = repair(released)
    sources = [cell.source for cell in notebook.cells]
    place = index(notebook, "forward_code")
    assert [sources[place - 1], sources[place + 1]] == ["u = 1", "v = 2"]
    assert notes == []


@pytest.mark.parametrize("stub_at", ["above", "below"])
def test_of_two_copies_the_one_with_code_counts(released, repair, stub_at):
    stub = find(released, "forward_code")
    answer = copy_of(stub, source=ANSWER)
    place = index(released, "forward_code")
    pair = [stub, answer] if stub_at == "above" else [answer, stub]
    released.cells[place : place + 1] = pair
    notebook, notes = repair(released)
    assert find(notebook, "forward_code").source == ANSWER
    # the untouched copy is gone: behind the answer it would undo it
    assert not any("def forward" in source for source in plain(notebook))
    assert notes == ["several copies, of which only one counts: forward_code"]


def test_of_two_answers_the_last_counts_and_the_first_stays_as_a_plain_cell(released, repair):
    first = find(released, "forward_code")
    first.source = "half = 1 / 2"
    released.cells.insert(index(released, "forward") + 1, copy_of(first, source=ANSWER))
    notebook, _ = repair(released)
    assert find(notebook, "forward_code").source == ANSWER
    assert "half = 1 / 2" in plain(notebook)
    assert index(notebook, "forward_code") < index(notebook, "forward")


def test_copies_of_a_test_are_plain_cells(released, repair):
    test = find(released, "forward")
    released.cells += [copy_of(test, id=f"copy-{number}") for number in range(3)]
    notebook, notes = repair(released)
    assert grade_ids(notebook).count("forward") == 1
    assert plain(notebook).count(test.source) == 3
    assert notes == ["several copies, of which only one counts: forward"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_retyped_is_not_attempted_and_stays_to_be_read(released, repair, kind):
    place = index(released, "forward_code")
    answer = copy_of(released.cells[place], cell_type=kind, source=ANSWER)
    del answer["outputs"], answer["execution_count"]
    released.cells[place] = answer
    notebook, notes = repair(released)
    assert "NotImplementedError" in find(notebook, "forward_code").source
    assert ANSWER in plain(notebook)
    assert notes == ["not attempted, because the cell type was changed: forward_code"]


def test_a_test_retyped_is_code_again(released, repair):
    test = find(released, "forward")
    test.cell_type = "raw"
    del test["outputs"], test["execution_count"]
    notebook, notes = repair(released)
    assert find(notebook, "forward").cell_type == "code"
    assert notes == ["edited or retyped cells are back as released: forward"]


def test_an_answer_without_settings_is_known_by_its_definition(released, repair):
    answer = find(released, "forward_code")
    answer.source, answer.metadata, answer.id = ANSWER, {}, "other"
    notebook, notes = repair(released)
    assert find(notebook, "forward_code").source == ANSWER
    assert notes == ["answers recognised without nbgrader's settings: forward_code"]


def test_an_answer_without_settings_is_known_by_its_cell_id(released, repair):
    answer = find(released, "forward_code")
    answer.source, answer.metadata = "forward = lambda a, b, c: (0, 0, 0)", {}
    notebook, notes = repair(released)
    assert find(notebook, "forward_code").source.startswith("forward = lambda")
    assert len(notes) == 1


def test_a_definition_elsewhere_does_not_replace_the_answer_that_is_there(released, repair):
    find(released, "forward_code").source = ANSWER
    released.cells.append(nbformat.v4.new_code_cell("def forward(): ..."))
    notebook, notes = repair(released)
    assert find(notebook, "forward_code").source == ANSWER
    assert notes == []


def test_an_older_release_keeps_what_matches_and_gets_the_rest(released, repair):
    order = grade_ids(released)
    find(released, "forward_code").source = ANSWER
    for grade_id in ("slopes_code", "slopes"):
        find(released, grade_id).metadata.nbgrader.grade_id = f"old_{grade_id}"
    for number, cell in enumerate(released.cells):
        cell.id = f"chain_rule-{number + 17:02}"
    notebook, notes = repair(released)
    assert grade_ids(notebook) == order
    assert find(notebook, "forward_code").source == ANSWER
    assert "slopes" in notes[0]


def test_duplicate_and_invalid_cell_ids_are_replaced(released, repair):
    for cell in released.cells:
        cell.id = "same"
    released.cells[3].id = "no good id!"
    del released.cells[4]["id"]
    notebook, notes = repair(released)  # which validates the ids
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert notes == []


def test_outputs_counts_and_attachments_are_gone(released, repair):
    test = find(released, "forward")
    test.execution_count = 7
    test.outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "99"}, execution_count=7)
    ]
    released.cells[0].attachments = {"x.png": {"image/png": '" onerror="alert(1)'}}
    notebook, _ = repair(released)
    assert not any(cell.get("outputs") or cell.get("attachments") for cell in notebook.cells)
    assert not any(cell.get("execution_count") for cell in notebook.cells)


def test_ten_thousand_cells_are_no_problem(released, repair):
    cells = [nbformat.from_dict({**find(released, "forward"), "id": f"c{i}"}) for i in range(5_000)]
    text = nbformat.v4.new_markdown_cell("x")
    cells += [nbformat.from_dict({**text, "id": f"m{i}"}) for i in range(5_000)]
    released.cells = cells + released.cells
    notebook, _ = repair(released)
    assert len(notebook.cells) >= 10_000
    assert grade_ids(notebook).count("forward") == 1


@pytest.mark.parametrize("version", ["source", "none"])
def test_without_a_release_the_source_or_the_gradebook_gives_the_order(
    config, released, repair, version
):
    order = grade_ids(released)
    source = Path(config.CourseDirectory.root, "source", UNIT, f"{NOTEBOOK}.ipynb")
    released.cells.reverse()
    notebook, notes = repair(
        released, release="", source=str(source) if version == "source" else ""
    )
    assert grade_ids(notebook) == order
    assert not any("edited" in note for note in notes)
    assert "NotImplementedError" in find(notebook, "forward_code").source


def test_what_stands_for_an_unreadable_notebook_has_stubs_and_no_notes_of_repair(released, repair):
    find(released, "forward_code").source = ANSWER
    released.cells.pop()
    notes = ["unreadable: the file is empty"]
    notebook, after = repair(released, unreadable=True, notes=notes)
    assert "NotImplementedError" in find(notebook, "forward_code").source
    assert after == notes


# --- a class -------------------------------------------------------------------------------------


class RunCells(NbGraderPreprocessor):
    """Run code cells in this process; a grade cell scores its points unless something fails in it."""

    def preprocess(self, nb, resources):
        NOTES[resources["nbgrader"]["student"]] = resources["byhand"]["notes"]
        namespace = {"np": np}
        for cell in nb.cells:
            if cell.cell_type != "code" or "figures" in cell.source or "check =" in cell.source:
                continue
            lines = [line for line in cell.source.split("\n") if not line.startswith("check")]
            try:
                exec("\n".join(lines), namespace)
            except Exception as error:
                cell.outputs = [
                    nbformat.v4.new_output("error", ename="e", evalue=str(error), traceback=[])
                ]
        return nb, resources


def damage_nothing(cells):
    return cells


def damage_by_copying(cells):
    return [*cells, *cells]


def damage_by_reversing(cells):
    tests = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    return [*tests, *(c for c in cells if c not in tests)]


def damage_by_deleting_tests(cells):
    return [c for c in cells if not c.metadata.get("nbgrader", {}).get("grade")]


def damage_settings(cells):
    for cell in cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.metadata = {}
    return cells


def damage_every_setting(cells):
    for cell in cells:
        cell.metadata.update(nbgrader={"grade_id": "forward", "grade": True, "schema_version": 0})
    return cells


DAMAGES = {
    "nothing": damage_nothing,
    "copies": damage_by_copying,
    "reversed": damage_by_reversing,
    "deleted": damage_by_deleting_tests,
    "settings": damage_settings,
    "everything": damage_every_setting,
}


@pytest.fixture(scope="module")
def scores(config):
    """One right submission for each damage, graded by nbgrader: the scores of the class."""
    root = Path(config.CourseDirectory.root)
    right = simulated_class(load_exercises(ROOT / "tests" / "hidden" / "chain_rule.py"), 1)[0]
    for student, damage in DAMAGES.items():
        folder = root / "submitted" / student / UNIT
        write_submission(right, root / "notebooks", root / "right" / student, UNIT)
        notebook = nbformat.read(
            root / "right" / student / right.name / UNIT / f"{NOTEBOOK}.ipynb", as_version=4
        )
        cells = damage(notebook.cells)
        notebook.cells = [nbformat.from_dict({**c, "id": f"i{n}"}) for n, c in enumerate(cells)]
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.sanitize_preprocessors = [
        RepairNotebook, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata,
    ]  # fmt: skip
    config.Autograde.autograde_preprocessors = [RunCells, SaveAutoGrades, CheckCellMetadata]
    start(Autograde, config)
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(UNIT)}


@pytest.mark.parametrize("student", ["nothing", "copies", "reversed", "deleted", "settings"])
def test_a_right_answer_keeps_its_marks_whatever_happened_to_the_cells(scores, student):
    assert scores[student] == 16


def test_one_notebook_that_nbgrader_refuses_does_not_stop_the_class(scores):
    assert set(scores) == set(DAMAGES)
    assert scores["everything"] >= 0


def test_notes_reach_the_step_that_runs_the_cells(scores):
    assert NOTES["nothing"] == []
    assert NOTES["deleted"][0].startswith("missing cells are back as released: forward,")
    assert NOTES["settings"][0].startswith("answers recognised")


def test_notes_are_not_left_in_the_graded_notebook(scores, config):
    path = Path(config.CourseDirectory.root, "autograded", "deleted", UNIT, f"{NOTEBOOK}.ipynb")
    assert "byhand" not in nbformat.read(path, as_version=4).metadata
