"""What is asked of the three methods of InContextDiT."""

from typing import Any

from torch import Tensor

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import Batch
from labkit.models import InContextDiT


def network(draw: Inputs, depth: int = 2) -> InContextDiT:
    return denoiser.network(InContextDiT, draw, depth)


FIRST = denoiser.first_questions(
    InContextDiT, "Time, caption and every word are among the tokens", words=True
)


@probe(0.5, "Without any block, the output is `final_norm`, then `final`, of the frames")
def head(draw: Inputs) -> Tensor:
    return denoiser.run(network(draw, depth=0), Batch.draw(draw))


@probe(0.5, "A block first adds attention(norm1(h)) to h (the mlp gives zero here)")
def attention(draw: Inputs) -> Tensor:
    model = network(draw, depth=1)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, draw)


@probe(0.5, "A block then adds mlp(norm2(h)) to h (attention gives zero here)")
def mlp(draw: Inputs) -> Tensor:
    model = network(draw, depth=1)
    block: Any = model.blocks[0]
    denoiser.silence(block.attention.output)
    return denoiser.last_sample(model, draw)


@probe(0.5, "Six whole blocks: each part reads what those before it have added to")
def six_blocks(draw: Inputs) -> Tensor:
    return denoiser.last_sample(network(draw, depth=6), draw)


@probe(1, "All together: two blocks, padded frames, padded words and a withheld caption")
def everything(draw: Inputs) -> Tensor:
    return denoiser.everything(InContextDiT, draw)


LAST = denoiser.last_questions(InContextDiT)
