"""What every lesson promises its reader: short cells, described pictures, a plain voice."""

import itertools
import re
import symtable
from html.parser import HTMLParser
from pathlib import Path

import jupytext
import pytest

from byhand.figures.picture import alt_texts

ROOT = Path(__file__).parent.parent
TEXTS = sorted((ROOT / "source").glob("*/*.md"))
LESSONS = {path.stem: jupytext.read(path) for path in TEXTS}
PICTURE = re.compile(r'<img src="([^"]+)" width="700" alt="([^"]+)">')
MOST_WORDS = 120


def cells(notebook, kind):
    return [cell.source for cell in LESSONS[notebook].cells if cell.cell_type == kind]


def prose(notebook):
    """The text of a lesson without code, formulas and pictures."""
    text = "\n".join(cells(notebook, "markdown"))
    return re.sub(r"(?s)\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|<img [^>]*>", " ", text)


@pytest.mark.parametrize("notebook", LESSONS)
def test_no_text_cell_is_long(notebook):
    for source in cells(notebook, "markdown"):
        words = [w for w in PICTURE.sub("", source).split() if w != "|"]
        assert len(words) <= MOST_WORDS, f"{len(words)} words: {source[:60]}"


@pytest.mark.parametrize("notebook", LESSONS)
def test_every_picture_exists_and_its_alternative_text_is_the_figures_own(notebook):
    alts = alt_texts(notebook)
    folder = next(path for path in TEXTS if path.stem == notebook).parent
    shown = [m for source in cells(notebook, "markdown") for m in PICTURE.findall(source)]
    assert len(shown) == sum(len(re.findall(r"!\[|<img", s)) for s in cells(notebook, "markdown"))
    assert {Path(target).stem for target, _ in shown} == set(alts), "each picture is shown"
    for target, alt in shown:
        assert (folder / target).is_file(), target
        assert alt == alts[Path(target).stem], f"the text twin of {target} has changed"


@pytest.mark.parametrize("notebook", LESSONS)
def test_every_interactive_figure_follows_its_own_still_picture(notebook):
    seen = ""
    for cell in LESSONS[notebook].cells:
        seen += cell.source if cell.cell_type == "markdown" else ""
        for name in re.findall(r"^figures\.(\w+)\(", cell.source, re.MULTILINE):
            assert f"img/{name.removesuffix('_figure')}.png" in seen, f"{name} has no picture"


@pytest.mark.parametrize("notebook", LESSONS)
def test_no_cell_needs_what_a_test_cell_defines(notebook):
    """Test cells are judged from outside and do not run while a class is graded."""
    only_in_tests = {}
    for cell in LESSONS[notebook].cells:
        if cell.cell_type != "code":
            continue
        defined, needed = names_in(cell.source)
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("grade") and not settings["solution"]:
            only_in_tests |= dict.fromkeys(defined, settings["grade_id"])
        else:
            missing = {name: only_in_tests[name] for name in needed & set(only_in_tests)}
            assert not missing, f"only test cells define these: {missing}\n{cell.source}"
            only_in_tests = {n: test for n, test in only_in_tests.items() if n not in defined}


def names_in(source):
    """The names that a cell defines on its own level, and those it needs from other cells."""
    table = symtable.symtable(source, "cell", "exec")
    defined = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    needed, tables = set(), [table]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        needed |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and symbol.is_global()
        }
    return defined, needed - defined


@pytest.mark.parametrize("notebook", LESSONS)
def test_the_voice_is_plain(notebook):
    text = prose(notebook)
    assert "!" not in text.replace("<!--", "")
    assert not re.search("[\U0001f300-\U0001faff☀-➿]", text), "no emoji"
    for filler in ("in this notebook we", "let's", "simply", "obviously", "delve", "of course"):
        assert filler not in text.lower(), filler


@pytest.mark.parametrize("notebook", LESSONS)
def test_headings_go_down_one_level_at_a_time(notebook):
    levels = [len(m) for m in re.findall(r"^(#+) ", "\n\n".join(cells(notebook, "markdown")), re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= before + 1 for before, later in itertools.pairwise(levels))


class Folds(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.titles = 0, 0

    def handle_starttag(self, tag, attrs):
        self.open += tag == "details"
        self.titles += tag == "summary"

    def handle_endtag(self, tag):
        self.open -= tag == "details"


@pytest.mark.parametrize("notebook", LESSONS)
def test_folds_are_closed_and_have_a_title(notebook):
    for source in cells(notebook, "markdown"):
        folds = Folds()
        folds.feed(source)
        assert folds.open == 0, source[:60]
        assert folds.titles == source.count("<details>"), source[:60]


@pytest.mark.parametrize("notebook", LESSONS)
def test_every_exercise_has_a_time_a_difficulty_and_a_fold_of_hints(notebook):
    sources = [(cell.cell_type, cell.source, cell) for cell in LESSONS[notebook].cells]
    for i, (_, _, cell) in enumerate(sources):
        nbgrader = cell.metadata.get("nbgrader", {})
        if not nbgrader.get("grade"):
            continue
        name, points = nbgrader["grade_id"], nbgrader["points"]
        unit = "point" if points == 1 else "points"
        heading = (
            rf"### Exercise · `{name}` · [●○]{{3}} · \d+ (minutes|seconds) · {points} {unit}\n"
        )
        assert re.search(heading, "\n".join(source for _, source, _ in sources[:i])), name
        hints = sources[i + 1][1].count("<details><summary>Help")
        assert hints >= 2, f"{name} has {hints} hints"
