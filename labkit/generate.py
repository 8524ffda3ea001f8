"""The first journey: a caption goes in, a motion comes out."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from labkit.checkpoint import load_pair
from labkit.diffusion import GUIDANCE_SCALE, SAMPLER, STEPS, sample
from labkit.motion import FPS, Motion, decode, smooth
from labkit.paths import LabError

MAX_SECONDS = 10.0


def best_device(asked: str | None = None) -> str:
    """The device asked for, by default the GPU where there is one. Raises LabError where there is none.

    Apple's GPU ("mps") is not among them: it has no float64, in which the schedule is kept.
    """
    if asked and asked.partition(":")[0] not in ("cpu", "cuda"):
        raise LabError(f"labkit computes on cpu or cuda, not on {asked}: leave out the device")
    if asked == "cuda" and not torch.cuda.is_available():
        raise LabError("there is no GPU that torch can use: leave out --device")
    return asked or ("cuda" if torch.cuda.is_available() else "cpu")


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
    """One motion a caption, on the open body's skeleton, starting at the origin.

    network: "incontext", "adaln" or "cross_attention". seconds: length of each motion. seed: the same seed
    and arguments give the same motions. smoothing: frames, see `motion.smooth`; 0 is what the network drew.
    watch: told before every step, see `diffusion.sample`; what it raises ends the sampling.
    Raises LabError for what cannot be asked for.
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
