"""``labkit.setup()``: what the first cell of every notebook runs. It installs nothing."""

import importlib
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from labkit.cores import cores
from labkit.errors import LabError, explain, require_unhidden
from labkit.paths import data_dir, escape_unprintable

NEEDED = (
    "torch", "numpy", "scipy", "matplotlib", "smplx", "roma", "numba", "transformers", "safetensors",
    "imageio_ffmpeg", "filelock", "tqdm", "PIL", "IPython", "ipywidgets", "anywidget",
)  # fmt: skip


def setup() -> str:
    """Check the dependencies, print versions and hardware → the device to compute on, "cuda" or "cpu".

    Raises LabError naming the first thing that is missing.
    """
    for name in NEEDED:
        require_unhidden(name)
        try:
            importlib.import_module(name)
        except Exception as error:
            explain(error)
            why = " ".join(str(error).split())
            raise LabError(
                f"{name} cannot be imported ({why}): install labkit with its dependencies, see the README"
            ) from error
    data_dir()
    import torch

    from labkit.device import limit_threads
    from labkit.exercises.recorded_solution import use_recorded_solution

    with suppress(FileNotFoundError):  # it is hidden where Code 14 itself is graded
        use_recorded_solution("code14")  # guidance is given until notebook 05

    limit_threads()
    escape_unprintable()
    try:
        number = version("labkit")
    except PackageNotFoundError:  # a clone that is not installed
        number = f"from {Path(__file__).parent.parent}"
    print(f"Python {platform.python_version()}, torch {torch.__version__}, labkit {number}")
    if torch.cuda.is_available():
        print(f"GPU found: {torch.cuda.get_device_name()}. Samplers run their full schedules.")
        return "cuda"
    print(f"No GPU, {cores()} CPU cores. Everything runs; long computations are made shorter, and say so.")
    return "cpu"
