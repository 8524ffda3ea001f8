"""Nothing waits for a GPU: on the "meta" device tensors have no numbers, so asking for one is an error.

So is mixing devices. What passes here keeps a GPU busy from the first step to the last; that it computes the
same as a processor is checked where there is one.
"""

import pytest
import torch
from tiny import tiny_run

from labkit.diffusion import SAMPLERS, SamplingConfig, Schedule, sample
from labkit.evaluator import MotionTower
from labkit.models import NETWORKS

ON_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
LENGTHS = torch.tensor([5, 9, 7])


def sampled(network, text, sampler: str, device: str) -> torch.Tensor:
    config = SamplingConfig(sampler=sampler, steps=4, eta=0.5)
    return sample(network.to(device), Schedule(20), text.to(device), LENGTHS, config)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_sampling_asks_a_device_for_nothing(tiny_denoiser, random_text, network, sampler):
    x = sampled(tiny_denoiser(network), random_text(3), sampler, "meta")
    assert x.shape == (3, 9, 9) and x.device.type == "meta"


def test_the_evaluator_asks_a_device_for_nothing():
    tower = MotionTower(9, width=8, depth=1, heads=2).to("meta")
    mask = (torch.arange(9) < LENGTHS[:, None]).to("meta")
    assert tower(torch.zeros(3, 9, 9, device="meta"), mask).device.type == "meta"


def test_training_asks_a_device_for_nothing(tmp_path):
    """Up to the 50th step, when a line of the log is due."""
    run = tiny_run(tmp_path / "run", 3, "meta")
    assert run.step == 3 and {p.device.type for p in run.ema.parameters()} == {"meta"}
    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        run.train(50)


@ON_GPU
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_a_gpu_draws_what_a_processor_draws(tiny_denoiser, random_text, network, sampler):
    found = sampled(tiny_denoiser(network), random_text(3), sampler, "cuda").cpu()
    torch.testing.assert_close(
        found, sampled(tiny_denoiser(network), random_text(3), sampler, "cpu"), atol=1e-2, rtol=1e-3
    )


@ON_GPU
def test_a_gpu_trains_what_a_processor_trains(tmp_path):
    runs = [tiny_run(tmp_path / device / "run", 20, device) for device in ("cpu", "cuda")]
    moved = apart = 0.0
    start = tiny_run(tmp_path / "start" / "run", 0).network.state_dict()
    cpu, cuda = (run.network.state_dict() for run in runs)
    for name, value in cpu.items():
        moved += float((value - start[name]).square().sum())
        apart += float((value - cuda[name].cpu()).square().sum())
    assert apart**0.5 < 1e-2 * moved**0.5
