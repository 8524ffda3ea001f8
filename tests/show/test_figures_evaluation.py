"""What the figures of notebook 04 draw is what the data say."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Ellipse

from labkit.scores import Scores
from labkit.show.figures import evaluation as figures
from labkit.show.figures.style import BLUE, FAINT, NETWORK_LINES


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_principal_axes_find_the_plane_that_data_lie_in(rng):
    """Points in a known plane of a 6-d space, deviations 3 and 2, with a little noise beside it."""
    basis = np.linalg.qr(rng.normal(size=(6, 6)))[0].T
    points = 5 + (rng.normal(size=(4000, 6)) * [3, 2, 0.1, 0.1, 0.1, 0.1]) @ basis
    origin, directions, share = figures.principal_axes(points)
    np.testing.assert_allclose(origin, points.mean(0))
    np.testing.assert_allclose(np.abs(directions @ basis[:2].T), np.eye(2), atol=0.05)
    assert share == pytest.approx(13 / 13.04, abs=0.002)


def test_feature_map_draws_every_motion_once_under_its_kind(rng):
    labels = ["raise-up-left-hand|active"] * 3 + ["run|old", "walk|", "walk-turn-left|x", "cartwheel|"]
    ax = figures.feature_map(rng.normal(size=(7, 5)), labels).axes[0]
    drawn = {c.get_label(): len(c.get_offsets()) for c in ax.collections}
    assert {k: n for k, n in drawn.items() if n} == {
        "raises left": 3,
        "runs": 1,
        "walks, turns": 2,
        "all else": 1,
    }


class TestGaussians:
    def test_ellipses_are_those_of_the_two_sets(self, rng):
        """A set that is wide in x and narrow in y; the plotted one is moved and turned."""
        real = rng.normal(size=(5000, 2)) * [4, 1]
        fake = rng.normal(size=(5000, 2)) * [1, 4] + [10, 0]
        ax = figures.gaussians(real, {"adaln": fake}).axes[0]
        one, two, fake_one, fake_two = [p for p in ax.patches if isinstance(p, Ellipse)]
        assert sorted([two.width, two.height]) == pytest.approx([4, 16], rel=0.05)
        assert (two.width, two.height) == pytest.approx((2 * one.width, 2 * one.height))
        along = np.radians(two.angle)  # the first principal component is x
        assert two.width > two.height and abs(np.cos(along)) == pytest.approx(1, abs=0.01)
        assert np.abs(fake_two.center[0] - two.center[0]) == pytest.approx(10, abs=0.3)
        assert abs(np.sin(np.radians(fake_two.angle))) == pytest.approx(1, abs=0.01)
        assert fake_two.get_linestyle() != two.get_linestyle()

    def test_a_panel_a_network(self, rng):
        sets = {name: rng.normal(size=(9 + i, 4)) for i, name in enumerate(NETWORK_LINES)}
        drawn = [
            len(ax.collections[1].get_offsets())
            for ax in figures.gaussians(rng.normal(size=(30, 4)), sets).axes
        ]
        assert drawn == [9, 10, 11]


def test_twins_are_seen_in_the_plane_of_the_first(rng):
    real, fake = rng.normal(size=(50, 5)), rng.normal(size=(40, 5))
    figure = figures.same_moments(real, fake, 0.12345)
    assert "0.1235" in figure.get_suptitle()
    origin, directions, _ = figures.principal_axes(real)
    for ax, points in zip(figure.axes, (real, fake)):
        np.testing.assert_allclose(ax.collections[0].get_offsets(), (points - origin) @ directions.T)


def test_towers_join_captions_to_their_own_motions(rng):
    """In a plane, so that nothing is lost: captions are their motions, all moved alike, and less spread."""
    motion = rng.normal(size=(60, 2)) * [5, 1]
    text = motion * 0.5 + [0.3, 0.1]
    ax = figures.towers(text, motion, pairs=7).axes[0]
    motions, captions = (np.asarray(c.get_offsets()) for c in ax.collections)
    assert len(motions) == len(captions) == 60
    np.testing.assert_allclose(np.linalg.norm(motions - captions, axis=1), np.hypot(*(motion - text).T))
    lines = [line.get_xydata() for line in ax.lines if line.get_linewidth() < 1]
    np.testing.assert_allclose(lines, np.stack([motions[:7], captions[:7]], axis=1))
    ellipses = [p for p in ax.patches if isinstance(p, Ellipse)]
    assert ellipses[1].width == pytest.approx(2 * ellipses[3].width)  # two deviations, of each tower
    assert ellipses[1].get_linestyle() != ellipses[3].get_linestyle()


def test_guidance_draws_intervals_by_scale_and_real_motion():
    rows = {
        1: Scores("adaln", 9, {"FD": (1.0, 0.5, 1.5), "R3": (0.8, 0.7, 0.9)}),
        2.5: Scores("adaln", 9, {"FD": (3.0, 2.0, 5.0), "R3": (0.9, 0.8, 1.1)}),
    }
    fd, r3 = figures.guidance(
        rows, Scores("real", 9, {"FD": (0.1, 0, 1), "R3": (0.7, 0, 1)}), ["FD", "R3"]
    ).axes
    assert fd.lines[0].get_xydata().tolist() == [[1, 1], [2.5, 3]]
    assert fd.lines[1].get_ydata() == [0.1, 0.1] and r3.lines[1].get_ydata() == [0.7, 0.7]
    assert [s.tolist() for s in fd.collections[0].get_segments()] == [
        [[1, 0.5], [1, 1.5]],
        [[2.5, 2.0], [2.5, 5.0]],
    ]
    assert r3.collections[0].get_segments()[1].tolist() == [[2.5, 0.8], [2.5, 1]]  # no share is above 1


def test_by_size_draws_means_and_the_middle_of_the_draws():
    draws = {10: list(np.linspace(0, 1, 101)), 100: [2.0] * 5}
    ax = figures.by_size({"FD": {"real": draws}}).axes[0]
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(x, [10, 100])
    np.testing.assert_allclose(y, [0.5, 2])
    band = ax.collections[0].get_paths()[0].vertices
    at_10 = band[band[:, 0] == 10, 1]
    assert (at_10.min(), at_10.max()) == pytest.approx((0.025, 0.975))


def test_by_size_tells_lines_apart_and_leaves_no_empty_panel():
    line = {8: [1.0], 16: [2.0]}
    figure = figures.by_size({f"m{i}": {"real": line, "another": line, "adaln": line} for i in range(5)})
    assert len(figure.axes) == 5
    assert len({(line.get_linestyle(), line.get_marker()) for line in figure.axes[0].lines}) == 3


def test_score_histogram_counts_all_and_marks_the_means(rng):
    matched, shuffled = rng.uniform(0.6, 0.9, 70), rng.uniform(0.2, 0.6, 50)
    ax = figures.score_histogram(matched, shuffled).axes[0]
    counts = {}
    for bar in ax.patches:
        color = to_hex(bar.get_facecolor())
        counts[color] = counts.get(color, 0) + bar.get_height()
    assert counts == {BLUE: 70, FAINT: 50}
    assert [line.get_xdata()[0] for line in ax.lines] == pytest.approx([shuffled.mean(), matched.mean()])


def test_intervals_show_each_row_of_each_metric():
    rows = [
        Scores("real", 9, {"FD": (1.0, 0.5, 1.5), "R3": (0.8, 0.7, 0.9)}),
        Scores("adaln", 9, {"FD": (3.0, 2.0, 5.0), "R3": (0.9, 0.8, 1.1)}),
    ]
    fd, r3 = figures.intervals(rows, ["FD", "R3"]).axes
    assert [line.get_xdata().tolist() for line in fd.lines[::2]] == [[0.5, 1.5], [2.0, 5.0]]
    assert [line.get_xdata()[0] for line in r3.lines[1::2]] == [0.8, 0.9]
    assert r3.lines[2].get_xdata()[1] == 1  # no share is above 1
    assert [label.get_text() for label in fd.get_yticklabels()] == ["real", "adaLN"]
    assert fd.yaxis_inverted()  # the first row is on top, as in the table


def test_actions_draws_every_count_once_the_best_first():
    """Three actions in two panels: what the cells say, how dark they are, and the means above."""
    yes, no, some = np.ones((2, 3), bool), np.zeros((2, 3), bool), np.eye(2, 3, dtype=bool)
    hits = {"adaln": {"walk": yes, "sit": no, "wave": some}, "mine": {"walk": yes, "sit": no, "wave": yes}}
    figure = figures.actions(hits)
    said, rows = [], []
    for ax in figure.axes:
        names = [label.get_text() for label in ax.get_yticklabels()]
        rows += names
        assert [label.get_text() for label in ax.get_xticklabels()] == ["adaLN", "mine"]
        shares = ax.images[0].get_array()
        for text in ax.texts:
            x, y = map(int, text.get_position())
            said.append((names[y], x, text.get_text()))
            assert shares[y, x] == pytest.approx(np.divide(*map(int, text.get_text().split("/"))))
    assert rows == ["walk", "wave", "sit"]
    assert sorted(said) == [
        ("sit", 0, "0/6"), ("sit", 1, "0/6"), ("walk", 0, "6/6"), ("walk", 1, "6/6"), ("wave", 0, "2/6"),
        ("wave", 1, "6/6"),
    ]  # fmt: skip
    assert "adaLN 44%" in figure.get_suptitle() and "mine 67%" in figure.get_suptitle()
