"""Wrong answers to Code 4."""

import torch
from torch.nn import functional

from grading.bank import mutant
from grading.mutants.denoiser import common_mutants
from labkit.stubs import reference


def vectors(block, c):
    """shift, scale and gate of attention, then of the mlp, each (B, 1, W)."""
    return block.modulation(c)[:, None].chunk(6, dim=-1)


def modulated(norm, h, shift, scale):
    return (1 + scale) * norm(h) + shift


# ----------------------------------------------------------------------------------------------------------
#                                               cond_mapping
# ----------------------------------------------------------------------------------------------------------


@mutant("Time is missing in c: the network cannot know how noisy its input is")
def time_left_out():
    return {"cond_mapping": lambda self, condition: functional.silu(condition.pooled)}


@mutant("The caption is missing in c: add `condition.pooled` to the time")
def caption_left_out():
    return {"cond_mapping": lambda self, condition: functional.silu(condition.time)}


@mutant("SiLU is missing: c is SiLU of the sum, else each modulation is only a linear map of the sum")
def no_silu():
    return {"cond_mapping": lambda self, condition: condition.time + condition.pooled}


@mutant("SiLU is taken of time and caption separately: add first, then take SiLU of the sum")
def silu_before_the_sum():
    def cond_mapping(self, condition):
        return functional.silu(condition.time) + functional.silu(condition.pooled)

    return cond_mapping


@mutant("SiLU is taken of the time alone: add the caption first, then take SiLU of the sum")
def silu_of_time_alone():
    return {"cond_mapping": lambda self, condition: functional.silu(condition.time) + condition.pooled}


@mutant("SiLU is taken twice: `cond_mapping` has already applied it")
def silu_twice():
    def cond_mapping(self, condition):
        return functional.silu(functional.silu(condition.time + condition.pooled))

    return cond_mapping


@mutant("Another nonlinearity is used instead of SiLU, which is x · sigmoid(x)")
def relu():
    return {"cond_mapping": lambda self, condition: functional.relu(condition.time + condition.pooled)}


@mutant("Time and caption are multiplied: c is of their sum")
def product():
    return {"cond_mapping": lambda self, condition: functional.silu(condition.time * condition.pooled)}


@mutant("Time and caption are averaged: c is of their sum")
def average():
    return {"cond_mapping": lambda self, condition: functional.silu((condition.time + condition.pooled) / 2)}


@mutant("c is computed from the words: use `condition.pooled`, one vector for the whole caption")
def mean_of_words():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        return functional.silu(condition.time + (condition.tokens * real).sum(1) / real.sum(1))

    return cond_mapping


@mutant("The words are in c beside time and pooled caption: c is computed from the sum of these two alone")
def words_added():
    def cond_mapping(self, condition):
        words = (condition.tokens * condition.mask[..., None]).sum(1) / condition.mask.sum(1, keepdim=True)
        return functional.silu(condition.time + condition.pooled + words)

    return cond_mapping


@mutant("Time and caption are concatenated, 2·W wide: add them")
def concatenated():
    def cond_mapping(self, condition):
        return functional.silu(torch.cat([condition.time, condition.pooled], dim=-1))

    return cond_mapping


@mutant("`cond_mapping` returns nothing: is `return` missing?")
def cond_mapping_returns_nothing():
    return {"cond_mapping": lambda self, condition: None}


# ----------------------------------------------------------------------------------------------------------
#                                                 backbone
# ----------------------------------------------------------------------------------------------------------


@mutant("The blocks scale by `scale`, so that scale 0 removes the input: scale by 1 + scale")
def blocks_without_one_plus():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(scale1 * block.norm(h) + shift1, mask)
            h = h + gate2 * block.mlp(scale2 * block.norm(h) + shift2)
        return h

    return backbone


@mutant("Both blocks and final layer scale by `scale`; scale 0 should change nothing: scale by 1 + scale")
def nowhere_one_plus():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(scale * self.final_norm(h) + shift)

    return blocks_without_one_plus.functions | dict(output_projection=output_projection)


@mutant("The gates are missing: what a layer returns is multiplied by its gate before it is added to h")
def no_gates():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, _, shift2, scale2, _ = vectors(block, c)
            h = h + block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The gate of attention is missing: what attention returns is multiplied by it before it is added to h"
)
def no_gate_for_attention():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, _, shift2, scale2, gate2 = vectors(block, c)
            h = h + block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The gate of the mlp is missing: what the mlp returns is multiplied by it before it is added to h")
def no_gate_for_mlp():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, _ = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The gates are 1 + gate: a gate of zero multiplies the output by 0, so that a new block is the identity"
)
def one_plus_gate():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + (1 + gate1) * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + (1 + gate2) * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("Tanh is applied to the gates: use them as they are")
def tanh_of_gate():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1.tanh() * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2.tanh() * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The gates mix h and the layer's output, (1 − gate) · h + gate · output: h itself is kept whole")
def gate_mixes():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = (1 - gate1) * h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = (1 - gate2) * h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The mlp comes before attention: swap them")
def mlp_before_attention():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
        return h

    return backbone


@mutant("The norm is multiplied by exp(scale): the factor is 1 + scale")
def exp_of_scale():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(scale1.exp() * block.norm(h) + shift1, mask)
            h = h + gate2 * block.mlp(scale2.exp() * block.norm(h) + shift2)
        return h

    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(scale.exp() * self.final_norm(h) + shift)

    return {"backbone": backbone, "output_projection": output_projection}


@mutant(
    "h is added once more before the last layer: its input is the modulated norm alone, without a residual"
)
def residual_before_final():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(h + modulated(self.final_norm, h, shift, scale))

    return output_projection


@mutant("A sigmoid is applied to the gates: use them as they are, a gate of zero gives an output of 0")
def sigmoid_of_gate():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1.sigmoid() * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2.sigmoid() * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The gates multiply h too: only the output of attention or mlp is multiplied by a gate, h is not")
def gate_on_the_residual():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = gate1 * (h + block.attention(modulated(block.norm, h, shift1, scale1), mask))
            h = gate2 * (h + block.mlp(modulated(block.norm, h, shift2, scale2)))
        return h

    return backbone


@mutant("The gates are applied to the inputs of attention and mlp: apply them to their outputs")
def gate_before_the_layer():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + block.attention(gate1 * modulated(block.norm, h, shift1, scale1), mask)
            h = h + block.mlp(gate2 * modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("In the blocks, shift and scale are swapped: `modulation` gives shift first, then scale, then gate")
def blocks_swap_shift_and_scale():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            scale1, shift1, gate1, scale2, shift2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("Shift and scale are swapped everywhere: shift comes first, in the blocks and in the final layer")
def shift_and_scale_swapped():
    def output_projection(self, h, mask, c):
        scale, shift = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(modulated(self.final_norm, h, shift, scale))

    return blocks_swap_shift_and_scale.functions | dict(output_projection=output_projection)


@mutant("The gate is read first: the six vectors are shift, scale, gate, and once more shift, scale, gate")
def gate_first():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            gate1, shift1, scale1, gate2, shift2, scale2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The six vectors are read in pairs (two shifts, two scales, two gates): they are two groups of "
    "three: shift, scale, gate"
)
def pairs():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, shift2, scale1, scale2, gate1, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The six vectors' halves are swapped: the first three are for attention, the last three for the mlp")
def halves_swapped():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift2, scale2, gate2, shift1, scale1, gate1 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The mlp is modulated with attention's shift, scale and gate: the last three vectors are its own")
def one_three_for_both():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift, scale, gate, *_ = vectors(block, c)
            h = h + gate * block.attention(modulated(block.norm, h, shift, scale), mask)
            h = h + gate * block.mlp(modulated(block.norm, h, shift, scale))
        return h

    return backbone


@mutant(
    "The residuals are missing: the outputs of attention and mlp are *added* to h, they do not replace it"
)
def no_residuals():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The residual is the modulated h: add to h itself; only the inputs of attention and mlp are modulated"
)
def modulated_residual():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = modulated(block.norm, h, shift1, scale1)
            h = h + gate1 * block.attention(h, mask)
            h = modulated(block.norm, h, shift2, scale2)
            h = h + gate2 * block.mlp(h)
        return h

    return backbone


@mutant(
    "The residual is the normalised h: add to h itself; only the inputs of the layers are normalised and "
    "modulated"
)
def norm_on_the_residual():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = block.norm(h)
            h = h + gate1 * block.attention((1 + scale1) * h + shift1, mask)
            h = block.norm(h)
            h = h + gate2 * block.mlp((1 + scale2) * h + shift2)
        return h

    return backbone


@mutant("The norms are missing: scale and shift are for `block.norm(h)`, not for h itself")
def no_norms():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention((1 + scale1) * h + shift1, mask)
            h = h + gate2 * block.mlp((1 + scale2) * h + shift2)
        return h

    return backbone


@mutant(
    "The norm is taken after the modulation: first the norm, then scale and shift, or the norm removes them"
)
def norm_after_modulation():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(block.norm((1 + scale1) * h + shift1), mask)
            h = h + gate2 * block.mlp(block.norm((1 + scale2) * h + shift2))
        return h

    return backbone


@mutant(
    "The mlp has the same input as attention: compute the norm again, of the h to which attention has "
    "been added"
)
def one_norm_a_block():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            normed = block.norm(h)
            h = h + gate1 * block.attention((1 + scale1) * normed + shift1, mask)
            h = h + gate2 * block.mlp((1 + scale2) * normed + shift2)
        return h

    return backbone


@mutant("The shift is scaled as well, (1 + scale) · (norm + shift): scale first, then shift")
def shift_before_scale():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention((1 + scale1) * (block.norm(h) + shift1), mask)
            h = h + gate2 * block.mlp((1 + scale2) * (block.norm(h) + shift2))
        return h

    return backbone


def one_layer(wrong, name):
    """A backbone in which one layer ("attention" or "mlp") is wrong: wrong(h, norm, shift, scale) → what its
    output is added to, and its input."""

    def backbone(self, h, mask, c):
        for block in self.blocks:
            six = vectors(block, c)
            for layer, (shift, scale, gate) in zip(("attention", "mlp"), (six[:3], six[3:]), strict=True):
                rest, x = h, modulated(block.norm, h, shift, scale)
                if layer == name:
                    rest, x = wrong(h, block.norm, shift, scale)
                h = rest + gate * (block.attention(x, mask) if layer == "attention" else block.mlp(x))
        return h

    return {"backbone": backbone}


def without_norm(h, norm, shift, scale):
    return h, (1 + scale) * h + shift


def shift_scaled(h, norm, shift, scale):
    return h, (1 + scale) * (norm(h) + shift)


def added_to_its_input(h, norm, shift, scale):
    return (modulated(norm, h, shift, scale),) * 2


def without_one_plus(h, norm, shift, scale):
    return h, scale * norm(h) + shift


@mutant("`block.norm` is missing before attention: scale and shift are for block.norm(h)")
def no_norm_before_attention():
    return one_layer(without_norm, "attention")


@mutant("`block.norm` is missing before the mlp: scale and shift are for block.norm(h)")
def no_norm_before_mlp():
    return one_layer(without_norm, "mlp")


@mutant("Attention's shift is scaled as well: (1 + scale) · norm(h) + shift")
def shift_of_attention_scaled():
    return one_layer(shift_scaled, "attention")


@mutant("The mlp's shift is scaled as well: (1 + scale) · norm(h) + shift")
def shift_of_mlp_scaled():
    return one_layer(shift_scaled, "mlp")


@mutant("Attention's output is added to its modulated input: add it to h itself")
def attention_added_to_its_input():
    return one_layer(added_to_its_input, "attention")


@mutant("The mlp's output is added to its modulated input: add it to h itself")
def mlp_added_to_its_input():
    return one_layer(added_to_its_input, "mlp")


@mutant("Attention's input is scaled by `scale`, so that scale 0 removes it: scale by 1 + scale")
def attention_without_one_plus():
    return one_layer(without_one_plus, "attention")


@mutant("The mlp's input is scaled by `scale`, so that scale 0 removes it: scale by 1 + scale")
def mlp_without_one_plus():
    return one_layer(without_one_plus, "mlp")


@mutant("The mlp is shifted and scaled by attention's vectors: the fourth and fifth vector are its own")
def mlp_takes_attentions_shift_and_scale():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, _, _, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift1, scale1))
        return h

    return backbone


@mutant("The norm in the blocks runs over all frames together: each frame by itself, by `block.norm`")
def norm_over_frames():
    def norm(h):
        return functional.layer_norm(h, h.shape[1:])

    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(norm, h, shift2, scale2))
        return h

    return backbone


@mutant("c is detached before the last modulation: part of the gradient of time and caption is missing")
def detached_for_the_final_layer():
    right = reference("code4")

    def output_projection(self, h, mask, c):
        return right.output_projection(self, h, mask, c.detach())

    return output_projection


@mutant("c is detached in the blocks: most of the gradient of time and caption is missing")
def detached_for_the_blocks():
    right = reference("code4")

    def backbone(self, h, mask, c):
        return right.backbone(self, h, mask, c.detach())

    return backbone


@mutant("Shift and scale are applied to the layers' outputs: apply them to the layers' inputs")
def modulation_behind_the_layer():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * ((1 + scale1) * block.attention(block.norm(h), mask) + shift1)
            h = h + gate2 * ((1 + scale2) * block.mlp(block.norm(h)) + shift2)
        return h

    return backbone


@mutant("The shift is missing in the blocks: (1 + scale) · norm + shift")
def no_shift():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            _, scale1, gate1, _, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention((1 + scale1) * block.norm(h), mask)
            h = h + gate2 * block.mlp((1 + scale2) * block.norm(h))
        return h

    return backbone


@mutant("The mlp is not modulated: it has a shift, scale and gate of its own, like attention")
def mlp_not_modulated():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift, scale, gate, *_ = vectors(block, c)
            h = h + gate * block.attention(modulated(block.norm, h, shift, scale), mask)
            h = h + block.mlp(block.norm(h))
        return h

    return backbone


@mutant("The mlp is never called: a block is attention *and* mlp")
def no_mlp():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, *_ = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
        return h

    return backbone


@mutant("Attention is never called: the output of a frame depends on the other frames too")
def no_attention():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            *_, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The loop ends after its first block: is `return h` indented too far?")
def return_in_the_loop():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            return h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("All blocks get the modulation of the first: each regresses its own six vectors from c")
def modulation_of_the_first_block():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(self.blocks[0], c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The first block is used every time: apply each of `self.blocks` once")
def one_block_for_all():
    def backbone(self, h, mask, c):
        for _ in self.blocks:
            block = self.blocks[0]
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("Padded frames are attended to: pass `mask` to attention")
def padded_frames_seen():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            out = block.attention(modulated(block.norm, h, shift1, scale1), torch.ones_like(mask))
            h = h + gate1 * out
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The mask is inverted: `attention` expects True where there *is* a frame to attend to")
def mask_inverted():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), ~mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The mask is made of numbers: attention *adds* a float mask to its scores, so nothing is masked. "
    "Keep it bool"
)
def float_mask():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask.float())
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The six vectors are (B, W), but frames are (B, F, W): add an axis for the frames, or samples and "
    "frames are mixed up"
)
def no_axis_for_frames():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c).chunk(6, dim=-1)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The six vectors have no axis for the frames, so that torch matches samples with frames: make them "
    "(B, 1, W), by [:, None]"
)
def samples_meet_frames():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c).chunk(6, dim=-1)
            h = h + gate1 * block.attention(block.norm(h) * (1 + scale1) + shift1, mask)
            h = h + gate2 * block.mlp(block.norm(h) * (1 + scale2) + shift2)
        return h

    return backbone


@mutant(
    "Every sixth number is taken for a vector: the six vectors come one after the other, each W numbers, as "
    "chunk(6, dim=-1) splits them"
)
def interleaved_vectors():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            six = block.modulation(c)[:, None].unflatten(-1, (-1, 6))
            shift1, scale1, gate1, shift2, scale2, gate2 = six.unbind(-1)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("SiLU is taken again in each block: `cond_mapping` has applied it, `modulation` takes c as it is")
def silu_in_each_block():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, functional.silu(c))
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant("The blocks' norm is written by hand, with x.std(), which divides by W − 1: use `block.norm`")
def norm_by_hand():
    def norm(x):
        return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + 1e-5)

    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h = h + gate1 * block.attention(modulated(norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "The vectors of one sample are applied to others: the axis for the frames is missing or in the wrong "
    "place"
)
def vectors_of_the_first_sample():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c)[0].chunk(6, dim=-1)
            h = h + gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h = h + gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


@mutant(
    "`h += ...` changes h in place: this works here, but the backward pass needs the old values. Write h "
    "= h + ..."
)
def in_place():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            shift1, scale1, gate1, shift2, scale2, gate2 = vectors(block, c)
            h += gate1 * block.attention(modulated(block.norm, h, shift1, scale1), mask)
            h += gate2 * block.mlp(modulated(block.norm, h, shift2, scale2))
        return h

    return backbone


# ----------------------------------------------------------------------------------------------------------
#                                             output_projection
# ----------------------------------------------------------------------------------------------------------


@mutant("The last modulation is missing: `final_modulation` regresses shift and scale for `final_norm`")
def no_final_modulation():
    return {"output_projection": lambda self, h, mask, c: self.final(self.final_norm(h))}


@mutant("The final layer scales by `scale`; scale 0 should change nothing: scale by 1 + scale")
def final_without_one_plus():
    return {"output_projection": nowhere_one_plus.functions["output_projection"]}


@mutant("SiLU is taken again before `final_modulation`: `cond_mapping` has applied it, pass c on as it is")
def silu_in_the_final_layer():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(functional.silu(c))[:, None].chunk(2, dim=-1)
        return self.final(modulated(self.final_norm, h, shift, scale))

    return output_projection


@mutant(
    "The final layer scales by `scale` and reads it before the shift: shift comes first, and the factor is "
    "1 + scale"
)
def final_swapped_without_one_plus():
    def output_projection(self, h, mask, c):
        scale, shift = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(scale * self.final_norm(h) + shift)

    return output_projection


@mutant("In the final layer, shift and scale are swapped: `final_modulation` gives shift first")
def final_swaps_shift_and_scale():
    return {"output_projection": shift_and_scale_swapped.functions["output_projection"]}


@mutant("`final_norm` is missing: the last modulation is applied to the normalised h")
def no_final_norm():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final((1 + scale) * h + shift)

    return output_projection


@mutant("`final_norm` comes after the last modulation: first the norm, then scale and shift")
def final_norm_after_modulation():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return self.final(self.final_norm((1 + scale) * h + shift))

    return output_projection


@mutant("`final` is missing: rows are still as wide as the network, not features of a frame")
def no_final():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        return modulated(self.final_norm, h, shift, scale)

    return output_projection


@mutant("All frames have the same output: project each frame by itself, do not average over them")
def mean_over_frames():
    def output_projection(self, h, mask, c):
        shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
        h = h.mean(1, keepdim=True).expand_as(h)
        return self.final(modulated(self.final_norm, h, shift, scale))

    return output_projection


def final_of_shifted(self, h, mask, c):
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
    return self.final((self.final_norm(h) + shift) * (1 + scale))


@mutant(
    "In the final layer the shift is added before scaling, so it is scaled as well: scale first, then shift"
)
def final_shift_scaled():
    return dict(output_projection=final_of_shifted)


@mutant("In blocks and final layer the shift is added before scaling, so it is scaled as well: first scale")
def shift_scaled_everywhere():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            six = block.modulation(c)[:, None].chunk(6, dim=-1)
            h = h + six[2] * block.attention((block.norm(h) + six[0]) * (1 + six[1]), mask)
            h = h + six[5] * block.mlp((block.norm(h) + six[3]) * (1 + six[4]))
        return h

    return dict(backbone=backbone, output_projection=final_of_shifted)


COMMON = common_mutants("code4")
