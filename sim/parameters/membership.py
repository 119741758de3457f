"""Who is on which platform."""

from __future__ import annotations

from pydantic import model_validator

from sim.parameters.groups import ASSUMPTION, Group, par
from sim.ranges import (
    MOST_PEOPLE,
)


class Membership(Group):
    """Who is on which platform: people and creators join, use several, and leave."""

    choice: bool = par(False, "whether people and creators choose platforms; else each stays at home", "", "")
    start: float = par(1.0, "share of people who are members anywhere on the first day", "1", ASSUMPTION, ge=0, le=1)
    multi_home: bool = par(True, "whether a person may be on several platforms", "", "")
    creators_multi_home: bool = par(True, "whether a creator may be on several platforms", "", "")
    brands_multi_home: bool = par(True, "whether a brand may sell on several platforms", "", "")
    by_oneself: float = par(
        0.01, "probability that a person comes across a platform by oneself", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.002, 0.05),
    )  # fmt: skip
    invite: float = par(
        0.02, "probability that a friend who is a member invites", "1/friend/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.0, 0.1),
    )  # fmt: skip
    contact_price: float = par(
        0.5, "price of an advertisement of a platform that one person sees", "yuan/contact", ASSUMPTION, ge=0.001,
        le=1000,
    )  # fmt: skip
    review: float = par(
        0.1, "probability that a person reconsiders a membership", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.02, 0.5),
    )  # fmt: skip
    horizon: float = par(
        26.0, "weeks over which a gain is held against the cost of joining", "weeks", ASSUMPTION, ge=0.1, le=1000,
        plausible=(4.0, 104.0),
    )  # fmt: skip
    noise: float = par(
        10.0,
        "scale of the random shock in joining and leaving",
        "yuan",
        ASSUMPTION,
        ge=0.001,
        le=1e4,
        plausible=(3.0, 30.0),
    )
    variety: float = par(
        3.0, "scale of a day's random shock in where a member of several platforms looks, beside a surplus of some 12"
        " yuan", "yuan/week", ASSUMPTION, ge=0.001, le=1e4, plausible=(0.3, 6.0),
    )  # fmt: skip
    keep: float = par(0.5, "cost of keeping a membership", "yuan/week", ASSUMPTION, ge=0, le=1e4, plausible=(0.1, 2.0))
    memory: float = par(8.0, "mean time for which surplus is remembered", "weeks", ASSUMPTION, ge=0.1, le=1000)
    friends: float = par(0.1, "weight of a friend's day on a platform against one's own", "1", ASSUMPTION, ge=0, le=1)
    confidence: float = par(
        60.0, "weight of what everybody knows of a platform, in own days on it", "days", ASSUMPTION, ge=0.01, le=1e5,
        plausible=(10.0, 400.0),
    )  # fmt: skip
    expected: float = par(
        10.0, "surplus expected of a platform before anybody knows", "yuan/week", ASSUMPTION, ge=-1e4, le=1e4
    )
    least_present: float = par(
        0.1, "least mean share, of creators followed or of goods, against which a platform's share is held", "1",
        ASSUMPTION, ge=0.001, le=1,
    )  # fmt: skip
    creators_review: float = par(
        0.1, "probability that a creator reconsiders the platforms", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.02, 0.5),
    )  # fmt: skip
    move_cost: float = par(20.0, "cost of opening a shop on a platform", "yuan", ASSUMPTION, ge=0, le=1e6)
    second_effort: float = par(1.0, "effort of each platform beyond the first", "yuan/week", ASSUMPTION, ge=0, le=1e6)
    creators_noise: float = par(
        10.0, "scale of the random shock in a creator's choice", "yuan", ASSUMPTION, ge=0.001, le=1e6
    )
    asked_least: int = par(
        0, "smallest number of followers whom a creator asks to come along", "people", "150 to 500: Mihe 2020", ge=0,
        le=MOST_PEOPLE,
    )  # fmt: skip
    asked_most: int = par(
        0, "largest number; 0: nobody is asked", "people", "150 to 500: Mihe 2020", ge=0, le=MOST_PEOPLE
    )
    brands_review: float = par(
        0.05, "probability that a brand reconsiders its platforms", "1/week", ASSUMPTION, ge=0, le=1,
        plausible=(0.01, 0.3),
    )  # fmt: skip
    shop_cost: float = par(
        500.0, "cost of a brand's shop when it opens, in a market of 10,000 people; it grows with the market", "yuan",
        ASSUMPTION, ge=0, le=1e9,
    )  # fmt: skip
    shop_effort: float = par(
        50.0, "running cost of a brand's shop, in a market of 10,000 people; it grows with the market", "yuan/week",
        ASSUMPTION, ge=0, le=1e9, plausible=(0.0, 300.0),
    )  # fmt: skip
    brands_noise: float = par(
        200.0, "scale of the random shock in a brand's choice, in a market of 10,000 people; it grows with the market",
        "yuan", ASSUMPTION, ge=0.001, le=1e9,
    )  # fmt: skip
    share_expected: float = par(0.3, "share of those asked who a creator expects to come", "1", ASSUMPTION, ge=0, le=1)

    @model_validator(mode="after")
    def _asked_ordered(self) -> Membership:
        if self.asked_least > self.asked_most:
            raise ValueError(f"asked_least={self.asked_least} is above asked_most={self.asked_most}")
        return self
