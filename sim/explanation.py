"""Explanation: a consumer's day, weighed aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.records import TRACE_COLUMNS, Channel, Outcome

if TYPE_CHECKING:
    from sim.market import Market

MOST_OFFERS = 1_000
FEN = 100


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
        Yuan at hand in the morning.
    offers
        A row for each offer weighed: channel, product, category, creator, price (yuan), every term of the utility,
        the luck of the draw, the total value, what buying nothing was worth, and what became of it.
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

        Raises
        ------
        UserError
            If there is no such consumer, or the day lies ahead.
        """
        people = len(market.town.people.activity)
        if not 0 <= consumer < people:
            raise UserError(f"consumer={consumer}: expected 0 to {people - 1}")
        if not 0 <= day <= market.day:
            raise UserError(f"day={day}: the market has run {market.day} days; expected 0 to {market.day}")
        copy = type(market)(market.parameters, market.seed, world=market.world).run(day)
        copy.open_day()
        due, lapse = copy.town.consumers.due[consumer], copy.town.consumers.lapse[consumer]
        needed = np.flatnonzero((due <= day) & (lapse > day))
        wallet = int(copy.town.consumers.wallet[consumer]) + int(copy.town.people.income[consumer])
        with np.errstate(over="ignore"):
            trace = copy.crowd.run(
                consumer, consumer + 1, day, copy.luck, copy.town, copy.today, copy.rates, MOST_OFFERS
            )
        _, tally = copy.crowd.close_day()
        bought = copy.crowd.happened[0].orders
        names = [category.name for category in market.parameters.market.catalogue.categories]
        offers = _table(trace, names, market.world.goods.category)
        offers["outcome"] = _outcomes(offers, set(bought.product.tolist()))
        return cls(
            consumer, day, bool(tally.viewed.sum()), tuple(names[c] for c in needed), wallet / FEN, offers
        )

    def __str__(self) -> str:
        head = (
            f"Consumer {self.consumer}, day {self.day}: {len(self.offers)} offers weighed; "
            f"needs {', '.join(self.needs) or 'nothing'}; {self.wallet:.2f} yuan at hand."
        )
        if self.offers.empty:
            return head + "\nNothing was seen, so nothing could be bought."
        lines = [head]
        for _, offer in self.offers.sort_values(["category", "value"], ascending=[True, False]).iterrows():
            seller = "" if offer.creator < 0 else f" from creator {int(offer.creator)} (trust {offer.trust:.2f})"
            lines.append(
                f"  {offer.category}, product {int(offer['product'])} at {offer.price:.2f} yuan, {offer.channel}{seller}: "
                f"{offer.outcome}"
            )
            terms = ["taste", "quality", "risk", "price_term", "friends", "impulse", "luck"]
            sum_of = " ".join(f"{name.removesuffix('_term')} {offer[name]:+.2f}" for name in terms)
            lines.append(f"      {sum_of} = {offer.value:.2f}; buying nothing {offer.outside:.2f}")
        return "\n".join(lines)


def _table(trace: np.ndarray, names: list[str], category_of: np.ndarray) -> pd.DataFrame:
    offers = pd.DataFrame(trace, columns=list(TRACE_COLUMNS))
    offers["product"] = offers["product"].astype(int)
    offers["creator"] = offers["creator"].astype(int)
    offers["channel"] = [Channel(int(c)).name.lower().replace("_", " ") for c in offers.channel]
    offers.insert(2, "category", [names[category_of[j]] for j in offers["product"]])
    offers["price"] = (offers.price - offers.coupon) / FEN
    return offers.drop(columns="coupon")


def _outcomes(offers: pd.DataFrame, bought: set[int]) -> list[str]:
    said = []
    best = offers.loc[offers.outcome == Outcome.WEIGHED].groupby("category").value.max()
    for _, offer in offers.iterrows():
        if offer.outcome == Outcome.NEEDS_A_FOLLOW:
            said.append("not for sale without a follow")
        elif offer.outcome == Outcome.TOO_EXPENSIVE:
            said.append("beyond the budget")
        elif offer.value <= offer.outside:
            said.append("worth less than buying nothing")
        elif offer.value < best[offer.category]:
            said.append("another offer was better")
        else:
            said.append("bought" if offer["product"] in bought else "chosen, but the money was spent on something else")
    return said
