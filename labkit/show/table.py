"""The results table, as a notebook shows it."""

import html
from collections.abc import Sequence

from IPython.display import HTML

from labkit.paths import LabError
from labkit.scores import Scores
from labkit.show.figures.style import NETWORK_LABELS

BETTER = {
    "FD": "lower",
    "TMR-Score": "higher",
    "foot sliding": "lower",
    "jerk": "like real",
    "diversity": "like real",
    "multimodality": "like real",
    "penetration": "lower",
}
SHARES = (  # never below 0 or above 1
    "R1", "R2", "R3", "precision", "recall", "coverage", "TMR-Score", "content", "style", "left/right"
)  # fmt: skip
CELL = "padding:3px 14px;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"


def better(metric: str) -> str:
    """Which way this metric improves."""
    return next((way for start, way in BETTER.items() if metric.startswith(start)), "higher")


def cut(metric: str, low: float, high: float) -> tuple[float, float]:
    """An interval without what lies outside the metric's range."""
    return max(low, 0.0), min(high, 1.0) if metric.startswith(SHARES) else high


def results_table(rows: Sequence[Scores]) -> HTML:
    """Metrics downwards, rows across, 95 % intervals in small print, N in the header.

    Raises LabError unless all rows have the same N and metrics: they could not be compared.
    """
    if len({(row.N, tuple(row.metrics)) for row in rows}) != 1:
        raise LabError("rows of different N or metrics do not belong in one table: evaluate them alike")

    def cell(metric: str, row: Scores) -> str:
        value, *interval = row.metrics[metric]
        digits = 3 if abs(value) < 10 else 0
        low, high = cut(metric, *interval)
        return (
            f'<td style="{CELL}">{value:.{digits}f}<br>'
            f'<span style="font-size:75%;opacity:.75">{low:.{digits}f} to {high:.{digits}f}</span></td>'
        )

    head = "".join(
        f'<th style="{CELL}">{html.escape(NETWORK_LABELS.get(row.name, row.name))}</th>' for row in rows
    )
    lines = [
        f'<tr><th style="{CELL};text-align:left">{html.escape(metric)}'
        f'<br><span style="font-size:75%;opacity:.75;font-weight:400">{better(metric)} is better</span></th>'
        + "".join(cell(metric, row) for row in rows)
        + "</tr>"
        for metric in rows[0].metrics
    ]
    caption = (
        f"N = {rows[0].N} motions a column. Small print: 95 % interval at this N. TMR-Score is (cos + 1) / 2."
    )
    return HTML(
        f'<table style="border-collapse:collapse"><caption style="text-align:left">{caption}</caption>'
        f'<thead><tr><th style="{CELL};text-align:left">metric</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
