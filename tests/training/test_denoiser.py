import copy
import csv
import math
from dataclasses import replace

import pytest
import roma
import torch
from tiny import RECIPE
from torch import nn

from labkit.checkpoint import load_denoiser, write_checkpoint
from labkit.diffusion import Schedule, ddpm_loss
from labkit.models import NETWORKS
from labkit.motion import LAYOUT, D, Motion, encode, heading
from labkit.paths import LabError
from labkit.text import TextConditioner
from labkit.training.denoiser import (
    Recipe,
    Run,
    by_quarter,
    learning_rate_factor,
    make_optimizers,
    stratified_timesteps,
    update_ema,
)
from labkit.training.log import Log
from labkit.training.losses import (
    POSITION,
    VELOCITY,
    WAY,
    geometric_losses,
    root_loss,
    trajectory_loss,
    velocity_loss,
)
from labkit.training.run import write_samples

KEEP = torch.zeros(12, dtype=torch.bool)  # no caption is withheld


@pytest.fixture
def start(corpus, tower, tmp_path):
    """A function that starts, or goes on with, a run in a folder."""

    def start(network: str = "adaln", folder: str = "run", recipe: Recipe = RECIPE, **settings) -> Run:
        return Run(network, corpus, tower, recipe, tmp_path / folder, "cpu", **settings)

    return start


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_a_short_run_lowers_the_loss(start, corpus, tower, network):
    run = start(network)
    batch = corpus.batch(corpus.samples, torch.Generator().manual_seed(9))
    t = torch.full((12,), RECIPE.T - 2)  # where only the caption determines the motion
    noise = torch.randn(batch.x.shape, generator=torch.Generator().manual_seed(9))

    def loss(model) -> float:
        with torch.no_grad():
            _, plain = run.objective(model.eval(), batch, t, noise, KEEP)
            return float(plain.mean())

    before = loss(run.network)
    run.train(200)
    assert run.step == 200 and run.seconds > 0
    assert loss(run.network) < 0.7 * before
    assert loss(run.ema) < 0.8 * before


def test_a_run_goes_on_where_it_was_stopped(start):
    first = start()
    first.train(4, save_every=2)
    second = start()
    assert second.step == 4 and second.seconds == first.seconds
    for mine, theirs in ((first.network, second.network), (first.ema, second.ema)):
        for name, value in mine.state_dict().items():
            assert torch.equal(theirs.state_dict()[name], value), name
    for one, other, moment in zip(first.optimizers, second.optimizers, ("momentum_buffer", "exp_avg")):
        moments = one.state_dict()["state"]
        for key, value in other.state_dict()["state"].items():
            assert torch.equal(value[moment], moments[key][moment])
    second.train(6)
    assert second.step == 6 and start().step == 6
    second.train(6)  # done: nothing more happens
    assert second.step == 6


def test_two_runs_with_one_seed_are_the_same_run(start):
    first, second = start(folder="a"), start(folder="b")
    for run in (first, second):
        run.train(3)
    for a, b in zip(first.network.parameters(), second.network.parameters()):
        assert torch.equal(a, b)
    other = start(folder="c", recipe=replace(RECIPE, seed=1))
    other.train(3)
    weights = [run.network.dit.input_projection.weight for run in (first, other)]
    assert not torch.equal(*weights)


def test_a_killed_run_has_the_last_state_whole(start, monkeypatch):
    run = start()
    run.train(2, save_every=1)

    def half(state, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        run.train(3, save_every=1)
    monkeypatch.undo()
    assert start().step == 2
    assert not [p for p in run.folder.iterdir() if p.name.startswith(".")]


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_state_runs_no_code(start, tmp_path):
    run = start()
    run.folder.mkdir()
    torch.save(dict(network=Trap(tmp_path / "sprung")), run.state_file)
    with pytest.raises(LabError, match="is damaged"):
        start()
    assert not (tmp_path / "sprung").exists()


def test_the_checkpoint_of_a_run_loads(start, tmp_path):
    run = start("incontext")
    run.train(2)
    write_checkpoint(tmp_path / "c.safetensors", run.ema, run.config(), run.facts())
    model, schedule = load_denoiser("incontext", tmp_path / "c.safetensors")
    assert schedule.config == dict(T=50, kind="cosine", prediction_type="sample")
    torch.testing.assert_close(model.normalizer.mean, run.network.normalizer.mean)
    facts = run.facts()
    assert facts["steps"] == 2 and facts["motions"] == 12 and facts["batch_size"] == 8


def test_the_normalizer_knows_the_corpus(start, corpus):
    normalizer = start().network.normalizer
    torch.testing.assert_close(normalizer.mean, corpus.rows().mean(0))
    torch.testing.assert_close(normalizer.std, corpus.rows().std(0))


def test_a_sample_video_that_fails_stops_no_training(start, tower, encoder, monkeypatch, capsys):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/false")
    text = TextConditioner(encoder, tower)
    run = start()
    run.train(2, callback=lambda run: write_samples(run, text), callback_every=1)
    assert run.step == 2 and not list(run.folder.glob("samples/*"))
    assert capsys.readouterr().err.count("labkit: no sample video: ffmpeg failed: exit status 1\n") == 2
    with torch.no_grad():
        run.ema.normalizer.mean.fill_(math.nan)
    with pytest.raises(LabError, match="NaN"):  # a run that has diverged is worth no more hours
        write_samples(run, text)


def test_the_callback_runs_now_and_then(start):
    seen = []
    start().train(6, callback=lambda run: seen.append(run.step), callback_every=2)
    assert seen == [2, 4, 6]


@pytest.mark.parametrize("part", [0.0, 0.5, 1 - 2**-24])  # of what torch.rand gives the ends and the middle
@pytest.mark.parametrize("B, T", [(32, 1000), (31, 50), (1, 1000)])
def test_timesteps_are_of_the_schedule_one_from_each_part(part, B, T, monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda B, generator: torch.full((B,), part))
    t = stratified_timesteps(B, T, torch.Generator().manual_seed(0)).sort().values
    assert t.tolist() == [min(math.floor((i + part) / B * T + 1e-4 * part), T - 1) for i in range(B)]


def test_shifted_timesteps_are_those_of_equal_parts_moved_towards_noise():
    B, T, shift = 16, 1000, 4.0
    t = stratified_timesteps(B, T, torch.Generator().manual_seed(0), shift).sort().values
    edges = [T * shift * (i / B) / (1 + (shift - 1) * i / B) for i in range(B + 1)]
    assert all(low - 1 < step <= high for low, step, high in zip(edges, t.tolist(), edges[1:]))


@pytest.mark.parametrize("prediction_type", ["epsilon", "sample"])
def test_the_objective_reports_equation_14(start, corpus, tower, prediction_type):
    """The second result, and the first too where the network predicts the noise, is eq. 14's loss."""
    recipe = replace(RECIPE, prediction_type=prediction_type)
    run = start(recipe=recipe)
    model = run.network.eval()
    nn.init.normal_(model.dit.final.weight, std=0.1)
    batch = corpus.batch(corpus.samples, torch.Generator().manual_seed(0))
    t, noise = torch.arange(12) * 4, torch.randn(batch.x.shape)
    loss, plain = run.objective(model, batch, t, noise, KEEP)
    x0 = model.normalizer(batch.x) * batch.mask[..., None]
    expected = ddpm_loss(
        lambda x, t: model(x, t, tower(batch.text), batch.mask),
        Schedule(50, "cosine", prediction_type), x0, t, noise, batch.mask,
    )  # fmt: skip
    torch.testing.assert_close(plain, expected.detach(), rtol=0.02, atol=1e-3)  # bfloat16 where there is one
    if prediction_type == "epsilon":
        torch.testing.assert_close(loss, plain.mean())
    else:
        assert loss > plain.mean()  # weights of at least 1, and the velocities


def test_the_objective_ignores_padding(start, corpus):
    run = start()
    model = run.network.eval()
    nn.init.normal_(model.dit.final.weight, std=0.1)
    batch = corpus.batch(corpus.samples, torch.Generator().manual_seed(0))
    t, noise = torch.arange(12) * 4, torch.randn(batch.x.shape)
    junk = replace(batch, x=torch.where(batch.mask[..., None], batch.x, 1e3))
    found, expected = (run.objective(model, b, t, noise, KEEP)[0] for b in (junk, batch))
    torch.testing.assert_close(found, expected)


def test_geometric_losses_are_those_of_the_moving_body(body, random_motion):
    """Against world positions of two motions, each turned into its own heading frame, frame by frame."""
    motions = [random_motion(seed, 30) for seed in (1, 2)]
    x = [encode(m, body.joints(m))[None] for m in motions]
    mask = torch.arange(30)[None] < 20
    position, speed, contact = geometric_losses(*x, mask, body)

    places, speeds = [], []
    for m in motions:
        joints, alpha = body.joints(m), heading(m.rotations()[:, 0])
        back = roma.rotvec_to_rotmat(torch.stack([0 * alpha, 0 * alpha, -alpha], -1))  # (F, 3, 3)
        places.append((joints - joints[:, :1]) @ back.mT)
        speeds.append(joints.diff(dim=0) @ back[:-1].mT)
    (a, b), (c, d) = places, speeds
    expected = ((a - b)[:20] / POSITION).square().mean()
    torch.testing.assert_close(position, expected[None], rtol=1e-3, atol=1e-3)
    expected = ((c - d)[:19] / VELOCITY).square().mean()
    torch.testing.assert_close(speed, expected[None], rtol=1e-3, atol=1e-3)
    assert contact == 0  # no foot of these stands


def test_feet_that_should_stand_must_not_slide(body, random_motion):
    """The real body stands still, the predicted one drifts half a metre."""
    m = random_motion(1, 30)
    still = Motion.from_rotations(m.rotations()[:1].expand(30, -1, -1, -1), m.pelvis[:1].expand(30, -1))
    drift = torch.linspace(0, 1, 30)[:, None] * torch.tensor([0.3, 0.4, 0.0])
    moving = Motion.from_rotations(still.rotations(), still.pelvis + drift)
    x = [encode(motion, body.joints(motion))[None] for motion in (moving, still)]
    mask = torch.ones(1, 30, dtype=torch.bool)
    speed = torch.tensor([(0.5 / 29 / VELOCITY) ** 2 / 3])  # of every joint; a mean over x, y, z
    torch.testing.assert_close(geometric_losses(*x, mask, body)[2], speed, rtol=1e-3, atol=1e-3)
    assert geometric_losses(*reversed(x), mask, body)[2] == 0  # in the data, these feet move


def test_losses_of_features_by_a_slow_loop():
    error = torch.randn(2, 5, D, generator=torch.Generator().manual_seed(0))
    mask = torch.arange(5) < torch.tensor([[5], [3]])
    for i, frames in enumerate((5, 3)):
        root = sum(float(error[i, f, :4].square().mean()) for f in range(frames)) / frames
        pairs = [float((error[i, f + 1] - error[i, f]).square().mean()) for f in range(frames - 1)]
        assert float(root_loss(error, mask)[i]) == pytest.approx(root, rel=1e-5)
        assert float(velocity_loss(error, mask)[i]) == pytest.approx(sum(pairs) / len(pairs), rel=1e-5)


def test_the_trajectory_loss_of_a_walk_that_veers():
    """0.02 rad and 3 mm too much in each frame: the sums are f times that; padding and poses do not count."""
    real = torch.randn(1, 9, D, generator=torch.Generator().manual_seed(0))
    predicted, mask = real.clone(), torch.arange(9)[None] < 6
    predicted[..., LAYOUT["yaw_velocity"]] += 0.02
    predicted[..., LAYOUT["root_velocity"].start] -= 0.003
    predicted[0, 6:] += 9
    predicted[..., LAYOUT["rotations"]] += 1
    expected = sum((f * 0.02 / WAY) ** 2 + (f * 0.003 / WAY) ** 2 for f in range(1, 7)) / 6 / 3
    assert float(trajectory_loss(predicted, real, mask)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", ["sources", "text tower"])
def test_a_run_is_not_gone_on_with_with_something_else(start, name):
    origin = {"sources": "a", "text tower": "b"}
    start(origin=origin).train(1)
    assert start(origin=origin).step == 1
    with pytest.raises(LabError, match=f"run was begun with another {name}: choose another folder"):
        start(origin=origin | {name: "c"})


def test_a_run_is_not_gone_on_with_by_another_recipe(start):
    start().train(1)
    with pytest.raises(LabError, match="run was begun with another recipe"):
        start(recipe=replace(RECIPE, learning_rate=1e-3))


def test_a_run_is_not_gone_on_with_by_another_network(start):
    start("adaln").train(1)
    with pytest.raises(LabError, match="run was begun with another network"):
        start("incontext")


@pytest.mark.parametrize("damage", ["cut", "empty", "html", "older"])
def test_a_damaged_state_is_named(start, damage):
    run = start()
    run.train(1)
    content = run.state_file.read_bytes()
    if damage == "older":
        torch.save(dict(network={}, ema={}, optimizer={}, step=1, seconds=0.0), run.state_file)
    else:
        cut = {"cut": content[: len(content) // 2], "empty": b"", "html": b"<html>"}[damage]
        run.state_file.write_bytes(cut)
    with pytest.raises(LabError, match=r"state\.pt is .*: remove it to start anew") as error:
        start()
    assert "\n" not in str(error.value)


def test_learning_rate_by_hand():
    rates = [learning_rate_factor(step, 100, 10) for step in (0, 4, 9, 30, 50, 75, 100)]
    assert rates == pytest.approx([0.1, 0.5, 1, 1, 1, 0.01 + 0.99 / 2, 0.01])
    falling = [learning_rate_factor(step, 100, 10) for step in range(50, 101)]
    assert all(a > b for a, b in zip(falling, falling[1:]))
    assert learning_rate_factor(150, 100, 10) == pytest.approx(0.01)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_parameter_has_one_optimizer(start, network):
    denoiser = start(network).network
    found = [p for o in make_optimizers(denoiser, RECIPE) for g in o.param_groups for p in g["params"]]
    assert len(found) == len(set(map(id, found))) == len(list(denoiser.parameters()))


def test_an_old_torch_is_named(start, monkeypatch):
    monkeypatch.delattr(torch.optim, "Muon")
    with pytest.raises(LabError, match="training needs torch 2.9 or later"):
        start()


def test_ema_by_hand():
    torch.manual_seed(0)
    ema, values = nn.Linear(2, 2), [nn.Linear(2, 2) for _ in range(3)]
    expected = ema.weight.detach().clone()
    for value in values:
        update_ema(ema, value, 0.9)
        expected = 0.9 * expected + 0.1 * value.weight.detach()
    torch.testing.assert_close(ema.weight.detach(), expected)
    before = copy.deepcopy(ema)
    update_ema(ema, values[0], 1.0)
    assert torch.equal(ema.bias, before.bias)


def test_quarters_of_the_schedule():
    t = torch.tensor([0, 24, 25, 99, 50])
    found = by_quarter(torch.tensor([1.0, 3.0, 5.0, 7.0, 9.0]), t, 100)
    assert found == dict(loss_1=2.0, loss_2=5.0, loss_3=9.0, loss_4=7.0)
    assert math.isnan(by_quarter(torch.ones(1), torch.tensor([0]), 100)["loss_4"])


class TestLog:
    def rows(self, path):
        with path.open() as file:
            return list(csv.DictReader(file))

    def test_averages_and_goes_on(self, tmp_path):
        path = tmp_path / "new" / "a.csv"
        log = Log(path, total=8, every=2)
        for step, loss in enumerate([1.0, 3.0, math.nan, 5.0, 7.0]):
            log.row(step, seconds=step, loss=torch.tensor(loss))
        assert [(r["step"], float(r["loss"])) for r in self.rows(path)] == [("2", 2.0), ("4", 5.0)]
        log = Log(path, total=8, every=2, first=4)
        for step in range(4, 8):
            log.row(step, seconds=step, loss=torch.tensor(4.0))
        assert [r["step"] for r in self.rows(path)] == ["2", "4", "6", "8"]

    def test_steps_that_are_done_again_are_written_once(self, tmp_path):
        """A run that is killed after its last state was saved repeats some steps."""
        path = tmp_path / "a.csv"
        for first, last in ((0, 6), (2, 8)):
            log = Log(path, total=8, every=2, first=first)
            for step in range(first, last):
                log.row(step, seconds=step, loss=torch.tensor(float(first)))
        assert [r["step"] for r in self.rows(path)] == ["2", "4", "6", "8"]
        assert [float(r["loss"]) for r in self.rows(path)] == [0, 2, 2, 2]

    @pytest.mark.parametrize("content", ["", "step;seconds\n2;1,5\n", "notes\n", "step,loss\n2.0,1\n"])
    def test_a_log_that_something_else_has_written_is_named(self, tmp_path, content):
        """A spreadsheet saves with other separators and numbers."""
        path = tmp_path / "a.csv"
        path.write_text(content)
        if not content:  # a run that was stopped before its first line
            Log(path, total=2, first=2)
            return
        with pytest.raises(LabError, match=r"a\.csv is not the log of a run: move it away"):
            Log(path, total=2, first=2)
        assert path.read_text() == content

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
    def test_a_log_saved_in_another_encoding_is_named(self, tmp_path, encoding):
        path = tmp_path / "a.csv"
        path.write_text("step,seconds,loss\n2,1,5\n", encoding)
        with pytest.raises(LabError, match=r"a\.csv is not the log of a run: move it away"):
            Log(path, total=2, first=2)

    def test_a_quarter_nobody_drew(self, tmp_path):
        log = Log(tmp_path / "a.csv", total=2, every=2)
        for step in range(2):
            log.row(step, seconds=0, loss=torch.tensor(math.nan))
        assert self.rows(tmp_path / "a.csv")[0]["loss"] == "nan"
