"""What people believe, choose and experience, whom they trust, and whom they tell."""

from __future__ import annotations

from sim.parameters.groups import ASSUMPTION, CALIBRATED, Group, par
from sim.ranges import (
    LEAST_CLAIMS,
)


class Belief(Group):
    """How worth is inferred (Erdem & Keane 1996); the precision of a signal follows from the variances of the world."""

    likeness: float = par(
        0.6, "correlation of what products are worth to two people of one group, beyond quality", "1", ASSUMPTION,
        ge=0, le=1,
    )  # fmt: skip
    naive: float = par(
        0.9, "likeness that people assume of a creator of another group, as a share of likeness", "1", ASSUMPTION,
        ge=0, le=1,
    )  # fmt: skip
    hearsay: float = par(
        1.0, "standard deviation of what a creator knows of a product never used: the brand's word", "utility",
        ASSUMPTION, ge=0, le=5,
    )  # fmt: skip
    disclosure: float = par(
        1.0,
        "precision lost per unit of visible incentive",
        "1",
        "direction: Eisend et al. 2020; size: assumption",
        ge=0,
        le=3,
        plausible=(0.0, 2.0),
    )
    paid_word: float = par(
        0.6, "precision of a friend's word from which the friend visibly earns, over that of another word", "1",
        "direction: Verlegh, Ryu, Tuk & Feick 2013; size: assumption", ge=0, le=1, plausible=(0.3, 1.0),
    )  # fmt: skip
    rating_days: float = par(
        140.0, "time in which a public rating falls to 1/e of its weight", "days", ASSUMPTION, ge=0.1, le=1e12
    )


class Choice(Group):
    """Random utility: the best offer of a category against buying nothing (McFadden 1974), in Gumbel draws."""

    risk: float = par(
        0.25, "risk aversion ρ: a variance of 1 costs ρ / 2", "1/utility", ASSUMPTION, ge=0, le=10, plausible=(0.0, 1.0)
    )
    friends: float = par(
        0.15, "utility of friends known to have bought, at most", "utility", ASSUMPTION, ge=0, le=100,
        plausible=(0.0, 0.5),
    )  # fmt: skip
    friends_saturation: float = par(
        2.0, "how soon further friends add nothing: 1 − e^(−s friends)", "1/friend", ASSUMPTION, ge=0, le=100
    )
    outside: float = par(
        -0.9,
        "utility of buying nothing",
        "utility",
        ASSUMPTION,
        ge=-10,
        le=10,
        measured="share of all needs of a category that people meet in these shops: a diary of purchases",
    )


class Experience(Group):
    """What was delivered, and what becomes of it."""

    noise: float = par(
        0.7, "standard deviation of one use of a product about its worth", "utility", ASSUMPTION, ge=0, le=3
    )
    mood: float = par(
        0.75, "share of the mood of the moment that is left when the goods arrive", "1", ASSUMPTION, ge=0, le=1
    )
    return_below: float = par(
        1.5,
        "utility under that of having nothing at which goods are sent back",
        "utility",
        ASSUMPTION,
        ge=0,
        le=100,
        measured="how buyers who sent a product back rate it, and buyers who kept it",
    )
    hassle: float = par(0.3, "what a return costs the buyer", "share of price", ASSUMPTION, ge=0, le=2)
    tolerance: float = par(
        1.0, "shortfall against expectation that still satisfies (Oliver 1980)", "utility", ASSUMPTION, ge=0, le=5
    )
    review: float = par(0.15, "probability to rate a purchase in public", "1/purchase", ASSUMPTION, ge=0, le=1)


class Trust(Group):
    """Trust in a creator: Beta counts on the edge plus a share of the creator's reputation (Jøsang & Ismail 2002)."""

    friend_met: float = par(6.0, "prior met claims, friend", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30)
    friend_broken: float = par(1.5, "prior broken claims, friend", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30)
    second_met: float = par(4.0, "prior met claims, friend of a friend", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30)
    second_broken: float = par(
        2.0, "prior broken claims, friend of a friend", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30
    )
    interest_met: float = par(2.0, "prior met claims, shared interest", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30)
    interest_broken: float = par(
        1.5, "prior broken claims, shared interest", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30
    )
    stranger_met: float = par(
        1.5, "prior met claims, someone met at random", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30
    )
    stranger_broken: float = par(
        1.5, "prior broken claims, someone met at random", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30
    )
    mass_met: float = par(
        0.45, "prior met claims, a mass audience's idol", "claims", CALIBRATED, ge=LEAST_CLAIMS, le=30
    )
    mass_broken: float = par(
        0.9, "prior broken claims, a mass audience's idol", "claims", ASSUMPTION, ge=LEAST_CLAIMS, le=30
    )
    tolerance: float = par(1.0, "shortfall against a claim that is forgiven", "utility", ASSUMPTION, ge=0, le=5)
    broken_weight: float = par(2.0, "weight of a broken claim against a met one", "1", ASSUMPTION, ge=0, le=10)
    reputation: float = par(
        0.1,
        "share of the pool's experience that one follower hears of",
        "1",
        ASSUMPTION,
        ge=0,
        le=2,
        plausible=(0.0, 0.3),
    )
    reputation_mass: float = par(0.01, "the same in a mass audience", "1", ASSUMPTION, ge=0, le=2)
    reputation_decay: float = par(0.02, "share of reputation that fades", "1/day", ASSUMPTION, ge=0, le=1)


class Sharing(Group):
    """Word of mouth, both ways (Anderson 1998: the delighted and the disappointed talk more)."""

    friends_told: float = par(2.0, "mean friends told when somebody shares", "friends", ASSUMPTION, ge=0, le=1e6)
    surprise: float = par(
        0.5, "rise of the log odds to share per unit of surprise", "logit/utility", ASSUMPTION, ge=0, le=3
    )
    reward: float = par(
        0.7, "rise of the log odds to share a good purchase, for pay that is large", "logit",
        "direction: Ryu & Feick 2007; size: assumption", ge=0, le=10, plausible=(0.0, 1.5),
    )  # fmt: skip
    reward_scale: float = par(
        2.0, "pay for a friend's purchase that brings 63 % of that rise: that there is a reward counts, less how large",
        "yuan", "direction: Ryu & Feick 2007; size: assumption", ge=0.01, le=1e4, plausible=(0.5, 10.0),
    )  # fmt: skip


class Leakage(Group):
    """Trade between people who know each other, outside the platform on which they met."""

    possible: bool = par(
        False, "whether a sale told of in private may be settled outside a platform that takes a share", "", ""
    )
    buyer_part: float = par(
        0.5, "part of what is saved that the buyer gets; the seller gets the rest", "1", ASSUMPTION, ge=0, le=1,
        plausible=(0.3, 0.7),
    )  # fmt: skip
    expected_loss: float = par(
        0.05, "share of the price that a buyer without any trust expects to lose without a platform's protection", "1",
        ASSUMPTION, ge=0, le=1, plausible=(0.01, 0.2),
    )  # fmt: skip
    trouble: float = par(
        2.0, "mean trouble of settling a sale outside", "yuan", ASSUMPTION, ge=0.01, le=1e6, plausible=(0.5, 10.0)
    )  # fmt: skip
