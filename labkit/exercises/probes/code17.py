"""The probes of flow_loss."""

import torch
from torch import Tensor

from labkit.diffusion import flow_loss
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe


class FixedVelocity:
    """A network that returns a fixed velocity and records its inputs."""

    def __init__(self, prediction: Tensor):
        self.prediction, self.asked = prediction, []

    def __call__(self, x_t: Tensor, t: Tensor, /) -> Tensor:
        self.asked.append(tuple(v.clone() if isinstance(v, Tensor) else v for v in (x_t, t)))
        return self.prediction


def times(inputs: Inputs, B: int) -> Tensor:
    """Times (B,) between 0.1 and 0.9."""
    return 0.1 + 0.8 * inputs.uniform(B)


def everything(*shape: int) -> Tensor:
    """A mask without padding."""
    return torch.ones(shape, dtype=torch.bool)


def watched(inputs: Inputs, t: Tensor) -> tuple[Tensor, FixedVelocity]:
    """The loss of motions (B, 5, 3), and the network with the calls that it recorded."""
    x0, noise, prediction = inputs.normal(3, len(t), 5, 3)
    model = FixedVelocity(prediction)
    return flow_loss(model, x0, t.clone(), noise, everything(len(t), 5)), model


def motions(inputs: Inputs) -> tuple[Tensor, ...]:
    """x0, noise and error (3, 6, 4), and t."""
    return (*inputs.normal(3, 3, 6, 4), times(inputs, 3))


def padded(given: tuple[Tensor, ...], junk: float) -> Tensor:
    """Losses (2, 3) of motions of 5, 3 and 1 frames among 6, in two orders; in the padding the network is
    wrong by `junk`."""
    x0, noise, error, t = given
    losses = []
    for n in range(2):
        mask = torch.arange(6) < torch.tensor([5, 3, 1]).roll(n)[:, None]
        model = FixedVelocity(noise - x0 + torch.where(mask[..., None], error, junk))
        losses.append(flow_loss(model, x0.clone(), t.clone(), noise.clone(), mask).roll(-n))
    return torch.stack(losses)


def single(inputs: Inputs) -> tuple[Tensor, ...]:
    """x0, t, noise and prediction of four motions of one number, for which sum and mean are equal. The first
    is at t = 0, the last at t = 1."""
    x0, noise, prediction = inputs.normal(3, 4, 1, 1)
    return x0, torch.cat([torch.zeros(1), times(inputs, 2), torch.ones(1)]), noise, prediction


def example(inputs: Inputs, at: tuple[int, ...]) -> str:
    x0, t, noise, prediction = (float(value[at[0]].squeeze()) for value in single(inputs))
    return (
        f"With one frame of one number, t = {t:.4g}, x0 = {x0:.4g}, noise = {noise:.4g} and "
        f"prediction = {prediction:.4g}"
    )


@probe(0.5, "The loss is one number for each sample, float32, and the network is asked once")
def shape(inputs: Inputs) -> str:
    loss, model = watched(inputs, times(inputs, 4))
    asked = len(model.asked)
    return describe(loss) if asked == 1 else f"{describe(loss)}, network asked {asked}×"


def terms_of_x_t(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    times(inputs, 4)
    x0, noise, _ = inputs.normal(3, 4, 5, 3)
    return {"x0": x0[sample], "noise": noise[sample]}


@probe(
    2,
    "The network is given x_t = (1 − t) · x0 + t · noise, with each sample's own t",
    terms=terms_of_x_t,
)
def x_t(inputs: Inputs) -> Tensor:
    return watched(inputs, times(inputs, 4))[1].asked[0][0]


@probe(0.5, "The network is given x_t as float32 and t as it is, one number a sample: model(x_t, t)")
def call(inputs: Inputs) -> str:
    given = torch.tensor([0.25, 0.5, 0.75])
    x_t, t = watched(inputs, given)[1].asked[0]
    values = [round(v, 3) for v in t.flatten().tolist()] if isinstance(t, Tensor) else t
    return f"x_t a {describe(x_t)}, t a {describe(t)} of {values}"


@probe(0.5, "At t = 0 the network is given x0, and at t = 1 the noise")
def ends(inputs: Inputs) -> Tensor:
    return watched(inputs, torch.tensor([0.0, 1.0]))[1].asked[0][0]


@probe(2, "The loss is the squared difference from the velocity dx_t / dt, at any t", example=example)
def target(inputs: Inputs) -> Tensor:
    x0, t, noise, prediction = single(inputs)
    return flow_loss(FixedVelocity(prediction), x0, t, noise, everything(4, 1))


@probe(
    1,
    "The output at padded frames does not contribute to the loss: `mask` is True at real frames",
    ("the factor by which an error in the padding changes a loss", lambda a: a[0, -1]),
)
def padding(inputs: Inputs) -> Tensor:
    given = motions(inputs)
    return padded(given, junk=10.0) / padded(given, junk=1.0)


@probe(
    1,
    "A motion's loss is the mean over its real frames and features, however many frames of padding follow",
    ("the loss of a motion of 1 frame in a batch of 6", lambda a: a[0, -1]),
)
def mean(inputs: Inputs) -> Tensor:
    return padded(motions(inputs), junk=1.0)


@probe(0.5, "A batch may be of one sample, one frame or one feature: the loss is (B,) all the same")
def small(inputs: Inputs) -> Tensor | str:
    losses = []
    for B, F, D in ((1, 5, 3), (4, 1, 3), (4, 5, 1), (1, 1, 1), (3, 3, 3)):
        x0, noise, prediction = inputs.normal(3, B, F, D)
        losses.append(flow_loss(FixedVelocity(prediction), x0, times(inputs, B), noise, everything(B, F)))
        if losses[-1].shape != (B,):
            return f"{describe(losses[-1])} for x0 of shape {(B, F, D)}"
    return torch.cat(losses)


@probe(0.5, "Nothing is clipped: x0, x_t and prediction may be of any size")
def large(inputs: Inputs) -> Tensor:
    size = torch.tensor([4.0, 8, 20, 60])
    x0, prediction = size[:, None, None] * inputs.normal(2, 4, 1, 1)
    t, noise = times(inputs, 4), inputs.normal(4, 1, 1)
    line = (1 - t[:, None, None]) * x0 + t[:, None, None] * noise

    def model(x_t: Tensor, _) -> Tensor:
        return prediction + 10 * (x_t - line)  # wrong where x_t is

    return flow_loss(model, x0, t, noise, everything(4, 1)) / size**2


@probe(1, "The gradient of every sample's loss reaches the network, and is 0 where it makes no error")
def gradient(inputs: Inputs) -> Tensor | str:
    x0, noise, error = inputs.normal(3, 2, 4, 3)
    error[:, 0] = 0
    mask, t = torch.arange(4) < torch.tensor([[4], [2]]), times(inputs, 2)
    prediction = noise - x0 + error
    with torch.enable_grad():
        model = FixedVelocity(1 * prediction.requires_grad_())
        loss = flow_loss(model, x0, t, noise, mask)
        if not loss.requires_grad:
            return "a loss without gradient"
        return torch.autograd.grad(loss.sum(), prediction)[0]


arguments = arguments_kept(0.5, mean, target)
