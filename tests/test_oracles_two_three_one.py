"""Unit 4's references against judges that know nothing of them.

HIPS autograd differentiates by itself, central differences measure array by array, scikit-learn's MLPClassifier has a
forward pass, a loss and a step of its own, and the worked example is computed anew with plain numbers.
"""

import inspect
import math
import re
import sys
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import scipy.special
import scipy.stats
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.neural_network import MLPClassifier

from byhand.exercise import Function, Keywords, load_exercises, source_as
from byhand.judge import judge
from byhand.plain import identical, plain
from byhand.student import NamespaceStudent

ROOT = Path(__file__).parent.parent
EXERCISES = load_exercises(ROOT / "tests" / "hidden" / "two_three_one.py")
HIDDEN = sys.modules["hidden_two_three_one"]
SEEDS = range(3)
NAMES = ("W1", "b1", "W2", "b2")


def calls(name):
    return [args for seed in SEEDS for args in EXERCISES[name].calls(seed)]


def reference(name):
    return EXERCISES[name].reference


def sigma(z):
    return 1 / (1 + anp.exp(-z))


def J(params, X, y):
    """The log-loss, mean over the rows, written for autograd, which cannot see through clips."""
    a1 = sigma(anp.dot(X, params["W1"]) + params["b1"])
    a2 = sigma(anp.dot(a1, params["W2"]) + params["b2"])
    return -anp.sum(y * anp.log(a2) + (1 - y) * anp.log(1 - a2)) / len(y)


def floats(params):
    return {name: np.array(value, dtype=float) for name, value in params.items()}


def measured(f, params, name, h=1e-5):
    """The slopes of f(params) with respect to one array, by central differences."""
    at = params[name]
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[place] = h
        up, down = ({**params, name: at + sign * nudge} for sign in (1, -1))
        slopes[place] = (f(up) - f(down)) / (2 * h)
    return slopes


def relative_error(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size else 0.0


def sklearn_network(X, y, params, learning_rate=0.5, alpha=0.0):
    """A network of scikit-learn with our parameters; one `partial_fit` is one step on all examples.

    scikit-learn's flat biases and its (n_in, n_out) weights are filled in place: its optimizer keeps these arrays.
    """
    net = MLPClassifier(
        hidden_layer_sizes=(params["W1"].shape[1],),
        activation="logistic",
        solver="sgd",
        alpha=alpha,
        batch_size=len(X),
        learning_rate="constant",
        learning_rate_init=learning_rate,
        momentum=0,
        nesterovs_momentum=False,
    )
    net.partial_fit(X, y.ravel().astype(int), classes=[0, 1])
    for i, (W, b) in enumerate([("W1", "b1"), ("W2", "b2")]):
        net.coefs_[i][:], net.intercepts_[i][:] = params[W], params[b].ravel()
    return net


def params_of(net):
    (W1, W2), (b1, b2) = net.coefs_, net.intercepts_
    return {"W1": W1.copy(), "b1": b1[None].copy(), "W2": W2.copy(), "b2": b2[None].copy()}


def test_the_points_of_the_exercises():
    points = [exercise.points for exercise in EXERCISES.values()]
    assert dict(zip(EXERCISES, points, strict=True)) == {
        "one_example": 3,
        "shapes": 2,
        "initialize": 2,
        "forward": 2,
        "add_gate": 1,
        "mul_gate": 2,
        "sigmoid_gate": 1,
        "backward": 5,
        "update": 2,
        "gradient_check": 3,
        "train": 3,
        "fixed_step": 2,
    }


# --- what the lesson gives ----------------------------------------------------------------------


def test_the_given_functions_are_the_ones_of_the_hidden_tests():
    lesson = (ROOT / "source" / "4_two_three_one" / "two_three_one.md").read_text(encoding="utf-8")
    ((given,),) = [re.findall(r'^```python [^\n]*"given".*?\n(.*?)^```', lesson, re.M | re.S)]
    namespace = {"np": np}
    exec(given, namespace)
    z = np.array([[-800.0, -30.0, -1.0], [0.0, 2.5, 800.0]])
    assert np.array_equal(namespace["sigmoid"](z), HIDDEN.sigmoid(z))
    assert np.allclose(namespace["sigmoid"](z), scipy.special.expit(z), rtol=1e-14, atol=0)
    a, y = np.array([[0.0], [0.3], [1.0], [0.8]]), np.array([[0], [1], [0], [1]])
    assert namespace["log_loss"](a, y) == HIDDEN.log_loss(a, y)
    pairs, targets = np.array([[0.2, 0.9], [0.6, 0.3]]), np.array([[0, 1], [1, 1]])
    assert namespace["log_loss"](pairs, targets) == HIDDEN.log_loss(pairs, targets)
    both = sum(HIDDEN.log_loss(pairs[:, [k]], targets[:, [k]]) for k in (0, 1))
    assert math.isclose(HIDDEN.log_loss(pairs, targets), both)  # outputs are summed, rows averaged
    inner = np.clip(a, 0.01, 0.99)
    assert math.isclose(HIDDEN.log_loss(inner, y), sklearn_log_loss(y.ravel(), inner.ravel()))


# --- one example --------------------------------------------------------------------------------


@pytest.mark.parametrize("args", calls("one_example"))
def test_one_example_agrees_with_autograd_and_central_differences(args):
    x, W1, W2, y = args
    weights = floats({"W1": W1, "W2": W2})

    def E(p):
        return 0.5 * (sigma(anp.dot(sigma(anp.dot(x, p["W1"])), p["W2"]))[0] - y) ** 2

    found, slopes = reference("one_example")(*args), autograd.grad(E)(weights)
    assert math.isclose(found["E"], E(weights), rel_tol=1e-12)
    for name in weights:
        assert found[f"d{name}"].shape == weights[name].shape
        assert np.allclose(found[f"d{name}"], slopes[name], rtol=1e-9, atol=1e-15)
        assert relative_error(found[f"d{name}"], measured(E, weights, name)) < 1e-6


def test_one_example_path_by_path():
    """Every weight by hand: the product of the slopes along its only path."""
    x, W1, W2, y = calls("one_example")[0]
    a = [1 / (1 + math.exp(-sum(x[i] * W1[i, j] for i in (0, 1)))) for j in (0, 1, 2)]
    out = 1 / (1 + math.exp(-sum(a[j] * W2[j, 0] for j in (0, 1, 2))))
    found = reference("one_example")(x, W1, W2, y)
    for j in (0, 1, 2):
        to_z2 = (out - y) * out * (1 - out)
        assert math.isclose(found["dW2"][j, 0], to_z2 * a[j], rel_tol=1e-12)
        for i in (0, 1):
            path = to_z2 * W2[j, 0] * a[j] * (1 - a[j]) * x[i]
            assert math.isclose(found["dW1"][i, j], path, rel_tol=1e-12, abs_tol=1e-15)


# --- shapes, start, forward ---------------------------------------------------------------------


@pytest.mark.parametrize("m", [1, 2, 3, 4, 10])
def test_shapes_are_those_of_real_arrays(m):
    rng = np.random.default_rng(m)
    params = reference("initialize")([2, 3, 1], m)
    cache = reference("forward")(rng.normal(size=(m, 2)), params)
    delta2 = (cache["a2"] - rng.integers(0, 2, size=(m, 1))) / m
    _, db2 = reference("add_gate")(delta2)
    da1, dW2 = reference("mul_gate")(delta2, cache["a1"], params["W2"])
    delta1 = reference("sigmoid_gate")(da1, cache["a1"])
    _, db1 = reference("add_gate")(delta1)
    _, dW1 = reference("mul_gate")(delta1, cache["X"], params["W1"])
    arrays = params | cache | {"delta2": delta2, "dW2": dW2, "db2": db2, "da1": da1}
    arrays |= {"delta1": delta1, "dW1": dW1, "db1": db1}
    assert reference("shapes")(m) == {name: array.shape for name, array in arrays.items()}


def test_initial_weights_are_normal_with_the_promised_spread():
    params = reference("initialize")((9, 400, 25), 3)
    for W, n_in in [("W1", 9), ("W2", 400)]:
        assert scipy.stats.kstest(params[W].ravel() * np.sqrt(n_in), "norm").pvalue > 0.001
    assert not np.any(params["b1"])
    assert not np.any(params["b2"])


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n_in, shape: rng.normal(0, n_in**-0.5, size=shape),
        lambda rng, n_in, shape: rng.standard_normal(shape[::-1]).T / np.sqrt(n_in),
    ],
)
def test_right_initial_weights_are_never_rejected_by_bad_luck(draw):
    """The bounds of the properties are 6σ wide, so 100 seeds must all pass."""
    initialize = EXERCISES["initialize"]

    def right(sizes, seed):
        rng, params = np.random.default_rng(seed), {}
        for i, (n_in, n_out) in enumerate((sizes[:2], sizes[1:]), start=1):
            params |= {f"W{i}": draw(rng, n_in, (n_in, n_out)), f"b{i}": np.zeros((1, n_out))}
        return params

    for seed in range(100):
        v = judge(initialize, NamespaceStudent({"initialize": right}), seed=seed)
        assert v.right, v.sentence


@pytest.mark.parametrize("args", calls("forward"))
def test_forward_neuron_by_neuron(args):
    X, params = args
    cache = reference("forward")(*args)
    a = X
    for layer in "12":
        W, b = params["W" + layer], params["b" + layer]
        z = [
            [
                sum(r * w for r, w in zip(row, W[:, j], strict=True)) + b[0, j]
                for j in range(len(W[0]))
            ]
            for row in a
        ]
        a = scipy.special.expit(z)
        assert np.allclose(cache["z" + layer], z, rtol=1e-12, atol=1e-14)
        assert np.allclose(cache["a" + layer], a, rtol=1e-12)


# --- gates: what autograd's vector-Jacobian products say ------------------------------------------


@pytest.mark.parametrize("args", calls("add_gate"))
def test_add_gate_agrees_with_autograd(args):
    (delta,) = args
    d_product, d_bias = reference("add_gate")(delta)
    product, bias = np.ones(delta.shape), np.ones((1, delta.shape[1]))
    for argument, found in enumerate([d_product, d_bias]):
        vjp, _ = autograd.make_vjp(lambda p, b: p + b, argument)(product, bias)
        assert np.allclose(vjp(delta.astype(float)), found, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("args", calls("mul_gate"))
def test_mul_gate_agrees_with_autograd(args):
    delta, a, W = (np.array(one, dtype=float) for one in args)
    for argument, found in enumerate(reference("mul_gate")(*args)):
        vjp, _ = autograd.make_vjp(anp.dot, argument)(a, W)
        assert np.allclose(vjp(delta), found, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("args", calls("sigmoid_gate"))
def test_sigmoid_gate_agrees_with_autograd(args):
    da, a = args
    vjp, _ = autograd.make_vjp(sigma)(scipy.special.logit(a))
    assert np.allclose(vjp(da.astype(float)), reference("sigmoid_gate")(da, a), rtol=1e-9)


# --- the way back -------------------------------------------------------------------------------


@pytest.mark.parametrize("args", calls("backward"))
def test_backward_agrees_with_autograd_and_central_differences_array_by_array(args):
    y, params, cache = args
    found = reference("backward")(*args)
    slopes = autograd.grad(J)(floats(params), cache["X"], y)
    for name in NAMES:
        assert found[name].shape == params[name].shape
        assert np.allclose(found[name], slopes[name], rtol=1e-9, atol=1e-13)
        numeric = measured(lambda p: J(p, cache["X"], y), floats(params), name)
        assert relative_error(found[name], numeric) < 1e-6


@pytest.mark.parametrize(
    "args", [args for args in calls("backward") if len(args[0]) > 1 and args[0].shape[1] == 1]
)
def test_backward_agrees_with_scikit_learn(args):
    """Its loss before the step and the way it goes are ours: J and −rate · slope."""
    y, params, cache = args
    net = sklearn_network(cache["X"], y, params, learning_rate=0.5)
    assert np.allclose(net.predict_proba(cache["X"])[:, 1:], cache["a2"], rtol=1e-9)
    net.partial_fit(cache["X"], y.ravel().astype(int))
    assert math.isclose(net.loss_, J(params, cache["X"], y), rel_tol=1e-9)
    found = reference("backward")(*args)
    for name, moved in params_of(net).items():
        assert np.allclose((params[name] - moved) / 0.5, found[name], rtol=1e-7, atol=1e-11)


def test_where_scikit_learn_differs_is_regularization_only():
    """With alpha it adds α/(2m) Σ W² to the loss and α/m · W to the slopes of the weights, not of the biases."""
    X, y = HIDDEN.XOR
    params, alpha = HIDDEN.START, 0.3
    net = sklearn_network(X, y, params, learning_rate=1.0, alpha=alpha)
    net.partial_fit(X, y.ravel())
    squares = sum(np.sum(params[W] ** 2) for W in ("W1", "W2"))
    assert math.isclose(net.loss_, J(params, X, y) + alpha / 8 * squares, rel_tol=1e-9)
    found = reference("backward")(y, params, reference("forward")(X, params))
    for name, moved in params_of(net).items():
        decay = alpha / 4 * params[name] if name[0] == "W" else 0
        assert np.allclose(params[name] - moved, found[name] + decay, rtol=1e-9)


def differentiable(loss):
    """The same loss with autograd's NumPy, and without the `float` that autograd cannot see through."""
    f = Function(loss.source.replace("float(", "(")).compile()
    f.__globals__["np"] = anp
    return f


# --- checking -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args", [args for args in calls("gradient_check") if args[0] is not HIDDEN.COARSE]
)
def test_gradient_check_is_the_error_against_autograd(args):
    """Up to what a central difference is off by, which is of the order of eps squared."""
    loss, params, grads, *rest = args
    eps = rest[0]["eps"] if rest and isinstance(rest[0], Keywords) else rest[0] if rest else 1e-5
    before = plain(params)
    found = reference("gradient_check")(*args[:3], eps)
    assert identical(plain(params), before)
    slopes = autograd.grad(differentiable(loss))(floats(params))
    for name in NAMES:
        expected = relative_error(grads[name], slopes[name])
        assert math.isclose(found[name], expected, rel_tol=0.3 * eps, abs_tol=eps**2 + 1e-9)
        if expected < 1e-9:  # right slopes
            assert found[name] < 5e-6


def test_right_slopes_stay_far_below_the_bound_on_many_seeds():
    for seed in range(30):
        for loss, params, grads, *rest in EXERCISES["gradient_check"].calls(seed):
            if "loss(params)" in loss.source:
                right = autograd.grad(differentiable(loss))(floats(params))
                found = reference("gradient_check")(loss.compile(), params, right, *rest)
                assert max(found.values()) < 2.5e-6
                wrong = [name for name in NAMES if not np.allclose(grads[name], right[name])]
                assert all(relative_error(grads[name], right[name]) > 1e-3 for name in wrong)


def test_a_forward_difference_cannot_hide_behind_the_bound():
    for _loss, params, grads, *rest in calls("gradient_check"):
        if rest == [2**-10] and _loss is HIDDEN.CUBES:
            found = EXERCISES["gradient_check"].mistakes["forward_difference"](
                _loss, params, grads, 2**-10
            )
            assert all(error > 2e-5 for error in found.values())


# --- training -----------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [args for args in calls("train") if len(args[0]) > 1])
def test_train_steps_as_scikit_learn_does(args):
    X, y, params, learning_rate, steps = args
    found, costs = reference("train")(*args)
    net = sklearn_network(X, y, params, learning_rate)
    for cost in costs:
        net.partial_fit(X, y.ravel().astype(int))
        assert math.isclose(net.loss_, cost, rel_tol=1e-9)
    assert len(costs) == steps
    for name, value in params_of(net).items():
        assert np.allclose(found[name], value, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("args", calls("train"))
def test_train_is_descent_by_autograd(args):
    X, y, params, learning_rate, _steps = args
    found, costs = reference("train")(*args)
    params = floats(params)
    for cost in costs:
        assert math.isclose(cost, J(params, X, y), rel_tol=1e-9)
        slopes = autograd.grad(J)(params, X, y)
        params = reference("update")(params, slopes, learning_rate)
    for name in NAMES:
        assert np.allclose(found[name], params[name], rtol=1e-9, atol=1e-12)


def test_xor_is_learned_from_nearly_every_start():
    X, y = HIDDEN.XOR
    learned = 0
    for seed in range(30):
        start = reference("initialize")([2, 3, 1], seed)
        params, costs = reference("train")(X, y, start, 5.0, 1000)
        a2 = reference("forward")(X, params)["a2"]
        learned += bool(np.all((a2 > 0.5) == y)) and costs[-1] < 0.1
    assert learned >= 29


def test_xor_is_learned_well_within_the_steps_of_the_property():
    X, y = HIDDEN.XOR
    costs = reference("train")(X, y, HIDDEN.START, 5.0, 300)[1]
    assert costs[-1] < 0.05


# --- find the bug -------------------------------------------------------------------------------


def worked_example_error(W1, W2):
    X, y, _, b1, _, b2, _ = HIDDEN.WORKED_EXAMPLE
    return 0.5 * anp.sum((sigma(anp.dot(sigma(anp.dot(X, W1) + b1), W2) + b2) - y) ** 2)


def test_the_numbers_of_the_worked_example():
    args = HIDDEN.WORKED_EXAMPLE
    X, y, W1, b1, W2, b2, rate = args
    assert [X.tolist(), y.tolist()] == [[[0.05, 0.1]], [[0.01, 0.99]]]
    assert [W1.tolist(), W2.tolist()] == [[[0.15, 0.25], [0.2, 0.3]], [[0.4, 0.5], [0.45, 0.55]]]
    assert [b1.tolist(), b2.tolist(), rate] == [[[0.35, 0.35]], [[0.6, 0.6]], 0.5]
    assert math.isclose(worked_example_error(W1, W2), 0.2983711087600027, rel_tol=1e-12)
    repaired = worked_example_error(*reference("fixed_step")(*args))
    assert math.isclose(repaired, 0.29102777369359933, rel_tol=1e-12)
    broken = EXERCISES["fixed_step"].mistakes["W2_updated_before_use"](*args)
    assert math.isclose(worked_example_error(*broken), 0.29102792390544197, rel_tol=1e-12)


def test_the_worked_example_with_plain_numbers_only():
    """As the article writes it: w1 … w8, one output after the other."""

    def s(z):
        return 1 / (1 + math.exp(-z))

    i1, i2, t1, t2, rate = 0.05, 0.10, 0.01, 0.99, 0.5
    w1, w2, w3, w4, w5, w6, w7, w8 = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55
    h1, h2 = s(w1 * i1 + w2 * i2 + 0.35), s(w3 * i1 + w4 * i2 + 0.35)
    o1, o2 = s(w5 * h1 + w6 * h2 + 0.60), s(w7 * h1 + w8 * h2 + 0.60)
    d1, d2 = (o1 - t1) * o1 * (1 - o1), (o2 - t2) * o2 * (1 - o2)
    e1, e2 = (d1 * w5 + d2 * w7) * h1 * (1 - h1), (d1 * w6 + d2 * w8) * h2 * (1 - h2)
    W1 = [[w1 - rate * e1 * i1, w3 - rate * e2 * i1], [w2 - rate * e1 * i2, w4 - rate * e2 * i2]]
    W2 = [[w5 - rate * d1 * h1, w7 - rate * d2 * h1], [w6 - rate * d1 * h2, w8 - rate * d2 * h2]]
    found = reference("fixed_step")(*HIDDEN.WORKED_EXAMPLE)
    assert np.allclose(found[0], W1, rtol=1e-14)
    assert np.allclose(found[1], W2, rtol=1e-14)


@pytest.mark.parametrize("args", calls("fixed_step"))
def test_fixed_step_agrees_with_autograd(args):
    X, y, W1, b1, W2, b2, learning_rate = args

    def E(W1, W2):
        return 0.5 * anp.sum((sigma(anp.dot(sigma(anp.dot(X, W1) + b1), W2) + b2) - y) ** 2)

    for i, (found, W) in enumerate(zip(reference("fixed_step")(*args), (W1, W2), strict=True)):
        slope = autograd.grad(E, i)(W1, W2)
        assert np.allclose(found, W - learning_rate * slope, rtol=1e-12, atol=1e-13)


# --- known answers ------------------------------------------------------------------------------


def given():
    """A notebook in which nothing is solved: NumPy, `sigmoid` and `log_loss`."""
    namespace = {}
    exec("import numpy as np", namespace)
    for name in ("sigmoid", "log_loss"):
        exec(inspect.getsource(getattr(HIDDEN, name)), namespace)
    return namespace


@pytest.mark.parametrize("name", EXERCISES)
def test_known_answers_need_only_what_the_notebook_gives_and_the_exercises_they_use(name):
    """As a learner would have written them in a notebook: also what a simulated class hands in."""
    exercise = EXERCISES[name]
    for known in [*exercise.alternatives.values(), *exercise.mistakes.values()]:
        namespace = given()
        for used in exercise.uses:
            exec(source_as(EXERCISES[used].reference, used), namespace)
        exec(source_as(known, name), namespace)
        verdict = judge(exercise, NamespaceStudent(namespace), seed=1, earlier=EXERCISES)
        assert verdict.score == getattr(known, "earns", exercise.points), known.name
        assert verdict.sentence == getattr(known, "sentence", verdict.sentence), known.name


def test_references_that_stand_in_need_no_other_exercise():
    for name in {used for exercise in EXERCISES.values() for used in exercise.uses}:
        namespace = given()
        exec(source_as(EXERCISES[name].reference, name), namespace)
        for args in EXERCISES[name].calls(0):
            expected = EXERCISES[name].reference(*args)
            assert identical(plain(namespace[name](*args)), plain(expected))


def test_of_two_layers_the_one_with_the_wrong_spread_is_named():
    def as_if_all_had_the_inputs_of(layer):
        def initialize(sizes, seed):
            params = reference("initialize")(sizes, seed)
            for i, W in enumerate(("W1", "W2")):
                params[W] = params[W] * np.sqrt(sizes[i] / sizes[layer])
            return params

        return judge(EXERCISES["initialize"], NamespaceStudent({"initialize": initialize})).sentence

    assert as_if_all_had_the_inputs_of(0).startswith("W1 is spread as it should be, W2 is not")
    assert as_if_all_had_the_inputs_of(1).startswith("W2 is spread as it should be, W1 is not")


def test_a_second_name_for_the_old_parameters_is_told_what_it_is():
    def update(params, grads, learning_rate):
        new = params
        for name in params:
            new[name] = params[name] - learning_rate * grads[name]
        return new

    v = judge(EXERCISES["update"], NamespaceStudent({"update": update}))
    assert v.score == 1
    assert "`new = params` is a second name for the caller's dictionary" in v.sentence
