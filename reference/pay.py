"""Lines of pay: who is paid for what, by whom, and when (7.12); money in fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reference.records import Channel, Order, Owed, Product, Tier, part
from sim.parameters import Pay

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.consumer import Consumer
    from reference.creator import Creator
    from reference.market import PlainMarket
    from reference.platform import Platform

ON_ORDERS = ("price", "margin", "order", "member")
LEVELS = (1, 2, 3)


def is_at_once(line: Pay) -> bool:
    """Whether a line is paid to the seller out of the price, with the order itself."""
    plain = line.of == "price" and line.claw_back and line.wait == 0
    return plain and line.to == "seller" and line.by != "platform"


def is_for(line: Pay, brand: Brand) -> bool:
    """Whether a line is for goods of a brand."""
    return not line.brands or brand.number in line.brands


def is_tier(line: Pay, tier: Tier) -> bool:
    """Whether a line is for creators of a tier."""
    return line.tier == "all" or {"koc": Tier.KOC, "kol": Tier.KOL}[line.tier] is tier


def pays(line: Pay, brand: Brand, tier: Tier) -> bool:
    """Whether a line is for goods of a brand and creators of a tier, and whoever pays it does so today."""
    return is_tier(line, tier) and is_for(line, brand) and (line.by != "brand" or brand.pays[tier])


def raised_by(lines: Sequence[Pay], brand: Brand) -> float:
    """Share of its prices that a brand pays by the price."""
    return sum(line.share for line in lines if line.of == "price" and line.by == "brand" and is_for(line, brand))


def earned_on_sale(product: Product, tier: Tier, platform: Platform) -> tuple[float, float]:
    """What who posts and sells earns on a sale on a platform, and what of it is seen; shares of the price."""
    pay, seen, price = 0.0, 0.0, platform.price(product)
    for line in platform.lines:
        if line.to in ("seller", "author") and line.of in ON_ORDERS[:3] and pays(line, product.brand, tier):
            share = {
                "price": line.share,
                "margin": line.share * max(price - product.cost, 0) / price,
                "order": 100.0 * line.sum / price,
            }[line.of]
            pay += share
            seen += share if line.visible else 0.0
    return pay, seen


def commission_on(product: Product, tier: Tier, platform: Platform) -> float:
    """Share of the price that the brand of a product pays who sold on a platform, with the order itself."""
    lines = [line for line in platform.lines if line.by == "brand" and is_at_once(line)]
    return sum(line.share for line in lines if pays(line, product.brand, tier))


def sells_on_own_account(tier: Tier, lines: Sequence[Pay]) -> bool:
    """Whether creators of a tier may earn without a contract."""
    own = [line for line in lines if line.of in ON_ORDERS and line.share + line.sum > 0.0 and is_tier(line, tier)]
    return any(line.to == "author" or (line.to == "seller" and line.by != "brand") for line in own)


def fee_lines(tier: Tier, lines: Sequence[Pay]) -> list[Pay]:
    """Lines of what brands pay for a post."""
    found = [line for line in lines if line.of in ("post", "follower") and line.by == "brand"]
    return [line for line in found if line.sum > 0.0 and is_tier(line, tier)]


# --- on an order ----------------------------------------------------------------------------------------------------


def recruiter_of(creator: Creator | None, level: int) -> Creator | None:
    """Who recruited a creator, or for a higher level that one's recruiter, if still in business."""
    for _ in range(level):
        creator = creator.recruiter if creator is not None else None
    return creator if creator is not None and creator.active else None


def author_of(order: Order) -> Creator | None:
    """Who sold; where nobody did, who spoke of the product last to the buyer."""
    if order.offer.seller is not None:
        return order.sold_by
    memory = order.buyer.memories.get(order.product)
    source = memory.source if memory is not None else None
    return source if source is not None and source.person is not None and source.active else None


def payee_of(line: Pay, order: Order) -> Creator | Consumer | None:
    """Whom a line pays on an order; staff has no name."""
    if line.to == "sharer":
        return order.offer.teller if order.offer.channel is Channel.FRIEND else None
    creator = None
    if line.to == "seller":
        creator = order.sold_by if order.offer.paid or line.by != "brand" else None
    elif line.to == "author":
        creator = author_of(order)
    elif line.to == "recruiter":
        creator = recruiter_of(order.sold_by, line.level)
    return creator if creator is not None and pays(line, order.product.brand, creator.tier) else None


def amount(line: Pay, order: Order, is_new: bool) -> int:
    """What a line pays on an order."""
    mark_up = order.platform.mark_up
    if line.of == "price":
        return part(order.price, line.share / (1.0 + mark_up) if line.by == "buyer" else line.share)
    if line.of == "margin":
        own = order.price - (part(order.price, mark_up / (1.0 + mark_up)) if order.sold_by is not None else 0)
        return part(max(own - order.cost, 0), line.share)
    return round(100.0 * line.sum) if line.of == "order" or is_new else 0


def write_lines(order: Order, is_new: bool) -> None:
    """Write down what each line comes to on an order; buyers pay through the seller's own price."""
    for line in order.platform.lines:
        if line.of not in ON_ORDERS or is_at_once(line) or not is_for(line, order.product.brand):
            continue
        payee, fen = payee_of(line, order), amount(line, order, is_new)
        nobody = payee is None and line.to != "staff"
        if nobody or fen == 0 or (line.by == "buyer" and order.sold_by is None):
            continue
        order.lines.append(Owed(line, payee, fen))
        order.mark_up -= fen if line.by == "buyer" else 0


def reward_of(order: Order) -> tuple[float, bool]:
    """What the buyer would earn on a friend's order like this, yuan, and whether friends see it (7.10)."""
    found = [line for line in order.platform.lines if line.to == "sharer" and is_for(line, order.product.brand)]
    found = [line for line in found if line.by != "buyer" or order.offer.seller is not None]
    fen = sum(amount(line, order, True) for line in found) if order.satisfying else 0
    return fen / 100.0, fen > 0 and any(line.visible for line in found)


def book_lines(order: Order) -> int:
    """Note what creators earn and brands spend by an order that has arrived; what buyers pay others than the seller."""
    passed_on, brand = 0, order.product.brand
    for owed in order.lines:
        if order.returned and owed.line.claw_back:
            continue
        creator = owed.payee if owed.line.to in ("seller", "author", "recruiter") else None
        if creator is not None:
            creator.earn(owed.fen)
        if owed.line.by == "brand":
            brand.spend(creator.tier if creator is not None and owed.line.to != "recruiter" else Tier.KOC, owed.fen)
        passed_on += owed.fen if owed.line.by == "buyer" else 0
    return passed_on


def move_line(owed: Owed, order: Order, sign: int) -> None:
    """Pay a line out of escrow, or take it back."""
    fen, owed.paid, platform = sign * owed.fen, sign > 0, order.platform
    if owed.line.by == "platform":
        platform.revenue["pay"] -= fen
    if owed.line.to == "staff":
        platform.staff += fen
    elif owed.line.to == "sharer":
        owed.payee.wallet += fen
        platform.sharers += fen
    else:
        owed.payee.balance += fen


def end_lines(order: Order) -> None:
    """Of an order that is refunded: the brand stands for what is not taken back."""
    for owed in order.lines:
        if owed.line.claw_back and owed.paid:
            move_line(owed, order, -1)
        elif not owed.line.claw_back:
            if not owed.paid:
                move_line(owed, order, 1)
            order.product.brand.profit -= owed.fen if owed.line.by == "brand" else 0


# --- without an order -----------------------------------------------------------------------------------------------


def pay_standing(model: PlainMarket) -> None:
    """Pay the day, and what platforms pay for posts, when today's posts are written."""
    working = [creator for creator in model.creators if creator.active and creator.person is not None]
    for platform in model.platforms:
        here = [creator for creator in working if creator.home is platform]
        for line in platform.lines:
            if line.of == "day" and line.to == "staff":
                platform.pay_directly(None, round(100.0 * line.sum))
            for creator in here:
                if is_tier(line, creator.tier) and line.of == "day" and line.to == "seller":
                    pay_day(line, creator)
                elif is_tier(line, creator.tier) and line.of in ("post", "follower") and line.by == "platform":
                    pay_posts(line, creator)


def pay_day(line: Pay, creator: Creator) -> None:
    """Pay a creator in business for a day: the platform, or the brand that a lot finds among what is offered."""
    fen, offers = round(100.0 * line.sum), creator.model.offers[creator.tier]
    if line.by == "platform":
        creator.home.pay_directly(creator, fen)
    elif offers is not None:
        brand = offers.at(creator.lot).brand
        if is_for(line, brand) and brand.funds[creator.tier] >= fen:
            brand.pay_fee(creator, fen)


def pay_posts(line: Pay, creator: Creator) -> None:
    """Let a platform pay for each of today's posts about goods that a line is for."""
    each = round(100.0 * line.sum * (creator.audience if line.of == "follower" else 1))
    for post in creator.posts_today:
        creator.home.pay_directly(creator, each if is_for(line, post.product.brand) else 0)


def recruits_bring(creator: Creator) -> float:
    """What a creator would earn a day by a recruit who did as well, yuan (7.19)."""
    model = creator.model
    recruits = sum(other.recruiter is creator for other in model.creators)
    share = 0.0
    for line in creator.home.lines:
        if line.to == "recruiter" and line.of == "price":
            some = len(set(line.brands)) / len(model.brands) if line.brands else 1.0
            share += line.share * some * recruits ** (line.level - 1)
    sales = sum(n * about.price for n, about in zip(creator.orders, model.categories, strict=True))
    return share * sales * model.parameters.creators.content_decay
