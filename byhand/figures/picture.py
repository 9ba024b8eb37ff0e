"""A matplotlib figure that says in words what it shows, and the pictures of a unit as files."""

import base64
import functools
import html
import importlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path as Curve
from PIL import Image

from byhand.figures.palette import PAPER, STYLE

SCREEN_DPI = 150
FILE_DPI = 200
CSS_PIXELS_PER_INCH = 100

Arguments = ParamSpec("Arguments")
Point = tuple[float, float]


class Picture(Figure):
    """A figure of `width` × `height` inches with `alt`, its text twin in one or two sentences.

    A notebook shows it as an image with that alternative text.
    """

    alt: str

    def __init__(self, width: float, height: float, alt: str) -> None:
        super().__init__(figsize=(width, height), facecolor=PAPER)
        self.alt = alt

    def png(self) -> bytes:
        """The picture for the screen, as PNG."""
        buffer = io.BytesIO()
        self._pixels(SCREEN_DPI).save(buffer, format="png", compress_level=1)
        return buffer.getvalue()

    def write(self, path: Path) -> None:
        """Write the picture as a PNG file: more pixels, packed smaller."""
        self._pixels(FILE_DPI).save(path, optimize=True)

    def _pixels(self, dpi: int) -> Image.Image:
        self.set_dpi(dpi)
        drawing = FigureCanvasAgg(self)
        drawing.draw()
        size = drawing.get_width_height()
        pixels = Image.frombuffer("RGBA", size, drawing.buffer_rgba()).convert("RGB")
        return pixels.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)

    def html(self) -> str:
        """The picture as an HTML image that never grows wider than its place."""
        width, height = (round(CSS_PIXELS_PER_INCH * inches) for inches in self.get_size_inches())
        return (
            f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}"'
            ' style="max-width:100%;height:auto"'
            f' src="data:image/png;base64,{base64.b64encode(self.png()).decode()}">'
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.alt}


def in_house_style(draw: Callable[Arguments, Picture]) -> Callable[Arguments, Picture]:
    """Let `draw` start from the house style whatever the learner has set in matplotlib."""

    @functools.wraps(draw)
    def styled(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
            return draw(*args, **kwargs)

    return styled


def canvas(width: float, height: float, alt: str) -> tuple[Picture, Axes]:
    """An empty picture and one bare axes over all of it, whose units are inches."""
    picture = Picture(width, height, alt)
    axes = picture.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return picture, axes


def arrow(
    axes: Axes, points: Sequence[Point], colour: str, dashed: bool = False, width: float = 1.8,
    head: float = 13, zorder: float = 2,
) -> None:  # fmt: skip
    """An arrow through two points, or along the cubic curve of four, to the last one."""
    codes = [Curve.MOVETO] + [Curve.LINETO if len(points) == 2 else Curve.CURVE4] * (
        len(points) - 1
    )
    axes.add_artist(
        FancyArrowPatch(
            path=Curve(points, codes),
            arrowstyle="-|>,head_length=0.5,head_width=0.25",
            mutation_scale=head,
            color=colour,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "-",
            shrinkA=0,
            shrinkB=0,
            zorder=zorder,
        )
    )


def default_pictures(unit_module: str) -> dict[str, Picture]:
    """Every picture of a unit in its default state, such as `default_pictures("chain_rule")`."""
    module = importlib.import_module(f"byhand.figures.{unit_module}")
    return {name: draw() for name, draw in module.PICTURES.items()}


def write_pictures(unit_module: str, folder: Path) -> list[Path]:
    """Write every default picture of a unit as `folder/NAME.png`; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, picture in default_pictures(unit_module).items():
        paths.append(folder / f"{name}.png")
        picture.write(paths[-1])
    return paths


def alt_texts(unit_module: str) -> dict[str, str]:
    """The text twin of every default picture of a unit, by name."""
    return {name: picture.alt for name, picture in default_pictures(unit_module).items()}
