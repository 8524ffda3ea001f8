"""A small software rasteriser: triangles, smooth shading, a floor with a grid and a soft shadow.

Compiled by numba, so it needs no OpenGL, no display and no GPU, and draws the same picture everywhere: edges
are tested in integers, and the arithmetic is plain IEEE (no fast-math, no sin, no exp). Here are the
loops over vertices, triangles and pixels; ``scene.py`` puts them together.
"""

from typing import NamedTuple

import numpy as np

from labkit.compiled import compiled

SAMPLES = 2  # anti-aliasing: SAMPLES × SAMPLES a pixel
SUBPIXEL = 16  # vertices are snapped to 1/16 of a sample, so that edges are exact integers
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)  # literals would widen to float64
NEAR = 0.05  # metres; triangles closer to the camera are left out

# Colours are 0 to 255, as stored in a picture.
SKY = np.array([247, 249, 252], np.float32)
HORIZON = np.array([233, 237, 243], np.float32)
FLOOR = np.array([216, 222, 231], np.float32)
LINE = np.array([186, 195, 208], np.float32)
GRID = 0.5  # metres between lines
LINE_WIDTH = 0.016  # metres
HAZE = 0.18  # slope of the line of sight at which the floor is half faded into the horizon
SHADOW = 0.36  # how much darker the floor is in full shadow
FADING = 1.5  # a shadow from 1 / FADING metres up is half as dark
UNDER_FLOOR = 0.3  # how much of the body is seen through the floor


class Camera(NamedTuple):
    """A camera that never rolls. Vectors are (3,) float32 in the world, `focal` is in pixels."""

    position: np.ndarray
    right: np.ndarray
    up: np.ndarray
    forward: np.ndarray
    light: np.ndarray  # unit vector towards the light
    focal: float


class ShadowMap(NamedTuple):
    """Darkness of the floor around the body, (rows, columns), 0 to 1; rows run along -Y, columns along +X."""

    darkness: np.ndarray
    left: float  # world x of the first column's left edge
    top: float  # world y of the first row's upper edge
    cell: float  # metres


@compiled
def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3) of vertices (V, 3): the area-weighted mean over each vertex's faces (T, 3)."""
    normals = np.zeros_like(vertices)
    for t in range(len(faces)):
        a, b, c = faces[t, 0], faces[t, 1], faces[t, 2]
        x, y, z = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        ux, uy, uz = vertices[b, 0] - x, vertices[b, 1] - y, vertices[b, 2] - z
        vx, vy, vz = vertices[c, 0] - x, vertices[c, 1] - y, vertices[c, 2] - z
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            normals[i, 0] += nx
            normals[i, 1] += ny
            normals[i, 2] += nz
    for i in range(len(normals)):
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        length = np.sqrt(nx * nx + ny * ny + nz * nz)
        if length > 0:
            normals[i, 0], normals[i, 1], normals[i, 2] = nx / length, ny / length, nz / length
    return normals


@compiled
def shade(
    vertices: np.ndarray, normals: np.ndarray, colors: np.ndarray, camera: Camera, values: np.ndarray
) -> None:
    """Colours of lit vertices, 0 to 255, into the last three columns of values (V, 4).

    Light from the sky and the floor, one lamp (Lambert 1760; Blinn 1977 for the sheen) and a faint rim.
    `colors` (V, 3) are 0 to 255; light adds up in their squares, a gamma of 2.
    """
    ex, ey, ez = camera.position[0], camera.position[1], camera.position[2]
    lx, ly, lz = camera.light[0], camera.light[1], camera.light[2]
    for i in range(len(vertices)):
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        vx, vy, vz = ex - vertices[i, 0], ey - vertices[i, 1], ez - vertices[i, 2]
        length = np.sqrt(vx * vx + vy * vy + vz * vz)
        vx, vy, vz = vx / length, vy / length, vz / length
        hx, hy, hz = vx + lx, vy + ly, vz + lz  # half way between the eye and the lamp
        length = np.sqrt(hx * hx + hy * hy + hz * hz)
        lamp = max(nx * lx + ny * ly + nz * lz, ZERO)
        facing = max(nx * vx + ny * vy + nz * vz, ZERO)
        sheen = max((nx * hx + ny * hy + nz * hz) / length, ZERO)
        for _ in range(5):  # to the power 32
            sheen *= sheen
        around = np.float32(0.40) + np.float32(0.22) * nz
        rim = (ONE - facing) * (ONE - facing) * (ONE - facing)
        matte = around + np.float32(0.85) * lamp
        gloss = np.float32(0.06) * sheen + np.float32(0.10) * rim * around
        for k in range(3):
            c = colors[i, k] / np.float32(255)
            values[i, k + 1] = np.float32(255) * np.sqrt(min(c * c * matte + gloss, ONE))


@compiled
def fill(points: np.ndarray, values: np.ndarray, faces: np.ndarray, buffer: np.ndarray) -> None:
    """Draw triangles into buffer (rows, columns, 4) so that the largest key wins: a z-buffer of 1/depth.

    points: (V, 2) int64 column and row in 1/SUBPIXEL of a cell; a cell's centre is at SUBPIXEL/2.
    values: (V, 4) float32, the key and three more; interpolated linearly on the screen, as 1/depth is.
    faces: (T, 3); drawn where they are seen counter-clockwise, so back faces are not. A face with a key
    that is not positive is left out.

    A cell on an edge belongs to the triangles on both sides: integer edges leave no pinholes.
    """
    rows, columns = buffer.shape[:2]
    half = SUBPIXEL // 2
    for t in range(len(faces)):
        a, b, c = np.uint32(faces[t, 0]), np.uint32(faces[t, 1]), np.uint32(faces[t, 2])
        ax, ay = points[a, 0], points[a, 1]
        bx, by = points[b, 0], points[b, 1]
        cx, cy = points[c, 0], points[c, 1]
        area = (cx - ax) * (by - ay) - (cy - ay) * (bx - ax)
        if area <= 0:
            continue
        left = max((min(ax, bx, cx) + half - 1) // SUBPIXEL, 0)
        right = min((max(ax, bx, cx) - half) // SUBPIXEL, columns - 1)
        top = max((min(ay, by, cy) + half - 1) // SUBPIXEL, 0)
        bottom = min((max(ay, by, cy) - half) // SUBPIXEL, rows - 1)
        if left > right or top > bottom:
            continue
        k, r, g, b_ = values[a, 0], values[a, 1], values[a, 2], values[a, 3]
        k1, r1, g1, b1 = values[b, 0] - k, values[b, 1] - r, values[b, 2] - g, values[b, 3] - b_
        k2, r2, g2, b2 = values[c, 0] - k, values[c, 1] - r, values[c, 2] - g, values[c, 3] - b_
        if not (k > ZERO and k1 + k > ZERO and k2 + k > ZERO):
            continue
        # Barycentric weights, times the area: how far a cell's centre is inside the edges bc, ca, ab.
        x, y = left * SUBPIXEL + half, top * SUBPIXEL + half
        row0 = (cy - by) * (x - bx) - (cx - bx) * (y - by)
        row1 = (ay - cy) * (x - cx) - (ax - cx) * (y - cy)
        row2 = area - row0 - row1
        scale = ONE / np.float32(area)
        for row in range(np.uint64(top), np.uint64(bottom + 1)):
            w0, w1, w2 = row0, row1, row2
            for column in range(np.uint64(left), np.uint64(right + 1)):
                if (w0 | w1 | w2) >= 0:  # no sign bit set: inside all three edges
                    f1, f2 = np.float32(w1) * scale, np.float32(w2) * scale
                    key = k + f1 * k1 + f2 * k2
                    if key > buffer[row, column, 0]:
                        buffer[row, column, 0] = key
                        buffer[row, column, 1] = r + f1 * r1 + f2 * r2
                        buffer[row, column, 2] = g + f1 * g1 + f2 * g2
                        buffer[row, column, 3] = b_ + f1 * b1 + f2 * b2
                w0 += (cy - by) * SUBPIXEL
                w1 += (ay - cy) * SUBPIXEL
                w2 += (by - ay) * SUBPIXEL
            row0 -= (cx - bx) * SUBPIXEL
            row1 -= (ax - cx) * SUBPIXEL
            row2 -= (bx - ax) * SUBPIXEL


@compiled
def _snap(value):
    """A coordinate in cells → integer in 1/SUBPIXEL of a cell, kept small enough for exact products."""
    return np.int64(np.rint(min(max(value, np.float32(-1e6)), np.float32(1e6)) * np.float32(SUBPIXEL)))


@compiled
def project(vertices: np.ndarray, camera: Camera, height: int, width: int):
    """Vertices (V, 3) → points (V, 2) and values (V, 4) for :func:`fill`: 1/depth (0 behind us), black."""
    points = np.empty((len(vertices), 2), np.int64)
    values = np.zeros((len(vertices), 4), np.float32)
    for i in range(len(vertices)):
        dx = vertices[i, 0] - camera.position[0]
        dy = vertices[i, 1] - camera.position[1]
        dz = vertices[i, 2] - camera.position[2]
        depth = dx * camera.forward[0] + dy * camera.forward[1] + dz * camera.forward[2]
        key = values[i, 0] = ONE / depth if depth > NEAR else ZERO
        zoom = np.float32(camera.focal) * key
        x = dx * camera.right[0] + dy * camera.right[1] + dz * camera.right[2]
        y = dx * camera.up[0] + dy * camera.up[1] + dz * camera.up[2]
        points[i, 0] = _snap(np.float32(SAMPLES) * (np.float32(width / 2) + zoom * x))
        points[i, 1] = _snap(np.float32(SAMPLES) * (np.float32(height / 2) - zoom * y))
    return points, values


@compiled
def project_shadow(vertices: np.ndarray, light: np.ndarray, cell: float):
    """Vertices (V, 3) → where their shadows fall on the floor, and how dark these are, for :func:`fill`.

    Points (V, 2) are world x and -y in 1/SUBPIXEL of a cell; values (V, 4) hold the darkness as the key.
    """
    points = np.empty((len(vertices), 2), np.int64)
    values = np.zeros((len(vertices), 4), np.float32)
    slope_x, slope_y, cells = light[0] / light[2], light[1] / light[2], np.float32(1 / cell)
    for i in range(len(vertices)):
        z = vertices[i, 2]
        points[i, 0] = _snap((vertices[i, 0] - z * slope_x) * cells)
        points[i, 1] = _snap((z * slope_y - vertices[i, 1]) * cells)
        values[i, 0] = ONE / (ONE + np.float32(FADING) * max(z, ZERO))
    return points, values


@compiled
def bounds(points: np.ndarray, cell: int, margin: int):
    """First and last row and column (top, left, bottom, right) of cells around points (n, 2), last excluded.

    Points are x and y, `cell` of their units long; `margin` cells are added.
    """
    low_x = high_x = points[0, 0]
    low_y = high_y = points[0, 1]
    for i in range(1, len(points)):
        low_x, high_x = min(low_x, points[i, 0]), max(high_x, points[i, 0])
        low_y, high_y = min(low_y, points[i, 1]), max(high_y, points[i, 1])
    top, left = low_y // cell - margin, low_x // cell - margin
    return top, left, high_y // cell + 1 + margin, high_x // cell + 1 + margin


@compiled
def _line_share(x, footprint):
    """Share of x ± footprint/2 that grid lines cover: an exact box filter, hence no moiré."""
    width, scale = np.float32(LINE_WIDTH / GRID), np.float32(1 / GRID)
    a, b = (x - HALF * footprint) * scale + HALF * width, (x + HALF * footprint) * scale + HALF * width
    whole_a, whole_b = np.floor(a), np.floor(b)
    covered = (whole_b - whole_a) * width + min(b - whole_b, width) - min(a - whole_a, width)
    return covered / (b - a)


@compiled
def _darkness(shadow, x, y):
    """The shadow at a point of the floor, bilinear; 0 outside the map."""
    rows, columns = shadow.darkness.shape
    u = (x - shadow.left) / shadow.cell - HALF
    v = (shadow.top - y) / shadow.cell - HALF
    if not (ZERO <= u < np.float32(columns - 1) and ZERO <= v < np.float32(rows - 1)):
        return ZERO
    i, j = int(v), int(u)
    fv, fu = v - np.float32(i), u - np.float32(j)
    d = shadow.darkness
    upper = d[i, j] + fu * (d[i, j + 1] - d[i, j])
    lower = d[i + 1, j] + fu * (d[i + 1, j + 1] - d[i + 1, j])
    return upper + fv * (lower - upper)


@compiled
def _background(row, height, width, camera, shadow, shadow_box, background):
    """Floor, grid and shadow, or sky, of a row of the picture into background (3, width) → the floor's key.

    The key is 1/depth, the same all along a row since the camera does not roll. It is not positive above the
    horizon.
    """
    focal, middle = np.float32(camera.focal), np.float32(width / 2)
    px, py, pz = camera.position[0], camera.position[1], camera.position[2]
    rx, ry = camera.right[0], camera.right[1]
    ux, uy, uz = camera.up[0], camera.up[1], camera.up[2]
    fx, fy, fz = camera.forward[0], camera.forward[1], camera.forward[2]
    sky_top = -fz - np.float32(height / 2) / focal * uz
    shadow_top, shadow_left, shadow_bottom, shadow_right = shadow_box
    slope = (np.float32(row) + HALF - np.float32(height / 2)) / focal
    down = slope * uz - fz
    floor_key = down / pz
    if floor_key > np.float32(1e-3):
        depth = ONE / floor_key
        clear = down * down / (down * down + np.float32(HAZE * HAZE))
        x0, y0 = depth * (fx - slope * ux), depth * (fy - slope * uy)  # from the camera
        step = depth / focal  # metres on the floor from pixel to pixel
        stretch = depth * uz / (pz * focal)  # how much of its distance a point moves from row to row
        for column in range(width):
            side = (np.float32(column) + HALF - middle) * step
            x, y = x0 + side * rx, y0 + side * ry
            across = _line_share(px + x, abs(step * rx) + abs(stretch * x - step * ux))
            along = _line_share(py + y, abs(step * ry) + abs(stretch * y - step * uy))
            background[0, column] = (across + along - across * along) * clear
        for k in range(2, -1, -1):
            base = HORIZON[k] + clear * (FLOOR[k] - HORIZON[k])
            for column in range(width):
                background[k, column] = base + background[0, column] * (LINE[k] - base)
        strength = np.float32(SHADOW) * clear
        for column in range(shadow_left, shadow_right if shadow_top <= row < shadow_bottom else 0):
            side = (np.float32(column) + HALF - middle) * step
            light = ONE - strength * _darkness(shadow, px + x0 + side * rx, py + y0 + side * ry)
            for k in range(3):
                background[k, column] *= light
    else:
        for k in range(3):
            tone = HORIZON[k] + max(down / sky_top, ZERO) * (SKY[k] - HORIZON[k])
            for column in range(width):
                background[k, column] = tone
    return floor_key


@compiled
def _body(buffer, top, left, floor_key):
    """The samples of a pixel that the body covers: their number, and the sums of their colours (3).

    buffer: of :func:`fill`. top, left: the pixel's first sample. What is under the floor counts in part.
    """
    cover, red, green, blue = ZERO, ZERO, ZERO, ZERO
    for i in range(top, top + SAMPLES):
        for j in range(left, left + SAMPLES):
            if buffer[i, j, 0] > 0:
                share = ONE if buffer[i, j, 0] >= floor_key else np.float32(UNDER_FLOOR)
                cover += share
                red += share * buffer[i, j, 1]
                green += share * buffer[i, j, 2]
                blue += share * buffer[i, j, 3]
    return cover, (red, green, blue)


@compiled
def compose(buffer, box, shadow, shadow_box, camera, picture):
    """Mean of the body's samples, over the floor, over the sky, written to picture (height, width, 3) uint8.

    buffer: of :func:`fill`. box, shadow_box: the pixels (top, left, bottom, right) that it and the shadow
    cover. What is under the floor shines through it.
    """
    height, width = picture.shape[:2]
    top, left, bottom, right = box
    background = np.empty((3, width), np.float32)
    n = np.float32(SAMPLES * SAMPLES)
    for row in range(height):
        floor_key = _background(row, height, width, camera, shadow, shadow_box, background)
        for column in range(width):
            for k in range(3):
                picture[row, column, k] = np.uint8(background[k, column] + HALF)
        if not top <= row < bottom:
            continue
        for column in range(left, right):
            cover, colour = _body(buffer, (row - top) * SAMPLES, (column - left) * SAMPLES, floor_key)
            if cover > 0:
                rest = n - cover
                for k in range(3):
                    picture[row, column, k] = np.uint8((colour[k] + rest * background[k, column]) / n + HALF)
