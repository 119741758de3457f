"""First memories, and public ratings, on the first day: out of what people have bought before."""

from __future__ import annotations

from sim.agents.match import worth
from sim.agents.memory import impress, learn
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.draw_numbers import PER_NORMAL, PastDay
from sim.draws import Stream, normal_of, uniform
from sim.rules.belief import Signal
from sim.world.past import PURCHASES, Past


@compiled
def remember_past(first: int, past: Past, m: Day) -> None:
    """Let people from row ``first`` on who are ever online remember their past as far as it has not faded, or rate it.

    Parameters
    ----------
    past
        Of so many people.
    """
    for i in range(first, first + past.product.shape[0]):
        if m.people[i].activity > 0.0:
            for category in range(m.categories):
                for turn in range(PURCHASES):
                    product, age = past.product[i - first, category, turn], past.age[i - first, category, turn]
                    remember_purchase(i, product, age, turn, m)


@inlined
def remember_purchase(i: int, product: int, age: int, turn: int, m: Day) -> None:
    """Remember one purchase of so many days ago."""
    key, p, day, draw = m.keys[Stream.PAST], m.p.memory, PastDay.USE + turn, PER_NORMAL * product
    chance = normal_of(uniform(key, day, i, draw), uniform(key, day, i, draw + 1))
    experienced = worth(i, product, m) + m.p.experience.noise * chance
    slot = impress(i, product, p.use * m.fading.goodwill[age], p.most_used, m)
    if slot >= 0:
        precision = m.fading.knowledge[age] / max(m.p.variance.use, 1e-6)
        learn(i, slot, Signal(experienced, precision), m)
        m.memories[i, slot].used += 1
    if uniform(key, PastDay.RATED + turn, i, product) < m.p.experience.review:
        left = m.fading.rating[age]
        m.products[product].reviews += left
        m.products[product].review_sum += left * experienced
