"""The style of the notebooks' figures: one background, and a few colours that are distinct for colour-blind
readers.

The background is part of the figure, so that it is readable on a light and on a dark page.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAPER, INK, FAINT = "#fcfbf8", "#22252b", "#8a8f98"
# Okabe & Ito's palette, darkened where it would be too pale for lines on paper.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED, GOLD = (
    "#0072b2", "#d55e00", "#00805c", "#a34f83", "#3d94c4", "#b3261e", "#b98500",
)  # fmt: skip

# Keywords for lines in one picture: the dashes and markers say the same as the colour does.
LINES = (
    dict(color=BLUE, linestyle="-", marker="o"),
    dict(color=ORANGE, linestyle="--", marker="s"),
    dict(color=GREEN, linestyle="-.", marker="^"),
    dict(color=PURPLE, linestyle=":", marker="D"),
)
NETWORK_LABELS = {"incontext": "in-context", "adaln": "adaLN", "cross_attention": "cross-attention"}
NETWORK_LINES = dict(zip(NETWORK_LABELS, LINES))


def axes(
    rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 3.2, **options
) -> tuple[Figure, Axes | np.ndarray]:
    """A figure of `width` × `height` inches with this background, and its axes as ``plt.subplots`` gives
    them.

    options: passed on to ``plt.subplots``. The figure is closed already: a notebook shows it once, as its
    value.
    """
    figure, grid = plt.subplots(
        rows, columns, figsize=(width, height), layout="constrained", facecolor=PAPER, dpi=110, **options
    )
    plt.close(figure)
    for ax in np.ravel(grid):
        ax.set_facecolor(PAPER)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(FAINT)
        ax.tick_params(colors=INK, labelsize=9)
        ax.title.set_color(INK)
        ax.xaxis.label.set(fontsize=9, color=INK)
        ax.yaxis.label.set(fontsize=9, color=INK)
    return figure, grid
