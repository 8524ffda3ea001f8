# %% [markdown]
# # 1 · From a caption to a moving body
#
# At the end of this notebook you can open a dataset of captioned motions and say what is in it. You can
# read a motion as the table of numbers that a network sees, take it apart and put it together again. And
# you know how those numbers become a body that walks: what SMPL wants, and what each of its inputs does.

# %% setup=true

# %% [markdown]
# The next cell fetches the tools of this notebook. Nothing in it is an exercise.

# %%
import math
from dataclasses import replace

import roma
import torch
from IPython.display import Video

import labkit
from labkit.body import load_body
from labkit.dataset import MotionDataset, mirror_sample
from labkit.metrics.physical import FEET
from labkit.models.normalizer import Normalizer
from labkit.motion import FPS, JOINT_NAMES, LAYOUT, Motion, decode, encode, join
from labkit.show import render_video
from labkit.show.figures import motion as figures

# %% [markdown]
# ## What the network learns from
#
# In this course a sentence goes in and a person moves: *"a person waves with the left hand"*, and somebody
# does. Nobody can write down the rule that leads from the words to the arm. A network can learn it, if we
# show it many motions together with what people say of them. Such a collection is what we look at first.
#
# We load the **starter set**, which comes with the course.

# %%
dataset = MotionDataset("starter")
body = load_body()
print(len(dataset), "motions")

# %% [markdown]
# To be honest about it: these motions were drawn by a trained network, one like those that you will write.
# Not all of the motion capture it was trained on may be passed on; what it draws may, though not for
# business. So expect people who mostly do what the caption says, on feet that skate and now and then sink
# into the floor. Further down you see how much.
#
# Do you hold real motion capture? `python -m labkit_data prepare --source humanml3d PATH` turns a HumanML3D
# folder into a set of the same form, likewise `bandai`, `cmu`, `accad` and `deepmimic`; `docs/data.md` says
# how to come by them. Then write `MotionDataset(["humanml3d"])`, `MotionDataset(["bandai", "cmu"],
# split="train")` or the like above: everything below works on it.
#
# One motion of the set is a `Sample`. Here is one:


# %%
def find(words, frames=0):
    """Samples whose first caption has these words and that are long enough; all where there are none."""
    return [s for s in dataset if words in s.captions[0] and len(s.x) >= frames] or dataset.samples


walk = find("the person walks and turns right", frames=100)[0]
print("name     ", walk.name)
print("captions ", *walk.captions, sep="\n   ")
print("x        ", tuple(walk.x.shape))

# %% [markdown]
# A name, a few captions, and a tensor `x`, which is the motion. Numbers say little, so let us see it move
# first. Drag to turn the body, click and scroll to come nearer; stop it, and the arrow keys go frame by
# frame. *Keys* lists the rest. (A row of pictures, and nothing to turn? Your browser has no WebGL, or may not
# run scripts here; `labkit.show.play(...)` makes a video of the same.)

# %% show=true
labkit.show(decode(walk.x), walk.captions[0])

# %% [markdown]
# ## Captions
#
# Each motion has one to three captions, written in different words. They say what happens, often how, and
# now and then on which side. Run the cell again for others.

# %%
for i in torch.randperm(len(dataset))[:6].tolist():
    print(" / ".join(dataset[i].captions))

# %% [markdown]
# It also goes the other way: many motions fit one caption. These three were all found under *waves with the
# left hand*. None of them is the right answer, and all of them are. (*Overlay* puts them into one place: which
# joints do they agree in?) That is why this course needs a network that *samples* motions: one that gave the
# average of all waves would hardly lift the arm.

# %% show=true
waves = find("waves with the left hand")[:3]
labkit.show([decode(s.x) for s in waves], [s.captions[0] for s in waves])

# %% [markdown]
# ## A motion is a table
#
# Now the numbers. Time runs in $F$ **frames**, 20 a second. Every frame is one row of $d$ numbers, its
# **features**, so a motion is $x \in \mathbb{R}^{F \times d}$. A row has five parts:
#
# $$x_f = [\; r_z,\;\; \dot r_x, \dot r_y,\;\; \dot\alpha,\;\; \theta,\;\; j \;]$$
#
# | symbol | name in the code | what it is | unit |
# |---|---|---|---|
# | $r_z$ | `root_height` | height of the pelvis, the body's *root*, over the floor | metres |
# | $\dot r_x, \dot r_y$ | `root_velocity` | the pelvis's way over the floor, seen by the body | m per frame |
# | $\dot\alpha$ | `yaw_velocity` | how far the body turns about the vertical | rad per frame |
# | $\theta$ | `rotations` | how 22 joints are turned, 6 numbers each | |
# | $j$ | `joints` | where the 23 other joints are, seen from the pelvis | metres |
#
# The dots say *change*: the step from this frame to the next. "Seen by the body" means: in a frame of
# reference that stands on the floor under the pelvis and always faces where the body faces. We call it the
# **heading frame**; the *heading* $\alpha$ is the direction in which the body faces, and it is left out of
# the root's rotation in $\theta$. The layout is that of Petrovich et al. (2024, "STMC").
#
# Here is one row of our walk, its fastest, drawn on the body. Choose others.

# %%
fastest = int(walk.x[:, LAYOUT["root_velocity"]].norm(dim=1).argmax())
figures.row_anatomy(walk.x, fastest, body.parents)

# %% [markdown]
# Why six numbers for a rotation, where three angles would do? Angles jump: 359° and 1° are neighbours, but
# their numbers are not. So the first two columns of the rotation matrix are stored instead; the third
# follows from them. They never jump, which networks like (Zhou et al. 2019).
#
# And all rows at once. Time runs to the right, each line is one feature, red where it is above its own
# average and blue below. Do you see the steps?

# %%
figures.feature_bands(walk.x)

# %% [markdown]
# ## Code 2 · Take it apart
#
# Your first exercise. Write `split_motion(x)`, which returns three things:
#
# * $F$ and $d$, in the code `F` and `D`, which you read from `x`; the next cell prints them;
# * a dict of the five parts, with the names of the table above.
#
# `LAYOUT` knows which columns belong to which name:

# %%
print(*LAYOUT.items(), sep="\n")

# %% [markdown]
# Two of the parts get one more dimension, so that a joint is a row of its own: `rotations` is $(F, 22, 6)$
# and `joints` is $(F, 23, 3)$. Numbers that belong to one joint are neighbours in `x`. `tensor.unflatten`
# does that in one call, `reshape` in another.

# %% exercise="code2"

# %% check="code2"

# %% [markdown]
# Stuck? `labkit.hint("code2")` gives a hint, and a further one at each call. After an honest attempt,
# `labkit.solution("code2")` shows ours, where the solutions are installed.
#
# ## Your parts at work
#
# From here on, what you wrote takes the walk apart.

# %%
F, D, parts = labkit.motion.split_motion(walk.x)
print(f"F = {F} frames, d = {D} features, {F / FPS:.1f} s")
for name, part in parts.items():
    print(f"{name:15}{tuple(part.shape)}")

# %% [markdown]
# **The root.** The pelvis bobs with every step. It moves forward nearly all the time, and somewhere it
# turns.

# %%
figures.root_curves(parts)

# %% [markdown]
# **Where did it go?** `x` never says where the body is, only how it moves: its speed and its turning. To
# get the path we add up. The heading first,
#
# $$\alpha_f = \sum_{g < f} \dot\alpha_g , \qquad
#   r_f = \sum_{g < f} R(\alpha_g)\, \dot r_g ,$$
#
# where $R(\alpha)$ turns a vector by $\alpha$, out of the heading frame and into the room. Both sums begin
# at zero: row $f$ holds the step *from* frame $f$ to the next.

# %%
yaw, velocity = parts["yaw_velocity"][:, 0], parts["root_velocity"]
heading = torch.cumsum(yaw, 0) - yaw  # the sum of all steps before this frame
cos, sin = heading.cos(), heading.sin()
rx, ry = velocity.unbind(1)
step = torch.stack([cos * rx - sin * ry, sin * rx + cos * ry], dim=1)
path = torch.cumsum(step, 0) - step

figures.floor_path({walk.captions[0]: (path, heading)})

# %% [markdown]
# Compare the path with the captions. Does it turn to the right side? As far as they say?
#
# `labkit.motion.decode` does the same sums on its way to a body. Do we agree?

# %%
print(f"largest difference: {(path - decode(walk.x).pelvis[:, :2]).abs().max():.1e} m")

# %% [markdown]
# **The joints.** `joints` gives us a stick figure without any body model: put the pelvis at its height, and
# the 23 others where they are, seen from it. Since we leave the path out, it walks on the spot and always
# faces the same way: that is the world as the network sees it.

# %%
pelvis = torch.zeros(F, 1, 3)
pelvis[..., 2] = parts["root_height"]
joints = torch.cat([pelvis, pelvis + parts["joints"]], dim=1)  # (F, 24, 3)

figures.filmstrip(joints, body.parents)

# %% [markdown]
# **The feet.** A foot that stands should not move over the floor. Below, a foot counts as standing while it
# is less than 2 cm above the height it has at rest. While a recorded walker stands on a foot, its speed is
# close to zero. What about ours, which a network drew?

# %%
world = labkit.motion.decode_joints(walk.x)[:, FEET[2:]]  # left and right foot, (F, 2, 3)
rest = body.rest_joints[FEET[2:], 1] - body.sole
speed = world[..., :2].diff(dim=0).norm(dim=-1) * FPS

figures.foot_contacts((world[..., 2] - rest)[:-1], speed)

# %% [markdown]
# Where a curve is high over a shaded stretch, the foot skates; heights below zero are feet in the floor.
# Keep this picture in mind: in notebook 4 it becomes a number, *foot sliding*, and it is one of the things
# in which real and generated motion differ most.
#
# Numbers and bodies, on one clock: the lines are the ways of the two wrists over the last second, the bars
# are the stretches shaded above.

# %%
figures.contact_strip(decode(walk.x), body)

# %% [markdown]
# You can look for it yourself in any player: choose *Trail: left foot*, which leaves a dot a frame. Where the
# foot stands, its dots should fall on one spot; a row of dots along the floor is a foot that skates.
#
# **And back.** `join` glues your parts together again. If nothing was lost or swapped, the result is `x`,
# and it drives a body. Then change a part before you join: what happens with half the steps? With the
# turning reversed? Try your own, with *Path* and *Overlay* switched on.

# %%
changed = dict(parts)
changed["yaw_velocity"] = -parts["yaw_velocity"]
print("all back:", torch.equal(join(parts), walk.x))

# %% show=true
labkit.show([decode(join(parts)), decode(join(changed))], ["your parts, joined", "turning reversed"])

# %% [markdown]
# ## A body: SMPL
#
# A stick figure has no skin. **SMPL** (Loper et al. 2015) is a function that gives it one: a few parameters
# go in, the surface of a body comes out, thousands of corners (*vertices*) joined by triangles. It takes
# four inputs:
#
# | input | what it says |
# |---|---|
# | `betas` | the person: tall or short, slim or broad |
# | `body_pose` | how each joint is turned, seen from the joint before it in the skeleton |
# | `global_orient` | how the whole body is turned in the room |
# | `transl` | where it is |
#
# A rotation here is an **axis-angle**: three numbers, whose direction is the axis and whose length is the
# angle in radians. SMPL turns 23 joints; the last two, the hands, stay at rest in this course, so that 21
# are left. A `Motion` of labkit holds all but the `betas`.
#
# The official SMPL file needs a licence, so the course brings an open body in the same format. If you hold
# the official one, `load_body("path/to/SMPL_NEUTRAL.pkl")` takes its place and nothing else changes.
#
# We begin with a body that does nothing. `body_pose` is all zeros, which is the *rest pose*, arms stretched
# out.

# %%
standing = Motion(
    global_orient=torch.tensor([[math.pi / 2, 0, 0]]),  # SMPL lies on its back in our room: stand up first
    body_pose=torch.zeros(1, 63),
    pelvis=torch.tensor([[0, 0, body.rest_joints[0, 1] - body.sole]]),
)
print(body.vertices(standing).shape[1], "vertices,", len(body.faces), "triangles")

# %% [markdown]
# **`body_pose`: one joint at a time.** Joint $k$ (1 to 21) has the three numbers from $3(k-1)$ on. Turn one
# of them and the limb below it follows. Choose other joints from `JOINT_NAMES`.


# %%
def turned(joint, degrees):
    """The standing body with one joint turned by (x, y, z) degrees, as an axis-angle."""
    pose, k = torch.zeros(1, 63), JOINT_NAMES.index(joint) - 1
    pose[0, 3 * k : 3 * k + 3] = torch.tensor(degrees) * math.pi / 180
    return replace(standing, body_pose=pose)


def in_a_row(motions):
    return Motion(*(torch.cat([getattr(m, name) for m in motions]) for name in vars(standing)))


tries = dict(left_shoulder=(0, 0, -70), right_elbow=(0, 90, 0), right_knee=(80, 0, 0), spine1=(40, 0, 0))
poses = [standing] + [turned(joint, degrees) for joint, degrees in tries.items()]
figures.bodies(in_a_row(poses), body, ["all zero", *tries])

# %% [markdown]
# **`betas`: another person.** Each of the ten numbers blends one direction of body shape into the template,
# in units of standard deviations. Nothing tells us beforehand what a direction means; we look. (They belong
# to the body file: betas of the official SMPL mean other shapes.)

# %%
betas = torch.zeros(5, 10)
betas[1, 0], betas[2, 0], betas[3, 1], betas[4, 1] = 2, -2, 2, -2
labels = ["all zero", "betas[0] = 2", "betas[0] = −2", "betas[1] = 2", "betas[1] = −2"]
figures.bodies(in_a_row([standing] * 5), body, labels, betas)

# %% [markdown]
# **`global_orient` and `transl`: turn and move.** Here the pose stays at rest while the body turns by 60°
# and 120° about the vertical, and then moves half a metre to its left.
#
# One trap: a `Motion` of labkit holds the position of the *pelvis*. SMPL's `transl` is what the whole body
# is shifted by, so the two differ by where the pelvis is at rest. `body.transl(motion)` converts.


# %%
def about_vertical(motion, degrees):
    """The whole motion turned about the vertical axis of the room."""
    turn = roma.rotvec_to_rotmat(torch.tensor([0.0, 0.0, math.radians(degrees)]))
    rotations = motion.rotations()
    rotations[:, 0] = turn @ rotations[:, 0]
    return Motion.from_rotations(rotations, motion.pelvis @ turn.T)


moved = replace(standing, pelvis=standing.pelvis + torch.tensor([0.5, 0, 0]))
changes = [standing, about_vertical(standing, 60), about_vertical(standing, 120), moved]
print("moved: pelvis", moved.pelvis[0].numpy().round(2), " transl", body.transl(moved)[0].numpy().round(2))
figures.bodies(in_a_row(changes), body, ["as it was", "60°", "120°", "+0.5 m in x"])

# %% [markdown]
# **All of it, over time.** `decode` turns rows of `x` into these parameters: it adds up the velocities as
# you did, and turns 6D rotations into axis-angles. SMPL does the rest. A player stays in its notebook; to
# send a motion to somebody, make it a video. This is `smpl.mp4`:

# %% show=true
video = render_video("out/smpl.mp4", decode(join(parts)), body, walk.captions[0], progress=False)
Video(video, embed=True, html_attributes="controls loop autoplay muted")

# %% [markdown]
# The file lies in `out/`. Without a notebook you get it from a terminal, with the name of any motion:
# `python -m labkit visualize sampled_003` (or a number). `--source` takes another set, `--body` another body.
#
# ## Why the heading frame?
#
# A walk to the north and a walk to the east are the same walk. A network that saw positions in the room
# would have to learn it anew for each direction. What does `x` say of it? We turn the whole motion, encode
# it again, and compare.

# %%
motion = decode(walk.x)
others = {f"turned by {a}°": about_vertical(motion, a) for a in (90, 200)}
for name, other in others.items():
    room = (body.joints(other) - body.joints(motion)).abs().max()
    table = (encode(other, body.joints(other)) - encode(motion, body.joints(motion))).abs().max()
    print(f"{name}: joints move by up to {room:.2f} m, x changes by {table:.0e}")

# %%
every = {"as it was": motion} | others
figures.floor_path({n: (m.pelvis, labkit.motion.heading(m.rotations()[:, 0])) for n, m in every.items()})

# %% [markdown]
# Three paths, one `x`. The price: where the motion starts and which way it faces is not stored. Decoded
# motion begins at the origin, facing one fixed way, and we lose nothing that a caption would talk about.
#
# ## Twice as much for free: mirroring
#
# In a mirror, left becomes right. For `x` that is only swapping features and flipping signs; the captions
# must swap their words as well, or we would teach the network to confuse its hands. (*"right away"* stays
# as it is.) Press *Overlay* below, and turn the two until you look at them from the front: each is the
# other's mirror image.

# %%
wave = find("waves with the left hand")[0]
twin = mirror_sample(wave)

# %% show=true
labkit.show([decode(wave.x), decode(twin.x)], [wave.captions[0], twin.captions[0]])

# %% [markdown]
# `MotionDataset("starter", mirror=True)` adds a twin to every motion. Two mirrors give the original back,
# exactly:

# %%
print(torch.equal(labkit.motion.mirror(labkit.motion.mirror(wave.x)), wave.x))

# %% [markdown]
# ## One scale for all features
#
# A pelvis is about a metre high, and in one frame it moves a few centimetres. To a network the first would
# shout and the second whisper. So every feature is **z-scored** over all frames of the set, with its own
# mean $\mu$ and standard deviation $\sigma$:
#
# $$z = \frac{x - \mu}{\sigma}$$

# %%
rows = torch.cat([s.x for s in dataset])  # all frames of all motions, (N, d)
normalizer = Normalizer(rows.shape[1])
normalizer.fit(rows)

wrist = LAYOUT["joints"].start + 3 * (JOINT_NAMES.index("left_wrist") - 1) + 2
columns = {"root height": 0, "velocity along y": 2, "turning": 3, "height of left wrist": wrist}
figures.zscores(rows, columns, normalizer.mean, normalizer.std)

# %% [markdown]
# Left, the velocities are needles beside the heights. Right, all four speak equally loud. What a network
# predicts is $z$; `normalizer.inverse` leads back. Mean and deviation are part of a network's weights: with
# others, its motions would come out wrong.
#
# A few features hardly ever change: seen from the pelvis, the hips stay nearly where they are. Dividing by
# their tiny $\sigma$ would blow up noise, so a smaller $\sigma$ than 0.02 is set to 0.02:

# %%
flat = int((rows.std(0) < 0.02).sum())
print(f"{flat} of {rows.shape[1]} features have a smaller deviation than 0.02")

# %% [markdown]
# ## How much is there?
#
# Before you trust a dataset, count. Here are the length of each motion in seconds and of each caption in
# words.

# %%
seconds = [len(s.x) / FPS for s in dataset]
words = [len(caption.split()) for s in dataset for caption in s.captions]
figures.lengths(seconds, words)

# %% [markdown]
# For Q1 you need four figures of the set that you loaded: the two lists hold all of them. Compute them in
# the next cell. Do your means lie where the dashed lines are? A pile at the right end of the seconds would
# say that motions were cut at a longest length.

# %%
# how many motions, how many captions, the mean length of each?

# %% [markdown] question="q1" points=3
# **Q1.** How many motions and how many captions has the set that you loaded? How long is a motion on
# average, in seconds, and a caption, in words? HumanML3D's authors publish 14,616 motions, 44,970 captions,
# 7.1 s and 12 words. Compare: name one difference that you expect to matter for a network trained on your
# set, and say why.

# %% [markdown] rubric="q1"
# **3 points.** 1: the four figures, right for the set that the learner loaded (`python -m labkit data`
# prints them for the starter set, `--source NAME` for another). 1: a comparison with HumanML3D that puts
# numbers side by side (for instance "about a fiftieth of the motions, captions half as long"). 1: one
# difference with a reason why it matters.
#
# **Model answer.** The starter set has a few hundred motions with two to three captions each; they last
# between 4 and 5 s, the captions have 6 to 7 words (`labkit data` prints the exact figures). HumanML3D has
# roughly fifty times as many motions, lasts 1.6 times as long a motion and takes twice as many words. With
# so few motions a network sees few actions and few ways of doing each: it will learn them by heart and fail
# on others. Short captions name an action and a side, hardly ever a sequence ("walks, then sits down"), so
# the network cannot learn to follow one.
#
# **Common misunderstandings.** Frames taken for seconds (divide by 20). A mean of each motion's mean
# caption length in the place of the mean over all captions: nearly the same here, accept it where it is
# said. "More data is better" without a reason is no reason. Mirror images are no new captions of a human:
# who loaded with `mirror=True` has twice as much, accept where it is said. For one's own data other figures
# are right.

# %% [markdown] question="q2" points=4
# **Q2.** SMPL takes `betas`, `body_pose`, `global_orient` and `transl`. Say for each what it means, its
# shape for a motion of $F$ frames, and whether it changes from frame to frame. What do the three numbers of
# one rotation mean?

# %% [markdown] rubric="q2"
# **4 points**, one for each input, half for its meaning and half for its shape. Take off half a point where
# the axis-angle is not explained, and half where `betas` change with time. Not below 0.
#
# **Model answer.** `betas` (10,), the body's shape as coefficients of ten directions of shape (principal
# components, in standard deviations): one person, so constant over the motion; (1, 10) or (F, 10) with
# equal rows is right as well. `body_pose` (F, 63), or (F, 69) with the two hands: the rotations of 21 (23)
# joints relative to their parents, 3 numbers each. `global_orient` (F, 3): the rotation of the root, that
# is, of the whole body in the room. `transl` (F, 3): the shift of the whole body in metres; it is the
# pelvis's position minus that of the pelvis at rest. Rotations are axis-angles: direction = axis, length =
# angle in radians.
#
# **Common misunderstandings.** `body_pose` as joint positions. `body_pose` with the root in it (66 or 72:
# that is SMPL's `pose`, accept it if the root is named). Three numbers of a rotation as Euler angles.
# `transl` as the pelvis's position. `betas` as lengths of bones, or as something that changes while one
# moves.

# %% [markdown]
# For self-learners, after you have answered: Q1 can be checked with `python -m labkit data`, Q2 with
# the docstrings of `Motion` and `Body` (`help(Motion)`) and with the pictures above.
#
# ## What comes next
#
# You can now read a motion as the network does, and turn what a network gives into a person. In **notebook
# 2** you build that network, three times: each takes noisy rows of `x` and a caption, and they differ only
# in how the caption gets in.
