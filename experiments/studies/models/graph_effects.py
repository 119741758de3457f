"""The headline's arms on a real graph and on its lookalikes, and how their effects differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.measures.statistics import Estimate, t_interval
from experiments.studies.paired import effect
from sim.graphs.statistics import GraphStatistics
from sim.records import NOBODY
from sim.state.creators import Tier
from sim.world import World

BASE, PRIVATE, FREE = "commission-public-koc", "commission-private-koc", "commission_free-private-koc"
SYNTHETIC = ("small world", "scale-free")
COMPARED = ("real", *SYNTHETIC)


class Effect(NamedTuple):
    """A contrast of two arms in an outcome; relative to the first, or in points of a share."""

    title: str
    outcome: str
    before: str
    after: str
    unit: str = "%"


EFFECTS = (
    Effect("GMV: private over public", "gmv", BASE, PRIVATE),
    Effect("consumer surplus: private over public", "consumer_surplus", BASE, PRIVATE),
    Effect("GMV: commission-free over commission", "gmv", PRIVATE, FREE),
    Effect("KOC retention: commission-free over commission", "koc_retention", PRIVATE, FREE, "points"),
)
MAIN = EFFECTS[0]


class Runs(NamedTuple):
    """Outcomes by graph, arm and seed, with the share of people who follow no KOC; and what each graph is like."""

    table: pd.DataFrame
    looks: dict[str, GraphStatistics]

    def of(self, one: Effect, graph: str) -> pd.Series:
        """An effect on a graph, a value per seed."""
        return effect(pd.DataFrame(self.table.loc[graph]), one.outcome, one.before, one.after, one.unit == "%")

    def gap(self, one: Effect, graph: str, other: str) -> Estimate:
        """By how much an effect differs between two graphs."""
        return percent(self.of(one, graph) - self.of(one, other))

    def unfollowed(self, graph: str) -> float:
        """Share of people who follow no KOC."""
        return float(self.table.loc[graph].xs(BASE, level="arm")["unfollowed"].mean())

    def causes(self, one: Effect) -> tuple[Estimate, Estimate]:
        """Main effects of real degrees and of clustering: the two-by-two of graphs with one, both or neither."""
        graphs = ("real", "same degrees", "same clustering", "neither")
        both, degrees, clustering, neither = (self.of(one, graph) for graph in graphs)
        alone, shared = degrees - clustering, both - neither
        return percent((shared + alone) / 2), percent((shared - alone) / 2)


def unfollowed(world: World) -> float:
    """Share of people who follow no KOC before the first day."""
    followed = world.follows["creator"]
    by_koc = (followed != NOBODY) & (world.creators["tier"][followed] == Tier.KOC)
    return float(np.mean(~by_koc.any(axis=1)))


def percent(samples: pd.Series) -> Estimate:
    """Mean and interval over seeds, times a hundred."""
    return t_interval(samples).mapped(lambda share: 100 * share)


def told(one: Estimate, of: Effect = MAIN) -> str:
    """An estimate in words."""
    return f"{one.value:+.1f} {of.unit} ({one.low:.1f} to {one.high:.1f})"


def cause(runs: Runs, one: Effect, other: str, gap: Estimate) -> str:
    """Why an effect differs between the real graph and a synthetic one."""
    if not gap.clear:
        return f"The difference, {told(gap, one)}, is not clear itself."
    here, there = runs.unfollowed("real"), runs.unfollowed(other)
    said = f"{here:.0%} of people follow no KOC on the real graph, {there:.0%} on the {other} graph."
    if one.before != BASE:
        return said
    degrees, clustering = runs.causes(one)
    return f"Degrees make {told(degrees, one)}, clustering {told(clustering, one)}. {said}"


def ways(runs: Runs) -> dict[str, Estimate]:
    """What sets the real graph and a small world apart where the graph acts in one way alone."""
    alone = {"words of friends": "words alone", "pools": "pools alone"}
    return {way: runs.gap(MAIN, f"real, {name}", f"small world, {name}") for way, name in alone.items()}
