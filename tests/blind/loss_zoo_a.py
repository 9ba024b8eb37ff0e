# %% hinge · wrong · the margin 1 is forgotten, max(0, -y score): right answers with a small score cost nothing
def hinge(score, y):
    return float(np.mean(np.maximum(0, -y * score)))

# %% hinge · wrong · the max is taken after the mean, very good examples pay for bad ones
def hinge(score, y):
    return float(max(0.0, np.mean(1 - y * score)))

# %% hinge · wrong · only examples on the wrong side (y score < 0) are charged; those inside the margin go free
def hinge(score, y):
    margin = y * score
    return float(np.mean(np.where(margin < 0, 1 - margin, 0)))

# %% hinge · right · (u + |u|) / 2 for the positive part
def hinge(score, y):
    u = 1 - np.ravel(score) * np.ravel(y)
    return np.add(u, np.abs(u)).sum() / (2 * u.size)

# %% hinge · right · recursion over the halves of a list
def hinge(score, y):
    pairs = list(zip(np.ravel(score).tolist(), np.ravel(y).tolist()))

    def total(items):
        if len(items) == 1:
            s, t = items[0]
            return 1.0 - s * t if s * t < 1 else 0.0
        half = len(items) // 2
        return total(items[:half]) + total(items[half:])
    return total(pairs) / len(pairs)

# %% squared_hinge · wrong · a half in front, "so that the slope is nicer"
def squared_hinge(score, y):
    return float(0.5 * np.mean(np.maximum(0, 1 - y * score) ** 2))

# %% squared_hinge · wrong · squares the score before the max: max(0, 1 - (y score)^2), so the sign of the answer is lost
def squared_hinge(score, y):
    return float(np.mean(np.maximum(0, 1 - (y * score) ** 2)))

# %% squared_hinge · wrong · max(0, y - score)^2: right for y = 1, but for y = -1 the wrong side is charged
def squared_hinge(score, y):
    gap = np.maximum(0, y - score)
    return float(np.mean(gap ** 2))

# %% squared_hinge · right · keeps only the positive gaps and takes their dot product
def squared_hinge(score, y):
    gaps = [1 - s * t for s, t in zip(np.ravel(score), np.ravel(y))]
    positive = np.array([g for g in gaps if g > 0], dtype=float)
    return float(positive @ positive) / len(gaps)

# %% squared_hinge · right · u times its positive part, as u * u * (u > 0) in an einsum
def squared_hinge(score, y):
    u = 1.0 - np.ravel(y) * np.ravel(score)
    return np.einsum("i,i,i->", u, u, (u > 0).astype(float)) / u.shape[0]

# %% cross_entropy · wrong · logarithm to base 2
def cross_entropy(P, Y):
    return float(-np.mean(np.sum(Y * np.log2(P), axis=1)))

# %% cross_entropy · wrong · takes the largest probability of each row instead of that of the true class
def cross_entropy(P, Y):
    return float(np.mean(-np.log(P.max(axis=1))))

# %% cross_entropy · wrong · divides by K instead of m (P.shape[1] for P.shape[0])
def cross_entropy(P, Y):
    return float(-np.sum(Y * np.log(P)) / P.shape[1])

# %% cross_entropy · right · product of P to the power Y along the rows, then the log
def cross_entropy(P, Y):
    likelihood = np.prod(np.power(np.asarray(P, dtype=float), Y), axis=1)
    return np.average(np.log(1 / likelihood))

# %% cross_entropy · right · trace of Y log(P) transposed
def cross_entropy(P, Y):
    Y = np.asarray(Y, dtype=float)
    return float(np.trace(Y @ np.log(P).T)) / -len(Y)

# %% sparse_cross_entropy · wrong · P[:, labels] picks whole columns, an (m, m) matrix, and the mean hides it
def sparse_cross_entropy(P, labels):
    return float(-np.mean(np.log(P[:, labels])))

# %% sparse_cross_entropy · wrong · -log(1 - p) of the true class, the probability of being wrong
def sparse_cross_entropy(P, labels):
    p = P[np.arange(len(labels)), labels]
    return float(-np.mean(np.log(1 - p)))

# %% sparse_cross_entropy · wrong · adds the examples up, no mean
def sparse_cross_entropy(P, labels):
    total = 0.0
    for i, k in enumerate(labels):
        total -= np.log(P[i][k])
    return float(total)

# %% sparse_cross_entropy · right · one-hot rows from the identity matrix, then a sum of products
def sparse_cross_entropy(P, labels):
    P = np.asarray(P)
    Y = np.eye(P.shape[1])[np.asarray(labels, dtype=int)]
    return -np.vdot(Y, np.log(P)) / P.shape[0]

# %% sparse_cross_entropy · right · flat index i K + label and a generator of math.log
def sparse_cross_entropy(P, labels):
    import math
    m, K = np.shape(P)
    flat = np.ravel(P).tolist()
    return math.fsum(-math.log(flat[i * K + int(k)]) for i, k in enumerate(labels)) / m

# %% kl_divergence · wrong · mean over all m K entries instead of sum per row
def kl_divergence(target, prediction):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(target > 0, target * np.log(target / prediction), 0.0)
    return float(np.mean(terms))

# %% kl_divergence · wrong · skips every entry where either is 0, so p = 0 < t costs nothing instead of infinity
def kl_divergence(target, prediction):
    ok = (target > 0) & (prediction > 0)
    total = np.sum(target[ok] * np.log(target[ok] / prediction[ok]))
    return float(total / len(target))

# %% kl_divergence · wrong · absolute value of each log ratio, because "a divergence cannot have negative parts"
def kl_divergence(target, prediction):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(target > 0, target * np.abs(np.log(target / prediction)), 0.0)
    return float(np.mean(np.sum(terms, axis=1)))

# %% kl_divergence · right · cases written out in a loop over rows and entries
def kl_divergence(target, prediction):
    import math

    def term(t, p):
        if t == 0:
            return 0.0
        return math.inf if p == 0 else t * (math.log(t) - math.log(p))

    rows = [sum(term(t, p) for t, p in zip(ts, ps))
            for ts, ps in zip(np.atleast_2d(target).tolist(), np.atleast_2d(prediction).tolist())]
    return sum(rows) / len(rows)

# %% kl_divergence · right · cross-entropy minus entropy, with log taken only where it counts
def kl_divergence(target, prediction):
    t = np.atleast_2d(np.asarray(target, dtype=float))
    p = np.atleast_2d(np.asarray(prediction, dtype=float))
    used = t > 0
    if np.any(used & (p == 0)):
        return float("inf")
    log_t = np.log(t, where=used, out=np.zeros_like(t))
    log_p = np.log(p, where=used, out=np.zeros_like(p))
    return (np.vdot(t, log_t) - np.vdot(t, log_p)) / t.shape[0]

# %% mse · wrong · square of the mean error, errors of opposite sign cancel
def mse(prediction, target):
    return float(np.mean(prediction - target) ** 2)

# %% mse · wrong · variance of the errors: a constant offset costs nothing
def mse(prediction, target):
    return float(np.var(prediction - target))

# %% mse · wrong · difference of the squares instead of square of the difference
def mse(prediction, target):
    return float(np.mean(np.abs(prediction ** 2 - target ** 2)))

# %% mse · right · variance of the errors plus the square of their mean
def mse(prediction, target):
    e = np.ravel(prediction).astype(float) - np.ravel(target)
    return e.var() + e.mean() ** 2

# %% mse · right · loop over a zip with Python floats
def mse(prediction, target):
    squares = [(p - t) * (p - t) for p, t in zip(np.ravel(prediction).tolist(), np.ravel(target).tolist())]
    return sum(squares) / len(squares)

# %% msle · wrong · log(1 + squared difference), the log in the wrong place
def msle(prediction, target):
    return float(np.mean(np.log(1 + (prediction - target) ** 2)))

# %% msle · wrong · log10 instead of the natural logarithm
def msle(prediction, target):
    return float(np.mean((np.log10(1 + prediction) - np.log10(1 + target)) ** 2))

# %% msle · wrong · means of the logs first, then their difference squared
def msle(prediction, target):
    lp = np.mean(np.log1p(prediction))
    lt = np.mean(np.log1p(target))
    return float((lp - lt) ** 2)

# %% msle · right · log of the ratio (1 + p) / (1 + t), squared with np.dot
def msle(prediction, target):
    r = np.log((1.0 + np.ravel(prediction)) / (1.0 + np.ravel(target)))
    return np.dot(r, r) / r.size

# %% msle · right · map and math.log1p
def msle(prediction, target):
    import math
    logs = lambda values: list(map(math.log1p, np.ravel(values).tolist()))
    p, t = logs(prediction), logs(target)
    return math.fsum((a - b) ** 2 for a, b in zip(p, t)) / len(p)

# %% mae · wrong · root of the mean square (RMSE)
def mae(prediction, target):
    return float(np.sqrt(np.mean((prediction - target) ** 2)))

# %% mae · wrong · absolute values before the difference; shows when prediction and target have opposite signs
def mae(prediction, target):
    return float(np.mean(np.abs(np.abs(prediction) - np.abs(target))))

# %% mae · wrong · only predictions that are too high are charged, max(0, p - t)
def mae(prediction, target):
    return float(np.mean(np.maximum(0, prediction - target)))

# %% mae · right · larger minus smaller, no abs at all
def mae(prediction, target):
    p, t = np.ravel(prediction), np.ravel(target)
    return (np.maximum(p, t).sum() - np.minimum(p, t).sum()) / len(p)

# %% mae · right · 1-norm of the error over its length
def mae(prediction, target):
    e = np.subtract(np.ravel(prediction), np.ravel(target)).astype(float)
    return np.linalg.norm(e, ord=1) / e.size

# %% mape · wrong · total error over total target, so big targets count more
def mape(prediction, target):
    return float(100 * np.sum(np.abs(prediction - target)) / np.sum(np.abs(target)))

# %% mape · wrong · divides by the target with its sign, negative targets make negative percentages
def mape(prediction, target):
    return float(np.mean(100 * np.abs(prediction - target) / target))

# %% mape · wrong · divides by the mean of prediction and target (the "symmetric" version)
def mape(prediction, target):
    middle = (np.abs(prediction) + np.abs(target)) / 2
    return float(100 * np.mean(np.abs(prediction - target) / middle))

# %% mape · right · |p / t - 1| in percent
def mape(prediction, target):
    ratio = np.true_divide(np.ravel(prediction), np.ravel(target))
    return 100.0 * np.abs(ratio - 1.0).mean()

# %% mape · right · weighted mean of the absolute errors with weights 100 / |t|, by einsum
def mape(prediction, target):
    p, t = (np.array(v, dtype=float).ravel() for v in (prediction, target))
    return np.einsum("i,i->", np.sqrt((p - t) ** 2), 100 / np.abs(t)).item() / t.size
