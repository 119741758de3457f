"""Paired interventions: arms that share people, goods and shocks under a seed, and their effects seed by seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import pandas as pd

from sim.market import Market
from sim.parameters import Parameters
from sim.world import World


def lives(arms: Mapping[str, Parameters], seed: int, days: int, burn_in: int) -> Iterator[tuple[str, Market]]:
    """The market of every arm after its last day; arms that may share a world do, and each is closed after use."""
    worlds: dict[object, World] = {}
    for name, p in arms.items():
        key = World.key(p, seed)
        if key not in worlds:
            worlds = {key: World.build(p, seed)}
        with closing(Market(p, seed, world=worlds[key], burn_in=burn_in)) as market:
            yield name, market.run(days)


def effect(runs: pd.DataFrame, outcome: str, base: str, arm: str, relative: bool = True) -> pd.Series:
    """What an arm changes in an outcome against a base, a value for each seed.

    Parameters
    ----------
    runs
        Outcomes, a row for each run; index levels ``arm`` and ``seed``, and others that are kept.
    outcome
        Column.
    base, arm
        Names of arms.
    relative
        As a share of the base; NaN where that is not above zero.
    """
    before, after = (runs.xs(name, level="arm")[outcome] for name in (base, arm))
    return (after - before) / before.where(before > 0) if relative else after - before
