"""Editing keeps what is given, and samples the rest given the known part."""

import pytest
import torch
from torch import nn

from labkit.diffusion import Schedule, edit
from labkit.models import Normalizer
from labkit.text import TextFeatures

RHO = 0.9  # correlation of the two frames of a motion


class Pair(nn.Module):
    """E[x0 | x_t] for motions of two frames with variance 1 and correlation RHO."""

    def __init__(self, schedule: Schedule):
        super().__init__()
        self.schedule, self.normalizer, self.unused = schedule, Normalizer(1), nn.Parameter(torch.zeros(1))
        self.calls = 0

    def forward(self, x, t, text, mask, drop):
        self.calls += 1
        a = self.schedule.alpha_bar(t)
        C = torch.tensor([[1.0, RHO], [RHO, 1.0]])
        gain = a.sqrt() * C @ torch.linalg.inv(a * C + (1 - a) * torch.eye(2))
        return gain @ x


def edited(N: int = 4000, **settings):
    schedule = Schedule(100)
    network = Pair(schedule)
    text = TextFeatures(torch.zeros(N, 1, 1), torch.ones(N, 1, dtype=torch.bool), torch.zeros(N, 1))
    x_known = torch.full((N, 2, 1), 1.5)
    known = torch.tensor([True, False])[None, :, None].expand(N, 2, 1)
    return edit(network, schedule, text, x_known, known, guidance_scale=1, **settings)[..., 0], network


@pytest.mark.parametrize("repeats", [1, 3])
def test_what_is_known_is_kept_exactly(repeats):
    x, network = edited(8, steps=10, repeats=repeats)
    torch.testing.assert_close(x[:, 0], torch.full((8,), 1.5))
    assert network.calls == 9 * repeats + 1


def test_resampling_brings_the_rest_nearer_to_the_conditional_distribution():
    """Given the first frame, the second has mean RHO · 1.5; replacement alone falls short of it."""
    plain, often = (edited(steps=50, repeats=r)[0][:, 1].mean() for r in (1, 8))
    assert abs(often - RHO * 1.5) < 0.5 * abs(plain - RHO * 1.5)


def test_a_seed_gives_the_same_motion_again():
    assert torch.equal(edited(4, seed=3)[0], edited(4, seed=3)[0])
    assert not torch.equal(edited(4, seed=3)[0], edited(4, seed=4)[0])
