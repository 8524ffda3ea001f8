import sys

from labkit.errors import LabError, explain

try:
    from labkit.cli import main

    status = main()
except Exception as error:
    try:
        explain(error)
    except LabError as line:
        sys.exit(f"labkit: {line}")
    raise
sys.exit(status)
