"""Two-sided pricing: what a platform does best to charge creators and buyers, by what each is worth to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from experiments.paths import merged
from experiments.report.style import BLUE, GREEN, PURPLE, VERMILLION, Drawing, new_figure
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

PAY = (0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.15)  # commission of creators, share of price
COUPONS = (0.0, 0.06, 0.12, 0.18)  # of buyers, paid by the platform, share of price
RESAMPLES = 2_000
THEORY = "Armstrong 2006, section 3: the optimal charge on a side falls by what it is worth to the other"
BASE, KNOWN, RESPECT, PRECISE = "base", "goods found otherwise", "more respect", "claims more precise"
COLOURS = dict(zip((BASE, KNOWN, RESPECT, PRECISE), (BLUE, GREEN, VERMILLION, PURPLE), strict=True))


def settings(people: int, take: float) -> dict[str, Any]:
    """Parameters, nested, of a market whose goods are mostly found through creators with pools of their own.

    Commission and the platform's take are both added to the price, so that the buyer's mark-up and the creator's pay
    are the platform's to set; brands have all the budget they need, and do not react.
    """
    full = max(10_000 / people, 1.0)  # pools shrink in small markets: this undoes it
    return {
        "market": {
            "consumers": people,
            "people": {"price_sensitivity": 4.0, "price_sensitivity_spread": 0, "budget": 1e5},
            "attention": {"public_slots": 0.5, "search": 0.1},
        },
        "creators": {
            "koc_share": 0.03, "kol_count": 0, "leave": 0.1, "patience": 14, "entry": 0.02,
            "pool_least": round(100 * full), "pool_most": round(200 * full),
        },
        "brands": {"weekly_budget": 1e4, "ads": 0, "kol": 0, "koc": 1, "pass_through": 1},
        "platform": {"take_rate": take, "annual_fee": 0, "coupon_newcomers": False, "feed": {"content_share": 0}},
    }  # fmt: skip


def changes(respect: float) -> dict[str, dict[str, Any]]:
    """What each market changes in the base.

    Where goods are found otherwise, creators are worth less to buyers. With more respect, an audience is worth more to
    a creator, apart from pay. More precise claims do two things: they make a creator worth more to a buyer, and, since
    they sell, a buyer worth more to a creator.

    Parameters
    ----------
    respect
        Times that the intrinsic reward of a post is as large.
    """
    return {
        BASE: {},
        KNOWN: {"market": {"attention": {"public_slots": 5.0, "search": 0.5}}},
        RESPECT: {"creators": {"intrinsic": respect * Parameters().creators.intrinsic}},
        PRECISE: {"market": {"belief": {"claim": 2 * Parameters().market.belief.claim}}},
    }


def revenue(nested: Mapping[str, Any], seed: int, grid: list[tuple[float, float]], days: int) -> NDArray[np.float64]:
    """Platform's revenue less coupons, yuan a head and day, at each pair of pay and coupon; second half of the days."""
    found, world = [], None
    for pay, coupon in grid:
        policy = {"creators": {"commission": pay}, "platform": {"coupon": coupon}}
        p = Parameters.model_validate(merged(nested, policy))
        world = world or World.build(p, seed)
        outcomes = Market(p, seed, world=world, burn_in=days // 2).run(days).result().outcomes
        found.append(outcomes["platform_revenue"] / p.market.consumers / (days - days // 2))
    return np.array(found)


class Revenue(NamedTuple):
    """Revenue of a market, yuan a head and day: over pay without a coupon, and over coupons at the best pay."""

    by_pay: NDArray[np.float64]  # (seeds, len(PAY))
    by_coupon: NDArray[np.float64]  # (seeds, len(COUPONS))


def peak(at: NDArray[np.float64], found: NDArray[np.float64], degree: int) -> float:
    """Where a polynomial fitted to the mean over seeds is highest, within the range of ``at``.

    Parameters
    ----------
    at
        Levels, shape (n,).
    found
        Values, shape (seeds, n).
    degree
        Of the polynomial.
    """
    fit = np.polynomial.Polynomial.fit(at, found.mean(axis=0), degree)
    fine = np.linspace(at.min(), at.max(), 1_001)
    return float(fine[int(fit(fine).argmax())])


def best_pay(found: NDArray[np.float64]) -> float:
    """Commission that brings the platform most, by a polynomial of third order in log pay."""
    return float(np.exp(peak(np.log(PAY), found, 3)))


def best_coupon(found: NDArray[np.float64]) -> float:
    """Coupon that brings the platform most, by a polynomial of second order."""
    return peak(np.array(COUPONS), found, 2)


def run(request: Request) -> Answer:
    """Revenue over pay and over coupons in the base and in three changed markets, on the same seeds."""
    o = request.options
    base, seeds, days = settings(int(o["people"]), o["take"]), range(int(o["seeds"])), int(o["days"])
    found: dict[str, Revenue] = {}
    pay: dict[str, float] = {}
    for name, change in changes(o["respect"]).items():
        nested = merged(base, change)
        by_pay = np.array([revenue(nested, seed, [(level, 0.0) for level in PAY], days) for seed in seeds])
        pay[name] = best_pay(by_pay)
        grid = [(round(pay[name], 3), coupon) for coupon in COUPONS]
        found[name] = Revenue(by_pay, np.array([revenue(nested, seed, grid, days) for seed in seeds]))
    coupon = {name: best_coupon(one.by_coupon) for name, one in found.items()}
    sentences = [
        f"The platform does best to pay creators {pay[BASE]:.1%} of the price where buyers find goods through them, and"
        f" {pay[KNOWN]:.1%} where buyers find goods otherwise.",
        f"Where an audience is worth {o['respect']:g} times as much to creators, apart from pay, it does best to pay"
        " them"
        f" {pay[RESPECT]:.1%}; where their claims are twice as precise, {pay[PRECISE]:.1%}.",
        f"At that pay, the best coupon for buyers is {coupon[BASE]:.1%} of the price in the base,"
        f" {coupon[KNOWN]:.1%} where goods are found otherwise, {coupon[RESPECT]:.1%} with more respect.",
    ]
    return Answer(checks_of(found), lambda: draw(found, pay, coupon), sentences)


def difference(
    statistic: Callable[[NDArray[np.float64]], float], one: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Difference of a statistic of two markets, with a 95 % bootstrap interval over the seeds that they share."""
    generator = np.random.default_rng(0)
    n = len(one)
    drawn = [generator.integers(0, n, n) for _ in range(RESAMPLES)]
    low, high = np.quantile([statistic(one[rows]) - statistic(other[rows]) for rows in drawn], [0.025, 0.975])
    return statistic(one) - statistic(other), float(low), float(high)


def checks_of(found: dict[str, Revenue]) -> list[Check]:
    """The signs that theory expects of the optimal charges, as differences from the base."""
    given = (
        "nobody joins or leaves on the buyers' side: a coupon brings creators orders, not an audience, and the more"
        " they value their audience apart from pay, the less do orders keep them"
    )
    both = (
        "claims that sell make a buyer worth more to a creator, too: who earns more on a follower stays for less pay,"
        " which"
        " works against what creators are worth to buyers"
    )
    rows = (
        ("best pay: goods found otherwise less base", best_pay, 0, KNOWN, -1, ""),
        ("best pay: more respect less base", best_pay, 0, RESPECT, -1, ""),
        ("best pay: claims twice as precise less base", best_pay, 0, PRECISE, 1, both),
        ("best coupon: goods found otherwise less base", best_coupon, 1, KNOWN, 1, given),
        ("best coupon: more respect less base", best_coupon, 1, RESPECT, 1, given),
    )
    checks = []
    for name, statistic, part, market, side, reason in rows:
        gap, low, high = difference(statistic, found[market][part], found[BASE][part])
        clear, reversed_ = (low > 0, high < 0) if side > 0 else (high < 0, low > 0)
        expected = "above 0" if side > 0 else "below 0"
        note = "" if clear else reason if reversed_ else "undecided: the interval holds 0"
        checks.append(Check(name, expected, gap, low, high, bool(clear), THEORY, note))
    return checks


def draw(found: dict[str, Revenue], pay: dict[str, float], coupon: dict[str, float]) -> Drawing:
    """Revenue over what creators are paid, and over what buyers are given."""
    figure = new_figure(
        f"Best for the platform is to pay creators {pay[BASE]:.1%} of the price, {pay[KNOWN]:.1%} where buyers find"
        " goods"
        f" otherwise, and {pay[RESPECT]:.1%} where creators value their audience more",
        4.2,
    )
    axes = figure.subplots(1, 2)
    rows = []
    for part, (axis, levels, peaks) in enumerate(zip(axes, (PAY, COUPONS), (pay, coupon), strict=True)):
        for name, colour in COLOURS.items():
            values = found[name][part].mean(axis=0) / found[name][part].mean(axis=0).max()
            axis.plot(levels, values, "o-", ms=4, color=colour, label=name)
            axis.axvline(peaks[name], color=colour, lw=1, ls=":")
            rows += [(axis_name(part), name, level, value) for level, value in zip(levels, values, strict=True)]
        axis.set_xticks((0.0, 0.05, 0.1, 0.15) if part == 0 else COUPONS)
        axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_xlabel(axis_name(part))
    axes[0].set_title("what creators are paid")
    axes[1].set_title("what buyers are given, at the best pay")
    axes[0].set_ylabel("platform's revenue, best = 1")
    axes[0].legend(frameon=False)
    seeds = len(found[BASE].by_pay)
    caption = (
        f"Means of {seeds} seeds, each over the best of its market; dotted: the peak of a polynomial fitted to them."
        " Take"
        " and commission are wholly passed on to the price, coupons are paid by the platform."
    )
    return Drawing(figure, "", caption, pd.DataFrame(rows, columns=["charge", "market", "level", "revenue"]))


def axis_name(part: int) -> str:
    """What is on the axis of a panel."""
    return ("creators' commission, share of price", "coupon, share of price")[part]


STUDY = Study(
    title="two-sided pricing: who should pay the platform",
    source="Rochet & Tirole (2003), Platform competition in two-sided markets, Journal of the European Economic "
    "Association 1(4), 990-1029; Armstrong (2006), Competition in two-sided markets, RAND Journal of Economics 37(3), "
    "668-691",
    question="A platform can pay creators more or give buyers coupons, and both cost it. Which side should it favour,"
    " and "
    "why?",
    change="respect=4: let an audience be worth four times as much to creators, apart from pay",
    self_check="Why is paying creators nothing not best, though it makes goods cheapest? Without pay creators leave,"
    " and "
    "with them the posts through which buyers find goods.",
    run=run,
    options={
        "people": Option(2_000, "people in the market", 500, 20_000),
        "seeds": Option(6, "seeds", 3, 100),
        "days": Option(60, "days of a run, of which the second half counts", 30, 365),
        "take": Option(0.35, "platform's take, share of price", 0.05, 0.5),
        "respect": Option(2.0, "times that a post's intrinsic reward is as large, with more respect", 1.0, 10.0),
    },
)
