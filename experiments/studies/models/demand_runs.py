"""The runs behind the study of demand: one market, and what becomes of it when one thing is done otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from experiments.measures.loyalty import Repeat, loyalty, words_told
from experiments.measures.paired_markets import Change, Span, money, otherwise, paired, prices, unchanged
from experiments.measures.statistics import Estimate, t_interval
from experiments.measures.worth import per_yuan
from experiments.studies import paired as arms
from sim.parameters import Parameters
from sim.state import Spending

ALL = slice(None)
SOME = slice(1, None, 4)
"""Brands that do otherwise where only some do: every fourth."""
SPAN = Span(part=150, start=180, end=360)
FRIENDS, HEARD = 3, 60  # most friends who speak of a product, and days within which it may be bought
CREATORS = (Spending.KOL, Spending.KOC)
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
        **{f"own {channel.name} x 2": money(2, SOME, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        **{f"no {channel.name}": money(0, ALL, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        **{f"all {channel.name} x 2": money(2, ALL, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        "all prices x 1.1": prices(1.1),
        "all prices x 2": prices(2),
        "own prices x 1.1": prices(1.1, SOME),
        "use twice as noisy": otherwise({"market": {"experience": {"noise": 2 * noise}}}),
        "no inflated claims": otherwise({"creators": {"hype": 0.0}}),
        "claims inflated by 3": otherwise({"creators": {"hype": 3.0}}),
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
