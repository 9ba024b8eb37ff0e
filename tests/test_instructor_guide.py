"""The commands of docs/instructors.md, run as they are printed, by the executables themselves."""

import csv
import os
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from classroom import NOTEBOOK, POINTS, ROOT, UNIT, wrote

from byhand.grading.demo import prepare
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.simulated_class import write_submission

GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
#: what is not run here, because other tests run it: an installation (all of CI), the bundle (test_build.py)
ELSEWHERE = (
    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt -e '.[grading]'",
    ". .venv/bin/activate",
    "byhand build --class handout",
)
#: Canvas's numbers of the students, and what they hand in; the third one hands in nothing
CLASS = {"101": {}, "102": {"backprop": "overwrites"}, "103": None}


def fences(language):
    return [textwrap.dedent(code) for _, kind, code in FENCE.findall(GUIDE) if kind == language]


def commands():
    """All lines of shell before the part about clusters, without their comments."""
    ours = (code for code in fences("sh") if "--scheduler" not in code)
    return [line.split("  #")[0].strip() for code in ours for line in code.splitlines()]


def test_there_are_ten_commands_and_the_copy_of_the_secret():
    steps = [line for line in commands() if not line.startswith((". ", "cp "))]
    assert len(steps) == 10, steps
    assert set(ELSEWHERE) < set(commands())


@pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)
def test_the_commands_lead_from_a_zip_of_canvas_to_true_scores_in_canvas(tmp_path):
    course = tmp_path / "course"
    prepare(ROOT, course, UNIT)
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("".join(code for code in fences("python") if "# Canvas:" in code))
    (course / "students.csv").write_text(
        "id,first_name,last_name,email\n" + "".join(f"{s},Ana,Li,{s}@x.org\n" for s in CLASS)
    )
    with open(course / "roster.csv", "w", encoding="utf-8", newline="") as file:
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{UNIT} (4711)"]
        csv.writer(file).writerows([header, *([f"Li, Ana {s}", s, "", s, "A", ""] for s in CLASS)])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for line in commands():
        if line in ELSEWHERE:
            continue
        if "zip_collect" in line:
            zip_of_canvas(course)
        run = subprocess.run(
            ["sh", "-c", line],
            cwd=course,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, f"{line}\n{run.stdout[-2000:]}{run.stderr[-2000:]}"
    with open(course / "canvas.csv", encoding="utf-8", newline="") as file:
        rows = {row["ID"]: row[f"{UNIT} (4711)"] for row in csv.DictReader(file)}
    true = {s: wrote(s, **labels).score for s, labels in CLASS.items() if labels is not None}
    assert {s: float(score) for s, score in rows.items() if s} == true
    assert float(rows[""]) == POINTS
    page = (course / "reports" / f"{UNIT}.html").read_text(encoding="utf-8")
    assert "1 handed in nothing" in page
    assert (course / "feedback" / "102" / UNIT / f"{NOTEBOOK}.html").is_file()
    assert (tmp_path / "secret").read_bytes() == (course / ".byhand" / "secret").read_bytes()


def zip_of_canvas(course):
    """What Canvas gives for all submissions of an assignment."""
    archive = course / "downloaded" / UNIT / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as file:
        for student, labels in CLASS.items():
            if labels is not None:
                write_submission(
                    wrote(student, **labels), course / "notebooks", course / "work", UNIT
                )
                notebook = course / "work" / student / UNIT / f"{NOTEBOOK}.ipynb"
                late = "LATE_" if student == "102" else ""
                again = "-1" if student == "102" else ""
                file.write(notebook, f"liana_{late}{student}_67890_{NOTEBOOK}{again}.ipynb")


@pytest.mark.parametrize(
    ("platform", "name", "student"),
    [
        ("Canvas", "liana_12345_67890_chain_rule-1.ipynb", "12345"),
        ("Canvas", "liana_LATE_12345_67890_chain_rule.ipynb", "12345"),
        ("Moodle", "Ana Li_123_assignsubmission_file_chain_rule.ipynb", "Ana Li"),
        ("Moodle", "Ana Li_123_assignsubmission_file_/chain_rule.ipynb", "Ana Li"),
    ],
)
def test_the_patterns_of_the_guide_know_student_and_notebook(platform, name, student):
    assert platform == "Moodle" or name in GUIDE or "LATE" in name
    patterns = re.findall(r'r"(\.\*/.*)"', GUIDE)
    pattern = patterns[["Canvas", "Moodle"].index(platform)]
    match = re.match(pattern, f"/course/downloaded/{UNIT}/extracted/submissions/{name}")
    assert (match["student_id"], match["file_id"]) == (student, NOTEBOOK)


def test_the_first_sentence_says_that_solutions_are_public():
    assert GUIDE.splitlines()[2].startswith("**Solutions are public in this repository.**")
