"""Adoption: the classical models of diffusion, as rules that take the place of belief, utility and sharing.

One good, bought once; who has bought it tells all friends. What makes somebody buy is either a chance a day, which
rises with the friends and with the share of all people who have (Bass 1969; Goldenberg, Libai & Muller 2001), or a
number of friends that suffices (Granovetter 1978), for which the consumer's taste stands with a minus sign. A friend's
word that succeeds with a fixed probability, once, is such a number too, drawn from the geometric distribution: the
independent cascade is a threshold model (Kempe, Kleinberg & Tardos 2003, section 4).
"""

from __future__ import annotations

import math
from typing import Any

from sim.compilation import compiled
from sim.rules.belief import Believed, Signals
from sim.rules.choice import Buyer, Terms, only

EXTERNAL, FRIEND, PUBLIC, CONTACTS, POPULATION, RIVAL = range(6)
"""Places of ``rules.numbers``: probability a day to adopt by oneself; by each friend who has; by each chance contact
who has; chance contacts a day; people in the market; probability a day to adopt a rival's product by oneself."""

ADOPTED = -1.0
LEAST = 1e-80  # odds of buying nothing, where friends leave no doubt: its log stays below CERTAIN
CERTAIN = 200.0  # utility that no shock outweighs: 53 random bits make a Gumbel draw between -4 and 37


@compiled
def share_of_adopters(heard: Signals, p: Any) -> Believed:
    """Share of all people who have bought, where every buyer rates; `ADOPTED` for those who have themselves."""
    mean = ADOPTED if heard.purchases > 0.0 else heard.ratings / max(p.numbers[POPULATION], 1.0)
    return Believed(mean, 1.0)


@compiled
def hazard(friends: float, share: float, external: float, friend: float, public: float, contacts: float) -> float:
    """Probability to adopt on a day: ``1 − (1 − p)(1 − β)^friends (1 − q F)^contacts``.

    Goldenberg, Libai & Muller (2001), equation 1, with chance contacts, each of whom has adopted with probability F,
    for weak ties; with one contact and no friends the agent form of Bass (1969), as in Rand & Rust (2011).

    Parameters
    ----------
    friends
        Friends who have adopted.
    share
        Share F of all people who have.
    external, friend, public
        Probabilities a day: by oneself, by a friend who has adopted, by a chance contact who has.
    contacts
        Chance contacts a day.
    """
    return 1.0 - (1.0 - external) * (1.0 - friend) ** friends * (1.0 - public * share) ** contacts


@compiled
def adopts(buyer: Buyer, believed: Believed, price: float, friends: float, p: Any) -> Terms:
    """Utility with which a product is bought with exactly the probability of the model, against the outside option.

    The difference of two Gumbel draws is logistic, so a utility of ``outside + logit(h)`` is chosen with probability h.
    """
    n = p.numbers
    value = -CERTAIN
    if believed.mean != ADOPTED:
        h = hazard(friends, believed.mean, n[EXTERNAL], n[FRIEND], n[PUBLIC], n[CONTACTS])
        if friends >= -buyer.taste or h >= 1.0:
            value = CERTAIN
        elif h > 0.0:
            value = p.outside + math.log(h / (1.0 - h))
    return only(value)


@compiled
def friends_of_rivals(heard: Signals, p: Any) -> Believed:
    """Friends who have bought a rival's product, in the place of precision; `ADOPTED` for owners of either."""
    mean = ADOPTED if heard.purchases + heard.rival_purchases > 0.0 else 0.0
    return Believed(mean, heard.rival_words)


@compiled
def adopts_one(buyer: Buyer, believed: Believed, price: float, friends: float, p: Any) -> Terms:
    """Utility with which one of two brands is bought with exactly the probability of Libai, Muller & Peres (2013).

    Each brand by itself convinces with probability ``P = 1 − (1 − δ)(1 − q)^friends``; whom both convince on a day buys
    this one with probability ``P / (P + P')``. So it is bought with ``P (1 − P'² / (P + P'))`` and nothing with
    ``(1 − P)(1 − P')``; the log of their ratio, for either brand, is what the multinomial logit needs to return both.
    """
    n = p.numbers
    value = -CERTAIN
    if believed.mean != ADOPTED:
        own = hazard(friends, 0.0, n[EXTERNAL], n[FRIEND], 0.0, 0.0)
        rival = hazard(believed.precision, 0.0, n[RIVAL], n[FRIEND], 0.0, 0.0)
        if friends >= -buyer.taste:
            value = CERTAIN
        elif own > 0.0:
            bought = own * (1.0 - rival * rival / (own + rival))
            value = p.outside + math.log(bought / max((1.0 - own) * (1.0 - rival), LEAST))
    return only(value)


@compiled
def always(sociability: float, surprise: float, p: Any) -> float:
    """Everybody tells."""
    return 1.0
