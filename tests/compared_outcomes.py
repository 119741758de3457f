"""What is compared between the plain Mesa market and the engine, by name; money in yuan."""

from __future__ import annotations

import numpy as np

from reference.market import PlainMarket
from reference.platform import STREAMS
from reference.records import Channel, Tier
from sim.market import Market
from sim.state import Channel as EngineChannel

PUBLIC = (Channel.LISTING, Channel.AD, Channel.PUBLIC_POST, Channel.SEARCH)
PRIVATE = (Channel.PRIVATE_POST, Channel.ANSWER)
ENGINE_CHANNEL = {
    Channel.LISTING: EngineChannel.LISTING, Channel.AD: EngineChannel.AD, Channel.SEARCH: EngineChannel.SEARCH,
    Channel.PUBLIC_POST: EngineChannel.PUBLIC_POST, Channel.PRIVATE_POST: EngineChannel.PRIVATE_POST,
    Channel.ANSWER: EngineChannel.ONE_TO_ONE, Channel.FRIEND: EngineChannel.FRIEND, Channel.HABIT: EngineChannel.HABIT,
}  # fmt: skip
SPENT_OR_EARNED = ("marketing_cost", "brand_profit", *(f"revenue_{name}" for name in STREAMS))


def mean(values: object) -> float:
    """0 where there is nothing."""
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else 0.0


def of_plain(one: PlainMarket) -> dict[str, float]:
    """Of a market in plain Mesa."""
    orders, daily = one.orders, one.datacollector.get_model_vars_dataframe()
    working = [k for k in one.creators if k.active and k.tier is not Tier.BRAND]
    kocs = [k for k in working if k.tier is Tier.KOC]
    ratings = [order.rating for order in orders if order.rating is not None]
    delivered = one.private_posts_delivered + one.views[Channel.ANSWER]
    judged = [order.claim_met for order in orders if order.claim_met is not None]
    found = {f"orders, {name}": float(sum(o.offer.channel is name for o in orders)) for name in Channel}
    found |= {
        "views, public": float(sum(one.views[name] for name in PUBLIC)),
        "views, private": float(sum(one.views[name] for name in PRIVATE)),
        "views, friends": float(one.views[Channel.FRIEND]),
        "views, habit": float(one.views[Channel.HABIT]),
        "delivered, private": float(delivered),
        "viewed of delivered, private": sum(one.views[name] for name in PRIVATE) / max(delivered, 1),
        "GMV": sum(o.price for o in orders) / 100.0,
        "returns": float(sum(o.returned for o in orders)),
        "satisfying purchases": float(sum(o.satisfying for o in orders)),
        "candidates": float(sum(o.candidate for o in orders)),
        "claims met": float(sum(judged)),
        "claims broken": float(len(judged) - sum(judged)),
        "buyers": float(len({o.buyer for o in orders})),
        "new customers": float(sum(o.new_customer for o in orders)),
        "ratings": float(len(ratings)),
        "mean rating": mean(ratings),
        "surplus": sum(o.surplus for o in orders),
        "coupons": sum(o.coupon for o in orders) / 100.0,
        "trust": mean([consumer.trust_in(k) for consumer in one.consumers for k in consumer.follows]),
        "followers": float(sum(k.audience for k in working)),
        "followers a KOC": mean([k.audience for k in kocs]),
        "reputation, met": mean([k.pool_met for k in working]),
        "reputation, broken": mean([k.pool_broken for k in working]),
        "posts": float(daily.posts.sum()),
        "intended posts a day": mean([k.rate for k in working]),
        "learnt income a week": mean([k.learnt["y"] for k in working]),
        "questions": float(daily.questions.sum()),
        "answers": float(daily.answers.sum()),
        "KOCs": float(len(kocs)),
        "KOLs": float(len(working) - len(kocs)),
        "creators ever": float(sum(k.tier is not Tier.BRAND for k in one.creators)),
        "income of creators": float(daily.creator_income.sum()),
        "money at hand": mean([consumer.wallet for consumer in one.consumers]) / 100.0,
        "products remembered": mean([len(consumer.experience) for consumer in one.consumers]),
        "products heard of": mean([len(consumer.heard) for consumer in one.consumers]),
        "marketing_cost": sum(brand.marketing_cost for brand in one.brands) / 100.0,
        "brand_profit": sum(brand.profit for brand in one.brands) / 100.0,
    }
    return found | {f"revenue_{name}": one.platform.revenue[name] / 100.0 for name in STREAMS}


def of_engine(one: Market) -> dict[str, float]:
    """Of a market of the engine, made with ``keep_orders=True`` and no burn-in."""
    orders, daily, result = one.orders(), one.daily(), one.result()
    said, creators = result.outcomes, result.creators
    steps = result.funnel.set_index(["domain", "step"])["count"]
    views, friends = said["views"], said["views"] - said["traffic"]
    ratings = orders.review.dropna()

    def learnt(name: str) -> float:
        return mean(np.concatenate([one.kocs.get(name), one.kols.get(name)]))

    found = {f"orders, {name}": float((orders.channel == n).sum()) for name, n in ENGINE_CHANNEL.items()}
    found |= {
        "views, public": float(steps["public", "viewed"]),
        "views, private": float(steps["private", "viewed"]),
        "views, friends": friends,
        "views, habit": views - friends - float(steps["public", "viewed"] + steps["private", "viewed"]),
        "delivered, private": float(steps["private", "delivered"]),
        "viewed of delivered, private": steps["private", "viewed"] / max(steps["private", "delivered"], 1),
        "GMV": orders.price.sum() / 100.0,
        "returns": float(orders.returned.sum()),
        "satisfying purchases": float(orders.satisfying.sum()),
        "candidates": float(orders.candidate.sum()),
        "claims met": float((orders.met > 0).sum()),
        "claims broken": float((orders.met < 0).sum()),
        "buyers": float(orders.consumer.nunique()),
        "new customers": float(orders.new_customer.sum()),
        "ratings": float(len(ratings)),
        "mean rating": mean(ratings),
        "surplus": orders.surplus[~orders.returned].sum() / 100.0,
        "coupons": orders.coupon.sum() / 100.0,
        "trust": said["trust"],
        "followers": float(creators.audience[creators.active].sum()),
        "followers a KOC": mean(one.kocs.get("audience")),
        "reputation, met": learnt("pool_met"),
        "reputation, broken": learnt("pool_broken"),
        "posts": float(daily.posts.sum()),
        "intended posts a day": learnt("rate"),
        "learnt income a week": learnt("income_mean"),
        "questions": float(daily.questions.sum()),
        "answers": float(daily.answers.sum()),
        "KOCs": said["kocs"],
        "KOLs": said["kols"],
        "creators ever": float(len(creators)),
        "income of creators": float(daily.creator_income.sum()),
        "money at hand": mean(one.consumers.get("wallet")) / 100.0,
        "products remembered": float((one.consumers.get("own_product") >= 0).sum() / len(one.consumers)),
        "products heard of": float((one.consumers.get("word_product") >= 0).sum() / len(one.consumers)),
    }
    return found | {name: said[name] for name in SPENT_OR_EARNED}
