"""Who the consumers are, and what they want."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.parameters.groups import ASSUMPTION, Group, par
from sim.ranges import (
    MOST_CITY_TIERS,
    MOST_GROUPS,
)

Weight = Annotated[float, Field(ge=0, le=1e9)]
Sensitivity = Annotated[float, Field(ge=0.01, le=100)]  # a surplus has no value in money where prices do not count


class People(Group):
    """Who the consumers are."""

    activity: float = par(0.6, "median probability to be online on a day", "1/day", ASSUMPTION, ge=0, le=1)
    activity_spread: float = par(0.8, "standard deviation of its logit", "logit", ASSUMPTION, ge=0, le=5)
    taste_spread: float = par(0.7, "standard deviation of taste for a category", "utility", ASSUMPTION, ge=0, le=5)
    taste_grouping: float = par(
        0.25, "share of the variance of taste that the interest group explains", "1", ASSUMPTION, ge=0, le=0.95
    )
    groups: int = par(8, "groups of people whose tastes are alike", "groups", ASSUMPTION, ge=1, le=MOST_GROUPS)
    price_sensitivity: float = par(
        3.2, "median utility lost per reference price of the category", "utility", ASSUMPTION, ge=0.05, le=20,
        plausible=(2.4, 4.0),
        measured="orders at prices raised by a tenth for people drawn by lot",
    )  # fmt: skip
    price_sensitivity_spread: float = par(0.35, "standard deviation of its log", "log", ASSUMPTION, ge=0, le=2)
    budget: float = par(900.0, "median monthly budget for these categories", "yuan/30 days", ASSUMPTION, ge=0, le=1e6)
    budget_spread: float = par(0.6, "standard deviation of log budget", "log yuan", ASSUMPTION, ge=0, le=3)
    start_days: float = par(30.0, "most days of budget at hand at the start", "days", ASSUMPTION, ge=0, le=70)
    saved_days: int = par(60, "days of budget that are saved at most", "days", ASSUMPTION, ge=1, le=70)
    sociability: float = par(0.25, "median probability to tell friends of a purchase", "1", ASSUMPTION, ge=0, le=1)
    sociability_spread: float = par(0.8, "standard deviation of its logit", "logit", ASSUMPTION, ge=0, le=5)
    city_tiers: tuple[Weight, ...] = par(
        (0.26, 0.18, 0.16, 0.12, 0.10, 0.18),
        "shares of people in city tiers 1 to 6, of their sum",
        "1",
        "tiers 1 and 6: JD Supernova user profile 2018; the rest: assumption",
    )
    city_tier_budget: tuple[Weight, ...] = par(
        (), "median budget in each city tier, as a multiple of `budget`; alike where none is given", "1", ""
    )
    city_tier_price_sensitivity: tuple[Sensitivity, ...] = par(
        (), "price sensitivity in each city tier, as a multiple of that drawn; alike where none is given", "1", ""
    )
    city_tier_activity: tuple[Weight, ...] = par(
        (),
        "probability to be online in each city tier, as a multiple of that drawn; alike where none is given",
        "1",
        "",
    )

    @model_validator(mode="after")
    def _somebody_lives_somewhere(self) -> People:
        if not 1 <= len(self.city_tiers) <= MOST_CITY_TIERS:
            raise ValueError(f"city_tiers: {len(self.city_tiers)} given, expected 1 to {MOST_CITY_TIERS} shares")
        if sum(self.city_tiers) <= 0:
            raise ValueError("city_tiers: nobody lives in any; expected a share above 0")
        for name in ("city_tier_budget", "city_tier_price_sensitivity", "city_tier_activity"):
            given, tiers = len(getattr(self, name)), len(self.city_tiers)
            if given not in (0, tiers):
                raise ValueError(f"{name}: {given} given, expected one for each of {tiers} city_tiers, or none")
        return self


class Need(Group):
    """Wanting something."""

    lapse: float = par(
        0.125,
        "probability that an open need is met outside the market",
        "1/day",
        ASSUMPTION,
        ge=0.001,
        le=1,
        measured="days from a need to a purchase anywhere: a diary of needs",
    )
    shape: float = par(
        0.6, "shape of the Gamma distribution of need rates over people (Schmittlein, Morrison & Colombo 1987)", "1",
        ASSUMPTION, ge=0.05, le=1000,
    )  # fmt: skip
