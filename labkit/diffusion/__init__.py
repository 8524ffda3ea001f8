"""Denoising diffusion: schedule, loss, the steps of the two samplers, and the sampling loop."""

from labkit.diffusion.ddim import ddim_step
from labkit.diffusion.ddpm import ddpm_step
from labkit.diffusion.loss import ddpm_loss
from labkit.diffusion.sample import SAMPLERS, SamplingConfig, guided, sample
from labkit.diffusion.schedule import PREDICTION_TYPES, Schedule

__all__ = [
    "PREDICTION_TYPES", "SAMPLERS", "SamplingConfig", "Schedule", "ddim_step", "ddpm_loss", "ddpm_step",
    "guided", "sample",
]  # fmt: skip
