"""Shops of creators: on which platforms each posts and sells, by the income expected there."""

from __future__ import annotations

import math

from sim.agents.platform_week import Week
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY
from sim.rules.membership import chance, expected_income
from sim.sets import has
from sim.state.people import FOLLOW_SLOTS
from sim.units import DAYS_A_WEEK

LOOKING, OUTSIDE = 0, 1
"""Parts of a creator's audience: who looks at a platform, and who is not there."""


@compiled
def creators_move(by_creators: float, week: Week, m: Day) -> int:
    """Let creators open a shop on another platform, or close one.

    Parameters
    ----------
    by_creators
        Share of what platforms bring that comes from creators.

    Returns
    -------
    int
        How many open one; ``week.opened`` says where.
    """
    count_followers(week, m)
    usual = rate_platforms(by_creators, week, m)
    opened = 0
    for k in range(m.creators.shape[0]):
        week.opened[k] = NOBODY
        if is_moving(k, m):
            on, skill = m.creators[k].platforms, skill_of(k, usual, week, m)
            for v in range(m.platforms.shape[0]):
                week.income[v] = expected_income(week.rate[v], week.audience[LOOKING, k, v], 0.0) * skill
            week.opened[k] = where_to_open(k, on, skill, week, m)
            if week.opened[k] >= 0:
                on = (0 if is_alone(on, week.opened[k], m) else on) | 1 << week.opened[k]
                opened += 1
            elif closes(k, on, week, m):
                on &= ~(1 << least_of(on, week))
            post_on(k, on, week, m)
    return opened


@inlined
def is_moving(k: int, m: Day) -> bool:
    """Whether creator k is a person in business, who alone chooses platforms."""
    return m.creators[k].active and m.creators[k].consumer >= 0


@inlined
def count_followers(week: Week, m: Day) -> None:
    """Count each creator's followers who look at each platform, a member of several in parts, and who are not there."""
    week.followers[:] = 0
    for i in range(m.follows.shape[0]):
        held = m.members[i].held
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            week.followers[k, held] += 1
    week.audience[:] = 0.0
    for k in range(week.followers.shape[0]):
        for held in range(week.followers.shape[1]):
            count, several = week.followers[k, held], size(held)
            for v in range(m.platforms.shape[0]):
                if has(held, v):
                    week.audience[LOOKING, k, v] += count / several
                else:
                    week.audience[OUTSIDE, k, v] += count


@inlined
def size(some: int) -> int:
    """How many platforms there are among some, as bits."""
    count = 0
    while some:
        count += some & 1
        some >>= 1
    return count


@inlined
def rate_platforms(by_creators: float, week: Week, m: Day) -> float:
    """Work out what a follower brings to creators on each platform: what is earned there, shrunk to what is known.

    Returns
    -------
    float
        What a creator of usual size earns, yuan a week.
    """
    earned, reached, count = 0.0, 0.0, 0
    for k in range(m.creators.shape[0]):
        if is_moving(k, m):
            earned += m.creators[k].income_mean
            reached += reached_by(k, week, m)
            count += 1
    usual, confidence = earned / max(reached, 1.0), max(reached / max(count, 1), 1.0)
    sales, mean = sales_per_reach(by_creators, reached, m), 0.0
    for v in range(m.platforms.shape[0]):
        mean += m.platforms[v].sale_pay / m.platforms.shape[0]
    for v in range(m.platforms.shape[0]):
        earned, reached = 0.0, 0.0
        for k in range(m.creators.shape[0]):
            if is_moving(k, m) and has(m.creators[k].platforms, v):
                looking = week.audience[LOOKING, k, v]
                earned += looking / max(reached_by(k, week, m), 1e-9) * m.creators[k].income_mean
                reached += looking
        known = max(usual + (m.platforms[v].sale_pay - mean) * sales, 0.0)
        week.rate[v] = (earned + confidence * known) / (reached + confidence)
    return usual * confidence


@inlined
def reached_by(k: int, week: Week, m: Day) -> float:
    """How many followers creator k reaches where the posts are seen now."""
    reached = 0.0
    for v in range(m.platforms.shape[0]):
        reached += week.audience[LOOKING, k, v] if has(m.creators[k].platforms, v) else 0.0
    return reached


@inlined
def sales_per_reach(by_creators: float, reached: float, m: Day) -> float:
    """What creators sell to a follower whom they reach, yuan a week."""
    members, days, spending = 0, 0.0, 0.0
    for i in range(m.members.shape[0]):
        members += m.members[i].looks > 0
    for v in range(m.platforms.shape[0]):
        days += m.platforms[v].days
        spending += m.platforms[v].spending
    return DAYS_A_WEEK * spending / max(days, 1.0) * members * by_creators / max(reached, 1.0)


@inlined
def skill_of(k: int, usual: float, week: Week, m: Day) -> float:
    """What creator k earns over what others would with the same followers, shrunk to one."""
    expected = 0.0
    for v in range(m.platforms.shape[0]):
        if has(m.creators[k].platforms, v):
            expected += week.rate[v] * week.audience[LOOKING, k, v]
    return (m.creators[k].income_mean + usual) / max(expected + usual, 1e-9)


@inlined
def where_to_open(k: int, on: int, skill: float, week: Week, m: Day) -> int:
    """The platform on which creator k opens a shop, the one that gains most, by lot among equals; or `NOBODY`."""
    p, best, most = m.p.membership, NOBODY, -math.inf
    if draw_of_creator(k, MembershipDraw.CREATOR_REVIEWS, m) >= p.creators_review:
        return NOBODY
    for v in range(m.platforms.shape[0]):
        if not has(on, v):
            coming = p.share_expected * min((p.asked_least + p.asked_most) / 2, week.audience[OUTSIDE, k, v])
            income = expected_income(week.rate[v], week.audience[LOOKING, k, v], coming) * skill
            gain = income - cost_of_opening(on, v, week, m)
            if gain > most or (gain == most and lot(k, v, m) > lot(k, best, m)):
                best, most = v, gain
    u = draw_of_creator(k, MembershipDraw.CREATOR_OPENS, m)
    is_likely = best >= 0 and u < chance(most, p.move_cost, p.horizon, p.creators_noise)
    return best if is_likely else NOBODY


@inlined
def cost_of_opening(on: int, v: int, week: Week, m: Day) -> float:
    """What a shop on one more platform costs: the income from all others where it must be alone, else the effort."""
    if not is_alone(on, v, m):
        return m.p.membership.second_effort if on > 0 else 0.0
    lost = 0.0
    for other in range(m.platforms.shape[0]):
        lost += week.income[other] if has(on, other) else 0.0
    return lost


@inlined
def is_alone(on: int, v: int, m: Day) -> bool:
    """Whether a creator on some platforms, as bits, would have to leave them for another."""
    return not m.p.membership.creators_multi_home or m.platforms[v].exclusive or must_leave(on, m)


@inlined
def must_leave(on: int, m: Day) -> bool:
    """Whether one of some platforms, as bits, suffers no other beside it."""
    exclusive = 0
    for v in range(m.platforms.shape[0]):
        exclusive += m.platforms[v].exclusive and has(on, v)
    return exclusive > 0


@inlined
def closes(k: int, on: int, week: Week, m: Day) -> bool:
    """Whether creator k, on several platforms, gives up the least: it does not pay its effort, or may not stay."""
    p, u = m.p.membership, draw_of_creator(k, MembershipDraw.CREATOR_CLOSES, m)
    if on & on - 1 == 0 or u >= p.creators_review:
        return False
    gain = p.second_effort - week.income[least_of(on, week)]
    return must_leave(on, m) or u < p.creators_review * chance(gain, 0.0, p.horizon, p.creators_noise)


@inlined
def least_of(on: int, week: Week) -> int:
    """Of some platforms, as bits, the one of which the least income is expected."""
    least = NOBODY
    for v in range(week.income.shape[0]):
        if has(on, v) and (least < 0 or week.income[v] < week.income[least]):
            least = v
    return least


@inlined
def post_on(k: int, on: int, week: Week, m: Day) -> None:
    """Let creator k post on some platforms, as bits, and be at home on the one that is expected to earn most."""
    creator, home = m.creators[k], NOBODY
    creator.platforms = on
    for v in range(week.income.shape[0]):
        if has(on, v) and (home < 0 or week.income[v] > week.income[home]):
            home = v
    if home >= 0:
        creator.home = home
    else:  # who is nowhere has not begun
        creator.since = m.day
        creator.posted = m.day


@inlined
def lot(k: int, v: int, m: Day) -> float:
    """What decides between equal platforms."""
    return draw_of_creator(k, MembershipDraw.CREATOR_LOT + v, m)


@inlined
def draw_of_creator(k: int, which: int, m: Day) -> float:
    """A draw of the person who is creator k."""
    return uniform(m.keys[Stream.MEMBERSHIP], m.day, m.creators[k].consumer, which)
