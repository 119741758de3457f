"""What is compared of platforms between the plain Mesa market and the engine, by name; money in yuan."""

from __future__ import annotations

import numpy as np
from compared_outcomes import mean, measured

from reference.market import PlainMarket
from sim.agents.platform_growth import cash
from sim.market import Market
from sim.state.orders import Stage


def with_platforms(one: Market | PlainMarket) -> dict[str, float]:
    """All outcomes, and those of platforms."""
    return measured(one) | (platforms_of_plain(one) if isinstance(one, PlainMarket) else platforms_of_engine(one))


def platforms_of_plain(one: PlainMarket) -> dict[str, float]:
    """Of a market in plain Mesa."""
    phases = range(len(one.timeline.configured.phases))
    found = {f"phase {n} begins": float(one.timeline.begun.get(n, one.day)) for n in phases}
    found |= {
        "cancelled": float(sum(order.cancelled for order in one.orders)),
        "waiting": float(len(one.waiting)),
        "leaked": sum(order.price for order in one.orders if order.outside) / 100.0,
    }
    for number, platform in enumerate(one.platforms):
        orders = [order for order in one.orders if order.platform is platform]
        here = [creator for creator in one.creators if creator.home is platform and creator.active]
        sold = [order for order in orders if order.offer.seller is not None]
        of_it = {
            "people at home": float(len(platform.residents())),
            "creators": float(len(here)),
            "shops": float(sum(shop.is_open for shop in platform.shops.values())),
            "orders": float(len(orders)),
            "sold by creators": float(len(sold)),
            "GMV": sum(order.price for order in orders) / 100.0,
            "commissions": sum(order.commission for order in orders) / 100.0,
            "mark-ups": sum(order.mark_up for order in orders) / 100.0,
            "popularity": sum(listing.sales for listing in platform.listings.values()),
            "mean price": mean([listing.price for listing in platform.listings.values()]) / 100.0,
            "share of ads": platform.feed.ad_share,
            "pages": platform.feed.pages,
            "revenue": sum(platform.revenue.values()) / 100.0,
            "cash": platform.cash(),
            "escrow": platform.in_escrow() / 100.0,
        }
        if one.parameters.membership.choice:
            of_it |= {
                "members": float(platform.members()),
                "looking": float(sum(person.platform is platform and person.is_member for person in one.consumers)),
                "creators who post": float(sum(c.posts_on(platform) for c in one.creators if c.active)),
                "visits": platform.visits.days,
                "visits remembered": sum(person.member.visits[platform].days for person in one.consumers),
                "surplus": platform.visits.surplus,
                "surplus remembered": sum(person.member.visits[platform].surplus for person in one.consumers),
                "surplus by creators": platform.by_creators,
                "spending": platform.spending,
                "earned by brands": sum(shop.earned for shop in platform.shops.values()),
                "growth": platform.growth_cost,
            }
        found |= {f"platform {number}, {name}": value for name, value in of_it.items()}
    return found


def platforms_of_engine(one: Market) -> dict[str, float]:
    """Of a market of the engine."""
    found = {f"phase {n} begins": float(day if day >= 0 else one.day) for n, day in enumerate(one.timeline.begun)}
    orders = one.orders()
    found |= {
        "cancelled": float((orders.stage == Stage.CANCELLED).sum()),
        "waiting": float((orders.stage == Stage.ORDERED).sum()),
        "leaked": orders.price[orders.outside].sum() / 100.0,
    }
    for number, platform in enumerate(one.m.platforms):
        here = orders[orders.platform == number]
        creators = one.m.creators[(one.m.creators["home"] == number) & one.m.creators["active"]]
        of_it = {
            "people at home": float((one.m.people["home"] == number).sum()),
            "creators": float(len(creators)),
            "shops": float(one.m.shops["open"][:, number].sum()),
            "orders": float(len(here)),
            "sold by creators": float((here.creator >= 0).sum()),
            "GMV": here.price.sum() / 100.0,
            "commissions": here.commission.sum() / 100.0,
            "mark-ups": here.margin.sum() / 100.0,
            "popularity": float(one.m.listings["popularity"][number].sum()),
            "mean price": mean(one.m.listings["price"][number]) / 100.0,
            "share of ads": float(platform["ad_share"]),
            "pages": float(platform["pages"]),
            "revenue": float(one.m.accounts.revenue[number].sum()) / 100.0,
            "cash": cash(number, one.m),
            "escrow": float(one.m.accounts.escrow[number]) / 100.0,
        }
        if one.parameters.membership.choice:
            m, members = one.m, one.m.members
            of_it |= {
                "members": float(np.count_nonzero(members["held"] >> number & 1)),
                "looking": float(np.count_nonzero(members["looks"] >> number & 1)),
                "creators who post": float(np.count_nonzero(m.creators["platforms"] >> number & m.creators["active"])),
                "visits": float(platform["days"]),
                "visits remembered": float(m.memberships["days"][:, number].sum()),
                "surplus": float(platform["surplus"]),
                "surplus remembered": float(m.memberships["surplus"][:, number].sum()),
                "surplus by creators": float(platform["by_creators"]),
                "spending": float(platform["spending"]),
                "earned by brands": float(m.shops["margin"][:, number].sum()),
                "growth": float(platform["growth_cost"]),
            }
        found |= {f"platform {number}, {name}": value for name, value in of_it.items()}
    return found
