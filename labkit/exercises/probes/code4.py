"""The probes of the three methods of AdaLNDiT."""

import copy
from typing import Any

from torch import Tensor, nn

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import NetworkInputs
from labkit.models import AdaLNDiT


def network(inputs: Inputs, depth: int = 2) -> AdaLNDiT:
    return denoiser.network(AdaLNDiT, inputs, depth)


def constant(inputs: Inputs, depth: int = 1) -> AdaLNDiT:
    """A network whose blocks have the same modulation for every c, and whose final layer has none."""
    model = network(inputs, depth)
    denoiser.silence(model.final_modulation)
    blocks: Any = model.blocks
    for block in blocks:
        nn.init.zeros_(block.modulation.weight)
    return model


FIRST = denoiser.first_questions(
    AdaLNDiT, "The output depends on time and on the pooled caption", words=False
)


@probe(
    0.5,
    "A new block is the identity: where the output of `modulation` is zero, h stays the same. What changes",
)
def new_blocks(inputs: Inputs) -> str:
    model, batch = network(inputs), NetworkInputs.sample(inputs)
    denoiser.silence(*(block.modulation for block in model.blocks))
    without = copy.deepcopy(model)  # before a call, which may change its weights
    without.blocks = nn.ModuleList()
    before, after = denoiser.run(model, batch), denoiser.run(without, batch)
    return denoiser.moved_by(before, {"the last hidden state": after})


@probe(0.5, "The output is `final` of `final_norm(h)`, scaled by 1 + scale and shifted (no blocks here)")
def head(inputs: Inputs) -> Tensor:
    model = network(inputs, depth=0)
    nn.init.zeros_(model.final_modulation.weight)
    return denoiser.run(model, NetworkInputs.sample(inputs))


@probe(0.5, "A block adds gate · attention(scaled and shifted norm of h) to h (mlp is zero here)")
def attention(inputs: Inputs) -> Tensor:
    model = constant(inputs)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, inputs)


@probe(0.5, "A block adds gate · mlp(scaled and shifted norm of h) to h (attention is zero here)")
def mlp(inputs: Inputs) -> Tensor:
    model = constant(inputs)
    block: Any = model.blocks[0]
    denoiser.silence(block.attention.output)
    return denoiser.last_sample(model, inputs)


@probe(0.5, "c is SiLU of the sum of time and pooled caption; all modulation is regressed from it")
def vector(inputs: Inputs) -> Tensor:
    model = network(inputs, depth=1)
    denoiser.silence(model.final_modulation)
    return denoiser.last_sample(model, inputs)


@probe(0.5, "Six blocks, one after the other")
def six_blocks(inputs: Inputs) -> Tensor:
    return denoiser.last_sample(constant(inputs, depth=6), inputs)


@probe(0.5, "All together: two blocks, padded frames and a withheld caption")
def everything(inputs: Inputs) -> Tensor:
    return denoiser.everything(AdaLNDiT, inputs)


LAST = denoiser.last_questions(AdaLNDiT)
