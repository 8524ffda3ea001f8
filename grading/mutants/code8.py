"""Wrong answers to Code 8."""

import torch

from grading.bank import mutant


def parts(schedule, prediction, x_t, t, t_prev, eta):
    """x0, ε, ᾱ_t, ᾱ_prev and σ as they should be, for mutants that spoil one of them."""
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    return x0, epsilon, a_t, a_prev, eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()


def root(rest):
    return rest.clamp(min=0).sqrt()


def combined(combine):
    """A step that returns combine(x0, ε, ᾱ_t, ᾱ_prev, σ, noise)."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return combine(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return {"ddim_step": ddim_step}


def correct(x0, epsilon, a_t, a_prev, sigma, noise):
    return a_prev.sqrt() * x0 + root(1 - a_prev - sigma**2) * epsilon + sigma * noise


def with_sigma(make):
    """A step whose σ is make(ᾱ_t, ᾱ_prev, eta)."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, _ = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_t, a_prev, make(a_t, a_prev, eta), noise)

    return {"ddim_step": ddim_step}


# ------------------------------------------------------------------------------------------------------------
#                                               The line, at eta = 0
# ------------------------------------------------------------------------------------------------------------


@mutant("You return the network's x0 as it is: weigh it by √ᾱ_prev and put noise of level t_prev back on it")
def bare_x0():
    return combined(lambda x0, epsilon, a_t, a_prev, sigma, noise: x0)


@mutant(
    "The middle term of eq. 12 is missing, which points towards x_t: √(1 − ᾱ_prev − σ²) times the network's ε"
)
def no_direction():
    return combined(lambda x0, epsilon, a_t, a_prev, sigma, noise: a_prev.sqrt() * x0 + sigma * noise)


@mutant(
    "You put fresh `noise` back on x0, all of it: DDIM puts back the ε that the network found, and fresh "
    "noise only in the measure of σ"
)
def noised_afresh():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * noise
    )


@mutant(
    "The direction is x_t itself: eq. 12 wants the noise in it, ε, the second of what schedule.split gives"
)
def x_t_for_epsilon():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, x_t, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("t and t_prev are swapped: x0 and ε are combined at the noise level where you go *to*, ᾱ_prev")
def swapped_steps():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_prev, a_t, sigma, noise)

    return ddim_step


@mutant(
    "The direction is as long as ε was at t, √(1 − ᾱ_t): take ᾱ_prev there too, the noise level you go to"
)
def direction_of_t():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_t - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("x0 is weighed by ᾱ_prev: take its square root")
def no_root_of_signal():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev * x0 + root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("ε is weighed by 1 − ᾱ_prev − σ², which is a variance: take its square root")
def no_root_of_direction():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("The direction is subtracted: what lies between x0 and x_t is x0 *plus* noise")
def direction_subtracted():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 - root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant(
    "You use α_t = 1 − β_t of single steps: the α of the DDIM paper is our ᾱ, which schedule.alpha_bar knows"
)
def alpha_for_alpha_bar():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t = (1 - schedule.betas[t]).float()[:, None, None]
        a_prev = torch.where(t_prev < 0, 1.0, 1 - schedule.betas[t_prev.clamp(min=0)]).float()[:, None, None]
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev).clamp(min=0)).nan_to_num().sqrt()
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("You go back one step, whatever t_prev says: DDIM is there to skip steps, take ᾱ at t_prev")
def one_step_back():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t - 1, eta), noise)

    return ddim_step


@mutant(
    "The first sample's step is used for the whole batch: t and t_prev are (B,), look ᾱ up for all of them"
)
def first_t_for_all():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        t, t_prev = t[:1].expand(len(t)), t_prev[:1].expand(len(t))
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant(
    "You take `prediction` for the noise whatever schedule.prediction_type says: it may be x0 or v as well, "
    "schedule.split tells"
)
def always_noise():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        x0 = (x_t - (1 - a_t).sqrt() * prediction) / a_t.sqrt()
        return correct(x0, prediction, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant(
    "You take `prediction` for x0 whatever schedule.prediction_type says: it may be the noise or v as well, "
    "schedule.split tells"
)
def always_x0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        epsilon = (x_t - a_t.sqrt() * prediction) / (1 - a_t).sqrt()
        return correct(prediction, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("x0 is clipped to ±1: that is for images. Motions are z-scored and go well beyond")
def clipped():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0.clamp(-1, 1), epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant(
    "The result is float64: schedule.alphas_cumprod is, and all that it touches. schedule.alpha_bar is not"
)
def float64_result():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t = schedule.alphas_cumprod[t][:, None, None]
        a_prev = torch.where(t_prev < 0, 1.0, schedule.alphas_cumprod[t_prev.clamp(min=0)])[:, None, None]
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


# ------------------------------------------------------------------------------------------------------------
#                                               σ, and where it goes
# ------------------------------------------------------------------------------------------------------------


@mutant("eta does nothing, σ is always that of eta = 1: multiply it by eta, so that 0 is deterministic")
def eta_always_1():
    return with_sigma(lambda a_t, a_prev, eta: ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt())


@mutant("eta does nothing, no noise is ever added: σ, eq. 16, is still to be used, in two places of eq. 12")
def eta_always_0():
    return with_sigma(lambda a_t, a_prev, eta: 0 * a_prev)


@mutant(
    "Fresh noise is added with a standard deviation of {found}, expected {expected}: is that σ², the "
    "variance? Multiply `noise` by σ"
)
def variance_as_deviation():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_prev - sigma**2) * epsilon + sigma**2 * noise
        )
    )


@mutant("Eq. 16 has two roots: without them σ is {found} here, expected {expected}")
def sigma_without_roots():
    return with_sigma(lambda a_t, a_prev, eta: eta * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev))


@mutant("eta stands under the root: σ is proportional to eta itself, so multiply after taking the root")
def eta_under_root():
    return with_sigma(lambda a_t, a_prev, eta: (eta * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt())


@mutant(
    "The first fraction of eq. 16 is upside down: 1 − ᾱ_prev is above, so that σ vanishes at the last step"
)
def sigma_inverted():
    return with_sigma(
        lambda a_t, a_prev, eta: (
            eta * ((1 - a_t) / (1 - a_prev) * (1 - a_t / a_prev)).sqrt().nan_to_num(posinf=1.0)
        )
    )


@mutant(
    "σ is √(1 − ᾱ_t/ᾱ_prev), {found} here, expected {expected}: eq. 16 has a first factor too, which makes "
    "it vanish at the last step"
)
def sigma_of_beta():
    return with_sigma(lambda a_t, a_prev, eta: eta * (1 - a_t / a_prev).sqrt())


@mutant("σ is missing under the root of the direction: √(1 − ᾱ_prev − σ²), or there is too much noise in all")
def sigma_not_subtracted():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * epsilon + sigma * noise
        )
    )


@mutant(
    "Under the root of the direction stands σ: subtract its square, variances add up and deviations do not"
)
def sigma_not_squared():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_prev - sigma) * epsilon + sigma * noise
        )
    )


@mutant("σ is subtracted from the direction, but its noise is not added: σ · `noise` is still missing")
def noise_not_added():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_prev - sigma**2) * epsilon
        )
    )


@mutant("`noise` is added at full strength: multiply it by σ, which is 0 at eta = 0")
def bare_noise():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_prev - sigma**2) * epsilon + noise
        )
    )


@mutant("The noise is multiplied by eta alone: its measure is σ, eta times the two roots of eq. 16")
def eta_for_sigma():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_t, a_prev, sigma, 0 * noise) + eta * noise

    return ddim_step


@mutant(
    "You draw noise of your own: `noise` is drawn already, use it, so that a seed gives the same motion again"
)
def own_noise():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(
            x0, epsilon, a_t, a_prev, sigma, torch.randn_like(noise)
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                              The last step, rounding
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "At t_prev = −1 you read the *last* entry of the table: ᾱ is 1 there, and schedule.alpha_bar knows it"
)
def index_wraps():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = (schedule.alphas_cumprod[s].float()[:, None, None] for s in (t, t_prev))
        sigma = eta * root((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev))
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("At t_prev = −1 you stay at step 0, where some noise is left: ᾱ is 1 there, schedule.alpha_bar knows")
def stops_at_0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev.clamp(min=0), eta), noise)

    return ddim_step


@mutant(
    "At eta = 1 and some long strides the result is nan: 1 − ᾱ_prev − σ² is 0 there and rounds to a hair "
    "below. Clamp it before you take the root"
)
def root_of_less_than_0():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).sqrt() * epsilon + sigma * noise
        )
    )
