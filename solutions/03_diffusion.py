# %% [markdown]
# # 3 · Diffusion: from noise to motion
#
# In this notebook you write the loss that trains a diffusion model, and the two sampling steps, DDPM's and
# DDIM's, that turn noise into motion. You test both on plain numbers, where the true distribution is known,
# and then on a body. At the end you can explain how the two samplers differ.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 6 | the loss | 2 | 20 | nothing |
# | Code 7 | one step of DDPM | 3 | 30 | nothing |
# | Code 8 | one step of DDIM | 3 | 25 | nothing; Code 7 is to compare with |
#
# With reading, sampling and the two questions, plan about three hours.
#
# Symbols and papers: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# The network here is the in-context one of notebook 2. `labkit.use_mine("code3")` plugs in your answer to
# Code 3, which passed its check there and was stored in `my_answers.json`. If nothing is stored, a recorded
# solution takes its place, and the output states it.

# %%
import json
import time

import numpy as np
import torch
from IPython.display import Video
from scipy.stats import wasserstein_distance

from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset, pad
from labkit.diffusion import SamplingConfig, Schedule, ddim_step, ddpm_loss, ddpm_step, guided
from labkit.models import make_denoiser
from labkit.motion import JOINT_NAMES, LAYOUT, D, decode, decode_joints, smooth
from labkit.paths import data_dir
from labkit.progress import bar
from labkit.reference import load_reference
from labkit.scores import PHYSICAL, physical
from labkit.show import render_video
from labkit.show.figures import diffusion as figures
from labkit.show.figures.flow import by_calls

labkit.use_mine("code3")
body, conditioner = load_body(), load_text().to(device)
network, schedule = load_denoiser("incontext")
network, schedule = network.to(device), schedule.to(device)

# %% [markdown]
# ## The forward process: adding noise
#
# A diffusion model is trained to undo noise. The *forward process* adds it: in many small steps it turns a
# motion into pure noise. A network then learns to reverse these steps.
#
# Call the clean motion $x_0$: one row of features per frame, z-scored (notebook 1). Let $\varepsilon$ be
# noise of the same shape, with independent standard normal entries. The noised motion at step $t$ is
#
# $$x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\varepsilon$$
#
# ([Ho et al. 2020](https://arxiv.org/abs/2006.11239), eq. 4). $\bar\alpha_t$ falls from nearly 1 at $t=0$ to
# nearly 0 at the last step, $T-1$. In the code it is `schedule.alpha_bar(t)`, and the whole line is
# `schedule.q_sample(x0, t, noise)`.

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
# Each panel overlays ten consecutive frames, half a second; the last one is dark. Without noise they move
# smoothly; with noise every frame is somewhere else.

# %%
half_second = slice(40, 50)
joints = [decode_joints(network.normalizer.inverse(noised(t))[0, half_second].cpu()) for t in ruin]
figures.sticks(joints, [f"t = {t}" for t in ruin], body.parents)

# %% [markdown]
# The same with a body. A single noisy frame may still pass for a person in an unusual pose. That is because
# we undo the z-score before drawing: $x = \mu + \sigma \tilde x$, so even pure noise varies around the mean
# pose $\mu$. Play it, and you see what the noise removes first: *the agreement of neighbouring frames*.

# %% show=true
ruined = [decode(network.normalizer.inverse(noised(t))[0].cpu()) for t in (0, 100, 250, 750)]
labkit.show(ruined, ["clean", "t = 100", "t = 250", "t = 750"])

# %% [markdown]
# How fast should the signal vanish? The **schedule** decides. In Ho et al. the variance of each step grows
# linearly; [Nichol & Dhariwal (2021)](https://arxiv.org/abs/2102.09672) found that this destroys the signal
# too early, and proposed a cosine. Our networks use the schedule printed above the figure.
#
# On the right is the **signal-to-noise ratio** $\mathrm{SNR}_t = \bar\alpha_t / (1-\bar\alpha_t)$, which
# determines how hard a step is. At 1 (grey line), signal and noise have equal variance. *What share of its
# steps does each schedule spend below a threshold such as SNR < 0.01, where hardly any signal is left?*
#
# One trap in other code: the linear variances of Ho et al., from 0.0001 to 0.02, are made for $T = 1000$. With
# $T = 100$ they leave $\sqrt{\bar\alpha_{T-1}} \approx 0.6$. Sampling that starts from pure noise then gives the
# network inputs that it never received in training.

# %%
print("ours:", schedule.config["kind"])
figures.schedule_curves({kind: Schedule(schedule.T, kind) for kind in ("cosine", "linear")})

# %% [markdown]
# ## Three prediction targets
#
# The network receives $x_t$, the step $t$ and the caption. What should it predict?
#
# - the noise $\varepsilon$ (Ho et al. 2020),
# - the clean motion $x_0$ (in the code, `"sample"`),
# - or the mixture $v = \sqrt{\bar\alpha_t}\,\varepsilon - \sqrt{1-\bar\alpha_t}\,x_0$
#   ([Salimans & Ho 2022](https://arxiv.org/abs/2202.00512)).
#
# Since $x_t$ is known, each of them determines the other two. Our networks predict $x_0$.
# `schedule.target(x0, noise, t)` is the target, and `schedule.split` converts *any* of the predictions into
# estimates of both $x_0$ and $\varepsilon$. The figure shows the height of the right foot relative to the pelvis, for
# one $t$.

# %%
t = torch.tensor([400], device=device)
foot = LAYOUT["joints"].start + 3 * (JOINT_NAMES.index("right_foot") - 1) + 2  # z; the pelvis is left out
curves = {"$x_t$, the network's input": schedule.q_sample(x0, t, noise)}
for kind, name in dict(epsilon=r"$\varepsilon$", sample="$x_0$", v_prediction="$v$").items():
    view = Schedule(schedule.T, schedule.config["kind"], kind).to(device)
    answer = curves[f"target: {name}"] = view.target(x0, noise, t)
    clean, _ = view.split(answer, schedule.q_sample(x0, t, noise), t)
    print(f"{kind:14} gives x0 back to within {(clean - x0).abs().max():.0e}")
figures.through_time({name: c[0, :, foot].cpu() for name, c in curves.items()}, "foot height, z-scored")

# %% [markdown]
# The three targets weigh errors differently. Insert $x_t$ and an estimate $\hat x_0$ into the first equation
# and solve it for $\hat\varepsilon$:
#
# $$\lVert\varepsilon-\hat\varepsilon\rVert^2 = \mathrm{SNR}_t\;\lVert x_0-\hat x_0\rVert^2 .$$
#
# So the simple loss on $\varepsilon$ of Ho et al. is a loss on $x_0$ with a large weight at small $t$, where
# the SNR is large. A check with the trained network:

# %%
text = conditioner([sample.captions[0]])
x_t = schedule.q_sample(x0, t, noise)
clean, eps = schedule.split(network(x_t, t, text), x_t, t)
ratio = ((noise - eps) ** 2).mean() / ((x0 - clean) ** 2).mean()
print(f"error of ε / error of x0: {ratio:.4f}      SNR at t = {int(t)}: {schedule.snr(t).item():.4f}")

# %% [markdown]
# ## Code 6 · The loss
#
# *Difficulty 2 of 5 · 20 minutes · needs nothing. Stretch: which weighting of $t$ turns the loss on
# $\varepsilon$ into the loss on $v$? Check it by numbers.*
#
# One training step takes a motion, samples a step and noise, mixes them, and measures the error of the
# network's prediction ([Ho et al. 2020](https://arxiv.org/abs/2006.11239), eq. 14):
#
# $$L_\mathrm{simple}(\theta) = \mathbb{E}_{t, x_0, \varepsilon}\Big[\big\lVert\, \varepsilon -
# \varepsilon_\theta\big(\sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\varepsilon,\; t\big)
# \big\rVert^2\Big]$$
#
# The paper's network $\varepsilon_\theta$ predicts the noise. Yours compares the prediction with whatever
# `schedule.target` returns. Two more differences:
#
# * The motions of a batch have different lengths and are padded. `mask` (B, F) is True at real frames.
#   Padding must change neither the sum of the errors nor the number that it is divided by.
# * Return **one loss per sample**, the mean over its real frames and their D features, so that every step $t$
#   can be examined on its own. Training takes the mean over the batch, which estimates the expectation above.

# %% exercise="code6"

# %% check="code6"

# %% [markdown]
# Stuck? `labkit.hint("code6")` prints a hint, and a further one at each call. After an honest attempt,
# `labkit.solution("code6")` prints the reference solution, where it is installed.

# %% [markdown]
# ### The loss at every noise level
#
# Your loss compares four predictors at many steps $t$: the trained network; the same architecture with random
# weights, whose filter is not fitted either (its estimate is 0 and $c_{out}$ is 1); the mean motion, which is zero in z-scores; and the linear filter that stands before the network
# (notebook 2), alone.

# %%
some = [starter[i] for i in range(0, len(starter), len(starter) // 8)][:8]
motions, mask = pad([network.normalizer(s.x.to(device)) for s in some])
text, mask = conditioner([s.captions[0] for s in some]), mask.to(device)
fresh = torch.randn(motions.shape, generator=torch.Generator().manual_seed(1)).to(device)
torch.manual_seed(0)
untrained = make_denoiser("incontext", **network.config).to(device).eval()
candidates = {
    "untrained": lambda x, t: untrained(x, t, text, mask),
    "mean motion": lambda x, t: torch.zeros_like(x),
    "trained": lambda x, t: network(x, t, text, mask),
    "filter": lambda x, t: network.filter(x * mask[..., None], t),
}

# %% show=true
judged = torch.tensor([2, 10, 30, 60, 100, 200, 300, 400, 500, 600, 700, 800, 900, 980]) * schedule.T // 1000


@torch.no_grad()
def judge(model, step):
    t = torch.full((len(motions),), int(step), device=device)
    return ddpm_loss(model, schedule, motions, t, fresh, mask).mean().cpu()


losses = {
    name: torch.stack([judge(model, step) for step in bar(judged, name)])
    for name, model in candidates.items()
}
figures.loss_by_step(judged, losses, schedule, ("trained", "filter"))

# %% [markdown]
# On the left, the error of the trained network and of the filter grows with the noise. Why is that of the mean motion the
# same at every step? In the middle, *the same errors* measured on
# $\varepsilon$: now the first steps have the largest loss. So the choice of target, and of the weights of the
# steps, determines which noise levels a network is trained for most.
#
# The right panel divides the trained network's error by the filter's. Where it is near 1, a weighted sum of
# neighbouring frames does as well as the network. Where it is low, the network has learned more. Which noise
# levels are those, and what can the network use there that the filter cannot? Is the ratio above 1 anywhere? There
# the network is worse than its own filter.
#
# These motions were generated by a network of ours and then cleaned up, smoothing included, which helps the filter. How was it on the
# recordings that the networks were trained on? The first row of adaLN's training log is the mean of the first 50
# steps. It is almost the filter alone, because a new adaLN network outputs zero. The mean of the last five rows is the
# trained network. (The true ratios are lower: late in the training $t$ was sampled more often at high noise, within each
# quarter too, and that raises the mean loss.)

# %%
log = np.genfromtxt(data_dir() / "checkpoints" / "logs" / "adaln.csv", delimiter=",", names=True)
for quarter, column in enumerate((c for c in log.dtype.names if c.startswith("loss_")), 1):
    first, last = np.nanmean(log[column][:1]), np.nanmean(log[column][-5:])
    print(f"quarter {quarter} of the schedule: {first:.3f} → {last:.3f}, ratio {last / first:.2f}")

# %% [markdown]
# ## Code 7 · One step of DDPM
#
# *Difficulty 3 of 5 · 30 minutes · needs nothing. Stretch: the paper also allows $\beta_t$ as the variance.
# For which data is which choice exact (section 3.2)?*
#
# Sampling runs backwards, from noise to data. If $x_0$ were known, Bayes' rule would give the distribution of
# $x_{t-1}$ exactly ([Ho et al. 2020](https://arxiv.org/abs/2006.11239), eq. 6 and 7): it is
# $\mathcal{N}\big(\tilde\mu_t(x_t, x_0),\, \tilde\beta_t I\big)$ with
#
# $$\tilde\mu_t(x_t, x_0) = \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 +
# \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t,
# \qquad \tilde\beta_t = \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t,$$
#
# where $\alpha_t = 1 - \beta_t$ and $\bar\alpha_t = \prod_{k \le t} \alpha_k$. We do not know $x_0$, but the
# network estimates it. So one step (algorithm 2 there) inserts $\hat x_0$ for $x_0$ and samples from this
# Gaussian: mean plus standard deviation times fresh standard normal noise $z$. The first estimates are poor,
# so each step is small, and the next one calls the network again.
#
# Our samplers may **skip** steps. Then $t-1$ stands for the next step that is visited, `t_prev`, and
# $\alpha_t$ and $\beta_t$ belong to the whole stride from `t_prev` to `t`: express them by $\bar\alpha$ at
# the two ends. `t_prev` is −1 in the last step, where $\bar\alpha = 1$: no noise is left.
#
# `schedule.split(prediction, x_t, t)` returns $\hat x_0$ for every prediction target, and
# `schedule.alpha_bar` gives $\bar\alpha$ at `t` and at `t_prev`.

# %% exercise="code7"

# %% check="code7"

# %% [markdown]
# Hints: `labkit.hint("code7")`. After an honest attempt: `labkit.solution("code7")`.

# %% [markdown]
# ### The loop around your step
#
# A sampler is a loop: start with pure noise; predict, step, predict, step. This one stores all states, so
# that we can look at the path as well as at its end. `predict(x, t)` is the network; `step` is yours;
# `noise_seed` seeds the fresh noise of the steps.


# %%
def denoise(predict, step, start, steps, noise_seed=0, schedule=schedule, **options):
    """From noise `start` to a sample → the steps visited, all states, and all estimates of x0."""
    generator = torch.Generator().manual_seed(1_000_000 + noise_seed)  # never the noise that we start from
    times = schedule.timesteps(steps).tolist()
    states, estimates = [start], []
    for now, then in zip(bar(times, step.__name__), [*times[1:], -1]):
        x = states[-1]
        t, t_prev = (torch.full((len(x),), s, device=x.device) for s in (now, then))
        prediction = predict(x, t)
        z = torch.randn(x.shape, generator=generator).to(x.device)
        states.append(step(schedule, prediction, x, t, t_prev, z, **options))
        estimates.append(schedule.split(prediction, x, t)[0])
    return times, states, estimates


# %% [markdown]
# ### First, a distribution that we know
#
# Let the "motions" be single numbers: with probability 0.4 near $-1.5$, otherwise near $1$. For this
# distribution the best estimate of $x_0$ has a formula, so the denoiser is exact, and any error comes from
# the step.

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
# Each thin line is one number on its path from noise, on the left, to data. DDPM paths are random, but end at
# one of the two modes. If your step is right, the histogram follows the black curve. (Try the most common
# mistake: $\tilde\beta_t$ in the place of its square root. Both modes become too narrow, and their shares change.)

# %% [markdown]
# ### Now a person
#
# The same loop and the same step; the network makes the estimates. `guided` adds *guidance*, explained below.

# %%
STEPS = schedule.T if device == "cuda" else min(schedule.T, 100)
reason = "the full schedule" if STEPS == schedule.T else "evenly spaced, since there is no GPU"
print(f"DDPM takes {STEPS} of {schedule.T} steps: {reason}")


def gaussian(seed, n=1, frames=80):
    """Pure noise (n, F, D) to start from: 80 frames are four seconds."""
    return torch.randn(n, frames, D, generator=torch.Generator().manual_seed(seed)).to(device)


def ask(*captions, scale=2.0, frames=80):
    """A network that predicts x0 for these captions, with this guidance scale."""
    text = conditioner(list(captions))
    mask = torch.ones(len(captions), frames, dtype=torch.bool, device=device)
    return lambda x, t: guided(network, x, t, text, mask, scale)


def bodies(motions, smoothing=1.0):
    """z-scored motions → bodies, slightly smoothed over time."""
    return [decode(smooth(x, smoothing)) for x in network.normalizer.inverse(motions).cpu()]


inline = dict(embed=True, html_attributes="controls autoplay loop muted")

# %% [markdown]
# Here is the first motion made by your own step. Change `SEED` and `CAPTION` and run the cell again: another
# seed gives another motion for the same caption.

# %% show=true
SEED, CAPTION = 0, "a person raises the right hand"
times, states, _ = denoise(ask(CAPTION), ddpm_step, gaussian(SEED), STEPS, SEED)
video = "out/generation_ddpm_incontext.mp4"
render_video(video, bodies(states[-1]), body, [CAPTION], size=360, progress=False)
Video(video, **inline)

# %% [markdown]
# What happened on the way? First the states $x_t$, half a second of each, as before.

# %% show=true
picked = [round(k * (STEPS - 1) / 6) for k in range(7)]
titles = [f"t = {times[k]}" for k in picked]
joints = [decode_joints(network.normalizer.inverse(states[k])[0, half_second].cpu()) for k in picked]
figures.sticks(joints, titles, body.parents)

# %% [markdown]
# Now the network's *estimate* of the clean motion, $\hat x_0$, at several steps, always the same frame. It is
# sampled without guidance, so you see exactly what the network predicts. At the first step its input is pure
# noise, and the caption is its only information. What does it estimate there? And from which step on are details
# fixed?

# %% show=true
times, _, estimates = denoise(ask(CAPTION, scale=1), ddpm_step, gaussian(SEED), 25, SEED)
picked = [round(k * (len(times) - 1) / 6) for k in range(7)]
titles = [f"t = {times[k]}" for k in picked]
shown = [bodies(estimates[k], 0)[0] for k in picked]
print("standard deviation of the estimate:", *(f"{estimates[k].std():.2f}" for k in picked))
figures.film({r"estimate $\hat x_0$": shown}, titles, body, frame=40)

# %% [markdown]
# Each printed number is the standard deviation over all frames and features of one estimate, in z-scores. The last one is
# that of a finished motion. The least-squares estimate is a mean over all motions that are possible given $x_t$. The
# noisier $x_t$ is, the closer it is to the mean of all motions for this caption, and a mean of many motions is closer to
# 0, the mean pose, than a single one.

# %% [markdown]
# ## Classifier-free guidance
#
# In training the caption was dropped now and then, so the network can predict with the caption $c$, and
# without one ($\varnothing$). *Classifier-free guidance* ([Ho & Salimans
# 2021](https://arxiv.org/abs/2207.12598), eq. 6) moves from the second prediction towards the first and, for
# a scale $w>1$, beyond it:
#
# $$\hat x = \hat x(x_t,\varnothing) + w\,\big(\hat x(x_t,c)-\hat x(x_t,\varnothing)\big)$$
#
# $w=0$ ignores the caption, $w=1$ is the plain conditional prediction, larger $w$ exaggerates the caption's
# effect. (Two conventions exist: the scale of Ho & Salimans, $w'$ in this course, is $w - 1$.) Same seed, four scales:

# %% show=true
scales = [0, 1, 2, 6]
takes = [denoise(ask(CAPTION, scale=s), ddpm_step, gaussian(SEED), 25, SEED)[1][-1] for s in scales]
labkit.show(bodies(torch.cat(takes)), [f"guidance {s:g}" for s in scales])

# %% [markdown]
# ## Code 8 · One step of DDIM
#
# *Difficulty 3 of 5 · 25 minutes · needs nothing; Code 7 is to compare with. Stretch: show that $\eta = 1$ is the
# step of Code 7 with the variance $\tilde\beta_t$: the same mean and the same variance. Then compare your two
# functions by numbers.*
#
# DDPM adds fresh noise in every step. Is that necessary? [Song et al.
# (2021)](https://arxiv.org/abs/2010.02502) observed something about the loss of Code 6. Which distributions of $x_t$ does
# it contain, and which not? They found a whole family of processes; one step of it is their eq. 12:
#
# $$x_{t-1} = \sqrt{\alpha_{t-1}}\;
# \underbrace{\left(\frac{x_t - \sqrt{1-\alpha_t}\;\varepsilon_\theta^{(t)}(x_t)}
# {\sqrt{\alpha_t}}\right)}_{\text{predicted } x_0} +
# \underbrace{\sqrt{1-\alpha_{t-1}-\sigma_t^2}\;\varepsilon_\theta^{(t)}(x_t)}_{
# \text{direction pointing to } x_t} +
# \underbrace{\sigma_t\, \varepsilon_t}_{\text{random noise}}$$
#
# with, from their eq. 16,
#
# $$\sigma_t = \eta\,\sqrt{\frac{1-\alpha_{t-1}}{1-\alpha_t}}\,\sqrt{1-\frac{\alpha_t}{\alpha_{t-1}}} .$$
#
# **Mind the notation**: their $\alpha_t$ is the $\bar\alpha_t$ of Ho et al. and of our code, and $t-1$ is
# again the next step that is visited. $\varepsilon_\theta^{(t)}(x_t)$ is the network's estimate of the noise;
# `schedule.split` returns it together with the predicted $x_0$. $\eta$ (`eta`) is 0 for DDIM; 1 gives the step of
# Code 7 with the variance $\tilde\beta_t$. The noise of $x_{t-1}$ has the variance $1-\alpha_{t-1}$ in all. Fresh noise
# has the part $\sigma_t^2$ of it, so $1-\alpha_{t-1}-\sigma_t^2$ is left for the estimated noise. At $\eta = 1$ this
# difference can be zero, and rounding may make it slightly negative: `clamp` it.

# %% exercise="code8"

# %% check="code8"

# %% [markdown]
# Hints: `labkit.hint("code8")`. After an honest attempt: `labkit.solution("code8")`.

# %% [markdown]
# ### The same distribution with DDIM
#
# Same starting points, same exact denoiser, both of your steps:

# %%
paths = {}
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    times, states, _ = denoise(oracle, step, numbers, 100, schedule=toy)
    paths[name] = torch.cat(states, -1)[:, 0].T
figures.walks(times, paths, (line, truth))

# %% [markdown]
# Compare the paths: which cross, which are smooth, and what determines where a path ends? Both histograms follow
# the same curve.
#
# Which kind of path can be followed with larger steps? For this distribution it can be measured: the *Wasserstein
# distance* is the smallest mean distance by which samples have to be moved to be distributed exactly like the data.

# %%
numbers_of_steps = [3, 5, 10, 20, 50]
far = {"DDPM": [], "DDIM": []}
for steps in numbers_of_steps:
    for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
        ends = denoise(oracle, step, numbers, steps, schedule=toy)[1][-1].flatten()
        far[name].append(wasserstein_distance(ends, line, None, truth))
figures.error_by_steps(numbers_of_steps, far, "Wasserstein distance")

# %% [markdown]
# Which sampler is closer to the data with this exact denoiser, and from how many steps on? (With many steps the
# order also depends on the variance of your DDPM step, $\tilde\beta_t$ or $\beta_t$.) With three steps both are far
# off: three steps are too coarse, even with a perfect denoiser. Note that *your* DDPM step can skip steps only
# because $\alpha_t$ and $\beta_t$ are those of the whole stride. The sampler of Ho et al. visits all $T$ steps;
# skipping came with the DDIM paper.
#
# A trained network is not exact. Which sampler needs fewer steps *then* is a separate question; below you
# compare motions, and then the same question is answered by measurements.

# %% [markdown]
# ### The same person, fewer steps
#
# Same caption, same seed, same network, your other step:

# %% show=true
_, states, _ = denoise(ask(CAPTION), ddim_step, gaussian(SEED), 50)
video = "out/generation_ddim_incontext.mp4"
render_video(video, bodies(states[-1]), body, [CAPTION], size=360, progress=False)
Video(video, **inline)

# %% show=true
clock = {}
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    denoise(ask(CAPTION), step, gaussian(SEED), 3)  # the first calls are slower: not measured
    began = time.perf_counter()
    denoise(ask(CAPTION), step, gaussian(SEED), 20)
    clock[name] = (time.perf_counter() - began) / 20
    print(f"{name}: {clock[name]:.3f} s a step, so 50 steps take {50 * clock[name]:.1f} s", end="")
    print(f" and all {schedule.T} steps {schedule.T * clock[name]:.0f} s")

# %% [markdown]
# Almost all of this time is spent in the network, which both samplers call once per step (on a batch of two,
# with guidance). So the time of a sampler is its number of steps. How few can they be? Above DDPM, below
# DDIM:

# %% show=true
counts = [50, 10, 5]
samplers = {"DDPM": ddpm_step, "DDIM": ddim_step}
takes = {
    f"{name}, {steps} steps": denoise(ask(CAPTION), step, gaussian(SEED), steps, SEED)[1][-1]
    for name, step in samplers.items()
    for steps in counts
}
labkit.show(bodies(torch.cat(list(takes.values()))), list(takes), height=720)

# %% [markdown]
# DDIM starts from the same noise each time and adds none; DDPM adds the same sequence of noise, but at other steps. How
# close are the three motions of each row? (*Overlay* shows it.) What is lost with fewer steps? Compare the finer
# movements, the feet, and whether the caption is still followed.

# %% [markdown]
# ### The two samplers, measured
#
# One caption shows little. Both samplers were measured at several numbers of evenly spaced steps on held-out
# captions, all from the same first noise, with the shipped cross-attention network, with guidance of scale 2 and without
# smoothing. The numbers are in `data/checkpoints/samplers.json`, with the command that made them. The measures are
# those of notebook 4. FD is the Fréchet distance to real motion. R3 of n: is the motion among the three of n motions
# that fit its caption best? *Jerk* is the third derivative of a joint's position, large where a motion trembles.
# Bands are 95 % intervals. A grey line is real motion, in the panels that have one. FD depends on the number of
# motions, so compare only values of this picture with each other. And low jerk is not good by itself: a motion that
# is too smooth has it as well.
#
# *From how many steps on does each sampler no longer improve? Where do the two differ by more than their intervals? Is
# the order that of the exact denoiser above, in all measures?*

# %%
study = json.loads((data_dir() / "checkpoints" / "samplers.json").read_text("utf-8"))
better = {"FD": "lower", "R3": "higher", "jerk": "near real motion"}
titles = {name: better[name.split()[0]] for name in study["measures"]}
print(
    f"{study['network']}, {study['captions']} captions, guidance scale {study['guidance_scale']:g} at all steps"
)
print(f"made by: {study['command']}")
by_calls(study["steps"], study["measures"], titles, study["real"])

# %% [markdown]
# ### Predictions during sampling
#
# Both of your steps side by side, from the same noise to a motion, with two sliders: one for the frame, and
# one for the diffusion step. Each body shows the estimate $\hat x_0$ at that step.
#
# Move the lower slider to *noise* and back slowly. At which step do the two samplers separate? What is fixed
# first, the path of the body or the movement of the hands?

# %% show=true
labkit.show.denoising(
    network,
    schedule,
    conditioner([CAPTION]),
    frames=80,
    config=SamplingConfig(steps=50, shift=1, guidance_scale=2, guidance_below=1, seed=SEED),
)

# %% [markdown]
# With `shown="x_t"` it shows the current noisy sample $x_t$ instead of the estimate.

# %% [markdown]
# ### Where does the randomness come from?
#
# We start twice from the same noise, with other noise in the steps:

# %% show=true
for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items():
    one, two = (denoise(ask(CAPTION), step, gaussian(SEED), 10, k)[1][-1] for k in (1, 2))
    print(f"{name}: the two results differ by {(one - two).abs().mean():.3f} standard deviations on average")

# %% [markdown]
# $\eta$ interpolates between the two. Three motions from the same start noise:

# %% show=true
etas = [0.0, 0.5, 1.0]
takes = [denoise(ask(CAPTION), ddim_step, gaussian(SEED), 25, SEED, eta=eta)[1][-1] for eta in etas]
labkit.show(bodies(torch.cat(takes)), [f"η = {eta:g}" for eta in etas])

# %% [markdown]
# Take two start noises $a$ and $b$, and go from one to the other on the arc $\cos\varphi\,a+\sin\varphi\,b$, on
# which every point is again standard normal. No noise is added in the steps. *Does the motion change gradually? Would
# this work with DDPM?*

# %% show=true
angles = torch.linspace(0, torch.pi / 2, 4, device=device)[:, None, None]
between = angles.cos() * gaussian(SEED) + angles.sin() * gaussian(SEED + 1)
blend = denoise(ask(*[CAPTION] * 4), ddim_step, between, 25)[1][-1]
labkit.show(bodies(blend), ["seed a", "⅓ of the way", "⅔ of the way", "seed b"])

# %% [markdown] question="q6" points=4
# **Q6.** What is the key difference between DDIM and DDPM, and why can both use the same trained network? Name two
# advantages of DDIM, and for each a figure or a number of this notebook that shows it. For each, does it also
# show with the trained network, in which measures, and if not, what is a possible reason? (Five to ten sentences. Quote the
# numbers, captions and seeds that you use: only the text of this cell is graded, your figures are not handed in.)

# %% [markdown] rubric="q6"
# **4 points.**
#
# - **2: the key difference.** DDPM adds fresh noise at every step (each step samples a Gaussian), DDIM with
#   $\eta=0$ adds none: it combines the estimates $\hat x_0$ and $\hat\varepsilon$ for the next noise level,
#   so the result is a function of the start noise. 1 point for "deterministic against random", 1 for *why both
#   can use one network*: the training loss depends only on $q(x_t\mid x_0)$, which a whole family of
#   (non-Markovian) processes shares, so the same trained network serves both, without training anew.
# - **1: two advantages with their evidence**, half a point each: few steps at a small loss of quality, because the
#   paths are smooth, where the original DDPM visits all $T$; the same start noise always gives the same sample,
#   similar for other numbers of steps (previews, comparisons of models, reproducibility); a meaningful latent space
#   (interpolation, inversion: from a motion back to its noise); $\eta$ interpolates between the two. An advantage
#   without a figure or number: a quarter.
# - **1: what does not show with the trained network, and a possible reason.** Check the answer against the numbers that
#   it quotes. "All of them show" is right if the numbers support it.
#
# **Model answer.** Both start from noise and ask the same network for an estimate of the clean motion. DDPM
# then samples from the Gaussian posterior, so fresh noise enters at every step and the same start leads to
# different results. DDIM combines the estimated motion and the estimated noise in the proportions of the next
# step, and with $\eta = 0$ adds nothing: the path is smooth and fixed by its start. That is allowed because
# training only fixes the marginals $q(x_t | x_0)$, not the process between them. A smooth path can be
# followed with large steps: with the exact denoiser of the two modes, DDIM's Wasserstein distance after 10 steps is
# 0.05, and DDPM's 0.08. The cost per step is the same. And because the result is a function of the start noise, it
# can be interpolated: the four motions on the arc changed gradually, and two runs with other noise in the steps were
# equal (0.000). That DDIM needs fewer steps does not show with the trained network: in my figure the two samplers'
# intervals of FD and R3 overlap at 5 to 50 steps, and DDIM's mean jerk is higher at each. A possible reason: the
# network's errors accumulate along DDIM's path, while the noise that DDPM adds lets later steps correct earlier errors (Karras et al. 2022, sec. 4). Which
# effect is larger depends on the network and on the measure. (Numbers of one set of weights: check the student's own.)
#
# **Common misunderstandings.** "DDIM needs another network or training" (no: same weights). "A DDIM step is
# cheaper" (no: one pass of the network each, or two with guidance). "DDIM is deterministic, so it always
# gives the same motion" (only from the same start noise). "$\eta=0$ means no noise at all" (the start is
# still noise). "DDPM cannot skip steps" (ours does, with $\alpha_t$, $\beta_t$ of the stride; no deduction
# for stating that the original DDPM visits all).

# %% [markdown]
# *Learning on your own?* After writing your answer, read section 4 of Song et al., "Denoising Diffusion
# Implicit Models" (2021), and compare with the two figures of paths.

# %% [markdown]
# ### DDPM beside DDIM
#
# For the last question, three captions, each from the same start noise with both samplers and the same number
# of steps: DDPM above, DDIM below. This time nothing is smoothed: you see what the sampler produced. Play it
# slowly, and leave the trail of a wrist or a foot.

# %% show=true
scenes = ["a person walks forward", "a person kicks", "a person waves with both hands"]
takes = {
    name: denoise(ask(*scenes), step, gaussian(SEED, n=3), 50, SEED)[1][-1]
    for name, step in {"DDPM": ddpm_step, "DDIM": ddim_step}.items()
}
labels = [f"{name}: {scene}" for name in takes for scene in scenes]
labkit.show([motion for x in takes.values() for motion in bodies(x, 0)], labels, height=720)

# %% [markdown]
# Watch first; then compare with a few measurements. How high do a foot and a wrist rise: does each motion do
# what its caption asks for? *Sliding* is the speed of feet near the floor, *jerk* is large where a motion trembles,
# *penetration* is how deep feet sink into the floor; the last row is recorded motion. Each of our rows is the
# mean of only three motions.

# %% show=true
feet, wrists = ([JOINT_NAMES.index(f"{s}_{part}") for s in ("left", "right")] for part in ("foot", "wrist"))
for label, x in zip(labels, torch.cat(list(takes.values()))):
    height = decode_joints(network.normalizer.inverse(x).cpu())[..., 2]
    foot, wrist = height[:, feet].max(), height[:, wrists].max()
    print(f"{label:40} highest foot {foot:.2f} m, highest wrist {wrist:.2f} m")

# %% show=true
print(" " * 10, *(f"{column:>18}" for column in PHYSICAL))
rows = {name: physical(list(network.normalizer.inverse(x).cpu()), body) for name, x in takes.items()}
rows["recorded"] = load_reference("test_a").physical
for name, measured in rows.items():
    print(f"{name:10}", *(f"{v:18.2f}" for v in torch.tensor(measured).nanmean(0)))

# %% [markdown] question="q7" points=3
# **Q7.** Watch the motions of both samplers, here and further up, with several seeds and captions. Which
# differences do you *see*: in what the person does, in how smoothly they move, in feet and hands, from seed
# to seed and with few steps? Compare at least once with equal caption, seed and number of steps. Name the motions in
# which you saw each difference (caption, seed, steps), and quote the numbers that you use: only the text of this cell
# is graded. Where you see no difference, write so.

# %% [markdown] rubric="q7"
# **3 points**, one for each observation that is (a) about motion, (b) tied to a motion shown or made
# (caption, seed, steps), and (c) not contradicted by it. At least one must compare like with like (same
# caption, seed and number of steps); without that, 2 points at most. "I see no difference in ..." counts as
# an observation if it was looked for. Explanations are welcome, but not needed; weights and seeds differ,
# so grade what was watched, not the direction found. Check the answer against the numbers that it quotes.
#
# **Model answer** (an example: what is seen depends on weights and seeds). In "a person waves with both hands", seed 0,
# both samplers raise both hands; in "a person kicks" I looked for a foot that rises, and the printed heights show
# whether it does. From the same start noise the two give different motions, since DDPM's fresh noise leads elsewhere.
# DDIM's motions with 50 and 10 steps are nearly one motion; at 5 steps finer movements are flattened. In the cell
# above, hands and feet tremble in both; the table compares their jerk. Feet slide in both, more than
# people's, so most of it is the network's. How much the sampler adds, three motions do not show (TRAINING.md compares
# over 128). How deep feet sink differs from motion to motion.
#
# **Common misunderstandings.** Judging samplers by one motion each with different seeds. Calling DDPM
# "noisier" because its steps add noise: the last step adds none. Praising very few steps as "smoother"
# without noticing that detail is gone. Blaming the sampler alone for sliding feet (they are in both; the
# sampler changes by how much).

# %% [markdown]
# *Learning on your own?* After answering, change `SEED` and `scenes` above and see which of your
# observations survive; then read "How to sample" in `data/checkpoints/TRAINING.md`, which compares the two samplers
# over many more motions.

# %% [markdown]
# ## Your turn
#
# Everything you wrote is now part of labkit. One call generates motions with *your* step, for any caption and
# setting. Its loop differs from `denoise` in three ways. Before your step it limits $\hat x_0$ to the range of the training
# data ([Saharia et al. 2022](https://arxiv.org/abs/2205.11487), section 2.3). It places more of the steps at high
# noise (`shift`; [Esser et al. 2024](https://arxiv.org/abs/2403.03206), eq. 23), where `shift=1` would space them evenly.
# And it guides only steps below $0.95\,T$ (`guidance_below`), with a larger scale; notebook 5 says why. After the loop the
# motion is *cleaned up*: smoothed, standing feet held in place, nothing left below the floor (`raw=True` leaves this out).
# So do not compare its feet with those above.

# %% show=true
from labkit.generate import generate

captions = ["a person dances", "a person walks and turns left"]
config = SamplingConfig(sampler="ddim", steps=20, seed=3)
labkit.show(generate(captions, "incontext", seconds=4, config=config), captions)

# %% [markdown]
# The box below generates from your captions. The line under the settings states whose code runs;
# `labkit.use_mine("code4", "code5")` plugs in the other two networks. Press *Generate*, then change one
# setting and generate again: the history shows up to three motions side by side. Which caption of three words
# does the network get wrong?

# %% show=true
labkit.prompt_box()

# %% [markdown]
# ## What comes next
#
# You can now train a diffusion model and sample from it in two ways. In **notebook 4** you measure what it generates:
# which of the three networks is best, and how certain is the answer?
