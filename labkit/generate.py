"""Text-to-motion sampling: captions → motions."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from labkit.checkpoint import load_pair
from labkit.device import best_device
from labkit.diffusion import GUIDANCE_SCALE, SAMPLER, STEPS, sample
from labkit.motion import FPS, Motion, decode, smooth
from labkit.paths import LabError

MAX_SECONDS = 10.0


def generate(
    captions: Sequence[str],
    network: str = "adaln",
    seconds: float = 6.0,
    sampler: str = SAMPLER,
    steps: int = STEPS,
    guidance_scale: float = GUIDANCE_SCALE,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    smoothing: float = 1.0,
    device: str | None = None,
    progress: bool = False,
    watch: Callable[[Tensor, Tensor, Tensor], None] | None = None,
) -> list[Motion]:
    """One motion per caption, on the open body's skeleton, starting at the origin.

    network: "incontext", "adaln" or "cross_attention". seconds: length of each motion. seed: the same seed
    and arguments give the same motions. smoothing: frames, see `motion.smooth`; 0 for none.
    watch: callback run before each step, see `diffusion.sample`; an exception in it ends the sampling.
    Raises LabError for settings out of range and captions that cannot be encoded.
    """
    if not 1 / FPS <= seconds <= MAX_SECONDS:
        raise LabError(f"a motion of {seconds:g} s cannot be made: choose between 0.05 and {MAX_SECONDS:g}")
    frames = round(seconds * FPS)
    device = best_device(device)
    denoiser, schedule, conditioner = load_pair(network, checkpoint, text_checkpoint)
    text = conditioner.to(device)(list(captions))
    lengths = torch.full((len(captions),), frames)
    generator = torch.Generator().manual_seed(seed)
    x = sample(
        denoiser.to(device), schedule, text, lengths, sampler, steps, guidance_scale,
        generator=generator, progress=progress, watch=watch,
    )  # fmt: skip
    return [decode(smooth(row, smoothing)) for row in x.cpu()]
