"""Threads: work over rows in stretches, one after the other or on several threads at once, with the same result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

BLOCK = 1 << 16  # people whose numbers are summed apart: a part of the result, and none of the threads


class Threads:
    """Some threads that share work.

    Parameters
    ----------
    count
        How many.
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.count)

    def over(self, cuts: Sequence[int], task: Callable[[int, int], T]) -> list[T]:
        """Do a task for each stretch between two neighbours of ``cuts``; what each gives, in the order of stretches.

        Parameters
        ----------
        task
            Takes the first row of a stretch and the row after its last; must write nothing that another one reads.
        """
        if self.count > 1 and len(cuts) > 2:
            return list(self._pool.map(task, cuts[:-1], cuts[1:]))
        return [task(first, last) for first, last in pairwise(cuts)]


def stretches(start: int, end: int, length: int) -> list[int]:
    """Cuts of rows ``start`` to ``end - 1`` into stretches of a length."""
    return [*range(start, end, length), end]
