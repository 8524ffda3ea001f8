"""The contents of a player, validated, in two forms: arrays for a widget, and HTML."""

import base64
from collections.abc import Sequence

from IPython.display import HTML

from labkit.body import Body, load_body
from labkit.motion import Motion
from labkit.render.video import paired
from labkit.settings import standard_settings
from labkit.show.player.pack import pack
from labkit.show.player.page import embedded, filmstrip, page

HEIGHT = 460  # pixels


class Scene:
    """Motions, their captions and their body. Raises LabError as :func:`labkit.show` does.

    steps: names of the S versions that each motion (S, F, ...) then has, S at least 2.
    """

    @standard_settings()
    def __init__(
        self,
        motions: Motion | Sequence[Motion],
        captions: str | Sequence[str],
        body: Body,
        steps: Sequence[str] = (),
    ):
        motions, self.captions = paired(motions, captions)
        device = body.rest_joints.device
        self.motions = [Motion(*(v.detach().to(device) for v in vars(m).values())) for m in motions]
        self.body, self.steps = body, list(steps)

    @standard_settings()
    def packed(self) -> tuple[dict, bytes]:
        """Facts and arrays, see :func:`labkit.show.player.pack.pack`.

        Raises LabError where a motion is not finite.
        """
        return pack(self.motions, self.captions, self.body, self.steps)

    @standard_settings()
    def view(self, height: int) -> "View":
        """The self-contained view, `height` pixels high, as a notebook's output."""
        label = "; ".join(filter(None, self.captions)) or "a moving body"
        last = [Motion(*(v[-1] for v in vars(m).values())) if self.steps else m for m in self.motions]
        strip = filmstrip(last, self.captions, self.body)
        return View(embedded(page(*self.packed()), strip, label, height), strip, label)


class View(HTML):
    """HTML, and a JPEG `picture` for viewers without it: VS Code before a folder is trusted, exports."""

    def __init__(self, data: str, picture: bytes, label: str):
        super().__init__(data)
        self.picture, self.label = picture, label

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        picture = base64.b64encode(self.picture).decode()
        return {"text/html": self.data, "image/jpeg": picture, "text/plain": f"A player: {self.label}"}


def show(
    motions: Motion | Sequence[Motion],
    captions: str | Sequence[str] = "",
    body: Body | None = None,
    height: int = HEIGHT,
) -> View:
    """A player of one motion or several side by side, ``labkit.show``: rotate, zoom, step, compare.

    It is part of the notebook file (about 0.4 MB) and needs neither a network nor the kernel: it also works
    in a saved notebook and in exported HTML, and where scripts are not allowed a filmstrip is shown.

    motions: each (F, ...). captions: one per motion, or none. body: None is :func:`load_body`'s.
    height: pixels. Raises LabError where their numbers differ or a motion is not finite.
    """
    return Scene(motions, captions, body or load_body()).view(height)
