"""Right answers to Code 2 and 13 to 18 run through the cells of notebooks 01, 05 and 06 that use them."""

import re
from types import SimpleNamespace

import pytest
import torch
from test_cells import numbers, run

from grading import bank
from grading.build.notebooks import read
from labkit import motion
from labkit.diffusion import SamplingConfig, Schedule, sample
from labkit.models import make_denoiser

EXERCISES = ("code2", "code13", "code14", "code15", "code16", "code17", "code18")
ENTRIES = [(exercise, entry) for exercise in EXERCISES for entry in bank.entries("variants", exercise)]
# Of each notebook: a text for each cell that is run, and smaller numbers in these cells.
CELLS = {
    "parts": (("= labkit.motion.split_motion(", "figures.root_curves("), {}),
    "05_train_steer_edit": (
        ("import copy", "def new_network", "def features_of(", "class TwoNumbers"),
        {"12, 80": "2, 80", "schedule), 4000": "schedule), 40"},
    ),
    "editing": (
        (
            *("both = edit(", "def jerk_over_time", "replaced = edit(", '"replacement": second_number'),
            *("(3, 10)", "(3, 8)"),
        ),
        {"steps=15": "steps=3", "[:8]": "[:2]", "(3, 10)": "(2,)", "(3, 8)": "(2,)"},
    ),
    "06_flows": (
        ("import time", "class Plane", "range(2000)", "def step_of", "def new_network"),
        {"range(2000)": "range(3)"},
    ),
    "points": (("range(2000)",), {"range(2000)": "range(3)"}),
    "solvers": (
        ("def solve", "solve(plane", "def sample_flow"),
        {"1500": "60", "plane, numbers, 400": "plane, numbers, 20", "(2, 4, 8, 16, 32)": "(2, 4)"},
    ),
}  # fmt: skip


def sources(cells: str, notebook: str) -> list[str]:
    """Code cells that have one of the texts; without the answers of earlier sessions, and smaller."""
    texts, smaller = CELLS[cells]
    code = [cell.source for cell in read(notebook) if cell.cell_type == "code"]
    assert all(any(text in source for source in code) for text in texts)
    found = []
    for source in code:
        if any(text in source for text in texts):
            source = re.sub(r"^labkit\.use_mine\(.*\)$", "", source, flags=re.MULTILINE)
            for before, after in smaller.items():
                source = source.replace(before, after)
            found.append(source)
    return found


def tiny(seed: int = 0):
    torch.manual_seed(seed)
    network = make_denoiser("adaln", motion.D, 1000, d_text=256, width=16, depth=1, heads=2)
    torch.nn.init.normal_(network.dit.final.weight, std=0.1)  # so that captions and time matter
    return network, Schedule(1000)


def session(notebook: str) -> dict:
    """The names of a notebook after its imports and definitions, with the reference and without videos."""
    names = dict(device="cpu", labkit=SimpleNamespace(show=lambda *args, **kwargs: None, motion=motion))
    return run(sources(notebook, notebook), names) if notebook in CELLS else names


@pytest.fixture(scope="module")
def sessions():
    made = {}

    def sessions(notebook: str) -> dict:
        if notebook not in made:
            with bank.plugged("code2"):
                made[notebook] = session(notebook)
        return dict(made[notebook])

    return sessions


def split(names: dict) -> dict:
    walk = torch.randn(20, motion.D, generator=torch.Generator().manual_seed(0))
    names = dict(names, walk=SimpleNamespace(x=walk), FPS=motion.FPS)
    names["figures"] = SimpleNamespace(root_curves=lambda parts: parts["root_height"].mean())
    names = run(sources("parts", "01_dataset"), names)
    names["parts"] = [names["parts"][name] for name in motion.LAYOUT]
    return names


def trained(names: dict) -> dict:
    network, schedule = tiny()
    first = network.dit.final.weight.detach().clone()
    average, losses = names["train"](network, schedule, 3, size=4)
    weights = average.dit.final.weight
    assert not torch.equal(weights, first) and not torch.equal(weights, network.dit.final.weight)
    assert torch.isfinite(weights).all() and not weights.requires_grad
    return dict(losses=losses)


def guided_samples(names: dict) -> dict:
    (network, schedule), text = tiny(), names["conditioner"](["a person kicks", "someone runs"])
    config = [SamplingConfig(guidance_scale=w, steps=3, seed=2) for w in (0.0, 1.0, 3.0)]
    return dict(samples=[sample(network, schedule, text, torch.tensor([8, 5]), c) for c in config])


def edited(names: dict) -> dict:
    network, schedule = tiny()
    names |= dict(network=network.eval(), schedule=schedule)
    names["editing"] = SimpleNamespace(seams=lambda *_: None, histograms=lambda *_: None)
    names["share"] = lambda *_: ""  # a network that was not trained does nothing that a caption says
    walks, lengths = names["conditioner"](["a person walks"] * 2), torch.full((2,), 80)
    names["walking"] = sample(network, schedule, walks, lengths, SamplingConfig(steps=2))
    return run(sources("editing", "05_train_steer_edit"), names)


def flow_of_motions(names: dict) -> dict:
    network, _ = tiny()
    g = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 3, 8, motion.D, generator=g)
    mask = torch.arange(8) < torch.tensor([8, 5, 1])[:, None]
    text = names["conditioner"](["a person kicks", "someone runs", "a person bows"])
    loss = names["loss_of_flow"](network.eval(), torch.tensor([0.0, 0.5, 1.0]), x0, noise, mask, text)
    loss.backward()
    names |= dict(of_motions=loss.item(), gradient=network.dit.final.weight.grad)
    return run(sources("points", "06_flows"), names)


def solved(names: dict) -> dict:
    names["figures"] = SimpleNamespace(clouds=lambda *_: None, paths=lambda *_: None)
    names = run(sources("solvers", "06_flows"), names)
    assert set(names["SOLVERS"]) == {"Euler", "Heun"}
    text, lengths = names["conditioner"](["a person kicks", "someone runs"]), torch.tensor([8, 5])
    names["flow"] = [names["sample_flow"](tiny()[0].eval(), text, lengths, 4, s) for s in names["SOLVERS"]]
    return names


# exercise → the notebook, what runs its cells, and the results that are compared
USES = {
    "code2": ("01_dataset", split, ("F", "D", "parts")),
    "code13": ("05_train_steer_edit", trained, ("losses",)),
    "code14": ("05_train_steer_edit", guided_samples, ("samples",)),
    "code15": ("05_train_steer_edit", edited, ("both", "replaced", "numbers")),
    "code16": ("05_train_steer_edit", edited, ("resampled", "numbers")),
    "code17": ("06_flows", flow_of_motions, ("of_motions", "gradient", "toy_losses")),
    "code18": ("06_flows", solved, ("shown", "curves", "far", "flow")),
}
SAMPLES_ITSELF = ("code13",)  # in any order, so that numbers differ


def through(exercise: str, entry: bank.Entry | None, sessions) -> dict[str, list[float]]:
    """The results, as numbers, with the reference or a variant."""
    notebook, use, results = USES[exercise]
    names = sessions(notebook)
    with bank.plugged(exercise, entry):
        torch.manual_seed(0)
        found = use(names)
    return {name: numbers(found[name]) for name in results}


@pytest.fixture(scope="module")
def expected(sessions):
    made = {}

    def expected(exercise: str) -> dict[str, list[float]]:
        if exercise not in made:
            made[exercise] = through(exercise, None, sessions)
        return made[exercise]

    return expected


@pytest.mark.slow
@pytest.mark.parametrize("exercise, entry", ENTRIES, ids=[f"{e}-{v.name}" for e, v in ENTRIES])
def test_a_right_answer_runs_through_the_cells_that_use_it(exercise, entry, sessions, expected, capsys):
    for name, values in through(exercise, entry, sessions).items():
        a, b = torch.tensor(values), torch.tensor(expected(exercise)[name])
        assert a.isfinite().all() and a.shape == b.shape, name
        if not entry.other_numbers and exercise not in SAMPLES_ITSELF:
            torch.testing.assert_close(a, b, atol=1e-3 * float(b.abs().max()), rtol=1e-3, msg=name)
