"""Training of the text tower and of the evaluator: captions and motions that belong together attract.

InfoNCE in both directions (Radford et al. 2021; Petrovich et al. 2023). Two samples of one label ("walk",
"proud") say the same thing, so neither is a negative of the other.
"""

import time

import torch
from torch import Tensor
from torch.nn import functional

from labkit import motion
from labkit.evaluator import Evaluator, MotionTower
from labkit.precision import autocast
from labkit.text import TextTower
from labkit.training.corpus import Corpus
from labkit.training.log import Log

TEMPERATURE = 0.07


def info_nce(text: Tensor, motions: Tensor, labels: list[str]) -> Tensor:
    """Symmetric contrastive loss of unit features (B, W) and (B, W); false negatives left out by label."""
    scores = text @ motions.T / TEMPERATURE  # (B, B)
    number = {label: i for i, label in enumerate(labels)}
    index = torch.tensor([number[label] for label in labels])
    same = index[:, None] == index[None, :]
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same.to(scores.device), -torch.inf)
    target = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


def train_towers(
    corpus: Corpus, d_text: int, steps: int, seed: int, log: Log, batch_size: int = 128, device: str = "cpu"
) -> Evaluator:
    """A text tower and a motion tower, trained together from scratch."""
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
        with autocast(device):
            text_features, motion_features = model.text_features(text), model.motion_features(x, mask)
        loss = info_nce(text_features.float(), motion_features.float(), batch.labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        log.row(step=step, loss=loss.detach(), seconds=time.monotonic() - start)
    return model.eval().requires_grad_(False)
