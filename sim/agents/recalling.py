"""Recalling: products that a person remembers come to mind when they are needed."""

from __future__ import annotations

from sim.agents.memory import goodwill_today
from sim.agents.seeing import see
from sim.compilation import inlined
from sim.day import Day
from sim.draws import MOST_DAYS, Stream, uniform
from sim.records import NOBODY
from sim.rules.memory import recall_probability
from sim.sets import has
from sim.state.channels import Channel
from sim.state.people import MEMORY_SLOTS


@inlined
def recall(i: int, m: Day) -> None:
    """Products come to mind when they are needed, without anybody's page: once drawn for each need that opens."""
    consumer = m.consumers[i]
    for slot in range(MEMORY_SLOTS):
        product = m.memories[i, slot].product
        if product < 0:
            break
        category = m.products[product].category
        if has(m.out.visit.needs, category):
            u = uniform(m.keys[Stream.RECALL], max(consumer.due[category], 0) % MOST_DAYS, i, product)
            if u < recall_probability(goodwill_today(i, slot, m)):
                m.out.tally.delivered[Channel.RECALL] += 1
                see(i, product, Channel.RECALL, NOBODY, m)
