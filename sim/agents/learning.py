"""Learning: what creators make of their income, how often they will post, and who leaves."""

from __future__ import annotations

from typing import Any

from sim.agents.creating import DAYS_A_WEEK, key_of
from sim.compiled import compiled, inlined
from sim.draws import Stream, uniform
from sim.records import Creators, Int64, Luck, Tier
from sim.rules.content import post_rate
from sim.rules.growth import marginal_income, wants_to_leave


@compiled
def learn_all(day: int, first: Int64, earned: Int64, luck: Luck, creators: Creators, p: Any, measuring: bool) -> None:
    """Learn from today's posts and income; leave where it does not pay.

    Parameters
    ----------
    first
        Posts ``first[k]`` to ``first[k + 1]`` of today are creator k's; shape (K + 1,).
    earned
        Income of each creator today, fen, shape (K,).
    measuring
        Whether income and effort count towards the results.
    """
    for k in range(creators.active.shape[0]):
        if creators.active[k] == 0 or creators.brand[k] >= 0:
            continue
        learn_day(k, float(first[k + 1] - first[k]), int(earned[k]), creators, p, measuring)
        if day % DAYS_A_WEEK == DAYS_A_WEEK - 1:
            learn_week(k, creators, p)
        if day - int(creators.since[k]) < p.patience:
            continue
        tempted = uniform(luck[Stream.EXIT], day, key_of(k, creators), 0) < p.leave
        if tempted and wants_to_leave(net_income(k, creators, p), float(creators.reservation[k])):
            creators.active[k] = 0


@inlined
def learn_day(k: int, n: float, earned: int, creators: Creators, p: Any, measuring: bool) -> None:
    """Count the n posts of creator k's day, what they earned in fen, and the effort they cost."""
    effort = 0.5 * effort_cost(k, creators, p) * n * n
    if measuring:
        creators.earned[k] += earned
        creators.effort[k] += effort
    creators.week_posts[k] += n
    creators.week_income[k] += float(earned) / 100.0
    creators.effort_mean[k] += p.learning / DAYS_A_WEEK * (DAYS_A_WEEK * effort - float(creators.effort_mean[k]))


@inlined
def effort_cost(k: int, creators: Creators, p: Any) -> float:
    """Marginal effort cost of creator k, yuan day/post²: a KOL's posts are productions."""
    return p.effort_cost * p.kol_effort if creators.tier[k] == Tier.KOL.value else p.effort_cost


@inlined
def learn_week(k: int, creators: Creators, p: Any) -> None:
    """Draw this week's lesson of creator k, and set the intended posts a day anew."""
    n, income, weight = float(creators.week_posts[k]), float(creators.week_income[k]), p.learning
    creators.posts_mean[k] += weight * (n - float(creators.posts_mean[k]))
    creators.income_mean[k] += weight * (income - float(creators.income_mean[k]))
    creators.posts_square[k] += weight * (n * n - float(creators.posts_square[k]))
    creators.posts_income[k] += weight * (n * income - float(creators.posts_income[k]))
    creators.week_posts[k] = 0.0
    creators.week_income[k] = 0.0
    more = marginal_income(
        float(creators.posts_mean[k]),
        float(creators.income_mean[k]),
        float(creators.posts_square[k]),
        float(creators.posts_income[k]),
        p,
    )
    creators.rate[k] += weight * (post_rate(more, effort_cost(k, creators, p), p) - float(creators.rate[k]))


@inlined
def net_income(k: int, creators: Creators, p: Any) -> float:
    """Learnt income of creator k with the intrinsic reward of posting, less effort; yuan per day."""
    reward = p.intrinsic * float(creators.posts_mean[k])
    return (float(creators.income_mean[k]) + reward - float(creators.effort_mean[k])) / DAYS_A_WEEK


@compiled
def usual_income(day: int, creators: Creators, p: Any) -> float:
    """Mean learnt net income of the KOCs who have been in business for a while, yuan per day; 0 without any."""
    total, count = 0.0, 0
    for k in range(creators.active.shape[0]):
        is_koc = creators.active[k] == 1 and creators.tier[k] == Tier.KOC.value
        if is_koc and day - int(creators.since[k]) >= p.patience:
            total += net_income(k, creators, p)
            count += 1
    return total / count if count > 0 else 0.0
