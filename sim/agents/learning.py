"""Learning: what creators remember of their sales and income, how often they will post, and who leaves."""

from __future__ import annotations

from typing import Any

from sim.agents.knowing import key_of
from sim.arrays import Int64
from sim.compilation import compiled, inlined
from sim.day import Day, Used
from sim.draws import Stream, uniform
from sim.records import Table
from sim.rules.content import post_rate
from sim.rules.growth import marginal_income, wants_to_leave
from sim.state.creators import Creator, Tier
from sim.units import DAYS_A_WEEK, FEN


@inlined
def remember_sales(received: Int64, m: Day) -> None:
    """Update what creators have posted and sold of late, by category.

    Parameters
    ----------
    received
        Rows of the orders that arrived today.
    """
    left = 1.0 - m.p.creators.content_decay
    for k in range(m.creators.shape[0]):
        for category in range(m.categories):
            m.creators[k].content[category] *= left
            m.creators[k].sold[category] *= left
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        m.creators[post.creator].content[post.category] += 1.0
    for row in received:
        order = m.orders[row]
        if order.creator >= 0:
            m.creators[order.creator].sold[order.category] += 1.0


@inlined
def learn_and_leave(measuring: bool, m: Day) -> None:
    """Learn from today's posts and income; leave where it does not pay.

    Parameters
    ----------
    measuring
        Whether income and effort count towards the results.
    """
    p = m.p.creators
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if not creator.active or creator.brand >= 0:
            continue
        learn_day(k, measuring, m)
        if m.day % DAYS_A_WEEK == DAYS_A_WEEK - 1:
            learn_week(k, m)
        if m.day - creator.since >= p.patience:
            tempted = uniform(m.keys[Stream.EXIT], m.day, key_of(creator), 0) < p.leave
            if tempted and wants_to_leave(net_income(creator, p), creator.reservation):
                creator.active = False


@inlined
def learn_day(k: int, measuring: bool, m: Day) -> None:
    """Count the posts of creator k's day, what they earned, and the effort they cost."""
    creator, n = m.creators[k], m.cards[k].posts
    effort = 0.5 * effort_cost(creator, m) * n * n
    if measuring:
        creator.earned += creator.earned_today
        creator.effort += effort
    creator.week_posts += n
    creator.week_income += creator.earned_today / FEN
    weight = m.p.creators.learning / DAYS_A_WEEK
    creator.effort_mean += weight * (DAYS_A_WEEK * effort - creator.effort_mean)


@inlined
def effort_cost(creator: Creator, m: Day) -> float:
    """Marginal effort cost of a creator, yuan day/post²: a KOL's posts are productions, the larger the audience is."""
    p = m.p.creators
    return max(p.effort_cost, p.kol_effort * creator.audience) if creator.tier == Tier.KOL else p.effort_cost


@inlined
def learn_week(k: int, m: Day) -> None:
    """Draw this week's lesson of creator k, and set the intended posts a day anew."""
    creator, p = m.creators[k], m.p.creators
    n, income, weight = creator.week_posts, creator.week_income, p.learning
    creator.posts_mean += weight * (n - creator.posts_mean)
    creator.income_mean += weight * (income - creator.income_mean)
    creator.posts_square += weight * (n * n - creator.posts_square)
    creator.posts_income += weight * (n * income - creator.posts_income)
    creator.week_posts = 0.0
    creator.week_income = 0.0
    more = marginal_income(
        creator.posts_mean, creator.income_mean, creator.posts_square, creator.posts_income, p
    )  # fmt: skip
    creator.rate += weight * (post_rate(more, effort_cost(creator, m), p) - creator.rate)


@inlined
def net_income(creator: Creator, p: Any) -> float:
    """Learnt income of a creator with the intrinsic reward of posting, less effort; yuan per day."""
    reward = p.intrinsic * creator.posts_mean
    return (creator.income_mean + reward - creator.effort_mean) / DAYS_A_WEEK


@compiled
def usual_income(day: int, creators: Table[Creator], p: Any) -> float:
    """Mean learnt net income of the KOCs who have been in business for a while, yuan per day; 0 without any.

    Parameters
    ----------
    p
        Creators' numbers.
    """
    total, count = 0.0, 0
    for k in range(creators.shape[0]):
        creator = creators[k]
        is_koc = creator.active and creator.tier == Tier.KOC
        if is_koc and day - creator.since >= p.patience:
            total += net_income(creator, p)
            count += 1
    return total / count if count > 0 else 0.0
