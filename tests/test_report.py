"""`byhand report` on a class whose truth is known, graded by the byhand executable."""

import itertools
import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser

import classroom
import pytest
from class_course import byhand
from classroom import EXERCISES, HOSTILE, NOTEBOOK, STUDENTS, TRUE_SCORES, UNIT, wrote

from byhand.grading.preprocessors import log_path
from byhand.grading.report import KINDS, OTHER, Report, kind_of, percent, render, write_report
from byhand.grading.results import Exercise, Result, Results, Submission
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.similarity import LEAST_IN_ONE, alike, common_from, symbols
from byhand.problem import Problem
from byhand.verdict import Status

pytestmark = [
    pytest.mark.skipif(
        protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
    ),
    pytest.mark.xdist_group("class"),
]
KNOWN_KINDS = [kind for kind, _ in KINDS]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The report of the class, and its page."""
    target = tmp_path_factory.mktemp("report") / "reports" / "page.html"
    return write_report(classroom.graded_course(), UNIT, target), target


@pytest.fixture(scope="module")
def report(written):
    return written[0]


@pytest.fixture(scope="module")
def page(written):
    return written[1].read_text(encoding="utf-8")


class Page(HTMLParser):
    """The words of a page, and its tags with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.pieces, self.silent = [], [], False
        self.feed(text)
        self.words = " ".join("".join(self.pieces).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.silent = tag in ("style", "title")

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        self.pieces.append("" if self.silent else data)


# --- what it says is true ------------------------------------------------------------------------


def test_every_score_is_the_true_one(report):
    assert {one.student: one.score for one in report.submissions} == TRUE_SCORES
    assert sum(bin.count for bin in report.distribution()) == len(STUDENTS)


def test_named_mistakes_are_counted_as_often_as_they_were_made(report, page):
    counted = {(m.exercise.name, m.sentence): m.count for m in report.mistakes()}
    true = classroom.true_counts()
    assert counted == true
    assert true.most_common(1)[0][1] == report.mistakes()[0].count > 5
    words = Page(page).words
    for (exercise, sentence), count in true.items():
        line = f"{count} of {len(STUDENTS)} {exercise} {sentence.replace('`', '')}"
        assert line in words, line


def test_outcomes_of_each_exercise_are_those_of_the_labels(report):
    for row in report.rows():
        true = Counter(_outcome(s.answers[row.exercise.name], row.points) for s in STUDENTS)
        assert row.counts == true, row.exercise
        assert 0 < row.median_seconds <= row.most_seconds < 60


def _outcome(answer, points):
    if answer.source is None:
        return "not attempted"
    return "right" if answer.earns == points else "partly" if answer.earns else "wrong"


def test_exercises_stand_in_the_order_of_the_notebook(report):
    given = [exercise.name for exercise in report.results.exercises]
    text = (classroom.ROOT / "source" / UNIT / f"{NOTEBOOK}.md").read_text(encoding="utf-8")
    assert given == sorted(given, key=lambda name: text.index(f'"grade_id": "{name}"'))


def test_accidents_are_listed_by_kind_with_who_had_them(report):
    found = {(kind.kind, student) for kind in report.remarks() for student, _ in kind.rows}
    assert found == {
        ("Missing, or could not be read", "unreadable"),
        ("Was ended while it ran", "exits"),
        ("Was repaired", "deleter"),
    }


def test_who_needs_help_has_less_than_half_of_the_points(report, page):
    low = {student for student, score in TRUE_SCORES.items() if score < classroom.POINTS / 2}
    assert {one.student for one in report.in_need()} == low >= {*HOSTILE, "untouched"}
    assert "Handed in nothing: zoe." in Page(page).words
    assert "Handed in, but not graded: late." in Page(page).words


def test_a_disguised_copy_is_found_and_independent_answers_are_not(report):
    assert [group.students for group in report.groups] == [("kim", "lee")]
    assert len(report.groups[0].exercises) == len(EXERCISES)


def test_points_given_by_hand_and_lateness_count(tmp_path):
    from nbgrader.api import Gradebook

    course = classroom.copy_of_course(tmp_path / "course")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("forward", NOTEBOOK, UNIT, "untouched").manual_score = 1
        gradebook.find_submission_notebook(NOTEBOOK, UNIT, "right").late_submission_penalty = 3
        gradebook.db.commit()
    report = write_report(course, UNIT, tmp_path / "page.html")
    scores = {one.student: one.score for one in report.submissions}
    assert (scores["untouched"], scores["right"]) == (1, TRUE_SCORES["right"] - 3)
    assert report.late == 1
    untouched = next(one for one in report.submissions if one.student == "untouched")
    assert untouched.results[Exercise(NOTEBOOK, "forward")].outcome == "right"


# --- it can be shown and shared ------------------------------------------------------------------


def test_43_no_id_runs_anything_on_the_page(page):
    tags = Page(page).tags
    assert not {tag for tag, _ in tags} & {"b", "script", "a", "img", "iframe", "link", "form"}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    for shown in HOSTILE:
        assert shown in Page(page).words


def test_43_nothing_on_the_page_colours_a_terminal_or_turns_text_around():
    exercise = Exercise("n", "e")
    words = "\x1b[31m \u202egnp.exe \u2066 \x00 `co\x07de`"
    result = Result(0, 1, Status.WRONG, words, named=True)
    one = Submission(f"id {words}", results={exercise: result}, notes=[words])
    text = render(Report(Results("a", 1, [exercise], [one], [words], [words]), []))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert Page(text).words.count("\\x1b[31m \\u202egnp.exe") == 6
    assert "<code>co\\x07de</code>" in text


def test_the_page_needs_nothing_from_elsewhere(page):
    assert not re.search(r"https?:|//|src=|@import|url\((?!#)", page)


def test_an_anonymous_page_holds_no_id_and_the_same_figures(tmp_path, report):
    again = write_report(classroom.graded_course(), UNIT, tmp_path / "a.html", anonymous=True)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    words = Page(text).words
    for student in (*TRUE_SCORES, "zoe", "late"):
        name = re.escape(student)
        assert not re.search(rf"(?<!\w){name}(?!\w)", words.replace("not attempted", "")) or (
            student in ("right", "late", "untouched", "unreadable")  # words of the page itself
        ), student
    assert "not valid JSON" not in words
    assert sorted(again.scores) == sorted(report.scores)
    assert again.mistakes() == report.mistakes()
    assert len(again.groups[0].students) == 2
    numbers = [one.student for one in again.submissions]
    assert numbers == sorted(numbers)
    assert [one.score for one in again.submissions] != report.scores, "the order would tell"


def test_it_fits_a_phone_follows_the_dark_theme_and_prints_what_is_folded(written, chromium):
    paper = {}
    for scheme in ("light", "dark"):
        shown = chromium.new_page(
            viewport={"width": 375, "height": 700}, color_scheme=scheme, offline=True
        )
        shown.goto(written[1].as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") == 375
        paper[scheme] = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        assert not shown.get_by_text("14 to 16").is_visible()
    assert paper["light"] != paper["dark"]
    shown.emulate_media(media="print")
    assert shown.get_by_text("14 to 16").is_visible()
    light = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light == "rgb(255, 255, 255)"


@pytest.mark.parametrize("points", [16, 28, 117.5, 1287.5])
def test_numbers_below_the_bars_do_not_touch_on_a_phone(points, chromium):
    exercise = Exercise("n", "e")
    one = Submission("ana", results={exercise: Result(points, points, Status.RIGHT)})
    report = Report(Results("a", points, [exercise], [one], [], []), [])
    shown = chromium.new_page(viewport={"width": 375, "height": 700}, offline=True)
    shown.set_content(render(report))
    places = shown.eval_on_selector_all(
        "svg .edge",
        "all => all.map(e => e.getBoundingClientRect()).filter(r => r.width).map(r => [r.left, r.right])",
    )
    assert len(places) > 4
    gaps = [right[0] - left[1] for left, right in itertools.pairwise(places)]
    assert min(gaps) > 3


# --- where something is missing ------------------------------------------------------------------


def test_without_a_sandbox_the_page_says_so_first(tmp_path):
    course = classroom.copy_of_course(tmp_path / "course")
    path = log_path(course, UNIT, "right", NOTEBOOK)
    log = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(log | {"level": "none"}))
    write_report(course, UNIT, tmp_path / "page.html")
    words = Page((tmp_path / "page.html").read_text(encoding="utf-8")).words
    assert f"Graded without a sandbox: 1 of {len(STUDENTS)} (right)." in words


def test_missing_and_old_logs_are_said_and_the_rest_is_shown(tmp_path):
    course = classroom.copy_of_course(tmp_path / "course")
    log_path(course, UNIT, "m1", NOTEBOOK).unlink()
    log_path(course, UNIT, "m2", NOTEBOOK).write_text("{")
    path = log_path(course, UNIT, "m3", NOTEBOOK)
    old = json.loads(path.read_text(encoding="utf-8"))
    del old["seconds"]
    path.write_text(json.dumps(old))
    report = write_report(course, UNIT, tmp_path / "page.html")
    words = Page((tmp_path / "page.html").read_text(encoding="utf-8")).words
    assert f"Logs are missing for 2 of {len(STUDENTS)} (m1, m2)" in words
    assert {one.student: one.score for one in report.submissions} == TRUE_SCORES
    shutil.rmtree(course / ".byhand" / "log")
    report = write_report(course, UNIT, tmp_path / "page.html")
    words = Page((tmp_path / "page.html").read_text(encoding="utf-8")).words
    assert "Logs are missing for all submissions" in words
    assert not report.mistakes()


def test_what_cannot_be_reported_is_one_sentence(tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(Problem, match=f"There is no gradebook at {course / 'gradebook.db'}:"):
        write_report(course, UNIT, tmp_path / "page.html")
    assert not list(course.glob("*.db")), "looking makes no gradebook"
    shutil.copy(classroom.graded_course() / "gradebook.db", course)
    with pytest.raises(Problem, match="no assignment `2_descent`: there is 1_chain_rule"):
        write_report(course, "2_descent", tmp_path / "page.html")
    (course / "gradebook.db").write_text("these are no grades")
    with pytest.raises(Problem, match="cannot be opened: file is not a database"):
        write_report(course, UNIT, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_an_assignment_that_nobody_has_a_grade_for_is_told_what_to_run(tmp_path):
    from nbgrader.api import Gradebook

    shutil.copy(classroom.graded_course() / "gradebook.db", tmp_path)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("2_descent")
    with pytest.raises(Problem, match="Nobody's 2_descent has been graded yet: run `"):
        write_report(tmp_path, "2_descent", tmp_path / "page.html")


def test_the_command_says_where_the_page_is(tmp_path):
    course = classroom.copy_of_course(tmp_path / "course")
    run = byhand(course, "report", UNIT)
    assert run.returncode == 0, run.stderr
    assert f"{len(STUDENTS)} submissions" in run.stdout
    assert "1 group nearly identical" in run.stdout
    assert run.stdout.splitlines()[-1] == f"reports/{UNIT}.html"
    assert (course / "reports" / f"{UNIT}.html").is_file()


# --- the parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("slopes: the process broke the protocol (an answer nobody had asked for)", 0),
        ("slopes: the process was killed by another", 0),
        ("cell 9 started too many processes and was ended", 0),
        ("cell 9 used too much memory and was ended", 2),
        ("unreadable: it was a link or a special file, which is not followed", 0),
        ("unreadable: the file is empty", 1),
        ("only the first 2,000 cells were read", 1),
        ("loss_zoo.ipynb is missing and scores 0; handed in: zoo.ipynb", 1),
        ("also handed in and not graded: scratch.ipynb", None),
        ("cell 3 (and 2 more) is damaged and left out", 1),
        ("cell 9 ended its own process", 2),
        ("cell 9 did not answer within 30 seconds and was ended", 2),
        ("used up its 300 seconds before slopes", 2),
        ("was started 8 times and ended every time", 2),
        ("tags are removed: forward", 3),
        ("several copies, of which only one counts: forward_code", 3),
        ("not attempted, because the cell type was changed: forward", 3),
        ("forward has no hidden tests and scores 0", None),
    ],
)
def test_notes_are_sorted_by_kind(note, kind):
    assert kind_of(note) == (OTHER if kind is None else KNOWN_KINDS[kind])


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 9, "0 %"), (9, 9, "100 %"), (1, 2000, "1 %"), (1999, 2000, "99 %"), (1, 3, "33 %")],
)
def test_none_and_all_are_said_only_where_they_are_true(part, whole, shown):
    assert percent(part, whole) == shown.replace(" ", "\N{NO-BREAK SPACE}")


def test_an_assignment_without_points_is_about_what_is_right():
    exercises = [Exercise("n", name) for name in "abc"]

    def submission(student, right):
        status = {True: Status.RIGHT, False: Status.WRONG}
        results = {e: Result(0, 0, status[i < right]) for i, e in enumerate(exercises)}
        return Submission(student, results=results)

    class_ = [submission(f"s{right}", right) for right in range(4)]
    report = Report(Results("a", 0, exercises, class_, [], []), [])
    words = Page(render(report)).words
    assert [one.student for one in report.in_need()] == ["s0", "s1"]
    assert report.full == 1
    assert "1 has everything right" in words
    assert "s1 1 of 3 b, c" in words
    assert "points" not in words.replace("Points are those", "")


@pytest.mark.parametrize(
    ("points", "bins"), [(0, 1), (0.5, 10), (1, 10), (3, 12), (10, 10), (28, 12), (100, 10)]
)
def test_bins_cover_all_points_and_are_few(points, bins):
    submission = Submission("s", results={Exercise("n", "e"): Result(points, points)})
    results = Results("a", points, [Exercise("n", "e")], [submission], [], [])
    distribution = Report(results, []).distribution()
    assert len(distribution) == bins
    assert (distribution[0].low, distribution[-1].high) == (0, points)
    assert distribution[-1].count == 1


def test_a_page_of_thousands_stays_short_and_says_what_it_leaves_out():
    exercise = Exercise("n", "e")
    crowd = [
        Submission(f"s{i:04}", results={exercise: Result(0, 1)}, notes=["tags are removed: e"])
        for i in range(2000)
    ]
    text = render(Report(Results("a", 1, [exercise], crowd, [], []), []))
    assert len(text) < 100_000
    assert Page(text).words.count("1950 more") == 2


def test_symbols_ignore_what_is_easily_changed():
    assert symbols('def f(x):\n    """Doubles."""\n    y = 2.0 * x  # twice\n    return (y)') == (
        symbols("def f(value): \n  twice=2*value\n  return twice")
    )
    assert symbols("return np.exp(x)") != symbols("return np.log(x)")
    assert symbols("'unfinished \\") != []


@pytest.mark.parametrize("text", ["(" * 50_000, "-" * 50_000 + "1", "a" + ".b" * 50_000, "\0'''"])
def test_no_code_is_too_strange_to_look_at(text):
    assert alike({"e": {"one": text, "other": text}}, {}) == []


def test_answers_are_alike_only_beyond_what_everybody_writes():
    blind = classroom.wrote_blind("b", "b").answers
    own = {name: blind[name].source for name in ("backprop", "slope_by_paths")}
    two = {name: {"a": source, "b": source} for name, source in own.items()}
    assert [group.students for group in alike(two, {})] == [("a", "b")]
    assert alike(two, {name: [source] for name, source in own.items()}) == [], "known answers"
    many = {name: dict.fromkeys("abcdef", source) for name, source in own.items()}
    assert common_from(6) == 6
    assert alike(many, {}) == [], "six of six write it: it is what one writes"
    short = wrote("s").answers["two_weights"].source
    assert alike({"two_weights": {"a": short, "b": short}}, {}) == []
    assert LEAST_IN_ONE > 52, "as alike as two independent answers in tests/blind"
