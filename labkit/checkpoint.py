"""Weights, config and training facts in one safetensors file, which runs no code when it is read."""

import json
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

from labkit.diffusion import Schedule
from labkit.models import NETWORKS, Denoiser, make_denoiser
from labkit.paths import UNREADABLE, LabError, atomic_write, data_dir, existing_file
from labkit.settings import standard_settings
from labkit.text import TextConditioner, TextEncoder, TextTower

Network = TypeVar("Network", bound=nn.Module)


def write_checkpoint(path: str | Path, module: nn.Module, config: dict, training: dict) -> None:
    """Write parameters as float16 and buffers (statistics of the data) as float32.

    config: the arguments that rebuild the module, and its "kind". training: facts for readers. Raises
    LabError where `path` cannot be written.
    """
    buffers = dict(module.named_buffers())
    weights = {
        name: value.detach().cpu().contiguous().to(torch.float32 if name in buffers else torch.float16)
        for name, value in module.state_dict().items()
    }
    with atomic_write(path) as temporary:
        save_file(weights, temporary, {"config": json.dumps(config), "training": json.dumps(training)})


def read_checkpoint(path: str | Path, kind: str) -> tuple[dict[str, torch.Tensor], dict, dict]:
    """Weights (float32), config and training facts.

    Raises LabError if the file is missing, damaged, or not a checkpoint of `kind`.
    """
    path = existing_file(path, "checkpoint")
    if path.suffix.lower() in (".pt", ".pth"):
        raise LabError(
            f"{path} was written by torch.save: name a .safetensors file; runs write one beside its state.pt"
        )
    try:
        with safetensors.safe_open(path, "pt") as file:
            header = file.metadata() or {}
            config, training = json.loads(header["config"]), json.loads(header["training"])
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        found = config["kind"]
    except (safetensors.SafetensorError, *UNREADABLE) as error:
        raise LabError(
            f"{path} is not a labkit checkpoint or is damaged ({type(error).__name__}: {error}): "
            "download it again or name another with --checkpoint"
        ) from error
    if found != kind:
        raise LabError(f"{path} is a checkpoint of {found!r}, not of {kind!r}: name another file")
    return weights, config, training


@standard_settings()
def build(
    kind: Callable[..., Network], config: dict, weights: dict[str, torch.Tensor], path: str | Path
) -> Network:
    """A module made from its config, with these weights, in inference mode.

    Raises LabError if config and weights do not fit.
    """
    try:
        with torch.random.fork_rng(devices=[]):  # the session's random state stays as it was
            module = kind(**config)
        module.load_state_dict(weights)
    except (TypeError, RuntimeError) as error:
        reason = textwrap.shorten(str(error).splitlines()[-1], 100, placeholder=" ...")
        raise LabError(
            f"{path} does not fit this version of labkit ({reason}): train it anew, or name another file"
        ) from error
    return module.eval().requires_grad_(False)


def load_denoiser(network: str, path: str | Path | None = None) -> tuple[Denoiser, Schedule]:
    """A trained denoiser by name ("incontext", "adaln", "cross_attention"), and its schedule.

    path: the user's own checkpoint; the shipped one by default. Raises LabError for other names and files.
    """
    if network not in NETWORKS:
        raise LabError(f"there is no network {network!r}: choose one of {', '.join(NETWORKS)}")
    path = path or data_dir() / "checkpoints" / f"{network}.safetensors"
    weights, config, _ = read_checkpoint(path, kind=network)
    make = partial(make_denoiser, network)
    return build(make, config["model"], weights, path), Schedule(**config["schedule"])


def load_text(path: str | Path | None = None) -> TextConditioner:
    """The text conditioner the denoisers were trained with: frozen language model and trained tower.

    path: the user's own text tower; the shipped one by default. Raises LabError where it or its language
    model cannot be loaded.
    """
    path = path or data_dir() / "checkpoints" / "text.safetensors"
    weights, config, _ = read_checkpoint(path, kind="text")
    return TextConditioner(TextEncoder(config["encoder"]), build(TextTower, config["model"], weights, path))


def load_pair(
    network: str, path: str | Path | None = None, text_path: str | Path | None = None
) -> tuple[Denoiser, Schedule, TextConditioner]:
    """A denoiser, its schedule, and its text conditioner, by name or by the user's own checkpoints.

    Raises LabError as `load_denoiser` and `load_text` do, and where network and text tower differ in width.
    """
    denoiser, schedule = load_denoiser(network, path)
    conditioner = load_text(text_path)
    if conditioner.tower.width != denoiser.config["d_text"]:
        raise LabError("text tower and network differ in width: name the tower it was trained with")
    return denoiser, schedule, conditioner
