"""Attention: which delivered posts are opened, and how posting too much wears followers out."""

from __future__ import annotations

import math

from sim.compilation import compiled
from sim.parameters import Attention

A_HAIR_MORE = 1.0 + 1e-9  # so that no rounding can turn a bound into a wrong answer


@compiled
def open_odds(attraction: float, trust: float, p: Attention) -> float:
    """Effect of a post on the odds to open it: ``exp(i·θ + n·need + t·(τ − ½))``.

    Parameters
    ----------
    attraction
        Effect of taste for its category and of need of it, ``exp(i·θ + n·need)``.
    trust
        Trust τ in its creator.
    p
        Attention parameters.
    """
    return attraction * math.exp(p.trust * (trust - 0.5))


@compiled
def open_probability(odds_ratio: float, fatigue: float, p: Attention) -> float:
    """Probability to open a delivered post.

    A logit of taste, need and trust τ, thinned by fatigue with the creator:
    ``logit⁻¹(logit(p₀) + i·θ + n·need + t·(τ − ½))·exp(−φ)``.

    Parameters
    ----------
    odds_ratio
        Effect on the odds of taste for the category, need of it and trust in the creator, as `open_odds`.
    fatigue
        Fatigue φ with this creator, at least 0.
    p
        Attention parameters.
    """
    odds = p.open_rate / (1.0 - p.open_rate) * odds_ratio
    return odds / (1.0 + odds) * math.exp(-fatigue)


@compiled
def most_open_probability(odds_ratio: float, fatigue: float, p: Attention) -> float:
    """Upper bound of `open_probability` that is quicker to find: ``exp(-φ) ≤ 1 / (1 + φ + φ²/2)``."""
    odds = p.open_rate / (1.0 - p.open_rate) * odds_ratio
    return A_HAIR_MORE * odds / ((1.0 + odds) * (1.0 + fatigue * (1.0 + 0.5 * fatigue)))


@compiled
def certain(odds_ratio: float, fatigue: float, p: Attention) -> float:
    """Upper bound of any probability."""
    return 1.0


@compiled
def fatigue_after(fatigue: float, earlier_today: int, irrelevant: bool, p: Attention) -> float:
    """Fatigue after one more delivered post, opened or not.

    Parameters
    ----------
    fatigue
        Fatigue before it.
    earlier_today
        Posts the creator has already delivered to this follower today.
    irrelevant
        Whether the follower neither needs nor likes the category.
    p
        Attention parameters.
    """
    added = p.fatigue_first if earlier_today == 0 else p.fatigue_more
    return fatigue + (added + (p.fatigue_irrelevant if irrelevant else 0.0))


@compiled
def may_unfollow(fatigue: float, trust: float, p: Attention) -> bool:
    """Whether a follower is tired or distrustful enough to think of leaving a creator."""
    return fatigue > p.leave_fatigue or trust < p.leave_trust


@compiled
def is_forgotten(silent: int, p: Attention) -> bool:
    """Whether a creator who has posted nothing for so many days is hardly remembered."""
    return silent > p.silence
