"""Record the reference solutions as lists of steps, for `labkit.exercises.recorded_solution`."""

import json
import operator
import zlib
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import fx, nn

from grading import bank
from grading.paths import ROOT
from labkit.exercises.recorded_solution import DEPTH, FUNCTIONS, METHODS, RECORDED
from labkit.models import NETWORKS, Condition
from labkit.paths import UNREADABLE, LabError, atomic_write
from labkit.text import TextFeatures

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

    def to_bool(self, obj: fx.Proxy) -> bool:
        """Is the scale of guidance 0, or 1? These two cases are not recorded."""
        return False


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


def loss(prediction, target, mask):
    from labkit.diffusion import ddpm_loss

    given = SimpleNamespace(q_sample=lambda x0, t, noise: None, target=lambda x0, noise, t: target)
    return ddpm_loss(lambda x_t, t: prediction, given, None, None, None, mask)


def guidance(with_text, without, guidance_scale):
    """The general case: the scale is neither 0 nor 1."""
    from labkit.diffusion import guided

    none = torch.zeros(1)
    text = TextFeatures(none[:, None, None], none[:, None] == 0, none[:, None])
    network = SimpleNamespace(chunk=lambda n: (with_text, without))
    x = none[:, None, None]
    return guided(lambda *arguments: network, x, none.long(), text, none[:, None] == 0, guidance_scale)


def distance(a, b):
    """Code 10, in torch because calls of NumPy cannot be traced.

    Centred and divided by √(N − 1), features a and b have the covariances aᵀa and bᵀb. The eigenvalues of
    their product are the squares of the singular values of a bᵀ, whose sum is the trace of the root.
    """
    shift = a.mean(0) - b.mean(0)
    a, b = ((x - x.mean(0)) / (x.shape[0] - 1) ** 0.5 for x in (a, b))
    overlap = torch.linalg.svdvals(a @ b.transpose(0, 1)).sum()
    return (shift * shift).sum() + (a * a).sum() + (b * b).sum() - 2 * overlap


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
        if exercise == "code6":
            return {"ddpm_loss": steps(Layers().trace(loss))}
        if exercise == "code7":
            return {"ddpm_step": steps(Layers().trace(ddpm))}
        if exercise == "code8":
            return {"ddim_step": steps(Layers().trace(ddim))}
        if exercise == "code10":
            return {"frechet_distance": steps(Layers().trace(distance))}
        if exercise == "code14":
            graph = Layers().trace(guidance)
            graph.eliminate_dead_code()  # the comparisons of the scale
            return {"guided": steps(graph)}
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
