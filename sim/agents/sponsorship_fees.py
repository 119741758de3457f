"""Sponsorship fees: what a brand pays a creator for a post, and out of which fund."""

from __future__ import annotations

from sim.agents.payees import is_for, is_on_post
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.ranges import MOST_FEN
from sim.sets import has
from sim.state.brands import Fund
from sim.state.creators import Tier
from sim.state.pay import Base, Funder
from sim.units import DAYS_A_WEEK, FEN

MOST_LEVEL = 1e12  # of fees over the usual ones


@inlined
def fee_of(k: int, b: int, m: Day) -> int:
    """Fee of a post of creator k that brand b pays today, fen."""
    creator, for_followers, for_post = m.creators[k], 0.0, 0.0
    for n in range(m.platforms[creator.home].lines):
        line = m.pay[creator.home, n]
        if line.by == Funder.BRAND and has(line.tiers, creator.tier) and is_for(line, b):
            for_followers += line.fixed if line.of == Base.FOLLOWER else 0.0
            for_post += line.fixed if line.of == Base.POST else 0.0
    fee = FEN * for_followers * creator.audience + FEN * for_post
    return int(min(fee * m.fee_level[creator.tier], MOST_FEN))


@inlined
def usual_fee(k: int, m: Day) -> float:
    """Fee of a paid post of creator k where money is not plenty, the mean over brands, fen."""
    creator = m.creators[k]
    platform = m.platforms[creator.home]
    return FEN * platform.follower_pay[creator.tier] * creator.audience + FEN * platform.post_pay[creator.tier]


@inlined
def set_fees(tier: int, m: Day) -> None:
    """Fees rise where brands have more money for a tier than its creators' posts of a week cost."""
    money = cost = 0.0
    for b in range(m.brands.shape[0]):
        if pays_fees(b, tier, m):
            money += max(m.brands[b].fund[fund_of(tier)], 0.0)
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if creator.active and creator.tier == tier:
            cost += DAYS_A_WEEK * creator.rate * usual_fee(k, m)
    m.fee_level[tier] = min(max(1.0, money / cost), MOST_LEVEL) if cost > 0.0 else 1.0


@inlined
def pays_fees(b: int, tier: int, m: Day) -> bool:
    """Whether brand b pays creators of a tier for posts anywhere, beside commissions."""
    for v in range(m.platforms.shape[0]):
        for n in range(m.platforms[v].lines):
            line = m.pay[v, n]
            is_fee = line.fixed > 0.0 and is_on_post(line)
            if is_fee and line.by == Funder.BRAND and has(line.tiers, tier) and is_for(line, b):
                return True
    return False


@compiled
def fund_of(tier: int) -> int:
    """The `Fund` out of which creators of a tier are paid."""
    if tier == Tier.KOC:
        return Fund.KOC
    return Fund.KOL if tier == Tier.KOL else Fund.OWN
