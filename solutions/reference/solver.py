from collections.abc import Callable

from torch import Tensor


def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    """One Euler step x_t → x_{t_next} of the equation dx_t / dt = velocity(x_t, t) → (B, F, D).

    velocity: call it exactly once, with positional arguments, as velocity(x_t, t) → (B, F, D).
    x_t: (B, F, D) float32, of any magnitude. t, t_next: (B,) float32, 0 to 1, one pair per sample, on the
    device of x_t.
    Sampling goes from t = 1 (noise) to 0 (data), so t_next < t. With t_next > t the same step goes towards
    noise. Do not change the arguments in place.
    """
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)  # (B, F, D)


def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    """One step x_t → x_{t_next} of Heun's method, Karras et al. 2022, alg. 1, lines 4 to 8 → (B, F, D).

    The velocity is evaluated twice: at x_t, and at the point x_{t_next} that Euler's step reaches. The step
    from x_t uses the mean of the two. The last step, t_next = 0 for all samples, is Euler's, with one
    evaluation: a velocity computed from an estimate of x0, (x_t − x̂0) / t, is 0 / 0 at t = 0. Where
    t_next = 0 for some samples only, the others take Heun's step.
    Arguments as in `euler_step`.
    """
    length = (t_next - t)[:, None, None]  # (B, 1, 1)
    first = velocity(x_t, t)  # (B, F, D)
    x_next = x_t + length * first  # (B, F, D)
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2  # (B, F, D)
