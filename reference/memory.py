"""What a consumer remembers of products, and believes of them (7.6, 7.7)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from reference import equations
from reference.equations import Belief, Signal
from reference.records import Claim, Memory, Product, Word

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.creator import Creator

PRODUCTS_REMEMBERED = 16


def faded(consumer: Consumer, product: Product) -> Memory | None:
    """What is remembered of a product, brought up to today; None where nothing is."""
    memory, p = consumer.memories.get(product), consumer.model.parameters.market.memory
    if memory is not None and memory.day < consumer.model.day:
        days = consumer.model.day - memory.day
        goodwill, knowledge = exp(-days / p.goodwill_days), exp(-days / p.knowledge_days)
        memory.goodwill *= goodwill
        memory.friends *= goodwill
        memory.evidence *= knowledge
        memory.precision *= knowledge
        memory.day = consumer.model.day
    return memory


def impress(consumer: Consumer, product: Product, strength: float, most: float) -> Memory | None:
    """One more impression of a product; None where all that is remembered is stronger (7.6)."""
    memory = faded(consumer, product)
    if memory is None:
        if len(consumer.memories) == PRODUCTS_REMEMBERED:
            weakest = min(consumer.memories, key=lambda one: _goodwill(consumer, one))
            if _goodwill(consumer, weakest) >= strength:
                return None
            del consumer.memories[weakest]
        memory = consumer.memories[product] = Memory(consumer.model.day)
    memory.goodwill += equations.goodwill_added(memory.goodwill, strength, most)
    return memory


def _goodwill(consumer: Consumer, product: Product) -> float:
    memory = faded(consumer, product)
    return memory.goodwill if memory is not None else 0.0


def remember_page(consumer: Consumer, product: Product) -> None:
    """A page for which nobody speaks."""
    p = consumer.model.parameters.market.memory
    impress(consumer, product, p.seen, p.most_told)


def remember_claim(consumer: Consumer, creator: Creator, product: Product, claim: Claim, close: bool) -> None:
    """A product that a creator speaks of, to whom is close or in public."""
    p = consumer.model.parameters
    strength = p.market.memory.heard if close else p.market.memory.seen
    memory = impress(consumer, product, strength, p.market.memory.most_told)
    if memory is None:
        return
    if memory.source is not creator:
        b = p.market.belief
        alike = creator.person is not None and creator.person.group == consumer.group
        likeness = b.likeness if alike else b.naive * b.likeness
        signal = equations.told(claim.worth, claim.variance, likeness, consumer.model.world(product.category))
        credible = equations.credibility(consumer.trust_in(creator), claim.visible_pay, p)
        _learn_from_others(consumer, product, memory, signal, credible)
    memory.source = creator


def remember_word(consumer: Consumer, word: Word) -> None:
    """A product that a friend has used."""
    p = consumer.model.parameters.market
    memory = impress(consumer, word.product, p.memory.heard, p.memory.most_told)
    if memory is None:
        return
    likeness = p.belief.likeness if word.teller.group == consumer.group else 0.0
    world = consumer.model.world(word.product.category)
    signal = equations.told(word.experienced, world.use, likeness, world)
    _learn_from_others(consumer, word.product, memory, signal, p.belief.paid_word if word.paid else 1.0)
    memory.friends += 1.0


def _learn_from_others(consumer: Consumer, product: Product, memory: Memory, signal: Signal, credible: float) -> None:
    likeness = consumer.model.parameters.market.belief.likeness
    most_told = consumer.model.world(product.category).most_told(likeness)
    precision = signal.precision * credible * equations.news(memory.precision, most_told)
    memory.evidence += precision * signal.value
    memory.precision += precision


def remember_use(consumer: Consumer, product: Product, experienced: float, satisfying: bool, days_ago: int = 0) -> None:
    """A product that was used, today or before the first day (5)."""
    p = consumer.model.parameters.market
    strength = p.memory.use if satisfying else p.memory.use * p.memory.disappointed
    memory = impress(consumer, product, strength * exp(-days_ago / p.memory.goodwill_days), p.memory.most_used)
    if memory is None:
        return
    variance = max(p.experience.noise**2, equations.LEAST_VARIANCE)
    precision = exp(-days_ago / p.memory.knowledge_days) / variance
    memory.evidence += precision * experienced
    memory.precision += precision
    memory.used += 1


def believe(consumer: Consumer, product: Product) -> Belief:
    """What a product is expected to be worth (7.7)."""
    memory, world = faded(consumer, product), consumer.model.world(product.category)
    evidence, precision = (memory.evidence, memory.precision) if memory is not None else (0.0, 0.0)
    share = equations.news(precision, world.most_told(consumer.model.parameters.market.belief.likeness))
    rating = equations.rated(product.deviation, product.ratings, world)
    return equations.belief(evidence, precision, rating, share, world)
