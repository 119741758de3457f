"""Advice one-to-one: what creators recommend, whom a person asks, who finds time to answer, and the answer."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.believing import Claim, hear_claim
from sim.agents.claiming import claim_of
from sim.agents.contracts import is_sold
from sim.agents.creating import attractiveness
from sim.agents.following import follow_slot
from sim.agents.knowing import key_of
from sim.agents.needs import one_of
from sim.agents.seeing import note_reached, see
from sim.agents.trusting import trust_in
from sim.compilation import allocating, inlined
from sim.day import Count, Day
from sim.draw_numbers import AskDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY, Table
from sim.sorting import rows_by
from sim.state.channels import Channel
from sim.state.creators import Creator
from sim.state.people import FOLLOW_SLOTS
from sim.state.visits import Question


@inlined
def thinks_over(k: int, m: Day) -> bool:
    """Whether creator k thinks over what to advise: on the first day of business, and once in ``advice_days`` days."""
    creator, period = m.creators[k], m.p.creators.advice_days if m.day > 0 else 1
    return creator.active and (creator.since >= m.day - 1 or (key_of(creator) + m.day) % period == 0)


@inlined
def advise(k: int, m: Day) -> None:
    """Choose the product that creator k recommends one-to-one in each category: the most attractive that it sells."""
    creator, profile = m.creators[k], m.profiles[k]
    for category in range(m.categories):
        best, most = NOBODY, -math.inf
        for product in m.feeds.product[category]:
            if may_advise(creator, product, m):
                score = attractiveness(k, product, 0.0, m)
                if score > most:
                    best, most = product, score
        profile.advice[category] = best
        if best >= 0:
            listing = m.listings[creator.home, best]
            earns = creator.brand < 0 and listing.earned[creator.tier] > 0.0
            claimed, noise = claim_of(k, best, earns, m)
            profile.advice_claim[category] = claimed
            profile.advice_noise[category] = noise
            profile.advice_incentive[category] = listing.earned_seen[creator.tier]
            profile.advice_paid[category] = earns


@inlined
def may_advise(creator: Creator, product: int, m: Day) -> bool:
    """Whether a creator may recommend a product: what is sold at home, or for a brand's own account what is its own."""
    if creator.brand >= 0:
        is_own: bool = m.products[product].brand == creator.brand
        return is_own
    return is_sold(product, creator.home, m)


@inlined
def ask_expert(i: int, m: Day) -> None:
    """Put a question about something needed to the contact whom i trusts most in it; the answer may come tomorrow."""
    key = m.keys[Stream.ASK]
    if uniform(key, m.day, i, AskDraw.ASKS) >= m.p.attention.ask:
        return
    category = one_of(m.out.visit.needs, m.categories, uniform(key, m.day, i, AskDraw.CATEGORY))
    best, most = NOBODY, 0.0
    for slot in range(FOLLOW_SLOTS):
        creator = m.follows[i, slot].creator
        if creator < 0:
            break
        profile = m.profiles[creator]
        if profile.private and profile.active and m.creators[creator].platforms & m.members[i].looks:
            merit = profile.specialty[category] * trust_in(i, creator, slot, m)
            if merit > most:
                best, most = creator, merit
    if best >= 0:
        question = m.out.questions[m.out.counts[Count.QUESTIONS]]
        m.out.counts[Count.QUESTIONS] += 1
        question.consumer = i
        question.creator = best
        question.category = category


@allocating
def answer_questions(answers: int, questions: Table[Question], m: Day) -> int:
    """Let each creator take up at most so many of today's questions, drawn by lot; answers arrive tomorrow.

    A creator's time is what does not scale: in a large pool most questions stay open.

    Parameters
    ----------
    answers
        Questions that a creator can answer on a day.
    questions
        By who asks, at most one each.

    Returns
    -------
    int
        Questions that will be answered.
    """
    asked_of = np.empty(questions.shape[0], np.int32)
    for n in range(questions.shape[0]):
        asked_of[n] = questions[n].creator
    creators = m.creators.shape[0]
    rows, first = rows_by(asked_of, creators)
    lots = np.empty(rows.shape[0])
    for n in range(rows.shape[0]):
        question = questions[rows[n]]
        lots[n] = uniform(m.keys[Stream.ASK], m.day, question.consumer, AskDraw.LOT + question.category)
    taken = 0
    for k in range(creators):
        asked, open_lots = rows[first[k] : first[k + 1]], lots[first[k] : first[k + 1]]
        for _ in range(min(answers, asked.shape[0])):
            n = int(np.argmin(open_lots))
            open_lots[n] = math.inf
            consumer = m.consumers[questions[asked[n]].consumer]
            consumer.adviser = k
            consumer.question = questions[asked[n]].category
            taken += 1
    return taken


@inlined
def attend_answer(i: int, m: Day) -> None:
    """The answer of an expert contact to yesterday's question; lost on who looks today where the expert is not."""
    consumer = m.consumers[i]
    creator, category = consumer.adviser, consumer.question
    consumer.adviser = NOBODY
    profile, slot = m.profiles[creator], follow_slot(i, creator, m)
    product, is_there = profile.advice[category], m.creators[creator].platforms & m.members[i].looks
    if product >= 0 and slot >= 0 and is_there:
        m.out.tally.delivered[Channel.ONE_TO_ONE] += 1
        offer = see(i, product, Channel.ONE_TO_ONE, creator, m)
        offer.slot = slot
        offer.claim = profile.advice_claim[category]
        offer.paid = profile.advice_paid[category] == 1
        if not profile.is_brand:
            claim = Claim(
                creator, product, offer.claim, profile.advice_noise[category], profile.advice_incentive[category]
            )
            hear_claim(i, claim, trust_in(i, creator, slot, m), m.p.memory.heard, m)
        if offer.paid:
            note_reached(i, m)
