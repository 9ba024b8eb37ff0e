# %% abs_slope · wrong · an if on the whole argument: fine for a scalar, a ValueError for any array with more than one entry
def abs_slope(x):
    if x > 0:
        return 1.0
    elif x < 0:
        return -1.0
    else:
        return 0.0

# %% abs_slope · wrong · forward difference with a tiny step, rounded: gives +1 instead of 0 at x = 0
def abs_slope(x):
    h = 1e-6
    return np.round((np.abs(x + h) - np.abs(x)) / h, 3)

# %% abs_slope · wrong · clips x to [-1, 1], which is right for all integers but not for 0.4 or -0.25
def abs_slope(x):
    return np.clip(x, -1.0, 1.0) * 1.0

# %% abs_slope · right · difference of two comparisons turned into floats
def abs_slope(x):
    x = np.asarray(x)
    return ((x > 0).astype(float) - (x < 0).astype(float))[()]

# %% abs_slope · right · np.vectorize around a dictionary lookup, with a fixed float type, a scalar stays a scalar
def abs_slope(x):
    table = {(True, False): 1.0, (False, True): -1.0, (False, False): 0.0}
    look = np.vectorize(lambda t: table[(bool(t > 0), bool(t < 0))], otypes=[float])
    answer = look(x)
    return float(answer) if np.ndim(x) == 0 else answer

# %% step · wrong · takes abs of the slope, so it always walks to the left; shows for every negative slope
def step(x, slope, learning_rate):
    return x - learning_rate * abs(slope)

# %% step · wrong · brackets in the wrong place, (x - alpha) * slope
def step(x, slope, learning_rate):
    new_x = (x - learning_rate) * slope
    return new_x

# %% step · wrong · uses only the sign of the slope (right on |x|, wrong as soon as the slope is not -1, 0 or 1)
def step(x, slope, learning_rate):
    direction = np.sign(slope)
    return x - learning_rate * direction

# %% step · right · sum of a list of two contributions
def step(x, slope, learning_rate):
    contributions = [np.asarray(x) * 1.0, np.asarray(slope) * -learning_rate]
    return sum(contributions[1:], contributions[0])

# %% step · right · dot product of the coefficients (1, -alpha) with the stacked pair (x, slope)
def step(x, slope, learning_rate):
    pair = np.stack(np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(slope, dtype=float)))
    return np.einsum("k,k...->...", np.array([1.0, -learning_rate]), pair)[()]

# %% descend · wrong · stops as soon as the loss direction flips ("we jumped over the minimum"), so the array is too short
def descend(slope, x0, learning_rate, steps):
    xs = [float(x0)]
    for _ in range(steps):
        new = xs[-1] - learning_rate * slope(xs[-1])
        xs.append(new)
        if slope(new) * slope(xs[-2]) <= 0:
            break
    return np.array(xs)

# %% descend · wrong · index slip: every new iterate is measured from path[0], only the slope moves on; right for one step only
def descend(slope, x0, learning_rate, steps):
    path = np.zeros(steps + 1)
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[0] - learning_rate * slope(path[t])
    return path

# %% descend · wrong · ignores the function it was given and always descends on |x|
def descend(slope, x0, learning_rate, steps):
    x = float(x0)
    path = [x]
    for _ in range(steps):
        s = (x > 0) - (x < 0)
        x = x - learning_rate * s
        path.append(x)
    return np.array(path)

# %% descend · right · itertools.accumulate, gives back a plain list
def descend(slope, x0, learning_rate, steps):
    from itertools import accumulate
    return list(accumulate(range(steps), lambda x, _: x - learning_rate * slope(x), initial=float(x0)))

# %% descend · right · a generator read by np.fromiter
def descend(slope, x0, learning_rate, steps):
    def walk():
        x = float(x0)
        yield x
        left = steps
        while left > 0:
            x = x + (-learning_rate) * slope(x)
            yield x
            left -= 1
    return np.fromiter(walk(), dtype=float, count=steps + 1)

# %% bounce · wrong · thinks the ball always ends up symmetric around 0, at plus and minus half a step
def bounce(x0, learning_rate):
    if abs(x0) % learning_rate == 0:
        return (0.0, 0.0)
    return (-learning_rate / 2, learning_rate / 2)

# %% bounce · wrong · simulates only 20 steps and takes the last two; far starts have not arrived (shows for |x0| > 20 alpha)
def bounce(x0, learning_rate):
    x = float(x0)
    last = x
    for _ in range(20):
        last = x
        x = x - learning_rate * np.sign(x)
    return (min(x, last), max(x, last))

# %% bounce · wrong · slope +1 at 0, so a ball that lands on 0 is kicked out again: (-alpha, 0) instead of (0, 0)
def bounce(x0, learning_rate):
    x = float(x0)
    while abs(x) > learning_rate:
        x = x - learning_rate * (1 if x >= 0 else -1)
    other = x - learning_rate * (1 if x >= 0 else -1)
    low, high = sorted([x, other])
    return (low, high)

# %% bounce · right · Python's % is never negative, so one rule serves both sides: high = x0 mod alpha, low = high - alpha
def bounce(x0, learning_rate):
    high = float(x0) % float(learning_rate)
    return (high - learning_rate, high) if high != 0 else (0.0, 0.0)

# %% bounce · right · exact fractions, whole steps counted with divmod, the mirror image for negative starts
def bounce(x0, learning_rate):
    from fractions import Fraction
    rate = Fraction(float(learning_rate))
    whole, rest = divmod(abs(Fraction(float(x0))), rate)
    if rest == 0:
        return 0.0, 0.0
    side = -1 if x0 < 0 else 1
    ends = sorted([side * rest, side * (rest - rate)])
    return float(ends[0]), float(ends[1])

# %% descend_with_decay · wrong · bracket lost in the formula, alpha / 1 + decay * t: the rate grows
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    x = float(x0)
    path = [x]
    for t in range(steps):
        rate = learning_rate / 1 + decay * t
        x = x - rate * slope(x)
        path.append(x)
    return np.array(path)

# %% descend_with_decay · wrong · alpha / (1 + decay)^t, geometric instead of harmonic; the same for t = 0 and 1, wrong from t = 2
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    path = [float(x0)]
    for t in range(steps):
        rate = learning_rate / (1 + decay) ** t
        path.append(path[-1] - rate * slope(path[-1]))
    return np.array(path)

# %% descend_with_decay · wrong · exponential decay alpha * exp(-decay * t) from another course
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    rates = learning_rate * np.exp(-decay * np.arange(steps))
    path = np.empty(steps + 1)
    path[0] = x0
    for t, rate in enumerate(rates):
        path[t + 1] = path[t] - rate * slope(path[t])
    return path

# %% descend_with_decay · right · rates computed first as an array, then functools.reduce over them
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    from functools import reduce
    rates = learning_rate / (1.0 + decay * np.arange(steps))
    return np.array(reduce(lambda path, r: path + [path[-1] - r * slope(path[-1])], rates, [float(x0)]))

# %% descend_with_decay · right · keeps a running denominator and divides the slope step by it, returns a list
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    x, below, out = x0 * 1.0, 1.0, []
    while len(out) < steps:
        out.append(x)
        x = (x * below - learning_rate * slope(x)) / below
        below += decay
    out.append(x)
    return out

# %% basins · wrong · gives the side of the valley (-1 or +1) instead of the final position
def basins(slope, starts, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * slope(x)
    return np.sign(x)

# %% basins · wrong · result array made with zeros_like(starts): integer starts give truncated positions
def basins(slope, starts, learning_rate, steps):
    starts = np.asarray(starts)
    final = np.zeros_like(starts)
    x = starts * 1.0
    for _ in range(steps):
        x = x - learning_rate * slope(x)
    final[...] = x
    return final

# %% basins · wrong · gives each valley once (np.unique), sorted, instead of one position per start
def basins(slope, starts, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for i in range(steps):
        x -= learning_rate * slope(x)
    return np.unique(np.round(x, 6))

# %% basins · right · reduce over the steps, everything as a column and reshaped back at the end
def basins(slope, starts, learning_rate, steps):
    from functools import reduce
    starts = np.asarray(starts, dtype=float)
    column = starts.reshape(-1, 1).copy()
    end = reduce(lambda x, _: x - learning_rate * slope(x), range(steps), column)
    return end.reshape(starts.shape)

# %% basins · right · recursion that halves the number of steps (walk n = walk n//2, then the rest), so it is never deep
def basins(slope, starts, learning_rate, steps):
    def walk(x, n):
        if n == 0:
            return x
        if n == 1:
            return np.subtract(x, np.multiply(learning_rate, slope(x)))
        return walk(walk(x, n // 2), n - n // 2)
    return walk(np.array(starts, dtype=float), steps)

# %% descend_2d · wrong · one coordinate after the other: the second one uses the gradient at the already moved first one
def descend_2d(gradient, start, learning_rate, steps):
    p = np.array(start, dtype=float)
    path = [p.copy()]
    for _ in range(steps):
        p[0] = p[0] - learning_rate * gradient(p)[0]
        p[1] = p[1] - learning_rate * gradient(p)[1]
        path.append(p.copy())
    return np.array(path)

# %% descend_2d · wrong · divides the gradient by its length, so every step has length alpha
def descend_2d(gradient, start, learning_rate, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        g = np.array(gradient(path[-1]), dtype=float)
        length = np.sqrt(np.sum(g ** 2))
        if length > 0:
            g = g / length
        path.append(path[-1] - learning_rate * g)
    return np.array(path)

# %% descend_2d · wrong · path lies on its side, (2, steps + 1): first row all x, second row all y
def descend_2d(gradient, start, learning_rate, steps):
    x, y = float(start[0]), float(start[1])
    xs, ys = [x], [y]
    for _ in range(steps):
        gx, gy = gradient(np.array([x, y]))
        x, y = x - learning_rate * gx, y - learning_rate * gy
        xs.append(x)
        ys.append(y)
    return np.array([xs, ys])

# %% descend_2d · right · points are complex numbers, split into two columns at the end
def descend_2d(gradient, start, learning_rate, steps):
    x, y = start
    zs = [complex(x, y)]
    for _ in range(steps):
        gx, gy = gradient(np.array([zs[-1].real, zs[-1].imag]))
        zs.append(zs[-1] - learning_rate * complex(gx, gy))
    return np.column_stack([[z.real for z in zs], [z.imag for z in zs]])

# %% descend_2d · right · collects the moves and adds them up with cumsum at the end
def descend_2d(gradient, start, learning_rate, steps):
    here = tuple(float(c) for c in start)
    rows = [here]
    for _ in range(steps):
        g = gradient(np.array(here))
        move = tuple(-learning_rate * float(c) for c in g)
        here = tuple(c + d for c, d in zip(here, move))
        rows.append(move)
    return np.cumsum(np.array(rows), axis=0)

# %% largest_stable_rate · wrong · slope of half k x^2 taken as k x / 2 (the 2 of the power forgotten), so 4 / k
def largest_stable_rate(curvature):
    # w <- w - alpha * (k / 2) * w shrinks while alpha * k / 2 < 2
    return 4 / curvature

# %% largest_stable_rate · wrong · tries the rates 0.01, 0.02, ... 1.00: rough, and never above 1 (so wrong for k < 2 altogether)
def largest_stable_rate(curvature):
    best = 0.0
    for rate in np.arange(1, 101) / 100:
        x = 1.0
        for _ in range(50):
            x = x - rate * curvature * x
        if abs(x) <= 1:
            best = rate
    return best

# %% largest_stable_rate · wrong · alpha * k < 2 solved for alpha by multiplying: 2 k
def largest_stable_rate(curvature):
    return 2.0 * curvature

# %% largest_stable_rate · right · largest root of (1 - alpha k)^2 = 1
def largest_stable_rate(curvature):
    k = float(curvature)
    return max(r.real for r in np.roots([k * k, -2.0 * k, 0.0]))

# %% largest_stable_rate · right · doubles until it diverges, then bisection on |1 - alpha k| <= 1
def largest_stable_rate(curvature):
    stable = lambda alpha: abs(1 - alpha * curvature) <= 1
    low, high = 0.0, 1.0
    while stable(high):
        high *= 2
    for _ in range(200):
        mid = (low + high) / 2
        low, high = (mid, high) if stable(mid) else (low, mid)
    return low
