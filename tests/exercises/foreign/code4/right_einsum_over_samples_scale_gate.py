# right: einsum over samples for scale and gate, the condition as a tuple: only this answer's own methods
# receive it
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return (condition.time, condition.pooled)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    c = functional.silu(sum(c))
    for block in self.blocks:
        for layer, (shift, scale, gate) in zip(
            ("attention", "mlp"), block.modulation(c).unflatten(-1, (2, 3, -1)).permute(1, 2, 0, 3)
        ):
            x = block.norm(h)
            x = x + torch.einsum("bfw,bw->bfw", x, scale) + shift[:, None]
            y = block.attention(x, mask) if layer == "attention" else block.mlp(x)
            h = h + torch.einsum("bw,bfw->bfw", gate, y)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    both = self.final_modulation(functional.silu(c[0] + c[1]))
    W = h.shape[-1]
    return self.final((1 + both[:, None, W:]) * self.final_norm(h) + both[:, None, :W])
