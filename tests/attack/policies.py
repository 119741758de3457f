"""Random markets over the ranges of all parameters, often at their ends: accounts close, nothing is negative."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from experiments.settings.mistakes import limits
from sim.errors import UserError
from sim.parameters import MOST_YUAN, Parameters

if TYPE_CHECKING:
    from sim.market import Market

DAYS = 9  # past a settlement and a return, where these are short
PEOPLE = (40, 250)
CAPS = {"products_per_category": 12, "count": 24, "mean_degree": 30, "friends_told": 50, "candidates": 64,
"kol_count": 20,
        "pool_least": 25, "pool_most": 35}  # fmt: skip
"""What makes a market slow, not other, or no market at all: drawn up to here, and beyond in few draws."""
SLOW = 0.02
MOST_TRIES = 3_000
WRITTEN_AT_ONE_PLACE = {"path", "directed", "rules"}
Rng = np.random.Generator


def drawn(model: type[BaseModel], rng: Rng, usual: float) -> dict[str, Any]:
    """Values for a group, drawn again until they do not contradict each other; a share of them is the default."""
    for _ in range(MOST_TRIES):
        values = {name: _value(name, field, rng, usual) for name, field in model.model_fields.items()}
        values = {name: value for name, value in values.items() if value is not None}
        try:
            model.model_validate(values)
        except ValidationError:
            continue
        return values
    raise RuntimeError(f"{model.__name__}: nothing valid in {MOST_TRIES} draws")


def _value(name: str, field: FieldInfo, rng: Rng, usual: float) -> Any:
    """A value of one parameter; None leaves its default."""
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return None if name in WRITTEN_AT_ONE_PLACE else drawn(kind, rng, usual)
    if name == "consumers":
        return int(rng.integers(*PEOPLE))
    if name == "categories":
        return [{**drawn(get_args(kind)[0], rng, usual), "name": f"{n}"} for n in range(int(rng.integers(1, 9)))]
    if name == "rivals":
        return [drawn(get_args(kind)[0], rng, usual) for _ in range(int(rng.choice([0, 0, 1, 3])))]
    if name == "city_tiers":
        return rng.dirichlet(np.ones(int(rng.integers(1, 9)))).tolist()
    if field.is_required():
        return name
    if rng.random() < usual or name in WRITTEN_AT_ONE_PLACE:
        return None
    if kind is bool:
        return bool(rng.random() < 0.5)
    if get_origin(kind) is Literal:
        return str(rng.choice([option for option in get_args(kind) if option != "edgelist"]))
    return _number(name, field, rng) if kind in (int, float) else None


def _number(name: str, field: FieldInfo, rng: Rng) -> Any:
    low, high = limits(field)
    if low is None or high is None:
        return None
    if name in CAPS and rng.random() > SLOW:
        high = min(high, CAPS[name])
    way = rng.random()
    if way < 0.2:
        value = low
    elif way < 0.4:
        value = high
    elif way < 0.7 and high > 0:  # by magnitude
        least = max(low, high * 1e-6)
        value = math.exp(rng.uniform(math.log(least), math.log(high)))
    else:
        value = rng.uniform(low, high)
    return round(value) if field.annotation is int else float(min(max(value, low), high))


def policies(number: int) -> Iterator[Parameters]:
    """Parameters of markets that can be, without end."""
    from sim.world import World

    rng = np.random.default_rng([11, number])
    refused = 0
    while refused < MOST_TRIES:
        usual = rng.uniform(0.5, 1)  # where all is at an end at once, nobody buys
        try:
            parameters = Parameters.model_validate(drawn(Parameters, rng, usual))
            World.build(parameters, number)
        except (ValidationError, UserError):  # too small for its pools, say
            refused += 1
        else:
            yield parameters
    raise RuntimeError(f"{MOST_TRIES} markets cannot be")


def faults_of(number: int, root: Path) -> Iterator[str]:
    """What is wrong with random markets, up to one in which somebody buys; accounts are closed every day anyway."""
    from sim.market import Market

    for parameters in policies(number):
        market = Market(parameters, number, keep_orders=True)
        rated = market.m.products["reviews"].copy()  # in the past
        yield from _faults(market.run(DAYS), rated)
        market.save(root / "market.npz")
        Market.load(root / "market.npz")  # which holds every column against its declared range
        if len(market.orders()):
            return


def _faults(market: Market, rated: NDArray[np.float64]) -> Iterator[str]:
    parameters = market.parameters
    m, orders, daily = market.m, market.orders(), market.daily()
    fen = 100 * MOST_YUAN
    bounded: dict[str, tuple[Any, float, float]] = {
        "price of goods": (m.listings["price"], 1, fen), "price of an order": (orders.price, 1, fen),
        "coupon": (orders.coupon, 0, fen), "price less coupon": (orders.price - orders.coupon, 0, fen),
        "wallet": (m.consumers["wallet"], 0, 2**31 - 1), "income": (m.people["income"], 0, 2**31 - 1),
        "followers": (m.creators["audience"], 0, parameters.market.consumers),
        "activity": (m.people["activity"], 0, 1), "trust": (daily.trust.dropna(), 0, 1),
        "product": (orders["product"], 0, len(m.products) - 1),
        "platform": (orders.platform, 0, len(market.platforms) - 1),
        "consumer": (orders.consumer, 0, parameters.market.consumers - 1),
        "pending": (market.pending(), 0, 2**62),
    }  # fmt: skip
    for name in ("escrow", "deposit"):
        bounded[name] = (getattr(m.accounts, name), 0, 2**62)
    for name in ("bought", "satisfying"):
        bounded[name] = (m.products[name], 0, len(orders))
    bounded["reviews"] = (m.products["reviews"], 0, len(orders) + rated.max())
    bounded["reviews since the past"] = (m.products["reviews"] - rated, -rated.max(), len(orders))
    for table, name in ((m.products, "stock"), (m.listings, "waiting"), (m.listings, "sold"), (m.products, "cost")):
        bounded[name] = (table[name], 0, 2**62)
    for name in ("gmv", "orders", "returned", "views", "buyers", "kocs", "kols", "posts"):
        bounded[f"daily {name}"] = (daily[name], 0, 2**62)
    for what, (values, low, high) in bounded.items():
        values = np.asarray(values, float)
        if values.size and not (values.min() >= low and values.max() <= high):  # a NaN is in no bounds
            yield f"{what} from {values.min():g} to {values.max():g}, expected {low:g} to {high:g}"
    outcomes = pd.Series(market.result().outcomes)
    if np.isinf(outcomes).any():
        yield f"infinite: {', '.join(outcomes.index[np.isinf(outcomes)])}"
