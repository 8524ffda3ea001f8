"""Whatever a learner's function gives back becomes a plain array, and the world is as it was before."""

import warnings
import zlib

import numpy as np
import pytest
import torch

from labkit.exercises.probe import Inputs, Probe, answer, describe, probes
from labkit.stubs import EXERCISES


def ask(function) -> np.ndarray:
    return answer(Probe("name", lambda draw: function(), 1, "", None, 1e-3))


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


def test_code_that_draws_draws_the_same_each_time_and_does_not_disturb_others():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    first, second = ask(lambda: torch.randn(4)), ask(lambda: torch.randn(4))
    assert (first == second).all()
    assert torch.equal(torch.randn(3), expected)


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
    draw = Inputs(3, "mean")
    np.testing.assert_array_equal(
        draw.normal(2, 3).numpy(), stream.standard_normal((2, 3)).astype(np.float32)
    )
    np.testing.assert_array_equal(draw.uniform(4).numpy(), stream.random(4).astype(np.float32))


def test_each_probe_and_seed_has_inputs_of_its_own():
    drawn = [Inputs(seed, name).normal(8) for seed in (0, 1) for name in ("mean", "rows")]
    assert len({tuple(d.tolist()) for d in drawn}) == 4


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
    assert [q.name for q in probes("code8")][:2] == ["shape", "direction"]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_points_of_every_exercise_are_whole_in_all(exercise):
    total = sum(q.points for q in probes(exercise))
    assert total == int(total) > 0
    assert len({q.name for q in probes(exercise)}) == len(probes(exercise))
