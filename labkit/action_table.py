"""Action × network: how often generated motions perform everyday actions, by geometric rules."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from labkit.body import load_body
from labkit.diffusion import SamplingConfig
from labkit.evaluate import sample_motions
from labkit.metrics import proportion
from labkit.metrics.actions import ACTIONS
from labkit.motion import FPS, decode

SECONDS = 6
SETS = ("plain", "rephrased")  # of captions, see `metrics.actions.Action`

# By action, (2, N) bool: a row for each of SETS, N its captions times the seeds.
Hits = Mapping[str, np.ndarray]


def try_actions(network: str, seeds: int = 2, *, config: SamplingConfig | None = None, **settings) -> Hits:
    """Whether a network's motions perform the action asked for: one motion for each caption and seed.

    seeds: how many, from the one of `config` on. settings: those of `evaluate.sample_motions`.
    """
    config, body, captions, asked = config or SamplingConfig(), load_body(), [], []
    for action in ACTIONS.values():
        captions += [*action.plain, *action.rephrased]
        asked += [action] * (len(captions) - len(asked))
    lengths = torch.full((len(captions),), SECONDS * FPS)
    hits = []
    for seed in range(config.seed, config.seed + seeds):
        motions = sample_motions(network, captions, lengths, config=replace(config, seed=seed), **settings)
        hits.append([a.passes(body.joints(decode(x)).numpy()) for a, x in zip(asked, motions)])
    by_action = np.reshape(hits, (seeds, len(ACTIONS), len(SETS), -1)).transpose(1, 2, 3, 0)
    return dict(zip(ACTIONS, by_action.reshape(len(ACTIONS), len(SETS), -1)))


def share(hits: np.ndarray) -> tuple[float, float, float]:
    """Share of hits, an array of bool, with Wilson's 95 % interval, which takes all tries for independent."""
    return proportion(int(hits.sum()), hits.size)


def action_table(networks: Mapping[str, Hits]) -> str:
    """Hits of tries as text: an action per line, a network per column; means with 95 % intervals below."""
    names = list(next(iter(networks.values())))
    width = max(map(len, (*names, "all, rephrased captions"))) + 2
    lines = ["".ljust(width) + "".join(network.rjust(22) for network in networks)]
    for name in names:
        cells = (f"{hits[name].sum()}/{hits[name].size}" for hits in networks.values())
        lines.append(name.ljust(width) + "".join(cell.rjust(22) for cell in cells))
    for what, rows in ((f"all, {SETS[0]} captions", 0), (f"all, {SETS[1]} captions", 1), ("all", slice(2))):
        means = (share(np.stack([h[rows] for h in hits.values()])) for hits in networks.values())
        cells = (f"{mean:.2f} [{low:.2f}, {high:.2f}]" for mean, low, high in means)
        lines.append(what.ljust(width) + "".join(cell.rjust(22) for cell in cells))
    return "\n".join(lines)
