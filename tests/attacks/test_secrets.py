"""Files, secrets, networks and processes that are none of a student's business, and what a student leaves."""

import os
import re
import socket
import zipfile
from io import BytesIO
from pathlib import Path

from submissions import POINTS, WRONG, submission

FULL = POINTS["two_weights"]


def reports_nothing(graded, *students):
    """The attack ran to its end and says itself that it got nowhere."""
    problems = []
    for student in students:
        if graded.has(student):
            printed = graded.printed(student)
            got = [line[:150] for line in printed.splitlines() if line.startswith("GOT")]
            problems += [f"{student}: {line}" for line in got[:40]]
            if not re.search(r"DONE: [1-9]\d* attempts failed", printed):
                problems.append(f"{student}: did not run to its end: {printed[-500:]}")
    assert not problems, "\n".join(problems)


def gives_back_no_secret(graded, *students):
    for student in students:
        for name, content in graded.handed_back(student).items():
            for canary in graded.canaries.values():
                assert canary.encode() not in content, f"{canary} in {name}"


# --- 34, 35 --------------------------------------------------------------------------------------


@submission(two_weights=0)
def a34_reads(work):
    work.answer("two_weights", work.attacker("read_everything"))


@submission(two_weights=0)
def a34_reads_in_magics(work):
    course, home = work.places["course"], work.places["home"]
    work.answer("two_weights", WRONG)
    for source in (
        f"!cat {course}/tests/hidden/chain_rule.py {home}/secret.txt",
        f"%cat {home}/secret.txt",
        f"%run {course}/tests/hidden/chain_rule.py\nprint(TwoWeights.reference, 'CANARY-')",
        f"%load {course}/source/plans.txt",
        f"%%bash\ncat {home}/secret.txt\necho $INSTRUCTOR_TOKEN",
        f"from IPython.display import Image, FileLink, HTML\nHTML(filename='{course}/source/plans.txt')",
        "%env",
        "%pip list",
        f"%cd {course}\n%ls",
        f"import runpy\nrunpy.run_path('{course}/tests/hidden/chain_rule.py')",
        f"np.loadtxt('{home}/secret.txt', dtype=str)",
    ):
        work.insert_after("two_weights", source)


def test_34_nothing_of_the_instructor_or_of_a_neighbour_can_be_read(graded):
    graded.keep_the_rule(a34_reads, a34_reads_in_magics)
    gives_back_no_secret(graded, a34_reads, a34_reads_in_magics)
    reports_nothing(graded, a34_reads)


@submission(two_weights=0, safe=False)
def a35_writes(work):
    work.answer("two_weights", work.attacker("write_everything"))


@submission(two_weights=0, safe=False)
def a35_writes_in_magics(work):
    course, home = work.places["course"], work.places["home"]
    work.answer("two_weights", WRONG)
    work.insert_after("two_weights", f"%%writefile {course}/tests/hidden/chain_rule.py\nx = 1")
    work.insert_after(
        "two_weights", f"!echo x >> {home}/secret.txt; rm -rf {course}/submitted/a00z"
    )
    work.insert_after("two_weights", f"%save -f {course}/source/plans 1")


def test_35_nothing_of_the_instructor_or_of_a_neighbour_can_be_written(graded):
    graded.keep_the_rule(a35_writes, a35_writes_in_magics)
    reports_nothing(graded, a35_writes)
    # what is set aside from an attacker's own folder is meant to be
    changed = [name for name in graded.observed.changed if not re.search(r"/a\d\d-[^/]*/", name)]
    assert not changed, "\n".join(changed)


# --- 36, 37 --------------------------------------------------------------------------------------


@submission(says="link|plans|follow")
def a36_symbolic_links(work):
    course = Path(work.places["course"])
    os.symlink(course / "source" / "plans.txt", work.folder / "data.csv")
    os.symlink("../../../source/plans.txt", work.folder / "relative.csv")
    os.symlink(course / "submitted" / "a00z", work.folder / "folder")
    os.symlink("/proc/self/environ", work.folder / "environ.txt")
    os.symlink(work.folder, work.folder / "loop")


@submission(says="link|shared|name")
def a36_hard_link(work):
    os.link(Path(work.places["course"], "source", "plans.txt"), work.folder / "data.csv")


@submission(says="pipe|fifo|special|regular|pipe.csv")
def a36_pipe(work):
    os.mkfifo(work.folder / "pipe.csv")


@submission(says="socket|special|regular|s.sock")
def a36_socket(work):
    here = Path.cwd()
    os.chdir(work.folder)  # the name of a socket must be short
    try:
        socket.socket(socket.AF_UNIX).bind("s.sock")
    finally:
        os.chdir(here)


@submission(**dict.fromkeys(POINTS, 0), says="link|follow")
def a36_the_neighbours_notebook(work):
    os.symlink(Path(work.places["neighbour"], "chain_rule.ipynb"), work.path)


@submission(**dict.fromkeys(POINTS, 0), says="pipe|fifo|special|regular|file")
def a36_notebook_is_a_pipe(work):
    os.mkfifo(work.path)


@submission(**dict.fromkeys(POINTS, 0), says="folder|directory|regular|file")
def a36_notebook_is_a_folder(work):
    work.path.mkdir()
    work.raw = None


@submission()
def a36_archive(work):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        mark = work.places["mark"]
        for name in (f"../../{mark}-out", f"/tmp/{mark}-absolute", f"../a00z/{mark}.ipynb"):
            archive.writestr(name, "x")
    work.file("chain_rule.zip", buffer.getvalue())


def test_36_links_pipes_and_sockets_in_a_submission_are_named_and_not_followed(graded):
    students = (
        a36_symbolic_links,
        a36_hard_link,
        a36_pipe,
        a36_socket,
        a36_the_neighbours_notebook,
        a36_notebook_is_a_pipe,
        a36_notebook_is_a_folder,
        a36_archive,
    )
    graded.keep_the_rule(*students)
    gives_back_no_secret(graded, *students)
    for student in students:
        folder = graded.folder(student)
        special = [
            path
            for path in folder.rglob("*")
            if path.is_symlink() or not (path.is_file() or path.is_dir())
        ]
        assert not special, special
    assert not [name for name in graded.observed.left if "chain_rule.zip" in name or "-out" in name]


SHADOW = "print('GOT shadowed by', __name__)\nraise SystemExit('GOT shadowed')\n"
SHADOWS = (
    "numpy",
    "byhand",
    "sitecustomize",
    "usercustomize",
    "json",
    "random",
    "IPython",
    "msgspec",
)
SHADOWS += (
    "matplotlib",
    "ast",
    "typing",
    "sandlock",
    "nbgrader",
    "nbgrader_config",
    "struct",
    "zlib",
)


@submission()
def a37_shadows(work):
    for name in SHADOWS:
        work.file(f"{name}.py", SHADOW)
    for name in ("byhand", "numpy", "nbgrader", "nbconvert"):
        work.file(f"{name}/__init__.py", SHADOW)
    work.file("evil.pth", "import sys; print('GOT shadowed by pth')\n")
    for name in ("numpy.cpython-311.pyc", "json.cpython-311.pyc", "chain_rule.cpython-311.pyc"):
        work.file(f"__pycache__/{name}", b"\xa7\r\r\n" + b"\0" * 12 + b"\xe3garbage")
    work.file("pyvenv.cfg", "home = /tmp\n")
    work.file(
        "nbgrader_config.py", "c = get_config()\nc.Autograde.create_student = False\n" + SHADOW
    )
    work.file("alembic.ini", "[alembic]\n")
    work.file("tests/hidden/chain_rule.py", SHADOW)
    work.file("matplotlibrc", "backend: module://numpy\n")
    work.file(".ipython/profile_default/startup/00.py", SHADOW)
    work.insert_after(
        "checks", "import json, random, struct, zlib, typing, ast, matplotlib, numpy, byhand"
    )


def test_37_modules_in_a_submission_never_shadow_the_real_ones(graded):
    graded.keep_the_rule(a37_shadows)
    assert "GOT shadowed" not in graded.printed(a37_shadows)
    assert "GOT shadowed" not in graded.log(a37_shadows)


# --- 38, 39 --------------------------------------------------------------------------------------


@submission(two_weights=0)
def a38_leaves(work):
    work.answer("two_weights", work.attacker("leave_behind"))


@submission()
def a38_next(work):
    work.insert_after("checks", work.attacker("find_leftovers"))


def test_38_what_a_student_leaves_is_gone_for_the_next_and_for_the_host(graded):
    graded.keep_the_rule(a38_leaves, a38_next)
    reports_nothing(graded, a38_next)
    kinds = ("-left.py", "/00-", "-memory", "-sem", "System V", "mqueue", "mplstyle", "_config.py")
    left = [name for name in graded.observed.left if any(kind in name for kind in kinds)]
    assert not left, left


LEAK = """
import os, sys
from IPython.display import display, HTML
import matplotlib.pyplot as plt
if "SEEN" not in globals():
    SEEN = []
def hexed(*args):
    return "LEAK" + repr(args).encode().hex() + "KAEL"
def tell(*args):
    SEEN.append(args)
    np.seen = sys.seen = SEEN
    text = hexed(*args)
    print(text)
    print(text, file=sys.stderr)
    sys.displayhook(text)
    display(HTML(text))
    for fd in (1, 2):
        os.write(fd, text.encode())
    os.environ["SEEN"] = os.environ.get("SEEN", "") + text
    with open("seen.txt", "a") as file:
        file.write(text)
    if len(SEEN) < 6:  # a figure takes long, also a small one
        plt.figure(figsize=(1, 1)); plt.title(text, fontsize=1); plt.show()
    import warnings, logging
    warnings.warn(text)
    logging.error(text)
    return text
"""
SHOW = """
print(SEEN and [hexed(*args) for args in SEEN], getattr(np, "seen", 0), os.environ.get("SEEN", ""))
try:
    print(open("seen.txt").read())
except OSError:
    pass
"""
#: what the test cell calls the functions with where everybody can see it
VISIBLE = {repr((0.5, 0.2, 5)), repr((3, 2, -2))}


def leaking(name, last, **kwargs):
    def make(work):
        work.answer(
            "two_weights", LEAK + f"def two_weights(*args):\n    text = tell(*args)\n    {last}"
        )
        work.insert_after("two_weights", SHOW)
        work.insert_after("backprop", SHOW)

    make.__name__ = f"a39_{name}"
    return submission(two_weights=0)(make)


a39 = [
    leaking("returned", "return text"),
    leaking("message", "raise ValueError(text)"),
    leaking("name_of_an_exception", "raise type(text, (Exception,), {})()"),
    leaking("name_of_a_type", "return type(text, (), {})()"),
    leaking("repr", "return type('T', (), {'__repr__': lambda self: text, '__class__': text})()"),
    leaking("keys", "return {text: 1.0}"),
    leaking("name_of_a_dtype", "return np.zeros(2, dtype=[(text, 'f8')])"),
    leaking(
        "name_of_a_warning", "import warnings; warnings.warn(text, type(text, (Warning,), {}))"
    ),
    leaking("own_name", "two_weights.__name__ = two_weights.__doc__ = text; raise NameError(text)"),
    leaking(
        "disappears", "globals().pop('two_weights'); globals()[text] = 1; raise KeyError(text)"
    ),
    leaking("module", "raise type('E', (Exception,), {'__module__': text, '__qualname__': text})"),
]


@submission(local_slopes=0)
def a39_names_of_parts(work):
    work.answer(
        "local_slopes",
        LEAK
        + "def local_slopes(*args):\n    text = tell(*args)\n    return {text: 1, hexed('x', *args): 2}",
    )
    work.insert_after("local_slopes", SHOW)


@submission(two_weights=0, **{name: {0, POINTS[name]} for name in list(POINTS)[4:]})
def a39_listens(work):
    """The thread takes what is meant for others, at their cost; what it hears must not get out."""
    work.answer("two_weights", work.attacker("listen_to_pipes"))
    work.insert_after(
        "two_weights", "print('HEARD', [h for h in STOLEN if b'call' in h or b'args' in h])"
    )
    work.insert_after(
        "backprop", "print('HEARD', [h for h in STOLEN if b'call' in h or b'args' in h])"
    )


def test_39_what_is_asked_of_one_process_is_heard_by_no_other(graded):
    graded.keep_the_rule(a39_listens)
    heard = [line for line in graded.printed(a39_listens).splitlines() if line.startswith("HEARD")]
    assert not [line for line in heard if "[]" not in line], [line[:200] for line in heard]


def test_39_hidden_inputs_are_in_nothing_a_student_gets_back(graded):
    students = (*a39, a39_names_of_parts)
    graded.keep_the_rule(*students)
    problems = []
    for student in students:
        for name, content in graded.handed_back(student).items():
            text = content.decode("utf-8", "replace")
            inputs = {
                bytes.fromhex(code).decode() for code in re.findall(r"LEAK([0-9a-f]+)KAEL", text)
            }
            hidden = {i for i in inputs if i not in VISIBLE and not i.startswith("('x', 3, 2")}
            if hidden:
                problems.append(f"{student}: {min(hidden)} in {Path(name).name}")
            elif re.search(r"LEAK[0-9a-f]{6}", re.sub(r"LEAK[0-9a-f]+KAEL", "", text)):
                problems.append(f"{student}: a part of an input in {Path(name).name}")
    assert not problems, "\n".join(problems)


# --- 40, 41, 43 ----------------------------------------------------------------------------------


@submission(two_weights=0)
def a40_network(work):
    work.answer("two_weights", work.attacker("network"))


def test_40_no_socket_leads_anywhere(graded):
    graded.keep_the_rule(a40_network)
    reports_nothing(graded, a40_network)
    assert not graded.observed.heard, graded.observed.heard


@submission(two_weights=0)
def a41_processes(work):
    work.answer("two_weights", work.attacker("processes"))


def test_41_other_processes_cannot_be_killed_traced_slowed_or_read(graded):
    graded.keep_the_rule(a41_processes)
    reports_nothing(graded, a41_processes)
    gives_back_no_secret(graded, a41_processes)
    assert graded.observed.victim_alive, "a process of the instructor was killed or made slower"


RED, BACKWARDS, FORMULA = "\x1b[31mMARKED", "\u202eMARKED", "=cmd|' /C calc'!A0"


@submission(two_weights=0)
def a43_escapes(work):
    for name in (
        f"{RED}.csv",
        f"{BACKWARDS}.csv",
        f"{FORMULA.replace('/', '-')}.csv",
        "new\nline: ERROR a00z.csv",
    ):
        work.file(name, "x")
    work.notebook.metadata["title"] = RED
    work.insert_after("two_weights", f"{RED} {BACKWARDS} \x1b]0;MARKED\x07", kind="markdown")
    work.insert_after(
        "two_weights", f"raise type({RED!r}, (Exception,), {{}})({BACKWARDS!r} + {RED!r})"
    )
    title = "\x1b]0;MARKED\x07\x1b[2J"
    work.answer(
        "two_weights",
        f"""
        import sys
        print({RED!r}, {BACKWARDS!r}, {FORMULA!r}, {title!r})
        print({RED!r}, file=sys.stderr)
        def two_weights(x1, x2, k):
            raise type({RED!r}, (Exception,), {{}})({BACKWARDS!r})
        """,
    )


@submission(two_weights=0)
def a43_no_function(work):
    """What stands in the place of the function has a name that ends up in the sentence about it."""
    work.answer(
        "two_weights",
        f"""
        print("\\ud800", "\\x00", "\\x07", "\\x9b2J")
        two_weights = type({RED!r} + "\\n[AutogradeApp | ERROR] a00z: " + {BACKWARDS!r}, (), {{}})()
        try:
            import byhand.student
            text = {RED!r} + "\\n" + {BACKWARDS!r}
            original = byhand.student.NamespaceStudent.lacks
            byhand.student.NamespaceStudent.lacks = lambda self, name: (
                text if name == "two_weights" else original(self, name)
            )
        except Exception:
            pass
        """,
    )


def test_43_escape_sequences_and_direction_marks_are_escaped_in_logs_and_pages(graded):
    graded.keep_the_rule(a43_escapes, a43_no_function)
    log = graded.log(a43_escapes)
    for line in log.splitlines():
        assert "\x1b[31m" not in line, line
    for student in (a43_escapes, a43_no_function):
        for where, text in (("log", log), ("page", graded.page(student))):
            assert RED not in text, f"{student}: {where}"
            assert BACKWARDS not in text, f"{student}: {where}"
            assert "\x1b]0;" not in text, f"{student}: {where}"
        assert "\x1b" not in graded.page(student), student
    assert not [line for line in log.splitlines() if line.startswith("line: ERROR")]
    assert not re.search(r"^\[AutogradeApp \| ERROR\] a00z", log, re.MULTILINE)
