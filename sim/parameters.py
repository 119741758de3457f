"""Every parameter of the model: its type, unit, allowed range and source, declared once.

A parameter that rests on no source says ``assumption`` and has a plausible range, over which studies sweep it.
`Parameters` is frozen and validated; the configuration, the parameter register in the documentation and the scalars
that compiled rules read are all made from these declarations.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.groups import ASSUMPTION, FilePath, Group, Name, par
from sim.phases import Phase, Shock, check
from sim.ranges import (
    FARTHEST,
    LARGEST_EXPONENT,
    LEAST_CLAIMS,
    LEAST_PEOPLE,
    MOST_BRANDS,
    MOST_CATEGORIES,
    MOST_CITY_TIERS,
    MOST_GROUPS,
    MOST_OWN_PAY,
    MOST_PEOPLE,
    MOST_PER_CATEGORY,
    MOST_PLATFORMS,
    MOST_YUAN,
)
from sim.records import room_for, structured

CALIBRATED = "median of the posterior: koc calibrate"
MOST_CHOSEN = 8  # platforms among which people choose: a set of 8 bits
MOST_NUMBERS = 8  # that a rule of one's own can be given

LEAST_VARIANCE = 1e-6  # utility²: nothing is known more exactly

Weight = Annotated[float, Field(ge=0, le=1e9)]


# --- goods ----------------------------------------------------------------------------------------------------------


class Category(Group):
    """A kind of goods, with its rhythm of need, the way it is bought, and how much tastes for its products differ."""

    name: Name
    interval: float = par(40, "mean wait from one purchase to the next need", "days", ASSUMPTION, ge=1, le=1000)
    impulse_cost: float = par(3.5, "utility lost when bought without a need", "utility", ASSUMPTION, ge=0, le=20)
    price: float = par(80.0, "reference price, to which price sensitivity refers", "yuan", ASSUMPTION, ge=0.1, le=1e6)
    match: float = par(
        1.0, "how much more tastes for its products differ than for those of others", "1", ASSUMPTION, ge=0, le=2
    )


CATEGORIES = (
    Category(name="beauty", interval=60, impulse_cost=3.5, price=60),
    Category(name="fashion", interval=50, impulse_cost=3.2, price=70),
    Category(name="food", interval=20, impulse_cost=3.2, price=22),
    Category(name="baby", interval=45, impulse_cost=3.8, price=50),
    Category(name="health", interval=60, impulse_cost=3.8, price=60),
    Category(name="home", interval=25, impulse_cost=3.5, price=25),
    Category(name="digital", interval=150, impulse_cost=4.5, price=200),
    Category(name="courses", interval=180, impulse_cost=4.0, price=120),
)


class Catalogue(Group):
    """What is for sale."""

    categories: tuple[Category, ...] = CATEGORIES
    products_per_category: int = par(
        24, "products in each category", "products", ASSUMPTION, ge=1, le=MOST_PER_CATEGORY
    )
    quality_spread: float = par(
        0.9, "standard deviation of true quality: what a product is worth to people on average", "utility", ASSUMPTION,
        ge=0, le=3,
        measured="ratings of many goods of a category by one panel: how means differ between goods",
    )  # fmt: skip
    match_spread: float = par(
        1.5, "standard deviation of what a product is worth to one person more than to another", "utility", ASSUMPTION,
        ge=0, le=3,
        measured="ratings of one product by many people: how they differ beside the same person's next rating",
    )  # fmt: skip
    price_spread: float = par(0.1, "standard deviation of log list price", "log yuan", ASSUMPTION, ge=0, le=1)
    quality_premium: float = par(
        0.2, "rise of log list price per unit of quality", "1/utility", ASSUMPTION, ge=-1, le=1
    )
    stock: int = par(
        0, "units of each product that a market of 10,000 people can buy until the next delivery; 0: no limit", "units",
        ASSUMPTION, ge=0, le=1_000_000,
    )  # fmt: skip
    stock_days: int = par(7, "days between deliveries of stock", "days", ASSUMPTION, ge=1, le=365)
    rating_bias: float = par(
        0.3, "standard deviation of a product's bias in its public rating", "utility", ASSUMPTION, ge=0, le=3
    )

    @property
    def match_spreads(self) -> NDArray[np.float64]:
        """Standard deviation of match in each category."""
        return self.match_spread * np.array([category.match for category in self.categories])

    @model_validator(mode="after")
    def _some_categories(self) -> Catalogue:
        if not 1 <= len(self.categories) <= MOST_CATEGORIES:
            raise ValueError(f"categories: {len(self.categories)} given, expected 1 to {MOST_CATEGORIES}")
        name, times = Counter(category.name for category in self.categories).most_common(1)[0]
        if times > 1:
            raise ValueError(f"categories: {name} is given {times} times, expected every name once")
        return self

    @model_validator(mode="after")
    def _prices_fit(self) -> Catalogue:
        most_raised = 2.25  # by what is passed on and by a mark-up: (1 + s)(1 + u) where s + u is 1 at most
        spread = FARTHEST * (self.price_spread + abs(self.quality_premium) * self.quality_spread)
        dearest = most_raised * max(category.price for category in self.categories) * math.exp(spread)
        if dearest > MOST_YUAN:
            raise ValueError(
                f"price_spread={self.price_spread:g}: with quality_premium={self.quality_premium:g} and quality_spread="
                f"{self.quality_spread:g} the dearest product could cost {dearest:,.0f} yuan, expected at most "
                f"{MOST_YUAN:,}"
            )
        return self


# --- people ---------------------------------------------------------------------------------------------------------


class People(Group):
    """Who the consumers are."""

    activity: float = par(0.6, "median probability to be online on a day", "1/day", ASSUMPTION, ge=0, le=1)
    activity_spread: float = par(0.8, "standard deviation of its logit", "logit", ASSUMPTION, ge=0, le=5)
    taste_spread: float = par(0.7, "standard deviation of taste for a category", "utility", ASSUMPTION, ge=0, le=5)
    taste_grouping: float = par(
        0.25, "share of the variance of taste that the interest group explains", "1", ASSUMPTION, ge=0, le=0.95
    )
    groups: int = par(8, "groups of people whose tastes are alike", "groups", ASSUMPTION, ge=1, le=MOST_GROUPS)
    price_sensitivity: float = par(
        3.2, "median utility lost per reference price of the category", "utility", ASSUMPTION, ge=0.05, le=20,
        plausible=(2.4, 4.0),
        measured="orders at prices raised by a tenth for people drawn by lot",
    )  # fmt: skip
    price_sensitivity_spread: float = par(0.35, "standard deviation of its log", "log", ASSUMPTION, ge=0, le=2)
    budget: float = par(900.0, "median monthly budget for these categories", "yuan/30 days", ASSUMPTION, ge=0, le=1e6)
    budget_spread: float = par(0.6, "standard deviation of log budget", "log yuan", ASSUMPTION, ge=0, le=3)
    start_days: float = par(30.0, "most days of budget at hand at the start", "days", ASSUMPTION, ge=0, le=70)
    saved_days: int = par(60, "days of budget that are saved at most", "days", ASSUMPTION, ge=1, le=70)
    sociability: float = par(0.25, "median probability to tell friends of a purchase", "1", ASSUMPTION, ge=0, le=1)
    sociability_spread: float = par(0.8, "standard deviation of its logit", "logit", ASSUMPTION, ge=0, le=5)
    city_tiers: tuple[Weight, ...] = par(
        (0.26, 0.18, 0.16, 0.12, 0.10, 0.18),
        "shares of people in city tiers 1 to 6, of their sum",
        "1",
        "tiers 1 and 6: JD Supernova user profile 2018; the rest: assumption",
    )
    city_tier_budget: tuple[Weight, ...] = par(
        (), "median budget in each city tier, as a multiple of `budget`; alike where none is given", "1", ""
    )

    @model_validator(mode="after")
    def _somebody_lives_somewhere(self) -> People:
        if not 1 <= len(self.city_tiers) <= MOST_CITY_TIERS:
            raise ValueError(f"city_tiers: {len(self.city_tiers)} given, expected 1 to {MOST_CITY_TIERS} shares")
        if sum(self.city_tiers) <= 0:
            raise ValueError("city_tiers: nobody lives in any; expected a share above 0")
        if self.city_tier_budget and len(self.city_tier_budget) != len(self.city_tiers):
            raise ValueError(
                f"city_tier_budget: {len(self.city_tier_budget)} given, expected one for each of "
                f"{len(self.city_tiers)} city_tiers, or none"
            )
        return self


class Need(Group):
    """Wanting something."""

    lapse: float = par(
        0.125,
        "probability that an open need is met outside the market",
        "1/day",
        ASSUMPTION,
        ge=0.001,
        le=1,
        measured="days from a need to a purchase anywhere: a diary of needs",
    )
    shape: float = par(
        0.6, "shape of the Gamma distribution of need rates over people (Schmittlein, Morrison & Colombo 1987)", "1",
        ASSUMPTION, ge=0.05, le=1000,
    )  # fmt: skip


class Attention(Group):
    """What people look at. Feed items weigh a category by the same interest and need as opening a post does."""

    public_slots: float = par(
        0.6,
        "mean item pages seen in the public feed, where there are no ads",
        "views/active day",
        ASSUMPTION,
        ge=0,
        le=20,
        measured="item pages opened in the feed by a person and day: a platform's log",
    )
    search: float = par(
        0.4,
        "probability to search when a need is open",
        "1/active day",
        ASSUMPTION,
        ge=0,
        le=1,
        measured="share of people with a need who search on a day online: a platform's log beside a diary of needs",
    )
    search_results: int = par(3, "results looked at per search", "products", ASSUMPTION, ge=1, le=20)
    open_rate: float = par(
        0.3, "probability to open a delivered post: mean taste, no need, no fatigue, trust of one half", "1",
        ASSUMPTION, ge=0.001, le=0.99,
        measured="share of a group's members who open a post: the group's log",
    )  # fmt: skip
    interest: float = par(0.5, "effect of taste on the log odds to open", "logit/utility", ASSUMPTION, ge=0, le=3)
    trust: float = par(2.0, "effect of trust on the log odds to open", "logit", ASSUMPTION, ge=0, le=10)
    need: float = par(1.5, "effect of an open need on the log odds to open", "logit", ASSUMPTION, ge=0, le=5)
    fatigue_decay: float = par(0.1, "share of fatigue that fades", "1/day", ASSUMPTION, ge=0, le=1)
    fatigue_first: float = par(
        0.03, "fatigue added by a creator's first post of the day", "fatigue", ASSUMPTION, ge=0, le=2
    )
    fatigue_more: float = par(
        0.06, "fatigue added by each further post of the day", "fatigue", ASSUMPTION, ge=0, le=2, plausible=(0.0, 0.15)
    )
    fatigue_irrelevant: float = par(0.1, "fatigue added by a post of no interest", "fatigue", ASSUMPTION, ge=0, le=2)
    mute_fatigue: float = par(
        1.5, "fatigue above which a creator is muted until it fades", "fatigue", ASSUMPTION, ge=0, le=7
    )
    leave_fatigue: float = par(1.0, "fatigue above which a follower may leave", "fatigue", ASSUMPTION, ge=0, le=7)
    leave_trust: float = par(0.2, "trust below which a follower may leave", "1", ASSUMPTION, ge=0, le=1)
    silence: int = par(
        30, "days without a post of a creator after which a follower may leave", "days", ASSUMPTION, ge=1, le=10_000
    )
    leave: float = par(0.02, "probability that such a follower leaves", "1/day", ASSUMPTION, ge=0, le=1)
    ask: float = par(
        0.1, "probability to ask an expert contact when a need is open", "1/active day", ASSUMPTION, ge=0, le=1
    )
    follow: float = par(
        0.05,
        "probability to follow a creator met in public or through a friend after a good purchase",
        "1/purchase",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    follow_gate: float = par(
        0.02,
        "probability to follow an unfollowed seller of a page seen where trade needs a follow",
        "1/view",
        ASSUMPTION,
        ge=0,
        le=1,
    )


class Remembering(Group):
    """What a consumer remembers of products: goodwill (Nerlove & Arrow 1962), and what was learnt."""

    goodwill_days: float = par(
        35.0,
        "time in which goodwill falls to 1/e of itself",
        "days",
        ASSUMPTION,
        ge=0.1,
        le=1e12,
        plausible=(20, 60),
        measured="unaided recall of an advertised product two, four and eight weeks later",
    )
    knowledge_days: float = par(
        90.0, "the same of what is known of a product (Mehta, Rajiv & Srinivasan 2004)", "days", ASSUMPTION, ge=0.1,
        le=1e12, plausible=(45, 365),
    )  # fmt: skip
    seen: float = par(
        0.05,
        "goodwill added by an ad or a public page",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall by people who were shown one ad or post, by lot, against people who were not",
    )
    heard: float = par(
        0.07,
        "goodwill added by what somebody close says",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall by people to whom somebody close wrote of a product, by lot, against others",
    )
    use: float = par(
        2.0,
        "goodwill added by use",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall of the product bought last when the next need opens",
    )
    disappointed: float = par(0.2, "share of that where use disappoints", "1", ASSUMPTION, ge=0, le=1)
    match_known: float = par(
        0.25,
        "share of the own match that was known in what was bought before the first day",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    most_told: float = par(
        0.2,
        "most goodwill that pages and words can build",
        "1",
        ASSUMPTION,
        ge=0.01,
        le=100,
        measured="unaided recall by how often an ad was shown, by lot",
    )
    most_used: float = par(4.0, "most goodwill that use can build", "1", ASSUMPTION, ge=0.01, le=100)


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


class Market(Group):
    """The people, the goods and the behaviour."""

    consumers: int = par(10_000, "consumers in the market", "people", ASSUMPTION, ge=LEAST_PEOPLE, le=MOST_PEOPLE)
    catalogue: Catalogue = Catalogue()
    people: People = People()
    need: Need = Need()
    attention: Attention = Attention()
    memory: Remembering = Remembering()
    belief: Belief = Belief()
    choice: Choice = Choice()
    experience: Experience = Experience()
    trust: Trust = Trust()
    sharing: Sharing = Sharing()
    leakage: Leakage = Leakage()

    @model_validator(mode="after")
    def _pull_fits(self) -> Market:
        people, shared = self.people, math.sqrt(self.people.taste_grouping * len(self.catalogue.categories))
        farthest = people.taste_spread * (FARTHEST * math.sqrt(1 - people.taste_grouping) + shared)
        if (exponent := self.attention.interest * farthest) > LARGEST_EXPONENT:
            raise ValueError(
                f"attention.interest={self.attention.interest:g}: with people.taste_spread={people.taste_spread:g} the "
                f"log odds to look reach {exponent:.0f}, expected at most {LARGEST_EXPONENT:g}"
            )
        return self


# --- graph ----------------------------------------------------------------------------------------------------------


class Graph(Group):
    """The social graph."""

    kind: Literal["small_world", "scale_free", "stochastic_blocks", "edgelist"] = par(
        "small_world", "generator, or a list of ties in a file", "", "Watts & Strogatz 1998"
    )
    mean_degree: float = par(12.0, "mean friends per person", "friends", ASSUMPTION, ge=0, le=1000)
    rewiring: float = par(
        0.41,
        "share of ties rewired (small world)",
        "1",
        "chosen for local clustering .14 (Ugander et al. 2011)",
        ge=0,
        le=1,
    )
    exponent: float = par(
        2.3, "exponent of the degree distribution (scale free)", "1", "Goel et al. 2016", ge=2.01, le=5
    )
    homophily: float = par(
        0.5, "share of ties inside the own interest group beyond chance", "1", ASSUMPTION, ge=0, le=1
    )
    path: FilePath = par("", "file with the ties (edgelist): csv, text, GraphML, GML, GEXF or Pajek", "", "")
    directed: bool = par(False, "whether a tie names one direction only (edgelist)", "", "")


# --- creators -------------------------------------------------------------------------------------------------------


class Creators(Group):
    """Key opinion consumers and leaders: their audience, honesty, effort and pay."""

    koc_share: float = par(0.015, "share of consumers who sell as KOC at the start", "1", ASSUMPTION, ge=0, le=0.2)
    pool_least: int = par(
        150,
        "smallest pool of a KOC at the start",
        "people",
        "150-500 users per KOC: Mihe 2020",
        ge=1,
        le=MOST_PEOPLE,
    )
    pool_most: int = par(
        500, "largest pool of a KOC at the start", "people", "150-500 users per KOC: Mihe 2020", ge=1, le=MOST_PEOPLE
    )
    pool_from_graph: float = par(0.8, "share of a pool from the graph neighbourhood", "1", ASSUMPTION, ge=0, le=1)
    kol_count: int = par(20, "KOLs at the start", "people", ASSUMPTION, ge=0, le=1000)
    kol_audience: float = par(0.15, "median audience of a KOL as a share of all", "1", ASSUMPTION, ge=0, le=1)
    kol_audience_spread: float = par(0.4, "standard deviation of log audience", "log", ASSUMPTION, ge=0, le=2)
    kol_threshold: float = par(
        0.06, "audience that makes a creator a KOL, as a share of all", "1", ASSUMPTION, ge=0, le=1
    )
    kol_threshold_most: int = par(
        10_000,
        "audience that makes a KOL however large the market",
        "people",
        "nano below 10 k followers: Beichert et al. 2024",
        ge=1,
        le=MOST_PEOPLE,
    )
    private_share_koc: float = par(1.0, "share of a KOC's posts that go to the private pool", "1", "", ge=0, le=1)
    private_share_kol: float = par(0.0, "share of a KOL's posts that go to the private pool", "1", "", ge=0, le=1)
    integrity: float = par(
        0.7, "median integrity of a KOC: 1 never inflates a claim for pay", "1", ASSUMPTION, ge=0, le=1
    )
    kol_integrity: float = par(0.5, "the same of a KOL", "1", ASSUMPTION, ge=0, le=1)
    integrity_spread: float = par(1.0, "standard deviation of its logit", "logit", ASSUMPTION, ge=0, le=5)
    hype: float = par(
        1.2,
        "inflation of a paid claim, at no integrity",
        "utility",
        ASSUMPTION,
        ge=0,
        le=20,
        plausible=(0.0, 3.0),
    )
    declines_below: float = par(
        0.3, "worth of a sample below which a KOC of full integrity declines to post", "utility", ASSUMPTION,
        ge=-10, le=10,
    )  # fmt: skip
    unpaid: float = par(
        0.05, "probability that a post that nobody pays for is made all the same, of what is used and liked", "1/post",
        ASSUMPTION, ge=0, le=1,
    )  # fmt: skip
    live_share: float = par(
        0.5,
        "share of KOLs' paid public posts that are live rooms",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        measured="share of KOLs' paid posts that are live rooms: a list of contracts",
    )
    urgency: float = par(
        0.5,
        "share of the cost of buying without need that is not felt in a live room",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        measured="orders in live rooms with and without a countdown, by lot",
    )
    past_posts: float = par(20.0, "posts that a creator has made before entry", "posts", ASSUMPTION, ge=0.1, le=1e4)
    specialty: float = par(
        2.0, "effect of the own taste on the log share of a category in them", "1/utility", ASSUMPTION, ge=0, le=5
    )
    content_decay: float = par(
        0.02, "share of past posts and orders that no longer counts", "1/day", ASSUMPTION, ge=0, le=1
    )
    advice_days: int = par(7, "days for which one-to-one advice stands", "days", ASSUMPTION, ge=1, le=365)
    orders_per_follower: float = par(
        0.002, "orders that a creator expects before learning", "orders/post/follower", ASSUMPTION, ge=0, le=1
    )
    orders_confidence: float = par(5.0, "weight of that expectation", "posts", ASSUMPTION, ge=0.01, le=1e4)
    answers: float = par(
        3.0,
        "one-to-one questions a creator can answer",
        "answers/day",
        ASSUMPTION,
        ge=0,
        le=10_000,
        plausible=(1.0, 20.0),
    )
    posts_start: float = par(0.5, "mean posts at the start", "posts/day", ASSUMPTION, ge=0, le=8)
    posts_fixed: float = par(-1.0, "posts per day if held fixed; -1 lets creators learn", "posts/day", "", ge=-1, le=8)
    posts_most: int = par(8, "most posts on one day", "posts/day", ASSUMPTION, ge=1, le=8)
    effort_cost: float = par(
        4.0,
        "marginal effort cost per post squared",
        "yuan day/post²",
        ASSUMPTION,
        ge=0.01,
        le=1000,
        plausible=(2.0, 8.0),
    )
    kol_effort: float = par(
        0.01, "the same of a KOL, per follower: larger audiences get larger productions", "yuan day/post²/follower",
        ASSUMPTION, ge=0, le=100,
    )  # fmt: skip
    income_scale: float = par(
        20.0,
        "pay of a post at which more of it begins to count less when a product is chosen",
        "yuan/post",
        ASSUMPTION,
        ge=0.01,
        le=1e6,
    )
    intrinsic: float = par(
        2.0, "non-cash reward of a post: respect, achievement", "yuan/post", ASSUMPTION, ge=0, le=1000
    )
    reservation: float = par(
        0.2, "median net income below which a KOC thinks of leaving", "yuan/day", ASSUMPTION, ge=0, le=1e5
    )
    reservation_spread: float = par(0.8, "standard deviation of its log", "log", ASSUMPTION, ge=0, le=3)
    living_income: float = par(
        66.7, "income on which somebody can live, against which KOCs' incomes are held: a measure alone", "yuan/day",
        "about 2,000 yuan a month, within the minimum wages of China's provinces of 2024", ge=0, le=1e5,
    )  # fmt: skip
    kol_reservation: float = par(
        0.001, "the same for a KOL, per follower", "yuan/day/follower", ASSUMPTION, ge=0, le=100
    )
    leave: float = par(
        0.02, "probability that a creator below the reservation income leaves", "1/day", ASSUMPTION, ge=0, le=1
    )
    patience: int = par(30, "days before a creator thinks of leaving", "days", ASSUMPTION, ge=0, le=1000)
    learning: float = par(
        0.25, "weight of this week in what a creator has learnt", "1/week", ASSUMPTION, ge=0.001, le=1
    )
    experiment: float = par(
        0.3,
        "relative deviation from the intended posts by which a creator finds out what posting earns",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    posting_elasticity: float = par(
        0.5, "elasticity of income to posts that a creator expects before learning", "1", ASSUMPTION, ge=0, le=2
    )
    posting_confidence: float = par(10.0, "weight of that expectation", "posts²", ASSUMPTION, ge=0.01, le=1e4)
    entry: float = par(
        0.002,
        "probability that a satisfied buyer of full sociability considers to become a KOC",
        "1/purchase",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    recruiting: float = par(
        2.0, "pay that the creator who sold expects of a recruit, at which the log odds of that have risen by 1",
        "yuan/day", ASSUMPTION, ge=0.01, le=1e6, plausible=(0.5, 20.0),
    )  # fmt: skip
    candidates: int = par(6, "products a creator considers for a post", "products", ASSUMPTION, ge=1, le=64)
    commission: float = par(
        0.10,
        "visible commission on completed sales",
        "share of price paid",
        ASSUMPTION,
        ge=0,
        le=0.6,
        plausible=(0.0, 0.4),
    )
    resale_margin: float = par(
        0.0, "mark-up of creators who sell on their own account: buyers pay it and do not see it", "share of price",
        ASSUMPTION, ge=0, le=0.6,
    )  # fmt: skip
    slot_fee: float = par(
        0.008, "fixed fee of a KOL's paid post", "yuan/follower",
        "order of $1,000 per 100,000 followers, .07: HBR 2024-09; a ninth of it: assumption", ge=0, le=10,
    )  # fmt: skip
    koc_fee: float = par(
        0.01, "fixed fee of a KOC's paid post, beside the sample", "yuan/follower", ASSUMPTION, ge=0, le=10
    )

    @model_validator(mode="after")
    def _pools_ordered(self) -> Creators:
        if self.pool_least > self.pool_most:
            raise ValueError(f"pool_least={self.pool_least} is above pool_most={self.pool_most}")
        return self


# --- brands ---------------------------------------------------------------------------------------------------------


class Brands(Group):
    """Brands: budget and its split over channels."""

    count: int = par(48, "brands", "brands", ASSUMPTION, ge=1, le=MOST_BRANDS)
    weekly_budget: float = par(
        0.65,
        "marketing budget of all brands together, commissions included",
        "yuan/consumer/week",
        ASSUMPTION,
        ge=0,
        le=1e4,
        plausible=(0.3, 1.3),
    )
    ads: float = par(0.35, "share of the budget for ads in the public feed", "1", ASSUMPTION, ge=0, le=1)
    kol: float = par(0.25, "share of the budget for KOLs", "1", ASSUMPTION, ge=0, le=1)
    koc: float = par(0.4, "share of the budget for KOCs", "1", ASSUMPTION, ge=0, le=1)
    own: float = par(0.0, "share of the budget for the brand's own pool", "1", ASSUMPTION, ge=0, le=1)
    adapt: float = par(0.0, "share of the split moved to the better return; 0 holds it fixed", "1/week", "", ge=0, le=1)
    cost: float = par(0.42, "cost of goods", "share of list price", ASSUMPTION, ge=0, le=1)
    shipping: float = par(2.0, "shipping, each way", "yuan/order", ASSUMPTION, ge=0, le=1000)
    pass_through: float = par(
        0.5,
        "share of expected take and commission passed on to the price",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        plausible=(0.0, 1.0),
    )

    own_contact: float = par(
        1.5,
        "red packet for a buyer who joins the brand's own pool",
        "yuan/contact",
        "press: parcel cards, 1-2 yuan",
        ge=0,
        le=1000,
    )
    join: float = par(
        0.6, "probability that a satisfied buyer joins an own pool that takes new contacts", "1/purchase", ASSUMPTION,
        ge=0, le=1,
    )  # fmt: skip
    member_discount: float = par(
        0.1, "discount on what is offered in an own pool", "share of price", ASSUMPTION, ge=0, le=0.9
    )
    own_posts: float = par(1.0, "posts in the brand's own pool", "posts/day", ASSUMPTION, ge=0, le=8)

    @model_validator(mode="after")
    def _split_at_most_one(self) -> Brands:
        total = self.ads + self.kol + self.koc + self.own
        if total > 1 + 1e-9:
            raise ValueError(f"ads + kol + koc + own = {total:g}: shares of a budget cannot exceed 1")
        return self


# --- platform -------------------------------------------------------------------------------------------------------


class Feed(Group):
    """Ranking of the public feed and of search: a mix of popularity, merit and paid bids."""

    popularity: float = par(0.7, "weight of popularity", "1", ASSUMPTION, ge=0, le=1)
    merit: float = par(0.3, "weight of merit: truth of claims, satisfaction", "1", ASSUMPTION, ge=0, le=1)
    paid: float = par(0.0, "weight of paid bids among what is not marked as an ad", "1", ASSUMPTION, ge=0, le=1)
    exponent: float = par(0.4, "exponent of popularity", "1", ASSUMPTION, ge=0, le=3)
    popularity_decay: float = par(0.05, "share of recent sales that no longer counts", "1/day", ASSUMPTION, ge=0, le=1)
    satisfaction: float = par(0.8, "share of satisfied buyers assumed of new goods", "1", ASSUMPTION, ge=0, le=1)
    satisfaction_weight: float = par(5.0, "weight of that assumption", "purchases", ASSUMPTION, ge=0.01, le=1e4)
    truth: float = par(0.5, "share of claims met that is assumed of new creators", "1", ASSUMPTION, ge=0, le=1)
    truth_weight: float = par(2.0, "weight of that assumption", "claims", ASSUMPTION, ge=0.01, le=1e4)
    shelf: bool = par(
        True, "whether goods are shown of which no creator tells: on pages without a post, and in search", "", ""
    )
    content_share: float = par(
        0.4,
        "largest share of feed pages given to creators' public posts",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        plausible=(0.1, 0.5),
    )
    content_half: float = par(
        1.2,
        "public posts at which half of that share is filled, each counted for all followers of its author",
        "posts/person/day",
        ASSUMPTION,
        ge=0,
        le=1e4,
        plausible=(0.4, 4.0),
    )
    ad_load: float = par(
        0.4, "largest share of pages, of the feed and of search, given to ads", "1", ASSUMPTION, ge=0, le=1
    )
    ad_price: float = par(
        0.18, "least price of an ad; more where brands want more pages than there are", "yuan/view", ASSUMPTION,
        ge=0.001, le=1000,
    )  # fmt: skip
    displacement: float = par(
        0.4, "organic pages that an ad in the feed takes the place of", "pages", ASSUMPTION, ge=0, le=1
    )
    organic_reach: float = par(
        0.38, "share of followers whom a public post reaches, up to 10,000 followers", "1", "Minter.io 2019", ge=0,
        le=1, plausible=(0.2, 0.5),
    )  # fmt: skip
    reach_fall: float = par(
        0.15, "fall of log reach per log of the audience beyond 10,000", "1", "38 to 19 %: Minter.io 2019", ge=0, le=2
    )
    mass_audience: float = par(
        100_000.0, "audience on the platform at large of a KOL of median audience", "people", ASSUMPTION, ge=1, le=1e9
    )

    @model_validator(mode="after")
    def _ranks_by_something(self) -> Feed:
        if self.popularity + self.merit + self.paid <= 0:
            raise ValueError("popularity + merit + paid = 0: nothing to rank by; expected one of them above 0")
        return self


class Deal(Group):
    """An order that needs others: it waits for them, or is cancelled and refunded."""

    needs: int = par(
        0, "other buyers of the product without whom an order is cancelled; 0: none", "people", "", ge=0, le=99
    )
    days: int = par(1, "days for which an order waits for them", "days", ASSUMPTION, ge=0, le=30)
    cut: float = par(0.0, "cut in price, funded by the brand", "share of price", ASSUMPTION, ge=0, le=0.9)


class Pay(Group):
    """A line of pay: who is paid for what, how much, and by whom."""

    to: Literal["seller", "author", "sharer", "recruiter", "staff"] = par(
        "seller",
        "who is paid: the creator who sold; the author of the post that led there; the buyer whose word did; who "
        "recruited the seller; the platform's staff",
        "", "",
    )  # fmt: skip
    of: Literal["price", "margin", "order", "member", "post", "follower", "day"] = par(
        "price",
        "what for: the price or the brand's margin of a sale; a sale; the first order of a new member; a post; a post, "
        "for each follower; a day in business",
        "", "",
    )  # fmt: skip
    share: float = par(0.0, "how much of the price or the margin", "1", "", ge=0, le=0.6)
    sum: float = par(0.0, "how much for each of the others", "yuan", "", ge=0, le=10_000)
    by: Literal["brand", "platform", "buyer"] = par(
        "brand", "who pays: the brand, the platform, or the buyer through the seller's own price", "", ""
    )
    visible: bool = par(True, "whether people see it: what is seen weakens words and claims", "", "")
    level: int = par(
        1, "which recruiter: of the seller, of the seller's recruiter, or of that one's", "level",
        "three levels at most: Criminal Law of the PRC, art. 224-1, and opinions of 2013", ge=1, le=3,
    )  # fmt: skip
    tier: Literal["all", "koc", "kol"] = par("all", "which creators are paid", "", "")
    wait: int = par(0, "days from the division of an order until it is paid", "days", "", ge=0, le=365)
    claw_back: bool = par(True, "whether it is taken back where goods are sent back", "", "")

    @model_validator(mode="after")
    def _is_possible(self) -> Pay:
        by_share = self.of in ("price", "margin")
        if by_share and self.sum:
            raise ValueError(f"sum={self.sum:g}: pay of={self.of} is a share; expected share, and no sum")
        if not by_share and self.share:
            raise ValueError(f"share={self.share:g}: pay of={self.of} is a sum; expected sum, and no share")
        for key, given, known in (("to", self.to, _PAID_FOR), ("by", self.by, _PAID_BY)):
            if self.of not in known[given]:
                raise ValueError(f"of={self.of}: with {key}={given} expected one of {', '.join(known[given])}")
        if self.level > 1 and self.to != "recruiter":
            raise ValueError(f"level={self.level}: only recruiters have levels; expected 1 with to={self.to}")
        if self.to == "staff" and self.of == "day" and self.by == "brand":
            raise ValueError("by=brand: a platform's staff is paid by the day by the platform; expected by=platform")
        if self.by == "buyer" and not self.claw_back:
            raise ValueError("claw_back=false: who sends goods back pays nothing; expected true with by=buyer")
        return self


_ON_ORDERS = ("price", "margin", "order", "member")
_PAID_FOR = {
    "seller": (*_ON_ORDERS, "day"), "author": (*_ON_ORDERS, "post", "follower"), "sharer": _ON_ORDERS,
    "recruiter": _ON_ORDERS, "staff": (*_ON_ORDERS, "day"),
}  # fmt: skip
_PAID_BY = {
    "brand": (*_ON_ORDERS, "post", "follower", "day"), "platform": (*_ON_ORDERS, "post", "follower", "day"),
    "buyer": ("price",),
}  # fmt: skip


class Platform(Group):
    """A platform's policy, composed of independent parts."""

    name: Name = "platform"
    share: float = par(1.0, "share of people and creators at home here", "1", ASSUMPTION, ge=0, le=1)
    take_rate: float = par(
        0.05, "platform's share of completed sales", "share of price paid", "5-8 %: JD merchant fees 2018", ge=0, le=0.6
    )
    annual_fee: float = par(
        5_000.0,
        "software service fee of a brand in a market of 10,000 people; it grows with the market",
        "yuan/year",
        "about 2 % of what brands sell, as 30,000 yuan are of 1.5 million: JD merchant fees 2018; size: assumption",
        ge=0,
        le=1e9,
    )
    deposit: float = par(
        50_000.0,
        "merchant deposit, paid back on leaving, in a market of 10,000 people; it grows with the market",
        "yuan/brand",
        ASSUMPTION,
        ge=0,
        le=1e9,
    )
    delivery_days: int = par(
        2, "days from confirmation until the goods arrive", "days", ASSUMPTION, ge=0, le=30, plausible=(0, 7)
    )
    settlement_days: int = par(
        10,
        "days from purchase until the money is paid out, at the earliest on arrival",
        "days",
        "press: 7-15",
        ge=0,
        le=90,
    )
    return_days: int = par(
        7,
        "days from arrival until a return is refunded",
        "days",
        "seven-day return without reason: Consumer Protection Law of the PRC, art. 25",
        ge=0,
        le=90,
    )
    withdrawal_fee: float = par(0.001, "fee on withdrawals", "share of amount", "WeChat Pay terms", ge=0, le=0.1)
    withdrawal_fee_least: float = par(0.1, "smallest withdrawal fee", "yuan", "WeChat Pay terms", ge=0, le=100)
    withdrawal_free: float = par(
        0.0, "withdrawals free of fee, once in a lifetime", "yuan", "0; WeChat Pay terms have 1,000", ge=0, le=1e9
    )
    withdrawal_habit: float = par(
        1 / 7, "probability that a party withdraws its balance", "1/day", ASSUMPTION, ge=0, le=1
    )
    float_yield: float = par(0.0035, "interest on money held", "1/year", "bank demand deposit rate", ge=0, le=0.2)
    follow_gate: bool = par(False, "whether trade needs a follow", "", "Mihe 2020")
    coupon: float = par(0.0, "coupon on orders, funded by the platform", "share of price", ASSUMPTION, ge=0, le=0.9)
    coupon_newcomers: bool = par(True, "whether the coupon is for people who have not bought yet", "", ASSUMPTION)
    live_discount: float = par(
        0.0, "discount in live rooms, funded by the brand", "share of price", ASSUMPTION, ge=0, le=0.9
    )
    commission: float | None = par(
        None, "visible commission paid to creators here; creators.commission where none is given",
        "share of price paid", "", ge=0, le=0.6,
    )  # fmt: skip
    resale_margin: float | None = par(
        None, "mark-up of creators who sell on their own account here; creators.resale_margin where none is given",
        "share of price", "", ge=0, le=0.6,
    )  # fmt: skip
    pay: tuple[Pay, ...] = par((), "further lines of pay, each of to, of, share or sum, by, visible and so on", "", "")
    join_cost: float = par(
        3.0, "cost of joining, as people feel it: of an app more than of a page in another app", "yuan", ASSUMPTION,
        ge=0, le=1e6, plausible=(0.5, 10.0),
    )  # fmt: skip
    growth_budget: float = par(
        0.0, "spent on advertising to people who are no members, in a market of 10,000 people; grows with it",
        "yuan/week", ASSUMPTION, ge=0, le=1e9,
    )  # fmt: skip
    upkeep: float = par(
        0.0, "running cost, in a market of 10,000 people; it grows with the market", "yuan/week", ASSUMPTION, ge=0,
        le=1e9,
    )  # fmt: skip
    cash: float = par(
        100_000.0, "money at hand on the first day, in a market of 10,000 people; it grows with the market. Growth is "
        "paid out of it and of what is earned", "yuan", ASSUMPTION, ge=0, le=1e12,
    )  # fmt: skip
    brands_at_start: float = par(
        1.0, "share of brands that sell here on the first day", "1", ASSUMPTION, ge=0, le=1
    )
    exclusive: bool = par(
        False, "whether creators and brands here may be on no other platform", "",
        "choose one of two: press on Chinese platforms",
    )  # fmt: skip
    deal: Deal = Deal()
    feed: Feed = Feed()

    def commission_of(self, creators: Creators) -> float:
        """Visible commission that creators are paid here, share of price."""
        return creators.commission if self.commission is None else self.commission

    def resale_margin_of(self, creators: Creators) -> float:
        """Mark-up of creators who sell on their own account here, share of price."""
        return creators.resale_margin if self.resale_margin is None else self.resale_margin

    def lines_of_pay(self, creators: Creators) -> tuple[Pay, ...]:
        """Every line of pay here: those that creators have everywhere, then the platform's own."""
        return (
            Pay(to="seller", of="price", share=self.commission_of(creators)),
            Pay(to="seller", of="price", share=self.resale_margin_of(creators), by="buyer", visible=False),
            Pay(to="author", of="follower", sum=creators.koc_fee, tier="koc"),
            Pay(to="author", of="follower", sum=creators.slot_fee, tier="kol"),
            *self.pay,
        )

    @model_validator(mode="after")
    def _not_too_many_lines(self) -> Platform:
        if len(self.pay) > MOST_OWN_PAY:
            raise ValueError(f"pay: {len(self.pay)} lines given, expected at most {MOST_OWN_PAY}")
        return self


class Membership(Group):
    """Who is on which platform: people and creators join, use several, and leave."""

    choice: bool = par(False, "whether people and creators choose platforms; else each stays at home", "", "")
    start: float = par(1.0, "share of people who are members anywhere on the first day", "1", ASSUMPTION, ge=0, le=1)
    multi_home: bool = par(True, "whether a person may be on several platforms", "", "")
    creators_multi_home: bool = par(True, "whether a creator may be on several platforms", "", "")
    brands_multi_home: bool = par(True, "whether a brand may sell on several platforms", "", "")
    by_oneself: float = par(
        0.01, "probability that a person comes across a platform by oneself", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.002, 0.05),
    )  # fmt: skip
    invite: float = par(
        0.02, "probability that a friend who is a member invites", "1/friend/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.0, 0.1),
    )  # fmt: skip
    contact_price: float = par(
        0.5, "price of an advertisement of a platform that one person sees", "yuan/contact", ASSUMPTION, ge=0.001,
        le=1000,
    )  # fmt: skip
    review: float = par(
        0.1, "probability that a person reconsiders a membership", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.02, 0.5),
    )  # fmt: skip
    horizon: float = par(
        26.0, "weeks over which a gain is held against the cost of joining", "weeks", ASSUMPTION, ge=0.1, le=1000,
        plausible=(4.0, 104.0),
    )  # fmt: skip
    noise: float = par(
        10.0, "scale of luck in joining and leaving", "yuan", ASSUMPTION, ge=0.001, le=1e4, plausible=(3.0, 30.0)
    )
    variety: float = par(
        3.0, "scale of a day's luck in where a member of several platforms looks, beside a surplus of some 12 yuan",
        "yuan/week", ASSUMPTION, ge=0.001, le=1e4, plausible=(0.3, 6.0),
    )  # fmt: skip
    keep: float = par(
        0.5, "cost of keeping a membership", "yuan/week", ASSUMPTION, ge=0, le=1e4, plausible=(0.1, 2.0)
    )
    memory: float = par(8.0, "mean time for which surplus is remembered", "weeks", ASSUMPTION, ge=0.1, le=1000)
    friends: float = par(0.1, "weight of a friend's day on a platform against one's own", "1", ASSUMPTION, ge=0, le=1)
    confidence: float = par(
        60.0, "weight of what everybody knows of a platform, in own days on it", "days", ASSUMPTION, ge=0.01, le=1e5,
        plausible=(10.0, 400.0),
    )  # fmt: skip
    expected: float = par(
        10.0, "surplus expected of a platform before anybody knows", "yuan/week", ASSUMPTION, ge=-1e4, le=1e4
    )
    creators_review: float = par(
        0.1, "probability that a creator reconsiders the platforms", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.02, 0.5),
    )  # fmt: skip
    move_cost: float = par(20.0, "cost of opening a shop on a platform", "yuan", ASSUMPTION, ge=0, le=1e6)
    second_effort: float = par(1.0, "effort of each platform beyond the first", "yuan/week", ASSUMPTION, ge=0, le=1e6)
    creators_noise: float = par(10.0, "scale of luck in a creator's choice", "yuan", ASSUMPTION, ge=0.001, le=1e6)
    asked_least: int = par(
        0, "smallest number of followers whom a creator asks to come along", "people", "150 to 500: Mihe 2020", ge=0,
        le=MOST_PEOPLE,
    )  # fmt: skip
    asked_most: int = par(
        0, "largest number; 0: nobody is asked", "people", "150 to 500: Mihe 2020", ge=0, le=MOST_PEOPLE
    )
    brands_review: float = par(
        0.05, "probability that a brand reconsiders its platforms", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.01, 0.3),
    )  # fmt: skip
    shop_cost: float = par(
        500.0, "cost of a brand's shop when it opens, in a market of 10,000 people; it grows with the market", "yuan",
        ASSUMPTION, ge=0, le=1e9,
    )  # fmt: skip
    shop_effort: float = par(
        50.0, "running cost of a brand's shop, in a market of 10,000 people; it grows with the market", "yuan/week",
        ASSUMPTION, ge=0, le=1e9, plausible=(0.0, 300.0),
    )  # fmt: skip
    brands_noise: float = par(
        200.0, "scale of luck in a brand's choice, in a market of 10,000 people; it grows with the market", "yuan",
        ASSUMPTION, ge=0.001, le=1e9,
    )  # fmt: skip
    share_expected: float = par(0.3, "share of those asked who a creator expects to come", "1", ASSUMPTION, ge=0, le=1)

    @model_validator(mode="after")
    def _asked_ordered(self) -> Membership:
        if self.asked_least > self.asked_most:
            raise ValueError(f"asked_least={self.asked_least} is above asked_most={self.asked_most}")
        return self


class Rules(Group):
    """Behavioural rules, each the dotted name of a function; a researcher's own takes the place of one."""

    belief: str = "sim.rules.belief.expected_worth"
    utility: str = "sim.rules.choice.utility"
    shock: str = "sim.rules.choice.shock"
    trust: str = "sim.rules.trust.trust"
    open_probability: str = "sim.rules.attention.open_probability"
    fatigue: str = "sim.rules.attention.fatigue_after"
    share_probability: str = "sim.rules.sharing.share_probability"
    returned: str = "sim.rules.experience.is_returned"
    claim: str = "sim.rules.content.claim"
    post_rate: str = "sim.rules.content.post_rate"
    numbers: tuple[float, ...] = par(
        (), "numbers for rules of one's own, which read them as p.numbers[0] and so on; the model's ignore them", "", ""
    )

    @model_validator(mode="after")
    def _not_too_many(self) -> Rules:
        if len(self.numbers) > MOST_NUMBERS:
            raise ValueError(f"rules.numbers: {len(self.numbers)} given, expected at most {MOST_NUMBERS}")
        return self

    @property
    def named(self) -> dict[str, str]:
        """Dotted name of the function for each rule."""
        return {name: value for name, value in self if name != "numbers"}


class Parameters(Group):
    """Everything that, with a seed, determines a market.

    Raises
    ------
    pydantic.ValidationError
        If a value is out of range, of the wrong type or unknown, or if values contradict each other.
    """

    market: Market = Market()
    graph: Graph = Graph()
    creators: Creators = Creators()
    brands: Brands = Brands()
    platform: Platform = Platform()
    rivals: tuple[Platform, ...] = ()
    membership: Membership = Membership()
    rules: Rules = Rules()
    phases: tuple[Phase, ...] = Field(default=(), description="from when, and for how long, some parameters are others")
    shocks: tuple[Shock, ...] = Field(default=(), description="random days on which some parameters are others")

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platform and its rivals in the same market."""
        return (self.platform, *self.rivals)

    @model_validator(mode="after")
    def _consistent(self) -> Parameters:
        if len(self.platforms) > MOST_PLATFORMS:
            raise ValueError(f"rivals: {len(self.rivals)} given, expected at most {MOST_PLATFORMS - 1}")
        if self.membership.choice and len(self.platforms) > MOST_CHOSEN:
            raise ValueError(f"rivals: {len(self.rivals)} given, expected at most {MOST_CHOSEN - 1} to choose among")
        given = [platform.name for platform in self.platforms if platform.name != Platform().name]
        if twice := next((name for name in given if given.count(name) > 1), None):
            raise ValueError(f"rivals: two platforms have the name {twice!r}; expected a name for each")
        if sum(platform.share for platform in self.platforms) <= 0:
            raise ValueError("platform.share=0: nobody is at home anywhere; expected a platform with a share above 0")
        for platform in self.platforms:
            lines = [line for line in platform.lines_of_pay(self.creators) if line.by != "platform"]
            pay = sum((line.share for line in lines if line.of == "price"), platform.take_rate)
            if (pay := pay + platform.live_discount) > 1:
                further = "platform.pay + " if platform.pay else ""
                raise ValueError(
                    f"platform.take_rate + creators.commission + creators.resale_margin + {further}"
                    f"platform.live_discount = {pay:g}: shares of a price cannot exceed 1"
                )
            if (margin := sum(line.share for line in lines if line.of == "margin")) > 1:
                raise ValueError(f"platform.pay: {margin:g} of the margin; shares of a margin cannot exceed 1")
        if self.graph.kind == "edgelist" and not self.graph.path:
            raise ValueError("graph.path is empty: graph=edgelist needs the file with the ties, graph.path=FILE")
        if self.graph.kind != "edgelist" and self.graph.mean_degree >= self.market.consumers:
            raise ValueError(
                f"graph.mean_degree={self.graph.mean_degree:g}: expected fewer than the {self.market.consumers} people"
            )
        check(self)
        return self


# --- numbers for compiled code ---------------------------------------------------------------------------------------


def scalars(group: Group, numbers: tuple[float, ...] = ()) -> Any:
    """Numbers of a group as compiled rules read them: floats, integers and booleans by their declared types.

    Parameters
    ----------
    group
        A group that compiled rules read.
    numbers
        Those for rules of one's own; filled up with zeros, so that their count does not make other code.
    """
    names = [name for name, field in type(group).model_fields.items() if field.annotation in _TYPES]
    types = [(name, _TYPES[type(group).model_fields[name].annotation]) for name in names]
    filled = tuple(map(float, numbers)) + (0.0,) * (MOST_NUMBERS - len(numbers))
    row = np.zeros(1, structured([*types, ("numbers", np.float64, (MOST_NUMBERS,))]))
    row[0] = (*(getattr(group, name) for name in names), filled)
    return row[0]


_TYPES: dict[Any, type] = {float: np.float64, int: np.int64, bool: np.bool_}
BEHAVIOUR = ("people", "need", "attention", "memory", "belief", "choice", "experience", "trust", "sharing", "leakage")


def numbers_of(parameters: Parameters) -> Any:
    """All numbers that compiled code reads, a group within the other.

    The groups of `BEHAVIOUR`, ``creators`` and ``brands`` as `scalars` has them; ``variance`` of quality, of the bias
    of ratings, of use and of hearsay; and for each category ``impulse_cost``, the reference price in fen, the variance
    ``match`` between people, the ``prior`` precision of belief, and ``most_told``, what others can add to it at most.
    """
    own, market = parameters.rules.numbers, parameters.market
    groups = {name: scalars(getattr(market, name), own) for name in BEHAVIOUR}
    groups["creators"] = scalars(parameters.creators, own)
    groups["brands"] = scalars(parameters.brands, own)
    variances = {
        "quality": market.catalogue.quality_spread**2, "bias": market.catalogue.rating_bias**2,
        "use": market.experience.noise**2, "hearsay": market.belief.hearsay**2,
    }  # fmt: skip
    categories = market.catalogue.categories
    room = room_for(len(categories))
    by_category: dict[str, Any] = {
        "impulse_cost": [category.impulse_cost for category in categories],
        "reference": [100 * category.price for category in categories],
        "match": market.catalogue.match_spreads**2,
    }
    by_category["prior"] = [1 / max(variances["quality"] + match, LEAST_VARIANCE) for match in by_category["match"]]
    by_category["most_told"] = [
        max(1 / max((1 - market.belief.likeness) * match, LEAST_VARIANCE) - prior, LEAST_VARIANCE)
        for match, prior in zip(by_category["match"], by_category["prior"], strict=True)
    ]
    fields: list[Any] = [(name, group.dtype) for name, group in groups.items()]
    fields += [("variance", structured([(name, np.float64) for name in variances]))]
    row = np.zeros(1, structured([*fields, *((name, np.float64, (room,)) for name in by_category)]))
    for name, group in groups.items():
        row[name] = group
    for name, value in variances.items():
        row["variance"][name] = value
    for name, values in by_category.items():
        row[name][0, : len(categories)] = values
    return row[0]
