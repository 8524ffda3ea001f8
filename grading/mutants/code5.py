"""Wrong answers to Code 5."""

import torch
from torch.nn import functional

from grading.bank import mutant
from grading.mutants.denoiser import common_mutants


def with_time_and_caption(mask):
    """The mask of the words behind two entries that are always there."""
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


@mutant("The pooled caption is missing in the memory: it stands beside time and words")
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


@mutant("Only words are looked up: time and caption are in the memory too, always True in its mask")
def words_alone():
    return {"cond_mapping": lambda self, condition: (self.memory_norm(condition.tokens), condition.mask)}


@mutant("The caption's token is the mean of its words; `condition.pooled` holds a better one, ready to use")
def mean_of_words_as_caption():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        mean = (condition.tokens * real).sum(1) / real.sum(1)
        memory = torch.cat([torch.stack([condition.time, mean], dim=1), condition.tokens], dim=1)
        return self.memory_norm(memory), with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("The words are averaged into one token: let each word be a token of its own")
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


@mutant("Time is added to every token of the memory: it is a token of its own, looked up like a word")
def time_added_to_all():
    def cond_mapping(self, condition):
        memory = torch.cat([condition.pooled[:, None], condition.tokens], dim=1) + condition.time[:, None]
        return self.memory_norm(memory), functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("`memory_norm` is missing: the whole memory goes through it once, in `cond_mapping`")
def no_memory_norm():
    def cond_mapping(self, condition):
        return all_tokens(condition), with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("Padded words are attended to: `condition.mask` is True where a word is real, pass it on")
def padded_words_seen():
    def cond_mapping(self, condition):
        memory = self.memory_norm(all_tokens(condition))
        return memory, with_time_and_caption(torch.ones_like(condition.mask))

    return cond_mapping


@mutant("Padded words are set to zero, but still attended to: what hides them is False in the mask")
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


@mutant("The words' mask is upside down: True means that a word is real, not that it is padding")
def words_mask_inverted():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), with_time_and_caption(~condition.mask)

    return cond_mapping


@mutant("Time and caption stand at different ends of memory and mask: join both in the same order")
def mask_in_the_other_order():
    def cond_mapping(self, condition):
        return self.memory_norm(all_tokens(condition)), functional.pad(condition.mask, (0, 2), value=True)

    return cond_mapping


@mutant(
    "The memory's mask is made of numbers: attention *adds* a float mask to its scores, and hides nothing. "
    "Keep it bool"
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


@mutant("Cross-attention looks at the frames: hand it the memory, as its third argument")
def cross_attention_to_the_frames():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(block.norm2(h), mask), block)

    return through(parts)


@mutant("Cross-attention looks at the memory with the mask of the frames: it takes the memory's own mask")
def frames_mask_for_the_memory():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(block.norm2(h), mask, memory), block)

    return through(parts)


@mutant("Frames and memory have changed places in cross-attention: the frames ask, so they come first")
def memory_asks_the_frames():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(memory, mask, block.norm2(h)), block)

    return through(parts)


@mutant("norm2 is for the frames that ask: the memory has been normalised before")
def norm2_of_the_memory():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.cross_attention(h, memory_mask, block.norm2(memory)), block)

    return through(parts)


@mutant("norm2 is used on the frames and on the memory, which has been normalised before: frames only")
def norm2_of_both():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(look_up(h, block, block.norm2(memory), memory_mask), block)

    return through(parts)


@mutant("Cross-attention is never called: nothing else brings the condition to the frames")
def no_cross_attention():
    return through(lambda h, block, mask, *memory: think(look_around(h, block, mask), block))


@mutant("Self-attention is never called: frames must see each other, not the condition alone")
def no_self_attention():
    return through(lambda h, block, mask, *memory: think(look_up(h, block, *memory), block))


@mutant("The mlp is never called: a block looks around, looks the condition up, and *then thinks*")
def no_mlp():
    return through(lambda h, block, mask, *memory: look_up(look_around(h, block, mask), block, *memory))


@mutant("Self-attention is called in the place of cross-attention: each has weights of its own")
def self_attention_twice():
    def parts(h, block, mask, memory, memory_mask):
        h = look_around(h, block, mask)
        return think(h + block.self_attention(block.norm2(h), memory_mask, memory), block)

    return through(parts)


@mutant("Cross-attention comes before self-attention: the other way round, please")
def cross_attention_first():
    return through(
        lambda h, block, mask, *memory: think(look_around(look_up(h, block, *memory), block, mask), block)
    )


@mutant("The mlp comes before cross-attention: it is the last of the three")
def mlp_before_cross_attention():
    return through(
        lambda h, block, mask, *memory: look_up(think(look_around(h, block, mask), block), block, *memory)
    )


@mutant("Self- and cross-attention read the same h: let the second read what the first has added to")
def parallel_attentions():
    def parts(h, block, mask, memory, memory_mask):
        around = block.self_attention(block.norm1(h), mask)
        return think(h + around + block.cross_attention(block.norm2(h), memory_mask, memory), block)

    return through(parts)


@mutant("All three parts read the same h: let each read what those before it have added to")
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


@mutant("The residual around cross-attention is missing: what it finds is *added* to h, frames would be lost")
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


@mutant("All residuals are missing: what each part returns is *added* to h, it does not replace it")
def no_residuals():
    def parts(h, block, mask, memory, memory_mask):
        h = block.self_attention(block.norm1(h), mask)
        h = block.cross_attention(block.norm2(h), memory_mask, memory)
        return block.mlp(block.norm3(h))

    return through(parts)


@mutant("Norms are missing in the blocks: each part reads the norm of h, norm1, norm2 and norm3")
def no_norms():
    def parts(h, block, mask, memory, memory_mask):
        h = h + block.self_attention(h, mask)
        h = h + block.cross_attention(h, memory_mask, memory)
        return h + block.mlp(h)

    return through(parts)


@mutant("norm2 is missing: the frames go through it before they look into the memory")
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


@mutant("You normalise after the addition (post-norm): here the norms stand before the three parts")
def post_norm():
    def parts(h, block, mask, memory, memory_mask):
        h = block.norm1(h + block.self_attention(h, mask))
        h = block.norm2(h + block.cross_attention(h, memory_mask, memory))
        return block.norm3(h + block.mlp(h))

    return through(parts)


@mutant("The residual is the normalised h: keep h as it was, and let only the three parts read its norm")
def norm_on_the_residual():
    def parts(h, block, mask, memory, memory_mask):
        h = block.norm1(h)
        h = h + block.self_attention(h, mask)
        h = block.norm2(h)
        h = h + block.cross_attention(h, memory_mask, memory)
        h = block.norm3(h)
        return h + block.mlp(h)

    return through(parts)


@mutant("Padded frames are attended to: hand `mask` to self-attention")
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


@mutant("The frames' mask is upside down: `attention` wants True where there *is* a frame to attend to")
def frames_mask_inverted():
    def parts(h, block, mask, *memory):
        return think(look_up(look_around(h, block, ~mask), block, *memory), block)

    return through(parts)


@mutant(
    "Both masks are upside down: attention wants True where there *is* something to attend to. (The "
    "nn.MultiheadAttention of torch wants the opposite)"
)
def masks_inverted():
    def parts(h, block, mask, memory, memory_mask):
        return think(look_up(look_around(h, block, ~mask), block, memory, ~memory_mask), block)

    return through(parts)


@mutant("The masks are numbers: attention *adds* a float mask, and hides nothing. Keep them bool")
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


@mutant("The first block is used again and again: take each of `self.blocks` once")
def one_block_for_all():
    def backbone(self, h, mask, c):
        for _ in self.blocks:
            block = self.blocks[0]
            h = think(look_up(look_around(h, block, mask), block, *c), block)
        return h

    return backbone


@mutant("The condition joins the frames in one stream, as in Code 3: here it stays outside, and is looked up")
def one_stream():
    def backbone(self, h, mask, c):
        h, mask = torch.cat([c[0], h], dim=1), torch.cat([c[1], mask], dim=1)
        for block in self.blocks:
            h = think(look_around(h, block, mask), block)
        return h[:, c[0].shape[1] :]

    return backbone


@mutant("`h += ...` changes h in place: fine here, but training needs the old one. Write h = h + ...")
def in_place():
    def parts(h, block, mask, memory, memory_mask):
        h += block.self_attention(block.norm1(h), mask)
        h += block.cross_attention(block.norm2(h), memory_mask, memory)
        h += block.mlp(block.norm3(h))
        return h

    return through(parts)


# ----------------------------------------------------------------------------------------------------------
#                                             output_projection
# ----------------------------------------------------------------------------------------------------------


@mutant("`final_norm` is missing before `final`")
def no_final_norm():
    return {"output_projection": lambda self, h, mask, c: self.final(h)}


@mutant("`final` is missing: after the norm, rows are still as wide as the network, not features of a frame")
def no_final():
    return {"output_projection": lambda self, h, mask, c: self.final_norm(h)}


@mutant("`memory_norm` stands in the place of `final_norm`: that one is for the condition")
def memory_norm_at_the_end():
    return {"output_projection": lambda self, h, mask, c: self.final(self.memory_norm(h))}


@mutant("Frames are cut off: nothing was added to the stream here, so there is nothing to drop")
def frames_dropped():
    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, 2:]))

    return output_projection


@mutant("All frames come out alike: do not average over them, each is projected on its own")
def mean_over_frames():
    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h.mean(1, keepdim=True).expand_as(h)))

    return output_projection


COMMON = common_mutants("code5")
