"""The camera: it sees the body from the front and the side, follows it smoothly and never rotates."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter1d

from labkit.motion import FPS, Motion, heading
from labkit.render.raster import Camera

SIDE = math.radians(32)  # how far from the front the camera stands, towards the body's right
ABOVE = math.radians(9)  # how steeply it looks down
HALF_VIEW = math.tan(math.radians(14))  # half the picture's height at distance 1
SMOOTHING = 0.5 * FPS  # frames; standard deviation of the low-pass filter on the path
MARGIN = 1.08  # room around the body
SMALLEST = 0.95  # metres; half the height that is always in view, so that a crouching body looks small


def follow(
    vertices: list[np.ndarray], motions: list[Motion], height: int, width: int
) -> tuple[list[list[Camera]], float]:
    """A camera for every frame of every motion, and the distance that all have, so that sizes compare.

    vertices: (F, V, 3) for each motion, metres. height, width: of the picture, pixels. The distance, metres,
    is the smallest from which every vertex is in view: |x| ≤ tan · (distance + depth), and likewise upwards.
    It and the direction stay the same all through a motion; only the point that is looked at moves,
    low-passed.
    """
    paths, views, distance = [], [], SMALLEST * MARGIN / HALF_VIEW
    for v, motion in zip(vertices, motions):
        middle = np.stack([(v[..., i].min(1) + v[..., i].max(1)) / 2 for i in range(3)], axis=-1)
        target = gaussian_filter1d(middle, SMOOTHING, axis=0, mode="nearest")
        target[:, 2] = target[:, 2].clip(min=0)  # never look from under the floor
        view = basis(float(heading(motion.rotations()[:1, 0])[0]) - SIDE)
        below = (middle * np.float32([1, 1, 0]))[:, None]  # in view too: it shows how high a leap is
        for seen in (v, below):
            right, up, forward = np.moveaxis(seen @ view.T - (target @ view.T)[:, None], -1, 0)
            wide, tall = np.abs(right) * (height / width), np.abs(up)
            reach = np.maximum(wide, tall) * (MARGIN / HALF_VIEW) - forward
            distance = max(distance, float(reach.max()))
        paths.append(target)
        views.append(view)

    cameras = []
    for target, (right, up, forward) in zip(paths, views):
        light = -0.38 * right - 0.36 * forward + np.array([0, 0, 1.0])
        light = (light / np.linalg.norm(light)).astype(np.float32)
        eyes = (target - distance * forward).astype(np.float32)
        focal = height / 2 / HALF_VIEW
        cameras.append([Camera(eye, right, up, forward, light, focal) for eye in eyes])
    return cameras, distance


def basis(angle: float) -> np.ndarray:
    """Right, up and forward, (3, 3) float32, of a camera in front of a body with heading `angle`, radians."""
    s, c, down, level = math.sin(angle), math.cos(angle), math.sin(ABOVE), math.cos(ABOVE)
    return np.array([(c, s, 0), (-s * down, c * down, level), (-s * level, c * level, -down)], np.float32)
