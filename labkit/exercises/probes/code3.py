"""The probes of the three methods of InContextDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import NetworkInputs
from labkit.models import InContextDiT


def network(inputs: Inputs, depth: int = 2) -> InContextDiT:
    return denoiser.network(InContextDiT, inputs, depth)


FIRST = denoiser.first_questions(
    InContextDiT, "Time, caption and every word are among the tokens", words=True
)


@probe(0.5, "Without any block, the output is `final_norm`, then `final`, of the frames")
def head(inputs: Inputs) -> Tensor:
    return denoiser.run(network(inputs, depth=0), NetworkInputs.sample(inputs))


@probe(
    0.25,
    "What attention and mlp return is added to h itself, not to norm(h), and replaces nothing (both return "
    "constants here)",
)
def residuals(inputs: Inputs) -> Tensor:
    model = network(inputs)
    denoiser.constant_outputs(model, "attention.output", "mlp.2")
    return denoiser.last_sample(model, inputs)


@probe(0.5, "A block first adds attention(norm1(h)) to h (the output of mlp is zero here)")
def attention(inputs: Inputs) -> Tensor:
    model = network(inputs, depth=1)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, inputs)


@probe(0.5, "A block then adds mlp(norm2(h)) to h (the output of attention is zero here)")
def mlp(inputs: Inputs) -> Tensor:
    model = network(inputs, depth=1)
    block: Any = model.blocks[0]
    denoiser.silence(block.attention.output)
    return denoiser.last_sample(model, inputs)


@probe(0.25, "Six whole blocks: the input of each layer is the h that the layers before it have updated")
def six_blocks(inputs: Inputs) -> Tensor:
    return denoiser.last_sample(network(inputs, depth=6), inputs)


@probe(1, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(inputs: Inputs) -> Tensor:
    return denoiser.everything(InContextDiT, inputs)


LAST = denoiser.last_questions(InContextDiT)
