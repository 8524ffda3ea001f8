"""Wrong answers to Code 7."""

from grading.bank import mutant


def parts(schedule, prediction, x_t, t, t_prev):
    """x0, ᾱ_t, ᾱ_prev, α, β, mean and variance as they should be, for mutants that spoil one of them."""
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return x0, a_t, a_prev, alpha, beta, mean, beta * (1 - a_prev) / (1 - a_t)


@mutant(
    "The noise you add has a standard deviation of {found}, expected {expected}: is the posterior *variance* "
    "used as a standard deviation? Take its square root"
)
def variance_as_deviation():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, variance = parts(schedule, prediction, x_t, t, t_prev)
        return mean + variance * noise

    return ddpm_step


@mutant("You return the mean alone: `noise`, times its deviation, is still to be added")
def no_noise():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        *_, mean, _ = parts(schedule, prediction, x_t, t, t_prev)
        return mean

    return ddpm_step


@mutant(
    "The mean's two weights are swapped: at small t the mean is near x_t, and the more so the smaller β is"
)
def swapped_weights():
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, a_t, a_prev, alpha, beta, _, variance = parts(schedule, prediction, x_t, t, t_prev)
        mean = (a_prev.sqrt() * beta * x_t + alpha.sqrt() * (1 - a_prev) * x0) / (1 - a_t)
        return mean + variance.sqrt() * noise

    return ddpm_step
