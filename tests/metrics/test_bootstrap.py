import numpy as np
import pytest

from labkit.metrics import bootstrap, frechet_distance, population_spread, prdc, proportion, retrieval


def test_intervals_hold_the_mean_as_often_as_they_promise():
    rng = np.random.default_rng(0)
    for level in (0.95, 0.8):
        hits = 0
        for repeat in range(200):
            value, low, high = bootstrap(np.mean, rng.normal(size=60), seed=repeat, level=level)
            assert low <= value <= high
            hits += low <= 0 <= high
        assert abs(hits / 200 - level) < 3 * np.sqrt(level * (1 - level) / 200)


def test_width_is_that_of_the_textbook_interval():
    x = np.random.default_rng(1).normal(size=400)
    value, low, high = bootstrap(np.mean, x, n=4000)
    assert value == x.mean()
    assert high - low == pytest.approx(2 * 1.96 * x.std(ddof=1) / np.sqrt(400), rel=0.05)


def test_rows_of_several_arrays_stay_together():
    x = np.random.default_rng(2).normal(size=(50, 3))
    value, low, high = bootstrap(lambda a, b: (b - a).mean(), x, x + 1)
    assert (value, low, high) == pytest.approx((1, 1, 1))


def test_several_numbers_at_once():
    real, generated = np.random.default_rng(3).normal(size=(2, 60, 4))
    generated += 1  # so that no score sits at its limit
    value, low, high = bootstrap(lambda g: list(prdc(real, g).values()), generated, n=20)
    assert value.tolist() == list(prdc(real, generated).values())
    assert low.shape == high.shape == (4,) and (low < high).all()


def test_fd_intervals_hold_the_expected_fd_at_this_n():
    """Both sets have one distribution, so FD is bias alone; copies of rows would double it."""
    rng = np.random.default_rng(4)
    real, draws = rng.normal(size=(300, 8)), rng.normal(size=(60, 64, 8))
    expected = np.mean([frechet_distance(real, g) for g in draws])
    hits = 0
    for g in draws:
        value, low, high = bootstrap(lambda x: frechet_distance(real, x), g, n=50)
        hits += low <= expected <= high
        assert low <= value <= high
    assert hits / 60 >= 0.9


def test_no_row_is_ever_copied():
    """A copied caption ties with itself: drawing with replacement would pull a perfect encoder below 1."""
    x = np.random.default_rng(5).normal(size=(80, 16))
    result = bootstrap(lambda t, m: retrieval(t, m, k=(1,))["R1"], x, x, n=30)
    assert result == (1, 1, 1)
    _, low, high = bootstrap(lambda rows: len(rows) - len(set(rows)), np.arange(40), n=20)
    assert low == high == 0


def test_seeded():
    x = np.random.default_rng(6).normal(size=30)
    assert bootstrap(np.median, x, seed=1) == bootstrap(np.median, x, seed=1)
    assert bootstrap(np.median, x, seed=1) != bootstrap(np.median, x, seed=2)


@pytest.mark.parametrize("arrays", [(np.zeros(3),), (np.zeros(10), np.zeros(9))])
def test_says_what_is_wrong(arrays):
    with pytest.raises(ValueError, match="4 rows or more"):
        bootstrap(lambda *a: 0.0, *arrays)


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (10, 10), (97, 100)])
def test_a_proportion_has_wilsons_interval(hits, n):
    """Wilson 1927: the shares p of which hits/n lies within 1.96 deviations, the roots of a quadratic."""
    share, low, high = proportion(hits, n)
    assert share == hits / n
    for p in (low, high):
        assert abs(share - p) == pytest.approx(1.959964 * np.sqrt(p * (1 - p) / n), abs=1e-6)


def test_draws_without_replacement_are_spread_as_draws_of_the_population():
    rng = np.random.default_rng(0)
    x = rng.normal(size=239)
    for n in (32, 128, 200):
        means = [rng.permutation(x)[:n].mean() for _ in range(4000)]
        wide = population_spread(means, n, len(x))
        assert wide.mean() == pytest.approx(np.mean(means), abs=1e-12)
        assert wide.std() == pytest.approx(x.std(ddof=1) / np.sqrt(n), rel=0.05)  # the textbook's
    with pytest.raises(ValueError, match="n must be from 1 to N - 1"):
        population_spread([1.0, 2.0], 5, 5)
