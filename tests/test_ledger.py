from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_markets import kept_by, market, received_of

from sim.arrays import Int64
from sim.compilation.rebinding import rebind
from sim.day import Day
from sim.errors import LedgerError
from sim.ledger import Revenue, check, move, open_accounts
from sim.markets import settlement
from sim.markets.confirmation import bill_all
from sim.markets.order_account import divide
from sim.state.brands import Fund
from sim.state.creators import Tier
from sim.state.orders import Order

PEOPLE = 120
DAYS = 14
CONTACT = 150  # fen, red packet of a brand's own pool


def test_what_leaves_one_account_arrives_in_another() -> None:
    accounts = open_accounts(platforms=2, brands=3, creators=1)
    for platform, fen in ((0, 500), (1, 20), (1, 3)):
        move(accounts.consumers, 0, accounts.escrow, platform, fen)
    move(accounts.escrow, 1, accounts.brand_balance, (1, 2), 23)
    move(accounts.creator, 0, accounts.bank, 0, -7)
    assert accounts.consumers.tolist() == [-523]
    assert accounts.escrow.tolist() == [500, 0]
    assert accounts.brand_balance.tolist() == [[0, 0, 0], [0, 0, 23]]
    assert (accounts.creator.tolist(), accounts.bank.tolist()) == ([7], [-7])
    check(accounts, 0, np.array([500, 0]))


def test_money_from_nowhere_is_found() -> None:
    accounts = open_accounts(1, 1, 0)
    accounts.brand[0] += 3
    with pytest.raises(LedgerError, match=r"day 4: the accounts sum to 3 fen"):
        check(accounts, 4, np.array([0]))


def test_an_escrow_that_does_not_hold_what_is_pending_is_found() -> None:
    accounts = open_accounts(2, 1, 0)
    move(accounts.consumers, 0, accounts.escrow, 1, 99)
    with pytest.raises(LedgerError, match=r"day 8: escrow of platform 1 holds 99 fen, pending orders 100 fen"):
        check(accounts, 8, np.array([0, 100]))


# --- whole markets under policies drawn at random -------------------------------------------------------------------


def share(most: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(0.0), st.floats(0.0, most))


PLATFORM = st.fixed_dictionaries(
    {
        "take_rate": share(0.25),
        "coupon": share(0.5),
        "coupon_newcomers": st.booleans(),
        "live_discount": share(0.2),
        "delivery_days": st.integers(0, 4),
        "settlement_days": st.integers(0, 8),
        "return_days": st.integers(0, 8),
        "annual_fee": st.floats(0, 40_000),
        "deposit": st.floats(0, 50_000),
        "float_yield": share(0.2),
        "withdrawal_fee": share(0.05),
        "withdrawal_fee_least": share(2.0),
        "withdrawal_free": share(500.0),
        "withdrawal_habit": st.floats(0, 1),
    }
)
POLICY = st.fixed_dictionaries(
    {
        "platform": PLATFORM,
        "rivals": st.lists(PLATFORM, max_size=1),
        "creators": st.fixed_dictionaries(
            {
                "commission": share(0.3),
                "resale_margin": share(0.2),
                "slot_fee": share(1.0),
                "koc_fee": share(0.1),
                "unpaid": share(1.0),
                "private_share_kol": st.sampled_from([0.0, 1.0]),
            }
        ),
        "brands": st.fixed_dictionaries({"own": st.sampled_from([0.0, 0.2]), "weekly_budget": st.floats(0, 50)}),
    }
)
LIVELY: dict[str, Any] = {
    "market": {
        "consumers": PEOPLE,
        "people": {"budget": 4_000},
        "choice": {"outside": -7.0},
        "experience": {"return_below": 0.0, "noise": 2.0},
    },
    "creators": {"koc_share": 0.1, "kol_count": 6, "kol_threshold": 1.0, "posts_fixed": 4.0},
    "brands": {"ads": 0.2, "kol": 0.3, "koc": 0.3, "weekly_budget": 20.0},
}


def lively(**policy: Any) -> dict[str, Any]:
    """Groups of a market that trades a lot, with a policy laid over them."""
    merged = dict(LIVELY)
    for name, group in policy.items():
        merged[name] = {**LIVELY.get(name, {}), **group} if isinstance(group, dict) else group
    return merged


def test_the_policies_below_trade_and_send_back() -> None:
    """Or the next test would prove little."""
    one = market(days=DAYS, **lively())
    orders = one.orders()
    assert len(orders) > 300
    assert received_of(orders).returned.mean() > 0.05
    assert (orders.creator >= 0).mean() > 0.1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POLICY, st.integers(0, 2**40))
def test_money_closes_every_day_under_any_policy(policy: dict[str, Any], seed: int) -> None:
    one = market(seed, **lively(**policy))
    fees = np.zeros(len(Tier), np.int64)
    start = one.m.consumers["wallet"].astype(np.int64)
    platforms, home = one.parameters.platforms, one.m.people["home"]
    for day in range(DAYS):
        one.step()
        accounts, orders = one.m.accounts, one.orders()
        assert sum(int(account.sum()) for account in accounts) == 0
        platform = home[orders.consumer.astype(int)]
        arrives, settles, returns = (
            pd.Series(np.array([getattr(p, name) for p in platforms])[platform], orders.index)
            for name in ("delivery_days", "settlement_days", "return_days")
        )
        arrived = orders.day + arrives
        assert (orders.received == arrived.where(arrived <= day, -1)).all()
        sent_back = orders.returned
        assert not sent_back[arrived > day].any()
        back, out = arrived + returns, np.maximum(arrived, orders.day + settles)
        refunded = sent_back & (back <= day)
        divided = (out <= day) & ~(sent_back & (back <= out))

        pending = np.bincount(platform, orders.price * ~(refunded | divided), len(platforms))
        assert accounts.escrow.tolist() == pending.tolist()

        paid = (orders.price - orders.coupon) * ~refunded
        packets = int(accounts.consumers[0] + paid.sum())
        assert packets % CONTACT == 0 if one.parameters.brands.own else packets == 0
        spent = np.bincount(orders.consumer.astype(int), paid, PEOPLE)
        assert (one.m.consumers["wallet"] == start + (day + 1) * one.m.people["income"] - spent).all()

        coupons = np.bincount(platform, orders.coupon * ~refunded, len(platforms))
        streams = accounts.revenue
        assert streams[:, Revenue.COUPON].tolist() == (-coupons).tolist()
        take = orders.price * np.array([round(p.take_rate * 1e9) for p in platforms])[platform] // 10**9
        taken = np.bincount(platform, take * (divided & ~refunded), len(platforms))
        assert streams[:, Revenue.TAKE].tolist() == taken.tolist()
        list_price = np.round(one.world.goods.list_price)[orders["product"].astype(int)]
        goods = np.floor(one.parameters.brands.cost * list_price)
        tier, kept = one.m.creators["tier"], (arrived <= day) & ~sent_back & (orders.creator >= 0)
        np.add.at(fees, tier[one.posts["creator"]], one.posts["fee"])
        commissions = np.bincount(tier[orders.creator[kept]], orders.commission[kept], len(Tier)).astype(np.int64)
        outlay = one.m.brands["outlay"].sum(axis=0)
        assert outlay[Fund.KOL] == fees[Tier.KOL] + commissions[Tier.KOL]
        samples = outlay[Fund.KOC] - fees[Tier.KOC] - commissions[Tier.KOC]
        assert samples >= 0
        assert accounts.supplier[0] == goods[~sent_back].sum() + samples
        assert accounts.carrier[0] == one.m.shipping * (len(orders) + sent_back.sum())


# --- rules that are broken on purpose -------------------------------------------------------------------------------


def test_a_rule_that_loses_a_fen_is_caught_with_the_order_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = market(days=4, **lively()).orders()
    price = int(kept_by(sound).iloc[2].price)
    order = sound[sound.price == price].iloc[0]

    def loses_a_fen(paid: int, take: float, commission: float, margin: float) -> tuple[int, int, int, int]:
        platform, visible, hidden, brand = divide(paid, take, commission, margin)
        return platform, visible, hidden, brand - 1 if paid == price else brand

    loses = rebind(bill_all, {"divide": loses_a_fen})
    monkeypatch.setattr("sim.markets.confirmation.bill_all", loses)
    with pytest.raises(LedgerError) as caught:
        market(**lively()).run(4)
    said = f"day {order.day}: order {order.order} of {price} fen is divided into lines that miss it by 1 fen: "
    assert str(caught.value).startswith(said + "fee ")
    lines = [int(fen) for fen in re.findall(r"(?:fee|commission|margin|rest) (\d+)", str(caught.value))]
    assert (len(lines), sum(lines)) == (4, price - 1)


def test_a_refund_that_keeps_a_fen_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def refund(order: Order, m: Day) -> None:
        accounts, platform, coupon = m.accounts, order.platform, order.coupon
        move(accounts.escrow, platform, accounts.consumers, 0, max(order.price - coupon - 1, 0))
        move(accounts.escrow, platform, accounts.revenue, (platform, Revenue.COUPON), coupon)

    monkeypatch.setattr(settlement, "settle_all", rebind(settlement.settle_all, {"refund": refund}))
    with pytest.raises(LedgerError, match=r"day \d+: escrow of platform 0 holds \d+ fen, pending orders \d+ fen"):
        market(days=DAYS, **lively())


def test_a_payout_without_counter_entry_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def tip(held: Int64, yields: list[int], carries: list[int], m: Day) -> None:
        m.accounts.creator[0] += 1

    monkeypatch.setattr(settlement, "pay_interest", tip)
    with pytest.raises(LedgerError, match=r"day 0: the accounts sum to 1 fen"):
        market(days=1, **lively())


# --- what parties have in the end -----------------------------------------------------------------------------------


def test_outcomes_are_the_ledger() -> None:
    one = market(days=DAYS, **lively(platform={"coupon": 0.1}, creators={"commission": 0.2}))
    result = one.result()
    streams = one.m.accounts.revenue
    for stream in Revenue:
        assert result.outcomes[f"revenue_{stream.name.lower()}"] == streams[0, stream] / 100
    assert result.outcomes["platform_revenue"] == pytest.approx(streams.sum() / 100, abs=1e-9)
    accounts = one.m.accounts
    assert result.outcomes["brand_profit"] * 100 == pytest.approx(
        int(accounts.brand.sum() + accounts.brand_balance.sum() + accounts.deposit.sum()), abs=1e-6
    )


def test_a_market_that_spends_nothing_on_promotion_has_no_creator_income() -> None:
    one = market(days=DAYS, **lively(brands={"weekly_budget": 0.0}, creators={"unpaid": 1.0}))
    assert (one.orders().creator >= 0).any()
    assert not one.orders().paid.any()
    assert not one.m.accounts.creator.any()
    assert not one.m.accounts.creator_balance.any()
