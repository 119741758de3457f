"""Two-sided pricing: what a platform does best to charge creators and buyers, by what each is worth to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from experiments.drawing.style import Drawing, new_figure
from experiments.settings.paths import merged
from experiments.studies.models.two_sides import (
    COUPONS,
    INTRINSIC,
    PAY,
    best_coupon,
    best_pay,
    difference,
    revenue,
    settings,
)
from experiments.studies.plots import COLOURS
from experiments.studies.study import Asked, Check, Study, above, below, option
from sim.parameters import Parameters

STUDY = Study(
    title="Two-sided pricing: who should pay the platform",
    source="""Rochet & Tirole (2003), Platform competition in two-sided markets, Journal of the European Economic
        Association 1(4), 990-1029; Armstrong (2006), Competition in two-sided markets, RAND Journal of Economics 37(3),
        668-691""",
    question="""A platform can pay creators more or give buyers coupons, and both cost it. Which side should it favour,
        and why?""",
    change="respect=4: let an audience be worth four times as much to creators, apart from pay",
    self_check="""Why is paying creators nothing not best, though it makes goods cheapest? Without pay creators leave,
        and with them the posts through which buyers find goods.""",
)
BASE, KNOWN, RESPECT, PRECISE = "base", "goods found otherwise", "more respect", "claims more precise"
THEORY = "Armstrong 2006, section 3: the optimal charge on a side falls by what it is worth to the other"


class Options(Asked):
    """The market and the platform's take."""

    people: int = option(2_000, "people in the market", 500, 20_000)
    seeds: int = option(6, "seeds", 3, 100)
    days: int = option(240, "days of a run, of which the second half counts", 30, 730)
    take: float = option(0.35, "platform's take, share of price", 0.05, 0.5)
    respect: float = option(2.0, "times that a post's intrinsic reward is as large, with more respect", 1.0, 10.0)


class Revenue(NamedTuple):
    """Revenue of a market, yuan a head and day: over pay without a coupon, and over coupons at the best pay."""

    by_pay: NDArray[np.float64]  # (seeds, len(PAY))
    by_coupon: NDArray[np.float64]  # (seeds, len(COUPONS))


def simulate(o: Options) -> dict[str, Revenue]:
    """The base and three changed markets on the same seeds.

    Where goods are found otherwise, creators are worth less to buyers. With more respect, an audience is worth more to
    a creator, apart from pay. Claims are more precise where what creators know of goods that they have not used errs
    half as far. That does two things: it makes a creator worth more to a buyer, and, since such claims sell, a buyer
    worth more to a creator.
    """
    found, known = {}, Parameters().market.belief.hearsay
    markets: dict[str, dict[str, Any]] = {
        BASE: {},
        KNOWN: {"market": {"attention": {"public_slots": 5.0, "search": 0.5}}},
        RESPECT: {"creators": {"intrinsic": o.respect * INTRINSIC}},
        PRECISE: {"market": {"belief": {"hearsay": known / 2}}},
    }
    for name, change in markets.items():
        nested = merged(settings(o.people, o.take), change)
        by_pay = np.array([revenue(nested, seed, [(pay, 0.0) for pay in PAY], o.days) for seed in range(o.seeds)])
        grid = [(round(best_pay(by_pay), 3), coupon) for coupon in COUPONS]
        found[name] = Revenue(by_pay, np.array([revenue(nested, seed, grid, o.days) for seed in range(o.seeds)]))
    return found


def checks(o: Options, found: dict[str, Revenue]) -> Iterator[Check]:
    """The signs that theory expects of the optimal charges, as differences from the base."""
    given = """nobody joins or leaves on the buyers' side: a coupon brings creators orders, not an audience, and the
        more they value their audience apart from pay, the less do orders keep them"""
    both = """claims that sell make a buyer worth more to a creator, too: who earns more on a follower stays for less
        pay, which works against what creators are worth to buyers"""
    for market, charge, part, best, rule, reason in (
        (KNOWN, "best pay", 0, best_pay, below, ""),
        (RESPECT, "best pay", 0, best_pay, below, ""),
        (PRECISE, "best pay", 0, best_pay, above, both),
        (KNOWN, "best coupon", 1, best_coupon, above, given),
        (RESPECT, "best coupon", 1, best_coupon, above, given),
    ):
        gap = difference(best, found[market][part], found[BASE][part])
        yield rule(f"{charge}, less base", 0, gap, source=THEORY, otherwise=reason, kind="finding", changed=market)


def findings(o: Options, found: dict[str, Revenue]) -> list[str]:
    """The best charges."""
    pay, coupon = best_levels(found)
    return [
        f"""Best for the platform is to pay creators {pay[BASE]:.1%} of the price, {pay[KNOWN]:.1%} where buyers find
            goods otherwise, and {pay[RESPECT]:.1%} where creators value their audience more.""",
        f"""Where what creators know of goods that they have not used errs half as far, it does best to pay them
            {pay[PRECISE]:.1%}.""",
        f"""At that pay, the best coupon for buyers is {coupon[BASE]:.1%} of the price in the base, {coupon[KNOWN]:.1%}
            where goods are found otherwise, {coupon[RESPECT]:.1%} with more respect.""",
    ]


def best_levels(found: dict[str, Revenue]) -> tuple[dict[str, float], dict[str, float]]:
    """Best pay and best coupon, by market."""
    pay = {name: best_pay(one.by_pay) for name, one in found.items()}
    return pay, {name: best_coupon(one.by_coupon) for name, one in found.items()}


def figure(o: Options, found: dict[str, Revenue], title: str) -> Drawing:
    """Revenue over what creators are paid, and over what buyers are given."""
    drawing = new_figure(title, 4.2)
    rows, charges = [], ("creators' commission, share of price", "coupon, share of price")
    panels = zip(drawing.subplots(1, 2), charges, (PAY, COUPONS), best_levels(found), strict=True)
    for part, (axes, charge, levels, peaks) in enumerate(panels):
        for (name, one), colour in zip(found.items(), COLOURS, strict=True):
            values = one[part].mean(axis=0) / one[part].mean(axis=0).max()
            axes.plot(levels, values, "o-", ms=4, color=colour, label=name)
            axes.axvline(peaks[name], color=colour, lw=1, ls=":")
            rows += [(charge, name, level, value) for level, value in zip(levels, values, strict=True)]
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set(xlabel=charge, ylabel="platform's revenue, best = 1")
    drawing.axes[0].legend(frameon=False)
    caption = f"""Means of {o.seeds} seeds, each over the best of its market; dotted: the peak of a polynomial fitted to
        them; at an end of the levels tried, the best may lie beyond. Take and commission are wholly passed on to the
        price, coupons are paid by the platform."""
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=["charge", "market", "level", "revenue"]))
