"""``python -m grading``."""

from labkit.errors import start

start("grading")
