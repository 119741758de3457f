"""Arms of a study: runs of a market with some parameters changed, over the same seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from itertools import starmap
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.settings.paths import merged, nested
from sim.market import Market
from sim.parameters import Parameters
from sim.state.channels import PRIVATE_CHANNELS
from sim.state.creators import Tier
from sim.world import World

FEN = 100

Settings = dict[str, float]  # by dotted path


class Size(NamedTuple):
    """How large a market, over how many seeds and days."""

    consumers: int
    seeds: int
    days: int = 240
    burn_in: int = 120


def parameters(size: Size, settings: Settings) -> Parameters:
    """Parameters of an arm; what creators are to a person does not hang on the size of the market."""
    town: Settings = {"market.consumers": size.consumers}
    return Parameters.model_validate(reduce(merged, starmap(nested, {**town, **settings}.items())))


_held: dict[str, World] = {}  # one at most: arms come seed by seed


def world_of(parameters: Parameters, seed: int) -> World:
    """The world of a seed, shared by all arms that do not change it."""
    key = World.key(parameters, seed)
    if key not in _held:
        _held.clear()
        _held[key] = World.build(parameters, seed)
    return _held[key]


@cache
def measured(parameters: Parameters, seed: int, days: int, burn_in: int) -> dict[str, float]:
    """Outcomes of a run, with the GMV of the private domain and revenue per follower and day by tier, in yuan."""
    market = Market(parameters, seed, world=world_of(parameters, seed), burn_in=burn_in).run(burn_in)
    private_gmv, follower_days, revenue = 0.0, np.zeros(len(Tier)), np.zeros(len(Tier))
    for _ in range(days - burn_in):
        market.step()
        creators, orders = market.m.creators, market.orders_today
        yuan = orders["price"].astype(float) / FEN
        private_gmv += float(yuan[np.isin(orders["channel"], PRIVATE_CHANNELS)].sum())
        sold = (orders["creator"] >= 0) & ~orders["returned"]
        np.add.at(revenue, creators["tier"][orders["creator"][sold]], yuan[sold])
        np.add.at(follower_days, creators["tier"], creators["audience"] * creators["active"])
    by_tier = np.divide(revenue, follower_days, out=np.full(len(Tier), np.nan), where=follower_days > 0)
    return {
        **market.result().outcomes,
        "private_gmv": private_gmv,
        "koc_revenue": float(by_tier[Tier.KOC]),
        "kol_revenue": float(by_tier[Tier.KOL]),
    }


def arms(size: Size, settings: Mapping[str, Settings]) -> dict[str, pd.DataFrame]:
    """Outcomes of every arm, a row per seed."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in settings}
    for seed in range(size.seeds):
        for name, changes in settings.items():
            rows[name].append(measured(parameters(size, changes), seed, size.days, size.burn_in))
    return {name: pd.DataFrame(found) for name, found in rows.items()}


def alone(size: Size) -> pd.DataFrame:
    """Outcomes of the market as it is, a row per seed."""
    return arms(size, {"": {}})[""]


def doses(size: Size, outcome: str, path: str, levels: Sequence[float], settings: Settings) -> pd.DataFrame:
    """An outcome at some levels of one parameter: a row per seed, a column per level."""
    found = arms(size, {str(level): {**settings, path: level} for level in levels})
    return pd.DataFrame({level: found[str(level)][outcome] for level in levels})
