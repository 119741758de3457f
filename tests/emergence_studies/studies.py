"""The studies: one function for each fact, or for the facts of one experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from sim.draws import stream_keys
from sim.market import Market
from sim.parameters import Choice, Parameters
from sim.state.channels import Channel
from sim.world import World

from .arms import Settings, Size, alone, arms, doses, parameters, world_of
from .facts import Fact, at_peak, jackknifed

PURCHASES_PER_VIEW = 0.0225  # Taobao UserBehavior log: 2,015,839 purchases of 89,716,264 page views
SMALL_COMMISSION = 0.05

NO_FATIGUE: Settings = {f"market.attention.fatigue_{kind}": 0 for kind in ("first", "more", "irrelevant")}
SAME_CREATORS: Settings = {"creators.leave": 0, "creators.entry": 0}
SAME_KOCS: Settings = {**SAME_CREATORS, "creators.kol_count": 0}
NO_UNFOLLOWING: Settings = {"market.attention.leave": 0}
EQUAL_TIES: Settings = {
    "graph.homophily": 0,
    **{f"market.trust.{tie}_met": 2 for tie in ("friend", "second", "interest", "stranger")},
    **{f"market.trust.{tie}_broken": 1.5 for tie in ("friend", "second", "interest", "stranger")},
}
HONEST: Settings = {"creators.claim_inflation": 0, "market.belief.disclosure": 0, "brands.pass_through": 0}
NO_FEES: Settings = {"creators.koc_fee": 0, "creators.slot_fee": 0}
AGAINST_HIGH_COMMISSION: dict[str, Settings] = {
    "no fatigue": NO_FATIGUE,
    "no inflated claims, no discount of paid claims, no pass-through": HONEST,
    "no fees": NO_FEES,
    "no inflated claims and the rest, and same creators, posts": {
        **HONEST,
        **SAME_CREATORS,
        "creators.posts_fixed": 0.75,
    },
}


def public_purchases(size: Size) -> list[Fact]:
    """Purchases per page view in the public domain: calibrated by the utility of buying nothing."""
    outside = Choice().outside

    def changed() -> dict[str, pd.Series]:
        ups = {"more to be had outside": 0.3, "less to be had outside": -0.3}
        found = arms(size, {name: {"market.choice.outside": outside + up} for name, up in ups.items()})
        return {name: frame.public_conversion for name, frame in found.items()}

    return [Fact("public purchases per view", PURCHASES_PER_VIEW, 0, alone(size).public_conversion, changed)]


def private_over_public(size: Size) -> list[Fact]:
    """A page opened in the private domain sells better than one seen in public: a trusted claim takes away risk.

    Without the risk premium everything sells more; that market is read where its public domain sells as much as that of
    the market as it is, between the utilities of buying nothing that lie around.
    """
    outside, riskless = Choice().outside, {"market.choice.risk": 0.0}
    as_it_is = alone(size)
    target = as_it_is.public_conversion

    def changed() -> dict[str, pd.Series]:
        found = arms(size, {
            "no answers one-to-one": {"creators.answers": 0},
            "no risk premium, no answers": {**riskless, "creators.answers": 0},
            "brands' word hardly known": {"market.belief.hearsay": 5},
            "interest without effect on attention": {"market.attention.interest": 0},
            "friends who bought count for much": {"market.choice.friends": 1},
            **{f"riskless {up}": {**riskless, "market.choice.outside": outside + up} for up in (0, 0.3, 0.6)},
        })  # fmt: skip
        ratios = {name: frame.private_conversion / frame.public_conversion for name, frame in found.items()}
        curve = [(-found[name].public_conversion, ratios.pop(name)) for name in found if name.startswith("riskless")]
        ratios["no risk premium, as many public sales"] = pd.Series({
            seed: np.interp(-target[seed], [x[seed] for x, _ in curve], [y[seed] for _, y in curve], np.nan, np.nan)
            for seed in target.index
        })  # fmt: skip
        return ratios

    return [Fact("private over public purchases per view", 1, +1, as_it_is.private_conversion / target, changed)]


def revenue_per_follower(size: Size) -> list[Fact]:
    """A KOC earns more per follower than a KOL (5.4 times: Beichert et al. 2024), whose posts reach few followers."""

    def changed() -> dict[str, pd.Series]:
        found = arms(size, {
            "public posts reach all followers": {"platform.feed.organic_reach": 1},
            "no public posts in the feed": {"platform.feed.content_share": 0},
            "KOLs post in private": {"creators.private_share_kol": 1},
        })  # fmt: skip
        return {name: frame.koc_revenue / frame.kol_revenue for name, frame in found.items()}

    as_it_is = alone(size)
    return [Fact("revenue per follower, KOC over KOL", 1, +1, as_it_is.koc_revenue / as_it_is.kol_revenue, changed)]


def pool_size(size: Size, pools: Sequence[int], answers: float) -> list[Fact]:
    """Conversion falls as pools grow and everybody follows as many creators: time to answer is what does not scale."""

    def elasticity(settings: Settings) -> pd.Series:
        found = arms(size, {
            str(pool): {
                **SAME_KOCS, "creators.posts_fixed": 1, "creators.koc_share": 4.5 / pool, "creators.answers": answers,
                "creators.pool_least": pool, "creators.pool_most": pool, **settings,
            } for pool in pools
        })  # fmt: skip
        log_rates = np.log([found[str(pool)].private_conversion for pool in pools])
        return pd.Series(np.polyfit(np.log(pools), log_rates, 1)[0])

    def changed() -> dict[str, pd.Series]:
        ample: Settings = {"creators.answers": 10_000}
        return {"answers without limit": elasticity(ample), "and equal ties": elasticity({**ample, **EQUAL_TIES})}

    return [Fact("elasticity of private purchases per view to pool size", 0, -1, elasticity({}), changed)]


def posting(size: Size, rates: Sequence[float]) -> list[Fact]:
    """Private sales rise with the frequency of posts, and fall where posts tire followers."""

    def gmv(levels: Sequence[float], settings: Settings) -> pd.DataFrame:
        return doses(size, "private_gmv", "creators.posts_fixed", levels, {**SAME_KOCS, **settings})

    def rise() -> dict[str, pd.Series]:
        tireless = gmv((low, 1), NO_FATIGUE)
        return {"no fatigue": tireless[1] / tireless[low]}

    def fall() -> dict[str, pd.Series]:
        tireless, faithful = gmv((1, high), NO_FATIGUE), gmv((1, high), NO_UNFOLLOWING)
        return {"no fatigue": tireless[1] / tireless[high], "no unfollowing": faithful[1] / faithful[high]}

    low, high = rates[0], rates[-1]
    full = gmv(rates, {})
    return [
        Fact(f"private GMV, best frequency over {low:g} posts a day", 1, +1, at_peak(full) / full[low], rise),
        Fact(f"private GMV, best frequency over {high:g} posts a day", 1, +1, at_peak(full) / full[high], fall),
    ]


def commission(size: Size, rates: Sequence[float], changes: Mapping[str, Settings]) -> list[Fact]:
    """GMV and consumer surplus are highest at a small commission; creators want a large one.

    Commission brings KOCs in and keeps them, as fees do. A large one makes them post more than followers bear; it also
    shows an incentive, inflates claims and raises prices.
    """
    low, few, high = rates[0], SMALL_COMMISSION, rates[-1]

    def table(outcome: str, levels: Sequence[float], settings: Settings) -> pd.DataFrame:
        return doses(size, outcome, "creators.commission", levels, settings)

    def over(outcome: str, end: float, without: Mapping[str, Settings]) -> dict[str, pd.Series]:
        found = {name: table(outcome, sorted((few, end)), settings) for name, settings in without.items()}
        return {name: each[few] / each[end] for name, each in found.items()}

    facts = []
    for outcome, label in (("gmv", "GMV"), ("consumer_surplus", "consumer surplus")):
        full = table(outcome, rates, {})
        for end, without in ((low, {"no entry, no exit": SAME_CREATORS, "no fees": NO_FEES}), (high, changes)):
            changed = partial(over, outcome, end, without)
            facts.append(Fact(f"{label}, best commission over {end:g}", 1, +1, at_peak(full) / full[end], changed))
    income = table("creator_revenue", rates, {})
    wanted = income[high] / income[rates[-2]]
    return [*facts, Fact(f"creators' income, commission {high:g} over {rates[-2]:g}", 1, +1, wanted, dict)]


def off_category_rate(parameters: Parameters, seed: int, size: Size) -> float:
    """Orders per delivered post outside the category that a creator posts most about, over those inside.

    A Mantel-Haenszel rate ratio, so that each category is compared with itself (Rothman, Greenland & Lash 2008).
    """
    market = Market(parameters, seed, world=world_of(parameters, seed)).run(size.burn_in)
    category = market.world.goods.category.astype(int)
    delivered, ordered = np.zeros((2, 2, category.max() + 1))
    for _ in range(size.days - size.burn_in):
        market.open_day()
        posts, audience = market.posts, market.m.creators["audience"].astype(float)
        main = market.m.creators["content"].argmax(axis=1)
        market.live()
        market.close_day()
        sent = posts["private"]
        sender, topic = posts["creator"][sent], category[posts["product"][sent]]
        np.add.at(delivered, ((main[sender] == topic).astype(int), topic), audience[sender])
        led = market.orders_today[market.orders_today["channel"] == Channel.PRIVATE_POST]
        seller, topic = led["creator"], category[led["product"]]
        np.add.at(ordered, ((main[seller] == topic).astype(int), topic), 1)
    (off, on), total = delivered, delivered.sum(axis=0)
    return float((ordered[0] * on / total).sum() / (ordered[1] * off / total).sum())


def off_category(size: Size) -> list[Fact]:
    """A creator sells worse outside the category known for: followers share the main interest, not the others."""

    def rate(settings: Settings) -> pd.Series:
        p = parameters(size, settings)
        return pd.Series([off_category_rate(p, seed, size) for seed in range(size.seeds)])

    def changed() -> dict[str, pd.Series]:
        return {"equal tastes": rate({"market.people.taste_spread": 0})}

    return [Fact("orders per delivered post, off over on category", 1, -1, rate({}), changed)]


def keyed_draws(size: Size) -> list[Fact]:
    """Variance of the paired difference in GMV of two policies, over that of unpaired runs.

    A pair shares its world and every draw that both runs make. What the world does alone is seen where the second run
    has the world of the first and the random-number keys of another seed.
    """

    def ratio(one: pd.Series, other: pd.Series) -> float:
        return float((one - other).var() / (one.var() + other.var()))

    def gmv(parameters: Parameters, seed: int, world: World) -> float:
        return Market(parameters, seed, world=world, burn_in=size.burn_in).run(size.days).result().outcomes["gmv"]

    policy, free = parameters(size, {}), parameters(size, {"platform.take_rate": 0})
    worlds = [world_of(policy, seed) for seed in range(size.seeds)]
    base, paired = (pd.Series([gmv(p, n, world) for n, world in enumerate(worlds)]) for p in (policy, free))

    def changed() -> dict[str, pd.Series]:
        unlike = (replace(world, keys=stream_keys(size.seeds + seed)) for seed, world in enumerate(worlds))
        other = pd.Series([gmv(free, seed, world) for seed, world in enumerate(unlike)])
        return {"same world, other draws": jackknifed(ratio, base, other)}

    return [Fact("variance of paired over unpaired differences", 1, -1, jackknifed(ratio, base, paired), changed)]


Studies = dict[str, Callable[[], list[Fact]]]

LARGE: Studies = {
    "public_purchases": partial(public_purchases, Size(10_000, 10)),
    "private_over_public": partial(private_over_public, Size(10_000, 10)),
    "revenue_per_follower": partial(revenue_per_follower, Size(10_000, 10)),
    "pool_size": partial(pool_size, Size(10_000, 8), pools=(60, 150, 500, 1500), answers=20),
    "posting": partial(posting, Size(10_000, 8), rates=(0.25, 0.5, 1, 2, 3, 5, 8)),
    "commission": partial(commission, Size(5_000, 8), rates=(0, 0.05, 0.1, 0.2, 0.4), changes=AGAINST_HIGH_COMMISSION),
    "off_category": partial(off_category, Size(10_000, 8, 180)),
    "keyed_draws": partial(keyed_draws, Size(5_000, 20)),
}
SMALL: Studies = {
    "public_purchases": partial(public_purchases, Size(2_000, 4, 100, 60)),
    "private_over_public": partial(private_over_public, Size(2_000, 4, 100, 60)),
    "revenue_per_follower": partial(revenue_per_follower, Size(10_000, 3, 90, 60)),
    "pool_size": partial(pool_size, Size(2_000, 8, 100, 60), pools=(60, 300), answers=4),
    "posting": partial(posting, Size(2_000, 3, 100, 60), rates=(0.25, 1, 8)),
    "commission": partial(
        commission, Size(2_000, 4, 120, 60), rates=(0, 0.05, 0.4), changes={"no fatigue": NO_FATIGUE}
    ),
    "off_category": partial(off_category, Size(2_000, 6, days=100, burn_in=30)),
    "keyed_draws": partial(keyed_draws, Size(1_500, 8, days=80, burn_in=40)),
}
