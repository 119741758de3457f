"""Fees that platforms charge by the year, and on withdrawals."""

from __future__ import annotations

from sim.compilation import compiled
from sim.state.platforms import Platform

DAYS_A_YEAR = 365


@compiled
def annual_fee(yearly: int, day: int) -> int:
    """Part of a brand's annual fee that falls on a day, fen; the parts of 365 days add up to the fee."""
    return yearly * (day + 1) // DAYS_A_YEAR - yearly * day // DAYS_A_YEAR


@compiled
def withdrawal_fee(fen: int, withdrawn: int, platform: Platform) -> int:
    """Fee on a withdrawal, fen: a share of what exceeds the lifetime's free allowance, at least the smallest fee.

    Parameters
    ----------
    fen
        Amount withdrawn.
    withdrawn
        What the party has withdrawn before, fen.
    """
    free = max(platform.withdrawal_free - withdrawn, 0)
    charged = max(fen - free, 0)
    if charged == 0 or platform.withdrawal_fee == 0.0:
        return 0
    return max(int(charged * platform.withdrawal_fee), platform.withdrawal_fee_least)
