"""Membership of people: who joins a platform and leaves, and on which each looks today."""

from __future__ import annotations

import numpy as np

from sim.agents import joining, moving, shops
from sim.agents.looking import look
from sim.compiled import compiled
from sim.day import Day
from sim.draws import Stream, uniforms
from sim.parameters import Parameters
from sim.ranges import REFERENCE_PEOPLE
from sim.state import DAYS_A_WEEK, FEN, Byte, Double, Int64
from sim.state import Membership as State
from sim.world import World

START = 0  # which draw of a person


def opened(m: Day, world: World, parameters: Parameters) -> Day:
    """The context of the first day, with memberships: a share of people are members where they are at home."""
    platforms, people = len(m.platforms), world.people.copy()
    draws = uniforms(m.keys[Stream.MEMBERSHIP], 0, len(people), START)
    members = draws < parameters.membership.start
    own = np.where(members, 1 << people["home"].astype(np.int64), 0)
    m.members["held"] = own
    m = m._replace(people=people, memberships=State.table((len(people), platforms)))
    hosts = m.creators["consumer"]
    m.creators["platforms"] = np.where(hosts >= 0, own[np.maximum(hosts, 0)], 255)
    _reach(joining.open_people(world.people, m), m, parameters)
    m.platforms["pages"] = (
        np.bincount(people["home"], people["activity"], platforms) * parameters.market.attention.public_slots
    )
    m.brands["fund"] = m.brands["budget"][:, None] * m.brands["split"] / DAYS_A_WEEK
    return m


def take_up(m: Day, world: World) -> None:
    """Let who is on no platform not be online: what is kept of a market does not hold its people."""
    m.people["activity"] = np.where(m.members["looks"] > 0, world.people["activity"], 0)


def realise(received: Int64, m: Day) -> None:
    """Remember what the orders that arrived today, in some rows, were worth to buyers and brands, by platform."""
    remember(received, np.zeros((len(m.platforms), 3)), m)


@compiled
def remember(received: Int64, sums: Double, m: Day) -> None:
    """Remember it; surplus, that of what creators sold, and prices are summed up first, shape (V, 3)."""
    for row in received:
        order = m.orders[row]
        v, yuan = order.platform, order.surplus / FEN
        m.memberships[order.consumer, v].surplus += yuan
        sums[v, 0] += yuan
        if order.creator >= 0:
            sums[v, 1] += yuan
        if not order.returned:
            sums[v, 2] += order.price / FEN
            m.shops[order.brand, v].margin += (1.0 * order.rest - order.cost - m.shipping) / FEN
    for v in range(sums.shape[0]):
        m.platforms[v].surplus += sums[v, 0]
        m.platforms[v].by_creators += sums[v, 1]
        m.platforms[v].spending += sums[v, 2]


def morning(m: Day, world: World, parameters: Parameters) -> None:
    """Once a week creators, brands and people join and leave; each day people look at one of their platforms."""
    if m.day % DAYS_A_WEEK == 0:
        _week(m, world, parameters)
    looking = look(m)
    m.platforms["days"] += looking
    m.platforms["weight"] = looking / max(looking.sum(), 1)


def _week(m: Day, world: World, parameters: Parameters) -> None:
    """What was remembered fades, then creators, brands and people choose."""
    asked = np.zeros(len(m.people), np.uint8)
    if m.day > 0:
        left = float(np.exp(-1 / parameters.membership.memory))
        joining.forget(left, m)
        for name in ("days", "surplus", "by_creators", "spending"):
            m.platforms[name] *= left
        m.shops["margin"] *= left
    known = known_of(m, parameters)
    if m.day > 0:
        asked = moving.creators_move(m, parameters, known.by_creators)
        shops.brands_move(m, parameters)
    week = prepared(asked, m, parameters)
    if m.day > 0:
        joining.move_people(week, known, world.people, m)
        m.platforms["growth_cost"] += _scaled("upkeep", m, parameters)
    known = known._replace(goods=shops.goods_there(m))
    _reach(joining.settle_people(week, known, world.people, m), m, parameters)


def prepared(asked: Byte, m: Day, parameters: Parameters) -> joining.Week:
    """What the week's pass over people reads; platforms advertise."""
    people, platforms = m.memberships.shape
    on, overall = moving.present(m)
    advertised = [_advertise(v, m, parameters) if m.day > 0 else 0.0 for v in range(platforms)]
    week = joining.Week(
        on=on, overall=overall, asked=asked, pinned=moving.platforms_of_hosts(m), advertised=np.array(advertised),
        held=m.members["held"].copy(), present=np.empty((people, platforms)), usual=1.0,
        expected=np.zeros(platforms),
    )  # fmt: skip
    return week._replace(usual=joining.meet_creators(week, m))


def _reach(reached: int, m: Day, parameters: Parameters) -> None:
    """Let brands spend on the people whom they can reach."""
    policy = parameters.brands
    m.brands["budget"] = round(policy.weekly_budget * FEN * reached / policy.count)


def known_of(m: Day, parameters: Parameters) -> joining.Known:
    """What everybody can know: what platforms have brought, and what they ask."""
    p, platforms = parameters.membership, m.platforms
    days, surplus = float(platforms["days"].sum()), float(platforms["surplus"].sum())
    base = (DAYS_A_WEEK * surplus + p.confidence * p.expected) / (days + p.confidence)
    by_creators = float(np.clip(platforms["by_creators"].sum() / surplus, 0, 1)) if surplus > 0 else 0.5
    spending = DAYS_A_WEEK * float(platforms["spending"].sum()) / max(days, 1.0)
    price = m.listings["price"].mean(axis=1) * (1 - platforms["coupon"]) * (1 - platforms["deal_cut"])
    weight = platforms["days"] + 1.0
    usual = float((price * weight).sum() / weight.sum())
    return joining.Known(base, by_creators, shops.goods_there(m), spending * (1 - price / usual))


def _advertise(v: int, m: Day, parameters: Parameters) -> float:
    """Spend a platform's budget for growth; returns the probability that somebody who is no member sees it."""
    outside = np.count_nonzero(m.members["held"] >> v & 1 == 0)
    budget = min(_scaled("growth_budget", m, parameters)[v], max(float(cash(m, parameters)[v]), 0.0))
    if outside == 0 or budget == 0:
        return 0.0
    m.platforms["growth_cost"][v] += budget
    return float(-np.expm1(-budget / parameters.membership.contact_price / outside))


def cash(m: Day, parameters: Parameters) -> Double:
    """Money of each platform: what it began with and has earned, less what growth and upkeep have cost, yuan."""
    earned = m.accounts.revenue.sum(axis=1) / FEN
    own: Double = _scaled("cash", m, parameters) + earned - m.platforms["growth_cost"]
    return own


def _scaled(name: str, m: Day, parameters: Parameters) -> Double:
    """A sum that is stated for a market of 10,000 people, of each platform, for this one."""
    stated = np.array([getattr(policy, name) for policy in parameters.platforms], float)
    return stated * m.population / REFERENCE_PEOPLE
