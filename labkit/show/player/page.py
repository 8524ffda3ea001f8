"""The player as a page that needs only a browser: for saved notebooks and exported HTML."""

import base64
import gzip
import html
import io
import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from labkit.body import Body
from labkit.motion import Motion
from labkit.render.sheet import contact_sheet

MODULE = Path(__file__).with_name("player.js")  # built from widget/ by `make widget`
PICTURES = 8  # of each body in the filmstrip
ROWS = 6  # bodies in the filmstrip, at most

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Motion player</title>
<style>html,body{margin:0;height:100%}</style></head><body><script>
const unpacked = text => new Response(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]).stream()
  .pipeThrough(new DecompressionStream("gzip")));
var labkitScene = Promise.all([unpacked("FACTS").json(), unpacked("DATA").arrayBuffer()])
  .then(([scene, buffer]) => ({element: document.body, scene, buffer}));
unpacked("CODE").text().then(code => document.head.append(
  Object.assign(document.createElement("script"), {type: "module", textContent: code})));
</script></body></html>"""


def encoded(data: bytes) -> str:
    """Data as the page carries it: compressed, in base64."""
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


@cache
def _code() -> str:
    return encoded(MODULE.read_bytes())


def page(facts: dict, data: bytes) -> str:
    """A whole HTML document that shows the scene of :func:`labkit.show.player.pack.pack`; no network."""
    parts = {"FACTS": encoded(json.dumps(facts).encode()), "DATA": encoded(data), "CODE": _code()}
    text = _PAGE
    for name, value in parts.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    return text


def embedded(document: str, strip: bytes, label: str, height: int) -> str:
    """The HTML of a notebook's output: `document` in a frame and, under it, the filmstrip.

    The strip is shown where a frame is not allowed or stays empty, as in notebooks not yet trusted.
    strip: of :func:`filmstrip`. label: for screen readers. height: pixels.
    """
    label = html.escape(label, quote=True)
    picture = base64.b64encode(strip).decode()
    return (
        '<div style="display:grid">'
        f'<img src="data:image/jpeg;base64,{picture}" alt="{label}" '
        f'style="grid-area:1/1;width:100%;max-height:{height}px;object-fit:contain">'
        f'<iframe title="{label}" srcdoc="{html.escape(document, quote=True)}" allowfullscreen '
        f'style="grid-area:1/1;width:100%;height:{height}px;border:0"></iframe></div>'
    )


def filmstrip(motions: Sequence[Motion], captions: Sequence[str], body: Body) -> bytes:
    """A row of pictures per motion, as a JPEG file."""
    with tempfile.TemporaryDirectory() as folder:
        path = contact_sheet(Path(folder) / "strip.png", motions[:ROWS], body, captions[:ROWS], PICTURES)
        file = io.BytesIO()
        Image.open(path).convert("RGB").save(file, format="jpeg", quality=70, optimize=True)
    return file.getvalue()
