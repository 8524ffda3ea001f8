import pytest
import torch

from labkit.checkpoint import load_denoiser, load_text
from labkit.device import best_device
from labkit.diffusion import SamplingConfig
from labkit.generate import MAX_SECONDS, generate
from labkit.metrics.physical import jerk
from labkit.models import NETWORKS
from labkit.paths import LabError

WALK = "a person walks"


@pytest.mark.parametrize("network", NETWORKS)
def test_one_motion_a_caption_of_the_length_asked_for(lab, network):
    motions = generate([WALK, "a jump"], network, seconds=0.4, config=SamplingConfig(steps=3))
    assert [len(m) for m in motions] == [8, 8]
    for motion in motions:
        assert motion.body_pose.shape == (8, 63)
        assert all(torch.isfinite(v).all() for v in vars(motion).values())
        assert (motion.pelvis[0, :2] == 0).all()
    assert not torch.allclose(motions[0].pelvis, motions[1].pelvis, atol=1e-3)


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_a_seed_is_a_motion(lab, sampler):
    def pose(seed: int) -> torch.Tensor:
        return generate([WALK], seconds=0.4, config=SamplingConfig(sampler=sampler, steps=4, seed=seed))[
            0
        ].body_pose

    assert torch.equal(pose(3), pose(3))
    assert not torch.allclose(pose(3), pose(4), atol=1e-3)


def test_caption_and_guidance_matter(lab):
    def pose(caption: str, scale: float) -> torch.Tensor:
        config = SamplingConfig(steps=4, guidance_scale=scale, guidance_below=1)
        return generate([caption], seconds=0.4, config=config, raw=True)[0].body_pose

    assert not torch.equal(pose(WALK, 1.0), pose("a jump", 1.0))
    torch.testing.assert_close(pose(WALK, 0.0), pose("a jump", 0.0), rtol=0, atol=1e-4)
    assert not torch.equal(pose(WALK, 1.0), pose(WALK, 5.0))


def test_motions_are_cleaned_up_unless_raw(lab, body):
    config = SamplingConfig(steps=2)
    raw, clean = (generate([WALK], config=config, seconds=1, raw=raw)[0] for raw in (True, False))
    joints = [body.joints(motion) for motion in (raw, clean)]
    rough, calm = (float(jerk(j)) for j in joints)
    assert calm < 0.8 * rough


def test_shortest_and_longest(lab):
    assert len(generate([WALK], seconds=0.05, config=SamplingConfig(steps=1))[0]) == 1
    assert len(generate([WALK], seconds=MAX_SECONDS, config=SamplingConfig(steps=1))[0]) == 200


@pytest.mark.parametrize("seconds", [0, -1, 0.04, 10.1, float("nan"), float("inf")])
def test_impossible_lengths(lab, seconds):
    with pytest.raises(LabError, match="choose between 0.05 and 10"):
        generate([WALK], seconds=seconds)


@pytest.mark.parametrize("steps", [0, 21])
def test_impossible_steps(lab, steps):
    with pytest.raises(LabError, match=f"{steps} steps cannot be made: choose between 1 and 20"):
        generate([WALK], seconds=0.4, config=SamplingConfig(steps=steps))


def test_weights_of_ones_own(lab, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes((lab / "checkpoints" / "incontext.safetensors").read_bytes())
    mine = generate([WALK], "incontext", seconds=0.4, config=SamplingConfig(steps=2), checkpoint=path)[0]
    assert torch.equal(
        mine.pelvis, generate([WALK], "incontext", seconds=0.4, config=SamplingConfig(steps=2))[0].pelvis
    )
    with pytest.raises(LabError, match="checkpoint of 'incontext', not of 'adaln'"):
        generate([WALK], "adaln", checkpoint=path)


def test_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert best_device() == best_device("cpu") == "cpu"
    with pytest.raises(LabError, match="no GPU"):
        best_device("cuda")
    for other in ("mps", "nonsense"):
        with pytest.raises(LabError, match=f"cpu or cuda, not on {other}"):
            best_device(other)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert best_device() == best_device("cuda") == "cuda" and best_device("cpu") == "cpu"


def test_parts_fit_together(lab):
    for network in NETWORKS:
        assert load_denoiser(network)[0].config["d_text"] == load_text().tower.width
