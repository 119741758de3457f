"""The same market on a real graph, on its twins and with only pools that follow it: the runs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.configuration import load_settings
from experiments.paths import merged
from experiments.report.statistics import Estimate, t_interval
from experiments.validation.lookalikes import lookalikes, with_same_degrees, write_ties
from sim.edgelist import read_edge_list
from sim.graph_statistics import GraphStatistics, describe
from sim.market import Market
from sim.parameters import Parameters
from sim.state import NOBODY, Tier
from sim.world import World

BASE, PRIVATE, FREE = "commission-public-koc", "commission-private-koc", "commission_free-private-koc"
OUTCOMES = ("gmv", "consumer_surplus", "koc_retention", "trust", "share_coefficient")
SYNTHETIC = ("small world", "scale-free")
COMPARED = ("real", *SYNTHETIC)


class Effect(NamedTuple):
    """A contrast of two arms in an outcome; relative to the first, or in points of a share."""

    title: str
    outcome: str
    before: str
    after: str
    relative: bool

    @property
    def unit(self) -> str:
        """Of the contrast times a hundred."""
        return "%" if self.relative else "points"


EFFECTS = (
    Effect("GMV: private over public", "gmv", BASE, PRIVATE, True),
    Effect("consumer surplus: private over public", "consumer_surplus", BASE, PRIVATE, True),
    Effect("GMV: commission-free over commission", "gmv", PRIVATE, FREE, True),
    Effect("KOC retention: commission-free over commission", "koc_retention", PRIVATE, FREE, False),
)


class Found(NamedTuple):
    """What the runs gave.

    Attributes
    ----------
    runs : DataFrame
        A row per graph, arm and seed: graph, arm, seed, `OUTCOMES`, and ``unfollowed``, the share of people who follow
        no KOC before the first day.
    looks : dict of GraphStatistics
        What each graph is like, of the first seed.
    """

    runs: pd.DataFrame
    looks: dict[str, GraphStatistics]

    def effect(self, effect: Effect, graph: str) -> pd.Series:
        """An effect on a graph, a value per seed: a share of the level before, or a difference of shares."""
        runs = self.runs[self.runs["graph"] == graph].set_index(["arm", "seed"])[effect.outcome]
        before, after = runs.loc[effect.before], runs.loc[effect.after]
        return (after - before) / before if effect.relative else after - before

    def level(self, column: str, graph: str) -> Estimate:
        """Mean of a column over the seeds, with commission in public."""
        chosen = (self.runs["graph"] == graph) & (self.runs["arm"] == BASE)
        return t_interval(self.runs.loc[chosen, column])


def make(options: Mapping[str, float], ties: Path) -> Found:
    """Run the arms on the graph of a file and on its lookalikes; the seed decides people, goods and all luck."""
    real, _ = read_edge_list(ties)
    seen = describe(real)
    arms = {arm.name: arm.parameters for arm in load_settings([f"market.consumers={seen.consumers}"]).arms()}
    rows: list[dict[str, Any]] = []
    looks: dict[str, GraphStatistics] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(int(options["seeds"])):
            lots = Path(folder) / f"{seed}.csv.gz"
            write_ties(with_same_degrees(real, np.random.default_rng(seed)), lots)
            for name, settings in lookalikes(ties, lots, seen).items():
                world = World.build(_with(arms[BASE], settings), seed)
                looks.setdefault(name, world.statistics)
                for arm in (BASE, PRIVATE, FREE) if name in COMPARED else (BASE, PRIVATE):
                    got = _outcomes(_with(arms[arm], settings), seed, world, options)
                    rows.append({"graph": name, "arm": arm, "seed": seed, **got})
    return Found(pd.DataFrame(rows), looks)


def _with(parameters: Parameters, settings: Mapping[str, Any]) -> Parameters:
    return Parameters.model_validate(merged(parameters.model_dump(mode="json"), settings))


def _outcomes(parameters: Parameters, seed: int, world: World, options: Mapping[str, float]) -> dict[str, float]:
    market = Market(parameters, seed, world=world, burn_in=int(options["burn_in"]))
    found = market.run(int(options["burn_in"] + options["days"])).result().outcomes
    followed = world.follows["creator"]
    by_koc = (followed != NOBODY) & (world.creators["tier"][followed] == Tier.KOC)
    return {**{name: found[name] for name in OUTCOMES}, "unfollowed": float(np.mean(~by_koc.any(axis=1)))}
