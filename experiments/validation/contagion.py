"""An innovation in the market: who buys it when, on given ties, through listings, search and friends' words alone.

Nobody sells: there are no creators, no ads and no budgets. People come across the innovation in the feed and by search,
which is the same for all, and hear of it from friends who bought. Adoption is the first purchase in the category.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.validation.exposure import Network
from sim.edgelist import read_edge_list
from sim.market import Market
from sim.parameters import Parameters

NEVER = np.iinfo(np.int64).max
NO_SELLERS: dict[str, Any] = {
    "creators": {"koc_share": 0.0, "kol_count": 0, "entry": 0.0},
    "brands": {"count": 1, "ads": 0.0, "kol": 0.0, "koc": 0.0, "own": 0.0},
}
CATEGORIES = 8  # of the market with homophily: interest groups are as many as categories


def on_ties(path: Path, friends_told: float) -> Parameters:
    """A market of one good, on the ties of a file."""
    return Parameters.model_validate(
        {
            "market": {
                "catalogue": {"categories": [{"name": "innovation"}], "products_per_category": 1},
                "sharing": {"friends_told": friends_told},
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
    """Day of each consumer's first purchase in the first category, or `NEVER`; shape (N,).

    Parameters
    ----------
    market
        Before its first day; it is run until ``share`` of its people have bought, or for so many days.
    """
    first = np.full(len(market.m.people), NEVER)
    category = market.world.goods.category
    while market.day < days and np.mean(first < NEVER) < share:
        market.step()
        orders = market.orders_today
        buyers = orders["consumer"][category[orders["product"]] == 0]
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


def replayed(network: Network, ties: Path, friends_told: float, seed: int, days: int) -> Network:
    """The network with times of adoption from the market, whoever has no tie left out.

    Parameters
    ----------
    ties
        File of the network's ties; a friendship in the market, whoever names whom.
    """
    ids = np.asarray(read_edge_list(ties)[1])
    market = Market(on_ties(ties, friends_told), seed)
    kept = np.isin(network.people, ids)
    time = in_periods(first_purchases(market, float(network.curve[-1]), days), network.curve)
    row = np.cumsum(kept) - 1
    return Network(ids, network.village[kept], time, network.last, row[network.ego], row[network.nominee])


def without_words(
    curve: NDArray[np.float64], people: int, degree: float, alike: float, seed: int, days: int
) -> Network:
    """A market without any contagion in which friends are alike; interest groups take the place of villages."""
    market = Market(among_alikes(people, degree, alike), seed)
    time = in_periods(first_purchases(market, float(curve[-1]), days), curve)
    graph = market.world.graph
    ego = np.repeat(np.arange(people), np.diff(graph.offsets))
    group = market.m.people["group"].astype(np.int64)
    return Network(np.arange(people), group, time, len(curve), ego, graph.friends.astype(np.int64))
