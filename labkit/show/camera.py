"""A calm camera: it looks at the body from the front and the side, follows it smoothly, never turns."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter1d

from labkit.motion import FPS, Motion, heading
from labkit.show.raster import Camera

SIDE = math.radians(32)  # how far from the front the camera stands, towards the body's right
ABOVE = math.radians(9)  # how steeply it looks down
HALF_VIEW = math.tan(math.radians(14))  # half the picture's height at distance 1
SMOOTHING = 0.5 * FPS  # frames; standard deviation of the low-pass filter on the path
MARGIN = 1.08  # room around the body
SMALLEST = 0.95  # metres; half the height that is always in view, so that a crouching body looks small


def follow(vertices: list[np.ndarray], motions: list[Motion], height: int, width: int) -> list[list[Camera]]:
    """A camera for every frame of every motion; all stand equally far away, so that sizes compare.

    vertices: for each motion (F, V, 3). height, width: of the picture, pixels. The distance is the smallest
    from which every vertex is in view: |x| ≤ tan · (distance + depth), and likewise upwards. It and the
    direction stay the same all through a motion; only the point that is looked at moves, low-passed.
    """
    paths, axes, distance = [], [], SMALLEST * MARGIN / HALF_VIEW
    for v, motion in zip(vertices, motions):
        middle = (v.min(1) + v.max(1)) / 2
        target = gaussian_filter1d(middle.astype(np.float64), SMOOTHING, axis=0, mode="nearest")
        target[:, 2] = target[:, 2].clip(min=0)  # never look from under the floor
        right, up, forward = basis(float(heading(motion.rotations()[:1, 0])[0]) - SIDE)
        below = (middle * (1, 1, 0))[:, None]  # on the floor: in a leap one wants to see how high
        for seen in (v, below):
            offset = (seen - target[:, None]).astype(np.float32)
            wide = np.abs(offset @ right) * (MARGIN / HALF_VIEW * height / width)
            tall = np.abs(offset @ up) * (MARGIN / HALF_VIEW)
            distance = max(distance, float((np.maximum(wide, tall) - offset @ forward).max()))
        paths.append(target)
        axes.append((right, up, forward))

    cameras = []
    for target, (right, up, forward) in zip(paths, axes):
        light = -0.38 * right - 0.36 * forward + np.array([0, 0, 1.0])
        light = (light / np.linalg.norm(light)).astype(np.float32)
        eyes = (target - distance * forward).astype(np.float32)
        focal = height / 2 / HALF_VIEW
        cameras.append([Camera(eye, right, up, forward, light, focal) for eye in eyes])
    return cameras


def basis(angle: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right, up and forward (3,) float32 of a camera in front of a body that has heading `angle`, radians."""
    s, c, down, level = math.sin(angle), math.cos(angle), math.sin(ABOVE), math.cos(ABOVE)
    right, forward = (c, s, 0), (-s * level, c * level, -down)
    up = np.cross(right, forward)
    return tuple(np.array(a, np.float32) for a in (right, up, forward))
