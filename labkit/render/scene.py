"""One picture: a body on the floor, its shadow, the grid and the sky."""

import numpy as np
from scipy.ndimage import uniform_filter

from labkit.render.raster import (
    SAMPLES,
    SUBPIXEL,
    Camera,
    ShadowMap,
    bounds,
    compose,
    fill,
    project,
    project_shadow,
    shade,
    vertex_normals,
)

PIXEL = SAMPLES * SUBPIXEL  # the unit of projected points is a sample's SUBPIXEL-th
SOFTNESS = 5  # cells


def draw(vertices, faces, colors, camera: Camera, cell: float, picture: np.ndarray) -> None:
    """Draw a body on the floor z = 0, Z up, into picture (height, width, 3) uint8.

    vertices: (V, 3) float32, metres. faces: (T, 3) int32, counter-clockwise from outside. colors: (V, 3)
    float32, 0 to 255. cell: metres, how fine the shadow is.
    """
    height, width = picture.shape[:2]
    points, values = project(vertices, camera, height, width)
    shade(vertices, vertex_normals(vertices, faces), colors, camera, values)

    # Samples are kept only for the pixels around the body.
    box = top, left, bottom, right = _pixels(points, height, width)
    buffer = np.zeros(((bottom - top) * SAMPLES, (right - left) * SAMPLES, 4), np.float32)
    points -= np.array([left, top]) * PIXEL
    fill(points, values, faces, buffer)

    shadow = cast_shadow(vertices, faces, camera.light, cell)
    compose(buffer, box, shadow, _shadow_pixels(shadow, camera, height, width), camera, picture)


def _pixels(points: np.ndarray, height: int, width: int) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) in pixels, inside the picture, around points (n, 2) of :func:`project`."""
    top, left, bottom, right = (
        min(max(edge, 0), end) for edge, end in zip(bounds(points, PIXEL, 0), (height, width, height, width))
    )
    return top, left, bottom, right


def cast_shadow(vertices: np.ndarray, faces: np.ndarray, light: np.ndarray, cell: float) -> ShadowMap:
    """The body's shadow on the floor z = 0: its silhouette along the light, fainter from higher up, soft."""
    points, values = project_shadow(vertices, light, cell)
    # Whole cells of the world, so that the shadow's edge does not flicker when the body moves.
    top, left, bottom, right = bounds(points, SUBPIXEL, SOFTNESS)
    buffer = np.zeros((bottom - top, right - left, 4), np.float32)
    points -= np.array([left, top]) * SUBPIXEL
    fill(points, values, faces, buffer)
    darkness = np.ascontiguousarray(buffer[..., 0])
    for _ in range(2):
        darkness = uniform_filter(darkness, SOFTNESS, mode="constant")
    return ShadowMap(darkness, *np.array([left * cell, -top * cell, cell], np.float32))


def _shadow_pixels(shadow: ShadowMap, camera: Camera, height: int, width: int) -> tuple[int, int, int, int]:
    """The pixels (top, left, bottom, right) that the shadow map covers, or all where it reaches behind us."""
    rows, columns = shadow.darkness.shape
    right, bottom = shadow.left + columns * shadow.cell, shadow.top - rows * shadow.cell
    corners = np.array([[x, y, 0] for x in (shadow.left, right) for y in (bottom, shadow.top)], np.float32)
    points, values = project(corners, camera, height, width)
    return _pixels(points, height, width) if values[:, 0].min() > 0 else (0, 0, height, width)
