"""Other right answers to Code 8."""

import math

import numpy as np
import torch

from grading.bank import variant


@variant()
def the_last_hint():
    """Line by line."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        sigma = eta * torch.sqrt((1 - a_prev) / (1 - a_t)) * torch.sqrt(1 - a_t / a_prev)
        left = (1 - a_prev - sigma**2).clamp(min=0)
        return torch.sqrt(a_prev) * x0 + torch.sqrt(left) * epsilon + sigma * noise

    return ddim_step


@variant()
def ddpm_variance_as_share():
    """σ² is η² times the posterior variance, as diffusers writes it."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        original, epsilon = schedule.split(prediction, x_t, t)
        alpha_prod, alpha_prod_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        variance = (1 - alpha_prod_prev) / (1 - alpha_prod) * (1 - alpha_prod / alpha_prod_prev)
        std_dev = eta * variance ** (0.5)
        direction = torch.relu(1 - alpha_prod_prev - std_dev**2) ** (0.5) * epsilon
        return alpha_prod_prev ** (0.5) * original + direction + std_dev * noise

    return ddim_step


@variant()
def without_subtraction():
    """1 − ᾱ_prev − σ² = (1 − ᾱ_prev) (1 − η² β / (1 − ᾱ_t)): nothing to clamp but at the very end."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        share = a_t * (1 - a_prev) / (a_prev * (1 - a_t))  # SNR(t) / SNR(t_prev)
        sigma = eta * torch.sqrt((1 - a_prev) * (1 - a_t / a_prev) / (1 - a_t))
        kept = torch.sqrt((1 - a_prev) * (1 - eta**2 + eta**2 * share))
        return a_prev.sqrt() * x0 + kept * epsilon + sigma * noise

    return ddim_step


@variant()
def from_x_t():
    """Eq. 12 as a correction of x_t / √ᾱ_t, after eq. 13 of the paper."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, epsilon = schedule.split(prediction.double(), x_t.double(), t)
        a_t = schedule.alpha_bar(t).double()
        a_prev = schedule.alpha_bar(t_prev).double()
        sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
        turn = (1 - a_prev - sigma**2).clamp(0).sqrt() - (a_prev * (1 - a_t) / a_t).sqrt()
        return ((a_prev / a_t).sqrt() * x_t + turn * epsilon + sigma * noise).float()

    return ddim_step


@variant()
def sample_by_sample():
    """A loop with plain Python numbers."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        out = []
        for b in range(len(t)):
            a_t = float(schedule.alphas_cumprod[t[b]])
            a_prev = float(schedule.alphas_cumprod[t_prev[b]]) if t_prev[b] >= 0 else 1.0
            variance = eta**2 * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
            kept = math.sqrt(max(0.0, 1 - a_prev - variance))
            out.append(math.sqrt(a_prev) * x0[b] + kept * epsilon[b] + math.sqrt(variance) * noise[b])
        return torch.stack(out)

    return ddim_step


@variant()
def numpy_float64():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = (v.numpy().astype(np.float64) for v in schedule.split(prediction, x_t, t))
        table = np.append(schedule.alphas_cumprod.numpy(), 1.0)  # index −1 is the added 1
        a_t, a_prev = (table[s.numpy()].reshape(-1, 1, 1) for s in (t, t_prev))
        variance = eta**2 * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
        kept = np.sqrt(np.maximum(1 - a_prev - variance, 0))
        found = np.sqrt(a_prev) * x0 + kept * epsilon + np.sqrt(variance) * noise.numpy()
        return torch.from_numpy(found.astype(np.float32))

    return ddim_step


@variant()
def in_place():
    """The three kinds of prediction distinguished by hand, sums in place."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        if schedule.prediction_type == "epsilon":
            epsilon = prediction
            x0 = (x_t - (1 - a_t).sqrt() * epsilon) / a_t.sqrt()
        elif schedule.prediction_type == "sample":
            x0 = prediction
            epsilon = (x_t - a_t.sqrt() * x0) / (1 - a_t).sqrt()
        else:
            x0 = a_t.sqrt() * x_t - (1 - a_t).sqrt() * prediction
            epsilon = a_t.sqrt() * prediction + (1 - a_t).sqrt() * x_t
        sigma = ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt_().mul_(eta)
        x_prev = a_prev.sqrt() * x0
        x_prev += torch.clamp(1 - a_prev - sigma**2, min=0).sqrt() * epsilon
        if eta > 0:
            x_prev += sigma * noise
        return x_prev

    return ddim_step


@variant()
def nan_to_zero():
    """The root of a negative number is nan, which is replaced by 0."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
        kept = (1 - a_prev - sigma**2).sqrt().nan_to_num(0)
        return torch.stack([a_prev.sqrt() * x0, kept * epsilon, sigma * noise]).sum(0)

    return ddim_step


@variant()
def einsum_of_three():
    """Three weights a sample, three tensors."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t).ravel(), schedule.alpha_bar(t_prev).ravel()
        variance = (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev) * eta**2
        weights = [a_prev, (1 - a_prev - variance).clip(min=0), variance]
        return torch.einsum("kb,kbfd->bfd", torch.stack(weights).sqrt(), torch.stack([x0, epsilon, noise]))

    return ddim_step


@variant()
def ends_by_where():
    """The last step is computed separately."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev.clamp(min=0))
        sigma = eta * torch.sqrt((1 - a_prev) / (1 - a_t)) * torch.sqrt((1 - a_t / a_prev).clamp(min=0))
        found = torch.addcmul(sigma * noise, (1 - a_prev - sigma.square()).clamp(min=0).sqrt(), epsilon)
        found = torch.addcmul(found, a_prev.sqrt(), x0)
        return torch.where(t_prev.lt(0)[:, None, None], x0, found)

    return ddim_step


@variant()
def in_place_on_copies():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = (part.clone() for part in schedule.split(prediction, x_t, t))
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt_()
        x0 *= a_prev.sqrt()
        epsilon *= (1 - a_prev).sub_(sigma**2).clamp_(min=0).sqrt_()
        x0 += epsilon
        x0 += noise * sigma
        return x0

    return ddim_step


@variant(other_numbers=True)
def noise_subtracted():
    """Normal noise is symmetric: −σ · noise is a sample of the same distribution."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
        return a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).clamp(0).sqrt() * epsilon - sigma * noise

    return ddim_step
