"""Unit 3's references against judges that know nothing of them.

scikit-learn, SciPy and decimal arithmetic know the values, HIPS autograd differentiates by itself, central differences
measure, and scikit-learn finds the optimum that training has to reach.
"""

import warnings
from decimal import Decimal, localcontext
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import scipy.special
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss as sklearn_log_loss

from byhand.exercise import Keywords, load_exercises, source_as
from byhand.judge import judge
from byhand.plain import identical, plain
from byhand.student import NamespaceStudent

EXERCISES = load_exercises(Path(__file__).parent / "hidden" / "log_loss.py")
SEEDS = range(3)


def calls(name):
    return [args for seed in SEEDS for args in EXERCISES[name].calls(seed)]


def reference(name):
    return EXERCISES[name].reference


def column(*numbers):
    return np.array(numbers, dtype=float).reshape(-1, 1)


def measured(f, at, h=1e-5):
    """The slopes of f with respect to every entry of `at`, by central differences."""
    at = np.array(at, dtype=float)
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = h
        slopes[place] = (f(at + step) - f(at - step)) / (2 * h)
    return slopes


@pytest.fixture
def no_warnings():
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        yield


def test_the_points_of_the_exercises():
    points = [exercise.points for exercise in EXERCISES.values()]
    assert dict(zip(EXERCISES, points, strict=True)) == {
        "collapse": 2,
        "sigmoid": 2,
        "sigmoid_slope": 1,
        "predict": 1,
        "log_loss": 2,
        "log_loss_from_logits": 2,
        "slopes_one": 3,
        "gradients": 3,
        "train": 2,
        "curvature": 1,
    }


# --- forward ------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", calls("collapse"))
def test_the_collapsed_layer_does_what_the_two_layers_did(args):
    W1, b1, W2, b2 = args
    W, b = reference("collapse")(*args)
    assert W.shape == (W1.shape[0], W2.shape[1])
    assert b.shape == b2.shape
    X = np.random.default_rng(0).normal(size=(7, len(W1)))
    for x, row in zip(X, X @ W + b, strict=True):
        hidden = [sum(x[i] * W1[i, j] for i in range(len(x))) + b1[0, j] for j in range(len(W2))]
        out = [np.dot(hidden, W2[:, k]) + b2[0, k] for k in range(W2.shape[1])]
        assert np.allclose(row, out, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("z", [args[0] for args in calls("sigmoid")])
def test_sigmoid_is_expit(z, no_warnings):
    found = reference("sigmoid")(z)
    assert np.shape(found) == np.shape(z)
    expected = scipy.special.expit(np.asarray(z, dtype=float))
    assert np.allclose(found, expected, rtol=1e-14, atol=0)


def test_sigmoid_has_all_its_digits(no_warnings):
    with localcontext() as context:
        context.prec = 60
        for z in [-700, -699.5, -500.125, -100, -40, -36.5, -20, -1, 0, 0.5, 3, 20, 36.5, 40, 700]:
            exact = float(1 / (1 + (-Decimal(z)).exp()))
            assert np.isclose(reference("sigmoid")(z), exact, rtol=1e-14, atol=0)


@pytest.mark.parametrize("kind", [int, float, np.float64, np.array])
def test_sigmoid_far_from_zero_warns_of_nothing_and_keeps_a_number_a_number(kind, no_warnings):
    sigmoid = reference("sigmoid")
    assert sigmoid(kind(-1000)) == 0
    assert sigmoid(kind(1000)) == 1
    assert np.ndim(sigmoid(kind(1000))) == 0
    assert np.array_equal(sigmoid(np.array([[-1000, 0, 1000]])), [[0, 0.5, 1]])


@pytest.mark.parametrize("z", [args[0] for args in calls("sigmoid_slope")])
def test_sigmoid_slope_agrees_with_scipy_autograd_and_central_differences(z):
    found, z = reference("sigmoid_slope")(z), np.asarray(z, dtype=float)
    assert np.shape(found) == z.shape
    assert np.allclose(found, scipy.special.expit(z) * scipy.special.expit(-z), rtol=1e-12, atol=0)
    slope = autograd.elementwise_grad(lambda z: 1 / (1 + anp.exp(-z)))(z)
    assert np.allclose(found, slope, rtol=1e-9)
    h = 1e-5
    quotient = (scipy.special.expit(z + h) - scipy.special.expit(z - h)) / (2 * h)
    assert np.allclose(found, quotient, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("args", calls("predict"))
def test_predict_is_expit_of_the_scores(args):
    X, w, b = args
    found = reference("predict")(*args)
    assert found.shape == (len(X), 1)
    scores = [sum(x * v for x, v in zip(row, w[:, 0], strict=True)) + b for row in X]
    assert np.allclose(found[:, 0], scipy.special.expit(scores), rtol=1e-12)


# --- the cost -----------------------------------------------------------------------------------


def random_predictions():
    rng = np.random.default_rng(3)
    for m in (1, 2, 5, 50):
        yield rng.uniform(size=(m, 1)), rng.integers(0, 2, size=(m, 1))
    for exponent in (-1, -3, -6, -9, -12):
        tiny = 10.0**exponent
        yield column(tiny, 1 - tiny, tiny, 1 - tiny), column(0, 0, 1, 1)
    yield column(0, 1), column(0, 1)
    yield column(0.5, 0.5, 0.5), column(1, 1, 1)


@pytest.mark.parametrize(("a", "y"), [*calls("log_loss"), *random_predictions()])
def test_log_loss_agrees_with_scikit_learn(a, y, no_warnings):
    found = reference("log_loss")(a, y)
    assert type(found) is float
    expected = sklearn_log_loss(y.ravel().astype(int), a.ravel(), labels=[0, 1])
    assert np.isclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("a", "y"), [(0.0, 1), (1.0, 0), (0, 1), (1, 0)])
def test_wrong_with_certainty_costs_much_but_not_everything(a, y, no_warnings):
    cost = reference("log_loss")(np.array([[a]]), np.array([[y]]))
    assert 25 < cost < 40
    # scikit-learn keeps away from the end by another width, so only the size is the same
    assert 25 < sklearn_log_loss([y], [float(a)], labels=[0, 1]) < 40


def random_scores():
    rng = np.random.default_rng(4)
    for spread in (1, 30, 300):
        yield rng.normal(size=(20, 1)) * spread, rng.integers(0, 2, size=(20, 1))


@pytest.mark.parametrize(("z", "y"), [*calls("log_loss_from_logits"), *random_scores()])
def test_log_loss_from_logits_agrees_with_scipy(z, y, no_warnings):
    found = reference("log_loss_from_logits")(z, y)
    assert type(found) is float
    z = np.asarray(z, dtype=float)
    log_of_what_the_label_got = scipy.special.log_expit(np.where(y == 1, z, -z))
    assert np.isclose(found, -np.mean(log_of_what_the_label_got), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("size", [700, 800, 1000])
def test_log_loss_from_logits_is_exact_far_from_zero(size, no_warnings):
    cost = reference("log_loss_from_logits")
    assert cost(column(size), column(0)) == cost(column(-size), column(1)) == size
    assert cost(column(size), column(1)) < 1e-300
    assert cost(column(-size), column(0)) < 1e-300


def test_the_two_costs_are_the_same_where_both_can_see():
    z, y = np.linspace(-20, 20, 41).reshape(-1, 1), column(*np.arange(41) % 3 == 0)
    from_a = reference("log_loss")(scipy.special.expit(z), y)
    assert np.isclose(from_a, reference("log_loss_from_logits")(z, y), rtol=1e-9)


# --- slopes -------------------------------------------------------------------------------------


def loss_of(a, y):
    return -(y * anp.log(a) + (1 - y) * anp.log(1 - a))


def activation(z):
    return 1 / (1 + anp.exp(-z))


@pytest.mark.parametrize("args", calls("slopes_one"))
def test_slopes_of_one_example_agree_with_autograd_and_central_differences(args):
    x, w, b, y = np.array(args[0], float), np.array(args[1], float), float(args[2]), float(args[3])
    z = float(x @ w + b)
    a = float(activation(z))
    links = {
        "dL/da": (lambda a: loss_of(a, y), a),
        "da/dz": (activation, z),
        "dz/dw": (lambda w: anp.dot(x, w) + b, w),
        "dz/db": (lambda b: anp.dot(x, w) + b, b),
        "dL/dw": (lambda w: loss_of(activation(anp.dot(x, w) + b), y), w),
        "dL/db": (lambda b: loss_of(activation(anp.dot(x, w) + b), y), b),
    }
    found = reference("slopes_one")(*args)
    assert found.keys() == links.keys()
    for name, (link, at) in links.items():
        assert np.shape(found[name]) == np.shape(at), name
        assert np.allclose(found[name], autograd.grad(link)(at), rtol=1e-9, atol=1e-12), name
        assert np.allclose(found[name], measured(link, at), rtol=1e-6, atol=1e-8), name


def cost_of(w, b, X, y):
    return anp.mean(loss_of(activation(anp.dot(X, w) + b), y))


@pytest.mark.parametrize("args", calls("gradients"))
def test_gradients_agree_with_autograd_and_central_differences(args):
    X, y, w, b = (np.array(arg, dtype=float) for arg in args)
    dw, db = reference("gradients")(*args)
    assert dw.shape == w.shape
    assert type(db) is float
    by_w, by_b = autograd.grad(cost_of, 0)(w, b, X, y), autograd.grad(cost_of, 1)(w, b, X, y)
    assert np.allclose(dw, by_w, rtol=1e-9, atol=1e-12)
    assert np.allclose(db, by_b, rtol=1e-9, atol=1e-12)
    assert np.allclose(dw, measured(lambda w: cost_of(w, b, X, y), w), rtol=1e-6, atol=1e-8)
    assert np.allclose(db, measured(lambda b: cost_of(w, b, X, y), b), rtol=1e-6, atol=1e-8)


# --- training -----------------------------------------------------------------------------------


@pytest.mark.parametrize("args", calls("train"))
def test_training_takes_the_steps_that_autograd_would_take(args):
    X, y, learning_rate, steps = args
    theta, costs = np.zeros(X.shape[1] + 1), []

    def cost(theta):
        return cost_of(theta[:-1].reshape(-1, 1), theta[-1], X, y)

    for _ in range(steps):
        costs.append(cost(theta))
        theta = theta - learning_rate * autograd.grad(cost)(theta)
    w, b, found = reference("train")(*args)
    assert np.isclose(found[0], np.log(2), rtol=1e-15)
    assert np.allclose(found, costs, rtol=1e-10)
    assert np.allclose(w[:, 0], theta[:-1], rtol=1e-10, atol=1e-13)
    assert np.isclose(b, theta[-1], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("seed", range(3))
def test_training_reaches_the_optimum_that_scikit_learn_finds_without_penalty(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 2))
    y = (rng.uniform(size=(60, 1)) < scipy.special.expit(X @ column(1, -0.5) + 0.3)).astype(int)
    best = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(X, y.ravel())
    assert np.abs(best.coef_).max() < 3, "not separable: the optimum is at a finite place"
    w, b, costs = reference("train")(X, y, 2.0, 800)
    assert np.allclose(w[:, 0], best.coef_[0], rtol=1e-5, atol=1e-5)
    assert np.isclose(b, best.intercept_[0], rtol=1e-5, atol=1e-5)
    assert np.isclose(costs[-1], sklearn_log_loss(y.ravel(), best.predict_proba(X)), rtol=1e-9)


# --- curvature ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # of a straight line
@pytest.mark.parametrize("args", calls("curvature"))
def test_curvature_is_the_second_slope_of_autograd_up_to_its_own_error(args):
    f, z, *rest = args
    h = (rest[0]["h"] if isinstance(rest[0], Keywords) else rest[0]) if rest else 1e-3
    autograd_f = eval(f.source, {"np": anp})
    second = autograd.grad(autograd.grad(autograd_f))
    found = reference("curvature")(f, z, h)
    # (f(z + h) − 2 f(z) + f(z − h))/h² = ∫ f″(z + t) (h − |t|)/h² dt over [−h, h]
    t = (np.arange(400) + 0.5) / 400 * 2 * h - h
    mean = sum(second(float(z + u)) * (h - abs(u)) / h**2 for u in t) * 2 * h / 400
    assert np.isclose(found, mean, rtol=1e-4, atol=1e-6)
    if h == 1e-3:
        assert np.isclose(found, second(float(z)), rtol=1e-5, atol=1e-5)


# --- known answers are whole by themselves ------------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_known_answers_need_nothing_but_numpy_and_the_exercises_they_use(name):
    """As a learner would have written them in a notebook: also what a simulated class hands in."""
    exercise = EXERCISES[name]
    given = {}
    exec("import numpy as np", given)
    for used in exercise.uses:
        exec(source_as(EXERCISES[used].reference, used), given)
    for known in [*exercise.alternatives.values(), *exercise.mistakes.values()]:
        namespace = dict(given)
        exec(source_as(known, name), namespace)
        verdict = judge(exercise, NamespaceStudent(namespace), seed=1, earlier=EXERCISES)
        assert verdict.score == getattr(known, "earns", exercise.points), known.name
        assert verdict.sentence == getattr(known, "sentence", verdict.sentence), known.name


def test_references_that_stand_in_need_no_other_exercise():
    """The judge may place the reference of `predict` beside a learner's wrong `sigmoid`."""
    for name in {used for exercise in EXERCISES.values() for used in exercise.uses}:
        namespace = {"np": np}
        exec(source_as(EXERCISES[name].reference, name), namespace)
        for args in EXERCISES[name].calls(0):
            expected = EXERCISES[name].reference(*args)
            assert identical(plain(namespace[name](*args)), plain(expected))


def test_a_curvature_from_slopes_taken_as_2h_apart_is_told_so():
    def curvature(f, z, h=1e-3):
        return ((f(z + h) - f(z)) / h - (f(z) - f(z - h)) / h) / (2 * h)

    v = judge(EXERCISES["curvature"], NamespaceStudent({"curvature": curvature}))
    assert v.sentence.startswith("The two slopes belong to places h apart, not 2h")
