"""One piece of work behind a button, which Cancel can stop.

A kernel handles comm messages, such as a click, on its main thread, so the work runs in a thread of its own.
Colab is the exception: it updates widgets only while a cell or a click is being handled. There the work runs
at once, and Colab's own "Interrupt execution" stops it.
"""

import contextvars
import sys
import threading
from collections.abc import Callable


class Stopped(Exception):
    """Cancel was pressed."""


def in_colab() -> bool:
    """Whether this kernel runs in Google Colab."""
    return "google.colab" in sys.modules


class BackgroundJob:
    """Calls `work` with this job as its argument, in a thread, as soon as it is started."""

    def __init__(self, work: Callable[["BackgroundJob"], None]):
        self._stop = threading.Event()
        # the click's context: from it the kernel knows which message the outputs belong to
        run = contextvars.copy_context().run
        self.thread = threading.Thread(target=run, args=(work, self), daemon=True)

    def start(self) -> None:
        """Start the work; in Colab, do it at once."""
        if in_colab():
            self.thread.run()
        else:
            self.thread.start()

    def cancel(self) -> None:
        """Ask the work to stop: its next `check` raises Stopped."""
        self._stop.set()

    def check(self) -> None:
        """Raises Stopped after `cancel`: the work calls it wherever it may be stopped."""
        if self._stop.is_set():
            raise Stopped
