"""Other right answers to Code 7."""

from grading.bank import variant


@variant()
def epsilon_form():
    """Ho et al. 2020, eq. 11."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        _, epsilon = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        beta = 1 - a_t / a_prev
        mean = (x_t - beta / (1 - a_t).sqrt() * epsilon) / (1 - beta).sqrt()
        return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise

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
