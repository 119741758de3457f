"""Memory: what a consumer remembers of products, from own use and from friends' words."""

from __future__ import annotations

from sim.compiled import inlined
from sim.day import Day
from sim.state import NOBODY, OWN_SLOTS, WORD_SLOTS, Consumer

FOLDED = 63  # bits of the set of products remembered


@inlined
def may_remember(product: int, consumer: Consumer) -> bool:
    """Whether a product may be in memory: never wrong where it says no."""
    return (consumer.known >> product % FOLDED) & 1 == 1


@inlined
def note_what_is_known(consumer: Consumer) -> None:
    """Bring the folded set of products remembered up to date."""
    known = 0
    for slot in range(OWN_SLOTS):
        if consumer.own_product[slot] >= 0:
            known |= 1 << consumer.own_product[slot] % FOLDED
    for slot in range(WORD_SLOTS):
        if consumer.word_product[slot] >= 0:
            known |= 1 << consumer.word_product[slot] % FOLDED
    consumer.known = known


@inlined
def own_slot(product: int, consumer: Consumer) -> int:
    """Slot in which a consumer remembers having bought a product, or `NOBODY`."""
    found = NOBODY
    for slot in range(OWN_SLOTS):  # no early exit: a branch that cannot be foreseen costs more than the loop
        if consumer.own_product[slot] == product:
            found = slot
    return found


@inlined
def word_slot(product: int, consumer: Consumer) -> int:
    """Slot in which a consumer remembers friends' words of a product, or `NOBODY`."""
    found = NOBODY
    for slot in range(WORD_SLOTS):
        if consumer.word_product[slot] == product:
            found = slot
    return found


@inlined
def of_rivals(product: int, consumer: Consumer, m: Day) -> tuple[float, float]:
    """Friends' words of the other products of the category, and own purchases of those, as far as remembered.

    A rule that reads neither pays nothing: the compiler leaves this out.
    """
    category = m.products[product].category
    words = purchases = 0.0
    for slot in range(WORD_SLOTS):
        other = consumer.word_product[slot]
        if other >= 0 and other != product and m.products[other].category == category:
            words += consumer.word_count[slot]
    for slot in range(OWN_SLOTS):
        other = consumer.own_product[slot]
        if other >= 0 and other != product and m.products[other].category == category:
            purchases += consumer.own_count[slot]
    return words, purchases


@inlined
def remember_use(product: int, experienced: float, satisfying: bool, consumer: Consumer) -> None:
    """Add an experience to memory, in place of the least bought product where all slots are taken."""
    slot = own_slot(product, consumer)
    if slot < 0:
        slot = 0
        for other in range(OWN_SLOTS):
            if consumer.own_product[other] < 0:
                slot = other
                break
            if consumer.own_count[other] < consumer.own_count[slot]:
                slot = other
        consumer.own_product[slot] = product
        consumer.own_count[slot] = 0
        consumer.own_run[slot] = 0
        consumer.own_mean[slot] = 0.0
        note_what_is_known(consumer)
    count = min(consumer.own_count[slot] + 1, 255)
    mean = 1.0 * consumer.own_mean[slot]
    consumer.own_count[slot] = count
    consumer.own_mean[slot] = mean + (experienced - mean) / count
    consumer.own_run[slot] = min(consumer.own_run[slot] + 1, 255) if satisfying else 0


@inlined
def remember_word(product: int, quality: float, day: int, consumer: Consumer) -> None:
    """Remember a friend's word of a product, in place of the oldest where all slots are taken."""
    slot = word_slot(product, consumer)
    if slot < 0:
        slot = 0
        for other in range(WORD_SLOTS):
            if consumer.word_product[other] < 0:
                slot = other
                break
            if consumer.word_day[other] < consumer.word_day[slot]:
                slot = other
        consumer.word_product[slot] = product
        consumer.word_count[slot] = 0
        consumer.word_mean[slot] = 0.0
        note_what_is_known(consumer)
    count = min(consumer.word_count[slot] + 1, 255)
    mean = 1.0 * consumer.word_mean[slot]
    consumer.word_count[slot] = count
    consumer.word_mean[slot] = (mean * (count - 1.0) + quality) / count
    consumer.word_day[slot] = day
