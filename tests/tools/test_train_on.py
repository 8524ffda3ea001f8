"""Training of the shipped weights, continued."""

import numpy as np
import pytest
import torch

from labkit.checkpoint import load_denoiser, read_checkpoint
from labkit.paths import data_dir
from labkit.store import Clip, write_store
from tools.train_on import main

pytestmark = pytest.mark.slow


@pytest.fixture
def store(random_motion, tmp_path):
    clips = [Clip(f"clip_{k}", random_motion(k, 24), ("a person walks",), {}, "train") for k in range(4)]
    write_store(tmp_path / "own.npz", clips, {})
    return str(tmp_path / "own.npz")


def test_weights_begin_where_the_shipped_ones_ended(store, tmp_path, capsys):
    def go(rate: str, folder: str) -> dict:
        runs = tmp_path / folder
        assert main(["adaln", "--steps", "50", "--rate", rate, "--sources", store, "--runs", str(runs)]) == 0
        return dict(load_denoiser("adaln", runs / "adaln" / "adaln.safetensors")[0].state_dict())

    shipped = load_denoiser("adaln")[0].state_dict()
    still, moved = go("0", "still"), go("0.6", "moved")
    for name, value in shipped.items():
        torch.testing.assert_close(still[name], value, atol=1e-3, rtol=1e-3)  # stored as float16
    changed = [name for name, value in shipped.items() if not torch.allclose(moved[name], value, atol=1e-3)]
    buffers = dict(load_denoiser("adaln")[0].named_buffers())
    assert changed and not set(changed) & set(buffers)  # the statistics stay those of the former data

    checkpoints = data_dir() / "checkpoints"
    former, facts = (
        read_checkpoint(path, "adaln")[2]
        for path in (checkpoints / "adaln.safetensors", tmp_path / "moved" / "adaln" / "adaln.safetensors")
    )
    assert facts["steps"] == former["steps"] + 50
    before, after = (
        np.genfromtxt(path, delimiter=",", names=True)
        for path in (checkpoints / "logs" / "adaln.csv", tmp_path / "moved" / "adaln" / "adaln.csv")
    )
    assert list(after["step"]) == [*before["step"], former["steps"] + 50]
    assert (np.diff(after["seconds"]) > 0).all()

    assert main(["adaln", "--steps", "60", "--sources", store, "--runs", str(tmp_path / "still")]) == 1
    assert "another recipe" in capsys.readouterr().err
