"""Terms: what platforms charge, and when they pay."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.parameters import Platform
from sim.records import Double, Int64

FEN = 100
DAYS_A_YEAR = 365


class Terms(NamedTuple):
    """What platforms charge, and when they pay, as the accounts need it; V platforms."""

    take: Double  # (V,) share of price
    settlement_days: Int64  # (V,)
    return_days: Int64  # (V,)
    annual_fee: Int64  # (V,) fen
    deposit: Int64  # (V,) fen
    ad_price: Int64  # (V,) fen a view
    withdrawal_habit: Double  # (V,) probability a day
    withdrawal_fee: Double  # (V,) share of what is charged
    withdrawal_fee_least: Int64  # (V,) fen
    withdrawal_free: Int64  # (V,) fen in a lifetime


def terms(platforms: tuple[Platform, ...]) -> Terms:
    """Platforms' fees and days in columns, money in fen."""

    def fen(yuan: list[float]) -> Int64:
        return np.array([round(one * FEN) for one in yuan], np.int64)

    return Terms(
        take=np.array([p.take_rate for p in platforms], np.float64),
        settlement_days=np.array([p.settlement_days for p in platforms], np.int64),
        return_days=np.array([p.return_days for p in platforms], np.int64),
        annual_fee=fen([p.annual_fee for p in platforms]),
        deposit=fen([p.deposit for p in platforms]),
        ad_price=fen([p.feed.ad_price for p in platforms]),
        withdrawal_habit=np.array([p.withdrawal_habit for p in platforms], np.float64),
        withdrawal_fee=np.array([p.withdrawal_fee for p in platforms], np.float64),
        withdrawal_fee_least=fen([p.withdrawal_fee_least for p in platforms]),
        withdrawal_free=fen([p.withdrawal_free for p in platforms]),
    )


@compiled
def annual_fee(yearly: int, day: int) -> int:
    """Part of a brand's annual fee that falls on a day, fen; the parts of 365 days add up to the fee."""
    return yearly * (day + 1) // DAYS_A_YEAR - yearly * day // DAYS_A_YEAR
