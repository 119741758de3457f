"""The ports that speed is compared with live the same days as the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from benchmarks.figures import Figure
from benchmarks.mesa_market import MesaMarket
from benchmarks.numpy_port import NumpyMarket
from benchmarks.numpy_rules import geometric_of, gumbel_of, normal_of, uniform
from sim import draws
from sim.market import Market
from sim.parameters import Parameters
from sim.records import Channel

SEED = 7
# people who buy, follow and leave often, so that a short run of a small market meets every rule
EAGER = {
    "market": {
        "choice": {"outside": -1.0},
        "people": {"budget": 6000.0},
        "attention": {"follow": 0.5, "leave": 0.3, "leave_fatigue": 0.5},
    },
    "creators": {"koc_share": 0.1, "entry": 0.1, "posts_start": 2.0},
    "brands": {"ads": 0.2, "kol": 0.3, "koc": 0.3, "own": 0.2},
}
GATED_PRIVATE = {
    "platform": {"follow_gate": True, "coupon": 0.1},
    "creators": {"private_share_koc": 1.0, "private_share_kol": 1.0},
}
RIVALS = {
    "platform": {"share": 0.6, "coupon": 0.1, "coupon_newcomers": False, "live_discount": 0.2},
    "rivals": ({"name": "rival", "share": 0.4, "follow_gate": True},),
    "creators": {"private_share_koc": 0.6, "private_share_kol": 0.3},
}


def both(port: type[Market], consumers: int, days: int, **policy: Any) -> tuple[Market, Market]:
    parameters = Parameters.model_validate(merged({"market": {"consumers": consumers}}, policy))
    engine = Market(parameters, SEED, burn_in=3, keep_orders=True)
    other = port(parameters, SEED, world=engine.world, burn_in=3, keep_orders=True)
    return engine.run(days), other.run(days)


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(one[key], other[key]) for key in one.keys() & other.keys() if isinstance(one[key], dict)}
    return one | other | both


def assert_same(engine: Market, port: Market) -> None:
    pd.testing.assert_frame_equal(port.orders(), engine.orders(), check_exact=True)
    pd.testing.assert_frame_equal(port.daily(), engine.daily(), check_exact=True)
    ours, theirs = engine.result(), port.result()
    assert_array_equal(list(theirs.outcomes.values()), list(ours.outcomes.values()))
    pd.testing.assert_frame_equal(theirs.funnel, ours.funnel, check_exact=True)
    pd.testing.assert_frame_equal(theirs.creators, ours.creators, check_exact=True)


def assert_eventful(engine: Market, channels: set[Channel]) -> None:
    """Without these events equality would say little."""
    orders = engine.orders()
    assert channels <= set(orders.channel)
    assert orders.returned.any() and orders.parent.ge(0).any() and orders.coupon.gt(0).any()
    assert (orders.met > 0).any() and (orders.met < 0).any()
    assert (engine.creators.active == 0).any() and len(engine.creators.active) > len(engine.world.creators.active)
    assert (engine.town.consumers.own_product >= 0).all(axis=1).any()


PORTS = pytest.mark.parametrize("port", [MesaMarket, NumpyMarket])


@PORTS
def test_same_numbers_by_default(port: type[Market]) -> None:
    engine, other = both(port, consumers=200, days=12)
    assert len(engine.orders()) > 0
    assert_same(engine, other)


@PORTS
def test_same_numbers_where_trade_needs_a_follow(port: type[Market]) -> None:
    engine, other = both(port, consumers=200, days=12, **merged(EAGER, GATED_PRIVATE))
    assert {Channel.PRIVATE_POST, Channel.ONE_TO_ONE} <= set(engine.orders().channel)
    assert engine.orders().coupon.gt(0).any()
    assert_same(engine, other)


@PORTS
def test_same_numbers_when_everything_happens(port: type[Market]) -> None:
    engine, other = both(port, consumers=400, days=50, **merged(EAGER, RIVALS))
    assert_eventful(engine, set(Channel))
    assert_same(engine, other)


def test_numpy_gives_the_same_orders_in_a_larger_market() -> None:
    engine, other = both(NumpyMarket, consumers=2_000, days=5)
    assert len(engine.orders()) > 20
    assert_same(engine, other)


def test_a_port_with_other_luck_differs() -> None:
    engine, other = both(MesaMarket, consumers=200, days=1)
    town: Any = other.crowd
    town.luck.feed = engine.luck[draws.Stream.OPEN]
    engine.step()
    other.step()
    assert not engine.daily().equals(other.daily())


def test_draws_on_arrays() -> None:
    key = draws.stream_keys(SEED)[draws.Stream.FEED]
    first, second = np.arange(500) * 536_870, np.arange(500) * 33_000
    with np.errstate(over="ignore"):
        u, v = uniform(key, 11, first, second), uniform(key, 12, first, second)
        assert_array_equal(u, [draws.uniform(key, 11, int(i), int(j)) for i, j in zip(first, second, strict=True)])
    assert_array_equal(geometric_of(u, 40.0), [draws.geometric_of(x, 40.0) for x in u])
    assert_array_equal(geometric_of(u, 1.0), np.ones(500))
    np.testing.assert_allclose(gumbel_of(u), [draws.gumbel_of(x) for x in u], rtol=1e-12)
    np.testing.assert_allclose(normal_of(u, v), [draws.normal_of(x, y) for x, y in zip(u, v, strict=True)], atol=1e-14)


@pytest.mark.parametrize(
    ("value", "goal", "bound", "more", "verdict"),
    [
        (11.0, 10.0, 4.0, True, "met"),
        (10.0, 10.0, 4.0, True, "met"),
        (9.0, 10.0, 4.0, True, "not met"),
        (3.0, 10.0, 4.0, True, "out of bounds"),
        (14.0, 15.0, 40.0, False, "met"),
        (39.0, 15.0, 40.0, False, "not met"),
        (41.0, 15.0, 40.0, False, "out of bounds"),
        (3.0, 2.0, None, False, "not met"),
        (3.0, None, None, True, ""),
    ],
)
def test_verdict_on_a_figure(value: float, goal: float | None, bound: float | None, more: bool, verdict: str) -> None:
    assert Figure("speed", value, "1", goal, bound, more).verdict == verdict
