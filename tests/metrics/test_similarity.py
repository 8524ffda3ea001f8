import numpy as np
import pytest
from sklearn.metrics.pairwise import paired_cosine_distances

from labkit.metrics import tmr_score, tmr_scores


def test_same_unrelated_and_opposite():
    text = np.array([[2.0, 0.0], [0.5, 0.0], [1.0, 0.0]])
    motion = np.array([[7.0, 0.0], [0.0, 3.0], [-4.0, 0.0]])
    assert tmr_scores(text, motion) == pytest.approx([1.0, 0.5, 0.0])
    assert tmr_score(text, motion) == pytest.approx(0.5)


def test_agrees_with_scikit_learn():
    text, motion = np.random.default_rng(0).normal(size=(2, 50, 16))
    expected = 1 - paired_cosine_distances(text, motion) / 2
    assert tmr_scores(text, motion) == pytest.approx(expected, rel=1e-12)
    assert tmr_score(text, motion) == pytest.approx(expected.mean(), rel=1e-12)


def test_length_does_not_matter():
    text, motion = np.random.default_rng(1).normal(size=(2, 20, 8))
    scale = np.geomspace(1e-3, 1e3, 20)[:, None]
    assert tmr_scores(text * scale, motion / scale) == pytest.approx(tmr_scores(text, motion))


@pytest.mark.parametrize("score", [tmr_score, tmr_scores])
@pytest.mark.parametrize(
    ("text", "motion", "message"),
    [
        (np.zeros((0, 4)), np.zeros((0, 4)), "1 or more rows"),
        (np.ones((3, 4)), np.eye(4)[:3] * [[1], [1], [0]], "zero vector"),
        (np.ones((3, 4)), np.ones((2, 4)), "do not fit"),
    ],
)
def test_says_what_is_wrong(score, text, motion, message):
    with pytest.raises(ValueError, match=message):
        score(text, motion)
