"""Settlement: what falls due on orders, fees, withdrawals and interest."""

from __future__ import annotations

from sim.arrays import Int64
from sim.compilation import compiled, inlined
from sim.day import Day, Used
from sim.ledger import Revenue, move
from sim.markets.fees import DAYS_A_YEAR, annual_fee
from sim.markets.order_account import NEVER, day_of_refund, post_lines, refund
from sim.markets.pay_lines import divide_lines, end_lines, pay_lines
from sim.markets.withdrawal import withdraw_brands, withdraw_creators
from sim.state.orders import Order, Stage
from sim.units import MILLION


@compiled
def settle_all(pending: Int64, held: Int64, m: Day) -> None:
    """What platforms do with money on a day, in its order.

    Parameters
    ----------
    pending, held
        Fen of orders in escrow, and all that each platform holds for others afterwards, to be written; shape (V,).
    """
    pending[:] = 0
    charge_brands(m)
    count_over(m)
    for row in range(m.used[Used.OVER], m.used[Used.ORDERS]):
        order = m.orders[row]
        if order.due <= m.day and (order.stage == Stage.RECEIVED or order.stage == Stage.DIVIDED):
            settle(order, m)
        if order.stage <= Stage.RECEIVED and not order.outside:
            pending[order.platform] += order.price
        else:
            pending[order.platform] += order.owed
    withdraw_brands(m)
    withdraw_creators(m)
    count_held(held, m)


@inlined
def count_over(m: Day) -> None:
    """Note how many orders at the head of the table are over, so that a table that keeps all is not read whole."""
    while m.used[Used.OVER] < m.used[Used.ORDERS] and m.orders[m.used[Used.OVER]].due == NEVER:
        m.used[Used.OVER] += 1


@inlined
def settle(order: Order, m: Day) -> None:
    """Do what falls due on an order; one settled outside has been paid for.

    Its lines are paid on the day of settlement; an order sent back is refunded on the day of return. Where that day
    comes first, or is the same, the order is never divided; where it comes later, every line is reversed.
    """
    divided = order.stage == Stage.DIVIDED
    if order.outside:
        order.stage = Stage.DIVIDED
        order.due = NEVER
        return
    if not order.returned or m.day < day_of_refund(order, m):
        if not divided:
            post_lines(order, 1, m)
            order.stage = Stage.DIVIDED
            divide_lines(order, m)
        order.due = pay_lines(order, day_of_refund(order, m) if order.returned else NEVER, m)
        return
    if divided:
        post_lines(order, -1, m)
    end_lines(order, m)
    refund(order, m)
    order.stage = Stage.REFUNDED
    order.due = NEVER


@inlined
def count_held(held: Int64, m: Day) -> None:
    """Add up what each platform holds for others: escrow, deposits, balances of brands and of its own creators."""
    accounts = m.accounts
    for platform in range(held.shape[0]):
        held[platform] = accounts.escrow[platform] + accounts.deposit[platform]
        for brand in range(accounts.brand.shape[0]):
            held[platform] += accounts.brand_balance[platform, brand]
    for k in range(m.creators.shape[0]):
        held[m.creators[k].home] += accounts.creator_balance[k]


@inlined
def charge_brands(m: Day) -> None:
    """Charge each brand the annual fee of each platform where it sells, and on the first day its deposit."""
    accounts = m.accounts
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        fee = annual_fee(platform.annual_fee, m.day)
        for brand in range(m.brands.shape[0]):
            if m.shops[brand, v].open:
                move(accounts.brand, brand, accounts.revenue, (v, Revenue.ANNUAL_FEE), fee)
                if m.day == 0:
                    move(accounts.brand, brand, accounts.deposit, v, platform.deposit)


def pay_interest(held: Int64, yields: list[int], carries: list[int], m: Day) -> None:
    """A day's interest on escrow, balances and deposits; the fraction of a fen is carried over.

    Parameters
    ----------
    held
        What each platform holds, fen, shape (V,).
    yields
        Millionths a year of each platform.
    carries
        Fractions of a fen so far, which are written.
    """
    for v, fen in enumerate(held.tolist()):
        # in Python's integers, exactly: a year's millionths of all the money there is would not fit into 64 bits
        carry = carries[v] + max(fen, 0) * yields[v]
        earned, carries[v] = divmod(carry, DAYS_A_YEAR * MILLION)
        move(m.accounts.bank, 0, m.accounts.revenue[v], Revenue.FLOAT, earned)
