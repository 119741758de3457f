"""Budget allocation: how a brand splits its marketing money over funds."""

from __future__ import annotations

from sim.arrays import Double, Int64
from sim.compilation import inlined


@inlined
def adapt_split(split: Double, spent: Int64, returned: Int64, speed: float) -> None:
    """Move a share of the budget to funds in proportion to their return on spend, for next week.

    The shares keep their sum. Funds that spent nothing keep their share.

    Parameters
    ----------
    split
        Shares of the budget by fund, shape (n,), which are written.
    spent, returned
        Money spent on and gross margin earned through each fund last week, in one unit of money, shape (n,).
    speed
        Share of the split that follows the returns, per week; 0 holds the split.
    """
    used, shares, rates = 0, 0.0, 0.0
    for n in range(split.shape[0]):
        if spent[n] > 0 and split[n] > 0.0:
            used += 1
            shares += split[n]
            rates += return_on(spent[n], returned[n])
    if speed <= 0.0 or used < 2 or rates == 0.0:
        return
    for n in range(split.shape[0]):
        is_used = spent[n] > 0 and split[n] > 0.0
        target = shares * return_on(spent[n], returned[n]) / rates if is_used else split[n]
        split[n] = (1 - speed) * split[n] + speed * target


@inlined
def return_on(spent: int, returned: int) -> float:
    """Gross margin of a fund over what was spent on it, at least 0."""
    return max(returned, 0.0) / max(spent, 1.0)
