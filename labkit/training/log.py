"""A CSV of the run, appended to row by row, and the same numbers on one line of the terminal."""

import csv
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm


class Log:
    """Averages of what `row` was told, one line of CSV every `every` steps, with a progress bar."""

    def __init__(self, path: Path, total: int, every: int = 50, first: int = 0):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # steps after the last saved state are done again
            lines = path.read_text().splitlines(keepends=True)
            kept = [line for line in lines[1:] if int(line.split(",")[0]) <= first]
            path.write_text("".join(lines[:1] + kept))
        self.path, self.every = path, every
        self.bar = tqdm(total=total, initial=first, desc=path.stem, mininterval=2)
        self.pending: list[dict[str, Tensor]] = []

    def row(self, step: int, seconds: float, **values: Tensor) -> None:
        """Note one step. A value of nan counts for nothing in the average.

        values: tensors of no dimension, which stay where they are until a line is due: to ask a GPU for a
        number is to wait for it.
        """
        self.pending.append(values)
        self.bar.update()
        if (step + 1) % self.every:
            return
        mean = {name: float(torch.stack([p[name] for p in self.pending]).nanmean()) for name in values}
        self.pending.clear()
        self.bar.set_postfix({name: f"{value:.4f}" for name, value in mean.items()})
        line = {"step": step + 1, "seconds": round(seconds, 1)} | {n: f"{v:.5f}" for n, v in mean.items()}
        new = not self.path.exists() or not self.path.stat().st_size
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, line)
            if new:
                writer.writeheader()
            writer.writerow(line)
