"""Wrong answers to Code 14."""

import torch

from grading.bank import mutant
from labkit.text import TextFeatures


def predictions(network, x, t, text, mask):
    """With the caption and without it, as they should be."""
    withheld = torch.ones(len(x), dtype=torch.bool)
    return network(x, t, text, mask, ~withheld), network(x, t, text, mask, withheld)


def combined(combine):
    """guided that returns combine(with caption, without, scale)."""

    def guided(network, x, t, text, mask, guidance_scale):
        return combine(*predictions(network, x, t, text, mask), guidance_scale)

    return {"guided": guided}


def asked(with_caption, without):
    """guided whose two passes are those functions of (network, x, t, text, mask, withheld)."""

    def guided(network, x, t, text, mask, guidance_scale):
        withheld = torch.ones(len(x), dtype=torch.bool)
        one, other = (f(network, x, t, text, mask, withheld) for f in (with_caption, without))
        return other + guidance_scale * (one - other)

    return {"guided": guided}


def given(network, x, t, text, mask, withheld):
    return network(x, t, text, mask, ~withheld)


def not_given(network, x, t, text, mask, withheld):
    return network(x, t, text, mask, withheld)


# ------------------------------------------------------------------------------------------------------------
#                                                The equation
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "You start from the prediction *with* the caption, as the paper does with its scale w′: "
    "(1 + w′) · with − w′ · without. guidance_scale is w = 1 + w′, so that 1 means no guidance"
)
def scale_taken_for_w():
    return combined(lambda c, u, s: (1 + s) * c - s * u)


@mutant(
    "The two predictions are exchanged: go from the one without the caption to the one with it. (`drop` is "
    "True "
    "where the caption is *withheld*)"
)
def exchanged():
    return combined(lambda c, u, s: c + s * (u - c))


@mutant(
    "The brackets are missing, so the prediction without the caption cancels: without + w · (with − without)"
)
def brackets_missing():
    return combined(lambda c, u, s: u + s * c - u)


@mutant("The predictions are averaged with the weights w and 1. Guidance is without + w · (with − without)")
def weighted_mean():
    return combined(lambda c, u, s: (s * c + u) / (1 + s))


@mutant("Only the difference is returned: add the prediction without the caption, from which it starts")
def only_the_difference():
    return combined(lambda c, u, s: s * (c - u))


@mutant("guidance_scale does nothing: you return the prediction with the caption, whatever the scale")
def only_with_caption():
    return combined(lambda c, u, s: c)


@mutant("guidance_scale does nothing: you return the prediction without the caption, whatever the scale")
def only_without_caption():
    return combined(lambda c, u, s: u)


@mutant("The prediction with the caption is scaled alone: scale the *difference* of the two predictions")
def scaled_alone():
    return combined(lambda c, u, s: u + s * c)


@mutant(
    "The factor of the difference is w − 1, which is the paper's scale: seen from the prediction *without* "
    "the caption it is w = guidance_scale itself"
)
def one_too_few():
    return combined(lambda c, u, s: u + (s - 1) * (c - u))


@mutant("The sign of the difference is wrong: guidance leads away from the prediction without the caption")
def wrong_sign():
    return combined(lambda c, u, s: u - s * (c - u))


@mutant(
    "The scale is limited to 0 … 1, so that the result lies between the two predictions. For w > 1 guidance "
    "goes beyond the prediction with the caption"
)
def interpolated():
    return combined(lambda c, u, s: u + min(max(s, 0), 1) * (c - u))


@mutant("The difference is multiplied by guidance_scale twice: once is what eq. 6 asks for")
def scaled_twice():
    return combined(lambda c, u, s: u + s * s * (c - u))


@mutant(
    "The result is rescaled to the size of the prediction with the caption: that is a later method (Lin et "
    "al. "
    "2024), eq. 6 has none of it"
)
def rescaled():
    def combine(c, u, s):
        found = u + s * (c - u)
        return found * (c.std((1, 2), keepdim=True) / found.std((1, 2), keepdim=True))

    return combined(combine)


@mutant("The result is clipped: that is for images. Motions are z-scored and go well beyond ±1")
def clipped():
    return combined(lambda c, u, s: (u + s * (c - u)).clamp(-1, 1))


@mutant("Scales below 0 are raised to 0: the line goes on there, away from the caption. Leave w as it is")
def not_below_zero():
    return combined(lambda c, u, s: u + max(s, 0.0) * (c - u))


@mutant("The size of the scale is used without its sign: below 0 the line goes on, away from the caption")
def scale_without_sign():
    return combined(lambda c, u, s: u + abs(s) * (c - u))


@mutant("Scales above 10 are reduced to 10: any real number is allowed. Leave w as it is")
def not_above_ten():
    return combined(lambda c, u, s: u + min(s, 10.0) * (c - u))


@mutant("Below scale 1 you leave guidance out: only at exactly 1 the second pass has no effect")
def only_above_one():
    return combined(lambda c, u, s: u + s * (c - u) if s > 1 else c)


# ------------------------------------------------------------------------------------------------------------
#                                              The two passes
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "Without a caption means `drop` = True, for which the network has a vector of its own; features of "
    "zeros are a "
    "caption that it has never seen"
)
def zeros_for_no_caption():
    def zeros(network, x, t, text, mask, withheld):
        empty = TextFeatures(0 * text.tokens, text.mask, 0 * text.pooled)
        return network(x, t, empty, mask, ~withheld)

    return asked(given, zeros)


@mutant(
    "`drop` is left out of the call with the captions: in training mode the network then withholds some of "
    "them at random. Give it (B,) False"
)
def drop_left_out():
    return asked(lambda network, x, t, text, mask, withheld: network(x, t, text, mask), not_given)


@mutant("Only the first sample's caption is withheld: `drop` is (B,), True for every sample in that pass")
def only_the_first_withheld():
    def first(network, x, t, text, mask, withheld):
        return network(x, t, text, mask, torch.arange(len(x)) < 1)

    return asked(given, first)


@mutant("The pass without the caption is not given `mask`: padded frames count as real there")
def no_mask_without():
    def unmasked(network, x, t, text, mask, withheld):
        return network(x, t, text, torch.ones_like(mask), withheld)

    return asked(given, unmasked)


@mutant("Neither pass is given `mask`: padded frames count as real ones")
def no_mask():
    def unmasked(drop):
        def ask(network, x, t, text, mask, withheld):
            return network(x, t, text, torch.ones_like(mask), withheld if drop else ~withheld)

        return ask

    return asked(unmasked(False), unmasked(True))


def both_in_one(motions, texts, drop, parts="halves"):
    """guided with one batch of 2B, in which x, t and mask are twice there, text is, and drop is set, each in
    the order "halves" (0 1 0 1, as of torch.cat) or "pairs" (0 0 1 1, as of repeat_interleave); the results
    are taken apart in the order `parts`."""

    def twice(v, order):
        return torch.cat([v, v]) if order == "halves" else v.repeat_interleave(2, 0)

    def guided(network, x, t, text, mask, guidance_scale):
        B = len(x)
        both = TextFeatures(*(twice(v, texts) for v in (text.tokens, text.mask, text.pooled)))
        withheld = torch.arange(2 * B) >= B if drop == "halves" else torch.arange(2 * B) % 2 == 1
        result = network(twice(x, motions), twice(t, motions), both, twice(mask, motions), withheld)
        with_text, without = result.chunk(2) if parts == "halves" else (result[::2], result[1::2])
        return without + guidance_scale * (with_text - without)

    return {"guided": guided}


@mutant(
    "The batch of 2B is put together in one order and taken apart in another: after torch.cat the first B "
    "rows are those with the caption, after repeat_interleave every second one"
)
def interleaved():
    return both_in_one("pairs", "pairs", "pairs")


@mutant(
    "Motions and captions of the batch of 2B are in different orders, so that only a batch of one sample is "
    "right: repeat_interleave gives x0 x0 x1 x1, torch.cat and TextFeatures.cat give x0 x1 x0 x1"
)
def only_motions_interleaved():
    return both_in_one("pairs", "halves", "halves")


@mutant(
    "Captions and motions of the batch of 2B are in different orders, so that only a batch of one sample is "
    "right: motions are x0 x1 x0 x1, captions c0 c0 c1 c1. TextFeatures.cat([text, text]) gives c0 c1 c0 c1"
)
def only_captions_interleaved():
    return both_in_one("halves", "pairs", "halves")


@mutant(
    "`drop` alternates, but the batch of 2B holds all motions once and then once again: the first B entries "
    "of `drop` have to be False and the last B True"
)
def drop_alternates():
    return both_in_one("halves", "halves", "pairs")


@mutant(
    "The first half of `drop` is False and the second True, but after repeat_interleave the two rows of a "
    "sample are neighbours: `drop` has to alternate, and so do the results"
)
def drop_in_halves():
    return both_in_one("pairs", "pairs", "halves")


@mutant(
    "The results of the batch of 2B are taken as every second row: after torch.cat those with the caption "
    "are the first B rows, chunk(2)"
)
def every_second_result():
    return both_in_one("halves", "halves", "halves", "pairs")


@mutant("All samples are taken to be at the first one's step: pass t, (B,), on as it is")
def first_t_for_all():
    def guided(network, x, t, text, mask, guidance_scale):
        with_text, without = predictions(network, x, t[:1].expand(len(t)), text, mask)
        return without + guidance_scale * (with_text - without)

    return guided


# ------------------------------------------------------------------------------------------------------------
#                                            Arguments that are changed
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "`text` is set to zero for the second pass: `drop` withholds the captions, and `text` is needed again"
)
def overwrites_text():
    def guided(network, x, t, text, mask, guidance_scale):
        with_text = network(x, t, text, mask, torch.zeros(len(x), dtype=torch.bool))
        text.tokens.zero_(), text.pooled.zero_()
        without = network(x, t, text, mask, torch.ones(len(x), dtype=torch.bool))
        return without + guidance_scale * (with_text - without)

    return guided


@mutant("The network's result is overwritten (-=, mul_): the network may still need it. Work on a copy")
def overwrites_the_prediction():
    return combined(lambda c, u, s: c.sub_(u).mul_(s).add_(u))


INTERLEAVED = (
    "The steps are in another order than the motions: stacked as a, b, a, b, these need torch.cat([t, t]), "
    "not repeat_interleave"
)


def at_interleaved_steps(network, x, t, text, mask, drop):
    """Two predictions of a batch whose motions are stacked as a, b, a, b and whose steps as a, a, b, b."""
    text = TextFeatures(*(torch.cat([part, part]) for part in (text.tokens, text.mask, text.pooled)))
    x, mask, t = torch.cat([x, x]), torch.cat([mask, mask]), t.repeat_interleave(2)
    return network(x, t, text, mask, torch.tensor(drop).repeat_interleave(len(x) // 2)).chunk(2)


@mutant(INTERLEAVED)
def steps_interleaved():
    def guided(network, x, t, text, mask, guidance_scale):
        c, u = at_interleaved_steps(network, x, t, text, mask, (False, True))
        return u + guidance_scale * (c - u)

    return guided


@mutant(INTERLEAVED + ". (The half without captions comes first here)")
def steps_interleaved_without_first():
    def guided(network, x, t, text, mask, guidance_scale):
        u, c = at_interleaved_steps(network, x, t, text, mask, (True, False))
        return u + guidance_scale * (c - u)

    return guided


@mutant("`drop` is made like `mask`, (B, F): it has one value a caption, (B,)")
def drop_like_mask():
    def guided(network, x, t, text, mask, guidance_scale):
        c = network(x, t, text, mask, torch.zeros_like(mask))
        u = network(x, t, text, mask, torch.ones_like(mask))
        return u + guidance_scale * (c - u)

    return guided


@mutant("`drop` has one value for the whole batch, (1,): it has one for each caption, (B,)")
def drop_of_one():
    def guided(network, x, t, text, mask, guidance_scale):
        withheld = torch.ones(1, dtype=torch.bool)
        c, u = network(x, t, text, mask, ~withheld), network(x, t, text, mask, withheld)
        return u + guidance_scale * (c - u)

    return guided


@mutant("The network is given t as float: steps are whole numbers, pass t as it is")
def t_as_float():
    return asked(
        lambda network, x, t, text, mask, withheld: network(x, t.float(), text, mask, ~withheld),
        lambda network, x, t, text, mask, withheld: network(x, t.float(), text, mask, withheld),
    )


@mutant("The network is given x as float64: pass x as it is")
def x_as_double():
    return asked(
        lambda network, x, t, text, mask, withheld: network(x.double(), t, text, mask, ~withheld).float(),
        lambda network, x, t, text, mask, withheld: network(x.double(), t, text, mask, withheld).float(),
    )


@mutant("The predictions are clipped to ±30: motions are z-scored and exceed any bound, clip nothing")
def predictions_clipped_at_30():
    return combined(lambda c, u, s: u.clamp(-30, 30) + s * (c.clamp(-30, 30) - u.clamp(-30, 30)))


@mutant("Axes of length 1 are dropped (squeeze): a batch of one sample or frame keeps its three axes")
def squeezed():
    return combined(lambda c, u, s: (u + s * (c - u)).squeeze())
