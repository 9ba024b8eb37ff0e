"""Unit 5's references against judges that know nothing of them.

HIPS autograd differentiates by itself, central differences measure, decimal arithmetic knows the logarithms, and
scikit-learn trains the same network: an MLPClassifier with 0/1 rows as targets has K sigmoids and the very same J, its
alpha is our λ (it divides the penalty by 2m too and leaves the intercepts out). With one column of labels it differs:
its outputs are then a softmax.
"""

import sys
import warnings
from decimal import Decimal, localcontext
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import scipy.optimize
import scipy.special
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import label_binarize

from byhand.exercise import load_exercises, source_as
from byhand.judge import judge
from byhand.plain import identical, plain
from byhand.student import NamespaceStudent

EXERCISES = load_exercises(Path(__file__).parent / "hidden" / "regularization.py")
HIDDEN = sys.modules["hidden_regularization"]
SEEDS = range(2)


def calls(name):
    return [args for seed in SEEDS for args in EXERCISES[name].calls(seed)]


def reference(name):
    return EXERCISES[name].reference


def networks():
    """X, Y, thetas and λ of every hidden test of training, and of some networks more."""
    for X, Y, thetas, lam, *_ in calls("train"):
        yield X, Y, thetas, lam
    rng = np.random.default_rng(7)
    for m, sizes, lam in [(6, [3, 2], 1.5), (2, [2, 5, 4, 3, 2], 0.7), (8, [1, 2, 1], 3)]:
        X, Y, thetas, _ = HIDDEN._network(rng, m, sizes)
        yield X, Y, thetas, lam


def J(X, Y, thetas, lam, shifts=None):
    """The regularized cost as one formula of autograd's, with a shift added to every z."""
    a = X
    for layer, theta in enumerate(thetas):
        z = anp.dot(a, theta[:, 1:].T) + theta[:, 0]
        z = z if shifts is None else z + shifts[layer]
        a = 1 / (1 + anp.exp(-z))
    squares = sum(anp.sum(theta[:, 1:] ** 2) for theta in thetas)
    losses = -(Y * anp.log(a) + (1 - Y) * anp.log(1 - a))
    return anp.sum(losses) / X.shape[0] + lam / (2 * X.shape[0]) * squares


def with_ours(X, Y, thetas, lam):
    """Cost, deltas, gradients and regularized gradients by the references."""
    activations = reference("forward")(X, thetas)
    found = reference("deltas")(Y, thetas, activations)
    grads = reference("gradients")(found, activations)
    regularized = reference("regularized_gradients")(grads, thetas, lam, len(X))
    return reference("regularized_cost")(activations[-1], Y, thetas, lam), found, grads, regularized


def scikit_learn(X, Y, thetas, lam, learning_rate, steps):
    """(thetas, costs) by an MLPClassifier that starts from our weights, one batch of all examples per step."""
    Y = Y.astype(int)
    network = MLPClassifier(
        [len(theta) for theta in thetas[:-1]],
        activation="logistic",
        solver="sgd",
        alpha=lam,
        batch_size=len(X),
        learning_rate_init=learning_rate,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    targets = Y[:, 0] if Y.shape[1] == 1 else Y
    network.partial_fit(X, targets, classes=np.arange(max(2, Y.shape[1])))
    network.coefs_ = [theta[:, 1:].T.copy() for theta in thetas]
    network.intercepts_ = [theta[:, 0].copy() for theta in thetas]
    costs = []
    for _ in range(steps):
        network.partial_fit(X, targets)
        costs.append(network.loss_)
    assert network.out_activation_ == "logistic"
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    return [np.column_stack([b, W.T]) for W, b in layers], costs


def test_the_points_of_the_exercises():
    points = [exercise.points for exercise in EXERCISES.values()]
    assert dict(zip(EXERCISES, points, strict=True)) == {
        "theta_shape": 1,
        "join": 1,
        "split": 1,
        "one_hot": 1,
        "forward": 2,
        "predict_classes": 1,
        "cost": 2,
        "deltas": 3,
        "gradients": 2,
        "regularized_cost": 2,
        "regularized_gradients": 2,
        "train": 3,
        "best_lambda": 3,
    }


# --- the fixed anchors of the course ------------------------------------------------------------


def test_the_fixed_anchors():
    def D(out, n_in):
        numbers = np.sin(np.arange(1, out * (n_in + 1) + 1)) / 10
        return numbers.reshape((out, n_in + 1), order="F")

    thetas, X = [D(5, 3), D(3, 5)], D(5, 2)
    labels = np.array([1 + i % 3 for i in range(1, 6)])  # counted from 1
    Y = reference("one_hot")(labels - 1, 3)
    h = reference("forward")(X, thetas)[-1]
    for lam, anchor in [(0, 2.100950569902465), (3, 2.146359815024358)]:
        assert abs(reference("regularized_cost")(h, Y, thetas, lam) - anchor) < 1e-12
        assert abs(J(X, Y, thetas, lam) - anchor) < 1e-12
    assert abs(reference("cost")(h, Y) - 2.100950569902465) < 1e-12
    ours = HIDDEN._anchor()
    assert identical(plain([ours[0], *ours[2]]), plain([X, *thetas]))
    assert np.array_equal(ours[1], Y)


@pytest.mark.parametrize("K", [1, 2, 3, 10])
def test_classes_at_chance_cost_ln_2_each(K):
    Y = reference("one_hot")(np.arange(7) % K, K)
    assert abs(reference("cost")(np.full((7, K), 0.5), Y) - K * np.log(2)) < 1e-12


# --- Θ and labels -------------------------------------------------------------------------------


@pytest.mark.parametrize(("W", "b"), calls("join"))
def test_a_joined_layer_does_what_the_two_did(W, b):
    theta = reference("join")(W, b)
    a = np.random.default_rng(0).normal(size=(5, len(W)))
    with_ones = np.block([np.ones((5, 1)), a])
    assert theta.shape == reference("theta_shape")(*W.shape)
    assert np.allclose(with_ones @ theta.T, a @ W + b, rtol=1e-12)
    again = reference("split")(theta)
    assert np.array_equal(again[0], W)
    assert np.array_equal(again[1], b)


@pytest.mark.parametrize("theta", [args[0] for args in calls("split")])
def test_what_is_split_can_be_joined(theta):
    W, b = reference("split")(theta)
    assert W.shape[1] == b.shape[1]
    assert b.shape[0] == 1
    assert np.array_equal(reference("join")(W, b), theta)


@pytest.mark.parametrize(("labels", "K"), calls("one_hot"))
def test_one_hot_agrees_with_scikit_learn(labels, K):
    assert np.array_equal(reference("one_hot")(labels, K), label_binarize(labels, classes=range(K)))


@pytest.mark.parametrize("h", [args[0] for args in calls("predict_classes")])
def test_the_class_is_the_most_active_output_and_clearly_so(h):
    found = reference("predict_classes")(h)
    for row, k in zip(h, found, strict=True):
        others = np.delete(row, k)
        assert row[k] - others.max() > 0.01


# --- forward and costs --------------------------------------------------------------------------


@pytest.mark.parametrize(("X", "thetas"), calls("forward"))
def test_forward_agrees_with_scipys_sigmoid_node_by_node(X, thetas):
    activations = reference("forward")(X, thetas)
    assert np.array_equal(activations[0], X)
    for a, theta, after in zip(activations[:-1], thetas, activations[1:], strict=True):
        for k, row in enumerate(theta):
            z = [row[0] + sum(w * x for w, x in zip(row[1:], one, strict=True)) for one in a]
            assert np.allclose(after[:, k], scipy.special.expit(z), rtol=1e-13)


def exact_cost(h, Y):
    """The cost with fifty digits; 0 · log 0 is 0."""
    with localcontext() as context:
        context.prec = 50
        total = Decimal(0)
        for p, t in zip(h.ravel().tolist(), Y.ravel().tolist(), strict=True):
            total -= (Decimal(p) if t == 1 else 1 - Decimal(p)).ln()
        return float(total / len(h))


@pytest.mark.parametrize(("h", "Y"), calls("cost"))
def test_cost_agrees_with_decimals_and_scikit_learn(h, Y):
    found = reference("cost")(h, Y)
    assert abs(found - exact_cost(h, Y)) < 1e-12
    per_output = [log_loss(Y[:, k], h[:, k], labels=[0, 1]) for k in range(h.shape[1])]
    assert abs(found - sum(per_output)) < 1e-12


def test_an_output_wrong_with_certainty_costs_much_but_not_infinitely():
    for h, y in [(0.0, 1), (1.0, 0)]:
        assert 25 < reference("cost")(np.array([[h]]), np.array([[y]])) < np.inf


@pytest.mark.parametrize(("h", "Y", "thetas", "lam"), calls("regularized_cost"))
def test_the_penalty_is_half_the_squared_length_of_all_weights(h, Y, thetas, lam):
    penalty = reference("regularized_cost")(h, Y, thetas, lam) - reference("cost")(h, Y)
    length = np.linalg.norm(np.concatenate([np.delete(t, 0, axis=1).ravel() for t in thetas]))
    assert np.isclose(penalty, lam * length**2 / 2 / len(Y), rtol=1e-9, atol=1e-12)


# --- slopes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("X", "Y", "thetas", "lam"), list(networks()))
def test_cost_deltas_and_gradients_agree_with_autograd(X, Y, thetas, lam):
    found, deltas, grads, regularized = with_ours(X, Y, thetas, lam)
    assert np.isclose(found, J(X, Y, thetas, lam), rtol=1e-12)
    shifts = [np.zeros((len(X), len(theta))) for theta in thetas]
    by_z = autograd.grad(lambda s: J(X, Y, thetas, lam, s))(shifts)
    plainly = autograd.grad(lambda t: J(X, Y, t, 0))(thetas)
    punished = autograd.grad(lambda t: J(X, Y, t, lam))(thetas)
    for ours, theirs in [(deltas, by_z), (grads, plainly), (regularized, punished)]:
        for one, other in zip(ours, theirs, strict=True):
            assert one.shape == other.shape
            assert np.allclose(one, other, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(("X", "Y", "thetas", "lam"), list(networks()))
def test_regularized_gradients_agree_with_central_differences_array_by_array(X, Y, thetas, lam):
    found, h = with_ours(X, Y, thetas, lam)[3], 1e-5
    forward, cost = reference("forward"), reference("regularized_cost")
    for layer, grad in enumerate(found):
        measured = np.zeros_like(grad)
        for place in np.ndindex(grad.shape):
            values = []
            for step in (h, -h):
                moved = [theta.copy() for theta in thetas]
                moved[layer][place] += step
                values.append(cost(forward(X, moved)[-1], Y, moved, lam))
            measured[place] = (values[0] - values[1]) / (2 * h)
        difference = np.linalg.norm(grad - measured)
        size = np.linalg.norm(grad) + np.linalg.norm(measured)
        assert difference < 1e-6 * size + 1e-10  # at rest only rounding is left


@pytest.mark.parametrize(("X", "Y", "thetas", "lam"), list(networks()))
def test_cost_and_gradients_agree_with_scikit_learn(X, Y, thetas, lam):
    cost, _, _, grads = with_ours(X, Y, thetas, lam)
    after, costs = scikit_learn(X, Y, thetas, lam, 1.0, 1)  # one step at rate 1 is the gradient
    assert np.isclose(costs[0], cost, rtol=1e-12)
    for theta, moved, grad in zip(thetas, after, grads, strict=True):
        assert np.allclose(theta - moved, grad, rtol=1e-9, atol=1e-13)


def test_with_one_column_of_labels_scikit_learn_has_a_softmax_and_another_cost():
    X, Y, thetas, _ = HIDDEN._network(np.random.default_rng(3), 9, [2, 4, 3])
    network = MLPClassifier([4], activation="logistic", solver="sgd", alpha=0, batch_size=9)
    network.partial_fit(X, Y.argmax(axis=1), classes=range(3))
    network.coefs_ = [theta[:, 1:].T.copy() for theta in thetas]
    network.intercepts_ = [theta[:, 0].copy() for theta in thetas]
    assert network.out_activation_ == "softmax"
    p = network.predict_proba(X)
    h = reference("forward")(X, thetas)[-1]
    odds = h / (1 - h)  # e^z
    assert np.allclose(p, odds / odds.sum(axis=1, keepdims=True))
    assert not np.allclose(p, h, atol=0.01)
    network.partial_fit(X, Y.argmax(axis=1))
    assert np.isclose(network.loss_, -np.mean(np.log(p[Y == 1])))
    assert abs(network.loss_ - reference("cost")(h, Y)) > 0.1


# --- training and choosing ----------------------------------------------------------------------


@pytest.mark.parametrize(("X", "Y", "thetas", "lam", "learning_rate", "steps"), calls("train"))
def test_training_goes_the_way_of_scikit_learn_and_of_autograd(
    X, Y, thetas, lam, learning_rate, steps
):
    found, costs = reference("train")(X, Y, thetas, lam, learning_rate, steps)
    after, theirs = scikit_learn(X, Y, thetas, lam, learning_rate, steps)
    assert np.allclose(costs, theirs, rtol=1e-10)
    moved, by_autograd = thetas, []
    for _ in range(steps):
        by_autograd.append(J(X, Y, moved, lam))
        slopes = autograd.grad(lambda t: J(X, Y, t, lam))(moved)
        moved = [t - learning_rate * slope for t, slope in zip(moved, slopes, strict=True)]
    assert np.allclose(costs, by_autograd, rtol=1e-10)
    for theta, one, other in zip(found, after, moved, strict=True):
        assert np.allclose(theta, one, rtol=1e-9, atol=1e-12)
        assert np.allclose(theta, other, rtol=1e-9, atol=1e-12)


def test_training_finds_the_optimum_that_scipy_finds():
    """One layer with a penalty on its weights is convex: there is one bottom."""
    X, Y, thetas, _ = HIDDEN._network(np.random.default_rng(5), 8, [2, 3])
    found, costs = reference("train")(X, Y, thetas, 2.0, 1.0, 3000)
    bottom = scipy.optimize.minimize(
        lambda t: J(X, Y, [t.reshape(3, 3)], 2.0),
        np.zeros(9),
        jac=autograd.grad(lambda t: J(X, Y, [anp.reshape(t, (3, 3))], 2.0)),
        options={"gtol": 1e-9},
    )
    assert np.allclose(found[0].ravel(), bottom.x, atol=1e-5)
    assert costs[-1] - bottom.fun < 1e-9


@pytest.mark.parametrize("args", calls("best_lambda"))
def test_the_best_lambda_is_the_one_of_scikit_learns_networks(args):
    lams, train_set, valid_set, thetas, learning_rate, steps = args
    lam, costs = reference("best_lambda")(*args)
    theirs = []
    for one in lams:
        if learning_rate:
            trained, _ = scikit_learn(*train_set, thetas, one, learning_rate, steps)
        else:
            trained = thetas
        theirs.append(J(*valid_set, trained, 0))
    assert np.allclose(costs, theirs, rtol=1e-9)
    least = min(theirs)
    assert lam == min(one for one, c in zip(lams, theirs, strict=True) if c - least < 1e-9)


def test_the_best_lambda_is_never_a_near_thing_and_ties_are_exact():
    ties = 0
    for args in calls("best_lambda"):
        _, costs = reference("best_lambda")(*args)
        gaps = np.sort(costs) - min(costs)
        assert np.all((gaps == 0) | (gaps > 1e-5))
        ties += len(gaps) > 1 and gaps[-1] == 0
    assert ties == 2 * len(SEEDS)


# --- known answers are whole by themselves ------------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_known_answers_need_nothing_but_numpy_the_sigmoid_and_the_exercises_they_use(name):
    """As a learner would have written them in a notebook: also what a simulated class hands in."""
    exercise = EXERCISES[name]
    given = {"sigmoid": HIDDEN.sigmoid}
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
    """The judge may place the reference of `train` beside a learner's wrong `forward`."""
    for name in {used for exercise in EXERCISES.values() for used in exercise.uses}:
        namespace = {"np": np}
        exec(source_as(EXERCISES[name].reference, name), namespace)
        for args in EXERCISES[name].calls(0):
            expected = EXERCISES[name].reference(*args)
            assert identical(plain(namespace[name](*args)), plain(expected))


def test_right_answers_never_warn():
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        for name, exercise in EXERCISES.items():
            for args in calls(name):
                exercise.reference(*args)


# --- the hidden inputs are what the contract promises -------------------------------------------


@pytest.mark.parametrize(("Y", "thetas", "activations"), calls("deltas"))
def test_activations_come_from_a_real_forward_pass(Y, thetas, activations):
    again = reference("forward")(activations[0], thetas)
    assert all(np.allclose(a, b, rtol=1e-12) for a, b in zip(activations, again, strict=True))
    assert all(np.abs(theta[:, 0]).min() > 0.01 for theta in thetas), "no bias near 0"
    assert all(np.abs(a - 0.5).max() < 0.49 for a in activations[1:]), "far from saturation"
