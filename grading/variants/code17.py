"""Other right answers to Code 17."""

import torch
from torch.nn import functional

from grading.bank import variant


@variant()
def the_last_hint():
    """In its words."""

    def flow_loss(model, x0, t, noise, mask):
        target = noise - x0
        time = t[:, None, None]
        error = (model((1 - time) * x0 + time * noise, t) - target) ** 2
        return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)

    return flow_loss


@variant()
def lerp():
    def flow_loss(model, x0, t, noise, mask):
        predicted = model(torch.lerp(x0, noise, t.view(-1, 1, 1)), t)
        error = functional.mse_loss(predicted, noise - x0, reduction="none")
        return error.mean(2).mul(mask).sum(1).div(mask.sum(1))

    return flow_loss


@variant()
def only_real_frames():
    """Each sample on its own, its padding cut off."""

    def flow_loss(model, x0, t, noise, mask):
        predicted = model(x0 + t[:, None, None] * (noise - x0), t)
        error = (predicted - noise + x0).square()
        return torch.stack([row[real].mean() for row, real in zip(error, mask)])

    return flow_loss


@variant()
def einsum():
    def flow_loss(model, x0, t, noise, mask):
        x_t = torch.einsum("b,bfd->bfd", 1 - t, x0) + torch.einsum("b,bfd->bfd", t, noise)
        difference = model(x_t, t) - (noise - x0)
        total = torch.einsum("bfd,bfd,bf->b", difference, difference, mask.to(difference))
        return total / (mask.sum(1) * x0.shape[-1])

    return flow_loss


@variant()
def padding_set_to_zero():
    def flow_loss(model, x0, t, noise, mask):
        time = t.reshape(len(t), 1, 1)
        x_t = time * noise + (1 - time) * x0
        error = torch.where(mask[..., None], model(x_t, t) + x0 - noise, 0.0)
        return (error**2).sum((1, 2)) / (mask.sum(1) * error.shape[2])

    return flow_loss


@variant()
def in_place_on_copies():
    def flow_loss(model, x0, t, noise, mask):
        target = noise.clone().sub_(x0)
        x_t = x0.clone().add_(target * t[:, None, None])
        error = (model(x_t, t) - target).pow(2)
        return (error * mask[..., None]).sum((1, 2)) / mask[..., None].expand_as(error).sum((1, 2))

    return flow_loss
