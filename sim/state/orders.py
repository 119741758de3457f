"""Orders: the life of each, from the moment of choice until its money has arrived."""

from __future__ import annotations

from enum import IntEnum

from sim.ranges import LAST_DAY, MOST_FEN, MOST_LIST, MOST_PAY, MOST_SUM
from sim.records import NOBODY, Record, flag, real, row, whole
from sim.state.channels import Channel


class Stage(IntEnum):
    """How far an order has come."""

    ORDERED = 0  # the buyer's money is in escrow
    CONFIRMED = 1  # and the goods are on their way
    RECEIVED = 2  # and kept, or on their way back
    DIVIDED = 3  # the price has been paid out of escrow, line by line
    REFUNDED = 4  # the buyer has the money back after a return
    CANCELLED = 5  # the buyer has the money back, and nothing was sent


class Order(Record, packed=True):
    """An order, from the moment of choice until its money has arrived."""

    number: int = whole("number, from the first day on", most=MOST_SUM)
    stage: int = whole("how far it has come", "Stage", most=len(Stage) - 1)
    ordered: int = whole("day of purchase", "day", most=LAST_DAY)
    received: int = whole("day of arrival, -1 before", "day", least=-1, most=LAST_DAY, start=-1)
    deal: bool = flag("whether it needs other buyers")
    sold_out: bool = flag("whether the lot left none for it")
    due: int = whole("day on which something happens to it next", "day", most=MOST_LIST)
    consumer: int = row("people", "who bought")
    product: int = row("products", "what")
    category: int = row("categories", "of which category")
    brand: int = row("brands", "of which brand")
    platform: int = row("platforms", "where")
    channel: int = whole("through which channel", "Channel", most=len(Channel) - 1)
    creator: int = row("creators", "who sold it", or_none=True)
    follower: bool = flag("whether the buyer followed the seller")
    parent: int = whole("number of the friend's order that led to it", least=-1, most=MOST_SUM, start=NOBODY)
    price: int = whole("before the coupon", "fen", most=MOST_FEN)
    coupon: int = whole("funded by the platform", "fen", most=MOST_FEN)
    cost: int = whole("what the brand pays for the goods", "fen", most=MOST_FEN)
    fee: int = whole("line of the price: platform", "fen", most=MOST_FEN)
    commission: int = whole("line of the price: creator, seen by the buyer", "fen", most=MOST_FEN)
    margin: int = whole("line of the price: the seller's own mark-up", "fen", most=MOST_FEN)
    others: int = whole("lines of the price: everybody else", "fen", most=MOST_FEN)
    rest: int = whole("line of the price: brand", "fen", least=-MOST_FEN, most=MOST_FEN)
    first_line: int = whole("first of its further lines", "row of lines", most=MOST_LIST)
    lines: int = whole("further lines", "lines", most=MOST_PAY)
    owed: int = whole("of these, still to be paid out of escrow after division", "fen", most=MOST_FEN)
    paid: bool = flag("whether the creator earns by the page that sold: a commission, a fee or a mark-up")
    new_customer: bool = flag("first purchase of the brand")
    needed: bool = flag("whether there was a need for it")
    live: bool = flag("whether it was bought in a live room")
    outside: bool = flag("whether it was settled outside the platform")
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True, single=True)
    expected: float = real("worth that was expected", "utility", single=True)
    liking: float = real("utility of having it over buying nothing, but for what it is worth", "utility", single=True)
    mood: float = real("shock that spoke for it", "utility", single=True)
    alternative: float = real("shock that spoke for buying nothing", "utility", single=True)
    experienced: float = real("worth experienced", "utility", single=True)
    returned: bool = flag("sent back")
    satisfying: bool = flag("kept, and as good as expected")
    reviewed: bool = flag("rated in public")
    candidate: bool = flag("whether the buyer considers to become a KOC")
    met: int = whole("claim met 1, broken -1, no claim 0", least=-1, most=1)
    surplus: int = whole("consumer's realised surplus", "fen", least=-MOST_FEN, most=MOST_FEN)
