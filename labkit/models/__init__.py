"""The three denoisers, by the name that commands and checkpoints use."""

from labkit.models.adaln import AdaLNDiT
from labkit.models.base import BaseDiT, Condition
from labkit.models.cross_attention import CrossAttentionDiT
from labkit.models.incontext import InContextDiT
from labkit.models.normalizer import Normalizer

NETWORKS: dict[str, type[BaseDiT]] = {
    network.network: network for network in (InContextDiT, AdaLNDiT, CrossAttentionDiT)
}

__all__ = [
    "NETWORKS", "AdaLNDiT", "BaseDiT", "Condition", "CrossAttentionDiT", "InContextDiT", "Normalizer",
]  # fmt: skip
