"""Wrong answers to Code 13."""

import torch

from grading.bank import mutant
from labkit.diffusion import Schedule, ddpm_loss


def step(**parts):
    """training_loss with some of its parts replaced: t, noise, drop, call, reduce."""

    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        B = len(x0)
        t = parts.get("t", lambda T, B: torch.randint(T, (B,)))(schedule.T, B)
        noise = parts.get("noise", torch.randn_like)(x0)
        drop = parts.get("drop", lambda B, p: torch.rand(B) < p)(B, condition_dropout)
        call = parts.get("call", lambda network, x_t, t, text, mask, drop: network(x_t, t, text, mask, drop))
        losses = ddpm_loss(
            lambda x_t, t: call(network, x_t, t, text, mask, drop), schedule, x0, t, noise,
            parts.get("loss_mask", lambda mask: mask)(mask),
        )  # fmt: skip
        return parts.get("reduce", torch.mean)(losses)

    return {"training_loss": training_loss}


# ------------------------------------------------------------------------------------------------------------
#                                            Steps, noise, withheld captions
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "All samples of a batch share one step: sample a step for each, or the gradient has much more variance"
)
def one_t_for_all():
    return step(t=lambda T, B: torch.randint(T, (1,)).expand(B))


@mutant("Step 0 is never sampled: steps are counted from 0 here, so torch.randint(T, (B,)) is what you need")
def never_0():
    return step(t=lambda T, B: torch.randint(1, T, (B,)))


@mutant("The last step, T − 1, is never sampled: the upper end of torch.randint is excluded already")
def never_the_last():
    return step(t=lambda T, B: torch.randint(T - 1, (B,)))


@mutant("Some steps are sampled more often than others: alg. 1 has t uniform")
def not_uniform():
    return step(t=lambda T, B: (T * torch.rand(B) ** 2).long())


@mutant("The noise is uniform on 0 … 1: it has to be standard normal, torch.randn_like")
def uniform_noise():
    return step(noise=torch.rand_like)


@mutant("All samples get the same noise: it has x0's whole shape (B, F, D)")
def one_noise_for_all():
    return step(noise=lambda x0: torch.randn_like(x0[:1]).expand_as(x0))


@mutant("All frames of a motion get the same noise: it has x0's whole shape (B, F, D)")
def one_noise_for_all_frames():
    return step(noise=lambda x0: torch.randn_like(x0[:, :1]).expand_as(x0))


@mutant(
    "You set a seed inside: each training step samples the same numbers again. Leave the seed to the loop"
)
def seeded():
    def training_loss(*arguments):
        torch.manual_seed(0)
        return step()["training_loss"](*arguments)

    return training_loss


@mutant("condition_dropout is the probability to *withhold* a caption: `drop` is True with that probability")
def kept_with_that_probability():
    return step(drop=lambda B, p: torch.rand(B) >= p)


@mutant("One decision for the whole batch: each sample's caption is withheld on its own, torch.rand(B)")
def all_or_none():
    return step(drop=lambda B, p: (torch.rand(1) < p).expand(B))


@mutant(
    "Exactly the same number of captions is withheld in every batch: each is withheld by a chance of its own"
)
def fixed_share():
    return step(drop=lambda B, p: torch.randperm(B) < round(p * B))


@mutant(
    "No caption is ever withheld: then the network has no prediction without one, and guidance cannot work"
)
def never_withheld():
    return step(drop=lambda B, p: torch.zeros(B, dtype=torch.bool))


@mutant("Every second caption is withheld, whatever condition_dropout is: compare torch.rand(B) with it")
def half_withheld():
    return step(drop=lambda B, p: torch.rand(B) < 0.5)


@mutant("`drop` is not given to the network: who is to be without a caption has to be its fifth argument")
def drop_not_given():
    return step(call=lambda network, x_t, t, text, mask, drop: network(x_t, t, text, mask))


@mutant("The mask is not given to the network: real frames would attend to padding")
def mask_not_given():
    return step(call=lambda network, x_t, t, text, mask, drop: network(x_t, t, text, drop=drop))


# ------------------------------------------------------------------------------------------------------------
#                                                     The loss
# ------------------------------------------------------------------------------------------------------------


@mutant("Padded frames count in the loss: give `mask` to ddpm_loss, too")
def padding_counts():
    return step(loss_mask=torch.ones_like)


@mutant("You return the losses of all B samples: one number is needed to call backward on, their mean")
def not_reduced():
    return step(reduce=lambda losses: losses)


@mutant("The loss is summed over the batch: it is {found} here, expected {expected}. Take the mean")
def summed():
    return step(reduce=torch.sum)


@mutant("Only the first sample counts: take the mean over all B losses")
def first_only():
    return step(reduce=lambda losses: losses[0])


@mutant("The losses are weighted by the lengths of the motions: the loss is their plain mean")
def weighted_by_length():
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        B = len(x0)
        t, drop = torch.randint(schedule.T, (B,)), torch.rand(B) < condition_dropout
        losses = ddpm_loss(
            lambda x_t, t: network(x_t, t, text, mask, drop), schedule, x0, t, torch.randn_like(x0), mask
        )
        return (losses * mask.sum(1)).sum() / mask.sum()

    return {"training_loss": training_loss}


@mutant(
    "The loss has no gradient, so the network would learn nothing: leave out detach(), item() and no_grad()"
)
def detached():
    return step(reduce=lambda losses: losses.mean().detach())


# ------------------------------------------------------------------------------------------------------------
#                                                   The average
# ------------------------------------------------------------------------------------------------------------


def averaged(combine):
    """ema_update that returns combine(average, weight, decay)."""

    def ema_update(average, weight, decay):
        return combine(average, weight, decay)

    return {"ema_update": ema_update}


@mutant("`decay` and 1 − decay are exchanged: with a decay near 1 the average changes little in one update")
def decay_exchanged():
    return averaged(lambda a, w, d: (1 - d) * a + d * w)


@mutant("The average is left as it was: it takes 1 − decay of the weight")
def average_unchanged():
    return averaged(lambda a, w, d: a.clone())


@mutant("The average is the newest weight: it keeps `decay` of what it was")
def newest_weight():
    return averaged(lambda a, w, d: w.clone())


@mutant("The weight is added to the whole average: its old value is multiplied by decay first, or it grows")
def old_not_decayed():
    return averaged(lambda a, w, d: a + (1 - d) * w)


@mutant("The weight counts in full: multiply it by 1 − decay, or the average grows")
def weight_in_full():
    return averaged(lambda a, w, d: d * a + w)


@mutant("The two have equal shares, whatever `decay` is")
def plain_mean():
    return averaged(lambda a, w, d: (a + w) / 2)


# ------------------------------------------------------------------------------------------------------------
#                                            Arguments that are changed
# ------------------------------------------------------------------------------------------------------------


@mutant("x0 is overwritten with x_t: ddpm_loss makes x_t itself, and the caller still needs x0")
def overwrites_x0():
    def training_loss(network, schedule, x0, *arguments):
        loss = step()["training_loss"](network, schedule, x0.clone(), *arguments)
        x0.add_(torch.randn_like(x0))
        return loss

    return training_loss


@mutant("`average` is overwritten (mul_, lerp_): return a new tensor, the loop copies it")
def overwrites_the_average():
    return averaged(lambda a, w, d: a.mul_(d).add_(w, alpha=1 - d))


@mutant("`weight` is overwritten (*=, mul_): the network is still being trained with it. Work on a copy")
def overwrites_the_weight():
    return averaged(lambda a, w, d: w.mul_(1 - d).add_(a, alpha=d))


@mutant("`drop` is a tensor of floats, 0 and 1: the network takes True and False")
def drop_of_floats():
    return step(drop=lambda B, p: torch.full((B,), float(p)).bernoulli())


@mutant("The captions do not reach the network: give it `text` in the call")
def text_left_out():
    return step(call=lambda network, x_t, t, text, mask, drop: network(x_t, t, None, mask, drop))


@mutant("The captions are in another order than the motions: caption i belongs to motion i")
def text_in_another_order():
    def call(network, x_t, t, text, mask, drop):
        return network(x_t, t, text[torch.arange(len(t)).flip(0)], mask, drop)

    return step(call=call)


@mutant("A schedule is made anew: take the `schedule` that is given, with its own kind and prediction type")
def schedule_made_anew():
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        right = step()["training_loss"]
        return right(network, Schedule(schedule.T), x0, mask, text, condition_dropout)

    return {"training_loss": training_loss}


@mutant("x0 is clipped to ±5: z-scored motions exceed it, clip nothing")
def x0_clipped():
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        return step()["training_loss"](network, schedule, x0.clamp(-5, 5), mask, text, condition_dropout)

    return {"training_loss": training_loss}


@mutant("x_t is clipped to ±4: noisy motions exceed it, clip nothing")
def x_t_clipped():
    def call(network, x_t, t, text, mask, drop):
        return network(x_t.clamp(-4, 4), t, text, mask, drop)

    return step(call=call)


@mutant("The loss is limited: large errors count in full, clip nothing")
def loss_clipped():
    return step(reduce=lambda losses: losses.clamp(max=100).mean())


@mutant("The network is given x_t as float64: it is float32, like its weights")
def x_t_as_double():
    return step(call=lambda network, x_t, t, text, mask, drop: network(x_t.double(), t, text, mask, drop))


@mutant("The network is given t as float: steps are whole numbers, as the schedule's tables need them")
def t_as_float():
    return step(call=lambda network, x_t, t, text, mask, drop: network(x_t, t.float(), text, mask, drop))


@mutant("The network is called with a name that it does not have, x_t=: give x_t by position")
def called_by_another_name():
    def call(network, x_t, t, text, mask, drop):
        return network(x_t=x_t, t=t, text=text, mask=mask, drop=drop)

    return step(call=call)


@mutant("The prediction is always compared with x0: the target is that of `schedule.prediction_type`")
def always_compared_with_x0():
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        t, noise = torch.randint(schedule.T, (len(x0),)), torch.randn_like(x0)
        drop = torch.rand(len(x0)) < condition_dropout
        error = network(schedule.q_sample(x0, t, noise), t, text, mask, drop) - x0
        return ((error**2).mean(-1) * mask).sum(-1).div(mask.sum(-1)).mean()

    return {"training_loss": training_loss}


@mutant("The average is float64: it has the dtype of the weights")
def average_as_double():
    return {"ema_update": lambda average, weight, decay: decay * average.double() + (1 - decay) * weight}
