"""Figures of motions and their features: rows of x, paths, stick figures, feet, bodies, statistics.

The body frame seen from above is drawn with its front up and its left on the left: (−x, −y) of the heading
frame, in which a body faces −y and has +x on its left.
"""

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from labkit.body import Body
from labkit.metrics.physical import FEET, NEAR
from labkit.metrics.posture import spans
from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES, LAYOUT, Motion, decode_joints
from labkit.render.camera import SIDE
from labkit.render.raster import Camera
from labkit.render.sheet import HEIGHT, WIDTH
from labkit.render.video import Stage, render_frames
from labkit.scores import rest_heights
from labkit.show.figures.style import (
    BLUE,
    FAINT,
    GOLD,
    GREEN,
    INK,
    LINES,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    axes,
    picture,
)

SYMBOLS = {
    "root_height": (r"$r_z$", BLUE),
    "root_velocity": (r"$\dot r_x, \dot r_y$", ORANGE),
    "yaw_velocity": (r"$\dot\alpha$", GREEN),
    "rotations": (r"$\theta$", PURPLE),
    "joints": (r"$j$", GOLD),
}
SIDE_LINES: dict[str, dict[str, Any]] = {  # thick and thin as well
    "left": dict(color=BLUE, linewidth=2.4),
    "right": dict(color=ORANGE, linewidth=1.4),
}
BEHIND = dict(facecolor=PAPER, edgecolor="none", alpha=0.85, pad=1)  # so that words can be read over lines


def _seconds(frames: int) -> np.ndarray:
    return np.arange(frames) / FPS


@picture
def lengths(seconds: Sequence[float], words: Sequence[int]) -> Figure:
    """Histograms of the motions' lengths (N,) in seconds and the captions' lengths (M,) in words."""
    figure, (left, right) = axes(1, 2, 7.0, 2.4)
    # whole numbers of words stand in the middle of their bars
    for ax, values, first, width, unit in (
        (left, seconds, 0, 0.5, "seconds"),
        (right, words, 0.5, 1, "words"),
    ):
        edges = first + width * np.arange(math.ceil(max(values) / width) + 1)
        ax.hist(values, edges, color=BLUE, edgecolor=PAPER)
        ax.axvline(float(np.mean(values)), color=ORANGE, linestyle="--", label="mean")
        ax.set_xlabel(unit)
        ax.legend(frameon=False, fontsize=8)
    left.set_ylabel("motions")
    right.set_ylabel("captions")
    return figure


@picture
def feature_bands(x: Tensor) -> Figure:
    """All of x (F, D): a line per feature, time to the right, bands with the names of its five parts.

    Each feature is drawn as z-scores of itself, so that metres, radians and rotations share one scale. The
    first parts have few features and would be too thin to see: they get a least height.
    """
    x = torch.as_tensor(x).double()  # in float32 a constant's mean is off by more than nothing
    z = ((x - x.mean(0)) / x.std(0).clamp(min=1e-6)).T.numpy()
    widths = {name: columns.stop - columns.start for name, columns in LAYOUT.items()}
    figure, grid = axes(
        len(LAYOUT), 1, 7.0, 4.6, sharex=True,
        gridspec_kw=dict(height_ratios=[max(n, 9) for n in widths.values()], hspace=0.05),
    )  # fmt: skip
    for ax, (name, columns) in zip(grid, LAYOUT.items()):
        symbol, colour = SYMBOLS[name]
        extent = (0, len(x) / FPS, columns.stop, columns.start)
        ax.imshow(
            z[columns],
            aspect="auto",
            extent=extent,
            cmap="RdBu_r",
            vmin=-2.5,
            vmax=2.5,
            interpolation="nearest",
        )
        ax.set_yticks([])
        text = f"{name}  {symbol}\n{columns.start}:{columns.stop}, {widths[name]} wide"
        ax.annotate(
            text, (-0.035, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=8.5, color=INK
        )
        ax.axvspan(-0.024, -0.006, color=colour, clip_on=False, transform=ax.transAxes)
        ax.spines[:].set_visible(False)
        ax.tick_params(bottom=ax is grid[-1])
    grid[-1].set_xlabel("seconds")
    figure.colorbar(
        grid[0].images[0], ax=grid, label="z-score of the feature in this motion", pad=0.01, aspect=40
    )
    return figure


def _oblique(joints: np.ndarray) -> np.ndarray:
    """Points (..., 3) as the videos' camera sees them, (..., 2): from the front, a little from its right."""
    right = np.array([math.cos(SIDE), -math.sin(SIDE), 0])
    return np.stack([joints @ right, joints[..., 2]], axis=-1)


def _stick(ax: Axes, points: np.ndarray, parents: Sequence[int]) -> None:
    """One body as lines from joint to joint; points: (24, 2)."""
    for j, parent in enumerate(parents):
        if parent >= 0:
            side = SIDE_LINES.get(JOINT_NAMES[j].split("_")[0], dict(color=INK, linewidth=1.9))
            ax.plot(*points[[parent, j]].T, solid_capstyle="round", **side)
    head = points[JOINT_INDEX["head"]]
    ax.plot(*head, "o", color=INK, markersize=8)


def _legend(ax: Axes, place: str) -> None:
    for name, line in SIDE_LINES.items():
        ax.plot([], [], label=f"{name}, {'thick' if name == 'left' else 'thin'}", **line)
    ax.legend(frameon=False, fontsize=8, loc=place)


@picture
def row_anatomy(x: Tensor, frame: int, parents: Sequence[int]) -> Figure:
    """Row `frame` of x (F, D), drawn on the body from its left and from above: the meaning of each number."""
    row = torch.as_tensor(x)[frame : frame + 1]
    joints = decode_joints(row)[0].double().numpy()  # one frame starts at the origin with heading 0
    step = -row[0, LAYOUT["root_velocity"]].double().numpy() * FPS / 2  # as drawn: to the right, ahead
    turning = math.degrees(float(row[0, LAYOUT["yaw_velocity"]])) * FPS
    wrist, knee = JOINT_INDEX["left_wrist"], JOINT_INDEX["left_knee"]

    figure, (side, above) = axes(1, 2, 7.8, 4.2)
    profile, plan = np.stack([-joints[:, 1], joints[:, 2]], -1), -joints[:, :2]
    # Words stand where no limb comes: at the side, each with a line to what it names.
    for ax, points, place in ((side, profile, (0.42, 1.25)), (above, plan, (-0.85, -0.32))):
        _stick(ax, points, parents)
        ax.set_aspect("equal")
        _arrow(ax, points[0], points[wrist], GOLD, linestyle="--")
        _word(ax, "$j$ of the\nleft wrist", points[wrist], place, GOLD)

    height = float(row[0, 0])
    side.axhline(0, color=FAINT, linewidth=1)
    _arrow(side, (-0.45, 0), (-0.45, height), RED, arrowstyle="<->")
    side.plot([-0.45, 0], [height, height], color=RED, linestyle=":", linewidth=1)
    side.text(-0.5, height / 2, f"$r_z$\n{height:.2f} m", color=RED, fontsize=9, ha="right", va="center")
    side.plot(*profile[knee], "o", color=PURPLE, markersize=12, fillstyle="none", markeredgewidth=2)
    _word(side, "$\\theta$ of the\nleft knee", profile[knee], (0.42, 0.55), PURPLE)
    side.set(title="from its left", xlabel="ahead (−y), metres", ylabel="height (z), metres")
    side.set(xlim=(-0.85, 0.95))

    _arrow(above, (0, 0), step, RED)
    speed = f"$\\dot r$: {2 * np.hypot(*step):.1f} m/s\n(half a second\nof it)"
    _word(above, speed, step, (0.4, 0.62), RED)
    left = turning > 0
    turn = np.array([(0.35, 0.42), (-0.35, 0.42)])[:: 1 if left else -1]
    _arrow(above, turn[0], turn[1], GREEN, connectionstyle=f"arc3,rad={0.5 if left else -0.5}")
    above.text(-0.4, 0.6, rf"$\dot\alpha$: {abs(turning):.0f}°/s", color=GREEN, fontsize=9, ha="right")
    above.set(title="from above", xlabel="to its right (−x), metres", ylabel="ahead (−y), metres")
    above.set(xlim=(-0.9, 0.9), ylim=(-0.6, max(1.2, step[1] + 0.2)))
    _legend(above, "upper left")
    return figure


def _word(ax: Axes, text: str, point, place, color: str) -> None:
    """A text at `place` and a thin line from it to what it names, at `point`."""
    line = dict(arrowstyle="-", color=color, alpha=0.6)
    ax.annotate(text, point, place, color=color, fontsize=9, bbox=BEHIND, arrowprops=line)


def _arrow(ax: Axes, start, end, color: str, **style) -> None:
    ax.annotate("", end, start, arrowprops=dict(arrowstyle="->", color=color, lw=2) | style)


@picture
def root_curves(parts: Mapping[str, Tensor]) -> Figure:
    """Height, speeds and turning of the pelvis over time, from the parts of `split_motion`."""
    height, velocity, yaw = (
        torch.as_tensor(parts[n]).numpy() for n in ("root_height", "root_velocity", "yaw_velocity")
    )
    time = _seconds(len(height))
    figure, (top, middle, bottom) = axes(3, 1, 7.0, 4.6, sharex=True)
    top.plot(time, height[:, 0], color=BLUE)
    top.set_ylabel("$r_z$, m")
    middle.plot(time, -velocity[:, 1] * FPS, color=ORANGE, label="forward")
    middle.plot(time, velocity[:, 0] * FPS, color=PURPLE, linestyle="--", label="to its left")
    middle.set_ylabel("speed, m/s")
    middle.legend(frameon=False, fontsize=8, ncols=2)
    bottom.plot(time, np.degrees(yaw[:, 0]) * FPS, color=GREEN)
    bottom.set(ylabel=r"$\dot\alpha$, °/s", xlabel="seconds")
    for ax in (middle, bottom):
        ax.axhline(0, color=FAINT, linewidth=0.8)
    return figure


@picture
def floor_path(paths: Mapping[str, tuple[Tensor, Tensor]], every: int = 10) -> Figure:
    """Paths seen from above, {name: (positions (F, 2 or more), heading (F,))}, an arrow where each one faces.

    Drawn so that a body with heading 0 faces up and has its left on the left.
    """
    figure, ax = axes(1, 1, 5.6, 4.6)
    for (name, (positions, heading)), line in zip(paths.items(), LINES):
        colour = line["color"]
        points = -torch.as_tensor(positions)[:, :2].double().numpy()
        angle = torch.as_tensor(heading).double().numpy()[::every]
        ax.plot(*points.T, color=colour, linestyle=line["linestyle"], label=name)
        ax.plot(*points[0], "o", color=colour)
        ax.quiver(
            *points[::every].T, -np.sin(angle), np.cos(angle), color=colour, scale=18, width=0.006, zorder=3
        )
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.12)
    ax.set(
        xlabel="metres to the right", ylabel="metres ahead", title="dot: the start; arrows: where it faces"
    )
    ax.legend(frameon=False, fontsize=8)
    return figure


@picture
def filmstrip(joints: Tensor, parents: Sequence[int], count: int = 8) -> Figure:
    """`count` stick figures, equally spaced in time, from joint positions (F, 24, 3), Z up, metres."""
    points = _oblique(torch.as_tensor(joints).double().numpy())
    figure, ax = axes(1, 1, 8.0, 2.6)
    chosen = np.linspace(0, len(points) - 1, count).round().astype(int)
    for place, i in enumerate(chosen):
        _stick(ax, points[i] - [points[i, 0, 0] - 0.9 * place, 0], parents)
        ax.text(0.9 * place, -0.16, f"{i / FPS:.1f} s", ha="center", fontsize=8, color=INK)
    ax.axhline(0, color=FAINT, linewidth=1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    _legend(ax, "upper left")
    ax.set_xlim(-1.7, 0.9 * count - 0.3)
    return figure


@picture
def foot_contacts(height: Tensor, speed: Tensor) -> Figure:
    """Height above its rest, metres, and speed over the floor, m/s, of the left and right foot, (F, 2) each.

    Shaded is where a foot is near the floor: less than 2 cm above its rest height.
    """
    heights, speeds = torch.as_tensor(height).numpy(), torch.as_tensor(speed).numpy()
    time = _seconds(len(heights))
    figure, (top, *grid) = axes(3, 1, 7.0, 4.8, sharex=True)
    for ax, foot, (name, line) in zip(grid, range(2), SIDE_LINES.items()):
        top.plot(time, heights[:, foot] * 100, label=name, **line)
        ax.plot(time, speeds[:, foot], **line)
        ax.fill_between(
            time, 0, 1, where=heights[:, foot] < NEAR, transform=ax.get_xaxis_transform(), step="mid",
            color=FAINT, alpha=0.25, linewidth=0, hatch="//", label="near the floor",
        )  # fmt: skip
        ax.set(ylabel=f"{name} foot\nspeed, m/s", ylim=(0, 1.05 * speeds.max()))
    top.axhline(NEAR * 100, color=INK, linestyle=":", linewidth=1, label="2 cm: below is near")
    top.set_ylabel("height, cm")
    top.legend(frameon=False, fontsize=8, ncols=3)
    grid[0].legend(frameon=False, fontsize=8, loc="upper right")
    grid[1].set_xlabel("seconds")
    return figure


def in_picture(points: np.ndarray, camera: Camera, width: int, height: int) -> np.ndarray:
    """Where points (..., 3) of the world are in a picture: (..., 2), pixels to the right and down."""
    seen = points - camera.position
    depth = seen @ camera.forward
    across, up = (camera.focal * (seen @ axis) / depth for axis in (camera.right, camera.up))
    return np.stack([width / 2 + across, height / 2 - up], axis=-1)


@picture
def contact_strip(
    motion: Motion, body: Body, joints: Sequence[str] = ("left_wrist", "right_wrist"), count: int = 8
) -> Figure:
    """`count` bodies of a motion (F, ...), the paths of two joints, and which foot is near the floor.

    All over one time axis. joints: one of the left side, one of the right; lines are their paths in the last
    second. Near is less than 2 cm above the rest height. Pictures have the middle of their frame's time.
    """
    places = body.joints(motion).double().numpy()
    near = places[:, FEET[2:], 2] - rest_heights(body)[2:].numpy() < NEAR  # (F, 2)
    moments = np.linspace(0, len(motion) - 1, count)
    stage = Stage([motion], body, [""], HEIGHT, WIDTH)
    pixel = (len(motion) - 1) / (count - 1) / FPS / WIDTH  # in seconds, so that pictures fill the time axis

    figure, (film, bars) = axes(2, 1, 9.2, 2.6, sharex=True, gridspec_kw=dict(height_ratios=[1, 0.22]))
    for moment in moments:
        i, left = round(moment), moment / FPS - pixel * WIDTH / 2
        film.imshow(stage.frame(i), extent=(left, left + pixel * WIDTH, pixel * HEIGHT, 0))
        for joint, line in zip(joints, SIDE_LINES.values()):
            path = places[max(0, i - FPS) : i + 1, JOINT_INDEX[joint]]
            x, y = in_picture(path, stage.cameras[0][i], WIDTH, HEIGHT).T
            x[(x < 0) | (x > WIDTH)] = np.nan  # walked in from outside the picture
            film.plot(left + pixel * x, pixel * y, **line)
            film.plot(left + pixel * x[-1], pixel * y[-1], "o", color=line["color"], markersize=3)
    film.set(ylim=(pixel * HEIGHT, 0), xlim=(-pixel * WIDTH / 2, len(motion) / FPS + pixel * WIDTH / 2))
    film.set_axis_off()
    for k, line in enumerate(SIDE_LINES.values()):
        bars.broken_barh(
            [((a - 0.5) / FPS, (b - a) / FPS) for a, b in spans(near[:, k])],
            (0.62 - k, 0.3 * line["linewidth"] / 2 + 0.1),
            facecolor=line["color"],
        )
    bars.set_yticks([0.8, -0.2], [f"{name} foot near floor" for name in SIDE_LINES], fontsize=8)
    bars.set(xlabel="seconds", ylim=(-0.6, 1.2))
    return figure


@picture
def bodies(
    motion: Motion, body: Body, titles: Sequence[str], betas: Tensor | None = None, size: int = 300
) -> Figure:
    """The frames of a motion side by side, under its title, from one camera at the first frame.

    betas: (F, n), a shape for each frame, each set on the floor; None is the template.
    """

    def vertices(motion: Motion) -> Tensor:
        if betas is None:
            return body.vertices(motion)
        shapes = torch.cat([body.vertices(motion[i : i + 1], b) for i, b in enumerate(betas)])
        shapes[..., 2] -= shapes[..., 2].amin(1, keepdim=True)
        return shapes

    shaped = SimpleNamespace(vertices=vertices, faces=body.faces, colors=body.colors)
    figure, grid = axes(1, len(motion), 1.9 * len(motion), 2.1, squeeze=False)
    for ax, image, title in zip(grid[0], render_frames(motion, shaped, size=size), titles, strict=True):
        ax.imshow(image)
        ax.set_title(title, fontsize=9)
        ax.set_axis_off()
    return figure


@picture
def zscores(rows: Tensor, columns: Mapping[str, int], mean: Tensor, std: Tensor) -> Figure:
    """Histograms of some features of frames (N, D), raw and as z-scores. columns: {label: feature}."""
    rows, mean, std = (torch.as_tensor(v) for v in (rows, mean, std))
    figure, (left, right) = axes(1, 2, 7.4, 2.8)
    for (label, c), line in zip(columns.items(), LINES):
        z = (rows - mean)[:, c] / std[c]
        for ax, values, edges in (
            (left, rows[:, c], np.linspace(-1, 2, 76)),
            (right, z, np.linspace(-4, 4, 81)),
        ):
            ax.hist(
                values.numpy(),
                edges,
                histtype="step",
                density=True,
                color=line["color"],
                linestyle=line["linestyle"],
                label=label,
            )
    left.set(title="as they are", xlabel="metres, or metres and radians a frame")
    right.set(title="z-scored", xlabel="standard deviations from the mean")
    entries = left.get_legend_handles_labels()
    figure.legend(*entries, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    left.set_ylabel("density")
    return figure
