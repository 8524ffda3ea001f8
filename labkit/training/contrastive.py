"""Training of the text tower and of the evaluator: contrastive, on pairs of a caption and its motion.

InfoNCE in both directions (Radford et al. 2021; Petrovich et al. 2023). A caption that may be true of another
motion of the batch is not used as its negative ("a person walks" is true of every walk). A caption with left
or right has a hard negative: the same caption with the sides swapped.
Letters: B batch, W width of the features, S captions with swapped sides.
"""

import time
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from labkit import motion
from labkit.dataset import mirror_caption
from labkit.device import autocast
from labkit.evaluator import Evaluator, MotionTower
from labkit.text import TextTower
from labkit.training.corpus import Corpus, Facts, TrainingBatch, may_be_true, stated
from labkit.training.log import Log

TEMPERATURE = 0.07


def info_nce(
    text: Tensor,
    motions: Tensor,
    true: Tensor,
    swapped: Tensor | None = None,
    swapped_true: Tensor | None = None,
) -> Tensor:
    """Symmetric InfoNCE loss of features of length 1 → a scalar. Row i of text and of motions is a pair.

    Radford et al. 2021, fig. 3, with the constant temperature TEMPERATURE.
    text, motions: (B, W). true: (B, B) bool, True where text i may be true of motion j: not a negative pair.
    swapped: (S, W), features of S further texts, used as negatives of motion j except where swapped_true
    (S, B) bool is True. swapped_true is needed with swapped.
    """
    scores = text @ motions.T / TEMPERATURE  # (B, B)
    own = torch.eye(len(scores), dtype=torch.bool, device=scores.device)  # (B, B)
    scores = scores.masked_fill(true.to(scores.device) & ~own, -torch.inf)  # (B, B)
    of_motion = scores.T  # (B, B), a row per motion
    if swapped is not None and len(swapped):
        hard = swapped @ motions.T / TEMPERATURE  # (S, B)
        hard = hard.masked_fill(swapped_true.to(scores.device), -torch.inf)  # (S, B)
        of_motion = torch.cat([of_motion, hard.T], dim=1)  # (B, B + S)
    target = torch.arange(len(scores), device=scores.device)  # (B,)
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(of_motion, target)) / 2


def truth(claims: Sequence[Facts], of: Sequence[Facts]) -> Tensor:
    """Whether each of S captions (rows) may be true of each of B motions (columns) → (S, B) bool."""
    return torch.tensor([[may_be_true(a, b) for b in of] for a in claims], dtype=torch.bool).reshape(
        len(claims), len(of)
    )


def swap(batch: TrainingBatch) -> tuple[list[str], list[Facts]]:
    """The captions of a batch that name a side, with left and right swapped → S captions and their facts."""
    captions, claims = [], []
    for caption, of in zip(batch.captions, batch.facts):
        other = mirror_caption(caption)
        if other != caption and of.side:
            captions.append(other)
            claims.append(stated(caption, of)._replace(side=mirror_caption(of.side)))
    return captions, claims


def train_towers(
    corpus: Corpus, d_text: int, steps: int, seed: int, log: Log, batch_size: int = 128, device: str = "cpu"
) -> Evaluator:
    """Train a text tower and a motion tower together, from scratch → the Evaluator, in inference mode.

    d_text: features of a text token. steps: of AdamW, with one-cycle learning rate. seed: of weights, batches
    and dropout. log: gets a row per step. batch_size: B. device: "cpu" or "cuda".
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Evaluator(TextTower(d_text), MotionTower(motion.D)).to(device)
    model.motion.normalizer.fit(corpus.rows())
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-4, total_steps=steps, pct_start=0.1)
    batches = corpus.batches(batch_size, generator)
    model.train()
    start = time.monotonic()
    for step in range(steps):
        batch = next(batches)
        x, mask, text = batch.x.to(device), batch.mask.to(device), batch.text.to(device)
        captions, claims = swap(batch)
        with autocast(device):
            text_features, motion_features = model.text_features(text), model.motion_features(x, mask)
            hard = model.text_features(corpus.captions(captions).to(device)).float() if captions else None
        true = truth([stated(c, of) for c, of in zip(batch.captions, batch.facts)], batch.facts)
        loss = info_nce(
            text_features.float(), motion_features.float(), true, hard, truth(claims, batch.facts)
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        log.row(step=step, loss=loss.detach(), seconds=time.monotonic() - start)
    return model.eval().requires_grad_(False)
