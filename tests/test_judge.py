"""The judge: what is looked at, in which order, and in which words the learner hears of it."""

import itertools
import math
import sys
import time
from collections import OrderedDict, defaultdict, namedtuple
from contextlib import suppress

import numpy as np
import pytest

from byhand.exercise import (
    GRADIENT,
    Exercise,
    Function,
    Keywords,
    alternative,
    invariant,
    mistake,
    snake_case,
    source_as,
)
from byhand.judge import _blamed, _shown, judge
from byhand.plain import identical
from byhand.student import NamespaceStudent
from byhand.verdict import Status


class Gradients(Exercise):
    """dw = Xᵀ(a − y)/m and db, the mean of a − y."""

    points = 4
    tolerance = GRADIENT
    returns = ("dw", "db")
    parts = {"dw": 3, "db": 1}

    def cases(rng):
        for m in (4, 7, 1):
            yield rng.normal(size=(m, 3)), rng.normal(size=(m, 1)), rng.normal(size=(m, 1))

    def reference(X, a, y):
        m = len(X)
        return X.T @ (a - y) / m, float(np.sum(a - y) / m)

    @mistake("The sum over examples is lost.", earns=3)
    def first_example_only(X, a, y):
        return X.T @ (a - y) / len(X), float(a[0, 0] - y[0, 0])


def verdict(function, exercise=Gradients, **namespace):
    return judge(exercise, NamespaceStudent({exercise.name: function} | namespace))


def right(X, a, y):
    return X.T @ (a - y) / len(X), np.mean(a - y)


def test_a_right_answer_gets_all_points():
    v = verdict(right)
    assert (v.status, v.score, v.mark) == (Status.RIGHT, 4, "✓")


@pytest.mark.parametrize(
    "wrap",
    [list, tuple, namedtuple("Slopes", "dw db")._make],
    ids=["list", "tuple", "namedtuple"],
)
def test_containers_are_taken_generously(wrap):
    assert verdict(lambda X, a, y: wrap(right(X, a, y))).right


def test_a_one_by_one_array_is_a_scalar():
    assert verdict(lambda X, a, y: (right(X, a, y)[0], np.mean(a - y, keepdims=True))).right


class Countdown(Exercise):
    """The whole numbers from n down to 0, as an array."""

    points = 1

    def cases(rng):
        yield from (0, 2, int(rng.integers(3, 9)))

    def reference(n):
        return np.arange(n, -1, -1.0)


def test_a_list_is_a_row_also_where_the_row_holds_one_number():
    assert verdict(lambda n: list(range(n, -1, -1)), Countdown).right
    v = verdict(lambda n: list(range(n, 0, -1)), Countdown)
    assert v.status is Status.WRONG
    v = verdict(lambda n: np.arange(n, -1 if n else 0, -1.0), Countdown)
    assert v.sentence == "`countdown` has length 0 where 1 is wanted."


class Layer(Exercise):
    """z and a of a layer."""

    points = 2
    parts = {"z": 1, "a": 1}

    def cases(rng):
        yield rng.normal(size=3)

    def reference(z):
        return {"z": z, "a": np.maximum(z, 0)}

    @mistake("a is missing.", earns=1)
    def without_a(z):
        return {"z": z}

    @mistake("a is negated.", earns=1)
    def negated(z):
        return {"z": z, "a": -np.maximum(z, 0)}


def test_an_answer_that_is_missing_is_told_apart_from_one_that_is_wrong():
    assert verdict(lambda z: {"z": z, "a": -np.maximum(z, 0)}, Layer).mistake == "negated"
    assert verdict(lambda z: {"z": z, "more": 0}, Layer).mistake == "without_a"
    assert verdict(lambda z: {"z": z, "a": 1 + z}, Layer).mistake is None


class BiasSlope(Exercise):
    """1ᵀδ, a row, also for a layer with one node."""

    points = 1

    def cases(rng):
        yield rng.normal(size=(4, 1))

    def reference(delta):
        return delta.sum(axis=0, keepdims=True)


def test_a_one_by_one_array_has_a_shape_like_any_other():
    assert verdict(lambda delta: delta.sum(axis=0, keepdims=True), BiasSlope).right
    v = verdict(lambda delta: delta.sum(axis=0), BiasSlope)
    assert "has shape (1,) where (1, 1) is wanted: keep it two-dimensional" in v.sentence
    assert "returns a single number where" in verdict(lambda delta: delta.sum(), BiasSlope).sentence


class LogOf(Exercise):
    """log z, −inf at 0."""

    points = 1

    def cases(rng):
        yield from (1.0, 0.0, float(rng.uniform(1, 2)))

    def reference(z):
        return float(np.log(z)) if z else -np.inf


def test_a_finite_answer_where_it_must_be_infinite_is_told_so():
    v = verdict(lambda z: np.log(z + 1e-300), LogOf)
    assert v.sentence == "The result of `log_of` is finite where it must be infinite."


def recursive(X):
    return recursive(X)


@pytest.mark.parametrize(
    ("function", "score", "words"),
    [
        (lambda X, a, y: None, 0, "returns None: is the `return` missing"),
        (lambda X, a, y: 3.0, 0, "must return (dw, db), but returns a single number"),
        (lambda X, a, y: (X for _ in "ab"), 0, "must return (dw, db), but returns a generator"),
        (lambda X, a, y: (right(X, a, y)[0].T, right(X, a, y)[1]), 1, "it is transposed"),
        (
            lambda X, a, y: (right(X, a, y)[0].T + 1, right(X, a, y)[1]),
            1,
            "rows and columns are exchanged",
        ),
        (lambda X, a, y: np.add(X, X, out=np.ones(X.shape, int)), 0, "array of whole numbers"),
        (lambda X, a, y: np.sum(X, axis=7), 0, "stops with AxisError in line"),
        (lambda X, a, y: (right(X, a, y)[0].ravel(), right(X, a, y)[1]), 1, "two-dimensional"),
        (lambda X, a, y: (X.T @ (a - y), np.mean(a - y)), 1, "`dw` is exactly m times"),
        (lambda X, a, y: (right(X, a, y)[0] / len(X), np.mean(a - y)), 1, "exactly 1/m of"),
        (lambda X, a, y: (-right(X, a, y)[0], np.mean(a - y)), 1, "`dw` is exactly −1 times"),
        (lambda X, a, y: (2 * right(X, a, y)[0], np.mean(a - y)), 1, "`dw` is exactly 2 times"),
        (lambda X, a, y: (right(X, a, y)[0] / 2, np.mean(a - y)), 1, "`dw` is exactly ½ of"),
        (lambda X, a, y: (right(X, a, y)[0].round(3), np.mean(a - y)), 1, "`dw` is rounded"),
        (lambda X, a, y: (right(X, a, y)[0] + 1, 7.0), 0, "Not right either: `db`."),
        (lambda X, a, y: (right(X, a, y)[0] * np.nan, np.mean(a - y)), 1, "contains nan or inf"),
        (lambda X, a, y: (right(X, a, y)[0], "0.5"), 3, "`db` is a piece of text"),
        (lambda X, a, y: (right(X, a, y)[0], True), 3, "`db` is True where a single number"),
        (lambda X: X, 0, "compare your `def` line"),
        (lambda X, a, y: 1 / 0, 0, "stops with ZeroDivisionError in line"),
        (lambda X, a, y: recursive(X), 0, "calls itself without end"),
        (lambda X, a, y: (1.5, 2.5), 0, "`dw` is a single number where an array is wanted"),
        (lambda X, a, y: sys.exit(), 0, "stops with SystemExit"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(function, score, words):
    v = verdict(function)
    assert words in v.sentence
    assert (v.status, v.score) == (Status.WRONG, score)


def test_a_known_mistake_is_named_and_earns_what_is_right():
    v = verdict(lambda X, a, y: [right(X, a, y)[0], (a - y)[0]])
    assert (v.mistake, v.sentence) == ("first_example_only", "The sum over examples is lost.")
    assert v.score == 3


def test_a_stub_is_not_attempted_rather_than_wrong():
    def stub(X, a, y):
        raise NotImplementedError

    v = verdict(stub)
    assert (v.status, v.score, v.mark) == (Status.NOT_ATTEMPTED, 0, "○")
    assert "Not attempted yet" in v.sentence


def test_a_missing_function_and_a_shadowed_one_are_told_apart():
    missing = judge(Gradients, NamespaceStudent({}))
    assert "There is no function `gradients` yet" in missing.sentence
    shadowed = judge(Gradients, NamespaceStudent({"gradients": (1, 2)}))
    assert "no longer a function but a value (tuple)" in shadowed.sentence


def test_the_sentence_of_a_wrong_answer_never_tells_inputs_or_expected_values():
    def leaks(X, a, y):
        raise ValueError(f"the hidden X is {X}")

    v = verdict(leaks)
    assert "hidden" not in v.sentence
    assert "hidden" in v.details


def test_the_example_shown_is_the_one_the_sentence_is_about():
    """Wrong in every call, but an exception in the last one only: that is where to look."""
    v = verdict(lambda X, a, y: (right(X, a, y)[0] + 1, 1 / (len(X) - 1)))
    assert "stops with ZeroDivisionError" in v.sentence
    assert "ZeroDivisionError" in v.details


class Quick(Exercise):
    """z + 1."""

    points = 1
    time_limit = 0.3

    def cases(rng):
        yield float(rng.normal())
        yield np.array([1.0, 2.0])

    def reference(z):
        return z + 1


def test_an_endless_loop_is_stopped_and_said_so():
    def endless(z):
        while True:
            pass

    begun = time.monotonic()
    v = verdict(endless, Quick)
    assert "was stopped after 0.3 seconds" in v.sentence
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("wait", [lambda: time.sleep(10), lambda: None], ids=["sleeps", "works"])
def test_a_loop_that_swallows_exceptions_is_stopped_too(wait):
    def stubborn(z):
        while True:
            with suppress(Exception):
                wait()

    assert "was stopped after" in verdict(stubborn, Quick).sentence


def test_a_busy_machine_costs_nobody_an_answer():
    """Time in which something else is at work: here, nothing is."""

    def kept_waiting(z):
        time.sleep(1.5 * Quick.time_limit)
        return z + 1

    assert verdict(kept_waiting, Quick).right


def test_an_answer_that_changes_from_call_to_call_is_rejected():
    seen = []

    def remembers(z):
        seen.append(z)
        return z + 1 if len(seen) <= 2 else z + 2

    assert verdict(remembers, Quick).status is Status.WRONG


def test_what_a_function_prints_or_warns_costs_nothing(capsys):
    def noisy(z):
        print("working")
        np.log(np.zeros(1))
        return z + 1

    assert verdict(noisy, Quick).right
    assert capsys.readouterr() == ("", "")


def test_an_answer_that_ignores_its_arguments_is_told_so():
    assert (
        "gives the same answer whatever its arguments are"
        in verdict(lambda z: 4.0, Single).sentence
    )


def test_an_answer_that_remembers_is_told_so():
    seen = []

    def remembers(z):
        seen.append(z)
        return sum(seen) + 1

    assert "gives two answers to the same question" in verdict(remembers, Single).sentence


def test_a_value_that_is_none_inside_is_told_so():
    sentence = verdict(lambda z: z + None, Single).sentence
    assert "a value there is None" in sentence
    assert "or is its `return` inside a loop?" in sentence


def test_a_right_answer_that_empties_its_argument_is_right_and_hears_of_it():
    def answer(edges, scale):
        slopes = Slopes.reference(edges, scale)
        edges.clear()
        return slopes

    v = verdict(answer, Slopes)
    assert v.right
    assert "changes the arguments it is given" in v.sentence
    assert "changes" not in verdict(Slopes.reference, Slopes).sentence


class Single(Exercise):
    """z + 1 for two numbers."""

    points = 1

    def cases(rng):
        yield 1.0
        yield float(rng.normal())

    def reference(z):
        return z + 1


class Layers(Exercise):
    """2x for every array of a list, and the means of all."""

    points = 3
    returns = ("doubled", "means")
    parts = {"doubled": 2, "means": 1}

    def cases(rng):
        yield [np.zeros((2, 3)), np.zeros(2)]
        yield [rng.normal(size=(2, 3)), rng.normal(size=4), rng.normal(size=(1, 2))]

    def reference(xs):
        return [2 * x for x in xs], [float(x.mean()) for x in xs]


@pytest.mark.parametrize(
    ("wrong", "score", "sentence"),
    [
        (lambda xs: ([2 * x for x in xs], 0), 2, "`means` is a single number where an array"),
        (lambda xs: ([x * 4 for x in xs], [x.mean() for x in xs]), 1, "`doubled` [0] is off by"),
        (lambda xs: ([x.T for x in xs], [x.mean() for x in xs]), 1, "`doubled` [0] has shape"),
        (lambda xs: (xs, [2 * x.mean() for x in xs]), 0, "`doubled` [0] is off by"),
        (lambda xs: (xs[:1], [x.mean() for x in xs]), 1, "`doubled` is a list of 1 where a list"),
    ],
)
def test_a_list_inside_an_answer_is_one_part(wrong, score, sentence):
    v = verdict(wrong, Layers)
    assert v.score == score
    assert v.sentence.startswith(sentence)


class Negated(Exercise):
    """−x for every array of a list, in new arrays."""

    points = 2
    parts = {"negated": 1, "arguments": 1}
    keeps_arguments = True

    def cases(rng):
        yield [rng.normal(size=(2, 3)), rng.normal(size=4)]

    def reference(xs):
        return [-x for x in xs]


def test_a_wrong_entry_of_a_returned_list_costs_everything():
    v = verdict(lambda xs: [-xs[0], xs[1]], Negated)
    assert v.score == 0
    assert v.sentence.startswith("The result of `negated` has 1 of 2 entries wrong")
    assert verdict(lambda xs: [np.negative(x, out=x) for x in xs], Negated).score == 1


class Moved(Exercise):
    """x without its mean, in a new array, without a warning."""

    points = 3
    parts = {"result": 2, "arguments": 1}
    returns = ("result",)
    keeps_arguments = True
    warns_not = True

    def cases(rng):
        yield rng.normal(size=5)

    def reference(x):
        return (x - x.mean(),)


def test_a_changed_argument_costs_what_the_exercise_says():
    def in_place(x):
        x -= x.mean()
        return (x,)

    v = verdict(in_place, Moved)
    assert v.score == 2
    assert "changes the arguments it is given" in v.sentence


def test_arguments_that_stay_as_they_are_earn_nothing_by_themselves():
    assert verdict(lambda x: (x + x.mean(),), Moved).score == 0


def test_a_warning_costs_where_the_exercise_is_about_stability():
    def warns(x):
        np.exp(np.array([1e4]))
        return (x - x.mean(),)

    v = verdict(warns, Moved)
    assert "NumPy warns on the way" in v.sentence
    assert v.details.splitlines()[-1] == "  warning:  overflow encountered in exp"


class Base(Exercise):
    """z²."""

    points = 1
    cases = Quick.cases

    def reference(z):
        return z * z


class Built(Exercise):
    """z² + 1, by calling `base`."""

    points = 2
    uses = ("base",)
    cases = Quick.cases

    def reference(z):
        return z * z + 1


def test_a_wrong_earlier_function_does_not_cost_points_twice():
    namespace = {}
    exec("def base(z):\n    return z\ndef built(z):\n    return base(z) + 1", namespace)
    v = judge(Built, NamespaceStudent(namespace), earlier={"base": Base, "built": Built})
    assert v.score == 2
    assert "comes from your `base`." in v.sentence
    assert v.blamed == ("base",)
    assert namespace["base"](3) == 3, "the learner's own function must be back in its place"


def test_an_earlier_function_that_was_not_attempted_does_not_cost_points_either():
    namespace = {}
    code = "def base(z):\n    raise NotImplementedError()\ndef built(z):\n    return base(z) + 1"
    exec(code, namespace)
    assert judge(Built, NamespaceStudent(namespace), earlier={"base": Base}).score == 2
    exec("def built(z):\n    raise NotImplementedError()", namespace)
    untouched = judge(Built, NamespaceStudent(namespace), earlier={"base": Base})
    assert untouched.status is Status.NOT_ATTEMPTED


class Practice(Exercise):
    """z² + 1, for practice."""

    points = 0
    uses = ("base",)
    cases = Quick.cases
    reference = Built.reference

    @mistake("The 1 is lost.")
    def one_lost(z):
        return z * z


def test_an_exercise_without_points_is_right_or_wrong_all_the_same():
    stub = "def practice(z):\n    raise NotImplementedError()"
    found = []
    for code in (
        stub,
        "def practice(z):\n    return z * z",
        "def practice(z):\n    return z * z + 1",
    ):
        namespace = {}
        exec(code, namespace)
        found.append(judge(Practice, NamespaceStudent(namespace)))
    assert [v.status for v in found] == [Status.NOT_ATTEMPTED, Status.WRONG, Status.RIGHT]
    assert [v.score for v in found] == [0, 0, 0]
    assert found[1].sentence == "The 1 is lost."
    assert [v.headline for v in found] == [
        "○ practice · not attempted",
        "✗ practice · not right yet",
        "✓ practice · right",
    ]


def test_an_exercise_without_points_does_not_speak_of_points_where_an_earlier_one_is_wrong():
    namespace = {}
    exec("def base(z):\n    return z\ndef practice(z):\n    return base(z) + 1", namespace)
    v = judge(Practice, NamespaceStudent(namespace), earlier={"base": Base, "practice": Practice})
    assert v.right
    assert v.sentence == "This one is right. What goes wrong comes from your `base`."


def test_the_example_shows_the_rows_of_arrays_below_each_other():
    namespace = {"added": lambda X: X}

    class Added(Exercise):
        """X + 1."""

        points = 1

        def cases(rng):
            yield np.array([[1, 2], [3, 4]])

        def reference(X):
            return X + 1

    assert judge(Added, NamespaceStudent(namespace)).details.splitlines() == [
        "added(np.array([[1, 2], [3, 4]]))",
        "  expected: [[2, 3],",
        "             [4, 5]]",
        "  yours:    [[1, 2],",
        "             [3, 4]]",
    ]


@pytest.mark.parametrize(
    ("names", "value", "shown"),
    [
        (("low", "high"), (1, 2), ["low = 1, high = 2"]),
        (("dw", "db"), (np.eye(2), 3), ["dw = [[1., 0.],", "      [0., 1.]],", "db = 3"]),
        ((), {"a": np.eye(2), "b": 3}, ["{'a': [[1., 0.],", "       [0., 1.]],", " 'b': 3}"]),
    ],
)
def test_named_parts_stand_below_each_other_where_one_has_rows(names, value, shown):
    assert _shown(value, names).splitlines() == shown


class Parts(Exercise):
    """A long array and three sums of it."""

    points = 4
    returns = ("x", "low", "middle", "high")
    parts = dict.fromkeys(returns, 1)

    def cases(rng):
        yield rng.normal(size=28)
        yield rng.normal(size=28)

    def reference(x):
        return x, float(x.min()), float(np.median(x)), float(x.max())


class NamedParts(Exercise):
    """The same as a dictionary."""

    points = 4
    parts = Parts.parts
    cases = Parts.cases

    def reference(x):
        return dict(zip(Parts.returns, Parts.reference(x), strict=True))


class Pieces(Exercise):
    """The same as a list."""

    points = 4
    cases = Parts.cases

    def reference(x):
        return list(Parts.reference(x))


@pytest.mark.parametrize(
    ("exercise", "expected"),
    [
        (Parts, "  expected: high = "),
        (NamedParts, "  expected: {'high': "),
        (Pieces, "  expected: entry 3 = "),
    ],
)
def test_of_an_answer_longer_than_a_line_the_wrong_parts_are_shown(exercise, expected):
    def wrong(x):
        answer = exercise.reference(x)
        answer = answer | {"high": 0.5} if isinstance(answer, dict) else [*answer[:3], 0.5]
        return answer if exercise is not Parts else tuple(answer)

    _call, shown, yours = verdict(wrong, exercise).details.splitlines()
    assert shown.startswith(expected)
    assert yours == expected.replace("expected: ", "yours:    ") + "0.5" + "}" * ("{" in expected)
    assert "…" not in shown


def test_a_part_that_is_wrong_in_other_calls_only_is_said_to_be():
    def wrong(x):
        low, middle, high = x.min() + 1, np.median(x), x.max()
        return x, low, middle + (x[0] == second[0]), high + (x[0] == second[0])

    _first, (second,), *_ = Parts.calls(0)
    sentence = verdict(wrong, Parts).sentence
    assert "Not right either" not in sentence
    assert sentence.endswith(" In other calls: `middle`, `high`.")


class Sums(Exercise):
    """The sum of n numbers x."""

    points = 1

    def cases(rng):
        yield 1.5, 0
        yield 2.5, 3

    def reference(x, n):
        return x * n


def test_the_call_shown_is_not_an_edge_case_if_another_fails_too():
    v = verdict(lambda x, n: [x + n][0 if n else 1], Sums)
    assert v.details.startswith("sums(2.5, 3)")
    assert v.sentence == "The result of `sums` is off by 2."
    v = verdict(lambda x, n: [x * n][0 if n else 1], Sums)
    assert v.details.startswith("sums(1.5, 0)")
    assert "stops with IndexError" in v.sentence


class Both(Exercise):
    """z² + 1, by calling `base`; `quick` might help, too."""

    points = 1
    uses = ("quick", "base")
    cases = Quick.cases

    def reference(z):
        return z * z + 1


def test_only_the_earlier_function_that_is_wrong_is_blamed():
    namespace = {}
    exec("def base(z):\n    return z\ndef both(z):\n    return base(z) + 1", namespace)
    earlier = {"base": Base, "quick": Quick}
    assert judge(Both, NamespaceStudent(namespace), earlier=earlier).blamed == ("base",)


@pytest.mark.parametrize("count", range(1, 12))
def test_who_is_blamed_is_found_in_few_trials(count):
    used = tuple("abcdefghijk"[:count])
    for culprits in itertools.chain(
        itertools.combinations(used, 1), itertools.combinations(used, 2)
    ):
        trials = []

        def is_right_with(names, culprits=culprits, trials=trials):
            trials.append(names)
            return set(names).issuperset(culprits)

        assert _blamed(used, is_right_with) == (culprits if len(culprits) == 1 else used)
        assert len(trials) == len(set(trials)) <= math.ceil(math.log2(count)) + 1
    assert _blamed(used, lambda names: bool(names)) == used[:1]  # each would do: the first


def test_a_missing_earlier_function_does_not_cost_points_either():
    namespace = {}
    exec("def built(z):\n    return base(z) + 1", namespace)
    v = judge(Built, NamespaceStudent(namespace), earlier={"base": Base})
    assert v.score == 2
    assert v.sentence == (
        "This one is right and earns its points. "
        "But there is no function `base` now: run the cell that defines it."
    )
    assert "base" not in namespace


def test_a_wrong_function_is_wrong_also_with_right_earlier_ones():
    namespace = {}
    exec("def base(z):\n    return z\ndef built(z):\n    return base(z) + 2", namespace)
    assert judge(Built, NamespaceStudent(namespace), earlier={"base": Base}).score == 0


@pytest.mark.parametrize("base", ["raise NotImplementedError()", "return z[5]", "return 7 * z"])
def test_a_wrong_function_is_told_its_own_mistake_whatever_earlier_ones_do(base):
    namespace = {}
    exec(f"def base(z):\n    {base}\ndef built(z):\n    return -base(z) - 1", namespace)
    v = judge(Built, NamespaceStudent(namespace), earlier={"base": Base})
    assert (v.status, v.score) == (Status.WRONG, 0)
    assert "exactly −1 times" in v.sentence


class Slopes(Exercise):
    """A number for every node."""

    points = 2

    def cases(rng):
        yield {("a", 1): 2.0}, Keywords(scale=3.0)
        yield {("b", (1, 2)): float(rng.normal())}, Keywords(scale=1.0)

    def reference(edges, scale):
        return {node: slope * scale for edge, slope in edges.items() for node in edge}

    @invariant
    def scales(call, rng):
        """Twice the scale must give twice the slopes."""
        edges = {("a", "b"): 1.5}
        return call(edges, 2.0)["a"] == 2 * call(edges, 1.0)["a"]


@pytest.mark.parametrize("kind", [dict, OrderedDict, lambda d: defaultdict(float, d)])
def test_any_kind_of_dictionary_is_a_dictionary(kind):
    assert verdict(lambda edges, scale: kind(Slopes.reference(edges, scale)), Slopes).right


def test_arguments_are_given_by_name_where_the_case_says_so():
    assert "`def` line" in verdict(lambda edges, factor: {}, Slopes).sentence


def test_a_missing_key_is_named():
    v = verdict(lambda edges, scale: {}, Slopes)
    assert v.sentence == "`a` is missing from the dictionary you return."


def test_wrong_entries_of_a_free_dictionary_are_counted():
    wrong = lambda edges, scale: {k: v + 1 for k, v in Slopes.reference(edges, scale).items()}  # noqa: E731
    assert "has 2 of 2 entries wrong" in verdict(wrong, Slopes).sentence


def test_a_broken_property_is_told_in_its_own_words():
    def capped(edges, scale):
        return Slopes.reference(edges, scale if edges.keys() != {("a", "b")} else 1.0)

    v = verdict(capped, Slopes)
    assert (v.score, v.sentence) == (0, "Twice the scale must give twice the slopes.")
    assert v.mistake == "scales"


@pytest.mark.parametrize(
    "liar",
    [
        type("Same", (), {"__eq__": lambda s, o: True, "__array__": lambda s, *a, **k: np.ones(1)}),
        type("Number", (float,), {"__eq__": lambda s, o: True, "__sub__": lambda s, o: 0.0}),
    ],
)
def test_an_object_that_equals_everything_equals_nothing(liar):
    assert verdict(lambda z: liar(), Quick).status is Status.WRONG


class Lying(np.ndarray):
    def __sub__(self, other):
        return np.zeros(1)

    def __array_function__(self, function, types, args, kwargs):
        return True


def test_a_subclass_of_an_array_is_judged_by_its_numbers():
    assert verdict(lambda z: np.zeros(np.shape(z)).view(Lying), Quick).status is Status.WRONG
    assert verdict(lambda z: np.asarray(z + 1).view(Lying), Quick).right


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (lambda z: np.array([object()]), "an array of objects"),
        (lambda z: 1j, "a complex"),
        (lambda z: np.ma.array([1.0], mask=[True]), "a masked array"),
        (lambda z: lambda: z, "a function"),
        (lambda z: {1, 2}, "a set"),
    ],
)
def test_what_is_not_plain_data_is_named(value, words):
    assert words in verdict(value, Quick).sentence


def test_a_function_argument_travels_as_source_text():
    f = Function(
        """
        def f(x):
            return np.sqrt(x) + inner(x)

        def g(x):
            return f(x)
        """.replace(" + inner(x)", "")
    )
    assert f(4.0) == 2.0
    assert "def f(x):" in repr(f)
    assert Function("lambda x: x + 1").compile()(1) == 2


def test_a_broken_reference_is_the_authors_fault_and_said_so():
    class Broken(Quick):
        """Nothing works."""

        points = 1
        cases = Quick.cases

        def reference(z):
            raise ValueError("oops")

    with pytest.raises(RuntimeError, match="The reference of broken raised ValueError"):
        verdict(lambda z: z, Broken)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"reference": abs, "cases": iter}, "has no `points`"),
        ({"points": 1, "cases": iter}, "has no `reference`"),
        ({"points": 2, "reference": abs, "cases": iter, "parts": {"a": 1}}, "add up to 1"),
        (
            {"points": 1, "reference": abs, "cases": iter, "m": mistake("No.", earns=1)(abs)},
            "must earn at least 0 and less than 1",
        ),
        (
            {"points": 0, "reference": abs, "cases": iter, "m": mistake("No.", earns=1)(abs)},
            "must earn 0, like all",
        ),
        (
            {"points": 1, "reference": abs, "cases": iter, "m": mistake("No.", slow=True)(abs)},
            "there is no `slow_case`",
        ),
        (
            {"points": 1, "reference": abs, "cases": iter, "p": invariant(lambda call, rng: True)},
            "has no docstring",
        ),
    ],
)
def test_an_exercise_that_is_not_whole_is_refused_with_a_sentence(body, words):
    with pytest.raises(TypeError, match=words):
        type("Wrong", (Exercise,), body)


def test_names_are_snake_case():
    assert snake_case("LogLossFromLogits") == "log_loss_from_logits"
    assert snake_case("Nudge") == "nudge"


def test_the_source_of_an_answer_is_what_a_learner_would_have_written():
    class Plus(Quick):
        """z + 1."""

        points = 1
        cases = Quick.cases

        def reference(z):
            return z + 1

        @alternative
        def the_def_in_a_name(z):
            def inner(z):
                return z

            return 1 + inner(z)

    source = source_as(Plus.alternatives["the_def_in_a_name"], "plus")
    assert source.startswith("def plus(z):\n    def inner(z):")
    namespace = {}
    exec(source, namespace)
    assert namespace["plus"](1) == 2


@pytest.mark.parametrize("size", [3, 5_000])
def test_identical_arrays_are_those_with_the_same_shape_type_and_numbers(size):
    x = np.arange(2.0 * size)
    y = x.copy()
    y[-1] += 1e-9
    nan, zero = x.copy(), x.copy()
    nan[1], zero[0] = np.nan, -0.0
    assert identical(x, x.copy())
    assert identical(nan, nan.copy())
    assert identical(x, zero)
    for other in (y, nan, x.reshape(2, size), x.astype(np.float32), x.astype(int), list(x)):
        assert not identical(x, other)
