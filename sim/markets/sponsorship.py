"""Sponsorship: what brands pay to be promoted. Each channel has a fund, which fills by the day and is spent."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, inlined
from sim.day import Day
from sim.ledger import Revenue, move
from sim.markets.fees import annual_fee
from sim.rules.ranking import cumulate
from sim.state import CHANNELS, DAYS_A_WEEK, FEN, NOBODY, Channel, Order, Spending, Tier


@compiled
def fund_of(tier: int) -> int:
    """Fund out of which creators of a tier are paid."""
    if tier == Tier.KOC.value:
        return Spending.KOC.value
    return Spending.KOL.value if tier == Tier.KOL.value else Spending.OWN.value


@inlined
def plan_day(m: Day) -> None:
    """A day's money comes into the funds; brands set what they pay today, and what they offer to creators."""
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        for channel in range(CHANNELS):
            brand.fund[channel] += brand.split[channel] * brand.budget / DAYS_A_WEEK
        for tier in (Tier.KOC.value, Tier.KOL.value):
            brand.pays[tier] = brand.split[fund_of(tier)] * brand.budget > 0.0  # an empty fund ends no contract
        brand.welcomes = brand.account >= 0 and brand.fund[Spending.OWN.value] > 0.0
    weigh_products(m)
    for tier in (Tier.KOC.value, Tier.KOL.value):
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
def set_fees(tier: int, m: Day) -> None:
    """Fees rise where brands have more money for a tier than its creators' posts of a week cost."""
    money = cost = 0.0
    for b in range(m.brands.shape[0]):
        money += max(m.brands[b].fund[fund_of(tier)], 0.0)
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if creator.active and creator.tier == tier:
            cost += DAYS_A_WEEK * creator.rate * usual_fee(k, m)
    m.fee_level[tier] = max(1.0, money / cost) if cost > 0.0 else 1.0


@inlined
def usual_fee(k: int, m: Day) -> float:
    """Fee of a paid post of creator k where money is not plenty, fen."""
    creator = m.creators[k]
    per_follower = m.p.creators.koc_fee if creator.tier == Tier.KOC.value else m.p.creators.slot_fee
    return FEN * per_follower * creator.audience


@inlined
def fee_of(k: int, m: Day) -> int:
    """Fee of a paid post of creator k today, fen."""
    return int(usual_fee(k, m) * m.fee_level[m.creators[k].tier])


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
def may_contract(tier: int, m: Day) -> bool:
    """Whether any brand offers contracts to creators of a tier today."""
    return m.contracted[tier] == 1


@inlined
def can_pay(product: int, tier: int, fee: int, m: Day) -> bool:
    """Whether the brand of a product can pay a fee out of its fund."""
    return m.brands[m.products[product].brand].fund[fund_of(tier)] >= fee


@inlined
def spend(b: int, channel: int, fen: float, m: Day) -> None:
    """Note that a brand has spent marketing money."""
    m.brands[b].fund[channel] -= fen
    m.brands[b].spent[channel] += int(fen)
    m.brands[b].outlay[channel] += int(fen)


@inlined
def sign(k: int, product: int, m: Day) -> int:
    """Sign a contract for a post: the fee is paid at once; returns it, fen."""
    creator, b, fee = m.creators[k], m.products[product].brand, fee_of(k, m)
    move(m.accounts.brand, b, m.accounts.creator_balance, k, fee)
    spend(b, fund_of(creator.tier), fee, m)
    creator.earned_today += fee
    return fee


@inlined
def give_sample(product: int, m: Day) -> None:
    """Give a KOC the product to try."""
    goods = m.products[product]
    move(m.accounts.brand, goods.brand, m.accounts.supplier, 0, goods.cost)
    spend(goods.brand, Spending.KOC.value, goods.cost, m)


@inlined
def visible_pay(brand: int, tier: int, platform: int, m: Day) -> float:
    """Commission that a brand pays creators of a tier on a platform today, share of price."""
    return m.platforms[platform].commission if m.brands[brand].pays[tier] else 0.0


@inlined
def plan_ads(v: int, m: Day) -> None:
    """Set how many of a platform's pages are ads today, and what one costs: money over price, up to the largest load."""
    platform, money = m.platforms[v], 0.0
    for j in range(m.products.shape[0]):
        product = m.products[j]
        product.bid = max(m.brands[product.brand].fund[Spending.ADS.value], 0.0) * product.weight
        money += product.bid * platform.weight
    wanted = money / platform.ad_price
    platform.ad_share = min(platform.ad_load, wanted / platform.pages) if platform.pages > 0.0 else 0.0
    views = platform.ad_share * platform.pages
    platform.ad_cost = max(platform.ad_price, money / views) if views > 0.0 else platform.ad_price


@inlined
def charge_marketing(contact: int, m: Day) -> None:
    """Let brands pay for the ads that were seen, and for the contacts that joined their own accounts.

    Parameters
    ----------
    contact
        Red packet for a consumer who joins an own account, fen.
    """
    accounts, tally = m.accounts, m.out.tally
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        for j in range(m.products.shape[0]):
            b, fen = m.products[j].brand, int(np.rint(tally.ads_viewed[v, j] * platform.ad_cost))
            move(accounts.brand, b, accounts.revenue, (v, Revenue.ADS), fen)
            spend(b, Spending.ADS.value, fen, m)
        platform.pages += (tally.pages[v] - platform.pages) / DAYS_A_WEEK
    for j in range(m.products.shape[0]):
        m.products[j].engaged += tally.engaged[j]
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        if brand.account >= 0:
            fen = max(tally.followers[brand.account], 0) * contact
            move(accounts.brand, b, accounts.consumers, 0, fen)
            spend(b, Spending.OWN.value, fen, m)
        for v in range(m.platforms.shape[0]):
            brand.spent[Spending.FEES.value] += annual_fee(m.platforms[v].annual_fee, m.day)


@compiled
def led_by(channel: int, tier: int) -> int:
    """Channel of promotion that led to an order: the tier of the creator who sold (or `NOBODY`), else ads, else none."""
    if tier >= 0:
        return fund_of(tier)
    return Spending.ADS.value if channel == Channel.AD.value else NOBODY


@inlined
def book_order(order: Order, m: Day) -> None:
    """Book what promotion cost on an order that is kept, the gross margin, and what the creator earned."""
    if order.returned:
        return
    tier = NOBODY
    if order.creator >= 0:
        creator = m.creators[order.creator]
        tier = int(creator.tier)
        creator.earned_today += order.commission + order.margin
        spend(order.brand, fund_of(tier), order.commission, m)
    brand = m.brands[order.brand]
    brand.spent[Spending.FEES.value] += order.fee
    channel = led_by(order.channel, tier)
    if channel >= 0:
        brand.earned[channel] += order.price - order.margin - order.cost
