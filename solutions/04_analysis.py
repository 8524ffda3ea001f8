# %% [markdown]
# # 4 · Analysis
#
# Which of three networks is best, and how sure are we? At the end of this notebook you will have measured
# generated motion with two metrics that you wrote yourself, the Fréchet distance and the TMR-Score. You will
# be able to read a results table with its intervals, and to say what such a table hides.

# %% setup=true

# %% [markdown]
# **Where the networks come from.** This notebook samples from all three architectures, so it needs the
# answers to Code 3, 4, 5, 7 and 8. Where you have not written them in this kernel, `use_recorded_solution` lets a
# recording play their part. If you would rather see your own code at work, paste your cells from notebooks
# 02 and 03 below the next cell.

# %%
import numpy as np

from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, score_samples
from labkit.generate import generate
from labkit.metrics import frechet_distance, prdc, retrieval, tmr_score, tmr_scores
from labkit.models import NETWORKS
from labkit.motion import decode, smooth
from labkit.reference import load_reference
from labkit.scores import score_mean_motion, score_real
from labkit.show.figures import evaluation as figures
from labkit.show.figures.style import NETWORK_LABELS
from labkit.show.table import results_table

labkit.use_recorded_solution("code3", "code4", "code5", "code7", "code8")

BATCHES, BATCH_SIZE = (10, 64) if device == "cuda" else (2, 32)
print(
    f"DDPM with {SamplingConfig().steps} steps; the metrics will see {BATCHES} × {BATCH_SIZE} motions of each network."
)

# %% [markdown]
# ## Code 9 · Same caption, same seed
#
# First, look. Each network gets the same caption and the same seed, so all three start from the *same
# noise*, and DDPM throws them the same dice on the way. What differs is only the network that guesses. There
# is nothing to write: run the cell, then change `caption` and `seed` and run it again. Turn one body and all
# turn; *Overlay* lays them over each other.

# %% show=true
# Code 9: generate with each architecture
caption, seed = "a person waves with the left hand", 0

bodies = {
    NETWORK_LABELS[name]: generate(
        [caption], name, seconds=4, config=SamplingConfig(seed=seed), progress=True
    )[0]
    for name in NETWORKS
}
labkit.show(list(bodies.values()), list(bodies))

# %% [markdown]
# Three networks that were trained apart, and they may well move like siblings. Same noise, same training
# data, same caption: they have learnt to walk down much the same path.
#
# That caption was an easy one, for the training data are full of waving. Here is one that they have seen in
# a handful of clips.

# %% show=true
caption = "a person does a cartwheel"

bodies = {
    NETWORK_LABELS[name]: generate(
        [caption], name, seconds=4, config=SamplingConfig(seed=seed), progress=True
    )[0]
    for name in NETWORKS
}
labkit.show(list(bodies.values()), list(bodies))

# %% [markdown]
# Which one would you call best? Before you answer: below are three draws of *one* network. Everything is
# the same but the noise.

# %% show=true
draws = generate([caption] * 3, "cross_attention", seconds=4, config=SamplingConfig(seed=seed), progress=True)
labkit.show(draws, ["draw 1", "draw 2", "draw 3"])

# %% [markdown]
# If draws of one network differ as much as the networks do, one video a network proves nothing. It is still
# worth looking, for eyes see things that no metric was built for. Watch the feet, the hands, the balance,
# and whether the motion *ends*.

# The box below makes it easy to try more: generate, change the caption, the seed or the network, and tick up to
# three of its history to see them side by side.

# %% show=true
labkit.prompt_box()

# %% [markdown] question="q8" points=3
# **Q8.** Try at least three captions and two seeds, here or in the cells of Code 9: one caption that names a
# side, one that names a style ("like an old person"), one that you expect to fail. Which differences between
# the three architectures do you see? Say for each whether it holds across captions and seeds, or was this one
# draw. Do you see a reason for it in how the caption enters the network?

# %% [markdown] rubric="q8"
# **3 points.** 1 for at least two concrete observations that name a body part or a moment (feet slide while
# the hand waves; the cartwheel stops half-way; the left hand goes up), across at least three captions. 1
# for separating what repeats over seeds and captions from what was one draw. 1 for a link to the
# architecture that is argued as a hypothesis: adaLN gets one pooled vector for the whole caption and bends
# every frame alike; in-context and cross-attention can read single words, frame by frame.
#
# **Model answer.** With the same seed the three start alike and often do the same thing at the same time.
# On common captions (waving, walking, raising hands) all three follow the words, sides included; feet slide
# in all of them. On rare captions they come apart: some draws turn over, others only bend down or step
# about. With other seeds the order changes, so I would not rank them on this. Style words act on posture
# and speed in all three. Cross-attention and in-context can look up single words and sometimes keep a
# detail that the pooled vector of adaLN loses; that is a guess that the metrics below have to support.
#
# **Common misunderstandings.** Ranking the networks on one video. Taking trembling hands for the
# architecture's fault: all three were trained briefly on the same data. Believing that the same seed should
# give the same motion in different networks: it gives the same noise, no more.

# %% [markdown]
# *Studying on your own? Keep your notes, and lay them beside the results table further down: it looks at far
# more motions than you did, but only at what its metrics can see.*

# %% [markdown]
# ## What the evaluator sees
#
# To measure, we need numbers that mean something. Comparing joint positions will not do: two good walks
# differ in every joint. So motions are first turned into **features** by an *evaluator*, a text–motion
# encoder in the manner of TMR. It has two towers: one reads a motion, the other a caption, and both answer
# with a vector of length 1. In training, a motion and its caption were pulled together and all other pairs
# pushed apart.
#
# It was trained apart from the generators. Otherwise they could learn to please the judge.
#
# The library ships the evaluator's features of a few hundred real motions that no network has seen.

# %%
reference = load_reference("test_a")
real = reference.motion
print(f"{len(real)} real motions and {len(reference.captions)} captions, features of {real.shape[1]} numbers")
print("lengths:", np.linalg.norm(real, axis=1).round(3)[:5], "...")

# %% [markdown]
# We cannot look at so many dimensions, but we can look at the two in which the motions spread most: their
# first two *principal components*. Each mark is one real motion. The evaluator was never told these names.

# %% show=true
figures.feature_map(real, reference.labels)

# %% [markdown]
# Motions of one kind lie together. So if a network's motions land where real ones lie, it makes motion of
# the right kinds, in the right mixture. That is the idea behind the Fréchet distance.
#
# ## Let the networks draw
#
# Now each network draws a motion for each of the same held-out captions, each as long as the real motion
# that the caption came from. Everything below is computed from these; this is the one long wait of the
# notebook (about a minute or two on a CPU).

# %% show=true
asked = choose_captions(reference, BATCHES, BATCH_SIZE)
drawn = {
    name: sample_captions(name, reference, asked, batch_size=BATCH_SIZE, device=device) for name in NETWORKS
}
for name, d in drawn.items():
    print(f"{NETWORK_LABELS[name]:15s} {len(d.motions)} motions → features {d.features.shape}")

# %% [markdown]
# ## Two clouds, two Gaussians
#
# Here are the drawn motions (coloured) over the real ones (grey), in the same plane as above. The Fréchet
# distance does not look at the points. It fits a Gaussian to each cloud and compares the two: the cross is
# the mean, the ellipses lie at one and two standard deviations; solid is real, dashed is drawn.

# %% show=true
figures.gaussians(real, {name: d.features for name, d in drawn.items()})

# %% [markdown]
# ## Code 10 · The Fréchet distance
#
# Let $a$ and $b$ be two sets of features, arrays of shape (N, D) and (M, D). Let $\mu_a, \mu_b$ be their
# means, vectors of D numbers, and $\Sigma_a, \Sigma_b$ their covariances, D × D matrices (the unbiased
# kind, divided by N − 1). The distance between the two fitted Gaussians is
#
# $$\mathrm{FD} = |\mu_a - \mu_b|^2
# + \mathrm{Tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a \Sigma_b)^{1/2}\right)$$
#
# (Heusel et al. 2017, eq. 6; for images it is called FID). The first term asks whether the clouds lie at
# the same place, the second whether they are equally wide and turned the same way. In one dimension the
# second is simply $(\sigma_a - \sigma_b)^2$.
#
# One thing to mind: $(\cdot)^{1/2}$ is a *matrix* root, and with N ≤ D the covariances are singular. A
# general matrix root may then fail or turn complex. But only its *trace* is needed, and a trace is a sum of
# eigenvalues.

# %% exercise="code10"

# %% check="code10"

# %% [markdown]
# Stuck? `labkit.hint("code10")` gives one hint after another. After an honest attempt,
# `labkit.solution("code10")` shows how we did it (where the solutions are installed).
#
# Now your function meets cases whose answer is known. Two Gaussians in one dimension, with means 0 and 3
# and standard deviations 1 and 2: the formula says 3² + (1 − 2)² = 10.

# %%
rng = np.random.default_rng(0)
a, b = rng.normal(0, 1, (20_000, 1)), rng.normal(3, 2, (20_000, 1))
print(f"one dimension: {frechet_distance(a, b):.2f}, expected about 10")

# %% [markdown]
# And two ways to shuffle the real features. First the *rows* change places: the same motions in another
# order. Then each *column* is shuffled by itself: every single number is still there, each column has the
# same mean and spread as before, but no row is a motion any more. Guess both distances before you run the
# cell.

# %%
rows_shuffled = rng.permutation(real)
columns_shuffled = rng.permuted(real, axis=0)
print(f"rows shuffled:    FD = {frechet_distance(real, rows_shuffled):.4f}")
print(f"columns shuffled: FD = {frechet_distance(real, columns_shuffled):.4f}")

# %% [markdown]
# Rows have no order for FD: it does not know which caption a motion was made for. A network that walks when
# asked to wave, and waves when asked to walk, has a perfect FD. Columns matter: how features go *together*
# is what the off-diagonal part of $\Sigma$ holds.
#
# Now the networks, each against all real motions:

# %% show=true
for name, d in drawn.items():
    print(
        f"{NETWORK_LABELS[name]:15s} FD = {frechet_distance(real, d.features):.3f} at N = {len(d.features)}"
    )

# %% [markdown]
# ## FD and the number of motions
#
# Is that far or near? A number needs a yardstick. Cut the real motions into two halves and let one half be
# the reference. Then draw N motions from the *other* real half, many times, and measure: what a perfect
# network would get.

# %% show=true
halves = rng.permutation(real)  # rows in random order
half, other = halves[: len(real) // 2], halves[len(real) // 2 :]


def fd_of_draws(pool, draws=10):
    """FD between `half` and random N of the pool, `draws` times for each N."""
    sizes = [n for n in (12, 24, 48, 96, 192, 384) if n <= 0.75 * len(pool)]
    return {n: [frechet_distance(half, rng.permutation(pool)[:n]) for _ in range(draws)] for n in sizes}


on_real = {"real, other half": fd_of_draws(other)} | {n: fd_of_draws(d.features) for n, d in drawn.items()}

# %% [markdown]
# And a case in which truth is known: two draws from *one* Gaussian in 256 dimensions, equally wide in all
# of them, with a total variance of 1. Its true distance to itself is exactly 0.


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
figures.by_size(panels)

# %% [markdown]
# Read it slowly. On the right the truth is 0 at every N, and FD starts far above it. On the left even
# *real* motion is at some distance from real motion, and all lines fall as N grows. The reason is that a
# covariance of D × D numbers is estimated from few motions: it misses directions, and FD takes what is
# missing for a difference.
#
# So three rules: an FD without its N says nothing. Two FDs are comparable at *equal* N only. And the
# distance that counts is the one from the line of real motion, seen beside the width of the bands.

# %% [markdown]
# ## What FD cannot see
#
# Here is a forgery. We draw plain Gaussian noise and give it *exactly* the mean and the covariance of the
# real features.


# %%
def forge(x, rng):
    """Gaussian noise with the sample mean and covariance of x (N, D)."""
    noise = rng.normal(size=(4 * len(x), x.shape[1]))
    noise -= noise.mean(0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(noise.T)))
    values, vectors = np.linalg.eigh(np.cov(x.T.astype(float)))
    return noise @ whiten.T @ (vectors * np.sqrt(values.clip(0))).T + x.mean(0)


forged = forge(real, rng)
figures.twins(real, forged[: len(real)], frechet_distance(real, forged))

# %% [markdown]
# FD is satisfied. Yet the right cloud has no clusters, its vectors do not even have length 1, and there is
# no motion behind any of its points. Keep this picture in mind for the next question.

# %% [markdown] question="q9" points=3
# **Q9.** What does the Fréchet distance assume about the distributions of the features? What follows when
# the assumption is wrong, as in the picture above? And what else has to hold, of the features and of N,
# before a small FD tells you that the motions are good?

# %% [markdown] rubric="q9"
# **3 points.** 1: it takes both feature distributions for (multivariate) Gaussians, or says the same thing
# as "looks only at mean and covariance"; it is the Wasserstein-2 distance between these Gaussians. 1: a
# consequence: distributions with equal first two moments are at distance 0 whatever their shape (clusters,
# tails, missing modes that leave the moments alone). 1: at least one further condition: enough independent
# motions for the covariance (N well above D, same N for all rows, since the estimate is biased upwards);
# features in which good and bad motion differ (the evaluator's taste; it does not see skating feet); no
# attention to captions.
#
# **Model answer.** FD compares only mean and covariance; that is the whole distribution only if the
# features are Gaussian. They are not: they lie on a unit sphere, in clusters. The forgery has the same mean
# and covariance, so FD is 0, though it holds no motion at all. FD = 0 is necessary for equal distributions,
# not sufficient. Its estimate needs N well above D and is biased upwards below that. It is only as good as
# the features, and it knows nothing of which caption a motion belongs to.
#
# **Common misunderstandings.** "Features must be independent or have unit variance": no, covariances are
# full matrices. "FD is unreliable because of outliers" is true but not the point. "A small FD shows that
# captions are followed": see the shuffled rows.

# %% [markdown]
# *On your own? Heusel et al. 2017, section 2, and for the bias Chong & Forsyth 2020, "Effectively unbiased
# FID".*

# %% [markdown]
# ## Code 11 · The TMR-Score
#
# FD does not ask whether the motion fits its caption. The evaluator can: it has a text tower too. Let $u_i$
# be the features of caption $i$ (`text[i]`) and $v_i$ those of the motion that was drawn for it
# (`motion[i]`). They point the same way if the two fit. The score of one pair is the cosine of their angle,
# moved to the range 0 to 1; the TMR-Score is the mean over all N pairs:
#
# $$\mathrm{score} = \frac{1}{N} \sum_{i=1}^{N} \frac{\cos(u_i, v_i) + 1}{2}, \qquad
# \cos(u, v) = \frac{u \cdot v}{|u|\,|v|}$$
#
# (as CLIPScore does for images, Hessel et al. 2021; this form in Petrovich et al. 2024). 1 is the same
# direction, 0.5 unrelated, 0 opposite. Beware when you compare with papers: some report 100 · cos, others
# 2.5 · max(cos, 0).
#
# Here are both towers at once, real motions and what was said of them. A thin line joins a motion and its
# caption: the shorter, the better the evaluator knows that they belong together.

# %% show=true
some = rng.permutation(len(reference.captions))[:400]
figures.towers(reference.text[some], real[reference.owner[some]])

# %% exercise="code11"

# %% check="code11"

# %% [markdown]
# Stuck? `labkit.hint("code11")`; after an honest attempt `labkit.solution("code11")`.
#
# What is a good score? Real motions with their own captions give the upper end, real motions with
# *another's* caption the lower.

# %%
some = rng.permutation(len(reference.captions))[:500]
text, motion = reference.text[some], real[reference.owner[some]]
print(f"real motion, its own caption:    {tmr_score(text, motion):.3f}")
print(f"real motion, another's caption:  {tmr_score(text, np.roll(motion, len(motion) // 2, axis=0)):.3f}")

# %% [markdown]
# A mean hides how it came about. So here is every single motion of one network, scored by your function one
# pair at a time (`tmr_scores` calls `tmr_score`); once with its own caption, and once with captions
# exchanged.

# %% show=true
name = "cross_attention"
text, motion = reference.text[asked], drawn[name].features
scores = tmr_scores(text, motion)
figures.score_histogram(scores, tmr_scores(text, np.roll(motion, 1, axis=0)), NETWORK_LABELS[name])

# %% [markdown]
# Some exchanged captions still fit: much of the data is walking and raising hands, and one raised hand is
# as good as another.
#
# Now the best and the worst, with their captions. Is the judge right?

# %% show=true
order = np.argsort(scores)
chosen = [*order[:-3:-1], *order[:2]]  # the two best, then the two worst
labkit.show(
    [decode(smooth(drawn[name].motions[i], 1)) for i in chosen],
    [f"{scores[i]:.2f}: {reference.captions[asked[i]]}" for i in chosen],
)

# %% [markdown]
# A low score has two possible causes: the network did not do what it was told, or the *evaluator* does not
# know such motions well. Look which it is here. The score cannot tell you.

# %% [markdown]
# ## Code 12 · The results table
#
# All metrics, all networks. `score` measures what was drawn above; it calls your `frechet_distance` and your
# `tmr_score`. Three columns to compare with stand in front: *real* is real motion in the place of drawn motion;
# *real, shuffled* the same with captions exchanged, which is what chance looks like; *mean motion* is one body
# that glides along in the average pose, whatever the caption. A metric that likes it measures little.
# (`python -m labkit evaluate --all` does it all from a shell.)

# %% show=true
# Code 12: evaluate each architecture
table = [
    score_real(reference, asked),
    score_real(reference, asked, shuffled=True),
    score_mean_motion(reference, asked),
    *(score_samples(samples, reference) for samples in drawn.values()),
]
results_table(table)

# %% [markdown]
# The same as a picture, without the mean motion. Where intervals overlap widely, the table does not say who is
# better.

# %% show=true
named = [m for m in table[0].metrics if m.startswith(("FD to half", "R3 of 32"))]
shown = [*named, "TMR-Score", "precision", "recall", "coverage", "foot sliding m/s", "jerk m/s³"]
figures.intervals([row for row in table if row.name != "mean motion"], shown)

# %% [markdown]
# How to read the rows:
#
# - **FD**: at this N. The *real* column is flattered, for it is measured against a set that it is part of.
#   **FD to half** is fair to all: everything is measured against one half of the recordings, and *real* is the
#   other half. How many times as far as real motion is a network?
# - **R1, R2, R3 of n**: the motion's caption looks for its motion among n; how often is it among the first
#   1, 2, 3?
# - **precision, density**: is what was drawn like something real? **recall, coverage**: is what is real
#   reached? **diversity**: how far apart are two motions, on average?
# - **content, style accuracy**: is the nearest class of real motions the one that was asked for: a wave, like
#   an old person?
# - **foot sliding, jerk, penetration** are measured on the body itself, not through the evaluator.
#
# Two things deserve a second look.
#
# **Better than real?** If a network's R3 is above real motion's, it does not move better than people.
# Sampling used *guidance* (notebook 03): predictions are pushed further in the direction of the caption.
# Here is adaLN once more, same captions, same noise, with `guidance_scale=1`, which is no guidance at all.

# %% show=true
plain = sample_captions(
    "adaln", reference, asked, config=SamplingConfig(guidance_scale=1), batch_size=BATCH_SIZE, device=device
)
motions = {"real": real[reference.owner[asked]], "guidance 2": drawn["adaln"].features}
for name, motion in {**motions, "guidance 1": plain.features}.items():
    r3 = retrieval(reference.text[asked], motion)["R3"]
    fit, distance = tmr_score(reference.text[asked], motion), frechet_distance(real, motion)
    print(f"{name:13s} R3 of 32 = {r3:.2f}   TMR-Score = {fit:.3f}   FD = {distance:.3f}")

# %% [markdown]
# People who wave also scratch their heads. Guidance gives a clearer wave than a real one, and the evaluator
# finds it more easily. (R3 may differ a little from the table's, which lets captions of the same words or the
# same motion stand for each other.) Look at FD as well: does guidance bring the *distribution* nearer to real
# motion's, or not?
#
# **What the evaluator does not see.** Compare foot sliding and jerk with the *real* column, then go back to
# the bodies of Code 9, and leave the trail of a foot. The features hardly notice either: the evaluator learnt
# to tell what a motion is *about*.

# %% [markdown] question="q10" points=4
# **Q10.** Read the table. (a) Which differences between the three networks does it support, and which not?
# Use the intervals. (b) How far is each from real motion, and in what: fidelity, variety, captions,
# physics? (c) Name one number in the table that would mislead somebody who sees only that number, and say
# why. (d) Which network would you use, and what would you measure next before you are sure?

# %% [markdown] rubric="q10"
# **4 points**, one each. (a) At least one difference that the intervals support and one that they do not; N
# is named. (b) Compared with the *real* column, not with 0 or 1; at least two of the four aspects, with the
# numbers. (c) One misleading number with its reason: R@k or TMR-Score above real's (guidance); FD of *real*
# (part of the reference) or FD beside a published one (other N, other features); precision without recall;
# shuffled rows' FD, which is as good as real's. (d) A choice that follows from (a) to (c), and a next
# measurement: more motions, several seeds, several training runs, people's judgement, guidance 1.
#
# **Model answer** (numbers vary with the weights and N). With 64 motions a network, the intervals of FD,
# precision and recall of the three networks overlap nearly everywhere, so I do not rank them on these; where
# TMR-Score or R3 intervals are apart, as between the best and the worst, I do. All follow captions about as
# well as real motion does, or better, which is guidance. They lack variety and fidelity (precision, density
# and coverage far below real), and in physics too they are not people: feet slide two to three times as
# fast, and jerk is one and a half to two times theirs. I would take the network with the best caption
# metrics whose physics is no worse than the others', and repeat with 640 motions, three seeds and guidance
# 1.
#
# **Common misunderstandings.** Reading an interval as the range of single motions. "Intervals overlap, so
# they are equal": it is undecided. Intervals here cover the draw of motions, not another training run.
# Comparing FD with another paper's. Calling the network with R3 above real's better than real.

# %% [markdown]
# *On your own? `data/checkpoints/TRAINING.md` has our table with more motions, and how we read it.*

# %% [markdown]
# ## Bonus
#
# The last two are for extra credit.

# %% [markdown] question="bonus1" points=0
# **Bonus 1.** Read `labkit/metrics/retrieval.py` and `labkit/metrics/prdc.py`. Explain in your own words,
# as to a friend: R1, R2 and R3, and what the gallery does to them; precision, recall, density and coverage.
# What happens to each if a network always draws the same perfect walk? And if it draws noise?

# %% [markdown] rubric="bonus1"
# **Extra credit, up to 4 points:** 1 for R1 to R3 with the gallery, 1 for precision and recall, 1 for
# density and coverage, 1 for the two thought experiments.
#
# **Model answer.** R-k: a caption's features are compared with all motions of a gallery (32 here, its own
# among them); R-k is the share of captions whose own motion is among the k most similar. A larger gallery
# makes it harder; chance is k / gallery; ties count against, so that a collapsed evaluator does not look
# perfect. PRDC draws a ball around each point, out to its fifth nearest neighbour in its own set.
# Precision: share of drawn points inside at least one real ball. Recall: share of real points inside at
# least one *drawn* ball. Density: in how many real balls a drawn point lies on average, divided by 5:
# points in dense regions count more, one outlier's huge ball counts once; may exceed 1. Coverage: share of
# real balls that hold at least one drawn point: like recall, with the balls of the real set, which outliers
# of the network cannot blow up. Always the same walk: precision 1, density high, recall and coverage near 0
# (its balls have radius 0), R-k at chance or below (all motions tie). Noise: precision, density and
# coverage near 0; recall may be *high*, since wild points have huge balls; R-k at chance.

# %% [markdown]
# For Bonus 2, an experiment. We play the perfect network again: draw N motions from one half of the real
# set, with one caption each, and measure them against the other half, many times. The band holds 95 % of
# the draws.

# %% show=true
measured = {}
captions = rng.permutation(len(reference.owner))
one_each = captions[rng.permutation(np.unique(reference.owner[captions], return_index=True)[1])]
half, other = real[reference.owner[one_each[::2]]], one_each[1::2]
for n in (32, 64, 128):
    for _ in range(20):
        i = rng.permutation(other)[:n]
        text, motion = reference.text[i], real[reference.owner[i]]
        found = {"FD": frechet_distance(half, motion), "TMR-Score": tmr_score(text, motion)}
        found |= {"R3 of 32": retrieval(text, motion)["R3"]} | prdc(half, motion)
        for metric, value in found.items():
            measured.setdefault(metric, {"real": {}})["real"].setdefault(n, []).append(value)
figures.by_size(measured)

# %% [markdown] question="bonus2" points=0
# **Bonus 2.** The course's protocol takes 10 × 64 samples. How reliable is each metric at that size, FD
# above all? Keep two things apart: the width of a band (would another draw give the same?) and the slope of
# a line (is it right on average?). What would you do about each, and what would you write under a results
# table?

# %% [markdown] rubric="bonus2"
# **Extra credit, up to 4 points:** 1 for keeping variance and bias apart, 1 for FD's bias at N = 640 with D
# = 256 (and that its size depends on the network, so even equal N is not perfectly fair), 1 for the other
# metrics, 1 for remedies.
#
# **Model answer.** Means of single motions (TMR-Score, physical metrics) are unbiased, their error falls
# with 1/√N; at 640 they are good to a hundredth or so. R-k in galleries of 32 is unbiased as well, a share
# with standard error √(p(1−p)/N), about 0.02 at 640. FD is biased upwards: 640 motions for a 256 × 256
# covariance. In the figure with one Gaussian, N = 256 gives about 0.5 and N = 1000 still 0.13 where the
# truth is 0. Averaging ten FDs of 64 does not help: it averages ten numbers of large bias; compute one FD
# of all 640. Coverage grows with the number drawn and recall depends on it, so equal N again. Remedies: one
# large set; the same captions, lengths and N for all; an interval (bootstrap without copies) and the FD of
# real motion at the same N beside it; extrapolation of FD over 1/N to N = ∞ (Chong & Forsyth 2020), or an
# unbiased distance (KID/MMD); several seeds and training runs. Under the table: N, features, reference set,
# guidance, steps, seeds, and the interval.
#
# **Common misunderstandings.** "Repeat ten times and average" cures variance, not bias. A narrow interval
# does not mean a right value.

# %% [markdown]
# ## That was the course
#
# A caption has become tokens, noise has become motion, and motion has become numbers that you can defend.
# The next step is yours: other captions, another guidance scale, weights of your own (`python -m labkit
# train --help`), and this notebook to tell you whether it got better.
