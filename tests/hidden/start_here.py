"""Hidden tests of Start here: checks and shapes. Nothing has points: right or wrong is all there is."""

import numpy as np

from byhand.exercise import Exercise, alternative, mistake


class MeanOfTwo(Exercise):
    """(a + b) / 2, for two numbers."""

    points = 0

    def cases(rng):
        yield 3, 4
        yield -5, 2
        yield 7, 2
        yield 0.0, 2.5
        for _ in range(3):
            yield tuple(rng.uniform(-9, 9, size=2).tolist())

    def reference(a, b):
        return (a + b) / 2

    @mistake("Only b is halved: division comes before addition. Put brackets around a + b.")
    def brackets_lost(a, b):
        return a + b / 2

    @mistake("Only a is halved. Add first, in brackets, and halve the sum.")
    def first_one_halved(a, b):
        return a / 2 + b

    @mistake(
        "This starts at a and always goes up. If b is smaller, the middle lies below a: add first, then halve."
    )
    def always_upwards(a, b):
        return a + abs(b - a) / 2

    @mistake("This is the sum of a and b. The mean is half of it.")
    def never_halved(a, b):
        return a + b

    @mistake("// throws the fraction away: the mean of 3 and 4 is 3.5. Divide with a single /.")
    def whole_numbers(a, b):
        return (a + b) // 2

    @mistake("int throws the fraction away: the mean of 3 and 4 is 3.5. Return it as it is.")
    def cut_off(a, b):
        return int((a + b) / 2)

    @mistake("This is half the distance between a and b. Add them instead of subtracting.")
    def half_the_distance(a, b):
        return (a - b) / 2

    @mistake("This is half the distance between a and b. Add them instead of subtracting.")
    def half_the_distance_backwards(a, b):
        return (b - a) / 2

    @mistake(
        "np.mean takes one list of numbers; what comes second is an axis. Write np.mean([a, b])."
    )
    def a_number_for_an_axis(a, b):
        return np.mean(a, b)

    @alternative
    def both_halved(a, b):
        return a / 2 + b / 2

    @alternative
    def half_way_from_a_to_b(a, b):
        return a + 0.5 * (b - a)

    @alternative
    def by_numpy(a, b):
        return np.mean([a, b])


class Column(Exercise):
    """The numbers of a flat array (m,) as a column (m, 1)."""

    points = 0

    def cases(rng):
        yield np.array([5, 6, 7])
        yield np.array([2.5])
        for m in (2, 4, 7):
            yield rng.normal(size=m)

    def reference(x):
        return np.reshape(x, (-1, 1))

    @mistake(
        "This is still flat, (m,). A flat array has one axis only, so .T changes nothing: "
        "use x.reshape(-1, 1)."
    )
    def transposed_flat(x):
        return x.T

    @mistake("This is a row, (1, m). A column has m rows of one number: x.reshape(-1, 1).")
    def row(x):
        return x.reshape(1, -1)

    @mistake("The 3 is fixed, and m may be any number. Write -1 and NumPy counts for you.")
    def always_three(x):
        return x.reshape(3, 1)

    @mistake(
        "The 3 is fixed, and m may be any number. A column is x.reshape(-1, 1): -1 counts for you."
    )
    def a_row_of_three(x):
        return x.reshape(1, 3)

    @mistake("You typed in the numbers of the example. Make the column from x, whatever is in it.")
    def typed_in(x):
        return np.array([[5], [6], [7]])

    @mistake("These are lists in a list. Put np.array(…) around them, or use x.reshape(-1, 1).")
    def lists_in_a_list(x):
        return [[number] for number in x]

    @mistake("This has three axes, (m, 1, 1). One pair of brackets, or one None, is too many.")
    def one_axis_too_many(x):
        return x.reshape(-1, 1, 1)

    @alternative
    def new_axis(x):
        return x[:, None]

    @alternative
    def a_row_turned(x):
        return np.array([x]).T

    @alternative
    def number_by_number(x):
        result = np.zeros((len(x), 1))
        for i in range(len(x)):
            result[i, 0] = x[i]
        return result


column = Column.reference


class Errors(Exercise):
    """prediction − target as a column, where the target is flat."""

    points = 0
    uses = ("column",)

    def cases(rng):
        yield np.array([[1.0], [0.5], [2.0]]), np.array([1, 1, 0])
        for m in (4, 2, 1, 6):
            yield rng.normal(size=(m, 1)), rng.normal(size=m)

    def reference(prediction, target):
        return prediction - np.reshape(target, (-1, 1))

    @mistake(
        "(m, 1) minus (m,) is (m, m): NumPy stretches both. Make the target a column before you subtract."
    )
    def trap(prediction, target):
        return prediction - target

    @mistake(
        "(m,) minus (m, 1) is (m, m), and the order is the other way round: prediction minus target as a column."
    )
    def trap_backwards(prediction, target):
        return target - prediction

    @mistake("These are the right numbers, but flat, (m,). The errors should be a column, (m, 1).")
    def flat(prediction, target):
        return prediction.ravel() - target

    @mistake("This is a row, (1, m). Turn the target into a column, not the prediction into a row.")
    def as_a_row(prediction, target):
        return prediction.T - target

    @mistake("The sign is wrong: it is prediction minus target, in this order.")
    def sign(prediction, target):
        return target.reshape(-1, 1) - prediction

    @mistake("An error keeps its sign: do not take the absolute value.")
    def distance(prediction, target):
        return np.abs(prediction - target.reshape(-1, 1))

    @mistake("An error is not squared: return the difference itself.")
    def squared(prediction, target):
        return (prediction - target.reshape(-1, 1)) ** 2

    @mistake("This is one number for all examples. Return one error for each.")
    def mean_of_all(prediction, target):
        return np.mean(prediction - target.reshape(-1, 1))

    @mistake(
        "You subtract first, and have fallen into the trap by then: (m, 1) minus (m,) is (m, m). "
        "Make the target a column before."
    )
    def column_too_late(prediction, target):
        return column(prediction - target)

    @alternative
    def new_axis(prediction, target):
        return prediction - target[:, None]

    @alternative
    def flat_first(prediction, target):
        return (prediction[:, 0] - target).reshape(prediction.shape)

    @alternative
    def one_by_one(prediction, target):
        return np.array([[p[0] - t] for p, t in zip(prediction, target, strict=True)])


class Layer(Exercise):
    """X @ W + b: every row of X through the same weights, the row b added to each."""

    points = 0

    def cases(rng):
        yield (
            np.array([[1, 2], [0, 3], [4, 1], [2, -1]]),
            np.array([[2, 1, 0], [-1, 3, 5]]),
            (np.array([[1, 0, -1]])),
        )
        yield np.array([[0, 1], [1, 1]]), np.array([[0.5, -1.5], [2.25, 1]]), np.array([[0.25, 0]])
        for m, n_in, n_out in ((4, 2, 3), (3, 3, 3), (1, 2, 4), (5, 3, 1), (2, 2, 2)):
            yield (
                rng.normal(size=(m, n_in)),
                rng.normal(size=(n_in, n_out)),
                rng.normal(size=(1, n_out)),
            )

    def reference(X, W, b):
        return X @ W + b

    @mistake("* multiplies entry by entry. Rows of X are to meet columns of W: that is X @ W.")
    def star(X, W, b):
        return X * W + b

    @mistake("The order matters: it is X @ W, so that the two inner sizes are the same.")
    def wrong_order(X, W, b):
        return W @ X + b

    @mistake(
        "The result has the type of X: whole numbers where X has whole numbers, so fractions are cut off. "
        "X @ W + b chooses the type itself."
    )
    def type_of_x(X, W, b):
        return (X @ W + b).astype(X.dtype)

    @mistake("The row b is missing: add it to every row, X @ W + b.")
    def b_lost(X, W, b):
        return X @ W

    @mistake("b is added to W before the product. Without brackets, X @ W + b multiplies first.")
    def brackets(X, W, b):
        return X @ (W + b)

    @mistake("W need not be transposed: (m, n_in) @ (n_in, n_out) fits as it is.")
    def transposed(X, W, b):
        return X @ W.T + b

    @mistake("b is a row already, one number for each column of the result: add it as it is.")
    def b_turned(X, W, b):
        return X @ W + b.T

    @mistake("b is to be added, not multiplied.")
    def times_b(X, W, b):
        return X @ W * b

    @mistake("b is to be added, not subtracted.")
    def minus_b(X, W, b):
        return X @ W - b

    @alternative
    def by_dot(X, W, b):
        return np.add(b, np.dot(X, W))

    @alternative
    def lying_on_its_side(X, W, b):
        return (W.T @ X.T + b.T).T

    @alternative
    def loops(X, W, b):
        z = np.zeros((X.shape[0], W.shape[1]))
        for i in range(z.shape[0]):
            for j in range(z.shape[1]):
                z[i, j] = sum(X[i, k] * W[k, j] for k in range(X.shape[1])) + b[0, j]
        return z


class RowShares(Exercise):
    """Every entry divided by the sum of its row."""

    points = 0

    def cases(rng):
        yield np.array([[1, 2, 1], [4, 0, 1], [2, 2, 2], [5, 1, 4]])
        for shape in ((4, 3), (3, 3), (1, 4), (5, 1)):
            yield rng.uniform(0.5, 9, size=shape)
        yield np.array([[6, -2], [-1, 5], [3.5, -7.5]])  # sums 4, 4, −4

    def reference(X):
        return X / X.sum(axis=1, keepdims=True)

    @mistake(
        "X.sum(axis=1) is flat, (m,): lined up from the right it meets the columns, not the rows. "
        "With keepdims=True it is (m, 1)."
    )
    def keepdims_lost(X):
        return X / X.sum(axis=1)

    @mistake("axis=0 adds down the columns. The sum of a row goes along axis 1.")
    def shares_of_columns(X):
        return X / X.sum(axis=0)

    @mistake(
        "This divides by the sum of all entries. Each row is to be divided by its own: axis=1."
    )
    def shares_of_everything(X):
        return X / X.sum()

    @mistake("This divides by the mean of the row. Divide by its sum.")
    def divided_by_the_mean(X):
        return X / X.mean(axis=1, keepdims=True)

    @mistake("The signs are lost: the sum of a row is X.sum(axis=1), without absolute values.")
    def sums_without_signs(X):
        return X / np.abs(X).sum(axis=1, keepdims=True)

    @mistake("These are the sums of the rows. The shares are X divided by them.")
    def only_the_sums(X):
        return X.sum(axis=1, keepdims=True)

    @mistake("These are the sums of the rows. The shares are X divided by them.")
    def only_the_sums_flat(X):
        return X.sum(axis=1)

    @mistake("This divides by the largest entry of the row. Divide by the sum.")
    def divided_by_the_largest(X):
        return X / X.max(axis=1, keepdims=True)

    @mistake("These are percent: each row adds up to 100. Shares add up to 1.")
    def percent(X):
        return 100 * X / X.sum(axis=1, keepdims=True)

    @mistake("These are rows in a list. Put np.array(…) around it, or do it without a loop.")
    def rows_in_a_list(X):
        return [row / row.sum() for row in X]

    @mistake("This is upside down: divide X by the sums, not the sums by X.")
    def upside_down(X):
        with np.errstate(divide="ignore"):
            return X.sum(axis=1, keepdims=True) / X

    @mistake(
        "Whole numbers cannot hold shares: // throws the fraction away. Divide with a single /."
    )
    def whole_numbers(X):
        return X // X.sum(axis=1, keepdims=True)

    @alternative
    def turned_twice(X):
        return (X.T / X.sum(axis=1)).T

    @alternative
    def sums_by_a_product(X):
        return X / (X @ np.ones((X.shape[1], 1)))

    @alternative
    def row_by_row(X):
        return np.array([row / sum(row) for row in X])
