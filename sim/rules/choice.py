"""Choice: the utility of an offer, term by term."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compilation import compiled
from sim.draws import gumbel_at_least, gumbel_at_most, gumbel_of
from sim.parameters import Choice
from sim.rules.belief import Believed


class Terms(NamedTuple):
    """Terms of the utility of an offer; their sum competes with the utility of buying nothing."""

    taste: float = 0.0
    worth: float = 0.0
    risk: float = 0.0
    price: float = 0.0
    friends: float = 0.0
    impulse: float = 0.0
    urgency: float = 0.0


class Buyer(NamedTuple):
    """What of the buyer and of the moment enters the utility.

    Attributes
    ----------
    taste
        Taste θ for the category.
    sensitivity
        Price sensitivity α.
    impulse_cost
        Cost κ of buying without a need; 0 where there is one.
    urgency
        Share of that cost that is not felt at the moment.
    noise
        Variance of what one use of a product gives.
    """

    taste: float
    sensitivity: float
    impulse_cost: float
    urgency: float
    noise: float


@compiled
def utility(buyer: Buyer, believed: Believed, price: float, friends: float, p: Choice) -> Terms:
    """Systematic utility of an offer.

    ``V = θ + û − ρ/2 (1/w + σ²) − α p/y + b (1 − e^(−s friends)) − κ``: expected worth less a risk premium in the
    variance of what will be got (Roberts & Urban 1988), the price in units of the category's reference price, friends
    known to have bought, of whom each further one adds less (Bapna & Umyarov 2015).

    Parameters
    ----------
    buyer
        Who weighs, and when.
    believed
        Expected worth û and its precision w.
    price
        Price to pay over the category's reference price, p/y.
    friends
        Friends who are known to have bought.
    p
        Choice parameters.
    """
    return Terms(
        buyer.taste,
        believed.mean,
        -0.5 * p.risk * (1.0 / believed.precision + buyer.noise),
        -buyer.sensitivity * price,
        p.friends * (1.0 - math.exp(-p.friends_saturation * friends)) if friends > 0.0 else 0.0,
        -buyer.impulse_cost,
        buyer.impulse_cost * buyer.urgency,
    )


@compiled
def lasting(terms: Terms) -> float:
    """Sum of the terms that are as they were when the goods arrive, but for what they are worth."""
    return total(terms) - terms.worth - terms.risk - terms.urgency


OTHERS = Terms()[1:]


@compiled
def only(value: float) -> Terms:
    """Terms of which one alone counts."""
    return Terms(value, *OTHERS)  # compiled code does not fill in defaults


@compiled
def total(terms: Terms) -> float:
    """Sum of the terms."""
    whole = 0.0
    for n in range(len(terms)):
        whole += terms[n]
    return whole


@compiled
def money_of(gain: float, reference: float, sensitivity: float) -> float:
    """Money value of a gain in utility.

    One yuan less costs ``α / y`` utility, so a gain is worth ``gain · y / α`` (Small & Rosen 1981).

    Parameters
    ----------
    gain
        Utility over that of buying nothing.
    reference
        Reference price y of the category, in any unit of money.
    sensitivity
        Price sensitivity α, above 0.

    Returns
    -------
    float
        In the unit of ``reference``.
    """
    return gain * reference / sensitivity


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
