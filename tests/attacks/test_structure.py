"""Notebooks that are not as they were released: tags, metadata, lost, moved and foreign cells, broken files."""

import json
import re
import uuid
from html.parser import HTMLParser

from submissions import ATTACKERS, NOTHING, POINTS, RIGHT, WRONG, submission

EACH_OR_NOTHING = {name: {0, points} for name, points in POINTS.items()}


# --- 1 -------------------------------------------------------------------------------------------


@submission(two_weights=0)
def a01_skipped(work):
    work.answer("two_weights", WRONG)
    work.cell("two_weights").metadata.tags = ["skip-execution"]


@submission()
def a01_skipped_right(work):
    for name in POINTS:
        work.cell(name).metadata.tags = ["skip-execution"]


@submission(**NOTHING)
def a01_skipped_untouched(work):
    for name in POINTS:
        work.answer(name, "raise NotImplementedError()")
    for cell in work.cells:
        cell.metadata.tags = ["skip-execution"]


def test_01_a_tag_that_skips_execution_skips_no_test(graded):
    graded.keep_the_rule(a01_skipped, a01_skipped_right, a01_skipped_untouched)


# --- 2 -------------------------------------------------------------------------------------------

PLANTED = "planted-by-a-student"


@submission(two_weights=0)
def a02_metadata(work):
    work.answer("two_weights", WRONG)
    work.notebook.metadata["planted_key"] = {PLANTED: True}
    work.notebook.metadata["celltoolbar"] = PLANTED
    for cell in work.cells:
        cell.metadata.tags = ["raises-exception", "hide-input", "remove-cell", PLANTED]
        cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True, "x": PLANTED}
        cell.metadata["collapsed"] = True
        cell.metadata["papermill"] = {"x": PLANTED}
        cell.metadata[PLANTED] = [PLANTED]


def test_02_other_tags_and_unknown_metadata_are_dropped(graded):
    graded.keep_the_rule(a02_metadata)
    assert PLANTED not in graded.text(a02_metadata)
    for cell in graded.notebook(a02_metadata).cells:
        assert not cell.metadata.get("tags")
        assert not cell.metadata.keys() & {"jupyter", "papermill"}


# --- 3, 4, 5 -------------------------------------------------------------------------------------


@submission(says="two_weights|cell")
def a03_test_deleted(work):
    work.cells.remove(work.cell("two_weights"))


@submission(says="cell")
def a03_tests_deleted(work):
    for name in POINTS:
        work.cells.remove(work.cell(name))


@submission(two_weights=0)
def a03_wrong_test_deleted(work):
    work.answer("two_weights", WRONG)
    work.cells.remove(work.cell("two_weights"))


@submission()
def a03_first_cell_deleted(work):
    work.cells.remove(work.cell("checks"))
    work.cells.remove(work.cell("topological_order"))


def test_03_a_deleted_test_cell_is_made_again_and_graded(graded):
    graded.keep_the_rule(
        a03_test_deleted, a03_tests_deleted, a03_wrong_test_deleted, a03_first_cell_deleted
    )
    for student in (a03_test_deleted, a03_tests_deleted):
        assert '"grade_id": "two_weights"' in graded.text(student)


@submission()
def a04_test_above_solution(work):
    test = work.cell("two_weights")
    work.cells.remove(test)
    work.cells.insert(work.cells.index(work.cell("two_weights_code")), test)


@submission()
def a04_tests_on_top(work):
    tests = [work.cell(name) for name in POINTS]
    others = [cell for cell in work.cells if cell not in tests]
    work.notebook.cells = tests + others


def test_04_a_test_cell_above_its_solution_is_graded_in_the_order_of_the_source(graded):
    graded.keep_the_rule(a04_test_above_solution, a04_tests_on_top)


def copy_of(work, grade_id, offset):
    """The cell again, `offset` places further, with an id of its own as JupyterLab gives it."""
    copy = json.loads(json.dumps(work.cell(grade_id)))
    node = type(work.cell(grade_id))(copy)
    node.metadata = type(work.cell(grade_id).metadata)(copy["metadata"])
    node.metadata.nbgrader = type(node.metadata)(copy["metadata"]["nbgrader"])
    node.id = uuid.uuid4().hex[:8]
    work.cells.insert(work.cells.index(work.cell(grade_id)) + offset, node)
    return node


@submission(says="two_weights|copy|copies|twice|duplicate")
def a05_last_copy_counts(work):
    work.answer("two_weights", "def two_weights(x1, x2, k):\n    raise NotImplementedError()")
    copy_of(work, "two_weights_code", 1).source = RIGHT


@submission(two_weights=0)
def a05_last_copy_wrong(work):
    copy_of(work, "two_weights_code", 1).source = WRONG


@submission()
def a05_test_twice(work):
    copy_of(work, "two_weights", 1)
    copy_of(work, "nudge", 1).source = "check('nudge')"


@submission()
def a05_split(work):
    copy_of(work, "two_weights_code", 0).source = "def times(a, b):\n    return a * b"
    body = "def two_weights(x1, x2, k):\n    return times(k, x1), times(k, x2)"
    work.cells[work.cells.index(work.cell("two_weights_code")) + 1].source = body


@submission(two_weights=0)
def a05_test_as_copy_with_the_score(work):
    work.answer("two_weights", WRONG)
    copy_of(work, "two_weights", 1).source = "1"


def test_05_a_copied_or_split_cell_stops_nobody_and_the_last_copy_counts(graded):
    graded.keep_the_rule(
        a05_last_copy_counts,
        a05_last_copy_wrong,
        a05_test_twice,
        a05_split,
        a05_test_as_copy_with_the_score,
    )


# --- 6, 7, 8 -------------------------------------------------------------------------------------


@submission(two_weights=0)
def a06_not_a_grade(work):
    work.answer("two_weights", WRONG)
    work.cell("two_weights").metadata.nbgrader.grade = False


@submission(two_weights=0)
def a06_also_a_solution(work):
    work.answer("two_weights", WRONG)
    cell = work.cell("two_weights")
    cell.metadata.nbgrader |= {"solution": True, "locked": False}
    cell.source = "1"


@submission(two_weights=0)
def a06_points(work):
    work.answer("two_weights", WRONG)
    work.cell("two_weights").metadata.nbgrader.points = 0
    work.cell("forward").metadata.nbgrader.points = 1000


@submission(two_weights=0)
def a06_source(work):
    work.answer("two_weights", WRONG)
    cell = work.cell("two_weights")
    cell.metadata.nbgrader.locked = False
    cell.source = "1"


@submission(two_weights=0)
def a06_task(work):
    work.answer("two_weights", WRONG)
    cell = work.cell("two_weights")
    cell.metadata.nbgrader |= {"task": True, "grade": False, "schema_version": 99}


@submission(two_weights=0)
def a06_two_names_swapped(work):
    """The wrong answer's test bears the name of a right one's, and the other way round."""
    work.answer("two_weights", WRONG)
    one, other = work.cell("two_weights"), work.cell("forward")
    one.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = "forward", "two_weights"


def test_06_the_metadata_and_the_source_of_a_test_cell_are_restored(graded):
    graded.keep_the_rule(
        a06_not_a_grade,
        a06_also_a_solution,
        a06_points,
        a06_source,
        a06_task,
        a06_two_names_swapped,
    )


@submission()
def a07_one(work):
    del work.cell("two_weights_code").metadata["nbgrader"]


@submission()
def a07_all(work):
    for name in POINTS:
        work.cell(f"{name}_code").metadata = {}


def test_07_nbgrader_metadata_of_a_solution_removed_is_graded_all_the_same(graded):
    graded.keep_the_rule(a07_one, a07_all)


def retype(cell, kind):
    cell.cell_type = kind
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


@submission(two_weights=0)
def a08_test_markdown(work):
    work.answer("two_weights", WRONG)
    retype(work.cell("two_weights"), "markdown")


@submission()
def a08_tests_raw_right(work):
    retype(work.cell("two_weights"), "raw")
    retype(work.cell("nudge"), "markdown")


@submission(two_weights={0, 1})
def a08_solution_raw(work):
    retype(work.cell("two_weights_code"), "raw")


@submission(two_weights=0)
def a08_solution_markdown(work):
    retype(work.cell("two_weights_code"), "markdown")
    work.cell("two_weights_code").metadata.pop("nbgrader")


def test_08_a_retyped_cell_is_restored_where_locked_and_else_not_attempted(graded):
    graded.keep_the_rule(
        a08_test_markdown, a08_tests_raw_right, a08_solution_raw, a08_solution_markdown
    )
    for student in (a08_solution_raw, a08_solution_markdown):
        if graded.scores(student)["two_weights"]:
            continue
        text = graded.sentence(student, "two_weights")
        assert re.search("not attempted|no function", text, re.I), text


# --- 9, 10, 11 -----------------------------------------------------------------------------------


@submission()
def a09_julia(work):
    work.notebook.metadata.kernelspec = {
        "name": "julia-1.11",
        "display_name": "Julia 1.11",
        "language": "julia",
    }


@submission()
def a09_none(work):
    work.notebook.metadata.pop("kernelspec")


@submission()
def a09_garbage(work):
    work.notebook.metadata.kernelspec = {"name": "../../evil; rm -rf", "display_name": "x"}
    work.notebook.metadata.language_info = {"name": "bash", "version": "5"}


def test_09_the_kernel_is_the_one_of_the_source(graded):
    graded.keep_the_rule(a09_julia, a09_none, a09_garbage)
    for student in (a09_julia, a09_none, a09_garbage):
        assert graded.notebook(student).metadata.kernelspec.name == "python3"


FORGED = "forged-output-of-a-student"


def forge(cell, score):
    cell.execution_count = 4711
    cell.outputs = [
        {
            "output_type": "execute_result",
            "execution_count": 4711,
            "metadata": {},
            "data": {"text/plain": score},
        },
        {"output_type": "stream", "name": "stdout", "text": FORGED},
    ]


@submission(two_weights=0)
def a10_forged(work):
    work.answer("two_weights", WRONG)
    for name, points in POINTS.items():
        forge(work.cell(name), str(points))


@submission(**NOTHING)
def a10_forged_untouched(work):
    for name, points in POINTS.items():
        work.answer(name, "raise NotImplementedError()")
        forge(work.cell(name), str(points))
        forge(work.cell(f"{name}_code"), str(points))


def test_10_forged_outputs_and_counts_are_gone(graded):
    graded.keep_the_rule(a10_forged, a10_forged_untouched)
    for student in (a10_forged, a10_forged_untouched):
        assert FORGED not in graded.text(student)
        assert "4711" not in graded.text(student)


@submission()
def a11_same_ids(work):
    for cell in work.cells:
        cell.id = "same"


@submission(**EACH_OR_NOTHING)
def a11_nbformat_3(work):
    cells = []
    for cell in work.cells:
        old = {"cell_type": cell.cell_type, "metadata": dict(cell.metadata)}
        if cell.cell_type == "code":
            old |= {
                "input": cell.source,
                "language": "python",
                "collapsed": False,
                "outputs": [],
                "prompt_number": None,
            }
        else:
            old |= {"source": cell.source}
        cells.append(old)
    sheet = {"cells": cells, "metadata": {}}
    notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    work.raw = json.dumps(notebook).encode()


@submission(**EACH_OR_NOTHING)
def a11_newer_minor(work):
    work.notebook.nbformat_minor = 99
    work.notebook.cells[0]["from_the_future"] = {"a": 1}


@submission(**NOTHING, says="version|nbformat|unreadable|read")
def a11_newer_major(work):
    work.notebook.nbformat = 9


@submission(**EACH_OR_NOTHING)
def a11_odd_fields(work):
    """What no schema allows, and what some programs write."""
    notebook = json.loads(work.text())
    notebook["cells"][0]["source"] = [*notebook["cells"][0]["source"].splitlines(True), 7, None]
    notebook["cells"][1].pop("metadata")
    notebook["cells"][2]["attachments"] = "none"
    notebook["cells"].append({"cell_type": "heading", "level": 1, "source": "x", "metadata": {}})
    notebook["cells"].append(None)
    work.raw = json.dumps(notebook).encode()


def test_11_odd_versions_and_equal_cell_ids_are_upgraded_or_worth_nothing_with_a_reason(graded):
    graded.keep_the_rule(
        a11_same_ids, a11_nbformat_3, a11_newer_minor, a11_newer_major, a11_odd_fields
    )
    for student in (a11_nbformat_3, a11_newer_minor, a11_odd_fields):
        all_or_nothing_with_a_reason(graded, student)


def all_or_nothing_with_a_reason(graded, student):
    scores = graded.scores(student)
    assert scores in (POINTS, NOTHING), f"{student}: {scores}"
    if scores == NOTHING:
        assert graded.instructor_reads(student), f"{student}: 0 without a reason"


# --- 12, 13 --------------------------------------------------------------------------------------

UNREADABLE = {**NOTHING, "says": "read|large|big|size|MB|notebook"}


@submission(**UNREADABLE)
def a12_truncated(work):
    work.raw = work.text().encode()[:20_000]


@submission(**UNREADABLE)
def a12_empty(work):
    work.raw = b""


@submission(**UNREADABLE)
def a12_invalid_utf8(work):
    work.raw = work.text().encode().replace(b"def two_weights", b"# \xff\xfe\xc3( def two_weights")


@submission(**UNREADABLE)
def a12_nul(work):
    work.raw = b"\0" * 50_000


@submission(**UNREADABLE)
def a12_nested(work):
    work.raw = b"[" * 100_000 + b"]" * 100_000


@submission(**UNREADABLE)
def a12_nested_inside(work):
    deep = "[" * 100_000 + "]" * 100_000
    work.raw = work.text().replace('"metadata": {', f'"metadata": {{"x": {deep},', 1).encode()


@submission(**UNREADABLE)
def a12_not_a_notebook(work):
    work.raw = b'{"cells": 7, "metadata": [], "nbformat": "four"}'


@submission(**UNREADABLE)
def a12_number(work):
    work.raw = b"1" * 10_000


@submission(**UNREADABLE)
def a12_200_megabytes(work):
    work.raw = work.text().encode() + b" " * 200_000_000


def test_12_a_file_that_is_no_notebook_is_worth_nothing_and_said_to_be_unreadable(graded):
    students = (
        a12_truncated,
        a12_empty,
        a12_invalid_utf8,
        a12_nul,
        a12_nested,
        a12_nested_inside,
        a12_not_a_notebook,
        a12_number,
        a12_200_megabytes,
    )
    graded.keep_the_rule(*students)
    for student in students:
        if graded.has(student):
            assert graded.text(student), f"{student}: no notebook in autograded/"
            assert len(graded.text(student)) < 5_000_000


@submission(safe=False, **EACH_OR_NOTHING)
def a13_10_000_cells(work):
    for _ in range(5_000):
        work.insert_after("two_weights", "x = 1")
        work.insert_after("two_weights", "so *much* text", kind="markdown")


@submission(**EACH_OR_NOTHING)
def a13_5_megabytes(work):
    work.insert_after("two_weights", f"text = '{'a' * 5_000_000}'")


@submission(**EACH_OR_NOTHING)
def a13_5_megabytes_of_text(work):
    work.insert_after("two_weights", "*a " * 1_700_000, kind="markdown")


def test_13_ten_thousand_cells_and_a_cell_of_5_mb_are_capped(graded):
    students = (a13_10_000_cells, a13_5_megabytes, a13_5_megabytes_of_text)
    graded.keep_the_rule(*students)
    for student in students:
        if graded.has(student) and graded.scores(student) != POINTS:
            assert graded.instructor_reads(student), f"{student}: less than earned without a reason"


# --- 14 ------------------------------------------------------------------------------------------

XSS = "alertMARK"
VECTORS = (ATTACKERS / "scripts.html").read_text(encoding="utf-8")


@submission(two_weights=0)
def a14_html(work):
    links = f"[x](javascript:{XSS}(30)) ![y](javascript:{XSS}(31))"
    formula = f"$$\\href{{javascript:{XSS}(32)}}{{x}}$$ </div></main>"
    for text in (VECTORS, links, formula + VECTORS):
        work.insert_before("two_weights_code", text, kind="markdown")
    raw = work.insert_before("two_weights_code", VECTORS, kind="raw")
    raw.metadata["raw_mimetype"] = "text/html"
    outputs = (ATTACKERS / "scripts_in_outputs.py").read_text(encoding="utf-8")
    work.answer("two_weights", f"vectors = {VECTORS!r}\n{outputs}")
    work.insert_after("two_weights", "raise type(vectors, (Exception,), {})(vectors)")


class Scripts(HTMLParser):
    """What in a page would run, of the things that bear a mark."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.inside = None

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in ("script", "style") else None
        for name, value in attrs:
            value = value or ""
            address = re.sub(r"[\s\x00-\x20]", "", value).lower()
            runs = name.startswith("on") or name == "srcdoc"
            runs = runs or address.startswith(("javascript:", "data:text/html", "vbscript:"))
            runs = runs or (tag == "meta" and "javascript:" in address)
            if runs and XSS.lower() in value.lower():
                self.found.append(f"<{tag} {name}={value[:60]!r}>")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "script" and XSS in data:
            self.found.append(f"<script>{data[:60]}")


def test_14_scripts_and_event_handlers_are_inert_in_the_feedback(graded):
    graded.keep_the_rule(a14_html)
    scripts = Scripts()
    scripts.feed(graded.page(a14_html))
    assert not scripts.found, "\n".join(scripts.found)


# --- 18 ------------------------------------------------------------------------------------------


@submission()
def a18_none(work):
    pass


@submission(says="timestamp|time")
def a18_garbage(work):
    work.file("timestamp.txt", "half past ten, I think")


@submission(says="timestamp|time")
def a18_bytes(work):
    work.file("timestamp.txt", b"\xff\xfe\0\0" * 100)


@submission(says="timestamp|time|future")
def a18_future(work):
    work.file("timestamp.txt", "2199-01-01 00:00:00 UTC")


@submission(says="timestamp|time")
def a18_overflow(work):
    work.file("timestamp.txt", "9" * 5_000)


@submission(says="timestamp|time|future")
def a18_edge(work):
    work.file("timestamp.txt", "9999-12-31 23:59:59 -1200")


@submission()
def a18_right(work):
    work.file("timestamp.txt", "2025-11-20 10:00:00 UTC")


def test_18_a_timestamp_that_is_missing_or_nonsense_is_defined_and_warned_of(graded):
    students = (a18_none, a18_garbage, a18_bytes, a18_future, a18_overflow, a18_edge, a18_right)
    graded.keep_the_rule(*students)
    assert graded.row(a18_right)["timestamp"] == "2025-11-20 10:00:00"
