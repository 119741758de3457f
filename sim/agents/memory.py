"""Memory: the few products that a consumer remembers, with goodwill and what is known of each."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day
from sim.records import NOBODY
from sim.rules.belief import Signal, room_for_more
from sim.rules.memory import goodwill_after
from sim.state.people import MEMORY_SLOTS

FOLDED = 63  # bits of the set of products remembered


@inlined
def memory_slot(i: int, product: int, m: Day) -> int:
    """Slot in which consumer i remembers a product, or `NOBODY`."""
    if (m.consumers[i].known >> int(product) % FOLDED) & 1 == 0:
        return NOBODY
    found = NOBODY
    for slot in range(MEMORY_SLOTS):  # no early exit: a branch that cannot be foreseen costs more than the loop
        if m.memories[i, slot].product == product:
            found = slot
    return found


@inlined
def bring_up_to_date(i: int, slot: int, m: Day) -> None:
    """Let what is remembered in a slot fade up to today."""
    memory = m.memories[i, slot]
    days = m.day - memory.day
    if days > 0:
        goodwill, knowledge = m.fading.goodwill[days], m.fading.knowledge[days]
        memory.goodwill *= goodwill
        memory.friends *= goodwill
        memory.evidence *= knowledge
        memory.precision *= knowledge
        memory.day = m.day


@inlined
def goodwill_today(i: int, slot: int, m: Day) -> float:
    """Goodwill of what is remembered in a slot, faded up to today."""
    memory = m.memories[i, slot]
    return memory.goodwill * m.fading.goodwill[m.day - memory.day]


@inlined
def impress(i: int, product: int, impression: float, most: float, m: Day) -> int:
    """Add an impression of a product to memory; returns its slot, or `NOBODY` where everything else is stronger.

    A product that is not remembered yet takes the place of the one with the least goodwill, if that is below the
    impression.
    """
    slot = memory_slot(i, product, m)
    if slot < 0:
        slot = place_for(i, impression, m)
        if slot < 0:
            return NOBODY
        begin_memory(i, slot, product, m)
    else:
        bring_up_to_date(i, slot, m)
    memory = m.memories[i, slot]
    memory.goodwill = goodwill_after(memory.goodwill, impression, most)
    return slot


@inlined
def place_for(i: int, impression: float, m: Day) -> int:
    """Slot for a newcomer: an empty one, or the weakest if the impression is stronger; else `NOBODY`."""
    weakest, least = NOBODY, impression
    for slot in range(MEMORY_SLOTS):
        if m.memories[i, slot].product < 0:
            return slot
        goodwill = goodwill_today(i, slot, m)
        if goodwill < least:
            weakest, least = slot, goodwill
    return weakest


@inlined
def begin_memory(i: int, slot: int, product: int, m: Day) -> None:
    """Begin to remember a product in a slot."""
    memory = m.memories[i, slot]
    memory.product = product
    memory.day = m.day
    memory.goodwill = 0.0
    memory.evidence = 0.0
    memory.precision = 0.0
    memory.friends = 0.0
    memory.used = 0
    memory.source = NOBODY
    known = 0
    for other in range(MEMORY_SLOTS):
        if m.memories[i, other].product >= 0:
            known |= 1 << m.memories[i, other].product % FOLDED
    m.consumers[i].known = known


@inlined
def learn(i: int, slot: int, signal: Signal, m: Day) -> None:
    """Add a signal of one's own use to what is known."""
    memory = m.memories[i, slot]
    memory.evidence += signal.precision * signal.value
    memory.precision += signal.precision


@inlined
def learn_from(i: int, slot: int, signal: Signal, source: int, m: Day) -> None:
    """Add a signal of somebody else's: what is known already counts less, and the same source twice tells nothing new.

    Parameters
    ----------
    source
        The creator who says so, or `NOBODY` for a friend.
    """
    memory = m.memories[i, slot]
    if source < 0 or memory.source != source:
        news = room_for_more(memory.precision, m.p.most_told[m.products[memory.product].category])
        memory.evidence += news * signal.precision * signal.value
        memory.precision += news * signal.precision
    if source >= 0:
        memory.source = source


@inlined
def remember_use(i: int, product: int, experienced: float, satisfying: bool, m: Day) -> None:
    """Remember having used a product, and what it was like."""
    p = m.p.memory
    impression = p.use if satisfying else p.use * p.disappointed
    slot = impress(i, product, impression, p.most_used, m)
    if slot >= 0:
        memory = m.memories[i, slot]
        memory.used = min(memory.used + 1, 255)
        learn(i, slot, Signal(experienced, 1.0 / max(m.p.variance.use, 1e-6)), m)


@inlined
def is_used(i: int, slot: int, m: Day) -> bool:
    """Whether consumer i knows what stands in a slot from own use; a slot of `NOBODY` holds nothing."""
    return slot >= 0 and m.memories[i, slot].used > 0


@inlined
def of_rivals(i: int, product: int, m: Day) -> tuple[float, float]:
    """Own purchases of the other products of the category, and friends' words of those, as far as remembered.

    A rule that reads neither pays nothing: the compiler leaves this out.
    """
    category = m.products[product].category
    purchases = words = 0.0
    for slot in range(MEMORY_SLOTS):
        memory = m.memories[i, slot]
        other = memory.product
        if other >= 0 and other != product and m.products[other].category == category:
            purchases += memory.used
            words += memory.friends * m.fading.goodwill[m.day - memory.day]
    return purchases, words
