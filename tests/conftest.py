"""What several tests need: the open body and random motions."""

import contextlib
import importlib.util
import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import roma
import torch
from hypothesis import HealthCheck, settings

from labkit.body import load_body
from labkit.checkpoint import write_checkpoint
from labkit.diffusion import Schedule
from labkit.evaluate import motion_features, physical
from labkit.evaluator import Evaluator, MotionTower
from labkit.models import NETWORKS, make_denoiser
from labkit.motion import N_ROTATIONS, UPRIGHT, D, Motion, encode
from labkit.paths import data_dir
from labkit.reference import Reference, write_reference
from labkit.store import Clip, write_store
from labkit.stubs import use_reference
from labkit.text import TextEncoder, TextFeatures, TextTower

LONGEST = ("test_zoo", "test_notebooks", "test_grader_client")  # files
use_reference()  # the exercises are empty; tests of the engine want it whole
if "OMP_NUM_THREADS" not in os.environ:
    torch.set_num_threads(1)  # tensors here are tiny: threads would only wait for each other
if os.environ.get("LABKIT_ONEDNN") == "off":  # builds of PyTorch may lack it: make test-cpus
    torch.backends.mkldnn.enabled = False
    torch.ops.mkldnn = SimpleNamespace()
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a busy one is slow, not wrong


def pytest_collection_modifyitems(items):
    """Long files first: where processes share the files, the last to come should be short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.stem not in LONGEST, item.path not in slow))


@pytest.fixture(scope="session")
def body():
    """The open body of the repository."""
    return load_body()


def _waves(generator: torch.Generator, frames: int, *shape: int, dtype: torch.dtype) -> torch.Tensor:
    """Sums of three slow sines of random phase, amplitude about 1: (frames, *shape)."""
    time = torch.arange(frames, dtype=dtype).reshape(-1, *[1] * (len(shape) + 1)) / 20
    amplitude, rate, phase = torch.rand(3, *shape, 3, generator=generator, dtype=dtype)
    return (amplitude * torch.sin(3 * rate * time + 6.3 * phase)).sum(-1)


@pytest.fixture(scope="session")
def random_motion():
    """A function (seed, frames, dtype) → a smooth random motion that bends, tilts, turns and wanders."""

    def make(seed: int = 0, frames: int = 40, dtype: torch.dtype = torch.float32) -> Motion:
        generator = torch.Generator().manual_seed(seed)
        pose = 0.4 * _waves(generator, frames, N_ROTATIONS, 3, dtype=dtype)
        rotations = roma.rotvec_to_rotmat(pose)
        yaw = 2 * _waves(generator, frames, 1, dtype=dtype)
        turn = roma.rotvec_to_rotmat(torch.cat([0 * yaw, 0 * yaw, yaw], -1))
        rotations[:, 0] = turn @ rotations[:, 0] @ UPRIGHT.to(dtype)
        pelvis = _waves(generator, frames, 3, dtype=dtype) * torch.tensor([1, 1, 0.1], dtype=dtype)
        return Motion.from_rotations(rotations, pelvis + torch.tensor([0, 0, 0.9], dtype=dtype))

    return make


@pytest.fixture(scope="session")
def tiny_network():
    """A function (network, **config) → a small DiT in which nothing is zero, ready for inference."""

    def make(network: str, **config):
        torch.manual_seed(0)
        config = dict(features=9, d_text=12, width=16, depth=2, heads=4) | config
        model = NETWORKS[network](**config)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        return model.eval()

    return make


@pytest.fixture(scope="session")
def tiny_denoiser():
    """A function (network, **config) → a small denoiser in which nothing is zero, ready for inference."""

    def make(network: str, **config):
        torch.manual_seed(0)
        config = dict(features=9, d_text=12, width=16, depth=2, heads=4) | config
        model = make_denoiser(network, **config)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        model.normalizer.fit(2 + 3 * torch.randn(100, config["features"]))
        return model.eval()

    return make


@pytest.fixture(scope="session")
def random_text():
    """A function (B, L, C) → features of B captions of 1 to L tokens; padding is zero."""

    def make(B: int = 5, L: int = 6, C: int = 12, seed: int = 0) -> TextFeatures:
        generator = torch.Generator().manual_seed(seed)
        lengths = torch.arange(B) % L + 1
        mask = torch.arange(L) < lengths[:, None]
        tokens = torch.randn(B, L, C, generator=generator) * mask[..., None]
        return TextFeatures(tokens, mask, torch.randn(B, C, generator=generator))

    return make


@pytest.fixture(scope="session")
def _lab(tmp_path_factory, body, random_motion):
    """A data folder as the shipped one, with small random networks that were never trained."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "body").symlink_to(data_dir() / "body", target_is_directory=True)
    torch.manual_seed(0)
    clips = [
        Clip(name, random_motion(i, 30 + i), (f"a person does {name}",), {"content": name}, "train")
        for i, name in enumerate(["walk", "jump", "wave"])
    ]
    write_store(folder / "starter" / "starter.npz", clips, {"source": "sines"})
    motions = [encode(m, body.joints(m)) for m in (random_motion(100 + i, 24) for i in range(20))]
    rows = torch.cat(motions)

    tower = TextTower(384, width=16, depth=1, heads=2)
    write_checkpoint(
        folder / "checkpoints" / "text.safetensors",
        tower,
        dict(kind="text", encoder=None, model=tower.config),
        {},
    )
    for name in NETWORKS:
        model = make_denoiser(name, D, T=20, d_text=16, width=16, depth=1, heads=2)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        model.normalizer.fit(rows)
        config = dict(kind=name, model=model.config, schedule=Schedule(20).config)
        write_checkpoint(folder / "checkpoints" / f"{name}.safetensors", model, config, {})

    evaluator = Evaluator(
        TextTower(384, width=16, depth=1, heads=2), MotionTower(D, width=16, depth=1, heads=2)
    )
    evaluator.motion.normalizer.fit(rows)
    config = dict(kind="evaluator", encoder=None, model=evaluator.config)
    write_checkpoint(folder / "checkpoints" / "evaluator.safetensors", evaluator, config, {})
    captions = [f"a person moves in way {i}" for i in range(30)]
    with torch.no_grad():
        text = evaluator.eval().text_features(TextEncoder()(captions))
    reference = Reference(
        motion=motion_features(evaluator, motions),
        physical=physical(motions, body),
        lengths=np.full(20, 24),
        labels=[str(i % 5) for i in range(20)],
        text=text.numpy(),
        captions=captions,
        owner=np.arange(30) % 20,
        take=np.arange(20) // 2,
        lead=np.linspace(-1, 1, 20),
    )
    write_reference(folder / "reference" / "test_a.npz", reference)
    return folder


@pytest.fixture
def lab(_lab, monkeypatch, tmp_path):
    """Work in an empty folder, with the data folder above."""
    monkeypatch.setenv("LABKIT_DATA", str(_lab))
    monkeypatch.delenv("LABKIT_SMPL", raising=False)
    monkeypatch.chdir(tmp_path)
    return _lab


HOLD = """
import sys
from pathlib import Path
from labkit.paths import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held():
    """A function (folder) → a context in which another process is at work there; killed at its end."""

    @contextlib.contextmanager
    def hold(folder: Path):
        command = [sys.executable, "-c", HOLD, str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout.readline() == "held\n"
                yield process
            finally:
                process.kill()

    return hold


class Console:
    """A stdout of a narrow encoding, as strict as a pipe's."""

    def __init__(self, encoding: str):
        self.encoding = encoding

    def shows(self, text: str) -> str:
        """How text looks there."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def run(self, main, *arguments: str) -> str:
        """What a command that ends well prints."""
        buffer = io.BytesIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding=self.encoding))
            assert not main(*arguments)
            sys.stdout.flush()
            return buffer.getvalue().decode(self.encoding)


@pytest.fixture(params=("cp1251", "cp437", "ascii"))
def console(request) -> Console:
    return Console(request.param)


@pytest.fixture
def benchmark(monkeypatch):
    """A function (name, **constants) → the benchmark's module with other constants."""
    folder, path = Path(__file__).parents[1] / "benchmarks", list(sys.path)

    def load(name: str, **constants):
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses ask for it
        spec.loader.exec_module(module)
        for constant, value in constants.items():
            assert hasattr(module, constant)
            setattr(module, constant, value)
        return module

    yield load
    sys.path[:] = path
