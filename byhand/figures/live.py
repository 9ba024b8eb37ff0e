"""Turn a function that draws a picture into a figure with sliders."""

from collections.abc import Callable

import ipywidgets as widgets
from comm import DummyComm

from byhand.figures.picture import Picture


class LiveFigure(widgets.VBox):
    """Controls above a picture that is drawn again whenever one of them moves.

    `controls` maps the names of arguments of `draw` to the widgets that set them.
    """

    def __init__(
        self, draw: Callable[..., Picture], controls: dict[str, widgets.ValueWidget]
    ) -> None:
        self.draw = draw
        self.controls = controls
        self.image = widgets.HTML()
        for control in controls.values():
            control.observe(self.redraw, names="value")
        super().__init__([*controls.values(), self.image])

    def redraw(self, _change: object = None) -> None:
        """Draw the picture for what the controls say now."""
        values = {name: control.value for name, control in self.controls.items()}
        self.image.value = self.draw(**values).html()

    def _repr_mimebundle_(self, **options: object) -> dict[str, object]:
        if not self.image.value and not isinstance(self.comm, DummyComm):
            self.redraw()  # somebody looks: without a front end the drawing would be for nobody
        return super()._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        return "Interactive figure: run this cell in JupyterLab to move it."


def slider(
    name: str, value: float, low: float, high: float, step: float = 1
) -> widgets.IntSlider | widgets.FloatSlider:
    """A slider from `low` to `high` with steps of `step`, usable with mouse and arrow keys."""
    whole = all(isinstance(x, int) for x in (value, low, high, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    return kind(
        description=name,
        value=value,
        min=low,
        max=high,
        step=step,
        continuous_update=True,
        # a widget has a margin of 2px: with 100 % one could scroll sideways by 4px
        layout=widgets.Layout(width="420px", max_width="calc(100% - 4px)"),
        style={"description_width": "8em"},
    )
