"""Choice: the utility of an offer, term by term."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compiled import compiled
from sim.draws import gumbel_at_least, gumbel_at_most, gumbel_of
from sim.parameters import Choice
from sim.rules.belief import Believed


class Terms(NamedTuple):
    """Terms of the utility of an offer; their sum competes with the utility of buying nothing."""

    taste: float
    quality: float
    risk: float
    price: float
    friends: float
    impulse: float


class Buyer(NamedTuple):
    """What of the buyer enters the utility: taste for the category, price sensitivity, cost of buying without need."""

    taste: float
    sensitivity: float
    impulse_cost: float


@compiled
def utility(buyer: Buyer, believed: Believed, log_price: float, friends: float, p: Choice) -> Terms:
    """Systematic utility of an offer.

    ``V = θ + β_q (q̂ − ρ / Σw) − α ln(p / p̄) + β_s ln(1 + friends) − κ``: expected quality less a risk premium in the
    variance of belief (Roberts & Urban 1988), price against the category's mean, and friends known to have bought.

    Parameters
    ----------
    buyer
        Taste θ, price sensitivity α, impulse cost κ (0 where there is a need).
    believed
        Expected quality and its precision.
    log_price
        Log of the price to pay over the category's mean list price.
    friends
        Friends who are known to have bought lately.
    p
        Choice parameters.
    """
    return Terms(
        buyer.taste,
        p.quality * believed.mean,
        -p.quality * p.risk / believed.precision,
        -buyer.sensitivity * log_price,
        p.herding * math.log(1.0 + friends) if friends > 0.0 else 0.0,
        -buyer.impulse_cost,
    )


@compiled
def only(value: float) -> Terms:
    """Terms of which one alone counts."""
    return Terms(value, 0.0, 0.0, 0.0, 0.0, 0.0)


@compiled
def total(terms: Terms) -> float:
    """Sum of the terms."""
    whole = 0.0
    for n in range(len(terms)):
        whole += terms[n]
    return whole


@compiled
def realised_surplus(gain: float, price: float, sensitivity: float) -> float:
    """Money value of a gain in utility over buying nothing.

    One yuan less costs ``α / p`` utility at price p, so a gain is worth ``gain · p / α`` (Small & Rosen 1981).

    Parameters
    ----------
    gain
        Utility of the purchase, as experienced, less that of buying nothing.
    price
        Price paid, in any unit of money.
    sensitivity
        Price sensitivity α, above 0.

    Returns
    -------
    float
        In the unit of ``price``.
    """
    return gain * price / sensitivity


@compiled
def shock(u: float) -> float:
    """Unobserved part of a utility from a uniform draw: standard Gumbel, so that choice is the multinomial logit.

    The best offer is the one of highest utility with its shock (McFadden 1974).
    """
    return gumbel_of(u)


@compiled
def shock_at_most(u: float) -> float:
    """Cheap upper bound of `shock`."""
    return gumbel_at_most(u)


@compiled
def shock_at_least(u: float) -> float:
    """Cheap lower bound of `shock`."""
    return gumbel_at_least(u)


@compiled
def any_shock(u: float) -> float:
    """Upper bound of any shock."""
    return math.inf


@compiled
def least_shock(u: float) -> float:
    """Lower bound of any shock."""
    return -math.inf
