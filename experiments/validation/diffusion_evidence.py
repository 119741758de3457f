"""What the data of three networks say of contagion, and what the market gives on the same ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.report.statistics import Estimate, t_interval
from experiments.validation.contagion import replayed, without_words
from experiments.validation.exposure import (
    Exposure,
    Network,
    OddsRatio,
    Shuffles,
    Strata,
    exposure_tables,
    mantel_haenszel,
    over_villages,
    shuffle_test,
    stratified,
)

FILES = {"Korea": "kfamily", "Brazil": "brfarmers", "doctors": "medInnovations"}
BOOTSTRAPS = 1_000
FEWEST_VILLAGES = 10  # fewer are too few to resample
ALIKE_PEOPLE, ALIKE_DEGREE = 1_000, 8.0  # as many people and friends as in the Korean villages


class Evidence(NamedTuple):
    """What the data of one network say."""

    network: Network
    pooled: OddsRatio
    plain: OddsRatio
    """People of the same period compared."""
    within: OddsRatio
    """People of the same village and period compared."""
    bootstrap: tuple[float, float]
    """95 % interval of ``within`` over villages; that of ``within`` itself where villages are few."""
    by_village_alone: Shuffles
    """Of ``plain``, times shuffled in each village."""
    shuffled: Shuffles
    """Of ``within``, times shuffled in each village."""
    adopters_shuffled: Shuffles
    """Of ``within``, times shuffled among the adopters of each village."""


def evidence(network: Network, shuffles: int) -> Evidence:
    """Odds ratios of the data, with their intervals and what is left of them when times are shuffled."""
    generator = np.random.default_rng(0)
    tables = exposure_tables(network)
    pooled, plain, within = (mantel_haenszel(stratified(tables, strata)) for strata in ("none", "period", "village"))
    few = len(tables) < FEWEST_VILLAGES
    bounds = (within.low, within.high) if few else over_villages(tables, "village", BOOTSTRAPS, generator)
    return Evidence(
        network,
        pooled,
        plain,
        within,
        bounds,
        by_village_alone=shuffle_test(network, "period", False, shuffles, generator),
        shuffled=shuffle_test(network, "village", False, shuffles, generator),
        adopters_shuffled=shuffle_test(network, "village", True, shuffles, generator),
    )


def log_ratios(networks: Sequence[Network], strata: Strata, exposure: Exposure = "any") -> NDArray[np.float64]:
    """Logarithm of the odds ratio of each network, shape (networks,)."""
    tables = [stratified(exposure_tables(one), strata, exposure) for one in networks]
    return np.log([mantel_haenszel(table).value for table in tables])


def ratio(logs: NDArray[np.float64]) -> Estimate:
    """Geometric mean over seeds with its 95 % interval; p is against an odds ratio of 1."""
    found = t_interval(logs)
    value, low, high = (float(np.exp(bound)) for bound in found[:3])
    return found._replace(value=value, low=low, high=high)


class Market(NamedTuple):
    """What the market gives on the ties of the three networks; lists have a network per seed."""

    words: dict[str, list[Network]]
    silent: list[Network]
    """The Korean ties without word of mouth."""
    alike: list[Network]
    """No word of mouth, but friends who are alike."""


def market(options: Mapping[str, float], found: dict[str, Evidence], folder: Path) -> Market:
    """Run the market on the ties of each network, and without words on ties among alikes."""
    seeds, days = range(int(options["seeds"])), int(options["days"])

    def runs(name: str, told: float) -> list[Network]:
        ties = folder / f"{FILES[name]}_edges.csv"
        return [replayed(found[name].network, ties, told, seed, days) for seed in seeds]

    words = {name: runs(name, options["words"]) for name in FILES}
    curve = found["Korea"].network.curve
    alike = [without_words(curve, ALIKE_PEOPLE, ALIKE_DEGREE, options["alike"], seed, days) for seed in seeds]
    return Market(words, runs("Korea", 0.0), alike)
