"""The result of every reader: a skeleton with its rotations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from labkit.paths import LabError


def broken(path: Path, line: int, why: str) -> LabError:
    """The error of text readers for a file that is damaged or cut short."""
    return LabError(f"{path}, line {line}: {why}: the file is damaged, get it again")


@dataclass(frozen=True)
class Animation:
    """An animated skeleton as in its file: the file's own axes and joint names, lengths in metres.

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

    def require(self, path: Path, *skeletons: Iterable[str]) -> None:
        """Raises LabError where the joints of none of these skeletons are all there: it names the first that
        is missing of the nearest one. path: the animation's file.
        """
        missing = [[name for name in dict.fromkeys(joints) if name not in self.names] for joints in skeletons]
        first, *others = min(missing, key=len) or [""]
        if first:
            more = f" and {len(others)} more" if others else ""
            raise LabError(
                f"{path}: missing joint {first}{more} (it has {', '.join(self.names[:4])} …): this source "
                "has another skeleton"
            )

    def in_axes(self, turn: np.ndarray) -> "Animation":
        """The same animation in other axes. turn: (3, 3), a rotation; a vector v becomes turn @ v."""
        return replace(
            self,
            offsets=self.offsets @ turn.T,
            rotations=turn @ self.rotations @ turn.T,
            root=self.root @ turn.T,
        )

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
