# right: recursive, and alpha from the logarithms of alpha_bar
import torch

import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    if len(noise) == 0 or int(t_prev.max()) < 0:
        return step(x_t)
    log_alpha = schedule.alpha_bar(t).double().log() - schedule.alpha_bar(t_prev).double().log()
    signal = torch.exp(log_alpha / 2).float()
    sigma = torch.sqrt(-torch.expm1(log_alpha)).float()

    def after(times):
        """x at t_prev when the step has been done so many times."""
        if times == 1:
            return step(x_t)
        return step(signal * after(times - 1) + sigma * noise[times - 2])

    return after(len(noise) + 1)
