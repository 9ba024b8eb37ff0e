"""Grades as Canvas and Moodle import them, from a class whose true scores are known."""

import csv
import io
import logging
import re
import subprocess
import sys

import classroom
import pytest
from classroom import EXERCISES, HOSTILE, POINTS, TRUE_SCORES, UNIT

from byhand.grading.exports import CanvasExport, MoodleExport, escaped
from byhand.grading.sandbox import Level, protection_level

pytestmark = [
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
    pytest.mark.xdist_group("class"),
]
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def canvas_roster(students, more=()):
    """What Canvas exports for these students, with a column of the assignment and one that it calculates."""
    rows = [
        [*CANVAS, f"{UNIT} (4711)", "Current Score"],
        ["", "", "", "", "", "Manual Posting", ""],
        ["    Points Possible", "", "", "", "", "16.0", "(read only)"],
    ]
    rows += [[f"Name, {s}", str(100 + i), f"u{i}", s, "A", "", ""] for i, s in enumerate(students)]
    return rows + list(more)


def written(rows, separator=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def export(tmp_path, monkeypatch):
    """Run an exporter on the class: the rows of its file (or its exit status), and the sentences it said."""
    from nbgrader.apps import ExportApp

    def run(exporter, roster, *arguments, student_column=""):
        if roster is not None:
            (tmp_path / "roster.csv").write_bytes(roster)
        monkeypatch.chdir(classroom.graded_course())
        app = ExportApp()
        name = exporter.__name__
        app.initialize(
            [
                f"--exporter={exporter.__module__}.{name}",
                f"--to={tmp_path / 'out.csv'}",
                f"--{name}.roster={tmp_path / 'roster.csv'}",
                f"--{name}.student_column={student_column}",
                *arguments,
            ]
        )
        said = []
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: said.append(record.getMessage())
        app.log.addHandler(handler)
        try:
            app.start()
        except SystemExit as end:
            return end.code, said
        finally:
            app.log.removeHandler(handler)
        content = (tmp_path / "out.csv").read_bytes()
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))), said

    return run


def test_the_executable_writes_for_canvas_what_its_importer_looks_for(tmp_path):
    (tmp_path / "roster.csv").write_bytes(written(canvas_roster(TRUE_SCORES)))
    command = [sys.executable, "-m", "nbgrader", "export", f"--to={tmp_path / 'canvas.csv'}"]
    command += [
        "--exporter=byhand.grading.exports.CanvasExport",
        f"--CanvasExport.roster={tmp_path / 'roster.csv'}",
    ]
    run = subprocess.run(
        command, cwd=classroom.graded_course(), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    content = (tmp_path / "canvas.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    header, possible, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    assert header == [*CANVAS, f"{UNIT} (4711)"]
    assert "Points Possible" in possible[0]
    assert [*map(float, filter(None, possible[1:]))] == [POINTS]
    # by Canvas's own id, which is how it finds a student first
    by_id = {100 + i: score for i, score in enumerate(TRUE_SCORES.values())}
    assert {int(row[1]): float(row[5]) for row in rows} == by_id


def test_moodle_gets_the_score_and_the_sentence_of_each_mistake(export, tmp_path):
    header = ["First name", "Last name", "ID number", "Email address", "Quiz 1 (Real)"]
    rows = [
        ["Ana", "Ünlü", str(i), f"{student}@example.org", "3"]
        for i, student in enumerate(("m1", "right", "kim"))
    ]
    roster = [[*header, "nbgrader"], *([*row, row[3].split("@")[0]] for row in rows)]
    table, said = export(MoodleExport, written(roster, ";"))
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert table[0] == [*header[:4], "nbgrader", UNIT, f"{UNIT} (feedback)"]
    by_mail = {row[3]: row for row in table[1:]}
    for student in ("m1", "right", "kim"):
        assert float(by_mail[f"{student}@example.org"][5]) == TRUE_SCORES[student]
    feedback = by_mail["m1@example.org"][6]
    for exercise, label in classroom.MISTAKES["m1"].items():
        assert EXERCISES[exercise].mistakes[label].sentence in feedback
    assert "expected" not in feedback
    assert by_mail["right@example.org"][6] == ""
    assert len(said) == 1


def test_nobody_is_lost_without_a_sentence(export):
    more = [
        ["Zoe", "1", "", "zoe", "A", "", ""],
        ["Kim", "2", "", "kim", "A", "", ""],
        ["Kim", "2", "", "kim", "A", "", ""],
        ["Lee", "3", "", "lee", "A", "", ""],
        ["Lee", "4", "", "lee", "B", "", ""],
    ]
    others = [s for s in TRUE_SCORES if s not in ("kim", "lee", "max")]
    table, said = export(CanvasExport, written(canvas_roster(others, more)))
    assert {row[3] for row in table[2:]} == {*map(escaped, others), "kim"}
    assert sum(row[3] == "kim" for row in table) == 1
    assert [sentence.split(":")[:2] for sentence in said] == [
        ["kim", " in roster.csv more than once, with the same row"],
        ["lee", " in roster.csv with different rows, and nobody can tell whose the score is"],
        ["max", " in the gradebook, not in roster.csv"],
        ["zoe", " in roster.csv, without anything graded"],
        ["=HYPERLINK(A1)", " an id that a spreadsheet or a terminal would run"],
    ]


def test_43_no_cell_is_a_formula_or_steers_a_terminal_and_numbers_stay_numbers(export):
    names = ["=1+1", "+49 30", "-2+3", "@SUM(A1)", "\tx", "\rx", " =1", "＝1", "\x1b[31m"]
    more = [[name, str(i), "", f"n{i}", "A", "", ""] for i, name in enumerate(names)]
    more += [["Neg", "-7", "", "right", "A", "", ""]]
    ids = [*HOSTILE, "\x1b[31mred", "fdp\u202egnp"]
    course = [[*row[:3], *(ids[i : i + 1] or row[3:4]), *row[4:]] for i, row in enumerate(more)]
    table, said = export(CanvasExport, written(canvas_roster([], course)))
    assert len(table) == 2 + len(HOSTILE) + 1
    for row in table:
        for cell in row:
            assert re.fullmatch(r"-?[\d.]+", cell) or not re.match(r"\s*[=+\-@＝\t\r]", cell), cell
            assert "\x1b" not in cell
            assert "\u202e" not in cell
    assert table[-1][1] == "-7"
    assert any("\\x1b[31mred" in sentence for sentence in said)
    assert not any("\x1b" in sentence or "\u202e" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("cell", "shown"), [("-5", "-5"), ("+1.5", "+1.5"), ("-5+1", "'-5+1"), ("a=b", "a=b")]
)
def test_only_what_begins_like_a_formula_is_escaped(cell, shown):
    assert escaped(cell) == shown


def test_an_id_is_found_however_its_accents_are_typed(export):
    typed = "Jose\u0301 Nu\u0301n\u0303ez, (2)"
    assert typed != HOSTILE[2]
    table, _ = export(CanvasExport, written(canvas_roster([typed])))
    assert table[2][5] == f"{TRUE_SCORES[HOSTILE[2]]:g}"


def test_headings_and_student_column_can_be_set(export):
    roster = canvas_roster(["right", "m1"])
    for row in roster[3:]:
        row[2], row[3] = row[3], row[2]
    table, _ = export(
        CanvasExport,
        written(roster),
        f"--CanvasExport.columns={UNIT}=Chain rule (99)",
        student_column="SIS User ID",
    )
    assert table[0][-1] == "Chain rule (99)"
    assert [row[2] for row in table[2:]] == ["right", "m1"]


@pytest.mark.parametrize(
    ("roster", "sentence"),
    [
        (None, "There is no .*roster.csv: export the students"),
        (b"", "has no rows with columns"),
        (b"Student,ID,Section\n", "has no rows with columns"),
        ("Student,ID,Section\nJosé,1,right".encode("latin-1"), "is not in UTF-8: save it as"),
        (b"Student,ID,Section\nAna,1,A\n", "No column of roster.csv holds an id of the gradebook"),
        (b"Name,Login\nAna,right\n", "is not what Canvas exports: its columns should begin"),
    ],
)
def test_a_roster_that_cannot_be_used_is_one_sentence_and_no_file(
    export, tmp_path, roster, sentence
):
    table, said = export(CanvasExport, roster)
    assert table == 1
    assert len(said) == 1
    assert re.search(sentence, said[0]), said
    assert not (tmp_path / "out.csv").exists()


def test_an_unknown_assignment_or_column_is_one_sentence(export):
    roster = written(canvas_roster(["right"]))
    _, said = export(CanvasExport, roster, "--assignment=9_nothing")
    assert said == [f"The gradebook has no assignment `9_nothing`: there is {UNIT}."]
    _, said = export(CanvasExport, roster, student_column="Login")
    assert len(said) == 1
    assert said[0].startswith("roster.csv has no column `Login`: there is Student, ID")
