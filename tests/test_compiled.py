"""Drawing goes on whatever has happened to numba's files."""

import importlib.util
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

KERNEL = """
from labkit.compiled import compiled

@compiled
def _one(x):
    return x + 1

@compiled
def two(x):
    return _one(_one(x))
"""


@pytest.fixture
def kernel(tmp_path):
    """A function: the module in tmp_path/kernel.py as a new process would load it; `two` is its own check."""
    path = tmp_path / "kernel.py"
    path.write_text(KERNEL)

    def load():
        spec = importlib.util.spec_from_file_location("kernel", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.two(40) == 42
        return module

    return load


def from_disk(module) -> int:
    return sum(module.two.stats.cache_hits.values())


DAMAGE = {
    "an empty index": ("*.nbi", lambda data: b""),
    "a cut index": ("*.nbi", lambda data: data[: len(data) // 2]),
    "a foreign index": ("*.nbi", lambda data: data[: data.index(b".") + 1] + pickle.dumps("something else")),
    "empty code": ("*.nbc", lambda data: b""),
    "cut code": ("*.nbc", lambda data: data[: len(data) // 2]),
    "foreign code": ("*.nbc", lambda data: pickle.dumps([1, 2, 3])),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_compiled_anew_and_mended(kernel, tmp_path, damage):
    pattern, spoil = DAMAGE[damage]
    kernel()
    files = sorted((tmp_path / "__pycache__").glob(pattern))
    assert len(files) == 2
    assert from_disk(kernel()) == 1
    for path in files:
        path.write_bytes(spoil(path.read_bytes()))
    assert from_disk(kernel()) == 0
    assert from_disk(kernel()) == 1


def test_without_any_folder_to_write_to(kernel, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    (tmp_path / "__pycache__").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    kernel()
    assert from_disk(kernel()) == 0


DRAW = """
import numpy as np
from labkit.metrics.alignment import aligned_distance
from labkit.render.raster import Camera
from labkit.render.scene import draw
axes = np.eye(3, dtype=np.float32)
view = Camera(-3 * axes[1] + axes[2], axes[0], axes[2], axes[1], axes[2], 60.0)
picture = np.zeros((48, 48, 3), np.uint8)
vertices = np.array([[-1, 0, 0], [1, 0, 0], [0, 0, 2]], np.float32)
draw(vertices, np.array([[0, 1, 2]], np.int32), 0 * vertices + 90, view, 0.1, picture)
aligned_distance(np.zeros((4, 2, 3)), np.zeros((5, 2, 3)))
print(int(picture.sum()))
"""
NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"


@pytest.mark.slow
def test_the_kernels_of_labkit(tmp_path):
    """Full disk, damaged files, no home: the same picture each time."""

    def picture(code: str = DRAW, home: bool = True) -> str:
        env = {k: v for k, v in os.environ.items() if home or k not in ("HOME", "USER", "LOGNAME")}
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], env=env | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def files() -> list[Path]:
        return [*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")]

    expected = picture(NO_ROOM + DRAW)
    assert int(expected) > 0 and not files()
    assert picture(home=False) == expected and len(files()) > 10
    for path in files():
        path.write_bytes(path.read_bytes()[:100])
    assert picture() == expected


def test_numba_without_its_private_cache_compiles_every_time(kernel, monkeypatch):
    kernel()
    assert from_disk(kernel())
    monkeypatch.delattr("numba.core.caching.FunctionCache")
    assert not from_disk(kernel())
