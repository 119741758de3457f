"""The day in its order (section 3), and what is measured (7.27)."""

from __future__ import annotations

from collections import defaultdict

from sim.parameters import Parameters

from . import audience, business, buying, consumer, creating, platform
from .buying import Told
from .consumer import CHANNELS, Day
from .creating import Post
from .platform import Accounts, Order
from .town import Town


class SlowMarket:
    """One market of the port; ``run`` lives days, ``outcomes`` tells what came of them."""

    def __init__(self, parameters: Parameters, ties: list[tuple[int, int]], seed: int) -> None:
        if parameters.rivals:
            raise ValueError("the port has one platform")
        self.town = Town(parameters, ties, seed)
        self.town.first_creators()
        audience.gather_all(self.town)
        self.accounts = Accounts()
        self.day = 0
        self.orders: list[Order] = []
        self.daily: dict[str, list[float]] = defaultdict(list)
        self.views = [0] * len(CHANNELS)
        self.creator_views = 0

    def run(self, days: int) -> SlowMarket:
        for _ in range(days):
            self.step()
        return self

    def step(self) -> None:
        town = self.town
        business.plan(town, self.day)
        posts, slots = creating.post_all(town, self.day)
        income = business.pay_slots(town, self.accounts, slots)
        by_creator: dict[int, list[Post]] = defaultdict(list)
        for post in posts:
            by_creator[id(post.creator)].append(post)
        day = Day(self.day, by_creator, platform.rank(town, posts))
        told: list[Told] = []
        orders: list[Order] = []
        for person in town.people:
            offers = consumer.live(town, person, day)
            for offer in offers:
                day.views[offer.channel] += 1
                day.creator_views += offer.seller is not None
            orders += buying.buy(town, person, buying.weigh(town, person, offers, day), day, told)
            for edge in person.leaving:
                town.unfollow(person, edge)
            person.leaving.clear()
        business.check_out(town, self.accounts, orders, day)
        platform.settle(town, self.accounts, self.day)
        for word in told:
            town.people[word.friend].inbox.append((word.product, word.experienced, word.root))
        answered = business.take_up(town, day)
        business.learn(town, self.day, orders)
        business.enter(town, orders, self.day)
        self._record(day, posts, orders, income + sum(o.pay for o in orders if not o.returned), answered)
        self.day += 1

    def _record(self, day: Day, posts: list[Post], orders: list[Order], income: int, answered: int) -> None:
        self.orders += orders
        self.views = [a + b for a, b in zip(self.views, day.views, strict=True)]
        self.creator_views += day.creator_views
        row = {
            "posts": len(posts), "questions": len(day.questions), "answers": answered,
            "creator_income": income / 100.0, "buyers": len({id(o.person) for o in orders}),
        }  # fmt: skip
        for name, value in row.items():
            self.daily[name].append(float(value))
