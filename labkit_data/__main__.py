"""``python -m labkit_data``."""

from labkit.errors import start

start("labkit_data")
