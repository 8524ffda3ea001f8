"""The sampling loop.

Letters: B batch, F frames, D features, T diffusion steps.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from labkit.diffusion.ddim import ddim_step
from labkit.diffusion.ddpm import ddpm_step
from labkit.diffusion.guidance import guided
from labkit.diffusion.schedule import Schedule
from labkit.models import Denoiser
from labkit.progress import bar
from labkit.text import TextFeatures

SAMPLERS = ("ddpm", "ddim")


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How motions are sampled. Defaults chosen on the validation split: data/checkpoints/TRAINING.md.

    sampler: one of SAMPLERS; raises ValueError for others.
    steps: number of sampling steps, 1 to T.
    shift: 1 or more; how far the steps are shifted towards noise, see `Schedule.timesteps`; 1 spaces them
    evenly.
    guidance_scale: w of `guided`; 1 is no guidance.
    guidance_below: a share of the schedule, 0 to 1. Steps t ≥ guidance_below · T have scale 1, whatever
    guidance_scale is (Kynkäänniemi et al. 2024, sec. 3); 1 guides all steps.
    eta: of DDIM (Song et al. 2021, eq. 16): 0 is deterministic, 1 has DDPM's variance. DDPM ignores it.
    seed: the same seed and settings give the same motions.
    """

    sampler: str = "ddpm"
    steps: int = 15
    shift: float = 3.0
    guidance_scale: float = 3.0
    guidance_below: float = 0.95
    eta: float = 0.0
    seed: int = 0

    def __post_init__(self):
        if self.sampler not in SAMPLERS:
            raise ValueError(f"sampler is {self.sampler!r}, not one of {SAMPLERS}")

    def guidance_scale_at(self, t: int, T: int) -> float:
        """The guidance scale at step t of T: `guidance_scale` where t < guidance_below · T, else 1."""
        return self.guidance_scale if t < self.guidance_below * T else 1.0


def predict(
    network: Denoiser,
    schedule: Schedule,
    x: Tensor,
    t: Tensor,
    text: TextFeatures,
    mask: Tensor,
    guidance_scale: float,
) -> Tensor:
    """The guided prediction for noisy motion x at steps t → (B, F, D); a predicted x0 is clipped.

    The arguments are those of `guided`; x is (B, F, D), z-scored. Where `schedule.prediction_type` is
    "sample" the prediction is limited to the range of the training data, feature by feature
    (`Normalizer.clip`). Predictions of ε or v are not clipped.
    """
    prediction = guided(network, x, t, text, mask, guidance_scale)  # (B, F, D)
    return network.normalizer.clip(prediction) if schedule.prediction_type == "sample" else prediction


@torch.no_grad()
def sample(
    network: Denoiser,
    schedule: Schedule,
    text: TextFeatures,
    lengths: Tensor,
    config: SamplingConfig | None = None,
    *,
    generator: torch.Generator | None = None,
    progress: bool = False,
    callback: Callable[[Tensor, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Sample one motion per caption → x (B, F, D), not z-scored; F is the longest length, padding is zero.

    Ho et al. 2020, alg. 2 (DDPM), or Song et al. 2021, eq. 12 (DDIM), with `config.steps` of the T steps.
    text: features of the B captions. lengths: (B,) int64, frames, each 1 or more.
    generator: on the CPU, used instead of one with the seed of `config`. All noise is sampled on the CPU, so
    that a seed gives the same noise on every device.
    callback: called in each step, after the prediction and before the update, with t (B,), the noisy sample
    x_t and the prediction, both (B, F, D) and z-scored.
    `schedule` is moved to the network's device. Raises LabError as `Schedule.timesteps` does.
    """
    config = config or SamplingConfig()
    generator = generator or torch.Generator().manual_seed(config.seed)
    weight = next(network.parameters())
    device, dtype = weight.device, weight.dtype  # not torch's defaults, which a session may change
    schedule.to(device)
    B, F, D = len(lengths), int(lengths.max()), network.config["features"]
    mask = (torch.arange(F, device=lengths.device) < lengths[:, None]).to(device)  # (B, F)

    def gaussian_noise() -> Tensor:  # from pinned memory, so that copying and computing overlap
        pinned = device.type == "cuda"
        noise = torch.randn(B, F, D, generator=generator, dtype=dtype, device="cpu", pin_memory=pinned)
        return noise.to(device, non_blocking=True)

    x = gaussian_noise()  # (B, F, D)
    timesteps = schedule.timesteps(config.steps, config.shift).tolist()
    pairs = list(zip(timesteps, timesteps[1:] + [-1]))
    for now, then in bar(pairs, config.sampler, progress):
        t, t_prev = (torch.full((B,), step, device=device) for step in (now, then))  # (B,)
        scale = config.guidance_scale_at(now, schedule.T)
        prediction = predict(network, schedule, x, t, text, mask, scale)  # (B, F, D)
        if callback:
            callback(t, x, prediction)
        if config.sampler == "ddpm":
            x = ddpm_step(schedule, prediction, x, t, t_prev, gaussian_noise())  # (B, F, D)
        else:
            noise = gaussian_noise() if config.eta > 0 else torch.zeros_like(x)  # (B, F, D)
            x = ddim_step(schedule, prediction, x, t, t_prev, noise, config.eta)  # (B, F, D)
    return network.normalizer.inverse(x) * mask[..., None]  # (B, F, D)
