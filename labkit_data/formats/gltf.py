"""glTF 2.0 binary files (.glb): animated skeletons, read through pygltflib."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from labkit.paths import UNREADABLE, LabError, existing_file
from labkit_data.formats.animation import Animation

FPS = 24.0  # of what is read: Blender's usual rate


def read_glb(path: str | Path, root: str) -> tuple[Animation, dict[str, Animation]]:
    """The pose at rest, one frame, and the animations by name of the joint named `root` and all below it.

    Animations run from their first key to their last, 24 frames a second. Axes are glTF's: Y up, metres; what
    is above the root is folded into it. Scale is taken for 1, and bones for as long as at rest. Raises
    LabError where the file is broken, where there is no such joint, and where pygltflib is not installed.
    """
    path = existing_file(path, "glTF file")
    try:
        import pygltflib
    except ImportError:
        raise LabError("reading .glb needs pygltflib: pip install -e '.[prepare]'") from None
    try:
        gltf = pygltflib.GLTF2().load_binary(path)
        return _read(gltf, gltf.binary_blob(), root)
    except (*UNREADABLE, struct.error) as error:
        raise LabError(f"{path} is not a .glb with a joint {root} ({error!r}): get it again") from error


def _read(gltf, blob: bytes, root: str) -> tuple[Animation, dict[str, Animation]]:
    parents = {child: node for node, n in enumerate(gltf.nodes) for child in n.children or ()}
    top = [n.name for n in gltf.nodes].index(root)
    above = [top]  # from the root up to the scene
    while above[-1] in parents:
        above.append(parents[above[-1]])
    below = [top]
    for node in below:  # grows on the way: parents come before children
        below += gltf.nodes[node].children or ()

    def animation(channels: dict[tuple[int, str], tuple], times: np.ndarray) -> Animation:
        place, turn = np.zeros((len(times), 3)), Rotation.identity(len(times))
        for node in reversed(above):
            place = place + turn.apply(_sample(gltf, channels, node, "translation", times))
            turn = turn * _sample(gltf, channels, node, "rotation", times)
        rotations = [turn.as_matrix()]
        rotations += [_sample(gltf, channels, node, "rotation", times).as_matrix() for node in below[1:]]
        return Animation(
            [gltf.nodes[node].name for node in below],
            [-1] + [below.index(parents[node]) for node in below[1:]],
            np.array([gltf.nodes[node].translation or (0, 0, 0) for node in below], float),
            np.stack(rotations, axis=1),
            place,
            FPS,
        )

    found = {}
    for a in gltf.animations:
        channels = {}
        for channel in a.channels:
            sampler = a.samplers[channel.sampler]
            times, values = (_numbers(gltf, blob, i) for i in (sampler.input, sampler.output))
            channels[channel.target.node, channel.target.path] = times[:, 0], values, sampler.interpolation
        first, last = (f(f(times) for times, *_ in channels.values()) for f in (min, max))
        found[a.name] = animation(channels, first + np.arange(round((last - first) * FPS) + 1) / FPS)
    return animation({}, np.zeros(1)), found


def _numbers(gltf, blob: bytes, number: int) -> np.ndarray:
    """The float32 numbers of an accessor, (count, components)."""
    accessor = gltf.accessors[number]
    view = gltf.bufferViews[accessor.bufferView]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor.type]
    if accessor.componentType != 5126 or view.byteStride not in (None, 0, 4 * width):
        raise ValueError("keys that are not packed float32 numbers")
    start = (view.byteOffset or 0) + (accessor.byteOffset or 0)
    values = np.frombuffer(blob, np.float32, accessor.count * width, start).reshape(-1, width)
    if not np.isfinite(values).all():
        raise ValueError("NaN or infinity among the keys")
    return values.astype(float)


def _sample(gltf, channels, node: int, path: str, times: np.ndarray) -> Any:
    """Translation (F, 3) or rotation (F) of a node relative to its parent at `times`."""
    keys, values, kind = channels.get((node, path), (None,) * 3)
    if keys is None:  # not animated
        rest = getattr(gltf.nodes[node], path) or ((0, 0, 0) if path == "translation" else (0, 0, 0, 1))
        keys, values, kind = np.zeros(1), np.array([rest], float), "STEP"
    if kind == "CUBICSPLINE":
        raise ValueError("keys joined by splines")
    times = times.clip(keys[0], keys[-1])
    if kind == "STEP" or len(keys) == 1:
        values = values[np.searchsorted(keys, times + 1e-4, side="right") - 1]
        return values if path == "translation" else Rotation.from_quat(values)
    if path == "rotation":
        return Slerp(keys, Rotation.from_quat(values))(times)
    return np.stack([np.interp(times, keys, column) for column in values.T], axis=-1)
