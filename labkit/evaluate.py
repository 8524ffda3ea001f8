"""Evaluation of a network: sample motions for held-out captions, then score them against the real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from labkit.body import load_body
from labkit.checkpoint import load_pair
from labkit.cleanup import clean_up
from labkit.device import autocast, best_device
from labkit.diffusion import SamplingConfig, sample
from labkit.evaluator import load_evaluator
from labkit.motion import encode
from labkit.paths import LabError
from labkit.progress import bar
from labkit.reference import Reference, load_reference
from labkit.scores import Scores, motion_features, physical, score
from labkit.settings import standard_settings

FEWEST = 12  # motions: prdc's five neighbours must exist in the halves that `bootstrap` takes


@dataclass(frozen=True)
class Samples:
    """A network's motions for N captions of a reference.

    indices: (N,) int, of the captions. motions: N of (F_i, D), not z-scored. features: (N, W), see
    `scores.motion_features`. physical: (N, 3), see `scores.physical`.
    """

    network: str
    indices: np.ndarray
    motions: list[Tensor]
    features: np.ndarray
    physical: np.ndarray


def choose_captions(reference: Reference, batches: int, batch_size: int, seed: int = 0) -> np.ndarray:
    """Indices (batches · batch_size,) of random captions of the reference, each at most once.

    Raises LabError if these are more than the split has, or fewer than FEWEST.
    """
    order = np.random.default_rng(seed).permutation(len(reference.captions))
    if batches * batch_size < FEWEST:
        raise LabError(
            f"{batches} × {batch_size} captions are too few to measure anything: take at least {FEWEST}"
        )
    if batches * batch_size > len(order):
        raise LabError(
            f"{batches} × {batch_size} captions asked for, the split has {len(order)}: take fewer batches"
        )
    return order[: batches * batch_size]


@standard_settings()
def sample_motions(
    network: str,
    captions: Sequence[str],
    lengths: Tensor,
    *,
    config: SamplingConfig | None = None,
    raw: bool = False,
    batch_size: int = 64,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    device: str | None = None,
    progress: bool = True,
) -> list[Tensor]:
    """Motions of a network for N captions, as `generate` makes them: N of (F_i, D), not z-scored, on the CPU.

    lengths: (N,) int64, frames. raw: the network's output as it is, without `cleanup.clean_up`.
    batch_size: captions that are sampled together. The other settings are those of `generate`. Raises
    LabError as `generate` does.
    """
    config, device, body = config or SamplingConfig(), best_device(device), load_body()
    denoiser, schedule, conditioner = load_pair(network, checkpoint, text_checkpoint)
    denoiser, conditioner = denoiser.to(device), conditioner.to(device)
    generator = torch.Generator().manual_seed(config.seed)
    motions: list[Tensor] = []
    for start in bar(range(0, len(captions), batch_size), network, progress):
        text = conditioner(list(captions[start : start + batch_size]))
        some = lengths[start : start + batch_size]
        with autocast(device):  # changes every metric by less than a tenth of its interval
            x = sample(denoiser, schedule, text, some, config, generator=generator)
        motions += [row[:n] for row, n in zip(x.cpu(), some)]
    if raw:
        return motions
    cleaned = (clean_up(x, body) for x in motions)
    return [encode(motion, body.joints(motion)) for motion in cleaned]


def sample_captions(network: str, reference: Reference, indices: np.ndarray, **settings) -> Samples:
    """A network's motion for each of the captions `indices` (N,), as long as the real one → Samples.

    settings: those of `sample_motions`. Raises LabError as `sample_motions` does.
    """
    captions = [reference.captions[i] for i in indices]
    lengths = torch.from_numpy(reference.lengths[reference.owner[indices]]).long()
    motions = sample_motions(network, captions, lengths, **settings)
    evaluator = load_evaluator().to(best_device(settings.get("device")))
    return Samples(
        network, indices, motions, motion_features(evaluator, motions), physical(motions, load_body())
    )


def score_samples(samples: Samples, reference: Reference) -> Scores:
    """The scores of a network's N motions. Raises LabError as `score` does."""
    return score(samples.network, reference, samples.indices, samples.features, samples.physical)


def evaluate(
    network: str, split: str = "test_a", *, batches: int = 10, batch_size: int = 64, **settings
) -> Scores:
    """Scores of a network on batches × batch_size held-out captions, each motion as long as the real one.

    split: "test_a" or "test_b". settings: those of `sample_motions`. Raises LabError as `load_reference`,
    `choose_captions` and `sample_motions` do.
    """
    reference = load_reference(split)
    seed = (settings.get("config") or SamplingConfig()).seed
    indices = choose_captions(reference, batches, batch_size, seed)
    return score_samples(
        sample_captions(network, reference, indices, batch_size=batch_size, **settings), reference
    )
