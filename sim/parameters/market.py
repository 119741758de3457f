"""The market without its policies: people, goods and behaviour."""

from __future__ import annotations

import math

from pydantic import model_validator

from sim.parameters.attention import Attention, Remembering
from sim.parameters.deciding import Belief, Choice, Experience, Leakage, Sharing, Trust
from sim.parameters.goods import Catalogue
from sim.parameters.groups import ASSUMPTION, Group, par
from sim.parameters.people import Need, People
from sim.ranges import (
    FARTHEST,
    LARGEST_EXPONENT,
    LEAST_PEOPLE,
    MOST_PEOPLE,
)


class Market(Group):
    """The people, the goods and the behaviour."""

    consumers: int = par(10_000, "consumers in the market", "people", ASSUMPTION, ge=LEAST_PEOPLE, le=MOST_PEOPLE)
    catalogue: Catalogue = Catalogue()
    people: People = People()
    need: Need = Need()
    attention: Attention = Attention()
    memory: Remembering = Remembering()
    belief: Belief = Belief()
    choice: Choice = Choice()
    experience: Experience = Experience()
    trust: Trust = Trust()
    sharing: Sharing = Sharing()
    leakage: Leakage = Leakage()

    @model_validator(mode="after")
    def _pull_fits(self) -> Market:
        people, shared = self.people, math.sqrt(self.people.taste_grouping * len(self.catalogue.categories))
        farthest = people.taste_spread * (FARTHEST * math.sqrt(1 - people.taste_grouping) + shared)
        if (exponent := self.attention.interest * farthest) > LARGEST_EXPONENT:
            raise ValueError(
                f"attention.interest={self.attention.interest:g}: with people.taste_spread={people.taste_spread:g} the "
                f"log odds to look reach {exponent:.0f}, expected at most {LARGEST_EXPONENT:g}"
            )
        return self
