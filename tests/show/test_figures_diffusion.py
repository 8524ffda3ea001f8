"""What is drawn in notebook 03's pictures, against the numbers it should show."""

import numpy as np
import pytest
import torch

from labkit.diffusion import Schedule
from labkit.motion import FPS
from labkit.show.figures import diffusion


def lines(ax) -> list[np.ndarray]:
    """The points (n, 2) of every line of a picture."""
    return [np.column_stack(line.get_data()) for line in ax.lines]


def test_sticks_draw_every_bone_of_every_frame(body, random_motion):
    joints = body.joints(random_motion(frames=3))
    figure = diffusion.sticks([joints, joints[:1]], ["many", "one"], body.parents)
    many, one = figure.axes
    assert [ax.get_title() for ax in (many, one)] == ["many", "one"]
    assert len(many.lines) == 3 * 23
    assert len(one.lines) == 23
    frame, child = 2, 20  # the last frame's left wrist; lines come frame by frame, bone by bone
    parent = body.parents[child]
    drawn = lines(many)[frame * 23 + child - 1]
    expected = joints[frame][[child, parent]] - joints[frame, 0] * torch.tensor([1, 1, 0])
    np.testing.assert_allclose(drawn, expected[:, [0, 2]], atol=1e-6)


def test_film_shows_the_frame_asked_for(body, random_motion):
    motion = random_motion(frames=6)
    one, two = motion, motion[4:5]

    def pictures(motions, frame):
        figure = diffusion.film(
            {"first": motions, "second": motions}, ["a", "b"][: len(motions)], body, frame
        )
        return [np.asarray(ax.images[0].get_array()) for ax in figure.axes]

    fourth = pictures([one], 4)
    assert (fourth[0] == pictures([two], 0)[0]).all()
    assert (fourth[0] != pictures([one], 1)[0]).any()
    assert len(pictures([one, motion[1:]], 0)) == 4  # two rows of two


def test_schedule_curves_share_out_all_there_is():
    """Signal² + noise² = 1 at every step, and the ratio of the two is what the right-hand side shows."""
    figure = diffusion.schedule_curves({"cosine": Schedule(50), "linear": Schedule(50, "linear")})
    left, right = figure.axes
    signal, noise = lines(left)[2:4]  # the second schedule's
    np.testing.assert_allclose(signal[:, 1] ** 2 + noise[:, 1] ** 2, 1)
    np.testing.assert_allclose(lines(right)[1][:, 1], (signal[:, 1] / noise[:, 1]) ** 2)
    betas = np.linspace(1e-4, 0.02, 50) * 20
    np.testing.assert_allclose(signal[:, 1], np.sqrt(np.cumprod(1 - betas)))


def test_through_time_is_in_seconds():
    figure = diffusion.through_time({"x": np.arange(5.0), "y": np.zeros(5)}, "height")
    drawn = lines(figure.axes[0])[0]
    np.testing.assert_allclose(drawn, np.column_stack([np.arange(5) / FPS, np.arange(5)]))
    assert [ax.get_title() for ax in figure.axes] == ["x", "y"]


def test_loss_by_step_tells_the_error_of_the_noise():
    """With an estimate of the clean motion, the middle is the error of the noise that belongs to it."""
    schedule, t = Schedule(100), torch.tensor([5, 50, 90])
    x0, noise, estimate = torch.randn(3, 3, 7, 4, generator=torch.Generator().manual_seed(0))
    x_t = schedule.q_sample(x0, t, noise)
    a = schedule.alpha_bar(t)
    epsilon = (x_t - a.sqrt() * estimate) / (1 - a).sqrt()
    loss = ((x0 - estimate) ** 2).mean((1, 2))
    losses = {"estimate": loss, "half": loss / 2}
    left, right, third = diffusion.loss_by_step(t, losses, schedule, ("half", "estimate")).axes
    np.testing.assert_allclose(lines(third)[0][:, 1], 0.5)
    assert third.get_yscale() == "linear" and third.get_ylim()[0] == 0
    wide = losses | {"half": loss * torch.tensor([1.0, 10.0, 100.0])}
    assert diffusion.loss_by_step(t, wide, schedule, ("half", "estimate")).axes[2].get_yscale() == "log"
    np.testing.assert_allclose(lines(left)[0], np.column_stack([t, loss]), rtol=1e-6)
    np.testing.assert_allclose(lines(right)[0][:, 1], ((noise - epsilon) ** 2).mean((1, 2)), rtol=1e-3)


def test_walks_draw_some_paths_and_count_all_results():
    states = torch.randn(4, 500, generator=torch.Generator().manual_seed(0))
    position = torch.linspace(-4, 4, 50)
    density = torch.exp(-(position**2) / 2) / (2 * np.pi) ** 0.5
    figure = diffusion.walks([9, 6, 3], {"a": states, "b": states}, (position, density), shown=5)
    paths, counts = figure.axes[:2]
    assert len(paths.lines) == 5
    np.testing.assert_allclose(lines(paths)[3][:, 1], states[:, 3])
    assert lines(paths)[3][:, 0].tolist() == [9, 6, 3, 0]
    assert paths.get_xlim()[0] > paths.get_xlim()[1], "time runs from noise to data"
    area = sum(bar.get_width() * bar.get_height() for bar in counts.patches)
    assert area == pytest.approx(1, abs=1e-5)
    middle = sum(
        bar.get_width() * bar.get_height() * (bar.get_y() + bar.get_height() / 2) for bar in counts.patches
    )
    assert middle == pytest.approx(float(states[-1].mean()), abs=counts.patches[0].get_height())


def test_error_by_steps_draws_what_it_is_given():
    figure = diffusion.error_by_steps([2, 20, 200], {"a": [1, 0.1, 0.01], "b": [2, 0.2, 0.02]}, "error")
    (ax,) = figure.axes
    np.testing.assert_allclose(lines(ax)[1], [[2, 2], [20, 0.2], [200, 0.02]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
