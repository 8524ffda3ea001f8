"""Training of the shipped weights, continued."""

import numpy as np
import pytest
import torch

from labkit.checkpoint import load_denoiser, read_checkpoint
from labkit.paths import data_dir
from labkit.store import Clip, write_store
from tools.train_on import joined, main

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


def test_a_run_of_a_few_steps_has_no_log_of_its_own(tmp_path):
    (tmp_path / "former.csv").write_text("step,seconds,loss_1\n50,9.5,0.1\n", "utf-8")
    former = [["step", "seconds", "loss_1"], ["50", "9.5", "0.1"]]
    assert joined(tmp_path / "former.csv", tmp_path / "none.csv", 50) == former
    (tmp_path / "new.csv").write_text("step,seconds,loss_1\n50,1.0,0.2\n", "utf-8")
    assert joined(tmp_path / "former.csv", tmp_path / "new.csv", 50) == [*former, ["100", "10.5", "0.2"]]
