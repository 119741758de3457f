"""Small markets, and what it means that two of them are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.market import Market
from sim.parameters import Parameters


def parameters(**groups: Any) -> Parameters:
    """Parameters of a lively market of 300, with groups as a configuration has them."""
    market: dict[str, Any] = {"consumers": 300, **groups.pop("market", {})}
    return Parameters.model_validate({"market": market, **groups})


def market(seed: int = 1, days: int = 0, **groups: Any) -> Market:
    return Market(parameters(**groups), seed, keep_orders=True).run(days)


def columns(one: Market, people: int | None = None) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array that a market has become, by name; of consumers, the first ``people`` rows."""
    for table in (one.town.consumers, one.town.follows):
        yield from ((f"{type(table).__name__}.{name}", column[:people]) for name, column in table._asdict().items())
    for other in (one.creators, one.sheet, one.inbox, one.settlement.ledger.accounts, one.shop.ratings):
        yield from ((f"{type(other).__name__}.{name}", column) for name, column in other._asdict().items())
    yield "pending", one.settlement.pending()
    yield from ((f"orders.{name}", column.to_numpy()) for name, column in one.orders().items())
    yield from ((f"daily.{name}", column.to_numpy()) for name, column in one.daily().items())
    yield from ((f"sales of platform {p.number}", p.sales) for p in one.platforms)
    yield from ((f"week of brand {b.number}", np.concatenate([b.split, b.spent, b.earned])) for b in one.brands)
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


def kept_by(orders: pd.DataFrame) -> pd.DataFrame:
    return orders[orders.returned == 0]
