# %% [markdown]
# # 2 · Three ways to condition on a caption
#
# A denoiser receives a noisy motion and a sentence, and estimates the clean motion. In this notebook you
# write the central part of three such networks, which differ only in how the sentence enters. You look at
# attention weights and modulation inside them, and measure what each way costs.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 3 | in-context conditioning | 3 | 35 | nothing |
# | Code 4 | adaLN | 3 | 30 | nothing; Code 3 shows how a block is written |
# | Code 5 | cross-attention | 3 | 25 | the masks of Code 3 |
#
# With reading and the three questions, plan about three hours.
#
# Symbols and papers: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# The weights below are already trained. The *code* that runs them is missing in three places, and you write
# it. Nothing here needs the answers of notebook 1.

# %%
import inspect

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset
from labkit.models import NETWORKS, BaseDiT, Denoiser
from labkit.motion import decode
from labkit.progress import bar
from labkit.show.figures import architecture, attention
from labkit.text import TextFeatures

dataset = MotionDataset("starter")
conditioner = load_text().to(device)
networks = {name: load_denoiser(name)[0].to(device) for name in NETWORKS}
schedule = load_denoiser("adaln")[1].to(device)

# %% [markdown]
# ## The inputs of a denoiser
#
# One motion of the starter set serves as the example throughout, if possible one whose caption has two parts, one
# after the other.

# %%
sample = max(dataset, key=lambda s: (" then " in s.captions[0]) * len(s.x))
caption = sample.captions[0]
print(caption)

# %% show=true
labkit.show(decode(sample.x), caption)

# %% [markdown]
# A motion is a matrix: a row of $D$ features for each of $F$ frames, z-scored (notebook 1). Call the clean
# one $x_0$. At **diffusion step** $t$ it is mixed with noise $\varepsilon$, whose entries are standard
# normal, and the result is called $x_t$ ([Ho et al. 2020](https://arxiv.org/abs/2006.11239), eq. 4):
#
# $$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon$$
#
# $\bar\alpha_t$ falls from nearly 1 to nearly 0 as $t$ grows. Notebook 3 is about this formula; here it only makes our
# input.

# %%
x0 = networks["adaln"].normalizer(sample.x.to(device))[None]  # (1, F, D)


def noised(step):
    """x_t (1, F, D) and t (1,); the noise is the same each time."""
    noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0)).to(device)
    t = torch.tensor([step], device=device)
    return schedule.q_sample(x0, t, noise), t


print("B, F, D =", *x0.shape, " T =", schedule.T)
covered = {f"$x_t$, t = {t}": noised(t)[0][0] for t in (300, 700, 950)}
architecture.noisy({"clean, $x_0$": x0[0]} | covered)

# %% [markdown]
# On the left, horizontal bands are features that stay constant or change slowly. On the right the noise hides
# them. The network has three inputs: the noisy frames $x_t$, the step $t$ (the noise level), and the caption.
# Its output is an estimate of the clean motion, $\hat x_0$.

# %% [markdown]
# ## The skeleton
#
# All three networks are transformers over frames, after the diffusion transformer (DiT) of [Peebles & Xie
# (2023)](https://arxiv.org/abs/2212.09748), and share one `forward`. The three dashed boxes are yours, once
# for each architecture.

# %%
architecture.skeleton()

# %%
print(inspect.getsource(BaseDiT.forward))

# %% [markdown]
# In the code, from top to bottom; $W$ is the width of the network:
#
# 1. A linear layer maps each frame to a vector of width $W$, a **token**. A code of its position is added,
#    since attention alone does not know the order of the frames.
# 2. `embed_condition` maps the step and the caption to width $W$ as well. In training it drops the caption of
#    some samples; the last section explains why.
# 3. `cond_mapping` turns these into the condition $c$ that your architecture needs.
# 4. `backbone` runs the blocks, `output_projection` maps back to $D$ features per frame.
#
# The trained weights belong to a `Denoiser` (`labkit/models/precondition.py`), which wraps such a network,
# `denoiser.dit`. DiT groups neighbouring pixels into one token, a *patch*. A `Denoiser` can do the same with
# frames: `denoiser.patch_size` frames in a row are one token, and then "frame" below means such a group.

# %%
print(inspect.getsource(Denoiser.forward))

# %% [markdown]
# **Why does a filter stand before the network?** `self.filter` is a Wiener filter, a linear estimate of $x_0$ from
# the 31 frames of $x_t$ around each frame. Neighbouring frames resemble each other, so a weighted sum over them
# already removes much noise. The weights are not learned. They depend on $t$ (with much noise all go to 0, the mean
# motion) and differ between the principal axes of a frame. They follow from the *autocovariance* of the data: how
# strongly a frame varies together with the frame $k$ frames later. The network receives this estimate as a fourth
# input, and its own output is added to it:
#
# $$\hat x_0 = \mathrm{filter}(x_t, t) + c_{out}(t) \cdot \mathrm{network}\big(x_t,\ \mathrm{filter}(x_t, t),\ t,\
#   \text{caption}\big).$$
#
# Two things follow. The network only has to learn what this filter cannot estimate: what the caption asks for, or
# which foot stands. And its output is multiplied by $c_{out}(t)$, the standard deviation of the filter's error. So
# the network's target has about unit size at every noise level: with little noise the correction is small, with
# much noise large. [Karras et al. (2022, "EDM")](https://arxiv.org/abs/2206.00364), section 5, call this
# *preconditioning*. Their first term is $x_t$ times a number, $c_{skip}(t)$; here it is the filter.

# %% [markdown]
# ## Words, tokens and masks
#
# The text encoder is [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), a
# frozen sentence encoder, followed by a small transformer (`TextTower` in `labkit/text.py`). This transformer was
# trained so that the vector of a caption and the vector of its motion have a large cosine; since then it is frozen too.
# It returns one vector per **word piece** (part of a word, a text token), and one **pooled** vector for the whole
# caption. Captions of a batch differ in length, so short ones are padded. The mask is `True` at real tokens.


# %%
def word_pieces(sentence):
    tokenizer = conditioner.encoder.tokenizer
    return tokenizer.convert_ids_to_tokens(tokenizer(sentence)["input_ids"])


words, text = word_pieces(caption), conditioner([caption])
print(words)
both = conditioner(["a person waves", caption])
print("tokens", tuple(both.tokens.shape), " pooled", tuple(both.pooled.shape))
print(*both.mask.int().tolist(), sep="\n")

# %% [markdown]
# `[CLS]` and `[SEP]` are marks that the language model puts around every sentence. `both.mask` is `True`
# (printed as 1) at real word pieces; motions have the same kind of mask over frames.
#
# All layers are given. The one with masks is `Attention` (`labkit/models/base.py`): each output token is a
# weighted mean of values, with weights from the similarity of its query to all keys.
#
# * `attention(x, mask)`: self-attention. Queries, keys and values come from `x`; `mask` belongs to `x`.
# * `attention(x, mask, memory)`: cross-attention. Queries come from `x`, keys and values from `memory`;
#   `mask` belongs to `memory`.
#
# The weights of one query sum to 1, and are exactly 0 where the mask is `False`. **Padding must not change
# any real frame**, or a motion would depend on the other motions of its batch.

# %% [markdown]
# ## Code 3 · In-context: one sequence of tokens
#
# *Difficulty 3 of 5 · 35 minutes · needs nothing. Stretch: the check accepts the condition before and after
# the frames. What would change if positional encodings were added to the whole sequence?*
#
# The simplest way: concatenate time, caption and word tokens with the frames, and let self-attention exchange
# information between them. After the last block, drop them again.

# %%
architecture.incontext()

# %% [markdown]
# The thick line is the **residual stream** $h$, here of $2 + L + F$ tokens: time, caption, $L$ word pieces,
# $F$ frames. Each layer reads a normalised copy, and its output is *added* to the stream (⊕). A block
# computes
#
# $$h \leftarrow h + \mathrm{Attention}(\mathrm{norm}_1(h)), \qquad
#   h \leftarrow h + \mathrm{mlp}(\mathrm{norm}_2(h)).$$
#
# The mask has to be extended like the stream. The layers of a block are `block.norm1`, `block.attention`,
# `block.norm2`, `block.mlp`; `condition.time` and `condition.pooled` are $(B, W)$, `condition.tokens`
# $(B, L, W)$, `condition.mask` $(B, L)$.

# %% exercise="code3"

# %% check="code3"

# %% [markdown]
# Stuck? `labkit.hint("code3")` prints one hint at a time, each more specific than the last. After an honest
# attempt, `labkit.solution("code3")` prints the reference solution, where it is installed.
#
# Now the trained weights run through your methods. First the shapes:

# %%
x_t, t = noised(950)
network = networks["incontext"]
with torch.no_grad():
    prediction = network(x_t, t, text)
print("x_t", tuple(x_t.shape), "→ prediction", tuple(prediction.shape))
before, after = (x_t - x0).square().mean(), (prediction - x0).square().mean()
print(f"mean square error: {before:.2f} of the noisy motion, {after:.2f} of the prediction")

# %% [markdown]
# Then the padding: we append masked frames and words with arbitrary values. The real frames must not change.


# %%
@torch.no_grad()
def padding_difference(network, frames=40, pieces=5, nonsense=100.0):
    """The largest change in a real frame's prediction."""
    longer = functional.pad(x_t, (0, 0, 0, frames), value=nonsense)
    mask = torch.arange(longer.shape[1], device=device)[None] < x_t.shape[1]
    more_text = TextFeatures(
        functional.pad(text.tokens, (0, 0, 0, pieces), value=nonsense),
        functional.pad(text.mask, (0, pieces)),
        text.pooled,
    )
    padded = network(longer, t, more_text, mask)[:, : x_t.shape[1]]
    return (padded - network(x_t, t, text)).abs().max().item()


print(f"in-context: predictions differ by at most {padding_difference(network):.1e}")

# %% [markdown]
# Predictions are about 1 in size. On a CPU a difference around $10^{-6}$ is rounding, and anything much larger is a
# leak. A GPU may round more coarsely.
#
# Which tokens attend to which? We record the inputs of each `Attention` as your code calls it, and compute
# the weights. Rows are queries, columns are keys; orange lines separate condition and frames.

# %%
attention.stream(attention.stream_weights(network, x_t, t, text), words, network.patch_size)

# %% [markdown]
# In the lower left, frames attend to words: there the caption reaches the motion. (The figure shows the one
# head, of all blocks, for which this is strongest.) In the upper right, words attend to frames: in one
# sequence *every* token may attend to every other. The figure is the same whether you put the condition
# before the frames or after them.
#
# Change the 950 above to 100 and run the cells again. Do frames attend to the caption less when they are
# nearly clean? (The head shown may be another one, and the colours have another scale: read the numbers at the bar.)

# %% [markdown]
# ### Does it learn?
#
# A common test of a new network: can it overfit **one** small batch? Four motions of equal length, a new
# small network of your architecture, a few hundred steps. This network has neither the filter nor $c_{out}$, so
# its output is $\hat x_0$ itself. The loss is the mean square of $\hat x_0 - x_0$ at random $t$. A new network
# outputs random numbers of mean square 1/3 (that of Code 4: zero), so the loss starts about 1/3 above the mean square of
# $x_0$ (Code 4: at it). (About ten seconds on an idle CPU; less on
# a GPU.)

# %%
frames = 60
long_enough = [s for s in dataset if len(s.x) >= frames]
four = long_enough[:: len(long_enough) // 4][:4]
batch = networks["adaln"].normalizer(torch.stack([s.x[:frames] for s in four]).to(device))
batch_text = conditioner([s.captions[0] for s in four])
sizes = dict(features=batch.shape[-1], d_text=batch_text.pooled.shape[-1])
print(*(s.captions[0] for s in four), sep="\n")

# %%
curves, small = {}, {}


def overfit(name, steps=300):
    torch.manual_seed(0)
    new = NETWORKS[name](**sizes, width=128, depth=2, condition_dropout=0).to(device)
    optimizer, values = torch.optim.AdamW(new.parameters(), lr=1e-3), []
    for _ in bar(range(steps), name):
        t = torch.randint(schedule.T, (len(batch),), device=device)
        x_t = schedule.q_sample(batch, t, torch.randn_like(batch))
        loss = (new(x_t, t, batch_text) - batch).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    curves[name], small[name] = values, new.eval()


# %% show=true
overfit("incontext")
architecture.losses(curves)

# %% [markdown]
# ## Code 4 · adaLN: modulate the normalisation
#
# *Difficulty 3 of 5 · 30 minutes · needs nothing; Code 3 shows how a block is written. Stretch: how many
# multiplications would modulation cost if it were regressed per frame?*
#
# Adaptive layer norm combines time and caption into *one* vector $c$ per sample, which modulates every layer.

# %%
architecture.adaln()

# %% [markdown]
# LayerNorm brings each token to mean 0 and standard deviation 1 over its $W$ channels. Its scale and shift
# are no learned constants here: a linear layer, `block.modulation`, *regresses* them from $c$. A third
# vector, the **gate** $g$, multiplies a layer's output before it is added to the residual stream. Write
# $\mathrm{mod}(h; c)$ for a LayerNorm whose scale and shift come from $c$ (Peebles & Xie, section 3.2,
# "adaLN-Zero"):
#
# $$h \leftarrow h + g_1 \odot \mathrm{Attention}(\mathrm{mod}_1(h; c)), \qquad
#   h \leftarrow h + g_2 \odot \mathrm{mlp}(\mathrm{mod}_2(h; c)).$$
#
# $\odot$ multiplies channel by channel. What $\mathrm{mod}$ is in detail is for you to work out: the
# docstring describes it in words, and Q3 asks for the formula. The vectors are $(B, W)$ and the stream is
# $(B, F, W)$: mind the missing axis.

# %% exercise="code4"

# %% check="code4"

# %% [markdown]
# `labkit.hint("code4")` helps; `labkit.solution("code4")` is for afterwards.
#
# All modulation layers start at zero. So all gates of a new network are 0, and every block is the identity.
# This is the "Zero" in *adaLN-Zero*.

# %%
new = NETWORKS["adaln"](**sizes).to(device)
h = torch.randn(1, 10, new.width, device=device)
with torch.no_grad():
    c = new.cond_mapping(new.embed_condition(t, text, drop=torch.tensor([False], device=device)))
    change = new.backbone(h, torch.ones(1, 10, device=device).bool(), c) - h
print(
    f"c {tuple(c.shape) if isinstance(c, torch.Tensor) else type(c).__name__}; a new backbone changes h by {change.abs().max():.1f}"
)
print(f"adaLN: padding changes predictions by at most {padding_difference(networks['adaln']):.1e}")

# %% [markdown]
# It is also the reason why adaLN **starts slowly**. Which layers receive a gradient from the first training
# step?

# %%
loss = (new(torch.randn(1, 10, x0.shape[-1], device=device), t, text) - 1).square().mean()
loss.backward()
moved = {name.split(".")[0] for name, p in new.named_parameters() if p.grad is not None and p.grad.any()}
print("non-zero gradients:", *sorted(moved))

# %% [markdown]
# The last layer is zero, so no gradient passes through it, and only that layer itself learns. In the next
# steps it passes gradients on, and the gates become non-zero. A layer with a gate of zero gets no gradient, so
# attention and mlp learn last. Compare the first steps of the loss curves below.
#
# And after training? For every step $t$ we compute the size of the scales and gates in each block of the
# trained network.

# %%
steps = torch.linspace(0, schedule.T - 1, 40, device=device).long()
captions = [
    "a person walks forward", "someone is walking", "a person runs",
    "a person raises the left hand", "a person raises the right hand", "a person crouches",
]  # fmt: skip
vectors = attention.modulations(networks["adaln"], steps, conditioner(captions))
attention.scales_and_gates(vectors, steps.tolist())

# %% [markdown]
# Time is part of $c$, so scales and gates *can* depend on $t$. Do they? In which blocks do they hardly change with $t$,
# in which do they, and what happens at the two ends? ($c_{out}(t)$ scales the network's output with the noise level in
# any case. What the gates do comes on top of that.) Then compare the blocks: which one has the largest gates?
#
# The caption is part of $c$ too. From each caption's scales and gates we subtract the mean over all captions
# of the starter set, and correlate what remains: 1 means that two captions modulate alike, 0 that they have
# nothing in common, and −1 that they modulate in opposite directions.

# %%
step = steps[-3:-2]  # nearly all noise
everything = sorted({c for s in dataset for c in s.captions})
center = attention.modulations(networks["adaln"], step, conditioner(everything)).mean((1, 2))

# %%
vectors = attention.modulations(networks["adaln"], step, conditioner(captions))
attention.caption_effect(vectors, captions, center)

# %% [markdown]
# Captions with the same meaning should modulate alike, and different actions differently. Compare the left
# and the right hand: are they further apart than walking and running? One vector for the whole sentence has
# to keep such captions apart.

# %% show=true
overfit("adaln")
architecture.losses(curves)

# %% [markdown] question="q3" points=3
# **Q3.** Write down the adaLN operation. Let $h \in \mathbb{R}^W$ be the token of one frame and $c$ the
# condition; call the scale $\gamma$ and the shift $\beta$. Give the formula with everything that LayerNorm
# does. Which of its quantities differ between the frames of one sample, and which only between samples and between
# diffusion steps? What does your formula do at $\gamma = \beta = 0$, and why was it chosen so? (All modulation layers and
# the last layer start at zero. Which weights of a new network would learn if $\gamma$ itself were the factor?)
#
# *Learning alone? Answer first, then compare with your own `backbone` and with section 3.2 of
# [Peebles & Xie (2023)](https://arxiv.org/abs/2212.09748).*

# %% [markdown] rubric="q3"
# **3 points.** 1: the formula: normalisation over the $W$ channels of each token, with mean and deviation, then
# scale and shift channel by channel. 1: what differs: $h, \mu, \sigma$ from frame to frame; $\gamma, \beta$ from
# sample to sample and from step to step, since they are functions of $c$ (time and caption), and not between the
# frames of a sample. 1: a new modulation layer outputs zero. With $1 + \gamma$ a layer then reads the plain
# LayerNorm, with $\gamma$ alone it reads zeros, so that nothing (or only biases) can learn. Half of this point for
# "it starts as a plain LayerNorm" alone.
#
# **Model answer.** With $\mu = \frac1W \sum_i h_i$ and $\sigma^2 = \frac1W \sum_i (h_i - \mu)^2$,
#
# $$\mathrm{adaLN}(h; c) = (1 + \gamma(c)) \odot \frac{h - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta(c),
#   \qquad (\gamma(c), \beta(c)) = \mathbf{W}_{\mathrm{mod}}\, c + \mathbf{b}_{\mathrm{mod}}.$$
#
# $\gamma$ and $\beta$ have $W$ entries. They are regressed from the condition by a linear layer, so they
# differ from sample to sample, step to step and block to block, and are the same for all frames of a
# sample. Only $h$, $\mu$ and $\sigma$ differ between the frames. With the 1, zero output of the layer means "plain
# LayerNorm", which is how adaLN-Zero starts. With $\gamma$ alone every layer would read zeros. The last layer too:
# its weights are zero and so is its input, so neither its weights nor anything before it gets a gradient. Only its
# bias learns, in all steps.
#
# **Accept** $\gamma(c) \odot \mathrm{LN}(h) + \beta(c)$ in the formula where $\gamma$ is defined as the whole
# factor; the gate may be left out. **Common misunderstandings:** statistics over frames or the batch (that is
# InstanceNorm or BatchNorm); $\gamma$ and $\beta$ exchanged, or a matrix product instead of a product by channels
# (no first point); a gate in the place of the scale; "γ and β are learnt", without stating that they depend on $c$
# (no second point).

# %% [markdown]
# ## Code 5 · Cross-attention: a memory beside the frames
#
# *Difficulty 3 of 5 · 25 minutes · needs the masks of Code 3. Stretch: which part of your code could be
# computed once per motion instead of once per diffusion step?*
#
# The third way keeps the word tokens separate from the frames. They form a **memory**, and in each block
# every frame attends to it.

# %%
architecture.cross_attention()

# %% [markdown]
# The memory has $2 + L$ tokens: time, caption, words, all normalised by `self.memory_norm`. A block has three
# layers (Peebles & Xie, section 3.2; [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762)):
#
# $$h \leftarrow h + \mathrm{SelfAttn}(\mathrm{norm}_1(h)), \quad
#   h \leftarrow h + \mathrm{CrossAttn}(\mathrm{norm}_2(h), \mathrm{memory}), \quad
#   h \leftarrow h + \mathrm{mlp}(\mathrm{norm}_3(h)).$$
#
# There are two masks, one over frames and one over the memory. Each attention takes the mask of its *keys*.

# %% exercise="code5"

# %% check="code5"

# %% [markdown]
# `labkit.hint("code5")`, and afterwards `labkit.solution("code5")`.
#
# First the padding, then the attention map: which frame attends to which word? A mean over all heads would
# hide what single heads do, so the figure shows the head whose attention to words varies most from frame
# to frame. Unlike the map of Code 3 it is turned: a row is a token of the memory, and a column is a frame, the query.

# %%
network = networks["cross_attention"]
print(f"cross-attention: padding changes predictions by at most {padding_difference(network):.1e}")
looks = {}
for step in (300, 950):
    looks[f"t = {step}"] = weights = attention.memory_weights(network, *noised(step), text)
attention.lookup(looks, words, network.patch_size)

# %%
block, head = attention.varied_head(weights)
for title, weights in looks.items():
    one, mean = weights[block, head], weights.mean((0, 1))  # (F/P, 2 + L): the head shown, and all heads
    for name, w in (("this head", one), ("mean of all heads", mean)):
        share, varied = w[:, 2:].sum(-1).mean(), w[:, 2:].std(0).mean() / w[:, 2:].mean()
        print(f"{title}, {name}: {share:.0%} of attention on words, {varied:.0%} variation over frames")

# %% [markdown]
# First compare the two lines *mean of all heads*: is more attention on words when the frames are noisier? (The
# head shown was chosen at t = 950, so its own two lines are no fair comparison.) Then follow one row.
# Where it changes, *these frames* attend to *this word* more than others do. Where it is constant, all frames
# use the word alike, and a single vector would carry the same information. Do words of the second part of the
# sentence belong to later frames? And how much of this is left in the mean over all heads? These are small
# networks, and attention weights are a clue to what a network uses, no proof.

# %% show=true
overfit("cross_attention")
architecture.losses(curves)

# %% [markdown] question="q4" points=3
# **Q4.** Write down cross-attention (one head). Let $H \in \mathbb{R}^{F \times W}$ be the frames, $M \in
# \mathbb{R}^{N \times W}$ the memory, $\mathbf{W}_Q, \mathbf{W}_K, \mathbf{W}_V \in \mathbb{R}^{W \times d}$
# the three weight matrices. Explain what each product is for, give the shape of each, and explain why $d$ appears.
#
# *Learning alone? Answer first, then compare with section 3.2.1 of
# [Vaswani et al. (2017)](https://arxiv.org/abs/1706.03762) and with `Attention.forward` in
# `labkit/models/base.py`.*

# %% [markdown] rubric="q4"
# **3 points.** 1: queries from the frames, keys and values from the memory. 1: the formula, with
# $\mathrm{softmax}$ over the $N$ memory tokens and $\sqrt d$ in their places, with shapes that fit. 1: $\sqrt d$
# keeps the scores' size independent of $d$, with a reason.
#
# **Model answer.** $Q = H \mathbf{W}_Q$ ($F \times d$), $K = M \mathbf{W}_K$ and $V = M \mathbf{W}_V$
# ($N \times d$),
#
# $$\mathrm{CrossAttn}(H, M) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right) V
#   \in \mathbb{R}^{F \times d}.$$
#
# $Q$ is what each frame looks for, $K$ what each memory token is found by, $V$ what it contributes. Each row
# of the $F \times N$ weights, one per frame, sums to 1 over the memory. A score is the dot product of two
# vectors of $d$ entries. If these are independent with mean 0 and variance 1, it is a sum of $d$ products of
# variance 1, so its standard deviation is $\sqrt d$. Dividing by $\sqrt d$ keeps the scores at unit size for
# every $d$, and the softmax away from saturation, where its gradients vanish. Padded memory tokens get the
# score $-\infty$ before the softmax.
#
# **Common misunderstandings:** $Q$ from the memory and $K, V$ from the frames (the text would query the
# motion); dividing by $d$; softmax over the frames; $K^\top Q$ with shapes that do not fit;
# self-attention's formula with one and the same input for all three (0 for the first point). Masking and
# several heads are not asked for.

# %% [markdown]
# ## Side by side
#
# A fair comparison needs networks of equal size. Count weights in units of $W^2$: an `Attention` has 4
# (query, key, value, output), an mlp with hidden width $rW$ has $2r$, adaLN's modulation has 6. What a block
# spends on conditioning, it saves in its mlp, so each class has an `mlp_ratio` $r$ of its own:
#
# $$\underbrace{4 + 2 \cdot 5}_{\text{in-context}} \;=\; \underbrace{4 + 2 \cdot 2 + 6}_{\text{adaLN}} \;=\;
#   \underbrace{4 + 4 + 2 \cdot 3}_{\text{cross-attention}} \;=\; 14.$$
#
# Equal weights do not mean equal computation. A FLOP is one multiplication or addition. We count those of
# matrix products (norms, softmax, and adaLN's scaling and gating are not counted) in one
# pass over 120 motion tokens (each of `patch_size` frames), with a short and a long caption.


# %%
@torch.no_grad()
def gflops(dit, pieces, frames=120):
    D, C = dit.config["in_features"], dit.config["d_text"]
    caption = TextFeatures(torch.zeros(1, pieces, C), torch.ones(1, pieces).bool(), torch.zeros(1, C))
    x, t = torch.zeros(1, frames, D, device=device), torch.zeros(1, dtype=torch.long, device=device)
    with FlopCounterMode(display=False) as counter:
        dit(x, t, caption.to(device))
    return counter.get_total_flops() / 1e9


print(f"{'':>16} {'weights':>10} {'W² a block':>11} {'GFLOPs, 8 pieces':>17} {'40 pieces':>10}")
for name, dit in {name: network.dit for name, network in networks.items()}.items():
    weights, block = (sum(p.numel() for p in m.parameters()) for m in (dit, dit.blocks[0]))
    work = gflops(dit, 8), gflops(dit, 40)
    print(f"{name:>16} {weights:10,} {block / dit.width**2:11.2f} {work[0]:17.2f} {work[1]:10.2f}")

# %% [markdown]
# Compare the last two columns down and across. Which part of adaLN is computed once per sample, and which
# parts of the others once per frame or once per word? Q5 asks about it.
#
# Now the three small networks that overfitted four motions. Each receives pure noise, the last step and a
# caption: only the words carry information.

# %% show=true
for name, values in curves.items():
    print(f"{name}: loss {sum(values[-50:]) / 50:.3f} over the last 50 steps")
noise = torch.randn(batch.shape, generator=torch.Generator().manual_seed(1)).to(device)
last = torch.full((len(batch),), schedule.T - 1, device=device)
with torch.no_grad():
    shown = {"the motion": batch}
    shown |= {name: network(noise, last, batch_text) for name, network in small.items()}
inverse = networks["adaln"].normalizer.inverse
labkit.show([decode(inverse(x[0]).cpu()) for x in shown.values()], list(shown))

# %% [markdown]
# A network that uses its condition shows the motion of its caption, since nothing else distinguishes the four.
# If the condition were lost on the way, it would show a mixture of all four.
# Reproducing is not generating: a network that has memorised four motions cannot generate a fifth.
# (Change `x[0]` to see the others.)

# %% [markdown]
# ## Why the caption is sometimes withheld
#
# One box of the figure of the skeleton is not explained yet: *withheld at random*. In training, one caption in ten is replaced by a learned "no caption"
# embedding (`drop` in `forward`). So one network learns two estimates: of motion given *this* caption, and of
# motion in general. Their difference points from "any motion" towards "the motion asked for", and a sampler
# may go further in this direction. This is **classifier-free guidance** ([Ho & Salimans
# 2021](https://arxiv.org/abs/2207.12598)), which notebook 3 uses. How large is the difference?

# %%
for step in (100, 500, 950):
    x_t, t = noised(step)
    answers = []
    for network in networks.values():
        with torch.no_grad():
            given = network(x_t, t, text, drop=torch.tensor([False], device=device))
            withheld = network(x_t, t, text, drop=torch.tensor([True], device=device))
        distance = (given - withheld).square().mean().sqrt()
        answers.append(f"{network.network} {distance:.3f}")
    print(f"t = {step:3}:", ", ".join(answers))

# %% [markdown] question="q5" points=4
# **Q5.** You condition a motion network on a caption. What does adaLN offer over cross-attention, and what
# does it give up? Use what you measured: the table, the scales and gates, the attention maps. Quote the numbers that
# you use: only the text of this cell is graded, and your figures are not handed in. Name a kind of caption for which
# the difference should matter.
#
# *Learning alone? Answer first, then compare with section 3.2 and figure 5 of [Peebles & Xie
# (2023)](https://arxiv.org/abs/2212.09748), and change the captions above to test your claims.*

# %% [markdown] rubric="q5"
# **4 points.** 1: cost: adaLN's computation for conditioning is done once per sample and does not grow with
# the number of words or frames; cross-attention's grows with both. 1: a global signal that acts directly on
# every layer: scale, shift and gates of all blocks, all frames alike, the identity at the start; good for
# what holds for the whole motion (time step, style, speed, the kind of action). 1: what is given up: one
# vector for the whole sentence, the same for every frame: no access to single words, no link between a word
# and a moment. 1: evidence from the notebook and a fitting kind of caption (an order of actions, left against
# right, several body parts).
#
# **Model answer.** With equal weights, adaLN needs fewer FLOPs, and a longer caption costs next to nothing,
# because modulation is computed once per sample, whereas cross-attention computes a query for every frame and
# keys and values for every word. The condition reaches all layers directly through scale, shift and gate;
# that suits what is true of the whole motion, the noise level first of all. It starts as the identity, which
# makes training stable and slow at first. In return, the sentence must fit into one pooled vector that is the
# same for all frames. "walks, then sits down" is one vector, and the network must reconstruct the order in
# time by itself. In cross-attention each frame may attend to other words. Whether it does is to be seen in
# the map: where a row is constant over the frames, one vector would do as well. (Check the answer against the numbers
# that it quotes. Without any, no point for evidence. What gates and heads show depends on the weights.)
#
# **Common misunderstandings:** "adaLN has fewer parameters" (equal here by construction, and modulation is
# not small); "adaLN cannot use text"; "cross-attention is always better" (in DiT's class-conditional
# setting adaLN-Zero had the best FID); cost compared without naming what it grows with.

# %% [markdown]
# ## Where you are
#
# You have written three denoisers, and verified that they ignore padding, use their captions, and learn. They
# cannot *generate* yet: with heavy noise a single estimate is a blurred mean of many motions. Notebook 3
# turns repeated estimates into a motion, one step at a time.
