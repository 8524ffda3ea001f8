"""Correct penetration of the floor, which results from retargeting to a body of other proportions.

Retargeting keeps the directions of bones. Our feet and hands are longer, our arms and trunk of other lengths,
and most sources have no rotation of the wrists: hands that leaned on the floor penetrate it by up to 30 cm.
Raising the whole body by that much would lift other parts off the floor. So, in this order:

1. toes flex upwards where they penetrate the floor, as when a foot pushes off;
2. where arms or deep parts penetrate, wrists, elbows and shoulders turn and the whole body rises, by the
   smallest amount that is enough;
3. what is still below the floor by more than `DEPTH` raises the whole body, smoothly.

Frames without penetration do not change. Hips, knees and ankles never turn.
"""

import roma
import torch
import torch.nn.functional as nnf
from torch import Tensor

from labkit.cleanup import DEPTH, envelope
from labkit.motion import JOINT_INDEX, JOINT_NAMES, Motion

DEEP = 0.03  # metres: the deepest penetration that is corrected by a lift alone
MOST_BENT, TOE = (
    1.0,
    0.06,
)  # largest flexion of toes, radians; metres from their joint to the centre of the toes
STEPS = 80  # iterations of L-BFGS, at most
SMOOTH = (100.0, 4.0)  # weights of the second differences of turns and of the rise; their size has weight 1
# Scales at which a rise of the body (metres) and turns of joints (radians) have equal cost.
RISE, TURNS = 0.02, {"shoulder": 0.3, "elbow": 0.5, "wrist": 1.0}
SIDES = ("left", "right")
ARMS = [JOINT_INDEX[f"{side}_{joint}"] for joint in TURNS for side in SIDES]
FOREARMS = [JOINT_INDEX[f"{side}_{joint}"] for joint in ("elbow", "wrist", "hand") for side in SIDES]
TOES = [JOINT_INDEX[f"{side}_foot"] for side in SIDES]


def lowest(motion: Motion, body) -> Tensor:
    """Height of the lowest vertex in each frame, (F,) metres, to about 3 mm."""
    return _heights(body, motion.rotations(), motion.pelvis, body.outer[0]).amin(dim=1)


def settle(motion: Motion, body) -> Motion:
    """The motion with nothing deeper than `DEPTH` in the floor z = 0."""
    vertices, joints = body.outer
    rotations, pelvis = motion.rotations(), motion.pelvis
    height = _heights(body, rotations, pelvis, vertices)
    if height.min() >= -DEPTH:
        return motion
    for joint in TOES:
        rotations = _bend_toes(body, rotations, pelvis, joint, vertices[joints == joint])
    height = _heights(body, rotations, pelvis, vertices)
    arms = torch.isin(joints, torch.tensor(FOREARMS))
    if height.min() < -DEEP or height[:, arms].min() < -DEPTH:
        rotations, pelvis = _yield(body, rotations, pelvis, vertices)
        height = _heights(body, rotations, pelvis, vertices)
    rise = envelope((-DEPTH - height.amin(dim=1)).clamp(min=0))
    return Motion.from_rotations(rotations, pelvis + rise[:, None] * pelvis.new_tensor([0, 0, 1]))


def _heights(body, rotations: Tensor, pelvis: Tensor, vertices: Tensor) -> Tensor:
    """`Body.heights` of motions of any length."""
    parts = zip(rotations.split(200), pelvis.split(200))
    return torch.cat([body.heights(*part, vertices) for part in parts])


def _bend_toes(body, rotations: Tensor, pelvis: Tensor, joint: int, vertices: Tensor) -> Tensor:
    """Toes turned up, about the foot's axis from left to right, until they are at most `DEPTH` deep."""
    bent, turned = pelvis.new_zeros(len(pelvis)), rotations
    for _ in range(5):
        deep = (-DEPTH - _heights(body, turned, pelvis, vertices).amin(dim=1)).clamp(min=0)
        if not deep.any():
            break
        bent = (bent + envelope(deep) / TOE).clamp(max=MOST_BENT)
        turned = rotations.clone()
        up = roma.rotvec_to_rotmat(bent[:, None] * pelvis.new_tensor([-1, 0, 0]))
        turned[:, joint] = turned[:, joint] @ up
    return turned


def _yield(body, rotations: Tensor, pelvis: Tensor, vertices: Tensor) -> tuple[Tensor, Tensor]:
    """Arms turned and the body raised, smoothly and by as little as brings it out of the floor."""
    ease = pelvis.new_tensor([TURNS[JOINT_NAMES[j].split("_")[1]] for j in ARMS])[:, None]
    turns = pelvis.new_zeros(len(pelvis), len(ARMS), 3)
    # A hand that points straight down could leave to any side: choose the back of the hand.
    turns[:, -2:, 2] = pelvis.new_tensor([0.1, -0.1])
    turns, rise = (turns / ease).requires_grad_(), pelvis.new_zeros(len(pelvis)).requires_grad_()
    smooth = pelvis.new_tensor([SMOOTH[0]] * turns[0].numel() + [SMOOTH[1]])
    optimizer = torch.optim.LBFGS(
        [turns, rise], max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe", tolerance_change=1e-3
    )

    def moved() -> tuple[Tensor, Tensor]:
        local = rotations.clone()
        local[:, ARMS] = local[:, ARMS] @ roma.rotvec_to_rotmat(turns * ease)
        return local, pelvis + RISE * rise[:, None] * pelvis.new_tensor([0, 0, 1])

    def loss() -> Tensor:
        optimizer.zero_grad()
        sunk = nnf.relu(-body.heights(*moved(), vertices, exact=False)) / DEPTH
        free = torch.cat([turns.flatten(1), rise[:, None]], dim=1)
        jump = free.diff(n=2, dim=0) if len(free) > 2 else free
        value = sunk.square().sum() + free.square().sum() + (smooth * jump.square()).sum()
        value.backward()
        return value

    optimizer.step(loss)
    local, pelvis = moved()
    return local.detach(), pelvis.detach()
