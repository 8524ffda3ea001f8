"""Other right answers to Code 11."""

import math

import numpy as np
import torch
from scipy.spatial.distance import cosine
from torch.nn.functional import cosine_similarity, normalize

from grading.bank import variant
from labkit.metrics.features import as_pair, unit


def check(text, motion):
    """Both as float64 arrays, without zero vectors."""
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)
    return text, motion


@variant()
def the_last_hint():
    """Line by line."""

    def tmr_score(text, motion):
        text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
        cosines = (unit(text) * unit(motion)).sum(1)
        return float((cosines.mean() + 1) / 2)

    return tmr_score


@variant()
def diagonal():
    """Every caption with every motion, of which the diagonal is used."""

    def tmr_score(text, motion):
        text, motion = check(text, motion)
        return np.diag((unit(text) @ unit(motion).T + 1) / 2).mean()

    return tmr_score


@variant()
def loop_over_pairs():
    def tmr_score(text, motion):
        text, motion = check(text, motion)
        total = 0.0
        for a, b in zip(text.tolist(), motion.tolist()):
            dot = sum(p * q for p, q in zip(a, b))
            total += dot / math.sqrt(sum(p * p for p in a) * sum(q * q for q in b))
        return 0.5 + total / len(text) / 2

    return tmr_score


@variant()
def scipy_cosine():
    """SciPy's cosine is a distance, 1 - cos."""

    def tmr_score(text, motion):
        text, motion = check(text, motion)
        return 1 - np.mean([cosine(t, m) for t, m in zip(text, motion)]) / 2

    return tmr_score


@variant()
def torch_cosine_similarity():
    def tmr_score(text, motion):
        text, motion = (torch.from_numpy(x) for x in check(text, motion))
        return ((cosine_similarity(text, motion, dim=-1) + 1) / 2).mean()

    return tmr_score


@variant()
def torch_float32():
    def tmr_score(text, motion):
        text, motion = (normalize(torch.tensor(x).float(), dim=1) for x in check(text, motion))
        return ((text * motion).sum(-1).mean() + 1).div(2).item()

    return tmr_score


@variant()
def einsum():
    def tmr_score(text, motion):
        text, motion = check(text, motion)
        lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
        return float(np.mean(np.einsum("nd,nd->n", text, motion) / lengths) / 2 + 0.5)

    return tmr_score


@variant()
def from_distances():
    """|u - v|² = 2 - 2 cos for unit vectors, so the score is 1 - |u - v|² / 4."""

    def tmr_score(text, motion):
        text, motion = check(text, motion)
        return 1 - np.square(unit(text) - unit(motion)).sum() / (4 * len(text))

    return tmr_score


@variant()
def half_way():
    """|(u + v) / 2|² = (1 + cos) / 2."""

    def tmr_score(text, motion):
        text, motion = check(text, motion)
        return np.mean(np.linalg.norm((unit(text) + unit(motion)) / 2, axis=-1) ** 2)

    return tmr_score


@variant()
def own_checks():
    """Bad input rejected by hand, the trace as the sum of dot products."""

    def tmr_score(text, motion):
        text, motion = np.asarray(text), np.asarray(motion)
        if text.shape != motion.shape or text.ndim != 2 or not len(text):
            raise ValueError("expected two arrays of one shape, not empty")
        if not (np.isfinite(text).all() and np.isfinite(motion).all()):
            raise ValueError("expected finite numbers")
        lengths = [np.sqrt((x * x).sum(axis=1)) for x in (text, motion)]
        if min(x.min() for x in lengths) == 0:
            raise ValueError("a zero vector has no direction")
        cosines = (text.T / lengths[0] * (motion.T / lengths[1])).sum(axis=0)
        return np.float32((cosines.mean() + 1) / 2)

    return tmr_score


@variant()
def in_place_on_copies():
    def tmr_score(text, motion):
        text, motion = (x.copy() for x in check(text, motion))
        for x in (text, motion):
            x /= np.sqrt((x**2).sum(1))[:, None]
        text *= motion
        text += 1 / text.shape[1]
        return float(text.sum(1).mean()) / 2

    return tmr_score


@variant()
def pair_by_pair():
    """As angles, one pair after the other."""

    def tmr_score(text, motion):
        angles = []
        for t, m in zip(*check(text, motion)):
            u, v = t / np.linalg.norm(t), m / np.linalg.norm(m)
            angles.append(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))
        return np.mean(np.cos(np.array(angles) / 2) ** 2)

    return tmr_score


@variant()
def matrix_trace():
    def tmr_score(text, motion):
        text, motion = check(text, motion)
        similarity = unit(text) @ unit(motion).T
        return np.trace(1 + similarity) / (2 * len(text))

    return tmr_score
