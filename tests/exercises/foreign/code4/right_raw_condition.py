# right: cond_mapping passes a dict on, the vectors come from one loop over two layers
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return {"time": condition.time, "caption": condition.pooled}


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    vector = functional.silu(c["time"] + c["caption"])[:, None, :]
    for block in self.blocks:
        vectors = block.modulation(vector).chunk(6, dim=-1)
        for (shift, scale, gate), layer in zip(
            (vectors[:3], vectors[3:]), (lambda x, b=block: b.attention(x, mask), block.mlp)
        ):
            h = h + gate * layer(block.norm(h) * scale.add(1) + shift)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    vector = functional.silu(c["time"] + c["caption"])[:, None, :]
    shift, scale = self.final_modulation(vector).tensor_split(2, dim=-1)
    return self.final(shift + self.final_norm(h) * (scale + 1.0))
