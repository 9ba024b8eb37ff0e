"""The session layer with the real worker: what cells give back, and what a cell or a call can cost."""

import base64
import contextlib
import dataclasses
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from byhand.exercise import Exercise
from byhand.grading import graded_run, session
from byhand.grading.graded_run import GradedRun
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.session import (
    Limits,
    RemoteStudent,
    SubmissionDied,
    Worker,
    descendants,
    encoded,
    processor_seconds,
    remove_abandoned,
)
from byhand.grading.shell import MOST_SHOWN, MOST_TEXT, Shell
from byhand.judge import judge
from byhand.time_limit import CLOCK

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)
ROOT = Path(__file__).parents[1]
LIMITS = Limits(cell_seconds=20, call_seconds=2, submission_seconds=60)
HASTY = dataclasses.replace(LIMITS, cell_seconds=1)


@pytest.fixture
def submission(worker):
    submission = worker.begin(LIMITS)
    yield submission
    submission.close()


@pytest.fixture
def hasty(worker):
    submission = worker.begin(HASTY, draws=True)  # to load Matplotlib takes longer than a cell may
    yield submission
    submission.close()


# --- cells ---------------------------------------------------------------------------------------


def only(outputs):
    """The one output there is."""
    assert len(outputs) == 1, outputs
    return outputs[0]


def test_what_a_cell_prints_is_a_stream(submission):
    output = only(submission.run("print('hello')"))
    assert output == {"output_type": "stream", "name": "stdout", "text": "hello\n"}
    output = only(submission.run("import sys\nprint('oh', file=sys.stderr)"))
    assert output == {"output_type": "stream", "name": "stderr", "text": "oh\n"}


def test_the_last_expression_is_the_result_and_names_live_on(submission):
    assert submission.run("a = 20") == []
    output = only(submission.run("a + 1\na + 2"))
    assert output["output_type"] == "execute_result"
    assert output["data"] == {"text/plain": "22"}
    assert only(submission.run("_ + 1"))["data"] == {"text/plain": "23"}
    assert submission.run("a;") == []


def test_a_plot_is_a_png(submission):
    outputs = submission.run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    assert base64.b64decode(only(outputs)["data"]["image/png"]).startswith(b"\x89PNG")


def test_an_error_has_a_traceback_and_the_next_cell_runs(submission):
    output = only(submission.run("def f(x):\n    return 1 / x\n\n\nf(0)"))
    assert output["output_type"] == "error"
    assert (output["ename"], output["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "return 1 / x" in "\n".join(output["traceback"])
    assert "\x1b" not in "\n".join(output["traceback"])
    assert only(submission.run("f(1)"))["data"] == {"text/plain": "1.0"}


def test_a_syntax_error_is_an_error_of_this_cell(submission):
    assert only(submission.run("def f(:"))["ename"] == "SyntaxError"


def test_magics_await_and_display_work_as_in_a_notebook(submission):
    assert "Wall time" in only(submission.run("%time x = 1"))["text"]
    awaited = submission.run("import asyncio\nawait asyncio.sleep(0, 'woken')")
    assert only(awaited)["data"] == {"text/plain": "'woken'"}
    shown = only(submission.run("display([1, 2])"))
    assert (shown["output_type"], shown["data"]) == ("display_data", {"text/plain": "[1, 2]"})


OTHER_CELLS = [
    "%time x = 1\ny = 2",
    "x = 1\n%time x",
    "%%time\nx = 1",
    "files = !ls\nfiles",
    "x = 1\nx?",
    "    x = 1\n    y = 2",
    ">>> x = 1\n>>> x",
    "In [1]: x = 1\nIn [2]: x",
    "exit",
    "\nexit\n",
    "def f(:\n    pass",
    'text = """\n%time\n"""',
]


def test_cells_are_read_as_ipython_reads_them():
    shell = Shell(config=Config({"HistoryManager": {"enabled": False}}))
    notebooks = [nbformat.read(path, 4) for path in ROOT.glob("solutions/*/*.ipynb")]
    cells = [c.source for notebook in notebooks for c in notebook.cells if c.cell_type == "code"]
    assert len(cells) > 200
    plain = [source for source in cells + OTHER_CELLS if shell._plain(source) is not None]
    assert len(plain) > 0.9 * len(cells)
    for source in cells + OTHER_CELLS:
        expected = InteractiveShell.transform_cell(shell, source)
        assert shell.transform_cell(source).strip("\n") == expected.strip("\n")
        awaits = InteractiveShell.should_run_async(shell, source, transformed_cell=expected)
        assert shell.should_run_async(source, transformed_cell=expected) == awaits
        if source in plain:
            assert source.strip("\n") == expected.strip("\n")
            assert not awaits


#: cells of which some are Python alone, and what follows from them
TRICKY_CELLS = [
    *("x = 1\nx", "x", "_ + __", "In[1:4], _i, _ii, Out, len(In)", "_ih[-1]", "x;", "x = 3;\nx;"),
    *(
        "1 / 0",
        "def f():\n    return 1 / 0\n\nf()",
        "print(1)\nraise ValueError('no')",
        "exit()",
        "exit",
        "quit\n",
        "x = 1\nexit",
    ),
    *("1 / 0\n7", "import builtins\nhasattr(builtins, 'get_ipython')"),
    *("import sys\nsys.exit(3)", "raise SystemExit", "raise KeyboardInterrupt", "f(", "return 3"),
    *(
        "print(1)\nreturn 3",
        "x = 5\nx is 5",
        "'\\d'",
        "\n\n  x\n",
        "    x = 1\n    x",
        "# nothing",
        "",
    ),
    *(
        " ",
        "%precision 3",
        "x?",
        "!echo 1",
        "ls = 3",
        "ls",
        "ls\n",
        "x = 4\n%precision 2",
        "xmode",
        "xmode = 5",
        "xmode",
    ),
    *("await f()", "import asyncio\nawait asyncio.sleep(0)\n7", "async_ = 3\nasync_", "'await'"),
    *(
        "from __future__ import annotations\ndef g(x: y): pass\ng.__annotations__",
        "def h(x: z): pass",
    ),
    *("'a docstring?'\n__doc__", "x: int = 3\n__annotations__", "x = 1\nglobal x\nx", "None"),
    *(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "display(3)\n4",
        "print('a', end='')\nb = 1",
    ),
    *(
        "import warnings\nwarnings.warn('!')",
        "import warnings\nwarnings.warn('!')",
        "__name__, __file__",
    ),
    *(
        "import inspect\ndef k():\n    return 3\ninspect.getsource(k)",
        "k.__code__.co_filename",
        "k",
    ),
    *(
        "get_ipython().last_execution_succeeded",
        "_exit_code",
    ),
    *("get_ipython().ast_node_interactivity = 'all'", "1\n2", "def p():\n    1\n\np()\n3"),
    *(
        "get_ipython().ast_node_interactivity = 'last_expr'",
        "1\n2",
        "get_ipython().execution_count",
    ),
    *(
        "get_ipython().events.register('post_run_cell', lambda r: print(r.info.raw_cell))",
        "9",
        "9\n8",
    ),
    *(
        "{k for k in globals() if not k.startswith('_')}",
        "sorted(k for k in globals() if k[0] == '_')",
    ),
]


def test_cells_of_python_alone_give_what_ipython_gives(worker, tmp_path):
    """Step by step, in a shell that takes its own way where it can, and in one that never does."""
    shown = {}
    choice = (
        "import os\nif os.path.exists('ipython'):\n    get_ipython()._plain = lambda source: None"
    )
    for way in ("own", "ipython"):
        (tmp_path / way).mkdir()
        (tmp_path / way / way).touch()
        with contextlib.closing(worker.begin(LIMITS, tmp_path / way, draws=True)) as submission:
            shown[way] = [submission.run(source) for source in (choice, *TRICKY_CELLS)][1:]
    for source, own, ipython in zip(TRICKY_CELLS, *shown.values(), strict=True):
        assert own == ipython, source


def test_python_warns_once_of_what_looks_wrong_in_a_cell(submission):
    shown = submission.run("x = 5\nx is 5")
    assert [output.get("name") for output in shown] == ["stderr", None]
    assert shown[0]["text"].count("SyntaxWarning") == 1


def test_what_a_browser_would_execute_stays_out(submission):
    source = "from IPython.display import HTML\ndisplay(HTML('<script>x</script>'))"
    assert only(submission.run(source))["data"].keys() == {"text/plain"}


def test_outputs_are_capped(submission):
    streams = submission.run("import sys\nprint('x' * 10**6)\nprint('y' * 10**6, file=sys.stderr)")
    assert len(streams) == 2
    assert all(MOST_TEXT <= len(stream["text"]) < MOST_TEXT + 100 for stream in streams)
    assert "more characters" in streams[0]["text"]
    result = only(submission.run("class Long:\n    __repr__ = lambda _: 'z' * 10**6\nLong()"))
    assert len(result["data"]["text/plain"]) < MOST_TEXT + 100
    assert len(submission.run("for i in range(100):\n    display(i)")) == MOST_SHOWN
    assert len(only(submission.run("raise ValueError('w' * 10**6)"))["evalue"]) < 10_000


def test_input_is_an_error_at_once(submission):
    begun = time.monotonic()
    prompt, error = submission.run("input('Your name? ')")
    assert (prompt["text"], error["ename"]) == ("Your name? ", "EOFError")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("endless", "seconds"),
    [("while True:\n    pass", 1), ("import time\ntime.sleep(30)", CLOCK)],
    ids=["works", "sleeps"],
)
def test_a_cell_that_takes_too_long_is_stopped_and_the_next_one_runs(hasty, endless, seconds):
    hasty.run("a = 1")
    begun = time.monotonic()
    assert only(hasty.run(endless))["ename"] == "CellTimeout"
    assert time.monotonic() - begun >= seconds - 0.1
    assert processor_seconds(hasty.main.pid) < 2
    assert only(hasty.run("a"))["data"] == {"text/plain": "1"}


def test_only_work_counts_until_the_clock_has_gone_much_further(hasty):
    sleeps = "import time\ntime.sleep(1.5)\n'awake'"
    assert only(hasty.run(sleeps))["data"] == {"text/plain": "'awake'"}


def test_a_figure_that_takes_too_long_to_draw_does_not_cost_the_definitions_beside_it(hasty):
    hasty.run(SLOW_FIGURE)
    assert only(hasty.run("f(1)"))["data"] == {"text/plain": "2"}


SLOW_FIGURE = """\
import time
import matplotlib.pyplot as plt

def f(x):
    return x + 1

figure, axes = plt.subplots()
axes.draw = lambda *_: time.sleep(30)
"""
SWALLOWS_EVERYTHING = """\
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


@pytest.mark.parametrize(("work", "seconds"), [("pass", 2), ("time.sleep(1)", CLOCK + 1)])
def test_a_cell_that_swallows_every_exception_ends_the_submission(hasty, work, seconds):
    begun = time.monotonic()
    with pytest.raises(SubmissionDied, match="did not answer within 1 seconds"):
        hasty.run(f"import time\n{SWALLOWS_EVERYTHING.replace('pass', work, 1)}")
    assert seconds - 0.2 <= time.monotonic() - begun < seconds + 3
    assert processor_seconds(hasty.main.pid) < 3


def test_a_cell_that_ends_the_process_ends_the_submission(submission):
    with pytest.raises(SubmissionDied, match="ended its own process"):
        submission.run("import os\nos._exit(0)")


# --- calls: each one costs itself only -----------------------------------------------------------

FUNCTIONS = f"""\
import os, sys
import numpy as np

def good(x):
    return x + 1

def crashes(x):
    os._exit(3)

def kills(x):
    os.kill(os.getpid(), 9)

def segfaults(x):
    import ctypes
    ctypes.string_at(0)

def loops(x):
    while True:
        pass

def swallows(x):
{"".join(f"    {line}{chr(10)}" for line in SWALLOWS_EVERYTHING.splitlines())}

def exits(x):
    sys.exit(0)

def raises(x):
    raise ValueError(x)

def eats(x):
    return np.ones(3 << 30, dtype=np.uint8).sum()

def recurses(x):
    return recurses(x) + 1

def breaks_others(x):
    global good
    good = None
    np.add = None
    return x
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("crashes", "Crash"),
        ("kills", "Crash"),
        ("segfaults", "Crash"),
        ("loops", None),
        ("swallows", None),
        ("exits", "SystemExit"),
        ("raises", "ValueError"),
        ("eats", "MemoryError"),
        ("recurses", "RecursionError"),
    ],
)
def test_a_call_that_goes_wrong_costs_only_itself(submission, name, told):
    submission.run(FUNCTIONS)
    student, other = submission.exercise(), submission.exercise()
    assert call(student, "good").value == 2
    begun = time.monotonic()
    outcome = call(student, name)
    assert time.monotonic() - begun < 5
    assert not outcome.returned
    assert (outcome.error, outcome.timed_out) == (told, told is None)
    assert student.violation is None
    assert call(other, "good").value == 2


def call(student, name):
    assert student.lacks(name) is None
    (outcome,) = student.calls(name, [(1,)], 1)
    return outcome


def test_what_a_call_changes_does_not_outlive_the_exercise(submission):
    submission.run(FUNCTIONS)
    student, other = submission.exercise(), submission.exercise()
    assert call(student, "breaks_others").value == 1
    assert "NoneType" in student.lacks("good")
    assert call(other, "good").value == 2


def test_all_calls_are_asked_for_at_once_and_end_where_more_would_take_long(submission):
    submission.run("def f(x):\n    while x == 3: pass\n    return x")
    student = submission.exercise()
    assert student.lacks("f") is None
    outcomes = list(student.calls("f", [(x,) for x in range(6)], 0.5))
    assert [outcome.value for outcome in outcomes] == [0, 1, 2, None]
    assert outcomes[-1].timed_out


def test_the_process_that_ran_the_cells_is_gone_before_a_copy_is_asked_anything(submission):
    submission.run(FUNCTIONS)
    student, first = submission.exercise(), submission.main
    call(student, "good")
    assert first.is_gone
    assert not student.process.is_gone


PIPES = """
import os, stat
def is_pipe(descriptor):
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False
def pipes(x):
    return sum(map(is_pipe, range(256)))
"""


@pytest.mark.parametrize("spare", [False, True])
def test_a_copy_has_no_pipe_but_those_over_which_it_is_asked(submission, spare):
    submission.run(PIPES)
    students = [submission.exercise(spare) for _ in range(3)]
    for student in students:
        assert call(student, "pipes").value == 2
        with student.using({}):
            assert call(student, "pipes").value == 2
        student.end()


def test_as_many_exercises_as_one_likes_are_judged_over_few_channels(submission):
    submission.run(FUNCTIONS)
    students = [submission.exercise(spare=True) for _ in range(2 * len(submission.place.channels))]
    for student in students:
        assert call(student, "good").value == 2
        student.end()


RANDOM = """
import random, threading, time
random.seed({seed})
sleeper = threading.Thread(target=time.sleep, args=({seconds},))
sleeper.start()
sleeper.join({wait})
def draw(x):
    return random.random()
def threads(x):
    return threading.active_count()
"""


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_copy_goes_on_where_the_cells_have_stopped(submission, seconds):
    submission.run(RANDOM.format(seed=7, seconds=seconds, wait=0.1 if seconds else None))
    student = submission.exercise()
    assert call(student, "threads").value == 1  # no thread is copied
    if not seconds:
        assert call(student, "draw").value == random.Random(7).random()


def two(x):
    return 2


def three(x):
    return 3


REFERENCES = {2: two, 3: three}


def test_references_stand_in_a_fresh_copy_of_the_process(submission):
    submission.run(
        "def inner(x): return 7\ndef outer(x):\n    global inner, n\n    n = 1\n    return inner(x)"
    )
    student = submission.exercise(spare=True)
    assert call(student, "outer").value == 7
    assert student.lacks("n") is not None
    for factor in (2, 3):
        with student.using({"inner": REFERENCES[factor]}):
            assert "no function" in student.lacks("n")
            assert call(student, "outer").value == factor
    assert call(student, "outer").value == 7


@pytest.mark.parametrize("together", [False, True])
def test_what_is_missing_is_missing_although_a_reference_has_stood_there(submission, together):
    submission.run("def outer(x):\n    return inner(x)")
    if together:
        submission.remember("outer")
        student = submission.together("outer")
    else:
        student = submission.exercise(spare=True)
    assert call(student, "outer").error == "NameError"
    with student.using({"inner": two}):
        assert call(student, "outer").value == 2
    assert "no function `inner`" in student.lacks("inner")


def test_names_that_are_missing_or_values_are_said(submission):
    submission.run("value = 3\ndef function(): pass")
    student = submission.exercise()
    assert student.lacks("function") is None
    assert "no function `absent`" in student.lacks("absent")
    assert "value (int)" in student.lacks("value")


# --- whole submissions ---------------------------------------------------------------------------


class Double(Exercise):
    points = 2
    time_limit = 1

    def reference(x):
        return 2 * x

    def cases(rng):
        yield from (1.0, 2.5)
        yield rng.normal()


class Triple(Exercise):
    points = 3
    time_limit = 1

    def reference(x):
        return 3 * x

    def cases(rng):
        yield from (1.0, 2.5)
        yield rng.normal()


class Quadruple(Exercise):
    points = 4
    time_limit = 1
    uses = ("double",)

    def reference(x):
        return 4 * x

    def cases(rng):
        yield from (1.0, 2.5)
        yield rng.normal()


EXERCISES = {exercise.name: exercise for exercise in (Double, Triple, Quadruple)}
DOUBLE = "def double(x):\n    return 2 * x"
TRIPLE = "def triple(x):\n    return 3 * x"


def graded(worker, *cells, limits=LIMITS, files=None):
    """The run of a notebook with these cells, where `?double` is the test cell of double; and its scores."""
    notebook = v4.new_notebook(cells=[_cell(source) for source in cells])
    run = GradedRun(
        notebook, EXERCISES, worker=worker, limits=limits, files=files, seed=lambda _: 7
    )
    run.grade()
    scores = {}
    for cell in run.cells:
        if cell.source.startswith("?"):
            results = [o for o in cell.outputs if o.output_type == "execute_result"]
            scores[cell.source[1:]] = float(only(results).data["text/plain"])
    return run, scores


def _cell(source):
    cell = v4.new_code_cell(source)
    if source.startswith("?"):
        settings = {"grade_id": source[1:], "grade": True, "solution": False, "locked": True}
        cell.metadata.nbgrader = settings | {"points": EXERCISES[source[1:]].points}
    return cell


def shown(run, number):
    """What the cell of this number shows, as text."""
    return "\n".join(
        str(o.get("text") or o.get("data", {}).get("text/plain") or o.get("ename"))
        for o in run.cells[number].outputs
    )


@pytest.mark.parametrize(
    "source",
    [
        "figures.rectangle()",
        "from byhand import progress\n\nprogress()",
        "from byhand import download_my_work\n\ndownload_my_work()",
    ],
)
def test_what_the_course_only_shows_is_not_run(worker, source):
    run, scores = graded(worker, source, DOUBLE, "?double", "import os\nos.listdir()")
    assert scores == {"double": 2}
    assert "while grading" in shown(run, 0)
    assert shown(run, 3) == "[]"


@pytest.mark.parametrize(
    "source",
    ["figures.rectangle(n)", "figures.rectangle(); print(1)", "print(1)\nfigures.rectangle()"],
)
def test_cells_that_do_more_than_show_are_run(worker, source):
    run, _ = graded(worker, source)
    assert "while grading" not in shown(run, 0)


def test_right_answers_earn_all_points_and_wrong_ones_none(worker):
    run, scores = graded(worker, DOUBLE, "?double", "def triple(x):\n    return x", "?triple")
    assert scores == {"double": 2, "triple": 0}
    assert run.notes == []


@pytest.mark.parametrize(
    ("answer", "processes"),
    [
        (TRIPLE, 1),
        ("def triple(x):\n    return x", 1),
        ("def triple(x):\n    raise NotImplementedError()", 1),
        ("", 1),
        ("factors = [3]\ndef triple(x):\n    return factors[0] * x", 1),
        ("factors = [4]\ndef triple(x):\n    return factors[0] * x", 2),
        ("def triple(x):\n    while True: pass", 2),
        ("def triple(x):\n    raise MemoryError()", 2),
    ],
)
def test_answers_are_judged_apart_only_where_something_else_may_have_made_them_wrong(
    worker, answer, processes
):
    graded(worker)  # the next submission's process is there already
    before = worker.count
    run, scores = graded(worker, DOUBLE, "?double", answer, "?triple")
    assert worker.count - before == processes
    assert run.seconds.keys() == {"double", "triple"}
    assert scores["double"] == 2


@pytest.mark.parametrize(
    ("later", "earned"),
    [
        ("def double(x):\n    return 2 * x", 0),
        ("factors = [2]", 0),
        ("del double", 0),
        ("factors[0] = 2", 2),  # the one thing that counts although it comes late: docs/trust.md
    ],
)
def test_what_a_later_cell_mends_comes_too_late(worker, later, earned):
    first = "factors = [3]\n\ndef double(x):\n    return factors[0] * x"
    _, scores = graded(worker, first, "?double", later, TRIPLE, "?triple")
    assert scores == {"double": earned, "triple": 3}


@pytest.mark.parametrize(
    "later",
    [
        "def double(x):\n    return x",
        "double = 2",
        "del double",
        "def twice(x):\n    return x",
        "factor = 3",
        "factors.append(1)",
        "factors[0] = 3",
        "import numpy as np\nnp.multiply = np.add",
        "globals().clear()",
        "1 / 0",
    ],
)
def test_what_later_cells_do_costs_no_answer_its_points(worker, later):
    first = """\
import numpy as np

factor, factors = 2, [2]

def twice(x):
    return factor * x

def double(x):
    assert len(factors) == 1 and factors[0] == 2
    return float(np.multiply(twice(x), 1))
"""
    _, scores = graded(worker, first, "?double", later, TRIPLE, "?triple")
    assert scores == {"double": 2, "triple": 3}


@pytest.mark.parametrize(
    "does",
    [
        "globals()['factor'] = 7",
        "factors.append(7)",
        "del factors[:]",
        "import builtins; builtins.float = int",
        "import gc; [f.clear() for f in gc.get_objects() if type(f) is list and f == [3]]",
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.fork()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import threading; threading.Thread(target=lambda: 1).start()",
        "import time; time.sleep(0.25)",
        "import sys; sys.stdout = None",
        "get_ipython().recall('nothing')",
        "get_ipython()._remembered.clear()",
    ],
)
def test_what_a_call_does_costs_no_other_exercise_its_points(worker, does):
    first = f"factor, factors = 3, [3]\n\ndef double(x):\n    {does}\n    return 2 * x"
    third = "def triple(x):\n    return float(factor * x) + 0 * factors[0]"
    for cells in (first, third, "?double", "?triple"), (first, third, "?triple", "?double"):
        _, scores = graded(worker, *cells)
        assert scores["triple"] == 3


def test_nobody_is_blamed_for_processes_that_others_have_left_running():
    leaves = "import os, time\nfor _ in range({}):\n    if os.fork() == 0:\n        time.sleep(60)"
    own = Worker()
    try:
        for _ in range(4):
            run, scores = graded(own, leaves.format(12), DOUBLE, "?double")
            assert scores == {"double": 2}
            assert run.notes == []
        run, scores = graded(own, leaves.format(17), DOUBLE, "?double")
        assert run.notes == ["cell 1 started too many processes and was ended"]
    finally:
        own.close()


def test_answers_that_nobody_wants_any_more_are_not_taken_for_others(submission):
    submission.run("def f(x):\n    return x\n\ndef g(x):\n    return -x")
    submission.remember("f")
    student = submission.together("f")
    cases = [(x,) for x in range(50)]
    with contextlib.closing(student.calls("f", cases, 5)) as outcomes:
        assert next(outcomes).value == 0
    assert [outcome.value for outcome in student.calls("g", cases, 5)] == [-x for x in range(50)]
    assert student.violation is None


def test_who_answers_the_same_as_somebody_who_was_right_is_right_without_a_comparison(
    worker, monkeypatch
):
    compared = []

    def noting(exercise, *rest, **named):
        compared.append(exercise.name)
        return judge(exercise, *rest, **named)

    monkeypatch.setattr(graded_run, "judge", noting)
    monkeypatch.setattr(graded_run, "RIGHT", {})
    other = "def double(x):\n    y = x\n    return x + y"
    changes = "import warnings\ndef double(x):\n    warnings.warn('!')\n    return 2 * x"
    wrong, late = (
        "def double(x):\n    return 3 * x",
        "def double(x):\n    return 2 * x if x < 2 else 0",
    )
    for answer, score, times in [
        (DOUBLE, 2, 1),
        (other, 2, 0),
        (DOUBLE, 2, 0),
        (changes, 2, 1),
        (wrong, 0, 1),
        (wrong, 0, 1),
        (late, 0, 1),
        ("", 0, 1),
        (DOUBLE, 2, 0),
    ]:
        compared.clear()
        run, scores = graded(worker, answer, "?double")
        assert scores == {"double": score}
        assert len(compared) == times
        assert run.verdicts["double"].right == (score == 2)


def test_a_call_that_ends_the_process_is_known_where_it_is_judged_apart(submission):
    submission.run("import os\n\ndef f(x):\n    x == 3 and os._exit(0)\n    return x")
    student = submission.exercise()
    assert student.lacks("f") is None
    outcomes = list(student.calls("f", [(x,) for x in range(6)], 0.5))
    assert [outcome.value for outcome in outcomes[:-1]] == [0, 1, 2]
    assert outcomes[-1].error == "Crash"


@pytest.mark.parametrize("together", [False, True])
def test_after_an_answer_that_ends_the_calls_the_process_can_be_asked_again(submission, together):
    submission.run("def f(x):\n    if x: raise NotImplementedError()")
    submission.remember("f")
    student = submission.together("f") if together else submission.exercise()
    for _ in range(2):
        assert student.lacks("f") is None
        outcomes = list(student.calls("f", [(x,) for x in range(6)], 5))
        assert [outcome.error for outcome in outcomes] == [None, "NotImplementedError"]


@pytest.mark.parametrize(
    ("does", "apart"),
    [
        ("return 3 * x", []),
        ("x + 1", []),
        ("x + len(__import__('os').listdir())", ["triple"]),
        ("__import__('os')._exit(0)", ["double", "triple"]),
        ("__import__('os').fork() or __import__('time').sleep(60)", ["double", "triple"]),
    ],
)
def test_nothing_counts_where_more_has_happened_than_calls(worker, monkeypatch, does, apart):
    judged = []

    def noting(self, student, exercise):
        judged.append(exercise.name)
        return judge_apart(self, student, exercise)

    judge_apart = GradedRun._judge
    monkeypatch.setattr(GradedRun, "_judge", noting)
    graded(worker, DOUBLE, "?double", f"def triple(x):\n    {does}", "?triple")
    assert [*dict.fromkeys(judged)] == apart


def test_a_process_that_answers_no_more_is_not_asked_again(worker, monkeypatch):
    asked = []

    def noting(self, name):
        asked.append(name)
        return judge_together(self, name)

    judge_together = session.Submission.together
    monkeypatch.setattr(session.Submission, "together", noting)
    stops = "import os\n\ndef double(x):\n    os.kill(os.getpid(), 19)"
    _, scores = graded(worker, stops, "?double", TRIPLE, "?triple")
    assert scores == {"double": 0, "triple": 3}
    assert asked == ["double"]


def test_an_answer_that_needs_most_of_its_time_is_right(worker):
    slow = "import time\n\ndef double(x):\n    time.sleep(0.5)\n    return 2 * x"
    run, scores = graded(worker, slow, "?double", TRIPLE, "?triple")
    assert scores == {"double": 2, "triple": 3}
    assert run.notes == []


def test_an_exercise_that_is_right_when_judged_alone_is_right(worker):
    reads = """\
def triple(x):
    import os
    assert not os.path.exists("seen")
    return 3 * x
"""
    writes = "def double(x):\n    open('seen', 'w').close()\n    return 2 * x"
    _, scores = graded(worker, writes, "?double", reads, "?triple")
    assert scores == {"double": 2, "triple": 3}


def test_no_process_has_the_pipes_of_another_submission():
    own = Worker()
    counts = (
        "import os, stat\nfor i in range(3, 99):\n    try:\n        print(os.fstat(i).st_mode)\n"
    )
    counts += "    except OSError:\n        pass"
    try:
        first, second = own.begin(LIMITS), own.begin(LIMITS)
        modes = map(int, only(second.run(counts))["text"].split())
        assert sum(map(stat.S_ISFIFO, modes)) == 2 * len(second.place.channels)
        second.close()
        first.close()
    finally:
        own.close()


def test_pipes_serve_the_next_submission_and_nothing_is_left_in_them():
    own = Worker()
    try:
        first = own.begin(LIMITS)
        first.run(WRITE_EVERYWHERE)
        first.run("write_everywhere(lambda N: b'left behind')")
    except SubmissionDied:
        pass
    try:
        pipes = first.place.channels
        first.close()
        second = own.begin(LIMITS)
        assert second.place.channels is pipes
        assert only(second.run("1 + 1"))["data"] == {"text/plain": "2"}
        second.close()
        own.close()
        third = own.begin(LIMITS)
        assert third.place.channels is not pipes
        third.close()
    finally:
        own.close()
    assert all(channel.asking.closed for channel in pipes)


@pytest.mark.parametrize(
    "source",
    ["import os\nos._exit(0)", "import os\nos.abort()", "1 / 0", SWALLOWS_EVERYTHING, "exit()"],
)
def test_a_cell_that_ends_badly_costs_only_itself(worker, source):
    cells = DOUBLE, "?double", source, TRIPLE, "?triple", "triple(5)"
    run, scores = graded(worker, *cells, limits=HASTY)
    assert scores == {"double": 2, "triple": 3}
    assert shown(run, 5) == "15"


def test_the_cell_that_ended_the_process_says_so_and_the_instructor_reads_it(worker):
    run, _ = graded(worker, "import os\nos._exit(0)", DOUBLE, "?double")
    assert shown(run, 0) == "CellEnded"
    assert run.notes == ["cell 1 ended its own process"]


@pytest.mark.parametrize(
    "body",
    [
        "import os\n    os._exit(0)",
        "while True: pass",
        "raise SystemExit",
        "return double(x)",
        "import numpy as np\n    return np.ones(3 << 30, dtype=np.uint8)",
        SWALLOWS_EVERYTHING.replace("\n", "\n    "),
    ],
)
def test_a_function_that_ends_badly_costs_only_its_exercise(worker, body):
    cells = f"def double(x):\n    {body}", "?double", TRIPLE, "?triple"
    _, scores = graded(worker, *cells)
    assert scores == {"double": 0, "triple": 3}


def test_a_function_that_kills_every_process_it_can_costs_only_its_exercise(worker):
    kills = "def double(x):\n    import os\n    os.kill(-1, 9)"
    _, scores = graded(worker, kills, "?double", TRIPLE, "?triple")
    assert scores == {"double": 0, "triple": 3}
    assert graded(worker, DOUBLE, "?double")[1] == {"double": 2}


def test_files_that_a_function_has_written_do_not_count_for_the_next_exercise(worker):
    writes = """\
def double(x):
    import os, time
    for i in range(4):
        with open(str(i), "wb") as file:
            file.write(bytes(40_000_000))
    time.sleep(0.9)
"""
    slow = "def triple(x):\n    import time\n    time.sleep(0.5)\n    return 3 * x"
    run, scores = graded(worker, writes, "?double", slow, "?triple")
    assert scores == {"double": 0, "triple": 3}
    assert run.notes == ["double: the process wrote too many or too large files and was ended"]


def test_a_process_that_is_killed_late_is_not_taken_for_one_that_ended_itself(worker, monkeypatch):
    # as on a busy machine, where the signal has been sent and the process is not gone yet
    monkeypatch.setattr(RemoteStudent, "is_lost", False)
    kills = "def double(x):\n    import os\n    os.kill(-1, 9)\n    return 2 * x"
    slow = "def quadruple(x):\n    import time\n    time.sleep(0.2)\n    return 4 * x"
    _, scores = graded(worker, slow, "?quadruple", kills, "?double", TRIPLE, "?triple")
    assert scores == {"quadruple": 4, "double": 2, "triple": 3}


FORGERIES = {
    "noise": "b'\\xff' * 64",
    "an answer": "frame({'id': N, 'answer': ['v', 2.0]})",
    "the first answer, as if it were all": "answers(N, [{'value': 2 * X}], True)",
    "the first answer, and more than were asked for": "answers(N, [{'value': 2 * X}] * 99, True)",
    "answers without end": "answers(N, [], False) * 200",
    "what is no outcome": "frame({'id': N, 'answer': {'outcomes': [b'', 1], 'last': True}})",
    "a score": "frame({'id': N, 'score': 2, 'points': 2})",
    "the end": "frame({'id': 'ended', 'status': 0})",
    "a huge length": "b'\\xff\\xff\\xff\\x7f'",
}
forgeries = pytest.mark.parametrize(
    "forgery",
    [pytest.param(source, id=name) for name, source in FORGERIES.items()],
)
WRITE_EVERYWHERE = """\
import os, struct
from byhand.grading import wire
X = 1.0

def frame(value):
    data = wire.encode(value)
    return struct.pack('>I', len(data)) + data

def answers(N, outcomes, last):
    return frame({'id': N, 'answer': {'outcomes': [*map(wire.encode, outcomes)], 'last': last}})

def write_everywhere(make):
    for descriptor in range(3, 64):
        for N in range(1, 40):
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, make(N))
            except OSError:
                break
"""


@forgeries
def test_frames_forged_in_a_call_earn_nothing_and_cost_nobody_else(worker, forgery):
    wrong = f"def double(x):\n    global X\n    X = x\n    write_everywhere(lambda N: {forgery})\n    return None"
    cells = WRITE_EVERYWHERE, wrong, "?double", TRIPLE, "?triple"
    _, scores = graded(worker, *cells)
    assert scores == {"double": 0, "triple": 3}
    assert graded(worker, DOUBLE, "?double")[1] == {"double": 2}


@forgeries
def test_frames_forged_in_a_cell_earn_nothing_and_cost_nobody_else(worker, forgery):
    forging = f"{WRITE_EVERYWHERE}\nwrite_everywhere(lambda N: {forgery})"
    run, scores = graded(worker, DOUBLE, "?double", forging, "?quadruple", TRIPLE, "?triple")
    assert scores["double"] == 2
    assert scores["quadruple"] == 0
    assert scores["triple"] in (0, 3)  # the forger's own
    assert any("protocol" in note for note in run.notes)
    assert graded(worker, DOUBLE, "?double")[1] == {"double": 2}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    "forgery",
    [
        "answers(N, [{'value': 1.0}], True)",
        "answers(N, [{'value': 1.0}] * 4, True)",
        "answers(N, [{'value': 1.0}] * 4, False)",
        "answers(N, [], False) + answers(N, [{'value': 1.0}] * 3, True)",
        "answers(N, [{'values': 1.0}], True)",
        "frame({'id': N, 'answer': {'outcomes': [b''], 'last': True}})",
        "frame({'id': N, 'answer': {'outcomes': [1], 'last': True}})",
        "frame({'id': N, 'answer': {'outcomes': [], 'last': 1}})",
        "frame({'id': N, 'answer': {'outcomes': ()}})",
        "frame({'id': N, 'answer': []})",
    ],
)
def test_answers_count_only_if_there_are_as_many_as_questions(submission, forgery, together):
    forges = f"def f(x):\n    write_everywhere(lambda N: {forgery} if N == number else b'')"
    submission.run(WRITE_EVERYWHERE)
    submission.run(forges)
    submission.run(f"number = {2 + 3 * together}")
    submission.remember("f")
    student = submission.together("f") if together else submission.exercise()
    assert student.lacks("f") is None
    outcomes = list(student.calls("f", [(1,), (2,), (3,)], 5))
    assert [outcome.error for outcome in outcomes if not outcome.returned] == ["UnreadableAnswer"]
    assert "protocol" in student.violation


def test_references_stand_in_for_earlier_exercises_and_then_are_gone(worker):
    wrong = "def double(x):\n    return 7.0"
    quadruple = "def quadruple(x):\n    return double(double(x))"
    cells = wrong, "?double", quadruple, "?quadruple", "double(1)", "double.__code__.co_consts"
    run, scores = graded(worker, *cells)
    assert scores == {"double": 0, "quadruple": 4}
    assert run.verdicts["quadruple"].blamed == ("double",)
    assert shown(run, 4) == "7.0"
    assert "7.0" in shown(run, 5)


def test_files_handed_in_are_there_links_and_notebooks_are_not(worker, tmp_path):
    (tmp_path / "data.txt").write_text("41")
    (tmp_path / "other.ipynb").write_text("{}")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    source = "import os\nprint(sorted(os.listdir()), open('data.txt').read())"
    run, _ = graded(worker, source, files=tmp_path)
    assert shown(run, 0) == "['data.txt'] 41\n"


def test_one_submission_sees_nothing_of_the_one_before(worker):
    leaves = """\
import os, builtins, numpy as np
secret = builtins.secret = np.secret = 1
np.pi = 3
os.environ['SECRET'] = '1'
for place in ('.', os.path.expanduser('~'), os.environ['TMPDIR'], '/tmp', '/dev/shm', '..'):
    try:
        open(os.path.join(place, 'secret.txt'), 'w').write('1')
    except OSError:
        pass
print(os.path.exists('secret.txt'))
"""
    looks = """\
import os, builtins, numpy as np
print('secret' in globals(), hasattr(builtins, 'secret'), hasattr(np, 'secret'), np.pi == 3)
print('SECRET' in os.environ)
for place in ('.', os.path.expanduser('~'), os.environ['TMPDIR'], '/tmp', '/dev/shm', '..'):
    print(os.path.exists(os.path.join(place, 'secret.txt')), end=' ')
"""
    first, _ = graded(worker, leaves)
    assert shown(first, 0) == "True\n"
    second, _ = graded(worker, looks)
    assert set(shown(second, 0).split()) == {"False"}


LEAVES_PROCESSES = """\
import os, signal, time
for i in range(3):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
"""


def test_nothing_a_cell_has_started_runs_after_it_and_no_file_is_left(worker):
    submission = worker.begin(LIMITS)
    submission.run("open('file.txt', 'w').write('x')")
    assert (submission.place.folder / "file.txt").exists()
    submission.run(LEAVES_PROCESSES)
    assert descendants(worker.process.pid) == [submission.main.pid]
    submission.close()
    assert worker.process is None or descendants(worker.process.pid) == []
    assert not submission.place.path.exists()


MANY = """\
import os, time
for i in range(500):
    try:
        if os.fork() == 0:
            time.sleep(1000)
    except OSError:
        pass
"""


def test_a_cell_that_starts_very_many_processes_costs_its_submission_and_no_other(worker):
    submission = worker.begin(LIMITS)
    with pytest.raises(SubmissionDied, match="too many processes"):
        submission.run(MANY)
    submission.close()
    for _ in range(3):
        following = worker.begin(LIMITS)
        following.run("def f(x):\n    return 3")
        assert call(following.exercise(), "f").value == 3
        following.close()


def test_what_a_call_leaves_running_is_gone_with_the_submission(worker):
    forks = f"def double(x):\n    {LEAVES_PROCESSES.replace(chr(10), chr(10) + '    ')}\n    return 2 * x"
    assert worker.level  # starts the worker, if the test before wore it out
    pid = worker.process.pid
    graded(worker, forks, "?double")
    if worker.process is not None and worker.process.pid == pid:
        assert len(descendants(pid)) <= 1, "the process that waits for the next submission"
        assert os.listdir(worker.scratch / "work") == [str(worker.count)], "of that process, too"
    else:
        assert descendants(pid) == []


def test_a_submission_that_fills_the_disk_is_ended(worker):
    fills = "for i in range(3000):\n    open(f'{i}', 'w').close()\nimport time\ntime.sleep(8)"
    run, scores = graded(worker, fills, DOUBLE, "?double")
    assert scores == {"double": 2}
    assert "too many or too large files" in run.notes[0]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("while time.process_time() - begun < 0.9:\n    pass", 1.5),
        ("time.sleep(0.9)", 1.5 / CLOCK),
    ],
    ids=["works", "sleeps"],
)
def test_a_submission_uses_up_its_time_and_keeps_what_it_earned(worker, cell, seconds):
    limits = dataclasses.replace(LIMITS, submission_seconds=seconds)
    cell = f"import time\nbegun = time.process_time()\n{cell}"
    run, scores = graded(worker, DOUBLE, "?double", cell, cell, TRIPLE, "?triple", limits=limits)
    assert scores == {"double": 2, "triple": 0}
    assert f"used up its {seconds:g} seconds" in run.notes[0]


def test_a_submission_that_only_waits_keeps_its_time(worker):
    limits = dataclasses.replace(LIMITS, submission_seconds=1.5)
    sleeps = "import time\ntime.sleep(0.9)"
    cells = DOUBLE, "?double", sleeps, sleeps, TRIPLE, "?triple"
    assert graded(worker, *cells, limits=limits)[1] == {"double": 2, "triple": 3}


def test_the_worker_is_started_anew_after_its_own_death():
    own = Worker()
    try:
        assert graded(own, DOUBLE, "?double")[1] == {"double": 2}
        first = own.process.pid
        os.kill(first, signal.SIGKILL)
        while not own.is_gone:
            time.sleep(0.01)
        assert graded(own, DOUBLE, "?double")[1] == {"double": 2}
        assert own.process.pid != first
    finally:
        own.close()


@pytest.mark.parametrize("cell", ["", "1 / 0"])
def test_nobody_is_blamed_for_a_worker_that_is_being_killed(monkeypatch, cell):
    # its child may be dead already while it still looks alive
    monkeypatch.setattr(Worker, "is_gone", False)
    kills = Worker._submission

    def begun(self, place):
        submission = kills(self, place)
        if not killed:
            killed.append(os.kill(self.process.pid, signal.SIGKILL))
            assert session._readable(submission.main.descriptor, time.monotonic() + 5)
        return submission

    killed: list[None] = []
    monkeypatch.setattr(Worker, "_submission", begun)
    own = Worker()
    try:
        run, scores = graded(own, cell, DOUBLE, "?double")
        assert scores == {"double": 2}
        assert run.notes == []
    finally:
        own.close()


def test_the_process_that_waits_for_the_next_submission_gets_its_files_or_is_replaced(tmp_path):
    (tmp_path / "data.txt").write_text("7")
    own = Worker()
    try:
        first = own.begin(LIMITS, None)
        first.close()
        own.get_ready(first.place.wanted)
        waiting = descendants(own.process.pid)
        following = own.begin(LIMITS, tmp_path)
        assert [following.main.pid] == descendants(own.process.pid)
        assert waiting in ([], [following.main.pid])  # it may not have been there yet
        assert only(following.run("open('data.txt').read()"))["data"] == {"text/plain": "'7'"}
        following.close()

        own.get_ready(following.place.wanted)
        other = own.begin(LIMITS, None, draws=True)
        assert descendants(own.process.pid) == [other.main.pid]
        assert {*os.listdir(own.scratch / "work")} == {"pipes", other.place.path.name}
        other.close()

        own.get_ready(other.place.wanted)
        os.kill(own.process.pid, signal.SIGKILL)
        assert graded(own, DOUBLE, "?double")[1] == {"double": 2}
    finally:
        own.close()
    assert own.scratch is None


def test_a_started_worker_and_its_sandbox_may_use_every_processor(worker):
    assert worker.level
    threads = [int(thread) for thread in os.listdir("/proc/self/task")]
    everywhere = os.sched_getaffinity(0)
    assert all(os.sched_getaffinity(p) == everywhere for p in (worker.process.pid, *threads))


def test_drawing_needs_no_announcement_but_is_prepared_for_where_it_is_likely(worker):
    loaded = "import sys\n'matplotlib' in sys.modules"
    for draws in (False, True):
        own = Worker()
        submission = own.begin(LIMITS, draws=draws)
        assert only(submission.run(loaded))["data"] == {"text/plain": str(draws)}
        [output] = submission.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
        assert "image/png" in output["data"]
        submission.close()
        own.close()


@pytest.mark.parametrize("memory", ["", "memory"])
def test_what_a_killed_supervisor_leaves_is_removed_by_the_next_and_nothing_else(
    tmp_path, monkeypatch, memory
):
    own = Worker()
    code = "import sys, time\nfrom pathlib import Path\nfrom byhand.grading import session\n"
    if memory:
        monkeypatch.delenv("TMPDIR", raising=False)
        monkeypatch.setattr(session, "MEMORY_DISK", tmp_path)
        code += "session.MEMORY_DISK = Path(sys.argv[1])\n"
    else:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own.start()
    code += "w = session.Worker()\nw.start()\nprint(w.scratch, flush=True)\ntime.sleep(100)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        abandoned = Path(other.stdout.readline().strip())
        foreign = tmp_path / "jupyter-foreign"
        foreign.mkdir()
        (foreign / "owner").write_text("pid:[1] 1 1")
        remove_abandoned()
        assert abandoned.is_dir()
        other.kill()
    assert {own.scratch, abandoned, foreign} == set(tmp_path.iterdir())
    remove_abandoned()
    assert {own.scratch, foreign} == set(tmp_path.iterdir())
    own.close()


@pytest.mark.parametrize("why", ["no such disk", "little room", "TMPDIR"])
def test_workers_have_their_folders_in_memory_only_where_that_is_meant_for_it(
    tmp_path, monkeypatch, why
):
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    memory = tmp_path / "memory"
    monkeypatch.setattr(session, "MEMORY_DISK", memory)
    if why != "no such disk":
        memory.mkdir()
        own = Worker()
        own.start()
        assert own.scratch.parent == memory
        own.close()
    if why == "little room":
        monkeypatch.setattr(session, "MOST_BYTES", 1 << 60)
    if why == "TMPDIR":
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = Worker()
    own.start()
    assert own.scratch.parent == tmp_path
    own.close()


def test_a_worker_killed_while_it_starts_is_started_once_more():
    own = Worker()
    try:
        own.start()
        os.kill(own.process.pid, signal.SIGKILL)
        assert graded(own, DOUBLE, "?double")[1] == {"double": 2}
    finally:
        own.close()


@pytest.mark.parametrize("slow", ["cell", "call"])
def test_a_worker_killed_at_work_costs_nobody_anything(slow):
    own = Worker()
    waits = "import time\ntime.sleep(1)"
    cells = (
        [waits, DOUBLE]
        if slow == "cell"
        else [DOUBLE.replace("return", "import time; time.sleep(0.1); return")]
    )
    assert own.level
    killer = threading.Timer(0.5, os.kill, (own.process.pid, signal.SIGKILL))
    killer.start()
    try:
        run, scores = graded(own, *cells, "?double")
    finally:
        killer.join()
        own.close()
    assert scores == {"double": 2}
    assert run.notes == []


def test_a_worker_killed_as_an_exercise_is_looked_at_leaves_no_note(monkeypatch):
    own, lacks, killed = Worker(), RemoteStudent.lacks, []

    def kill_first(student, name):
        if not killed:
            killed.append(own.process.pid)
            os.kill(own.process.pid, signal.SIGKILL)
            while not own.is_gone or not student.submission.processes[-1].is_gone:
                time.sleep(0.01)
        return lacks(student, name)

    monkeypatch.setattr(RemoteStudent, "lacks", kill_first)
    assert own.level
    try:
        run, scores = graded(own, DOUBLE, "?double")
    finally:
        own.close()
    assert killed
    assert scores == {"double": 2}
    assert run.notes == []


def test_no_copy_outlives_the_worker_whoever_kills_it():
    own = Worker()
    submission = own.begin(LIMITS)
    submission.run(f"{FUNCTIONS}\ndef waits(x):\n    while True: pass")
    asleep, awake = submission.exercise(), submission.exercise()
    assert call(awake, "good").value == 2
    request = {"op": "calls", "name": "waits", "cases": encoded([(1,)]), "seconds": 60, "every": 0}
    awake.process.send(request, 5)
    copies = submission.processes[1:]
    assert len(copies) == 2
    assert not any(copy.is_gone for copy in copies)
    try:
        os.kill(own.process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while not all(copy.is_gone for copy in copies):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert asleep.is_lost
    finally:
        submission.close()
        own.close()


def test_closing_the_worker_leaves_no_process_and_no_file():
    own = Worker()
    graded(own, DOUBLE, "?double")
    pid, scratch = own.process.pid, own.scratch
    own.close()
    assert not os.path.exists(f"/proc/{pid}")
    assert not scratch.exists()
