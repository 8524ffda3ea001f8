"""What somebody asked for and what was drawn of it."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from labkit.motion import Motion
from labkit.show.figures.style import NETWORK_LABELS


@dataclass(frozen=True)
class Asked:
    """A caption and its settings, named as :func:`labkit.generate.generate` names them; seconds of motion."""

    caption: str
    network: str
    sampler: str
    steps: int
    guidance_scale: float
    seconds: float
    seed: int

    def words(self) -> dict[str, str]:
        """The settings as they are shown."""
        return {
            "network": NETWORK_LABELS[self.network],
            "sampler": f"{self.sampler.upper()} {self.steps}",
            "guidance": f"guidance {self.guidance_scale:g}",
            "seconds": f"{self.seconds:g} s",
            "seed": f"seed {self.seed}",
        }


@dataclass(frozen=True)
class Drawn:
    asked: Asked
    motion: Motion


def captions(shown: Sequence[Asked]) -> list[str]:
    """What stands under each body: its caption and, of its settings, those in which the bodies differ."""
    words = [asked.words() for asked in shown]
    differ = [key for key in words[0] if len({w[key] for w in words}) > 1]
    return [" · ".join([asked.caption, *(w[key] for key in differ)]) for asked, w in zip(shown, words)]


def file_stem(shown: Sequence[Asked]) -> str:
    """A file's name without its ending: another for whoever asked for something else."""
    names = [re.sub(r"\W+", "_", asked.caption.lower()).strip("_")[:50] for asked in shown]
    if len(shown) > 1:
        return f"{'_vs_'.join(names)}_{zlib.crc32(repr(shown).encode()):08x}"
    (asked,) = shown
    settings = f"{asked.network}_{asked.sampler}{asked.steps}_g{asked.guidance_scale:g}_{asked.seconds:g}s"
    return f"{names[0]}_{settings}_seed{asked.seed}"
