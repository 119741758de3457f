"""The equations of section 7, a function each."""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

from reference.records import Visits
from sim.parameters import Feed, Leakage, Parameters

LEAST_VARIANCE = 1e-6
MEAN_SHOCK = 0.5772156649015329


def logistic(x: float) -> float:
    """Inverse of `logit`."""
    return 1.0 / (1.0 + exp(-x))


def logit(p: float) -> float:
    """Log odds."""
    return log(p / (1.0 - p))


# --- attention ------------------------------------------------------------------------------------------------------


def trust(met: float, broken: float, pool_met: float, pool_broken: float, share: float) -> float:
    """7.8: the expected share of claims met."""
    return (met + share * pool_met) / (met + broken + share * (pool_met + pool_broken))


def reach(audience: float, feed: Feed) -> float:
    """7.3: share of the followers to whom a public post is delivered."""
    return feed.organic_reach * min(1.0, feed.unaffected_audience / max(audience, 1.0)) ** feed.reach_fall


def open_probability(taste: float, needed: bool, trusted: float, fatigue: float, p: Parameters) -> float:
    """7.3: to open a post that was delivered."""
    a = p.market.attention
    drawn = a.interest * taste + a.need * needed + a.trust * (trusted - 0.5)
    return logistic(logit(a.open_rate) + drawn) * exp(-fatigue)


def fatigue_added(first_of_day: bool, irrelevant: bool, p: Parameters) -> float:
    """7.3: by a post delivered."""
    a = p.market.attention
    return (a.fatigue_first if first_of_day else a.fatigue_more) + (a.fatigue_irrelevant if irrelevant else 0.0)


def mean_pages(slots: float, ad_share: float, displacement: float) -> float:
    """7.4: pages of the feed that somebody sees, who is online."""
    return slots / (1.0 - (1.0 - displacement) * ad_share)


# --- memory and belief ----------------------------------------------------------------------------------------------


def goodwill_added(goodwill: float, strength: float, most: float) -> float:
    """7.6: by an impression."""
    return strength * max(0.0, 1.0 - goodwill / most)


def recall_probability(goodwill: float) -> float:
    """7.6: that a product comes to mind."""
    return 1.0 - exp(-goodwill)


class World(NamedTuple):
    """7.7: variances of quality, match, use and rating bias, in one category."""

    quality: float
    match: float
    use: float
    bias: float

    @property
    def prior(self) -> float:
        """Of worth, before anything is known."""
        return self.quality + self.match

    def most_told(self, likeness: float) -> float:
        """Precision at which what others say counts no more."""
        own = max((1.0 - likeness) * self.match, LEAST_VARIANCE)
        return max(1.0 / own - 1.0 / max(self.prior, LEAST_VARIANCE), LEAST_VARIANCE)


class Signal(NamedTuple):
    """7.7: of what a product is worth to oneself."""

    value: float
    precision: float


def told(said: float, variance: float, likeness: float, world: World) -> Signal:
    """7.7: in what somebody says, whose match is so like one's own."""
    covariance = world.quality + likeness * world.match
    if covariance <= LEAST_VARIANCE:
        return Signal(0.0, 0.0)
    a = world.prior / covariance
    return Signal(a * said, 1.0 / max(a * a * (world.prior + variance) - world.prior, LEAST_VARIANCE))


def rated(deviation: float, ratings: float, world: World) -> Signal:
    """7.7: in a public rating."""
    if ratings <= 0.0 or world.quality <= LEAST_VARIANCE:
        return Signal(0.0, 0.0)
    a = world.prior / world.quality
    variance = a * a * (world.quality + world.bias + (world.match + world.use) / ratings) - world.prior
    return Signal(a * deviation, 1.0 / max(variance, LEAST_VARIANCE))


def news(precision: float, most_told: float) -> float:
    """7.7: share of what others say that is new to who knows so much."""
    return max(0.0, 1.0 - precision / most_told)


def credibility(trusted: float, visible_pay: float, p: Parameters) -> float:
    """7.7: share of its precision that a claim is given."""
    return trusted * max(0.0, 1.0 - p.market.belief.disclosure * visible_pay)


class Belief(NamedTuple):
    """Worth as expected, and its precision."""

    mean: float
    precision: float


def belief(evidence: float, precision: float, rating: Signal, share: float, world: World) -> Belief:
    """7.7: from what is remembered, and the public rating, of which a share is new."""
    rated_precision = share * rating.precision
    whole = 1.0 / max(world.prior, LEAST_VARIANCE) + precision + rated_precision
    return Belief((evidence + rated_precision * rating.value) / whole, whole)


# --- choice and experience ------------------------------------------------------------------------------------------


def believed_value(believed: Belief, use: float, p: Parameters) -> float:
    """7.11: what worth as believed adds to utility, less the risk of it."""
    return believed.mean - 0.5 * p.market.choice.risk * (1.0 / believed.precision + use)


def lasting_utility(
    taste: float, relative_price: float, sensitivity: float, friends: float, impulse: float, p: Parameters
) -> float:
    """7.11: that of having a product, but for what it is worth."""
    c = p.market.choice
    known = c.friends * (1.0 - exp(-c.friends_saturation * friends))
    return taste - sensitivity * relative_price + known - impulse


def is_returned(liking: float, experienced: float, shock: float, p: Parameters) -> bool:
    """7.11: whether having nothing would be better, the mood having passed."""
    e = p.market.experience
    return liking + experienced + e.mood * (shock - MEAN_SHOCK) < -e.return_below


def share_probability(sociability: float, surprise: float, reward: float, p: Parameters) -> float:
    """7.10: to tell friends, where what they buy would bring a reward in yuan."""
    if sociability in (0.0, 1.0):
        return sociability
    s = p.market.sharing
    return logistic(logit(sociability) + s.surprise * surprise + s.reward * (1.0 - exp(-reward / s.reward_scale)))


# --- creators -------------------------------------------------------------------------------------------------------


def inflation(integrity: float, p: Parameters) -> float:
    """7.14: what pay adds to a claim."""
    return p.creators.claim_inflation * (1.0 - integrity)


def fee_level(money: float, cost: float) -> float:
    """7.12: of the fees of a tier over the usual ones."""
    return max(1.0, money / cost) if cost > 0.0 else 1.0


def recruits(yuan: float, p: Parameters) -> float:
    """7.19: to consider to become a KOC, where a recruiter expects so many yuan a day by it."""
    entry = p.creators.entry
    if entry in (0.0, 1.0) or yuan <= 0.0:
        return entry
    return logistic(logit(entry) + yuan / p.creators.recruiting)


def orders_per_post(orders: float, posts: float, audience: int, p: Parameters) -> float:
    """7.13: what a post of a category is expected to sell."""
    weight = p.creators.orders_confidence
    return (orders + weight * p.creators.orders_per_follower * audience) / (posts + weight)


def marginal_income(n: float, y: float, nn: float, ny: float, p: Parameters) -> float:
    """7.17: of a further post, in yuan, from means of weekly posts n, income y, n² and ny."""
    c = p.creators
    prior = c.posting_elasticity * y / max(n, c.posting_least)
    return (ny - n * y + c.posting_confidence * prior) / (max(nn - n * n, 0.0) + c.posting_confidence)


def intended_rate(marginal: float, effort_cost: float, p: Parameters) -> float:
    """7.17: posts a day at which a further one is not worth its effort."""
    return min(max((marginal + p.creators.intrinsic) / effort_cost, 0.0), float(p.creators.posts_most))


# --- membership -----------------------------------------------------------------------------------------------------


def presence_worth(base: float, by_creators: float, present: float, goods: float) -> float:
    """7.28: surplus that a platform can be expected to bring by the creators and goods there; 1 is the mean of both."""
    return base * ((1.0 - by_creators) * goods + by_creators * present)


def expected_surplus(own: Visits, friends: Visits, known: float, p: Parameters) -> float:
    """7.28: of a platform, yuan a week, by own visits, those of all friends, and what everybody knows."""
    m = p.membership
    days = own.days + m.friends * friends.days + m.confidence
    return (7.0 * (own.surplus + m.friends * friends.surplus) + m.confidence * known) / days


def value_of_set(expected: list[float], p: Parameters) -> float:
    """7.28: what it is worth to be a member of some platforms, yuan a week; the expected maximum less the keep."""
    m = p.membership
    if not expected:
        return 0.0
    most = max(expected)
    return most + m.variety * log(sum(exp((one - most) / m.variety) for one in expected)) - m.keep * len(expected)


def chance(gain: float, cost: float, noise: float, p: Parameters) -> float:
    """7.28: to make a change that gains so much a week and costs so much once."""
    odds = (p.membership.horizon * gain - cost) / noise
    return logistic(min(max(odds, -500.0), 500.0))


def chance_of_contact(friends_there: int, advertised: float, p: Parameters) -> float:
    """7.28: to hear of a platform in a week."""
    m = p.membership
    return 1.0 - (1.0 - m.by_oneself) * (1.0 - advertised) * (1.0 - m.invite) ** friends_there


def chance_outside(price: float, take: float, trusted: float, leakage: Leakage) -> float:
    """7.29: that a sale is settled outside the platform that takes a share of it; price in yuan."""
    gain = price * max(0.0, leakage.buyer_part * take - leakage.expected_loss * (1.0 - trusted))
    return 1.0 - exp(-gain / leakage.trouble)
