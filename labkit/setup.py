"""``labkit.setup()``: what the first cell of every notebook runs. It installs nothing."""

import importlib
import platform
from importlib.metadata import version

from labkit.cores import cores
from labkit.paths import LabError, data_dir

NEEDED = ("torch", "numpy", "scipy", "matplotlib", "smplx", "roma", "numba", "transformers", "IPython")


def setup() -> str:
    """Say what is here and what to expect of it → the device to compute on, "cuda" or "cpu".

    Raises LabError naming the first thing that is missing.
    """
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise LabError(
                f"{name} cannot be imported ({error}): install labkit with its dependencies, see the README"
            ) from error
    data_dir()
    import torch

    print(f"Python {platform.python_version()}, torch {torch.__version__}, labkit {version('labkit')}")
    if torch.cuda.is_available():
        print(f"GPU found: {torch.cuda.get_device_name()}. Samplers run their full schedules.")
        return "cuda"
    print(f"No GPU, {cores()} CPU cores. Everything runs; long computations are made shorter, and say so.")
    return "cpu"
