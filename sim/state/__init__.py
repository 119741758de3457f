"""State: every column that a market keeps from one day to the next, and what the day's tables say, each in a line.

N consumers, K creators, J products, B brands, V platforms. While several threads share a phase, each writes rows
of its own alone: those of its consumers, creators or orders; what it counts is added up afterwards.
"""

from __future__ import annotations

from sim.records import Record
from sim.state import brands, creators, goods, orders, pay, people, platforms, visits

FILES = (people, creators, goods, brands, platforms, pay, orders, visits)
RECORDS: tuple[type[Record], ...] = tuple(
    kind
    for file in FILES
    for kind in vars(file).values()
    if isinstance(kind, type) and issubclass(kind, Record) and kind.__module__ == file.__name__
)
