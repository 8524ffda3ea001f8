"""Other right answers to Code 10."""

import numpy as np
import torch
from scipy import linalg
from scipy.spatial.distance import sqeuclidean

from grading.bank import variant
from labkit.metrics.features import as_pair


def check(a, b):
    return as_pair(a, b, ("a", "b"), at_least=2)


def covariance(x):
    return np.atleast_2d(np.cov(x, rowvar=False))  # of one column np.cov makes a number


@variant()
def the_last_hint():
    """Line by line."""

    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        d = a.mean(0) - b.mean(0)
        cov_a, cov_b = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
        values = np.linalg.eigvals(cov_a @ cov_b).real
        overlap = np.sqrt(values.clip(0)).sum()
        return float(d @ d + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap)

    return frechet_distance


@variant()
def scipy_sqrtm():
    """The formula literally; the imaginary part of singular covariances is rounding error."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        cov_a, cov_b = covariance(a), covariance(b)
        root = linalg.sqrtm(cov_a @ cov_b)
        return np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(cov_a + cov_b - 2 * root).real

    return frechet_distance


@variant()
def eigenvalues_of_the_product():
    def frechet_distance(a, b):
        a, b = check(a, b)
        cov_a, cov_b = covariance(a), covariance(b)
        values = np.linalg.eigvals(cov_a @ cov_b)
        overlap = np.sqrt(values.astype(complex)).real.sum()
        return sqeuclidean(a.mean(0), b.mean(0)) + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap

    return frechet_distance


@variant()
def offset_where_singular():
    """As in public FID code: a small offset on the diagonal of both covariances before the root."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        shift, cov_a, cov_b = a.mean(0) - b.mean(0), covariance(a), covariance(b)
        offset = 1e-6 * np.eye(len(cov_a))
        root = linalg.sqrtm((cov_a + offset) @ (cov_b + offset))
        if np.iscomplexobj(root):
            root = root.real
        return shift.dot(shift) + np.trace(cov_a) + np.trace(cov_b) - 2 * np.trace(root)

    return frechet_distance


@variant()
def symmetric_form():
    """Tr((Σ_a^½ Σ_b Σ_a^½)^½): a symmetric matrix, for eigh."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        cov_a, cov_b = covariance(a), covariance(b)
        values, vectors = np.linalg.eigh(cov_a)
        root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
        inner = np.linalg.eigvalsh(root @ cov_b @ root)
        d = a.mean(0) - b.mean(0)
        return (d**2).sum() + np.trace(cov_a + cov_b) - 2 * np.sqrt(inner.clip(min=0)).sum()

    return frechet_distance


@variant()
def without_covariances():
    """With Σ = XᵀX and Y alike, the eigenvalues' roots of Σ_a Σ_b are the singular values of X Yᵀ."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        x = (a - a.mean(0)) / np.sqrt(len(a) - 1)
        y = (b - b.mean(0)) / np.sqrt(len(b) - 1)
        overlap = np.linalg.norm(x @ y.T, ord="nuc")
        return ((a.mean(0) - b.mean(0)) ** 2).sum() + (x**2).sum() + (y**2).sum() - 2 * overlap

    return frechet_distance


@variant()
def cholesky():
    """L Lᵀ = Σ + a little: the singular values of L_aᵀ L_b."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        covs = [covariance(x) for x in (a, b)]
        la, lb = (np.linalg.cholesky(c + 1e-9 * np.trace(c) * np.eye(len(c))) for c in covs)
        overlap = np.linalg.svd(la.T @ lb)[1].sum()
        shift = a.mean(0) - b.mean(0)
        return np.linalg.norm(shift) ** 2 + sum(np.trace(c) for c in covs) - 2 * overlap

    return frechet_distance


@variant()
def torch_float64():
    """A tensor without axes is a number too."""

    def frechet_distance(a, b):
        a, b = (torch.from_numpy(x) for x in check(a, b))
        cov_a, cov_b = (x.T.cov().reshape(x.shape[1], -1) for x in (a, b))
        roots = torch.linalg.eigvals(cov_a @ cov_b).sqrt().real
        return (a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * roots.sum()

    return frechet_distance


@variant()
def own_checks_and_einsum():
    """Means and covariances as sums; bad input rejected by hand."""

    def moments(x):
        mean = x.sum(0) / len(x)
        centred = x - mean
        return mean, np.einsum("ni,nj->ij", centred, centred) / (len(x) - 1)

    def frechet_distance(a, b):
        a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
            raise ValueError("expected (N, D) and (M, D)")
        if min(len(a), len(b)) < 2 or not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise ValueError("expected two rows or more, and finite numbers")
        (mean_a, cov_a), (mean_b, cov_b) = moments(a), moments(b)
        values = linalg.eigvals(cov_a @ cov_b).real
        total = sum((p - q) ** 2 for p, q in zip(mean_a, mean_b))
        return float(total + cov_a.trace() + cov_b.trace() - 2 * np.sqrt(np.abs(values)).sum())

    return frechet_distance


@variant()
def generalised_eigenvalues():
    """Eigenvalues of Σ_a Σ_b from SciPy, complex, summed as they are."""

    def frechet_distance(a, b):
        a, b = check(a, b)
        cov_a, cov_b = covariance(a), covariance(b)
        roots = np.emath.sqrt(linalg.eigvals(cov_a.dot(cov_b)))
        total = np.square(np.mean(a, 0) - np.mean(b, 0)).sum() + cov_a.trace() + cov_b.trace()
        return max(0.0, (total - 2 * roots.sum()).real)

    return frechet_distance


@variant()
def in_place_on_copies():
    """Centred in place, on copies; QR instead of covariances."""

    def frechet_distance(a, b):
        a, b = (x.copy() for x in check(a, b))
        shift = a.mean(0) - b.mean(0)
        triangles = []
        for x in (a, b):
            x -= x.mean(0)
            x /= np.sqrt(len(x) - 1)
            triangles.append(np.linalg.qr(x, mode="r"))
        overlap = linalg.svdvals(triangles[0] @ triangles[1].T).sum()
        return float(shift @ shift + sum((r**2).sum() for r in triangles) - 2 * overlap)

    return frechet_distance
