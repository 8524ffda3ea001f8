"""Denoising in a player: one slider for the frame, one for the diffusion step."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from labkit.body import Body, load_body
from labkit.diffusion import SAMPLERS, SamplingConfig, Schedule, sample
from labkit.models import Denoiser
from labkit.motion import decode
from labkit.paths import LabError
from labkit.settings import standard_settings
from labkit.show.player.scene import HEIGHT, Scene, View
from labkit.text import TextFeatures

KEPT = 25  # steps that are stored: 120 frames of two bodies then take about 1 MB


@standard_settings()
def denoising(
    network: Denoiser,
    schedule: Schedule,
    text: TextFeatures,
    frames: int,
    *,
    samplers: Sequence[str] = SAMPLERS,
    config: SamplingConfig | None = None,
    shown: str = "x0",
    body: Body | None = None,
    height: int = HEIGHT,
) -> View:
    """A player with a second slider, which goes through the steps of a sampler from noise to motion.

    A motion of `frames` frames for each of `samplers`, from the same seed, side by side in one player; the
    steps are the learner's own. text: of one caption. config: steps (50 by default), guidance scale and seed.
    shown: "x0", the estimate of the motion at each step, or "x_t", the noisy motion there.
    Raises LabError where `text` has more than one caption, `samplers` is empty or `shown` is something else.
    """
    if shown not in ("x0", "x_t"):
        raise LabError(f'shown is {shown!r}: choose "x0", the estimate, or "x_t", the noisy motion')
    if not samplers:
        raise LabError('no sampler: name "ddpm", "ddim" or both')
    if len(text.pooled) != 1:
        raise LabError(f"{len(text.pooled)} captions: give the text features of one")
    config = config or SamplingConfig(steps=50)
    tracks, labels = [], []
    for sampler in samplers:
        seen: list[Tensor] = []
        times: list[int] = []

        def record(t, x_t, prediction, seen=seen, times=times):
            z = x_t if shown == "x_t" else schedule.split(prediction, x_t, t)[0]
            seen.append(network.normalizer.inverse(z)[0].cpu())
            times.append(int(t))

        x = sample(
            network, schedule, text, torch.tensor([frames]), replace(config, sampler=sampler), callback=record
        )
        kept = np.unique(np.linspace(0, len(seen) - 1, KEPT - 1).round().astype(int))
        labels = [*(f"t = {times[i]}" for i in kept), "the result"]  # the same for each sampler
        tracks.append(decode(torch.stack([*(seen[i] for i in kept), x[0].cpu()])))
    captions = [sampler.upper() for sampler in samplers]
    return Scene(tracks, captions, body or load_body(), labels).view(height)
