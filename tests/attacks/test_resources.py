"""Code that never ends, or takes all there is: time, memory, processes, files, output."""

import re
import textwrap

from submissions import POINTS, RIGHT, WRONG, answers, submission

FULL = POINTS["two_weights"]


def function(body):
    return "def two_weights(x1, x2, k):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")


# --- 44, 45 --------------------------------------------------------------------------------------

DEAF = """
import signal, time
def go_on(*args):
    pass
for number in range(1, 65):
    try:
        signal.signal(number, go_on)
        signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            time.sleep(0.01)
    except BaseException:
        pass
"""
LOOPS = {
    "pass": "while True:\n    pass",
    "regex": "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
    "integer": "x = 3 ** (10 ** 10)\nx = str(x)",
    "sleep": "import time\ntime.sleep(10**6)",
}
a44_function = [
    answers("a44_loop", two_weights=function(LOOPS["pass"])),
    answers("a44_deaf", two_weights=function(DEAF), safe=False),
    answers("a44_regex", two_weights=function(LOOPS["regex"]), safe=False),
    answers("a44_integer", two_weights=function(LOOPS["integer"]), safe=False),
]
a44_on_top = [
    answers("a44_top_loop", two_weights=f"{LOOPS['pass']}\n{RIGHT}"),
    answers("a44_top_deaf", two_weights=f"{DEAF}\n{RIGHT}", safe=False),
    answers("a44_top_regex", two_weights=f"{LOOPS['regex']}\n{RIGHT}", safe=False),
]


@submission()
def a44_cell_between(work):
    work.insert_after("two_weights", LOOPS["pass"])


@submission(two_weights=0, nudge=0, relative_error=0)
def a44_everywhere(work):
    for name in ("two_weights", "nudge", "relative_error"):
        work.answer(name, f"def {name}(*args, **kwargs):\n    while True:\n        pass")


def test_44_what_never_ends_is_ended_and_costs_that_exercise(graded):
    graded.keep_the_rule(*a44_function, *a44_on_top, a44_cell_between, a44_everywhere)


a45_function = answers("a45_function", two_weights=function(LOOPS["sleep"]))
a45_top = answers("a45_top", two_weights=f"{LOOPS['sleep']}\n{RIGHT}")


def test_45_sleeping_is_ended_by_the_clock_on_the_wall(graded):
    graded.keep_the_rule(a45_function, a45_top)
    if not graded.stock:
        reads = "\n".join(graded.instructor_reads(a45_function))
        reads += graded.sentence(a45_function, "two_weights")
        assert re.search(r"second|time|stopped|ended", reads, re.IGNORECASE), reads


# --- 46 ------------------------------------------------------------------------------------------

GROWS = """
hoard = []
for _ in range(96):
    hoard.append(np.ones(2**23))
"""
MEMORY = {
    "list": "hoard = [0] * 10**10",
    "array": "hoard = np.ones((10**6, 10**6))",
    "slow": GROWS,
    "text": "hoard = 'a'\nwhile True:\n    hoard += hoard",
    "mapped": "import mmap\nfor _ in range(8):\n    mmap.mmap(-1, 2**30).write(bytes(2**29))",
}
a46 = [
    answers(f"a46_{name}", two_weights=function(f"{body}\nreturn k * x1, k * x2"), safe=False)
    for name, body in MEMORY.items()
] + [answers("a46_top", two_weights=f"{GROWS}\n{RIGHT}", safe=False)]


CHILDREN = """
import os, time
ready, done = os.pipe()
try:
    for _ in range(14):
        if os.fork() == 0:
            hoard = np.ones(200 * 2**17)
            os.write(done, b"x")
            time.sleep(30)
            os._exit(0)
    filled = b""
    while len(filled) < 14:
        filled += os.read(ready, 14)
except OSError:
    return 0.0, 0.0
return k * x1, k * x2
"""
#: more than one submission may have, in processes or files that are each small enough
a46_children = answers("a46_children", two_weights=function(CHILDREN), safe=False)
a46_files = answers(
    "a46_files",
    two_weights=function(
        """
        import os
        for i in range(100):
            os.write(os.memfd_create(f"part{i}"), bytes(40 * 2**20))
        return k * x1, k * x2
        """
    ),
    safe=False,
)


@submission(two_weights={0, FULL}, safe=False)
def a46_kept(work):
    """Most of what is allowed is kept, so that little is left for what comes later."""
    work.insert_after("two_weights", "hoard = [np.ones(2**23) for _ in range(12)]\ndel hoard")


def test_46_memory_without_end_costs_that_exercise(graded):
    graded.keep_the_rule(*a46, a46_kept)


def test_46_many_processes_or_files_together_have_no_more_than_one(graded):
    graded.keep_the_rule(a46_children, a46_files)


# --- 47, 48 --------------------------------------------------------------------------------------


def marked(work, source):
    """The source, in which every process bears the mark by which the test finds it."""
    mark = work.places["mark"]
    name = f"import ctypes, os, time\nctypes.CDLL(None).prctl(15, {mark!r}.encode(), 0, 0, 0)\n"
    return name + textwrap.dedent(source).replace("MARK", mark)


FORKS = """
def two_weights(x1, x2, k):
    made = 0
    try:
        while made < 400:
            if os.fork() == 0:
                time.sleep(300)
                os._exit(0)
            made += 1
    except OSError:
        return 0.0, 0.0
    return k * x1, k * x2
"""
DOUBLING = """
def two_weights(x1, x2, k):
    for _ in range(10):
        try:
            os.fork()
        except OSError:
            pass
    time.sleep(300)
"""
THREADS = """
import threading
def two_weights(x1, x2, k):
    try:
        for _ in range(10_000):
            threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
    except (RuntimeError, MemoryError):
        return 0.0, 0.0
    return k * x1, k * x2
"""


@submission(two_weights=0, safe=False)
def a47_forks(work):
    work.answer("two_weights", marked(work, FORKS))


@submission(two_weights=0, safe=False)
def a47_doubling(work):
    work.answer("two_weights", marked(work, DOUBLING))


@submission(two_weights=0, safe=False)
def a47_threads(work):
    work.answer("two_weights", marked(work, THREADS))


@submission(two_weights=0, safe=False)
def a47_threads_on_top(work):
    work.answer("two_weights", marked(work, THREADS + "two_weights(1, 1, 1)\n" + WRONG))


@submission(two_weights=0, safe=False)
def a47_forks_on_top(work):
    work.answer("two_weights", marked(work, FORKS + "\ntwo_weights(1, 1, 1)\n" + WRONG))


def test_47_processes_and_threads_are_limited_and_none_is_left(graded):
    graded.keep_the_rule(a47_forks, a47_doubling, a47_threads, a47_threads_on_top, a47_forks_on_top)
    assert not graded.observed.survivors, graded.observed.survivors


DAEMON = """
import subprocess, sys
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            os.chdir("/")
            time.sleep(300)
        os._exit(0)
def started():
    for command in ([sys.executable, "-c", "import time; time.sleep(300)", "MARK"], ["sleep", "300.MARK"]):
        try:
            subprocess.Popen(command, start_new_session=True, close_fds=True)
        except Exception:
            pass
"""


@submission(two_weights=0)
def a48_on_top(work):
    attempt = "for begin in (daemon, started):\n    try:\n        begin()\n    except OSError:\n        pass\n"
    work.answer("two_weights", marked(work, DAEMON + attempt + WRONG))


@submission(two_weights=0)
def a48_in_the_call(work):
    work.answer(
        "two_weights",
        marked(
            work,
            DAEMON
            + "def two_weights(x1, x2, k):\n    daemon()\n    started()\n    return 0.0, 0.0",
        ),
    )


@submission(two_weights=0)
def a48_holds_the_output(work):
    """A child that keeps all descriptors, so that whoever reads them to their end waits for it."""
    body = function("if os.fork() == 0:\n    time.sleep(300)\n    os._exit(0)\nreturn 0.0, 0.0")
    work.answer("two_weights", marked(work, body))


def test_48_no_process_of_a_submission_outlives_it(graded):
    graded.keep_the_rule(a48_on_top, a48_in_the_call, a48_holds_the_output)
    assert not graded.observed.survivors, graded.observed.survivors


# --- 49, 50 --------------------------------------------------------------------------------------

FILES = {
    "sparse": "with open('big', 'wb') as file:\n    file.truncate(2**40)\nopen('big', 'rb+').write(b'x' * 10)",
    "seek": "with open('big', 'wb') as file:\n    file.seek(2**40)\n    file.write(b'x')",
    "full": "with open('big', 'wb') as file:\n    for _ in range(400):\n        file.write(bytes(2**20))",
    "many": "for i in range(100):\n    with open(f'big{i}', 'wb') as file:\n        file.write(bytes(40 * 2**20))",
    "inodes": "for i in range(1_000_000):\n    open(f'f{i}', 'x').close()",
    "folders": "import os\nfor i in range(100_000):\n    os.mkdir('d'); os.chdir('d')",
    "core": "import os, resource\nresource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\nos.abort()",
    "memory": "import os\nfd = os.memfd_create('big')\nfor _ in range(4000):\n    os.write(fd, bytes(2**20))",
    "shared": "file = open('/dev/shm/big', 'wb')\nfor _ in range(4000):\n    file.write(bytes(2**20))",
}
a49 = [
    answers(f"a49_{name}", two_weights=function(f"{body}\nreturn k * x1, k * x2"), safe=False)
    for name, body in FILES.items()
]


def test_49_files_beyond_a_quota_cost_that_exercise(graded):
    graded.keep_the_rule(*a49)


OUTPUT = {
    "line": "print('x' * 50_000_000)",
    "lines": "print('x\\n' * 10_000_000)",
    "prints": "for i in range(10_000_000):\n    print(i)",
    "figures": "import matplotlib.pyplot as plt\nfor i in range(10_000):\n    plt.figure()\nplt.show()",
    "displays": "from IPython.display import HTML, display\nfor i in range(100_000):\n    display(HTML('x' * 1_000))",
    "result": "'y' * 50_000_000",
    "descriptor": "import os\nfor _ in range(1_000):\n    os.write(1, b'z' * 65_536)\n    os.write(2, b'z' * 65_536)",
    "error": "raise ValueError('e' * 50_000_000)",
    "reply": "get_ipython().set_next_input('n' * 10_000_000)",
}


def flooding(name, source):
    def make(work):
        work.insert_after("two_weights", source)

    make.__name__ = f"a50_{name}"
    return submission(safe=False)(make)


a50 = [flooding(name, source) for name, source in OUTPUT.items()]


@submission(safe=False)
def a50_in_the_cell(work):
    work.answer("two_weights", OUTPUT["line"] + "\n" + RIGHT)


@submission(two_weights={0, FULL}, safe=False)
def a50_in_the_call(work):
    work.answer("two_weights", function(OUTPUT["line"] + "\nreturn k * x1, k * x2"))


def test_50_output_without_end_is_cut_off_and_the_result_kept(graded):
    graded.keep_the_rule(*a50, a50_in_the_cell, a50_in_the_call)
    for student in (*a50, a50_in_the_cell, a50_in_the_call):
        if graded.has(student):
            assert len(graded.text(student)) < 3_000_000, f"{student}: {len(graded.text(student))}"


# --- 51, 52, 53 ----------------------------------------------------------------------------------

EXHAUST = {
    "descriptors": "import os\nheld = []\nwhile len(held) < 10**6:\n    held.append(os.dup(1))",
    "pipes": "import os\nheld = []\nwhile len(held) < 10**6:\n    held.append(os.pipe())",
    "sockets": "import socket\nheld = []\nwhile len(held) < 10**5:\n    held.append(socket.socketpair())",
    "semaphores": "from multiprocessing import Lock\nheld = []\nwhile len(held) < 10**5:\n    held.append(Lock())",
}
a51_in_the_call = [
    answers(f"a51_{name}", two_weights=function(f"{body}\nreturn k * x1, k * x2"), safe=False)
    for name, body in EXHAUST.items()
]


def exhausting(name, source):
    def make(work):
        work.answer("two_weights", f"{source}\n{RIGHT}")

    make.__name__ = f"a51_top_{name}"
    # what the student keeps open is missing for the student's own later imports: in a locked cell of backprop
    return submission(two_weights={0, FULL}, backprop={0, POINTS["backprop"]}, safe=False)(make)


a51_on_top = [exhausting(name, source) for name, source in EXHAUST.items()]


def test_51_descriptors_sockets_and_semaphores_are_limited(graded):
    graded.keep_the_rule(*a51_in_the_call, *a51_on_top)


@submission()
def a52_many_threads(work):
    work.answer(
        "two_weights",
        """
        import os
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "64"
        def two_weights(x1, x2, k):
            matrix = np.ones((300, 300))
            for _ in range(5):
                matrix = matrix @ matrix / 300
            return k * x1 * matrix[0, 0], k * x2 * matrix[0, 0]
        """,
    )


@submission()
def a52_busy_children(work):
    """Busy threads of the same student in the background; the answer comes all the same."""
    busy = "import threading\ndef spin():\n    while True:\n        pass\n"
    work.answer("two_weights", f"{busy}threading.Thread(target=spin, daemon=True).start()\n{RIGHT}")


def test_52_no_grade_depends_on_speed(graded):
    graded.keep_the_rule(a52_many_threads, a52_busy_children)


ASKS = {
    "input": "input('score? ')",
    "getpass": "import getpass\ngetpass.getpass()",
    "stdin": "import sys\nif not sys.stdin.readline():\n    raise EOFError",
    "pdb": "import pdb\npdb.set_trace()",
    "breakpoint": "breakpoint()",
}
a53_in_the_call = [
    answers(f"a53_{name}", two_weights=function(f"{body}\nreturn 0.0, 0.0"))
    for name, body in ASKS.items()
]


def asking(name, source):
    def make(work):
        work.insert_after("two_weights", source)

    make.__name__ = f"a53_cell_{name}"
    return submission()(make)


MAGICS = {
    "debug": "1 / 0\n",
    "debug_magic": "%debug",
    "pdb_magic": "%pdb on\n1 / 0",
    "gui": "%gui qt",
    "matplotlib": "%matplotlib qt",
    "prun": "%%debug\nx = 1",
}
a53_cells = [asking(name, source) for name, source in {**ASKS, **MAGICS}.items()]


def test_53_nobody_answers_a_question(graded):
    graded.keep_the_rule(*a53_in_the_call, *a53_cells)
