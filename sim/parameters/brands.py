"""Brands: their budget, and how it is split."""

from __future__ import annotations

from pydantic import model_validator

from sim.parameters.groups import ASSUMPTION, Group, par
from sim.ranges import (
    MOST_BRANDS,
)


class Brands(Group):
    """Brands: budget and its split over four funds."""

    count: int = par(48, "brands", "brands", ASSUMPTION, ge=1, le=MOST_BRANDS)
    weekly_budget: float = par(
        0.65,
        "marketing budget of all brands together, commissions included",
        "yuan/consumer/week",
        ASSUMPTION,
        ge=0,
        le=1e4,
        plausible=(0.3, 1.3),
    )
    ads: float = par(0.35, "share of the budget for ads in the public feed", "1", ASSUMPTION, ge=0, le=1)
    kol: float = par(0.25, "share of the budget for KOLs", "1", ASSUMPTION, ge=0, le=1)
    koc: float = par(0.4, "share of the budget for KOCs", "1", ASSUMPTION, ge=0, le=1)
    own: float = par(0.0, "share of the budget for the brand's own pool", "1", ASSUMPTION, ge=0, le=1)
    adapt: float = par(0.0, "share of the split moved to the better return; 0 holds it fixed", "1/week", "", ge=0, le=1)
    cost: float = par(0.42, "cost of goods", "share of list price", ASSUMPTION, ge=0, le=1)
    shipping: float = par(2.0, "shipping, each way", "yuan/order", ASSUMPTION, ge=0, le=1000)
    pass_through: float = par(
        0.5,
        "share of expected take and commission passed on to the price",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        plausible=(0.0, 1.0),
    )

    own_contact: float = par(
        1.5,
        "red packet for a buyer who joins the brand's own pool",
        "yuan/contact",
        "press: parcel cards, 1-2 yuan",
        ge=0,
        le=1000,
    )
    join: float = par(
        0.6, "probability that a satisfied buyer joins an own pool that takes new contacts", "1/purchase", ASSUMPTION,
        ge=0, le=1,
    )  # fmt: skip
    member_discount: float = par(
        0.1, "discount on what is offered in an own pool", "share of price", ASSUMPTION, ge=0, le=0.9
    )
    own_posts: float = par(1.0, "posts in the brand's own pool", "posts/day", ASSUMPTION, ge=0, le=8)

    @model_validator(mode="after")
    def _split_at_most_one(self) -> Brands:
        total = self.ads + self.kol + self.koc + self.own
        if total > 1 + 1e-9:
            raise ValueError(f"ads + kol + koc + own = {total:g}: shares of a budget cannot exceed 1")
        return self
