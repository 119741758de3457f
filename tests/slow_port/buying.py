"""Weighing, buying, and what a purchase leads to (7.7, 7.8, 7.10, 7.11)."""

from __future__ import annotations

from dataclasses import dataclass

from . import creating, rules
from .consumer import HABIT, Day, Offer, needed, trust_in
from .platform import Order
from .rules import Belief
from .town import KOL, Bought, Creator, Person, Product, Town

OWN_PRODUCTS = 4
MOST_COUNTED = 31.875


@dataclass
class Weighed:
    offer: Offer
    believed: Belief
    price: int
    coupon: int
    value: float


@dataclass
class Told:
    """A word on its way to a friend's inbox."""

    friend: int
    product: int
    experienced: float
    root: Creator | None


def price_of(town: Town, person: Person, offer: Offer) -> tuple[int, int]:
    """Price after discount, and the coupon on it, fen."""
    pl = town.p.platform
    discount = pl.live_discount if offer.seller is not None and offer.seller.tier == KOL else 0.0
    price = round(offer.product.price * (1.0 - discount))
    entitled = not pl.coupon_newcomers or person.orders == 0
    return price, int(pl.coupon * price) if entitled else 0


def believe(town: Town, person: Person, offer: Offer) -> Belief:
    """7.7."""
    b, product = town.p.market.belief, offer.product
    signals = [(product.reputation, b.prior)]
    if product.ratings:
        rating = product.rating_sum / product.ratings + product.bias
        signals.append((rating, rules.rating_precision(product.ratings, town.p)))
    if offer.claim is not None and offer.seller is not None:
        trusted = trust_in(town, person.edge_to(offer.seller), offer.seller)
        mastery = offer.seller.mastery[product.category]
        signals.append((offer.claim, rules.claim_precision(trusted, mastery, offer.visible_pay, town.p)))
    words = person.heard.get(product.number)
    if words:
        signals.append((words.mean, b.friend * words.count))
    own = person.bought.get(product.number)
    if own:
        signals.append((own.mean, min(b.own * own.count, b.own_most)))
    return rules.belief(signals)


def weigh(town: Town, person: Person, offers: list[Offer], day: Day) -> list[Weighed]:
    luck: dict[int, float] = {}
    weighed = []
    for offer in offers:
        product, c = offer.product, offer.product.category
        if product.number not in luck:
            luck[product.number] = float(town.rng.gumbel())
        believed = believe(town, person, offer)
        price, coupon = price_of(town, person, offer)
        words = person.heard.get(product.number)
        recalled = words is not None and day.number - words.last <= town.p.market.sharing.recall
        relative = (price - coupon) / (100.0 * town.categories[c].price)
        impulse = 0.0 if needed(person, c, day.number) else town.categories[c].impulse_cost
        friends = words.count if words is not None and recalled else 0
        rest = rules.other_utility(person.taste[c], relative, person.sensitivity, friends, impulse, town.p)
        value = rest + rules.believed_value(believed, town.p) + luck[product.number]
        weighed.append(Weighed(offer, believed, price, coupon, value))
    return weighed


def buy(town: Town, person: Person, weighed: list[Weighed], day: Day, told: list[Told]) -> list[Order]:
    """The best offer of each category against buying nothing."""
    orders = []
    for c in range(len(town.categories)):
        allowed = [w for w in weighed if w.offer.product.category == c and _may_buy(town, person, w.offer)]
        if not allowed:
            continue
        best = max(allowed, key=lambda w: w.value)
        outside = town.p.market.choice.outside + float(town.rng.gumbel())
        if best.value > outside and person.wallet >= best.price - best.coupon:
            orders.append(_experience(town, person, best, outside, day, told))
    return orders


def _may_buy(town: Town, person: Person, offer: Offer) -> bool:
    if not town.p.platform.follow_gate or offer.channel == HABIT:
        return True
    return offer.seller is not None and person.edge_to(offer.seller) is not None


def _experience(town: Town, person: Person, best: Weighed, outside: float, day: Day, told: list[Told]) -> Order:
    p, rng = town.p, town.rng
    offer, product = best.offer, best.offer.product
    x = product.quality + p.market.experience.noise * float(rng.standard_normal())
    returned = best.believed.mean - x > p.market.experience.return_gap
    satisfying = not returned and x >= best.believed.mean - p.market.trust.tolerance
    person.wallet -= best.price - best.coupon
    visible, hidden = creating.pay_shares(town, offer.seller, product)
    value = best.value - rules.believed_value(best.believed, p) + p.market.choice.quality * x
    surplus = (value - outside) * (best.price - best.coupon) / 100.0 / person.sensitivity
    order = Order(
        person, product, offer.seller, offer.channel, day.number, best.price, best.coupon,
        int(visible * best.price), int(hidden * best.price), int(p.platform.take_rate * best.price),
        returned, 0.0 if returned else surplus,
    )  # fmt: skip
    order.review = x if rng.random() < p.market.experience.review else None
    order.satisfying = satisfying
    order.new_customer = product.brand.number not in person.customer_of
    person.customer_of.add(product.brand.number)
    person.orders += 1
    _remember(person, product, x, satisfying)
    if not returned:
        person.due[product.category], person.lapse[product.category] = town.next_need(product.category, day.number)
    _judge(town, person, offer, x)
    order.joined_pool = satisfying and _follow(town, person, order)
    order.candidate = satisfying and rng.random() < person.sociability
    _tell(town, person, product, x, best.believed.mean, offer, told)
    return order


def _remember(person: Person, product: Product, x: float, satisfying: bool) -> None:
    if product.number not in person.bought and len(person.bought) == OWN_PRODUCTS:
        del person.bought[min(person.bought, key=lambda n: person.bought[n].count)]
    own = person.bought.setdefault(product.number, Bought())
    own.mean += (x - own.mean) / (own.count + 1)
    own.count += 1
    own.satisfying_in_a_row = own.satisfying_in_a_row + 1 if satisfying else 0


def _judge(town: Town, person: Person, offer: Offer, x: float) -> None:
    """7.8: the claim was met or broken; so the edge, and the pool, remember."""
    if offer.claim is None or offer.seller is None:
        return
    t = town.p.market.trust
    edge = person.edge_to(offer.seller)
    met = x >= offer.claim - t.tolerance
    if met:
        offer.seller.claims_met += 1.0
    else:
        offer.seller.claims_broken += 1.0
    if edge is not None:
        edge.met = min(edge.met + met, MOST_COUNTED)
        edge.broken = min(edge.broken + (0.0 if met else t.broken_weight), MOST_COUNTED)


def _follow(town: Town, person: Person, order: Order) -> bool:
    """7.11: a satisfied buyer may follow the seller, and the brand's own account; whether the latter."""
    a = town.p.market.attention
    if order.seller is not None and order.seller.active:
        _start_to_follow(town, person, order.seller)
    account = order.product.brand.account
    if account is None or not order.product.brand.promotes["own"] or town.rng.random() >= a.follow:
        return False
    return town.follow(person, account, town.p.market.trust.stranger_met + 1.0, town.p.market.trust.stranger_broken)


def _start_to_follow(town: Town, person: Person, seller: Creator) -> None:
    t = town.p.market.trust
    if person.edge_to(seller) is None and town.rng.random() < town.p.market.attention.follow:
        mass = seller.tier == KOL
        met, broken = (t.mass_met, t.mass_broken) if mass else (t.stranger_met, t.stranger_broken)
        town.follow(person, seller, met + 1.0, broken)


def _tell(
    town: Town, person: Person, product: Product, x: float, expected: float, offer: Offer, told: list[Told]
) -> None:
    """7.10: a stretch of the list of friends, from a random place."""
    rng, friends = town.rng, person.friends
    if not friends or rng.random() >= rules.share_probability(person.sociability, abs(x - expected), town.p):
        return
    wanted = min(int(town.p.market.sharing.friends_told + rng.random()), len(friends))
    start = int(rng.integers(len(friends)))
    for n in range(wanted):
        told.append(Told(friends[(start + n) % len(friends)], product.number, x, offer.seller))
