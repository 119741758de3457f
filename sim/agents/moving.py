"""Moving of creators: on which platforms each posts, by the income expected there, and whom each asks to come along."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.joining import COUNTER, FOLLOWED
from sim.compiled import allocating, compiled
from sim.day import Day
from sim.draws import Stream, uniforms_at
from sim.parameters import Membership, Parameters
from sim.rules import membership as rule
from sim.state import DAYS_A_WEEK, FOLLOW_SLOTS, NOBODY, Byte, Double, Int64

Held = NDArray[np.bool_]

REVIEW, CHOICE, LEAVE, SIZE = 48, 49, 50, 51  # which draw of a person
LOT = 144  # with the platform added
ASKED = 1 << 10  # and of a person with a creator


class Prospects(NamedTuple):
    """What creators expect of platforms; K creators, V platforms."""

    rows: Int64  # (K,) among creators
    on: Held  # (K, V) where each posts
    reach: Double  # (K, V) followers who look there, as far as one can tell
    outside: Double  # (K, V) followers who are not there
    income: Double  # (K, V) yuan a week
    with_import: Double  # (K, V) the same with those who can be expected to come along


def present(m: Day) -> tuple[Int64, Double]:
    """Where each creator whom people count posts, as counters, (K,); and the share of the audience there, (V,)."""
    active, on = m.creators["active"], _on(m)
    counts = active & (m.creators["brand"] < 0)
    counters = np.where(counts, 1 << FOLLOWED | on @ (1 << COUNTER * np.arange(on.shape[1])), 0)
    reached = np.where(active, m.creators["audience"], 0).astype(float)
    return counters, (reached @ on) / max(reached.sum(), 1.0)


def platforms_of_hosts(m: Day) -> Byte:
    """The platforms that each person cannot leave, being a creator there, as bits; shape (N,)."""
    pinned = np.zeros(len(m.people), np.uint8)
    active = np.flatnonzero(m.creators["active"] & (m.creators["consumer"] >= 0))
    pinned[m.creators["consumer"][active]] = m.creators["platforms"][active]
    return pinned


def creators_move(m: Day, parameters: Parameters, by_creators: float) -> Byte:
    """Let creators open a shop on another platform, or close one; returns who is asked to come where, as bits, (N,)."""
    creators, asked = m.creators, np.zeros(len(m.people), np.uint8)
    rows = np.flatnonzero(creators["active"] & (creators["consumer"] >= 0))
    if len(rows) == 0:
        return asked
    prospects = _prospects(rows, m, parameters, by_creators)
    on = prospects.on.copy()
    chosen, moves, alone = _choices(prospects, m, parameters)
    on[moves & alone] = False
    on[moves, chosen[moves]] = True
    _close(on, prospects, moves, m, parameters)
    _ask(asked, rows[moves], chosen[moves], m, parameters.membership)
    _write(rows, on, prospects.income, m)
    return asked


def _prospects(rows: Int64, m: Day, parameters: Parameters, by_creators: float) -> Prospects:
    """Work out what each creator can expect: peers' income per follower, by platform, times the own followers there."""
    p, creators = parameters.membership, m.creators
    on, followers = _on(m)[rows], np.zeros((3, *_on(m).shape))
    count_followers(followers, np.zeros((len(creators), 1 << on.shape[1]), np.int64), m)
    reach, there, everybody = followers[:, rows]
    outside = np.maximum(everybody - there, 0)
    earned = creators["income_mean"][rows].astype(float)
    reached = (reach * on).sum(axis=1)
    usual = float(earned.sum() / max(reached.sum(), 1.0))
    confidence = float(max(reached.mean(), 1.0))
    part = np.where(on, reach, 0) / np.maximum(reached, 1e-9)[:, None] * earned[:, None]
    known = np.maximum(usual + _pay_difference(m) * _sales_per_reach(m, by_creators, reached), 0)
    rate = (part.sum(axis=0) + confidence * known) / ((reach * on).sum(axis=0) + confidence)
    skill = (earned + usual * confidence) / np.maximum((rate * reach * on).sum(axis=1) + usual * confidence, 1e-9)
    coming = p.share_expected * np.minimum((p.asked_least + p.asked_most) / 2, outside)
    income = rule.expected_income(rate, reach, np.zeros_like(reach)) * skill[:, None]
    return Prospects(rows, on, reach, outside, income, rule.expected_income(rate, reach, coming) * skill[:, None])


def _choices(prospects: Prospects, m: Day, parameters: Parameters) -> tuple[Int64, Held, Held]:
    """Which platform each creator would add or move to, who does, and who leaves all others for it."""
    p, rows, on = parameters.membership, prospects.rows, prospects.on
    exclusive = np.array([policy.exclusive for policy in parameters.platforms])
    alone = np.broadcast_to(not p.creators_multi_home, on.shape) | exclusive | (on & exclusive).any(axis=1)[:, None]
    lost = np.where(on, prospects.income, 0).sum(axis=1)[:, None]
    effort = np.where(on.any(axis=1), p.second_effort, 0.0)[:, None]
    gain = np.where(on, -np.inf, prospects.with_import - np.where(alone, lost, effort))
    lots = np.stack([_luck(LOT + v, rows, m) for v in range(on.shape[1])], axis=1)
    chosen, n = rule.best_of(gain, lots), np.arange(len(rows))
    likely = rule.chance(
        np.where(np.isfinite(gain[n, chosen]), gain[n, chosen], 0), p.move_cost, p.horizon, p.creators_noise
    )
    moves = (_luck(REVIEW, rows, m) < p.creators_review) & (_luck(CHOICE, rows, m) < likely)
    return chosen, moves & np.isfinite(gain[n, chosen]), alone[n, chosen]


def _close(on: Held, prospects: Prospects, moved: Held, m: Day, parameters: Parameters) -> None:
    """Close the shop that brings least, where a creator has several and it does not pay its effort, or may not stay."""
    p = parameters.membership
    exclusive = np.array([policy.exclusive for policy in parameters.platforms])
    income = np.where(on, prospects.income, np.inf)
    least, several = income.argmin(axis=1), on.sum(axis=1) > 1
    gain = np.where(several, p.second_effort - np.where(several, income.min(axis=1), 0), 0)
    likely = np.where((on & exclusive).any(axis=1), 1.0, rule.chance(gain, 0.0, p.horizon, p.creators_noise))
    closes = several & ~moved & (_luck(LEAVE, prospects.rows, m) < p.creators_review * likely)
    on[closes, least[closes]] = False


def _write(rows: Int64, on: Held, income: Double, m: Day) -> None:
    """Write where creators post, each at home where it earns most, and make each a member there."""
    creators, hosts = m.creators, m.creators["consumer"][rows]
    creators["platforms"][rows] = (on << np.arange(on.shape[1])).sum(axis=1)
    somewhere = on.any(axis=1)
    creators["home"][rows[somewhere]] = np.where(on, income, -np.inf).argmax(axis=1)[somewhere]
    for name in ("since", "posted"):  # who is nowhere has not begun
        creators[name][rows[~somewhere]] = m.day
    m.members["held"][hosts] |= creators["platforms"][rows]


def _ask(asked: Byte, movers: Int64, where: Int64, m: Day, p: Membership) -> None:
    """Let creators who open a shop ask followers to come along: some of those who are not there, by lot."""
    if p.asked_most == 0 or len(movers) == 0:
        return
    number = np.full(len(m.creators), NOBODY)
    number[movers] = np.arange(len(movers))
    people, of = followers_of(number, m)
    for n, (k, v) in enumerate(zip(movers.tolist(), where.tolist(), strict=True)):
        candidates = people[of == n]
        candidates = candidates[m.members["held"][candidates] >> v & 1 == 0]
        host = m.creators["consumer"][k : k + 1].astype(np.int64)
        u = float(uniforms_at(m.keys[Stream.MEMBERSHIP], m.day, host, SIZE)[0])
        size = min(p.asked_least + int(u * (p.asked_most - p.asked_least + 1)), p.asked_most)
        lots = uniforms_at(m.keys[Stream.MEMBERSHIP], m.day, candidates, ASKED + int(host[0]) % (1 << 20))
        asked[candidates[np.argsort(lots, kind="stable")[:size]]] |= 1 << v


@allocating
def followers_of(number: Int64, m: Day) -> tuple[Int64, Int64]:
    """Who follows some creators, in the order of people, and the number of the creator.

    Parameters
    ----------
    number
        Of each creator, shape (K,); `NOBODY` for those that are not asked about.
    """
    found = 0
    for i in range(m.follows.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            found += number[k] >= 0
    people, of = np.empty(found, np.int64), np.empty(found, np.int64)
    n = 0
    for i in range(m.follows.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            if number[k] >= 0:
                people[n], of[n] = i, number[k]
                n += 1
    return people, of


@compiled
def count_followers(followers: Double, by_set: Int64, m: Day) -> None:
    """Count each creator's followers on each platform: a member of several in parts, then whole, then all people.

    Parameters
    ----------
    followers
        Shape (3, K, V), to be written.
    by_set
        Zeros, shape (K, 2**V): where followers are counted by what they are members of.
    """
    for i in range(m.follows.shape[0]):
        held = int(m.members[i].held)
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            by_set[k, held] += 1
    for k in range(by_set.shape[0]):
        for held in range(by_set.shape[1]):
            if by_set[k, held] > 0:
                several = 0
                for v in range(followers.shape[2]):
                    several += held >> v & 1
                for v in range(followers.shape[2]):
                    followers[2, k, v] += by_set[k, held]
                    if held >> v & 1:
                        followers[0, k, v] += by_set[k, held] / several
                        followers[1, k, v] += by_set[k, held]


def _pay_difference(m: Day) -> Double:
    """What creators are paid on each platform over the mean, share of price; shape (V,)."""
    pay: Double = m.platforms["sale_pay"].astype(float)
    return pay - pay.mean()


def _sales_per_reach(m: Day, by_creators: float, reached: Double) -> float:
    """What creators sell to a follower whom they reach, yuan a week."""
    days = float(m.platforms["days"].sum())
    members = np.count_nonzero(m.members["looks"])
    weekly = DAYS_A_WEEK * float(m.platforms["spending"].sum()) / max(days, 1.0) * members * by_creators
    return weekly / max(float(reached.sum()), 1.0)


def _on(m: Day) -> Held:
    """Where creators post, shape (K, V)."""
    bits: Held = (m.creators["platforms"][:, None] >> np.arange(len(m.platforms)) & 1).astype(np.bool_)
    return bits


def _luck(which: int, rows: Int64, m: Day) -> Double:
    hosts = m.creators["consumer"][rows].astype(np.int64)
    return uniforms_at(m.keys[Stream.MEMBERSHIP], m.day, hosts, which)
