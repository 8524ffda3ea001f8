"""Captions as pictures: text wrapped to a width, in the font that comes with matplotlib."""

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from labkit.render.raster import SKY

INK = (52, 60, 74)
LINES = 4  # at most; what is longer ends in an ellipsis


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def wrap(text: str, width: float, size: int) -> list[str]:
    """`text` in at most LINES lines of `width` pixels, in a font of `size` pixels; long words are cut."""
    font = _font(size)
    lines = []
    # Surrogates and control characters cannot be drawn; a glyph that the font lacks becomes a box.
    text = text.encode("utf-8", "replace").decode("utf-8")
    for word in "".join(c if c.isprintable() else " " for c in text).split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    if len(lines) > LINES:
        last = lines[LINES - 1]
        while last and font.getlength(last + "…") > width:
            last = last[:-1]
        lines = [*lines[: LINES - 1], last + "…"]
    return lines


def title(texts: list[str], width: int, size: int) -> np.ndarray:
    """Captions side by side, each centred in a column of `width` pixels: (height, n·width, 3) uint8.

    The height is what the longest one needs, and 0 where all are empty. `size` is the font's, in pixels.
    """
    blocks = [wrap(text, width - 2 * size, size) for text in texts]
    tallest, pitch = max(map(len, blocks)), round(1.35 * size)
    height = tallest * pitch + size if tallest else 0
    image = Image.new("RGB", (width * len(texts), max(height, 1)), tuple(SKY.astype(int).tolist()))
    pen = ImageDraw.Draw(image)
    for i, lines in enumerate(blocks):
        for j, line in enumerate(lines):
            at = ((i + 0.5) * width, (1 + j) * pitch + (height - size - len(lines) * pitch) / 2 + size * 0.4)
            pen.text(at, line, INK, _font(size), anchor="ms")
    return np.asarray(image)[:height]
