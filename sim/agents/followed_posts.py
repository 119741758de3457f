"""Posts of followed creators: they are delivered, tire, and are perhaps opened."""

from __future__ import annotations

from sim.agents.seeing import see_post
from sim.agents.trusting import trust_in
from sim.agents.unfollowing import unfollow_later, unfollows
from sim.compilation import inlined
from sim.day import Day
from sim.draws import Stream, uniform
from sim.ranges import FATIGUE_UNITS
from sim.rules.attention import fatigue_after, most_open_probability, open_odds, open_probability
from sim.sets import has
from sim.state.channels import Channel
from sim.state.creators import MOST_POSTS
from sim.state.people import FOLLOW_SLOTS
from sim.units import MILLION

FATIGUE_MOST = 65535.0 / FATIGUE_UNITS


@inlined
def attend_posts(i: int, m: Day) -> None:
    """Posts of followed creators: delivered, tiring, perhaps opened; who has a reason to unfollow may do so."""
    for slot in range(FOLLOW_SLOTS):
        creator = m.follows[i, slot].creator
        if creator < 0:
            break
        fatigue, delivered = attend_creator(i, slot, m)
        if unfollows(i, slot, fatigue, delivered, m):
            unfollow_later(i, creator, slot, m)


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
