"""A market whose consumers are plain Mesa agents; creators, ranking, checkout and settlement are the engine's own.

Other phases read and write columns of consumers. What they need is carried between columns and agents when the day
opens and closes, outside the time that ``timings["consumers live"]`` counts: that is the agents' `step()` alone.
"""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, NamedTuple

import mesa
import numpy as np

from benchmarks.mesa_port import PRIVATE_POST, PUBLIC_POST, Follow, MesaConsumer
from sim.agents.crowd import Happened, new_tally
from sim.draws import Stream
from sim.market import Market
from sim.records import COUNT_UNITS, FATIGUE_UNITS, NOBODY, Orders, Questions, Shares, Tally, empty

CARRIED = ("wallet", "adviser", "question", "creator", "reached", "bought_from", "bought_again")


class MesaMarket(Market):
    """A `Market` with plain Mesa agents for consumers; takes what `Market` takes, and gives the same numbers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crowd: Any = MesaTown(self)

    def live(self, start: int = 0, end: int | None = None) -> None:
        """Let all consumers live today; the arguments of `Market.live` are not honoured."""
        self.crowd.step()


class Item(NamedTuple):
    """A product as it stands on the shelf today."""

    category: int
    brand: int
    quality: float
    prior: float
    rating: float
    ratings: float
    price: int
    log_price: float
    own_account: int


class Post(NamedTuple):
    """A post of today."""

    creator: int
    product: int
    category: int
    channel: int
    claim: float
    incentive: float
    paid: bool


class Table(NamedTuple):
    """What a platform shows of a category; weights are cumulative."""

    products: list[int]
    listing: list[float]
    search: list[float]
    ads: list[float]
    posts: list[Post]
    post_weights: list[float]


class Feed(NamedTuple):
    """What a platform shows."""

    ad_load: float
    content_share: float
    tables: list[Table]


class MesaTown(mesa.Model):
    """The consumers as an ordinary Mesa model; stands where the engine has its `Crowd`.

    Parameters
    ----------
    market
        The market around them.
    """

    def __init__(self, market: Market) -> None:
        super().__init__(seed=market.seed)
        self.market = market
        self.rates = market.rates
        self.luck = SimpleNamespace(**{stream.name.lower(): market.luck[stream] for stream in Stream})
        self.day = 0
        self.orders: list[tuple[Any, ...]] = []
        self.shares: list[tuple[int, int, float, int, int]] = []
        self.questions: list[tuple[int, int, int]] = []
        self.people = [MesaConsumer(self, row) for row in range(len(market.town.people.activity))]

    def step(self) -> None:
        """Let everybody live today."""
        self.agents.do("step")

    def open_day(self, creators: int) -> None:
        """Prepare what consumers meet today, and bring them what other phases changed."""
        self.day = self.market.day
        for happened in (self.orders, self.shares, self.questions):
            happened.clear()
        counts = new_tally(creators, len(self.market.world.goods.brand), len(self.market.platforms))
        self.tally = SimpleNamespace(**{name: column.tolist() for name, column in counts._asdict().items()})
        self._lay_out_goods()
        self._meet_creators()
        self._rank()
        self._sort_words()
        self._bring_changes()

    def _lay_out_goods(self) -> None:
        shelf = self.market.today.shelf
        self.goods = [Item(*row) for row in zip(*(getattr(shelf, name).tolist() for name in Item._fields), strict=True)]
        self.impulse_cost = shelf.impulse_cost.tolist()
        self.interval = shelf.interval.tolist()

    def _meet_creators(self) -> None:
        sheet, posts = self.market.today.sheet, self.market.today.posts
        rows = zip(*(column.tolist() for column in sheet), strict=True)
        self.creators = [SimpleNamespace(**dict(zip(sheet._fields, row, strict=True))) for row in rows]
        self.posts: list[list[Post]] = [[] for _ in self.creators]
        columns = (posts.creator, posts.product, posts.claim, posts.incentive, posts.private, posts.paid)
        for creator, product, claim, incentive, private, paid in zip(*(c.tolist() for c in columns), strict=True):
            channel = PRIVATE_POST if private else PUBLIC_POST
            category = self.goods[product].category
            self.posts[creator].append(Post(creator, product, category, channel, claim, incentive, paid == 1))

    def _rank(self) -> None:
        feeds, venues = self.market.today.feeds, self.market.today.venues
        flat = [post for posts in self.posts for post in posts]
        _, platforms, categories, _ = feeds.goods.shape
        self.pages = venues.pages.tolist()
        self.reach = venues.organic_reach.tolist()
        self.venues = [
            SimpleNamespace(follow_gate=gate, coupon=coupon, coupon_newcomers=newcomers)
            for gate, coupon, newcomers in zip(
                venues.follow_gate.tolist(), venues.coupon.tolist(), venues.coupon_newcomers.tolist(), strict=True
            )
        ]
        self.feeds = []
        for v in range(platforms):
            tables = []
            for c in range(categories):
                rows = slice(feeds.post_first[v * categories + c], feeds.post_first[v * categories + c + 1])
                tables.append(
                    Table(
                        feeds.product[c].tolist(),
                        feeds.goods[0, v, c].tolist(),
                        feeds.search[v, c].tolist(),
                        (feeds.goods[1, v, c] * feeds.paid[v, c]).tolist(),
                        [flat[post] for post in feeds.post[rows]],
                        feeds.post_weight[rows].tolist(),
                    )
                )
            self.feeds.append(Feed(float(venues.ad_load[v]), float(venues.content_share[v]), tables))

    def _sort_words(self) -> None:
        inbox = self.market.today.inbox
        self.inbox: dict[int, list[Any]] = defaultdict(list)
        for to, *said in zip(*(column.tolist() for column in inbox), strict=True):
            product, word, order, creator = said
            self.inbox[to].append(SimpleNamespace(product=product, word=word, order=order, creator=creator))

    def _bring_changes(self) -> None:
        consumers, follows = self.market.town.consumers, self.market.town.follows
        for name in CARRIED:
            for person, value in zip(self.people, getattr(consumers, name).tolist(), strict=True):
                setattr(person, name, value)
        counts = (follows.creator != NOBODY).sum(axis=1)
        for i in np.flatnonzero(counts != [len(person.follows) for person in self.people]):
            for slot in range(len(self.people[i].follows), counts[i]):  # newcomers come last
                met, broken = follows.met[i, slot] / COUNT_UNITS, follows.broken[i, slot] / COUNT_UNITS
                self.people[i].follows.append(Follow(int(follows.creator[i, slot]), met, broken))

    def close_day(self) -> tuple[Happened, Tally]:
        """What all consumers did today, for the phases that follow, and their columns brought up to date."""
        consumers, follows = self.market.town.consumers, self.market.town.follows
        for name in CARRIED:
            getattr(consumers, name)[:] = [getattr(person, name) for person in self.people]
        follows.creator[:] = NOBODY
        for i, person in enumerate(self.people):
            for slot, follow in enumerate(person.follows):
                follows.creator[i, slot] = follow.creator
                follows.fatigue[i, slot] = int(follow.fatigue * FATIGUE_UNITS)
                follows.met[i, slot] = int(follow.met * COUNT_UNITS)
                follows.broken[i, slot] = int(follow.broken * COUNT_UNITS)
        happened = Happened(
            0, _columns(Orders, self.orders), _columns(Shares, self.shares), _columns(Questions, self.questions)
        )
        return happened, Tally(**{name: np.array(column) for name, column in vars(self.tally).items()})


def _columns(kind: Any, rows: list[Any]) -> Any:
    table = empty(kind, len(rows))
    for column, values in zip(table, zip(*rows, strict=True), strict=False):
        column[:] = values
    return table
