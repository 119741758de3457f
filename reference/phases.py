"""Phases and shocks: from when, and for how long, some parameters are others (7.30)."""

from __future__ import annotations

from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from sim.parameters import Parameters

if TYPE_CHECKING:
    from reference.market import PlainMarket
    from reference.platform import Platform
    from sim.parameters.phases import Phase

SIGNS = {">=": ge, "<=": le, ">": gt, "<": lt}


class Timeline:
    """Which phases have begun in a market, and what they and shocks set today."""

    def __init__(self, model: PlainMarket) -> None:
        """Nothing has begun yet."""
        self.model = model
        self.configured = model.parameters
        self.begun: dict[int, int] = {}  # day, by the number of the phase
        self.shock_ends = [0] * len(self.configured.shocks)  # the first day on which each holds no more
        self.sets_today: list[dict[str, Any]] = []

    def begin_day(self) -> None:
        """Begin what begins this morning; parameters are others where something else holds than yesterday."""
        before, today = self.sets_today, self.model.day
        for number, phase in enumerate(self.configured.phases):
            if number not in self.begun and self.is_reached(phase):
                self.begun[number] = today
        for number, shock in enumerate(self.configured.shocks):
            if self.model.random.random() < shock.chance:
                self.shock_ends[number] = today + shock.days
        phases = [phase.set for number, phase in enumerate(self.configured.phases) if self.holds(number, phase)]
        shocks = [shock.set for shock, end in zip(self.configured.shocks, self.shock_ends, strict=True) if today < end]
        self.sets_today = phases + shocks
        if self.sets_today != before:
            self.model.put_in_force(changed(self.configured, self.sets_today))

    def is_reached(self, phase: Phase) -> bool:
        """Whether the quantity that a phase waits for meets its bound."""
        trigger = phase.trigger
        there = [platform for platform in self.model.platforms if platform.policy.name == phase.platform]
        platform = there[0] if there else self.model.platforms[0]
        return SIGNS[trigger.sign](self.quantity(trigger.quantity, platform), trigger.bound)

    def quantity(self, name: str, platform: Platform) -> float:
        """What triggers tell of, as yesterday left it; all but the share of members for a market of 10,000 people."""
        scale = max(self.model.population, 1) / 10_000
        if name == "day":
            return self.model.day
        return {
            "members": lambda: platform.members() / len(self.model.consumers),
            "gmv": lambda: platform.sold / 100.0 / scale,
            "kocs": lambda: platform.kocs() / scale,
            "cash": lambda: platform.cash() / scale,
        }[name]()

    def holds(self, number: int, phase: Phase) -> bool:
        """Whether a phase has begun, and is not over."""
        begun = self.begun.get(number)
        return begun is not None and (phase.days == 0 or self.model.day < begun + phase.days)


def changed(parameters: Parameters, sets: list[dict[str, Any]]) -> Parameters:
    """Parameters with other values at some paths; of two values for a path, the later one."""
    content = parameters.model_dump(exclude={"phases", "shocks"})
    for values in sets:
        for path, value in values.items():
            *above, last = path.split(".")
            level: Any = content
            for key in above:
                level = level[int(key) if key.isdecimal() else key]
            level[last] = value
    return Parameters.model_validate(content)
