"""Hidden tests of unit 4, the [2, 3, 1] network."""

import numpy as np

from byhand.exercise import (
    GRADIENT,
    Exercise,
    Function,
    Keywords,
    Tolerance,
    alternative,
    invariant,
    mistake,
)


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, e) / (1 + e)


def log_loss(a, y):
    a = np.clip(a, 1e-15, 1 - 1e-15)
    return float(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / len(y))


def column(*numbers):
    return np.array(numbers).reshape(-1, 1)


def network(rng, n=2, hidden=3, out=1):
    """Parameters of order 1, no bias near zero."""
    b1, b2 = (rng.uniform(0.3, 1, size=(1, k)) * rng.choice([-1, 1], (1, k)) for k in (hidden, out))
    return {
        "W1": rng.normal(size=(n, hidden)),
        "b1": b1,
        "W2": rng.normal(size=(hidden, out)),
        "b2": b2,
    }


def examples(rng, m, n=2):
    """Inputs and labels; both labels occur where there is room for both."""
    y = column(*[1, 0][:m], *rng.integers(0, 2, max(m - 2, 0)))
    return rng.uniform(-2, 2, size=(m, n)), y


def negated_last_layer(params):
    return params | {"W2": -params["W2"], "b2": -params["b2"]}


XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), column(0, 1, 1, 0)
START = {
    "W1": np.array([[1.0, -1.5, 0.5], [-1.0, 1.5, 0.75]]),
    "b1": np.array([[-0.5, 0.25, 0.5]]),
    "W2": np.array([[1.0], [1.25], [-0.5]]),
    "b2": np.array([[0.25]]),
}


class OneExample(Exercise):
    """E = ½(O − y)² of one example in a net without biases, and its slopes."""

    points = 3
    parts = {"E": 1, "dW1": 1, "dW2": 1}
    tolerance = GRADIENT

    def cases(rng):
        W1, W2 = START["W1"], START["W2"]
        yield np.array([1, -2]), W1, W2, 1
        yield np.array([0.5, 0.0]), W1, W2, 0
        yield np.array([-1.5, 2.0]), -2 * W1, W2, 0.25
        yield np.array([2, 1]), np.array([[1, -1, 2], [0, 1, -1]]), column(2, -1, 1), 0
        for y in (0, 1, 1.0, 0.0):
            yield rng.uniform(0.5, 2, 2), rng.normal(size=(2, 3)), rng.normal(size=(3, 1)), y
        yield rng.normal(size=2), rng.normal(size=(2, 3)), rng.normal(size=(3, 1)), 0.5

    def reference(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        O = sigmoid(a1 @ W2)[0]  # noqa: E741
        delta2 = (O - y) * O * (1 - O)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (O - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The path to every weight leads through the output's sigmoid: its slope O(1 − O) is missing in dW1 and dW2. "
        "Only with log-loss does it cancel; E is a squared error.",
        earns=1,
    )
    def slope_of_the_output_forgotten(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = out - y
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "dW2 is right. The path to a weight of W1 goes on through the hidden unit's sigmoid: multiply by its slope "
        "a1(1 − a1).",
        earns=2,
    )
    def slope_of_the_hidden_nodes_forgotten(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        dW1 = np.outer(x, delta2 * W2[:, 0])
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": delta2 * a1[:, None]}

    @mistake(
        "dW2 is right. On the way to W1 the slope passes over a weight of W2: multiply by it.",
        earns=2,
    )
    def second_weight_forgotten(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        dW1 = np.outer(x, delta2 * a1 * (1 - a1))
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": delta2 * a1[:, None]}

    @mistake(
        "Only the path through the first hidden unit is followed: each column of dW1 belongs to a unit of its own.",
        earns=2,
    )
    def first_path_only(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        dW1 = np.zeros((2, 3))
        dW1[:, 0] = x * delta2 * W2[0, 0] * a1[0] * (1 - a1[0])
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": delta2 * a1[:, None]}

    @mistake(
        "The three paths are added up, but each of them leads to weights of its own: column j of dW1 gets the path "
        "through hidden unit j alone.",
        earns=2,
    )
    def paths_added_up(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        together = np.sum(delta2 * W2[:, 0] * a1 * (1 - a1))
        dW1 = np.outer(x, np.full(3, together))
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": delta2 * a1[:, None]}

    @mistake(
        "A weight of W2 is multiplied with a1, the activation in front of it, so that is its slope. Yours takes x.",
        earns=2,
    )
    def second_slope_from_x(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * x[:, None]}

    @mistake(
        "A weight of W2 is multiplied with a1 = sigmoid(z1), so that is its slope. Yours takes z1.",
        earns=2,
    )
    def second_slope_from_z1(x, W1, W2, y):
        z1 = x @ W1
        a1 = sigmoid(z1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * z1[:, None]}

    @mistake(
        "Both slopes have the wrong sign: dE/dO is O − y, output minus target.",
        earns=1,
    )
    def target_minus_output(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (y - out) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake("The slopes are right, but E has lost its ½: E = ½(O − y)².", earns=2)
    def half_lost_in_E(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The ½ of E is lost, and everything is twice too large: E = ½(O − y)², so dE/dO is O − y."
    )
    def half_lost_everywhere(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = 2 * (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The ½ cancels the 2 of the square, so dE/dO is O − y. Both of your slopes keep a ½.",
        earns=1,
    )
    def half_kept_in_the_slopes(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out) / 2
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The sigmoid is taken once more in its slope. With a = sigmoid(z) the slope is a(1 − a), without another "
        "sigmoid of a.",
        earns=1,
    )
    def sigmoid_taken_twice(x, W1, W2, y):
        def slope(a):
            return sigmoid(a) * (1 - sigmoid(a))

        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * slope(out)
        delta1 = delta2 * W2[:, 0] * slope(a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "dW2 is right. In dW1 the sigmoid is taken once more: a1 is σ(z1) already, so the slope of a hidden unit is "
        "a1(1 − a1).",
        earns=2,
    )
    def sigmoid_taken_twice_in_the_middle(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * sigmoid(a1) * (1 - sigmoid(a1))
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The output has no sigmoid here: O = sigmoid(a1 @ W2), and its slope O(1 − O) belongs to dW1 and dW2."
    )
    def linear_output(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = (a1 @ W2)[0]
        delta2 = out - y
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1[:, None]}

    @mistake(
        "dW1 lies on its side. It has the shape of W1, (2, 3): x down, hidden units across, np.outer(x, …).",
        earns=2,
    )
    def dW1_on_its_side(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(delta1, x), "dW2": delta2 * a1[:, None]}

    @mistake(
        "The numbers are right, but dW2 is flat, (3,): it has the shape of W2, a column (3, 1).",
        earns=2,
    )
    def flat_dW2(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        return {"E": (out - y) ** 2 / 2, "dW1": np.outer(x, delta1), "dW2": delta2 * a1}

    @mistake(
        "W1 is read in the wrong order: reshape(3, 2) does not transpose, it breaks the rows anew. Take W1.T, or leave "
        "W1 as it is: x @ W1."
    )
    def reshaped_for_transposed(x, W1, W2, y):
        rows = W1.reshape(3, 2)
        a1 = sigmoid(rows @ x)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        delta1 = delta2 * W2[:, 0] * a1 * (1 - a1)
        dW1 = np.outer(delta1, x).reshape(2, 3)
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": delta2 * a1[:, None]}

    @mistake(
        "Your slopes are cut off to whole numbers: an array made of whole numbers keeps nothing else. Make it with "
        "np.zeros(shape), which holds floats.",
        earns=1,
    )
    def cut_to_whole_numbers(x, W1, W2, y):
        a1 = sigmoid(x @ W1)
        out = sigmoid(a1 @ W2)[0]
        delta2 = (out - y) * out * (1 - out)
        dW1, dW2 = np.full((2, 3), 0), np.full((3, 1), 0)
        dW1[:] = np.outer(x, delta2 * W2[:, 0] * a1 * (1 - a1)).astype(int)
        dW2[:] = (delta2 * a1[:, None]).astype(int)
        return {"E": (out - y) ** 2 / 2, "dW1": dW1, "dW2": dW2}

    @alternative
    def path_by_path(x, W1, W2, y):
        a1 = [float(sigmoid(sum(x[i] * W1[i, j] for i in range(2)))) for j in range(3)]
        out = float(sigmoid(sum(a1[j] * W2[j, 0] for j in range(3))))
        dW1, dW2 = np.zeros((2, 3)), np.zeros((3, 1))
        for j in range(3):
            dW2[j, 0] = (out - y) * out * (1 - out) * a1[j]
            for i in range(2):
                hidden = W2[j, 0] * a1[j] * (1 - a1[j]) * x[i]
                dW1[i, j] = (out - y) * out * (1 - out) * hidden
        return {"dW2": dW2, "dW1": dW1, "E": 0.5 * (out - y) * (out - y)}

    @alternative
    def as_a_batch_of_one(x, W1, W2, y):
        X = np.array(x, ndmin=2)
        z1 = X @ W1
        z2 = sigmoid(z1) @ W2
        delta2 = (sigmoid(z2) - y) * sigmoid(z2) * sigmoid(-z2)
        delta1 = delta2 @ W2.T * sigmoid(z1) * sigmoid(-z1)
        return {
            "E": np.square(sigmoid(z2) - y) / 2,
            "dW1": X.T @ delta1,
            "dW2": np.transpose(sigmoid(z1)) @ delta2,
        }

    @alternative
    def by_einsum(x, W1, W2, y):
        a1 = sigmoid(np.einsum("i,ij->j", x, W1))
        out = sigmoid(np.einsum("j,jk->k", a1, W2))
        s = (out - y) * (out - out**2)
        dW1 = np.einsum("i,jk,k,j->ij", x, W2, s, a1 - a1**2)
        return {"E": float(((y - out) ** 2).sum()) * 0.5, "dW1": dW1, "dW2": np.outer(a1, s)}

    @invariant
    def both_labels_are_treated_alike(call, rng):
        """With y turned to 1 − y and W2 negated, E and dW1 stay as they are and dW2 is negated. Yours are not."""
        x, W1, W2 = rng.normal(size=2), rng.normal(size=(2, 3)), rng.normal(size=(3, 1))
        one, other = call(x, W1, W2, 1), call(x, W1, -W2, 0)
        return (
            np.isclose(one["E"], other["E"])
            and np.allclose(one["dW1"], other["dW1"])
            and np.allclose(one["dW2"], -other["dW2"])
        )


ARRAYS = [
    *("X", "W1", "b1", "z1", "a1", "W2", "b2", "z2", "a2"),
    *("delta2", "dW2", "db2", "da1", "delta1", "dW1", "db1"),
]


EXAMPLES_IN_COLUMNS = (
    "Here rows are observations, always: X is (m, 2). In yours they are columns, as in some articles, so that most "
    "arrays lie on their side."
)


class Shapes(Exercise):
    """The shape of every array of the [2, 3, 1] network, forward and backward."""

    points = 2
    parts = dict.fromkeys(ARRAYS, 0.125)

    def cases(rng):
        yield from (4, 1, 2, 3, 7)
        for _ in range(4):
            yield int(rng.integers(8, 100))

    def reference(m):
        forward = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        forward |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        second = {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        return forward | second | {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}

    @mistake(
        "A bias is shared by all observations, so its slope is summed over them: db has the shape of b, not of δ.",
        earns=1.75,
    )
    def db_per_example(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (m, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (m, 3)}

    @mistake(
        "There is one bias per unit, not one per observation: b1 is (1, 3) and b2 (1, 1), added to every row; "
        "db1 and db2 have the same shapes.",
        earns=1.5,
    )
    def bias_per_example(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (m, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (m, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (m, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (m, 3)}

    @mistake(
        "Your weights lie on their side. In X @ W1 the rows of W1 meet the inputs: W is (inputs, outputs), and dW too.",
        earns=1.5,
    )
    def weights_transposed(m):
        s = {"X": (m, 2), "W1": (3, 2), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (1, 3), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (1, 3), "db2": (1, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (3, 2), "db1": (1, 3)}

    @mistake(
        "W1 and W2 are right, but their slopes lie on their side: dW always has the shape of W, aᵀδ.",
        earns=1.75,
    )
    def dW_transposed(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (1, 3), "db2": (1, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (3, 2), "db1": (1, 3)}

    @mistake(EXAMPLES_IN_COLUMNS, earns=0.25)
    def examples_in_columns(m):
        s = {"X": (2, m), "W1": (3, 2), "b1": (3, 1), "z1": (3, m), "a1": (3, m)}
        s |= {"W2": (1, 3), "b2": (1, 1), "z2": (1, m), "a2": (1, m)}
        s |= {"delta2": (1, m), "dW2": (1, 3), "db2": (1, 1), "da1": (3, m)}
        return s | {"delta1": (3, m), "dW1": (3, 2), "db1": (3, 1)}

    @mistake(EXAMPLES_IN_COLUMNS, earns=0.75)
    def examples_in_columns_but_not_the_weights(m):
        s = {"X": (2, m), "W1": (2, 3), "b1": (3, 1), "z1": (3, m), "a1": (3, m)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (1, m), "a2": (1, m)}
        s |= {"delta2": (1, m), "dW2": (3, 1), "db2": (1, 1), "da1": (3, m)}
        return s | {"delta1": (3, m), "dW1": (2, 3), "db1": (3, 1)}

    @mistake(
        "The number of observations is m, whatever it is: yours is always 4. Write m where each has a row.",
        earns=1,
    )
    def always_four_examples(m):
        s = {"X": (4, 2), "W1": (2, 3), "b1": (1, 3), "z1": (4, 3), "a1": (4, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (4, 1), "a2": (4, 1)}
        s |= {"delta2": (4, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (4, 3)}
        return s | {"delta1": (4, 3), "dW1": (2, 3), "db1": (1, 3)}

    @mistake(
        "Your biases have one dimension only. Here they are rows, (1, 3) and (1, 1), and so are their slopes.",
        earns=1.5,
    )
    def flat_biases(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (3,), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1,), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1,), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (3,)}

    @mistake(
        "Your output is flat, (m,). Keep it a column: z2, a2 and delta2 are (m, 1).", earns=1.625
    )
    def flat_output(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m,), "a2": (m,)}
        s |= {"delta2": (m,), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}

    @mistake(
        "δ has the shape of z: there is one slope per observation and unit, so delta2 is (m, 1) and delta1 is (m, 3).",
        earns=1.75,
    )
    def one_delta_for_all(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (1, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        return s | {"delta1": (1, 3), "dW1": (2, 3), "db1": (1, 3)}

    @mistake(
        "da1 is the slope with respect to a1, and has its shape, (m, 3): delta2 @ W2.T, (m, 1) times (1, 3).",
        earns=1.875,
    )
    def da1_like_delta2(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 1)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}

    @mistake(
        "The biases are rows, one number per unit of their layer: b1 is (1, 3), not (3, 1), and db1 too.",
        earns=1.75,
    )
    def bias_in_a_column(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (3, 1), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        return s | {"delta1": (m, 3), "dW1": (2, 3), "db1": (3, 1)}

    @mistake(
        "Only the arrays of the way forward are there. The way back has shapes too: delta2, dW2, db2, da1, delta1, "
        "dW1, db1.",
        earns=1.125,
    )
    def only_forward(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        return s | {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}

    @mistake(
        "A slope has the shape of what it is the slope of: dW2 that of W2, (3, 1). Yours lies on its side.",
        earns=1.875,
    )
    def dW2_transposed(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"dW2": (1, 3)}

    @mistake(
        "A slope has the shape of what it is the slope of: dW1 that of W1, (2, 3). Yours lies on its side.",
        earns=1.875,
    )
    def dW1_transposed(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"dW1": (3, 2)}

    @mistake(
        "A slope has the shape of what it is the slope of: db1 that of b1, (1, 3), summed over the m observations.",
        earns=1.875,
    )
    def db1_per_example(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"db1": (m, 3)}

    @mistake(
        "b1 belongs to the hidden units, not to the observations: one row, (1, 3), which is added to every row.",
        earns=1.875,
    )
    def b1_per_example(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"b1": (m, 3)}

    @mistake(
        "A slope has the shape of what it is the slope of: delta1 that of z1, (m, 3). Yours has that of delta2.",
        earns=1.875,
    )
    def delta1_like_delta2(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"delta1": (m, 1)}

    @mistake(
        "W2 leads from 3 hidden units to 1 output, so it is (3, 1), and its slope too. Yours lie on their sides.",
        earns=1.75,
    )
    def W2_transposed(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"W2": (1, 3), "dW2": (1, 3)}

    @mistake(
        "W1 leads from 2 inputs to 3 hidden units, so it is (2, 3), and its slope too. Yours lie on their sides.",
        earns=1.75,
    )
    def W1_transposed(m):
        s = {"X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3)}
        s |= {"W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1)}
        s |= {"delta2": (m, 1), "dW2": (3, 1), "db2": (1, 1), "da1": (m, 3)}
        s |= {"delta1": (m, 3), "dW1": (2, 3), "db1": (1, 3)}
        return s | {"W1": (3, 2), "dW1": (3, 2)}

    @alternative
    def asked_from_arrays(m):
        X, W1, b1 = np.zeros((m, 2)), np.zeros((2, 3)), np.zeros((1, 3))
        z1 = X @ W1 + b1
        W2, b2 = np.zeros((3, 1)), np.zeros((1, 1))
        z2 = z1 @ W2 + b2
        da1 = z2 @ W2.T
        arrays = {"X": X, "W1": W1, "b1": b1, "z1": z1, "a1": z1, "W2": W2, "b2": b2, "z2": z2}
        arrays |= {"a2": z2, "delta2": z2, "dW2": z1.T @ z2, "da1": da1, "delta1": da1}
        arrays |= {"db2": z2.sum(axis=0, keepdims=True), "dW1": X.T @ da1}
        arrays["db1"] = da1.sum(axis=0, keepdims=True)
        return {name: array.shape for name, array in arrays.items()}

    @alternative
    def lists_by_sizes(m):
        sizes, answer = [2, 3, 1], {"X": [m, 2], "da1": [m, 3]}
        for layer in (1, 2):
            n_in, n_out = sizes[layer - 1 : layer + 1]
            answer |= {f"{d}W{layer}": [n_in, n_out] for d in ("", "d")}
            answer |= {f"{d}b{layer}": [1, n_out] for d in ("", "d")}
            answer |= {f"{name}{layer}": [m, n_out] for name in ("z", "a", "delta")}
        return answer

    @alternative
    def arrays_of_sizes(m):
        names = {"X": "m2", "z1 a1 da1 delta1": "m3", "z2 a2 delta2": "m1", "W1 dW1": "23"}
        names |= {"W2 dW2": "31", "b1 db1": "13", "b2 db2": "11"}
        return {
            name: np.array([m if size == "m" else int(size) for size in shape])
            for group, shape in names.items()
            for name in group.split()
        }


#: large enough for a spread within 6σ to tell apart what is divided by what
MANY = (4, 2500, 6)


def spread(call, rng):
    """The standard deviation of W1 and of W2 times √n_in: about 1 each."""
    params = call(MANY, int(rng.integers(1000)))
    return np.array([np.std(params[f"W{i + 1}"]) * np.sqrt(MANY[i]) for i in (0, 1)])


def is_near(found, wanted):
    """Within 6σ of a standard deviation estimated from 10,000 numbers or more."""
    return np.all(np.abs(found / wanted - 1) < 6 / np.sqrt(2 * 10_000))


class Initialize(Exercise):
    """Normal weights with standard deviation 1/√n_in, zero biases; judged by its properties only."""

    points = 2
    # only shapes are compared: everybody may draw other numbers
    tolerance = Tolerance(rtol=0, atol=np.inf)

    def cases(rng):
        yield [2, 3, 1], 0
        yield (4, 2, 3), 7
        yield [1, 1, 1], 1
        yield (3, 5, 2), 2024
        for _ in range(3):
            yield [int(n) for n in rng.integers(2, 8, size=3)], int(rng.integers(10_000))

    def reference(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @invariant
    def same_seed_same_weights(call, rng):
        """The same seed must give the same weights, every time: make a new generator from the seed inside the
        function, np.random.default_rng(seed)."""
        seed = int(rng.integers(1000))
        first, _other, again = (
            call([2, 3, 1], seed),
            call([2, 3, 1], seed + 1),
            call([2, 3, 1], seed),
        )
        return all(np.array_equal(first[W], again[W]) for W in ("W1", "W2"))

    @invariant
    def biases_are_zero(call, rng):
        """Biases start at zero, np.zeros((1, n)): only the weights are random."""
        params = call([4, 5, 3], int(rng.integers(1000)))
        return not np.any(params["b1"]) and not np.any(params["b2"])

    @invariant
    def weights_are_not_zero(call, rng):
        """All weights of a layer are one and the same number (zero counts too). If both layers are like that, the
        hidden units stay copies of one another: draw every weight for itself, in both layers."""
        params = call([4, 5, 3], int(rng.integers(1000)))
        return np.ptp(params["W1"]) > 0 and np.ptp(params["W2"]) > 0

    @invariant
    def no_two_columns_are_equal(call, rng):
        """Two columns of your weights are the same, so two units start as copies of each other: draw every column
        anew, size=(n_in, n_out)."""
        params = call([4, 5, 3], int(rng.integers(1000)))
        return all(len(np.unique(params[W], axis=1).T) == params[W].shape[1] for W in ("W1", "W2"))

    @invariant
    def no_two_rows_are_equal(call, rng):
        """Two rows of your weights are the same, so a layer cannot tell two of its inputs apart: draw every weight
        for itself, size=(n_in, n_out)."""
        params = call([4, 5, 3], int(rng.integers(1000)))
        return all(len(np.unique(params[W], axis=0)) == len(params[W]) for W in ("W1", "W2"))

    @invariant
    def other_seed_other_weights(call, rng):
        """Another seed must give other weights, in both layers: make the generator from the argument,
        np.random.default_rng(seed)."""
        seed = int(rng.integers(1000))
        one, other = call([2, 3, 1], seed), call([2, 3, 1], seed + 1)
        return all(not np.any(one[W] == other[W]) for W in ("W1", "W2"))

    @invariant
    def centred(call, rng):
        """Your weights are not centred at 0: draw from a normal distribution with mean 0, where either sign is as
        likely as the other."""
        params = call(MANY, int(rng.integers(1000)))
        return all(
            abs(np.mean(params[W])) < 6 * np.std(params[W]) / np.sqrt(10_000) for W in ("W1", "W2")
        )

    @invariant
    def spread_is_divided_at_all(call, rng):
        """Your weights have standard deviation 1 in every layer: divide them by the root of the number of inputs,
        np.sqrt(n_in)."""
        return not is_near(spread(call, rng), np.sqrt(MANY[:2]))

    @invariant
    def spread_is_divided_by_a_root(call, rng):
        """Your weights have standard deviation 1/n_in: the root is missing. 1/n_in is the variance, and normal()
        takes the standard deviation, 1/√n_in."""
        return not is_near(spread(call, rng), 1 / np.sqrt(MANY[:2]))

    @invariant
    def spread_counts_the_inputs(call, rng):
        """Your weights have standard deviation 1/√n_out: divide by the root of the number of inputs, the rows of W,
        not of outputs."""
        return not is_near(spread(call, rng), np.sqrt(np.divide(MANY[:2], MANY[1:])))

    @invariant
    def spread_is_right(call, rng):
        """The standard deviation of the weights has to be 1/√n_in, n_in being the number of rows of W; yours is not."""
        W1, W2 = spread(call, rng)
        return is_near(W1, 1.0) or is_near(W2, 1.0)

    @invariant
    def spread_of_W1_is_right(call, rng):
        """W2 is spread as it should be, W1 is not: its standard deviation has to be 1/√n_in with its own n_in, the
        number of inputs."""
        return is_near(spread(call, rng)[0], 1.0)

    @invariant
    def spread_of_W2_is_right(call, rng):
        """W1 is spread as it should be, W2 is not: its standard deviation has to be 1/√n_in with its own n_in, the
        number of hidden units."""
        return is_near(spread(call, rng)[1], 1.0)

    @invariant
    def weights_are_normal(call, rng):
        """Right mean and spread, but another distribution: the weights are to be normal, rng.normal or
        rng.standard_normal."""
        params = call(MANY, int(rng.integers(1000)))
        for W in ("W1", "W2"):
            inside = np.mean(np.abs(params[W]) < np.std(params[W]))
            if abs(inside - 0.6827) > 6 * np.sqrt(0.6827 * 0.3173 / 10_000):
                return False
        return True

    @mistake(weights_are_not_zero.sentence)
    def zeros(sizes, seed):
        n, hidden, out = sizes
        return {
            "W1": np.zeros((n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": np.zeros((hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(no_two_columns_are_equal.sentence)
    def one_column_repeated(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": np.tile(rng.normal(0, 1 / np.sqrt(n), size=(n, 1)), hidden),
            "b1": np.zeros((1, hidden)),
            "W2": np.tile(rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, 1)), out),
            "b2": np.zeros((1, out)),
        }

    @mistake(no_two_rows_are_equal.sentence)
    def one_row_repeated(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": np.ones((n, 1)) * rng.normal(0, 1 / np.sqrt(n), size=(1, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": np.ones((hidden, 1)) * rng.normal(0, 1 / np.sqrt(hidden), size=(1, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(same_seed_same_weights.sentence)
    def seed_ignored(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng()
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(other_seed_other_weights.sentence)
    def always_the_same_seed(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(0)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(biases_are_zero.sentence)
    def random_biases(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": rng.normal(size=(1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": rng.normal(size=(1, out)),
        }

    @mistake(spread_is_divided_at_all.sentence)
    def not_scaled(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(spread_is_divided_by_a_root.sentence)
    def root_forgotten(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / n, size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / hidden, size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(spread_counts_the_inputs.sentence)
    def root_of_the_outputs(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(hidden), size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(out), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(spread_is_right.sentence)
    def scaled_as_for_relu(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, np.sqrt(2 / n), size=(n, hidden)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, np.sqrt(2 / hidden), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake(centred.sentence)
    def between_zero_and_one(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.random((n, hidden)) / np.sqrt(n),
            "b1": np.zeros((1, hidden)),
            "W2": rng.random((hidden, out)) / np.sqrt(hidden),
            "b2": np.zeros((1, out)),
        }

    @mistake(weights_are_normal.sentence)
    def uniform_of_the_same_spread(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.uniform(-1, 1, size=(n, hidden)) * np.sqrt(3 / n),
            "b1": np.zeros((1, hidden)),
            "W2": rng.uniform(-1, 1, size=(hidden, out)) * np.sqrt(3 / hidden),
            "b2": np.zeros((1, out)),
        }

    @mistake(
        "Your weights lie on their side: in X @ W1 the rows of W1 meet the inputs, so W1 is (n_in, n_out)."
    )
    def weights_transposed(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(hidden, n)),
            "b1": np.zeros((1, hidden)),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(out, hidden)),
            "b2": np.zeros((1, out)),
        }

    @mistake("b1 is flat, (n,). Biases are a row, (1, n), with two brackets: np.zeros((1, n)).")
    def flat_b1(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": np.zeros(hidden),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": np.zeros((1, out)),
        }

    @mistake("Your biases are flat. Here they are rows of shape (1, n_out): np.zeros((1, n_out)).")
    def flat_biases(sizes, seed):
        n, hidden, out = sizes
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(n), size=(n, hidden)),
            "b1": np.zeros(hidden),
            "W2": rng.normal(0, 1 / np.sqrt(hidden), size=(hidden, out)),
            "b2": np.zeros(out),
        }

    @mistake(
        "The sizes are always 2, 3 and 1 here: read them from the argument, n, hidden, out = sizes."
    )
    def always_two_three_one(sizes, seed):
        rng = np.random.default_rng(seed)
        return {
            "W1": rng.normal(0, 1 / np.sqrt(2), size=(2, 3)),
            "b1": np.zeros((1, 3)),
            "W2": rng.normal(0, 1 / np.sqrt(3), size=(3, 1)),
            "b2": np.zeros((1, 1)),
        }

    @alternative
    def old_generator(sizes, seed):
        np.random.seed(seed)
        params = {}
        for i in (1, 2):
            n_in, n_out = sizes[i - 1], sizes[i]
            params[f"W{i}"] = np.random.randn(n_in, n_out) / n_in**0.5
            params[f"b{i}"] = np.zeros((1, n_out))
        return params

    @alternative
    def one_generator_per_layer(sizes, seed):
        params = {}
        for i, (n_in, n_out) in enumerate([sizes[:2], sizes[1:]], start=1):
            rng = np.random.default_rng([seed, i])
            params[f"W{i}"] = np.sqrt(1 / n_in) * rng.standard_normal((n_in, n_out))
            params[f"b{i}"] = np.array([[0] * n_out])
        return params

    @alternative
    def number_by_number(sizes, seed):
        import random

        dice = random.Random(seed)
        W = [
            np.array([[dice.gauss(0, n_in**-0.5) for _ in range(n_out)] for _ in range(n_in)])
            for n_in, n_out in (sizes[:2], sizes[1:])
        ]
        b = [np.zeros_like(one[:1]) for one in W]
        return {"W1": W[0], "W2": W[1], "b1": b[0], "b2": b[1]}


class Forward(Exercise):
    """z1 = XW1 + b1, a1 = σ(z1), z2 = a1W2 + b2, a2 = σ(z2), kept in a cache."""

    points = 2
    parts = {"X": 0.25, "z1": 0.5, "a1": 0.5, "z2": 0.5, "a2": 0.25}

    def cases(rng):
        yield XOR[0], START
        yield np.array([[0.5, -1.0]]), START
        for m, n, hidden, out in [
            (4, 2, 3, 1),
            (3, 3, 3, 3),
            (5, 2, 4, 1),
            (2, 4, 2, 3),
            (3, 1, 3, 2),
            (6, 3, 1, 1),
            (1, 2, 2, 2),
            (2, 2, 2, 2),
        ]:
            yield rng.uniform(-2, 2, size=(m, n)), network(rng, n, hidden, out)

    def reference(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "The hidden layer has no sigmoid: a1 = sigmoid(z1). Without it two layers are no more than one.",
        earns=0.75,
    )
    def no_sigmoid_in_the_middle(X, params):
        z1 = X @ params["W1"] + params["b1"]
        z2 = z1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": z1, "z2": z2, "a2": sigmoid(z2)}

    @mistake("The output has no sigmoid: a2 = sigmoid(z2).", earns=1.75)
    def no_sigmoid_at_the_end(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": z2}

    @mistake(
        "There is no sigmoid anywhere: each layer ends with one, a1 = sigmoid(z1), a2 = sigmoid(z2).",
        earns=0.75,
    )
    def no_sigmoid(X, params):
        z1 = X @ params["W1"] + params["b1"]
        z2 = z1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": z1, "z2": z2, "a2": z2}

    @mistake(
        "The second layer takes z1 for its input. What leaves the hidden layer is a1: z2 = a1 @ W2 + b2.",
        earns=1.25,
    )
    def second_layer_fed_with_z1(X, params):
        z1 = X @ params["W1"] + params["b1"]
        z2 = z1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": sigmoid(z1), "z2": z2, "a2": sigmoid(z2)}

    @mistake("Both biases are missing: z = (what comes in) @ W + b.", earns=0.25)
    def no_biases(X, params):
        z1 = X @ params["W1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake("The second bias is missing: z2 = a1 @ W2 + b2.", earns=1.25)
    def no_second_bias(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "b is inside the bracket with W: that adds b times the sum of the inputs. Write X @ W1 + b1 and a1 @ W2 + b2.",
        earns=0.25,
    )
    def bias_added_to_the_weights(X, params):
        z1 = X @ (params["W1"] + params["b1"])
        a1 = sigmoid(z1)
        z2 = a1 @ (params["W2"] + params["b2"])
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "The biases are added after the sigmoid. They belong inside: a = sigmoid(X @ W + b).",
        earns=0.25,
    )
    def bias_after_the_sigmoid(X, params):
        z1 = X @ params["W1"]
        a1 = sigmoid(z1) + params["b1"]
        z2 = a1 @ params["W2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2) + params["b2"]}

    @mistake(
        "b1 is added after the sigmoid. It belongs inside: z1 = X @ W1 + b1, then a1 = sigmoid(z1).",
        earns=0.25,
    )
    def first_bias_after_the_sigmoid(X, params):
        z1 = X @ params["W1"]
        a1 = sigmoid(z1) + params["b1"]
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "b is turned into a column, and gives each row a bias of its own. It is a row, one number per unit: add it "
        "as it is."
    )
    def bias_per_example(X, params):
        z1 = X @ params["W1"] + params["b1"].T
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"].T
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "`*` multiplies entry by entry. A layer is a matrix product: X @ W1 + b1, a1 @ W2 + b2."
    )
    def entry_by_entry(X, params):
        z1 = X * params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 * params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake("The weights are transposed. W1 is (inputs, outputs) already: X @ W1 fits as it is.")
    def weights_transposed(X, params):
        z1 = X @ params["W1"].T + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"].T + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake("The sigmoid is taken of a1 once more: z2 = a1 @ W2 + b2.", earns=1.25)
    def sigmoid_taken_twice(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = sigmoid(a1) @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "The hidden layer uses tanh. In this unit both layers use the sigmoid.",
        earns=0.75,
    )
    def tanh_in_the_middle(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = np.tanh(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "a2 is rounded to 0 or 1. The output is the activation itself, a2 = sigmoid(z2).",
        earns=1.75,
    )
    def classes(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": (z2 > 0).astype(float)}

    @mistake(
        "You return the output alone. The way back needs everything: a dictionary with X, z1, a1, z2, a2."
    )
    def output_alone(X, params):
        a1 = sigmoid(X @ params["W1"] + params["b1"])
        return sigmoid(a1 @ params["W2"] + params["b2"])

    @mistake(
        "All numbers are right, but X is missing in the cache: the slope of W1 needs it on the way back.",
        earns=1.75,
    )
    def without_X(X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake("The hidden layer always has three units here: let the shapes of W1 and b1 decide.")
    def always_three_nodes(X, params):
        z1 = np.zeros((len(X), 3))
        for j in range(3):
            z1[:, j] = X @ params["W1"][:, j] + params["b1"][0, j]
        a1 = sigmoid(z1)
        z2 = a1 @ params["W2"] + params["b2"]
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @mistake(
        "z1 and z2 are lost: in the cache they hold activations. If you wrote a1 = z1, both mean one array: what "
        "is written into it changes both. Let a1 = sigmoid(z1) make a new one.",
        earns=1,
    )
    def z_overwritten(X, params):
        a1 = sigmoid(X @ params["W1"] + params["b1"])
        a2 = sigmoid(a1 @ params["W2"] + params["b2"])
        return {"X": X, "z1": a1, "a1": a1, "z2": a2, "a2": a2}

    @mistake(
        "Your arrays lie on their side, observations in columns. Here rows are observations: X @ W1 + b1, without any "
        "transpose.",
        earns=0.25,
    )
    def examples_in_columns(X, params):
        z1 = params["W1"].T @ X.T + params["b1"].T
        a1 = sigmoid(z1)
        z2 = params["W2"].T @ a1 + params["b2"].T
        return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": sigmoid(z2)}

    @alternative
    def bias_as_a_weight(X, params):
        cache, a = {"X": X}, X
        for layer in "12":
            with_one = np.column_stack([np.ones(len(a)), a])
            z = with_one @ np.vstack([params["b" + layer], params["W" + layer]])
            a = 1 / (1 + np.exp(-z))
            cache |= {"z" + layer: z, "a" + layer: a}
        return cache

    @alternative
    def example_by_example(X, params):
        cache = {name: [] for name in ("z1", "a1", "z2", "a2")}
        for x in X:
            cache["z1"].append(params["W1"].T @ x + params["b1"][0])
            cache["a1"].append([float(sigmoid(z)) for z in cache["z1"][-1]])
            cache["z2"].append(params["W2"].T @ cache["a1"][-1] + params["b2"][0])
            cache["a2"].append(sigmoid(cache["z2"][-1]))
        return {name: np.array(rows) for name, rows in cache.items()} | {"X": np.copy(X)}

    @alternative
    def by_einsum(X, params):
        m = len(X)
        z1 = np.einsum("ij,jk->ik", X, params["W1"]) + np.repeat(params["b1"], m, axis=0)
        a1 = np.exp(-np.logaddexp(0, -z1))
        z2 = np.tensordot(a1, params["W2"], axes=1) + np.ones((m, 1)) @ params["b2"]
        return {"a2": 0.5 * (1 + np.tanh(z2 / 2)), "z2": z2, "a1": a1, "z1": z1, "X": 1.0 * X}

    @invariant
    def examples_do_not_meet(call, rng):
        """Every observation goes through the network alone: in another order, the rows of arrays come in that order.
        Yours do not."""
        X, params = rng.normal(size=(4, 2)), network(rng)
        cache, turned = call(X, params), call(X[::-1], params)
        arrays = ("X", "z1", "a1", "z2", "a2")
        return all(np.allclose(cache[name][::-1], turned[name]) for name in arrays)

    @invariant
    def negating_the_last_layer_swaps_the_labels(call, rng):
        """With W2 and b2 negated, a2 becomes 1 − a2. Yours does not."""
        X, params = rng.normal(size=(4, 2)), network(rng)
        one, other = call(X, params), call(X, negated_last_layer(params))
        return np.allclose(one["a2"], 1 - other["a2"]) and np.allclose(one["a1"], other["a1"])


forward = Forward.reference


def slopes_at_z(rng, m, n=2, hidden=3, out=1):
    """δ2, a1, W2, da1 and δ1 of a real pass with the log-loss."""
    params = network(rng, n, hidden, out)
    cache = forward(rng.uniform(-2, 2, size=(m, n)), params)
    delta2 = (cache["a2"] - rng.integers(0, 2, size=(m, out))) / m
    da1 = delta2 @ params["W2"].T
    return delta2, cache["a1"], params["W2"], da1, da1 * cache["a1"] * (1 - cache["a1"])


class AddGate(Exercise):
    """δ goes on to both inputs; for the bias it is summed over the observations."""

    points = 1
    returns = ("d_product", "d_bias")
    parts = {"d_product": 0.5, "d_bias": 0.5}
    tolerance = GRADIENT

    def cases(rng):
        yield np.array([[1, -2, 3], [0, 4, 2], [5, 1, -1], [2, 2, 7]])
        yield np.array([[0.5, -1.5, 2.0]])
        yield column(0.25, -0.5, 1.0)
        yield np.array([[2.0, -1.0, 0.5], [1.0, 3.0, -2.0], [0.5, 0.25, 4.0]])
        yield np.array([[-0.75]])
        for m, hidden in [(4, 3), (5, 2), (2, 4), (3, 3)]:
            delta2, _a1, _W2, _da1, delta1 = slopes_at_z(rng, m, 2, hidden)
            yield delta2
            yield delta1

    def reference(delta):
        return delta, delta.sum(axis=0, keepdims=True)

    @mistake(
        "1/m sits in δ already, so the bias takes the sum over the observations. Yours takes the mean.",
        earns=0.5,
    )
    def mean(delta):
        return delta, delta.mean(axis=0, keepdims=True)

    @mistake(
        "You sum over the wrong axis. The bias is shared by all observations, so their rows are added up: axis=0.",
        earns=0.5,
    )
    def wrong_axis(delta):
        return delta, delta.sum(axis=1, keepdims=True)

    @mistake(
        "The numbers are right, but d_bias is flat. b is a row (1, n), and its slope too: keepdims=True.",
        earns=0.5,
    )
    def keepdims_lost(delta):
        return delta, delta.sum(axis=0)

    @mistake(
        "You sum over the wrong axis, and into a flat array. The rows of the observations are added up: "
        "sum(axis=0, keepdims=True).",
        earns=0.5,
    )
    def wrong_axis_and_flat(delta):
        return delta, delta.sum(axis=1)

    @mistake(
        "d_bias has one number for all units. Each unit has a bias of its own: sum over the observations only, axis=0.",
        earns=0.5,
    )
    def everything_summed(delta):
        return delta, delta.sum()

    @mistake(
        "d_bias has one number for all units. Each unit has a bias of its own: sum over the observations only, axis=0.",
        earns=0.5,
    )
    def everything_summed_in_a_square(delta):
        return delta, delta.sum(keepdims=True)

    @mistake(
        "The bias takes part in every observation, and its slope is the sum of theirs. Yours is not summed.",
        earns=0.5,
    )
    def not_summed(delta):
        return delta, delta

    @mistake(
        "The product has a row for each observation, and keeps δ as it is. Only the bias gets the sum.",
        earns=0.5,
    )
    def both_summed(delta):
        total = delta.sum(axis=0, keepdims=True)
        return total, total

    @mistake("Right, but in the wrong order: return d_product, d_bias.")
    def returned_backwards(delta):
        return delta.sum(axis=0, keepdims=True), delta

    @mistake(
        "An add gate does not share δ out: its slope is 1 to both sides, so both get all of it.",
    )
    def shared_out(delta):
        return delta / 2, delta.sum(axis=0, keepdims=True) / 2

    @mistake(
        "The local slope of an add gate is 1, but it is multiplied with the δ that comes in: hand on δ itself.",
    )
    def ones(delta):
        return np.ones_like(delta), np.full((1, delta.shape[1]), float(len(delta)))

    @mistake(
        "d_bias is the slope of one observation only. The bias takes part in all of them: sum over the rows, axis=0.",
        earns=0.5,
    )
    def first_example_only(delta):
        return delta, delta[:1]

    @mistake(
        "d_bias is right, but d_product is damaged: delta[:1] is no copy but a view of δ, so what you add to it is "
        "added to the first row of δ itself. Add in a new array, or take delta.sum(axis=0, keepdims=True).",
        earns=0.5,
    )
    def added_up_in_delta(delta):
        d_bias = delta[:1]
        for row in delta[1:]:
            d_bias += row
        return delta, d_bias

    @alternative
    def row_of_ones(delta):
        return delta.copy(), np.ones((1, len(delta))) @ delta

    @alternative
    def added_up(delta):
        d_bias = np.zeros((1, delta.shape[1]))
        for row in delta:
            d_bias += row
        return [delta, d_bias]

    @alternative
    def by_einsum(delta):
        return 1.0 * delta, np.einsum("ij->j", delta)[np.newaxis]

    @alternative
    def mean_times_m(delta):
        return np.array(delta), len(delta) * np.mean(delta, axis=0).reshape(1, -1)

    @invariant
    def twice_the_examples_twice_the_bias(call, rng):
        """With every row of δ twice, the sum over the rows doubles, and so should d_bias. Yours does not."""
        delta = rng.normal(size=(3, 4))
        return np.allclose(2 * call(delta)[1], call(np.vstack([delta, delta]))[1])


class MulGate(Exercise):
    """da = δWᵀ and dW = aᵀδ: the gate swaps and transposes."""

    points = 2
    returns = ("da", "dW")
    parts = {"da": 1, "dW": 1}
    tolerance = GRADIENT

    def cases(rng):
        yield (
            np.array([[1, -2], [3, 0], [2, 5], [-1, 1]]),
            np.array([[2, 1, 0], [-1, 3, 1], [0, 2, -2], [1, 1, 4]]),
            np.array([[1, 4], [-2, 3], [5, -1]]),
        )
        yield np.array([[0.5]]), np.array([[2.0, -1.0, 3.0]]), column(1.0, -0.5, 2.0)
        yield np.array([[2.0]]), np.array([[-1.5]]), np.array([[0.25]])
        for m, hidden, out in [(4, 3, 1), (3, 3, 3), (5, 2, 4), (2, 4, 2), (3, 2, 3), (2, 2, 2)]:
            delta2, a1, W2, _da1, _delta1 = slopes_at_z(rng, m, 2, hidden, out)
            yield delta2, a1, W2
        X = rng.uniform(-2, 2, size=(4, 2))
        yield slopes_at_z(rng, 4)[4], X, rng.normal(size=(2, 3))

    def reference(delta, a, W):
        return delta @ W.T, a.T @ delta

    @mistake(
        "`*` multiplies entry by entry, and goes wrong unless the shapes happen to fit. Both slopes are matrix "
        "products: da = delta @ W.T, dW = a.T @ delta."
    )
    def entry_by_entry(delta, a, W):
        return delta * W.T, a.T * delta

    @mistake(
        "dW is a matrix product, a.T @ delta, which sums over the observations. Yours multiplies entry by entry, `*`."
    )
    def dW_entry_by_entry(delta, a, W):
        return delta @ W.T, a * delta

    @mistake(
        "dW is a matrix product, a.T @ delta, which sums over the observations. Yours multiplies entry by entry, `*`."
    )
    def dW_entry_by_entry_turned(delta, a, W):
        return delta @ W.T, a.T * delta

    @mistake(
        "da is a matrix product, delta @ W.T, which sums over the units behind. Yours multiplies entry by entry, `*`."
    )
    def da_entry_by_entry(delta, a, W):
        return delta * W.T, a.T @ delta

    @mistake("Right products, but swapped: the task asks for da, then dW.")
    def returned_backwards(delta, a, W):
        return a.T @ delta, delta @ W.T

    @mistake(
        "Both transposes are missing. The shapes tell where they belong: da has the shape of a, so it is delta @ W.T; "
        "dW has the shape of W, so it is a.T @ delta."
    )
    def not_transposed(delta, a, W):
        return delta @ W, a @ delta

    @mistake("W has to be transposed on the way back: da has the shape of a, so it is delta @ W.T.")
    def W_not_transposed(delta, a, W):
        return delta @ W, a.T @ delta

    @mistake(
        "a has to be transposed: dW has the shape of W and sums over the observations, a.T @ delta."
    )
    def a_not_transposed(delta, a, W):
        return delta @ W.T, a @ delta

    @mistake(
        "dW is right. For da, reshape does not transpose: it keeps the order of the numbers and breaks the rows anew. "
        "Take W.T.",
        earns=1,
    )
    def W_reshaped(delta, a, W):
        return delta @ W.reshape(W.shape[::-1]), a.T @ delta

    @mistake(
        "da is right. For dW, reshape does not transpose: it keeps the order of the numbers and breaks the rows anew. "
        "Take a.T.",
        earns=1,
    )
    def a_reshaped(delta, a, W):
        return delta @ W.T, a.reshape(a.shape[::-1]) @ delta

    @mistake(
        "reshape does not transpose: it keeps the order of the numbers and breaks the rows anew. Take W.T and a.T."
    )
    def both_reshaped(delta, a, W):
        return delta @ W.reshape(W.shape[::-1]), a.reshape(a.shape[::-1]) @ delta

    @mistake("dW lies on its side. It has the shape of W: a.T @ delta, not delta.T @ a.", earns=1)
    def dW_on_its_side(delta, a, W):
        return delta @ W.T, delta.T @ a

    @mistake("da lies on its side. It has the shape of a: delta @ W.T, not W @ delta.T.", earns=1)
    def da_on_its_side(delta, a, W):
        return W @ delta.T, a.T @ delta

    @mistake("1/m sits in δ already: dW is a.T @ delta, without another division.", earns=1)
    def divided_by_m(delta, a, W):
        return delta @ W.T, a.T @ delta / len(a)

    @mistake(
        "dW holds the last observation only: in the loop over the observations their products are added up, += in the "
        "place of =.",
        earns=1,
    )
    def last_example_only(delta, a, W):
        return delta @ W.T, np.outer(a[-1], delta[-1])

    @mistake(
        "The slope of the sigmoid is in da already. That is the sigmoid gate's work; here da = delta @ W.T.",
        earns=1,
    )
    def sigmoid_slope_included(delta, a, W):
        return delta @ W.T * a * (1 - a), a.T @ delta

    @mistake("The slope of a product is the other factor times δ. Here δ is missing.")
    def delta_forgotten(delta, a, W):
        return np.tile(W.sum(axis=1), (len(a), 1)), np.tile(a.sum(axis=0)[:, None], W.shape[1])

    @alternative
    def sums_of_outer_products(delta, a, W):
        da = np.array([W @ row for row in delta])
        return da, sum(np.outer(one, row) for one, row in zip(a, delta, strict=True))

    @alternative
    def by_einsum(delta, a, W):
        return [np.einsum("ik,jk->ij", delta, W), np.einsum("ij,ik->jk", a, delta)]

    @alternative
    def turned_twice(delta, a, W):
        return (W @ delta.T).T, (delta.T @ a).T

    @alternative
    def by_loops(delta, a, W):
        da, dW = np.zeros(a.shape), np.zeros(W.shape)
        for i in range(len(a)):
            for j in range(len(W)):
                for k in range(W.shape[1]):
                    da[i, j] += delta[i, k] * W[j, k]
                    dW[j, k] += a[i, j] * delta[i, k]
        return da, dW

    @invariant
    def order_of_the_examples(call, rng):
        """In another order of the observations, the rows of da come in that order and dW stays. Yours do not."""
        delta, a, W = rng.normal(size=(4, 2)), rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
        da, dW = call(delta, a, W)
        da_turned, dW_turned = call(delta[::-1], a[::-1], W)
        return np.allclose(da[::-1], da_turned) and np.allclose(dW, dW_turned)

    @invariant
    def twice_the_examples(call, rng):
        """With every observation twice and δ halved, as 1/m asks, dW stays as it is. Yours does not."""
        delta, a, W = rng.normal(size=(3, 2)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
        twice = call(np.vstack([delta, delta]) / 2, np.vstack([a, a]), W)
        return np.allclose(call(delta, a, W)[1], twice[1])


class SigmoidGate(Exercise):
    """δ = da · a(1 − a), entry by entry."""

    points = 1
    tolerance = GRADIENT

    def cases(rng):
        yield np.array([[1, -2, 3], [2, 1, -1]]), sigmoid(np.array([[0.5, -1, 2], [1, 0.25, -3]]))
        yield np.array([[2.0, -1.0]]), np.array([[0.5, 0.25]])
        yield np.array([[0.0, 4.0], [-1.0, 0.0]]), np.array([[0.2, 0.9], [0.75, 0.5]])
        yield np.array([[-3.0]]), np.array([[0.3]])
        for m, hidden in [(4, 3), (3, 3), (5, 2), (2, 4), (1, 3), (3, 1), (2, 2)]:
            _delta2, a1, _W2, da1, _delta1 = slopes_at_z(rng, m, 2, hidden)
            yield da1, a1

    def reference(da, a):
        return da * a * (1 - a)

    @mistake(
        "The sigmoid is taken once more: a is σ(z) already, so its slope is a(1 − a), without a sigmoid."
    )
    def sigmoid_taken_twice(da, a):
        s = sigmoid(a)
        return da * s * (1 - s)

    @mistake("The slope that comes in is forgotten: multiply a(1 − a) by da.")
    def da_forgotten(da, a):
        return a * (1 - a)

    @mistake(
        "da is handed on as it is. The gate multiplies it by the slope of the sigmoid, a(1 − a), which is never 1."
    )
    def handed_on(da, a):
        return da

    @mistake("One factor is missing: the slope of the sigmoid is a · (1 − a), yours is a.")
    def second_factor_missing(da, a):
        return da * a

    @mistake("One factor is missing: the slope of the sigmoid is a · (1 − a), yours is 1 − a.")
    def first_factor_missing(da, a):
        return da * (1 - a)

    @mistake("Brackets are missing: da * a * 1 - a subtracts a at the end. Write da * a * (1 - a).")
    def no_brackets(da, a):
        return da * a * 1 - a

    @mistake("The sign is wrong: σ rises, so its slope is a · (1 − a), not a · (a − 1).")
    def falling(da, a):
        return da * a * (a - 1)

    @mistake("1 − a² is the slope of tanh. The sigmoid has a · (1 − a).")
    def slope_of_tanh(da, a):
        return da * (1 - a**2)

    @mistake("`@` adds up products. A sigmoid works entry by entry: da * a * (1 - a).")
    def matrix_product(da, a):
        return da @ (a * (1 - a))

    @mistake("`@` adds up products. A sigmoid works entry by entry: da * a * (1 - a).")
    def matrix_product_turned(da, a):
        return da.T @ (a * (1 - a))

    @mistake("`@` adds up products. A sigmoid works entry by entry: da * a * (1 - a).")
    def matrix_product_turned_the_other_way(da, a):
        return da @ (a * (1 - a)).T

    @mistake("Slopes along a path are multiplied: da times a(1 − a). Yours adds them.")
    def added(da, a):
        return da + a * (1 - a)

    @mistake(
        "This sends da through the sigmoid. On the way back it is multiplied by the slope a(1 − a)."
    )
    def sigmoid_of_da(da, a):
        return sigmoid(da)

    @mistake("You divide by the slope of the sigmoid. The chain rule multiplies: da * a * (1 - a).")
    def divided(da, a):
        return da / (a * (1 - a))

    @mistake(
        "There is no 1/m here: it sits in the δ of the last layer already. Write da * a * (1 - a)."
    )
    def divided_by_m(da, a):
        return da * a * (1 - a) / len(a)

    @alternative
    def difference_of_squares(da, a):
        return da * (a - a**2)

    @alternative
    def by_einsum(da, a):
        return np.einsum("ij,ij,ij->ij", da, a, 1 - a)

    @alternative
    def entry_by_entry(da, a):
        delta = np.zeros(a.shape)
        for place in np.ndindex(a.shape):
            delta[place] = da[place] * a[place] * (1 - a[place])
        return delta

    @alternative
    def around_one_half(da, a):
        return np.multiply(0.25 - np.square(a - 0.5), da)

    @invariant
    def both_sides_alike(call, rng):
        """σ is as steep at a as at 1 − a. Yours is not."""
        da, a = rng.normal(size=(3, 2)), sigmoid(rng.normal(size=(3, 2)))
        return np.allclose(call(da, a), call(da, 1 - a))


add_gate, mul_gate, sigmoid_gate = AddGate.reference, MulGate.reference, SigmoidGate.reference

ONE_BIAS = (
    "db1 adds up the slopes of different units. Each unit has a bias of its own: sum over the observations only, "
    "sum(axis=0, keepdims=True)."
)
ENTRY_BY_ENTRY = "`*` multiplies entry by entry. dW is a matrix product, a.T @ delta, which sums over the observations."


def passes(rng):
    """Arguments of backward from real forward passes of many shapes."""
    yield XOR[1], START, forward(XOR[0], START)
    yield column(1), START, forward(np.array([[0.5, -1.0]]), START)
    for m, n, hidden in [
        (4, 2, 3),
        (3, 3, 3),
        (5, 2, 4),
        (2, 3, 2),
        (6, 3, 5),
        (4, 4, 2),
        (3, 2, 1),
        (2, 2, 2),
        (7, 1, 3),
    ]:
        X, y = examples(rng, m, n)
        params = network(rng, n, hidden)
        yield y if m % 2 else y.astype(float), params, forward(X, params)
    for m, n in [
        (4, 2),
        (3, 3),
    ]:  # two outputs, and two hidden units, so that mistakes still come to an end
        X, params = rng.uniform(-2, 2, size=(m, n)), network(rng, n, 2, 2)
        yield rng.integers(0, 2, size=(m, 2)), params, forward(X, params)


class Backward(Exercise):
    """The slopes of the mean log-loss with respect to W1, b1, W2 and b2."""

    points = 5
    parts = {"W1": 1.5, "b1": 1, "W2": 1.5, "b2": 1}
    tolerance = GRADIENT
    uses = ("add_gate", "mul_gate", "sigmoid_gate")
    cases = passes

    def reference(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "The 1/m is missing: J is a mean over the observations, so δ of the last layer is (a2 − y)/m."
    )
    def mean_forgotten(y, params, cache):
        delta2 = cache["a2"] - y
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake("1/m is there twice. It sits in δ of the last layer, (a2 − y)/m, and nowhere else.")
    def mean_twice(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1 / len(y),
            "b1": delta1.mean(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2 / len(y),
            "b2": delta2.mean(axis=0, keepdims=True),
        }

    @mistake(
        "db1 and db2 are right, but in dW1 and dW2 1/m is there twice: it sits in δ already, so dW is aᵀδ alone.",
        earns=2,
    )
    def mean_twice_in_W(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1 / len(y),
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2 / len(y),
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "1/m sits in δ already, so db is the sum of δ over the observations. Yours takes the mean, a second 1/m.",
        earns=3,
    )
    def mean_of_the_biases(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.mean(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.mean(axis=0, keepdims=True),
        }

    @mistake(
        "dW1 and dW2 have their 1/m, but db1 and db2 have none: put it into δ2 = (a2 − y)/m, and all four get it.",
        earns=3,
    )
    def biases_without_the_mean(y, params, cache):
        delta2 = cache["a2"] - y
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1 / len(y),
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2 / len(y),
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "db1 and db2 have their 1/m, but dW1 and dW2 have none: put it into δ2 = (a2 − y)/m, and all four get it.",
        earns=2,
    )
    def weights_without_the_mean(y, params, cache):
        delta2 = cache["a2"] - y
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.mean(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.mean(axis=0, keepdims=True),
        }

    @mistake("dW2 and db2 are right. δ1 is divided by m again: its 1/m comes with δ2.", earns=2.5)
    def mean_again_in_the_hidden_layer(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"]) / len(y)
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "σ′ is left in at the output: with the log-loss a2(1 − a2) cancels, and δ2 is (a2 − y)/m alone."
    )
    def slope_of_the_output_left_in(y, params, cache):
        delta2 = (cache["a2"] - y) * cache["a2"] * (1 - cache["a2"]) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "These are the slopes of the mean squared error. With the log-loss δ2 is (a2 − y)/m alone."
    )
    def slopes_of_the_squared_error(y, params, cache):
        delta2 = 2 * (cache["a2"] - y) * cache["a2"] * (1 - cache["a2"]) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 has a2 where a1 belongs: W2 is multiplied with what comes in, a1, so dW2 = a1.T @ delta2.",
        earns=3.5,
    )
    def a2_for_a1_in_dW2(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a2"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. In δ1 stands a2 where a1 belongs: the hidden units have the slope a1(1 − a1).",
        earns=2.5,
    )
    def a2_for_a1_in_the_hidden_slope(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a2"] * (1 - cache["a2"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. On the way to δ1 the hidden sigmoid is skipped: multiply da1 by a1(1 − a1).",
        earns=2.5,
    )
    def slope_of_the_hidden_nodes_forgotten(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. In δ1 the sigmoid is taken once more: a1 is σ(z1) already, its slope is a1(1 − a1).",
        earns=2.5,
    )
    def sigmoid_taken_twice(y, params, cache):
        s = sigmoid(cache["a1"])
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * s * (1 - s)
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. In δ1 the slope is built from z1: it is a1(1 − a1), with a1 = σ(z1).",
        earns=2.5,
    )
    def slope_from_z1(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["z1"] * (1 - cache["z1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. On the way back to δ1, δ2 passes over W2: da1 = delta2 @ W2.T.",
        earns=2.5,
    )
    def W2_forgotten(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake("All slopes have the wrong sign: δ2 is output minus target, (a2 − y)/m.")
    def label_minus_output(y, params, cache):
        delta2 = (y - cache["a2"]) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "db is summed over the wrong axis. A bias is shared by all observations, so their rows are added up: axis=0.",
        earns=3,
    )
    def wrong_axis(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=1, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=1, keepdims=True),
        }

    @mistake(
        "The numbers are right, but db1 and db2 are flat. They are rows like b1 and b2: sum(axis=0, keepdims=True).",
        earns=3,
    )
    def keepdims_lost(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0),
        }

    @mistake(
        "A bias takes part in every observation, and its slope is the sum over them: sum(axis=0, keepdims=True).",
        earns=3,
    )
    def db_not_summed(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1,
            "W2": cache["a1"].T @ delta2,
            "b2": delta2,
        }

    @mistake(ONE_BIAS, earns=3)
    def all_biases_in_one(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(),
        }

    @mistake(ONE_BIAS, earns=3)
    def all_biases_in_one_square(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(keepdims=True),
        }

    @mistake(
        "`*` multiplies entry by entry. dW2 is a matrix product, a1.T @ delta2, which sums over the observations.",
        earns=3.5,
    )
    def dW2_entry_by_entry(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"] * delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(ENTRY_BY_ENTRY)
    def entry_by_entry(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"] * delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"] * delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(ENTRY_BY_ENTRY)
    def entry_by_entry_turned(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T * delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T * delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "`*` multiplies entry by entry. δ2 goes back through W2 by a matrix product, delta2 @ W2.T."
    )
    def da1_entry_by_entry(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 * params["W2"] * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "W2 has to be transposed on the way back: da1 has the shape of a1, so it is delta2 @ W2.T."
    )
    def W2_not_transposed(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"] * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW1 has a1 where X belongs: W1 is multiplied with what comes in, X, so dW1 = X.T @ delta1.",
        earns=3.5,
    )
    def a1_for_X_in_dW1(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["a1"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW1 and dW2 lie on their sides. dW has the shape of W: a.T @ delta, not delta.T @ a.",
        earns=2,
    )
    def dW_on_their_sides(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": delta1.T @ cache["X"],
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": delta2.T @ cache["a1"],
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW2 and db2 are right. dW1 and db1 take δ2: the first layer needs a δ of its own, δ1 = da1 · a1(1 − a1).",
        earns=2.5,
    )
    def delta2_handed_on_twice(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ np.tile(delta2, delta1.shape[1]),
            "b1": np.tile(delta2, delta1.shape[1]).sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake("You divide by the number of features. The mean is over the m observations, len(y).")
    def divided_by_the_features(y, params, cache):
        delta2 = (cache["a2"] - y) / cache["X"].shape[1]
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "The output is rounded to 0 or 1 before the targets are subtracted: take a2 itself, (a2 − y)/m."
    )
    def classes(y, params, cache):
        delta2 = ((cache["a2"] > 0.5) - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "A column minus a flat y is (m, m): every output is compared with every target. Keep y a column, (m, 1)."
    )
    def every_pair(y, params, cache):
        delta2 = (cache["a2"] - y.ravel()) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "dW1 and dW2 hold the last observation only. Add up over the observations, a.T @ delta, or += in the loop.",
        earns=2,
    )
    def last_example_only(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": np.outer(cache["X"][-1], delta1[-1]),
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": np.outer(cache["a1"][-1], delta2[-1]),
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "The numbers are right, but under other names: the slope of W1 goes under the name `W1`, as in params."
    )
    def named_as_slopes(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "dW1": cache["X"].T @ delta1,
            "db1": delta1.sum(axis=0, keepdims=True),
            "dW2": cache["a1"].T @ delta2,
            "db2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "You divide by the number of all targets. With two outputs a row has two of them; m counts the rows, len(y)."
    )
    def divided_by_all_targets(y, params, cache):
        delta2 = (cache["a2"] - y) / y.size
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake("You always divide by 4. The mean is over the m observations, however many: len(y).")
    def always_four(y, params, cache):
        delta2 = (cache["a2"] - y) / 4
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake(
        "This δ2 is the slope at a2: the output's own sigmoid gate is missing. Times a2(1 − a2), (a2 − y)/m is left."
    )
    def gate_of_the_output_missing(y, params, cache):
        a2 = cache["a2"]
        delta2 = (a2 - y) / (a2 * (1 - a2)) / len(y)
        delta1 = delta2 @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        return {
            "W1": cache["X"].T @ delta1,
            "b1": delta1.sum(axis=0, keepdims=True),
            "W2": cache["a1"].T @ delta2,
            "b2": delta2.sum(axis=0, keepdims=True),
        }

    @mistake("The two results of mul_gate are swapped: it returns da first, then dW.")
    def results_of_mul_gate_swapped(y, params, cache):
        delta2 = (cache["a2"] - y) / len(y)
        dW2, da1 = mul_gate(delta2, cache["a1"], params["W2"])
        delta1 = sigmoid_gate(da1, cache["a1"])
        dW1, _dX = mul_gate(delta1, cache["X"], params["W1"])
        return {"W1": dW1, "b1": add_gate(delta1)[1], "W2": dW2, "b2": add_gate(delta2)[1]}

    @alternative
    def through_the_gates(y, params, cache):
        product, db2 = add_gate((cache["a2"] - y) / len(y))
        da1, dW2 = mul_gate(product, cache["a1"], params["W2"])
        product, db1 = add_gate(sigmoid_gate(da1, cache["a1"]))
        _dX, dW1 = mul_gate(product, cache["X"], params["W1"])
        return {"b2": db2, "W2": dW2, "b1": db1, "W1": dW1}

    @alternative
    def mean_at_the_end(y, params, cache):
        sums = {name: np.zeros(value.shape) for name, value in params.items()}
        for x, a1, a2, label in zip(cache["X"], cache["a1"], cache["a2"], y, strict=True):
            delta2 = a2 - label
            delta1 = params["W2"] @ delta2 * a1 * (1 - a1)
            sums["W1"] += np.outer(x, delta1)
            sums["b1"] += delta1
            sums["W2"] += np.outer(a1, delta2)
            sums["b2"] += delta2
        return {name: total / len(y) for name, total in sums.items()}

    @alternative
    def loss_slope_times_sigmoid_slope(y, params, cache):
        a1, a2 = cache["a1"], cache["a2"]
        delta2 = (-y / a2 + (1 - y) / (1 - a2)) * (a2 - a2**2) / len(y)
        slope = sigmoid(cache["z1"]) * sigmoid(-cache["z1"])
        delta1 = np.einsum("ik,jk,ij->ij", delta2, params["W2"], slope)
        ones = np.ones((1, len(a1)))
        return {
            "W2": np.einsum("ij,ik->jk", a1, delta2),
            "b2": ones @ delta2,
            "W1": (delta1.T @ cache["X"]).T,
            "b1": ones @ delta1,
        }

    @alternative
    def biases_as_weights(y, params, cache):
        ones = np.ones((len(y), 1))
        error = cache["a2"] - y
        second = np.hstack([ones, cache["a1"]]).T @ error / len(y)
        hidden = error @ params["W2"].T * cache["a1"] * (1 - cache["a1"])
        first = np.hstack([ones, cache["X"]]).T @ hidden / len(y)
        return {"W1": first[1:], "b1": first[:1], "W2": second[1:], "b2": second[:1]}

    @invariant
    def twice_the_same_batch(call, rng):
        """Your slopes change when every observation comes twice: those of a mean do not, so look for the 1/m."""
        (X, y), params = examples(rng, 4), network(rng)
        one = call(y, params, forward(X, params))
        X, y = np.vstack([X, X]), np.vstack([y, y])
        two = call(y, params, forward(X, params))
        return all(np.allclose(one[name], two[name]) for name in params)

    @invariant
    def order_of_the_examples_does_not_matter(call, rng):
        """Your slopes change when the same observations come in another order."""
        (X, y), params = examples(rng, 5), network(rng)
        one = call(y, params, forward(X, params))
        two = call(y[::-1], params, forward(X[::-1], params))
        return all(np.allclose(one[name], two[name]) for name in params)

    @invariant
    def both_labels_are_treated_alike(call, rng):
        """With the targets swapped and the last layer negated, J stays as it is, and so do the slopes of the first
        layer, while those of the last are negated. Yours are not."""
        (X, y), params = examples(rng, 5), network(rng)
        one = call(y, params, forward(X, params))
        other = negated_last_layer(params)
        two = negated_last_layer(call(1 - y, other, forward(X, other)))
        return all(np.allclose(one[name], two[name]) for name in params)


backward = Backward.reference


PARAMS_CHANGED = (
    "Right numbers, but the caller's params are changed as well: `new = params` is a second name for the caller's "
    "dictionary, and `-=` works inside the caller's arrays, in a dict(params) too. Begin with new = {} and fill it "
    "with new arrays, params[name] − learning_rate * grads[name]."
)


class Update(Exercise):
    """One step of gradient descent for every parameter, as a new dictionary."""

    points = 2
    parts = {"W1": 0.25, "b1": 0.25, "W2": 0.25, "b2": 0.25, "arguments": 1}
    keeps_arguments = True

    def cases(rng):
        yield START, backward(XOR[1], START, forward(XOR[0], START)), 5.0
        yield START, {name: np.ones_like(value) for name, value in START.items()}, 1
        yield START, {name: np.zeros_like(value) for name, value in START.items()}, 0.5
        for n, hidden, rate in [(2, 3, 0.1), (3, 3, 2.0), (4, 2, 0.75), (1, 1, 0.5), (2, 4, 3)]:
            (X, y), params = examples(rng, 4, n), network(rng, n, hidden)
            yield params, backward(y, params, forward(X, params)), rate

    def reference(params, grads, learning_rate):
        return {name: params[name] - learning_rate * grads[name] for name in params}

    @mistake(PARAMS_CHANGED, earns=1)
    def in_place(params, grads, learning_rate):
        for name in params:
            params[name] -= learning_rate * grads[name]
        return params

    @mistake(PARAMS_CHANGED, earns=1)
    def second_name_for_the_dictionary(params, grads, learning_rate):
        new = params
        for name in params:
            new[name] = params[name] - learning_rate * grads[name]
        return new

    @mistake(
        "The parameters are right, but the caller's grads are changed: multiply into a new array, without `*=`.",
        earns=1,
    )
    def grads_scaled_in_place(params, grads, learning_rate):
        new = {}
        for name in params:
            grads[name] *= learning_rate
            new[name] = params[name] - grads[name]
        return new

    @mistake(
        "Yours climbs: a step goes against the slope, params[name] − learning_rate * grads[name]."
    )
    def climbs(params, grads, learning_rate):
        return {name: params[name] + learning_rate * grads[name] for name in params}

    @mistake("The biases stay where they are: they take a step like the weights.", earns=1.5)
    def biases_stay(params, grads, learning_rate):
        return {
            name: params[name] - (learning_rate * grads[name] if name[0] == "W" else 0)
            for name in params
        }

    @mistake(
        "The biases climb: like the weights, they go against their slope, with a minus.", earns=1.5
    )
    def biases_climb(params, grads, learning_rate):
        return {
            name: params[name] - (1 if name[0] == "W" else -1) * learning_rate * grads[name]
            for name in params
        }

    @mistake("Only the first layer moves: W2 and b2 take a step too.", earns=1.5)
    def second_layer_stays(params, grads, learning_rate):
        return {
            name: params[name] - (learning_rate * grads[name] if name[1] == "1" else 0)
            for name in params
        }

    @mistake("b1 and b2 are missing in the new dictionary: the biases take a step too.", earns=1.5)
    def biases_missing(params, grads, learning_rate):
        return {name: params[name] - learning_rate * grads[name] for name in ("W1", "W2")}

    @mistake("The learning rate is never used: a step is learning_rate times the slope.")
    def rate_ignored(params, grads, learning_rate):
        return {name: params[name] - grads[name] for name in params}

    @mistake("You divide by the learning rate: a step is learning_rate times the slope.")
    def rate_divided(params, grads, learning_rate):
        return {name: params[name] - grads[name] / learning_rate for name in params}

    @mistake("These are the steps alone. Subtract them from the parameters.")
    def steps_alone(params, grads, learning_rate):
        return {name: learning_rate * grads[name] for name in params}

    @mistake("The sign is the wrong way round: parameters minus step, not step minus parameters.")
    def step_minus_parameters(params, grads, learning_rate):
        return {name: learning_rate * grads[name] - params[name] for name in params}

    @mistake(
        "Only the first array is there: if the `return` stands inside the loop, move it one level out.",
        earns=1.25,
    )
    def returns_inside_the_loop(params, grads, learning_rate):
        new = {}
        for name in params:
            new[name] = params[name] - learning_rate * grads[name]
            return new

    @mistake(
        "The parameters come back as they were: store what you compute in the new dictionary, new[name] = …."
    )
    def nothing_stored(params, grads, learning_rate):
        new = {name: value.copy() for name, value in params.items()}
        for name, value in new.items():
            value = value - learning_rate * grads[name]
        return new

    @mistake(
        "The rate reaches the parameters too: only the slope is multiplied, without brackets around the difference."
    )
    def rate_for_everything(params, grads, learning_rate):
        return {name: learning_rate * (params[name] - grads[name]) for name in params}

    @mistake("A step goes by the slope as it is, without the parameter as a factor.")
    def step_times_parameter(params, grads, learning_rate):
        return {name: params[name] * (1 - learning_rate * grads[name]) for name in params}

    @mistake("You return a tuple. Asked for is a dictionary with the names of params.")
    def as_a_tuple(params, grads, learning_rate):
        return tuple(params[name] - learning_rate * grads[name] for name in params)

    @mistake(
        "Your parameters are cut off to whole numbers: an array made of whole numbers keeps nothing else. Make it with "
        "np.zeros(shape), which holds floats."
    )
    def cut_to_whole_numbers(params, grads, learning_rate):
        return {name: (params[name] - learning_rate * grads[name]).astype(int) for name in params}

    @alternative
    def in_place_on_copies(params, grads, learning_rate):
        new = {name: np.array(value, dtype=float) for name, value in params.items()}
        for name, value in new.items():
            value -= learning_rate * grads[name]
        return new

    @alternative
    def array_by_array(params, grads, learning_rate):
        W1, b1, W2, b2 = (
            np.add(params[name], np.multiply(-learning_rate, grads[name]))
            for name in ("W1", "b1", "W2", "b2")
        )
        return dict(b2=b2, W2=W2, b1=b1, W1=W1)

    @alternative
    def deep_copy(params, grads, learning_rate):
        from copy import deepcopy

        new = deepcopy(params)
        for name in new:
            for place in np.ndindex(new[name].shape):
                new[name][place] -= learning_rate * grads[name][place]
        return new

    @invariant
    def two_half_steps(call, rng):
        """Two steps with half the rate and the same slopes end where one whole step ends. Yours do not."""
        params, grads = network(rng), network(rng)
        half = call(call(params, grads, 0.25), grads, 0.25)
        whole = call(params, grads, 0.5)
        return all(np.allclose(half[name], whole[name]) for name in params)


update = Update.reference


def on_grid(params):
    """Multiples of 2⁻¹⁰: a nudge by such an eps is exact, and so is putting it back by the same way."""
    return {name: np.round(value * 1024) / 1024 for name, value in params.items()}


def network_loss(X, y):
    """The mean log-loss of a network, as a function of its params."""
    return Function(
        f"""
        def loss(params):
            X, y = np.array({X.tolist()}), np.array({y.tolist()})
            a1 = 1 / (1 + np.exp(-(X @ params["W1"] + params["b1"])))
            z2 = a1 @ params["W2"] + params["b2"]
            return float(np.mean(np.logaddexp(0, z2) - y * z2))
        """
    )


CUBES = Function(
    "lambda params: sum(np.sum((params[name] + 2) ** 3) for name in ('W1', 'b1', 'W2', 'b2'))"
)
#: the sum of all parameters, seen to three binary places: a step smaller than eps = 2⁻³ measures nothing
COARSE = Function(
    "lambda params: np.round(8 * sum(np.sum(params[name]) for name in ('W1', 'b1', 'W2', 'b2'))) / 8"
)
WITHOUT_B2 = Function(
    "lambda params: np.sum(params['W1'] ** 3) + np.sum(params['b1'] ** 2) * np.sum(params['W2'] ** 2)"
)


def slopes_of_cubes(params):
    return {name: 3 * (value + 2) ** 2 for name, value in params.items()}


def slopes_without_b2(params):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    b, W = np.sum(b1**2), np.sum(W2**2)
    return {"W1": 3 * W1**2, "b1": 2 * b1 * W, "W2": 2 * W2 * b, "b2": 0 * b2}


def right_and_wrong_slopes(rng):
    """A network's loss at params on the grid, its slopes, and the same with entries exchanged in each array."""
    while True:
        X, y = examples(rng, 4)
        X, params = np.round(X, 2), on_grid(network(rng))
        grads = backward(y, params, forward(X, params))
        if all(np.linalg.norm(slope) > 0.1 for slope in grads.values()):
            break  # beside a slope near zero, what a difference quotient is off by counts for much
    wrong = {name: grads[name][::-1, ::-1] for name in ("W1", "b1", "W2")}
    return network_loss(X, y), params, grads, wrong | {"b2": grads["b2"] + 0.125}


SUMS_COMPARED = (
    "Only the sums of the slopes are compared, and faults with opposite signs cancel there: nudge one entry at a time, "
    "and compare entry by entry."
)


class GradientCheck(Exercise):
    """For each array the relative error between its slopes and central differences of the loss."""

    points = 3
    parts = {"W1": 0.75, "b1": 0.5, "W2": 0.5, "b2": 0.25, "arguments": 1}
    keeps_arguments = True
    # right slopes have an error far below 5e-6, whatever it is; a forward difference is above 2e-5
    tolerance = Tolerance(rtol=1e-6, atol=5e-6)

    def cases(rng):
        """With eps a power of 2, or params of 0, nudging to and fro by += and -= ends where it began."""
        zeros = {name: np.zeros_like(value) for name, value in START.items()}
        grads = slopes_of_cubes(zeros)
        yield CUBES, zeros, grads | {"W2": 2 * grads["W2"], "b2": -grads["b2"]}
        yield CUBES, START, slopes_of_cubes(START), 2**-10
        yield WITHOUT_B2, START, slopes_without_b2(START), Keywords(eps=2**-10)
        yield WITHOUT_B2, START, slopes_without_b2(START) | {"b2": np.ones((1, 1))}, 2**-10
        for wrong_array in ("W1", "b1", "W2", "b2"):
            loss, params, grads, wrong = right_and_wrong_slopes(rng)
            yield loss, params, grads | {wrong_array: wrong[wrong_array]}, 2**-10
        loss, params, grads, wrong = right_and_wrong_slopes(rng)
        yield loss, params, grads, 2**-10
        yield loss, params, wrong, 2**-10
        grads = slopes_of_cubes(START)
        factors = {"W1": 2, "b1": 4, "W2": 0.25, "b2": 0.5}
        yield CUBES, START, {name: factors[name] * grads[name] for name in grads}, 2**-10
        yield COARSE, START, {name: np.ones_like(value) for name, value in START.items()}, 2**-3

    def reference(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "One norm over everything hides which array is wrong, and small faults too: give every array an error of "
        "its own, a dictionary by name.",
    )
    def one_norm_over_everything(loss, params, grads, eps=1e-5):
        analytic, numeric = [], []
        for name in params:
            for place in np.ndindex(params[name].shape):
                nudge = np.zeros(params[name].shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric.append((up - down) / (2 * eps))
                analytic.append(grads[name][place])
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        return difference / (np.linalg.norm(analytic) + np.linalg.norm(numeric))

    @mistake(
        "Every name gets the same error, one norm over everything, which hides the array that is wrong: take the norms "
        "of each array alone."
    )
    def one_norm_for_every_name(loss, params, grads, eps=1e-5):
        analytic, numeric = [], []
        for name in params:
            for place in np.ndindex(params[name].shape):
                nudge = np.zeros(params[name].shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric.append((up - down) / (2 * eps))
                analytic.append(grads[name][place])
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        error = difference / (np.linalg.norm(analytic) + np.linalg.norm(numeric))
        return dict.fromkeys(params, error)

    @mistake(
        "This is the forward difference, which is less exact: nudge to both sides, and divide by 2·eps.",
    )
    def forward_difference(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                numeric[place] = (up - loss(params)) / eps
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "The nudged entries are not put back: the caller's params are changed, and all slopes after the first are "
        "taken at another place. Set each entry back to its old value."
    )
    def not_put_back(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                params[name][place] += eps
                up = loss(params)
                params[name][place] -= 2 * eps
                numeric[place] = (up - loss(params)) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "The nudge goes to one side only, and is not put back: the caller's params are changed. Nudge to both sides, "
        "divide by 2·eps, and set each entry back to its old value."
    )
    def forward_and_not_put_back(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                before = loss(params)
                params[name][place] += eps
                numeric[place] = (loss(params) - before) / eps
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake("From −eps to +eps the distance is 2·eps: divide the difference by 2 * eps.")
    def divided_by_one_eps(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                numeric[place] = (up - loss({**params, name: params[name] - nudge})) / eps
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake("`/ 2 * eps` divides by 2 and then multiplies by eps. Write `/ (2 * eps)`.")
    def precedence(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                numeric[place] = (up - loss({**params, name: params[name] - nudge})) / 2 * eps
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "Where both slopes are zero, 0/0 is nan. They agree perfectly: return 0.0 in that case.",
        earns=2.75,
    )
    def nan_when_both_are_zero(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size
        return errors

    @mistake(
        "This is the absolute error. It says nothing without the size of the slopes: divide by ‖a‖ + ‖n‖."
    )
    def absolute_error(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            errors[name] = np.linalg.norm(grads[name] - numeric)
        return errors

    @mistake(
        "All entries of an array are nudged at once, and that measures the sum of their slopes: nudge one entry at a "
        "time.",
        earns=1.25,
    )
    def whole_array_nudged(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            up = loss({**params, name: params[name] + eps})
            down = loss({**params, name: params[name] - eps})
            numeric = np.full(params[name].shape, (up - down) / (2 * eps))
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(SUMS_COMPARED, earns=1.25)
    def whole_array_against_the_sum(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            up = loss({**params, name: params[name] + eps})
            down = loss({**params, name: params[name] - eps})
            analytic, numeric = np.sum(grads[name]), (up - down) / (2 * eps)
            size = abs(analytic) + abs(numeric)
            errors[name] = abs(analytic - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(SUMS_COMPARED, earns=1.25)
    def sums_compared(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = 0.0
            for place in np.ndindex(params[name].shape):
                nudge = np.zeros(params[name].shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric += (up - down) / (2 * eps)
            analytic = np.sum(grads[name])
            size = abs(analytic) + abs(numeric)
            errors[name] = abs(analytic - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "You return an error for every entry. Take the norms, so that each array has one number.",
        earns=1.25,
    )
    def no_norm(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            size = np.abs(grads[name]) + np.abs(numeric)
            errors[name] = np.abs(grads[name] - numeric) / np.where(size > 0, size, 1)
        return errors

    @mistake(
        "You divide by the larger of the two norms: the formula of unit 1 has their sum, ‖a‖ + ‖n‖."
    )
    def divided_by_the_larger_norm(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            size = max(np.linalg.norm(grads[name]), np.linalg.norm(numeric))
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake("Your step is not the argument eps but one of your own: nudge by eps.")
    def eps_ignored(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = 1e-5
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / 2e-5
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "Only the first entry of each array is nudged: go through all of them, np.ndindex(array.shape).",
        earns=1.25,
    )
    def first_entry_only(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            nudge = np.zeros(numeric.shape)
            nudge[0, 0] = eps
            up = loss({**params, name: params[name] + nudge})
            down = loss({**params, name: params[name] - nudge})
            numeric[0, 0] = (up - down) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "Norms have no sign: take the norm of the difference, not the difference of the norms."
    )
    def difference_of_the_norms(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            a, n = np.linalg.norm(grads[name]), np.linalg.norm(numeric)
            errors[name] = abs(a - n) / (a + n) if a + n > 0 else 0.0
        return errors

    @mistake(
        "Your numeric slopes are all zero: the nudges never reach the loss. flatten() and np.array() make copies; "
        "nudge the arrays of the dictionary that `loss` is given."
    )
    def nudges_a_copy(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            size = np.linalg.norm(grads[name])
            errors[name] = 1.0 if size > 0 else 0.0
        return errors

    @mistake(
        "The entries of your copies are not put back: later slopes are taken elsewhere. Set each back to its old value."
    )
    def own_copies_not_put_back(loss, params, grads, eps=1e-5):
        nudged = {name: value.astype(float) for name, value in params.items()}
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudged[name][place] += eps
                up = loss(nudged)
                nudged[name][place] -= 2 * eps
                numeric[place] = (up - loss(nudged)) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "The entry stays nudged after you have measured: later slopes are taken at another place. Put `old` back."
    )
    def own_copies_left_high(loss, params, grads, eps=1e-5):
        nudged = {name: value.astype(float) for name, value in params.items()}
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                old = nudged[name][place]
                nudged[name][place] = old - eps
                down = loss(nudged)
                nudged[name][place] = old + eps
                numeric[place] = (loss(nudged) - down) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "The low side is the high one minus eps, which is where you began. Go to old − eps, and then put `old` back."
    )
    def low_from_the_high_point(loss, params, grads, eps=1e-5):
        nudged = {name: value.astype(float) for name, value in params.items()}
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                old = nudged[name][place]
                nudged[name][place] = old + eps
                up = loss(nudged)
                nudged[name][place] -= eps
                numeric[place] = (up - loss(nudged)) / (2 * eps)
                nudged[name][place] = old
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size > 0 else 0.0
        return errors

    @mistake(
        "You take the largest relative error of a single entry. Asked for are norms of the whole array, as in unit 1.",
        earns=1.25,
    )
    def largest_error_of_an_entry(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                up = loss({**params, name: params[name] + nudge})
                down = loss({**params, name: params[name] - nudge})
                numeric[place] = (up - down) / (2 * eps)
            size = np.abs(grads[name]) + np.abs(numeric)
            errors[name] = np.max(np.abs(grads[name] - numeric) / np.where(size > 0, size, 1))
        return errors

    @alternative
    def put_back_by_the_same_way(loss, params, grads, eps=1e-5):
        errors = {}
        for name, array in params.items():
            numeric = np.zeros_like(array)
            for i in range(array.shape[0]):
                for j in range(array.shape[1]):
                    array[i, j] += eps
                    up = loss(params)
                    array[i, j] -= 2 * eps
                    down = loss(params)
                    array[i, j] += eps
                    numeric[i, j] = (up - down) / (2 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(grads[name] - numeric) / size if size else 0
        return errors

    @alternative
    def old_value_kept(loss, params, grads, eps=1e-5):
        from math import hypot

        errors = {}
        for name in sorted(params):
            flat, numeric = params[name].reshape(-1), []
            for k in range(flat.size):
                old = flat[k]
                flat[k] = old + eps
                up = loss(params)
                flat[k] = old - eps
                numeric.append((up - loss(params)) / eps / 2)
                flat[k] = old
            analytic = np.ravel(grads[name])
            size = hypot(*analytic) + hypot(*numeric)
            errors[name] = np.array([[hypot(*(analytic - numeric)) / size if size else 0.0]])
        return errors

    @alternative
    def five_points(loss, params, grads, eps=1e-5):
        errors = {}
        for name in params:
            numeric = np.zeros(params[name].shape)
            for place in np.ndindex(numeric.shape):
                nudge = np.zeros(numeric.shape)
                nudge[place] = eps
                far, near, back, behind = (
                    loss({**params, name: params[name] + steps * nudge}) for steps in (2, 1, -1, -2)
                )
                numeric[place] = (8 * (near - back) - (far - behind)) / (12 * eps)
            size = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
            errors[name] = np.linalg.norm(numeric - grads[name]) / size if size > 0 else 0.0
        return errors

    @alternative
    def on_a_deep_copy(loss, params, grads, eps=1e-5):
        import copy

        def slope(name, place):
            values = []
            for sign in (1, -1):
                nudged = copy.deepcopy(params)
                nudged[name][place] += sign * eps
                values.append(loss(nudged))
            return np.diff(values[::-1])[0] / (2 * eps)

        def error(name):
            places = np.ndindex(params[name].shape)
            numeric = np.array([slope(name, place) for place in places])
            analytic = grads[name].ravel()
            size = np.sqrt(analytic @ analytic) + np.sqrt(numeric @ numeric)
            return np.sqrt(np.sum((analytic - numeric) ** 2)) / (size or 1.0)

        return {name: error(name) for name in params}


class Train(Exercise):
    """Gradient descent on the log-loss: the trained parameters, and the cost before each step."""

    points = 3
    returns = ("params", "costs")
    parts = {"params": 1, "costs": 1, "arguments": 1}
    keeps_arguments = True
    tolerance = GRADIENT
    uses = ("forward", "add_gate", "mul_gate", "sigmoid_gate", "backward", "update")

    def cases(rng):
        yield *XOR, START, 5.0, 3
        yield *XOR, START, 1, 1
        yield np.array([[0.5, -1.0]]), column(1), START, 0.5, 2
        # nothing to do, an answer that is known already: no reason to stop
        yield *XOR, {name: np.zeros_like(value) for name, value in START.items()}, 1.0, 3
        yield np.array([[1.0, 1.0]]), column(1), START | {"b2": np.array([[8.0]])}, 40.0, 3
        for m, n, hidden, steps in [(5, 2, 3, 3), (3, 3, 2, 2), (4, 2, 4, 1), (2, 1, 3, 3)]:
            X, y = examples(rng, m, n)
            yield X, y, network(rng, n, hidden), float(rng.uniform(0.5, 2)), steps

    def reference(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            a1 = sigmoid(X @ params["W1"] + params["b1"])
            a2 = sigmoid(a1 @ params["W2"] + params["b2"])
            costs.append(log_loss(a2, y))
            delta2 = (a2 - y) / len(y)
            delta1 = delta2 @ params["W2"].T * a1 * (1 - a1)
            params = {
                "W1": params["W1"] - learning_rate * X.T @ delta1,
                "b1": params["b1"] - learning_rate * delta1.sum(axis=0, keepdims=True),
                "W2": params["W2"] - learning_rate * a1.T @ delta2,
                "b2": params["b2"] - learning_rate * delta2.sum(axis=0, keepdims=True),
            }
        return params, costs

    @mistake(
        "W2 has moved already when δ goes back through it. All slopes belong to the same place: compute all four, then "
        "move."
    )
    def W2_updated_before_use(X, y, params, learning_rate, steps):
        W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
        costs = []
        for _ in range(steps):
            a1 = sigmoid(X @ W1 + b1)
            a2 = sigmoid(a1 @ W2 + b2)
            costs.append(log_loss(a2, y))
            delta2 = (a2 - y) / len(y)
            W2 = W2 - learning_rate * a1.T @ delta2
            b2 = b2 - learning_rate * delta2.sum(axis=0, keepdims=True)
            delta1 = delta2 @ W2.T * a1 * (1 - a1)
            W1 = W1 - learning_rate * X.T @ delta1
            b1 = b1 - learning_rate * delta1.sum(axis=0, keepdims=True)
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, costs

    @mistake(
        "Right numbers, but the caller's params are changed: what is written into the dictionary, or into its arrays "
        "by `-=`, the caller sees too. Let `update` make new ones, params = update(…).",
        earns=2,
    )
    def params_changed(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            grads = backward(y, params, cache)
            for name in params:
                params[name] -= learning_rate * grads[name]
        return params, costs

    @mistake(
        "Each cost is taken after its step. costs[i] belongs before step i: forward, cost, slopes, step.",
        earns=2,
    )
    def costs_after_the_step(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            params = update(params, backward(y, params, forward(X, params)), learning_rate)
            costs.append(log_loss(forward(X, params)["a2"], y))
        return params, costs

    @mistake(
        "There is one cost too many: costs[i] stands before step i, and after the last step none is added.",
        earns=2,
    )
    def one_cost_too_many(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), learning_rate)
        return params, [*costs, log_loss(forward(X, params)["a2"], y)]

    @mistake("You return one cost. Asked for are all of them, one before each step.", earns=2)
    def last_cost_only(X, y, params, learning_rate, steps):
        for _ in range(steps):
            cache = forward(X, params)
            cost = log_loss(cache["a2"], y)
            params = update(params, backward(y, params, cache), learning_rate)
        return params, cost

    @mistake(
        "The forward pass is done once, before the loop, so all steps use its old activations: it belongs in the loop."
    )
    def forward_once(X, y, params, learning_rate, steps):
        cache, costs = forward(X, params), []
        for _ in range(steps):
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "The slopes are computed once, before the loop. Every step needs new ones, from a new forward pass."
    )
    def slopes_computed_once(X, y, params, learning_rate, steps):
        grads, costs = backward(y, params, forward(X, params)), []
        for _ in range(steps):
            costs.append(log_loss(forward(X, params)["a2"], y))
            params = update(params, grads, learning_rate)
        return params, costs

    @mistake("Yours climbs: a step goes against the slope, params − learning_rate · slope.")
    def climbs(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), -learning_rate)
        return params, costs

    @mistake("The learning rate is never used: a step is learning_rate times the slope.")
    def rate_ignored(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), 1.0)
        return params, costs

    @mistake(
        "The slopes are means already: a step is learning_rate times the slope, without another 1/m."
    )
    def rate_divided_by_m(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), learning_rate / len(X))
        return params, costs

    @mistake(
        "Training ends after one step: if the `return` stands inside the loop, move it one level out."
    )
    def returns_after_one_step(X, y, params, learning_rate, steps):
        cache = forward(X, params)
        cost = log_loss(cache["a2"], y)
        return update(params, backward(y, params, cache), learning_rate), [cost]

    @mistake(
        "Yours stops where the cost hardly changes any more. It is asked for `steps` steps: take them all, and keep "
        "the cost before each.",
        earns=2,
    )
    def stops_at_rest(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            if len(costs) > 1 and abs(costs[-1] - costs[-2]) < 1e-9:
                break
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "Yours stops where the cost rises. It is asked for `steps` steps: take them all, and keep the cost before "
        "each, so that a rise is seen."
    )
    def stops_where_the_cost_rises(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            if len(costs) > 1 and costs[-1] > costs[-2]:
                break
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "Yours stops where the cost does not fall. It is asked for `steps` steps: take them all, and keep the cost "
        "before each."
    )
    def stops_where_the_cost_does_not_fall(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            if len(costs) > 1 and costs[-1] >= costs[-2]:
                break
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "Yours stops once the cost is small. It is asked for `steps` steps: take them all, and keep the cost before "
        "each."
    )
    def stops_when_nearly_right(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            if costs[-1] < 0.01:
                break
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "The parameters come back as they were: keep what `update` returns, params = update(…)."
    )
    def update_not_kept(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake("The parts are right, but in another order: return params, costs.")
    def costs_first(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), learning_rate)
        return costs, params

    @mistake(
        "Each step looks at one observation only. Here every step uses the slopes over all m observations."
    )
    def one_example_per_step(X, y, params, learning_rate, steps):
        costs = []
        for i in range(steps):
            costs.append(log_loss(forward(X, params)["a2"], y))
            k = i % len(X)
            cache = forward(X[k : k + 1], params)
            params = update(params, backward(y[k : k + 1], params, cache), learning_rate)
        return params, costs

    @mistake(
        "The parameters move after every observation. Here a step uses the slopes over all m observations at once."
    )
    def one_update_per_example(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            costs.append(log_loss(forward(X, params)["a2"], y))
            for k in range(len(X)):
                cache = forward(X[k : k + 1], params)
                params = update(params, backward(y[k : k + 1], params, cache), learning_rate)
        return params, costs

    @mistake("The biases never move: they take a step like the weights.")
    def biases_never_move(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            grads = backward(y, params, cache)
            moved = update(params, grads, learning_rate)
            params = {**params, "W1": moved["W1"], "W2": moved["W2"]}
        return params, costs

    @mistake(
        "The parameters are right, but the costs are mean squared errors: collect the log-loss, log_loss(a2, y).",
        earns=2,
    )
    def squared_errors(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(np.mean((cache["a2"] - y) ** 2))
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @mistake(
        "The parameters are right, but in log_loss(a2, y) the arguments are swapped: the output comes first.",
        earns=2,
    )
    def arguments_of_the_loss_swapped(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(y, cache["a2"]))
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @alternative
    def from_the_earlier_functions(X, y, params, learning_rate, steps):
        costs = []
        for _ in range(steps):
            cache = forward(X, params)
            costs.append(log_loss(cache["a2"], y))
            params = update(params, backward(y, params, cache), learning_rate)
        return params, costs

    @alternative
    def in_place_on_copies(X, y, params, learning_rate, steps):
        new, costs = {name: value.astype(float) for name, value in params.items()}, np.zeros(steps)
        for i in range(steps):
            cache = forward(X, new)
            costs[i] = np.mean(np.logaddexp(0, cache["z2"]) - y * cache["z2"])
            grads = backward(y, new, cache)
            for name in new:
                new[name] -= learning_rate * grads[name]
        return [new, costs]

    @alternative
    def last_layer_moves_last(X, y, params, learning_rate, steps):
        first = np.vstack([params["W1"], params["b1"]])
        second = np.vstack([params["W2"], params["b2"]])
        one, costs = np.ones((len(X), 1)), ()
        for _ in range(steps):
            a1 = sigmoid(np.hstack([X, one]) @ first)
            a2 = sigmoid(np.hstack([a1, one]) @ second)
            costs += (np.array([[log_loss(a2, y)]]),)
            delta2 = (a2 - y) * learning_rate / len(X)
            delta1 = delta2 @ second[:-1].T * a1 * (1 - a1)
            first = first - np.hstack([X, one]).T @ delta1
            second = second - np.hstack([a1, one]).T @ delta2
        new = {"W1": first[:-1], "b1": first[-1:], "W2": second[:-1], "b2": second[-1:]}
        return new, costs

    @invariant
    def xor_is_learned(call, rng):
        """Trained on XOR at rate 5, the network should know all four answers after a hundred steps; yours does not."""
        params, costs = call(*XOR, START, 5.0, 100)
        a2 = forward(XOR[0], params)["a2"]
        return len(costs) == 100 and costs[-1] < 0.1 and np.all(np.abs(a2 - XOR[1]) < 0.25)

    @invariant
    def twice_the_same_batch(call, rng):
        """Training changes when every observation comes twice: J is a mean, so it should not."""
        (X, y), params = examples(rng, 3), network(rng)
        one, costs = call(X, y, params, 0.5, 2)
        two, same_costs = call(np.vstack([X, X]), np.vstack([y, y]), params, 0.5, 2)
        return np.allclose(costs, same_costs) and all(
            np.allclose(one[name], two[name]) for name in params
        )

    @invariant
    def both_labels_are_treated_alike(call, rng):
        """With the targets swapped and the last layer negated, the costs stay as they are. Yours do not."""
        (X, y), params = examples(rng, 4), network(rng)
        one = call(X, y, params, 0.5, 3)[1]
        return np.allclose(one, call(X, 1 - y, negated_last_layer(params), 0.5, 3)[1])


#: the widely copied worked example: inputs, targets, W1, b1, W2, b2, rate
WORKED_EXAMPLE = (
    np.array([[0.05, 0.10]]),
    np.array([[0.01, 0.99]]),
    np.array([[0.15, 0.25], [0.20, 0.30]]),
    np.array([[0.35, 0.35]]),
    np.array([[0.40, 0.50], [0.45, 0.55]]),
    np.array([[0.60, 0.60]]),
    0.5,
)


STILL_THERE = (
    "The bug is still there: W2 has moved already when δ goes back through it. Compute delta1 with the old W2, "
    "before W2 takes its step."
)


STILL_THERE_UNDER_ANOTHER_NAME = (
    "The bug is still there: W2 has moved already when δ goes back through it. `-=` changes the array itself, and with "
    "it every other name it has, such as old = W2. Compute delta1 before W2 takes its step."
)


class FixedStep(Exercise):
    """One step for W1 and W2 of a 2-2-2 net with squared error, all slopes taken before anything moves."""

    points = 2
    returns = ("W1", "W2")
    tolerance = GRADIENT

    def cases(rng):
        yield WORKED_EXAMPLE
        for rate in (1, 2.0, 0.75, 3.0, 1.5, 0.5, 2.5):
            X, b1, b2 = (rng.uniform(0.3, 1.5, (1, 2)) * rng.choice([-1, 1], (1, 2)) for _ in "Xbb")
            y, W1, W2 = rng.uniform(size=(1, 2)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
            yield X, y, W1, b1, W2, b2, rate

    def reference(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake(STILL_THERE)
    def W2_updated_before_use(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        W2 = W2 - learning_rate * h.T @ delta2
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2

    @mistake(STILL_THERE_UNDER_ANOTHER_NAME)
    def W2_updated_in_place(X, y, W1, b1, W2, b2, learning_rate):
        old_W2 = W2
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        W2 -= learning_rate * h.T @ delta2
        delta1 = delta2 @ old_W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2

    @mistake(STILL_THERE_UNDER_ANOTHER_NAME)
    def both_updated_in_place(X, y, W1, b1, W2, b2, learning_rate):
        old_W2 = W2
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        W2 -= learning_rate * h.T @ delta2
        W1 -= learning_rate * X.T @ (delta2 @ old_W2.T * h * (1 - h))
        return W1, W2

    @mistake(
        "W1 is right, but W2 comes back as it was: it takes its step too, after δ has gone back through the old one.",
    )
    def W2_not_updated(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2

    @mistake("W2 is right, but you return the old W1: return the new one.")
    def old_W1_returned(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        return W1, W2 - learning_rate * h.T @ delta2

    @mistake(
        "W1 is right. For W2 the hidden layer is computed anew with the new W1: both slopes belong to the old weights.",
    )
    def forward_again_with_the_new_W1(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        W1 = W1 - learning_rate * X.T @ (delta2 @ W2.T * h * (1 - h))
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        return W1, W2 - learning_rate * h.T @ delta2

    @mistake(
        "W2 is right. δ goes back through W2 transposed, delta2 @ W2.T; with two by two no shape complains.",
    )
    def W2_not_transposed(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2 * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake(
        "The slope of the outputs is missing: E is a squared error here, so delta2 is (o − y) · o(1 − o)."
    )
    def slope_of_the_output_forgotten(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = o - y
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake("W2 is right. On the way to W1 the slope of the hidden units is missing: h(1 − h).")
    def slope_of_the_hidden_nodes_forgotten(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake("Yours climbs: a step goes against the slope, W − learning_rate · dW.")
    def climbs(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 + learning_rate * X.T @ delta1, W2 + learning_rate * h.T @ delta2

    @mistake("Every step is twice as long: E has a ½, which cancels the 2 of the square.")
    def twice_as_long(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = 2 * (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake(
        "Every step is half as long as it should be: E sums over the two outputs, with no mean, and its ½ cancels "
        "the 2 of the square."
    )
    def half_as_long(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o) / 2
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X.T @ delta1, W2 - learning_rate * h.T @ delta2

    @mistake(
        "These are the slopes. Asked for are the weights after the step, W − learning_rate · dW."
    )
    def slopes_returned(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return X.T @ delta1, h.T @ delta2

    @mistake("Right weights, but in the wrong order: return W1, W2.")
    def returned_backwards(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W2 - learning_rate * h.T @ delta2, W1 - learning_rate * X.T @ delta1

    @mistake("The learning rate is never used: a step is learning_rate times the slope.")
    def rate_ignored(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - X.T @ delta1, W2 - h.T @ delta2

    @mistake(
        "`*` multiplies entry by entry, and broadcasting hides it. The slopes are products of a column and a row: "
        "X.T @ delta1 and h.T @ delta2."
    )
    def entry_by_entry(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = (o - y) * o * (1 - o)
        delta1 = delta2 @ W2.T * h * (1 - h)
        return W1 - learning_rate * X * delta1, W2 - learning_rate * h * delta2

    @alternative
    def slopes_first(X, y, W1, b1, W2, b2, learning_rate):
        h = 1 / (1 + np.exp(-(X @ W1 + b1)))
        o = 1 / (1 + np.exp(-(h @ W2 + b2)))
        delta2 = (o - y) * (o - o**2)
        dW2 = np.outer(h, delta2)
        dW1 = np.einsum("ai,ak,jk,aj->ij", X, delta2, W2, h - h**2)
        W2 = W2 - learning_rate * dW2
        W1 = W1 - learning_rate * dW1
        return [W1, W2]

    @alternative
    def in_place_in_the_right_order(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)
        o = sigmoid(h @ W2 + b2)
        delta2 = learning_rate * (o - y) * o * (1 - o)
        W1 -= X.T @ (delta2 @ W2.T * h * (1 - h))
        W2 -= h.T @ delta2
        return W1, W2

    @alternative
    def weight_by_weight(X, y, W1, b1, W2, b2, learning_rate):
        h = sigmoid(X @ W1 + b1)[0]
        o = sigmoid(h @ W2 + b2)[0]
        new_W1, new_W2 = W1.copy(), W2.copy()
        for k in (0, 1):
            delta = (o[k] - y[0, k]) * o[k] * (1 - o[k])
            for j in (0, 1):
                new_W2[j, k] -= learning_rate * delta * h[j]
                for i in (0, 1):
                    hidden = W2[j, k] * h[j] * (1 - h[j]) * X[0, i]
                    new_W1[i, j] -= learning_rate * delta * hidden
        return new_W1, new_W2

    @invariant
    def half_the_rate_half_the_step(call, rng):
        """With half the rate both steps are half as long, for their slopes are taken at the same place. Yours are
        not: perhaps something moves too early, or the rate is not used as it is."""
        X, y, b1, b2 = (rng.uniform(size=(1, 2)) for _ in "Xybb")
        W1, W2 = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
        whole, half = (call(X, y, W1, b1, W2, b2, rate) for rate in (2.0, 1.0))
        return all(
            np.allclose(one - W, 2 * (other - W))
            for one, other, W in zip(whole, half, (W1, W2), strict=True)
        )
