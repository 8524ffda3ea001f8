"""Patches: P frames in a row are one token of the DiT."""

import numpy as np
import pytest
import torch

from labkit.diffusion import Schedule
from labkit.models import NETWORKS

P = 4


@pytest.fixture
def model(tiny_denoiser):
    return tiny_denoiser("adaln", patch_size=P)


def test_patches_are_frames_side_by_side(model):
    x = torch.randn(2, 10, 3)
    expected = np.zeros((2, 3, P * 3))
    for b in range(2):
        for frame in range(10):
            for column in range(3):
                expected[b, frame // P, frame % P * 3 + column] = x[b, frame, column]
    np.testing.assert_array_equal(model.patchify(x), expected.astype(np.float32))
    torch.testing.assert_close(model.unpatchify(model.patchify(x), 10), x)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("F", [1, 3, 4, 7, 8])
def test_padding_changes_no_real_frame_whether_or_not_it_shares_a_token(
    tiny_denoiser, random_text, network, F
):
    model = tiny_denoiser(network, patch_size=P)
    model.filter.fit([torch.randn(40, 9).cumsum(0)], Schedule(1000).alphas_cumprod)  # looks beyond the end
    text, t = random_text(2), torch.tensor([10, 700])
    x = torch.randn(2, F, 9)
    alone = model(x, t, text)
    assert alone.shape == x.shape
    padded = torch.cat([x, torch.full((2, 6, 9), 50.0)], dim=1)
    mask = torch.arange(F + 6).expand(2, -1) < F
    torch.testing.assert_close(model(padded, t, text, mask)[:, :F], alone, atol=1e-4, rtol=1e-4)


def test_the_dit_sees_a_token_for_every_patch(model, random_text):
    seen = []
    model.dit.register_forward_pre_hook(lambda _, args: seen.append((args[0], args[3])))
    mask = torch.tensor([[True] * 9 + [False], [True] * 4 + [False] * 6])
    model(torch.randn(2, 10, 9), torch.tensor([0, 1]), random_text(2), mask)
    tokens, real = seen[0]
    assert tokens.shape == (2, 3, P * 2 * 9)
    assert real.tolist() == [[True, True, True], [True, False, False]]


def test_the_config_builds_the_same_network(model, tiny_denoiser):
    again = tiny_denoiser("adaln", **{"patch_size": 1} | model.config)
    assert again.config == model.config and model.config["features"] == 9
    again.load_state_dict(model.state_dict())
