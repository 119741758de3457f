"""Membership of people: who joins a platform and leaves, and on which each looks today."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents import moving, shops
from sim.day import Day
from sim.draws import Stream, uniforms, uniforms_at
from sim.parameters import Membership, Parameters
from sim.ranges import REFERENCE_PEOPLE
from sim.rules import membership as rule
from sim.state import DAYS_A_WEEK, FEN, Double, Int64
from sim.state import Membership as State
from sim.world import World

Held = NDArray[np.bool_]  # (N, V)

START, REVIEW, JOIN = 0, 1, 2  # which draw of a person
CONTACT, LOOK, LOT = 16, 32, 128  # with the platform added


class Known(NamedTuple):
    """What everybody can know of platforms; V of them."""

    base: float  # surplus that they bring on the average, yuan a week
    by_creators: float  # share of it that comes from creators
    goods: Double  # (V,) share of the goods people buy that is sold there, against the mean
    saving: Double  # (V,) by lower prices than elsewhere, yuan a week


def opened(m: Day, world: World, parameters: Parameters) -> Day:
    """The context of the first day, with memberships: a share of people are members where they are at home."""
    platforms, people = len(m.platforms), world.people.copy()
    luck = uniforms(m.keys[Stream.MEMBERSHIP], 0, len(people), START)
    members = luck < parameters.membership.start
    held = members[:, None] & (people["home"][:, None] == np.arange(platforms))
    memberships = State.table((len(people), platforms))
    memberships["member"] = held
    m = m._replace(people=people, memberships=memberships)
    hosts = m.creators["consumer"]
    own = np.where(members, 1 << people["home"].astype(np.int64), 0)
    m.creators["platforms"] = np.where(hosts >= 0, own[np.maximum(hosts, 0)], 255)
    _settle(people["home"].astype(np.int64), m, world, parameters)
    m.platforms["pages"] = (
        np.bincount(people["home"], people["activity"], platforms) * parameters.market.attention.public_slots
    )
    m.brands["fund"] = m.brands["budget"][:, None] * m.brands["split"] / DAYS_A_WEEK
    return m


def take_up(m: Day, world: World) -> None:
    """Let people look where their memberships say: what is kept of a market does not hold its people."""
    looked = m.memberships["looked"]
    there = looked.any(axis=1)
    home = np.where(there, looked.argmax(axis=1), world.people["home"])
    m.people["home"] = home
    m.people["looks"] = np.where(there, 1 << home, 0)
    m.people["activity"] = np.where(there, world.people["activity"], 0)


def realise(received: Int64, m: Day) -> None:
    """Remember what the orders that arrived today were worth to their buyers, by platform.

    Parameters
    ----------
    received
        Rows of these orders.
    """
    orders, count = m.orders[received], len(m.platforms)
    where, surplus = orders["platform"].astype(np.int64), orders["surplus"] / FEN
    np.add.at(m.memberships["surplus"], (orders["consumer"].astype(np.int64), where), surplus)
    shops.count_margin(received, m)
    m.platforms["surplus"] += np.bincount(where, surplus, count)
    m.platforms["by_creators"] += np.bincount(where, surplus * (orders["creator"] >= 0), count)
    m.platforms["spending"] += np.bincount(where, np.where(orders["returned"], 0, orders["price"]) / FEN, count)


def morning(m: Day, world: World, parameters: Parameters) -> None:
    """Once a week creators, brands and people join and leave; each day people look at one of their platforms."""
    if m.day % DAYS_A_WEEK == 0:
        _week(m, world, parameters)
    held = m.memberships["member"]
    home = m.people["home"].astype(np.int64)
    several = np.flatnonzero(held.sum(axis=1) > 1)
    if len(several):
        people = several.astype(np.int64)
        luck = np.stack([uniforms_at(_key(m), m.day, people, LOOK + v) for v in range(held.shape[1])], axis=1)
        expected = m.memberships["expected"][several].astype(float)
        home[several] = rule.look(expected, held[several], -np.log(-np.log(luck)), parameters.membership)
        _look_at(several, home[several], m)
    members = np.flatnonzero(m.people["looks"])
    m.memberships["days"][members, home[members]] += 1
    looking = np.bincount(home[members], minlength=held.shape[1])
    m.platforms["days"] += looking
    m.platforms["weight"] = looking / max(len(members), 1)


def _week(m: Day, world: World, parameters: Parameters) -> None:
    """What was remembered fades, then creators, brands and people choose."""
    if m.day > 0:
        left = np.exp(-1 / parameters.membership.memory)
        for name in ("days", "surplus"):
            m.memberships[name] *= left
        for name in ("days", "surplus", "by_creators", "spending"):
            m.platforms[name] *= left
        m.shops["margin"] *= left
        known = known_of(m, parameters)
        asked = moving.creators_move(m, parameters, known.by_creators)
        shops.brands_move(m, parameters)
        _people_move(asked, known, m, world, parameters)
        m.platforms["growth_cost"] += _scaled("upkeep", m, parameters)
    m.memberships["expected"] = _expected(known_of(m, parameters), m, parameters)
    held = m.memberships["member"]
    stays = held[np.arange(len(held)), m.people["home"]]
    best = np.where(held, m.memberships["expected"], -np.inf).argmax(axis=1)
    _settle(np.where(held.any(axis=1) & ~stays, best, m.people["home"]).astype(np.int64), m, world, parameters)


def known_of(m: Day, parameters: Parameters) -> Known:
    """What everybody can know: what platforms have brought, and what they ask."""
    p, platforms = parameters.membership, m.platforms
    days, surplus = float(platforms["days"].sum()), float(platforms["surplus"].sum())
    base = (DAYS_A_WEEK * surplus + p.confidence * p.expected) / (days + p.confidence)
    by_creators = float(np.clip(platforms["by_creators"].sum() / surplus, 0, 1)) if surplus > 0 else 0.5
    spending = DAYS_A_WEEK * float(platforms["spending"].sum()) / max(days, 1.0)
    price = m.listings["price"].mean(axis=1) * (1 - platforms["coupon"]) * (1 - platforms["deal_cut"])
    weight = platforms["days"] + 1.0
    usual = float((price * weight).sum() / weight.sum())
    return Known(base, by_creators, shops.goods_there(m), spending * (1 - price / usual))


def _people_move(asked: Held, known: Known, m: Day, world: World, parameters: Parameters) -> None:
    """Let people who have heard of a platform join it, and others reconsider what they have."""
    p, held = parameters.membership, m.memberships["member"].copy()
    expected = _expected(known, m, parameters)
    now = rule.value_of_set(expected, held, p)
    friends_there = _of_friends(held.astype(float), m)
    gain, best = np.full((2, *held.shape), -np.inf)
    for v, policy in enumerate(parameters.platforms):
        heard = asked[:, v] | (
            _luck(CONTACT + v, m) < rule.chance_of_contact(friends_there[:, v], _advertise(v, m, parameters), p)
        )
        alone = np.arange(held.shape[1]) == v
        after = held | alone if p.multi_home else np.broadcast_to(alone, held.shape)
        gain[:, v] = rule.value_of_set(expected, after, p) - now
        worth = p.horizon * gain[:, v] - policy.join_cost
        best[:, v] = np.where(heard & ~held[:, v] & (world.people["activity"] > 0), worth, -np.inf)
    choice = rule.best_of(best, np.stack([_luck(LOT + v, m) for v in range(held.shape[1])], axis=1))
    rows = np.arange(len(held))
    joins = _luck(JOIN, m) < rule.chance(0.0, -best[rows, choice], p.horizon, p.noise)
    joins &= np.isfinite(best[rows, choice])
    leaves, least = _leaving(expected, now, held, m, p)
    leaves &= ~joins
    pinned = moving.platforms_of_hosts(m)
    if not p.multi_home:
        held[joins] = pinned[joins]
    held[joins, choice[joins]] = True
    leaves &= ~pinned[rows, least]
    held[leaves, least[leaves]] = False
    held |= pinned
    m.memberships["member"] = held


def _leaving(expected: Double, now: Double, held: Held, m: Day, p: Membership) -> tuple[Held, Int64]:
    """Who would give up a membership this week, and which: the one that is missed least."""
    loss = np.full(held.shape, np.inf)
    for v in range(held.shape[1]):
        rest = held & (np.arange(held.shape[1]) != v)
        loss[:, v] = np.where(held[:, v], now - rule.value_of_set(expected, rest, p), np.inf)
    least, thinks = loss.argmin(axis=1), held.any(axis=1)
    missed = np.where(thinks, loss.min(axis=1), 0.0)
    return thinks & (_luck(REVIEW, m) < p.review * rule.chance(-missed, 0.0, p.horizon, p.noise)), least


def _expected(known: Known, m: Day, parameters: Parameters) -> Double:
    """Surplus that each person expects of each platform, yuan a week, shape (N, V)."""
    own, days = m.memberships["surplus"].astype(float), m.memberships["days"].astype(float)
    present = moving.present(m)
    looked = m.memberships["looked"]
    usual = float(present[looked].mean()) if looked.any() else 1.0
    worth = rule.presence_worth(known.base, known.by_creators, present, usual, known.goods) + known.saving
    return rule.expected_surplus(own, days, _of_friends(own, m), _of_friends(days, m), worth, parameters.membership)


def _of_friends(values: Double, m: Day) -> Double:
    """Sums over each person's friends, shape (N, V)."""
    sums = np.zeros((len(m.friends) + 1, values.shape[1]))
    np.cumsum(values[m.friends], axis=0, out=sums[1:])
    return sums[m.offsets[1:]] - sums[m.offsets[:-1]]


def _advertise(v: int, m: Day, parameters: Parameters) -> float:
    """Spend a platform's budget for growth; returns the probability that somebody who is no member sees it."""
    outside = np.count_nonzero(~m.memberships["member"][:, v])
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


def _settle(home: Int64, m: Day, world: World, parameters: Parameters) -> None:
    """Write where each person looks; who is nowhere is not online. Brands spend on those whom they can reach."""
    there = np.asarray(m.memberships["member"].any(axis=1))
    _look_at(np.arange(len(home)), np.where(there, home, world.people["home"]), m)
    m.people["looks"][~there] = 0
    m.memberships["looked"][~there] = False
    m.people["activity"] = np.where(there, world.people["activity"], 0)
    reached = np.count_nonzero(there & (world.people["activity"] > 0))
    policy = parameters.brands
    m.brands["budget"] = round(policy.weekly_budget * FEN * reached / policy.count)


def _look_at(people: Int64, home: Int64, m: Day) -> None:
    """Write which platform some people look at."""
    m.people["home"][people] = home
    m.people["looks"][people] = 1 << home
    m.memberships["looked"][people] = home[:, None] == np.arange(len(m.platforms))


def _key(m: Day) -> np.uint64:
    key: np.uint64 = m.keys[Stream.MEMBERSHIP]
    return key


def _luck(which: int, m: Day) -> Double:
    return uniforms(_key(m), m.day, len(m.people), which)
