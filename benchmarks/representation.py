"""Frames per second of encode and decode, beside the same maths as a plain NumPy loop over frames.

    python benchmarks/representation.py

All columns are measured in one run on one thread, the best of several rounds each. The loop's output is
compared with ours first, so that the ratio is between two programs that do the same.
"""

import time

import numpy as np
import roma
import torch

from labkit.motion import FPS, LAYOUT, N_JOINTS, N_ROTATIONS, UPRIGHT, D, Motion, decode, encode

CLIPS, FRAMES = 64, 6 * FPS
LOOP_CLIPS = 2  # the loop is slow: fewer clips, the same frames each


def random_motions() -> tuple[Motion, torch.Tensor]:
    """CLIPS smooth, upright, turning motions and joint positions to go with them (any will do here)."""
    generator = torch.Generator().manual_seed(0)

    def walk(*shape: int, step: float) -> torch.Tensor:
        return step * torch.randn(CLIPS, FRAMES, *shape, generator=generator).cumsum(1)

    pose = walk(N_ROTATIONS, 3, step=0.02)
    yaw = walk(step=0.05)
    rotations = Motion(pose[:, :, 0], pose[:, :, 1:].flatten(2), walk(3, step=0.01)).rotations()
    rotations[:, :, 0] = roma.rotvec_to_rotmat(torch.stack([0 * yaw, 0 * yaw, yaw], -1)) @ UPRIGHT
    motion = Motion.from_rotations(rotations, walk(3, step=0.01))
    joints = motion.pelvis[:, :, None] + torch.randn(CLIPS, FRAMES, N_JOINTS, 3, generator=generator)
    joints[:, :, 0] = motion.pelvis
    return motion, joints


# ---------------------------------------------------------------------------------------------------------
# The baseline: one clip, frame by frame, joint by joint
# ---------------------------------------------------------------------------------------------------------


def rotation_matrix(vector: np.ndarray) -> np.ndarray:
    """Rodrigues' formula, (3,) → (3, 3)."""
    angle = np.linalg.norm(vector)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def rotation_vector(matrix: np.ndarray) -> np.ndarray:
    """The inverse, by way of a quaternion whose largest entry is found first, (3, 3) → (3,)."""
    trace = np.trace(matrix)
    squares = np.array([trace, *(2 * np.diag(matrix) - trace)]) + 1  # 4w², 4x², 4y², 4z²
    largest = int(np.argmax(squares))
    off = matrix - matrix.T
    wxyz = np.array([squares[0], off[2, 1], off[0, 2], off[1, 0]])
    if largest:
        i = largest - 1
        wxyz = np.array([wxyz[largest], *(matrix[i] + matrix[:, i])])
        wxyz[largest] = squares[largest]
    wxyz = wxyz / np.linalg.norm(wxyz) * (1 if wxyz[0] >= 0 else -1)
    length = np.linalg.norm(wxyz[1:])
    return wxyz[1:] * (2 * np.arctan2(length, wxyz[0]) / length if length > 1e-12 else 2)


def about_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def encode_loop(pose: np.ndarray, pelvis: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """pose (F, 22, 3), pelvis (F, 3), joints (F, 24, 3) → x (F, D)."""
    x, headings = np.zeros((len(pose), D)), []
    for f in range(len(pose)):
        rotations = [rotation_matrix(v) for v in pose[f]]
        turn = rotations[0] @ UPRIGHT.numpy().T
        headings.append(np.arctan2(turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1]))
        to_body = about_z(-headings[f])
        rotations[0] = to_body @ rotations[0]
        x[f, LAYOUT["root_height"]] = pelvis[f, 2]
        x[f, LAYOUT["rotations"]] = np.concatenate([r[:, :2].T.ravel() for r in rotations])
        x[f, LAYOUT["joints"]] = np.concatenate([to_body @ (j - joints[f, 0]) for j in joints[f, 1:]])
    for f in range(len(pose) - 1):
        x[f, LAYOUT["root_velocity"]] = (about_z(-headings[f]) @ (pelvis[f + 1] - pelvis[f]))[:2]
        step = headings[f + 1] - headings[f]
        x[f, LAYOUT["yaw_velocity"]] = np.arctan2(np.sin(step), np.cos(step))
    for name in ("root_velocity", "yaw_velocity"):
        x[-1, LAYOUT[name]] = x[-2, LAYOUT[name]]
    return x


def decode_loop(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x (F, D) → pose (F, 22, 3), pelvis (F, 3)."""
    pose, pelvis = np.zeros((len(x), N_ROTATIONS, 3)), np.zeros((len(x), 3))
    heading, place = 0.0, np.zeros(3)
    for f, row in enumerate(x):
        for j, six in enumerate(row[LAYOUT["rotations"]].reshape(N_ROTATIONS, 6)):
            first = six[:3] / np.linalg.norm(six[:3])
            second = six[3:] - first * (first @ six[3:])
            second /= np.linalg.norm(second)
            matrix = np.stack([first, second, np.cross(first, second)], axis=1)
            pose[f, j] = rotation_vector(about_z(heading) @ matrix if j == 0 else matrix)
        pelvis[f] = [place[0], place[1], row[LAYOUT["root_height"]].item()]
        place = place + about_z(heading) @ [*row[LAYOUT["root_velocity"]], 0]
        heading += row[LAYOUT["yaw_velocity"]].item()
    return pose, pelvis


# ---------------------------------------------------------------------------------------------------------
# The table
# ---------------------------------------------------------------------------------------------------------


def frames_per_second(work, frames: int, rounds: int = 5) -> float:
    """Frames over the fastest of several rounds, one more to warm up."""
    work()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return frames / min(seconds)


def main() -> None:
    torch.set_num_threads(1)
    motion, joints = random_motions()
    x = encode(motion, joints)
    one = Motion(motion.global_orient[0], motion.body_pose[0], motion.pelvis[0])

    pose = torch.cat([motion.global_orient, motion.body_pose], -1).unflatten(-1, (N_ROTATIONS, 3))
    clips = [tuple(v[c].double().numpy() for v in (pose, motion.pelvis, joints)) for c in range(LOOP_CLIPS)]
    rows = [x[c].double().numpy() for c in range(LOOP_CLIPS)]

    apart = [np.abs(encode_loop(*clip) - row).max() for clip, row in zip(clips, rows)]
    for c, row in enumerate(rows):
        ours, (their_pose, their_pelvis) = decode(x[c]), decode_loop(row)
        theirs = Motion(
            *(
                torch.from_numpy(v)
                for v in (their_pose[:, 0], their_pose[:, 1:].reshape(-1, 63), their_pelvis)
            )
        )
        apart += [
            (ours.rotations() - theirs.rotations()).abs().max().item(),
            (ours.pelvis - theirs.pelvis).abs().max().item(),
        ]

    print(f"{CLIPS} clips of {FRAMES} frames, one thread; furthest from the loop: {max(apart):.0e}")
    print(f"{'frames per second':20}{'batch':>12}{'one clip':>12}{'NumPy loop':>12}{'batch : loop':>14}")
    table = {
        "encode": (
            lambda: encode(motion, joints),
            lambda: encode(one, joints[0]),
            lambda: [encode_loop(*clip) for clip in clips],
        ),
        "decode": (lambda: decode(x), lambda: decode(x[0]), lambda: [decode_loop(row) for row in rows]),
    }
    for name, work in table.items():
        frames = (CLIPS * FRAMES, FRAMES, LOOP_CLIPS * FRAMES)
        batch, single, loop = (frames_per_second(w, n) for w, n in zip(work, frames))
        print(f"{name:20}{batch:12,.0f}{single:12,.0f}{loop:12,.0f}{batch / loop:14.0f}")


if __name__ == "__main__":
    main()
