"""The well-mixed market as a few numbers: what its parameters become when nobody is special."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.parameters import Parameters


class Limit(NamedTuple):
    """What the limit is made of; symbols as in docs/mean_field.md.

    Attributes
    ----------
    online, post_seen, listing_seen, search
        Probabilities on a day: online; then, to see a post of the leader, a listing, to search in need.
    opens, lapses
        Probabilities on a day that a need opens, and that an open one is met elsewhere.
    prior, rating, rating_half, claim_weight, claim
        Precision of the prior, largest of the rating, ratings a head at half of it, precision of the claim at full
        trust, and the claim.
    noise
        Standard deviation of delivered quality around the true one, which is 0.
    beta, risk, price, impulse
        Utility of a unit of quality, risk premium, utility of the price less that of buying nothing, impulse cost.
    tolerance, gap, review, follow
        Forgiven shortfall, shortfall that leads to a return, probabilities to rate and to follow.
    met, broken, broken_weight, heard, fades
        Counts at the start, weight of a broken claim, share heard of the pool's claims, and their fading a day.
    audience
        Share of people who follow the leader at the start.
    """

    online: float
    post_seen: float
    listing_seen: float
    search: float
    opens: float
    lapses: float
    prior: float
    rating: float
    rating_half: float
    claim_weight: float
    claim: float
    noise: float
    beta: float
    risk: float
    price: float
    impulse: float
    tolerance: float
    gap: float
    review: float
    follow: float
    met: float
    broken: float
    broken_weight: float
    heard: float
    fades: float
    audience: float


def limit_of(p: Parameters) -> Limit:
    """The limit of a market with one product, one leader and people who are all alike.

    Parameters
    ----------
    p
        Parameters; ``market.belief.rating_half`` counts all ratings and becomes a number a head.
    """
    m, c, t = p.market, p.creators, p.market.trust
    category = m.catalogue.categories[0]
    pages, content = m.attention.public_slots, p.platform.feed.content_share
    expertise = t.expertise_floor + (1 - t.expertise_floor) / (1 + t.expertise_half)  # all posts in one category
    price = 1 + p.brands.pass_through * (p.platform.take_rate + c.commission)
    return Limit(
        online=m.people.activity,
        post_seen=1 - math.exp(-pages * content),
        listing_seen=1 - math.exp(-pages * (1 - content)),
        search=m.attention.search,
        opens=1 / category.interval,
        lapses=m.need.lapse,
        prior=m.belief.prior,
        rating=m.belief.rating,
        rating_half=m.belief.rating_half / m.consumers,
        claim_weight=m.belief.claim * expertise * (1 - m.belief.disclosure * c.commission),
        claim=c.hype * (1 - c.integrity) * c.commission,
        noise=m.experience.noise,
        beta=m.choice.quality,
        risk=m.choice.risk,
        price=-m.people.price_sensitivity * math.log(price) - m.choice.outside,
        impulse=category.impulse_cost,
        tolerance=t.tolerance,
        gap=m.experience.return_gap,
        review=m.experience.review,
        follow=m.attention.follow,
        met=t.mass_met,
        broken=t.mass_broken,
        broken_weight=t.broken_weight,
        heard=t.reputation_mass,
        fades=t.reputation_decay,
        audience=c.kol_audience,
    )
