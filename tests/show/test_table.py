"""The results table as a notebook shows it."""

from xml.etree import ElementTree

import pytest

from labkit.paths import LabError
from labkit.scores import PHYSICAL, Scores
from labkit.show.table import better, results_table

METRICS = {"FD": (0.1234, -0.02, 0.15), "R3 of 32": (0.95, 0.8, 1.04), "jerk m/s³": (412.6, 400.1, 420.9)}


def cells(table) -> list[list[str]]:
    """The words of every cell, read by an XML parser."""
    root = ElementTree.fromstring(table.data.replace("<br>", " "))
    return [["".join(cell.itertext()) for cell in line] for line in root.iter("tr")]


def test_numbers_and_intervals():
    head, *lines = cells(
        results_table([Scores("real", 64, METRICS), Scores("<b>", 64, METRICS), Scores("adaln", 64, METRICS)])
    )
    assert head == ["metric", "real", "<b>", "adaLN"]
    assert [line[0].split(" ")[0] for line in lines] == ["FD", "R3", "jerk"]
    assert lines[0][1] == lines[0][2] == "0.123 0.000 to 0.150"  # no distance is below 0
    assert lines[1][1] == "0.950 0.800 to 1.000"  # no share above 1
    assert lines[2][1] == "413 400 to 421"


def test_says_how_many_motions_it_is_about():
    assert "N = 64 " in results_table([Scores("real", 64, METRICS)]).data


def test_rows_that_cannot_be_compared():
    for other in (Scores("x", 128, METRICS), Scores("x", 64, {"FD": (1, 1, 1)})):
        with pytest.raises(LabError, match="do not belong in one table"):
            results_table([Scores("real", 64, METRICS), other])


def test_directions():
    ways = [better(m) for m in ("FD", "TMR-Score", "R1 of 16", "coverage", *PHYSICAL)]
    assert ways == ["lower", "higher", "higher", "higher", "lower", "like real", "lower"]
