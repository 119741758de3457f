"""Attention: posts of followed creators are delivered, tire and are opened; and how a page becomes an offer."""

from __future__ import annotations

import math

from sim.agents.believing import Claim, hear_claim, remember_page
from sim.agents.following import unfollow_later
from sim.agents.knowing import profile_of
from sim.agents.trusting import trust_in
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draws import Stream, uniform
from sim.ranges import FATIGUE_UNITS
from sim.records import NOBODY
from sim.rules.attention import fatigue_after, may_unfollow, most_open_probability, open_odds, open_probability
from sim.sets import has
from sim.state.channels import Channel
from sim.state.creators import MOST_POSTS, Card, Post
from sim.state.people import FOLLOW_SLOTS, REACHED
from sim.state.visits import MOST_OFFERS, Offer
from sim.units import MILLION

FATIGUE_MOST = 65535.0 / FATIGUE_UNITS


@inlined
def attend_posts(i: int, m: Day) -> None:
    """Posts of followed creators: delivered, tiring, perhaps opened; the tired, distrustful and forgetful leave."""
    for slot in range(FOLLOW_SLOTS):
        creator = m.follows[i, slot].creator
        if creator < 0:
            break
        card = m.cards[creator]
        fatigue, delivered = attend_creator(i, slot, m)
        gone = not card.active
        if not gone and (delivered > 0 or card.forgotten) and is_tempted_to_unfollow(i, card, m):
            gone = card.forgotten or may_unfollow(fatigue, trust_in(i, creator, slot, m), m.p.attention)
        if gone:
            unfollow_later(i, creator, slot, m)


@inlined
def is_tempted_to_unfollow(i: int, card: Card, m: Day) -> bool:
    """Whether consumer i would leave a creator today, given a reason."""
    return uniform(m.keys[Stream.UNFOLLOW], m.day, i, card.partner) < m.p.attention.leave


@inlined
def attend_creator(i: int, slot: int, m: Day) -> tuple[float, int]:
    """Today's posts of the creator followed in a slot; returns the fatigue with them, and how many were delivered.

    Fatigue rises with every post delivered, opened or not, else over-posting would go unpunished.
    """
    person, edge, p = m.people[i], m.follows[i, slot], m.p.attention
    card, needs, online = m.cards[edge.creator], m.out.visit.needs, m.out.visit.online
    fatigue = edge.fatigue / FATIGUE_UNITS * (1.0 - p.fatigue_decay)
    delivered = 0
    # without posts it does not matter where the person looks: one read of another table is saved
    posts = card.posts if card.posts > 0 and card.platforms & m.members[i].looks else 0
    for n in range(posts):
        key, category, channel = card.partner * MOST_POSTS + n, card.category[n], card.channel[n]
        is_public = channel == Channel.PUBLIC_POST or channel == Channel.LIVE
        if is_public and uniform(m.keys[Stream.REACH], m.day, i, key) >= card.reach:
            continue
        needed, pull = has(needs, category), person.pull[category]
        if online and fatigue <= p.mute_fatigue:
            u = uniform(m.keys[Stream.OPEN], m.day, i, key)
            attraction = pull * m.wanted if needed else pull
            if u < most_open_probability(attraction * m.trusted_most, fatigue, p):
                odds = open_odds(attraction, trust_in(i, edge.creator, slot, m), p)
                if u < open_probability(odds, fatigue, p):
                    open_post(i, slot, card.first + n, m)
        fatigue = min(fatigue_after(fatigue, delivered, not needed and pull < 1.0, p), FATIGUE_MOST)
        delivered += 1
        m.out.tally.delivered[channel] += 1
    edge.fatigue = int(fatigue * FATIGUE_UNITS)
    return fatigue, delivered


@inlined
def open_post(i: int, slot: int, row: int, m: Day) -> None:
    """See the page of a post by the creator followed in a slot; so is known how far followers trust whom they hear."""
    post, tally = m.posts[row], m.out.tally
    see_post(i, post, slot, m)
    tally.trust[0] += int(trust_in(i, post.creator, slot, m) * MILLION)
    tally.trust[1] += 1


@inlined
def channel_of(post: Post, m: Day) -> int:
    """The channel through which a post speaks."""
    if m.profiles[post.creator].is_brand:
        return Channel.OWN_POOL
    if post.private:
        return Channel.PRIVATE_POST
    return Channel.LIVE if post.live else Channel.PUBLIC_POST


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
        reach(i, m)


@inlined
def see(i: int, product: int, channel: int, creator: int, m: Day) -> Offer:
    """See the page of a product, that of a creator or of `NOBODY`: count it, and keep its offer."""
    counts, tally = m.out.counts, m.out.tally
    category = m.products[product].category
    tally.viewed[channel, profile_of(creator, m).tier, m.members[i].platform, category] += 1
    if creator >= 0:
        tally.shown[creator] += 1
    offer = m.out.offers[counts[Count.OFFERS]]
    counts[Count.OFFERS] = min(counts[Count.OFFERS] + 1, MOST_OFFERS)  # what comes after the last is not weighed
    offer.product = product
    offer.category = category
    offer.channel = channel
    offer.creator = creator
    offer.slot = NOBODY
    offer.claim = math.nan
    offer.paid = False
    offer.parent = NOBODY
    return offer


@inlined
def reach(i: int, m: Day) -> None:
    """A page by which its creator earns has reached consumer i."""
    m.out.tally.paid_viewed[0] += 1
    m.consumers[i].reached = REACHED
