# right: frames as the first axis, so that (B, W) broadcasts by itself; slices instead of chunk.
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return functional.silu(condition.time.add(condition.pooled))


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    W = self.width
    h = h.transpose(0, 1)  # (F, B, W)
    for block in self.blocks:
        m = block.modulation(c)  # (B, 6 W)
        x = block.norm(h) * (1 + m[:, W : 2 * W]) + m[:, :W]
        y = block.attention(x.transpose(0, 1), mask).transpose(0, 1)
        h = h + m[:, 2 * W : 3 * W] * y
        x = block.norm(h) * (1 + m[:, 4 * W : 5 * W]) + m[:, 3 * W : 4 * W]
        y = block.mlp(x)
        h = h + m[:, 5 * W :] * y
    return h.transpose(0, 1)


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    m = self.final_modulation(c)
    shift, scale = m[:, : self.width], m[:, self.width :]
    rows = self.final_norm(h).transpose(0, 1) * (1 + scale) + shift  # (F, B, W)
    return self.final(rows.transpose(0, 1))
