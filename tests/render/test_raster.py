"""The kernels against slow loops, closed forms and properties."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.ndimage import binary_fill_holes

from labkit.render import raster
from labkit.render.camera import basis
from labkit.render.raster import SAMPLES, SUBPIXEL, Camera, compose, fill, project, shade, vertex_normals
from labkit.render.scene import cast_shadow, draw

UP = np.array([0, 0, 1], np.float32)


def camera(distance, height, focal=600.0, angle=0.0, target=(0, 0, 0)):
    right, up, forward = basis(angle)
    eye = np.array(target, np.float32) - distance * forward + np.array([0, 0, height], np.float32)
    return Camera(eye.astype(np.float32), right, up, forward, UP, focal)


def sphere(radius=1.0, n=96, center=(0, 0, 0)):
    """A closed mesh of latitudes and longitudes, counter-clockwise from outside."""
    theta, phi = np.meshgrid(np.linspace(0, np.pi, n)[1:-1], np.arange(2 * n) * np.pi / n, indexing="ij")
    ring = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1).reshape(
        -1, 3
    )
    vertices = np.concatenate([ring, [[0, 0, 1], [0, 0, -1]]])
    i, j = np.meshgrid(np.arange(n - 3), np.arange(2 * n), indexing="ij")
    a, b = i * 2 * n + j, i * 2 * n + (j + 1) % (2 * n)
    quads = [np.stack([a, a + 2 * n, b], -1), np.stack([b, a + 2 * n, b + 2 * n], -1)]
    j, k = np.arange(2 * n), (np.arange(2 * n) + 1) % (2 * n)
    north, south, last = len(ring), len(ring) + 1, (n - 3) * 2 * n
    caps = [np.stack([j, k, 0 * j + north], -1), np.stack([last + k, last + j, 0 * j + south], -1)]
    faces = np.concatenate([q.reshape(-1, 3) for q in quads + caps]).astype(np.int32)
    return (radius * vertices + center).astype(np.float32), faces


def samples(vertices, faces, view, size):
    """Keys (size·SAMPLES, size·SAMPLES) of a mesh on a square picture."""
    points, values = project(vertices, view, size, size)
    buffer = np.zeros((size * SAMPLES, size * SAMPLES, 4), np.float32)
    fill(points, values, faces, buffer)
    return buffer[..., 0]


def test_fill_is_the_slow_loop():
    """Coverage is exact, values are barycentric means, the larger key wins, back faces are left out."""
    rng = np.random.default_rng(0)
    points = rng.integers(-40, 26 * SUBPIXEL, (60, 2))
    points[:12] = points[:12] // SUBPIXEL * SUBPIXEL + SUBPIXEL // 2  # vertices and edges on cell centres
    values = rng.uniform(0.1, 1, (60, 4)).astype(np.float32)
    values[50, 0] = 0  # behind the camera: its faces are left out
    faces = rng.permutation(60).reshape(20, 3).astype(np.int32)
    buffer = np.zeros((20, 24, 4), np.float32)
    fill(points, values, faces, buffer)

    def side(p, q, r):
        """Twice the area of pqr, positive where it is seen counter-clockwise; rows run downwards."""
        return int((r[0] - p[0]) * (q[1] - p[1]) - (r[1] - p[1]) * (q[0] - p[0]))

    expected = np.zeros((20, 24, 4))
    for face in faces:
        a, b, c = points[face]
        area = side(a, b, c)
        if area <= 0 or (values[face, 0] <= 0).any():
            continue
        for row in range(20):
            for column in range(24):
                p = np.array([column, row]) * SUBPIXEL + SUBPIXEL // 2
                weights = [Fraction(side(*edge), area) for edge in ((b, c, p), (c, a, p), (a, b, p))]
                if min(weights) >= 0:
                    mean = np.array([float(w) for w in weights]) @ values[face].astype(float)
                    if mean[0] > expected[row, column, 0]:
                        expected[row, column] = mean
    assert 100 < (expected[..., 0] > 0).sum() < 20 * 24
    assert np.array_equal(buffer[..., 0] > 0, expected[..., 0] > 0)
    np.testing.assert_allclose(buffer, expected, atol=2e-6)


def test_projection_is_the_pinhole():
    """Against a 3×4 projection matrix in float64."""
    rng = np.random.default_rng(1)
    vertices = rng.uniform(-1, 1, (50, 3)).astype(np.float32)
    view = camera(5.0, 0.3, focal=321.0, angle=0.7)
    points, values = project(vertices, view, 240, 320)
    axes = np.stack([view.right, -view.up, view.forward]).astype(float)
    k = np.array([[321, 0, 160], [0, 321, 120], [0, 0, 1]])
    x = k @ axes @ (vertices - view.position).astype(float).T
    np.testing.assert_allclose(
        points / (SUBPIXEL * SAMPLES), (x[:2] / x[2]).T, atol=0.51 / SUBPIXEL / SAMPLES
    )
    np.testing.assert_allclose(values[:, 0], 1 / x[2], rtol=1e-5)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-6)


@pytest.mark.parametrize("distance", [2.0, 6.0])
def test_silhouette_of_a_sphere(distance):
    """On the axis it is a disk of radius f R / √(d² − R²)."""
    vertices, faces = sphere()
    focal = 100 * np.sqrt(distance**2 - 1)  # the disk's radius is 100 pixels
    keys = samples(vertices, faces, camera(distance, 0, focal), 256)
    assert (keys > 0).sum() / SAMPLES**2 == pytest.approx(np.pi * 100**2, rel=1e-3)
    # the nearest point is distance - 1 away, and every sample shows the front of the sphere
    assert keys.max() == pytest.approx(1 / (distance - 1), rel=1e-3)
    assert keys[keys > 0].min() > 1 / distance


def test_no_pinholes():
    vertices, faces = sphere(n=40)
    rng = np.random.default_rng(2)
    for _ in range(10):
        view = camera(rng.uniform(2, 4), 0, rng.uniform(50, 300), rng.uniform(0, 6))
        covered = samples(vertices, faces, view, 128) > 0
        assert covered.sum() > 500
        assert np.array_equal(covered, binary_fill_holes(covered))


def test_normals_of_a_sphere():
    vertices, faces = sphere()
    assert np.abs(vertex_normals(vertices, faces) - vertices).max() < 0.02


def test_light_worked_by_hand():
    """The eye and the lamp above: a normal up has lamp and sheen, one down has rim and floor light."""
    view = Camera(np.array([0, 0, 9], np.float32), *np.eye(3, dtype=np.float32), UP, 100.0)
    values = np.zeros((4, 4), np.float32)
    normals = np.stack([UP, UP, -UP, -UP])
    colors = np.array([[127.5] * 3, [0] * 3, [255] * 3, [0] * 3], np.float32)
    shade(np.zeros((4, 3), np.float32), normals, colors, view, values)
    squares = [0.25 * (0.62 + 0.85) + 0.06, 0.06, 0.18 + 0.018, 0.018]
    np.testing.assert_allclose(values[:, 1], 255 * np.sqrt(squares), rtol=1e-5)


def empty_floor(view, size=200):
    """The picture of a body that is out of sight."""
    picture = np.zeros((size, size, 3), np.uint8)
    vertices, faces = sphere(0.1, 8, view.position - 50 * view.forward)
    draw(vertices, faces, np.zeros_like(vertices), view, 0.1, picture)
    return picture


def test_grid_lies_where_the_projection_puts_it():
    """The crossings of the lines are dark, the middles of the squares are not."""
    view = camera(4.0, 1.0, 200.0, angle=0.4)
    brightness = empty_floor(view).sum(-1).astype(int)
    at = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), -1).reshape(-1, 2) * raster.GRID
    for shift, is_line in ((0, True), (raster.GRID / 2, False)):
        corners = np.c_[at + shift, np.zeros(len(at))].astype(np.float32)
        points = project(corners, view, 200, 200)[0] // (SUBPIXEL * SAMPLES)
        points = points[((points >= 2) & (points < 198)).all(1)]
        assert len(points) > 5
        for column, row in points:
            patch = brightness[row - 1 : row + 2, column - 1 : column + 2]
            around = np.median(brightness[row, max(column - 12, 0) : column + 13])
            assert (patch.min() < around - 12) == is_line


def test_samples_are_averaged_and_the_floor_covers():
    """Two of four samples: half body, half background. Behind the floor: a share of UNDER_FLOOR."""
    view = camera(4.0, 1.0, 100.0)
    background = empty_floor(view, 100).astype(float)
    shadow = cast_shadow(*sphere(0.1, 8, (90, 90, 0)), UP, 0.1)
    for key, share in ((10.0, 0.5), (1e-3, 0.5 * raster.UNDER_FLOOR)):
        buffer = np.zeros((SAMPLES, SAMPLES, 4), np.float32)
        buffer[0] = key, 200, 100, 0
        picture = np.zeros((100, 100, 3), np.uint8)
        compose(buffer, (80, 30, 81, 31), shadow, (0, 0, 0, 0), view, picture)
        expected = share * np.array([200, 100, 0]) + (1 - share) * background[80, 30]
        assert np.abs(picture[80, 30] - expected).max() <= 1
        picture[80, 30] = background[80, 30]
        assert np.array_equal(picture, background)


def test_shadow_falls_along_the_light_and_fades_with_height():
    light = np.array([0.6, 0.0, 0.8], np.float32)
    darkest = []
    for height in (0.3, 1.3):
        center = np.array([3, -2, height])
        shadow = cast_shadow(*sphere(0.3, 24, center), light, 0.02)
        rows, columns = np.indices(shadow.darkness.shape) + 0.5
        weight = shadow.darkness / shadow.darkness.sum()
        x = shadow.left + shadow.cell * (weight * columns).sum()
        y = shadow.top - shadow.cell * (weight * rows).sum()
        # The silhouette's middle; the lower side of the sphere is a little darker, hence the tolerance.
        assert (x, y) == pytest.approx((3 - height * 0.75, -2), abs=0.05)
        assert shadow.darkness[[0, -1]].max() == shadow.darkness[:, [0, -1]].max() == 0
        darkest.append(shadow.darkness.max())
    assert darkest[0] > 1.5 * darkest[1] > 0
