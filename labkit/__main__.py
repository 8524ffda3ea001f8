"""``python -m labkit``."""

from labkit.errors import start

start("labkit")
