"""What a consumer makes of the offers of a day: belief, choice, purchase, experience, words (7.7, 7.8, 7.10, 7.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference import equations
from reference.equations import Belief
from reference.records import Channel, Experience, Offer, Order, Product, Tier

if TYPE_CHECKING:
    from reference.consumer import Consumer

PRODUCTS_REMEMBERED = 4
MOST_COUNTED = 31.875


@dataclass
class Weighed:
    """An offer with what it costs, in fen, and what it is worth, luck included."""

    offer: Offer
    belief: Belief
    price: int
    coupon: int
    utility: float

    @property
    def to_pay(self) -> int:
        """Price less coupon, fen."""
        return self.price - self.coupon


def buy(consumer: Consumer, offers: list[Offer]) -> None:
    """Of each category, the best offer against buying nothing (7.11)."""
    model = consumer.model
    best: dict[int, Weighed] = {}
    for weighed in weigh(consumer, offers):
        category = weighed.offer.product.category
        if may_buy(consumer, weighed.offer) and (category not in best or weighed.utility > best[category].utility):
            best[category] = weighed
    for _, weighed in sorted(best.items()):
        nothing = model.parameters.market.choice.outside + float(model.rng.gumbel())
        if weighed.utility > nothing and consumer.wallet >= weighed.to_pay:
            model.orders_today.append(purchase(consumer, weighed, nothing))


def may_buy(consumer: Consumer, offer: Offer) -> bool:
    """Behind a follow gate only what one knows is for sale."""
    gate = consumer.model.parameters.platform.follow_gate
    return not gate or offer.channel is Channel.HABIT or offer.seller in consumer.follows


def weigh(consumer: Consumer, offers: list[Offer]) -> list[Weighed]:
    """Utility of every offer; a product that is met twice has one luck (7.11)."""
    model = consumer.model
    products = dict.fromkeys(offer.product for offer in offers)
    luck = dict(zip(products, model.rng.gumbel(size=len(products)).tolist(), strict=True))
    weighed = []
    for offer in offers:
        belief = believe(consumer, offer)
        price, coupon = price_of(consumer, offer)
        rest = utility_beside_quality(consumer, offer.product, price - coupon)
        utility = rest + equations.believed_value(belief, model.parameters) + luck[offer.product]
        weighed.append(Weighed(offer, belief, price, coupon, utility))
    return weighed


def price_of(consumer: Consumer, offer: Offer) -> tuple[int, int]:
    """Price after discount, and the coupon on it, fen (7.21)."""
    p = consumer.model.parameters.platform
    discount = p.live_discount if offer.seller is not None and offer.seller.tier == Tier.KOL else 0.0
    price = max(int(offer.product.price * (1.0 - discount)), 1)
    entitled = consumer.orders == 0 or not p.coupon_newcomers
    return price, int(p.coupon * price) if entitled else 0


def utility_beside_quality(consumer: Consumer, product: Product, to_pay: int) -> float:
    """Taste, price, friends who bought it, and the cost of an impulse (7.11)."""
    model, category = consumer.model, consumer.model.categories[product.category]
    words = consumer.heard.get(product)
    recalled = words is not None and model.day - words.last_day <= model.parameters.market.sharing.recall
    return equations.other_utility(
        taste=consumer.taste[product.category],
        relative_price=to_pay / (100.0 * category.price),
        sensitivity=consumer.sensitivity,
        friends=words.count if words is not None and recalled else 0,
        impulse=0.0 if consumer.needs[product.category] else category.impulse_cost,
        p=model.parameters,
    )


def believe(consumer: Consumer, offer: Offer) -> Belief:
    """Quality as believed, from all that is heard and known (7.7)."""
    p, product, claim = consumer.model.parameters, offer.product, offer.claim
    b = p.market.belief
    signals = [(product.reputation, b.prior)]
    if product.ratings:
        rating = product.rating_sum / product.ratings + product.rating_bias
        signals.append((rating, equations.rating_precision(product.ratings, p)))
    if claim is not None and offer.seller is not None:
        trust, expertise = consumer.trust_in(offer.seller), offer.seller.expertise[product.category]
        signals.append((claim.quality, equations.claim_precision(trust, expertise, claim.visible_pay, p)))
    words, own = consumer.heard.get(product), consumer.experience.get(product)
    if words is not None:
        signals.append((words.mean, b.friend * words.count))
    if own is not None:
        signals.append((own.mean, min(b.own * own.count, b.own_most)))
    return equations.belief(signals)


def purchase(consumer: Consumer, best: Weighed, nothing: float) -> Order:
    """Order and pay; what is on its way is not needed (7.11)."""
    p = consumer.model.parameters
    product, seller = best.offer.product, best.offer.seller
    visible, hidden = seller.pay_shares(product) if seller is not None else (0.0, 0.0)
    order = Order(
        consumer,
        best.offer,
        consumer.model.day,
        best.price,
        best.coupon,
        take=int(p.platform.take_rate * best.price),
        pay=int(visible * best.price) + int(hidden * best.price),
        new_customer=product.brand.number not in consumer.brands_bought,
        expected=best.belief.mean,
        liking=best.utility - equations.believed_value(best.belief, p) - nothing,
        followed=seller in consumer.follows,
    )
    consumer.wallet -= best.to_pay
    consumer.orders += 1
    consumer.brands_bought.add(product.brand.number)
    consumer.on_their_way.add(product.category)
    return order


def receive(order: Order) -> None:
    """Experience what arrives, perhaps return it, remember, rate, follow, and tell (7.11)."""
    consumer, product = order.buyer, order.product
    p, random = consumer.model.parameters, consumer.random.random
    order.arrived = consumer.model.day
    quality = product.quality + p.market.experience.noise * float(consumer.model.rng.standard_normal())
    order.quality = quality
    order.returned = order.expected - quality > p.market.experience.return_gap
    order.satisfying = not order.returned and quality >= order.expected - p.market.trust.tolerance
    consumer.on_their_way.discard(product.category)
    if not order.returned:
        gain = order.liking + p.market.choice.quality * quality
        order.surplus = gain * (order.price - order.coupon) / 100.0 / consumer.sensitivity
        consumer.schedule_need(product.category)
    order.rating = quality if random() < p.market.experience.review else None
    order.candidate = order.satisfying and consumer.creator is None and random() < consumer.sociability
    remember(consumer, product, quality, order.satisfying)
    order.claim_met = judge_claim(order)
    if order.satisfying:
        order.joined_own_pool = follow_after_purchase(order)
    tell_friends(consumer, order.offer, quality, surprise=abs(quality - order.expected))


def remember(consumer: Consumer, product: Product, quality: float, satisfying: bool) -> None:
    """Own experience; of more products than one can remember, the least bought is given up."""
    memory = consumer.experience
    if product not in memory and len(memory) == PRODUCTS_REMEMBERED:
        del memory[min(memory, key=lambda one: memory[one].count)]
    own = memory.setdefault(product, Experience())
    own.count += 1
    own.mean += (quality - own.mean) / own.count
    own.satisfying_in_a_row = own.satisfying_in_a_row + 1 if satisfying else 0


def judge_claim(order: Order) -> bool | None:
    """Whether the claim was met, if there was one: the buyer remembers it, and so does the pool (7.8, 7.16)."""
    consumer, offer, quality = order.buyer, order.offer, order.quality
    if offer.claim is None or offer.seller is None:
        return None
    t = consumer.model.parameters.market.trust
    met = quality >= offer.claim.quality - t.tolerance
    offer.seller.claims_met += met
    offer.seller.claims_broken += not met
    follow = consumer.follows.get(offer.seller) if order.followed else None
    if follow is not None and met:
        follow.met = min(follow.met + 1.0, MOST_COUNTED)
    elif follow is not None:
        follow.broken = min(follow.broken + t.broken_weight, MOST_COUNTED)
    return met


def follow_after_purchase(order: Order) -> bool:
    """Perhaps follow the seller, and the brand's own account; whether the latter (7.11)."""
    consumer, offer = order.buyer, order.offer
    willing = consumer.model.parameters.market.attention.follow
    brand = offer.product.brand
    joined = False
    for creator in (offer.seller, brand.account if brand.promotes["own"] else None):
        if creator is None or not creator.active or creator in consumer.follows:
            continue
        if creator is offer.seller and order.followed:
            continue
        if consumer.random.random() < willing:
            met, broken = creator.counts_of_stranger()
            followed = consumer.follow(creator, met + 1.0, broken)
            joined = joined or (followed and creator is brand.account)
    return joined


def tell_friends(consumer: Consumer, offer: Offer, quality: float, surprise: float) -> None:
    """Perhaps tell some friends, a stretch of the list from a random place (7.10)."""
    p, random, friends = consumer.model.parameters, consumer.random, consumer.friends
    if not friends or random.random() >= equations.share_probability(consumer.sociability, surprise, p):
        return
    told = min(int(p.market.sharing.friends_told + random.random()), len(friends))
    start = random.randrange(len(friends))
    for n in range(told):
        friend = friends[(start + n) % len(friends)]
        consumer.model.words_today.append((friend, offer.product, quality, offer.seller))
