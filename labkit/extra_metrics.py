"""Metrics that sample motions of their own: the side a caption names, and several motions of one caption."""

from itertools import combinations

import numpy as np
import torch

from labkit.body import load_body
from labkit.device import best_device
from labkit.evaluate import sample_motions
from labkit.evaluator import load_evaluator
from labkit.metrics import bootstrap, multimodality, proportion
from labkit.metrics.left_right import PROMPTS, is_right, lead, side_named
from labkit.motion import decode
from labkit.reference import Reference
from labkit.scores import motion_features

SECONDS = 3  # of a raised hand
CAPTIONS, REPEATS = 16, 5
Interval = tuple[float, float, float]  # value, low, high
NOTHING: dict[str, Interval] = dict.fromkeys(("left/right", "multimodality"), (np.nan, np.nan, np.nan))


def extra_metrics(network: str, reference: Reference, indices: np.ndarray, **settings) -> dict[str, Interval]:
    """ "left/right" and "multimodality" of a network by name, each as (value, low, high).

    left/right: share of the 100 `left_right.PROMPTS` for which the arm that the caption names is raised and
    the other is not, by the heights of the wrists. Wilson's interval.
    multimodality: mean distance between REPEATS motions of each of CAPTIONS captions.
    settings: those of `evaluate.sample_motions`.
    """
    body, evaluator = load_body(), load_evaluator().to(best_device(settings.get("device")))
    captions, sides = zip(*PROMPTS)
    lengths = torch.full((len(captions),), 20 * SECONDS)
    motions = sample_motions(network, captions, lengths, **settings)
    leads = [float(lead(body.joints(decode(x)))) for x in motions]
    hits = sum(map(is_right, leads, sides))

    some = np.repeat(distinct(reference, indices)[:CAPTIONS], REPEATS)
    lengths = torch.from_numpy(reference.lengths[reference.owner[some]]).long()
    motions = sample_motions(network, [reference.captions[r] for r in some], lengths, **settings)
    features = motion_features(evaluator, motions)
    features = features.reshape(-1, REPEATS, features.shape[1])
    return {"left/right": proportion(hits, len(sides)), "multimodality": bootstrap(multimodality, features)}


def distinct(reference: Reference, indices: np.ndarray) -> np.ndarray:
    """The indices (N,) without those whose caption occurred before → (at most N,), in order."""
    captions = np.array(reference.captions)[indices]
    return indices[np.sort(np.unique(captions, return_index=True)[1])]


def extra_metrics_of_real(reference: Reference) -> dict[str, Interval]:
    """The same metrics of real motion.

    left/right: over the motions whose captions name one hand or arm, where the reference has measured it.
    multimodality: mean distance of two recordings with the same content and style, the nearest that real data
    offer to several motions of one caption.
    """
    hits = []
    for i, measured in enumerate(reference.lead):
        named = {side_named(reference.captions[r]) for r in np.flatnonzero(reference.owner == i)} - {""}
        if len(named) == 1 and np.isfinite(measured):
            hits.append(is_right(measured, named.pop()))
    labels, spread = np.array(reference.labels), []
    for label in np.unique(labels):
        of = np.flatnonzero(labels == label)
        pairs = [(i, j) for i, j in combinations(of, 2) if reference.take[i] != reference.take[j]]
        if pairs:
            i, j = np.transpose(pairs)
            spread.append(np.linalg.norm(reference.motion[i] - reference.motion[j], axis=1).mean())
    return {
        "left/right": proportion(sum(hits), len(hits)) if hits else NOTHING["left/right"],
        "multimodality": bootstrap(np.mean, spread) if len(spread) >= 4 else NOTHING["multimodality"],
    }
