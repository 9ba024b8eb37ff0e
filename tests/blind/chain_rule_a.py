# %% forward · wrong · returns the three values in reverse order (F, v, u), shows on every input where u and F differ
def forward(a, b, c):
    u = a * b
    v = u + c
    F = 5 * v
    return F, v, u

# %% forward · wrong · rounds everything to two decimals for nice printing, shows as soon as the inputs have more decimals (fine on integers)
def forward(a, b, c):
    u = round(a * b, 2)
    v = round(u + c, 2)
    F = round(5 * v, 2)
    print("u =", u, " v =", v, " F =", F)
    return (u, v, F)

# %% forward · wrong · u and v are right but F is written as 5ab + c (the bracket is lost), shows on every input with c not 0
def forward(a, b, c):
    u = a*b
    v = u + c
    # put everything in one formula
    F = 5*a*b + c
    return u, v, F

# %% forward · right · returns a list, small inner functions, prints the steps
def forward(a, b, c):
    def times(p, q):
        return p * q

    def plus(p, q):
        return p + q

    steps = [times(a, b)]
    steps.append(plus(steps[-1], c))
    steps.append(times(5, steps[-1]))
    for name, value in zip("uvF", steps):
        print(name, "->", value)
    return steps

# %% forward · right · multiplied out (F = 5u + 5c, v = F / 5) with np.float64 results
def forward(a, b, c):
    u = np.float64(np.prod([a, b]))
    F = np.float64(5) * u + np.float64(5) * c
    v = F / 5
    return (u, v, F)

# %% local_slopes · wrong · gives the accumulated slopes of F under the local names (dv/du = 5, du/da = 5b ...), only dF/dv is right, shows on every input
def local_slopes(a, b, c):
    dF_dv = 5
    dv_du = dF_dv * 1
    dv_dc = dF_dv * 1
    du_da = dv_du * b
    du_db = dv_du * a
    return {"dF/dv": dF_dv, "dv/du": dv_du, "dv/dc": dv_dc, "du/da": du_da, "du/db": du_db}

# %% local_slopes · wrong · du/da and du/db are swapped, shows whenever a and b differ
def local_slopes(a, b, c):
    slopes = {}
    slopes["dF/dv"] = 5.0
    slopes["dv/du"] = 1.0
    slopes["dv/dc"] = 1.0
    slopes["du/da"] = float(a)
    slopes["du/db"] = float(b)
    return slopes

# %% local_slopes · wrong · takes output divided by input as slope, right for the products but dv/du = v/u and dv/dc = v/c are not 1, shows on every ordinary input
def local_slopes(a, b, c):
    u = a * b
    v = u + c
    F = 5 * v

    def slope(out, inp):
        # how much comes out per unit that goes in
        return out / inp if inp != 0 else 0.0

    return {
        "dF/dv": slope(F, v),
        "dv/du": slope(v, u),
        "dv/dc": slope(v, c),
        "du/da": slope(u, a),
        "du/db": slope(u, b),
    }

# %% local_slopes · right · OrderedDict in another key order, values are np.float64 and plain ints mixed
from collections import OrderedDict

def local_slopes(a, b, c):
    out = OrderedDict()
    out["du/db"] = np.float64(a)
    out["du/da"] = np.float64(b)
    out["dv/dc"] = 1
    out["dv/du"] = 1
    out["dF/dv"] = 5
    return out

# %% local_slopes · right · measures each step by a symmetric difference of step 1 in exact fractions, which is exact because every step is linear in each input
def local_slopes(a, b, c):
    from fractions import Fraction
    a, b, c = (Fraction(float(t)) for t in (a, b, c))
    product = lambda p, q: p * q
    total = lambda p, q: p + q
    five = lambda p: 5 * p

    def wiggle(fn, args, i):
        up, down = list(args), list(args)
        up[i] += 1
        down[i] -= 1
        return float((fn(*up) - fn(*down)) / 2)

    u = product(a, b)
    v = total(u, c)
    return dict([
        ("dF/dv", wiggle(five, [v], 0)),
        ("dv/du", wiggle(total, [u, c], 0)),
        ("dv/dc", wiggle(total, [u, c], 1)),
        ("du/da", wiggle(product, [a, b], 0)),
        ("du/db", wiggle(product, [a, b], 1)),
    ])

# %% slopes · wrong · adds the local slopes along the path instead of multiplying them, shows on practically every input
def slopes(a, b, c):
    dF_dv, dv_du, dv_dc = 5, 1, 1
    du_da, du_db = b, a
    dF_da = dF_dv + dv_du + du_da
    dF_db = dF_dv + dv_du + du_db
    dF_dc = dF_dv + dv_dc
    return dF_da, dF_db, dF_dc

# %% slopes · wrong · numeric slopes on np.array([a, b, c]), right on floats, but when all three inputs are integers the nudge is cut off and every slope is 0
def slopes(a, b, c):
    def F(p):
        return 5 * (p[0] * p[1] + p[2])

    h = 1e-5
    x = np.array([a, b, c])
    result = []
    for i in range(3):
        x2 = x.copy()
        x2[i] += h
        result.append((F(x2) - F(x)) / h)
    return tuple(result)

# %% slopes · wrong · sends the forward value v back instead of the slope 5, so (v*b, v*a, v), shows whenever v is not 5
def slopes(a, b, c):
    u = a * b
    v = u + c
    # backward pass
    grad_v = v
    grad_u = grad_v * 1
    grad_c = grad_v * 1
    grad_a = grad_u * b
    grad_b = grad_u * a
    return (grad_a, grad_b, grad_c)

# %% slopes · right · complex step derivative (tiny imaginary nudge), exact here, returns a tuple of floats
def slopes(a, b, c):
    tiny = 1e-30
    F = lambda a, b, c: 5 * (a * b + c)
    da = F(complex(a, tiny), b, c).imag / tiny
    db = F(a, complex(b, tiny), c).imag / tiny
    dc = F(a, b, complex(c, tiny)).imag / tiny
    return da, db, dc

# %% slopes · right · product of three Jacobian matrices, returned as a plain list
def slopes(a, b, c):
    J_F = np.array([[5.0]])                          # dF / dv
    J_v = np.array([[1.0, 1.0]])                     # dv / d(u, c)
    J_uc = np.array([[b, a, 0.0], [0.0, 0.0, 1.0]])  # d(u, c) / d(a, b, c)
    return (J_F @ J_v @ J_uc).ravel().tolist()

# %% two_weights · wrong · k multiplies only the first slope (missing brackets), the second is x2, shows when k is not 1 and x2 not 0
def two_weights(x1, x2, k):
    return k * x1, x2

# %% two_weights · wrong · the 5 of the example is hard-coded, right on (0.5, 0.2, 5), shows for every other k
def two_weights(x1, x2, k):
    dL_dp = 5
    dp_dw1 = x1
    dp_dw2 = x2
    return (dL_dp * dp_dw1, dL_dp * dp_dw2)

# %% two_weights · wrong · adds over both branches, so both slopes are k*(x1 + x2), shows as soon as one of x1, x2 is not 0
def two_weights(x1, x2, k):
    grads = []
    for w in ("w1", "w2"):
        total = 0
        for x in (x1, x2):      # p has two paths -> add over paths
            total += k * x
        grads.append(total)
    return tuple(grads)

# %% two_weights · right · L is linear in the weights without constant, so the slopes are the values of L at (1, 0) and (0, 1), returned as a list
def two_weights(x1, x2, k):
    def L(w1, w2):
        p = x1 * w1 + x2 * w2
        return k * p
    return [L(1, 0), L(0, 1)]

# %% two_weights · right · forward mode with a tiny dual number class, returns np.float64 in a tuple
class Dual:
    def __init__(self, val, dot=0.0):
        self.val, self.dot = val, dot

    def __add__(self, o):
        return Dual(self.val + o.val, self.dot + o.dot)

    def __mul__(self, o):
        return Dual(self.val * o.val, self.val * o.dot + self.dot * o.val)


def two_weights(x1, x2, k):
    w1, w2 = 0.3, -0.7   # any point will do

    def run(d1, d2):
        p = Dual(x1) * Dual(w1, d1) + Dual(x2) * Dual(w2, d2)
        return np.float64((Dual(k) * p).dot)

    return run(1.0, 0.0), run(0.0, 1.0)

# %% nudge · wrong · ignores the eps it is given and always uses 1e-5, shows with eps = 0.1 on a curved f such as x**3
def nudge(f, x, eps=1e-5):
    eps = 1e-5
    return (f(x + eps) - f(x - eps)) / (2 * eps)

# %% nudge · wrong · precedence slip, / 2 * eps multiplies by eps instead of dividing by it, shows on every f with a slope
def nudge(f, x, eps=1e-5):
    right = f(x + eps)
    left = f(x - eps)
    return float((right - left) / 2 * eps)

# %% nudge · wrong · the third parameter is called h, so nudge(f, x, eps=0.1) is a TypeError (fine with a positional step or the default)
def nudge(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)

# %% nudge · right · a loop over the signs +1 and -1, prints what it evaluates
def nudge(f, x, eps=1e-5):
    total = 0.0
    for sign in (+1, -1):
        value = f(x + sign * eps)
        print(f"f({x + sign * eps}) = {value}")
        total += sign * value
    return total / eps / 2

# %% nudge · right · divides by the distance really travelled (hi - lo) instead of 2*eps, works in and returns np.float64
def nudge(f, x, eps=1e-5):
    lo, hi = np.float64(x) - eps, np.float64(x) + eps
    rise = np.subtract(f(hi), f(lo))
    run = hi - lo
    return np.float64(rise / run)

# %% slope_by_paths · wrong · no base case for the start, so source == target gives 0.0 instead of 1.0, right everywhere else
def slope_by_paths(edges, source, target):
    total = 0.0
    for (start, end), s in edges.items():
        if start != source:
            continue
        if end == target:
            total += s
        else:
            total += s * slope_by_paths(edges, end, target)
    return total

# %% slope_by_paths · wrong · depth first search with one visited set for all paths, right on a single diamond, loses paths when two paths meet before the target (diamond plus a tail, two diamonds in a row)
def slope_by_paths(edges, source, target):
    children = {}
    for (p, q), s in edges.items():
        children.setdefault(p, []).append((q, s))

    visited = set()

    def dfs(node):
        if node == target:
            return 1.0
        visited.add(node)
        result = 0.0
        for nxt, s in children.get(node, []):
            if nxt not in visited:
                result += s * dfs(nxt)
        return result

    return dfs(source)

# %% slope_by_paths · wrong · memo as a mutable default argument, right on the first graph, the next call with the same node names and other slopes gets old values
def slope_by_paths(edges, source, target, memo={}):
    if source == target:
        return 1.0
    if (source, target) in memo:
        return memo[(source, target)]
    total = 0.0
    for (a, b) in edges:
        if a == source:
            total += edges[(a, b)] * slope_by_paths(edges, b, target, memo)
    memo[(source, target)] = total
    return total

# %% slope_by_paths · right · sums the powers of the slope matrix, I + A + A^2 + ..., returns np.float64
def slope_by_paths(edges, source, target):
    names = {source, target}
    for edge in edges:
        names.update(edge)
    number = {name: i for i, name in enumerate(names)}
    n = len(number)
    A = np.zeros((n, n))
    for (p, q), s in edges.items():
        A[number[p], number[q]] = s
    power = np.eye(n)
    S = np.eye(n)
    for _ in range(n):
        power = power @ A
        S = S + power
    return S[number[source], number[target]]

# %% slope_by_paths · right · iterative, an explicit stack of (node, product so far), no recursion, gives an int when all slopes are ints
def slope_by_paths(edges, source, target):
    todo = [(source, 1)]
    total = 0
    while todo:
        node, prod = todo.pop()
        if node == target:
            total += prod
            continue
        todo.extend((q, prod * s) for (p, q), s in edges.items() if p == node)
    return total

# %% backprop · wrong · seeds the last node of the order instead of target, right when target is the only sink, shows when target lies in the middle or there is a second sink
def backprop(edges, target):
    order = topological_order(edges)
    grad = {node: 0.0 for node in order}
    grad[order[-1]] = 1.0
    for node in reversed(order):
        for (p, q), s in edges.items():
            if q == node:
                grad[p] += s * grad[node]
    return grad

# %% backprop · wrong · leaves out every node that does not reach target instead of giving it 0.0, shows with a second sink, a separate piece or nodes behind target
def backprop(edges, target):
    order = list(topological_order(edges))
    d = {target: 1.0}
    for node in order[::-1]:
        if node in d:
            for p, q in edges:
                if q == node:
                    d[p] = d.get(p, 0.0) + edges[p, q] * d[node]
    return d

# %% backprop · wrong · breadth first from the target instead of reverse topological order, right on diamonds, a node reached by a short and a long path passes on its slope before it is complete
def backprop(edges, target):
    nodes = set()
    for p, q in edges:
        nodes.add(p)
        nodes.add(q)
    grads = dict.fromkeys(nodes, 0.0)
    grads[target] = 1.0
    queue = [target]
    seen = {target}
    while queue:
        current = queue.pop(0)
        for (p, q), slope in edges.items():
            if q == current:
                grads[p] += grads[current] * slope
                if p not in seen:
                    seen.add(p)
                    queue.append(p)
    return grads

# %% backprop · right · own Kahn sort from the back (counts the edges that still have to report), never calls topological_order, returns a defaultdict
from collections import defaultdict, deque

def backprop(edges, target):
    incoming = defaultdict(list)
    waiting = {}
    for (p, q), s in edges.items():
        incoming[q].append((p, s))
        waiting[p] = waiting.get(p, 0) + 1
        waiting.setdefault(q, 0)
    grad = defaultdict(float)
    for node in waiting:
        grad[node] = 1.0 if node == target else 0.0
    ready = deque(n for n, w in waiting.items() if w == 0)
    while ready:
        q = ready.popleft()
        for p, s in incoming.get(q, ()):
            grad[p] += s * grad[q]
            waiting[p] -= 1
            if waiting[p] == 0:
                ready.append(p)
    return grad

# %% backprop · right · solves the triangular system (I - A) g = e_target in topological order, np.float64 values
def backprop(edges, target):
    order = topological_order(edges)
    idx = dict(zip(order, range(len(order))))
    M = np.eye(len(order))
    for (p, q), s in edges.items():
        M[idx[p], idx[q]] -= s
    e = np.zeros(len(order))
    if target in idx:
        e[idx[target]] = 1
    g = np.linalg.solve(M, e)
    return {node: g[i] for node, i in idx.items()}

# %% relative_error · wrong · divides by the larger of the two norms instead of their sum, up to twice too large, shows on every input with a difference
def relative_error(analytic, numeric):
    a = np.asarray(analytic, dtype=float)
    n = np.asarray(numeric, dtype=float)
    bottom = max(np.linalg.norm(a), np.linalg.norm(n))
    if bottom == 0:
        return 0.0
    return np.linalg.norm(a - n) / bottom

# %% relative_error · wrong · compares only the lengths, | |a| - |n| | on top instead of |a - n|, right for parallel vectors, shows when the directions differ (a against -a gives 0)
def relative_error(analytic, numeric):
    size_a = np.sqrt(np.sum(np.square(analytic)))
    size_n = np.sqrt(np.sum(np.square(numeric)))
    if size_a + size_n == 0:
        return 0.0
    return abs(size_a - size_n) / (size_a + size_n)

# %% relative_error · wrong · "or" for "and" in the zero guard, 0.0 as soon as ONE of the two is zero (must be 1.0 there), right everywhere else
def relative_error(analytic, numeric):
    analytic = np.array(analytic)
    numeric = np.array(numeric)
    if not analytic.any() or not numeric.any():
        return 0.0
    num = np.linalg.norm(analytic - numeric)
    den = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return num / den

# %% relative_error · right · pure Python, flattens numbers, nested lists and arrays by recursion, math.hypot as norm
import math

def relative_error(analytic, numeric):
    def flat(t):
        if hasattr(t, "tolist"):
            t = t.tolist()
        if isinstance(t, (list, tuple)):
            return [x for part in t for x in flat(part)]
        return [float(t)]

    a, n = flat(analytic), flat(numeric)
    top = math.hypot(*[p - q for p, q in zip(a, n)])
    bottom = math.hypot(*a) + math.hypot(*n)
    return top / bottom if bottom > 0 else 0.0

# %% relative_error · right · everything as columns and sqrt(d.T @ d), so the result is a (1, 1) array except in the zero case
def relative_error(analytic, numeric):
    a = np.asarray(analytic, dtype=float).reshape(-1, 1)
    n = np.asarray(numeric, dtype=float).reshape(-1, 1)
    d = a - n
    norm = lambda col: np.sqrt(col.T @ col)
    below = norm(a) + norm(n)
    if below == 0:
        return 0.0
    return norm(d) / below
