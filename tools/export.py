"""Export the averaged weights of an unfinished run as checkpoints, for evaluation.

python -m tools.export runs/adaln runs/incontext --out /tmp/now
python -m labkit evaluate --reference --all --checkpoint /tmp/now
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from labkit.checkpoint import build, write_checkpoint
from labkit.cli import Parser, exit_status
from labkit.models import make_denoiser
from labkit.paths import existing_file
from labkit.training.denoiser import read_state


def export(run: Path, out: Path) -> Path:
    """Write the averaged weights in ``run/state.pt`` to ``out/<network>.safetensors``."""
    path = existing_file(run / "state.pt", "state of a training run")
    state = read_state(path)
    config = state["config"]
    network = build(partial(make_denoiser, config["kind"]), config["model"], state["ema"], path)
    target = out / f"{config['kind']}.safetensors"
    write_checkpoint(target, network, config, dict(state["recipe"], steps=state["step"], finished=False))
    return target


def main() -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.export",
    )
    parser.add_argument("runs", nargs="+", type=Path, help="folders of runs")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoints")
    args = parser.parse_args()

    def work() -> None:
        for run in args.runs:
            print(export(run, args.out))

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
