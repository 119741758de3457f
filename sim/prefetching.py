"""Prefetching: how far ahead rows are fetched before they are read, and which rows are those of a consumer."""

from __future__ import annotations

from sim.compilation import inlined
from sim.compilation.prefetch import prefetch
from sim.day import Day
from sim.state.people import FOLLOW_SLOTS, MEMORY_SLOTS

AHEAD = 4  # consumers
MEMORIES_A_LINE = 2  # each shorter than half a line
FOLLOWS_A_LINE = 8


@inlined
def prefetch_consumer(i: int, m: Day) -> None:
    """Fetch the rows of consumer i ahead of use."""
    prefetch(m.people[i])
    prefetch(m.consumers[i])
    for slot in range(0, MEMORY_SLOTS, MEMORIES_A_LINE):
        prefetch(m.memories[i, slot])
    for slot in range(0, FOLLOW_SLOTS, FOLLOWS_A_LINE):
        prefetch(m.follows[i, slot])
