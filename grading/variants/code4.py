"""Other right answers to Code 4."""

import torch
from torch import nn
from torch.nn import functional

from grading.bank import variant
from grading.variants.denoiser import common_variants


@variant()
def the_last_hint():
    """In its words."""

    def modulated(h, shift, scale):
        return (1 + scale) * h + shift

    def cond_mapping(self, condition):
        return functional.silu(condition.time + condition.pooled)

    def backbone(self, h, mask, c):
        for block in self.blocks:
            a, b, gate1, d, e, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
            h = h + gate1 * block.attention(modulated(block.norm(h), a, b), mask)
            h = h + gate2 * block.mlp(modulated(block.norm(h), d, e))
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(modulated(self.final_norm(h), shift, scale))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def modulate():
    """With `modulate` of the authors' code, which adds the axis for frames."""

    def modulated(x, shift, scale):
        return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)

    def cond_mapping(self, condition):
        return nn.SiLU()(torch.add(condition.pooled, condition.time))

    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c).chunk(6, dim=1)
            h = h + gate1.unsqueeze(1) * block.attention(modulated(block.norm(h), shift1, scale1), mask)
            h = h + gate2.unsqueeze(1) * block.mlp(modulated(block.norm(h), shift2, scale2))
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c).chunk(2, dim=1)
        return self.final(modulated(self.final_norm(h), shift, scale))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def silu_at_each_modulation():
    """c is the sum, and SiLU is applied before each modulation, as in the authors' code."""

    def cond_mapping(self, condition):
        return condition.time + condition.pooled

    def backbone(self, h, mask, c):
        for block in self.blocks:
            a, b = block.modulation(functional.silu(c)).view(len(c), 2, 3, 1, -1).unbind(1)
            h = h + a[:, 2] * block.attention(torch.addcmul(a[:, 0], 1 + a[:, 1], block.norm(h)), mask)
            h = h + b[:, 2] * block.mlp(torch.addcmul(b[:, 0], 1 + b[:, 1], block.norm(h)))
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c * c.sigmoid()).unsqueeze(1).tensor_split(2, dim=2)
        x = self.final_norm(h)
        return self.final(x + x * scale + shift)

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def axis_in_c():
    """c is (B, 1, W) from the start."""

    def cond_mapping(self, condition):
        c = (condition.time + condition.pooled).unsqueeze(1)
        return c / (1 + torch.exp(-c))

    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c).split(self.width, dim=-1)
            x = block.norm(h)
            h = h + gate1 * block.attention(x + scale1 * x + shift1, mask)
            x = block.norm(h)
            h = h + gate2 * block.mlp(x + scale2 * x + shift2)
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c).split(self.width, dim=-1)
        return self.final((scale + 1) * self.final_norm(h) + shift)

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def all_vectors_at_once():
    """`cond_mapping` regresses all modulation; the others read it from a list."""

    def cond_mapping(self, condition):
        c = functional.silu(condition.time + condition.pooled)
        final = self.final_modulation(c).unflatten(-1, (2, 1, -1))
        return [block.modulation(c).unflatten(-1, (6, 1, -1)) for block in self.blocks], final

    def backbone(self, h, mask, c):
        for block, v in zip(self.blocks, c[0], strict=True):
            h = h + v[:, 2] * block.attention((1 + v[:, 1]) * block.norm(h) + v[:, 0], mask)
            h = h + v[:, 5] * block.mlp((1 + v[:, 4]) * block.norm(h) + v[:, 3])
        return h

    def output_projection(self, h, mask, c):
        return self.final((1 + c[1][:, 1]) * self.final_norm(h) + c[1][:, 0])

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def sample_by_sample():
    """A loop over the batch in which padding is cut off instead of masked."""

    def backbone(self, h, mask, c):
        out = torch.zeros_like(h)
        for i in range(len(h)):
            row = h[i : i + 1, mask[i]]
            everything = mask[i : i + 1, mask[i]]
            for block in self.blocks:
                v = block.modulation(c[i]).reshape(6, -1)
                row = row + v[2] * block.attention((1 + v[1]) * block.norm(row) + v[0], everything)
                row = row + v[5] * block.mlp((1 + v[4]) * block.norm(row) + v[3])
            out[i, mask[i]] = row[0]
        return out

    return backbone


@variant()
def additive_mask():
    """A float mask: 0 at real frames, −inf elsewhere."""

    def backbone(self, h, mask, c):
        added = torch.zeros_like(mask, dtype=h.dtype).masked_fill(~mask, -torch.inf)
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
            h = h + gate1 * block.attention((1 + scale1) * block.norm(h) + shift1, added)
            h = h + gate2 * block.mlp((1 + scale2) * block.norm(h) + shift2)
        return h

    return backbone


@variant()
def einsum():
    """Gates by einsum, vectors repeated for each frame, the norm written out."""

    def norm(h):
        h = h - h.mean(-1, keepdim=True)
        return h / (h.square().mean(-1, keepdim=True) + 1e-5).sqrt()

    def backbone(self, h, mask, c):
        F = h.shape[1]
        for block in self.blocks:
            v = block.modulation(c).reshape(len(c), 6, self.width)
            wide = v.unsqueeze(1).expand(-1, F, -1, -1)
            out = block.attention(norm(h) * (1 + wide[:, :, 1]) + wide[:, :, 0], mask)
            h = h + torch.einsum("bfw,bw->bfw", out, v[:, 2])
            out = block.mlp(norm(h) * (1 + wide[:, :, 4]) + wide[:, :, 3])
            h = h + torch.einsum("bfw,bw->bfw", out, v[:, 5])
        return h

    def output_projection(self, h, mask, c):
        shift, scale = torch.tensor_split(self.final_modulation(c), 2, dim=-1)
        x = norm(h) + torch.einsum("bfw,bw->bfw", norm(h), scale) + shift[:, None]
        return functional.linear(x, self.final.weight, self.final.bias)

    return dict(backbone=backbone, output_projection=output_projection)


@variant()
def in_double():
    """Modulation in float64; results in the dtype of h."""

    def modulated(norm, h, shift, scale):
        return ((1 + scale.double()) * norm(h.double()) + shift.double()).float()

    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(modulated(self.final_norm, h, shift, scale))

    return dict(backbone=backbone, output_projection=output_projection)


COMMON = common_variants("code4")
