"""Pictures of notebook 05: training, guidance, seams. Letters: F frames, K settings."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from labkit.motion import FPS
from labkit.show.figures.style import FAINT, INK, LINES, axes, picture


@picture
def training_curve(losses: ArrayLike, window: int = 40) -> Figure:
    """The loss of every training step (N,), and its mean over the `window` steps around it."""
    losses = np.asarray(losses)
    figure, ax = axes(1, 1, 6.4, 2.8)
    ax.semilogy(losses, color=FAINT, linewidth=0.5, label="each step")
    smooth = np.convolve(losses, np.ones(window) / window, "valid")
    ax.semilogy(np.arange(len(smooth)) + window / 2, smooth, color=INK, label=f"mean of {window} steps")
    ax.set(xlabel="training step", ylabel="loss")
    ax.legend(frameon=False, fontsize=8)
    return figure


@picture
def during_training(steps: Sequence[int], errors: Mapping[str, ArrayLike], ratio: tuple[str, str]) -> Figure:
    """Errors (K,) of sets of weights after so many steps of training (K,), a line each, and a ratio of two.

    ratio: two names of `errors`; the second panel divides the first by the second.
    """
    figure, (left, right) = axes(1, 2, 8.4, 3.0, sharex=True)
    for (name, values), line in zip(errors.items(), LINES):
        left.plot(steps, values, **line, markersize=4, label=name)
    over, under = ratio
    right.plot(steps, np.divide(errors[over], errors[under]), color=INK, marker="o", markersize=4)
    right.axhline(1, color=FAINT, linewidth=0.8)
    left.set(xlabel="training step", ylabel="mean squared error of x0")
    right.set(xlabel="training step", title=f"{over} / {under}")
    left.legend(frameon=False, fontsize=8)
    return figure


@picture
def sweep(
    settings: Sequence[float],
    measures: Mapping[str, Sequence[tuple[float, float, float]]],
    xlabel: str,
    best: Mapping[str, str],
) -> Figure:
    """One panel per measure: its value and interval (value, low, high) at each of K settings.

    best: "higher" or "lower" of each measure, for its title.
    """
    figure, panels = axes(1, len(measures), 2.9 * len(measures), 2.8, squeeze=False)
    for ax, (name, values), line in zip(panels[0], measures.items(), LINES):
        value, low, high = np.array(values).T
        ax.fill_between(settings, low, high, color=line["color"], alpha=0.18, linewidth=0)
        ax.plot(settings, value, **line, markersize=4)
        ax.set(xlabel=xlabel, title=f"{name} ({best[name]} is better)")
        ax.set_ylim(bottom=0)  # no measure is negative; an interval about a share near 0 may be
    return figure


@picture
def seams(jerks: Mapping[str, ArrayLike], at: Sequence[float]) -> Figure:
    """Jerk over time (F,) of some ways of editing; `at` marks the seams, in frames."""
    figure, ax = axes(1, 1, 7.2, 3.0)
    for x in at:
        ax.axvline(x / FPS, color=FAINT, linewidth=0.8)
    for (name, values), line in zip(jerks.items(), LINES):
        look = {key: line[key] for key in ("color", "linestyle")}
        ax.semilogy((np.arange(len(values)) + 1.5) / FPS, values, **look, linewidth=1.3, label=name)
    ax.set(xlabel="seconds", ylabel="jerk m/s³")
    ax.legend(frameon=False, fontsize=8)
    return figure


@picture
def histograms(values: Mapping[str, ArrayLike], density: tuple[ArrayLike, ArrayLike], xlabel: str) -> Figure:
    """Samples (N,) of some ways of sampling, each beside the true density: positions and values (n,)."""
    figure, panels = axes(1, len(values), 2.6 * len(values), 2.5, sharex=True, sharey=True, squeeze=False)
    for ax, (name, samples), line in zip(panels[0], values.items(), LINES):
        ax.hist(np.asarray(samples), bins=60, density=True, color=line["color"], alpha=0.4, label="samples")
        ax.plot(*density, color=INK, linewidth=1.2, label="truth")
        ax.set(title=name, xlabel=xlabel)
    panels[0, 0].legend(frameon=False, fontsize=8)
    return figure
