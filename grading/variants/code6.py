"""Other right answers to Code 6."""

import numpy as np
import torch
from torch.nn import functional

from grading.bank import variant


@variant()
def the_last_hint():
    """Line by line."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t)
        square = (prediction - schedule.target(x0, noise, t)) ** 2
        return (square.mean(-1) * mask).sum(1) / mask.sum(1)

    return ddpm_loss


@variant()
def by_hand():
    """Eq. 4 and the three targets written out, table of ᾱ indexed directly."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        a = schedule.alphas_cumprod.to(x0.dtype)[t].view(-1, 1, 1)
        x_t = torch.sqrt(a) * x0 + torch.sqrt(1.0 - a) * noise
        target = {
            "epsilon": noise,
            "sample": x0,
            "v_prediction": torch.sqrt(a) * noise - torch.sqrt(1.0 - a) * x0,
        }[schedule.prediction_type]
        weight = mask.unsqueeze(-1).expand_as(x0).float()
        return ((model(x_t, t) - target).pow(2) * weight).sum((1, 2)) / weight.sum((1, 2))

    return ddpm_loss


@variant()
def mse_of_each_sample():
    """A loop over the batch, after one call of the network; real frames are selected, not weighted."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t)
        target = schedule.target(x0, noise, t)
        return torch.stack([functional.mse_loss(p[m], y[m]) for p, y, m in zip(prediction, target, mask)])

    return ddpm_loss


@variant()
def einsum():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        return torch.einsum("bfd,bfd,bf->b", error, error, mask.float()) / mask.sum(1) / x0.shape[-1]

    return ddpm_loss


@variant()
def masked_sides():
    """Prediction and target are set to zero in the padding."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        keep = mask[..., None]
        prediction = model(schedule.q_sample(x0, t, noise), t) * keep
        target = schedule.target(x0, noise, t) * keep
        each = functional.mse_loss(prediction, target, reduction="none")
        return each.flatten(1).sum(1) / (mask.sum(1) * x0.size(2))

    return ddpm_loss


@variant()
def nan_mean():
    """Padding is nan, and nanmean leaves it out."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = (schedule.target(x0, noise, t) - model(schedule.q_sample(x0, t, noise), t)).square()
        return error.mean(-1).masked_fill(~mask, float("nan")).nanmean(-1)

    return ddpm_loss


@variant()
def inside_float64():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t).double()
        error = torch.linalg.vector_norm(prediction - schedule.target(x0, noise, t).double(), dim=-1)
        share = mask.double() / mask.double().sum(-1, keepdim=True)
        return ((error**2 * share).sum(-1) / x0.shape[-1]).to(x0.dtype)

    return ddpm_loss


@variant()
def in_place():
    """On copies of its own."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target = schedule.target(x0, noise, t).clone()
        a = torch.as_tensor(np.sqrt(schedule.alphas_cumprod.numpy())[t.numpy()]).float()[:, None, None]
        x_t = x0.mul(a).add_((1 - a * a).sqrt() * noise)
        error = target.neg_().add_(model(x_t, t)).square_()
        error[~mask] = 0
        return error.sum(dim=(1, 2)).div_(mask.sum(dim=1) * error.shape[2])

    return ddpm_loss


@variant()
def compiled():
    """By torch.compile, without a compiler of C++."""

    @torch.compile(backend="eager", dynamic=True)
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        return (error.square().mean(-1) * mask).sum(-1) / mask.sum(-1)

    return {"ddpm_loss": ddpm_loss}


@variant()
def lengths():
    """Frames counted, then compared with their number."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        B, F, D = x0.shape
        error = functional.mse_loss(
            model(schedule.q_sample(x0, t, noise), t), schedule.target(x0, noise, t), reduction="none"
        )
        n = mask.sum(1)
        real = torch.arange(F, device=x0.device)[None] < n[:, None]
        return torch.where(real[..., None], error, 0).reshape(B, -1).sum(1) / (n * D)

    return ddpm_loss


@variant()
def picked_frames():
    """Only real frames are computed; index_add sums them up by sample."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        difference = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        sample, frame = mask.nonzero(as_tuple=True)
        each = difference[sample, frame].pow(2).mean(-1)
        sums = torch.zeros(len(x0), dtype=each.dtype, device=x0.device).index_add(0, sample, each)
        return sums / torch.bincount(sample, minlength=len(x0))

    return ddpm_loss


@variant()
def vmapped():
    """One sample's loss, mapped over the batch."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction, target = model(schedule.q_sample(x0, t, noise), t), schedule.target(x0, noise, t)
        one = lambda p, y, m: ((p - y).square().mean(-1) * m).sum() / m.sum()  # noqa: E731
        return torch.vmap(one)(prediction, target, mask)

    return ddpm_loss


@variant(other_numbers=True)
def sum_of_features():
    """‖ε − ε̂‖² of a frame, as eq. 14 is written; mean over real frames."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2
        return (error.sum(-1) * mask).sum(-1) / mask.sum(-1)

    return ddpm_loss


@variant(other_numbers=True)
def sum_of_all():
    """‖ε − ε̂‖² of a whole motion."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2
        return error.mul(mask[..., None]).sum((1, 2))

    return ddpm_loss


@variant(other_numbers=True)
def sum_of_frames():
    """The mean over features alone."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2
        return (error.mean(-1) * mask).sum(-1)

    return ddpm_loss
