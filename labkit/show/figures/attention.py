"""Inside the denoisers: attention weights, and adaLN's scales and gates.

All values come from the network's own methods, so they show the learner's code.
Letters: B batch, H heads, N queries (or steps t), M keys, F frames, P frames of a token, L word pieces,
C captions, W width, T diffusion steps.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional

from labkit.models import BaseDiT, Denoiser
from labkit.models.base import Attention
from labkit.paths import LabError
from labkit.show.figures.style import FAINT, INK, LINES, ORANGE, axes, picture
from labkit.text import TextFeatures

# ----------------------------------------------------------------------------------------------------------
#                                               Recording
# ----------------------------------------------------------------------------------------------------------


def attention_weights(attention: Attention, x: Tensor, mask: Tensor, memory: Tensor | None = None) -> Tensor:
    """Attention of each query to each key: (B, H, N, M), rows of sum 1, zero where the mask is False.

    The arguments are those of ``Attention.forward``. mask may also be additive, 0 and −inf.
    """
    key, _ = attention.key_value(x if memory is None else memory).chunk(2, dim=-1)  # (B, M, W)
    return attention.weights(attention.query(x), key, mask)  # (B, H, N, M)


@contextmanager
def recorded(network: BaseDiT) -> Iterator[dict[str, Tensor]]:
    """What attention is given in a forward pass of one sample: (1, N, W) by name, while this context is open.

    Outputs of every LayerNorm by its name ("blocks.0.norm1"), those of several calls concatenated, and x and
    memory of every Attention ("blocks.0.attention.x"). A learner's code may do without either.
    """
    found: dict[str, Tensor] = {}

    def keep_output(name: str):
        def keep(module, given, output):
            rows = output.reshape(1, -1, output.shape[-1])  # (1, N, W)
            found[name] = torch.cat([found[name], rows], dim=1) if name in found else rows

        return keep

    def keep_arguments(name: str):
        def keep(module, args, kwargs, output):
            given = signature.bind(module, *args, **kwargs).arguments
            found.update(
                {f"{name}.{key}": given[key] for key in ("x", "memory") if given.get(key) is not None}
            )

        return keep

    signature, handles = inspect.signature(Attention.forward), []
    for name, module in network.named_modules():
        if isinstance(module, nn.LayerNorm):
            handles.append(module.register_forward_hook(keep_output(name)))
        if isinstance(module, Attention):
            handles.append(module.register_forward_hook(keep_arguments(name), with_kwargs=True))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def first_of(found: Mapping[str, Tensor], *names: str) -> Tensor:
    """The first of these that was recorded. Raises LabError where none was."""
    for name in names:
        if name in found:
            return found[name]
    raise LabError(f"this figure needs a call of {' or '.join(names)}: your code does both by hand")


def positions(tokens: Tensor, stream: Tensor) -> list[int]:
    """The position in the stream (N, W) of each of the tokens (n, W): the most similar row.

    Condition tokens may stand before the frames or after them: both are right.
    """
    return torch.cdist(tokens, stream).argmin(-1).tolist()


def condition_rows(dit: BaseDiT, t: Tensor, text: TextFeatures) -> Tensor:
    """Time, caption and words as `cond_mapping` is given them: (2 + L, W) of the first sample."""
    keep = torch.zeros(len(t), dtype=torch.bool, device=t.device)  # (B,)
    condition = dit.embed_condition(t, text, keep)
    return torch.cat([condition.time[:1], condition.pooled[:1], condition.tokens[0]])  # (2 + L, W)


@torch.no_grad()
def stream_weights(network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures) -> Tensor:
    """In-context attention to noisy x (1, F, D) at t (1,), of every block and head: (blocks, H, N, N).

    N = 2 + L + F/P, in the order time, caption, words, frames (P of them per token), independent of the
    network's own order.
    """
    dit: Any = network.dit
    with recorded(dit) as found:
        network(x, t, text)
    streams = [
        first_of(found, f"blocks.{i}.norm1", f"blocks.{i}.attention.x") for i in range(len(dit.blocks))
    ]  # (1, N, W) each
    given = streams[0][0]  # (N, W)
    first = positions(dit.blocks[0].norm1(condition_rows(dit, t, text)), given)
    order = first + [i for i in range(len(given)) if i not in first]
    mask = functional.pad(text.mask[:1], (2, len(given) - 2 - text.mask.shape[1]), value=True)  # (1, N)
    weights = [
        attention_weights(block.attention, stream[:, order], mask)[0]
        for block, stream in zip(dit.blocks, streams)
    ]  # (H, N, N) each
    return torch.stack(weights).cpu()  # (blocks, H, N, N)


@torch.no_grad()
def memory_weights(network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures) -> Tensor:
    """Cross-attention of noisy x (1, F, D) at t (1,), of every block and head: (blocks, H, F/P, 2 + L).

    A row is a token of P frames, `Denoiser.patch_size`. The memory's order is time, caption, words,
    independent of the network's own.
    """
    dit: Any = network.dit
    with recorded(dit) as found:
        network(x, t, text)
    memory = first_of(found, "memory_norm", "blocks.0.cross_attention.memory")  # (1, 2 + L, W)
    memory = memory[:, positions(dit.memory_norm(condition_rows(dit, t, text)), memory[0])]
    mask = functional.pad(text.mask[:1], (2, 0), value=True)  # (1, 2 + L)
    weights = [
        attention_weights(
            block.cross_attention,
            first_of(found, f"blocks.{i}.norm2", f"blocks.{i}.cross_attention.x"),
            mask,
            memory,
        )[0]
        for i, block in enumerate(dit.blocks)
    ]  # (H, F/P, 2 + L) each
    return torch.stack(weights).cpu()  # (blocks, H, F/P, 2 + L)


@torch.no_grad()
def modulations(network: Denoiser, t: Tensor, text: TextFeatures) -> Tensor:
    """adaLN's six vectors in every block, for each of C captions at each t (N,): (blocks, C, N, 6, W).

    Shift, scale, gate of attention, then of the mlp. They do not depend on the motion, so zeros are used.
    """
    dit: Any = network.dit
    found: list[list[Tensor]] = [[] for _ in dit.blocks]  # of a block, its calls: all samples, or one each
    handles = [
        block.modulation.register_forward_hook(lambda module, given, out, calls=calls: calls.append(out))
        for block, calls in zip(dit.blocks, found)
    ]
    captions = torch.arange(len(text), device=t.device).repeat_interleave(len(t))  # (C·N,)
    blank = torch.zeros(len(captions), 1, network.config["features"], device=t.device)  # (C·N, 1, D)
    try:
        network(blank, t.repeat(len(text)), text[captions])
    finally:
        for handle in handles:
            handle.remove()
    stacked = torch.stack([torch.cat(calls) for calls in found])  # (blocks, C·N, 6W)
    return stacked.reshape(len(dit.blocks), len(text), len(t), 6, -1).cpu()  # (blocks, C, N, 6, W)


# ----------------------------------------------------------------------------------------------------------
#                                                Pictures
# ----------------------------------------------------------------------------------------------------------

ALWAYS = ("⟨time⟩", "⟨caption⟩")  # the two condition tokens that stand before the words
WIDE = 6  # a condition token is drawn as wide as this many frames, to have room for its word


def _heat(ax: Axes, across: np.ndarray, down: np.ndarray, weights: np.ndarray):
    """A heat map, first row on top, of the square root of the weights, so that small ones are visible."""
    mesh = ax.pcolormesh(across, down, weights, cmap="Blues", norm=PowerNorm(0.5, 0), rasterized=True)
    ax.set_ylim(down[-1], down[0])
    ax.spines[:].set_visible(False)
    return mesh


def _bar(figure: Figure, mesh, panels) -> None:
    bar = figure.colorbar(mesh, ax=panels, shrink=0.6, aspect=28, pad=0.01)
    bar.set_label("attention", fontsize=9, color=INK)
    bar.ax.tick_params(labelsize=8, colors=INK)
    bar.outline.set_visible(False)


@picture
def stream(weights: Tensor, words: Sequence[str], patch_size: int = 1) -> Figure:
    """Token × token: of `stream_weights` (blocks, H, N, N), the head whose frames attend most to words.

    words: the L word pieces. patch_size: frames of a token. Rows are queries, columns keys. Condition tokens
    are drawn wider than frames.
    """
    n = len(ALWAYS) + len(words)
    frames = (weights.shape[-1] - n) * patch_size
    on_words = weights[:, :, n:, len(ALWAYS) : n].sum(-1).mean(-1)
    block, head = divmod(int(on_words.argmax()), weights.shape[1])
    edges = np.concatenate([WIDE * np.arange(n), WIDE * n + np.arange(0, frames + 1, patch_size)])

    figure, ax = axes(width=7.4, height=6.4)
    mesh = _heat(ax, edges, edges, weights[block, head].numpy())
    ax.axhline(WIDE * n, color=ORANGE, linewidth=1.5)
    ax.axvline(WIDE * n, color=ORANGE, linewidth=1.5)
    ticks = np.arange(20, frames, 20)
    at = [*(WIDE * (np.arange(n) + 0.5)), *(WIDE * n + ticks + 0.5)]
    labels = [*ALWAYS, *words, *(f"frame {k}" for k in ticks)]
    ax.set_xticks(at, labels, rotation=90, fontsize=8)
    ax.set_yticks(at, labels, fontsize=8)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set(xlabel="key (is attended to)", ylabel="query (attends)", aspect="equal")
    ax.set_title(f"Block {block + 1}, head {head + 1}: the head whose frames attend most to words", pad=8)
    _bar(figure, mesh, ax)
    return figure


def varied_head(weights: Tensor) -> tuple[int, int]:
    """The block and head whose attention to words varies most from frame to frame, numbers from 0.

    weights: `memory_weights` (blocks, H, F/P, 2 + L).
    """
    varied = weights[..., len(ALWAYS) :].std(2).sum(-1)  # (blocks, H)
    return divmod(int(varied.argmax()), weights.shape[1])


@picture
def lookup(panels: Mapping[str, Tensor], words: Sequence[str], patch_size: int = 1) -> Figure:
    """Word × frame: a heat map of each of the panels, {title: `memory_weights` (blocks, H, F/P, 2 + L)}.

    One head in all panels, the `varied_head` of the last: a mean over heads would level out what single heads
    do. Each column sums to 1. words: the L word pieces. patch_size: P, frames of a token.
    """
    block, head = varied_head(list(panels.values())[-1])
    labels = [*ALWAYS, *words]
    figure, grid = axes(1, len(panels), 7.6, 0.24 * len(labels) + 1.2, sharey=True, squeeze=False)
    top = max(float(w[block, head].max()) for w in panels.values())
    meshes = []
    for ax, (title, weights) in zip(grid[0], panels.items()):
        shown = weights[block, head].T.numpy()  # (2 + L, F/P)
        mesh = _heat(ax, np.arange(shown.shape[1] + 1) * patch_size, np.arange(len(labels) + 1), shown)
        mesh.set_clim(0, top)
        meshes.append(mesh)
        ax.axhline(len(ALWAYS), color=ORANGE, linewidth=1.5)
        ax.set_yticks(np.arange(len(labels)) + 0.5, labels, fontsize=9)
        ax.tick_params(axis="y", length=0)
        ax.set(xlabel="frame", title=title)
    figure.suptitle(f"Block {block + 1}, head {head + 1}", fontsize=10, color=INK)
    _bar(figure, meshes[0], list(grid[0]))
    return figure


SCALES_AND_GATES = {
    "scale before attention": 1, "gate of attention": 2, "scale before the mlp": 4, "gate of the mlp": 5,
}  # fmt: skip


@picture
def scales_and_gates(vectors: Tensor, t: Sequence[int]) -> Figure:
    """Size of adaLN's scales and gates at each step t (N,): a panel each, a line per block.

    vectors: `modulations` (blocks, C, N, 6, W). Height is the mean absolute value over captions and width.
    """
    figure, panels = axes(2, 2, 7.6, 4.6, sharex=True, sharey="row")
    for ax, (title, which) in zip(panels.T.flat, SCALES_AND_GATES.items()):
        height = vectors[:, :, :, which].abs().mean((1, 3))  # (blocks, N)
        for i, line in enumerate(height.numpy()):
            look = LINES[i % len(LINES)]
            ax.plot(t, line, label=f"block {i + 1}", markevery=3, markersize=4, linewidth=1.6, **look)
        ax.axhline(0, color=FAINT, linewidth=0.8)
        ax.set_title(title)
    for ax, name in zip(panels[:, 0], ("mean |scale|", "mean |gate|")):
        ax.set_ylabel(name)
    for ax in panels[1]:
        ax.set_xlabel("t  (little noise → only noise)")
    panels[1, 1].legend(fontsize=8, frameon=False)
    return figure


@picture
def caption_effect(vectors: Tensor, captions: Sequence[str], center: Tensor) -> Figure:
    """How similar captions are to adaLN: correlation of their scales and gates, caption × caption.

    vectors: `modulations` (blocks, C, 1, 6, W) at one step. center: the mean of `modulations` of many
    captions at that step, (blocks, 6, W), which is subtracted, since all captions have it in common. The mean
    of the few captions shown would not do: deviations from it sum to zero, and so correlate negatively.
    """
    own = (vectors[:, :, 0] - center[:, None])[:, :, [1, 2, 4, 5]]  # (blocks, C, 4, W)
    own = own.movedim(1, 0).flatten(1)  # (C, blocks · 4 · W)
    own = own / own.norm(dim=1, keepdim=True)  # the same shape
    correlation = (own @ own.T).numpy()  # (C, C)
    figure, ax = axes(width=6.4, height=0.36 * len(captions) + 1.0)
    mesh = ax.imshow(correlation, cmap="PuOr_r", vmin=-1, vmax=1)
    for (i, j), value in np.ndenumerate(correlation):
        ax.text(
            j,
            i,
            f"{value:.1f}",
            ha="center",
            va="center",
            fontsize=8,
            color=INK if abs(value) < 0.7 else "white",
        )
    ax.set_yticks(range(len(captions)), [f"{c}  ({i})" for i, c in enumerate(captions, 1)], fontsize=8)
    ax.set_xticks(range(len(captions)), [f"({i})" for i in range(1, len(captions) + 1)], fontsize=8)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    figure.colorbar(mesh, ax=ax, shrink=0.8).set_label("correlation", fontsize=9, color=INK)
    return figure
