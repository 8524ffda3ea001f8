"""Figures of notebook 04: features and their Gaussians, scores, metrics against N."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from labkit.action_table import Hits, share
from labkit.scores import Scores
from labkit.show.figures.style import (
    BLUE,
    FAINT,
    GOLD,
    GREEN,
    INK,
    NETWORK_LABELS,
    NETWORK_LINES,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    axes,
    picture,
)
from labkit.show.table import cut

LEGEND = dict(fontsize=8, frameon=False, labelcolor=INK)
# What a label of the reference ("raise-up-left-hand|active") starts with → what the map calls it.
GROUPS = {
    "raise-up-left": ("raises left", BLUE, "<"),
    "raise-up-right": ("raises right", SKY, ">"),
    "raise-up-both": ("raises both", PURPLE, "^"),
    "wave": ("waves", ORANGE, "v"),
    "run": ("runs", GREEN, "s"),
    "walk": ("walks, turns", GOLD, "o"),
}
OTHER = ("all else", FAINT, "x")
FALLBACK = (
    dict(color=INK, linestyle="-", marker="D"),
    dict(color=PURPLE, linestyle=":", marker="v"),
    dict(color=SKY, linestyle="--", marker="P"),
)


def principal_axes(features: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The principal plane of features (N, D): origin (D,), axes (2, D), share of the variance."""
    origin = features.mean(0)
    _, sizes, directions = np.linalg.svd(features - origin, full_matrices=False)
    return origin, directions[:2], float((sizes[:2] ** 2).sum() / (sizes**2).sum())


def _plane(ax: Axes, share: float) -> None:
    ax.set(
        xlabel=f"first principal component\n(the plane holds {share:.0%} of the variance)", ylabel="second"
    )
    ax.set_aspect("equal")


@picture
def feature_map(features: np.ndarray, labels: Sequence[str]) -> Figure:
    """Motion features (N, D) in their principal plane, a marker for each kind of motion in labels (N,)."""
    origin, directions, share = principal_axes(features)
    points = (features - origin) @ directions.T
    starts = np.array([next((g for g in GROUPS if label.startswith(g)), "") for label in labels])
    figure, ax = axes(width=6.4, height=4.6)
    for start, (name, color, marker) in {**GROUPS, "": OTHER}.items():
        x, y = points[starts == start].T
        ax.scatter(x, y, s=20, marker=marker, color=color, alpha=0.75, linewidths=0.8, label=name)
    ax.legend(**LEGEND, loc="center left", bbox_to_anchor=(1, 0.5), title="motions", title_fontsize=8)
    ax.set_title(f"evaluator features of {len(features)} real motions")
    _plane(ax, share)
    return figure


def _gaussian(ax: Axes, points: np.ndarray, **style) -> None:
    """Ellipses of one and two standard deviations of the Gaussian fitted to points (N, 2), and its mean."""
    values, vectors = np.linalg.eigh(np.cov(points.T))
    angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
    for deviations in (1, 2):
        height, width = 2 * deviations * np.sqrt(values)
        ax.add_patch(Ellipse(points.mean(0), width, height, angle=angle, fill=False, linewidth=1.6, **style))
    ax.plot(*points.mean(0), "+", color=style["edgecolor"], markersize=11, markeredgewidth=2)


@picture
def gaussians(real: np.ndarray, generated: Mapping[str, np.ndarray]) -> Figure:
    """A panel for each generated set (M, D): its cloud and its Gaussian over those of real (N, D).

    All in the principal plane of the real set. Solid ellipses are real, dashed ones generated.
    """
    origin, directions, share = principal_axes(real)
    figure, grid = axes(
        1, len(generated), width=3.2 * len(generated), height=3.7, squeeze=False, sharex=True, sharey=True
    )
    for ax, (name, features) in zip(grid[0], generated.items()):
        cloud, fake = ((x - origin) @ directions.T for x in (real, features))
        look = NETWORK_LINES.get(name, dict(color=PURPLE, marker="^"))
        ax.scatter(*cloud.T, s=7, color=FAINT, alpha=0.5, linewidths=0, label=f"real, N={len(real)}")
        ax.scatter(
            *fake.T, s=16, color=look["color"], marker=look["marker"], alpha=0.6, linewidths=0,
            label=f"generated, N={len(features)}",
        )  # fmt: skip
        _gaussian(ax, cloud, edgecolor=INK, linestyle="-")
        _gaussian(ax, fake, edgecolor=look["color"], linestyle="--")
        ax.set_title(NETWORK_LABELS.get(name, name))
        ax.legend(**LEGEND, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, handletextpad=0.2)
        _plane(ax, share)
    return figure


@picture
def same_moments(real: np.ndarray, fake: np.ndarray, distance: float) -> Figure:
    """Two sets (N, D) side by side in the principal plane of the first; `distance` is the FD between them."""
    origin, directions, share = principal_axes(real)
    figure, grid = axes(1, 2, width=7.2, height=3.7, sharex=True, sharey=True)
    for ax, features, name, color in zip(
        grid, (real, fake), ("real motions", "Gaussian noise"), (INK, ORANGE)
    ):
        points = (features - origin) @ directions.T
        ax.scatter(*points.T, s=9, color=color, alpha=0.5, linewidths=0)
        _gaussian(ax, points, edgecolor=color, linestyle="-")
        ax.set_title(name)
        _plane(ax, share)
    figure.suptitle(f"FD between these two clouds: {distance:.4f}", fontsize=10, color=INK)
    return figure


@picture
def towers(text: np.ndarray, motion: np.ndarray, pairs: int = 40) -> Figure:
    """Evaluator features of N captions and of their motions, (N, D) each, in one plane.

    The plane is the principal one of both together. Solid ellipses are the Gaussian fitted to the motions,
    dashed ones that of the captions. Thin lines join the first `pairs` captions to their motions.
    """
    origin, directions, share = principal_axes(np.concatenate([motion, text]))
    figure, ax = axes(width=6.4, height=4.4)
    ends = [(x - origin) @ directions.T for x in (motion, text)]
    looks = (("motions", BLUE, "o", "-"), ("their captions", ORANGE, "^", "--"))
    ax.plot(*np.stack(ends)[:, :pairs].transpose(2, 0, 1), color=FAINT, linewidth=0.6, alpha=0.7, zorder=1)
    for points, (name, color, marker, dashes) in zip(ends, looks):
        ax.scatter(*points.T, s=13, alpha=0.55, linewidths=0, color=color, marker=marker, label=name)
        _gaussian(ax, points, edgecolor=color, linestyle=dashes)
    ax.legend(**LEGEND, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_title(f"evaluator features of {len(motion)} pairs")
    _plane(ax, share)
    return figure


@picture
def guidance(rows: Mapping[float, Scores], real: Scores, metrics: Sequence[str]) -> Figure:
    """Metrics against the guidance scale: a panel per metric, its value and 95 % interval at each scale.

    rows: a network's line of the results table by guidance scale. real: real motion's, the dashed line.
    """
    figure, grid = axes(1, len(metrics), width=2.45 * len(metrics), height=2.7, squeeze=False)
    for ax, metric in zip(grid[0], metrics):
        values, *interval = np.transpose([row.metrics[metric] for row in rows.values()])
        low, high = np.transpose([cut(metric, *pair) for pair in zip(*interval)])
        ax.vlines(list(rows), low, high, color=BLUE, linewidth=2, alpha=0.45)
        ax.plot(list(rows), values, color=BLUE, marker="o", markersize=4)
        ax.axhline(real.metrics[metric][0], color=INK, linestyle="--", linewidth=1, label=real.name)
        ax.set(title=metric, xlabel="guidance scale")
        ax.set_xticks(list(rows), [f"{scale:g}" for scale in rows], fontsize=8)
    figure.legend(*grid[0][0].get_legend_handles_labels(), **LEGEND, loc="outside upper right")
    return figure


@picture
def by_size(panels: Mapping[str, Mapping[str, Mapping[int, Sequence[float]]]], columns: int = 4) -> Figure:
    """Metrics against the N they were measured at: panels[title][line][N] holds those of repeated subsamples.

    A line is their mean, the band around it holds 95 % of them.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure, grid = axes(rows, columns, width=min(3.6 * columns, 9.5), height=2.7 * rows + 0.3, squeeze=False)
    for ax in grid.flat[len(panels) :]:
        ax.remove()
    for ax, (title, lines) in zip(grid.flat, panels.items()):
        fallback = iter(FALLBACK)
        for name, samples in lines.items():
            look = NETWORK_LINES.get(name) or next(fallback)
            sizes = list(samples)
            low, high = np.transpose([np.quantile(v, [0.025, 0.975]) for v in samples.values()])
            means = [np.mean(v) for v in samples.values()]
            ax.plot(sizes, means, **look, markersize=4, label=NETWORK_LABELS.get(name, name))
            ax.fill_between(sizes, low, high, color=look["color"], alpha=0.15, linewidth=0)
        ticks = sorted({n for samples in lines.values() for n in samples})
        ax.set_xscale("log")
        ax.set_xticks(ticks, ticks)
        ax.minorticks_off()
        ax.set_title(title)
        ax.set_xlabel("N")
        if len(lines) > 1:
            ax.legend(**LEGEND)
    return figure


@picture
def score_histogram(matched: np.ndarray, shuffled: np.ndarray, name: str = "") -> Figure:
    """TMR-Scores (N,) of motions with their own captions, and with each other's."""
    figure, ax = axes(width=6.4, height=3.0)
    bins = np.linspace(0, 1, 41)
    ax.hist(shuffled, bins, color=FAINT, alpha=0.45, hatch="///", edgecolor=FAINT, label="another's caption")
    ax.hist(matched, bins, color=BLUE, alpha=0.6, edgecolor=BLUE, label="its own caption")
    for scores, color in ((shuffled, FAINT), (matched, BLUE)):
        ax.axvline(scores.mean(), color=color, linewidth=1.6, linestyle="--")
        ax.annotate(
            f"mean {scores.mean():.2f}", (scores.mean(), 1), xycoords=("data", "axes fraction"), fontsize=8,
            ha="right", va="top", xytext=(-4, 0), textcoords="offset points", color=color,
        )  # fmt: skip
    ax.set(xlabel="TMR-Score of one motion: 0 opposite, 0.5 unrelated, 1 same direction", ylabel="motions")
    ax.set_title(name)
    ax.legend(**LEGEND, loc="upper left")
    return figure


@picture
def intervals(rows: Sequence[Scores], metrics: Sequence[str]) -> Figure:
    """The results table as a figure: a panel per metric, a dot with its 95 % interval for each row."""
    columns = min(4, len(metrics))
    lines = -(-len(metrics) // columns)
    figure, grid = axes(lines, columns, width=9.5, height=1.9 * lines, squeeze=False, sharey=True)
    for ax in grid.flat[len(metrics) :]:
        ax.remove()
    for ax, metric in zip(grid.flat, metrics):
        for y, row in enumerate(rows):
            look = NETWORK_LINES.get(row.name, FALLBACK[0])
            value, *interval = row.metrics[metric]
            low, high = cut(metric, *interval)
            ax.plot([low, high], [y, y], color=look["color"], linewidth=2)
            ax.plot(value, y, marker=look["marker"], color=look["color"], markersize=6)
        ax.set_yticks(range(len(rows)), [NETWORK_LABELS.get(row.name, row.name) for row in rows])
        ax.set_title(metric)
        ax.grid(axis="x", color=FAINT, alpha=0.25)
        ax.set_ylim(len(rows) - 0.5, -0.5)
    return figure


@picture
def actions(networks: Mapping[str, Hits], panels: int = 2) -> Figure:
    """Action × network: hits of tries as colours, actions with the most hits first.

    networks: by name, as `action_table.try_actions` returns them. The list of actions is cut into `panels`.
    """
    counts = np.array([[(h.sum(), h.size) for h in hits.values()] for hits in networks.values()])  # (N, A, 2)
    names, order = list(next(iter(networks.values()))), np.argsort(-counts[..., 0].sum(0), kind="stable")
    colors = LinearSegmentedColormap.from_list("hits", [PAPER, BLUE])
    figure, grid = axes(
        1, panels, width=3.1 * panels, height=0.6 + 0.19 * -(-len(names) // panels), squeeze=False
    )
    for ax, rows in zip(grid[0], np.array_split(order, panels)):
        shares = (counts[:, rows, 0] / counts[:, rows, 1]).T
        ax.imshow(shares, cmap=colors, vmin=0, vmax=1, aspect="auto")
        for (y, x), value in np.ndenumerate(shares):
            hits, tries = counts[x, rows[y]]
            ink = PAPER if value > 0.5 else INK
            ax.text(x, y, f"{hits}/{tries}", ha="center", va="center", fontsize=7.5, color=ink)
        ax.set_yticks(range(len(rows)), [names[row] for row in rows], fontsize=8)
        ax.set_xticks(range(len(networks)), [NETWORK_LABELS.get(name, name) for name in networks], fontsize=8)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    means = (share(np.stack(list(hits.values()))) for hits in networks.values())
    results = (
        f"{NETWORK_LABELS.get(n, n)} {m:.0%} [{a:.0%}, {b:.0%}]" for n, (m, a, b) in zip(networks, means)
    )
    figure.suptitle("All actions: " + ", ".join(results), fontsize=9, color=INK)
    return figure
