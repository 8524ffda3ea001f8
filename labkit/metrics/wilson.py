"""The interval of a share that was counted."""

import numpy as np


def wilson(hits: int, n: int) -> tuple[float, float, float]:
    """(share, low, high) of `hits` in `n` independent trials, 95 % (Wilson 1927).

    Unlike share ± 2 standard errors it stays within 0 and 1, and does not claim certainty after n hits in n.
    Raises ValueError unless 0 <= hits <= n and n >= 1.
    """
    if not 0 <= hits <= n or n < 1:
        raise ValueError(f"{hits} hits of {n} are no share")
    z = 1.959964  # 95 % of a normal distribution lie within
    share = hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return share, float(min(centre - half, share)), float(max(centre + half, share))
