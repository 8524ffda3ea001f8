"""Wrong answers to Code 15."""

import torch

from grading.bank import mutant
from labkit.diffusion import Schedule


def replaced(make):
    """replace_known that puts make(schedule, x_known, t, noise, x) where the motion is known."""

    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known, make(schedule, x_known, t, noise, x), x)

    return {"replace_known": replace_known}


# ------------------------------------------------------------------------------------------------------------
#                                               What goes where
# ------------------------------------------------------------------------------------------------------------


@mutant("The mask is inverted: `known` is True where x_known is given, and x stays where it is False")
def mask_inverted():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known, x, schedule.q_sample(x_known, t, noise))

    return replace_known


@mutant("The whole motion is replaced: use `known`, x has to stay where it is False")
def everything_replaced():
    def replace_known(schedule, x, x_known, known, t, noise):
        return schedule.q_sample(x_known, t, noise)

    return replace_known


@mutant("x is returned as it came: nothing is replaced yet")
def nothing_replaced():
    def replace_known(schedule, x, x_known, known, t, noise):
        return x

    return replace_known


@mutant("The known part is added to what the sampler made there: it has to take its place")
def added():
    def replace_known(schedule, x, x_known, known, t, noise):
        return x + torch.where(known, schedule.q_sample(x_known, t, noise), 0.0)

    return replace_known


@mutant("The unknown part is set to zero: put x there")
def zero_elsewhere():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known, schedule.q_sample(x_known, t, noise), 0.0)

    return replace_known


@mutant("The known part and x are averaged: replacement leaves nothing of x where the motion is known")
def averaged():
    return replaced(lambda schedule, x_known, t, noise, x: (schedule.q_sample(x_known, t, noise) + x) / 2)


@mutant(
    "Noise is added to the unknown part, too: x has the noise of its step already. Noise x_known first, "
    "and replace "
    "afterwards"
)
def noised_afterwards():
    def replace_known(schedule, x, x_known, known, t, noise):
        return schedule.q_sample(torch.where(known, x_known, x), t, noise)

    return replace_known


@mutant("A frame counts as known if one feature of it is: `known` is (B, F, D), use it feature by feature")
def whole_frames():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known.any(-1, keepdim=True), schedule.q_sample(x_known, t, noise), x)

    return replace_known


@mutant("The first sample's `known` is used for the whole batch: it is (B, F, D)")
def first_mask_for_all():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known[:1].expand_as(x), schedule.q_sample(x_known, t, noise), x)

    return replace_known


@mutant(
    "You multiply by the mask: 0 · nan is nan, and x_known may hold anything where nothing is known. "
    "torch.where "
    "chooses instead"
)
def multiplied_by_mask():
    def replace_known(schedule, x, x_known, known, t, noise):
        return known * schedule.q_sample(x_known, t, noise) + ~known * x

    return replace_known


# ------------------------------------------------------------------------------------------------------------
#                                              Noise of which level
# ------------------------------------------------------------------------------------------------------------


@mutant("The noise is multiplied by the variance 1 − ᾱ_t: its standard deviation is the root, √(1 − ᾱ_t)")
def variance_as_deviation():
    def make(schedule, x_known, t, noise, x):
        a = schedule.alpha_bar(t)
        return a.sqrt() * x_known + (1 - a) * noise

    return replaced(make)


@mutant(
    "The known part is put in clean: x is at step t, and the network expects everything in it at that "
    "noise level. "
    "schedule.q_sample noises x_known to it"
)
def not_noised():
    return replaced(lambda schedule, x_known, t, noise, x: x_known)


@mutant("x_known is scaled by √ᾱ_t but gets no noise: √(1 − ᾱ_t) · noise is missing")
def no_noise():
    return replaced(lambda schedule, x_known, t, noise, x: schedule.alpha_bar(t).sqrt() * x_known)


@mutant("Noise is added to x_known at full size: q_sample weighs x_known by √ᾱ_t and noise by √(1 − ᾱ_t)")
def plain_sum():
    return replaced(lambda schedule, x_known, t, noise, x: x_known + noise)


@mutant("x_known is not scaled down: its weight is √ᾱ_t, as everywhere in x_t")
def signal_not_scaled():
    return replaced(
        lambda schedule, x_known, t, noise, x: x_known + (1 - schedule.alpha_bar(t)).sqrt() * noise
    )


@mutant("ᾱ_t and 1 − ᾱ_t have no roots: variances add up, so the weights are their square roots")
def no_roots():
    def make(schedule, x_known, t, noise, x):
        a = schedule.alpha_bar(t)
        return a * x_known + (1 - a) * noise

    return replaced(make)


@mutant("Signal and noise have each other's weight: x_known gets √ᾱ_t, noise √(1 − ᾱ_t)")
def weights_exchanged():
    def make(schedule, x_known, t, noise, x):
        a = schedule.alpha_bar(t)
        return (1 - a).sqrt() * x_known + a.sqrt() * noise

    return replaced(make)


@mutant("The known part is one step too noisy: `t` is the step of x, as it is now")
def one_step_early():
    return replaced(lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, t + 1, noise))


@mutant("The known part is one step too clean: `t` is the step of x, as it is now")
def one_step_late():
    return replaced(
        lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, (t - 1).clamp(min=-1), noise)
    )


@mutant("At t = −1 you read the *last* entry of the table: ᾱ is 1 there, and schedule.alpha_bar returns it")
def index_wraps():
    def make(schedule, x_known, t, noise, x):
        a = schedule.alphas_cumprod[t].float()[:, None, None]
        return a.sqrt() * x_known + (1 - a).sqrt() * noise

    return replaced(make)


@mutant("At t = −1 a little noise is left: there x_known is put in as it is, so do not raise t to 0")
def noise_left():
    return replaced(lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, t.clamp(min=0), noise))


@mutant("After the last step, t = −1, x is returned as it is: the known part is x_known there as well")
def not_replaced_at_the_end():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known & (t >= 0)[:, None, None], schedule.q_sample(x_known, t, noise), x)

    return replace_known


@mutant("The sampler's state x is noised where the motion is known: noise x_known")
def x_noised():
    return replaced(lambda schedule, x_known, t, noise, x: schedule.q_sample(x, t, noise))


@mutant("All samples get the noise of the first one: `noise` has one for every sample, do not index it")
def noise_of_the_first():
    return replaced(lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, t, noise[:1]))


@mutant("The first sample's step is used for the whole batch: t is (B,)")
def first_t_for_all():
    return replaced(
        lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, t[:1].expand(len(t)), noise)
    )


@mutant(
    "One sample at t = −1 leaves the known parts of the whole batch without noise (.any()): each sample has "
    "its own t"
)
def any_last_for_all():
    return replaced(
        lambda schedule, x_known, t, noise, x: (
            x_known if (t < 0).any() else schedule.q_sample(x_known, t, noise)
        )
    )


@mutant("The first sample decides whether the known parts get noise, t[0] < 0: each sample has its own t")
def first_last_for_all():
    return replaced(
        lambda schedule, x_known, t, noise, x: x_known if t[0] < 0 else schedule.q_sample(x_known, t, noise)
    )


@mutant(
    "x_known is put in as it is only if t is −1 for all samples, and else t is raised to 0, which leaves a "
    "little noise: each sample has its own t"
)
def only_all_last():
    return replaced(
        lambda schedule, x_known, t, noise, x: (
            x_known if (t < 0).all() else schedule.q_sample(x_known, t.clamp(min=0), noise)
        )
    )


@mutant("The result is clipped: that is for images. Motions are z-scored and go well beyond ±5")
def clipped():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known, schedule.q_sample(x_known, t, noise), x).clamp(-5, 5)

    return replace_known


@mutant("You use α_t = 1 − β_t of a single step: the noise since step 0 is in ᾱ_t, which q_sample uses")
def alpha_for_alpha_bar():
    def make(schedule, x_known, t, noise, x):
        a = torch.where(t < 0, 1.0, 1 - schedule.betas[t.clamp(min=0)]).float()[:, None, None]
        return a.sqrt() * x_known + (1 - a).sqrt() * noise

    return replaced(make)


@mutant(
    "You sample noise of your own: `noise` is sampled already, use it, so that a seed gives the same "
    "motion again"
)
def own_noise():
    return replaced(
        lambda schedule, x_known, t, noise, x: schedule.q_sample(x_known, t, torch.randn_like(noise))
    )


# ------------------------------------------------------------------------------------------------------------
#                                            Arguments that are changed
# ------------------------------------------------------------------------------------------------------------


@mutant("x is overwritten (x[known] = …): the caller still needs it. Work on a copy, or use torch.where")
def overwrites_x():
    def replace_known(schedule, x, x_known, known, t, noise):
        x[known] = schedule.q_sample(x_known, t, noise)[known]
        return x

    return replace_known


@mutant("x_known is overwritten: the next step needs it again, clean. Work on a copy, or use torch.where")
def overwrites_x_known():
    def replace_known(schedule, x, x_known, known, t, noise):
        x_known.copy_(torch.where(known, schedule.q_sample(x_known, t, noise), x))
        return x_known

    return replace_known


@mutant("Step 0 is taken for the end: it still has noise, only t = −1 has none")
def step_zero_clean():
    return replaced(
        lambda schedule, x_known, t, noise, x: torch.where(
            (t > 0)[:, None, None], schedule.q_sample(x_known, t, noise), x_known
        )
    )


@mutant(
    "A schedule of 100 steps is made anew, or that of the first call is kept: take the tables of the "
    "`schedule` that is given"
)
def own_schedule():
    return replaced(lambda schedule, x_known, t, noise, x: Schedule(100).q_sample(x_known, t, noise))


@mutant(
    "Axes of length 1 are dropped (squeeze): a batch of one sample, frame or feature keeps its three axes"
)
def squeezed():
    def replace_known(schedule, x, x_known, known, t, noise):
        return torch.where(known, schedule.q_sample(x_known, t, noise), x).squeeze()

    return replace_known
