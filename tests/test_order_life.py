"""The life of an order: ordered, confirmed or cancelled, received, divided or refunded; stock, deals, platforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from small_markets import assert_same, market, received_of

from sim.market import Market
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Stage

LIVELY: dict[str, Any] = {
    "market": {
        "people": {"budget": 4_000},
        "choice": {"outside": -8.0},
        "experience": {"return_below": 0.0, "noise": 2.0},
        "catalogue": {"products_per_category": 4},
    },
    "creators": {"koc_share": 0.05, "kol_count": 6},
    "brands": {"ads": 0.2, "kol": 0.3, "koc": 0.3, "count": 4},
}
ONE_PRODUCT: dict[str, Any] = {"categories": [{"name": "good", "interval": 1}], "products_per_category": 1}
NO_CREATORS: dict[str, Any] = {"creators": {"koc_share": 0, "kol_count": 0}, "brands": {"weekly_budget": 0}}


def lively(platform: dict[str, Any] | None = None, **catalogue: Any) -> dict[str, Any]:
    groups = {**LIVELY, "market": {**LIVELY["market"]}, "platform": platform or {}}
    groups["market"]["catalogue"] = {**LIVELY["market"]["catalogue"], **catalogue}
    return groups


def assert_money_is_where_it_belongs(one: Market, start: np.ndarray[Any, Any]) -> None:
    """Wallets and what consumers have paid in all, to the fen: what is cancelled or refunded costs nobody anything."""
    orders = one.orders()
    lasting = orders[~orders.stage.isin([Stage.REFUNDED, Stage.CANCELLED])]
    spent = np.zeros(len(start), np.int64)
    np.add.at(spent, lasting.consumer, lasting.price - lasting.coupon)
    np.testing.assert_array_equal(one.m.consumers["wallet"], start + one.day * one.m.people["income"] - spent)
    assert one.m.accounts.consumers[0] == -spent.sum()
    assert (one.m.accounts.escrow == one.pending()).all()


def wallets(one: Market) -> np.ndarray[Any, Any]:
    return one.m.consumers["wallet"].astype(np.int64)


# --- delivery -------------------------------------------------------------------------------------------------------


def test_delivery_does_not_change_what_is_ordered_on_the_first_day() -> None:
    """Nor what is then received, but for the day."""
    soon, late = market(days=3, **lively({"delivery_days": 0})), market(days=3, **lively({"delivery_days": 2}))
    ours, theirs = (one.orders()[one.orders().day == 0].reset_index(drop=True) for one in (soon, late))
    assert len(ours) > 50
    chosen = ["consumer", "product", "channel", "creator", "price", "coupon", "claim", "expected", "liking"]
    pd.testing.assert_frame_equal(ours[chosen], theirs[chosen])
    pd.testing.assert_frame_equal(ours[["experienced", "returned"]], theirs[["experienced", "returned"]])
    assert (ours.received == 0).all()
    assert (theirs.received == 2).all()


@pytest.mark.parametrize("days", [0, 1, 2, 5])
def test_what_is_sent_arrives_after_the_days_of_delivery(days: int) -> None:
    one = market(days=9, **lively({"delivery_days": days}))
    orders = one.orders()
    arrives = orders.day + days
    np.testing.assert_array_equal(orders.received, np.where(arrives < one.day, arrives, -1))
    assert (orders.received >= 0).any()


def test_nothing_is_experienced_before_it_arrives() -> None:
    one = market(days=3, **lively({"delivery_days": 3}))
    orders = one.orders()
    assert len(orders) > 100
    assert set(orders.stage) == {Stage.CONFIRMED}
    for name in ("experienced", "returned", "satisfying", "reviewed", "candidate", "met", "surplus"):
        assert not orders[name].any(), name
    assert not one.m.products["bought"].any()
    assert len(one.m.inbox) == 0
    assert not (orders.channel == Channel.FRIEND).any()
    used = one.m.memories["used"].astype(int).sum()
    one.step()
    first = one.orders()[lambda table: table.day == 0]
    assert (first.experienced != 0).all()
    assert one.m.products["bought"].sum() == len(first)
    assert one.m.memories["used"].astype(int).sum() > used + len(first) / 2  # some in the place of others
    assert (one.m.memories["product"][first.consumer] == first["product"].to_numpy()[:, None]).any(axis=1).all()


def test_what_is_on_its_way_is_not_needed_meanwhile() -> None:
    """A good needed every day and looked for by everybody is bought once in every four days: three on the way."""
    groups = {
        "market": {
            "catalogue": ONE_PRODUCT, "people": {"activity": 1.0, "budget": 1e5},
            "attention": {"public_slots": 0, "search": 1.0, "search_results": 1},
            "choice": {"outside": -10.0}, "need": {"shape": 1_000}, "sharing": {"friends_told": 0},
        },
        **NO_CREATORS,
    }  # fmt: skip
    orders = market(days=12, **groups, platform={"delivery_days": 3}).orders()
    gaps = orders.sort_values(["consumer", "day"]).groupby("consumer").day.diff().dropna()
    assert gaps.min() == 4
    assert market(days=12, **groups, platform={"delivery_days": 0}).orders().groupby("consumer").day.diff().min() == 1


def test_returns_count_from_arrival_and_payouts_from_purchase() -> None:
    """After 7 days: returned orders refunded 2 days after arrival on day 3; others divided on day 4."""
    policy = {"delivery_days": 3, "settlement_days": 4, "return_days": 2}
    one = market(**lively(policy))
    seen = []
    for _ in range(7):
        one.step()
        first = one.orders()[lambda table: table.day == 0]
        seen.append((set(first.stage[~first.returned]), set(first.stage[first.returned])))
    kept, back = zip(*seen, strict=True)
    assert kept == ({1}, {1}, {1}, {2}, {3}, {3}, {3})
    assert back == (set(), set(), set(), {2}, {3}, {4}, {4})


def test_nothing_is_paid_out_before_it_arrives() -> None:
    one = market(**lively({"delivery_days": 4, "settlement_days": 1}))
    for day in range(6):
        one.step()
        first = one.orders()[lambda table: table.day == 0]
        assert set(first.stage[~first.returned]) == {Stage.CONFIRMED if day < 4 else Stage.DIVIDED}


# --- stock ----------------------------------------------------------------------------------------------------------


def test_no_more_is_sold_than_there_is() -> None:
    """Units of a delivery are for the days until the next; nobody is refused while some are left."""
    units, days = 3, 4
    one = market(**lively(stock=round(units * 10_000 / 300), stock_days=days))
    start = wallets(one)
    one.run(12)
    orders = one.orders()
    confirmed = orders[orders.stage != Stage.CANCELLED]
    sold = confirmed.groupby(["product", confirmed.day // days]).size()
    wanted = orders.groupby(["product", orders.day // days]).size()
    np.testing.assert_array_equal(sold.reindex(wanted.index, fill_value=0), np.minimum(wanted, units))
    assert (wanted > units).any() and (wanted < units).any()
    assert_money_is_where_it_belongs(one, start)
    assert one.result().outcomes["orders"] == len(confirmed)
    assert one.result().outcomes["gmv"] == confirmed.price.sum() / 100


def test_who_goes_without_is_drawn_by_lot() -> None:
    """Nobody comes first for standing first in the table: row numbers of those served are those of all."""
    goods = {"catalogue": {**ONE_PRODUCT, "stock": round(20 * 10_000 / 300), "stock_days": 1}}
    served, refused = [], []
    for seed in range(12):
        policy = {"market": {**LIVELY["market"], **goods, "choice": {"outside": -9.0}}, "platform": {}}
        one = market(seed, 3, **{**LIVELY, **policy})
        orders = one.orders()
        went_without = orders.stage == Stage.CANCELLED
        served += orders.consumer[~went_without].tolist()
        refused += orders.consumer[went_without].tolist()
    assert min(len(served), len(refused)) > 300
    assert stats.ks_2samp(served, refused).pvalue > 0.01
    assert min(served) < 30 and max(served) > 270


def test_those_who_went_without_need_it_still() -> None:
    goods = {"catalogue": {**ONE_PRODUCT, "stock": 1, "stock_days": 60}}
    one = market(days=8, **{**LIVELY, "market": {**LIVELY["market"], **goods}})
    orders = one.orders()
    assert (orders.stage != Stage.CANCELLED).sum() == 1  # one unit, for all days
    assert orders.groupby("consumer").size().max() > 2
    assert one.m.consumers["coming"].sum() <= 1


def test_stock_is_told_of_each_product() -> None:
    one = market(**lively(stock_days=1))
    one.m.products["units"][0] = 1
    orders = one.run(8).orders()
    refused, wanted = orders.stage == Stage.CANCELLED, orders["product"] == 0
    assert (orders[wanted].groupby("day").size() > 1).any()
    np.testing.assert_array_equal(orders[wanted & ~refused].day, np.unique(orders.day[wanted]))
    assert not refused[~wanted].any()


def test_without_a_limit_stock_is_as_if_it_were_not_there() -> None:
    assert_same(market(days=8, **lively(stock=0, stock_days=3)), market(days=8, **lively()))
    plenty, unlimited = market(days=8, **lively(stock=1_000_000)), market(days=8, **lively())
    pd.testing.assert_frame_equal(plenty.orders(), unlimited.orders())
    pd.testing.assert_frame_equal(plenty.daily(), unlimited.daily())


# --- deals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("needs", [1, 2])
def test_whoever_is_served_in_a_deal_has_partners(needs: int) -> None:
    groups = lively({"deal": {"needs": needs, "days": 2, "cut": 0.1}}, products_per_category=8)
    groups["market"]["consumers"] = 100
    one = market(**groups)
    start, waited = wallets(one), 0
    for _ in range(9):
        one.step()
        orders = one.orders()
        waiting = orders[orders.stage == Stage.ORDERED]
        served = orders[~orders.stage.isin([Stage.ORDERED, Stage.CANCELLED])]
        assert (served.groupby("product").size() % (needs + 1) == 0).all()
        assert waiting.groupby("product").size().max() <= needs
        assert (one.day - 1 - waiting.day < 2).all()
        waited += len(waiting)
        # the earliest first: nobody is served while an earlier order of the product waits
        for product, first in waiting.groupby("product").order.min().items():
            assert not (served.order[served["product"] == product] > first).any()
    assert waited > 10
    assert len(served) > 100
    assert (orders.stage == Stage.CANCELLED).any()
    assert_money_is_where_it_belongs(one, start)


def test_an_order_in_a_deal_arrives_some_days_after_others_are_found() -> None:
    orders = received_of(market(days=10, **lively({"delivery_days": 2, "deal": {"needs": 1, "days": 3}})).orders())
    took = orders.received - orders.day
    assert (took.min(), took.max()) == (2, 5)  # on the third day without others it is cancelled, unless they come
    assert (took == 3).any()


def test_a_deal_that_nobody_needs_changes_nothing() -> None:
    idle, without = market(days=8, **lively({"deal": {"needs": 0, "days": 5}})), market(days=8, **lively())
    idle.m.platforms["deal_days"] = without.m.platforms["deal_days"]
    assert_same(idle, without)


@pytest.mark.parametrize("days", [0, 2])
def test_a_deal_larger_than_the_market_is_never_made(days: int) -> None:
    policy = {"deal": {"needs": 99, "days": days}}
    groups = lively(policy)
    groups["market"]["consumers"] = 60
    one = market(**groups)
    start = wallets(one)
    one.run(8)
    orders = one.orders()
    due = orders.day + days < one.day
    assert due.sum() > 50
    np.testing.assert_array_equal(orders.stage, np.where(due, Stage.CANCELLED, Stage.ORDERED))
    assert_money_is_where_it_belongs(one, start)
    outcomes = one.result().outcomes
    assert outcomes["orders"] == outcomes["gmv"] == 0
    assert not one.m.accounts.carrier.any() and not one.m.products["bought"].any()


def test_a_deal_cuts_every_price_alike() -> None:
    ours = market(days=1, **lively({"deal": {"needs": 1, "days": 1, "cut": 0.25}}))
    orders = ours.orders()
    listed = ours.m.listings["price"][0][orders["product"]]
    np.testing.assert_array_equal(orders.price, np.floor(listed * 0.75))


def test_orders_that_wait_when_a_deal_ends_wait_no_longer() -> None:
    deal = {"platform.deal.needs": 3, "platform.deal.days": 9}
    one = market(days=3, phases=[{"when": "day >= 0", "days": 3, "set": deal}], **lively())
    assert (one.orders().stage == Stage.ORDERED).sum() > 10
    assert not (one.run(1).orders().stage == Stage.ORDERED).any()


def test_stock_that_runs_out_leaves_no_deal_with_one_partner() -> None:
    """Who goes without does not count as the other buyer."""
    one = market(days=9, **lively({"deal": {"needs": 1, "days": 2}}, stock=100, stock_days=3))
    orders = one.orders()
    assert orders.sold_out.any()
    served = orders[~orders.stage.isin([Stage.ORDERED, Stage.CANCELLED])]
    assert len(served) > 10
    assert (served.groupby("product").size() % 2 == 0).all()


# --- platforms ------------------------------------------------------------------------------------------------------

TWO: dict[str, Any] = {
    **LIVELY,
    "creators": {**LIVELY["creators"], "commission": 0.1, "resale_margin": 0.0},
    "brands": {**LIVELY["brands"], "pass_through": 0.5, "weekly_budget": 50},
    "platform": {"share": 0.5, "take_rate": 0.05},
    "rivals": [{"share": 0.5, "take_rate": 0.15, "commission": 0.3, "live_discount": 0.2}],
}


@pytest.fixture(scope="module")
def two() -> Market:
    return market(days=12, **TWO)


def test_each_platform_has_prices_of_its_own(two: Market) -> None:
    prices, list_price = two.m.listings["price"], two.world.goods.list_price
    np.testing.assert_array_equal(prices[0], np.round(list_price * (1 + 0.5 * (0.05 + 0.1))))
    np.testing.assert_array_equal(prices[1], np.round(list_price * (1 + 0.5 * (0.15 + 0.3))))
    orders = two.orders()
    full = orders[(orders.creator < 0)]
    assert set(full.platform) == {0, 1}
    np.testing.assert_array_equal(full.price, prices[full.platform, full["product"]])


def test_creators_are_paid_the_commission_of_the_platform(two: Market) -> None:
    orders = two.orders()
    paid = orders[orders.paid]
    assert (paid.groupby("platform").size() > 10).all() and paid.platform.nunique() == 2
    for platform, percent in ((0, 10), (1, 30)):
        there = paid[paid.platform == platform]
        assert set(there.commission - there.price * percent // 100) == {0}
    take = np.where(orders.platform == 1, 15, 5)
    np.testing.assert_array_equal(orders.fee, orders.price * take // 100)


def test_a_discount_is_that_of_the_platform_in_live_rooms(two: Market) -> None:
    orders = two.orders()
    live = orders.channel == Channel.LIVE
    assert (orders[live].groupby("platform").size() > 3).all() and orders.platform[live].nunique() == 2
    assert orders.live.equals(live)
    assert set(orders.creator[live]) <= set(np.flatnonzero(two.m.creators["tier"] == Tier.KOL))
    less = orders.price / two.m.listings["price"][orders.platform, orders["product"]]
    cheaper = live & (orders.platform == 1)
    assert (less[~cheaper] == 1).all()
    assert np.allclose(less[cheaper], 0.8, atol=1e-3)


def test_a_mark_up_is_paid_by_the_buyer_and_earned_by_the_creator() -> None:
    """On all that a creator sells, on the price after discounts; brands' own accounts cut the price instead."""
    groups = {**LIVELY, "creators": {**LIVELY["creators"], "commission": 0.1, "resale_margin": 0.25}}
    groups["brands"] = {**LIVELY["brands"], "own": 0.2, "member_discount": 0.1}
    one = market(days=15, **groups, platform={"live_discount": 0.2, "deal": {"needs": 1, "days": 2, "cut": 0.1}})
    orders = one.orders()
    own = orders.channel.isin([Channel.OWN_POOL]) | orders.creator.isin(one.m.brands["account"])
    sold, live = (orders.creator >= 0) & ~own, orders.channel == Channel.LIVE
    assert min(own.sum(), live.sum(), (sold & ~live).sum()) > 3
    factor = 0.9 * np.where(sold, 1.25, 1.0) * np.where(live, 0.8, 1.0) * np.where(own, 0.9, 1.0)
    listed = one.m.listings["price"][0][orders["product"]]
    np.testing.assert_allclose(orders.price, listed * factor, atol=1)
    np.testing.assert_array_equal(orders.margin, np.where(sold, orders.price * 20 // 100, 0))
    np.testing.assert_array_equal(orders.commission, np.where(sold & orders.paid, orders.price * 10 // 100, 0))


@pytest.mark.parametrize("name", ["annual_fee", "deposit"])
def test_what_brands_pay_a_head_does_not_depend_on_the_size(name: str) -> None:
    per_head = []
    for people in (500, 2_000):
        one = market(market={"consumers": people}, platform={name: 30_000.0})
        assert one.world.population == people
        per_head.append(one.m.platforms[name][0] / people)
    assert per_head == [300.0, 300.0]  # fen


# --- all at once ----------------------------------------------------------------------------------------------------

DAYS = st.integers(0, 5)
POLICY = st.fixed_dictionaries(
    {
        "delivery_days": DAYS,
        "settlement_days": DAYS,
        "return_days": DAYS,
        "coupon": st.sampled_from([0.0, 0.13]),
        "deal": st.fixed_dictionaries(
            {"needs": st.integers(0, 3), "days": st.integers(0, 3), "cut": st.sampled_from([0.0, 0.2])}
        ),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POLICY, st.lists(POLICY, max_size=1), st.integers(0, 6), st.integers(1, 4), st.integers(0, 2**40))
def test_orders_of_any_policy_come_to_an_end_and_the_accounts_close(
    policy: dict[str, Any], rivals: list[dict[str, Any]], units: int, stock_days: int, seed: int
) -> None:
    groups = lively(policy, stock=round(units * 10_000 / 120), stock_days=stock_days)
    groups["market"]["consumers"] = 120
    one = market(seed, **groups, rivals=rivals)
    start = wallets(one)
    one.run(14)
    assert sum(int(account.sum()) for account in one.m.accounts) == 0
    assert_money_is_where_it_belongs(one, start)
    orders, policies = one.orders(), one.parameters.platforms

    def of_platform(find: Any) -> np.ndarray[Any, Any]:
        return np.array([find(platform) for platform in policies])[orders.platform]

    age = one.day - 1 - orders.day
    waits = of_platform(lambda platform: platform.deal.days if platform.deal.needs else 0)
    assert (age[orders.stage == Stage.ORDERED] < waits[orders.stage == Stage.ORDERED]).all()
    arrived = orders.received >= 0
    took = (orders.received - orders.day - of_platform(lambda platform: platform.delivery_days))[arrived]
    assert (took >= 0).all() and (took <= waits[arrived]).all()
    assert not orders.returned[~arrived].any()
    since, back = one.day - 1 - orders.received, of_platform(lambda platform: platform.return_days)
    refunded = arrived & orders.returned & (since >= back)
    np.testing.assert_array_equal(orders.stage == Stage.REFUNDED, refunded)
    settled = arrived & (age >= of_platform(lambda platform: platform.settlement_days))
    np.testing.assert_array_equal(orders.stage >= Stage.DIVIDED, settled | refunded | (orders.stage == Stage.CANCELLED))
    served = ~orders.stage.isin([Stage.ORDERED, Stage.CANCELLED])
    if units:
        assert np.bincount(orders["product"][served], minlength=1).max() <= units * -(-one.day // stock_days)
