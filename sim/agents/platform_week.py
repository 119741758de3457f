"""The week in which platforms are chosen: by what creators, brands and people choose, and what everybody knows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Byte, Double, Int64
from sim.compilation import compiled, inlined
from sim.compilation.context import Context
from sim.day import Day
from sim.units import DAYS_A_WEEK


class Known(NamedTuple):
    """What everybody can know of platforms as such."""

    base: float  # surplus that they bring on the average, yuan a week
    by_creators: float  # share of it that comes from creators
    usual: float  # share of the creators followed who are where people look now, not below `least_present`


class Week(Context):
    """What a week's choices read and write beside the market; N people, K creators, V platforms."""

    goods: Double  # (V,) share of the goods people buy that is sold there, against the mean
    saving: Double  # (V,) by lower prices than elsewhere, yuan a week
    followers: Int64  # (K, 2**V) by the platforms of which they are members
    audience: Double  # (2, K, V) followers who look there, as far as one can tell, and who are not there
    rate: Double  # (V,) what a follower brings to creators, yuan a week
    income: Double  # (V,) what the creator, or brand, who chooses expects, yuan a week
    opened: Int64  # (K,) where a creator has opened a shop, or `NOBODY`
    on: Int64  # (K,) a one in the counter of each platform where a creator posts; 0 where people do not count them
    overall: Double  # (V,) the creators' audience there, as a share of all
    invited: Byte  # (N,) where creators ask each to come, as bits
    pinned: Byte  # (N,) where each is as a creator, as bits
    advertised: Double  # (V,) probability to see a platform's advertising
    contact: Double  # (V, most friends + 1) probability to hear of it, by how many friends are there
    held: Byte  # (N,) where each was a member when the week began, as bits
    present: Double  # (N, V) share of the creators followed who are there
    expected: Double  # (V,) what the person who chooses expects, yuan a week


def new_week(m: Day) -> Week:
    """Room for a week's choices."""
    people, platforms, creators = len(m.people), len(m.platforms), len(m.creators)
    by_platform, friends = np.zeros((7, platforms)), int(np.diff(m.offsets).max(initial=0))
    return Week(
        goods=by_platform[0], saving=by_platform[1], followers=np.zeros((creators, 1 << platforms), np.int64),
        audience=np.zeros((2, creators, platforms)), rate=by_platform[2], income=by_platform[3],
        opened=np.zeros(creators, np.int64), on=np.zeros(creators, np.int64), overall=by_platform[4],
        invited=np.zeros(people, np.uint8), pinned=np.zeros(people, np.uint8), advertised=by_platform[5],
        contact=np.empty((platforms, friends + 1)), held=np.zeros(people, np.uint8),
        present=np.empty((people, platforms)), expected=by_platform[6],
    )  # fmt: skip


@compiled
def forget(left: float, m: Day) -> None:
    """Let what is remembered of platforms fade."""
    for i in range(m.memberships.shape[0]):
        for v in range(m.memberships.shape[1]):
            m.memberships[i, v].days *= left
            m.memberships[i, v].surplus *= left
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        platform.days *= left
        platform.surplus *= left
        platform.by_creators *= left
        platform.spending *= left
        for b in range(m.shops.shape[0]):
            m.shops[b, v].margin *= left


@compiled
def know(week: Week, m: Day) -> Known:
    """Work out what everybody can know: what platforms have brought, and what they ask; who is where is told later."""
    p, days, surplus, by_creators, spending = m.p.membership, 0.0, 0.0, 0.0, 0.0
    for v in range(m.platforms.shape[0]):
        days += m.platforms[v].days
        surplus += m.platforms[v].surplus
        by_creators += m.platforms[v].by_creators
        spending += m.platforms[v].spending
    compare_goods(week.goods, m)
    compare_prices(DAYS_A_WEEK * spending / max(days, 1.0), week.saving, m)
    base = (DAYS_A_WEEK * surplus + p.confidence * p.expected) / (days + p.confidence)
    # until something has been bought nothing is known to come from creators
    return Known(base, min(max(by_creators / surplus, 0.0), 1.0) if surplus > 0.0 else 0.0, 1.0)


@inlined
def compare_prices(spending: float, saving: Double, m: Day) -> None:
    """Work out what is saved by lower prices on each platform, against the mean over platforms as they are used."""
    total = weights = 0.0
    for v in range(m.platforms.shape[0]):
        platform, prices = m.platforms[v], 0
        for product in range(m.listings.shape[1]):
            prices += m.listings[v, product].price
        saving[v] = prices / m.listings.shape[1] * (1.0 - platform.coupon) * (1.0 - platform.deal_cut)
        total += saving[v] * (platform.days + 1.0)
        weights += platform.days + 1.0
    for v in range(m.platforms.shape[0]):
        saving[v] = spending * (1.0 - saving[v] / (total / weights))


@compiled
def compare_goods(goods: Double, m: Day) -> None:
    """Work out how much of what brands earn is sold on each platform, against the mean over platforms as used."""
    everything, total, weights = 0.0, 0.0, 0.0
    goods[:] = 0.0
    for b in range(m.shops.shape[0]):
        earned = 0.0
        for v in range(m.shops.shape[1]):
            earned += m.shops[b, v].margin
        earned = max(earned, 0.0) + 1e-9
        everything += earned
        for v in range(m.shops.shape[1]):
            goods[v] += earned if m.shops[b, v].open else 0.0
    for v in range(m.platforms.shape[0]):
        goods[v] /= everything
        total += goods[v] * (m.platforms[v].days + 1.0)
        weights += m.platforms[v].days + 1.0
    for v in range(m.platforms.shape[0]):
        goods[v] /= max(total / weights, m.p.membership.least_present)
