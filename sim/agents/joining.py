"""Joining: who becomes a member of a platform or leaves it, and where each looks, in compiled passes over people."""

from __future__ import annotations

import math

from sim.agents.moving import COUNTED
from sim.compiled import compiled, inlined
from sim.context import Context
from sim.day import Day
from sim.draws import Stream, uniform
from sim.records import Table
from sim.rules.membership import (
    chance_of_contact,
    chance_of_one,
    draws_more,
    expected_surplus,
    presence_worth,
    value_of_set,
)
from sim.state import FOLLOW_SLOTS, NOBODY, Byte, Double, Int16, Int64, Person

REVIEW, JOIN = 1, 2  # which draw of a person
CONTACT, LOOK, LOT = 16, 32, 128  # with the platform added
SURPLUS, DAYS, MEMBERS = 0, 1, 2  # sums over friends


class Known(Context):
    """What everybody can know of platforms; V of them."""

    base: float  # surplus that they bring on the average, yuan a week
    by_creators: float  # share of it that comes from creators
    goods: Double  # (V,) share of the goods people buy that is sold there, against the mean
    saving: Double  # (V,) by lower prices than elsewhere, yuan a week


class Week(Context):
    """What a week's pass over N people reads and writes beside the market; V platforms."""

    on: Int16  # (K,) where each creator posts, as bits, with `COUNTED`; 0 where people do not count them
    overall: Double  # (V,) the creators' audience there, as a share of all
    asked: Byte  # (N,) where creators ask each to come, as bits
    pinned: Byte  # (N,) where each is as a creator, as bits
    advertised: Double  # (V,) probability to see a platform's advertising
    friends: Double  # (N, V, 3) friends' surplus and days there, and how many are members
    present: Double  # (N, V) share of the creators followed who are there
    usual: float  # the same share on platforms as people look at them now
    expected: Double  # (V,) room


@compiled
def look_today(looking: Int64, m: Day) -> None:
    """Let people look at one of their platforms, and count them by platform, shape (V,)."""
    for i in range(m.memberships.shape[0]):
        held = held_by(i, m)
        if held > 0:
            best = drawn_to(i, held, m)
            if not m.memberships[i, best].looked:
                look_at(i, best, m)
            m.memberships[i, best].days += 1.0
            looking[best] += 1


@inlined
def drawn_to(i: int, held: int, m: Day) -> int:
    """The platform of some, as bits, that draws person i most today."""
    best, most, luck, is_one = NOBODY, 0.0, 0.0, held & (held - 1) == 0
    for v in range(m.memberships.shape[1]):
        if held >> v & 1:
            u = 0.0 if is_one else uniform(m.keys[Stream.MEMBERSHIP], m.day, i, LOOK + v)
            expected = 1.0 * m.memberships[i, v].expected
            if best < 0 or draws_more(expected, u, most, luck, m.p.membership.variety):
                best, most, luck = v, expected, u
    return best


@inlined
def look_at(i: int, home: int, m: Day) -> None:
    """Write which platform person i looks at."""
    m.people[i].home = home
    m.people[i].looks = 1 << home
    for v in range(m.memberships.shape[1]):
        m.memberships[i, v].looked = v == home


# --- once a week ----------------------------------------------------------------------------------------------------


@compiled
def forget(left: float, m: Day) -> None:
    """Let what people remember of platforms fade."""
    for i in range(m.memberships.shape[0]):
        for v in range(m.memberships.shape[1]):
            m.memberships[i, v].days *= left
            m.memberships[i, v].surplus *= left


@compiled
def gather(week: Week, m: Day) -> float:
    """Sum up what friends have found on each platform, and how many of a person's creators are there.

    Returns
    -------
    float
        Mean share of the creators followed who are where people look now.
    """
    total, count = 0.0, 0
    for i in range(m.memberships.shape[0]):
        ask_friends(i, week, m)
        meet_creators(i, week, m)
        for v in range(m.memberships.shape[1]):
            if m.memberships[i, v].looked:
                total += week.present[i, v]
                count += 1
    return total / count if count > 0 else 1.0


@inlined
def ask_friends(i: int, week: Week, m: Day) -> None:
    """Sum up what the friends of person i have found."""
    for n in range(m.offsets[i], m.offsets[i + 1]):
        friend = m.friends[n]
        for v in range(m.memberships.shape[1]):
            there = m.memberships[friend, v]
            week.friends[i, v, SURPLUS] += there.surplus
            week.friends[i, v, DAYS] += there.days
            week.friends[i, v, MEMBERS] += there.member


@inlined
def meet_creators(i: int, week: Week, m: Day) -> None:
    """Work out how many of the creators whom person i follows are on each platform; of nobody, how many of all."""
    followed, platforms = 0, m.memberships.shape[1]
    for slot in range(FOLLOW_SLOTS):
        k = m.follows[i, slot].creator
        if k < 0:
            break
        on = int(week.on[k])
        followed += on >= COUNTED
        for v in range(platforms):
            week.present[i, v] += on >> v & 1
    for v in range(platforms):
        week.present[i, v] = week.present[i, v] / followed if followed > 0 else week.overall[v]


@compiled
def move_people(week: Week, known: Known, people: Table[Person], m: Day) -> None:
    """Let people who have heard of a platform join it, and others reconsider what they have.

    Parameters
    ----------
    people
        As they are when online.
    """
    for i in range(m.memberships.shape[0]):
        held = before = held_by(i, m)
        reviews = held > 0 and uniform(m.keys[Stream.MEMBERSHIP], m.day, i, REVIEW) < m.p.membership.review
        heard = hears_of(i, held, week, m) if people[i].activity > 0.0 else 0
        if heard > 0 or reviews:
            expect(i, known, week, m)
            joined = join(i, held, heard, week, m) if heard > 0 else NOBODY
            if joined >= 0:
                held = (held if m.p.membership.multi_home else held & int(week.pinned[i])) | 1 << joined
            elif reviews:
                held &= ~leave(i, held, week, m) | int(week.pinned[i])
        held |= int(week.pinned[i])
        if held != before:
            for v in range(m.memberships.shape[1]):
                m.memberships[i, v].member = held >> v & 1 == 1


@inlined
def held_by(i: int, m: Day) -> int:
    """The platforms of which person i is a member, as bits."""
    held = 0
    for v in range(m.memberships.shape[1]):
        held |= 1 << v if m.memberships[i, v].member else 0
    return held


@inlined
def hears_of(i: int, held: int, week: Week, m: Day) -> int:
    """Platforms of which person i, who is no member there, hears this week, as bits."""
    heard = int(week.asked[i]) & ~held
    for v in range(m.memberships.shape[1]):
        if (held | heard) >> v & 1 == 0:
            contact = chance_of_contact(week.friends[i, v, MEMBERS], week.advertised[v], m.p.membership)
            heard |= 1 << v if uniform(m.keys[Stream.MEMBERSHIP], m.day, i, CONTACT + v) < contact else 0
    return heard


@inlined
def expect(i: int, known: Known, week: Week, m: Day) -> None:
    """Write what person i expects of each platform, yuan a week."""
    for v in range(m.memberships.shape[1]):
        there = m.memberships[i, v]
        worth = presence_worth(known.base, known.by_creators, week.present[i, v], week.usual, known.goods[v])
        week.expected[v] = expected_surplus(
            1.0 * there.surplus, 1.0 * there.days, week.friends[i, v, SURPLUS], week.friends[i, v, DAYS],
            worth + known.saving[v], m.p.membership,
        )  # fmt: skip


@inlined
def join(i: int, held: int, heard: int, week: Week, m: Day) -> int:
    """The platform that person i joins of those heard of, the one that gains most, the lot among equals; or none."""
    p, chosen, most = m.p.membership, NOBODY, -math.inf
    now = value_of_set(week.expected, held, p)
    for v in range(m.memberships.shape[1]):
        if heard >> v & 1:
            after = (held if p.multi_home else 0) | 1 << v
            worth = p.horizon * (value_of_set(week.expected, after, p) - now) - m.platforms[v].join_cost
            if worth > most or (worth == most and lot(i, v, m) > lot(i, chosen, m)):
                chosen, most = v, worth
    likely = chance_of_one(0.0, -most, p.horizon, p.noise)
    return chosen if uniform(m.keys[Stream.MEMBERSHIP], m.day, i, JOIN) < likely else NOBODY


@inlined
def lot(i: int, v: int, m: Day) -> float:
    """What decides between equal platforms."""
    return uniform(m.keys[Stream.MEMBERSHIP], m.day, i, LOT + v)


@inlined
def leave(i: int, held: int, week: Week, m: Day) -> int:
    """The membership that person i, who reviews, gives up: the one that is missed least; as a bit, 0 where none is."""
    p, least, missed = m.p.membership, 0, math.inf
    now = value_of_set(week.expected, held, p)
    for v in range(m.memberships.shape[1]):
        if held >> v & 1:
            loss = now - value_of_set(week.expected, held & ~(1 << v), p)
            if loss < missed:
                least, missed = v, loss
    likely = p.review * chance_of_one(-missed, 0.0, p.horizon, p.noise)
    return 1 << least if uniform(m.keys[Stream.MEMBERSHIP], m.day, i, REVIEW) < likely else 0


@compiled
def settle_people(week: Week, known: Known, people: Table[Person], m: Day) -> int:
    """Write what people expect of platforms this week, and where each looks; who is nowhere is not online.

    Returns
    -------
    int
        How many can be reached.
    """
    reached = 0
    for i in range(m.memberships.shape[0]):
        expect(i, known, week, m)
        for v in range(m.memberships.shape[1]):
            m.memberships[i, v].expected = week.expected[v]
        reached += settle(i, people[i], m)
    return reached


@compiled
def open_people(people: Table[Person], m: Day) -> int:
    """Let people look where they are members on the first day; returns how many can be reached."""
    reached = 0
    for i in range(m.memberships.shape[0]):
        reached += settle(i, people[i], m)
    return reached


@inlined
def settle(i: int, online: Person, m: Day) -> bool:
    """Let person i look at home, or where most is expected of where home was given up; whether there is anywhere."""
    held, home, most = held_by(i, m), int(m.people[i].home), -math.inf
    if held == 0:
        look_at(i, online.home, m)
        m.people[i].looks = 0
        m.memberships[i, online.home].looked = False
        m.people[i].activity = 0.0
        return False
    if held >> home & 1 == 0:
        for v in range(m.memberships.shape[1]):
            if held >> v & 1 and m.memberships[i, v].expected > most:
                home, most = v, m.memberships[i, v].expected
    look_at(i, home, m)
    m.people[i].activity = online.activity
    return online.activity > 0.0
