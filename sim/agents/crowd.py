"""The crowd: the consumers' day in chunks, over one thread or several, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.living import live_all
from sim.parameters import Behaviour
from sim.records import (
    MOST_OFFERS,
    MOST_TOLD,
    TRACE_COLUMNS,
    Basket,
    Channel,
    Count,
    Events,
    Luck,
    Offers,
    Orders,
    Questions,
    Shares,
    Tally,
    Today,
    Town,
    empty,
)

CHUNK = 1 << 16


class Happened(NamedTuple):
    """What a stretch of consumers did."""

    start: int
    orders: Orders
    shares: Shares
    questions: Questions


class Crowd:
    """Runs consumers through their day and gathers what they do, in the order of their rows.

    Parameters
    ----------
    categories, products, platforms
        Sizes of the market.
    threads
        Threads to use; a chunk of consumers is one task.
    live
        The compiled day, with the rules that a researcher chose.
    """

    def __init__(
        self, categories: int, products: int, platforms: int, threads: int, live: Callable[..., None] = live_all
    ) -> None:
        self.sizes = (categories, products, platforms)
        self.threads = threads
        self.live = live
        self.spare: list[Events] = []
        self.happened: list[Happened] = []
        self.tallies: list[Tally] = []

    def open_day(self, creators: int) -> None:
        """Forget yesterday."""
        self.happened.clear()
        self.tallies.clear()
        if self.spare and len(self.spare[0].tally.creator_delivered) != creators:
            self.spare = [events._replace(tally=new_tally(creators, *self.sizes[1:])) for events in self.spare]
        for events in self.spare:
            for column in events.tally:
                column[:] = 0

    def run(
        self, start: int, end: int, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour, trace: int = 0
    ) -> NDArray[np.float64]:
        """Let consumers ``start`` to ``end - 1`` live their day.

        Parameters
        ----------
        trace
            Offers of which every term is written down, at most.

        Returns
        -------
        ndarray, shape (n, len(TRACE_COLUMNS))
            The offers written down.
        """
        starts = range(start, end, CHUNK)
        capacity = min(CHUNK, end - start)

        def chunk(first: int) -> tuple[Happened, NDArray[np.float64]]:
            # popping and appending a list is atomic, so that each thread has lists of its own
            events = self.spare.pop() if self.spare else self._new_events(capacity, len(today.sheet.active))
            if trace or events.orders.consumer.shape[0] < capacity * self.sizes[0]:
                events = self._new_events(capacity, len(today.sheet.active), trace)
            events.counts[:] = 0
            first_word = int(np.searchsorted(today.inbox.to, first))
            self.live(first, min(first + CHUNK, end), day, first_word, luck, town, today, rates, events)
            done = Happened(
                first,
                *(
                    kind(*(column[: events.counts[n]].copy() for column in lists))
                    for n, (kind, lists) in enumerate(
                        [(Orders, events.orders), (Shares, events.shares), (Questions, events.questions)]
                    )
                ),
            )  # fmt: skip
            self.spare.append(events)
            return done, events.trace[: events.counts[Count.TRACES]]

        if self.threads > 1 and len(starts) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                results = list(pool.map(chunk, starts))
        else:
            results = [chunk(first) for first in starts]
        self.happened += [happened for happened, _ in results]
        return np.concatenate([traced for _, traced in results]) if results else np.zeros((0, len(TRACE_COLUMNS)))

    def close_day(self) -> tuple[list[Happened], Tally]:
        """What all consumers did today, in the order of their rows, and the day's counts."""
        self.happened.sort(key=lambda happened: happened.start)
        sums = [np.sum([getattr(events.tally, name) for events in self.spare], axis=0) for name in Tally._fields]
        return self.happened, Tally(*sums)

    def _new_events(self, consumers: int, creators: int, trace: int = 0) -> Events:
        categories, products, platforms = self.sizes
        orders = consumers * categories  # nobody buys twice in a category on a day
        basket = {
            name: np.zeros(1 if name in ("mask", "rough", "leaving") else categories, _BASKET_TYPE[name])
            for name in Basket._fields
        }
        return Events(
            counts=np.zeros(len(Count), np.int64),
            orders=empty(Orders, orders),  # type: ignore[arg-type]
            shares=empty(Shares, orders * MOST_TOLD),  # type: ignore[arg-type]
            questions=empty(Questions, consumers),  # type: ignore[arg-type]
            tally=new_tally(creators, products, platforms),
            offers=Offers(
                *(
                    np.zeros(MOST_OFFERS, np.float64 if name in ("claim", "incentive") else np.int64)
                    for name in Offers._fields
                )
            ),
            basket=Basket(**basket),
            trace=np.zeros((trace, len(TRACE_COLUMNS))),
        )


_DOUBLES = ("weight", "value", "outside", "systematic", "expected", "claim")
_BASKET_TYPE: dict[str, Any] = {name: np.float64 if name in _DOUBLES else np.int64 for name in Basket._fields}


def new_tally(creators: int, products: int, platforms: int) -> Tally:
    """Counts at zero."""
    channels = len(Channel)
    return Tally(
        *(np.zeros(creators, np.int64) for _ in range(3)),
        *(np.zeros(channels, np.int64) for _ in range(3)),
        np.zeros(products, np.int64),
        np.zeros((platforms, products), np.int64),
        np.zeros(1, np.int64),
        np.zeros(2, np.int64),
    )
