"""Which sampler, how many steps, how much guidance? Chosen on the validation split alone.

Every combination of what is listed is tried, with the same captions and the same first noise.

python -m tools.sampling --network adaln --samplers ddim ddpm --steps 10 15 25 --scales 1.5 2 2.5
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from labkit.cli import Parser, exit_status
from labkit.diffusion import GUIDANCE_SCALE, SAMPLER, SAMPLERS, STEPS
from labkit.evaluate import Row, choose, draw, score, table
from labkit.evaluator import load_evaluator
from labkit.models import NETWORKS
from labkit.reference import Reference
from labkit.stubs import use_reference
from labkit.training.corpus import SOURCES
from tools.publish import real_reference

SHOWN = ("FD to half", "TMR-Score", "R3 of", "content", "style", "coverage", "foot sliding", "jerk")


def sweep(
    network: str,
    reference: Reference,
    settings: Sequence[tuple[str, int, float]],
    count: int,
    seed: int = 0,
    **fixed,
) -> list[Row]:
    """A row for each (sampler, steps, guidance scale), and real motion in front; only what sampling moves.

    fixed: more settings, as `evaluate.draw_motions` takes them.
    """
    rows = choose(reference, 1, count, seed)
    owners = reference.owner[rows]
    found = [score("real", reference, rows, reference.motion[owners], reference.physical[owners], real=True)]
    for sampler, steps, scale in settings:
        drawn = draw(
            network, reference, rows, sampler=sampler, steps=steps, guidance_scale=scale, seed=seed, **fixed
        )
        name = f"{sampler.upper()} {steps}, {scale:g}"
        found.append(score(name, reference, rows, drawn.features, drawn.physical))
    return [
        Row(row.name, row.N, {k: v for k, v in row.metrics.items() if k.startswith(SHOWN)}) for row in found
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.sampling",
    )
    parser.add_argument("--network", choices=tuple(NETWORKS), default="adaln")
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=[SAMPLER])
    parser.add_argument("--steps", nargs="+", type=int, default=[STEPS])
    parser.add_argument("--scales", nargs="+", type=float, default=[GUIDANCE_SCALE], help="of guidance")
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
        settings = list(product(args.samplers, args.steps, args.scales))
        rows = sweep(
            args.network, reference, settings, args.count, checkpoint=args.checkpoint,
            text_checkpoint=args.text_checkpoint,
        )  # fmt: skip
        print(f"{args.network}, {args.split}: columns are sampler and steps, guidance scale")
        print(table(rows))

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
