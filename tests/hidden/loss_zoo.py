"""Hidden tests of unit 3, which loss for which problem."""

import numpy as np

from byhand.exercise import Exercise, alternative, invariant, mistake

ONE_NUMBER = (
    "You return one loss for each example. A cost is one number: take the mean over the examples."
)
NO_MAXIMUM = (
    "`max` compares two single numbers, and `np.max` looks for the largest entry of one array. "
    "`np.maximum` compares entry by entry."
)
SUMMED = "You add the losses of the examples up. The cost is their mean: divide by the number of examples."


def scores_and_labels(rng):
    yield np.array([0.0, 1.0, 2.5, -1.0, 0.4, -0.3]), np.array([1, 1, 1, 1, -1, -1])
    yield np.array([2.0, -3.0, 1.0]), np.array([1, -1, 1])
    yield np.array([0.25]), np.array([1.0])
    yield np.array([1.5]), np.array([-1])
    yield np.array([3, -2, 0, -1]), np.array([-1, -1, 1, 1])
    yield np.array([-0.8, 0.6]), np.array([1.0, -1.0])
    for m in (3, 5, 8, 6):
        yield 1.5 * rng.normal(size=m), rng.permutation(np.resize([1, -1, -1], m))


class Hinge(Exercise):
    """The mean of max(0, 1 − y · score), y is −1 or 1."""

    points = 1
    cases = scores_and_labels

    def reference(score, y):
        return float(np.mean(np.maximum(0, 1 - y * score)))

    @mistake(ONE_NUMBER)
    def one_for_each_example(score, y):
        return np.maximum(0, 1 - y * score)

    @mistake(SUMMED)
    def summed(score, y):
        return np.sum(np.maximum(0, 1 - y * score))

    @mistake(
        "An example with a margin above 1 gets a negative loss here. It costs nothing: max(0, 1 − y · score)."
    )
    def no_max(score, y):
        return np.mean(1 - y * score)

    @mistake(
        "The max comes after the mean, so very good examples pay for bad ones: "
        "max(0, …) for each example, then the mean."
    )
    def max_after_the_mean(score, y):
        return max(0.0, np.mean(1 - y * score))

    @mistake("Labels are −1 and 1 here, not 0 and 1: use y as it is, without 2y − 1.")
    def labels_turned_from_zero_and_one(score, y):
        return np.mean(np.maximum(0, 1 - (2 * y - 1) * score))

    @mistake(
        "Your formula is made for the labels 0 and 1, with a (1 − y) term. Here they are −1 and 1, "
        "and one term serves both: max(0, 1 − y · score)."
    )
    def two_terms_for_zero_and_one(score, y):
        return np.mean(y * np.maximum(0, 1 - score) + (1 - y) * np.maximum(0, 1 + score))

    @mistake(
        "The sign is the wrong way round: when y and score agree, y · score makes the loss smaller."
    )
    def sign_flipped(score, y):
        return np.mean(np.maximum(0, 1 + y * score))

    @mistake("The label is not used: the score is good or bad only together with y, as y · score.")
    def label_forgotten(score, y):
        return np.mean(np.maximum(0, 1 - score))

    @mistake(
        "This is the squared hinge, an exercise of its own. Here the loss grows like a line: do not square."
    )
    def squared(score, y):
        return np.mean(np.maximum(0, 1 - y * score) ** 2)

    @mistake(
        "This is the share of examples on the wrong side. The hinge also says how far: 1 − y · score."
    )
    def share_of_errors(score, y):
        return np.mean(y * score < 0)

    @mistake(
        "An example with a margin above 1 costs nothing. Yours charges the distance from 1 on both sides."
    )
    def distance_on_both_sides(score, y):
        return np.mean(np.abs(1 - y * score))

    @mistake(
        "The 1 is missing: a right answer with a small score still pays, max(0, 1 − y · score)."
    )
    def margin_forgotten(score, y):
        return np.mean(np.maximum(0, -y * score))

    @mistake("Right answers with a margin between 0 and 1 cost something too: 1 − y · score.")
    def inside_the_margin_free(score, y):
        return np.mean(np.where(y * score < 0, 1 - y * score, 0))

    @mistake(
        "This is the largest entry, not a mean. np.maximum compares with 0, np.max looks for the largest entry."
    )
    def worst_example(score, y):
        return np.max(1 - y * score)

    @mistake(
        "Your mean leaves out the examples that cost nothing: divide by the number of all examples."
    )
    def mean_of_the_violations_only(score, y):
        v = 1 - y * score
        return np.mean(v[v > 0]) if np.any(v > 0) else 0.0

    @mistake(
        "Yours never charges more than 1 for an example. The hinge has no upper end: max(0, …), not np.clip(…, 0, 1)."
    )
    def cut_from_above(score, y):
        return np.mean(np.clip(1 - y * score, 0, 1))

    @mistake(
        "The label belongs to the score, as the product y · score: max(0, 1 − y · score), not max(0, y − score)."
    )
    def label_minus_score(score, y):
        return np.mean(np.maximum(0, y - score))

    @mistake(NO_MAXIMUM)
    def max_of_single_numbers(score, y):
        return np.mean(max(0, 1 - y * score))

    @mistake(NO_MAXIMUM)
    def max_of_one_array(score, y):
        return np.mean(np.max(0, 1 - y * score))

    @alternative
    def positive_part_by_its_size(score, y):
        v = 1.0 - np.multiply(y, score)
        return np.sum(v + np.abs(v)) / (2 * len(v))

    @alternative
    def looped(score, y):
        total = 0
        for s, label in zip(score, y, strict=True):
            if label * s < 1:
                total += 1 - label * s
        return total / len(score)

    @alternative
    def a_row_times_a_column(score, y):
        positive = np.where(y * score < 1, 1 - y * score, 0)
        return np.ones((1, len(y))) @ positive.reshape(-1, 1) / len(y)

    @invariant
    def examples_given_twice(call, rng):
        """Every example given twice must cost the same, as it is a mean. Yours changes."""
        score, y = rng.normal(size=5), rng.choice([-1, 1], size=5)
        return np.isclose(call(score, y), call(np.tile(score, 2), np.tile(y, 2)))

    @invariant
    def both_classes_exchanged(call, rng):
        """With all scores and all labels negated the cost must stay the same. Yours changes."""
        score, y = rng.normal(size=5), rng.choice([-1, 1], size=5)
        return np.isclose(call(score, y), call(-score, -y))


class SquaredHinge(Exercise):
    """The mean of max(0, 1 − y · score)², y is −1 or 1."""

    points = 1
    cases = scores_and_labels

    def reference(score, y):
        return float(np.mean(np.maximum(0, 1 - y * score) ** 2))

    @mistake(ONE_NUMBER)
    def one_for_each_example(score, y):
        return np.maximum(0, 1 - y * score) ** 2

    @mistake(SUMMED)
    def summed(score, y):
        return np.sum(np.maximum(0, 1 - y * score) ** 2)

    @mistake(
        "This is the square of the mean hinge. Square the loss of each example, then take the mean."
    )
    def square_of_the_mean(score, y):
        return np.mean(np.maximum(0, 1 - y * score)) ** 2

    @mistake(
        "Examples with a margin above 1 cost something here, because a square is never negative: "
        "first max(0, 1 − y · score), then square it."
    )
    def no_max_before_the_square(score, y):
        return np.mean((1 - y * score) ** 2)

    @mistake("The square is missing: this is the plain hinge.")
    def not_squared(score, y):
        return np.mean(np.maximum(0, 1 - y * score))

    @mistake(
        "The sign is the wrong way round: when y and score agree, y · score makes the loss smaller."
    )
    def sign_flipped(score, y):
        return np.mean(np.maximum(0, 1 + y * score) ** 2)

    @mistake("The label is not used: the score is good or bad only together with y, as y · score.")
    def label_forgotten(score, y):
        return np.mean(np.maximum(0, 1 - score) ** 2)

    @mistake("Labels are −1 and 1 here, not 0 and 1: use y as it is, without 2y − 1.")
    def labels_turned_from_zero_and_one(score, y):
        return np.mean(np.maximum(0, 1 - (2 * y - 1) * score) ** 2)

    @mistake(
        "You take the root of the mean square. The squared hinge is the mean of the squares as it is."
    )
    def root(score, y):
        return np.sqrt(np.mean(np.maximum(0, 1 - y * score) ** 2))

    @mistake("There is a ½ too many: it is the mean of the squares as it is.")
    def half(score, y):
        return np.mean(np.maximum(0, 1 - y * score) ** 2) / 2

    @mistake(
        "The square of y · score no longer knows the side. Square at the end: max(0, 1 − y · score)²."
    )
    def margin_squared_inside(score, y):
        return np.mean(np.maximum(0, 1 - (y * score) ** 2))

    @mistake(
        "The label belongs to the score, as the product y · score: max(0, 1 − y · score), not max(0, y − score)."
    )
    def label_minus_score(score, y):
        return np.mean(np.maximum(0, y - score) ** 2)

    @mistake(
        "For very wrong answers yours goes on as a line. The squared hinge is a square at every margin below 1."
    )
    def line_for_the_very_wrong(score, y):
        v = y * score
        return np.mean(np.where(v < -1, -4 * v, np.maximum(0, 1 - v) ** 2))

    @mistake(
        "The 1 is missing: a right answer with a small score still pays, max(0, 1 − y · score)²."
    )
    def margin_forgotten(score, y):
        return np.mean(np.maximum(0, -y * score) ** 2)

    @mistake(
        "Your mean leaves out the examples that cost nothing: divide by the number of all examples."
    )
    def mean_of_the_violations_only(score, y):
        v = 1 - y * score
        return np.mean(v[v > 0] ** 2) if np.any(v > 0) else 0.0

    @mistake(
        "Only the score is squared, because ** comes before * and −. Square at the end: "
        "np.maximum(0, 1 − y * score) ** 2."
    )
    def score_squared(score, y):
        return np.mean(np.maximum(0, 1 - y * score**2))

    @mistake(NO_MAXIMUM)
    def max_of_single_numbers(score, y):
        return np.mean(max(0, 1 - y * score) ** 2)

    @mistake(NO_MAXIMUM)
    def max_of_one_array(score, y):
        return np.mean(np.max(0, 1 - y * score) ** 2)

    @alternative
    def product_with_the_positive_part(score, y):
        v = 1.0 - y * score
        return v @ np.maximum(v, 0) / v.size

    @alternative
    def only_the_violations(score, y):
        gaps = [1 - s * t for s, t in zip(score.tolist(), y.tolist(), strict=True) if s * t < 1]
        return sum(gap * gap for gap in gaps) / len(score)

    @alternative
    def one_by_one_array(score, y):
        v = np.clip(1 - y * score, 0, None).reshape(1, -1)
        return v @ v.T / v.shape[1]

    @invariant
    def examples_given_twice(call, rng):
        """Every example given twice must cost the same, as it is a mean. Yours changes."""
        score, y = rng.normal(size=5), rng.choice([-1, 1], size=5)
        return np.isclose(call(score, y), call(np.tile(score, 2), np.tile(y, 2)))


def probabilities(rng, m, K):
    powers = np.exp(1.2 * rng.normal(size=(m, K)))
    return powers / powers.sum(axis=1, keepdims=True)


def labelled_probabilities(rng):
    """Probabilities (m, K) with m ≠ K, and a label for each row; now and then a class without an example."""
    yield np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]]), np.array([0, 2])
    yield np.array([[0.6, 0.4], [0.1, 0.9], [0.3, 0.7]]), np.array([1, 1, 0])
    yield np.array([[0.2, 0.3, 0.5]]), np.array([1])
    yield np.array([[1e-9, 0.4, 0.6 - 1e-9]]), np.array([0])
    yield np.array([[0.5, 0.25, 0.125, 0.125], [0.1, 0.2, 0.3, 0.4]]), np.array([1, 0])
    for m, K in ((4, 3), (3, 4), (5, 2), (7, 3), (2, 5)):
        yield probabilities(rng, m, K), rng.permutation(np.arange(m) % K)


class CrossEntropy(Exercise):
    """−Σ Y log P for each row, the mean over the rows; Y is one-hot."""

    points = 1

    def cases(rng):
        for i, (P, labels) in enumerate(labelled_probabilities(rng)):
            yield P, np.eye(P.shape[1], dtype=int if i == 1 else float)[labels]

    def reference(P, Y):
        return float(-np.sum(Y * np.log(P)) / len(P))

    @mistake("You return one loss for each row. A cost is one number: take the mean over the rows.")
    def one_for_each_row(P, Y):
        return -np.sum(Y * np.log(P), axis=1)

    @mistake(
        "You add the losses of the rows up. The cost is their mean: divide by m, the number of rows."
    )
    def summed(P, Y):
        return -np.sum(Y * np.log(P))

    @mistake("Your mean runs over all m · K entries. Sum along each row, then divide by m.")
    def mean_over_all_entries(P, Y):
        return -np.mean(Y * np.log(P))

    @mistake(
        "The minus is missing: logs of probabilities are negative, and the cost is −Σ Y log P."
    )
    def no_minus(P, Y):
        return np.sum(Y * np.log(P)) / len(P)

    @mistake(
        "You add the (1 − Y) log(1 − P) term of the two-class loss. With one column per class, Σ Y log P is all."
    )
    def both_terms_of_two_classes(P, Y):
        return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / len(P)

    @mistake("The total is divided by K, the number of classes: divide by m, the number of rows.")
    def divided_by_the_classes(P, Y):
        return -np.sum(Y * np.log(P)) / P.shape[1]

    @mistake(
        "Take the log of each probability first, then the mean. Yours takes the log of the mean."
    )
    def log_of_the_mean(P, Y):
        return -np.log(np.mean(np.sum(Y * P, axis=1)))

    @mistake(
        "Yours is always infinite: a 0 of Y comes under a log. Take the log of P alone, then multiply by Y: "
        "Y * np.log(P)."
    )
    def swapped(P, Y):
        return -np.sum(P * np.log(Y)) / len(P)

    @mistake(
        "Yours is always infinite: a 0 of Y comes under a log. Take the log of P alone, then multiply by Y: "
        "Y * np.log(P)."
    )
    def log_of_the_product(P, Y):
        return -np.sum(np.log(Y * P)) / len(P)

    @mistake("The log is natural here: np.log, not np.log2.")
    def log_two(P, Y):
        return -np.sum(Y * np.log2(P)) / len(P)

    @mistake("The log is natural here: np.log, not np.log10.")
    def log_ten(P, Y):
        return -np.sum(Y * np.log10(P)) / len(P)

    @mistake("You leave the log out: each row costs −log of the probability of its class.")
    def no_log(P, Y):
        return -np.sum(Y * P) / len(P)

    @mistake(
        "The labels Y are not used: each row costs −log of the probability of *its own* class, Σ Y log P."
    )
    def every_class_counts(P, Y):
        return -np.sum(np.log(P)) / len(P)

    @mistake(
        "A small number is added inside the log. It is not needed, as P is never 0 here, and it makes small "
        "probabilities cost less than they do."
    )
    def small_number_inside_the_log(P, Y):
        return -np.sum(Y * np.log(P + 1e-12)) / len(P)

    @mistake(
        "A small number is added inside the log. It is not needed, as P is never 0 here, and it makes small "
        "probabilities cost less than they do."
    )
    def larger_number_inside_the_log(P, Y):
        return -np.sum(Y * np.log(P + 1e-8)) / len(P)

    @mistake(
        "You take the largest probability of each row. Asked for is the one of the class that Y marks."
    )
    def largest_probability(P, Y):
        return -np.mean(np.log(np.max(P, axis=1)))

    @mistake("P holds probabilities already: leave the softmax out, and take the log of P itself.")
    def softmax_again(P, Y):
        powers = np.exp(P)
        return -np.sum(Y * np.log(powers / powers.sum(axis=1, keepdims=True))) / len(P)

    @mistake(
        "A matrix product of Y and log P pairs every row with every other. Multiply entry by entry: Y * np.log(P)."
    )
    def every_row_with_every_other(P, Y):
        return -np.mean(Y @ np.log(P).T)

    @alternative
    def picked(P, Y):
        return np.mean(-np.log(P[Y == 1]))

    @alternative
    def looped(P, Y):
        total = 0
        for p_row, y_row in zip(P, Y, strict=True):
            for p, y in zip(p_row, y_row, strict=True):
                if y:
                    total -= np.log(p)
        return total / P.shape[0]

    @alternative
    def einsum(P, Y):
        return np.array([[-np.einsum("ij,ij->", Y, np.log(P)) / len(Y)]])

    @alternative
    def clipped_where_no_probability_is(P, Y):
        return np.mean(np.sum(-Y * np.log(np.clip(P, 1e-12, 1 - 1e-12)), axis=1))

    @invariant
    def rows_given_twice(call, rng):
        """Every row given twice must cost the same, as it is a mean. Yours changes."""
        P, Y = probabilities(rng, 4, 3), np.eye(3)[rng.integers(0, 3, size=4)]
        return np.isclose(call(P, Y), call(np.vstack([P, P]), np.vstack([Y, Y])))

    @invariant
    def order_of_the_classes(call, rng):
        """With the columns of P and Y in another order the cost must stay the same. Yours changes."""
        P, Y = probabilities(rng, 4, 3), np.eye(3)[rng.integers(0, 3, size=4)]
        return np.isclose(call(P, Y), call(P[:, ::-1].copy(), Y[:, ::-1].copy()))


cross_entropy = CrossEntropy.reference


ROW_NUMBERS = "The row numbers do not fit the rows of P. One row number for each label: np.arange(len(labels))."


class SparseCrossEntropy(Exercise):
    """The mean of −log of the probability of each row's own label, labels 0 … K − 1."""

    points = 1
    uses = ("cross_entropy",)
    cases = labelled_probabilities

    def reference(P, labels):
        return float(-np.mean(np.log(P[np.arange(len(labels)), labels])))

    @mistake("You return one loss for each row. A cost is one number: take the mean over the rows.")
    def one_for_each_row(P, labels):
        return -np.log(P[np.arange(len(labels)), labels])

    @mistake(
        "You add the losses of the rows up. The cost is their mean: divide by m, the number of rows."
    )
    def summed(P, labels):
        return -np.sum(np.log(P[np.arange(len(labels)), labels]))

    @mistake(
        "Labels count from 0: label 0 is the first column. Yours looks one column too far left "
        "(and label 0 finds the last column)."
    )
    def labels_from_one(P, labels):
        return -np.mean(np.log(P[np.arange(len(labels)), labels - 1]))

    @mistake(
        "P[:, labels] takes whole columns, for every row the labels of all rows. "
        "Give each row its own label: P[np.arange(m), labels]."
    )
    def whole_columns(P, labels):
        return -np.mean(np.log(P[:, labels]))

    @mistake("P[labels] takes rows. A label is the number of a column: P[np.arange(m), labels].")
    def rows_for_columns(P, labels):
        return -np.mean(np.log(P[labels]))

    @mistake(
        "Row and column are exchanged: first the number of the row, then the label, P[np.arange(m), labels]."
    )
    def indices_exchanged(P, labels):
        return -np.mean(np.log(P[labels, np.arange(len(labels))]))

    @mistake(
        "Take the log of each probability first, then the mean. Yours takes the log of the mean."
    )
    def log_of_the_mean(P, labels):
        return -np.log(np.mean(P[np.arange(len(labels)), labels]))

    @mistake("The minus is missing: logs of probabilities are negative, and the cost is −log p.")
    def no_minus(P, labels):
        return np.mean(np.log(P[np.arange(len(labels)), labels]))

    @mistake(
        "You take the largest probability of each row. Asked for is the one of its label, be it large or small."
    )
    def largest_probability(P, labels):
        return -np.mean(np.log(np.max(P, axis=1)))

    @mistake("The total is divided by K, the number of classes: divide by m, the number of rows.")
    def divided_by_the_classes(P, labels):
        return -np.sum(np.log(P[np.arange(len(labels)), labels])) / P.shape[1]

    @mistake(
        "A small number is added inside the log. It is not needed, as P is never 0 here, and it makes small "
        "probabilities cost less than they do."
    )
    def small_number_inside_the_log(P, labels):
        return -np.mean(np.log(P[np.arange(len(labels)), labels] + 1e-12))

    @mistake("The log is natural here: np.log, not np.log2.")
    def log_two(P, labels):
        return -np.mean(np.log2(P[np.arange(len(labels)), labels]))

    @mistake(
        "You take log(1 − p), of being wrong. The cost is −log p, p the probability of the row's own label."
    )
    def probability_of_being_wrong(P, labels):
        return -np.mean(np.log(1 - P[np.arange(len(labels)), labels]))

    @mistake(
        "All labels are looked up in the first row, as P[0, labels] or np.take without an axis does. "
        "Each row has its own label: P[np.arange(m), labels]."
    )
    def only_the_first_row(P, labels):
        return -np.mean(np.log(np.take(P, labels)))

    @mistake(
        "It stops with ValueError when no example has the last class: the number of classes is P.shape[1], "
        "not the largest label plus 1."
    )
    def classes_guessed_from_the_labels(P, labels):
        Y = np.eye(np.max(labels) + 1)[labels]
        return -np.sum(Y * np.log(P)) / len(P)

    @mistake(ROW_NUMBERS)
    def row_numbers_of_the_board(P, labels):
        return -np.mean(np.log(P[np.arange(4), labels]))

    @mistake(ROW_NUMBERS)
    def row_numbers_of_two_rows(P, labels):
        return -np.mean(np.log(P[np.arange(2), labels]))

    @mistake(ROW_NUMBERS)
    def row_numbers_counted_by_classes(P, labels):
        return -np.mean(np.log(P[np.arange(P.shape[1]), labels]))

    @alternative
    def one_hot_first(P, labels):
        return cross_entropy(P, np.eye(P.shape[1])[labels])

    @alternative
    def looped(P, labels):
        import math

        return -sum(math.log(P[i, k]) for i, k in enumerate(labels.tolist())) / len(labels)

    @alternative
    def taken_along_the_rows(P, labels):
        return np.mean(-np.log(np.take_along_axis(P, labels.reshape(-1, 1), axis=1)), axis=0)

    @invariant
    def rows_in_another_order(call, rng):
        """With the rows in another order, labels with them, the cost must stay the same. Yours changes."""
        P, labels = probabilities(rng, 5, 3), rng.integers(0, 3, size=5)
        return np.isclose(call(P, labels), call(P[::-1].copy(), labels[::-1].copy()))


class KlDivergence(Exercise):
    """Σ t log(t/p) for each row, the mean over the rows; 0 · log 0 = 0, infinite where p = 0 < t."""

    points = 2

    def cases(rng):
        yield (
            np.array([[0.5, 0.25, 0.25], [0.1, 0.6, 0.3]]),
            np.array([[0.25, 0.5, 0.25], [0.2, 0.2, 0.6]]),
        )
        yield (
            np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]),
            np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]]),
        )
        yield (
            np.array([[0.5, 0.5, 0.0], [0.2, 0.8, 0.0]]),
            np.array([[0.25, 0.75, 0.0], [0.5, 0.5, 0.0]]),
        )
        yield (
            np.array([[0.5, 0.5], [0.3, 0.7], [0.25, 0.75]]),
            np.array([[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]]),
        )
        yield np.array([[0.5, 0.0, 0.5]]), np.array([[0.0, 0.5, 0.5]])
        yield np.array([[0.2, 0.8]]), np.array([[0.2, 0.8]])
        yield np.array([[0.3, 0.7]]), np.array([[0.9, 0.1]])
        for m, K in ((4, 3), (3, 4), (5, 2), (2, 5)):
            yield probabilities(rng, m, K), probabilities(rng, m, K)
        target = probabilities(rng, 4, 3)
        target[1, 2] = 0
        yield target / target.sum(axis=1, keepdims=True), probabilities(rng, 4, 3)

    def reference(target, prediction):
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(target > 0, target * np.log(target / prediction), 0.0)
        return float(terms.sum() / len(target))

    @mistake(
        "You return one number for each row. A cost is one number: take the mean over the rows."
    )
    def one_for_each_row(target, prediction):
        terms = np.where(target > 0, target * np.log(target / prediction), 0)
        return terms.sum(axis=1)

    @mistake("You add the rows up. The cost is their mean: divide by m, the number of rows.")
    def summed(target, prediction):
        return np.sum(np.where(target > 0, target * np.log(target / prediction), 0))

    @mistake("Your mean runs over all m · K entries. Sum along each row, then divide by m.")
    def mean_over_all_entries(target, prediction):
        return np.mean(np.where(target > 0, target * np.log(target / prediction), 0))

    @mistake(
        "Target and prediction are swapped: it is the target that stands before the log and above the line."
    )
    def swapped(target, prediction):
        terms = np.where(prediction > 0, prediction * np.log(prediction / target), 0)
        return terms.sum() / len(target)

    @mistake(
        "Where the target is 0, yours gives nan: there 0 · log 0 counts as 0. "
        "Pick the entries with `target > 0` from both arrays, then take logs."
    )
    def nan_where_the_target_is_zero(target, prediction):
        return np.sum(target * np.log(target / prediction)) / len(target)

    @mistake(
        "This is the cross-entropy, −Σ t log p. The divergence compares with the target's own: Σ t log(t/p), "
        "which is 0 for a perfect prediction."
    )
    def cross_entropy_instead(target, prediction):
        terms = np.where(target > 0, -target * np.log(prediction), 0)
        return terms.sum() / len(target)

    @mistake("This is minus the divergence: is the ratio upside down? It is Σ t log(t/p).")
    def sign_flipped(target, prediction):
        terms = np.where(target > 0, target * np.log(prediction / target), 0)
        return terms.sum() / len(target)

    @mistake(
        "The t before the log is missing: each log ratio is weighted by its target, t · log(t/p)."
    )
    def weight_forgotten(target, prediction):
        return np.sum(np.where(target > 0, np.log(target / prediction), 0)) / len(target)

    @mistake(
        "What the target holds possible and the prediction excludes, p = 0 < t, costs infinitely much. Yours leaves "
        "such entries out."
    )
    def skips_every_zero(target, prediction):
        both = (target > 0) & (prediction > 0)
        return np.sum(target[both] * np.log(target[both] / prediction[both])) / len(target)

    @mistake("The log is natural here: np.log, not np.log2.")
    def log_two(target, prediction):
        return np.sum(np.where(target > 0, target * np.log2(target / prediction), 0)) / len(target)

    @mistake(
        "Single terms may be negative, where p > t; their sum over a row never is. Leave the absolute value out."
    )
    def absolute_log_ratio(target, prediction):
        terms = np.where(target > 0, target * np.abs(np.log(target / prediction)), 0)
        return terms.sum() / len(target)

    @mistake(
        "What the target holds possible and the prediction excludes, p = 0 < t, costs infinitely much. Yours stays "
        "finite: is a small number added to p, or p clipped?"
    )
    def small_number_inside_the_log(target, prediction):
        return np.sum(target * np.log((target + 1e-10) / (prediction + 1e-10))) / len(target)

    @mistake(
        "What the target holds possible and the prediction excludes, p = 0 < t, costs infinitely much. Yours stays "
        "finite: is a small number added to p, or p clipped?"
    )
    def smaller_number_inside_the_log(target, prediction):
        return np.sum(target * np.log((target + 1e-12) / (prediction + 1e-12))) / len(target)

    @mistake(
        "What the target holds possible and the prediction excludes, p = 0 < t, costs infinitely much. Yours stays "
        "finite: is a small number added to p, or p clipped?"
    )
    def smallest_number_inside_the_log(target, prediction):
        return np.sum(target * np.log((target + 1e-15) / (prediction + 1e-15))) / len(target)

    @mistake("Divide by the number of rows, `len(target)`, not by the number of entries picked.")
    def mean_over_the_picked(target, prediction):
        used = target > 0
        return np.mean(target[used] * np.log(target[used] / prediction[used]))

    @mistake(
        "Yours is infinite wherever a prediction is 0. It is infinite only where p = 0 and t > 0."
    )
    def infinite_at_every_zero(target, prediction):
        if np.any(prediction == 0):
            return np.inf
        used = target > 0
        return np.sum(target[used] * np.log(target[used] / prediction[used])) / len(target)

    @mistake(
        "After the mask everything is one row, so there is no axis 1: add up all of it and divide by `len(target)`."
    )
    def axis_after_the_mask(target, prediction):
        used = target > 0
        t, p = target[used], prediction[used]
        return np.mean(np.sum(t * np.log(t / p), axis=1))

    @alternative
    def nan_to_zero(target, prediction):
        return np.nansum(target * np.log(target / prediction)) / len(target)

    @alternative
    def looped(target, prediction):
        import math

        def term(t, p):
            if t == 0:
                return 0
            return math.inf if p == 0 else t * math.log(t / p)

        rows = [sum(map(term, *row)) for row in zip(target, prediction, strict=True)]
        return sum(rows) / len(rows)

    @alternative
    def cross_entropy_minus_entropy(target, prediction):
        used = target > 0
        t, p = target[used], prediction[used]
        return np.array([[(t @ np.log(t) - t @ np.log(p)) / len(target)]])

    @alternative
    def of_measures(target, prediction):
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(target > 0, target * np.log(target / prediction), 0)
        return np.mean(np.sum(terms - target + prediction, axis=1))

    @invariant
    def never_negative(call, rng):
        """The divergence of two distributions is never negative. Yours is."""
        return call(probabilities(rng, 6, 3), probabilities(rng, 6, 3)) >= 0

    @invariant
    def a_perfect_prediction_costs_nothing(call, rng):
        """A prediction equal to its target must cost 0. Yours costs something."""
        P = probabilities(rng, 4, 3)
        return abs(call(P, P.copy())) < 1e-12


def numbers_and_targets(rng):
    yield np.array([2.0, 5.0, -1.0]), np.array([1.0, 7.0, 3.0])
    yield np.array([3, -2, 4, 1]), np.array([1, 1, 4, -5])
    yield np.array([1.5]), np.array([-2.0])
    yield np.array([0.5, 2.0]), np.array([0.5, 2.0])
    yield np.array([1.0, 3.0, 5.0, 7.0]), np.array([2.0, 4.0, 6.0, 8.5])
    yield np.array([4.0, 0.1, -0.2, 0.3, 9.0]), np.array([1.0, 0.4, 0.1, -0.3, 2.0])
    for m in (3, 4, 7, 5):
        yield 3 * rng.normal(size=m), 3 * rng.normal(size=m)


class Mse(Exercise):
    """The mean of the squared errors."""

    points = 1
    cases = numbers_and_targets

    def reference(prediction, target):
        return float(np.mean((prediction - target) ** 2))

    @mistake(ONE_NUMBER)
    def one_for_each_example(prediction, target):
        return (prediction - target) ** 2

    @mistake("You add the squares up. The cost is their mean: divide by the number of examples.")
    def summed(prediction, target):
        return np.sum((prediction - target) ** 2)

    @mistake("This is the root of the mean squared error. Leave the root out.")
    def root(prediction, target):
        return np.sqrt(np.mean((prediction - target) ** 2))

    @mistake("There is a ½ too many: mse is the mean of the squares as it is.")
    def half(prediction, target):
        return np.mean((prediction - target) ** 2) / 2

    @mistake(
        "You square the mean error, where too high and too low cancel. Square each error, then take the mean."
    )
    def square_of_the_mean(prediction, target):
        return np.mean(prediction - target) ** 2

    @mistake("The square is missing, so too high and too low cancel.")
    def not_squared(prediction, target):
        return np.mean(prediction - target)

    @mistake("This is the mean *absolute* error. Square the errors.")
    def absolute(prediction, target):
        return np.mean(np.abs(prediction - target))

    @mistake("You subtract the squares. Subtract first, then square the difference.")
    def difference_of_the_squares(prediction, target):
        return np.mean(prediction**2 - target**2)

    @mistake("You divide by m − 1, as for a variance. The mean divides by m.")
    def divided_by_one_less(prediction, target):
        return np.sum((prediction - target) ** 2) / np.float64(len(target) - 1)

    @mistake("The middle one of the squared errors is not their mean: np.mean, not np.median.")
    def median(prediction, target):
        return np.median((prediction - target) ** 2)

    @mistake(
        "This is the variance of the errors: it takes their mean out first, so an error common to all costs nothing."
    )
    def variance(prediction, target):
        return np.var(prediction - target)

    @mistake("You subtract the squares. Subtract first, then square the difference.")
    def absolute_difference_of_the_squares(prediction, target):
        return np.mean(np.abs(prediction**2 - target**2))

    @mistake(
        "Every prediction is compared with every target, as a column minus a row gives a table: "
        "give both the same shape first."
    )
    def every_one_with_every_other(prediction, target):
        return np.mean((prediction.reshape(-1, 1) - target) ** 2)

    @mistake(
        "Only the target is squared, because ** comes before −. Brackets first: (prediction − target) ** 2."
    )
    def brackets_forgotten(prediction, target):
        return np.mean(prediction - target**2)

    @mistake("In Python ^ is no power. The square of x is x ** 2.")
    def caret_for_the_power(prediction, target):
        return np.mean((prediction - target) ^ 2)

    @alternative
    def dot_product(prediction, target):
        error = np.reshape(prediction - target, (1, -1))
        return error @ error.T / error.size

    @alternative
    def looped(prediction, target):
        pairs = zip(prediction.tolist(), target.tolist(), strict=True)
        return sum((t - p) * (t - p) for p, t in pairs) / len(target)

    @alternative
    def variance_plus_square_of_the_mean(prediction, target):
        error = np.subtract(target, prediction)
        return np.var(error) + np.mean(error) ** 2

    @invariant
    def only_the_difference_counts(call, rng):
        """With the same number added to predictions and targets the cost must stay the same. Yours changes."""
        p, t = rng.normal(size=5), rng.normal(size=5)
        return np.isclose(call(p, t), call(p + 2.5, t + 2.5))


mse = Mse.reference


class Msle(Exercise):
    """The mean of the squared differences of log(1 + ·), for values ≥ 0."""

    points = 1
    uses = ("mse",)

    def cases(rng):
        yield np.array([2.0, 5.0, 0.0]), np.array([1.0, 7.0, 3.0])
        yield np.array([3, 0, 4, 1]), np.array([1, 2, 4, 9])
        yield np.array([0.0]), np.array([2.0])
        yield np.array([0.5, 0.0]), np.array([0.5, 0.0])
        yield np.array([0.1, 0.02, 0.3]), np.array([0.15, 0.05, 0.1])
        yield np.array([10.0, 200.0]), np.array([30.0, 100.0])
        for m in (3, 4, 7, 5):
            yield rng.gamma(1.5, 2, size=m), rng.gamma(1.5, 2, size=m)

    def reference(prediction, target):
        return float(np.mean((np.log1p(prediction) - np.log1p(target)) ** 2))

    @mistake(ONE_NUMBER)
    def one_for_each_example(prediction, target):
        return (np.log1p(prediction) - np.log1p(target)) ** 2

    @mistake("You add the squares up. The cost is their mean: divide by the number of examples.")
    def summed(prediction, target):
        return np.sum((np.log1p(prediction) - np.log1p(target)) ** 2)

    @mistake("The 1 is missing: log(1 + x), so that 0 is allowed. np.log1p does it.")
    def log_without_one(prediction, target):
        return np.mean((np.log(prediction) - np.log(target)) ** 2)

    @mistake("You take the log of the difference. Take the log of each, then subtract.")
    def log_of_the_difference(prediction, target):
        return np.mean(np.log(1 + prediction - target) ** 2)

    @mistake("You take the log of the difference. Take the log of each, then subtract.")
    def log_of_the_absolute_difference(prediction, target):
        return np.mean(np.log1p(np.abs(prediction - target)) ** 2)

    @mistake("You take a root at the end: this is the root of the msle. Leave it out.")
    def root(prediction, target):
        return np.sqrt(np.mean((np.log1p(prediction) - np.log1p(target)) ** 2))

    @mistake("The logs are missing: this is the mse.")
    def no_log(prediction, target):
        return np.mean((prediction - target) ** 2)

    @mistake(
        "You square the mean difference, where too high and too low cancel. Square each, then take the mean."
    )
    def square_of_the_mean(prediction, target):
        return np.mean(np.log1p(prediction) - np.log1p(target)) ** 2

    @mistake("The square is missing, so too high and too low cancel.")
    def not_squared(prediction, target):
        return np.mean(np.log1p(prediction) - np.log1p(target))

    @mistake("You subtract the squares. Subtract the logs first, then square the difference.")
    def difference_of_the_squares(prediction, target):
        return np.mean(np.log1p(prediction) ** 2 - np.log1p(target) ** 2)

    @mistake("You take the absolute difference of the logs. Square it.")
    def absolute(prediction, target):
        return np.mean(np.abs(np.log1p(prediction) - np.log1p(target)))

    @mistake("The log comes last here, after the mean. Take the log of each value first.")
    def log_of_the_mse(prediction, target):
        return np.log1p(np.mean((prediction - target) ** 2))

    @mistake(
        "The log comes after the squaring here. Take the log of each value first, subtract, then square."
    )
    def log_of_the_squared_difference(prediction, target):
        return np.mean(np.log1p((prediction - target) ** 2))

    @mistake("The log is natural here: np.log1p, not np.log10.")
    def log_ten(prediction, target):
        return np.mean((np.log10(1 + prediction) - np.log10(1 + target)) ** 2)

    @mistake("The 1 is added twice: np.log1p(x) is log(1 + x) already.")
    def one_added_twice(prediction, target):
        return np.mean((np.log1p(1 + prediction) - np.log1p(1 + target)) ** 2)

    @alternative
    def log_of_the_ratio(prediction, target):
        ratio = np.log((1 + prediction) / (1 + target)).reshape(-1, 1)
        return ratio.T @ ratio / len(ratio)

    @alternative
    def mse_of_logs(prediction, target):
        return mse(np.log(1 + target), np.log(1 + prediction))

    @alternative
    def looped(prediction, target):
        import math

        pairs = zip(prediction.tolist(), target.tolist(), strict=True)
        return math.fsum((math.log1p(p) - math.log1p(t)) ** 2 for p, t in pairs) / len(target)

    @invariant
    def both_ways_the_same(call, rng):
        """Predictions and targets exchanged must cost the same. Yours changes."""
        p, t = rng.gamma(2, 2, size=5), rng.gamma(2, 2, size=5)
        return np.isclose(call(p, t), call(t, p))


class Mae(Exercise):
    """The mean of the absolute errors."""

    points = 1
    cases = numbers_and_targets

    def reference(prediction, target):
        return float(np.mean(np.abs(prediction - target)))

    @mistake(ONE_NUMBER)
    def one_for_each_example(prediction, target):
        return np.abs(prediction - target)

    @mistake("You add the errors up. The cost is their mean: divide by the number of examples.")
    def summed(prediction, target):
        return np.sum(np.abs(prediction - target))

    @mistake("The absolute value is missing, so too high and too low cancel.")
    def no_abs(prediction, target):
        return np.mean(prediction - target)

    @mistake("The absolute value is missing, so too high and too low cancel.")
    def no_abs_target_first(prediction, target):
        return np.mean(target - prediction)

    @mistake(
        "The absolute value comes after the mean, when too high and too low have cancelled: first abs, then the mean."
    )
    def abs_of_the_mean(prediction, target):
        return np.abs(np.mean(prediction - target))

    @mistake("The middle one of the absolute errors is not their mean: np.mean, not np.median.")
    def median(prediction, target):
        return np.median(np.abs(prediction - target))

    @mistake(
        "This is the root of the mean *squared* error. Take absolute values instead of squares."
    )
    def root_mean_square(prediction, target):
        return np.sqrt(np.mean((prediction - target) ** 2))

    @mistake("This is the mean *squared* error. Take absolute values instead of squares.")
    def squared(prediction, target):
        return np.mean((prediction - target) ** 2)

    @mistake(
        "You compare the sizes of both: −2 and 2 are 4 apart, not 0. Subtract first, then abs."
    )
    def abs_before_the_difference(prediction, target):
        return np.mean(np.abs(np.abs(prediction) - np.abs(target)))

    @mistake(
        "You compare the sizes of both: −2 and 2 are 4 apart, not 0. Subtract first, then abs."
    )
    def difference_of_the_sizes(prediction, target):
        return np.mean(np.abs(prediction) - np.abs(target))

    @mistake("This is the largest of the errors. The cost is their mean.")
    def largest(prediction, target):
        return np.max(np.abs(prediction - target))

    @mistake("There is a ½ too many: mae is the mean of the absolute errors as it is.")
    def half(prediction, target):
        return np.mean(np.abs(prediction - target)) / 2

    @mistake(
        "Only predictions that are too high cost something here. Too low is as wrong: take the absolute value."
    )
    def only_too_high(prediction, target):
        return np.mean(np.maximum(0, prediction - target))

    @mistake(
        "This is the Huber loss: small errors squared and halved, large ones less ½. "
        "The mae takes the absolute value of all."
    )
    def small_errors_squared(prediction, target):
        error = np.abs(prediction - target)
        return np.mean(np.where(error < 1, error**2 / 2, error - 0.5))

    @mistake(
        "You take the mean error out first, so an error common to all costs nothing. Leave that out."
    )
    def deviation_from_the_mean_error(prediction, target):
        error = prediction - target
        return np.mean(np.abs(error - np.mean(error)))

    @alternative
    def root_of_the_square(prediction, target):
        return np.mean(((target - prediction) ** 2) ** 0.5)

    @alternative
    def looped(prediction, target):
        total = 0
        for p, t in zip(prediction, target, strict=True):
            total += p - t if p > t else t - p
        return total / len(target)

    @alternative
    def error_times_its_sign(prediction, target):
        error = np.reshape(prediction - target, (1, -1))
        return error @ np.sign(error).T / error.size

    @invariant
    def only_the_difference_counts(call, rng):
        """With the same number added to predictions and targets the cost must stay the same. Yours changes."""
        p, t = rng.normal(size=5), rng.normal(size=5)
        return np.isclose(call(p, t), call(p + 2.5, t + 2.5))


mae = Mae.reference


class Mape(Exercise):
    """The mean of the absolute errors in percent of the absolute target; no target is 0."""

    points = 1
    uses = ("mae",)

    def cases(rng):
        yield np.array([2.0, 5.0, -1.0]), np.array([1.0, 7.0, 4.0])
        yield np.array([3, -2, 4, 1]), np.array([1, 1, 4, -5])
        yield np.array([1.5]), np.array([-2.0])
        yield np.array([0.5, -2.0]), np.array([0.5, -2.0])
        yield np.array([0.0, 30.0]), np.array([10.0, 20.0])
        yield np.array([90.0, 0.55]), np.array([100.0, 0.5])
        for m in (3, 4, 7, 5):
            target = rng.uniform(0.5, 5, size=m) * rng.permutation(np.resize([1, -1], m))
            yield target + rng.normal(size=m), target

    def reference(prediction, target):
        return float(100 * np.mean(np.abs(prediction - target) / np.abs(target)))

    @mistake(
        "You return one percentage for each example. A cost is one number: take the mean over the examples."
    )
    def one_for_each_example(prediction, target):
        return 100 * np.abs((prediction - target) / target)

    @mistake(
        "You add the percentages up. The cost is their mean: divide by the number of examples."
    )
    def summed(prediction, target):
        return 100 * np.sum(np.abs((prediction - target) / target))

    @mistake("Yours is a share. In percent it is 100 times as much.")
    def not_in_percent(prediction, target):
        return np.mean(np.abs((prediction - target) / target))

    @mistake("The error is measured in percent of the target. Yours divides by the prediction.")
    def divided_by_the_prediction(prediction, target):
        return 100 * np.mean(np.abs((prediction - target) / prediction))

    @mistake(
        "The sign is kept, so errors cancel: take the absolute value of each error and of its target."
    )
    def sign_kept(prediction, target):
        return 100 * np.mean((prediction - target) / target)

    @mistake(
        "The sign is kept, so too high and too low cancel: take the absolute value of each error."
    )
    def sign_kept_over_absolute_target(prediction, target):
        return 100 * np.mean((prediction - target) / np.abs(target))

    @mistake(
        "The absolute value comes after the mean, when errors have cancelled: first abs, then the mean."
    )
    def abs_of_the_mean(prediction, target):
        return 100 * np.abs(np.mean((prediction - target) / target))

    @mistake("A negative target makes a negative percentage here: divide by the absolute target.")
    def divided_by_the_signed_target(prediction, target):
        return 100 * np.mean(np.abs(prediction - target) / target)

    @mistake(
        "You divide the whole error by the whole target, so large targets count more. Divide for each example, "
        "then take the mean."
    )
    def total_over_total(prediction, target):
        return 100 * np.sum(np.abs(prediction - target)) / np.sum(np.abs(target))

    @mistake("The errors are squared here. Take their absolute values.")
    def squared(prediction, target):
        return 100 * np.mean(((prediction - target) / target) ** 2)

    @mistake("The division by the target is missing: this is 100 times the mae.")
    def not_divided(prediction, target):
        return 100 * np.mean(np.abs(prediction - target))

    @mistake("The middle one of the percentages is not their mean: np.mean, not np.median.")
    def median(prediction, target):
        return 100 * np.median(np.abs((prediction - target) / target))

    @mistake(
        "You divide by the middle between prediction and target, a symmetric variant. Divide by |target|."
    )
    def symmetric(prediction, target):
        size = (np.abs(prediction) + np.abs(target)) / 2
        return 100 * np.mean(np.abs(prediction - target) / size)

    @alternative
    def distance_of_the_ratio_from_one(prediction, target):
        return np.array([[100.0]]) * np.abs(1 - prediction / target).mean()

    @alternative
    def looped(prediction, target):
        total = 0
        for p, t in zip(prediction.tolist(), target.tolist(), strict=True):
            total += 100 * abs(p - t) / abs(t)
        return total / len(target)

    @alternative
    def mae_of_ratios(prediction, target):
        return 100 * mae(prediction / target, np.ones(len(target)))

    @invariant
    def the_unit_does_not_matter(call, rng):
        """In another unit, all predictions and targets times 1000, the percentage must be the same. Yours changes."""
        p, t = rng.normal(size=5), rng.uniform(1, 2, size=5)
        return np.isclose(call(p, t), call(1000 * p, 1000 * t))
