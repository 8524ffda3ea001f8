"""A prompt with its settings, and the motion generated from it."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from labkit.diffusion import SamplingConfig
from labkit.motion import Motion
from labkit.show.figures.style import NETWORK_LABELS


@dataclass(frozen=True)
class Prompt:
    """A caption, and the settings that :func:`labkit.generate.generate` takes with it."""

    caption: str
    network: str
    seconds: float
    config: SamplingConfig

    def words(self) -> dict[str, str]:
        """The settings as they are shown."""
        return {
            "network": NETWORK_LABELS[self.network],
            "sampler": f"{self.config.sampler.upper()} {self.config.steps}",
            "guidance": f"guidance {self.config.guidance_scale:g}",
            "seconds": f"{self.seconds:g} s",
            "seed": f"seed {self.config.seed}",
        }


@dataclass(frozen=True)
class Generated:
    """A prompt and the motion (F, ...) generated from it."""

    prompt: Prompt
    motion: Motion


def captions(shown: Sequence[Prompt]) -> list[str]:
    """What stands under each body: its caption and, of its settings, those in which the bodies differ."""
    words = [prompt.words() for prompt in shown]
    differ = [key for key in words[0] if len({w[key] for w in words}) > 1]
    return [" · ".join([prompt.caption, *(w[key] for key in differ)]) for prompt, w in zip(shown, words)]


def file_stem(shown: Sequence[Prompt]) -> str:
    """A file's name without its ending, made of captions and settings."""
    names = [re.sub(r"\W+", "_", prompt.caption.lower()).strip("_")[:50] for prompt in shown]
    if len(shown) > 1:
        return f"{'_vs_'.join(names)}_{zlib.crc32(repr(shown).encode()):08x}"
    (prompt,) = shown
    config = prompt.config
    settings = (
        f"{prompt.network}_{config.sampler}{config.steps}_g{config.guidance_scale:g}_{prompt.seconds:g}s"
    )
    return f"{names[0]}_{settings}_seed{config.seed}"
