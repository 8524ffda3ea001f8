"""Arrays in, numbers out: what a generated set of motions is worth, seen from several sides.

    frechet      how far apart two feature distributions are
    similarity   how well each motion fits its caption
    retrieval    whether a caption finds its own motion among others
    prdc         fidelity (precision, density) and variety (recall, coverage), kept apart
    diversity    how different motions are from each other
    physical     what the features do not see: skating feet, jerk, the floor
    alignment    how near a motion comes to a piece of another, whatever its timing
    actions      whether a body does what was asked for, by rules on its joints (posture: what they measure)
    classes      whether content and style are those asked for
    bootstrap    how far any of these numbers would move with another draw of the same size

Features are (N, D) arrays, one row a motion or a caption, from the text-motion evaluator. All sums are taken
in float64. Every function says which paper and equation it follows.
"""

from labkit.metrics.actions import ACTIONS
from labkit.metrics.alignment import aligned_distance
from labkit.metrics.bootstrap import bootstrap, proportion
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
    "prdc",
    "proportion",
    "retrieval",
    "retrieval_ranks",
    "tmr_score",
    "tmr_scores",
]
