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
    """An untrained DiT of that name with its preconditioning, not yet fitted.

    patch_size: frames of a token. config: see `BaseDiT`.
    """
    wide = patch_size * features
    return Denoiser(NETWORKS[network](features=wide, in_features=2 * wide, **config), T, patch_size)


__all__ = [
    "NETWORKS", "AdaLNDiT", "BaseDiT", "Condition", "CrossAttentionDiT", "Denoiser", "InContextDiT",
    "Normalizer", "make_denoiser",
]  # fmt: skip
