"""Sponsorship: what brands pay creators and platforms to be promoted, until the week's budget is spent."""

from __future__ import annotations

from sim.compiled import compiled, inlined
from sim.day import Day, Used
from sim.ledger import Revenue, move
from sim.markets.fees import annual_fee
from sim.state import CHANNELS, FEN, NOBODY, Brand, Channel, Order, Spending, Tier


@inlined
def promotes(brand: Brand, channel: int) -> bool:
    """Whether a brand has money left this week, in all and for the channel."""
    spent = 0
    for kind in range(brand.spent.shape[0]):
        spent += brand.spent[kind]
    return spent < brand.budget and brand.spent[channel] < brand.split[channel] * brand.budget


@inlined
def plan_day(m: Day) -> None:
    """What each brand pays to be promoted today: the agreed rates, or nothing where the money is spent."""
    p = m.p.creators
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        for tier, channel in ((Tier.KOC.value, Spending.KOC.value), (Tier.KOL.value, Spending.KOL.value)):
            pays = promotes(brand, channel)
            brand.pays[tier] = pays
            brand.margin[tier] = p.resale_margin if pays else 0.0
        brand.slot_fee[Tier.KOL.value] = p.slot_fee if promotes(brand, Spending.KOL.value) else 0.0
        brand.welcomes = brand.account >= 0 and promotes(brand, Spending.OWN.value)


@inlined
def bid_for_goods(m: Day) -> None:
    """Let each brand bid what its ad budget has left for each of its goods."""
    for j in range(m.products.shape[0]):
        product = m.products[j]
        product.bid = ad_budget_left(m.brands[product.brand])


@inlined
def ad_budget_left(brand: Brand) -> float:
    """Ad budget that a brand has left this week, fen."""
    ads = Spending.ADS.value
    return brand.split[ads] * brand.budget - brand.spent[ads] if promotes(brand, ads) else 0.0


@compiled
def slot_fee(slot: bool, per_follower: float, audience: int) -> int:
    """Fixed fee of a post in fen, due on the first promoted post of a creator's day."""
    return int(FEN * slot * per_follower * audience)


@inlined
def charge_slot_fees(m: Day) -> None:
    """Let brands pay the fixed fees of today's posts; what creators earn today begins with them."""
    for k in range(m.creators.shape[0]):
        m.creators[k].earned_today = 0
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        creator, b = m.creators[post.creator], m.products[post.product].brand
        fee = slot_fee(post.slot, m.brands[b].slot_fee[creator.tier], creator.audience)
        move(m.accounts.brand, b, m.accounts.creator_balance, post.creator, fee)
        m.brands[b].spent[Spending.KOL.value] += fee
        creator.earned_today += fee


@inlined
def charge_marketing(contact: int, m: Day) -> None:
    """Let brands pay for the ads that were seen, and for the contacts that joined their own accounts.

    The annual fees of platforms count as marketing cost.

    Parameters
    ----------
    contact
        Red packet for a consumer who joins an own account, fen.
    """
    accounts, tally = m.accounts, m.out.tally
    for v in range(m.platforms.shape[0]):
        for j in range(m.products.shape[0]):
            b, fen = m.products[j].brand, tally.ads_viewed[v, j] * m.platforms[v].ad_price
            move(accounts.brand, b, accounts.revenue, (v, Revenue.ADS), fen)
            m.brands[b].spent[Spending.ADS.value] += fen
    for b in range(m.brands.shape[0]):
        brand = m.brands[b]
        if brand.account >= 0:
            fen = max(tally.followers[brand.account], 0) * contact
            move(accounts.brand, b, accounts.consumers, 0, fen)
            brand.spent[Spending.OWN.value] += fen
        for v in range(m.platforms.shape[0]):
            brand.spent[Spending.FEES.value] += annual_fee(m.platforms[v].annual_fee, m.day)


@compiled
def spending_on(channel: int, tier: int) -> int:
    """What promotion of an order is booked on: the tier of the creator who sold (or `NOBODY`), else ads, else fees."""
    if tier == Tier.KOC.value:
        return Spending.KOC.value
    if tier == Tier.KOL.value:
        return Spending.KOL.value
    if tier == Tier.BRAND.value:
        return Spending.OWN.value
    return Spending.ADS.value if channel == Channel.AD.value else Spending.FEES.value


@inlined
def book_order(order: Order, m: Day) -> None:
    """Book what promotion cost on an order that is kept, the gross margin, and what the creator earned.

    Commission, hidden margin and the platform's take count as marketing cost.
    """
    if order.returned:
        return
    brand, pay, tier = m.brands[order.brand], order.commission + order.margin, NOBODY
    if order.creator >= 0:
        creator = m.creators[order.creator]
        tier = int(creator.tier)
        creator.earned_today += pay
    spending = spending_on(order.channel, tier)
    brand.spent[spending] += order.fee + pay
    if spending < CHANNELS:
        brand.earned[spending] += order.price - order.cost
