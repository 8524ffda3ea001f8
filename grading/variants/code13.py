"""Other right answers to Code 13."""

import numpy as np
import torch

from grading.bank import variant
from labkit.diffusion import ddpm_loss


@variant()
def the_last_hint():
    """In its words."""

    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        t = torch.randint(0, schedule.T, (len(x0),), device=x0.device)
        noise = torch.randn_like(x0)
        drop = torch.rand(len(x0), device=x0.device) < condition_dropout
        wrapped = lambda x_t, t: network(x_t, t, text, mask, drop)  # noqa: E731
        losses = ddpm_loss(wrapped, schedule, x0, t, noise, mask)
        return losses.mean()

    def ema_update(average, weight, decay):
        return decay * average + (1 - decay) * weight

    return dict(training_loss=training_loss, ema_update=ema_update)


@variant()
def other_order():
    """Other calls, in another order, so other random numbers."""

    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        def model(x_t, t):
            return network(x_t, t, text, mask=mask, drop=withheld)

        withheld = torch.bernoulli(torch.full((len(x0),), condition_dropout)).bool()
        noise = torch.randn(x0.shape)
        t = torch.randint(0, schedule.T, (x0.shape[0],))
        return ddpm_loss(model, schedule, x0, t, noise, mask).sum() / len(x0)

    return training_loss


@variant()
def stratified():
    """One step from each of B equal parts of the schedule, in random order, as labkit's own training does."""

    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        B = len(x0)
        u = (torch.randperm(B) + torch.rand(B)) / B
        t = (u * schedule.T).long().clamp(max=schedule.T - 1)
        drop = torch.rand(B) < condition_dropout
        noise = torch.empty_like(x0).normal_()
        losses = ddpm_loss(lambda x, s: network(x, s, text, mask, drop), schedule, x0, t, noise, mask)
        return torch.stack(list(losses)).mean()

    return training_loss


@variant()
def random_numbers_of_numpy():
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        B = len(x0)
        t = torch.from_numpy(np.random.randint(0, schedule.T, B))
        noise = torch.from_numpy(np.random.standard_normal(tuple(x0.shape)).astype(np.float32))
        drop = torch.from_numpy(np.random.random(B) < condition_dropout)
        return ddpm_loss(lambda x, s: network(x, s, text, mask, drop), schedule, x0, t, noise, mask).mean()

    return training_loss


@variant()
def lerp():
    def ema_update(average, weight, decay):
        return torch.lerp(average, weight, 1 - decay)

    return ema_update


@variant()
def in_place_on_a_copy():
    def ema_update(average, weight, decay):
        return average.clone().mul_(decay).add_(weight, alpha=1 - decay)

    return ema_update


@variant()
def by_the_difference():
    def ema_update(average, weight, decay):
        return average - (1 - decay) * (average - weight)

    return ema_update
