"""Wrong answers to Code 8."""

import torch

from grading.bank import Entry, mutant
from labkit.diffusion import Schedule


def parts(schedule, prediction, x_t, t, t_prev, eta):
    """x0, ε, ᾱ_t, ᾱ_prev and σ as they should be, for mutants that change one of them."""
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
#                                               The mean, at eta = 0
# ------------------------------------------------------------------------------------------------------------


@mutant("You return x0 as it is: multiply it by √ᾱ_prev and add noise of the level of t_prev")
def bare_x0():
    return combined(lambda x0, epsilon, a_t, a_prev, sigma, noise: x0)


@mutant(
    "The middle term of eq. 12 is missing, which points towards x_t: √(1 − ᾱ_prev − σ²) times the network's ε"
)
def no_direction():
    return combined(lambda x0, epsilon, a_t, a_prev, sigma, noise: a_prev.sqrt() * x0 + sigma * noise)


@mutant(
    "You add fresh `noise` alone to x0: DDIM adds the estimated ε again, and fresh noise with the weight σ"
)
def noised_afresh():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * noise
    )


@mutant("The direction is x_t itself: eq. 12 has the noise ε, the second value of schedule.split")
def x_t_for_epsilon():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, x_t, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant(
    "t and t_prev are swapped: x0 and ε are combined at the noise level of the step that you go *to*, ᾱ_prev"
)
def swapped_steps():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_prev, a_t, sigma, noise)

    return ddim_step


@mutant("The direction has the weight of ε at t, √(1 − ᾱ_t): use ᾱ_prev there, the noise level of t_prev")
def direction_of_t():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + root(1 - a_t - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("schedule.split is unpacked in the other order: it gives x0 first, then the noise")
def split_in_the_other_order():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(epsilon, x0, a_t, a_prev, sigma, noise)
    )


@mutant("x0 has the weight ᾱ_prev: take its square root")
def no_root_of_signal():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev * x0 + root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("ε has the weight 1 − ᾱ_prev − σ², which is a variance: take its square root")
def no_root_of_direction():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("The direction is subtracted: the result is x0 *plus* noise, both weighted")
def direction_subtracted():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 - root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("You use α_t = 1 − β_t of single steps: the α of the DDIM paper is our ᾱ, use schedule.alpha_bar")
def alpha_for_alpha_bar():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t = (1 - schedule.betas[t]).float()[:, None, None]
        a_prev = torch.where(t_prev < 0, 1.0, 1 - schedule.betas[t_prev.clamp(min=0)]).float()[:, None, None]
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev).clamp(min=0)).nan_to_num().sqrt()
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("You go back one step, whatever t_prev is: DDIM may skip steps, take ᾱ at t_prev")
def one_step_back():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t - 1, eta), noise)

    return ddim_step


@mutant("The first sample's step is used for the whole batch: t and t_prev are (B,), use ᾱ of each of them")
def first_t_for_all():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        t, t_prev = t[:1].expand(len(t)), t_prev[:1].expand(len(t))
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant(
    "You take `prediction` for the noise whatever schedule.prediction_type is: it may be x0 or v as "
    "well, schedule.split converts it"
)
def always_noise():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        x0 = (x_t - (1 - a_t).sqrt() * prediction) / a_t.sqrt()
        return correct(x0, prediction, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant(
    "You take `prediction` for x0 whatever schedule.prediction_type is: it may be the noise or v as "
    "well, schedule.split converts it"
)
def always_x0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        epsilon = (x_t - a_t.sqrt() * prediction) / (1 - a_t).sqrt()
        return correct(prediction, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("x0 is clipped to ±1: that is for images. Motions are z-scored and exceed it")
def clipped():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0.clamp(-1, 1), epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant(
    "The result is float64: schedule.alphas_cumprod is float64, and so are results computed from it. Use "
    "schedule.alpha_bar, which is float32"
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
#                                              σ and its two uses
# ------------------------------------------------------------------------------------------------------------


@mutant("eta does nothing, σ is always that of eta = 1: multiply it by eta, so that 0 is deterministic")
def eta_always_1():
    return with_sigma(lambda a_t, a_prev, eta: ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt())


@mutant("eta does nothing, no noise is ever added: σ, eq. 16, is missing, in two places of eq. 12")
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


@mutant("eta is under the root: σ is proportional to eta itself, so multiply after taking the root")
def eta_under_root():
    return with_sigma(lambda a_t, a_prev, eta: (eta * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt())


@mutant(
    "The first fraction of eq. 16 is inverted: the numerator is 1 − ᾱ_prev, so that σ is 0 at the last step"
)
def sigma_inverted():
    return with_sigma(
        lambda a_t, a_prev, eta: (
            eta * ((1 - a_t) / (1 - a_prev) * (1 - a_t / a_prev)).sqrt().nan_to_num(posinf=1.0)
        )
    )


@mutant(
    "σ is √(1 − ᾱ_t/ᾱ_prev), {found} here, expected {expected}: eq. 16 has another factor, which is 0 at "
    "the last step"
)
def sigma_of_beta():
    return with_sigma(lambda a_t, a_prev, eta: eta * (1 - a_t / a_prev).sqrt())


@mutant(
    "σ is missing under the root of the direction: √(1 − ᾱ_prev − σ²), or the total variance of the "
    "noise is too large"
)
def sigma_not_subtracted():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * epsilon + sigma * noise
        )
    )


@mutant(
    "σ is subtracted under the root of the direction: subtract σ², since variances add up and standard "
    "deviations do not"
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


@mutant("The noise is multiplied by eta alone: its weight is σ, eta times the two roots of eq. 16")
def eta_for_sigma():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_t, a_prev, sigma, 0 * noise) + eta * noise

    return ddim_step


@mutant("You sample noise of your own: use the given `noise`, so that the same seed gives the same motion")
def own_noise():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(
            x0, epsilon, a_t, a_prev, sigma, torch.randn_like(noise)
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                           One factor of σ or of a weight is another one
# ------------------------------------------------------------------------------------------------------------


def with_square(name, words, square):
    """A mutant whose σ² is eta² · square(ᾱ_t, ᾱ_prev, β_t of the table)."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, _ = parts(schedule, prediction, x_t, t, t_prev, eta)
        sigma = eta * square(a_t, a_prev, schedule.betas[t].float()[:, None, None]).sqrt()
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return Entry(name, {"ddim_step": ddim_step}, diagnosis=words)


SIGMAS = {
    "σ takes β_t of the table, schedule.betas[t], which is of one step: eq. 16 has 1 − ᾱ_t / ᾱ_prev there": (
        lambda a, p, table: (1 - p) / (1 - a) * table
    ),
    "In σ, ᾱ_prev / ᾱ_t is inverted: eq. 16 has 1 − ᾱ_t / ᾱ_prev, or the root is nan": (
        lambda a, p, table: (1 - p) / (1 - a) * (1 - p / a)
    ),
    "In σ stands |1 − ᾱ_prev / ᾱ_t|: eq. 16 has 1 − ᾱ_t / ᾱ_prev, which is positive": (
        lambda a, p, table: (1 - p) / (1 - a) * (1 - p / a).abs()
    ),
    "In σ, the first fraction is inverted, and clamped where 1 − ᾱ_prev is 0: eq. 16 has 1 − ᾱ_prev above": (
        lambda a, p, table: (1 - a) / (1 - p).clamp(min=1e-8) * (1 - a / p)
    ),
    "σ is √((1 − ᾱ_prev) / (1 − ᾱ_t)): eq. 16 has another factor, √(1 − ᾱ_t / ᾱ_prev)": (
        lambda a, p, table: (1 - p) / (1 - a)
    ),
    "σ is √(1 − ᾱ_prev), all noise of x_prev: σ is much smaller, see eq. 16": lambda a, p, table: 1 - p,
    "In σ, the division by 1 − ᾱ_t is missing": lambda a, p, table: (1 - p) * (1 - a / p),
    "In σ stands ᾱ_t / ᾱ_prev: eq. 16 has 1 − ᾱ_t / ᾱ_prev": lambda a, p, table: (1 - p) / (1 - a) * a / p,
    "In σ stands ᾱ_prev / ᾱ_t as the first fraction: eq. 16 has (1 − ᾱ_prev) / (1 − ᾱ_t)": (
        lambda a, p, table: p / a * (1 - a / p)
    ),
    "In σ, the root of (1 − ᾱ_prev) / (1 − ᾱ_t) is missing: eq. 16 has two roots": (
        lambda a, p, table: ((1 - p) / (1 - a)) ** 2 * (1 - a / p)
    ),
    "In σ, the root of 1 − ᾱ_t / ᾱ_prev is missing": lambda a, p, table: (1 - p) / (1 - a) * (1 - a / p) ** 2,
}
sigmas = [with_square(f"sigma_{i}", *item) for i, item in enumerate(SIGMAS.items())]


@mutant("σ is proportional to eta²: multiply the two roots of eq. 16 by eta")
def eta_squared():
    return with_sigma(
        lambda a_t, a_prev, eta: eta**2 * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    )


@mutant("The noise is multiplied by eta twice: σ contains eta already")
def eta_twice():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), eta * noise)

    return ddim_step


@mutant("eta is missing in the weight of ε: √(1 − ᾱ_prev − σ²) has the same σ as the noise, 0 at eta = 0")
def eta_not_in_the_direction():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, 1.0)
        return correct(x0, epsilon, a_t, a_prev, sigma, eta * noise)

    return ddim_step


@mutant("eta is missing in the noise: σ · `noise` has the same σ as the weight of ε, 0 at eta = 0")
def eta_not_in_the_noise():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        full = parts(schedule, prediction, x_t, t, t_prev, 1.0)[-1]
        return correct(x0, epsilon, a_t, a_prev, sigma, 0 * noise) + full * noise

    return ddim_step


@mutant("ε and `noise` are swapped: the estimated ε has the weight √(1 − ᾱ_prev − σ²), `noise` has σ")
def epsilon_and_noise_swapped():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(x0, noise, a_t, a_prev, sigma, epsilon)
    )


@mutant("All samples get the noise of the first one: `noise` has one for every sample, do not index it")
def noise_of_the_first():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(x0, epsilon, a_t, a_prev, sigma, noise[:1])
    )


@mutant("x0 has the weight √ᾱ_t: eq. 12 has √ᾱ_prev, of the step that you go *to*")
def signal_of_t():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_t.sqrt() * x0 + root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant("x0 has the weight 1: eq. 12 has √ᾱ_prev")
def x0_not_weighted():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            x0 + root(1 - a_prev - sigma**2) * epsilon + sigma * noise
        )
    )


@mutant(
    "x_t stands where the predicted x0 should: eq. 12 has √ᾱ_prev · x0, the first value of schedule.split"
)
def x_t_for_x0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, *others = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x_t, *others, noise)

    return ddim_step


@mutant("x0 is not divided by √ᾱ_t: it is (x_t − √(1 − ᾱ_t) · ε) / √ᾱ_t, which schedule.split computes")
def x0_not_divided():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(
            a_t.sqrt() * x0, epsilon, a_t, a_prev, sigma, noise
        )
    )


@mutant("x0 is divided by ᾱ_t: it is (x_t − √(1 − ᾱ_t) · ε) / √ᾱ_t, which schedule.split computes")
def x0_divided_without_root():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: correct(
            x0 / a_t.sqrt(), epsilon, a_t, a_prev, sigma, noise
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                                 ᾱ, x0 and ε of other arguments
# ------------------------------------------------------------------------------------------------------------


def from_alpha_bars(schedule, prediction, x_t, t, noise, eta, a_t, a_prev):
    """The right step with these ᾱ_t and ᾱ_prev."""
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    return correct(*schedule.split(prediction, x_t, t), a_t, a_prev, sigma, noise)


@mutant(
    "α_t = 1 − β_t of one step stands for ᾱ_t: α of the DDIM paper is our ᾱ, use schedule.alpha_bar for both"
)
def alpha_for_alpha_bar_of_t():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        alpha = 1 - schedule.betas[t].float()[:, None, None]
        return from_alpha_bars(schedule, prediction, x_t, t, noise, eta, alpha, schedule.alpha_bar(t_prev))

    return ddim_step


@mutant("At t_prev = −1 you read the *last* entry of the table, and σ is nan: use schedule.alpha_bar")
def index_wraps_to_nan():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        a_prev = schedule.alphas_cumprod[t_prev].float()[:, None, None]
        return from_alpha_bars(schedule, prediction, x_t, t, noise, eta, schedule.alpha_bar(t), a_prev)

    return ddim_step


@mutant("ᾱ_prev is looked up one step late, at t_prev + 1")
def prev_one_step_late():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        a_prev = schedule.alpha_bar(t_prev + 1)
        return from_alpha_bars(schedule, prediction, x_t, t, noise, eta, schedule.alpha_bar(t), a_prev)

    return ddim_step


@mutant("ᾱ_t is looked up one step early, at t − 1: the first entry is step 0")
def one_step_early():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        a_t, a_prev = schedule.alpha_bar(t - 1), schedule.alpha_bar(t_prev)
        return from_alpha_bars(schedule, prediction, x_t, t, noise, eta, a_t, a_prev)

    return ddim_step


def with_split(*which):
    """A step that gives schedule.split the arguments of these numbers: prediction, x_t, t, t_prev."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, *others = parts(schedule, prediction, x_t, t, t_prev, eta)
        x0, epsilon = schedule.split(*((prediction, x_t, t, t_prev)[i] for i in which))
        return correct(x0, epsilon, *others, noise)

    return {"ddim_step": ddim_step}


@mutant("schedule.split is given t_prev: `prediction` and x_t belong to step t")
def split_at_t_prev():
    return with_split(0, 1, 3)


@mutant("x_t and `prediction` are swapped in schedule.split: `prediction` comes first")
def split_with_swapped_arguments():
    return with_split(1, 0, 2)


# ------------------------------------------------------------------------------------------------------------
#                                              The last step, rounding
# ------------------------------------------------------------------------------------------------------------


@mutant("At t_prev = −1 you read the *last* entry of the table: ᾱ is 1 there, use schedule.alpha_bar")
def index_wraps():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = (schedule.alphas_cumprod[s].float()[:, None, None] for s in (t, t_prev))
        sigma = eta * root((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev))
        return correct(x0, epsilon, a_t, a_prev, sigma, noise)

    return ddim_step


@mutant("At t_prev = −1 you stay at step 0, where some noise is left: ᾱ is 1 there, use schedule.alpha_bar")
def stops_at_0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev.clamp(min=0), eta), noise)

    return ddim_step


@mutant("1 − ᾱ_prev − σ² is not allowed below 0.001: it is 0 at the last step, clamp it to 0")
def clamped_above_0_001():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).clamp(min=1e-3).sqrt() * epsilon + sigma * noise
        )
    )


@mutant("1 − ᾱ_prev − σ² is not allowed below 0.01: it is 0 at the last step, clamp it to 0")
def clamped_above_0():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).clamp(min=0.01).sqrt() * epsilon + sigma * noise
        )
    )


@mutant(
    "At eta = 1 and some long strides the result is nan: 1 − ᾱ_prev − σ² is 0 there and rounds to "
    "slightly below. Clamp it before you take the root"
)
def root_of_less_than_0():
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: (
            a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).sqrt() * epsilon + sigma * noise
        )
    )


# ------------------------------------------------------------------------------------------------------------
#                                     Rows of one batch that differ in t and t_prev
# ------------------------------------------------------------------------------------------------------------


def with_last(which, end=lambda x0, prediction: x0):
    """A step that returns end(x0, prediction) for the samples which(t, t_prev), (B,) bool, takes to be at
    their last step."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        found = correct(x0, epsilon, a_t, a_prev, sigma, noise)
        return torch.where(which(t, t_prev)[:, None, None], end(x0, prediction), found)

    return {"ddim_step": ddim_step}


@mutant("The whole batch is finished when the *first* sample is at its last step: test every row of t_prev")
def last_of_the_first():
    return with_last(lambda t, t_prev: (t_prev[:1] < 0).expand(len(t)))


@mutant("The whole batch is finished when *any* sample is at its last step: test every row of t_prev")
def last_of_any():
    return with_last(lambda t, t_prev: (t_prev < 0).any().expand(len(t)))


@mutant("A step to t_prev = 0 is treated as the last one: the last one goes to t_prev = −1")
def last_at_t_prev_0():
    return with_last(lambda t, t_prev: t_prev <= 0)


@mutant("No fresh noise is added in a step to t_prev = 0: σ is 0 only where t_prev is −1")
def quiet_at_0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_t, a_prev, sigma, noise * (t_prev > 0)[:, None, None])

    return ddim_step


@mutant("ᾱ_prev is 1 only for steps from t = 0: the last step is the one to t_prev = −1, from whatever t")
def last_at_t_0():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        t_prev = torch.where(t == 0, -1, t_prev.clamp(min=0))
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant("The whole batch has the first sample's σ: every row has its own")
def sigma_of_the_first():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(x0, epsilon, a_t, a_prev, sigma[:1], noise)

    return ddim_step


@mutant("The first sample's stride is used for the whole batch: t − t_prev differs from row to row")
def stride_of_the_first():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        t_prev = (t - (t[0] - t_prev[0])).clamp(min=-1)
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant("x0 and ε are split with the first sample's ᾱ: pass all of t to schedule.split")
def split_at_the_first_t():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        _, _, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        return correct(*schedule.split(prediction, x_t, t[:1]), a_t, a_prev, sigma, noise)

    return ddim_step


# ------------------------------------------------------------------------------------------------------------
#                                      Right for one setting, and for no other
# ------------------------------------------------------------------------------------------------------------


def with_schedule(make):
    """A step by another schedule, make(schedule)."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(make(schedule), prediction, x_t, t, t_prev, eta), noise)

    return {"ddim_step": ddim_step}


@mutant("You make a cosine schedule of your own: use the given one, which may be linear")
def cosine_always():
    return with_schedule(lambda s: Schedule(s.T, "cosine", s.prediction_type))


@mutant("You make a schedule of 100 steps of your own: use the given one, which may have other steps")
def hundred_steps_always():
    return with_schedule(lambda s: Schedule(max(100, s.T // 10), s.config["kind"], s.prediction_type))


@mutant("You make a schedule of 1000 steps of your own: use the given one, which may have other steps")
def thousand_steps_always():
    return with_schedule(lambda s: Schedule(1000, s.config["kind"], s.prediction_type))


@mutant(
    'At the last step the prediction is returned as it is: that is x0 for prediction type "sample" only, '
    "schedule.split gives x0 for all"
)
def prediction_at_the_end():
    return with_last(lambda t, t_prev: t_prev < 0, lambda x0, prediction: prediction)


@mutant('Fresh noise is added with prediction type "sample" only: σ does not depend on what is predicted')
def noise_with_one_type():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        eta = eta if schedule.prediction_type == "sample" else 0.0
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant("Any eta above 0 is treated as 1: σ is proportional to eta")
def eta_as_a_switch():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev, float(eta > 0)), noise)

    return ddim_step


@mutant("eta is 1 where it is not given: its default is 0, plain DDIM")
def eta_1_by_default():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=1.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant("eta can be given by name only: labkit.diffusion.sample gives it by position")
def eta_by_name_only():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, *, eta=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)

    return ddim_step


@mutant("eta has another name in your function: this notebook calls it with eta=…")
def eta_by_another_name():
    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, stochasticity=0.0):
        return correct(*parts(schedule, prediction, x_t, t, t_prev, stochasticity), noise)

    return ddim_step


# ------------------------------------------------------------------------------------------------------------
#                                     Large inputs, small batches, other types
# ------------------------------------------------------------------------------------------------------------


def limited(limit_x0=lambda x: x, limit_epsilon=lambda x: x, limit_result=lambda x: x):
    """A step with limits."""
    return combined(
        lambda x0, epsilon, a_t, a_prev, sigma, noise: limit_result(
            correct(limit_x0(x0), limit_epsilon(epsilon), a_t, a_prev, sigma, noise)
        )
    )


def clip(limit):
    return lambda x: x.clamp(-limit, limit)


@mutant("x0 is clipped to ±3: z-scored motions exceed it, clip nothing")
def clipped_at_3():
    return limited(clip(3))


@mutant("x0 is clipped to ±5: z-scored motions exceed it, clip nothing")
def clipped_at_5():
    return limited(clip(5))


@mutant("x0 is clipped to ±10: z-scored motions exceed it, clip nothing")
def clipped_at_10():
    return limited(clip(10))


@mutant("ε is clipped to ±5: clip nothing")
def epsilon_clipped():
    return limited(limit_epsilon=clip(5))


@mutant("The result is clipped to ±5: noisy motions exceed it, clip nothing")
def result_clipped():
    return limited(limit_result=clip(5))


@mutant("The step is computed in bfloat16, which has three decimal digits: stay in float32")
def half_precision():
    return limited(limit_result=lambda x: x.bfloat16().float())


@mutant("`squeeze()` drops every axis of length 1: B, F or D may be 1, and the shape stays (B, F, D)")
def squeezed():
    return limited(limit_result=lambda x: x.squeeze())


# ------------------------------------------------------------------------------------------------------------
#                                                   Side effects
# ------------------------------------------------------------------------------------------------------------


def spoiling(spoil):
    """A right step that calls spoil(schedule, prediction, x_t, t, t_prev, noise) before it returns."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        found = correct(*parts(schedule, prediction, x_t, t, t_prev, eta), noise)
        spoil(schedule, prediction, x_t, t, t_prev, noise)
        return found

    return {"ddim_step": ddim_step}


@mutant("torch.manual_seed is called inside: all random numbers after it repeat. The caller sets the seed")
def sets_the_seed():
    return spoiling(lambda *given: torch.manual_seed(0))


@mutant("x_t is overwritten (-=, mul_): the caller still needs it. Work on a copy")
def overwrites_x_t():
    return spoiling(lambda schedule, prediction, x_t, t, t_prev, noise: x_t.mul_(2))


@mutant("`noise` is overwritten (*=, mul_): the caller still needs it. Work on a copy")
def overwrites_noise():
    return spoiling(lambda schedule, prediction, x_t, t, t_prev, noise: noise.mul_(2))


@mutant("`prediction` is overwritten (*=, mul_): the caller still needs it. Work on a copy")
def overwrites_the_prediction():
    return spoiling(lambda schedule, prediction, x_t, t, t_prev, noise: prediction.mul_(2))


@mutant("t_prev is overwritten (clamp_, [t_prev < 0] = 0): the caller still needs it. Work on a copy")
def overwrites_t_prev():
    return spoiling(lambda schedule, prediction, x_t, t, t_prev, noise: t_prev.clamp_(min=0))


@mutant("The schedule itself is changed: others use it too. Work on a copy of its table")
def overwrites_the_schedule():
    return spoiling(lambda schedule, prediction, x_t, t, t_prev, noise: schedule.alphas_cumprod.mul_(0.5))


@mutant("σ is that of the previous call: compute it in every call")
def remembers_sigma():
    memory = {}

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        used, memory[sigma.shape] = memory.get(sigma.shape, sigma), sigma
        return correct(x0, epsilon, a_t, a_prev, used, noise)

    return ddim_step


@mutant("ᾱ_prev is that of the previous call: compute it in every call")
def remembers_alpha_bar():
    memory = {}

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        x0, epsilon, a_t, a_prev, sigma = parts(schedule, prediction, x_t, t, t_prev, eta)
        used, memory[a_prev.shape] = memory.get(a_prev.shape, a_prev), a_prev
        return correct(x0, epsilon, a_t, used, sigma, noise)

    return ddim_step
