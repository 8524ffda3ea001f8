"""What every reader returns, whatever the file format: a skeleton and how it turns."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.paths import LabError


def broken(path: Path, line: int, why: str) -> LabError:
    """What readers of text raise of a file that is damaged or cut short."""
    return LabError(f"{path}, line {line}: {why}: the file is damaged, get it again")


@dataclass(frozen=True)
class Animation:
    """An animated skeleton as its file tells it: the file's own axes and joint names, lengths in metres.

    names: J joint names, parents before children.
    parents: J indices, -1 for the root.
    offsets: (J, 3) rest position of each joint in its parent's frame.
    rotations: (F, J, 3, 3) rotation of each joint relative to its parent.
    root: (F, 3) world position of the root joint.
    fps: frames per second.
    start: time of the first frame in the original recording, seconds.
    """

    names: list[str]
    parents: list[int]
    offsets: np.ndarray
    rotations: np.ndarray
    root: np.ndarray
    fps: float
    start: float = 0.0

    def forward(self) -> tuple[np.ndarray, np.ndarray]:
        """Forward kinematics: world rotations (F, J, 3, 3) and world positions (F, J, 3)."""
        rotations, positions = np.empty_like(self.rotations), np.empty_like(self.rotations[..., 0])
        for j, parent in enumerate(self.parents):
            if parent < 0:
                rotations[:, j], positions[:, j] = self.rotations[:, j], self.root
            else:
                rotations[:, j] = rotations[:, parent] @ self.rotations[:, j]
                positions[:, j] = positions[:, parent] + rotations[:, parent] @ self.offsets[j]
        return rotations, positions
