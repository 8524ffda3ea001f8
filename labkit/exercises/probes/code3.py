"""What is asked of the three methods of InContextDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, describe, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import Batch
from labkit.models import InContextDiT


def network(draw: Inputs, depth: int = 2) -> InContextDiT:
    return denoiser.network(draw, InContextDiT, depth)


@probe(0.5, "`output_projection` gives one row of features a frame, without the condition tokens")
def shape(draw: Inputs) -> str:
    return describe(denoiser.run(network(draw), Batch.draw(draw)))


@probe(1, "Time, caption and every word are among the tokens. What changes the output")
def told(draw: Inputs) -> str:
    return denoiser.told(network(draw), Batch.draw(draw), draw)


@probe(0.5, "Through attention, a frame looks at all frames, before it and after it. What changes it")
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


@probe(1, "A block first adds attention(norm1(h)) to h (the mlp says zero here)")
def attention(draw: Inputs) -> Tensor:
    model = network(draw, depth=1)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, draw)


@probe(1, "A block then adds mlp(norm2(h)) to h (attention says zero here)")
def mlp(draw: Inputs) -> Tensor:
    model = network(draw, depth=1)
    block: Any = model.blocks[0]
    denoiser.silence(block.attention.output)
    return denoiser.last_sample(model, draw)


@probe(1, "Three whole blocks: each part reads what those before it have added to")
def three_blocks(draw: Inputs) -> Tensor:
    return denoiser.last_sample(network(draw, depth=3), draw)


@probe(1.5, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(draw: Inputs) -> Tensor:
    return denoiser.everything(network(draw), draw)
