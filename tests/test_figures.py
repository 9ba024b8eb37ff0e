"""The figures of all lessons: legible everywhere, and the same in words as in the picture."""

import itertools
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import matplotlib.style
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from byhand.figures.live import LiveFigure
from byhand.figures.palette import BACKWARD, FORWARD, factor, number
from byhand.figures.picture import Picture, alt_texts, canvas, write_pictures

ROOT = Path(__file__).parent.parent
LESSONS = {path.stem: path for path in sorted((ROOT / "source").glob("*/*.md"))}
FIGURES = {notebook: import_module(f"byhand.figures.{notebook}") for notebook in LESSONS}
MOST_POSITIONS = 64


def live_figures():
    """Every interactive figure that a lesson shows."""
    for notebook, path in LESSONS.items():
        for name in re.findall(r"^figures\.(\w+)\(\)", path.read_text("utf-8"), re.MULTILINE):
            yield pytest.param(getattr(FIGURES[notebook], name), id=f"{notebook}-{name}")


def still_pictures():
    for notebook, module in FIGURES.items():
        for name, draw in module.PICTURES.items():
            yield pytest.param(draw, id=f"{notebook}-{name}")


live = pytest.mark.parametrize("make", list(live_figures()))
notebooks = pytest.mark.parametrize("notebook", LESSONS)


def texts(picture: Picture) -> list[Text]:
    """Every text that can be seen: matplotlib also keeps labels of ticks outside the axes."""
    unseen = set()
    for axis in (axis for axes in picture.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = axis.get_view_interval()
        unseen |= {t.label1 for t in axis.get_major_ticks() if not low <= t.get_loc() <= high}
        if not axis.axes.axison:
            unseen |= set(axis.findobj(Text))
    found = picture.findobj(Text)
    return [t for t in found if t not in unseen and t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5.0, "5"), (2.775, "2.775"), (-2, "−2"), (-0.00001, "0"), (41943040, "41,943,040")],
)
def test_number(value, shown):
    assert number(value) == shown


def test_negative_factors_stand_in_brackets():
    assert (factor(-3), factor(3)) == ("(−3)", "3")


# --- legible, at every position of the sliders


def positions(live: LiveFigure):
    """Every combination of the ends of the sliders, and where they start."""
    starts = {name: (control.value,) for name, control in live.controls.items()}
    ends = {name: extremes(control) for name, control in live.controls.items()}
    for choice in (starts, ends):
        for values in itertools.islice(itertools.product(*choice.values()), MOST_POSITIONS):
            yield dict(zip(choice, values, strict=True))


def extremes(control):
    """The ends of a slider, all choices of anything else."""
    if hasattr(control, "min"):
        return control.min, control.max
    options = getattr(control, "options", (False, True))
    return [o[1] if isinstance(o, tuple) else o for o in options]


def drawn_everywhere():
    for picture in still_pictures():
        yield pytest.param(picture.values[0], {}, id=picture.id)
    for figure in live_figures():
        (make,) = figure.values
        for values in positions(make()):
            title = ",".join(str(value) for value in values.values())
            yield pytest.param(make().draw, values, id=f"{figure.id}({title})")


def strokes(picture: Picture):
    """Every line, marker, arrow and patch: all of its looks but the colour, and the colour.

    Tables of numbers are left out: each has its name above it.
    """
    for artist in picture.findobj(lambda artist: artist.get_visible()):
        if isinstance(artist, Line2D) and len(artist.get_xdata()):
            yield (
                ("line", artist._unscaled_dash_pattern, artist.get_linewidth()),
                artist.get_color() if artist.get_linestyle() != "None" else "none",
            )
            yield (
                ("marker", artist.get_marker(), artist.get_markersize()),
                artist.get_markeredgecolor() if artist.get_marker() != "None" else "none",
            )
        elif isinstance(artist, Patch):
            looks = (artist._unscaled_dash_pattern, artist.get_linewidth(), artist.get_hatch())
            yield (("edge", type(artist), *looks), artist.get_edgecolor())
        elif isinstance(artist, LineCollection | PathCollection):
            shapes = {path.vertices.tobytes() for path in artist.get_paths()}
            looks = (str(artist.get_linestyle()), str(artist.get_linewidth()))
            kind = next(iter(shapes)) if isinstance(artist, PathCollection) and shapes else ""
            for colour in (*artist.get_edgecolor(), *artist.get_facecolor()):
                yield (
                    ("many", type(artist), *looks, kind, str(artist.get_sizes()) if kind else ""),
                    colour,
                )


#: a map of a unit has words below each of its small pictures
NOT_MAPS = [drawn for drawn in drawn_everywhere() if "unit_map" not in drawn.id]


@pytest.mark.parametrize(("draw", "values"), NOT_MAPS)
def test_forward_and_backward_are_told_apart_without_their_colours(draw, values):
    looks = {FORWARD.lower(): set(), BACKWARD.lower(): set()}
    for look, colour in strokes(draw(**values)):
        if to_hex(colour) in looks and to_rgba(colour)[3] > 0:
            looks[to_hex(colour)].add(look)
    assert not looks[FORWARD.lower()] & looks[BACKWARD.lower()]


@pytest.mark.parametrize(("draw", "values"), list(drawn_everywhere()))
def test_texts_are_large_inside_the_picture_and_apart(draw, values):
    picture = draw(**values)
    picture.set_dpi(100)
    canvas = FigureCanvasAgg(picture)
    canvas.draw()
    width, height = canvas.get_width_height()
    boxes = []
    for text in texts(picture):
        assert text.get_fontsize() >= 11
        box = Text.get_window_extent(text, canvas.get_renderer())
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
        boxes.append((text.get_text(), box.padded(-1)))
    for (one, box), (other, place) in itertools.combinations(boxes, 2):
        assert not box.overlaps(place), (one, other)


# --- widgets and files


@live
def test_every_control_changes_the_image(make):
    live = make()
    for name, control in live.controls.items():
        before = live.image.value
        control.value = next(v for v in reversed(extremes(control)) if v != control.value)
        assert live.image.value != before, name
        assert control.description
    values = {name: control.value for name, control in live.controls.items()}
    assert live.image.value == live.draw(**values).html()


@live
def test_a_widget_without_widgets_reads_as_one_sentence(make):
    assert make()._repr_mimebundle_()["text/plain"] == (
        "Interactive figure: run this cell in JupyterLab to move it."
    )


def test_a_notebook_shows_a_picture_with_its_alternative_text():
    picture, _ = canvas(1, 1, 'a < b & "c"')
    shown = picture._repr_mimebundle_()
    assert shown["text/html"].startswith('<img alt="a &lt; b &amp; &quot;c&quot;"')
    assert shown["text/plain"] == picture.alt


@notebooks
def test_pictures_are_written_small(tmp_path, notebook):
    paths = write_pictures(notebook, tmp_path / "img")
    names = list(FIGURES[notebook].PICTURES)
    assert [path.stem for path in paths] == names == list(alt_texts(notebook))
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 60_000, path.name


def test_every_picture_of_a_unit_is_in_its_folder_and_no_other():
    for unit in sorted({path.parent for path in LESSONS.values()}):
        mine = [FIGURES[name].PICTURES for name, path in LESSONS.items() if path.parent == unit]
        names = [name for pictures in mine for name in pictures]
        assert sorted(path.stem for path in (unit / "img").glob("*.png")) == sorted(names)


@notebooks
def test_every_default_picture_has_its_own_words(notebook):
    alts = alt_texts(notebook).values()
    assert len(set(alts)) == len(alts)
    for alt in alts:
        assert 60 < len(alt) < 330
        assert alt.endswith(".")


@pytest.mark.parametrize("draw", list(still_pictures()))
def test_pictures_look_the_same_in_whatever_style_the_learner_has_set(draw):
    usual = draw().png()
    with matplotlib.style.context(["dark_background", {"font.size": 6}]):
        assert draw().png() == usual


@notebooks
def test_figures_leave_pyplot_alone(notebook):
    code = (
        f"import sys; from byhand.figures import {notebook} as c; next(iter(c.PICTURES.values()))().png();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_landscape_says_where_the_ball_starts_and_how_steep_it_is_there():
    picture = FIGURES["descent"].draw_landscape(x=0.4, y=-1.1)
    assert {"start (0.4, −1.1)", "slopes (+0.46, −1.3)"} <= {t.get_text() for t in texts(picture)}
