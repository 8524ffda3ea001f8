"""Our sampling loop beside diffusers' schedulers around the same network, and `generate` end to end.

    python benchmarks/sampling.py

Both loops run the shipped adaLN network with the same captions, steps and guidance in one run, turn by turn;
the best of several rounds counts. That they do the same is checked first: with all steps of a short schedule
and no noise on the way they must draw the same motion.
"""

import time
from collections.abc import Callable

import torch
from diffusers import DDIMScheduler, DDPMScheduler

from labkit.checkpoint import load_denoiser, load_text
from labkit.diffusion import Schedule, guided, sample
from labkit.exercises.registry import use_reference
from labkit.generate import generate
from labkit.models import BaseDiT
from labkit.motion import FPS
from labkit.text import TextFeatures

SECONDS, GUIDANCE = 6, 2.5
CAPTION = "a person walks forward"
CASES = [  # sampler, captions, steps, rounds
    ("ddim", 1, 50, 4),
    ("ddpm", 1, 50, 4),
    ("ddim", 64, 4, 4),
    ("ddpm", 64, 4, 4),
]


@torch.no_grad()
def theirs(
    network: BaseDiT, schedule: Schedule, text: TextFeatures, lengths: torch.Tensor, sampler: str, steps: int
) -> torch.Tensor:
    """The loop of diffusers' guides around the same guided network: x (B, F, D)."""
    scheduler = {"ddim": DDIMScheduler, "ddpm": DDPMScheduler}[sampler](
        schedule.T, trained_betas=schedule.betas.float().numpy(), clip_sample=False,
        prediction_type=schedule.prediction_type, timestep_spacing="linspace",
    )  # fmt: skip
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(0)
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    x = torch.randn(*mask.shape, network.config["features"], generator=generator)
    for t in scheduler.timesteps:
        prediction = guided(network, x, t.expand(len(x)), text, mask, GUIDANCE)
        x = scheduler.step(prediction, t, x, generator=generator).prev_sample
    return network.normalizer.inverse(x) * mask[..., None]


def ours(
    network: BaseDiT, schedule: Schedule, text: TextFeatures, lengths: torch.Tensor, sampler: str, steps: int
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return sample(network, schedule, text, lengths, sampler, steps, GUIDANCE, generator=generator)


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


def main() -> None:
    use_reference()
    network, schedule = load_denoiser("adaln")
    one = load_text()([CAPTION])

    short = Schedule(20, "cosine", schedule.prediction_type), one, torch.tensor([SECONDS * FPS]), "ddim", 20
    apart = (ours(network, *short) - theirs(network, *short)).abs().max()
    print(f"{SECONDS} s of motion, guidance {GUIDANCE}, {torch.get_num_threads()} threads", end="; ")
    print(f"motions of the two loops differ by {apart:.0e} at most")

    print(f"{'':8}{'captions':>10}{'steps':>8}{'ours':>10}{'diffusers':>12}{'ratio':>8}")
    for sampler, B, steps, rounds in CASES:
        text, lengths = one[torch.zeros(B, dtype=torch.long)], torch.full((B,), SECONDS * FPS)
        work = network, schedule, text, lengths, sampler, steps
        loops = (lambda work=work: ours(*work)), (lambda work=work: theirs(*work))
        mine, other = best(rounds, *loops)
        print(f"{sampler:8}{B:10}{steps:8}{mine:8.2f} s{other:10.2f} s{other / mine:8.2f}")

    (seconds,) = best(3, lambda: generate([CAPTION], "adaln", SECONDS, "ddim", 50, GUIDANCE))
    print(f"generate, one caption, DDIM-50, files to motion: {seconds:.2f} s")


if __name__ == "__main__":
    main()
