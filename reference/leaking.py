"""Leakage: sales that buyer and seller, who know each other, settle outside the platform on which they met (7.29)."""

from __future__ import annotations

from reference import equations
from reference.records import Channel, Order, part

IN_PRIVATE = (Channel.PRIVATE_POST, Channel.ANSWER)


def leaks(order: Order) -> bool:
    """Whether an order is settled outside: buyer and seller share what the platform would take."""
    model, seller, take = order.buyer.model, order.sold_by, order.platform.policy.take_rate
    known = seller is not None and order.followed and order.offer.channel in IN_PRIVATE
    if not model.parameters.market.leakage.possible or not known or take == 0.0 or order.deal or order.coupon > 0:
        return False
    assert seller is not None, "nobody is known who does not sell"
    trusted = order.buyer.trust_in(seller)
    chance = equations.chance_outside(order.price / 100.0, take, trusted, model.parameters.market.leakage)
    return model.random.random() < chance


def settle_outside(order: Order, commission: float, mark_up: float) -> None:
    """Let the buyer pay less, and the seller get the rest of what is saved; shares are of the price."""
    buyer, saved = order.buyer, order.take
    discount = int(saved * buyer.model.parameters.market.leakage.buyer_part)
    order.outside = True
    order.price -= discount
    order.take = 0
    order.commission = part(order.price, commission)
    order.mark_up = part(order.price, mark_up) + saved - discount
    buyer.wallet += discount
    reference_price = 100.0 * buyer.model.categories[order.product.category].price
    order.liking += buyer.sensitivity * discount / reference_price


def pay_outside(order: Order, sign: int) -> None:
    """Let the buyer pay seller and brand at once, or have the money back."""
    assert order.sold_by is not None, "somebody sold it"
    order.sold_by.outside += sign * order.pay
    order.product.brand.outside += sign * order.rest
    order.product.brand.profit += sign * order.rest
