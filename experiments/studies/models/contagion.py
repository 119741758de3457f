"""An innovation in the market: who buys it when, on given ties, through listings, search and friends' words alone.

Nobody sells: there are no creators, no ads and no budgets. People come across the innovation in the feed and by search,
which is the same for all, and hear of it from friends who bought. Nobody knows it on the
first day. It is the only good of its category, or new among others, which people know.
Adoption is its first purchase.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.measures.statistics import Estimate, share_of, t_interval
from experiments.studies.models.exposure import (
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
from experiments.studies.models.limits import without_past
from sim.graphs.reading import read_edge_list
from sim.market import Market
from sim.parameters import Parameters
from sim.state.people import Memory

NEVER = np.iinfo(np.int64).max
NO_SELLERS: dict[str, Any] = {
    "creators": {"koc_share": 0.0, "kol_count": 0, "entry": 0.0},
    "brands": {"count": 1, "ads": 0.0, "kol": 0.0, "koc": 0.0, "own": 0.0},
}
CATEGORIES = 8  # of the market with homophily: interest groups are as many as categories
PRODUCT, MANY = 0, 24  # the innovation; goods of its category, as many as by default, where it is one of many


class Telling(NamedTuple):
    """How much is told of purchases: to how many friends on average, and how probably by the median buyer."""

    friends: float
    sociability: float = Parameters().market.people.sociability


ALOUD = Telling(1_000, 1)


def on_ties(path: Path, telling: Telling, goods: int) -> Parameters:
    """A market of one category of so many goods, on the ties of a file."""
    return Parameters.model_validate(
        {
            "market": {
                "catalogue": {"categories": [{"name": "innovation"}], "products_per_category": goods},
                "people": {"sociability": telling.sociability},
                "sharing": {"friends_told": telling.friends},
            },
            "graph": {"kind": "edgelist", "path": str(path)},
            **NO_SELLERS,
        }
    )


def among_alikes(people: int, degree: float, alike: float) -> Parameters:
    """A market in which nobody speaks, friends share interests, and interests make taste.

    Parameters
    ----------
    people, degree
        How many, and their mean friends.
    alike
        Share of ties inside the interest group beyond chance, and share of the variance of taste that the group
        explains, 0 to .95.
    """
    categories = [{"name": f"interest {number}"} for number in range(CATEGORIES)]
    return Parameters.model_validate(
        {
            "market": {
                "consumers": people,
                "catalogue": {"categories": categories, "products_per_category": 1},
                "people": {"taste_grouping": alike},
                "sharing": {"friends_told": 0.0},
            },
            "graph": {"kind": "small_world", "mean_degree": degree, "homophily": alike},
            **NO_SELLERS,
        }
    )


def first_purchases(market: Market, share: float, days: int) -> NDArray[np.int64]:
    """Day of each consumer's first purchase of the innovation, or `NEVER`; shape (N,).

    Parameters
    ----------
    market
        Before its first day; it is run until ``share`` of its people have bought, or for so many days.
    """
    first = np.full(len(market.m.people), NEVER)
    while market.day < days and np.mean(first < NEVER) < share:
        market.step()
        orders = market.orders_today
        buyers = orders["consumer"][orders["product"] == PRODUCT]
        first[buyers] = np.minimum(first[buyers], market.day - 1)
    return first


def in_periods(days: NDArray[np.int64], curve: NDArray[np.float64]) -> NDArray[np.int64]:
    """Days of adoption as periods that end when as many have adopted as by the end of the period in the data.

    So model and data share the curve of adoption, and differ in who adopts next to whom. Where fewer adopt in the
    model, each period's part of all who do is that of the data.

    Parameters
    ----------
    days
        Shape (N,), `NEVER` for those who do not adopt.
    curve
        Share of people who have adopted by the end of each period, rising, shape (periods,).

    Returns
    -------
    ndarray of int64, shape (N,)
        1 to ``periods``; ``periods + 1`` where adoption comes later or never.
    """
    reached = min(1.0, float(np.mean(days < NEVER)) / float(curve[-1]))
    place = np.ceil(np.round(curve * reached * len(days), 9)).astype(np.int64)
    ends = np.sort(days)[np.maximum(place, 1) - 1]
    periods = np.searchsorted(ends, days, side="left") + 1
    return np.where(days < NEVER, periods, len(curve) + 1)


def with_innovation(market: Market) -> Market:
    """A market, before its first day, of whose goods nobody knows the innovation."""
    memories, rated = market.m.memories, market.m.products
    of_it = memories["product"] == PRODUCT
    memories[of_it] = Memory.table(int(of_it.sum()))
    rated["reviews"][PRODUCT] = rated["review_sum"][PRODUCT] = 0.0
    return market


def replayed(network: Network, ties: Path, telling: Telling, goods: int, seed: int, days: int) -> Network:
    """The network with times of adoption from the market, whoever has no tie left out.

    Parameters
    ----------
    ties
        File of the network's ties; a friendship in the market, whoever names whom.
    telling
        How much is told of purchases.
    goods
        Goods of the category.
    """
    ids = np.asarray(read_edge_list(ties)[1])
    market = with_innovation(Market(on_ties(ties, telling, goods), seed))
    kept = np.isin(network.people, ids)
    time = in_periods(first_purchases(market, float(network.curve[-1]), days), network.curve)
    row = np.cumsum(kept) - 1
    return Network(ids, network.village[kept], time, network.last, row[network.ego], row[network.nominee])


def without_words(
    curve: NDArray[np.float64], people: int, degree: float, alike: float, seed: int, days: int
) -> Network:
    """A market without any contagion in which friends are alike; interest groups take the place of villages."""
    market = without_past(Market(among_alikes(people, degree, alike), seed))
    time = in_periods(first_purchases(market, float(curve[-1]), days), curve)
    graph = market.world.graph
    ego = np.repeat(np.arange(people), np.diff(graph.offsets))
    group = market.m.people["group"].astype(np.int64)
    return Network(np.arange(people), group, time, len(curve), ego, graph.friends.astype(np.int64))


FILES = {"Korea": "kfamily", "Brazil": "brfarmers", "doctors": "medInnovations"}
BOOTSTRAPS = 1_000
FEWEST_VILLAGES = 10  # fewer are too few to resample
ALIKE_PEOPLE, ALIKE_DEGREE = 1_000, 8.0  # as many people and friends as in the Korean villages


class Evidence(NamedTuple):
    """What the data of one network say."""

    network: Network
    plain: OddsRatio  # people of the same period compared
    within: OddsRatio  # people of the same village and period compared
    bootstrap: tuple[float, float]
    """95 % interval of ``within`` over villages; that of ``within`` itself where villages are few."""
    by_village_alone: Shuffles  # of ``plain``, times shuffled in each village
    shuffled: Shuffles  # of ``within``, times shuffled in each village
    adopters_shuffled: Shuffles  # of ``within``, times shuffled among the adopters of each village

    @property
    def found(self) -> tuple[float, float, float]:
        """``within``, with its interval over villages."""
        return self.within.value, *self.bootstrap


def evidence(network: Network, shuffles: int) -> Evidence:
    """Odds ratios of the data, with their intervals and what is left of them when times are shuffled."""
    generator = np.random.default_rng(0)
    tables = exposure_tables(network)
    plain, within = (mantel_haenszel(stratified(tables, strata)) for strata in ("period", "village"))
    few = len(tables) < FEWEST_VILLAGES
    bounds = (within.low, within.high) if few else over_villages(tables, "village", BOOTSTRAPS, generator)
    return Evidence(
        network,
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
    return t_interval(logs).mapped(np.exp)


class Runs(NamedTuple):
    """What the data say, and what the market gives on their ties; lists have a network per seed."""

    data: dict[str, Evidence]
    words: dict[str, list[Network]]
    silent: list[Network]  # the Korean ties without word of mouth
    among: list[Network]  # the Korean ties, the good one of many
    aloud: list[Network]  # the same, where all buyers tell all friends
    alike: list[Network]  # no word of mouth, but friends who are alike


def replays(data: dict[str, Evidence], folder: Path, told: float, alike: float, seeds: int, days: int) -> Runs:
    """Run the market on the ties of each network, and without words on ties among alikes."""

    def runs(name: str, telling: Telling, goods: int = 1) -> list[Network]:
        ties = folder / f"{FILES[name]}_edges.csv"
        return [replayed(data[name].network, ties, telling, goods, seed, days) for seed in range(seeds)]

    words, curve = {name: runs(name, Telling(told)) for name in FILES}, data["Korea"].network.curve
    silent, among, aloud = runs("Korea", Telling(0)), runs("Korea", Telling(told), MANY), runs("Korea", ALOUD, MANY)
    alikes = [without_words(curve, ALIKE_PEOPLE, ALIKE_DEGREE, alike, seed, days) for seed in range(seeds)]
    return Runs(data, words, silent, among, aloud, alikes)


def by_village(runs: Runs) -> tuple[list[OddsRatio], list[OddsRatio]]:
    """Odds ratio of every Korean village in the data, and in the market over all seeds."""
    data = [mantel_haenszel(stratified(one[None], "period")) for one in exposure_tables(runs.data["Korea"].network)]
    by_seed = np.array([exposure_tables(one) for one in runs.words["Korea"]])
    # a stratum is a seed and period, so that seeds are not compared with each other
    return data, [mantel_haenszel(stratified(by_seed[:, v], "village")) for v in range(by_seed.shape[1])]


def fooled(networks: list[Network], shuffles: int, level: float) -> tuple[float, float, float]:
    """Share of networks that the shuffle of adopters takes for contagion, whose groups nobody knows, with interval."""
    generator = np.random.default_rng(1)
    unknown = [one._replace(village=np.zeros_like(one.village)) for one in networks]
    taken = sum(shuffle_test(one, "period", True, shuffles, generator).p < level for one in unknown)
    return share_of(taken, len(unknown))


Mark = tuple[str, Sequence[float], str]
"""Label, estimate, and of what it is: data, market, or shuffles."""


def marks(runs: Runs) -> dict[str, list[Mark]]:
    """What is drawn: data under controls beside shuffles and the market; the market's own cases; and villages."""
    networks: list[Mark] = []
    for name, one in runs.data.items():
        networks += [(f"{name}: same period", one.plain, "data"), ("same village and period", one.found, "data")]
        networks += [("all times shuffled", one.shuffled, "shuffles")]
        networks += [("adopters shuffled", one.adopters_shuffled, "shuffles")]
        networks += [("the market", ratio(log_ratios(runs.words[name], "village")), "market")]
    cases: list[tuple[str, list[Network], Strata]] = [
        ("friends told, ties of Korea", runs.words["Korea"], "village"),
        ("nobody told, ties of Korea", runs.silent, "village"),
        (f"friends told, one good of {MANY}", runs.among, "village"),
        ("the same, all tell all friends", runs.aloud, "village"),
        ("nobody told, friends alike: same period", runs.alike, "period"),
        ("the same: same interest and period", runs.alike, "village"),
    ]
    data, market = by_village(runs)
    villages: list[Mark] = []
    for v in np.argsort([one.value for one in data])[::-1]:
        if np.isfinite(data[v].value):
            villages += [(f"{v + 1}", data[v], "data"), ("", market[v], "market")]
    return {
        "Data under controls, shuffles, and the market": networks,
        "The market's own cases: the cause is known": [
            (label, ratio(log_ratios(nets, strata)), "market") for label, nets, strata in cases
        ],
        "Korea, village by village (same period)": villages,
    }
