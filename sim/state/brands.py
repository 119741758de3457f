"""Brands: their marketing money, and where each sells."""

from __future__ import annotations

from enum import IntEnum

from sim.arrays import Byte, Double, Int64
from sim.ranges import MOST_SUM
from sim.records import Record, flag, real, row, whole
from sim.state.creators import Tier


class Fund(IntEnum):
    """Funds over which a brand splits its marketing money, by what is paid out of each."""

    ADS = 0
    KOL = 1
    KOC = 2
    OWN = 3  # the own account's contacts


FUNDS = len(Fund)


class Shop(Record):
    """A brand on a platform."""

    open: bool = flag("whether it sells there", start=True)
    margin: float = real("gross margin of what arrived from there, less the platform's take, fading", "yuan")


class Brand(Record):
    """A brand: its marketing money, and what it pays today to be promoted."""

    budget: int = whole("marketing budget", "fen/week", most=MOST_SUM)
    split: Double = real("shares for ads, KOLs, KOCs and the own pool", per=FUNDS)
    spent: Int64 = whole("spent this week", "fen", least=-MOST_SUM, most=MOST_SUM, per=FUNDS)
    outlay: Int64 = whole("marketing money spent since the first day", "fen", least=-MOST_SUM, most=MOST_SUM, per=FUNDS)
    earned: Int64 = whole(
        "gross margin of orders that each fund led to", "fen/week", least=-MOST_SUM, most=MOST_SUM, per=FUNDS
    )
    fund: Double = real("marketing money at hand for ads, KOLs, KOCs and the own pool", "fen", per=FUNDS)
    pays: Byte = flag("whether each tier is paid a commission today", per=len(Tier))
    account: int = row("creators", "own account", or_none=True)
    welcomes: bool = flag("whether the own account takes new contacts today")
