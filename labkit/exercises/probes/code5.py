"""The probes of the three methods of CrossAttentionDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import NetworkInputs
from labkit.models import CrossAttentionDiT


def network(inputs: Inputs, depth: int = 2) -> CrossAttentionDiT:
    return denoiser.network(CrossAttentionDiT, inputs, depth)


def only(inputs: Inputs, part: str) -> Tensor:
    """The output of one block in which two of the three layers have output zero."""
    model = network(inputs, depth=1)
    block: Any = model.blocks[0]
    last = {
        "self_attention": block.self_attention.output,
        "cross_attention": block.cross_attention.output,
        "mlp": block.mlp,
    }
    denoiser.silence(*(layer for name, layer in last.items() if name != part))
    return denoiser.last_sample(model, inputs)


FIRST = denoiser.first_questions(
    CrossAttentionDiT, "Time, caption and every word are in the memory", words=True
)


@probe(0.5, "Without any block, the output is `final_norm`, then `final`, of the frames")
def head(inputs: Inputs) -> Tensor:
    return denoiser.run(network(inputs, depth=0), NetworkInputs.sample(inputs))


@probe(
    0.25,
    "What the three layers return is added to h itself, not to norm(h), and replaces nothing (all return "
    "constants here)",
)
def residuals(inputs: Inputs) -> Tensor:
    model = network(inputs)
    denoiser.constant_outputs(model, "self_attention.output", "cross_attention.output", "mlp.2")
    return denoiser.last_sample(model, inputs)


@probe(0.5, "A block first adds self_attention(norm1(h)) to h (its other layers are zero here)")
def self_attention(inputs: Inputs) -> Tensor:
    return only(inputs, "self_attention")


@probe(0.5, "A block then adds cross-attention(norm2(h), memory) to h (its other layers are zero here)")
def cross_attention(inputs: Inputs) -> Tensor:
    return only(inputs, "cross_attention")


@probe(0.5, "A block finally adds mlp(norm3(h)) to h (its other layers are zero here)")
def mlp(inputs: Inputs) -> Tensor:
    return only(inputs, "mlp")


@probe(0.25, "Six whole blocks: the input of each layer is the h that the layers before it have updated")
def six_blocks(inputs: Inputs) -> Tensor:
    return denoiser.last_sample(network(inputs, depth=6), inputs)


@probe(0.5, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(inputs: Inputs) -> Tensor:
    return denoiser.everything(CrossAttentionDiT, inputs)


LAST = denoiser.last_questions(CrossAttentionDiT)
