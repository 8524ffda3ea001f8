import pytest
import torch
from tiny import tiny_run

from labkit.checkpoint import load_denoiser
from labkit.paths import LabError
from tools.export import export


def test_the_averaged_weights_of_a_running_training(tmp_path):
    run = tiny_run(tmp_path / "any-name", 2)
    found, schedule = load_denoiser("adaln", export(run.folder, tmp_path / "now"))
    assert schedule.T == 50
    for name, value in run.ema.state_dict().items():
        torch.testing.assert_close(found.state_dict()[name], value, atol=1e-3, rtol=1e-3)


def test_says_what_is_wrong(tmp_path):
    with pytest.raises(LabError, match="state of a training run not found"):
        export(tmp_path, tmp_path)
    for content in (b"", b"no state"):
        (tmp_path / "state.pt").write_bytes(content)
        with pytest.raises(LabError, match="is damaged"):
            export(tmp_path, tmp_path)
