"""Training of a denoiser.

Letters: B batch, F frames, D features of a frame, J joints, T diffusion steps.
"""

import copy
import math
import pickle
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from labkit.body import Body, load_body
from labkit.device import autocast
from labkit.diffusion import Schedule, ddpm_loss, shifted
from labkit.models import Denoiser, make_denoiser
from labkit.motion import D
from labkit.paths import UNREADABLE, LabError, atomic_write
from labkit.text import TextFeatures, TextTower
from labkit.training import parallel
from labkit.training.corpus import Corpus, TrainingBatch
from labkit.training.log import Log
from labkit.training.losses import geometric_losses, root_loss, trajectory_loss, velocity_loss


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of the three networks, which differ only in their conditioning.

    T, kind, prediction_type: of `Schedule`. patch_size: frames per token. width, depth, heads,
    condition_dropout: of `BaseDiT`. batch_size: B.
    learning_rate, muon_learning_rate: peaks, of AdamW and of Muon. warm_up: steps until the peak.
    weight_decay: of both.
    ema: decay of the exponential moving average of the weights, less in the first steps.
    velocity_weight, root_weight, trajectory_weight: of `velocity_loss`, `root_loss` and `trajectory_loss`.
    joint_weight, joint_velocity_weight, foot_contact_weight: of the three `geometric_losses`. All are
    relative to the plain loss, and used for x0 prediction only.
    shift: how far the timesteps of training are shifted towards noise, see `stratified_timesteps`; 1 is
    uniform.
    seed: of weights, batches and noise.
    """

    T: int = 1000
    kind: str = "cosine"
    prediction_type: str = "sample"
    patch_size: int = 4
    width: int = 256
    depth: int = 4
    heads: int = 4
    condition_dropout: float = 0.1
    batch_size: int = 64
    learning_rate: float = 6e-4
    muon_learning_rate: float = 0.008
    warm_up: int = 100
    weight_decay: float = 0.01
    ema: float = 0.999
    velocity_weight: float = 0.2
    root_weight: float = 0.1
    trajectory_weight: float = 0.01
    joint_weight: float = 0.1
    joint_velocity_weight: float = 0.003
    foot_contact_weight: float = 0.006
    shift: float = 4.0
    seed: int = 0


def learning_rate_factor(step: int, steps: int, warm_up: int) -> float:
    """Factor of the learning rate at `step` of `steps`: 0 to 1.

    Linear warm-up over `warm_up` steps, constant until half of the steps are done, then a cosine down to 1 %.
    """
    late = max(0.0, 2 * min(step / steps, 1) - 1)
    return min(1, (step + 1) / warm_up) * (0.01 + 0.99 * math.cos(late * math.pi / 2) ** 2)


def make_optimizers(denoiser: Denoiser, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for all other weights → the two, in this order.

    Muon (Jordan et al. 2024) orthogonalises the momentum of each matrix, so that all directions get updates
    of the same size. Raises LabError where torch is too old to have it.
    """
    if not hasattr(torch.optim, "Muon"):
        raise LabError(f"training needs torch 2.9 or later, this is {torch.__version__}: update torch")
    hidden = [p for p in denoiser.dit.blocks.parameters() if p.ndim == 2]
    inside = set(map(id, hidden))
    others = [p for p in denoiser.parameters() if id(p) not in inside]
    decay = recipe.weight_decay
    return [
        torch.optim.Muon(hidden, lr=recipe.muon_learning_rate, weight_decay=decay),
        torch.optim.AdamW(others, lr=recipe.learning_rate, betas=(0.9, 0.99), weight_decay=decay),
    ]


@dataclass(frozen=True)
class Objective:
    """The training loss, with the schedule, text tower and body that it needs."""

    recipe: Recipe
    schedule: Schedule
    tower: TextTower
    body: Body

    def __call__(
        self, denoiser: nn.Module, batch: TrainingBatch, t: Tensor, noise: Tensor, drop: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The mean loss of the batch, a scalar; for logging, the plain loss of each sample (B,), detached.

        The plain loss is `ddpm_loss`. For x0 prediction the losses of labkit.training.losses are added, the
        geometric ones on every fourth sample, and each sample is weighted by 1 / c_out² at its t.
        denoiser: a `Denoiser`, or one wrapped for several processes. batch: B motions, not z-scored. t: (B,)
        int64 steps. noise: (B, F, D), standard normal. drop: (B,) bool, True where the caption is withheld.
        """
        recipe = self.recipe
        bare: Any = getattr(denoiser, "module", denoiser)
        x0, mask = bare.normalizer(batch.x) * batch.mask[..., None], batch.mask  # (B, F, D), (B, F)
        with torch.no_grad():
            text = self.tower(batch.text)
        predictions = []

        def model(x_t: Tensor, t: Tensor) -> Tensor:
            with autocast(x_t.device):
                predictions.append(denoiser(x_t, t, text, mask, drop))  # (B, F, D)
            return predictions[-1].float()

        plain = ddpm_loss(model, self.schedule, x0, t, noise, mask)  # (B,)
        if recipe.prediction_type != "sample":
            return plain.mean(), plain.detach()
        prediction = predictions[0].float()  # (B, F, D)
        error = prediction - x0  # (B, F, D)
        # EDM's λ = 1 / c_out² (Karras et al. 2022, sec. 5) gives all noise levels about the same weight.
        weight = 1 / bare.filter.deviation(t).square().mean((1, 2))  # (B, 1, D), then (B,)
        unnormalized = bare.normalizer.inverse
        loss = (
            plain
            + recipe.velocity_weight * velocity_loss(error, mask)
            + recipe.root_weight * root_loss(error, mask)
            + recipe.trajectory_weight * trajectory_loss(unnormalized(prediction), unnormalized(x0), mask)
        )  # (B,)
        loss = (weight * loss).mean()  # a scalar
        # Forward kinematics is expensive, so only every fourth sample is used.
        some = slice(None, None, 4)
        position, joint_velocity, foot_contact = geometric_losses(
            unnormalized(prediction[some]), unnormalized(x0[some]), mask[some], self.body
        )  # (⌈B / 4⌉,) each
        geometric = (
            recipe.joint_weight * position
            + recipe.joint_velocity_weight * joint_velocity
            + recipe.foot_contact_weight * foot_contact
        )  # (⌈B / 4⌉,)
        return loss + (weight[some] * geometric).mean(), plain.detach()


def stratified_timesteps(B: int, T: int, generator: torch.Generator, shift: float = 1.0) -> Tensor:
    """B timesteps in random order, one from each of B equal parts of 0 to T - 1 → (B,) int64: lower variance.

    shift: 1 for uniform timesteps; greater values shift them towards noise, see `shifted`.
    """
    u = (torch.randperm(B, generator=generator) + torch.rand(B, generator=generator)) / B  # (B,)
    return (shifted(u, shift) * T).long().clamp(max=T - 1)  # in float32 (31 + 0.99999994) / 32 rounds to 1


class Run:
    """A training run in a folder: restartable from ``state.pt``, logged to ``<network>.csv``.

    network: a key of `NETWORKS`. tower: the text tower, which stays frozen. device: "cpu" or "cuda".
    origin: digests of the run's inputs by name ("set of sources", "text tower"). Raises LabError where the
    folder has a state with other inputs or another recipe, or a damaged one.
    """

    def __init__(
        self,
        network: str,
        corpus: Corpus,
        tower: TextTower,
        recipe: Recipe,
        folder: Path,
        device: str,
        origin: dict[str, str] | None = None,
    ):
        torch.manual_seed(recipe.seed)
        self.recipe, self.corpus, self.device, self.folder = recipe, corpus, device, folder
        self.origin = origin or {}
        schedule = Schedule(recipe.T, recipe.kind, recipe.prediction_type).to(device)
        self.objective = Objective(recipe, schedule, tower.to(device), load_body().to(device))
        self.network = make_denoiser(
            network, D, recipe.T, recipe.patch_size, d_text=tower.width, width=recipe.width,
            depth=recipe.depth, heads=recipe.heads, condition_dropout=recipe.condition_dropout,
        ).to(device)  # fmt: skip
        self.network.normalizer.fit(corpus.rows().to(device))
        if recipe.prediction_type == "sample":  # what the filter estimates
            normalized = [self.network.normalizer(s.x.to(device)) for s in corpus.samples]
            self.network.filter.fit(normalized, schedule.alphas_cumprod)
        self.ema = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizers = make_optimizers(self.network, recipe)
        self.step, self.seconds = 0, 0.0
        self.state_file = folder / "state.pt"
        if self.state_file.is_file():
            self.load_state()

    def load_state(self) -> None:
        """Continue from ``state.pt``. Raises LabError where its inputs, network or recipe are others."""
        state = read_state(self.state_file)
        kept = dict(state["origin"], network=state["config"]["kind"], recipe=state["recipe"])
        own = dict(self.origin, network=self.network.network, recipe=asdict(self.recipe))
        for name, value in own.items():
            if kept.get(name) != value:
                raise LabError(
                    f"{self.folder} was begun with another {name}: choose another folder with --out, or "
                    f"remove {self.state_file} to start anew"
                )
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        self.step, self.seconds = state["step"], state["seconds"]

    def save_state(self) -> None:
        """Write weights, optimizers and steps done to ``state.pt``. Raises LabError where that fails."""
        state = dict(
            recipe=asdict(self.recipe),
            origin=self.origin,
            config=self.config(),
            network=self.network.state_dict(),
            ema=self.ema.state_dict(),
            optimizers=[optimizer.state_dict() for optimizer in self.optimizers],
            step=self.step,
            seconds=self.seconds,
        )
        with atomic_write(self.state_file) as temporary:
            torch.save(state, temporary)

    def train(
        self,
        steps: int,
        save_every: int = 250,
        callback: Callable[["Run"], None] | None = None,
        callback_every: int = 1000,
    ) -> None:
        """Train until step `steps`, saving the state every `save_every` steps and at the end.

        callback: called with this run every `callback_every` steps, in the first process. With several
        processes, each samples the whole batch and all random numbers, and computes its own rows. Raises
        LabError where the batch cannot be shared equally.
        """
        recipe, first = self.recipe, parallel.rank() == 0
        B, mine = recipe.batch_size, parallel.share(recipe.batch_size)
        generator = torch.Generator().manual_seed(recipe.seed + self.step)  # a restart has new batches
        batches = self.corpus.batches(B, generator)
        log = Log(self.folder / f"{self.network.network}.csv", steps, first=self.step) if first else None
        network = parallel.averaging(self.network.train())
        last = time.monotonic()
        while self.step < steps:
            batch = next(batches)
            t = to_device(stratified_timesteps(B, recipe.T, generator, recipe.shift), self.device)
            noise = to_device(torch.randn(batch.x.shape, generator=generator)[mine], self.device)
            drop = to_device(torch.rand(B, generator=generator)[mine] < recipe.condition_dropout, self.device)
            loss, plain = self.objective(network, rows_of(batch, mine, self.device), t[mine], noise, drop)
            self.network.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            factor = learning_rate_factor(self.step, steps, recipe.warm_up)
            for optimizer, rate in zip(self.optimizers, (recipe.muon_learning_rate, recipe.learning_rate)):
                for group in optimizer.param_groups:
                    group["lr"] = factor * rate
                optimizer.step()
            update_ema(self.ema, self.network, min(recipe.ema, (1 + self.step) / (10 + self.step)))
            self.step += 1
            now = time.monotonic()
            self.seconds, last = self.seconds + now - last, now
            plain = parallel.gather(plain)
            if not first:
                continue
            log.row(step=self.step - 1, seconds=self.seconds, **by_quarter(plain, t, recipe.T))
            if self.step % save_every == 0 or self.step == steps:
                self.save_state()
            if callback and self.step % callback_every == 0:
                callback(self)
                last = time.monotonic()

    def config(self) -> dict:
        """The configuration of the network and its schedule."""
        schedule = self.objective.schedule.config
        return dict(kind=self.network.network, model=self.network.config, schedule=schedule)

    def facts(self) -> dict:
        """Facts about the training, for the checkpoint's header."""
        return dict(
            asdict(self.recipe), steps=self.step, hours=round(self.seconds / 3600, 2), device=self.device,
            processes=parallel.world_size(), motions=len(self.corpus.samples),
        )  # fmt: skip


def read_state(path: Path) -> dict:
    """The state of a run. Raises LabError where the file is damaged, or no state of this version."""
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
        missing = {"recipe", "origin", "config", "ema", "step"} - state.keys()
    except (*UNREADABLE, pickle.UnpicklingError) as error:
        raise LabError(f"{path} is damaged ({type(error).__name__}): remove it to start anew") from error
    if missing:
        raise LabError(f"{path} is of an older version of labkit: remove it to start anew")
    return state


def to_device(values: Tensor, device: str) -> Tensor:
    """The values on `device`; asynchronously copied to a GPU, from pinned memory."""
    if device.startswith("cuda"):
        values = values.pin_memory()
    return values.to(device, non_blocking=True)


def rows_of(batch: TrainingBatch, rows: slice, device: str) -> TrainingBatch:
    """The samples `rows` of a batch, on a device."""
    text = batch.text[rows]
    text = TextFeatures(*(to_device(part, device) for part in (text.tokens, text.mask, text.pooled)))
    x, mask = to_device(batch.x[rows], device), to_device(batch.mask[rows], device)
    return TrainingBatch(x, mask, text, batch.facts[rows], batch.captions[rows])


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    """Update the weights of `ema`, in place: ema ← decay · ema + (1 − decay) · network.

    Samples of the averaged weights are better than those of the last ones (Ho et al. 2020, app. B uses
    0.9999).
    """
    for average, value in zip(ema.parameters(), network.parameters()):
        average.lerp_(value, 1 - decay)


def by_quarter(plain: Tensor, t: Tensor, T: int) -> dict[str, Tensor]:
    """Mean plain loss in each quarter of the schedule, from least to most noise; NaN where there is none.

    plain: (B,). t: (B,) int64. The keys are "loss_1" to "loss_4", the values scalar tensors.
    """
    quarter = t * 4 // T  # (B,), 0 to 3
    return {f"loss_{q + 1}": torch.where(quarter == q, plain, math.nan).nanmean() for q in range(4)}
