"""The engine against the plain Mesa market in what platforms may do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compared_platforms import with_platforms
from plain_and_engine import Friends, Outcomes, confirmed, engine, settings, unlike

from reference import equations

SEEDS, PLAIN_SEEDS = 36, 16

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
def without(ties_file: Path) -> Outcomes:
    """The market in which platforms do nothing of all this; of the engine, whose text has a test of its own."""
    return engine(settings(ties_file), SEEDS)


DEALS: dict[str, Any] = {
    "market": {"catalogue": {"stock": 120, "stock_days": 7}},
    "platform": {"deal": {"needs": 1, "days": 2, "cut": 0.15}, "delivery_days": 1},
}
"""A few units of each product a week, and orders that wait for another."""

RIVALS: dict[str, Any] = {
    "platform": {"share": 0.6, "take_rate": 0.0, "brands_at_start": 0.8, "feed": {"ad_load": 0.1}},
    "rivals": [
        {
            "name": "dear",
            "share": 0.3,
            "take_rate": 0.3,
            "commission": 0.2,
            "coupon": 0.1,
            "coupon_newcomers": False,
            "delivery_days": 4,
            "deal": {"needs": 1, "days": 1},
            "pay": [{"to": "sharer", "of": "price", "share": 0.05}, {"to": "seller", "of": "day", "sum": 0.5}],
        },
        {"name": "bare", "share": 0.3, "resale_margin": 0.2, "follow_gate": True, "feed": {"shelf": False}},
    ],
    "brands": {"pass_through": 1.0},
    "phases": [{"when": "kocs > 100", "platform": "dear", "set": {"rivals.0.coupon": 0.3}}],
}
"""Three platforms with terms, pay and feeds of their own, and a phase on one of them."""

CHOICE: dict[str, Any] = {
    "membership": {
        "choice": True, "start": 0.6, "by_oneself": 0.1, "invite": 0.05, "review": 0.4, "noise": 40.0, "keep": 3.0,
        "friends": 0.3, "confidence": 20.0, "creators_review": 0.5, "asked_least": 10, "asked_most": 60,
        "move_cost": 5.0, "brands_review": 0.5, "shop_cost": 1_000.0, "shop_effort": 300.0,
    },
    "platform": {"share": 0.7, "take_rate": 0.0, "growth_budget": 4_000.0, "cash": 9_000.0, "upkeep": 500.0},
    "rivals": [
        {
            "name": "dear", "share": 0.3, "take_rate": 0.25, "commission": 0.15, "join_cost": 30.0,
            "brands_at_start": 0.5, "growth_budget": 1_000.0, "cash": 1_000.0,
        }
    ],
    "brands": {"pass_through": 1.0, "koc": 0.4, "own": 0.2},
}  # fmt: skip
"""Two platforms, both open to people, creators, brands and own pools, that advertise until their money is spent."""

EXCLUSIVE: dict[str, Any] = {
    "membership": {
        **CHOICE["membership"], "multi_home": False, "creators_multi_home": True, "brands_multi_home": False,
        "by_oneself": 0.4, "start": 0.9,
    },
    "rivals": [
        {"name": "jealous", "share": 0.4, "exclusive": True, "coupon": 0.2, "coupon_newcomers": False},
        {"name": "third", "share": 0.3, "resale_margin": 0.2, "join_cost": 0.0},
    ],
    "phases": [
        {"when": "members > 0.25", "platform": "third", "set": {"rivals.1.take_rate": 0.4, "brands.weekly_budget": 8}}
    ],
}  # fmt: skip
"""Three platforms; joining is moving, and one shares nobody with the others."""

LEAKING: dict[str, Any] = {
    "market": {"leakage": {"possible": True, "trouble": 1.0, "expected_loss": 0.02}, "catalogue": {"stock": 400}},
    "creators": {"private_share_koc": 1.0, "private_share_kol": 0.5, "resale_margin": 0.1, "posts_fixed": 1.0},
    "platform": {"take_rate": 0.3, "coupon": 0.0, "pay": [{"to": "sharer", "of": "price", "share": 0.05}]},
}
"""A platform that takes much of what creators sell in private, and some goods that are few."""

CAPABILITIES = {
    "phases and shocks": PHASES,
    "stock and deals": DEALS,
    "several platforms": RIVALS,
    "membership": CHOICE,
    "exclusive platforms": EXCLUSIVE,
    "leakage": LEAKING,
}


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_platforms_do_is_the_same_and_matters(
    name: str, ties_file: Path, friends: Friends, without: Outcomes
) -> None:
    p = settings(ties_file, CAPABILITIES[name])
    there = engine(p, SEEDS, measure=with_platforms)
    assert unlike({key: there[key] for key in without}, without)
    assert confirmed(p, friends, PLAIN_SEEDS, there, measure=with_platforms) == []


MUTANTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "chance_of_contact": ("membership", lambda friends, advertised, p: p.membership.by_oneself),
    "expected_surplus": ("membership", lambda own, friends, known, p: known),
    "chance_outside": ("leakage", lambda price, take, trusted, leakage: leakage.buyer_part * take),
}
"""One equation off each: friends and advertising tell nobody; nobody has experience; sales leak whatever they cost."""


@pytest.mark.slow
@pytest.mark.parametrize("rule", MUTANTS)
def test_one_rule_of_platforms_off_is_noticed(
    rule: str, ties_file: Path, friends: Friends, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, mutant = MUTANTS[rule]
    p = settings(ties_file, CAPABILITIES[name])
    there = engine(p, SEEDS, measure=with_platforms)
    monkeypatch.setattr(equations, rule, mutant)
    assert confirmed(p, friends, PLAIN_SEEDS, there, measure=with_platforms)
