"""The style of the notebooks' figures: one background, and colours that colour-blind readers can distinguish.

The background is part of the figure, so that it is readable on a light and on a dark page.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec

import matplotlib.style
import numpy as np
from IPython.core.pylabtools import print_figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from labkit.settings import standard_settings

P = ParamSpec("P")

PAPER, INK, FAINT = "#fcfbf8", "#22252b", "#8a8f98"
# Okabe & Ito's palette, darkened where it would be too pale for lines on paper.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED, GOLD = (
    "#0072b2", "#d55e00", "#00805c", "#a34f83", "#3d94c4", "#b3261e", "#b98500",
)  # fmt: skip

# Keywords for lines in one picture: dashes and markers encode the same as the colour.
LINES = (
    dict(color=BLUE, linestyle="-", marker="o"),
    dict(color=ORANGE, linestyle="--", marker="s"),
    dict(color=GREEN, linestyle="-.", marker="^"),
    dict(color=PURPLE, linestyle=":", marker="D"),
)
NETWORK_LABELS = {"incontext": "in-context", "adaln": "adaLN", "cross_attention": "cross-attention"}
NETWORK_LINES = dict(zip(NETWORK_LABELS, LINES))


@contextmanager
def default_style() -> Iterator[None]:
    """A context without the session's settings and matplotlib style."""
    with standard_settings(), matplotlib.style.context("default"):
        yield


def picture(make: Callable[P, Figure]) -> Callable[P, Figure]:
    """Decorate what makes a figure: it is the same whatever a session has set."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with default_style():
            return make(*args, **kwargs)

    return made


class Canvas(FigureCanvasAgg):
    """A canvas that draws in the default style: much of a style is read only while a figure is drawn."""

    def draw(self) -> None:
        """Draw the figure in the default style."""
        with default_style():
            super().draw()

    def print_figure(self, *args, **kwargs):
        """Write the figure in the default style."""
        with default_style():
            return super().print_figure(*args, **kwargs)


class NotebookFigure(Figure):
    """A figure that pyplot does not keep: it needs no backend, and a notebook shows it once, by its value."""

    def _repr_png_(self) -> bytes:
        picture: Any = print_figure(self, "png")
        return picture


def axes(
    rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 3.2, **options
) -> tuple[Figure, Any]:
    """A figure of `width` × `height` inches and its axes, as ``plt.subplots`` gives them.

    options: passed on to ``Figure.subplots``.
    """
    figure = NotebookFigure(figsize=(width, height), layout="constrained", facecolor=PAPER, dpi=110)
    Canvas(figure)
    grid = figure.subplots(rows, columns, **options)
    for ax in np.ravel(grid):
        ax.set_facecolor(PAPER)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(FAINT)
        ax.tick_params(colors=INK, labelsize=9)
        ax.title.set_color(INK)
        ax.xaxis.label.set(fontsize=9, color=INK)
        ax.yaxis.label.set(fontsize=9, color=INK)
    return figure, grid
