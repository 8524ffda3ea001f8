"""Cutting: pieces that join again, cut where the body rests."""

import numpy as np
import pytest
import torch
from test_kinematics import figure

from labkit.motion import FPS
from labkit_data.cutting import MAX_FRAMES, SHORTEST, WHOLE, cut


def waves(frames: int, *times: float) -> torch.Tensor:
    """A standing figure whose right hand goes up and down in one second around each of `times`."""
    t = np.arange(frames) / FPS
    up = sum(np.where(abs(t - when) < 0.5, 1 + np.cos(2 * np.pi * (t - when)), 0) for when in times)
    return figure(frames, right_wrist=np.stack([0 * t - 0.2, 0 * t, 0.83 + 0.5 * up], -1))[1]


@pytest.mark.parametrize("frames", [1, 119, 120, 121, 200, 201, 400, 401, 1013])
@pytest.mark.parametrize("whole", [False, True])
def test_pieces_join_again_and_are_neither_long_nor_short(frames, whole):
    pieces = cut(waves(frames, *range(1, 60, 3)), whole)
    assert pieces[0].start == 0 and pieces[-1].stop == frames
    assert all(a.stop == b.start for a, b in zip(pieces, pieces[1:]))
    lengths = [piece.stop - piece.start for piece in pieces]
    assert len(pieces) == 1 if frames <= (MAX_FRAMES if whole else WHOLE) else len(pieces) > 1
    assert len(pieces) == 1 or max(lengths) <= MAX_FRAMES and min(lengths) >= SHORTEST


def test_what_happens_is_not_cut_through():
    """Hands are lifted every 2.6 s: each lift lies in one piece, with rest on both sides."""
    times = np.arange(1.3, 29, 2.6)
    pieces = cut(waves(600, *times))
    for when in times:
        [piece] = [p for p in pieces if p.start <= when * FPS < p.stop]
        assert piece.start <= (when - 0.45) * FPS and (when + 0.45) * FPS <= piece.stop
