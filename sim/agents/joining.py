"""Joining: who becomes a member of a platform or leaves it, and where each looks, in compiled passes over people."""

from __future__ import annotations

import math

from sim.agents.multihoming import look_at
from sim.agents.platform_week import Known, Week, compare_goods
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY, Table
from sim.rules.membership import chance, chance_of_contact, expected_surplus, presence_worth, value_of_set
from sim.sets import has
from sim.state.people import FOLLOW_SLOTS, Person

COUNTER = 4  # bits of a count of creators followed, up to `FOLLOW_SLOTS`; the last of nine counts them everywhere
FOLLOWED = 8 * COUNTER


@compiled
def people_move(week: Week, known: Known, people: Table[Person], m: Day) -> int:
    """Let people join platforms and leave, and settle where they look.

    Parameters
    ----------
    people
        As they are when online.

    Returns
    -------
    int
        How many can be reached.
    """
    for i in range(m.members.shape[0]):
        week.held[i] = m.members[i].held
    present = max(meet_creators(week, m), m.p.membership.least_present)
    usual = Known(known.base, known.by_creators, present)
    if m.day > 0:
        write_contacts(week, m)
        join_and_leave(week, usual, people, m)
    compare_goods(week.goods, m)
    return settle_people(week, usual, people, m)


@compiled
def find_creators(week: Week, m: Day) -> None:
    """Write down where each creator whom people count posts, who cannot leave as a creator, and the audience there."""
    week.pinned[:] = 0
    week.overall[:] = 0.0
    everybody = 0.0
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        week.on[k] = 1 << FOLLOWED if creator.active and creator.brand < 0 else 0
        if creator.active and creator.consumer >= 0:
            week.pinned[creator.consumer] = creator.platforms
            m.members[creator.consumer].held |= creator.platforms
        for v in range(m.platforms.shape[0]):
            if creator.active and has(creator.platforms, v):
                week.on[k] += 1 << COUNTER * v if creator.brand < 0 else 0
                week.overall[v] += creator.audience
        everybody += creator.audience if creator.active else 0
    for v in range(m.platforms.shape[0]):
        week.overall[v] /= max(everybody, 1.0)


@compiled
def meet_creators(week: Week, m: Day) -> float:
    """Work out how many of the creators whom people follow are on each platform; of nobody, how many of all.

    Returns
    -------
    float
        Mean share of the creators followed who are where people look now.
    """
    total, looking, one = 0.0, 0, (1 << COUNTER) - 1
    for i in range(m.members.shape[0]):
        met, looks = 0, m.members[i].looks
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            met += week.on[k]
        followed = met >> FOLLOWED
        for v in range(week.present.shape[1]):
            week.present[i, v] = (met >> COUNTER * v & one) / followed if followed > 0 else week.overall[v]
            total += week.present[i, v] * has(looks, v)
        looking += looks > 0
    return total / looking if looking > 0 else 1.0


@inlined
def write_contacts(week: Week, m: Day) -> None:
    """Write how likely somebody hears of a platform of which so many friends are members."""
    for v in range(week.contact.shape[0]):
        for friends in range(week.contact.shape[1]):
            week.contact[v, friends] = chance_of_contact(friends, week.advertised[v], m.p.membership)


@compiled
def join_and_leave(week: Week, known: Known, people: Table[Person], m: Day) -> None:
    """Let people who have heard of a platform join it, and others reconsider what they have.

    Parameters
    ----------
    people
        As they are when online.
    """
    everywhere = (1 << m.platforms.shape[0]) - 1
    for i in range(m.members.shape[0]):
        held = m.members[i].held
        reviews = held > 0 and draw_of_person(i, MembershipDraw.REVIEW, m) < m.p.membership.review
        heard = hears_of(i, held, week, m) if held < everywhere else 0
        heard = heard if heard > 0 and people[i].activity > 0.0 else 0
        if heard > 0 or reviews:
            expect(i, known, week, m)
            joined = join(i, held, heard, week, m) if heard > 0 else NOBODY
            if joined >= 0:
                held = (held if m.p.membership.multi_home else held & int(week.pinned[i])) | 1 << joined
            elif reviews:
                held &= ~leave(i, held, week, m) | int(week.pinned[i])
        m.members[i].held = held | int(week.pinned[i])


@inlined
def hears_of(i: int, held: int, week: Week, m: Day) -> int:
    """Platforms of which person i, who is no member there, hears this week, as bits."""
    heard, friends = int(week.invited[i]) & ~held, m.offsets[i + 1] - m.offsets[i]
    for v in range(m.memberships.shape[1]):
        if not has(held | heard, v):
            u = draw_of_person(i, MembershipDraw.CONTACT + v, m)
            if u < week.contact[v, friends] and u < week.contact[v, friends_there(i, v, week, m)]:
                heard |= 1 << v
    return heard


@inlined
def friends_there(i: int, v: int, week: Week, m: Day) -> int:
    """How many friends of person i were members of a platform when the week began."""
    there = 0
    for n in range(m.offsets[i], m.offsets[i + 1]):
        there += has(week.held[m.friends[n]], v)
    return there


@inlined
def expect(i: int, known: Known, week: Week, m: Day) -> None:
    """Write what person i expects of each platform, yuan a week; friends are asked of two platforms at a time."""
    p = m.p.membership
    for v in range(0, m.memberships.shape[1], 2):
        other, surplus, days, other_surplus, other_days = min(v + 1, m.memberships.shape[1] - 1), 0.0, 0.0, 0.0, 0.0
        for n in range(m.offsets[i], m.offsets[i + 1]):
            there, elsewhere = m.memberships[m.friends[n], v], m.memberships[m.friends[n], other]
            surplus += there.surplus
            days += there.days
            other_surplus += elsewhere.surplus
            other_days += elsewhere.days
        own, worth = m.memberships[i, v], worth_known(i, v, known, week)
        week.expected[v] = expected_surplus(own.surplus, own.days, surplus, days, worth, p)
        own, worth = m.memberships[i, other], worth_known(i, other, known, week)
        week.expected[other] = expected_surplus(
            own.surplus, own.days, other_surplus, other_days, worth, p
        )  # fmt: skip


@inlined
def worth_known(i: int, v: int, known: Known, week: Week) -> float:
    """What a platform is worth to person i by what everybody knows, yuan a week."""
    present = week.present[i, v]
    return presence_worth(known.base, known.by_creators, present, known.usual, week.goods[v]) + week.saving[v]


@inlined
def join(i: int, held: int, heard: int, week: Week, m: Day) -> int:
    """The platform that person i joins of those heard of, the one that gains most, the lot among equals; or none."""
    p, chosen, most = m.p.membership, NOBODY, -math.inf
    now = value_of_set(week.expected, held, p)
    for v in range(m.memberships.shape[1]):
        if has(heard, v):
            after = (held if p.multi_home else 0) | 1 << v
            worth = p.horizon * (value_of_set(week.expected, after, p) - now) - m.platforms[v].join_cost
            if worth > most or (worth == most and lot(i, v, m) > lot(i, chosen, m)):
                chosen, most = v, worth
    likely = chance(0.0, -most, p.horizon, p.noise)
    return chosen if draw_of_person(i, MembershipDraw.JOIN, m) < likely else NOBODY


@inlined
def lot(i: int, v: int, m: Day) -> float:
    """What decides between equal platforms."""
    return draw_of_person(i, MembershipDraw.LOT + v, m)


@inlined
def draw_of_person(i: int, which: int, m: Day) -> float:
    """A draw of person i."""
    return uniform(m.keys[Stream.MEMBERSHIP], m.day, i, which)


@inlined
def leave(i: int, held: int, week: Week, m: Day) -> int:
    """The membership that person i, who reviews, gives up: the one that is missed least; as a bit, 0 where none is."""
    p, least, missed = m.p.membership, 0, math.inf
    now = value_of_set(week.expected, held, p)
    for v in range(m.memberships.shape[1]):
        if has(held, v):
            loss = now - value_of_set(week.expected, held & ~(1 << v), p)
            if loss < missed:
                least, missed = v, loss
    likely = p.review * chance(-missed, 0.0, p.horizon, p.noise)
    return 1 << least if draw_of_person(i, MembershipDraw.REVIEW, m) < likely else 0


@compiled
def settle_people(week: Week, known: Known, people: Table[Person], m: Day) -> int:
    """Write what people on several platforms expect of them, and where each looks; who is nowhere is not online.

    Returns
    -------
    int
        How many can be reached.
    """
    reached = m.population
    for i in range(m.memberships.shape[0]):
        held = m.members[i].held
        if held & held - 1:  # else there is nothing to choose from
            expect(i, known, week, m)
            for v in range(m.memberships.shape[1]):
                m.memberships[i, v].expected = week.expected[v]
        reached -= settle(i, people, m)
    return reached


@compiled
def open_people(people: Table[Person], m: Day) -> int:
    """Let people look where they are members on the first day; returns how many can be reached."""
    reached = m.population
    for i in range(m.memberships.shape[0]):
        reached -= settle(i, people, m)
    return reached


@inlined
def settle(i: int, people: Table[Person], m: Day) -> bool:
    """Let person i look at home, or where most is expected of where home was given up; whether one is lost to all."""
    held, home, most = m.members[i].held, m.members[i].platform, -math.inf
    if held == 0:
        m.members[i].looks = 0
        m.members[i].platform = people[i].home
        m.people[i].activity = 0.0
        return people[i].activity > 0.0
    if not has(held, home):
        for v in range(m.memberships.shape[1]):
            if has(held, v) and m.memberships[i, v].expected > most:
                home, most = v, m.memberships[i, v].expected
    if m.members[i].looks == 0:
        m.people[i].activity = people[i].activity
    look_at(i, home, m)
    return False
