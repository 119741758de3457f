"""Finite size: what of the headline's outcomes depends on how many people are simulated."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from experiments.configuration import load_settings
from experiments.report.statistics import t_interval
from experiments.report.style import BLUE, GREY, INK, ORANGE, PALE, Drawing, new_figure, panels
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

SIZES = (1_000, 2_000, 5_000, 10_000, 30_000, 100_000, 300_000)
BASE, IN_PROPORTION = "commission-private-koc", "by the head"
FLIPS = {
    "commission_free-private-koc": "GMV: no commission",
    "commission-public-koc": "GMV: public domain",
    "commission-private-kol": "GMV: KOLs",
}
"""Arms that differ from the base in one factor, and what their effect on GMV is called."""

AMOUNTS = {
    "gmv": "GMV a head",
    "consumer_surplus": "consumer surplus a head",
    "platform_revenue": "platform revenue a head",
    "brand_profit": "brands' profit a head",
}
RATIOS = {
    "conversion": "conversion",
    "acquisition_cost": "acquisition cost",
    "trust": "trust",
    "koc_retention": "KOC retention",
}
HUNDRED_MILLION = 1e8
RULES = (
    "Annual fees are a sum for each brand, whatever the size of the market; ratings count up to a number, not to a"
    " share"
    " of people; below 10,000 people pools shrink with the market."
)


def in_proportion(p: Parameters) -> Parameters:
    """The same market with fees and ratings by the head, as they are at 10,000 people, and with pools of full size."""
    share = p.market.consumers / 10_000
    small = min(share, 1.0)  # pools shrink by this below 10,000 people
    fees = p.platform.model_copy(update={"annual_fee": p.platform.annual_fee * share})
    belief = p.market.belief.model_copy(update={"rating_half": p.market.belief.rating_half * share})
    pools = {
        "pool_least": round(p.creators.pool_least / small),
        "pool_most": round(p.creators.pool_most / small),
    }
    return p.model_copy(
        update={
            "platform": fees,
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


def measured(p: Parameters, seed: int, world: World, days: int, burn_in: int) -> dict[str, float]:
    """Outcomes of a run; sums of money in yuan a head and day."""
    outcomes = Market(p, seed, world=world, burn_in=burn_in).run(days).result().outcomes
    per = p.market.consumers * (days - burn_in)
    return {**{name: outcomes[name] / per for name in AMOUNTS}, **{name: outcomes[name] for name in RATIOS}}


def sizes(largest: int) -> list[int]:
    """Sizes of markets, up to the largest."""
    return [*(n for n in SIZES if n < largest), largest]


def runs(request: Request) -> pd.DataFrame:
    """Outcomes of all runs; rows by people, seed and arm."""
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
                rows[people, seed, name] = measured(p, seed, worlds[key], days, burn_in)
    return pd.DataFrame(rows).T.rename_axis(["people", "seed", "arm"])


def outcomes(table: pd.DataFrame, arm: str = BASE) -> dict[str, pd.DataFrame]:
    """Every outcome of an arm, a row per size, a column per seed; of the base also the effects of single changes."""
    found = {label: table.xs(arm, level="arm")[name].unstack("seed") for name, label in (AMOUNTS | RATIOS).items()}
    if arm == BASE:
        base = table.xs(BASE, level="arm")["gmv"].unstack("seed")
        for other, label in FLIPS.items():
            found[label] = table.xs(other, level="arm")["gmv"].unstack("seed") / base - 1
    return found


def from_largest(label: str, values: pd.DataFrame) -> pd.DataFrame:
    """Distance from the same seed's value in the largest market, over the mean there; effects are shares already."""
    last = values.iloc[-1]
    gap = values - last
    return gap if label in FLIPS.values() else gap / abs(last.mean())


class Settling(NamedTuple):
    """How an outcome depends on size."""

    gaps: pd.DataFrame  # distance from the largest, by people: value, low, high
    settled: float  # people from which on it stays within the tolerance; infinite if only the largest is
    spread: NDArray[np.float64]  # standard deviation over seeds, over the mean, by people
    paired: NDArray[np.float64]  # that of the same seed's value around its value in an endless market


def settling(label: str, values: pd.DataFrame, tolerance: float) -> Settling:
    """How an outcome depends on size; a size is within the tolerance if the whole interval of its distance is."""
    gap = from_largest(label, values)
    intervals = [t_interval(row)[:3] for _, row in gap.iterrows()]
    table = pd.DataFrame(intervals, gap.index, columns=["value", "low", "high"])
    inside = (table.low >= -tolerance) & (table.high <= tolerance)
    stays = inside.iloc[:-1][::-1].cummin()[::-1]
    settled = float(stays.index[stays].min()) if stays.any() else np.inf
    scale = 1.0 if label in FLIPS.values() else abs(values.iloc[-1].mean())
    # the largest market has luck of its own, with 1 / N of each market's variance
    share = 1 + gap.index.to_numpy(float) / gap.index[-1]
    spread, given = values.std(axis=1) / scale, gap.std(axis=1) / np.sqrt(share)
    return Settling(table, settled, spread.to_numpy(), given.to_numpy())


def power(people: Any, spread: NDArray[np.float64], seeds: int) -> tuple[float, float, float]:
    """Slope of log standard deviation on log size, with its 95 % interval.

    The log of a standard deviation of n normal values has a standard error of ``1 / sqrt(2 (n - 1))``.
    """
    x = np.log(np.asarray(people, float))
    x -= x.mean()
    slope = float(x @ np.log(spread) / (x @ x))
    half = 1.96 / np.sqrt(2 * (seeds - 1) * (x @ x))
    return slope, slope - half, slope + half


def run(request: Request) -> Answer:
    """The headline's base and its single changes in markets of growing size."""
    table = runs(request)
    tolerance, seeds = request.options["tolerance"], int(request.options["seeds"])
    raw, scaled = outcomes(table), outcomes(table, IN_PROPORTION)
    found = {label: settling(label, values, tolerance) for label, values in raw.items()}
    same = {label: settling(label, values, tolerance) for label, values in scaled.items()}
    people = [int(n) for n in raw["GMV a head"].index]
    checks = [_last_step(label, one, people, tolerance) for label, one in found.items()]
    paired = power(people[:-1], found["GMV a head"].paired[:-1], seeds)
    total = power(people, found["GMV a head"].spread, seeds)
    checks.append(
        Check(
            "GMV a head: spread where the goods are given, power of N", "-1/2", *paired,
            paired[1] <= -0.5 <= paired[2], "law of large numbers over people who share their goods",
        )
    )  # fmt: skip
    checks.append(
        Check(
            "GMV a head: spread between seeds, power of N", "above -1/2", *total, total[1] > -0.5,
            "luck of the goods, which all people share, does not average out over people",
        )
    )  # fmt: skip
    return Answer(checks, lambda: draw(request, people, found, same), sentences(people, found, same, tolerance))


def _last_step(label: str, one: Settling, people: list[int], tolerance: float) -> Check:
    value, low, high = one.gaps.iloc[-2]
    inside = bool(low >= -tolerance and high <= tolerance)
    return Check(
        f"{label}: {people[-2]:,} against {people[-1]:,} people", f"within {tolerance:.0%}", value, low, high, inside,
        "the model's own largest market", "" if inside else RULES,
    )  # fmt: skip


def sentences(
    people: list[int], found: dict[str, Settling], same: dict[str, Settling], tolerance: float
) -> list[str]:
    """What a user of a smaller market should know."""
    by_size: dict[float, list[str]] = {}
    for label, one in found.items():
        by_size.setdefault(one.settled, []).append(label)
    settled = "; ".join(
        (f"from {n:,.0f} people on " if np.isfinite(n) else f"not below {people[-1]:,} ") + ", ".join(labels)
        for n, labels in sorted(by_size.items())
    )
    gmv = found["GMV a head"]
    luck = gmv.paired[-2] / np.sqrt(HUNDRED_MILLION / people[-2])
    smallest, so = (table["GMV a head"].gaps.value.iloc[0] for table in (found, same))
    return [
        f"Within {tolerance:.0%} of the value at {people[-1]:,} people: {settled}.",
        f"In a market of {people[0]:,}, GMV a head differs from that by {smallest:+.0%}. {RULES} With fees"
        f" and ratings by the head, and pools of full size, it differs by {so:+.0%}.",
        f"Between seeds GMV a head has a standard deviation of {gmv.spread[-1]:.1%} at {people[-1]:,} people and of"
        f" {gmv.spread[0]:.1%} at {people[0]:,}; with the goods of a seed given, of {gmv.paired[-2]:.2%} at"
        f" {people[-2]:,}.",
        f"A platform of a hundred million people would, by the square-root law, differ by {luck:.3%} from another"
        f" of the same goods, by people's luck, but by {gmv.spread[-1]:.1%} from one of other goods: what a run of"
        f" {people[-1]:,} people leaves open is closed by more catalogues (seeds), not by more people.",
    ]


def draw(request: Request, people: list[int], found: dict[str, Settling], same: dict[str, Settling]) -> Drawing:
    """Every outcome against the largest market, and the spread between seeds."""
    tolerance = request.options["tolerance"]
    settled, spread = sum(one.settled <= 10_000 for one in found.values()), found["GMV a head"].spread
    figure = new_figure(
        f"{settled} of {len(found)} outcomes of a market of 10,000 lie within {tolerance:.0%} of those of"
        f" {people[-1]:,} people; between seeds GMV a head varies by {spread[-1]:.0%}, and by {spread[0]:.0%} at"
        f" {people[0]:,}",
        7.6,
    )
    axes = panels(figure, len(found) + 1, most=4)[0]
    for axis, (label, one) in zip(axes, found.items(), strict=False):
        _against_size(axis, label, one, same.get(label), tolerance)
    axes[0].legend(frameon=False, fontsize=7.5, loc="lower right")
    axis, gmv = axes[-1], found["GMV a head"]
    for values, colour, text in ((gmv.spread, BLUE, "other goods"), (gmv.paired[:-1], ORANGE, "same goods")):
        axis.loglog(people[: len(values)], values * 100, "o-", color=colour, ms=3)
        at, up = (-1, 6) if colour == BLUE else (len(values) - 1, -12)
        place = (people[: len(values)][at], values[at] * 100)
        axis.annotate(text, place, (0, up), textcoords="offset points", fontsize=8, color=colour, ha="right")
    axis.set_yticks([0.3, 1, 3, 10, 30], ["0.3%", "1%", "3%", "10%", "30%"])
    axis.set_ylim(0.5 * 100 * min(gmv.paired[:-1]), 2 * 100 * max(gmv.spread))
    axis.minorticks_off()
    axis.set_title("spread of GMV a head", fontsize=9)
    for axis in axes[-4:]:
        axis.set_xlabel("people")
    table = pd.concat({label: one.gaps.assign(spread=one.spread) for label, one in found.items()}, names=["outcome"])
    caption = (
        f"Distance from the same seed's market of {people[-1]:,} people, in %, effects on GMV in points: mean and 95 %"
        f" interval over {int(request.options['seeds'])} seeds, band: {tolerance:.0%}. Dashed: annual fees and ratings"
        " by the head, pools of full size. Last panel: standard deviations, over the mean."
    )
    return Drawing(figure, "", caption, table.reset_index())


def _against_size(axis: Axes, label: str, one: Settling, same: Settling | None, tolerance: float) -> None:
    people = one.gaps.index.to_numpy(float)
    axis.axhspan(-100 * tolerance, 100 * tolerance, color=PALE, lw=0)
    error = 100 * np.abs(one.gaps[["low", "high"]].to_numpy().T - one.gaps.value.to_numpy())
    axis.errorbar(people, 100 * one.gaps.value, error, fmt="o-", ms=3, color=BLUE, lw=1.2, label="as it is")
    if same is not None:
        axis.plot(people, 100 * same.gaps.value, "--", color=GREY, lw=1.2, label="by the head")
    axis.axhline(0, color=INK, lw=0.6)
    axis.set_xscale("log")
    axis.set_title(label, fontsize=9)


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
