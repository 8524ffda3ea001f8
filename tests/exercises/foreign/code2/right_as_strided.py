# right: parts are strided views of the memory of x
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    (F, D), (down, along) = x.shape, x.stride()

    def view(start, *shape):
        steps = [along]
        for size in reversed(shape[1:]):
            steps.insert(0, steps[0] * size)
        return x.as_strided((F, *shape), (down, *steps), x.storage_offset() + start * along)

    starts = {name: columns.start for name, columns in LAYOUT.items()}
    return (
        F,
        D,
        {
            "root_height": view(starts["root_height"], 1),
            "root_velocity": view(starts["root_velocity"], 2),
            "yaw_velocity": view(starts["yaw_velocity"], 1),
            "rotations": view(starts["rotations"], 22, 6),
            "joints": view(starts["joints"], 23, 3),
        },
    )
