from itertools import combinations

import numpy as np
import pytest

from labkit.metrics import diversity, multimodality


def test_two_points():
    assert diversity([[0, 0], [3, 4]]) == 5


def test_uses_each_row_once_at_most():
    """Half of the rows at 0 and one far away: it can be in one pair only."""
    x = np.zeros((100, 1))
    x[17] = 60
    assert diversity(x, pairs=50) == pytest.approx(60 / 50)
    assert diversity(x) == pytest.approx(60 / 50)  # 300 pairs do not exist


def test_gaussians_are_two_over_root_pi_apart():
    x = np.random.default_rng(0).normal(size=(20_000, 1))
    got = diversity(x, pairs=10_000)
    deviation = np.sqrt((2 - 4 / np.pi) / 10_000)  # of the mean of |N(0, 2)|
    assert abs(got - 2 / np.sqrt(np.pi)) < 4 * deviation
    assert got == diversity(x, pairs=10_000) != diversity(x, pairs=10_000, seed=1)


def test_multimodality_is_a_slow_loop_over_pairs_of_one_caption():
    x = np.random.default_rng(1).normal(size=(3, 5, 4)) + 100 * np.arange(3)[:, None, None]
    expected = np.mean([[np.linalg.norm(a - b) for a, b in combinations(c, 2)] for c in x])
    assert multimodality(x) == pytest.approx(expected, rel=1e-12)


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="2 or more rows"):
        diversity(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="2 or more motions"):
        multimodality(np.zeros((5, 1, 4)))
