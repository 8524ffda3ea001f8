# right: samples with t_prev = -1 keep the result of their first step; the others take U steps
import torch

import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    finished = (t_prev < 0)[:, None, None]
    first = x_prev = step(x_t)
    if not finished.all():
        a, a_prev = map(schedule.alpha_bar, (t, t_prev))
        alpha = a / a_prev
        remaining = list(noise)
        while remaining:
            again = alpha.sqrt() * x_prev + (1 - alpha).sqrt() * remaining.pop(0)
            x_prev = torch.where(finished, first, step(again))
    return x_prev
