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
from sim.agents.weighing import weigh
from sim.compiled import compiled, inlined
from sim.draws import Stream, uniform
from sim.parameters import Behaviour
from sim.records import Count, Events, Luck, Today, Town

SAVED_DAYS = 60  # unspent budget is kept for two months


@inlined
def live(i: int, day: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events) -> int:
    """A day of consumer i: attend, weigh, choose, buy, feel, share.

    Parameters
    ----------
    i, day
        Row and day.
    first_word
        First row of the inbox that is not for a consumer before i.
    luck, town, today, rates, out
        Keys of luck; people; what the day's earlier phases prepared; parameters; lists that receive what happens.

    Returns
    -------
    int
        First row of the inbox that is for a consumer after i.
    """
    consumers = town.consumers
    income = int(town.people.income[i])
    consumers.wallet[i] = min(int(consumers.wallet[i]) + income, SAVED_DAYS * income)
    needs = open_needs(i, day, consumers, today.shelf, luck, rates)
    active = uniform(luck[Stream.ACTIVE], day, i, 0) < float(town.people.activity[i])
    out.basket.mask[0] = 0
    out.basket.rough[0] = 0
    out.counts[Count.OFFERS] = 0

    attend_posts(i, day, needs, active, luck, town, today, rates, out)
    next_word = attend_words(i, day, active, first_word, town, today, out)
    if active:
        if consumers.adviser[i] >= 0:
            attend_answer(i, town, today, out)
        attend_feed(i, day, needs, luck, town, today, rates, out)
        if needs:
            attend_habits(i, needs, town, today, rates, out)
            attend_search(i, day, needs, luck, town, today, rates, out)
            ask_expert(i, day, needs, luck, town, today, rates, out)
    for row in range(out.counts[Count.OFFERS]):
        weigh(i, day, needs, row, luck, town, today, rates, out)
    categories = town.people.taste.shape[1] if out.basket.mask[0] else 0
    for category in range(categories):
        if out.basket.mask[0] >> category & 1 and out.basket.product[category] >= 0:
            affordable = out.basket.price[category] - out.basket.coupon[category] <= consumers.wallet[i]
            if affordable:
                buy(i, day, category, luck, town, today, rates, out)
    if out.basket.leaving[0] != 0:
        remove_leaving(i, town.follows, out)
    return next_word


@compiled
def live_all(
    start: int, end: int, day: int, first_word: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """The day of consumers ``start`` to ``end - 1``, in turn; none reads what another writes."""
    word = first_word
    for i in range(start, end):
        word = live(i, day, word, luck, town, today, rates, out)
