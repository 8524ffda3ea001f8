"""Wrong answers to Code 10."""

import numpy as np
from scipy.linalg import sqrtm

from grading.bank import mutant
from labkit.metrics.features import as_pair, unit


def covariance(x):
    return np.atleast_2d(np.cov(x, rowvar=False))


def overlap(cov_a, cov_b):
    """Tr((Σ_a Σ_b)^½)."""
    return np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0)).sum()


def squared(shift):
    return shift @ shift


def between(cov_a, cov_b):
    return np.trace(cov_a) + np.trace(cov_b) - 2 * overlap(cov_a, cov_b)


def made_of(mean_term=squared, covariance=covariance, trace_term=between, check=as_pair):
    """A frechet_distance of these pieces."""

    def frechet_distance(a, b):
        a, b = check(a, b, ("a", "b"), at_least=2)
        shift = a.mean(0) - b.mean(0)
        return float(mean_term(shift) + trace_term(covariance(a), covariance(b)))

    return frechet_distance


right = made_of()


def root(cov):
    """The symmetric root of one covariance."""
    values, vectors = np.linalg.eigh(cov)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


# ------------------------------------------------------------------------------------------------------------
#                                               The returned value
# ------------------------------------------------------------------------------------------------------------


@mutant("Your function returns nothing: is `return` missing?")
def no_return():
    def frechet_distance(a, b):
        right(a, b)

    return frechet_distance


@mutant("You return a matrix: of Σ_a + Σ_b - 2 (Σ_a Σ_b)^½ only the trace, the sum of the diagonal, counts")
def no_trace():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        cov_a, cov_b, shift = covariance(a), covariance(b), a.mean(0) - b.mean(0)
        return shift @ shift + cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real

    return frechet_distance


@mutant(
    'You return a NumPy array without axes, which a format such as f"{x:.3f}" does not accept: return '
    "float(...)"
)
def array_without_axes():
    def frechet_distance(a, b):
        return np.asarray(right(a, b))

    return frechet_distance


@mutant("You return the two terms one by one: add them")
def two_terms():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return squared(a.mean(0) - b.mean(0)), between(covariance(a), covariance(b))

    return frechet_distance


@mutant("The result is complex even where it need not be: the distance is its real part")
def always_complex():
    def frechet_distance(a, b):
        return complex(right(a, b))

    return frechet_distance


@mutant(
    "With singular covariances (fewer rows than columns) your result is complex: rounding turns eigenvalues "
    "that should be 0 into tiny negative ones, whose roots are imaginary. Keep the real part"
)
def complex_where_singular():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        cov_a, cov_b, shift = covariance(a), covariance(b), a.mean(0) - b.mean(0)
        return shift @ shift + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b))

    return frechet_distance


@mutant(
    "With singular covariances (fewer rows than columns) your result is not a number: rounding turns "
    "eigenvalues that should be 0 into tiny negative ones. Set those to 0 before you take roots"
)
def nan_where_singular():
    def trace_term(cov_a, cov_b):
        return np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real).sum()

    return made_of(trace_term=trace_term)


@mutant("Your distance is the square root of FD: the formula gives it squared, and so it is reported")
def root_of_all():
    def frechet_distance(a, b):
        return np.sqrt(right(a, b))

    return frechet_distance


# ------------------------------------------------------------------------------------------------------------
#                                             |μ_a - μ_b|²
# ------------------------------------------------------------------------------------------------------------


@mutant("The difference of the means is not squared: the first term is the *squared* length of μ_a - μ_b")
def length_not_squared():
    return made_of(np.linalg.norm)


@mutant("The means are left out: add the squared length of their difference")
def no_mean_term():
    return made_of(lambda shift: 0)


@mutant("The differences of the means are added up without a square")
def sum_of_differences():
    return made_of(np.sum)


@mutant("The differences of the means are added up as absolute values: square each first")
def sum_of_absolute_differences():
    return made_of(lambda shift: np.abs(shift).sum())


@mutant("The squared differences of the means are averaged over the features: add them up")
def mean_of_squares():
    return made_of(lambda shift: (shift**2).mean())


@mutant("The difference of the means is subtracted: it is *added* to the distance")
def means_subtracted():
    return made_of(lambda shift: -shift @ shift)


@mutant("The mean is taken over the features of a row: take it over the rows, one mean for each column")
def mean_of_rows():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return squared(a.mean(1) - b.mean(1)) + between(covariance(a), covariance(b))

    return frechet_distance


@mutant("One mean is taken of all numbers of a set: take one for each column")
def mean_of_all():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return (a.mean() - b.mean()) ** 2 + between(covariance(a), covariance(b))

    return frechet_distance


# ------------------------------------------------------------------------------------------------------------
#                                            Tr(Σ_a + Σ_b - 2 (Σ_a Σ_b)^½)
# ------------------------------------------------------------------------------------------------------------


@mutant("The covariances are left out: your distance is that of the means alone")
def means_only():
    return made_of(trace_term=lambda cov_a, cov_b: 0)


@mutant("The root of the product is added: it is subtracted, twice")
def plus():
    return made_of(trace_term=lambda a, b: np.trace(a) + np.trace(b) + 2 * overlap(a, b))


@mutant("The factor 2 before the root of the product is missing")
def no_two():
    return made_of(trace_term=lambda a, b: np.trace(a) + np.trace(b) - overlap(a, b))


@mutant("The term with the root of the product is missing: two equal sets are then not at 0")
def no_root_term():
    return made_of(trace_term=lambda a, b: np.trace(a) + np.trace(b))


@mutant("The traces of Σ_a and Σ_b are missing: only the root of their product is there")
def root_term_only():
    return made_of(trace_term=lambda a, b: -2 * overlap(a, b))


@mutant("The trace of Σ_b is missing")
def no_trace_of_b():
    return made_of(trace_term=lambda a, b: np.trace(a) - 2 * overlap(a, b))


@mutant("The trace of Σ_a is missing")
def no_trace_of_a():
    return made_of(trace_term=lambda a, b: np.trace(b) - 2 * overlap(a, b))


@mutant("No root is taken of the product Σ_a Σ_b")
def no_root():
    return made_of(trace_term=lambda a, b: np.trace(a + b - 2 * a @ b))


@mutant("The root is taken of every number of Σ_a Σ_b by itself: it is a *matrix* root, R with R R = Σ_a Σ_b")
def elementwise_root():
    def trace_term(a, b):
        product = a @ b
        return np.trace(a + b) - 2 * np.sqrt(np.maximum(np.diag(product), 0)).sum()

    return made_of(trace_term=trace_term)


@mutant("Σ_a and Σ_b are multiplied number by number (*): the formula has the matrix product (@)")
def elementwise_product():
    return made_of(trace_term=lambda a, b: np.trace(a + b - 2 * sqrtm(a * b).real))


@mutant("Only the variances of the features are used, not how features vary together: take whole covariances")
def variances_only():
    return made_of(trace_term=lambda a, b: ((np.diag(a) ** 0.5 - np.diag(b) ** 0.5) ** 2).sum())


@mutant(
    "Tr(Σ_a^½ Σ_b^½) is not Tr((Σ_a Σ_b)^½): roots of a product and products of roots agree only where the "
    "covariances have the same axes"
)
def product_of_roots():
    return made_of(trace_term=lambda a, b: np.trace(a + b - 2 * root(a) @ root(b)))


@mutant(
    "You add up the roots of the *singular* values of Σ_a Σ_b: the root's trace needs its *eigen*values, and "
    "the product is not symmetric"
)
def singular_values_of_the_product():
    def trace_term(a, b):
        return np.trace(a + b) - 2 * np.sqrt(np.linalg.svd(a @ b, compute_uv=False)).sum()

    return made_of(trace_term=trace_term)


@mutant("eigh and eigvalsh are for symmetric matrices only, and the product Σ_a Σ_b is not symmetric")
def eigh_of_the_product():
    def trace_term(a, b):
        return np.trace(a + b) - 2 * np.sqrt(np.maximum(np.linalg.eigvalsh(a @ b), 0)).sum()

    return made_of(trace_term=trace_term)


@mutant("You compare covariances by the squares of their differences: the formula takes a trace and a root")
def frobenius():
    return made_of(trace_term=lambda a, b: ((a - b) ** 2).sum())


@mutant(
    "You compare covariances by the length of their difference, |Σ_a − Σ_b|: the formula takes a trace and a "
    "root"
)
def frobenius_length():
    return made_of(trace_term=lambda a, b: np.linalg.norm(a - b))


@mutant("The covariance term is divided by the number of features: a trace is a sum, no mean")
def mean_of_the_diagonal():
    return made_of(trace_term=lambda a, b: between(a, b) / len(a))


@mutant("You sum all entries of the covariances: the trace is the sum of the diagonal alone")
def sum_of_all_entries():
    return made_of(trace_term=lambda a, b: (a + b).sum() - 2 * overlap(a, b))


@mutant("You take the determinant instead of the trace")
def determinant():
    def trace_term(a, b):
        return np.linalg.det(a) + np.linalg.det(b) - 2 * np.sqrt(np.linalg.det(a) * np.linalg.det(b))

    return made_of(trace_term=trace_term)


@mutant("You take the root of the trace of Σ_a Σ_b: take the matrix root first, then its trace")
def root_of_the_trace():
    return made_of(trace_term=lambda a, b: np.trace(a + b) - 2 * np.sqrt(np.trace(a @ b)))


@mutant("Only the total variances are compared, |Tr Σ_a − Tr Σ_b|: the formula has −2 Tr((Σ_a Σ_b)^½)")
def difference_of_traces():
    return made_of(trace_term=lambda a, b: abs(np.trace(a) - np.trace(b)))


@mutant("Only the total variances are compared, (√Tr Σ_a − √Tr Σ_b)²: the root is that of the matrix Σ_a Σ_b")
def difference_of_total_deviations():
    return made_of(trace_term=lambda a, b: (np.sqrt(np.trace(a)) - np.sqrt(np.trace(b))) ** 2)


@mutant("You multiply the sorted eigenvalues of Σ_a and Σ_b: the eigenvalues of Σ_a Σ_b are others")
def sorted_eigenvalues():
    def trace_term(a, b):
        product = np.linalg.eigvalsh(a) * np.linalg.eigvalsh(b)
        return np.trace(a + b) - 2 * np.sqrt(np.maximum(product, 0)).sum()

    return made_of(trace_term=trace_term)


@mutant("The whole distance is divided by the number of features: nothing is, a trace is a sum")
def divided_by_d():
    def frechet_distance(a, b):
        return right(a, b) / np.shape(a)[1]

    return frechet_distance


@mutant("The distance is halved: the formula has no factor before it")
def halved():
    def frechet_distance(a, b):
        return right(a, b) / 2

    return frechet_distance


# ------------------------------------------------------------------------------------------------------------
#                                           Features and covariances
# ------------------------------------------------------------------------------------------------------------


@mutant("Covariances are divided by N: divide by N - 1, as np.cov does by itself")
def biased():
    return made_of(covariance=lambda x: np.atleast_2d(np.cov(x, rowvar=False, bias=True)))


@mutant("You used (XᵀX) / (N - 1) without subtracting the column means of X first")
def not_centred():
    return made_of(covariance=lambda x: x.T @ x / (len(x) - 1))


@mutant("The products of the centred features are added up and not divided by N - 1")
def scatter():
    return made_of(covariance=lambda x: (len(x) - 1) * covariance(x))


@mutant("np.cov takes rows for variables: here the columns are, so rowvar=False or the transpose")
def rows_as_variables():
    return made_of(covariance=np.cov)


@mutant(
    "These are correlations, with 1 on the diagonal: take covariances, which depend on the scale of the "
    "features"
)
def correlation():
    return made_of(covariance=lambda x: np.atleast_2d(np.corrcoef(x, rowvar=False)))


@mutant("Features are normalised to unit length first: FD takes them as they are")
def unit_length():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(unit(a), unit(b))

    return frechet_distance


@mutant("Each set is standardised by itself first, which removes the differences that FD measures")
def standardised():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(*((x - x.mean(0)) / x.std(0, ddof=1) for x in (a, b)))

    return frechet_distance


def standardised_by(which):
    """A distance of features standardised by the mean and deviation of which(a, b)."""

    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        mean, deviation = which(a, b).mean(0), which(a, b).std(0) + 1e-12
        return right((a - mean) / deviation, (b - mean) / deviation)

    return {"frechet_distance": frechet_distance}


@mutant("Features are standardised by mean and deviation of b first: FD takes them as they are")
def standardised_by_b():
    return standardised_by(lambda a, b: b)


@mutant("Features are standardised by mean and deviation of a first: FD takes them as they are")
def standardised_by_a():
    return standardised_by(lambda a, b: a)


@mutant("Features are standardised by mean and deviation of both sets first: FD takes them as they are")
def standardised_by_both():
    return standardised_by(lambda a, b: np.concatenate([a, b]))


@mutant("The covariance of b is divided by its N, that of a by N − 1: divide both by N − 1")
def biased_b():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        cov_b = covariance(b) * (len(b) - 1) / len(b)
        return squared(a.mean(0) - b.mean(0)) + between(covariance(a), cov_b)

    return frechet_distance


@mutant("Both sets are described by the mean and covariance of a: is there an a where b should be?")
def a_for_b():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(a, a)

    return frechet_distance


@mutant(
    "Sets that cannot be compared raise nothing, and the result is nan: check them first by `as_pair` of "
    "labkit.metrics.features"
)
def no_check():
    def check(a, b, names, at_least):
        width = min(a.shape[1], b.shape[1])
        return a[:, :width], b[:, :width]

    def trace_term(a, b):
        return between(a, b) if np.isfinite(a).all() and np.isfinite(b).all() else np.nan

    return made_of(trace_term=trace_term, check=check)


# ------------------------------------------------------------------------------------------------------------
#                                       Right for these sets, and for no others
# ------------------------------------------------------------------------------------------------------------


def loose(a, b, names=None, at_least=2):
    """No check at all."""
    return np.asarray(a, dtype=float), np.asarray(b, dtype=float)


def refusing(which):
    """A right distance that raises ValueError only where which(a, b), arrays of floats."""

    def frechet_distance(a, b):
        a, b = loose(a, b)
        if which(a, b):
            raise ValueError("not to be compared")
        try:
            with np.errstate(all="ignore"):
                return float(made_of(check=loose)(a, b))
        except (ValueError, IndexError, np.linalg.LinAlgError):
            return float("nan")

    return {"frechet_distance": frechet_distance}


@mutant("With one column (D = 1) your function raises an error: np.cov returns a scalar then, not a matrix")
def one_column_fails():
    def trace_term(a, b):
        return np.trace(a) + np.trace(b) - 2 * np.sqrt(np.maximum(np.linalg.eigvals(a @ b).real, 0)).sum()

    return made_of(trace_term=trace_term, covariance=lambda x: np.cov(x, rowvar=False))


@mutant("With one column (D = 1) the covariances are left out: np.cov returns a scalar then, not a matrix")
def one_column_without_covariance():
    def trace_term(a, b):
        return between(a, b) if np.ndim(a) else 0.0

    return made_of(trace_term=trace_term, covariance=lambda x: np.cov(x, rowvar=False))


@mutant("Sets of different N are cut to the smaller N first: use all rows, each set has its own N")
def cut_to_the_smaller():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        n = min(len(a), len(b))
        return right(a[:n], b[:n])

    return frechet_distance


@mutant("Means are taken in float16, which has three decimal digits: stay in float64")
def half_precision():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        shift = (a.astype(np.float16).mean(0) - b.astype(np.float16).mean(0)).astype(float)
        return squared(shift) + between(covariance(a), covariance(b))

    return frechet_distance


@mutant(
    "You take absolute values of the root's diagonal: Σ_a Σ_b is not symmetric, its root may have negative "
    "numbers there, and the trace adds them as they are"
)
def absolute_diagonal():
    return made_of(trace_term=lambda a, b: np.trace(a + b) - 2 * np.abs(np.diag(sqrtm(a @ b)).real).sum())


@mutant("The offset on the diagonal (for singular covariances) is so large that it changes the distance")
def large_offset():
    def trace_term(a, b):
        offset = 1e-2 * np.eye(len(a))
        return np.trace(a + b) - 2 * overlap(a + offset, b + offset)

    return made_of(trace_term=trace_term)


@mutant("0.001 is added to the diagonals of both covariances: add nothing, FD also exists for singular ones")
def both_offset():
    return made_of(covariance=lambda x: covariance(x) + 1e-3 * np.eye(x.shape[1]))


@mutant("The distance is rounded to two decimals: FD may be as small as 0.001, return it as it is")
def rounded():
    def frechet_distance(a, b):
        return round(right(a, b), 2)

    return frechet_distance


@mutant("The distance is rounded to some decimals: return it as it is")
def rounded_to_six():
    def frechet_distance(a, b):
        return round(right(a, b), 6)

    return frechet_distance


@mutant("Features are converted to float32, seven digits: means and covariances are taken in float64")
def single_precision():
    def frechet_distance(a, b):
        a, b = (x.astype(np.float32) for x in as_pair(a, b, ("a", "b"), at_least=2))
        shift = a.mean(0) - b.mean(0)
        covs = (np.atleast_2d(np.cov(x, rowvar=False, dtype=np.float32)) for x in (a, b))
        return float(squared(shift) + between(*covs))

    return frechet_distance


@mutant("Only the first thousand rows are used: mean and covariance are those of all rows")
def first_thousand():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(a[:1000], b[:1000])

    return frechet_distance


@mutant("Random numbers are added to the features, so that calls differ in result: use them as they are")
def random_numbers_added():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(*(x + 1e-4 * np.random.normal(size=x.shape) for x in (a, b)))

    return frechet_distance


@mutant("Values are clipped to ±10: features may have any magnitude")
def clipped():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        return right(a.clip(-10, 10), b.clip(-10, 10))

    return frechet_distance


@mutant("Only arrays can be compared: the docstring allows lists of rows as well. `as_pair` converts them")
def arrays_only():
    def frechet_distance(a, b):
        if not isinstance(a, np.ndarray):
            raise TypeError("expected an array")
        return right(a, b)

    return frechet_distance


# ------------------------------------------------------------------------------------------------------------
#                                       Refusals: each clause, for each set
# ------------------------------------------------------------------------------------------------------------


@mutant("Only `a` is checked: `b` may be too small or hold nan as well")
def b_unchecked():
    return refusing(
        lambda a, b: a.ndim != 2 or len(a) < 2 or not np.isfinite(a).all() or a.shape[-1] != b.shape[-1]
    )


@mutant("Only `b` is checked: `a` may be too small or hold nan as well")
def a_unchecked():
    return refusing(
        lambda a, b: b.ndim != 2 or len(b) < 2 or not np.isfinite(b).all() or a.shape[-1] != b.shape[-1]
    )


@mutant("nan is rejected, infinity is not: np.isfinite tests for both")
def infinity_passes():
    return refusing(
        lambda a, b: (
            min(len(a), len(b)) < 2
            or np.isnan(a).any()
            or np.isnan(b).any()
            or a.ndim + b.ndim != 4
            or a.shape[1] != b.shape[1]
        )
    )


@mutant("A set of one row passes, and the result is nan: a covariance needs two rows")
def one_row_passes():
    return refusing(
        lambda a, b: (
            not (np.isfinite(a).all() and np.isfinite(b).all())
            or a.ndim + b.ndim != 4
            or a.shape[1] != b.shape[1]
            or min(len(a), len(b)) < 1
        )
    )


@mutant("Sets of two rows are refused: two rows are enough for a covariance")
def three_rows_needed():
    return made_of(check=lambda a, b, names, at_least: as_pair(a, b, names, at_least=3))


@mutant("Sets of different width pass: they cannot be compared")
def other_width_passes():
    def frechet_distance(a, b):
        a, b = (as_pair(x, x, ("a", "b"), at_least=2)[0] for x in (a, b))
        width = min(a.shape[1], b.shape[1])
        return right(a[:, :width], b[:, :width])

    return frechet_distance


@mutant("What cannot be compared raises an AssertionError: the docstring states a ValueError")
def asserts():
    def frechet_distance(a, b):
        try:
            a, b = as_pair(a, b, ("a", "b"), at_least=2)
        except ValueError as error:
            raise AssertionError(str(error)) from None
        return right(a, b)

    return frechet_distance


@mutant("An array with one axis or three passes: features are (N, D)")
def any_axes_pass():
    def frechet_distance(a, b):
        a, b = (x if np.ndim(x) == 2 else np.reshape(x, (len(x), -1)) for x in (a, b))
        return right(a, b)

    return frechet_distance


# ------------------------------------------------------------------------------------------------------------
#                                                   Side effects
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "Features are centred in place (-=): the caller's array changes, and a second call returns another FD"
)
def centred_in_place():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        shift = a.mean(0) - b.mean(0)
        a -= a.mean(0)
        b -= b.mean(0)
        return float(squared(shift) + between(covariance(a), covariance(b)))

    return frechet_distance


@mutant("b is sorted or shuffled in place: the caller's array changes. Work on a copy")
def reorders_b():
    def frechet_distance(a, b):
        found = right(a, b)
        if isinstance(b, np.ndarray):
            b[:] = b[::-1].copy()
        return found

    return frechet_distance


@mutant("The covariance of `a` is that of the previous call: compute it in every call")
def remembers_covariance():
    memory = {}

    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        cov_a = np.atleast_2d(covariance(a))
        used, memory[a.shape] = memory.get(a.shape, cov_a), cov_a
        return float(squared(a.mean(0) - b.mean(0)) + between(used, np.atleast_2d(covariance(b))))

    return frechet_distance


@mutant("Results are stored by the sets' shapes and returned for other sets of these: compute every one")
def stored_by_shape():
    memory = {}

    def frechet_distance(a, b):
        key = np.shape(a), np.shape(b)
        if key not in memory:
            memory[key] = right(a, b)
        return memory[key]

    return frechet_distance


@mutant(
    "Eigenvalues below a fixed small number are left out: they shrink with the features, so keep all above 0"
)
def small_eigenvalues_left_out():
    def trace_term(cov_a, cov_b):
        values = np.linalg.eigvals(cov_a @ cov_b).real
        return np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(values[values > 1e-5]).sum()

    return made_of(trace_term=trace_term)


@mutant("One column is treated by itself, with np.std or np.var: these divide by N unless ddof=1")
def one_column_divided_by_n():
    def covariance_of(x):
        return np.atleast_2d(x.var()) if x.shape[1] == 1 else covariance(x)

    return made_of(covariance=covariance_of)


@mutant("Covariances are about the common mean of both sets: each is about the mean of its own set")
def about_the_common_mean():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        shift, common = a.mean(0) - b.mean(0), np.concatenate([a, b]).mean(0)
        cov_a, cov_b = ((x - common).T @ (x - common) / (len(x) - 1) for x in (a, b))
        return float(shift @ shift + between(cov_a, cov_b))

    return frechet_distance


@mutant("The covariance of b is about the mean of a: each is about the mean of its own set")
def about_the_mean_of_a():
    def frechet_distance(a, b):
        a, b = as_pair(a, b, ("a", "b"), at_least=2)
        shift, about_a = b.mean(0) - a.mean(0), b - a.mean(0)
        cov_b = about_a.T @ about_a / (len(b) - 1)
        return float(shift @ shift + between(covariance(a), cov_b))

    return frechet_distance
