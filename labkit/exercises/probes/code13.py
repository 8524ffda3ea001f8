"""The probes of training_loss and ema_update."""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ema_update, training_loss
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.text import TextFeatures

T = 8
MANY = 1600  # samples in a batch, so that shares can be distinguished


class TrainedNetwork:
    """It predicts x0 up to an error of each sample, and keeps what it was given."""

    def __init__(self, x0: Tensor, error: Tensor | float = 0.0):
        self.x0, self.error, self.calls = x0, error, 0

    def __call__(
        self,
        x: Tensor,
        t: Tensor,
        text: TextFeatures | None = None,
        mask: Tensor | None = None,
        drop: Tensor | None = None,
    ) -> Tensor:
        self.calls += 1
        self.x_t, self.t, self.text, self.mask, self.drop = x, t, text, mask, drop
        return self.x0 + self.error


def captions(inputs: Inputs, B: int) -> TextFeatures:
    return TextFeatures(inputs.normal(B, 1, 1), torch.ones(B, 1, dtype=torch.bool), inputs.normal(B, 1))


def asked(
    inputs: Inputs, B: int, error: Tensor | float = 0.0, p: float = 0.3
) -> tuple[Tensor, TrainedNetwork]:
    """The loss of B motions of 2 frames of 2 numbers, and the network that was asked."""
    x0 = inputs.normal(B, 2, 2)
    network = TrainedNetwork(x0, error)
    mask = torch.ones(B, 2, dtype=torch.bool)
    return training_loss(network, Schedule(T), x0.clone(), mask, captions(inputs, B), p), network


def noise_of(network: TrainedNetwork) -> Tensor:
    """The noise that is in what the network was given."""
    a = Schedule(T).alpha_bar(network.t)
    return (network.x_t - a.sqrt() * network.x0) / (1 - a).sqrt()


def near(share: float, expected: float, n: int) -> bool:
    """Is this share of n samples what chance makes of the expected one? 5 standard deviations are allowed."""
    return abs(share - expected) <= 5 * (expected * (1 - expected) / n) ** 0.5


@probe(0.5, "The loss is one number for the whole batch, and the network is asked once")
def shape(inputs: Inputs) -> str:
    loss, network = asked(inputs, 4)
    return f"{describe(loss)}, network asked {network.calls}×"


@probe(1.5, "Each sample has a step of its own, every step from 0 to T − 1 equally often")
def t(inputs: Inputs) -> str:
    _, network = asked(inputs, MANY)
    t = network.t
    if not isinstance(t, Tensor) or t.shape != (MANY,) or t.is_floating_point():
        return describe(t)
    shares = torch.bincount(t.clamp(min=0), minlength=T) / MANY
    evenly = all(near(float(share), 1 / T, MANY) for share in shares[:T])
    return f"{int(t.min())} to {int(t.max())}, {'evenly' if evenly else 'some more often than others'}"


@probe(
    0.5, "The network is given x_t as float32, whole steps t, and the captions in the order of the motions"
)
def call(inputs: Inputs) -> str:
    x0, text = inputs.normal(5, 2, 2), captions(inputs, 5)
    network, mask = TrainedNetwork(x0), torch.ones(5, 2, dtype=torch.bool)
    training_loss(network, Schedule(T), x0.clone(), mask, text, 0.3)
    if isinstance(network.text, TextFeatures):
        same = all(torch.equal(getattr(network.text, name), part) for name, part in vars(text).items())
        words = "as given" if same else "other ones"
    else:
        words = describe(network.text)
    return f"x_t a {describe(network.x_t)}, t a {describe(network.t)}, captions: {words}"


@probe(1, "The noise is standard normal, and another number for every sample, frame and feature")
def noise(inputs: Inputs) -> str:
    _, network = asked(inputs, MANY)
    noise = noise_of(network)
    if noise.shape != (MANY, 2, 2):
        return describe(network.x_t)
    normal = (
        noise.mean().abs() < 0.07
        and (noise.std() - 1).abs() < 0.05
        and near(float((noise.abs() > 2).float().mean()), 0.0455, 4 * MANY)
    )
    parts = {
        "samples": noise - noise[:1],
        "frames": noise - noise[:, :1],
        "features": noise - noise[..., :1],
    }
    same = [name for name, difference in parts.items() if difference.abs().max() < 1e-3]
    return ("standard normal" if normal else "not standard normal") + "".join(
        f", the same for all {name}" for name in same
    )


@probe(0.5, "Steps, noise and withheld captions are other ones in the next step of training")
def fresh(inputs: Inputs) -> str:
    found = [asked(inputs, 40)[1] for _ in range(2)]
    values = {
        "steps": [n.t.float() for n in found],
        "noise": [noise_of(n) for n in found],
        "withheld captions": [n.drop.float() for n in found],
    }
    same = [name for name, (a, b) in values.items() if torch.allclose(a, b, atol=1e-3)]
    return "the same again: " + ", ".join(same) if same else "all are new"


@probe(1, "Each caption is withheld with the probability condition_dropout, on its own")
def dropout(inputs: Inputs) -> str:
    shares = []
    for p in (0.0, 0.3, 1.0):
        drop = asked(inputs, MANY, p=p)[1].drop
        if not isinstance(drop, Tensor) or drop.shape != (MANY,) or drop.dtype != torch.bool:
            return f"drop is {describe(drop)}"
        share = float(drop.float().mean())
        shares.append(f"{p:g} as asked" if near(share, p, MANY) else f"{share:.1f} instead of {p:g}")
    counts = {int(asked(inputs, 6, p=0.5)[1].drop.sum()) for _ in range(40)}
    return ", ".join(shares) + (", exactly as many in every batch" if len(counts) == 1 else "")


@probe(1, "The loss is the mean of ddpm_loss over the batch", ("loss", lambda a: float(a)))
def value(inputs: Inputs) -> Tensor:
    x0, error = inputs.normal(5, 9, 2), inputs.normal(5, 1, 1)
    mask = torch.arange(9) < torch.tensor([[9], [1], [3], [2], [5]])
    network = TrainedNetwork(x0, error)
    return training_loss(network, Schedule(T), x0.clone(), mask, captions(inputs, 5), 0.3)


SCHEDULES = (
    Schedule(40, "linear", "epsilon"),
    Schedule(12, "cosine", "v_prediction"),
    Schedule(50, "linear"),
)


def wrong_by(error: Tensor, schedule: Schedule, x0: Tensor) -> Callable[..., Tensor]:
    """A network that finds the noise in x_t, and is wrong by `error`."""

    def network(x: Tensor, t: Tensor, *rest, **named) -> Tensor:
        a = schedule.alpha_bar(t)
        return schedule.target(x0, (x - a.sqrt() * x0) / (1 - a).sqrt(), t) + error

    return network


@probe(
    0.5,
    "Steps, x_t and target are those of `schedule`, for any T, kind and prediction type, for motions of any "
    "size, in batches of one sample, frame or feature: the loss is the network's own error, squared",
    example=lambda inputs, at: f"With {SCHEDULES[at[0]].config}",
)
def schedules(inputs: Inputs) -> Tensor:
    losses = []
    for schedule, shape in zip(SCHEDULES, ((3, 4, 2), (4, 1, 1), (1, 1, 3))):
        x0, error = 20 * inputs.normal(*shape), 15 * (1 + inputs.uniform(*shape))
        everything, text = torch.ones(shape[:2], dtype=torch.bool), captions(inputs, shape[0])
        network = wrong_by(error, schedule, x0)
        losses.append(training_loss(network, schedule, x0.clone(), everything, text, 0.3))
    return torch.stack(losses)


@probe(1, "The network is given the mask, and padded frames do not count in the loss")
def padding(inputs: Inputs) -> str:
    x0 = inputs.normal(3, 5, 2)
    mask = torch.arange(5) < torch.tensor([[5], [2], [1]])
    network = TrainedNetwork(x0, torch.where(mask[..., None], 0.0, 9.0))
    loss = training_loss(network, Schedule(T), x0.clone(), mask.clone(), captions(inputs, 3), 0.1)
    given = isinstance(network.mask, Tensor) and torch.equal(network.mask, mask)
    counts = not abs(float(loss.mean())) < 1e-3
    return f"mask {'given' if given else 'not given'}, padding {'counts' if counts else 'does not count'}"


@probe(1, "The gradient of the loss reaches the network")
def gradient(inputs: Inputs) -> Tensor | str:
    with torch.enable_grad():
        error = inputs.normal(3, 1, 1).requires_grad_()
        loss, _ = asked(inputs, 3, 1 * error)
        if not loss.requires_grad:
            return "a loss without gradient"
        return torch.autograd.grad(loss.sum(), error)[0]


@probe(1, "The average keeps its share `decay` of what it was, and takes 1 − decay of the weight")
def ema(inputs: Inputs) -> Tensor | str:
    found = []
    for shape in ((3, 4), (5,), ()):
        average, weight = inputs.normal(2, *shape)
        for decay in (0.9, 0.25, 1.0, 0.0):
            found.append(ema_update(average.clone(), weight.clone(), decay))
            if describe(found[-1]) != describe(weight):
                return f"{describe(found[-1])} for a {describe(weight)}"
    return torch.cat([x.flatten() for x in found])


arguments = arguments_kept(0.5, value, gradient, ema)
