"""What is compared between the plain Mesa market and the engine, by name; money in yuan."""

from __future__ import annotations

from math import exp

import numpy as np

from reference.brand import FUNDS
from reference.market import PlainMarket
from reference.platform import STREAMS
from reference.records import Channel, Tier
from sim.day import Used
from sim.market import Market
from sim.state.channels import Channel as EngineChannel
from sim.state.creators import Tier as EngineTier
from sim.state.pay import Payee

PUBLIC = (Channel.LISTING, Channel.AD, Channel.PUBLIC_POST, Channel.LIVE, Channel.SEARCH)
PRIVATE = (Channel.PRIVATE_POST, Channel.OWN_POOL, Channel.ANSWER)
ENGINE_CHANNEL = {
    Channel.LISTING: EngineChannel.LISTING, Channel.AD: EngineChannel.AD, Channel.SEARCH: EngineChannel.SEARCH,
    Channel.PUBLIC_POST: EngineChannel.PUBLIC_POST, Channel.LIVE: EngineChannel.LIVE,
    Channel.PRIVATE_POST: EngineChannel.PRIVATE_POST, Channel.OWN_POOL: EngineChannel.OWN_POOL,
    Channel.ANSWER: EngineChannel.ONE_TO_ONE, Channel.FRIEND: EngineChannel.FRIEND,
    Channel.RECALL: EngineChannel.RECALL,
}  # fmt: skip
SPENDING = ("ads", "KOLs", "KOCs", "own pool")
SPENT_OR_EARNED = ("marketing_cost", "brand_profit", *(f"revenue_{name}" for name in STREAMS))


def mean(values: object) -> float:
    """0 where there is nothing."""
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else 0.0


def share(part: float, whole: float) -> float:
    """0 of nothing."""
    return float(part) / whole if whole else 0.0


def measured(one: Market | PlainMarket) -> dict[str, float]:
    """Of either."""
    return of_plain(one) if isinstance(one, PlainMarket) else of_engine(one)


def of_plain(one: PlainMarket) -> dict[str, float]:
    """Of a market in plain Mesa."""
    orders, daily = one.orders, one.datacollector.get_model_vars_dataframe()
    working = [k for k in one.creators if k.active and k.tier is not Tier.BRAND]
    kocs = [k for k in working if k.tier is Tier.KOC]
    ratings = [order.rating for order in orders if order.rating is not None]
    delivered = one.private_posts_delivered + one.views[Channel.ANSWER]
    judged = [order.claim_met for order in orders if order.claim_met is not None]
    arrived = [order for order in orders if order.arrived is not None]
    by_channel = {name: [o for o in orders if o.offer.channel is name] for name in Channel}
    memories = [(m, one.day - m.day) for consumer in one.consumers for m in consumer.memories.values()]
    p = one.parameters.market.memory
    found = {f"orders, {name}": float(len(of_it)) for name, of_it in by_channel.items()}
    found |= {f"returns, {name}": float(sum(o.returned for o in of_it)) for name, of_it in by_channel.items()}
    found |= {f"spent, {SPENDING[n]}": sum(b.spent_ever[c] for b in one.brands) / 100.0 for n, c in enumerate(FUNDS)}
    found |= {
        "return rate": share(sum(o.returned for o in orders), len(arrived)),
        "share of orders by recall": share(len(by_channel[Channel.RECALL]), len(orders)),
        "share of orders by ads": share(len(by_channel[Channel.AD]), len(orders)),
        "share of views by ads": share(one.views[Channel.AD], one.views.total()),
        "price of an ad": one.platforms[0].feed.ad_cost,
        "fees of KOCs": one.fee_levels[Tier.KOC],
        "fees of KOLs": one.fee_levels[Tier.KOL],
        "commissions": sum(o.commission for o in orders) / 100.0,
        "views, public": float(sum(one.views[name] for name in PUBLIC)),
        "views, private": float(sum(one.views[name] for name in PRIVATE)),
        "views, friends": float(one.views[Channel.FRIEND]),
        "views, recall": float(one.views[Channel.RECALL]),
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
        "products remembered": len(memories) / len(one.consumers),
        "products used": sum(m.used > 0 for m, _ in memories) / len(one.consumers),
        "goodwill": sum(m.goodwill * exp(-days / p.goodwill_days) for m, days in memories) / len(one.consumers),
        "friends known": sum(m.friends * exp(-days / p.goodwill_days) for m, days in memories) / len(one.consumers),
        "knowledge": sum(m.precision * exp(-days / p.knowledge_days) for m, days in memories) / len(one.consumers),
        "public ratings, fading": sum(product.ratings for product in one.goods),
        "marketing_cost": sum(sum(brand.spent_ever.values()) for brand in one.brands) / 100.0,
        "brand_profit": sum(brand.profit for brand in one.brands) / 100.0,
    }
    return found | {f"revenue_{name}": sum(v.revenue[name] for v in one.platforms) / 100.0 for name in STREAMS}


PAYEES = ("seller", "author", "sharer", "recruiter", "staff")


def lines_of_plain(one: PlainMarket) -> dict[str, float]:
    """What lines of pay have come to, and what of it is paid; what went to the staff and to sharers."""
    lines = [owed for order in one.orders for owed in order.lines]
    owed = {f"lines, {to}": sum(line.fen for line in lines if line.line.to == to) / 100.0 for to in PAYEES}
    owed |= {f"paid, {to}": sum(o.fen for o in lines if o.line.to == to and o.paid) / 100.0 for to in PAYEES}
    recruited = float(sum(creator.recruiter is not None for creator in one.creators))
    staff = sum(platform.staff for platform in one.platforms) / 100.0
    escrow = sum(platform.in_escrow() for platform in one.platforms) / 100.0
    return owed | {"recruited": recruited, "staff": staff, "waits": escrow}


def lines_of_engine(one: Market) -> dict[str, float]:
    """The same."""
    lines, m = one.m.lines[: one.m.used[Used.LINES]], one.m
    fen, kept = lines["fen"].astype(float) / 100.0, lines["paid"]
    owed = {f"lines, {to}": float(fen[lines["payee"] == Payee[to.upper()]].sum()) for to in PAYEES}
    owed |= {f"paid, {to}": float(fen[(lines["payee"] == Payee[to.upper()]) & kept].sum()) for to in PAYEES}
    recruited = float(np.count_nonzero(m.creators["recruiter"] >= 0))
    escrow = float(m.accounts.escrow.sum()) / 100.0
    return owed | {"recruited": recruited, "staff": float(m.accounts.staff[0]) / 100.0, "waits": escrow}


def of_engine(one: Market) -> dict[str, float]:
    """Of a market of the engine, made with ``keep_orders=True`` and no burn-in."""
    orders, daily, result = one.orders(), one.daily(), one.result()
    said, creators = result.outcomes, result.creators
    steps = result.funnel.set_index(["domain", "step"])["count"]
    views, friends = said["views"], said["views"] - said["traffic"]
    ratings = orders.review.dropna()

    def learnt(name: str) -> float:
        return mean(np.concatenate([one.kocs.get(name), one.kols.get(name)]))

    arrived, by_channel = orders[orders.received >= 0], {c: orders.channel == n for c, n in ENGINE_CHANNEL.items()}
    memories = one.m.memories[one.m.memories["product"] >= 0]
    goodwill, knowledge = (
        np.exp((memories["day"].astype(float) - one.day) / days)
        for days in (one.parameters.market.memory.goodwill_days, one.parameters.market.memory.knowledge_days)
    )
    outlay = one.m.brands["outlay"].sum(axis=0) / 100.0
    found = {f"orders, {name}": float(of_it.sum()) for name, of_it in by_channel.items()}
    found |= {f"returns, {name}": float(orders.returned[of_it].sum()) for name, of_it in by_channel.items()}
    found |= {f"spent, {name}": float(outlay[n]) for n, name in enumerate(SPENDING)}
    found |= {
        "return rate": share(orders.returned.sum(), len(arrived)),
        "share of orders by recall": share(by_channel[Channel.RECALL].sum(), len(orders)),
        "share of orders by ads": share(by_channel[Channel.AD].sum(), len(orders)),
        "share of views by ads": share(one.recorder.viewed[EngineChannel.AD], views),
        "price of an ad": float(one.m.platforms["ad_cost"][0]),
        "fees of KOCs": float(one.m.fee_level[EngineTier.KOC]),
        "fees of KOLs": float(one.m.fee_level[EngineTier.KOL]),
        "commissions": orders.commission.sum() / 100.0,
        "views, public": float(steps["public", "viewed"]),
        "views, private": float(steps["private", "viewed"]),
        "views, friends": friends,
        "views, recall": views - friends - float(steps["public", "viewed"] + steps["private", "viewed"]),
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
        "surplus": orders.surplus.sum() / 100.0,
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
        "products remembered": len(memories) / len(one.consumers),
        "products used": float((memories["used"] > 0).sum()) / len(one.consumers),
        "goodwill": float((memories["goodwill"] * goodwill).sum()) / len(one.consumers),
        "friends known": float((memories["friends"] * goodwill).sum()) / len(one.consumers),
        "knowledge": float((memories["precision"] * knowledge).sum()) / len(one.consumers),
        "public ratings, fading": float(one.m.products["reviews"].sum()),
    }
    return found | {name: said[name] for name in SPENT_OR_EARNED}
