"""Training of a denoiser: the whole recipe on one page."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import roma
import torch
from torch import Tensor, nn
from torch.nn import functional

from labkit.body import Body, load_body
from labkit.diffusion import Schedule, ddpm_loss
from labkit.metrics.physical import FEET
from labkit.models import Denoiser, make_denoiser
from labkit.motion import LAYOUT, N_ROTATIONS, D
from labkit.paths import atomic_write
from labkit.precision import autocast
from labkit.text import TextFeatures, TextTower
from labkit.training import parallel
from labkit.training.corpus import Batch, Corpus
from labkit.training.log import Log

POSITION, VELOCITY = 0.1, 0.02  # metres, metres per frame
PLANTED = 0.01  # metres per frame: a foot slower than that stands
ROOT = slice(0, LAYOUT["rotations"].start)  # height, velocity, yaw


@dataclass(frozen=True)
class Recipe:
    """What the three networks have in common, so that only the way of conditioning differs."""

    T: int = 1000
    kind: str = "cosine"
    prediction_type: str = "sample"
    width: int = 256
    depth: int = 4
    heads: int = 4
    condition_dropout: float = 0.1
    batch_size: int = 32
    learning_rate: float = 6e-4
    warm_up: int = 100
    weight_decay: float = 0.01
    ema: float = 0.998
    velocity_weight: float = 0.2
    root_weight: float = 0.1
    joint_weight: float = 0.1
    joint_velocity_weight: float = 0.05
    foot_weight: float = 0.1
    seed: int = 0


def learning_rate(step: int, steps: int, recipe: Recipe) -> float:
    """Warm-up, then flat until half of the steps are done, then a cosine down to 1 %."""
    late = max(0.0, 2 * min(step / steps, 1) - 1)
    return (
        recipe.learning_rate
        * min(1, (step + 1) / recipe.warm_up)
        * (0.01 + 0.99 * math.cos(late * math.pi / 2) ** 2)
    )


def joint_errors(predicted: Tensor, real: Tensor, body: Body) -> tuple[Tensor, Tensor, Tensor]:
    """Squared errors of joints, of their velocities, and of the velocities of feet that should stand.

    predicted, real: x (B, F, D), not z-scored. Joints by forward kinematics of the rotations, seen in the
    heading frame; their velocities over the floor, the root's included (geometric losses of Tevet et al.
    2023, sec. 3). In units of POSITION and VELOCITY, about the deviations of real motion:
    (B, F), (B, F - 1), (B, F - 1).
    """

    def walk(x: Tensor) -> tuple[Tensor, Tensor]:
        columns = x[..., LAYOUT["rotations"]].unflatten(-1, (N_ROTATIONS, 2, 3)).mT
        root = torch.zeros_like(x[..., :3])
        joints = body.forward_kinematics(roma.special_gramschmidt(columns), root)  # (B, F, 24, 3)
        yaw, move = x[:, :-1, LAYOUT["yaw_velocity"]], x[:, :-1, LAYOUT["root_velocity"]]
        lift = x[..., LAYOUT["root_height"]].diff(dim=1)
        turn = roma.rotvec_to_rotmat(functional.pad(yaw, (2, 0)))  # (B, F - 1, 3, 3)
        step = torch.cat([move, lift], dim=-1)[..., None, :]
        return joints, joints[:, 1:] @ turn.mT + step - joints[:, :-1]

    (joints, velocity), (real_joints, real_velocity) = walk(predicted), walk(real)
    place = ((joints - real_joints) / POSITION).square().mean(-1)
    speed = ((velocity - real_velocity) / VELOCITY).square().mean(-1)
    slide = [speed[..., j] * (real_velocity[..., j, :].norm(dim=-1) < PLANTED) for j in FEET]
    return place.mean(-1), speed.mean(-1), torch.stack(slide).mean(0)


def loss_of(
    network: Denoiser,
    schedule: Schedule,
    tower: TextTower,
    body: Body,
    batch: Batch,
    t: Tensor,
    noise: Tensor,
    drop: Tensor,
    recipe: Recipe,
) -> tuple[Tensor, Tensor]:
    """The loss to minimise, a mean over samples, and eq. 14's plain loss of each (B,) to look at.

    t: (B,) steps. noise: (B, F, D), standard normal. drop: (B,) bool, True where the caption is withheld.
    """
    bare = getattr(network, "module", network)  # that of several processes is wrapped
    x0, mask = bare.normalizer(batch.x) * batch.mask[..., None], batch.mask
    with torch.no_grad():
        text = tower(batch.text)
    predictions = []

    def model(x_t: Tensor, t: Tensor) -> Tensor:
        with autocast(x_t.device):
            predictions.append(network(x_t, t, text, mask, drop))
        return predictions[-1].float()

    plain = ddpm_loss(model, schedule, x0, t, noise, mask)
    if recipe.prediction_type != "sample":
        return plain.mean(), plain.detach()
    # In units of how far x0 is from what could be said without learning (EDM's λ = 1/c_out²): every noise
    # level asks for as much as any other.
    weight = 1 / bare.filter.deviation(t).square().mean((1, 2))
    error = predictions[0].float() - x0
    # Steady hands: the differences from frame to frame should be right too.
    both = (mask[:, 1:] & mask[:, :-1])[..., None]
    velocity = (error.diff(dim=1) ** 2 * both).mean(-1).sum(-1) / both.sum((1, 2)).clamp(min=1)
    # Planted feet: the path and the heading are 4 of 205 numbers, but the whole body hangs on them.
    root = (error[..., ROOT] ** 2).mean(-1)
    root = (root * mask).sum(-1) / mask.sum(-1)
    # Rotations add up along the limbs: what counts in the end is where hands and feet are.
    unscored = bare.normalizer.inverse
    place, speed, slide = joint_errors(unscored(predictions[0].float()), unscored(x0), body)
    place = (place * mask).sum(-1) / mask.sum(-1)
    pairs = both.sum((1, 2)).clamp(min=1)
    speed, slide = ((error * both[..., 0]).sum(-1) / pairs for error in (speed, slide))
    extra = (
        recipe.velocity_weight * velocity
        + recipe.root_weight * root
        + recipe.joint_weight * place
        + recipe.joint_velocity_weight * speed
        + recipe.foot_weight * slide
    )
    return (weight * (plain + extra)).mean(), plain.detach()


class Run:
    """A training run in a folder: restartable from ``state.pt``, logged to ``<network>.csv``."""

    def __init__(
        self, network: str, corpus: Corpus, tower: TextTower, recipe: Recipe, folder: Path, device: str
    ):
        torch.manual_seed(recipe.seed)
        self.recipe, self.corpus, self.device, self.folder = recipe, corpus, device, folder
        self.schedule = Schedule(recipe.T, recipe.kind, recipe.prediction_type).to(device)
        self.tower, self.body = tower.to(device), load_body().to(device)
        self.network = make_denoiser(
            network, D, recipe.T, d_text=tower.width, width=recipe.width, depth=recipe.depth,
            heads=recipe.heads, condition_dropout=recipe.condition_dropout,
        ).to(device)  # fmt: skip
        self.network.normalizer.fit(corpus.rows().to(device))
        if recipe.prediction_type == "sample":  # what the filter estimates
            scored = [self.network.normalizer(s.x.to(device)) for s in corpus.samples]
            self.network.filter.fit(scored, self.schedule.alphas_cumprod)
        self.ema = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), betas=(0.9, 0.99), weight_decay=recipe.weight_decay
        )
        self.step, self.seconds = 0, 0.0
        self.state_file = folder / "state.pt"
        if self.state_file.is_file():
            self.load_state()

    def load_state(self) -> None:
        state = torch.load(self.state_file, weights_only=True, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def save_state(self) -> None:
        state = dict(
            network=self.network.state_dict(),
            ema=self.ema.state_dict(),
            optimizer=self.optimizer.state_dict(),
            step=self.step,
            seconds=self.seconds,
        )
        with atomic_write(self.state_file) as temporary:
            torch.save(state, temporary)

    def train(
        self,
        steps: int,
        save_every: int = 250,
        look: Callable[["Run"], None] | None = None,
        look_every: int = 1000,
    ) -> None:
        """Go on until `steps` steps are done in all, saving the state as it goes.

        look: called every `look_every` steps, to draw what the network can do by then.
        With several processes each draws the whole batch and all its chances, and takes its own rows.
        """
        recipe, first = self.recipe, parallel.rank() == 0
        B, mine = recipe.batch_size, parallel.share(recipe.batch_size)
        generator = torch.Generator().manual_seed(recipe.seed + self.step)  # a restart draws new batches
        batches = self.corpus.batches(B, generator)
        log = Log(self.folder / f"{self.network.network}.csv", steps, first=self.step) if first else None
        network = parallel.averaging(self.network.train())
        last = time.monotonic()
        while self.step < steps:
            batch = next(batches)
            # One step from each of B equal parts of the schedule: the same distribution, less luck.
            u = (torch.randperm(B, generator=generator) + torch.rand(B, generator=generator)) / B
            t = to_device((u * recipe.T).long(), self.device)
            noise = to_device(torch.randn(batch.x.shape, generator=generator)[mine], self.device)
            drop = to_device(torch.rand(B, generator=generator)[mine] < recipe.condition_dropout, self.device)
            loss, plain = loss_of(
                network, self.schedule, self.tower, self.body, rows_of(batch, mine, self.device),
                t[mine], noise, drop, recipe,
            )  # fmt: skip
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(self.step, steps, recipe)
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimizer.step()
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
            if look and self.step % look_every == 0:
                look(self)
                last = time.monotonic()

    def config(self) -> dict:
        """What rebuilds the network and its schedule."""
        return dict(kind=self.network.network, model=self.network.config, schedule=self.schedule.config)

    def facts(self) -> dict:
        """What was done, for the checkpoint's header."""
        return dict(
            asdict(self.recipe), steps=self.step, hours=round(self.seconds / 3600, 2), device=self.device,
            processes=parallel.world_size(), motions=len(self.corpus.samples),
        )  # fmt: skip


def to_device(values: Tensor, device: str) -> Tensor:
    """Copied while the processor goes on: from pinned memory a GPU fetches by itself."""
    if device.startswith("cuda"):
        values = values.pin_memory()
    return values.to(device, non_blocking=True)


def rows_of(batch: Batch, rows: slice, device: str) -> Batch:
    """Some samples of a batch, on a device."""
    text = batch.text[rows]
    text = TextFeatures(*(to_device(part, device) for part in (text.tokens, text.mask, text.pooled)))
    x, mask = to_device(batch.x[rows], device), to_device(batch.mask[rows], device)
    return Batch(x, mask, text, batch.facts[rows], batch.captions[rows])


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    """An average over the last steps' weights, which draws better than any one of them."""
    for average, value in zip(ema.parameters(), network.parameters()):
        average.lerp_(value, 1 - decay)


def by_quarter(plain: Tensor, t: Tensor, T: int) -> dict[str, Tensor]:
    """The plain loss in each quarter of the schedule, from least to most noise; nan where there is none."""
    quarter = t * 4 // T
    return {f"loss_{q + 1}": torch.where(quarter == q, plain, math.nan).nanmean() for q in range(4)}
