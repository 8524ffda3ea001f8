"""Editing: a sampler that keeps a given part of the motion, by replacement and resampling.

Letters: B batch, F frames, D features, T diffusion steps, U repetitions of a step.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion.ddpm import ddpm_step
from labkit.diffusion.sample import predict
from labkit.diffusion.schedule import Schedule
from labkit.models import Denoiser
from labkit.stubs import stub
from labkit.text import TextFeatures


@torch.no_grad()
def edit(
    network: Denoiser,
    schedule: Schedule,
    text: TextFeatures,
    x_known: Tensor,
    known: Tensor,
    *,
    steps: int = 25,
    guidance_scale: float = 2.0,
    repeats: int = 1,
    seed: int = 0,
) -> Tensor:
    """Sample one motion per caption that equals x_known where `known` is True → x (B, F, D), not z-scored.

    DDPM with `steps` evenly spaced steps, each followed by replacement of the known part (`replace_known`),
    as in Lugmayr et al. 2022, alg. 1.
    text: features of the B captions. x_known: (B, F, D), not z-scored. known: (B, F, D) bool. All frames are
    real.
    guidance_scale: w of `guided`, at all steps (`sample` leaves out the noisiest).
    repeats: U of `resampled_step`, how often each step is done. seed: of all noise, sampled on the CPU.
    Raises LabError unless 1 <= steps <= T.
    """
    generator = torch.Generator().manual_seed(seed)
    weight = next(network.parameters())
    device, dtype = weight.device, weight.dtype
    schedule.to(device)
    z, known, B = network.normalizer(x_known.to(device)), known.to(device), len(x_known)  # (B, F, D) twice
    mask = torch.ones(z.shape[:2], dtype=torch.bool, device=device)  # (B, F)

    def gaussian_noise(*more: int) -> Tensor:  # (*more, B, F, D)
        return torch.randn(*more, *z.shape, generator=generator, dtype=dtype, device="cpu").to(device)

    x = gaussian_noise()  # (B, F, D)
    timesteps = schedule.timesteps(steps).tolist()
    for now, then in zip(timesteps, timesteps[1:] + [-1]):
        t, t_prev = (torch.full((B,), step, device=device) for step in (now, then))  # (B,)

        def step(x_t: Tensor, t: Tensor = t, t_prev: Tensor = t_prev) -> Tensor:
            prediction = predict(network, schedule, x_t, t, text, mask, guidance_scale)  # (B, F, D)
            x_prev = ddpm_step(schedule, prediction, x_t, t, t_prev, gaussian_noise())  # (B, F, D)
            return replace_known(schedule, x_prev, z, known, t_prev, gaussian_noise())  # (B, F, D)

        if repeats == 1:
            x = step(x)  # (B, F, D)
        else:
            x = resampled_step(schedule, step, x, t, t_prev, gaussian_noise(repeats - 1))  # (B, F, D)
    return network.normalizer.inverse(x)  # (B, F, D)


@stub("code15")
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    """Replace the known part of the sampler's state x by the given motion, noised to step t → (B, F, D).

    Lugmayr et al. 2022, eq. 8a and 8c; Song et al. 2021 (score SDE), app. I.2.
    x: (B, F, D), z-scored, the sampler's state at step t.
    x_known: (B, F, D), clean and z-scored. Its values have no meaning where `known` is False.
    known: (B, F, D) bool, True where x_known is given.
    t: (B,) int64, the diffusion step of each sample of x; −1 after the last step, where there is no noise.
    noise: (B, F, D), standard normal, already sampled: use it unchanged.
    `schedule.q_sample` noises a clean motion; it accepts t = −1. All tensors are on one device; motions and
    noise are float32. Do not change the arguments in place.
    """
    # TODO (Code 15): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError


@stub("code16")
def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    """x_t → x_{t_prev}, the step done U times, Lugmayr et al. 2022, alg. 1, lines 3 to 12 → (B, F, D).

    After each step but the last, x_{t_prev} is noised back to step t: a sample of q(x_t | x_{t_prev}),
    alg. 1, line 10. Its β is that of the whole stride: α = ᾱ_t / ᾱ_{t_prev}, β = 1 − α.
    step: one step of the sampler, replacement included: step(x_t) → x_{t_prev}, both (B, F, D).
    t, t_prev: (B,) int64, t_prev < t. `schedule.alpha_bar` gives ᾱ at t and at t_prev, (B, 1, 1).
    noise: (U − 1, B, F, D), standard normal, already sampled, one for each time that noise is added. With
    U = 1 no noise is added.
    The last step of the sampler, t_prev = −1 for all samples, is done once, whatever U is. Where t_prev = −1
    for some samples only, the others still take U steps, and no result is NaN: ᾱ_{−1} is 1.
    All tensors are on one device; motions and noise are float32. Do not change the arguments or the results
    of `step` in place.
    """
    # TODO (Code 16): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError
