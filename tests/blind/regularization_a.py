# %% theta_shape · wrong · transposed: (n_in + 1, n_out), shows unless n_out = n_in + 1
def theta_shape(n_in, n_out):
    return (n_in + 1, n_out)

# %% theta_shape · wrong · the bias column forgotten, on every input
def theta_shape(n_in, n_out):
    return n_out, n_in

# %% theta_shape · wrong · the +1 on the outputs (a bias node counted in the next layer), on every input
def theta_shape(n_in, n_out):
    rows = n_out + 1
    cols = n_in
    return (rows, cols)

# %% theta_shape · right · builds the matrix and asks it
def theta_shape(n_in, n_out):
    weights = np.zeros((n_in, n_out))
    bias = np.zeros((1, n_out))
    return np.vstack([bias, weights]).T.shape

# %% theta_shape · right · swaps the pair and adds (0, 1) in a comprehension
def theta_shape(n_in, n_out):
    return tuple(size + extra for extra, size in enumerate((n_in, n_out)[::-1]))

# %% join · wrong · bias as the last column, on every input
def join(W, b):
    return np.hstack([W.T, b.T])

# %% join · wrong · not transposed: b on top of W, (n_in + 1, n_out), on every input
def join(W, b):
    return np.concatenate((b, W), axis=0)

# %% join · wrong · reshape instead of transpose, the right shape but scrambled weights, shows whenever n_in and n_out are both above 1
def join(W, b):
    n_in, n_out = W.shape
    theta = np.zeros((n_out, n_in + 1))
    theta[:, 0] = b[0]
    theta[:, 1:] = W.reshape(n_out, n_in)
    return theta

# %% join · right · one row per output neuron in a comprehension
def join(W, b):
    n_in, n_out = W.shape
    return np.array([[float(b[0, k])] + [float(W[i, k]) for i in range(n_in)] for k in range(n_out)])

# %% join · right · np.insert a row, then the transpose
def join(W, b):
    return np.transpose(np.insert(np.asarray(W, dtype=float), 0, np.ravel(b), axis=0))

# %% split · wrong · keepdims lost, b is (n_out,), on every input
def split(theta):
    return theta[:, 1:].T, theta[:, 0]

# %% split · wrong · W not transposed, (n_out, n_in), on every input (in value where it is square)
def split(theta):
    W = theta[:, 1:]
    b = theta[:, :1].T
    return W, b

# %% split · wrong · the last column taken for the bias, on every input
def split(theta):
    b = theta[:, -1].reshape(1, -1)
    W = theta[:, :-1].T
    return W, b

# %% split · right · star-unpacking of the transposed rows
def split(theta):
    first, *rest = np.asarray(theta).T
    return [np.array(rest), np.array([first])]

# %% split · right · np.split at column 1 and swapaxes
def split(theta):
    b, W = [np.swapaxes(part, 0, 1).copy() for part in np.split(theta, [1], axis=1)]
    return W, b

# %% one_hot · wrong · labels counted from 1 (label 0 wraps round to the last column), on every input
def one_hot(labels, K):
    Y = np.zeros((len(labels), K))
    for i, label in enumerate(labels):
        Y[i, label - 1] = 1
    return Y

# %% one_hot · wrong · K guessed from the data, shows when the highest class does not occur
def one_hot(labels, K):
    classes = range(max(labels) + 1)
    return np.array([[float(label == k) for k in classes] for label in labels])

# %% one_hot · wrong · one column per example, (K, m), on every input
def one_hot(labels, K):
    return np.array([[1.0 if label == k else 0.0 for label in labels] for k in range(K)])

# %% one_hot · right · comparison of every label with every class, times 1.0
def one_hot(labels, K):
    return np.equal.outer(np.asarray(labels), np.arange(K)) * 1.0

# %% one_hot · right · rows built from lists of zeros
def one_hot(labels, K):
    rows = []
    for label in labels:
        label = int(label)
        rows.append([0.0] * label + [1.0] + [0.0] * (K - label - 1))
    return np.array(rows, dtype=float).reshape(-1, K)

# %% forward · wrong · the column of ones stays in the hidden activations of the list, shows with a hidden layer
def forward(X, thetas):
    activations = [X]
    a = X
    for l, theta in enumerate(thetas):
        a_with_one = np.hstack([np.ones((len(a), 1)), a])
        a = sigmoid(a_with_one @ theta.T)
        if l < len(thetas) - 1:
            activations.append(np.hstack([np.ones((len(a), 1)), a]))
        else:
            activations.append(a)
    return activations

# %% forward · wrong · sigmoid missing at the end, h is z, on every input
def forward(X, thetas):
    result = [X]
    for theta in thetas:
        z = result[-1] @ theta[:, 1:].T + theta[:, 0]
        result.append(z if theta is thetas[-1] else sigmoid(z))
    return result

# %% forward · wrong · the ones are put behind instead of in front of the activations, so the bias column meets the first feature, on every input
def forward(X, thetas):
    acts = [X]
    for theta in thetas:
        a = np.c_[acts[-1], np.ones(X.shape[0])]
        acts.append(sigmoid(a.dot(theta.T)))
    return acts

# %% forward · right · recursion over the layers, weights and bias column apart
def forward(X, thetas):
    if len(thetas) == 0:
        return [X]
    theta, *later = thetas
    a = sigmoid(np.tensordot(X, theta[:, 1:], axes=(1, 1)) + theta[:, 0])
    return [X] + forward(a, later)

# %% forward · right · every example for itself as a column, stacked at the end
def forward(X, thetas):
    levels = [[] for _ in range(len(thetas) + 1)]
    for x in X:
        a = np.asarray(x, dtype=float)
        levels[0].append(a)
        for l, theta in enumerate(thetas, start=1):
            a = sigmoid(theta @ np.concatenate(([1.0], a)))
            levels[l].append(a)
    return [np.array(level) for level in levels]

# %% predict_classes · wrong · argmax over the examples (axis 0), on every input
def predict_classes(h):
    return np.argmax(h, axis=0)

# %% predict_classes · wrong · first output above ½, shows whenever none or several are above ½
def predict_classes(h):
    return np.argmax(h > 0.5, axis=1)

# %% predict_classes · wrong · classes counted from 1, on every input
def predict_classes(h):
    return np.array([list(row).index(max(row)) + 1 for row in h])

# %% predict_classes · right · max with a key, as a plain list of ints
def predict_classes(h):
    return [max(range(len(row)), key=row.__getitem__) for row in np.asarray(h).tolist()]

# %% predict_classes · right · how many outputs lie above each one, the class is where that is zero
def predict_classes(h):
    h = np.asarray(h)
    beaten_by = (h[:, None, :] > h[:, :, None]).sum(axis=2)     # (m, K)
    return np.array([int(np.nonzero(row == 0)[0][0]) for row in beaten_by])

# %% cost · wrong · division by m·K (np.mean over everything), on every input with K above 1
def cost(h, Y):
    h = np.clip(h, 1e-15, 1 - 1e-15)
    return float(np.mean(-Y * np.log(h) - (1 - Y) * np.log(1 - h)))

# %% cost · wrong · the (1 − Y) term is missing (cross-entropy of a softmax), on every input
def cost(h, Y):
    m = Y.shape[0]
    h = np.maximum(h, 1e-15)
    return -np.sum(Y * np.log(h)) / m

# %% cost · wrong · an ε = 1e-5 added inside the logs against log 0, biased by about 1e-5 on every input and badly near 0 and 1
def cost(h, Y):
    eps = 1e-5
    m = len(Y)
    total = Y * np.log(h + eps) + (1 - Y) * np.log(1 - h + eps)
    return -total.sum() / m

# %% cost · right · the probability given to the truth, one log each, math.log in loops
def cost(h, Y):
    from math import log, log1p
    tiny = 1e-300
    total = 0.0
    m = 0
    for h_row, y_row in zip(np.asarray(h, dtype=float).tolist(), np.asarray(Y).tolist()):
        m += 1
        for p, t in zip(h_row, y_row):
            if t == 1:
                total -= log(max(p, tiny))
            elif p < 1:
                total -= log1p(-p)
            else:
                total -= log(tiny)
    return total / m

# %% cost · right · vectorised with where and |1 − Y − h|, mean of the row sums, a (1, 1) array
def cost(h, Y):
    given = np.abs(1 - Y - h)               # h where Y is 1, 1 - h where Y is 0
    losses = -np.log(np.where(given > 0, given, 1e-18))
    return np.mean(losses @ np.ones((Y.shape[1], 1)), axis=0, keepdims=True)

# %% deltas · wrong · 1/m missing, every δ m times too large, shows for every m above 1
def deltas(Y, thetas, activations):
    delta = activations[-1] - Y
    result = [delta]
    for theta, a in zip(thetas[:0:-1], activations[-2:0:-1]):
        delta = (delta @ theta[:, 1:]) * a * (1 - a)
        result.insert(0, delta)
    return result

# %% deltas · wrong · drops the last column of Θ instead of the first (bias) one, shapes fit, hidden δ wrong on every input with a hidden layer
def deltas(Y, thetas, activations):
    m = len(Y)
    out = [(activations[-1] - Y) / m]
    for l in range(len(thetas) - 1, 0, -1):
        a = activations[l]
        out.append(out[-1] @ thetas[l][:, :-1] * (a * (1 - a)))
    return out[::-1]

# %% deltas · wrong · order as computed, last layer first, shows with every hidden layer
def deltas(Y, thetas, activations):
    m = Y.shape[0]
    result = [(activations[-1] - Y) / m]
    for l in reversed(range(1, len(thetas))):
        a = activations[l]
        result.append(result[-1].dot(thetas[l][:, 1:]) * a * (1 - a))
    return result

# %% deltas · right · recursion from the first hidden layer outwards, einsum
def deltas(Y, thetas, activations):
    def from_layer(l):
        a = activations[l]
        if l == len(thetas):
            return [(a - Y) / len(Y)]
        later = from_layer(l + 1)
        return [np.einsum("ik,kj,ij->ij", later[0], thetas[l][:, 1:], a * (1 - a))] + later

    return from_layer(1)

# %% deltas · right · the bias node kept on the way back (its slope 1·(1 − 1) is 0) and cut off, example by example, 1/m at the end
def deltas(Y, thetas, activations):
    L = len(thetas)
    m = len(Y)
    collected = [[] for _ in range(L)]
    for i in range(m):
        d = activations[L][i] - Y[i]
        collected[L - 1].append(d)
        for l in range(L - 1, 0, -1):
            a = np.append(1.0, activations[l][i])
            d = (thetas[l].T @ d * (a * (1 - a)))[1:]
            collected[l - 1].append(d)
    return [np.array(c) / m for c in collected]

# %% gradients · wrong · 1/m doubled: divides by m although it is in δ already, shows for every m above 1
def gradients(deltas, activations):
    m = activations[0].shape[0]
    grads = []
    for d, a in zip(deltas, activations):
        a = np.hstack([np.ones((m, 1)), a])
        grads.append(d.T @ a / m)
    return grads

# %% gradients · wrong · bias column put last, on every input
def gradients(deltas, activations):
    return [np.column_stack([d.T @ a, d.sum(axis=0)]) for d, a in zip(deltas, activations)]

# %% gradients · wrong · the bias column is the mean of δ instead of the sum (only there a second 1/m), shows for every m above 1
def gradients(deltas, activations):
    grads = []
    for l in range(len(deltas)):
        dW = np.dot(deltas[l].T, activations[l])
        db = np.mean(deltas[l], axis=0).reshape(-1, 1)
        grads.append(np.concatenate([db, dW], axis=1))
    return grads

# %% gradients · right · np.outer summed over the examples
def gradients(deltas, activations):
    def one(d, a):
        return sum(np.outer(d_i, np.r_[1.0, a_i]) for d_i, a_i in zip(d, a))

    return [one(*pair) for pair in zip(deltas, activations[:-1])]

# %% gradients · right · empty array filled column by column
def gradients(deltas, activations):
    result = []
    for d, a in zip(deltas, activations):
        G = np.empty((d.shape[1], a.shape[1] + 1))
        G[:, 0] = np.einsum("ik->k", d)
        for j in range(a.shape[1]):
            G[:, j + 1] = (d * a[:, [j]]).sum(axis=0)
        result.append(G)
    return result

# %% regularized_cost · wrong · biases regularized too (sum over the whole Θ), shows for λ above 0 and biases not 0
def regularized_cost(h, Y, thetas, lam):
    m = len(Y)
    penalty = sum(np.sum(theta ** 2) for theta in thetas)
    return cost(h, Y) + lam / (2 * m) * penalty

# %% regularized_cost · wrong · the ½ is lost, shows for every λ above 0
def regularized_cost(h, Y, thetas, lam):
    m = Y.shape[0]
    J = cost(h, Y)
    for theta in thetas:
        J = J + lam / m * np.sum(theta[:, 1:] ** 2)
    return J

# %% regularized_cost · wrong · λ/2·m: the brackets around 2m are missing, so it multiplies by m, shows for λ above 0 and m above 1
def regularized_cost(h, Y, thetas, lam):
    m = Y.shape[0]
    squares = [np.linalg.norm(theta[:, 1:]) ** 2 for theta in thetas]
    return float(cost(h, Y) + lam / 2 * m * sum(squares))

# %% regularized_cost · right · three nested loops over the weights, enumerate skips column 0
def regularized_cost(h, Y, thetas, lam):
    squares = 0.0
    for theta in thetas:
        for row in np.asarray(theta).tolist():
            for column, weight in enumerate(row):
                if column:
                    squares += weight * weight
    return cost(h, Y) + lam * squares / len(Y) / 2

# %% regularized_cost · right · all weights in one long vector, its dot product with itself; the data part written out with log1p
def regularized_cost(h, Y, thetas, lam):
    m = Y.shape[0]
    w = np.concatenate([np.delete(theta, 0, axis=1).ravel() for theta in thetas]).astype(float)
    low, high = 1e-300, 1 - 2.0 ** -53
    right = np.sum(np.log(np.maximum(h, low))[Y == 1])
    rest = np.sum(np.log1p(-np.minimum(h, high))[Y == 0])
    return (0.5 * lam * np.dot(w, w) - right - rest) / m

# %% regularized_gradients · wrong · λ without 1/m, shows for λ above 0 and m above 1
def regularized_gradients(grads, thetas, lam, m):
    out = []
    for g, theta in zip(grads, thetas):
        g = g.copy()
        g[:, 1:] += lam * theta[:, 1:]
        out.append(g)
    return out

# %% regularized_gradients · wrong · new list but the arrays in it are changed in place, for every λ above 0
def regularized_gradients(grads, thetas, lam, m):
    new = list(grads)
    for l in range(len(new)):
        new[l][:, 1:] += lam / m * thetas[l][:, 1:]
    return new

# %% regularized_gradients · wrong · skips the first row (an output) instead of the first column (the biases), shows for λ above 0
def regularized_gradients(grads, thetas, lam, m):
    result = []
    for grad, theta in zip(grads, thetas):
        penalty = lam / m * theta
        penalty[0] = 0
        result.append(grad + penalty)
    return result

# %% regularized_gradients · right · Θ times a diagonal matrix with 0 for the bias
def regularized_gradients(grads, thetas, lam, m):
    def mask(n):
        D = np.eye(n)
        D[0, 0] = 0
        return D

    return [g + theta @ mask(theta.shape[1]) * (lam / m) for g, theta in zip(grads, thetas)]

# %% regularized_gradients · right · entry by entry with a conditional, all lists
def regularized_gradients(grads, thetas, lam, m):
    result = []
    for G, T in zip(grads, thetas):
        result.append(np.array([
            [float(g) + (0 if j == 0 else lam * float(t) / m) for j, (g, t) in enumerate(zip(g_row, t_row))]
            for g_row, t_row in zip(G, T)
        ]))
    return result

# %% train · wrong · costs without the penalty, shows for every λ above 0
def train(X, Y, thetas, lam, learning_rate, steps):
    thetas = [t.copy() for t in thetas]
    costs = []
    m = len(X)
    for _ in range(steps):
        acts = forward(X, thetas)
        costs.append(cost(acts[-1], Y))
        grads = regularized_gradients(gradients(deltas(Y, thetas, acts), acts), thetas, lam, m)
        thetas = [t - learning_rate * g for t, g in zip(thetas, grads)]
    return thetas, costs

# %% train · wrong · the list is copied but not the arrays, -= changes the caller's thetas, on every input
def train(X, Y, thetas, lam, learning_rate, steps):
    thetas = thetas[:]
    costs = []
    for step in range(steps):
        acts = forward(X, thetas)
        costs.append(regularized_cost(acts[-1], Y, thetas, lam))
        ds = deltas(Y, thetas, acts)
        grads = regularized_gradients(gradients(ds, acts), thetas, lam, len(X))
        for l in range(len(thetas)):
            thetas[l] -= learning_rate * grads[l]
    return thetas, costs

# %% train · wrong · each Θ is updated before its old value has carried δ back (last layer first, inline), wrong with every hidden layer
def train(X, Y, thetas, lam, learning_rate, steps):
    thetas = [np.array(t, dtype=float) for t in thetas]
    m = X.shape[0]
    costs = []
    for _ in range(steps):
        acts = forward(X, thetas)
        costs.append(regularized_cost(acts[-1], Y, thetas, lam))
        delta = (acts[-1] - Y) / m
        for l in range(len(thetas) - 1, -1, -1):
            a = acts[l]
            grad = delta.T @ np.hstack([np.ones((m, 1)), a])
            grad[:, 1:] += lam / m * thetas[l][:, 1:]
            thetas[l] = thetas[l] - learning_rate * grad
            delta = delta @ thetas[l][:, 1:] * a * (1 - a)
    return thetas, costs

# %% train · right · functools.reduce over the steps, state carried as a pair
def train(X, Y, thetas, lam, learning_rate, steps):
    from functools import reduce

    def one_step(state, _):
        now, costs = state
        acts = forward(X, now)
        J = regularized_cost(acts[-1], Y, now, lam)
        slopes = regularized_gradients(gradients(deltas(Y, now, acts), acts), now, lam, X.shape[0])
        return [np.subtract(t, learning_rate * s) for t, s in zip(now, slopes)], costs + [J]

    return reduce(one_step, range(steps), ([np.array(t) for t in thetas], []))

# %% train · right · weight decay form: shrink the weights by 1 − αλ/m with a mask, then step with the plain slopes; costs as an array
def train(X, Y, thetas, lam, learning_rate, steps):
    m = len(Y)
    current = [np.array(t, dtype=float) for t in thetas]
    shrink = []
    for t in current:
        factor = np.full(t.shape, 1 - learning_rate * lam / m)
        factor[:, 0] = 1.0
        shrink.append(factor)
    costs = np.empty(steps)
    for i in range(steps):
        acts = forward(X, current)
        costs[i] = np.squeeze(regularized_cost(acts[-1], Y, current, lam))
        plain = gradients(deltas(Y, current, acts), acts)
        current = [t * f - learning_rate * g for t, f, g in zip(current, shrink, plain)]
    return current, costs

# %% best_lambda · wrong · the penalty included in the validation cost, shows for every λ above 0
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    costs = []
    Xv, Yv = valid_set
    for lam in lams:
        trained, _ = train(*train_set, thetas, lam, learning_rate, steps)
        costs.append(regularized_cost(forward(Xv, trained)[-1], Yv, trained, lam))
    best = min(zip(costs, lams))[1]
    return best, costs

# %% best_lambda · wrong · each λ continues from the last one's weights, the costs from the second λ on are wrong
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    X, Y = train_set
    Xv, Yv = valid_set
    costs = []
    for lam in lams:
        thetas, history = train(X, Y, thetas, lam, learning_rate, steps)
        h = forward(Xv, thetas)[-1]
        costs.append(cost(h, Yv))
    smallest = min(costs)
    return min(l for l, c in zip(lams, costs) if c == smallest), costs

# %% best_lambda · wrong · the two sets swapped: trains on the validation set and judges on the training set, on every input with two different sets
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    (Xv, Yv), (X, Y) = train_set, valid_set
    costs = {}
    result = []
    for lam in lams:
        fitted, _ = train(X, Y, thetas, lam, learning_rate, steps)
        result.append(cost(forward(Xv, fitted)[-1], Yv))
        costs[lam] = result[-1]
    return min(sorted(costs), key=costs.get), result

# %% best_lambda · right · helper function, sorted by (cost, λ) pairs, fresh copies for every λ
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    def judge(lam):
        start = [np.copy(t) for t in thetas]
        fitted = train(train_set[0], train_set[1], start, lam, learning_rate, steps)[0]
        return float(np.squeeze(cost(forward(valid_set[0], fitted)[-1], valid_set[1])))

    costs = [judge(lam) for lam in lams]
    return sorted(zip(costs, lams))[0][1], costs

# %% best_lambda · right · walks through the λ in falling order and takes every one that is at least as good, costs as an array, result as a list
def best_lambda(lams, train_set, valid_set, thetas, learning_rate, steps):
    lams = list(lams)
    costs = np.zeros(len(lams))
    best, champion = np.inf, None
    for place in sorted(range(len(lams)), key=lambda i: -lams[i]):
        X, Y = train_set
        fitted, _ = train(X, Y, thetas, lams[place], learning_rate, steps)
        Xv, Yv = valid_set
        costs[place] = np.squeeze(cost(forward(Xv, fitted)[-1], Yv))
        if costs[place] <= best:
            best, champion = costs[place], lams[place]
    return [champion, costs]
