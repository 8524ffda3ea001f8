# right: uses beta as the variance and no noise in the last step
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0 = schedule.split(prediction, x_t, t)[0]
    ab, ab_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    al = ab / ab_prev
    be = 1.0 - al
    coefficient_x0 = ab_prev.sqrt() * be / (1 - ab)
    coefficient_xt = al.sqrt() * (1 - ab_prev) / (1 - ab)
    last = (t_prev == -1).view(-1, 1, 1)
    z = torch.where(last, torch.zeros_like(noise), noise)
    return coefficient_x0 * x0 + coefficient_xt * x_t + be.sqrt() * z
