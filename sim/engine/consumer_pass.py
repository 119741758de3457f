"""The consumers' passes in stretches of rows, over one thread or several, with the same result."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arrays import Int64
from sim.compilation import compiled
from sim.day import Count, Day, Events, Tally
from sim.engine.threads import Threads, stretches
from sim.records import R, Table, copied, joined
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Order
from sim.state.visits import MOST_OFFERS, Best, Offer, Question, Trace, Unfollowing, Visit, Word

STRETCH = 1 << 14  # consumers of one task
ARRIVALS = 1 << 11  # orders that arrive of one task


class ConsumerPass:
    """Runs consumers through their day and gathers what they do, in the order of their rows.

    Parameters
    ----------
    categories, products, platforms
        Sizes of the market.
    threads
        Who share the work.
    live_all, receive_all
        The compiled passes, with the rules that a researcher chose.
    """

    def __init__(
        self, categories: int, products: int, platforms: int, threads: Threads, live_all: Any, receive_all: Any
    ) -> None:
        self.sizes = (categories, products, platforms)
        self.threads = threads
        self.live_all, self.receive_all = live_all, receive_all
        self.spare: list[Events] = []
        self.lived: list[tuple[int, Table[Order], Table[Question], Table[Unfollowing]]] = []

    def open_day(self, creators: int) -> None:
        """Forget yesterday."""
        self.lived.clear()
        if self.spare and len(self.spare[0].tally.followers) != creators:
            self.spare = [events._replace(tally=self._new_tally(creators)) for events in self.spare]
        for events in self.spare:
            clear_tally(events.tally)

    def live(self, m: Day, start: int, end: int, trace: int = 0) -> Table[Trace]:
        """Let consumers ``start`` to ``end - 1`` live their day, up to what they order.

        Parameters
        ----------
        trace
            Offers of which every term is written down, at most.

        Returns
        -------
        Table
            The offers written down.
        """
        cuts = stretches(start, end, STRETCH)
        first_words = dict(zip(cuts, np.searchsorted(m.inbox["to"], cuts).tolist(), strict=True))

        def task(first: int, last: int) -> Table[Trace]:
            events = self._events(m, last - first, 0, trace)
            events.counts[Count.NEXT_WORD] = first_words[first]
            self.live_all(first, last, _writing(events, m))
            used = events.counts
            orders, questions, unfollowing = (
                copied(events.orders[: used[Count.ORDERS]]),
                copied(events.questions[: used[Count.QUESTIONS]]),
                copied(events.unfollowing[: used[Count.UNFOLLOWING]]),
            )
            self.lived.append((first, orders, questions, unfollowing))
            traced = copied(events.trace[: used[Count.TRACES]])
            self.spare.append(events)
            return traced

        return _together(self.threads.over(cuts, task), Trace)

    def happened(self) -> tuple[Table[Order], Table[Question], Table[Unfollowing]]:
        """What all consumers did today, in the order of their rows."""
        parts = sorted(self.lived, key=lambda part: part[0])
        return (
            _together([part[1] for part in parts], Order),
            _together([part[2] for part in parts], Question),
            _together([part[3] for part in parts], Unfollowing),
        )

    def receive(self, m: Day, rows: Int64) -> Table[Word]:
        """Let the orders in some rows, sorted by consumer, arrive; returns what is told to friends, by teller."""
        buyers = m.orders["consumer"]
        cuts = [0]
        while cuts[-1] < len(rows):  # a consumer's orders stay together
            cut = min(cuts[-1] + ARRIVALS, len(rows))
            while cut < len(rows) and buyers[rows[cut]] == buyers[rows[cut - 1]]:
                cut += 1
            cuts.append(cut)

        def task(first: int, last: int) -> Table[Word]:
            part = rows[first:last]
            events = self._events(m, 0, most_told(part, m), 0)
            self.receive_all(part, _writing(events, m))
            words = copied(events.words[: events.counts[Count.WORDS]])
            self.spare.append(events)
            return words

        return _together(self.threads.over(cuts, task), Word)

    def gathered(self, m: Day) -> Events:
        """What holds the day's counts: the lists of all consumers, where there are no others."""
        return self.spare[0] if len(self.spare) == 1 else m.out._replace(tally=self.tally(len(m.creators)))

    def tally(self, creators: int) -> Tally:
        """The day's counts."""
        if not self.spare:
            return self._new_tally(creators)
        if len(self.spare) == 1:
            return self.spare[0].tally
        return Tally(*(sum(columns) for columns in zip(*(events.tally for events in self.spare), strict=True)))

    def _events(self, m: Day, consumers: int, words: int, trace: int) -> Events:
        """Lists with enough room, not in use by another thread; their tally goes on counting."""
        events = self.spare.pop() if self.spare else self.new_events(len(m.creators))
        events.counts[:] = 0
        rows = consumers * self.sizes[0]  # nobody orders twice in a category on a day
        if len(events.orders) < rows:
            events = events._replace(
                orders=Order.room(rows), questions=Question.room(consumers), unfollowing=Unfollowing.room(consumers)
            )
        if len(events.words) < words:
            events = events._replace(words=Word.room(words))
        return events if len(events.trace) == trace else events._replace(trace=Trace.table(trace))

    def new_events(self, creators: int) -> Events:
        """Empty lists, and counts at zero."""
        categories = self.sizes[0]
        return Events(
            counts=np.zeros(len(Count), np.int64),
            orders=Order.table(0),
            words=Word.table(0),
            questions=Question.table(0),
            unfollowing=Unfollowing.table(0),
            offers=Offer.table(MOST_OFFERS + 1),
            trace=Trace.table(0),
            tally=self._new_tally(creators),
            visit=Visit.table(1)[0],
            best=Best.table(categories),
            weight=np.zeros(categories),
        )

    def _new_tally(self, creators: int) -> Tally:
        categories, products, platforms = self.sizes
        return Tally(
            followers=np.zeros(creators, np.int64),
            delivered=np.zeros(len(Channel), np.int64),
            viewed=np.zeros((len(Channel), len(Tier) + 1, platforms, categories), np.int64),
            shown=np.zeros(creators, np.int64),
            considered=np.zeros(len(Channel), np.int64),
            ads_viewed=np.zeros((platforms, products), np.int64),
            engaged=np.zeros(products, np.int64),
            pages=np.zeros(platforms, np.int64),
            paid_viewed=np.zeros(1, np.int64),
            trust=np.zeros(2, np.int64),
        )


def _writing(events: Events, m: Day) -> Day:
    """The context in which consumers write into these lists."""
    return m if m.out is events else m._replace(out=events)


@compiled
def clear_tally(tally: Tally) -> None:
    """Set all counts to zero."""
    tally.followers[:] = 0
    tally.delivered[:] = 0
    tally.viewed[:] = 0
    tally.shown[:] = 0
    tally.considered[:] = 0
    tally.ads_viewed[:] = 0
    tally.engaged[:] = 0
    tally.pages[:] = 0
    tally.paid_viewed[:] = 0
    tally.trust[:] = 0


def _together(parts: list[Table[R]], record: type[R]) -> Table[R]:
    """The rows of tables that nobody else has; of one alone, that table."""
    if len(parts) == 1:
        return parts[0]
    return joined(parts) if parts else record.table(0)


@compiled
def most_told(rows: Int64, m: Day) -> int:
    """Friends who are told at most of the orders in some rows."""
    told, most = 0, int(m.p.sharing.friends_told) + 1
    for row in rows:
        i = m.orders[row].consumer
        told += min(m.offsets[i + 1] - m.offsets[i], most)
    return told
