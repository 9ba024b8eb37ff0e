# %% mean_of_two · wrong · // cuts the half off, shows whenever the sum is not an even whole number
def mean_of_two(a, b):
    return (a + b) // 2

# %% mean_of_two · wrong · walks half the distance up from a, always upwards, right when a <= b (so on 3 and 4), shows when a is the larger one
def mean_of_two(a, b):
    distance = abs(b - a)
    return a + distance / 2

# %% mean_of_two · wrong · prints the mean and does not return it, so the result is None, shows on every input
def mean_of_two(a, b):
    mean = (a + b) / 2
    print("the mean is", mean)

# %% mean_of_two · right · halves each number first, returns np.float64
def mean_of_two(a, b):
    return np.dot([0.5, 0.5], [a, b])

# %% mean_of_two · right · the middle one of three evenly spaced points
def mean_of_two(a, b):
    points = np.linspace(a, b, 3)
    return points[1]

# %% column · wrong · the 3 of the example is hard-coded, an error for every other number of entries
def column(x):
    return x.reshape(3, 1)

# %% column · wrong · fills a column of whole numbers, so decimals are cut off, right on integers
def column(x):
    m = len(x)
    col = np.zeros((m, 1), dtype=int)
    for i in range(m):
        col[i, 0] = x[i]
    return col

# %% column · wrong · puts the new axis in front and gets a row (1, m), shows unless m is 1
def column(x):
    return x[np.newaxis, :]

# %% column · right · a row first by np.atleast_2d, then .T
def column(x):
    row = np.atleast_2d(x)
    return row.T

# %% column · right · einsum with a single one as the second factor
def column(x):
    one = np.ones(1)
    return np.einsum("i,j->ij", x, one)

# %% errors · wrong · takes absolute values, right where every prediction is at least its target (so on the example), shows on a prediction that is too small
def errors(prediction, target):
    return abs(prediction - target.reshape(-1, 1))

# %% errors · wrong · .T leaves a flat array flat, so the result is (m, m), shows unless m is 1
def errors(prediction, target):
    target = target.T
    return prediction - target

# %% errors · wrong · walks into the trap and then keeps the first column of the (m, m) square, so the shape is right but the first target is taken from everybody, shows when the targets differ
def errors(prediction, target):
    difference = prediction - target
    if difference.shape[1] > 1:
        difference = difference[:, 0].reshape(-1, 1)
    return difference

# %% errors · right · subtracts from a row, where broadcasting is harmless, and turns it back
def errors(prediction, target):
    return (prediction.T - target).T

# %% errors · right · makes the (m, m) square on purpose and takes its diagonal
def errors(prediction, target):
    square = prediction - target
    return np.diag(square)[:, None]

# %% layer · wrong · adds b to the weights before the product (brackets in the wrong place), shows unless every example adds up to 1 or b is 0
def layer(X, W, b):
    return np.dot(X, W + b)

# %% layer · wrong · the loop over the units runs to W.shape[0], which is n_in, right when W is square (so on the example), an IndexError or columns of zeros otherwise
def layer(X, W, b):
    z = np.zeros((X.shape[0], W.shape[1]))
    for i in range(X.shape[0]):
        for j in range(W.shape[0]):
            z[i, j] = np.sum(X[i, :] * W[:, j]) + b[0, j]
    return z

# %% layer · wrong · adds the biases to the first example only, right with one example (so on the example), shows with two or more when b is not 0
def layer(X, W, b):
    z = X @ W
    z = z.astype(float)
    z[0] = z[0] + b[0]
    return z

# %% layer · right · the bias as one more weight, with an input that is always 1
def layer(X, W, b):
    ones = np.ones((X.shape[0], 1))
    return np.hstack([X, ones]) @ np.vstack([W, b])

# %% layer · right · starts with the biases and adds feature by feature, column times row, no @
def layer(X, W, b):
    z = np.repeat(b, len(X), axis=0).astype(float)
    for k in range(W.shape[0]):
        z += X[:, k:k + 1] * W[k:k + 1, :]
    return z

# %% row_shares · wrong · np.zeros_like takes over the type of X, right on floats (so on the example), a table of integers gets its shares cut off to whole numbers
def row_shares(X):
    result = np.zeros_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            result[i, j] = X[i, j] / X[i].sum()
    return result

# %% row_shares · wrong · overwrites the row while its sum is still needed, only the first entry of each row is sure to be right, shows from two columns on
def row_shares(X):
    S = np.array(X, dtype=float)
    m, n = S.shape
    for i in range(m):
        for j in range(n):
            S[i, j] = S[i, j] / np.sum(S[i])
    return S

# %% row_shares · wrong · adds up the absolute values, right while nothing is negative (so on the example), shows on a row with a negative number
def row_shares(X):
    totals = np.abs(X).sum(axis=1, keepdims=True)
    return X / totals

# %% row_shares · right · row sums as a product with a column of ones, then einsum with their reciprocals
def row_shares(X):
    totals = X @ np.ones(X.shape[1])
    return np.einsum("ij,i->ij", X, 1 / totals)

# %% row_shares · right · one row at a time with np.apply_along_axis
def row_shares(X):
    def share(row):
        return row / np.add.reduce(row)

    return np.apply_along_axis(share, 1, X)
