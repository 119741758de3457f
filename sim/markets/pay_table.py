"""The table of pay: every line of pay of every platform, as compiled code reads it, and what lines add up to."""

from __future__ import annotations

import numpy as np

from sim.parameters import Parameters, Pay
from sim.ranges import MOST_LEVELS, MOST_PAY
from sim.records import Table
from sim.state.creators import Tier
from sim.state.pay import Base, Funder, Payee, PayLine
from sim.state.platforms import Platform

TIERS = {"all": (1 << len(Tier)) - 1, "koc": 1 << Tier.KOC, "kol": 1 << Tier.KOL}
ON_ORDERS = (Base.PRICE, Base.MARGIN, Base.ORDER, Base.MEMBER)
AUTHORS = (Payee.SELLER, Payee.AUTHOR)


def pay_table(parameters: Parameters) -> Table[PayLine]:
    """Every platform's lines, shape (V, MOST_PAY); rows beyond those in use pay nothing."""
    table = PayLine.table((len(parameters.platforms), MOST_PAY))
    for rows, policy in zip(table, parameters.platforms, strict=True):
        for row, line in zip(rows, policy.lines_of_pay(parameters.creators), strict=False):
            _write(row, line, parameters.brands.count)
    return table


def _write(row: PayLine, line: Pay, brands: int) -> None:
    row.to = Payee[line.to.upper()]
    row.of = Base[line.of.upper()]
    row.by = Funder[line.by.upper()]
    row.share, row.fixed = line.share, line.sum
    row.level, row.tiers = line.level, TIERS[line.tier]
    row.brands = np.uint64(sum(1 << brand for brand in set(line.brands or range(brands))))
    row.visible, row.wait, row.claw_back = line.visible, line.wait, line.claw_back
    at_once = line.of == "price" and line.claw_back and line.wait == 0
    row.plain = line.to == "seller" and line.by != "platform" and at_once


def sum_up(platforms: Table[Platform], pay: Table[PayLine], brands: int) -> None:
    """Write down what the lines of each platform add up to; a line for some brands counts by their share of all."""
    on_orders = np.isin(pay["of"], ON_ORDERS) & (pay["share"] + pay["fixed"] > 0)
    part = np.bitwise_count(pay["brands"]) / brands
    share, fixed = pay["share"] * part, pay["fixed"] * part
    platforms["has_further"] = (on_orders & ~pay["plain"]).any(axis=1)
    platforms["rewards"] = (on_orders & (pay["to"] == Payee.SHARER)).any(axis=1)
    platforms["mark_up"] = (pay["share"] * (pay["by"] == Funder.BUYER)).sum(axis=1)
    own = on_orders & ((pay["to"] == Payee.SELLER) & (pay["by"] != Funder.BRAND) | (pay["to"] == Payee.AUTHOR))
    by_price = pay["of"] == Base.PRICE
    for_sellers = np.isin(pay["to"], AUTHORS) & by_price & (pay["tiers"] >> Tier.KOC & 1 == 1)
    platforms["sale_pay"] = (share * for_sellers).sum(axis=1)
    for level in range(MOST_LEVELS):
        of_level = (pay["to"] == Payee.RECRUITER) & by_price & (pay["level"] == level + 1)
        platforms["recruiting"][:, level] = (share * of_level).sum(axis=1)
    by_brand = pay["by"] == Funder.BRAND
    for tier in Tier:
        paid = pay["tiers"] >> tier & 1 == 1
        platforms["sells_on"][:, tier] = (own & paid).any(axis=1)
        for base, name in ((Base.POST, "post_pay"), (Base.FOLLOWER, "follower_pay")):
            platforms[name][:, tier] = (fixed * (paid & by_brand & (pay["of"] == base))).sum(axis=1)
