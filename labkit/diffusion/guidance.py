"""Classifier-free guidance."""

from torch import Tensor

from labkit.models import Denoiser
from labkit.stubs import stub
from labkit.text import TextFeatures


@stub("code14")
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
    # TODO (Code 14): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError
