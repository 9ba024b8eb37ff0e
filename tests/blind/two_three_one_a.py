# %% one_example · wrong · the ½ of E is lost (slopes are those of ½(O − y)²), E is twice too large on every input
def one_example(x, W1, W2, y):
    a1 = sigmoid(x @ W1)
    O = sigmoid(a1 @ W2)[0]
    E = (O - y) ** 2
    d = (O - y) * O * (1 - O)
    dW2 = (d * a1).reshape(-1, 1)
    dW1 = np.outer(x, d * W2[:, 0] * a1 * (1 - a1))
    return {"E": E, "dW1": dW1, "dW2": dW2}

# %% one_example · wrong · the hidden sigmoid's slope is taken at the activation, σ′(a1) instead of a1(1 − a1), shows in dW1 on every input
def one_example(x, W1, W2, y):
    def sigmoid_slope(t):
        return sigmoid(t) * (1 - sigmoid(t))

    z1 = x @ W1
    a1 = sigmoid(z1)
    z2 = a1 @ W2
    out = sigmoid(z2)
    E = float(0.5 * (out[0] - y) ** 2)
    delta2 = (out - y) * sigmoid_slope(z2)
    delta1 = delta2[0] * W2[:, 0] * sigmoid_slope(a1)
    return dict(E=E, dW1=np.outer(x, delta1), dW2=np.outer(a1, delta2))

# %% one_example · wrong · y − O instead of O − y in the slopes, both matrices have the wrong sign on every input
def one_example(x, W1, W2, y):
    h = sigmoid(np.dot(x, W1))
    o = sigmoid(np.dot(h, W2)).item()
    error = y - o
    res = {"E": 0.5 * error ** 2}
    d_out = error * o * (1 - o)
    res["dW2"] = d_out * h[:, None]
    res["dW1"] = x[:, None] * (d_out * W2.T * h * (1 - h))
    return res

# %% one_example · right · every weight for itself, plain Python lists and one path at a time
def one_example(x, W1, W2, y):
    x = [float(v) for v in x]
    target = float(np.ravel(y)[0])
    n_hidden = len(W2)
    hidden = []
    for j in range(n_hidden):
        total = 0.0
        for i, xi in enumerate(x):
            total += xi * W1[i][j]
        hidden.append(float(sigmoid(np.array([total]))[0]))
    out = float(sigmoid(np.array([sum(h * W2[j][0] for j, h in enumerate(hidden))]))[0])

    E = (out - target) ** 2 / 2
    dE_dz2 = (out - target) * out * (1 - out)
    dW2 = [[dE_dz2 * h] for h in hidden]
    dW1 = [[dE_dz2 * float(W2[j][0]) * hidden[j] * (1 - hidden[j]) * xi for j in range(n_hidden)] for xi in x]
    return {"dW1": np.array(dW1), "dW2": np.array(dW2), "E": E}

# %% one_example · right · column vectors, transposed network, σ′(z) written as σ(z)σ(−z), E as a (1, 1) array
def one_example(x, W1, W2, y):
    col = np.reshape(x, (-1, 1))
    z1 = W1.T @ col                       # (3, 1)
    z2 = W2.T @ sigmoid(z1)               # (1, 1)
    gap = sigmoid(z2) - y
    slope2 = gap * sigmoid(z2) * sigmoid(-z2)
    slope1 = (W2 @ slope2) * sigmoid(z1) * sigmoid(-z1)
    return {"E": gap * gap / 2, "dW1": (slope1 @ col.T).T, "dW2": sigmoid(z1) @ slope2}

# %% shapes · wrong · one bias slope per example: db has the shape of its δ, shows for every m except 1
def shapes(m):
    result = {
        "X": (m, 2), "W1": (2, 3), "b1": (1, 3), "z1": (m, 3), "a1": (m, 3),
        "W2": (3, 1), "b2": (1, 1), "z2": (m, 1), "a2": (m, 1),
    }
    result["delta2"] = result["z2"]
    result["delta1"] = result["z1"]
    result["da1"] = result["a1"]
    for k in "12":
        result["dW" + k] = result["W" + k]
        result["db" + k] = result["delta" + k]
    return result

# %% shapes · wrong · weights as (n_out, n_in), as other courses have them, on every m
def shapes(m):
    n = [2, 3, 1]
    s = {"X": (m, n[0])}
    for l in (1, 2):
        s[f"W{l}"] = s[f"dW{l}"] = (n[l], n[l - 1])
        s[f"b{l}"] = s[f"db{l}"] = (1, n[l])
        s[f"z{l}"] = s[f"a{l}"] = s[f"delta{l}"] = (m, n[l])
    s["da1"] = (m, n[1])
    return s

# %% shapes · wrong · da1 takes the shape of the δ it came from, (m, 1) instead of (m, 3), on every m
def shapes(m):
    return dict(
        X=(m, 2),
        W1=(2, 3), b1=(1, 3), z1=(m, 3), a1=(m, 3),
        W2=(3, 1), b2=(1, 1), z2=(m, 1), a2=(m, 1),
        delta2=(m, 1), dW2=(3, 1), db2=(1, 1),
        da1=(m, 1), delta1=(m, 3), dW1=(2, 3), db1=(1, 3),
    )

# %% shapes · right · runs a network of ones and reads off .shape
def shapes(m):
    X, y = np.ones((m, 2)), np.ones((m, 1))
    W1, b1, W2, b2 = np.ones((2, 3)), np.ones((1, 3)), np.ones((3, 1)), np.ones((1, 1))
    z1 = X @ W1 + b1
    a1 = z1 * 1
    z2 = a1 @ W2 + b2
    a2 = z2 * 1
    delta2 = (a2 - y) / m
    dW2, db2 = a1.T @ delta2, delta2.sum(axis=0, keepdims=True)
    da1 = delta2 @ W2.T
    delta1 = da1 * a1
    dW1, db1 = X.T @ delta1, delta1.sum(axis=0, keepdims=True)
    names = "X W1 b1 z1 a1 W2 b2 z2 a2 delta2 dW2 db2 da1 delta1 dW1 db1".split()
    here = locals()
    return {name: here[name].shape for name in names}

# %% shapes · right · a little text table, parsed
def shapes(m):
    table = """
    m,2: X
    m,3: z1 a1 da1 delta1
    m,1: z2 a2 delta2
    2,3: W1 dW1
    3,1: W2 dW2
    1,3: b1 db1
    1,1: b2 db2
    """
    out = {}
    for line in table.split("\n"):
        if ":" in line:
            size, names = line.split(":")
            shape = tuple(m if s == "m" else int(s) for s in size.strip().split(","))
            out.update(dict.fromkeys(names.split(), shape))
    return out

# %% initialize · wrong · the root is lost, std is 1/n_in, shows in the spread for every n_in above 1
def initialize(sizes, seed):
    rng = np.random.default_rng(seed)
    n, h, k = sizes
    return {
        "W1": rng.standard_normal((n, h)) / n,
        "b1": np.zeros((1, h)),
        "W2": rng.standard_normal((h, k)) / h,
        "b2": np.zeros((1, k)),
    }

# %% initialize · wrong · one random column, repeated for every unit of the layer (symmetry), shows whenever a layer has 2 units or more
def initialize(sizes, seed):
    rng = np.random.default_rng(seed)
    params = {}
    for l in (1, 2):
        n_in, n_out = sizes[l - 1], sizes[l]
        column = rng.normal(0, 1 / np.sqrt(n_in), size=(n_in, 1))
        params["W%d" % l] = np.repeat(column, n_out, axis=1)
        params["b%d" % l] = np.zeros((1, n_out))
    return params

# %% initialize · wrong · biases drawn like the weights instead of zero, on every input
def initialize(sizes, seed):
    np.random.seed(seed)
    params = {}
    for l, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), start=1):
        scale = n_in ** -0.5
        params[f"W{l}"] = np.random.randn(n_in, n_out) * scale
        params[f"b{l}"] = np.random.randn(1, n_out) * scale
    return params

# %% initialize · right · standard library only: random.Random(seed).gauss in nested comprehensions
def initialize(sizes, seed):
    from random import Random
    from math import sqrt
    dice = Random(int(seed))

    def layer(n_in, n_out):
        W = [[dice.gauss(0, 1 / sqrt(n_in)) for _ in range(n_out)] for _ in range(n_in)]
        return np.array(W), np.array([[0.0] * n_out])

    first, second = (layer(*pair) for pair in zip(sizes[:-1], sizes[1:]))
    return {"W1": first[0], "b1": first[1], "W2": second[0], "b2": second[1]}

# %% initialize · right · normal numbers made by hand from uniform ones (Box-Muller), the old RandomState
def initialize(sizes, seed):
    n0, n1, n2 = [int(s) for s in sizes]
    r = np.random.RandomState(seed)

    def normal(rows, cols):
        u = 1 - r.random_sample((rows, cols))     # (0, 1]
        v = r.random_sample((rows, cols))
        return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)

    return {
        "b2": np.zeros((1, n2)),
        "b1": np.zeros((1, n1)),
        "W1": normal(n0, n1) * np.sqrt(1 / n0),
        "W2": normal(n1, n2) * np.sqrt(1 / n1),
    }

# %% forward · wrong · the second layer is fed with z1 instead of a1, z2 and a2 are wrong on every input
def forward(X, params):
    cache = {"X": X}
    cache["z1"] = X @ params["W1"] + params["b1"]
    cache["a1"] = sigmoid(cache["z1"])
    cache["z2"] = cache["z1"] @ params["W2"] + params["b2"]
    cache["a2"] = sigmoid(cache["z2"])
    return cache

# %% forward · wrong · sigmoid missing at the output, a2 is z2, on every input
def forward(X, params):
    W1, b1, W2, b2 = [params[k] for k in ("W1", "b1", "W2", "b2")]
    z1 = np.dot(X, W1) + b1
    a1 = sigmoid(z1)
    z2 = np.dot(a1, W2) + b2
    a2 = z2
    return dict(X=X, z1=z1, a1=a1, z2=z2, a2=a2)

# %% forward · wrong · b1 is added to a1 after the sigmoid and not inside it, shows for every b1 that is not 0
def forward(X, params):
    z1 = X @ params["W1"]
    a1 = sigmoid(z1) + params["b1"]
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = sigmoid(z2)
    return {"X": X, "z1": z1, "a1": a1, "z2": z2, "a2": a2}

# %% forward · right · the bias as one more row of W and a column of ones
def forward(X, params):
    ones = np.ones((len(X), 1))
    cache = {"X": X}
    a = X
    for l in "12":
        z = np.concatenate([ones, a], axis=1) @ np.concatenate([params["b" + l], params["W" + l]], axis=0)
        a = sigmoid(z)
        cache.update({"z" + l: z, "a" + l: a})
    return cache

# %% forward · right · example after example, neuron after neuron, sums with zip
def forward(X, params):
    def layer(row, W, b):
        return [sum(float(r) * float(w) for r, w in zip(row, W[:, j])) + float(b[0, j]) for j in range(W.shape[1])]

    z1, a1, z2, a2 = [], [], [], []
    for row in X:
        z1.append(layer(row, params["W1"], params["b1"]))
        a1.append(sigmoid(np.array(z1[-1])))
        z2.append(layer(a1[-1], params["W2"], params["b2"]))
        a2.append(sigmoid(np.array(z2[-1])))
    return {"X": X, "z1": np.array(z1), "a1": np.array(a1), "z2": np.array(z2), "a2": np.array(a2)}

# %% add_gate · wrong · wrong axis: sums over the neurons, one number per example (m, 1), on every input with m above 1
def add_gate(delta):
    d_product = delta
    d_bias = delta.sum(axis=1, keepdims=True)
    return d_product, d_bias

# %% add_gate · wrong · keepdims lost, d_bias is (n,), on every input
def add_gate(delta):
    return delta.copy(), np.sum(delta, axis=0)

# %% add_gate · wrong · mean over the examples, a second 1/m, on every input with m above 1
def add_gate(delta):
    m = len(delta)
    return delta, np.ones((1, m)) @ delta / m

# %% add_gate · right · columns summed with zip, everything through lists
def add_gate(delta):
    d_bias = [[sum(float(v) for v in column) for column in zip(*delta)]]
    d_product = [[1.0 * v for v in row] for row in delta]
    return np.array(d_product), np.array(d_bias)

# %% add_gate · right · row of ones times δ, returned as a list
def add_gate(delta):
    m, n = np.shape(delta)
    ones = np.ones(m)
    return [np.eye(m) @ delta, (ones @ delta)[np.newaxis, :]]

# %% mul_gate · wrong · `*` for `@` in dW: one row per example (m, n_in), on every input (or an exception when there are more outputs)
def mul_gate(delta, a, W):
    da = delta @ W.T
    dW = a * delta
    return da, dW

# %% mul_gate · wrong · no transposes at all: exception on nearly every shape
def mul_gate(delta, a, W):
    da = np.dot(delta, W)
    dW = np.dot(a, delta)
    return da, dW

# %% mul_gate · wrong · dW transposed (δᵀa instead of aᵀδ), shows on every W that is not square, and in value on square ones
def mul_gate(delta, a, W):
    return delta @ W.T, delta.T @ a

# %% mul_gate · right · sum of np.outer over the examples
def mul_gate(delta, a, W):
    dW = np.zeros(W.shape)
    rows = []
    for d_i, a_i in zip(delta, a):
        dW = dW + np.outer(a_i, d_i)
        rows.append(W.dot(d_i))
    return np.array(rows), dW

# %% mul_gate · right · broadcasting to three axes and summing one away
def mul_gate(delta, a, W):
    da = (delta[:, None, :] * W[None, :, :]).sum(axis=2)
    dW = (a[:, :, None] * delta[:, None, :]).sum(axis=0)
    return da, dW

# %% sigmoid_gate · wrong · a bracket lost: da·a·1 − a, on every input
def sigmoid_gate(da, a):
    return da * a * 1 - a

# %% sigmoid_gate · wrong · sigmoid once more: σ′ at a instead of at z, on every input
def sigmoid_gate(da, a):
    s = sigmoid(a)
    return da * s * (1 - s)

# %% sigmoid_gate · wrong · da forgotten, only the local slope, shows unless da is 1
def sigmoid_gate(da, a):
    slope = a - a ** 2
    return slope

# %% sigmoid_gate · right · element by element with zip
def sigmoid_gate(da, a):
    return np.array([[d * s * (1 - s) for d, s in zip(d_row, s_row)] for d_row, s_row in zip(da, a)])

# %% sigmoid_gate · right · other algebra, da·a − da·a²
def sigmoid_gate(da, a):
    through = np.multiply(da, a)
    return np.subtract(through, np.multiply(through, a))

# %% backward · wrong · σ′ left in at the output (δ2 = (a2 − y)·a2(1 − a2)/m), all four slopes too small on every input
def backward(y, params, cache):
    m = y.shape[0]
    a1, a2 = cache["a1"], cache["a2"]
    delta2 = (a2 - y) * a2 * (1 - a2) / m
    delta1 = (delta2 @ params["W2"].T) * a1 * (1 - a1)
    return {
        "W1": cache["X"].T @ delta1,
        "b1": delta1.sum(axis=0, keepdims=True),
        "W2": a1.T @ delta2,
        "b2": delta2.sum(axis=0, keepdims=True),
    }

# %% backward · wrong · a2 for a1 in the hidden slope, it broadcasts silently, W1 and b1 wrong on every input
def backward(y, params, cache):
    m = len(y)
    delta2 = (cache["a2"] - y) / m
    da1 = np.dot(delta2, params["W2"].T)
    delta1 = da1 * cache["a2"] * (1 - cache["a2"])
    grads = {}
    grads["W2"] = np.dot(cache["a1"].T, delta2)
    grads["b2"] = np.sum(delta2, axis=0, keepdims=True)
    grads["W1"] = np.dot(cache["X"].T, delta1)
    grads["b1"] = np.sum(delta1, axis=0, keepdims=True)
    return grads

# %% backward · wrong · 1/m missing in δ and put into dW only, both db are m times too large, shows for every m above 1
def backward(y, params, cache):
    m = y.shape[0]
    error = cache["a2"] - y
    hidden_error = (error @ params["W2"].T) * cache["a1"] * (1 - cache["a1"])
    grads = {
        "W2": cache["a1"].T @ error / m,
        "b2": error.sum(axis=0, keepdims=True),
        "W1": cache["X"].T @ hidden_error / m,
        "b1": hidden_error.sum(axis=0, keepdims=True),
    }
    return grads

# %% backward · right · one example at a time, np.outer, averaged at the very end
def backward(y, params, cache):
    total = {k: np.zeros(np.shape(v)) for k, v in params.items()}
    m = len(y)
    for i in range(m):
        x, h = cache["X"][i], cache["a1"][i]
        d2 = cache["a2"][i] - y[i]
        d1 = (params["W2"] @ d2) * h * (1 - h)
        total["W2"] += np.outer(h, d2)
        total["b2"] += d2
        total["W1"] += np.outer(x, d1)
        total["b1"] += d1
    return {k: v / m for k, v in total.items()}

# %% backward · right · einsum, σ′ from z1 as σ(z)σ(−z), bias slopes with a row of 1/m
def backward(y, params, cache):
    m = cache["X"].shape[0]
    share = np.full((1, m), 1.0 / m)
    e2 = cache["a2"] - np.asarray(y)
    e1 = np.einsum("ik,jk,ij,ij->ij", e2, params["W2"], sigmoid(cache["z1"]), sigmoid(-cache["z1"]))
    return dict(
        b1=share @ e1,
        b2=share @ e2,
        W1=np.einsum("oi,ij,ik->jk", share, cache["X"], e1),
        W2=np.einsum("oi,ij,ik->jk", share, cache["a1"], e2),
    )

# %% update · wrong · in place: the dict is copied but its arrays are not, and -= writes into the caller's arrays, on every input
def update(params, grads, learning_rate):
    new = dict(params)
    for name in new:
        new[name] -= learning_rate * grads[name]
    return new

# %% update · wrong · biases forgotten, only the W's move, on every input with a bias slope
def update(params, grads, learning_rate):
    new = params.copy()
    for name in ("W1", "W2"):
        new[name] = params[name] - learning_rate * grads[name]
    return new

# %% update · wrong · uphill for the biases (plus), on every input with a bias slope
def update(params, grads, learning_rate):
    return {
        k: params[k] - learning_rate * grads[k] if k.startswith("W") else params[k] + learning_rate * grads[k]
        for k in params
    }

# %% update · right · deepcopy, then element by element with ndindex
def update(params, grads, learning_rate):
    import copy
    new = {k: np.array(copy.deepcopy(v), dtype=float) for k, v in params.items()}
    for name, array in new.items():
        for index in np.ndindex(*array.shape):
            array[index] = array[index] - learning_rate * grads[name][index]
    return new

# %% update · right · sorted keys and map
def update(params, grads, learning_rate):
    names = sorted(params)
    walked = map(lambda n: np.add(params[n], np.multiply(-learning_rate, grads[n])), names)
    return dict(zip(names, walked))

# %% gradient_check · wrong · nudges the whole array at once and compares with the sum of its slopes, so mistakes inside an array can cancel; shows on wrong slopes (e.g. two entries swapped)
def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in params:
        up = dict(params)
        down = dict(params)
        up[name] = params[name] + eps
        down[name] = params[name] - eps
        numeric = (loss(up) - loss(down)) / (2 * eps)
        analytic = np.sum(grads[name])
        total = abs(analytic) + abs(numeric)
        errors[name] = 0.0 if total == 0 else float(abs(analytic - numeric) / total)
    return errors

# %% gradient_check · wrong · the nudged entry is not put back (+eps, then −2·eps, and it stays there): the caller's params are changed and later slopes are taken elsewhere, on every input
def gradient_check(loss, params, grads, eps=1e-5):
    out = {}
    for name, p in params.items():
        numeric = np.zeros_like(p)
        for index in np.ndindex(p.shape):
            p[index] += eps
            plus = loss(params)
            p[index] -= 2 * eps
            minus = loss(params)
            numeric[index] = (plus - minus) / (2 * eps)
        num, ana = np.linalg.norm(numeric), np.linalg.norm(grads[name])
        out[name] = np.linalg.norm(numeric - grads[name]) / (num + ana) if num + ana > 0 else 0.0
    return out

# %% gradient_check · wrong · forward difference (f(p + eps) − f(p))/eps, error of order eps on every curved loss
def gradient_check(loss, params, grads, eps=1e-5):
    base = loss(params)
    result = {}
    for name in params:
        numeric = np.zeros(params[name].shape)
        for i in range(numeric.shape[0]):
            for j in range(numeric.shape[1]):
                trial = {k: v.copy() for k, v in params.items()}
                trial[name][i, j] += eps
                numeric[i, j] = (loss(trial) - base) / eps
        top = np.linalg.norm(grads[name] - numeric)
        bottom = np.linalg.norm(grads[name]) + np.linalg.norm(numeric)
        result[name] = top / bottom if bottom else 0.0
    return result

# %% gradient_check · right · adds eps times a one-hot array, never touches params, norms by hand
def gradient_check(loss, params, grads, eps=1e-5):
    from math import sqrt

    def length(values):
        return sqrt(sum(float(v) ** 2 for v in values))

    def at(name, direction):
        return float(np.squeeze(loss({**params, name: params[name] + direction})))

    report = {}
    for name, p in params.items():
        p = np.asarray(p)
        numeric = []
        for k in range(p.size):
            unit = (np.arange(p.size) == k).reshape(p.shape) * eps
            numeric.append((at(name, unit) - at(name, -unit)) / (2 * eps))
        analytic = np.ravel(grads[name])
        bottom = length(analytic) + length(numeric)
        report[name] = length(a - n for a, n in zip(analytic, numeric)) / bottom if bottom else 0.0
    return report

# %% gradient_check · right · works on one float copy, saves the old value and puts it back in a finally
def gradient_check(loss, params, grads, eps=1e-5):
    work = {k: np.array(v, dtype=float) for k, v in params.items()}

    def with_value(array, index, value):
        old = array[index]
        array[index] = value
        try:
            return loss(work)
        finally:
            array[index] = old

    def relative_error(a, n):
        scale = np.linalg.norm(a) + np.linalg.norm(n)
        if scale == 0:
            return np.float64(0)
        return np.linalg.norm(np.subtract(a, n)) / scale

    answer = {}
    for name, array in work.items():
        numeric = np.empty(array.shape)
        it = np.nditer(array, flags=["multi_index"])
        places = []
        while not it.finished:
            places.append(it.multi_index)
            it.iternext()
        for index in places:
            here = array[index]
            rise = with_value(array, index, here + eps) - with_value(array, index, here - eps)
            numeric[index] = np.squeeze(rise) / eps / 2
        answer[name] = relative_error(grads[name], numeric)
    return answer

# %% train · wrong · W2 updated before its old value has carried δ back (written out inline), W1 and b1 wrong from the first step, costs from the second
def train(X, y, params, learning_rate, steps):
    W1, b1, W2, b2 = (params[k].copy() for k in ("W1", "b1", "W2", "b2"))
    m = len(X)
    costs = []
    for _ in range(steps):
        a1 = sigmoid(X @ W1 + b1)
        a2 = sigmoid(a1 @ W2 + b2)
        costs.append(log_loss(a2, y))
        delta2 = (a2 - y) / m
        W2 = W2 - learning_rate * a1.T @ delta2
        b2 = b2 - learning_rate * delta2.sum(axis=0, keepdims=True)
        delta1 = delta2 @ W2.T * a1 * (1 - a1)
        W1 = W1 - learning_rate * X.T @ delta1
        b1 = b1 - learning_rate * delta1.sum(axis=0, keepdims=True)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, costs

# %% train · wrong · the caller's params are changed (no copy and -=), numbers right, on every input
def train(X, y, params, learning_rate, steps):
    costs = []
    for i in range(steps):
        cache = forward(X, params)
        costs.append(log_loss(cache["a2"], y))
        grads = backward(y, params, cache)
        for name in params:
            params[name] -= learning_rate * grads[name]
    return params, costs

# %% train · wrong · the forward pass is done once before the loop, so costs never change and slopes are stale from the second step on
def train(X, y, params, learning_rate, steps):
    costs = []
    cache = forward(X, params)
    for _ in range(steps):
        costs.append(log_loss(cache["a2"], y))
        grads = backward(y, params, cache)
        params = update(params, grads, learning_rate)
    return params, costs

# %% train · right · a generator of states, costs picked up with a comprehension, returned as a list
def train(X, y, params, learning_rate, steps):
    state = {"now": {k: np.array(v, dtype=float) for k, v in params.items()}}

    def walk():
        for _ in range(steps):
            cache = forward(X, state["now"])
            yield float(log_loss(cache["a2"], y))
            state["now"] = update(state["now"], backward(y, state["now"], cache), learning_rate)

    costs = [c for c in walk()]
    return [state["now"], costs]

# %% train · right · all written out without the earlier functions, one Θ with the bias row per layer, einsum, costs as an array
def train(X, y, params, learning_rate, steps):
    m = X.shape[0]
    one = np.ones((m, 1))
    T1 = np.vstack([params["b1"], params["W1"]]).astype(float)
    T2 = np.vstack([params["b2"], params["W2"]]).astype(float)
    costs = np.zeros(steps)
    for i in range(steps):
        X1 = np.hstack([one, X])
        H = sigmoid(X1 @ T1)
        H1 = np.hstack([one, H])
        out = sigmoid(H1 @ T2)
        costs[i] = np.squeeze(log_loss(out, y))
        d2 = (out - y) / m
        d1 = ((d2 @ T2.T) * H1 * (1 - H1))[:, 1:]
        T1, T2 = (T1 - learning_rate * np.einsum("ij,ik->jk", X1, d1),
                  T2 - learning_rate * np.einsum("ij,ik->jk", H1, d2))
    return {"W1": T1[1:], "b1": T1[:1], "W2": T2[1:], "b2": T2[:1]}, costs

# %% fixed_step · wrong · the old W2 is kept only as another name for the same array, and -= changes both: the planted bug is still there, W1 wrong on every input
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    old_W2 = W2
    delta2 = (o - y) * o * (1 - o)
    W2 -= learning_rate * h.T @ delta2
    delta1 = delta2 @ old_W2.T * h * (1 - h)
    W1 -= learning_rate * X.T @ delta1
    return W1, W2

# %% fixed_step · wrong · order repaired the other way round: W1 first, then the hidden layer is computed again with the new W1 before W2's slope, W2 wrong on every input
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)
    # first layer first, so that the old W2 is used
    delta1 = (delta2 @ W2.T) * h * (1 - h)
    W1 = W1 - learning_rate * (X.T @ delta1)
    # then the second layer
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)
    W2 = W2 - learning_rate * (h.T @ delta2)
    return W1, W2

# %% fixed_step · wrong · order repaired, but σ′ of the output dropped as with log-loss (δ2 = o − y), both matrices wrong on every input
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    a1 = sigmoid(np.dot(X, W1) + b1)
    a2 = sigmoid(np.dot(a1, W2) + b2)
    delta2 = a2 - y
    delta1 = np.dot(delta2, W2.T) * a1 * (1 - a1)
    new_W2 = W2 - learning_rate * np.dot(a1.T, delta2)
    new_W1 = W1 - learning_rate * np.dot(X.T, delta1)
    return new_W1, new_W2

# %% fixed_step · right · the order stays, but the old W2 is won back by undoing the update before δ goes through it
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)
    move = learning_rate * h.T @ delta2
    W2 = W2 - move
    delta1 = delta2 @ (W2 + move).T * h * (1 - h)
    W1 = W1 - learning_rate * X.T @ delta1
    return W1, W2

# %% fixed_step · right · weight by weight as in the article, both new matrices from the old ones, Python loops
def fixed_step(X, y, W1, b1, W2, b2, learning_rate):
    I = range(W1.shape[0])
    J = range(W1.shape[1])
    K = range(W2.shape[1])
    h = sigmoid(np.array([sum(X[0, i] * W1[i, j] for i in I) + b1[0, j] for j in J]))
    o = sigmoid(np.array([sum(h[j] * W2[j, k] for j in J) + b2[0, k] for k in K]))
    node = [(o[k] - y[0, k]) * o[k] * (1 - o[k]) for k in K]
    new_W2 = np.zeros(W2.shape)
    new_W1 = np.zeros(W1.shape)
    for j in J:
        back = 0
        for k in K:
            new_W2[j, k] = W2[j, k] - learning_rate * node[k] * h[j]
            back += node[k] * W2[j, k]
        for i in I:
            new_W1[i, j] = W1[i, j] - learning_rate * back * h[j] * (1 - h[j]) * X[0, i]
    return [new_W1, new_W2]
