"""DDPM and DDIM at several numbers of steps: FD, R3 and jerk on held-out captions, for notebook 03.

    python -m tools.sampler_study                 the full study → data/checkpoints/samplers.json
    python -m tools.sampler_study --count 64      with fewer captions: faster, and wider intervals

All samplers get the same captions and the same first noise. The file also contains the command that made it
and the digest of the weights.
"""

import argparse
import hashlib
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from labkit.cli import Parser, exit_status
from labkit.diffusion import SAMPLERS, SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, score_samples
from labkit.models import NETWORKS
from labkit.paths import atomic_write, data_dir
from labkit.progress import bar
from labkit.reference import Reference, load_reference
from labkit.scores import Scores, score_real
from labkit.stubs import use_reference

SPLIT = "test_a"
MEASURES = ("FD", "R3", "jerk")  # how the names of the metrics begin, as in `scores.score`


def chosen(scores: Scores) -> dict[str, tuple[float, float, float]]:
    """The measures of the study, of a column of the results table: one of each kind, by its full name."""
    names = [next(name for name in scores.metrics if name.split()[0] == kind) for kind in MEASURES]
    return {name: scores.metrics[name] for name in names}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def study(network: str, reference: Reference, steps: Sequence[int], count: int, scale: float) -> dict:
    """The contents of the file: measures by name and sampler, an interval (value, low, high) for each number
    of steps, and the value of real motion."""
    indices = choose_captions(reference, 1, count)
    real = {name: value[0] for name, value in chosen(score_real(reference, indices)).items() if name != "FD"}
    measures: dict[str, dict[str, list[tuple[float, float, float]]]] = {}
    for sampler in SAMPLERS:
        for n in bar(steps, sampler):
            config = SamplingConfig(sampler=sampler, steps=n, shift=1, guidance_scale=scale, guidance_below=1)
            # in one batch, for the same noise; not cleaned up, as this is about what samplers leave
            settings = dict(config=config, raw=True, batch_size=count, progress=False)
            samples = sample_captions(network, reference, indices, **settings)
            for name, value in chosen(score_samples(samples, reference)).items():
                measures.setdefault(name, {}).setdefault(sampler.upper(), []).append(value)
    return dict(
        network=network, split=SPLIT, captions=count, guidance_scale=scale, steps=list(steps),
        weights=digest(data_dir() / "checkpoints" / f"{network}.safetensors"), measures=measures, real=real,
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.sampler_study",
    )
    parser.add_argument("--network", choices=tuple(NETWORKS), default="cross_attention")
    parser.add_argument("--steps", nargs="+", type=int, default=[5, 10, 15, 25, 50])
    parser.add_argument("--count", type=int, default=128, help="captions: 128 by default")
    parser.add_argument("--scale", type=float, default=2.0, help="of guidance, at all steps")
    parser.add_argument("--out", type=Path, default=data_dir() / "checkpoints" / "samplers.json")
    arguments = sys.argv[1:] if arguments is None else arguments
    args = parser.parse_args(arguments)

    def work() -> None:
        use_reference()
        found = {"command": shlex.join(["python", "-m", "tools.sampler_study", *arguments])}
        found |= study(args.network, load_reference(SPLIT), args.steps, args.count, args.scale)
        with atomic_write(args.out) as temporary:
            temporary.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"{args.out}: {args.network}, {args.count} captions of {SPLIT}")

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
