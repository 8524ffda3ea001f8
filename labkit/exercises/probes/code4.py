"""The probes of the three methods of AdaLNDiT."""

import copy
from typing import Any

from torch import Tensor, nn

from labkit.exercises.probe import Inputs, moved_by, probe
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
    0.25,
    "A new block is the identity: where the output of `modulation` is zero, h stays the same. What changes",
)
def new_blocks(inputs: Inputs) -> str:
    model, batch = network(inputs), NetworkInputs.sample(inputs)
    denoiser.silence(*(block.modulation for block in model.blocks))
    without = copy.deepcopy(model)  # before a call, which may change its weights
    without.blocks = nn.ModuleList()
    before, after = denoiser.run(model, batch), denoiser.run(without, batch)
    return moved_by(before, {"the last hidden state": after})


@probe(0.5, "The output is `final` of `final_norm(h)`, scaled by 1 + scale and shifted (no blocks here)")
def head(inputs: Inputs) -> Tensor:
    model = network(inputs, depth=0)
    nn.init.zeros_(model.final_modulation.weight)
    return denoiser.run(model, NetworkInputs.sample(inputs))


@probe(
    0.25,
    "gate · (what a layer returns) is added to h itself, not to the norm of h, and replaces nothing (both "
    "layers return constants here, and all six vectors are 1)",
)
def residuals(inputs: Inputs) -> Tensor:
    model = constant(inputs, depth=2)
    denoiser.constant_outputs(model, "attention.output", "mlp.2")
    for block in model.blocks:
        nn.init.ones_(block.get_parameter("modulation.bias"))
    return denoiser.last_sample(model, inputs)


def vectors_of(inputs: Inputs, attention: bool) -> str:
    """Which of a block's six vectors have an effect, where the output of the other layer is zero."""
    model = constant(inputs)
    block: Any = model.blocks[0]
    denoiser.silence(block.mlp if attention else block.attention.output)
    batch, W, after = NetworkInputs.sample(inputs), model.width, {}
    before = denoiser.run(copy.deepcopy(model), batch)
    for n, name in enumerate(("1st", "2nd", "3rd", "4th", "5th", "6th")):
        changed: Any = copy.deepcopy(model)  # what an earlier call stored in it is another probe's question
        changed.blocks[0].modulation.bias[n * W : (n + 1) * W] += inputs.normal(W)
        after[name] = denoiser.run(changed, batch)
    return moved_by(before, after)


@probe(
    0.25,
    "Of the six vectors of `modulation`, shift, scale and gate of attention are the first three. What "
    "changes the output where mlp returns zero",
)
def vectors_of_attention(inputs: Inputs) -> str:
    return vectors_of(inputs, attention=True)


@probe(
    0.25,
    "Of the six vectors of `modulation`, shift, scale and gate of the mlp are the last three. What "
    "changes the output where attention returns zero",
)
def vectors_of_mlp(inputs: Inputs) -> str:
    return vectors_of(inputs, attention=False)


@probe(0.25, "Attention and mlp each read `block.norm` of the current h (shift and scale are 0 here)")
def normed(inputs: Inputs) -> Tensor:
    model = constant(inputs)
    vectors = model.get_parameter("blocks.0.modulation.bias").view(2, 3, -1)
    nn.init.zeros_(vectors[:, :2])
    return denoiser.last_sample(model, inputs)


@probe(0.25, "The input of attention is (1 + scale) · norm(h) + shift, its output is multiplied by gate")
def attention(inputs: Inputs) -> Tensor:
    model = constant(inputs)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, inputs)


@probe(0.25, "The input of the mlp is (1 + scale) · norm(h) + shift, its output is multiplied by gate")
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


@probe(0.25, "Six blocks, one after the other")
def six_blocks(inputs: Inputs) -> Tensor:
    return denoiser.last_sample(constant(inputs, depth=6), inputs)


@probe(0.5, "All together: two blocks, padded frames and a withheld caption")
def everything(inputs: Inputs) -> Tensor:
    return denoiser.everything(AdaLNDiT, inputs)


LAST = denoiser.last_questions(AdaLNDiT)
