"""A CSV log of a run, with the same numbers in a progress bar."""

import csv
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from labkit.paths import LabError, atomic_write


class Log:
    """Averages of the values given to `row`, one line of CSV every `every` steps, with a progress bar.

    total: number of steps. first: the step at which a resumed run begins; later lines of the file are
    removed.
    Raises LabError where the file at `path` is not such a log, for example after a spreadsheet has saved it.
    """

    def __init__(self, path: Path, total: int, every: int = 50, first: int = 0):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # steps after the last saved state are done again
            try:
                header, *lines = path.read_text("utf-8").splitlines(keepends=True) or [""]
                kept = [line for line in lines if int(line.split(",")[0]) <= first]
                if header and not header.startswith("step,seconds,"):
                    raise ValueError(header)
            except ValueError as error:  # no text in UTF-8 is one, too
                raise LabError(f"{path} is not the log of a run: move it away and start again") from error
            with atomic_write(path) as temporary:
                temporary.write_text("".join([header, *kept]))
        self.path, self.every = path, every
        self.bar = tqdm(total=total, initial=first, desc=path.stem, mininterval=2)
        self.pending: list[dict[str, Tensor]] = []

    def row(self, step: int, seconds: float, **values: Tensor) -> None:
        """Log one step, counted from 0. The average ignores NaN.

        seconds: since the start. values: scalar tensors. They stay on their device until a line is written,
        since reading a number waits for the GPU.
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
