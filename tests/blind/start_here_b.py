# %% mean_of_two · wrong · starts at a and goes half the distance up, abs(b - a); right for a <= b, wrong as soon as a is the larger one
def mean_of_two(a, b):
    half = abs(b - a) / 2
    return a + half


# %% mean_of_two · wrong · half-remembered np.mean: the second argument is the axis, so b is never averaged; an AxisError or a TypeError, or a itself
def mean_of_two(a, b):
    return np.mean(a, b)


# %% mean_of_two · wrong · rounds to one decimal for a neat print-out; right for whole numbers, wrong for floats with more decimals
def mean_of_two(a, b):
    total = a + b
    return round(total / 2, 1)


# %% mean_of_two · right · the middle one of three evenly spaced numbers from a to b, an np.float64; runs backwards if a > b
def mean_of_two(a, b):
    return np.linspace(a, b, 3)[1]


# %% mean_of_two · right · a loop that adds up halves, no sum and no brackets, always a Python float
def mean_of_two(a, b):
    middle = 0.0
    for number in (b, a):
        middle -= float(number) * -0.5
    return middle


# %% column · wrong · np.column_stack on the flat array itself puts its numbers side by side: a row (1, m); right for m = 1 only
def column(x):
    return np.column_stack(x)


# %% column · wrong · takes the (m, 1) of np.tile for the shape of the result; it is the number of copies, so the result is (m, m)
def column(x):
    return np.tile(x, (len(x), 1))


# %% column · wrong · resize works in place and returns None, and so does the function
def column(x):
    col = np.array(x)
    return col.resize((col.size, 1))


# %% column · right · a list of one-element lists, built with a loop
def column(x):
    rows = []
    for number in x:
        rows.append([number])
    return np.array(rows)


# %% column · right · outer product with a single 1 of the same dtype, by einsum
def column(x):
    one = np.ones(1, dtype=x.dtype)
    return np.einsum("i,j->ij", x, one)


# %% errors · wrong · falls into the trap, sees (m, m), and repairs the shape with a mean along axis 1: prediction minus the mean of all targets; right only if all targets are equal
def errors(prediction, target):
    difference = prediction - target
    return difference.mean(axis=1, keepdims=True)


# %% errors · wrong · takes the absolute value, for an error is a distance; right where no prediction is too low
def errors(prediction, target):
    return np.abs(prediction - target[:, np.newaxis])


# %% errors · wrong · the result is made with the dtype of the target, so with integer targets (labels 0 and 1) the errors are cut to whole numbers; right for float targets
def errors(prediction, target):
    out = np.zeros_like(target).reshape(-1, 1)
    for i in range(len(target)):
        out[i, 0] = prediction[i, 0] - target[i]
    return out


# %% errors · right · goes into the trap on purpose and takes the diagonal out of the (m, m) square
def errors(prediction, target):
    square = prediction - target
    return np.diag(square)[:, None]


# %% errors · right · puts target and prediction side by side as (m, 2) and takes np.diff along the rows
def errors(prediction, target):
    both = np.column_stack([target, prediction])
    return np.diff(both, axis=1)


# %% layer · wrong · the bias is added inside the innermost loop, n_in times instead of once; right for n_in = 1 or b = 0
def layer(X, W, b):
    m, n_in = X.shape
    n_out = W.shape[1]
    z = np.zeros((m, n_out))
    for i in range(m):
        for k in range(n_out):
            for j in range(n_in):
                z[i, k] += X[i, j] * W[j, k] + b[0, k]
    return z


# %% layer · wrong · z gets the dtype of X, so with integer X (a truth table) and fractional weights z is cut to whole numbers; right for float X
def layer(X, W, b):
    z = np.empty((X.shape[0], W.shape[1]), dtype=X.dtype)
    for i, x in enumerate(X):
        z[i] = (x @ W + b)[0]
    return z


# %% layer · wrong · the convention of PyTorch, W as (n_out, n_in), wherever the shapes allow it; a square W is transposed, all others are right
def layer(X, W, b):
    if W.shape[1] == X.shape[1]:
        return X @ W.T + b
    return X @ W + b


# %% layer · right · the bias as one more weight: a column of ones beside X, the row b under W, one single product
def layer(X, W, b):
    ones = np.ones((X.shape[0], 1))
    return np.hstack([X, ones]) @ np.vstack([W, b])


# %% layer · right · no matrix product: (m, n_in, 1) * (1, n_in, n_out) broadcast and summed over the middle axis
def layer(X, W, b):
    products = X[:, :, None] * W[None, :, :]
    return b + products.sum(axis=1)


# %% row_shares · wrong · divides by the 1-norm of the row, the sum of absolute values; right for nonnegative entries, wrong with mixed or negative signs
def row_shares(X):
    return X / np.linalg.norm(X, ord=1, axis=1, keepdims=True)


# %% row_shares · wrong · overwrites the row while its sum is still being used, so from the second entry on the sum is a mixture of shares and numbers; right for n = 1 or rows that add up to 1
def row_shares(X):
    out = np.array(X, dtype=float)
    m, n = out.shape
    for i in range(m):
        for j in range(n):
            out[i, j] = out[i, j] / out[i].sum()
    return out


# %% row_shares · wrong · axis 0 for "by rows": apply_along_axis hands over the columns, so the columns add up to 1
def row_shares(X):
    return np.apply_along_axis(lambda row: row / row.sum(), 0, X)


# %% row_shares · right · X @ ones (n, n) has the sum of the row in every entry of that row, so both sides of the division are (m, n)
def row_shares(X):
    n = X.shape[1]
    return X / (X @ np.ones((n, n)))


# %% row_shares · right · row sums by einsum without keepdims, and the division done on the transpose, where (n, m) meets (m,)
def row_shares(X):
    sums = np.einsum("ij->i", X)
    return (X.T / sums).T
