"""What a checkpoint holds: a header, the tables of a market, and its other arrays."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sim.day import Day, Used
from sim.markets.fees import DAYS_A_YEAR
from sim.ranges import MOST_DAYS, MOST_SUM
from sim.records import Record
from sim.results.recorder import Recorder
from sim.state.brands import Brand, Shop
from sim.state.creators import Card, Creator, Post, Profile
from sim.state.goods import Listing, Product
from sim.state.orders import Order
from sim.state.pay import Line
from sim.state.people import Consumer, Follow, Member, Membership, Memory, Person
from sim.state.platforms import Platform
from sim.state.visits import Word
from sim.units import MILLION
from sim.world import World

if TYPE_CHECKING:
    from sim.market import Market

TABLES: dict[str, type[Record]] = {
    "consumers": Consumer, "memories": Memory, "follows": Follow,
    "members": Member, "memberships": Membership, "creators": Creator,
    "products": Product, "listings": Listing, "shops": Shop, "brands": Brand, "platforms": Platform,
    "profiles": Profile, "cards": Card, "posts": Post, "inbox": Word, "orders": Order,
    "lines": Line,
}  # fmt: skip
GROWING = ("inbox", "orders", "lines", "sums.sold_by", "recorder.first_kocs")
"""Arrays of which the header tells the rows; those of all others follow from the world."""
IN_USE = {"orders": Used.ORDERS, "lines": Used.LINES}
"""Tables of which only the first rows are written."""
ARRAYS = ("used", "brand_withdrawn")
HEADER = "header"
EXPECTED = "expected a file that Market.save wrote"


Amount = Annotated[int, Field(ge=-MOST_SUM, le=MOST_SUM)]
Counted = Annotated[int, Field(ge=0, le=MOST_SUM)]
Carry = Annotated[int, Field(ge=0, lt=DAYS_A_YEAR * MILLION)]


class Header(BaseModel):
    """What a checkpoint says of itself, beside its arrays."""

    model_config = ConfigDict(strict=True, extra="forbid", ser_json_inf_nan="constants")

    model: str
    parameters: dict[str, Any]
    seed: int = Field(ge=0, lt=1 << 63)
    people: Counted
    world: Counted
    burn_in: Counted
    keep_orders: bool
    day: int = Field(ge=0, le=MOST_DAYS)
    steps: Counted
    orders_so_far: Counted
    revenue_so_far: Amount
    trust: float
    interest_carries: list[Carry]
    begun: list[Annotated[int, Field(ge=-1, le=MOST_DAYS)]]
    lengths: dict[str, Counted]
    recorder: dict[str, Amount]
    rows: list[list[int | float]]
    standings: list[list[int | float]]
    random: list[Any]
    rng: dict[str, Any]


OF_THE_MARKET = ("orders_so_far", "revenue_so_far", "interest_carries", "trust", "steps")


def tables_of(m: Day) -> Iterator[tuple[str, NDArray[Any]]]:
    """The tables that a market writes, by name."""
    for name in TABLES:
        table = np.asarray(getattr(m, name))
        yield name, table[: m.used[IN_USE[name]]] if name in IN_USE else table


def arrays_of(market: Market) -> Iterator[tuple[str, NDArray[Any]]]:
    """All other arrays that a market writes, by name."""
    m, recorder = market.m, market.recorder
    for name in ARRAYS:
        yield name, getattr(m, name)
    for title, arrays in (("accounts", m.accounts), ("sums", recorder.sums)):
        yield from ((f"{title}.{name}", column) for name, column in arrays._asdict().items())
    yield from ((f"recorder.{name}", one) for name, one in vars(recorder).items() if isinstance(one, np.ndarray))


def checksum(world: World) -> int:
    """A checksum of the world: of people, and of who is whose friend."""
    checksum = zlib.crc32(np.ascontiguousarray(world.graph.offsets).data)
    checksum = zlib.crc32(np.ascontiguousarray(world.graph.friends).data, checksum)
    for name in Person.columns:  # bytes between columns may be anything
        checksum = zlib.crc32(np.ascontiguousarray(world.people[name]).data, checksum)
    return checksum


def counts_of(recorder: Recorder) -> dict[str, int]:
    """Whole numbers that a recorder has counted, by name."""
    return {name: value for name, value in vars(recorder).items() if type(value) is int and name != "burn_in"}
