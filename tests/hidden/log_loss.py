"""Hidden tests of unit 3, from a sigmoid to a cost."""

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


def column(*numbers):
    return np.array(numbers).reshape(-1, 1)


class Collapse(Exercise):
    """W = W1 W2 and b = b1 W2 + b2: two linear layers are one."""

    points = 2
    returns = ("W", "b")
    parts = {"W": 1, "b": 1}

    def cases(rng):
        yield (
            np.array([[1, 2], [-3, 4], [0, 5]]),
            np.array([[2, -1]]),
            np.array([[3, 1, -2, 4], [5, 0, 2, -3]]),
            np.array([[7, -4, 1, 2]]),
        )
        for n, hidden, out in [(2, 3, 2), (2, 2, 2), (4, 2, 1), (1, 3, 2), (3, 1, 4), (1, 1, 1)]:
            yield (
                rng.normal(size=(n, hidden)),
                rng.uniform(0.5, 2, size=(1, hidden)),
                rng.normal(size=(hidden, out)),
                rng.uniform(-2, -0.5, size=(1, out)),
            )
        yield tuple(rng.integers(1, 6, size=s) for s in [(3, 3), (1, 3), (3, 3), (1, 3)])
        yield tuple(rng.normal(size=s) for s in [(2, 4), (1, 4), (4, 3), (1, 3)])

    def reference(W1, b1, W2, b2):
        return W1 @ W2, b1 @ W2 + b2

    @mistake("X meets W1 first and W2 second, so W is W1 @ W2. Yours is W2 @ W1.")
    def weights_in_the_wrong_order(W1, b1, W2, b2):
        return W2 @ W1, b1 @ W2 + b2

    @mistake(
        "b1 has to pass through the second layer too: b = b1 @ W2 + b2. Yours adds b1 and b2 as they are."
    )
    def biases_added(W1, b1, W2, b2):
        return W1 @ W2, b1 + b2

    @mistake(
        "b1 is lost: it passes through the second layer like any input, b = b1 @ W2 + b2.", earns=1
    )
    def second_bias_alone(W1, b1, W2, b2):
        return W1 @ W2, b2

    @mistake(
        "b2 is lost: the second layer adds it after everything else, b = b1 @ W2 + b2.", earns=1
    )
    def first_bias_alone(W1, b1, W2, b2):
        return W1 @ W2, b1 @ W2

    @mistake(
        "`*` multiplies entry by entry. A layer is a matrix product: W = W1 @ W2, b = b1 @ W2 + b2."
    )
    def entry_by_entry(W1, b1, W2, b2):
        return W1 * W2, b1 * W2 + b2

    @mistake("Layers follow each other, so their weights are multiplied, W1 @ W2. Yours adds them.")
    def weights_added(W1, b1, W2, b2):
        return W1 + W2, b1 + b2

    @mistake("b1 is added after W1, so it passes through W2 only: b = b1 @ W2 + b2, not b1 @ W1.")
    def bias_through_the_first_layer(W1, b1, W2, b2):
        return W1 @ W2, b1 @ W1 + b2

    @mistake("b2 is added at the very end and passes through nothing: b = b1 @ W2 + b2.")
    def both_biases_through_the_second_layer(W1, b1, W2, b2):
        return W1 @ W2, (b1 + b2) @ W2

    @mistake("X meets W1 first and W2 second, so W is W1 @ W2. Yours is W2 @ W1.")
    def everything_in_the_wrong_order(W1, b1, W2, b2):
        return W2 @ W1, W2 @ b1 + b2

    @mistake("b1 meets W2 like a row of X, from the left: b1 @ W2. Yours is W2 @ b1.")
    def first_bias_from_the_right(W1, b1, W2, b2):
        return W1 @ W2, W2 @ b1 + b2

    @mistake("Right values, but b comes first. The task asks for W, then b: return W, b.")
    def returned_backwards(W1, b1, W2, b2):
        return b1 @ W2 + b2, W1 @ W2

    @mistake(
        "W lies on its side. Its shape is (inputs, outputs), as in X @ W: no transpose is needed.",
        earns=1,
    )
    def weights_transposed(W1, b1, W2, b2):
        return (W1 @ W2).T, b1 @ W2 + b2

    @mistake(
        "The numbers are right, but b has lost a dimension: keep it a row of shape (1, outputs).",
        earns=1,
    )
    def flat_bias(W1, b1, W2, b2):
        return W1 @ W2, (b1 @ W2 + b2).ravel()

    @mistake(
        "Each entry of b1 has its own row of W2 to pass through: b1 @ W2 + b2. Yours adds the entries of b1 up first.",
        earns=1,
    )
    def first_bias_summed(W1, b1, W2, b2):
        return W1 @ W2, b1.sum() * W2.sum(axis=0, keepdims=True) + b2

    @mistake(
        "A column plus a row broadcasts to a square. b1 and b2 are rows, and so is b1 @ W2 + b2: transpose nothing.",
        earns=1,
    )
    def column_plus_row(W1, b1, W2, b2):
        return W1 @ W2, W2.T @ b1.T + b2

    @mistake(
        "In b1 times W2 the hidden nodes are summed over, so that one number per output is left. "
        "Yours sums over the outputs: b1 @ W2 has it right."
    )
    def summed_over_the_outputs(W1, b1, W2, b2):
        return W1 @ W2, np.sum(b1 * W2.T, axis=0, keepdims=True) + b2

    @alternative
    def asked_with_zeros_and_ones(W1, b1, W2, b2):
        def both(X):
            return (X @ W1 + b1) @ W2 + b2

        b = both(np.zeros((1, len(W1))))
        return both(np.eye(len(W1))) - b, b

    @alternative
    def one_product_with_a_bias_row(W1, b1, W2, b2):
        bottom = np.append(np.zeros(len(W2)), 1.0).reshape(-1, 1)
        first = np.hstack([np.vstack([W1, b1]), bottom[-1:].repeat(len(W1) + 1, axis=0)])
        first[:-1, -1] = 0
        both = first @ np.vstack([W2, b2])
        return [both[:-1], both[-1:]]

    @alternative
    def by_loops(W1, b1, W2, b2):
        n, hidden = W1.shape
        out = W2.shape[1]
        W, b = np.zeros((n, out)), np.zeros((1, out))
        for k in range(out):
            b[0, k] = b2[0, k] + sum(b1[0, j] * W2[j, k] for j in range(hidden))
            for i in range(n):
                W[i, k] = sum(W1[i, j] * W2[j, k] for j in range(hidden))
        return W, b

    @alternative
    def by_einsum(W1, b1, W2, b2):
        return np.einsum("ij,jk->ik", W1, W2), np.einsum("j,jk->k", b1[0], W2)[None, :] + b2

    @invariant
    def one_layer_does_what_two_did(call, rng):
        """Your one layer does not give the same outputs as the two layers one after the other."""
        X, W1, b1, W2, b2 = (rng.normal(size=s) for s in [(5, 3), (3, 2), (1, 2), (2, 4), (1, 4)])
        W, b = call(W1, b1, W2, b2)
        return np.allclose(X @ W + b, (X @ W1 + b1) @ W2 + b2)


CLIPPED = (
    "Your z is clipped too early: far from 0, σ still has digits of its own that yours loses. "
    "With exp(-|z|) nothing has to be clipped."
)


class Sigmoid(Exercise):
    """σ(z) = 1/(1 + e⁻ᶻ), with all its digits for every z and without a warning."""

    points = 2
    # atol 0 on [−700, 700]; beyond, where σ(z) < 1e-304, an answer may stop at σ(−700)
    tolerance = Tolerance(rtol=1e-12, atol=1e-304)
    warns_not = True

    def cases(rng):
        """Below 0 either |z| < 7 or |z| ≥ 40: in between, cancelling forms lose some digits, each its own."""
        yield 0
        yield -3
        yield 2.5
        yield np.array([-6, -2, 0, 1, 5])
        yield -40.0
        yield 1000.0
        yield -1000.0
        yield np.array([700.0, -700.0, 650.25, -650.25])
        yield np.array([[-1000, 1000], [40, -100]])
        yield column(800.0, -300.5, 1.5, -800.0)
        yield rng.uniform(-6, 6, size=(2, 3))
        yield rng.uniform(-669, -40, size=4)
        yield rng.uniform(-6, 700, size=(3, 1))
        yield float(rng.uniform(-600, -520))
        yield float(rng.uniform(1, 5))

    def reference(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, 1.0, e) / (1 + e)

    @mistake(
        "The values are right, but NumPy warns: far below 0, exp(-z) grows too large for a number in the computer. "
        "Take exp(-|z|), which never does, and build both sides from it."
    )
    def overflows_below_zero(z):
        return 1 / (1 + np.exp(-z))

    @mistake(
        "e to the power of -z grows too large for a number in the computer when z is far below 0, and a single number "
        "then stops Python: take np.exp(-np.abs(z)), which stays between 0 and 1, and build both sides from it."
    )
    def powers_of_e(z):
        return 1 / (1 + np.e**-z)

    @mistake(
        "The values are right, but an exponential overflows at both ends, even where its result is thrown away: "
        "np.where, for one, has both branches computed for every z. Take exp(-|z|), which never overflows."
    )
    def where_computes_both_branches(z):
        return np.where(np.asarray(z) >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))

    @mistake(
        "Far above 0 yours is inf/inf, which is nan: e^z / (1 + e^z) is good for negative z only. "
        "For the others use 1 / (1 + e^-z)."
    )
    def infinity_over_infinity(z):
        e = np.exp(z)
        return e / (1 + e)

    @mistake("Yours falls from 1 to 0, but σ rises: a sign in the exponent is the wrong way round.")
    def falls(z):
        return 1 / (1 + np.exp(z))

    @mistake(
        "Yours falls from 1 to 0, but σ rises: the two sides are swapped. "
        "The numerator is 1 for z ≥ 0 and e^-|z| for z < 0."
    )
    def falls_without_a_warning(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, e, 1.0) / (1 + e)

    @mistake(
        "Far below 0 yours is exactly 0: two numbers near 1 are subtracted there, and all digits cancel. "
        "For negative z write e^z / (1 + e^z)."
    )
    def half_of_one_plus_tanh(z):
        return 0.5 * (1 + np.tanh(np.asarray(z) / 2))

    @mistake(CLIPPED)
    def clipped_at_500(z):
        return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

    @mistake(CLIPPED)
    def clipped_at_30(z):
        return 1 / (1 + np.exp(-np.clip(z, -30, 30)))

    @mistake(
        "With |z| the negative side answers like the positive one: there, turn it back, e / (1 + e) with e = exp(-|z|)."
    )
    def not_turned_back(z):
        return 1 / (1 + np.exp(-np.abs(z)))

    @mistake(
        "For whole numbers z your answers are cut off to whole numbers: an array made from z has the type of z. "
        "Begin with z = np.asarray(z, dtype=float)."
    )
    def type_of_z(z):
        z = np.asarray(z)
        answer = np.zeros_like(z)
        answer[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
        answer[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
        return answer

    @mistake(
        "Your answer is cut off near 0 or 1. Keeping away from both ends belongs in the cost; "
        "σ itself may be as small as it is."
    )
    def answer_clipped(z):
        e = np.exp(-np.abs(z))
        return np.clip(np.where(np.asarray(z) >= 0, 1.0, e) / (1 + e), 1e-15, 1 - 1e-15)

    @mistake(
        "`1 / 1 + x` divides first and then adds. The whole denominator needs brackets: 1 / (1 + …)."
    )
    def no_brackets(z):
        return 1 / 1 + np.exp(-z)

    @mistake(
        "Your function takes single numbers only. NumPy's exp works on arrays entry by entry: np.exp, not math.exp."
    )
    def one_number_at_a_time(z):
        import math

        return 1 / (1 + math.exp(-z))

    @mistake(
        "An `if` (max, min and `and` too) wants one yes or no, but an array has one per entry. "
        "Take exp(-|z|), and choose with np.where."
    )
    def if_on_an_array(z):
        if z >= 0:
            return 1 / (1 + np.exp(-z))
        return np.exp(z) / (1 + np.exp(z))

    @mistake(
        "Right for arrays, but a single number has no entries and no length: begin with z = np.asarray(z, dtype=float)."
    )
    def arrays_only(z):
        positive = z >= 0
        answer = np.empty_like(z, dtype=float)
        answer[positive] = 1 / (1 + np.exp(-z[positive]))
        answer[~positive] = np.exp(z[~positive]) / (1 + np.exp(z[~positive]))
        return answer

    @mistake(
        "Right for arrays, but a plain number has no shape and no methods: begin with z = np.asarray(z, dtype=float)."
    )
    def methods_of_an_array(z):
        e = np.exp(-np.abs(z.astype(float)))
        return np.where(z >= 0, 1.0, e) / (1 + e)

    @alternative
    def exp_of_minus_softplus(z):
        return np.exp(-np.logaddexp(0.0, np.negative(z)))

    @alternative
    def number_by_number(z):
        import math

        def one(t):
            return math.exp(min(t, 0.0)) / (1.0 + math.exp(-abs(t)))

        return one(float(z)) if np.ndim(z) == 0 else np.vectorize(one, otypes=[float])(z)

    @alternative
    def each_side_on_its_own_entries(z):
        z = np.array(z, dtype=float, ndmin=1)
        positive = z >= 0
        z[positive] = 1 / (1 + np.exp(-z[positive]))
        z[~positive] = np.exp(z[~positive]) / (1 + np.exp(z[~positive]))
        return z

    @alternative
    def clipped_where_nothing_is_promised(z):
        return 1 / (1 + np.exp(-np.clip(z, -700, 700)))

    @alternative
    def overflow_awaited(z):
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + np.exp(np.multiply(-1.0, z)))

    @invariant
    def all_digits_to_the_end(call, rng):
        """Far below 0, σ(z) is as good as e^z, however small; yours is not."""
        z = np.append(rng.uniform(-700, -650, size=5), -700.0)
        return np.allclose(call(z) / np.exp(z), 1, rtol=1e-12, atol=0)


sigmoid = Sigmoid.reference


class SigmoidSlope(Exercise):
    """σ′(z) = σ(z)(1 − σ(z))."""

    points = 1
    uses = ("sigmoid",)

    def cases(rng):
        yield 0
        yield -2
        yield 1.5
        yield np.array([-1, 0, 3])
        yield np.array([[1, -2], [3, 2]])
        yield column(0.5, -0.25, 4.0)
        yield np.array([-12.0, 12.0, 0.1])
        yield rng.uniform(-5, 5, size=(2, 3))
        yield rng.uniform(-5, 5, size=(3, 3))
        yield rng.uniform(-5, 5, size=4)
        yield float(rng.uniform(0.5, 3))
        yield float(rng.uniform(-3, -0.5))

    def reference(z):
        e = np.exp(-np.abs(z))
        return e / (1 + e) ** 2

    @mistake(
        "This is σ itself, not its slope: with a = sigmoid(z), the slope is a · (1 − a).",
    )
    def sigma_itself(z):
        return sigmoid(z)

    @mistake("The slope is built from σ(z), not from z: a · (1 − a) with a = sigmoid(z).")
    def slope_from_z(z):
        return z * (1 - z)

    @mistake(
        "The sigmoid is taken twice: a · (1 − a) needs a = sigmoid(z) once, not the sigmoid of a."
    )
    def sigmoid_taken_twice(z):
        s = sigmoid(sigmoid(z))
        return s * (1 - s)

    @mistake("The slope is negative everywhere, but σ rises: write a · (1 − a), not a · (a − 1).")
    def falling(z):
        s = sigmoid(z)
        return s * (s - 1)

    @mistake("Without brackets `a * 1 - a` is a − a, which is 0: write a * (1 - a).")
    def no_brackets(z):
        s = sigmoid(z)
        return s * 1 - s

    @mistake(
        "This is 1 − σ(z), one factor of two: multiply it by σ(z). As a quotient, e^-z / (1 + e^-z)², "
        "its denominator is squared."
    )
    def one_factor_missing(z):
        return 1 - sigmoid(z)

    @mistake("`@` and np.dot add up products. The slope is taken entry by entry: a * (1 - a).")
    def matrix_product(z):
        s = sigmoid(z)
        return np.dot(s, 1 - s)

    @mistake("1 − s² is the slope of tanh where s is tanh. The sigmoid has a · (1 − a).")
    def slope_of_tanh(z):
        return 1 - sigmoid(z) ** 2

    @mistake(
        "The second factor is 1 − σ(z), not σ(1 − z): the 1 stands outside of the sigmoid.",
    )
    def one_minus_inside(z):
        return sigmoid(z) * sigmoid(1 - z)

    @mistake("Your second factor is 1 − z. It has to be 1 − σ(z): a * (1 - a).")
    def second_factor_from_z(z):
        return sigmoid(z) * (1 - z)

    @mistake(
        "A difference with so large a step is right to a few digits only. The formula is exact: a * (1 - a)."
    )
    def measured_to_one_side(z):
        return (sigmoid(z + 1e-3) - sigmoid(z)) / 1e-3

    @mistake(
        "np.gradient compares neighbours in an array, but each z has a slope of its own, also alone: a * (1 - a)."
    )
    def between_neighbours(z):
        return np.gradient(sigmoid(z), z)

    @alternative
    def left_times_right(z):
        return sigmoid(z) * sigmoid(np.negative(z))

    @alternative
    def by_the_cosine(z):
        return (0.5 / np.cosh(np.asarray(z) / 2)) ** 2

    @alternative
    def quotient_rule(z):
        e = np.exp(-np.asarray(z, dtype=float))
        return e / (1 + 2 * e + e * e)

    @alternative
    def by_the_square(z):
        return sigmoid(z) - np.square(sigmoid(z))

    @alternative
    def entry_by_entry(z):
        s = np.array(sigmoid(z), ndmin=1, dtype=float)
        for place in np.ndindex(s.shape):
            s[place] *= 1 - s[place]
        return s if np.ndim(z) else float(s[0])


class Predict(Exercise):
    """a = σ(Xw + b), a column."""

    points = 1
    uses = ("sigmoid",)

    def cases(rng):
        yield np.array([[1, -2], [0, 3], [2, 1]]), column(0.5, -0.75), 2
        yield np.array([[0.5, -1.0, 2.0]]), column(0.4, 0.3, -0.7), -0.5
        yield np.array([[1.0], [-2.0], [0.5], [3.0]]), np.array([[0.75]]), 1.25
        yield np.array([[1.0, 2.0], [-1.0, 0.5]]), column(0.5, -1.5), 0.75
        yield np.array([[2.0]]), np.array([[0.25]]), -1.0
        for m, n in [(5, 2), (2, 4), (3, 3), (6, 3)]:
            b = rng.uniform(0.5, 1.5) * rng.choice([-1, 1])
            yield rng.uniform(-2, 2, size=(m, n)), rng.uniform(-1, 1, size=(n, 1)), float(b)

    def reference(X, w, b):
        return np.exp(-np.logaddexp(0.0, -(X @ w + b)))

    @mistake("Your answer is flat, (m,). Keep it a column, (m, 1): X @ w has that shape already.")
    def flat(X, w, b):
        return sigmoid(X @ w + b).ravel()

    @mistake("The sigmoid is missing: this is z = Xw + b, and a = sigmoid(z).")
    def no_sigmoid(X, w, b):
        return X @ w + b

    @mistake("The bias is missing: z = X @ w + b.")
    def no_bias(X, w, b):
        return sigmoid(X @ w)

    @mistake("The bias belongs inside the sigmoid: sigmoid(X @ w + b).")
    def bias_outside(X, w, b):
        return sigmoid(X @ w) + b

    @mistake(
        "You answer with 0 or 1. A prediction is the activation itself, a = sigmoid(X @ w + b)."
    )
    def classes(X, w, b):
        return (sigmoid(X @ w + b) > 0.5).astype(float)

    @mistake("Your answer is a row, (1, m). Rows are examples: X @ w + b gives a column, (m, 1).")
    def row(X, w, b):
        return sigmoid(w.T @ X.T + b)

    @mistake(
        "b is inside the bracket with w, so it is multiplied by every feature. Write X @ w + b."
    )
    def bias_added_to_the_weights(X, w, b):
        return sigmoid(X @ (w + b))

    @mistake("The sigmoid is taken twice: a = sigmoid(z), and no more.")
    def sigmoid_taken_twice(X, w, b):
        return sigmoid(sigmoid(X @ w + b))

    @mistake("This is 1 − a: the sign of z is turned round.")
    def turned_round(X, w, b):
        return sigmoid(-(X @ w + b))

    @mistake("The bias is subtracted here: z = X @ w + b.")
    def bias_subtracted(X, w, b):
        return sigmoid(X @ w - b)

    @mistake(
        "X must not be transposed: it has shape (m, n) and w (n, 1), so X @ w fits as it is.",
    )
    def inputs_transposed(X, w, b):
        return sigmoid(X.T @ w + b)

    @mistake("X comes first: X @ w, (m, n) with (n, 1).")
    def weights_first(X, w, b):
        return sigmoid(w @ X + b)

    @mistake("X comes first: X @ w, (m, n) with (n, 1).")
    def weights_first_and_transposed(X, w, b):
        return sigmoid(w.T @ X + b)

    @mistake("`*` multiplies entry by entry. Each row of X meets all of w by `@`: X @ w + b.")
    def entry_by_entry(X, w, b):
        return sigmoid(X * w + b)

    @alternative
    def row_by_row(X, w, b):
        answer = []
        for x in X:
            z = b
            for x_j, w_j in zip(x.tolist(), w.ravel().tolist(), strict=True):
                z += x_j * w_j
            answer.append([float(sigmoid(z))])
        return np.array(answer)

    @alternative
    def bias_as_a_weight(X, w, b):
        X = np.column_stack([np.ones(len(X)), X])
        return sigmoid(np.einsum("ij,j->i", X, np.append(b, w)))[:, np.newaxis]

    @alternative
    def sums_along_rows(X, w, b):
        return 1 / (1 + np.exp(-np.sum(X * w.T, axis=1, keepdims=True) - b))

    @invariant
    def examples_do_not_know_each_other(call, rng):
        """Your prediction for an example changes with the examples beside it."""
        X, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 1))
        whole, turned, part = call(X, w, 0.5), call(X[::-1], w, 0.5), call(X[1:3], w, 0.5)
        return np.allclose(whole[::-1], turned) and np.allclose(whole[1:3], part)


predict = Predict.reference

EVERY_PAIR = (
    "Every prediction meets every label, m · m pairs in place of m: (m,) beside (m, 1) broadcasts to (m, m), and a "
    "column `@` a row is (m, m) too. Keep both columns, and multiply with `*`."
)

MEAN_PER_CLASS = (
    "You take a mean over the ones and another over the zeros. The cost is one mean over all m examples: "
    "add up all losses, then divide by m."
)

# the docstring of LogLoss.never_infinite has the same words
NEVER_CERTAIN = (
    "An example that is wrong with certainty has to cost a large but finite number, above 25: "
    "keep a away from 0 and 1 (np.clip with 1e-15) before the logarithm."
)


class LogLoss(Exercise):
    """The mean of −(y log a + (1 − y) log(1 − a)), finite even where a is 0 or 1."""

    points = 2

    def cases(rng):
        """2e-12, not 1e-12: 1 − (1 − 1e-12) is a little less than the 1e-12 at which a clip may begin."""
        yield column(0.9, 0.2, 0.6), column(1, 0, 1)
        yield column(0.3), column(1)
        yield column(0.3), column(0)
        yield column(2e-12, 0.5), column(1, 0)
        yield column(0.3, 1 - 2e-12), column(1.0, 0.0)
        yield column(2e-12, 1 - 2e-12, 0.4), column(0, 1, 1)
        yield column(0.0, 0.7), column(0, 1)
        yield column(1.0, 0.4), column(1, 0)
        yield column(0.8, 0.35, 0.5), column(1, 1, 1)
        yield column(0.8, 0.35, 0.5, 0.1), column(0, 0, 0, 0)
        for m in (4, 5, 7):
            yield rng.uniform(0.02, 0.98, size=(m, 1)), column(0, 1, *rng.integers(0, 2, m - 2))
        yield rng.uniform(1e-9, 1e-6, size=(3, 1)), column(1.0, 0.0, 1.0)

    def reference(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return float(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))

    @mistake(
        "The logarithm of a number below 1 is negative, and so is your cost: put a minus in front."
    )
    def no_minus(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake("You add up the losses of all examples. The cost is their mean: divide by m.")
    def summed(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "A small number added inside the logarithm makes every loss a little wrong, and near 0 and 1 more than "
        "a little: clip a instead, which leaves all values in between as they are."
    )
    def epsilon_inside(a, y):
        return -np.mean(y * np.log(a + 1e-8) + (1 - y) * np.log(1 - a + 1e-8))

    @mistake(
        "A small number added inside the logarithm makes every loss a little wrong, and near 0 and 1 more than "
        "a little: clip a instead, which leaves all values in between as they are."
    )
    def smaller_epsilon_inside(a, y):
        return -np.mean(y * np.log(a + 1e-15) + (1 - y) * np.log(1 - a + 1e-15))

    @mistake(EVERY_PAIR)
    def every_pair(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        y = y.ravel()
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(EVERY_PAIR)
    def outer_product_summed(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.sum(y @ np.log(a).T + (1 - y) @ np.log(1 - a).T) / len(y)

    @mistake("This is the logarithm to base 10. Log-loss takes the natural one, np.log.")
    def base_ten(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log10(a) + (1 - y) * np.log10(1 - a))

    @mistake(
        "Where a is exactly 0 or 1, your cost is nan if the label is the same (0 · log 0 is not 0 to NumPy), and "
        "infinite if it is the other one. Keep a away from both ends (np.clip with 1e-15) before the logarithm."
    )
    def nan_at_both_ends(a, y):
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "At a = 1 your cost is nan or infinite: nothing keeps a below 1 there (1 − 1e-20, say, is exactly 1 to the "
        "computer). "
        "np.clip(a, 1e-15, 1 - 1e-15) keeps away from both ends."
    )
    def margin_too_small(a, y):
        a = np.clip(a, 1e-20, 1 - 1e-20)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake("You return the loss of each example. The cost is one number, their mean.")
    def one_per_example(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "Examples with y = 0 cost nothing here: they cost −log(1 − a), the second half of the formula."
    )
    def only_the_ones(a, y):
        return -np.mean(y * np.log(np.clip(a, 1e-15, 1)))

    @mistake(
        "The minus reaches only the first half: put −(…) around the whole, so that both logarithms change sign."
    )
    def minus_for_the_first_half(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return np.mean(-y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake("The two halves are swapped: y goes with log a, and 1 − y with log(1 − a).")
    def halves_swapped(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(1 - a) + (1 - y) * np.log(a))

    @mistake("The logarithm is taken of the labels: y stands outside, a inside, y · log a.")
    def arguments_swapped(a, y):
        y = np.clip(y, 1e-15, 1 - 1e-15)
        return -np.mean(a * np.log(y) + (1 - a) * np.log(1 - y))

    @mistake("This is the mean squared error. Log-loss is −log of what a gives to the true label.")
    def squared_error(a, y):
        return np.mean((a - y) ** 2)

    @mistake(
        "The distance |a − y| is small where a prediction is good, so its −log is large: take −log(1 − |a − y|)."
    )
    def log_of_the_distance(a, y):
        return -np.mean(np.log(np.clip(np.abs(a - y), 1e-15, 1)))

    @mistake(
        "a − y is negative where y is 1, and has no logarithm: take log a there, and log(1 − a) where y is 0."
    )
    def log_of_the_difference(a, y):
        return -np.mean(np.log(a - y))

    @mistake(MEAN_PER_CLASS)
    def mean_per_class(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(np.log(a[y == 1])) - np.mean(np.log(1 - a[y == 0]))

    @mistake(MEAN_PER_CLASS)
    def mean_per_class_that_is_there(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        halves = [np.log(a[y == 1]), np.log(1 - a[y == 0])]
        return -sum(np.mean(half) for half in halves if len(half))

    @mistake(
        "log(1 + e^(−y·a)) is a formula for scores and labels −1 and +1. Here a is a probability and y is 0 or 1: "
        "−log a, or −log(1 − a)."
    )
    def formula_for_scores(a, y):
        return np.mean(np.log(1 + np.exp(-y * a)))

    @mistake("(1 − y) has lost its logarithm: it goes with log(1 − a), not with 1 − a.")
    def second_logarithm_missing(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(a) + (1 - y) * (1 - a))

    @mistake(
        "Your clip begins too early: a prediction may come nearer to 0 or 1 than that, and still costs what the "
        "formula says. Clip with 1e-15."
    )
    def clipped_too_early(a, y):
        a = np.clip(a, 1e-7, 1 - 1e-7)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "Without brackets `1 - y * np.log(1 - a)` multiplies first: write (1 - y) * np.log(1 - a)."
    )
    def brackets_missing(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(a) + 1 - y * np.log(1 - a))

    @mistake(
        "An `if` wants one yes or no, but y has one label per example: "
        "use the label as a switch, y * … + (1 - y) * …"
    )
    def if_on_an_array(a, y):
        a = np.clip(a, 1e-15, 1 - 1e-15)
        if y == 1:
            return -np.mean(np.log(a))
        return -np.mean(np.log(1 - a))

    @mistake(
        "math.log takes single numbers only. NumPy's log works on arrays entry by entry: np.log."
    )
    def one_number_at_a_time(a, y):
        import math

        a = np.clip(a, 1e-15, 1 - 1e-15)
        return -np.mean(y * math.log(a) + (1 - y) * math.log(1 - a))

    @mistake(NEVER_CERTAIN)
    def infinite_when_wrong_with_certainty(a, y):
        with np.errstate(divide="ignore"):
            return np.mean(np.where(y == 1, -np.log(a), -np.log(1 - a)))

    @mistake(NEVER_CERTAIN)
    def largest_number_for_infinity(a, y):
        """np.nan_to_num makes 1.8e308 of inf, and two of these are inf again."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return -np.mean(np.nan_to_num(y * np.log(a) + (1 - y) * np.log(1 - a)))

    @alternative
    def floor_under_the_logarithm(a, y):
        with np.errstate(divide="ignore"):
            cost = y * np.maximum(np.log(a), -100) + (1 - y) * np.maximum(np.log1p(-a), -100)
        return -cost.sum() / len(y)

    @alternative
    def label_by_label(a, y):
        import math

        total = 0
        for a_i, y_i in zip(a.ravel().tolist(), y.ravel().tolist(), strict=True):
            right = a_i if y_i == 1 else 1 - a_i
            total += -math.log(right) if right > 1e-300 else 690.0
        return total / len(y)

    @alternative
    def products_of_matrices(a, y):
        a = np.clip(a, 1e-16, 1 - 1e-16)
        return (y.T @ np.log(a) + (1 - y).T @ np.log(1 - a)) / -len(a)

    @alternative
    def what_the_true_label_got(a, y):
        return -np.log(np.maximum(np.abs(1 - y - a), 1e-30)).mean()

    @alternative
    def tiny_number_inside(a, y):
        return -np.mean(y * np.log(a + 1e-30) + (1 - y) * np.log(1 - a + 1e-30))

    @invariant
    def never_infinite(call, rng):
        """An example that is wrong with certainty has to cost a large but finite number, above 25:
        keep a away from 0 and 1 (np.clip with 1e-15) before the logarithm."""
        costs = [call(column(0.0), column(1)), call(column(1.0), column(0))]
        costs.append(call(column(0.0, 1.0, 0.0), column(1, 0, 1)))
        return all(25 < cost < 1e300 for cost in costs)

    @invariant
    def twice_the_same_batch(call, rng):
        """Your cost changes when every example comes twice: a mean does not."""
        a, y = rng.uniform(0.1, 0.9, size=(4, 1)), column(0, 1, 1, 0)
        return np.isclose(call(a, y), call(np.vstack([a, a]), np.vstack([y, y])))

    @invariant
    def both_classes_are_treated_alike(call, rng):
        """Your cost changes when 0 and 1 change their roles, y to 1 − y and a to 1 − a."""
        a, y = rng.uniform(0.1, 0.9, size=(4, 1)), column(0, 1, 1, 1)
        return np.isclose(call(a, y), call(1 - a, 1 - y))


log_loss = LogLoss.reference


class LogLossFromLogits(Exercise):
    """The mean of softplus(z) − y·z, exact wherever z is."""

    points = 2

    def cases(rng):
        yield column(0, 0), column(0, 1)
        yield column(2, -1, 3), column(1, 0, 0)
        yield column(-1.5), column(1)
        yield column(1.25), column(1.0)
        yield column(800.0), column(0)
        yield column(-800.0), column(1)
        yield column(800.0, 0.5), column(1, 1)
        yield column(-800.0, 0.5), column(0, 0)
        yield column(40.0, -0.5), column(0, 1)
        yield column(800.0, -800.0, -40.0, 40.0), column(0, 1, 1, 0)
        yield column(800, -800, 1), column(1, 0, 1)
        yield column(0.5, 1.5, -2.5), column(1, 1, 1)
        yield column(0.5, 1.5, -2.5, -0.25), column(0, 0, 0, 0)
        for m in (4, 6):
            yield rng.uniform(-4, 4, size=(m, 1)), column(0, 1, *rng.integers(0, 2, m - 2))
        yield rng.uniform(-700, 700, size=(5, 1)), column(1.0, 0.0, 0.0, 1.0, 1.0)

    def reference(z, y):
        return float(np.mean(np.logaddexp(0.0, z) - y * z))

    @mistake(
        "Far from 0 the activation is exactly 0 or 1, and its logarithm is lost: work with z itself, "
        "−log σ(z) = log(1 + e^-z)."
    )
    def through_the_activation(z, y):
        a = 1 / (1 + np.exp(-z))
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "No loss of yours grows beyond a fixed height, because the activation was clipped on the way. "
        "From z no clip is needed: −log σ(z) = log(1 + e^-z), which is about −z far below 0."
    )
    def through_log_loss(z, y):
        a = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    @mistake(
        "Right on paper, but e^800 is inf to NumPy. np.logaddexp(0, z) is log(1 + e^z) without overflow."
    )
    def softplus_overflows(z, y):
        return np.mean(np.log(1 + np.exp(z)) - y * z)

    @mistake("You add up the losses of all examples. The cost is their mean: divide by m.")
    def summed(z, y):
        return np.sum(np.logaddexp(0.0, z) - y * z)

    @mistake("Your cost is negative: the whole of it has the wrong sign.")
    def negative(z, y):
        return -np.mean(np.logaddexp(0.0, z) - y * z)

    @mistake("The term with the label is subtracted: log(1 + e^z) − y·z. Yours adds it.")
    def label_term_added(z, y):
        return np.mean(np.logaddexp(0.0, z) + y * z)

    @mistake(
        "The labels are the wrong way round: y = 1 costs log(1 + e^-z), and y = 0 log(1 + e^z)."
    )
    def labels_swapped(z, y):
        return np.mean(y * np.logaddexp(0.0, z) + (1 - y) * np.logaddexp(0.0, -z))

    @mistake(
        "The labels here are 0 and 1. log(1 + e^(-y·z)) is the formula for labels −1 and +1: use 2y − 1 in it."
    )
    def formula_for_minus_one_and_one(z, y):
        return np.mean(np.logaddexp(0.0, -y * z))

    @mistake("You return the loss of each example. The cost is one number, their mean.")
    def one_per_example(z, y):
        return np.logaddexp(0.0, z) - y * z

    @mistake(
        "Every example is treated as if its label were 1: with y = 0 the loss is log(1 + e^z)."
    )
    def always_label_one(z, y):
        return np.mean(np.logaddexp(0.0, -z))

    @mistake("The part y·z is missing: this is log(1 + e^z), which is the loss for y = 0 only.")
    def always_label_zero(z, y):
        return np.mean(np.logaddexp(0.0, z))

    @mistake(
        "Every score meets every label: (m,) beside (m, 1) broadcasts to (m, m). Keep both columns, or flatten both."
    )
    def every_pair(z, y):
        y = y.ravel()
        return np.mean(np.logaddexp(0.0, z) - y * z)

    @mistake(
        "Near 0 a part is missing: log(1 + e^z) is max(z, 0) + log(1 + e^-|z|), not the maximum alone."
    )
    def maximum_alone(z, y):
        return np.mean(np.maximum(z, 0) - y * z)

    @mistake(
        "Your z is clipped, so no loss grows beyond that: from max(z, 0) + log(1 + e^-|z|) nothing overflows, "
        "and nothing has to be clipped."
    )
    def clipped(z, y):
        z = np.clip(z, -500, 500)
        return np.mean(np.log(1 + np.exp(z)) - y * z)

    @mistake(
        "np.max(z, 0) is the largest of all z, for 0 means an axis there. Compare each z with 0: np.maximum(z, 0)."
    )
    def largest_of_all(z, y):
        return np.mean(np.max(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))

    @mistake(
        "The |z| is missing: log(1 + e^z) is max(z, 0) + log(1 + e^-|z|). With -z the exponential is wrong for every "
        "negative z."
    )
    def absolute_value_missing(z, y):
        return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-z)))

    @mistake(
        "Right on paper, but far from 0 the half that does not count is inf, and 0 · inf is nan. "
        "np.logaddexp(0, z) is log(1 + e^z) without overflow."
    )
    def zero_times_infinity(z, y):
        return np.mean(y * np.log(1 + np.exp(-z)) + (1 - y) * np.log(1 + np.exp(z)))

    @mistake(
        "For whole numbers z your losses are cut off to whole numbers: an array made from z has the type of z. "
        "Make it one of floats."
    )
    def type_of_z(z, y):
        losses = np.zeros_like(z)
        losses[y == 1] = np.logaddexp(0.0, -z[y == 1])
        losses[y == 0] = np.logaddexp(0.0, z[y == 0])
        return np.mean(losses)

    @mistake("np.logaddexp takes exponents: 1 is e⁰, so its first argument is 0.")
    def one_as_an_exponent(z, y):
        return np.mean(y * np.logaddexp(1, -z) + (1 - y) * np.logaddexp(1, z))

    @mistake(
        "np.logaddexp already raises e to its arguments: np.logaddexp(0, z), without another np.exp."
    )
    def power_of_e_twice(z, y):
        return np.mean(y * np.logaddexp(0, np.exp(-z)) + (1 - y) * np.logaddexp(0, np.exp(z)))

    @mistake("z is a score, not a probability: its own logarithm has no meaning here.")
    def logarithm_of_the_score(z, y):
        z = np.clip(z, 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))

    @alternative
    def max_and_log1p(z, y):
        return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))

    @alternative
    def sign_turned_by_the_label(z, y):
        return np.logaddexp(0, (1 - 2 * y) * z).sum() / len(z)

    @alternative
    def score_by_score(z, y):
        import math

        losses = []
        for z_i, y_i in zip(z.ravel().tolist(), y.ravel().tolist(), strict=True):
            wrong = -z_i if y_i else z_i
            losses.append(max(wrong, 0) + math.log1p(math.exp(-abs(wrong))))
        return math.fsum(losses) / len(losses)

    @alternative
    def two_branches_that_warn(z, y):
        z = z.astype(float)
        soft = np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))
        return (soft.T @ np.ones_like(z) - y.T @ z) / z.size

    @invariant
    def twice_the_same_batch(call, rng):
        """Your cost changes when every example comes twice: a mean does not."""
        z, y = rng.normal(size=(4, 1)), column(0, 1, 1, 0)
        return np.isclose(call(z, y), call(np.vstack([z, z]), np.vstack([y, y])))

    @invariant
    def both_classes_are_treated_alike(call, rng):
        """Your cost changes when 0 and 1 change their roles, y to 1 − y and z to −z."""
        z, y = rng.normal(size=(4, 1)), column(0, 1, 1, 1)
        return np.isclose(call(z, y), call(-z, 1 - y))


INNER_MINUS = (
    "A −1 is lost on the way through log(1 − a): its slope with respect to a is −1/(1 − a), "
    "so for y = 0 dL/da is +1/(1 − a)."
)


class SlopesOne(Exercise):
    """The local slopes of one example from its loss back to w and b, and their products."""

    points = 3
    parts = {"dL/da": 0.75, "da/dz": 0.5, "dz/dw": 0.5, "dz/db": 0.25, "dL/dw": 0.5, "dL/db": 0.5}
    tolerance = GRADIENT
    uses = ("sigmoid", "sigmoid_slope")

    def cases(rng):
        yield np.array([1, 2]), np.array([0.5, -0.75]), 2, 1
        yield np.array([1, 2]), np.array([0.5, -0.75]), -1, 0
        yield np.array([0.5, -1.5, 2.0]), np.array([0.4, 0.2, -0.3]), 0.75, 0
        yield np.array([0.5, -1.5, 2.0]), np.array([0.4, 0.2, -0.3]), 0.75, 1.0
        yield np.array([1.5]), np.array([-0.5]), 0.25, 0.0
        for n in (2, 3, 4):
            for y in (0, 1):
                x, w = rng.uniform(0.3, 1.5, size=(2, n)) * rng.choice([-1, 1], size=(2, n))
                yield x, w / n, float(rng.uniform(0.3, 0.9) * rng.choice([-1, 1])), y

    def reference(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        slopes = {
            "dL/da": -y / a + (1 - y) / (1 - a),
            "da/dz": a * (1 - a),
            "dz/dw": np.array(x, dtype=float),
            "dz/db": 1.0,
        }
        slopes["dL/dw"] = slopes["dL/da"] * slopes["da/dz"] * slopes["dz/dw"]
        slopes["dL/db"] = slopes["dL/da"] * slopes["da/dz"] * slopes["dz/db"]
        return slopes

    @mistake(
        INNER_MINUS,
        earns=1.25,
    )
    def inner_minus_lost(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a - (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        INNER_MINUS,
        earns=2.25,
    )
    def inner_minus_lost_but_products_right(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a - (1 - y) / (1 - a), a * (1 - a)
        return {
            "dL/da": p,
            "da/dz": q,
            "dz/dw": x,
            "dz/db": 1,
            "dL/dw": (a - y) * x,
            "dL/db": a - y,
        }

    @mistake(
        "The minus before y/a is lost: when y = 1, a larger a lowers the loss, so the slope is −1/a.",
        earns=1.25,
    )
    def outer_minus_lost(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "Your dL/da has the wrong sign, for both labels: L is −log a or −log(1 − a), and its slope −1/a or 1/(1 − a).",
        earns=1.25,
    )
    def minus_of_the_loss_lost(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = y / a - (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "With y = 0 your dL/da is 0. There L = −log(1 − a), with slope 1/(1 − a).",
        earns=1.25,
    )
    def half_of_the_loss(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a, a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "Every example is treated as if its label were 1: with y = 0 dL/da is 1/(1 − a).",
        earns=1.25,
    )
    def always_label_one(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -1 / a, a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "Every example is treated as if its label were 0: with y = 1 dL/da is −1/a.",
        earns=1.25,
    )
    def always_label_zero(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = 1 / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "The labels are the wrong way round in dL/da: y = 1 has −1/a, and y = 0 has 1/(1 − a).",
        earns=1.25,
    )
    def labels_swapped(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -(1 - y) / a + y / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "da/dz is a · (1 − a), and a is σ(z) already: yours takes the sigmoid of a once more.",
        earns=1.5,
    )
    def slope_of_the_activation(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), sigmoid(a) * (1 - sigmoid(a))
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "dz/dw is not w: when w moves, z = x·w + b moves x times as much.",
        earns=2,
    )
    def slope_of_z_is_w(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": w, "dz/db": 1, "dL/dw": p * q * w, "dL/db": p * q}

    @mistake(
        "dz/db is not b: z = x·w + b moves by exactly as much as b does, so it is 1.",
        earns=2.25,
    )
    def slope_of_the_bias_is_b(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {
            "dL/da": p,
            "da/dz": q,
            "dz/dw": x,
            "dz/db": b,
            "dL/dw": p * q * x,
            "dL/db": p * q * b,
        }

    @mistake(
        "a − y is dL/dz, two factors in one. dL/da is −y/a + (1 − y)/(1 − a), "
        "and only times da/dz does it become a − y.",
        earns=1.25,
    )
    def slope_of_z_under_the_name_of_a(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = a - y, a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "a − y is dL/dz, two factors in one. The products are right, but dL/da itself is −y/a + (1 − y)/(1 − a).",
        earns=2.25,
    )
    def only_the_name_is_wrong(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {
            "dL/da": a - y,
            "da/dz": q,
            "dz/dw": x,
            "dz/db": 1,
            "dL/dw": p * q * x,
            "dL/db": p * q,
        }

    @mistake(
        "da/dz is missing in the products: from L to w there are three slopes to multiply, dL/da · da/dz · dz/dw.",
        earns=2,
    )
    def middle_factor_missing(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * x, "dL/db": p}

    @mistake(
        "dL/dw has lost its last factor dz/dw = x: every weight has a slope of its own.",
        earns=2.5,
    )
    def last_factor_missing(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q, "dL/db": p * q}

    @mistake(
        "Along a path slopes are multiplied. Yours are added.",
        earns=2,
    )
    def added(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {
            "dL/da": p,
            "da/dz": q,
            "dz/dw": x,
            "dz/db": 1,
            "dL/dw": p + q + x,
            "dL/db": p + q + 1,
        }

    @mistake(
        "da/dz is not a itself: the slope of the sigmoid is a · (1 − a).",
        earns=1.5,
    )
    def activation_for_its_slope(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "da/dz is a · (1 − a), built from the activation. Yours is built from z.",
        earns=1.5,
    )
    def slope_from_z(x, w, b, y):
        z = np.dot(x, w) + b
        a = 1 / (1 + np.exp(-z))
        p, q = -y / a + (1 - y) / (1 - a), z * (1 - z)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "dz/db is not 0: b moves too, like the weights, and z moves by as much as b does.",
        earns=2.25,
    )
    def bias_as_a_constant(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 0, "dL/dw": p * q * x, "dL/db": 0}

    @mistake(
        "The bias is missing in z = x·w + b, so a is already another one.",
        earns=0.75,
    )
    def bias_forgotten(x, w, b, y):
        a = 1 / (1 + np.exp(-np.dot(x, w)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "z is one number: the products of x and w are added up, np.dot(x, w) + b. Yours keeps one z per weight.",
        earns=0.75,
    )
    def one_z_per_weight(x, w, b, y):
        a = 1 / (1 + np.exp(-(x * w + b)))
        p, q = -y / a + (1 - y) / (1 - a), a * (1 - a)
        return {"dL/da": p, "da/dz": q, "dz/dw": x, "dz/db": 1, "dL/dw": p * q * x, "dL/db": p * q}

    @mistake(
        "Three of yours are slopes along a whole path. Local slopes see one step only: da/dz knows nothing of L.",
        earns=1.75,
    )
    def whole_paths(x, w, b, y):
        a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
        p, d = -y / a + (1 - y) / (1 - a), a - y
        return {"dL/da": p, "da/dz": d, "dz/dw": d * x, "dz/db": d, "dL/dw": d * x, "dL/db": d}

    @alternative
    def short_results_first(x, w, b, y):
        a = sigmoid(sum(x_j * w_j for x_j, w_j in zip(x.tolist(), w.tolist(), strict=True)) + b)
        error = a - y
        return {
            "dL/db": error,
            "dL/dw": [error * x_j for x_j in x],
            "dz/db": 1,
            "dz/dw": x,
            "da/dz": np.array([[a - a * a]]),
            "dL/da": error / (a - a * a),
        }

    @alternative
    def by_the_label(x, w, b, y):
        z = np.einsum("i,i->", x, w) + b
        right = 1 / (1 + np.exp(z if y == 0 else -z))
        sign = -1 if y == 1 else 1
        slopes = {
            "dL/da": sign / right,
            "da/dz": right * (1 - right),
            "dz/dw": np.copy(x),
            "dz/db": 1,
        }
        slopes["dL/db"] = sign * (1 - right)
        slopes["dL/dw"] = np.multiply(x, slopes["dL/db"])
        return slopes

    @alternative
    def with_a_complex_step(x, w, b, y):
        def slope(f, at):
            return float(f(at + 1e-30j).imag / 1e-30)

        z = float(x @ w + b)
        a = float(1 / (1 + np.exp(-z)))
        dL_da = slope(lambda a: -(y * np.log(a) + (1 - y) * np.log(1 - a)), a)
        da_dz = slope(lambda z: 1 / (1 + np.exp(-z)), z)
        dz_dw = np.array([slope(lambda w_j, j=j: w_j * x[j], w[j]) for j in range(len(w))])
        return {
            "dL/da": dL_da,
            "da/dz": da_dz,
            "dz/dw": dz_dw,
            "dz/db": np.ones(1),
            "dL/dw": dL_da * da_dz * dz_dw,
            "dL/db": dL_da * da_dz,
        }


EVERY_LABEL = "Every prediction meets every label: a column beside a flat array makes (m, m). Keep a and y columns."


class Gradients(Exercise):
    """dw = Xᵀ(a − y)/m and db, the mean of a − y."""

    points = 3
    returns = ("dw", "db")
    parts = {"dw": 2, "db": 1}
    tolerance = GRADIENT
    uses = ("sigmoid", "predict")

    def cases(rng):
        yield np.array([[1, -2], [0, 3], [2, 1]]), column(1, 0, 1), column(0.5, -0.75), 1
        yield np.array([[0.5, -1.0, 2.0]]), column(0), column(0.4, 0.3, -0.7), -0.5
        yield np.array([[1.0], [-2.0], [0.5], [3.0]]), column(0, 1, 1, 0), np.array([[0.75]]), 0.5
        yield np.array([[1.0, 2.0], [-1.0, 0.5]]), column(1.0, 0.0), column(0.5, -1.5), 0.75
        for m, n in [(5, 2), (2, 4), (3, 3), (7, 3)]:
            y = column(0, 1, *rng.integers(0, 2, m - 2))
            X, w = rng.uniform(-2, 2, size=(m, n)), rng.uniform(-1, 1, size=(n, 1))
            yield X, y, w, float(rng.uniform(0.3, 1) * rng.choice([-1, 1]))

    def reference(X, y, w, b):
        delta = (np.exp(-np.logaddexp(0.0, -(X @ w + b))) - y) / len(X)
        return X.T @ delta, float(np.sum(delta))

    @mistake("The 1/m is missing: the cost is a mean over the examples, so its slopes are too.")
    def mean_forgotten(X, y, w, b):
        delta = predict(X, w, b) - y
        return X.T @ delta, np.sum(delta)

    @mistake("db adds up the slopes of all examples. The cost is a mean: divide by m.", earns=2)
    def db_summed(X, y, w, b):
        delta = predict(X, w, b) - y
        return X.T @ delta / len(X), np.sum(delta)

    @mistake("dw has lost its 1/m: divide a − y by m before both, δ = (a − y)/m.", earns=1)
    def dw_summed(X, y, w, b):
        delta = predict(X, w, b) - y
        return X.T @ delta, np.mean(delta)

    @mistake("1/m is there twice: divide by m once, in (a − y)/m or at the end.")
    def mean_taken_twice(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return X.T @ delta / len(X), np.mean(delta)

    @mistake(
        "The factor a(1 − a) is one too many: with log-loss it cancels, and dL/dz is a − y alone."
    )
    def slope_of_the_sigmoid_once_more(X, y, w, b):
        a = predict(X, w, b)
        delta = (a - y) * a * (1 - a) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake("The sign is the wrong way round: the slope is a − y, prediction minus label.")
    def label_minus_prediction(X, y, w, b):
        delta = (y - predict(X, w, b)) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake(
        "X has to be transposed: dw has one row per feature, and X.T @ δ sums over the examples."
    )
    def not_transposed(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return X @ delta, np.sum(delta)

    @mistake("You return one db per example. There is one bias: db is the sum of all δ.", earns=2)
    def db_per_example(X, y, w, b):
        delta = predict(X, w, b) - y
        return X.T @ delta / len(X), delta

    @mistake("dw is flat, (n,). It has the shape of w, a column (n, 1).", earns=1)
    def flat_dw(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return (X.T @ delta).ravel(), np.sum(delta)

    @mistake("dw lies on its side, (1, n). It has the shape of w, (n, 1): X.T @ δ.", earns=1)
    def dw_on_its_side(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return delta.T @ X, np.sum(delta)

    @mistake(EVERY_LABEL, earns=1)
    def every_pair(X, y, w, b):
        delta = predict(X, w, b) - y.ravel()
        return X.T @ delta / len(X), np.mean(delta)

    @mistake(EVERY_LABEL, earns=1)
    def every_pair_the_other_way_round(X, y, w, b):
        delta = predict(X, w, b).ravel() - y
        return X.T @ delta / len(X), np.mean(delta)

    @mistake(EVERY_LABEL)
    def every_pair_summed(X, y, w, b):
        delta = (predict(X, w, b) - y.ravel()) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake(
        "These are the slopes of the squared error, 2(a − y) · a(1 − a). With log-loss dL/dz is a − y alone."
    )
    def slopes_of_the_squared_error(X, y, w, b):
        a = predict(X, w, b)
        delta = 2 * (a - y) * a * (1 - a) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake("Right values, but db comes first. The task asks for dw, then db: return dw, db.")
    def returned_backwards(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return np.sum(delta), X.T @ delta

    @mistake(
        "Your predictions are rounded to 0 and 1 before the labels are subtracted: take a itself, a − y."
    )
    def classes(X, y, w, b):
        delta = ((predict(X, w, b) > 0.5) - y) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake("You divide by the number of features. The mean is over the m examples, len(X).")
    def divided_by_the_features(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(w)
        return X.T @ delta, np.sum(delta)

    @mistake(
        "dw is divided by the number of features. The mean is over the m examples, len(X).", earns=1
    )
    def dw_divided_by_the_features(X, y, w, b):
        delta = predict(X, w, b) - y
        return X.T @ delta / X.shape[1], np.mean(delta)

    @mistake(
        "dw is the mean of the products of X and a − y, X.T @ (a − y) / m. Yours is the product of their means.",
        earns=1,
    )
    def product_of_the_means(X, y, w, b):
        delta = predict(X, w, b) - y
        return np.mean(X, axis=0)[:, None] * np.mean(delta), np.mean(delta)

    @mistake(
        "Every prediction is compared with all labels, and the mean of that taken: a column minus a flat y is (m, m). "
        "Keep y a column.",
        earns=1,
    )
    def every_pair_averaged(X, y, w, b):
        delta = np.mean(predict(X, w, b) - y.ravel(), axis=1, keepdims=True)
        return X.T @ delta / len(X), np.mean(delta)

    @mistake(
        "The first example is never looked at: Python counts from 0, range(m), not range(1, m)."
    )
    def first_example_skipped(X, y, w, b):
        delta = (predict(X, w, b) - y) / len(X)
        return X[1:].T @ delta[1:], np.sum(delta[1:])

    @mistake("The bias is missing in the prediction: a = predict(X, w, b).")
    def bias_forgotten(X, y, w, b):
        delta = (predict(X, w, 0) - y) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake(
        "dw is one number here. Every weight has its own slope: sum over the examples only.",
        earns=1,
    )
    def dw_averaged_over_everything(X, y, w, b):
        delta = predict(X, w, b) - y
        return np.mean(X * delta), np.mean(delta)

    @mistake("The sigmoid is missing: a − y needs the prediction a, not z = Xw + b.")
    def without_the_sigmoid(X, y, w, b):
        delta = (X @ w + b - y) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake("You divide by 8. m is the number of rows of this X: len(X).")
    def divided_by_eight(X, y, w, b):
        delta = (predict(X, w, b) - y) / 8
        return X.T @ delta, np.sum(delta)

    @mistake("½ is the prediction only while all weights are 0: take predict(X, w, b).")
    def half_for_everybody(X, y, w, b):
        delta = (0.5 - y) / len(X)
        return X.T @ delta, np.sum(delta)

    @mistake(
        "½ is the prediction only while all weights are 0: take predict(X, w, b). "
        "And m is the number of rows of this X: len(X), not 8."
    )
    def half_for_everybody_of_eight(X, y, w, b):
        delta = (0.5 - y) / 8
        return X.T @ delta, np.sum(delta)

    @alternative
    def one_example_at_a_time(X, y, w, b):
        a, dw, db = predict(X, w, b), np.zeros(w.shape), 0
        for x, a_i, y_i in zip(X, a.ravel(), y.ravel(), strict=True):
            dw += (a_i - y_i) * x.reshape(-1, 1) / len(X)
            db += (a_i - y_i) / len(X)
        return [dw, db]

    @alternative
    def bias_as_a_weight(X, y, w, b):
        with_one = np.column_stack([X, np.ones(len(X))])
        both = np.einsum("ij,ik->jk", with_one, predict(X, w, b) - y) / len(X)
        return both[:-1], both[-1:]

    @alternative
    def mean_of_products(X, y, w, b):
        delta = sigmoid(np.dot(X, w) + b) - y
        return np.mean(X * delta, axis=0)[:, None], np.mean(delta, axis=0)

    @alternative
    def loss_slope_times_sigmoid_slope(X, y, w, b):
        a = predict(X, w, b)
        delta = (-y / a + (1 - y) / (1 - a)) * (a * (1 - a))
        return (delta.T @ X).T / len(X), np.average(delta)

    @invariant
    def twice_the_same_batch(call, rng):
        """Your slopes change when every example comes twice: a mean does not, so look for the 1/m."""
        X, y, w = rng.normal(size=(4, 3)), column(0, 1, 1, 0), rng.normal(size=(3, 1))
        dw, db = call(X, y, w, 0.5)
        dw_twice, db_twice = call(np.vstack([X, X]), np.vstack([y, y]), w, 0.5)
        return np.allclose(dw, dw_twice) and np.isclose(db, db_twice)

    @invariant
    def order_of_the_examples_does_not_matter(call, rng):
        """Your slopes change when the same examples come in another order."""
        X, y, w = rng.normal(size=(4, 3)), column(0, 1, 1, 0), rng.normal(size=(3, 1))
        dw, db = call(X, y, w, 0.5)
        dw_turned, db_turned = call(X[::-1], y[::-1], w, 0.5)
        return np.allclose(dw, dw_turned) and np.isclose(db, db_turned)


gradients = Gradients.reference


class Train(Exercise):
    """Gradient descent on the log-loss from w = 0 and b = 0."""

    points = 2
    returns = ("w", "b", "costs")
    parts = {"w": 0.5, "b": 0.5, "costs": 1}
    tolerance = GRADIENT
    uses = ("sigmoid", "predict", "log_loss", "log_loss_from_logits", "gradients")

    def cases(rng):
        yield np.array([[1, -2], [0, 3], [2, 1]]), column(1, 0, 1), 1, 3
        yield np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]]), column(1, 1), 0.5, 1
        yield np.array([[1.0], [2.0], [-0.5], [3.0]]), column(0.0, 1.0, 1.0, 1.0), 0.25, 4
        # nothing to do, a rate that is too large, an answer that is found at once: no reason to stop
        yield np.array([[1.0], [1.0]]), column(1, 0), 0.5, 3
        yield np.array([[2.0, -1.0], [1.0, 1.0], [3.0, 0.5]]), column(1, 0, 0), 4.0, 4
        yield np.array([[2.0], [-2.0]]), column(1, 0), 4.0, 3
        for m, n, steps in [(5, 2, 3), (4, 3, 2), (3, 3, 5), (6, 1, 3)]:
            y = column(1, 0, *rng.integers(0, 2, m - 2))
            yield rng.uniform(-2, 2, size=(m, n)) + 0.5, y, float(rng.uniform(0.2, 0.9)), steps

    def reference(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w = w - learning_rate * dw
            b = b - learning_rate * db
        return w, b, costs

    @mistake("Yours climbs: a step goes against the slope, w = w − learning_rate · dw.")
    def climbs(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w + learning_rate * dw, b + learning_rate * db
        return w, b, costs

    @mistake(
        "w has moved already when db is computed. Both slopes belong to the same place: "
        "compute dw and db first, then move both."
    )
    def moves_w_too_early(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            w = w - learning_rate * gradients(X, y, w, b)[0]
            b = b - learning_rate * gradients(X, y, w, b)[1]
        return w, b, costs

    @mistake(
        "b has moved already when dw is computed. Both slopes belong to the same place: "
        "compute dw and db first, then move both."
    )
    def moves_b_too_early(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            b = b - learning_rate * gradients(X, y, w, b)[1]
            w = w - learning_rate * gradients(X, y, w, b)[0]
        return w, b, costs

    @mistake(
        "Each cost is taken after its step. costs[i] belongs before step i, so the first is log 2 = 0.6931.",
        earns=1,
    )
    def costs_after_the_step(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
            costs.append(log_loss(predict(X, w, b), y))
        return w, b, costs

    @mistake(
        "There is one cost too many: costs[i] stands before step i, and after the last step none is added.",
        earns=1,
    )
    def one_cost_too_many(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, [*costs, log_loss(predict(X, w, b), y)]

    @mistake("The bias stays where it started: it takes a step too, b = b − learning_rate · db.")
    def bias_never_moves(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            w = w - learning_rate * gradients(X, y, w, b)[0]
        return w, b, costs

    @mistake("The slopes are means already: a step is learning_rate · dw, without another 1/m.")
    def rate_divided_by_m(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate / len(X) * dw, b - learning_rate / len(X) * db
        return w, b, costs

    @mistake(
        "The slopes are computed once, at the start. They belong in the loop: every step needs new ones."
    )
    def slopes_computed_once(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        dw, db = gradients(X, y, w, b)
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake("The learning rate is never used: a step is learning_rate · dw, not dw.")
    def rate_ignored(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - dw, b - db
        return w, b, costs

    @mistake(
        "Training ends after one step: if the `return` stands inside the loop, move it one level out, behind the loop."
    )
    def returns_after_one_step(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
            return w, b, costs

    @mistake(
        "Yours stops where the cost hardly changes any more. It is asked for `steps` steps: take them all, and keep "
        "the cost before each.",
        earns=1,
    )
    def stops_at_rest(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            if len(costs) > 1 and abs(costs[-1] - costs[-2]) < 1e-9:
                break
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "Yours stops where the cost rises. It is asked for `steps` steps: take them all, and keep the cost before "
        "each, so that a rise is seen."
    )
    def stops_where_the_cost_rises(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            if len(costs) > 1 and costs[-1] > costs[-2]:
                break
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "Yours stops where the cost does not fall. It is asked for `steps` steps: take them all, and keep the cost "
        "before each."
    )
    def stops_where_the_cost_does_not_fall(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            if len(costs) > 1 and costs[-1] >= costs[-2]:
                break
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "Yours stops once the cost is small. It is asked for `steps` steps: take them all, and keep the cost before "
        "each.",
        earns=0.5,
    )
    def stops_when_nearly_right(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            if costs[-1] < 0.01:
                break
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake("One step is missing: the loop runs `steps` times, range(steps).")
    def one_step_too_few(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps - 1):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "You return one cost. The task asks for all of them: collect one before each step.", earns=1
    )
    def last_cost_only(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs[-1]

    @mistake("The parts are right, but in another order: return w, b, costs.")
    def costs_first(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return costs, w, b

    @mistake(
        "Each step looks at one example only. Here every step uses the slopes over all m: gradients(X, y, w, b)."
    )
    def one_example_per_step(X, y, learning_rate, steps):
        w, b, costs = np.zeros((X.shape[1], 1)), 0.0, []
        for i in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            one = slice(i % len(X), i % len(X) + 1)
            dw, db = gradients(X[one], y[one], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "w has to start as a column, one row per feature: np.zeros((X.shape[1], 1)). Yours starts flat."
    )
    def starts_flat(X, y, learning_rate, steps):
        w, b, costs = np.zeros(X.shape[1]), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @mistake(
        "For whole numbers in X your w is an array of integers, and cannot take a step: start from np.zeros((n, 1))."
    )
    def type_of_X(X, y, learning_rate, steps):
        w, b, costs = np.zeros_like(X[:1].T), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w -= learning_rate * dw
            b -= learning_rate * db
        return w, b, costs

    @mistake(
        "Training starts from zeros here, so that the first cost is log 2 = 0.6931. Yours starts from ones."
    )
    def starts_from_ones(X, y, learning_rate, steps):
        w, b, costs = np.ones((X.shape[1], 1)), 0.0, []
        for _ in range(steps):
            costs.append(log_loss(predict(X, w, b), y))
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        return w, b, costs

    @alternative
    def one_vector_of_parameters(X, y, learning_rate, steps):
        with_one = np.hstack([X, np.ones((len(X), 1))])
        theta, costs = np.zeros((with_one.shape[1], 1)), np.zeros(steps)
        for i in range(steps):
            z = with_one @ theta
            costs[i] = np.mean(np.logaddexp(0, z) - y * z)
            theta -= learning_rate * with_one.T @ (1 / (1 + np.exp(-z)) - y) / len(X)
        return theta[:-1], theta[-1:], costs

    @alternative
    def places_first_then_costs(X, y, learning_rate, steps):
        places = [(np.zeros((X.shape[1], 1)), np.zeros((1, 1)))]
        for _ in range(steps):
            w, b = places[-1]
            dw, db = gradients(X, y, w, float(b[0, 0]))
            places.append((w - learning_rate * dw, b - learning_rate * db))
        return [*places[-1], tuple(log_loss(predict(X, w, b), y) for w, b in places[:-1])]

    @alternative
    def costs_from_the_scores(X, y, learning_rate, steps):
        w, b, costs = np.zeros(X.shape[1]), 0, np.array([])
        for _ in range(steps):
            z = X @ w + b
            costs = np.append(costs, np.logaddexp(0, (1 - 2 * y.ravel()) * z).mean())
            delta = sigmoid(z) - y.ravel()
            w, b = w - learning_rate * (delta @ X) / len(X), b - learning_rate * delta.mean()
        return w[:, None], b, costs

    @invariant
    def the_cost_falls(call, rng):
        """With a small learning rate the cost falls at every step; yours does not."""
        X = rng.normal(size=(8, 2))
        y = (X[:, :1] + 0.5 > 0).astype(float)
        costs = np.array(call(X, y, 0.2, 30)[2])
        return len(costs) == 30 and np.all(np.diff(costs) < 0)


class Curvature(Exercise):
    """The second difference (f(z + h) − 2 f(z) + f(z − h)) / h²."""

    points = 1
    tolerance = Tolerance(rtol=1e-6, atol=1e-7)

    def cases(rng):
        yield Function("lambda z: z ** 3"), 2.0, Keywords(h=0.1)
        yield Function("lambda z: z * z - 3 * z"), 3, 0.5
        yield Function("lambda z: z ** 4"), 1
        yield Function("lambda z: np.exp(z)"), 0.5, 0.2
        yield Function("lambda z: -np.log(1 / (1 + np.exp(-z)))"), 0.3, 0.1
        yield Function("lambda z: (1 / (1 + np.exp(-z)) - 1) ** 2"), -2.0, 0.25
        yield Function("lambda z: 3 * z + 1"), 2.0, 0.25
        for _ in range(3):
            a, b, z = rng.uniform(0.5, 2, size=3)
            yield Function(f"lambda z: {a} * z ** 3 + {b} * z ** 2"), float(z) - 3, 0.1
            yield Function(f"lambda z: np.sin({a} * z) + {b} * z"), float(z), Keywords(h=0.2)
            yield Function(f"lambda z: {a} * z ** 3 - {b} * z"), float(z)

    def reference(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

    @mistake("You divide by h once. A slope of slopes divides by h twice: by h².")
    def divided_by_h(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h

    @mistake(
        "Your three points lie to one side of z. Take one on each side: f(z + h) − 2 f(z) + f(z − h)."
    )
    def to_the_right(f, z, h=1e-3):
        return (f(z + 2 * h) - 2 * f(z + h) + f(z)) / h**2

    @mistake(
        "Your three points lie to one side of z. Take one on each side: f(z + h) − 2 f(z) + f(z − h)."
    )
    def to_the_left(f, z, h=1e-3):
        return (f(z) - 2 * f(z - h) + f(z - 2 * h)) / h**2

    @mistake("The second difference is divided by h², not by 2h, which belongs to the slope.")
    def divided_by_two_h(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / (2 * h)

    @mistake("The two slopes belong to places h apart, not 2h: divide their difference by h.")
    def slopes_taken_as_two_h_apart(f, z, h=1e-3):
        right, left = (f(z + h) - f(z)) / h, (f(z) - f(z - h)) / h
        return (right - left) / (2 * h)

    @mistake(
        "This is the slope. Curvature is how fast the slope changes: (f(z + h) − 2 f(z) + f(z − h)) / h²."
    )
    def first_slope(f, z, h=1e-3):
        return (f(z + h) - f(z - h)) / (2 * h)

    @mistake("The middle value counts twice: f(z + h) − 2 f(z) + f(z − h).")
    def middle_once(f, z, h=1e-3):
        return (f(z + h) - f(z) + f(z - h)) / h**2

    @mistake(
        "The difference is not divided by h²: write `/ h**2` or `/ (h * h)`. (`/ h * h` divides and multiplies back.)"
    )
    def precedence(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h * h

    @mistake("Your step is always 1e-3: use the argument h.")
    def step_ignored(f, z, h=1e-3):
        return (f(z + 1e-3) - 2 * f(z) + f(z - 1e-3)) / 1e-6

    @mistake("The middle value is subtracted twice: −2 f(z). Yours is added.")
    def middle_added(f, z, h=1e-3):
        return (f(z + h) + 2 * f(z) + f(z - h)) / h**2

    @mistake("Only the last value is divided: put the whole difference in brackets before / h².")
    def no_brackets(f, z, h=1e-3):
        return f(z + h) - 2 * f(z) + f(z - h) / h**2

    @mistake("Your outer points are 2h away from z. With points at z + h and z − h, divide by h².")
    def slope_of_slopes_with_double_steps(f, z, h=1e-3):
        return (f(z + 2 * h) - 2 * f(z) + f(z - 2 * h)) / (4 * h**2)

    @mistake(
        "For a whole number z the step is lost: an integer array cuts off what is written into it. "
        "Compute z + h without such an array, or make it one of floats."
    )
    def steps_in_an_integer_array(f, z, h=1e-3):
        points = np.array([z, z, z])
        points[0] = z - h
        points[2] = z + h
        left, middle, right = (f(point) for point in points)
        return (right - 2 * middle + left) / h**2

    @mistake(
        "Your step is far too small, and not the argument h: what is left of the difference is rounding noise. Use h."
    )
    def step_of_rounding_noise(f, z, h=1e-3):
        h = 1e-8
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

    @mistake(
        "This is the curvature of a curve in the plane, f″/(1 + f′²)^1.5. Here it is the second difference alone."
    )
    def of_a_curve_in_the_plane(f, z, h=1e-3):
        slope = (f(z + h) - f(z - h)) / (2 * h)
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2 / (1 + slope**2) ** 1.5

    @mistake(
        "The slope on the left is f(z) − f(z − h), the value on the right minus the one on the left. "
        "Yours has the other sign."
    )
    def left_slope_turned_round(f, z, h=1e-3):
        return ((f(z + h) - f(z)) / h - (f(z - h) - f(z)) / h) / h

    @mistake(
        "Only the slope on the left is divided by h once more: put the difference in brackets, (right - left) / h."
    )
    def brackets_around_the_slopes_missing(f, z, h=1e-3):
        right, left = (f(z + h) - f(z)) / h, (f(z) - f(z - h)) / h
        return right - left / h

    @alternative
    def slopes_on_both_sides(f, z, h=1e-3):
        right = (f(z + h) - f(z)) / h
        left = (f(z) - f(z - h)) / h
        return (right - left) / h

    @alternative
    def three_points_at_once(f, z, h=1e-3):
        return np.array([[1, -2, 1]]) @ f(z + h * np.array([[-1.0], [0], [1]])) / h**2

    @alternative
    def differences_of_differences(f, z, h=1e-3):
        return np.diff([f(z + k * h) for k in (-1, 0, 1)], n=2) / h / h
