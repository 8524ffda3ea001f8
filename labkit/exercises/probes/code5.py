"""What is asked of the three methods of CrossAttentionDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import Batch
from labkit.models import CrossAttentionDiT


def network(draw: Inputs, depth: int = 2) -> CrossAttentionDiT:
    return denoiser.network(CrossAttentionDiT, draw, depth)


def only(draw: Inputs, part: str) -> Tensor:
    """The output of one block in which two of its three parts say zero."""
    model = network(draw, depth=1)
    block: Any = model.blocks[0]
    last = {
        "self_attention": block.self_attention.output,
        "cross_attention": block.cross_attention.output,
        "mlp": block.mlp,
    }
    denoiser.silence(*(layer for name, layer in last.items() if name != part))
    return denoiser.last_sample(model, draw)


FIRST = denoiser.first_questions(
    CrossAttentionDiT, "Time, caption and every word are in the memory", words=True
)


@probe(0.5, "Without any block, the output is `final_norm`, then `final`, of the frames")
def head(draw: Inputs) -> Tensor:
    return denoiser.run(network(draw, depth=0), Batch.draw(draw))


@probe(0.5, "A block first adds self_attention(norm1(h)) to h (its other parts give zero here)")
def self_attention(draw: Inputs) -> Tensor:
    return only(draw, "self_attention")


@probe(0.5, "A block then adds what norm2(h) finds in the memory to h (its other parts give zero here)")
def cross_attention(draw: Inputs) -> Tensor:
    return only(draw, "cross_attention")


@probe(0.5, "A block at last adds mlp(norm3(h)) to h (its other parts give zero here)")
def mlp(draw: Inputs) -> Tensor:
    return only(draw, "mlp")


@probe(0.5, "Six whole blocks: each part reads what those before it have added to")
def six_blocks(draw: Inputs) -> Tensor:
    return denoiser.last_sample(network(draw, depth=6), draw)


@probe(0.5, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(draw: Inputs) -> Tensor:
    return denoiser.everything(CrossAttentionDiT, draw)


LAST = denoiser.last_questions(CrossAttentionDiT)
