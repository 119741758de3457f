"""Two-sided pricing: what a platform does best to charge creators and buyers, by what each is worth to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.drawing.style import Drawing, new_figure
from experiments.measures.statistics import bootstrap
from experiments.settings.paths import merged
from experiments.studies.paired import outcomes
from experiments.studies.plots import COLOURS
from experiments.studies.study import Asked, Check, Found, Study, above, below, option
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
CHARGES = {"best pay": (0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.15), "best coupon": (0.0, 0.08, 0.16, 0.24)}
"""Shares of the price at which revenue is looked at: creators' commission, and a coupon that the platform pays."""
Revenue = dict[str, NDArray[np.float64]]  # of the platform less coupons, by charge; shape (seeds, levels)
THEORY = "Armstrong 2006, section 3: the optimal charge on a side falls by what it is worth to the other"


class Options(Asked):
    """The market and the platform's take."""

    people: int = option(2_000, "people in the market", 500, 20_000)
    seeds: int = option(6, "seeds", 3, 100)
    days: int = option(240, "days of a run, of which the second half counts", 30, 730)
    take: float = option(0.35, "platform's take, share of price", 0.05, 0.5)
    respect: float = option(2.0, "times that a post's intrinsic reward is as large, with more respect", 1.0, 10.0)


def settings(people: int, take: float) -> dict[str, Any]:
    """Parameters, nested, of a market whose goods are found through creators, and whose pay decides who stays.

    Commission and take are added to the price: mark-up and pay are the platform's to set, beside no other fee.
    """
    return {
        "market": {
            "consumers": people, "attention": {"public_slots": 0.5, "search": 0.1},
            "people": {"price_sensitivity": 4.0, "price_sensitivity_spread": 0, "budget": 1e5},
        },
        "creators": {
            "koc_share": 0.03, "kol_count": 0, "koc_fee": 0, "leave": 0.1, "patience": 14, "entry": 0.02,
            "effort_cost": 0.5, "intrinsic": 0.5, "reservation": 0.05, "pool_least": 100, "pool_most": 200,
        },
        "brands": {"weekly_budget": 1e4, "ads": 0, "kol": 0, "koc": 1, "pass_through": 1},
        "platform": {"take_rate": take, "annual_fee": 0, "coupon_newcomers": False, "feed": {"content_share": 0}},
    }  # fmt: skip


def simulate(o: Options) -> dict[str, Revenue]:
    """The base and three changed markets on the same seeds: over pay without a coupon, over coupons at the best pay."""
    base, found = settings(o.people, o.take), dict[str, Revenue]()
    for name, change in {
        BASE: {},
        KNOWN: {"market": {"attention": {"public_slots": 5.0, "search": 0.5}}},  # creators are worth less to buyers
        RESPECT: {"creators": {"intrinsic": o.respect * base["creators"]["intrinsic"]}},
        # of goods not used: a creator is worth more to a buyer and, since such claims sell, a buyer more to a creator
        PRECISE: {"market": {"belief": {"hearsay": Parameters().market.belief.hearsay / 2}}},
    }.items():
        market, (pay, coupon) = merged(base, change), CHARGES
        by_pay = revenue(o, [merged(market, {"creators": {"commission": x}}) for x in CHARGES[pay]])
        market = merged(market, {"creators": {"commission": round(best(pay, by_pay), 3)}})
        coupons = [merged(market, {"platform": {"coupon": x}}) for x in CHARGES[coupon]]
        found[name] = {pay: by_pay, coupon: revenue(o, coupons)}
    return found


def revenue(o: Options, markets: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Revenue a head and day in some markets, yuan, over the second half of the days; shape (seeds, markets)."""
    arms = {f"{place}": Parameters.model_validate(one) for place, one in enumerate(markets)}
    table = outcomes(arms, range(o.seeds), o.days, o.days // 2)["platform_revenue"]
    return table.unstack("arm")[list(arms)].to_numpy() / o.people / (o.days - o.days // 2)


def best(charge: str, revenue: NDArray[np.float64]) -> float:
    """Level that brings the platform most: the peak of a polynomial, cubic in log pay, quadratic in the coupon."""
    logs = charge == "best pay"
    at = np.log(CHARGES[charge]) if logs else np.array(CHARGES[charge])
    fit, fine = np.polynomial.Polynomial.fit(at, revenue.mean(axis=0), 2 + logs), np.linspace(at[0], at[-1], 1_001)
    peak = float(fine[fit(fine).argmax()])
    return float(np.exp(peak)) if logs else peak


def difference(charge: str, one: Revenue, other: Revenue) -> Found:
    """Difference of the best levels of two markets, with a bootstrap interval over the seeds that they share."""
    ours, theirs = one[charge], other[charge]
    return bootstrap(lambda rows: best(charge, ours[rows]) - best(charge, theirs[rows]), len(ours), 2_000, 0)


def checks(o: Options, found: dict[str, Revenue]) -> Iterator[Check]:
    """The signs that theory expects of the optimal charges, as differences from the base."""
    given = """nobody joins or leaves on the buyers' side: a coupon brings creators orders, not an audience, and the
        more they value their audience apart from pay, the less do orders keep them"""
    both = """claims that sell make a buyer worth more to a creator, too: who earns more on a follower stays for less
        pay, which works against what creators are worth to buyers"""
    for market, charge, rule, reason in (
        (KNOWN, "best pay", below, ""), (RESPECT, "best pay", below, ""), (PRECISE, "best pay", above, both),
        (KNOWN, "best coupon", above, given), (RESPECT, "best coupon", above, given),
    ):  # fmt: skip
        yield rule(f"{charge}, less base", 0, difference(charge, found[market], found[BASE]), source=THEORY,
                   otherwise=reason, kind="finding", changed=market)  # fmt: skip


def findings(o: Options, found: dict[str, Revenue]) -> list[str]:
    """The best charges."""
    pay, coupon = ({name: best(charge, of[charge]) for name, of in found.items()} for charge in CHARGES)
    return [
        f"""Best for the platform is to pay creators {pay[BASE]:.1%} of the price, {pay[KNOWN]:.1%} where buyers find
            goods otherwise, and {pay[RESPECT]:.1%} where creators value their audience more.""",
        f"""Where what creators know of goods that they have not used errs half as far, it does best to pay them
            {pay[PRECISE]:.1%}.""",
        f"""At that pay, the best coupon for buyers is {coupon[BASE]:.1%} of the price in the base, {coupon[KNOWN]:.1%}
            where goods are found otherwise, {coupon[RESPECT]:.1%} with more respect.""",
    ]


def figure(o: Options, found: dict[str, Revenue], title: str) -> Drawing:
    """Revenue over what creators are paid, and over what buyers are given."""
    drawing, rows = new_figure(title, 4.2), []
    labels = ("creators' commission, share of price", "coupon, share of price")
    for axes, label, (charge, levels) in zip(drawing.subplots(1, 2), labels, CHARGES.items(), strict=True):
        for (name, of), colour in zip(found.items(), COLOURS, strict=True):
            values = of[charge].mean(axis=0) / of[charge].mean(axis=0).max()
            axes.plot(levels, values, "o-", ms=4, color=colour, label=name)
            axes.axvline(best(charge, of[charge]), color=colour, lw=1, ls=":")
            rows += [(label, name, level, value) for level, value in zip(levels, values, strict=True)]
        axes.xaxis.set_major_formatter("{x:.0%}")
        axes.set(xlabel=label, ylabel="platform's revenue, best = 1")
    drawing.axes[0].legend(frameon=False)
    caption = f"""Means of {o.seeds} seeds, each over the best of its market; dotted: the peak of a polynomial fitted to
        them; at an end of the levels tried, the best may lie beyond. Take and commission are wholly passed on to the
        price, coupons are paid by the platform."""
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=["charge", "market", "level", "revenue"]))
