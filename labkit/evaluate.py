"""Evaluation on a held-out split: captions and motions → a row of metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from labkit.body import Body, load_body
from labkit.checkpoint import load_pair
from labkit.dataset import pad
from labkit.device import autocast, best_device
from labkit.diffusion import GUIDANCE_SCALE, SAMPLER, STEPS, sample
from labkit.evaluator import Evaluator, load_evaluator
from labkit.metrics import (
    bootstrap,
    diversity,
    floor_penetration,
    foot_sliding,
    frechet_distance,
    jerk,
    nearest_class,
    prdc,
    retrieval,
    retrieval_ranks,
    tmr_score,
)  # fmt: skip
from labkit.metrics.physical import FEET
from labkit.motion import decode
from labkit.paths import LabError
from labkit.progress import bar
from labkit.reference import Reference, load_reference, names_style

FEWEST = 12  # motions: prdc's five neighbours must exist in the halves that `bootstrap` takes
PHYSICAL = ("foot sliding m/s", "jerk m/s³", "penetration mm")


@dataclass(frozen=True)
class Row:
    """One row of the results table: N motions, and (value, low, high) of every metric by name."""

    name: str
    N: int
    metrics: dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Drawn:
    """The motions that a network generated for N captions of a reference.

    rows: (N,) indices of the captions. motions: N of (F_i, D), not z-scored. features: (N, W), see
    `motion_features`. physical: (N, 3), see `physical`.
    """

    name: str
    rows: np.ndarray
    motions: list[Tensor]
    features: np.ndarray
    physical: np.ndarray


def rest_heights(body: Body) -> Tensor:
    """Height of ankles and toes above the sole of a body at rest, (4,) metres."""
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


def half_distance(reference: Reference, motion: np.ndarray | None, n: int) -> tuple[float, float, float]:
    """FD between one half of the real recordings and n motions → mean and 95 % range over 20 random halves.

    motion: (N, W) features, of which n are taken each time; None for n real motions of the *other* half. So
    the FD of real motion, which no network can be expected to beat, is measured with the same two sizes. The
    halves share no recording: a mirror image belongs to the half of its original. The range shows the
    influence of the half; it is no interval for another sample of generated motions.
    """
    rng = np.random.default_rng(0)
    takes = np.unique(reference.take)
    distances = []
    for _ in range(20):
        first = np.isin(reference.take, rng.permutation(takes)[: len(takes) // 2])
        others = reference.motion[~first] if motion is None else motion
        distances.append(frechet_distance(reference.motion[first], rng.permutation(others)[:n]))
    return float(np.mean(distances)), *np.quantile(distances, [0.025, 0.975]).tolist()


def class_hits(reference: Reference, rows: np.ndarray, motion: np.ndarray) -> dict[str, np.ndarray]:
    """Whether motions with features (N, W) have the content and the style asked for, by name.

    Classes are the labels ("content|style") of the reference with two or more recordings. A motion belongs to
    the class with the nearest mean feature. The label asked for is that of the caption's real motion; for
    style only captions that name it count. A key is missing if the split has too few classes, or no captions
    that name styles.
    """
    labels, takes, owners = np.array(reference.labels), reference.take, reference.owner[rows]
    known = [label for label in np.unique(labels) if len(np.unique(takes[labels == label])) > 1]
    if len(known) < 2:
        return {}
    found = nearest_class(motion, reference.motion, labels, takes, own=takes[owners])
    found, asked = (np.array([label.partition("|")[::2] for label in x]) for x in (found, labels[owners]))
    of_known = np.isin(labels[owners], known)
    hits = {
        "content accuracy": (found == asked)[of_known, 0],
        "style accuracy": (found == asked)[of_known & names_style(reference)[rows], 1],
    }
    return {name: hit for name, hit in hits.items() if len(hit) >= 4}


def score(
    name: str,
    reference: Reference,
    rows: np.ndarray,
    motion: np.ndarray,
    physics: np.ndarray,
    real: bool = False,
) -> Row:
    """One row of the table.

    rows: (N,) indices of the reference's captions. motion: (N, W) features of the motions made for them.
    physics: (N, 3) as from `physical`. real: the motions are the reference's own.

    Retrieval counts as right any motion made for the same words, or for another caption of the same real
    motion.
    """
    text, owner = reference.text[rows], reference.owner[rows]
    captions = np.array(reference.captions)[rows]
    same = (captions[:, None] == captions) | (owner[:, None] == owner)
    gallery = min(32, len(motion) // 2)  # half of the motions must still fill one, see bootstrap

    def recall(chosen: np.ndarray) -> list[float]:
        some = np.ix_(chosen, chosen)
        return list(retrieval(text[chosen], motion[chosen], gallery=gallery, same=same[some]).values())

    metrics: dict[str, tuple[float, float, float]] = {}
    metrics["FD"] = bootstrap(lambda m: frechet_distance(reference.motion, m), motion, n=50)
    n = min(len(rows), 2 * len(reference.motion) // 5)  # the other half of the real ones holds as many
    metrics[f"FD to half, N={n}"] = half_distance(reference, None if real else motion, n)
    metrics["TMR-Score"] = bootstrap(tmr_score, text, motion)
    recalls = zip(*bootstrap(recall, np.arange(len(motion))))
    metrics |= {f"R{k} of {gallery}": values for k, values in zip((1, 2, 3), recalls)}
    ranks = retrieval_ranks(text, motion, same)
    metrics |= {f"R{k} of all": bootstrap(lambda r, k=k: (r <= k).mean(), ranks) for k in (1, 2, 3)}
    shares = zip(*bootstrap(lambda m: list(prdc(reference.motion, m).values()), motion, n=50))
    metrics |= dict(zip(("precision", "recall", "density", "coverage"), shares))
    metrics["diversity"] = bootstrap(diversity, motion)
    metrics |= {name: bootstrap(np.mean, hits) for name, hits in class_hits(reference, rows, motion).items()}
    for column, key in enumerate(PHYSICAL):
        metrics[key] = bootstrap(np.nanmean, physics[:, column])
    return Row(name, len(motion), metrics)


def real_row(reference: Reference, rows: np.ndarray, shuffled: bool = False) -> Row:
    """Real motion in the place of generated motion; with captions shuffled, chance level.

    FD and precision are biased in its favour, since the real set contains it; "FD to half" is not.
    """
    owners = reference.owner[rows]
    if shuffled:
        owners = np.roll(owners, len(owners) // 2)
    name = "real, shuffled" if shuffled else "real"
    return score(name, reference, rows, reference.motion[owners], reference.physical[owners], real=True)


def mean_row(reference: Reference, rows: np.ndarray) -> Row:
    """One motion for all captions: the mean of all frames that the evaluator was trained on, in every frame.

    A baseline: no network should be worse, and a metric on which it does well measures little.
    """
    evaluator = load_evaluator()
    x = evaluator.motion.normalizer.mean.expand(int(np.median(reference.lengths)), -1)
    features = motion_features(evaluator, [x]).repeat(len(rows), axis=0)
    return score(
        "mean motion", reference, rows, features, physical([x], load_body()).repeat(len(rows), axis=0)
    )


def choose(reference: Reference, batches: int, batch_size: int, seed: int) -> np.ndarray:
    """Random captions: indices into the reference, (batches · batch_size,).

    Raises LabError if these are more than the split has, or too few to measure anything.
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


def draw_motions(
    network: str,
    captions: Sequence[str],
    lengths: Tensor,
    batch_size: int = 64,
    sampler: str = SAMPLER,
    steps: int = STEPS,
    guidance_scale: float = GUIDANCE_SCALE,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    text_checkpoint: str | Path | None = None,
    device: str | None = None,
    progress: bool = True,
) -> list[Tensor]:
    """A network's motions for N captions, N of (F_i, D), not z-scored, not smoothed. lengths: (N,) frames."""
    device = best_device(device)
    denoiser, schedule, conditioner = load_pair(network, checkpoint, text_checkpoint)
    denoiser, conditioner = denoiser.to(device), conditioner.to(device)
    generator = torch.Generator().manual_seed(seed)
    motions: list[Tensor] = []
    for start in bar(range(0, len(captions), batch_size), network, progress):
        text = conditioner(list(captions[start : start + batch_size]))
        some = lengths[start : start + batch_size]
        with autocast(device):  # changes every metric by less than a tenth of its interval
            x = sample(denoiser, schedule, text, some, sampler, steps, guidance_scale, generator=generator)
        motions += [row[:n] for row, n in zip(x.cpu(), some)]
    return motions


def draw(network: str, reference: Reference, rows: np.ndarray, batch_size: int = 64, **settings) -> Drawn:
    """Generate a motion for each caption in `rows` (N,), as long as the real one.

    settings: sampler, steps, guidance_scale, seed and more, as `draw_motions` takes them.
    """
    captions = [reference.captions[r] for r in rows]
    lengths = torch.from_numpy(reference.lengths[reference.owner[rows]]).long()
    motions = draw_motions(network, captions, lengths, batch_size, **settings)
    evaluator = load_evaluator().to(best_device(settings.get("device")))
    return Drawn(network, rows, motions, motion_features(evaluator, motions), physical(motions, load_body()))


def evaluate(
    network: str,
    split: str = "test_a",
    batches: int = 10,
    batch_size: int = 64,
    seed: int = 0,
    **settings,
) -> Row:
    """Score a motion for each of batches × batch_size held-out captions, each as long as the real one.

    settings: as `draw_motions` takes them.
    """
    reference = load_reference(split)
    rows = choose(reference, batches, batch_size, seed)
    drawn = draw(network, reference, rows, batch_size, seed=seed, **settings)
    return score(network, reference, rows, drawn.features, drawn.physical)


def table(rows: list[Row]) -> str:
    """The table as text: a metric per line, a network per column, each value with its 95 % interval."""
    names = list(rows[0].metrics)
    width = max(map(len, names)) + 2

    def cell(value: float, low: float, high: float) -> str:
        if np.isnan(value):
            return "–"
        digits = 3 if abs(value) < 10 else 1
        return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

    lines = ["".ljust(width) + "".join(f"{r.name} (N={r.N})".rjust(28) for r in rows)]
    for name in names:
        lines.append(name.ljust(width) + "".join(cell(*r.metrics[name]).rjust(28) for r in rows))
    return "\n".join(lines)
