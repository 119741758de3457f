"""Revenue of a platform that sets what creators are paid and buyers are given, and the charges that are best for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.settings.paths import merged
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

PAY = (0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.15)  # commission of creators, share of price
COUPONS = (0.0, 0.08, 0.16, 0.24)  # of buyers, paid by the platform, share of price
INTRINSIC = 0.5  # reward of a post apart from pay, yuan


def settings(people: int, take: float) -> dict[str, Any]:
    """Parameters, nested, of a market whose goods are mostly found through creators with pools of their own.

    Commission and the platform's take are both added to the price, so that the buyer's mark-up and the creator's pay
    are the platform's to set: there are no fees beside it. Brands have all the budget they need, and do not react.
    Posts cost creators little beside what commission brings, so that pay decides who of them stays.
    """
    return {
        "market": {
            "consumers": people,
            "people": {"price_sensitivity": 4.0, "price_sensitivity_spread": 0, "budget": 1e5},
            "attention": {"public_slots": 0.5, "search": 0.1},
        },
        "creators": {
            "koc_share": 0.03, "kol_count": 0, "koc_fee": 0, "leave": 0.1, "patience": 14, "entry": 0.02,
            "effort_cost": 0.5, "intrinsic": INTRINSIC, "reservation": 0.05,
            "pool_least": 100, "pool_most": 200,
        },
        "brands": {"weekly_budget": 1e4, "ads": 0, "kol": 0, "koc": 1, "pass_through": 1},
        "platform": {"take_rate": take, "annual_fee": 0, "coupon_newcomers": False, "feed": {"content_share": 0}},
    }  # fmt: skip


def revenue(nested: Mapping[str, Any], seed: int, grid: list[tuple[float, float]], days: int) -> NDArray[np.float64]:
    """Platform's revenue less coupons, yuan a head and day, at each pair of pay and coupon; second half of the days."""
    found, world = [], None
    for pay, coupon in grid:
        p = Parameters.model_validate(merged(nested, {"creators": {"commission": pay}, "platform": {"coupon": coupon}}))
        world = world or World.build(p, seed)
        outcomes = Market(p, seed, world=world, burn_in=days // 2).run(days).result().outcomes
        found.append(outcomes["platform_revenue"] / p.market.consumers / (days - days // 2))
    return np.array(found)


def peak(at: NDArray[np.float64], found: NDArray[np.float64], degree: int) -> float:
    """Level at which a polynomial fitted to the mean over seeds is highest; ``found`` has the shape (seeds, levels)."""
    fit = np.polynomial.Polynomial.fit(at, found.mean(axis=0), degree)
    fine = np.linspace(at.min(), at.max(), 1_001)
    return float(fine[int(fit(fine).argmax())])


def best_pay(found: NDArray[np.float64]) -> float:
    """Commission that brings the platform most, by a polynomial of third order in log pay."""
    return float(np.exp(peak(np.log(PAY), found, 3)))


def best_coupon(found: NDArray[np.float64]) -> float:
    """Coupon that brings the platform most, by a polynomial of second order."""
    return peak(np.array(COUPONS), found, 2)


def difference(
    best: Callable[[NDArray[np.float64]], float], one: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Difference of the best levels of two markets, with a 95 % bootstrap interval over the seeds that they share."""
    generator, n = np.random.default_rng(0), len(one)
    drawn = [generator.integers(0, n, n) for _ in range(2_000)]
    low, high = np.quantile([best(one[rows]) - best(other[rows]) for rows in drawn], [0.025, 0.975])
    return best(one) - best(other), float(low), float(high)
