"""Pictures of notebook 05 show the numbers that they are given, at the right place."""

import numpy as np

from labkit.motion import FPS
from labkit.show.figures import editing


def test_training_curve_averages_over_its_window():
    figure = editing.training_curve(np.arange(1.0, 101.0), window=10)
    each, mean = figure.axes[0].lines
    assert len(each.get_ydata()) == 100 and len(mean.get_ydata()) == 91
    np.testing.assert_allclose(mean.get_ydata()[0], 5.5)  # of 1 … 10
    assert mean.get_xdata()[0] == 5


def test_during_training_divides_the_first_by_the_second():
    errors = {"newest": [4.0, 2.0], "average": [6.0, 1.0]}
    figure = editing.during_training([40, 80], errors, ("average", "newest"))
    left, right = figure.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[4.0, 2.0], [6.0, 1.0]]
    assert list(right.lines[0].get_xdata()) == [40, 80] and list(right.lines[0].get_ydata()) == [1.5, 0.5]
    assert right.get_title() == "average / newest"


def test_sweep_has_a_panel_a_measure_with_its_interval():
    values = {"R3": [(0.5, 0.4, 0.6), (0.7, 0.6, 0.9)], "FD": [(3.0, 2.0, 4.0), (1.0, 0.5, 2.0)]}
    figure = editing.sweep([1.0, 2.0], values, "s", dict(R3="higher", FD="lower"))
    assert [ax.get_title() for ax in figure.axes] == ["R3 (higher is better)", "FD (lower is better)"]
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), [3.0, 1.0])
    low, high = (f(figure.axes[1].collections[0].get_paths()[0].vertices[:, 1]) for f in (np.min, np.max))
    assert (low, high) == (0.5, 4.0)


def test_seams_are_in_seconds():
    figure = editing.seams({"a": np.ones(20), "b": np.full(20, 2.0)}, (FPS, 2 * FPS))
    first, second, a, b = figure.axes[0].lines
    assert (first.get_xdata()[0], second.get_xdata()[0]) == (1.0, 2.0)
    assert a.get_xdata()[0] == 1.5 / FPS and set(b.get_ydata()) == {2.0}  # the middle of four frames


def test_histograms_have_the_area_of_a_density():
    line = np.linspace(-3, 3, 50)
    figure = editing.histograms(
        {"a": np.random.default_rng(0).normal(size=500)}, (line, np.exp(-(line**2))), "x"
    )
    bars = figure.axes[0].patches
    np.testing.assert_allclose(sum(bar.get_height() * bar.get_width() for bar in bars), 1.0)
