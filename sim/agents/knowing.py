"""Knowing creators: what followers can know of a creator today, and what a creator says of a product."""

from __future__ import annotations

import math

from sim.agents.memory import is_used, memory_slot
from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_NORMAL, ClaimDraw
from sim.draws import Stream, normal_of, partner, uniform
from sim.records import NOBODY
from sim.rules.attention import is_forgotten
from sim.rules.content import claim, organic_reach
from sim.state.creators import Creator, Tier

LEAST_PRECISION = 1e-12
BRAND_KEY = 1 << 27  # brands' own accounts take their random numbers beyond all consumers'


@inlined
def key_of(creator: Creator) -> int:
    """Whose random numbers a creator has: the person's, or the brand's."""
    return creator.consumer if creator.consumer >= 0 else BRAND_KEY + creator.brand


@inlined
def private_share(tier: int, m: Day) -> float:
    """Share of a creator's posts that go to the private pool; all of a brand's own account."""
    if tier == Tier.BRAND.value:
        return 1.0
    return m.p.creators.private_share_koc if tier == Tier.KOC.value else m.p.creators.private_share_kol


@inlined
def know(k: int, m: Day) -> None:
    """Write down what consumers can know of creator k today."""
    creator, profile, trust = m.creators[k], m.profiles[k], m.p.trust
    mass = creator.tier == Tier.KOL.value
    share = trust.reputation_mass if mass else trust.reputation
    profile.active = creator.active
    profile.partner = partner(key_of(creator))
    profile.private = private_share(creator.tier, m) > 0.0
    profile.heard_met = share * creator.pool_met
    profile.heard_broken = share * creator.pool_broken
    profile.stranger_met = trust.mass_met if mass else trust.stranger_met
    profile.stranger_broken = trust.mass_broken if mass else trust.stranger_broken
    profile.is_brand = creator.brand >= 0
    profile.tier = creator.tier
    profile.group = m.people[creator.consumer].group if creator.consumer >= 0 else NOBODY
    m.cards[k].reach = reach_of(k, m)
    m.cards[k].forgotten = is_forgotten(m.day - creator.posted, m.p.attention)
    posts = 0.0
    for category in range(m.categories):
        posts += creator.content[category]
    for category in range(m.categories):
        profile.specialty[category] = creator.content[category] / posts if posts > 0.0 else 0.0


@inlined
def reach_of(k: int, m: Day) -> float:
    """Share of followers whom a public post of creator k reaches.

    A KOL's audience here is a sample of the one on the platform at large, so that reach does not hang on how many
    people a market has.
    """
    creator, platform = m.creators[k], m.platforms[m.creators[k].home]
    audience = 1.0 * creator.audience
    if creator.tier == Tier.KOL.value:
        audience *= platform.mass_audience / max(m.p.creators.kol_audience * m.population, 1.0)
    return organic_reach(audience, platform.unaffected_audience, platform.organic_reach, platform.reach_fall)


@inlined
def claim_of(k: int, product: int, paid: bool, m: Day) -> tuple[float, float]:
    """What creator k says that a product is worth, and the variance of that; no claim (NaN) from a brand.

    Own use tells a creator what a product is worth, better if it is used often; others tell the brand's word.
    """
    creator = m.creators[k]
    if creator.brand >= 0:
        return math.nan, 0.0
    i, goods = creator.consumer, m.products[product]
    slot = memory_slot(i, product, m)
    if is_used(i, slot, m):
        memory = m.memories[i, slot]
        known, noise = memory.evidence / max(1.0 * memory.precision, LEAST_PRECISION), m.p.variance.use / memory.used
    else:
        key, who = m.keys[Stream.CLAIM], key_of(creator)
        u = uniform(key, 0, who, ClaimDraw.HEARSAY.value + PER_NORMAL * product)
        error = normal_of(u, uniform(key, 0, who, ClaimDraw.HEARSAY_TOO.value + PER_NORMAL * product))
        known, noise = goods.quality + m.p.belief.hearsay * error, 1.0 * m.p.variance.hearsay
    return claim(known, paid, creator.integrity, m.p.creators), noise
