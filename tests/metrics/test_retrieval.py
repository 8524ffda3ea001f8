import numpy as np
import pytest

from labkit.metrics import retrieval, retrieval_ranks


def slow_ranks(text, motion, same):
    """Sort each caption's gallery, wrong motions first among equals, and look for the first right one."""
    ranks = []
    for i, t in enumerate(text):
        entries = []
        for j, m in enumerate(motion):
            cosine = round(float(t @ m / np.sqrt((t @ t) * (m @ m))), 9)
            entries.append((-cosine, bool(same[i][j])))
        ranks.append(1 + [right for _, right in sorted(entries)].index(True))
    return ranks


@pytest.mark.parametrize("seed", range(5))
def test_ranks_equal_a_slow_sort_with_ties_and_repeated_captions(seed):
    rng = np.random.default_rng(seed)
    text, motion = rng.integers(1, 4, size=(2, 30, 2)).astype(float)  # nine directions: ties everywhere
    words = rng.integers(0, 20, size=30)
    same = words[:, None] == words[None, :]
    assert retrieval_ranks(text, motion, same).tolist() == slow_ranks(text, motion, same)
    assert retrieval_ranks(text, motion).tolist() == slow_ranks(text, motion, np.eye(30))


def test_batches_average_what_each_gallery_gives():
    rng = np.random.default_rng(0)
    text = rng.normal(size=(100, 6))
    motion = text + rng.normal(size=(100, 6))
    order = np.random.default_rng(3).permutation(100)[:96]  # 4 pairs do not fill a gallery
    ranks = [slow_ranks(text[b], motion[b], np.eye(32)) for b in order.reshape(3, 32)]
    got = retrieval(text, motion, k=(1, 3, 5), seed=3)
    assert got == {f"R{k}": pytest.approx(np.mean(np.array(ranks) <= k)) for k in (1, 3, 5)}


@pytest.mark.parametrize("gallery", [32, None])
def test_a_perfect_encoder_scores_one_and_a_collapsed_one_zero(gallery):
    rng = np.random.default_rng(1)
    text, point = rng.normal(size=(96, 8)), rng.normal(size=(1, 8))
    assert retrieval(text, text, gallery=gallery) == {"R1": 1, "R2": 1, "R3": 1}
    collapsed = np.repeat(point, 96, axis=0)
    for a, b in ((text, collapsed), (collapsed, text), (collapsed, collapsed)):
        chance = 3 / (gallery or 96)
        assert retrieval(a, b, gallery=gallery)["R3"] <= chance + 1e-9
    assert retrieval(collapsed, collapsed, gallery=gallery)["R3"] == 0
    assert retrieval(text, collapsed, gallery=gallery)["R3"] == 0


def test_random_features_are_at_chance():
    text, motion = np.random.default_rng(2).normal(size=(2, 6400, 8))
    for k, share in retrieval(text, motion, k=(1, 2, 3)).items():
        chance = int(k[1:]) / 32
        assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / 6400)


def test_a_larger_gallery_is_harder():
    rng = np.random.default_rng(3)
    text = rng.normal(size=(320, 16))
    motion = text + 1.5 * rng.normal(size=(320, 16))
    assert retrieval(text, motion, gallery=None)["R1"] < retrieval(text, motion)["R1"] - 0.1


def test_equal_captions_find_each_others_motions():
    """Two captions with the same words, motions exchanged: wrong by row, right by meaning."""
    text = np.repeat(np.eye(16), 2, axis=0)
    motion = text.copy()
    motion[::2] += 0.1 * np.roll(np.eye(16), 1, axis=1)  # the first of two twins is the worse match
    words = np.arange(32) // 2
    by_row = retrieval(text, motion, k=(1,), gallery=None)
    by_words = retrieval(text, motion, k=(1,), gallery=None, same=words[:, None] == words)
    assert (by_row["R1"], by_words["R1"]) == (0.5, 1.0)


def test_same_follows_the_shuffle():
    """All wrong by row; `same` makes exactly the next motion right, which gallery order must not confuse."""
    text = np.random.default_rng(4).normal(size=(40, 64))
    motion = np.roll(text, 1, axis=0)  # motion i + 1 is what caption i describes
    same = np.roll(np.eye(40, dtype=bool), 1, axis=1)
    assert retrieval(text, motion, k=(1,), gallery=40, seed=9, same=same)["R1"] == 1
    assert retrieval(text, motion, k=(1,), gallery=40, seed=9)["R1"] == 0


def test_seed_decides_the_galleries():
    rng = np.random.default_rng(5)
    text = rng.normal(size=(320, 16))
    motion = text + 2 * rng.normal(size=(320, 16))
    assert retrieval(text, motion, seed=1) == retrieval(text, motion, seed=1)
    assert retrieval(text, motion, seed=1) != retrieval(text, motion, seed=2)


def test_says_what_is_wrong():
    x = np.eye(8)
    with pytest.raises(ValueError, match="gallery of 32 needs as many pairs, got 8"):
        retrieval(x, x)
    with pytest.raises(ValueError, match="same: expected"):
        retrieval_ranks(x, x, same=np.eye(7))
    with pytest.raises(ValueError, match="zero vector"):
        retrieval(0 * x, x, gallery=4)
