"""Motions of another length: repeated cycles, pauses, poses that are held.

Letters: F frames, D features of a frame.
"""

import numpy as np
import torch
from torch import Tensor

from labkit.motion import FPS, LAYOUT, MOVES, Motion, decode, encode

CYCLE = FPS // 2, 2 * FPS  # frames of a repeated part, at least and at most
AGREE = 0.05  # metres; greatest mean distance of the joints at both ends of a cycle
AHEAD = 0.1  # seconds; velocities there count as the distance covered in that time
STILL = 0.06  # metres; in a pause each of these joints stays within that, in each direction
EASE = 3  # frames, the time constant of coming to rest


def best_cycle(
    x: Tensor, agree: float = AGREE, contains: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """Frames a < b at which pose and velocity are nearly the same; None where there are no such two.

    Between them the body moves at least as much as in the whole motion: a pause is no cycle.
    x: (F, D), features of the motion. agree: greatest mean distance of the joints at a and b, metres.
    contains: frames that lie between a and b.
    """
    local = x[:, LAYOUT["joints"]].unflatten(1, (-1, 3))  # (F, 23, 3)
    height, pace = x[:, LAYOUT["root_height"]], x[:, LAYOUT["root_velocity"]] * FPS  # (F, 1), (F, 2)
    speed = local.diff(dim=0, append=local[-1:]) * FPS  # (F, 23, 3)
    pose = torch.cat([local, AHEAD * speed], dim=1).flatten(1) / len(local[0]) ** 0.5  # (F, 138)
    state = torch.cat([pose, height, AHEAD * pace], dim=1)  # (F, 141)
    distance = torch.cdist(state, state)  # (F, F)
    a, b = torch.arange(len(x))[:, None], torch.arange(len(x))[None]
    moves = speed.norm(dim=-1).mean(-1)  # (F,)
    until = torch.cat([torch.zeros(1), moves.cumsum(0)[:-1]])  # (F,), of the frames before each
    busy = (until[b] - until[a]) / (b - a).clamp(min=1) >= moves.mean()  # (F, F)
    distance[(b - a < CYCLE[0]) | (b - a > CYCLE[1]) | ~busy] = torch.inf
    if contains:
        distance[(a > contains[0]) | (b < contains[1])] = torch.inf
    best = int(distance.argmin())
    return divmod(best, len(x)) if distance.min() < agree else None


def repeat(motion: Motion, joints: Tensor, a: int, b: int, times: int) -> Motion:
    """The motion with its frames a to b - 1 played `times` times more.

    Where pose and velocity at b differ from those at a, the difference is spread over each repetition.
    """
    x = encode(motion, joints)  # (F, D)
    return decode(torch.cat([x[:a], *[closed(x, a, b)] * times, x[a:]]))


def repeat_in_place(x: Tensor, a: int, b: int, times: int) -> Motion:
    """The frames a to b - 1 of a motion x (F, D), `times` times; the body stays where it is on the whole."""
    cycle = closed(x, a, b)  # (b - a, D)
    cycle[:, MOVES] -= cycle[:, MOVES].mean(0)
    return decode(cycle.repeat(times, 1))


def closed(x: Tensor, a: int, b: int) -> Tensor:
    """Frames a to b - 1 of x (F, D), with the difference between b and a spread over them → (b - a, D)."""
    ramp = torch.arange(b - a)[:, None] / (b - a)  # (b - a, 1)
    return x[a:b] - ramp * (x[b] - x[a])


def hold(x: Tensor, before: int, after: int) -> Motion:
    """The motion x (F, D) with `before` frames at its first pose and `after` frames at its last one.

    The body comes to rest smoothly: velocities decay with the time constant EASE, on both sides.
    """
    return decode(torch.cat([rest(x.flip(0), before).flip(0), x, rest(x, after)]))


def rest(x: Tensor, frames: int) -> Tensor:
    """Features (frames, D) after those of a motion x (F, D), while it comes to rest."""
    time = torch.arange(1, frames + 1)[:, None] / EASE  # (frames, 1)
    coming = x[-1] + EASE * (1 - (-time).exp()) * (x[-1] - x[-2])  # (frames, D)
    coming[:, MOVES] = (-time).exp() * x[-1, MOVES]
    return coming


def longest_pause(positions: np.ndarray) -> tuple[int, int]:
    """The longest run of frames in which each joint (F, J, 3) stays within STILL → its start and end."""
    best, start = (0, 0), 0
    for end in range(1, len(positions) + 1):
        while np.ptp(positions[start:end], axis=0).max() > STILL:
            start += 1
        if end - start > best[1] - best[0]:
            best = start, end
    return best


def swing(motion: Motion, length: int) -> Motion:
    """`length` frames of a motion that is played forwards, backwards, forwards, and so on."""
    order = there_and_back(len(motion), length)
    return Motion(*(values[order] for values in vars(motion).values()))


def there_and_back(frames: int, length: int) -> Tensor:
    """Indices (length,) that run from 0 to `frames` - 1, back to 0, and so on."""
    period = max(2 * frames - 2, 1)
    index = torch.arange(length) % period
    return torch.minimum(index, period - index)
