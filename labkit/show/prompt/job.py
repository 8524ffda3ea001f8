"""One piece of work behind a button, which Cancel can stop.

A kernel hears of a click only when its own thread is idle, so the work gets a thread of its own. Colab is the
exception: it shows what a widget does only while a cell or a click is being served. There the work is done
at once, and what stops it is Colab's own "Interrupt execution".
"""

import contextvars
import sys
import threading
from collections.abc import Callable


class Stopped(Exception):
    """Cancel was pressed."""


def in_colab() -> bool:
    return "google.colab" in sys.modules


class BackgroundJob:
    """Does `work` with itself as the argument, as soon as it is started."""

    def __init__(self, work: Callable[["BackgroundJob"], None]):
        self._stop = threading.Event()
        # the click's context tells the kernel to which message the outputs belong
        run = contextvars.copy_context().run
        self.thread = threading.Thread(target=run, args=(work, self), daemon=True)

    def start(self) -> None:
        if in_colab():
            self.thread.run()
        else:
            self.thread.start()

    def cancel(self) -> None:
        self._stop.set()

    def check(self) -> None:
        """Raises Stopped where somebody has cancelled: called by the work wherever it may be stopped."""
        if self._stop.is_set():
            raise Stopped
