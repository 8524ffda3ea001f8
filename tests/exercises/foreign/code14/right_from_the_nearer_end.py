# right: the line is followed from the end that is nearer, masks of dropping made from the motions' mask
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    def predict(withhold):
        drop = mask[:, 0].new_full((x.size(0),), withhold, dtype=torch.bool)
        return network(x, t, text, mask, drop)

    start, end = predict(True), predict(False)
    difference = end - start
    if guidance_scale > 0.5:
        return end + (guidance_scale - 1) * difference
    return start + guidance_scale * difference
