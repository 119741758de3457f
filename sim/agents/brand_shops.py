"""Shops of brands: on which platforms each sells, by what sales there earn."""

from __future__ import annotations

import math

from sim.agents.platform_week import Week
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, uniform
from sim.ledger import move
from sim.ranges import REFERENCE_PEOPLE
from sim.records import NOBODY
from sim.rules.membership import chance
from sim.units import DAYS_A_WEEK, FEN

WEEKS_A_YEAR = 52


@compiled
def brands_move(week: Week, m: Day) -> None:
    """Let brands open a shop on a platform, or close one."""
    usual = rate_platforms(week, m)
    for b in range(m.shops.shape[0]):
        if draw_of_brand(b, MembershipDraw.BRAND_REVIEWS, m) < m.p.membership.brands_review:
            expect(b, usual, week, m)
            opened = where_to_open(b, week, m)
            if opened >= 0:
                is_moving = is_alone(b, opened, m)
                for v in range(m.shops.shape[1]):
                    set_open(b, v, v == opened or (m.shops[b, v].open and not is_moving), m)
            else:
                closed = where_to_close(b, week, m)
                if closed >= 0:
                    set_open(b, closed, False, m)


@inlined
def size_of_market(m: Day) -> float:
    """By what amounts are multiplied that are stated for a market of usual size; where nobody lives, chance stays."""
    return max(m.population, 1) / REFERENCE_PEOPLE


@inlined
def weeks_remembered(m: Day) -> float:
    """For how many weeks what has happened adds up."""
    memory = m.p.membership.memory
    return memory * (1.0 - math.exp(-(m.day + 1) / (DAYS_A_WEEK * memory)))


@inlined
def rate_platforms(week: Week, m: Day) -> float:
    """Work out what brands earn on each platform; one without brands is expected to bring what is spent elsewhere.

    Returns
    -------
    float
        The mean over platforms, yuan a week.
    """
    weeks, everything, visits, mean = weeks_remembered(m), 0.0, 0.0, 0.0
    for v in range(m.platforms.shape[0]):
        visits += m.platforms[v].days / weeks
        for b in range(m.shops.shape[0]):
            everything += m.shops[b, v].margin / weeks
    for v in range(m.platforms.shape[0]):
        alike = everything / max(visits, 1.0) * (m.platforms[v].days / weeks) / m.shops.shape[0]
        earned, selling = 0.0, 0
        for b in range(m.shops.shape[0]):
            if m.shops[b, v].open:
                earned += m.shops[b, v].margin / weeks
                selling += 1
        week.rate[v] = (earned + alike) / (selling + 1)
        mean += week.rate[v] / m.platforms.shape[0]
    return mean


@inlined
def expect(b: int, usual: float, week: Week, m: Day) -> None:
    """Write what brand b can expect to earn on each platform, less what a shop there costs, yuan a week.

    Where it sells, what it has earned; elsewhere what other brands earn there, times how it does against them where
    it sells.
    """
    weeks, own, others = weeks_remembered(m), 0.0, 0.0
    for v in range(m.shops.shape[1]):
        if m.shops[b, v].open:
            own += m.shops[b, v].margin / weeks
            others += week.rate[v]
    skill = (max(own, 0.0) + usual) / (others + usual) if usual > 0.0 else 1.0
    for v in range(m.shops.shape[1]):
        income = m.shops[b, v].margin / weeks if m.shops[b, v].open else week.rate[v] * skill
        fee = m.platforms[v].annual_fee / FEN / WEEKS_A_YEAR
        week.income[v] = income - (fee + m.p.membership.shop_effort * size_of_market(m))


@inlined
def where_to_open(b: int, week: Week, m: Day) -> int:
    """The platform on which brand b opens a shop, the one that gains most, by lot among equals; or `NOBODY`."""
    p, size, best, most = m.p.membership, size_of_market(m), NOBODY, -math.inf
    for v in range(m.shops.shape[1]):
        if not m.shops[b, v].open:
            gain = week.income[v] - (lost_by_moving(b, week, m) if is_alone(b, v, m) else 0.0)
            if gain > most or (gain == most and lot(b, v, m) > lot(b, best, m)):
                best, most = v, gain
    likely = chance(most, p.shop_cost * size, p.horizon, p.brands_noise * size)
    return best if best >= 0 and draw_of_brand(b, MembershipDraw.BRAND_OPENS, m) < likely else NOBODY


@inlined
def lost_by_moving(b: int, week: Week, m: Day) -> float:
    """What brand b expects of the platforms where it sells, yuan a week."""
    lost = 0.0
    for v in range(m.shops.shape[1]):
        lost += week.income[v] if m.shops[b, v].open else 0.0
    return lost


@inlined
def where_to_close(b: int, week: Week, m: Day) -> int:
    """The platform on which brand b closes its shop, the one that brings least; or `NOBODY`."""
    p, count, least = m.p.membership, 0, NOBODY
    for v in range(m.shops.shape[1]):
        if m.shops[b, v].open:
            count += 1
            if least < 0 or week.income[v] < week.income[least]:
                least = v
    if least < 0:
        return NOBODY
    must = count > 1 and (not p.brands_multi_home or must_leave(b, m))
    likely = chance(-week.income[least], 0.0, p.horizon, p.brands_noise * size_of_market(m))
    return least if must or draw_of_brand(b, MembershipDraw.BRAND_CLOSES, m) < likely else NOBODY


@inlined
def is_alone(b: int, v: int, m: Day) -> bool:
    """Whether brand b would have to leave all others for a platform."""
    return not m.p.membership.brands_multi_home or m.platforms[v].exclusive or must_leave(b, m)


@inlined
def must_leave(b: int, m: Day) -> bool:
    """Whether a platform where brand b sells suffers no other beside it."""
    exclusive = 0
    for v in range(m.shops.shape[1]):
        exclusive += m.shops[b, v].open and m.platforms[v].exclusive
    return exclusive > 0


@inlined
def set_open(b: int, v: int, is_open: bool, m: Day) -> None:
    """Open or close a shop: its deposit is paid, or given back."""
    if is_open != m.shops[b, v].open:
        fen = m.platforms[v].deposit if is_open else -m.platforms[v].deposit
        move(m.accounts.brand, b, m.accounts.deposit, v, fen)
        m.shops[b, v].open = is_open


@inlined
def lot(b: int, v: int, m: Day) -> float:
    """What decides between equal platforms."""
    return draw_of_brand(b, MembershipDraw.BRAND_LOT + v, m)


@inlined
def draw_of_brand(b: int, which: int, m: Day) -> float:
    """A draw of brand b."""
    return uniform(m.keys[Stream.MEMBERSHIP], m.day, b, which)
