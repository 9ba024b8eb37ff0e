# %% forward · wrong · u is overwritten by u + c before it is returned, so the first entry is ab + c; shows whenever c is not 0
def forward(a, b, c):
    u = a * b
    u += c          # add the bias
    v = u
    F = 5 * v
    return u, v, F


# %% forward · wrong · passes v through a ReLU before the factor 5, so F is 0 whenever ab + c is negative; right for positive v
def forward(a, b, c):
    u = a * b
    v = u + c
    F = 5 * max(v, 0.0)
    return (u, v, F)


# %% forward · wrong · rounds the three values to 2 decimals for a neat print-out; right for whole numbers, wrong for floats with more decimals
def forward(a, b, c):
    u = round(a * b, 2)
    v = round(u + c, 2)
    F = round(5 * v, 2)
    return u, v, F


# %% forward · right · returns a namedtuple (a subclass of tuple) built with keyword arguments in another order
from collections import namedtuple

Values = namedtuple("Values", ["u", "v", "F"])


def forward(a, b, c):
    u = a * b
    v = c + u
    return Values(F=v * 5, v=v, u=u)


# %% forward · right · matrix products and numpy scalars: u float, v np.float64 from a dot product, F a 0-d array; prints too
def forward(a, b, c):
    u = a * b
    v = np.dot([u, c], [1.0, 1.0])
    F = np.array(sum(v for _ in range(5)))
    print("forward:", u, v, F)
    return tuple((u, v, F))


# %% local_slopes · wrong · gets the slopes of the product as the quotients u/a and u/b; right for nonzero inputs, division by zero when a or b is 0
def local_slopes(a, b, c):
    u = a * b
    return {
        "dF/dv": 5,
        "dv/du": 1,
        "dv/dc": 1,
        "du/da": u / a,
        "du/db": u / b,
    }


# %% local_slopes · wrong · already multiplies along the path, so every key but dF/dv holds the slope of F instead of the local slope (5, 5, 5b, 5a); shows on almost all inputs
def local_slopes(a, b, c):
    s = {}
    s["dF/dv"] = 5.0
    s["dv/du"] = s["dF/dv"] * 1.0
    s["dv/dc"] = s["dF/dv"] * 1.0
    s["du/da"] = s["dv/du"] * b
    s["du/db"] = s["dv/du"] * a
    return s


# %% local_slopes · wrong · setdefault on a global table keeps the a and b of the first call; the second call with other inputs returns stale du/da and du/db
_table = {"dF/dv": 5.0, "dv/du": 1.0, "dv/dc": 1.0}


def local_slopes(a, b, c):
    _table.setdefault("du/da", b)
    _table.setdefault("du/db", a)
    return dict(_table)


# %% local_slopes · right · measures each slope as a difference over a step of 1, which is exact (up to rounding) because every node is linear in each input
def local_slopes(a, b, c):
    def product(p, q):
        return p * q

    def plus(p, q):
        return p + q

    def five(p):
        return 5 * p

    u = product(a, b)
    v = plus(u, c)
    return {
        "dF/dv": five(v + 1) - five(v),
        "dv/du": plus(u + 1, c) - plus(u, c),
        "dv/dc": plus(u, c + 1) - plus(u, c),
        "du/da": product(a + 1, b) - product(a, b),
        "du/db": product(a, b + 1) - product(a, b),
    }


# %% local_slopes · right · a defaultdict filled in backwards order with numpy scalars of mixed types (np.float64, np.int64)
from collections import defaultdict


def local_slopes(a, b, c):
    out = defaultdict(float)
    jac = np.array([[0.0, 1.0], [1.0, 0.0]]) @ np.array([a, b], dtype=float)
    for name, s in zip(("a", "b"), jac):
        out["du/d" + name] = s
    for name in "cu":
        out["dv/d" + name] = np.int64(1)
    out["dF/dv"] = np.float64(5)
    return out


# %% slopes · wrong · returns steepness without sign, 5|b| and 5|a|; right for positive a and b, wrong as soon as one is negative
def slopes(a, b, c):
    dF_dv = 5
    dF_du = dF_dv * 1
    return (abs(dF_du * b), abs(dF_du * a), abs(dF_dv * 1))


# %% slopes · wrong · nudges a, then b, then c by 1e-3 without putting the earlier ones back, so dF/db is 5(a + 0.001); wrong on all inputs by 0.005
def slopes(a, b, c):
    h = 1e-3
    w = [float(a), float(b), float(c)]
    out = []
    for i in range(3):
        before = 5 * (w[0] * w[1] + w[2])
        w[i] += h
        after = 5 * (w[0] * w[1] + w[2])
        out.append((after - before) / h)
    return tuple(out)


# %% slopes · wrong · adds into global gradients that are never cleared; the first call is right, the second one contains the first one too
grads = {"a": 0.0, "b": 0.0, "c": 0.0}


def slopes(a, b, c):
    dv = 5.0
    du = dv
    grads["a"] += du * b
    grads["b"] += du * a
    grads["c"] += dv
    return grads["a"], grads["b"], grads["c"]


# %% slopes · right · complex-step differentiation, no chain rule at all: Im F(x + ih)/h with h = 1e-20
def slopes(a, b, c):
    h = 1e-20

    def F(p, q, r):
        return 5 * (p * q + r)

    here = (a, b, c)
    return tuple(
        F(*(complex(t, h if i == j else 0.0) for j, t in enumerate(here))).imag / h
        for i in range(3)
    )


# %% slopes · right · product of Jacobian matrices (1, 1)(1, 2)(2, 3), unpacked to a tuple of np.float64
def slopes(a, b, c):
    dF_dv = np.array([[5.0]])
    dv_duc = np.ones((1, 2))
    duc_dabc = np.array([[b, a, 0.0],
                         [0.0, 0.0, 1.0]])
    da, db, dc = np.linalg.multi_dot([dF_dv, dv_duc, duc_dabc]).ravel()
    return da, db, dc


# %% two_weights · wrong · multiplies by adding x k times in a loop over range(int(k)); right for whole k >= 0, wrong for fractional or negative k
def two_weights(x1, x2, k):
    d1 = 0.0
    d2 = 0.0
    for _ in range(int(k)):
        d1 += x1
        d2 += x2
    return d1, d2


# %% two_weights · wrong · one running product is not reset between the two paths, so dL/dw2 is k*x1*x2; shows unless x1 is 1
def two_weights(x1, x2, k):
    slope = k
    answer = []
    for x in (x1, x2):
        slope *= x
        answer.append(slope)
    return tuple(answer)


# %% two_weights · wrong · the 5 of the example is hard-coded and k is not read; right for k = 5 only
def two_weights(x1, x2, k):
    dL_dp = 5
    dp_dw1, dp_dw2 = x1, x2
    return (dL_dp * dp_dw1, dL_dp * dp_dw2)


# %% two_weights · right · differences of L between the corners w = (0, 0), (1, 0), (0, 1), exact because L is linear
def two_weights(x1, x2, k):
    def L(w1, w2):
        p = x1 * w1 + x2 * w2
        return k * p

    base = L(0, 0)
    return L(1, 0) - base, L(0, 1) - base


# %% two_weights · right · generator over itertools.product and functools.reduce, no names for the factors at all, results np.float64
import functools
import itertools
import operator


def two_weights(x1, x2, k):
    return tuple(
        np.float64(functools.reduce(operator.mul, factors, 1))
        for factors in itertools.product((x1, x2), (k,))
    )


# %% nudge · wrong · the argument eps is ignored and h = 1e-5 is hard-coded; right by default, wrong for eps = 0.1 on anything beyond quadratics
def nudge(f, x, eps=1e-5):
    h = 1e-5
    return float((f(x + h) - f(x - h)) / (2 * h))


# %% nudge · wrong · scales the step by max(1, |x|), so the step is not eps; right for |x| <= 1, wrong for larger |x| with eps = 0.1
def nudge(f, x, eps=1e-5):
    step = eps * max(1.0, abs(x))
    return float((f(x + step) - f(x - step)) / (2.0 * step))


# %% nudge · wrong · nudges in place inside an array of the dtype of x, so for an int x the nudge is cut off (5 and 4 instead of 5.00001 and 4.99999); right for float x
def nudge(f, x, eps=1e-5):
    xs = np.array([x, x])
    xs[0] += eps
    xs[1] -= eps
    return float((f(xs[0]) - f(xs[1])) / (2 * eps))


# %% nudge · right · np.gradient on three samples; the middle entry is the central difference, an np.float64
def nudge(f, x, eps=1e-5):
    samples = [f(x + i * eps) for i in (-1, 0, 1)]
    return np.gradient(np.array(samples, dtype=float), eps)[1]


# %% nudge · right · divides by the distance really travelled, (x + eps) - (x - eps), right point minus left point, with the sign pulled out twice
def nudge(f, x, eps=1e-5):
    left, right = x - eps, x + eps
    rise = -(f(left) - f(right))
    run = -(left - right)
    return rise / run


# %% slope_by_paths · wrong · depth-first search that enters every inner node only once, so paths that share an inner node are lost; right for trees and a single diamond, wrong for two diamonds in a row
def slope_by_paths(edges, source, target):
    seen = set()
    total = 0.0
    stack = [(source, 1.0)]
    while stack:
        node, product = stack.pop()
        if node == target:
            total += product
            continue
        if node in seen:
            continue
        seen.add(node)
        for (start, end), slope in edges.items():
            if start == node:
                stack.append((end, product * slope))
    return total


# %% slope_by_paths · wrong · sums the matrix powers only up to n - 2 for n nodes, so a path that visits every node is lost; right for a diamond, 0.0 for a single edge or a plain chain
def slope_by_paths(edges, source, target):
    nodes = []
    for pair in edges:
        for node in pair:
            if node not in nodes:
                nodes.append(node)
    if source not in nodes or target not in nodes:
        return 1.0 if source == target else 0.0
    n = len(nodes)
    A = np.zeros((n, n))
    for (start, end), slope in edges.items():
        A[nodes.index(start), nodes.index(end)] = slope
    power = np.eye(n)
    total = np.eye(n)
    for k in range(1, n - 1):
        power = power @ A
        total += power
    return float(total[nodes.index(source), nodes.index(target)])


# %% slope_by_paths · wrong · only ever finishes a path when an edge enters the target, so source == target gives 0.0 instead of 1.0; all other inputs are right
def slope_by_paths(edges, source, target):
    total = 0.0
    for (start, end), slope in edges.items():
        if start != source:
            continue
        if end == target:
            total += slope
        else:
            total += slope * slope_by_paths(edges, end, target)
    return total


# %% slope_by_paths · right · (I - A)^-1 = (I + A)(I + A^2)(I + A^4)... by repeated squaring of the adjacency matrix, returns np.float64
def slope_by_paths(edges, source, target):
    names = {node: None for pair in edges for node in pair}
    names.update({source: None, target: None})
    place = {node: i for i, node in enumerate(names)}
    n = len(place)
    A = np.zeros((n, n))
    for (start, end), slope in edges.items():
        A[place[start], place[end]] = slope
    total = np.eye(n)
    length = 1
    while length < n:
        total = total @ (np.eye(n) + A)
        A = A @ A
        length *= 2
    return total[place[source], place[target]]


# %% slope_by_paths · right · memoised recursion that walks from the target back to the source over predecessors, with a chatty print
from collections import defaultdict
from functools import lru_cache


def slope_by_paths(edges, source, target):
    into = defaultdict(list)
    for (start, end), slope in edges.items():
        into[end].append((start, slope))

    @lru_cache(maxsize=None)
    def reach(node):
        if node == source:
            return 1.0
        return sum((slope * reach(start) for start, slope in into.get(node, ())), 0.0)

    answer = reach(target)
    print(f"d{target}/d{source} = {answer}   {reach.cache_info()}")
    return answer


# %% backprop · wrong · seeds the last node of the topological order with 1 instead of the target; right when the target comes last, wrong for a target in the middle of the graph
def backprop(edges, target):
    order = topological_order(edges)
    grad = {node: 0.0 for node in order}
    grad[order[-1]] = 1.0
    for node in reversed(order):
        for (start, end), slope in edges.items():
            if end == node:
                grad[start] += slope * grad[node]
    return grad


# %% backprop · wrong · breadth-first from the target, every node handed on when first reached, before all its contributions are in; right for layered graphs, wrong when a skip connection leaves a node that has predecessors itself
from collections import deque


def backprop(edges, target):
    grad = {}
    for start, end in edges:
        grad[start] = 0.0
        grad[end] = 0.0
    grad[target] = 1.0
    queue = deque([target])
    queued = {target}
    while queue:
        node = queue.popleft()
        for (start, end), slope in edges.items():
            if end == node:
                grad[start] += slope * grad[node]
                if start not in queued:
                    queued.add(start)
                    queue.append(start)
    return grad


# %% backprop · wrong · the dictionary holds only the nodes that reach the target; keys of the others (which should be 0.0) are missing, shows on graphs with a side branch or a target in the middle
def backprop(edges, target):
    grad = {target: 1.0}
    for node in topological_order(edges)[::-1]:
        if node not in grad:
            continue
        for (start, end), slope in edges.items():
            if end == node:
                grad[start] = grad.get(start, 0.0) + slope * grad[node]
    return grad


# %% backprop · right · a dict subclass whose __missing__ computes a slope on demand (memoised recursion), no topological order needed
class Slopes(dict):
    def __init__(self, edges, target):
        super().__init__({target: 1.0})
        self.out = {}
        for (start, end), slope in edges.items():
            self.out.setdefault(start, []).append((end, slope))

    def __missing__(self, node):
        self[node] = sum((s * self[end] for end, s in self.out.get(node, [])), 0.0)
        return self[node]


def backprop(edges, target):
    slopes = Slopes(edges, target)
    for pair in edges:
        for node in pair:
            slopes[node]
    return slopes


# %% backprop · right · peels nodes off from the sinks by counting open outgoing edges (own Kahn sort), accumulates in a defaultdict of np.float64, prints the order
from collections import Counter, defaultdict


def backprop(edges, target):
    waiting = Counter(start for start, _ in edges)
    parents = defaultdict(list)
    grad = defaultdict(np.float64)
    for (start, end), slope in edges.items():
        parents[end].append((start, slope))
        grad[start], grad[end]
    grad[target] += 1
    ready = [node for node in grad if waiting[node] == 0]
    while ready:
        node = ready.pop()
        print(node, end=" ")
        for start, slope in parents[node]:
            grad[start] += slope * grad[node]
            waiting[start] -= 1
            if waiting[start] == 0:
                ready.append(start)
    print()
    return grad


# %% relative_error · wrong · returns 0.0 as soon as one of the two is zero (the answer is 1.0 then); right when both are zero or neither is
def relative_error(analytic, numeric):
    na = np.linalg.norm(analytic)
    nn = np.linalg.norm(numeric)
    if na == 0 or nn == 0:
        return 0.0
    return float(np.linalg.norm(np.subtract(analytic, numeric)) / (na + nn))


# %% relative_error · wrong · norm of the sum in the denominator instead of the sum of the norms; right for parallel vectors (one positive number each), wrong in general and far too large for opposite signs
def relative_error(analytic, numeric):
    a = np.asarray(analytic, dtype=float)
    n = np.asarray(numeric, dtype=float)
    if not a.any() and not n.any():
        return 0.0
    return float(np.linalg.norm(a - n) / np.linalg.norm(a + n))


# %% relative_error · wrong · sums of squares everywhere, the square roots are forgotten; wrong on all inputs except equal ones, both zero or one zero
def relative_error(analytic, numeric):
    a, n = np.ravel(analytic), np.ravel(numeric)
    top = np.sum((a - n) ** 2)
    bottom = np.sum(a ** 2) + np.sum(n ** 2)
    return float(top / bottom) if bottom > 0 else 0.0


# %% relative_error · right · pure Python with math.hypot over the flattened numbers, "or 1" instead of an if
import math


def relative_error(analytic, numeric):
    a = [float(t) for t in np.ravel(analytic)]
    n = [float(t) for t in np.ravel(numeric)]
    size = math.hypot(*a) + math.hypot(*n)
    return math.hypot(*(p - q for p, q in zip(a, n))) / (size or 1)


# %% relative_error · right · einsum norms, divides first and chooses with np.where after, so 0/0 only prints a RuntimeWarning; the result is a 0-d array
def relative_error(analytic, numeric):
    def norm(t):
        t = np.ravel(np.asarray(t, dtype=float))
        return np.sqrt(np.einsum("i,i->", t, t))

    a, n = np.asarray(analytic, dtype=float), np.asarray(numeric, dtype=float)
    total = np.add(norm(a), norm(n))
    return np.where(total == 0, 0.0, np.divide(norm(a - n), total))
