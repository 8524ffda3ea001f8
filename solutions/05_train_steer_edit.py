# %% [markdown]
# # 5 · Train, steer, edit
#
# So far you have used networks that others trained. In this notebook you train one yourself, on the motions that
# come with the course. Then you *steer* a network, by making the effect of the caption larger
# (classifier-free guidance). And you *edit*: a part of a motion is given, and the sampler completes it.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 13 | the loss of a training step, and the moving average of the weights | 3 | 30 | notebook 03 |
# | Code 14 | classifier-free guidance | 2 | 20 | notebook 03 |
# | Code 15 | editing by replacement | 2 | 20 | Code 7 helps, and is not required |
# | Code 16 | resampling, which is meant to reduce the seams of Code 15 | 4 | 30 | Code 15 |
#
# The points of this notebook are extra credit, unless your instructor decides otherwise. The exercises do not
# depend on each other's answers, apart from Code 16, whose pictures use your Code 15.
#
# Symbols and papers: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# `labkit.use_mine` plugs in your answers to Code 4 (the network's methods), Code 6 (the loss), Code 7 (the DDPM step)
# and Code 10 (the Fréchet distance), which were stored when they passed their checks. A recorded solution takes the
# place of an answer that is not there, and the output names it. Code 13, 15 and 16 have none: the pictures below them
# need your own answers.

# %%
import copy
import time

import numpy as np
import torch

from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset, pad
from labkit.diffusion import (
    SamplingConfig,
    Schedule,
    edit,
    ema_update,
    sample,
    training_loss,
)
from labkit.evaluate import choose_captions, sample_captions
from labkit.metrics import bootstrap, frechet_distance, prdc, retrieval
from labkit.metrics.actions import raise_hand, walk, wave
from labkit.metrics.posture import to_open_body
from labkit.models import Normalizer, make_denoiser
from labkit.motion import FPS, JOINT_NAMES, LAYOUT, N_ROTATIONS, D, decode, smooth
from labkit.progress import bar
from labkit.reference import load_reference
from labkit.show.figures import diffusion, editing

labkit.use_mine("code4", "code6", "code7", "code10")
body, conditioner = load_body(), load_text().to(device)
starter = MotionDataset("starter", mirror=True)


def joints_of(x):
    """Joints (F, 24, 3) of a motion x (F, D), on the open body."""
    return body.joints(decode(x.cpu()))


def share(rule, motions, *arguments):
    """Of how many motions a rule of `labkit.metrics.actions` holds, in words."""
    hits = sum(bool(rule(to_open_body(joints_of(x)), *arguments)) for x in motions)
    return f"{hits} of {len(motions)}"


print(f"{len(starter)} motions: the starter set and its mirror images")

# %% [markdown]
# ## A small network of your own
#
# [Ho et al. 2020](https://arxiv.org/abs/2006.11239) state training as their algorithm 1:
#
# > (in short) **repeat**: sample a motion $x_0$ from the data; a step $t\sim\mathrm{Uniform}$; noise
# > $\varepsilon\sim\mathcal N(0,I)$; take a gradient step on
# > $\big\lVert\varepsilon-\varepsilon_\theta(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon,\;t)\big\rVert^2$
# > **until** converged.
#
# Here the network predicts $x_0$ in the place of $\varepsilon$ (notebook 03). Three things are added in practice.
#
# - **Condition dropout** ([Ho & Salimans 2021](https://arxiv.org/abs/2207.12598), algorithm 1): with a small probability
#   the caption is withheld. The same network then learns two predictions, $\hat x(x_t,c)$ and
#   $\hat x(x_t,\varnothing)$. Code 14 needs both.
# - **AdamW**, an optimizer that divides each weight's step by the recent size of its gradient, and makes all weights a
#   little smaller in each step (the W: weight decay); and a learning rate that rises at the start and falls at the end.
# - An **exponential moving average** (EMA) of the weights $\theta$ (Ho et al. 2020, appendix B). With a decay $\mu$ near 1,
#   $$\bar\theta \leftarrow \mu\,\bar\theta + (1-\mu)\,\theta .$$
#   The gradient of one batch is noisy, and so are the weights of any one step. Their average is less noisy. It is
#   used for sampling, and never for training.

# %% [markdown]
# ### Code 13 · A training step
#
# Two functions. `training_loss` is the body of algorithm 1 with condition dropout: sample steps, noise and which
# captions are withheld, and return the mean loss. `ema_update` is the equation above, for one tensor of weights.
# The loop around them is given below: `backward`, AdamW, the learning rate.
#
# *Difficulty 3 of 5 · 30 minutes · needs notebook 03. Stretch: sample one step $t$ from each of B equal parts of
# the schedule, instead of B independent ones. Why does the loss of a batch then vary less?*

# %% exercise="code13"

# %% check="code13"

# %% [markdown]
# Hints: `labkit.hint("code13")`. After your own attempt: `labkit.solution("code13")`.
#
# The network is an adaLN DiT like that of notebook 02, with width 112 and 4 blocks. It is trained from random
# weights. Its normalizer and its linear filter are fitted to the data first, since they need no training.

# %%
captions = sorted({caption for s in starter for caption in s.captions})
row, features = {caption: i for i, caption in enumerate(captions)}, conditioner(captions)


def new_network(prediction_type="sample", filtered=True):
    """An untrained network and its schedule. filtered: with the linear filter, which estimates x0?"""
    torch.manual_seed(0)
    schedule = Schedule(1000, "cosine", prediction_type)
    network = make_denoiser(
        "adaln", D, schedule.T, d_text=conditioner.tower.width, width=112, depth=4, heads=4
    )
    network.normalizer.fit(torch.cat([s.x for s in starter]))
    if filtered:  # otherwise the filter's estimate is 0, and the network's output is the prediction
        network.filter.fit([network.normalizer(s.x) for s in starter], schedule.alphas_cumprod)
    return network.to(device), schedule.to(device)


def batches(network, size=32, longest=80):
    """Random motions of the starter set, z-scored, with one of their captions: x0, mask, text.

    Of a motion of more than `longest` frames it is a random window of so many, which saves time; shorter ones are padded.
    """
    generator = torch.Generator().manual_seed(0)

    def below(n):
        return int(torch.randint(n, (), generator=generator))

    while True:
        chosen = [starter[below(len(starter))] for _ in range(size)]
        starts = [below(max(1, len(s.x) - longest + 1)) for s in chosen]
        x, mask = pad([s.x[start : start + longest] for s, start in zip(chosen, starts)])
        words = [s.captions[below(len(s.captions))] for s in chosen]
        yield (
            network.normalizer(x.to(device)),
            mask.to(device),
            features[torch.tensor([row[c] for c in words])],
        )


def train(
    network, schedule, steps, condition_dropout=0.1, rate=1e-3, decay=0.99, size=32, falls=True, callback=None
):
    """Algorithm 1 → the averaged network, and the loss of each step.

    size: motions in a batch. falls: does the learning rate fall at the end? callback: called after each step with
    its number and both sets of weights by name.
    """
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(network.parameters(), rate, betas=(0.9, 0.99), weight_decay=0.01)
    losses, network = [], network.train()
    for step, (x0, mask, text) in zip(bar(range(steps), "training"), batches(network, size)):
        loss = training_loss(network, schedule, x0, mask, text, condition_dropout)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:  # up over 50 steps, then down on a cosine
            fallen = 0.01 + 0.99 * np.cos(step / steps * np.pi / 2) ** 2 if falls else 1
            group["lr"] = rate * min(1, (step + 1) / 50) * fallen
        optimizer.step()
        mu = min(decay, (1 + step) / (10 + step))  # at the start the average should forget quickly
        with torch.no_grad():
            for a, w in zip(average.parameters(), network.parameters()):
                a.copy_(ema_update(a, w, mu))
        losses.append(loss.item())
        if callback:
            callback(step + 1, {"newest": network, "average": average})
    return average, losses


# %% [markdown]
# 800 steps take two to three minutes on a CPU. (Fewer are enough to see the loss fall.)

# %% show=true
STEPS = 800
own, own_schedule = new_network()
began = time.perf_counter()
average, losses = train(own, own_schedule, STEPS)
print(f"{STEPS} steps of 32 motions in {time.perf_counter() - began:.0f} s on {device}")
editing.training_curve(losses)

# %% [markdown]
# Does it do what a caption asks for? 12 motions for each hand, and the rule for "raises the hand" of
# `labkit.metrics.actions`, which measures joints and does not use the network:

# %% show=true
raised = {}
config = SamplingConfig(steps=25, guidance_scale=2, guidance_below=1, seed=1)  # all steps are guided
for side in ("left", "right"):
    text, lengths = conditioner([f"a person raises the {side} hand"] * 12), torch.full((12,), 60)
    raised[side] = sample(average, own_schedule, text, lengths, config)
    print(f"{side:5} hand raised, as asked: {share(raise_hand, raised[side], side)}")
labkit.show(
    [decode(smooth(raised[side][0].cpu(), 1.0)) for side in raised], [f"yours: {side}" for side in raised]
)

# %% [markdown]
# ### With the average and without
#
# At the end of the training above the learning rate is nearly 0. So the last weights hardly differ from each other, and
# their average hardly from the newest. What an average does is seen where the steps are noisy. Here is a training with
# batches of only 4 motions, and with a learning rate that is ten times as high and does not fall. During it we measure
# the error of both sets of weights, the newest and their average: the mean squared error of $x_0$, on eight motions of
# the starter set. The networks were trained on them, so this measures the fit, and not new motions.

# %%
judged = torch.tensor([2, 10, 30, 60, 100, 200, 300, 400, 500, 600, 700, 800, 900, 980])
eight, eight_mask, eight_text = (part[:8] for part in next(batches(new_network()[0])))
noise = torch.randn(eight.shape, generator=torch.Generator().manual_seed(1)).to(device)


def predicted_x0(network, schedule, step, drop=False):
    """x0 (8, F, D) as the network estimates it at one step, whatever it predicts. drop: without captions?"""
    t, drop = (torch.full((len(eight),), value, device=device) for value in (int(step), drop))
    x_t = schedule.q_sample(eight, t, noise)
    return schedule.split(network(x_t, t, eight_text, eight_mask, drop), x_t, t)[0]


@torch.no_grad()
def error_of_x0(network, schedule, step, drop=False):
    """Mean squared error of that estimate, over real frames."""
    return ((predicted_x0(network, schedule, step, drop) - eight)[eight_mask] ** 2).mean().cpu()


def errors_of_x0(network, schedule):
    return torch.stack([error_of_x0(network, schedule, step) for step in judged])


# %% show=true
measured_at, watched = [], {"newest": [], "average": []}


def measure(step, weights):
    if step % 20 == 0:
        measured_at.append(step)
        for name, weight in weights.items():
            watched[name].append(errors_of_x0(weight, own_schedule))


train(new_network()[0], own_schedule, 240, rate=1e-2, size=4, falls=False, callback=measure)
errors = {name: torch.stack(found) for name, found in watched.items()}  # (measurements, steps t)
over_time = {name: found.mean(1) for name, found in errors.items()}
editing.during_training(measured_at, over_time, ("average", "newest"))

# %% [markdown]
# *How much does the error of the newest weights change from one measurement to the next, and how much that of the
# average? Is the average ever worse?* Now by noise level, as a mean over the second half of this training. *Where does
# the average reduce the error most?*

# %% show=true
late = {name: found[len(found) // 2 :].mean(0) for name, found in errors.items()}
diffusion.loss_by_step(judged, late, own_schedule, ("average", "newest"))

# %% [markdown]
# ### What the network predicts: $\varepsilon$, $x_0$ or $v$
#
# Three networks, 80 steps each, that differ in what they are asked to predict. None of them has the linear filter, which
# estimates $x_0$ and so would help one of them only. All three are compared by the error of $x_0$, into which
# `schedule.split` turns each prediction. The last panel divides the error of the one that predicts $\varepsilon$ by the
# error of the one that predicts $x_0$. *At which steps is each of them best? Notebook 03 has the equation that explains
# it.* (The blocks are 112 numbers wide, so they cannot pass on independent noise in 205 features. That is a disadvantage
# of $\varepsilon$ and $v$ in this network, and not in a wide one. So read the shape of the curves, not their height.)
#
# A fourth network predicts $x_0$ with the filter. *At which steps does the filter reduce the error most?*

# %% show=true
kinds = {"ε": ("epsilon", False), "x0": ("sample", False), "v": ("v_prediction", False)}
kinds["x0, with the filter"] = ("sample", True)
switched = {}
for name, (kind, filtered) in kinds.items():
    network, view = new_network(kind, filtered)
    switched[name] = errors_of_x0(train(network, view, 80)[0], view)
diffusion.loss_by_step(judged, switched, own_schedule, ("ε", "x0"))

# %% [markdown]
# ### Without condition dropout
#
# 300 steps with condition dropout (0.1) and without (0). Both networks then predict $x_0$ with the caption and without
# it. The last panel divides their errors without the caption. *Which of the two networks has the better prediction without a
# caption, and at which steps does it matter?* The numbers are for step 800: the mean squared error of each prediction,
# and the mean squared difference of the two predictions, which guidance makes larger.

# %% show=true
withheld = {}
for p in (0.1, 0.0):
    network, view = new_network()
    network = train(network, view, 300, condition_dropout=p)[0]
    for drop, name in ((False, "with caption"), (True, "without")):
        found = [error_of_x0(network, view, step, drop) for step in judged]
        withheld[f"{p:g}: {name}"] = torch.stack(found)
    with_caption, without = (float(error_of_x0(network, view, 800, drop)) for drop in (False, True))
    with torch.no_grad():
        estimates = [predicted_x0(network, view, 800, drop) for drop in (False, True)]
    difference = float(((estimates[0] - estimates[1])[eight_mask] ** 2).mean())
    print(
        f"dropout {p:.1f}: error with the caption {with_caption:.4f}, without {without:.4f}; "
        f"the two predictions differ by {difference:.1e}"
    )
diffusion.loss_by_step(judged, withheld, own_schedule, ("0: without", "0.1: without"))

# %% [markdown] question="q11" points=3
# **Q11.** What is the moving average of the weights for, and what is condition dropout for? For each: what is gained,
# what does it cost, and which of your pictures or numbers shows it? (Four to eight sentences. Quote the numbers that
# you use: only the text of this cell is graded, outputs are not handed in.)

# %% [markdown] rubric="q11"
# **3 points.**
#
# - **1: EMA.** It averages out the noise that single batches leave in the weights (a variance argument, or "like a
#   smaller learning rate at the end"); it is used for sampling and not for the gradient. Cost: one more copy of the
#   weights, and a lag: with a decay near 1 it still contains early, bad weights if training is short.
# - **1: condition dropout.** One network learns the conditional and the unconditional prediction; guidance needs the
#   difference of both. Cost: a share of the training steps does not train the conditional prediction.
# - **1: tied to what was seen**: the errors of both sets of weights during training or by noise level, the errors with
#   and without caption, read as they are. "There is hardly a difference here" is a valid reading.
#   Check the answer against the numbers that it quotes; without any, no point here.
#
# **Model answer.** The gradient of a batch of 32 is a noisy estimate, so the weights of one step are off by a random
# amount. An average over about a hundred steps keeps the trend and removes most of this noise, at the price of a
# second copy of the weights and a delay. Condition dropout replaces the caption in about a tenth of the samples by a
# learned "no caption" vector. So the same weights give the prediction for any motion as well, and guidance can go from
# one to the other. Without dropout that vector is never trained, and the difference of the two predictions means
# nothing. (An answer has numbers in the place of the dots:) In the noisy training the error of the newest weights changed
# by up to … from one measurement to the next, that of the average by …; in the last measurement the error without a
# caption was … with dropout and … without.
#
# **Common misunderstandings.** "EMA averages the losses or the outputs" (the weights). "Dropout here prevents
# overfitting, as in a hidden layer" (it may help a little, but it is for guidance). "The EMA weights receive gradients."

# %% [markdown]
# *Learning on your own?* After your answer, read Ho & Salimans 2021, section 3, and change `decay` to 0.9 and to 0.999.

# %% [markdown]
# ## Steer: classifier-free guidance
#
# [Ho & Salimans 2021](https://arxiv.org/abs/2207.12598) combine the two predictions of a network that was trained with
# condition dropout (their eq. 6; we write $w'$ for their $w$, and their $z_\lambda$ is our $x_t$):
#
# $$\tilde\epsilon_\theta(z_\lambda,c) = (1+w')\,\epsilon_\theta(z_\lambda,c) - w'\,\epsilon_\theta(z_\lambda) .$$
#
# $w'=0$ is the plain conditional prediction. Most code, and this course, count differently. With $w=1+w'$, the scale
# of notebook 03, the same equation is a straight line that starts at the prediction without the caption,
#
# $$\tilde\epsilon = \epsilon(\varnothing) + w\,\big(\epsilon(c)-\epsilon(\varnothing)\big),$$
#
# so $w=0$ ignores the caption and $w=1$ means no guidance. **$w'=2$ of Ho & Salimans is `guidance_scale=3` here; $s=2.5$
# of MDM is `guidance_scale=2.5`.** Many later papers write $w$ in our sense, others in that of Ho & Salimans. So look for
# the value that means no guidance, 0 or 1, and always state the convention with the number. The equation is linear, so
# it holds for predictions of $x_0$ and $v$ as well: at a fixed $x_t$ they are affine functions of $\epsilon$, and the two
# weights add up to 1.
#
# ### Code 14 · Guidance
#
# *Difficulty 2 of 5 · 20 minutes · needs notebook 03. Stretch: make both predictions in one pass of a batch of 2B, and
# measure how much time that saves with B = 1 and with B = 16.*

# %% exercise="code14"

# %% check="code14"

# %% [markdown]
# Hints: `labkit.hint("code14")`. After your own attempt: `labkit.solution("code14")`.
#
# ### How much guidance?
#
# The shipped adaLN network, 48 captions of the test split, and four measures of notebook 04: R3 of 24 (is the motion among
# the three of 24 that fit its caption best?), FD (the Fréchet distance to real motion), recall (how many real motions lie
# near generated ones?) and foot sliding. Bands are 95 % intervals. FD and recall depend on N, here 48, so read their shape and
# not their height.

# %%
network, schedule = load_denoiser("adaln")
network, schedule = network.to(device), schedule.to(device)
reference = load_reference("test_a")
indices = choose_captions(reference, 1, 48)
BEST = {"R3 of 24": "higher", "FD": "lower", "recall": "higher", "foot sliding m/s": "lower"}


def measures(samples):
    """Value and interval (value, low, high) of each measure, in the order of BEST."""
    text, words = reference.text[indices], np.array(reference.captions)[indices]

    def recall_at_3(chosen):
        same = words[chosen, None] == words[chosen]
        return retrieval(text[chosen], samples.features[chosen], gallery=24, same=same)["R3"]

    at_3 = bootstrap(recall_at_3, np.arange(len(indices)), n=50)
    distance = bootstrap(lambda some: frechet_distance(reference.motion, some), samples.features, n=20)
    recall = bootstrap(lambda some: prdc(reference.motion, some)["recall"], samples.features, n=50)
    return at_3, distance, recall, bootstrap(np.nanmean, samples.physical[:, 0])


# %% show=true
scales, measured = [0.0, 1.0, 2.0, 3.5, 6.0], {name: [] for name in BEST}
for w in bar(scales, "scales"):
    config = SamplingConfig(guidance_scale=w, guidance_below=1, steps=10)
    settings = dict(config=config, progress=False)
    for name, value in zip(BEST, measures(sample_captions("adaln", reference, indices, **settings))):
        measured[name].append(value)
editing.sweep(scales, measured, "guidance scale w", BEST)

# %% [markdown]
# *Which scale would you choose by each of the four? What do the measures that get worse at high scales measure?*
#
# Above, all steps are guided. By default `sample` guides only steps below $0.95\,T$, with a larger scale
# ([Kynkäänniemi et al. 2024](https://arxiv.org/abs/2404.07724)). At the noisiest steps $x_t$ contains almost nothing of
# the motion: one prediction is nearly the mean of the motions that fit the caption, the other nearly the mean of all
# motions. Their difference, enlarged, moves every sample in the same direction and leaves too little choice to the later
# steps. Remove `guidance_below=1` and run the cell again: which measures change most at large scales? (At $w=0$ the
# noisiest steps then use the caption.)
#
# Now the same caption and noise at four scales. Watch the feet, and how large the movement is:

# %% show=true
text, lengths = conditioner(["a person waves with the left hand"]), torch.tensor([80])
shown = [0.0, 1.0, 3.0, 8.0]
configs = [SamplingConfig(guidance_scale=w, guidance_below=1, seed=2) for w in shown]
takes = [sample(network, schedule, text, lengths, config)[0] for config in configs]
labkit.show([decode(smooth(x.cpu(), 1.0)) for x in takes], [f"w = {w:g}" for w in shown])

# %% [markdown]
# ## Edit: keep a part, sample the rest
#
# A network that was trained on whole motions can complete a part. No new training is needed. Let $m$ be a mask that is
# 1 where the motion is known: some features (the legs), or some frames (the first and the last second). At each step of
# the sampler, the known part is noised to the noise level of that step and replaces what the sampler made there
# ([Lugmayr et al. 2022](https://arxiv.org/abs/2201.09865), eq. 8; the paper prints $\bar\alpha_t$ for $\bar\alpha_{t-1}$):
#
# $$x_{t-1}^{\text{known}} \sim \mathcal N\big(\sqrt{\bar\alpha_{t-1}}\,x_0,\;(1-\bar\alpha_{t-1})\,I\big),\qquad
# x_{t-1}^{\text{unknown}} \sim p_\theta(x_{t-1}\mid x_t),$$
#
# $$x_{t-1} = m\odot x_{t-1}^{\text{known}} + (1-m)\odot x_{t-1}^{\text{unknown}} .$$
#
# Both parts then have the noise level of step $t-1$. The next prediction of the network has the known part in its
# input, and fits the rest to it. MDM ([Tevet et al. 2023](https://arxiv.org/abs/2209.14916), section 3, "Editing")
# replaces in the estimate $\hat x_0$ instead: it overwrites the known part of it, without noise.
#
# ### Code 15 · Replacement
#
# *Difficulty 2 of 5 · 20 minutes · Code 7 helps, and is not required. Stretch: write MDM's version, which overwrites
# $\hat x_0$, and compare the seams further down.*

# %% exercise="code15"

# %% check="code15"

# %% [markdown]
# Hints: `labkit.hint("code15")`. After your own attempt: `labkit.solution("code15")`.
#
# ### Two captions in one body
#
# `edit` is the sampling loop of notebook 03 with your function after each step. First a person who walks. Then the legs
# and the root of that motion are given, and the rest is sampled for another caption.

# %%
LEGS = (
    "pelvis",
    *(f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")),
)


def features_of(joints):
    """(D,) bool, True at the features that belong to these joints; the pelvis brings height and velocities."""
    chosen = torch.zeros(D, dtype=torch.bool)
    numbers = [JOINT_NAMES.index(name) for name in joints]
    for k in numbers:
        if k < N_ROTATIONS:
            chosen[LAYOUT["rotations"]][6 * k : 6 * k + 6] = True
        if k > 0:
            chosen[LAYOUT["joints"]][3 * k - 3 : 3 * k] = True
    if 0 in numbers:
        chosen[: LAYOUT["rotations"].start] = True
    return chosen


legs = features_of(LEGS)
N, frames = 12, 80
print(f"{int(legs.sum())} of {D} features are legs and root")

# %% show=true
walking = sample(
    network,
    schedule,
    conditioner(["a person walks forward"] * N),
    torch.full((N,), frames),
    SamplingConfig(seed=4),
)
waving = conditioner(["a person waves with the left hand"] * N)
both = edit(network, schedule, waving, walking, legs.expand(N, frames, D), steps=15, guidance_scale=3.0)
print(f"walks: {share(walk, both)}   waves with the left hand: {share(wave, both, 'left')}")
pair = [decode(smooth(x[0].cpu(), 1.0)) for x in (walking, both)]
labkit.show(pair, ["given: a person walks forward", "legs kept: waves with the left hand"])

# %% [markdown]
# ### In-betweening, and its seams
#
# Now frames instead of features: the first and the last second are given, and the two seconds between them are sampled.
# The picture shows the *jerk*, the third derivative of the joints' positions, averaged over joints and over eight
# motions. The grey lines are the seams, where given and sampled frames meet. Nothing is smoothed here, and guidance is
# off ($w=1$). Without smoothing, the sampled frames may have a high jerk *everywhere*: a token of the network holds
# `network.patch_size` frames, and its output need not continue smoothly in the next token. That is the network's. The
# effect of replacement is what the seams have *more* than the borders of tokens between them.

# %%
ends = [s.x for s in starter if len(s.x) >= frames and "walk" in s.captions[0]][:8]
given = torch.stack([x[:frames] for x in ends])  # (8, F, D)
known = torch.zeros(len(given), frames, D, dtype=torch.bool)
known[:, :FPS], known[:, -FPS:] = True, True
walks = conditioner(["a person walks"] * len(given))


def jerk_over_time(motions):
    """Mean jerk (F − 3,) of motions (B, F, D), over joints and motions."""
    joints = torch.stack([joints_of(x) for x in motions]).numpy()
    return (np.linalg.norm(np.diff(joints, n=3, axis=1), axis=-1) * FPS**3).mean((0, 2))


def at_seams(jerk):
    """Mean jerk of windows of four frames: with a seam, sampled ones between the seams, and given ones.

    Of the sampled ones those in which a token ends, as it does at the seams.
    """
    window = np.arange(len(jerk))  # the first frame of each
    seam = np.isin(window, [first - n for first in (FPS, frames - FPS) for n in (1, 2, 3)])
    between = (window >= FPS) & (window <= frames - FPS - 4)
    border = (
        window // network.patch_size != (window + 3) // network.patch_size
    )  # the others lie within one token
    return jerk[seam].mean(), jerk[between & border].mean(), jerk[~seam & ~between].mean()


# %% show=true
replaced = edit(network, schedule, walks, given, known, steps=15, guidance_scale=1.0)
jerks = {"given motion": jerk_over_time(given), "replacement": jerk_over_time(replaced)}
for name, jerk in jerks.items():
    seam, between, outside = at_seams(jerk)
    print(
        f"{name:14} jerk m/s³ at the seams {seam:6.0f}, between them {between:6.0f}, outside {outside:6.0f}"
    )
editing.seams(jerks, (FPS, frames - FPS))

# %% [markdown]
# ### Where the seams come from: a world of two numbers
#
# Let a "motion" be two numbers, both with mean 0 and variance 1, and with correlation 0.9. The best possible network
# has a formula. The first number is known to be 1.5. Then the second has mean $0.9\cdot1.5=1.35$ and variance
# $1-0.9^2=0.19$: the black curve. *Does replacement sample it?*


# %%
class TwoNumbers(torch.nn.Module):
    """E[x0 | x_t] for two numbers with correlation 0.9."""

    covariance = torch.tensor([[1.0, 0.9], [0.9, 1.0]])

    def __init__(self, schedule):
        super().__init__()
        self.schedule, self.normalizer = schedule, Normalizer(1)  # not fitted: it changes nothing
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x, t, text=None, mask=None, drop=None):
        a, C = self.schedule.alpha_bar(t), self.covariance  # (B, 1, 1), (2, 2)
        return a.sqrt() * C @ torch.linalg.inv(a * C + (1 - a) * torch.eye(2)) @ x  # (B, 2, 1)


toy_schedule = Schedule(100)
toy, M = TwoNumbers(toy_schedule), 4000
toy_text = conditioner(["a number"]).to("cpu")[torch.zeros(M, dtype=torch.long)]
toy_known = torch.tensor([True, False])[None, :, None].expand(M, 2, 1)


def second_number(repeats):
    x_known = torch.full((M, 2, 1), 1.5)
    found = edit(
        toy, toy_schedule, toy_text, x_known, toy_known, steps=50, guidance_scale=1.0, repeats=repeats
    )
    return found[:, 1, 0]


line = torch.linspace(-2, 4, 300)
truth = torch.distributions.Normal(1.35, 0.19**0.5).log_prob(line).exp()

# %% show=true
numbers = {"replacement": second_number(1)}
print(f"mean {numbers['replacement'].mean():.2f} (truth 1.35)")
editing.histograms(numbers, (line, truth), "second number")

# %% [markdown]
# ## Code 16 · Resampling
#
# In the step from $x_t$ to $x_{t-1}$ the unknown part was sampled *before* the known part was replaced. RePaint
# (Lugmayr et al. 2022, algorithm 1) repeats the step. It adds the noise of one step again (line 10; the paper prints $\beta_{t-1}$ for $\beta_t$),
#
# $$x_t \sim \mathcal N\big(\sqrt{1-\beta_t}\;x_{t-1},\;\beta_t I\big),$$
#
# and takes the step once more, $U$ times in all. Each time the network sees both parts together. Where the sampler
# skips steps, $1-\beta$ is that of the whole stride, as in Code 7. The last step, to $x_0$, is not repeated.
#
# `step(x_t)` is given: it asks the network, takes the DDPM step and replaces the known part with your Code 15.
#
# *Difficulty 4 of 5 · 30 minutes · needs Code 15 for the pictures. Stretch: the paper jumps back several steps at once
# (its jump length, section 4.2). Why may that help more than repeating single steps equally often?*

# %% exercise="code16"

# %% check="code16"

# %% [markdown]
# Hints: `labkit.hint("code16")`. After your own attempt: `labkit.solution("code16")`.
#
# First the two numbers, then the seams.

# %% show=true
numbers |= {f"U = {U}": second_number(U) for U in (3, 10)}
for name, found in numbers.items():
    print(
        f"{name:12} mean {found.mean():.2f} (truth 1.35), standard deviation {found.std():.2f} (truth 0.44)"
    )
editing.histograms(numbers, (line, truth), "second number")

# %% [markdown]
# *The mean approaches the truth. What does the standard deviation do?* Each step samples with the variance
# $\tilde\beta_t$, as if $\hat x_0$ were certain. Repeated many times, this makes the samples too narrow: an error of the
# DDPM step, and not of resampling. (If you chose $\beta_t$ as the variance in Code 7, the spread ends near the truth.)

# %% show=true
for U in (3, 8):
    began = time.perf_counter()
    resampled = edit(network, schedule, walks, given, known, steps=15, guidance_scale=1.0, repeats=U)
    jerks[f"U = {U}"] = jerk_over_time(resampled)
    print(f"U = {U}: {time.perf_counter() - began:.0f} s")
for name, jerk in jerks.items():
    seam, between, outside = at_seams(jerk)
    print(
        f"{name:14} jerk m/s³ at the seams {seam:6.0f}, between them {between:6.0f}, outside {outside:6.0f}"
    )
editing.seams(jerks, (FPS, frames - FPS))

# %% [markdown]
# *How far is the jerk at the seams above that between them, and how does this change with $U$? (This is one seed: a
# small difference may be chance.)* A part of the seam
# has another cause: the network's estimate of the given frames is not exact. In the last steps the sampled frames fit
# this estimate, and not the given frames themselves. How large is the seam from this cause alone? Noise the *whole*
# given motion to the last step but one of the sampler, the last at which noise is visible. Denoise it once, and put the
# given frames in the place of their estimate as before:

# %% show=true
with torch.no_grad():
    x0, t = network.normalizer(given.to(device)), schedule.timesteps(15)[-2].to(device).expand(len(given))
    fresh = torch.randn(x0.shape, generator=torch.Generator().manual_seed(3)).to(device)
    x_t = schedule.q_sample(x0, t, fresh)
    prediction = network(x_t, t, walks, torch.ones(x0.shape[:2], dtype=torch.bool, device=device))
estimate = network.normalizer.inverse(schedule.split(prediction, x_t, t)[0]).cpu()
seam, between, outside = at_seams(jerk_over_time(torch.where(known, given, estimate)))
print(
    f"denoised once  jerk m/s³ at the seams {seam:6.0f}, between them {between:6.0f}, outside {outside:6.0f}"
)

# %% [markdown]
# Given are poses and velocities. Where on the floor the last second takes place, and in which direction the body faces,
# is not given: both follow from the sampled steps before it. Compare the end positions in the player. *How would you
# prescribe the end position?* (A stretch task.)

# %% show=true
trio = {"given": given, "replacement": replaced, "resampling": resampled}
labkit.show([decode(x[0].cpu()) for x in trio.values()], list(trio))

# %% [markdown] question="q12" points=3
# **Q12.** What does editing by replacement assume about the known part and the rest, and why do seams appear? What does
# resampling change, and what does it cost? Refer to at least one of your pictures. (Four to eight sentences. Quote the
# numbers that you use: only the text of this cell is graded, outputs are not handed in.)

# %% [markdown] rubric="q12"
# **3 points.**
#
# - **1: the assumption.** The step for whole motions is used as if it sampled from the distribution *given the known part*.
#   The known part enters only as an input of the next step; the sample of the unknown part is made from $x_t$ alone, and
#   the known part's noise is sampled independently of it at each step. So it is an approximation of
#   $p(x_{\text{unknown}}\mid x_{\text{known}})$, and not a sample of it (in the two-number world the mean is off). Or:
#   the known part is poses and velocities, so that the place and heading of frames after a gap are not given.
# - **1: seams and resampling.** At each step the two parts were made without each other, and what does not agree at the
#   border is only corrected by later steps, of which few are left at low noise. Resampling goes back one step and lets
#   the network denoise the joint state again, so that the parts agree better. Cost: $U$ times the network calls.
# - **1: tied to a picture or a number** of their own, read correctly (also where resampling helped little, or where
#   the network's own error explains a part of the seam). Check the answer against the numbers that it quotes; without
#   a number or a description of a picture, no point here.
#
# **Model answer.** Replacement assumes that a network for whole motions completes a part by itself once it sees that
# part. But in each step the unknown frames are sampled before the known ones are put in, with noise of their own, so
# both agree only as far as the next prediction brings them together. At the border of given and sampled frames the
# difference shows as a jump, which is a large jerk. Resampling noises the joined motion by one step and denoises it
# again, several times, so that the sampled frames are moved towards the given ones at each noise level. In the world
# of two numbers the mean moves towards the true one (0.91, 1.22 and 1.31 with $U$ = 1, 3 and 10, where 1.35 is true).
# For large $U$ the spread becomes too small there, an error of the DDPM step and not of resampling. In the picture of the
# jerk the seams were at … with $U$ = 1 and at … with $U$ = 3, the sampled frames between them at …. (An answer has numbers
# in the place of the dots.) It takes $U$ times as long.
#
# **Common misunderstandings.** "The seam is there because the known part is noised", without more (replacing without noise
# gives the network inputs that it never saw in training; what matters is that the noise is new at each step and
# independent of the unknown part). "Smoothing does the same" (it blurs
# the given frames too). "More sampling steps without resampling are equivalent."

# %% [markdown]
# *Learning on your own?* After your answer, read section 4.2 of Lugmayr et al. 2022, then make the known part shorter:
# one frame at each end. What happens to the motion, and to the seams?

# %% [markdown]
# ## Your turn
#
# Combine what you have: your own network, guidance and editing. Keep one arm and let the rest of the body do something
# else; let a motion end in the pose it began with; or give `edit` your trained network. What can it not do?
#
# In **notebook 6** you write flow matching, another loss with its own samplers, and compare it with DDPM and DDIM.

# %% show=true
arm = features_of([f"left_{part}" for part in ("collar", "shoulder", "elbow", "wrist", "hand")])
mine = edit(
    network, schedule, conditioner(["a person kicks"]), both[:1].cpu(), arm.expand(1, frames, D), steps=15
)
labkit.show(decode(smooth(mine[0].cpu(), 1.0)), "left arm kept: a person kicks")
