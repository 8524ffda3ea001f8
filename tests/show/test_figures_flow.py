"""Pictures of notebook 06 show the numbers that they are given, at the right place."""

import numpy as np
import torch

from labkit.show.figures import flow


def test_clouds_show_all_points_over_the_data():
    points = {f"panel {n}": torch.randn(7, 2) for n in range(6)}
    figure = flow.clouds(points, torch.randn(9, 2))
    assert [ax.get_title() for ax in figure.axes] == list(points)
    data, some = figure.axes[5].lines
    assert len(data.get_xdata()) == 9
    np.testing.assert_allclose(np.transpose(some.get_data()), points["panel 5"])


def test_a_path_is_a_line_and_ends_in_a_dot():
    states = torch.randn(4, 3, 2)  # of 3 points
    _, *ways, ends = flow.paths({"a": states}, torch.randn(9, 2)).axes[0].lines
    assert len(ways) == 3
    np.testing.assert_allclose(np.transpose(ways[1].get_data()), states[:, 1])
    np.testing.assert_allclose(np.transpose(ends.get_data()), states[-1])


def test_measures_by_calls_have_intervals_and_the_value_of_real_motion():
    values = {"jerk": {"DDIM": [(3, 2, 4), (2, 1, 3)], "flow": [(5, 4, 6), (1, 0, 2)]}}
    values["R@3"] = {"DDIM": [(0.1, 0, 0.2), (0.5, 0.4, 0.6)]}
    figure = flow.by_calls([2, 8], values, {"jerk": "like real", "R@3": "higher is better"}, {"jerk": 1.5})
    jerk, recall = figure.axes
    assert jerk.get_title() == "jerk (like real)" and recall.get_title() == "R@3 (higher is better)"
    ddim, flowing, real = jerk.lines
    assert (list(ddim.get_xdata()), list(flowing.get_ydata())) == ([2, 8], [5, 1])
    assert set(real.get_ydata()) == {1.5} and len(recall.lines) == 1
    band = jerk.collections[1].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0, 6)
