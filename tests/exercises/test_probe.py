"""Whatever a learner's function gives back becomes a plain array, and the world is as it was before."""

import inspect
import math
import random
import re
import warnings
import zlib

import numpy as np
import pytest
import torch

from labkit.diffusion import Schedule, ddpm_step
from labkit.exercises.probe import Inputs, Probe, Unusable, answer, arguments_kept, describe, probes
from labkit.exercises.probes import code8
from labkit.stubs import EXERCISES, stubs


def ask(function) -> np.ndarray:
    return answer(Probe("name", lambda inputs: function(), 1, "", None, 1e-3))


@pytest.fixture
def plug():
    """A function that plugs its argument in for ddpm_step, for one test."""
    (entry,) = stubs("code7")
    before = entry.plugged

    def plug(function):
        entry.plugged = function

    yield plug
    entry.plugged = before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (torch.tensor([1, 2]), [1.0, 2.0]),
        (torch.tensor([0.5], requires_grad=True), [0.5]),
        (torch.tensor(True), 1.0),
        (np.float32(0.25), 0.25),
        ([torch.tensor(1.0), torch.tensor(2.0)], [1.0, 2.0]),
        (3, 3.0),
    ],
)
def test_numbers_become_float64(value, expected):
    array = ask(lambda: value)
    assert array.dtype == np.float64
    assert array.tolist() == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None (is there a return?)"),
        ("a text", "a text"),
        ([torch.ones(2), torch.ones(3)], "a list of 2"),
        ((None, 1, 2), "a tuple of 3"),
        (torch.ones(2, dtype=torch.bfloat16), "bfloat16 tensor (2,)"),
        (torch.ones(2, dtype=torch.complex64), "complex64 tensor (2,)"),
        (np.ones(3, dtype=complex), "complex128 array (3,)"),
        (object(), "a value of type object"),
    ],
)
def test_all_else_becomes_words(value, text):
    array = ask(lambda: value)
    assert array.dtype.kind == "U"
    assert str(array) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.zeros(2, 3, dtype=torch.int64), "int64 tensor (2, 3)"),
        (torch.tensor(1.0), "float32 tensor ()"),
        (np.zeros((1, 2)), "float64 array (1, 2)"),
    ],
)
def test_shape_and_dtype_in_words(value, words):
    assert describe(value) == words


def test_an_error_is_an_outcome_of_one_line():
    def fail():
        raise ValueError("\n  first line\nsecond line")

    assert str(ask(fail)) == "raised ValueError: first line"
    assert str(ask(lambda: [][1])) == "raised IndexError: list index out of range"

    def silent():
        raise RuntimeError

    assert str(ask(silent)) == "raised RuntimeError: no message"


@pytest.mark.parametrize(
    ("result", "probe", "words"),
    [
        (None, lambda x: x.clone(), "returned by ddpm_step: None (is there a return?)"),
        (3, lambda x: x.clone(), "returned by ddpm_step: a value of type int"),
        (torch.ones(2), lambda x: x[6], "returned by ddpm_step: float32 tensor (2,)"),
    ],
)
def test_an_error_of_the_probe_does_not_read_as_the_learners(result, probe, words, plug):
    plug(lambda: result)
    assert str(ask(lambda: probe(ddpm_step()))) == words


def test_an_error_of_the_learner_after_a_result_is_the_learners(plug):
    plug(lambda x: [1][x])
    found = str(ask(lambda: [ddpm_step(0), ddpm_step(1)]))
    assert found == "raised by ddpm_step: IndexError: list index out of range"


def test_a_probe_may_say_what_it_cannot_use(plug):
    def look():
        raise Unusable(f"two of {ddpm_step()}")

    plug(lambda: 5)
    assert str(ask(look)) == "two of 5"


def test_what_is_kept_from_another_call_shows(plug):
    """The probe is asked with other inputs first."""
    memory = []

    def remembers(x):
        memory.append(x)
        return memory[0]

    question = Probe("name", lambda inputs: ddpm_step(inputs.normal(3)), 1, "", None, 1e-3)
    plug(lambda x: x)
    right = answer(question)
    plug(remembers)
    assert (answer(question) != right).all()


class TestArguments:
    """Functions are called by value: a change of an argument is one probe's question and no other's."""

    question = Probe("question", lambda inputs: ddpm_step(inputs.normal(2), [1.0, 2.0]), 1, "", None, 1e-3)

    def asked(self, function, plug) -> str:
        plug(function)
        return str(answer(arguments_kept(1, self.question)))

    def test_left_alone(self, plug):
        assert self.asked(lambda x, y: x + 1, plug) == "nothing changed"
        assert self.asked(lambda x, y: x, plug) == "nothing changed"

    def test_changed(self, plug):
        assert self.asked(lambda x, y: x.add_(1), plug) == "changed: schedule"  # by the stub's own names
        assert self.asked(lambda x, y: y.sort(reverse=True), plug) == "changed: prediction"

    def test_no_result(self, plug):
        """Whoever returns nothing usable has done nothing with the arguments."""
        for function in (lambda x, y: None, lambda x, y: x * math.nan, lambda x, y: "x + 1"):
            assert self.asked(function, plug) == "no finite numbers in what is asked under `question`"
        assert self.asked(lambda x, y: torch.tensor([math.nan, 1]), plug) == "nothing changed"

    def test_the_probe_itself_sees_nothing_of_it(self, plug):
        plug(lambda x, y: x.add_(1))
        x = torch.zeros(2)
        assert ask(lambda: (ddpm_step(x, []), x)[1]).tolist() == [0, 0]

    def test_an_error_is_no_praise(self, plug):
        assert self.asked(lambda x, y: 1 / 0, plug).startswith("raised by ddpm_step: ZeroDivisionError")

    def test_what_a_callable_returns(self, plug):
        given = torch.zeros(2)
        question = Probe("question", lambda inputs: ddpm_step(lambda: given), 1, "", None, 1e-3)
        plug(lambda model: model().add_(1))
        assert str(answer(arguments_kept(1, question))) == "changed: the result of schedule"
        assert given.tolist() == [0, 0]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda s: s.betas.zero_(),
            lambda s: setattr(s, "alphas_cumprod", s.alphas_cumprod.float()),
            lambda s: setattr(s, "extra", 1),
        ],
    )
    def test_a_schedule(self, plug, spoil):
        question = Probe("question", lambda inputs: ddpm_step(Schedule(5)), 1, "", None, 1e-3)
        plug(spoil)
        assert str(answer(arguments_kept(1, question))) == "changed: schedule"

    @pytest.mark.parametrize("seed", [0, 1, 42, 1234])
    def test_the_seed(self, plug, seed):
        assert self.asked(lambda x, y: torch.manual_seed(seed) and x, plug) == "changed: torch.manual_seed"

    def test_random_numbers_may_be_taken(self, plug):
        def forked(x, y):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
            return x

        assert self.asked(lambda x, y: x + torch.rand(2), plug) == "nothing changed"
        assert self.asked(forked, plug) == "nothing changed"

    def test_a_learners_own_result_is_theirs_to_change(self, plug):
        question = Probe("question", lambda inputs: ddpm_step(ddpm_step(inputs.normal(2))), 1, "", None, 1e-3)
        results = []

        def twice(x):
            if results:
                return results[0].add_(1)
            results.append(x + 1)
            return results[0]

        plug(twice)
        assert str(answer(arguments_kept(1, question))) == "nothing changed"


def test_code_that_draws_draws_the_same_each_time_and_does_not_disturb_others():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    np.random.seed(5)
    state = np.random.get_state()[1].copy()
    for inputs in (lambda: torch.randn(4), lambda: np.random.randn(4), random.random):
        first, second = ask(inputs), ask(inputs)
        assert (first == second).all()
    assert torch.equal(torch.randn(3), expected)
    assert (np.random.get_state()[1] == state).all()


def test_warnings_stay_inside(capfd):
    """nbgrader gives no points to a cell that wrote to stderr."""

    def warn():
        warnings.warn("careful", stacklevel=1)
        return np.log(np.zeros(1))

    assert ask(warn).tolist() == [-np.inf]
    assert capfd.readouterr() == ("", "")


def test_no_gradients_are_kept_unless_asked_for():
    weight = torch.ones(2, requires_grad=True)
    assert ask(lambda: (2 * weight).requires_grad) == 0


def test_inputs_are_numpys_stream():
    stream = np.random.default_rng([3, zlib.crc32(b"mean")])
    inputs = Inputs(3, "mean")
    np.testing.assert_array_equal(
        inputs.normal(2, 3).numpy(), stream.standard_normal((2, 3)).astype(np.float32)
    )
    np.testing.assert_array_equal(inputs.uniform(4).numpy(), stream.random(4).astype(np.float32))


def test_each_probe_and_seed_has_inputs_of_its_own():
    sampled = [Inputs(seed, name).normal(8) for seed in (0, 1) for name in ("mean", "rows")]
    assert len({tuple(d.tolist()) for d in sampled}) == 4


def test_fill_leaves_nothing_zero_and_depends_on_names_only():
    class Ab(torch.nn.Module):
        def __init__(self, order):
            super().__init__()
            for name in order:
                setattr(self, name, torch.nn.Parameter(torch.zeros(3)))

    first, second = (Inputs(0, "x").fill(Ab(order)) for order in ("ab", "ba"))
    assert torch.equal(first.a, second.a)
    assert torch.equal(first.b, second.b)
    assert (first.a != 0).all()
    assert not torch.equal(first.a, first.b)
    assert not first.training


def test_probes_come_in_the_order_of_the_file_coarse_first():
    defined = re.findall(r"@probe\(.*?\n\)?def (\w+)", inspect.getsource(code8), re.DOTALL)
    asked = [q.name for q in probes("code8")]
    assert [name for name in asked if name in defined] == defined
    assert asked[0] == "shape" and asked[-1] == "arguments"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_points_of_every_exercise_are_whole_in_all(exercise):
    total = sum(q.points for q in probes(exercise))
    assert total == int(total) > 0
    assert len({q.name for q in probes(exercise)}) == len(probes(exercise))
