"""Wrong answers to Code 3."""

import torch
from torch.nn import functional

from grading.bank import mutant
from grading.mutants.denoiser import common_mutants
from labkit.models.base import sinusoids


def with_time_and_caption(mask):
    """The mask of the words after two tokens that are always real."""
    return functional.pad(mask, (2, 0), value=True)


def all_tokens(condition):
    """Tokens as they should be, for mutants that spoil the mask."""
    return torch.cat([torch.stack([condition.time, condition.pooled], dim=1), condition.tokens], dim=1)


def stream(h, mask, c):
    """The joint stream and its mask, as they should be."""
    return torch.cat([c[0], h], dim=1), torch.cat([c[1], mask], dim=1)


# ----------------------------------------------------------------------------------------------------------
#                                               cond_mapping
# ----------------------------------------------------------------------------------------------------------


@mutant("Time is missing among the condition tokens: the network cannot know how noisy its input is")
def time_left_out():
    def cond_mapping(self, condition):
        tokens = torch.cat([condition.pooled[:, None], condition.tokens], dim=1)
        return tokens, functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("The pooled caption is missing among the condition tokens: it is a token beside time and words")
def caption_left_out():
    def cond_mapping(self, condition):
        tokens = torch.cat([condition.time[:, None], condition.tokens], dim=1)
        return tokens, functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("No word is attended to: the words are tokens too, True in the mask where `condition.mask` is")
def words_left_out():
    def cond_mapping(self, condition):
        tokens = torch.stack([condition.time, condition.pooled], dim=1)
        return tokens, torch.ones_like(tokens[..., 0], dtype=torch.bool)

    return cond_mapping


@mutant(
    "The caption's token is the mean of its words; use `condition.pooled`, which is one vector for the "
    "whole caption"
)
def mean_of_words_as_caption():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        mean = (condition.tokens * real).sum(1) / real.sum(1)
        tokens = torch.cat([torch.stack([condition.time, mean], dim=1), condition.tokens], dim=1)
        return tokens, with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("The words are averaged into one token: each word is a token of its own")
def one_token_for_all_words():
    def cond_mapping(self, condition):
        real = condition.mask[..., None]
        mean = (condition.tokens * real).sum(1) / real.sum(1)
        tokens = torch.stack([condition.time, condition.pooled, mean], dim=1)
        return tokens, torch.ones_like(tokens[..., 0], dtype=torch.bool)

    return cond_mapping


@mutant("Every word is replaced by the mean of all words: each word is a token of its own")
def words_replaced_by_their_mean():
    def cond_mapping(self, condition):
        words = condition.tokens.mean(1, keepdim=True).expand_as(condition.tokens)
        tokens = torch.cat([torch.stack([condition.time, condition.pooled], dim=1), words], dim=1)
        return tokens, with_time_and_caption(condition.mask)

    return cond_mapping


@mutant("Padded words are set to zero, but still attended to: set the mask to False there")
def padded_words_zeroed():
    def cond_mapping(self, condition):
        mask = with_time_and_caption(condition.mask)
        return all_tokens(condition) * mask[..., None], torch.ones_like(mask)

    return cond_mapping


@mutant("Time and caption are added up into one token: they are two, side by side")
def time_plus_caption():
    def cond_mapping(self, condition):
        tokens = torch.cat([(condition.time + condition.pooled)[:, None], condition.tokens], dim=1)
        return tokens, functional.pad(condition.mask, (1, 0), value=True)

    return cond_mapping


@mutant("Padded words are attended to: `condition.mask` is True where a word is real, pass it on")
def padded_words_seen():
    def cond_mapping(self, condition):
        return all_tokens(condition), with_time_and_caption(torch.ones_like(condition.mask))

    return cond_mapping


@mutant("The mask hides the tokens of time and caption: these two are always real, so True")
def time_and_caption_masked():
    def cond_mapping(self, condition):
        tokens = all_tokens(condition)
        return tokens, functional.pad(condition.mask, (2, 0), value=False)

    return cond_mapping


@mutant(
    "The mask has no entries for the tokens of time and caption: it needs one for every token of the "
    "sequence, and those two are always True"
)
def mask_too_short():
    return {"cond_mapping": lambda self, condition: (all_tokens(condition), condition.mask)}


@mutant("The words' mask is inverted: True means that a word is real, not that it is padding")
def words_mask_inverted():
    def cond_mapping(self, condition):
        tokens = all_tokens(condition)
        return tokens, with_time_and_caption(~condition.mask)

    return cond_mapping


@mutant("The condition's mask is inverted: True where a token is real, and time and caption always are")
def condition_mask_inverted():
    def cond_mapping(self, condition):
        return all_tokens(condition), ~with_time_and_caption(condition.mask)

    return cond_mapping


@mutant(
    "The masks are numbers, 0 and 1: attention *adds* a float mask to its scores, so nothing is masked. "
    "Keep them bool"
)
def float_mask():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask.float())
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "The mask's entries for time and caption are numbers, and torch.cat has converted the whole mask to "
    "numbers: keep it bool"
)
def float_entries_for_time_and_caption():
    def cond_mapping(self, condition):
        tokens = all_tokens(condition)
        return tokens, torch.cat([torch.zeros(len(tokens), 2), condition.mask], dim=1)

    return cond_mapping


@mutant("The words of all captions are cut to the shortest caption of the batch: each has its own mask")
def cut_to_the_shortest_caption():
    def cond_mapping(self, condition):
        n = int(condition.mask.sum(1).min()) + 2
        return all_tokens(condition)[:, :n], with_time_and_caption(condition.mask)[:, :n]

    return cond_mapping


@mutant("Mask and tokens differ in order: time and caption come first in the tokens and last in the mask")
def mask_of_time_and_caption_last():
    def cond_mapping(self, condition):
        return all_tokens(condition), functional.pad(condition.mask, (0, 2), value=True)

    return cond_mapping


@mutant("The mlp is applied to the frames only: the condition tokens go through every layer, too")
def mlp_for_frames_only():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        n = c[0].shape[1]
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = torch.cat([h[:, :n], h[:, n:] + block.mlp(block.norm2(h[:, n:]))], dim=1)
        return h

    return backbone


@mutant("Only the first word is among the tokens: take them all, `condition.mask` is True where one is real")
def first_word_only():
    def cond_mapping(self, condition):
        return all_tokens(condition)[:, :3], with_time_and_caption(condition.mask)[:, :3]

    return cond_mapping


# ----------------------------------------------------------------------------------------------------------
#                                                 backbone
# ----------------------------------------------------------------------------------------------------------


@mutant("The first residual is missing: what attention returns is *added* to h, it does not replace it")
def no_residual_around_attention():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The second residual is missing: what the mlp returns is *added* to h, it does not replace it")
def no_residual_around_mlp():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "Both residuals are missing: the outputs of attention and mlp are *added* to h, they do not replace it"
)
def no_residuals():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = block.attention(block.norm1(h), mask)
            h = block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("You normalise after the addition (post-norm): here norm1 and norm2 come before attention and mlp")
def post_norm():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = block.norm1(h + block.attention(h, mask))
            h = block.norm2(h + block.mlp(h))
        return h

    return backbone


@mutant(
    "The residual is the normalised h: add to h itself; only the inputs of attention and mlp are normalised"
)
def norm_on_the_residual():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = block.norm1(h)
            h = h + block.attention(h, mask)
            h = block.norm2(h)
            h = h + block.mlp(h)
        return h

    return backbone


@mutant("Attention's output is added to norm1(h): add it to h itself")
def attention_added_to_the_norm():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            normed = block.norm1(h)
            h = normed + block.attention(normed, mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The mlp's output is added to norm2(h): add it to h itself")
def mlp_added_to_the_norm():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            normed = block.norm2(h)
            h = normed + block.mlp(normed)
        return h

    return backbone


@mutant("Positions are added again, to the whole sequence: the frames contain theirs, other tokens need none")
def positions_added_again():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        h = h + sinusoids(torch.arange(h.shape[1]), h.shape[2]).to(h)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("Norms are missing in the blocks: the input of attention is norm1(h), that of the mlp is norm2(h)")
def no_norms():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(h, mask)
            h = h + block.mlp(h)
        return h

    return backbone


@mutant("norm1 is used twice and norm2 never: the mlp has a norm of its own")
def norm1_twice():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm1(h))
        return h

    return backbone


@mutant("The mlp is never called: a block is attention *and* mlp")
def no_mlp():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
        return h

    return backbone


@mutant("Attention is never called: it is the only layer that passes the condition to the frames")
def no_attention():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The mlp comes before attention: swap them")
def mlp_first():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.mlp(block.norm2(h))
            h = h + block.attention(block.norm1(h), mask)
        return h

    return backbone


@mutant("Attention and mlp have the same input h: the mlp takes the h to which attention has been added")
def parallel():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask) + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The loop ends after its first block: is `return h` indented too far?")
def return_in_the_loop():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
            break
        return h

    return backbone


@mutant("The first block is used every time: apply each of `self.blocks` once")
def one_block_for_all():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for _ in self.blocks:
            block = self.blocks[0]
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The blocks are applied in reverse order: the first of `self.blocks` comes first")
def reversed_blocks():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in reversed(self.blocks):
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("Every block has the initial h as its input: each block takes the output of the one before")
def blocks_side_by_side():
    def backbone(self, h, mask, c):
        first, mask = stream(h, mask, c)
        out = first
        for block in self.blocks:
            out = first + block.attention(block.norm1(first), mask)
            out = out + block.mlp(block.norm2(out))
        return out

    return backbone


@mutant("Padded frames are attended to: the frames' `mask` is part of the mask of the sequence")
def padded_frames_seen():
    def backbone(self, h, mask, c):
        h, mask = stream(h, torch.ones_like(mask), c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("Nothing is masked: neither padded frames nor padded words may be attended to")
def no_mask():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), torch.ones_like(mask))
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The frames' mask is inverted: True means that a frame is real")
def frames_mask_inverted():
    def backbone(self, h, mask, c):
        h, mask = stream(h, ~mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "The whole mask is inverted: `attention` expects True where there *is* something to attend to. (The "
    "nn.MultiheadAttention of torch expects the opposite)"
)
def mask_inverted():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), ~mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "Tokens come before frames, but their mask comes after the frames' mask: concatenate both in the "
    "same order"
)
def masks_in_the_other_order():
    def backbone(self, h, mask, c):
        tokens, token_mask = c
        h, mask = torch.cat([tokens, h], dim=1), torch.cat([mask, token_mask], dim=1)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "Attention still takes the mask of the frames alone: every token of the sequence needs an entry in it"
)
def frames_mask_for_the_stream():
    def backbone(self, h, mask, c):
        h, _ = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "No frame attends to the condition tokens: concatenate both to one sequence before the blocks, and keep "
    "the mask of time, caption and real words True"
)
def tokens_do_not_join():
    def backbone(self, h, mask, c):
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("The condition is added to the frames: concatenate it as tokens instead, so that frames attend to it")
def condition_added():
    def backbone(self, h, mask, c):
        tokens, token_mask = c
        h = h + (tokens * token_mask[..., None]).sum(1, keepdim=True) / token_mask.sum(1)[:, None, None]
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "Each block gets the initial condition tokens: they are part of the sequence, and every block "
    "updates them as it does the frames"
)
def tokens_join_anew_in_each_block():
    def backbone(self, h, mask, c):
        n = mask.shape[1]
        for block in self.blocks:
            h, joint = stream(h[:, -n:], mask, c)
            h = h + block.attention(block.norm1(h), joint)
            h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant(
    "`h += ...` changes h in place: this works here, but the backward pass needs the old values. Write h "
    "= h + ..."
)
def in_place():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h += block.attention(block.norm1(h), mask)
            h += block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("h is clamped to ±10 after each block: values may have any magnitude, the norms rescale them")
def clamped_after_each_block():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = (h + block.mlp(block.norm2(h))).clamp(-10, 10)
        return h

    return backbone


@mutant("The gradient is cut off: no detach, no .data, no torch.no_grad in here, or no weights are trained")
def detached():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        with torch.no_grad():
            for block in self.blocks:
                h = h + block.attention(block.norm1(h), mask)
                h = h + block.mlp(block.norm2(h))
        return h

    return backbone


@mutant("`backbone` returns nothing: end it with `return h`")
def backbone_returns_nothing():
    return {"backbone": lambda self, h, mask, c: None}


# ----------------------------------------------------------------------------------------------------------
#                                             output_projection
# ----------------------------------------------------------------------------------------------------------


@mutant("The wrong end of the sequence is dropped: condition tokens remain, and some frames are missing")
def wrong_end_dropped():
    return {"output_projection": lambda self, h, mask, c: self.final(self.final_norm(h[:, : mask.shape[1]]))}


@mutant("One row too early is cut: the last condition token comes first, and the last frame is lost")
def cut_one_row_early():
    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, -mask.shape[1] - 1 : -1]))

    return output_projection


@mutant("The condition tokens are not dropped: only the frames of the sequence are projected")
def tokens_not_dropped():
    return {"output_projection": lambda self, h, mask, c: self.final(self.final_norm(h))}


@mutant("Two tokens are dropped, but there are 2 + L of them: time, caption and all the words")
def two_dropped():
    return {"output_projection": lambda self, h, mask, c: self.final(self.final_norm(h[:, 2:]))}


@mutant(
    "The number of condition tokens is that of the first call: captions differ in length, so take it from "
    "the tokens of each call"
)
def number_of_tokens_kept():
    def backbone(self, h, mask, c):
        if not hasattr(self, "number_of_tokens"):
            self.number_of_tokens = c[0].shape[1]
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(h[:, self.number_of_tokens :]))

    return dict(backbone=backbone, output_projection=output_projection)


@mutant("`final_norm` is missing before `final`")
def no_final_norm():
    return {"output_projection": lambda self, h, mask, c: self.final(h[:, -mask.shape[1] :])}


@mutant("`final` is missing: after the norm, rows are still as wide as the network, not features of a frame")
def no_final():
    return {"output_projection": lambda self, h, mask, c: self.final_norm(h[:, -mask.shape[1] :])}


@mutant("All frames have the same output: project each frame by itself, do not average over them")
def mean_over_frames():
    def output_projection(self, h, mask, c):
        frames = h[:, -mask.shape[1] :]
        return self.final(self.final_norm(frames.mean(1, keepdim=True).expand_as(frames)))

    return output_projection


@mutant("The mask of time and caption is that of the first two words: these two tokens are always real")
def mask_of_the_first_words():
    def cond_mapping(self, condition):
        two = condition.mask[:, :2].repeat(1, 2)[:, :2]
        return all_tokens(condition), torch.cat([two, condition.mask], dim=1)

    return cond_mapping


def frames_first(mask_of, rows_of):
    """The frames stand first; mask_of(frames' mask, condition's mask), and rows_of(h, F) is projected."""

    def backbone(self, h, mask, c):
        h, mask = torch.cat([h, c[0]], dim=1), mask_of(mask, c[1])
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
            h = h + block.mlp(block.norm2(h))
        return h

    def output_projection(self, h, mask, c):
        return self.final(self.final_norm(rows_of(h, mask.shape[1])))

    return dict(backbone=backbone, output_projection=output_projection)


@mutant("The sequence has the frames first, its mask the condition: concatenate both in the same order")
def mask_in_the_other_order_of_parts():
    return frames_first(
        mask_of=lambda frames, condition: torch.cat([condition, frames], dim=1), rows_of=lambda h, F: h[:, :F]
    )


@mutant("All captions are cut to the length of the first one of the batch: each has its own, in the mask")
def words_cut_to_the_first_caption():
    def cond_mapping(self, condition):
        n = int(condition.mask[0].sum())
        return all_tokens(condition)[:, : 2 + n], with_time_and_caption(condition.mask[:, :n])

    return cond_mapping


@mutant(
    "One kind of layer runs through all blocks before the next kind begins: the layers of a block come one "
    "after the other, block by block"
)
def a_loop_for_each_kind_of_layer():
    def backbone(self, h, mask, c):
        h, mask = stream(h, mask, c)
        for block in self.blocks:
            h = h + block.attention(block.norm1(h), mask)
        for block in self.blocks:
            h = h + block.mlp(block.norm2(h))
        return h[:, c[0].shape[1] :]

    return backbone


@mutant(
    "The rows of the condition are projected, not those of the frames: take the frames' part of the sequence"
)
def condition_projected():
    return frames_first(
        mask_of=lambda frames, condition: torch.cat([frames, condition], dim=1),
        rows_of=lambda h, F: h[:, -F:],
    )


COMMON = common_mutants("code3")
