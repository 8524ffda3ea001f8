"""Other right answers to Code 5."""

import torch
from torch.nn import functional

from grading.bank import variant
from grading.variants.denoiser import common_variants


@variant()
def the_last_hint():
    """In its words."""

    def cond_mapping(self, condition):
        two = torch.stack([condition.time, condition.pooled], dim=1)
        always = torch.ones(len(two), 2, dtype=torch.bool, device=two.device)
        memory = self.memory_norm(torch.cat([two, condition.tokens], dim=1))
        return memory, torch.cat([always, condition.mask], dim=1)

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            h = h + block.self_attention(block.norm1(h), mask)
            h = h + block.cross_attention(block.norm2(h), memory_mask, memory)
            h = h + block.mlp(block.norm3(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def words_first():
    """The memory in another order: attention does not depend on it."""

    def cond_mapping(self, condition):
        parts = [condition.tokens.flip(1), condition.pooled.unsqueeze(1), condition.time.unsqueeze(1)]
        mask = functional.pad(condition.mask.flip(1), (0, 2), value=True)
        return self.memory_norm(torch.cat(parts, dim=1)), mask

    return cond_mapping


@variant()
def part_by_part():
    """Each part of the memory through the norm by itself, which is computed row by row."""

    def cond_mapping(self, condition):
        memory = [self.memory_norm(part)[:, None] for part in (condition.time, condition.pooled)]
        memory += [self.memory_norm(word)[:, None] for word in condition.tokens.unbind(1)]
        always = torch.ones(len(condition.mask), 2, dtype=torch.bool, device=condition.mask.device)
        return torch.hstack(memory), torch.hstack([always, condition.mask])

    return cond_mapping


@variant()
def norm_in_the_backbone():
    """`cond_mapping` passes the condition on unchanged."""

    def cond_mapping(self, condition):
        return condition

    def backbone(self, h, mask, c):
        memory = self.memory_norm(torch.cat([c.time[:, None], c.pooled[:, None], c.tokens], dim=1))
        memory_mask = functional.pad(c.mask, (2, 0), value=True)
        for i in range(len(self.blocks)):
            block = self.blocks[i]
            h = torch.add(h, block.self_attention(block.norm1(h), mask, memory=None))
            h = torch.add(h, block.cross_attention(block.norm2(h), memory_mask, memory=memory))
            h = torch.add(h, block.mlp(block.norm3(h)))
        return h

    return dict(cond_mapping=cond_mapping, backbone=backbone)


@variant()
def additive_masks():
    """A float mask: 0 at real tokens, −inf elsewhere."""

    def added(mask):
        return torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, -torch.inf)

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            x = block.norm1(h)
            h = h + block.self_attention(x, added(mask), x)
            h = h + block.cross_attention(block.norm2(h), added(memory_mask), memory)
            h = h + block.mlp(block.norm3(h))
        return h

    return backbone


@variant()
def large_negative_masks():
    """−1e9 in the place of −inf."""

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        frames, words = (-1e9 * (1 - m.float()) for m in (mask, memory_mask))
        for block in self.blocks:
            h = h + block.self_attention(block.norm1(h), frames)
            h = h + block.cross_attention(block.norm2(h), words, memory)
            h = h + block.mlp(block.norm3(h))
        return h

    return backbone


@variant()
def attention_by_hand():
    """Keys and values from the two halves of the weight, softmax of scores with −inf, heads by einsum."""

    def attend(layer, x, mask, memory):
        heads = (*x.shape[:1], -1, layer.heads, x.shape[-1] // layer.heads)
        k, v = layer.key_value(memory).chunk(2, dim=-1)
        scores = torch.einsum("bnhd,bmhd->bhnm", layer.query(x).reshape(heads), k.reshape(heads))
        scores = torch.where(mask[:, None, None], scores / heads[-1] ** 0.5, -torch.inf)
        out = torch.einsum("bhnm,bmhd->bnhd", scores.softmax(dim=-1), v.reshape(heads))
        return layer.output(out.reshape(x.shape))

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            x = block.norm1(h)
            h = h + attend(block.self_attention, x, mask, x)
            h = h + attend(block.cross_attention, block.norm2(h), memory_mask, memory)
            h = h + block.mlp(block.norm3(h))
        return h

    return backbone


@variant()
def sample_by_sample():
    """A loop over the batch in which padding is cut off instead of masked."""

    def cond_mapping(self, condition):
        rows = zip(condition.time, condition.pooled, condition.tokens, condition.mask, strict=True)
        memories = [torch.cat([time[None], pooled[None], words[real]]) for time, pooled, words, real in rows]
        return [self.memory_norm(memory)[None] for memory in memories]

    def backbone(self, h, mask, c):
        out = []
        for frames, real, memory in zip(h, mask, c, strict=True):
            row = frames[real][None]
            whole = mask.new_ones(1, row.shape[1])
            for block in self.blocks:
                row = row + block.self_attention(block.norm1(row), whole)
                always = mask.new_ones(1, memory.shape[1])
                row = row + block.cross_attention(block.norm2(row), always, memory)
                row = row + block.mlp(block.norm3(row))
            out.append(functional.pad(row[0], (0, 0, 0, len(frames) - row.shape[1])))
        return torch.stack(out)

    return dict(cond_mapping=cond_mapping, backbone=backbone)


@variant()
def padded_words_zeroed_and_masked():
    """Padding is set to zero, and masked as well."""

    def cond_mapping(self, condition):
        B, L, W = condition.tokens.shape
        memory = condition.tokens.new_zeros(B, 2 + L, W)
        memory[:, 0], memory[:, 1] = condition.time, condition.pooled
        memory[:, 2:] = condition.tokens.masked_fill(~condition.mask[..., None], 0)
        mask = torch.arange(L + 2, device=memory.device) < 2 + condition.mask.sum(1, keepdim=True)
        return self.memory_norm(memory), mask

    return cond_mapping


@variant()
def in_double():
    """Norms and sums in float64; results in the dtype of h."""

    def norm(layer, h):
        weights = layer.weight.double(), layer.bias.double()
        return functional.layer_norm(h.double(), h.shape[-1:], *weights, layer.eps).float()

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            h = (h.double() + block.self_attention(norm(block.norm1, h), mask)).float()
            h = (h.double() + block.cross_attention(norm(block.norm2, h), memory_mask, memory)).float()
            h = (h.double() + block.mlp(norm(block.norm3, h))).float()
        return h

    def output_projection(self, h, mask, c):
        return self.final(norm(self.final_norm, h))

    return dict(backbone=backbone, output_projection=output_projection)


@variant()
def padded_rows_zeroed():
    """The output at padded frames is zero: it is not used."""

    def output_projection(self, h, mask, c):
        return torch.where(mask[..., None], self.final(self.final_norm(h)), 0)

    return output_projection


COMMON = common_variants("code5")
