"""Timeline: which phases have begun in a market, and which parameters are in force today."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.agents.platform_growth import cash
from sim.arrays import Keys
from sim.day import Day
from sim.draws import Stream, uniform
from sim.parameters import Parameters
from sim.parameters.phases import Held, Shock, in_force
from sim.ranges import REFERENCE_PEOPLE
from sim.state.creators import Tier
from sim.units import FEN

NOT_YET = -1


def _members(m: Day, platform: int) -> float:
    there = m.members["held"] >> platform & 1 if len(m.memberships) else m.people["home"] == platform
    return np.count_nonzero(there) / len(m.people)


def _kocs(m: Day, platform: int) -> float:
    creators = m.creators
    there = creators["platforms"] >> platform & 1 if len(m.memberships) else creators["home"] == platform
    return np.count_nonzero((creators["tier"] == Tier.KOC) & creators["active"] & there) * _scale(m)


def _scale(m: Day) -> float:
    """By what counts and sums are multiplied, so that a trigger means the same in markets of any size."""
    return REFERENCE_PEOPLE / max(m.population, 1)


REACHED: dict[str, Callable[[Day, int], float]] = {
    "day": lambda m, _: m.day,
    "members": _members,
    "gmv": lambda m, platform: m.platforms["sold"][platform] / FEN * _scale(m),
    "kocs": _kocs,
    "cash": lambda m, platform: cash(platform, m) * _scale(m),
}
"""The value of each of `sim.parameters.phases.QUANTITIES` on a platform this morning."""


class Timeline:
    """What has begun, and what holds.

    Parameters
    ----------
    parameters
        With phases and shocks, or without.

    Attributes
    ----------
    begun : list of int
        Day on which each phase began; `NOT_YET` before.
    held : tuple of bool
        Which phases, and after them which shocks, hold today.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.begun = [NOT_YET] * len(parameters.phases)
        self.held: Held = (False,) * (len(parameters.phases) + len(parameters.shocks))
        names = [platform.name for platform in parameters.platforms]
        where = (names.index(phase.platform) if phase.platform else 0 for phase in parameters.phases)
        self._triggers = [(phase.trigger, v) for phase, v in zip(parameters.phases, where, strict=True)]
        self._known: dict[Held, Parameters] = {}

    @property
    def in_force(self) -> Parameters:
        """The parameters of today, worked out once for each set of what holds."""
        if self.held not in self._known:
            self._known[self.held] = in_force(self.parameters, self.held)
        return self._known[self.held]

    def begin(self, m: Day) -> bool:
        """Begin what begins this morning, as yesterday left the market.

        Returns
        -------
        bool
            Whether other parameters are in force than before.
        """
        for n, (trigger, where) in enumerate(self._triggers):
            if self.begun[n] == NOT_YET and trigger.is_met(REACHED[trigger.quantity](m, where)):
                self.begun[n] = m.day
        before, self.held = self.held, self.holding(m.day, m.keys)
        return self.held != before

    def holding(self, day: int, keys: Keys) -> Held:
        """Which phases and shocks hold on a day, by what has begun."""
        phases = (phase.holds(begun, day) for phase, begun in zip(self.parameters.phases, self.begun, strict=True))
        shocks = (strikes(n, shock, day, keys) for n, shock in enumerate(self.parameters.shocks))
        return (*phases, *shocks)


def strikes(number: int, shock: Shock, day: int, keys: Keys) -> bool:
    """Whether a shock holds on a day: it began on it, or so few days before that it lasts."""
    first = max(day - shock.days + 1, 0)
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        return any(uniform(keys[Stream.SHOCK], begun, number, 0) < shock.chance for begun in range(first, day + 1))
