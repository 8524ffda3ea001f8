# %% [markdown]
# # 3 · Diffusion: from noise to motion
#
# By the end you will have written the loss that trains a diffusion model and the two steps, DDPM's and
# DDIM's, that turn noise into a moving body. You will have watched each of them at work, first on plain
# numbers where the truth is known, then on a person who walks. And you will be able to say what a sampler
# buys you, and what it costs.

# %% setup=true

# %% [markdown]
# The network here is the in-context one of notebook 02. If you have not written its methods in this session,
# `use_stand_in` puts a recording of them in their place, so that nothing here depends on notebook 02. You would
# rather run your own? Paste your Code 3 cell below this one.

# %%
import time

import torch
from IPython.display import Video
from scipy.stats import wasserstein_distance
from tqdm import tqdm

from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset, pad
from labkit.diffusion import Schedule, ddim_step, ddpm_loss, ddpm_step, guided
from labkit.motion import LAYOUT, D, decode, decode_joints, smooth
from labkit.show import play, render_video
from labkit.show.figures import diffusion as figures

labkit.use_stand_in("code3")
body, conditioner = load_body(), load_text().to(device)
network, schedule = load_denoiser("incontext")
network, schedule = network.to(device), schedule.to(device)

# %% [markdown]
# ## Noise a body until nobody recognises it
#
# Making a motion is hard. *Ruining* one is easy: add noise. Diffusion's idea is to ruin motions in many small
# steps, and to train a network to undo the ruin.
#
# Call the clean motion $x_0$: one row of numbers a frame (notebook 01), **z-scored**, which means that every
# number has its mean taken off and is divided by its standard deviation. Let $\varepsilon$ be noise of the same shape,
# each entry drawn from a normal distribution. The noised motion at step $t$ is a mix of the two:
#
# $$x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\varepsilon$$
#
# (Ho et al. 2020, eq. 4). $\bar\alpha_t$ falls from nearly 1 at $t=0$ to nearly 0 at the last step, $T-1$. In code it is
# `schedule.alpha_bar(t)`, and the whole line is `schedule.q_sample(x0, t, noise)`.

# %%
starter = MotionDataset("starter")
sample = next(s for s in starter if "kick" in s.captions[0] and len(s.x) > 80)
x0 = network.normalizer(sample.x.to(device))[None]  # (1, F, D)
noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0)).to(device)


def noised(t):
    return schedule.q_sample(x0, torch.tensor([t], device=device), noise)


ruin = [0, 100, 250, 500, 750, schedule.T - 1]
print(f"{sample.captions[0]!r}: {len(sample.x)} frames, T = {schedule.T} steps")

# %% [markdown]
# Here are ten frames in a row, half a second, drawn over each other; the last one is dark. On the left, a sweep of a
# leg. On the right, a tangle.

# %%
half_second = slice(40, 50)
joints = [decode_joints(network.normalizer.inverse(noised(t))[0, half_second].cpu()) for t in ruin]
figures.sticks(joints, [f"t = {t}" for t in ruin], body.parents)

# %% [markdown]
# Now in motion. Look at a single frame and it may still pass for a person. Let it run, and you see what noise takes
# away first: the *agreement of one frame with the next*.

# %% show=true
ruined = [decode(network.normalizer.inverse(noised(t))[0].cpu()) for t in (0, 100, 250, 750)]
play(ruined, ["clean", "t = 100", "t = 250", "t = 750"], size=240)

# %% [markdown]
# How fast should the signal go? That is the **schedule**. Ho et al. let the noise of each step grow on a straight
# line; Nichol & Dhariwal (2021) found that this ruins too early, and proposed a cosine. Our networks use the
# schedule printed under the picture.
#
# On the right is what decides how hard a step is, the **signal-to-noise ratio**
# $\mathrm{SNR}_t = \bar\alpha_t / (1-\bar\alpha_t)$. Where it is 1 (grey line), there is as much motion as noise. *How many
# steps does each schedule spend far below that line, where hardly anything is left to learn from?*

# %%
print("ours:", schedule.config["kind"])
figures.schedule_curves({kind: Schedule(schedule.T, kind) for kind in ("cosine", "linear")})

# %% [markdown]
# ## One question, asked in three ways
#
# The network sees $x_t$, the step $t$ and the caption. What should it say?
#
# - the noise: $\varepsilon$ (Ho et al. 2020),
# - the clean motion: $x_0$ (in code, `"sample"`),
# - or the mix $v = \sqrt{\bar\alpha_t}\,\varepsilon - \sqrt{1-\bar\alpha_t}\,x_0$ (Salimans & Ho 2022).
#
# Whoever knows one of them knows the others, since $x_t$ is known: it is one thing seen from three sides. Our
# networks say $x_0$. What the right answer would be is `schedule.target(x0, noise, t)`, and `schedule.split` turns
# *any* of the answers into both $x_0$ and $\varepsilon$. Below is the height of the right wrist, for one $t$.

# %%
t = torch.tensor([400], device=device)
wrist = LAYOUT["joints"].start + 3 * 20 + 2  # joint 21 is number 20 after the pelvis; its z
curves = {"$x_t$, what the network sees": schedule.q_sample(x0, t, noise)}
for kind, name in dict(epsilon=r"$\varepsilon$", sample="$x_0$", v_prediction="$v$").items():
    view = Schedule(schedule.T, schedule.config["kind"], kind).to(device)
    answer = curves[f"right answer: {name}"] = view.target(x0, noise, t)
    clean, _ = view.split(answer, schedule.q_sample(x0, t, noise), t)
    print(f"{kind:14} gives x0 back to within {(clean - x0).abs().max():.0e}")
figures.through_time({name: c[0, :, wrist].cpu() for name, c in curves.items()}, "wrist height, z-scored")

# %% [markdown]
# The three sides do weigh mistakes differently. Put $x_t$ and a guess $\hat x_0$ into the mixing equation, solve
# for $\hat\varepsilon$, and out comes
#
# $$\lVert\varepsilon-\hat\varepsilon\rVert^2 = \mathrm{SNR}_t\;\lVert x_0-\hat x_0\rVert^2 .$$
#
# So Ho et al.'s plain loss on $\varepsilon$ is a loss on $x_0$ that cares very much about small $t$, where the SNR is large.
# The trained network agrees:

# %%
text = conditioner([sample.captions[0]])
x_t = schedule.q_sample(x0, t, noise)
clean, eps = schedule.split(network(x_t, t, text), x_t, t)
ratio = ((noise - eps) ** 2).mean() / ((x0 - clean) ** 2).mean()
print(f"error of ε / error of x0: {ratio:.4f}      SNR at t = {int(t)}: {schedule.snr(t).item():.4f}")

# %% [markdown]
# ## Code 6 · The loss
#
# Training is now one line of prose: *take a motion, draw a step and noise, mix, ask the network, and measure how wrong
# it is* (Ho et al. 2020, eq. 14). With $y$ for the right answer, whichever of the three it is,
#
# $$L = \big\lVert\, y - \mathrm{model}(x_t,\,t)\,\big\rVert^2,\qquad x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\varepsilon .$$
#
# Two things to keep in mind. Motions of a batch have different lengths and are padded: `mask` (B, F) is True where
# a frame is real, and padding must not count, neither above nor below the fraction bar. And we want **one number a
# sample**, a mean over its real frames and their D features, so that we can look at each step $t$ on its own.
#
# You need `schedule.q_sample` and `schedule.target`.

# %% exercise="code6"

# %% check="code6"

# %% [markdown]
# Stuck? `labkit.hint("code6")` gives a hint, and another one each time you ask. After an honest attempt,
# `labkit.solution("code6")` prints ours, where the solutions are installed.
#
# ### What your loss says about a trained network
#
# We let your loss judge three "networks" at many steps: the trained one, the same architecture with random weights, and
# one that says "the average motion" whatever it sees (in z-scores: zero).

# %%
some = [starter[i] for i in range(0, len(starter), len(starter) // 12)][:12]
clean, mask = pad([network.normalizer.cpu()(s.x) for s in some])
clean, mask, network = clean.to(device), mask.to(device), network.to(device)
text = conditioner([s.captions[0] for s in some])
fresh = torch.randn(clean.shape, generator=torch.Generator().manual_seed(1)).to(device)
torch.manual_seed(0)
untrained = type(network)(**network.config).to(device).eval()

# %% show=true
judged = torch.tensor([2, 10, 30, 60, 100, 200, 300, 400, 500, 600, 700, 800, 900, 980]) * schedule.T // 1000


@torch.no_grad()
def by_step(model, name):
    def loss(step):
        t = torch.full((len(clean),), step, device=device)
        return ddpm_loss(model, schedule, clean, t, fresh, mask).mean()

    return torch.stack([loss(int(step)) for step in tqdm(judged, name, delay=1)]).cpu()


models = {
    "untrained": lambda x, t: untrained(x, t, text, mask),
    "always the average": lambda x, t: torch.zeros_like(x),
    "trained": lambda x, t: network(x, t, text, mask),
}
figures.loss_by_step(judged, {name: by_step(model, name) for name, model in models.items()}, schedule)

# %% [markdown]
# Read it from left to right. With little noise the clean motion is easy to see, and the error of $x_0$ is tiny. With
# much noise the trained network can only go by the caption, and comes close to "the average": that is not a
# failure, it is all there is to know. Told as $\varepsilon$ (right), the same errors tell the opposite story: now the
# *first* steps look hard. Which of the two you train on decides which steps the network works for.
#
# *A fine point.* These motions come with the course and were themselves drawn by a network of ours, so they are
# nothing a network could not know. A test set is what notebook 04 is for.
#
# ## Code 7 · One step of DDPM
#
# Now backwards. From $x_t$ we want an $x_s$ with a little less noise, where $s<t$ is the next step to visit (`t_prev`;
# $-1$ stands for "no noise at all", $\bar\alpha_{-1}=1$). **If** we knew $x_0$, Bayes' rule would tell us exactly how
# such an $x_s$ is distributed: as a Gaussian (Ho et al. 2020, eq. 6 and 7). With $\alpha=\bar\alpha_t/\bar\alpha_s$ and $\beta=1-\alpha$
#
# $$\mu = \frac{\sqrt{\bar\alpha_s}\,\beta}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha}\,(1-\bar\alpha_s)}{1-\bar\alpha_t}\,x_t,
# \qquad \sigma^2 = \frac{1-\bar\alpha_s}{1-\bar\alpha_t}\,\beta .$$
#
# We do not know $x_0$. But we have a network that guesses it. So, the DDPM step: put the guess $\hat x_0$ in for $x_0$, and
# *draw* from that Gaussian, $x_s=\mu+\sigma z$ with fresh normal noise $z$ (`noise`). The guess is poor at first; that is
# why we take only a small step towards it, and ask again.
#
# `schedule.split(prediction, x_t, t)` gives $\hat x_0$ whatever the network predicts, and `schedule.alpha_bar` knows
# $\bar\alpha$ at `t` and at `t_prev`.

# %% exercise="code7"

# %% check="code7"

# %% [markdown]
# Hints: `labkit.hint("code7")`. After an honest attempt: `labkit.solution("code7")`.
#
# ### The loop around your step
#
# A sampler is a loop: start with pure noise; guess, step, guess, step. Here it is, and it keeps everything, so that we
# can look at the way as well as at the end. `predict(x, t)` is whoever does the guessing; `step` is yours.

# %%
def denoise(predict, step, start, steps, seed=0, schedule=schedule, **options):
    """From noise `start` to a sample → the steps visited, every state, and every guess at x0."""
    draw = torch.Generator().manual_seed(seed)
    times = schedule.timesteps(steps).tolist()
    states, guesses = [start], []
    for now, then in zip(tqdm(times, step.__name__, delay=1), [*times[1:], -1]):
        x = states[-1]
        t, t_prev = (torch.full((len(x),), s, device=x.device) for s in (now, then))
        prediction = predict(x, t)
        z = torch.randn(x.shape, generator=draw).to(device=x.device)
        states.append(step(schedule, prediction, x, t, t_prev, z, **options))
        guesses.append(schedule.split(prediction, x, t)[0])
    return times, states, guesses


# %% [markdown]
# ### First, a world where we know the truth
#
# Let the "motions" be single numbers: with probability 0.4 near $-1.5$, otherwise near $1$. In this world the best possible
# guess of $x_0$ has a formula, so the network is perfect and any fault is the step's.

# %%
MEAN, STD, SHARE = torch.tensor([-1.5, 1.0]), torch.tensor([0.3, 0.5]), torch.tensor([0.4, 0.6])
toy = Schedule(1000)


def oracle(x, t):
    """The mean of all x0 that could have led to x (N, 1, 1) at step t (N,)."""
    a = toy.alpha_bar(t)
    variance = a * STD**2 + 1 - a
    fit = SHARE.log() - variance.log() / 2 - (x - a.sqrt() * MEAN) ** 2 / (2 * variance)
    each = MEAN + a.sqrt() * STD**2 / variance * (x - a.sqrt() * MEAN)
    return (fit.softmax(-1) * each).sum(-1, keepdim=True)


line = torch.linspace(-3.2, 3.2, 400)
truth = (SHARE * torch.distributions.Normal(MEAN, STD).log_prob(line[:, None]).exp()).sum(-1)
numbers = torch.randn(4000, 1, 1, generator=torch.Generator().manual_seed(0))

# %%
times, states, _ = denoise(oracle, ddpm_step, numbers, 100, schedule=toy)
figures.walks(times, {"DDPM": torch.cat(states, -1)[:, 0].T}, (line, truth))

# %% [markdown]
# Each thin line is a number on its way from noise (left) to data (right): a drunkard's walk that still arrives at
# one of two doors. If your step is right, the histogram lies on the black curve. (The most popular mistake, $\sigma^2$ in the
# place of $\sigma$, makes both humps far too narrow.)
#
# ### Now a person
#
# The same loop, the same step; only the guessing is done by the network. `guided` adds *guidance*, which we come to below.

# %%
STEPS = schedule.T if device == "cuda" else 100
print(f"DDPM with {STEPS} of {schedule.T} steps" + (": no GPU here, so we skip some" if STEPS < schedule.T else ""))


def gaussian(seed, n=1, frames=80):
    """Pure noise (n, F, D) to start from: 80 frames are four seconds."""
    return torch.randn(n, frames, D, generator=torch.Generator().manual_seed(seed)).to(device)


def ask(*captions, scale=2.5, frames=80):
    text = conditioner(list(captions))
    mask = torch.ones(len(captions), frames, dtype=torch.bool, device=device)
    return lambda x, t: guided(network, x, t, text, mask, scale)


def bodies(z, smoothing=1.0):
    """z-scored motions → bodies. A little smoothing over time, as `labkit.generate` does too."""
    return [decode(smooth(x, smoothing)) for x in network.normalizer.inverse(z).cpu()]


# %% [markdown]
# Press play on your first motion, made by your own step. Then change `SEED` and `CAPTION` and run it again: *another
# seed is another take of the same scene.*

# %%
SEED, CAPTION = 0, "a person raises the right hand"
began = time.perf_counter()
times, states, guesses = denoise(ask(CAPTION), ddpm_step, gaussian(SEED), STEPS, SEED)
clock = {"DDPM": (STEPS, time.perf_counter() - began)}
ddpm_motion = bodies(states[-1])[0]
render_video("out/generation_ddpm_incontext.mp4", ddpm_motion, body, CAPTION, size=360, progress=False)
Video("out/generation_ddpm_incontext.mp4", embed=True, html_attributes="controls autoplay loop muted")

# %% [markdown]
# What happened on the way? Above, the state $x_t$: trembling noise that calms down. Below, what the network thought the
# clean motion was, at that moment. All pictures are of the same frame.

# %%
picked = [round(k * (STEPS - 1) / 6) for k in range(7)]
rows = {
    "$x_t$": [bodies(states[k], 0)[0] for k in picked],
    r"guess $\hat x_0$": [bodies(guesses[k], 0)[0] for k in picked],
}
figures.film(rows, [f"t = {times[k]}" for k in picked], body, frame=40)

# %% [markdown]
# ## How loudly to say the caption: guidance
#
# In training the caption was withheld now and then, so the network can be asked twice: with the caption $c$, and
# with none ($\varnothing$). *Classifier-free guidance* (Ho & Salimans 2021) goes from the second answer towards the first,
# and, for a scale $s>1$, beyond it:
#
# $$\hat x = \hat x(x_t,\varnothing) + s\,\big(\hat x(x_t,c)-\hat x(x_t,\varnothing)\big)$$
#
# At $s=0$ the caption is ignored, at $s=1$ it is simply heard, and at 6 it is shouted. Same seed, four scales:

# %% show=true
scales = [0, 1, 2.5, 6]
takes = [denoise(ask(CAPTION, scale=s), ddpm_step, gaussian(SEED), 50, SEED)[1][-1] for s in scales]
play(bodies(torch.cat(takes)), [f"guidance {s:g}" for s in scales], size=240)

# %% [markdown]
# ## Code 8 · One step of DDIM
#
# DDPM asks the network at every step and adds fresh noise after each answer. Song et al. (2021) noticed that the loss
# only ever looked at the mix $x_t$, never at the way there. Other ways with the same mixes are just as right, and
# one of them has no noise at all.
#
# Here is how. The guess $\hat x_0$ comes with a guess of the noise, $\hat\varepsilon$ (`schedule.split` gives both). To get to step
# $s$, **mix the two anew**, in the shares that belong to $s$ (their eq. 12 and 16):
#
# $$x_s = \sqrt{\bar\alpha_s}\;\hat x_0 + \sqrt{1-\bar\alpha_s-\sigma^2}\;\hat\varepsilon + \sigma z,
# \qquad \sigma = \eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\,\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}} .$$
#
# $\eta$ (`eta`) says how much of the noise is fresh: 0 is plain DDIM, nothing is drawn; 1 draws as DDPM does. Whatever
# noise is replaced by fresh $z$ has to go from $\hat\varepsilon$, hence the $-\sigma^2$ under the root (which rounding may push
# a hair below zero: `clamp`).

# %% exercise="code8"

# %% check="code8"

# %% [markdown]
# Hints: `labkit.hint("code8")`. After an honest attempt: `labkit.solution("code8")`.
#
# ### The same numbers, another way
#
# Same starting points, same perfect guesses, both of your steps:

# %%
paths = {}
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    times, states, _ = denoise(oracle, step, numbers, 100, schedule=toy)
    paths[name] = torch.cat(states, -1)[:, 0].T
figures.walks(times, paths, (line, truth))

# %% [markdown]
# The drunkard has sobered up. DDIM's paths are smooth and never cross: where you start decides where you end. And yet
# both histograms fit the same curve. Smooth paths can also be walked in longer strides; by how much, we can measure
# here: the distance between histogram and truth (in Wasserstein's sense: how far the samples must be moved on average).

# %%
strides = [3, 5, 10, 20, 50, 100]
far = {"DDPM": [], "DDIM": []}
for steps in strides:
    for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
        ends = denoise(oracle, step, numbers, steps, schedule=toy)[1][-1].flatten()
        far[name].append(wasserstein_distance(ends, line, None, truth))
figures.error_by_steps(strides, far, "distance to the truth")

# %% [markdown]
# ### The same person, fewer steps
#
# Same caption, same seed, `STEPS_DDIM` steps.

# %%
STEPS_DDIM = 50
began = time.perf_counter()
_, states, _ = denoise(ask(CAPTION), ddim_step, gaussian(SEED), STEPS_DDIM)
clock["DDIM"] = (STEPS_DDIM, time.perf_counter() - began)
render_video("out/generation_ddim_incontext.mp4", bodies(states[-1]), body, [CAPTION], size=360, progress=False)
Video("out/generation_ddim_incontext.mp4", embed=True, html_attributes="controls autoplay loop muted")

# %%
print("sampler   steps   seconds   seconds a step")
for name, (steps, seconds) in clock.items():
    print(f"{name:7} {steps:7} {seconds:9.2f} {seconds / steps:16.3f}")

# %% [markdown]
# A step costs the same with either: it is the network that takes the time, not your formula. DDIM is faster because it
# needs *fewer* steps. How few?

# %% show=true
counts = [100, 50, 10, 5]
takes = [denoise(ask(CAPTION), ddim_step, gaussian(SEED), steps)[1][-1] for steps in counts]
play(bodies(torch.cat(takes)), [f"DDIM, {steps} steps" for steps in counts], size=240)

# %% [markdown]
# It is the *same motion* four times, sketched with more or fewer strokes. DDPM would have played four different scenes.
#
# ### Who decides what happens?
#
# With DDIM, the start noise alone. We start twice from the same noise, with other dice on the way:

# %%
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    one, two = (denoise(ask(CAPTION), step, gaussian(SEED), 10, seed=dice)[1][-1] for dice in (1, 2))
    print(f"{name}: the two results differ by {(one - two).abs().mean():.3f} standard deviations on average")

# %% [markdown]
# $\eta$ turns one into the other. Three motions from the same noise:

# %% show=true
etas = [0.0, 0.5, 1.0]
takes = [denoise(ask(CAPTION), ddim_step, gaussian(SEED), 50, SEED, eta=eta)[1][-1] for eta in etas]
play(bodies(torch.cat(takes)), [f"η = {eta:g}" for eta in etas], size=280)

# %% [markdown]
# A sampler that is a plain function can be *steered*. Take two start noises $a$ and $b$ and go from one to the other
# (on the arc $\cos\varphi\,a+\sin\varphi\,b$, so that what lies between is still normal noise). The motions in
# between lead from one take to the other:

# %% show=true
angles = torch.linspace(0, torch.pi / 2, 4, device=device)[:, None, None]
between = angles.cos() * gaussian(SEED) + angles.sin() * gaussian(SEED + 1)
blend = denoise(ask(*[CAPTION] * 4), ddim_step, between, 25)[1][-1]
play(bodies(blend), ["seed a", "⅓ of the way", "⅔ of the way", "seed b"], size=240)

# %% [markdown] question="q6" points=4
# **Q6.** What is the key difference between DDIM and DDPM, and what are DDIM's advantages? (Four to eight sentences; you
# may point to the pictures above.)

# %% [markdown] rubric="q6"
# **4 points:** 2 for the key difference, 2 for the advantages (1 each, any two).

# %% [markdown]
# ### Look closely: DDPM beside DDIM
#
# For the last question, three captions, each from the same start noise with both samplers, DDPM first.

# %% show=true
scenes = ["a person walks forward", "a person kicks", "a person waves with both hands"]
takes = {}
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    takes[name] = denoise(ask(*scenes), step, gaussian(SEED, n=3), 50, SEED)[1][-1]
play(bodies(takes["DDPM"], 0), [f"DDPM: {scene}" for scene in scenes], size=300)

# %% show=true
play(bodies(takes["DDIM"], 0), [f"DDIM: {scene}" for scene in scenes], size=300)

# %% [markdown] question="q7" points=3
# **Q7.** Watch the motions of the two samplers. What differences do you *see*?

# %% [markdown] rubric="q7"
# **3 points.**
