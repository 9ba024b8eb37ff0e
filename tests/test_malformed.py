"""Notebooks damaged at random, graded in one class by `nbgrader autograde` with our settings.

Whatever they are, the command ends well, everybody gets a grade and, where not everything could be judged, a reason.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from random import Random

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde

from byhand.exercise import load_exercises
from byhand.grading.preprocessors import log_path
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.simulated_class import simulated_class, write_submission

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)

ROOT = Path(__file__).parent.parent
UNIT, NOTEBOOK = "1_chain_rule", "chain_rule"
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / f"{NOTEBOOK}.py")
POINTS = {name: exercise.points for name, exercise in EXERCISES.items()}
INNOCENTS = ("a-innocent", "z-innocent")
#: shorter than for a real class, so that a thousand accidents end in time
LIMITS = """
c.GradeInSandbox.cell_seconds = 2
c.GradeInSandbox.call_seconds = 1
c.GradeInSandbox.submission_seconds = 10
"""


def test_fifty_malformed_notebooks_are_graded_with_the_class(tmp_path):
    grade_malformed(tmp_path, size=50, seed=1, seconds=400)


@pytest.mark.long
def test_a_thousand_malformed_notebooks_are_graded_with_the_class(tmp_path):
    grade_malformed(tmp_path, size=1000, seed=2, seconds=3600)


def test_each_of_our_steps_is_in_the_settings_once(tmp_path, monkeypatch):
    make_course(tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    app = AutogradeApp()
    app.initialize([UNIT, "--log-level=ERROR"])
    converter = Autograde(coursedir=app.coursedir, parent=app)
    for steps in (converter.sanitize_preprocessors, converter.autograde_preprocessors):
        names = [step if isinstance(step, str) else step.__name__ for step in steps]
        assert len(names) == len(set(names)), names


def grade_malformed(folder, *, size, seed, seconds):
    """Grade so many damaged notebooks and two whole ones; check everything that is promised."""
    course = folder / "course"
    template = make_course(course)
    bases = base_notebooks(course, folder / "bases")
    random = Random(seed)
    earns, damages = {}, {}
    for number in range(size):
        student = f"m{number:04}"
        data, earned = random.choice(bases)
        damaged, names = damage(data, random)
        hand_in(course, student, damaged)
        earns[student], damages[student] = earned, " + ".join(names)
    for student in INNOCENTS:
        hand_in(course, student, bases[0][0])

    status, printed = autograde(course, folder / "tmp", seconds)
    assert status == 0, printed[-3000:]
    graded = read_grades(course)
    wrong = []
    for student, scores in graded.items():
        if student in INNOCENTS:
            if scores != POINTS:
                wrong.append(f"{student} got {scores}")
            continue
        wrong += [
            f"{student} ({damages[student]}): {w}" for w in complaints(scores, earns[student])
        ]
    for student in earns.keys() | set(INNOCENTS):
        if student not in graded:
            wrong.append(f"{student} ({damages.get(student)}) was not graded")
        elif reason := lacks_reason(course, student):
            wrong.append(f"{student} ({damages.get(student)}): {reason}")
    assert not wrong, "\n".join(wrong)
    assert template == notebooks_of_the_course(course), "the instructor's own files are as before"
    assert os.listdir(folder / "tmp") == [], "nothing is left in the folder for temporary files"


def complaints(scores, earned):
    """What is wrong with the grades of one damaged notebook."""
    if scores.keys() != POINTS.keys():
        yield f"has grades for {sorted(scores)}"
    for name, score in scores.items():
        if score is None:
            yield f"{name} has no score"
        elif not 0 <= score <= earned.get(name, 0):
            yield f"{name} got {score:g}, but the answer is worth {earned.get(name, 0):g}"


def lacks_reason(course, student):
    """What is missing in the log of one student: every exercise is judged, or a note says why not."""
    path = log_path(course, UNIT, student, NOTEBOOK)
    if not path.is_file():
        return "there is no log"
    log = json.loads(path.read_text(encoding="utf-8"))
    unjudged = EXERCISES.keys() - log["verdicts"].keys()
    if unjudged and not log["notes"]:
        return f"not judged, and no reason: {sorted(unjudged)}"
    comment = read_comment(course, student)
    missing = [note for note in log["notes"] if note not in comment]
    return f"not in the gradebook's comment: {missing}" if missing else ""


# --- a course ------------------------------------------------------------------------------------


def make_course(course):
    """A course folder with the assignment released; the instructor's own notebooks in it."""
    (course / "source").mkdir(parents=True)
    leave_out = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__")
    shutil.copytree(ROOT / "source" / UNIT, course / "source" / UNIT, ignore=leave_out)
    shutil.copytree(ROOT / "tests" / "hidden", course / "tests" / "hidden", ignore=leave_out)
    settings = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(settings + LIMITS, encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", UNIT]
    subprocess.run(command, cwd=course, check=True, capture_output=True, timeout=120)
    return notebooks_of_the_course(course)


def notebooks_of_the_course(course):
    return {
        str(path): path.read_bytes()
        for folder in ("source", "notebooks")
        for path in sorted((course / folder).rglob("*.ipynb"))
    }


def base_notebooks(course, folder):
    """Whole notebooks, as bytes, with what they truly earn: the first is right, the second was never touched."""
    bases = []
    for student in simulated_class(EXERCISES, 16):
        known = [EXERCISES[n].mistakes.get(a.label) for n, a in student.answers.items()]
        if any(mistake is not None and mistake.slow for mistake in known):
            continue  # takes seconds for each copy
        write_submission(student, course / "notebooks", folder, UNIT)
        data = (folder / student.name / UNIT / f"{NOTEBOOK}.ipynb").read_bytes()
        bases.append((data, {name: answer.earns for name, answer in student.answers.items()}))
    assert bases[0][1] == POINTS
    assert set(bases[1][1].values()) == {0}
    return bases


def hand_in(course, student, data):
    folder = course / "submitted" / student / UNIT
    folder.mkdir(parents=True)
    (folder / f"{NOTEBOOK}.ipynb").write_bytes(data)


def autograde(course, temporary, seconds):
    """Run nbgrader on the whole class; its exit status and what it printed."""
    temporary.mkdir()
    with open(course.parent / "log", "w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", UNIT],
            cwd=course,
            env=os.environ | {"TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            status = f"stuck after {seconds} seconds"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        log.seek(0)
        return status, log.read()


def read_grades(course):
    """The automatic score of each grade cell, by student."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {
                grade.name: None if grade.needs_manual_grade else grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(UNIT)
        }


@cache
def _comments(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: " ".join(
                comment.auto_comment or ""
                for notebook in submission.notebooks
                for comment in notebook.comments
            )
            for submission in gradebook.assignment_submissions(UNIT)
        }


def read_comment(course, student):
    return _comments(course)[student]


# --- damage --------------------------------------------------------------------------------------


def damage(data, random):
    """The notebook with one to three kinds of damage, to its structure first, then to its text."""
    document = json.loads(data)
    names = []
    for _ in range(random.choice((0, 1, 1, 2))):
        change = random.choice(STRUCTURE)
        names.append(change.__name__)
        change(document, random)
        if not isinstance(document.get("cells"), list) or not document["cells"]:
            break
    damaged = json.dumps(document, ensure_ascii=random.random() < 0.5, indent=1)
    damaged = damaged.encode("utf-8", "surrogatepass")
    if not names or random.random() < 0.3:
        change = random.choice(TEXT)
        names.append(change.__name__)
        damaged = change(damaged, random)
    return damaged, names


ODD = (
    None,
    True,
    -1,
    0,
    2**70,
    1e308,
    float("nan"),
    float("-inf"),
    "",
    "\0",
    "\ud800",
    "\u202egrade",
    "../../x",
    "a" * 200,
    [],
    {},
    [None],
    [[]],
    {"": {}},
    ["a", 1, None],
    {"grade": True},
)


def odd(random):
    return json.loads(json.dumps(random.choice(ODD)))


def some_cell(document, random):
    """Some cell that is a dictionary, rather a graded one; an empty one where there is none."""
    cells = [cell for cell in document["cells"] if isinstance(cell, dict)]
    graded = [cell for cell in cells if settings(cell)]
    return random.choice(graded if graded and random.random() < 0.7 else cells or [{}])


def settings(cell):
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def drop_cells(document, random):
    for _ in range(random.choice((1, 1, 5, 40))):
        if document["cells"]:
            document["cells"].pop(random.randrange(len(document["cells"])))


def duplicate_cells(document, random):
    cells = document["cells"]
    for _ in range(random.choice((1, 1, 5))):
        copy = json.loads(json.dumps(random.choice(cells)))
        cells.insert(random.randrange(len(cells) + 1), copy)


def shuffle_cells(document, random):
    random.shuffle(document["cells"])


def move_a_cell(document, random):
    cells = document["cells"]
    cells.insert(random.randrange(len(cells)), cells.pop(random.randrange(len(cells))))


def retype_cells(document, random):
    types = ("markdown", "raw", "code", "heading", "", "Code", None, 7, ["code"])
    for _ in range(random.choice((1, 1, 10))):
        some_cell(document, random)["cell_type"] = random.choice(types)


def cells_that_are_none(document, random):
    cells = document["cells"]
    cells[random.randrange(len(cells))] = odd(random)


def no_list_of_cells(document, random):
    document["cells"] = odd(random)


def wrong_types(document, random):
    """Some values, wherever they are, become something else."""
    for _ in range(random.choice((1, 3, 30))):
        where, key = random.choice(list(places(document)))
        where[key] = odd(random)
        if not isinstance(document.get("cells"), list):
            return


def missing_keys(document, random):
    for _ in range(random.choice((1, 3, 30))):
        dictionaries = [(where, key) for where, key in places(document) if isinstance(where, dict)]
        where, key = random.choice(dictionaries)
        del where[key]
        if "cells" not in document:
            return


def places(value):
    """All places in nested data, as container and key."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def deep_nesting(document, random):
    inner = "deep"
    for _ in range(random.choice((20, 90, 150, 900))):
        inner = [inner] if random.random() < 0.5 else {"x": inner}
    where = random.choice((document, document.get("metadata"), some_cell(document, random)))
    if isinstance(where, dict):
        where[random.choice(("metadata", "deep", "source", "outputs"))] = inner


def huge_strings(document, random):
    cell, text = some_cell(document, random), random.choice(("x", "é", "# \n", "(", "1,", "\\"))
    cell["source"] = text * random.choice((1_000, 100_000, 600_000))


def huge_outputs(document, random):
    text = "y" * random.choice((100_000, 3_000_000))
    output = {"output_type": "stream", "name": "stdout", "text": text}
    some_cell(document, random)["outputs"] = [output] * random.choice((1, 3))


def forged_outputs(document, random):
    """Scores where nbgrader looks for them."""
    for cell in document["cells"]:
        if isinstance(cell, dict):
            score = {"text/plain": random.choice(("100", "nan", "inf", "2", "True"))}
            result = {"output_type": "execute_result", "data": score, "metadata": {}}
            cell["outputs"] = [{**result, "execution_count": 1}]


def odd_metadata(document, random):
    where = random.choice((document, some_cell(document, random)))
    where["metadata"] = random.choice(
        (
            odd(random),
            {"nbgrader": odd(random)},
            {"tags": odd(random)},
            {"kernelspec": odd(random)},
            {"kernelspec": {"name": "no-such-kernel", "display_name": 1, "language": "R"}},
            {"byhand": {"notes": odd(random)}},
            {"nbgrader": {"grade_id": odd(random), "grade": True, "solution": True}},
        )
    )


def changed_settings(document, random):
    """nbgrader's own settings of a cell say something else."""
    for _ in range(random.choice((1, 3))):
        found = settings(some_cell(document, random))
        key = random.choice(
            (
                "points",
                "grade",
                "solution",
                "locked",
                "task",
                "schema_version",
                "checksum",
                "grade_id",
            )
        )
        found[key] = random.choice((odd(random), 1000, -5, 1, 99, False, True, "backprop", "x y"))


def swapped_names(document, random):
    one, other = settings(some_cell(document, random)), settings(some_cell(document, random))
    one["grade_id"], other["grade_id"] = other.get("grade_id"), one.get("grade_id")


def odd_ids(document, random):
    same = random.choice(("same", "", "ä/ö", "x" * 100, None, 3, "a b"))
    for cell in document["cells"]:
        if isinstance(cell, dict) and random.random() < 0.5:
            cell["id"] = same


def odd_version(document, random):
    document["nbformat"] = random.choice((4, 4, 3, 2, 5, 0, -1, "4", None, 4.0, 10**30, [4]))
    document["nbformat_minor"] = random.choice((0, 2, 4, 5, 99, -1, "5", None, 10**30))


def odd_sources(document, random):
    some_cell(document, random)["source"] = random.choice(
        (
            ["a = 1\n", None],
            ["a = 1", "b = 2"],
            {"code": 1},
            7,
            None,
            "\0",
            "def f(:",
            "\ud800 = 1",
            "%%bash\necho 1",
            "!ls",
            "\tx\n  y",
            "exit()",
            "raise SystemExit",
            "import os; os._exit(1)",
            "\u2028\x0c\x1b[31m",
        )
    )


STRUCTURE = (
    drop_cells,
    duplicate_cells,
    shuffle_cells,
    move_a_cell,
    retype_cells,
    cells_that_are_none,
    no_list_of_cells,
    wrong_types,
    missing_keys,
    deep_nesting,
    huge_strings,
    huge_outputs,
    forged_outputs,
    odd_metadata,
    changed_settings,
    swapped_names,
    odd_ids,
    odd_version,
    odd_sources,
)


def truncated(data, random):
    return data[: random.randrange(len(data))]


def nothing_left(_data, random):
    return random.choice((b"", b" \n", b"{}", b"[]", b"null", b"\0" * 100, b"NaN", b'"x"'))


def flipped_bytes(data, random):
    damaged = bytearray(data)
    for _ in range(random.choice((1, 10, 1000))):
        damaged[random.randrange(len(damaged))] = random.randrange(256)
    return bytes(damaged)


def changed_letters(data, random):
    """Still text: characters of the same kinds, elsewhere."""
    damaged = bytearray(data)
    for _ in range(random.choice((1, 10, 100))):
        damaged[random.randrange(len(damaged))] = random.choice(b'abc019{}[]",:\\ \n')
    return bytes(damaged)


def nul_bytes(data, random):
    place = random.randrange(len(data))
    return data[:place] + b"\0" * random.choice((1, 5000)) + data[place:]


def invalid_utf8(data, random):
    place = random.randrange(len(data))
    return data[:place] + random.choice((b"\xff", b"\xc3(", b"\xed\xa0\x80")) + data[place:]


def other_encoding(data, random):
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-32", "utf-8-sig", "cp037")), "replace")


def slice_twice(data, random):
    one, other = sorted(random.randrange(len(data)) for _ in range(2))
    return data[:other] + data[one:other][:200_000] + data[other:]


def slice_gone(data, random):
    one = random.randrange(len(data))
    return data[:one] + data[one + random.choice((1, 30, 3000)) :]


def two_notebooks(data, _random):
    return data + b"\n" + data


def merge_conflict(data, random):
    lines = data.split(b"\n")
    place = random.randrange(len(lines))
    lines[place:place] = [b"<<<<<<< HEAD", *lines[place : place + 3], b"=======", b">>>>>>> mine"]
    return b"\n".join(lines)


def brackets(data, random):
    place = data.find(b'"source"', random.randrange(len(data)))
    return data[:place] + b'"x": ' + b"[" * random.choice((50, 5000, 300_000)) + data[place:]


def other_line_ends(data, random):
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"")))


TEXT = (
    truncated,
    nothing_left,
    flipped_bytes,
    changed_letters,
    nul_bytes,
    invalid_utf8,
    other_encoding,
    slice_twice,
    slice_gone,
    two_notebooks,
    merge_conflict,
    brackets,
    other_line_ends,
)


def test_the_damage_is_the_same_for_the_same_seed_and_every_kind_occurs():
    data = (ROOT / "notebooks" / UNIT / f"{NOTEBOOK}.ipynb").read_bytes()
    one, other = ([damage(data, random) for _ in range(300)] for random in (Random(1), Random(1)))
    assert one == other
    occurring = {name for _, names in one for name in names}
    assert occurring == {change.__name__ for change in (*STRUCTURE, *TEXT)}
