import pytest
import torch

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_loss


def batch():
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 3, 6, 4, generator=generator)
    return x0, noise, torch.tensor([0, 40, 99]), torch.arange(6) < torch.tensor([[6], [3], [1]])


def network(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Any function of both arguments."""
    return 0.5 * x_t + 0.01 * t[:, None, None]


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_is_the_mean_over_real_numbers_as_a_slow_loop_finds_it(prediction_type):
    schedule = Schedule(100, "cosine", prediction_type)
    x0, noise, t, mask = batch()
    found = ddpm_loss(network, schedule, x0, t, noise, mask)
    assert found.shape == (3,)
    for b in range(3):
        a = float(schedule.alphas_cumprod[t[b]])
        errors = []
        for f in range(6):
            for d in range(4):
                if not mask[b, f]:
                    continue
                clean, epsilon = float(x0[b, f, d]), float(noise[b, f, d])
                out = 0.5 * (a**0.5 * clean + (1 - a) ** 0.5 * epsilon) + 0.01 * float(t[b])
                v = a**0.5 * epsilon - (1 - a) ** 0.5 * clean
                errors.append(
                    (out - dict(epsilon=epsilon, sample=clean, v_prediction=v)[prediction_type]) ** 2
                )
        assert float(found[b]) == pytest.approx(sum(errors) / len(errors), rel=1e-4)


def test_padding_does_not_count():
    schedule = Schedule(100)
    x0, noise, t, mask = batch()
    junk = torch.where(mask[..., None], x0, 1e3)
    assert torch.equal(
        ddpm_loss(network, schedule, junk, t, noise, mask), ddpm_loss(network, schedule, x0, t, noise, mask)
    )


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_a_perfect_network_has_no_loss(prediction_type):
    schedule = Schedule(100, "linear", prediction_type)
    x0, noise, t, mask = batch()
    loss = ddpm_loss(lambda x_t, t: schedule.target(x0, noise, t), schedule, x0, t, noise, mask)
    assert (loss == 0).all()


def test_epsilon_loss_is_the_sample_loss_times_snr():
    """The same x0 error seen from the other side: ‖ε − ε̂‖² = SNR(t) ‖x0 − x̂0‖²."""
    x0, noise, t, mask = batch()
    t = torch.tensor([10, 40, 80])
    sample, epsilon = Schedule(100, "cosine", "sample"), Schedule(100, "cosine", "epsilon")

    def as_epsilon(x_t, t):
        return sample.split(network(x_t, t), x_t, t)[1]

    torch.testing.assert_close(
        ddpm_loss(as_epsilon, epsilon, x0, t, noise, mask),
        sample.snr(t) * ddpm_loss(network, sample, x0, t, noise, mask),
        rtol=1e-4,
        atol=0,
    )


def test_gradient_reaches_the_prediction_at_real_frames_only():
    schedule = Schedule(100)
    x0, noise, t, mask = batch()
    out = torch.zeros_like(x0, requires_grad=True)
    ddpm_loss(lambda x_t, t: out, schedule, x0, t, noise, mask).sum().backward()
    assert ((out.grad != 0).all(-1) == mask).all()
