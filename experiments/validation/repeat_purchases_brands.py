"""Customers of the market's brands, as a log of purchases shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.report.statistics import Estimate, t_interval
from experiments.validation.purchases import (
    Cohort,
    cohort,
    fit_beta_geometric,
    fit_negative_binomial,
    head_share,
)
from sim.market import Market
from sim.parameters import Parameters
from sim.recorder import gini

FEN = 100
WON_IN, FOLLOWED = 90, 546  # days: customers of the first quarter of 1997, until the end of June 1998
FEWEST = 100  # customers without whom a brand's figures say little


class Figures(NamedTuple):
    """How a cohort buys again; by these CDNOW and the market are compared."""

    repeat_share: float
    shape: float
    """r of the negative binomial: the smaller, the more customers differ in how often they buy."""
    gini: float
    head: float
    """Share of spending of the fifth who spend most."""
    drop: float
    """Mean probability to drop out after a purchase, a / (a + b) of the BG/NBD model."""


NAMES = (
    "customers who bought again, share",
    "r of the negative binomial",
    "Gini of spending",
    "share of spending of the top fifth",
    "probability to drop out after a purchase (BG/NBD)",
)


def figures(customers: Cohort) -> Figures:
    """Of a cohort."""
    _, _, a, b = fit_beta_geometric(customers.repeats.astype(float), customers.last, customers.observed)
    return Figures(
        float(np.mean(customers.repeats > 0)),
        fit_negative_binomial(customers.repeats).r,
        gini(customers.spend),
        head_share(customers.spend),
        float(a / (a + b)),
    )


class Brand(NamedTuple):
    """A brand of a seed, and the customers it won."""

    seed: int
    brand: int
    customers: Cohort

    @property
    def mean(self) -> float:
        """Repeats a customer."""
        return float(self.customers.repeats.mean())


def brands(options: Mapping[str, float]) -> list[Brand]:
    """Cohorts of all brands with enough customers, won after burn-in and followed as long as those of CDNOW."""
    found = []
    burn_in = int(options["burn_in"])
    spreads = {f"{trait}_spread": options[trait] for trait in ("taste", "activity", "budget")}
    people = {"consumers": int(options["consumers"]), "people": spreads}
    parameters = Parameters.model_validate({"market": people})
    for seed in range(int(options["seeds"])):
        market = Market(parameters, seed, keep_orders=True).run(burn_in + FOLLOWED)
        orders = market.orders()
        log = pd.DataFrame(
            {
                "customer": orders["consumer"],
                "day": orders["day"],
                "spend": orders["price"] / FEN,
                "brand": market.world.goods.brand[orders["product"].to_numpy(int)],
            }
        )
        for brand, own in log.groupby("brand"):
            first = own.groupby("customer")["day"].transform("min")
            won = own[(first >= burn_in) & (first < burn_in + WON_IN)]
            if won["customer"].nunique() >= FEWEST:
                found.append(Brand(seed, int(str(brand)), cohort(won, burn_in + FOLLOWED - 1)))
    return found


def comparable(made: list[Brand], mean: float) -> list[Brand]:
    """Of each seed the brand whose customers buy again about as often as those of CDNOW, by ratio of the means."""
    by_seed: dict[int, list[Brand]] = {}
    for one in made:
        by_seed.setdefault(one.seed, []).append(one)
    return [min(of, key=lambda one: abs(np.log((one.mean + 1e-9) / mean))) for of in by_seed.values()]


class Compared(NamedTuple):
    """CDNOW and the market.

    Attributes
    ----------
    log : Cohort
        Customers of CDNOW.
    known : Figures
        Theirs.
    made, chosen : list of Brand
        All brands, and the comparable one of each seed.
    found : list of Estimate
        Figures of the latter over seeds, in the order of `Figures`.
    """

    log: Cohort
    known: Figures
    made: list[Brand]
    chosen: list[Brand]
    found: list[Estimate]


def compare(log: Cohort, made: list[Brand]) -> Compared:
    """Figures of both."""
    chosen = comparable(made, float(log.repeats.mean()))
    table = np.array([figures(one.customers) for one in chosen])
    return Compared(log, figures(log), made, chosen, [t_interval(column) for column in table.T])
