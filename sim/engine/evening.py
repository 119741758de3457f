"""The evening: what creators make of the day, in one compiled pass."""

from __future__ import annotations

from sim.agents.learning import learn_and_leave, remember_sales
from sim.agents.reputation import remember_in_pool
from sim.agents.roles import change_roles
from sim.arrays import Int64
from sim.compilation import compiled
from sim.day import Day


@compiled
def learn_all(received: Int64, measuring: bool, threshold: int, m: Day) -> None:
    """The evening of creators: what they and their pools remember, what they learn, who leaves, who is a KOL now.

    Parameters
    ----------
    received
        Rows of the orders that arrived today.
    measuring
        Whether income and effort count towards the results.
    threshold
        Audience that makes a creator a KOL.
    """
    remember_sales(received, m)
    remember_in_pool(received, m)
    for k in range(m.creators.shape[0]):
        m.creators[k].audience += m.out.tally.followers[k]
    learn_and_leave(measuring, m)
    change_roles(threshold, m)
