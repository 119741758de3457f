"""Living: a consumer's day from waking to telling friends, for one of them or for a chunk of a million."""

from __future__ import annotations

from sim.agents.attending import (
    ask_expert,
    attend_answer,
    attend_habits,
    attend_posts,
    attend_search,
    attend_words,
    remove_leaving,
)
from sim.agents.buying import buy
from sim.agents.feed import attend_feed, fill_pages, guide_attention, open_pages, wake
from sim.agents.weighing import choose, form_beliefs, weigh
from sim.compiled import compiled, inlined
from sim.draws import Stream, uniform
from sim.parameters import Behaviour
from sim.records import BLOCK, MOST_OFFERS, ROW, Count, Events, Luck, Today, Town

SAVED_DAYS = 60  # unspent budget is kept for two months


@inlined
def attend(
    i: int, day: int, needs: int, at: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour,
    out: Events,
) -> int:  # fmt: skip
    """All that consumer i, ``at`` in the block, sees today; returns the first row of the inbox for somebody after i."""
    active = out.block.active[at] == 1
    attend_posts(i, day, needs, active, luck, town, today, rates, out)
    next_word = attend_words(i, day, active, first_word, town, today, out)
    if active:
        if town.consumers.adviser[i] >= 0:
            attend_answer(i, town, today, out)
        attend_feed(i, day, at, luck, town, today, rates, out)
        if needs:
            attend_habits(i, needs, town, today, rates, out)
            attend_search(i, day, needs, luck, town, today, rates, out)
            ask_expert(i, day, needs, luck, town, today, rates, out)
    return next_word


@inlined
def buy_chosen(
    i: int, day: int, chosen: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Buy what was chosen, category by category, as far as the money lasts."""
    offers = out.offers
    for category in range(town.people.taste.shape[1]):
        if chosen >> category & 1:
            best = int(out.basket.row[category])
            if offers.price[best] - offers.coupon[best] <= town.consumers.wallet[i]:
                buy(i, day, category, luck, town, today, rates, out)


@inlined
def live_block(
    start: int, end: int, day: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> tuple[int, int]:
    """The day of consumers ``start`` and following: first all of them attend, then all weigh, then all choose and buy.

    One by one they would do the same; but a processor that does one thing many times foresees what comes next.

    Parameters
    ----------
    start, end
        Rows of consumers, at most `BLOCK` of them; fewer are taken where the room for offers would not do.
    first_word
        First row of the inbox that is not for a consumer before ``start``.

    Returns
    -------
    next_start, next_word
        First consumer after these, and first row of the inbox that is not for one of them.
    """
    consumers, block, counts = town.consumers, out.block, out.counts
    counts[Count.OFFERS] = 0
    wake(start, end, day, luck, town, today, rates, out)
    fill_pages(start, open_pages(start, end, day, luck, today, out), town, today, out)
    word = first_word
    stop = start
    while stop < end and counts[Count.OFFERS] <= out.offers.product.shape[0] - MOST_OFFERS:
        i, at = stop & ROW, stop - start
        income = int(town.people.income[i])
        consumers.wallet[i] = min(int(consumers.wallet[i]) + income, SAVED_DAYS * income)
        needs = int(block.needs[at])
        counts[Count.LEAVING] = 0
        counts[Count.MOST] = counts[Count.OFFERS] + MOST_OFFERS
        block.first[at] = counts[Count.OFFERS]
        word = attend(i, day, needs, at, word, luck, town, today, rates, out)
        block.end[at] = counts[Count.OFFERS]
        block.leaving[at] = counts[Count.LEAVING]
        stop += 1
    offers, seen = out.offers, int(counts[Count.OFFERS])
    for row in range(seen):
        offers.lot[row] = uniform(luck[Stream.CHOICE], day, offers.consumer[row], offers.product[row])
    for row in range(seen):
        offers.idle[row] = uniform(luck[Stream.OUTSIDE], day, offers.consumer[row], offers.category[row])
    for row in range(seen):
        i = int(offers.consumer[row]) & ROW
        weigh(i, day, int(block.needs[i - start]), row & ROW, town, today, rates, out)
    for at in range(stop - start):
        i = (start + at) & ROW
        first, last, needs = int(block.first[at]), int(block.end[at]), int(block.needs[at])
        chosen = choose(i, day, needs, first, last, town, today, rates, out)
        if chosen:
            buy_chosen(i, day, chosen, luck, town, today, rates, out)
        if block.leaving[at] != 0:
            remove_leaving(i, int(block.leaving[at]), town.follows)
    return stop, word


@compiled
def live_all(
    start: int, end: int, day: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """The day of consumers ``start`` to ``end - 1``; none reads what another writes."""
    form_beliefs(today, rates, out)
    guide_attention(today, rates, out)
    first, word = start, first_word
    while first < end:
        first, word = live_block(first, min(first + BLOCK, end), day, word, luck, town, today, rates, out)
