"""Leakage: buyers and sellers who know each other settle a sale outside the platform, and share what it would take."""

from __future__ import annotations

import math

from sim.compilation import compiled
from sim.parameters import Leakage


@compiled
def chance_outside(price: float, take: float, trust: float, p: Leakage) -> float:
    """Probability that a sale is settled outside the platform on which buyer and seller met.

    The buyer's part of what the platform would take is held against what may be lost without its protection, the less
    the more the seller is trusted, and against a trouble that differs between sales and is exponential. So what leaks
    grows with the take, and without a take nothing does (Gu & Zhu 2021; Hagiu & Wright 2024).

    Parameters
    ----------
    price
        Yuan.
    take
        Platform's share of the price.
    trust
        Share of claims that the seller is expected to meet.
    """
    gain = price * (p.buyer_part * take - p.expected_loss * (1.0 - trust))
    if gain <= 0.0:
        return 0.0
    return 1.0 - math.exp(-gain / max(p.trouble, 1e-9))
