"""Motions inside a notebook."""

import base64
import html
import tempfile
from collections.abc import Sequence
from pathlib import Path

from IPython.display import HTML

from labkit.body import Body, load_body
from labkit.motion import Motion
from labkit.render.video import paired, render_video


def play(
    motions: Motion | Sequence[Motion],
    captions: str | Sequence[str] = "",
    body: Body | None = None,
    size: int = 360,
) -> HTML:
    """A looping video of one motion or several side by side, part of the notebook file itself.

    captions: one per motion, or none. size: pixels of each picture's side. Raises LabError as
    `render_video` does.
    """
    motions, captions = paired(motions, captions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "motion.mp4"
        render_video(path, motions, body or load_body(), captions, size=size, progress=False)
        data = base64.b64encode(path.read_bytes()).decode()
    label = html.escape(", ".join(dict.fromkeys(captions)) or "a moving body", quote=True)
    return HTML(
        f'<video controls autoplay loop muted playsinline aria-label="{label}" style="max-width:100%">'
        f'<source type="video/mp4" src="data:video/mp4;base64,{data}"></video>'
    )
