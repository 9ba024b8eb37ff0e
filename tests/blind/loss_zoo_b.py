# %% hinge · wrong · np.max(..., 0) takes the largest value along axis 0 instead of comparing with 0
def hinge(score, y):
    return float(np.mean(np.max(1 - y * score, 0)))

# %% hinge · wrong · mean over the examples that violate the margin only, shows as soon as one example is safe
def hinge(score, y):
    margin = 1 - y * score
    bad = margin[margin > 0]
    if bad.size == 0:
        return 0.0
    return float(bad.mean())

# %% hinge · wrong · np.clip(., 0, 1) also cuts from above (ramp loss), shows on every example on the wrong side
def hinge(score, y):
    return float(np.clip(1 - y * score, 0, 1).mean())

# %% hinge · right · half of v + |v|
def hinge(score, y):
    v = 1.0 - np.multiply(np.ravel(y), np.ravel(score))
    return float(np.mean(v + np.abs(v)) / 2)

# %% hinge · right · Python's max in a loop, math.fsum
def hinge(score, y):
    import math
    pairs = list(zip(np.ravel(score).tolist(), np.ravel(y).tolist()))
    return math.fsum(max(0.0, 1.0 - s * t) for s, t in pairs) / len(pairs)

# %% squared_hinge · wrong · modified Huber loss from a library's list, linear below a margin of -1, shows on badly wrong examples
def squared_hinge(score, y):
    margin = y * score
    loss = np.where(margin < -1, -4 * margin, np.maximum(0, 1 - margin) ** 2)
    return float(loss.mean())

# %% squared_hinge · wrong · a factor one half so that the slope looks nicer
def squared_hinge(score, y):
    return float(np.mean(0.5 * np.maximum(0, 1 - y * score) ** 2))

# %% squared_hinge · wrong · squares the margin inside, max(0, 1 - (y score)^2), shows on every ordinary input
def squared_hinge(score, y):
    return float(np.mean(np.maximum(0, 1 - (y * score) ** 2)))

# %% squared_hinge · right · v times max(v, 0) as a dot product
def squared_hinge(score, y):
    v = 1.0 - np.ravel(y) * np.ravel(score)
    return float(np.dot(v, np.maximum(v, 0.0)) / v.size)

# %% squared_hinge · right · np.piecewise with a function for the violated side
def squared_hinge(score, y):
    margin = np.asarray(np.ravel(y) * np.ravel(score), dtype=float)
    return np.piecewise(margin, [margin < 1], [lambda q: (1 - q) ** 2, 0.0]).mean()

# %% cross_entropy · wrong · applies softmax to P first, a habit from a framework whose loss takes logits
def cross_entropy(P, Y):
    e = np.exp(P - P.max(axis=1, keepdims=True))
    Q = e / e.sum(axis=1, keepdims=True)
    return float(-np.sum(Y * np.log(Q), axis=1).mean())

# %% cross_entropy · wrong · sums along axis 0, so the mean is over K instead of m, hidden when m equals K
def cross_entropy(P, Y):
    return float(np.mean(-np.sum(Y * np.log(P), axis=0)))

# %% cross_entropy · wrong · a matrix product pairs every example with every other, (m, m), and averages it all
def cross_entropy(P, Y):
    return float(-np.mean(np.dot(Y, np.log(P).T)))

# %% cross_entropy · right · the product of P to the power Y along each row, then minus log
def cross_entropy(P, Y):
    return float((-np.log(np.prod(np.power(P, Y), axis=1))).mean())

# %% cross_entropy · right · trace of Y transposed times log P
def cross_entropy(P, Y):
    return -np.trace(np.transpose(Y) @ np.log(P)) / len(P)

# %% sparse_cross_entropy · wrong · P[:, labels] picks all rows for every label, (m, m), and averages it
def sparse_cross_entropy(P, labels):
    return float(-np.mean(np.log(P[:, labels])))

# %% sparse_cross_entropy · wrong · np.take without an axis reads from the flattened array, only the first row is looked at
def sparse_cross_entropy(P, labels):
    return float(-np.mean(np.log(np.take(P, labels))))

# %% sparse_cross_entropy · wrong · guesses K from the largest label, crashes when the last class does not occur in the batch
def sparse_cross_entropy(P, labels):
    K = np.max(labels) + 1
    Y = np.eye(K)[labels]
    return float(-np.sum(Y * np.log(P), axis=1).mean())

# %% sparse_cross_entropy · right · take_along_axis with the labels as a column
def sparse_cross_entropy(P, labels):
    column = np.reshape(labels, (-1, 1))
    return float(np.mean(-np.log(np.take_along_axis(P, column, axis=1))))

# %% sparse_cross_entropy · right · flat index row * K + label, as one would in C
def sparse_cross_entropy(P, labels):
    import math
    m, K = P.shape
    flat = P.ravel()
    total = 0.0
    for row, label in enumerate(labels):
        total -= math.log(flat[row * K + label])
    return total / m

# %% kl_divergence · wrong · a small number added inside the log, so p = 0 < t costs a finite amount instead of inf, elsewhere within rounding
def kl_divergence(target, prediction):
    eps = 1e-10
    return float(np.sum(target * np.log((target + eps) / (prediction + eps)), axis=-1).mean())

# %% kl_divergence · wrong · mean over all m K entries, the default of a framework, K times too small
def kl_divergence(target, prediction):
    with np.errstate(divide='ignore', invalid='ignore'):
        terms = np.where(target > 0, target * np.log(target / prediction), 0.0)
    return float(terms.mean())

# %% kl_divergence · wrong · skips every entry where either is 0, so an impossible prediction costs nothing
def kl_divergence(target, prediction):
    ok = (target > 0) & (prediction > 0)
    terms = np.zeros(target.shape)
    terms[ok] = target[ok] * np.log(target[ok] / prediction[ok])
    return float(terms.sum(axis=-1).mean())

# %% kl_divergence · right · scipy's rel_entr where installed, the same by hand where not
def kl_divergence(target, prediction):
    try:
        from scipy.special import rel_entr
    except ImportError:
        def rel_entr(t, p):
            if t == 0:
                return 0.0
            return t * np.log(t / p) if p > 0 else np.inf
        rel_entr = np.vectorize(rel_entr, otypes=[float])
    t, p = np.atleast_2d(target).astype(float), np.atleast_2d(prediction).astype(float)
    return float(np.mean(np.sum(rel_entr(t, p), axis=1)))

# %% kl_divergence · right · cross-entropy minus entropy, logs only where the target is positive, no warning
def kl_divergence(target, prediction):
    t, p = np.atleast_2d(target).astype(float), np.atleast_2d(prediction).astype(float)
    used = t > 0
    log_t = np.log(t, out=np.zeros_like(t), where=used)
    log_p = np.log(p, out=np.full_like(t, -np.inf), where=used & (p > 0))
    log_p[~used] = 0.0
    return float((np.einsum('ij,ij->', t, log_t) - np.sum(t * log_p)) / len(t))

# %% mse · wrong · np.var of the errors, which takes the mean error out first, shows unless the errors sum to 0
def mse(prediction, target):
    return float(np.var(prediction - target))

# %% mse · wrong · divides by m - 1 as in a sample variance, shows always
def mse(prediction, target):
    d = np.ravel(prediction) - np.ravel(target)
    return float(np.sum(d ** 2) / (len(d) - 1))

# %% mse · wrong · makes a column of one and a row of the other, (m, m) differences, perfect predictions have a cost
def mse(prediction, target):
    prediction = np.array(prediction).reshape(-1, 1)
    target = np.array(target).flatten()
    return float(np.mean((prediction - target) ** 2))

# %% mse · right · variance plus squared mean of the errors
def mse(prediction, target):
    d = np.subtract(np.ravel(prediction), np.ravel(target), dtype=float)
    return float(d.var() + d.mean() ** 2)

# %% mse · right · squared length by np.vdot over the size
def mse(prediction, target):
    d = np.ravel(prediction) * 1.0 - np.ravel(target)
    return np.vdot(d, d) / d.size

# %% msle · wrong · log to base 10
def msle(prediction, target):
    return float(np.mean((np.log10(1 + prediction) - np.log10(1 + target)) ** 2))

# %% msle · wrong · np.log1p(1 + x) adds the 1 twice
def msle(prediction, target):
    return float(np.mean((np.log1p(1 + prediction) - np.log1p(1 + target)) ** 2))

# %% msle · wrong · the mean is taken before the square, so over and under cancel
def msle(prediction, target):
    return float(np.mean(np.log1p(prediction) - np.log1p(target)) ** 2)

# %% msle · right · both stacked, one log1p, np.diff along the stack, einsum squares
def msle(prediction, target):
    logs = np.log1p(np.stack([np.ravel(prediction), np.ravel(target)]))
    gap = np.diff(logs, axis=0)[0]
    return float(np.einsum('i,i->', gap, gap)) / gap.size

# %% msle · right · math.log1p through np.frompyfunc, then the statistics module
def msle(prediction, target):
    import math
    from statistics import fmean
    log1p = np.frompyfunc(math.log1p, 1, 1)
    difference = log1p(np.ravel(prediction)) - log1p(np.ravel(target))
    return fmean(float(d) ** 2 for d in difference)

# %% mae · wrong · absolute values of each before subtracting, shows when prediction and target differ in sign
def mae(prediction, target):
    return float(np.mean(np.abs(np.abs(prediction) - np.abs(target))))

# %% mae · wrong · smooth L1 from a framework, half the square for errors below 1
def mae(prediction, target):
    d = np.abs(prediction - target)
    return float(np.mean(np.where(d < 1, 0.5 * d ** 2, d - 0.5)))

# %% mae · wrong · mean absolute deviation from the mean error, a constant offset costs nothing
def mae(prediction, target):
    d = prediction - target
    return float(np.mean(np.abs(d - d.mean())))

# %% mae · right · larger minus smaller
def mae(prediction, target):
    p, t = np.ravel(prediction), np.ravel(target)
    return float((np.maximum(p, t) - np.minimum(p, t)).mean())

# %% mae · right · the 1-norm by dot product of error and sign
def mae(prediction, target):
    d = np.ravel(prediction).astype(float) - np.ravel(target)
    return d @ np.sign(d) / len(d)

# %% mape · wrong · total error over total target, shows unless all targets have the same size
def mape(prediction, target):
    return float(100 * np.sum(np.abs(prediction - target)) / np.sum(np.abs(target)))

# %% mape · wrong · the symmetric variant, divided by the mean of both sizes
def mape(prediction, target):
    size = (np.abs(prediction) + np.abs(target)) / 2
    return float(100 * np.mean(np.abs(prediction - target) / size))

# %% mape · wrong · abs on the error only, so negative targets count negative
def mape(prediction, target):
    return float(100 * np.mean(np.abs(prediction - target) / target))

# %% mape · right · distance of the ratio from 1
def mape(prediction, target):
    return float(np.abs(1.0 - np.ravel(prediction) / np.ravel(target)).mean() * 100.0)

# %% mape · right · a generator over pairs with math.fabs
def mape(prediction, target):
    import math
    ratios = [math.fabs(p - t) / math.fabs(t) for p, t in zip(np.ravel(prediction).tolist(), np.ravel(target).tolist())]
    return math.fsum(ratios) / len(ratios) * 100
