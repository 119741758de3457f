"""Noticing: an item page is seen, by whichever way it was found."""

from __future__ import annotations

from sim.compiled import inlined
from sim.records import Byte, Channel, Count, Events

REACHED = 3  # this week, and since measuring began


@inlined
def notice(
    i: int,
    product: int,
    category: int,
    channel: int,
    creator: int,
    slot: int,
    claim: float,
    incentive: float,
    paid: bool,
    parent: int,
    reached: Byte,
    out: Events,
) -> None:
    """See an item page: count it, and keep the offer to be weighed.

    Parameters
    ----------
    product, category, channel, creator, slot
        What, of which kind, where, who sells (or `NOBODY`), and the follow slot of that creator (or `NOBODY`).
    claim, incentive, paid
        Quality claimed (NaN without a claim), what the source visibly earns, share of price, and whether it is paid
        at all.
    parent
        The friend's order that led here, or `NOBODY`.
    reached
        Bit sets of those reached by paid pages, shape (N,).
    """
    tally, offers = out.tally, out.offers
    tally.viewed[channel] += 1
    tally.product_viewed[product] += 1
    if creator >= 0 and channel != Channel.FRIEND.value:
        tally.creator_viewed[creator] += 1
    if paid:
        tally.paid_viewed[0] += 1
        reached[i] = REACHED
    row = out.counts[Count.OFFERS]
    if row < out.counts[Count.MOST]:
        out.counts[Count.OFFERS] += 1
        offers.consumer[row] = i
        offers.product[row] = product
        offers.category[row] = category
        offers.channel[row] = channel
        offers.creator[row] = creator
        offers.slot[row] = slot
        offers.claim[row] = claim
        offers.incentive[row] = incentive
        offers.parent[row] = parent
