from itertools import combinations

import numpy as np
import pytest

from labkit.metrics import diversity, multimodality


def test_two_points():
    assert diversity([[0, 0], [3, 4]]) == 5


def test_every_pair_counts_once_in_any_order():
    x = np.random.default_rng(0).normal(size=(30, 4))
    expected = np.mean([np.linalg.norm(a - b) for a, b in combinations(x, 2)])
    assert diversity(x) == pytest.approx(expected, rel=1e-12)
    assert diversity(np.roll(x, 7, axis=0)) == pytest.approx(expected, rel=1e-12)


def test_gaussians_are_two_over_root_pi_apart():
    x = np.random.default_rng(0).normal(size=(4_000, 1))
    assert diversity(x) == pytest.approx(2 / np.sqrt(np.pi), rel=0.03)


def test_multimodality_is_a_slow_loop_over_pairs_of_one_caption():
    x = np.random.default_rng(1).normal(size=(3, 5, 4)) + 100 * np.arange(3)[:, None, None]
    expected = np.mean([[np.linalg.norm(a - b) for a, b in combinations(c, 2)] for c in x])
    assert multimodality(x) == pytest.approx(expected, rel=1e-12)


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="2 or more rows"):
        diversity(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="2 or more motions"):
        multimodality(np.zeros((5, 1, 4)))
