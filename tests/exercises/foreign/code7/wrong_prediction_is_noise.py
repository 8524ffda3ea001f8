# wrong: takes the prediction as the noise whatever the schedule states, as algorithm 2 is written
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (x_t - beta / (1 - a_t).sqrt() * prediction) / alpha.sqrt()
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
