"""What must not matter: the unit of money, the names of people, a market next door, a fee that nobody pays."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.report.style import BLUE, GREY, INK, VERMILLION, Drawing, new_figure
from experiments.validation import invariance as same
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph_statistics import describe
from sim.world import World

SEED = 1
LABELS = {
    "gmv": "GMV", "orders": "orders", "buyers": "buyers", "views": "views", "trust": "trust",
    "consumer_surplus": "consumer surplus", "creator_revenue": "creators' income",
}  # fmt: skip
LIVELY = {"market": {"choice": {"outside": 0.5}}}  # more orders, so that less is left to luck
ROUNDED = {"Consumers.wallet", "orders.surplus", "daily.consumer_surplus", "outcomes.consumer_surplus"}
FAMILY = 0.05  # chance that any interval of the relabelled markets misses zero where nothing differs
UNMOVED = "no number differs"
BY_CONSTRUCTION = "metamorphic relation (Chen, Cheung & Yiu 1998)"


def run(request: Request) -> Answer:
    """All relations, each on markets of 300 people and 30 days."""
    checks = [
        *money(request.options["ratio"]),
        *names(int(request.options["worlds"])),
        *neighbours(),
        *fees(),
    ]
    exact = [check for check in checks if check.expected == UNMOVED]
    held = sum(check.passed for check in exact)
    failed = [check.name for check in checks if not check.passed]
    sentences = [
        f"{held} of {len(exact)} changes that must not matter leave every number as it was"
        + (f"; what does matter: {'; '.join(failed)}." if failed else "."),
        "The same fees do move the market where somebody pays them, and a town next door does where there are ties: so "
        "the comparison could have failed.",
    ]
    return Answer(checks, lambda: figure(checks, sentences[0]), sentences)


def exactly(name: str, found: float, note: str = "") -> Check:
    """A check that no number differs."""
    return Check(name, UNMOVED, found, found, found, found == 0.0, BY_CONSTRUCTION, note)


# --- money ----------------------------------------------------------------------------------------------------------


def money(ratio: float) -> list[Check]:
    """All amounts multiplied, in a market without rounding; then with creators who weigh what a post pays."""
    times = f"all money times {ratio:g}"
    p = same.parameters(same.ROUND, same.NO_CHOICE)
    one, other = (same.run(changed, SEED) for changed in (p, same.in_other_money(p, ratio)))
    moved = same.departures(one, other, ratio)
    whole = same.apart(but_rounded(moved))
    orders, theirs = one.orders(), other.orders()
    fen = float(np.abs(other.m.consumers["wallet"] - ratio * one.m.consumers["wallet"]).max())
    if len(orders) == len(theirs):
        fen = max(fen, float(np.abs(theirs.surplus - ratio * orders.surplus).max()))
    q = same.parameters(same.ROUND)
    weighed = same.departures(same.run(q, SEED), same.run(same.in_other_money(q, ratio), SEED), ratio)
    return [
        exactly(times, whole, "Posts are not chosen by what they pay, and amounts are such that none is rounded"),
        Check(
            f"{times}: money at hand and surplus", f"below {ratio:g} fen", fen, fen, fen, fen < ratio,
            "rounding of both markets to the fen", "The first money at hand and surplus are rounded in any market",
        ),
        exactly(f"{times}, where creators weigh pay", same.apart(but_rounded(weighed))),
    ]  # fmt: skip


def but_rounded(moved: dict[str, float]) -> dict[str, float]:
    """Departures without those of money at hand and surplus, which are rounded in any market."""
    return {name: share for name, share in moved.items() if name not in ROUNDED}


# --- names ----------------------------------------------------------------------------------------------------------


def names(worlds: int) -> list[Check]:
    """People under other names, in the same order and in another."""
    rng = np.random.default_rng(SEED)
    p = same.parameters()
    ties = same.ring(300, 0, rng)
    plain, other = (same.on_ties(p, SEED, lines) for lines in ([f"{a},{b}" for a, b in ties], same.renamed(ties, rng)))
    lives = [same.run(p, SEED, world) for world in (plain, other)]
    kept = same.apart(same.departures(*lives))
    shuffled = same.moved(plain, rng.permutation(len(plain.people)))
    graph = [np.array(astuple(describe(world.graph)), float) for world in (plain, shuffled)]
    return [
        exactly("other names in the same order, lines of the file shuffled", kept),
        exactly("measures of the graph, people in other rows", float(np.mean(graph[0] != graph[1]))),
        *_in_other_rows(worlds, rng),
    ]


def _in_other_rows(worlds: int, rng: np.random.Generator) -> list[Check]:
    """The same people in other rows have other luck, so that outcomes agree over many worlds, not one by one."""
    p = same.parameters(LIVELY)
    apart = []
    for seed in range(1, worlds + 1):
        world = World.build(p, seed)
        shuffled = same.moved(world, rng.permutation(len(world.people["activity"])))
        one, other = (same.run(p, seed, w).result().outcomes for w in (world, shuffled))
        apart.append([2.0 * (other[name] - one[name]) / (other[name] + one[name]) for name in LABELS])
    table = np.array(apart)
    mean, error = table.mean(axis=0), stats.sem(table, axis=0)
    half = float(stats.t.ppf(1.0 - FAMILY / 2.0 / len(LABELS), worlds - 1)) * error
    note = f"Luck stays with the row: paired over {worlds} worlds; the {len(LABELS)} intervals hold together at 95 %"
    return [
        Check(
            f"people in other rows: {LABELS[name]}", "relative difference 0", float(m), float(m - h),
            float(m + h), bool(abs(m) <= h), BY_CONSTRUCTION, note,
        )
        for name, m, h in zip(LABELS, mean, half, strict=True)
    ]  # fmt: skip


# --- neighbours and fees --------------------------------------------------------------------------------------------


def neighbours() -> list[Check]:
    """Two towns in one run, and each in a run in which the other sleeps."""
    p = same.parameters(same.APART)
    found, tied = same.neighbours(p, SEED), same.neighbours(p, SEED, bridge=True)
    note = (
        "No ratings, merit, ads, entry or KOLs, and budgets that never end; with a tie from each person to the other "
    )
    note += f"town, {100 * tied['first']:.0f} % of the first one's numbers differ"
    return [
        exactly("two towns without ties: the first, beside the second", found["first"], note),
        exactly("two towns without ties: the second, beside the first", found["second"], note),
        exactly("two towns without ties: all orders", found["sum"], note),
    ]


def fees() -> list[Check]:
    """Each change of what nobody pays, with how much it moves where somebody does."""
    checks = []
    for name, one in same.IDLE.items():
        without, paid = same.idle(one, SEED)
        said = (
            f"where it is paid it moves {100 * paid:.2g} % of all numbers"
            if paid
            else "moves nothing where paid either"
        )
        checks.append(exactly(name, without, said)._replace(passed=without == 0.0 and paid > 0.0))
    return checks


# --- figure ---------------------------------------------------------------------------------------------------------


def figure(checks: list[Check], title: str) -> Drawing:
    """Left: share of numbers that differ, for each change that must leave all; right: outcomes in other rows."""
    shares = [check for check in checks if check.expected == UNMOVED]
    paired = [check for check in checks if check.low < check.high]
    drawing = new_figure(title, 0.27 * len(shares) + 1.9)
    left, right = drawing.subplots(1, 2, width_ratios=[1, 1])
    for row, check in enumerate(reversed(shares)):
        left.plot(100 * check.found, row, "o", color=BLUE if check.passed else VERMILLION, zorder=3)
    left.set_yticks(range(len(shares)), [check.name for check in reversed(shares)], color=INK)
    left.set_xlim(-5, 105)
    left.set_xlabel("numbers that differ, %")
    left.set_title("must be 0")
    for row, check in enumerate(reversed(paired)):
        right.plot([100 * check.low, 100 * check.high], [row, row], color=BLUE if check.passed else VERMILLION)
        right.plot(100 * check.found, row, "o", color=BLUE if check.passed else VERMILLION)
    right.axvline(0.0, color=GREY, linewidth=0.8)
    right.set_yticks(range(len(paired)), [check.name.partition(": ")[2] for check in reversed(paired)], color=INK)
    right.set_xlabel("difference in other rows, %")
    right.set_title("must cover 0")
    caption = (
        "Left: changes that must not matter, and the share of all numbers that differ in one market of 300 people and "
        "30 days (mean over kinds of numbers). Right: the same people in other rows have other luck; mean difference "
        "over worlds, with intervals that hold together at 95 %."
    )
    data = pd.DataFrame(checks)[["name", "found", "low", "high", "passed"]]
    return Drawing(drawing, title, caption, data)


STUDY = Study(
    title="What must not matter",
    source="Chen, Cheung & Yiu (1998), Metamorphic testing, HKUST-CS98-01; Segura, Fraser, Sanchez & "
    "Ruiz-Cortés (2016), A survey on metamorphic testing, IEEE Trans. Software Engineering 42(9)",
    question="Nobody knows the right answer of such a market beforehand. But some changes must leave it as it is: "
    "another unit of money, other names of people, a market next door, a fee that nobody pays. Do they?",
    change="Multiply all money by 3 instead of 2 with `ratio=3`, and look at the first three checks.",
    self_check="Why do amounts that were exact at 2 depart at 3, and is that an error of the model? "
    "Multiplying by 2 is exact in binary numbers, by 3 it is not: the last digit of some products differs, and where "
    "such an amount is then rounded down, a fen.",
    run=run,
    options={
        "ratio": Option(2.0, "what every amount of money is multiplied by; exact for powers of two", 0.125, 64.0),
        "worlds": Option(16.0, "worlds in which people change rows", 5.0, 400.0),
    },
)
