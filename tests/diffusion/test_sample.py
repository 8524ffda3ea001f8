import math

import pytest
import torch
from torch import nn

from labkit.diffusion import SamplingConfig, Schedule, edit, guided, sample
from labkit.models import Normalizer
from labkit.text import TextFeatures

MEAN, STD = 2.0, 0.5  # of the distribution that the exact denoiser below knows


class ExactDenoiser(nn.Module):
    """E[x0 | x_t] for x0 ~ N(MEAN, STD²): what a network with perfect training would say."""

    config = dict(features=8)

    def __init__(self, schedule: Schedule):
        super().__init__()
        self.schedule, self.normalizer, self.unused = schedule, Normalizer(8), nn.Parameter(torch.zeros(1))

    def forward(self, x, t, text, mask, drop):
        a = self.schedule.alphas_cumprod[t][:, None, None].float()
        gain = a.sqrt() * STD**2 / (a * STD**2 + 1 - a)
        return MEAN + gain * (x - a.sqrt() * MEAN)


def nothing(B: int) -> TextFeatures:
    return TextFeatures(torch.zeros(B, 1, 1), torch.ones(B, 1, dtype=torch.bool), torch.zeros(B, 1))


def expected_std(T: int, steps: int, shift: float, sampler: str, eta: float) -> float:
    """The chain is linear and Gaussian, so its spread can be followed step by step with a calculator."""

    def a_bar(t: int) -> float:
        if t < 0:
            return 1.0
        f = [math.cos(((s + 1) / T + 0.008) / 1.008 * math.pi / 2) ** 2 for s in range(-1, t + 1)]
        return math.prod(max(b / a, 0.001) for a, b in zip(f, f[1:]))

    evenly = [1 - i / max(steps - 1, 1) for i in range(steps)]
    timesteps = [round((T - 1) * shift * u / (1 + (shift - 1) * u)) for u in evenly]
    variance = 1.0
    for now, then in zip(timesteps, timesteps[1:] + [-1]):
        a, b = a_bar(now), a_bar(then)
        gain = math.sqrt(a) * STD**2 / (a * STD**2 + 1 - a)  # of x0's estimate on x_t
        spread = (1 - b) / (1 - a) * (1 - a / b)
        if sampler == "ddpm":
            slope = math.sqrt(b) * (1 - a / b) / (1 - a) * gain + math.sqrt(a / b) * (1 - b) / (1 - a)
        else:
            spread *= eta**2
            slope = math.sqrt(b) * gain
            slope += math.sqrt(max(1 - b - spread, 0)) * (1 - math.sqrt(a) * gain) / math.sqrt(1 - a)
        variance = slope**2 * variance + spread
    return math.sqrt(variance)


@pytest.mark.parametrize(
    ("sampler", "steps", "shift", "eta", "figure"),
    [
        ("ddpm", 100, 1, 0.0, 0.48),
        ("ddim", 100, 1, 0.0, 0.49),
        ("ddim", 50, 1, 0.0, 0.48),
        ("ddim", 10, 1, 0.0, 0.42),
        ("ddim", 10, 3, 0.0, 0.35),
        ("ddpm", 25, 3, 0.0, 0.40),
        ("ddim", 100, 1, 1.0, 0.48),
    ],
)
def test_a_gaussian_comes_out_as_wide_as_it_should(sampler, steps, shift, eta, figure):
    """A variance taken for a standard deviation would give 0.07, forgotten noise 0."""
    schedule = Schedule(100, "cosine", "sample")
    lengths = torch.full((100,), 50)
    config = SamplingConfig(sampler=sampler, steps=steps, shift=shift, guidance_scale=1, eta=eta)
    x = sample(ExactDenoiser(schedule), schedule, nothing(100), lengths, config)
    assert float(x.mean()) == pytest.approx(MEAN, abs=0.01)
    assert float(x.std()) == pytest.approx(expected_std(100, steps, shift, sampler, eta), rel=0.012)
    assert float(x.std()) == pytest.approx(figure, abs=0.01)


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_other_predictions_draw_the_same(prediction_type):
    reference, schedule = Schedule(100), Schedule(100, "cosine", prediction_type)

    class Converted(ExactDenoiser):
        def forward(self, x, t, text, mask, drop):
            x0, epsilon = reference.split(super().forward(x, t, text, mask, drop), x, t)
            return schedule.target(x0, epsilon, t)

    # The cosine's last ᾱ is 2e-7: in float32 x0 does not follow from ε there, so begin after it.
    for s in (reference, schedule):
        s.timesteps = lambda steps, shift: torch.linspace(90, 0, steps).round().long()
    config = SamplingConfig(sampler="ddim", steps=20, guidance_scale=1)
    draw = [
        sample(n(reference), s, nothing(2), torch.tensor([5, 5]), config)
        for n, s in ((ExactDenoiser, reference), (Converted, schedule))
    ]
    torch.testing.assert_close(*draw, atol=1e-3, rtol=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("scale", [0.0, 1.0, 2.5, -1.0])
@pytest.mark.parametrize("network", ["incontext", "adaln", "cross_attention"])
def test_guidance_is_the_line_through_two_separate_passes(tiny_denoiser, random_text, network, scale):
    model, text = tiny_denoiser(network), random_text()
    x, t = torch.randn(5, 7, 9), torch.tensor([0, 3, 50, 98, 99])
    mask = torch.arange(7) < torch.tensor([[7], [6], [5], [2], [1]])
    with_text = model(x, t, text, mask, torch.zeros(5, dtype=torch.bool))
    without = model(x, t, text, mask, torch.ones(5, dtype=torch.bool))
    expected = (1 - scale) * without + scale * with_text
    found = guided(model, x, t, text, mask, scale)
    torch.testing.assert_close(found[mask], expected[mask], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(with_text[mask], without[mask], atol=1e-2)


class TestLoop:
    """What holds for any network."""

    @pytest.fixture
    def draw(self, tiny_denoiser, random_text):
        schedule = Schedule(20)

        def run(lengths, sampler="ddim", steps=5, **settings):
            text = random_text(4)[torch.arange(len(lengths))]
            config = SamplingConfig(sampler=sampler, steps=steps, **settings)
            return sample(tiny_denoiser("adaln"), schedule, text, torch.tensor(lengths), config)

        return run

    @pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
    def test_a_seed_is_a_motion(self, draw, sampler):
        first = draw([6, 9], sampler=sampler)
        assert torch.equal(first, draw([6, 9], sampler=sampler))
        assert not torch.allclose(first, draw([6, 9], sampler=sampler, seed=1), atol=0.1)

    def test_shape_and_zeros_beyond_each_length(self, draw):
        x = draw([3, 8, 1])
        assert x.shape == (3, 8, 9)
        assert ((x != 0).any(-1) == (torch.arange(8) < torch.tensor([[3], [8], [1]]))).all()

    @pytest.mark.parametrize("B", [1, 4])
    def test_any_batch_size(self, draw, B):
        assert draw([5] * B).shape == (B, 5, 9)

    def test_the_first_of_a_batch_does_not_know_the_others(self, draw):
        """Noise is sampled row by row (in blocks of 16 numbers), and DDIM samples only once."""
        torch.testing.assert_close(draw([16]), draw([16, 16, 16])[:1], atol=1e-3, rtol=1e-4)

    def test_ddim_without_eta_has_no_noise_of_its_own(self, draw):
        assert torch.equal(draw([5], eta=0.0), draw([5]))
        assert not torch.allclose(draw([5], eta=0.5), draw([5]), atol=0.1)

    def test_global_randomness_plays_no_part(self, draw):
        torch.manual_seed(1)
        first = draw([5], sampler="ddpm")
        torch.manual_seed(2)
        assert torch.equal(first, draw([5], sampler="ddpm"))

    def test_result_is_an_ordinary_tensor(self, draw):
        """It may be changed in place and take part in a gradient."""
        x = draw([5])
        x += 1
        (x * torch.ones(9, requires_grad=True)).sum().backward()

    def test_unknown_sampler(self, draw):
        with pytest.raises(ValueError, match="'euler'.*ddpm"):
            draw([5], sampler="euler")


@pytest.mark.parametrize(("below", "guided_times"), [(1.0, [19, 14, 10, 5, 0]), (0.5, [5, 0]), (0.0, [])])
def test_noisy_steps_are_not_guided(tiny_denoiser, random_text, below, guided_times):
    """Step 10 of 20 is at the limit of 0.5 and not below it."""
    schedule, text, network, mask = Schedule(20), random_text(2), tiny_denoiser("adaln"), torch.ones(2, 6) > 0
    config, kept = SamplingConfig(steps=5, shift=1, guidance_scale=4, guidance_below=below), mask[:, 0] < 1
    found = []

    def callback(t, x, prediction):
        with_text, without = (network(x, t, text, mask, drop) for drop in (kept, ~kept))
        found.append((int(t[0]), prediction, with_text, without))

    sample(network, schedule, text, torch.tensor([6, 6]), config, callback=callback)
    assert [t for t, *_ in found] == [19, 14, 10, 5, 0]
    for t, prediction, with_text, without in found:
        scale = 4 if t in guided_times else 1
        expected = network.normalizer.clip((1 - scale) * without + scale * with_text)
        torch.testing.assert_close(prediction, expected, atol=1e-4, rtol=1e-4)


def test_output_is_not_z_scored():
    """A denoiser that predicts zero z-scores gives the mean of its training motions."""

    class Average(ExactDenoiser):
        def forward(self, x, *_):
            return torch.zeros_like(x)

    schedule = Schedule(10)
    model = Average(schedule)
    rows = 5 + 2 * torch.randn(100, 8, generator=seeded())
    model.normalizer.fit(rows)
    config = SamplingConfig(sampler="ddim", steps=10, guidance_scale=1)
    x = sample(model, schedule, nothing(1), torch.tensor([4]), config)
    torch.testing.assert_close(x[0], rows.mean(0).expand(4, 8), atol=1e-4, rtol=0)


class TestRange:
    """Guidance extrapolates beyond the data; the estimate of x0 does not leave their range."""

    class Opposites(nn.Module):
        """x0 is 1 with the caption and −1 without: with w = 2 their extrapolation is 3."""

        config = dict(features=8)

        def __init__(self):
            super().__init__()
            self.normalizer, self.unused = Normalizer(8), nn.Parameter(torch.zeros(1))

        def forward(self, x, t, text, mask, drop):
            return torch.ones_like(x) * (1 - 2 * drop.float())[:, None, None]

    @pytest.mark.parametrize(("kind", "limited"), [("sample", True), ("epsilon", False)])
    @pytest.mark.parametrize("editing", [False, True])
    def test_of_the_data(self, kind, limited, editing):
        network, schedule, F = self.Opposites(), Schedule(50, prediction_type=kind), 3
        network.normalizer.high.fill_(1.5)
        if editing:
            nowhere = torch.zeros(2, F, 8)
            x = edit(network, schedule, nothing(2), nowhere, nowhere > 0, steps=5)
        else:
            x = sample(network, schedule, nothing(2), torch.full((2,), F), SamplingConfig(steps=5))
        assert bool((x.abs() <= 1.5 + 1e-5).all()) == limited
