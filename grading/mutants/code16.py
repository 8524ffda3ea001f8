"""Wrong answers to Code 16."""

import torch

from grading.bank import mutant
from labkit.diffusion import Schedule


def stride(schedule, t, t_prev):
    """α of the whole stride, as it should be."""
    return schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)


def forward(x_prev, alpha, fresh):
    return alpha.sqrt() * x_prev + (1 - alpha).sqrt() * fresh


def noised_back(back):
    """resampled_step that goes back by back(schedule, x_prev, t, t_prev, fresh, x_t)."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise:
            x_prev = step(back(schedule, x_prev, t, t_prev, fresh, x_t))
        return x_prev

    return {"resampled_step": resampled_step}


def with_alpha(make):
    """resampled_step whose α is make(schedule, t, t_prev)."""
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: forward(x_prev, make(schedule, t, t_prev), fresh)
    )


# ------------------------------------------------------------------------------------------------------------
#                                                The way back
# ------------------------------------------------------------------------------------------------------------


@mutant("β of a stride is not the sum of the β of its steps: α is their product, ᾱ_t / ᾱ_prev")
def betas_summed():
    def make(schedule, t, t_prev):
        steps = [schedule.betas[a + 1 : b + 1].sum() for a, b in zip(t_prev.tolist(), t.tolist())]
        return 1 - torch.stack(steps).float().clamp(max=0.999)[:, None, None]

    return with_alpha(make)


@mutant("The noise has the posterior's variance, that of a step down: a step up has 1 − α")
def posterior_variance():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        alpha = stride(schedule, t, t_prev)
        variance = (1 - alpha) * (1 - schedule.alpha_bar(t_prev)) / (1 - schedule.alpha_bar(t))
        return alpha.sqrt() * x_prev + variance.sqrt() * fresh

    return noised_back(back)


@mutant(
    "x_prev is given to the step as it is: it is at another noise level than x_t. Noise it back to step t "
    "first"
)
def not_noised_back():
    return noised_back(lambda schedule, x_prev, t, t_prev, fresh, x_t: x_prev)


@mutant(
    "Each step starts from the same x_t: noise the *result* of the last one back, or nothing is resampled"
)
def from_x_t_again():
    return noised_back(lambda schedule, x_prev, t, t_prev, fresh, x_t: x_t)


@mutant("Noise is added to x_t: alg. 1, line 10 adds it to x_prev, which the step returned")
def x_t_noised():
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: forward(x_t, stride(schedule, t, t_prev), fresh)
    )


@mutant(
    "You noise x_prev with q_sample, as if it were clean: it has the noise of step t_prev already, and "
    "only that "
    "between t_prev and t is missing. α = ᾱ_t / ᾱ_prev"
)
def noised_as_if_clean():
    return with_alpha(lambda schedule, t, t_prev: schedule.alpha_bar(t))


@mutant("α is that of step t alone, 1 − β_t: a stride may be longer. α = ᾱ_t / ᾱ_prev")
def alpha_of_one_step():
    return with_alpha(lambda schedule, t, t_prev: (1 - schedule.betas[t]).float()[:, None, None])


@mutant(
    "Where t_prev is −1 for some samples you read the *last* entry of the table, which makes these nan: ᾱ is "
    "1 there, and schedule.alpha_bar knows it"
)
def index_wraps():
    def make(schedule, t, t_prev):
        return (schedule.alphas_cumprod[t] / schedule.alphas_cumprod[t_prev]).float()[:, None, None]

    return with_alpha(make)


@mutant("The ratio is upside down, so that α is above 1 and the root of 1 − α is nan: α = ᾱ_t / ᾱ_prev")
def ratio_inverted():
    return with_alpha(lambda schedule, t, t_prev: 1 / stride(schedule, t, t_prev))


@mutant("α is the difference of ᾱ_prev and ᾱ_t: it is their ratio, ᾱ_t / ᾱ_prev")
def difference_for_ratio():
    return with_alpha(lambda schedule, t, t_prev: 1 - schedule.alpha_bar(t_prev) + schedule.alpha_bar(t))


@mutant("α and 1 − α have no roots: the weights are √α and √(1 − α), so that variances add up to 1")
def no_roots():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        alpha = stride(schedule, t, t_prev)
        return alpha * x_prev + (1 - alpha) * fresh

    return noised_back(back)


@mutant(
    "Noise is weighed by the variance 1 − α: its standard deviation is {found} here, expected {expected}. "
    "Take the "
    "root"
)
def variance_as_deviation():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        alpha = stride(schedule, t, t_prev)
        return alpha.sqrt() * x_prev + (1 - alpha) * fresh

    return noised_back(back)


@mutant("Signal and noise have each other's weight: x_prev gets √α, noise √(1 − α)")
def weights_exchanged():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        alpha = stride(schedule, t, t_prev)
        return (1 - alpha).sqrt() * x_prev + alpha.sqrt() * fresh

    return noised_back(back)


@mutant("x_prev is not scaled by √α: the variance grows with each resampling")
def signal_not_scaled():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        return x_prev + (1 - stride(schedule, t, t_prev)).sqrt() * fresh

    return noised_back(back)


@mutant("x_prev is scaled by √α, but no noise is added: √(1 − α) · noise is missing")
def no_noise():
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: stride(schedule, t, t_prev).sqrt() * x_prev
    )


@mutant("Noise is added at full size: its weight is √(1 − α), {expected} here and not {found}")
def bare_noise():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        return stride(schedule, t, t_prev).sqrt() * x_prev + fresh

    return noised_back(back)


@mutant(
    "You sample noise of your own: `noise` is sampled already, use it, so that a seed gives the same "
    "motion again"
)
def own_noise():
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: forward(
            x_prev, stride(schedule, t, t_prev), torch.randn_like(fresh)
        )
    )


@mutant("The first sample's α is used for the whole batch: t and t_prev are (B,)")
def first_t_for_all():
    return with_alpha(lambda schedule, t, t_prev: stride(schedule, t, t_prev)[:1].expand(len(t), 1, 1))


# ------------------------------------------------------------------------------------------------------------
#                                                  The loop
# ------------------------------------------------------------------------------------------------------------


@mutant("You noise back once more after the last step: what is returned has to be at step t_prev")
def back_after_the_last():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        if (t_prev < 0).all():
            return step(x_t)
        for fresh in noise:
            x_t = forward(step(x_t), stride(schedule, t, t_prev), fresh)
        return x_t if len(noise) else step(x_t)

    return resampled_step


@mutant(
    "The step is called U − 1 times: noise is added U − 1 times, *between* U steps, so one more is needed"
)
def one_step_too_few():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise[1:]:
            x_prev = step(forward(x_prev, stride(schedule, t, t_prev), fresh))
        return x_prev

    return resampled_step


@mutant(
    "Each turn of the loop ends with noise, so that the result is at step t: `step` comes once more, after "
    "the last noise"
)
def turns_end_with_noise():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        if (t_prev < 0).all():
            return step(x_t)
        for fresh in noise:
            x_t = forward(step(x_t), stride(schedule, t, t_prev), fresh)
        return x_t

    return resampled_step


@mutant("One step too many: after the last noise `step` is called twice, with no noise between")
def one_step_too_many():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise:
            x_prev = step(forward(x_prev, stride(schedule, t, t_prev), fresh))
        return step(x_prev)

    return resampled_step


@mutant("One step only, whatever `noise` holds: go on, once for each of its U − 1 entries")
def never_repeated():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        return step(x_t)

    return resampled_step


@mutant("The first entry of `noise` is used each time: every time that noise is added has its own")
def same_noise_each_time():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for _ in noise:
            x_prev = step(forward(x_prev, stride(schedule, t, t_prev), noise[0]))
        return x_prev

    return resampled_step


@mutant("You return the mean of the U results: resampling goes on from each result, and the last one counts")
def mean_of_all():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        found = [step(x_t)]
        if (t_prev < 0).all():
            return found[0]
        for fresh in noise:
            found.append(step(forward(found[-1], stride(schedule, t, t_prev), fresh)))
        return torch.stack(found).mean(0)

    return resampled_step


@mutant(
    "The last step, to t_prev = −1, is repeated as well: alg. 1 adds noise back only where t > 1. Return "
    "after one "
    "step there"
)
def last_step_repeated():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        for fresh in noise:
            x_prev = step(forward(x_prev, stride(schedule, t, t_prev), fresh))
        return x_prev

    return resampled_step


@mutant("The state is clipped before each step: that is for images. Motions are z-scored and go beyond ±5")
def clipped():
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: forward(
            x_prev, stride(schedule, t, t_prev), fresh
        ).clamp(-5, 5)
    )


def one_step_where(last):
    """resampled_step that returns after one step where last(t, t_prev)."""

    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if last(t, t_prev):
            return x_prev
        for fresh in noise:
            x_prev = step(forward(x_prev, stride(schedule, t, t_prev), fresh))
        return x_prev

    return {"resampled_step": resampled_step}


@mutant(
    "The last step is recognised by t = 0: it is the one to t_prev = −1, from any t where steps are skipped"
)
def last_recognised_by_t():
    return one_step_where(lambda t, t_prev: (t == 0).all())


@mutant("One sample at t_prev = −1 ends the loop for the whole batch (.any()): the others take U steps")
def any_last_for_all():
    return one_step_where(lambda t, t_prev: (t_prev < 0).any())


@mutant(
    "The first sample decides whether it is the last step, t_prev[0] < 0: the others have steps of their own"
)
def first_last_for_all():
    return one_step_where(lambda t, t_prev: t_prev[0] < 0)


@mutant("A step to t_prev = 0 is taken for the last one: that is the step to t_prev = −1, to clean motions")
def last_at_zero():
    return one_step_where(lambda t, t_prev: (t_prev <= 0).all())


# ------------------------------------------------------------------------------------------------------------
#                                            Arguments that are changed
# ------------------------------------------------------------------------------------------------------------


@mutant("x_t is overwritten (copy_, *=): the caller still needs it. Assign a new tensor")
def overwrites_x_t():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise:
            x_t.copy_(forward(x_prev, stride(schedule, t, t_prev), fresh))
            x_prev = step(x_t)
        return x_prev

    return resampled_step


@mutant("`noise` is overwritten (*=, mul_): the caller still needs it. Work on a copy")
def overwrites_noise():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        alpha = stride(schedule, t, t_prev)
        x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise.mul_((1 - alpha).sqrt()):
            x_prev = step(alpha.sqrt() * x_prev + fresh)
        return x_prev

    return resampled_step


@mutant("What `step` returned is overwritten (*=, mul_): `step` may still need it. Work on a copy")
def overwrites_the_result_of_step():
    return noised_back(
        lambda schedule, x_prev, t, t_prev, fresh, x_t: x_prev.mul_(stride(schedule, t, t_prev).sqrt()).add_(
            (1 - stride(schedule, t, t_prev)).sqrt() * fresh
        )
    )


@mutant(
    "The noise has the difference of two standard deviations, √(1 − ᾱ_t) − √α · √(1 − ᾱ_prev): variances are "
    "subtracted, which leaves 1 − α, and then the root is taken"
)
def deviations_subtracted():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        alpha = stride(schedule, t, t_prev)
        now, then = (1 - schedule.alpha_bar(step) for step in (t, t_prev))
        return alpha.sqrt() * x_prev + (now.sqrt() - (alpha * then).sqrt()) * fresh

    return noised_back(back)


@mutant("The noise has the variance 1 − ᾱ_t, as if x_prev were clean: that of the stride is 1 − α")
def variance_from_clean():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        return stride(schedule, t, t_prev).sqrt() * x_prev + (1 - schedule.alpha_bar(t)).sqrt() * fresh

    return noised_back(back)


@mutant("Each repetition starts from the result of the *first* step: noise is added to the latest result")
def back_from_the_first_result():
    def resampled_step(schedule, step, x_t, t, t_prev, noise):
        first = x_prev = step(x_t)
        if (t_prev < 0).all():
            return x_prev
        for fresh in noise:
            again = step(forward(first, stride(schedule, t, t_prev), fresh))
            x_prev = torch.where((t_prev < 0)[:, None, None], x_prev, again)
        return x_prev

    return resampled_step


@mutant("A schedule of 100 steps is made anew: take the tables of the `schedule` that is given")
def own_schedule():
    return with_alpha(lambda schedule, t, t_prev: stride(Schedule(100), t, t_prev))


@mutant(
    "Axes of length 1 are dropped (squeeze): a batch of one sample, frame or feature keeps its three axes"
)
def squeezed():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        return forward(x_prev, stride(schedule, t, t_prev), fresh)

    right = noised_back(back)["resampled_step"]
    return {"resampled_step": lambda *args: right(*args).squeeze()}


@mutant("`step` is given float64: x_t is float32, as the network's weights are")
def x_t_as_double():
    def back(schedule, x_prev, t, t_prev, fresh, x_t):
        return forward(x_prev.double(), stride(schedule, t, t_prev), fresh)

    return noised_back(back)
