"""What all three denoisers promise, whatever the way the condition enters."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from labkit.diffusion import Schedule, ddpm_loss
from labkit.models import NETWORKS, AdaLNDiT, Condition, Normalizer
from labkit.models.base import Attention, sinusoids
from labkit.motion import D

every_network = pytest.mark.parametrize("network", NETWORKS)

B, F = 5, 7
FRAMES = torch.arange(F) < torch.tensor([[7], [6], [5], [2], [1]])
T = torch.tensor([0, 3, 50, 98, 999])


@pytest.fixture
def x():
    return torch.randn(B, F, 9, generator=torch.Generator().manual_seed(0))


@every_network
@pytest.mark.parametrize("junk", [1.0, 1e3, -1e3])
def test_padded_frames_change_nothing(tiny_network, random_text, x, network, junk):
    model, text = tiny_network(network), random_text()
    expected = model(x * FRAMES[..., None], T, text, FRAMES)
    found = model(torch.where(FRAMES[..., None], x, junk), T, text, FRAMES)
    torch.testing.assert_close(found[FRAMES], expected[FRAMES], atol=1e-5, rtol=1e-5)


@every_network
def test_a_padded_motion_is_the_same_as_alone(tiny_network, random_text, x, network):
    model, text = tiny_network(network), random_text()
    together = model(x, T, text, FRAMES)
    for i in range(B):
        n = int(FRAMES[i].sum())
        alone = model(x[i : i + 1, :n], T[i : i + 1], text[i : i + 1])
        torch.testing.assert_close(together[i, :n], alone[0], atol=1e-4, rtol=1e-4)


@every_network
@pytest.mark.parametrize("junk", [1.0, 1e3, -1e3])
def test_padded_words_change_nothing(tiny_network, random_text, x, network, junk):
    model, text = tiny_network(network), random_text()
    filled = replace(text, tokens=torch.where(text.mask[..., None], text.tokens, junk))
    found, expected = model(x, T, filled, FRAMES), model(x, T, text, FRAMES)
    torch.testing.assert_close(found[FRAMES], expected[FRAMES], atol=1e-5, rtol=1e-5)
    longer = replace(
        text,
        tokens=nn.functional.pad(text.tokens, (0, 0, 0, 4), value=junk),
        mask=nn.functional.pad(text.mask, (0, 4)),
    )
    torch.testing.assert_close(model(x, T, longer, FRAMES)[FRAMES], expected[FRAMES], atol=1e-5, rtol=1e-5)


@every_network
def test_real_frames_and_words_do_change_something(tiny_network, random_text, x, network):
    """Or the tests above would pass for a network that looks at nothing."""
    model, text = tiny_network(network), random_text()
    expected = model(x, T, text, FRAMES)
    other = x.clone()
    other[0, 6] += 1  # the last frame reaches the first
    assert (model(other, T, text, FRAMES)[0, 0] - expected[0, 0]).abs().max() > 1e-3
    assert (model(x, (T + 100).clamp(max=999), text, FRAMES)[0] - expected[0]).abs().max() > 1e-3
    pooled = replace(text, pooled=text.pooled + 1)
    assert (model(x, T, pooled, FRAMES)[0] - expected[0]).abs().max() > 1e-3
    words = replace(text, tokens=text.tokens + 1)
    difference = (model(x, T, words, FRAMES)[0] - expected[0]).abs().max()
    assert difference > 1e-3 if network != "adaln" else difference == 0  # adaLN knows the pooled caption only


@every_network
def test_rows_of_a_batch_do_not_meet(tiny_network, random_text, x, network):
    model, text = tiny_network(network), random_text()
    order = torch.tensor([3, 0, 4, 2, 1])
    shuffled = model(x[order], T[order], text[order], FRAMES[order])
    torch.testing.assert_close(
        shuffled[FRAMES[order]], model(x, T, text, FRAMES)[order][FRAMES[order]], atol=1e-5, rtol=1e-5
    )


@every_network
def test_a_dropped_caption_is_forgotten_entirely(tiny_network, random_text, x, network):
    """Its words, its pooled feature and its length."""
    model, drop = tiny_network(network), torch.tensor([True, False, True, False, True])
    first = model(x, T, random_text(L=6), FRAMES, drop)
    second = model(x, T, random_text(L=3, seed=1), FRAMES, drop)
    dropped = FRAMES & drop[:, None]
    torch.testing.assert_close(first[dropped], second[dropped], atol=1e-5, rtol=1e-5)
    kept = FRAMES & ~drop[:, None]
    assert not torch.allclose(first[kept], second[kept], atol=1e-2)
    nobody = torch.zeros_like(drop)
    assert torch.equal(model(x, T, random_text(), FRAMES), model(x, T, random_text(), FRAMES, nobody))


@every_network
@pytest.mark.parametrize("p", [0.0, 0.1, 1.0])
def test_captions_are_dropped_in_training_only(tiny_network, random_text, network, p):
    model = tiny_network(network, condition_dropout=p, depth=1)
    n = 2000
    text = random_text(1)[torch.zeros(n, dtype=torch.long)]
    x, t = torch.ones(n, 1, 9), torch.zeros(n, dtype=torch.long)
    torch.manual_seed(0)
    out = model.train()(x, t, text)
    kept = model(x, t, text, drop=torch.zeros(n, dtype=torch.bool))
    rate = (out - kept).abs().flatten(1).max(1).values.gt(1e-3).double().mean()
    assert float(rate) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / n))
    torch.testing.assert_close(model.eval()(x, t, text), kept)


@every_network
def test_mask_is_everything_by_default(tiny_network, random_text, x, network):
    model, text = tiny_network(network), random_text()
    assert torch.equal(model(x, T, text), model(x, T, text, torch.ones(B, F, dtype=torch.bool)))


def test_the_three_are_of_one_size():
    """Only the way of conditioning should differ, so 5 % at most, at the size that is trained."""
    sizes = {
        name: sum(p.numel() for p in network(features=D, d_text=256).parameters())
        for name, network in NETWORKS.items()
    }
    assert max(sizes.values()) < 1.05 * min(sizes.values()), sizes


@every_network
def test_gradients_reach_every_parameter(tiny_network, random_text, x, network):
    model, text = tiny_network(network), random_text()
    drop = torch.tensor([True, False, False, False, False])
    loss = ddpm_loss(
        lambda x_t, t: model(x_t, t, text, FRAMES, drop),
        Schedule(1000), x, T, torch.randn_like(x), FRAMES,
    )  # fmt: skip
    loss.sum().backward()
    silent = {name for name, p in model.named_parameters() if p.grad is None or (p.grad == 0).all()}
    words = {"token_projection.weight", "token_projection.bias", "null_token"}
    assert silent == (words if network == "adaln" else set())


@every_network
def test_a_new_network_learns_one_batch(random_text, x, network):
    """From the real initialisation, with its zeros: nothing is stuck."""
    torch.manual_seed(0)
    model = NETWORKS[network](features=9, d_text=12, width=32, depth=1, condition_dropout=0.0)
    text, schedule, noise = random_text(), Schedule(100), torch.randn(B, F, 9)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    t = torch.tensor([10, 30, 50, 70, 90])
    losses = []
    for _ in range(30):
        loss = ddpm_loss(lambda x_t, t: model(x_t, t, text, FRAMES), schedule, x, t, noise, FRAMES).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.4 * losses[0]


@every_network
def test_double_precision(tiny_network, random_text, x, network):
    model, text = tiny_network(network), random_text()
    single = model(x, T, text, FRAMES)
    text = replace(text, tokens=text.tokens.double(), pooled=text.pooled.double())
    double = model.double()(x.double(), T, text, FRAMES)
    assert double.dtype == torch.float64
    torch.testing.assert_close(double[FRAMES].float(), single[FRAMES], atol=1e-3, rtol=1e-3)


@every_network
def test_bfloat16_autocast(random_text, x, network):
    torch.manual_seed(0)
    model, text = NETWORKS[network](features=9, d_text=12, width=32).eval(), random_text()
    nn.init.normal_(model.final.weight, std=0.1)
    single = model(x, T, text, FRAMES)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(x, T, text, FRAMES, torch.zeros(B, dtype=torch.bool)).float()
    torch.testing.assert_close(half[FRAMES], single[FRAMES], atol=0.05, rtol=0.05)


@every_network
def test_config_rebuilds_the_network(tiny_network, random_text, x, network):
    model = tiny_network(network)
    again = NETWORKS[network](**model.config)
    again.load_state_dict(model.state_dict())
    again.eval()
    assert torch.equal(again(x, T, random_text(), FRAMES), model(x, T, random_text(), FRAMES))


# ----------------------------------------------------------------------------------------------------------
#                                              Building blocks
# ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cross", [False, True])
def test_attention_is_the_textbooks(cross):
    """Vaswani et al. 2017, eq. 1, one head, one query, one key at a time."""
    torch.manual_seed(0)
    attention, W, heads = Attention(8, 2), 8, 2
    x = torch.randn(3, 4, W)
    memory = torch.randn(3, 5, W) if cross else x
    mask = torch.arange(memory.shape[1]) < torch.tensor([[1], [3], [4]])
    found = attention(x, mask, memory if cross else None)
    w_k, w_v = attention.key_value.weight.chunk(2)
    b_k, b_v = attention.key_value.bias.chunk(2)
    for b in range(3):
        q = x[b] @ attention.query.weight.T + attention.query.bias
        k, v = memory[b] @ w_k.T + b_k, memory[b] @ w_v.T + b_v
        for n in range(4):
            joined = []
            for h in range(heads):
                part = slice(h * W // heads, (h + 1) * W // heads)
                weights = [
                    math.exp((q[n, part] @ k[m, part]).item() / math.sqrt(W / heads)) if mask[b, m] else 0.0
                    for m in range(memory.shape[1])
                ]
                joined.append(sum(w * v[m, part] for m, w in enumerate(weights)) / sum(weights))
            expected = torch.cat(joined) @ attention.output.weight.T + attention.output.bias
            torch.testing.assert_close(found[b, n], expected, atol=1e-5, rtol=1e-4)


def test_sinusoids_are_the_formula():
    """Vaswani et al. 2017, sec. 3.5, with the cosines first."""
    found = sinusoids(torch.tensor([0, 1, 7, 999]), 12)
    for row, position in zip(found, (0, 1, 7, 999)):
        angles = [position / 10_000 ** (2 * i / 12) for i in range(6)]
        expected = [math.cos(a) for a in angles] + [math.sin(a) for a in angles]
        assert row.tolist() == pytest.approx(expected, abs=1e-4)


def test_a_new_adaln_network_ignores_its_condition():
    """adaLN-Zero: all blocks are the identity until training moves their gates."""
    model = AdaLNDiT(features=9, d_text=12, width=16, depth=2, heads=4)
    h, c = torch.randn(2, 5, 16), torch.randn(2, 16)
    mask = torch.ones(2, 5, dtype=torch.bool)
    assert torch.equal(model.backbone(h, mask, c), h)
    nn.init.ones_(model.blocks[0].modulation.bias)
    assert not torch.allclose(model.backbone(h, mask, c), h, atol=0.1)


@every_network
def test_conditions_enter_as_named(tiny_network, network):
    """In-context and cross-attention hold time, caption and words apart; adaLN adds them into one vector."""
    model = tiny_network(network)
    condition = Condition(
        torch.randn(2, 16),
        torch.randn(2, 3, 16),
        torch.tensor([[1, 1, 0], [1, 1, 1]]).bool(),
        torch.randn(2, 16),
    )
    mapped = model.cond_mapping(condition)
    if network == "adaln":
        torch.testing.assert_close(mapped, nn.functional.silu(condition.time + condition.pooled))
        return
    tokens, mask = mapped
    assert tokens.shape == (2, 5, 16)
    assert mask.tolist() == [[True] * 4 + [False], [True] * 5]
    if network == "incontext":
        assert torch.equal(tokens[:, 0], condition.time) and torch.equal(tokens[:, 1], condition.pooled)


class TestNormalizer:
    def test_scores_have_mean_0_and_deviation_1(self):
        rows = 5 + 3 * torch.randn(1000, 4, generator=torch.Generator().manual_seed(0))
        normalizer = Normalizer(4)
        normalizer.fit(rows)
        z = normalizer(rows)
        torch.testing.assert_close(z.mean(0), torch.zeros(4), atol=1e-5, rtol=0)
        torch.testing.assert_close(z.std(0), torch.ones(4))
        torch.testing.assert_close(normalizer.inverse(z), rows)

    def test_a_feature_that_never_moves_is_not_blown_up(self):
        normalizer = Normalizer(2)
        normalizer.fit(torch.tensor([[1.0, 0.0], [1.0, 1e-4]]))
        assert torch.isfinite(normalizer(torch.tensor([[1.0, 0.0]]))).all()
        assert normalizer(torch.tensor([[1.0, 1e-3]])).abs().max() < 0.1

    def test_values_beyond_those_of_a_thousandth_of_the_frames_are_clipped(self):
        rows = 5 + 3 * torch.randn(4000, 2, generator=torch.Generator().manual_seed(0))
        normalizer = Normalizer(2)
        z = torch.tensor([[-1e6, 1e6], [0.5, -0.5]])
        assert torch.equal(normalizer.clip(z), z)  # before there are data
        normalizer.fit(rows)
        lowest, highest = (normalizer.inverse(v) for v in (normalizer.low, normalizer.high))
        assert ((rows < lowest).sum(0) == 4).all() and ((rows > highest).sum(0) == 4).all()
        assert torch.equal(
            normalizer.clip(z), torch.tensor([[normalizer.low[0], normalizer.high[1]], [0.5, -0.5]])
        )

    def test_two_frames_are_enough(self):
        normalizer = Normalizer(2)
        normalizer.fit(torch.tensor([[1.0, 2.0], [1.0, 3.0]]))
        torch.testing.assert_close(normalizer.high - normalizer.low, torch.tensor([0.0, 2**0.5]))

    def test_travels_with_the_weights(self):
        assert set(Normalizer(3).state_dict()) == {"mean", "std", "low", "high"}
