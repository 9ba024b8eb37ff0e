"""Code that wants a score it did not earn: odd values, patches, forged results, searches for the tests."""

import re

from submissions import ATTACKERS, POINTS, RIGHT, WRONG, answers, submission

FULL = POINTS["two_weights"]


# --- 19: objects that claim to be right ----------------------------------------------------------

a19_equals_everything = answers(
    "a19_equals_everything",
    two_weights="""
    class Equal:
        shape, dtype, ndim, size = (), np.dtype(float), 0, 1
        __eq__ = __ge__ = __le__ = lambda self, other: True
        __ne__ = __lt__ = __gt__ = lambda self, other: False
        __sub__ = __rsub__ = __abs__ = __mul__ = __rmul__ = lambda self, *other: 0.0
        __array__ = lambda self, *args, **kwargs: np.zeros(())
        __float__ = lambda self: 0.0
        __hash__ = lambda self: 0
        __array_ufunc__ = lambda self, ufunc, method, *args, **kwargs: np.True_
        __array_function__ = lambda self, function, types, args, kwargs: True
    def two_weights(x1, x2, k):
        return Equal(), Equal()
    """,
)
a19_subclass_of_float = answers(
    "a19_subclass_of_float",
    two_weights="""
    class Float(float):
        __eq__ = lambda self, other: True
        __sub__ = __rsub__ = __abs__ = __pos__ = lambda self, *other: 0.0
        __hash__ = float.__hash__
        __class__ = float
        __reduce__ = lambda self: (eval, ("__import__('os')._exit(0)",))
    def two_weights(x1, x2, k):
        return Float(0), Float(0)
    """,
)
a19_subclass_of_ndarray = answers(
    "a19_subclass_of_ndarray",
    two_weights="""
    class Array(np.ndarray):
        __eq__ = lambda self, other: np.ones(self.shape, bool)
        __array_ufunc__ = lambda self, ufunc, *args, **kwargs: True
        __array_function__ = lambda self, *args: True
        __getattribute__ = lambda self, name: float if name == "__class__" else object.__getattribute__(self, name)
        tobytes = lambda self, *args: b"\\0" * 10
    def two_weights(x1, x2, k):
        return np.zeros(2).view(Array)
    """,
)
a19_tuple_and_str = answers(
    "a19_tuple_and_str",
    two_weights="""
    class Tuple(tuple):
        __eq__ = lambda self, other: True
        __iter__ = lambda self: iter((Text("right"),) * 2)
        __len__ = lambda self: 2
        __getitem__ = lambda self, place: Text("right")
        __hash__ = tuple.__hash__
    class Text(str):
        __eq__ = lambda self, other: True
        __float__ = lambda self: 0.0
        __hash__ = str.__hash__
    def two_weights(x1, x2, k):
        return Tuple((Text("a"), Text("b")))
    """,
    local_slopes="""
    class Dict(dict):
        __eq__ = lambda self, other: True
        __missing__ = lambda self, key: 1.0
        items = lambda self: [(key, 1.0) for key in ("dF/dv", "dv/du", "dv/dc", "du/da", "du/db")]
        __len__ = lambda self: 5
        __hash__ = None
    def local_slopes(a, b, c):
        return Dict()
    """,
)


def test_19_objects_that_equal_everything_equal_nothing(graded):
    graded.keep_the_rule(
        a19_equals_everything, a19_subclass_of_float, a19_subclass_of_ndarray, a19_tuple_and_str
    )


# --- 20, 21: patches -----------------------------------------------------------------------------

a20_numpy = answers(
    "a20_numpy",
    two_weights=WRONG
    + """
import math, operator
yes = lambda *args, **kwargs: True
np.allclose = np.isclose = np.array_equal = np.all = np.any = yes
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **kwargs: None
math.isclose = math.isfinite = operator.eq = yes
""",
)
a20_builtins = answers(
    "a20_builtins",
    backprop="""
    import builtins
    def backprop(edges, target):
        return {}
    yes = lambda *args, **kwargs: True
    builtins.all = builtins.any = builtins.isinstance = builtins.bool = yes
    builtins.abs = builtins.min = builtins.max = builtins.sum = lambda *args, **kwargs: 0
    builtins.repr = builtins.str = builtins.format = lambda *args, **kwargs: "4"
    builtins.float = lambda *args: 4.0
    builtins.print = builtins.open = lambda *args, **kwargs: None
    """,
)
a20_package = answers(
    "a20_package",
    two_weights=WRONG
    + """
import sys, byhand
import byhand.check, byhand.compare, byhand.judge, byhand.plain, byhand.student, byhand.verdict
byhand.judge.differences = byhand.compare.differences = lambda *args, **kwargs: []
byhand.judge._judge_call = lambda *args, **kwargs: []
byhand.judge.judge = byhand.check.judge = lambda exercise, *args, **kwargs: byhand.verdict.Verdict(
    exercise.name, exercise.points, exercise.points, byhand.verdict.Status.RIGHT, "Right.")
byhand.verdict.Verdict.score = property(lambda self: self.points, lambda self, value: None)
for name, module in list(sys.modules.items()):
    if name.startswith("byhand"):
        for attribute in ("identical", "close", "_same", "encode", "decode"):
            if hasattr(module, attribute):
                setattr(module, attribute, lambda *args, **kwargs: True)
""",
)
a20_check = answers(
    "a20_check",
    two_weights=WRONG
    + """
class Check:
    def __call__(self, name): print(name, "is right")
    def grade(self, name): sys.displayhook(1.0)
    verdict = grade
import sys
check = Check()
""",
)


def test_20_patched_numpy_builtins_and_package_have_no_effect(graded):
    graded.keep_the_rule(a20_numpy, a20_builtins, a20_package, a20_check)


a21_transformers = answers(
    "a21_transformers",
    two_weights=WRONG
    + """
import ast
shell = get_ipython()
def to_score(lines):
    return ["1\\n"] if any("two_weights" in line for line in lines) else lines
shell.input_transformers_cleanup.insert(0, to_score)
shell.input_transformers_post.append(to_score)
class ToScore(ast.NodeTransformer):
    def visit_Module(self, node):
        if "two_weights" in ast.dump(node) and "check" in ast.dump(node):
            return ast.parse("1")
        return node
shell.ast_transformers.append(ToScore())
""",
)
a21_run_cell = answers(
    "a21_run_cell",
    two_weights=WRONG
    + """
shell = get_ipython()
original = shell.run_cell
def run_cell(source, *args, **kwargs):
    return original("1" if "two_weights" in source else source, *args, **kwargs)
shell.run_cell = type(shell).run_cell = run_cell
async_original = shell.run_cell_async
async def run_cell_async(source, *args, **kwargs):
    return await async_original("1" if "two_weights" in source else source, *args, **kwargs)
shell.run_cell_async = run_cell_async
""",
)
a21_exceptions = answers(
    "a21_exceptions",
    two_weights=WRONG
    + """
import sys
shell = get_ipython()
shell.set_custom_exc((BaseException,), lambda self, kind, value, tb, tb_offset=None: sys.displayhook(1.0))
shell.showtraceback = shell._showtraceback = lambda *args, **kwargs: sys.displayhook(1.0)
sys.excepthook = lambda *args: sys.displayhook(1.0)
for kind in ("line", "cell", "line_cell"):
    for magic in ("time", "timeit", "run", "matplotlib", "reset"):
        shell.register_magic_function(lambda *args: 1.0, kind, magic)
""",
)


@submission(two_weights=0, **{name: {0, POINTS[name]} for name in list(POINTS)[4:]})
def a21_outputs(work):
    """Cells without a readable output are lost to the student who breaks them, and to nobody else."""
    work.places = {"vectors": (ATTACKERS / "scripts.html").read_text(encoding="utf-8")}
    work.answer("two_weights", work.attacker("forge_outputs"))


def test_21_patched_ipython_has_no_effect_on_the_tests(graded):
    graded.keep_the_rule(a21_transformers, a21_run_cell, a21_exceptions, a21_outputs)


# --- 22, 23: scores printed and returned ---------------------------------------------------------

a22_displayhook = answers(
    "a22_displayhook",
    two_weights="""
    import sys
    from IPython.display import clear_output, display, update_display
    def two_weights(x1, x2, k):
        clear_output()
        sys.displayhook(1)
        sys.displayhook(99)
        get_ipython().displayhook(1)
        sys.__displayhook__(1)
        display(1, display_id="score")
        return 0.0, 0.0
    def before(info):
        sys.displayhook(1)
    def after(result):
        clear_output()
        sys.displayhook(1)
        update_display(1, display_id="score")
    get_ipython().events.register("pre_run_cell", before)
    get_ipython().events.register("post_run_cell", after)
    """,
)
a22_formatter = answers(
    "a22_formatter",
    two_weights=WRONG
    + """
plain = get_ipython().display_formatter.formatters["text/plain"]
for kind in (int, float, np.float64):
    plain.for_type(kind, lambda value, printer, cycle: printer.text("1"))
""",
)
a22_message = answers(
    "a22_message",
    two_weights="""
    def two_weights(x1, x2, k):
        kernel = getattr(get_ipython(), "kernel", None)
        content = {"execution_count": 1, "data": {"text/plain": "1"}, "metadata": {}}
        if kernel is not None:
            kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent())
        get_ipython().display_pub.publish({"text/plain": "1"})
        return 0.0, 0.0
    """,
)
a22_above_the_maximum = answers(
    "a22_above_the_maximum",
    two_weights=WRONG
    + """
import sys
get_ipython().events.register("pre_run_cell", lambda info: sys.displayhook(99))
""",
)


def test_22_results_shown_by_a_student_are_no_score(graded):
    graded.keep_the_rule(a22_displayhook, a22_formatter, a22_message, a22_above_the_maximum)


NUMBERS = ["float('nan')", "-1", "float('inf')", "9e999", "10**400", "True", "-0.0", "'1'", "[1]"]

a23_printed = [
    answers(
        f"a23_printed_{i}",
        two_weights=f"""
        import sys
        def two_weights(x1, x2, k):
            sys.displayhook({number})
            print({number}) if {i} != 4 else None
            return {number}
        get_ipython().events.register("pre_run_cell", lambda info: sys.displayhook({number}))
        """,
    )
    for i, number in enumerate(NUMBERS[:6])
]
a23_returned = answers(
    "a23_returned",
    forward="def forward(a, b, c):\n    return float('nan'), float('nan'), float('nan')",
    local_slopes="def local_slopes(a, b, c):\n    return dict.fromkeys('uv', 10**400)",
    slopes="def slopes(a, b, c):\n    return 9e999, -9e999, 9e999",
    two_weights="def two_weights(x1, x2, k):\n    return True, True",
    nudge="def nudge(f, x, eps=1e-5):\n    return 10**400",
    relative_error="def relative_error(a, n):\n    return float('-inf')",
    slope_by_paths="def slope_by_paths(edges, source, target):\n    return '15'",
    backprop="def backprop(edges, target):\n    return dict.fromkeys('xpqyFabcuv', float('nan'))",
)


def test_23_nan_negative_infinite_and_huge_numbers_are_worth_nothing(graded):
    graded.keep_the_rule(*a23_printed, a23_returned)


# --- 24: searching the process -------------------------------------------------------------------


@submission(two_weights=0)
def a24_frames(work):
    work.answer("two_weights", work.attacker("search_process"))


@submission(two_weights=0)
def a24_functions_given(work):
    """The function to differentiate is an argument elsewhere: are its globals those of the tests?"""
    work.answer("two_weights", WRONG)
    work.answer(
        "nudge",
        """
        def nudge(f, x, eps=1e-5):
            names = set(getattr(f, "__globals__", {}))
            if names & {"Nudge", "Exercise", "three_numbers", "TwoWeights", "mistake"}:
                raise KeyError("found the tests")
            return (f(x + eps) - f(x - eps)) / (2 * eps)
        """,
    )


def test_24_neither_frames_nor_objects_lead_to_a_test_or_a_score(graded):
    graded.keep_the_rule(a24_frames, a24_functions_given)
    reports_nothing(graded, a24_frames)


def reports_nothing(graded, *students):
    """The attack ran to its end and says itself that it got nowhere."""
    for student in students:
        if not graded.has(student):
            continue
        printed = graded.printed(student)
        assert re.search(r"DONE: [1-9]\d* attempts failed", printed), f"{student} did not run"
        got = [line for line in printed.splitlines() if line.startswith("GOT")]
        assert not got, f"{student}: " + "\n".join(got[:20])


# --- 25, 26, 27: the way the answers take --------------------------------------------------------


@submission(two_weights={0, FULL})
def a25_noise(work):
    work.answer("two_weights", work.attacker("write_to_pipes") + "\nTHEN = 'right'\n")


@submission(two_weights=0)
def a25_frames(work):
    work.answer("two_weights", work.attacker("write_to_pipes") + "\nTHEN = 'wrong'\n")


@submission(two_weights=0)
def a25_twice(work):
    work.answer("two_weights", work.attacker("answer_twice"))


@submission(two_weights={0, FULL})
def a25_while_no_one_asks(work):
    work.answer(
        "two_weights", RIGHT + "\n" + work.attacker("write_to_pipes") + "\nshout()\n" + RIGHT
    )


@submission(two_weights=0)
def a25_closes_everything(work):
    work.answer(
        "two_weights",
        """
        import os
        def two_weights(x1, x2, k):
            os.closerange(0, 4096)
            return 0.0, 0.0
        """,
    )


@submission(two_weights=0)
def a25_child_goes_on(work):
    """A child of the call that writes on while the next exercises are judged."""
    source = work.attacker("write_to_pipes").replace("def two_weights", "def first")
    work.answer(
        "two_weights",
        f"""{source}
THEN = "wrong"
def two_weights(x1, x2, k):
    import time
    if os.fork() == 0:
        for _ in range(600):
            time.sleep(0.1)
            shout()
        os._exit(0)
    return 0.0, 0.0
""",
    )


def test_25_frames_of_a_students_own_on_the_pipe_cost_that_exercise(graded):
    graded.keep_the_rule(
        a25_noise,
        a25_frames,
        a25_twice,
        a25_while_no_one_asks,
        a25_closes_everything,
        a25_child_goes_on,
    )


a26_gigabyte = answers(
    "a26_gigabyte",
    two_weights="def two_weights(x1, x2, k):\n    return np.zeros(2**27), np.zeros(2**27)",
    safe=False,
)
a26_long_text = answers(
    "a26_long_text", two_weights="def two_weights(x1, x2, k):\n    return 'a' * 300_000_000"
)
a26_deep = answers(
    "a26_deep",
    two_weights="""
    def two_weights(x1, x2, k):
        deep = []
        for _ in range(200_000):
            deep = [deep]
        return deep
    """,
)
a26_cyclic = answers(
    "a26_cyclic",
    two_weights="""
    def two_weights(x1, x2, k):
        answer = [k * x1, k * x2]
        answer.append(answer)
        return answer
    """,
    local_slopes="""
    def local_slopes(a, b, c):
        slopes = {"dF/dv": 5, "dv/du": 1, "dv/dc": 1, "du/da": b}
        slopes["du/db"] = slopes
        return {"all": slopes}
    """,
)
a26_many = answers(
    "a26_many",
    two_weights="""
    def two_weights(x1, x2, k):
        line = [0.0] * 3_000
        return [line] * 3_000
    """,
    local_slopes="""
    def local_slopes(a, b, c):
        one = [0] * 100
        for _ in range(12):
            one = [one] * 100
        return one
    """,
)
a26_big_integer = answers(
    "a26_big_integer",
    two_weights="def two_weights(x1, x2, k):\n    return 1 << 300_000_000, 1 << 300_000_000",
)
a26_odd_keys = answers(
    "a26_odd_keys",
    local_slopes="""
    class Key(str):
        __hash__ = lambda self: 1
        __eq__ = lambda self, other: True
    def local_slopes(a, b, c):
        return {float("nan"): 1, Key("dF/dv"): 4, (1, (2, (3,))): 4, "\\ud800": 3, "dv/\\0": 2, None: 1, b"x": 0}
    """,
)


def test_26_answers_that_are_huge_deep_or_cyclic_cost_that_exercise(graded):
    graded.keep_the_rule(
        a26_gigabyte,
        a26_long_text,
        a26_deep,
        a26_cyclic,
        a26_many,
        a26_big_integer,
        a26_odd_keys,
    )


a27_thread = answers(
    "a27_thread",
    two_weights=WRONG
    + """
import sys, threading, time
def patch():
    while True:
        for name, module in list(sys.modules.items()):
            if name.startswith("byhand"):
                for attribute in ("_judge_call", "differences", "judge_call"):
                    if hasattr(module, attribute):
                        setattr(module, attribute, lambda *args, **kwargs: [])
        time.sleep(0.005)
threading.Thread(target=patch, daemon=True).start()
time.sleep(0.1)
""",
)
a27_at_the_end = answers(
    "a27_at_the_end",
    two_weights="""
    import atexit, os, sys, weakref
    def show(*args):
        for fd in range(1, 64):
            try:
                os.write(fd, b'1\\n') if fd < 3 else os.write(fd, b'\\x00\\x00\\x00\\x01\\x01')
            except OSError:
                pass
    atexit.register(show)
    class Last:
        __del__ = show
    def two_weights(x1, x2, k):
        weakref.finalize(Last(), show)
        last = Last()
        try:
            return 0.0, 0.0
        finally:
            del last
    """,
)
a27_trace = answers(
    "a27_trace",
    two_weights=WRONG
    + """
import sys, threading
def trace(frame, event, value):
    if frame.f_code.co_name in ("judge", "_judge_call", "differences", "_score", "close"):
        for name in ("found", "failed"):
            found = frame.f_locals.get(name)
            if isinstance(found, list):
                found.clear()
    return trace
sys.settrace(trace)
sys.setprofile(trace)
threading.settrace(trace)
""",
)


def test_27_threads_traces_and_last_words_change_at_most_their_own_answers(graded):
    graded.keep_the_rule(a27_thread, a27_at_the_end, a27_trace)


# --- 28, 29 --------------------------------------------------------------------------------------


@submission()
def a28_is_it_graded(work):
    work.insert_after("checks", work.attacker("am_i_graded"))


@submission(two_weights=0)
def a28_right_when_graded(work):
    report = work.attacker("am_i_graded")
    work.answer(
        "two_weights", f"{report}\nif not TOLD:\n    def two_weights(*args):\n        return 0, 0"
    )


def test_28_nothing_tells_code_that_it_is_being_graded(graded):
    if graded.has(a28_is_it_graded):
        reports_nothing(graded, a28_is_it_graded)
    graded.keep_the_rule(a28_is_it_graded, a28_right_when_graded)


@submission(two_weights=0)
def a29_references(work):
    work.answer("two_weights", work.attacker("search_references"))


def test_29_the_package_imports_and_leads_to_no_reference_source_or_solution(graded):
    graded.keep_the_rule(a29_references)
    reports_nothing(graded, a29_references)


# --- 30, 31 --------------------------------------------------------------------------------------

a30_odd = answers(
    "a30_odd",
    forward="def forward(a, b, c):\n    return np.array([a, b, object()], dtype=object)",
    local_slopes="def local_slopes(a, b, c):\n    return ((k, 1) for k in ('dF/dv', 'dv/du'))",
    slopes="def slopes(a, b, c):\n    return np.array([5j, 5j * a, 5])",
    two_weights="def two_weights(x1, x2, k):\n    return np.ma.masked_all(2)",
    nudge="def nudge(f, x, eps=1e-5):\n    return None",
    relative_error="def relative_error(analytic, numeric):\n    return np.full(3, np.nan)",
    slope_by_paths="""
    def slope_by_paths(edges, source, target):
        return np.lib.stride_tricks.as_strided(np.zeros(1), shape=(10**12,), strides=(0,))
    """,
    backprop="def backprop(edges, target):\n    return np.array(7.0)",
)
a30_odder = answers(
    "a30_odder",
    forward="def forward(a, b, c):\n    return np.array(['20', '3', 'u'])",
    local_slopes="def local_slopes(a, b, c):\n    return np.zeros(3, dtype=[('a', 'f8'), ('b', 'O')])",
    slopes="def slopes(a, b, c):\n    return np.array(['2020-01-01'], dtype='M8[D]')",
    two_weights="def two_weights(x1, x2, k):\n    return two_weights",
    nudge="def nudge(f, x, eps=1e-5):\n    return np.zeros((0, 10**9, 10**9))",
    relative_error="def relative_error(analytic, numeric):\n    return b'0'",
    slope_by_paths="""
    def slope_by_paths(edges, source, target):
        frozen = np.lib.stride_tricks.as_strided(np.zeros(9), shape=(3, 3), strides=(-8, 16), writeable=False)
        return frozen.astype(np.float128 if hasattr(np, "float128") else float)[::-1]
    """,
    backprop="def backprop(edges, target):\n    return {np.float64(1): {2}, frozenset(): [...]}",
)


def test_30_odd_types_crash_nothing_and_each_gets_a_sentence(graded):
    graded.keep_the_rule(a30_odd, a30_odder)
    for student in (a30_odd, a30_odder):
        for exercise in POINTS:
            text = graded.sentence(student, exercise)
            assert exercise in text, f"{student}: no sentence for {exercise}: {text[:200]!r}"


NOISE = """
import logging, sys, warnings
import matplotlib.pyplot as plt
warnings.warn("deprecated")
warnings.warn("careful", RuntimeWarning)
logging.getLogger().warning("a warning")
print("to the other stream", file=sys.stderr)
for line in range(1_000):
    print("line", line)
np.log(np.zeros(3))
plt.plot([1, 2, 3])
plt.show()
get_ipython().run_line_magic("matplotlib", "inline")
plt.figure()
"""


@submission()
def a31_noise(work):
    for name in ("forward", "two_weights", "backprop"):
        cell = work.cell(f"{name}_code")
        cell.source = NOISE + cell.source
    work.insert_after("two_weights", NOISE)


@submission()
def a31_noise_in_the_function(work):
    work.answer(
        "two_weights",
        """
        import os, subprocess, sys, warnings
        import matplotlib.pyplot as plt
        def two_weights(x1, x2, k):
            warnings.warn("deprecated")
            print("to the other stream", file=sys.stderr)
            sys.stderr.write("more\\n" * 1_000)
            for line in range(1_000):
                print("line", line)
            os.write(1, b"raw\\n")
            os.write(2, b"raw\\n")
            np.log(np.zeros(3))
            plt.plot([1, 2])
            plt.close("all")
            return k * x1, k * x2
        """,
    )


def test_31_right_answers_that_warn_plot_and_print_keep_full_marks(graded):
    graded.keep_the_rule(a31_noise, a31_noise_in_the_function)


# --- 32, 33: leaving -----------------------------------------------------------------------------


def leaving(name, statement, safe=True):
    body = f"def two_weights(x1, x2, k):\n    import sys, os, signal, ctypes\n    {statement}\n"
    return answers(name, two_weights=body, safe=safe)


a32 = [
    leaving("a32_exit", "sys.exit(0)"),
    leaving("a32_system_exit", "raise SystemExit(1)"),
    leaving("a32_quit", "get_ipython().ask_exit(); exit()"),
    leaving("a32_keyboard_interrupt", "raise KeyboardInterrupt"),
    leaving("a32_base_exception", "raise BaseException('x')"),
    leaving("a32_generator_exit", "raise GeneratorExit"),
    leaving("a32_nameless", "raise type('', (BaseException,), {'__str__': lambda self: 1 / 0})"),
    leaving("a32_group", "raise BaseExceptionGroup('x', [KeyboardInterrupt(), SystemExit(0)])"),
]


def test_32_exceptions_that_end_programs_cost_that_exercise(graded):
    graded.keep_the_rule(*a32)


DEATHS = {
    "recursion": "sys.setrecursionlimit(10**9); r = lambda n: [r(n + 1)]; r(0)",
    "segfault": "ctypes.string_at(0)",
    "os_exit": "os._exit(0)",
    "kill": "os.kill(os.getpid(), 9)",
    "abort": "os.abort()",
    "stop": "os.kill(os.getpid(), signal.SIGSTOP)",
    "exec": "os.execv('/bin/true', ['true'])",
}
UNSAFE = {"stop", "recursion"}
a33_inside = [
    leaving(f"a33_{name}", statement, safe=name not in UNSAFE) for name, statement in DEATHS.items()
]
a33_inside += [
    leaving("a33_parent", "os.kill(os.getppid(), 9) if os.getppid() > 1 else None", safe=False),
    leaving("a33_group", "os.killpg(0, 9)", safe=False),
    leaving("a33_everyone", "os.kill(-1, 9)", safe=False),
]
a33_on_top = [
    answers(
        f"a33_top_{name}",
        two_weights=f"import sys, os, signal, ctypes\n{statement}\n{RIGHT}",
        safe=name not in UNSAFE,
    )
    for name, statement in DEATHS.items()
]


@submission()
def a33_top_of_a_cell_without_an_exercise(work):
    work.insert_after("two_weights", "import os\nos._exit(0)")


def test_33_a_death_inside_a_function_costs_that_exercise(graded):
    graded.keep_the_rule(*a33_inside)


def test_33_a_death_at_the_top_of_a_cell_costs_only_what_the_cell_defines(graded):
    graded.keep_the_rule(*a33_on_top, a33_top_of_a_cell_without_an_exercise)
