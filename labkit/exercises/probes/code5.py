"""What is asked of the three methods of CrossAttentionDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, describe, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import Batch
from labkit.models import CrossAttentionDiT


def network(draw: Inputs, depth: int = 2) -> CrossAttentionDiT:
    return denoiser.network(draw, CrossAttentionDiT, depth)


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


@probe(0.5, "`output_projection` gives one row of features a frame")
def shape(draw: Inputs) -> str:
    return describe(denoiser.run(network(draw), Batch.draw(draw)))


@probe(1, "Time, caption and every word are in the memory. What changes the output")
def told(draw: Inputs) -> str:
    return denoiser.told(network(draw), Batch.draw(draw), draw)


@probe(0.5, "Through self-attention, a frame looks at all frames, before and after it. What changes it")
def frames(draw: Inputs) -> str:
    return denoiser.frames(network(draw), draw)


@probe(0.5, "A real frame looks at real frames only, padding changes nothing. What changes it")
def padded_frames(draw: Inputs) -> str:
    return denoiser.padded_frames(network(draw), draw)


@probe(0.5, "Only real words count, padding after them changes nothing. What changes the output")
def padded_words(draw: Inputs) -> str:
    return denoiser.padded_words(network(draw), draw)


@probe(0.5, "Where the caption is withheld, only time is left to listen to. What changes the output")
def withheld(draw: Inputs) -> str:
    return denoiser.withheld(network(draw), Batch.draw(draw), draw)


@probe(0.5, "A sample looks at its own motion and caption, not at those of others. What changes it")
def rows(draw: Inputs) -> str:
    return denoiser.rows(network(draw), draw)


@probe(0.5, "In training, a gradient reaches every layer. Layers without one")
def idle(draw: Inputs) -> str:
    return denoiser.idle(network(draw), Batch.draw(draw))


@probe(1, "Without any block, the output is `final_norm`, then `final`, of the frames")
def head(draw: Inputs) -> Tensor:
    return denoiser.run(network(draw, depth=0), Batch.draw(draw))


@probe(1, "A block first adds self_attention(norm1(h)) to h (its other parts say zero here)")
def self_attention(draw: Inputs) -> Tensor:
    return only(draw, "self_attention")


@probe(1, "A block then adds what norm2(h) finds in the memory to h (its other parts say zero here)")
def cross_attention(draw: Inputs) -> Tensor:
    return only(draw, "cross_attention")


@probe(0.5, "A block at last adds mlp(norm3(h)) to h (its other parts say zero here)")
def mlp(draw: Inputs) -> Tensor:
    return only(draw, "mlp")


@probe(1, "Three whole blocks: each part reads what those before it have added to")
def three_blocks(draw: Inputs) -> Tensor:
    return denoiser.last_sample(network(draw, depth=3), draw)


@probe(1, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(draw: Inputs) -> Tensor:
    return denoiser.everything(network(draw), draw)
