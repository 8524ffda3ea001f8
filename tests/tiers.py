"""Long lists of cases: all of them in `make test-all`, a fixed part in the other runs."""

import os
import zlib
from collections.abc import Callable, Iterable
from typing import TypeVar

Case = TypeVar("Case")
ALL = os.environ.get("LABKIT_TESTS") == "all"


def portion(
    cases: Iterable[Case],
    one_in: int,
    name: Callable[[Case], str],
    always: Callable[[Case], bool] = lambda case: False,
) -> list[Case]:
    """One case in so many, by a checksum of its name, so that every machine and every process takes the same.

    always: the cases that each run takes.
    """

    def taken(case: Case) -> bool:
        return ALL or always(case) or zlib.crc32(name(case).encode()) % one_in == 0

    return [case for case in cases if taken(case)]
