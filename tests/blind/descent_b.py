# %% abs_slope · wrong · the C idiom (x > 0) - (x < 0): fine on Python numbers, NumPy refuses to subtract booleans, shows on every array
def abs_slope(x):
    return 1.0 * ((x > 0) - (x < 0))

# %% abs_slope · wrong · converts to int before taking the sign, so everything inside (-1, 1) becomes 0, shows at 0.3
def abs_slope(x):
    whole = np.array(x, dtype=int)
    result = np.sign(whole).astype(float)
    if result.ndim == 0:
        return float(result)
    return result

# %% abs_slope · wrong · asks np.gradient for the slope of the whole array: right only on a sorted array away from 0, crashes on a scalar
def abs_slope(x):
    return np.gradient(np.abs(x), x)

# %% abs_slope · right · np.piecewise on a float copy, 0-d results unpacked to a float
def abs_slope(x):
    xs = np.array(x, dtype=float)
    out = np.piecewise(xs, [xs < 0, xs > 0], [-1.0, 1.0, 0.0])
    return out if out.ndim else float(out)

# %% abs_slope · right · lookup table indexed by the three-way comparison, int keys, floats out
def abs_slope(x):
    table = np.array([0.0, 1.0, -1.0])
    index = np.greater(x, 0).astype(int) - np.less(x, 0).astype(int)
    # index -1 is the last entry of the table
    return table[index]

# %% step · wrong · uses only the sign of the slope (Rprop), shows whenever |slope| is not 1, so not in the |x| valley
def step(x, slope, learning_rate):
    return x - learning_rate * np.sign(slope)

# %% step · wrong · the result gets the dtype of x, so integer positions truncate: step(3, 2, 0.1) is 2
def step(x, slope, learning_rate):
    result = np.empty_like(x)
    result[...] = x - learning_rate * slope
    return result[()]

# %% step · wrong · smoothing formula from another page, (1 - rate) x - rate slope, shows whenever x is not 0
def step(x, slope, learning_rate):
    return (1 - learning_rate) * x - learning_rate * slope

# %% step · right · a weighted sum over a stacked axis with tensordot
def step(x, slope, learning_rate):
    pair = np.stack(np.broadcast_arrays(x, slope)).astype(float)
    return np.tensordot(np.array([1.0, -learning_rate]), pair, axes=1)[()]

# %% step · right · operator functions, the minus sits on the rate
def step(x, slope, learning_rate):
    from operator import neg
    return np.add(np.multiply(neg(float(learning_rate)), slope), x)

# %% descend · wrong · tries to vectorise over the steps: all slopes are taken before anything has moved, shows from the second step
def descend(slope, x0, learning_rate, steps):
    xs = np.full(steps + 1, float(x0))
    xs[1:] = xs[:-1] - learning_rate * slope(xs[:-1])
    return xs

# %% descend · wrong · stops early once it barely moves and leaves zeros behind, shows in any valley whose floor is not at 0
def descend(slope, x0, learning_rate, steps):
    xs = np.zeros(steps + 1)
    xs[0] = x0
    for i in range(steps):
        xs[i + 1] = xs[i] - learning_rate * slope(xs[i])
        if abs(xs[i + 1] - xs[i]) < 1e-4:
            break
    return xs

# %% descend · wrong · right length but stores before stepping, so x0 appears twice and the last iterate is lost, shows from the first step
def descend(slope, x0, learning_rate, steps):
    path = [float(x0)]
    x = float(x0)
    for _ in range(steps):
        path.append(x)
        x = x - learning_rate * slope(x)
    return np.array(path)

# %% descend · right · itertools.accumulate over a dummy range, turned into an array by np.fromiter
def descend(slope, x0, learning_rate, steps):
    from itertools import accumulate, repeat
    walk = accumulate(repeat(None, steps), lambda x, _: x - learning_rate * slope(x), initial=float(x0))
    return np.fromiter(walk, dtype=float, count=steps + 1)

# %% descend · right · an iterator class with __iter__ and __next__, as in other languages
def descend(slope, x0, learning_rate, steps):
    class Walker:
        def __init__(self):
            self.position = 1.0 * x0
            self.left = steps + 1

        def __iter__(self):
            return self

        def __next__(self):
            if self.left == 0:
                raise StopIteration
            self.left -= 1
            here = self.position
            if self.left:
                self.position = here - learning_rate * slope(here)
            return here

    return np.array(list(Walker()), dtype=float)

# %% bounce · wrong · assumes the ball ends up half a step left and right of 0, right only when |x0| mod rate is half the rate
def bounce(x0, learning_rate):
    if x0 % learning_rate == 0:
        return (0.0, 0.0)
    return (-learning_rate / 2, learning_rate / 2)

# %% bounce · wrong · simulates twenty steps and trusts them, shows when |x0| is more than about twenty rates away
def bounce(x0, learning_rate):
    x = float(x0)
    previous = x
    for _ in range(20):
        previous = x
        if x > 0:
            x = x - learning_rate
        elif x < 0:
            x = x + learning_rate
    return (min(x, previous), max(x, previous))

# %% bounce · wrong · rounds the number of steps instead of flooring it, one step too far when |x0| mod rate is above half the rate
def bounce(x0, learning_rate):
    k = round(abs(x0) / learning_rate)
    rest = abs(x0) - k * learning_rate
    if rest == 0:
        return (0.0, 0.0)
    if x0 > 0:
        return (rest - learning_rate, rest)
    return (-rest, learning_rate - rest)

# %% bounce · right · Python's floored modulo is already right for negative starts: high = x0 mod rate
def bounce(x0, learning_rate):
    return (lambda high: [high - learning_rate, high] if high else [0.0, 0.0])(float(x0) % learning_rate)

# %% bounce · right · walks in exact fractions until a position has been seen before, then sorts the cycle
def bounce(x0, learning_rate):
    from fractions import Fraction
    x, rate = Fraction(float(x0)), Fraction(float(learning_rate))
    sign = lambda q: (q > 0) - (q < 0)
    # jump close to the valley floor, staying on the same side
    x -= sign(x) * (abs(x) // rate) * rate
    seen = []
    while x not in seen:
        seen.append(x)
        x -= rate * sign(x)
    cycle = sorted(seen[seen.index(x):])
    return float(cycle[0]), float(cycle[-1])

# %% descend_with_decay · wrong · the bracket is lost, rate / 1 + decay t, so the rate grows, shows from the second step with decay > 0
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    xs = [float(x0)]
    for t in range(steps):
        rate = learning_rate / 1 + decay * t
        xs.append(xs[-1] - rate * slope(xs[-1]))
    return np.array(xs)

# %% descend_with_decay · wrong · exponential decay from another page, rate exp(-decay t), shows from the second step with decay > 0
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    xs = [float(x0)]
    for t in range(steps):
        alpha = learning_rate * np.exp(-decay * t)
        xs.append(xs[-1] - alpha * slope(xs[-1]))
    return np.array(xs)

# %% descend_with_decay · wrong · time runs as the fraction t / steps, so the rate hardly shrinks, shows from the second step
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    xs = np.empty(steps + 1)
    xs[0] = x0
    for t in range(steps):
        alpha = learning_rate / (1 + decay * t / steps)
        xs[t + 1] = xs[t] - alpha * slope(xs[t])
    return xs

# %% descend_with_decay · right · all rates as an array first, then accumulate over them
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    from itertools import accumulate
    rates = learning_rate / (1.0 + decay * np.arange(steps))
    return np.array([*accumulate(rates, lambda x, r: x - r * slope(x), initial=float(x0))], dtype=float)

# %% descend_with_decay · right · generator with the denominator built up by adding decay
def descend_with_decay(slope, x0, learning_rate, decay, steps):
    def walk():
        x, denominator = float(x0), 1.0
        yield x
        while True:
            x -= learning_rate * slope(x) / denominator
            denominator += decay
            yield x

    gen = walk()
    return np.asarray([next(gen) for _ in range(steps + 1)])

# %% basins · wrong · averages the slopes over the starts as if they were a batch, so all starts shift by the same amount
def basins(slope, starts, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * np.mean(slope(x))
    return x

# %% basins · wrong · leaves the loop as soon as any one start stands still, the others are not finished
def basins(slope, starts, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        move = learning_rate * slope(x)
        if np.any(np.abs(move) < 1e-6):
            break
        x = x - move
    return x

# %% basins · wrong · the result array takes the dtype of the starts, so integer starts end on truncated positions
def basins(slope, starts, learning_rate, steps):
    result = np.zeros_like(starts)
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * slope(x)
    result[:] = x
    return result

# %% basins · right · functools.reduce over the steps, one expression
def basins(slope, starts, learning_rate, steps):
    from functools import reduce
    return reduce(lambda x, _: x - learning_rate * slope(x), range(steps), np.array(starts, dtype=float))

# %% basins · right · the whole history in one table, last row returned
def basins(slope, starts, learning_rate, steps):
    first = np.asarray(starts, dtype=np.float64)
    table = np.empty((steps + 1, *first.shape))
    table[0] = first
    for before, after in zip(table[:-1], table[1:]):
        after[...] = before - learning_rate * slope(before.copy())
    return table[-1].copy()

# %% descend_2d · wrong · moves the first coordinate, then asks for the gradient again before moving the second, shows when the gradient mixes coordinates
def descend_2d(gradient, start, learning_rate, steps):
    p = np.array(start, dtype=float)
    path = [p.copy()]
    for _ in range(steps):
        for k in range(2):
            p[k] -= learning_rate * gradient(p)[k]
        path.append(p.copy())
    return np.array(path)

# %% descend_2d · wrong · np.tile keeps the integer dtype of the start, so a start like [2, -1] truncates every row
def descend_2d(gradient, start, learning_rate, steps):
    path = np.tile(start, (steps + 1, 1))
    for i in range(steps):
        path[i + 1] = path[i] - learning_rate * np.asarray(gradient(path[i]))
    return path

# %% descend_2d · wrong · np.append flattens, and the flat list is reshaped the wrong way round, right shape with scrambled numbers
def descend_2d(gradient, start, learning_rate, steps):
    p = np.array(start, dtype=float)
    flat = p
    for _ in range(steps):
        p = p - learning_rate * np.asarray(gradient(p))
        flat = np.append(flat, p)
    return flat.reshape(2, -1).T

# %% descend_2d · right · a point is a complex number, the path is viewed as pairs of floats at the end
def descend_2d(gradient, start, learning_rate, steps):
    z = complex(start[0], start[1])
    path = np.empty(steps + 1, dtype=complex)
    path[0] = z
    for i in range(1, steps + 1):
        gx, gy = gradient(np.array([z.real, z.imag]))
        z -= learning_rate * complex(gx, gy)
        path[i] = z
    return path.view(float).reshape(-1, 2)

# %% descend_2d · right · all moves are collected and cumulatively summed at the end
def descend_2d(gradient, start, learning_rate, steps):
    here = tuple(float(s) for s in start)
    rows = [here]
    for _ in range(steps):
        g = gradient(np.array(here))
        move = tuple(-learning_rate * float(gi) for gi in g)
        here = tuple(h + d for h, d in zip(here, move))
        rows.append(move)
    return np.cumsum(np.array(rows), axis=0)

# %% largest_stable_rate · wrong · 2 / sqrt(k), the time step limit of an oscillating spring, right only at k = 1
def largest_stable_rate(curvature):
    import math
    return 2 / math.sqrt(curvature)

# %% largest_stable_rate · wrong · scans rates in steps of 0.01 and returns the first that diverges, always a little too large and None for flat valleys
def largest_stable_rate(curvature):
    for rate in np.arange(0.01, 10, 0.01):
        x = 1.0
        for _ in range(50):
            x = x - rate * curvature * x
        if abs(x) > 1.001:
            return rate

# %% largest_stable_rate · wrong · 2 / (1 + k), a best-rate formula with the smaller curvature set to 1, shows on every k
def largest_stable_rate(curvature):
    mu = 1
    return 2 / (curvature + mu)

# %% largest_stable_rate · right · solves the 1 by 1 linear system k rate = 2
def largest_stable_rate(curvature):
    system = np.array([[curvature]], dtype=float)
    return np.linalg.solve(system, np.array([2.0])).item()

# %% largest_stable_rate · right · bisection on |1 - rate k| <= 1 down to the last bits
def largest_stable_rate(curvature):
    stable = lambda rate: abs(1.0 - rate * curvature) <= 1.0
    low, high = 0.0, 1.0
    while stable(high):
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if stable(middle):
            low = middle
        else:
            high = middle
    return low
