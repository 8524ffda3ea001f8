"""Other right answers to Code 3."""

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
        return torch.cat([two, condition.tokens], dim=1), torch.cat([always, condition.mask], dim=1)

    def backbone(self, h, mask, c):
        tokens, token_mask = c
        sequence, mask = torch.cat([tokens, h], dim=1), torch.cat([token_mask, mask], dim=1)
        for block in self.blocks:
            sequence = sequence + block.attention(block.norm1(sequence), mask)
            sequence = sequence + block.mlp(block.norm2(sequence))
        return sequence

    def output_projection(self, h, mask, c):
        F = mask.shape[1]
        return self.final(self.final_norm(h[:, -F:]))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def frames_first():
    """Condition tokens after the frames."""

    def backbone(self, h, mask, c):
        tokens, token_mask = c
        h, mask = torch.cat([h, tokens], dim=1), torch.cat([mask, token_mask], dim=1)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, : mask.shape[1]]))

    return dict(backbone=backbone, output_projection=output_projection)


@variant()
def frames_between():
    """Time before the frames; caption and words, in another order, after them."""

    def cond_mapping(self, condition):
        return condition

    def backbone(self, h, mask, c):
        behind = torch.cat([c.tokens.flip(1), c.pooled[:, None]], dim=1)
        h = torch.cat([c.time[:, None], h, behind], dim=1)
        mask = torch.cat([functional.pad(mask, (1, 0), value=True), c.mask.flip(1)], dim=1)
        mask = functional.pad(mask, (0, 1), value=True)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, 1 : 1 + mask.shape[1]]))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def additive_mask():
    """A float mask: 0 at real tokens, −inf elsewhere."""

    def cond_mapping(self, condition):
        tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
        hidden = torch.zeros_like(condition.mask, dtype=tokens.dtype).masked_fill(~condition.mask, -torch.inf)
        return tokens, functional.pad(hidden, (2, 0))

    def backbone(self, h, mask, c):
        tokens, hidden = c
        hidden = torch.cat([hidden, torch.where(mask, 0.0, -torch.inf)], dim=1)
        h = torch.cat([tokens, h], dim=1)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), hidden)
            h = h + block.mlp(block.norm2(h))
        return h

    return dict(cond_mapping=cond_mapping, backbone=backbone)


@variant()
def large_negative_mask():
    """−1e9 in the place of −inf."""

    def backbone(self, h, mask, c):
        tokens, token_mask = c
        h = torch.cat([tokens, h], dim=1)
        added = -1e9 * (~torch.cat([token_mask, mask], dim=1)).float()
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), added)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@variant()
def frames_and_tokens_apart():
    """Two sequences with attention over both, which equals one sequence."""

    def backbone(self, h, mask, c):
        tokens, token_mask = c
        joint = torch.cat([token_mask, mask], dim=1)
        for block in self.blocks:
            a, b = block.norm1(tokens), block.norm1(h)
            memory = torch.cat([a, b], dim=1)
            tokens = tokens + block.attention(a, joint, memory)
            h = h + block.attention(b, joint, memory)
            tokens, h = tokens + block.mlp(block.norm2(tokens)), h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h))

    return dict(backbone=backbone, output_projection=output_projection)


@variant()
def attention_by_hand():
    """Softmax of scores with −inf, heads by einsum."""

    def attend(layer, x, mask):
        B, N, W = x.shape
        q = layer.query(x).view(B, N, layer.heads, -1)
        k, v = layer.key_value(x).view(B, N, 2, layer.heads, -1).unbind(2)
        scores = torch.einsum("bnhd,bmhd->bhnm", q, k) / q.shape[-1] ** 0.5
        weights = scores.masked_fill(~mask[:, None, None], -torch.inf).softmax(-1)
        return layer.output(torch.einsum("bhnm,bmhd->bnhd", weights, v).reshape(B, N, W))

    def backbone(self, h, mask, c):
        h, mask = torch.cat([c[0], h], dim=1), torch.cat([c[1], mask], dim=1)
        for block in self.blocks:
            h = h + attend(block.attention, block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@variant()
def sample_by_sample():
    """A loop over the batch in which padding is cut off instead of masked."""

    def cond_mapping(self, condition):
        kept = [words[real] for words, real in zip(condition.tokens, condition.mask, strict=True)]
        pairs = zip(condition.time, condition.pooled, kept, strict=True)
        return [torch.cat([time[None], pooled[None], words]) for time, pooled, words in pairs]

    def backbone(self, h, mask, c):
        out = []
        for frames, real, tokens in zip(h, mask, c, strict=True):
            row = torch.cat([tokens, frames[real]])[None]
            everything = torch.ones(row.shape[:2], dtype=torch.bool, device=h.device)
            for block in self.blocks:
                row = row + block.attention(block.norm1(row), everything)
                row = row + block.mlp(block.norm2(row))
            out.append(functional.pad(row[0, len(tokens) :], (0, 0, 0, int((~real).sum()))))
        return torch.stack(out)

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h))

    return dict(cond_mapping=cond_mapping, backbone=backbone, output_projection=output_projection)


@variant()
def buffer_filled_in():
    """New tensors filled slice by slice; no argument is changed."""

    def cond_mapping(self, condition):
        B, L, W = condition.tokens.shape
        tokens = condition.tokens.new_empty(B, L + 2, W)
        tokens[:, 0], tokens[:, 1], tokens[:, 2:] = condition.time, condition.pooled, condition.tokens
        mask = condition.mask.new_ones(B, L + 2)
        mask[:, 2:] = condition.mask
        return tokens, mask

    return cond_mapping


@variant()
def project_then_drop():
    """Norm and projection of every token, then the frames alone, counted from the sequence's length."""

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h))[:, c[0].shape[1] :]

    return output_projection


@variant()
def dictionary():
    """The structure of what `cond_mapping` returns is free."""

    def cond_mapping(self, condition):
        always = condition.mask.new_ones(len(condition.mask), 1)
        return {
            "tokens": [condition.pooled.unsqueeze(1), condition.time.unsqueeze(1), condition.tokens],
            "masks": [always, always, condition.mask],
        }

    def backbone(self, h, mask, c):
        h, mask = torch.hstack([*c["tokens"], h]), torch.hstack([*c["masks"], mask])
        for i in range(len(self.blocks)):
            block = self.blocks[i]
            h = torch.add(h, block.attention(block.norm1(h), mask))
            h = torch.add(h, block.mlp(block.norm2(h)))
        return h

    return dict(cond_mapping=cond_mapping, backbone=backbone)


@variant()
def in_double():
    """Norms and sums in float64; results in the dtype of h."""

    def norm(layer, h):
        return functional.layer_norm(
            h.double(), h.shape[-1:], layer.weight.double(), layer.bias.double(), layer.eps
        ).float()

    def backbone(self, h, mask, c):
        h, mask = torch.cat([c[0], h], dim=1), torch.cat([c[1], mask], dim=1)
        for block in self.blocks:
            h = (h.double() + block.attention(norm(block.norm1, h), mask)).float()
            h = (h.double() + block.mlp(norm(block.norm2, h))).float()
        return h

    return backbone


COMMON = common_variants("code3")
