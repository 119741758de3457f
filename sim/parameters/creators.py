"""Creators: their audience, honesty, effort and pay."""

from __future__ import annotations

from pydantic import model_validator

from sim.parameters.groups import ASSUMPTION, Group, par
from sim.ranges import (
    MOST_PEOPLE,
)


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
    claim_inflation: float = par(
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
    liking_range: float = par(
        0.5, "range of the draw that decides between products of nearly the same worth to a creator", "utility",
        ASSUMPTION, ge=0, le=10,
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
    posting_least: float = par(
        0.5, "posts to which that expectation at least relates income", "1/week", ASSUMPTION, ge=0.01, le=100
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
