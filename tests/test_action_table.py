import numpy as np
import pytest
import torch

from labkit import action_table as module
from labkit.action_table import action_table, try_actions
from labkit.diffusion import SamplingConfig
from labkit.evaluate import sample_motions
from labkit.metrics import proportion
from labkit.metrics.actions import ACTIONS, Action
from labkit.motion import decode

QUICK = dict(batch_size=64, progress=False)


@pytest.fixture
def two(lab, monkeypatch):
    """Two actions whose rules are a toss of the motion's own numbers: neither always nor never."""

    def even(joints):
        return int(1e4 * abs(joints[:, 20]).sum()) % 2 == 0

    def odd(joints):
        return not even(joints)

    actions = {"even": Action(even, ("a", "b"), ("c", "d")), "odd": Action(odd, ("e", "f"), ("g", "h"))}
    monkeypatch.setattr(module, "ACTIONS", actions)
    return actions


def test_a_motion_of_six_seconds_for_each_caption_and_seed_is_judged_by_its_own_rule(two, body):
    """As a plain loop over seeds, actions and captions finds it."""
    hits = try_actions("adaln", seeds=3, config=SamplingConfig(steps=2, seed=5), **QUICK)
    captions = [c for a in two.values() for c in (*a.plain, *a.rephrased)]
    found = {}
    for seed in (5, 6, 7):
        config = SamplingConfig(steps=2, seed=seed)
        sampled = sample_motions("adaln", captions, torch.full((8,), 120), config=config, **QUICK)
        assert {len(x) for x in sampled} == {120}
        for caption, x in zip(captions, sampled):
            found[caption, seed] = body.joints(decode(x)).numpy()
    for name, action in two.items():
        for row, some in enumerate((action.plain, action.rephrased)):
            expected = [action.passes(found[caption, seed]) for caption in some for seed in (5, 6, 7)]
            assert hits[name][row].tolist() == expected
    assert len({*np.ravel([list(hits.values())])}) == 2


def test_the_table_counts_and_gives_wilsons_intervals():
    yes, no = np.ones((2, 4), bool), np.zeros((2, 4), bool)
    some = np.array([[True, True, True, False], [True, False, False, False]])
    text = action_table({"adaln": {"walk": yes, "sit down": some}, "incontext": {"walk": no, "sit down": no}})
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["adaln", "incontext"]
    assert lines[1] == ["walk", "8/8", "0/8"] and lines[2] == ["sit", "down", "4/8", "0/8"]
    for line, hits, n in zip(lines[3:], (7, 5, 12), (8, 8, 16)):
        for k, cells in ((hits, line[-6:-3]), (0, line[-3:])):
            value, low, high = proportion(k, n)
            assert cells == [f"{value:.2f}", f"[{low:.2f},", f"{high:.2f}]"]


def test_captions_are_short_enough_for_the_text_encoder():
    assert max(len(c.split()) for a in ACTIONS.values() for c in (*a.plain, *a.rephrased)) <= 15
