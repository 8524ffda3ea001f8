import pytest
import torch

from labkit.evaluator import STRIDE, Evaluator, MotionTower
from labkit.text import TextTower


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    tower = MotionTower(9, width=8, depth=2, heads=2).eval()
    tower.normalizer.fit(3 + 2 * torch.randn(50, 9))
    return tower


@pytest.fixture
def motions():
    generator = torch.Generator().manual_seed(0)
    return [3 + torch.randn(n, 9, generator=generator) for n in (7, 6, 1, 2)]


@pytest.mark.parametrize("junk", [0.0, 1e3])
@pytest.mark.parametrize("frames", [7, 8, 11])
def test_padding_changes_nothing(tower, motions, junk, frames):
    mask = torch.arange(frames) < torch.tensor([[len(m)] for m in motions])
    x = torch.full((4, frames, 9), junk)
    for row, motion in zip(x, motions):
        row[: len(motion)] = motion
    together = tower(x, mask)
    for motion, row in zip(motions, together):
        alone = tower(motion[None], torch.ones(1, len(motion), dtype=torch.bool))[0]
        torch.testing.assert_close(row, alone, atol=1e-5, rtol=0)


def test_features_have_length_1_and_differ(tower, motions):
    features = torch.cat([tower(m[None], torch.ones(1, len(m), dtype=torch.bool)) for m in motions])
    torch.testing.assert_close(features.norm(dim=-1), torch.ones(4))
    assert (features @ features.T).fill_diagonal_(0).max() < 0.999


@pytest.mark.parametrize("frame", [0, 3, 6])
def test_every_frame_counts(tower, motions, frame):
    """The odd last one too."""
    assert STRIDE == 2
    mask, other = torch.ones(1, 7, dtype=torch.bool), motions[0].clone()
    other[frame] += 2
    assert (tower(other[None], mask) - tower(motions[0][None], mask)).abs().max() > 1e-3


def test_time_runs_forward(tower, motions):
    """A motion and its reverse are different things: sitting down, getting up."""
    mask, x = torch.ones(1, 6, dtype=torch.bool), motions[1][None]
    assert (tower(x, mask) - tower(x.flip(1), mask)).abs().max() > 1e-3


def test_normalizes_inside(motions):
    """Features are those of z-scored motion given to a tower without statistics."""
    torch.manual_seed(0)
    plain = MotionTower(9, width=8, depth=1, heads=2).eval()
    fitted = MotionTower(9, width=8, depth=1, heads=2).eval()
    fitted.load_state_dict(plain.state_dict())
    fitted.normalizer.fit(motions[0])
    mask = torch.ones(1, 7, dtype=torch.bool)
    z = (motions[0] - motions[0].mean(0)) / motions[0].std(0)
    torch.testing.assert_close(fitted(motions[0][None], mask), plain(z[None], mask), atol=1e-5, rtol=0)


def test_both_halves_share_a_space(tower, motions, random_text):
    evaluator = Evaluator(TextTower(12, width=8, depth=1, heads=2).eval(), tower)
    text = evaluator.text_features(random_text(1))
    assert text.shape == evaluator.motion_features(motions[0][None], torch.ones(1, 7, dtype=torch.bool)).shape
    assert set(evaluator.config) == {"text", "motion"}
