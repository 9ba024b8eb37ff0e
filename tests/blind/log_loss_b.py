# %% collapse · wrong · the bias as a column plus a row, W2.T @ b1.T + b2, broadcasts to (n_out, n_out), hidden when n_out is 1
def collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = W2.T @ b1.T + b2
    return W, b

# %% collapse · wrong · weights b1 into W2 by hand but sums over the outputs instead of the hidden nodes, shows on every ordinary input
def collapse(W1, b1, W2, b2):
    W = W1.dot(W2)
    weighted = b1 * W2.T          # (n_out, n_hidden)
    b = np.sum(weighted, axis=0, keepdims=True) + b2
    return W, b

# %% collapse · wrong · values right but the bias is flattened to (n_out,)
def collapse(W1, b1, W2, b2):
    W = np.dot(W1, W2)
    b = (np.dot(b1, W2) + b2).flatten()
    return W, b

# %% collapse · right · homogeneous matrices as in computer graphics, one product, then cut apart
def collapse(W1, b1, W2, b2):
    def homogeneous(W, b):
        M = np.eye(W.shape[0] + 1, W.shape[1] + 1)
        M[0, 1:] = b
        M[1:, 0] = 0
        M[1:, 1:] = W
        return M

    M = homogeneous(W1, b1) @ homogeneous(W2, b2)
    return [M[1:, 1:], M[:1, 1:]]

# %% collapse · right · einsum for both, bias through the hidden index
def collapse(W1, b1, W2, b2):
    return (np.einsum('ih,ho->io', W1, W2),
            np.einsum('xh,ho->xo', b1, W2) + b2)

# %% sigmoid · wrong · clips z at 500 against overflow (a popular snippet), wrong from -500 to -700
def sigmoid(z):
    z = np.clip(z, -500, 500)
    return 1 / (1 + np.exp(-z))

# %% sigmoid · wrong · the result array has the dtype of z, so an integer array gives zeros
def sigmoid(z):
    z = np.asarray(z)
    out = np.zeros_like(z)
    pos = z >= 0
    out[pos] = 1.0 / (1.0 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    out[~pos] = e / (1.0 + e)
    return out[()]

# %% sigmoid · wrong · takes |z| for stability and forgets to turn the negative side back, shows on every z < 0
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return 1 / (1 + e)

# %% sigmoid · right · exp of minus log(1 + exp(-z)) with logaddexp
def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, np.negative(z, dtype=float)))

# %% sigmoid · right · np.piecewise with one formula per side, each called only on its own entries
def sigmoid(z):
    zs = np.array(z, dtype=float)
    half = lambda q: 1 / (1 + np.exp(-q))
    other = lambda q: (lambda e: e / (1 + e))(np.exp(q))
    out = np.piecewise(zs, [zs >= 0], [half, other])
    return out if zs.ndim else out.item()

# %% sigmoid_slope · wrong · a dot product where an elementwise product is meant, one number for a vector, shows on every array
def sigmoid_slope(z):
    a = sigmoid(z)
    return np.dot(a, 1 - a)

# %% sigmoid_slope · wrong · the slope of tanh, 1 - a squared, copied from the next paragraph
def sigmoid_slope(z):
    a = sigmoid(z)
    return 1 - a ** 2

# %% sigmoid_slope · wrong · np.gradient of the values along the array, crashes on a scalar and depends on the neighbours
def sigmoid_slope(z):
    return np.gradient(sigmoid(z), z)

# %% sigmoid_slope · right · symmetry, sigma(z) sigma(-z)
def sigmoid_slope(z):
    return sigmoid(z) * sigmoid(-1.0 * z)

# %% sigmoid_slope · right · the polynomial -a^2 + a with np.polyval
def sigmoid_slope(z):
    return np.polyval([-1.0, 1.0, 0.0], sigmoid(z))

# %% predict · wrong · the bias is added after the sigmoid
def predict(X, w, b):
    return sigmoid(X @ w) + b

# %% predict · wrong · examples as columns (another course's convention), returns a row (1, m)
def predict(X, w, b):
    return sigmoid(np.dot(w.T, X.T) + b)

# %% predict · wrong · the bracket slips: X @ (w + b) adds b once per feature value
def predict(X, w, b):
    return sigmoid(X @ (w + b))

# %% predict · right · bias joined to the weights, a column of ones joined to X
def predict(X, w, b):
    ones = np.ones((len(X), 1))
    return sigmoid(np.hstack([X, ones]) @ np.append(w, b)[:, np.newaxis])

# %% predict · right · loop over examples, one scalar at a time, stacked to a column
def predict(X, w, b):
    rows = []
    for example in X:
        z = sum((float(xi) * float(wi) for xi, wi in zip(example, w[:, 0])), start=0.0) + b
        rows.append([float(sigmoid(z))])
    return np.array(rows)

# %% log_loss · wrong · clips at 1e-7 like a well-known library, so a = 1e-12 costs 16.1 instead of 27.6
def log_loss(a, y):
    a = np.clip(a, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))

# %% log_loss · wrong · mean over each class separately, then added, shows unless the classes happen to balance it out, nan with one class
def log_loss(a, y):
    a = np.clip(np.ravel(a), 1e-15, 1 - 1e-15)
    y = np.ravel(y)
    ones = a[y == 1]
    zeros = a[y == 0]
    return float(-np.log(ones).mean() - np.log(1 - zeros).mean())

# %% log_loss · wrong · the formula for scores and labels -1, +1, log(1 + exp(-y a)), copied from another page
def log_loss(a, y):
    return float(np.mean(np.log(1 + np.exp(-y * a))))

# %% log_loss · right · probability given to the true label is |1 - y - a|, one line
def log_loss(a, y):
    return -np.log(np.maximum(np.abs(1 - np.ravel(y) - np.ravel(a)), 1e-30)).mean()

# %% log_loss · right · math.log example by example, branch on the label, math.fsum
def log_loss(a, y):
    import math
    losses = []
    for p, label in zip(np.ravel(a).tolist(), np.ravel(y).tolist()):
        right = p if label else 1.0 - p
        losses.append(-math.log(right) if right > 0.0 else 50.0)
    return math.fsum(losses) / len(losses)

# %% log_loss_from_logits · wrong · np.max(z, 0) is the maximum along axis 0, not np.maximum, shows with more than one example
def log_loss_from_logits(z, y):
    return float(np.mean(np.max(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))

# %% log_loss_from_logits · wrong · the stable formula without its absolute value, shows on every negative z, inf at -800
def log_loss_from_logits(z, y):
    return float(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-z))))

# %% log_loss_from_logits · wrong · flattens only y, so a column times a row makes m by m losses
def log_loss_from_logits(z, y):
    z = np.reshape(z, (-1, 1))
    y = np.asarray(y).flatten()
    return float(np.mean(np.logaddexp(0, z) - z * y))

# %% log_loss_from_logits · right · turn the sign by the label, then softplus by logaddexp, exact at both ends
def log_loss_from_logits(z, y):
    return float(np.logaddexp(0.0, (1.0 - 2.0 * np.ravel(y)) * np.ravel(z)).mean())

# %% log_loss_from_logits · right · a callable class for the loss of one example, plain math, looped
def log_loss_from_logits(z, y):
    import math

    class Loss:
        def __call__(self, logit, label):
            wrong = (1 - label) * logit - label * logit
            if wrong > 0:
                return wrong + math.log1p(math.exp(-wrong))
            return math.log1p(math.exp(wrong))

    loss = Loss()
    pairs = zip(np.asarray(z, dtype=float).flat, np.asarray(y, dtype=float).flat)
    return math.fsum(loss(p, q) for p, q in pairs) / np.size(z)

# %% slopes_one · wrong · z = x * w + b without the sum, so every slope but two becomes a vector of its own little sigmoid
def slopes_one(x, w, b, y):
    z = x * w + b
    a = 1 / (1 + np.exp(-z))
    dL_da = -y / a + (1 - y) / (1 - a)
    da_dz = a * (1 - a)
    return {"dL/da": dL_da, "da/dz": da_dz, "dz/dw": x, "dz/db": 1.0,
            "dL/dw": dL_da * da_dz * x, "dL/db": dL_da * da_dz}

# %% slopes_one · wrong · stores a - y (already dL/dz) under dL/da and multiplies by the slope of the sigmoid once more
def slopes_one(x, w, b, y):
    a = 1 / (1 + np.exp(-(np.dot(x, w) + b)))
    slopes = {}
    slopes["dL/da"] = a - y
    slopes["da/dz"] = a * (1 - a)
    slopes["dz/dw"] = x
    slopes["dz/db"] = 1.0
    slopes["dL/dw"] = slopes["dL/da"] * slopes["da/dz"] * slopes["dz/dw"]
    slopes["dL/db"] = slopes["dL/da"] * slopes["da/dz"] * slopes["dz/db"]
    return slopes

# %% slopes_one · wrong · dz/db = b, so dL/db is b times too large, shows whenever b is not 1
def slopes_one(x, w, b, y):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    dL_da = (a - y) / (a * (1 - a))
    da_dz = a * (1 - a)
    dz_dw = x
    dz_db = b
    return {"dL/da": dL_da, "da/dz": da_dz, "dz/dw": dz_dw, "dz/db": dz_db,
            "dL/dw": dL_da * da_dz * dz_dw, "dL/db": dL_da * da_dz * dz_db}

# %% slopes_one · right · complex-step derivatives of the three links, no formula for any slope
def slopes_one(x, w, b, y):
    h = 1e-30
    slope_of = lambda f, at: float(np.imag(f(at + 1j * h)) / h)
    link_z = lambda ws, bs: np.dot(np.asarray(x, dtype=float), ws) + bs
    link_a = lambda z: 1 / (1 + np.exp(-z))
    link_L = lambda a: -(y * np.log(a) + (1 - y) * np.log(1 - a))
    w = np.asarray(w, dtype=float)
    z = float(link_z(w, b))
    a = float(link_a(z))
    d = {"dL/da": slope_of(link_L, a), "da/dz": slope_of(link_a, z)}
    nudges = 1j * h * np.eye(len(w))
    d["dz/dw"] = np.array([np.imag(link_z(w + nudge, b)) / h for nudge in nudges])
    d["dz/db"] = slope_of(lambda t: link_z(w, t), b)
    outer = d["dL/da"] * d["da/dz"]
    d["dL/dw"] = outer * d["dz/dw"]
    d["dL/db"] = outer * d["dz/db"]
    return d

# %% slopes_one · right · plain math and lists turned to arrays, dL/da in the form (1 - 2y) / (probability of the true label)
def slopes_one(x, w, b, y):
    import math
    z = math.fsum([*(float(p) * float(q) for p, q in zip(x, w)), float(b)])
    logistic = lambda q: 1.0 / (1.0 + math.exp(-q))
    a = logistic(z)
    certain = logistic(z if y == 1 else -z)
    names = ["dL/da", "da/dz", "dz/dw", "dz/db", "dL/dw", "dL/db"]
    values = [(1 - 2 * float(y)) / certain, a * logistic(-z), np.array([*x], dtype=float), 1,
              np.array([(a - float(y)) * float(p) for p in x]), a - float(y)]
    return dict(zip(names, values))

# %% gradients · wrong · divides by the number of features instead of the number of examples, hidden when m equals n
def gradients(X, y, w, b):
    delta = predict(X, w, b) - y
    m = len(w)
    return X.T @ delta / m, float(np.sum(delta) / m)

# %% gradients · wrong · flat y against a column a gives (m, m), the mean along axis 1 restores the shape but compares every a with the mean of y, db is right by accident
def gradients(X, y, w, b):
    m = X.shape[0]
    diff = predict(X, w, b) - y.flatten()
    delta = diff.mean(axis=1, keepdims=True)
    dw = X.T @ delta / m
    db = float(delta.mean())
    return dw, db

# %% gradients · wrong · a loop counted from 1 as in Fortran or Matlab, the first example is never visited
def gradients(X, y, w, b):
    m, n = X.shape
    a = predict(X, w, b)
    dw = np.zeros((n, 1))
    db = 0.0
    for i in range(1, m):
        diff = a[i, 0] - y[i, 0]
        for j in range(n):
            dw[j, 0] += X[i, j] * diff / m
        db += diff / m
    return dw, db

# %% gradients · right · einsum over the examples for both, weights 1/m as an explicit vector
def gradients(X, y, w, b):
    weight = np.full(len(X), 1.0 / len(X))
    off = predict(X, w, b) - y
    return np.einsum('i,ij,ik->jk', weight, X, off), float(np.einsum('i,ik->', weight, off))

# %% gradients · right · a column of ones joined to X, one product, then split
def gradients(X, y, w, b):
    extended = np.column_stack([X, np.ones(len(X))])
    both = np.mean(extended * (predict(X, w, b) - y), axis=0)
    *dw, db = both
    return np.reshape(dw, (-1, 1)), db

# %% train · wrong · one cost too many, the cost after the last step is appended as well
def train(X, y, learning_rate, steps):
    w = np.zeros((X.shape[1], 1))
    b = 0.0
    costs = [log_loss(predict(X, w, b), y)]
    for _ in range(steps):
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db
        costs.append(log_loss(predict(X, w, b), y))
    return w, b, costs

# %% train · wrong · divides the step by m although the gradient is a mean already, shows from the first step with m > 1
def train(X, y, learning_rate, steps):
    m, n = X.shape
    w, b, costs = np.zeros((n, 1)), 0.0, []
    for _ in range(steps):
        costs.append(log_loss(predict(X, w, b), y))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate / m * dw
        b = b - learning_rate / m * db
    return w, b, costs

# %% train · wrong · the bias starts at 0 and is never updated, shows unless db happens to be 0
def train(X, y, learning_rate, steps):
    w = np.zeros((X.shape[1], 1))
    b = 0.0
    costs = np.zeros(steps)
    for i in range(steps):
        costs[i] = log_loss(predict(X, w, b), y)
        dw, db = gradients(X, y, w, b)
        w -= learning_rate * dw
    return w, b, costs

# %% train · right · a generator of states, the last one kept
def train(X, y, learning_rate, steps):
    def states():
        w, b = np.zeros((X.shape[1], 1)), 0.0
        while True:
            yield w, b
            dw, db = gradients(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db

    source = states()
    costs = np.empty(steps)
    for i in range(steps):
        costs[i] = log_loss(predict(X, *next(source)), y)
    w, b = next(source)
    return w, float(b), costs

# %% train · right · a model class with a __call__ that makes one step and answers the cost before it
def train(X, y, learning_rate, steps):
    class Model:
        def __init__(self):
            self.theta = np.zeros(X.shape[1] + 1)

        @property
        def w(self):
            return self.theta[1:].reshape(-1, 1)

        @property
        def b(self):
            return float(self.theta[0])

        def __call__(self):
            cost = log_loss(predict(X, self.w, self.b), y)
            dw, db = gradients(X, y, self.w, self.b)
            self.theta = self.theta - learning_rate * np.append(db, dw)
            return cost

    model = Model()
    costs = [model() for _ in range(steps)]
    return model.w, model.b, costs

# %% curvature · wrong · geometric curvature f'' / (1 + f'^2)^(3/2) from a calculus page, shows wherever the slope is not 0
def curvature(f, z, h=1e-3):
    first = (f(z + h) - f(z - h)) / (2 * h)
    second = (f(z + h) - 2 * f(z) + f(z - h)) / h**2
    return second / (1 + first**2) ** 1.5

# %% curvature · wrong · "/ h * h" divides and multiplies back, off by h squared
def curvature(f, z, h=1e-3):
    return (f(z + h) - 2 * f(z) + f(z - h)) / h * h

# %% curvature · wrong · replaces h by 1e-8 because smaller is better, only rounding noise is left
def curvature(f, z, h=1e-3):
    h = 1e-8
    return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

# %% curvature · right · np.diff twice over three samples
def curvature(f, z, h=1e-3):
    samples = [f(z + k * h) for k in (-1, 0, 1)]
    return np.diff(samples, n=2, axis=0)[0] / h**2

# %% curvature · right · the slope on the right minus the slope on the left, per h
def curvature(f, z, h=1e-3):
    def secant(p, q):
        return (f(q) - f(p)) / h

    return (secant(z, z + h) - secant(z - h, z)) / h
