from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_markets import parameters

from experiments.settings.paths import merged
from sim import ledger
from sim.arrays import Int32
from sim.engine.threads import Threads
from sim.ledger import Revenue, move, open_accounts
from sim.market import Market
from sim.markets.arrival import arriving, book_all
from sim.markets.confirmation import bill_today, confirm_all
from sim.markets.fees import DAYS_A_YEAR, annual_fee
from sim.markets.order_account import divide
from sim.markets.settlement import pay_interest, settle_all
from sim.markets.sums import no_sums
from sim.order_table import with_orders
from sim.ranges import REFERENCE_PEOPLE
from sim.records import Table
from sim.state.creators import Creator
from sim.state.orders import Order
from sim.state.people import Consumer
from sim.world import World

BRANDS, CREATORS, CONSUMERS = 3, 4, 2_000
FREE_OF_EVERYTHING: dict[str, Any] = {
    "take_rate": 0.0, "annual_fee": 0.0, "deposit": 0.0, "withdrawal_fee": 0.0, "float_yield": 0.0,
    "withdrawal_habit": 0.0, "delivery_days": 0,
}  # fmt: skip
PEOPLE = 20
STATED = REFERENCE_PEOPLE / PEOPLE  # fees and deposits are stated for a market so many times as large
ONE_GOOD_A_BRAND: dict[str, Any] = {
    "market": {"consumers": PEOPLE, "catalogue": {"categories": [{"name": "good"}], "products_per_category": BRANDS}},
    "graph": {"mean_degree": 4},
    "brands": {"count": BRANDS, "shipping": 6.0, "cost": 0.0},
    "creators": {"koc_share": 0.0, "kol_count": 0},
}
WORLD = World.build(parameters(**ONE_GOOD_A_BRAND), 1)


class Trade:
    """A market in which orders are made by hand, at goods that cost nothing, and nobody else acts.

    Parameters
    ----------
    policy
        Of the platform, beside what costs nothing.
    commission, mark_up
        What brands pay creators, and what creators add to the price, shares of the price.
    """

    def __init__(self, policy: dict[str, Any], commission: float = 0.0, mark_up: float = 0.0) -> None:
        platform = {**FREE_OF_EVERYTHING, **policy}
        settings = merged(ONE_GOOD_A_BRAND, {"creators": {"resale_margin": mark_up}})
        market = Market(parameters(**settings, platform=platform), 1, world=WORLD)
        creators = Creator.table(CREATORS, market.m.categories)
        creators["consumer"] = np.arange(CREATORS)
        self.m = market.m._replace(
            consumers=Consumer.table(CONSUMERS, market.m.categories),
            creators=creators,
            accounts=open_accounts(1, BRANDS, CREATORS),
            sums=no_sums(BRANDS, CREATORS),
        )
        self.m.brands["pays"], self.m.pay["share"][0, 0] = True, commission
        self.yields, self.carries = market.yields, market.interest_carries
        self.sold = 0

    def sell(self, orders: Table[Order], day: int) -> None:
        """Take the orders of a day, which arrive at once."""
        orders["ordered"] = day
        self.m = with_orders(self.m._replace(day=day), orders, keep_all=True, threads=Threads())
        assert bill_today(self.sold, Threads(), self.m) < 0
        confirm_all(self.m)
        self.sold += len(orders)
        book_all(arriving(self.m), 0, self.m)

    def close_day(self, day: int) -> None:
        self.m = self.m._replace(day=day)
        pending, held = np.zeros((2, 1), np.int64)
        with np.errstate(over="ignore"):
            settle_all(pending, held, self.m)
        pay_interest(held, self.yields, self.carries, self.m)
        ledger.check(self.m.accounts, day, pending)

    def live(self, sales: dict[int, Table[Order]], days: int) -> Int32:
        """Settle day by day, in the market's order of the day; what consumers get back, fen."""
        for day in range(days):
            if day in sales:
                self.sell(sales[day], day)
            self.close_day(day)
        return self.m.consumers["wallet"]

    def revenue(self, stream: Revenue) -> int:
        return int(self.m.accounts.revenue[0, stream])


def sale(
    prices: Sequence[int], returned: Sequence[bool] | None = None, creators: Sequence[int] | None = None,
    coupon: float = 0.0,
) -> Table[Order]:  # fmt: skip
    """Orders of a day on platform 0, of all brands in turn; from pages that brands pay for, where a creator sells."""
    orders = Order.table(len(prices))
    orders["consumer"] = np.arange(len(prices))
    orders["product"] = orders["brand"] = np.arange(len(prices)) % BRANDS
    orders["creator"] = creators if creators is not None else -1
    orders["paid"] = orders["creator"] >= 0
    orders["price"] = prices
    orders["coupon"] = np.floor(orders["price"] * coupon)
    orders["returned"] = returned if returned is not None else False
    return orders


# --- dividing an order ----------------------------------------------------------------------------------------------

SHARES = st.integers(0, 33).map(lambda percent: percent / 100)
PRICES = st.lists(st.integers(1, 5_000_000), min_size=1, max_size=12)


@given(PRICES, SHARES, SHARES, SHARES)
def test_a_price_is_divided_to_the_fen(prices: list[int], take: float, commission: float, margin: float) -> None:
    for price in prices:
        *lines, brand = divide(price, take, commission, margin)
        assert sum(lines) + brand == price
        for share, line in zip((take, commission, margin), lines, strict=True):
            assert line == math.floor(Fraction(str(share)) * price)


def test_an_order_without_a_creator_pays_none() -> None:
    """A mark-up of a quarter is a fifth of what the buyer pays; without the brand's contract there is no commission."""
    one = Trade({"take_rate": 0.05}, commission=0.2, mark_up=0.25)
    sold = sale([10_000, 10_000, 10_000], creators=[2, -1, 3])
    sold["paid"][2] = False
    one.sell(sold, 0)
    lines = [one.m.orders[name][:3].tolist() for name in ("fee", "commission", "margin", "rest")]
    assert lines == [[500, 500, 500], [2_000, 0, 0], [2_000, 0, 2_000], [5_500, 9_500, 7_500]]


def test_a_brand_that_pays_no_creators_of_a_tier_pays_no_commission() -> None:
    one = Trade({}, commission=0.2)
    one.m.brands["pays"][1] = False
    one.sell(sale([10_000] * BRANDS, creators=[0, 1, 2]), 0)
    assert one.m.orders["commission"][:BRANDS].tolist() == [2_000, 0, 2_000]


# --- returns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("settlement_days", "return_days"), [(10, 7), (3, 7), (5, 5), (0, 0), (0, 4)])
def test_what_is_sent_back_leaves_nothing_behind(settlement_days: int, return_days: int) -> None:
    policy = {"settlement_days": settlement_days, "return_days": return_days, "take_rate": 0.05}
    one = Trade(policy, commission=0.2, mark_up=0.07)
    sent_back = sale([9_999, 12_345, 700], [True] * 3, [0, -1, 3], coupon=0.1)
    wallet = one.live({0: sent_back}, max(settlement_days, return_days) + 1)
    assert wallet[:4].tolist() == [9_999 - 999, 12_345 - 1_234, 700 - 70, 0]
    accounts = one.m.accounts
    for account in (accounts.consumers, accounts.escrow, accounts.revenue, accounts.brand_balance, accounts.supplier):
        assert not account.any()
    assert not accounts.creator_balance.any()
    assert accounts.carrier.tolist() == [3 * 2 * 600]  # there and back
    assert accounts.brand.tolist() == [-1_200] * BRANDS


def test_commission_is_clawed_back_from_a_balance_already_withdrawn() -> None:
    one = Trade({"settlement_days": 2, "return_days": 6, "withdrawal_habit": 1.0}, commission=0.2)
    one.live({0: sale([10_000, 30_000], [True, False], [1, 1])}, 6)
    assert one.m.accounts.creator[1] == 8_000
    assert one.m.accounts.creator_balance[1] == 0
    one.sell(sale([50_000], [False], [1]), 6)
    one.close_day(6)
    assert one.m.accounts.creator_balance[1] == -2_000  # a debt, which later sales pay off
    one.close_day(8)
    assert one.m.accounts.creator[1] == 8_000 + 10_000 - 2_000
    assert one.m.accounts.creator_balance[1] == 0


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(
        st.tuples(st.integers(0, 6), st.integers(1, 99_999), st.booleans(), st.integers(-1, CREATORS - 1)), max_size=25
    ),
    days=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    shares=st.tuples(SHARES, SHARES, SHARES, SHARES),
)
def test_in_the_end_everybody_has_the_lines_of_kept_orders(
    orders: list[tuple[int, int, bool, int]], days: tuple[int, int], shares: tuple[float, float, float, float]
) -> None:
    take_rate, commission, mark_up, coupon = shares
    one = Trade({"settlement_days": days[0], "return_days": days[1], "take_rate": take_rate}, commission, mark_up)
    sales = {}
    for day in range(7):
        of_day = [order for order in orders if order[0] == day]
        _, prices, returned, sellers = zip(*of_day, strict=True) if of_day else ((), (), (), ())
        sales[day] = sale(prices, returned, sellers, coupon)
    one.live(sales, 17)
    accounts, expected, creators = one.m.accounts, np.zeros(3, np.int64), np.zeros(CREATORS, np.int64)
    for _, price, sent_back, seller in orders:
        if not sent_back:
            agreed = (commission, mark_up / (1 + mark_up)) if seller >= 0 else (0.0, 0.0)
            platform, visible, hidden, brand = divide(price, take_rate, *agreed)
            expected += [platform, brand, math.floor(price * coupon)]
            creators[seller] += visible + hidden
    assert one.revenue(Revenue.TAKE) == expected[0]
    assert accounts.brand_balance.sum() == expected[1]
    assert one.revenue(Revenue.COUPON) == -expected[2]
    assert accounts.creator_balance.tolist() == creators.tolist()
    assert accounts.escrow.tolist() == [0]


# --- fees and interest ----------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000_000), st.integers(0, 3_000))
def test_the_parts_of_any_365_days_are_the_annual_fee(fen: int, start: int) -> None:
    parts = [annual_fee(fen, start + day) for day in range(DAYS_A_YEAR)]
    assert sum(parts) == fen
    assert max(parts) - min(parts) <= 1


def test_fees_and_deposits_of_a_year() -> None:
    one = Trade({"annual_fee": 30_000.01 * STATED, "deposit": 123.45 * STATED})
    one.live({}, DAYS_A_YEAR)
    assert one.revenue(Revenue.ANNUAL_FEE) == BRANDS * 3_000_001
    assert one.m.accounts.deposit.tolist() == [BRANDS * 12_345]
    assert one.m.accounts.brand.tolist() == [-3_000_001 - 12_345] * BRANDS


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 200_000).map(lambda parts: parts / 1e6),
    st.lists(st.integers(0, 10_000_000), min_size=1, max_size=30),
)
def test_interest_is_exact_over_any_days(yearly: float, held: list[int]) -> None:
    """Money held changes every day; what a day's rounding leaves is paid later, never lost."""
    one = Trade({"float_yield": yearly})
    accounts, balance = one.m.accounts, 0
    for fen in held:
        move(accounts.bank, 0, accounts.brand_balance, (0, 0), fen - balance)
        balance = fen
        one.close_day(0)
    exact = Fraction(round(yearly * 10**6), 10**6) / DAYS_A_YEAR * sum(held)
    assert one.revenue(Revenue.FLOAT) == exact.numerator // exact.denominator


def test_interest_is_on_everything_held() -> None:
    one = Trade({"float_yield": 0.1, "deposit": 100.0 * STATED, "settlement_days": 2, "return_days": 5}, commission=0.2)
    sold = sale([365_000, 730_000], creators=[0, -1])
    one.live({0: sold}, 4)  # two days in escrow, two in balances, beside the deposits
    days = 4 * (365_000 + 730_000 + BRANDS * 10_000)
    assert one.revenue(Revenue.FLOAT) == days // 10 // DAYS_A_YEAR


def withdraw(one: Trade, creator: int, fen: int) -> int:
    """Pay a creator, let everybody withdraw, and return the fee."""
    accounts = one.m.accounts
    before = one.revenue(Revenue.WITHDRAWAL_FEE)
    move(accounts.bank, 0, accounts.creator_balance, creator, fen)
    one.close_day(0)
    return one.revenue(Revenue.WITHDRAWAL_FEE) - before


TERMS = {"withdrawal_habit": 1.0, "withdrawal_fee": 0.001, "withdrawal_fee_least": 0.1}


@pytest.mark.parametrize(
    ("fen", "fee"), [(1_000_000, 1_000), (10_999, 10), (11_000, 11), (9_000, 10), (11, 10), (999_999, 999)]
)
def test_withdrawal_fee_and_its_minimum(fen: int, fee: int) -> None:
    one = Trade(TERMS)
    assert withdraw(one, 0, fen) == fee
    assert one.m.accounts.creator[0] == fen - fee
    assert one.m.accounts.creator_balance[0] == 0


@pytest.mark.parametrize("fen", [0, 1, 10])
def test_a_balance_no_larger_than_the_fee_stays(fen: int) -> None:
    one = Trade(TERMS)
    assert withdraw(one, 0, fen) == 0
    assert one.m.accounts.creator_balance[0] == fen


def test_the_free_allowance_is_used_up_once_in_a_lifetime() -> None:
    one = Trade({**TERMS, "withdrawal_free": 1_000.0})
    assert [withdraw(one, 0, 60_000) for _ in range(3)] == [0, 20, 60]  # 600 yuan, 400 of 600, none
    assert withdraw(one, 1, 100_000) == 0  # everybody has an allowance of their own
    assert withdraw(one, 1, 1) == 0  # 1 fen is less than the smallest fee, and stays
    assert withdraw(one, 1, 10_000) == 10


def test_without_a_fee_there_is_no_smallest_fee() -> None:
    assert withdraw(Trade({**TERMS, "withdrawal_fee": 0.0}), 0, 5_000) == 0


def test_brands_withdraw_on_the_same_terms() -> None:
    one = Trade({**TERMS, "settlement_days": 0, "return_days": 0})
    one.live({0: sale([40_000, 5_000, 8])}, 1)
    assert one.revenue(Revenue.WITHDRAWAL_FEE) == 40 + 10
    assert one.m.accounts.brand.tolist() == [40_000 - 40 - 600, 5_000 - 10 - 600, -600]
    assert one.m.accounts.brand_balance.tolist() == [[0, 0, 8]]


def test_parties_withdraw_as_often_as_their_habit() -> None:
    one, days = Trade({**TERMS, "withdrawal_habit": 0.25}), 4_000
    accounts, count = one.m.accounts, 0
    for day in range(days):
        move(accounts.bank, 0, accounts.creator_balance, 0, 1_000 - int(accounts.creator_balance[0]))
        one.close_day(day)
        count += int(accounts.creator_balance[0] == 0)
    assert abs(count - 0.25 * days) < 4 * (days * 0.25 * 0.75) ** 0.5


# --- the commission-free platform -----------------------------------------------------------------------------------


def revenue_of(policy: dict[str, Any], orders: int, price: int) -> int:
    """Platform revenue, fen, of a day's orders that nobody sends back, once all is settled and withdrawn."""
    one = Trade({"withdrawal_habit": 1.0, "settlement_days": 10, **policy})
    one.live({0: sale([price] * orders)}, 12)
    return int(one.m.accounts.revenue.sum())


@pytest.mark.parametrize(("take", "ratio"), [(0.05, Fraction(365, 8)), (0.08, Fraction(73))])
def test_break_even_of_a_platform_that_lives_off_withdrawals_and_float(take: float, ratio: Fraction) -> None:
    """0.1 % on withdrawals and ten days' float at 0.35 % a year against a take of 5 to 8 %: 46 to 73 times the GMV."""
    free = {"withdrawal_fee": 0.001, "float_yield": 0.0035}
    orders, price = 3 * 365, 1_000_000
    gmv = orders * price
    of_fees, of_take = revenue_of(free, orders, price), revenue_of({"take_rate": take}, orders, price)
    rate = Fraction(1, 1_000) + Fraction(35, 10_000) * 10 / 365
    assert Fraction(of_fees, gmv) == rate
    assert float(rate) == pytest.approx(0.0011, rel=0.01)
    assert Fraction(of_take, of_fees) == Fraction(str(take)) / rate == ratio
    assert 45 < ratio < 74
    assert revenue_of(free, orders, int(price * ratio)) == of_take
