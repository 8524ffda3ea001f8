# wrong: silu in cond_mapping and again before every modulation, as the official DiT code has it inside the block.
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


def modulate(x, shift, scale):
    return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return functional.silu(condition.time + condition.pooled)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    for block in self.blocks:
        six = block.modulation(functional.silu(c)).chunk(6, dim=1)
        shift_msa, scale_msa, gate_msa, shift_mlp, scale_mlp, gate_mlp = six
        h = h + gate_msa.unsqueeze(1) * block.attention(modulate(block.norm(h), shift_msa, scale_msa), mask)
        h = h + gate_mlp.unsqueeze(1) * block.mlp(modulate(block.norm(h), shift_mlp, scale_mlp))
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(functional.silu(c)).chunk(2, dim=1)
    return self.final(modulate(self.final_norm(h), shift, scale))
