import torch
from torch import Tensor

from labkit.diffusion import Schedule


def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    """Put the known part of a motion, noised to step t, in the place of what the sampler made of it.

    Lugmayr et al. 2022, eq. 8a and 8c; Song et al. 2021 (score SDE), app. I.2 → (B, F, D).
    x: (B, F, D), z-scored, the sampler's state at step t.
    x_known: (B, F, D), clean and z-scored; where `known` is False its values mean nothing.
    known: (B, F, D) bool, True where x_known is given.
    t: (B,) the step of each sample of x, and −1 after its last step, where there is no noise at all.
    noise: (B, F, D), standard normal, already sampled: use this one.
    `schedule.q_sample` noises a clean motion; it accepts t = −1. All tensors are on one device; motions and
    noise are float32. Leave the arguments as they are.
    """
    return torch.where(known, schedule.q_sample(x_known, t, noise), x)
