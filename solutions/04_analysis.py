# %% [markdown]
# # 4 · Analysis
#
# Which of the three networks is best, and how certain is the answer? In this notebook you measure generated
# motion with two metrics that you write yourself, the Fréchet distance and the TMR-Score. Then you read a
# results table with its intervals, and find out what such a table does not show.
#
# | exercise | you write | difficulty (1 to 5) | minutes | needs |
# |---|---|---|---|---|
# | Code 9 | nothing: you generate with each architecture | 1 | 10 | Code 3, 4, 5 and 7 |
# | Code 10 | the Fréchet distance | 4 | 35 | nothing |
# | Code 11 | the TMR-Score | 2 | 15 | nothing |
# | Code 12 | nothing: the results table | 1 | 15 | Code 10 and 11 |
#
# With reading, sampling and the three questions, plan about three hours.
#
# Symbols and papers: [docs/reading.md](../docs/reading.md).

# %% setup=true

# %% [markdown]
# This notebook samples from all three architectures, so it needs Code 3, 4, 5 and 7 (and 8, for the box
# below). `labkit.use_mine` plugs in your answers that were stored when they passed their checks. A recorded
# solution takes the place of those that are missing, and the output states it.
#
# Code 10 and 11 are written here, and cells below them need them. If you skip Code 10,
# `labkit.use_recorded_solution("code10")` plugs in a recorded solution, which earns no points. Code 11 has none.

# %%
from pathlib import Path

import numpy as np

from labkit.body import load_body
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, score_samples
from labkit.generate import generate
from labkit.metrics import frechet_distance, population_spread, prdc, retrieval, tmr_score, tmr_scores
from labkit.models import NETWORKS
from labkit.motion import decode
from labkit.reference import half_of_takes, load_reference
from labkit.scores import score_mean_motion, score_real
from labkit.show.figures import evaluation as figures
from labkit.show.figures.style import NETWORK_LABELS
from labkit.show.table import results_table
from labkit.tmr import read_features, write_joints

labkit.use_mine("code3", "code4", "code5", "code7", "code8")

BATCHES, BATCH_SIZE = (10, 64) if device == "cuda" else (2, 32)
print(
    f"DDPM with {SamplingConfig().steps} steps, more of them at high noise (shift {SamplingConfig().shift:g})."
)
print(f"Metrics of {BATCHES} × {BATCH_SIZE} motions per network.")

# %% [markdown]
# ## Code 9 · Same caption, same seed
#
# *Difficulty 1 of 5 · 10 minutes · needs Code 3, 4, 5 and 7. Stretch: find a caption that separates the three
# networks with every seed you try.*
#
# Each network receives the same caption and the same seed, so all three start from the *same noise*, and DDPM
# adds the same noise in each step. Only the network differs. There is nothing to write: run the cell, then
# change `caption` and `seed` and run it again. The three cameras turn together; *Overlay* puts the bodies
# into one place.
#
# `generate` cleans up what the network returns (`labkit/cleanup.py`): it smooths it over one frame, holds standing feet
# in one place, and raises hands, feet and body out of the floor. With `raw=True` you see the network's own output.

# %% show=true
# Code 9: generate with each architecture
caption, seed = "a person waves with the left hand", 0

settings = dict(seconds=4, config=SamplingConfig(seed=seed), progress=True)
bodies = {NETWORK_LABELS[name]: generate([caption], name, **settings)[0] for name in NETWORKS}
labkit.show(list(bodies.values()), list(bodies))

# %% [markdown]
# How similar are they? The networks were trained separately, but on the same data, and here they start from the same
# noise.
#
# The training data contain many waves, and far fewer cartwheels.

# %% show=true
caption = "a person does a cartwheel"

bodies = {NETWORK_LABELS[name]: generate([caption], name, **settings)[0] for name in NETWORKS}
labkit.show(list(bodies.values()), list(bodies))

# %% [markdown]
# Which one is best? Before you answer: below are three samples of *one* network. Only the noise differs.

# %% show=true
samples = generate([caption] * 3, "cross_attention", **settings)
labkit.show(samples, ["sample 1", "sample 2", "sample 3"])

# %% [markdown]
# If samples of one network differ as much as the networks do, one video per network proves nothing. Looking
# is still worthwhile: people notice things that no metric measures. Watch the feet, the hands, the balance,
# and whether the motion comes to an end.
#
# The box below makes it easy to try more: generate, change the caption, the seed or the network, and select
# up to three motions of its history to see them side by side.

# %% show=true
labkit.prompt_box()

# %% [markdown] question="q8" points=3
# **Q8.** Try at least three captions and two seeds, here or in the cells of Code 9: one caption that names a
# side, one that names a style ("like an old person"), one that you expect to fail. Which differences between
# the three architectures do you see? State for each whether it holds across captions and seeds, or occurred
# in one sample. Can you relate it to how the caption enters the network? Quote the captions and seeds that you use:
# only the text of this cell is graded, your motions are not handed in.

# %% [markdown] rubric="q8"
# **3 points.** 1 for at least two concrete observations that name a body part or a moment (feet slide while
# the hand waves; the cartwheel stops half-way; the left hand goes up), across at least three captions. 1 for
# separating what repeats over seeds and captions from what occurred in one sample. 1 for a link to the
# architecture that is argued as a hypothesis, or for a reasoned statement that the samples support none: adaLN has one
# pooled vector for the whole caption, which modulates every frame alike; in-context and cross-attention can attend to
# single words, frame by frame.
#
# **Model answer** (an example; the observations depend on weights and seeds, so check the answer against the captions
# and seeds that it quotes). With the same seed the three start alike and often do the same thing at the same time. On
# common captions (waving, walking, raising hands) all three followed the words in my six samples, sides
# included; with `raw=True`, feet slide in all of them. On the rare caption they differ: one network turned over in three of
# three seeds, another in one. In that one seed I would have ranked the two alike, and three seeds are few, so I do not
# rank them on this. Cross-attention and in-context can attend to single words, adaLN cannot; whether that explains
# a difference is a hypothesis, which the table below tests on many captions.
#
# **Common misunderstandings.** Ranking the networks on one video. Attributing to the architecture
# what all three show, such as trembling hands, or what one training run of each may explain. Expecting the same motion from
# different networks with the same seed: it gives the same noise, no more. Stating that an architecture "keeps
# more detail" without a sample that shows it.

# %% [markdown]
# *Learning alone? Keep your notes, and compare them with the results table further down: it covers far more
# motions than you looked at, but only what its metrics can measure.*

# %% [markdown]
# ## Evaluator features
#
# Comparing joint positions would not help: two good walks differ in every joint. So an *evaluator* first
# converts motions into **features**. It is a text–motion encoder after TMR ([Petrovich et al.
# 2023](https://arxiv.org/abs/2305.00976)) with two towers, one for motions and one for captions, which both
# output a vector of length 1. Training makes the cosine of a motion and its caption large, and that of a motion and
# another caption small.
#
# How independent is it? It shares no *trained* weights with the generators. But both read captions through the same
# frozen sentence encoder (all-MiniLM-L6-v2), and its text tower has the same architecture, data and training recipe
# as the one that conditions them, with another seed. Captions that the encoder cannot distinguish are alike for both.
# And pairs are not separated where a caption may be true of the other motion as well. Labels decide that, and many
# captions are made from the same labels.
#
# The library contains the evaluator's features of real motions of a test split, which no network was trained
# on.

# %%
reference = load_reference("test_a")
real = reference.motion
print(f"{len(real)} real motions and {len(reference.captions)} captions, features of {real.shape[1]} numbers")
print("lengths:", np.linalg.norm(real, axis=1).round(3)[:5], "...")

# %% [markdown]
# A plane can show two of these dimensions: the first two *principal components*, in which the motions vary
# most. Each mark is one real motion, its shape the action that the data name.

# %% show=true
figures.feature_map(real, reference.labels)

# %% [markdown]
# Which actions do the two axes separate, and which form more than one cluster? The plane holds only part of
# the variance, so measure in all dimensions: is the nearest *other recording* of the same action? Only actions with
# another recording count. (An action is what its source calls it: "run, 90-degree left turn" and "run/jog, 90-degree
# left turn" are two.)

# %%
contents = np.array([label.partition("|")[0] for label in reference.labels])
similarity = real @ real.T
similarity[reference.take[:, None] == reference.take] = -np.inf  # same recording or mirror image
neighbour = similarity.argmax(1)
possible = np.array([len(set(reference.take[contents == name])) > 1 for name in contents])
hits = (contents == contents[neighbour])[possible]
print(f"nearest neighbour of the same action: {hits.mean():.0%} of {possible.sum()} motions")

# %% [markdown]
# If generated motions lie where real ones do, they are of the right kinds and in the right proportions. This
# is the idea of the Fréchet distance.
#
# ## Sampling from the networks
#
# Each network generates one motion for each of the same held-out captions, as long as the real motion of that
# caption. Everything below is computed from these; this is the longest computation of the notebook (one or
# two minutes on a CPU).

# %% show=true
asked = choose_captions(reference, BATCHES, BATCH_SIZE)
generated = {
    name: sample_captions(name, reference, asked, batch_size=BATCH_SIZE, device=device) for name in NETWORKS
}
for name, d in generated.items():
    print(f"{NETWORK_LABELS[name]:15s} {len(d.motions)} motions → features {d.features.shape}")

# %% [markdown]
# ## Two sets, two Gaussians
#
# The generated motions (coloured) over the real ones (grey), in the same plane. The Fréchet distance fits a
# Gaussian to each set and compares these two, in all 256 dimensions of the features. Here is their projection: the cross
# is the mean, the ellipses are at one and two standard deviations; solid is real, dashed is generated.

# %% show=true
figures.gaussians(real, {name: d.features for name, d in generated.items()})

# %% [markdown]
# ## Code 10 · The Fréchet distance
#
# *Difficulty 4 of 5 · 35 minutes · needs nothing. Stretch: make it fast for N much smaller than D, without
# any D × D matrix.*
#
# Two Gaussians with means $\mu_a, \mu_b$ and covariances $\Sigma_a, \Sigma_b$ have the Fréchet distance $d$ with
#
# $$d^2\big((\mu_a, \Sigma_a), (\mu_b, \Sigma_b)\big) = \lVert \mu_a - \mu_b\rVert_2^2 +
# \mathrm{Tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a\, \Sigma_b)^{1/2}\right)$$
#
# ([Heusel et al. 2017](https://arxiv.org/abs/1706.08500), eq. 6, with $m, C$ for $\mu, \Sigma$; Dowson & Landau
# 1982). For images the metric
# is called FID, here FD. Like FID, **FD is the squared distance** $d^2$; $d$ is also known as the
# Wasserstein-2 distance of the two Gaussians. The first term compares the positions of the two sets, the
# second their widths and orientations. In one dimension the second term is $(\sigma_a - \sigma_b)^2$.
#
# Means and covariances are estimated from two sets of features, arrays of shape (N, D) and (M, D), where D is the number
# of the evaluator's features, 256 here (not the 205 of a frame);
# covariances are the unbiased ones, divided by N − 1. $(\cdot)^{1/2}$ is a *matrix* square root, and for N ≤
# D the covariances are singular: a general matrix root may then fail or become complex. But only its *trace*
# is needed, and a trace is a sum of eigenvalues.

# %% exercise="code10"

# %% check="code10"

# %% [markdown]
# Stuck? `labkit.hint("code10")` prints one hint after another. After an honest attempt,
# `labkit.solution("code10")` prints the reference solution, where it is installed.
#
# Now cases with a known result. Two Gaussians in one dimension with means 0 and 3 and standard deviations 1
# and 2: the formula gives 3² + (1 − 2)² = 10.

# %%
rng = np.random.default_rng(0)
a, b = rng.normal(0, 1, (20_000, 1)), rng.normal(3, 2, (20_000, 1))
print(f"one dimension: {frechet_distance(a, b):.2f}, expected about 10")

# %% [markdown]
# And two ways to shuffle the real features. First the *rows* are permuted: the same motions in another order.
# Then each *column* is permuted by itself: every column keeps its mean and variance, but no row is a motion
# any more. Predict both distances before you run the cell.

# %%
rows_shuffled = rng.permutation(real)
columns_shuffled = rng.permuted(real, axis=0)
print(f"rows shuffled:    FD = {frechet_distance(real, rows_shuffled):.4f}")
print(f"columns shuffled: FD = {frechet_distance(real, columns_shuffled):.4f}")

# %% [markdown]
# FD ignores the order of the rows: it does not know which caption a motion was made for. Let a perfect network exchange
# the motions of two equally frequent captions: its FD stays perfect. Columns matter: the off-diagonal part of the
# covariance holds how features vary *together*.
#
# Now the networks, each against all real motions:

# %% show=true
for name, d in generated.items():
    print(
        f"{NETWORK_LABELS[name]:15s} FD = {frechet_distance(real, d.features):.3f} at N = {len(d.features)}"
    )

# %% [markdown]
# ## FD and the number of motions
#
# Are these distances large or small? Compare with what a perfect network would get: split the real *recordings*
# into two halves (a mirror image stays with its original), let one be the reference, and measure random subsets of
# N motions of the *other* half, many times.
#
# Subsets of one finite set share motions, so they vary less than N new motions would. `population_spread`
# corrects their spread for it, by the finite population correction (`labkit/metrics/bootstrap.py`).

# %% show=true
first = half_of_takes(reference, rng)  # (N,) bool
half, other = real[first], real[~first]


def fd_of_subsets(pool, repeats=10):
    """FD between `half` and N random motions of the pool: {N: values of `repeats` subsets}."""
    sizes = [n for n in (12, 24, 48, 96, 192, 384) if n <= 0.75 * len(pool)]
    values = {n: [frechet_distance(half, rng.permutation(pool)[:n]) for _ in range(repeats)] for n in sizes}
    return {n: population_spread(v, n, len(pool)) for n, v in values.items()}


on_real = {"real, other half": fd_of_subsets(other)}
on_real |= {n: fd_of_subsets(d.features) for n, d in generated.items()}

# %% [markdown]
# And a case with a known true value: two sets from *one* Gaussian in 256 dimensions, with equal variance in
# all of them and a total variance of 1. The true FD is exactly 0.


# %% show=true
def gaussian(n):
    return rng.normal(size=(n, 256)) / 16


one_gaussian = {
    n: [frechet_distance(gaussian(n), gaussian(n)) for _ in range(3)] for n in (64, 256, 1000, 4000)
}
panels = {
    "FD to one half of the real motions": on_real,
    "FD of one Gaussian to itself": {"FD": one_gaussian},
}
variances = np.linalg.eigvalsh(np.cov(real.T.astype(float)))
print(f"effective dimension of the real features: {variances.sum() ** 2 / (variances**2).sum():.0f}")
figures.by_size(panels)

# %% [markdown]
# On the right the true value is 0 at every N, but the estimate starts far above it. On the left even *real*
# motion has a distance from real motion, and all lines fall as N grows. The reason: a covariance of D × D
# numbers is estimated from few motions. FD counts the errors of the estimate as a difference of the two sets, and such
# errors never cancel. With N ≤ D whole directions are missing as well. FD is **biased** upwards. The bias depends on how many directions hold variance: 256 equal ones in the
# right panel, fewer in our features. (Their *effective dimension* is $(\sum\lambda)^2 / \sum\lambda^2$, with the
# eigenvalues $\lambda$ of the covariance.) So read the size of the bias from the left panel.
#
# Three rules follow. Always report N with an FD. Compare FDs only at *equal* N, which removes most of the bias. And
# compare with the line of real motion instead of with 0, in view of the width of the bands.

# %% [markdown]
# ## What FD cannot see
#
# Here is a counterexample: Gaussian noise with *exactly* the mean and the covariance of the real features.


# %%
def forge(x, rng):
    """Gaussian noise with the sample mean and covariance of x (N, D)."""
    noise = rng.normal(size=x.shape)
    noise -= noise.mean(0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(noise.T)))
    values, vectors = np.linalg.eigh(np.cov(x.T.astype(float)))
    return noise @ whiten.T @ (vectors * np.sqrt(values.clip(0))).T + x.mean(0)


forged = forge(real, rng)
figures.same_moments(real, forged, frechet_distance(real, forged))

# %% [markdown]
# *Can FD distinguish the two sets? In what do they differ all the same?* Remember this figure for the next question.

# %% [markdown] question="q9" points=3
# **Q9.** What does the Fréchet distance assume about the distributions of the features? What follows when
# the assumption is wrong, as in the figure above? And what else has to hold, of the features and of N,
# before a small FD means that the motions are good?

# %% [markdown] rubric="q9"
# **3 points.** 1: it treats both feature distributions as (multivariate) Gaussians, or, equivalently, uses
# only mean and covariance; FD is the squared Wasserstein-2 distance between these Gaussians. 1: a
# consequence: distributions with equal first two moments have FD 0 whatever their shape (clusters, tails,
# missing modes that leave the moments alone). 1: at least one further condition: enough independent motions
# for the covariance (N well above the number of directions that hold variance, or above D; the same N for all
# networks, since the estimate is biased upwards); features in which good and bad motion differ (the evaluator hardly reacts to sliding feet); no attention to captions.
#
# **Model answer.** FD compares only mean and covariance; that is the whole distribution only if the
# features are Gaussian. They are not: they have length 1 and form clusters. The noise with the same mean
# and covariance has FD 0, though it contains no motion at all. FD = 0 is necessary for equal distributions,
# not sufficient. Its estimate is biased upwards, the more so the smaller N is beside the number of directions that hold
# variance. It is only as good as
# the features, and it does not know which caption a motion belongs to.
#
# **Common misunderstandings.** "Features must be independent or have unit variance": no, covariances are
# full matrices. "FD is unreliable because of outliers" is true but not the point. "A small FD shows that
# captions are followed": see the shuffled rows.

# %% [markdown]
# *Learning alone? [Heusel et al. 2017](https://arxiv.org/abs/1706.08500), "Performance Measure" in the experiments
# and appendix A1, and for the bias
# [Chong & Forsyth 2020](https://arxiv.org/abs/1911.07023).*

# %% [markdown]
# ## Code 11 · The TMR-Score
#
# *Difficulty 2 of 5 · 15 minutes · needs nothing. Stretch: for which features would the dot product
# $\langle u, v\rangle$, without division by the lengths, rank motions differently?*
#
# FD does not ask whether a motion fits its caption. The evaluator can, with its text tower. Let $u_i$ be the
# features of caption $i$ (`text[i]`) and $v_i$ those of the motion that was made for it (`motion[i]`). The
# score of a pair is the cosine similarity, mapped from [−1, 1] to [0, 1] ([Petrovich et al.
# 2024](https://arxiv.org/abs/2401.08559), "TMR-Score"; for images, CLIPScore of [Hessel et al.
# 2021](https://arxiv.org/abs/2104.08718), eq. 1):
#
# $$s(u, v) = \frac{1}{2}\left(1 + \frac{\langle u, v\rangle}{\lVert u\rVert\,\lVert v\rVert}\right)$$
#
# The TMR-Score of a set is the mean over its N pairs. 1 is the same direction, 0.5 orthogonal (unrelated), 0
# opposite.
#
# > **These numbers do not compare with published ones.** Our evaluator has two transformer towers and a contrastive loss
# > as TMR has, but neither TMR's decoder nor its losses of motion synthesis. It is small: another text encoder, other data
# > and features, and short training. Captions with left and right exchanged are additional negatives. The loss makes pairs similar and other combinations different, and leaves out combinations in which the
# > caption may be true of the motion. Published TMR-Scores, R-precision and FD come from other features, and
# > even the formula differs between papers: some report 100 · cos, CLIPScore is 2.5 · max(cos, 0). At the end of
# > this section you can name TMR's own weights, if you have them.
#
# The figure shows both towers: real motions and their captions. A thin line joins a motion and its caption. A long line
# means that they disagree for the evaluator. A short one need not mean that they agree, since the plane leaves out most
# dimensions.

# %% show=true
some = rng.permutation(len(reference.captions))[:400]
figures.towers(reference.text[some], real[reference.owner[some]])

# %% exercise="code11"

# %% check="code11"

# %% [markdown]
# Stuck? `labkit.hint("code11")`; after an honest attempt `labkit.solution("code11")`.
#
# What is a good score? Real motions with their own captions give a reference, and with *other* captions the
# value of unrelated pairs.

# %%
some = rng.permutation(len(reference.captions))[:500]
text, motion = reference.text[some], real[reference.owner[some]]
print(f"real motion, its own caption:    {tmr_score(text, motion):.3f}")
print(f"real motion, another's caption:  {tmr_score(text, np.roll(motion, len(motion) // 2, axis=0)):.3f}")

# %% [markdown]
# A mean does not show the distribution. So here are the scores of all motions of one network, by your
# function one pair at a time (`tmr_scores` calls `tmr_score`); with their own captions, and with captions
# exchanged.

# %% show=true
name = "cross_attention"
text, motion = reference.text[asked], generated[name].features
scores = tmr_scores(text, motion)
figures.score_histogram(scores, tmr_scores(text, np.roll(motion, 1, axis=0)), NETWORK_LABELS[name])

# %% [markdown]
# Some exchanged captions still fit: many captions ask for a walk or for a raised hand.
#
# Now the best and the worst motions, with their captions. Do you agree with the evaluator?

# %% show=true
order = np.argsort(scores)
chosen = [*order[:-3:-1], *order[:2]]  # the two best, then the two worst
labkit.show(
    [decode(generated[name].motions[i]) for i in chosen],
    [f"{scores[i]:.2f}: {reference.captions[asked[i]]}" for i in chosen],
)

# %% [markdown]
# A low score has two possible causes: the network did not follow the caption, or the *evaluator* does not
# represent such motions well. The score cannot separate the two; looking can.
#
# **With TMR's own weights.** If you have them, TMR's own code can encode the same motions and captions. Write the
# folder of its run below. The cell writes the motions for it and reads the features that it has made;
# [docs/tmr.md](../docs/tmr.md) has the commands in between. Without TMR, leave it as it is.

# %% show=true
TMR = ""  # such as "../../TMR/models/tmr_humanml3d_guoh3dfeats"

if TMR:
    captions = [reference.captions[i] for i in asked]
    write_joints("out/tmr/pose_data", [decode(x) for x in generated[name].motions], load_body())
    Path("out/tmr/captions.txt").write_text("\n".join(captions) + "\n", "utf-8")
    text, motion = read_features(Path(TMR) / "encoded", captions)
    found = retrieval(text, motion, same=np.array(captions)[:, None] == captions)
    print(f"TMR's own features: TMR-Score {tmr_score(text, motion):.3f}, R3 {found['R3']:.3f}")
else:
    print("No weights of TMR named: all scores here are by the evaluator of the course.")

# %% [markdown]
# ## Code 12 · The results table
#
# *Difficulty 1 of 5 · 15 minutes · needs Code 10 and 11. Stretch: compute the interval of the difference of two
# networks' TMR-Scores, caption by caption (`labkit.metrics.bootstrap`). Is it narrower than the intervals of the two
# scores, and why?*
#
# All metrics, all networks. `score` measures the motions generated above; it calls your `frechet_distance`
# and your `tmr_score`. Three columns are for comparison: *real* is real motion in the place of generated
# motion; *real, shuffled* is the same with captions exchanged, which is chance level for every metric that
# uses captions; *mean motion* is a body in the mean pose that glides along, whatever the caption. In which metric
# does it do well? That metric alone does not show good motion.

# %% show=true
# Code 12: evaluate each architecture
table = [
    score_real(reference, asked),
    score_real(reference, asked, shuffled=True),
    score_mean_motion(reference, asked),
    *(score_samples(samples, reference) for samples in generated.values()),
]
results_table(table)

# %% [markdown]
# The same as a figure, without the mean motion. Where intervals overlap widely, the table does not decide
# which is better. Two remarks. All networks have the same captions and the same noise, so the difference of two
# networks, caption by caption, can have a narrower interval than these suggest. And among so many metrics a
# difference can arise by chance.

# %% show=true
named = [m for m in table[0].metrics if m.startswith(("FD to half", "R3 of 32"))]
shown = [*named, "TMR-Score", "precision", "recall", "coverage", "foot sliding m/s", "jerk m/s³"]
figures.intervals([row for row in table if row.name != "mean motion"], shown)

# %% [markdown]
# How to read the rows:
#
# - **FD**: at this N. The *real* column is biased downwards, since the real motions are measured against a
#   set that contains them. **FD to half** is fair to all: everything is measured against one half of the
#   recordings, and *real* is the other half. Its interval shows how much the choice of the half matters, and not
#   what other generated motions would give. How many times as large as real motion's is a network's FD?
# - **R1, R2, R3 of n** (in papers R@1, R@2, R@3): rank n motions by their similarity to a caption; how often is its
#   own motion among the first 1, 2, 3?
# - **precision, density**: do generated motions lie near real ones? **recall, coverage**: are real motions
#   reached by generated ones? In the *real* column all four are too good, for the same reason as FD. Few motions near
#   real ones make coverage low as well, so it measures variety and fidelity at once. **diversity**: the mean distance of
#   two motions.
# - **content, style accuracy**: is a motion nearest to real motions of the action (a wave) and of the style (like an
#   old person) that its caption names?
# - **foot sliding, jerk, penetration** are measured on the body itself, without the evaluator; of generated motions
#   after their clean-up.
#
# Two points deserve attention.
#
# **Better than real?** If a network's R3 is above real motion's, it does not move better than people. It was
# sampled with *guidance* (notebook 3), which exaggerates the caption's effect. Here is adaLN once more, same
# captions, same noise, with `guidance_scale=1`, which is no guidance. The dashed line is real motion.

# %% show=true
plain = sample_captions(
    "adaln", reference, asked, config=SamplingConfig(guidance_scale=1), batch_size=BATCH_SIZE, device=device
)
columns = {column.name: column for column in table}
unguided = score_samples(plain, reference)
shown = [*named[-1:], "TMR-Score", *named[:1], "coverage"]
figures.guidance({1: unguided, SamplingConfig().guidance_scale: columns["adaln"]}, columns["real"], shown)

# %% [markdown]
# Real waves vary. Guidance may favour the typical one, which the evaluator finds more easily. Which metrics
# gain from guidance here, and which do not? Does it bring the *distribution* closer to real motion?
#
# **What the evaluator does not measure.** Compare foot sliding and jerk with the *real* column, then return
# to the bodies of Code 9, and leave the trail of a foot. These two are not computed from the features: the evaluator
# was trained to recognise what a motion is *about*.

# %% [markdown] question="q10" points=4
# **Q10.** Read the table. (a) Which differences between the three networks does it support, and which not?
# Use the intervals, and state N. (b) How far is each from real motion, and in what: fidelity, variety, captions,
# physics? (c) Name one number in the table that would mislead somebody who sees only that number, and explain
# why. (d) Which network would you use, and what would you measure next before you are sure? Quote the numbers with
# their intervals: only the text of this cell is graded, your table is not handed in.

# %% [markdown] rubric="q10"
# **4 points**, one each. Check claims against the numbers that the answer quotes; (a) and (b) get no point without any.
# (a) At least one difference that the intervals support and one that they do not, with N; or, where the table supports
# none, the three candidates that come closest, with that statement. Disjoint intervals of FD to half are no support:
# they cover only the choice of the half. (b) Compared with the *real* column, not with 0 or 1; at least two of the four
# aspects, with the numbers. For precision, recall, density and coverage the answer states that the *real* column is too
# good (these motions are part of the set), or compares the networks with each other. (c) One misleading number with its reason: R1 to R3 or TMR-Score above real's (guidance); FD of
# *real* (part of the reference) or FD beside a published one (other N, other features); precision without recall;
# shuffled rows' FD, which is as good as real's; the mean motion's jerk; any other with a right reason. (d) A choice that follows from (a) to (c), and a next measurement: more
# motions, several seeds, several training runs, people's judgement, guidance 1, the difference of two networks caption
# by caption.
#
# **Model answer** (an example of form: what the table supports depends on weights, N and seed; an answer has numbers in
# the place of the dots). (a) "At N = 64 the TMR-Scores of cross-attention, … [… , …], and adaLN, … [… , …], have disjoint
# intervals, so that difference is supported. The intervals of FD to half are disjoint too, but they cover only the choice
# of the half; FD's own interval, in the first row, covers the sampling of motions. Precision and recall of all three
# overlap widely, so I do not rank them there." (b) "By R3 all three are at or above real motion (…), by FD to half …
# times as far from it as real motion is. Precision and coverage are below real's (… and …), which are too good, as real
# motions are in the set: captions are followed; whether variety is missing, coverage alone does not say.
# Feet slide … times as fast as in real motion, and jerk is higher (…)." (c) "R3 above real does not mean better than
# people; it can be an effect of guidance." (d) "The one with the best caption metrics whose physics is no worse, then 640
# motions, three seeds, and guidance 1."
#
# **Common misunderstandings.** Reading an interval as the range of single motions. "Intervals overlap, so
# they are equal": it is undecided. "FD to half is disjoint, so this network is better": see (a). Intervals cover the
# sampling of motions (for FD to half: of the half), not another training run. Comparing FD with another paper's. Calling
# the network with R3 above real's better than real.

# %% [markdown]
# *Learning alone? `data/checkpoints/TRAINING.md` has our table with more motions, and our reading of it.*

# %% [markdown]
# ## Bonus
#
# The last two are for extra credit, up to 4 points each.

# %% [markdown] question="bonus1" points=0
# **Bonus 1.** Read `labkit/metrics/retrieval.py` and `labkit/metrics/prdc.py`. Explain in your own words:
# R1, R2 and R3, and the role of the gallery; precision, recall, density and coverage.
# What happens to each if a network always generates the same perfect walk? And if it generates motions of pure noise?

# %% [markdown] rubric="bonus1"
# **Extra credit, up to 4 points:** 1 for R1 to R3 with the gallery, 1 for precision and recall, 1 for
# density and coverage, 1 for the two thought experiments.
#
# **Model answer.** Rk (R1, R2, R3): a caption's features are compared with all motions of a gallery (32 here, its own
# among them); Rk is the share of captions whose own motion is among the k most similar. A larger gallery
# makes it harder; chance is k / gallery; ties count against, so that a collapsed evaluator does not look
# perfect. PRDC puts a ball around each point, out to its fifth nearest neighbour in its own set. Precision:
# share of generated points inside at least one real ball. Recall: share of real points inside at least one
# *generated* ball. Density: in how many real balls a generated point lies on average, divided by 5: points in
# dense regions count more, the huge ball of one outlier counts once; may exceed 1. Coverage: share of real
# balls that hold at least one generated point: like recall, with the balls of the real set, which outliers of
# the network cannot enlarge. Always the same walk: precision 1, density high, recall and coverage near 0 (its
# balls have radius 0), Rk 0 (all motions tie, and ties count against). Motions of noise: coverage near 0,
# Rk near chance. Precision, density and recall depend on where the evaluator puts them. If it maps all to nearly one
# place, recall is near 0; precision and density need not be, since real balls may hold that place. If their *features* scatter, recall is high, since
# scattered points have large balls, and precision is 0. Accept either with its reason.

# %% [markdown]
# For Bonus 2, an experiment with a perfect network: take N motions from one half of the real recordings, with one
# caption each, and measure them against the other half, many times. The bands hold 95 % of the values, with
# the spread corrected as above.

# %% show=true
measured, first = {}, half_of_takes(reference, rng)
captions = rng.permutation(len(reference.owner))
one_each = captions[np.unique(reference.owner[captions], return_index=True)[1]]  # a caption of each motion
half, other = real[first], one_each[~first[reference.owner[one_each]]]
for n in (32, 64, 128):
    for _ in range(20):
        i = rng.permutation(other)[:n]
        text, motion = reference.text[i], real[reference.owner[i]]
        found = {"FD": frechet_distance(half, motion), "TMR-Score": tmr_score(text, motion)}
        found |= {"R3 of 32": retrieval(text, motion)["R3"]} | prdc(half, motion)
        for metric, value in found.items():
            measured.setdefault(metric, {}).setdefault(n, []).append(value)
measured = {
    metric: {"real": {n: population_spread(v, n, len(other)) for n, v in values.items()}}
    for metric, values in measured.items()
}
figures.by_size(measured)

# %% [markdown] question="bonus2" points=0
# **Bonus 2.** The course's protocol takes 10 × 64 samples. How reliable is each metric at that size, FD
# above all? Distinguish the width of a band (would another sample give the same?) from the slope of
# a line (is it right on average?). What would you do about each, and what would you write under a results
# table?

# %% [markdown] rubric="bonus2"
# **Extra credit, up to 4 points:** 1 for keeping variance and bias apart, 1 for FD's bias at N = 640 (and that its size
# depends on the network, so even equal N is not perfectly fair), 1 for the other metrics, 1 for remedies.
#
# **Model answer.** Means of single motions (TMR-Score, physical metrics) are unbiased, their error falls
# with 1/√N: at 640 the TMR-Score's interval is a third as wide as at 64. Rk in galleries of 32 is unbiased as well, a share
# with standard error √(p(1−p)/N), at most 0.02 at 640. FD is biased upwards: 640 motions for a 256 × 256
# covariance. Its size is read best from the line of real motion: there FD falls from N = 32 to 128, although both
# halves are real. (In the figure with one Gaussian, N = 256 gives about 0.5 and N = 1000 still 0.13 where the truth is
# 0, but there all 256 directions hold equal variance. Accept both.) Averaging ten FDs of 64 does not help: it averages
# ten numbers of large bias; compute one FD of all 640. Coverage grows with the number of samples, and recall depends on it: equal N again. Remedies: one
# large set; the same captions, lengths and N for all; an interval (bootstrap without copies) and the FD of
# real motion at the same N beside it; extrapolation of FD over 1/N to N = ∞ (Chong & Forsyth 2020), or an
# unbiased distance (KID/MMD); several seeds and training runs. Under the table: N, features, reference set,
# guidance, steps, seeds, and the interval.
#
# **Common misunderstandings.** "Repeat ten times and average" cures variance, not bias. A narrow interval
# does not mean a right value.

# %% [markdown]
# ## What comes next
#
# You have turned captions into tokens, noise into motion, and motion into numbers with known uncertainty.
#
# In **notebook 5** you train a network of your own, write guidance, and edit motions by sampling a part of them. In
# **notebook 6** you write flow matching and its solvers, and find out how DDIM is related to them. You can also try
# other captions, another guidance scale, or weights of your own (`python -m labkit train --help`), and use this
# notebook to find out whether the result improved.
