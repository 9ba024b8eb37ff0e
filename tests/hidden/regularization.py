"""Hidden tests of unit 5, deep, many outputs, regularized."""

from itertools import pairwise

import numpy as np

from byhand.exercise import (
    GRADIENT,
    Exercise,
    alternative,
    invariant,
    mistake,
)


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, e) / (1 + e)


def _one_hot(labels, K):
    return np.eye(K)[np.asarray(labels)]


def _thetas(rng, sizes):
    """Weights of order 1; every bias is far from 0."""
    thetas = [rng.uniform(-1, 1, size=(o, i + 1)) for i, o in pairwise(sizes)]
    for theta in thetas:
        theta[:, 0] = rng.uniform(0.4, 1, size=len(theta)) * rng.choice([-1, 1], size=len(theta))
    return thetas


def _pass(X, thetas):
    activations = [X]
    for theta in thetas:
        activations.append(sigmoid(activations[-1] @ theta[:, 1:].T + theta[:, 0]))
    return activations


def _network(rng, m, sizes):
    """X, Y, thetas and the activations of a real forward pass."""
    X, thetas = rng.uniform(-2, 2, size=(m, sizes[0])), _thetas(rng, sizes)
    if sizes[-1] == 1:
        Y = rng.permutation([*rng.integers(0, 2, size=m - 1), 1]).reshape(-1, 1)
    else:
        Y = _one_hot(rng.integers(0, sizes[-1], size=m), sizes[-1])
    return X, Y, thetas, _pass(X, thetas)


def _anchor():
    """The network without random numbers: sin(1), sin(2), … over 10, column by column."""

    def filled(rows, columns):
        return np.sin(np.arange(1, rows * columns + 1)).reshape(columns, rows).T / 10

    X, thetas = filled(5, 3), [filled(5, 4), filled(3, 6)]
    return X, _one_hot([1, 2, 0, 1, 2], 3), thetas, _pass(X, thetas)


#: numbers of examples and sizes of layers: one layer to four, square ones, one output, one example, one hidden node
NETWORKS = [
    (5, [2, 4, 3]),
    (3, [3, 3, 3]),
    (4, [3, 2, 3, 2]),
    (6, [2, 3]),
    (1, [2, 3, 2]),
    (5, [4, 3, 1]),
    (4, [2, 1, 3]),
    (3, [2, 3, 2, 4, 3]),
]


class ThetaShape(Exercise):
    """(n_out, n_in + 1): one row per node it leads to, one column per node it comes from and one for the bias."""

    points = 1

    def cases(rng):
        yield from [(2, 3), (3, 2), (4, 4), (1, 5), (400, 25), (6, 1)]
        for _ in range(4):
            yield tuple(rng.integers(2, 60, size=2).tolist())

    def reference(n_in, n_out):
        return n_out, n_in + 1

    @mistake(
        "Rows and columns are swapped: Θ has one row for each of the n_out nodes it leads to, "
        "and one column for each of the n_in + 1 it comes from."
    )
    def transposed(n_in, n_out):
        return n_in + 1, n_out

    @mistake(
        "The bias node is missing: it sends an arrow to every node too, so Θ has n_in + 1 columns."
    )
    def no_bias(n_in, n_out):
        return n_out, n_in

    @mistake(
        "This is the shape of W. Θ stands the other way round, and the bias is its first column."
    )
    def shape_of_w(n_in, n_out):
        return n_in, n_out

    @mistake(
        "The bias node stands in the layer the arrows come from: it makes one more column, n_in + 1, not one more row."
    )
    def bias_as_a_row(n_in, n_out):
        return n_out + 1, n_in

    @mistake(
        "Only the layer the arrows come from counts its bias node: n_in + 1. No arrow leads to a bias node, "
        "so n_out stays as it is."
    )
    def bias_on_both_sides(n_in, n_out):
        return n_out + 1, n_in + 1

    @mistake(
        "Two things: no arrow leads to a bias node, so the + 1 belongs to n_in, and the outputs come "
        "first: (n_out, n_in + 1)."
    )
    def bias_on_the_wrong_side_and_transposed(n_in, n_out):
        return n_in, n_out + 1

    @mistake(
        "This is how many entries Θ has. Asked for are both sides of its shape: a tuple (rows, columns)."
    )
    def number_of_entries(n_in, n_out):
        return n_out * (n_in + 1)

    @mistake(
        "You return a matrix of the right shape. Asked for is the shape itself, a tuple of two numbers."
    )
    def a_matrix(n_in, n_out):
        return np.zeros((n_out, n_in + 1))

    @alternative
    def shape_of_a_matrix(n_in, n_out):
        return np.ones((1 + n_in, n_out)).T.shape

    @alternative
    def as_an_array(n_in, n_out):
        return np.add([n_out, n_in], [0, 1])

    @alternative
    def as_a_list(n_in, n_out):
        return [float(n_out), -~n_in]


class Join(Exercise):
    """Θ = [bᵀ Wᵀ]: the biases first, then the weights, one row per output."""

    points = 1
    uses = ("theta_shape",)

    def cases(rng):
        yield np.array([[1, 2], [3, 4], [5, 6]]), np.array([[7, 8]])
        yield np.array([[1, 2], [3, 4]]), np.array([[-1, -2]])
        for n_in, n_out in [(2, 3), (3, 2), (3, 3), (2, 2), (4, 3), (1, 3), (3, 1), (5, 4)]:
            yield rng.normal(size=(n_in, n_out)), rng.uniform(1, 2, size=(1, n_out))

    def reference(W, b):
        return np.hstack([b.T, W.T])

    @mistake("The bias comes last here. It is the first column of Θ: put b.T before W.T.")
    def bias_last(W, b):
        return np.hstack([W.T, b.T])

    @mistake(
        "Θ is lying on its side: it has one row per output. The bias is its first column, not its first row: transpose."
    )
    def not_transposed(W, b):
        return np.vstack([b, W])

    @mistake(
        "Two things: Θ has one row per output, so W is transposed, and the bias is its first column, not a last row."
    )
    def not_transposed_and_last(W, b):
        return np.vstack([W, b])

    @mistake("You add b to the weights. It gets a column of its own, the first one of Θ.")
    def added(W, b):
        return (W + b).T

    @mistake("b is lost: it is the first column of Θ, before the columns of W.T.")
    def bias_lost(W, b):
        return W.T

    @mistake(
        "The first column holds ones. The ones belong to the inputs, [1 a]; in Θ the first column holds the biases b."
    )
    def ones_in_place_of_b(W, b):
        return np.hstack([np.ones_like(b.T), W.T])

    @mistake("The first column stays 0: the biases b belong there.")
    def zeros_in_place_of_b(W, b):
        return np.hstack([np.zeros_like(b.T), W.T])

    @mistake(
        "reshape keeps the numbers in their order and only cuts the rows anew. To turn W round, write W.T."
    )
    def reshaped(W, b):
        return np.hstack([b.T, W.reshape(W.shape[1], W.shape[0])])

    @mistake(
        "W is not turned round: Θ has one row per output, so b.T stands beside W.T, and then the rows always fit."
    )
    def bias_turned_and_weights_not(W, b):
        return np.hstack([b.T, W])

    @mistake(
        "Inputs and outputs are turned round in W, but b is still a row: beside W.T stands the column b.T."
    )
    def weights_turned_and_bias_not(W, b):
        return np.hstack([b, W.T])

    @mistake(
        "W.T is right, but b is a row laid on top of it. The bias is the first column: b.T beside W.T."
    )
    def row_of_biases_on_top(W, b):
        return np.vstack([b, W.T])

    @mistake(
        "All numbers are there, but poured in the order in which they lie, so that the biases run "
        "along the rows, not down the first column. Put b.T, a column, before W.T."
    )
    def poured(W, b):
        return np.append(b, W).reshape(W.shape[1], W.shape[0] + 1)

    @mistake(
        "The first bias is in every row. Each output has its own: the first column of Θ is b.T."
    )
    def first_bias_everywhere(W, b):
        return np.hstack([np.full_like(b.T, b[0, 0]), W.T])

    @alternative
    def stacked_then_turned(W, b):
        return np.vstack((b, W)).T

    @alternative
    def inserted(W, b):
        return np.insert(W.T.astype(float), 0, b, axis=1)

    @alternative
    def by_loops(W, b):
        n_in, n_out = np.shape(W)
        theta = np.empty((n_out, n_in + 1))
        for k in range(n_out):
            theta[k, 0] = b[0, k]
            for j in range(n_in):
                theta[k, j + 1] = W[j, k]
        return theta

    @alternative
    def filled_into_zeros(W, b):
        theta = np.zeros(tuple(theta_shape(*W.shape)))
        theta[:, 0], theta[:, 1:] = b, W.T
        return theta

    @invariant
    def does_what_w_and_b_did(call, rng):
        """A layer with your Θ does not compute what it did with W and b: [1 a] @ Θ.T must be a @ W + b."""
        a, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=(1, 2))
        return np.allclose(np.column_stack([np.ones(4), a]) @ call(W, b).T, a @ W + b)


theta_shape = ThetaShape.reference


class Split(Exercise):
    """W = Θ without its first column, transposed, and b, the first column as a row."""

    points = 1
    returns = ("W", "b")
    parts = {"W": 0.5, "b": 0.5}

    def cases(rng):
        yield np.array([[7, 1, 3, 5], [8, 2, 4, 6]])
        yield np.array([[-1, 1, 3], [-2, 2, 4]])
        for n_in, n_out in [(2, 3), (3, 2), (3, 3), (2, 2), (4, 3), (1, 3), (3, 1), (5, 4)]:
            yield rng.normal(size=(n_out, n_in + 1))

    def reference(theta):
        return theta[:, 1:].T, theta[:, :1].T

    @mistake(
        "The numbers are right, but b has lost a dimension: theta[:, :1].T keeps the row (1, n_out).",
        earns=0.5,
    )
    def flat_bias(theta):
        return theta[:, 1:].T, theta[:, 0]

    @mistake(
        "b is a column here. Turn it round as well: theta[:, :1].T has shape (1, n_out).", earns=0.5
    )
    def bias_as_a_column(theta):
        return theta[:, 1:].T, theta[:, :1]

    @mistake("W is not turned round: it has one row per input, theta[:, 1:].T.", earns=0.5)
    def weights_not_turned(theta):
        return theta[:, 1:], theta[:, :1].T

    @mistake("Neither is turned round: W has shape (n_in, n_out), and b is a row. Transpose both.")
    def nothing_turned(theta):
        return theta[:, 1:], theta[:, :1]

    @mistake(
        "W is not turned round, and b is flat: theta[:, 1:].T, and theta[:, :1].T of shape (1, n_out)."
    )
    def not_turned_and_flat(theta):
        return theta[:, 1:], theta[:, 0]

    @mistake("You take the last column for the biases. They are the first one: theta[:, :1].")
    def last_column(theta):
        return theta[:, :-1].T, theta[:, -1:].T

    @mistake("The biases are still in W: without the first column it is theta[:, 1:].T.", earns=0.5)
    def bias_kept_in_w(theta):
        return theta.T, theta[:, :1].T

    @mistake(
        "You cut off the first row. The biases are the first column, one per output: theta[:, :1]."
    )
    def first_row(theta):
        return theta[1:].T, theta[:1]

    @mistake("Right values, but b comes first. The task asks for W, then b: return W, b.")
    def returned_backwards(theta):
        return theta[:, :1].T, theta[:, 1:].T

    @mistake(
        "reshape keeps the numbers in their order and only cuts the rows anew. To turn the weights round, write .T.",
        earns=0.5,
    )
    def reshaped(theta):
        return theta[:, 1:].reshape(theta.shape[1] - 1, -1), theta[:, :1].T

    @mistake(
        "W is right, but b is the last column. The biases are the first one: theta[:, :1].T.",
        earns=0.5,
    )
    def bias_from_the_last_column(theta):
        return theta[:, 1:].T, theta[:, -1:].T

    @mistake(
        "b is the bias of the first output alone. Every output has its own: theta[:, :1].T.",
        earns=0.5,
    )
    def one_bias(theta):
        return theta[:, 1:].T, theta[:1, :1]

    @alternative
    def turned_then_cut(theta):
        both = np.transpose(theta)
        return [both[1:], both[:1]]

    @alternative
    def by_list(theta):
        W = np.array([list(column) for column in zip(*theta, strict=True)][1:])
        return W, np.array([[row[0] for row in theta]])

    @alternative
    def np_split(theta):
        b, W = np.split(theta, [1], axis=1)
        return W.T.copy(), b.reshape(1, -1)

    @invariant
    def does_what_theta_did(call, rng):
        """A layer with your W and b does not compute what it did with Θ: a @ W + b must be [1 a] @ Θ.T."""
        a, theta = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
        W, b = call(theta)
        return np.allclose(a @ W + b, np.column_stack([np.ones(4), a]) @ theta.T)


split = Split.reference
join = Join.reference


class OneHot(Exercise):
    """(m, K): a 1 in the column of each label, 0 elsewhere."""

    points = 1

    def cases(rng):
        yield np.array([0, 2, 1, 2]), 3
        yield np.array([1, 0, 1]), 4
        yield np.array([2, 0]), 3
        yield np.array([1]), 3
        yield np.array([3, 3, 3, 3, 3]), 4
        yield np.array([0, 1, 2, 3]), 4
        yield np.array([2, 1, 0]), 3
        for m, K in [(6, 3), (4, 5), (7, 10), (3, 4)]:
            yield rng.integers(0, K, size=m), K

    def reference(labels, K):
        Y = np.zeros((len(labels), K))
        Y[np.arange(len(labels)), labels] = 1
        return Y

    @mistake("Labels count from 0 here, so label 0 has the first column: no − 1.")
    def labels_from_one(labels, K):
        return np.eye(K)[labels - 1]

    @mistake(
        "Labels count from 0 here, so label 0 has the first column. Yours, counted from 1, has none."
    )
    def labels_from_one_without_wrapping(labels, K):
        return (labels[:, None] == np.arange(1, K + 1)).astype(float)

    @mistake("Labels count from 0 here: adding 1 leads out of the last column.")
    def one_column_too_far(labels, K):
        return np.eye(K)[labels + 1]

    @mistake(
        "K is an argument. The largest label at hand may be smaller than K − 1: use K for the columns."
    )
    def guessed_from_the_largest(labels, K):
        return np.eye(labels.max() + 1)[labels]

    @mistake(
        "K is an argument. Not every class need be among the labels at hand: use K for the columns."
    )
    def guessed_from_the_classes(labels, K):
        classes = np.unique(labels)
        return (labels[:, None] == classes).astype(float)

    @mistake("Y is lying on its side: rows are examples, columns are classes, (m, K).")
    def transposed(labels, K):
        return np.eye(K)[labels].T

    @mistake("You return True and False. The cost computes with numbers: .astype(float).")
    def booleans(labels, K):
        return labels[:, None] == np.arange(K)

    @mistake(
        "Every row has a 1 for every label there is. A row has a single 1, in the column of its own label: "
        "Y[np.arange(m), labels] = 1."
    )
    def whole_columns(labels, K):
        Y = np.zeros((len(labels), K))
        Y[:, labels] = 1
        return Y

    @mistake(
        "You put the label itself where the 1 belongs: one-hot means a 1 in its column, and 0 elsewhere."
    )
    def label_itself(labels, K):
        Y = np.zeros((len(labels), K))
        Y[np.arange(len(labels)), labels] = labels
        return Y

    @mistake(
        "This is a column of labels. One-hot has K columns, with a 1 in the column of the label."
    )
    def column_of_labels(labels, K):
        return labels.reshape(-1, 1).astype(float)

    @mistake(
        "−1 stands where 0 belongs: here targets are 0 and 1, as the sigmoid's outputs are between them."
    )
    def minus_one(labels, K):
        return 2 * np.eye(K)[labels] - 1

    @mistake("Zeros and ones have changed places: the 1 belongs into the column of the label.")
    def turned_round(labels, K):
        return 1 - np.eye(K)[labels]

    @mistake("All columns up to the label are filled. One-hot has a single 1 in each row.")
    def filled_up_to_the_label(labels, K):
        return (np.arange(K) <= labels[:, None]).astype(float)

    @mistake("The columns run backwards: label 0 has the first column.")
    def from_the_right(labels, K):
        return np.eye(K)[labels][:, ::-1]

    @mistake(
        "All ones land in the first row. Each example has a row of its own: Y[np.arange(m), labels] = 1."
    )
    def all_in_the_first_row(labels, K):
        Y = np.zeros((len(labels), K))
        Y[0, labels] = 1
        return Y

    @mistake("Y[labels] = 1 fills whole rows. One entry per row: Y[np.arange(m), labels] = 1.")
    def whole_rows(labels, K):
        Y = np.zeros((len(labels), K))
        Y[labels] = 1
        return Y

    @alternative
    def rows_of_the_identity(labels, K):
        return np.eye(K, dtype=int)[labels]

    @alternative
    def compared(labels, K):
        return 1.0 * np.equal.outer(labels, np.arange(K))

    @alternative
    def label_by_label(labels, K):
        Y = np.zeros((len(labels), K))
        for i, label in enumerate(labels):
            Y[i][label] = 1.0
        return Y

    @alternative
    def taken_from_a_list(labels, K):
        return np.array([[float(k == label) for k in range(K)] for label in labels])

    @invariant
    def order_of_the_examples(call, rng):
        """When the labels come in another order, the rows have to come in that order too."""
        labels, order = rng.integers(0, 4, size=6), rng.permutation(6)
        return np.array_equal(np.asarray(call(labels, 4))[order], call(labels[order], 4))


ONES_STAY = (
    "The column of ones is kept. It is put before a layer's inputs only for the product with Θ; "
    "the list holds the activations without it."
)


class Forward(Exercise):
    """[X, a1, …, h]: every layer is σ([1 a] Θᵀ) of the one before."""

    points = 2
    uses = ("split", "join")

    def cases(rng):
        X, _, thetas, _ = _anchor()
        yield X, thetas
        yield np.array([[1, 0], [0, 1], [1, 1]]), _thetas(rng, [2, 3, 2])
        for m, sizes in NETWORKS:
            X, _, thetas, _ = _network(rng, m, sizes)
            yield X, thetas

    def reference(X, thetas):
        activations = [X]
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T
            activations.append(1 / (1 + np.exp(-z)))
        return activations

    @mistake(ONES_STAY)
    def ones_kept(X, thetas):
        activations, a = [], X
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), a])
            activations.append(a)
            a = sigmoid(a @ theta.T)
        return [*activations, a]

    @mistake(ONES_STAY)
    def ones_kept_in_hidden_layers(X, thetas):
        activations, a = [X], np.hstack([np.ones((len(X), 1)), X])
        for theta in thetas[:-1]:
            a = np.hstack([np.ones((len(X), 1)), sigmoid(a @ theta.T)])
            activations.append(a)
        return [*activations, sigmoid(a @ thetas[-1].T)]

    @mistake(ONES_STAY)
    def ones_kept_in_x(X, thetas):
        a = np.hstack([np.ones((len(X), 1)), X])
        activations = [a]
        for theta in thetas:
            activations.append(sigmoid(a @ theta.T))
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
        return activations

    @mistake(ONES_STAY)
    def ones_kept_everywhere(X, thetas):
        a = np.hstack([np.ones((len(X), 1)), X])
        activations = [a]
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), sigmoid(a @ theta.T)])
            activations.append(a)
        return activations

    @mistake(
        "The last layer is left out: each matrix in thetas makes one more layer, so the list has "
        "len(thetas) + 1 entries."
    )
    def last_layer_skipped(X, thetas):
        activations = [X]
        for theta in thetas[:-1]:
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
            activations.append(sigmoid(a @ theta.T))
        return activations

    @mistake(
        "The sigmoid is missing at the end: the outputs pass through it like every other layer."
    )
    def linear_output(X, thetas):
        activations = [X]
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T
            activations.append(z if theta is thetas[-1] else sigmoid(z))
        return activations

    @mistake("The sigmoid is missing: every layer passes its z through it.")
    def linear(X, thetas):
        activations = [X]
        for theta in thetas:
            activations.append(np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T)
        return activations

    @mistake(
        "The hidden layers miss their sigmoid: every layer passes its z through it, not only the last."
    )
    def linear_hidden_layers(X, thetas):
        activations = [X]
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T
            activations.append(sigmoid(z) if theta is thetas[-1] else z)
        return activations

    @mistake("Your list holds z where it should hold a = sigmoid(z): the list is of activations.")
    def list_of_z(X, thetas):
        found, a = [X], X
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), a]) @ theta.T
            found.append(z)
            a = sigmoid(z)
        return found

    @mistake("You return h alone. Going backwards needs every activation: [X, a1, …, h].")
    def output_alone(X, thetas):
        a = X
        for theta in thetas:
            a = sigmoid(np.hstack([np.ones((len(X), 1)), a]) @ theta.T)
        return a

    @mistake("X is missing: the list begins with it, [X, a1, …, h].")
    def without_x(X, thetas):
        activations, a = [], X
        for theta in thetas:
            a = sigmoid(np.hstack([np.ones((len(X), 1)), a]) @ theta.T)
            activations.append(a)
        return activations

    @mistake(
        "The column of ones comes last here. The bias is the first column of Θ, so the ones come first: [1 a]."
    )
    def ones_last(X, thetas):
        activations = [X]
        for theta in thetas:
            a = np.hstack([activations[-1], np.ones((len(X), 1))])
            activations.append(sigmoid(a @ theta.T))
        return activations

    @mistake(
        "The biases do nothing here: the first column of Θ has to meet a column of ones, [1 a] @ theta.T."
    )
    def bias_ignored(X, thetas):
        activations = [X]
        for theta in thetas:
            activations.append(sigmoid(activations[-1] @ theta[:, 1:].T))
        return activations

    @mistake("Θ is not turned round: it has one row per output, so the product is [1 a] @ theta.T.")
    def not_transposed(X, thetas):
        activations = [X]
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
            activations.append(sigmoid(a @ theta))
        return activations

    @mistake(
        "The same Θ is used for every layer: each layer has its own, so take the next one in the loop."
    )
    def first_theta_everywhere(X, thetas):
        activations = [X]
        for _ in thetas:
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
            activations.append(sigmoid(a @ thetas[0].T))
        return activations

    @mistake("Every layer starts from X again. Its inputs are the activations of the layer before.")
    def always_from_x(X, thetas):
        a = np.hstack([np.ones((len(X), 1)), X])
        return [X, *(sigmoid(a @ theta.T) for theta in thetas)]

    @mistake(
        "The outputs pass through a softmax here. This network has K sigmoids, which need not sum to 1: sigmoid(z)."
    )
    def softmax_at_the_end(X, thetas):
        activations = [X]
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T
            activations.append(sigmoid(z))
        e = np.exp(z - z.max(axis=1, keepdims=True))
        activations[-1] = e / e.sum(axis=1, keepdims=True)
        return activations

    @mistake("The sigmoid is taken twice: a = sigmoid(z) goes into the next product as it is.")
    def sigmoid_twice(X, thetas):
        activations = [X]
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
            activations.append(sigmoid(sigmoid(a @ theta.T)))
        return activations

    @mistake("The inputs pass through the sigmoid here. X goes into the first layer as it is.")
    def sigmoid_of_the_inputs(X, thetas):
        activations = [X]
        for theta in thetas:
            a = sigmoid(X) if activations[-1] is X else activations[-1]
            activations.append(sigmoid(np.hstack([np.ones((len(X), 1)), a]) @ theta.T))
        return activations

    @mistake(
        "The order is turned round: the list goes from the inputs to the outputs, [X, a1, …, h]."
    )
    def output_first(X, thetas):
        activations = [X]
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), activations[0]])
            activations.insert(0, sigmoid(a @ theta.T))
        return activations

    @mistake(
        "The outputs are cut to 0 and 1. The cost needs the activations themselves; classes come later."
    )
    def outputs_cut(X, thetas):
        activations = [X]
        for theta in thetas:
            a = np.hstack([np.ones((len(X), 1)), activations[-1]])
            activations.append(sigmoid(a @ theta.T))
        return [*activations[:-1], (activations[-1] >= 0.5).astype(float)]

    @mistake("The hidden layers use tanh, which can go below 0. Here every layer has the sigmoid.")
    def tanh(X, thetas):
        activations = [X]
        for theta in thetas:
            z = np.hstack([np.ones((len(X), 1)), activations[-1]]) @ theta.T
            activations.append(sigmoid(z) if theta is thetas[-1] else np.tanh(z))
        return activations

    @alternative
    def weights_and_biases_apart(X, thetas):
        activations = [X]
        for theta in thetas:
            W, b = split(theta)
            activations.append(sigmoid(activations[-1] @ W + b))
        return tuple(activations)

    @alternative
    def recursive(X, thetas):
        if len(thetas) == 0:
            return [X]
        a = np.insert(np.asarray(X, dtype=float), 0, 1, axis=1)
        return [X, *forward(sigmoid((thetas[0] @ a.T).T), thetas[1:])]

    @alternative
    def by_einsum(X, thetas):
        activations, a = [1.0 * X], X
        for theta in thetas:
            a = 0.5 + 0.5 * np.tanh((np.einsum("ij,kj->ik", a, theta[:, 1:]) + theta[:, 0]) / 2)
            activations += [a]
        return activations

    @alternative
    def example_by_example(X, thetas):
        activations = [X] + [np.zeros((len(X), len(theta))) for theta in thetas]
        for i in range(len(X)):
            for layer, theta in enumerate(thetas):
                for k in range(len(theta)):
                    z = theta[k, 0] + sum(theta[k, 1:] * activations[layer][i])
                    activations[layer + 1][i, k] = sigmoid(z)
        return activations

    @invariant
    def examples_do_not_know_each_other(call, rng):
        """What your network says about an example changes with the examples beside it."""
        X, _, thetas, _ = _network(rng, 4, [3, 2, 3])
        whole, turned, part = call(X, thetas), call(X[::-1], thetas), call(X[1:3], thetas)
        return all(
            np.allclose(w[::-1], t) and np.allclose(w[1:3], p)
            for w, t, p in zip(whole, turned, part, strict=True)
        )


forward = Forward.reference


class PredictClasses(Exercise):
    """For every example the index of its most active output."""

    points = 1

    def cases(rng):
        yield np.array([[0.9, 0.2, 0.1], [0.3, 0.4, 0.35], [0.6, 0.7, 0.95], [0.1, 0.05, 0.02]])
        yield np.array([[0.2, 0.8], [0.9, 0.6], [0.4, 0.3]])
        yield np.array([[0.1, 0.2, 0.3, 0.25]])
        yield np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
        yield np.array([[0.7, 0.8, 0.1], [0.1, 0.2, 0.05], [0.3, 0.01, 0.02]])
        for m, K in [(5, 3), (3, 4), (4, 4), (6, 5), (3, 10)]:
            places = np.argsort(rng.random(size=(m, K)), axis=1)
            yield (places + rng.uniform(0.1, 0.9, size=(m, K))) / K  # no two nearly equal

    def reference(h):
        return np.argmax(h, axis=1)

    @mistake(
        "A threshold of ½ does not choose: several outputs may be above it, or none. Take the largest of each row, "
        "np.argmax(h, axis=1)."
    )
    def threshold(h):
        return (h > 0.5).astype(int)

    @mistake(
        "You take the first output above ½. Several may be above it, or none: take the largest, np.argmax(h, axis=1)."
    )
    def first_above_a_half(h):
        return np.argmax(h > 0.5, axis=1)

    @mistake(
        "You choose an example for every output. Rows are examples: the largest of each row is axis=1."
    )
    def along_the_columns(h):
        return np.argmax(h, axis=0)

    @mistake("You return one-hot rows. Asked for is the index of the 1, one number per example.")
    def as_one_hot(h):
        return (h == h.max(axis=1, keepdims=True)).astype(float)

    @mistake("Classes count from 0 here: the index itself, without + 1.")
    def classes_from_one(h):
        return np.argmax(h, axis=1) + 1

    @mistake("Right classes, but as a column. Labels are flat, (m,): no keepdims and no reshape.")
    def as_a_column(h):
        return np.argmax(h, axis=1).reshape(-1, 1)

    @mistake(
        "This is how active the largest output is. Asked for is which one it is: argmax, not max."
    )
    def largest_value(h):
        return np.max(h, axis=1)

    @mistake("This is the least active output of each example: argmax, not argmin.")
    def smallest(h):
        return np.argmin(h, axis=1)

    @mistake(
        "Without axis=1 np.argmax looks at all entries at once. Every example has a class of its own."
    )
    def of_all_entries(h):
        return np.argmax(h)

    @mistake("You count how many outputs are above ½. Asked for is which output is the largest.")
    def counted(h):
        return np.sum(h > 0.5, axis=1)

    @mistake(
        "np.argsort gives the order of all outputs. The class is the last in it alone: np.argmax(h, axis=1)."
    )
    def all_in_order(h):
        return np.argsort(h, axis=1)

    @mistake(
        "Outputs are compared with the place of the best one so far, not with its value: keep both, or take np.argmax."
    )
    def compared_with_the_place(h):
        best = np.zeros(len(h), dtype=int)
        for k in range(1, h.shape[1]):
            best = np.where(h[:, k] > best, k, best)
        return best

    @alternative
    def row_by_row(h):
        return [max(range(len(row)), key=lambda k: row[k]) for row in h]

    @alternative
    def last_in_order(h):
        return np.argsort(h, axis=1)[:, -1].astype(float)

    @alternative
    def where_it_is_largest(h):
        return np.array([np.flatnonzero(row == row.max())[0] for row in h])

    @alternative
    def larger_than_all_before(h):
        best, at = h[:, 0].copy(), np.zeros(len(h), dtype=int)
        for k in range(1, h.shape[1]):
            at[h[:, k] > best] = k
            best = np.maximum(best, h[:, k])
        return at

    @invariant
    def order_of_the_examples(call, rng):
        """When the examples come in another order, their classes have to come in that order too."""
        h, order = rng.random(size=(6, 4)), rng.permutation(6)
        return np.array_equal(np.asarray(call(h))[order], call(h[order]))


# the docstring of Cost.never_infinite has the same words
NEVER_CERTAIN = (
    "An output that is wrong with certainty has to cost a large but finite number, above 25: "
    "keep h away from 0 and 1 (np.clip with 1e-15) before the logarithm."
)

TINY_INSIDE = (
    "A small number added inside the logarithm makes every cost a little wrong, and near 0 and 1 more than a little: "
    "clip h instead, which leaves all values in between as they are."
)

CLIPPED_EARLY = "h is cut off too early: between there and 0 or 1 every h has a cost of its own. Clip with 1e-15."


class Cost(Exercise):
    """−Σ (Y log h + (1 − Y) log(1 − h)) over all outputs, the mean over the m examples."""

    points = 2

    def cases(rng):
        """2e-12, not 1e-12: 1 − (1 − 1e-12) is a little less than the 1e-12 at which a clip may begin."""
        yield np.array([[0.9, 0.2, 0.1], [0.3, 0.6, 0.4]]), np.array([[1, 0, 0], [0, 1, 0]])
        yield np.full((4, 3), 0.5), _one_hot([0, 1, 2, 1], 3)
        yield np.array([[0.8, 0.3, 0.4]]), np.array([[0.0, 1.0, 0.0]])
        yield np.array([[0.7], [0.2], [0.4]]), np.array([[1], [0], [1]])
        yield np.array([[2e-12, 0.5], [0.3, 0.6], [0.2, 0.9]]), _one_hot([0, 1, 1], 2)
        yield np.array([[0.4, 1 - 2e-12], [0.3, 0.6]]), _one_hot([0, 1], 2)
        yield np.array([[0.0, 0.7, 0.2], [0.3, 0.6, 0.0]]), _one_hot([1, 0], 3)
        yield np.array([[1.0, 0.2], [0.1, 1.0], [0.4, 0.7]]), _one_hot([0, 1, 1], 2)
        yield np.array([[0.2, 0.7, 0.6], [0.8, 0.1, 0.3]]), np.array([[0, 1, 1], [0, 0, 0]])
        for m, K in [(5, 3), (3, 4), (4, 2), (3, 3), (2, 5)]:
            yield rng.uniform(0.02, 0.98, size=(m, K)), _one_hot(rng.integers(0, K, size=m), K)
        _, Y, _, activations = _anchor()
        yield activations[-1], Y

    def reference(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return float(-np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y))

    @mistake(
        "You divide by m · K. J is a mean over the m examples of the sum over the K outputs: divide by m alone."
    )
    def divided_by_m_and_k(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.mean(Y * np.log(h) + (1 - Y) * np.log(1 - h))

    @mistake("The mean over the examples is missing: divide the sum by m, the number of rows.")
    def summed(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h))

    @mistake("You divide by K, the number of outputs. The mean is over the m examples, the rows.")
    def divided_by_k(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / Y.shape[1]

    @mistake(
        "The term (1 − Y) log(1 − h) is missing: each of the K sigmoids also pays where its target is 0."
    )
    def only_the_ones(h, Y):
        return -np.sum(Y * np.log(np.clip(h, 1e-15, 1))) / len(Y)

    @mistake("The term Y log h is missing: an output whose target is 1 pays too.")
    def only_the_zeros(h, Y):
        return -np.sum((1 - Y) * np.log(np.clip(1 - h, 1e-15, 1))) / len(Y)

    @mistake(
        "The logarithm of a number below 1 is negative, and so is your cost: put a minus in front."
    )
    def no_minus(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(
        "The minus reaches the first half only: put both halves in brackets, −(Y log h + (1 − Y) log(1 − h))."
    )
    def minus_for_the_first_half(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return np.sum(-Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(
        "The two halves have changed places: log h counts where Y is 1, log(1 − h) where it is 0."
    )
    def halves_swapped(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log(1 - h) + (1 - Y) * np.log(h)) / len(Y)

    @mistake(
        "Where h is exactly 0 or 1, your cost is nan or inf: 0 · log 0 is not 0 to NumPy, and log 0 is −inf. "
        "Keep h away from both ends (np.clip with 1e-15) before the logarithm."
    )
    def nan_at_both_ends(h, Y):
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(
        "At h = 1 your cost is nan or inf: nothing keeps h below 1 there (1 − 1e-20, say, is exactly 1 to the "
        "computer). Clip at both ends, with 1e-15."
    )
    def nan_at_one(h, Y):
        h = np.clip(h, 1e-20, 1 - 1e-20)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e8(h, Y):
        return -np.sum(Y * np.log(h + 1e-8) + (1 - Y) * np.log(1 - h + 1e-8)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e15(h, Y):
        return -np.sum(Y * np.log(h + 1e-15) + (1 - Y) * np.log(1 - h + 1e-15)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e10(h, Y):
        return -np.sum(Y * np.log(h + 1e-10) + (1 - Y) * np.log(1 - h + 1e-10)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e7(h, Y):
        h = np.clip(h, 1e-7, 1 - 1e-7)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e10(h, Y):
        h = np.clip(h, 1e-10, 1 - 1e-10)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(NEVER_CERTAIN)
    def infinite(h, Y):
        with np.errstate(all="ignore"):
            return float(np.sum(-np.log(np.where(Y == 1, h, 1 - h))) / len(Y))

    @mistake("You return one cost per example. Take the mean of them: J is a single number.")
    def one_per_example(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h), axis=1)

    @mistake("You return one cost per output. Add them up: J is a single number.")
    def one_per_output(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.mean(Y * np.log(h) + (1 - Y) * np.log(1 - h), axis=0)

    @mistake("This is the logarithm to another base. The cost takes the natural one, np.log.")
    def base_ten(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log10(h) + (1 - Y) * np.log10(1 - h)) / len(Y)

    @mistake("This is the logarithm to another base. The cost takes the natural one, np.log.")
    def base_two(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log2(h) + (1 - Y) * np.log2(1 - h)) / len(Y)

    @mistake("This is the squared error. The cost is the log-loss, Y log h + (1 − Y) log(1 − h).")
    def squared_error(h, Y):
        return np.sum((h - Y) ** 2) / len(Y)

    @mistake("This is the squared error. The cost is the log-loss, Y log h + (1 − Y) log(1 − h).")
    def half_squared_error(h, Y):
        return np.sum((h - Y) ** 2) / (2 * len(Y))

    @mistake(
        "Every output meets every target, K · K pairs in place of K: a matrix product is too much here. "
        "Multiply entry by entry, with `*`."
    )
    def every_pair_of_outputs(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y.T @ np.log(h) + (1 - Y).T @ np.log(1 - h)) / len(Y)

    @mistake(
        "Every example meets every other one, m · m pairs in place of m: a matrix product is too much here. "
        "Multiply entry by entry, with `*`."
    )
    def every_pair_of_examples(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y @ np.log(h).T + (1 - Y) @ np.log(1 - h).T) / len(Y)

    @mistake("There is a ½ too many: the log-loss has none. (The ½ belongs to the penalty, later.)")
    def half_too_many(h, Y):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / (2 * len(Y))

    @mistake(
        "The arguments have changed places: the logarithm is taken of h, the targets stand before it."
    )
    def arguments_swapped(h, Y):
        Y = np.clip(Y, 1e-15, 1 - 1e-15)
        return -np.sum(h * np.log(Y) + (1 - h) * np.log(1 - Y)) / len(h)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e5(h, Y):
        return -np.sum(Y * np.log(h + 1e-5) + (1 - Y) * np.log(1 - h + 1e-5)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e6(h, Y):
        return -np.sum(Y * np.log(h + 1e-6) + (1 - Y) * np.log(1 - h + 1e-6)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e7(h, Y):
        return -np.sum(Y * np.log(h + 1e-7) + (1 - Y) * np.log(1 - h + 1e-7)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e9(h, Y):
        return -np.sum(Y * np.log(h + 1e-9) + (1 - Y) * np.log(1 - h + 1e-9)) / len(Y)

    @mistake(TINY_INSIDE)
    def tiny_inside_of_1e12(h, Y):
        return -np.sum(Y * np.log(h + 1e-12) + (1 - Y) * np.log(1 - h + 1e-12)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e5(h, Y):
        h = np.clip(h, 1e-5, 1 - 1e-5)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e6(h, Y):
        h = np.clip(h, 1e-6, 1 - 1e-6)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e8(h, Y):
        h = np.clip(h, 1e-8, 1 - 1e-8)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @mistake(CLIPPED_EARLY)
    def clipped_at_1e9(h, Y):
        h = np.clip(h, 1e-9, 1 - 1e-9)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)

    @alternative
    def what_the_true_targets_got(h, Y):
        right = np.where(np.asarray(Y) == 1, h, 1 - np.asarray(h))
        return -np.log(np.maximum(right, 1e-300)).sum(axis=1).mean()

    @alternative
    def output_by_output(h, Y):
        from math import log

        J = 0
        for row, targets in zip(h, Y, strict=True):
            for p, t in zip(row, targets, strict=True):
                p = min(max(p, 1e-13), 1 - 1e-13)
                J -= t * log(p) + (1 - t) * log(1 - p)
        return J / len(h)

    @alternative
    def traces_of_products(h, Y):
        h = np.clip(h, 1e-16, 1 - 1e-16)
        return -np.trace(Y.T @ np.log(h) + (1 - Y).T @ np.log(1 - h)) / h.shape[0]

    @alternative
    def tiny_number_inside(h, Y):
        J = np.einsum("ik,ik", Y, np.log(h + 1e-30)) + np.einsum(
            "ik,ik", 1 - Y, np.log(1 - h + 1e-30)
        )
        return -J / len(Y)

    @invariant
    def never_infinite(call, rng):
        """An output that is wrong with certainty has to cost a large but finite number, above 25:
        keep h away from 0 and 1 (np.clip with 1e-15) before the logarithm."""
        zero, one = np.array([[0.0, 0.5]]), np.array([[1.0, 0.5]])
        costs = [call(zero, np.array([[1, 0]])), call(one, np.array([[0, 1]]))]
        return all(25 < cost < np.inf for cost in costs)

    @invariant
    def twice_the_same_batch(call, rng):
        """Your cost changes when every example comes twice: a mean does not."""
        h, Y = rng.uniform(0.1, 0.9, size=(4, 3)), _one_hot([0, 2, 1, 1], 3)
        return np.isclose(call(h, Y), call(np.vstack([h, h]), np.vstack([Y, Y])))

    @invariant
    def outputs_add_up(call, rng):
        """The cost of two groups of outputs is not the sum of what each group costs alone."""
        h, Y = rng.uniform(0.1, 0.9, size=(4, 3)), _one_hot([0, 2, 1, 1], 3)
        return np.isclose(call(h, Y), call(h[:, :1], Y[:, :1]) + call(h[:, 1:], Y[:, 1:]))

    @invariant
    def order_of_the_examples(call, rng):
        """Your cost changes when the same examples come in another order."""
        h, Y = rng.uniform(0.1, 0.9, size=(4, 3)), _one_hot([0, 2, 1, 1], 3)
        return np.isclose(call(h, Y), call(h[::-1], Y[::-1]))


cost = Cost.reference


BIAS_COLUMN_STAYS = (
    "The bias column of Θ is still there on the way back. No arrow leads to a bias node, so it has no δ: "
    "drop the first column, delta @ theta[:, 1:]."
)


class Deltas(Exercise):
    """δ of the last layer is (h − Y)/m; each layer before gets δ Θ (without biases) times a(1 − a)."""

    points = 3
    tolerance = GRADIENT
    uses = ("split",)

    def cases(rng):
        _, Y, thetas, activations = _anchor()
        yield Y, thetas, activations
        for m, sizes in [*NETWORKS, (2, [3, 4, 2, 2]), (4, [2, 3, 2])]:
            _, Y, thetas, activations = _network(rng, m, sizes)
            yield Y, thetas, activations

    def reference(Y, thetas, activations):
        delta = (activations[-1] - Y) / len(Y)
        found = [delta]
        for theta, a in zip(thetas[:0:-1], activations[-2:0:-1], strict=True):
            delta = delta @ theta[:, 1:] * a * (1 - a)
            found.insert(0, delta)
        return found

    @mistake(BIAS_COLUMN_STAYS)
    def bias_column_stays(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer] * a * (1 - a))
        return found

    @mistake(BIAS_COLUMN_STAYS)
    def bias_column_beside_ones(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = np.hstack([np.ones((len(Y), 1)), activations[layer]])
            found.insert(0, found[0] @ thetas[layer] * a * (1 - a))
        return found

    @mistake(BIAS_COLUMN_STAYS)
    def bias_column_in_the_list(Y, thetas, activations):
        delta = (activations[-1] - Y) / len(Y)
        found = [delta]
        for layer in range(len(thetas) - 1, 0, -1):
            a = np.hstack([np.ones((len(Y), 1)), activations[layer]])
            delta = delta @ thetas[layer] * a * (1 - a)
            found.insert(0, delta)
            delta = delta[:, 1:]
        return found

    @mistake("You drop the last column of Θ. The biases are the first one: delta @ theta[:, 1:].")
    def last_column_dropped(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, :-1] * a * (1 - a))
        return found

    @mistake(
        "Right deltas in the order of the way back. The list asked for begins with the first hidden layer: reverse it."
    )
    def output_first(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.append(found[-1] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "The slope of the sigmoid is a(1 − a), and a is the activation already: yours takes the sigmoid "
        "of it once more."
    )
    def sigmoid_of_the_activation(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            s = sigmoid(activations[layer])
            found.insert(0, found[0] @ thetas[layer][:, 1:] * s * (1 - s))
        return found

    @mistake(
        "The factor h(1 − h) is one too many: with log-loss it cancels, and the last δ is (h − Y)/m alone."
    )
    def slope_of_the_output(Y, thetas, activations):
        h = activations[-1]
        found = [(h - Y) * h * (1 - h) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake("The 1/m is lost: δ is a slope of the cost J, a mean, so the last δ is (h − Y)/m.")
    def mean_lost(Y, thetas, activations):
        found = [activations[-1] - Y]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "The 1/m comes in anew at every layer. It sits in the last δ, (h − Y)/m, and from there it "
        "travels back by itself."
    )
    def mean_at_every_layer(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a) / len(Y))
        return found

    @mistake(
        "The 1/m is in the hidden deltas, but not in the last one: (h − Y)/m, and all others have it from there."
    )
    def mean_lost_in_the_last(Y, thetas, activations):
        delta = (activations[-1] - Y) / len(Y)
        found = [activations[-1] - Y]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            delta = delta @ thetas[layer][:, 1:] * a * (1 - a)
            found.insert(0, delta)
        return found

    @mistake(
        "The 1/m is in the last δ, but not in the hidden ones: send back the δ that has been divided by m already."
    )
    def mean_lost_in_the_hidden(Y, thetas, activations):
        found = [activations[-1] - Y]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return [*found[:-1], found[-1] / len(Y)]

    @mistake(
        "You divide by m twice. Once is enough: the last δ is (h − Y)/m, and the others have it from there."
    )
    def mean_taken_twice(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y) ** 2]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "You divide by m · K. J divides by m alone, the number of rows, and so does δ: (h − Y)/m."
    )
    def divided_by_m_and_k(Y, thetas, activations):
        found = [(activations[-1] - Y) / Y.size]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "You divide by K, the number of outputs. J is a mean over the m examples, the rows: (h − Y)/m."
    )
    def divided_by_k(Y, thetas, activations):
        found = [(activations[-1] - Y) / Y.shape[1]]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake("The sign is the wrong way round: the slope is h − Y, output minus target.")
    def target_minus_output(Y, thetas, activations):
        found = [(Y - activations[-1]) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "The hidden deltas miss the slope of the sigmoid: multiply by a(1 − a) at every hidden layer."
    )
    def no_slope(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            found.insert(0, found[0] @ thetas[layer][:, 1:])
        return found

    @mistake(
        "Without brackets `* a * 1 - a` multiplies by a and then subtracts it: write `* a * (1 - a)`."
    )
    def no_brackets(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * 1 - a)
        return found

    @mistake("One factor of the slope is missing: the slope of the sigmoid is a(1 − a), not 1 − a.")
    def half_of_the_slope(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * (1 - a))
        return found

    @mistake("One factor of the slope is missing: the slope of the sigmoid is a(1 − a), not a.")
    def activation_for_its_slope(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a)
        return found

    @mistake("1 − a² is the slope of tanh. The sigmoid has a(1 − a).")
    def slope_of_tanh(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * (1 - a**2))
        return found

    @mistake(
        "There is one δ too many at the front: the inputs have no z and no δ. Stop at the first hidden layer."
    )
    def delta_of_the_inputs(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, -1, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake("Only the last δ is in your list. Every hidden layer has one too: go on backwards.")
    def last_alone(Y, thetas, activations):
        return [(activations[-1] - Y) / len(Y)]

    @mistake(
        "The last δ is not in your list. It belongs to the outputs, and stands at the end: (h − Y)/m."
    )
    def last_left_out(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found[:-1]

    @mistake(
        "δ goes back through the wrong Θ: a hidden layer gets its δ through the Θ that leads out of it, not into it."
    )
    def theta_that_leads_in(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer - 1][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "δ goes back through the wrong Θ: take the one that leads out of the layer you have come to. Walk both "
        "lists from the end, reversed(…) on each, with another Θ at every layer."
    )
    def always_the_last_theta(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[-1][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "a(1 − a) is taken from the layer before: δ of a layer needs the activations of that same layer."
    )
    def slope_of_the_layer_before(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer - 1]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "a(1 − a) is taken from the layer after: δ of a layer needs the activations of that same layer."
    )
    def slope_of_the_layer_after(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer + 1]
            found.insert(0, found[0] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @mistake(
        "Θ is turned round, but its rows are outputs already: δ (m, n_out) meets theta[:, 1:] as it is, without .T."
    )
    def transposed(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[0] @ thetas[layer][:, 1:].T * a * (1 - a))
        return found

    @mistake(
        "Every hidden layer starts from the δ of the outputs. The way back goes layer by layer: use the δ just found."
    )
    def always_from_the_output(Y, thetas, activations):
        found = [(activations[-1] - Y) / len(Y)]
        for layer in range(len(thetas) - 1, 0, -1):
            a = activations[layer]
            found.insert(0, found[-1] @ thetas[layer][:, 1:] * a * (1 - a))
        return found

    @alternative
    def without_the_biases_first(Y, thetas, activations):
        weights = [split(theta)[0] for theta in thetas]
        found = [None] * len(thetas)
        found[-1] = (activations[-1] - Y) * (1 / Y.shape[0])
        for i in reversed(range(len(thetas) - 1)):
            a = activations[i + 1]
            found[i] = np.einsum("mk,jk->mj", found[i + 1], weights[i + 1]) * (a - a**2)
        return found

    @alternative
    def divided_at_the_end(Y, thetas, activations):
        found = [np.subtract(activations[-1], Y)]
        for theta, a in zip(reversed(thetas), activations[-2::-1], strict=True):
            with_ones = np.column_stack([np.ones(len(a)), a])
            found.append((found[-1] @ theta * with_ones * (1 - with_ones))[:, 1:])
        return tuple(delta / len(Y) for delta in found[-2::-1])

    @alternative
    def chain_rule_to_the_letter(Y, thetas, activations):
        h = activations[-1]
        slope = (-Y / h + (1 - Y) / (1 - h)) / len(Y)
        found = []
        for layer in range(len(thetas), 0, -1):
            a = activations[layer]
            delta = slope * (a * (1 - a))
            found = [delta, *found]
            slope = np.dot(delta, np.delete(thetas[layer - 1], 0, axis=1))
        return found

    @alternative
    def example_by_example(Y, thetas, activations):
        found = [np.zeros(a.shape) for a in activations[1:]]
        for i in range(len(Y)):
            found[-1][i] = (activations[-1][i] - Y[i]) / len(Y)
            for layer in range(len(thetas) - 2, -1, -1):
                for j in range(found[layer].shape[1]):
                    back = sum(found[layer + 1][i] * thetas[layer + 1][:, j + 1])
                    a = activations[layer + 1][i, j]
                    found[layer][i, j] = back * a * (1 - a)
        return found

    @invariant
    def twice_the_same_batch(call, rng):
        """When every example comes twice, each weighs half as much: your deltas do not show it, so look for the 1/m."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        once = call(Y, thetas, activations)
        twice = call(np.vstack([Y, Y]), thetas, [np.vstack([a, a]) for a in activations])
        return all(
            np.allclose(np.vstack([d, d]) / 2, both) for d, both in zip(once, twice, strict=True)
        )

    @invariant
    def order_of_the_examples(call, rng):
        """When the examples come in another order, the rows of your deltas have to come in that order too."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        whole, turned = (
            call(Y, thetas, activations),
            call(Y[::-1], thetas, [a[::-1] for a in activations]),
        )
        return all(np.allclose(w[::-1], t) for w, t in zip(whole, turned, strict=True))


deltas = Deltas.reference


class Gradients(Exercise):
    """dΘ = δᵀ[1 a] for every layer, in the shape of Θ."""

    points = 2
    tolerance = GRADIENT
    uses = ("join",)

    def cases(rng):
        _, Y, thetas, activations = _anchor()
        yield Deltas.reference(Y, thetas, activations), activations
        for m, sizes in NETWORKS:
            _, Y, thetas, activations = _network(rng, m, sizes)
            yield Deltas.reference(Y, thetas, activations), activations
        X, thetas = np.array([[1, 0], [0, 1], [1, 1]]), _thetas(rng, [2, 3, 2])
        activations = _pass(X, thetas)
        yield Deltas.reference(_one_hot([1, 0, 1], 2), thetas, activations), activations

    def reference(deltas, activations):
        return [
            delta.T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a in zip(deltas, activations[:-1], strict=True)
        ]

    @mistake("The bias column is missing: δᵀ meets [1 a], a with a column of ones before it.")
    def bias_forgotten(deltas, activations):
        return [delta.T @ a for delta, a in zip(deltas, activations, strict=False)]

    @mistake("You divide by m once more. The 1/m sits in δ already: δᵀ[1 a] is all.")
    def mean_again(deltas, activations):
        return [
            delta.T @ np.hstack([np.ones((len(delta), 1)), a]) / len(delta)
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake("dΘ is lying on its side: it has the shape of Θ, (n_out, n_in + 1), so it is δᵀ[1 a].")
    def transposed(deltas, activations):
        return [
            np.hstack([np.ones((len(delta), 1)), a]).T @ delta
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "The slopes of the biases come last here. They are the first column of dΘ, as in Θ: [1 a]."
    )
    def bias_last(deltas, activations):
        return [
            delta.T @ np.hstack([a, np.ones((len(delta), 1))])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "δ meets the activations of its own layer. dΘ needs those that went into it, one layer before."
    )
    def own_activations(deltas, activations):
        return [
            delta.T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a in zip(deltas, activations[1:], strict=True)
        ]

    @mistake(
        "The first column takes a mean over the examples. The 1/m sits in δ already: the slopes of the biases are sums."
    )
    def bias_averaged(deltas, activations):
        return [
            np.hstack([delta.mean(axis=0)[:, None], delta.T @ a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "You divide the slopes of the weights by m once more, those of the biases not. The 1/m sits in δ already."
    )
    def weights_averaged(deltas, activations):
        return [
            np.hstack([delta.sum(axis=0)[:, None], delta.T @ a / len(delta)])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "Right gradients, but the last layer comes first: the list goes forwards, as thetas do."
    )
    def last_layer_first(deltas, activations):
        return [
            delta.T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a in zip(deltas, activations, strict=False)
        ][::-1]

    @mistake(
        "The slopes of the biases are not 0: the bias node is 1, so its column is the sum of δ over the examples."
    )
    def bias_column_zero(deltas, activations):
        return [
            np.hstack([np.zeros((delta.shape[1], 1)), delta.T @ a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "The slopes of the biases are not 1: that is what the bias node sends forward. δᵀ meets the column of ones."
    )
    def bias_column_one(deltas, activations):
        return [
            np.hstack([np.ones((delta.shape[1], 1)), delta.T @ a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake(
        "All biases of a layer get the same slope, the sum of all of δ. Each has its own: sum over the examples only."
    )
    def all_of_delta_summed(deltas, activations):
        return [
            np.hstack([np.full((delta.shape[1], 1), delta.sum()), delta.T @ a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake("You multiply by m. It is a mean, and the 1/m stays in δ: δᵀ[1 a] is all.")
    def mean_taken_back(deltas, activations):
        return [
            len(delta) * delta.T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake("Every δ meets X. Each layer has its own inputs: the activations of the layer before.")
    def always_the_inputs(deltas, activations):
        a = np.hstack([np.ones((len(activations[0]), 1)), activations[0]])
        return [delta.T @ a for delta in deltas]

    @mistake(
        "You return weights and biases as pairs. Here both are one matrix in the shape of Θ, the biases first."
    )
    def pairs(deltas, activations):
        return [
            (a.T @ delta, delta.sum(axis=0, keepdims=True))
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @mistake("Your dΘ has one row per input and lacks the biases: it has the shape of Θ, δᵀ[1 a].")
    def shape_of_w(deltas, activations):
        return [a.T @ delta for delta, a in zip(deltas, activations, strict=False)]

    @mistake(
        "Only the gradient of the first Θ is returned. Every layer has one: collect all of them in a list."
    )
    def first_alone(deltas, activations):
        return [deltas[0].T @ np.hstack([np.ones((len(deltas[0]), 1)), activations[0]])]

    @mistake("The factor a(1 − a) comes in once more. It is in δ already: δᵀ[1 a] is all.")
    def slope_once_more(deltas, activations):
        return [
            (delta * after * (1 - after)).T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a, after in zip(deltas, activations[:-1], activations[1:], strict=True)
        ]

    @mistake(
        "The sign is turned round: these are slopes, and going downhill comes later. δᵀ[1 a], without a minus."
    )
    def downhill_already(deltas, activations):
        return [
            -delta.T @ np.hstack([np.ones((len(delta), 1)), a])
            for delta, a in zip(deltas, activations, strict=False)
        ]

    @alternative
    def joined(deltas, activations):
        return tuple(
            join(a.T @ delta, np.sum(delta, axis=0, keepdims=True))
            for delta, a in zip(deltas, activations, strict=False)
        )

    @alternative
    def example_by_example(deltas, activations):
        grads = []
        for delta, a in zip(deltas, activations, strict=False):
            grad = np.zeros((delta.shape[1], a.shape[1] + 1))
            for d, x in zip(delta, a, strict=True):
                grad += np.outer(d, np.append([1.0], x))
            grads.append(grad)
        return grads

    @alternative
    def by_einsum(deltas, activations):
        with_ones = [np.insert(1.0 * a, 0, 1, axis=1) for a in activations]
        return [np.einsum("ik,ij->kj", deltas[i], with_ones[i]) for i in range(len(deltas))]

    @alternative
    def turned_round_at_the_end(deltas, activations):
        grads = []
        for layer in range(len(deltas) - 1, -1, -1):
            db = np.ones(len(deltas[layer])) @ deltas[layer]
            grads.insert(0, np.vstack([db, activations[layer].T @ deltas[layer]]).T)
        return grads

    @invariant
    def twice_the_same_batch(call, rng):
        """Your gradients change when every example comes twice: a mean does not, and its 1/m sits in δ already."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        found = Deltas.reference(Y, thetas, activations)
        once = call(found, activations)
        twice = call(
            [np.vstack([d, d]) / 2 for d in found], [np.vstack([a, a]) for a in activations]
        )
        return all(np.allclose(g, both) for g, both in zip(once, twice, strict=True))

    @invariant
    def order_of_the_examples(call, rng):
        """Your gradients change when the same examples come in another order."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        found = Deltas.reference(Y, thetas, activations)
        grads, turned = (
            call(found, activations),
            call([d[::-1] for d in found], [a[::-1] for a in activations]),
        )
        return all(np.allclose(g, t) for g, t in zip(grads, turned, strict=True))


gradients = Gradients.reference


class RegularizedCost(Exercise):
    """J + λ/(2m) · Σθ², the biases left out."""

    points = 2
    uses = ("split", "cost")

    def cases(rng):
        _, Y, thetas, activations = _anchor()
        yield activations[-1], Y, thetas, 3
        yield activations[-1], Y, thetas, 0
        for (m, sizes), lam in zip(NETWORKS, [1, 2.5, 0.3, 10.0, 0.7, 4, 1.5, 0.25], strict=True):
            _, Y, thetas, activations = _network(rng, m, sizes)
            yield activations[-1], Y, thetas, lam
        _, Y, thetas, activations = _network(rng, 7, [2, 4, 2])
        yield activations[-1], Y, thetas, float(rng.uniform(0.5, 3))

    def reference(h, Y, thetas, lam):
        h = np.clip(h, 1e-15, 1 - 1e-15)
        J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(Y)
        return float(J + lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas))

    @mistake("The biases are punished too. The penalty leaves them out: theta[:, 1:] ** 2.")
    def bias_regularized(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(theta**2) for theta in thetas)

    @mistake("The ½ is lost: the penalty is λ/(2m) · Σθ².")
    def half_lost(h, Y, thetas, lam):
        return cost(h, Y) + lam / len(Y) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("The 1/m is missing in the penalty: λ/(2m) · Σθ², with m the number of examples.")
    def mean_lost(h, Y, thetas, lam):
        return cost(h, Y) + lam / 2 * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake(
        "½ and 1/m are both missing in the penalty: λ/(2m) · Σθ², with m the number of examples."
    )
    def half_and_mean_lost(h, Y, thetas, lam):
        return cost(h, Y) + lam * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake(
        "The penalty is multiplied by m where it should be divided: `/ 2 * m` does that. Write `/ (2 * m)`."
    )
    def precedence(h, Y, thetas, lam):
        return cost(h, Y) + lam / 2 * len(Y) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("The norm is not squared: the penalty adds up squares, Σθ², and takes no root.")
    def root_of_each(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.linalg.norm(t[:, 1:]) for t in thetas)

    @mistake("The norm is not squared: the penalty adds up squares, Σθ², and takes no root.")
    def root_of_all(h, Y, thetas, lam):
        squares = sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)
        return cost(h, Y) + lam / (2 * len(Y)) * np.sqrt(squares)

    @mistake("You add up absolute values (L1). L2 adds up squares: theta[:, 1:] ** 2.")
    def absolute_values(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(np.abs(t[:, 1:])) for t in thetas)

    @mistake("The sum is squared, but each weight should be: Σθ² squares first and adds then.")
    def square_of_the_sum(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:]) ** 2 for theta in thetas)

    @mistake("The weights are not squared, so negative ones lower your cost: theta[:, 1:] ** 2.")
    def not_squared(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:]) for theta in thetas)

    @mistake("You leave the last column out. The biases are the first one: theta[:, 1:] ** 2.")
    def last_column_left_out(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(t[:, :-1] ** 2) for t in thetas)

    @mistake("You leave the first row out. The biases are the first column: theta[:, 1:] ** 2.")
    def first_row_left_out(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(t[1:] ** 2) for t in thetas)

    @mistake("Only the biases are punished. It is the other way round: all columns but the first.")
    def biases_alone(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.sum(theta[:, 0] ** 2) for theta in thetas)

    @mistake("Only the first Θ is punished: add up the squares of all of them.")
    def first_theta_alone(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * np.sum(thetas[0][:, 1:] ** 2)

    @mistake("Only the last Θ is punished: add up the squares of all of them.")
    def last_theta_alone(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * np.sum(thetas[-1][:, 1:] ** 2)

    @mistake("This is the penalty alone. Add it to the cost: J + λ/(2m) · Σθ².")
    def penalty_alone(h, Y, thetas, lam):
        return lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("This is the cost without the penalty: add λ/(2m) · Σθ² over all weights.")
    def cost_alone(h, Y, thetas, lam):
        return cost(h, Y)

    @mistake("The penalty is subtracted. Large weights have to cost something: J + λ/(2m) · Σθ².")
    def penalty_subtracted(h, Y, thetas, lam):
        return cost(h, Y) - lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("The penalty takes a mean over the weights. It is their sum: λ/(2m) · Σθ².")
    def mean_of_the_squares(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(Y)) * sum(np.mean(t[:, 1:] ** 2) for t in thetas)

    @mistake(
        "m is the number of examples, the rows of h and Y. You divide the penalty by something else."
    )
    def divided_by_the_layers(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * len(thetas)) * sum(np.sum(t[:, 1:] ** 2) for t in thetas)

    @mistake(
        "m is the number of examples, the rows of h and Y. You divide the penalty by something else."
    )
    def divided_by_the_rows_of_theta(h, Y, thetas, lam):
        return cost(h, Y) + sum(lam / (2 * len(t)) * np.sum(t[:, 1:] ** 2) for t in thetas)

    @mistake("The penalty is divided by m · K. It has 1/m only, as J has: λ/(2m) · Σθ².")
    def penalty_divided_by_m_and_k(h, Y, thetas, lam):
        return cost(h, Y) + lam / (2 * Y.size) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("The 1/m comes twice in the penalty: λ/(2m) · Σθ² has it once.")
    def mean_taken_twice(h, Y, thetas, lam):
        squares = sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)
        return cost(h, Y) + lam / (2 * len(Y)) * squares / len(Y)

    @mistake(
        "Your first part divides by m · K: J is a mean over the m examples of the sum over the K outputs."
    )
    def cost_divided_by_m_and_k(h, Y, thetas, lam):
        J = -np.mean(Y * np.log(h) + (1 - Y) * np.log(1 - h))
        return J + lam / (2 * len(Y)) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("λ is missing as a factor: the penalty is λ/(2m) · Σθ².")
    def lam_ignored(h, Y, thetas, lam):
        return cost(h, Y) + 1 / (2 * len(Y)) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)

    @mistake("λ is squared as well. Only the weights are: λ/(2m) · Σθ².")
    def lam_squared(h, Y, thetas, lam):
        return cost(h, Y) + sum(np.sum((lam * t[:, 1:]) ** 2) for t in thetas) / (2 * len(Y))

    @alternative
    def split_off_the_biases(h, Y, thetas, lam):
        weights = [split(theta)[0] for theta in thetas]
        return cost(h, Y) + 0.5 * lam * np.mean([sum(np.vdot(W, W) for W in weights)]) / len(h)

    @alternative
    def all_minus_the_biases(h, Y, thetas, lam):
        penalty = 0
        for theta in thetas:
            penalty += np.linalg.norm(theta) ** 2 - np.linalg.norm(theta[:, 0]) ** 2
        return cost(h, Y) + lam * penalty / Y.shape[0] / 2

    @alternative
    def entry_by_entry(h, Y, thetas, lam):
        total = 0.0
        for row, targets in zip(h, Y, strict=True):
            for p, t in zip(row, targets, strict=True):
                total += -np.log(p) if t == 1 else -np.log(1 - p)
        for theta in thetas:
            for row in theta.tolist():
                total += lam / 2 * sum(weight**2 for weight in row[1:])
        return total / len(h)

    @alternative
    def one_long_vector(h, Y, thetas, lam):
        everything = np.concatenate([np.delete(theta, 0, axis=1).ravel() for theta in thetas])
        return np.float64(cost(h, Y)) + np.dot(everything, everything) * lam / (2 * h.shape[0])

    @invariant
    def grows_with_lam(call, rng):
        """With a larger λ the same network costs more; yours does not."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        costs = [call(activations[-1], Y, thetas, lam) for lam in (0, 0.5, 2.0, 8.0)]
        return np.all(np.diff(np.ravel(costs)) > 1e-6)

    @invariant
    def biases_cost_nothing(call, rng):
        """Your penalty changes when only a bias does."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        shifted = [theta + np.eye(1, theta.shape[1]) for theta in thetas]
        h = activations[-1]
        return np.isclose(call(h, Y, thetas, 2.0), call(h, Y, shifted, 2.0))

    @invariant
    def twice_the_same_batch(call, rng):
        """Every example twice, and twice the λ: J stays as it is, and yours does not."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        h = activations[-1]
        return np.isclose(
            call(h, Y, thetas, 1.5), call(np.vstack([h, h]), np.vstack([Y, Y]), thetas, 3.0)
        )


regularized_cost = RegularizedCost.reference


class RegularizedGradients(Exercise):
    """dΘ + λ/m · Θ in every column but the first, in a new list of new arrays."""

    points = 2
    parts = {"gradients": 1, "arguments": 1}
    keeps_arguments = True
    tolerance = GRADIENT
    uses = ("split", "join")

    def cases(rng):
        _, Y, thetas, activations = _anchor()
        yield gradients(deltas(Y, thetas, activations), activations), thetas, 3, 5
        for (m, sizes), lam in zip(NETWORKS, [1, 2.5, 0.3, 10.0, 0.7, 4, 1.5, 0.25], strict=True):
            _, Y, thetas, activations = _network(rng, m, sizes)
            yield gradients(deltas(Y, thetas, activations), activations), thetas, lam, m
        _, Y, thetas, activations = _network(rng, 7, [2, 4, 2])
        grads = gradients(deltas(Y, thetas, activations), activations)
        yield grads, thetas, 0, 7
        yield grads, thetas, float(rng.uniform(0.5, 3)), 7

    def reference(grads, thetas, lam, m):
        found = []
        for grad, theta in zip(grads, thetas, strict=True):
            penalty = lam / m * theta
            penalty[:, 0] = 0
            found.append(grad + penalty)
        return found

    @mistake("The biases are regularized too. λ/m · Θ is added to every column but the first.")
    def bias_regularized(grads, thetas, lam, m):
        return [grad + lam / m * theta for grad, theta in zip(grads, thetas, strict=True)]

    @mistake(
        "Right values, but the list you were given is changed on the way: += and [:, 1:] = write into it. "
        "Make new arrays, grad + …, or begin with a copy of each.",
        earns=1,
    )
    def grads_changed(grads, thetas, lam, m):
        for grad, theta in zip(grads, thetas, strict=True):
            grad[:, 1:] += lam / m * theta[:, 1:]
        return grads

    @mistake(
        "Two things: the biases are regularized too, and the list you were given is changed on the way. "
        "Leave the first column out, and make new arrays."
    )
    def grads_changed_and_bias_regularized(grads, thetas, lam, m):
        for grad, theta in zip(grads, thetas, strict=True):
            grad += lam / m * theta
        return grads

    @mistake(
        "Right values, but thetas are changed on the way: setting the first column of Θ to 0 takes the network's "
        "biases away. Do it on a copy.",
        earns=1,
    )
    def biases_of_the_network_erased(grads, thetas, lam, m):
        for theta in thetas:
            theta[:, 0] = 0
        return [grad + lam / m * theta for grad, theta in zip(grads, thetas, strict=True)]

    @mistake("The 1/m is missing: the penalty λ/(2m) · Σθ² has the slope λ/m · θ.")
    def mean_lost(grads, thetas, lam, m):
        return [
            grad + lam * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake(
        "There is a ½ too many: the slope of θ² is 2θ, which cancels the ½ of λ/(2m). Add λ/m · θ."
    )
    def half_too_many(grads, thetas, lam, m):
        return [
            grad + lam / (2 * m) * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("There is a 2 too many: the ½ of λ/(2m) has cancelled it. Add λ/m · θ.")
    def two_too_many(grads, thetas, lam, m):
        return [
            grad + 2 * lam / m * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake(
        "The penalty's slope is subtracted. It is added here; the minus comes when the weights take their step."
    )
    def subtracted(grads, thetas, lam, m):
        return [
            grad - lam / m * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("You leave the last column alone. The biases are the first one.")
    def last_column_left_out(grads, thetas, lam, m):
        return [
            grad + lam / m * np.hstack([theta[:, :-1], np.zeros((len(theta), 1))])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("You leave the first row alone. The biases are the first column.")
    def first_row_left_out(grads, thetas, lam, m):
        return [
            grad + lam / m * np.vstack([np.zeros((1, theta.shape[1])), theta[1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake(
        "Only the biases are regularized. It is the other way round: all columns but the first."
    )
    def biases_alone(grads, thetas, lam, m):
        return [
            grad + lam / m * np.hstack([theta[:, :1], np.zeros((len(theta), theta.shape[1] - 1))])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake(
        "The slopes of the biases are lost: the first column of each gradient stays as it is, it does not become 0."
    )
    def bias_slopes_erased(grads, thetas, lam, m):
        found = [grad + lam / m * theta for grad, theta in zip(grads, thetas, strict=True)]
        for grad in found:
            grad[:, 0] = 0
        return found

    @mistake(
        "The first column is cut off. The slopes of the biases stay where they are, without a penalty."
    )
    def bias_column_cut_off(grads, thetas, lam, m):
        return [g[:, 1:] + lam / m * t[:, 1:] for g, t in zip(grads, thetas, strict=True)]

    @mistake("This is the slope of the penalty alone: add it to the gradients.")
    def penalty_alone(grads, thetas, lam, m):
        return [lam / m * np.hstack([np.zeros((len(t), 1)), t[:, 1:]]) for t in thetas]

    @mistake(
        "The gradients are divided by m once more. Their 1/m is in them already: only λ is divided by m here."
    )
    def everything_divided_by_m(grads, thetas, lam, m):
        return [
            (grad + lam * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])) / m
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("The 1/m comes twice: λ is divided by m once.")
    def mean_taken_twice(grads, thetas, lam, m):
        return [
            grad + lam / m**2 * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:]])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("The weights are squared here. That is the penalty; its slope is λ/m · θ.")
    def squared(grads, thetas, lam, m):
        return [
            grad + lam / m * np.hstack([np.zeros((len(theta), 1)), theta[:, 1:] ** 2])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake(
        "You add the sign of each weight, the slope of |θ| (L1). The slope of the squares is λ/m · θ."
    )
    def signs(grads, thetas, lam, m):
        return [
            grad + lam / m * np.hstack([np.zeros((len(theta), 1)), np.sign(theta[:, 1:])])
            for grad, theta in zip(grads, thetas, strict=True)
        ]

    @mistake("Only the last layer is regularized: every Θ is.")
    def last_layer_alone(grads, thetas, lam, m):
        penalty = lam / m * np.hstack([np.zeros((len(thetas[-1]), 1)), thetas[-1][:, 1:]])
        return [*(grad.copy() for grad in grads[:-1]), grads[-1] + penalty]

    @mistake("Only the first layer is regularized: every Θ is.")
    def first_layer_alone(grads, thetas, lam, m):
        penalty = lam / m * np.hstack([np.zeros((len(thetas[0]), 1)), thetas[0][:, 1:]])
        return [grads[0] + penalty, *(grad.copy() for grad in grads[1:])]

    @mistake("The gradients come back as they were: add λ/m · Θ in every column but the first.")
    def unchanged(grads, thetas, lam, m):
        return [grad.copy() for grad in grads]

    @mistake("The whole penalty is added to every entry. Each weight has its own slope, λ/m · θ.")
    def whole_penalty_everywhere(grads, thetas, lam, m):
        penalty = lam / (2 * m) * sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)
        return [grad + penalty for grad in grads]

    @alternative
    def copies_first(grads, thetas, lam, m):
        found = [grad.copy() for grad in grads]
        for layer in range(len(found)):
            found[layer][:, 1:] += lam * thetas[layer][:, 1:] / m
        return found

    @alternative
    def mask_of_ones(grads, thetas, lam, m):
        return tuple(
            np.add(grad, theta * (np.arange(theta.shape[1]) > 0) * lam / m)
            for grad, theta in zip(grads, thetas, strict=True)
        )

    @alternative
    def split_and_joined(grads, thetas, lam, m):
        found = []
        for grad, theta in zip(grads, thetas, strict=True):
            dW, db = split(grad)
            found += [join(dW + lam / m * split(theta)[0], db)]
        return found

    @alternative
    def entry_by_entry(grads, thetas, lam, m):
        found = []
        for grad, theta in zip(grads, thetas, strict=True):
            new = np.zeros(grad.shape)
            for i, j in np.ndindex(grad.shape):
                new[i, j] = grad[i, j] + (lam / m * theta[i, j] if j else 0)
            found.append(new)
        return found

    @invariant
    def biases_do_not_feel_lam(call, rng):
        """The slopes of the biases, the first columns, must be the same for every λ."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        grads = gradients(deltas(Y, thetas, activations), activations)
        weak, strong = call(grads, thetas, 0.5, 4), call(grads, thetas, 8.0, 4)
        return all(np.allclose(w[:, 0], s[:, 0]) for w, s in zip(weak, strong, strict=True))

    @invariant
    def only_lam_over_m_counts(call, rng):
        """Twice the λ with twice the examples is the same penalty; your gradients change."""
        _, Y, thetas, activations = _network(rng, 4, [3, 2, 3])
        grads = gradients(deltas(Y, thetas, activations), activations)
        once, twice = call(grads, thetas, 1.5, 4), call(grads, thetas, 3.0, 8)
        return all(np.allclose(o, t) for o, t in zip(once, twice, strict=True))


regularized_gradients = RegularizedGradients.reference


ALL_OF_TRAIN = (
    "split",
    "join",
    "forward",
    "cost",
    "deltas",
    "gradients",
    "regularized_cost",
    "regularized_gradients",
)

CALLER_LOSES = (
    "Right values, but the caller's thetas are changed on the way: `-=` works inside the given arrays, "
    "and thetas[l] = … "
    "inside the given list. Make a new array and a new list at every step."
)


class Train(Exercise):
    """Gradient descent on the regularized J; the caller's thetas stay as they are."""

    points = 3
    returns = ("thetas", "costs")
    parts = {"thetas": 1.5, "costs": 1, "arguments": 0.5}
    keeps_arguments = True
    tolerance = GRADIENT
    uses = ALL_OF_TRAIN

    def cases(rng):
        X, Y, thetas, _ = _anchor()
        yield X, Y, thetas, 3, 1, 3
        # a rate that is too large, nothing to do, an answer that is known already: no reason to stop
        yield X, Y, thetas, 1, 5, 3
        flat, sure = [np.zeros((2, 3)), np.zeros((2, 3))], [np.array([[8.0, 0, 0], [-8.0, 0, 0]])]
        yield np.array([[0.5, -1.0], [2.0, 1.5]]), np.eye(2), flat, 1, 1.0, 3
        yield np.array([[0.5, 1.0]]), np.eye(2)[:1], sure, 0, 5.0, 3
        networks = [
            (5, [2, 4, 3], 1, 0.5, 2),
            (3, [3, 3, 3], 2.5, 0.3, 3),
            (4, [3, 2, 3, 2], 0.3, 1.5, 3),
            (6, [2, 3], 2, 0.7, 1),
            (1, [2, 3, 2], 0.4, 0.5, 2),
            (5, [4, 3, 1], 0, 1.0, 2),
            (7, [2, 5, 2], 3, 0.6, 4),
        ]
        for m, sizes, lam, rate, steps in networks:
            X, Y, thetas, _ = _network(rng, m, sizes)
            yield X, Y, thetas, lam, rate, steps

    def reference(X, Y, thetas, lam, learning_rate, steps):
        thetas, costs, m = [np.array(theta) for theta in thetas], [], len(X)
        for _ in range(steps):
            activations = [X]
            for theta in thetas:
                z = np.hstack([np.ones((m, 1)), activations[-1]]) @ theta.T
                activations.append(1 / (1 + np.exp(-z)))
            h = np.clip(activations[-1], 1e-15, 1 - 1e-15)
            squares = sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)
            J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m + lam / (2 * m) * squares
            costs.append(float(J))
            delta = (activations[-1] - Y) / m
            for layer in range(len(thetas) - 1, -1, -1):
                a, theta = activations[layer], thetas[layer]
                grad = np.hstack([delta.sum(axis=0)[:, None], delta.T @ a + lam / m * theta[:, 1:]])
                delta = delta @ theta[:, 1:] * a * (1 - a)
                thetas[layer] = theta - learning_rate * grad
        return thetas, costs

    @mistake(
        "The penalty makes the weights grow: its slope λ/m · θ is added to the gradient, and the step takes both off."
    )
    def decay_with_the_wrong_sign(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, -lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "The biases decay too. λ/m · Θ is added to every column of the gradient but the first."
    )
    def bias_decayed(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            thetas = [
                t - learning_rate * (g + lam / len(X) * t)
                for t, g in zip(thetas, grads, strict=True)
            ]
        return thetas, costs

    @mistake(
        "The biases are punished, in the cost and in the slopes. Leave the first column of every Θ out of both."
    )
    def bias_punished_in_both(X, Y, thetas, lam, learning_rate, steps):
        costs, m = [], len(X)
        for _ in range(steps):
            activations = forward(X, thetas)
            squares = sum(np.sum(theta**2) for theta in thetas)
            costs.append(cost(activations[-1], Y) + lam / (2 * m) * squares)
            grads = gradients(deltas(Y, thetas, activations), activations)
            thetas = [
                t - learning_rate * (g + lam / m * t) for t, g in zip(thetas, grads, strict=True)
            ]
        return thetas, costs

    @mistake(
        "The biases are punished in the cost, though not in the slopes. Leave the first column of every Θ out of both.",
        earns=2,
    )
    def bias_punished_in_the_cost(X, Y, thetas, lam, learning_rate, steps):
        costs, m = [], len(X)
        for _ in range(steps):
            activations = forward(X, thetas)
            squares = sum(np.sum(theta**2) for theta in thetas)
            costs.append(cost(activations[-1], Y) + lam / (2 * m) * squares)
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, m)
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "The penalty is missing in your costs: each should be the regularized cost, J + λ/(2m) · Σθ².",
        earns=2,
    )
    def costs_without_the_penalty(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(cost(activations[-1], Y))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "The penalty is in the cost, but not in the step: without λ/m · θ in the gradients it does not "
        "pull the weights towards 0."
    )
    def steps_without_the_penalty(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("λ is never used: it belongs in the costs and in the gradients.")
    def lam_ignored(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(cost(activations[-1], Y))
            grads = gradients(deltas(Y, thetas, activations), activations)
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("The 1/m of the penalty is missing in the step: the gradient gets λ/m · θ.")
    def decay_without_the_mean(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, 1)
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("The gradients are divided by m once more: their 1/m sits in δ already.")
    def mean_taken_twice(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g / len(X) for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("Yours climbs: a step goes against the slope, theta − learning_rate · gradient.")
    def climbs(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t + learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(CALLER_LOSES, earns=2.5)
    def arrays_changed(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            for theta, grad in zip(thetas, grads, strict=True):
                theta -= learning_rate * grad
        return thetas, costs

    @mistake("Each cost is taken after its step. costs[i] belongs before step i.", earns=2)
    def costs_after_the_step(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
            costs.append(regularized_cost(forward(X, thetas)[-1], Y, thetas, lam))
        return thetas, costs

    @mistake(
        "The outputs in your costs are from before the step, the weights in the penalty from after it. "
        "Take the cost first, then the step.",
        earns=2,
    )
    def penalty_after_the_step(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
        return thetas, costs

    @mistake(
        "There is one cost too many: costs[i] stands before step i, and after the last step none is added.",
        earns=2,
    )
    def one_cost_too_many(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, [*costs, regularized_cost(forward(X, thetas)[-1], Y, thetas, lam)]

    @mistake(
        "You return one cost. The task asks for all of them: collect one before each step.", earns=2
    )
    def last_cost_only(X, Y, thetas, lam, learning_rate, steps):
        for _ in range(steps):
            activations = forward(X, thetas)
            J = regularized_cost(activations[-1], Y, thetas, lam)
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, J

    @mistake(
        "Later layers have moved already when δ comes back through them. All gradients belong to the same place: "
        "compute all of them first, then move every Θ."
    )
    def moves_too_early(X, Y, thetas, lam, learning_rate, steps):
        thetas, costs, m = list(thetas), [], len(X)
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            delta = (activations[-1] - Y) / m
            for layer in range(len(thetas) - 1, -1, -1):
                a, theta = activations[layer], thetas[layer]
                grad = delta.T @ np.hstack([np.ones((m, 1)), a])
                grad[:, 1:] += lam / m * theta[:, 1:]
                thetas[layer] = theta - learning_rate * grad
                delta = delta @ thetas[layer][:, 1:] * a * (1 - a)
        return thetas, costs

    @mistake(
        "The gradients are computed once, at the start. They belong in the loop: every step needs new ones."
    )
    def gradients_computed_once(X, Y, thetas, lam, learning_rate, steps):
        costs, activations = [], forward(X, thetas)
        grads = gradients(deltas(Y, thetas, activations), activations)
        grads = regularized_gradients(grads, thetas, lam, len(X))
        for _ in range(steps):
            costs.append(regularized_cost(forward(X, thetas)[-1], Y, thetas, lam))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Forward is run once, before the loop. After every step the activations are others: run it inside the loop."
    )
    def forward_once(X, Y, thetas, lam, learning_rate, steps):
        costs, activations = [], forward(X, thetas)
        for _ in range(steps):
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Every step begins at the thetas you were given: the next one has to go on from the new ones."
    )
    def always_from_the_start(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            moved = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return moved, costs

    @mistake(
        "Your costs are right, but the thetas come back as they were given: return those of the last step.",
        earns=1.5,
    )
    def returns_the_start(X, Y, thetas, lam, learning_rate, steps):
        costs, moved = [], thetas
        for _ in range(steps):
            activations = forward(X, moved)
            costs.append(regularized_cost(activations[-1], Y, moved, lam))
            grads = gradients(deltas(Y, moved, activations), activations)
            grads = regularized_gradients(grads, moved, lam, len(X))
            moved = [t - learning_rate * g for t, g in zip(moved, grads, strict=True)]
        return thetas, costs

    @mistake("The learning rate is never used: a step is learning_rate · gradient.")
    def rate_ignored(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "The weights shrink by λ/m without the learning rate: the step takes learning_rate · (gradient + λ/m · θ) off."
    )
    def decay_without_the_rate(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = [learning_rate * grad for grad in grads]
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Training ends after one step: if the `return` stands inside the loop, move it one level out, behind the loop."
    )
    def returns_after_one_step(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
            return thetas, costs

    @mistake(
        "The biases never move: they take a step too, by their own gradient without a penalty."
    )
    def bias_never_moves(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            for grad in grads:
                grad[:, 0] = 0
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("The parts are right, but in another order: return thetas, costs.")
    def costs_first(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return costs, thetas

    @mistake("You return the thetas alone. The costs belong to the answer: return thetas, costs.")
    def thetas_alone(X, Y, thetas, lam, learning_rate, steps):
        for _ in range(steps):
            activations = forward(X, thetas)
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas

    @mistake("The ½ of the penalty is lost in your costs: J + λ/(2m) · Σθ².", earns=2)
    def half_lost_in_the_cost(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, 2 * lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "λ is divided by the number of features in the step. m is the number of examples, the rows of X: len(X)."
    )
    def decay_divided_by_the_features(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, X.shape[1])
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "The layers move one after the other, each with a new look at the network. In one step all gradients belong to "
        "the same place: compute all of them once, then move every Θ."
    )
    def layer_by_layer(X, Y, thetas, lam, learning_rate, steps):
        thetas, costs = list(thetas), []
        for _ in range(steps):
            costs.append(regularized_cost(forward(X, thetas)[-1], Y, thetas, lam))
            for layer in range(len(thetas)):
                activations = forward(X, thetas)
                grads = gradients(deltas(Y, thetas, activations), activations)
                grads = regularized_gradients(grads, thetas, lam, len(X))
                thetas[layer] = thetas[layer] - learning_rate * grads[layer]
        return thetas, costs

    @mistake(
        "Every step takes one example only. Here every step uses the gradients over all m examples."
    )
    def one_example_per_step(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for i in range(steps):
            costs.append(regularized_cost(forward(X, thetas)[-1], Y, thetas, lam))
            one = slice(i % len(X), i % len(X) + 1)
            activations = forward(X[one], thetas)
            grads = gradients(deltas(Y[one], thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Yours stops where the cost hardly changes any more. It is asked for `steps` steps: take them all, and keep "
        "the cost before each.",
        earns=2,
    )
    def stops_at_rest(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            if len(costs) > 1 and abs(costs[-1] - costs[-2]) < 1e-9:
                break
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Yours stops where the cost rises. It is asked for `steps` steps: take them all, and keep the cost before "
        "each, so that a rise is seen."
    )
    def stops_where_the_cost_rises(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            if len(costs) > 1 and costs[-1] > costs[-2]:
                break
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Yours stops where the cost does not fall. It is asked for `steps` steps: take them all, and keep the cost "
        "before each."
    )
    def stops_where_the_cost_does_not_fall(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            if len(costs) > 1 and costs[-1] >= costs[-2]:
                break
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake(
        "Yours stops once the cost is small. It is asked for `steps` steps: take them all, and keep the cost before "
        "each."
    )
    def stops_when_nearly_right(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            if costs[-1] < 0.01:
                break
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @mistake("One step is missing: the loop runs `steps` times, range(steps).")
    def one_step_too_few(X, Y, thetas, lam, learning_rate, steps):
        costs = []
        for _ in range(steps - 1):
            activations = forward(X, thetas)
            costs.append(regularized_cost(activations[-1], Y, thetas, lam))
            grads = gradients(deltas(Y, thetas, activations), activations)
            grads = regularized_gradients(grads, thetas, lam, len(X))
            thetas = [t - learning_rate * g for t, g in zip(thetas, grads, strict=True)]
        return thetas, costs

    @alternative
    def copies_changed_in_place(X, Y, thetas, lam, learning_rate, steps):
        thetas, costs = [theta.copy() for theta in thetas], np.zeros(steps)
        for i in range(steps):
            activations = forward(X, thetas)
            costs[i] = regularized_cost(activations[-1], Y, thetas, lam)
            grads = gradients(deltas(Y, thetas, activations), activations)
            for theta, grad in zip(
                thetas, regularized_gradients(grads, thetas, lam, len(X)), strict=True
            ):
                theta -= learning_rate * grad
        return [tuple(thetas), costs]

    @alternative
    def weights_decay_first(X, Y, thetas, lam, learning_rate, steps):
        costs, m = [], X.shape[0]
        for _ in range(steps):
            activations = forward(X, thetas)
            J = cost(activations[-1], Y)
            costs.append(J + sum(lam / (2 * m) * np.sum(split(theta)[0] ** 2) for theta in thetas))
            grads = gradients(deltas(Y, thetas, activations), activations)
            moved = []
            for theta, grad in zip(thetas, grads, strict=True):
                shrunk = theta * (1 - learning_rate * lam / m)
                shrunk[:, 0] = theta[:, 0]
                moved.append(shrunk - learning_rate * grad)
            thetas = moved
        return thetas, costs

    @alternative
    def weights_and_biases_apart(X, Y, thetas, lam, learning_rate, steps):
        import copy

        layers, costs = copy.deepcopy([split(theta) for theta in thetas]), ()
        for _ in range(steps):
            a = [X]
            for W, b in layers:
                a.append(sigmoid(a[-1] @ W + b))
            J = cost(a[-1], Y) + lam * sum(np.sum(W * W) for W, _ in layers) / 2 / len(Y)
            costs = (*costs, J)
            delta, new = (a[-1] - Y) / len(Y), []
            for (W, b), before in zip(layers[::-1], a[-2::-1], strict=True):
                dW, db = before.T @ delta + lam / len(Y) * W, delta.sum(axis=0, keepdims=True)
                delta = (delta @ W.T) * (before - before**2)
                new.append((W - learning_rate * dW, b - learning_rate * db))
            layers = new[::-1]
        return [join(W, b) for W, b in layers], costs

    @invariant
    def the_cost_falls(call, rng):
        """With a small learning rate the regularized cost falls at every step; yours does not."""
        X, Y, thetas, _ = _network(rng, 6, [2, 4, 3])
        costs = np.array(call(X, Y, thetas, 0.5, 0.1, 25)[1])
        return len(costs) == 25 and np.all(np.diff(costs) < 0)

    @invariant
    def twice_the_same_batch(call, rng):
        """Every example twice and twice the λ: training goes the same way, and yours does not."""
        X, Y, thetas, _ = _network(rng, 4, [3, 2, 3])
        once, costs = call(X, Y, thetas, 1.0, 0.5, 3)
        twice, costs_twice = call(np.vstack([X, X]), np.vstack([Y, Y]), thetas, 2.0, 0.5, 3)
        same = all(np.allclose(o, t) for o, t in zip(once, twice, strict=True))
        return same and np.allclose(costs, costs_twice)

    @invariant
    def order_of_the_examples(call, rng):
        """Your training changes when the same examples come in another order."""
        X, Y, thetas, _ = _network(rng, 4, [3, 2, 3])
        one, other = call(X, Y, thetas, 1.0, 0.5, 3), call(X[::-1], Y[::-1], thetas, 1.0, 0.5, 3)
        return all(np.allclose(o, t) for o, t in zip(one[0], other[0], strict=True))

    @invariant
    def first_biases_do_not_feel_lam(call, rng):
        """After one step the biases must be the same for every λ."""
        X, Y, thetas, _ = _network(rng, 4, [3, 2, 3])
        weak, strong = call(X, Y, thetas, 0.5, 0.5, 1)[0], call(X, Y, thetas, 4.0, 0.5, 1)[0]
        return all(np.allclose(w[:, 0], s[:, 0]) for w, s in zip(weak, strong, strict=True))


train = Train.reference


def _choice(rng, lams, best):
    """Sets and thetas of which lams[best] is clearly the best, and other ways of choosing say otherwise."""
    for _ in range(1000):
        sizes = [2, 3, 2] if rng.random() < 0.5 else [2, 4, 3]
        X, Y, _, _ = _network(rng, 4, sizes)
        X_valid, Y_valid, thetas, _ = _network(rng, 6, sizes)
        thetas = [2.5 * theta for theta in thetas]
        steps = int(rng.integers(2, 4))

        def after(X_seen, Y_seen, thetas=thetas, steps=steps):
            """The networks that training with each λ makes, and the last cost of each."""
            trained = [train(X_seen, Y_seen, thetas, lam, 0.4, steps) for lam in lams]
            return [thetas for thetas, _ in trained], [costs[-1] for _, costs in trained]

        def outputs(X, networks):
            return [_pass(X, network)[-1] for network in networks]

        def best_for(X, Y, networks):
            return np.argmin([cost(h, Y) for h in outputs(X, networks)])

        networks, last_costs = after(X, Y)
        h_valid = outputs(X_valid, networks)
        valid = [cost(h, Y_valid) for h in h_valid]
        first, second, *_ = np.sort(valid)
        if np.argmin(valid) != best or second - first < 1e-3:
            continue
        on_training = best_for(X, Y, networks)
        wrong = [np.sum(h.argmax(axis=1) != Y_valid.argmax(axis=1)) for h in h_valid]
        by_errors = min(range(len(lams)), key=lambda i: (wrong[i], lams[i]))
        by_last_cost = np.argmin(last_costs)
        if best in (on_training, by_errors, by_last_cost) or np.argmax(valid) == on_training:
            continue
        with_penalty = np.argmin(
            [
                regularized_cost(h, Y_valid, network, lam)
                for h, network, lam in zip(h_valid, networks, lams, strict=True)
            ]
        )
        swapped, _ = after(X_valid, Y_valid)
        on_both, _ = after(np.vstack([X, X_valid]), np.vstack([Y, Y_valid]))
        others = [
            with_penalty,
            best_for(X_valid, Y_valid, swapped),
            best_for(X, Y, swapped),
            best_for(X_valid, Y_valid, on_both),
        ]
        if best not in others:
            return (X, Y), (X_valid, Y_valid), thetas, 0.4, steps
    raise RuntimeError("no such choice found")


class BestLambda(Exercise):
    """The λ of least unregularized validation cost, ties to the smallest, and the list of these costs."""

    points = 3
    returns = ("lam", "costs")
    parts = {"lam": 1, "costs": 1.5, "arguments": 0.5}
    keeps_arguments = True
    tolerance = GRADIENT
    uses = (*ALL_OF_TRAIN, "train")

    def cases(rng):
        yield [3, 0.5, 1], *_choice(rng, [3, 0.5, 1], 2)
        for lams in ([0, 8, 2.0, 4], [0.0, 3.0]):
            X, Y, thetas, _ = _network(rng, 5, [3, 2, 3])
            X_valid, Y_valid, _, _ = _network(rng, 4, [3, 2, 3])
            yield lams, (X, Y), (X_valid, Y_valid), [2 * theta for theta in thetas], 0.5, 2
        # nothing moves at rate 0, so that all costs are equal
        X, Y, thetas, _ = _network(rng, 5, [2, 3, 2])
        X_valid, Y_valid, _, _ = _network(rng, 3, [2, 3, 2])
        yield [3, 0.5, 1.0], (X, Y), (X_valid, Y_valid), thetas, 0.0, 2
        # no input and no weight: only the biases learn, and λ does nothing
        theta = np.hstack([rng.uniform(0.5, 1, size=(2, 1)), np.zeros((2, 2))])
        X, Y = np.zeros((3, 2)), _one_hot([0, 1, 1], 2)
        yield [2.0, 1.5, 4.0], (X, Y), (X_valid, Y_valid), [theta], 0.5, 3
        yield [0.7], (X_valid, Y_valid), (X, Y), thetas, 0.5, 2

    def reference(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "You choose by the cost on the training set, where little or no λ nearly always wins. "
        "Choose by the validation set, which the network has not seen."
    )
    def chosen_on_training_cost(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(train_set[0], trained)[-1], train_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "You choose by the last cost of training. It is about examples the network has seen, and has the penalty in "
        "it: take the cost of the trained network on the validation set."
    )
    def last_cost_of_training(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = [train(*train_set, thetas, lam, learning_rate, steps)[1][-1] for lam in lams]
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "The validation costs are right, but λ is chosen by the training costs: choose by those you return.",
        earns=2,
    )
    def chosen_on_training_cost_only(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs, on_training = [], []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
            on_training.append(cost(forward(train_set[0], trained)[-1], train_set[1]))
        best = min(on_training)
        return min(lam for lam, c in zip(lams, on_training, strict=True) if c == best), costs

    @mistake(
        "The penalty is in your validation costs. It helps training; to compare networks, take the cost without it."
    )
    def penalty_included(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            h = forward(valid_set[0], trained)[-1]
            costs.append(regularized_cost(h, valid_set[1], trained, lam))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "Each λ goes on from the weights of the one before. A fair comparison starts every λ from the same thetas."
    )
    def goes_on_from_the_last(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            thetas, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], thetas)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "At equal costs the smallest λ is asked for. Yours is the one that comes first in the list.",
        earns=2,
    )
    def first_of_equals(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return lams[int(np.argmin(costs))], costs

    @mistake(
        "At equal costs the smallest λ is asked for. Yours is the one that comes last in the list.",
        earns=2,
    )
    def last_of_equals(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return lams[len(lams) - 1 - int(np.argmin(costs[::-1]))], costs

    @mistake("At equal costs the smallest λ is asked for. Yours is the largest.", earns=2)
    def largest_of_equals(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return max(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake("Your costs are pairs. Asked for are the costs alone, a list of numbers.", earns=1.5)
    def costs_in_pairs(lams, train_set, valid_set, thetas, learning_rate, steps):
        pairs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            pairs.append((cost(forward(valid_set[0], trained)[-1], valid_set[1]), lam))
        return min(pairs)[1], pairs

    @mistake(
        "Yours is the λ of the largest cost, or the smallest λ. Asked for is the λ of the least cost: in pairs for "
        "min, the cost comes first.",
        earns=2,
    )
    def largest_cost(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = max(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "You return the place of the best λ in the list. Asked for is the λ itself: lams[place].",
        earns=2,
    )
    def place_in_the_list(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return lams.index(min(lam for lam, c in zip(lams, costs, strict=True) if c == best)), costs

    @mistake("You return the least cost in the place of the λ that has it.", earns=2)
    def least_cost_for_lam(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return min(costs), costs

    @mistake(
        "λ is the right one, but your costs are sorted by λ. costs[i] belongs to lams[i], in the order of the list.",
        earns=1.5,
    )
    def in_the_order_of_lam(lams, train_set, valid_set, thetas, learning_rate, steps):
        lams, costs = sorted(lams), []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return lams[int(np.argmin(costs))], costs

    @mistake(
        "The list you are given is sorted in place: the caller's lams are changed. Work on sorted(lams), a copy.",
        earns=1,
    )
    def lams_sorted_in_place(lams, train_set, valid_set, thetas, learning_rate, steps):
        lams.sort()
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return lams[int(np.argmin(costs))], costs

    @mistake(
        "You train on the validation set and choose on the training set: the two have changed places."
    )
    def sets_swapped(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*valid_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(train_set[0], trained)[-1], train_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "You train on the validation set, the one you choose by, and never on train_set. Train on train_set alone."
    )
    def trained_on_validation(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*valid_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "You train on both sets together. Then the validation set is no longer unseen: train on train_set alone."
    )
    def trained_on_both(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        X, Y = (np.vstack(both) for both in zip(train_set, valid_set, strict=True))
        for lam in lams:
            trained, _ = train(X, Y, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), costs

    @mistake(
        "The trained weights are not used: the validation cost is taken with the thetas before training."
    )
    def untrained(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = [cost(forward(valid_set[0], thetas)[-1], valid_set[1]) for _ in lams]
        return min(lams), costs

    @mistake("Every training runs without a penalty: give λ to train.")
    def lam_never_given(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for _ in lams:
            trained, _ = train(*train_set, thetas, 0, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        return min(lams), costs

    @mistake(
        "You return the least cost alone. Asked for are all validation costs, one for each λ.",
        earns=1.5,
    )
    def least_cost_alone(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), best

    @mistake("You return λ alone. The validation costs belong to the answer: return lam, costs.")
    def lam_alone(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best)

    @mistake("The parts are right, but in another order: return lam, costs.")
    def costs_first(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
        best = min(costs)
        return costs, min(lam for lam, c in zip(lams, costs, strict=True) if c == best)

    @mistake(
        "λ is the right one, but the list holds training costs. Asked for are the validation costs you chose by.",
        earns=1.5,
    )
    def training_costs_returned(lams, train_set, valid_set, thetas, learning_rate, steps):
        costs, on_training = [], []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
            on_training.append(cost(forward(train_set[0], trained)[-1], train_set[1]))
        best = min(costs)
        return min(lam for lam, c in zip(lams, costs, strict=True) if c == best), on_training

    @mistake(
        "You choose by the share of wrong classes. Asked for is the λ of the least validation cost."
    )
    def chosen_by_errors(lams, train_set, valid_set, thetas, learning_rate, steps):
        errors = []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            h = forward(valid_set[0], trained)[-1]
            errors.append(np.mean(h.argmax(axis=1) != valid_set[1].argmax(axis=1)))
        best = min(errors)
        return min(lam for lam, e in zip(lams, errors, strict=True) if e == best), errors

    @alternative
    def least_pair(lams, train_set, valid_set, thetas, learning_rate, steps):
        (X, Y), (X_valid, Y_valid) = train_set, valid_set
        costs = np.zeros(len(lams))
        for i, lam in enumerate(lams):
            trained = train(X, Y, [theta.copy() for theta in thetas], lam, learning_rate, steps)[0]
            costs[i] = cost(forward(X_valid, trained)[-1], Y_valid)
        return min(zip(costs.tolist(), lams, strict=True))[1], costs

    @alternative
    def smallest_first_then_put_back(lams, train_set, valid_set, thetas, learning_rate, steps):
        found = {}
        for lam in sorted(lams):
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            found[lam] = cost(forward(valid_set[0], trained)[-1], valid_set[1])
        return [np.float64(min(found, key=found.get)), tuple(found[lam] for lam in lams)]

    @alternative
    def regularized_with_lam_zero(lams, train_set, valid_set, thetas, learning_rate, steps):
        best, least, costs = None, np.inf, []
        for lam in lams:
            trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
            value = regularized_cost(forward(valid_set[0], trained)[-1], valid_set[1], trained, 0.0)
            if value < least or (value == least and lam < best):
                best, least = lam, value
            costs.append(value)
        return best, costs

    @invariant
    def order_of_the_lams(call, rng):
        """When the same λs come in another order, the best one must stay the same, and each keep its cost."""
        X, Y, thetas, _ = _network(rng, 4, [2, 3, 2])
        X_valid, Y_valid, _, _ = _network(rng, 5, [2, 3, 2])
        rest = (X, Y), (X_valid, Y_valid), thetas, 0.4, 3
        best, costs = call([0.0, 1.0, 4.0], *rest)
        again, turned = call([4.0, 0.0, 1.0], *rest)
        return best == again and np.allclose(np.roll(np.ravel(costs), 1), np.ravel(turned))
