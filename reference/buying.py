"""What a consumer makes of the offers of a day: choice, purchase, experience, words (7.8, 7.10, 7.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference import equations
from reference.equations import Belief
from reference.leaking import leaks, settle_outside
from reference.memory import believe, faded, remember_use
from reference.pay import commission_on, reward_of, write_lines
from reference.records import Channel, Offer, Order, Product, Tier, Word, part

if TYPE_CHECKING:
    from reference.consumer import Consumer

MOST_COUNTED = 31.875


@dataclass
class Weighed:
    """An offer with what it costs, in fen, and what it is worth."""

    offer: Offer
    belief: Belief
    price: int
    coupon: int
    lasting: float
    shock: float
    utility: float  # shock included

    @property
    def to_pay(self) -> int:
        """Price less coupon, fen."""
        return self.price - self.coupon


def buy(consumer: Consumer, offers: list[Offer]) -> None:
    """Of each category, the best offer that can be had against buying nothing (7.11)."""
    model = consumer.model
    best: dict[int, Weighed] = {}
    for weighed in weigh(consumer, offers):
        category = weighed.offer.product.category
        possible = may_buy(consumer, weighed.offer) and weighed.to_pay <= consumer.wallet
        if possible and (category not in best or weighed.utility > best[category].utility):
            best[category] = weighed
    is_new = not consumer.brands_bought
    for _, weighed in sorted(best.items()):
        shock = float(model.rng.gumbel())
        wins = weighed.utility > model.parameters.market.choice.outside + shock
        if wins and weighed.to_pay <= consumer.wallet:
            model.orders_today.append(purchase(consumer, weighed, shock, is_new))
            is_new = False


def may_buy(consumer: Consumer, offer: Offer) -> bool:
    """Whether it is sold where the buyer looks; behind a follow gate only what one knows is for sale."""
    known = offer.channel is Channel.RECALL or offer.seller in consumer.follows
    return consumer.platform.sells(offer.product) and (known or not consumer.platform.policy.follow_gate)


def weigh(consumer: Consumer, offers: list[Offer]) -> list[Weighed]:
    """Utility of every offer; a product that is met twice has one shock (7.11)."""
    model, p = consumer.model, consumer.model.parameters
    products = dict.fromkeys(offer.product for offer in offers)
    shock = dict(zip(products, model.rng.gumbel(size=len(products)).tolist(), strict=True))
    weighed = []
    for offer in offers:
        belief, (price, coupon) = believe(consumer, offer.product), price_of(consumer, offer)
        lasting = lasting_utility(consumer, offer.product, price - coupon)
        worth = equations.believed_value(belief, model.world(offer.product.category).use, p)
        urged = impulse(consumer, offer.product) * p.creators.urgency if offer.channel is Channel.LIVE else 0.0
        utility = lasting + worth + urged + shock[offer.product]
        weighed.append(Weighed(offer, belief, price, coupon, lasting, shock[offer.product], utility))
    return weighed


def price_of(consumer: Consumer, offer: Offer) -> tuple[int, int]:
    """Price after mark-up and discounts, and the coupon on it, fen (7.21)."""
    seller, platform = offer.seller, consumer.platform
    price, policy = platform.price(offer.product), platform.policy
    factor = 1.0 - policy.deal.cut
    if seller is not None and seller.tier is Tier.BRAND:
        factor *= 1.0 - consumer.model.parameters.brands.member_discount
    elif seller is not None:
        factor *= 1.0 + platform.mark_up
    if offer.channel is Channel.LIVE:
        factor *= 1.0 - policy.live_discount
    if factor != 1.0:
        price = max(int(price * factor), 1)
    entitled = not consumer.brands_bought or not policy.coupon_newcomers
    return price, int(policy.coupon * price) if entitled else 0


def impulse(consumer: Consumer, product: Product) -> float:
    """Cost of buying without a need."""
    needed = consumer.needs[product.category]
    return 0.0 if needed else consumer.model.categories[product.category].impulse_cost


def lasting_utility(consumer: Consumer, product: Product, to_pay: int) -> float:
    """Taste, price, friends who bought it, and the cost of an impulse (7.11)."""
    memory = faded(consumer, product)
    return equations.lasting_utility(
        taste=consumer.taste[product.category],
        relative_price=to_pay / (100.0 * consumer.model.categories[product.category].price),
        sensitivity=consumer.sensitivity,
        friends=memory.friends if memory is not None else 0.0,
        impulse=impulse(consumer, product),
        p=consumer.model.parameters,
    )


def purchase(consumer: Consumer, best: Weighed, shock_of_nothing: float, is_new: bool) -> Order:
    """Order and pay; what is on its way is not needed (7.11, 7.12)."""
    platform, product, seller = consumer.platform, best.offer.product, best.offer.seller
    sells = seller is not None and seller.tier is not Tier.BRAND
    commission = commission_on(product, seller.tier, platform) if seller is not None and best.offer.paid else 0.0
    mark_up = platform.mark_up / (1.0 + platform.mark_up) if sells else 0.0
    order = Order(
        consumer,
        best.offer,
        platform,
        consumer.model.day,
        best.price,
        product.cost,
        best.coupon,
        take=part(best.price, platform.policy.take_rate),
        commission=part(best.price, commission),
        mark_up=part(best.price, mark_up),
        expected=best.belief.mean,
        liking=best.lasting - consumer.model.parameters.market.choice.outside,
        shock=best.shock,
        shock_of_nothing=shock_of_nothing,
        followed=seller in consumer.follows,
        deal=platform.policy.deal.needs > 0,
    )
    consumer.wallet -= best.to_pay
    if leaks(order):
        settle_outside(order, commission, mark_up)
    else:
        write_lines(order, is_new)
    consumer.on_their_way.add(product.category)
    return order


def receive(order: Order) -> None:
    """Experience what arrives, perhaps return it, remember, rate, follow, and tell (7.11)."""
    consumer, product = order.buyer, order.product
    p, random = consumer.model.parameters, consumer.random.random
    order.arrived = consumer.model.day
    order.experienced = experienced = consumer.use(product)
    order.returned = not order.outside and equations.is_returned(order.liking, experienced, order.shock, p)
    enough = order.expected - p.market.experience.tolerance
    order.satisfying = not order.returned and experienced >= enough
    order.surplus = surplus(order)
    consumer.on_their_way.discard(product.category)
    if not order.returned:
        consumer.schedule_need(product.category)
    order.rating = experienced if random() < p.market.experience.review else None
    order.candidate = order.satisfying and consumer.creator is None and random() < consumer.sociability
    order.claim_met = judge_claim(order)
    remember_use(consumer, product, experienced, order.satisfying)
    if order.satisfying:
        follow_after_purchase(order)
    tell_friends(order)


def surplus(order: Order) -> float:
    """What is enjoyed over having nothing, or the trouble of sending it back, yuan (7.11)."""
    consumer, product, p = order.buyer, order.product, order.buyer.model.parameters
    if order.returned:
        return -p.market.experience.hassle * (order.price - order.coupon) / 100.0
    gain = order.liking + product.quality + consumer.match(product) + order.shock - order.shock_of_nothing
    return gain * consumer.model.categories[product.category].price / consumer.sensitivity


def judge_claim(order: Order) -> bool | None:
    """Whether the claim was met, if there was one: the buyer remembers it, and so does the pool (7.8, 7.16)."""
    consumer, offer = order.buyer, order.offer
    if offer.claim is None or offer.seller is None:
        return None
    t = consumer.model.parameters.market.trust
    met = order.experienced >= offer.claim.worth - t.tolerance
    offer.seller.claims_met += met
    offer.seller.claims_broken += not met
    follow = consumer.follows.get(offer.seller) if order.followed else None
    if follow is not None and met:
        follow.met = min(follow.met + 1.0, MOST_COUNTED)
    elif follow is not None:
        follow.broken = min(follow.broken + int(8.0 * t.broken_weight) / 8.0, MOST_COUNTED)
    return met


def follow_after_purchase(order: Order) -> None:
    """Perhaps follow the seller, and the brand's own account (7.11)."""
    consumer, p, brand = order.buyer, order.buyer.model.parameters, order.product.brand
    chances = []
    if order.offer.seller is not None and not order.followed:
        chances.append((order.offer.seller, p.market.attention.follow))
    if brand.account is not None and brand.welcomes:
        chances.append((brand.account, p.brands.join))
    for creator, chance in chances:
        if consumer.random.random() < chance:
            met, broken = creator.counts_of_stranger()
            consumer.follow(creator, met + 1.0, broken)


def tell_friends(order: Order) -> None:
    """Perhaps tell some friends, a stretch of the list from a random place (7.10)."""
    consumer, p = order.buyer, order.buyer.model.parameters
    random, friends, surprise = consumer.random, consumer.friends, abs(order.experienced - order.expected)
    reward, is_seen = reward_of(order)
    if not friends or random.random() >= equations.share_probability(consumer.sociability, surprise, reward, p):
        return
    told = min(int(p.market.sharing.friends_told + random.random()), len(friends))
    start = random.randrange(len(friends))
    word = Word(order.product, order.experienced, consumer, order.offer.seller, is_seen)
    for n in range(told):
        consumer.model.words_today.append((friends[(start + n) % len(friends)], word))
