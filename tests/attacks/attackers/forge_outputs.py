"""Replace what gives the outputs of a cell back: whoever reads them has to live with anything."""

vectors = PLACES["vectors"]
shell, turn = get_ipython(), 0
result = {
    "output_type": "execute_result",
    "execution_count": 1,
    "metadata": {},
    "data": {"text/plain": "1"},
}
forged = [
    [result],
    [{**result, "data": {"text/html": vectors, "application/javascript": vectors}}],
    [{**result, "data": {"image/png": '"></script>' + vectors, "text/plain": vectors}}],
    [{"output_type": "stream", "name": "stdout", "text": "\ud800\x00\x1b[2J"}],
    [{"output_type": "stream", "name": "stdout", "text": [["x"]]}, {"output_type": 7}, None, 3],
    [
        {
            "output_type": "error",
            "ename": vectors,
            "evalue": "\ud800",
            "traceback": [vectors, 7, None],
        }
    ],
    {"output_type": "stream"},
    [result] * 100_000,
    [{"output_type": "stream", "name": "stdout", "text": "x" * 30_000_000}],
    "outputs",
    [
        {"output_type": [[]], "data": {1: 2}},
        {"output_type": "display_data", "data": {"text/plain": [1]}},
    ],
]


def run(source, *args, **kwargs):
    global turn
    turn += 1
    original(source, *args, **kwargs)
    return forged[turn % len(forged)]


original = getattr(shell, "run", None)
shell.run = run


def two_weights(x1, x2, k):
    return 0.0, 0.0
