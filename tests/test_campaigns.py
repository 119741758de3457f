"""Campaigns that give a good away: gifts are used and told of, and are no sales."""

from __future__ import annotations

import numpy as np

from experiments.studies.models.campaigns import MIDDLE, PRODUCT, campaign, parameters, prepared
from sim.market import Market
from sim.world import World

PEOPLE = 200


def given(rows: np.ndarray, days: int) -> tuple[Market, float, float]:
    p = parameters(PEOPLE, MIDDLE.activity)
    market = Market(p, 0, world=prepared(p, World.build(p, 0), MIDDLE, 0), keep_orders=True)
    return market, *campaign(market, rows, days)


def test_a_gift_is_used_and_told_of_and_is_no_sale() -> None:
    market, buyers, yuan = given(np.arange(0, PEOPLE, 2), 1)
    assert (buyers, yuan) == (0, 0)
    used = market.m.memories
    owners = ((used["product"] == PRODUCT) & (used["used"] > 0)).any(axis=1)
    assert owners[::2].all() and not owners[1::2].any()
    told = market.m.inbox
    assert len(told) and set(told["teller"] % 2) == {0}


def test_without_gifts_nobody_speaks_of_what_nobody_knows() -> None:
    market, _, _ = given(np.zeros(0, np.int64), 1)
    assert not (market.m.inbox["product"] == PRODUCT).any()
    assert not (market.m.memories["product"] == PRODUCT).any()
