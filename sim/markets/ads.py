"""Ads of goods: how many pages are ads, what one costs, and that brands pay for those that were seen."""

from __future__ import annotations

import numpy as np

from sim.agents.contracts import spend
from sim.compilation import inlined
from sim.day import Day
from sim.ledger import Revenue, move
from sim.state.brands import Fund
from sim.units import DAYS_A_WEEK


@inlined
def plan_ads(v: int, m: Day) -> None:
    """Set how many of a platform's pages are ads today, and what one costs: money over price, up to the most."""
    platform, money = m.platforms[v], 0.0
    for j in range(m.products.shape[0]):
        product = m.products[j]
        product.bid = max(m.brands[product.brand].fund[Fund.ADS], 0.0) * product.weight
        if m.shops[product.brand, v].open:
            money += product.bid * platform.weight
    wanted = money / platform.ad_price
    platform.ad_share = min(platform.ad_load, wanted / platform.pages) if platform.pages > 0.0 else 0.0
    views = max(platform.ad_share * platform.pages, 1.0)  # one page cannot cost more than there is
    platform.ad_cost = max(platform.ad_price, money / views)


@inlined
def charge_ads(m: Day) -> None:
    """Let brands pay for the ads that were seen, and learn how many pages platforms show."""
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        for j in range(m.products.shape[0]):
            b, fen = m.products[j].brand, int(np.rint(m.out.tally.ads_viewed[v, j] * platform.ad_cost))
            move(m.accounts.brand, b, m.accounts.revenue, (v, Revenue.ADS), fen)
            spend(b, Fund.ADS, fen, m)
        platform.pages += (m.out.tally.pages[v] - platform.pages) / DAYS_A_WEEK
