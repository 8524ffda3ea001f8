"""What a session has set for its process changes nothing of what labkit makes, and stays set."""

import base64
import importlib
import inspect
import io
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np
import pytest
import torch
import transformers
from matplotlib.figure import Figure
from PIL import Image
from process_settings import SETTINGS

import labkit.evaluate
import labkit.show
from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import pad
from labkit.diffusion import SamplingConfig, edit, sample
from labkit.evaluate import sample_motions
from labkit.evaluator import load_evaluator
from labkit.generate import generate
from labkit.motion import _mirror_layout as mirror_layout
from labkit.motion import decode
from labkit.scores import motion_features, physical
from labkit.show import figures
from labkit.show.figures import architecture, motion
from labkit.training.run import train_network, train_tower


def results() -> dict[str, list[torch.Tensor | np.ndarray]]:
    """What labkit makes, its files read anew."""
    (walk,) = generate(["a person walks"], seconds=0.5, config=SamplingConfig(steps=2))
    lengths = torch.tensor([10], device="cpu")
    (x,) = sample_motions("adaln", ["a person bows"], lengths, config=SamplingConfig(steps=1), progress=False)
    measured = [motion_features(load_evaluator(), [x]), physical([x], load_body())]
    return dict(generate=[walk.pelvis, walk.body_pose], draw=[x], evaluate=measured)


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[dict[str, list[torch.Tensor | np.ndarray]]]:
    with pytest.MonkeyPatch.context() as patch:  # in bfloat16 another attention kernel rounds by percents
        patch.setattr(labkit.evaluate, "autocast", lambda device: nullcontext())
        yield results()


TIERED = [name if name == "device" else pytest.param(name, marks=pytest.mark.slow) for name in SETTINGS]


@pytest.mark.parametrize("name", TIERED)
def test_motions_and_features_are_the_same(name, undisturbed):
    enter, read = SETTINGS[name]
    with enter():
        before = read()
        found = results()
        assert read() == before
    for key, tensors in found.items():
        for a, b in zip(tensors, undisturbed[key], strict=True):
            assert isinstance(a, np.ndarray) or not a.is_inference(), key
            # dtype and device, too; other kernels round otherwise; nan: the sliding of feet that never stand
            torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-3, equal_nan=True)


@pytest.mark.parametrize("name", ["float64", "device"])
def test_what_cells_of_notebooks_call_by_itself(name, body):
    network, schedule = load_denoiser("adaln")
    text, lengths = load_text()(["a person walks"]), torch.tensor([10])
    vertices, _ = body.outer

    def made() -> list[torch.Tensor]:
        x = sample(network, schedule, text, lengths, SamplingConfig(steps=2))  # (1, 10, D)
        edited = edit(network, schedule, text, x, x > 1, steps=2)
        walk = decode(x[0])
        heights = body.heights(walk.rotations(), walk.pelvis, vertices)
        return [x, edited, *pad([x[0], x[0, :5]]), heights]

    expected = made()
    enter, _ = SETTINGS[name]
    with enter():
        found = made()
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("name", ["float64", "device", "inference mode"])
def test_what_is_made_while_labkit_is_imported(name):
    """A session may have set something before."""
    with SETTINGS[name][0]():
        made = mirror_layout()
    for tensor, dtype in zip(made, (torch.int64, torch.float32)):
        assert (tensor.device.type, tensor.dtype, tensor.is_inference()) == ("cpu", dtype, False)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["float64", "device", "no gradients", "inference mode"])
def test_training_sets_what_it_needs(name, lab, tmp_path):
    enter, _ = SETTINGS[name]
    with enter():
        train_tower("text", ["starter"], tmp_path / "text", 1, "cpu")
        train_network("adaln", ["starter"], tmp_path / "adaln", 1, "cpu")
    assert load_denoiser("adaln", tmp_path / "adaln" / "adaln.safetensors")
    assert load_text(tmp_path / "text" / "text.safetensors")


@pytest.mark.parametrize("name", TIERED)
def test_pictures_are_the_same(name, random_motion, body):
    still = random_motion(frames=3)

    def pictures() -> list[np.ndarray]:
        made = [architecture.skeleton(), motion.bodies(still[:2], body, ["first", "second"], size=60)]
        embedded = re.search(r"data:image/jpeg;base64,([^\"]+)", labkit.show(still, "a caption").data)[1]
        encoded = [*(figure._repr_png_() for figure in made), base64.b64decode(embedded)]
        return [np.array(Image.open(io.BytesIO(picture)), dtype=float) for picture in encoded]

    expected = pictures()
    enter, read = SETTINGS[name]
    with enter():
        before = read()
        found = pictures()
        assert read() == before
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        # Another number of threads rounds otherwise; a body elsewhere would change thousands of pixels.
        assert (np.abs(a - b).max(-1) > 8).mean() < 1e-3


def test_every_figure_is_protected():
    for module in pkgutil.iter_modules(figures.__path__, f"{figures.__name__}."):
        for name, function in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(function) and inspect.signature(function).return_annotation is Figure:
                assert hasattr(function, "__wrapped__"), name


@pytest.mark.slow
def test_figures_need_no_backend_of_pyplots():
    program = (
        "from labkit.show.figures.architecture import skeleton\n"
        "from IPython.core.formatters import DisplayFormatter\n"
        "data, _ = DisplayFormatter().format(skeleton())\n"
        "assert data['image/png'].startswith(b'\\x89PNG')\n"
    )
    environment = os.environ | dict(MPLBACKEND="module://no_such_backend")
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=300)


def test_a_tensor_stays_on_its_device(random_motion):
    still = random_motion(frames=2)
    with torch.device("meta"):
        assert still[:1].pelvis.device.type == "cpu"


def test_progress_bars_of_others_stay_on():
    bars = transformers.utils.logging
    bars.enable_progress_bar()
    labkit.text.TextEncoder()
    assert bars.is_progress_bar_enabled()
