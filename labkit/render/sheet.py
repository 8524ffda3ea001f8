"""Contact sheets: some frames of a motion in one picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from labkit.motion import Motion
from labkit.paths import LabError, atomic_write
from labkit.render.caption import title
from labkit.render.video import Stage, paired

HEIGHT, WIDTH = 210, 150  # of one frame, pixels


def contact_sheet(
    path: str | Path,
    motions: Motion | Sequence[Motion],
    body,
    captions: str | Sequence[str] = "",
    columns: int = 8,
) -> Path:
    """Write the png `path`: a row per motion, `columns` equally spaced frames of it, its caption above.

    Raises LabError as :func:`labkit.show.render_frames` does.
    """
    path = Path(path).expanduser()
    if path.suffix.lower() != ".png":
        raise LabError(f"cannot write a contact sheet to {path}: give it a name that ends in .png")
    rows = []
    for motion, caption in zip(*paired(motions, captions)):
        stage = Stage([motion], body, [""], HEIGHT, WIDTH)
        chosen = np.linspace(0, len(stage) - 1, columns).round().astype(int)
        rows.append(title([caption], columns * WIDTH, 15))
        frames = np.stack([stage.frame(i) for i in chosen], axis=1)  # (height, columns, width, 3)
        frames[:, 1:, 0] = 255
        rows.append(frames.reshape(HEIGHT, columns * WIDTH, 3))
    with atomic_write(path) as temporary:
        Image.fromarray(np.concatenate(rows)).save(temporary, format="png")
    return path
