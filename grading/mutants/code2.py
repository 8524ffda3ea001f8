"""Wrong answers to Code 2."""

import torch

from grading.bank import mutant
from labkit.motion import LAYOUT


def right(x):
    """The parts as they should be, for mutants that change some of them."""
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(len(x), 22, 6)
    parts["joints"] = parts["joints"].reshape(len(x), 23, 3)
    return parts


def with_parts(**spoilt):
    """A split_motion that is right but for these parts: functions of x by name, None leaves the part out."""

    def split_motion(x):
        parts = right(x) | {name: make and make(x) for name, make in spoilt.items()}
        return *x.shape, {name: part for name, part in parts.items() if part is not None}

    return split_motion


def every_part(change):
    """A split_motion that is right but for a change to every part."""

    def split_motion(x):
        return *x.shape, {name: change(part) for name, part in right(x).items()}

    return split_motion


# ------------------------------------------------------------------------------------------------------------
#                                             The returned value
# ------------------------------------------------------------------------------------------------------------


@mutant("split_motion returns nothing, it only prints. End it with `return F, D, parts`")
def prints_only():
    def split_motion(x):
        right(x)

    return split_motion


@mutant("You return x.shape as one value: return F and D separately, then the parts")
def shape_as_one():
    def split_motion(x):
        return x.shape, right(x)

    return split_motion


@mutant("F and D are missing: return three values, F, D and the dict")
def parts_only():
    def split_motion(x):
        return right(x)

    return split_motion


@mutant("The parts come one by one: gather them in one dict, by name, after F and D")
def six_results():
    def split_motion(x):
        return *x.shape, *right(x).values()

    return split_motion


@mutant("The parts are in a list: make it a dict, so that each is found by its name")
def list_of_parts():
    def split_motion(x):
        return *x.shape, list(right(x).values())

    return split_motion


# ------------------------------------------------------------------------------------------------------------
#                                                   F and D
# ------------------------------------------------------------------------------------------------------------


@mutant("F and D are swapped: a row of x is a frame, a column a feature")
def swapped_sizes():
    def split_motion(x):
        return *reversed(x.shape), right(x)

    return split_motion


@mutant("F and D are tensors: they should be plain int, as x.shape holds them")
def sizes_as_tensors():
    def split_motion(x):
        return *torch.tensor(x.shape), right(x)

    return split_motion


@mutant("F and D are float: counts are int, as x.shape holds them")
def sizes_as_floats():
    def split_motion(x):
        return *map(float, x.shape), right(x)

    return split_motion


@mutant("D is 205 whatever x is: read it from x.shape, do not use a constant")
def constant_width():
    def split_motion(x):
        return len(x), 205, right(x)

    return split_motion


@mutant("D is 5, the number of parts: D counts the columns of x")
def number_of_parts():
    def split_motion(x):
        return len(x), len(LAYOUT), right(x)

    return split_motion


# ------------------------------------------------------------------------------------------------------------
#                                              Names and columns
# ------------------------------------------------------------------------------------------------------------


@mutant("yaw_velocity is missing from the dict: it is column 3")
def no_yaw_velocity():
    return with_parts(yaw_velocity=None)


@mutant("The three parts of the root are missing from the dict: height, planar velocity and yaw velocity")
def no_root():
    return with_parts(root_height=None, root_velocity=None, yaw_velocity=None)


@mutant(
    "The first four columns stay together: they are three parts, root_height, root_velocity, yaw_velocity"
)
def root_in_one():
    def split_motion(x):
        parts = right(x)
        return *x.shape, {"root": x[:, :4], "rotations": parts["rotations"], "joints": parts["joints"]}

    return split_motion


@mutant("The parts are named by the symbols of the paper: the dict's keys are the names in LAYOUT")
def symbols_as_names():
    def split_motion(x):
        return *x.shape, dict(zip(("r_z", "r_xy", "alpha", "theta", "j"), right(x).values()))

    return split_motion


@mutant("The parts are numbered: the dict's keys are the names in LAYOUT")
def numbers_as_names():
    def split_motion(x):
        return *x.shape, dict(enumerate(right(x).values()))

    return split_motion


@mutant(
    "yaw_velocity and root_velocity have each other's columns: after the height come two columns of "
    "root_velocity, then one of yaw_velocity"
)
def yaw_before_velocity():
    return with_parts(yaw_velocity=lambda x: x[:, 1:2], root_velocity=lambda x: x[:, 2:4])


@mutant("root_height is not the first column in your split: height comes before the velocities")
def height_after_velocity():
    return with_parts(root_height=lambda x: x[:, 2:3], root_velocity=lambda x: x[:, 0:2])


@mutant("Each of the first parts begins a column late: Python counts columns from 0")
def root_from_one():
    return with_parts(
        root_height=lambda x: x[:, 1:2],
        root_velocity=lambda x: x[:, 2:4],
        yaw_velocity=lambda x: x[:, 4:5],
    )


@mutant("Rotations begin one column late, at 5: the slice 4:136 holds columns 4 to 135")
def rotations_one_late():
    return with_parts(rotations=lambda x: x[:, 5:137].reshape(len(x), 22, 6))


@mutant("Rotations and joints begin one column early: the rotations come after four columns")
def one_early():
    return with_parts(
        rotations=lambda x: x[:, 3:135].reshape(len(x), 22, 6),
        joints=lambda x: x[:, 135:204].reshape(len(x), 23, 3),
    )


@mutant("Rotations begin one column early, at 3: that column is the yaw velocity")
def rotations_one_early():
    return with_parts(rotations=lambda x: x[:, 3:135].reshape(len(x), 22, 6))


@mutant("Joints begin one column early, at 135: that column is the last of the rotations")
def joints_one_early():
    return with_parts(joints=lambda x: x[:, 135:204].reshape(len(x), 23, 3))


@mutant("Joints are taken from before the rotations: rotations come first, joints are the last 69 columns")
def joints_first():
    return with_parts(
        rotations=lambda x: x[:, 73:].reshape(len(x), 22, 6),
        joints=lambda x: x[:, 4:73].reshape(len(x), 23, 3),
    )


@mutant("The parts are not the numbers of x: was x normalised? Leave the values unchanged")
def normalised():
    def split_motion(x):
        return *x.shape, right((x - x.mean(0)) / (x.std(0) + 1e-8))

    return split_motion


# ------------------------------------------------------------------------------------------------------------
#                                                    Shapes
# ------------------------------------------------------------------------------------------------------------


@mutant("root_height and yaw_velocity lost an axis: (F, 1), not (F,). x[:, 0:1] keeps it, x[:, 0] drops it")
def single_columns_flat():
    return with_parts(root_height=lambda x: x[:, 0], yaw_velocity=lambda x: x[:, 3])


@mutant("root_height has lost an axis: (F, 1), not (F,). x[:, 0:1] keeps it, x[:, 0] drops it")
def height_flat():
    return with_parts(root_height=lambda x: x[:, 0])


@mutant("Axes of length 1 are dropped: is there a squeeze()? root_height is (F, 1), and F may be 1 too")
def squeezed():
    return every_part(lambda part: part.squeeze())


@mutant(
    "Rotations and joints are still flat: reshape them to one row for each joint, (F, 22, 6) and (F, 23, 3)"
)
def both_flat():
    return with_parts(rotations=lambda x: x[:, 4:136], joints=lambda x: x[:, 136:])


@mutant("The rotations are still flat, (F, 132): 132 numbers are 22 joints with six each")
def rotations_flat():
    return with_parts(rotations=lambda x: x[:, 4:136])


@mutant("The joints are still flat, (F, 69): 69 numbers are 23 joints with three each")
def joints_flat():
    return with_parts(joints=lambda x: x[:, 136:205])


@mutant(
    "Rotations are (F, 6, 22) and joints (F, 3, 23) in your split: the joints' axis comes before the numbers"
)
def both_numbers_first():
    return with_parts(
        rotations=lambda x: x[:, 4:136].reshape(len(x), 6, 22),
        joints=lambda x: x[:, 136:205].reshape(len(x), 3, 23),
    )


@mutant("Rotations are (F, 6, 22) in your split: the 22 joints come first, then six numbers each")
def six_by_joints():
    return with_parts(rotations=lambda x: x[:, 4:136].reshape(len(x), 6, 22))


@mutant(
    "The shapes are right, but numbers of different joints are mixed: the six (or three) numbers of a "
    "joint are adjacent in x, so reshape directly to (F, 22, 6) and (F, 23, 3), without a transpose"
)
def interleaved():
    return with_parts(
        rotations=lambda x: x[:, 4:136].reshape(len(x), 6, 22).transpose(1, 2),
        joints=lambda x: x[:, 136:205].reshape(len(x), 3, 23).transpose(1, 2),
    )


@mutant("F is the last axis: the frames are the first axis of every part")
def frames_last():
    return every_part(lambda part: part.movedim(0, -1))


@mutant("There is an axis of length 1 before the frames: x is one motion, not a batch of one")
def batch_of_one():
    return every_part(lambda part: part[None])


@mutant("Only the first frame is split: x[:, columns] takes every row, x[0, columns] one")
def first_frame():
    return every_part(lambda part: part[0])


@mutant("Rows are cut where columns should be: x[columns] takes frames, x[:, columns] takes features")
def rows_for_columns():
    def split_motion(x):
        return *x.shape, {name: x[columns] for name, columns in LAYOUT.items()}

    return split_motion


@mutant("There are 24 joints in your split: x has no positions of the pelvis, the others are relative to it")
def pelvis_added():
    return with_parts(
        joints=lambda x: torch.cat([torch.zeros(len(x), 1, 3).to(x), right(x)["joints"]], dim=1)
    )


@mutant("Rotations are read as 24 joints of three numbers (SMPL's axis-angle): here it is 22 of six")
def axis_angle():
    return with_parts(rotations=lambda x: x[:, 4:76].reshape(len(x), 24, 3))


# ------------------------------------------------------------------------------------------------------------
#                                                     Kind
# ------------------------------------------------------------------------------------------------------------


@mutant("The parts are NumPy arrays: leave them tensors, as x is")
def arrays():
    return every_part(lambda part: part.numpy())


@mutant("The parts are lists: leave them tensors, as x is")
def nested_lists():
    return every_part(lambda part: part.tolist())


@mutant("The parts are float32 whatever x is: keep the dtype of x")
def always_float32():
    return every_part(lambda part: part.float())


# ------------------------------------------------------------------------------------------------------------
#                                         Numbers, sizes and side effects
# ------------------------------------------------------------------------------------------------------------


@mutant("The signs are missing: the parts are the numbers of x unchanged, including negative ones")
def absolute_values():
    return every_part(lambda part: part.abs())


@mutant("Negative numbers are cut off at 0: the parts are the numbers of x as they are")
def negative_cut_off():
    return every_part(lambda part: part.clamp(min=0))


@mutant("Numbers are clamped to ±10: the parts are the numbers of x as they are")
def clamped_to_10():
    return every_part(lambda part: part.clamp(-10, 10))


def unit_columns(rotations):
    """Rotations (F, 22, 6) with both columns normalised to length 1."""
    columns = rotations.unflatten(-1, (2, 3))
    return (columns / columns.norm(dim=-1, keepdim=True)).flatten(-2)


@mutant("The rotations' columns are normalised to length 1: return the numbers of x as they are")
def rotations_normalised():
    return with_parts(rotations=lambda x: unit_columns(right(x)["rotations"]))


@mutant("The rotations are normalised to length 1 in x itself: leave x as it is, and return its numbers")
def rotations_normalised_in_place():
    def split_motion(x):
        parts = right(x)
        parts["rotations"].copy_(unit_columns(parts["rotations"]))
        return *x.shape, parts

    return split_motion


@mutant("The root's height is added to the joints: joints are relative to the pelvis here, as they are in x")
def height_added():
    return with_parts(joints=lambda x: right(x)["joints"] + x[:, :1, None] * torch.tensor([0, 0, 1]).to(x))


@mutant("The root's height is added to the joints in x itself: leave x as it is, and return its numbers")
def height_added_in_place():
    def split_motion(x):
        parts = right(x)
        parts["joints"][..., 2] += parts["root_height"]
        return *x.shape, parts

    return split_motion


@mutant("float64 goes through float32 here and loses digits: keep the dtype of x throughout")
def through_float32():
    return every_part(lambda part: part.float().to(part.dtype))


@mutant("Only the first three frames are split: take them all, however many there are")
def three_frames():
    def split_motion(x):
        return *x.shape, right(x[:3])

    return split_motion


@mutant("The parts of the previous call are returned: every call splits its own x")
def kept_from_the_call_before():
    memory = {}

    def split_motion(x):
        key = x.shape, x.dtype
        before = memory.get(key, x)
        memory[key] = x
        return *x.shape, right(before)

    return split_motion


@mutant("Parts are stored by the shape of x and returned for other motions of it: split x in every call")
def stored_by_shape():
    memory = {}

    def split_motion(x):
        return memory.setdefault(x.shape, (*x.shape, right(x)))

    return split_motion


@mutant("x is changed in place: arguments must not change")
def overwritten():
    def split_motion(x):
        parts = right(x.clone())
        x -= x.mean(0)
        return *x.shape, parts

    return split_motion
