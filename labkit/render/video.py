"""Motions → frames → mp4."""

import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import torch

from labkit.motion import FPS, Motion
from labkit.paths import LabError, atomic_write
from labkit.progress import bar
from labkit.render.camera import follow
from labkit.render.caption import title
from labkit.render.scene import draw
from labkit.settings import standard_settings

BODY_COLOR = (104, 146, 205)
SHADOW = 160  # cells of the shadow map per distance of the camera: about 2.5 cm
WORKERS = 2  # frames drawn at the same time


class Stage:
    """Bodies side by side, ready to be drawn: vertices, cameras and captions of every panel.

    motions: n of them; those that are shorter than the longest hold their last frame.
    height, width: of one panel, pixels, its caption included.
    Raises LabError where a motion is not finite.
    """

    @standard_settings()
    def __init__(self, motions: Sequence[Motion], body, captions: Sequence[str], height: int, width: int):
        self.vertices = [_vertices(body, motion) for motion in motions]
        self.faces = outward(np.asarray(body.faces, np.int32), self.vertices[0][0])
        colors = np.array(BODY_COLOR) if body.colors is None else np.asarray(body.colors)
        self.colors = np.broadcast_to(colors, self.vertices[0][0].shape).astype(np.float32)
        self.title = title(captions, width, max(10, round(height / 28)))
        self.height, self.width = height, width
        self.cameras, self.distance = follow(self.vertices, motions, height - len(self.title), width)

    def __len__(self) -> int:
        return max(map(len, self.vertices))

    def frame(self, i: int) -> np.ndarray:
        """Frame i, (height, n·width, 3) uint8."""
        n, top = len(self.vertices), len(self.title)
        picture = np.empty((self.height, n * self.width, 3), np.uint8)
        picture[:top] = self.title
        for k in range(n):
            j = min(i, len(self.vertices[k]) - 1)
            panel = picture[top:, k * self.width : (k + 1) * self.width]
            draw(
                self.vertices[k][j],
                self.faces,
                self.colors,
                self.cameras[k][j],
                self.distance / SHADOW,
                panel,
            )
            if k:
                picture[:, k * self.width - 1 : k * self.width + 1] = 255
        return picture


def outward(faces: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """faces (T, 3), reversed where the mesh of vertices (V, 3) has negative volume → (T, 3).

    Such faces are clockwise seen from outside, and would all be culled.
    """
    a, b, c = (vertices - vertices.mean(0))[faces].astype(np.float64).swapaxes(0, 1)
    volume = np.einsum("ti,ti->", a, np.cross(b, c))
    return np.ascontiguousarray(faces if volume >= 0 else faces[:, ::-1])


def require_finite(motion: Motion) -> None:
    """Raises LabError where a number of the motion is NaN or infinite."""
    if not all(bool(v.isfinite().all()) for v in vars(motion).values()):
        raise LabError("cannot draw a motion with NaN or infinite values: check how it was generated")


def _vertices(body, motion: Motion) -> np.ndarray:
    """The body's vertices (F, V, 3) float32 on the CPU. Raises LabError where something is not finite."""
    require_finite(motion)
    with torch.no_grad():
        vertices = torch.as_tensor(body.vertices(motion)).detach().float().cpu().contiguous().numpy()
    if not np.isfinite(vertices).all():
        raise LabError("the body has NaN or infinite vertices: look at its file and at the motion")
    return vertices


def paired(
    motions: Motion | Sequence[Motion], captions: str | Sequence[str]
) -> tuple[list[Motion], list[str]]:
    """Both as lists of one length; the caption "" becomes one empty caption per motion.

    Raises LabError where they do not pair up or there is nothing to draw.
    """
    motions = [motions] if isinstance(motions, Motion) else list(motions)
    if isinstance(captions, str):
        captions = [captions] if captions else [""] * len(motions)
    if len(motions) != len(captions):
        raise LabError(f"{len(motions)} motions but {len(captions)} captions: give one caption a motion")
    if not motions or min(map(len, motions)) == 0:
        raise LabError("nothing to draw: give at least one motion, each with at least one frame")
    return motions, list(captions)


def _frames(stage: Stage) -> Iterator[np.ndarray]:
    """The frames of a stage in order; a few are drawn ahead in threads, since numba releases the GIL."""
    with ThreadPoolExecutor(WORKERS) as pool:
        ahead: deque = deque()
        for i in range(len(stage)):
            ahead.append(pool.submit(stage.frame, i))
            if len(ahead) > 2 * WORKERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def render_frames(
    motions: Motion | Sequence[Motion], body, captions: str | Sequence[str] = "", size: int = 480
) -> Iterator[np.ndarray]:
    """Draw `motions` side by side in panels of `size` pixels: yields frames (size, n·size, 3) uint8.

    body: has ``vertices(motion)`` (F, V, 3) in metres, Z up, ``faces`` (T, 3) and ``colors`` (V, 3) or None.
    captions: one per motion, or none. Raises LabError for a motion without frames or with NaN.
    """
    motions, captions = paired(motions, captions)
    yield from _frames(Stage(motions, body, captions, size, size))


def render_video(
    path: str | Path,
    motions: Motion | Sequence[Motion],
    body,
    captions: str | Sequence[str] = "",
    size: int = 480,
    progress: bool = True,
) -> Path:
    """Draw `motions` (see :func:`render_frames`) into the mp4 file `path`.

    H.264 with yuv420p, which every browser plays; an odd `size` is made even. Raises LabError as
    :func:`render_frames` does, and where ffmpeg is missing or fails; then no file is left.
    """
    path = Path(path).expanduser()
    if path.suffix.lower() != ".mp4":
        raise LabError(f"cannot write a video to {path}: give it a name that ends in .mp4")
    size += size % 2
    motions, captions = paired(motions, captions)
    stage = Stage(motions, body, captions, size, size)
    with atomic_write(path) as temporary:
        frames = bar(_frames(stage), path.name, progress, len(stage), "frame")
        _encode(temporary, frames, (len(motions) * size, size))
    return path


def _encode(path: Path, frames: Iterator[np.ndarray], size: tuple[int, int]) -> None:
    """Write RGB frames of `size` (width, height) to `path` through ffmpeg, or raise LabError."""
    try:
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise LabError("ffmpeg not found: pip install imageio-ffmpeg, or set IMAGEIO_FFMPEG_EXE") from error
    # The colour matrix is written into the file, or players choose it by the picture's size. "superfast"
    # with macroblock trees takes half of "veryfast"'s time for a file of nearly the same size.
    command = [
        *(ffmpeg, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "-", "-an"),
        *("-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
        *("-c:v", "libx264", "-preset", "superfast", "-x264-params", "mbtree=1:rc-lookahead=5", "-crf", "20"),
        *("-movflags", "+faststart", "-f", "mp4"),
        str(path),
    ]
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)
        except OSError as error:
            raise LabError(f"cannot start ffmpeg ({ffmpeg}): {error.strerror}") from error
        try:
            for frame in frames:
                process.stdin.write(frame)
            process.stdin.close()
            status = process.wait()
        except BrokenPipeError:  # ffmpeg gave up; its log states why
            status = process.wait()
        finally:
            process.kill()
            process.wait()
        if status:
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines() or [f"exit status {status}"]
            cause = re.sub(r"^(\[[^]]*\] )+", "", lines[0])  # what follows is what came of it
            if "Unknown encoder" in cause:
                cause += f" in {ffmpeg}: pip install --force-reinstall imageio-ffmpeg, which brings it, "
                cause += "or set IMAGEIO_FFMPEG_EXE to an ffmpeg that has it"
            raise LabError(f"ffmpeg failed: {cause}")
