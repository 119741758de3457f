"""Parameters as numbers for compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.parameters.everything import Parameters
from sim.parameters.groups import Group
from sim.parameters.rules import MOST_NUMBERS
from sim.records import room_for, structured

LEAST_VARIANCE = 1e-6  # utility²: nothing is known more exactly


def scalars(group: Group, numbers: tuple[float, ...] = ()) -> Any:
    """Numbers of a group as compiled rules read them: floats, integers and booleans by their declared types.

    Parameters
    ----------
    group
        A group that compiled rules read.
    numbers
        Those for rules of one's own; filled up with zeros, so that their count does not make other code.
    """
    names = [name for name, field in type(group).model_fields.items() if field.annotation in _TYPES]
    types = [(name, _TYPES[type(group).model_fields[name].annotation]) for name in names]
    filled = tuple(map(float, numbers)) + (0.0,) * (MOST_NUMBERS - len(numbers))
    row = np.zeros(1, structured([*types, ("numbers", np.float64, (MOST_NUMBERS,))]))
    row[0] = (*(getattr(group, name) for name in names), filled)
    return row[0]


_TYPES: dict[Any, type] = {float: np.float64, int: np.int64, bool: np.bool_}


BEHAVIOUR = ("people", "need", "attention", "memory", "belief", "choice", "experience", "trust", "sharing", "leakage")


def numbers_of(parameters: Parameters) -> Any:
    """All numbers that compiled code reads, a group within the other.

    The groups of `BEHAVIOUR`, ``creators``, ``brands`` and ``membership`` as `scalars` has them; ``variance`` of
    quality, of the bias of ratings, of use and of hearsay; and for each category ``impulse_cost``, the reference price
    in fen, the variance ``match`` between people, the ``prior`` precision of belief, and ``most_told``, what others can
    add to it at most.
    """
    own, market = parameters.rules.numbers, parameters.market
    groups = {name: scalars(getattr(market, name), own) for name in BEHAVIOUR}
    groups["creators"] = scalars(parameters.creators, own)
    groups["brands"] = scalars(parameters.brands, own)
    groups["membership"] = scalars(parameters.membership, own)
    variances = {
        "quality": market.catalogue.quality_spread**2, "bias": market.catalogue.rating_bias**2,
        "use": market.experience.noise**2, "hearsay": market.belief.hearsay**2,
    }  # fmt: skip
    categories = market.catalogue.categories
    room = room_for(len(categories))
    by_category: dict[str, Any] = {
        "impulse_cost": [category.impulse_cost for category in categories],
        "reference": [100 * category.price for category in categories],
        "match": market.catalogue.match_spreads**2,
    }
    by_category["prior"] = [1 / max(variances["quality"] + match, LEAST_VARIANCE) for match in by_category["match"]]
    by_category["most_told"] = [
        max(1 / max((1 - market.belief.likeness) * match, LEAST_VARIANCE) - prior, LEAST_VARIANCE)
        for match, prior in zip(by_category["match"], by_category["prior"], strict=True)
    ]
    fields: list[Any] = [(name, group.dtype) for name, group in groups.items()]
    fields += [("variance", structured([(name, np.float64) for name in variances]))]
    row = np.zeros(1, structured([*fields, *((name, np.float64, (room,)) for name in by_category)]))
    for name, group in groups.items():
        row[name] = group
    for name, value in variances.items():
        row["variance"][name] = value
    for name, values in by_category.items():
        row[name][0, : len(categories)] = values
    return row[0]
