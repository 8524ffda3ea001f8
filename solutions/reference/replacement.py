import torch
from torch import Tensor

from labkit.diffusion import Schedule


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
    return torch.where(known, schedule.q_sample(x_known, t, noise), x)  # (B, F, D)
