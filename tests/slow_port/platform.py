"""What the platform ranks (7.22), and how it divides money (7.23, 7.24)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .creating import Post
from .town import Brand, Creator, Person, Product, Town

Shares = NDArray[np.float64]


@dataclass
class Shelves:
    """What can fill a page today, by category, with cumulative probabilities."""

    goods: list[Shares]
    ads: list[tuple[list[Product], Shares]]
    posts: list[tuple[list[Post], Shares]]
    post_share: float


def shares(town: Town, popularity: list[float], merit: list[float], paid: list[float]) -> Shares:
    feed = town.p.platform.feed
    s, m, b = np.array(popularity) ** feed.exponent, np.array(merit), np.array(paid)
    if b.sum() == 0.0:
        b = np.ones(len(b))
    mix = feed.popularity * s / s.sum() + feed.merit * m / m.sum() + feed.paid * b / b.sum()
    return np.cumsum(mix / mix.sum())


def rank(town: Town, posts: list[Post]) -> Shelves:
    goods, ads, public = [], [], []
    open_posts = [post for post in posts if not post.private]
    for c, shelf in enumerate(town.goods_of):
        money = [ad_money(town, product.brand) for product in shelf]
        merit = [(g.satisfying + 4.0) / (g.bought + 5.0) for g in shelf]
        goods.append(shares(town, [g.sales + 1.0 for g in shelf], merit, money))
        paying = [(g, left) for g, left in zip(shelf, money, strict=True) if left > 0.0]
        left = np.array([money for _, money in paying])
        ads.append(([g for g, _ in paying], np.cumsum(left / left.sum()) if len(paying) else left))
        of_category = [post for post in open_posts if post.product.category == c]
        authors = [post.creator for post in of_category]
        ranked = np.zeros(0)
        if of_category:
            ranked = shares(
                town,
                [k.audience + 1.0 for k in authors],
                [(k.pool_met + 1.0) / (k.pool_met + k.pool_broken + 2.0) for k in authors],
                [float(post.product.brand.promotes["ads"]) for post in of_category],
            )
        public.append((of_category, ranked))
    n = 1000.0 * len(open_posts) / len(town.people)
    feed = town.p.platform.feed
    return Shelves(goods, ads, public, feed.content_share * n / (n + feed.content_half) if n else 0.0)


def weekly_budget(town: Town) -> float:
    """Of one brand, fen."""
    return 100.0 * town.p.brands.weekly_budget * len(town.people) / len(town.brands)


def ad_money(town: Town, brand: Brand) -> float:
    """Left for ads this week, fen."""
    if not brand.promotes["ads"]:
        return 0.0
    return brand.split["ads"] * weekly_budget(town) - brand.spent["ads"]


def drawn(town: Town, cumulative: Shares) -> int:
    return min(int(np.searchsorted(cumulative, town.rng.random(), side="right")), len(cumulative) - 1)


# --- money ----------------------------------------------------------------------------------------------------------


@dataclass
class Order:
    person: Person
    product: Product
    seller: Creator | None
    channel: int
    day: int
    price: int
    coupon: int
    commission: int
    margin: int
    take: int
    returned: bool
    surplus: float
    satisfying: bool = False
    review: float | None = None
    new_customer: bool = False
    joined_pool: bool = False
    candidate: bool = False
    divided: bool = False

    @property
    def pay(self) -> int:
        return self.commission + self.margin


@dataclass
class Accounts:
    """Fen, except interest, which is a fraction of one."""

    streams: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(["take", "annual_fee", "ads", "withdrawal_fee", "float", "coupon"], 0.0)
    )
    escrow: list[Order] = field(default_factory=list)
    brand_profit: int = 0
    brand_balance: dict[int, int] = field(default_factory=dict)
    brand_withdrawn: dict[int, int] = field(default_factory=dict)


def charge(accounts: Accounts, stream: str, brand: Brand, fen: int) -> None:
    """A brand pays the platform for something else than an order."""
    accounts.streams[stream] += fen
    accounts.brand_profit -= fen


def settle(town: Town, accounts: Accounts, day: int) -> None:
    """What is due today of orders, then withdrawals and interest."""
    pl = town.p.platform
    for order in list(accounts.escrow):
        age = day - order.day
        number = order.product.brand.number
        rest = order.price - order.take - order.pay
        if not order.divided and age >= pl.settlement_days and not (order.returned and age >= pl.return_days):
            order.divided = True
            accounts.streams["take"] += order.take
            accounts.brand_profit += rest
            accounts.brand_balance[number] = accounts.brand_balance.get(number, 0) + rest
            if order.seller is not None:
                order.seller.balance += order.pay
        if order.returned and age >= pl.return_days:
            order.person.wallet += order.price - order.coupon
            accounts.streams["coupon"] += order.coupon
            if order.divided:
                accounts.streams["take"] -= order.take
                accounts.brand_profit -= rest
                accounts.brand_balance[number] -= rest
                if order.seller is not None:
                    order.seller.balance -= order.pay
            accounts.escrow.remove(order)
        elif order.divided and not order.returned:
            accounts.escrow.remove(order)
    _withdrawals(town, accounts)
    held = sum(order.price for order in accounts.escrow if not order.divided)
    held += sum(accounts.brand_balance.values()) + sum(k.balance for k in town.creators)
    held += round(100 * pl.deposit) * len(town.brands)
    accounts.streams["float"] += held * pl.float_yield / 365.0


def _withdrawals(town: Town, accounts: Accounts) -> None:
    for number, balance in accounts.brand_balance.items():
        fee, taken = _withdrawal(town, balance, accounts.brand_withdrawn.get(number, 0))
        accounts.brand_withdrawn[number] = accounts.brand_withdrawn.get(number, 0) + taken
        accounts.brand_balance[number] -= taken
        accounts.brand_profit -= fee
        accounts.streams["withdrawal_fee"] += fee
    for creator in town.creators:
        fee, taken = _withdrawal(town, creator.balance, creator.withdrawn)
        creator.withdrawn += taken
        creator.balance -= taken
        accounts.streams["withdrawal_fee"] += fee


def _withdrawal(town: Town, balance: int, before: int) -> tuple[int, int]:
    """Fee and amount taken out."""
    pl = town.p.platform
    if balance <= 0 or town.rng.random() >= pl.withdrawal_habit:
        return 0, 0
    charged = balance - max(0, round(100 * pl.withdrawal_free) - before)
    if charged <= 0:
        return 0, balance
    fee = max(int(pl.withdrawal_fee * charged), round(100 * pl.withdrawal_fee_least))
    return (fee, balance) if fee <= balance else (0, 0)
