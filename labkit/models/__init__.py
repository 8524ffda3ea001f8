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


def make_denoiser(network: str, features: int, T: int = 1000, **config) -> Denoiser:
    """An untrained DiT of that name with its preconditioning, not yet fitted. config: see `BaseDiT`."""
    return Denoiser(NETWORKS[network](features=features, in_features=2 * features, **config), T)


__all__ = [
    "NETWORKS", "AdaLNDiT", "BaseDiT", "Condition", "CrossAttentionDiT", "Denoiser", "InContextDiT",
    "Normalizer", "make_denoiser",
]  # fmt: skip
