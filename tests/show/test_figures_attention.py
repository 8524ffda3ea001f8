"""Recorded attention is the attention that was paid, and pictures show the numbers they are given."""

import numpy as np
import pytest
import torch
from torch import nn

from grading import bank
from labkit.models.base import Attention
from labkit.paths import LabError
from labkit.show.figures import attention as looking
from labkit.stubs import reference, stubs
from labkit.text import TextFeatures

MASK = torch.arange(6) < torch.tensor([[6], [4], [1]])


@pytest.fixture
def given(tiny_denoiser, random_text):
    """A function (network) → a small network, one noisy motion, its step and a caption of 5 pieces."""

    def make(name: str, frames: int = 8):
        generator = torch.Generator().manual_seed(1)
        x = torch.randn(1, frames, 9, generator=generator)
        return tiny_denoiser(name), x, torch.tensor([7]), random_text(5, 5)[[4]]

    return make


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("additive", [False, True])
def test_weights_give_back_the_modules_output(cross, additive):
    torch.manual_seed(0)
    module = Attention(8, 2)
    x, memory = torch.randn(3, 4 if cross else 6, 8), torch.randn(3, 6, 8) if cross else None
    mask = torch.zeros(MASK.shape).masked_fill(~MASK, -torch.inf) if additive else MASK
    weights = looking.attention_weights(module, x, mask, memory)
    assert weights.shape == (3, 2, x.shape[1], 6)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 2, x.shape[1]))
    assert (weights.movedim(3, 1)[~MASK] == 0).all() and (weights.movedim(3, 1)[MASK] > 0).all()
    values = module.key_value(x if memory is None else memory)[..., 8:]
    heads = [weights[:, h] @ values[..., 4 * h : 4 * h + 4] for h in range(2)]
    torch.testing.assert_close(module.output(torch.cat(heads, -1)), module(x, mask, memory))


def test_what_attention_is_given_is_recorded_and_then_no_more(given):
    model, x, t, text = given("cross_attention")
    with looking.recorded(model.dit) as found:
        model(x, t, text)
        model.dit.memory_norm(torch.zeros(3, 1, 16))
    names = {"memory_norm", "final_norm"}
    for i in (0, 1):
        names |= {f"blocks.{i}.{name}" for name in ("norm1", "norm2", "norm3", "self_attention.x")}
        names |= {f"blocks.{i}.cross_attention.{name}" for name in ("x", "memory")}
    assert set(found) == names
    assert found["blocks.1.norm2"].shape == (1, 8, 16)
    assert found["memory_norm"].shape == (1, 7 + 3, 16)
    before = dict(found)
    model(x + 1, t, text)
    assert found == before


def one_stream(after: bool):
    """In-context methods with the condition before or after the frames, words ahead of time and caption."""

    def cond_mapping(self, condition):
        tokens = torch.cat([condition.tokens, condition.pooled[:, None], condition.time[:, None]], 1)
        return tokens, nn.functional.pad(condition.mask, (0, 2), value=True)

    def backbone(self, h, mask, c):
        h = torch.cat([h, c[0]] if after else [c[0], h], 1)
        mask = torch.cat([mask, c[1]] if after else [c[1], mask], 1)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask=mask)
            h = h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        F = mask.shape[1]
        return self.final(self.final_norm(h[:, :F] if after else h[:, -F:]))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@pytest.fixture
def plug(monkeypatch):
    def put(exercise: str, functions: dict) -> None:
        for entry in stubs(exercise):
            monkeypatch.setattr(entry, "plugged", functions[entry.name])

    return put


@pytest.mark.parametrize("after", [False, True])
def test_the_streams_order_does_not_matter(given, plug, after):
    model, x, t, text = given("incontext")
    expected = looking.stream_weights(model, x, t, text)
    plug("code3", one_stream(after))
    found = looking.stream_weights(model, x, t, text)
    assert found.shape == (2, 4, 15, 15)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_the_memorys_order_does_not_matter(given, plug):
    model, x, t, text = given("cross_attention")
    expected = looking.memory_weights(model, x, t, text)
    own = reference("code5")

    def backwards(self, condition):
        memory, mask = own.cond_mapping(self, condition)
        return memory.flip(1), mask.flip(1)

    names = ("backbone", "output_projection")
    plug("code5", {"cond_mapping": backwards} | {name: getattr(own, name) for name in names})
    torch.testing.assert_close(looking.memory_weights(model, x, t, text), expected, atol=1e-5, rtol=1e-4)
    assert expected.shape == (2, 4, 8, 7)
    torch.testing.assert_close(expected.sum(-1), torch.ones(2, 4, 8))


RIGHT = [(e, v) for e in ("code3", "code4", "code5") for v in bank.entries("variants", e)]
FIGURES = dict(
    code3=("incontext", looking.stream_weights),
    code4=("adaln", lambda model, x, t, text: looking.modulations(model, torch.tensor([0, 50, 900]), text)),
    code5=("cross_attention", looking.memory_weights),
)


@pytest.mark.parametrize("exercise, variant", RIGHT, ids=[f"{e}-{v.name}" for e, v in RIGHT])
def test_every_right_answer_has_the_same_picture(given, exercise, variant):
    """Also where attention is written out, or samples, frames and condition go separately through a layer."""
    name, numbers = FIGURES[exercise]
    asked = given(name)
    with bank.plugged(exercise):
        expected = numbers(*asked)
    with bank.plugged(exercise, variant):
        torch.testing.assert_close(numbers(*asked), expected, atol=1e-4, rtol=1e-3)


def test_modulations_are_the_linear_layers_of_c(given):
    model, _, _, _ = given("adaln")
    text = TextFeatures(torch.randn(2, 3, 12), torch.ones(2, 3, dtype=torch.bool), torch.randn(2, 12))
    found = looking.modulations(model, torch.tensor([0, 50, 900]), text)
    assert found.shape == (2, 2, 3, 6, 16)
    with torch.no_grad():
        time = model.dit.timestep_embedding(torch.tensor([900]))[0]
        c = nn.functional.silu(time + model.dit.pooled_projection(text.pooled[1]))
        layer = model.dit.blocks[1].modulation
        scale = c @ layer.weight[16:32].T + layer.bias[16:32]
    torch.testing.assert_close(found[1, 1, 2, 1], scale, atol=1e-5, rtol=1e-4)


def test_a_network_that_fails_keeps_no_hook(given, monkeypatch):
    model, _, t, text = given("adaln")
    monkeypatch.setattr(model, "forward", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        looking.modulations(model, t, text)
    assert not any(block.modulation._forward_hooks for block in model.dit.blocks)


def test_stream_picks_the_head_that_looks_at_words():
    weights = torch.full((2, 3, 9, 9), 0.01)  # time, caption, 3 words, 4 frames
    weights[1, 2, 5:, 2:5] = 0.3
    weights[0, 0, 5:, 0] = 0.9  # looks at the time, which is no word
    weights[0, 1, :5, 2:5] = 0.9  # words look at words
    figure = looking.stream(weights, ["a", "b", "c"])
    ax = figure.axes[0]
    assert ax.get_title().startswith("Block 2, head 3")
    np.testing.assert_allclose(ax.collections[0].get_array(), weights[1, 2])
    assert [label.get_text() for label in ax.get_xticklabels()][:5] == ["⟨time⟩", "⟨caption⟩", "a", "b", "c"]
    assert ax.yaxis_inverted()


def test_lookup_draws_the_head_that_varies_most_words_down_frames_across():
    weights = torch.full((2, 3, 6, 4), 0.25)
    weights[0, 0, :, :2] = torch.eye(2).repeat(3, 1)  # time and caption vary, which are no words
    weights[1, 2, :, 2:] = torch.tensor([[0.5, 0], [0, 0.5]]).repeat(3, 1)
    figure = looking.lookup({"a": torch.rand(2, 3, 6, 4), "b": weights}, ["x", "y"])
    drawn = figure.axes[1].collections[0].get_array()
    assert drawn.shape == (4, 6) and figure.axes[0].yaxis_inverted() and figure.axes[1].yaxis_inverted()
    np.testing.assert_allclose(drawn, weights[1, 2].T)
    assert figure.get_suptitle() == "Block 2, head 3"


def test_curves_are_the_mean_sizes_of_scales_and_gates():
    """Of the six vectors: shift, scale, gate of attention, then of the mlp. Shifts are not drawn."""
    vectors = torch.zeros(2, 2, 3, 6, 4)
    vectors[1, :, 2, 2] = torch.tensor([[1.0, -1, 1, -1], [3, -3, 3, -3]])
    vectors[0, :, 1, 5] = -5
    vectors[0, :, 0, 1] = 7
    vectors[1, :, 0, 4] = -9
    vectors[:, :, :, [0, 3]] = 100
    figure = looking.scales_and_gates(vectors, [0, 10, 20])
    drawn = {ax.get_title(): [line.get_ydata().tolist() for line in ax.lines[:2]] for ax in figure.axes}
    assert drawn == {
        "scale before attention": [[7, 0, 0], [0, 0, 0]],
        "gate of attention": [[0, 0, 0], [0, 0, 2]],
        "scale before the mlp": [[0, 0, 0], [9, 0, 0]],
        "gate of the mlp": [[0, 5, 0], [0, 0, 0]],
    }
    assert list(figure.axes[0].lines[0].get_xdata()) == [0, 10, 20]


def test_captions_that_change_the_same_channels_correlate():
    """Scales and gates count, shifts do not; what all captions have in common does not either."""
    vectors = torch.randn(2, 3, 1, 6, 800, generator=torch.Generator().manual_seed(0))
    vectors[:, 1, :, [1, 2, 4, 5]] = vectors[:, 0, :, [1, 2, 4, 5]]
    center = torch.randn(2, 6, 800)
    figure = looking.caption_effect(vectors + center[:, None, None], ["a", "b", "c"], center)
    drawn = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(drawn[0], [1, 1, 0], atol=0.05)  # the third has nothing to do with them
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["(1)", "(2)", "(3)"]


def test_a_token_of_several_frames_is_drawn_as_wide_as_they_are():
    weights = torch.full((1, 1, 8, 8), 0.1)  # time, caption, a word, 5 tokens of 10 frames
    figure = looking.stream(weights, ["a"], patch_size=10)
    across = figure.axes[0].collections[0].get_coordinates()[0, :, 0]
    np.testing.assert_allclose(np.diff(across), [looking.WIDE] * 3 + [10] * 5)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()][3:] == ["frame 20", "frame 40"]
    figure = looking.lookup({"a": torch.rand(1, 1, 5, 3)}, ["a"], patch_size=10)
    np.testing.assert_allclose(figure.axes[0].collections[0].get_coordinates()[0, :, 0], range(0, 51, 10))


def test_what_was_not_recorded_is_one_line():
    with pytest.raises(LabError, match="your code does both by hand"):
        looking.first_of({"a": torch.zeros(1)}, "b", "c")
