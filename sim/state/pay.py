"""Pay: who is paid for what by whom, as a platform's policy says, and what is paid on each order."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sim.ranges import MOST_FEN, MOST_LEVELS, MOST_LIST
from sim.records import Record, bits, flag, real, row, whole


class Payee(IntEnum):
    """Who is paid by a line of pay."""

    SELLER = 0
    AUTHOR = 1
    SHARER = 2
    RECRUITER = 3
    STAFF = 4


class Base(IntEnum):
    """What a line of pay is for."""

    PRICE = 0
    MARGIN = 1
    ORDER = 2
    MEMBER = 3
    POST = 4
    FOLLOWER = 5
    DAY = 6


class Funder(IntEnum):
    """Who pays a line of pay."""

    BRAND = 0
    PLATFORM = 1
    BUYER = 2


class PayLine(Record):
    """A line of a platform's pay, as the day's phases read it."""

    to: int = whole("who is paid", "Payee", most=len(Payee) - 1)
    of: int = whole("what for", "Base", most=len(Base) - 1)
    by: int = whole("who pays", "Funder", most=len(Funder) - 1)
    share: float = real("how much of the price or the margin", "1", least=0, most=1)
    fixed: float = real("how much for each of the others", "yuan", least=0)
    level: int = whole("which recruiter", "level", most=MOST_LEVELS)
    tiers: int = whole("tiers that are paid", "set of tiers", most=7)
    brands: np.uint64 = bits("brands on whose goods it is paid", "brands")
    visible: bool = flag("whether people see it")
    wait: int = whole("from the division of an order until it is paid", "days", most=365)
    claw_back: bool = flag("whether it is taken back where goods are sent back")
    plain: bool = flag("whether it is paid to the seller out of the price, with the order itself")


class Line(Record):
    """What is paid on an order beside take, commission, mark-up and rest; the lines of an order stand together."""

    payee: int = whole("who is paid", "Payee", most=len(Payee) - 1)
    creator: int = row("creators", "the creator who is paid", or_none=True)
    consumer: int = row("people", "the person who is paid", or_none=True)
    funder: int = whole("who pays", "Funder", most=len(Funder) - 1)
    fen: int = whole("how much", "fen", most=MOST_FEN)
    wait: int = whole("from the division of the order until it is paid", "days", most=365)
    due: int = whole("day on which it is paid", "day", most=MOST_LIST)
    claw_back: bool = flag("whether it is taken back where goods are sent back")
    paid: bool = flag("whether it has been paid")
