"""What several tests need: the open body and motions that nobody has recorded."""

import pytest
import roma
import torch

from labkit.body import load_body
from labkit.motion import N_ROTATIONS, UPRIGHT, Motion


@pytest.fixture(scope="session")
def body():
    """The open body of the repository."""
    return load_body()


def _waves(generator: torch.Generator, frames: int, *shape: int, dtype: torch.dtype) -> torch.Tensor:
    """Sums of three slow sines of random phase, amplitude about 1: (frames, *shape)."""
    time = torch.arange(frames, dtype=dtype).reshape(-1, *[1] * (len(shape) + 1)) / 20
    amplitude, rate, phase = torch.rand(3, *shape, 3, generator=generator, dtype=dtype)
    return (amplitude * torch.sin(3 * rate * time + 6.3 * phase)).sum(-1)


@pytest.fixture(scope="session")
def random_motion():
    """A function (seed, frames, dtype) → a smooth random motion that bends, tilts, turns and wanders."""

    def make(seed: int = 0, frames: int = 40, dtype: torch.dtype = torch.float32) -> Motion:
        generator = torch.Generator().manual_seed(seed)
        pose = 0.4 * _waves(generator, frames, N_ROTATIONS, 3, dtype=dtype)
        rotations = roma.rotvec_to_rotmat(pose)
        yaw = 2 * _waves(generator, frames, 1, dtype=dtype)
        turn = roma.rotvec_to_rotmat(torch.cat([0 * yaw, 0 * yaw, yaw], -1))
        rotations[:, 0] = turn @ rotations[:, 0] @ UPRIGHT.to(dtype)
        pelvis = _waves(generator, frames, 3, dtype=dtype) * torch.tensor([1, 1, 0.1], dtype=dtype)
        return Motion.from_rotations(rotations, pelvis + torch.tensor([0, 0, 0.9], dtype=dtype))

    return make
