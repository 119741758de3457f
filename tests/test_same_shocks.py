from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_markets import assert_same, columns, fingerprint, market, parameters

from sim.checkpoint import load, save
from sim.engine.passes import live_all
from sim.errors import UserError
from sim.graphs.graph import Graph
from sim.market import Market
from sim.records import NOBODY, joined
from sim.state.channels import Channel
from sim.state.people import FOLLOW_SLOTS
from sim.world import World
from sim.world.past import Past

HERE = Path(__file__).parent
DAYS = 20
COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "1"
# All at once: creators, live rooms, mark-ups, coupons, own pools, talk, money held, a second platform, entry and exit.
BUSY: dict[str, Any] = {
    "market": {
        "people": {"sociability": 0.5, "budget": 3_000},
        "attention": {"ask": 0.5},
        "choice": {"outside": -4.0},
        "experience": {"return_below": 0.5, "noise": 1.5},
        "sharing": {"friends_told": 4},
    },
    "creators": {
        "koc_share": 0.03, "patience": 3, "entry": 0.5, "leave": 0.1, "answers": 1.0, "posts_fixed": 2.0,
        "resale_margin": 0.05, "unpaid": 0.5,
    },
    "brands": {"ads": 0.2, "kol": 0.3, "koc": 0.3, "own": 0.2, "adapt": 0.5, "weekly_budget": 2.0},
    "platform": {"coupon": 0.1, "live_discount": 0.1, "settlement_days": 3, "return_days": 5, "share": 0.7},
    "rivals": [{"share": 0.3, "take_rate": 0.0}],
}  # fmt: skip
SMALL = {**BUSY, "market": {**BUSY["market"], "consumers": 80, "choice": {"outside": -6.0}}}


@pytest.fixture(scope="module")
def busy() -> Market:
    p = parameters(**BUSY)
    return Market(p, 1, world=World.build(p, 1), keep_orders=True).run(DAYS)


def test_all_mechanisms_are_at_work(busy: Market) -> None:
    """Or equality would prove little."""
    orders, creators, accounts = busy.orders(), busy.m.creators, busy.m.brands["account"]
    assert set(orders.channel) == set(Channel)
    assert orders.paid.any() and (orders.margin > 0).any() and (orders.commission > 0).any()
    assert (busy.m.brands["outlay"].sum(axis=0) > 0).all()
    assert orders.returned.any()
    assert orders.coupon.any()
    assert (creators["since"] > 0).any()
    assert not creators["active"].all()
    assert (creators["audience"][accounts] > 0).any()
    assert busy.daily().answers.sum() < busy.daily().questions.sum()
    assert set(busy.m.people["home"]) == {0, 1}


def test_a_run_is_a_function_of_parameters_and_seed(busy: Market) -> None:
    assert_same(market(days=DAYS, **BUSY), busy)


# --- one more person ------------------------------------------------------------------------------------------------


def with_hermit(world: World) -> World:
    """The world with one more person, who knows nobody, follows nobody and never looks; nor has bought anything."""
    graph = Graph(np.append(world.graph.offsets, world.graph.offsets[-1]), world.graph.friends)
    people = joined([world.people, world.people[:1]])
    people["activity"][-1] = 0.0
    consumers = joined([world.consumers, world.consumers[:1]])
    consumers["creator"][-1] = NOBODY
    follows = joined([world.follows, world.follows[:1]])
    follows["creator"][-1] = NOBODY
    past = Past(*(np.concatenate([column, column[:1]]) for column in world.past))
    return replace(world, graph=graph, people=people, consumers=consumers, follows=follows, past=past)


def test_an_isolated_consumer_changes_nobody_elses_life(busy: Market) -> None:
    more = Market(busy.parameters, 1, world=with_hermit(busy.world), keep_orders=True).run(DAYS)
    people = len(busy.m.people)
    assert len(more.consumers) == people + 1
    assert_same(more, busy, people)
    assert more.m.consumers["wallet"][people] > 0
    assert (more.m.consumers["due"][people] >= 0).all()
    assert (more.m.follows["creator"][people] == [NOBODY] * FOLLOW_SLOTS).all()
    assert (more.m.memories["product"][people] == NOBODY).all()


def with_former_creator(world: World) -> World:
    """The world with one more row before all creators, of somebody who left the business before the first day."""
    creators = joined([world.creators[:1], world.creators])
    creators["active"][0] = False
    creators["consumer"][0] = NOBODY
    follows, consumers = world.follows.copy(), world.consumers.copy()
    for row in (follows["creator"], consumers["creator"]):
        row[row >= 0] += 1
    return replace(world, creators=creators, follows=follows, consumers=consumers)


def test_shocks_do_not_depend_on_the_row_in_which_a_creator_stands(busy: Market) -> None:
    """Rows follow from who entered before, which policies change; followers, pay and posts must not notice."""
    moved = Market(busy.parameters, 1, world=with_former_creator(busy.world), keep_orders=True).run(DAYS)
    ours, theirs = busy.orders(), moved.orders()
    theirs["creator"] = np.where(theirs["creator"] > 0, theirs["creator"] - 1, NOBODY)
    pd.testing.assert_frame_equal(theirs, ours, check_dtype=False)
    pd.testing.assert_frame_equal(moved.daily(), busy.daily())
    for name in ("creator_balance", "creator"):
        theirs_held = getattr(moved.m.accounts, name)[1:]
        np.testing.assert_array_equal(theirs_held, getattr(busy.m.accounts, name))


# --- threads, order, one by one -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threads", "stretch"), [(1, 37), (2, 64)])
def test_stretches_and_threads_change_nothing(
    busy: Market, threads: int, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = "engine.consumer_pass.STRETCH", "engine.consumer_pass.ARRIVALS", "step.CREATORS", "order_table.ROWS"
    for length in (*lengths, "opening.PEOPLE", "markets.confirmation.ORDERS"):
        monkeypatch.setattr(f"sim.{length}", stretch)
    assert_same(Market(busy.parameters, 1, threads=threads, keep_orders=True).run(DAYS), busy)


def test_threads_add_up_block_by_block(busy: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("results.trust_survey", "world.audience"):
        monkeypatch.setattr(f"sim.{module}.BLOCK", 37)
    one, two = (Market(busy.parameters, 1, threads=n, keep_orders=True).run(DAYS) for n in (1, 2))
    assert_same(one, two)
    np.testing.assert_allclose(one.daily()["trust"], busy.daily()["trust"], rtol=1e-12)


def test_agents_who_step_one_by_one_live_as_the_compiled_pass(busy: Market) -> None:
    """In any order; in that of the rows `test_mesa_idioms` has it."""
    one = Market(busy.parameters, 1, keep_orders=True)
    for _ in range(DAYS):
        one.open_day()
        one.consumers.shuffle_do("step")
        one.close_day()
    assert_same(one, busy)


def test_some_may_step_alone_and_the_rest_together(busy: Market) -> None:
    one = Market(busy.parameters, 1, keep_orders=True)
    for _ in range(DAYS):
        one.open_day()
        for person in one.consumers[40:60]:
            person.step()
        one.live(60)
        one.live(0, 40)
        one.close_day()
    assert_same(one, busy)


# --- compiled and plain Python --------------------------------------------------------------------------------------

IN_PLAIN_PYTHON = """
import sys, warnings
warnings.simplefilter("ignore", RuntimeWarning)
from small_markets import fingerprint, market
from test_same_shocks import COMPILED, SMALL
assert not COMPILED
print(fingerprint(market(seed=2, days=int(sys.argv[1]), **SMALL)))
"""


@pytest.mark.skipif(not COMPILED, reason="compares with the compiled run")
@pytest.mark.parametrize("days", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_plain_python_agrees_to_the_bit(days: int) -> None:
    command = [sys.executable, "-c", IN_PLAIN_PYTHON, str(days)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    plain = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=True).stdout
    compiled = market(seed=2, days=days, **SMALL)
    assert len(compiled.orders()) > 40
    assert plain.strip() == fingerprint(compiled)


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_no_policy_makes_the_day_compile_anew() -> None:
    """Columns of another layout would: a minute lost, whenever somebody adds a platform."""
    market(days=1)
    before = len(live_all.signatures)  # type: ignore[attr-defined]
    market(days=1, **BUSY)
    assert len(live_all.signatures) == before  # type: ignore[attr-defined]


# --- seeds and arms -------------------------------------------------------------------------------------------------


def test_neighbouring_seeds_have_nothing_in_common() -> None:
    """Whoever is the same person under two seeds differs in everything that is drawn."""
    one, other = market(seed=7, days=5), market(seed=8, days=5)
    assert not set(one.world.keys.tolist()) & set(other.world.keys.tolist())
    people = len(one.m.people)
    for name in ("taste", "activity", "sensitivity", "sociability", "income"):
        mine, yours = (m.consumers.get(name).astype(float).reshape(people, -1).T for m in (one, other))
        for here, there in zip(mine, yours, strict=True):
            assert abs(np.corrcoef(here, there)[0, 1]) < 4 / people**0.5
            assert np.mean(here == there) < 0.02
    here, there = one.world.goods.quality, other.world.goods.quality
    assert abs(np.corrcoef(here, there)[0, 1]) < 4 / len(here) ** 0.5


ARMS: dict[str, dict[str, Any]] = {
    "take": {"platform": {"take_rate": 0.08}},
    "free": {"platform": {"take_rate": 0.0}},
    "public": {"creators": {"koc_share": 0.015, "private_share_koc": 0.0}},
}


def test_a_market_that_builds_its_world_goes_on_with_its_tables_and_others_build_it_again() -> None:
    p = parameters()
    world = World.build(p, 4)
    alone, given = Market(p, 4).run(3), Market(p, 4, world=world).run(3)
    assert not np.shares_memory(given.m.follows, world.follows)
    with pytest.raises(UserError, match=r"world\.follows: .* expected one of World\.build"):
        _ = alone.world.follows
    again = Market(p, 4, world=alone.world).run(3)
    for one in (given, again):
        pd.testing.assert_frame_equal(one.daily(), alone.daily())


def test_the_order_of_arms_is_irrelevant() -> None:
    world = World.build(parameters(), 5)

    def run(names: list[str]) -> dict[str, str]:
        return {n: fingerprint(Market(parameters(**ARMS[n]), 5, world=world, keep_orders=True).run(8)) for n in names}

    there, back = run([*ARMS]), run([*reversed(ARMS)])
    assert there == back
    assert len(set(there.values())) == len(ARMS)
    alone = {name: fingerprint(market(seed=5, days=8, **arm)) for name, arm in ARMS.items()}
    assert there == alone  # a world of its own or a shared one: the same world


SEEN = ("consumers", "memories", "follows", "orders", "products", "listings")


def test_arms_share_their_shocks() -> None:
    """An arm that charges what no consumer sees differs in money alone."""
    unseen = {"pass_through": 0.0, "weekly_budget": 1e4}  # neither prices nor budgets feel it
    one, other = (market(seed=3, days=14, brands=unseen, platform={"take_rate": take}) for take in (0.01, 0.1))
    money = {"orders.fee", "orders.rest"}
    theirs = dict(columns(other))
    for name, column in columns(one):
        if name.split(".")[0] in SEEN and name not in money:
            np.testing.assert_array_equal(column, theirs[name], err_msg=name)
    assert one.result().outcomes["revenue_take"] < other.result().outcomes["revenue_take"]


# --- changed on the way ---------------------------------------------------------------------------------------------


def test_a_change_to_what_is_so_already_changes_nothing(busy: Market) -> None:
    assert_same(market(days=8, **BUSY).change(parameters(**BUSY)).run(DAYS - 8), busy)


def test_markets_that_part_have_the_same_past_and_the_same_shocks() -> None:
    """A take that no consumer sees begins on a day: before it all is the same, and after it all but money."""
    unseen = {"brands": {"pass_through": 0.0, "weekly_budget": 1e4}}
    stays = market(seed=3, days=14, platform={"take_rate": 0.01}, **unseen)
    parts = market(seed=3, days=6, platform={"take_rate": 0.01}, **unseen)
    parts.change(parameters(platform={"take_rate": 0.1}, **unseen)).run(8)
    ours, theirs = stays.orders(), parts.orders()
    early = ours.day < 6
    pd.testing.assert_frame_equal(ours[early], theirs[early])
    money = ["fee", "rest"]
    pd.testing.assert_frame_equal(ours.drop(columns=money), theirs.drop(columns=money))
    np.testing.assert_array_equal(theirs.fee, theirs.price * np.where(early, 1, 10) // 100)
    assert parts.platforms[0].policy.take_rate == 0.1


def test_costs_and_prices_change_on_the_day() -> None:
    one = market(days=3)
    before = one.m.listings["price"].copy()
    one.change(parameters(brands={"cost": 0.5, "pass_through": 0.0}, market={"choice": {"outside": -3.0}}))
    np.testing.assert_array_equal(one.m.products["cost"], np.floor(0.5 * np.round(one.world.goods.list_price)))
    np.testing.assert_array_equal(one.m.listings["price"][0], np.round(one.world.goods.list_price))
    assert (one.m.listings["price"] < before).all()
    orders = one.run(2).orders()
    assert (orders.cost == one.m.products["cost"][orders["product"]])[orders.day >= 3].all()


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"market": {"people": {"activity": 0.5}}}, "people: the world is made of it; expected only policy"),
        ({"creators": {"koc_share": 0.5e-2}}, "creators: the world is made of it"),
        ({"brands": {"own": 0.1, "ads": 0.2}}, r"brands\.own: own accounts are opened on the first day"),
    ],
)
def test_what_the_world_is_made_of_cannot_change(groups: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        market(days=1).change(parameters(**groups))


# --- stopped and continued ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [0, 9])
def test_a_market_put_aside_goes_on_as_if_it_had_never_stopped(busy: Market, day: int, tmp_path: Path) -> None:
    path = tmp_path / "aside"
    market(days=day, **BUSY).save(path)
    again = Market.load(path)
    assert again.day == day
    assert_same(again.run(DAYS - day), busy)


def test_a_market_is_not_changed_by_being_put_aside(busy: Market, tmp_path: Path) -> None:
    one = market(days=5, **BUSY)
    one.save(tmp_path / "aside")
    again = load(Market, tmp_path / "aside").run(1)
    assert_same(one.run(DAYS - 5), busy)
    again.run(DAYS - 6)
    assert_same(again, busy)
    assert [path.name for path in tmp_path.iterdir()] == ["aside"]


def test_burn_in_and_the_order_of_shuffling_survive(tmp_path: Path) -> None:
    def made() -> Market:
        return Market(parameters(**BUSY), 6, burn_in=4, keep_orders=True)

    whole = made().run(10)
    half = made().run(5)
    half.save(tmp_path / "half")
    again = Market.load(tmp_path / "half").run(5)
    assert_same(again, whole)
    assert again.result().outcomes["orders"] < len(again.orders())
    assert again.steps == whole.steps == 10
    assert [a.row for a in again.consumers.shuffle()[:9]] == [a.row for a in whole.consumers.shuffle()[:9]]
    assert again.rng.random() == whole.rng.random()


def test_a_world_of_ones_own_is_given_again(busy: Market, tmp_path: Path) -> None:
    world = with_hermit(busy.world)
    one = Market(busy.parameters, 1, world=world, keep_orders=True).run(4)
    save(one, tmp_path / "aside")
    assert_same(Market.load(tmp_path / "aside", world=world).run(4), one.run(4))
    with pytest.raises(UserError, match=r"holds 301 people, and the world has 300; expected world="):
        Market.load(tmp_path / "aside")
