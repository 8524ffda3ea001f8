"""What is asked of the three methods of AdaLNDiT."""

import copy
from typing import Any

from torch import Tensor, nn

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes import denoiser
from labkit.exercises.probes.denoiser import Batch
from labkit.models import AdaLNDiT


def network(draw: Inputs, depth: int = 2) -> AdaLNDiT:
    return denoiser.network(AdaLNDiT, draw, depth)


def constant(draw: Inputs, depth: int = 1) -> AdaLNDiT:
    """A network in which blocks get the same modulation from any c, and the final layer gets none."""
    model = network(draw, depth)
    denoiser.silence(model.final_modulation)
    blocks: Any = model.blocks
    for block in blocks:
        nn.init.zeros_(block.modulation.weight)
    return model


FIRST = denoiser.first_questions(
    AdaLNDiT, "The output depends on time and on the pooled caption", words=False
)


@probe(
    0.5, "A new block is the identity: where `modulation` gives zeros, it changes nothing. What it changes"
)
def new_blocks(draw: Inputs) -> str:
    model, batch = network(draw), Batch.draw(draw)
    denoiser.silence(*(block.modulation for block in model.blocks))
    without = copy.deepcopy(model)  # before a call, which may change its weights
    without.blocks = nn.ModuleList()
    before, after = denoiser.run(model, batch), denoiser.run(without, batch)
    return denoiser.moved_by(before, {"the last hidden state": after})


@probe(0.5, "The output is `final` of `final_norm(h)`, scaled by 1 + scale and shifted (no blocks here)")
def head(draw: Inputs) -> Tensor:
    model = network(draw, depth=0)
    nn.init.zeros_(model.final_modulation.weight)
    return denoiser.run(model, Batch.draw(draw))


@probe(0.5, "A block adds gate · attention(scaled and shifted norm of h) to h (the mlp gives zero here)")
def attention(draw: Inputs) -> Tensor:
    model = constant(draw)
    denoiser.silence(model.blocks[0].mlp)
    return denoiser.last_sample(model, draw)


@probe(0.5, "A block adds gate · mlp(scaled and shifted norm of h) to h (attention gives zero here)")
def mlp(draw: Inputs) -> Tensor:
    model = constant(draw)
    block: Any = model.blocks[0]
    denoiser.silence(block.attention.output)
    return denoiser.last_sample(model, draw)


@probe(0.5, "c is SiLU of the sum of time and pooled caption; all modulation is regressed from it")
def vector(draw: Inputs) -> Tensor:
    model = network(draw, depth=1)
    denoiser.silence(model.final_modulation)
    return denoiser.last_sample(model, draw)


@probe(0.5, "Six blocks, one after the other")
def six_blocks(draw: Inputs) -> Tensor:
    return denoiser.last_sample(constant(draw, depth=6), draw)


@probe(0.5, "All together: two blocks, padded frames and a withheld caption")
def everything(draw: Inputs) -> Tensor:
    return denoiser.everything(AdaLNDiT, draw)


LAST = denoiser.last_questions(AdaLNDiT)
