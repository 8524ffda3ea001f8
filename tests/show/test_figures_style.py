"""The figures' paper, lines and life span."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

from labkit.models import NETWORKS
from labkit.show.figures.style import (  # fmt: skip
    BLUE,
    GOLD,
    GREEN,
    INK,
    NETWORK_LABELS,
    NETWORK_LINES,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    SKY,
    axes,
)


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("colour", [INK, BLUE, ORANGE, GREEN, PURPLE, SKY, RED, GOLD])
def test_every_colour_can_be_seen_on_the_paper(colour):
    """WCAG 2.1, 1.4.11: graphics need a contrast of 3 to 1."""
    assert (luminance(PAPER) + 0.05) / (luminance(colour) + 0.05) >= 3


def test_networks_differ_by_more_than_colour():
    assert set(NETWORK_LABELS) == set(NETWORK_LINES) == set(NETWORKS)
    assert len({(line["linestyle"], line["marker"]) for line in NETWORK_LINES.values()}) == len(NETWORKS)


def test_pyplot_keeps_no_figure():
    figure, grid = axes(2, 3, width=5, height=4)
    assert grid.shape == (2, 3) and figure.get_size_inches().tolist() == [5, 4]
    assert plt.get_fignums() == []
