"""How long `labkit.check` takes for each exercise, with the reference as the answer. The aim is 5 s.

    python benchmarks/checks.py

The first check of an exercise also loads its stored answers. Of the later ones, in rounds over all exercises,
the median counts. Processor time, which other programs change less, stands beside the clock.
"""

import statistics
import time

from labkit.exercises.check import check
from labkit.stubs import EXERCISES, use_reference

ROUNDS = 3


def spent(exercise: str) -> tuple[float, float]:
    """Seconds of one check by the clock and of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    verdict = check(exercise)
    seconds = time.perf_counter() - wall, time.process_time() - processor
    if verdict.judgement.failed:
        raise SystemExit(str(verdict))
    return seconds


def main() -> None:
    use_reference()
    rounds = [{exercise: spent(exercise) for exercise in EXERCISES} for _ in range(1 + ROUNDS)]
    print(f"{'exercise':10}{'first s':>10}{'later s':>10}{'processor s':>14}")
    for exercise in EXERCISES:
        (first, _), *later = (of_round[exercise] for of_round in rounds)
        wall, processor = (statistics.median(times) for times in zip(*later))
        print(f"{exercise:10}{first:10.2f}{wall:10.2f}{processor:14.2f}")


if __name__ == "__main__":
    main()
