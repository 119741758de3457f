"""Small markets, and what it means that two of them are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.day import Used
from sim.market import Market
from sim.parameters import Parameters
from sim.state.people import Memory

CLONES_COUNT = 20_000
CLONES: dict[str, Any] = {
    "consumers": CLONES_COUNT,
    "catalogue": {
        "categories": [{"name": "tea", "interval": 1, "price": 50.0, "impulse_cost": 20.0}],
        "products_per_category": 3,
        "quality_spread": 1.5,
        "match_spread": 0.0,
    },
    "people": {
        "activity": 1.0, "activity_spread": 0, "taste_spread": 0, "price_sensitivity_spread": 0, "budget": 1e6,
        "budget_spread": 0,
    },
    "need": {"lapse": 0.001, "shape": 1_000},
    "belief": {"rating_days": 1e12},
    "choice": {"outside": -3.5},
}  # fmt: skip
"""Settings of people who are all alike, and need the one kind of good from day 1 on."""
ALONE: dict[str, Any] = {
    "creators": {"koc_share": 0.01, "posts_fixed": 0.0}, "brands": {"count": 3}, "graph": {"mean_degree": 0},
}  # fmt: skip
"""No friends, and creators who say nothing."""


def parameters(**groups: Any) -> Parameters:
    """Parameters of a lively market of 300, with groups as a configuration has them."""
    market: dict[str, Any] = {"consumers": 300, **groups.pop("market", {})}
    return Parameters.model_validate({"market": market, **groups})


def market(seed: int = 1, days: int = 0, **groups: Any) -> Market:
    return Market(parameters(**groups), seed, keep_orders=True).run(days)


def without_past(one: Market) -> Market:
    """The market of people who have bought nothing before the first day, nor rated anything."""
    one.m.memories[:] = Memory.table(one.m.memories.shape)
    one.m.consumers["known"] = 0
    for name in ("reviews", "review_sum"):
        one.m.products[name] = 0.0
    return one


def tables(one: Market, people: int | None = None) -> dict[str, NDArray[Any]]:
    """Every table that a market has become, rows in use alone; of consumers, the first ``people`` rows."""
    arrays = {name: table for name, table in one.m._asdict().items() if isinstance(table, np.ndarray)}
    found = {name: table for name, table in arrays.items() if table.dtype.names}
    found |= {name: found[name][:people] for name in ("people", "members", "consumers", "memories", "follows")}
    in_use = {"orders": Used.ORDERS, "lines": Used.LINES}
    return found | {"posts": one.posts} | {name: found[name][: one.m.used[used]] for name, used in in_use.items()}


def columns(one: Market, people: int | None = None) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array that a market has become, by name; of consumers, the first ``people`` rows."""
    for name, table in tables(one, people).items():
        yield from ((f"{name}.{column}", np.asarray(table[column])) for column in table.dtype.names or ())
    yield from ((f"accounts.{name}", account) for name, account in one.m.accounts._asdict().items())
    yield from ((name, getattr(one.m, name)) for name in ("contracts", "fee_level", "used", "brand_withdrawn"))
    yield "carries", np.array(one.interest_carries)
    yield "pending", one.pending()
    yield from ((f"daily.{name}", column.to_numpy()) for name, column in one.daily().items())
    yield "outcomes", np.array(list(one.result().outcomes.values()))


def assert_same(one: Market, other: Market, people: int | None = None) -> None:
    """Equal to the last bit: no tolerance anywhere."""
    theirs = dict(columns(other, people))
    for name, column in columns(one, people):
        assert column.dtype == theirs[name].dtype, name
        np.testing.assert_array_equal(column, theirs.pop(name), err_msg=name, strict=True)
    assert not theirs


def fingerprint(one: Market) -> str:
    """Hash over every array of a market."""
    digest = hashlib.sha256()
    for name, column in columns(one):
        digest.update(f"{name} {column.dtype} {column.shape}".encode())
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def received_of(orders: pd.DataFrame) -> pd.DataFrame:
    return orders[orders.received >= 0]


def kept_by(orders: pd.DataFrame) -> pd.DataFrame:
    return orders[(orders.received >= 0) & ~orders.returned]
