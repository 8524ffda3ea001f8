"""Record the reference solutions as lists of steps, for `labkit.exercises.recorded_solution`."""

import json
import operator
import zlib
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from torch import fx, nn

from grading import bank
from grading.paths import ROOT
from labkit.exercises.recorded_solution import DEPTH, FUNCTIONS, METHODS, RECORDED
from labkit.models import NETWORKS, Condition
from labkit.paths import UNREADABLE, LabError, atomic_write

NETWORK_OF = {"code3": "incontext", "code4": "adaln", "code5": "cross_attention"}


class Method(nn.Module):
    """A method of a network as a function of tensors."""

    def __init__(self, network: Any):
        super().__init__()
        self.network = network


class Mapping(Method):
    def forward(self, time, tokens, mask, pooled):
        return self.network.cond_mapping(Condition(time, tokens, mask, pooled))


class Backbone(Method):
    def forward(self, h, mask, c):
        return self.network.backbone(h, mask, c)


class Output(Method):
    def forward(self, h, mask, c):
        return self.network.output_projection(h, mask, c)


class Layers(fx.Tracer):
    """Every layer of a network is one step: what is inside it is given, not written."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return True


def schedule(x0, epsilon, a_t, a_prev) -> SimpleNamespace:
    """A schedule that answers with what it is given; -1 stands for the earlier of the two steps."""
    return SimpleNamespace(
        split=lambda prediction, x_t, t: (x0, epsilon), alpha_bar=lambda t: a_prev if t == -1 else a_t
    )


def ddpm(x0, epsilon, a_t, a_prev, x_t, noise):
    from labkit.diffusion import ddpm_step

    return ddpm_step(schedule(x0, epsilon, a_t, a_prev), None, x_t, 0, -1, noise)


def ddim(x0, epsilon, a_t, a_prev, x_t, noise, eta):
    from labkit.diffusion import ddim_step

    return ddim_step(schedule(x0, epsilon, a_t, a_prev), None, x_t, 0, -1, noise, eta)


def steps(graph: fx.Graph) -> list:
    """A graph as JSON can hold it. Raises LabError for an operation that recorded solutions do not know."""

    def plain(a: Any) -> Any:
        if isinstance(a, fx.Node):
            return {"value": a.name}
        if isinstance(a, (tuple, list)):
            return [plain(v) for v in a]
        if isinstance(a, slice):
            return {"slice": [plain(a.start), plain(a.stop), plain(a.step)]}
        return a

    found = []
    for node in graph.nodes:
        if node.op == "placeholder":
            continue
        kind, what = node.op, getattr(node.target, "__name__", node.target)
        arguments = plain(node.args)
        if kind == "call_module":
            kind, what = "layer", what.removeprefix("network.")
        elif node.target is getattr and node.args[1] == "shape":
            kind, what, arguments = "method", "size", arguments[:1]
        elif kind == "call_method" and what in METHODS:
            kind = "method"
        elif kind == "call_function" and FUNCTIONS.get(what) in (node.target, getattr(operator, what, None)):
            kind = "function"
        elif kind != "output":
            raise LabError(f"{what} cannot be recorded: add it to labkit/exercises/recorded_solution.py")
        found.append([node.name, kind, what, arguments, {k: plain(v) for k, v in node.kwargs.items()}])
    return found


def record(exercise: str) -> dict[str, list]:
    """The steps of every function of an exercise, as the reference does it."""
    with bank.plugged(exercise):
        if exercise == "code7":
            return {"ddpm_step": steps(Layers().trace(ddpm))}
        if exercise == "code8":
            return {"ddim_step": steps(Layers().trace(ddim))}
        network = NETWORKS[NETWORK_OF[exercise]](features=6, d_text=6, width=8, depth=DEPTH)
        views = dict(cond_mapping=Mapping, backbone=Backbone, output_projection=Output)
        return {name: steps(Layers().trace(view(network))) for name, view in views.items()}


FOLDER = ROOT / "labkit" / "exercises" / "recorded_solutions"


def write_recorded_solutions(folder: Path = FOLDER) -> list[str]:
    """Record all that later notebooks need; returns the names of the files that changed."""
    changed = []
    for exercise in RECORDED:
        path, made = folder / f"{exercise}.json.z", record(exercise)
        with suppress(*UNREADABLE):  # not there, or damaged
            if json.loads(zlib.decompress(path.read_bytes())) == made:
                continue
        with atomic_write(path) as temporary:
            temporary.write_bytes(zlib.compress(json.dumps(made, separators=(",", ":")).encode(), 9))
        changed.append(path.name)
    return changed
