"""The second journey: captions and motions go in, a row of numbers comes out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from labkit.body import Body, load_body
from labkit.checkpoint import load_pair
from labkit.dataset import pad
from labkit.diffusion import sample
from labkit.evaluator import Evaluator, load_evaluator
from labkit.generate import best_device
from labkit.metrics import (
    bootstrap,
    floor_penetration,
    foot_sliding,
    frechet_distance,
    jerk,
    prdc,
    retrieval,
    retrieval_ranks,
    tmr_score,
)  # fmt: skip
from labkit.metrics.physical import FEET
from labkit.motion import decode
from labkit.paths import LabError
from labkit.reference import Reference, load_reference

FEWEST = 12  # motions: a half of them, which `bootstrap` takes, must have more than prdc's five neighbours
PHYSICAL = ("foot sliding m/s", "jerk m/s³", "penetration mm")


@dataclass(frozen=True)
class Row:
    """One line of the results table: N motions, and (value, low, high) of every metric by name."""

    name: str
    N: int
    metrics: dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Drawn:
    """What a network drew: one motion for each of N captions of a reference.

    rows: (N,) which captions. motions: N of (F_i, D), not z-scored. features: (N, W), see `motion_features`.
    physical: (N, 3), see `physical`.
    """

    name: str
    rows: np.ndarray
    motions: list[Tensor]
    features: np.ndarray
    physical: np.ndarray


def rest_heights(body: Body) -> Tensor:
    """How high ankles and toes lie above the sole of a body at rest, (4,) metres."""
    return body.rest_joints[FEET, 1] - body.sole


def physical(motions: list[Tensor], body: Body) -> np.ndarray:
    """Foot sliding, jerk and floor penetration of motions (F_i, D) → (N, 3), columns as PHYSICAL."""
    heights = rest_heights(body)
    rows = []
    for x in motions:
        joints = body.joints(decode(x))
        sliding, jerks = foot_sliding(joints, heights), jerk(joints)
        rows.append([sliding, jerks, 1000 * floor_penetration(joints, heights)])
    return np.array(rows, dtype=np.float64).reshape(-1, len(PHYSICAL))


@torch.no_grad()
def motion_features(evaluator: Evaluator, motions: list[Tensor], batch_size: int = 64) -> np.ndarray:
    """Evaluator features of motions (F_i, D) → (N, W)."""
    device = evaluator.motion.pool.weight.device
    parts = []
    for start in range(0, len(motions), batch_size):
        x, mask = pad(motions[start : start + batch_size])
        parts.append(evaluator.motion_features(x.to(device), mask.to(device)).cpu().numpy())
    return np.concatenate(parts)


def score(name: str, reference: Reference, rows: np.ndarray, motion: np.ndarray, physics: np.ndarray) -> Row:
    """One line of the table.

    rows: (N,) which of the reference's captions were asked for. motion: (N, W) features of what came.
    physics: (N, 3) as from `physical`.
    """
    text = reference.text[rows]
    captions = np.array(reference.captions)[rows]
    same = captions[:, None] == captions[None, :]
    gallery = min(32, len(motion) // 2)  # half of the motions must still fill one, see bootstrap

    def recall(chosen: np.ndarray) -> list[float]:
        some = np.ix_(chosen, chosen)
        return list(retrieval(text[chosen], motion[chosen], gallery=gallery, same=same[some]).values())

    metrics: dict[str, tuple[float, float, float]] = {}
    metrics["FD"] = bootstrap(lambda m: frechet_distance(reference.motion, m), motion, n=50)
    metrics["TMR-Score"] = bootstrap(tmr_score, text, motion)
    recalls = zip(*bootstrap(recall, np.arange(len(motion))))
    metrics |= {f"R{k} of {gallery}": values for k, values in zip((1, 2, 3), recalls)}
    ranks = retrieval_ranks(text, motion, same)
    metrics["R3 of all"] = bootstrap(lambda r: (r <= 3).mean(), ranks)
    shares = zip(*bootstrap(lambda m: list(prdc(reference.motion, m).values()), motion, n=50))
    metrics |= dict(zip(("precision", "recall", "density", "coverage"), shares))
    for column, key in enumerate(PHYSICAL):
        metrics[key] = bootstrap(np.nanmean, physics[:, column])
    return Row(name, len(motion), metrics)


def real_row(reference: Reference, rows: np.ndarray, shuffled: bool = False) -> Row:
    """Real motion in the place of generated motion; with captions shuffled, what chance looks like."""
    owners = reference.owner[rows]
    if shuffled:
        owners = np.roll(owners, len(owners) // 2)
    name = "real, shuffled" if shuffled else "real"
    return score(name, reference, rows, reference.motion[owners], reference.physical[owners])


def choose(reference: Reference, batches: int, batch_size: int, seed: int) -> np.ndarray:
    """Which captions to ask for: rows of the reference, (batches · batch_size,), no more than there are."""
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


def draw(
    network: str,
    reference: Reference,
    rows: np.ndarray,
    batch_size: int = 64,
    sampler: str = "ddim",
    steps: int = 50,
    guidance_scale: float = 2.5,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    device: str | None = None,
    progress: bool = True,
) -> Drawn:
    """Let a network draw a motion for each caption in `rows` (N,), as long as the real one."""
    device = best_device(device)
    denoiser, schedule, conditioner = load_pair(network, checkpoint, text_checkpoint)
    denoiser, conditioner = denoiser.to(device), conditioner.to(device)
    evaluator = load_evaluator().to(device)
    generator = torch.Generator().manual_seed(seed)
    motions: list[Tensor] = []
    batches = [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
    for batch in tqdm(batches, desc=network, disable=not progress):
        text = conditioner([reference.captions[r] for r in batch])
        lengths = torch.from_numpy(reference.lengths[reference.owner[batch]]).long()
        x = sample(denoiser, schedule, text, lengths, sampler, steps, guidance_scale, generator=generator)
        motions += [row[:n] for row, n in zip(x.cpu(), lengths)]
    return Drawn(network, rows, motions, motion_features(evaluator, motions), physical(motions, load_body()))


def evaluate(
    network: str,
    split: str = "test_a",
    batches: int = 10,
    batch_size: int = 64,
    sampler: str = "ddim",
    steps: int = 50,
    guidance_scale: float = 2.5,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    device: str | None = None,
    progress: bool = True,
) -> Row:
    """Score a motion for each of batches × batch_size held-out captions, each as long as the real one."""
    reference = load_reference(split)
    rows = choose(reference, batches, batch_size, seed)
    drawn = draw(
        network, reference, rows, batch_size, sampler, steps, guidance_scale, seed, checkpoint,
        text_checkpoint, device, progress,
    )  # fmt: skip
    return score(network, reference, rows, drawn.features, drawn.physical)


def table(rows: list[Row]) -> str:
    """The rows as text, metrics downwards, each with its 95 % interval."""
    names = list(rows[0].metrics)
    width = max(map(len, names)) + 2

    def cell(value: float, low: float, high: float) -> str:
        digits = 3 if abs(value) < 10 else 1
        return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

    lines = ["".ljust(width) + "".join(f"{r.name} (N={r.N})".rjust(28) for r in rows)]
    for name in names:
        lines.append(name.ljust(width) + "".join(cell(*r.metrics[name]).rjust(28) for r in rows))
    return "\n".join(lines)
