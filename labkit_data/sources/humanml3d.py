"""HumanML3D on AMASS, as their owners distribute them, for users who hold both licences.

Guo et al. 2022, "Generating Diverse and Natural 3D Human Motions from Text"; Mahmood et al. 2019, "AMASS".
From HumanML3D: ``index.csv`` (which frames of which AMASS file), ``texts/*.txt``, ``{train,val,test}.txt``.
From AMASS: the "SMPL+H G" files ``<Subset>/<subject>/<name>_poses.npz``. Frames are counted as HumanML3D's
``raw_pose_processing`` counts them, so captions meet the motion they were written for; the mirrored ids (M…)
are left out, since training mirrors by itself.
"""

import csv
import math
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import roma
import torch

from labkit.motion import FPS, JOINT_NAMES, N_ROTATIONS, Motion
from labkit.paths import UNREADABLE, LabError, check_npz, existing_file
from labkit_data.formats.animation import Animation
from labkit_data.formats.text import read_text
from labkit_data.pipeline import SHOWN, Raw
from labkit_data.retarget import resample

NAME = "humanml3d"
LICENSE = "HumanML3D: MIT; AMASS: its licence for non-commercial research, not to be passed on"

SPLITS = {"train": "train", "val": "val", "test": "test_a"}
# Subsets as HumanML3D spells them → other names they go by on AMASS's site and in its later releases.
SUBSETS = {
    "BioMotionLab_NTroje": ("BMLrub",),
    "DFaust_67": ("DFaust", "DFaust67"),
    "Eyes_Japan_Dataset": ("EyesJapanDataset",),
    "MPI_HDM05": ("HDM05",),
    "MPI_Limits": ("PosePrior",),
    "MPI_mosh": ("MoSh", "Mosh"),
    "SSM_synced": ("SSM",),
    "Transitions_mocap": ("Transitions",),
}
SMPL_H = "take 'SMPL+H G' from AMASS's downloads"
# Seconds that HumanML3D drops from the start of each file (calibration poses), before it counts frames.
TRIM = {
    "Eyes_Japan_Dataset": 3.0,
    "MPI_HDM05": 3.0,
    "TotalCapture": 1.0,
    "MPI_Limits": 1.0,
    "Transitions_mocap": 0.5,
}


@dataclass
class Survey:
    """What a folder holds, and what it lacks.

    missing: AMASS files that are not there → how many motions want each.
    unread: caption lines that cannot be read, as "file:line".
    left_out: reason → number of motions.
    """

    raws: list[Raw] = field(default_factory=list)
    missing: Counter = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)


def scan(path: Path) -> list[Raw]:
    """The captioned segments under `path`, in HumanML3D's own splits (``labels["split"]``).

    path: HumanML3D's folder. AMASS is looked for in ``$LABKIT_AMASS``, in ``amass``, ``amass_data`` or
    ``AMASS`` below `path`, and in `path` itself. What is missing is named and counted on standard output.
    """
    found = survey(path)
    for reason, count in found.left_out.items():
        print(f"{NAME}: {count} motions left out: {reason}")
    for doubt, which in (("no", list(found.missing)), ("cannot read the caption of", found.unread)):
        for item in which[:SHOWN]:
            print(f"{NAME}: {doubt} {item}")
        if len(which) > SHOWN:
            print(f"{NAME}: {doubt} {len(which) - SHOWN} others")
    if not found.raws:
        raise LabError(
            f"no AMASS motion for HumanML3D in {path}: put AMASS's 'SMPL+H G' files (…_poses.npz) into "
            f"{Path(path) / 'amass'}, or name their folder in LABKIT_AMASS"
        )
    return found.raws


def survey(path: str | Path) -> Survey:
    """Read index, splits and texts, and look for each motion's AMASS file."""
    path, found = Path(path).expanduser(), Survey()
    texts, roots = _below(path, "texts"), _amass_roots(path)
    if not texts.is_dir():
        raise LabError(f"no HumanML3D captions in {texts}: unzip texts.zip of HumanML3D there")
    split_of = {}
    for listing, split in SPLITS.items():
        file = existing_file(_below(path, f"{listing}.txt"), "HumanML3D's split")
        split_of |= dict.fromkeys(read_text(file).split(), split)
    index = read_index(_below(path, "index.csv"))
    folders = {subset: _subset_folder(roots, subset) for subset in {row.subset for row in index}}
    for row in index:
        folder, text = folders[row.subset], texts / f"{row.name}.txt"
        file = folder / row.file if folder else None
        if row.subset == "humanact12":
            reason = "HumanAct12 has no SMPL parameters"
        elif row.name not in split_of:
            reason = "in no split"
        elif file is None:
            reason = f"AMASS's {row.subset} is not there"
        elif not file.is_file() and _smplx_file(file).is_file():
            reason = f"AMASS's {row.subset} is there as SMPL-X files (…_stageii.npz): {SMPL_H}"
        elif not file.is_file():
            reason = "AMASS file missing"
            found.missing[file] += 1
        elif not text.is_file():
            reason = f"no text in {texts}"
        else:
            labels = {"subset": row.subset, "split": split_of[row.name]}
            segments, unread = captions_of(text, row.end - row.start)
            found.unread += [f"{text}:{number}" for number in unread]
            for (start, end), captions in segments.items():
                whole = end - start == row.end - row.start
                name = row.name if whole else f"{row.name}_{start}_{end}"
                first = row.start + round(TRIM.get(row.subset, 0) * FPS)
                seconds = (first + start) / FPS, (first + end) / FPS
                found.raws.append(Raw(name, file, labels, *seconds, tuple(captions)))
            continue
        found.left_out[reason] += 1
    return found


def load(raw: Raw, body) -> Motion:
    """One segment on `body`, 20 frames a second. Raises LabError where its AMASS file is broken.

    A frame of `raw` is every ``int(rate / 20)``-th of the file, as HumanML3D counts; where that is not 1/20 s
    (a file of 250 Hz), the same stretch of time is resampled. The subject's shape is not used: it would move
    the pelvis by a constant and change its size, so fast steps of the very tall or short slide a little. The
    lowest joint of the whole file is put as high above the floor as the body's toes are when it stands.
    """
    pose, transl, rate = read_amass(raw.file)
    stride = int(rate / FPS)
    rest = body.rest_joints[:N_ROTATIONS].double().cpu().numpy()
    parents = body.parents[:N_ROTATIONS]
    offsets = np.array(
        [rest[j] - rest[parent] if parent >= 0 else rest[j] for j, parent in enumerate(parents)]
    )
    rotations = roma.rotvec_to_rotmat(torch.from_numpy(pose)).numpy()
    whole = Animation(list(JOINT_NAMES[:N_ROTATIONS]), parents, offsets, rotations, transl + rest[0], rate)

    first = round(raw.start * FPS) * stride
    last = len(transl) if raw.end is None else (round(raw.end * FPS) - 1) * stride + 1
    if first >= len(transl):
        raise LabError(f"{raw.file} ends before {raw.name} begins: get it again")
    clip = resample(_frames(whole, slice(first, last)), FPS)
    pelvis = torch.from_numpy(clip.root)
    lowest = _frames(whole, slice(None, None, stride)).forward()[1][..., 2].min()
    toes = float(body.rest_joints[:, 1].min()) - body.sole
    pelvis[:, 2] += toes - lowest
    return Motion.from_rotations(torch.from_numpy(clip.rotations).float(), pelvis.float())


class Row(NamedTuple):
    """A line of ``index.csv``: frames `start` to `end` of `file`, a path in AMASS's `subset`, are `name`."""

    name: str
    subset: str
    file: PurePosixPath
    start: int
    end: int


def read_index(path: str | Path) -> list[Row]:
    """The rows of HumanML3D's ``index.csv``. Raises LabError where it is another file."""
    path, rows = existing_file(path, "HumanML3D's index"), []
    lines = read_text(path).splitlines()
    semicolons = bool(lines) and lines[0].count(";") > lines[0].count(",")  # as some spreadsheets save
    try:
        for line in csv.DictReader(lines, delimiter=";" if semicolons else ","):
            # pose_data/CMU/80/80_63_poses.npy
            _, subset, *file = PurePosixPath(line["source_path"]).parts
            name, npz = PurePosixPath(line["new_name"]).stem, PurePosixPath(*file).with_suffix(".npz")
            rows.append(Row(name, subset, npz, int(line["start_frame"]), int(line["end_frame"])))
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise LabError(f"{path} is not HumanML3D's index.csv ({error!r}): get it again") from error
    return rows


def captions_of(path: str | Path, frames: int) -> tuple[dict[tuple[int, int], list[str]], list[int]]:
    """The captions of a motion of so many frames: (start, end) frame → sentences; and the unreadable lines.

    A line is ``caption#tokens#start#end``, in seconds; both 0 or nan mean the whole motion.
    """
    segments: dict[tuple[int, int], list[str]] = {}
    unread = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            caption, _, *span = line.split("#")
            start, end = (0 if math.isnan(s) else int(s * FPS) for s in map(float, span))
        except (ValueError, OverflowError):
            unread.append(number)
            continue
        start, end = (0, frames) if start == end == 0 else (start, min(end, frames))
        if caption.strip() and 0 <= start < end:
            segments.setdefault((start, end), []).append(caption.strip())
        else:
            unread.append(number)
    return segments, unread


def read_amass(path: str | Path) -> tuple[np.ndarray, np.ndarray, float]:
    """Axis-angles of root and body (F, 22, 3), SMPL's transl (F, 3) in metres, Z up, and frames per second.

    The fingers of SMPL-H are left out. Raises LabError where the file is broken.
    """
    path = existing_file(path, "AMASS motion")
    try:
        check_npz(path)
        with np.load(path, allow_pickle=False) as file:
            if "mocap_frame_rate" in file:
                raise LabError(f"{path} is of AMASS's SMPL-X files: {SMPL_H}")
            pose = file["poses"][:, : 3 * N_ROTATIONS].astype(float).reshape(-1, N_ROTATIONS, 3)
            transl, rate = file["trans"].astype(float), float(file["mocap_framerate"])
    except UNREADABLE as error:
        raise LabError(f"{path} is not an AMASS motion ({error}): get it again") from error
    if transl.shape != (len(pose), 3) or not rate >= FPS:
        raise LabError(f"{path}: {len(pose)} poses, trans {transl.shape}, {rate} Hz do not fit: get it again")
    if not (np.isfinite(pose).all() and np.isfinite(transl).all()):
        raise LabError(f"{path} holds numbers that are not finite: get it again")
    return pose, transl, rate


def _smplx_file(file: Path) -> Path:
    """The same motion in AMASS's SMPL-X form."""
    return file.with_name(file.name.replace("_poses.npz", "_stageii.npz"))


def _below(path: Path, name: str) -> Path:
    """`name` in HumanML3D's folder, which its repository keeps within a folder of the same name."""
    inner = path / "HumanML3D" / name
    return inner if inner.exists() and not (path / name).exists() else path / name


def _amass_roots(path: Path) -> list[Path]:
    roots = [path / "amass", path / "amass_data", path / "AMASS", path]
    named = os.environ.get("LABKIT_AMASS")
    return [Path(named).expanduser(), *roots] if named else roots


def _subset_folder(roots: list[Path], subset: str) -> Path | None:
    """Where a subset lies under any of its names, which unpacking may have nested in each other."""
    names = (subset, *SUBSETS.get(subset, ()))
    places = [(outer, inner) for outer in names for inner in names if inner != outer]
    for root in roots:
        for place in (*places, *((name,) for name in names)):
            if root.joinpath(*place).is_dir():
                return root.joinpath(*place)
    return None


def _frames(animation: Animation, frames: slice) -> Animation:
    return replace(animation, rotations=animation.rotations[frames], root=animation.root[frames])
