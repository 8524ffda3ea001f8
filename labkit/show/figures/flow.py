"""Pictures of notebook 06: points of the plane, their paths, measures by the number of network calls.

Letters: N points, K settings.
"""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from torch import Tensor

from labkit.show.figures.style import FAINT, INK, LINES, axes, picture

Interval = tuple[float, float, float]  # value, low, high


@picture
def clouds(points: Mapping[str, Tensor], data: Tensor) -> Figure:
    """Points (N, 2), a panel per name, over the data (M, 2) in grey."""
    figure, panels = axes(1, len(points), 2.3 * len(points), 2.3, sharex=True, sharey=True, squeeze=False)
    for ax, (name, some), line in zip(panels[0], points.items(), LINES * len(points)):
        ax.plot(*data.T, ".", color=FAINT, markersize=1.5, alpha=0.5)
        ax.plot(*some.T, ".", color=line["color"], markersize=2)
        ax.set(title=name, aspect="equal")
    return figure


@picture
def paths(ways: Mapping[str, Tensor], data: Tensor) -> Figure:
    """Paths (K, N, 2) of N points through K states, a panel per name, over the data (M, 2) in grey."""
    figure, panels = axes(1, len(ways), 3.4 * len(ways), 3.0, sharex=True, sharey=True, squeeze=False)
    for ax, (name, states), line in zip(panels[0], ways.items(), LINES):
        ax.plot(*data.T, ".", color=FAINT, markersize=1.5, alpha=0.4)
        ax.plot(states[..., 0], states[..., 1], color=line["color"], linewidth=0.7, alpha=0.8)
        ax.plot(*states[-1].T, ".", color=INK, markersize=3)
        ax.set(title=name, aspect="equal")
    return figure


@picture
def by_calls(
    calls: Sequence[int],
    measures: Mapping[str, Mapping[str, Sequence[Interval]]],
    best: Mapping[str, str],
    real: Mapping[str, float] | None = None,
) -> Figure:
    """One panel per measure, one line per sampler: values with intervals at K numbers of network calls.

    measures: by measure and sampler, K intervals (value, low, high). best: of each measure, for its title.
    real: the value of real motion, where there is one: a grey line.
    """
    figure, panels = axes(1, len(measures), 3.3 * len(measures), 3.0, squeeze=False)
    for ax, (measure, samplers) in zip(panels[0], measures.items()):
        for (name, values), line in zip(samplers.items(), LINES):
            value, low, high = zip(*values)
            ax.fill_between(calls, low, high, color=line["color"], alpha=0.15, linewidth=0)
            ax.plot(calls, value, **line, markersize=4, label=name)
        if measure in (real or {}):
            ax.axhline(real[measure], color=FAINT, linewidth=0.9)
        ax.set_ylim(bottom=0)  # no measure is negative; an interval about a share near 0 may be
        ax.set_xscale("log", base=2)
        ax.set(xlabel="network calls", title=f"{measure} ({best[measure]})", xticks=calls)
        ax.xaxis.set_major_formatter(ScalarFormatter())
        ax.minorticks_off()
    panels[0, 0].legend(frameon=False, fontsize=8)
    return figure
