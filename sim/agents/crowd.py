"""The crowd: the consumers' day in chunks, over one thread or several, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.living import live_all
from sim.compiled import compiled
from sim.parameters import Behaviour
from sim.records import (
    BLOCK,
    GUIDE,
    MOST_OFFERS,
    MOST_PAGES,
    TRACE_COLUMNS,
    Basket,
    Block,
    Channel,
    Columns,
    Common,
    Count,
    Events,
    Int64,
    Luck,
    Offers,
    Orders,
    Pages,
    Questions,
    Shares,
    Tally,
    Today,
    Town,
    empty,
    join,
)

CHUNK = 1 << 16


class Happened(NamedTuple):
    """What a stretch of consumers did."""

    start: int
    orders: Orders
    shares: Shares  # by teller; orders count from the stretch's first
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

    def open_day(self, creators: int) -> None:
        """Forget yesterday."""
        self.happened.clear()
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
            told = int(rates.sharing.friends_told) + 1
            words = self.sizes[0] * _most_told(first, min(first + CHUNK, end), told, town.graph.offsets)
            events = self._spare_events(capacity, words, len(today.sheet.active) - 1, trace)
            events.counts[:] = 0
            first_word = int(np.searchsorted(today.inbox.to, first))
            self.live(first, min(first + CHUNK, end), day, first_word, luck, town, today, rates, events)
            done = Happened(
                first,
                _used(events.orders, int(events.counts[Count.ORDERS])),
                _used(events.shares, int(events.counts[Count.SHARES])),
                _used(events.questions, int(events.counts[Count.QUESTIONS])),
            )
            self.spare.append(events)
            return done, events.trace[: events.counts[Count.TRACES]]

        if self.threads > 1 and len(starts) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                results = list(pool.map(chunk, starts))
        else:
            results = [chunk(first) for first in starts]
        self.happened += [happened for happened, _ in results]
        return np.concatenate([traced for _, traced in results]) if results else np.zeros((0, len(TRACE_COLUMNS)))

    def close_day(self) -> tuple[Happened, Tally]:
        """What all consumers did today, in the order of their rows, and the day's counts."""
        parts = sorted(self.happened, key=lambda happened: happened.start)
        before = accumulate((len(part.orders.consumer) for part in parts[:-1]), initial=0)
        words = [part.shares._replace(order=part.shares.order + n) for part, n in zip(parts, before, strict=True)]
        counts = Tally(*(sum(columns) for columns in zip(*(events.tally for events in self.spare), strict=True)))
        orders, questions = join([part.orders for part in parts]), join([part.questions for part in parts])
        return Happened(0, orders, join(words), questions), counts

    def _spare_events(self, consumers: int, words: int, creators: int, trace: int) -> Events:
        """Lists with enough room, not in use by another thread."""
        rows = consumers * self.sizes[0]  # nobody buys twice in a category on a day
        too_small = []
        found = None
        while self.spare and found is None:
            events = self.spare.pop()  # atomic
            roomy = len(events.orders.consumer) >= rows and len(events.shares.to) >= words
            if roomy and len(events.trace) == trace:
                found = events
            else:
                too_small.append(events)
        self.spare += too_small  # their counts belong to the day
        return found or self._new_events(consumers, words, creators, trace)

    def _new_events(self, consumers: int, words: int, creators: int, trace: int) -> Events:
        categories, products, platforms = self.sizes
        return Events(
            counts=np.zeros(len(Count), np.int64),
            orders=empty(Orders, consumers * categories),
            shares=empty(Shares, words),
            questions=empty(Questions, consumers),
            tally=new_tally(creators, products, platforms),
            offers=empty(Offers, 2 * MOST_OFFERS),  # so that a block may begin while a person's most still fits
            pages=empty(Pages, BLOCK * MOST_PAGES),
            block=empty(Block, BLOCK)._replace(weight=np.zeros((BLOCK, categories))),
            basket=empty(Basket, categories),
            common=Common(
                mean=np.zeros(products),
                precision=np.zeros(products),
                wanted=np.zeros(1),
                pages=np.zeros(GUIDE, np.int16),
                goods=np.zeros((2, platforms, categories, GUIDE), np.int16),
                search=np.zeros((platforms, categories, GUIDE), np.int16),
            ),
            trace=np.zeros((trace, len(TRACE_COLUMNS))),
        )


@compiled
def _most_told(first: int, end: int, most: int, offsets: Int64) -> int:
    """Friends whom consumers ``first`` to ``end - 1`` tell at most, if each tells one thing to at most so many."""
    told = 0
    for i in range(first, end):
        told += min(int(offsets[i + 1] - offsets[i]), most)
    return told


def _used(lists: Columns, rows: int) -> Columns:
    return type(lists)(*[column[:rows].copy() for column in lists])


def new_tally(creators: int, products: int, platforms: int) -> Tally:
    """Counts at zero."""
    sizes = {"product_viewed": products, "ads_viewed": (platforms, products), "paid_viewed": 1, "trust": 2}
    sizes |= dict.fromkeys(("creator_delivered", "creator_viewed", "creator_followers"), creators)
    return Tally(**{name: np.zeros(sizes.get(name, len(Channel)), np.int64) for name in Tally._fields})
