"""Frames per second from vertices to an mp4: ours, and renderers that people use for this.

    python benchmarks/video.py                  all of them
    python benchmarks/video.py pyrender         one, here and now

Everyone draws the open body, smoothly shaded, on a floor, 480×480, with the same camera, through the same
ffmpeg; slow ones draw fewer frames. Opening a window, compiling and posing the body are not counted. Each
runs in a process of its own, since they cannot share OpenGL. Who is not installed is skipped; whoever fails
makes this program fail. Ours alone draws a shadow, a grid and the caption; matplotlib shades faces, not
vertices, and draws the floor over the legs.
"""

import argparse
import ctypes
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from labkit.body import load_body
from labkit.cli import Parser
from labkit.motion import UPRIGHT, Motion
from labkit.render.camera import ABOVE, HALF_VIEW, basis
from labkit.render.raster import vertex_normals
from labkit.render.video import BODY_COLOR, _encode
from labkit.show import render_video

SIZE, DISTANCE, HEIGHT = 480, 4.2, 0.9
TILE = 4.0  # metres; half the floor's side
FLOOR = np.array([[-TILE, -TILE, 0], [TILE, -TILE, 0], [TILE, TILE, 0], [-TILE, TILE, 0]])
RIGHT, UP, FORWARD = basis(-0.5).astype(float)
EYE = np.array([0, 0, HEIGHT]) - DISTANCE * FORWARD
FIELD = float(np.degrees(2 * np.arctan(HALF_VIEW)))


class Posed:
    """A body whose vertices are ready, so that posing it is not measured."""

    def __init__(self, body, motion: Motion):
        self.faces, self.colors = body.faces, body.colors
        self._vertices = body.vertices(motion)

    def vertices(self, motion: Motion) -> torch.Tensor:
        return self._vertices[: len(motion)]


def waving(frames: int) -> Motion:
    """Upright on the spot, arms and knees swinging."""
    rotations = torch.zeros(frames, 22, 3)
    swing = torch.sin(torch.arange(frames) / 4)
    rotations[:, 16, 2], rotations[:, 17, 2] = swing, swing
    rotations[:, 4, 0], rotations[:, 5, 0] = 0.5 + 0.5 * swing, 0.5 - 0.5 * swing
    pelvis = torch.tensor([0, 0, HEIGHT]).expand(frames, 3)
    motion = Motion(rotations[:, 0], rotations[:, 1:].flatten(1), pelvis)
    matrices = motion.rotations()
    matrices[:, 0] = UPRIGHT
    return Motion.from_rotations(matrices, pelvis)


def with_matplotlib(faces: np.ndarray) -> Callable:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    figure: Any = pyplot.figure(figsize=(SIZE / 100, SIZE / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), projection="3d", xlim=(-1, 1), ylim=(-1, 1), zlim=(-0.1, 1.9))
    axes.view_init(np.degrees(ABOVE), np.degrees(np.arctan2(-FORWARD[1], -FORWARD[0])))
    axes.set_axis_off()
    axes.add_collection3d(Poly3DCollection([FLOOR / TILE], color="lightgray", zorder=-1))

    def draw(vertices: np.ndarray) -> np.ndarray:
        color = np.array(BODY_COLOR) / 255
        body = Poly3DCollection(vertices[faces], facecolors=color, shade=True)
        axes.add_collection3d(body)
        figure.canvas.draw()
        body.remove()
        return np.asarray(figure.canvas.buffer_rgba())[..., :3]

    return draw


def with_pyrender(faces: np.ndarray) -> Callable:
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    import pyrender
    import trimesh

    pose = np.eye(4)
    pose[:3] = np.stack([RIGHT, UP, -FORWARD, EYE], axis=1)
    scene = pyrender.Scene(bg_color=(1.0, 1.0, 1.0), ambient_light=(0.2, 0.2, 0.2))
    scene.add(pyrender.PerspectiveCamera(np.radians(FIELD)), pose=pose)
    scene.add(pyrender.DirectionalLight(intensity=3.0), pose=pose)
    scene.add(pyrender.Mesh.from_trimesh(trimesh.Trimesh(FLOOR, [[0, 1, 2], [0, 2, 3]])))
    renderer = pyrender.OffscreenRenderer(SIZE, SIZE)
    material = pyrender.MetallicRoughnessMaterial(baseColorFactor=(*BODY_COLOR, 255), metallicFactor=0)

    def draw(vertices: np.ndarray) -> np.ndarray:
        normals = vertex_normals(vertices, faces)  # trimesh's own take several times longer
        node = scene.add(
            pyrender.Mesh([pyrender.Primitive(vertices, normals, indices=faces, material=material)])
        )
        rendered: Any = renderer.render(scene)
        scene.remove_node(node)
        return rendered[0]

    return draw


def with_pyvista(faces: np.ndarray) -> Callable:
    import pyvista

    plotter = pyvista.Plotter(off_screen=True, window_size=(SIZE, SIZE))
    plotter.add_mesh(pyvista.PolyData.from_regular_faces(FLOOR, [[0, 1, 2, 3]]), color="lightgray")
    mesh = pyvista.PolyData.from_regular_faces(np.zeros((faces.max() + 1, 3), np.float32), faces)
    plotter.add_mesh(mesh, color=BODY_COLOR).prop.interpolation = "Gouraud"
    plotter.enable_anti_aliasing("msaa", multi_samples=4)
    plotter.camera.position, plotter.camera.focal_point = EYE, EYE + FORWARD
    plotter.camera.up, plotter.camera.view_angle = UP, FIELD
    plotter.camera.clipping_range = (0.1, 100)
    plotter.show(auto_close=False, interactive=False)

    def draw(vertices: np.ndarray) -> np.ndarray:
        mesh.points = vertices
        mesh.point_data.active_normals = vertex_normals(vertices, faces)
        plotter.render()
        return np.asarray(plotter.screenshot(return_img=True))

    return draw


@dataclass(frozen=True)
class Other:
    """Another renderer. open: (faces) → a function that draws vertices. modules: what it imports."""

    open: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]]
    frames: int
    modules: tuple[str, ...]
    opengl: bool = False

    def missing(self) -> str:
        """What is not installed here; empty where nothing is missing."""
        absent = [name for name in self.modules if importlib.util.find_spec(name) is None]
        if not absent and self.opengl and sys.platform == "linux":
            try:
                ctypes.CDLL("libEGL.so.1")
            except OSError as error:
                return str(error)
        return f"no module {', '.join(absent)}" if absent else ""


OTHERS = {
    "matplotlib": Other(with_matplotlib, 24, ("matplotlib",)),
    "pyrender": Other(with_pyrender, 60, ("pyrender", "trimesh"), opengl=True),
    "pyvista": Other(with_pyvista, 60, ("pyvista",), opengl=True),
}
FRAMES = 120


def measure(name: str, frames: int) -> float:
    """Frames per second of one renderer, the better of two rounds."""
    torch.set_num_threads(1)
    motion = waving(frames)
    body = Posed(load_body(), motion)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        if name in OTHERS:
            draw, vertices = OTHERS[name].open(body.faces), body.vertices(motion).numpy()
            picture = draw(vertices[0])
            blue = picture[..., 2] > picture[..., 0] + 20.0
            if picture.shape != (SIZE, SIZE, 3) or not 0.01 < blue.mean() < 0.5:
                raise RuntimeError("the body is not in its picture")

            def work() -> None:
                _encode(path, (np.ascontiguousarray(draw(v)) for v in vertices), (SIZE, SIZE))
        else:
            render_video(path, motion[:2], body, name, size=SIZE, progress=False)

            def work() -> None:
                render_video(path, motion, body, name, size=SIZE, progress=False)

        for _ in range(2):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return frames / min(seconds)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("renderer", nargs="?", choices=("ours", *OTHERS), help="one only, in this process")
    parser.add_argument("--frames", type=int, help=f"to draw (default: {FRAMES}, fewer by the slow ones)")
    args = parser.parse_args(arguments)
    if args.renderer:
        frames = OTHERS[args.renderer].frames if args.renderer in OTHERS else FRAMES
        print(measure(args.renderer, args.frames or frames))
        return 0
    print(f"{'renderer':12}{'frames per second':>20}{'ours : it':>12}")
    rates: dict[str, float] = {}
    failed = False
    for name in ("ours", *OTHERS):
        if name in OTHERS and (reason := OTHERS[name].missing()):
            print(f"{name:12}  skipped: {reason}")
            continue
        command = [sys.executable, __file__, name, *(["--frames", str(args.frames)] if args.frames else [])]
        run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
        if run.returncode:
            print(run.stderr, file=sys.stderr)
            print(f"{name:12}  failed with status {run.returncode}", flush=True)
            failed = True
            continue
        rates[name] = float(run.stdout.split()[-1])
        ratio = f"{rates['ours'] / rates[name]:12.1f}" if "ours" in rates else ""
        print(f"{name:12}{rates[name]:20.1f}{ratio}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
