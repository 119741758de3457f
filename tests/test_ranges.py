"""Whatever the ranges of the parameters allow, the columns of a market hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import numpy as np
import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from small_markets import tables

from experiments.settings.mistakes import limits, validated
from experiments.settings.paths import merged
from sim import draws, ranges
from sim.agents.knowing import BRAND_KEY
from sim.checkpoint import TABLES
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Category, Group, Parameters
from sim.ranges import MOST_YUAN
from sim.records import NOBODY, Record
from sim.state.orders import Stage
from sim.state.pay import PayLine
from sim.state.people import Person
from sim.world import World

Path = tuple[str, ...]

RECORDS: dict[str, type[Record]] = {"people": Person, "pay": PayLine, **TABLES}

DAYS = 9  # past a settlement and a return of every kind that a test makes
TINY = {
    "market": {"consumers": 1100, "people": {"activity": 0.9}},
    "graph": {"mean_degree": 8},
    "platform": {"settlement_days": 2, "return_days": 3},
}
TOO_LARGE_TO_RUN: dict[Path, str] = {("market", "consumers"): "high"}  # checked against its columns below
APART = {"market.people.groups"}  # groups so small that all the ties there may be find no room in them
EXCLUDED = {"low": {"platform.share", "market.catalogue.categories"}}  # nobody at home; see the tests of lists


def numbers(model: type[BaseModel], above: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Every number that is declared below a group, by its path; of lists of groups, those of one member."""
    for name, field in model.model_fields.items():
        path, kind = (*above, name), field.annotation
        if kind in (int, float):
            yield path, field
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from numbers(kind, path)  # lists of groups have tests of their own, below


DECLARED = dict(numbers(Parameters))
OF_A_CATEGORY = dict(numbers(Category))


def nested(path: Path, value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def end_of(field: FieldInfo, which: str) -> float:
    low, high = limits(field)
    assert low is not None and high is not None, "a number needs both ends of a range"
    return low if which == "low" else high


OF_COMPETITION = ("join_cost", "growth_budget", "upkeep", "cash", "brands_at_start", "exclusive")
COMPETING: dict[str, Any] = {
    "membership": {"choice": True, "start": 0.5, "creators_review": 1.0, "brands_review": 1.0},
    "platform": {"share": 0.5, "growth_budget": 500.0}, "rivals": [{"name": "rival", "share": 0.5}],
}  # fmt: skip
"""Two platforms among which people, creators and brands choose."""


def alone(path: Path, which: str) -> dict[str, Any]:
    """The tiny market with one number at an end of its range, and what must go with it."""
    changed = merged(TINY, nested(path, end_of(DECLARED[path], which)))
    together: dict[str, dict[str, Any]] = {
        "creators.pool_least": {"creators": {"pool_most": ranges.MOST_PEOPLE}} if which == "high" else {},
        "creators.pool_most": {"creators": {"pool_least": 1}} if which == "low" else {},
        "creators.commission": {"platform": {"take_rate": 0.0}},
        "brands.ads": {"brands": {"kol": 0.0, "koc": 0.0}},
        "brands.kol": {"brands": {"ads": 0.0, "koc": 0.0}},
        "brands.koc": {"brands": {"ads": 0.0, "kol": 0.0}},
        "brands.own": {"brands": {"ads": 0.0, "kol": 0.0, "koc": 0.0}} if which == "high" else {},
        "market.consumers": {"graph": {"mean_degree": 4}},
        "platform.live_discount": {"creators": {"commission": 0.05}},
        "membership.asked_least": {"membership": {"asked_most": ranges.MOST_PEOPLE}} if which == "high" else {},
    }
    if path[0] == "membership" or path[-1] in OF_COMPETITION:
        changed = merged(COMPETING, changed)
    return merged(changed, together.get(".".join(path), {}))


def check(settings: dict[str, Any]) -> Market:
    """Run a market and see that nothing went beyond its column; its accounts are closed every day by themselves."""
    market = Market(validated(Parameters, settings), seed=5, keep_orders=True).run(DAYS)
    orders, m, consumers = market.orders(), market.m, market.consumers
    assert m.listings["price"].min() >= 1 and m.listings["price"].max() <= 100 * MOST_YUAN
    assert (orders.price >= 1).all() and (orders.price <= 100 * MOST_YUAN).all()
    assert (orders.coupon >= 0).all() and (orders.coupon <= orders.price).all()
    assert m.consumers["wallet"].min() >= 0 and m.people["income"].min() >= 0
    assert (consumers.get("due") > market.day - DAYS - 1).all()
    assert (consumers.get("lapse") > consumers.get("due")).all()
    assert m.people["home"].max(initial=0) < len(market.platforms)
    tiers = len(market.parameters.market.people.city_tiers)
    assert m.people["city_tier"].min() >= 1 and m.people["city_tier"].max() <= tiers
    products = len(market.world.goods.category)
    for column in (m.memories["product"], orders["product"].to_numpy()):
        assert ((column >= NOBODY) & (column.astype(int) < products)).all()
    sizes = {"categories": m.categories} | {
        name: len(getattr(m, name)) for name in ("people", "creators", "products", "brands", "platforms", "posts")
    }
    for name, table in tables(market).items():
        RECORDS[name].check(table, name, sizes)  # finite numbers within their ranges
    assert (m.follows["met"][m.follows["creator"] >= 0] >= 1).all()
    assert all(np.isfinite(value) or np.isnan(value) for value in market.result().outcomes.values())
    daily = market.daily()
    assert (daily[["gmv", "buyers", "kocs"]] >= 0).all(axis=None)
    return market


def test_the_market_that_is_moved_sells_and_settles() -> None:
    market = check(TINY)
    orders = market.orders()
    assert len(orders) > 150 and orders.returned.any() and (orders.stage >= Stage.DIVIDED).any()


def ids(values: list[tuple[Path, str]]) -> list[str]:
    return [f"{'.'.join(path)}-{which}" for path, which in values]


CASES = [
    (path, which)
    for path in DECLARED
    for which in ("low", "high")
    if TOO_LARGE_TO_RUN.get(path) != which and ".".join(path) not in EXCLUDED.get(which, ())
]


@pytest.mark.parametrize(("path", "which"), CASES, ids=ids(CASES))
def test_a_market_at_either_end_of_any_range_keeps_its_accounts_and_columns(path: Path, which: str) -> None:
    check(alone(path, which))


@pytest.mark.parametrize("name", [path[0] for path in OF_A_CATEGORY])
@pytest.mark.parametrize("which", ["low", "high"])
def test_so_does_a_market_of_one_category_at_either_end(name: str, which: str) -> None:
    category = {"name": "only", name: end_of(OF_A_CATEGORY[(name,)], which)}
    check(merged(TINY, {"market": {"catalogue": {"categories": [category]}, "people": {"budget": 1e6}}}))


@pytest.mark.parametrize("which", ["low", "high"])
def test_so_does_a_market_with_everything_at_one_end_that_goes_together(which: str) -> None:
    """One after the other is moved there; what would contradict what has been moved stays."""
    settings, left = TINY, []
    for path, field in DECLARED.items():
        if ".".join(path) in APART or path == ("market", "consumers"):
            continue
        moved = merged(settings, nested(path, end_of(field, which)))
        try:
            validated(Parameters, moved)
        except UserError:
            left.append(".".join(path))
        else:
            settings = moved
    check(settings)
    assert len(left) < 12, left


def test_so_do_the_largest_lists() -> None:
    categories = [{"name": f"c{k}"} for k in range(ranges.MOST_CATEGORIES)]
    many = {
        "market": {
            "consumers": 1100,
            "catalogue": {"categories": categories, "products_per_category": 200},
            "people": {"city_tiers": [2.0] * ranges.MOST_CITY_TIERS},
        },
        "brands": {"count": ranges.MOST_BRANDS},
        "rivals": [{"name": f"r{k}"} for k in range(ranges.MOST_PLATFORMS - 1)],
    }
    market = check(many)
    homes, tiers = market.m.people["home"], market.m.people["city_tier"]
    assert len(np.unique(homes)) > 200 and homes.max() == ranges.MOST_PLATFORMS - 1
    assert len(np.unique(tiers)) > 200 and tiers.max() == ranges.MOST_CITY_TIERS


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rivals": [{"name": f"r{k}"} for k in range(256)]}, "rivals: 256 given, expected at most 255"),
        ({"market": {"people": {"city_tiers": [0.1] * 256}}}, "city_tiers: 256 given, expected 1 to 255 shares"),
        ({"brands": {"count": 65}}, "brands.count=65: expected a whole number from 1 to 64"),
        (
            {"market": {"catalogue": {"categories": [{"name": str(k)} for k in range(17)]}}},
            "categories: 17 given, expected 1 to 16",
        ),
        ({"market": {"catalogue": {"price_spread": 1, "quality_premium": 1}}}, "expected at most 21,474,836"),
        ({"market": {"attention": {"interest": 3}, "people": {"taste_spread": 5}}}, "expected at most 88"),
    ],
    ids=["platforms", "tiers", "brands", "categories", "prices", "taste"],
)  # fmt: skip
def test_what_a_column_could_not_hold_is_refused_with_its_bound(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as told:
        validated(Parameters, settings)
    assert said in str(told.value)


NONSENSE: dict[str, tuple[dict[str, Any], str]] = {
    "no tiers": ({"market": {"people": {"city_tiers": []}}}, "market.people.city_tiers: 0 given"),
    "empty tiers": ({"market": {"people": {"city_tiers": [0, 0, 0]}}}, "market.people.city_tiers: nobody lives"),
    "negative": (
        {"market": {"people": {"city_tiers": [-1, 2]}}},
        "market.people.city_tiers.0=-1: expected a number from 0 to 1000000000",
    ),
    "nan": ({"market": {"people": {"city_tiers": [float("nan")]}}}, "market.people.city_tiers.0=NaN: expected a num"),
    "inf": ({"market": {"catalogue": {"categories": [{"name": "a", "price": float("inf")}]}}}, "price=Infinity"),
    "numbers": ({"rules": {"numbers": [float("nan")]}}, "rules.numbers.0=NaN: expected a number"),
    "share": ({"platform": {"share": 0}}, "platform.share=0: nobody is at home"),
    "shares": ({"platform": {"share": 0}, "rivals": [{"name": "b", "share": 0}]}, "platform.share=0: nobody"),
    "threshold": ({"creators": {"kol_threshold_most": 1e29}}, "creators.kol_threshold_most=999"),
    "pools": ({"creators": {"pool_least": 600}}, "creators.pool_least=600 is above pool_most=500"),
    "ranking": (
        {"platform": {"feed": {"popularity": 0, "merit": 0, "paid": 0}}}, "platform.feed: popularity + merit + paid = 0"
    ),
    "ranking of a rival": (
        {"rivals": [{"name": "b", "feed": {"popularity": 0, "merit": 0, "paid": 0}}]}, "rivals.0.feed: popularity"
    ),
    "rivals of one name": ({"rivals": [{"name": "b"}, {"name": "b"}]}, "rivals: two platforms have the name 'b'"),
    "names": ({"market": {"catalogue": {"categories": [{"name": "a"}, {"name": "a"}]}}}, "categories: a is given 2"),
    "path": ({"graph": {"path": "a\0b"}}, "graph.path"),
}  # fmt: skip


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused_where_it_is_declared(case: str) -> None:
    settings, said = NONSENSE[case]
    with pytest.raises(UserError) as told:
        validated(Parameters, settings)
    assert said in str(told.value) and "\n" not in str(told.value)


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        kind = get_args(field.annotation)[0] if get_origin(field.annotation) is tuple else field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from models(kind)


def test_every_number_has_both_ends_of_a_range() -> None:
    assert len(DECLARED) > 120
    open_ended = [
        f"{model.__name__}.{name}"
        for model in models(Parameters)
        for name, field in model.model_fields.items()
        if field.annotation in (int, float) and None in limits(field)
    ]
    assert open_ended == []
    assert all(model.model_config.get("allow_inf_nan") is False for model in models(Parameters))
    assert all(issubclass(model, Group) for model in models(Parameters))


def test_bounds_are_those_of_the_draws_and_columns() -> None:
    assert ranges.MOST_DAYS == draws.MOST_DAYS - 1
    assert ranges.MOST_PEOPLE < BRAND_KEY and BRAND_KEY + ranges.MOST_BRANDS < draws.MOST_FIRST
    assert ranges.MOST_PLATFORMS - 1 == np.iinfo(np.uint8).max == ranges.MOST_CITY_TIERS
    most_products = limits(DECLARED["market", "catalogue", "products_per_category"])[1]
    assert most_products is not None and ranges.MOST_CATEGORIES * most_products <= np.iinfo(np.int16).max
    assert np.iinfo(np.int32).max >= 100 * MOST_YUAN
    assert draws.normal_of(0.5 * 2.0**-32, 0.0) < ranges.FARTHEST
    assert np.isfinite(np.exp(np.float32(ranges.LARGEST_EXPONENT)))


def test_a_market_ends_before_its_draws_repeat() -> None:
    world = World.build(validated(Parameters, {"market": {"consumers": 20}, "graph": {"mean_degree": 4}}), 1)
    market = Market(validated(Parameters, {"market": {"consumers": 20}, "graph": {"mean_degree": 4}}), 1, world=world)
    with pytest.raises(UserError, match="5000 days: expected at most 4095"):
        market.run(5000)
    market.m = market.m._replace(day=ranges.MOST_DAYS)
    with pytest.raises(UserError, match="4096 days: expected at most 4095"):
        market.step()
