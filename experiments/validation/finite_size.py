"""Finite size: what of the headline's outcomes depends on how many people are simulated."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import numpy as np
import pandas as pd

from experiments.configuration import load_settings
from experiments.report.outcomes import number, percent
from experiments.validation.finite_size_figure import draw
from experiments.validation.finite_size_outcomes import (
    BASE,
    FLIPS,
    GMV,
    IN_PROPORTION,
    Quantity,
    Settling,
    by_head,
    power,
    quantities,
    settling,
    values,
)
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

SIZES = (1_000, 2_000, 5_000, 10_000, 30_000, 100_000, 300_000)
HUNDRED_MILLION = 1e8
RULES = "Ratings count up to a number, not to a share of people; below 10,000 people pools shrink with the market."


def in_proportion(p: Parameters) -> Parameters:
    """The same market with ratings by the head, as at 10,000 people, and pools of full size."""
    share = p.market.consumers / 10_000
    small = min(share, 1.0)  # pools shrink by this below 10,000 people
    belief = p.market.belief.model_copy(update={"rating_half": p.market.belief.rating_half * share})
    pools = {
        "pool_least": round(p.creators.pool_least / small),
        "pool_most": round(p.creators.pool_most / small),
    }
    return p.model_copy(
        update={
            "market": p.market.model_copy(update={"belief": belief}),
            "creators": p.creators.model_copy(update=pools),
        }
    )


def arms(people: int) -> dict[str, Parameters]:
    """The base of the headline, its three single changes, and the base by the head; by name."""
    settings = load_settings(["experiment=headline", f"market.consumers={people}"])
    found = {arm.name: arm.parameters for arm in settings.arms()}
    chosen = {name: found[name] for name in (BASE, *FLIPS)}
    return {**chosen, IN_PROPORTION: in_proportion(chosen[BASE])}


def sizes(largest: int) -> list[int]:
    """Sizes of markets, up to the largest."""
    return [*(n for n in SIZES if n < largest), largest]


def runs(request: Request) -> pd.DataFrame:
    """Outcomes of all runs, by the head; rows by people, seed and arm."""
    o = request.options
    days, burn_in = int(o["days"]), int(o["days"]) // 2
    rows: dict[tuple[int, int, str], dict[str, float]] = {}
    for people in sizes(int(o["largest"])):
        for seed in range(int(o["seeds"])):
            worlds: dict[str, World] = {}
            for name, p in arms(people).items():
                key = World.key(p, seed)
                if key not in worlds:
                    worlds = {key: World.build(p, seed)}
                with closing(Market(p, seed, world=worlds[key], burn_in=burn_in)) as market:
                    rows[people, seed, name] = by_head(market.run(days).result().outcomes, people, days - burn_in)
    return pd.DataFrame(rows).T.rename_axis(["people", "seed", "arm"])


def run(request: Request) -> Answer:
    """The headline's base and its single changes in markets of growing size."""
    return answer(runs(request), request.options["tolerance"])


def answer(table: pd.DataFrame, tolerance: float) -> Answer:
    """What a table of runs says."""
    found = {one: settling(one, values(table, one), tolerance) for one in quantities()}
    same = {
        one: settling(one, values(table, one, IN_PROPORTION), tolerance)
        for one in found
        if one.arm == BASE and not one.effect
    }
    checks = [_last_step(one, how, same.get(one), tolerance) for one, how in found.items()] + _luck(found[GMV], table)
    return Answer(
        checks,
        lambda: draw(_title(found, tolerance), found, same, found[GMV], tolerance),
        sentences(found, same, tolerance),
        tabulated(found),
    )


def _last_step(one: Quantity, how: Settling, same: Settling | None, tolerance: float) -> Check:
    value, low, high = how.before
    people = how.gaps.index
    inside = bool(low >= -tolerance and high <= tolerance)
    undecided = low <= tolerance and high >= -tolerance
    note = "" if inside else "Undecided: too few seeds for so narrow a band." if undecided else RULES
    if note == RULES and same is not None:
        note += f" By the head, and with pools of full size: {_gap(same.before)}."
    return Check(
        f"{one.label}: {people[-2]:,} against {people[-1]:,} people", f"within {tolerance:.0%}", value, low, high,
        inside, "the model's own largest market", note,
    )  # fmt: skip


def _luck(gmv: Settling, table: pd.DataFrame) -> list[Check]:
    """Whether luck averages out over people as it should: that of people does, that of goods does not."""
    people, seeds = gmv.gaps.index, table.index.get_level_values("seed").nunique()
    paired, total = power(people[:-1], gmv.paired[:-1], seeds), power(people, gmv.spread, seeds)
    return [
        Check(
            "GMV a head: spread where the goods are given, power of N", "-1/2", *paired,
            paired[1] <= -0.5 <= paired[2], "law of large numbers over people who share their goods",
        ),
        Check(
            "GMV a head: spread between seeds, power of N", "above -1/2", *total, total[1] > -0.5,
            "luck of the goods, which all people share, does not average out over people",
        ),
    ]  # fmt: skip


def _title(found: Mapping[Quantity, Settling], tolerance: float) -> str:
    settled, gmv = sum(how.settled <= 10_000 for how in found.values()), found[GMV]
    return (
        f"{settled} of {len(found)} outcomes and effects of a market of 10,000 lie within {tolerance:.0%} of those of"
        f" {gmv.gaps.index[-1]:,} people; between seeds GMV a head varies by {gmv.spread[-1]:.0%}, and by"
        f" {gmv.spread[0]:.0%} at {gmv.gaps.index[0]:,}"
    )


def sentences(
    found: Mapping[Quantity, Settling], same: Mapping[Quantity, Settling], tolerance: float
) -> list[str]:
    """What a user of a smaller market should know."""
    gmv = found[GMV]
    people = [int(n) for n in gmv.gaps.index]
    luck = gmv.paired[-2] / np.sqrt(HUNDRED_MILLION / people[-2])
    smallest, so = (one[GMV].gaps.value.iloc[0] for one in (found, same))
    return [
        f"Of {len(found)} outcomes and effects, {_growing(found, people)} stay within {tolerance:.0%} of the value at"
        f" {people[-1]:,} people.{_moving(found, tolerance)}",
        f"In a market of {people[0]:,}, GMV a head differs from that by {smallest:.0%}. {RULES} With these by the"
        f" head, and pools of full size, it differs by {so:.0%}.",
        f"Between seeds GMV a head has a standard deviation of {gmv.spread[-1]:.1%} at {people[-1]:,} people and of"
        f" {gmv.spread[0]:.1%} at {people[0]:,}; with the goods of a seed given, of {gmv.paired[-2]:.2%} at"
        f" {people[-2]:,}.",
        f"A platform of a hundred million people would, by the square-root law, differ by {luck:.3%} from another"
        f" of the same goods, by people's luck, but by {gmv.spread[-1]:.1%} from one of other goods: what a run of"
        f" {people[-1]:,} people leaves open is closed by more catalogues (seeds), not by more people.",
    ]


def _growing(found: Mapping[Quantity, Settling], people: list[int]) -> str:
    counts = {n: sum(how.settled <= n for how in found.values()) for n in people[:-1]}
    told = [f"{count} from {n:,} people on" for n, count in counts.items()]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def _moving(found: Mapping[Quantity, Settling], tolerance: float) -> str:
    """Which of them do not, and whether that is known or only not excluded."""
    rest = {one: how for one, how in found.items() if not np.isfinite(how.settled)}
    off = [one.label for one, how in rest.items() if how.before.low > tolerance or how.before.high < -tolerance]
    unknown = [one.label for one in rest if one.label not in off]
    said = f" Those that still move: {', '.join(off)}." if off else ""
    return said + (f" Undecided with so few seeds: {', '.join(unknown)}." if unknown else "")


def tabulated(found: Mapping[Quantity, Settling]) -> pd.DataFrame:
    """Every outcome and effect in words: at the largest size, how far off smaller ones are, and where it stays."""
    rows = []
    for one, how in found.items():
        people = how.gaps.index
        row = {"outcome or effect": one.label}
        row[f"at {people[-1]:,}"] = _level(one, how.last)
        row |= {f"{n:,}": _gap(how.gaps.loc[n]) for n in people[:-1]}
        row["stops changing at"] = f"{how.settled:,.0f}" if np.isfinite(how.settled) else f"not below {people[-1]:,}"
        rows.append(row)
    return pd.DataFrame(rows)


def _level(one: Quantity, value: float) -> str:
    return f"{percent(value)} %" if one.effect and np.isfinite(value) else number(value)


def _gap(gap: pd.Series) -> str:
    half = (gap.high - gap.low) / 2
    return f"{gap.value:+.1%} ± {half:.1%}" if np.isfinite(half) else "n/a"


STUDY = Study(
    title="finite size: from a thousand people to a million",
    source="The model's own outcomes against the number of people; luck shared by all people does not average out: "
    "Forni & Lippi (1997), Aggregation and the Microfoundations of Dynamic Macroeconomics, Oxford University Press",
    question="How many people must be simulated until the answers no longer depend on how many there are, and what"
    " does "
    "that say about a platform with a hundred million?",
    change="largest=30000 seeds=12: spend the same time on more catalogues of goods, and compare the intervals",
    self_check="Why does the spread between seeds stop falling as the market grows? A seed is a catalogue of goods as "
    "well as people; all people meet the same goods, so their luck does not average out.",
    run=run,
    options={
        "largest": Option(100_000, "people in the largest market", 2_000, 1_000_000),
        "seeds": Option(5, "seeds of each size", 3, 100),
        "days": Option(60, "days of a run, of which the second half counts", 20, 365),
        "tolerance": Option(0.05, "share of its value by which an outcome may lie off", 0.001, 0.5),
    },
)
