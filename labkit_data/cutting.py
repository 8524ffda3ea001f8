"""Cut long recordings where the body is at rest, so that each piece contains one or a few whole actions."""

import numpy as np
from scipy.ndimage import uniform_filter1d
from torch import Tensor

from labkit.motion import FPS

MAX_FRAMES = 10 * FPS
WHOLE = 6 * FPS  # a motion no longer than this stays as it is
SHORTEST = FPS + FPS // 2
USUAL = 4 * FPS


def cut(joints: Tensor, whole: bool = False) -> list[slice]:
    """The frames of each piece of a motion, from its joints (F, 24, 3); together they are all of it.

    A motion of up to 6 s stays whole, and so does one of up to 10 s that is one action or was described as
    one (`whole`). Others are cut where joints move least, into pieces of 1.5 to 10 s, most of them around
    4 s: of all ways to cut, the one whose sum of speeds at the cuts and of unusual lengths is least.
    """
    F = len(joints)
    if (MAX_FRAMES if whole else WHOLE) >= F:
        return [slice(0, F)]
    costs = unrest(joints)
    # best[f]: least cost of cutting the first f frames into pieces, and where the last of them begins
    best, begin = np.full(F + 1, np.inf), np.zeros(F + 1, int)
    best[0] = 0.0
    for end in range(SHORTEST, F + 1):
        starts = np.arange(max(0, end - MAX_FRAMES), end - SHORTEST + 1)
        lengths = end - starts
        total = best[starts] + 0.15 * np.log(lengths / USUAL) ** 2
        k = int(total.argmin())
        best[end] = total[k] + (costs[end] if end < F else 0.0)
        begin[end] = starts[k]
    edges = [F]
    while edges[-1] > 0:
        edges.append(int(begin[edges[-1]]))
    edges.reverse()
    return [slice(a, b) for a, b in zip(edges, edges[1:])]


def unrest(positions: Tensor) -> np.ndarray:
    """The cost of a cut before each frame (F,): the speed of the body there, in units of its usual speed.

    For limbs it is the speed relative to the pelvis, for the pelvis the vertical speed. So a steady walk may
    be cut anywhere, but not a kick, a jump or sitting down.
    """
    joints = positions.double().cpu().numpy()
    limbs = np.linalg.norm(np.gradient(joints - joints[:, :1], axis=0), axis=-1).mean(-1) * FPS
    lift = np.abs(np.gradient(joints[:, 0, 2])) * FPS
    speed = uniform_filter1d(limbs + lift, 5, mode="nearest")
    return speed / max(float(np.percentile(speed, 80)), 0.3)
