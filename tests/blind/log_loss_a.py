# %% collapse · wrong · the second bias is lost, b = b1 @ W2
def collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = b1 @ W2
    return W, b

# %% collapse · wrong · all right but b comes back flat, (n_out,) instead of (1, n_out)
def collapse(W1, b1, W2, b2):
    W = np.dot(W1, W2)
    b = np.dot(b1, W2) + b2
    return W, b.flatten()

# %% collapse · wrong · the hidden biases are added into one number before they go through W2
def collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = b1.sum() * W2.sum(axis=0, keepdims=True) + b2
    return W, b

# %% collapse · right · asks the two layers themselves: zeros in gives b, the identity in gives W + b
def collapse(W1, b1, W2, b2):
    both = lambda X: (X @ W1 + b1) @ W2 + b2
    n = np.shape(W1)[0]
    b = both(np.zeros((1, n)))
    W = both(np.eye(n)) - b
    return W, b

# %% collapse · right · block matrices with the bias as a last row, one product
def collapse(W1, b1, W2, b2):
    def block(W, b):
        n_in, n_out = np.shape(W)
        M = np.zeros((n_in + 1, n_out + 1))
        M[:n_in, :n_out] = W
        M[n_in:, :n_out] = b
        M[n_in, n_out] = 1
        return M
    M = np.einsum("ij,jk->ik", block(W1, b1), block(W2, b2))
    return M[:-1, :-1], M[-1:, :-1]

# %% sigmoid · wrong · e^z / (1 + e^z): overflows for big z, nan at 1000
def sigmoid(z):
    e = np.exp(z)
    return e / (1 + e)

# %% sigmoid · wrong · clips z to [-30, 30] to avoid the warning: far too large at -40, -100, -700
def sigmoid(z):
    z = np.clip(z, -30, 30)
    return 1 / (1 + np.exp(-z))

# %% sigmoid · wrong · uses the symmetry 1 - sigma(|z|) for negative z: loses all digits from -40 on (exactly 0)
def sigmoid(z):
    s = 1 / (1 + np.exp(-np.abs(z)))
    return np.where(np.asarray(z) >= 0, s, 1 - s)[()]

# %% sigmoid · right · exp of minus softplus
def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, np.negative(z)))

# %% sigmoid · right · np.vectorize over math.exp with only non-positive exponents, scalars stay scalars
def sigmoid(z):
    import math
    one = lambda t: math.exp(min(t, 0.0)) / (1.0 + math.exp(-abs(t)))
    return one(float(z)) if np.ndim(z) == 0 else np.vectorize(one, otypes=[float])(z)

# %% sigmoid_slope · wrong · square in the denominator forgotten, e^-z / (1 + e^-z)
def sigmoid_slope(z):
    return np.exp(-z) / (1 + np.exp(-z))

# %% sigmoid_slope · wrong · sign slip, s (s - 1): all slopes negative
def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (s - 1)

# %% sigmoid_slope · wrong · a forward difference with step 0.001, only about four digits right
def sigmoid_slope(z):
    h = 0.001
    return (sigmoid(z + h) - sigmoid(z)) / h

# %% sigmoid_slope · right · product of the sigmoid at z and at -z
def sigmoid_slope(z):
    return sigmoid(z) * sigmoid(np.negative(z))

# %% sigmoid_slope · right · hyperbolic form, a quarter of sech^2(z / 2), squared last so nothing overflows
def sigmoid_slope(z):
    half = np.minimum(np.abs(z) / 2.0, 700.0)
    return np.square(0.5 / np.cosh(half))

# %% predict · wrong · the bias is added after the sigmoid
def predict(X, w, b):
    return sigmoid(X @ w) + b

# %% predict · wrong · answers with classes 0 and 1 (threshold one half) instead of the activation
def predict(X, w, b):
    a = sigmoid(X @ w + b)
    return (a > 0.5).astype(float)

# %% predict · wrong · w transposed times X transposed, as in the lecture with examples in columns: shape (1, m)
def predict(X, w, b):
    z = w.T @ X.T + b
    return sigmoid(z)

# %% predict · right · row by row with zip, one sigmoid per example
def predict(X, w, b):
    rows = []
    for row in X:
        z = b
        for x_j, w_j in zip(row, w):
            z = z + x_j * w_j[0]
        rows.append([float(sigmoid(z))])
    return np.array(rows)

# %% predict · right · einsum over the features, the bias as weight of an extra column of ones
def predict(X, w, b):
    X = np.asarray(X, dtype=float)
    Xb = np.hstack([X, np.ones((X.shape[0], 1))])
    wb = np.append(np.ravel(w), b)
    return sigmoid(np.einsum("ij,j->i", Xb, wb))[:, None]

# %% log_loss · wrong · clips at 1e-7 (seen in a framework): wrong for a = 1e-12, and an example wrong with certainty costs only 16
def log_loss(a, y):
    a = np.clip(a, 1e-7, 1 - 1e-7)
    return float(np.mean(-y * np.log(a) - (1 - y) * np.log(1 - a)))

# %% log_loss · wrong · only the y term, examples with y = 0 cost nothing
def log_loss(a, y):
    a = np.maximum(a, 1e-15)
    return float(-np.mean(y * np.log(a)))

# %% log_loss · wrong · mean over the ones plus mean over the zeros instead of the mean over all m
def log_loss(a, y):
    a = np.clip(np.ravel(a), 1e-15, 1 - 1e-15)
    y = np.ravel(y)
    ones, zeros = a[y == 1], a[y == 0]
    cost = 0.0
    if len(ones):
        cost += -np.mean(np.log(ones))
    if len(zeros):
        cost += -np.mean(np.log(1 - zeros))
    return float(cost)

# %% log_loss · right · a loop with math.log, logs floored instead of a clipped
def log_loss(a, y):
    import math
    safe_log = lambda p: math.log(p) if p > 1e-200 else -460.0
    total, count = 0.0, 0
    for a_i, y_i in zip(np.ravel(a).tolist(), np.ravel(y).tolist()):
        if y_i != 0:
            total -= y_i * safe_log(a_i)
        if y_i != 1:
            total -= (1 - y_i) * safe_log(1 - a_i)
        count += 1
    return total / count

# %% log_loss · right · stacks (a, 1 - a) and (y, 1 - y) as two columns and takes one einsum
def log_loss(a, y):
    a, y = np.ravel(a).astype(float), np.ravel(y).astype(float)
    P = np.stack([a, 1 - a], axis=1)
    Y = np.stack([y, 1 - y], axis=1)
    return np.einsum("ij,ij->", Y, -np.log(np.maximum(P, 1e-100))) / len(a)

# %% log_loss_from_logits · wrong · max(z, 0) - y z without the log1p term: fine for huge z, 0 instead of ln 2 at z = 0
def log_loss_from_logits(z, y):
    return float(np.mean(np.maximum(z, 0) - y * z))

# %% log_loss_from_logits · wrong · clips z to [-500, 500] so that exp does not overflow: 500 instead of 800
def log_loss_from_logits(z, y):
    z = np.clip(z, -500, 500)
    return float(np.mean(np.log(1 + np.exp(z)) - y * z))

# %% log_loss_from_logits · wrong · roles of the labels swapped: softplus(z) for y = 1 and softplus(-z) for y = 0
def log_loss_from_logits(z, y):
    per_example = y * np.logaddexp(0, z) + (1 - y) * np.logaddexp(0, -z)
    return float(per_example.mean())

# %% log_loss_from_logits · right · a plain loop, log1p(exp(-|z|)) plus the part that is linear
def log_loss_from_logits(z, y):
    import math
    costs = []
    for t, label in zip(np.ravel(z).tolist(), np.ravel(y).tolist()):
        linear = (1 - label) * t if t > 0 else -label * t
        costs.append(linear + math.log1p(math.exp(-abs(t))))
    return math.fsum(costs) / len(costs)

# %% log_loss_from_logits · right · logaddexp.reduce of the pair (0, z) minus the logit of the true class
def log_loss_from_logits(z, y):
    z = np.ravel(z).astype(float)
    y = np.ravel(y)
    both = np.stack([np.zeros_like(z), z])
    total = np.logaddexp.reduce(both, axis=0)
    return np.average(total - both[1] * y)

# %% slopes_one · wrong · dL/da = a - y (the slope of a squared error), then multiplied on as usual
def slopes_one(x, w, b, y):
    z = np.dot(x, w) + b
    a = 1 / (1 + np.exp(-z))
    dL_da = a - y
    da_dz = a * (1 - a)
    return {"dL/da": dL_da, "da/dz": da_dz, "dz/dw": x, "dz/db": 1.0,
            "dL/dw": dL_da * da_dz * x, "dL/db": dL_da * da_dz}

# %% slopes_one · wrong · local slopes right, but the middle factor da/dz is left out of the two products
def slopes_one(x, w, b, y):
    z = np.dot(x, w) + b
    a = 1 / (1 + np.exp(-z))
    s = {}
    s["dL/da"] = -y / a + (1 - y) / (1 - a)
    s["da/dz"] = a * (1 - a)
    s["dz/dw"] = x
    s["dz/db"] = 1.0
    s["dL/dw"] = s["dL/da"] * s["dz/dw"]
    s["dL/db"] = s["dL/da"] * s["dz/db"]
    return s

# %% slopes_one · wrong · dz/db = b, by analogy with dz/dw = x; also spoils dL/db
def slopes_one(x, w, b, y):
    z = np.sum(x * w) + b
    a = 1 / (1 + np.exp(-z))
    dL_da = (a - y) / (a * (1 - a))
    da_dz = a * (1 - a)
    dz_dw, dz_db = x, b
    return {"dL/da": dL_da, "da/dz": da_dz, "dz/dw": dz_dw, "dz/db": dz_db,
            "dL/dw": dL_da * da_dz * dz_dw, "dL/db": dL_da * da_dz * dz_db}

# %% slopes_one · right · every local slope by a complex step (exact to rounding), then the products
def slopes_one(x, w, b, y):
    x, w = np.asarray(x, dtype=float), np.asarray(w, dtype=float)
    h = 1e-30
    slope = lambda f, at: f(at + 1j * h).imag / h
    line = lambda weights, bias: sum(x_j * w_j for x_j, w_j in zip(x, weights)) + bias
    squash = lambda z: 1 / (1 + np.exp(-z))
    loss = lambda a: -(y * np.log(a) + (1 - y) * np.log(1 - a))
    z = line(w, b)
    a = squash(z)
    out = {"dL/da": slope(loss, a), "da/dz": slope(squash, z)}
    out["dz/dw"] = np.array([slope(lambda t: line([t if k == j else w[k] for k in range(len(w))], b), w[j])
                             for j in range(len(w))])
    out["dz/db"] = slope(lambda t: line(w, t), b)
    out["dL/db"] = out["dL/da"] * out["da/dz"] * out["dz/db"]
    out["dL/dw"] = out["dL/da"] * out["da/dz"] * out["dz/dw"]
    return out

# %% slopes_one · right · begins with the short results dL/db = a - y and dL/dw = (a - y) x and divides backwards for dL/da
def slopes_one(x, w, b, y):
    a = 1.0 / (1.0 + np.exp(-np.einsum("i,i->", x, w) - b))
    error = a - y
    local = a - a ** 2
    return dict([
        ("dL/db", error),
        ("dL/dw", np.array([error * x_j for x_j in x])),
        ("dz/db", 1),
        ("dz/dw", np.array(list(x))),
        ("da/dz", local),
        ("dL/da", error / local),
    ])

# %% gradients · wrong · divides dw by the number of features n instead of the number of examples m
def gradients(X, y, w, b):
    n = X.shape[1]
    error = predict(X, w, b) - y
    dw = X.T @ error / n
    db = float(np.mean(error))
    return dw, db

# %% gradients · wrong · product of the means instead of the mean of the products in dw
def gradients(X, y, w, b):
    error = predict(X, w, b) - y
    dw = np.mean(X, axis=0).reshape(-1, 1) * np.mean(error)
    db = float(np.mean(error))
    return dw, db

# %% gradients · wrong · dw lies on its side, (1, n), because of error.T @ X
def gradients(X, y, w, b):
    m = len(X)
    error = predict(X, w, b) - y
    dw = error.T @ X / m
    db = float(error.sum() / m)
    return dw, db

# %% gradients · right · one example at a time, with running averages
def gradients(X, y, w, b):
    a = predict(X, w, b)
    dw = np.zeros((np.shape(X)[1], 1))
    db = 0.0
    for i in range(len(X)):
        delta = float(a[i, 0]) - float(y[i, 0])
        db += (delta - db) / (i + 1)
        for j in range(dw.shape[0]):
            dw[j, 0] += (delta * X[i, j] - dw[j, 0]) / (i + 1)
    return dw, db

# %% gradients · right · bias as a column of ones, one einsum for both
def gradients(X, y, w, b):
    ones_too = np.column_stack([X, np.ones(len(X))])
    delta = (predict(X, w, b) - y) / len(X)
    both = np.einsum("mi,mo->io", ones_too, delta)
    return both[:-1], both[-1].item()

# %% train · wrong · also stores the cost after the last step: steps + 1 costs
def train(X, y, learning_rate, steps):
    w, b = np.zeros((X.shape[1], 1)), 0.0
    costs = [log_loss(predict(X, w, b), y)]
    for _ in range(steps):
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db
        costs.append(log_loss(predict(X, w, b), y))
    return w, b, costs

# %% train · wrong · every step looks at one example only (in turn) instead of the whole batch
def train(X, y, learning_rate, steps):
    m, n = X.shape
    w, b = np.zeros((n, 1)), 0.0
    costs = []
    for i in range(steps):
        costs.append(log_loss(predict(X, w, b), y))
        k = i % m
        dw, db = gradients(X[k:k + 1], y[k:k + 1], w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db
    return w, b, costs

# %% train · wrong · divides the rate by m although the gradients are means already
def train(X, y, learning_rate, steps):
    m, n = X.shape
    w, b = np.zeros((n, 1)), 0.0
    costs = []
    for _ in range(steps):
        costs.append(log_loss(predict(X, w, b), y))
        dw, db = gradients(X, y, w, b)
        w -= learning_rate / m * dw
        b -= learning_rate / m * db
    return w, b, costs

# %% train · right · a generator of states, costs as an array
def train(X, y, learning_rate, steps):
    def states():
        w, b = np.zeros((np.shape(X)[1], 1)), 0.0
        while True:
            yield w, b
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
    source = states()
    costs = np.zeros(steps)
    for i in range(steps):
        costs[i] = log_loss(predict(X, *next(source)), y)
    w, b = next(source)
    return w, b, costs

# %% train · right · keeps the sum of all slopes and rebuilds w and b from zero in every round
def train(X, y, learning_rate, steps):
    sum_dw, sum_db, costs = np.zeros((np.shape(X)[1], 1)), 0.0, []
    for _ in range(steps):
        now = (-learning_rate * sum_dw, -learning_rate * sum_db)
        costs += [float(log_loss(predict(X, now[0], now[1]), y))]
        dw, db = gradients(X, y, *now)
        sum_db = sum_db + db
        sum_dw = sum_dw + dw
    return 0.0 - learning_rate * sum_dw, 0.0 - learning_rate * sum_db, costs

# %% curvature · wrong · the first slope (central difference) instead of the second
def curvature(f, z, h=1e-3):
    return (f(z + h) - f(z - h)) / (2 * h)

# %% curvature · wrong · the middle value counted once instead of twice: explodes like f / h^2
def curvature(f, z, h=1e-3):
    return (f(z + h) - f(z) + f(z - h)) / h ** 2

# %% curvature · wrong · the step is fixed inside, the argument h ignored; shows for a large h
def curvature(f, z, h=1e-3):
    h = 1e-3
    return (f(z + h) - 2 * f(z) + f(z - h)) / (h * h)

# %% curvature · right · np.diff twice over three values
def curvature(f, z, h=1e-3):
    values = np.array([f(z - h), f(z), f(z + h)])
    return np.diff(values, n=2, axis=0)[0] / h ** 2

# %% curvature · right · slope to the right minus slope to the left, over h
def curvature(f, z, h=1e-3):
    middle = f(z)
    right, left = [(f(z + s * h) - middle) / (s * h) for s in (1, -1)]
    return (right - left) / h
