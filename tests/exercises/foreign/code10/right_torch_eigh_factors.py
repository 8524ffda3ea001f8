# right: torch in float64, factors of the covariances from eigh with the rounding cut off, einsum
import torch

from labkit.metrics.features import as_pair
import labkit


def _fit(rows):
    """Mean (D,), covariance (D, D) and a factor G with covariance = G @ G.T."""
    x = torch.tensor(rows, dtype=torch.float64, device="cpu")  # a copy
    mean = x.mean(dim=0)
    centred = x - mean
    covariance = torch.einsum("nd,ne->de", centred, centred) / (x.shape[0] - 1)
    values, vectors = torch.linalg.eigh(covariance)
    rounding = values.abs().max() * len(values) * torch.finfo(torch.float64).eps
    values = torch.where(values > rounding, values, torch.zeros_like(values))
    return mean, covariance, vectors * values.sqrt()


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    (mean_a, cov_a, G_a), (mean_b, cov_b, G_b) = _fit(a), _fit(b)
    cross = torch.linalg.svdvals(torch.einsum("di,dj->ij", G_a, G_b)).sum()
    distance = (mean_a - mean_b).square().sum() + torch.einsum("dd->", cov_a + cov_b) - 2 * cross
    return distance.clamp(min=0).item()
