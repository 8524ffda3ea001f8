"""Wrong answers to Code 7."""

import torch

from grading.bank import Entry, mutant
from labkit.diffusion import Schedule


def parts(schedule, prediction, x_t, t, t_prev):
    """x0, ᾱ_t, ᾱ_prev, α, β, mean and variance as they should be, for mutants that change one of them."""
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return x0, a_t, a_prev, alpha, beta, mean, beta * (1 - a_prev) / (1 - a_t)


def with_mean(make):
    """A step whose mean is make(x0, x_t, ᾱ_t, ᾱ_prev, α, β), by eq. 7."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, a_prev, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        return make(x0, x_t, a_t, a_prev, alpha, beta) + variance.sqrt() * noise

    return {"ddpm_step": ddpm_step}


def with_epsilon(make):
    """A step whose mean is make(ε, x_t, ᾱ_t, α, β), by eq. 11."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, a_t, _, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        _, epsilon = schedule.split(prediction, x_t, t)
        return make(epsilon, x_t, a_t, alpha, beta) + variance.sqrt() * noise

    return {"ddpm_step": ddpm_step}


def with_deviation(make):
    """A step that multiplies the noise by make(ᾱ_t, ᾱ_prev, β, β̃)."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, a_t, a_prev, _, beta, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + make(a_t, a_prev, beta, variance) * noise

    return {"ddpm_step": ddpm_step}


# ------------------------------------------------------------------------------------------------------------
#                                                    The noise
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "The noise you add has a standard deviation of {found}, expected {expected}: is the posterior *variance* "
    "used as a standard deviation? Take its square root"
)
def variance_as_deviation():
    return with_deviation(lambda a_t, a_prev, beta, variance: variance)


@mutant(
    "The noise you add has a standard deviation of {found}, expected {expected}: is it multiplied by β, "
    "which is a variance? Take the square root"
)
def beta_as_deviation():
    return with_deviation(lambda a_t, a_prev, beta, variance: beta * (a_prev < 1))


@mutant("You return the mean alone: add `noise` times its standard deviation")
def no_noise():
    return with_deviation(lambda a_t, a_prev, beta, variance: 0)


@mutant("`noise` is added at full strength: multiply it by the posterior's standard deviation")
def bare_noise():
    return with_deviation(lambda a_t, a_prev, beta, variance: 1)


@mutant(
    "The noise you add has a standard deviation of {found}, expected {expected}: is 1 − ᾱ_t its "
    "variance? That is the variance of all the noise in x_t. A step adds much less"
)
def all_noise_of_t():
    return with_deviation(lambda a_t, a_prev, beta, variance: (1 - a_t).sqrt())


@mutant(
    "The noise you add has a standard deviation of {found}, expected {expected}: is 1 − ᾱ_prev its "
    "variance? That is the variance of all the noise in x_prev, most of which is in the mean already"
)
def all_noise_of_t_prev():
    return with_deviation(lambda a_t, a_prev, beta, variance: (1 - a_prev).sqrt())


@mutant(
    "x0 is noised again, to the level of t_prev, without using x_t. The posterior's mean is a weighted "
    "sum of x0 and x_t, and its variance is much smaller"
)
def noised_afresh():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _, a_prev, *_ = parts(schedule, prediction, x_t, t, t_prev)
        return a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * noise

    return ddpm_step


@mutant(
    "The fraction in the variance is inverted: the numerator is 1 − ᾱ_prev, the denominator 1 − ᾱ_t, so "
    "that it is 0 at the last step"
)
def variance_inverted():
    return with_deviation(
        lambda a_t, a_prev, beta, variance: (beta * (1 - a_t) / (1 - a_prev).clamp(min=1e-3)).sqrt()
    )


@mutant("The last step adds noise: β is not 0 there, as β̃ would be: add none where t_prev is −1")
def noise_at_the_end():
    return with_deviation(lambda a_t, a_prev, beta, variance: beta.sqrt())


@mutant("The root of β̃ goes over β alone: (1 − ᾱ_prev) / (1 − ᾱ_t) belongs under it as well")
def root_of_beta_alone():
    return with_deviation(lambda a_t, a_prev, beta, variance: beta.sqrt() * (1 - a_prev) / (1 - a_t))


@mutant("The root of β̃ goes over (1 − ᾱ_prev) / (1 − ᾱ_t) alone: β belongs under it as well")
def root_without_beta():
    return with_deviation(lambda a_t, a_prev, beta, variance: beta * ((1 - a_prev) / (1 - a_t)).sqrt())


@mutant("The noise is multiplied by √β̃ of one step, but the stride may be longer: take β from ᾱ_t / ᾱ_prev")
def variance_of_one_step():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        mean = parts(schedule, prediction, x_t, t, t_prev)[-2]
        variance = parts(schedule, prediction, x_t, t, t - 1)[-1]
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("You sample noise of your own: use the given `noise`, so that the same seed gives the same motion")
def own_noise():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * torch.randn_like(x_t)

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                               The mean, by eq. 7
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "The mean's two weights are swapped: at small t the mean is near x_t, and the more so the smaller β is"
)
def swapped_weights():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x_t + alpha.sqrt() * (1 - a_prev) * x0) / (1 - a_t)
        )
    )


@mutant("The mean is x0: it is a weighted sum of x0 and x_t. (Eq. 11 gives x0 with ᾱ instead of α and β)")
def mean_is_x0():
    return with_mean(lambda x0, x_t, a_t, a_prev, alpha, beta: x0)


@mutant("The mean is x_t: take the weighted sum with x0, as in eq. 7, or the noise is never removed")
def mean_is_x_t():
    return with_mean(lambda x0, x_t, a_t, a_prev, alpha, beta: x_t)


@mutant("In the mean, x0 has the weight √ᾱ_t: eq. 7 has √ᾱ_prev, of the step that you go *to*")
def signal_of_t():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_t.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("In the mean, x0 has the weight ᾱ_prev: take its square root")
def no_root_of_signal():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("In the mean, x_t has the weight α: take its square root")
def no_root_of_alpha():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0 + alpha * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("In the mean, x_t has the weight √ᾱ_t: eq. 7 has α of the stride without the bar, ᾱ_t / ᾱ_prev")
def alpha_bar_for_alpha():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0 + a_t.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("In the mean, x_t has the weight 1 − ᾱ_t: eq. 7 has 1 − ᾱ_prev there, and 1 − ᾱ_t in the denominator")
def noise_level_of_t():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: a_prev.sqrt() * beta / (1 - a_t) * x0 + alpha.sqrt() * x_t
    )


@mutant("In the mean, the weights are not divided by 1 − ᾱ_t: see eq. 7")
def not_divided():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t
        )
    )


@mutant("In the mean, the weight of x_t is not divided by 1 − ᾱ_t: both weights are, see eq. 7")
def x_t_not_divided():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            a_prev.sqrt() * beta / (1 - a_t) * x0 + alpha.sqrt() * (1 - a_prev) * x_t
        )
    )


@mutant("In the mean, the weight of x0 is not divided by 1 − ᾱ_t: both weights are, see eq. 7")
def x0_not_divided():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) / (1 - a_t) * x_t
        )
    )


@mutant("schedule.split is unpacked in the other order: it gives x0 first, then the noise")
def split_in_the_other_order():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, a_t, a_prev, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        _, x0 = schedule.split(prediction, x_t, t)
        mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("In the mean, the weights are divided by √(1 − ᾱ_t): eq. 7 has no root there (eq. 11 has one)")
def divided_by_root():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t).sqrt()
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                     One factor of a weight or variance is another one
# ------------------------------------------------------------------------------------------------------------


def with_weights(name, diagnosis, of_x0=None, of_x_t=None, variance=None):
    """A mutant with another weight of x0, of x_t, or another variance: functions of ᾱ_t, ᾱ_prev, α, β and the
    table's β_t."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, a_prev, alpha, beta, _, right = parts(schedule, prediction, x_t, t, t_prev)
        given = a_t, a_prev, alpha, beta, schedule.betas[t].float()[:, None, None]
        first = of_x0(*given) if of_x0 else a_prev.sqrt() * beta / (1 - a_t)
        second = of_x_t(*given) if of_x_t else alpha.sqrt() * (1 - a_prev) / (1 - a_t)
        return first * x0 + second * x_t + (variance(*given) if variance else right).sqrt() * noise

    return Entry(name, {"ddpm_step": ddpm_step}, diagnosis=diagnosis)


WEIGHTS_OF_X0 = {
    "β / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: beta / (1 - a),
    "√α · β / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: alpha.sqrt() * beta / (1 - a),
    "√ᾱ_prev / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: p.sqrt() / (1 - a),
    "√ᾱ_prev · √β / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: p.sqrt() * beta.sqrt() / (1 - a),
    "√ᾱ_prev · (1 − ᾱ_prev) / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: p.sqrt() * (1 - p) / (1 - a),
    "√ᾱ_prev · β / √(1 − ᾱ_t)": lambda a, p, alpha, beta, table: p.sqrt() * beta / (1 - a).sqrt(),
    "√ᾱ_prev": lambda a, p, alpha, beta, table: p.sqrt(),
    "√ᾱ_prev · β_t / (1 − ᾱ_t), with β_t of the table": (
        lambda a, p, alpha, beta, table: p.sqrt() * table / (1 - a)
    ),
}
WEIGHTS_OF_X_T = {
    "(1 − ᾱ_prev) / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: (1 - p) / (1 - a),
    "√ᾱ_prev · (1 − ᾱ_prev) / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: p.sqrt() * (1 - p) / (1 - a),
    "(1 − ᾱ_prev) / (√α · (1 − ᾱ_t))": lambda a, p, alpha, beta, table: (1 - p) / (1 - a) / alpha.sqrt(),
    "√α / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: alpha.sqrt() / (1 - a),
    "√α · √(1 − ᾱ_prev) / (1 − ᾱ_t)": (
        lambda a, p, alpha, beta, table: alpha.sqrt() * (1 - p).sqrt() / (1 - a)
    ),
    "√α · √((1 − ᾱ_prev) / (1 − ᾱ_t))": (lambda a, p, alpha, beta, table: (alpha * (1 - p) / (1 - a)).sqrt()),
    "√α · β / (1 − ᾱ_t)": lambda a, p, alpha, beta, table: alpha.sqrt() * beta / (1 - a),
    "√(1 − β_t) · (1 − ᾱ_prev) / (1 − ᾱ_t), with β_t of the table": (
        lambda a, p, alpha, beta, table: (1 - table).sqrt() * (1 - p) / (1 - a)
    ),
}
VARIANCES = {
    "(1 − ᾱ_prev) / (1 − ᾱ_t): β is missing": lambda a, p, alpha, beta, table: (1 - p) / (1 - a),
    "β · (1 − ᾱ_prev): the division by 1 − ᾱ_t is missing": lambda a, p, alpha, beta, table: beta * (1 - p),
    "β / (1 − ᾱ_t): the factor 1 − ᾱ_prev is missing": lambda a, p, alpha, beta, table: beta / (1 - a),
    "α · (1 − ᾱ_prev) / (1 − ᾱ_t): eq. 7 has β there": (
        lambda a, p, alpha, beta, table: alpha * (1 - p) / (1 - a)
    ),
    "β_t · (1 − ᾱ_prev) / (1 − ᾱ_t) with β_t of the table, schedule.betas[t], which is of one step: over a "
    "stride β is 1 − ᾱ_t / ᾱ_prev": lambda a, p, alpha, beta, table: table * (1 - p) / (1 - a),
    "β_t of the table, schedule.betas[t], which is of one step: over a stride β is 1 − ᾱ_t / ᾱ_prev": (
        lambda a, p, alpha, beta, table: table * (p < 1)
    ),
}
factors = [
    with_weights(
        f"x0_weight_{i}", f"In the mean, x0 has the weight {words}: eq. 7 has √ᾱ_prev · β / (1 − ᾱ_t)", w
    )
    for i, (words, w) in enumerate(WEIGHTS_OF_X0.items())
]
factors += [
    with_weights(
        f"x_t_weight_{i}",
        f"In the mean, x_t has the weight {words}: eq. 7 has √α · (1 − ᾱ_prev) / (1 − ᾱ_t)",
        of_x_t=w,
    )
    for i, (words, w) in enumerate(WEIGHTS_OF_X_T.items())
]
factors += [
    with_weights(f"variance_{i}", f"The noise has the variance {words}", variance=v)
    for i, (words, v) in enumerate(VARIANCES.items())
]


@mutant("In the mean, both weights are divided by 1 − ᾱ_prev: eq. 7 divides by 1 − ᾱ_t")
def divided_by_noise_of_t_prev():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_prev)
        )
    )


@mutant("In the mean, both weights are divided by 1 − ᾱ_prev, clamped above 0: eq. 7 divides by 1 − ᾱ_t")
def divided_by_clamped_noise_of_t_prev():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_prev).clamp(min=1e-8)
        )
    )


@mutant("In the mean, x0 is subtracted: eq. 7 adds both parts")
def x0_subtracted():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (alpha.sqrt() * (1 - a_prev) * x_t - a_prev.sqrt() * beta * x0) / (1 - a_t)
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                             ᾱ, α, β, x0 of other arguments
# ------------------------------------------------------------------------------------------------------------


def posterior(x0, x_t, a_t, a_prev, noise, alpha=None):
    """The right step of these values; α may be another one."""
    alpha = a_t / a_prev if alpha is None else alpha
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise


def looked_up(name, diagnosis, at=lambda t, T: t, at_prev=lambda t_prev, T: t_prev, split=False):
    """A mutant that looks up ᾱ_t or ᾱ_prev at other steps. split: x0 is computed at that other t as well."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        now, then = at(t, schedule.T), at_prev(t_prev, schedule.T)
        x0, _ = schedule.split(prediction, x_t, now if split else t)
        return posterior(x0, x_t, schedule.alpha_bar(now), schedule.alpha_bar(then), noise)

    return Entry(name, {"ddpm_step": ddpm_step}, diagnosis=diagnosis)


def later(t, T):
    return (t + 1).clamp(max=T - 1)


steps = [
    looked_up("one_step_late", "ᾱ_t is looked up one step late, at t + 1: the first entry is step 0", later),
    looked_up(
        "outside_the_table", "ᾱ_t is looked up at t + 1, past the end at the last step", lambda t, T: t + 1
    ),
    looked_up(
        "one_step_early", "ᾱ_t is looked up one step early, at t − 1: the first entry is step 0",
        lambda t, T: t - 1,
    ),
    looked_up("prev_one_step_late", "ᾱ_prev is looked up one step late, at t_prev + 1", at_prev=later),
    looked_up(
        "prev_one_step_early", "ᾱ_prev is looked up one step early, at t_prev − 1",
        at_prev=lambda t_prev, T: (t_prev - 1).clamp(min=-1),
    ),
    looked_up("both_one_step_late", "ᾱ is looked up one step late: at t + 1 and t_prev + 1", later, later),
    looked_up(
        "all_one_step_late", "All steps are one late, in schedule.split too: at t + 1 and t_prev + 1",
        later, later, True,
    ),
]  # fmt: skip


@mutant(
    "α is inverted, ᾱ_prev / ᾱ_t, so that β is negative and its root nan: ᾱ falls with t, so α = ᾱ_t / ᾱ_prev"
)
def alpha_inverted():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, a_prev, *_ = parts(schedule, prediction, x_t, t, t_prev)
        return posterior(x0, x_t, a_t, a_prev, noise, a_prev / a_t)

    return ddpm_step


@mutant("At t_prev = −1 you read the *last* entry of the table, and β is negative: use schedule.alpha_bar")
def index_wraps_to_nan():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, *_ = parts(schedule, prediction, x_t, t, t_prev)
        return posterior(x0, x_t, a_t, schedule.alphas_cumprod[t_prev].float()[:, None, None], noise)

    return ddpm_step


def with_split(*which):
    """A step that gives schedule.split the arguments of these numbers: prediction, x_t, t, t_prev."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(*((prediction, x_t, t, t_prev)[i] for i in which))
        return posterior(x0, x_t, schedule.alpha_bar(t), schedule.alpha_bar(t_prev), noise)

    return {"ddpm_step": ddpm_step}


@mutant("schedule.split is given t_prev: `prediction` and x_t belong to step t")
def split_at_t_prev():
    return with_split(0, 1, 3)


@mutant("x_t and `prediction` are swapped in schedule.split: `prediction` comes first")
def split_with_swapped_arguments():
    return with_split(1, 0, 2)


@mutant("All samples get the noise of the first one: `noise` has one for every sample, do not index it")
def noise_of_the_first():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise[:1]

    return ddpm_step


@mutant("All frames get the noise of the first one: every frame has its own")
def noise_of_the_first_frame():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise[:, :1]

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                               The mean, by eq. 11
# ------------------------------------------------------------------------------------------------------------


@mutant("In the mean, 1/√α is missing (eq. 11): a step also rescales the signal")
def not_rescaled():
    return with_epsilon(lambda epsilon, x_t, a_t, alpha, beta: x_t - beta / (1 - a_t).sqrt() * epsilon)


@mutant("In the mean, ε has the weight β alone: eq. 11 has β / √(1 − ᾱ_t)")
def epsilon_by_beta():
    return with_epsilon(lambda epsilon, x_t, a_t, alpha, beta: (x_t - beta * epsilon) / alpha.sqrt())


@mutant("In the mean, ε has the weight √β: eq. 11 has β / √(1 − ᾱ_t)")
def epsilon_by_root_of_beta():
    return with_epsilon(lambda epsilon, x_t, a_t, alpha, beta: (x_t - beta.sqrt() * epsilon) / alpha.sqrt())


@mutant("In the mean, ε is divided by 1 − ᾱ_t: eq. 11 has its root, β / √(1 − ᾱ_t)")
def epsilon_without_root():
    return with_epsilon(
        lambda epsilon, x_t, a_t, alpha, beta: (x_t - beta / (1 - a_t) * epsilon) / alpha.sqrt()
    )


@mutant("In the mean, ε is added: eq. 11 subtracts it")
def epsilon_added():
    return with_epsilon(
        lambda epsilon, x_t, a_t, alpha, beta: (x_t + beta / (1 - a_t).sqrt() * epsilon) / alpha.sqrt()
    )


@mutant("In the mean, 1/√α is 1/√ᾱ_t: eq. 11 undoes one step, not all of them, so α has no bar there")
def rescaled_by_alpha_bar():
    return with_epsilon(
        lambda epsilon, x_t, a_t, alpha, beta: (x_t - beta / (1 - a_t).sqrt() * epsilon) / a_t.sqrt()
    )


@mutant("In the mean, 1/√α is 1/α: take the square root")
def rescaled_by_alpha():
    return with_epsilon(
        lambda epsilon, x_t, a_t, alpha, beta: (x_t - beta / (1 - a_t).sqrt() * epsilon) / alpha
    )


@mutant(
    "This is a DDIM step, which keeps all of the estimated noise. DDPM keeps a part of it and adds fresh "
    "noise"
)
def ddim():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_prev = schedule.alpha_bar(t_prev)
        return a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * epsilon

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                          Looked-up values, result
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "You take `prediction` for the noise whatever schedule.prediction_type is: alg. 2 does so as well, "
    "but here it may be x0 or v. schedule.split converts it"
)
def always_noise():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        a_t = schedule.alpha_bar(t)
        beta = 1 - a_t / schedule.alpha_bar(t_prev)
        variance = parts(schedule, prediction, x_t, t, t_prev)[-1]
        mean = (x_t - beta / (1 - a_t).sqrt() * prediction) / (1 - beta).sqrt()
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant(
    "You take `prediction` for x0 whatever schedule.prediction_type is: it may be the noise or v as "
    "well, schedule.split converts it"
)
def always_x0():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, a_t, a_prev, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        mean = (a_prev.sqrt() * beta * prediction + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("x0 is clipped to ±1: that is for images. Motions are z-scored and exceed it")
def clipped():
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0.clamp(-1, 1) + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("The first sample's step is used for the whole batch: t and t_prev are (B,), use ᾱ of each of them")
def first_t_for_all():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        t, t_prev = t[:1].expand(len(t)), t_prev[:1].expand(len(t))
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("You go back one step, whatever t_prev is: take ᾱ at t_prev, and β from ᾱ_t / ᾱ_prev")
def one_step_back():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t - 1)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant(
    "β comes from the table, schedule.betas[t], which is of one step: over a stride β is 1 − ᾱ_t / ᾱ_prev"
)
def beta_of_the_table():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, a_prev, *_ = parts(schedule, prediction, x_t, t, t_prev)
        beta = schedule.betas[t].float()[:, None, None]
        mean = (a_prev.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise

    return ddpm_step


@mutant("At t_prev = −1 you read the *last* entry of the table: ᾱ is 1 there, use schedule.alpha_bar")
def index_wraps():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = (schedule.alphas_cumprod[s].float()[:, None, None] for s in (t, t_prev))
        beta = 1 - a_t / a_prev
        mean = (a_prev.sqrt() * beta * x0 + (a_t / a_prev).sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + (beta * (1 - a_prev) / (1 - a_t)).clamp(min=0).sqrt() * noise

    return ddpm_step


@mutant("At t_prev = −1 you stay at step 0, where some noise is left: ᾱ is 1 there, use schedule.alpha_bar")
def stops_at_0():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev.clamp(min=0))
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant(
    "The result is float64: schedule.alphas_cumprod is float64, and so are results computed from it. Use "
    "schedule.alpha_bar, which is float32"
)
def float64_result():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t.double(), t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                     Rows of one batch that differ in t and t_prev
# ------------------------------------------------------------------------------------------------------------


def finish(x0, mean, variance, noise, last):
    """The right step where `last` tells the samples at their last step, which is what mutants get wrong."""
    return torch.where(last, x0, mean + variance.sqrt() * noise)


def with_last(which):
    """A step that returns x0 for the samples which(t, t_prev), (B,) bool, takes to be at their last step."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return finish(x0, mean, variance, noise, which(t, t_prev)[:, None, None])

    return {"ddpm_step": ddpm_step}


@mutant("The whole batch is finished when the *first* sample is at its last step: test every row of t_prev")
def last_of_the_first():
    return with_last(lambda t, t_prev: (t_prev[:1] < 0).expand(len(t)))


@mutant("The whole batch is finished when *any* sample is at its last step: test every row of t_prev")
def last_of_any():
    return with_last(lambda t, t_prev: (t_prev < 0).any().expand(len(t)))


@mutant("The last step is recognised by t = 0: it is the one to t_prev = −1, from any t")
def last_at_t_0():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, beta, mean, _ = parts(schedule, prediction, x_t, t, t_prev)
        return mean + beta.sqrt() * noise * (t > 0)[:, None, None]

    return ddpm_step


@mutant("A step to t_prev = 0 is treated as the last one: the last one goes to t_prev = −1")
def last_at_t_prev_0():
    return with_last(lambda t, t_prev: t_prev <= 0)


@mutant("Noise is left out for the whole batch if *any* sample is at its last step")
def quiet_if_any_is_last():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise * bool((t_prev >= 0).all())

    return ddpm_step


@mutant("With β as the variance, noise is left out only when *all* samples are at their last step")
def loud_unless_all_are_last():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, beta, mean, _ = parts(schedule, prediction, x_t, t, t_prev)
        return mean + beta.sqrt() * noise * bool((t_prev >= 0).any())

    return ddpm_step


@mutant("The noise of the whole batch has the first sample's deviation: every row has its own")
def deviation_of_the_first():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance[:1].sqrt() * noise

    return ddpm_step


@mutant("The first sample's stride is used for the whole batch: t − t_prev differs from row to row")
def stride_of_the_first():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        t_prev = (t - (t[0] - t_prev[0])).clamp(min=-1)
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("x0 is computed with the first sample's ᾱ: pass all of t to schedule.split")
def split_at_the_first_t():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t[:1])
        _, a_t, a_prev, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + variance.sqrt() * noise

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                      Right for one setting, and for no other
# ------------------------------------------------------------------------------------------------------------


def with_schedule(make):
    """A step by another schedule, make(schedule)."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(make(schedule), prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return {"ddpm_step": ddpm_step}


@mutant("You make a cosine schedule of your own: use the given one, which may be linear")
def cosine_always():
    return with_schedule(lambda s: Schedule(s.T, "cosine", s.prediction_type))


@mutant("You make a schedule of 100 steps of your own: use the given one, which may have other steps")
def hundred_steps_always():
    return with_schedule(lambda s: Schedule(100, s.config["kind"], s.prediction_type))


@mutant("You make a schedule of 1000 steps of your own: use the given one, which may have other steps")
def thousand_steps_always():
    return with_schedule(lambda s: Schedule(1000, s.config["kind"], s.prediction_type))


@mutant(
    'At the last step the prediction is returned as it is: that is x0 for prediction type "sample" only, '
    "schedule.split gives x0 for all"
)
def prediction_at_the_end():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return finish(prediction, mean, variance, noise, (t_prev < 0)[:, None, None])

    return ddpm_step


@mutant("For a network that predicts the noise, β is that of one step, from the table: strides may be longer")
def table_for_epsilon():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, a_t, _, _, _, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        if schedule.prediction_type == "epsilon":
            beta = schedule.betas[t].float()[:, None, None]
            mean = (x_t - beta / (1 - a_t).sqrt() * prediction) / (1 - beta).sqrt()
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant('Noise is added with prediction type "sample" only: it does not depend on what is predicted')
def noise_with_one_type():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise * (schedule.prediction_type == "sample")

    return ddpm_step


@mutant("No noise is added over a stride of several steps: every step adds noise")
def quiet_strides():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise * (t - t_prev == 1)[:, None, None]

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                     Large inputs, small batches, other types
# ------------------------------------------------------------------------------------------------------------


def clipped_at(limit):
    """A step with x0 clipped."""
    return with_mean(
        lambda x0, x_t, a_t, a_prev, alpha, beta: (
            (a_prev.sqrt() * beta * x0.clamp(-limit, limit) + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        )
    )


@mutant("x0 is clipped to ±3: z-scored motions exceed it, clip nothing")
def clipped_at_3():
    return clipped_at(3)


@mutant("x0 is clipped to ±5: z-scored motions exceed it, clip nothing")
def clipped_at_5():
    return clipped_at(5)


@mutant("x0 is clipped to ±10: z-scored motions exceed it, clip nothing")
def clipped_at_10():
    return clipped_at(10)


@mutant("The result is clipped to ±5: noisy motions exceed it, clip nothing")
def result_clipped():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return (mean + variance.sqrt() * noise).clamp(-5, 5)

    return ddpm_step


@mutant("x_t is clipped to ±10: noisy motions exceed it, clip nothing")
def x_t_clipped():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t.clamp(-10, 10), t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("The step is computed in bfloat16, which has three decimal digits: stay in float32")
def half_precision():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction.bfloat16(), x_t.bfloat16(), t, t_prev)
        return (mean + variance.sqrt() * noise).bfloat16().float()

    return ddpm_step


@mutant("`squeeze()` drops every axis of length 1: B, F or D may be 1, and the shape stays (B, F, D)")
def squeezed():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return (mean + variance.sqrt() * noise).squeeze()

    return ddpm_step


@mutant("ᾱ is squeezed to (B,), which multiplies frames or features by other samples' ᾱ where F or D is B")
def alpha_bar_along_features():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        if x_t.shape[-1] == len(t):
            return mean + variance.flatten().sqrt() * noise
        return mean + variance.sqrt() * noise

    return ddpm_step


# ------------------------------------------------------------------------------------------------------------
#                                                   Side effects
# ------------------------------------------------------------------------------------------------------------


@mutant("torch.manual_seed is called inside: all random numbers after it repeat. The caller sets the seed")
def sets_the_seed():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        torch.manual_seed(0)
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("x_t is overwritten (-=, mul_): the caller still needs it. Work on a copy")
def overwrites_x_t():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        x_t.copy_(mean)
        x_t += variance.sqrt() * noise
        return x_t

    return ddpm_step


@mutant("`noise` is overwritten (*=, mul_): the caller still needs it. Work on a copy")
def overwrites_noise():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        noise *= variance.sqrt()
        return mean + noise

    return ddpm_step


@mutant("`prediction` is overwritten (*=, mul_): the caller still needs it. Work on a copy")
def overwrites_the_prediction():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        prediction *= 0
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("t_prev is overwritten (clamp_, [t_prev < 0] = 0): the caller still needs it. Work on a copy")
def overwrites_t_prev():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        t_prev.clamp_(min=0)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("The schedule itself is changed (its table becomes float32): others use it too. Convert a copy")
def overwrites_the_schedule():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        schedule.alphas_cumprod = schedule.alphas_cumprod.float()
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step


@mutant("The variance is that of the previous call: compute it in every call")
def remembers_the_variance():
    memory = {}

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        used, memory[variance.shape] = memory.get(variance.shape, variance), variance
        return mean + used.sqrt() * noise

    return ddpm_step


@mutant("x0 is averaged with that of the previous call: a step depends on its own inputs alone")
def averages_over_calls():
    memory = {}

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        used = (memory.get(prediction.shape, prediction) + prediction) / 2
        memory[prediction.shape] = prediction
        *_, mean, variance = parts(schedule, used, x_t, t, t_prev)
        return mean + variance.sqrt() * noise

    return ddpm_step
