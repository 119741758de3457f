"""What must not matter: the unit of money, the names of people, a market next door, a fee that nobody pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.drawing.style import BLUE, VERMILLION, Drawing, new_figure
from experiments.studies.models import invariance as same
from experiments.studies.plots import forest
from experiments.studies.study import Asked, Check, Study, below, covers, holds, option
from sim.graphs.statistics import describe
from sim.world import World

STUDY = Study(
    title="What must not matter",
    source="""Chen, Cheung & Yiu (1998), Metamorphic testing, HKUST-CS98-01; Segura, Fraser, Sanchez & Ruiz-Cortés
        (2016), A survey on metamorphic testing, IEEE Trans. Software Engineering 42(9)""",
    question="""Nobody knows the right answer of such a market beforehand. But some changes must leave it as it is:
        another unit of money, other names of people, a market next door, a fee that nobody pays. Do they?""",
    change="ratio=3: all money is multiplied by 3 instead of 2; look at the first three checks",
    self_check="""Why do amounts that were exact at 2 depart at 3, and is that an error of the model? Multiplying by 2
        is exact in binary numbers, by 3 it is not: a last digit differs, and, once rounded down, a fen.""",
)
SEED = 1
LABELS = {
    "gmv": "GMV", "orders": "orders", "buyers": "buyers", "views": "views", "trust": "trust",
    "consumer_surplus": "consumer surplus", "creator_revenue": "creators' income",
}  # fmt: skip
LIVELY = {"market": {"choice": {"outside": -3.0}}}  # more orders, so that less is left to chance
ROUNDED = {"Consumers.wallet", "orders.surplus", "daily.consumer_surplus", "outcomes.consumer_surplus"}
UNMOVED = "no number differs"
RELATION = "metamorphic relation (Chen, Cheung & Yiu 1998)"


class Options(Asked):
    """Money and worlds."""

    ratio: float = option(2, "what every amount of money is multiplied by; exact for powers of two", 0.125, 64)
    worlds: int = option(16, "worlds in which people change rows", 5, 400)


def simulate(o: Options) -> list[Check]:
    """All relations, each on markets of 300 people and 30 days."""
    return [*money(o.ratio), *names(o.worlds), *neighbours(), *fees()]


def checks(o: Options, found: list[Check]) -> list[Check]:
    """Simulated already: a relation is a comparison of runs."""
    return found


def exactly(name: str, share: float, note: str = "", true: bool = True) -> Check:
    """A check that no number differs."""
    return holds(name, UNMOVED, share, share == 0.0 and true, source=RELATION, note=note)


def money(ratio: float) -> Iterator[Check]:
    """All amounts multiplied, in a market without rounding; then with creators who weigh what a post pays."""
    times, p, q = f"all money times {ratio:g}", same.parameters(same.ROUND, same.NO_CHOICE), same.parameters(same.ROUND)
    one, other = (same.run(changed, SEED) for changed in (p, same.in_other_money(p, ratio)))
    whole = but_rounded(same.departures(one, other, ratio))
    orders, theirs = one.orders(), other.orders()
    fen = float(np.abs(other.m.consumers["wallet"] - ratio * one.m.consumers["wallet"]).max())
    if len(orders) == len(theirs):
        fen = max(fen, float(np.abs(theirs.surplus - ratio * orders.surplus).max()))
    weighed = same.departures(same.run(q, SEED), same.run(same.in_other_money(q, ratio), SEED), ratio)
    yield exactly(times, whole, "Posts are not chosen by what they pay, and amounts are such that none is rounded")
    yield below(f"{times}: money at hand and surplus", ratio, fen, expected=f"below {ratio:g} fen",
                source="rounding of both markets to the fen",
                note="The first money at hand and surplus are rounded in any market")  # fmt: skip
    yield exactly(f"{times}, where creators weigh pay", but_rounded(weighed))


def but_rounded(moved: dict[str, float]) -> float:
    """Mean departure without those of amounts that are rounded in any market."""
    return same.apart({name: share for name, share in moved.items() if name not in ROUNDED})


def names(worlds: int) -> Iterator[Check]:
    """People under other names, in the same order and in another; in other rows they have other shocks."""
    rng, p, lively = np.random.default_rng(SEED), same.parameters(), same.parameters(LIVELY)
    ties = same.ring(300, 0, rng)
    plain, other = (same.on_ties(p, SEED, lines) for lines in ([f"{a},{b}" for a, b in ties], same.renamed(ties, rng)))
    kept = same.apart(same.departures(*(same.run(p, SEED, world) for world in (plain, other))))
    shuffled = same.moved(p, plain, rng.permutation(len(plain.people)))
    graph = [np.array(astuple(describe(world.graph)), float) for world in (plain, shuffled)]
    yield exactly("other names in the same order, lines of the file shuffled", kept)
    yield exactly("measures of the graph, people in other rows", float(np.mean(graph[0] != graph[1])))
    apart = []
    for seed in range(1, worlds + 1):
        world = World.build(lively, seed)
        shuffled = same.moved(lively, world, rng.permutation(len(world.people["activity"])))
        one, moved = (same.run(lively, seed, w).outcomes() for w in (world, shuffled))
        apart.append([2.0 * (moved[name] - one[name]) / (moved[name] + one[name]) for name in LABELS])
    mean, error = np.mean(apart, axis=0), stats.sem(np.array(apart), axis=0)
    half = float(stats.t.ppf(1.0 - 0.05 / 2.0 / len(LABELS), worlds - 1)) * error
    for label, m, h in zip(LABELS.values(), mean, half, strict=True):
        yield covers(f"people in other rows: {label}", 0, (m, m - h, m + h), expected="relative difference 0",
                     source=RELATION, note=f"Shocks stay with the row: paired over {worlds} worlds; the {len(LABELS)} "
                     "intervals hold together at 95 %")  # fmt: skip


def neighbours() -> Iterator[Check]:
    """Two towns in one run, and each in a run in which the other sleeps."""
    p = same.parameters(same.APART)
    found, tied = same.neighbours(p, SEED), same.neighbours(p, SEED, bridge=True)
    note = f"""No ratings, merit, entry, KOLs or money of brands; with a tie from each person to the
        other town, {100 * tied["first"]:.0f} % of the first one's numbers differ"""
    yield exactly("two towns without ties: the first, beside the second", found["first"], note)
    yield exactly("two towns without ties: the second, beside the first", found["second"], note)
    yield exactly("two towns without ties: all orders", found["sum"], note)


def fees() -> Iterator[Check]:
    """Each change of what nobody pays, with how much it moves where somebody does."""
    for name, one in same.IDLE.items():
        without, paid = same.idle(one, SEED)
        said = f"where it is paid it moves {100 * paid:.2g} % of all numbers"
        yield exactly(name, without, said if paid else "moves nothing where paid either", true=paid > 0.0)


def findings(o: Options, found: list[Check]) -> list[str]:
    """How many relations hold."""
    exact, failed = [one for one in found if one.expected == UNMOVED], [one.name for one in found if not one.passed]
    return [
        f"""{sum(one.passed for one in exact)} of {len(exact)} changes that must not matter leave every number as it
            was{"; what does matter: " * bool(failed)}{"; ".join(failed)}.""",
        "The same fees do move the market where they are paid, and so does a town next door that is tied.",
    ]


def figure(o: Options, found: list[Check], title: str) -> Drawing:
    """Left: share of numbers that differ, for each change that must leave all; right: outcomes in other rows."""
    shares, paired = ([one for one in found if (one.expected == UNMOVED) == exact] for exact in (True, False))
    drawing = new_figure(title, 0.27 * len(shares) + 1.9)
    for axes, some in zip(drawing.subplots(1, 2), (shares, paired[1:]), strict=True):
        colours = [BLUE if one.passed else VERMILLION for one in some]
        labels = [one.name.removeprefix("people in other rows: ") for one in some]
        forest(axes, labels, {"": [one[2:5] for one in some]}, scale=100, colours=colours)
    drawing.axes[0].set(xlim=(-5, 105), xlabel="numbers that differ, %", title="must be 0")
    drawing.axes[1].set(xlabel="difference in other rows, %", title="must cover 0")
    caption = """Left: changes that must not matter, and the share of all numbers that differ in one market of 300
        people and 30 days (mean over kinds of numbers). Right: the same people in other rows have other shocks; mean
        difference over worlds, with intervals that hold together at 95 %."""
    return Drawing(drawing, title, caption, pd.DataFrame(found)[["name", "found", "low", "high", "verdict"]])
