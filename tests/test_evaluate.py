from dataclasses import replace

import numpy as np
import pytest
import torch

from labkit.checkpoint import load_denoiser, write_checkpoint
from labkit.cleanup import clean_up
from labkit.dataset import pad
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, evaluate, sample_captions, sample_motions
from labkit.evaluator import load_evaluator
from labkit.generate import generate
from labkit.metrics import diversity, frechet_distance, prdc, tmr_score
from labkit.motion import FPS, Motion, decode, encode
from labkit.paths import LabError
from labkit.reference import Reference, half_of_takes, load_reference, names_style
from labkit.scores import (
    PHYSICAL,
    Scores,
    class_hits,
    motion_features,
    physical,
    rest_heights,
    score,
    score_mean_motion,
    score_real,
    table,
)
from labkit.text import TextTower


def standing(body, frames: int = 20, height: float = 0.0, speed: float = 0.0) -> torch.Tensor:
    """x of the rest pose standing on the floor, lifted or slid along at `speed` m/s."""
    upright = torch.tensor([torch.pi / 2, 0, 0]).expand(frames, 3)
    pelvis = torch.zeros(frames, 3)
    pelvis[:, 2] = body.rest_joints[0, 1] - body.sole + height
    pelvis[:, 0] = speed * torch.arange(frames) / FPS
    motion = Motion(upright, torch.zeros(frames, 63), pelvis)
    return encode(motion, body.joints(motion))


class TestPhysical:
    def test_rest_heights_are_those_of_the_mesh(self, body):
        """Ankles and toes above the lowest vertex of the body in the rest pose, posed by smplx."""
        rest = Motion(torch.zeros(1, 3), torch.zeros(1, 63), body.rest_joints[:1])
        lowest = body.vertices(rest)[0, :, 1].min()
        expected = body.joints(rest)[0, [7, 8, 10, 11], 1] - lowest
        torch.testing.assert_close(torch.as_tensor(rest_heights(body)).float(), expected, atol=1e-4, rtol=0)

    def test_standing_sliding_and_sinking(self, body):
        found = physical([standing(body), standing(body, speed=0.5), standing(body, height=-0.03)], body)
        assert found.shape == (3, len(PHYSICAL))
        sliding, jerk, penetration = found.T
        assert sliding == pytest.approx([0, 0.5, 0], abs=0.002)
        assert jerk == pytest.approx([0, 0, 0], abs=0.5)  # float32 times 20³
        assert penetration == pytest.approx([0, 0, 30], abs=0.1)

    def test_nobody(self, body):
        assert physical([], body).shape == (0, 3)


def test_features_do_not_depend_on_the_batch(lab, body, random_motion):
    evaluator = load_evaluator()
    motions = [encode(m, body.joints(m)) for m in (random_motion(i, 10 + 7 * i) for i in range(5))]
    found = motion_features(evaluator, motions, batch_size=2)
    one_by_one = [evaluator.motion_features(*pad([x]))[0].numpy() for x in motions]
    np.testing.assert_allclose(found, one_by_one, atol=1e-5)


@pytest.fixture
def reference():
    """60 motions in three directions of a feature space, two captions each, with features near them."""
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(60), 2)
    motion = rng.normal(size=(60, 16))
    motion /= np.linalg.norm(motion, axis=1, keepdims=True)
    text = motion[owner] + 0.05 * rng.normal(size=(120, 16))
    return Reference(
        motion=motion.astype(np.float32),
        physical=rng.random((60, 3)),
        lengths=np.full(60, 30),
        labels=["x"] * 60,
        text=(text / np.linalg.norm(text, axis=1, keepdims=True)).astype(np.float32),
        captions=[f"caption {i}" for i in range(120)],
        owner=owner,
        take=np.arange(60) // 2,
        lead=np.full(60, np.nan),
    )


def test_a_half_holds_whole_recordings(reference):
    halves = [half_of_takes(reference, np.random.default_rng(seed)) for seed in range(5)]
    for first in halves:
        assert first.shape == (60,) and first.sum() == 30
        assert not set(reference.take[first]) & set(reference.take[~first])
    assert len({tuple(first) for first in halves}) == 5


class TestScore:
    def test_numbers_are_the_metrics_of_the_rows_asked_for(self, reference):
        rows = np.arange(0, 120, 2)
        rng = np.random.default_rng(1)
        motion, physics = 0.3 * rng.normal(size=(60, 16)), rng.random((60, 3))
        row = score("mine", reference, rows, motion, physics)
        assert (row.name, row.N) == ("mine", 60)
        assert row.metrics["FD"][0] == pytest.approx(frechet_distance(reference.motion, motion), rel=1e-6)
        assert row.metrics["TMR-Score"][0] == pytest.approx(tmr_score(reference.text[rows], motion), rel=1e-6)
        for name, value in prdc(real=reference.motion, generated=motion).items():
            assert row.metrics[name][0] == pytest.approx(value)
        assert row.metrics["diversity"][0] == pytest.approx(diversity(motion))
        for column, name in enumerate(PHYSICAL):
            assert row.metrics[name][0] == pytest.approx(physics[:, column].mean())
        for value, low, high in row.metrics.values():
            assert low <= high and np.isfinite([value, low, high]).all()

    def test_real_motion_is_good_and_shuffled_is_chance(self, reference):
        rows = np.arange(0, 120, 2)  # each motion once
        real, shuffled = score_real(reference, rows), score_real(reference, rows, shuffled=True)
        assert real.metrics["FD"][0] == pytest.approx(0, abs=1e-4)
        assert shuffled.metrics["FD"][0] == pytest.approx(0, abs=1e-4)  # the same set
        assert real.metrics["R3 of all"][0] > 0.95 > 0.3 > shuffled.metrics["R3 of all"][0]
        assert real.metrics["TMR-Score"][0] > 0.9 and shuffled.metrics["TMR-Score"][0] < 0.6
        for name in ("precision", "recall", "coverage"):
            assert real.metrics[name][0] == 1

    def test_the_same_words_are_no_mistake(self, reference):
        """Two motions of one caption: finding either is finding the right one."""
        rows = np.arange(0, 120, 2)
        for i in range(0, 60, 2):
            reference.captions[2 * (i + 1)] = reference.captions[2 * i]
        swapped = np.arange(60) ^ 1
        row = score("swapped", reference, rows, reference.motion[swapped], reference.physical)
        assert row.metrics["R3 of all"][0] > 0.95

    def test_other_words_for_the_same_motion_are_no_mistake(self, reference):
        """All 120 captions, two for each motion: what was generated for one is right for the other too."""
        rows = np.arange(120)
        swapped = reference.owner[rows ^ 1]
        sampled = np.where(rows[:, None] % 2, -1, 1) * reference.motion[swapped]  # every second one is wrong
        row = score("half", reference, rows, sampled, reference.physical[swapped])
        assert row.metrics["R1 of all"][0] > 0.95

    def test_full_gallery(self, reference):
        rows = np.arange(0, 120, 2)
        motion = reference.motion + 0.5 * np.random.default_rng(2).normal(size=(60, 16))
        row = score("x", reference, rows, motion, reference.physical)
        cosine = reference.text[rows] @ (motion / np.linalg.norm(motion, axis=1, keepdims=True)).T
        place = [np.argsort(-c).tolist().index(i) for i, c in enumerate(cosine)]
        for k in (1, 2, 3):
            assert row.metrics[f"R{k} of all"][0] == pytest.approx(np.mean([p < k for p in place]))

    def test_real_motion_beside_real_motion(self, reference):
        """FD to half: for real motion from the other half, never from the same recordings."""
        rows = np.arange(0, 120, 2)
        real = score_real(reference, rows).metrics["FD to half, N=24"]
        copied = score("copy", reference, rows, reference.motion, reference.physical)
        doubled = reference.motion.copy()
        doubled[1::2] = doubled[::2]  # the mirror image is the same motion once more
        twins = replace(reference, motion=doubled)
        apart = score_real(twins, rows).metrics["FD to half, N=24"]
        assert real[1] <= real[0] <= real[2]
        assert real[0] > copied.metrics["FD to half, N=24"][0]  # copies of the first half lower it
        # Were twins put on both sides, the two halves would be equal sets, at distance nearly 0.
        assert apart[0] > 0.9 * real[0]

    def test_motions_no_foot_of_which_is_near_the_floor(self, reference):
        """Sliding is not defined for them; the other measures still count."""
        physics = np.ones((60, 3))
        physics[::2, 0] = np.nan
        row = score("x", reference, np.arange(60), reference.motion, physics)
        assert row.metrics[PHYSICAL[0]][0] == 1


def test_the_mean_motion(lab, body):
    """One motion for all: no caption finds it before another's, and there is no variety in it."""
    reference = load_reference()
    row = score_mean_motion(reference, choose_captions(reference, 1, 16, seed=0))
    assert row.metrics["R3 of all"] == (0, 0, 0) and row.metrics["diversity"] == (0, 0, 0)
    mean = load_evaluator().motion.normalizer.mean
    assert row.metrics[PHYSICAL[2]][0] == pytest.approx(physical([mean.expand(24, -1)], body)[0, 2])
    assert (
        row.metrics["FD"][0]
        > score_real(reference, choose_captions(reference, 1, 16, seed=0)).metrics["FD"][0]
    )


class TestClasses:
    @pytest.fixture
    def classes(self, reference):
        """Three contents, two styles, six corners of feature space; every second caption names the style."""
        labels = [f"{c}|{s}" for c in ("walk", "run", "bow") for s in ("sad", "glad")] * 10
        corners = np.eye(16)[:6]
        index = np.arange(60) % 6
        noise = 0.01 * np.random.default_rng(3).normal(size=(60, 16))
        captions = [
            f"a {labels[o].split('|')[1] if i % 2 else 'single'} person {labels[o].split('|')[0]}s"
            for i, o in enumerate(reference.owner)
        ]
        return replace(
            reference, motion=(corners[index] + noise).astype(np.float32), labels=labels, captions=captions,
            take=np.arange(60),
        )  # fmt: skip

    def test_words_that_name_a_style(self, classes):
        assert (names_style(classes) == (np.arange(120) % 2 == 1)).all()

    def test_right_wrong_content_and_wrong_style(self, classes):
        rows = np.arange(1, 120, 2)  # those that name the style
        index = np.arange(60) % 6
        for shift, content, style in ((0, 1, 1), (1, 0.5, 0), (2, 0, 1)):
            sampled = np.eye(16)[(index ^ 1) if shift == 1 else (index + shift) % 6]
            hits = class_hits(classes, rows, sampled)
            expected = (1, 0) if shift == 1 else (content, style)
            assert (hits["content accuracy"].mean(), hits["style accuracy"].mean()) == expected

    def test_only_captions_that_name_a_style_ask_for_it(self, classes):
        hits = class_hits(classes, np.arange(120), classes.motion[classes.owner])
        assert len(hits["content accuracy"]) == 120 and len(hits["style accuracy"]) == 60
        assert "style accuracy" not in class_hits(classes, np.arange(0, 120, 2), classes.motion)

    def test_a_recording_says_nothing_of_its_own_class(self, classes):
        """The only motion of its class cannot be recognised by being like itself."""
        odd = replace(classes, labels=["odd|sad", *classes.labels[1:]])
        assert len(class_hits(odd, np.arange(1, 120, 2), odd.motion)["content accuracy"]) == 59

    def test_one_class_is_no_choice(self, reference):
        assert class_hits(reference, np.arange(120), reference.motion[reference.owner]) == {}


def test_choose(reference):
    rows = choose_captions(reference, 2, 30, seed=0)
    assert len(set(rows.tolist())) == 60 and rows.min() >= 0 and rows.max() < 120
    assert (rows == choose_captions(reference, 2, 30, seed=0)).all()
    assert (rows != choose_captions(reference, 2, 30, seed=1)).any()
    assert len(choose_captions(reference, 1, 12, seed=0)) == 12
    with pytest.raises(LabError, match="1 × 11 captions are too few to measure anything: take at least 12"):
        choose_captions(reference, 1, 11, seed=0)
    with pytest.raises(LabError, match="5 × 30 captions asked for, the split has 120: take fewer"):
        choose_captions(reference, 5, 30, seed=0)


def test_the_fewest_that_choose_allows_can_be_scored(reference):
    row = score_real(reference, choose_captions(reference, 1, 12, seed=0))
    assert row.N == 12 and np.isfinite(list(row.metrics.values())).all()


def test_evaluate_from_captions_to_numbers(lab):
    row = evaluate("adaln", batches=2, batch_size=8, config=SamplingConfig(steps=2), progress=False)
    assert (row.name, row.N) == ("adaln", 16)
    real = score_real(load_reference(), choose_captions(load_reference(), 2, 8, 0))
    assert set(row.metrics) == set(real.metrics)
    again = evaluate("adaln", batches=2, batch_size=8, config=SamplingConfig(steps=2), progress=False)
    assert again.metrics["TMR-Score"] == row.metrics["TMR-Score"]


def test_what_was_drawn_can_be_scored_again(lab, body):
    """Features and physical numbers are those of the motions, in the order of the captions asked for."""
    reference = load_reference()
    rows = choose_captions(reference, 2, 8, seed=0)
    sampled = sample_captions(
        "adaln", reference, rows, batch_size=8, config=SamplingConfig(steps=2), progress=False
    )
    assert [len(x) for x in sampled.motions] == reference.lengths[reference.owner[rows]].tolist()
    np.testing.assert_allclose(
        sampled.features[5], motion_features(load_evaluator(), sampled.motions[5:6])[0], atol=1e-5
    )
    np.testing.assert_allclose(sampled.physical[5], physical(sampled.motions[5:6], body)[0], rtol=1e-5)
    row = score("adaln", reference, rows, sampled.features, sampled.physical)
    assert (
        row.metrics
        == evaluate("adaln", batches=2, batch_size=8, config=SamplingConfig(steps=2), progress=False).metrics
    )


def test_weights_that_are_not_shipped(lab, tmp_path):
    """Another network's weights, under the same name, give other motions; the text tower must fit."""
    now = tmp_path / "now"
    now.mkdir()
    denoiser, schedule = load_denoiser("adaln")
    with torch.no_grad():
        denoiser.normalizer.mean += 1
    config = dict(kind="adaln", model=denoiser.config, schedule=schedule.config)
    write_checkpoint(now / "adaln.safetensors", denoiser, config, {})
    rows = choose_captions(load_reference(), 1, 12, seed=0)
    quick = dict(config=SamplingConfig(steps=2), progress=False, raw=True)
    shipped = sample_captions("adaln", load_reference(), rows, **quick)
    mine = sample_captions("adaln", load_reference(), rows, checkpoint=now / "adaln.safetensors", **quick)
    torch.testing.assert_close(mine.motions[0], shipped.motions[0] + 1, atol=1e-3, rtol=1e-3)
    tower = TextTower(384, width=24, depth=1, heads=2)
    config = dict(kind="text", encoder=None, model=tower.config)
    write_checkpoint(now / "text.safetensors", tower, config, {})
    with pytest.raises(LabError, match="differ in width"):
        sample_captions("adaln", load_reference(), rows, text_checkpoint=now / "text.safetensors", **quick)


def test_evaluate_says_what_is_wrong(lab):
    with pytest.raises(LabError, match="21 steps cannot be made"):
        evaluate("adaln", batches=1, batch_size=12, config=SamplingConfig(steps=21), progress=False)
    with pytest.raises(LabError, match="'test_b' not found"):
        evaluate("adaln", split="test_b")


def test_table_lines_up():
    metrics = {"FD": (0.1234, 0.1, 0.15), "jerk m/s³": (1234.5, 1000.0, 1500.0)}
    text = table([Scores("real", 640, metrics), Scores("cross_attention", 640, metrics)])
    header, first, second = text.splitlines()
    assert len(header) == len(first) == len(second)
    assert header.split() == ["real", "(N=640)", "cross_attention", "(N=640)"]
    assert first.count("0.123 [0.100, 0.150]") == 2 and second.count("1234.5 [1000.0, 1500.0]") == 2


def test_motions_are_those_of_generate(lab, body):
    """Cleaned up as there, each over its own length."""
    captions, config = ["a person bows", "a person walks"], SamplingConfig(steps=2, seed=3)
    settings = dict(config=config, progress=False)
    bare = sample_motions("adaln", captions, torch.tensor([40, 60]), raw=True, **settings)
    found = sample_motions("adaln", captions, torch.tensor([40, 60]), **settings)
    assert [len(x) for x in found] == [40, 60]
    for x, y in zip(bare, found):
        cleaned = clean_up(x, body)
        assert not torch.equal(x, y) and torch.equal(y, encode(cleaned, body.joints(cleaned)))
    (x,) = sample_motions("adaln", captions[1:], torch.tensor([60]), raw=True, **settings)
    (motion,) = generate(captions[1:], "adaln", seconds=3, config=config, raw=True)
    torch.testing.assert_close(decode(x).pelvis, motion.pelvis, atol=1e-2, rtol=0)  # bfloat16 here
