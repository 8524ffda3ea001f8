# %% [markdown]
# # 3 · Diffusion: from noise to motion
#
# At the end of this notebook you will have written the loss that trains a diffusion model, and the two
# steps, DDPM's and DDIM's, that turn noise into a moving body. You will have watched both at work: first on
# plain numbers, where the truth is known, then on a person. And you will be able to say what each of the
# two samplers buys you, and what it costs.

# %% setup=true

# %% [markdown]
# The network here is the in-context one of notebook 02. Its methods were written there, in another session,
# so `use_recorded_solution` puts a recording of them in their place. You would rather run your own? Paste your Code
# 3 cell below this one.

# %%
import time

import torch
from IPython.display import Video
from scipy.stats import wasserstein_distance
from tqdm import tqdm

from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset, pad
from labkit.diffusion import SamplingConfig, Schedule, ddim_step, ddpm_loss, ddpm_step, guided
from labkit.models import make_denoiser
from labkit.motion import JOINT_NAMES, LAYOUT, D, decode, decode_joints, smooth
from labkit.reference import load_reference
from labkit.scores import PHYSICAL, physical
from labkit.show import render_video
from labkit.show.figures import diffusion as figures

quiet = dict(delay=1, mininterval=1, leave=False)  # a bar only for what takes a while
labkit.use_recorded_solution("code3")
body, conditioner = load_body(), load_text().to(device)
network, schedule = load_denoiser("incontext")
network, schedule = network.to(device), schedule.to(device)

# %% [markdown]
# ## Noise a body until nobody recognises it
#
# Making a motion is hard. *Ruining* one is easy: add noise. Diffusion's idea is to ruin motions in many
# small steps, and to train a network to undo the ruin.
#
# Call the clean motion $x_0$: one row of numbers a frame (notebook 01), **z-scored**, which means that
# every number has its mean taken off and is divided by its standard deviation. Let $\varepsilon$ be noise
# of the same shape, each entry drawn from a normal distribution. The noised motion at step $t$ is a mix of
# the two:
#
# $$x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\varepsilon$$
#
# (Ho et al. 2020, eq. 4). $\bar\alpha_t$ falls from nearly 1 at $t=0$ to nearly 0 at the last step, $T-1$.
# In code it is `schedule.alpha_bar(t)`, and the whole line is `schedule.q_sample(x0, t, noise)`.

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
# Here are ten frames in a row, half a second, drawn over each other; the last one is dark. On the left, one
# calm movement. On the right, a tangle.

# %%
half_second = slice(40, 50)
joints = [decode_joints(network.normalizer.inverse(noised(t))[0, half_second].cpu()) for t in ruin]
figures.sticks(joints, [f"t = {t}" for t in ruin], body.parents)

# %% [markdown]
# Now with a body around the bones. Stop it anywhere, and the noisy ones may still pass for a person in a
# strange pose. Let it run, and you see what noise takes away first: *that one frame agrees with the next*.

# %% show=true
ruined = [decode(network.normalizer.inverse(noised(t))[0].cpu()) for t in (0, 100, 250, 750)]
labkit.show(ruined, ["clean", "t = 100", "t = 250", "t = 750"])

# %% [markdown]
# How fast should the signal go? That is the **schedule**. Ho et al. let the noise of each step grow on a
# straight line; Nichol & Dhariwal (2021) found that this ruins too early, and proposed a cosine. Our
# networks use the schedule printed under the picture.
#
# On the right is what decides how hard a step is, the **signal-to-noise ratio** $\mathrm{SNR}_t =
# \bar\alpha_t / (1-\bar\alpha_t)$. Where it is 1 (grey line), there is as much motion as noise. *How many
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
# Whoever knows one of them knows the others, since $x_t$ is known: it is one thing seen from three sides.
# Our networks say $x_0$. What the right answer would be is `schedule.target(x0, noise, t)`, and
# `schedule.split` turns *any* of the answers into both $x_0$ and $\varepsilon$. Below is the height of the
# right foot, for one $t$.

# %%
t = torch.tensor([400], device=device)
foot = LAYOUT["joints"].start + 3 * (JOINT_NAMES.index("right_foot") - 1) + 2  # z; the pelvis is left out
curves = {"$x_t$, what the network sees": schedule.q_sample(x0, t, noise)}
for kind, name in dict(epsilon=r"$\varepsilon$", sample="$x_0$", v_prediction="$v$").items():
    view = Schedule(schedule.T, schedule.config["kind"], kind).to(device)
    answer = curves[f"right answer: {name}"] = view.target(x0, noise, t)
    clean, _ = view.split(answer, schedule.q_sample(x0, t, noise), t)
    print(f"{kind:14} gives x0 back to within {(clean - x0).abs().max():.0e}")
figures.through_time({name: c[0, :, foot].cpu() for name, c in curves.items()}, "foot height, z-scored")

# %% [markdown]
# The three sides do weigh mistakes differently. Put $x_t$ and a guess $\hat x_0$ into the mixing equation,
# solve for $\hat\varepsilon$, and out comes
#
# $$\lVert\varepsilon-\hat\varepsilon\rVert^2 = \mathrm{SNR}_t\;\lVert x_0-\hat x_0\rVert^2 .$$
#
# So Ho et al.'s plain loss on $\varepsilon$ is a loss on $x_0$ that cares very much about small $t$, where
# the SNR is large. The trained network agrees:

# %%
text = conditioner([sample.captions[0]])
x_t = schedule.q_sample(x0, t, noise)
clean, eps = schedule.split(network(x_t, t, text), x_t, t)
ratio = ((noise - eps) ** 2).mean() / ((x0 - clean) ** 2).mean()
print(f"error of ε / error of x0: {ratio:.4f}      SNR at t = {int(t)}: {schedule.snr(t).item():.4f}")

# %% [markdown]
# ## Code 6 · The loss
#
# Training is now one line of prose: *take a motion, draw a step and noise, mix, ask the network, and
# measure how wrong it is* (Ho et al. 2020, eq. 14). With $y$ for the right answer, whichever of the three
# it is,
#
# $$L = \big\lVert\, y - \mathrm{model}(x_t,\,t)\,\big\rVert^2,\qquad x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\varepsilon .$$
#
# Two things to keep in mind. The motions of a batch have different lengths and are padded: `mask` (B, F) is
# True where a frame is real, and padding must not count, neither above nor below the fraction bar. And we
# want **one number a sample**, a mean over its real frames and their D features, so that we can look at
# every step $t$ on its own.
#
# You need `schedule.q_sample` and `schedule.target`.

# %% exercise="code6"

# %% check="code6"

# %% [markdown]
# Stuck? `labkit.hint("code6")` gives a hint, and another one each time you ask. After an honest attempt,
# `labkit.solution("code6")` prints ours, where the solutions are installed.

# %% [markdown]
# ### What your loss says about a trained network
#
# We let your loss judge four candidates at many steps $t$: the trained network; the same architecture with
# random weights; one that says "the average motion" whatever it sees (in z-scores: zero); and the linear
# filter that the trained network starts from (notebook 02), without the network.

# %%
some = [starter[i] for i in range(0, len(starter), len(starter) // 8)][:8]
motions, mask = pad([network.normalizer(s.x.to(device)) for s in some])
text, mask = conditioner([s.captions[0] for s in some]), mask.to(device)
fresh = torch.randn(motions.shape, generator=torch.Generator().manual_seed(1)).to(device)
torch.manual_seed(0)
untrained = make_denoiser("incontext", **network.config).to(device).eval()
candidates = {
    "untrained": lambda x, t: untrained(x, t, text, mask),
    "always the average": lambda x, t: torch.zeros_like(x),
    "trained": lambda x, t: network(x, t, text, mask),
    "its filter alone": lambda x, t: network.filter(x * mask[..., None], t),
}

# %% show=true
judged = torch.tensor([2, 10, 30, 60, 100, 200, 300, 400, 500, 600, 700, 800, 900, 980]) * schedule.T // 1000


@torch.no_grad()
def judge(model, step):
    t = torch.full((len(motions),), int(step), device=device)
    return ddpm_loss(model, schedule, motions, t, fresh, mask).mean().cpu()


losses = {
    name: torch.stack([judge(model, step) for step in tqdm(judged, name, **quiet)])
    for name, model in candidates.items()
}
figures.loss_by_step(judged, losses, schedule)

# %% [markdown]
# Start on the left. With little noise the clean motion is easy to see, and the trained network's error of
# $x_0$ is tiny; it grows as the noise hides more, and never gets as bad as "the average", since there is a
# caption to go by. Told as $\varepsilon$, on the right, *the same errors* tell the opposite story: now the
# first steps are the hard ones. So what a network is asked, and how steps are weighed, decides which steps
# it works for.
#
# Now compare the trained network with its filter, which has seen no caption and has no layers. Where the two
# curves lie together, a weighted average of frames knows as much as the network; where they part, you see
# what it has learnt. With little noise everybody's x0 is good, so a small gap there can still be the
# trembling of a hand; with much noise there is hardly a motion left to filter, and what remains to go by is
# the caption and what people do.
#
# (These motions come with the course and were drawn by a network of ours, so they are easier for it than
# yours would be. Notebook 04 measures on people.)

# %% [markdown]
# ## Code 7 · One step of DDPM
#
# Now backwards. From $x_t$ we want an $x_s$ with a little less noise, where $s<t$ is the next step to visit
# (`t_prev`; $-1$ stands for "no noise at all", $\bar\alpha_{-1}=1$). **If** we knew $x_0$, Bayes' rule
# would tell us exactly how such an $x_s$ is distributed: as a Gaussian (Ho et al. 2020, eq. 6 and 7). With
# $\alpha=\bar\alpha_t/\bar\alpha_s$ and $\beta=1-\alpha$
#
# $$\mu = \frac{\sqrt{\bar\alpha_s}\,\beta}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha}\,(1-\bar\alpha_s)}{1-\bar\alpha_t}\,x_t,
# \qquad \sigma^2 = \frac{1-\bar\alpha_s}{1-\bar\alpha_t}\,\beta .$$
#
# We do not know $x_0$. But we have a network that guesses it. So, the DDPM step: put the guess $\hat x_0$
# in for $x_0$, and *draw* from that Gaussian, $x_s=\mu+\sigma z$ with fresh normal noise $z$ (`noise`). The
# guess is poor at first; that is why we take only a small step towards it, and ask again.
#
# `schedule.split(prediction, x_t, t)` gives $\hat x_0$ whatever the network predicts, and
# `schedule.alpha_bar` knows $\bar\alpha$ at `t` and at `t_prev`.

# %% exercise="code7"

# %% check="code7"

# %% [markdown]
# Hints: `labkit.hint("code7")`. After an honest attempt: `labkit.solution("code7")`.

# %% [markdown]
# ### The loop around your step
#
# A sampler is a loop: start with pure noise; guess, step, guess, step. Here it is, and it keeps everything,
# so that we can look at the way as well as at the end. `predict(x, t)` is whoever does the guessing; `step`
# is yours; `dice` is the seed of the fresh noise.


# %%
def denoise(predict, step, start, steps, dice=0, schedule=schedule, **options):
    """From noise `start` to a sample → the steps visited, every state, and every guess at x0."""
    draw = torch.Generator().manual_seed(1_000_000 + dice)  # never the noise that we start from
    times = schedule.timesteps(steps).tolist()
    states, guesses = [start], []
    for now, then in zip(tqdm(times, step.__name__, **quiet), [*times[1:], -1]):
        x = states[-1]
        t, t_prev = (torch.full((len(x),), s, device=x.device) for s in (now, then))
        prediction = predict(x, t)
        z = torch.randn(x.shape, generator=draw).to(x.device)
        states.append(step(schedule, prediction, x, t, t_prev, z, **options))
        guesses.append(schedule.split(prediction, x, t)[0])
    return times, states, guesses


# %% [markdown]
# ### First, a world where we know the truth
#
# Let the "motions" be single numbers: with probability 0.4 near $-1.5$, otherwise near $1$. In this world
# the best possible guess of $x_0$ has a formula, so the network is perfect and any fault is the step's.

# %%
MEAN, STD, SHARE = torch.tensor([-1.5, 1.0]), torch.tensor([0.1, 0.2]), torch.tensor([0.4, 0.6])
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
numbers = torch.randn(20_000, 1, 1, generator=torch.Generator().manual_seed(0))

# %%
times, states, _ = denoise(oracle, ddpm_step, numbers, 100, schedule=toy)
figures.walks(times, {"DDPM": torch.cat(states, -1)[:, 0].T}, (line, truth))

# %% [markdown]
# Each thin line is a number on its way from noise, on the left, to data: it strays like a dog off its
# leash, and still comes home to one of two doors. If your step is right, the histogram lies on the black
# curve. (Try the most popular mistake: $\sigma^2$ in the place of $\sigma$. It makes both humps too
# narrow.)

# %% [markdown]
# ### Now a person
#
# The same loop, the same step; only the guessing is done by the network. `guided` adds *guidance*, which we
# come to below.

# %%
STEPS = schedule.T if device == "cuda" else min(schedule.T, 100)
reason = "the full schedule" if STEPS == schedule.T else "evenly spread, since there is no GPU here"
print(f"DDPM takes {STEPS} of {schedule.T} steps: {reason}")


def gaussian(seed, n=1, frames=80):
    """Pure noise (n, F, D) to start from: 80 frames are four seconds."""
    return torch.randn(n, frames, D, generator=torch.Generator().manual_seed(seed)).to(device)


def ask(*captions, scale=2.0, frames=80):
    text = conditioner(list(captions))
    mask = torch.ones(len(captions), frames, dtype=torch.bool, device=device)
    return lambda x, t: guided(network, x, t, text, mask, scale)


def bodies(z, smoothing=1.0):
    """z-scored motions → bodies. A little smoothing over time, as `labkit generate` does."""
    return [decode(smooth(x, smoothing)) for x in network.normalizer.inverse(z).cpu()]


inline = dict(embed=True, html_attributes="controls autoplay loop muted")

# %% [markdown]
# Here is your first motion, made by your own step. Then change `SEED` and `CAPTION` and run it again:
# *another seed is another take of the same scene.*

# %% show=true
SEED, CAPTION = 0, "a person raises the right hand"
began = time.perf_counter()
times, states, guesses = denoise(ask(CAPTION), ddpm_step, gaussian(SEED), STEPS, SEED)
clock = {"DDPM": (STEPS, time.perf_counter() - began)}
video = "out/generation_ddpm_incontext.mp4"
render_video(video, bodies(states[-1]), body, [CAPTION], size=360, progress=False)
Video(video, **inline)

# %% [markdown]
# What happened on the way? First the states $x_t$, half a second of each, as before. The tangle sorts
# itself out.

# %% show=true
picked = [round(k * (STEPS - 1) / 6) for k in range(7)]
titles = [f"t = {times[k]}" for k in picked]
joints = [decode_joints(network.normalizer.inverse(states[k])[0, half_second].cpu()) for k in picked]
figures.sticks(joints, titles, body.parents)

# %% [markdown]
# And here is what the network *took for* the clean motion at the same moments, always the same frame. At
# the first step it sees nothing but noise: all it has is the caption. What does it guess? And when are the
# details settled?

# %% show=true
guessed = [bodies(guesses[k], 0)[0] for k in picked]
figures.film({r"guess $\hat x_0$": guessed}, titles, body, frame=40)

# %% [markdown]
# ## How loudly to say the caption: guidance
#
# In training the caption was withheld now and then, so the network can be asked twice: with the caption
# $c$, and with none ($\varnothing$). *Classifier-free guidance* (Ho & Salimans 2021) goes from the second
# answer towards the first, and, for a scale $s>1$, beyond it:
#
# $$\hat x = \hat x(x_t,\varnothing) + s\,\big(\hat x(x_t,c)-\hat x(x_t,\varnothing)\big)$$
#
# At $s=0$ the caption is ignored, at $s=1$ it is simply heard, and at 6 it is shouted. Same seed, four
# scales:

# %% show=true
scales = [0, 1, 2, 6]
takes = [denoise(ask(CAPTION, scale=s), ddpm_step, gaussian(SEED), 25, SEED)[1][-1] for s in scales]
labkit.show(bodies(torch.cat(takes)), [f"guidance {s:g}" for s in scales])

# %% [markdown]
# ## Code 8 · One step of DDIM
#
# DDPM throws fresh dice after every answer. Does it have to? Song et al. (2021) noticed that the loss only
# ever looks at the mix $x_t$, never at the way that led there. Other ways through the same mixes are just
# as right, the same trained network serves them all, and one of them needs no dice.
#
# Here is how. The guess $\hat x_0$ comes with a guess of the noise, $\hat\varepsilon$ (`schedule.split`
# gives both). To get to step $s$, **mix the two anew**, in the shares that belong to $s$ (their eq. 12 and
# 16):
#
# $$x_s = \sqrt{\bar\alpha_s}\;\hat x_0 + \sqrt{1-\bar\alpha_s-\sigma^2}\;\hat\varepsilon + \sigma z,
# \qquad \sigma = \eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\,\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}} .$$
#
# $\eta$ (`eta`) says how much of the noise is fresh: 0 is plain DDIM, where $z$ plays no part; 1 draws as
# DDPM does. What comes in as fresh $z$ has to go from $\hat\varepsilon$, hence the $-\sigma^2$ under the
# root (rounding may push it a hair below zero: `clamp`).

# %% exercise="code8"

# %% check="code8"

# %% [markdown]
# Hints: `labkit.hint("code8")`. After an honest attempt: `labkit.solution("code8")`.

# %% [markdown]
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
# On the leash! DDIM's paths are smooth and do not cross: where you start decides where you end. And yet
# both histograms fit the same curve.
#
# A smooth path can be walked in longer strides. How much does that help? In this world it can be measured:
# the *Wasserstein distance* says how far, on average, samples must be moved until they are distributed like
# the truth.

# %%
strides = [3, 5, 10, 20, 50]
far = {"DDPM": [], "DDIM": []}
for steps in strides:
    for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
        ends = denoise(oracle, step, numbers, steps, schedule=toy)[1][-1].flatten()
        far[name].append(wasserstein_distance(ends, line, None, truth))
figures.error_by_steps(strides, far, "Wasserstein distance")

# %% [markdown]
# From five steps on DDIM is clearly the closer one. With three, both are lost: even perfect guesses are of
# no use to someone who hardly asks. And mind the small print: *your* DDPM step can skip steps at all only
# because its $\beta$ is that of the whole stride. Ho et al.'s own sampler visits all $T$; skipping is what
# the DDIM paper brought.

# %% [markdown]
# ### The same person, fewer steps
#
# Same caption, same seed, same network, your other step:

# %% show=true
STEPS_DDIM = 50
began = time.perf_counter()
_, states, _ = denoise(ask(CAPTION), ddim_step, gaussian(SEED), STEPS_DDIM)
clock["DDIM"] = (STEPS_DDIM, time.perf_counter() - began)
video = "out/generation_ddim_incontext.mp4"
render_video(video, bodies(states[-1]), body, [CAPTION], size=360, progress=False)
Video(video, **inline)

# %% show=true
print("sampler   steps   seconds   seconds a step")
for name, (steps, seconds) in clock.items():
    print(f"{name:7} {steps:7} {seconds:9.2f} {seconds / steps:16.3f}")
steps, seconds = clock["DDPM"]
print(f"All {schedule.T} steps of DDPM would take about {schedule.T * seconds / steps:.0f} s here.")

# %% [markdown]
# A step costs about the same with either: it is the network that takes the time, not your formula. So a
# sampler is as fast as its steps are few. How few can they be?

# %% show=true
counts = [100, 50, 10, 5]
takes = [denoise(ask(CAPTION), ddim_step, gaussian(SEED), steps)[1][-1] for steps in counts]
labkit.show(bodies(torch.cat(takes)), [f"DDIM, {steps} steps" for steps in counts])

# %% [markdown]
# It is *one motion* four times, drawn with more or fewer strokes: *Overlay* shows how nearly. (Is anything
# lost at five? Look at the finer movements.) DDPM, with other dice for every number of steps, would have
# shown four different takes.

# %% [markdown]
# ### Watch it think
#
# Now both of your steps beside each other, from one and the same noise to a motion, with two sliders: one for
# the frame, as always, and one for the diffusion step. What you see at each step is the guess $\hat x_0$, the
# clean motion that the network believes in *at that moment*.
#
# Pull the lower slider to *noise* and come back slowly. When do the two part? What is settled first, where
# the body goes or what its hands do?

# %% show=true
labkit.show.denoising(
    network, schedule, conditioner([CAPTION]), frames=80, config=SamplingConfig(steps=50, seed=SEED)
)

# %% [markdown]
# Add `shown="x_t"` to see what the sampler holds in its hands instead of what the network makes of it.

# %% [markdown]
# ### Who decides what happens?
#
# With DDIM, the start noise alone. To see it, we start twice from the same noise, with other dice on the
# way:

# %% show=true
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    one, two = (denoise(ask(CAPTION), step, gaussian(SEED), 10, dice)[1][-1] for dice in (1, 2))
    print(f"{name}: the two results differ by {(one - two).abs().mean():.3f} standard deviations on average")

# %% [markdown]
# And $\eta$ leads from one to the other. Three motions from the same start noise:

# %% show=true
etas = [0.0, 0.5, 1.0]
takes = [denoise(ask(CAPTION), ddim_step, gaussian(SEED), 25, SEED, eta=eta)[1][-1] for eta in etas]
labkit.show(bodies(torch.cat(takes)), [f"η = {eta:g}" for eta in etas])

# %% [markdown]
# A sampler without dice is a plain function of its start noise, and functions can be *explored*. Take two
# start noises $a$ and $b$, and walk from one to the other on the arc $\cos\varphi\,a+\sin\varphi\,b$ (so
# that everything on the way is normal noise again). The motions blend:

# %% show=true
angles = torch.linspace(0, torch.pi / 2, 4, device=device)[:, None, None]
between = angles.cos() * gaussian(SEED) + angles.sin() * gaussian(SEED + 1)
blend = denoise(ask(*[CAPTION] * 4), ddim_step, between, 25)[1][-1]
labkit.show(bodies(blend), ["seed a", "⅓ of the way", "⅔ of the way", "seed b"])

# %% [markdown] question="q6" points=4
# **Q6.** What is the key difference between DDIM and DDPM, and what are DDIM's advantages? (Four to eight
# sentences; you may point to the pictures above.)

# %% [markdown] rubric="q6"
# **4 points.**
#
# - **2: the key difference.** DDPM draws fresh noise at every step (each step is a sample of a Gaussian),
#   DDIM with $\eta=0$ draws none: it re-mixes the guesses $\hat x_0$ and $\hat\varepsilon$ for the next
#   noise level, so the result is a function of the start noise. 1 point for "deterministic against random",
#   1 for *why this is allowed*: the training loss depends only on $q(x_t\mid x_0)$, which a whole family of
#   (non-Markovian) processes shares, so the same trained network serves both, without training anew.
# - **2: advantages, 1 each, any two**: fewer steps for the same quality, so faster; the same start noise
#   always gives the same sample, whatever the number of steps (previews, comparisons of models,
#   reproducibility); a meaningful latent space (interpolation, inversion: from a motion back to its noise);
#   $\eta$ as a dial between the two.
#
# **Model answer.** Both start from noise and ask the same network for a guess of the clean motion. DDPM
# then draws from the Gaussian posterior, so fresh noise enters at every step and the same start leads to
# different results. DDIM puts the guessed motion and the guessed noise together again in the shares of the
# next step, and with $\eta = 0$ adds nothing: the way is a smooth path fixed by its start. That is allowed
# because training only fixes the marginals $q(x_t | x_0)$, not the way between them. A smooth path can be
# followed with long strides, so tens of steps do what DDPM's full schedule does with a thousand, at the
# same cost a step. And because the result is a function of the start noise, it can be repeated, previewed
# with few steps, interpolated and inverted.
#
# **Common misunderstandings.** "DDIM needs another network or training" (no: same weights). "A DDIM step is
# cheaper" (no: one pass of the network each, or two with guidance; there are fewer of them). "DDIM is
# deterministic, so it always gives the same motion" (only from the same start noise). "$\eta=0$ means no
# noise at all" (the start is still noise). "DDPM cannot skip steps" (ours does; it was the DDIM paper that
# showed how, and it gets worse sooner): no deduction for stating that original DDPM visits all.

# %% [markdown]
# *Learning on your own?* After writing your answer, read section 4 of Song et al., "Denoising Diffusion
# Implicit Models" (2021), and look again at the two pictures of paths.

# %% [markdown]
# ### Look closely: DDPM beside DDIM
#
# For the last question, three captions, each from the same start noise with both samplers and with equally
# many steps: DDPM above, DDIM below, all on one clock. This time nothing is smoothed: you see what the
# sampler drew. Slow it down, and leave the trail of a wrist or a foot.

# %% show=true
scenes = ["a person walks forward", "a person kicks", "a person waves with both hands"]
takes = {
    name: denoise(ask(*scenes), step, gaussian(SEED, n=3), 50, SEED)[1][-1]
    for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items()
}
labels = [f"{name}: {scene}" for name in takes for scene in scenes]
labkit.show([motion for z in takes.values() for motion in bodies(z, 0)], labels, height=720)

# %% [markdown]
# Eyes first; then a few numbers to hold against what you saw. *Sliding* is how fast feet move while they
# touch the floor, *jerk* measures trembling, *penetration* how deep feet sink into the floor; the last row
# is recorded people. Mind that each row of ours is the mean of three motions only.

# %% show=true
print(" " * 10, *(f"{column:>18}" for column in PHYSICAL))
rows = {name: physical(list(network.normalizer.inverse(z).cpu()), body) for name, z in takes.items()}
rows["people"] = load_reference("test_a").physical
for name, measured in rows.items():
    print(f"{name:10}", *(f"{v:18.2f}" for v in torch.tensor(measured).nanmean(0)))

# %% [markdown] question="q7" points=3
# **Q7.** Watch the motions of both samplers, here and further up, with several seeds and captions. Which
# differences do you *see*: in what the person does, in how smoothly they move, in feet and hands, from seed
# to seed and with few steps? Name the motions in which you saw it, and where you see no difference, say so.

# %% [markdown] rubric="q7"
# **3 points**, one for each observation that is (a) about motion, (b) tied to a motion shown or made
# (caption, seed, steps), and (c) not contradicted by it. At least one must compare like with like (same
# caption, seed and number of steps); without that, 2 points at most. "I see no difference in ..." counts as
# an observation if it was looked for. Explanations are welcome, but not needed; weights and seeds differ,
# so grade what was watched, not the direction found.
#
# **Model answer** (for the shipped weights). Both samplers obey the caption, and a single frame does not
# tell which one drew it. From the same start noise they play different takes, since DDPM's dice lead
# elsewhere. DDIM's takes with 100, 50 and 10 steps are nearly one motion; at 5 steps the finer movements
# are flattened. Unsmoothed, both tremble at hands and feet, DDIM a little more (its jerk is higher in
# nearly every motion). Over many motions its feet slide more, too: an error of the network stays on DDIM's
# path, while DDPM's fresh noise drowns it (Karras et al. 2022, sec. 4). How deep feet sink into the floor
# differs from motion to motion, with no clear winner. Feet slide in both, far more than people's.
#
# **Common misunderstandings.** Judging samplers by one motion each with different seeds. Calling DDPM
# "noisier" because its steps add noise: the last step adds none. Praising very few steps as "smoother"
# without noticing that detail is gone. Blaming the sampler for what is the network's (sliding feet are in
# both).

# %% [markdown]
# *Learning on your own?* After answering, change `SEED` and `scenes` above and see which of your
# observations survive; then read "What they are worth" in `data/checkpoints/TRAINING.md`, which counts the
# same faults over many more motions.

# %% [markdown]
# ## Your turn
#
# Everything you wrote is now part of labkit. One line generates motions with *your* step: any caption, any
# of its settings.

# %% show=true
from labkit.generate import generate

captions = ["a person dances", "a person walks and turns left"]
labkit.show(
    generate(captions, "incontext", seconds=4, config=SamplingConfig(sampler="ddim", steps=20, seed=3)),
    captions,
)

# %% [markdown]
# And here is all of it in one box: your steps, from words to a body. Choose *in-context*, whose recording you
# borrowed above; the line under the settings says whose code runs, and for the other two networks
# `labkit.use_recorded_solution("code4", "code5")` lends you theirs. Press *Generate*, then change one thing and generate
# again: the history shows up to three takes side by side. What is the most surprising thing that you can make
# this body do?

# %% show=true
labkit.prompt_box()
