# %% theta_shape · wrong · a bias node is added on both sides, (n_out + 1, n_in + 1)
def theta_shape(n_in, n_out):
    return (n_out + 1, n_in + 1)

# %% theta_shape · wrong · the + 1 sits on the outputs, (n_out + 1, n_in), wrong for every pair of sizes
def theta_shape(n_in, n_out):
    shape = (n_out + 1, n_in)
    return shape

# %% theta_shape · wrong · the number of entries instead of the shape
def theta_shape(n_in, n_out):
    return n_out * (n_in + 1)

# %% theta_shape · right · builds the matrix from a bias column and a weight block and asks it
def theta_shape(n_in, n_out):
    return np.hstack([np.ones((n_out, 1)), np.zeros((n_out, n_in))]).shape

# %% theta_shape · right · reversed pair plus (0, 1)
def theta_shape(n_in, n_out):
    return tuple(p + q for p, q in zip(reversed((n_in, n_out)), (0, 1)))

# %% join · wrong · reshape for transpose: the shape is right, the weights stand in the wrong places (when both sizes are above 1)
def join(W, b):
    n_in, n_out = W.shape
    return np.hstack([b.reshape(n_out, 1), W.reshape(n_out, n_in)])

# %% join · wrong · np.append flattens, then everything is poured into the wanted shape: all biases land in the first row
def join(W, b):
    n_in, n_out = W.shape
    flat = np.append(b, W)
    return flat.reshape(n_out, n_in + 1)

# %% join · wrong · the first bias is broadcast over the whole column (b[0, 0] for b[0])
def join(W, b):
    theta = np.zeros((W.shape[1], W.shape[0] + 1))
    theta[:, 1:] = W.T
    theta[:, 0] = b[0, 0]
    return theta

# %% join · right · puts b as a row on top of W and turns the whole thing
def join(W, b):
    return np.r_[b, W].T

# %% join · right · row by row with Python lists
def join(W, b):
    n_in, n_out = np.shape(W)
    return np.array([[b[0][j]] + [W[i][j] for i in range(n_in)] for j in range(n_out)], dtype=float)

# %% split · wrong · b stands upright, (n_out, 1) instead of (1, n_out)
def split(theta):
    b = theta[:, 0:1]
    W = theta[:, 1:].T
    return W, b

# %% split · wrong · takes the first row for the bias instead of the first column
def split(theta):
    b = theta[0:1, :]
    W = theta[1:, :].T
    return W, b

# %% split · wrong · reshape for transpose: W has the right shape with the weights in the wrong places
def split(theta):
    n_out = theta.shape[0]
    n_in = theta.shape[1] - 1
    W = theta[:, 1:].reshape(n_in, n_out)
    b = theta[:, 0].reshape(1, n_out)
    return W, b

# %% split · right · np.split of the transposed matrix after row 1
def split(theta):
    b, W = np.split(np.transpose(theta), [1])
    return W, b

# %% split · right · multiplies with selector matrices instead of slicing
def split(theta):
    n = np.shape(theta)[1]
    pick = np.eye(n)
    return [pick[1:] @ np.transpose(theta), pick[:1] @ np.transpose(theta)]

# %% one_hot · wrong · Y[:, labels] = 1 fills whole columns: every row has a 1 for every label that occurs
def one_hot(labels, K):
    Y = np.zeros((len(labels), K))
    Y[:, labels] = 1
    return Y

# %% one_hot · wrong · [[0.0] * K] * m is m times the same row, all ones pile up in it
def one_hot(labels, K):
    rows = [[0.0] * K] * len(labels)
    for i in range(len(labels)):
        rows[i][labels[i]] = 1.0
    return np.array(rows)

# %% one_hot · wrong · flat index without the offset i * K: all ones land in the first row
def one_hot(labels, K):
    m = len(labels)
    Y = np.zeros(m * K)
    for label in labels:
        Y[label] = 1.0
    return Y.reshape((m, K))

# %% one_hot · right · compares a column of labels with a row of class numbers
def one_hot(labels, K):
    return np.equal.outer(np.asarray(labels).ravel(), np.arange(K)) * 1.0

# %% one_hot · right · flat buffer with the right offset, as in C
def one_hot(labels, K):
    m = len(labels)
    buffer = [0.0] * (m * K)
    for i, label in enumerate(labels):
        buffer[i * K + int(label)] = 1.0
    return np.array(buffer).reshape(m, K)

# %% forward · wrong · X is not in the list, it starts with a1
def forward(X, thetas):
    activations = []
    a = X
    for theta in thetas:
        a1 = np.hstack([np.ones((a.shape[0], 1)), a])
        a = sigmoid(a1 @ theta.T)
        activations.append(a)
    return activations

# %% forward · wrong · the column of ones is put on the right, so the bias column of Θ meets the first feature
def forward(X, thetas):
    acts = [X]
    for theta in thetas:
        ones = np.ones((len(X), 1))
        acts.append(sigmoid(np.concatenate((acts[-1], ones), axis=1).dot(theta.T)))
    return acts

# %% forward · wrong · softmax at the last layer (many outputs, so it must be softmax), only h is wrong
def forward(X, thetas):
    acts = [X]
    for i in range(len(thetas)):
        a = np.insert(acts[i], 0, 1, axis=1)
        z = a @ thetas[i].T
        if i == len(thetas) - 1:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            acts.append(e / e.sum(axis=1, keepdims=True))
        else:
            acts.append(sigmoid(z))
    return acts

# %% forward · right · itertools.accumulate with split as the layer's inner life
def forward(X, thetas):
    from itertools import accumulate

    def layer(a, theta):
        W, b = split(theta)
        return sigmoid(a @ W + b)

    return list(accumulate(thetas, layer, initial=X))

# %% forward · right · one example at a time, the bias node is put at the head of every list, arrays are stacked in the end
def forward(X, thetas):
    layers = [[] for _ in range(len(thetas) + 1)]
    for x in X:
        a = [float(t) for t in x]
        layers[0].append(a)
        for k, theta in enumerate(thetas, 1):
            a = [float(sigmoid(sum(t * v for t, v in zip(row, [1.0] + a)))) for row in theta]
            layers[k].append(a)
    return tuple(np.array(rows) for rows in layers)

# %% predict_classes · wrong · keepdims makes a column (m, 1)
def predict_classes(h):
    return np.argmax(h, axis=1, keepdims=True)

# %% predict_classes · wrong · argsort sorts upwards, its first column is the least active output
def predict_classes(h):
    order = np.argsort(h, axis=1)
    return order[:, 0]

# %% predict_classes · wrong · compares the activation with the best index instead of the best value: always class 1 (K above 1)
def predict_classes(h):
    result = []
    for row in h:
        best = 0
        for k in range(1, len(row)):
            if row[k] > best:
                best = k
        result.append(best)
    return np.array(result)

# %% predict_classes · right · Python's max with a key
def predict_classes(h):
    return np.array([max(range(len(row)), key=row.__getitem__) for row in h])

# %% predict_classes · right · a running champion over the columns, all rows at once
def predict_classes(h):
    h = np.asarray(h)
    best, who = h[:, 0].copy(), np.zeros(len(h), dtype=int)
    for k, column in enumerate(h.T):
        wins = column > best
        best[wins], who[wins] = column[wins], k
    return who

# %% cost · wrong · sums over the examples and averages over the outputs (axes mixed up), right only for m = K
def cost(h, Y):
    h = np.clip(h, 1e-15, 1 - 1e-15)
    per_output = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h), axis=0)
    return float(np.mean(per_output))

# %% cost · wrong · log2, bits instead of nats
def cost(h, Y):
    m = Y.shape[0]
    h = np.clip(h, 1e-15, 1 - 1e-15)
    return -np.sum(Y * np.log2(h) + (1 - Y) * np.log2(1 - h)) / m

# %% cost · wrong · averages over the examples only, the result is one number per output, shape (K,)
def cost(h, Y):
    p = np.clip(h, 1e-15, 1 - 1e-15)
    J = Y * np.log(p) + (1 - Y) * np.log(1 - p)
    return -np.mean(J, axis=0)

# %% cost · right · the log of the probability of what really happened
def cost(h, Y):
    happened = np.where(np.asarray(Y) == 1, h, 1 - np.asarray(h, dtype=float))
    return float(-np.log(np.maximum(happened, 1e-300)).sum(axis=1).mean())

# %% cost · right · loops, math.log and log1p, terms with weight 0 are skipped, certain errors cost 700
def cost(h, Y):
    from math import log, log1p, fsum

    def loss(p, t):
        total = 0.0
        if t > 0:
            total += t * (-log(p) if p > 0 else 700.0)
        if t < 1:
            total += (1 - t) * (-log1p(-p) if p < 1 else 700.0)
        return total

    rows = [fsum(loss(float(p), float(t)) for p, t in zip(hr, yr)) for hr, yr in zip(h, Y)]
    return fsum(rows) / len(rows)

# %% deltas · wrong · drops the last column of Θ instead of the bias column
def deltas(Y, thetas, activations):
    m = Y.shape[0]
    d = [(activations[-1] - Y) / m]
    for l in range(len(thetas) - 1, 0, -1):
        a = activations[l]
        d.insert(0, d[0] @ thetas[l][:, :-1] * a * (1 - a))
    return d

# %% deltas · wrong · divides by m at every layer on the way back, only the last δ is right (m above 1, at least one hidden layer)
def deltas(Y, thetas, activations):
    m = len(Y)
    result = [None] * len(thetas)
    result[-1] = (activations[-1] - Y) / m
    for l in range(len(thetas) - 2, -1, -1):
        a = activations[l + 1]
        result[l] = np.dot(result[l + 1], thetas[l + 1][:, 1:]) * a * (1 - a) / m
    return result

# %% deltas · wrong · m = Y.shape[1], which is K here (examples in columns in the article), right only for m = K
def deltas(Y, thetas, activations):
    m = Y.shape[1]
    out = [(activations[-1] - Y) / m]
    for theta, a in zip(thetas[:0:-1], activations[-2:0:-1]):
        out.append((out[-1] @ theta[:, 1:]) * a * (1 - a))
    out.reverse()
    return out

# %% deltas · right · recursion over the layers, functional, no index
def deltas(Y, thetas, activations):
    def back(ths, acts):
        if not ths:
            return [(acts[0] - Y) / len(Y)]
        later = back(ths[1:], acts[1:])
        a = acts[0]
        return [later[0] @ ths[0][:, 1:] * (a * (1 - a))] + later

    return back(list(thetas[1:]), list(activations[1:]))

# %% deltas · right · keeps the bias column (its slope is a·(1 − a) = 0 for a = 1) and throws the zero column away at the end, with einsum
def deltas(Y, thetas, activations):
    m = np.shape(Y)[0]
    full = {len(thetas): (activations[len(thetas)] - Y) / m}
    for l in reversed(range(1, len(thetas))):
        a = np.column_stack([np.ones(m), activations[l]])
        full[l] = np.einsum("mo,oi,mi,mi->mi", full[l + 1], thetas[l], a, 1 - a)[:, 1:]
    return tuple(full[l] for l in sorted(full))

# %% gradients · wrong · the bias slopes are put last, the shape is right
def gradients(deltas, activations):
    out = []
    for d, a in zip(deltas, activations):
        ones = np.ones((a.shape[0], 1))
        out.append(d.T @ np.hstack([a, ones]))
    return out

# %% gradients · wrong · the bias column is the mean of δ instead of its sum, so 1/m is in it twice
def gradients(deltas, activations):
    grads = []
    for l in range(len(deltas)):
        d_bias = np.mean(deltas[l], axis=0)
        d_weights = np.dot(deltas[l].T, activations[l])
        grads.append(np.c_[d_bias, d_weights])
    return grads

# %% gradients · wrong · every δ is paired with the activation of its own layer (off by one), activations[l + 1] for activations[l]
def gradients(deltas, activations):
    result = []
    for l in range(len(deltas)):
        a = activations[l + 1]
        a = np.concatenate([np.ones((len(a), 1)), a], axis=1)
        result.append(deltas[l].T @ a)
    return result

# %% gradients · right · two einsums glued together, one for the bias node and one for the rest
def gradients(deltas, activations):
    return [np.concatenate([np.einsum("mo->o", d)[:, None], np.einsum("mo,mi->oi", d, a)], axis=1)
            for d, a in zip(deltas, activations)]

# %% gradients · right · sums one outer product per example
def gradients(deltas, activations):
    grads = []
    for d, a in zip(deltas, activations):
        total = 0.0
        for di, ai in zip(d, a):
            total = total + np.outer(di, np.append(1.0, ai))
        grads.append(total)
    return tuple(grads)

# %% regularized_cost · wrong · theta[1:] leaves out the first row (one neuron) instead of the bias column
def regularized_cost(h, Y, thetas, lam):
    m = Y.shape[0]
    penalty = 0
    for theta in thetas:
        penalty += np.sum(theta[1:] ** 2)
    return cost(h, Y) + lam / (2 * m) * penalty

# %% regularized_cost · wrong · = for += in the loop, only the last layer is punished
def regularized_cost(h, Y, thetas, lam):
    m = len(h)
    for t in thetas:
        penalty = (t[:, 1:] ** 2).sum()
    return cost(h, Y) + lam * penalty / (2 * m)

# %% regularized_cost · wrong · np.mean of the squares instead of their sum, the penalty shrinks with the size of the layers
def regularized_cost(h, Y, thetas, lam):
    m = h.shape[0]
    J = cost(h, Y)
    J += lam / (2 * m) * sum(np.mean(np.square(theta[:, 1:])) for theta in thetas)
    return J

# %% regularized_cost · right · split, one long weight vector, dot with itself
def regularized_cost(h, Y, thetas, lam):
    w = np.concatenate([split(t)[0].ravel() for t in thetas])
    return cost(h, Y) + lam * float(w @ w) / (2 * len(Y))

# %% regularized_cost · right · all squares by trace minus the squares of the bias columns, result of shape (1, 1)
def regularized_cost(h, Y, thetas, lam):
    everything = sum(np.trace(np.asarray(t).T @ t) for t in thetas)
    biases = sum(sum(float(row[0]) ** 2 for row in t) for t in thetas)
    return np.array([[cost(h, Y) + 0.5 * lam / np.shape(Y)[0] * (everything - biases)]])

# %% regularized_gradients · wrong · penalty = theta is no copy, setting its column to 0 wipes out the caller's biases (the returned numbers are right)
def regularized_gradients(grads, thetas, lam, m):
    result = []
    for g, theta in zip(grads, thetas):
        penalty = theta
        penalty[:, 0] = 0
        result.append(g + lam / m * penalty)
    return result

# %% regularized_gradients · wrong · the bracket takes the gradient in too, (g + λθ)/m, so 1/m is in it twice
def regularized_gradients(grads, thetas, lam, m):
    out = []
    for g, t in zip(grads, thetas):
        t0 = np.copy(t)
        t0[:, 0] = 0
        out.append((g + lam * t0) / m)
    return out

# %% regularized_gradients · wrong · the bias column of the result is never filled, biases get slope 0
def regularized_gradients(grads, thetas, lam, m):
    result = []
    for i in range(len(grads)):
        r = np.zeros(grads[i].shape)
        r[:, 1:] = grads[i][:, 1:] + (lam / m) * thetas[i][:, 1:]
        result.append(r)
    return result

# %% regularized_gradients · right · multiplies Θ by diag(0, 1, 1, …)
def regularized_gradients(grads, thetas, lam, m):
    return [g + t @ np.diag([0.0] + [lam / m] * (t.shape[1] - 1)) for g, t in zip(grads, thetas)]

# %% regularized_gradients · right · goes over W and b with split and join
def regularized_gradients(grads, thetas, lam, m):
    def both(pair):
        (gW, gb), (W, _) = map(split, pair)
        return join(gW + lam * W / m, gb)

    return list(map(both, zip(grads, thetas)))

# %% train · wrong · list(thetas) is a new list with the same arrays, -= changes the caller's weights
def train(X, Y, thetas, lam, learning_rate, steps):
    thetas = list(thetas)
    costs = []
    m = X.shape[0]
    for _ in range(steps):
        acts = forward(X, thetas)
        costs.append(regularized_cost(acts[-1], Y, thetas, lam))
        grads = regularized_gradients(gradients(deltas(Y, thetas, acts), acts), thetas, lam, m)
        for i in range(len(thetas)):
            thetas[i] -= learning_rate * grads[i]
    return thetas, costs

# %% train · wrong · m is taken from X.shape[1] (examples in columns in the article), λ is divided by the number of features, the first cost is right and the weights are not
def train(X, Y, thetas, lam, learning_rate, steps):
    n_examples = X.shape[1]
    thetas = [t.copy() for t in thetas]
    costs = []
    for i in range(steps):
        acts = forward(X, thetas)
        costs.append(regularized_cost(acts[-1], Y, thetas, lam))
        g = gradients(deltas(Y, thetas, acts), acts)
        g = regularized_gradients(g, thetas, lam, n_examples)
        thetas = [t - learning_rate * d for t, d in zip(thetas, g)]
    return thetas, costs

# %% train · wrong · layer by layer: a new forward pass after each layer's update, so later layers see new weights (more than one layer)
def train(X, Y, thetas, lam, learning_rate, steps):
    ths = [np.array(t, dtype=float) for t in thetas]
    costs = []
    m = len(X)
    for s in range(steps):
        costs.append(regularized_cost(forward(X, ths)[-1], Y, ths, lam))
        for l in range(len(ths)):
            acts = forward(X, ths)
            g = gradients(deltas(Y, ths, acts), acts)
            g = regularized_gradients(g, ths, lam, m)
            ths[l] = ths[l] - learning_rate * g[l]
    return ths, costs

# %% train · right · a generator of states, the costs are read off it
def train(X, Y, thetas, lam, learning_rate, steps):
    from itertools import islice
    m = len(Y)

    def states(ths):
        while True:
            acts = forward(X, ths)
            yield ths, acts[-1]
            g = regularized_gradients(gradients(deltas(Y, ths, acts), acts), ths, lam, m)
            ths = [t - learning_rate * d for t, d in zip(ths, g)]

    path = list(islice(states([np.array(t, dtype=float) for t in thetas]), steps + 1))
    return path[-1][0], [regularized_cost(h, Y, ths, lam) for ths, h in path[:steps]]

# %% train · right · everything inline on (W, b) pairs, weight decay as a factor, cost with logaddexp from the logits
def train(X, Y, thetas, lam, learning_rate, steps):
    Ws = [np.array(t, dtype=float)[:, 1:].T for t in thetas]
    bs = [np.array(t, dtype=float)[:, :1].T for t in thetas]
    m = len(X)
    decay = 1 - learning_rate * lam / m
    costs = []
    for _ in range(steps):
        acts = [np.asarray(X, dtype=float)]
        for W, b in zip(Ws, bs):
            z = acts[-1] @ W + b
            acts.append(sigmoid(z))
        costs.append(float(np.sum(np.logaddexp(0, z) - Y * z) / m + lam / 2 / m * sum((W * W).sum() for W in Ws)))
        d = (acts[-1] - Y) / m
        for l in range(len(Ws) - 1, -1, -1):
            a = acts[l]
            W, b = Ws[l], bs[l]
            Ws[l] = decay * W - learning_rate * (a.T @ d)
            bs[l] = b - learning_rate * d.sum(axis=0, keepdims=True)
            d = (d @ W.T) * a * (1 - a)
    return [np.hstack([b.T, W.T]) for W, b in zip(Ws, bs)], costs

# %% best_lambda · wrong · sorts lams to get the smallest on ties and returns the costs in sorted order, shows when lams are not ascending
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    costs = []
    ordered = sorted(lams)
    for lam in ordered:
        trained, _ = train(train_set[0], train_set[1], thetas, lam, learning_rate, steps)
        costs.append(cost(forward(valid_set[0], trained)[-1], valid_set[1]))
    return ordered[int(np.argmin(costs))], costs

# %% best_lambda · wrong · trains on training and validation examples together "for more data", the validation cost means nothing then
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    X = np.vstack([train_set[0], valid_set[0]])
    Y = np.vstack([train_set[1], valid_set[1]])
    costs = []
    for lam in lams:
        ths, _ = train(X, Y, [t.copy() for t in thetas], lam, learning_rate, steps)
        costs.append(cost(forward(valid_set[0], ths)[-1], valid_set[1]))
    best = min(range(len(costs)), key=lambda i: (costs[i], lams[i]))
    return lams[best], costs

# %% best_lambda · wrong · argmin takes the first of equal costs, not the smallest λ, shows when lams are not ascending and costs tie (steps = 0)
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    X, Y = train_set
    Xv, Yv = valid_set
    costs = np.zeros(len(lams))
    for i in range(len(lams)):
        ths, _ = train(X, Y, thetas, lams[i], learning_rate, steps)
        costs[i] = cost(forward(Xv, ths)[-1], Yv)
    return lams[np.argmin(costs)], costs

# %% best_lambda · right · min over pairs (cost, λ): ties are broken by the pair itself
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    score = lambda lam: float(cost(forward(valid_set[0], train(*train_set, [np.copy(t) for t in thetas], lam, learning_rate, steps)[0])[-1], valid_set[1]))
    pairs = [(score(lam), lam) for lam in lams]
    return min(pairs)[1], [c for c, _ in pairs]

# %% best_lambda · right · walks from the largest λ down with <=, so the smallest of equals wins, costs are put back in the given order
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    import copy
    (X, Y), (Xv, Yv) = train_set, valid_set
    costs = np.empty(len(lams))
    winner, least = None, float("inf")
    for i in sorted(range(len(lams)), key=lambda i: -lams[i]):
        ths = train(X, Y, copy.deepcopy(list(thetas)), lams[i], learning_rate, steps)[0]
        costs[i] = cost(forward(Xv, ths)[-1], Yv)
        if costs[i] <= least:
            winner, least = lams[i], costs[i]
    return winner, costs
