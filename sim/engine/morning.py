"""The morning: what brands, creators and platforms prepare before the first consumer wakes, in compiled passes."""

from __future__ import annotations

from sim.agents.advising import advise, thinks_over
from sim.agents.believing import common_belief
from sim.agents.creating import create_all
from sim.agents.knowing import know
from sim.agents.payees import work_out_earnings
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.markets.marketing import plan_day
from sim.markets.ranking import rank_all, rate_goods
from sim.markets.standing_pay import pay_standing


@compiled
def plan_all(m: Day) -> None:
    """Brands plan; what creators earn, how goods are rated and what everybody believes of them is worked out."""
    for k in range(m.creators.shape[0]):
        m.creators[k].earned_today = 0
    plan_day(m)
    work_out_earnings(m)
    rate_goods(m)
    form_beliefs(m)


@compiled
def advise_all(first: int, last: int, m: Day) -> None:
    """What can be known of creators ``first`` to ``last - 1``, and what they advise; none reads what another writes."""
    for k in range(first, last):
        know(k, m)
        if thinks_over(k, m):
            advise(k, m)


@compiled
def post_all(m: Day) -> None:
    """Creators post, one after the other, since brands' money may not last for all; platforms rank."""
    create_all(m)
    pay_standing(m)
    rank_all(m)


@inlined
def form_beliefs(m: Day) -> None:
    """Work out what is believed of each product on what everybody knows."""
    for product in range(m.products.shape[0]):
        believed = common_belief(product, m)
        m.products[product].expected = believed.mean
        m.products[product].precision = believed.precision
