"""Other right answers to Code 7."""

import math

import numpy as np
import torch

from grading.bank import variant


@variant()
def the_last_hint():
    """Line by line."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0 = schedule.split(prediction, x_t, t)[0]
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        alpha = a_t / a_prev
        beta = 1 - alpha
        mean = a_prev.sqrt() * beta / (1 - a_t) * x0 + alpha.sqrt() * (1 - a_prev) / (1 - a_t) * x_t
        return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise

    return ddpm_step


@variant()
def epsilon_form():
    """Ho et al. 2020, eq. 11."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        alpha = a_t / a_prev  # a large step's is tiny: 1 - beta would round to 0
        beta = 1 - alpha
        mean = (x_t - beta / (1 - a_t).sqrt() * epsilon) / alpha.sqrt()
        return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise

    return ddpm_step


@variant()
def ddim_of_eta_1():
    """Song et al. 2021, eq. 12 with η = 1: x0, the old noise that stays, and the new."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        sigma = ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
        return a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).clamp(0).sqrt() * epsilon + sigma * noise

    return ddpm_step


@variant()
def product_of_gaussians():
    """Bayes: q(x_prev | x0) as seen from x0 and q(x_t | x_prev) as seen from x_t, precisions added."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction.double(), x_t.double(), t)
        a_t, a_prev = schedule.alpha_bar(t).double(), schedule.alpha_bar(t_prev).double()
        alpha = a_t / a_prev
        from_x0 = 1 / (1 - a_prev).clamp(min=1e-12)
        from_x_t = alpha / (1 - alpha)
        variance = 1 / (from_x0 + from_x_t)
        mean = variance * (from_x0 * a_prev.sqrt() * x0 + from_x_t * x_t / alpha.sqrt())
        return (mean + variance.sqrt() * noise).to(x_t.dtype)

    return ddpm_step


@variant()
def conditioned_covariance():
    """x_prev and x_t are jointly normal given x0: mean and variance of one given the other."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        covariance = (a_t / a_prev).sqrt() * (1 - a_prev)
        gain = covariance / (1 - a_t)
        mean = a_prev.sqrt() * x0 + gain * (x_t - a_t.sqrt() * x0)
        variance = torch.relu((1 - a_prev) - gain * covariance)
        return torch.addcmul(mean, variance.sqrt(), noise)

    return ddpm_step


@variant()
def sample_by_sample():
    """A loop with plain Python numbers, and a branch for the last step."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        out = torch.empty_like(x_t)
        for b, (now, then) in enumerate(zip(t.tolist(), t_prev.tolist())):
            if then < 0:
                out[b] = x0[b]
                continue
            a_t, a_prev = schedule.alphas_cumprod[now].item(), schedule.alphas_cumprod[then].item()
            beta = 1 - a_t / a_prev
            out[b] = math.sqrt(a_prev) * beta / (1 - a_t) * x0[b]
            out[b] += math.sqrt(1 - beta) * (1 - a_prev) / (1 - a_t) * x_t[b]
            out[b] += math.sqrt(beta * (1 - a_prev) / (1 - a_t)) * noise[b]
        return out

    return ddpm_step


@variant()
def numpy_float64():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, x_t, noise = (
            v.numpy().astype(np.float64) for v in (schedule.split(prediction, x_t, t)[0], x_t, noise)
        )
        table = np.concatenate([[1.0], schedule.alphas_cumprod.numpy()])  # counted from 1, as in the paper
        a_t, a_prev = (table[s.numpy() + 1][:, None, None] for s in (t, t_prev))
        beta = 1 - a_t / a_prev
        weights = np.sqrt(a_prev) * beta / (1 - a_t), np.sqrt(1 - beta) * (1 - a_prev) / (1 - a_t)
        deviation = np.sqrt(beta * (1 - a_prev) / (1 - a_t))
        return torch.from_numpy(weights[0] * x0 + weights[1] * x_t + deviation * noise).float()

    return ddpm_step


@variant()
def logarithm_of_variance():
    """As improved-diffusion does: exp(½ log β̃), a mask for the last step, einsum for the mean."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t).flatten(), schedule.alpha_bar(t_prev).flatten()
        beta = 1 - a_t / a_prev
        weights = torch.stack([a_prev.sqrt() * beta, (1 - beta).sqrt() * (1 - a_prev)]) / (1 - a_t)
        mean = torch.einsum("kb,kbfd->bfd", weights, torch.stack([x0, x_t]))
        log_variance = torch.log((beta * (1 - a_prev) / (1 - a_t)).clamp(min=1e-20))
        nonzero = (t_prev != -1).float().view(-1, 1, 1)
        return mean + nonzero * torch.exp(0.5 * log_variance).view(-1, 1, 1) * noise

    return ddpm_step


@variant()
def in_place():
    """The three kinds of prediction distinguished by hand, eq. 11 in place on copies."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        signal, level = a_t.sqrt(), (1 - a_t).sqrt()
        if schedule.prediction_type == "sample":
            epsilon = (x_t - signal * prediction) / level
        elif schedule.prediction_type == "v_prediction":
            epsilon = signal * prediction + level * x_t
        else:
            epsilon = prediction.clone()
        alpha = a_t / a_prev
        x_t, noise = x_t.clone(), noise.clone()
        x_t -= epsilon.mul_((1 - alpha) / level)
        x_t /= alpha.sqrt()
        x_t += noise.mul_(((1 - a_prev) * (1 - alpha)).sqrt_() / level)
        return x_t

    return ddpm_step


@variant()
def table_with_a_one():
    """ᾱ of step −1 as one more entry of the table, in float64, rounded at the end."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        table = torch.cat([schedule.alphas_cumprod.new_ones(1), schedule.alphas_cumprod])
        a_t, a_prev = (table.index_select(0, s + 1)[:, None, None] for s in (t, t_prev))
        x0 = schedule.split(prediction, x_t, t)[0].double()
        gain = (a_t / a_prev).sqrt() * (1 - a_prev) / (1 - a_t)
        mean = a_prev.sqrt() * x0 + gain * (x_t.double() - a_t.sqrt() * x0)
        variance = (1 - a_prev) * (1 - a_t / a_prev) / (1 - a_t)
        return (mean + variance.sqrt() * noise.double()).to(x_t.dtype)

    return ddpm_step


@variant()
def products_of_betas():
    """ᾱ from the schedule's β by hand, α of a stride as a product of single ones."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        log_alpha = torch.log1p(-schedule.betas)
        alpha = torch.stack([log_alpha[p + 1 : n + 1].sum().exp() for n, p in zip(t, t_prev)])
        a_prev = torch.stack([log_alpha[: p + 1].sum().exp() for p in t_prev])
        a_t = a_prev * alpha
        weights = a_prev.sqrt() * (1 - alpha) / (1 - a_t), alpha.sqrt() * (1 - a_prev) / (1 - a_t)
        deviation = ((1 - alpha) * (1 - a_prev) / (1 - a_t)).sqrt()
        w0, w_t, w_z = (w.float().view(-1, 1, 1) for w in (*weights, deviation))
        return w0 * schedule.split(prediction, x_t, t)[0] + w_t * x_t + w_z * noise

    return ddpm_step


@variant()
def rows_by_branch():
    """Samples at their last step are computed separately from the others."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        result = schedule.split(prediction, x_t, t)[0].clone()
        go_on = t_prev >= 0
        x0, x, z = result[go_on], x_t[go_on], noise[go_on]
        a_t, a_prev = schedule.alpha_bar(t[go_on]), schedule.alpha_bar(t_prev[go_on])
        beta = 1 - a_t / a_prev
        x0 = a_prev.sqrt() * beta / (1 - a_t) * x0
        x0 += torch.sqrt(1 - beta) * (1 - a_prev) / (1 - a_t) * x
        result[go_on] = x0 + torch.sqrt(beta * (1 - a_prev) / (1 - a_t)) * z
        return result

    return ddpm_step


@variant(other_numbers=True)
def beta_variance():
    """σ² = β_t, the other choice of Ho et al. 2020, sec. 3.2; no noise at the last step (alg. 2)."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        beta = 1 - a_t / a_prev
        mean = (a_prev.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        z = noise * (t_prev >= 0)[:, None, None]
        return mean + beta.sqrt() * z

    return ddpm_step


@variant(other_numbers=True)
def beta_variance_subtracted():
    """Both choices at once: σ² = β_t, and −σ · noise."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        alpha = a_t / a_prev
        mean = (a_prev.sqrt() * (1 - alpha) * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        deviation = (1 - alpha).sqrt().where(t_prev[:, None, None] >= 0, torch.zeros_like(alpha))
        return mean - deviation * noise

    return ddpm_step


@variant(other_numbers=True)
def noise_subtracted():
    """Normal noise is symmetric: −σ · noise is a sample of the same distribution."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        alpha = a_t / a_prev
        mean = (x_t - (1 - alpha) / (1 - a_t).sqrt() * epsilon) / alpha.sqrt()
        return mean - ((1 - alpha) * (1 - a_prev) / (1 - a_t)).sqrt() * noise

    return ddpm_step
