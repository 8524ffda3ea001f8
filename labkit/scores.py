"""Scores of motions against real held-out motion: features and measurements → metrics with intervals."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from labkit.body import Body, load_body
from labkit.dataset import pad
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
from labkit.reference import Reference, half_of_takes, names_style
from labkit.settings import standard_settings

PHYSICAL = ("foot sliding m/s", "jerk m/s³", "penetration mm")


@dataclass(frozen=True)
class Scores:
    """One column of the results table: N motions, and (value, low, high) of every metric by name.

    low and high are the ends of a 95 % interval.
    """

    name: str
    N: int
    metrics: dict[str, tuple[float, float, float]]


def rest_heights(body: Body) -> Tensor:
    """Height of ankles and toes above the sole of a body at rest, (4,) metres."""
    return body.rest_joints[FEET, 1] - body.sole


@standard_settings()
def physical(motions: list[Tensor], body: Body) -> np.ndarray:
    """Foot sliding (m/s), jerk (m/s³) and floor penetration (mm) of N motions (F_i, D) → (N, 3), as PHYSICAL.

    Motions are not z-scored. NaN where a motion gives no measurement, see `metrics.physical`.
    """
    heights = rest_heights(body)
    values = []
    for x in motions:
        joints = body.joints(decode(x))
        sliding, jerks = foot_sliding(joints, heights), jerk(joints)
        values.append([sliding, jerks, 1000 * floor_penetration(joints, heights)])
    return np.array(values, dtype=np.float64).reshape(-1, len(PHYSICAL))


@standard_settings()
@torch.no_grad()
def motion_features(evaluator: Evaluator, motions: list[Tensor], batch_size: int = 64) -> np.ndarray:
    """Evaluator features of N motions (F_i, D), not z-scored → (N, W), rows of length 1."""
    device = evaluator.motion.pool.weight.device
    parts = []
    for start in range(0, len(motions), batch_size):
        x, mask = pad(motions[start : start + batch_size])
        parts.append(evaluator.motion_features(x.to(device), mask.to(device)).cpu().numpy())
    return np.concatenate(parts)  # (N, W)


def half_distance(reference: Reference, motion: np.ndarray | None, n: int) -> tuple[float, float, float]:
    """FD between one half of the real recordings and n motions → mean and 95 % range over 20 random halves.

    motion: (N, W) features, of which n are taken each time; None for n real motions of the *other* half. So
    the FD of real motion, which no network can be expected to beat, is measured with the same two sizes. The
    halves share no recording: a mirror image belongs to the half of its original. The range shows the
    influence of the half; it is no interval for another sample of generated motions.
    """
    rng = np.random.default_rng(0)
    distances = []
    for _ in range(20):
        first = half_of_takes(reference, rng)
        others = reference.motion[~first] if motion is None else motion
        distances.append(frechet_distance(reference.motion[first], rng.permutation(others)[:n]))
    return float(np.mean(distances)), *np.quantile(distances, [0.025, 0.975]).tolist()


def class_hits(reference: Reference, indices: np.ndarray, motion: np.ndarray) -> dict[str, np.ndarray]:
    """Whether motions with features (N, W) have the content and the style asked for, by name.

    Classes are the labels ("content|style") of the reference with two or more recordings. A motion belongs to
    the class with the nearest mean feature. The label asked for is that of the caption's real motion; for
    style only captions that name it count. A key is missing if the split has too few classes, or no captions
    that name styles.
    """
    labels, takes, owners = np.array(reference.labels), reference.take, reference.owner[indices]
    known = [label for label in np.unique(labels) if len(np.unique(takes[labels == label])) > 1]
    if len(known) < 2:
        return {}
    found = nearest_class(motion, reference.motion, labels, takes, own=takes[owners])
    found, asked = (np.array([label.partition("|")[::2] for label in x]) for x in (found, labels[owners]))
    of_known = np.isin(labels[owners], known)
    hits = {
        "content accuracy": (found == asked)[of_known, 0],
        "style accuracy": (found == asked)[of_known & names_style(reference)[indices], 1],
    }
    return {name: hit for name, hit in hits.items() if len(hit) >= 4}


def score(
    name: str,
    reference: Reference,
    indices: np.ndarray,
    motion: np.ndarray,
    physics: np.ndarray,
    real: bool = False,
) -> Scores:
    """One column of the table.

    indices: (N,) of the reference's captions. motion: (N, W) features of the motion for each. physics:
    (N, 3), see `physical`. real: the motions are the reference's own.

    Retrieval counts as right any motion made for the same words, or for another caption of the same real
    motion.
    """
    text, owner = reference.text[indices], reference.owner[indices]
    captions = np.array(reference.captions)[indices]
    same = (captions[:, None] == captions) | (owner[:, None] == owner)
    gallery = min(32, len(motion) // 2)  # half of the motions must still fill one, see bootstrap

    def recall(chosen: np.ndarray) -> list[float]:
        some = np.ix_(chosen, chosen)
        return list(retrieval(text[chosen], motion[chosen], gallery=gallery, same=same[some]).values())

    metrics: dict[str, tuple[float, float, float]] = {}
    metrics["FD"] = bootstrap(lambda m: frechet_distance(reference.motion, m), motion, n=50)
    n = min(len(indices), 2 * len(reference.motion) // 5)  # the other half of the real ones holds as many
    metrics[f"FD to half, N={n}"] = half_distance(reference, None if real else motion, n)
    metrics["TMR-Score"] = bootstrap(tmr_score, text, motion)
    recalls = zip(*bootstrap(recall, np.arange(len(motion))))
    metrics |= {f"R{k} of {gallery}": values for k, values in zip((1, 2, 3), recalls)}
    ranks = retrieval_ranks(text, motion, same)
    metrics |= {f"R{k} of all": bootstrap(lambda r, k=k: (r <= k).mean(), ranks) for k in (1, 2, 3)}
    shares = zip(*bootstrap(lambda m: list(prdc(reference.motion, m).values()), motion, n=50))
    metrics |= dict(zip(("precision", "recall", "density", "coverage"), shares))
    metrics["diversity"] = bootstrap(diversity, motion)
    metrics |= {
        name: bootstrap(np.mean, hits) for name, hits in class_hits(reference, indices, motion).items()
    }
    for column, key in enumerate(PHYSICAL):
        metrics[key] = bootstrap(np.nanmean, physics[:, column])
    return Scores(name, len(motion), metrics)


def score_real(reference: Reference, indices: np.ndarray, shuffled: bool = False) -> Scores:
    """Real motion in the place of generated motion; with captions shuffled, chance level.

    FD and precision are biased in its favour, since the real set contains it; "FD to half" is not.
    """
    owners = reference.owner[indices]
    if shuffled:
        owners = np.roll(owners, len(owners) // 2)
    name = "real, shuffled" if shuffled else "real"
    return score(name, reference, indices, reference.motion[owners], reference.physical[owners], real=True)


def score_mean_motion(reference: Reference, indices: np.ndarray) -> Scores:
    """One motion for all captions: the mean of all frames that the evaluator was trained on, in every frame.

    A baseline: no network should be worse, and a metric on which it does well measures little.
    """
    evaluator = load_evaluator()
    x = evaluator.motion.normalizer.mean.expand(int(np.median(reference.lengths)), -1)
    features = motion_features(evaluator, [x]).repeat(len(indices), axis=0)
    return score(
        "mean motion", reference, indices, features, physical([x], load_body()).repeat(len(indices), axis=0)
    )


def cell(value: float, low: float, high: float) -> str:
    """A value with its interval as text; a dash for NaN."""
    if np.isnan(value):
        return "–"
    digits = 3 if abs(value) < 10 else 1
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def table(columns: list[Scores]) -> str:
    """The table as text: a metric per line, a network per column, each value with its 95 % interval."""
    names = list(columns[0].metrics)
    width = max(map(len, names)) + 2
    lines = ["".ljust(width) + "".join(f"{r.name} (N={r.N})".rjust(28) for r in columns)]
    for name in names:
        lines.append(name.ljust(width) + "".join(cell(*r.metrics[name]).rjust(28) for r in columns))
    return "\n".join(lines)
