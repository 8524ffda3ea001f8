# %% [markdown]
# # 2 · Three ways to listen to a caption
#
# A denoiser gets a motion buried in noise and a sentence, and must say what the motion was. At the end of
# this notebook you will have written the heart of three such networks, which differ only in how the
# sentence gets in. You will have looked inside them while they work, and you will know what each way costs
# and what it gives up.

# %% setup=true

# %% [markdown]
# The weights that you will use below were trained by us; the *code* that runs them is still missing in three
# places, and you write it. Nothing here needs the answers of notebook 1.

# %%
import inspect

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode
from tqdm.auto import trange

from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset
from labkit.models import NETWORKS, BaseDiT, Denoiser
from labkit.motion import decode
from labkit.show.figures import architecture, attention
from labkit.text import TextFeatures

dataset = MotionDataset("starter")
conditioner = load_text().to(device)
networks = {name: load_denoiser(name)[0].to(device) for name in NETWORKS}
schedule = load_denoiser("adaln")[1].to(device)

# %% [markdown]
# ## What a denoiser is told
#
# One motion of the starter set will keep us company: a caption with two things in it, one after the other.

# %%
sample = max(dataset, key=lambda s: (" then " in s.captions[0]) * len(s.x))
caption = sample.captions[0]
print(caption)

# %% show=true
labkit.show(decode(sample.x), caption)

# %% [markdown]
# A motion is a matrix: a row of $D$ numbers for each of $F$ frames, each number scored by its mean and
# deviation over the training set. Call the clean one $x_0$. At **diffusion step** $t$ it is mixed with noise
# $\varepsilon$, standard normal numbers, and the mixture is called $x_t$:
#
# $$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon$$
#
# $\bar\alpha_t$ falls from 1 to 0 as $t$ grows. Notebook 3 is about this formula; here it only makes our
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
# The horizontal bands on the left are a pose, held or changing slowly. On the right even you could not say
# what it was. The network has three things to go by: the noisy frames $x_t$, the step $t$ (how much to
# trust them), and the caption. It answers with its guess of the clean motion, $\hat x_0$.

# %% [markdown]
# ## The skeleton
#
# All three networks are transformers over frames, after the diffusion transformer of Peebles & Xie (2023),
# and share one `forward`. Three boxes in it are dashed: those are yours, once for each architecture.

# %%
architecture.skeleton()

# %%
print(inspect.getsource(BaseDiT.forward))

# %% [markdown]
# Follow it from top to bottom; $W$ is the width of the network.
#
# 1. Each frame of the input becomes a vector of width $W$: a **token**. A code of its position is added, since
#    attention alone has no idea which frame comes first.
# 2. `embed_condition` makes the step and the caption $W$ wide as well. In training it sometimes withholds the
#    caption; we come back to that at the end.
# 3. `cond_mapping` turns these into the condition $c$ that your architecture needs.
# 4. `backbone` runs the blocks, `output_projection` leads back to $D$ numbers a frame.
#
# What we trained is a little more: a `Denoiser` (`labkit/models/precondition.py`), which holds such a network
# in `denoiser.dit` and stands around it.

# %%
print(inspect.getsource(Denoiser.forward))

# %% [markdown]
# `self.filter` is a Wiener filter: the least-squares estimate of the clean motion that is linear in the noisy
# one. Nothing in it is learnt; it follows from the data's autocovariance. The network sees the estimate beside
# the noisy frames, and its output is added to it in units of the estimate's error at this noise level. So the
# network learns only what no linear filter can estimate: what the caption says, which foot stands. That is
# preconditioning, after Karras et al. (2022).

# %% [markdown]
# ## Words, tokens and masks
#
# The caption arrives as **word pieces**, each a vector, and one **pooled** vector for the sentence as a
# whole. A batch holds captions of different lengths, so the short ones are padded. The mask says what is
# real.


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
# (here 1) where there is a word piece; motions have the same kind of mask over frames.
#
# You get the layers ready-made. The one with masks is `Attention` (in `labkit/models/base.py`): every token
# asks, is answered by the tokens that fit its question, and takes home a mixture of what they have to say.
#
# * `attention(x, mask)`: the tokens of `x` ask each other. `mask` says which of them may be heard.
# * `attention(x, mask, memory)`: the tokens of `x` ask those of `memory`; now the mask is the memory's.
#
# The weights of a mixture sum to 1. Where the mask is `False` the weight is exactly 0: **padding must never
# be heard**, or a motion would change with the company it has in a batch.

# %% [markdown]
# ## Code 3 · In-context: put it in the same stream
#
# The simplest idea: make time, caption and words tokens too, line them up with the frames, and let
# attention sort it out. At the end, drop them again.

# %%
architecture.incontext()

# %% [markdown]
# The thick road is the **stream** $h$, now $2 + L + F$ tokens long: time, caption, $L$ word pieces, $F$
# frames. A layer leaves the road, and what it says is *added* to it (⊕). In each block
#
# $$h \leftarrow h + \mathrm{Attention}(\mathrm{norm}_1(h)), \qquad
#   h \leftarrow h + \mathrm{mlp}(\mathrm{norm}_2(h)).$$
#
# The mask must grow with the stream. The block's layers are `block.norm1`, `block.attention`, `block.norm2`,
# `block.mlp`; `condition.time` and `condition.pooled` are $(B, W)$, `condition.tokens` $(B, L, W)$,
# `condition.mask` $(B, L)$.

# %% exercise="code3"

# %% check="code3"

# %% [markdown]
# Stuck? `labkit.hint("code3")` gives one hint at a time, each says more than the last. After an honest
# attempt, `labkit.solution("code3")` prints ours, where the solutions are installed.
#
# Now trained weights run through your methods. First the shapes:

# %%
x_t, t = noised(950)
network = networks["incontext"]
with torch.no_grad():
    prediction = network(x_t, t, text)
print("x_t", tuple(x_t.shape), "→ prediction", tuple(prediction.shape))
before, after = (x_t - x0).square().mean(), (prediction - x0).square().mean()
print(f"mean square error: {before:.2f} of the noisy motion, {after:.2f} of the prediction")

# %% [markdown]
# And padding: we append frames and words of pure nonsense, masked. The real frames must not notice.


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
# Predictions are about 1 in size: a difference around $10^{-6}$ is rounding, anything you can see is a leak.
#
# Who looks at whom? We record what each `Attention` is given as your code calls it, and compute the
# weights. A row looks, a column is looked at; the orange lines part condition from frames.

# %%
attention.stream(attention.stream_weights(network, x_t, t, text), words)

# %% [markdown]
# The lower left is where the caption reaches the motion: frames looking at words. (We picked the one head, of
# all blocks, that does so most.) The upper right is the way back, words looking at frames: in one stream
# *everything* may look at everything. Your picture looks the same whether you put the condition before the
# frames or after them.
#
# Try it: change the 950 above to 100, run down to here again, and see whether frames that can nearly be seen
# still ask the sentence.

# %% [markdown]
# ### Does it learn?
#
# The classic test of a new network: can it learn **one** small batch by heart? Four motions, cut to the
# same length, a small new network of your architecture, a few hundred steps. The loss is as plain as can
# be: the mean square of $\hat x_0 - x_0$, at random $t$. (About ten seconds on a quiet CPU; less on a GPU.)

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
    for _ in trange(steps, desc=name):
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
# ## Code 4 · adaLN: bend the normalisation
#
# The next idea is quieter. Make time and caption *one* vector $c$ a sample, and let it turn the knobs of
# every block.

# %%
architecture.adaln()

# %% [markdown]
# LayerNorm brings each token to mean 0 and deviation 1 over its $W$ channels. Here its scale and shift are
# not learnt constants: a linear layer, `block.modulation`, *regresses* them from $c$. A third vector, the
# **gate** $g$, says how much of a layer's answer gets onto the road. Write $\mathrm{mod}(h; c)$ for a norm
# that is scaled and shifted by what $c$ says:
#
# $$h \leftarrow h + g_1 \odot \mathrm{Attention}(\mathrm{mod}_1(h; c)), \qquad
#   h \leftarrow h + g_2 \odot \mathrm{mlp}(\mathrm{mod}_2(h; c)).$$
#
# $\odot$ multiplies channel by channel. What $\mathrm{mod}$ is in detail is yours to work out: the
# docstring says it in words, and Q3 will ask for the formula. The vectors are $(B, W)$ and the stream is
# $(B, F, W)$: mind the missing axis.

# %% exercise="code4"

# %% check="code4"

# %% [markdown]
# `labkit.hint("code4")` helps; `labkit.solution("code4")` is for afterwards.
#
# All modulation layers start at zero. So in a new network all gates are shut, and every block is the
# identity: it begins as nothing at all and learns what to add. That is the "Zero" in *adaLN-Zero*.

# %%
new = NETWORKS["adaln"](**sizes).to(device)
h = torch.randn(1, 10, new.width, device=device)
with torch.no_grad():
    c = new.cond_mapping(new.embed_condition(t, text, drop=torch.tensor([False], device=device)))
    change = new.backbone(h, torch.ones(1, 10, device=device).bool(), c) - h
print(f"c {tuple(c.shape)}; a new backbone changes h by {change.abs().max():.1f}")
print(f"adaLN: padding changes predictions by at most {padding_difference(networks['adaln']):.1e}")

# %% [markdown]
# And after training? For every step $t$ we ask your network how far it turns its knobs.

# %%
steps = torch.linspace(0, schedule.T - 1, 40, device=device).long()
captions = [
    "a person walks forward", "someone is walking", "a person runs",
    "a person raises the left hand", "a person raises the right hand", "a person crouches",
]  # fmt: skip
vectors = attention.modulations(networks["adaln"], steps, conditioner(captions))
attention.knobs(vectors, steps.tolist())

# %% [markdown]
# Where little noise is left, the input is nearly the answer, and a block does best to keep still. Do your
# gates open as the noise grows? Do all of them stay open to the very end? Is a knob turned most where the
# gate after it is open? Nobody told the network what to do with them. It *could* do something, since time is
# in $c$, and $c$ turns them all.
#
# The caption is in $c$ too. Take from each caption's scales and gates the mean over all captions, and compare
# what remains: 1 says that two captions turn the same knobs the same way, −1 that they turn them against each
# other.

# %%
attention.caption_effect(vectors, captions, at=-3)  # nearly all noise

# %% [markdown]
# Two ways to say the same should turn the same knobs, and different actions different ones. Now look at the
# left and the right hand: how far apart are they, next to walking and running? A whole sentence squeezed
# into one vector has to keep such things apart.

# %% show=true
overfit("adaln")
architecture.losses(curves)

# %% [markdown] question="q3" points=3
# **Q3.** Write down the adaLN operation. Let $h \in \mathbb{R}^W$ be the token of one frame and $c$ the
# condition; call the scale $\gamma$ and the shift $\beta$. Give the formula with everything that LayerNorm
# does, say where $\gamma$ and $\beta$ come from, and what distinguishes them from those of an ordinary
# LayerNorm.
#
# *Learning alone? Answer first, then compare with your own `backbone` and with section 3.2 of Peebles & Xie,
# "Scalable Diffusion Models with Transformers" (2023).*

# %% [markdown] rubric="q3"
# **3 points.** 1: normalisation over the $W$ channels of each token, with mean and deviation. 1: scale and
# shift applied channel by channel, in one consistent convention. 1: $\gamma, \beta$ are functions of $c$
# (time and caption), computed per sample and the same for all of its frames, where an ordinary LayerNorm
# has constants.
#
# **Model answer.** With $\mu = \frac1W \sum_i h_i$ and $\sigma^2 = \frac1W \sum_i (h_i - \mu)^2$,
#
# $$\mathrm{adaLN}(h; c) = (1 + \gamma(c)) \odot \frac{h - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta(c),
#   \qquad (\gamma(c), \beta(c)) = W_{\mathrm{mod}}\, c + b_{\mathrm{mod}}.$$
#
# $\gamma$ and $\beta$ have $W$ entries. They are regressed from the condition by a linear layer, so they
# differ from sample to sample, step to step and block to block, and are the same for all frames of a
# sample. An ordinary LayerNorm learns one $\gamma$ and one $\beta$ and uses them whatever the condition.
# With the 1, zero output of the layer means "plain LayerNorm", which is how adaLN-Zero starts.
#
# **Accept** $\gamma(c) \odot \mathrm{LN}(h) + \beta(c)$ without the 1 where $\gamma$ is said to be the whole
# factor; the gate may be left out. **Common misunderstandings:** statistics over frames or the batch (that is
# InstanceNorm or BatchNorm); $\gamma$ and $\beta$ exchanged (−1); a gate in the place of the scale; a matrix
# product instead of a product by channels; "γ and β are learnt", without saying that they depend on $c$ (−1).

# %% [markdown]
# ## Code 5 · Cross-attention: look it up
#
# The third idea keeps the words apart, but beside the road. They form a **memory**, and in each block every
# frame looks up what it needs.

# %%
architecture.cross_attention()

# %% [markdown]
# The memory has $2 + L$ tokens: time, caption, words, all through `self.memory_norm`. A block has three
# layers:
#
# $$h \leftarrow h + \mathrm{SelfAttn}(\mathrm{norm}_1(h)), \quad
#   h \leftarrow h + \mathrm{CrossAttn}(\mathrm{norm}_2(h), \mathrm{memory}), \quad
#   h \leftarrow h + \mathrm{mlp}(\mathrm{norm}_3(h)).$$
#
# There are two masks now, one over frames and one over the memory. Each attention wants the mask of those who
# are *looked at*.

# %% exercise="code5"

# %% check="code5"

# %% [markdown]
# `labkit.hint("code5")`, and afterwards `labkit.solution("code5")`.
#
# Padding first, then the picture that this architecture is loved for: which frame looks at which word.

# %%
network = networks["cross_attention"]
print(f"cross-attention: padding changes predictions by at most {padding_difference(network):.1e}")
looks = {}
for step in (300, 990):
    looks[f"t = {step}"] = attention.memory_weights(network, *noised(step), text)
attention.lookup(looks, words)

# %%
for title, weights in looks.items():
    mean = weights.mean((0, 1))  # over blocks and heads: (F, 2 + L)
    print(f"{title}: {mean[:, 2:].sum(-1).mean():.0%} of all attention on words, ", end="")
    print(f"{mean[:, 2:].std(0).mean() / mean[:, 2:].mean():.0%} variation from frame to frame")

# %% [markdown]
# Compare the two halves first: are words asked more when there is less to be seen? Then read along a row.
# Where it changes, *this frame* asked for *this word*. Where it is even, all frames ask the same, and a
# single vector would have told them as much. Does the second half of the sentence belong to the later
# frames? Be honest about what you see: these are small networks, trained for hours and not for weeks, and
# attention is a clue, no proof.

# %% show=true
overfit("cross_attention")
architecture.losses(curves)

# %% [markdown] question="q4" points=3
# **Q4.** Write down cross-attention (one head). Let $H \in \mathbb{R}^{F \times W}$ be the frames, $M \in
# \mathbb{R}^{N \times W}$ the memory, $W_Q, W_K, W_V \in \mathbb{R}^{W \times d}$ the three weights. Say
# what each product is for, over what the weights sum to 1, and why $d$ appears.
#
# *Learning alone? Answer first, then compare with section 3.2.1 of Vaswani et al., "Attention Is All You
# Need" (2017), and with `Attention.forward` in `labkit/models/base.py`.*

# %% [markdown] rubric="q4"
# **3 points.** 1: queries from the frames, keys and values from the memory. 1: the formula, with
# $\mathrm{softmax}$ and $\sqrt d$ in their places. 1: the softmax runs over the $N$ memory tokens, and
# $\sqrt d$ keeps the scores' size independent of $d$.
#
# **Model answer.** $Q = H W_Q$ ($F \times d$), $K = M W_K$ and $V = M W_V$ ($N \times d$),
#
# $$\mathrm{CrossAttn}(H, M) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right) V
#   \in \mathbb{R}^{F \times d}.$$
#
# $Q$ is what each frame asks, $K$ what each memory token offers to be found by, $V$ what it hands over.
# Each row of the $F \times N$ weights, one a frame, sums to 1 over the memory. A product of $d$ independent
# terms of variance 1 has deviation $\sqrt d$; dividing by it keeps softmax from saturating, where gradients
# vanish. Padded memory tokens get the score $-\infty$ before the softmax.
#
# **Common misunderstandings:** $Q$ from the memory and $K, V$ from the frames (the text would query the
# motion); dividing by $d$; softmax over the frames; $K^\top Q$ with shapes that do not fit;
# self-attention's formula with one and the same input for all three (0 for the first point). Masking and
# several heads are not asked for.

# %% [markdown]
# ## Side by side
#
# A fair comparison needs equal size. Count weights in units of $W^2$: an `Attention` has 4 of them (query,
# key, value, output), an mlp that widens by $r$ has $2r$, adaLN's modulation has 6. What a block spends on
# conditioning, it saves in its mlp, and so each class has an `mlp_ratio` $r$ of its own:
#
# $$\underbrace{4 + 2 \cdot 5}_{\text{in-context}} \;=\; \underbrace{4 + 2 \cdot 2 + 6}_{\text{adaLN}} \;=\;
#   \underbrace{4 + 4 + 2 \cdot 3}_{\text{cross-attention}} \;=\; 14.$$
#
# Equal weights are not equal work. A FLOP is one multiplication or addition; we count those of one pass
# over 120 frames, with a short and with a long caption.


# %%
@torch.no_grad()
def gflops(dit, pieces, frames=120):
    D, C = dit.config["in_features"], dit.config["d_text"]
    told = TextFeatures(torch.zeros(1, pieces, C), torch.ones(1, pieces).bool(), torch.zeros(1, C))
    x, t = torch.zeros(1, frames, D, device=device), torch.zeros(1, dtype=torch.long, device=device)
    with FlopCounterMode(display=False) as counter:
        dit(x, t, told.to(device))
    return counter.get_total_flops() / 1e9


print(f"{'':>16} {'weights':>10} {'W² a block':>11} {'GFLOPs, 8 pieces':>17} {'40 pieces':>10}")
for name, dit in {name: network.dit for name, network in networks.items()}.items():
    weights, block = (sum(p.numel() for p in m.parameters()) for m in (dit, dit.blocks[0]))
    work = gflops(dit, 8), gflops(dit, 40)
    print(f"{name:>16} {weights:10,} {block / dit.width**2:11.2f} {work[0]:17.2f} {work[1]:10.2f}")

# %% [markdown]
# Read the last two columns twice, down and across. Which part of adaLN is done once a sample, and which
# parts of the others once a frame or once a word? Q5 will ask.
#
# Now to the three small networks that learnt four motions by heart. We give each of them pure noise, the last
# step and a caption: nothing is left to go by but the words.

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
# If they move alike, the words have found their motion: nothing else could tell the four apart. A network
# whose condition gets lost on the way, or whose gates stay shut, would show you a mixture of all four. But
# recalling is not generating: who knows four motions by heart knows nothing about a fifth. (Change `x[0]`
# to see the others.)

# %% [markdown]
# ## Why the caption is sometimes withheld
#
# One box of the skeleton is left. In training, one caption in ten is replaced by a learnt "no caption"
# (`drop` in `forward`). So one network learns two things: what motion looks like given *this* sentence, and
# what motion looks like at all. The difference between its two answers points from "any motion" towards
# "what was asked for", and a sampler may walk further in that direction than the network alone would. This
# is **classifier-free guidance** (Ho & Salimans 2021); notebook 3 uses it. How large is that difference?

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
# **Q5.** You condition a network of motion on a caption. What does adaLN offer over cross-attention, and what
# does it give up? Use what you measured: the table, the gates, the map of words and frames. Name a kind of
# caption for which the difference should matter.
#
# *Learning alone? Answer first, then compare with section 3.2 and figure 5 of Peebles & Xie (2023), and
# change the captions above to test what you claim.*

# %% [markdown] rubric="q5"
# **4 points.** 1: cost: adaLN's work for conditioning is done once a sample and does not grow with the
# number of words or frames; cross-attention's grows with frames and words. 1: a global signal with a direct
# grip on every layer: norm and gates of all blocks, all frames alike, the identity at the start; good for
# what holds for the whole motion (time step, style, speed, the kind of action). 1: what is given up: one
# vector for the whole sentence, the same for every frame: no looking up of single words, no link between
# word and moment. 1: evidence from the notebook and a fitting kind of caption (an order of actions, left
# against right, several body parts).
#
# **Model answer.** With equal weights, adaLN needs fewer FLOPs, and a longer caption costs next to nothing,
# because modulation is computed once a sample, where cross-attention asks the memory once for every frame
# and projects every word. Its condition reaches all layers directly through scale, shift and gate; that
# suits what is true of the whole motion, the noise level first of all (the gates follow $t$). It starts as
# the identity, which makes training stable. In return, the sentence must fit into one pooled vector that is
# the same for all frames. "walks, then sits down" is one point in space, and the network must unfold the
# order in time by itself; "left" and "right" turn mostly the same knobs. In cross-attention each frame may
# look at another word. Whether it does is another matter: where the rows of our map are even, the two ways
# say much the same.
#
# **Common misunderstandings:** "adaLN has fewer parameters" (equal here by construction, and modulation is
# not small); "adaLN cannot use text"; "cross-attention is always better" (in DiT's class-conditional
# setting adaLN-Zero had the best FID); cost compared without saying with what it grows.

# %% [markdown]
# ## Where you are
#
# You have written three denoisers, and seen that they ignore padding, hear their captions, and learn. What
# they cannot do yet is *generate*: they make one guess, and in heavy noise one guess is a blur. Notebook 3
# turns guesses into motion, one step at a time.
