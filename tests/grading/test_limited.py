"""Calls in a process of their own that go wrong; the next call is served all the same."""

import os
import time

import pytest

from grading.limited import ExceededLimit, limited


def allocate(count: int) -> int:
    return len(bytearray(count))


def test_limits_and_results():
    with limited(memory=2**29) as call:
        assert call(60, allocate, 5) == 5
        with pytest.raises(ExceededLimit, match="took longer than 0.5 s"):
            call(0.5, time.sleep, 100)
        with pytest.raises(ExceededLimit, match="needed more than 0.5 GB of memory"):
            call(60, allocate, 2**30)
        with pytest.raises(ExceededLimit, match="ended its process"):
            call(60, os._exit, 3)
        with pytest.raises(ZeroDivisionError):
            call(60, divmod, 1, 0)
        assert call(60, allocate, 7) == 7
