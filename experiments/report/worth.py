"""What follows from the outcomes of runs: what a yuan of marketing money brings, and what a customer is worth."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from experiments.measures.worth import per_yuan, twelve_months

NEEDED = {"contribution", "marketing_cost", "customers", "repurchase"}


def with_worth(runs: pd.DataFrame, without_promotion: Mapping[str, str], days: int) -> pd.DataFrame:
    """Outcomes of runs, and what follows from them.

    Parameters
    ----------
    runs
        With columns arm and seed, and draw where there are draws; as it is where outcomes are missing that this takes.
    without_promotion
        For each arm, the one without promotion that it is paired with, if any.
    days
        That were measured.
    """
    if not set(runs) >= NEEDED or days <= 0:
        return runs
    key = ["arm", *(column for column in ("draw", "seed") if column in runs)]
    money = runs[[*key, "contribution", "marketing_cost"]]
    arms = runs["arm"].map(dict(without_promotion)).astype(runs["arm"].dtype)  # of no arm where none is paired
    bare = runs[key].assign(arm=arms).merge(money, on=key, how="left")
    bare.index = runs.index
    return runs.assign(
        contribution_per_yuan=per_yuan(*(runs[name] - bare[name] for name in ("contribution", "marketing_cost"))),
        customer_value=twelve_months(runs["contribution"], runs["customers"], runs["repurchase"], days),
    )
