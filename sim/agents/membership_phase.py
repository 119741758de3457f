"""The phase in which platforms are chosen: once a week who joins and leaves, each day where each person looks."""

from __future__ import annotations

import numpy as np

from sim.agents.brand_shops import brands_move
from sim.agents.creator_shops import creators_move
from sim.agents.inviting import invite
from sim.agents.joining import find_creators, open_people, people_move
from sim.agents.multihoming import look
from sim.agents.platform_growth import spend_on_growth
from sim.agents.platform_week import forget, know, new_week
from sim.arrays import Double, Int64
from sim.compilation import compiled
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, uniforms
from sim.parameters import Parameters
from sim.state.people import Membership as State
from sim.units import DAYS_A_WEEK, FEN
from sim.world import World


def opened(m: Day, world: World, parameters: Parameters) -> Day:
    """The context of the first day, with memberships: a share of people are members where they are at home."""
    platforms, people = len(m.platforms), world.people.copy()
    draws = uniforms(m.keys[Stream.MEMBERSHIP], 0, len(people), MembershipDraw.START)
    members = draws < parameters.membership.start
    own = np.where(members, 1 << people["home"].astype(np.int64), 0)
    m.members["held"] = own
    m = m._replace(people=people, memberships=State.table((len(people), platforms)))
    hosts = m.creators["consumer"]
    m.creators["platforms"] = np.where(hosts >= 0, own[np.maximum(hosts, 0)], 255)
    _set_budgets(open_people(world.people, m), m, parameters)
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
            m.shops[order.brand, v].margin += (order.rest - order.cost - m.shipping) / FEN
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
    week = new_week(m)
    if m.day > 0:
        forget(float(np.exp(-1 / parameters.membership.memory)), m)
    known = know(week, m)
    if m.day > 0:
        if creators_move(known.by_creators, week, m):
            invite(week, parameters.membership, m)
        brands_move(week, m)
    find_creators(week, m)
    if m.day > 0:
        spend_on_growth(week, m)
    _set_budgets(people_move(week, known, world.people, m), m, parameters)


def _set_budgets(reached: int, m: Day, parameters: Parameters) -> None:
    """Let brands spend by how many people they can reach."""
    policy = parameters.brands
    m.brands["budget"] = round(policy.weekly_budget * FEN * reached / policy.count)
