"""The three denoisers, by their names in commands and checkpoints."""

from labkit.models.adaln import AdaLNDiT
from labkit.models.base import BaseDiT, Condition
from labkit.models.cross_attention import CrossAttentionDiT
from labkit.models.incontext import InContextDiT
from labkit.models.normalizer import Normalizer
from labkit.models.precondition import Denoiser

NETWORKS: dict[str, type[BaseDiT]] = {
    network.network: network for network in (InContextDiT, AdaLNDiT, CrossAttentionDiT)
}


def make_denoiser(network: str, features: int, T: int = 1000, patch_size: int = 1, **config) -> Denoiser:
    """An untrained denoiser: the DiT called `network`, with a filter and a normalizer that are not fitted.

    network: a key of NETWORKS; raises KeyError for others. features: D of a frame. T: diffusion steps.
    patch_size: P, frames per token. config: the other arguments of `BaseDiT`: d_text, width, depth, heads,
    condition_dropout.
    """
    wide = patch_size * features
    return Denoiser(NETWORKS[network](features=wide, in_features=2 * wide, **config), T, patch_size)


__all__ = [
    "NETWORKS", "AdaLNDiT", "BaseDiT", "Condition", "CrossAttentionDiT", "Denoiser", "InContextDiT",
    "Normalizer", "make_denoiser",
]  # fmt: skip
