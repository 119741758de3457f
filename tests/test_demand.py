"""Promotion, prices and memory move what they should, and nothing else: markets that part by one thing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest

from experiments.measures.loyalty import shares_with_pool, take_pools_away
from experiments.measures.paired_markets import (
    Change,
    Span,
    a_product_each,
    branches,
    live,
    money,
    otherwise,
    outcomes,
    prices,
    unchanged,
    with_words,
)
from experiments.studies.models import demand as demand_runs
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Parameters
from sim.state.brands import Fund

SPAN = Span(part=60, start=75, end=135)
SOME = slice(1, None, 4)
PEOPLE, SEEDS = 2_000, (1, 2)
CHANGES: dict[str, Change] = {
    "nothing": unchanged,
    "no budgets": money(0),
    "eight budgets": money(8),
    "own budgets doubled": money(2, SOME),
    "dearer": prices(1.1),
    "twice as dear": prices(2),
    "some dearer": prices(1.1, SOME),
    "noisier": otherwise({"market": {"experience": {"noise": 1.4}}}),
    "no live rooms": otherwise({"creators": {"live_share": 0.0}}),
    "no recall": otherwise({"market": {"memory": {"seen": 0.0, "heard": 0.0, "use": 0.0}}}),
}


def parameters() -> Parameters:
    """A market as it is by default, only smaller."""
    return Parameters.model_validate({"market": {"consumers": PEOPLE}})


@cache
def runs() -> list[pd.DataFrame]:
    """Outcomes under each change, by seed."""
    found = []
    for seed in SEEDS:
        market = Market(parameters(), seed, burn_in=SPAN.part, keep_orders=True).run(SPAN.part)
        rows = {name: outcomes(live(branch, SPAN), SPAN, SOME) for name, branch in branches(market, CHANGES)}
        found.append(pd.DataFrame(rows).T)
    return found


def effects(changed: str, outcome: str) -> Iterator[float]:
    """Change of an outcome as a share of itself, by seed."""
    for one in runs():
        before, after = (float(one[outcome].to_numpy()[list(one.index).index(name)]) for name in ("nothing", changed))
        yield after / before - 1


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ("no budgets", "GMV"), ("no budgets", "orders"), ("eight budgets", "profit"), ("dearer", "orders"),
        ("dearer", "surplus"), ("twice as dear", "surplus"), ("noisier", "surplus"), ("noisier", "orders"),
        ("no live rooms", "returns"), ("no recall", "orders"), ("some dearer", "orders of treated"),
    ],
)  # fmt: skip
def test_it_falls(changed: str, outcome: str) -> None:
    assert all(effect < 0 for effect in effects(changed, outcome))


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [("eight budgets", "GMV"), ("own budgets doubled", "orders of treated"), ("own budgets doubled", "spent")],
)
def test_it_rises(changed: str, outcome: str) -> None:
    assert all(effect > 0 for effect in effects(changed, outcome))


def test_nothing_done_otherwise_changes_nothing() -> None:
    market = Market(parameters(), 3, burn_in=5, keep_orders=True).run(10)
    (_, branch), *_ = branches(market, {"nothing": unchanged})
    del branch
    for _, again in branches(market, {"nothing": unchanged}):
        pd.testing.assert_frame_equal(again.run(10).daily(), market.run(10).daily())


def test_returns_follow_the_moment_in_which_something_is_bought() -> None:
    for one in runs():
        live_rooms, shelf, recalled = (one[f"returns {name}"]["nothing"] for name in ("live", "shelf", "recall"))
        assert live_rooms > shelf > recalled


def test_money_that_is_there_is_spent() -> None:
    budget = parameters().brands.weekly_budget / 7 * 365
    for one in runs():
        assert one.at["nothing", "spent"] == pytest.approx(budget, rel=0.1)
        assert one.at["eight budgets", "spent"] == pytest.approx(8 * budget, rel=0.1)
        assert one.at["no budgets", "spent"] == 0


def test_friends_words_sell_what_they_speak_of() -> None:
    many = Parameters.model_validate({"market": {"consumers": 6_000}})
    market = Market(many, 1, burn_in=20, keep_orders=True).run(20)
    goods = a_product_each(market)
    pairs = np.arange(len(goods)) * len(market.m.products) + goods
    bought = []
    for _, branch in branches(market, {"none": with_words(0, goods), "three": with_words(3, goods)}):
        orders = branch.run(30).orders()
        later = orders[orders.day >= 20]
        bought.append(np.isin(pairs, later.consumer * len(branch.m.products) + later["product"]).sum())
    assert bought[1] > bought[0] + 3 * np.sqrt(bought[0] + bought[1])


def test_a_pool_of_the_own_is_paid_for_and_fills() -> None:
    shares = Parameters.model_validate({"market": {"consumers": 500}, "brands": shares_with_pool(Parameters())})
    market = Market(shares, 1)
    take_pools_away(market, slice(1, None, 2))
    market.run(40)
    accounts = market.m.creators[market.m.creators["brand"] >= 0]
    followers = accounts["audience"][np.argsort(accounts["brand"])]
    assert followers[::2].sum() > 0
    assert followers[1::2].sum() == 0
    assert market.m.brands["outlay"][::2, Fund.OWN].sum() > 0
    assert market.m.brands["outlay"][1::2, Fund.OWN].sum() == 0


def test_effects_are_paired_by_seed() -> None:
    """Two seeds of which the second sells ten times as much: what a change does to each is what counts."""
    before, after = pd.DataFrame({"orders": [100.0, 10.0]}), pd.DataFrame({"orders": [120.0, 13.0]})
    tables = [
        pd.DataFrame({"orders": [one, other]}, ["nothing", "dearer"])
        for one, other in zip(before.orders, after.orders, strict=True)
    ]
    made = demand_runs.by_seed(tables)
    runs = demand_runs.Runs(made, 2 * made, [], np.zeros((2, 4, 2)))
    assert demand_runs.effect(runs, "dearer", "orders").value == pytest.approx((0.2 + 0.3) / 2)
    assert demand_runs.effect(runs, "dearer", "orders", share=False).value == pytest.approx((20 + 3) / 2)
    assert demand_runs.elasticity(runs, "dearer", "orders", 1.1).value == pytest.approx(
        np.log([1.2, 1.3]).mean() / np.log(1.1)
    )
    assert demand_runs.level(runs, "orders").value == pytest.approx(55)
    assert demand_runs.sizes(runs, "orders")[:3] == pytest.approx((1, 1, 1))


def test_a_market_changes_course_only_in_what_is_no_part_of_its_world() -> None:
    market = Market(Parameters.model_validate({"market": {"consumers": 300}}), 1).run(3)
    other = market.parameters.model_dump() | {"graph": {"mean_degree": 20.0}}
    with pytest.raises(UserError, match="graph: the world is made of it"):
        market.change(Parameters.model_validate(other))


def test_a_market_that_changes_to_what_it_is_goes_on_as_if_it_had_not() -> None:
    settings = Parameters.model_validate({"market": {"consumers": 300}})
    one, other = (Market(settings, 1).run(5) for _ in range(2))
    pd.testing.assert_frame_equal(one.run(5).daily(), other.change(settings).run(5).daily())
