"""Needs: when they open, when they are met outside the market, and which of the open ones comes to mind."""

from __future__ import annotations

from sim.compiled import inlined
from sim.draws import Stream, geometric_of, uniform
from sim.parameters import Behaviour
from sim.records import Consumers, Luck, Shelf


@inlined
def open_needs(i: int, day: int, consumers: Consumers, shelf: Shelf, luck: Luck, rates: Behaviour) -> int:
    """Bit set of the categories in which consumer i needs something today.

    Needs that were met outside the market have lapsed; their next is drawn here.
    """
    due = lapsed = 0
    for category in range(consumers.due.shape[1]):
        due |= (consumers.due[i, category] <= day) << category
        lapsed |= (consumers.lapse[i, category] <= day) << category
    if lapsed:
        for category in range(consumers.due.shape[1]):
            if lapsed >> category & 1:
                schedule_need(i, category, day, consumers, shelf, luck, rates)
    return due & ~lapsed


@inlined
def schedule_need(
    i: int, category: int, day: int, consumers: Consumers, shelf: Shelf, luck: Luck, rates: Behaviour
) -> None:
    """Draw when the next need of a category opens, and when it would be met outside the market.

    Both waits are geometric: with the category's mean interval, and with the mean ``1 / lapse``.
    """
    wait = geometric_of(uniform(luck[Stream.NEED], day, i, 2 * category), float(shelf.interval[category]))
    open_for = geometric_of(uniform(luck[Stream.NEED], day, i, 2 * category + 1), 1.0 / rates.need.lapse)
    due = min(day + wait, 32_000)
    consumers.due[i, category] = due
    consumers.lapse[i, category] = min(due + open_for, 32_500)


@inlined
def one_of(needs: int, categories: int, u: float) -> int:
    """One of the open needs, each as likely."""
    count = 0
    for category in range(categories):
        count += needs >> category & 1
    wanted = int(u * count)  # how many open needs come before it
    before = found = 0
    for category in range(categories):  # counted without branches, as above
        before += needs >> category & 1
        found += before <= wanted
    return found
