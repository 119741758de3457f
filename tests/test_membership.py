"""Membership: where it is off nothing moves; where it is on, what must happen at the extremes happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_markets import assert_same, market, parameters

from sim.day import Used
from sim.market import Market
from sim.parameters import Membership
from sim.rules import membership as rule

FREE: dict[str, Any] = {
    "choice": True, "multi_home": False, "creators_multi_home": False, "by_oneself": 1.0, "noise": 0.5,
}  # fmt: skip


def duel(days: int, membership: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], **groups: Any) -> Market:
    """Two platforms, ours and a rival, with the same policy but for what is given."""
    settings = {"platform": {"share": 0.5, **ours}, "rivals": [{"name": "rival", "share": 0.5, **theirs}], **groups}
    return market(days=days, membership=membership, **settings)


def members(one: Market) -> list[int]:
    return [int(count) for count in one.m.memberships["member"].sum(axis=0)]


def test_a_platform_that_nobody_can_join_has_nobody() -> None:
    one = duel(30, {"choice": True}, {"share": 1.0}, {"share": 0.0, "join_cost": 1e6})
    assert members(one)[1] == 0 and (one.orders()["platform"] == 0).all()
    assert members(one)[0] > 0


def test_who_is_on_no_platform_buys_nothing() -> None:
    one = duel(20, {"choice": True, "start": 0.0, "by_oneself": 0.0, "creators_review": 0.0}, {}, {})
    assert members(one) == [0, 0] and len(one.orders()) == 0


def test_equal_platforms_share_equally() -> None:
    one = duel(30, {"choice": True, "multi_home": False}, {}, {})
    ours, theirs = members(one)
    assert ours + theirs >= 0.95 * len(one.m.people) and 0.38 < ours / (ours + theirs) < 0.62


def test_a_free_switch_empties_the_worse_platform() -> None:
    dear = {"join_cost": 0.0, "take_rate": 0.6}
    one = duel(70, FREE, {"join_cost": 0.0, "take_rate": 0.0}, dear, brands={"pass_through": 1.0})
    held = duel(70, {**FREE, "by_oneself": 0.0, "invite": 0.0}, {"join_cost": 0.0}, dear, brands={"pass_through": 1.0})
    assert members(one)[1] < 0.2 * len(one.m.people) < members(held)[1]


def test_whoever_looks_somewhere_is_a_member_there() -> None:
    one = duel(30, {"choice": True, "start": 0.5, "asked_least": 10, "asked_most": 50}, {}, {})
    m = one.m
    on = np.flatnonzero(m.people["looks"])
    assert (m.people["looks"][on] == 1 << m.people["home"][on].astype(int)).all()
    assert (m.people["activity"][m.people["looks"] == 0] == 0).all()
    ever = m.memberships["member"].any(axis=1) | (m.memberships["days"].sum(axis=1) > 0)
    assert ever[m.orders["consumer"][: m.used[Used.ORDERS]]].all()


def test_the_world_that_markets_share_is_not_written() -> None:
    one = duel(10, {"choice": True, "start": 0.3}, {}, {})
    assert (one.world.people["looks"] == 255).all() and not np.shares_memory(one.world.people, one.m.people)


def test_a_market_with_memberships_continues_to_the_bit(tmp_path: Any) -> None:
    settings = {"choice": True, "start": 0.3, "asked_least": 5, "asked_most": 30}
    whole, parted = duel(20, settings, {}, {}), duel(12, settings, {}, {})
    parted.save(tmp_path / "half.npz")
    assert_same(whole, Market.load(tmp_path / "half.npz").run(8))


def test_more_than_eight_platforms_cannot_be_chosen_among() -> None:
    with pytest.raises(ValueError, match="at most 7 to choose among"):
        parameters(membership={"choice": True}, rivals=[{"name": f"r{n}"} for n in range(8)])


def test_experience_outweighs_what_everybody_knows() -> None:
    p = Membership(confidence=10, friends=0.0)
    none, many = np.zeros((1, 1)), np.full((1, 1), 10_000.0)
    assert rule.expected_surplus(none, none, many, many, np.array([[2.0]]), p) == 2.0
    assert rule.expected_surplus(many, many, none, none, np.array([[2.0]]), p) == pytest.approx(7.0, rel=0.01)


def test_a_second_equal_platform_adds_variety_less_its_keep() -> None:
    p, expected = Membership(variety=0.3, keep=0.1), np.array([[1.0, 1.0]])
    one, two = (rule.value_of_set(expected, np.array([held]), p)[0] for held in ([True, False], [True, True]))
    assert two - one == pytest.approx(0.3 * np.log(2) - 0.1)
    assert rule.value_of_set(expected, np.array([[False, False]]), p)[0] == 0.0


def test_a_change_that_gains_nothing_is_held_back_by_its_cost() -> None:
    chances = [rule.chance(0.0, cost, 26.0, 3.0) for cost in (0.0, 3.0, 30.0)]
    assert chances[0] == 0.5 > chances[1] > chances[2] and rule.chance(1e9, 0.0, 26.0, 3.0) == 1.0
