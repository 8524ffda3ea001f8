"""Metrics of generated motion: arrays in, numbers out.

    frechet      squared distance of two feature distributions
    similarity   how well each motion fits its caption
    retrieval    whether a caption finds its own motion among others
    prdc         fidelity (precision, density) and variety (recall, coverage), kept apart
    diversity    how different motions are from each other
    physical     foot sliding, jerk and floor penetration, which features hardly reflect
    alignment    distance of a motion to a piece of another, independent of timing
    actions      whether a body performs an action, by rules on its joints (posture: their measurements)
    left_right   the side that a caption names, and the arm that a body raises
    features     input checks, unit vectors and distances, for the metrics of features
    classes      whether content and style are those asked for
    bootstrap    95 % intervals of all these numbers

Features are (N, D) arrays, one row per motion or caption, from the text–motion evaluator. All sums are taken
in float64. Functions that implement a published metric name its source.
"""

from labkit.metrics.actions import ACTIONS
from labkit.metrics.alignment import aligned_distance
from labkit.metrics.bootstrap import bootstrap, population_spread, proportion
from labkit.metrics.classes import nearest_class
from labkit.metrics.diversity import diversity, multimodality
from labkit.metrics.frechet import frechet_distance
from labkit.metrics.physical import floor_penetration, foot_sliding, jerk
from labkit.metrics.prdc import prdc
from labkit.metrics.retrieval import retrieval, retrieval_ranks
from labkit.metrics.similarity import tmr_score, tmr_scores

__all__ = [
    "ACTIONS",
    "aligned_distance",
    "bootstrap",
    "diversity",
    "floor_penetration",
    "foot_sliding",
    "frechet_distance",
    "jerk",
    "multimodality",
    "nearest_class",
    "population_spread",
    "prdc",
    "proportion",
    "retrieval",
    "retrieval_ranks",
    "tmr_score",
    "tmr_scores",
]
