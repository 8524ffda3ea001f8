"""The filter beside what least squares finds on the same data, without covariances."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter1d

from labkit.diffusion import Schedule
from labkit.models.wiener import K, WienerFilter

D = 4
INSIDE = slice(K // 2, -(K // 2))  # where the filter sees no end of the clip
schedule = Schedule(1000, "cosine")


@pytest.fixture(scope="module")
def clips() -> list[torch.Tensor]:
    """Independent Gaussian processes, of other smoothness and variance each, seen from turned axes."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((2, 20_000, D))
    smooth = np.stack([gaussian_filter1d(noise[..., d], 1 + d, axis=1) for d in range(D)], axis=-1)
    turn, _ = np.linalg.qr(rng.standard_normal((D, D)))
    return list(torch.from_numpy(smooth / smooth.std((0, 1)) * [0.5, 0.8, 1.1, 1.4] @ turn).float())


@pytest.fixture(scope="module")
def wiener(clips) -> WienerFilter:
    wiener = WienerFilter(D, T=1000)
    wiener.fit(clips, schedule.alphas_cumprod)
    return wiener


def noisy(clips, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    x0, t = torch.stack(clips), torch.full((len(clips),), step)
    return x0, schedule.q_sample(x0, t, torch.randn(x0.shape, generator=torch.Generator().manual_seed(1))), t


@pytest.mark.parametrize("step", [20, 300, 600, 900])
def test_no_linear_filter_guesses_better(clips, wiener, step):
    x0, x_t, t = noisy(clips, step)
    error = (wiener(x_t, t) - x0)[:, INSIDE].square().mean()
    windows = x_t.unfold(1, K, 1).flatten(2).flatten(0, 1).double()  # (B · F, D · K)
    target = x0[:, INSIDE].flatten(0, 1).double()
    best = (windows @ torch.linalg.lstsq(windows, target).solution - target).square().mean()
    # least squares has D · K free numbers to fit this very noise with, and sees all axes at once
    assert best < error < 1.03 * best


@pytest.mark.parametrize("step", [20, 300, 600, 900])
def test_knows_how_far_off_it_is(clips, wiener, step):
    x0, x_t, t = noisy(clips, step)
    error = (wiener(x_t, t) - x0)[:, INSIDE].square().mean((0, 1)).sqrt()
    torch.testing.assert_close(wiener.deviation(t)[0, 0], error, rtol=0.05, atol=0)


def test_an_exact_guess_from_a_clean_motion(clips, wiener):
    x0, _, t = noisy(clips, 0)
    assert (wiener(x0 * schedule.alphas_cumprod[0].sqrt().float(), t) - x0).abs().mean() < 0.02


def test_before_it_is_fitted_it_knows_nothing():
    fresh, t = WienerFilter(D, T=10), torch.tensor([0, 9])
    x = torch.randn(2, 40, D)
    assert torch.equal(fresh(x, t), torch.zeros_like(x))
    assert torch.equal(fresh.deviation(t), torch.ones(2, 1, D))


def test_padding_changes_nothing(clips, wiener):
    x, t = torch.stack(clips)[:2, :50], torch.tensor([200, 700])
    padded = torch.cat([x, torch.zeros(2, 30, D)], dim=1)
    torch.testing.assert_close(wiener(padded, t)[:, :50], wiener(x, t))
