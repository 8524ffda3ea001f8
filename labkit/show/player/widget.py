"""The player as a live widget, controlled from Python."""

from collections.abc import Sequence

import anywidget
import traitlets

from labkit.body import Body, load_body
from labkit.motion import Motion
from labkit.show.player.page import MODULE
from labkit.show.player.scene import HEIGHT, Scene


class Player(anywidget.AnyWidget):
    """Bodies in a notebook, tied to the running kernel.

    Unlike :func:`labkit.show` it is for tools: `frame` can be read, set and observed, and `show` replaces the
    motions. Arguments as :func:`labkit.show`.
    """

    _esm = MODULE
    scene = traitlets.Dict().tag(sync=True)
    data = traitlets.Bytes().tag(sync=True)
    height = traitlets.Int(HEIGHT).tag(sync=True)
    frame = traitlets.Int(0, help="the frame at which the user has stopped").tag(sync=True)

    def __init__(
        self,
        motions: Motion | Sequence[Motion],
        captions: str | Sequence[str] = "",
        body: Body | None = None,
        height: int = HEIGHT,
    ):
        super().__init__(height=height)
        self.body = body or load_body()
        self.show(motions, captions)

    def show(self, motions: Motion | Sequence[Motion], captions: str | Sequence[str] = "") -> None:
        """Show these motions instead."""
        self._shown = Scene(motions, captions, self.body)
        facts, data = self._shown.packed()
        with self.hold_sync():
            self.scene, self.data, self.frame = facts, data, 0

    def _repr_mimebundle_(self, **kwargs):
        """The live view, and the self-contained one for notebooks opened without a kernel."""
        bundle, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return self._shown.view(self.height)._repr_mimebundle_() | bundle, metadata
