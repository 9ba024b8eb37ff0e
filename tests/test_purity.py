"""Which functions are known to answer the same at another time: asked in the real worker."""

from pathlib import Path

import pytest

from byhand.exercise import load_exercises, source_as
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.session import Limits

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)
ROOT = Path(__file__).parents[1]
MODULES = sorted(path.stem for path in ROOT.glob("tests/hidden/*.py"))
FIRST = """\
import functools, itertools, math, os, random, sys, time
from math import exp
from operator import mul as times

import numpy as np
from numpy.linalg import norm

RATE, SIZES, WORD = 0.5, (2, (3, 1)), "relu"
half = np.float64(0.5)
weights, steps, table = np.ones(3), [], {}
ones, T = np.ones(2), np.ones((2, 2))

def sigmoid(z):
    return 1 / (1 + np.exp(-z))
"""
PURE = """\
return x
return RATE * x + len(WORD) + SIZES[1][0] * half
return sigmoid(x) * np.tanh(x) + math.pi * exp(0)
return sum(sigmoid(v) for v in [x]) + max(map(abs, [x]))
return functools.reduce(times, [x, norm([x])])
return f(x - 1) if x > 9 else x
return (lambda v: v + 1)(x)
return not_defined_anywhere
return np.vectorize(lambda v: v)(x).mean(axis=0)
raise NotImplementedError()
with np.errstate(over="ignore"): return np.log(x)
kept = {}; kept[x] = 1; return list(kept.items())
class Node: pass
return np.ones(3).T @ np.ones(3)
return np.random.default_rng(7).normal(size=x)
return list(itertools.accumulate([x, x]))
""".splitlines()
IMPURE = """\
return weights * x
steps.append(x); return len(steps)
return table.setdefault(x, x)
return random.random()
return np.random.rand()
return np.empty(3)
return time.time()
return os.path.exists("x")
return open("x").read()
return globals()["x"]
return eval("weights")
global RATE; RATE = x
f.calls = x
import os; return x
return __import__("os").getpid()
return getattr(np, "random").rand()
return counts(x)
return x.reads if x is None else through(x)
return cached(x)
return remembers(x)
return closure(x)
return Layer(x)
return id(x)
return sys.getrecursionlimit()
return np.linalg.linalg.np.random.rand()
return [weights for _ in x]
return ones @ np.ones(2)
class Node: ones = ones
return random.random() + np.random.default_rng().random()
return (lambda: weights)()
""".splitlines()
OTHERS = """\
def counts(x):
    return x
counts.calls = 0

@functools.lru_cache
def cached(x):
    return x

def reads(x):
    return weights

def through(x):
    return reads(x)

def remembers(x, memo={}):
    return x

def make():
    n = 0
    def closure(x):
        nonlocal n
        n += 1
        return n
    return closure

closure = make()

class Layer:
    def __init__(self, x):
        self.x = x
"""


@pytest.fixture
def stands(worker):
    """Whether a function is known to answer the same, once these cells have run."""
    submission = worker.begin(Limits())

    def stands(*cells, name="f"):
        for cell in cells:
            assert [o for o in submission.run(cell) if o["output_type"] == "error"] == []
        submission.remember(name)
        return submission.together(name).stands(name)

    yield stands
    submission.close()


def f(body):
    return f"def f(x):\n    {body}"


@pytest.mark.parametrize("body", PURE)
def test_who_reads_constants_and_such_functions_only_is_pure(stands, body):
    assert stands(FIRST, f(body))


@pytest.mark.parametrize("body", IMPURE)
def test_who_sees_anything_that_may_change_is_not(stands, body):
    assert not stands(FIRST, OTHERS, f(body))


@pytest.mark.parametrize(
    "source",
    [
        "f = [1]",
        "f = functools.partial(sigmoid, 1)",
        "def f(x, start=[]): return x",
        "def f(x, *, start=weights): return x",
        "from byhand.judge import judge as f",
        "class f: pass",
    ],
)
def test_what_is_not_a_plain_function_of_the_notebook_is_not(stands, source):
    assert not stands(FIRST, source)


@pytest.mark.parametrize("source", ["", "f = 3", "f = np.tanh", "f = lambda x, n=(1, 2): n"])
def test_what_is_missing_or_a_constant_or_numpys_own_is(stands, source):
    assert stands(FIRST, source)


@pytest.mark.parametrize(
    "changed",
    [
        "np.dot = np.add",
        "del np.dot",
        "np.rate = 3",
        "math.pi = 3",
        "import builtins; builtins.sum = max",
        "np.linalg.norm = np.dot",
        "np.seterr(all='raise');",
        "np.set_printoptions(precision=2)",
        "sys.setrecursionlimit(90)",
        "sys.settrace(lambda *_: None)",
        "import threading; threading.Thread(target=time.sleep, args=(9,)).start()",
    ],
)
def test_nothing_is_where_python_or_numpy_is_not_what_it_was(stands, changed):
    assert not stands(FIRST, f("return x"), changed)


@pytest.mark.parametrize(
    "loads", ["np.fft", "np.random.rand()", "np.ma", "print(1)", "1 + 1", "x = y = 1"]
)
def test_modules_that_have_been_loaded_since_do_not_matter(stands, loads):
    assert stands(FIRST, f("return x"), loads)


@pytest.mark.parametrize("module", MODULES)
def test_nearly_all_known_mistakes_are(worker, module):
    """Else the class would be graded more slowly, and nobody would know why."""
    exercises = load_exercises(ROOT / "tests" / "hidden" / f"{module}.py")
    references = [source_as(e.reference, name) for name, e in exercises.items()]
    mistakes = [
        (source_as(mistake, name), name)
        for name, exercise in exercises.items()
        for mistake in exercise.mistakes.values()
    ]
    submission = worker.begin(Limits())
    submission.run("import numpy as np")
    for reference in references:
        submission.run(reference)
    found = []
    for number, (source, name) in enumerate(mistakes):
        submission.run(source)
        submission.remember(f"{number}")
        student = submission.together(f"{number}")
        found.append(student.stands(name))
        submission.run(references[list(exercises).index(name)])
    submission.close()
    assert sum(found) > 0.9 * len(found), [
        s for s, ok in zip(mistakes, found, strict=True) if not ok
    ]
