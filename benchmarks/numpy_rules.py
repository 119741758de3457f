"""Rules and draws on arrays: those of `sim.rules` that take arrays as they are, and the others written for arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.mesa_port import plain
from sim.parameters import AttentionScalars, BeliefScalars, ChoiceScalars, SharingScalars
from sim.rules import choice, experience, trust
from sim.rules.belief import Believed, Signals
from sim.rules.choice import Terms

Ints = NDArray[Any]  # of any integers
Reals = NDArray[Any]  # of any floats
Mask = NDArray[np.bool_]

trust_of, is_met = plain(trust.trust), plain(trust.is_met)
is_returned, is_satisfying = plain(experience.is_returned), plain(experience.is_satisfying)
total, realised_surplus = plain(choice.total), plain(choice.realised_surplus)


def uniform(key: np.uint64, day: int, first: Ints, second: Ints | int) -> Reals:
    """Keyed uniform draws, the same as those of `sim.draws.uniform`."""
    half = np.uint64(32)
    counter = np.uint64(day << 52) | (np.asarray(first, np.uint64) << np.uint64(24)) | np.asarray(second, np.uint64)
    y = counter * key
    z = y + key
    x = y * y + y
    x = (x >> half) | (x << half)
    x = x * x + z
    x = (x >> half) | (x << half)
    x = x * x + y
    x = (x >> half) | (x << half)
    return (((x * x + z) >> half).astype(np.int64) + 0.5) * 2.0**-32


def gumbel_of(u: Reals) -> Reals:
    """As `sim.draws.gumbel_of`."""
    return -np.log(-np.log(u))


def geometric_of(u: Reals, mean: Reals | float) -> Ints:
    """As `sim.draws.geometric_of`."""
    with np.errstate(divide="ignore"):
        wait = 1 + (np.log(u) / np.log1p(-1.0 / np.maximum(mean, 1.0))).astype(np.int64)
    return np.where(np.greater(mean, 1.0), wait, 1)


def normal_of(u: Reals, v: Reals) -> Reals:
    """As `sim.draws.normal_of`."""
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)


def open_probability(odds_ratio: Reals, fatigue: Reals, p: AttentionScalars) -> Reals:
    """As `sim.rules.attention.open_probability`."""
    odds = p.open_rate / (1.0 - p.open_rate) * odds_ratio
    return odds / (1.0 + odds) * np.exp(-fatigue)


def fatigue_after(fatigue: Reals, earlier_today: Ints, irrelevant: Mask, p: AttentionScalars) -> Reals:
    """As `sim.rules.attention.fatigue_after`."""
    added = np.where(earlier_today == 0, p.fatigue_first, p.fatigue_more)
    return fatigue + np.where(irrelevant, added + p.fatigue_irrelevant, added)


def may_leave(fatigue: Reals, trusted: Reals, p: AttentionScalars) -> Mask:
    """As `sim.rules.attention.may_leave`."""
    return (fatigue > p.leave_fatigue) | (trusted < p.leave_trust)


def expected_quality(heard: Signals, p: BeliefScalars) -> Believed:
    """As `sim.rules.belief.expected_quality`, each signal an array."""
    rating = p.rating * heard.ratings / (heard.ratings + p.rating_half)
    words = p.friend * heard.words
    own = np.minimum(p.own * heard.purchases, p.own_most)
    precision = p.prior + rating + heard.claim_precision + words + own
    mean = (
        p.prior * heard.prior
        + rating * heard.rating
        + heard.claim_precision * heard.claim
        + words * heard.word
        + own * heard.own
    ) / precision
    return Believed(mean, precision)


def claim_precision(trusted: Reals, expertise: Reals, incentive: Reals, p: BeliefScalars) -> Reals:
    """As `sim.rules.belief.claim_precision`."""
    return p.claim * trusted * expertise * np.maximum(0.0, 1.0 - p.disclosure * incentive)


def utility(buyer: choice.Buyer, believed: Believed, log_price: Reals, friends: Reals, p: ChoiceScalars) -> Terms:
    """As `sim.rules.choice.utility`, each term an array."""
    terms: tuple[Any, ...] = (
        buyer.taste,
        p.quality * believed.mean,
        -p.quality * p.risk / believed.precision,
        -buyer.sensitivity * log_price,
        p.herding * np.log(1.0 + friends),
        -buyer.impulse_cost,
    )
    return Terms(*terms)


def share_probability(sociability: Reals, surprise: Reals, p: SharingScalars) -> Reals:
    """As `sim.rules.sharing.share_probability`."""
    odds = sociability / (1.0 - sociability) * np.exp(p.surprise * np.abs(surprise))
    return odds / (1.0 + odds)
