"""Other right answers to Code 14."""

import torch

from grading.bank import variant
from labkit.text import TextFeatures


@variant()
def the_last_hint():
    """In its words."""

    def guided(network, x, t, text, mask, guidance_scale):
        drop = torch.zeros(len(x), dtype=torch.bool, device=x.device)
        joined = [torch.cat([a, b]) for a, b in ((x, x), (t, t), (mask, mask), (drop, ~drop))]
        x, t, mask, drop = joined
        with_caption, without = network(x, t, TextFeatures.cat([text, text]), mask, drop).chunk(2)
        return without + guidance_scale * (with_caption - without)

    return guided


@variant()
def two_passes():
    def guided(network, x, t, text, mask, guidance_scale):
        none = torch.zeros(len(x), dtype=torch.bool)
        conditional = network(x, t, text, mask, none)
        unconditional = network(x, t, text, mask, torch.logical_not(none))
        return unconditional + guidance_scale * (conditional - unconditional)

    return guided


@variant()
def in_the_papers_notation():
    """(1 + w) ε(z, c) − w ε(z), eq. 6, with the paper's w = guidance_scale − 1."""

    def guided(network, x, t, text, mask, guidance_scale):
        w = guidance_scale - 1
        drop = torch.zeros(x.shape[0]).bool()
        return (1 + w) * network(x, t, text, mask, drop) - w * network(x, t, text, mask, ~drop)

    return guided


@variant()
def lerp():
    def guided(network, x, t, text, mask, guidance_scale):
        ones = torch.ones_like(t, dtype=torch.bool)
        return torch.lerp(network(x, t, text, mask, ones), network(x, t, text, mask, ~ones), guidance_scale)

    return guided


@variant()
def one_batch_the_other_way_round():
    """As in public code: the unconditional half first."""

    def guided(network, x, t, text, mask, guidance_scale):
        B = len(x)
        drop = torch.cat([torch.ones(B), torch.zeros(B)]).bool()
        texts = TextFeatures.cat([text, text])
        out = network(x.repeat(2, 1, 1), t.repeat(2), texts, mask.repeat(2, 1), drop)
        return out[:B] + guidance_scale * (out[B:] - out[:B])

    return guided


@variant()
def drop_by_name():
    def guided(network, x, t, text, mask, guidance_scale):
        cond = network(x, t, text, mask, drop=torch.zeros(len(x), dtype=torch.bool))
        if guidance_scale == 1:
            return cond
        uncond = network(x, t, text, mask=mask, drop=torch.ones(len(x), dtype=torch.bool))
        return guidance_scale * cond + (1 - guidance_scale) * uncond

    return guided


@variant()
def sample_by_sample():
    def guided(network, x, t, text, mask, guidance_scale):
        rows = []
        for b in range(len(x)):
            one = slice(b, b + 1)
            a, c = (
                network(x[one], t[one], text[one], mask[one], torch.tensor([drop])) for drop in (True, False)
            )
            rows.append(a + guidance_scale * (c - a))
        return torch.cat(rows)

    return guided
