"""``python -m labkit_data``."""

import sys

from labkit_data.cli import main

sys.exit(main())
