"""Brands' budgets, what becomes of orders, and what creators learn (7.9, 7.16 to 7.21)."""

from __future__ import annotations

from . import audience, platform, rules
from .consumer import AD, Day
from .platform import Accounts, Order
from .town import BRAND, KOC, KOL, Brand, Creator, Person, Product, Town


def plan(town: Town, day: int) -> None:
    """7.20: a new budget once a week; which channels still have money, every day."""
    b = town.p.brands
    budget = platform.weekly_budget(town)
    for brand in town.brands:
        if not brand.split:
            brand.split = {"ads": b.ads, KOL: b.kol, KOC: b.koc, "own": b.own}
        if day % 7 == 0:
            if day > 0 and b.adapt > 0.0:
                adapt(brand, b.adapt)
            brand.spent = {"ads": 0.0, KOL: 0.0, KOC: 0.0, "own": 0.0, "other": 0.0}
            brand.earned = dict.fromkeys(brand.spent, 0.0)
        whole = sum(brand.spent.values()) < budget
        brand.promotes = {
            channel: whole and share > 0.0 and brand.spent[channel] < share * budget
            for channel, share in brand.split.items()
        }


def adapt(brand: Brand, speed: float) -> None:
    """7.20: towards the channels' returns, gross margin over spend."""
    used = [channel for channel, share in brand.split.items() if share > 0.0 and brand.spent[channel] > 0.0]
    returns = {c: max(brand.earned[c], 0.0) / brand.spent[c] for c in used}
    total = sum(returns.values())
    if len(used) > 1 and total > 0.0:
        pot = sum(brand.split[c] for c in used)
        for c in used:
            brand.split[c] = (1.0 - speed) * brand.split[c] + speed * pot * returns[c] / total


def pay_slots(town: Town, accounts: Accounts, slots: list[tuple[Creator, Product]]) -> int:
    """7.12: slot fees of the day; the sum, fen."""
    total = 0
    for creator, product in slots:
        fee = int(100 * town.p.creators.slot_fee * creator.audience)
        product.brand.spend(KOL, fee)
        accounts.brand_profit -= fee
        creator.balance += fee
        creator.week_income += fee / 100.0
        total += fee
    return total


def check_out(town: Town, accounts: Accounts, orders: list[Order], day: Day) -> None:
    """7.21, 7.23: ratings, sales and marketing cost of the day."""
    p = town.p
    price = round(100 * p.platform.feed.ad_price)
    for number, views in day.ad_views.items():
        brand = town.brands[number]
        brand.spend("ads", views * price)
        platform.charge(accounts, "ads", brand, views * price)
    for brand in town.brands:
        yearly = round(100 * p.platform.annual_fee)
        fee = yearly * (day.number + 1) // 365 - yearly * day.number // 365
        brand.spend("other", fee)
        platform.charge(accounts, "annual_fee", brand, fee)
    for product in town.products:
        product.sales *= 0.95
    for order in orders:
        _book(town, accounts, order)


def _book(town: Town, accounts: Accounts, order: Order) -> None:
    p, product, brand = town.p, order.product, order.product.brand
    accounts.escrow.append(order)
    accounts.streams["coupon"] -= order.coupon
    product.bought += 1
    product.satisfying += order.satisfying
    product.sales += 1.0
    if order.review is not None:
        product.ratings += 1
        product.rating_sum += order.review
    shipping = round(100 * p.brands.shipping)
    goods = int(p.brands.cost * product.list_price)
    channel = "other"
    if order.seller is not None:
        channel = "own" if order.seller.tier == BRAND else order.seller.tier
    elif order.channel == AD:
        channel = "ads"
    accounts.brand_profit -= shipping * (2 if order.returned else 1) + (0 if order.returned else goods)
    if order.joined_pool:
        contact = round(100 * p.brands.own_contact)
        brand.spend("own", contact)
        accounts.brand_profit -= contact
    if order.returned:
        return
    brand.spend(channel, order.take + order.pay)
    brand.earned[channel] += order.price - goods
    if order.seller is not None:
        order.seller.week_income += order.pay / 100.0


def take_up(town: Town, day: Day) -> int:
    """7.9: so many questions a day, drawn by lot; how many were taken up."""
    asked: dict[int, list[tuple[Person, Creator, int]]] = {}
    for question in day.questions:
        asked.setdefault(id(question[1]), []).append(question)
    answered = 0
    for questions in asked.values():
        for n in town.rng.permutation(len(questions))[: int(town.p.creators.answers)]:
            person, creator, c = questions[n]
            person.answer = (creator, c)
            answered += 1
    return answered


def learn(town: Town, day: int, orders: list[Order]) -> None:
    """7.16 to 7.18."""
    c, t = town.p.creators, town.p.market.trust
    for order in orders:
        if order.seller is not None:
            order.seller.orders[order.product.category] += 1.0
    _, most = audience.pool_sizes(town)
    people = len(town.people)
    threshold = max(min(c.kol_threshold * people, float(c.kol_threshold_most)), most + 1.0)
    for creator in town.creators:
        if not creator.active:
            continue
        scale = 100.0 / max(creator.audience, 1)
        creator.pool_met = creator.pool_met * (1.0 - t.reputation_decay) + scale * creator.claims_met
        creator.pool_broken = creator.pool_broken * (1.0 - t.reputation_decay) + scale * creator.claims_broken
        creator.claims_met = creator.claims_broken = 0.0
        if creator.tier == BRAND:
            continue
        creator.posts = [0.98 * n for n in creator.posts]
        creator.orders = [0.98 * n for n in creator.orders]
        creator.learnt["effort"] += c.learning / 7.0 * (7.0 * creator.effort_today - creator.learnt["effort"])
        if day % 7 == 6:
            learn_week(town, creator)
        tempted = day - creator.since >= c.patience and town.rng.random() < c.leave
        if tempted and net_income(town, creator) < creator.reservation:
            creator.active = False
            assert creator.person is not None
            creator.person.creator = None
        if creator.tier == KOC and creator.audience >= threshold:
            creator.tier = KOL


def learn_week(town: Town, creator: Creator) -> None:
    """7.17."""
    c, learnt = town.p.creators, creator.learnt
    n, y = float(creator.week_posts), creator.week_income
    for name, value in {"n": n, "y": y, "nn": n * n, "ny": n * y}.items():
        learnt[name] += c.learning * (value - learnt[name])
    creator.week_posts, creator.week_income = 0, 0.0
    marginal = rules.marginal_income(learnt["n"], learnt["y"], learnt["nn"], learnt["ny"], town.p)
    effort = c.effort_cost * (c.kol_effort if creator.tier == KOL else 1.0)
    creator.rate += c.learning * (rules.intended_rate(marginal, effort, town.p) - creator.rate)
    creator.sign = 1.0 if town.rng.random() < 0.5 else -1.0


def net_income(town: Town, creator: Creator) -> float:
    """7.18, yuan a day."""
    learnt = creator.learnt
    return (learnt["y"] + town.p.creators.intrinsic * learnt["n"] - learnt["effort"]) / 7.0


def enter(town: Town, orders: list[Order], day: int) -> None:
    """7.19."""
    c = town.p.creators
    settled = [net_income(town, k) for k in town.creators if k.tier == KOC and k.active and day - k.since >= c.patience]
    usual = sum(settled) / len(settled) if settled else 0.0
    for person in dict.fromkeys(order.person for order in orders if order.candidate):
        if person.creator is not None or not person.friends:
            continue
        if town.rng.random() < c.entry and usual > town.reservation_income(person):
            audience.gather_pool(town, town.new_creator(KOC, person, None, day))
    if day % 7 == 6:
        town.survey_followers()
