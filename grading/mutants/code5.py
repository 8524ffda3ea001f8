"""Wrong answers to Code 5."""

import torch
from torch.nn import functional

from grading.bank import mutant
from grading.mutants.denoiser import common_mutants


def with_time_and_caption(mask):
    """The mask of the words after two entries that are always True."""
    return functional.pad(mask, (2, 0), value=True)


def all_tokens(condition):
    """Time, caption, words, before any norm."""
    return torch.cat([torch.stack([condition.time, condition.pooled], dim=1), condition.tokens], dim=1)


# ----------------------------------------------------------------------------------------------------------
#                                               cond_mapping
# ----------------------------------------------------------------------------------------------------------


@mutant("Time is missing in the memory: the network cannot know how noisy its input is")
def time_left_out():
    def cond_mapping(self, condition):
        memory = torch.cat([condition.pooled[:, None], condition.tokens], dim=1)
        return self.memory_norm(memory), functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("The pooled caption is missing in the memory: it is a token beside time and words")
def caption_left_out():
    def cond_mapping(self, condition):
        memory = torch.cat([condition.time[:, None], condition.tokens], dim=1)
        return self.memory_norm(memory), functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("No word is attended to: the words are in the memory too, True in its mask where `condition.mask` is")
def words_left_out():
    def cond_mapping(self, condition):
        memory = torch.stack([condition.time, condition.pooled], dim=1)
        return self.memory_norm(memory), torch.ones_like(memory[..., 0], dtype=torch.bool)

    return cond_mapping


@mutant("Only words are attended to: time and caption are in the memory too, always True in its mask")
def words_alone():
    return {"cond_mapping": lambda self, condition: (self.memory_norm(condition.tokens), condition.mask)}


@mutant(
    "The caption's token is the mean of its words; use `condition.pooled`, which is one vector for the "
    "whole caption"
)
def mean_of_words_as_caption():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        mean = (condition.tokens * real).sum(1) / real.sum(1)
        memory = torch.cat([torch.stack([condition.time, mean], dim=1), condition.tokens], dim=1)
        return self.memory_norm(memory), with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("The words are averaged into one token: each word is a token of its own")
def one_token_for_all_words():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        mean = (condition.tokens * real).sum(1) / real.sum(1)
        memory = torch.stack([condition.time, condition.pooled, mean], dim=1)
        return self.memory_norm(memory), torch.ones_like(memory[..., 0], dtype=torch.bool)

    return cond_mapping


@mutant("Time and caption are added up into one token: they are two, side by side")
def time_plus_caption():
    def cond_mapping(self, condition):
        memory = torch.cat([(condition.time + condition.pooled)[:, None], condition.tokens], dim=1)
        return self.memory_norm(memory), functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("Time is added to every token of the memory: it is a token of its own, attended to like a word")
def time_added_to_all():
    def cond_mapping(self, condition):
        memory = torch.cat([condition.pooled[:, None], condition.tokens], dim=1) + condition.time[:, None]
        return self.memory_norm(memory), functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("`memory_norm` is missing: apply it once to the whole memory, in `cond_mapping`")
def no_memory_norm():
    def cond_mapping(self, condition):
        return all_tokens(condition), with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("The memory is normalised over all its tokens together: each token by itself, by `memory_norm`")
def norm_over_the_memory():
    def cond_mapping(self, condition):
        memory = all_tokens(condition)
        memory = functional.layer_norm(memory, memory.shape[1:])
        norm = self.memory_norm
        return memory * norm.weight + norm.bias, with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("Padded words are attended to: `condition.mask` is True where a word is real, pass it on")
def padded_words_seen():
    def cond_mapping(self, condition):
        memory = self.memory_norm(all_tokens(condition))
        return memory, with_time_and_caption(torch.ones_like(condition.mask))

    return cond_mapping


@mutant("Padded words are set to zero, but still attended to: set the mask to False there")
def padded_words_zeroed():
    def cond_mapping(self, condition):
        mask = with_time_and_caption(condition.mask)
        memory = self.memory_norm(all_tokens(condition)) * mask[..., None]
        return memory, torch.ones_like(mask)

    return cond_mapping


@mutant(
    "The memory's mask has no entries for time and caption: it needs one for every token of the memory, and "
    "those two are always True"
)
def mask_too_short():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), condition.mask

    return cond_mapping


@mutant("The words' mask is inverted: True means that a word is real, not that it is padding")
def words_mask_inverted():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), with_time_and_caption(~condition.mask)

    return cond_mapping


@mutant("The memory's mask is inverted: True where a token is real, and time and caption always are")
def memory_mask_inverted():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), ~with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("Only the words go through `memory_norm`: time and caption do as well, it is for the whole memory")
def only_words_normed():
    def cond_mapping(self, condition):
        always = torch.stack([condition.time, condition.pooled], dim=1)
        memory = torch.cat([always, self.memory_norm(condition.tokens)], dim=1)
        return memory, with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("Time and caption have the mask of the first two words: these two tokens are always real, so True")
def mask_of_the_first_words():
    def cond_mapping(self, condition):
        mask = torch.cat([condition.mask[:, :2], condition.mask], dim=1)
        return self.memory_norm(all_tokens(condition)), functional.pad(
            mask, (2 + condition.mask.shape[1] - mask.shape[1], 0), value=True
        )

    return cond_mapping


@mutant("Time and caption are at different ends of memory and mask: concatenate both in the same order")
def mask_in_the_other_order():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), functional.pad(condition.mask, (0, 2), value=True)

    return cond_mapping


@mutant(
    "The memory's mask is made of numbers: attention *adds* a float mask to its scores, so nothing is "
    "masked. Keep it bool"
)
def float_mask_of_the_memory():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), with_time_and_caption(condition.mask).float()

    return cond_mapping


@mutant("Only the first word is in the memory: take them all, `condition.mask` is True where one is real")
def first_word_only():
    def cond_mapping(self, condition):
        mask = with_time_and_caption(condition.mask)
        return self.memory_norm(all_tokens(condition))[:, :3], mask[:, :3]

    return cond_mapping


@mutant("`cond_mapping` returns nothing: is `return` missing?")
def cond_mapping_returns_nothing():
    return {"cond_mapping": lambda self, condition: None}


# ----------------------------------------------------------------------------------------------------------
#                                                 backbone
# ----------------------------------------------------------------------------------------------------------


def through(parts):
    """A backbone that does something in each block: h, block, mask, memory, memory_mask → h."""

    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            h = parts(h, block, mask, memory, memory_mask)
        return h

    return {"backbone": backbone}


def look_around(h, block, mask):
    return h + block.self_attention(block.norm1(h), mask)


def look_up(h, block, memory, memory_mask):
    return h + block.cross_attention(block.norm2(h), memory_mask, memory)


def think(h, block):
    return h + block.mlp(block.norm3(h))


@mutant("Cross-attention attends to the frames: pass the memory, as its third argument")
def cross_attention_to_the_frames():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(block.norm2(h), mask), block)

    return through(parts)


@mutant("Cross-attention uses the mask of the frames for the memory: pass the memory's own mask")
def frames_mask_for_the_memory():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(block.norm2(h), mask, memory), block)

    return through(parts)


@mutant("The two masks are swapped: self-attention takes the frames' `mask`, cross-attention the memory's")
def masks_swapped():
    def parts(h, block, mask, memory, memory_mask):
        return think(look_up(look_around(h, block, memory_mask), block, memory, mask), block)

    return through(parts)


@mutant("Frames and memory are swapped in cross-attention: the queries are the frames, so they come first")
def memory_asks_the_frames():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(memory, mask, block.norm2(h)), block)

    return through(parts)


@mutant("Memory and mask are swapped in cross-attention: call it as cross_attention(x, memory_mask, memory)")
def memory_before_its_mask():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(block.norm2(h), memory, memory_mask), block)

    return through(parts)


@mutant("`memory_norm` is applied again in each block: `cond_mapping` has applied it, once")
def memory_norm_in_each_block():
    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            memory = self.memory_norm(memory)
            h = think(look_up(look_around(h, block, mask), block, memory, memory_mask), block)
        return h

    return backbone


@mutant("The memory goes through the mlp of each block: it stays the same in all blocks, only h changes")
def memory_updated():
    def backbone(self, h, mask, c):
        memory, memory_mask = c
        for block in self.blocks:
            h = think(look_up(look_around(h, block, mask), block, memory, memory_mask), block)
            memory = think(memory, block)
        return h

    return backbone


@mutant("norm2 is for the queries (frames): `memory_norm` has already normalised the memory")
def norm2_of_the_memory():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(h, memory_mask, block.norm2(memory)), block)

    return through(parts)


@mutant(
    "norm2 is used on the frames and on the memory, which `memory_norm` has already normalised: frames only"
)
def norm2_of_both():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(look_up(h, block, block.norm2(memory), memory_mask), block)

    return through(parts)


@mutant("Cross-attention is never called: it is the only layer that passes the condition to the frames")
def no_cross_attention():
    return through(lambda h, block, mask, *memory: think(look_around(h, block, mask), block))


@mutant("Self-attention is never called: the output of a frame depends on the other frames too")
def no_self_attention():
    return through(lambda h, block, mask, *memory: think(look_up(h, block, *memory), block))


@mutant("The mlp is never called: a block is self-attention, cross-attention *and* mlp")
def no_mlp():
    return through(lambda h, block, mask, *memory: look_up(look_around(h, block, mask), block, *memory))


@mutant("Self-attention is called instead of cross-attention: each has its own weights")
def self_attention_twice():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.self_attention(block.norm2(h), memory_mask, memory), block)

    return through(parts)


@mutant("Cross-attention comes before self-attention: swap them")
def cross_attention_first():
    return through(
        lambda h, block, mask, *memory: think(look_around(look_up(h, block, *memory), block, mask), block)
    )


@mutant("The mlp comes before cross-attention: it is the last of the three")
def mlp_before_cross_attention():
    return through(
        lambda h, block, mask, *memory: look_up(think(look_around(h, block, mask), block), block, *memory)
    )


@mutant(
    "Self- and cross-attention have the same input h: cross-attention takes the h to which "
    "self-attention has been added"
)
def parallel_attentions():
    def parts(h, block, mask, memory, memory_mask):
        around = block.self_attention(block.norm1(h), mask)
        return think(h + around + block.cross_attention(block.norm2(h), memory_mask, memory), block)

    return through(parts)


@mutant(
    "All three layers have the same input h: each takes the h to which the layers before it have been added"
)
def parallel():
    def parts(h, block, mask, memory, memory_mask):
        around = block.self_attention(block.norm1(h), mask)
        found = block.cross_attention(block.norm2(h), memory_mask, memory)
        return h + around + found + block.mlp(block.norm3(h))

    return through(parts)


@mutant("The residual around self-attention is missing: its output is *added* to h")
def no_residual_around_self_attention():
    def parts(h, block, mask, memory, memory_mask):
        h = block.self_attention(block.norm1(h), mask)
        return think(look_up(h, block, memory, memory_mask), block)

    return through(parts)


@mutant("The residual around cross-attention is missing: its output is *added* to h, it does not replace it")
def no_residual_around_cross_attention():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(block.cross_attention(block.norm2(h), memory_mask, memory), block)

    return through(parts)


@mutant("The residual around the mlp is missing: its output is *added* to h")
def no_residual_around_mlp():
    def parts(h, block, mask, memory, memory_mask):
        h = look_up(look_around(h, block, mask), block, memory, memory_mask)
        return block.mlp(block.norm3(h))

    return through(parts)


@mutant("All three layers are added to the block's input: each is added to what the one before it made of h")
def added_to_the_input_of_the_block():
    def parts(h, block, mask, memory, memory_mask):
        first = h
        h = first + block.self_attention(block.norm1(h), mask)
        h = first + block.cross_attention(block.norm2(h), memory_mask, memory)
        return first + block.mlp(block.norm3(h))

    return through(parts)


@mutant("All residuals are missing: the output of each layer is *added* to h, it does not replace it")
def no_residuals():
    def parts(h, block, mask, memory, memory_mask):
        h = block.self_attention(block.norm1(h), mask)
        h = block.cross_attention(block.norm2(h), memory_mask, memory)
        return block.mlp(block.norm3(h))

    return through(parts)


@mutant("Norms are missing in the blocks: the inputs of the three layers are norm1(h), norm2(h) and norm3(h)")
def no_norms():
    def parts(h, block, mask, memory, memory_mask):
        h = h + block.self_attention(h, mask)
        h = h + block.cross_attention(h, memory_mask, memory)
        return h + block.mlp(h)

    return through(parts)


@mutant("norm2 is missing: apply it to the frames before cross-attention")
def no_norm2():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(h, memory_mask, memory), block)

    return through(parts)


@mutant("norm1 is used three times: norm2 is for cross-attention, norm3 for the mlp")
def norm1_everywhere():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        h = h + block.cross_attention(block.norm1(h), memory_mask, memory)
        return h + block.mlp(block.norm1(h))

    return through(parts)


@mutant("You normalise after the addition (post-norm): here the norms come before the three layers")
def post_norm():
    def parts(h, block, mask, memory, memory_mask):
        h = block.norm1(h + block.self_attention(h, mask))
        h = block.norm2(h + block.cross_attention(h, memory_mask, memory))
        return block.norm3(h + block.mlp(h))

    return through(parts)


@mutant(
    "The residual is the normalised h: add to h itself; only the inputs of the three layers are normalised"
)
def norm_on_the_residual():
    def parts(h, block, mask, memory, memory_mask):
        h = block.norm1(h)
        h = h + block.self_attention(h, mask)
        h = block.norm2(h)
        h = h + block.cross_attention(h, memory_mask, memory)
        h = block.norm3(h)
        return h + block.mlp(h)

    return through(parts)


@mutant("Padded frames are attended to: pass `mask` to self-attention")
def padded_frames_seen():
    def parts(h, block, mask, *memory):
        return think(look_up(look_around(h, block, torch.ones_like(mask)), block, *memory), block)

    return through(parts)


@mutant("Nothing is masked: neither padded frames nor padded words may be attended to")
def no_mask():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, torch.ones_like(mask))
        return think(look_up(h, block, memory, torch.ones_like(memory_mask)), block)

    return through(parts)


@mutant("The frames' mask is inverted: `attention` expects True where there *is* a frame to attend to")
def frames_mask_inverted():
    def parts(h, block, mask, *memory):
        return think(look_up(look_around(h, block, ~mask), block, *memory), block)

    return through(parts)


@mutant(
    "Both masks are inverted: attention expects True where there *is* something to attend to. (The "
    "nn.MultiheadAttention of torch expects the opposite)"
)
def masks_inverted():
    def parts(h, block, mask, memory, memory_mask):
        return think(look_up(look_around(h, block, ~mask), block, memory, ~memory_mask), block)

    return through(parts)


@mutant(
    "The masks are numbers: attention *adds* a float mask to its scores, so nothing is masked. Keep them bool"
)
def float_masks():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask.float())
        return think(look_up(h, block, memory, memory_mask.float()), block)

    return through(parts)


@mutant("The loop ends after its first block: is `return h` indented too far?")
def return_in_the_loop():
    def backbone(self, h, mask, c):
        for block in self.blocks[:1]:
            h = think(look_up(look_around(h, block, mask), block, *c), block)
        return h

    return backbone


@mutant("The first block is used every time: apply each of `self.blocks` once")
def one_block_for_all():
    def backbone(self, h, mask, c):
        for _ in self.blocks:
            block = self.blocks[0]
            h = think(look_up(look_around(h, block, mask), block, *c), block)
        return h

    return backbone


@mutant(
    "The condition is concatenated with the frames, as in Code 3: here it is a separate sequence for "
    "cross-attention"
)
def one_stream():
    def backbone(self, h, mask, c):
        h, mask = torch.cat([c[0], h], dim=1), torch.cat([c[1], mask], dim=1)
        for block in self.blocks:
            h = think(look_around(h, block, mask), block)
        return h[:, c[0].shape[1] :]

    return backbone


@mutant(
    "`h += ...` changes h in place: this works here, but the backward pass needs the old values. Write h "
    "= h + ..."
)
def in_place():
    def parts(h, block, mask, memory, memory_mask):
        h += block.self_attention(block.norm1(h), mask)
        h += block.cross_attention(block.norm2(h), memory_mask, memory)
        h += block.mlp(block.norm3(h))
        return h

    return through(parts)


@mutant("norm2 and norm3 are exchanged: norm2 is for cross-attention, norm3 for the mlp")
def norms_exchanged():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        h = h + block.cross_attention(block.norm3(h), memory_mask, memory)
        return h + block.mlp(block.norm2(h))

    return through(parts)


@mutant(
    "One kind of layer runs through all blocks before the next kind begins: the three layers of a block come "
    "one after the other, block by block"
)
def a_loop_for_each_kind_of_layer():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            h = look_around(h, block, mask)
        for block in self.blocks:
            h = look_up(h, block, *c)
        for block in self.blocks:
            h = think(h, block)
        return h

    return backbone


# ----------------------------------------------------------------------------------------------------------
#                                             output_projection
# ----------------------------------------------------------------------------------------------------------


@mutant("`final_norm` is missing before `final`")
def no_final_norm():
    return {"output_projection": lambda self, h, mask, c: self.final(h)}


@mutant("`final` is missing: after the norm, rows are still as wide as the network, not features of a frame")
def no_final():
    return {"output_projection": lambda self, h, mask, c: self.final_norm(h)}


@mutant("`memory_norm` is used instead of `final_norm`: it is for the condition")
def memory_norm_at_the_end():
    return {"output_projection": lambda self, h, mask, c: self.final(self.memory_norm(h))}


@mutant("Frames are cut off: no tokens were added to the sequence here, so none are dropped")
def frames_dropped():
    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, 2:]))

    return output_projection


@mutant("All frames have the same output: project each frame by itself, do not average over them")
def mean_over_frames():
    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h.mean(1, keepdim=True).expand_as(h)))

    return output_projection


COMMON = common_mutants("code5")
