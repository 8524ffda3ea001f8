"""The study of the samplers measures each of them at each number of steps."""

import json

import pytest

from labkit.paths import data_dir
from tools import sampler_study


@pytest.mark.slow
def test_a_small_study_of_a_shipped_network(tmp_path, capsys):
    out = tmp_path / "samplers.json"
    assert sampler_study.main(["--steps", "1", "4", "--count", "16", "--out", str(out)]) == 0
    assert "16 captions" in capsys.readouterr().out
    found = json.loads(out.read_text("utf-8"))
    assert found["command"] == f"python -m tools.sampler_study --steps 1 4 --count 16 --out {out}"
    assert found["steps"] == [1, 4] and found["captions"] == 16
    weights = data_dir() / "checkpoints" / "cross_attention.safetensors"
    assert found["weights"] == sampler_study.digest(weights)
    assert [name.split()[0] for name in found["measures"]] == ["FD", "R3", "jerk"]
    for samplers in found["measures"].values():
        assert list(samplers) == ["DDPM", "DDIM"]
        for values in samplers.values():
            assert len(values) == 2 and all(low <= value <= high for value, low, high in values)
    # From the same first noise both take the same single step, to the estimate of x0; with four they differ.
    fd = found["measures"]["FD"]
    assert abs(fd["DDPM"][0][0] - fd["DDIM"][0][0]) < 1e-3 < abs(fd["DDPM"][1][0] - fd["DDIM"][1][0])


def test_the_stored_study_is_of_the_shipped_weights():
    folder = data_dir() / "checkpoints"
    stored = json.loads((folder / "samplers.json").read_text("utf-8"))
    assert stored["weights"] == sampler_study.digest(folder / f"{stored['network']}.safetensors")
    assert {"DDPM", "DDIM"} <= set(stored["measures"]["FD"]) and stored["steps"] == [5, 10, 15, 25, 50]
