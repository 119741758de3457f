"""Seeing: how a page, of a product or of a post about it, becomes an offer, and is remembered."""

from __future__ import annotations

import math

from sim.agents.believing import Claim, hear_claim, remember_page
from sim.agents.knowing import profile_of
from sim.agents.trusting import trust_in
from sim.compilation import inlined
from sim.day import Count, Day
from sim.records import NOBODY
from sim.state.channels import Channel
from sim.state.creators import Post
from sim.state.people import REACHED
from sim.state.visits import MOST_OFFERS, Offer


@inlined
def see(i: int, product: int, channel: int, creator: int, m: Day) -> Offer:
    """See the page of a product, that of a creator or of `NOBODY`: count it, and keep its offer."""
    counts, tally = m.out.counts, m.out.tally
    category, platform = m.products[product].category, m.members[i].platform
    tally.viewed[channel, profile_of(creator, m).tier, platform, category] += 1
    if creator >= 0:
        tally.shown[creator] += 1
    offer = m.out.offers[counts[Count.OFFERS]]
    counts[Count.OFFERS] = min(counts[Count.OFFERS] + 1, MOST_OFFERS)  # what comes after the last is not weighed
    offer.product = product
    offer.category = category
    offer.platform = platform
    offer.channel = channel
    offer.creator = creator
    offer.slot = NOBODY
    offer.claim = math.nan
    offer.paid = False
    offer.parent = NOBODY
    return offer


@inlined
def see_post(i: int, post: Post, slot: int, m: Day) -> None:
    """See a post's page: its author sells, and claims; product and claim are remembered."""
    offer = see(i, post.product, channel_of(post, m), post.creator, m)
    offer.slot = slot
    offer.claim = post.claim
    offer.paid = post.paid
    m.out.tally.engaged[post.product] += 1
    if math.isnan(post.claim):
        remember_page(i, post.product, m)
    else:
        claim = Claim(post.creator, post.product, post.claim, post.noise, post.incentive)
        impression = m.p.memory.heard if post.private else m.p.memory.seen
        hear_claim(i, claim, trust_in(i, post.creator, slot, m), impression, m)
    if post.paid:
        note_reached(i, m)


@inlined
def channel_of(post: Post, m: Day) -> int:
    """The channel through which a post speaks."""
    if m.profiles[post.creator].is_brand:
        return Channel.OWN_POOL
    if post.private:
        return Channel.PRIVATE_POST
    return Channel.LIVE if post.live else Channel.PUBLIC_POST


@inlined
def note_reached(i: int, m: Day) -> None:
    """A page by which its creator earns has reached consumer i."""
    m.out.tally.paid_viewed[0] += 1
    m.consumers[i].reached = REACHED
