from functools import cache

import numpy as np
import pytest

from labkit.metrics import aligned_distance


def walk(seed=0, frames=30, joints=5):
    return np.random.default_rng(seed).normal(size=(frames, joints, 3)).cumsum(0)


def slow(motion, clip):
    """The definition, as a recursion over (frame of the motion, frame of the clip)."""

    @cache
    def reach(i, j):
        here = np.sqrt(np.mean([np.sum((a - b) ** 2) for a, b in zip(motion[i], clip[j])]))
        if i == 0:
            return here
        before = [reach(i - 1, j)]
        if j > 0:
            before += [reach(i - 1, j - 1), reach(i, j - 1)]
        return here + min(before)

    return min(reach(len(motion) - 1, j) for j in range(len(clip))) / len(motion)


@pytest.mark.parametrize(("F", "G"), [(12, 20), (20, 12), (1, 7), (7, 1)])
def test_is_the_recursion(F, G):
    motion, clip = walk(1, F), walk(2, G)
    assert aligned_distance(motion, clip) == pytest.approx(slow(motion, clip), rel=1e-9)


def test_a_piece_of_the_clip_in_other_timing_is_found():
    clip = walk()
    piece = np.repeat(clip[7:20], 2, axis=0)  # half as fast
    assert aligned_distance(piece, clip) == pytest.approx(0, abs=1e-6)
    assert aligned_distance(piece[::-1], clip) > 0.5  # but not backwards


def test_noise_costs_what_it_measures():
    """Each joint moved by 3 cm: 3 cm a frame, as long as no other frame is nearer."""
    clip = 100 * walk()
    moved = clip[5:15] + np.array([0, 0.03, 0])
    assert aligned_distance(moved, clip) == pytest.approx(0.03, rel=1e-4)


def test_place_in_the_array_does_not_change_it():
    clip, motion = walk(3, 40), walk(4, 10)
    longer = np.concatenate([1e3 + walk(5, 6), clip, 1e3 + walk(6, 9)])
    assert aligned_distance(motion, longer) == pytest.approx(aligned_distance(motion, clip), rel=1e-6)
