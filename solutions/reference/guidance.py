import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures


def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    """Classifier-free guidance, Ho & Salimans 2021, eq. 6 → the guided prediction (B, F, D).

    network: called as network(x, t, text, mask, drop) → (B, F, D). drop: (B,) bool, True where the caption is
    withheld. Give drop in both passes: without it a network in training mode withholds captions at random.
    x: (B, F, D), z-scored. t: (B,) diffusion steps. text: features of the B captions. mask: (B, F) bool, True
    at real frames.
    guidance_scale: any real number w. 0 is the prediction without the caption, 1 the prediction with it.
    Other values inter- or extrapolate linearly between these two. The scale in the paper is w − 1.
    Guidance takes two passes of the network. One batch of 2B gives the same in less time: `TextFeatures.cat`
    joins captions.
    All tensors are on one device; x and predictions are float32. Do not change the arguments or the network's
    output in place.
    """
    withheld = torch.ones(len(x), dtype=torch.bool, device=x.device)  # (B,)
    if guidance_scale == 1:
        return network(x, t, text, mask, ~withheld)  # (B, F, D)
    if guidance_scale == 0:
        return network(x, t, text, mask, withheld)  # (B, F, D)
    both = network(
        torch.cat([x, x]),  # (2B, F, D)
        torch.cat([t, t]),  # (2B,)
        TextFeatures.cat([text, text]),
        torch.cat([mask, mask]),  # (2B, F)
        torch.cat([~withheld, withheld]),  # (2B,)
    )  # (2B, F, D)
    with_text, without = both.chunk(2)  # (B, F, D) each
    return without + guidance_scale * (with_text - without)  # (B, F, D)
