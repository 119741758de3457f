"""Needs: when they open, when they are met outside the market, and which of the open ones comes to mind."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_CATEGORY, NeedDraw
from sim.draws import Stream, geometric_of, uniform
from sim.ranges import LAST_DAY, LAST_LAPSE
from sim.sets import has


@inlined
def wake(i: int, m: Day) -> None:
    """Begin consumer i's day: the budget comes in, needs change, and a draw tells whether i is online."""
    person, consumer, visit = m.people[i], m.consumers[i], m.out.visit
    consumer.wallet = min(consumer.wallet + person.income, m.p.people.saved_days * person.income)
    if consumer.next_change <= m.day:
        review_needs(i, m)
    visit.needs = consumer.needs & ~consumer.coming
    visit.online = uniform(m.keys[Stream.ACTIVE], m.day, i, 0) < person.activity


@inlined
def review_needs(i: int, m: Day) -> None:
    """Open the needs that are due, and draw the next ones of those that were met outside the market."""
    consumer = m.consumers[i]
    needs, change = 0, LAST_DAY
    for category in range(m.categories):
        if consumer.lapse[category] <= m.day:
            schedule_need(i, category, m)
        if consumer.due[category] <= m.day:
            needs |= 1 << category
            change = min(change, consumer.lapse[category])
        else:
            change = min(change, consumer.due[category])
    consumer.needs = needs
    consumer.next_change = change


@inlined
def schedule_need(i: int, category: int, m: Day) -> None:
    """Draw when the next need of a category opens, and when it would be met outside the market.

    Both waits are geometric: with the mean wait of consumer i, and with the mean ``1 / lapse``.
    """
    consumer, key, draw = m.consumers[i], m.keys[Stream.NEED], PER_CATEGORY * category
    wait = geometric_of(uniform(key, m.day, i, NeedDraw.OPENS + draw), m.people[i].wait[category])
    open_for = geometric_of(uniform(key, m.day, i, NeedDraw.LAPSES + draw), 1.0 / m.p.need.lapse)
    due = min(m.day + wait, LAST_DAY)
    consumer.due[category] = due
    consumer.lapse[category] = min(due + open_for, LAST_LAPSE)


@inlined
def meet_need(i: int, category: int, m: Day) -> None:
    """Consumer i has what was needed of a category; the next need is drawn."""
    schedule_need(i, category, m)
    consumer = m.consumers[i]
    consumer.needs &= ~(1 << category)
    consumer.next_change = min(consumer.next_change, consumer.due[category])


@inlined
def one_of(needs: int, categories: int, u: float) -> int:
    """One of the open needs, each as likely."""
    count = 0
    for category in range(categories):
        count += has(needs, category)
    wanted = int(u * count)  # how many open needs come before it
    before = found = 0
    for category in range(categories):  # counted without branches, which could not be foreseen
        before += has(needs, category)
        found += before <= wanted
    return found
