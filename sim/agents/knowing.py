"""Knowing creators: what followers can know of a creator today."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day
from sim.draws import partner
from sim.records import NOBODY
from sim.rules.attention import is_forgotten
from sim.rules.content import organic_reach
from sim.state.creators import Creator, Profile, Tier

BRAND_KEY = 1 << 27  # brands' own accounts take their random numbers beyond all consumers'


@inlined
def key_of(creator: Creator) -> int:
    """Whose random numbers a creator has: the person's, or the brand's."""
    return creator.consumer if creator.consumer >= 0 else BRAND_KEY + creator.brand


@inlined
def profile_of(creator: int, m: Day) -> Profile:
    """What can be known of a creator; of `NOBODY`, whose -1 counts from the end, in the last row."""
    return m.profiles[creator]


@inlined
def private_share(tier: int, m: Day) -> float:
    """Share of a creator's posts that go to the private pool; all of a brand's own account."""
    if tier == Tier.BRAND:
        return 1.0
    return m.p.creators.private_share_koc if tier == Tier.KOC else m.p.creators.private_share_kol


@inlined
def know(k: int, m: Day) -> None:
    """Write down what consumers can know of creator k today."""
    creator, profile, trust = m.creators[k], m.profiles[k], m.p.trust
    mass = creator.tier == Tier.KOL
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
    m.cards[k].reach = public_reach(k, m)
    m.cards[k].forgotten = is_forgotten(m.day - creator.posted, m.p.attention)
    posts = 0.0
    for category in range(m.categories):
        posts += creator.content[category]
    for category in range(m.categories):
        profile.specialty[category] = creator.content[category] / posts if posts > 0.0 else 0.0


@inlined
def public_reach(k: int, m: Day) -> float:
    """Share of followers whom a public post of creator k reaches.

    A KOL's audience here is a sample of the one on the platform at large, so that reach does not hang on how many
    people a market has.
    """
    creator, platform = m.creators[k], m.platforms[m.creators[k].home]
    audience = creator.audience
    if creator.tier == Tier.KOL:
        audience *= platform.mass_audience / max(m.p.creators.kol_audience * m.population, 1.0)
    return organic_reach(audience, platform.unaffected_audience, platform.organic_reach, platform.reach_fall)
