"""A well-mixed market: its parameters, what they become when nobody is special, and the paths of its runs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.parameters import Parameters
from sim.trust_survey import mean_trust


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


def settings(people: int, online: float = 0.2, told: float = 0.0) -> dict[str, Any]:
    """Parameters, nested, of one good that one leader posts about every day, among people who are all alike.

    The leader's post stands in the public feed: there is no pool, no fatigue, no entry and no exit; with nobody told,
    the graph carries nothing. Every rule is the model's own.

    Parameters
    ----------
    people
        How many.
    online
        Probability to be online on a day.
    told
        Friends told of a purchase, on average.
    """
    alike = ("activity", "taste", "price_sensitivity", "budget", "sociability")
    return {
        "market": {
            "consumers": people,
            "catalogue": {
                "categories": [{"name": "good", "interval": 20, "impulse_cost": 2.0, "price": 80.0}],
                "products_per_category": 1, "quality_spread": 0, "price_spread": 0, "rating_bias": 0,
            },
            "people": {
                "activity": online, "budget": 1e5, "taste_grouping": 0, **{f"{name}_spread": 0 for name in alike},
            },
            "attention": {"public_slots": 2.0},
            "belief": {"own": 0, "rating_half": people / 10},  # ratings count against the size of the market
            "choice": {"outside": -1.0},
            "experience": {"habit_purchases": 100},
            "trust": {"mass_met": 1.0, "mass_broken": 1.5, "tolerance": 0.3},
            "sharing": {"friends_told": told},
        },
        "graph": {"mean_degree": 12 if told else 2, "homophily": 0},  # who has no friends cannot be a creator
        "creators": {
            "koc_share": 0, "kol_count": 1, "kol_audience": 0.2, "kol_audience_spread": 0, "integrity_spread": 0,
            "claim_noise": 0, "posts_fixed": 8, "posts_most": 1,  # one a day; none, in 3 days of 10,000
            "leave": 0, "entry": 0, "slot_fee": 0,
        },
        "brands": {"count": 1, "weekly_budget": 1e4, "ads": 0, "kol": 1, "koc": 0},
        "platform": {
            "delivery_days": 0,
            "feed": {"content_share": 0.1, "content_half": 0, "ad_load": 0, "organic_reach": 0},
        },
    }  # fmt: skip


class Path(NamedTuple):
    """A path of the limit, or of a market: reach and trust after each day, and sales of the day, shape (days,)."""

    reach: NDArray[np.float64]
    trust: NDArray[np.float64]
    sales: NDArray[np.float64]


def observed(p: Parameters, seed: int, days: int) -> Path | None:
    """The path of a market: share ever reached, mean trust of followers after each day, and orders a head of the day.

    None where chance has the leader miss a day: that is one luck for all, which no number of people averages out.
    """
    market, rows = Market(p, seed), []
    for _ in range(days):
        market.step()
        if len(market.posts) == 0:
            return None
        reached = np.count_nonzero(market.m.consumers["reached"] & 2) / p.market.consumers
        trust = mean_trust(market.m.follows, market.m.creators, market.m.p.trust)
        rows.append((reached, trust, len(market.orders_today) / p.market.consumers))
    return Path(*np.array(rows).T)


def rate(people: list[int], squares: NDArray[np.float64]) -> tuple[float, float, float]:
    """Slope of log error on log size from mean squares, shape (sizes, seeds); each size is resampled on its own."""
    generator, n = np.random.default_rng(0), squares.shape[1]
    x = np.log(people) - np.log(people).mean()

    def slope(values: NDArray[np.float64]) -> float:
        return float(x @ (0.5 * np.log(values.mean(axis=1))) / (x @ x))

    draws = [slope(np.array([row[generator.integers(0, n, n)] for row in squares])) for _ in range(2_000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return slope(squares), float(low), float(high)
