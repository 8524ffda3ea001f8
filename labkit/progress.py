"""Progress bars: on stderr in a terminal; in a notebook one output, which is empty when the loop has ended.

There, tqdm's own bars would stay in the saved file: as red text, or as a widget that exports show at 0 %.
"""

import html
import io
import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


class _Output(io.TextIOBase):
    """A notebook output that shows the line written last; one for all bars of a cell."""

    handles: dict[int, Any] = {}  # the output of the cell that runs, by its number

    def write(self, text: str) -> int:
        from IPython import get_ipython
        from IPython.display import display

        line, cell = text.strip(), get_ipython().execution_count  # tqdm writes "\r" and pads with spaces
        shown = {"text/plain": line, "text/html": f"<pre>{html.escape(line)}</pre>" if line else ""}
        if cell in self.handles:
            self.handles[cell].update(shown, raw=True)
        elif line:
            self.handles.clear()
            self.handles[cell] = display(shown, raw=True, display_id=True)
        return len(text)


def in_kernel() -> bool:
    """Whether this is a notebook's kernel; IPython is not imported to find out."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None


def bar(
    iterable: Iterable, label: str, show: bool = True, total: int | None = None, unit: str = "it"
) -> Iterable:
    """Iterate over `iterable` beside a progress bar, which appears after half a second.

    show: False for no bar. total: the number of items where `iterable` has no length.
    """
    in_notebook = in_kernel()
    return tqdm(
        iterable, label, total, disable=not show, unit=unit, delay=0.5, mininterval=0.2,
        miniters=1,  # or tqdm's monitor thread would write, which has no cell to write to
        leave=not in_notebook, file=_Output() if in_notebook else None,
    )  # fmt: skip
