"""Hidden tests of unit 1, one slope at a time."""

from graphlib import TopologicalSorter

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


def topological_order(edges):
    sorter = TopologicalSorter()
    for start, end in edges:
        sorter.add(end, start)
    return list(sorter.static_order())


def three_numbers(rng):
    yield 3, 2, -2
    yield -4, 7, 5
    yield 0.0, 1.5, -2.5
    yield 2.5, 0.0, 1.25
    for _ in range(4):
        yield tuple(rng.uniform(-4, 4, size=3).tolist())


class Forward(Exercise):
    """u = ab, v = u + c, F = 5v."""

    points = 1
    returns = ("u", "v", "F")
    cases = three_numbers

    def reference(a, b, c):
        u = a * b
        v = u + c
        return u, v, 5 * v

    @mistake("F is 5 times the whole bracket (ab + c). Yours multiplies only ab by 5: use v.")
    def bracket_lost(a, b, c):
        u = a * b
        v = u + c
        return u, v, 5 * u + c

    @mistake("You return F alone. The task asks for all three values: return u, v, F.")
    def only_the_output(a, b, c):
        return 5 * (a * b + c)

    @mistake("The first node multiplies: u = a · b. Yours adds a and b.")
    def adds_a_and_b(a, b, c):
        u = a + b
        v = u + c
        return u, v, 5 * v

    @mistake("The 5 belongs to the last node: v = u + c, and only F is 5 times something.")
    def five_comes_too_early(a, b, c):
        u = a * b
        v = 5 * (u + c)
        return u, v, v

    @mistake(
        "You return F, v, u. The order asked for is u, v, F: the order in which they are computed."
    )
    def returned_backwards(a, b, c):
        u = a * b
        v = u + c
        return 5 * v, v, u

    @alternative
    def multiplied_out(a, b, c):
        return [a * b, a * b + c, 5 * a * b + 5 * c]

    @alternative
    def in_arrays(a, b, c):
        u = np.multiply(a, b)
        v = np.sum([u, c])
        return u, v, np.array([[5.0]]) @ v.reshape(1, 1)


class LocalSlopes(Exercise):
    """The slope of each node of F = 5(ab + c) with respect to each of its own inputs."""

    points = 2
    parts = {"dF/dv": 0.5, "dv/du": 0.25, "dv/dc": 0.25, "du/da": 0.5, "du/db": 0.5}
    cases = three_numbers

    def reference(a, b, c):
        return {"dF/dv": 5, "dv/du": 1, "dv/dc": 1, "du/da": b, "du/db": a}

    @mistake(
        "du/da and du/db are swapped: when u = ab, nudging a by 1 moves u by b.",
        earns=1,
    )
    def product_swapped(a, b, c):
        return {"dF/dv": 5, "dv/du": 1, "dv/dc": 1, "du/da": a, "du/db": b}

    @mistake(
        "dv/dc is not c: v = u + c moves by exactly as much as c moves, so the slope is 1.",
        earns=1.75,
    )
    def slope_of_the_sum_is_the_value(a, b, c):
        return {"dF/dv": 5, "dv/du": 1, "dv/dc": c, "du/da": b, "du/db": a}

    @mistake(
        "Both slopes of v = u + c are 1. Yours are the values u and c themselves.",
        earns=1.5,
    )
    def both_slopes_of_the_sum_are_values(a, b, c):
        return {"dF/dv": 5, "dv/du": a * b, "dv/dc": c, "du/da": b, "du/db": a}

    @mistake(
        "dv/du is not u: v = u + c moves by exactly as much as u moves, so the slope is 1.",
        earns=1.75,
    )
    def slope_of_the_sum_is_u(a, b, c):
        return {"dF/dv": 5, "dv/du": a * b, "dv/dc": 1, "du/da": b, "du/db": a}

    @mistake(
        "dF/dv is not v: F = 5v moves 5 times as much as v does, wherever v is.",
        earns=1.5,
    )
    def slope_of_five_v_is_v(a, b, c):
        return {"dF/dv": a * b + c, "dv/du": 1, "dv/dc": 1, "du/da": b, "du/db": a}

    @mistake(
        "dv/dc is not 0: c is an input like any other. When c moves, v = u + c moves by as much.",
        earns=1.75,
    )
    def c_as_a_constant(a, b, c):
        return {"dF/dv": 5, "dv/du": 1, "dv/dc": 0, "du/da": b, "du/db": a}

    @mistake(
        "These are the values of the nodes. A slope says how fast the value moves when an input does."
    )
    def values_for_slopes(a, b, c):
        u = a * b
        v = u + c
        return {"dF/dv": 5 * v, "dv/du": v, "dv/dc": v, "du/da": u, "du/db": u}

    @mistake(
        "You give the slopes of F along the whole path. Local slopes see one node only: dv/du is about v = u + c "
        "and knows nothing of the 5.",
        earns=0.5,
    )
    def whole_paths(a, b, c):
        return {"dF/dv": 5, "dv/du": 5, "dv/dc": 5, "du/da": 5 * b, "du/db": 5 * a}

    @alternative
    def measured_with_a_unit_step(a, b, c):
        u, v = a * b, a * b + c
        return {
            "du/da": (a + 1) * b - u,
            "du/db": a * (b + 1) - u,
            "dv/du": (u + 1 + c) - v,
            "dv/dc": (u + c + 1) - v,
            "dF/dv": 5 * (v + 1) - 5 * v,
        }

    @alternative
    def zipped_arrays(a, b, c):
        names = ["dF/dv", "dv/du", "dv/dc", "du/da", "du/db"]
        return dict(zip(names, np.array([5, 1, 1, b, a], dtype=float), strict=True))


local_slopes = LocalSlopes.reference


class Slopes(Exercise):
    """dF/da = 5b, dF/db = 5a, dF/dc = 5: local slopes multiplied along each path."""

    points = 2
    returns = ("dF/da", "dF/db", "dF/dc")
    parts = {"dF/da": 0.75, "dF/db": 0.75, "dF/dc": 0.5}
    tolerance = GRADIENT
    uses = ("forward", "local_slopes")
    cases = three_numbers

    def reference(a, b, c):
        return 5 * b, 5 * a, 5

    @mistake(
        "dF/da and dF/db are swapped: a reaches F through u = ab, so its slope carries b.",
        earns=0.5,
    )
    def swapped(a, b, c):
        return 5 * a, 5 * b, 5

    @mistake(
        "The 5 is lost on dF/dc: c reaches F through v, so its 1 is multiplied by dF/dv = 5.",
        earns=1.5,
    )
    def five_lost_on_c(a, b, c):
        return 5 * b, 5 * a, 1

    @mistake("Along a path slopes are multiplied. Yours are added.")
    def added_along_the_path(a, b, c):
        return 5 + 1 + b, 5 + 1 + a, 5 + 1

    @mistake("These are the slopes of v. One more arrow leads from v to F: multiply by dF/dv = 5.")
    def stops_before_the_output(a, b, c):
        return b, a, 1

    @mistake("dF/dc is 5, not 5c: the local slope of v = u + c is 1, whatever c is.", earns=1.5)
    def c_as_a_factor(a, b, c):
        return 5 * b, 5 * a, 5 * c

    @mistake("Right numbers, in the order of the sweep: the task asks for dF/da, dF/db, dF/dc.")
    def in_the_order_of_the_sweep(a, b, c):
        return 5, 5 * b, 5 * a

    @mistake("You send the value v back where its slope belongs: dF/dv is 5, wherever v is.")
    def value_sent_back(a, b, c):
        v = a * b + c
        return v * b, v * a, v

    @alternative
    def multiplied_along_paths(a, b, c):
        s = local_slopes(a, b, c)
        to_u = s["dF/dv"] * s["dv/du"]
        return to_u * s["du/da"], to_u * s["du/db"], s["dF/dv"] * s["dv/dc"]

    @alternative
    def measured_with_a_big_step(a, b, c):
        def F(a, b, c):
            return 5 * (a * b + c)

        h = 0.5
        x = np.array([a, b, c], dtype=float)
        return [(F(*(x + h * e)) - F(*(x - h * e))) / (2 * h) for e in np.eye(3)]


class TwoWeights(Exercise):
    """dL/dw1 = k·x1, dL/dw2 = k·x2 for p = x1·w1 + x2·w2, L = k·p."""

    points = 1
    returns = ("dL/dw1", "dL/dw2")
    tolerance = GRADIENT

    def cases(rng):
        yield 0.5, 0.2, 5
        yield 2, -3, 4
        yield 0.0, 1.5, -2.0
        for _ in range(4):
            yield tuple(rng.uniform(-4, 4, size=3).tolist())

    def reference(x1, x2, k):
        return k * x1, k * x2

    @mistake(
        "k is missing: w1 reaches L through p, and dL/dp = k multiplies every slope before it."
    )
    def k_forgotten(x1, x2, k):
        return x1, x2

    @mistake("The two are swapped: w1 is multiplied by x1, so its slope carries x1.")
    def swapped(x1, x2, k):
        return k * x2, k * x1

    @mistake("Along the path from w1 to L the slopes x1 and k are multiplied. Yours are added.")
    def k_added(x1, x2, k):
        return k + x1, k + x2

    @mistake(
        "The local slope of p = x1·w1 + x2·w2 with respect to w1 is x1, not 1: multiply k by x1."
    )
    def inputs_forgotten(x1, x2, k):
        return k, k

    @mistake("Each weight has its own slope. Yours adds the two and returns the sum twice.")
    def summed(x1, x2, k):
        return k * (x1 + x2), k * (x1 + x2)

    @mistake("k is an argument: it is 5 in the example only. Use k in the place of the 5.")
    def five_from_the_example(x1, x2, k):
        return 5 * x1, 5 * x2

    @alternative
    def in_one_array(x1, x2, k):
        return k * np.array([x1, x2])

    @alternative
    def from_two_values_of_the_loss(x1, x2, k):
        def L(w1, w2):
            return k * (x1 * w1 + x2 * w2)

        return L(1, 0) - L(0, 0), L(0, 1) - L(0, 0)


class Nudge(Exercise):
    """The central difference (f(x + eps) − f(x − eps)) / (2·eps)."""

    points = 2
    tolerance = Tolerance(rtol=1e-7, atol=1e-8)

    def cases(rng):
        yield Function("lambda x: x ** 3"), 2.0, Keywords(eps=0.1)
        yield Function("lambda x: x * x - 3 * x"), 3, 0.5
        yield Function("lambda x: x ** 3 - x"), 1
        yield Function("lambda x: np.exp(x)"), 0.5, 0.1
        yield Function("lambda x: 1e6 * x ** 3"), 0.0
        for _ in range(4):
            a, b, x = rng.uniform(0.5, 2, size=3)
            yield Function(f"lambda x: {a} * x ** 3 + {b} * x ** 2"), float(x) - 3, 0.1
            yield Function(f"lambda x: np.sin({a} * x) + {b} * x"), float(x), 0.2
        yield Function("def f(x):\n    return x ** 3 if x > 0 else 2 * x"), 0.0, 0.1

    def reference(f, x, eps=1e-5):
        return (f(x + eps) - f(x - eps)) / (2 * eps)

    @mistake(
        "This is the forward difference: it nudges to one side only. Nudge to both sides, f(x + eps) − f(x − eps), "
        "and divide by 2·eps."
    )
    def forward_difference(f, x, eps=1e-5):
        return (f(x + eps) - f(x)) / eps

    @mistake(
        "This is the backward difference: it nudges to one side only. Nudge to both sides, f(x + eps) − f(x − eps), "
        "and divide by 2·eps."
    )
    def backward_difference(f, x, eps=1e-5):
        return (f(x) - f(x - eps)) / eps

    @mistake("Twice the slope: from x − eps to x + eps the distance is 2·eps, so divide by 2·eps.")
    def divided_by_one_eps(f, x, eps=1e-5):
        return (f(x + eps) - f(x - eps)) / eps

    @mistake("`/ 2 * eps` divides by 2 and then multiplies by eps. Write `/ (2 * eps)`.")
    def precedence(f, x, eps=1e-5):
        return (f(x + eps) - f(x - eps)) / 2 * eps

    @mistake(
        "Only the second value is divided: put the difference in brackets, (f(x + eps) − f(x − eps)) / (2 * eps)."
    )
    def difference_without_brackets(f, x, eps=1e-5):
        return f(x + eps) - f(x - eps) / (2 * eps)

    @mistake(
        "Only the second value is divided, and then multiplied by eps: put the difference and `2 * eps` in brackets."
    )
    def no_brackets_at_all(f, x, eps=1e-5):
        return f(x + eps) - f(x - eps) / 2 * eps

    @mistake("Your step is always 1e-5: use the argument eps.")
    def eps_ignored(f, x, eps=1e-5):
        return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5

    @mistake(
        "The two steps are not the same: go eps to the right and eps to the left, not 2·eps to the left."
    )
    def lopsided(f, x, eps=1e-5):
        return (f(x + eps) - f(x - 2 * eps)) / (2 * eps)

    @mistake("The sign is the wrong way round: it is f(x + eps) − f(x − eps), right minus left.")
    def left_minus_right(f, x, eps=1e-5):
        return (f(x - eps) - f(x + eps)) / (2 * eps)

    @mistake(
        "For a whole number x the nudge is lost: an integer array cuts off what is written into it. Compute x + eps "
        "without such an array, or make it one of floats."
    )
    def nudges_an_integer_array(f, x, eps=1e-5):
        point = np.array([x])
        point[0] = x + eps
        right = f(point[0])
        point[0] = x - eps
        return (right - f(point[0])) / (2 * eps)

    @alternative
    def mean_of_both_sides(f, x, eps=1e-5):
        right = (f(x + eps) - f(x)) / eps
        left = (f(x) - f(x - eps)) / eps
        return (left + right) / 2

    @alternative
    def as_an_array(f, x, eps=1e-5):
        left, right = (f(x + step) for step in np.array([-eps, eps]))
        return np.array([[right - left]]) / np.ptp([-eps, eps])


def random_graph(rng, size=7):
    """A random acyclic graph with fan-out; names and order of the edges say nothing about the direction."""
    nodes = [str(name) for name in rng.permutation(list("abcdefghijk"))[:size]]
    pairs = [
        (start, end)
        for i, start in enumerate(nodes)
        for end in nodes[i + 1 :]
        if end == nodes[i + 1] or rng.random() < 0.5
    ]
    return {
        pairs[i]: float(rng.uniform(0.5, 2) * rng.choice([-1, 1]))
        for i in rng.permutation(len(pairs))
    }, nodes


def diamonds(count, one=0.5, other=1.0):
    """`count` diamonds in a chain from node 0 to node 3·count, with slope (2·one·other) ** count from end to end."""
    edges = {}
    for i in range(0, 3 * count, 3):
        edges |= {(i, i + 1): one, (i + 1, i + 3): other, (i, i + 2): other, (i + 2, i + 3): one}
    return edges


FORMULA = {("v", "F"): 5.0, ("a", "u"): 2.0, ("u", "v"): 1.0, ("b", "u"): 3.0, ("c", "v"): 1.0}
FAN_OUT = {("x", "p"): 1, ("x", "q"): 3, ("p", "y"): 6, ("q", "y"): 3}


class SlopeByPaths(Exercise):
    """The sum over all paths from source to target of the product of the local slopes along each."""

    points = 3
    tolerance = GRADIENT

    def cases(rng):
        yield FAN_OUT, "x", "y"
        yield FORMULA, "a", "F"
        yield FORMULA, "F", "a"
        yield FORMULA, "u", "u"
        yield {("s", "t"): -3}, "s", "t"
        yield {("s", "d"): 2.0, ("s", "t"): 3.0}, "s", "t"
        yield diamonds(3, 2.0, -1.5), 0, 9
        for _ in range(4):
            edges, nodes = random_graph(rng)
            yield edges, nodes[0], nodes[-1]
            yield edges, nodes[1], nodes[-2]

    def reference(edges, source, target):
        def slope_from(node):
            if node == target:
                return 1.0
            return sum(
                (slope * slope_from(end) for (start, end), slope in edges.items() if start == node),
                0.0,
            )

        return slope_from(source)

    @mistake(
        "You stop at the first path. Every path carries a share: add up the products of all of them."
    )
    def first_path_only(edges, source, target):
        def product_from(node):
            if node == target:
                return 1.0
            for (start, end), slope in edges.items():
                if start == node:
                    rest = product_from(end)
                    if rest is not None:
                        return slope * rest
            return None

        found = product_from(source)
        return 0.0 if found is None else found

    @mistake(
        "Only the first arrow out of each node is followed here: does a `return` or a `break` end the loop too early?"
    )
    def returns_after_the_first_arrow(edges, source, target):
        def slope_from(node):
            if node == target:
                return 1.0
            for (start, end), slope in edges.items():
                if start == node:
                    return slope * slope_from(end)
            return 0.0

        return slope_from(source)

    @mistake(
        "You return inside the loop, after the first arrow of all. The `return` stands one level out, behind the loop."
    )
    def returns_after_the_first_edge_of_all(edges, source, target):
        def slope_from(node):
            if node == target:
                return 1.0
            total = 0.0
            for (start, end), slope in edges.items():
                if start == node:
                    total += slope * slope_from(end)
                return total

        return slope_from(source)

    @mistake(
        "Each arrow contributes its own slope *times* the slope from its end to the target. Yours adds the two."
    )
    def adds_in_the_recursion(edges, source, target):
        def slope_from(node):
            if node == target:
                return 1.0
            return sum(
                (s + slope_from(end) for (start, end), s in edges.items() if start == node), 0.0
            )

        return slope_from(source)

    @mistake(
        "Everything is 0: a walk that arrives must give 1. Begin with `if source == target: return 1.0`."
    )
    def nothing_arrives(edges, source, target):
        return 0.0

    @mistake(
        "Your sum starts at 1. The 1 belongs to the case source == target only; a sum starts at 0."
    )
    def sum_starts_at_one(edges, source, target):
        def slope_from(node):
            if node == target:
                return 1.0
            return sum(
                (s * slope_from(end) for (start, end), s in edges.items() if start == node), 1.0
            )

        return slope_from(source)

    @mistake(
        "Along a path slopes are multiplied; only whole paths are added. Yours adds along the path."
    )
    def adds_along_the_path(edges, source, target):
        paths = []

        def walk(node, so_far):
            if node == target:
                paths.append(sum(so_far) if so_far else 1.0)
            for (start, end), slope in edges.items():
                if start == node:
                    walk(end, [*so_far, slope])

        walk(source, [])
        return sum(paths, 0.0)

    @mistake(
        "Where a node has several arrows going out, only one of them counts here: follow each, and add with +=."
    )
    def forgets_fan_out(edges, source, target):
        follow = {start: (end, slope) for (start, end), slope in edges.items()}
        product, node = 1.0, source
        while node != target:
            if node not in follow:
                return 0.0
            node, slope = follow[node]
            product *= slope
        return product

    @mistake(
        "A node that was visited once is not entered again here, so a second path through it is lost: "
        "in a graph without cycles no `visited` set is needed."
    )
    def visited_once(edges, source, target):
        visited = set()

        def walk(node, product):
            if node == target:
                return product
            visited.add(node)
            total = 0.0
            for (start, end), slope in edges.items():
                if start == node and end not in visited:
                    total += walk(end, product * slope)
            return total

        return walk(source, 1.0)

    @mistake(
        "A node that was seen once is skipped here, so a second path through it is lost: "
        "in a graph without cycles no `seen` set is needed."
    )
    def seen_once_with_a_stack(edges, source, target):
        seen, total, stack = set(), 0.0, [(source, 1.0)]
        while stack:
            node, product = stack.pop()
            if node == target:
                total += product
            elif node not in seen:
                seen.add(node)
                stack += [(end, product * s) for (start, end), s in edges.items() if start == node]
        return total

    @mistake("The products of the paths are multiplied with each other here. Over paths, add.")
    def multiplies_over_paths(edges, source, target):
        products = []

        def walk(node, product):
            if node == target:
                products.append(product)
            for (start, end), slope in edges.items():
                if start == node:
                    walk(end, product * slope)

        walk(source, 1.0)
        return float(np.prod(products)) if products else 0.0

    @mistake(
        "From a node to itself the slope is 1.0: nudge it by ε and it has moved by ε. Yours gives 0."
    )
    def zero_from_a_node_to_itself(edges, source, target):
        def slope_from(node):
            total = 0.0
            for (start, end), slope in edges.items():
                if start == node:
                    total += slope * (1.0 if end == target else slope_from(end))
            return total

        return slope_from(source)

    @alternative
    def backwards_from_the_target(edges, source, target):
        def into(node):
            own = 1.0 if node == source else 0.0
            return own + sum(s * into(start) for (start, end), s in edges.items() if end == node)

        return into(target)

    @alternative
    def powers_of_the_slope_matrix(edges, source, target):
        nodes = list(dict.fromkeys([n for pair in edges for n in pair] + [source, target]))
        A = np.zeros((len(nodes), len(nodes)))
        for (start, end), slope in edges.items():
            A[nodes.index(start), nodes.index(end)] = slope
        total = np.linalg.inv(np.eye(len(nodes)) - A)
        return total[nodes.index(source), nodes.index(target)]

    @alternative
    def with_a_stack(edges, source, target):
        total, stack = 0, [(source, 1)]
        while stack:
            node, product = stack.pop()
            if node == target:
                total += product
            else:
                stack += [(end, product * s) for (start, end), s in edges.items() if start == node]
        return total

    @invariant
    def order_of_the_edges_does_not_matter(call, rng):
        """Your answer changes when the same edges are given in another order."""
        edges, nodes = random_graph(rng)
        backwards = dict(reversed(edges.items()))
        return np.isclose(call(edges, nodes[0], nodes[-1]), call(backwards, nodes[0], nodes[-1]))


class Backprop(Exercise):
    """The slope of the target with respect to every node, in one backward sweep."""

    points = 4
    tolerance = GRADIENT

    def cases(rng):
        yield FAN_OUT, "y"
        yield FORMULA, "F"
        yield FORMULA, "u"
        yield {("s", "t"): -3}, "t"
        yield diamonds(4, 2.0, -1.5), 12
        for _ in range(4):
            edges, nodes = random_graph(rng)
            yield edges, nodes[-1]
            yield edges, nodes[-3]

    def slow_case():
        return diamonds(40), 120

    def reference(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        incoming = {node: [] for node in slopes}
        for (start, end), slope in edges.items():
            incoming[end].append((start, slope))
        for node in reversed(topological_order(edges)):
            for start, slope in incoming[node]:
                slopes[start] += slopes[node] * slope
        return slopes

    @mistake(
        "A node with several edges going out gets a share from each. Yours overwrites: use += in the place of =."
    )
    def overwrites(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if end == node and slopes[node] != 0:
                    slopes[start] = slopes[node] * slope
        return slopes

    @mistake(
        "A node with several edges going out gets a share from each. Yours overwrites: use += in the place of =."
    )
    def overwrites_also_with_zero(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if end == node:
                    slopes[start] = slopes[node] * slope
        return slopes

    @mistake(
        "A node with several edges going out gets a share from each. Yours overwrites: use += in the place of =."
    )
    def keeps_the_last_edge_out(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if start == node:
                    slopes[node] = slopes[end] * slope
        return slopes

    @mistake(
        "The shares of a node are added up, not multiplied with each other: use += in the place of *=."
    )
    def multiplies_the_shares(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if end == node:
                    slopes[start] *= slopes[node] * slope
        return slopes

    @mistake(
        "Slopes are handed the wrong way along the arrows: a node hands on to the `start` of each edge that ends in it."
    )
    def hands_to_the_end(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if start == node:
                    slopes[end] += slopes[node] * slope
        return slopes

    @mistake(
        "You sweep over the edges in the order they are given. A node may hand its slope on only when all of its own "
        "shares have arrived: go through reversed(topological_order(edges))."
    )
    def order_given(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for (start, end), slope in edges.items():
            slopes[start] += slopes[end] * slope
        return slopes

    @mistake(
        "You sweep over the edges in the order they are given, backwards. A node may hand its slope on only when all "
        "of its own shares have arrived: go through reversed(topological_order(edges))."
    )
    def order_given_reversed(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for (start, end), slope in reversed(edges.items()):
            slopes[start] += slopes[end] * slope
        return slopes

    @mistake(
        "You sweep forwards, from the inputs. Slopes flow the other way: start at the target and go through "
        "reversed(topological_order(edges))."
    )
    def sweeps_forwards(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        for node in topological_order(edges):
            for (start, end), slope in edges.items():
                if end == node:
                    slopes[start] += slopes[node] * slope
        return slopes

    @mistake(
        "You go level by level from the target. A node reached by a short and by a long path then hands its slope on "
        "before all of its shares have arrived: go through reversed(topological_order(edges))."
    )
    def breadth_first(edges, target):
        slopes = {node: 0.0 for pair in edges for node in pair}
        slopes[target] = 1.0
        queue = [target]
        for node in queue:
            for (start, end), slope in edges.items():
                if end == node:
                    slopes[start] += slopes[node] * slope
                    if start not in queue:
                        queue.append(start)
        return slopes

    @mistake(
        "You start the sweep at the last node of the order. The target need not be the last: give the 1 to `target`."
    )
    def seeds_the_last_node(edges, target):
        order = topological_order(edges)
        slopes = {node: 0.0 for node in order}
        slopes[order[-1]] = 1.0
        for node in reversed(order):
            for (start, end), slope in edges.items():
                if end == node:
                    slopes[start] += slopes[node] * slope
        return slopes

    @mistake(
        "Everything stays 0: the sweep starts with the slope of the target with respect to itself, which is 1."
    )
    def seeds_zero(edges, target):
        return {node: 0.0 for pair in edges for node in pair}

    @mistake(
        "Nodes from which no path leads to the target are missing: they belong in the answer, with slope 0.0."
    )
    def leaves_out_unreached_nodes(edges, target):
        slopes = {target: 1.0}
        for node in reversed(topological_order(edges)):
            for (start, end), slope in edges.items():
                if end == node and node in slopes:
                    slopes[start] = slopes.get(start, 0.0) + slopes[node] * slope
        return slopes

    @mistake(
        "Right on small graphs, but it walks every path: 40 diamonds have 2⁴⁰ of them. Sweep backwards once, so that "
        "every edge is used once.",
        slow=True,
    )
    def walks_every_path(edges, target):
        def slope_from(node):
            if node == target:
                return 1.0
            return sum(
                (s * slope_from(end) for (start, end), s in edges.items() if start == node), 0.0
            )

        return {node: slope_from(node) for pair in edges for node in pair}

    @alternative
    def remembered_recursion(edges, target):
        known = {target: 1.0}

        def slope_from(node):
            if node not in known:
                known[node] = sum(
                    s * slope_from(end) for (start, end), s in edges.items() if start == node
                )
            return known[node]

        return {node: slope_from(node) for pair in edges for node in pair}

    @alternative
    def one_linear_system(edges, target):
        nodes = topological_order(edges)
        A = np.eye(len(nodes))
        for (start, end), slope in edges.items():
            A[nodes.index(start), nodes.index(end)] -= slope
        wanted = np.eye(len(nodes))[nodes.index(target)]
        return dict(zip(nodes, np.linalg.solve(A, wanted), strict=True))

    @alternative
    def gathers_from_outgoing_edges(edges, target):
        from collections import defaultdict

        slopes = defaultdict(int)
        for node in topological_order(edges)[::-1]:
            slopes[node] = int(node == target)
            for pair in edges:
                if pair[0] == node:
                    slopes[node] += edges[pair] * slopes[pair[1]]
        return slopes

    @invariant
    def order_of_the_edges_does_not_matter(call, rng):
        """Your slopes change when the same edges are given in another order."""
        edges, nodes = random_graph(rng)
        forwards, backwards = call(edges, nodes[-1]), call(dict(reversed(edges.items())), nodes[-1])
        return all(np.isclose(forwards[node], backwards[node]) for node in nodes)


class RelativeError(Exercise):
    """‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖), and 0 when both are zero."""

    points = 1

    def cases(rng):
        yield np.array([3.0, 4.0]), np.array([3.0, 4.5])
        yield np.array([1, 2]), np.array([1, -2])
        yield np.zeros(3), np.zeros(3)
        yield np.array([0.0, 0.0]), np.array([0.0, 2.0])
        yield 2.5, 2.0
        yield 0.0, 0.0
        yield 1e-4, -1e-4
        yield np.array([3.0, 4.0]), np.array([3.0, 4.0]) * (1 + 1e-6)
        for _ in range(3):
            analytic = rng.normal(size=(3, 2))
            yield analytic, analytic + 1e-3 * rng.normal(size=(3, 2))
            yield rng.normal(size=4), rng.normal(size=4)

    def reference(analytic, numeric):
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
        return difference / size if size > 0 else 0.0

    @mistake(
        "When both slopes are zero this is 0/0 = nan. They agree perfectly: return 0.0 in that case."
    )
    def nan_when_both_are_zero(analytic, numeric):
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        return difference / (np.linalg.norm(analytic) + np.linalg.norm(numeric))

    @mistake(
        "This is the absolute error: it says nothing without the size of the slopes. Divide by ‖a‖ + ‖n‖."
    )
    def absolute_error(analytic, numeric):
        return np.linalg.norm(np.subtract(analytic, numeric))

    @mistake(
        "You return one number per entry. Take the norm of each array first, so that one number is left."
    )
    def no_norm(analytic, numeric):
        analytic, numeric = np.asarray(analytic, dtype=float), np.asarray(numeric, dtype=float)
        size = np.abs(analytic) + np.abs(numeric)
        return np.abs(analytic - numeric) / np.where(size == 0, 1, size)

    @mistake(
        "Only one norm is divided by: put the sum in brackets, difference / (norm of a + norm of n)."
    )
    def sum_without_brackets(analytic, numeric):
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        a, n = np.linalg.norm(analytic), np.linalg.norm(numeric)
        return difference / a + n if a + n > 0 else 0.0

    @mistake(
        "Only one norm is divided by: put the sum in brackets, difference / (norm of a + norm of n)."
    )
    def sum_without_brackets_or_zero_case(analytic, numeric):
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        return difference / np.linalg.norm(analytic) + np.linalg.norm(numeric)

    @mistake("You divide by one of the two norms only: the sum ‖a‖ + ‖n‖ treats both alike.")
    def divided_by_the_analytic_norm(analytic, numeric):
        difference, size = np.linalg.norm(np.subtract(analytic, numeric)), np.linalg.norm(analytic)
        return difference / size if size > 0 else 0.0

    @mistake(
        "The norm is the root of the sum of squares (np.linalg.norm). Yours adds absolute values."
    )
    def sum_of_absolute_values(analytic, numeric):
        size = np.sum(np.abs(analytic)) + np.sum(np.abs(numeric))
        return np.sum(np.abs(np.subtract(analytic, numeric))) / size if size > 0 else 0.0

    @mistake("You divide by one of the two norms only: the sum ‖a‖ + ‖n‖ treats both alike.")
    def divided_by_the_numeric_norm(analytic, numeric):
        difference, size = np.linalg.norm(np.subtract(analytic, numeric)), np.linalg.norm(numeric)
        return difference / size if size > 0 else 0.0

    @mistake("You divide by the larger of the two norms: the formula has their sum, ‖a‖ + ‖n‖.")
    def divided_by_the_larger_norm(analytic, numeric):
        difference = np.linalg.norm(np.subtract(analytic, numeric))
        size = max(np.linalg.norm(analytic), np.linalg.norm(numeric))
        return difference / size if size > 0 else 0.0

    @mistake(
        "When only one of the two is zero they disagree completely, and the formula gives 1. "
        "Only when both are zero does 0.0 need a case of its own."
    )
    def zero_when_one_is_zero(analytic, numeric):
        a, n = np.linalg.norm(analytic), np.linalg.norm(numeric)
        return np.linalg.norm(np.subtract(analytic, numeric)) / (a + n) if a > 0 and n > 0 else 0.0

    @mistake(
        "The roots are missing: a norm is the root of the sum of squares (np.linalg.norm takes it)."
    )
    def roots_forgotten(analytic, numeric):
        size = np.sum(np.square(analytic)) + np.sum(np.square(numeric))
        return np.sum(np.square(np.subtract(analytic, numeric))) / size if size > 0 else 0.0

    @mistake("You divide by ‖a + n‖. Slopes of opposite sign cancel there: divide by ‖a‖ + ‖n‖.")
    def divided_by_the_norm_of_the_sum(analytic, numeric):
        difference, size = (
            np.linalg.norm(np.subtract(analytic, numeric)),
            np.linalg.norm(np.add(analytic, numeric)),
        )
        return difference / size if size > 0 else 0.0

    @mistake(
        "Norms have no sign, differences do: take the norm of the difference, not the difference of the norms."
    )
    def difference_of_the_norms(analytic, numeric):
        a, n = np.linalg.norm(analytic), np.linalg.norm(numeric)
        return abs(a - n) / (a + n) if a + n > 0 else 0.0

    @alternative
    def sums_of_squares(analytic, numeric):
        a, n = np.ravel(analytic).astype(float), np.ravel(numeric).astype(float)
        top = (a - n) @ (a - n)
        bottom = np.sqrt(a @ a) + np.sqrt(n @ n)
        return float(np.sqrt(top) / bottom) if bottom else 0

    @alternative
    def nan_replaced(analytic, numeric):
        from math import hypot

        a, n = np.atleast_1d(analytic).ravel(), np.atleast_1d(numeric).ravel()
        with np.errstate(invalid="ignore"):
            quotient = np.float64(hypot(*(a - n))) / (hypot(*a) + hypot(*n))
        return np.nan_to_num(quotient)

    @invariant
    def the_two_are_treated_alike(call, rng):
        """Your error changes when the two slopes are exchanged: the formula treats both alike."""
        a, n = rng.normal(size=(2, 3))
        return np.isclose(call(a, n), call(n, a))
