"""Stand-ins play what the reference does, and nothing else."""

import gc
import inspect
import weakref

import numpy as np
import pytest
import torch

import labkit
from grading import bank
from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step, ddpm_loss, ddpm_step, guided
from labkit.exercises import recorded_solution
from labkit.metrics import frechet_distance
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


def test_values_of_a_call_are_freed_without_the_garbage_collector(empty, tiny_network, random_text):
    network, kept, alive_later = tiny_network("adaln", depth=4), [], []
    network.blocks[0].modulation.register_forward_hook(lambda *call: kept.append(weakref.ref(call[-1])))
    network.final_modulation.register_forward_hook(lambda *_: alive_later.append(kept[0]() is not None))
    labkit.use_recorded_solution("code4")
    x = torch.randn(2, 7, 9, generator=torch.Generator().manual_seed(1))
    mask = torch.ones(2, 7, dtype=torch.bool)
    gc.collect()
    gc.disable()
    try:
        with torch.no_grad():
            network(x, torch.tensor([3, 9]), random_text(2, 6), mask)
        assert kept[0]() is None
    finally:
        gc.enable()
    assert alive_later == [False]  # the modulation of block 0 is not needed by the last layer


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


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_the_loss_plays_as_the_reference_does(empty, prediction_type):
    schedule = Schedule(100, prediction_type=prediction_type)
    x0, noise, error = torch.randn(3, 4, 5, 6, generator=torch.Generator().manual_seed(1))
    mask = torch.arange(5) < torch.tensor([[5], [1], [3], [4]])
    given = schedule, x0, torch.tensor([99, 50, 3, 0]), noise, mask
    with bank.plugged("code6"):
        expected = ddpm_loss(lambda x_t, t: x_t * error, *given)
    labkit.use_recorded_solution("code6")
    assert torch.equal(ddpm_loss(lambda x_t, t: x_t * error, *given), expected)


@pytest.mark.parametrize("scale", [0, 1, 1.0, 2.5, -1.0])
def test_guidance_plays_as_the_reference_does(empty, tiny_denoiser, random_text, scale):
    network, text = tiny_denoiser("adaln", depth=4), random_text(5, 6)
    x, t = torch.randn(5, 11, 9, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 3, 99, 50, 7])
    mask = torch.arange(11) < torch.tensor([[1], [11], [4], [7], [2]])
    with bank.plugged("code4"):
        with bank.plugged("code14"):
            expected = guided(network, x, t, text, mask, scale)
        labkit.use_recorded_solution("code14")
        assert torch.equal(guided(network, x, t, text, mask, scale), expected)


def called_in_every_form(function, *given, **more):
    """The results with all arguments by position, with half of them, and with none."""
    names = list(inspect.signature(function).parameters)
    for n in (len(given), len(given) // 2, 0):
        yield function(*given[:n], **dict(zip(names[n:], given[n:])), **more)


@pytest.mark.parametrize("N, M, D", [(40, 30, 5), (6, 50, 20), (2, 2, 1)])
def test_the_distance_plays_as_the_reference_does(empty, N, M, D):
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(N, D)), 1 + rng.normal(size=(M, D)) @ rng.normal(size=(D, D))
    with bank.plugged("code10"):
        expected = frechet_distance(a, b)
    labkit.use_recorded_solution("code10")
    # Another algorithm: for N <= D the reference takes roots of eigenvalues that are zero but for rounding
    for found in called_in_every_form(frechet_distance, a.tolist(), b):
        assert found == pytest.approx(expected, rel=1e-7)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match="2 or more rows"):
        frechet_distance(a[:1], b)


@pytest.mark.parametrize("exercise", NETWORK)
def test_methods_of_a_network_take_arguments_by_name(empty, tiny_network, random_text, exercise):
    network = tiny_network(NETWORK[exercise], depth=4)
    drop, mask = torch.zeros(2, dtype=torch.bool), torch.arange(5) < torch.tensor([[5], [3]])
    condition = network.embed_condition(torch.tensor([3, 70]), random_text(2, 6), drop)
    h = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(1))
    with bank.plugged(exercise):
        c = network.cond_mapping(condition)
        expected = network.output_projection(network.backbone(h, mask, c), mask, c)
    labkit.use_recorded_solution(exercise)
    for c in called_in_every_form(network.cond_mapping, condition):
        for hidden in called_in_every_form(network.backbone, h, mask, c):
            for found in called_in_every_form(network.output_projection, hidden, mask, c):
                assert torch.equal(found, expected)


def test_functions_take_arguments_by_name(empty, tiny_denoiser, random_text):
    schedule = Schedule(100, prediction_type="sample")
    x0, x, noise = torch.randn(3, 4, 5, 9, generator=torch.Generator().manual_seed(1))
    t, mask = torch.tensor([99, 50, 3, 0]), torch.arange(5) < torch.tensor([[5], [1], [3], [4]])
    step = schedule, x0, x, t, (t - 20).clamp(min=-1), noise
    network, text = tiny_denoiser("adaln", depth=4), random_text(4, 6)
    calls = {
        "code6": (ddpm_loss, (lambda x_t, t: x_t, schedule, x0, t, noise, mask), {}),
        "code7": (ddpm_step, step, {}),
        "code8": (ddim_step, step, {}),
        "code8 with eta": (ddim_step, (*step, 0.7), {}),
        "code8 with eta by name": (ddim_step, step, {"eta": 0.7}),
        "code14": (guided, (network, x, t, text, mask, 2.5), {}),
        "code14 at scale 1": (guided, (network, x, t, text, mask, 1), {}),
    }
    called = {"code10", *NETWORK, *(name.split()[0] for name in calls)}  # code10: see above
    assert called == set(recorded_solution.RECORDED)
    with bank.plugged("code4"):
        for name, (function, given, more) in calls.items():
            exercise = name.split()[0]
            with bank.plugged(exercise):
                expected = function(*given, **more)
            labkit.use_recorded_solution(exercise)
            for found in called_in_every_form(function, *given, **more):
                assert torch.equal(found, expected), name


def test_a_wrong_call_is_named_by_its_function(empty):
    labkit.use_recorded_solution("code6", "code8")
    with pytest.raises(TypeError, match=r"^ddpm_loss\(\): missing a required argument: 'noise'"):
        ddpm_loss(None, schedule=None, x0=None, t=None, mask=None)
    with pytest.raises(TypeError, match=r"^ddim_step\(\): got an unexpected keyword argument 'sigma'"):
        ddim_step(1, 2, 3, 4, 5, 6, sigma=0.5)


def test_a_training_loss_that_calls_a_recording_by_name_is_right(empty):
    """As in notebook 05 where no answer to Code 6 is stored."""
    labkit.use_recorded_solution("code6")

    @labkit.exercise(labkit.diffusion.training_loss)
    def training_loss(network, schedule, x0, mask, text, condition_dropout):
        drop = torch.rand(len(x0)) < condition_dropout
        t, noise = torch.randint(schedule.T, (len(x0),)), torch.randn_like(x0)
        losses = ddpm_loss(
            model=lambda x_t, t: network(x_t, t, text, mask, drop),
            schedule=schedule, x0=x0, t=t, noise=noise, mask=mask,
        )  # fmt: skip
        return losses.mean()

    labkit.exercise(labkit.diffusion.ema_update)(
        lambda average, weight, decay: average.lerp(weight, 1 - decay)
    )
    assert not labkit.check("code13").judgement.failed


def test_the_set_up_gives_guidance_for_which_check_gives_no_points(empty):
    labkit.setup()
    assert labkit.diffusion.guided.stub.source == "recorded"
    assert labkit.check("code14").judgement.points == 0


def test_an_answer_that_is_there_stays(empty):
    labkit.exercise(ddpm_step)(lambda *arguments: "mine")
    labkit.use_recorded_solution("code7")
    assert ddpm_step(1, 2, 3) == "mine"


def test_a_recorded_solution_earns_nothing(empty):
    labkit.use_recorded_solution("code7")
    verdict = labkit.check("code7")
    assert verdict.judgement.points == 0 and "recorded solution" in str(verdict)


def test_nor_does_code_that_calls_one(empty):
    helper = recorded_solution.RecordedSolution("code7", "ddpm_step")
    labkit.exercise(ddpm_step)(lambda *arguments: helper(*arguments))
    assert labkit.check("code7").judgement.points == 0


def test_what_has_none():
    with pytest.raises(LabError, match="Code 11 has no recorded solution"):
        labkit.use_recorded_solution("code11")
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
