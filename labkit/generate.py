"""Text-to-motion sampling: captions → motions."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from labkit.body import load_body
from labkit.checkpoint import load_pair
from labkit.cleanup import clean_up
from labkit.device import best_device
from labkit.diffusion import SamplingConfig, sample
from labkit.motion import FPS, Motion, decode
from labkit.paths import LabError
from labkit.settings import standard_settings

MAX_SECONDS = 10.0


@standard_settings()
def generate(
    captions: Sequence[str],
    network: str = "cross_attention",
    *,
    seconds: float = 6.0,
    config: SamplingConfig | None = None,
    raw: bool = False,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    device: str | None = None,
    progress: bool = False,
    callback: Callable[[Tensor, Tensor, Tensor], None] | None = None,
) -> list[Motion]:
    """One motion (F, ...) per caption, on the open body's skeleton, starting at the origin with heading 0.

    captions: B sentences. network: "incontext", "adaln" or "cross_attention". seconds: length of each motion,
    1/20 to 10. config: sampler, steps, guidance scale and seed. raw: without `cleanup.clean_up`.
    checkpoint, text_checkpoint: weights in the place of the shipped ones. device: "cpu" or "cuda". callback:
    called in each step, see `diffusion.sample`; an error in it ends the sampling.
    Raises LabError for a length out of range, an unknown network, a missing file, or a caption that cannot be
    encoded.
    """
    if not 1 / FPS <= seconds <= MAX_SECONDS:
        raise LabError(f"a motion of {seconds:g} s cannot be made: choose between 0.05 and {MAX_SECONDS:g}")
    device = best_device(device)
    denoiser, schedule, conditioner = load_pair(network, checkpoint, text_checkpoint)
    text = conditioner.to(device)(list(captions))
    lengths = torch.full((len(captions),), round(seconds * FPS))
    x = sample(  # (B, F, D)
        denoiser.to(device), schedule, text, lengths, config, progress=progress, callback=callback
    )
    body = load_body()
    return [decode(row) if raw else clean_up(row, body) for row in x.cpu()]
