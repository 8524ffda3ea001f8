"""The probes of replace_known."""

import torch
from torch import Tensor

from labkit.diffusion import Schedule, replace_known
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe

B, F, D = 3, 4, 3
STEPS = torch.tensor([10, 50, 80])  # each sample at a step of its own


def replaced(
    x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor, schedule: Schedule | None = None
) -> Tensor:
    given = x.clone(), x_known.clone(), known.clone(), t.clone(), noise.clone()
    return replace_known(schedule or Schedule(100), *given)


def mixed() -> Tensor:
    """Some features throughout, one frame as a whole, and one sample of which nothing is known."""
    known = torch.zeros(B, F, D, dtype=torch.bool)
    known[0, :, :2], known[1, 1:3] = True, True
    return known


@probe(0.5, "The result has the shape and the dtype of x")
def shape(inputs: Inputs) -> str:
    x, x_known, noise = inputs.normal(3, B, F, D)
    found = [describe(replaced(x, x_known, mixed(), STEPS, noise))]
    for axis in range(3):
        a, b, known, z = (part.narrow(axis, 0, 1) for part in (x, x_known, mixed(), noise))
        found.append(describe(replaced(a, b, known, STEPS[: len(z)], z)))
    return ", ".join(found)


@probe(2, "Where nothing is known, x stays as it is")
def unknown(inputs: Inputs) -> Tensor:
    known, (x, x_known) = mixed(), inputs.normal(2, B, F, D)
    return replaced(x, x_known, known, STEPS, inputs.normal(B, F, D))[~known]


@probe(
    3,
    "Where x_known is given, the result is x_known noised to step t: √ᾱ_t · x_known + √(1 − ᾱ_t) · noise",
)
def known(inputs: Inputs) -> Tensor:
    where, (x, x_known) = mixed(), inputs.normal(2, B, F, D)
    return replaced(x, x_known, where, STEPS, inputs.normal(B, F, D))[where]


@probe(0.5, "It is at the noise level of its step, by the table of `schedule`, here a linear one with T = 50")
def level(inputs: Inputs) -> Tensor:
    everywhere, t = torch.ones(8, F, D, dtype=torch.bool), torch.full((8,), 30)
    x, noise = inputs.normal(2, 8, F, D)
    return replaced(x, torch.zeros(8, F, D), everywhere, t, noise, Schedule(50, "linear"))


@probe(2, "After the last step, t = −1, the known part is x_known exactly, without noise")
def last(inputs: Inputs) -> Tensor:
    x, x_known, noise = inputs.normal(3, B, F, D)
    return replaced(x, x_known, mixed(), torch.full((B,), -1), noise)


SOME_LAST = torch.tensor([[-1, 50, -1], [30, -1, 70], [0, -1, 0]])  # t of three batches


def at_step(inputs: Inputs, at: tuple[int, ...]) -> str:
    n, *place = at
    return "With t = {}, sample {}, frame {}, feature {}".format(SOME_LAST[n].tolist(), *place)


def almost_all() -> Tensor:
    """All but the last feature of each frame."""
    known = torch.ones(B, F, D, dtype=torch.bool)
    known[..., -1] = False
    return known


def terms_of_some_last(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    (x, x_known, noise), known, b = inputs.normal(3, B, F, D), almost_all(), sample[1]
    found = {"x": x * ~known, "x_known": x_known * known, "noise": noise * known}
    return {name: value[b] for name, value in found.items()}


@probe(
    0.5,
    "Each sample has a step of its own: where t is −1 for some samples of a batch, the others have noise, "
    "also at step 0",
    example=at_step,
    terms=terms_of_some_last,
)
def some_last(inputs: Inputs) -> Tensor:
    known = almost_all()
    x, x_known, noise = inputs.normal(3, B, F, D)
    return torch.stack([replaced(x, x_known, known, t, noise) for t in SOME_LAST])


@probe(
    1,
    "What stands in x_known where nothing is known has no effect, not even nan, and nothing is clipped, "
    "however large",
)
def meaningless(inputs: Inputs) -> Tensor:
    x, x_known, noise = inputs.normal(3, B, F, D) * torch.tensor([30.0, 30, 1])[:, None, None, None]
    where = mixed()
    return replaced(x, torch.where(where, x_known, torch.nan), where, STEPS, noise)


arguments = arguments_kept(0.5, known, last)
