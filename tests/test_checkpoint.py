import json
import pickle

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from labkit.checkpoint import load_denoiser, load_text, read_checkpoint, write_checkpoint
from labkit.diffusion import Schedule
from labkit.evaluator import Evaluator, MotionTower, load_evaluator
from labkit.models import NETWORKS
from labkit.paths import LabError
from labkit.text import TextTower


def config_of(model) -> dict:
    return dict(kind=model.network, model=model.config, schedule=Schedule(50, "linear", "epsilon").config)


@pytest.fixture
def written(tmp_path, tiny_denoiser):
    """The checkpoint of a small adaLN network."""
    model = tiny_denoiser("adaln")
    write_checkpoint(tmp_path / "adaln.safetensors", model, config_of(model), dict(steps=3))
    return tmp_path / "adaln.safetensors"


@pytest.mark.parametrize("network", NETWORKS)
def test_the_same_network_comes_back(tmp_path, tiny_denoiser, random_text, network):
    model = tiny_denoiser(network)
    path = tmp_path / "mine.safetensors"
    write_checkpoint(path, model, config_of(model), {})
    found, schedule = load_denoiser(network, path)
    assert not found.training and not any(p.requires_grad for p in found.parameters())
    assert schedule.config == dict(T=50, kind="linear", prediction_type="epsilon")
    for name, value in model.state_dict().items():
        expected = value if name.startswith(("normalizer.", "filter.")) else value.half().float()
        assert torch.equal(found.state_dict()[name], expected), name
    model.load_state_dict(found.state_dict())
    x, t = torch.randn(5, 4, 9), torch.tensor([0, 1, 2, 3, 4])
    assert torch.equal(found(x, t, random_text()), model(x, t, random_text()))


def test_weights_are_half_and_statistics_are_single(written):
    with safe_open(written, "pt") as file:
        kinds = {name: file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    fitted = {name for name in kinds if name.startswith(("normalizer.", "filter."))}
    assert {"normalizer.mean", "normalizer.std", "filter.axes", "filter.alphas_cumprod"} <= fitted
    assert {kinds.pop(name) for name in fitted} == {torch.float32}
    assert set(kinds.values()) == {torch.float16}


def test_means_keep_the_digits_float16_would_lose(tmp_path, tiny_denoiser):
    model = tiny_denoiser("adaln")
    model.normalizer.mean.fill_(1000.1)
    write_checkpoint(tmp_path / "a.safetensors", model, config_of(model), {})
    assert torch.equal(
        load_denoiser("adaln", tmp_path / "a.safetensors")[0].normalizer.mean, model.normalizer.mean
    )


def test_weights_of_an_older_version_are_refused(tmp_path, written):
    """Filter and normalizer were parts of the DiT, the filter by another name."""
    weights, config, _ = read_checkpoint(written, "adaln")
    old = {name.removeprefix("dit.").replace("filter.", "prior."): value for name, value in weights.items()}
    save_file(old, tmp_path / "old.safetensors", dict(config=json.dumps(config), training="{}"))
    with pytest.raises(LabError, match="old.safetensors does not fit this version of labkit"):
        load_denoiser("adaln", tmp_path / "old.safetensors")


def test_facts_travel_along(written):
    assert read_checkpoint(written, "adaln")[2] == dict(steps=3)


def test_shipped_weights_are_the_default(tmp_path, monkeypatch, written):
    (tmp_path / "body").mkdir()
    (tmp_path / "checkpoints").mkdir()
    written.rename(tmp_path / "checkpoints" / "adaln.safetensors")
    monkeypatch.setenv("LABKIT_DATA", str(tmp_path))
    assert load_denoiser("adaln")[0].network == "adaln"
    with pytest.raises(LabError, match=r"checkpoint not found: .*incontext\.safetensors"):
        load_denoiser("incontext")


def test_unknown_network():
    with pytest.raises(LabError, match="'unet': choose one of incontext, adaln, cross_attention"):
        load_denoiser("unet")


def test_another_networks_checkpoint(written):
    with pytest.raises(LabError, match="is a checkpoint of 'adaln', not of 'incontext'"):
        load_denoiser("incontext", written)
    with pytest.raises(LabError, match="is a checkpoint of 'adaln', not of 'text'"):
        load_text(written)


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


DAMAGE = {
    "truncated": lambda p: p.write_bytes(p.read_bytes()[:-50]),
    "header cut": lambda p: p.write_bytes(p.read_bytes()[:60]),
    "empty": lambda p: p.write_bytes(b""),
    "html": lambda p: p.write_text("<html>404: Not Found</html>"),
    "git lfs pointer": lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
    "pickle": lambda p: p.write_bytes(pickle.dumps(Trap(p.with_name("sprung")))),
    "torch file": lambda p: torch.save({"trap": Trap(p.with_name("sprung"))}, p),
    "no header": lambda p: save_file({"a": torch.zeros(1)}, p),
    "header of others": lambda p: save_file({"a": torch.zeros(1)}, p, {"format": "pt"}),
    "config no json": lambda p: save_file({"a": torch.zeros(1)}, p, {"config": "{", "training": "{}"}),
    "config a list": lambda p: save_file({"a": torch.zeros(1)}, p, {"config": "[]", "training": "{}"}),
}


def test_a_state_of_a_run_is_called_by_its_name(tmp_path):
    torch.save(dict(step=3), tmp_path / "state.pt")
    with pytest.raises(LabError, match=r"state\.pt was written by torch\.save: .* beside its state\.pt"):
        load_denoiser("adaln", tmp_path / "state.pt")


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_named_and_nothing_is_unpickled(written, damage):
    DAMAGE[damage](written)
    with pytest.raises(
        LabError, match=r"adaln\.safetensors is not a labkit checkpoint or is damaged"
    ) as error:
        load_denoiser("adaln", written)
    assert "\n" not in str(error.value)
    assert not written.with_name("sprung").exists()


def test_weights_that_do_not_fit_their_config(written):
    weights, config, training = read_checkpoint(written, "adaln")
    del weights["dit.final.bias"]
    header = {"config": json.dumps(config), "training": json.dumps(training)}
    save_file(weights, written, header)
    with pytest.raises(LabError, match="does not fit this version of labkit .Missing .*final.bias"):
        load_denoiser("adaln", written)


def test_a_failed_write_leaves_the_old_checkpoint(written, tiny_denoiser):
    before = written.read_bytes()
    with pytest.raises(TypeError):
        write_checkpoint(written, tiny_denoiser("adaln"), dict(kind="adaln", path=written), {})
    assert written.read_bytes() == before and list(written.parent.iterdir()) == [written]


def test_text_and_evaluator(tmp_path, random_text):
    torch.manual_seed(0)
    tower = TextTower(384, width=8, depth=1, heads=2).eval()
    evaluator = Evaluator(
        TextTower(384, width=8, depth=1, heads=2), MotionTower(9, width=8, depth=1, heads=2)
    ).eval()
    text_path, evaluator_path = tmp_path / "text.safetensors", tmp_path / "evaluator.safetensors"
    write_checkpoint(text_path, tower, dict(kind="text", encoder=None, model=tower.config), {})
    write_checkpoint(
        evaluator_path, evaluator, dict(kind="evaluator", encoder=None, model=evaluator.config), {}
    )
    text, x = random_text(C=384), torch.randn(5, 6, 9)
    conditioner = load_text(text_path)
    torch.testing.assert_close(conditioner.tower(text).pooled, tower(text).pooled, atol=2e-3, rtol=0)
    assert conditioner(["a jump"]).pooled.shape == (1, 8)
    found = load_evaluator(evaluator_path)
    mask = torch.ones(5, 6, dtype=torch.bool)
    expected = evaluator.motion_features(x, mask)
    torch.testing.assert_close(found.motion_features(x, mask), expected, atol=2e-3, rtol=0)
    torch.testing.assert_close(found.text_features(text), evaluator.text_features(text), atol=2e-3, rtol=0)


def test_a_config_of_another_version_is_one_line(tmp_path):
    tower = TextTower(384, width=8, heads=2)
    config = dict(kind="text", encoder=None, model=dict(tower.config, colour="blue"))
    write_checkpoint(tmp_path / "text.safetensors", tower, config, {})
    with pytest.raises(LabError, match="does not fit this version.*colour"):
        load_text(tmp_path / "text.safetensors")
