# %% [markdown]
# # 6 · Flows
#
# Diffusion learns to remove noise. *Flow matching* learns a velocity: it moves each point from noise to data along
# the solution of a differential equation. In this notebook you write the loss of flow matching and two solvers of
# the equation. You train a flow on points of the plane and then on motion. Then you compare DDPM, DDIM and the flow
# at equal numbers of network calls, and find out how closely DDIM and the flow are related.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 17 | the flow-matching loss | 2 | 20 | Code 6 helps, and is not required |
# | Code 18 | Euler's step, and Heun's as a bonus | 2 (Heun: 3) | 20 | nothing |
#
# The points of this notebook are extra credit, unless your instructor decides otherwise. The pictures after Code 18
# need Code 17.
#
# Symbols and papers: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# `labkit.use_mine` plugs in your answers to Code 4 (the network's methods), Code 6 (the loss), Code 7 and 8 (the two
# samplers' steps), Code 10 (the Fréchet distance) and Code 14 (guidance), which were stored when they passed their
# checks. A recorded solution takes the place of an answer that is missing, and the output names it.

# %%
import time

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from labkit.body import load_body
from labkit.checkpoint import load_text
from labkit.dataset import MotionDataset, pad
from labkit.diffusion import (
    SamplingConfig,
    Schedule,
    ddim_step,
    ddpm_loss,
    ddpm_step,
    euler_step,
    flow_loss,
    guided,
    heun_step,
    sample,
)
from labkit.evaluator import load_evaluator
from labkit.metrics import bootstrap, frechet_distance, retrieval
from labkit.models import make_denoiser
from labkit.motion import D, decode, smooth
from labkit.progress import bar
from labkit.scores import motion_features, physical
from labkit.show.figures import editing
from labkit.show.figures import flow as figures
from labkit.stubs import bare

labkit.use_mine("code4", "code6", "code7", "code8", "code10", "code14")
body, conditioner, schedule = load_body(), load_text().to(device), Schedule(1000).to(device)
starter = MotionDataset("starter", mirror=True)

# %% [markdown]
# ## A straight line from data to noise
#
# Take a motion $x_0$ and noise $\varepsilon\sim\mathcal N(0,I)$, and connect them by a straight line:
#
# $$x_t = (1-t)\,x_0 + t\,\varepsilon,\qquad 0\le t\le 1 .$$
#
# As everywhere in this course, **$t=0$ is data and $t=1$ is noise**. (The papers on flows,
# [Lipman et al. 2023](https://arxiv.org/abs/2210.02747) and [Liu et al. 2023](https://arxiv.org/abs/2209.03003),
# count the other way. Their $t$ is $1-t$ here, and their velocity has the opposite sign.) A point that runs along
# this line has a velocity, the derivative with respect to $t$, which is the same at all its points. ($t$ is a float
# here, and $v$ a velocity, not the prediction target of notebook 3.)
#
# Many such lines pass through one point $x_t$, in different directions, since many pairs of data and noise meet
# there. *Conditional flow matching* trains a network $v_\theta(x_t,t)$ to predict the velocity of the line by least
# squares (Lipman et al., eq. 23 with $\sigma_{\min}=0$; Liu et al., eq. 1):
#
# $$L(\theta)=\mathbb E_{t,x_0,\varepsilon}\Big[\Big\lVert v_\theta(x_t,t) - \frac{\mathrm d x_t}{\mathrm d t}
# \Big\rVert^2\Big].$$
#
# The minimum of a squared error is a mean: the network learns the *mean* velocity of all lines through $x_t$. This
# mean has a useful property (Lipman et al., theorems 1 and 2). Points that start as noise at $t=1$ and follow it
# back to $t=0$,
#
# $$\frac{\mathrm d x_t}{\mathrm d t} = v_\theta(x_t,t),$$
#
# are distributed like the data. No noise is added on the way.

# %% [markdown]
# ### Code 17 · The flow-matching loss
#
# Write the loss for a batch of motions: one number a sample, the mean over real frames and features, as in Code 6.
# The time $t$ is a float between 0 and 1, one a sample.
#
# *Difficulty 2 of 5 · 20 minutes · Code 6 helps. Stretch: which weight would turn this loss into that of Code 6, for
# a network that predicts $x_0$?*

# %% exercise="code17"

# %% check="code17"

# %% [markdown]
# Hints: `labkit.hint("code17")`. After your own attempt: `labkit.solution("code17")`.
#
# ### Points of the plane
#
# The data are two moons, and the "network" has three small layers. A point is a motion of one frame with two
# features. Training takes a few seconds.


# %%
def moons(n, generator):
    """Points (n, 1, 2) on two half circles."""
    angle, upper = torch.pi * torch.rand(n, generator=generator), torch.rand(n, generator=generator) < 0.5
    circle = torch.stack([angle.cos(), angle.sin()], -1)
    points = torch.where(upper[:, None], circle, torch.tensor([1.0, 0.5]) - circle)
    points = points + 0.05 * torch.randn(n, 2, generator=generator)
    return (1.5 * points - torch.tensor([0.75, 0.4]))[:, None]


class Plane(torch.nn.Module):
    """A velocity (B, 1, 2) for points (B, 1, 2) and times (B,)."""

    def __init__(self, width=128):
        super().__init__()
        layers = []
        for n in (3, width, width):
            layers += [torch.nn.Linear(n, width), torch.nn.SiLU()]
        self.layers = torch.nn.Sequential(*layers, torch.nn.Linear(width, 2))

    def forward(self, x, t):
        return self.layers(torch.cat([x, t[:, None, None]], -1))  # (B, 1, 3) → (B, 1, 2)


# %% show=true
torch.manual_seed(0)
generator = torch.Generator().manual_seed(0)
plane, toy_losses = Plane(), []
optimizer = torch.optim.Adam(plane.parameters(), 2e-3)
one_frame = torch.ones(256, 1, dtype=torch.bool)
for _ in bar(range(2000), "points"):
    x0, noise = moons(256, generator), torch.randn(256, 1, 2, generator=generator)
    loss = flow_loss(plane, x0, torch.rand(256, generator=generator), noise, one_frame).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    toy_losses.append(loss.item())
editing.training_curve(toy_losses)

# %% [markdown]
# *Why does this loss not go to zero, however long you train?* (What does the network know of the line on which
# $x_t$ lies?)
#
# ## Following the velocity
#
# Sampling means solving the differential equation from $t=1$ to $t=0$. A solver takes steps $t\to t'$ with $t'<t$.
# **Euler's step** treats the velocity as constant during the step:
#
# $$x_{t'} = x_t + (t'-t)\,v_\theta(x_t,t) .$$
#
# The velocity changes along the way, so the error of the whole path is proportional to the length of the steps.
# **Heun's step** ([Karras et al. 2022](https://arxiv.org/abs/2206.00364), algorithm 1) asks for the velocity at both
# ends of Euler's step and uses their mean:
#
# $$\hat x_{t'} = x_t + (t'-t)\,v_\theta(x_t,t),\qquad
# x_{t'} = x_t + (t'-t)\,\tfrac12\big(v_\theta(x_t,t)+v_\theta(\hat x_{t'},t')\big) .$$
#
# It costs two network calls, and its error is proportional to the *square* of the length of the steps. The last step,
# to $t'=0$, is Euler's.
#
# ### Code 18 · Euler's step, and Heun's
#
# `velocity` is a function of $x_t$ and $t$. Euler's step has most of the points. Heun's is a bonus: you can leave it
# empty, and the pictures then show Euler's alone.
#
# *Difficulty 2 of 5, Heun's 3 · 20 minutes · needs nothing. Stretch: the steps need not be of equal length. Place 8 of
# them so that the points of the plane come closer to their exact ends.*

# %% exercise="code18"

# %% check="code18"

# %% [markdown]
# Hints: `labkit.hint("code18")`. After your own attempt: `labkit.solution("code18")`.
#
# `solve` is the loop around your step. It is given a number of *network calls*, since these take the time: Euler's
# step needs one, Heun's two (and one in the last step).


# %%
SOLVERS = {"Euler": euler_step}
if not bare(heun_step.stub.function):  # only where it has been written
    SOLVERS["Heun"] = heun_step


@torch.no_grad()
def solve(velocity, start, calls, solver="Euler"):
    """From noise (B, F, D) at t = 1 to t = 0 with at most so many calls of `velocity` → all states."""
    steps = calls if solver == "Euler" else (calls + 1) // 2
    times, states = torch.linspace(1, 0, steps + 1, device=start.device), [start]
    for now, then in zip(times, times[1:]):
        t, t_next = now.expand(len(start)), then.expand(len(start))
        states.append(SOLVERS[solver](velocity, states[-1], t, t_next))
    return torch.stack(states)


truth = moons(1500, torch.Generator().manual_seed(2))[:, 0]
numbers = torch.randn(1500, 1, 2, generator=torch.Generator().manual_seed(1))

# %% show=true
shown = {f"{n} calls" if n > 1 else "1 call": solve(plane, numbers, n)[-1, :, 0] for n in (1, 2, 4, 8, 32)}
figures.clouds(shown, truth)

# %% [markdown]
# One step of Euler's leads every point close to the *mean* of the data. Why? (What is the mean velocity at $t=1$, where
# $x_t$ is pure noise?)
#
# Below, on the left, are some of the straight lines that the network was trained on, from noise to data. On the right
# are the paths that its velocity makes of the same starting points. *On the left two lines can pass through the same
# point at the same time. Why can two paths of the flow not?* (The pictures have no axis of time: where two paths cross,
# they pass at different times.)

# %% show=true
ends = moons(60, torch.Generator().manual_seed(3))
lines = torch.stack([numbers[:60, 0], ends[:, 0]])
curves = solve(plane, numbers[:60], 60)[:, :, 0]
figures.paths({"lines of the training": lines, "paths of the flow": curves}, truth)

# %% [markdown]
# How far are the end points from the exact solution, for each number of network calls? (Exact enough: Euler with 200 and
# 400 steps, extrapolated to steps of length 0. The
# last step of Heun is Euler's: with 2 calls Heun is one Euler step, and with 4 it makes 3 calls.)

# %% show=true
exact = 2 * solve(plane, numbers, 400)[-1] - solve(plane, numbers, 200)[-1]  # the first-order error cancels
print("calls  ", "".join(f"{n:9}" for n in (2, 4, 8, 16, 32)))
for solver in SOLVERS:
    far = [(solve(plane, numbers, n, solver)[-1] - exact).norm(dim=-1).mean() for n in (2, 4, 8, 16, 32)]
    print(f"{solver:7}", "".join(f"{value:9.4f}" for value in far))

# %% [markdown]
# *By which factor does each row fall from column to column, for Heun from 4 calls on? Does it agree with the orders
# stated above?*
#
# ## A flow of motions
#
# Now motion, with the training loop of notebook 5: the same small adaLN network, the same data (windows of at most 80
# frames), AdamW, and an average of the weights (PyTorch's `AveragedModel`). One network is trained with your loss of Code 17, and another
# one with that of Code 6, for the same number of steps.
#
# Two things have to be adapted, since this network was made for diffusion.
#
# - **What it predicts.** A network that predicts the velocity $\varepsilon-x_0$ must reproduce the noise in all
#   205 features of a frame. This one has 112 numbers for each frame in its blocks, too few for that. It estimates
#   $x_0$, as before. The velocity follows: $x_t-x_0=t\,(\varepsilon-x_0)$, hence
#   $v_\theta = (x_t-\hat x_0)/t$. (The division is the reason why training leaves out $t<0.01$.)
# - **Its input.** The network was made for steps $0 \dots T-1$ and for inputs
#   $\sqrt{\bar\alpha}\,x_0+\sqrt{1-\bar\alpha}\,\varepsilon$: its time embedding is made of sines of the step, and its
#   linear filter knows the noise level of each step. Divide $x_t$ by $\sqrt{(1-t)^2+t^2}$, and it is such an input,
#   with $\bar\alpha=(1-t)^2/\big((1-t)^2+t^2\big)$. So `step_of` converts $t$ into the step with this
#   $\bar\alpha$.

# %%
T_MIN = 0.01
captions = sorted({caption for s in starter for caption in s.captions})
row, features = {caption: i for i, caption in enumerate(captions)}, conditioner(captions)
levels = -(schedule.alphas_cumprod[1:] + schedule.alphas_cumprod[:-1]) / 2  # half-way between two steps


def step_of(t):
    """The step (B,) of diffusion whose ᾱ is nearest to that of the line at t (B,)."""
    t = t.double()
    return torch.bucketize(-((1 - t) ** 2) / ((1 - t) ** 2 + t**2), levels)


def as_flow(network):
    """The velocity of a network that estimates x0. It is called like the network, with t from 0 to 1."""

    def velocity(x, t, text, mask, drop=None):
        time = t.reshape(-1, 1, 1)
        x0 = network(x / ((1 - time) ** 2 + time**2).sqrt(), step_of(t), text, mask, drop)
        return (x - x0) / time.clamp(min=1e-4)  # solvers go below T_MIN, never to 0

    return velocity


def loss_of_flow(network, u, x0, noise, mask, text):
    """Code 17 at times u (B,)."""
    velocity, t = as_flow(network), T_MIN + (1 - T_MIN) * u
    return flow_loss(lambda x_t, t: velocity(x_t, t, text, mask), x0, t, noise, mask).mean()


def loss_of_diffusion(network, u, x0, noise, mask, text):
    """Code 6 at steps T · u (B,)."""
    t = (schedule.T * u).long().clamp(max=schedule.T - 1)
    return ddpm_loss(lambda x_t, t: network(x_t, t, text, mask), schedule, x0, t, noise, mask).mean()


# %%
def new_network():
    torch.manual_seed(0)
    network = make_denoiser(
        "adaln", D, schedule.T, d_text=conditioner.tower.width, width=112, depth=4, heads=4
    )
    network.normalizer.fit(torch.cat([s.x for s in starter]))
    network.filter.fit([network.normalizer(s.x) for s in starter], schedule.alphas_cumprod.cpu())
    return network.to(device)


def train(loss_of, steps, size=32, longest=80, rate=1e-3):
    """Train a new network → its averaged copy, and the loss of each step."""
    network, losses = new_network().train(), []
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    optimizer = torch.optim.AdamW(network.parameters(), rate, betas=(0.9, 0.99), weight_decay=0.01)
    generator = torch.Generator().manual_seed(0)

    def below(n):
        return int(torch.randint(n, (), generator=generator))

    for step in bar(range(steps), loss_of.__name__):
        chosen = [starter[below(len(starter))] for _ in range(size)]
        starts = [below(max(1, len(s.x) - longest + 1)) for s in chosen]
        x, mask = pad([s.x[start : start + longest] for s, start in zip(chosen, starts)])
        x0, mask = network.normalizer(x.to(device)), mask.to(device)
        words = [s.captions[below(len(s.captions))] for s in chosen]
        text = features[torch.tensor([row[c] for c in words])]
        noise = torch.randn(x.shape, generator=generator).to(device)
        # one time from each of `size` equal parts of 0 … 1, so that the loss of a batch varies less
        u = ((torch.arange(size) + torch.rand(size, generator=generator)) / size).to(device)
        loss = loss_of(network, u, x0, noise, mask, text)  # captions are withheld inside of the network
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:  # up over 50 steps, then down on a cosine
            group["lr"] = (
                rate * min(1, (step + 1) / 50) * (0.01 + 0.99 * np.cos(step / steps * np.pi / 2) ** 2)
            )
        optimizer.step()
        average.update_parameters(network)
        losses.append(loss.item())
    return average.module.eval().requires_grad_(False), losses


# %% [markdown]
# Each of the two takes one to two minutes on a CPU.

# %% show=true
STEPS = 500
began = time.perf_counter()
diffusion_network, _ = train(loss_of_diffusion, STEPS)
print(f"{STEPS} steps of 32 motions in {time.perf_counter() - began:.0f} s on {device}")

# %% show=true
flow_network, flow_losses = train(loss_of_flow, STEPS)
editing.training_curve(flow_losses)

# %% [markdown]
# Motions of your flow. It starts from the same noise as `sample` of notebook 5 with this seed.


# %%
def sample_flow(network, text, lengths, calls, solver="Euler", guidance_scale=2.0, seed=0):
    """One motion a caption → (B, F, D), not z-scored, padded with zeros. lengths: (B,) frames."""
    B, F = len(lengths), int(lengths.max())
    mask = (torch.arange(F) < lengths[:, None]).to(device)
    start = torch.randn(B, F, D, generator=torch.Generator().manual_seed(seed)).to(device)
    velocity = as_flow(network)

    def limited(x, t):
        """The guided velocity, with its estimate of x0 in the range of the data, as in `sample`."""
        v, time = guided(velocity, x, t, text, mask, guidance_scale), t.reshape(-1, 1, 1)
        x0 = network.normalizer.clip(x - time * v)
        return torch.where(time > 0, (x - x0) / time.clamp(min=1e-4), v)

    x = solve(limited, start, calls, solver)[-1]
    return network.normalizer.inverse(x) * mask[..., None]


# %% show=true
asked = ["a person walks forward", "a person raises the left hand", "a person raises the right hand"]
made = sample_flow(flow_network, conditioner(asked), torch.full((3,), 70), calls=32)
labkit.show([decode(smooth(x.cpu(), 1.0)) for x in made], [f"flow: {caption}" for caption in asked])

# %% [markdown]
# ## How many network calls?
#
# 48 captions of the starter set, and three measures of notebook 4: R3 of 24 (is the motion among the three of 24 that fit
# its caption best?), the Fréchet distance (FD) to the other motions of the set, and jerk (here without the clean-up).
# The motions of the set were sampled from a network themselves. Both networks were trained on
# these captions, so this compares samplers and does not test the networks on new captions. DDPM and DDIM use the
# network of the diffusion loss, Euler and Heun that of the flow's loss. With guidance, a call is one call on a batch of
# two. The $n$ steps of DDPM and DDIM include $k=0$, where almost no noise is left, so their $n$ calls are little more than
# $n-1$ steps; Euler's $n$ calls are $n$ steps, and Heun makes $n-1$ calls. Bands are 95 % intervals. The grey line is the value of the set's own 48 motions for these captions. FD depends
# on N, here 48, so compare only values of this picture with each other.
#
# *Before you run it: which sampler do you expect to need the fewest calls?*

# %% show=true
N, CALLS = 48, [2, 4, 8, 16, 32]
evaluator = load_evaluator().to(device)
shuffled = [starter[i] for i in np.random.default_rng(0).permutation(len(starter))]
tested, others = shuffled[:N], shuffled[N:]
words = np.array([s.captions[0] for s in tested])
lengths = torch.tensor([len(s.x) for s in tested])
text = conditioner(list(words))
with torch.no_grad():
    encoded = conditioner.encoder(list(words)).to(device)
    text_features = evaluator.text_features(encoded).cpu().numpy()
features_of_others = motion_features(evaluator, [s.x for s in others])
BEST = {"R3 of 24": "higher is better", "FD": "lower is better", "jerk m/s³": "near the data"}


def measures(motions):
    """Value and interval (value, low, high) of each measure of N motions (F, D), in the order of BEST."""
    found = motion_features(evaluator, motions)

    def recall_at_3(chosen):
        same = words[chosen, None] == words[chosen]
        return retrieval(text_features[chosen], found[chosen], gallery=24, same=same)["R3"]

    recall = bootstrap(recall_at_3, np.arange(N), n=50)
    distance = bootstrap(lambda some: frechet_distance(features_of_others, some), found, n=20)
    return recall, distance, bootstrap(np.nanmean, physical(motions, body)[:, 1])


# %% show=true
real = {measure: value for measure, (value, _, _) in zip(BEST, measures([s.x for s in tested]))}


def sampled(name, calls, text, lengths):
    """Motions of a sampler by its name: "DDPM", "DDIM", "flow, Euler", "flow, Heun"."""
    if name.startswith("flow"):
        return sample_flow(flow_network, text, lengths, calls, name.removeprefix("flow, "))
    # steps evenly spaced in k, all guided, as those of `sample_flow` are in t
    config = SamplingConfig(sampler=name.lower(), steps=calls, shift=1, guidance_scale=2.0, guidance_below=1)
    return sample(diffusion_network, schedule, text, lengths, config)


samplers = ["DDPM", "DDIM", *(f"flow, {solver}" for solver in SOLVERS)]
measured = {measure: {name: [] for name in samplers} for measure in BEST}
for name in samplers:
    for calls in bar(CALLS, name):
        motions = [x[:n] for x, n in zip(sampled(name, calls, text, lengths).cpu(), lengths)]
        for measure, value in zip(BEST, measures(motions)):
            measured[measure][name].append(value)
figures.by_calls(CALLS, measured, BEST, real)

# %% [markdown]
# *Which differences are larger than their intervals? From how many calls on do more calls no longer help?* The two
# networks differ in their training, too: a difference of two curves may be due to the sampler or to the network. The next
# section compares two samplers on one network.
#
# The same caption from the same noise with four calls:

# %% show=true
few = conditioner(["a person walks forward"])
takes = [sampled(name, 4, few, torch.tensor([70]))[0] for name in samplers[:3]]
labkit.show([decode(x.cpu()) for x in takes], [f"{name}, 4 calls" for name in samplers[:3]])

# %% [markdown]
# ## DDIM as a differential equation
#
# Let the steps of DDIM become short. Then its path, too, is the solution of a differential equation (Song et al. 2021,
# [DDIM](https://arxiv.org/abs/2010.02502), section 4.3). How is it related to that of the flow?
#
# Any network that estimates $x_0$ gives a velocity. `as_flow` did that for the network trained with the flow's loss,
# and it can do it for the one trained with the diffusion loss. One step of each sampler from the same state, between
# the same two noise levels: a step of DDIM, $k\to k'$ ($k$ is the step of diffusion), and a step of Euler's, $t\to t'$, where $t$ and $t'$ have the
# same ratio of noise to signal, $t/(1-t)=\sqrt{1-\bar\alpha}/\sqrt{\bar\alpha}$:

# %% show=true
k, k_prev = (torch.tensor([n], device=device) for n in (600, 400))
mask = torch.ones(1, 70, dtype=torch.bool, device=device)
x_k = torch.randn(1, 70, D, generator=torch.Generator().manual_seed(5)).to(device)


def time_of(k):
    """The time t (B,) of the line at which the ratio of noise to signal is that of step k (B,)."""
    a = schedule.alpha_bar(k).flatten()
    return (1 - a).sqrt() / (a.sqrt() + (1 - a).sqrt())


def size(t):
    """The factor √((1 − t)² + t²) that turns a state of diffusion into x_t of the line, (B, 1, 1)."""
    return ((1 - t) ** 2 + t**2).sqrt()[:, None, None]


with torch.no_grad():
    velocity = as_flow(diffusion_network)
    estimate = diffusion_network(x_k, k, few, mask)
    of_ddim = ddim_step(schedule, estimate, x_k, k, k_prev, torch.zeros_like(x_k))
    t, t_next = time_of(k), time_of(k_prev)
    of_euler = euler_step(lambda x, t: velocity(x, t, few, mask), size(t) * x_k, t, t_next) / size(t_next)
apart, moved = (of_ddim - of_euler).abs().max(), (of_ddim - x_k).std()
print(f"one step: the two differ by {apart:.0e}, and x moves by {moved:.2f}")

# %% [markdown]
# Now whole samples from the same noise, with the *same network*, in the steps that each sampler chooses by itself:
# DDIM's are equally spaced in $k$, the flow's in $t$.

# %% show=true
two = conditioner(["a person walks forward", "a person raises the left hand"])
for n in (4, 16, 64, 256):
    config = SamplingConfig(sampler="ddim", steps=n, shift=1, guidance_scale=1.0)
    one = sample(diffusion_network, schedule, two, torch.full((2,), 70), config)
    other = sample_flow(diffusion_network, two, torch.full((2,), 70), n, guidance_scale=1.0)
    apart = (diffusion_network.normalizer(one) - diffusion_network.normalizer(other)).abs().mean()
    print(f"{n:4} calls: DDIM and the flow differ by {apart:.3f} standard deviations on average")

# %% [markdown] question="q13" points=3
# **Q13.** DDIM solves a differential equation, and so does the flow's sampler. What is the same in both, and what
# differs? Consider a single step, the path from data to noise, where the steps are placed, and what the loss trains
# the network for. Refer to at least one of your numbers or pictures. (Four to eight sentences. Quote the numbers that
# you use: only the text of this cell is graded, outputs are not handed in.)

# %% [markdown] rubric="q13"
# **3 points.**
#
# - **1: what is the same.** Both are deterministic: the start noise determines the sample, and no noise is added. Both
#   ask one network for an estimate at the present noise level, and move with $\hat x_0$ and $\hat\varepsilon$ fixed to
#   the next one. Between the same two noise levels, a step of DDIM *is* an Euler step of the flow, up to the scale of
#   $x$; so a network trained for one can be sampled with the other, without training. Any two of these.
# - **1: what differs.** Any two of: the path, $\sqrt{\bar\alpha}\,x_0+\sqrt{1-\bar\alpha}\,\varepsilon$ of a schedule
#   against the line $(1-t)x_0+t\varepsilon$; where the steps lie (equal in $k$, or equal in $t$), which decides the
#   error at few calls; the loss: an error of $x_0$ counts $1/t^2$ times in the flow's loss, SNR times (or once) in
#   that of diffusion, and the levels are sampled uniformly in $t$ or in $k$, so the networks are trained for other noise
#   levels; the time of a flow may be continuous (here `step_of` rounds it to the table of diffusion).
#   Solvers of higher order, such as Heun's, are *no* difference: they can be applied to DDIM's equation as well.
# - **1: tied to a number or picture** of their own, read correctly: the one step that agrees, the differences that
#   change with the number of calls, or a comparison in the plot with its intervals. Check the answer against the numbers
#   that it quotes; without a number or a description of a picture, no point here.
#
# **Model answer.** Both samplers are deterministic and follow a differential equation from noise to data, so the start
# noise decides the sample. In one step both keep the estimates of $x_0$ and of the noise and mix them anew for the
# next noise level. In my comparison of one step between the same noise levels, DDIM and Euler agreed to rounding. With
# the same network, the two samplers came closer to each other the more calls they had, since both approach the
# solution of the same equation. They differ in the coordinates, a curve with $\sqrt{\bar\alpha}$ and
# $\sqrt{1-\bar\alpha}$ or a straight line, and therefore in where equally spaced steps lie, which matters with few
# calls. They also differ in training: the velocity's error is the error of $x_0$ divided by $t$, so the flow's loss
# gives more weight to low noise than a loss on $x_0$ does. (What the plot shows depends on the training. For example:)
# In my plot the differences at … and more calls are smaller than the intervals, so I do not rank the samplers there.
#
# **Common misunderstandings.** "The paths of a flow are straight lines" (the lines of the *training* are; the mean
# velocity changes along a path, otherwise one step would be enough). "A flow needs another kind of network." "DDIM is
# an approximation of DDPM's random process" (they share the marginals). "Flow matching is faster because it has no
# noise" (DDIM has none either).

# %% [markdown]
# *Learning on your own?* After your answer, read section 4.3 of Song et al. 2021 and section 3 of Karras et al. 2022,
# and place the flow's times at `time_of` of DDIM's steps in `solve`. What remains of the difference?
#
# ## Three derivations
#
# For those who want to know where the equations of notebook 3 come from. Each ends in a check by numbers. From here on
# $t$ is the step of diffusion again, as in notebook 3 ($k$ in the section above), and
# $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\varepsilon$.
#
# <details><summary><b>1. The posterior q(x_{t−1} | x_t, x_0), from Bayes' rule</b></summary>
#
# Given $x_0$, the forward process is a chain of Gaussians:
#
# $$q(x_{t-1}\mid x_0)=\mathcal N\big(\sqrt{\bar\alpha_{t-1}}\,x_0,\;(1-\bar\alpha_{t-1})I\big),\qquad
# q(x_t\mid x_{t-1})=\mathcal N\big(\sqrt{\alpha_t}\,x_{t-1},\;\beta_t I\big).$$
#
# Bayes' rule: $q(x_{t-1}\mid x_t,x_0)\propto q(x_t\mid x_{t-1})\,q(x_{t-1}\mid x_0)$. As a function of $x_{t-1}$, the
# exponent of the product is
#
# $$-\frac12\left[\frac{\lVert x_t-\sqrt{\alpha_t}\,x_{t-1}\rVert^2}{\beta_t}
# +\frac{\lVert x_{t-1}-\sqrt{\bar\alpha_{t-1}}\,x_0\rVert^2}{1-\bar\alpha_{t-1}}\right],$$
#
# a quadratic function, so the posterior is a Gaussian. The factor of $\lVert x_{t-1}\rVert^2$ is its precision:
#
# $$\frac1{\tilde\beta_t}=\frac{\alpha_t}{\beta_t}+\frac1{1-\bar\alpha_{t-1}}
# =\frac{\alpha_t(1-\bar\alpha_{t-1})+\beta_t}{\beta_t(1-\bar\alpha_{t-1})}
# =\frac{1-\bar\alpha_t}{\beta_t(1-\bar\alpha_{t-1})},$$
#
# since $\alpha_t+\beta_t=1$ and $\alpha_t\bar\alpha_{t-1}=\bar\alpha_t$. The mean is $\tilde\beta_t$ times the factor of
# $x_{t-1}$ in the linear term:
#
# $$\tilde\mu_t=\tilde\beta_t\left(\frac{\sqrt{\alpha_t}}{\beta_t}\,x_t
# +\frac{\sqrt{\bar\alpha_{t-1}}}{1-\bar\alpha_{t-1}}\,x_0\right)
# =\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t
# +\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 .$$
#
# These are equations 6 and 7 of Ho et al. 2020. A stride over several steps has the same form, with
# $\alpha_t=\bar\alpha_t/\bar\alpha_{t_\mathrm{prev}}$.
#
# </details>
#
# Check: Bayes' rule on a fine grid of numbers, beside your DDPM step of Code 7. (If you chose $\beta_t$ as the
# variance there, the deviations differ.)

# %%
hundred, Normal = Schedule(100), torch.distributions.Normal
a_t, a_prev = hundred.alphas_cumprod[60], hundred.alphas_cumprod[40]
clean, noisy = torch.tensor(0.7), torch.tensor(-0.4)
grid = torch.linspace(-6, 6, 20_001, dtype=torch.float64)
prior = Normal(a_prev.sqrt() * clean, (1 - a_prev).sqrt()).log_prob(grid)
likelihood = Normal((a_t / a_prev).sqrt() * grid, (1 - a_t / a_prev).sqrt()).log_prob(noisy)
posterior = (prior + likelihood).softmax(0)
mean = (posterior * grid).sum()
deviation = (posterior * (grid - mean) ** 2).sum().sqrt()


def stepped(prediction, noise, view=hundred, now=60, then=40):
    """Your DDPM step for one number, from step `now` to step `then`."""
    given = [torch.as_tensor(v, dtype=torch.float32).reshape(1, 1, 1) for v in (prediction, noisy, noise)]
    return float(ddpm_step(view, *given[:2], torch.tensor([now]), torch.tensor([then]), given[2]))


center = stepped(clean, 0.0)
print(f"Bayes' rule on the grid: mean {mean:.4f}, deviation {deviation:.4f}")
print(f"your DDPM step:          mean {center:.4f}, deviation {abs(stepped(clean, 1.0) - center):.4f}")

# %% [markdown]
# <details><summary><b>2. The weight that L_simple leaves out</b></summary>
#
# The bound on the likelihood (Ho et al. 2020, eq. 5) has one term for each step,
#
# $$L_{t-1}=\mathrm{KL}\big(q(x_{t-1}\mid x_t,x_0)\,\big\Vert\,p_\theta(x_{t-1}\mid x_t)\big).$$
#
# Both are Gaussians with the same variance $\tilde\beta_t$, and for such the divergence is the squared distance of
# their means divided by $2\tilde\beta_t$. Insert $x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$
# into $\tilde\mu_t$, with the true noise in one and the predicted noise in the other. $x_t$ is the same in both, so the
# means differ by
#
# $$\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\cdot
# \frac{\sqrt{1-\bar\alpha_t}}{\sqrt{\bar\alpha_t}}\,(\hat\varepsilon-\varepsilon)
# =\frac{\beta_t}{\sqrt{\alpha_t}\sqrt{1-\bar\alpha_t}}\,(\hat\varepsilon-\varepsilon),$$
#
# and
#
# $$L_{t-1}=\frac{\beta_t^2}{2\,\tilde\beta_t\,\alpha_t\,(1-\bar\alpha_t)}\;
# \lVert\varepsilon-\hat\varepsilon\rVert^2$$
#
# (eq. 12 there, with $\sigma_t^2=\tilde\beta_t$). $L_\mathrm{simple}$ leaves out the fraction: it gives each step the
# same weight.
#
# </details>
#
# Check: the divergence of the two Gaussians whose means your DDPM step gives, divided by the squared error of the
# noise, beside the fraction. *At which steps is the weight large, and what does leaving it out change?*

# %%
by_noise = Schedule(100, prediction_type="epsilon")
for now in (2, 10, 40, 70, 95):
    a_t, a_prev, beta = by_noise.alphas_cumprod[now], by_noise.alphas_cumprod[now - 1], by_noise.betas[now]
    variance = (1 - a_prev) / (1 - a_t) * beta
    means = [stepped(noise, 0.0, by_noise, now, now - 1) for noise in (0.9, 0.4)]
    right, wrong = (Normal(mean, float(variance.sqrt())) for mean in means)
    divergence = torch.distributions.kl_divergence(right, wrong) / (0.9 - 0.4) ** 2
    fraction = beta**2 / (2 * variance * (1 - beta) * (1 - a_t))
    print(f"t = {now:2}: divergence / squared error {divergence:.4f}, the fraction {fraction:.4f}")

# %% [markdown]
# <details><summary><b>3. The score and the noise</b></summary>
#
# The *score* of a density is the gradient of its logarithm, $\nabla_x\log q(x)$. That of the noised data is a mean of
# known gradients:
#
# $$\nabla_{x_t}\log q(x_t)=\frac{\int q(x_0)\,\nabla_{x_t}q(x_t\mid x_0)\,\mathrm dx_0}{q(x_t)}
# =\int q(x_0\mid x_t)\,\nabla_{x_t}\log q(x_t\mid x_0)\,\mathrm dx_0 ,$$
#
# where the second step uses $\nabla q=q\,\nabla\log q$ and Bayes' rule. $q(x_t\mid x_0)$ is a Gaussian, and
#
# $$\nabla_{x_t}\log q(x_t\mid x_0)=-\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{1-\bar\alpha_t}
# =-\frac{\varepsilon}{\sqrt{1-\bar\alpha_t}} .$$
#
# So the score is $-\mathbb E[\varepsilon\mid x_t]/\sqrt{1-\bar\alpha_t}$. A network that was trained to predict the
# noise by least squares predicts this mean: it estimates the score, up to a known factor. DDIM's equation and the
# flow's can both be written with it (Song et al. 2021,
# [score SDE](https://arxiv.org/abs/2011.13456), section 4.3).
#
# </details>
#
# Check: two modes, as in notebook 3. On the left the gradient of the log density by automatic differentiation, on the
# right the mean of the noise, by Bayes' rule on a grid of $x_0$.

# %%
modes = torch.distributions.MixtureSameFamily(
    torch.distributions.Categorical(torch.tensor([0.4, 0.6], dtype=torch.float64)),
    Normal(torch.tensor([-1.5, 1.0]).double(), torch.tensor([0.1, 0.2]).double()),
)
grid = torch.linspace(-3, 3, 20_001, dtype=torch.float64)
a_t = hundred.alphas_cumprod[40]
signal, sigma = a_t.sqrt(), (1 - a_t).sqrt()
noised = torch.distributions.MixtureSameFamily(
    modes.mixture_distribution,
    Normal(
        signal * modes.component_distribution.mean,
        ((signal * modes.component_distribution.stddev) ** 2 + sigma**2).sqrt(),
    ),
)
for value in (-1.5, 0.0, 0.8):
    x = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    score = torch.autograd.grad(noised.log_prob(x), x)[0]
    weights = (modes.log_prob(grid) + Normal(signal * grid, sigma).log_prob(x.detach())).softmax(0)
    mean_noise = (weights * (value - signal * grid) / sigma).sum()
    print(f"x = {value:4.1f}: score {score:8.4f}, -E[noise] / sigma {-mean_noise / sigma:8.4f}")

# %% [markdown]
# ## Your turn
#
# Your flow, your captions. Try `calls` from 1 to 64, both solvers, and other guidance scales.

# %% show=true
mine = sample_flow(flow_network, conditioner(["a person kicks"]), torch.tensor([70]), calls=16, seed=3)
labkit.show(decode(smooth(mine[0].cpu(), 1.0)), "flow: a person kicks")
