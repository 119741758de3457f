"""Headline numbers of a small market, kept in a file that a test compares with; ``make baseline`` writes it anew.

A commit that moves them says why.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from experiments.design.configuration import load_settings
from sim.market import Market
from sim.world import World

FILE = Path(__file__).with_name("baseline.json")
SEED, DAYS, BURN_IN = 0, 50, 20
OUTCOMES = (
    "reach", "paid_conversion", "private_conversion", "public_conversion", "orders", "gmv", "acquisition_cost",
    "repurchase", "trust", "koc_retention", "koc_income", "platform_revenue", "brand_profit", "consumer_surplus",
)  # fmt: skip


def numbers() -> dict[str, dict[str, float]]:
    """Outcomes of each arm of the headline experiment, for one seed of a small market, where defined."""
    arms = load_settings(["market.consumers=1500"]).arms()
    world = World.build(arms[0].parameters, SEED)
    found: dict[str, dict[str, float]] = {}
    for arm in arms:
        outcomes = Market(arm.parameters, SEED, world=world, burn_in=BURN_IN).run(DAYS).result().outcomes
        found[arm.name] = {name: outcomes[name] for name in OUTCOMES if not math.isnan(outcomes[name])}
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(numbers(), indent=1) + "\n", "utf-8")
