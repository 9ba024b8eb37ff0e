"""Hidden tests of unit 2, walking downhill on |x|."""

import numpy as np

from byhand.exercise import (
    Exercise,
    Function,
    alternative,
    invariant,
    mistake,
)


def random_sign(rng):
    return float(rng.choice([-1.0, 1.0]))


class AbsSlope(Exercise):
    """The slope of |x|: −1 left of 0, +1 right of 0, and 0 at 0; for a number or an array."""

    points = 1

    def cases(rng):
        yield 2.5
        yield -0.4
        yield 0.0
        yield 3
        yield -2
        yield 0
        yield np.array([-2.0, -0.5, 0.0, 0.25, 3.0])
        yield np.array([3, 0, -4])
        yield np.array([-0.7])
        yield np.array([[0.3, -0.2, 0.0], [-5.0, 0.0, 0.9]])
        yield random_sign(rng) * float(rng.uniform(0.1, 0.9))
        yield rng.uniform(0.05, 2, size=6) * rng.choice([-1, 1], size=6)
        yield rng.uniform(0.05, 9, size=(3, 2)) * rng.choice([-1, 1], size=(3, 2))

    def reference(x):
        return 1.0 * np.sign(x)

    @mistake(
        "At x = 0 this is 0/0. We agree on slope 0 there: build it from comparisons such as (x > 0) * 1.0, "
        "which have no trouble at 0."
    )
    def divides_by_the_absolute_value(x):
        return x / abs(x)

    @mistake(
        "At x = 0 this is 0/0. We agree on slope 0 there: build it from comparisons such as (x > 0) * 1.0, "
        "which have no trouble at 0."
    )
    def divides_by_np_abs(x):
        return x / np.abs(x)

    @mistake("The sign is the wrong way round: right of 0 the valley rises, so the slope is +1.")
    def sign_flipped(x):
        return -1.0 * np.sign(x)

    @mistake("At x = 0 yours gives 1. We agree on slope 0 there: neither side wins.")
    def one_at_zero(x):
        return np.where(np.asarray(x) >= 0, 1.0, -1.0)

    @mistake("At x = 0 yours gives −1. We agree on slope 0 there: neither side wins.")
    def minus_one_at_zero(x):
        return np.where(np.asarray(x) > 0, 1.0, -1.0)

    @mistake("This is |x| itself, how high the ball lies. Asked for is how steep the ground is.")
    def the_value(x):
        return np.abs(x)

    @mistake(
        "One number works, an array stops with ValueError: `if` cannot ask a whole array at once. "
        "Calculate with the answers: (x > 0) * 1.0 goes through every entry."
    )
    def if_on_an_array(x):
        if x > 0:
            return 1.0
        if x < 0:
            return -1.0
        return 0.0

    @mistake("Left of 0 yours gives 0. There |x| falls as fast as it rises on the right: −1.")
    def zero_on_the_left(x):
        return np.where(np.asarray(x) > 0, 1.0, 0.0)

    @mistake("This is x, the slope of ½x². On |x| the ground is equally steep however far out.")
    def slope_of_a_bowl(x):
        return x

    @mistake("Yours is 1 for every x, also left of 0, where |x| falls: there the slope is −1.")
    def one_everywhere(x):
        return np.ones(np.shape(x))

    @mistake(
        "Between −1 and 1 yours is x itself. On |x| the ground is equally steep however near 0 it is: the slope is ±1."
    )
    def clipped(x):
        return np.clip(x, -1.0, 1.0)

    @mistake(
        "Between −1 and 1 yours gives 0. Only at 0 itself the slope is 0: is x cut to a whole number first?"
    )
    def through_whole_numbers(x):
        return np.sign(np.array(x, dtype=int))

    @mistake(
        "One number works, an array stops with TypeError: yours subtracts True and False, or calls a function for "
        "single numbers such as float, int or one of math. Multiply each comparison by 1.0 first: (x > 0) * 1.0."
    )
    def subtracts_comparisons(x):
        return 1.0 * ((x > 0) - (x < 0))

    @mistake(
        "One number works, an array stops with TypeError: yours subtracts True and False, or calls a function for "
        "single numbers such as float, int or one of math. Multiply each comparison by 1.0 first: (x > 0) * 1.0."
    )
    def float_of_an_array(x):
        return float(np.sign(x))

    @mistake(
        "`np.gradient` takes the entries of an array for neighbours and measures between them: one number alone has "
        "none. Ask for each x on which side of 0 it lies."
    )
    def between_neighbours(x):
        return np.gradient(np.abs(x), x)

    @alternative
    def two_comparisons(x):
        x = np.asarray(x)
        return (x > 0).astype(float) - (x < 0).astype(float)

    @alternative
    def entry_by_entry(x):
        flat = [0.0 if v == 0 else float(v / abs(v)) for v in np.ravel(x)]
        return np.array(flat).reshape(np.shape(x)) if np.ndim(x) else flat[0]

    @alternative
    def whole_numbers(x):
        return np.sign(x).astype(int)

    @alternative
    def both_sides_measured(x):
        h = 1 / 1024
        return (np.abs(x + h) - np.abs(x - h)) / (2 * h)

    @alternative
    def zero_over_zero_put_right(x):
        x = np.asarray(x, dtype=float)
        with np.errstate(invalid="ignore"):
            return np.where(x == 0, 0, x / np.abs(x))

    @invariant
    def the_slope_at_minus_x_is_minus_the_slope(call, rng):
        """|x| is the same on both sides, so the slope at −x is minus the slope at x. Yours is not."""
        x = rng.normal(size=5)
        return np.array_equal(-np.asarray(call(x)), call(-x))


abs_slope = AbsSlope.reference


class Step(Exercise):
    """x − α · slope: one step downhill."""

    points = 1

    def cases(rng):
        yield 1.0, 1.0, 0.3
        yield 3, 2, 0.25
        yield -2.0, -1.5, 0.5
        yield 0.0, 3.0, 0.1
        yield 2.5, 0.0, 0.1
        yield 1.5, -0.5, 2
        yield np.array([4, -3, 2]), np.array([1.5, -0.5, 2.25]), 0.3
        yield np.array([5, -1]), np.array([2, -3]), 0.3
        for _ in range(2):
            yield (
                3 * random_sign(rng) * float(rng.uniform(0.5, 1)),
                2 * random_sign(rng) * float(rng.uniform(0.6, 1)),
                float(rng.uniform(0.1, 0.9)),
            )
        yield rng.normal(size=4), rng.normal(size=4), float(rng.uniform(0.1, 0.9))
        yield rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), float(rng.uniform(1.1, 1.9))

    def reference(x, slope, learning_rate):
        return x - learning_rate * slope

    @mistake("This climbs: the slope points uphill, so subtract it, x − α · slope.")
    def uphill(x, slope, learning_rate):
        return x + learning_rate * slope

    @mistake("The learning rate is not used: the step is α · slope, not the whole slope.")
    def rate_forgotten(x, slope, learning_rate):
        return x - slope

    @mistake("The slope is not used: x moves by α · slope, not by α whatever the ground is.")
    def slope_forgotten(x, slope, learning_rate):
        return x - learning_rate + 0 * slope

    @mistake("This is the move alone. Return where it leads: x minus α · slope.")
    def only_the_move(x, slope, learning_rate):
        return -learning_rate * slope

    @mistake(
        "This is α · slope alone, what is to be subtracted. Return where the step leads: x minus α · slope."
    )
    def only_the_length_of_the_move(x, slope, learning_rate):
        return learning_rate * slope

    @mistake("The subtraction is the wrong way round: it is x − α · slope, not α · slope − x.")
    def backwards(x, slope, learning_rate):
        return learning_rate * slope - x

    @mistake("Only the slope is multiplied by α, then subtracted. Yours takes (x − α) · slope.")
    def brackets(x, slope, learning_rate):
        return (x - learning_rate) * slope

    @mistake("Yours multiplies x − slope by α as a whole. Only the slope is multiplied by α.")
    def rate_times_everything(x, slope, learning_rate):
        return learning_rate * (x - slope)

    @mistake("The step has the size α · slope. Yours divides the slope by α.")
    def rate_divides(x, slope, learning_rate):
        return x - slope / learning_rate

    @mistake("α and the slope are multiplied, not added: x − α · slope.")
    def rate_added(x, slope, learning_rate):
        return x - (learning_rate + slope)

    @mistake(
        "There is an x too many: the slope is given, so the move is α · slope and not α · slope · x."
    )
    def times_x(x, slope, learning_rate):
        return x - learning_rate * slope * x

    @mistake(
        "`x -= …` works inside the given array, and an array of whole numbers cannot hold the result. "
        "Make a new one: `x - learning_rate * slope`."
    )
    def in_place(x, slope, learning_rate):
        x -= learning_rate * slope
        return x

    @mistake(
        "Yours always goes to the left. Where the slope is negative, downhill is to the right: keep its sign."
    )
    def always_to_the_left(x, slope, learning_rate):
        return x - learning_rate * abs(slope)

    @mistake(
        "Every step has the length α here. How steep the ground is matters: the move is α · slope."
    )
    def only_the_sign(x, slope, learning_rate):
        return x - learning_rate * np.sign(slope)

    @mistake(
        "Where x is a whole number, yours is cut to one: is the result put into an array made like x? "
        "Return x - learning_rate * slope itself."
    )
    def cut_to_whole_numbers(x, slope, learning_rate):
        result = np.empty_like(x)
        result[...] = x - learning_rate * slope
        return result

    @mistake("x itself must not shrink: yours multiplies it by 1 − α before the step.")
    def x_shrinks_first(x, slope, learning_rate):
        return (1 - learning_rate) * x - learning_rate * slope

    @alternative
    def plus_the_negative(x, slope, learning_rate):
        return np.add(np.multiply(-float(learning_rate), slope), x)

    @alternative
    def entry_by_entry(x, slope, learning_rate):
        if np.ndim(x) == 0:
            return np.array([[x - learning_rate * slope]])
        pairs = zip(np.ravel(x).tolist(), np.ravel(slope).tolist(), strict=True)
        return np.array([a - learning_rate * b for a, b in pairs]).reshape(x.shape)

    @alternative
    def weighted_sum(x, slope, learning_rate):
        pair = np.stack([np.asarray(x, dtype=float), np.asarray(slope, dtype=float)])
        return np.einsum("k,k...->...", [1.0, -learning_rate], pair)

    @invariant
    def two_halves_make_a_whole(call, rng):
        """Two steps of half the rate along the same slope must lead to where one whole step does. Yours do not."""
        x, slope, rate = rng.normal(size=3), rng.normal(size=3), 0.6
        return np.allclose(call(call(x, slope, rate / 2), slope, rate / 2), call(x, slope, rate))


step = Step.reference

ABS = Function("lambda x: np.sign(x)")
BOWL_AT_3 = Function("lambda x: 2 * (x - 3)")
TWO_VALLEYS = Function("lambda x: 4 * x ** 3 - 4 * x + 0.5")
TILTED = Function("lambda x: 1.5 + 0 * x")


def random_bowl(rng):
    """The slope of a bowl with its bottom anywhere, and a rate at which every step shortens the way by 20 to 50 %."""
    k, floor = rng.uniform(0.5, 3), rng.uniform(1, 2) * random_sign(rng)
    return Function(f"lambda x: {k} * (x - {floor})"), float(rng.uniform(0.2, 0.5) / k)


class Descend(Exercise):
    """All places of a descent with a fixed rate: the start and one after each step, shape (steps + 1,)."""

    points = 2
    uses = ("step",)

    def cases(rng):
        yield ABS, 1.0, 0.3, 6
        yield ABS, -1.0, 0.25, 6
        yield BOWL_AT_3, 0, 0.2, 4
        yield BOWL_AT_3, 5.0, 0.5, 4
        yield TILTED, 1, 0.5, 3
        yield TWO_VALLEYS, -0.3, 0.05, 8
        yield BOWL_AT_3, 2.5, 0.3, 0
        yield TWO_VALLEYS, 1.25, 0.1, 1
        for steps in (2, 5, 7):
            bowl, rate = random_bowl(rng)
            yield bowl, float(rng.normal(scale=2)), rate, steps
        yield Function(f"lambda x: np.cos(x) + {rng.uniform(0.2, 0.8)}"), 2, 0.4, 6

    def reference(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake("You return the last place only. Collect all of them, from x0 on: steps + 1 numbers.")
    def only_the_last(slope, x0, learning_rate, steps):
        x = x0
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return x

    @mistake("The start is missing: the first place is x0, before any step.")
    def start_missing(slope, x0, learning_rate, steps):
        x, path = x0, []
        for _ in range(steps):
            x = x - learning_rate * slope(x)
            path.append(x)
        return np.array(path)

    @mistake("The last place is missing: after x0 there is one more for each of the steps.")
    def last_missing(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps - 1):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake("One step too many: x0 and one place after each step make steps + 1, not steps + 2.")
    def one_step_too_many(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps + 1):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake(
        "Every step uses the slope at x0. The ground changes under the ball: ask slope(x) again where it is now."
    )
    def slope_at_the_start(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(x0))
        return np.array(path)

    @mistake(
        "A whole number as start makes your array one of whole numbers, which cuts every place off: "
        "begin with float(x0), or with np.zeros."
    )
    def cut_to_whole_numbers(slope, x0, learning_rate, steps):
        path = np.full(steps + 1, x0)
        for t in range(steps):
            path[t + 1] = path[t] - learning_rate * slope(path[t])
        return path

    @mistake("This climbs: the slope points uphill, so subtract learning_rate · slope(x).")
    def uphill(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] + learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The learning rate is not used: a step is learning_rate · slope(x), not the whole slope."
    )
    def rate_forgotten(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - slope(path[-1]))
        return np.array(path)

    @mistake(
        "Your steps all have the length of the rate. How steep the ground is matters: learning_rate · slope(x)."
    )
    def only_the_sign(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * np.sign(slope(path[-1])))
        return np.array(path)

    @mistake("These are the slopes on the way. Asked for are the places.")
    def the_slopes(slope, x0, learning_rate, steps):
        x, slopes = float(x0), []
        for _ in range(steps + 1):
            slopes.append(slope(x))
            x = x - learning_rate * slopes[-1]
        return np.array(slopes)

    @mistake("The places come out last to first: the path begins at x0.")
    def backwards(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.insert(0, path[0] - learning_rate * slope(path[0]))
        return np.array(path)

    @mistake(
        "Every place is measured from x0. A step starts where the one before has ended: path[t], not path[0]."
    )
    def measured_from_the_start(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[0] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake("You descend on |x|, whatever slope you are given: call slope(x).")
    def always_on_abs(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * np.sign(path[-1]))
        return np.array(path)

    @mistake("The slope function you are given is not used: call slope(x) at every place.")
    def always_on_square(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * 2 * path[-1])
        return np.array(path)

    @mistake("The slope function you are given is not used: call slope(x) at every place.")
    def slope_not_used(slope, x0, learning_rate, steps):
        return x0 - learning_rate * np.arange(steps + 1)

    @mistake(
        "The start is missing, and there is one step too many: put x0 in before the first step."
    )
    def start_missing_and_one_step_too_many(slope, x0, learning_rate, steps):
        x, path = float(x0), []
        for _ in range(steps + 1):
            x = x - learning_rate * slope(x)
            path.append(x)
        return np.array(path)

    @mistake("Your walk begins at 0: an array of zeros needs its start, path[0] = x0.")
    def start_left_at_zero(slope, x0, learning_rate, steps):
        path = np.zeros(steps + 1)
        for t in range(steps):
            path[t + 1] = path[t] - learning_rate * slope(path[t])
        return path

    @mistake(
        "The walk ends after one step: `return` stands inside the loop. Move it behind the loop."
    )
    def return_inside_the_loop(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
            return np.array(path)

    @mistake(
        "The ball moves once and then stands still: every place is computed from x0. "
        "Each step needs the place before it, so take them one by one."
    )
    def all_steps_at_once(slope, x0, learning_rate, steps):
        path = np.full(steps + 1, float(x0))
        path[1:] = path[:-1] - learning_rate * slope(path[:-1])
        return path

    @mistake("x0 comes twice and the last place is lost: step first, then append.")
    def start_twice(slope, x0, learning_rate, steps):
        x, path = float(x0), [float(x0)]
        for _ in range(steps):
            path.append(x)
            x = x - learning_rate * slope(x)
        return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: fill steps + 1 places."
    )
    def stops_at_rest_and_leaves_zeros(slope, x0, learning_rate, steps):
        path = np.zeros(steps + 1)
        path[0] = x0
        for t in range(steps):
            path[t + 1] = path[t] - learning_rate * slope(path[t])
            if abs(path[t + 1] - path[t]) < 1e-6:
                break
        return path

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 places."
    )
    def stops_at_rest(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
            if abs(path[-1] - path[-2]) < 1e-6:
                break
        return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 places."
    )
    def stops_before_resting(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            x = path[-1] - learning_rate * slope(path[-1])
            if abs(x - path[-1]) < 1e-6:
                break
            path.append(x)
        return np.array(path)

    @mistake(
        "The walk ends when the ball has crossed the bottom. The ball goes on: return steps + 1 places."
    )
    def stops_after_crossing(slope, x0, learning_rate, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
            if slope(path[-1]) * slope(path[-2]) <= 0:
                break
        return np.array(path)

    @alternative
    def filled_array(slope, x0, learning_rate, steps):
        path = np.zeros(steps + 1)
        path[0] = x0
        for t in range(1, steps + 1):
            path[t] = step(path[t - 1], slope(path[t - 1]), learning_rate)
        return path

    @alternative
    def recursive_list(slope, x0, learning_rate, steps):
        def walk(x, left):
            return [x] if left == 0 else [x, *walk(x - learning_rate * slope(x), left - 1)]

        return walk(x0, steps)

    @alternative
    def moves_added_up(slope, x0, learning_rate, steps):
        moves = np.zeros(steps + 1)
        moves[0] = x0
        for t in range(steps):
            moves[t + 1] = -learning_rate * slope(moves[: t + 1].sum())
        return np.cumsum(moves)

    @alternative
    def arrays_of_one(slope, x0, learning_rate, steps):
        x = np.array([x0], dtype=float)
        path = [x.copy()]
        for _ in range(steps):
            x -= learning_rate * slope(x)
            path.append(x.copy())
        return np.concatenate(path)

    @invariant
    def a_walk_can_be_continued(call, rng):
        """Walking on from where a walk has stopped must give the rest of the longer walk. Yours does not."""
        bowl, rate = random_bowl(rng)
        whole = call(bowl, 2.5, rate, 5)
        return np.allclose(whole[3:], call(bowl, float(whole[3]), rate, 2))


descend = Descend.reference


class Bounce(Exercise):
    """The two places that fixed-rate descent on |x| visits for ever, (0, 0) if it lands on 0."""

    points = 2
    returns = ("low", "high")
    uses = ("abs_slope", "step", "descend")

    def cases(rng):
        yield 1.0, 0.3
        yield 1.0, 0.25
        yield -1.0, 0.3
        yield 0.0, 0.5
        yield 0.1, 0.4
        yield -0.75, 0.25
        yield 0.5, 0.5
        yield 7, 3
        yield -7, 3
        yield 6, 2
        yield 40.0625, 0.25
        for least in (0.22, 0.58):
            for side in (1, -1):
                rate = float(rng.uniform(0.2, 1.5))
                share = int(rng.integers(0, 8)) + float(rng.uniform(least, least + 0.2))
                yield side * share * rate, rate

    def reference(x0, learning_rate):
        high = x0 % learning_rate
        return (high - learning_rate, high) if high else (0.0, 0.0)

    @mistake(
        "Yours says for every start that the ball settles at 0. A fixed step never gets shorter on |x|: "
        "the ball jumps over 0 and back, for ever, unless it lands on 0 exactly."
    )
    def it_settles(x0, learning_rate):
        return 0.0, 0.0

    @mistake("For starts left of 0 the pair is the mirror image of yours: (−high, −low).")
    def side_forgotten(x0, learning_rate):
        high = abs(x0) % learning_rate
        return (high - learning_rate, high) if high else (0.0, 0.0)

    @mistake(
        "This is the pair for the start −x0, as in a mirror: keep the side from which the ball comes."
    )
    def mirrored(x0, learning_rate):
        high = -x0 % learning_rate
        return (high - learning_rate, high) if high else (0.0, 0.0)

    @mistake("Both numbers are right, their order is not: the smaller one first, (low, high).")
    def high_first(x0, learning_rate):
        high = x0 % learning_rate
        return (high, high - learning_rate) if high else (0.0, 0.0)

    @mistake(
        "Your order is that of the visits, so for some starts the larger number comes first: return the smaller first."
    )
    def in_order_of_visit(x0, learning_rate):
        x = x0
        while abs(x) >= learning_rate:
            x = x - learning_rate * np.sign(x)
        return x, x - learning_rate * np.sign(x)

    @mistake(
        "Your order is that of the visits, so for some starts the larger number comes first: return the smaller first."
    )
    def in_reverse_order_of_visit(x0, learning_rate):
        x = x0
        while abs(x) >= learning_rate:
            x = x - learning_rate * np.sign(x)
        return x - learning_rate * np.sign(x), x

    @mistake(
        "A ball that lands on 0 exactly stays there, because the slope at 0 is 0: then the pair is (0.0, 0.0)."
    )
    def landing_on_zero_forgotten(x0, learning_rate):
        high = x0 % learning_rate
        return high - learning_rate, high

    @mistake(
        "Yours is symmetric about 0 for every start. Where the ball crosses 0 depends on where it started, so the pair "
        "seldom is."
    )
    def half_a_step_to_each_side(x0, learning_rate):
        if x0 % learning_rate == 0:
            return 0.0, 0.0
        return -learning_rate / 2, learning_rate / 2

    @mistake("The two places lie one step apart, with 0 between them. Yours lie two steps apart.")
    def a_whole_step_to_each_side(x0, learning_rate):
        if x0 % learning_rate == 0:
            return 0.0, 0.0
        return -learning_rate, learning_rate

    @mistake("These are two distances from 0. The place left of 0 is negative.")
    def distances(x0, learning_rate):
        high = x0 % learning_rate
        return (learning_rate - high, high) if high else (0.0, 0.0)

    @mistake("The two places are one rate apart: low = high − α. Yours lie equally far from 0.")
    def the_remainder_to_each_side(x0, learning_rate):
        high = x0 % learning_rate
        return -high, high

    @mistake("The two places are one rate apart: low = high − α. Yours lie equally far from 0.")
    def the_distance_to_each_side(x0, learning_rate):
        rest = abs(x0) % learning_rate
        return -rest, rest

    @mistake("When exactly one rate is left, one more move lands on 0: walk while |x| ≥ α.")
    def stops_with_one_rate_left(x0, learning_rate):
        x = x0
        while abs(x) > learning_rate:
            x = x - learning_rate * np.sign(x)
        other = x - learning_rate * np.sign(x)
        return min(x, other), max(x, other)

    @mistake("You give one place twice. The ball keeps jumping between two.")
    def the_same_twice(x0, learning_rate):
        x = x0
        while abs(x) >= learning_rate:
            x = x - learning_rate * np.sign(x)
        return x, x

    @mistake(
        "A fixed number of steps does not reach 0 from a start far away: walk until |x| is less than a step, "
        "or compute the rest with %."
    )
    def twenty_steps(x0, learning_rate):
        x = last = x0
        for _ in range(20):
            last, x = x, x - learning_rate * np.sign(x)
        return min(last, x), max(last, x)

    @mistake(
        "A fixed number of steps does not reach 0 from a start far away: walk until |x| is less than a step, "
        "or compute the rest with %."
    )
    def hundred_steps(x0, learning_rate):
        x = last = x0
        for _ in range(100):
            last, x = x, x - learning_rate * np.sign(x)
        return min(last, x), max(last, x)

    @mistake(
        "Landing on 0 is missed: a ball that comes to 0 exactly rests, as the slope is 0, and the pair is (0.0, 0.0)."
    )
    def stops_one_step_before_zero(x0, learning_rate):
        x = x0
        while abs(x) > learning_rate:
            x = x - learning_rate * np.sign(x)
        other = x - learning_rate if x >= 0 else x + learning_rate
        return min(x, other), max(x, other)

    @mistake(
        "For some starts both of your places lie on the same side of 0: round the number of whole steps "
        "down, not to the nearest."
    )
    def steps_rounded_to_the_nearest(x0, learning_rate):
        rest = abs(x0) - round(abs(x0) / learning_rate) * learning_rate
        if rest == 0:
            return 0.0, 0.0
        return (rest - learning_rate, rest) if x0 > 0 else (-rest, learning_rate - rest)

    @alternative
    def walked(x0, learning_rate):
        x = x0
        while abs(x) >= learning_rate:
            x = step(x, abs_slope(x), learning_rate)
        return np.sort([x, step(x, abs_slope(x), learning_rate)])

    @alternative
    def mirrored_from_the_right(x0, learning_rate):
        rest = abs(x0) - learning_rate * int(abs(x0) / learning_rate)
        if rest == 0:
            return [0, 0]
        return [rest - learning_rate, rest] if x0 > 0 else [-rest, learning_rate - rest]

    @alternative
    def end_of_a_long_walk(x0, learning_rate):
        path = descend(abs_slope, x0, learning_rate, int(abs(x0) / learning_rate) + 3)
        return min(path[-2:]), max(path[-2:])

    @invariant
    def the_other_side_is_a_mirror(call, rng):
        """From −x0 the ball does the same as from x0, in a mirror: the pair is (−high, −low). Yours is not."""
        x0, rate = int(rng.integers(0, 9)) * 0.5 + 0.125, 0.5
        low, high = call(x0, rate)
        return np.allclose(call(-x0, rate), [-high, -low])


class DescendWithDecay(Exercise):
    """All places of a descent with the rates α / (1 + decay · t), t = 0, 1, 2, …"""

    points = 2
    uses = ("step",)

    def cases(rng):
        yield ABS, 1.0, 0.5, 0.5, 5
        yield BOWL_AT_3, 0, 0.4, 1, 4
        yield BOWL_AT_3, 5.0, 0.2, 0, 3
        yield TILTED, 1, 0.5, 0.25, 5
        yield TWO_VALLEYS, -0.3, 0.1, 0.3, 6
        yield BOWL_AT_3, 2.5, 0.3, 0.5, 0
        yield TWO_VALLEYS, 1.25, 0.1, 2.0, 1
        yield BOWL_AT_3, 3, 0.4, 0.5, 4  # it rests
        for steps in (2, 5, 8):
            bowl, rate = random_bowl(rng)
            yield bowl, float(rng.normal(scale=2)), rate, float(rng.uniform(0.2, 1.5)), steps
        yield Function(f"lambda x: np.cos(x) + {rng.uniform(0.2, 0.8)}"), 2, 0.7, 0.4, 6

    def reference(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            rate = learning_rate / (1 + decay * t)
            path.append(path[-1] - rate * slope(path[-1]))
        return np.array(path)

    @mistake(
        "You count t from 1. The first step has t = 0, so it is taken with the whole learning rate."
    )
    def counts_from_one(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(1, steps + 1):
            path.append(path[-1] - learning_rate / (1 + decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The decay is applied to a rate that has decayed already, so it piles up: "
        "compute every rate from the first one, learning_rate / (1 + decay · t)."
    )
    def piles_up(slope, x0, learning_rate, decay, steps):
        path, rate = [float(x0)], learning_rate
        for t in range(steps):
            rate = rate / (1 + decay * t)
            path.append(path[-1] - rate * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The decay is applied to a rate that has decayed already, so it piles up: "
        "compute every rate from the first one, learning_rate / (1 + decay · t)."
    )
    def piles_up_at_the_end_of_the_loop(slope, x0, learning_rate, decay, steps):
        path, rate = [float(x0)], learning_rate
        for t in range(steps):
            path.append(path[-1] - rate * slope(path[-1]))
            rate = rate / (1 + decay * t)
        return np.array(path)

    @mistake(
        "Your rate is multiplied by decay once more at every step, which makes decayᵗ. "
        "Divide the first rate by 1 + decay · t."
    )
    def power_of_the_decay(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate * decay**t * slope(path[-1]))
        return np.array(path)

    @mistake("The decay is not used: your rate is learning_rate / (1 + t). Multiply t by decay.")
    def decay_taken_as_one(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate / (1 + t) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The walk ends after one step: `return` stands inside the loop. Move it behind the loop."
    )
    def return_inside_the_loop(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate / (1 + decay * t) * slope(path[-1]))
            return np.array(path)

    @mistake(
        "Your rate is divided by 1 + decay once more at every step, which makes (1 + decay)ᵗ. "
        "Divide the first rate by 1 + decay · t."
    )
    def power(slope, x0, learning_rate, decay, steps):
        path, rate = [float(x0)], learning_rate
        for _ in range(steps):
            path.append(path[-1] - rate * slope(path[-1]))
            rate = rate / (1 + decay)
        return np.array(path)

    @mistake(
        "You shrink the place at which the slope is taken. The slope is that at x; what shrinks is the rate."
    )
    def decays_inside_the_slope(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1] / (1 + decay * t)))
        return np.array(path)

    @mistake(
        "The learning rate is lost: the slope is multiplied by learning_rate / (1 + decay · t), not by 1 over it."
    )
    def rate_lost(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - slope(path[-1]) / (1 + decay * t))
        return np.array(path)

    @mistake("The rate does not shrink here: with t growing, use learning_rate / (1 + decay · t).")
    def decay_ignored(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The rate is smaller, but the same in every step: t must grow, learning_rate / (1 + decay · t)."
    )
    def same_rate_each_time(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate / (1 + decay) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "Your rate falls on a straight line, even below 0: divide by 1 + decay · t, do not multiply by 1 − decay · t."
    )
    def straight_line(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate * (1 - decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake("Your rate grows: divide by 1 + decay · t, do not multiply by it.")
    def multiplied(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate * (1 + decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake("You return the last place only. Collect all of them, from x0 on: steps + 1 numbers.")
    def only_the_last(slope, x0, learning_rate, decay, steps):
        x = float(x0)
        for t in range(steps):
            x = x - learning_rate / (1 + decay * t) * slope(x)
        return x

    @mistake("The start is missing: the first place is x0, before any step.")
    def start_missing(slope, x0, learning_rate, decay, steps):
        x, path = x0, []
        for t in range(steps):
            x = x - learning_rate / (1 + decay * t) * slope(x)
            path.append(x)
        return np.array(path)

    @mistake(
        "Every step uses the slope at x0. The ground changes under the ball: ask slope(x) again where it is now."
    )
    def slope_at_the_start(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate / (1 + decay * t) * slope(x0))
        return np.array(path)

    @mistake("This climbs: the slope points uphill, so subtract rate · slope(x).")
    def uphill(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] + learning_rate / (1 + decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "A whole number as start makes your array one of whole numbers, which cuts every place off: "
        "begin with float(x0), or with np.zeros."
    )
    def cut_to_whole_numbers(slope, x0, learning_rate, decay, steps):
        path = np.full(steps + 1, x0)
        for t in range(steps):
            path[t + 1] = path[t] - learning_rate / (1 + decay * t) * slope(path[t])
        return path

    @mistake(
        "Your rate is learning_rate + decay · t, which grows. Divide by the whole sum, in brackets: "
        "learning_rate / (1 + decay * t)."
    )
    def brackets_missing(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - (learning_rate / 1 + decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "Your rate falls as e to the power −decay · t. Here it falls more slowly: learning_rate / (1 + decay · t)."
    )
    def exponential(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate * np.exp(-decay * t) * slope(path[-1]))
        return np.array(path)

    @mistake("Your t runs from 0 towards 1 over the whole walk. It counts steps: 0, 1, 2, …")
    def share_of_the_walk(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate / (1 + decay * t / steps) * slope(path[-1]))
        return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 places."
    )
    def stops_at_rest(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            path.append(path[-1] - learning_rate / (1 + decay * t) * slope(path[-1]))
            if abs(path[-1] - path[-2]) < 1e-6:
                break
        return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 places."
    )
    def stops_before_resting(slope, x0, learning_rate, decay, steps):
        path = [float(x0)]
        for t in range(steps):
            if abs(slope(path[-1])) < 1e-6:
                break
            path.append(path[-1] - learning_rate / (1 + decay * t) * slope(path[-1]))
        return np.array(path)

    @alternative
    def rates_first(slope, x0, learning_rate, decay, steps):
        path = np.zeros(steps + 1)
        path[0] = x0
        for t, rate in enumerate(learning_rate / (1 + decay * np.arange(steps))):
            path[t + 1] = step(path[t], slope(path[t]), rate)
        return path

    @alternative
    def slope_divided_instead(slope, x0, learning_rate, decay, steps):
        x, below, path = x0, 1, [x0]
        for _ in range(steps):
            x = x - learning_rate * (slope(x) / below)
            below += decay
            path.append(x)
        return path

    @alternative
    def recursive(slope, x0, learning_rate, decay, steps):
        def walk(steps):
            if steps == 0:
                return np.array([x0], dtype=float)
            path = walk(steps - 1)
            x = path[-1]
            return np.append(path, x - learning_rate / (1 + decay * (steps - 1)) * slope(x))

        return walk(steps)

    @invariant
    def a_longer_walk_begins_like_a_shorter_one(call, rng):
        """With more steps the walk must begin as it does with fewer. Yours depends on the number of steps to come."""
        bowl, rate = random_bowl(rng)
        return np.allclose(call(bowl, 2.5, rate, 0.5, 6)[:4], call(bowl, 2.5, rate, 0.5, 3))


class Basins(Exercise):
    """Where a descent from each of many starts ends, all starts at once; the starts stay as they are."""

    points = 2
    parts = {"places": 1, "arguments": 1}
    keeps_arguments = True
    uses = ("step", "descend")

    def cases(rng):
        yield TWO_VALLEYS, np.array([-1.4, 0.9, -0.2, 0.4, 1.3]), 0.05, 6
        yield TWO_VALLEYS, np.array([1, -1, 0, 1]), 0.05, 5
        yield BOWL_AT_3, np.array([5, 3, -2, 0]), 0.2, 4
        yield BOWL_AT_3, np.array([3.0, 4.0, 1.0]), 0.25, 3
        yield ABS, np.array([1.0, -0.5, 2.0, -2.5, 0.0]), 0.3, 5
        yield BOWL_AT_3, np.array([2.0, -1.0, 0.5]), 0.1, 1
        yield TWO_VALLEYS, np.array([0.7, -0.1]), 0.1, 0
        yield TWO_VALLEYS, np.array([-0.6]), 0.1, 3
        for count, steps in ((4, 2), (3, 7), (6, 4)):
            bowl, rate = random_bowl(rng)
            yield bowl, rng.normal(scale=2, size=count), rate, steps
        yield TWO_VALLEYS, rng.uniform(-1.4, 1.4, size=7), 0.06, 5

    def reference(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return x

    @mistake(
        "Each start goes on from where the one before has ended: set x back to its own start before its first step."
    )
    def goes_on_from_the_last(slope, starts, learning_rate, steps):
        x, ends = float(starts[0]), []
        for _ in starts:
            for _ in range(steps):
                x = x - learning_rate * slope(x)
            ends.append(x)
        return np.array(ends)

    @mistake(
        "Right places, but the caller's starts are gone: `-=` works inside the given array. "
        "Begin with a copy, np.array(starts, dtype=float).",
        earns=1,
    )
    def starts_changed(slope, starts, learning_rate, steps):
        x = np.asarray(starts, dtype=float)
        for _ in range(steps):
            x -= learning_rate * slope(x)
        return x

    @mistake(
        "`-=` works inside the given array: it changes the caller's starts, and stops where they are whole numbers. "
        "Begin with a copy, np.array(starts, dtype=float)."
    )
    def starts_changed_or_refused(slope, starts, learning_rate, steps):
        x = starts
        for _ in range(steps):
            x -= learning_rate * slope(x)
        return x

    @mistake(
        "You write into the given array: that changes the caller's starts, "
        "and cuts the places to whole numbers where the starts are whole. "
        "Begin with a copy, np.array(starts, dtype=float)."
    )
    def written_into_the_starts(slope, starts, learning_rate, steps):
        for _ in range(steps):
            starts[:] = starts - learning_rate * slope(starts)
        return starts

    @mistake(
        "`-=` stops where the starts are whole numbers: copy them as floats, np.array(starts, dtype=float)."
    )
    def whole_numbers_refused(slope, starts, learning_rate, steps):
        x = starts.copy()
        for _ in range(steps):
            x -= learning_rate * slope(x)
        return x

    @mistake(
        "You return where the first start ends. Asked for is an array: one end for each start."
    )
    def only_the_first(slope, starts, learning_rate, steps):
        x = starts[0]
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return x

    @mistake(
        "Every start gets the end of the first one: let x be all the starts at once, or loop over them."
    )
    def the_first_for_all(slope, starts, learning_rate, steps):
        x = float(starts[0])
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return np.full(len(starts), x)

    @mistake(
        "The walk ends after one step: `return` stands inside the loop. Move it behind the loop."
    )
    def return_inside_the_loop(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
            return x

    @mistake("This is one step, whatever `steps` is: repeat it.")
    def one_step(slope, starts, learning_rate, steps):
        return starts - learning_rate * slope(starts)

    @mistake(
        "Every step uses the slopes at the starts: ask slope(x) again where the balls are now."
    )
    def slopes_at_the_starts(slope, starts, learning_rate, steps):
        return starts - steps * learning_rate * slope(starts)

    @mistake("Every step begins at the starts again: subtract from x, the places of now.")
    def each_step_from_the_starts(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = starts - learning_rate * slope(x)
        return x

    @mistake("One step too few: every ball takes `steps` steps.")
    def one_step_too_few(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps - 1):
            x = x - learning_rate * slope(x)
        return x

    @mistake("One step too many: every ball takes `steps` steps.")
    def one_step_too_many(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps + 1):
            x = x - learning_rate * slope(x)
        return x

    @mistake("You return all places on the way. Asked for are the last ones: one for each start.")
    def all_positions(slope, starts, learning_rate, steps):
        path = [np.array(starts, dtype=float)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    @mistake("This climbs: the slope points uphill, so subtract learning_rate · slope(x).")
    def uphill(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x + learning_rate * slope(x)
        return x

    @mistake(
        "You give −1, 0 or 1, the side of 0 on which each ball ends. Asked for is the place itself."
    )
    def only_the_side(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return np.sign(x)

    @mistake(
        "Starts that are whole numbers make your result an array of whole numbers, which cuts the places off: "
        "make it one of floats."
    )
    def result_cut_to_whole_numbers(slope, starts, learning_rate, steps):
        result = np.zeros_like(starts)
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        result[:] = x
        return result

    @mistake(
        "Yours are sorted, and equal ends come once. Return one end for each start, in the order of the starts."
    )
    def each_end_once(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return np.unique(x)

    @mistake(
        "Yours are sorted and rounded, and equal ends come once. Return one end for each start, in their order."
    )
    def each_rounded_end_once(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * slope(x)
        return np.unique(np.round(x, 6))

    @mistake(
        "All balls move by the mean of their slopes. Each has a slope of its own: use slope(x) as it is."
    )
    def mean_slope(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            x = x - learning_rate * np.mean(slope(x))
        return x

    @mistake(
        "As soon as one ball rests, all stop here, and the others are still on their way: take all steps."
    )
    def stops_when_one_rests(slope, starts, learning_rate, steps):
        x = np.array(starts, dtype=float)
        for _ in range(steps):
            move = learning_rate * slope(x)
            if np.any(np.abs(move) < 1e-6):
                break
            x = x - move
        return x

    @alternative
    def one_after_the_other(slope, starts, learning_rate, steps):
        ends = []
        for start in starts:
            x = start
            for _ in range(steps):
                x = x - learning_rate * slope(x)
            ends.append(x)
        return ends

    @alternative
    def ends_of_paths(slope, starts, learning_rate, steps):
        return np.array([descend(slope, x0, learning_rate, steps)[-1] for x0 in starts.tolist()])

    @alternative
    def in_place_on_a_copy(slope, starts, learning_rate, steps):
        x = starts.astype(float)
        while steps > 0:
            x -= learning_rate * slope(x)
            steps -= 1
        return x

    @invariant
    def company_does_not_matter(call, rng):
        """Each start ends where it would end alone, in whatever order the starts are given. Yours do not."""
        bowl, rate = random_bowl(rng)
        starts = rng.normal(scale=2, size=4)
        together = call(bowl, starts, rate, 3)
        alone = [float(np.ravel(call(bowl, starts[i : i + 1], rate, 3))[0]) for i in range(4)]
        return np.allclose(together, alone) and np.allclose(
            call(bowl, starts[::-1].copy(), rate, 3), together[::-1]
        )


BOWL_AT_1_2 = Function("lambda p: np.array([2 * (p[0] - 1), 4 * (p[1] - 2)])")
LONG_BOWL = Function("lambda p: np.array([2 * p[0], 6 * p[1]])")
TURNED_BOWL = Function("lambda p: np.array([2 * p[0] + p[1], p[0] + 3 * p[1] - 1])")
TWO_BOWLS = Function("lambda p: np.array([4 * p[0] ** 3 - 4 * p[0] + p[1], 2 * p[1] + p[0]])")


class Descend2d(Exercise):
    """The path of a descent on a surface, shape (steps + 1, 2); the start stays as it is."""

    name = "descend_2d"
    points = 2
    parts = {"path": 1, "arguments": 1}
    keeps_arguments = True
    uses = ("step",)

    def cases(rng):
        yield LONG_BOWL, np.array([2.0, 1.0]), 0.1, 4
        yield LONG_BOWL, np.array([2, -1]), 0.1, 3
        yield TURNED_BOWL, np.array([-1.0, 2.0]), 0.2, 5
        yield TURNED_BOWL, np.array([0, 3]), 0.25, 2
        yield TWO_BOWLS, np.array([-0.4, 1.2]), 0.1, 6
        yield TWO_BOWLS, np.array([0.5, -1.5]), 0.05, 1
        yield LONG_BOWL, np.array([1.5, -0.5]), 0.1, 0
        yield BOWL_AT_1_2, np.array([1.0, 2.0]), 0.25, 3  # it rests
        yield Function("lambda p: np.array([0.5, -2.0])"), np.array([1.0, 1.0]), 0.5, 3
        for steps in (2, 4, 7):
            (a, b), c = rng.uniform(1, 2, size=2), rng.uniform(0.3, 0.8)
            source = f"lambda p: np.array([{a} * p[0] + {c} * p[1], {c} * p[0] + {b} * p[1] - 1])"
            yield Function(source), rng.normal(scale=2, size=2), float(rng.uniform(0.1, 0.3)), steps

    def reference(gradient, start, learning_rate, steps):
        path = [np.array(start, dtype=float)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
        return np.array(path)

    @mistake(
        "All rows are the same point: one array was put into the path again and again and changed in place. "
        "Append a copy, or make a new array with p = p - …"
    )
    def one_array_appended(gradient, start, learning_rate, steps):
        p = np.array(start, dtype=float)
        path = [p]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p)
        return np.array(path)

    @mistake(
        "All rows are the same point, and the caller's start is gone: one array was appended again and again and "
        "changed in place. Make a new array with p = p - …"
    )
    def start_appended(gradient, start, learning_rate, steps):
        p = np.asarray(start, dtype=float)
        path = [p]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p)
        return np.array(path)

    @mistake(
        "`-=` works inside the given array: it changes the caller's start, and stops where that holds whole numbers. "
        "Make a new array with p = p - …"
    )
    def start_changed_or_refused(gradient, start, learning_rate, steps):
        p = start
        path = [p.copy()]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p.copy())
        return np.array(path)

    @mistake(
        "All rows are the same point, and a start of whole numbers is refused: `-=` changes the given array itself, "
        "which you append again and again. Make a new array with p = p - …"
    )
    def start_appended_or_refused(gradient, start, learning_rate, steps):
        p = start
        path = [p]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p)
        return np.array(path)

    @mistake(
        "A right path, but the caller's start is gone: `-=` works inside the given array. Begin with a copy, "
        "np.array(start, dtype=float).",
        earns=1,
    )
    def start_changed(gradient, start, learning_rate, steps):
        p = np.asarray(start, dtype=float)
        path = [p.copy()]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p.copy())
        return np.array(path)

    @mistake(
        "`-=` stops where the start holds whole numbers: copy it as floats, np.array(start, dtype=float)."
    )
    def whole_numbers_refused(gradient, start, learning_rate, steps):
        p = start.copy()
        path = [p.copy()]
        for _ in range(steps):
            p -= learning_rate * gradient(p)
            path.append(p.copy())
        return np.array(path)

    @mistake(
        "You return the last point only. Collect all of them, from the start on: steps + 1 rows."
    )
    def only_the_last(gradient, start, learning_rate, steps):
        p = start
        for _ in range(steps):
            p = p - learning_rate * gradient(p)
        return p

    @mistake("The start is missing: the first row is the start, before any step.")
    def start_missing(gradient, start, learning_rate, steps):
        p, path = start, []
        for _ in range(steps):
            p = p - learning_rate * gradient(p)
            path.append(p)
        return np.array(path).reshape(-1, 2)

    @mistake("The start is missing: the first row is the start, before any step.")
    def start_missing_and_nothing_left(gradient, start, learning_rate, steps):
        p, path = start, []
        for _ in range(steps):
            p = p - learning_rate * gradient(p)
            path.append(p)
        return np.array(path)

    @mistake(
        "The start is missing, and there is one step too many: put the start in before the first step."
    )
    def start_missing_and_one_step_too_many(gradient, start, learning_rate, steps):
        p, path = start, []
        for _ in range(steps + 1):
            p = p - learning_rate * gradient(p)
            path.append(p)
        return np.array(path)

    @mistake("Your walk begins at (0, 0): an array of zeros needs its start, path[0] = start.")
    def start_left_at_zero(gradient, start, learning_rate, steps):
        path = np.zeros((steps + 1, 2))
        for t in range(steps):
            path[t + 1] = path[t] - learning_rate * gradient(path[t])
        return path

    @mistake(
        "The walk ends after one step: `return` stands inside the loop. Move it behind the loop."
    )
    def return_inside_the_loop(gradient, start, learning_rate, steps):
        path = [np.array(start, dtype=float)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
            return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 points."
    )
    def stops_at_rest(gradient, start, learning_rate, steps):
        path = [np.array(start, dtype=float)]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
            if np.linalg.norm(path[-1] - path[-2]) < 1e-6:
                break
        return np.array(path)

    @mistake(
        "The walk ends before all steps are taken. A ball that rests is still somewhere: return steps + 1 points."
    )
    def stops_before_resting(gradient, start, learning_rate, steps):
        path = [np.array(start, dtype=float)]
        for _ in range(steps):
            slopes = gradient(path[-1])
            if np.linalg.norm(slopes) < 1e-6:
                break
            path.append(path[-1] - learning_rate * slopes)
        return np.array(path)

    @mistake("One step too many: the start and one point after each step make steps + 1 rows.")
    def one_step_too_many(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps + 1):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
        return np.array(path)

    @mistake("The path lies on its side: points are rows, so its shape is (steps + 1, 2).")
    def on_its_side(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
        return np.array(path).T

    @mistake(
        "Right points, but in a list: make one array of them, np.array(path), with shape (steps + 1, 2)."
    )
    def list_of_points(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(path[-1]))
        return path

    @mistake(
        "The points run into one long row: append them to a list, and make one array of it at the end."
    )
    def one_long_row(gradient, start, learning_rate, steps):
        p = path = start
        for _ in range(steps):
            p = p - learning_rate * gradient(p)
            path = np.append(path, p)
        return path

    @mistake(
        "Every step uses the gradient at the start: ask gradient(p) again where the ball is now."
    )
    def gradient_at_the_start(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps):
            path.append(path[-1] - learning_rate * gradient(start))
        return np.array(path)

    @mistake(
        "The second coordinate uses a gradient taken after the first has moved: ask for the gradient once per step, "
        "then move both."
    )
    def one_coordinate_after_the_other(gradient, start, learning_rate, steps):
        p = np.array(start, dtype=float)
        path = [p.copy()]
        for _ in range(steps):
            for i in (0, 1):
                p[i] -= learning_rate * gradient(p)[i]
            path.append(p.copy())
        return np.array(path)

    @mistake(
        "A start of whole numbers makes an array of whole numbers, which cuts every place off: "
        "make the array one of floats."
    )
    def cut_to_whole_numbers(gradient, start, learning_rate, steps):
        p = start.copy()
        path = [p.copy()]
        for _ in range(steps):
            p[:] = p - learning_rate * gradient(p)
            path.append(p.copy())
        return np.array(path)

    @mistake("This climbs: the gradient points uphill, so subtract learning_rate · gradient(p).")
    def uphill(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps):
            path.append(path[-1] + learning_rate * gradient(path[-1]))
        return np.array(path)

    @mistake(
        "All your steps have the length of the rate: the gradient is not to be divided by its own length."
    )
    def gradient_of_length_one(gradient, start, learning_rate, steps):
        path = [start]
        for _ in range(steps):
            g = gradient(path[-1])
            path.append(path[-1] - learning_rate * g / np.linalg.norm(g))
        return np.array(path)

    @mistake(
        "Right numbers in the wrong places: .reshape(-1, 2) lays a long row of numbers out point by point."
    )
    def scrambled(gradient, start, learning_rate, steps):
        p = flat = start
        for _ in range(steps):
            p = p - learning_rate * gradient(p)
            flat = np.append(flat, p)
        return flat.reshape(2, -1).T

    @alternative
    def filled_array(gradient, start, learning_rate, steps):
        path = np.zeros((steps + 1, 2))
        path[0] = start
        for t in range(steps):
            path[t + 1] = step(path[t], gradient(path[t]), learning_rate)
        return path

    @alternative
    def two_lists(gradient, start, learning_rate, steps):
        x, y = start
        xs, ys = [x], [y]
        for _ in range(steps):
            gx, gy = gradient((x, y))
            x, y = x - learning_rate * gx, y - learning_rate * gy
            xs.append(x)
            ys.append(y)
        return np.stack([xs, ys], axis=1)

    @alternative
    def stacked_rows(gradient, start, learning_rate, steps):
        path = start[np.newaxis, :]
        for _ in range(steps):
            path = np.vstack([path, path[-1] - learning_rate * gradient(path[-1])])
        return path

    @invariant
    def a_walk_can_be_continued(call, rng):
        """Walking on from where a walk has stopped must give the rest of the longer path. Yours does not."""
        whole = call(TURNED_BOWL, rng.normal(size=2), 0.15, 5)
        return np.allclose(whole[3:], call(TURNED_BOWL, whole[3].copy(), 0.15, 2))


class LargestStableRate(Exercise):
    """2/k: above this rate descent on ½kx² diverges."""

    points = 2

    def cases(rng):
        yield 4.0
        yield 3
        yield 1
        yield 2
        yield 0.1
        yield 25.0
        for least in (0.02, 0.3, 0.3, 2.0, 2.0, 30.0):
            yield float(rng.uniform(least, 3 * least))

    def reference(curvature):
        return 2 / curvature

    @mistake(
        "At 1/k one step leads to the bottom: that is the best rate. Up to twice this rate the ball still comes nearer."
    )
    def the_best_rate(curvature):
        return 1 / curvature

    @mistake("Upside down: the steeper the valley, the smaller the step must be, 2/k.")
    def upside_down(curvature):
        return curvature / 2

    @mistake(
        "αk < 2 is solved for α by dividing by k, not by multiplying: the steeper the valley, the smaller the step."
    )
    def multiplied(curvature):
        return 2 * curvature

    @mistake(
        "The slope of ½kx² is kx: the ½ and the 2 of the power cancel. Then x becomes (1 − αk)·x."
    )
    def half_of_the_slope(curvature):
        return 4 / curvature

    @mistake(
        "Each step multiplies x by 1 − αk, with k as it is and not squared: find where this is −1."
    )
    def squared_curvature(curvature):
        return 2 / curvature**2

    @mistake(
        "Each step multiplies x by 1 − αk, with k as it is, without a root: find where this is −1."
    )
    def root_of_the_curvature(curvature):
        return 2 / np.sqrt(curvature)

    @mistake("`//` divides to a whole number. Write `/`.")
    def whole_division(curvature):
        return 2 // curvature

    @mistake("This is right for k = 1 only: the steeper the valley, the smaller the step must be.")
    def always_two(curvature):
        return 2.0 + 0 * curvature

    @mistake(
        "At 1 − αk = 0 one step leads to the bottom. The ball is lost beyond 1 − αk = −1, not at half of 1/k."
    )
    def half_of_the_best_rate(curvature):
        return 1 / (2 * curvature)

    @mistake("The sign is the wrong way round: 1 − αk = −1 gives α = 2/k.")
    def negative(curvature):
        return -2 / curvature

    @mistake("There is no 1 to add to k: each step multiplies x by 1 − αk, which is −1 at α = 2/k.")
    def one_added(curvature):
        return 2 / (1 + curvature)

    @mistake(
        "Trying rates on a grid finds the limit only roughly, and not at all beyond its end: solve 1 − αk = −1 for α."
    )
    def last_stable_rate_of_a_grid(curvature):
        best = 0.0
        for rate in np.arange(1, 101) / 100:
            if abs((1 - rate * curvature) ** 50) <= 1:
                best = rate
        return best

    @mistake(
        "Trying rates on a grid finds the limit only roughly, and not at all beyond its end: solve 1 − αk = −1 for α."
    )
    def first_unstable_rate_of_a_grid(curvature):
        for rate in np.arange(0.01, 10, 0.01):
            if abs((1 - rate * curvature) ** 50) > 1.001:
                return rate
        return None

    @alternative
    def by_halving(curvature):
        low, high = 0.0, 4 / curvature
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if abs(1 - middle * curvature) <= 1 else (low, middle)
        return high

    @alternative
    def root_of_a_polynomial(curvature):
        return np.array([[np.max(np.roots([curvature**2, -2 * curvature, 0]))]])

    @alternative
    def twice_the_best(curvature):
        best = np.divide(1, curvature)
        return best + best

    @invariant
    def twice_as_steep_needs_half_the_rate(call, rng):
        """In a valley twice as steep the largest rate is half as large. Yours is not."""
        k = float(rng.uniform(0.5, 4))
        return np.isclose(call(2 * k), call(k) / 2)
