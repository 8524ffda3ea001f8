"""Compare settings of sampling, by default on the validation split: steps, their shift, guidance.

Every combination of the listed values is evaluated, with the same captions and initial noise.

python -m tools.sampling --network adaln --samplers ddim ddpm --steps 10 15 25 --scales 1.5 2 2.5
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from labkit.cli import Parser, exit_status, number
from labkit.diffusion import SAMPLERS, SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, score_samples
from labkit.evaluator import load_evaluator
from labkit.models import NETWORKS
from labkit.reference import Reference
from labkit.scores import Scores, cell, score_real
from labkit.stubs import use_reference
from labkit.training.corpus import SOURCES
from tools.publish import real_reference

SHOWN = ("FD to half", "TMR-Score", "R3 of all", "coverage", "foot sliding", "jerk")


def sweep(
    network: str,
    reference: Reference,
    configs: Sequence[SamplingConfig],
    count: int,
    **settings,
) -> list[Scores]:
    """Scores of real motion and of each configuration, in the metrics that sampling changes.

    settings: as `evaluate.sample_motions` takes them.
    """
    indices = choose_captions(reference, 1, count)
    columns = [score_real(reference, indices)]
    for config in configs:
        samples = sample_captions(network, reference, indices, config=config, **settings)
        numbers = config.steps, config.shift, config.guidance_scale, config.guidance_below
        name = f"{config.sampler.upper()} {', '.join(f'{n:g}' for n in numbers)}"
        columns.append(replace(score_samples(samples, reference), name=name))
    return [replace(c, metrics={k: v for k, v in c.metrics.items() if k.startswith(SHOWN)}) for c in columns]


def lines(columns: Sequence[Scores]) -> str:
    """The scores as text: a configuration per line, a metric per column, each value with its interval."""
    first = "steps, shift, guidance, below"
    rows = [first.ljust(32) + "".join(name.rjust(24) for name in columns[0].metrics)]
    for column in columns:
        values = (cell(*value).rjust(24) for value in column.metrics.values())
        rows.append(column.name.ljust(32) + "".join(values))
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.sampling",
    )
    default = SamplingConfig()
    parser.add_argument("--network", choices=tuple(NETWORKS), default="adaln")
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=[default.sampler])
    parser.add_argument("--steps", nargs="+", type=int, default=[default.steps])
    parser.add_argument(
        "--scales", nargs="+", type=float, default=[default.guidance_scale], help="of guidance"
    )
    parser.add_argument(
        "--below", nargs="+", type=number(float, 0, 1), default=[default.guidance_below],
        help="share of the schedule above which steps are not guided",
    )  # fmt: skip
    parser.add_argument(
        "--shifts", nargs="+", type=float, default=[default.shift], help="of the steps towards noise"
    )
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--split", default="val", choices=("val", "test_a", "test_b"))
    parser.add_argument("--count", type=int, default=128, help="captions")
    parser.add_argument("--checkpoint", type=Path, help="weights of your own for the network")
    parser.add_argument("--text-checkpoint", type=Path, help="the text tower they were trained with")
    parser.add_argument("--out", type=Path, default=Path("out/sampling"), help="folder for cached captions")
    args = parser.parse_args(arguments)

    def work() -> None:
        use_reference()
        reference = real_reference(args.sources, args.split, args.out / "cache", load_evaluator(), True)
        configs = [
            SamplingConfig(
                sampler=sampler, steps=steps, shift=shift, guidance_scale=scale, guidance_below=below
            )
            for sampler, steps, shift, scale, below in product(
                args.samplers, args.steps, args.shifts, args.scales, args.below
            )
        ]
        columns = sweep(
            args.network, reference, configs, args.count, checkpoint=args.checkpoint,
            text_checkpoint=args.text_checkpoint,
        )  # fmt: skip
        print(f"{args.network}, {args.split}, {args.count} captions")
        print(lines(columns))

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
