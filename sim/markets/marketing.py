"""Marketing: what brands pay to be promoted, out of four funds, which fill by the day and are spent."""

from __future__ import annotations

from sim.agents.contracts import spend
from sim.agents.sponsorship_fees import fund_of, set_fees
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.ledger import move
from sim.markets.ads import charge_ads, plan_ads
from sim.markets.pay_lines import book_lines
from sim.records import NOBODY
from sim.rules.ranking import cumulate
from sim.state.brands import FUNDS, Fund
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Order
from sim.units import DAYS_A_WEEK


@inlined
def plan_day(m: Day) -> None:
    """A day's money comes into the funds; brands set what they pay today, and what they offer to creators."""
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        for fund in range(FUNDS):
            brand.fund[fund] += brand.split[fund] * brand.budget / DAYS_A_WEEK
        for tier in (Tier.KOC, Tier.KOL):
            brand.pays[tier] = brand.split[fund_of(tier)] * brand.budget > 0.0  # an empty fund ends no contract
        brand.welcomes = brand.account >= 0 and brand.fund[Fund.OWN] > 0.0
    weigh_products(m)
    for tier in (Tier.KOC, Tier.KOL):
        set_fees(tier, m)
        offer_contracts(tier, m)
    for v in range(m.platforms.shape[0]):
        plan_ads(v, m)


@inlined
def weigh_products(m: Day) -> None:
    """What share of its brand's recent revenue each product brings: brands push what sells."""
    for j in range(m.products.shape[0]):
        revenue = 0.0
        for v in range(m.platforms.shape[0]):
            revenue += (m.listings[v, j].popularity + 1.0) * m.listings[v, j].price
        m.products[j].weight = revenue
    for b in range(m.brands.shape[0]):
        total = 0.0
        for j in range(m.products.shape[0]):
            if m.products[j].brand == b:
                total += m.products[j].weight
        for j in range(m.products.shape[0]):
            if m.products[j].brand == b:
                m.products[j].weight /= total


@inlined
def offer_contracts(tier: int, m: Day) -> None:
    """Offer contracts to creators of a tier: a brand in proportion to its fund, a product to what it sells."""
    offers = m.contracts[tier]
    total = 0.0
    for j in range(m.products.shape[0]):
        product = m.products[j]
        offers[j] = max(m.brands[product.brand].fund[fund_of(tier)], 0.0) * product.weight
        total += offers[j]
    m.contracted[tier] = total > 0.0
    if total > 0.0:
        for j in range(m.products.shape[0]):
            offers[j] /= total
        cumulate(offers)


@inlined
def charge_marketing(contact: int, m: Day) -> None:
    """Let brands pay for the ads that were seen, and for the contacts that joined their own accounts; count engagement.

    Parameters
    ----------
    contact
        Red packet for a consumer who joins an own account, fen.
    """
    accounts, tally = m.accounts, m.out.tally
    charge_ads(m)
    for j in range(m.products.shape[0]):
        m.products[j].engaged += tally.engaged[j]
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        if brand.account >= 0:
            fen = max(tally.followers[brand.account], 0) * contact
            move(accounts.brand, b, accounts.consumers, 0, fen)
            spend(b, Fund.OWN, fen, m)


@compiled
def led_by(channel: int, tier: int) -> int:
    """The `Fund` that has paid for what led to an order: of the creator who sold, else of ads, else none (`NOBODY`)."""
    if tier >= 0:
        return fund_of(tier)
    return Fund.ADS if channel == Channel.AD else NOBODY


@inlined
def book_order(order: Order, m: Day) -> None:
    """Book what promotion cost on an order that is kept, the gross margin, and what the creator earned."""
    passed_on = book_lines(order, m) if order.lines > 0 else 0
    if order.returned:
        return
    tier = NOBODY
    if order.creator >= 0:
        creator = m.creators[order.creator]
        tier = creator.tier
        creator.earned_today += order.commission + order.margin
        spend(order.brand, fund_of(tier), order.commission, m)
    fund = led_by(order.channel, tier)
    if fund >= 0:
        m.brands[order.brand].earned[fund] += order.price - order.margin - passed_on - order.cost
