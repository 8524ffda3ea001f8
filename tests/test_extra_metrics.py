from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from labkit import extra_metrics as module
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions
from labkit.evaluator import load_evaluator
from labkit.extra_metrics import distinct, extra_metrics, extra_metrics_of_real
from labkit.metrics import proportion
from labkit.reference import load_reference
from labkit.scores import motion_features


@pytest.fixture
def few(lab, monkeypatch):
    monkeypatch.setattr(module, "PROMPTS", module.PROMPTS[::10])
    monkeypatch.setattr(module, "CAPTIONS", 4)
    monkeypatch.setattr(module, "REPEATS", 3)
    return load_reference()


@pytest.mark.parametrize("named", ["left", "right"])
def test_counts_the_prompts_whose_side_led(few, monkeypatch, named):
    monkeypatch.setattr(module, "lead", lambda joints: torch.tensor(1.0 if named == "left" else -1.0))
    asked = [side for _, side in module.PROMPTS]
    metrics = extra_metrics(
        "adaln", few, choose_captions(few, 1, 12, 0), config=SamplingConfig(steps=2), progress=False
    )
    assert metrics["left/right"] == proportion(asked.count(named), len(asked))


def test_multimodality_is_between_motions_of_one_caption(few, monkeypatch):
    """All motions of a caption the same: none. Else what a slow loop over pairs gives."""
    rows = choose_captions(few, 1, 12, 0)
    sampled = []

    def motions(network, captions, lengths, **settings):
        sampled[:] = [torch.full((int(n), 205), float(i)) for i, n in enumerate(lengths)]
        return sampled

    monkeypatch.setattr(module, "sample_motions", motions)
    found = extra_metrics("adaln", few, rows)["multimodality"][0]
    features = motion_features(load_evaluator(), sampled).reshape(4, 3, -1)
    expected = np.mean([np.linalg.norm(a - b) for f in features for a, b in combinations(f, 2)])
    assert found == pytest.approx(expected, rel=1e-6)
    monkeypatch.setattr(module, "sample_motions", lambda n, c, lengths, **s: [torch.ones(20, 205)] * len(c))
    assert extra_metrics("adaln", few, rows)["multimodality"][0] == pytest.approx(0, abs=1e-6)


def test_distinct_keeps_the_first_of_each_caption(few):
    words = replace(few, captions=["a", "b", "a", "c", "b", *few.captions[5:]])
    assert distinct(words, np.array([4, 2, 0, 1, 3])).tolist() == [4, 2, 3]


def test_real_motion_by_the_same_rules(few):
    """Four motions: leads left, leads right, hardly leads, not measured; captions name the left each time."""
    captions = ["a person moves"] * 30
    for row, caption in enumerate(["raises the left hand"] * 4):
        captions[row] = f"a person {caption}"
    captions[24] = "a person walks to the right"  # the fifth motion's second caption: no hand
    lead = np.array([1.0, -1.0, 0.01, np.nan, *np.ones(16)])
    found = extra_metrics_of_real(replace(few, captions=captions, lead=lead))
    assert found["left/right"] == proportion(1, 3)
    pairs = [
        (i, j) for i, j in combinations(range(20), 2) if few.labels[i] == few.labels[j] and i // 2 != j // 2
    ]
    distances = {}
    for i, j in pairs:
        distances.setdefault(few.labels[i], []).append(np.linalg.norm(few.motion[i] - few.motion[j]))
    expected = np.mean([np.mean(d) for d in distances.values()])
    assert found["multimodality"][0] == pytest.approx(expected)


def test_a_reference_that_measured_no_sides(few):
    assert np.isnan(extra_metrics_of_real(replace(few, lead=np.full(20, np.nan)))["left/right"]).all()
