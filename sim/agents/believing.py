"""Believing: what a consumer makes of what is remembered, of what creators and friends say, and of public ratings."""

from __future__ import annotations

from typing import NamedTuple

from sim.agents.memory import impress, learn_from, memory_slot, of_rivals
from sim.compilation import inlined
from sim.day import Day
from sim.records import NOBODY
from sim.rules.belief import Believed, Signal, Signals, credibility, expected_worth, knows_more, told
from sim.state.visits import Word


class Claim(NamedTuple):
    """What a creator says of a product."""

    creator: int
    product: int
    value: float  # what one would get of it, utility
    noise: float  # variance of what is said
    incentive: float  # pay for a sale over price, as far as it is seen


@inlined
def believe(i: int, product: int, m: Day) -> tuple[Believed, float]:
    """What consumer i believes of a product, and the friends who are known to have bought it.

    Of most products a consumer knows what everybody knows; that belief has been worked out for all.
    """
    slot = memory_slot(i, product, m)
    if knows_more(slot >= 0):
        return believe_more(i, product, slot, m)
    return Believed(m.products[product].expected, m.products[product].precision), 0.0


@inlined
def believe_more(i: int, product: int, slot: int, m: Day) -> tuple[Believed, float]:
    """The same for a consumer who has heard more, or may have."""
    goods = m.products[product]
    evidence = precision = friends = purchases = 0.0
    if slot >= 0:
        memory = m.memories[i, slot]
        days = m.day - memory.day
        evidence = memory.evidence * m.fading.knowledge[days]
        precision = memory.precision * m.fading.knowledge[days]
        friends = memory.friends * m.fading.goodwill[days]
        purchases = memory.used
    rival_purchases, rival_words = of_rivals(i, product, m)
    heard = Signals(
        evidence=evidence,
        precision=precision,
        rating=goods.rating,
        rating_precision=goods.rating_precision,
        prior=m.p.prior[goods.category],
        most_told=m.p.most_told[goods.category],
        ratings=goods.reviews,
        purchases=purchases,
        words=friends,
        rival_purchases=rival_purchases,
        rival_words=rival_words,
    )
    return expected_worth(heard, m.p.belief), friends


@inlined
def common_belief(product: int, m: Day) -> Believed:
    """What is believed of a product on what everybody knows."""
    goods, nothing = m.products[product], 0.0
    heard = Signals(
        evidence=nothing,
        precision=nothing,
        rating=goods.rating,
        rating_precision=goods.rating_precision,
        prior=m.p.prior[goods.category],
        most_told=m.p.most_told[goods.category],
        ratings=goods.reviews,
        purchases=nothing,
        words=nothing,
        rival_purchases=nothing,
        rival_words=nothing,
    )
    return expected_worth(heard, m.p.belief)


@inlined
def likeness_assumed(i: int, group: int, m: Day) -> float:
    """How like one's own consumer i takes the taste of a creator of a group to be."""
    p = m.p.belief
    return p.likeness if m.people[i].group == group else p.naive * p.likeness


@inlined
def signal_of(said: float, noise: float, likeness: float, product: int, m: Day) -> Signal:
    """What is said of a product, as a signal of what one would get oneself."""
    return told(said, noise, likeness, m.p.variance.quality, m.p.match[m.products[product].category])


@inlined
def hear_claim(i: int, claim: Claim, trust: float, impression: float, m: Day) -> None:
    """Remember a product that a creator spoke of, and the claim: as precise as the creator is trusted."""
    slot = impress(i, claim.product, impression, m.p.memory.most_told, m)
    if slot >= 0:
        likeness = likeness_assumed(i, m.profiles[claim.creator].group, m)
        signal = signal_of(claim.value, claim.noise, likeness, claim.product, m)
        trusted = credibility(trust, claim.incentive, m.p.belief)
        learn_from(i, slot, Signal(signal.value, signal.precision * trusted), claim.creator, m)


@inlined
def remember_page(i: int, product: int, m: Day) -> None:
    """Remember a product whose page nobody speaks for."""
    impress(i, product, m.p.memory.seen, m.p.memory.most_told, m)


@inlined
def remember_word(i: int, word: Word, m: Day) -> None:
    """Remember a friend's word of a product: another group's taste says nothing of one's own, a paid word less."""
    slot = impress(i, word.product, m.p.memory.heard, m.p.memory.most_told, m)
    if slot >= 0:
        alike = word.teller < 0 or m.people[word.teller].group == m.people[i].group
        likeness = m.p.belief.likeness if alike else 0.0
        signal = signal_of(word.quality, m.p.variance.use, likeness, word.product, m)
        if word.paid:
            signal = Signal(signal.value, signal.precision * m.p.belief.paid_word)
        learn_from(i, slot, signal, NOBODY, m)
        m.memories[i, slot].friends += 1.0
