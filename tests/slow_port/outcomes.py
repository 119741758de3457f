"""What is compared, by name, of a market of the port and of one of the engine; money in yuan."""

from __future__ import annotations

import numpy as np

from sim.market import Market
from sim.records import COUNT_UNITS, FATIGUE_UNITS, NOBODY, Channel, Tier

from .consumer import CHANNELS, trust_in
from .market import SlowMarket
from .town import BRAND, KOC, KOL

ENGINE_CHANNEL = {
    "listing": Channel.LISTING, "ad": Channel.AD, "public_post": Channel.PUBLIC_POST, "search": Channel.SEARCH,
    "private_post": Channel.PRIVATE_POST, "answer": Channel.ONE_TO_ONE, "friend": Channel.FRIEND,
    "habit": Channel.HABIT,
}  # fmt: skip
STREAMS = ("take", "annual_fee", "ads", "withdrawal_fee", "float", "coupon")


def of_port(one: SlowMarket) -> dict[str, float]:
    town, orders, daily = one.town, one.orders, one.daily
    found = {f"views, {name}": float(one.views[n]) for n, name in enumerate(CHANNELS)}
    found |= {f"orders, {name}": float(sum(o.channel == n for o in orders)) for n, name in enumerate(CHANNELS)}
    edges = [edge for person in town.people for edge in person.follows]
    working = [k for k in town.creators if k.active and k.tier != BRAND]
    kocs = [k for k in working if k.tier == KOC]
    own = [k for k in town.creators if k.tier == BRAND]
    found |= {
        "GMV": sum(o.price for o in orders) / 100.0,
        "returns": float(sum(o.returned for o in orders)),
        "satisfying purchases": float(sum(o.satisfying for o in orders)),
        "buyers": float(len({o.person.row for o in orders})),
        "new customers": float(sum(o.new_customer for o in orders)),
        "ratings": float(sum(g.ratings for g in town.products)),
        "mean rating": sum(g.rating_sum for g in town.products) / max(sum(g.ratings for g in town.products), 1),
        "surplus": sum(o.surplus for o in orders),
        "coupons": sum(o.coupon for o in orders) / 100.0,
        "trust": float(np.mean([trust_in(town, edge, edge.creator) for edge in edges])),
        "follows": float(len(edges)),
        "followers of own accounts": float(sum(k.audience for k in own)),
        "followers a KOC": float(np.mean([k.audience for k in kocs])) if kocs else 0.0,
        "fatigue": float(np.mean([edge.fatigue for edge in edges])),
        "met claims on edges": float(np.mean([edge.met for edge in edges])),
        "broken claims on edges": float(np.mean([edge.broken for edge in edges])),
        "reputation, met": float(np.mean([k.pool_met for k in working])),
        "reputation, broken": float(np.mean([k.pool_broken for k in working])),
        "posts": sum(daily["posts"]),
        "intended posts a day": float(np.mean([k.rate for k in working])),
        "learnt income a week": float(np.mean([k.learnt["y"] for k in working])),
        "questions": sum(daily["questions"]),
        "answers": sum(daily["answers"]),
        "KOCs": float(len(kocs)),
        "KOLs": float(sum(k.tier == KOL for k in working)),
        "creators ever": float(sum(k.tier != BRAND for k in town.creators)),
        "income of creators": sum(daily["creator_income"]),
        "marketing cost": sum(b.marketing_cost for b in town.brands) / 100.0,
        "brand profit": one.accounts.brand_profit / 100.0,
        "money at hand": float(np.mean([person.wallet for person in town.people])) / 100.0,
    }
    return found | {f"revenue, {name}": one.accounts.streams[name] / 100.0 for name in STREAMS}


def of_engine(one: Market) -> dict[str, float]:
    """The same of a market of the engine, made with ``keep_orders=True`` and no burn-in."""
    orders, daily, said = one.orders(), one.daily(), one.result().outcomes
    viewed = one.recorder.viewed
    found = {f"views, {name}": float(viewed[n]) for name, n in ENGINE_CHANNEL.items()}
    found |= {f"orders, {name}": float((orders.channel == n).sum()) for name, n in ENGINE_CHANNEL.items()}
    follows, creators, shop = one.town.follows, one.creators, one.shop
    there = follows.creator != NOBODY
    person = creators.tier != Tier.BRAND
    working = person & (creators.active == 1)
    koc = working & (creators.tier == Tier.KOC)
    kept = orders[orders.returned == 0]
    found |= {
        "GMV": orders.price.sum() / 100.0,
        "returns": float(orders.returned.sum()),
        "satisfying purchases": float(shop.ratings.satisfying.sum()),
        "buyers": float(orders.consumer.nunique()),
        "new customers": float(orders.new_customer.sum()),
        "ratings": float(shop.ratings.reviews.sum()),
        "mean rating": float(shop.ratings.review_sum.sum() / 1e6 / max(shop.ratings.reviews.sum(), 1)),
        "surplus": kept.surplus.sum() / 100.0,
        "coupons": orders.coupon.sum() / 100.0,
        "trust": said["trust"],
        "follows": float(there.sum()),
        "followers of own accounts": float(creators.audience[~person].sum()),
        "followers a KOC": float(creators.audience[koc].mean()) if koc.any() else 0.0,
        "fatigue": float(follows.fatigue[there].mean() / FATIGUE_UNITS),
        "met claims on edges": float(follows.met[there].mean() / COUNT_UNITS),
        "broken claims on edges": float(follows.broken[there].mean() / COUNT_UNITS),
        "reputation, met": float(creators.pool_met[working].mean()),
        "reputation, broken": float(creators.pool_broken[working].mean()),
        "posts": float(daily.posts.sum()),
        "intended posts a day": float(creators.rate[working].mean()),
        "learnt income a week": float(creators.income_mean[working].mean()),
        "questions": float(daily.questions.sum()),
        "answers": float(daily.answers.sum()),
        "KOCs": float(koc.sum()),
        "KOLs": float((working & (creators.tier == Tier.KOL)).sum()),
        "creators ever": float(person.sum()),
        "income of creators": float(daily.creator_income.sum()),
        "marketing cost": said["marketing_cost"],
        "brand profit": said["brand_profit"],
        "money at hand": float(one.town.consumers.wallet.mean()) / 100.0,
    }
    revenue = {name: said[f"revenue_{name}"] for name in STREAMS}
    return found | {f"revenue, {name}": value for name, value in revenue.items()}
