"""Hand-made outcomes: what is right, what earns points, and the message for the learner."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from labkit.exercises.judge import VARIES, Answers, Mistake, agree, judge
from labkit.exercises.probe import Probe


def question(name: str, points: float = 1, measure=None, tolerance: float = 1e-3) -> Probe:
    return Probe(name, None, points, f"Property {name} holds", measure, tolerance)


SPREAD = ("spread", lambda a: a.std())
ONE, TWO, THREE = np.array([1.0, 2.0]), np.array([2.0, 2.0]), np.array([3.0, 7.0])
A, B, C = question("a"), question("b", 2), question("c", 3)


def outcomes(*values) -> dict:
    return dict(zip("abc", map(np.asarray, values)))


RIGHT = outcomes(ONE, ONE, ONE)


def verdict(found: dict, mistakes=(), right=(RIGHT,), questions=(A, B, C)):
    return judge(questions, found, Answers(right, mistakes))


class TestAgree:
    def test_tolerance_is_a_share_of_the_largest_right_number(self):
        right = np.array([0.0, 1000.0])
        assert agree(right + 0.9, right, 1e-3)
        assert not agree(right + 1.1, right, 1e-3)

    def test_zeros_ask_for_zeros(self):
        assert agree(np.full(3, 1e-12), np.zeros(3), 1e-3)
        assert not agree(np.full(3, 1e-5), np.zeros(3), 1e-3)

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (np.ones((2, 1)), np.ones(2)),
            (np.array("1.0"), np.array(1.0)),
            (np.array([np.nan, 1]), np.ones(2)),
            (np.array([np.inf, 1]), np.ones(2)),
            (np.array("float32"), np.array("float64")),
        ],
    )
    def test_another_kind_is_never_right(self, a, b):
        assert not agree(a, b, 10.0)
        assert not agree(b, a, 10.0)

    def test_nan_agrees_with_nan_in_the_same_place(self):
        assert agree(np.array([np.nan, 1]), np.array([np.nan, 1]), 1e-3)


class TestPoints:
    def test_everything_right_is_everything_earned_and_nothing_said(self):
        j = verdict(outcomes(ONE + 1e-6, ONE, ONE))
        assert (j.points, j.total, j.failed, j.message, j.mistake) == (6, 6, (), "", None)

    def test_each_property_earns_its_points(self):
        j = verdict(outcomes(ONE, TWO, ONE))
        assert (j.points, j.total, j.failed) == (4, 6, ("b",))

    def test_tenths_add_up(self):
        questions = [question(name, 0.1) for name in "abc"]
        assert verdict(outcomes(TWO, TWO, TWO), questions=questions).points == 0


class TestSeveralRightAnswers:
    other = outcomes(ONE, 2 * ONE, 2 * ONE)

    def test_each_is_right(self):
        assert verdict(self.other, right=[RIGHT, self.other]).failed == ()

    def test_a_mixture_is_not(self):
        """β in one place and β̃ in another: judged by the one that it is nearer to in points."""
        j = verdict(outcomes(ONE, ONE, 2 * ONE), right=[RIGHT, self.other])
        assert (j.points, j.failed) == (4, ("b",))

    def test_what_is_expected_is_of_the_nearer_one(self):
        questions = [A, question("b", 2, ("first", lambda a: a[0])), C]
        j = verdict(outcomes(ONE, 5 * ONE, 2 * ONE), right=[RIGHT, self.other], questions=questions)
        assert j.message == "Property b holds. Expected 2 as first, found 5"


class TestKnownMistakes:
    def test_the_one_with_the_same_outcomes_is_named(self):
        mistakes = [
            Mistake("x", "It is x", outcomes(ONE, TWO, THREE)),
            Mistake("y", "It is y", outcomes(ONE, THREE, TWO)),
        ]
        j = verdict(outcomes(ONE, THREE, TWO), mistakes)
        assert (j.mistake, j.message) == ("y", "One mistake that gives these results: It is y")

    def test_what_rounding_leaves_of_terms_that_cancel_is_known_too(self):
        """0 on one machine, 1e-7 on another: sqrt differs in its last digit between builds of PyTorch."""
        mistake = Mistake("x", "It is x", outcomes(ONE, 0 * ONE, ONE))
        assert verdict(outcomes(ONE, np.array([1.2e-7, 0]), ONE), [mistake]).mistake == "x"
        assert verdict(outcomes(ONE, np.array([1e-3, 0]), ONE), [mistake]).mistake is None

    def test_one_that_leaves_a_failure_unexplained_is_not_named(self):
        j = verdict(outcomes(TWO, THREE, ONE), [Mistake("x", "It is x", outcomes(TWO, ONE, ONE))])
        assert j.mistake is None
        assert j.message.startswith("Property a holds. ")

    def test_one_that_would_have_failed_elsewhere_is_not_named(self):
        assert verdict(outcomes(TWO, ONE, ONE), [Mistake("x", "", outcomes(TWO, ONE, THREE))]).mistake is None

    def test_a_passed_probe_may_be_right_in_another_way(self):
        other = outcomes(ONE, ONE, THREE)
        found = outcomes(TWO, ONE, THREE)
        mistake = Mistake("x", "It is x", outcomes(TWO, ONE, ONE))
        assert verdict(found, [mistake], right=[RIGHT, other]).mistake == "x"

    def test_a_tie_goes_to_the_first(self):
        twins = [Mistake(name, "", outcomes(TWO, ONE, ONE)) for name in "xy"]
        assert verdict(outcomes(TWO, ONE, ONE), twins).mistake == "x"

    def test_two_mistakes_at_once_are_not_taken_for_one(self):
        mistakes = [
            Mistake("late", "", outcomes(ONE, ONE, TWO)),
            Mistake("early", "", outcomes(TWO, ONE, ONE)),
        ]
        assert verdict(outcomes(TWO, ONE, TWO), mistakes).mistake is None

    def test_inputs_that_are_not_refused_do_not_hide_a_mistake_in_the_numbers(self):
        questions = (A, B, C, question("refuses"))
        mistake = Mistake("x", "It is x", outcomes(ONE, TWO, ONE) | {"refuses": ONE})
        known = Answers([RIGHT | {"refuses": ONE}], [mistake])
        both = judge(questions, outcomes(ONE, TWO, ONE) | {"refuses": TWO}, known)
        assert (both.mistake, both.failed) == ("x", ("b", "refuses"))
        assert judge(questions, outcomes(ONE, TWO, TWO) | {"refuses": TWO}, known).mistake is None
        assert judge(questions, RIGHT | {"refuses": TWO}, known).mistake is None


class TestPartOfWhatIsWrong:
    questions = (A, B, C, question("d"))
    right = RIGHT | {"d": ONE}
    words = "One mistake that gives a part of these results: It is x"

    def judged(self, found: dict, *mistakes: dict) -> str:
        known = [Mistake(name, f"It is {name}", m) for name, m in zip("xy", mistakes)]
        j = judge(self.questions, found, Answers([self.right], known))
        assert j.mistake is None
        return j.message

    def test_a_mistake_that_accounts_for_most_is_named_after_the_first_failure(self):
        found = outcomes(TWO, TWO, TWO) | {"d": THREE}
        message = self.judged(found, found | {"d": TWO}, found | {"c": THREE, "d": ONE})
        assert message.startswith("Property a holds. ")
        assert message.endswith(f". {self.words}")

    def test_not_where_another_accounts_for_as_much(self):
        found = outcomes(TWO, TWO, TWO) | {"d": THREE}
        assert self.words not in self.judged(found, found | {"d": TWO}, found | {"d": ONE})

    @pytest.mark.parametrize(
        "mistake",
        [{"c": ONE, "d": ONE}, {"a": ONE}, {"a": THREE}],
        ids=["two probes", "the first not failed", "the first otherwise"],
    )
    def test_not_where_little_or_not_the_first_is_explained(self, mistake):
        found = outcomes(TWO, TWO, TWO) | {"d": THREE}
        assert self.words not in self.judged(found, found | {"d": TWO} | mistake)

    def test_not_where_a_probe_that_passed_would_have_failed(self):
        found = outcomes(TWO, TWO, ONE) | {"d": THREE}
        assert self.words not in self.judged(found, found | {"c": TWO})


class TestNumbersInWords:
    words = "Spread is {found}, expected {expected}"
    questions = (A, question("b", 2, SPREAD), question("c", 3, SPREAD))

    def test_found_and_expected_are_filled_in(self):
        found = outcomes(TWO, THREE, ONE)
        j = verdict(found, [Mistake("x", self.words, found)], questions=self.questions)
        assert j.message == "One mistake that gives these results: Spread is 2, expected 0.5"

    def test_from_a_probe_in_which_they_differ(self):
        found = outcomes(TWO, ONE + 1, TWO)
        j = verdict(found, [Mistake("x", self.words, found)], questions=self.questions)
        assert j.message == "One mistake that gives these results: Spread is 0, expected 0.5"

    def test_no_gap_is_left_where_nothing_can_be_measured(self):
        found = outcomes(TWO, ONE, ONE)
        j = verdict(found, [Mistake("x", self.words, found)], questions=self.questions)
        assert j.message == "Property a holds. At [0]: expected 1, found 2"


class TestUnknownMistakes:
    @pytest.mark.parametrize(
        ("right", "found", "words"),
        [
            (ONE, np.ones((2, 2)), "Expected shape (2,), found shape (2, 2)"),
            (ONE, np.array("a list of 3"), "Expected shape (2,), found a list of 3"),
            (np.array("float32 tensor (2,)"), ONE, "Expected float32 tensor (2,), found shape (2,)"),
            (
                np.array("float32 tensor (2,)"),
                np.array("float64 tensor (2,)"),
                "Expected float32 tensor (2,), found float64 tensor (2,)",
            ),
            (ONE, np.array([1, np.nan]), "At [1]: expected 2, found nan"),
            (np.eye(2), np.eye(2)[::-1] / 3, "At [0, 0]: expected 1, found 0"),
            (np.array(1.5), np.array(2.5), "expected 1.5, found 2.5"),
        ],
    )
    def test_message(self, right, found, words):
        j = verdict(outcomes(found, ONE, ONE), right=[outcomes(right, ONE, ONE)])
        assert j.message == f"Property a holds. {words}"
        assert j.mistake is None

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            ("raised by f: TypeError: f() takes 2: x", "`f` raised TypeError: f() takes 2: x"),
            ("raised by f: TypeError: Not x.", "`f` raised TypeError: Not x"),
            ("raised TypeError: f() takes 2: x", "Your code raised TypeError: f() takes 2: x"),
            ("returned by f: None (is there a return?)", "`f` returned None (is there a return?)"),
        ],
    )
    def test_the_function_comes_first(self, found, words):
        j = verdict(outcomes(found, ONE, ONE))
        assert j.message == f"{words}. What was checked: Property a holds"

    def test_an_example_tells_the_inputs_of_the_first_number_that_is_wrong(self):
        def example(inputs, index):
            return f"From {inputs.scale:g} at {index}"

        first = replace(A, example=example)
        j = verdict(outcomes([1, 4], ONE, ONE), questions=[first, B, C])
        assert j.message == "Property a holds. From 1 at (1,): expected 2, found 4"

    def test_empty_stub_speaks_for_itself(self):
        empty = np.array("raised EmptyExercise: Code 7 is still empty: write it")
        j = verdict(outcomes(empty, empty, empty))
        assert (j.points, j.message) == (0, "Code 7 is still empty: write it")

    def test_what_runs_without_the_empty_stub_earns_its_points(self):
        empty = np.array("raised EmptyExercise: Code 7 is still empty: write it")
        j = verdict(outcomes(ONE, empty, ONE))
        assert (j.points, j.message) == (4, "Code 7 is still empty: write it")

    def test_a_measure_that_cannot_be_taken_is_left_out(self):
        first = question("a", 1, ("last of three", lambda a: a[2]))
        j = verdict(outcomes(TWO, ONE, ONE), questions=[first, B, C])
        assert j.message == "Property a holds. At [0]: expected 1, found 2"

    def test_a_cause_comes_before_what_it_accounts_for(self):
        cause = replace(C, first="changed: .*")
        right = outcomes(ONE, ONE, "nothing changed")
        for found, start in (("changed: x", "Property c holds"), ("no numbers", "Property a holds")):
            j = verdict(outcomes(TWO, ONE, found), right=[right], questions=[A, B, cause])
            assert j.message.startswith(start)
            assert j.failed == ("a", "c")

    def test_wrong_numbers_are_named_by_their_labels(self):
        first = replace(A, labels=lambda: ["norm", "norm", "mlp", "final"])
        found, right = outcomes([9, 9, 1, 9], ONE, ONE), outcomes([1, 1, 1, 1], ONE, ONE)
        j = verdict(found, right=[right], questions=[first, B, C])
        assert j.message == "Property a holds. Wrong: norm, final"


EXPECTED = np.array([1.0, -2.0, 3.0, 0.5, -0.25, 6.0])


class TestRelations:
    """What wrong numbers have in common."""

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (-EXPECTED, "Every wrong number is -1 times the expected one"),
            (
                np.where(EXPECTED > 0, 20 * EXPECTED, EXPECTED),
                "Every wrong number is 20 times the expected one",
            ),
            (EXPECTED + 0.5, "Every wrong number is +0.5 off"),
            (0 * EXPECTED, "All your numbers are the same"),
            (np.maximum(EXPECTED, 0) * (EXPECTED < 1), "Every wrong number is 0"),
            (EXPECTED[::-1], "Your numbers are right, but in another order: this one belongs at [5]"),
            (EXPECTED * [1.003, 0.999, 1.002, 0.998, 1.004, 1.003], "All numbers are nearly right, which"),
            (EXPECTED * [1.003, 1, 1, 1, 1, 1.003], ""),  # some are quite right
            (EXPECTED * [3, 1, 1, 2, 1, 1], ""),
            (EXPECTED * [3, 3, 1, 1, 1, 1], ""),  # two may agree by chance
            (EXPECTED + [np.nan, 5, 5, 5, 5, 5], ""),
        ],
    )
    def test_is_added_to_the_first_that_is_wrong(self, found, words):
        j = verdict(outcomes(found, ONE, ONE), right=[outcomes(EXPECTED, ONE, ONE)])
        example, _, relation = j.message.removeprefix("Property a holds. ").partition(". ")
        assert example.startswith("At [")
        assert relation.startswith(words) and bool(relation) == bool(words)


X, NOISE = np.array([[1.0, 2, 3]]), np.array([[0.0, 1, -1]])
WEIGHED = replace(
    A,
    terms=lambda _, sample: {
        n: torch.tensor(v[None][sample]) for n, v in dict(x=X, noise=NOISE, unused=0 * X).items()
    },
)


class TestWeights:
    """A sample that is a weighted sum of named terms."""

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (0.6 * X + 0.5 * NOISE, "It should be 0.6 · x + 0.8 · noise, and is 0.6 · x + 0.5 · noise"),
            (0.8 * NOISE, "It should be 0.6 · x + 0.8 · noise, and is 0.8 · noise"),
            (-X + 1e-6 * NOISE, "It should be 0.6 · x + 0.8 · noise, and is -1 · x"),
            (0 * X, "It should be 0.6 · x + 0.8 · noise, and is 0"),
            (X**2, ""),  # no such sum
            (X + np.nan, ""),
        ],
    )
    def test_are_shown_where_there_are_terms(self, found, words):
        right = outcomes((0.6 * X + 0.8 * NOISE)[None], ONE, ONE)
        j = verdict(outcomes(found[None], ONE, ONE), right=[right], questions=(WEIGHED, B, C))
        assert j.message.partition(". It should")[1:] == (
            (". It should", words.removeprefix("It should")) if words else ("", "")
        )


class TestMistakesThatVary:
    """Chance or rounding decides an outcome: then it is enough that the probe fails."""

    def test_any_failure_of_that_probe_fits(self):
        mistake = Mistake("m", "It varies", outcomes(VARIES, TWO, ONE))
        for found in (TWO, THREE, np.array([np.nan, 1])):
            assert verdict(outcomes(found, TWO, ONE), [mistake]).mistake == "m"

    def test_a_probe_that_holds_does_not_fit(self):
        assert (
            verdict(outcomes(ONE, TWO, ONE), [Mistake("m", "", outcomes(VARIES, TWO, ONE))]).mistake is None
        )

    def test_a_mistake_is_not_named_where_nothing_else_failed(self):
        assert (
            verdict(outcomes(TWO, ONE, ONE), [Mistake("m", "", outcomes(VARIES, ONE, ONE))]).mistake is None
        )
