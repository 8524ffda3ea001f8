# right: shapes chosen by a table and narrow(); the same numbers, dtype and device
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    tail = {"rotations": (22, 6), "joints": (23, 3)}
    frames = int(len(x))

    def part(name, columns):
        piece = x.narrow(1, columns.start, columns.stop - columns.start)
        return piece.contiguous().view(frames, *tail.get(name, (piece.shape[1],)))

    return frames, int(x.shape[-1]), {name: part(name, columns) for name, columns in LAYOUT.items()}
