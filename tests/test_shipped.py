"""What the repository ships in data/ loads, fits together and does what captions say."""

import json
import re

import numpy as np
import pytest
import torch

from grading.paths import ROOT
from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset
from labkit.evaluate import choose_captions
from labkit.evaluator import load_evaluator
from labkit.generate import generate
from labkit.metrics import tmr_score
from labkit.models import NETWORKS
from labkit.motion import JOINT_INDEX, LAYOUT, D
from labkit.paths import data_dir
from labkit.reference import load_reference
from labkit.scores import score_real
from labkit.training.corpus import MAX_FRAMES
from tools.publish import small_batch

LEFT, RIGHT = JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]


def test_weights_are_small_and_of_one_size():
    files = sorted((data_dir() / "checkpoints").glob("*.safetensors"))
    assert {f.stem for f in files} == {*NETWORKS, "text", "evaluator"}
    assert max(f.stat().st_size for f in files) <= 25 * 2**20
    sizes = [sum(p.numel() for p in load_denoiser(network)[0].parameters()) for network in NETWORKS]
    assert max(sizes) <= 1.05 * min(sizes)


@pytest.mark.stored
@pytest.mark.parametrize("network", NETWORKS)
def test_the_asked_hand_goes_up(network):
    captions = ["a person raises the left hand", "a person raises the right hand"]
    body = load_body()
    left, right = (
        body.joints(motion)[:, [LEFT, RIGHT], 2].amax(0) for motion in generate(captions, network, seconds=3)
    )
    assert left[0] > left[1] + 0.3 and right[1] > right[0] + 0.3


@pytest.mark.stored
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.slow
def test_captions_fit_as_well_as_was_recorded(network):
    recorded = json.loads((data_dir() / "checkpoints" / "scores.json").read_text())[network]
    text, sampled = small_batch(network)
    assert recorded["low"] <= tmr_score(text, sampled) <= recorded["high"]
    assert tmr_score(np.roll(text, 16, axis=0), sampled) < recorded["low"]


@pytest.mark.stored
def test_text_tower_tells_left_from_right_where_the_language_model_does_not():
    captions = ["a person raises the left hand", "a person raises the right hand"]
    conditioner = load_text()
    before, after = conditioner.encoder(captions).pooled, conditioner(captions).pooled
    assert before[0] @ before[1] > 0.9 > 0.5 > after[0] @ after[1]


def test_the_evaluator_is_not_the_text_tower():
    conditioner, evaluator = load_text(), load_evaluator()
    assert not torch.allclose(conditioner.tower.pool.weight, evaluator.text.pool.weight, atol=1e-2)


@pytest.mark.parametrize("split", ["test_a", "test_b"])
@pytest.mark.slow
def test_reference_tells_real_pairs_from_shuffled_ones(split):
    reference = load_reference(split)
    rows = choose_captions(reference, 1, 64)
    real, shuffled = score_real(reference, rows), score_real(reference, rows, shuffled=True)
    (_, low, _), (_, _, high) = (scores.metrics["TMR-Score"] for scores in (real, shuffled))
    assert low > high  # of their 95 % intervals
    np.testing.assert_allclose(np.linalg.norm(reference.motion, axis=1), 1, atol=2e-3)


def test_captions_of_the_starter_set_name_no_wrong_angle():
    for sample in MotionDataset():
        turn = np.degrees(abs(float(sample.x[:-1, LAYOUT["yaw_velocity"]].sum())))
        for claimed in re.findall(r"(\d+) degrees", " ".join(sample.captions)):
            assert abs(turn - int(claimed)) < 20, (sample.name, turn)


@pytest.mark.slow
def test_starter_set():
    dataset = MotionDataset()
    assert len(dataset) >= 200 and {s.x.shape[1] for s in dataset} == {D}
    assert all(torch.isfinite(s.x).all() and 20 <= len(s.x) <= MAX_FRAMES and s.captions for s in dataset)
    assert len(MotionDataset(split="train")) > len(MotionDataset(split="test_a")) > 10


@pytest.mark.slow
def test_the_starter_set_has_what_notebook_01_looks_for():
    source = (ROOT / "solutions" / "01_dataset.py").read_text("utf-8")
    wanted = re.findall(r'find\("(.+?)"(?:, frames=(\d+))?\)', source)
    assert len(wanted) >= 2
    for words, frames in wanted:
        found = [s for s in MotionDataset() if words in s.captions[0] and len(s.x) >= int(frames or 0)]
        assert found, words
