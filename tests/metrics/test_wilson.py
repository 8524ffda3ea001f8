import numpy as np
import pytest
from scipy.stats import binomtest

from labkit.metrics import wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (5, 5), (97, 100), (50, 100), (1, 1), (333, 1000)])
def test_agrees_with_scipy(hits, n):
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((hits / n, expected.low, expected.high), abs=1e-6)


def test_holds_the_truth_as_often_as_it_says():
    counts = np.random.default_rng(0).binomial(100, 0.95, size=2000)
    inside = [low <= 0.95 <= high for _, low, high in (wilson(int(c), 100) for c in counts)]
    assert 0.92 < np.mean(inside) < 0.98


def test_says_what_is_wrong():
    for hits, n in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="are no share"):
            wilson(hits, n)
