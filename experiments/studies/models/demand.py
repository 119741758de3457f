"""The study of demand: one market, what becomes of it when one thing is done otherwise, and what must come of that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from experiments.measures.checks import Check, above, below, within
from experiments.measures.loyalty import Repeat, loyalty, words_told
from experiments.measures.paired_markets import Change, Span, money, otherwise, paired, prices, unchanged
from experiments.measures.statistics import Estimate, t_interval
from experiments.measures.worth import per_yuan
from experiments.studies import paired as arms
from sim.parameters import Parameters
from sim.state.brands import Fund

ALL = slice(None)
SOME = slice(1, None, 4)
"""Brands that do otherwise where only some do: every fourth."""
SPAN = Span(part=150, start=180, end=360)
FRIENDS, HEARD = 3, 60  # most friends who speak of a product, and days within which it may be bought
CREATORS = (Fund.KOL, Fund.KOC)
UNCHANGED = "nothing"


class Runs(NamedTuple):
    """What the runs gave."""

    effects: pd.DataFrame  # outcomes by seed and change ("arm")
    larger: pd.DataFrame  # the same of the unchanged market, larger
    loyal: list[dict[str, Repeat]]
    told: NDArray[np.float64]  # (seeds, FRIENDS + 1, 2) who bought what so many friends spoke of, and who might have


def changes(parameters: Parameters) -> dict[str, Change]:
    """What is done otherwise, by name."""
    noise = parameters.market.experience.noise
    return {
        UNCHANGED: unchanged,
        **{f"all budgets x {x:g}": money(x) for x in (0, 0.5, 2, 8)},
        **{f"own budget x {x:g}": money(x, SOME) for x in (0, 2)},
        **{f"own {fund.name} x 2": money(2, SOME, (fund,)) for fund in (Fund.ADS, *CREATORS)},
        **{f"no {fund.name}": money(0, ALL, (fund,)) for fund in (Fund.ADS, *CREATORS)},
        **{f"all {fund.name} x 2": money(2, ALL, (fund,)) for fund in (Fund.ADS, *CREATORS)},
        "all prices x 1.1": prices(1.1),
        "all prices x 2": prices(2),
        "own prices x 1.1": prices(1.1, SOME),
        "use twice as noisy": otherwise({"market": {"experience": {"noise": 2 * noise}}}),
        "no inflated claims": otherwise({"creators": {"claim_inflation": 0.0}}),
        "claims inflated by 3": otherwise({"creators": {"claim_inflation": 3.0}}),
        "no risk aversion": otherwise({"market": {"choice": {"risk": 0.0}}}),
        "all in public": otherwise({"creators": {"private_share_koc": 0.0, "private_share_kol": 0.0}}),
        "all in private": otherwise({"creators": {"private_share_koc": 1.0, "private_share_kol": 1.0}}),
        "answers without end": otherwise({"creators": {"answers": 10_000.0}}),
    }


def made(people: int, larger_people: int, count: int) -> Runs:
    """All markets, a seed at a time: of so many people, and one that is larger."""
    seeds = range(1, count + 1)
    market, larger = (Parameters.model_validate({"market": {"consumers": n}}) for n in (people, larger_people))
    run = Parallel(n_jobs=os.cpu_count())
    return Runs(
        by_seed(run(delayed(paired)(market, seed, SPAN, changes(market), SOME) for seed in seeds)),
        by_seed(run(delayed(paired)(larger, seed, SPAN, {UNCHANGED: unchanged}, SOME) for seed in seeds)),
        run(delayed(loyalty)(market, seed) for seed in seeds),
        np.array(run(delayed(words_told)(market, seed, SPAN.part, HEARD, FRIENDS) for seed in seeds)),
    )


def by_seed(made: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of all seeds in one table."""
    return pd.concat(dict(enumerate(made)), names=["seed", "arm"])


def values(table: pd.DataFrame, outcome: str, changed: str = UNCHANGED) -> pd.Series:
    """An outcome of the unchanged market, or of a changed one, by seed."""
    return table.xs(changed, level="arm")[outcome]


def effect(runs: Runs, changed: str, outcome: str, *, share: bool = True) -> Estimate:
    """Change of an outcome, as a share of itself or as it is, paired by seed."""
    return t_interval(arms.effect(runs.effects, outcome, UNCHANGED, changed, share))


def elasticity(runs: Runs, changed: str, outcome: str, factor: float) -> Estimate:
    """Elasticity of an outcome to what was multiplied by a factor."""
    return t_interval(np.log(values(runs.effects, outcome, changed) / values(runs.effects, outcome)) / np.log(factor))


def contribution(runs: Runs, changed: str) -> Estimate:
    """Margin gained for each yuan of marketing money more, or lost for each less."""
    margin, spent = (arms.effect(runs.effects, of, UNCHANGED, changed, False) for of in ("margin", "spent"))
    return t_interval(per_yuan(margin, spent))


def level(runs: Runs, outcome: str) -> Estimate:
    """An outcome of the unchanged market."""
    return t_interval(values(runs.effects, outcome))


def odds_ratio(runs: Runs, friends: int) -> Estimate:
    """Odds of buying what so many friends spoke of, over those of what one fewer did; its error by the delta method."""
    bought, asked = runs.told.sum(axis=0).T
    odds = bought / (asked - bought)
    value = odds[friends] / odds[friends - 1]
    error = 1.96 * np.sqrt(1 / bought[friends] + 1 / bought[friends - 1])
    return _around(value, error, len(runs.told))


def repeat_of(runs: Runs, category: str, part: str, less: str) -> Estimate:
    """Difference of two shares of customers who come back."""
    return t_interval([getattr(one[category], part) - getattr(one[category], less) for one in runs.loyal])


def ratio_of(one: Estimate, other: Estimate) -> Estimate:
    """Ratio of two ratios that share what stands between them; its error as if they did not."""
    spread = np.hypot(*(np.log(found[2] / found[1]) / 2 for found in (one, other)))
    value = one[0] / other[0]
    return _around(value, float(spread), 0)


def _around(value: float, error: float, seeds: int) -> Estimate:
    """A ratio whose log has so wide an interval on either side."""
    return Estimate(float(value), float(value * np.exp(-error)), float(value * np.exp(error)), float("nan"), seeds)


def sizes(runs: Runs, outcome: str, *, share: bool = True) -> Estimate:
    """By how much an outcome of the larger market exceeds that of the smaller one, as a share of it or as it is."""
    small, large = values(runs.effects, outcome), values(runs.larger, outcome)
    return t_interval(large / small - 1 if share else large - small)


def difference(runs: Runs, outcome: str, less: str) -> Estimate:
    """Difference of two outcomes of the unchanged market."""
    return t_interval(values(runs.effects, outcome) - values(runs.effects, less))


def koc_over_kol(runs: Runs, changed: str) -> Estimate:
    """Sales per follower and post, KOCs over KOLs."""
    koc, kol = (f"{tier} sales per follower and post" for tier in ("KOC", "KOL"))
    return t_interval(values(runs.effects, koc, changed) / values(runs.effects, kol, changed))


ARTICLES = "claimed in articles on selling through creators"
LAW = "law of demand"
AGAINST_EACH_OTHER = """A brand's own budget pays (own budget x 2); when all brands spend more, part of what each gains
    is what others lose, and the first yuan brings more than the last."""


def must(runs: Runs, people: int, larger: int) -> Iterator[Check]:
    """Signs without which the instrument measures nothing; each was written down before it was run."""
    for factor, of in ((0, "GMV"), (0, "surplus"), (0, "profit"), (8, "profit")):
        yield below(of, 0, effect(runs, f"all budgets x {factor}", of), changed=f"all budgets x {factor}",
                    source="promotion pays up to a point: Sethuraman, Tellis & Briesch 2011")  # fmt: skip
    for changed in ("all prices x 1.1", "all prices x 2"):
        for of in ("orders", "surplus"):
            yield below(of, 0, effect(runs, changed, of), changed=changed, source=LAW)
    yield below("surplus", 0, effect(runs, "use twice as noisy", "surplus"), changed="use twice as noisy",
                source="what disappoints is worth less")  # fmt: skip
    yield within("orders a day, days 300 to 360 over 120 to 180", 0.97, 1.03, level(runs, "level of sales"),
                 source="a market in which nothing is changed has settled")  # fmt: skip
    for category in ("beauty", "food"):
        changed = f"{category}, a quarter's customers in the next three"
        yield above("come back, over chance", 0, repeat_of(runs, category, "again", "chance"), changed=changed,
                    source="panels of purchases")  # fmt: skip
        pool = repeat_of(runs, category, "with_pool", "without_pool")
        yield above("come back, with an own pool over without", 0, pool, changed=changed, source="Yatsen's filing 2020")
    for more, less in (("live", "shelf"), ("shelf", "recall")):
        yield above(f"returns, {more} less {less}", 0, difference(runs, f"returns {more}", f"returns {less}"),
                    source="press on returns by channel")  # fmt: skip
    changed = f"{larger:,} people in place of {people:,}"
    own = "the model's own larger market"
    for of in ("orders", "GMV", "surplus", "spent"):
        yield within(f"{of} a head", -0.05, 0.05, sizes(runs, of), changed=changed, source=own)
    for of in ("returns", "trust", "share recall", "share private"):
        yield within(of, -0.02, 0.02, sizes(runs, of, share=False), changed=changed, source=own)


def targets(runs: Runs) -> Iterator[Check]:
    """Responses and levels that field studies measured."""
    some = "orders of treated"
    price, ads = elasticity(runs, "own prices x 1.1", some, 1.1), elasticity(runs, "own ADS x 2", some, 2)
    yield within("elasticity of sales", -3.2, -2.0, price, kind="finding", changed="own prices x 1.1",
                 source="Bijmolt, van Heerde & Pieters 2005: -2.62")  # fmt: skip
    yield within("elasticity of sales, half a year", 0.05, 0.35, ads, kind="finding", changed="own ADS x 2",
                 source="Sethuraman, Tellis & Briesch 2011: .12 in the short, .24 in the long run")  # fmt: skip
    for fund in CREATORS:
        changed = f"own {fund.name} x 2"
        found = elasticity(runs, changed, "engagement of treated", 2)
        yield within("elasticity of engagement", 0.3, 0.75, found, kind="finding", changed=changed,
                     source="Leung, Gu, Li, Zhang & Palmatier 2022: .46")  # fmt: skip
    first, second = odds_ratio(runs, 1), odds_ratio(runs, 2)
    known = "Bapna & Umyarov 2015: 1.5 to 1.6, and each further one adds less"
    yield within("odds of buying by a first friend's word", 1.2, 2.1, first, kind="finding", source=known)
    yield below("odds by a second friend's word, over the first's", 1, ratio_of(second, first), kind="finding",
                source=known)  # fmt: skip
    for name, least, most, of, source in (
        ("share of orders by creators' public posts and live rooms", 0.04, 0.16, "share creators in public",
         "Statista: about .10 of online retail in 2022"),
        ("returns of live rooms", 0.3, 0.5, "returns live", "press: .30 to .50"),
        ("returns of the shelf", 0.1, 0.15, "returns shelf", "press: .10 to .15"),
        ("orders of a person in a year", 18, 31, "orders", "Pinduoduo 2020: 48.6 of a buyer, half of them here"),
        ("GMV of a person in a year, yuan", 800, 1_400, "GMV", "Pinduoduo 2020: 2,115 of a buyer, half of it here"),
    ):  # fmt: skip
        yield within(name, least, most, level(runs, of), kind="finding", source=source)


def reported(runs: Runs) -> Iterator[Check]:
    """What articles and theory claim, as found."""
    margin = "margin gained or lost for a yuan of marketing money"
    for fund in (Fund.ADS, *CREATORS):
        for changed in (f"no {fund.name}", f"all {fund.name} x 2"):
            yield above(margin, 1, contribution(runs, changed), kind="finding", changed=changed, source=ARTICLES,
                        otherwise=AGAINST_EACH_OTHER)  # fmt: skip
    changed = "own budget x 2"
    yield above("profit of these brands", 0, effect(runs, changed, "profit of treated"), kind="finding",
                changed=changed, source=ARTICLES)  # fmt: skip
    changed, of = "claims inflated by 3", "returns of creators' sales"
    yield above(of, 0, effect(runs, changed, of, share=False), kind="finding", changed=changed, source=ARTICLES)
    for of in ("surplus of creators' sales", "trust", "surplus"):
        found = effect(runs, changed, of, share=of != "trust")
        yield below(of, 0, found, kind="finding", changed=changed, source=ARTICLES,
                    otherwise="inflated claims also bring orders that are worth having")  # fmt: skip
    private = difference(runs, "conversion private", "conversion public")
    yield above("orders a page, private and answers less public", 0, private, kind="finding", source=ARTICLES)
    for changed in (UNCHANGED, "all in public", "all in private"):
        yield above("sales per follower and post, KOCs over KOLs", 1, koc_over_kol(runs, changed), kind="finding",
                    changed=changed, source="Beichert, Bayerl, Goldenberg & Lanz 2024: 5.4")  # fmt: skip
    changed = "answers without end"
    yield above("orders", 0, effect(runs, changed, "orders"), kind="finding", changed=changed, source=ARTICLES)
    changed = "no risk aversion"
    yield within("orders", -0.2, 0.5, effect(runs, changed, "orders"), kind="finding", changed=changed,
                 source="direction: Roberts & Urban 1988; size: a guess")  # fmt: skip
    yield above("KOLs in business after a year, of 20", 9.5, level(runs, "KOLs"), kind="finding", source=ARTICLES)
