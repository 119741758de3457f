"""Explanation: a consumer's day, weighed aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.draws import Stream, uniform
from sim.errors import UserError
from sim.records import Table
from sim.rules.choice import Terms
from sim.state.channels import Channel
from sim.state.visits import MOST_OFFERS, Obstacle, Trace
from sim.units import FEN

if TYPE_CHECKING:
    from sim.market import Market

TERMS = (*(f"{name}_term" if name == "price" else name for name in Terms._fields), "shock")
CALLED = {"price_term": "price", "impulse": "no need"}


@dataclass(frozen=True)
class Explanation:
    """Why a consumer bought, or not, on one day.

    Attributes
    ----------
    consumer, day
        Whose day.
    active
        Whether the person was online.
    needs
        Names of the categories in which something was needed.
    wallet
        Yuan at hand once the day's budget had come in.
    offers
        A row for each offer weighed: channel, product, category, creator, price to pay (yuan), every term of the
        utility, the random shock, their sum (value), what buying nothing was worth (outside), the expected quality
        and its precision, the claim and the trust in its source, and what became of the offer (outcome).
    """

    consumer: int
    day: int
    active: bool
    needs: tuple[str, ...]
    wallet: float
    offers: pd.DataFrame

    @classmethod
    def of(cls, market: Market, consumer: int, day: int) -> Explanation:
        """Run a copy of a market up to a day, and let one consumer live it with every term written down.

        The copy is made from the parameters, the seed and the world: what somebody changed by hand on the way is not
        in it.

        Raises
        ------
        UserError
            If there is no such consumer, or the day lies ahead.
        """
        people = len(market.m.people)
        if not 0 <= consumer < people:
            raise UserError(f"consumer={consumer}: expected 0 to {people - 1}")
        if not 0 <= day <= market.day:
            raise UserError(f"day={day}: the market has run {market.day} days; expected 0 to {market.day}")
        copy = type(market)(market.parameters, market.seed, world=market.world).run(day)
        copy.open_day()
        m, person, before = copy.m, copy.m.people[consumer], copy.m.consumers[consumer]
        needed = [
            c for c in range(m.categories)
            if before.due[c] <= day < before.lapse[c] and not before.coming >> c & 1
        ]  # fmt: skip
        income, most = int(person.income), market.parameters.market.people.saved_days
        wallet = min(int(before.wallet) + income, most * income)
        with np.errstate(over="ignore"):
            online = uniform(m.keys[Stream.ACTIVE], day, consumer, 0) < person.activity
            trace = copy.consumer_pass.live(m, consumer, consumer + 1, MOST_OFFERS)
        bought = copy.consumer_pass.happened()[0]["product"]
        names = [category.name for category in market.parameters.market.catalogue.categories]
        offers = _table(trace, names, market.world.goods.category)
        offers["outcome"] = _outcomes(offers, set(bought.tolist()))
        return cls(consumer, day, bool(online), tuple(names[c] for c in needed), wallet / FEN, offers)

    def __str__(self) -> str:
        lines = [
            f"Consumer {self.consumer}, day {self.day}: {'online' if self.active else 'not online'}; needs "
            f"{', '.join(self.needs) or 'nothing'}; {self.wallet:.2f} yuan at hand; {len(self.offers)} offers weighed."
        ]
        for category, offers in self.offers.groupby("category", sort=True):
            needed = "needed" if category in self.needs else "not needed"
            lines.append(f"{category} ({needed}): buying nothing is worth {offers.outside.iloc[0]:.2f}")
            for _, offer in offers.sort_values("value", ascending=False, kind="stable").iterrows():
                said = f"product {offer['product']} at {offer.price:.2f} yuan, {_source(offer)}: {offer.outcome}"
                lines.append(f"{offer.value:8.2f}  {said}")
                terms = [f"{CALLED.get(name, name)} {offer[name]:+.2f}" for name in TERMS if offer[name] != 0]
                lines.append(f"{'':8}    {', '.join(terms)}")
        return "\n".join(lines)


def _source(offer: pd.Series) -> str:
    """Where an offer was met, who sells, and how far a claim was trusted."""
    if offer.creator < 0:
        return str(offer.channel)
    trusted = "" if np.isnan(offer.trust) else f" (trust {offer.trust:.2f}, claims quality {offer.claim:+.2f})"
    return f"{offer.channel}, sold by creator {offer.creator}{trusted}"


def _table(trace: Table[Trace], names: list[str], category_of: NDArray[Any]) -> pd.DataFrame:
    offers = pd.DataFrame({name: trace[name] for name in Trace.columns if name != "terms"})
    for n, name in enumerate(TERMS[:-1]):
        offers.insert(5 + n, name, trace["terms"][:, n])
    offers["channel"] = [Channel(int(c)).name.lower().replace("_", " ") for c in offers.channel]
    offers.insert(2, "category", [names[category_of[j]] for j in offers["product"]])
    offers["price"] = (offers.price - offers.coupon) / FEN
    return offers.drop(columns="coupon")


def _outcomes(offers: pd.DataFrame, bought: set[int]) -> list[str]:
    """What became of each offer, in the order in which they were weighed; only a better one takes the best's place."""
    said = []
    best = offers.loc[offers.outcome == Obstacle.NONE].groupby("category").value.max()
    seen: set[str] = set()
    for offer in offers.to_dict("records"):
        if offer["outcome"] == Obstacle.NEEDS_A_FOLLOW:
            said.append("not for sale to people who do not follow the seller")
        elif offer["outcome"] == Obstacle.NOT_SOLD_HERE:
            said.append("not for sale on the platform that the person looks at")
        elif offer["outcome"] == Obstacle.TOO_EXPENSIVE:
            said.append("beyond the money at hand")
        elif offer["value"] <= offer["outside"]:
            said.append("worth less than buying nothing")
        elif offer["value"] < best[offer["category"]]:
            said.append("another offer was better")
        elif offer["category"] in seen:
            said.append("the same as the best, seen again")
        else:
            seen.add(offer["category"])
            said.append("bought" if offer["product"] in bought else "the best, but the money went to something else")
    return said
