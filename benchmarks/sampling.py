"""Our sampling loop beside diffusers' schedulers around the same network, `generate` and `evaluate`.

    python benchmarks/sampling.py                  with a GPU where there is one
    python benchmarks/sampling.py --batches 10     the full evaluation of 10 × 64, not extrapolated
    python benchmarks/sampling.py --compile        torch.compile, with the time that its start takes

Both loops run the shipped adaLN network with the same captions, steps and guidance in one run, turn by turn;
the best of several rounds counts. That they do the same is checked first: with all steps of a short schedule
and no noise on the way they must sample the same motion. Motions a second are of all 50 steps.
"""

import argparse
import time
from collections.abc import Callable

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

from labkit.checkpoint import load_denoiser, load_text
from labkit.cli import Parser
from labkit.device import best_device
from labkit.diffusion import SamplingConfig, Schedule, sample
from labkit.diffusion.sample import predict
from labkit.evaluate import evaluate
from labkit.generate import generate
from labkit.models import NETWORKS, Denoiser
from labkit.motion import FPS
from labkit.stubs import use_reference
from labkit.text import TextFeatures

SECONDS, MANY = 6, 50
DEFAULT = SamplingConfig()
BATCH, FULL = 64, 10  # captions in a batch, batches in a full evaluation
CAPTION = "a person walks forward"
CASES = [  # sampler, captions, steps, rounds
    ("ddim", 1, 50, 4),
    ("ddpm", 1, 50, 4),
    ("ddim", BATCH, 4, 4),
    ("ddpm", BATCH, 4, 4),
]


@torch.no_grad()
def theirs(
    network: Denoiser, schedule: Schedule, text: TextFeatures, lengths: torch.Tensor, sampler: str, steps: int
) -> torch.Tensor:
    """The loop of diffusers' guides around the same guided network: x (B, F, D)."""
    scheduler = {"ddim": DDIMScheduler, "ddpm": DDPMScheduler}[sampler](
        schedule.T, trained_betas=schedule.betas.float().numpy(), clip_sample=False,
        prediction_type=schedule.prediction_type, timestep_spacing="linspace",
    )  # fmt: skip
    scheduler.set_timesteps(steps)
    generator, device = torch.Generator().manual_seed(0), text.pooled.device
    mask = (torch.arange(int(lengths.max())) < lengths[:, None]).to(device)
    x = torch.randn(*mask.shape, network.config["features"], generator=generator).to(device)
    for t in scheduler.timesteps:
        now = t.to(device).expand(len(x))
        prediction = predict(network, schedule, x, now, text, mask, DEFAULT.guidance_scale)
        x = scheduler.step(prediction, t, x, generator=generator).prev_sample
    return (network.normalizer.inverse(x) * mask[..., None]).cpu()


def ours(
    network: Denoiser, schedule: Schedule, text: TextFeatures, lengths: torch.Tensor, sampler: str, steps: int
) -> torch.Tensor:
    return sample(network, schedule, text, lengths, SamplingConfig(sampler=sampler, steps=steps)).cpu()


def best(rounds: int, *functions: Callable[[], object]) -> list[float]:
    """Seconds of the fastest round of each function; they take turns, in either order."""
    seconds = [[] for _ in functions]
    for i in range(rounds):
        turns = list(zip(seconds, functions))
        for row, function in turns if i % 2 else reversed(turns):
            start = time.perf_counter()
            function()
            row.append(time.perf_counter() - start)
    return [min(row) for row in seconds]


def timed(function: Callable[[], object]) -> float:
    """Seconds of one call."""
    return best(1, function)[0]


def loops(network: Denoiser, schedule: Schedule, one: TextFeatures) -> None:
    """Ours beside diffusers'."""
    short = Schedule(20, "cosine", schedule.prediction_type), one, torch.tensor([SECONDS * FPS]), "ddim", 20
    apart = (ours(network, *short) - theirs(network, *short)).abs().max()
    print(
        f"{SECONDS} s of motion, guidance {DEFAULT.guidance_scale}, {torch.get_num_threads()} threads",
        end="; ",
    )
    print(f"motions of the two loops differ by {apart:.0e} at most")
    print(f"{'':8}{'captions':>10}{'steps':>8}{'ours':>10}{'diffusers':>12}{'ratio':>8}{'motions/s':>12}")
    for sampler, B, steps, rounds in CASES:
        text, lengths = one[torch.zeros(B, dtype=torch.long)], torch.full((B,), SECONDS * FPS)
        work = network, schedule, text, lengths, sampler, steps
        mine, other = best(rounds, lambda work=work: ours(*work), lambda work=work: theirs(*work))
        rate = B / (mine * MANY / steps)
        print(f"{sampler:8}{B:10}{steps:8}{mine:8.2f} s{other:10.2f} s{other / mine:8.2f}{rate:12.2f}")


def evaluations(batches: int) -> None:
    """Sampling, features and all metrics of each network, as `python -m labkit evaluate` does it."""
    for name in NETWORKS:
        seconds = timed(lambda name=name: evaluate(name, batches=batches, batch_size=BATCH, progress=False))
        extrapolated = f"; {FULL} × {BATCH}, extrapolated: {seconds * FULL / batches:.0f} s"
        full = "" if batches == FULL else extrapolated
        settings = f"{batches} × {BATCH}, {DEFAULT.sampler.upper()}-{DEFAULT.steps}"
        print(f"evaluate {name}, {settings}: {seconds:.0f} s{full}")


def compiled(network: Denoiser, schedule: Schedule, one: TextFeatures) -> None:
    """When torch.compile has paid for its start: the captions of one batch size, DDIM."""
    for B, steps in ((1, MANY), (BATCH, 4)):
        text, lengths = one[torch.zeros(B, dtype=torch.long)], torch.full((B,), SECONDS * FPS)
        work = schedule, text, lengths, "ddim", steps
        torch.compiler.reset()
        fast = torch.compile(network)
        start = timed(lambda work=work, fast=fast: ours(fast, *work))
        plain, later = best(3, lambda work=work: ours(network, *work), lambda w=work, f=fast: ours(f, *w))
        gain = (plain - later) / B * MANY / steps  # seconds a motion of 50 steps
        print(
            f"torch.compile, {B} captions: first call {start:.1f} s, then {plain / later:.2f} × as fast",
            end="",
        )
        print(f"; pays after {(start - later) / gain:.0f} motions" if gain > 0 else "; never pays")


def main(arguments: list[str] | None = None) -> None:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=1, help=f"of {BATCH}, to evaluate; 0 leaves it out")
    parser.add_argument("--compile", action="store_true")
    args = parser.parse_args(arguments)
    use_reference()
    device = best_device()
    network, schedule = load_denoiser("adaln")
    network, one = network.to(device), load_text().to(device)([CAPTION])
    loops(network, schedule, one)

    for config in (DEFAULT, SamplingConfig(sampler="ddim", steps=MANY)):
        (seconds,) = best(3, lambda c=config: generate([CAPTION], "adaln", seconds=SECONDS, config=c))
        name = f"{config.sampler.upper()}-{config.steps}"
        print(f"generate, one caption, {name}, files to motion: {seconds:.2f} s")
    if args.batches:
        evaluations(args.batches)
    if args.compile:
        compiled(network, schedule, one)


if __name__ == "__main__":
    main()
