"""Every right answer of the bank runs through the notebook cells that use it, as in a student's session."""

import ast
import re
from contextlib import ExitStack
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from grading import bank
from grading.build.notebooks import read
from labkit import diffusion, metrics
from labkit.diffusion import Schedule
from labkit.metrics import bootstrap, population_spread
from labkit.models import NETWORKS
from labkit.reference import half_of_takes
from labkit.show.figures import evaluation as evaluation_figures
from labkit.show.figures.style import NETWORK_LABELS
from labkit.stubs import stubs

ENTRIES = [
    (exercise, entry)
    for exercise in ("code6", "code7", "code8", "code10", "code11")
    for entry in bank.entries("variants", exercise)
]
SMALLER = {
    "20_000": "300", "(64, 256, 1000, 4000)": "(8, 64)", "256": "16", "(32, 64, 128)": "(32, 48)",
    "range(20)": "range(2)",
}  # fmt: skip


def cells(notebook: str, *names: str) -> list[str]:
    """The code cells that use one of these names, with smaller numbers; not the one that imports them."""
    used = re.compile(rf"\b({'|'.join(names)})\b")
    found = []
    for cell in read(notebook):
        if cell.cell_type == "code" and used.search(cell.source) and "import " not in cell.source:
            source = cell.source
            for before, after in SMALLER.items():
                source = source.replace(before, after)
            found.append(source)
    return found


def run(sources: list[str], names: dict) -> dict:
    torch.manual_seed(0)
    for source in sources:
        exec(source, names)  # noqa: S102
        plt.close("all")
    return names


FIGURES = "loss_by_step", "walks", "film", "error_by_steps"  # what they show has its own tests


def diffusion_names() -> dict:
    """What the cells of notebook 03 use, with small stand-ins for networks, motions and videos."""
    schedule, F, D = Schedule(50), 6, 3

    def gaussian(seed, n=1, frames=F):
        return torch.randn(n, F, D, generator=torch.Generator().manual_seed(seed))

    return dict(
        torch=torch,
        np=np,
        bar=lambda values, title: values,
        wasserstein_distance=wasserstein_distance,
        time=SimpleNamespace(perf_counter=lambda: 0.0),
        device="cpu",
        Schedule=Schedule,
        schedule=schedule,
        figures=SimpleNamespace(**dict.fromkeys(FIGURES, lambda *args, **kwargs: None)),
        ddpm_loss=diffusion.ddpm_loss,
        ddpm_step=diffusion.ddpm_step,
        ddim_step=diffusion.ddim_step,
        motions=gaussian(0, 4),
        fresh=gaussian(1, 4),
        gaussian=gaussian,
        mask=torch.arange(F) < torch.tensor([6, 3, 1, 2])[:, None],
        judged=torch.tensor([0, 20, 49]),
        candidates={"half": lambda x, t: x / 2, "trained": lambda x, t: 0 * x},
        SEED=0,
        STEPS=10,
        ask=lambda *captions, scale=2.0: lambda x, t: x / (1 + scale),
        bodies=lambda z, _=1.0: list(z),
        body=None,
        CAPTION="walk",
        render_video=lambda *args, **kwargs: None,
        inline={},
        Video=lambda *args, **kwargs: None,
        network=SimpleNamespace(normalizer=SimpleNamespace(inverse=lambda z: z)),
        labkit=SimpleNamespace(show=lambda *args, **kwargs: None),
    )


def analysis_names() -> dict:
    """What the cells of notebook 04 use, with features of 16 numbers."""
    rng = np.random.default_rng(0)

    def features(n):
        x = rng.normal(size=(n, 16)).astype(np.float32)
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    owner = np.arange(256) % 128
    reference = SimpleNamespace(
        text=features(256), captions=["a caption"] * 256, owner=owner, take=np.arange(128) // 2
    )
    generated = {name: SimpleNamespace(features=features(64)) for name in NETWORKS}
    return dict(
        np=np,
        rng=rng,
        real=features(128),
        generated=generated,
        reference=reference,
        asked=np.arange(64),
        NETWORK_LABELS=NETWORK_LABELS,
        figures=evaluation_figures,
        BATCH_SIZE=32,
        device="cpu",
        frechet_distance=metrics.frechet_distance,
        tmr_score=metrics.tmr_score,
        tmr_scores=metrics.tmr_scores,
        retrieval=metrics.retrieval,
        prdc=metrics.prdc,
        population_spread=population_spread,
        half_of_takes=half_of_takes,
    )


def through(exercise: str, entry: bank.Entry | None) -> dict:
    """The names after the cells have run."""
    with ExitStack() as stack:
        for other in ("code6", "code7", "code8", "code10", "code11"):
            stack.enter_context(bank.plugged(other, entry if other == exercise else None))
        if exercise in ("code6", "code7", "code8"):
            uses = "ddpm_loss", "ddpm_step", "ddim_step", "denoise", "oracle", "clock"
            return run(cells("03_diffusion", *uses), diffusion_names())
        names = analysis_names()
        uses = "frechet_distance", "tmr_scores?", "fd_of_subsets", "rows_shuffled", "one_each"
        run(cells("04_analysis", *uses), names)
        names["score"] = bootstrap(metrics.tmr_score, names["text"], names["motion"], n=3)  # as evaluate does
        names["FD"] = bootstrap(lambda m: metrics.frechet_distance(names["real"], m), names["motion"], n=3)
        return names


@pytest.fixture(scope="module")
def expected():
    made = {}

    def expected(exercise: str) -> dict:
        if exercise not in made:
            made[exercise] = through(exercise, None)
        return made[exercise]

    return expected


RESULTS = {
    "code6": ("losses",), "code7": ("far", "paths", "takes"), "code8": ("far", "paths", "takes", "blend"),
    "code10": ("on_real", "one_gaussian", "FD"), "code11": ("scores", "score", "measured"),
}  # fmt: skip


def numbers(value: object) -> list[float]:
    """All the numbers in a result."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [n for v in value for n in numbers(v)]
    return np.asarray(value, dtype=float).ravel().tolist()


@pytest.mark.slow
@pytest.mark.parametrize("exercise, entry", ENTRIES, ids=[f"{e}-{v.name}" for e, v in ENTRIES])
def test_a_right_answer_runs_through_the_cells_that_use_it(exercise, entry, expected, capsys):
    found = through(exercise, entry)
    for name in RESULTS[exercise]:
        a, b = np.array(numbers(found[name])), np.array(numbers(expected(exercise)[name]))
        assert np.isfinite(a).all() and a.shape == b.shape, name
        if not entry.other_numbers:
            np.testing.assert_allclose(a, b, atol=2e-2 * np.abs(b).max(), err_msg=name)
    if exercise in ("code7", "code8"):
        assert torch.equal(found["numbers"], expected(exercise)["numbers"])  # states are not overwritten


def test_every_use_is_in_a_cell_that_is_run():
    """Each function of these exercises is used by name somewhere in its notebook."""
    for exercise, notebook in dict(code6="03_diffusion", code7="03_diffusion", code8="03_diffusion",
                                   code10="04_analysis", code11="04_analysis").items():  # fmt: skip
        assert len(cells(notebook, *(s.name for s in stubs(exercise)))) >= 1


@pytest.mark.parametrize("t", [0.5, 1 / 256, 1 / 1000])
def test_the_last_euler_step_of_notebook_06_ends_at_the_estimate(t):
    """Also at times that training leaves out: the velocity is (x_t − x̂0) / t."""
    (source,) = (cell.source for cell in read("06_flows") if "def as_flow" in cell.source)
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "as_flow"]
    names = dict(torch=torch, T_MIN=0.01, step_of=lambda t: t)
    exec(ast.unparse(tree), names)  # noqa: S102
    x, now = torch.ones(1, 4, 2), torch.tensor([t])
    estimate = torch.full_like(x, 3.0)
    velocity = names["as_flow"](lambda *_: estimate)
    end = x + (0 - t) * velocity(x, now, None, None)
    torch.testing.assert_close(end, estimate)
