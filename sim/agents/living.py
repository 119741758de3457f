"""Living: a consumer's day from waking to telling friends, for one of them or for a chunk of a million."""

from __future__ import annotations

from sim.agents.attending import (
    ask_expert,
    attend_answer,
    attend_feed,
    attend_habits,
    attend_posts,
    attend_search,
    attend_words,
    open_needs,
    remove_leaving,
)
from sim.agents.buying import buy
from sim.agents.weighing import choose, weigh
from sim.compiled import compiled, inlined
from sim.draws import Stream, uniform
from sim.parameters import Behaviour
from sim.records import BLOCK, MOST_OFFERS, ROW, Count, Events, Luck, Today, Town

SAVED_DAYS = 60  # unspent budget is kept for two months


@inlined
def attend(
    i: int, day: int, needs: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> int:
    """All that consumer i sees today; returns the first row of the inbox that is for a consumer after i."""
    active = uniform(luck[Stream.ACTIVE], day, i, 0) < float(town.people.activity[i])
    attend_posts(i, day, needs, active, luck, town, today, rates, out)
    next_word = attend_words(i, day, active, first_word, town, today, out)
    if active:
        if town.consumers.adviser[i] >= 0:
            attend_answer(i, town, today, out)
        attend_feed(i, day, needs, luck, town, today, rates, out)
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
    word = first_word
    stop = start
    while stop < end and counts[Count.OFFERS] <= out.offers.product.shape[0] - MOST_OFFERS:
        i, at = stop & ROW, stop - start
        income = int(town.people.income[i])
        consumers.wallet[i] = min(int(consumers.wallet[i]) + income, SAVED_DAYS * income)
        needs = open_needs(i, day, consumers, today.shelf, luck, rates)
        counts[Count.LEAVING] = 0
        counts[Count.MOST] = counts[Count.OFFERS] + MOST_OFFERS
        block.first[at] = counts[Count.OFFERS]
        word = attend(i, day, needs, word, luck, town, today, rates, out)
        block.end[at] = counts[Count.OFFERS]
        block.needs[at] = needs
        block.leaving[at] = counts[Count.LEAVING]
        stop += 1
    for at in range(stop - start):
        for row in range(block.first[at], block.end[at]):
            weigh((start + at) & ROW, day, int(block.needs[at]), row & ROW, luck, town, today, rates, out)
    for at in range(stop - start):
        i = (start + at) & ROW
        first, last, needs = int(block.first[at]), int(block.end[at]), int(block.needs[at])
        chosen = choose(i, day, needs, first, last, luck, town, today, rates, out)
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
    first, word = start, first_word
    while first < end:
        first, word = live_block(first, min(first + BLOCK, end), day, word, luck, town, today, rates, out)
