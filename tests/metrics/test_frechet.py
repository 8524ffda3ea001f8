import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.metrics import frechet_distance


def with_moments(mean, covariance, n, seed):
    """n points whose *sample* mean and covariance are exactly the ones given."""
    x = np.random.default_rng(seed).normal(size=(n, len(mean)))
    x -= x.mean(0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False)))
    return x @ whiten.T @ np.linalg.cholesky(covariance).T + mean


def test_agrees_with_scipy_sqrtm():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(500, 20)) @ rng.normal(size=(20, 20))
    b = rng.normal(size=(300, 20)) @ rng.normal(size=(20, 20)) + 0.5
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(cov_a @ cov_b)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(cov_a + cov_b - 2 * root.real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_commuting_covariances_have_a_closed_form():
    """Common axes: the squared distances of the means and of the standard deviations add up."""
    axes, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    deviations_a, deviations_b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.5])
    mean_a, mean_b = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    a = with_moments(mean_a, axes @ np.diag(deviations_a**2) @ axes.T, 50, seed=2)
    b = with_moments(mean_b, axes @ np.diag(deviations_b**2) @ axes.T, 80, seed=3)
    expected = ((mean_a - mean_b) ** 2).sum() + ((deviations_a - deviations_b) ** 2).sum()
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_one_dimension():
    a, b = np.array([[0.0], [2.0]]), np.array([[5.0], [9.0]])  # means 1 and 7, deviations √2 and √8
    assert frechet_distance(a, b) == pytest.approx(36 + 2)


@pytest.mark.parametrize("n", [2, 40, 300])  # two of them make singular covariances
def test_identical_sets_are_at_zero_and_a_shift_adds_its_square(n):
    a = np.random.default_rng(n).normal(size=(n, 64))
    shift = np.linspace(-1, 1, 64)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-12)
    assert frechet_distance(a, a + shift) == pytest.approx(shift @ shift, rel=1e-9)


def test_singular_covariances_on_different_subspaces():
    """Planes at right angles share nothing: the cross term vanishes and the traces add up."""
    rng = np.random.default_rng(4)
    a, b = np.zeros((30, 40)), np.zeros((30, 40))
    a[:, :10], b[:, 10:20] = rng.normal(size=(2, 30, 10))
    a -= a.mean(0)
    b -= b.mean(0)
    expected = a.var(0, ddof=1).sum() + b.var(0, ddof=1).sum()
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


# Isotropic, trace 1, both samples of one distribution: the true distance is 0. The tolerance is three
# standard deviations of one draw (measured over seeds) and the rounding of the published figure.
@pytest.mark.parametrize(
    ("n", "published", "tolerance"), [(64, 1.19, 0.05), (256, 0.51, 0.01), (1000, 0.13, 0.005)]
)
def test_small_samples_of_one_distribution_look_far_apart(n, published, tolerance):
    a, b = np.random.default_rng(5).normal(size=(2, n, 256)) / np.sqrt(256)
    assert frechet_distance(a, b) == pytest.approx(published, abs=tolerance)


features = st.tuples(st.integers(2, 12), st.integers(2, 12), st.integers(1, 6), st.integers(0, 2**32 - 1))


@settings(max_examples=60, deadline=None)
@given(features)
def test_symmetric_non_negative_and_blind_to_rotation_and_translation(case):
    n, m, d, seed = case
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, d)), 3 * rng.normal(size=(m, d)) + 1
    distance = frechet_distance(a, b)
    rotation, _ = np.linalg.qr(rng.normal(size=(d, d)))
    offset = rng.normal(size=d)
    assert distance >= 0
    assert frechet_distance(b, a) == pytest.approx(distance, rel=1e-7, abs=1e-7)
    assert frechet_distance(a @ rotation + offset, b @ rotation + offset) == pytest.approx(
        distance, rel=1e-6, abs=1e-6
    )
    assert frechet_distance(2 * a, 2 * b) == pytest.approx(4 * distance, rel=1e-6, abs=1e-6)


def test_half_precision_input_is_summed_in_double():
    x = np.random.default_rng(6).normal(size=(2, 200, 16)).astype(np.float16)
    assert frechet_distance(*x) == frechet_distance(*x.astype(np.float64))


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "2 or more rows"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "do not fit"),
        (np.full((5, 3), np.nan), np.zeros((5, 3)), "NaN"),
        (np.zeros(5), np.zeros(5), r"\(N, D\)"),
    ],
)
def test_says_what_is_wrong(a, b, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(a, b)
