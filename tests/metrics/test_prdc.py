from importlib import import_module

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from labkit.metrics import prdc


def slow_prdc(real, generated, k):
    def radii(x):
        return (
            NearestNeighbors(n_neighbors=k + 1).fit(x).kneighbors(x)[0][:, k]
        )  # the first is the point itself

    real_radii, generated_radii = radii(real), radii(generated)
    inside = [[np.linalg.norm(x - y) <= r for x, r in zip(real, real_radii)] for y in generated]
    recalled = [any(np.linalg.norm(x - y) <= r for y, r in zip(generated, generated_radii)) for x in real]
    return {
        "precision": np.mean([any(row) for row in inside]),
        "recall": np.mean(recalled),
        "density": np.mean([sum(row) for row in inside]) / k,
        "coverage": np.mean([any(row[i] for row in inside) for i in range(len(real))]),
    }


@pytest.mark.parametrize("k", [1, 3, 5])
def test_agrees_with_a_slow_loop_over_scikit_learn_neighbours(k):
    rng = np.random.default_rng(k)
    real, generated = rng.normal(size=(60, 4)), 0.8 * rng.normal(size=(45, 4)) + 0.5
    expected = slow_prdc(real, generated, k)
    assert 0 < expected["recall"] < 1 and 0 < expected["coverage"] < 1
    assert prdc(real, generated, k) == pytest.approx(expected)


def test_by_hand_and_the_order_of_arguments_matters():
    """On a line, k = 1. Radii of the real points: 1; of the generated ones: 0.06, 0.06, 0.1, 9.8."""
    real, generated = np.array([[0.0], [1], [2], [3]]), np.array([[0.04], [0.1], [0.2], [10]])
    assert prdc(real, generated, k=1) == dict(precision=0.75, recall=1.0, density=1.5, coverage=0.5)
    assert prdc(generated, real, k=1) == dict(precision=1.0, recall=0.75, density=1.0, coverage=0.5)


def test_a_generator_stuck_on_one_mode_is_precise_but_covers_little():
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=(100, 3)), rng.normal(size=(100, 3)) + 50])
    scores = prdc(real, rng.normal(size=(200, 3)))
    assert scores["precision"] > 0.9
    assert scores["recall"] <= 0.5 and scores["coverage"] <= 0.5


def test_the_real_set_against_itself_and_against_a_far_one():
    real = np.random.default_rng(1).normal(size=(50, 8))
    perfect = prdc(real, real.copy())
    assert (perfect["precision"], perfect["recall"], perfect["coverage"]) == (1, 1, 1)
    assert perfect["density"] == pytest.approx(1, abs=0.25)
    assert prdc(real, real + 1e3) == dict(precision=0, recall=0, density=0, coverage=0)


def test_far_from_the_origin_rounding_changes_nothing():
    real, generated = np.random.default_rng(2).normal(size=(2, 80, 4))
    assert prdc(real + 1e5, generated + 1e5) == prdc(real, generated)


def test_more_rows_than_a_chunk(monkeypatch):
    real, generated = np.random.default_rng(3).normal(size=(2, 100, 4))
    whole = prdc(real, generated)
    monkeypatch.setattr(import_module("labkit.metrics.prdc"), "CHUNK", 7)
    assert prdc(real, generated) == whole


def test_says_what_is_wrong():
    x = np.eye(5)
    with pytest.raises(ValueError, match="real: needs 6 or more rows, got 5"):
        prdc(x, np.eye(9)[:, :5])
    with pytest.raises(ValueError, match="do not fit"):
        prdc(np.eye(8), np.eye(9))
    with pytest.raises(ValueError, match="k must be"):
        prdc(x, x, k=0)
