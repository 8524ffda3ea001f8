"""Seeing motion: videos and contact sheets, drawn without OpenGL, a display or a GPU."""

from labkit.show.notebook import play
from labkit.show.sheet import contact_sheet
from labkit.show.video import render_frames, render_video

__all__ = ["contact_sheet", "play", "render_frames", "render_video"]
