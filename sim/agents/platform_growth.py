"""Growth of platforms: what they spend to run and to win members, out of the money they have."""

from __future__ import annotations

import math

from sim.agents.platform_week import Week
from sim.compilation import compiled
from sim.day import Day
from sim.sets import has
from sim.units import FEN


@compiled
def cash(v: int, m: Day) -> float:
    """Money of a platform: what it began with and has earned, less what growth and upkeep have cost, yuan."""
    earned = 0
    for stream in range(m.accounts.revenue.shape[1]):
        earned += m.accounts.revenue[v, stream]
    return m.platforms[v].cash + earned / FEN - m.platforms[v].growth_cost


@compiled
def spend_on_growth(week: Week, m: Day) -> None:
    """Let platforms advertise and pay their upkeep; writes how likely somebody who is no member sees advertising."""
    for v in range(m.platforms.shape[0]):
        platform, outside = m.platforms[v], 0
        budget = min(platform.growth_budget, max(cash(v, m), 0.0))
        week.advertised[v] = 0.0
        if budget > 0.0:
            for i in range(m.members.shape[0]):
                outside += not has(m.members[i].held, v)
        if outside > 0:
            platform.growth_cost += budget
            week.advertised[v] = -math.expm1(-budget / m.p.membership.contact_price / outside)
        platform.growth_cost += platform.upkeep
