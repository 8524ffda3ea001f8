"""The averaged weights of a run that is still going on, as checkpoints to look at and to measure.

    python -m labkit.training.export runs/adaln runs/incontext --out /tmp/now
    python -m labkit evaluate --reference --all --checkpoint /tmp/now

Folders are named after their network, as ``labkit train`` names them. The recipe is taken to be this
version's: a state does not hold it.
"""

import argparse
import pickle
import sys
from functools import partial
from pathlib import Path

import torch

from labkit.checkpoint import build, write_checkpoint
from labkit.cli import Parser, exit_status
from labkit.diffusion import Schedule
from labkit.models import NETWORKS, make_denoiser
from labkit.motion import D
from labkit.paths import UNREADABLE, LabError, existing_file
from labkit.training.denoiser import Recipe


def export(run: Path, out: Path) -> Path:
    """Write the averaged weights in ``run/state.pt`` to ``out/<network>.safetensors``."""
    if run.name not in NETWORKS:
        raise LabError(f"{run} is not named after a network: choose a folder of {', '.join(NETWORKS)}")
    path = existing_file(run / "state.pt", "state of a training run")
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
        weights = state["ema"]
        d_text = weights["dit.pooled_projection.weight"].shape[1]
    except (*UNREADABLE, pickle.UnpicklingError) as error:
        raise LabError(f"{path} is no state of a training run ({type(error).__name__})") from error
    recipe = Recipe()
    model = dict(
        features=D, d_text=d_text, width=recipe.width, depth=recipe.depth, heads=recipe.heads,
        condition_dropout=recipe.condition_dropout, T=recipe.T,
    )  # fmt: skip
    network = build(partial(make_denoiser, run.name), model, weights, path)
    schedule = Schedule(recipe.T, recipe.kind, recipe.prediction_type)
    target = out / f"{run.name}.safetensors"
    config = dict(kind=run.name, model=network.config, schedule=schedule.config)
    write_checkpoint(target, network, config, dict(steps=state["step"], finished=False))
    return target


def main() -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m labkit.training.export",
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
