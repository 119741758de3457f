"""The engine against the plain Mesa market in what platforms may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from compared_platforms import with_platforms
from plain_and_engine import Friends, Outcomes, confirmed, engine, friends_of_all, plain, settings, unlike, written

SEEDS, PLAIN_SEEDS = 40, 12

PHASES: dict[str, Any] = {
    "phases": [
        {
            "when": "day >= 5",
            "days": 9,
            "set": {"platform.take_rate": 0.3, "creators.commission": 0.2, "platform.delivery_days": 4},
        },
        {
            "when": "gmv >= 500000",
            "set": {"platform.coupon": 0.2, "platform.coupon_newcomers": False, "brands.weekly_budget": 8},
        },
        {"when": "kocs < 330", "days": 12, "set": {"creators.posts_fixed": 1.5, "platform.settlement_days": 12}},
        {
            "when": "cash > 130000",
            "set": {"brands.pass_through": 1.0, "brands.cost": 0.3, "platform.feed.ad_load": 0.05},
        },
    ],
    "shocks": [
        {"chance": 0.1, "days": 3, "set": {"market.choice.outside": -3.0, "platform.coupon": 0.0}},
        {"chance": 0.05, "set": {"market.attention.public_slots": 12.0}},
    ],
}
"""Triggers of every kind on one platform, phases that end and that meet, and shocks that undo what phases set."""


@pytest.fixture(scope="module")
def friends() -> Friends:
    return friends_of_all()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("ties") / "ties.csv")


@pytest.fixture(scope="module")
def without(path: Path, friends: Friends) -> Outcomes:
    """The plain market in which platforms do nothing of all this."""
    return plain(settings(path), friends, PLAIN_SEEDS, measure=with_platforms)


DEALS: dict[str, Any] = {
    "market": {"catalogue": {"stock": 120, "stock_days": 7}},
    "platform": {"deal": {"needs": 1, "days": 2, "cut": 0.15}, "delivery_days": 1},
}
"""A few units of each product a week, and orders that wait for another."""

CAPABILITIES = {"phases and shocks": PHASES, "stock and deals": DEALS}


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_platforms_do_is_the_same_and_matters(name: str, path: Path, friends: Friends, without: Outcomes) -> None:
    p = settings(path, CAPABILITIES[name])
    there = engine(p, SEEDS, measure=with_platforms)
    assert unlike({key: there[key] for key in without}, without)
    assert confirmed(p, friends, PLAIN_SEEDS, there, measure=with_platforms) == []
