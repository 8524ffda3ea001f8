"""Seeing motion: a player in the notebook, videos and contact sheets, drawn without a display or a GPU.

The module itself can be called: ``labkit.show(motion)`` is :func:`labkit.show.player.scene.show`.
"""

import sys
from types import ModuleType

from labkit.render.sheet import contact_sheet
from labkit.render.video import render_frames, render_video
from labkit.show.notebook import play
from labkit.show.player.denoising import denoising
from labkit.show.player.scene import show

__all__ = [
    "Player",  # pyright: ignore[reportUnsupportedDunderAll] - imported by __getattr__
    "contact_sheet",
    "denoising",
    "play",
    "render_frames",
    "render_video",
    "show",
]


class _Show(ModuleType):
    __call__ = staticmethod(show)


sys.modules[__name__].__class__ = _Show


def __getattr__(name: str):
    if name == "Player":  # anywidget is imported where a widget is wanted
        from labkit.show.player.widget import Player

        return Player
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
