"""The pictures of motions: what is drawn, against the numbers it is drawn from."""

import math

import numpy as np
import pytest
import torch

from labkit.body import load_body
from labkit.motion import FPS, LAYOUT, D, Motion
from labkit.render.scene import draw
from labkit.render.video import Stage
from labkit.show.figures import motion as figures

BODY = load_body()
F = 40


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(F, D, generator=torch.Generator().manual_seed(0))


def curve(figure, panel: int, label: str) -> np.ndarray:
    return next(line for line in figure.axes[panel].lines if line.get_label() == label).get_ydata()


def standing(*shifts: tuple[float, float, float]) -> Motion:
    """The body at rest, upright, heading 0; a frame for each shift."""
    n = len(shifts)
    height = torch.tensor([0, 0, float(BODY.rest_joints[0, 1] - BODY.sole)])
    orient = torch.tensor([[math.pi / 2, 0, 0]]).expand(n, 3)
    return Motion(orient, torch.zeros(n, 63), torch.tensor(shifts) + height)


def body_pixels(picture: np.ndarray) -> np.ndarray:
    """Where the suit is: (n, 2) of row and column. It is far darker in red than floor and sky are."""
    return np.argwhere(picture[..., 0] < 100)


def test_lengths_count_everything_and_mark_the_mean():
    seconds, words = [1.0, 2.2, 6.0, 6.0], [3, 3, 4, 12, 5]
    figure = figures.lengths(seconds, words)
    for ax, values in zip(figure.axes, (seconds, words)):
        assert sum(bar.get_height() for bar in ax.patches) == len(values)
        assert ax.lines[0].get_xdata()[0] == pytest.approx(sum(values) / len(values))
    heights = {round(b.get_x() + b.get_width() / 2): b.get_height() for b in figure.axes[1].patches}
    assert {n: h for n, h in heights.items() if h} == {3: 2, 4: 1, 5: 1, 12: 1}


def test_bands_hold_every_feature_once_in_the_order_of_x(x):
    figure = figures.feature_bands(x)
    images = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    assert [len(image) for image in images] == [1, 2, 1, 132, 69]
    raw = x.numpy()
    expected = (raw - raw.mean(0)) / raw.std(0, ddof=1)
    np.testing.assert_allclose(np.concatenate(images).T, expected, atol=1e-5)


def test_bands_draw_a_constant_feature_as_its_mean(x):
    x[:, 0] = 0.9
    image = figures.feature_bands(x).axes[0].images[0].get_array()
    np.testing.assert_allclose(image, 0, atol=1e-4)


def test_anatomy_draws_the_joints_and_the_velocity_of_its_row(x):
    x[7, LAYOUT["root_velocity"]] = torch.tensor([0.03, -0.05])  # to its left, and ahead
    x[7, 0] = 0.93
    side, above = figures.row_anatomy(x, 7, BODY.parents).axes[:2]
    joints = np.concatenate([[[0, 0, 0]], x[7, LAYOUT["joints"]].reshape(23, 3).numpy()]) + [0, 0, x[7, 0]]
    limbs = [line for line in side.lines if len(line.get_xdata()) == 2][:23]
    for limb, (j, parent) in zip(limbs, [(j, p) for j, p in enumerate(BODY.parents) if p >= 0]):
        expected = [[-joints[parent, 1], joints[parent, 2]], [-joints[j, 1], joints[j, 2]]]
        np.testing.assert_allclose(limb.get_xydata(), expected, atol=1e-5)
    ends = [text.xy for text in above.texts if hasattr(text, "xy") and "m/s" in text.get_text()]
    np.testing.assert_allclose(ends, [[-0.03 * FPS / 2, 0.05 * FPS / 2]], atol=1e-6)
    assert f"{math.hypot(0.03, 0.05) * FPS:.1f} m/s" in "".join(t.get_text() for t in above.texts)
    assert "0.93 m" in "".join(t.get_text() for t in side.texts)


def test_root_curves_are_in_seconds_and_ahead_is_minus_y():
    n = 5
    parts = dict(
        root_height=torch.linspace(0.8, 1, n)[:, None],
        root_velocity=torch.tensor([[0.01, -0.05]]).repeat(n, 1),
        yaw_velocity=torch.full((n, 1), math.radians(2)),
    )
    figure = figures.root_curves(parts)
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xdata(), np.arange(n) * 0.05)
    np.testing.assert_allclose(curve(figure, 1, "forward"), 1.0, rtol=1e-6)
    np.testing.assert_allclose(curve(figure, 1, "to its left"), 0.2, rtol=1e-6)
    np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata(), 40, rtol=1e-5)


def test_a_path_ahead_goes_up_and_a_left_turn_points_left():
    ahead = torch.stack([torch.zeros(3), -torch.arange(3.0)], dim=1)
    ax = figures.floor_path({"a": (ahead, torch.tensor([0, 0, math.pi / 2]))}, every=1).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0, 0], [0, 1], [0, 2]], atol=1e-7)
    arrows = ax.collections[0]
    np.testing.assert_allclose(np.stack([arrows.U, arrows.V], 1), [[0, 1], [0, 1], [-1, 0]], atol=1e-6)


def test_a_filmstrip_keeps_heights_and_lengths_and_tells_left_from_right():
    joints = BODY.joints(standing((0, 0, 0), (2, -1, 0), (4, -2, 0)))
    ax = figures.filmstrip(joints, BODY.parents, count=3).axes[0]
    limbs = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_label().startswith("_")][
        :-1
    ]
    assert len(limbs) == 3 * 23
    first = np.array([limb.get_xydata() for limb in limbs]).reshape(3, 23, 2, 2)
    np.testing.assert_allclose(first[0, :, 1, 1], joints[0, 1:, 2], atol=1e-6)
    for place in (1, 2):  # the walk is taken out: every body stands in its own place
        np.testing.assert_allclose(
            first[place] - first[0], np.broadcast_to([0.9 * place, 0], (23, 2, 2)), atol=1e-5
        )
    left, right = (limbs[j - 1] for j in (4, 5))  # the knees
    assert left.get_linewidth() > right.get_linewidth() and left.get_color() != right.get_color()


def test_standing_is_shaded_below_two_centimetres_only():
    height = torch.tensor([[0.1, 0.0], [0.019, 0.0], [-0.1, 0.0], [0.021, 0.0]])
    speed = torch.arange(8.0).reshape(4, 2)
    figure = figures.foot_contacts(height, speed)
    np.testing.assert_allclose(curve(figure, 0, "left"), [10, 1.9, -10, 2.1], rtol=1e-5)
    np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata(), speed[:, 1])
    shaded = figure.axes[1].collections[0].get_paths()
    assert len(shaded) == 1
    # step="mid": from frame 1 to frame 2, each half a frame wider where its neighbour stands too
    low, high = shaded[0].vertices[:, 0].min(), shaded[0].vertices[:, 0].max()
    assert 0 < low <= 1 / FPS and 2 / FPS <= high < 3 / FPS


def test_a_point_is_where_the_picture_shows_it():
    """The renderer is asked: a body of one small triangle is seen where the point is said to be."""
    motion = standing((0, 0, 0))
    joint = BODY.joints(motion)[0, 20].numpy()  # the left wrist
    corners = (joint + 0.02 * np.array([[1, 0, -1], [-1, 0, -1], [0, 0, 1]], np.float32)).astype(np.float32)
    stage = Stage([motion], BODY, [""], 210, 150)
    picture = np.full((210, 150, 3), 255, np.uint8)
    draw(
        corners, np.array([[0, 1, 2], [2, 1, 0]], np.int32), np.zeros((3, 3), np.float32),
        stage.cameras[0][0], 0.05, picture,
    )  # fmt: skip
    blank = picture.copy()
    draw(
        corners + np.float32([0, 0, 100]), np.array([[0, 1, 2], [2, 1, 0]], np.int32),
        np.zeros((3, 3), np.float32), stage.cameras[0][0], 0.05, blank,
    )  # fmt: skip
    row, column = np.argwhere((picture.astype(int) - blank).min(-1) < -60).mean(0)
    found = figures.in_picture(corners.mean(0), stage.cameras[0][0], 150, 210)
    np.testing.assert_allclose(found, [column + 0.5, row + 0.5], atol=1)


def test_a_contact_strip_draws_trails_to_the_hands_and_bars_where_feet_stand():
    """Both feet stand, then the body hangs in the air for a second, then stands again."""
    shifts = [(0.0, 0.0, 0.5 * (20 <= f < 40)) for f in range(61)]
    figure = figures.contact_strip(standing(*shifts), BODY, count=4)
    film, bars = figure.axes
    assert len(film.images) == 4
    for left, right in zip(film.images, film.images[1:]):  # side by side, no gap
        assert left.get_extent()[1] == pytest.approx(right.get_extent()[0])
    middles = [np.mean(picture.get_extent()[:2]) for picture in film.images]
    np.testing.assert_allclose(middles, [0, 1, 2, 3])
    for foot in bars.collections:
        spans = [(p.vertices[:, 0].min(), p.vertices[:, 0].max()) for p in foot.get_paths()]
        np.testing.assert_allclose(spans, [(-0.025, 0.975), (1.975, 3.025)])
    trails = [line for line in film.lines if line.get_marker() != "o"]
    assert [len(line.get_xdata()) for line in trails] == [1, 1, 21, 21, 21, 21, 21, 21]
    left, right = trails[:2]  # seen from the front, its left is on the right
    assert left.get_xdata()[-1] > right.get_xdata()[-1]


def test_bodies_are_seen_by_one_camera():
    """A step to its left is one to the right in the picture: the camera stands before it and stays there."""
    figure = figures.bodies(standing((0, 0, 0), (0.4, 0, 0)), BODY, ["here", "there"], size=120)
    here, there = (body_pixels(ax.images[0].get_array()) for ax in figure.axes)
    assert [ax.get_title() for ax in figure.axes] == ["here", "there"]
    assert there[:, 1].mean() - here[:, 1].mean() > 10
    with pytest.raises(ValueError):
        figures.bodies(standing((0, 0, 0), (0.4, 0, 0)), BODY, ["one title"], size=120)


def test_bodies_of_other_shapes_stand_on_the_same_floor():
    betas = torch.zeros(3, 10)
    betas[1, 0], betas[2, 0] = 2, -2
    figure = figures.bodies(standing(*[(0, 0, 0)] * 3), BODY, ["", "tall", "small"], betas, size=120)
    rows = [body_pixels(ax.images[0].get_array())[:, 0] for ax in figure.axes]
    lowest, heights = [r.max() for r in rows], [np.ptp(r) for r in rows]
    assert max(lowest) - min(lowest) <= 4  # pixels: nearer feet are a little lower in the picture
    assert heights[1] > heights[0] > heights[2]


def test_zscores_are_of_the_chosen_columns():
    rows = torch.randn(4000, 6, generator=torch.Generator().manual_seed(1)) * 0.1 + 0.5
    figure = figures.zscores(rows, {"a": 4}, rows.mean(0), rows.std(0))
    raw, scored = (ax.patches[0].get_xy() for ax in figure.axes)
    for outline, values in ((raw, rows[:, 4]), (scored, (rows[:, 4] - rows[:, 4].mean()) / rows[:, 4].std())):
        edges = np.unique(outline[:, 0])
        density, _ = np.histogram(values.numpy(), edges, density=True)
        np.testing.assert_allclose(outline[1:-1:2, 1][: len(density)], density, rtol=1e-5)
