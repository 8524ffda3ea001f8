import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from labkit.metrics import nearest_class


def blobs(seed=0, n=60):
    rng = np.random.default_rng(seed)
    classes = np.array(["walk", "run", "bow"])[np.arange(n) % 3]
    return np.eye(3)[np.arange(n) % 3] + 0.6 * rng.normal(size=(n, 3)), classes


def test_agrees_with_scikit_learn_where_nothing_is_left_out():
    (real, classes), (x, _) = blobs(), blobs(1, 40)
    expected = NearestCentroid().fit(real, classes).predict(x)
    assert len(set(expected)) > 1
    found = nearest_class(x, real, classes, takes=np.arange(60), own=np.full(40, -1))
    assert (found == expected).all()


def test_own_recording_is_left_out():
    """A slow loop: for each row a classifier fitted without the rows of its recording."""
    real, classes = blobs(2)
    takes = np.arange(60) // 30
    expected = [
        NearestCentroid().fit(real[takes != t], classes[takes != t]).predict(x[None])[0]
        for x, t in zip(real, takes)
    ]
    found = nearest_class(real, real, classes, takes, own=takes)
    assert (found == expected).all()
    assert (found != nearest_class(real, real, classes, takes, own=np.full(60, -1))).any()


def test_a_class_of_one_recording_is_never_the_answer():
    real, classes = blobs(3)
    classes[:2] = "odd"
    takes = np.arange(60)
    takes[1] = takes[0]
    assert "odd" not in nearest_class(real[:2], real, classes, takes, own=np.full(2, -1))
    with pytest.raises(ValueError, match="two or more classes"):
        nearest_class(real, real, np.full(60, "walk"), takes, own=takes)
