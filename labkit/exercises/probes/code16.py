"""The probes of resampled_step."""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, resampled_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe

B, F, D = 3, 3, 2
T_NOW, T_PREV = torch.tensor([20, 50, 80]), torch.tensor([19, 40, 10])


class RecordingStep:
    """A step of a sampler that records its inputs, and returns something else each time."""

    def __init__(self):
        self.given: list[Tensor] = []

    def __call__(self, x_t: Tensor) -> Tensor:
        self.given.append(x_t.clone())
        return 0.5 * x_t + len(self.given)


def resampled(
    x_t: Tensor,
    noise: Tensor,
    t: Tensor = T_NOW,
    t_prev: Tensor = T_PREV,
    step: Callable | None = None,
    schedule: Schedule | None = None,
) -> Tensor:
    given = x_t.clone(), t.clone(), t_prev.clone(), noise.clone()
    return resampled_step(schedule or Schedule(100), step or RecordingStep(), *given)


@probe(0.5, "The result, and what `step` is given, have the shape and the dtype of x_t")
def shape(inputs: Inputs) -> str:
    found = []
    for size in ((B, F, D), (1, F, D), (B, 1, D), (B, F, 1)):
        step, n = RecordingStep(), size[0]
        result = resampled(inputs.normal(*size), inputs.normal(2, *size), T_NOW[:n], T_PREV[:n], step)
        found.append(f"{describe(result)}, `step` given a {describe(step.given[-1])}")
    return "; ".join(found)


@probe(1, "With no noise to add, U = 1, it is one step from x_t")
def single(inputs: Inputs) -> Tensor:
    return resampled(inputs.normal(B, F, D), inputs.normal(0, B, F, D))


@probe(1, "The step is called U times, once more than noise is added")
def calls(inputs: Inputs) -> str:
    found = []
    for U in (1, 2, 5):
        step = RecordingStep()
        resampled(inputs.normal(B, F, D), inputs.normal(U - 1, B, F, D), step=step)
        found.append(f"{len(step.given)} for U = {U}")
    return ", ".join(found)


def terms_of_back(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    x_t, noise = inputs.normal(B, F, D), inputs.normal(1, B, F, D)
    found = {"x_prev": RecordingStep()(x_t), "x_t": x_t, "noise": noise[0]}
    return {name: x[sample] for name, x in found.items()}


@probe(
    2,
    "The second step is given a sample of q(x_t | x_prev): √α · x_prev + √(1 − α) · noise",
    terms=terms_of_back,
)
def noised_back(inputs: Inputs) -> Tensor | str:
    step = RecordingStep()
    resampled(inputs.normal(B, F, D), inputs.normal(1, B, F, D), step=step)
    return step.given[1] if len(step.given) > 1 else "a single call of step"


@probe(
    2,
    "Noise that is added back is that of the whole stride, with the variance 1 − ᾱ_t / ᾱ_prev, by the table "
    "of `schedule`: here a linear one with T = 80",
    ("standard deviation of the noise", lambda a: a.std()),
)
def deviation(inputs: Inputs) -> Tensor | str:
    given: list[Tensor] = []

    def step(x_t: Tensor) -> Tensor:
        given.append(x_t.clone())
        return torch.zeros_like(x_t)

    t = torch.full((8,), 60)
    schedule = Schedule(80, "linear")
    resampled(inputs.normal(8, F, D), inputs.normal(1, 8, F, D), t, t - 20, step, schedule)
    return given[1] if len(given) > 1 else "a single call of step"


@probe(1.5, "The result is what the last of the U steps returns, each with the noise that belongs to it")
def result(inputs: Inputs) -> Tensor:
    return resampled(inputs.normal(B, F, D), inputs.normal(3, B, F, D))


LAST = ((3, 3, 3), (0, 0, 0))  # t in two last steps of the sampler
# Steps that are not the last one, as (t, t_prev, the sample with t_prev ≥ 0).
NOT_LAST = (((3, 60, 0), (-1, 40, -1), 1), ((30, 0, 70), (20, -1, 50), 0), ((1, 1, 1), (0, 0, 0), 0))


def at_last(inputs: Inputs, at: tuple[int, ...]) -> str:
    n, *place = at
    return "With t = {} and t_prev = −1, sample {}, frame {}, feature {}".format(LAST[n][0], *place)


@probe(
    1,
    "At the last step of the sampler, t_prev = −1 for all samples, there is one step only, whatever t",
    example=at_last,
)
def last(inputs: Inputs) -> Tensor:
    x_t, noise = inputs.normal(B, F, D), inputs.normal(3, B, F, D)
    return torch.stack([resampled(x_t, noise, torch.tensor(t), torch.full((B,), -1)) for t in LAST])


def at_not_last(inputs: Inputs, at: tuple[int, ...]) -> str:
    t, t_prev, sample = NOT_LAST[at[0]]
    return "With t = {} and t_prev = {}, sample {}, frame {}, feature {}".format(
        list(t), list(t_prev), sample, *at[1:]
    )


@probe(
    0.5,
    "A sample with t_prev ≥ 0 takes U steps, also to t_prev = 0, and also where others have t_prev = −1",
    example=at_not_last,
)
def not_last(inputs: Inputs) -> Tensor | str:
    x_t, noise, found = 30 * inputs.normal(B, F, D), inputs.normal(2, B, F, D), []
    for t, then, b in NOT_LAST:
        result = resampled(x_t, noise, torch.tensor(t), torch.tensor(then))
        if not torch.isfinite(result).all() and torch.isfinite(result[b]).all():
            return f"nan or infinity for a sample with t_prev = −1, in a batch with t_prev = {list(then)}"
        found.append(result[b])
    return torch.stack(found)


arguments = arguments_kept(0.5, result, last)
