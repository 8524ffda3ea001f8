import pytest
import torch

from labkit.checkpoint import load_denoiser
from labkit.models import make_denoiser
from labkit.motion import D
from labkit.paths import LabError
from labkit.training import export as module
from labkit.training.denoiser import Recipe


def test_the_averaged_weights_of_a_running_training(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "Recipe", lambda: Recipe(T=30, width=16, depth=1, heads=2))
    network = make_denoiser("adaln", D, T=30, d_text=12, width=16, depth=1, heads=2)
    run = tmp_path / "adaln"
    run.mkdir()
    torch.save(dict(ema=network.state_dict(), network={}, step=7), run / "state.pt")
    found, schedule = load_denoiser("adaln", module.export(run, tmp_path / "now"))
    assert schedule.T == 30
    for name, value in network.state_dict().items():
        torch.testing.assert_close(found.state_dict()[name], value, atol=1e-3, rtol=1e-3)


def test_says_what_is_wrong(tmp_path):
    with pytest.raises(LabError, match="is not named after a network"):
        module.export(tmp_path, tmp_path)
    run = tmp_path / "adaln"
    with pytest.raises(LabError, match="state of a training run not found"):
        module.export(run, tmp_path)
    run.mkdir()
    for content in (b"", b"no state"):
        (run / "state.pt").write_bytes(content)
        with pytest.raises(LabError, match="is no state of a training run"):
            module.export(run, tmp_path)
