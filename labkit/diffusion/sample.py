"""The sampling loop, with classifier-free guidance."""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion.ddim import ddim_step
from labkit.diffusion.ddpm import ddpm_step
from labkit.diffusion.schedule import Schedule
from labkit.models import Denoiser
from labkit.progress import bar
from labkit.text import TextFeatures

SAMPLERS = ("ddpm", "ddim")
# Chosen on the validation split: data/checkpoints/TRAINING.md
SAMPLER, STEPS, GUIDANCE_SCALE = "ddpm", 15, 2.0


def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    """Classifier-free guidance, Ho & Salimans 2021, eq. 6: x (B, F, D), t (B,), mask (B, F) → (B, F, D).

    prediction without caption + guidance_scale · (prediction with caption − prediction without caption)

    Scale 1 is the conditional prediction, 0 ignores the caption; these two cost one pass of the network,
    other scales two, in one batch. The w of the paper is guidance_scale − 1.
    """
    withheld = torch.ones(len(x), dtype=torch.bool, device=x.device)
    if guidance_scale == 1:
        return network(x, t, text, mask, ~withheld)
    if guidance_scale == 0:
        return network(x, t, text, mask, withheld)
    both = network(
        torch.cat([x, x]),
        torch.cat([t, t]),
        TextFeatures.cat([text, text]),
        torch.cat([mask, mask]),
        torch.cat([~withheld, withheld]),
    )
    with_text, without = both.chunk(2)
    return without + guidance_scale * (with_text - without)


@torch.no_grad()
def sample(
    network: Denoiser,
    schedule: Schedule,
    text: TextFeatures,
    lengths: Tensor,
    sampler: str = SAMPLER,
    steps: int = STEPS,
    guidance_scale: float = GUIDANCE_SCALE,
    eta: float = 0.0,
    generator: torch.Generator | None = None,
    progress: bool = False,
    watch: Callable[[Tensor, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Sample one motion per caption → x (B, F, D), not z-scored; F is the longest length, padding is zero.

    lengths: (B,) frames. eta: see `ddim_step`. generator: a CPU generator; all noise is sampled on the CPU,
    so that a seed gives the same motion on every device. watch: callback run before each step with t (B,),
    the current noisy sample x_t and the prediction, both (B, F, D) and z-scored.
    """
    if sampler not in SAMPLERS:
        raise ValueError(f"sampler is {sampler!r}, not one of {SAMPLERS}")
    device = next(network.parameters()).device
    schedule.to(device)
    B, F, D = len(lengths), int(lengths.max()), network.config["features"]
    mask = (torch.arange(F) < lengths[:, None]).to(device)

    def draw() -> Tensor:  # from pinned memory, so that sampling noise and computing overlap
        noise = torch.randn(B, F, D, generator=generator, pin_memory=device.type == "cuda")
        return noise.to(device, non_blocking=True)

    x = draw()
    timesteps = schedule.timesteps(steps).tolist()
    pairs = list(zip(timesteps, timesteps[1:] + [-1]))
    for now, then in bar(pairs, sampler, progress):
        t, t_prev = (torch.full((B,), step, device=device) for step in (now, then))
        prediction = guided(network, x, t, text, mask, guidance_scale)
        if watch:
            watch(t, x, prediction)
        if sampler == "ddpm":
            x = ddpm_step(schedule, prediction, x, t, t_prev, draw())
        else:
            noise = draw() if eta > 0 else torch.zeros_like(x)
            x = ddim_step(schedule, prediction, x, t, t_prev, noise, eta)
    return network.normalizer.inverse(x) * mask[..., None]
