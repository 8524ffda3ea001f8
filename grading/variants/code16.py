"""Other right answers to Code 16."""

import math

import torch

from grading.bank import variant


@variant()
def the_last_hint():
    """In its words."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise:
            x_prev = step(alpha**0.5 * x_prev + (1 - alpha) ** 0.5 * fresh)
        return x_prev

    return resampled_step


@variant()
def as_in_the_paper():
    """u = 1 … U, with noise added where u < U and t > 1."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        U = len(noise) + 1
        alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
        beta = 1 - alpha
        for u in range(1, U + 1):
            x_prev = step(x_t)
            if t_prev.max() < 0:
                break
            if u < U:
                x_t = torch.sqrt(1 - beta) * x_prev + torch.sqrt(beta) * noise[u - 1]
        return x_prev

    return resampled_step


@variant()
def recursive():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if len(noise) == 0 or (t_prev == -1).all():
            return x_prev
        ratio = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
        back = ratio**0.5 * x_prev + (1 - ratio) ** 0.5 * noise[0]
        return resampled_step(schedule, step, back, t, t_prev, noise[1:])

    return resampled_step


@variant()
def noise_from_the_end_of_the_list():
    """The list is emptied as it goes."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        waiting = [] if bool((t_prev < 0).all()) else list(noise.unbind(0))
        while waiting:
            x_prev = step(x_t)
            a, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
            x_t = (a / a_prev).sqrt() * x_prev + ((a_prev - a) / a_prev).sqrt() * waiting.pop(0)
        return step(x_t)

    return resampled_step


@variant()
def sample_by_sample():
    """The weights as plain numbers, in float64."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if int(t_prev.max()) < 0:
            return x_prev
        for fresh in noise:
            rows = []
            for b in range(len(t)):
                if t_prev[b] < 0:
                    rows.append(x_prev[b])
                    continue
                alpha = float(schedule.alphas_cumprod[t[b]] / schedule.alphas_cumprod[t_prev[b]])
                rows.append(math.sqrt(alpha) * x_prev[b] + math.sqrt(1 - alpha) * fresh[b])
            x_prev = step(torch.stack(rows))
        return x_prev

    return resampled_step


@variant()
def finished_samples_stay():
    """A sample at its last step takes one step, whatever the others take."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        first = x_prev = step(x_t)
        finished = (t_prev < 0)[:, None, None]
        alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
        for fresh in noise[:0] if finished.all() else noise:
            x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * fresh)
        return torch.where(finished, first, x_prev)

    return resampled_step


@variant()
def product_of_single_steps():
    """α of the stride is the product of 1 − β over the steps that it spans."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        logs = torch.log(1 - schedule.betas).cumsum(0)
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        before = torch.where(t_prev < 0, 0.0, logs[t_prev.clamp(min=0)])
        alpha = (logs[t] - before).exp().float().view(-1, 1, 1)
        for k in range(noise.shape[0]):
            x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * noise[k])
        return x_prev

    return resampled_step


@variant(other_numbers=True)
def noise_subtracted():
    """Normal noise is symmetric."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
        for fresh in noise:
            x_prev = step(alpha.sqrt() * x_prev - (1 - alpha).sqrt() * fresh)
        return x_prev

    return resampled_step
