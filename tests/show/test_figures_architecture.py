"""Diagrams can be read, and curves are what was measured."""

import itertools

import pytest
import torch
from matplotlib.patches import FancyBboxPatch

from labkit.models import NETWORKS
from labkit.show.figures import architecture
from labkit.show.figures.style import NETWORK_LABELS

DIAGRAMS = ("skeleton", *NETWORKS)


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("name", DIAGRAMS)
def test_words_stay_in_their_boxes_and_off_each_other(name):
    figure = getattr(architecture, name)()
    figure.canvas.draw()
    ax = figure.axes[0]
    words = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for a, b in itertools.combinations(words, 2):
        assert not a.overlaps(b)
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    for patch in boxes:
        if patch.get_linestyle() in (":", "dotted"):
            continue  # the border of a block
        around = patch.get_window_extent()
        inside = [w for w in words if w.overlaps(around)]
        assert len(inside) == 1
        assert around.x0 <= inside[0].x0 and inside[0].x1 <= around.x1
        assert around.y0 <= inside[0].y0 and inside[0].y1 <= around.y1


@pytest.mark.parametrize("name", DIAGRAMS)
def test_nothing_leaves_the_sheet(name):
    figure = getattr(architecture, name)()
    figure.canvas.draw()
    sheet = figure.bbox
    for artist in (*figure.axes[0].texts, *figure.axes[0].lines, *figure.axes[0].patches):
        box = artist.get_window_extent()
        assert sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1


@pytest.mark.parametrize("name", NETWORKS)
def test_diagrams_name_the_layers_that_the_blocks_have(tiny_network, name):
    said = " ".join(texts(getattr(architecture, name)())).replace("-\n", "_")
    for layer in (layer for layer, _ in tiny_network(name).blocks[0].named_children()):
        assert layer in said


def test_the_skeleton_marks_what_learners_write():
    marked = [text.removeprefix("✎ ") for text in texts(architecture.skeleton()) if text.startswith("✎ ")]
    assert {"cond_mapping", "backbone", "output_projection"} <= set(marked)


def test_noisy_shows_features_down_and_frames_across():
    x = torch.arange(12.0).reshape(4, 3)  # 4 frames, 3 features
    figure = architecture.noisy({"a": x, "b": -x})
    first, second = (ax.images[0].get_array() for ax in figure.axes[:2])
    assert first[2, 0] == 2 and first[0, 3] == 9 and first.shape == (3, 4)
    assert second[2, 3] == -11


def test_losses_are_running_means():
    values = [float(v) for v in (9, 3, 0, 6, 12)]
    figure = architecture.losses({"incontext": values, "adaln": values[:4]}, window=3)
    long, short = figure.axes[0].lines
    assert long.get_xdata().tolist() == [3, 4, 5]
    assert long.get_ydata().tolist() == pytest.approx([4, 3, 6])
    assert short.get_ydata().tolist() == pytest.approx([4, 3])
    assert [t.get_text() for t in figure.axes[0].get_legend().get_texts()] == [
        NETWORK_LABELS["incontext"],
        NETWORK_LABELS["adaln"],
    ]
