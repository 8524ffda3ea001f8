"""Denoising diffusion: schedule, losses, samplers' steps, guidance, editing, flows, the sampling loop."""

from labkit.diffusion.ddim import ddim_step
from labkit.diffusion.ddpm import ddpm_step
from labkit.diffusion.editing import edit, replace_known, resampled_step
from labkit.diffusion.flow import euler_step, flow_loss, heun_step
from labkit.diffusion.guidance import guided
from labkit.diffusion.loss import ddpm_loss
from labkit.diffusion.sample import SAMPLERS, SamplingConfig, sample
from labkit.diffusion.schedule import PREDICTION_TYPES, Schedule, shifted
from labkit.diffusion.training_step import ema_update, training_loss

__all__ = [
    "PREDICTION_TYPES", "SAMPLERS", "SamplingConfig", "Schedule", "ddim_step", "ddpm_loss", "ddpm_step",
    "edit", "ema_update", "euler_step", "flow_loss", "guided", "heun_step", "replace_known", "resampled_step",
    "sample", "shifted", "training_loss",
]  # fmt: skip
