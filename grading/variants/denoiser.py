"""Right answers that Code 3, 4 and 5 have in common: the right functions, called in other ways."""

from collections import UserDict
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from grading.bank import Entry
from grading.mutants.denoiser import Functions, layers
from labkit.stubs import reference

_all: list[Callable] = []


def right_too(make: Callable) -> Callable:
    """Register ``def name(right) -> functions``, where `right` is the module with the right functions."""
    _all.append(make)
    return make


def common_variants(exercise: str) -> list[Entry]:
    """These variants as answers to one exercise."""
    return [Entry(make.__name__, make(reference(exercise))) for make in _all]


# ------------------------------------------------------------------------------------------------------------
#                                     What cond_mapping passes to backbone
# ------------------------------------------------------------------------------------------------------------


def handed(right, pack: Callable, unpack: Callable) -> Functions:
    """c in another structure: pack(self, c) → anything, unpack(self, anything) → c."""
    return dict(
        cond_mapping=lambda self, condition: pack(self, right.cond_mapping(self, condition)),
        backbone=lambda self, h, mask, c: right.backbone(self, h, mask, unpack(self, c)),
        output_projection=lambda self, h, mask, c: right.output_projection(self, h, mask, unpack(self, c)),
    )


class Mapped(NamedTuple):
    value: object
    note: str

    def unpacked(self) -> object:
        return self.value


class Bag(dict):
    """A dict whose entries are attributes too."""

    __getattr__ = dict.__getitem__


@right_too
def named_tuple(right):
    """With a method of its own."""
    return handed(right, lambda self, c: Mapped(c, "mapped"), lambda self, c: c.unpacked())


@right_too
def dict_subclass(right):
    return handed(right, lambda self, c: Bag(value=c), lambda self, c: c.value)


@right_too
def mapping_that_is_no_dict(right):
    return handed(right, lambda self, c: UserDict(value=c), lambda self, c: c.data["value"])


@right_too
def function_as_condition(right):
    return handed(right, lambda self, c: lambda: c, lambda self, c: c())


@right_too
def same_object(right):
    """Recognised by its identity."""

    def pack(self, c):
        self.__dict__["_handed"] = c
        return c

    def unpack(self, c):
        if c is not self.__dict__["_handed"]:
            raise ValueError("somebody else's condition")
        return c

    return handed(right, pack, unpack)


@right_too
def dict_that_backbone_extends(right):
    """The hidden state is in the dict, and the return value of backbone is not used."""

    def backbone(self, h, mask, c):
        c["h"] = right.backbone(self, h, mask, c["value"])
        return c["h"]

    return dict(
        cond_mapping=lambda self, condition: {"value": right.cond_mapping(self, condition)},
        backbone=backbone,
        output_projection=lambda self, h, mask, c: right.output_projection(self, c["h"], mask, c["value"]),
    )


@right_too
def hidden_state_in_a_tuple(right):
    """backbone returns more than the hidden state."""
    return dict(
        backbone=lambda self, h, mask, c: (right.backbone(self, h, mask, c), h),
        output_projection=lambda self, h, mask, c: right.output_projection(self, h[0], mask, c),
    )


# ------------------------------------------------------------------------------------------------------------
#                                              Order of computation
# ------------------------------------------------------------------------------------------------------------


@right_too
def reentrant_checkpoints(right):
    """The blocks are run once more in the backward pass."""

    def backbone(self, h, mask, c):
        parts = (c,) if isinstance(c, Tensor) else c

        def run(h, *parts):
            return right.backbone(self, h, mask, parts[0] if isinstance(c, Tensor) else parts)

        return checkpoint(run, h, *parts, use_reentrant=True)

    return dict(backbone=backbone)


@right_too
def checkpoints(right):
    def backbone(self, h, mask, c):
        return checkpoint(right.backbone, self, h, mask, c, use_reentrant=False)

    return dict(backbone=backbone)


@right_too
def compiled(right):
    """Traced by dynamo; the graph is run unchanged, without a C++ compiler."""
    return dict(output_projection=torch.compile(right.output_projection, backend="eager"))


# ------------------------------------------------------------------------------------------------------------
#                                             Other attention functions
# ------------------------------------------------------------------------------------------------------------


def attending(right, attend: Callable) -> Functions:
    """Attention computed by attend(layer, x, mask, memory)."""

    def other(layer):
        return lambda x, mask, memory=None: attend(layer, x, mask, x if memory is None else memory)

    return layers(right, lambda self, name, layer: "attention" in name and other(layer))


@right_too
def scaled_dot_product_attention(right):
    """torch's own, which takes a bool mask."""

    def attend(layer, x, mask, memory):
        q = layer.query(x).unflatten(-1, (layer.heads, -1)).transpose(1, 2)
        k, v = layer.key_value(memory).unflatten(-1, (2, layer.heads, -1)).permute(2, 0, 3, 1, 4)
        out = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None])
        return layer.output(out.transpose(1, 2).flatten(-2))

    return attending(right, attend)


@right_too
def multi_head_attention(right):
    """The function behind nn.MultiheadAttention, with the layer's weights."""

    def attend(layer, x, mask, memory):
        (k, v), bias = layer.key_value.weight.chunk(2), layer.key_value.bias
        out, _ = functional.multi_head_attention_forward(
            x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), x.shape[-1], layer.heads,
            None, torch.cat([layer.query.bias, bias]), None, None, False, 0.0,
            layer.output.weight, layer.output.bias, key_padding_mask=~mask, need_weights=False,
            use_separate_proj_weight=True, q_proj_weight=layer.query.weight, k_proj_weight=k, v_proj_weight=v,
        )  # fmt: skip
        return out.transpose(0, 1)

    return attending(right, attend)


@right_too
def head_by_head(right):
    """Exponentials of scores less their largest, one head after the other, padded ones set to zero."""

    def attend(layer, x, mask, memory):
        q, kv = layer.query(x), layer.key_value(memory)
        out = []
        width = x.shape[-1] // layer.heads
        for i in range(layer.heads):
            columns = slice(i * width, (i + 1) * width)
            k, v = (part[..., columns] for part in kv.chunk(2, dim=-1))
            scores = torch.einsum("bnd,bmd->bnm", q[..., columns], k).float() / width**0.5
            scores = scores.masked_fill(~mask[:, None], -1e9)
            weights = (scores - scores.amax(-1, keepdim=True)).exp() * mask[:, None]
            out.append((weights / weights.sum(-1, keepdim=True)).to(v.dtype) @ v)
        return layer.output(torch.cat(out, dim=-1))

    return attending(right, attend)


@right_too
def norms_by_hand(right):
    """Mean and variance written out, in two passes."""

    def norm(layer: nn.LayerNorm):
        def call(x):
            x = x - x.mean(-1, keepdim=True)
            x = x * (x.square().mean(-1, keepdim=True) + layer.eps).rsqrt()
            return x if layer.weight is None else x * layer.weight + layer.bias

        return call

    return layers(right, lambda self, name, layer: "norm" in name and norm(layer))
