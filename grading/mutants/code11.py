"""Wrong answers to Code 11."""

import numpy as np

from grading.bank import mutant
from labkit.metrics.features import as_pair, unit


def pair(text, motion):
    return as_pair(text, motion, ("text", "motion"), rows_match=True)


def of_cosines(make):
    """A tmr_score that makes something else of the right cosines (N,)."""

    def tmr_score(text, motion):
        text, motion = pair(text, motion)
        return make((unit(text) * unit(motion)).sum(1))

    return tmr_score


def of_features(make):
    """A tmr_score that makes something else of the checked features, both (N, D)."""

    def tmr_score(text, motion):
        text, motion = pair(text, motion)
        unit(text), unit(motion)  # rejects zero vectors
        return make(text, motion)

    return tmr_score


# ------------------------------------------------------------------------------------------------------------
#                                               From cosine to score
# ------------------------------------------------------------------------------------------------------------


@mutant("Your function returns nothing: is `return` missing?")
def no_return():
    return of_cosines(lambda cosine: None)


@mutant("You return one score for each pair: the TMR-Score is their mean, one number")
def score_of_each():
    return of_cosines(lambda cosine: (cosine + 1) / 2)


@mutant(
    'You return a NumPy array without axes, which a format such as f"{x:.3f}" does not accept: return '
    "float(...)"
)
def array_without_axes():
    return of_cosines(lambda cosine: np.asarray((cosine.mean() + 1) / 2))


@mutant("The scores are added up: take their mean, so that N does not matter")
def added_up():
    return of_cosines(lambda cosine: ((cosine + 1) / 2).sum())


@mutant("This is the mean cosine, from -1 to 1: the score is (cosine + 1) / 2, from 0 to 1")
def cosine_alone():
    return of_cosines(np.mean)


@mutant("(cosine + 1) / 2 is taken twice: the mean over pairs is the score already")
def mapped_twice():
    return of_cosines(lambda cosine: (((cosine + 1) / 2).mean() + 1) / 2)


@mutant("cosine + 1 is between 0 and 2: halve it")
def not_halved():
    return of_cosines(lambda cosine: (cosine + 1).mean())


@mutant("cosine + 1/2 runs from -0.5 to 1.5: the brackets are missing, (cosine + 1) / 2")
def brackets_missing():
    return of_cosines(lambda cosine: (cosine + 1 / 2).mean())


@mutant("The cosine is halved, but 1 is not added before: (cosine + 1) / 2")
def half_the_cosine():
    return of_cosines(lambda cosine: (cosine / 2).mean())


@mutant("This is 100 times the cosine, as some public code has it: here the score is (cosine + 1) / 2")
def hundred_cosines():
    return of_cosines(lambda cosine: 100 * cosine.mean())


@mutant("This is a percentage: the score runs from 0 to 1")
def percent():
    return of_cosines(lambda cosine: 50 * (cosine + 1).mean())


@mutant("This is CLIPScore, 2.5 max(cosine, 0): here the score is (cosine + 1) / 2")
def clip_score():
    return of_cosines(lambda cosine: 2.5 * np.maximum(cosine, 0).mean())


@mutant("Negative cosines are cut off at 0: opposite directions should score less than unrelated ones")
def cut_at_zero():
    return of_cosines(lambda cosine: np.maximum(cosine, 0).mean())


@mutant("The cosine has no sign: opposite directions should score 0, not 1")
def absolute_cosine():
    return of_cosines(lambda cosine: np.abs(cosine).mean())


@mutant("The squared cosine has no sign: the score is (cosine + 1) / 2")
def squared_cosine():
    return of_cosines(lambda cosine: (cosine**2).mean())


@mutant("This is a distance, 0 where directions are equal: the score is 1 there, (1 + cosine) / 2")
def distance():
    return of_cosines(lambda cosine: ((1 - cosine) / 2).mean())


@mutant("This is the cosine distance, 1 - cosine: the score is (1 + cosine) / 2")
def cosine_distance():
    return of_cosines(lambda cosine: (1 - cosine).mean())


@mutant("The score is linear in the *angle*: use the cosine, (cosine + 1) / 2")
def of_the_angle():
    return of_cosines(lambda cosine: (1 - np.arccos(np.clip(cosine, -1, 1)) / np.pi).mean())


@mutant("A sigmoid maps the cosine into (0, 1), but never to 0 or 1: the score is (cosine + 1) / 2")
def sigmoid():
    return of_cosines(lambda cosine: (1 / (1 + np.exp(-cosine))).mean())


@mutant("You return the score of the first pair: take the mean over all")
def first_pair():
    return of_cosines(lambda cosine: (cosine[0] + 1) / 2)


@mutant("You return the median of the scores: take their mean")
def median():
    return of_cosines(lambda cosine: (np.median(cosine) + 1) / 2)


# ------------------------------------------------------------------------------------------------------------
#                                              From features to cosine
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "The dot product grows with the features' lengths: divide it by both, that is, normalise rows to length 1"
)
def raw_dot():
    return of_features(lambda text, motion: ((text * motion).sum(1).mean() + 1) / 2)


@mutant("The raw dot product, without (… + 1) / 2: normalise features to unit length, then cosine to score")
def raw_dot_alone():
    return of_features(lambda text, motion: (text * motion).sum(1).mean())


@mutant("Only the captions are normalised to unit length: normalise the motions too")
def text_alone():
    return of_features(lambda text, motion: ((unit(text) * motion).sum(1).mean() + 1) / 2)


@mutant("Only the motions are normalised to unit length: normalise the captions too")
def motion_alone():
    return of_features(lambda text, motion: ((text * unit(motion)).sum(1).mean() + 1) / 2)


@mutant("Features are divided by their *squared* length: take the root (np.linalg.norm does)")
def squared_length():
    def score(text, motion):
        text, motion = (x / (x**2).sum(1, keepdims=True) for x in (text, motion))
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("Features are divided by the sum of their absolute values: use the Euclidean length")
def one_norm():
    def score(text, motion):
        text, motion = (x / np.abs(x).sum(1, keepdims=True) for x in (text, motion))
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("The whole matrix is divided by one length: every row has its own (axis=1, keepdims=True)")
def one_length_for_all():
    def score(text, motion):
        text, motion = (x / np.linalg.norm(x) for x in (text, motion))
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("The length is taken over the batch (axis 0): take it along each row (axis 1)")
def length_over_batch():
    def score(text, motion):
        text, motion = (x / np.maximum(np.linalg.norm(x, axis=0), 1e-8) for x in (text, motion))
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("The cosine is taken over the batch (axis 0), column by column: take it along each row (axis 1)")
def cosine_over_batch():
    def score(text, motion):
        text, motion = (x / np.maximum(np.linalg.norm(x, axis=0), 1e-8) for x in (text, motion))
        return ((text * motion).sum(0).mean() + 1) / 2

    return of_features(score)


def of_checked(make):
    """The same with all checks but that for zero vectors."""
    return lambda text, motion: make(*pair(text, motion))


@mutant(
    "Cosines are of columns (axis 0): take them along each row (axis 1), and reject rows of zeros by `unit` "
    "of labkit.metrics.features"
)
def cosine_of_columns():
    def score(text, motion):
        lengths = np.linalg.norm(text, axis=0) * np.linalg.norm(motion, axis=0)
        with np.errstate(all="ignore"):
            return ((text * motion).sum(0) / lengths + 1).mean() / 2

    return {"tmr_score": of_checked(score)}


@mutant(
    "Features are divided by the length of the whole array: every row has its own. `unit` of "
    "labkit.metrics.features divides by that, and rejects rows of zeros"
)
def length_of_the_array():
    def score(text, motion):
        text, motion = (x / np.linalg.norm(x) for x in (text, motion))
        return ((text * motion).sum(1) + 1).mean() / 2

    return {"tmr_score": of_checked(score)}


@mutant(
    "Each column is divided by its length over the batch (axis 0): a row is divided by its own. `unit` of "
    "labkit.metrics.features does that, and rejects rows of zeros"
)
def columns_of_length_one():
    def score(text, motion):
        with np.errstate(all="ignore"):
            text, motion = (x / np.linalg.norm(x, axis=0) for x in (text, motion))
        return ((text * motion).sum(1) + 1).mean() / 2

    return {"tmr_score": of_checked(score)}


@mutant("The mean over the set is subtracted from each row first: the cosine takes features as they are")
def centred_over_the_set():
    def score(text, motion):
        text, motion = (unit(x - x.mean(0)) for x in (text, motion))
        return ((text * motion).sum(1) + 1).mean() / 2

    return {"tmr_score": of_checked(score)}


@mutant("This is the cosine of the two mean directions: take each pair's cosine, then the mean")
def cosine_of_mean_directions():
    def score(text, motion):
        text, motion = unit(text).mean(0), unit(motion).mean(0)
        with np.errstate(all="ignore"):
            return (text @ motion / np.linalg.norm(text) / np.linalg.norm(motion) + 1) / 2

    return {"tmr_score": of_checked(score)}


@mutant(
    "A small number is added to the lengths: short vectors score too low, and a zero vector raises nothing. "
    "`unit` of labkit.metrics.features rejects it"
)
def small_number_added():
    def score(text, motion):
        lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1) + 1e-8
        return ((text * motion).sum(1) / lengths + 1).mean() / 2

    return {"tmr_score": of_checked(score)}


@mutant("One cosine is taken of all features in one long vector: every pair has its own")
def flattened():
    def score(text, motion):
        return ((text * motion).sum() / np.linalg.norm(text) / np.linalg.norm(motion) + 1) / 2

    return of_features(score)


@mutant("Features are averaged over the pairs before the cosine: take each pair's cosine, then the mean")
def cosine_of_means():
    def score(text, motion):
        text, motion = unit(text.mean(0, keepdims=True)), unit(motion.mean(0, keepdims=True))
        return ((text * motion).sum() + 1) / 2

    return of_features(score)


@mutant("Products are averaged along the row: a dot product is their *sum*")
def mean_of_products():
    return of_features(lambda text, motion: ((unit(text) * unit(motion)).mean() + 1) / 2)


@mutant("Every caption is compared with every motion: row i belongs to row i, use only the diagonal")
def all_pairs():
    return of_features(lambda text, motion: ((unit(text) @ unit(motion).T).mean() + 1) / 2)


@mutant("Each caption is compared with its best motion: row i belongs to row i, use only the diagonal")
def best_motion():
    return of_features(lambda text, motion: ((unit(text) @ unit(motion).T).max(1).mean() + 1) / 2)


@mutant("The rows are shifted: row i of text belongs to row i of motion, in this order")
def out_of_step():
    return of_features(lambda text, motion: ((unit(text) * unit(motion)[::-1]).sum(1).mean() + 1) / 2)


@mutant(
    "Each row's mean is subtracted first, which gives a correlation: the cosine takes features as they are"
)
def correlation():
    def score(text, motion):
        text, motion = (x - x.mean(1, keepdims=True) for x in (text, motion))
        return ((unit(text) * unit(motion)).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("This is the mean Euclidean distance of the pairs: the score is (cosine + 1) / 2")
def euclidean():
    return of_features(lambda text, motion: np.linalg.norm(unit(text) - unit(motion), axis=1).mean())


@mutant("This is one minus the Euclidean distance: the score is (cosine + 1) / 2")
def one_minus_euclidean():
    return of_features(lambda text, motion: 1 - np.linalg.norm(unit(text) - unit(motion), axis=1).mean() / 2)


@mutant(
    "Both sides of the cosine are the same features: is there a text where motion should be, or the reverse?"
)
def text_for_motion():
    return of_features(lambda text, motion: ((unit(text) * unit(text)).sum(1).mean() + 1) / 2)


@mutant(
    "Features that cannot be compared raise nothing (N = 0, unequal shapes, zero vectors): check them "
    "first by `as_pair` and `unit` of labkit.metrics.features"
)
def no_check():
    def tmr_score(text, motion):
        cosine = (text * motion).sum(1) / np.linalg.norm(text, axis=1) / np.linalg.norm(motion, axis=1)
        return ((cosine + 1) / 2).mean()

    return tmr_score


@mutant(
    "A zero vector raises nothing, though it has no direction. `unit` of labkit.metrics.features rejects "
    "it; a small number added to the length, as torch does, hides it"
)
def zero_vectors_pass():
    def tmr_score(text, motion):
        text, motion = pair(text, motion)
        lengths = np.maximum(np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1), 1e-8)
        return (((text * motion).sum(1) / lengths + 1) / 2).mean()

    return tmr_score


def of_divided(divide):
    """A score of features that `divide` should make unit vectors of."""
    return of_features(lambda text, motion: ((divide(text) * divide(motion)).sum(1).mean() + 1) / 2)


@mutant("Rows are divided by their largest number: their length is the root of the sum of squares")
def largest_number():
    return of_divided(lambda x: x / np.abs(x).max(1, keepdims=True))


@mutant("Features are centred over the set first: the cosine takes features as they are")
def centred():
    return of_divided(lambda x: unit(x - x.mean(0) + 1e-12))


@mutant("0.01 is added to the lengths: add nothing, and reject zero vectors")
def hundredth_added():
    return of_divided(lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-2))


@mutant("0.01 is added to the product of the lengths: add nothing, and reject zero vectors")
def hundredth_added_to_the_product():
    def score(text, motion):
        lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1) + 1e-2
        return ((text * motion).sum(1) / lengths + 1).mean() / 2

    return of_features(score)


@mutant("The features are float16, which has three decimal digits: compute in float64")
def half_precision():
    return of_features(
        lambda text, motion: (
            ((unit(text.astype(np.float16)) * unit(motion.astype(np.float16))).sum(1).mean() + 1) / 2
        )
    )


@mutant(
    "The sum of products goes over the rows (axis 0): the cosine of a pair is a sum over features, axis 1"
)
def summed_over_rows():
    return of_features(lambda text, motion: ((unit(text) * unit(motion)).sum(0).mean() + 1) / 2)


@mutant("1 is added after the division: (cosine + 1) / 2, not cosine / 2 + 1")
def one_added_last():
    return of_cosines(lambda cosine: (cosine / 2 + 1).mean())


@mutant("The last pair is left out of the mean")
def last_pair_left_out():
    return of_cosines(lambda cosine: ((cosine[:-1] if len(cosine) > 1 else cosine) + 1).mean() / 2)


# ------------------------------------------------------------------------------------------------------------
#                                    Right for these features, and for no others
# ------------------------------------------------------------------------------------------------------------


@mutant("The score is rounded: return it as it is")
def rounded():
    return of_cosines(lambda cosine: round(float((cosine + 1).mean() / 2), 2))


@mutant("The score is rounded to six digits: return it as it is")
def rounded_to_six():
    return of_cosines(lambda cosine: round(float((cosine + 1).mean() / 2), 6))


@mutant("`squeeze()` drops every axis of length 1: with one pair (N = 1) the sum runs over another axis")
def one_pair_fails():
    def score(text, motion):
        text, motion = unit(text).squeeze(), unit(motion).squeeze()
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("With one pair (N = 1) the score is another one: that pair's own, (cosine + 1) / 2")
def one_pair_is_perfect():
    return of_cosines(lambda cosine: ((cosine + 1) / 2).mean() if len(cosine) > 1 else 1.0)


@mutant("With one feature (D = 1) the score is another one: the cosine of two numbers is 1 or −1")
def one_feature_is_perfect():
    return of_features(
        lambda text, motion: ((unit(text) * unit(motion)).sum(1).mean() + 1) / 2 if text.shape[1] > 1 else 1.0
    )


@mutant("The number added to the lengths is not small compared with them: short vectors score too low")
def lengths_with_an_offset():
    def score(text, motion):
        lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
        return ((text * motion).sum(1) / (lengths + 1e-3)).mean() / 2 + 0.5

    return of_features(score)


@mutant("Features are clipped to ±1 first: this changes their direction")
def clipped():
    return of_features(
        lambda text, motion: ((unit(text.clip(-1, 1)) * unit(motion.clip(-1, 1))).sum(1).mean() + 1) / 2
    )


@mutant("The sum is divided by N − 1: the mean of N scores divides by N")
def divided_by_n_minus_1():
    return of_cosines(lambda cosine: ((cosine + 1) / 2).sum() / max(len(cosine) - 1, 1))


@mutant("Only arrays can be compared: the docstring allows lists of rows as well. `as_pair` converts them")
def arrays_only():
    def tmr_score(text, motion):
        if not isinstance(text, np.ndarray):
            raise TypeError("expected an array")
        return of_cosines(lambda cosine: ((cosine + 1) / 2).mean())(text, motion)

    return tmr_score


# ------------------------------------------------------------------------------------------------------------
#                                       Refusals: each clause, for each side
# ------------------------------------------------------------------------------------------------------------


def refusing(which):
    """A right score that raises ValueError only where which(text, motion), arrays of floats."""

    def tmr_score(text, motion):
        text, motion = (np.asarray(x, dtype=float) for x in (text, motion))
        if which(text, motion):
            raise ValueError("not to be compared")
        with np.errstate(all="ignore"):
            lengths = np.linalg.norm(text, axis=-1) * np.linalg.norm(motion, axis=-1)
            return float((((text * motion).sum(-1) / lengths + 1) / 2).mean())

    return {"tmr_score": tmr_score}


def zeros(x):
    return not np.abs(x).sum(-1).all()


def strange(text, motion):
    """All that is refused but vectors of zeros."""
    return (
        text.shape != motion.shape or text.ndim != 2 or not len(text) or not np.isfinite(text + motion).all()
    )


@mutant("A zero vector is rejected in `text` only: `motion` may hold one as well")
def zero_motion_passes():
    return refusing(lambda text, motion: strange(text, motion) or zeros(text))


@mutant("A zero vector is rejected in `motion` only: `text` may hold one as well")
def zero_text_passes():
    return refusing(lambda text, motion: strange(text, motion) or zeros(motion))


@mutant(
    "One caption is compared with many motions, or the reverse: row i belongs to row i, so raise ValueError"
)
def one_row_for_many():
    return refusing(
        lambda text, motion: (
            text.ndim + motion.ndim != 4
            or text.shape[1] != motion.shape[1]
            or len({len(text), len(motion)} - {1}) > 1
            or not (text.size and motion.size)
            or not (np.isfinite(text).all() and np.isfinite(motion).all())
            or zeros(text)
            or zeros(motion)
        )
    )


@mutant(
    "Texts of one number are compared with motions of many, or the reverse: raise ValueError for another "
    "width"
)
def one_column_for_many():
    return refusing(
        lambda text, motion: (
            text.ndim + motion.ndim != 4
            or len(text) != len(motion)
            or len({text.shape[1], motion.shape[1]} - {1}) > 1
            or not (text.size and motion.size)
            or not (np.isfinite(text).all() and np.isfinite(motion).all())
            or zeros(text)
            or zeros(motion)
        )
    )


@mutant("nan and infinity are accepted, and the score is nan: np.isfinite tests for both")
def nan_passes():
    return refusing(
        lambda text, motion: (
            text.shape != motion.shape or text.ndim != 2 or not len(text) or zeros(text) or zeros(motion)
        )
    )


@mutant("nan is rejected, infinity is not: np.isfinite tests for both")
def infinity_passes():
    return refusing(
        lambda text, motion: (
            text.shape != motion.shape
            or text.ndim != 2
            or not len(text)
            or np.isnan(text + motion).any()
            or zeros(text)
            or zeros(motion)
        )
    )


@mutant("N = 0 is accepted: the mean of no scores is undefined")
def nothing_passes():
    def tmr_score(text, motion):
        if len(text) == len(motion) == 0:
            return 0.0
        return of_cosines(lambda cosine: ((cosine + 1) / 2).mean())(text, motion)

    return tmr_score


@mutant("What cannot be compared raises an AssertionError: the docstring states a ValueError")
def asserts():
    def tmr_score(text, motion):
        try:
            return of_cosines(lambda cosine: ((cosine + 1) / 2).mean())(text, motion)
        except ValueError as error:
            raise AssertionError(str(error)) from None

    return tmr_score


# ------------------------------------------------------------------------------------------------------------
#                                                   Side effects
# ------------------------------------------------------------------------------------------------------------


@mutant("Features are normalised to unit length in place (/=): the caller's arrays change. Work on copies")
def unit_in_place():
    def score(text, motion):
        for x in (text, motion):
            x /= np.linalg.norm(x, axis=1, keepdims=True)
        return ((text * motion).sum(1).mean() + 1) / 2

    return of_features(score)


@mutant("Motions are sorted in place: the caller's array changes. Work on a copy")
def motion_reordered():
    def tmr_score(text, motion):
        found = of_cosines(lambda cosine: ((cosine + 1) / 2).mean())(text, motion)
        if isinstance(motion, np.ndarray):
            motion.sort(axis=0)
        return found

    return tmr_score


@mutant("The captions are those of the previous call: compute everything in every call")
def remembers_text():
    memory = {}

    def score(text, motion):
        used, memory[text.shape] = memory.get(text.shape, text), text
        return ((unit(used) * unit(motion)).sum(1).mean() + 1) / 2

    return of_features(score)
