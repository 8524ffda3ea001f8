"""One step of DDPM and of DDIM, against conditioning of Gaussians, diffusers, and each other."""

import numpy as np
import pytest
import torch

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step, ddpm_step


def normal_samples(B: int = 4, n: int = 3) -> torch.Tensor:
    return torch.randn(n, B, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def posterior(a_t: float, a_prev: float, x0: np.ndarray, x_t: np.ndarray) -> tuple[np.ndarray, float]:
    """Mean and variance of x_prev given x_t and x0, from the covariance of (x_prev, x_t) given x0."""
    alpha = a_t / a_prev
    covariance = np.array(
        [
            [1 - a_prev, np.sqrt(alpha) * (1 - a_prev)],
            [np.sqrt(alpha) * (1 - a_prev), alpha * (1 - a_prev) + 1 - alpha],
        ]
    )
    gain = covariance[0, 1] / covariance[1, 1]
    mean = np.sqrt(a_prev) * x0 + gain * (x_t - np.sqrt(alpha) * np.sqrt(a_prev) * x0)
    return mean, covariance[0, 0] - gain * covariance[1, 0]


@pytest.mark.parametrize("kind", ["linear", "cosine"])
@pytest.mark.parametrize(("now", "then"), [(99, 98), (50, 49), (50, 30), (1, 0), (99, 0)])
def test_ddpm_draws_from_the_posterior(kind, now, then):
    schedule = Schedule(100, kind, "sample")
    x0, x_t, noise = normal_samples()
    t, t_prev = torch.full((4,), now), torch.full((4,), then)
    a_t, a_prev = (float(schedule.alphas_cumprod[s]) for s in (now, then))
    mean, variance = posterior(a_t, a_prev, x0.numpy(), x_t.numpy())
    found = ddpm_step(schedule, x0, x_t, t, t_prev, noise)
    np.testing.assert_allclose(found.numpy(), mean + np.sqrt(variance) * noise.numpy(), atol=3e-5)


@pytest.mark.parametrize("step", [ddpm_step, ddim_step])
@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_last_step_is_the_networks_x0(step, prediction_type):
    """And no noise is added to it."""
    schedule = Schedule(100, "linear", prediction_type)
    prediction, x_t, noise = normal_samples()
    t = torch.full((4,), 3)
    found = step(schedule, prediction, x_t, t, torch.full((4,), -1), 100 * noise)
    torch.testing.assert_close(found, schedule.split(prediction, x_t, t)[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("step", [ddpm_step, ddim_step])
def test_samples_of_a_batch_may_be_at_different_steps(step):
    schedule = Schedule(100)
    prediction, x_t, noise = normal_samples()
    t, t_prev = torch.tensor([90, 50, 10, 0]), torch.tensor([80, 49, 5, -1])
    together = step(schedule, prediction, x_t, t, t_prev, noise)
    for i in range(4):
        one = slice(i, i + 1)
        alone = step(schedule, prediction[one], x_t[one], t[one], t_prev[one], noise[one])
        torch.testing.assert_close(together[one], alone)


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_the_three_predictions_step_alike(prediction_type):
    x0, noise, fresh = normal_samples()
    t, t_prev = torch.full((4,), 60), torch.full((4,), 40)
    reference = Schedule(100, "cosine", "sample")
    x_t = reference.q_sample(x0, t, noise)
    schedule = Schedule(100, "cosine", prediction_type)
    target = schedule.target(x0, noise, t)
    for step in (ddpm_step, ddim_step):
        found = step(schedule, target, x_t, t, t_prev, fresh)
        torch.testing.assert_close(found, step(reference, x0, x_t, t, t_prev, fresh), atol=1e-5, rtol=0)


def test_ddim_with_a_perfect_network_stays_on_its_line():
    """Deterministic DDIM keeps ε: x_prev is q_sample of the same clean motion and the same noise."""
    schedule = Schedule(100, "cosine", "epsilon")
    x0, noise, _ = normal_samples()
    t, t_prev = torch.full((4,), 70), torch.full((4,), 20)
    found = ddim_step(schedule, noise, schedule.q_sample(x0, t, noise), t, t_prev, torch.zeros_like(noise))
    torch.testing.assert_close(found, schedule.q_sample(x0, t_prev, noise), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("now", "then"), [(99, 98), (50, 49), (50, 10), (5, 0)])
def test_ddim_of_eta_1_is_ddpm(now, then):
    """Song et al. 2021, sec. 4.2: with their eq. 16 at η = 1 the generative process becomes a DDPM."""
    schedule = Schedule(100, "linear", "sample")
    x0, x_t, noise = normal_samples()
    t, t_prev = torch.full((4,), now), torch.full((4,), then)
    torch.testing.assert_close(
        ddim_step(schedule, x0, x_t, t, t_prev, noise, eta=1.0),
        ddpm_step(schedule, x0, x_t, t, t_prev, noise),
        atol=1e-5,
        rtol=0,
    )


@pytest.mark.parametrize("T", [10, 100, 1000])
def test_ddim_of_eta_1_is_finite_for_every_stride(T):
    schedule = Schedule(T)
    x0, x_t, noise = normal_samples(1)
    for then in range(-1, T - 1, max(T // 50, 1)):
        found = ddim_step(schedule, x0, x_t, torch.tensor([T - 1]), torch.tensor([then]), noise, eta=1.0)
        assert torch.isfinite(found).all(), then


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
@pytest.mark.parametrize(("kind", "theirs"), [("linear", "linear"), ("cosine", "squaredcos_cap_v2")])
class TestAgainstDiffusers:
    """Their schedulers, made to use the same table of ᾱ: what is left is the formula, and that ours take ᾱ
    in float32, which holds 1 − ᾱ = 4e-5 to three digits."""

    def scheduler(self, name: str, theirs: str, schedule: Schedule, **config):
        diffusers = pytest.importorskip("diffusers")
        other = getattr(diffusers, name)(
            1000, beta_schedule=theirs, clip_sample=False, prediction_type=schedule.prediction_type, **config
        )
        other.alphas_cumprod = schedule.alphas_cumprod.clone()
        return other

    def test_ddpm(self, kind, theirs, prediction_type):
        schedule = Schedule(1000, kind, prediction_type)
        other = self.scheduler("DDPMScheduler", theirs, schedule, timestep_spacing="linspace")
        other.set_timesteps(25)
        timesteps = schedule.timesteps(25).tolist()
        assert other.timesteps.tolist() == timesteps
        prediction, x_t, _ = normal_samples(1)
        for now, then in zip(timesteps, timesteps[1:] + [-1]):
            expected = other.step(
                prediction, now, x_t, generator=torch.Generator().manual_seed(now)
            ).prev_sample
            noise = torch.randn(x_t.shape, generator=torch.Generator().manual_seed(now), dtype=x_t.dtype)
            found = ddpm_step(schedule, prediction, x_t, torch.tensor([now]), torch.tensor([then]), noise)
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
    def test_ddim(self, kind, theirs, prediction_type, eta):
        schedule = Schedule(1000, kind, prediction_type)
        other = self.scheduler("DDIMScheduler", theirs, schedule)
        other.set_timesteps(25)  # theirs always go back 1000 / 25 = 40 steps
        prediction, x_t, noise = normal_samples(1)
        for now in other.timesteps.tolist():
            expected = other.step(prediction, now, x_t, eta=eta, variance_noise=noise).prev_sample
            t, t_prev = torch.tensor([now]), torch.tensor([max(now - 40, -1)])
            found = ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta)
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
