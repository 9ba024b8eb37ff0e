# %% one_example · wrong · W1 is reshaped to (3, 2) to get "one row per neuron" (reshape is no transpose), E and dW1 are wrong unless W1 happens to look the same both ways
def one_example(x, W1, W2, y):
    rows = W1.reshape(3, 2)            # one row per hidden neuron
    h = np.zeros(3)
    for j in range(3):
        h[j] = sigmoid(rows[j][0] * x[0] + rows[j][1] * x[1])
    O = sigmoid(np.dot(h, W2[:, 0]))
    E = 0.5 * (O - y) ** 2
    d = (O - y) * O * (1 - O)
    dW2 = (d * h).reshape(3, 1)
    dh = d * W2[:, 0] * h * (1 - h)
    drows = np.zeros((3, 2))
    for j in range(3):
        for i in range(2):
            drows[j, i] = dh[j] * x[i]
    return {"E": float(E), "dW1": drows.reshape(2, 3), "dW2": dW2}

# %% one_example · wrong · the buffers come from np.full(shape, 0), an int array, so every slope is cut to 0
def one_example(x, W1, W2, y):
    h = sigmoid(x @ W1)
    O = float(sigmoid(h @ W2)[0])
    dW1 = np.full(W1.shape, 0)
    dW2 = np.full(W2.shape, 0)
    d = (O - y) * O * (1 - O)
    for j in range(W1.shape[1]):
        dW2[j, 0] = d * h[j]
        for i in range(W1.shape[0]):
            dW1[i, j] = d * W2[j, 0] * h[j] * (1 - h[j]) * x[i]
    return {"E": 0.5 * (O - y) ** 2, "dW1": dW1, "dW2": dW2}

# %% one_example · wrong · W2 is flattened for comfort and dW2 goes back as (3,) instead of (3, 1)
def one_example(x, W1, W2, y):
    v = W2.ravel()
    h = sigmoid(np.dot(x, W1))
    O = sigmoid(np.dot(h, v))
    E = (O - y) ** 2 / 2
    delta = (O - y) * O * (1 - O)
    dW2 = delta * h
    dW1 = np.outer(x, delta * v * h * (1 - h))
    return {"E": E, "dW1": dW1, "dW2": dW2}

# %% one_example · right · walks all six paths one by one with plain Python floats, arrays only at the very end
def one_example(x, W1, W2, y):
    from math import exp
    target = float(np.ravel(y)[0])

    class Neuron:
        def __init__(self, ins, weights):
            self.ins, self.weights = ins, weights
            t = sum(p * q for p, q in zip(ins, weights))
            self.out = 1 / (1 + exp(-t)) if t >= 0 else exp(t) / (1 + exp(t))
            self.slope = self.out * (1 - self.out)

    xs = [float(t) for t in x]
    hidden = [Neuron(xs, [float(W1[i][j]) for i in range(len(xs))]) for j in range(len(W2))]
    top = Neuron([n.out for n in hidden], [float(w[0]) for w in W2])
    err = top.out - target
    dW2 = [[err * top.slope * n.out] for n in hidden]
    dW1 = [[err * top.slope * w * n.slope * xi for n, w in zip(hidden, top.weights)] for xi in xs]
    return {"E": err * err / 2, "dW1": np.array(dW1), "dW2": np.array(dW2)}

# %% one_example · right · einsum with named axes, the dict is filled in another order, E is a (1, 1) array
def one_example(x, W1, W2, y):
    X = np.atleast_2d(x)
    H = sigmoid(np.einsum("mi,ij->mj", X, W1))
    O = sigmoid(np.einsum("mj,jk->mk", H, W2))
    e = O - np.reshape(y, (1, 1))
    s = e * O * (1 - O)
    return dict(
        dW2=np.einsum("mj,mk->jk", H, s),
        dW1=np.einsum("mi,mk,jk,mj->ij", X, s, W2, H * (1 - H)),
        E=e * e / 2,
    )

# %% shapes · wrong · m is overwritten by the 4 of the story, right only for m = 4
def shapes(m):
    m = 4          # four observations
    n, hid, out = 2, 3, 1
    return {"X": (m, n), "W1": (n, hid), "b1": (1, hid), "z1": (m, hid), "a1": (m, hid),
            "W2": (hid, out), "b2": (1, out), "z2": (m, out), "a2": (m, out),
            "delta2": (m, out), "dW2": (hid, out), "db2": (1, out),
            "da1": (m, hid), "delta1": (m, hid), "dW1": (n, hid), "db1": (1, hid)}

# %% shapes · wrong · biases and their slopes are one-dimensional, (3,) and (1,)
def shapes(m):
    s = {}
    s["X"] = (m, 2)
    s["W1"] = s["dW1"] = (2, 3)
    s["b1"] = s["db1"] = (3,)
    s["z1"] = s["a1"] = s["da1"] = s["delta1"] = (m, 3)
    s["W2"] = s["dW2"] = (3, 1)
    s["b2"] = s["db2"] = (1,)
    s["z2"] = s["a2"] = s["delta2"] = (m, 1)
    return s

# %% shapes · wrong · the other convention: examples are columns, so X is (2, m) and biases stand upright
def shapes(m):
    return dict(X=(2, m), W1=(2, 3), b1=(3, 1), z1=(3, m), a1=(3, m),
                W2=(3, 1), b2=(1, 1), z2=(1, m), a2=(1, m), delta2=(1, m),
                dW2=(3, 1), db2=(1, 1), da1=(3, m), delta1=(3, m), dW1=(2, 3), db1=(3, 1))

# %% shapes · right · runs a network full of zeros forward and back and asks every array for its shape
def shapes(m):
    X, W1, b1 = np.zeros((m, 2)), np.zeros((2, 3)), np.zeros((1, 3))
    W2, b2, y = np.zeros((3, 1)), np.zeros((1, 1)), np.zeros((m, 1))
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    delta2 = a2 - y
    dW2 = a1.T @ delta2
    db2 = delta2.sum(axis=0, keepdims=True)
    da1 = delta2 @ W2.T
    delta1 = da1 * a1
    dW1 = X.T @ delta1
    db1 = np.ones((1, m)) @ delta1
    names = "X W1 b1 z1 a1 W2 b2 z2 a2 delta2 dW2 db2 da1 delta1 dW1 db1".split()
    here = locals()
    return {name: np.shape(here[name]) for name in names}

# %% shapes · right · a small table of axis letters, parsed
def shapes(m):
    size = dict(m=m, n=2, h=3, o=1, _=1)
    table = "X:mn W1:nh b1:_h z1:mh a1:mh W2:ho b2:_o z2:mo a2:mo delta2:mo dW2:ho db2:_o da1:mh delta1:mh dW1:nh db1:_h"
    return {k: tuple(size[c] for c in v) for k, v in (t.split(":") for t in table.split())}

# %% initialize · wrong · 1/n_in is given to normal() as if it were the variance, the spread is √n_in times too small
def initialize(sizes, seed):
    rng = np.random.default_rng(seed)
    n0, n1, n2 = sizes
    return {"W1": rng.normal(0, 1 / n0, (n0, n1)), "b1": np.zeros((1, n1)),
            "W2": rng.normal(0, 1 / n1, (n1, n2)), "b2": np.zeros((1, n2))}

# %% initialize · wrong · one generator is kept on the function (a singleton), so the same seed twice gives other numbers
def initialize(sizes, seed):
    if not hasattr(initialize, "rng"):
        initialize.rng = np.random.default_rng(seed)
    rng = initialize.rng
    params = {}
    for i in range(1, 3):
        params["W" + str(i)] = rng.standard_normal((sizes[i - 1], sizes[i])) / np.sqrt(sizes[i - 1])
        params["b" + str(i)] = np.zeros((1, sizes[i]))
    return params

# %% initialize · wrong · divides by the root of the number of outputs (off by one in sizes), shows when the sizes differ
def initialize(sizes, seed):
    np.random.seed(seed)
    params = {}
    for layer in (1, 2):
        n_in, n_out = sizes[layer - 1], sizes[layer]
        params[f"W{layer}"] = np.random.randn(n_in, n_out) / np.sqrt(sizes[layer])
        params[f"b{layer}"] = np.zeros((1, n_out))
    return params

# %% initialize · right · the standard library's random.Random, number by number
def initialize(sizes, seed):
    import random
    r = random.Random(int(seed))
    params = {}
    for k, (rows, cols) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        sd = rows ** -0.5
        params["W%d" % k] = np.array([[r.gauss(0.0, sd) for _ in range(cols)] for _ in range(rows)])
        params["b%d" % k] = np.array([[0.0] * cols])
    return params

# %% initialize · right · Box–Muller by hand from uniform numbers, both layers cut from one long vector
def initialize(sizes, seed):
    n0, n1, n2 = (int(s) for s in sizes)
    total = n0 * n1 + n1 * n2
    rng = np.random.RandomState(seed)
    u, v = 1 - rng.random_sample(total), rng.random_sample(total)
    g = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    W1, W2 = np.split(g, [n0 * n1])
    return {"W1": W1.reshape(n0, n1) / n0 ** 0.5, "W2": W2.reshape(n1, n2) / n1 ** 0.5,
            "b1": np.zeros((1, n1)), "b2": np.zeros((1, n2))}

# %% forward · wrong · a1 = z1 is no copy, the sigmoid written into a1 also overwrites z1 (same for layer 2), a1 and a2 are right and z1, z2 are not
def forward(X, params):
    z1 = X @ params["W1"] + params["b1"]
    a1 = z1
    a1[:] = sigmoid(z1)
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = z2
    a2[:] = sigmoid(z2)
    return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": a2}

# %% forward · wrong · the bias is added after the sigmoid, shows with any bias that is not 0
def forward(X, params):
    cache = {"X": X}
    cache["z1"] = np.dot(X, params["W1"])
    cache["a1"] = sigmoid(cache["z1"]) + params["b1"]
    cache["z2"] = np.dot(cache["a1"], params["W2"])
    cache["a2"] = sigmoid(cache["z2"]) + params["b2"]
    return cache

# %% forward · wrong · article layout z = WᵀX with examples in columns, the numbers are right but every array but X is lying on its side
def forward(X, params):
    z1 = params["W1"].T @ X.T + params["b1"].T
    a1 = sigmoid(z1)
    z2 = params["W2"].T @ a1 + params["b2"].T
    a2 = sigmoid(z2)
    return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": a2}

# %% forward · right · biases ride along as an extra row of weights under an extra column of ones
def forward(X, params):
    cache, a = {"X": X}, X
    for k in "12":
        ones = np.ones((len(a), 1))
        z = np.hstack([a, ones]) @ np.vstack([params["W" + k], params["b" + k]])
        a = sigmoid(z)
        cache["z" + k], cache["a" + k] = z, a
    return cache

# %% forward · right · three nested loops as in C, sizes read from the weights
def forward(X, params):
    def layer(A, W, b):
        rows, n_in, n_out = len(A), len(W), len(W[0])
        Z = np.empty((rows, n_out), dtype=float)
        S = np.empty((rows, n_out), dtype=float)
        for r in range(rows):
            for j in range(n_out):
                t = float(b[0][j])
                for i in range(n_in):
                    t += float(A[r][i]) * float(W[i][j])
                Z[r, j] = t
                S[r, j] = sigmoid(t)
        return Z, S

    z1, a1 = layer(X, params["W1"], params["b1"])
    z2, a2 = layer(a1, params["W2"], params["b2"])
    return dict(zip(("X", "z1", "a1", "z2", "a2"), (np.array(X), z1, a1, z2, a2)))

# %% add_gate · wrong · delta[:1] is a view, adding the other rows into it changes the first row of d_product too (any m above 1)
def add_gate(delta):
    d_bias = delta[:1]
    for i in range(1, delta.shape[0]):
        d_bias += delta[i]
    return delta, d_bias

# %% add_gate · wrong · the two results in the other order (bias first)
def add_gate(delta):
    d_bias = np.sum(delta, axis=0, keepdims=True)
    d_product = delta.copy()
    return d_bias, d_product

# %% add_gate · wrong · the slope is shared: each of the two inputs gets half of δ
def add_gate(delta):
    half = delta / 2
    return half, half.sum(axis=0).reshape(1, -1)

# %% add_gate · right · 1ᵀδ with a row of ones
def add_gate(delta):
    return delta, np.ones((1, delta.shape[0])) @ delta

# %% add_gate · right · functional: reduce over the rows, a list instead of a tuple
def add_gate(delta):
    from functools import reduce
    total = reduce(lambda p, q: p + q, list(delta))
    return [1 * delta, np.array([total])]

# %% mul_gate · wrong · = for += in the loop over examples, dW holds only the last example
def mul_gate(delta, a, W):
    da = np.zeros(a.shape)
    dW = np.zeros(W.shape)
    for i in range(len(a)):
        da[i] = W @ delta[i]
        dW = np.outer(a[i], delta[i])
    return da, dW

# %% mul_gate · wrong · W.reshape swaps the sizes but not the numbers, da is wrong whenever W has more than one row and column (right for (3, 1))
def mul_gate(delta, a, W):
    n_in, n_out = W.shape
    da = delta @ W.reshape(n_out, n_in)
    dW = a.T @ delta
    return da, dW

# %% mul_gate · wrong · divides dW by m although 1/m already sits in δ
def mul_gate(delta, a, W):
    m = a.shape[0]
    dW = np.matmul(a.transpose(), delta) / m
    da = np.matmul(delta, W.transpose())
    return (da, dW)

# %% mul_gate · right · einsum, no transpose anywhere
def mul_gate(delta, a, W):
    return np.einsum("mo,io->mi", delta, W), np.einsum("mi,mo->io", a, delta)

# %% mul_gate · right · one outer product per example summed by Python's sum, and inner for da
def mul_gate(delta, a, W):
    dW = sum((np.multiply.outer(ai, di) for ai, di in zip(a, delta)), np.zeros(np.shape(W)))
    return np.inner(delta, W), dW

# %% sigmoid_gate · wrong · brackets lost: da * a * 1 - a
def sigmoid_gate(da, a):
    return da * a * 1 - a

# %% sigmoid_gate · wrong · the slope of tanh (1 − a²) from another article
def sigmoid_gate(da, a):
    delta = da * (1.0 - np.power(a, 2))
    return delta

# %% sigmoid_gate · wrong · lets δ through where a is positive, as for ReLU; a sigmoid is always positive, so δ = da
def sigmoid_gate(da, a):
    delta = np.array(da, dtype=float)
    delta[a <= 0] = 0
    return delta

# %% sigmoid_gate · right · the Jacobian of every row as a diagonal matrix, row by row
def sigmoid_gate(da, a):
    return np.vstack([np.asarray(d, dtype=float) @ np.diag(s * (1.0 - s)) for d, s in zip(da, a)])

# %% sigmoid_gate · right · a comprehension over every entry
def sigmoid_gate(da, a):
    return np.array([[float(d) * float(s) * (1 - float(s)) for d, s in zip(*rows)] for rows in zip(da, a)])

# %% backward · wrong · δ = h − y, the average comes later, but only for the weights: db1 and db2 are m times too large
def backward(y, params, cache):
    m = y.shape[0]
    d2 = cache["a2"] - y
    d1 = (d2 @ params["W2"].T) * cache["a1"] * (1 - cache["a1"])
    return {"W1": cache["X"].T @ d1 / m, "b1": np.sum(d1, axis=0, keepdims=True),
            "W2": cache["a1"].T @ d2 / m, "b2": np.sum(d2, axis=0, keepdims=True)}

# %% backward · wrong · m = X.shape[1], as in articles with examples in columns, here that is the number of features (right only for m = 2)
def backward(y, params, cache):
    X, a1, a2 = cache["X"], cache["a1"], cache["a2"]
    m = X.shape[1]
    delta2 = (a2 - y) / m
    delta1 = delta2 @ params["W2"].T * a1 * (1 - a1)
    grads = {}
    grads["W2"] = a1.T @ delta2
    grads["b2"] = delta2.sum(axis=0, keepdims=True)
    grads["W1"] = X.T @ delta1
    grads["b1"] = delta1.sum(axis=0, keepdims=True)
    return grads

# %% backward · wrong · the slope of the sigmoid is taken as z1 (1 − z1), with the pre-activation for the activation
def backward(y, params, cache):
    m = len(y)
    z1 = cache["z1"]
    delta2 = (cache["a2"] - y) / m
    delta1 = np.dot(delta2, params["W2"].T) * (z1 * (1 - z1))
    return {
        "W1": np.dot(cache["X"].T, delta1),
        "b1": np.sum(delta1, axis=0, keepdims=True),
        "W2": np.dot(cache["a1"].T, delta2),
        "b2": np.sum(delta2, axis=0, keepdims=True),
    }

# %% backward · right · only the three gates, in a pipeline
def backward(y, params, cache):
    grads = {}
    flow = (cache["a2"] - y) / y.shape[0]
    for k, below in ((2, "a1"), (1, "X")):
        product, grads["b%d" % k] = add_gate(flow)
        da, grads["W%d" % k] = mul_gate(product, cache[below], params["W%d" % k])
        if k > 1:
            flow = sigmoid_gate(da, cache[below])
    return grads

# %% backward · right · one example at a time, every slope is added up as in an accountant's book, 1/m once per example
def backward(y, params, cache):
    book = {k: np.zeros(np.shape(v), dtype=float) for k, v in params.items()}
    W2 = params["W2"]
    m = len(cache["X"])
    for i in range(m):
        x, h, o, t = cache["X"][i], cache["a1"][i], cache["a2"][i], y[i]
        for k in range(len(o)):
            d = (o[k] - t[k]) / m
            book["b2"][0, k] += d
            for j in range(len(h)):
                book["W2"][j, k] += d * h[j]
                e = d * W2[j, k] * h[j] * (1 - h[j])
                book["b1"][0, j] += e
                for f in range(len(x)):
                    book["W1"][f, j] += e * x[f]
    return book

# %% update · wrong · dict(params) copies the dict and not the arrays, -= then changes the caller's arrays
def update(params, grads, learning_rate):
    new_params = dict(params)
    for key in new_params:
        new_params[key] -= learning_rate * grads[key]
    return new_params

# %% update · wrong · off by one in the loop over layers: layer 2 never moves
def update(params, grads, learning_rate):
    layers = len(params) // 2
    new = {k: v.copy() for k, v in params.items()}
    for i in range(1, layers):
        new["W" + str(i)] = params["W" + str(i)] - learning_rate * grads["W" + str(i)]
        new["b" + str(i)] = params["b" + str(i)] - learning_rate * grads["b" + str(i)]
    return new

# %% update · wrong · writes the result entry by entry into np.full(shape, 0), an int array, everything is cut to whole numbers
def update(params, grads, learning_rate):
    out = {}
    for name in ("W1", "b1", "W2", "b2"):
        p, g = params[name], grads[name]
        arr = np.full(p.shape, 0)
        for r in range(p.shape[0]):
            for c in range(p.shape[1]):
                arr[r][c] = p[r][c] - learning_rate * g[r][c]
        out[name] = arr
    return out

# %% update · right · packs everything into one long vector, takes one step, unpacks
def update(params, grads, learning_rate):
    names = sorted(params)
    flat = np.concatenate([np.ravel(params[n]) for n in names]).astype(float)
    slope = np.concatenate([np.ravel(grads[n]) for n in names])
    flat = flat - learning_rate * slope
    out, at = {}, 0
    for n in names:
        size = np.size(params[n])
        out[n] = flat[at:at + size].reshape(np.shape(params[n]))
        at += size
    return out

# %% update · right · map and zip, the step is written as a dot product of (1, −rate) with (θ, slope)
def update(params, grads, learning_rate):
    step = lambda k: (k, np.tensordot([1.0, -learning_rate], np.stack([params[k], grads[k]]), axes=1))
    return dict(map(step, params.keys()))

# %% gradient_check · wrong · flatten() gives a copy, the nudges never reach params, the numeric slope is 0 and every error is 1
def gradient_check(loss, params, grads, eps=1e-5):
    result = {}
    for name in params:
        flat = params[name].flatten()
        numeric = np.zeros(flat.size)
        for i in range(flat.size):
            old = flat[i]
            flat[i] = old + eps
            up = loss(params)
            flat[i] = old - eps
            down = loss(params)
            flat[i] = old
            numeric[i] = (up - down) / (2 * eps)
        numeric = numeric.reshape(params[name].shape)
        top = np.linalg.norm(numeric - grads[name])
        bottom = np.linalg.norm(numeric) + np.linalg.norm(grads[name])
        result[name] = 0.0 if bottom == 0 else float(top / bottom)
    return result

# %% gradient_check · wrong · / 2 * eps multiplies by eps (brackets lost), so even correct slopes get an error near 1
def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, p in params.items():
        num = np.zeros_like(p)
        for idx in np.ndindex(*p.shape):
            saved = p[idx]
            p[idx] = saved + eps
            plus = loss(params)
            p[idx] = saved - eps
            minus = loss(params)
            p[idx] = saved
            num[idx] = (plus - minus) / 2 * eps
        bottom = np.linalg.norm(num) + np.linalg.norm(grads[name])
        errors[name] = np.linalg.norm(num - grads[name]) / bottom if bottom > 0 else 0.0
    return errors

# %% gradient_check · wrong · compares the sums of the slopes: differences with opposite signs cancel, so swapped columns in dW1 look perfect
def gradient_check(loss, params, grads, eps=1e-5):
    import copy
    errors = {}
    for name in params:
        total = 0.0
        rows, cols = params[name].shape
        for r in range(rows):
            for c in range(cols):
                up, down = copy.deepcopy(params), copy.deepcopy(params)
                up[name][r, c] += eps
                down[name][r, c] -= eps
                total += (loss(up) - loss(down)) / (2 * eps)
        analytic = np.sum(grads[name])
        size = abs(total) + abs(analytic)
        errors[name] = abs(total - analytic) / size if size != 0 else 0.0
    return errors

# %% gradient_check · right · no mutation at all: every nudge is a new dict built from a one-hot direction
def gradient_check(loss, params, grads, eps=1e-5):
    def moved(name, direction, t):
        return {k: (np.asarray(v, dtype=float) + t * direction if k == name else np.array(v, dtype=float))
                for k, v in params.items()}

    def numeric(name):
        shape = np.shape(params[name])
        basis = np.eye(int(np.prod(shape))).reshape((-1,) + shape)
        return sum(e * ((float(np.squeeze(loss(moved(name, e, eps)))) - float(np.squeeze(loss(moved(name, e, -eps))))) / (2 * eps))
                   for e in basis)

    def error(n, g):
        bottom = np.linalg.norm(n) + np.linalg.norm(g)
        return 0.0 if bottom == 0 else float(np.linalg.norm(n - g) / bottom)

    return {name: error(numeric(name), np.asarray(grads[name], dtype=float)) for name in params}

# %% gradient_check · right · a context manager nudges one private copy and puts the old number back, root of sums of squares by hand
def gradient_check(loss, params, grads, eps=1e-5):
    from contextlib import contextmanager
    from math import fsum, sqrt
    mine = {k: np.array(v, dtype=float) for k, v in params.items()}

    @contextmanager
    def nudged(name, i, by):
        old = mine[name].flat[i]
        mine[name].flat[i] = old + by
        try:
            yield mine
        finally:
            mine[name].flat[i] = old

    report = {}
    for name in mine:
        diff, nn, gg = [], [], []
        for i, g in enumerate(np.asarray(grads[name], dtype=float).flat):
            with nudged(name, i, eps) as p:
                up = loss(p)
            with nudged(name, i, -eps) as p:
                down = loss(p)
            n = float(np.squeeze(up - down)) / (2 * eps)
            diff.append((n - g) ** 2)
            nn.append(n * n)
            gg.append(g * g)
        size = sqrt(fsum(nn)) + sqrt(fsum(gg))
        report[name] = sqrt(fsum(diff)) / size if size > 0 else 0.0
    return report

# %% train · wrong · costs=[] as a default argument lives on between calls: the first call is right, the second starts with the costs of the first
def train(X, y, params, learning_rate, steps, costs=[]):
    p = {k: v.copy() for k, v in params.items()}
    for _ in range(steps):
        cache = forward(X, p)
        costs.append(log_loss(cache["a2"], y))
        p = update(p, backward(y, p, cache), learning_rate)
    return p, costs

# %% train · wrong · one update per example instead of one per pass over all (online learning), the first cost is right and the rest is not
def train(X, y, params, learning_rate, steps):
    p = {k: np.copy(params[k]) for k in params}
    costs = []
    for step in range(steps):
        costs.append(log_loss(forward(X, p)["a2"], y))
        for i in range(len(X)):
            xi, yi = X[i:i + 1], y[i:i + 1]
            cache = forward(xi, p)
            p = update(p, backward(yi, p, cache), learning_rate)
    return p, costs

# %% train · wrong · the forward pass stands before the loop, so every step uses the activations of the first one (steps above 1)
def train(X, y, params, learning_rate, steps):
    p = {k: np.copy(v) for k, v in params.items()}
    cache = forward(X, p)
    costs = []
    for step in range(steps):
        costs.append(log_loss(cache["a2"], y))
        grads = backward(y, p, cache)
        p = update(p, grads, learning_rate)
    return p, costs

# %% train · right · a reduce over the steps, state is a pair (params, costs)
def train(X, y, params, learning_rate, steps):
    from functools import reduce

    def step(state, _):
        p, costs = state
        cache = forward(X, p)
        grads = backward(y, p, cache)
        return update(p, grads, learning_rate), costs + [log_loss(cache["a2"], y)]

    start = {k: np.array(v, dtype=float) for k, v in params.items()}
    return reduce(step, range(steps), (start, []))

# %% train · right · a class with its own forward and backward, biases as the last row under a column of ones, cost with logaddexp from z2, costs as an array
def train(X, y, params, learning_rate, steps):
    class Net:
        def __init__(self):
            self.A = np.vstack([params["W1"], params["b1"]]).astype(float)
            self.B = np.vstack([params["W2"], params["b2"]]).astype(float)
            self.X1 = np.c_[X, np.ones(len(X))]

        def step(self):
            h = sigmoid(self.X1 @ self.A)
            H1 = np.c_[h, np.ones(len(h))]
            z = H1 @ self.B
            cost = np.mean(np.logaddexp(0, z) - y * z)
            d2 = (sigmoid(z) - y) / len(z)
            d1 = (d2 @ self.B.T)[:, :-1] * h * (1 - h)
            self.A, self.B = self.A - learning_rate * self.X1.T @ d1, self.B - learning_rate * H1.T @ d2
            return float(cost)

    net = Net()
    costs = np.array([net.step() for _ in range(steps)])
    return {"W1": net.A[:-1], "b1": net.A[-1:], "W2": net.B[:-1], "b2": net.B[-1:]}, costs

# %% fixed_step · wrong · W2_old = W2 keeps a second name and no copy, after -= the "old" value is the new one: the bug is still there
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    W2_old = W2
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)
    W2 -= learning_rate * (h.T @ delta2)
    delta1 = (delta2 @ W2_old.T) * h * (1 - h)
    W1 = W1 - learning_rate * (X.T @ delta1)
    return W1, W2

# %% fixed_step · wrong · order repaired, but δ goes back through W2 instead of W2ᵀ (2 by 2, so no shape complains), W1 is wrong unless W2 is symmetric
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)
    delta1 = (delta2 @ W2) * h * (1 - h)
    new_W2 = W2 - learning_rate * (h.T @ delta2)
    new_W1 = W1 - learning_rate * (X.T @ delta1)
    return new_W1, new_W2

# %% fixed_step · wrong · order repaired, but the error is averaged over the two outputs (MSE), every step is half as long
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    hidden = sigmoid(np.dot(X, W1) + b1)
    out = sigmoid(np.dot(hidden, W2) + b2)
    n = y.size
    d_out = (out - y) / n * out * (1 - out)
    d_hidden = np.dot(d_out, W2.T) * hidden * (1 - hidden)
    return W1 - learning_rate * np.dot(X.T, d_hidden), W2 - learning_rate * np.dot(hidden.T, d_out)

# %% fixed_step · right · all slopes first, entry by entry, then both new matrices at once
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    R = range(2)
    h = [sigmoid(sum(X[0, i] * W1[i, j] for i in R) + b1[0, j]) for j in R]
    o = [sigmoid(sum(h[j] * W2[j, k] for j in R) + b2[0, k]) for k in R]
    d = [(o[k] - y[0, k]) * o[k] * (1 - o[k]) for k in R]
    e = [sum(d[k] * W2[j, k] for k in R) * h[j] * (1 - h[j]) for j in R]
    return (np.array([[W1[i, j] - learning_rate * e[j] * X[0, i] for j in R] for i in R]),
            np.array([[W2[j, k] - learning_rate * d[k] * h[j] for k in R] for j in R]))

# %% fixed_step · right · W1 is updated first and W2 last, with einsum on flat vectors
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    x, t = np.ravel(X), np.ravel(y)
    h = sigmoid(np.einsum("i,ij->j", x, W1) + np.ravel(b1))
    o = sigmoid(np.einsum("j,jk->k", h, W2) + np.ravel(b2))
    d = (o - t) * o * (1 - o)
    W1 = W1 - learning_rate * np.einsum("i,k,jk,j->ij", x, d, W2, h * (1 - h))
    W2 = W2 - learning_rate * np.einsum("j,k->jk", h, d)
    return [W1, W2]
