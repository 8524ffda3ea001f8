"""Which guidance scale? Chosen on the validation split, for the test splits are for measuring alone.

python -m labkit.training.guidance --network adaln --scales 1 1.5 2 2.5 3 4
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labkit.cli import Parser, exit_status
from labkit.evaluate import Row, choose, draw, score, table
from labkit.evaluator import load_evaluator
from labkit.exercises.registry import use_reference
from labkit.models import NETWORKS
from labkit.reference import Reference
from labkit.training.corpus import SOURCES
from labkit.training.publish import real_reference

SHOWN = ("FD to half", "TMR-Score", "R3 of", "content", "style", "coverage", "foot sliding", "jerk")


def sweep(
    network: str, reference: Reference, scales: Sequence[float], count: int, seed: int = 0, **settings
) -> list[Row]:
    """The same captions and noise at each scale, and real motion in front; only what guidance moves.

    settings: as `evaluate.draw_motions` takes them.
    """
    rows = choose(reference, 1, count, seed)
    owners = reference.owner[rows]
    found = [score("real", reference, rows, reference.motion[owners], reference.physical[owners], real=True)]
    for scale in scales:
        drawn = draw(network, reference, rows, guidance_scale=scale, seed=seed, **settings)
        found.append(score(f"{scale:g}", reference, rows, drawn.features, drawn.physical))
    return [
        Row(row.name, row.N, {k: v for k, v in row.metrics.items() if k.startswith(SHOWN)}) for row in found
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m labkit.training.guidance",
    )
    parser.add_argument("--network", choices=tuple(NETWORKS), default="adaln")
    parser.add_argument("--scales", nargs="+", type=float, default=[1, 1.5, 2, 2.5, 3, 4])
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--split", default="val", choices=("val", "test_a", "test_b"))
    parser.add_argument("--count", type=int, default=128, help="captions")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--checkpoint", type=Path, help="weights of your own for the network")
    parser.add_argument("--text-checkpoint", type=Path, help="the text tower they were trained with")
    parser.add_argument("--out", type=Path, default=Path("out/guidance"), help="folder for cached captions")
    args = parser.parse_args(arguments)

    def work() -> None:
        use_reference()
        reference = real_reference(args.sources, args.split, args.out / "cache", load_evaluator(), True)
        rows = sweep(
            args.network, reference, args.scales, args.count, steps=args.steps, checkpoint=args.checkpoint,
            text_checkpoint=args.text_checkpoint,
        )  # fmt: skip
        print(f"{args.network}, {args.split}: columns are guidance scales")
        print(table(rows))

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
