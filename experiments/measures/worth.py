"""What marketing money brings, and what a customer is worth: two figures made of what a market earned."""

from __future__ import annotations

import pandas as pd

DAYS_A_YEAR = 365
DISCOUNT = 0.12
"""A year's discount; that of Gupta, Lehmann & Stuart 2004."""


def per_yuan(contribution: pd.Series, outlay: pd.Series) -> pd.Series:
    """Contribution that a yuan of marketing money brings.

    Parameters
    ----------
    contribution
        How much more brands earn before marketing money, in yuan, than in a market of the same shocks and policy
        that spends less on promotion.
    outlay
        How much more of it they spend there.

    Returns
    -------
    Series
        1 pays for itself; NaN where as much is spent.
    """
    return contribution / outlay.where(outlay != 0)


def twelve_months(contribution: pd.Series, customers: pd.Series, again: pd.Series, days: int) -> pd.Series:
    """Value of a customer over twelve months, in yuan, from what was measured in fewer days (or more).

    Parameters
    ----------
    contribution
        What brands earned in these days before marketing money, yuan.
    customers
        Who bought a brand in these days, each counted for every brand.
    again
        Share of them who bought it again in these days.
    days
        How many.

    Notes
    -----
    The value of a customer is the sum of discounted margins over periods, each reached by those who are retained,

        m (1 + ρ + ρ² + ...)        ρ = retention / (1 + discount)

    (Gupta, Lehmann & Stuart 2004, J. Marketing Research 41(1)), cut off after twelve months. A period is as long as was
    measured; m is the contribution of a customer in it, and retention is `again`: whoever did not buy again counts as
    lost, which is cautious, since there was less time to come back than a period. Of a last period that is not whole
    its part counts.
    """
    whole, part = divmod(DAYS_A_YEAR / days, 1.0)
    kept = again / (1.0 + DISCOUNT) ** (days / DAYS_A_YEAR)
    periods = sum((kept**n for n in range(int(whole))), part * kept ** int(whole))
    return contribution / customers * periods
