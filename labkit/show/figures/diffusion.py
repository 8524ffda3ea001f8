"""Pictures of notebook 03: noised bodies, losses, sampling paths.

Letters: F frames, J joints, T diffusion steps.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from numpy.typing import ArrayLike
from torch import Tensor

from labkit.body import Body
from labkit.diffusion import Schedule
from labkit.motion import FPS, Motion
from labkit.render.sheet import HEIGHT, WIDTH
from labkit.render.video import Stage
from labkit.show.figures.style import BLUE, FAINT, INK, LINES, axes, picture


@picture
def sticks(joints: Sequence[Tensor], titles: Sequence[str], parents: Sequence[int]) -> Figure:
    """Stick figures seen from the front, a panel per motion, its frames over each other, later darker.

    joints: for each panel (F, J, 3) metres, Z up, as from `motion.decode_joints`. parents: (J,), -1 for the
    root. Every frame is moved so that its pelvis stands over the same spot.
    """
    figure, panels = axes(1, len(joints), 1.45 * len(joints), 2.9, sharex=True, sharey=True, squeeze=False)
    bones = [(child, parent) for child, parent in enumerate(parents) if parent >= 0]
    for ax, frames, title in zip(panels[0], joints, titles):
        frames = frames.numpy() - frames[:, :1].numpy() * [1, 1, 0]
        for k, frame in enumerate(frames):
            ends = frame[bones]  # (bones, 2, 3)
            last = k == len(frames) - 1
            ax.plot(
                *ends[..., [0, 2]].T,
                color=INK if last else BLUE,
                alpha=1 if last else 0.15 + 0.4 * k / len(frames),
                linewidth=1.6 if last else 1,
                solid_capstyle="round",
            )
        ax.set(title=title, aspect="equal")
        ax.axis("off")
    return figure


@picture
def film(rows: Mapping[str, Sequence[Motion]], titles: Sequence[str], body: Body, frame: int) -> Figure:
    """Frame number `frame` of many motions: a row per name, a column per title."""
    n = len(titles)
    figure, panels = axes(len(rows), n, 1.35 * n + 0.4, 1.9 * len(rows) + 0.2, squeeze=False)
    for (name, motions), line in zip(rows.items(), panels):
        for ax, motion in zip(line, motions):
            # One frame at a time: the camera should not stand back for what is not seen.
            ax.imshow(Stage([motion[frame : frame + 1]], body, [""], HEIGHT, WIDTH).frame(0))
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        line[0].set_ylabel(name, fontsize=10)
    for ax, title in zip(panels[0], titles):
        ax.set_title(title)
    return figure


@picture
def schedule_curves(schedules: Mapping[str, Schedule]) -> Figure:
    """Signal and noise at each step, and their ratio, of up to four schedules."""
    figure, (left, right) = axes(1, 2, 8.4, 3.2)
    for (name, schedule), line in zip(schedules.items(), LINES):
        a = schedule.alphas_cumprod.cpu().numpy()
        t = np.arange(schedule.T)
        look = {key: line[key] for key in ("color", "linestyle")}
        left.plot(t, np.sqrt(a), **look, label=f"signal √ᾱ, {name}")
        left.plot(t, np.sqrt(1 - a), **look, alpha=0.45, linewidth=2.6, label=f"noise √(1−ᾱ), {name}")
        right.semilogy(t, a / (1 - a), **look, label=name)
    left.set(xlabel="step t", ylabel="share", title="What a noised motion is made of")
    right.axhline(1, color=FAINT, linewidth=0.8)
    right.set(xlabel="step t", title="Signal-to-noise ratio ᾱ / (1−ᾱ)", ylim=(1e-5, 1e5))
    left.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=2)
    right.legend(frameon=False, fontsize=8)
    return figure


@picture
def through_time(curves: Mapping[str, ArrayLike], title: str) -> Figure:
    """One feature of a motion over its frames, a panel per curve (F,), all on one scale."""
    n = len(curves)
    figure, panels = axes(1, n, 2.4 * n, 2.5, sharey=True, sharex=True, squeeze=False)
    for ax, (name, values), line in zip(panels[0], curves.items(), [dict(color=INK), *LINES]):
        ax.plot(np.arange(len(values)) / FPS, values, color=line["color"], linewidth=1.3)
        ax.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
        ax.set(title=name, xlabel="seconds")
    panels[0, 0].set_ylabel(title)
    return figure


@picture
def loss_by_step(
    t: Tensor, losses: Mapping[str, Tensor], schedule: Schedule, ratio: tuple[str, str]
) -> Figure:
    """Loss at steps t (K,), one line (K,) per network: error of x0, error of ε, and the ratio of two lines.

    losses: mean squared errors of x0. That of ε at the same step is SNR times as large. ratio: two names of
    `losses`; the third panel divides the first by the second, which is the same for x0 and ε. Its axis is
    logarithmic where the ratio varies by more than a factor of ten.
    """
    figure, (left, middle, right) = axes(1, 3, 10.2, 3.4, sharex=True)
    snr = schedule.snr(t.to(schedule.alphas_cumprod.device)).cpu()
    for (name, loss), line in zip(losses.items(), LINES):
        left.semilogy(t, loss, **line, markersize=4, label=name)
        middle.semilogy(t, loss * snr, **line, markersize=4, label=name)
    over, under = ratio
    share = losses[over] / losses[under]
    right.plot(t, share, color=INK, marker="o", markersize=4)
    right.axhline(1, color=FAINT, linewidth=0.8)
    left.set(xlabel="step t", ylabel="mean squared error", title="error of x0")
    middle.set(xlabel="step t", title="the same as the error of ε: × SNR")
    right.set(xlabel="step t", title=f"{over} / {under}")
    if share.max() > 10 * share.min():
        right.set_yscale("log")
    else:
        right.set_ylim(bottom=0)
    left.legend(frameon=False, fontsize=8)
    return figure


@picture
def walks(
    times: Sequence[int], states: Mapping[str, Tensor], density: tuple[Tensor, Tensor], shown: int = 14
) -> Figure:
    """Sampling paths of numbers from noise to data, beside the density of the data: a row per sampler.

    times: the steps (K,) that were visited. states: by name, (K + 1, N), the last row is the result.
    density: positions and true density there, both (n,). shown: how many of the N paths are drawn.
    """
    figure, panels = axes(
        len(states), 2, 8.0, 2.4 * len(states), sharey=True, sharex="col", squeeze=False,
        gridspec_kw=dict(width_ratios=[3, 1]),
    )  # fmt: skip
    at = [*times, 0]
    for (name, values), (left, right), line in zip(states.items(), panels, LINES):
        left.plot(at, values[:, :shown], color=line["color"], linewidth=0.7, alpha=0.8)
        left.set(ylabel=name)
        right.hist(
            values[-1].numpy(), bins=100, density=True, orientation="horizontal",
            color=line["color"], alpha=0.35, label="samples",
        )  # fmt: skip
        right.plot(density[1], density[0], color=INK, linewidth=1.2, label="truth")
        right.legend(frameon=False, fontsize=8)
    panels[0, 0].invert_xaxis()  # time runs from noise, on the left, to data
    panels[0, 0].set_title(f"{shown} of {next(iter(states.values())).shape[1]:,} paths")
    panels[0, 0].set_ylim(float(density[0].min()), float(density[0].max()))
    panels[-1, 0].set_xlabel("step t")
    panels[-1, 1].set_xlabel("density")
    return figure


@picture
def error_by_steps(steps: Sequence[int], errors: Mapping[str, Sequence[float]], ylabel: str) -> Figure:
    """The error (K,) of samplers with so many steps (K,), a line each; both axes logarithmic."""
    figure, ax = axes(1, 1, 5.4, 3.0)
    for (name, values), line in zip(errors.items(), LINES):
        ax.loglog(steps, values, **line, markersize=4, label=name)
    ax.set(xlabel="steps of the sampler", ylabel=ylabel, xticks=steps)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=8)
    return figure
