"""A Mesa model that does nothing: in a module of its own, since workers import it by name."""

from __future__ import annotations

from typing import Any

from mesa import DataCollector, Model


class Idle(Model):
    """One number in, one number out."""

    def __init__(self, value: float = 0.0, **others: Any) -> None:
        super().__init__(**others)
        self.value = value
        self.datacollector = DataCollector(model_reporters={"value": "value"})

    def step(self) -> None:
        """A day on which nothing happens."""
        self.datacollector.collect(self)
