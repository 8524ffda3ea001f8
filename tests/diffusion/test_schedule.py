import math

import pytest
import torch

from labkit.diffusion import PREDICTION_TYPES, Schedule, shifted
from labkit.paths import LabError


@pytest.mark.parametrize("T", [10, 100, 1000])
def test_cosine_is_the_published_formula(T):
    def f(u: float) -> float:
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    alphas_cumprod = Schedule(T, "cosine").alphas_cumprod
    assert alphas_cumprod.dtype == torch.float64
    for t in range(T - 1):
        assert float(alphas_cumprod[t]) == pytest.approx(f((t + 1) / T) / f(0), rel=1e-9)
    # β ends at 0.999, so the last ᾱ is a thousandth of the one before instead of zero
    assert float(alphas_cumprod[-1] / alphas_cumprod[-2]) == pytest.approx(0.001, rel=1e-9)


def test_cosine_pinned():
    """From a calculator, T = 1000."""
    alphas_cumprod = Schedule(1000, "cosine").alphas_cumprod
    values = [float(alphas_cumprod[t]) for t in (0, 249, 499, 749)]
    assert values == pytest.approx([0.99995872, 0.84701216, 0.49384359, 0.1442721], abs=1e-8)


def test_linear_pinned():
    """Ho et al.'s schedule: the last ᾱ of T = 1000 is 4.0358e-5 in every implementation of it."""
    alphas_cumprod = Schedule(1000, "linear").alphas_cumprod
    log_sum = math.fsum(math.log1p(-(1e-4 + (0.02 - 1e-4) * t / 999)) for t in range(1000))
    assert float(alphas_cumprod[-1]) == pytest.approx(math.exp(log_sum), rel=1e-9)
    assert float(alphas_cumprod[-1]) == pytest.approx(4.0358e-5, abs=1e-9)
    assert float(alphas_cumprod[0]) == pytest.approx(0.9999)


@pytest.mark.parametrize("kind", ["linear", "cosine"])
@pytest.mark.parametrize("T", [5, 20, 50, 100, 1000])
def test_every_schedule_ends_in_noise(kind, T):
    """Unscaled linear betas would leave ᾱ = 0.364 at T = 100."""
    schedule = Schedule(T, kind)
    assert schedule.alphas_cumprod[-1] < 0.01
    assert (
        (schedule.alphas_cumprod.diff() < 0).all()
        and (schedule.betas > 0).all()
        and (schedule.betas < 1).all()
    )


@pytest.mark.parametrize(("kind", "theirs"), [("linear", "linear"), ("cosine", "squaredcos_cap_v2")])
def test_tables_agree_with_diffusers(kind, theirs):
    diffusers = pytest.importorskip("diffusers")
    other = diffusers.DDPMScheduler(1000, beta_schedule=theirs)
    ours = Schedule(1000, kind).alphas_cumprod.float()
    torch.testing.assert_close(ours, other.alphas_cumprod, atol=1e-6, rtol=0)


def test_alpha_bar_of_step_minus_one_is_one():
    schedule = Schedule(100)
    a = schedule.alpha_bar(torch.tensor([-1, 0, 99]))
    assert a.shape == (3, 1, 1) and a[0] == 1
    torch.testing.assert_close(a[1:, 0, 0].double(), schedule.alphas_cumprod[[0, 99]], rtol=1e-6, atol=0)


def test_signal_to_noise_ratio():
    schedule = Schedule(100, "linear")
    ratio = schedule.snr(torch.tensor([0, 50]))
    a = schedule.alphas_cumprod[[0, 50]].tolist()
    assert ratio.tolist() == pytest.approx([a[0] / (1 - a[0]), a[1] / (1 - a[1])], rel=1e-6)


def test_q_sample_has_the_mean_and_variance_of_eq_4():
    schedule = Schedule(100)
    t = torch.full((20_000,), 30)
    noise = torch.randn(20_000, 1, 1, generator=torch.Generator().manual_seed(0))
    x_t = schedule.q_sample(torch.full_like(noise, 3.0), t, noise)
    a = float(schedule.alphas_cumprod[30])
    assert float(x_t.mean()) == pytest.approx(3 * math.sqrt(a), abs=0.02)
    assert float(x_t.var()) == pytest.approx(1 - a, rel=0.03)


@pytest.mark.parametrize("kind", ["linear", "cosine"])
@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_split_undoes_target(kind, prediction_type):
    """A perfect prediction of any kind gives back the clean motion and the noise that made x_t."""
    schedule = Schedule(100, kind, prediction_type)
    t = torch.tensor([0, 1, 10, 50, 90])
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 5, 4, 3, generator=generator, dtype=torch.float64)
    x_t = schedule.q_sample(x0, t, noise)
    found_x0, found_noise = schedule.split(schedule.target(x0, noise, t), x_t, t)
    torch.testing.assert_close(found_x0, x0, atol=1e-6, rtol=0)
    torch.testing.assert_close(found_noise, noise, atol=1e-6, rtol=0)


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_split_always_makes_x_t(prediction_type):
    """Even for a wrong prediction the two estimates belong together: x_t = √ᾱ x0 + √(1−ᾱ) ε."""
    schedule = Schedule(1000, "cosine", prediction_type)
    t = torch.tensor([0, 100, 500, 900])
    prediction, x_t = torch.randn(2, 4, 6, 3, dtype=torch.float64)
    x0, noise = schedule.split(prediction, x_t, t)
    torch.testing.assert_close(schedule.q_sample(x0, t, noise), x_t, atol=1e-6, rtol=0)


def test_v_is_the_velocity_of_salimans_and_ho():
    schedule = Schedule(100, "cosine", "v_prediction")
    x0, noise = torch.randn(2, 1, 2, 3, dtype=torch.float64)
    angle = math.acos(math.sqrt(schedule.alphas_cumprod[40]))
    expected = math.cos(angle) * noise - math.sin(angle) * x0
    torch.testing.assert_close(schedule.target(x0, noise, torch.tensor([40])), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("steps", range(1, 101))
def test_timesteps_fall_strictly_and_span_the_schedule(steps):
    timesteps = Schedule(100).timesteps(steps)
    assert len(timesteps) == steps and timesteps[0] == 99
    assert (timesteps.diff() < 0).all()
    assert steps == 1 or timesteps[-1] == 0
    assert steps == 1 or int((-timesteps.diff()).max() - (-timesteps.diff()).min()) <= 1


@pytest.mark.parametrize("shift", [0.5, 1, 3, 100])
def test_shift_multiplies_the_odds_of_a_time(shift):
    u = torch.linspace(0, 1, 101, dtype=torch.float64)
    moved = shifted(u, shift)
    assert moved[0] == 0 and moved[-1] == 1
    torch.testing.assert_close(moved[1:-1] / (1 - moved[1:-1]), shift * u[1:-1] / (1 - u[1:-1]))


@pytest.mark.parametrize("shift", [1, 2, 4, 50])
@pytest.mark.parametrize("steps", [1, 2, 7, 50, 99, 100])
def test_shifted_timesteps_are_different_and_span_the_schedule(steps, shift):
    timesteps = Schedule(100).timesteps(steps, shift)
    assert len(timesteps) == steps and timesteps[0] == 99
    assert (timesteps.diff() < 0).all() and timesteps.min() >= 0
    assert steps == 1 or timesteps[-1] == 0
    assert (timesteps >= Schedule(100).timesteps(steps)).all()


def test_half_of_the_shifted_timesteps_lie_above_three_quarters():
    timesteps = Schedule(1000).timesteps(21, 3.0)
    assert timesteps[10] == round(0.75 * 999)


@pytest.mark.parametrize("steps", [0, -1, 101])
def test_impossible_numbers_of_steps(steps):
    with pytest.raises(LabError, match="between 1 and 100"):
        Schedule(100).timesteps(steps)


@pytest.mark.parametrize("shift", [0.9, 0, -3, math.nan])
def test_impossible_shifts(shift):
    with pytest.raises(LabError, match="choose 1"):
        Schedule(100).timesteps(10, shift)


def test_unknown_names():
    with pytest.raises(ValueError, match="'quadratic'.*cosine"):
        Schedule(100, "quadratic")
    with pytest.raises(ValueError, match="'noise'.*epsilon"):
        Schedule(100, prediction_type="noise")


def test_config_rebuilds_it():
    schedule = Schedule(70, "linear", "epsilon")
    assert Schedule(**schedule.config).config == schedule.config
    assert torch.equal(Schedule(**schedule.config).betas, schedule.betas)
