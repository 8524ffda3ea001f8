"""The probes of euler_step and heun_step."""

import torch
from torch import Tensor

from labkit.diffusion import euler_step, heun_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.stubs import Stub

B, F, D = 3, 4, 2
NOW, NEXT = torch.tensor([1.0, 0.7, 0.3]), torch.tensor([0.8, 0.2, 0.0])  # each sample has times of its own
BETWEEN, NEAR = torch.tensor([[0.8, 0.2, 0.1], [0.004, 0.002, 0.005]])  # none of them is 0


class Field:
    """A velocity that depends on x and t, and records where it was asked."""

    def __init__(self):
        self.asked: list[tuple[object, object]] = []

    def __call__(self, x: Tensor, t: Tensor, /) -> Tensor:
        self.asked.append(tuple(v.clone() if isinstance(v, Tensor) else v for v in (x, t)))
        time = torch.as_tensor(t).reshape(-1, 1, 1)
        return (1 + time) * x.cos() + 2 * time**2


def velocity_of_gaussian(x: Tensor, t: Tensor, /) -> Tensor:
    """The exact velocity for x0 ~ N(2, 0.5²), from E[x0 | x_t] in closed form."""
    mu, variance = 2.0, 0.25
    time = torch.as_tensor(t).reshape(-1, 1, 1)  # of any shape, so that a wrong one does not multiply x
    signal = 1 - time
    gain = signal * variance / (signal**2 * variance + time**2)
    return (x - mu - gain * (x - signal * mu)) / time


@probe(0.5, "Euler's step gives a batch of the shape and dtype of x_t")
def shape(inputs: Inputs) -> str:
    return describe(euler_step(Field(), inputs.normal(B, F, D), NOW.clone(), NEXT.clone()))


@probe(0.5, "Euler's step asks for the velocity once, by position, with x_t and t as they are")
def call(inputs: Inputs) -> str:
    field = Field()
    euler_step(field, inputs.normal(B, F, D), torch.tensor([0.75, 0.5, 0.25]), torch.tensor([0.5, 0.25, 0.0]))
    x_t, t = field.asked[0] if field.asked else (None, None)
    values = [round(v, 3) for v in t.flatten().tolist()] if isinstance(t, Tensor) else t
    return f"asked {len(field.asked)}×, first with x_t a {describe(x_t)}, t a {describe(t)} of {values}"


def terms_of_line(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    x_t, v = inputs.normal(2, B, F, D)
    return {"x_t": x_t[sample], "v": v[sample]}


@probe(
    2,
    "With a constant velocity v, x_t moves by (t_next − t) · v, which is backwards in time",
    terms=terms_of_line,
)
def line(inputs: Inputs) -> Tensor:
    x_t, v = inputs.normal(2, B, F, D)
    return euler_step(lambda x, t: v.clone(), x_t, torch.full((B,), 0.8), torch.full((B,), 0.3))


@probe(1.5, "The velocity is that at x_t and t, and every sample of a batch has its own t and t_next")
def rows(inputs: Inputs) -> Tensor:
    return euler_step(Field(), inputs.normal(B, F, D), 0.6 + 0.4 * inputs.uniform(B), 0.5 * inputs.uniform(B))


@probe(0.5, "With t_next > t the same step goes from data to noise")
def forwards(inputs: Inputs) -> Tensor:
    return euler_step(Field(), inputs.normal(B, F, D), NEXT.clone(), NOW.clone())


@probe(0.5, "A batch may be of one sample, one frame or one feature, of any size: nothing is clipped")
def small(inputs: Inputs) -> Tensor | str:
    found = []
    for b, f, d in ((1, F, D), (B, 1, D), (B, F, 1), (1, 1, 1), (B, B, B)):
        x_t = 20 * inputs.normal(b, f, d)
        result = euler_step(Field(), x_t, NOW[-b:].clone(), NEXT[-b:].clone())
        if result.shape != x_t.shape:
            return f"{describe(result)} for x_t of shape {(b, f, d)}"
        found.append(result.flatten())
    return torch.cat(found)


@probe(
    1,
    "20 steps along the exact velocity turn noise into samples of nearly N(2, 0.5²), slightly narrower",
    ("standard deviation of the samples", lambda a: a[1]),
)
def gaussian(inputs: Inputs) -> Tensor | str:
    x = inputs.normal(500, 1, 1)
    for now in range(20, 0, -1):
        t, t_next = (torch.full((500,), n / 20) for n in (now, now - 1))
        x = euler_step(velocity_of_gaussian, x, t, t_next)
        if not isinstance(x, Tensor) or x.shape != (500, 1, 1):  # a wrong shape would grow past all memory
            return describe(x)
    return torch.stack([x.mean(), x.std()])


def terms_of_heun(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    batch, b = sample
    x_t, t_next, field = inputs.normal(B, F, D), (BETWEEN, NEAR)[batch], Field()
    first = (t_next - NOW)[:, None, None] * field(x_t, NOW)
    second = (t_next - NOW)[:, None, None] * field(x_t + first, t_next)
    return {
        "x_t": x_t[b],
        "(t_next − t) · first velocity": first[b],
        "(t_next − t) · second velocity": second[b],
    }


@probe(
    1,
    "Heun's step goes from x_t along the mean of the velocities at both ends of Euler's step",
    terms=terms_of_heun,
)
def heun(inputs: Inputs) -> Tensor:
    x_t = inputs.normal(B, F, D)
    return torch.stack([heun_step(Field(), x_t, NOW.clone(), t_next.clone()) for t_next in (BETWEEN, NEAR)])


@probe(0.5, "Heun's last step, t_next = 0 for all samples, is Euler's")
def heun_last(inputs: Inputs) -> Tensor:
    return heun_step(Field(), inputs.normal(B, F, D), NOW.clone(), torch.zeros(B))


# t_next of two batches, and the sample of each that is not at its last step.
SOME_LAST = (((0.0, 0.2, 0.0), 1), ((0.8, 0.0, 0.1), 0))


def at_some_last(inputs: Inputs, at: tuple[int, ...]) -> str:
    t_next, sample = SOME_LAST[at[0]]
    return "With t_next = {}, sample {}, frame {}, feature {}".format(list(t_next), sample, *at[1:])


@probe(
    0.5,
    "Where t_next is 0 for some samples of a batch, the others take Heun's step",
    example=at_some_last,
)
def heun_some_last(inputs: Inputs) -> Tensor:
    x_t = inputs.normal(B, F, D)
    found = [heun_step(Field(), x_t, NOW.clone(), torch.tensor(t_next))[b] for t_next, b in SOME_LAST]
    return torch.stack(found)


@probe(
    0.5,
    "Heun's step goes from data to noise as well, with batches of one sample, frame or feature, of any size",
)
def heun_forwards(inputs: Inputs) -> Tensor | str:
    found = []
    for b, f, d in ((1, F, D), (B, 1, D), (B, F, 1), (1, 1, 1), (B, B, B)):
        x_t = 20 * inputs.normal(b, f, d)
        result = heun_step(Field(), x_t, BETWEEN[:b].clone(), NOW[:b].clone())  # one sample ends at 1
        if result.shape != x_t.shape:
            return f"{describe(result)} for x_t of shape {(b, f, d)}"
        found.append(result.flatten())
    return torch.cat(found)


@probe(
    0.5,
    "Heun's step asks for the velocity twice, in the last step once, with x and t like x_t and t, gives "
    "a batch like x_t, and changes no argument",
)
def heun_calls(inputs: Inputs) -> str:
    found, given, results = [], set(), set()
    for t_next in (BETWEEN, torch.zeros(B)):
        field = Field()
        results.add(describe(heun_step(field, inputs.normal(B, F, D), NOW.clone(), t_next.clone())))
        found.append(len(field.asked))
        given |= {f"x a {describe(x)}, t a {describe(t)}" for x, t in field.asked}
    changed = ", ".join(sorted(Stub.observer.changed)) or "nothing"
    asked = f"asked {found[0]}×, in the last step {found[1]}×, with {' and '.join(sorted(given))}"
    return f"{asked}; gives {' and '.join(sorted(results))}; changed: {changed}"


arguments = arguments_kept(0.5, line, rows)
