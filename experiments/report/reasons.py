"""Why an effect comes about, as far as accounts can tell: what GMV is made of, who gets the money, what is spent."""

from __future__ import annotations

import pandas as pd

from experiments.measures.changes import changes
from experiments.measures.statistics import Comparison, Estimate, baseline, contrast, decompose, t_interval
from experiments.table.results import Results

PARTIES = {
    "goods": "cost of goods",
    "brand": "brand",
    "creator": "creator",
    "platform": "platform",
    "shipping": "shipping",
    "sharer": "buyers who pass on",
    "staff": "platform's staff",
}
"""Parties that share what consumers pay, in the order in which they are drawn."""

GMV_TERMS = {
    "traffic": "traffic",
    "conversion": "direct_conversion",
    "order value": "direct_order_value",
    "friends' sharing": "share_coefficient",
}
"""Terms of GMV: the first three of orders that no friend's word led to, the last all GMV over theirs."""


PAID_BY_BRANDS = ("creator_revenue", "revenue_ads", "revenue_annual_fee")
"""What brands pay beside what is divided of a price; creators' income holds their part of prices, too."""


def gmv_terms(results: Results) -> dict[str, pd.DataFrame]:
    """Terms whose product is GMV net of returns, each a table of seeds by arms; empty if the run lacks one."""
    if not {*GMV_TERMS.values(), "gmv", "gmv_kept"} <= set(results.runs):
        return {}
    terms = {name: results.outcome(key) for name, key in GMV_TERMS.items()}
    return terms | {"fewer returns": results.outcome("gmv_kept") / results.outcome("gmv")}


def gmv_parts(results: Results, comparison: Comparison) -> dict[str, Estimate]:
    """What each term contributes to the main effect on GMV kept, as shares of GMV kept at the low level.

    They sum to the relative main effect on GMV kept, in every seed. Terms that never differ are left out, and all are
    if GMV is zero.
    """
    terms = gmv_terms(results)
    if not terms:
        return {}
    base = baseline(results.outcome("gmv_kept"), results.arms, (comparison,))
    parts = decompose(terms, results.arms, comparison)
    return {name: t_interval(part / base) for name, part in parts.items() if part.abs().max() > 0}


def per_hundred(results: Results) -> dict[str, pd.DataFrame]:
    """What each party ends up with of 100 yuan that consumers pay, each a table of seeds by arms.

    What brands pay out of their part goes to whom they pay it: fees of posts to creators, ads and annual fees to the
    platform.
    """
    split = results.tables["split"]
    wide = split.pivot_table(index=["seed", "arm"], columns="party", values="yuan", aggfunc="sum").fillna(0.0)
    if set(PAID_BY_BRANDS) <= set(results.runs) and {"brand", "creator", "platform"} <= set(wide):
        paid = results.runs.set_index(["seed", "arm"])[list(PAID_BY_BRANDS)].reindex(wide.index)
        fees = paid["creator_revenue"] - wide["creator"]
        charged = paid["revenue_ads"] + paid["revenue_annual_fee"]
        wide = wide.assign(
            brand=wide["brand"] - fees - charged, creator=wide["creator"] + fees, platform=wide["platform"] + charged
        )
    shares = 100 * wide.div(wide.sum(axis=1).where(lambda s: s > 0), axis=0)
    order = [p for p in PARTIES if p in shares] + [p for p in shares.columns if p not in PARTIES]
    arms = [*results.arms.index, *results.extras.index]
    return {party: shares[party].unstack("arm").reindex(columns=arms) for party in order}


def money_parts(results: Results, comparison: Comparison) -> dict[str, Estimate]:
    """How many yuan more of each 100 every party gets at the high level."""
    return {
        PARTIES.get(party, party): t_interval(contrast(values, results.arms, (comparison,)))
        for party, values in per_hundred(results).items()
    }


def budget_used(results: Results) -> pd.DataFrame | None:
    """Marketing cost after burn-in over the brands' budget for that time, a table of seeds by arms.

    Returns
    -------
    DataFrame or None
        None if the configuration does not tell the budget, the consumers and the days.
    """
    weekly = results.setting("brands.weekly_budget")
    days = results.daily["day"].nunique() - results.burn_in
    if not weekly or not results.people or days <= 0 or "marketing_cost" not in results.runs:
        return None
    return results.outcome("marketing_cost") / (float(weekly) * results.people * days / 7)


def moved(results: Results) -> pd.DataFrame:
    """Checks of soft assumptions away from their defaults, and what becomes of a conclusion there; empty without any.

    They are held against what the experiment itself found of the last level of a factor against the first.
    """
    flips = results.tables.get("flips", pd.DataFrame())
    if flips.empty:
        return flips
    rows = []
    for factor, checked in flips.groupby("factor", sort=False):
        outcomes = [key for key in checked["outcome"].unique() if key in results.runs]
        if factor in results.factors and outcomes:
            levels = results.factors[str(factor)]
            comparison = Comparison(str(factor), levels[0], levels[-1])
            effects = contrast(results.stacked(outcomes), results.arms, [comparison])
            by_outcome = effects.groupby(level="outcome", sort=False)
            rows += [(factor, outcome, *t_interval(by_seed)[:3]) for outcome, by_seed in by_outcome]
    return changes(flips, pd.DataFrame(rows, columns=["factor", "outcome", "effect", "low", "high"]))
