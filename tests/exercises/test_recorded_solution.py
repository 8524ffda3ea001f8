"""Stand-ins play what the reference does, and nothing else."""

import pytest
import torch

import labkit
from grading import bank
from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step, ddpm_step
from labkit.exercises import recorded_solution
from labkit.paths import LabError

NETWORK = {"code3": "incontext", "code4": "adaln", "code5": "cross_attention"}


@pytest.mark.parametrize("exercise", NETWORK)
def test_a_network_plays_as_the_reference_does(empty, tiny_network, random_text, exercise):
    network = tiny_network(NETWORK[exercise], depth=4)
    text, x = random_text(5, 6), torch.randn(5, 11, 9, generator=torch.Generator().manual_seed(1))
    t, mask = torch.tensor([0, 3, 99, 500, 7]), torch.arange(11) < torch.tensor([[1], [11], [4], [7], [2]])
    with bank.plugged(exercise):
        expected = network(x, t, text, mask)
    labkit.use_recorded_solution(exercise)
    found = network(x, t, text, mask)
    assert torch.equal(found, expected)
    found.sum().backward()  # it can be trained, too
    assert all(p.grad is not None for p in network.blocks.parameters())


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_steps_play_as_the_reference_does(empty, prediction_type):
    schedule = Schedule(100, prediction_type=prediction_type)
    prediction, x_t, noise = torch.randn(3, 4, 5, 6, generator=torch.Generator().manual_seed(1))
    t = torch.tensor([99, 50, 3, 0])
    for before in (t - 1, (t - 20).clamp(min=-1)):
        step = schedule, prediction, x_t, t, before, noise
        with bank.plugged("code7"), bank.plugged("code8"):
            expected = ddpm_step(*step), ddim_step(*step), ddim_step(*step, 0.7), ddim_step(*step, eta=1.0)
        labkit.use_recorded_solution("code7", "code8")
        found = ddpm_step(*step), ddim_step(*step), ddim_step(*step, 0.7), ddim_step(*step, eta=1.0)
        for a, b in zip(found, expected):
            assert torch.equal(a, b)


def test_an_answer_that_is_there_stays(empty):
    labkit.exercise(ddpm_step)(lambda *arguments: "mine")
    labkit.use_recorded_solution("code7")
    assert ddpm_step(1, 2, 3) == "mine"


def test_a_stand_in_earns_nothing(empty):
    labkit.use_recorded_solution("code7")
    verdict = labkit.check("code7")
    assert verdict.judgement.points == 0 and "recorded solution" in str(verdict)


def test_nor_does_code_that_calls_one(empty):
    helper = recorded_solution.RecordedSolution("code7", "ddpm_step")
    labkit.exercise(ddpm_step)(lambda *arguments: helper(*arguments))
    assert labkit.check("code7").judgement.points == 0


def test_what_has_none():
    with pytest.raises(LabError, match="Code 10 has no recorded solution"):
        labkit.use_recorded_solution("code10")
    with pytest.raises(LabError, match="no exercise 'code99'"):
        labkit.use_recorded_solution("code99")


def test_a_recording_calls_nothing_but_what_is_listed():
    for kind, what in (("function", "eval"), ("method", "numpy"), ("function", "__import__")):
        with pytest.raises(KeyError):
            recorded_solution.play([["a", kind, what, [{"value": "x"}], {}]], {"x": torch.zeros(1)})


def test_other_depths_are_refused(empty, tiny_network, random_text):
    labkit.use_recorded_solution("code4")
    with pytest.raises(LabError, match="4 blocks, not 2"):
        tiny_network("adaln")(torch.zeros(1, 3, 9), torch.zeros(1).long(), random_text(1, 2))
