"""All parameters of a market, and how groups must fit each other."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from sim.parameters.brands import Brands
from sim.parameters.creators import Creators
from sim.parameters.graph import Graph
from sim.parameters.groups import Group
from sim.parameters.market import Market
from sim.parameters.membership import Membership
from sim.parameters.pay import Pay
from sim.parameters.phases import Phase, Shock, check
from sim.parameters.platform import Platform
from sim.parameters.rules import Rules
from sim.ranges import MOST_CHOSEN, MOST_PLATFORMS


class Parameters(Group):
    """Everything that, with a seed, determines a market.

    Raises
    ------
    pydantic.ValidationError
        If a value is out of range, of the wrong type or unknown, or if values contradict each other.
    """

    market: Market = Market()
    graph: Graph = Graph()
    creators: Creators = Creators()
    brands: Brands = Brands()
    platform: Platform = Platform()
    rivals: tuple[Platform, ...] = ()
    membership: Membership = Membership()
    rules: Rules = Rules()
    phases: tuple[Phase, ...] = Field(default=(), description="from when, and for how long, some parameters are others")
    shocks: tuple[Shock, ...] = Field(default=(), description="random days on which some parameters are others")

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platform and its rivals in the same market."""
        return (self.platform, *self.rivals)

    @model_validator(mode="after")
    def _consistent(self) -> Parameters:
        if len(self.platforms) > MOST_PLATFORMS:
            raise ValueError(f"rivals: {len(self.rivals)} given, expected at most {MOST_PLATFORMS - 1}")
        if self.membership.choice and len(self.platforms) > MOST_CHOSEN:
            raise ValueError(f"rivals: {len(self.rivals)} given, expected at most {MOST_CHOSEN - 1} to choose among")
        given = [platform.name for platform in self.platforms if platform.name != Platform().name]
        if twice := next((name for name in given if given.count(name) > 1), None):
            raise ValueError(f"rivals: two platforms have the name {twice!r}; expected a name for each")
        if sum(platform.share for platform in self.platforms) <= 0:
            raise ValueError("platform.share=0: nobody is at home anywhere; expected a platform with a share above 0")
        for platform in self.platforms:
            lines = [line for line in platform.lines_of_pay(self.creators) if line.by != "platform"]
            named = sorted({brand for line in platform.pay for brand in line.brands})
            if wrong := next((brand for brand in named if not 0 <= brand < self.brands.count), None):
                raise ValueError(f"platform.pay: no brand {wrong}; expected 0 to {self.brands.count - 1}")
            if (pay := _most(lines, "price", named, platform.take_rate) + platform.live_discount) > 1:
                further = "platform.pay + " if platform.pay else ""
                raise ValueError(
                    f"platform.take_rate + creators.commission + creators.resale_margin + {further}"
                    f"platform.live_discount = {pay:g}: shares of a price cannot exceed 1"
                )
            if (margin := _most(lines, "margin", named)) > 1:
                raise ValueError(f"platform.pay: {margin:g} of the margin; shares of a margin cannot exceed 1")
        if self.graph.kind == "edgelist" and not self.graph.path:
            raise ValueError("graph.path is empty: graph=edgelist needs the file with the ties, graph.path=FILE")
        if self.graph.kind != "edgelist" and self.graph.mean_degree >= self.market.consumers:
            raise ValueError(
                f"graph.mean_degree={self.graph.mean_degree:g}: expected fewer than the {self.market.consumers} people"
            )
        check(self)
        return self


def _most(lines: Sequence[Pay], of: str, named: Sequence[int], start: float = 0.0) -> float:
    """Shares of a base that lines take together, of the brand of which they take most; -1 stands for one not named."""
    return max(
        sum((line.share for line in lines if line.of == of and (not line.brands or brand in line.brands)), start)
        for brand in (-1, *named)
    )
