"""Wrong answers that Code 3, 4 and 5 have in common: the right functions with one change.

These mistakes have an effect only on gradients, other sizes, large numbers, another dtype, training mode or a
second call.
"""

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import nn

from grading.bank import Entry
from labkit.stubs import reference

Functions = dict[str, Callable]
READS_WORDS = ("code3", "code5")
_all: list[tuple[Callable, str, tuple[str, ...]]] = []


def wrong(diagnosis: str, *only: str) -> Callable[[Callable], Callable]:
    """A mutant of these exercises, of all three by default: ``def name(right) -> functions``.

    right: the module with the right functions.
    """

    def note(make: Callable) -> Callable:
        _all.append((make, diagnosis, only or ("code3", "code4", "code5")))
        return make

    return note


def common_mutants(exercise: str) -> list[Entry]:
    """These mutants as answers to one exercise."""
    right = reference(exercise)
    return [
        Entry(make.__name__, make(right), diagnosis) for make, diagnosis, only in _all if exercise in only
    ]


# ------------------------------------------------------------------------------------------------------------
#                                      The right functions with one change
# ------------------------------------------------------------------------------------------------------------


def given(right, **changes: Callable) -> Functions:
    """... fields of the condition, each made anew by a function of the condition."""

    def cond_mapping(self, condition):
        changed = {name: change(condition) for name, change in changes.items()}
        return right.cond_mapping(self, dataclasses.replace(condition, **changed))

    return dict(cond_mapping=cond_mapping)


def first(right, change: Callable) -> Functions:
    """... the frames on their way into the blocks: change(self, h) → h."""
    return dict(backbone=lambda self, h, mask, c: right.backbone(self, change(self, h), mask, c))


def afterwards(right, change: Callable) -> Functions:
    """... the hidden state on its way out of the blocks: change(self, h) → h."""
    return dict(backbone=lambda self, h, mask, c: change(self, right.backbone(self, h, mask, c)))


def masked(right, change: Callable) -> Functions:
    """... the frames' mask: change(self, mask) → mask."""
    return dict(backbone=lambda self, h, mask, c: right.backbone(self, h, change(self, mask), c))


def projected(right, change: Callable) -> Functions:
    """... the output: change(self, out) → out."""
    return dict(
        output_projection=lambda self, h, mask, c: change(self, right.output_projection(self, h, mask, c))
    )


def layers(right, change: Callable) -> Functions:
    """... what the layers of the blocks compute: change(self, name, layer) → a function instead, or None."""

    def block_of(self, block: nn.Module) -> SimpleNamespace:
        parts = dict(block.named_children())
        return SimpleNamespace(**{n: change(self, n, part) or part for n, part in parts.items()})

    def backbone(self, h, mask, c):
        view = SimpleNamespace(blocks=[block_of(self, block) for block in self.blocks], width=self.width)
        return right.backbone(view, h, mask, c)

    return dict(backbone=backbone)


def blocks(right, choose: Callable) -> Functions:
    """... the blocks that are run: choose(self) → blocks."""
    return dict(
        backbone=lambda self, h, mask, c: right.backbone(SimpleNamespace(blocks=choose(self)), h, mask, c)
    )


# ------------------------------------------------------------------------------------------------------------
#                                                    Norms
# ------------------------------------------------------------------------------------------------------------


@wrong("`final_norm` is used twice, in `backbone` and in `output_projection`: use it there", "code3", "code5")
def final_norm_twice(right):
    return afterwards(right, lambda self, h: self.final_norm(h))


# ------------------------------------------------------------------------------------------------------------
#                                                  Gradients
# ------------------------------------------------------------------------------------------------------------


@wrong(
    "The words are detached: no gradient reaches the layers that computed them, so these are not trained",
    *READS_WORDS,
)
def detached_words(right):
    return given(right, tokens=lambda c: c.tokens.detach())


@wrong("`condition.time` is detached: no gradient reaches the embedding of the diffusion step")
def detached_time(right):
    return given(right, time=lambda c: c.time.detach())


@wrong("`condition.pooled` is detached: no gradient reaches the layer that projects the caption")
def detached_caption(right):
    return given(right, pooled=lambda c: c.pooled.detach())


@wrong("`cond_mapping` cuts off the gradient: no detach, .data, torch.no_grad or NumPy on the way to c")
def mapping_without_gradient(right):
    return dict(cond_mapping=torch.no_grad()(right.cond_mapping))


@wrong("In evaluation mode the frames are detached: gradients are the same in both modes")
def detached_in_evaluation_mode(right):
    return first(right, lambda self, h: h if self.training else h.detach())


@wrong("The frames are detached before the blocks: no gradient reaches `input_projection`")
def detached_frames(right):
    return first(right, lambda self, h: h.detach())


@wrong("The input of the blocks' norms is detached: part of the gradient is missing")
def detached_in_front_of_norms(right):
    return layers(right, lambda self, name, layer: "norm" in name and (lambda x: layer(x.detach())))


@wrong("The input of the mlp's norm is detached: part of the gradient is missing", *READS_WORDS)
def detached_in_front_of_the_norm_of_the_mlp(right):
    def change(self, name, layer):
        return name == max(n for n, _ in self.blocks[0].named_children() if "norm" in n) and (
            lambda x: layer(x.detach())
        )

    return layers(right, change)


@wrong("The input of attention's norm is detached: part of the gradient is missing", *READS_WORDS)
def detached_in_front_of_the_norm_of_attention(right):
    return layers(right, lambda self, name, layer: name == "norm1" and (lambda x: layer(x.detach())))


@wrong("The output of attention is scaled in the forward pass only: its gradient is a tenth of the right one")
def damped_gradient(right):
    def damped(layer):
        def call(*arguments):
            out = layer(*arguments)
            return out.detach() + 0.1 * (out - out.detach())

        return call

    return layers(right, lambda self, name, layer: "attention" in name and damped(layer))


# ------------------------------------------------------------------------------------------------------------
#                                                Mixed batches
# ------------------------------------------------------------------------------------------------------------


@wrong("All samples get the diffusion step of the first: each has a `condition.time` of its own")
def time_of_the_first_sample(right):
    return given(right, time=lambda c: c.time[:1].expand_as(c.time))


@wrong("All samples get the pooled caption of the first: each has one of its own")
def caption_of_the_first_sample(right):
    return given(right, pooled=lambda c: c.pooled[:1].expand_as(c.pooled))


@wrong(
    "All samples use the length of the first caption: each has its own row in `condition.mask`", *READS_WORDS
)
def words_mask_of_the_first_sample(right):
    return given(right, mask=lambda c: c.mask[:1].expand_as(c.mask))


@wrong(
    "A word is used where it is real in any of the captions: each has its own row in `condition.mask`",
    *READS_WORDS,
)
def words_mask_of_any_sample(right):
    return given(right, mask=lambda c: c.mask.any(0, keepdim=True).expand_as(c.mask))


@wrong("All samples get the number of frames of the first: each has its own row in `mask`")
def frames_mask_of_the_first_sample(right):
    return masked(right, lambda self, mask: mask[:1].expand_as(mask))


@wrong("A frame is used where it is real in any sample: each sample has its own row in `mask`")
def frames_mask_of_any_sample(right):
    return masked(right, lambda self, mask: mask.any(0, keepdim=True).expand_as(mask))


# ------------------------------------------------------------------------------------------------------------
#                                              Sizes and modes
# ------------------------------------------------------------------------------------------------------------


@wrong("Only four blocks are applied: apply all of `self.blocks`")
def four_blocks(right):
    return blocks(right, lambda self: self.blocks[:4])


@wrong("An axis is dropped where the batch has one sample: name the axis in squeeze(), or leave it out")
def squeezed_batch(right):
    return projected(right, lambda self, out: out.squeeze(0))


@wrong("An axis is dropped where a motion has one frame: name the axis in squeeze(), or leave it out")
def squeezed_frames(right):
    return projected(right, lambda self, out: out.squeeze(1))


@wrong("There is dropout in training mode: use none, the output is the same in both modes")
def dropout(right):
    return afterwards(right, lambda self, h: h * (torch.rand_like(h) > 0.1) if self.training else h)


@wrong("The blocks are left out in training mode: apply them in both modes")
def blocks_in_eval_mode_only(right):
    return blocks(right, lambda self: [] if self.training else self.blocks)


@wrong("The mask is left out in eval mode: use it in both modes")
def mask_in_training_only(right):
    return masked(right, lambda self, mask: mask if self.training else torch.ones_like(mask))


# ------------------------------------------------------------------------------------------------------------
#                                                Large numbers
# ------------------------------------------------------------------------------------------------------------


def clamped(limit: float) -> Callable:
    return lambda self, h: h.clamp(-limit, limit)


@wrong("The hidden state is clamped to ±100: values may have any magnitude, the norms rescale them")
def hidden_clamped_to_100(right):
    return afterwards(right, clamped(100))


@wrong(
    "The frames are clamped to ±50 before the blocks: values may have any magnitude, the norms rescale them"
)
def frames_clamped_to_50(right):
    return first(right, clamped(50))


@wrong("The output is clamped to ±10: a prediction of v or ε may be larger")
def output_clamped_to_10(right):
    return projected(right, clamped(10))


@wrong("The pooled caption is clamped to ±10: pass it on unchanged")
def caption_clamped_to_10(right):
    return given(right, pooled=lambda c: c.pooled.clamp(-10, 10))


@wrong("The words are clamped to ±10: pass them on unchanged", *READS_WORDS)
def words_clamped_to_10(right):
    return given(right, tokens=lambda c: c.tokens.clamp(-10, 10))


@wrong("The output of attention is clamped to ±10: pass it on unchanged")
def attention_clamped_to_10(right):
    def clamp(layer):
        return lambda *arguments: layer(*arguments).clamp(-10, 10)

    return layers(right, lambda self, name, layer: "attention" in name and clamp(layer))


@wrong("−100 is added where the mask is False: scores may be larger than that. Use the bool mask, or −∞")
def mask_of_minus_100(right):
    return masked(right, lambda self, mask: mask if mask.all() else -100.0 * ~mask)


# ------------------------------------------------------------------------------------------------------------
#                                                   Dtypes
# ------------------------------------------------------------------------------------------------------------


@wrong("The output is float64: keep the dtype")
def output_always_float64(right):
    return projected(right, lambda self, out: out.double())


@wrong("NumPy computes here: under autocast tensors are bfloat16, which NumPy does not have")
def through_numpy(right):
    def time(condition):
        with torch.no_grad():
            same = torch.from_numpy(condition.time.numpy())
        return condition.time + 0 * same

    return given(right, time=time)


@wrong("Time is made float64, which no layer of the network takes: keep the dtype")
def float64_time(right):
    return given(right, time=lambda c: c.time.double())


@wrong(
    "A tensor of torch.zeros gets rows copied into it: under autocast these are bfloat16, and it is float32"
)
def float32_buffer(right):
    def change(self, h):
        return torch.zeros(h.shape).index_copy_(1, torch.arange(h.shape[1]), h)

    return first(right, change)


# ------------------------------------------------------------------------------------------------------------
#                                           State and side effects
# ------------------------------------------------------------------------------------------------------------


def kept(self, name: str, value: object, shape: object):
    """What was computed first for this shape."""
    memory = self.__dict__.setdefault("_memory", {})
    return memory.setdefault((name, shape), value)


@wrong("The mask of the first call is used in later calls: use the arguments of each call")
def kept_mask(right):
    return masked(right, lambda self, mask: kept(self, "mask", mask, mask.shape))


@wrong("The condition of the first call is used in later calls: use the arguments of each call")
def kept_condition(right):
    def cond_mapping(self, condition):
        return kept(self, "c", right.cond_mapping(self, condition), condition.tokens.shape)

    return dict(cond_mapping=cond_mapping)


@wrong(
    "The words' mask of the first call is used in later calls: use the arguments of each call", *READS_WORDS
)
def kept_words_mask(right):
    def cond_mapping(self, condition):
        mask = kept(self, "words", condition.mask, condition.mask.shape)
        return right.cond_mapping(self, dataclasses.replace(condition, mask=mask))

    return dict(cond_mapping=cond_mapping)


@wrong("The output of the previous call is mixed in: calls must be independent")
def output_of_the_call_before(right):
    def change(self, out):
        before = self.__dict__.get("_before", out)
        self.__dict__["_before"] = out.detach()
        return 0.9 * out + 0.1 * before if before.shape == out.shape else out

    return projected(right, change)


@wrong("`self.eval()` or `self.train()` is called inside: only the caller sets the mode")
def switches_to_eval(right):
    return first(right, lambda self, h: self.eval() and h)


@wrong("torch.set_grad_enabled(False) stays in effect after the call: do not change global settings")
def switches_gradients_off(right):
    def change(self, out):
        torch.set_grad_enabled(False)
        return out

    return projected(right, change)


@wrong("torch.manual_seed is called inside: all random numbers after it repeat. The caller sets the seed")
def sets_the_seed(right):
    def change(self, out):
        torch.manual_seed(0)
        return out

    return projected(right, change)


@wrong("`h` is changed in place before the blocks: arguments must not change")
def frames_overwritten(right):
    def backbone(self, h, mask, c):
        h[~mask] = 0
        return right.backbone(self, h, mask, c)

    return dict(backbone=backbone)


@wrong("`mask` is changed in place: arguments must not change")
def mask_overwritten(right):
    def backbone(self, h, mask, c):
        found = right.backbone(self, h, mask.clone(), c)
        mask.logical_not_()
        return found

    return dict(backbone=backbone)


@wrong("A tensor of `condition` is changed in place: arguments must not change")
def condition_overwritten(right):
    def cond_mapping(self, condition):
        condition.tokens[~condition.mask] = 0
        return right.cond_mapping(self, condition)

    return dict(cond_mapping=cond_mapping)


@wrong("The weights of the network are changed in a call: only training changes them")
def weights_overwritten(right):
    def change(self, out):
        with torch.no_grad():
            self.final.bias.mul_(0.5)
        return out

    return projected(right, change)
