"""Repeat purchases of a cohort: models of their number, how unequal spending is, and the log of CDNOW.

Counts are of repeat purchases: days with a purchase after the first.
"""

from __future__ import annotations

from importlib import util
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from sim.market import Market
from sim.parameters import Parameters
from sim.results.inequality import gini

LEAST_EXPECTED = 5.0  # customers in a cell of the chi-square test
HEAD = 0.2
WEEK = 7
FEN = 100
WON_IN, FOLLOWED = 90, 546  # days: customers of the first quarter of 1997, until the end of June 1998
FEWEST = 100  # customers without whom a brand's figures say little
CDNOW_END = pd.Timestamp(1998, 6, 30)


class Cohort(NamedTuple):
    """Customers won in one span of time, and what they did until its end."""

    repeats: NDArray[np.int64]  # shape (customers,); days with a purchase after the first
    spend: NDArray[np.float64]  # shape (customers,); all that they spent, in the money of the data
    # shape (customers,); weeks from the first purchase to the last, and to the end
    last: NDArray[np.float64]
    observed: NDArray[np.float64]


def cohort(purchases: pd.DataFrame, end: int) -> Cohort:
    """Customers from their purchases: columns customer, day, spend; several on a day count as one purchase.

    Parameters
    ----------
    end
        Last day of observation.
    """
    by_customer = purchases.groupby("customer")
    day = by_customer["day"]
    first = day.min()
    return Cohort(
        np.asarray(day.nunique() - 1, np.int64),
        by_customer["spend"].sum().to_numpy(np.float64),
        ((day.max() - first) / WEEK).to_numpy(np.float64),
        ((end - first) / WEEK).to_numpy(np.float64),
    )


def cdnow_folder() -> Path:
    """Folder of the data that `lifetimes` ships; the package itself is not imported, for it needs a good deal more."""
    spec = util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("lifetimes")
    return Path(next(iter(spec.submodule_search_locations))) / "datasets"


def cdnow() -> Cohort:
    """All who first bought at CDNOW in the first quarter of 1997, until the end of June 1998."""
    log = pd.read_csv(cdnow_folder() / "CDNOW_master.txt", sep=r"\s+")
    log.columns = pd.Index(["customer", "date", "discs", "spend"])
    day = pd.to_datetime(log["date"].astype(str), format="%Y%m%d")
    log["day"] = (day - CDNOW_END).dt.days
    return cohort(log, 0)


def cdnow_sample() -> tuple[NDArray[np.float64], ...]:
    """Repeats, last purchase and time observed (weeks since the first) of a tenth of them over 39 weeks."""
    table = pd.read_csv(cdnow_folder() / "cdnow_customers_summary.csv")
    return tuple(table[name].to_numpy(np.float64) for name in ("frequency", "recency", "T"))


class NegativeBinomial(NamedTuple):
    """Poisson purchasing at rates that are gamma distributed (Ehrenberg 1959)."""

    r: float  # shape: the smaller, the more customers differ
    a: float  # rate, per horizon: the mean number of repeats is r / a

    def probability(self, repeats: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of so many repeats."""
        return stats.nbinom.pmf(repeats, self.r, self.a / (self.a + 1))


def fit_negative_binomial(repeats: NDArray[np.int64]) -> NegativeBinomial:
    """Maximum likelihood."""
    values, counts = np.unique(repeats, return_counts=True)

    def loss(logs: NDArray[np.float64]) -> float:
        r, a = np.exp(logs)
        return -float(counts @ stats.nbinom.logpmf(values, r, a / (a + 1)))

    start = np.log([1.0, 1.0 / max(float(repeats.mean()), 0.01)])
    r, a = np.exp(minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8}).x)
    return NegativeBinomial(float(r), float(a))


class Fit(NamedTuple):
    """Chi-square test of a fit: statistic, degrees of freedom, p value."""

    statistic: float
    freedom: int
    p: float


def goodness(repeats: NDArray[np.int64]) -> Fit:
    """Pearson's test of counts against the negative binomial fitted to them; rare counts are put together."""
    expected = len(repeats) * fit_negative_binomial(repeats).probability(np.arange(int(repeats.max()) + 1))
    cells, cell = [np.zeros(2)], np.zeros(2)
    for one in np.stack([np.bincount(repeats), expected], axis=1):
        cell = cell + one
        if cell[1] >= LEAST_EXPECTED:
            cells.append(cell)
            cell = np.zeros(2)
    rest = np.array([cell[0], len(repeats) - sum(expected for _, expected in cells)])
    if rest[1] >= LEAST_EXPECTED or len(cells) == 1:
        cells.append(rest)
    else:
        cells[-1] = cells[-1] + rest
    seen, wanted = np.array(cells[1:]).T
    statistic = float(((seen - wanted) ** 2 / wanted).sum())
    freedom = len(wanted) - 3  # the total, and two parameters
    return Fit(statistic, freedom, float(stats.chi2.sf(statistic, freedom)) if freedom > 0 else np.nan)


def fit_beta_geometric(
    repeats: NDArray[np.float64], last: NDArray[np.float64], observed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Maximum likelihood of the BG/NBD model (Fader, Hardie & Lee 2005, equation 6): r, alpha, a and b.

    Of each customer are given the repeats, and the times since the first purchase of the last one and of the end of
    observation. Purchase rates are gamma distributed (r, alpha), chances to drop out beta (a, b).
    """
    alike, customers = np.unique(np.stack([repeats, last, observed]), axis=1, return_counts=True)
    x, at, until = alike
    again = x > 0

    def loss(logs: NDArray[np.float64]) -> float:
        r, alpha, a, b = np.exp(logs)
        stays = betaln(a, b + x) - (r + x) * np.log(alpha + until)
        gone = np.full(len(x), -np.inf)
        gone[again] = betaln(a + 1, b + x[again] - 1) - (r + x[again]) * np.log(alpha + at[again])
        shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        return -float(customers @ (shared + np.logaddexp(stays, gone))) / len(repeats)

    return np.exp(minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-7}).x)


def head_share(spend: NDArray[np.float64]) -> float:
    """Share of all spending of the fifth who spend most."""
    ordered = np.sort(spend)[::-1]
    return float(ordered[: round(HEAD * len(spend))].sum() / ordered.sum())


def lorenz(spend: NDArray[np.float64], points: int = 101) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of customers, from the smallest, and their share of all spending; shape (points,) each."""
    total = np.concatenate([[0.0], np.cumsum(np.sort(spend))])
    share = np.linspace(0, 1, points)
    return share, np.interp(share * len(spend), np.arange(len(spend) + 1), total / total[-1])


NAMES = {
    "repeat_share": "customers who bought again, share",
    "shape": "r of the negative binomial",
    "rate": "a of the negative binomial",
    "gini": "Gini of spending",
    "head": "share of spending of the top fifth",
    "number_gini": "Gini of the number of purchases",
    "number_head": "share of purchases of the top fifth",
    "drop": "probability to drop out after a purchase (BG/NBD)",
}
"""Figures of a cohort; the smaller r, the more customers differ in how often they buy."""


def figures(customers: Cohort) -> dict[str, float]:
    """How a cohort buys again, by the keys of `NAMES`; by these CDNOW and the market are compared."""
    _, _, a, b = fit_beta_geometric(customers.repeats.astype(float), customers.last, customers.observed)
    fitted, number = fit_negative_binomial(customers.repeats), customers.repeats + np.float64(1)
    unequal = [measure(of) for of in (customers.spend, number) for measure in (gini, head_share)]
    return dict(zip(NAMES, (float(np.mean(customers.repeats > 0)), *fitted, *unequal, float(a / (a + b))), strict=True))


class Brand(NamedTuple):
    """A brand of a seed, and the customers it won."""

    seed: int
    brand: int
    customers: Cohort

    @property
    def mean(self) -> float:
        """Repeats a customer."""
        return float(self.customers.repeats.mean())


def brands(p: Parameters, seed: int, burn_in: int) -> list[Brand]:
    """Cohorts of all brands with enough customers, won after burn-in and followed as long as those of CDNOW."""
    market = Market(p, seed, keep_orders=True).run(burn_in + FOLLOWED)
    orders = market.orders()
    columns = {"customer": orders["consumer"], "day": orders["day"], "spend": orders["price"] / FEN}
    log = pd.DataFrame(columns | {"brand": market.world.goods.brand[orders["product"].to_numpy(int)]})
    found = []
    for brand, own in log.groupby("brand"):
        first = own.groupby("customer")["day"].transform("min")
        won = own[(first >= burn_in) & (first < burn_in + WON_IN)]
        if won["customer"].nunique() >= FEWEST:
            found.append(Brand(seed, int(str(brand)), cohort(won, burn_in + FOLLOWED - 1)))
    return found


def comparable(made: list[Brand], mean: float) -> list[Brand]:
    """Of each seed the brand whose customers buy again about as often as those of CDNOW, by ratio of the means."""
    by_seed = groupby(made, lambda one: one.seed)
    return [min(of, key=lambda one: abs(np.log((one.mean + 1e-9) / mean))) for _, of in by_seed]


RATES = """Customers differ in the rate of need (a gamma distribution, market.need.shape, which is assumed): where it is
    the same for all, r is twice as large."""
BASKETS = """An order is one good here. At CDNOW it was 1 to 99 discs, and more of them for those who came back. The
    number of purchases tells how unequal customers are without that."""
REASONS = {
    "repeat_share": RATES, "shape": RATES, "gini": BASKETS, "head": BASKETS, "number_gini": RATES, "number_head": RATES,
    "drop": """Goodwill fades within weeks, so that a brand that was not needed for long does not come to mind: where it
        lasts for ever, customers drop out half as often.""",
}  # fmt: skip
"""Why a brand of the market is not as CDNOW, found by switching things off, one at a time."""
