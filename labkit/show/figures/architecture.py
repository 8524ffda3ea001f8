"""Drawings of notebook 02: the skeleton of the denoisers, and one block of each architecture.

The residual stream runs from left to right. A layer reads the stream, and its output is added to it (⊕). Blue
is motion, orange is condition, grey is given; dashed frames with a pencil are what a learner writes.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import NullLocator
from torch import Tensor

from labkit.show.figures.style import BLUE, FAINT, INK, NETWORK_LABELS, NETWORK_LINES, ORANGE, axes, picture

MOTION, CONDITION, GIVEN = "#dceaf7", "#fbe4d5", "#ececea"  # fills
EDGES = {MOTION: BLUE, CONDITION: ORANGE, GIVEN: FAINT}

Point = tuple[float, float]


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty sheet whose units are inches."""
    figure, ax = axes(width=width, height=height)
    figure.set_layout_engine("none")
    ax.set(xlim=(0, width), ylim=(0, height), position=(0, 0, 1, 1))
    ax.axis("off")
    return figure, ax


def box(
    ax: Axes, x: float, y: float, text: str, w: float, h: float = 0.5, fill: str = GIVEN, yours: bool = False
):
    """A box around (x, y) with its text."""
    ax.add_patch(
        FancyBboxPatch(
            (x - w / 2, y - h / 2), w, h, "round,pad=0,rounding_size=0.07",
            facecolor=fill, edgecolor=EDGES[fill], linewidth=1.8 if yours else 1.1,
            linestyle="--" if yours else "-", zorder=3,
        )
    )  # fmt: skip
    ax.text(x, y, f"✎ {text}" if yours else text, ha="center", va="center", fontsize=9, color=INK, zorder=4)


def arrow(ax: Axes, *points: Point, color: str = INK, head: bool = True) -> None:
    """A line through the points, with a head at the last one."""
    *start, last = points
    ax.plot(*zip(*points), color=color, linewidth=1.3, zorder=2, solid_joinstyle="round")
    if head:
        ax.annotate(
            "", last, start[-1],
            arrowprops=dict(arrowstyle="-|>", color=color, linewidth=1.3, shrinkA=0, shrinkB=0), zorder=2,
        )  # fmt: skip


def plus(ax: Axes, x: float, y: float) -> None:
    """A circle with a plus sign at (x, y)."""
    ax.plot(x, y, "o", markersize=13, markerfacecolor="white", markeredgecolor=INK, zorder=5)
    ax.text(x, y - 0.008, "+", ha="center", va="center", fontsize=12, color=INK, zorder=6)


def note(ax: Axes, x: float, y: float, text: str, color: str = INK, **options) -> None:
    """A small text at (x, y). options: of Matplotlib's ``Axes.text``."""
    ax.text(x, y, text, **(dict(ha="center", va="center", fontsize=8, color=color) | options))


# ----------------------------------------------------------------------------------------------------------
#                                                Diagrams
# ----------------------------------------------------------------------------------------------------------


@picture
def skeleton() -> Figure:
    """What the three networks share: `BaseDiT.forward`, left to right, and the filter around it."""
    figure, ax = canvas(9.4, 3.95)
    stream, low = 2.3, 0.85
    # the motion
    box(ax, 0.75, stream, "noisy motion\n$x_t$ (B, F, D)", 1.2, 0.62, MOTION)
    box(ax, 2.35, stream, "$x_t$ beside its\nestimate,\nprojected", 1.25, 0.72)
    plus(ax, 3.35, stream)
    box(ax, 3.35, stream + 0.75, "positions", 0.85, 0.36)
    box(ax, 4.75, stream, "backbone", 1.35, 0.62, MOTION, yours=True)
    box(ax, 6.55, stream, "output_projection", 1.65, 0.62, MOTION, yours=True)
    plus(ax, 7.75, stream)
    box(ax, 8.62, stream, "prediction\n$\\hat{x}_0$ (B, F, D)", 1.1, 0.62, MOTION)
    for a, b in ((1.35, 1.72), (2.98, 3.22), (3.48, 4.07), (5.43, 5.72), (7.38, 7.62), (7.88, 8.06)):
        arrow(ax, (a, stream), (b, stream), color=BLUE)
    arrow(ax, (3.35, stream + 0.57), (3.35, stream + 0.13))
    note(ax, 3.78, stream + 0.13, "(B, F, W)", BLUE)
    note(ax, 4.75, stream + 0.45, "with the mask (B, F)")
    # past the blocks
    arrow(ax, (1.53, stream), (1.53, 3.6), (7.75, 3.6), (7.75, stream + 0.13), color=BLUE)
    box(ax, 5.3, 3.6, "c_skip: a linear estimate of $x_0$", 3.1, 0.36)
    # the condition
    box(ax, 0.75, low + 0.35, "step $t$ (B,)", 1.2, 0.4, CONDITION)
    box(ax, 0.75, low - 0.35, "caption", 1.2, 0.4, CONDITION)
    box(ax, 2.35, low + 0.35, "timestep\nembedding", 1.25, 0.52)
    box(ax, 2.35, low - 0.35, "words, pooled\n(B, L, W), (B, W)", 1.25, 0.52)
    box(ax, 3.75, low - 0.35, "withheld at\nrandom", 0.95, 0.52)
    box(ax, 5.55, low, "cond_mapping", 1.5, 0.62, CONDITION, yours=True)
    arrow(ax, (1.35, low + 0.35), (1.72, low + 0.35), color=ORANGE)
    arrow(ax, (1.35, low - 0.35), (1.72, low - 0.35), color=ORANGE)
    arrow(ax, (2.98, low - 0.35), (3.27, low - 0.35), color=ORANGE)
    arrow(ax, (2.98, low + 0.35), (4.5, low + 0.35), (4.5, low + 0.12), (4.8, low + 0.12), color=ORANGE)
    arrow(ax, (4.23, low - 0.35), (4.5, low - 0.35), (4.5, low - 0.12), (4.8, low - 0.12), color=ORANGE)
    arrow(ax, (5.1, low + 0.31), (5.1, stream - 0.31), color=ORANGE)
    arrow(ax, (6.0, low + 0.31), (6.0, stream - 0.31), color=ORANGE)
    note(ax, 5.55, 1.55, "$c$", ORANGE, fontsize=12)
    note(ax, 7.9, low, "✎ dashed: you write it,\nonce for each architecture", INK, fontsize=9)
    return figure


STREAM, LAYER, TOP = 1.0, 2.15, 3.55  # heights: the stream, the layers, the condition


def branch(ax: Axes, x: float, end: float, boxes: Sequence[tuple[float, str, float]]) -> None:
    """A layer: from the stream at x through boxes (centre, text, width), added to it again at `end`."""
    stops = [(x, STREAM), (x, LAYER)]
    for centre, text, width in boxes:
        arrow(ax, *stops, (centre - width / 2, LAYER))
        box(ax, centre, LAYER, text, width)
        stops = [(centre + width / 2, LAYER)]
    arrow(ax, *stops, (end, LAYER), (end, STREAM + 0.13))
    plus(ax, end, STREAM)


def frame(ax: Axes, left: float, right: float, top: float) -> None:
    """The frame around the repeated blocks."""
    ax.add_patch(
        FancyBboxPatch(
            (left, 0.62), right - left, top - 0.62, "round,pad=0,rounding_size=0.12",
            facecolor="none", edgecolor=FAINT, linewidth=1, linestyle=":", zorder=1,
        )
    )  # fmt: skip
    note(ax, left + 0.08, 0.74, "one block, repeated", ha="left", style="italic")


def tokens(ax: Axes, x: float, y: float, labels: Sequence[str], fill: str, up: bool = True) -> None:
    """A column of small squares, the first at the bottom, centred on x."""
    for i, label in enumerate(labels):
        box(ax, x, y + (0.3 * i if up else -0.3 * i), label, 0.78, 0.26, fill)


@picture
def incontext() -> Figure:
    """Config A: condition tokens are put before the frames and removed at the end."""
    figure, ax = canvas(9.4, 3.0)
    tokens(ax, 0.55, 0.3, ["frame F", "…", "frame 2", "frame 1"], MOTION)
    tokens(ax, 0.55, 1.75, ["words", "caption", "time"], CONDITION)
    above, below = STREAM + 0.045, STREAM - 0.045
    arrow(ax, (0.94, 2.05), (1.5, 2.05), (1.5, above), color=ORANGE, head=False)
    arrow(ax, (0.94, 0.75), (1.5, 0.75), (1.5, below), color=BLUE, head=False)
    ax.plot([1.49, 7.31], [above] * 2, color=ORANGE, linewidth=3.5, zorder=1)
    ax.plot([1.49, 7.5], [below] * 2, color=BLUE, linewidth=3.5, zorder=1)
    frame(ax, 1.95, 6.85, 2.85)
    branch(ax, 2.25, 4.45, [(2.8, "norm1", 0.62), (3.75, "attention", 0.9)])
    branch(ax, 4.8, 6.6, [(5.35, "norm2", 0.62), (6.15, "mlp", 0.6)])
    note(ax, 3.75, 2.6, "every token may attend to every other")
    note(ax, 3.35, 1.24, "one stream (B, 2 + L + F, W)")
    arrow(ax, (7.3, above), (7.3, 2.05), (7.55, 2.05), color=ORANGE)
    tokens(ax, 7.95, 2.05, ["dropped"], CONDITION)
    box(ax, 7.95, STREAM, "final_norm\nfinal", 0.9, 0.55)
    arrow(ax, (8.4, STREAM), (8.65, STREAM), color=BLUE)
    note(ax, 9.0, STREAM, "(B, F, D)", BLUE, fontsize=9)
    return figure


@picture
def adaln() -> Figure:
    """Config B: one vector per sample modulates every norm and every gate."""
    figure, ax = canvas(9.8, 4.0)
    tokens(ax, 0.5, 0.55, ["frame F", "…", "frame 2", "frame 1"], MOTION)
    tokens(ax, 0.5, TOP - 0.15, ["caption", "time"], CONDITION)
    plus(ax, 1.25, TOP)
    arrow(ax, (0.89, TOP + 0.15), (1.13, TOP + 0.05), color=ORANGE)
    arrow(ax, (0.89, TOP - 0.15), (1.13, TOP - 0.05), color=ORANGE)
    box(ax, 1.75, TOP, "SiLU", 0.5, 0.3)
    arrow(ax, (1.38, TOP), (1.5, TOP), color=ORANGE, head=False)
    arrow(ax, (2.0, TOP), (8.4, TOP), (8.4, STREAM + 0.38), color=ORANGE)
    note(ax, 2.4, TOP + 0.16, "$c$ (B, W)", ORANGE, fontsize=9)
    arrow(ax, (0.89, STREAM), (7.95, STREAM), color=BLUE)
    frame(ax, 1.05, 7.72, 3.25)
    first = [
        (1.65, "norm", 0.52),
        (2.36, "scale,\nshift", 0.6),
        (3.23, "attention", 0.84),
        (4.02, "gate", 0.46),
    ]
    second = [(5.08, "norm", 0.52), (5.79, "scale,\nshift", 0.6), (6.46, "mlp", 0.46), (7.08, "gate", 0.46)]
    middle = 4.4
    arrow(ax, (middle, TOP), (middle, 3.1), color=ORANGE)
    box(ax, middle, 2.92, "modulation: six vectors", 1.8, 0.36, CONDITION)
    arrow(ax, (middle, 2.74), (middle, 2.57), color=ORANGE, head=False)
    for start, layers, end in ((1.25, first, 4.45), (4.68, second, 7.5)):
        branch(ax, start, end, layers)
        for target, *_ in (layers[1], layers[3]):
            arrow(ax, (middle, 2.57), (target, 2.57), (target, LAYER + 0.25), color=ORANGE)
    box(ax, 8.4, STREAM, "final_norm\nscale, shift\nfinal", 0.9, 0.75)
    arrow(ax, (8.85, STREAM), (9.08, STREAM), color=BLUE)
    note(ax, 9.43, STREAM, "(B, F, D)", BLUE, fontsize=9)
    return figure


@picture
def cross_attention() -> Figure:
    """Config C: a memory beside the stream, to which every frame attends in every block."""
    figure, ax = canvas(9.4, 3.8)
    tokens(ax, 0.55, 0.55, ["frame F", "…", "frame 2", "frame 1"], MOTION)
    tokens(ax, 0.55, 2.95, ["words", "caption", "time"], CONDITION)
    arrow(ax, (0.94, 3.25), (1.3, 3.25), color=ORANGE)
    box(ax, 1.85, 3.25, "memory_norm", 1.08, 0.4)
    arrow(ax, (2.39, 3.25), (5.05, 3.25), (5.05, LAYER + 0.25), color=ORANGE)
    note(ax, 3.5, 3.4, "memory (B, 2 + L, W)", ORANGE, fontsize=9)
    arrow(ax, (0.94, STREAM), (7.65, STREAM), color=BLUE)
    frame(ax, 1.4, 7.2, 2.75)
    branch(ax, 1.6, 3.6, [(2.02, "norm1", 0.58), (2.95, "self-\nattention", 0.82)])
    branch(ax, 3.8, 5.75, [(4.22, "norm2", 0.58), (5.05, "cross-\nattention", 0.82)])
    branch(ax, 5.9, 7.02, [(6.26, "norm3", 0.52), (6.8, "mlp", 0.36)])
    box(ax, 8.05, STREAM, "final_norm\nfinal", 0.85, 0.55)
    arrow(ax, (8.48, STREAM), (8.7, STREAM), color=BLUE)
    note(ax, 9.04, STREAM, "(B, F, D)", BLUE, fontsize=9)
    return figure


# ----------------------------------------------------------------------------------------------------------
#                                              Data as pictures
# ----------------------------------------------------------------------------------------------------------


@picture
def noisy(panels: dict[str, Tensor]) -> Figure:
    """Motions as pictures, features down, frames across: {title: z-scored (F, D)}."""
    figure, grid = axes(1, len(panels), 7.4, 2.7, sharey=True, squeeze=False)
    for ax, (title, x) in zip(grid[0], panels.items()):
        ax.imshow(x.T.cpu().numpy(), cmap="PuOr_r", vmin=-3, vmax=3, aspect="auto", interpolation="nearest")
        ax.set(title=title, xlabel="frame")
    grid[0][0].set_ylabel("feature")
    figure.colorbar(grid[0][0].images[0], ax=list(grid[0]), shrink=0.8).set_label(
        "deviations from the mean", fontsize=9, color=INK
    )
    return figure


LOSS_TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1)


@picture
def losses(curves: dict[str, Sequence[float]], window: int = 20) -> Figure:
    """Loss of each network, by its name, at each step: a running mean over `window` steps, log scale."""
    figure, ax = axes(width=6.6, height=3.2)
    for name, values in curves.items():
        mean = np.convolve(values, np.ones(window) / window, "valid")
        ax.plot(
            np.arange(window, len(values) + 1), mean, label=NETWORK_LABELS[name], markevery=30, markersize=4,
            linewidth=1.6, **NETWORK_LINES[name],
        )  # fmt: skip
    ax.set(xlabel="step", ylabel=f"loss (mean of {window} steps)", yscale="log")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_yticks(LOSS_TICKS, LOSS_TICKS)
    ax.legend(fontsize=9, frameon=False)
    return figure
